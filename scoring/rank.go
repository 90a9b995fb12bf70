package scoring

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Code is the competitor's code at the layer of identity that is being
// ranked: entry, station or work code.
type Code string

// Entry is what a ranking needs of one competitor. Values that are missing
// from the maps are blank.
type Entry struct {
	Code    Code               `json:"code"`
	Total   Value              `json:"total"`
	Parts   map[PartID]Value   `json:"parts"` // unweighted
	Modules map[ModuleID]Value `json:"modules"`
	TimeMS  *int64             `json:"time_ms"` // milliseconds used; null = not taken
	Lot     *int64             `json:"lot"`     // drawn once, witnessed and recorded; null = not drawn

	// Chief is the place that the chief judge has given among the tied, from 1;
	// null = not decided. TieDecision sets it.
	Chief        *int64 `json:"chief,omitempty"`
	Disqualified bool   `json:"disqualified,omitempty"` // listed behind everyone, without a rank
}

// Entry returns the total as a ranking entry under the given code, without a
// time or lot.
func (t Total) Entry(code Code) Entry {
	e := Entry{
		Code: code, Total: t.Value,
		Parts:   make(map[PartID]Value, len(t.Parts)),
		Modules: make(map[ModuleID]Value, len(t.Modules)),

		Disqualified: t.Disqualified,
	}
	for _, p := range t.Parts {
		e.Parts[p.Part] = p.Value
	}
	for _, m := range t.Modules {
		e.Modules[m.Module] = m.Value
	}
	return e
}

// Ranked is one competitor's place.
type Ranked struct {
	Code Code `json:"code"`
	Rank int  `json:"rank"` // from 1; 0 = listed without a rank
	Tied bool `json:"tied"` // others have the same rank
	// LotNeeded says that ranks may not be shared and the whole chain could
	// not separate the tied, who have a total: a lot must be drawn and recorded.
	LotNeeded bool `json:"lot_needed"`
	// DecisionNeeded says the same of a chain that lets the chief judge decide.
	DecisionNeeded bool `json:"decision_needed,omitempty"`
}

// The places of missing values in SortParts, behind every value.
const (
	sortAbsent  = math.MaxInt64 - 1 // did not start
	sortMissing = math.MaxInt64     // blank, disqualified, or no time, decision or lot
)

// SortParts returns the ranking order as numbers: an entry is ahead of another
// exactly when its parts are smaller, compared one by one from the first
// (slices.Compare); equal parts mean an equal rank. The first part is the
// total, the others are the steps of the tie chain, so there are always
// 1 + len(r.TieChain). "More is ahead" is negated, missing values are the
// largest.
//
// This is the one comparator of the program. A store that sorts bytes writes
// each part big-endian with its sign bit flipped.
func SortParts(e Entry, r Rules) []int64 {
	parts := make([]int64, 1, 1+len(r.TieChain))
	parts[0] = e.Total.sortPart()
	if e.Disqualified {
		parts[0] = sortMissing
	}
	for _, t := range r.TieChain {
		parts = append(parts, e.sortPart(t))
	}
	return parts
}

func (v Value) sortPart() int64 {
	switch v.State {
	case HasValue:
		return -int64(v.Marks)
	case DidNotStart:
		return sortAbsent
	default:
		return sortMissing
	}
}

func (e Entry) sortPart(t TieStep) int64 {
	switch t.By {
	case TiePart:
		return e.Parts[t.Part].sortPart()
	case TieModule:
		return e.Modules[t.Module].sortPart()
	case TieTime:
		return sortNumber(e.TimeMS)
	case TieChief:
		return sortNumber(e.Chief)
	case TieLot:
		return sortNumber(e.Lot)
	}
	return sortMissing
}

func sortNumber(n *int64) int64 {
	if n == nil {
		return sortMissing
	}
	return *n
}

// Compare returns -1 when a is ahead of b, 1 when b is ahead, and 0 when the
// total and the whole tie chain are equal.
func Compare(a, b Entry, r Rules) int {
	return slices.Compare(SortParts(a, r), SortParts(b, r))
}

// Rank orders the entries and gives out ranks 1-2-2-4. The result does not
// depend on the order of entries; equal competitors are listed by code.
// Competitors without a total come last and have no rank; those who did not
// start come before them, ranked if r.Absent is last. The error is ErrRanking
// when a code is there twice.
func Rank(entries []Entry, r Rules) ([]Ranked, error) {
	if err := checkCodes(entries); err != nil {
		return nil, err
	}
	type row struct {
		Entry
		parts []int64
	}
	rows := make([]row, len(entries))
	for i, e := range entries {
		rows[i] = row{e, SortParts(e, r)}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if c := slices.Compare(a.parts, b.parts); c != 0 {
			return c
		}
		return strings.Compare(string(a.Code), string(b.Code))
	})
	out := make([]Ranked, len(rows))
	for i, w := range rows {
		out[i] = Ranked{Code: w.Code}
		if !r.ranks(w.Entry) {
			continue
		}
		out[i].Rank = i + 1
		if i > 0 && r.halfDrawn(rows[i-1].Entry, w.Entry) {
			out[i].LotNeeded, out[i-1].LotNeeded = true, true
		}
		if i > 0 && slices.Equal(w.parts, rows[i-1].parts) {
			out[i].Rank = out[i-1].Rank
			out[i].Tied, out[i-1].Tied = true, true
			needed := r.Ranking == RankUnique && w.Total.State == HasValue
			lot := needed && r.asks(TieLot)
			out[i].LotNeeded, out[i-1].LotNeeded = lot, lot || out[i-1].LotNeeded
			decision := needed && r.asks(TieChief)
			out[i].DecisionNeeded, out[i-1].DecisionNeeded = decision, decision
		}
	}
	return out, nil
}

// halfDrawn reports whether a lot is to decide between two of whom one alone
// has drawn, such as somebody who is tied since a correction: without a lot one
// sorts last, which nobody has decided.
func (r Rules) halfDrawn(a, b Entry) bool {
	if r.Ranking != RankUnique || !r.asks(TieLot) || b.Total.State != HasValue || (a.Lot == nil) == (b.Lot == nil) {
		return false
	}
	a.Lot, b.Lot = nil, nil
	return Compare(a, b, r) == 0
}

// ranks reports whether an entry has a place in the ranking.
func (r Rules) ranks(e Entry) bool {
	state := e.Total.State
	return !e.Disqualified && (state == HasValue || state == DidNotStart && r.Absent == AbsentLast)
}

// asks reports whether the tie chain has a step of this kind.
func (r Rules) asks(by TieBy) bool {
	return slices.ContainsFunc(r.TieChain, func(t TieStep) bool { return t.By == by })
}

func checkCodes(entries []Entry) error {
	var p problems
	seen := make(map[Code]bool, len(entries))
	for i, e := range entries {
		if seen[e.Code] {
			p.add(fmt.Sprintf("entries[%d].code", i), "duplicate", "code %s is there twice", e.Code)
		}
		seen[e.Code] = true
	}
	return p.err(ErrRanking)
}
