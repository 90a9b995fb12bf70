package plan

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
)

// EntryView is an entry as staff see it: ID number and phone masked.
type EntryView struct {
	ID          EntryID                      `json:"id"`
	Serial      int                          `json:"serial"`
	Revision    int                          `json:"revision"`
	Name        string                       `json:"name"`
	IDType      exam.IDType                  `json:"id_type"`
	IDMasked    string                       `json:"id_masked"`
	PhoneMasked string                       `json:"phone_masked"`
	Unit        string                       `json:"unit"`
	Level       bank.Level                   `json:"level"`
	Subjects    []SubjectID                  `json:"subjects"`
	Centre      string                       `json:"centre"`
	Factor      exam.Factor                  `json:"factor"`
	Needs       string                       `json:"needs"`
	Facts       Facts                        `json:"facts"`
	Materials   []MaterialID                 `json:"materials"`
	Lacking     []MaterialID                 `json:"lacking"` // required and not handed in
	HasPhoto    bool                         `json:"has_photo"`
	State       State                        `json:"state"`
	DecidedBy   string                       `json:"decided_by"`
	DecidedAt   time.Time                    `json:"decided_at"`
	Reason      string                       `json:"reason"`
	Eligibility Verdict                      `json:"eligibility"`
	Sittings    map[SubjectID]exam.SittingID `json:"sittings"`
	Source      string                       `json:"source"`
	At          time.Time                    `json:"registered_at"`
	By          string                       `json:"registered_by"`
	Contest
}

// Query selects entries of a plan; empty fields select all.
type Query struct {
	Text   string // in name or unit, or the end of the masked ID number
	State  State
	Level  bank.Level
	Result Result // of eligibility
	Offset int
	Limit  int // 1..200
}

// Entries returns a page of the plan's entries in order of registration, and
// how many there are in all. Errors: ErrNotFound.
func (s *Plans) Entries(ctx context.Context, id ID, q Query) ([]EntryView, int, error) {
	b, p, err := s.open(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	docs, err := s.documents(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	page, total := []EntryView{}, 0
	for _, l := range b.Lines {
		e := docs[l.Doc]
		if e == nil {
			return nil, 0, fmt.Errorf("entry %s: %w", l.Entry, store.ErrNotFound)
		}
		if q.State != "" && l.State != q.State || q.Level != 0 && l.Level != q.Level || !e.mentions(q.Text) {
			continue
		}
		wanted := total >= q.Offset && len(page) < q.Limit
		if q.Result != "" || wanted {
			v, err := s.judge(p, e)
			if err != nil {
				return nil, 0, err
			}
			if q.Result != "" && v.Result != q.Result {
				continue
			}
			if wanted {
				page = append(page, viewOf(p, l, e, v))
			}
		}
		total++
	}
	for i := range page {
		if page[i].HasPhoto, err = s.HasPhoto(ctx, b.Line(page[i].ID).Person); err != nil {
			return nil, 0, err
		}
	}
	return page, total, nil
}

// Entry returns one entry. Errors: ErrEntryNotFound, ErrNotFound.
func (s *Plans) Entry(ctx context.Context, id ID, entry EntryID) (EntryView, error) {
	b, p, err := s.open(ctx, id)
	if err != nil {
		return EntryView{}, err
	}
	l := b.Line(entry)
	if l == nil {
		return EntryView{}, ErrEntryNotFound
	}
	doc, err := entries.Get(ctx, s.db, l.Doc)
	if err != nil {
		return EntryView{}, err
	}
	v, err := s.judge(p, &doc.Value)
	if err != nil {
		return EntryView{}, err
	}
	view := viewOf(p, l, &doc.Value, v)
	view.HasPhoto, err = s.HasPhoto(ctx, l.Person)
	return view, err
}

// documents reads the plan's entries by document.
func (s *Plans) documents(ctx context.Context, id ID) (map[string]*Entry, error) {
	all, err := entries.All(ctx, s.db, store.Query{Index: byPlan, Equal: store.Key(string(id))})
	if err != nil {
		return nil, err
	}
	docs := make(map[string]*Entry, len(all))
	for i := range all {
		docs[all[i].Doc] = &all[i]
	}
	return docs, nil
}

func (e *Entry) mentions(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || strings.Contains(e.Name, text) || strings.Contains(e.Unit, text) || strings.HasSuffix(e.IDMasked, strings.ToUpper(text))
}

func viewOf(p *Plan, l *Line, e *Entry, v Verdict) EntryView {
	sittings := map[SubjectID]exam.SittingID{}
	for k, s := range l.Sittings {
		sittings[k] = s
	}
	return EntryView{ID: e.ID, Serial: l.Serial, Revision: l.Revision, Name: e.Name, IDType: e.IDType, IDMasked: e.IDMasked, PhoneMasked: e.PhoneMasked,
		Unit: e.Unit, Level: e.Level, Subjects: e.Subjects, Centre: e.Centre, Factor: e.Factor, Needs: e.Needs, Facts: e.Facts,
		Materials: e.Materials, Lacking: p.lacking(e.Materials), State: l.State, DecidedBy: l.By, DecidedAt: l.At, Reason: l.Reason,
		Eligibility: v, Sittings: sittings, Source: e.Source, At: e.At, By: e.By, Contest: e.Contest}
}

// lacking lists the required materials that were not handed in.
func (p *Plan) lacking(have []MaterialID) []MaterialID {
	list := []MaterialID{}
	for _, m := range p.Materials {
		got := !m.Required
		for _, h := range have {
			got = got || h == m.ID
		}
		if !got {
			list = append(list, m.ID)
		}
	}
	return list
}
