package award_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

func bound(code string, lo, hi scoring.Marks) award.Bound {
	return award.Bound{Code: scoring.Code(code), Lo: lo, Hi: hi, Started: true}
}

func clinch(t tb, r award.AdvanceRule, bounds ...award.Bound) []award.Clinched {
	t.Helper()
	out, err := award.Clinch(r, bounds)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func chances(list []award.Clinched) []string {
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%s %s %d-%d", x.Code, x.Chance, x.BestPlace, x.WorstPlace))
	}
	return out
}

func TestClinch(t *testing.T) {
	t.Parallel()
	// Two places. A is done with 90; nobody but B can pass it.
	got := clinch(t, through(first(2)), bound("A", 9000, 9000), bound("B", 8000, 9500), bound("C", 7000, 8500), bound("D", 5000, 7900))
	same(t, "two places", []string{"A in 1-2", "B open 1-3", "C open 2-4", "D out 3-4"}, chances(got))
	same(t, "why in", "确定晋级：最差第 2 名，2 个名额", got[0].Text.ZH)
	same(t, "why out", "cannot go on any more: at best rank 3, 2 places", got[3].Text.EN)
	same(t, "why open", "未定：第 1 至 3 名，2 个名额", got[1].Text.ZH)

	// A tie at the line is certain for nobody: the chain or a lot decides.
	got = clinch(t, through(first(1)), bound("A", 9000, 9000), bound("B", 8000, 9000))
	same(t, "a tie is possible", []string{"A open 1-2", "B open 1-2"}, chances(got))

	got = clinch(t, through(award.Cut{By: award.ByScore, Min: 6000, Measure: award.OnMarks}), bound("A", 6000, 9000), bound("B", 5000, 5999), bound("C", 5000, 6000))
	same(t, "a mark", []string{"A in 1-2", "B out 2-3", "C open 1-3"}, chances(got))
	same(t, "a mark", "未定：第 1 至 3 名，要求不低于 60.00", got[2].Text.ZH)

	// Half of those who start: of four it is two, of three rounded down one.
	r := through(share(5000))
	r.Rounding = award.RoundDown
	late := bound("D", 0, 1000)
	late.Started = false
	got = clinch(t, r, bound("A", 9000, 9000), bound("B", 8000, 8000), bound("C", 7000, 7000), late)
	same(t, "somebody may not come", []string{"A in 1-1", "B open 2-2", "C out 3-3", "D out 4-4"}, chances(got))
	same(t, "places", "open: rank 2 to 2, 1 to 2 places", got[1].Text.EN)

	// Delegations fill their own places only.
	q := through(award.Cut{By: award.ByQuota})
	q.Quota = &award.Quota{Each: 1}
	list := []award.Bound{bound("A", 9000, 9500), bound("B", 8000, 8900), bound("C", 10, 20), bound("D", 0, 15)}
	list[0].Delegation, list[1].Delegation, list[2].Delegation, list[3].Delegation = "x", "x", "y", "y"
	same(t, "quota", []string{"A in 1-1", "B out 2-2", "C open 3-4", "D open 3-4"}, chances(clinch(t, q, list...)))
	two := through(first(2))
	two.Quota = &award.Quota{Each: 1}
	same(t, "two places, one of each", []string{"A in 1-1", "B out 2-2", "C open 3-4", "D open 3-4"}, chances(clinch(t, two, list...)))

	_, err := award.Clinch(two, []award.Bound{bound("A", 2, 1), bound("A", 1, 2)})
	same(t, "bounds", []string{"bounds[0].lo out_of_range", "bounds[1].code duplicate"}, places(t, err, award.ErrResults))
	_, err = award.Clinch(through(award.Cut{By: award.ByCount, ByTeamSize: []award.SizeCount{{Members: 1, Count: 1}}}), nil)
	same(t, "team size", []string{"by_team_size not_allowed"}, places(t, err, award.ErrRules))
}

// futures calls f with every way in which the open marks can come out, the
// tie chain and the lots may decide and the late may come or not.
func futures(bounds []award.Bound, f func([]award.Result)) {
	var list []award.Result
	var next func(i, lot int)
	next = func(i, lot int) {
		if i == len(bounds) {
			f(list)
			return
		}
		b := bounds[i]
		add := func(v scoring.Value, practical scoring.Marks) {
			r := person(string(b.Code), v)
			r.Delegation, r.Lot = b.Delegation, new(int64(100+lot*i))
			r.Parts = map[scoring.PartID]scoring.Value{"practical": scoring.Of(practical)}
			list = append(list, r)
			next(i+1, lot)
			list = list[:i]
		}
		for m := b.Lo; m <= b.Hi; m++ {
			add(scoring.Of(m), 0)
			add(scoring.Of(m), 1) // decides a tie in the total
		}
		if !b.Started {
			add(scoring.Absence(), 0)
		}
	}
	next(0, 1)
	next(0, -1)
}

// Against every future of small contests: what is certain is so in all of
// them, and without quotas whoever is open can go on in one and not in
// another, ties in the total apart.
func TestClinchAgainstAllFutures(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var bounds []award.Bound
		for i := range rapid.IntRange(1, 4).Draw(t, "competitors") {
			b := bound(fmt.Sprint(i), 0, 0)
			b.Lo = scoring.Marks(rapid.IntRange(0, 4).Draw(t, "lo"))
			b.Hi = b.Lo + scoring.Marks(rapid.IntRange(0, 2).Draw(t, "open"))
			b.Delegation = award.DelegationID(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "delegation"))
			b.Started = rapid.IntRange(0, 3).Draw(t, "started") > 0
			bounds = append(bounds, b)
		}
		r := drawAdvance(t)
		got := clinch(t, r, bounds...)
		can, cannot := map[scoring.Code]bool{}, map[scoring.Code]bool{}
		tied := map[scoring.Code]bool{}
		futures(bounds, func(list []award.Result) {
			a := advance(t, r, rank(t, list))
			for _, x := range a.Decisions {
				can[x.Code] = can[x.Code] || x.Outcome != award.NotGiven
				cannot[x.Code] = cannot[x.Code] || x.Outcome != award.Given
			}
			for _, p := range list {
				for _, q := range list {
					tied[p.Code] = tied[p.Code] || p.Code != q.Code && p.Total == q.Total
				}
			}
		})
		for i, x := range got {
			switch {
			case x.Chance == award.CertainlyIn && cannot[x.Code]:
				t.Fatalf("%+v: %s is not certain to go on", bounds, x.Code)
			case x.Chance == award.CertainlyOut && can[x.Code]:
				t.Fatalf("%+v: %s is not certain to be out", bounds, x.Code)
			case x.Chance == award.StillOpen && r.Quota == nil && bounds[i].Started && allStarted(bounds) && !tied[x.Code] && (!can[x.Code] || !cannot[x.Code]):
				t.Fatalf("%+v: %s is open, but can=%v cannot=%v", bounds, x.Code, can[x.Code], cannot[x.Code])
			}
		}
	})
}

func allStarted(bounds []award.Bound) bool {
	for _, b := range bounds {
		if !b.Started {
			return false
		}
	}
	return true
}
