package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// MaxEntries bounds a plan, MaxList one list; they bound memory and records,
// they are no rule.
const (
	MaxEntries = 20000
	MaxList    = 5000
)

// Batch is a list of entries that comes in at once.
type Batch struct {
	Key    string // makes the call idempotent
	Source string // "form", or the file's name
	SHA256 string // of the file
	Late   string // reason for entries outside the window
	List   []Application
	Rows   []string // where each entry is in the source, "Sheet1!3"; may be nil
}

// finding is something wrong or doubtful at one entry of a list.
type finding struct {
	index int // -1: the list as a whole
	wrongField
	warning bool // doubtful only
}

// fields are the findings that stop the list, as the API names them.
func fields(list []finding) []fault.Field {
	var all []fault.Field
	for _, f := range list {
		switch {
		case f.warning:
		case f.index < 0:
			all = append(all, f.field(""))
		default:
			all = append(all, f.field(fmt.Sprintf("list[%d].", f.index)))
		}
	}
	return all
}

// Register adds entries to an open plan: all of the list or, with
// ErrApplication naming every wrong place ("list[3].id_number"), none. A
// repeated key returns the first result. The entries' ids come in the order
// of the list. Errors: ErrApplication, ErrStatus, ErrWindow, ErrKey.
//
// Order of writes: the documents first, then the record, which is what
// counts. A crash between leaves sealed documents that nothing names.
func (s *Plans) Register(ctx context.Context, actor string, id ID, b Batch) ([]EntryID, error) {
	if err := checkKey(b.Key); err != nil {
		return nil, err
	}
	book, p, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	key := "registered/" + b.Key
	if ids, done := book.keys[key]; done {
		return ids, nil
	}
	if err := s.takes(book, p, b.Late); err != nil {
		return nil, err
	}
	docs, found, err := s.examine(ctx, book, p, &b, actor)
	if err != nil {
		return nil, err
	}
	if wrong := fields(found); wrong != nil {
		return nil, refuse(ErrApplication, wrong)
	}
	if err := s.store(ctx, docs); err != nil {
		return nil, err
	}
	book, err = s.step(ctx, id, actor, key, func(now *Book, p *Plan) (string, any, error) {
		if _, done := now.keys[key]; done {
			return "", nil, nil
		}
		if err := s.takes(now, p, b.Late); err != nil {
			return "", nil, err
		}
		if again := fields(repeated(now, docs)); again != nil { // by a list that came between
			return "", nil, refuse(ErrApplication, again)
		}
		return kindRegistered, Registered{Source: b.Source, SHA256: b.SHA256, Late: b.Late, Key: b.Key, List: listed(docs)}, nil
	})
	if err != nil {
		return nil, err
	}
	return book.keys[key], nil
}

// examine finds everything that is wrong or doubtful about a list and makes
// its documents; a wrong entry has an empty one. Nothing is stored.
func (s *Plans) examine(ctx context.Context, book *Book, p *Plan, b *Batch, actor string) ([]Entry, []finding, error) {
	docs, found, err := s.checkList(p, b, actor)
	if err != nil {
		return nil, nil, err
	}
	more, err := s.elsewhere(ctx, p, docs)
	if err != nil {
		return nil, nil, err
	}
	found = append(found, more...)
	return docs, append(found, repeated(book, docs)...), nil
}

// takes reports whether the plan takes entries now.
func (s *Plans) takes(b *Book, p *Plan, late string) error {
	if b.Status != Open {
		return ErrStatus.Param("status", b.Status)
	}
	if !p.Registration.holds(s.now()) && strings.TrimSpace(late) == "" {
		return ErrWindow.Param("from", p.Registration.From.Format(timeForm)).Param("until", p.Registration.Until.Format(timeForm))
	}
	return nil
}

const timeForm = "2006-01-02T15:04:05.000Z"

// checkList checks the list by itself.
func (s *Plans) checkList(p *Plan, b *Batch, actor string) ([]Entry, []finding, error) {
	if len(b.List) == 0 || len(b.List) > MaxList {
		return nil, []finding{{index: -1, wrongField: wrongField{path: "list", code: "list_length", message: fmt.Sprintf("give 1 to %d entries", MaxList)}}}, nil
	}
	now := s.now()
	for i := range b.List {
		b.List[i].normal(p)
	}
	batch, err := s.batchID(b.Key, b.List)
	if err != nil {
		return nil, nil, err
	}
	var found []finding
	docs := make([]Entry, len(b.List))
	first := map[exam.CandidateID]int{}
	for i := range b.List {
		a := &b.List[i]
		if exam.CheckID(a.IDType, a.IDNumber) == "" {
			person := exam.PersonOf(s.seal, a.IDType, a.IDNumber)
			if j, twice := first[person]; twice {
				found = append(found, finding{index: i, wrongField: wrongField{path: "id_number", code: "id_repeated",
					message: "the same person is in the list before, at " + b.place(j), params: map[string]string{"place": b.place(j)}}})
				continue
			}
			first[person] = i
		}
		wrong := a.check(p, now)
		for _, w := range wrong {
			found = append(found, finding{index: i, wrongField: w})
		}
		if wrong != nil {
			continue
		}
		source := b.Source
		if b.Rows != nil {
			source += " " + b.Rows[i]
		}
		if docs[i], err = s.sealEntry(p, a, batch, source, actor, now); err != nil {
			return nil, nil, err
		}
	}
	return docs, found, nil
}

// place names an entry of the list for people.
func (b *Batch) place(i int) string {
	if b.Rows != nil {
		return b.Rows[i]
	}
	return fmt.Sprintf("entry %d", i+1)
}

