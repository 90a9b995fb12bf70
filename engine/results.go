package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/scoring"
)

// PartState is what a module of one competitor shows.
type PartState string

// The states of a module on a board. Blank, a mark of zero and absent are
// three different things.
const (
	PartBlank   PartState = "blank"   // nothing yet
	PartPartial PartState = "partial" // provisional: some of the panel have marked
	PartReview  PartState = "review"  // the panel confers; the amount stands still
	PartMarked  PartState = "marked"  // agreed or imported
	PartAbsent  PartState = "absent"  // did not start
)

// Part is one module of a standing.
type Part struct {
	Module scoring.ModuleID `json:"module"`
	State  PartState        `json:"state"`
	Marks  *scoring.Marks   `json:"marks"` // hundredths, of the module's maximum; null without a value
	In     int              `json:"in"`    // judges who have submitted
	Of     int              `json:"of"`    // judges of the panel; 0 for imported modules
}

// Progress is how far a competitor has come.
type Progress string

// The progress of a competitor.
const (
	ProgressWaiting  Progress = "waiting"
	ProgressRunning  Progress = "running"
	ProgressReview   Progress = "review"
	ProgressComplete Progress = "complete"
	ProgressAbsent   Progress = "absent"
)

// Standing is one competitor's place. Unit and city are there only where the
// audience may know whose code it is.
type Standing struct {
	Code      string         `json:"code"`
	Unit      string         `json:"unit,omitempty"`
	City      string         `json:"city,omitempty"`
	Rank      *int           `json:"rank"` // null: not ranked
	Shared    bool           `json:"shared"`
	Total     *scoring.Marks `json:"total"` // hundredths of the full marks
	Complete  bool           `json:"complete"`
	Parts     []Part         `json:"parts"`
	Progress  Progress       `json:"progress"`
	ChangedAt time.Time      `json:"changed_at"`

	at        int // position of the competitor
	entry     scoring.Entry
	total     scoring.Total
	order     []int64
	passed    scoring.Verdict
	lotNeeded bool
}

// audience says which projection of the tally is wanted.
type audience int

// label is the code that stands for the competitor where all modules stand
// beside one another.
func (t *Tally) label(i int) string {
	for _, m := range t.open.Scheme.Modules {
		if l, ok := t.codes.lot(LayerStation, m.ID, i); ok {
			return l.Code
		}
	}
	return ""
}

// named reports whether it may be known whose code is whose.
func (t *Tally) named() bool {
	return t.decrypted() || t.status == Final
}

const (
	jury   audience = iota // the amounts as they are
	public                 // amounts stand still in conference, and hide where the policy says
)

// standings ranks the division for an audience, in board order.
func (t *Tally) standings(who audience) ([]Standing, error) {
	p := projection{who, who == public && !t.open.Board.Live && t.status != Final}
	return t.list(p, func() ([]Standing, error) { return t.ranked(p) })
}

func (t *Tally) ranked(p projection) ([]Standing, error) {
	out := make([]Standing, 0, len(t.open.Competitors))
	entries := make([]scoring.Entry, 0, len(t.open.Competitors))
	byCode := make(map[scoring.Code]int, len(t.open.Competitors))
	for i := range t.open.Competitors {
		st, err := t.line(i, p)
		if err != nil {
			return nil, err
		}
		byCode[scoring.Code(st.Code)] = i
		out, entries = append(out, st), append(entries, st.entry)
	}
	ranked, err := scoring.Rank(entries, t.open.Rules)
	if err != nil {
		return nil, err
	}
	for _, r := range ranked {
		if st := &out[byCode[r.Code]]; r.Rank > 0 {
			st.Rank, st.Shared, st.lotNeeded = &r.Rank, r.Tied, r.LotNeeded
		}
	}
	slices.SortFunc(out, func(a, b Standing) int {
		if c := slices.Compare(a.order, b.order); c != 0 {
			return c
		}
		return strings.Compare(a.Code, b.Code)
	})
	return out, nil
}

