package award

import (
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// stage is one application of an AdvanceRule.
type stage struct {
	rule    AdvanceRule
	results []Result // in order
	places  int
	base    int
}

func (st *stage) fits(r *Result) (refused Why) {
	_, refused = st.rule.Filter.receivers(r, PerCompetitor)
	return refused
}

// counted returns those of whom a share is taken.
func (st *stage) counted() []Result {
	if st.rule.Among == AmongField {
		return st.results
	}
	return slices.DeleteFunc(slices.Clone(st.results), func(r Result) bool { return st.fits(&r) != "" })
}

// run decides about everybody, in order of the results, when the given ones
// have withdrawn. open is how many places wait for a lot.
func (st *stage) run(withdrawn []scoring.Code) (out []AdvanceDecision, open int) {
	out = make([]AdvanceDecision, len(st.results))
	refused := make(map[scoring.Code]Why, len(st.results))
	var takers []*Result
	for i := range st.results {
		r := &st.results[i]
		out[i] = AdvanceDecision{Code: r.Code, Delegation: r.Delegation, Rank: r.Rank}
		no, why := r.absent(), st.fits(r)
		gone := slices.Contains(withdrawn, r.Code)
		switch {
		case no != "":
			refused[r.Code] = no
		case why != "":
			refused[r.Code] = why
		case gone:
			refused[r.Code] = WhyWithdrawn
		}
		if no == "" && (why == "" || st.rule.Among == AmongField) && (!gone || st.rule.Replace == ReplaceNone) {
			takers = append(takers, r)
		}
	}
	lots, full := st.quotas(takers, refused)
	takers = slices.DeleteFunc(takers, func(r *Result) bool { return full[r.Code] })
	in := line(takers)
	for i := range in {
		in[i].score, in[i].scored = scoreOf(in[i].Result, st.rule.Measure, Scores{})
	}
	open = st.rule.decide(in, st.places, st.base)
	stands := make(map[scoring.Code]stand, len(in))
	for _, s := range in {
		stands[s.Code] = s
	}
	waitFrom := st.waitFrom(lots, stands)
	lineLot, quotaLots := false, map[DelegationID]int{}
	for i := range out {
		x := &out[i]
		s := stands[x.Code]
		x.Place, x.Outcome, x.Why = s.place, s.outcome, s.why
		n, drawing := lots[x.Code]
		switch {
		case full[x.Code]:
			x.Outcome, x.Why = NotGiven, WhyQuota
		case refused[x.Code] != "":
			x.Outcome, x.Why = NotGiven, refused[x.Code]
		case drawing && (s.outcome != NotGiven || x.Rank > waitFrom):
			x.Outcome, x.Why = LotNeeded, WhyQuota
			quotaLots[x.Delegation] = n
		case x.Rank >= waitFrom:
			x.Outcome, x.Why = Waiting, WhyLot
		}
		lineLot = lineLot || x.Outcome == LotNeeded && x.Why == WhyLot
	}
	if !lineLot {
		open = 0 // a tie among people who may not take the places
	}
	for _, n := range quotaLots {
		open += n
	}
	return out, open
}

// quotas holds each delegation's line against its quota: about whom a lot must
// be drawn within the delegation, and for how many places; and who is beyond.
func (st *stage) quotas(takers []*Result, refused map[scoring.Code]Why) (lots map[scoring.Code]int, full map[scoring.Code]bool) {
	lots, full = map[scoring.Code]int{}, map[scoring.Code]bool{}
	if st.rule.Quota == nil {
		return lots, full
	}
	by := make(map[DelegationID][]*Result)
	for _, r := range takers {
		if why := refused[r.Code]; why == "" || why == WhyWithdrawn {
			by[r.Delegation] = append(by[r.Delegation], r)
		}
	}
	for id, list := range by {
		in := line(list)
		open := Cut{By: ByCount, Ties: st.rule.Ties}.decide(in, st.rule.Quota.of(id), 0)
		for _, s := range in {
			switch s.outcome {
			case LotNeeded:
				lots[s.Code] = open
			case NotGiven:
				full[s.Code] = true
			case Given, Waiting:
			}
		}
	}
	return lots, full
}

// waitFrom returns the best rank about which a delegation's lot is open: from
// there on it is not known who takes up places. Nobody waits where places are
// not counted, or where they are used up before that rank.
func (st *stage) waitFrom(lots map[scoring.Code]int, stands map[scoring.Code]stand) int {
	never := len(st.results) + 1
	if st.rule.By == ByScore || st.rule.By == ByQuota {
		return never
	}
	for i := range st.results { // in order of rank
		code := st.results[i].Code
		if _, drawing := lots[code]; !drawing {
			continue
		}
		if stands[code].outcome == NotGiven {
			return never
		}
		return st.results[i].Rank
	}
	return never
}

// keep lets through whoever was through before others withdrew.
func keep(before, after []AdvanceDecision, withdrawn []scoring.Code) {
	for i := range after { // both are in the order of the results
		x := &after[i]
		if before[i].Outcome == Given && x.Outcome != Given && !slices.Contains(withdrawn, x.Code) {
			x.Outcome, x.Why = Given, WhyKeeps
		}
	}
}

// replaced names for those who came in by withdrawals whom they replace: in
// order of rank and of withdrawal, with ByQuota within the delegation.
func (st *stage) replaced(before, after []AdvanceDecision, withdrawn []scoring.Code) {
	was := make(map[scoring.Code]AdvanceDecision, len(before))
	for _, x := range before {
		was[x.Code] = x
	}
	var free []AdvanceDecision
	for _, code := range withdrawn {
		if was[code].Outcome == Given {
			free = append(free, was[code])
		}
	}
	for i := range after {
		x := &after[i]
		if x.Outcome != Given || was[x.Code].Outcome != NotGiven {
			continue
		}
		at := slices.IndexFunc(free, func(f AdvanceDecision) bool {
			return st.rule.By != ByQuota || f.Delegation == x.Delegation
		})
		if at >= 0 {
			x.Replaces = free[at].Code
			free = slices.Delete(free, at, at+1)
		}
	}
}

// reserves numbers those who are next in line.
func (st *stage) reserves(decisions []AdvanceDecision) {
	type turn struct{ count, rank, number int }
	turns := make(map[DelegationID]*turn)
	for i := range decisions {
		x := &decisions[i]
		next := x.Why == WhyBehind || x.Why == WhyCut || x.Why == WhyBound || x.Why == WhyLot
		line := DelegationID("")
		if st.rule.By == ByQuota {
			next, line = x.Why == WhyQuota, x.Delegation
		}
		if x.Outcome != NotGiven || !next {
			continue
		}
		t := turns[line]
		if t == nil {
			t = &turn{}
			turns[line] = t
		}
		t.count++
		if x.Rank != t.rank {
			t.rank, t.number = x.Rank, t.count
		}
		if t.number <= st.rule.Reserves {
			x.Reserve = t.number
		}
	}
}
