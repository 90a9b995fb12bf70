package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// State is where an entry stands.
type State string

// The states of an entry.
const (
	Pending  State = "pending"  // waits for a decision
	Accepted State = "accepted" // eligible, complete
	Returned State = "returned" // to be mended by the candidate
	Rejected State = "rejected"
)

// Valid reports whether s is a known state.
func (s State) Valid() bool {
	switch s {
	case Pending, Accepted, Returned, Rejected:
		return true
	}
	return false
}

// Kinds of records in the stream of a plan.
const (
	kindOpened     = "plan.opened"     // freezes the plan
	kindStatus     = "plan.status"     // closed, arranged, archived
	kindRegistered = "plan.registered" // a list of entries, all or none
	kindAmended    = "plan.amended"    // a new revision of an entry
	kindDecided    = "plan.decided"    // accepted, returned, rejected, undone
	kindPlacing    = "plan.placing"    // entries go into a sitting
	kindPlacingOff = "plan.placing_off"
)

// Opened freezes the plan.
type Opened struct {
	Plan Plan `json:"plan"`
}

// StatusChanged moves the plan on.
type StatusChanged struct {
	To     Status `json:"to"`
	Reason string `json:"reason,omitempty"`
}

// Registered adds a list of entries: the record is what makes it count.
type Registered struct {
	Source string   `json:"source"` // "form", or the file's name
	SHA256 string   `json:"sha256,omitempty"`
	Late   string   `json:"late,omitempty"` // why it was taken outside the window
	List   []Listed `json:"list"`
	Key    string   `json:"key"`
}

// Listed is one entry of a list: no name and no number, those are in its
// document.
type Listed struct {
	Entry    EntryID          `json:"entry"`
	Doc      string           `json:"doc"`
	Person   exam.CandidateID `json:"person"`
	Level    bank.Level       `json:"level"`
	Subjects []SubjectID      `json:"subjects"`
	Centre   string           `json:"centre,omitempty"`
}

// Amended replaces the data of an entry and makes it pending again.
type Amended struct {
	Listed Listed `json:"listed"`
	Reason string `json:"reason,omitempty"`
}

// Decided is one decision about entries.
type Decided struct {
	Entries []EntryID `json:"entries"`
	To      State     `json:"to"` // pending: a decision is undone
	Reason  string    `json:"reason,omitempty"`
	// Verdicts are what the rules said at that moment, in the order of Entries.
	Verdicts []Result `json:"verdicts,omitempty"`
}

// Placing sends entries into a sitting. It is written before the sitting is
// made, so that a crash is completed by repeating the call.
type Placing struct {
	Key     string         `json:"key"`
	Sitting exam.SittingID `json:"sitting"`
	Subject SubjectID      `json:"subject"`
	Entries []EntryID      `json:"entries"`
}

