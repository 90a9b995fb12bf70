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
	PartSealed  PartState = "sealed"  // says nothing before decryption: it would tie codes together
)

// Part is one module of a standing.
type Part struct {
	Module scoring.ModuleID `json:"module"`
	State  PartState        `json:"state" enum:"blank,partial,review,marked,absent,sealed"`
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

// standings ranks the division for an audience, in board order. Who has no
// code yet by which the audience could know a row is left out.
func (t *Tally) standings(who audience) ([]Standing, error) {
	v := t.sight(who)
	return t.list(v.projection(), func() ([]Standing, error) { return t.ranked(v) })
}

func (t *Tally) ranked(v sight) ([]Standing, error) {
	out := make([]Standing, 0, len(t.open.Competitors))
	entries := make([]scoring.Entry, 0, len(t.open.Competitors))
	byCode := make(map[scoring.Code]int, len(t.open.Competitors))
	for i := range t.open.Competitors {
		st, err := t.line(v, i)
		if err != nil {
			return nil, err
		}
		if st.Code == "" {
			continue
		}
		byCode[scoring.Code(st.Code)] = len(out)
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

func (t *Tally) standing(v sight, i int, c Entrant) (Standing, error) {
	st := Standing{Code: t.rowCode(v, i), Parts: []Part{}, at: i}
	if v.named {
		st.Unit, st.City = c.Unit, c.City
	}
	total, err := t.total(i, v.projection())
	if err != nil {
		return st, err
	}
	shown := []Part{}
	for k, m := range t.open.Scheme.Modules {
		if v.sealed[m.ID] {
			st.Parts = append(st.Parts, Part{Module: m.ID, State: PartSealed})
			continue
		}
		w, counts := t.works[i][m.ID], total.Modules[k].Value
		if !v.whole() && !v.hide {
			// What is held against a competitor may have been seen in another
			// layer; it counts when the total does.
			if counts, err = t.worth(i, m, w, v.who); err != nil {
				return st, err
			}
		}
		part, err := t.part(i, m, counts)
		if err != nil {
			return st, err
		}
		shown, st.Parts = append(shown, part), append(st.Parts, part)
		if w.changed.After(st.ChangedAt) {
			st.ChangedAt = w.changed
		}
	}
	st.total, st.Complete = *total, total.Complete && v.whole()
	if total.Value.State == scoring.HasValue {
		st.Total = &total.Value.Marks
	}
	st.entry = t.entryOf(i, total)
	st.entry.Code = scoring.Code(st.Code)
	if v.hide || !v.whole() { // an order by times or lots would tell as much as an amount
		st.entry.TimeMS, st.entry.Lot = nil, nil
	}
	st.passed = scoring.Pass(*total, t.open.Rules).Verdict
	st.order = scoring.SortParts(st.entry, t.open.Rules)
	st.Progress = progressOf(shown)
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
	case n == 0:
		return ProgressWaiting
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
	// Label is the layer whose codes name the standings.
	Label Layer `json:"label" enum:"entry,station,work"`
	// Separate are amounts that no standing may hold before decryption.
	Separate []Separate `json:"separate"`
}

// Results returns the division's table with everything the jury may see.
func (s *Contests) Results(ctx context.Context, id DivisionID) (Results, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Results{}, err
	}
	var out Results
	err = a.read(ctx, func(t *Tally) error {
		out = Results{Version: t.seq, Status: t.status, Standings: []Standing{}, Label: LayerStation, Separate: []Separate{}}
		if t.status == Setup {
			return nil
		}
		v := t.sight(jury)
		out.Label = v.label
		if out.Standings, err = t.standings(jury); err != nil {
			return err
		}
		out.Separate, err = t.separate(v)
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
		if p := t.newest(); p != nil {
			out, err = p.why(x, y, t.open.Rules)
			return err
		}
		v := t.sight(public)
		pair := make([]scoring.Entry, 0, 2)
		for _, code := range []string{x, y} {
			i := slices.IndexFunc(t.open.Competitors, func(c Entrant) bool { return code != "" && t.rowCode(v, t.byID[c.ID]) == code })
			if i < 0 {
				return ErrNoRow.Param("row", code)
			}
			st, err := t.standing(v, i, t.open.Competitors[i])
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
