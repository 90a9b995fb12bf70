package award

import (
	"cmp"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Outcome is what a rule decides about a competitor.
type Outcome string

// The outcomes.
const (
	Given     Outcome = "given"      // award given, or through to the next stage
	NotGiven  Outcome = "not_given"  // not
	LotNeeded Outcome = "lot_needed" // the line runs through a tie; a lot must be drawn and recorded
	Waiting   Outcome = "waiting"    // another lot has to be drawn first
)

// Why is the reason of an outcome.
type Why string

// The reasons. The first five give, the others do not.
const (
	WhyPlace Why = "place" // within the places
	WhyTied  Why = "tied"  // tied with the last place, which all of them share
	WhyScore Why = "score" // reached the line
	WhyNear  Why = "near"  // within the gap of the medal's best, or of the last medallist
	WhyKeeps Why = "keeps" // was through before others withdrew

	WhyBehind       Why = "behind"       // behind the places
	WhyBelow        Why = "below"        // below the line
	WhyCut          Why = "cut"          // tied over the line, and such ties stay below it
	WhyBound        Why = "bound"        // tied over the line, and all together would be too many
	WhyLot          Why = "lot"          // a lot is needed, or another's must be drawn first
	WhyHolds        Why = "holds"        // holds another award of the group
	WhyNotStarted   Why = "not_started"  // was not there
	WhyDisqualified Why = "disqualified" // was disqualified
	WhyNoMarks      Why = "no_marks"     // has no marks
	WhyNoRank       Why = "no_rank"      // has no rank
	WhyDivision     Why = "division"     // the filter: not of the division
	WhyTeamSize     Why = "team_size"    // the filter: not of the team size
	WhyNotPassed    Why = "not_passed"   // the filter: a part was not passed
	WhyIdentity     Why = "identity"     // the filter: another kind of person
	WhyLevel        Why = "level"        // the filter: holds another level
	WhyQuota        Why = "quota"        // the delegation's quota is full
	WhyWithdrawn    Why = "withdrawn"    // withdrew
	WhyAward        Why = "award"        // promotion: holds none of the awards it asks for
	WhyRank         Why = "rank"         // promotion: not of the ranks it asks for
	WhyTop          Why = "top"          // promotion: the occupation has no higher level
)

// absent says why a competitor may not take a place at all; "" who may.
func (r *Result) absent() Why {
	switch {
	case r.Disqualified:
		return WhyDisqualified
	case !r.Started():
		return WhyNotStarted
	case r.Rank == 0:
		return WhyNoRank
	}
	return ""
}

// size counts the base among the results.
func (b Base) size(results []Result) int {
	n := 0
	for i := range results {
		if r := &results[i]; b == BaseEntered || b == BaseStarted && r.Started() || b == BaseRanked && r.placed() {
			n++
		}
	}
	return n
}

// of returns bp basis points of n.
func (r Rounding) of(n, bp int) int {
	exact := int64(n) * int64(bp)
	switch r {
	case RoundUp:
		return int((exact + basisPoints - 1) / basisPoints)
	case RoundHalfUp:
		return int((exact + basisPoints/2) / basisPoints)
	case RoundDown:
	}
	return int(exact / basisPoints)
}

// places returns the number of places among results and the base it follows
// from. ok is false when a number by team size is wanted and the competitors
// are of different sizes, or of one that the rule does not name.
func (c Cut) places(results []Result) (places, base int, ok bool) {
	base = c.Base.size(results)
	switch {
	case c.By == ByShare:
		return c.Rounding.of(base, c.ShareBP), base, true
	case c.By == ByScore || c.By == ByQuota:
		return 0, base, true
	case len(c.ByTeamSize) == 0 || len(results) == 0:
		return c.Count, base, true
	}
	members := len(results[0].Members)
	if slices.ContainsFunc(results, func(r Result) bool { return len(r.Members) != members }) {
		return 0, base, false
	}
	i := slices.IndexFunc(c.ByTeamSize, func(s SizeCount) bool { return s.Members == members })
	if i < 0 {
		return 0, base, false
	}
	return c.ByTeamSize[i].Count, base, true
}

// stand is one competitor in a line.
type stand struct {
	*Result
	score  int64 // by the cut's measure
	scored bool  // has one
	place  int   // from 1, in the line; of the first of the tied

	outcome Outcome
	why     Why
}

// line puts competitors who take up places in order of their ranks.
func line(list []*Result) []stand {
	out := make([]stand, 0, len(list))
	for _, r := range list {
		out = append(out, stand{Result: r})
	}
	slices.SortFunc(out, func(a, b stand) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(lotOf(a.Result), lotOf(b.Result)), cmp.Compare(a.Code, b.Code))
	})
	for i := range out {
		out[i].place = i + 1
		if i > 0 && out[i].Rank == out[i-1].Rank {
			out[i].place = out[i-1].place
		}
	}
	return out
}