// PlacingOff takes a placing back that the sitting refused.
type PlacingOff struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`
}

// Line is one entry in the book.
type Line struct {
	Listed
	Serial   int // order of registration, from 1
	Revision int // 1, +1 with each amendment
	State    State
	By       string // who decided
	At       time.Time
	Reason   string
	Sittings map[SubjectID]exam.SittingID
}

// Book is the fold over the stream of a plan. One that was handed out is not
// changed any more.
type Book struct {
	ID       ID
	Seq      int64
	Status   Status
	Plan     *Plan // frozen; nil before the opening
	Lines    []*Line
	Placings []Placing
	at       map[EntryID]int
	keys     map[string][]EntryID // by the key of a registration
}

func newBook(id ID) *Book {
	return &Book{ID: id, Status: Draft, at: map[EntryID]int{}, keys: map[string][]EntryID{}}
}

// Line returns the entry, or nil.
func (b *Book) Line(id EntryID) *Line {
	i, ok := b.at[id]
	if !ok {
		return nil
	}
	return b.Lines[i]
}

// after returns the book with the records added; the receiver stays.
func (b *Book) after(records []ledger.Record) (*Book, error) {
	next := *b
	next.Lines = make([]*Line, len(b.Lines))
	for i, l := range b.Lines {
		c := *l
		c.Sittings = map[SubjectID]exam.SittingID{}
		for k, v := range l.Sittings {
			c.Sittings[k] = v
		}
		next.Lines[i] = &c
	}
	next.Placings = slices.Clone(b.Placings)
	next.at, next.keys = map[EntryID]int{}, map[string][]EntryID{}
	for k, v := range b.at {
		next.at[k] = v
	}
	for k, v := range b.keys {
		next.keys[k] = v
	}
	for _, r := range records {
		if err := next.apply(r); err != nil {
			return nil, ErrFold.Param("stream", r.Stream).Param("seq", r.Seq).Wrap(err)
		}
	}
	return &next, nil
}

func (b *Book) apply(r ledger.Record) error {
	if r.Seq != b.Seq+1 {
		return fmt.Errorf("record %d follows record %d", r.Seq, b.Seq)
	}
	b.Seq = r.Seq
	switch r.Kind {
	case kindOpened:
		return read(r, func(e Opened) { b.Plan, b.Status = &e.Plan, Open })
	case kindStatus:
		return read(r, func(e StatusChanged) { b.Status = e.To })
	case kindRegistered:
		return read(r, func(e Registered) { b.register(r, e) })
	case kindAmended:
		return read(r, func(e Amended) { b.amend(r, e) })
	case kindDecided:
		return read(r, func(e Decided) { b.decide(r, e) })
	case kindPlacing:
		return read(r, func(e Placing) { b.Placings = append(b.Placings, e); b.place(e, e.Sitting) })
	case kindPlacingOff:
		return read(r, func(e PlacingOff) { b.unplace(e.Key) })
	}
	return fmt.Errorf("unknown kind %q", r.Kind)
}

func read[E any](r ledger.Record, f func(E)) error {
	var e E
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return err
	}
	f(e)
	return nil
}

func (b *Book) register(r ledger.Record, e Registered) {
	ids := make([]EntryID, 0, len(e.List))
	for _, l := range e.List {
		ids = append(ids, l.Entry)
		b.at[l.Entry] = len(b.Lines)
		b.Lines = append(b.Lines, &Line{Listed: l, Serial: len(b.Lines) + 1, Revision: 1, State: Pending, At: r.At, Sittings: map[SubjectID]exam.SittingID{}})
	}
	b.keys[r.Key] = ids
}

func (b *Book) amend(r ledger.Record, e Amended) {
	if l := b.Line(e.Listed.Entry); l != nil {
		l.Listed, l.State, l.Revision = e.Listed, Pending, l.Revision+1
		l.By, l.At, l.Reason = r.Actor, r.At, e.Reason
	}
}

func (b *Book) decide(r ledger.Record, e Decided) {
	for _, id := range e.Entries {
		if l := b.Line(id); l != nil {
			l.State, l.By, l.At, l.Reason = e.To, r.Actor, r.At, e.Reason
		}
	}
}

// place sets, or with "" clears, the sitting of a placing's entries.
func (b *Book) place(p Placing, s exam.SittingID) {
	for _, id := range p.Entries {
		l := b.Line(id)
		switch {
		case l == nil:
		case s == "":
			delete(l.Sittings, p.Subject)
		default:
			l.Sittings[p.Subject] = s
		}
	}
}

func (b *Book) unplace(key string) {
	i := slices.IndexFunc(b.Placings, func(p Placing) bool { return p.Key == key })
	if i >= 0 {
		b.place(b.Placings[i], "")
		b.Placings = slices.Delete(b.Placings, i, i+1)
	}
}

// Counts are entries by state.
type Counts struct {
	Total    int `json:"total"`
	Pending  int `json:"pending"`
	Accepted int `json:"accepted"`
	Returned int `json:"returned"`
	Rejected int `json:"rejected"`
	Placed   int `json:"placed"` // accepted and in at least one sitting
}

// Counts counts the book's entries.
func (b *Book) Counts() Counts {
	c := Counts{Total: len(b.Lines)}
	for _, l := range b.Lines {
		switch l.State {
		case Pending:
			c.Pending++
		case Accepted:
			c.Accepted++
		case Returned:
			c.Returned++
		case Rejected:
			c.Rejected++
		}
		if l.State == Accepted && len(l.Sittings) > 0 {
			c.Placed++
		}
	}
	return c
}