// batchID names one try to store a list: the same key and content give the
// same id, and nothing else does. Blinded, so that it tells nothing.
func (s *Plans) batchID(key string, list []Application) (string, error) {
	body, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("naming a list: %w", err)
	}
	return s.seal.Blind(key+"\x00"+string(body), "plan_batch")[:16], nil
}

// repeated finds entries of persons who are in the plan.
func repeated(b *Book, docs []Entry) []finding {
	var found []finding
	if len(b.Lines)+len(docs) > MaxEntries {
		found = append(found, finding{index: -1, wrongField: wrongField{path: "list", code: "plan_full", message: fmt.Sprintf("a plan takes at most %d entries", MaxEntries)}})
	}
	for i := range docs {
		if docs[i].ID != "" && b.Line(docs[i].ID) != nil {
			found = append(found, finding{index: i, wrongField: wrongField{path: "id_number", code: "already_in_plan", message: "this person is registered in the plan; change that entry instead"}})
		}
	}
	return found
}

// together is how many documents are read or written at a time.
const together = 16

// elsewhere looks for the same persons in other plans: that is a warning.
// Another name under the same number is a mistake.
func (s *Plans) elsewhere(ctx context.Context, p *Plan, docs []Entry) ([]finding, error) {
	same := make([][]Entry, len(docs))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range docs {
		if docs[i].ID == "" {
			continue
		}
		g.Go(func() error {
			list, _, err := entries.Find(gctx, s.db, store.Query{Index: byPerson, Equal: store.Key(string(docs[i].Person)), Limit: 50})
			same[i] = list
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var found []finding
	for i := range docs {
		plans, name := map[ID]bool{}, ""
		for _, e := range same[i] {
			counts, err := s.counts(ctx, &e)
			if err != nil {
				return nil, err
			}
			if !counts {
				continue
			}
			if e.Plan != p.ID {
				plans[e.Plan] = true
			}
			if e.Name != docs[i].Name {
				name = e.Name
			}
		}
		if name != "" {
			found = append(found, finding{index: i, wrongField: wrongField{path: "name", code: "name_differs", message: "this ID number is known under another name; compare it with the card"}})
		}
		for _, other := range slices.Sorted(maps.Keys(plans)) {
			found = append(found, finding{index: i, warning: true, wrongField: wrongField{path: "id_number", code: "registered_elsewhere",
				message: "this person is registered in another plan too", params: map[string]string{"plan": string(other)}}})
		}
	}
	return found, nil
}

// counts reports whether a document is the current revision of an entry, not
// one of a list that was refused.
func (s *Plans) counts(ctx context.Context, e *Entry) (bool, error) {
	b, err := s.Book(ctx, e.Plan)
	if err != nil {
		return false, err
	}
	l := b.Line(e.ID)
	return l != nil && l.Doc == e.Doc && l.State != Rejected, nil
}

// store writes the documents. One that is there holds the same: its id tells
// the content of the list.
func (s *Plans) store(ctx context.Context, docs []Entry) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range docs {
		g.Go(func() error {
			err := entries.Insert(ctx, s.db, &docs[i])
			if errors.Is(err, store.ErrExists) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}

func listed(docs []Entry) []Listed {
	list := make([]Listed, 0, len(docs))
	for i := range docs {
		list = append(list, docs[i].listed())
	}
	return list
}

func (e *Entry) listed() Listed {
	return Listed{Entry: e.ID, Doc: e.Doc, Person: e.Person, Level: e.Level, Subjects: e.Subjects, Centre: e.Centre}
}

// Amend replaces the data of an entry, keeping the person, and makes it
// pending again. What is wrong is named as by Register, with "entry." before
// the field. Errors: ErrApplication, ErrEntryNotFound, ErrDecision when the
// entry is in a sitting, ErrKey, ErrStatus.
func (s *Plans) Amend(ctx context.Context, actor string, id ID, entry EntryID, key string, a Application, reason string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	_, p, err := s.open(ctx, id)
	if err != nil {
		return err
	}
	a.normal(p)
	var wrong []fault.Field
	for _, w := range a.check(p, s.now()) {
		wrong = append(wrong, w.field("entry."))
	}
	if wrong == nil && entryID(id, exam.PersonOf(s.seal, a.IDType, a.IDNumber)) != entry {
		wrong = append(wrong, fault.Field{Path: "entry.id_number", Code: "person_differs", Message: "another ID number is another person; register that one and reject this entry"})
	}
	if wrong != nil {
		return refuse(ErrApplication, wrong)
	}
	batch, err := s.batchID("amend/"+key, []Application{a})
	if err != nil {
		return err
	}
	doc, err := s.sealEntry(p, &a, batch, "form", actor, s.now())
	if err != nil {
		return err
	}
	if err := s.store(ctx, []Entry{doc}); err != nil {
		return err
	}
	_, err = s.step(ctx, id, actor, "amended/"+key, func(b *Book, _ *Plan) (string, any, error) {
		l := b.Line(entry)
		switch {
		case l == nil:
			return "", nil, ErrEntryNotFound
		case l.Doc == doc.Doc:
			return "", nil, nil
		case b.Status != Open && b.Status != Closed:
			return "", nil, ErrStatus.Param("status", b.Status)
		case len(l.Sittings) > 0:
			return "", nil, ErrDecision.With(fault.Field{Path: string(entry), Code: "entry_placed", Message: "the entry is in a sitting"})
		}
		return kindAmended, Amended{Listed: doc.listed(), Reason: reason}, nil
	})
	return err
}