func lotOf(r *Result) int64 {
	if r.Lot == nil {
		return 0
	}
	return *r.Lot
}

// decide draws the line: it sets outcome and why of everybody. base is what
// MaxBP bounds. It returns the number of places that a lot has to fill.
func (c Cut) decide(in []stand, places, base int) (open int) {
	if c.By == ByScore {
		for i := range in {
			if s := &in[i]; s.scored && s.score >= c.Min {
				s.outcome, s.why = Given, WhyScore
			} else {
				s.outcome, s.why = NotGiven, WhyBelow
			}
		}
		return 0
	}
	if c.By == ByQuota { // the quotas have drawn the line
		set(in, Given, WhyPlace)
		return 0
	}
	left, given := places, 0
	for from := 0; from < len(in); {
		to := from + 1
		for to < len(in) && in[to].Rank == in[from].Rank {
			to++
		}
		tied := in[from:to]
		switch {
		case len(tied) <= left:
			set(tied, Given, WhyPlace)
			left -= len(tied)
			given += len(tied)
		case left == 0:
			set(tied, NotGiven, WhyBehind)
		default:
			n, lots := c.split(tied, left, given, base)
			given, open, left = given+n, lots, 0
		}
		from = to
	}
	return open
}

// split decides about ties that the line runs through: left of them have a
// place, given are above them.
func (c Cut) split(tied []stand, left, given, base int) (n, open int) {
	switch c.Ties {
	case TiesIncludeAll:
		if c.MaxBP != 0 && int64(given+len(tied))*basisPoints > int64(base)*int64(c.MaxBP) {
			set(tied, NotGiven, WhyBound)
			return 0, 0
		}
		set(tied, Given, WhyTied)
		return len(tied), 0
	case TiesNeedLot:
		if !lotsDrawn(tied) {
			set(tied, LotNeeded, WhyLot)
			return 0, left
		}
		set(tied[:left], Given, WhyPlace)
		set(tied[left:], NotGiven, WhyLot)
		return left, 0
	case TiesCut:
	}
	set(tied, NotGiven, WhyCut)
	return 0, 0
}

func set(list []stand, outcome Outcome, why Why) {
	for i := range list {
		list[i].outcome, list[i].why = outcome, why
	}
}

// lotsDrawn reports whether lots put all of the tied in an order.
func lotsDrawn(tied []stand) bool {
	seen := make(map[int64]bool, len(tied))
	for _, s := range tied {
		if s.Lot == nil || seen[*s.Lot] {
			return false
		}
		seen[*s.Lot] = true
	}
	return true
}

// scoreOf returns the amount by the measure; ok is false without one.
func scoreOf(r *Result, m Measure, scores Scores) (score int64, ok bool) {
	if m == OnScale {
		score, ok = scores.Points[r.Code]
		return score, ok
	}
	return int64(r.Total.Marks), r.Total.State == scoring.HasValue
}