func (t *Tally) standing(i int, c Entrant, p projection) (Standing, error) {
	st := Standing{Code: t.label(i), Parts: []Part{}, at: i}
	if t.named() {
		st.Unit, st.City = c.Unit, c.City
	}
	total, err := t.total(i, p)
	if err != nil {
		return st, err
	}
	for k, m := range t.open.Scheme.Modules {
		part, err := t.part(i, m, total.Modules[k].Value)
		if err != nil {
			return st, err
		}
		st.Parts = append(st.Parts, part)
		if w := t.works[i][m.ID]; w.changed.After(st.ChangedAt) {
			st.ChangedAt = w.changed
		}
	}
	st.total, st.Complete = *total, total.Complete
	if total.Value.State == scoring.HasValue {
		st.Total = &total.Value.Marks
	}
	st.entry = t.entryOf(i, total)
	st.entry.Code = scoring.Code(st.Code)
	st.passed = scoring.Pass(*total, t.open.Rules).Verdict
	st.order = scoring.SortParts(st.entry, t.open.Rules)
	st.Progress = progressOf(st.Parts)
	return st, nil
}

// entry is what ranks the competitor at a position before the jury, without a
// code.
func (t *Tally) entry(i int) (scoring.Entry, error) {
	total, err := t.total(i, projection{jury, false})
	if err != nil {
		return scoring.Entry{}, err
	}
	return t.entryOf(i, total), nil
}

func (t *Tally) entryOf(i int, total *scoring.Total) scoring.Entry {
	e := total.Entry("")
	e.TimeMS = t.timeUsed(i)
	if lot, drawn := t.outcome.lots[i]; drawn {
		e.Lot = &lot
	}
	return e
}

// labelled returns the position of the competitor whose label the code is.
func (t *Tally) labelled(code string) (int, bool) {
	for i := range t.open.Competitors {
		if code != "" && t.label(i) == code {
			return i, true
		}
	}
	return 0, false
}

func progressOf(parts []Part) Progress {
	count := map[PartState]int{}
	for _, p := range parts {
		count[p.State]++
	}
	switch n := len(parts); {
	case count[PartReview] > 0:
		return ProgressReview
	case count[PartAbsent] == n:
		return ProgressAbsent
	case count[PartMarked]+count[PartAbsent] == n:
		return ProgressComplete
	case count[PartBlank] == n:
		return ProgressWaiting
	default:
		return ProgressRunning
	}
}

// Results is the jury's table of a division.
type Results struct {
	Version   int64      `json:"version"` // ledger sequence of the last record folded in
	Status    Status     `json:"status"`
	Standings []Standing `json:"standings"`
}

// Results returns the division's table with everything the jury may see.
func (s *Contests) Results(ctx context.Context, id DivisionID) (Results, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Results{}, err
	}
	var out Results
	err = a.read(ctx, func(t *Tally) error {
		out = Results{Version: t.seq, Status: t.status, Standings: []Standing{}}
		if t.status == Setup {
			return nil
		}
		out.Standings, err = t.standings(jury)
		return err
	})
	return out, err
}

// Why tells which step of the tie chain puts one competitor ahead of another
// on the public board, both by code, from public amounts only. Error:
// ErrNoRow.
func (s *Contests) Why(ctx context.Context, id DivisionID, x, y string) (scoring.Explanation, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return scoring.Explanation{}, err
	}
	var out scoring.Explanation
	err = a.read(ctx, func(t *Tally) error {
		p := projection{public, !t.open.Board.Live && t.status != Final}
		pair := make([]scoring.Entry, 0, 2)
		for _, code := range []string{x, y} {
			i, ok := t.labelled(code)
			if !ok {
				return ErrNoRow.Param("row", code)
			}
			st, err := t.standing(i, t.open.Competitors[i], p)
			if err != nil {
				return err
			}
			pair = append(pair, st.entry)
		}
		out = scoring.Explain(pair[0], pair[1], t.open.Rules)
		return nil
	})
	return out, err
}
