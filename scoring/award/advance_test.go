package award_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// through draws a line for the next stage; what is not said is the usual.
func through(c award.Cut) award.AdvanceRule {
	c.Ties = cmpOr(c.Ties, award.TiesIncludeAll)
	return award.AdvanceRule{ID: "a", Version: 1, Cut: c, Among: award.AmongField, Replace: award.ReplaceNext}
}

func advance(t tb, r award.AdvanceRule, results []award.Result, withdrawn ...scoring.Code) award.Advancement {
	t.Helper()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	a, err := award.Advance(r, results, withdrawn)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func in(a award.Advancement) []scoring.Code {
	out := []scoring.Code{}
	for _, x := range a.Decisions {
		if x.Outcome == award.Given {
			out = append(out, x.Code)
		}
	}
	return out
}

func of(t tb, a award.Advancement, code scoring.Code) award.AdvanceDecision {
	t.Helper()
	for _, x := range a.Decisions {
		if x.Code == code {
			return x
		}
	}
	t.Fatalf("no decision about %s", code)
	return award.AdvanceDecision{}
}

// 135 teams in the preliminary, the first 60 % in the final: 81 (contest.md §1.1).
func TestTopSixtyPercent(t *testing.T) {
	t.Parallel()
	a := advance(t, through(share(6000)), field(t, 135))
	if a.Through != 81 || a.Base != 135 || a.Count != 81 || a.Open != 0 {
		t.Errorf("%d of %d go on, %d places", a.Through, a.Base, a.Count)
	}
	same(t, "the last one in", "第 81 名，在名额之内：实际参赛 135 × 60% = 81，小数进一为 81 个名额", of(t, a, "81").Text.ZH)
	same(t, "the first one out", "rank 82 is beyond the places: 135 started × 60 % = 81, rounded up to 81 places", of(t, a, "82").Text.EN)
}

func TestAdvanceLines(t *testing.T) {
	t.Parallel()
	lot := first(3)
	lot.Ties = award.TiesNeedLot
	cut := first(3)
	cut.Ties = award.TiesCut
	tests := map[string]struct {
		cut  award.Cut
		want []scoring.Code
		open int
	}{
		"number, ties together":    {first(3), codes(1, 4), 0},
		"number, ties out":         {cut, codes(1, 2), 0},
		"number, a lot":            {lot, codes(1, 2), 1},
		"ranks":                    {award.Cut{By: award.ByRank, Count: 2}, codes(1, 2), 0},
		"mark":                     {award.Cut{By: award.ByScore, Min: 6000, Measure: award.OnMarks}, codes(1, 5), 0},
		"share of those who came":  {share(5000), codes(1, 4), 0},
		"more places than people ": {first(99), codes(1, 6), 0},
	}
	for name, tt := range tests {
		results := append(scored(t, 9000, 8000, 7000, 7000, 6000, 5000), person("07", scoring.Absence()))
		a := advance(t, through(tt.cut), rank(t, results))
		same(t, name, tt.want, in(a))
		if a.Open != tt.open {
			t.Errorf("%s: %d open", name, a.Open)
		}
	}
}

// delegated gives the field's competitors delegations in order.
func delegated(t tb, n int, ids ...award.DelegationID) []award.Result {
	t.Helper()
	results := field(t, n)
	for i := range results {
		results[i].Delegation = ids[i%len(ids)]
	}
	return results
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	results := delegated(t, 12, "A", "A", "B") // A: 1 2 4 5 7 8 10 11, B: 3 6 9 12
	r := through(first(5))
	r.Quota = &award.Quota{Each: 3}
	a := advance(t, r, results)
	same(t, "five, at most three of one", []scoring.Code{"01", "02", "03", "04", "06"}, in(a))
	same(t, "why", "第 5 名，代表队的 3 个名额已满", of(t, a, "05").Text.ZH)

	r = through(award.Cut{By: award.ByQuota})
	r.Quota = &award.Quota{Each: 2, Own: []award.DelegationCount{{Delegation: "B", Count: 1}}}
	a = advance(t, r, results)
	same(t, "the first of each", []scoring.Code{"01", "02", "03"}, in(a))
	same(t, "why", "rank 3 is within the delegation's 1 places", of(t, a, "03").Text.EN)

	// A host city without a quota of its own sends nobody.
	r.Quota.Own[0].Count = 0
	same(t, "none of B", codes(1, 2), in(advance(t, r, results)))
}

// Two of one delegation are level at its last place.
func TestQuotaTies(t *testing.T) {
	t.Parallel()
	results := scored(t, 9000, 8000, 8000, 7000, 6000)
	for i, id := range []award.DelegationID{"B", "A", "A", "B", "C"} {
		results[i].Delegation = id
	}
	for ties, want := range map[award.Ties][]scoring.Code{
		award.TiesIncludeAll: codes(1, 3), award.TiesCut: {"01", "04", "05"}, award.TiesNeedLot: {"01"},
	} {
		c := first(3)
		c.Ties = ties
		r := through(c)
		r.Quota = &award.Quota{Each: 1}
		if ties == award.TiesCut {
			r.Quota.Own = []award.DelegationCount{{Delegation: "B", Count: 2}}
		}
		a := advance(t, r, results)
		same(t, string(ties), want, in(a))
		if ties == award.TiesNeedLot {
			same(t, "lot", "第 2 名，代表队 1 个名额的末位并列，须抽签决定", of(t, a, "03").Text.ZH)
			if x := of(t, a, "05"); a.Open != 1 || x.Outcome != award.Waiting {
				t.Errorf("%d open, %+v", a.Open, x)
			}
			results[1].Lot, results[2].Lot = new(int64(2)), new(int64(1))
			same(t, "after the lot", []scoring.Code{"01", "03", "05"}, in(advance(t, r, results)))
			results[1].Lot, results[2].Lot = nil, nil
			// Where the places are used up before them no lot is asked for.
			r.Count = 1
			a = advance(t, r, results)
			same(t, "one place", codes(1, 1), in(a))
			if x := of(t, a, "02"); a.Open != 0 || x.Outcome != award.NotGiven {
				t.Errorf("%d open, %+v", a.Open, x)
			}
		}
	}
}

func TestReplacements(t *testing.T) {
	t.Parallel()
	r := through(first(3))
	r.Reserves = 2
	results := field(t, 6)
	a := advance(t, r, results)
	same(t, "reserve", "第 4 名，在名额之外：规定 3 个名额；候补第 1 位", of(t, a, "04").Text.ZH)
	if of(t, a, "05").Reserve != 2 || of(t, a, "06").Reserve != 0 || of(t, a, "03").Reserve != 0 {
		t.Errorf("%+v", a.Decisions)
	}

	a = advance(t, r, results, "02", "05", "01")
	same(t, "in", []scoring.Code{"03", "04", "06"}, in(a))
	if x := of(t, a, "04"); x.Replaces != "02" || !strings.HasSuffix(x.Text.EN, "; replaces 02") {
		t.Errorf("%+v", x)
	}
	if x := of(t, a, "06"); x.Replaces != "01" {
		t.Errorf("%+v", x)
	}
	same(t, "withdrawn", "已退出", of(t, a, "05").Text.ZH)

	r.Replace, r.Reserves = award.ReplaceNone, 0
	same(t, "nobody is replaced", []scoring.Code{"01", "03"}, in(advance(t, r, results, "02")))

	q := through(award.Cut{By: award.ByQuota})
	q.Quota, q.Reserves = &award.Quota{Each: 2}, 1
	list := delegated(t, 8, "A", "B")
	a = advance(t, q, list, "03", "02")
	same(t, "of the same delegation", []scoring.Code{"01", "04", "05", "06"}, in(a))
	if of(t, a, "05").Replaces != "03" || of(t, a, "06").Replaces != "02" || of(t, a, "07").Reserve != 1 || of(t, a, "08").Reserve != 1 {
		t.Errorf("%+v", a.Decisions)
	}

	_, err := award.Advance(r, results, []scoring.Code{"01", "77", "01"})
	same(t, "withdrawn", []string{"withdrawn[1] unknown", "withdrawn[2] duplicate"}, places(t, err, award.ErrResults))
}

// 01 leaves; its delegation has two level ones for the place under its quota,
// who together would push out 04. It was through and stays so.
func TestNobodyFallsOutByAWithdrawal(t *testing.T) {
	t.Parallel()
	results := scored(t, 9000, 8000, 8000, 7000)
	results[3].Delegation = "B"
	r := through(first(2))
	r.Quota = &award.Quota{Each: 1}
	same(t, "before", []scoring.Code{"01", "04"}, in(advance(t, r, results)))
	a := advance(t, r, results, "01")
	same(t, "after", codes(2, 4), in(a))
	if x := of(t, a, "04"); x.Why != award.WhyKeeps || x.Text.ZH != "他人退出之前已晋级，予以保留" || of(t, a, "02").Replaces != "01" {
		t.Errorf("%+v", x)
	}
}

func TestAdvanceRuleIsChecked(t *testing.T) {
	t.Parallel()
	bad := award.AdvanceRule{Cut: award.Cut{By: award.ByShare, ShareBP: 10001, Ties: "x"}, Among: "y", Replace: award.ReplaceNone, Reserves: 1,
		Quota: &award.Quota{Each: -1, Own: []award.DelegationCount{{Delegation: "A"}, {Delegation: "A", Count: -1}}}}
	same(t, "rule", []string{
		"id missing", "version out_of_range", "ties unknown", "base unknown", "share_bp out_of_range", "rounding unknown", "among unknown",
		"reserves inconsistent", "quota.each out_of_range", "quota.own[1].count out_of_range", "quota.own[1].delegation duplicate",
	}, places(t, bad.Validate(), award.ErrRules))
	same(t, "quota", []string{"quota missing"}, places(t, through(award.Cut{By: award.ByQuota}).Validate(), award.ErrRules))
	same(t, "scale", []string{"measure scale_missing"},
		places(t, through(award.Cut{By: award.ByScore, Min: 1, Measure: award.OnScale}).Validate(), award.ErrRules))
	sized := through(award.Cut{By: award.ByCount, ByTeamSize: []award.SizeCount{{Members: 2, Count: 1}}})
	_, err := award.Advance(sized, field(t, 2), nil)
	same(t, "team size", []string{"by_team_size team_size"}, places(t, err, award.ErrResults))
}

func drawAdvance(t *rapid.T) award.AdvanceRule {
	c := first(rapid.IntRange(1, 6).Draw(t, "count"))
	switch rapid.IntRange(0, 3).Draw(t, "by") {
	case 0:
		c = share(rapid.IntRange(1, 10000).Draw(t, "bp"))
	case 1:
		c = award.Cut{By: award.ByScore, Min: int64(rapid.IntRange(0, 6).Draw(t, "min")), Measure: award.OnMarks}
	case 2:
		c = award.Cut{By: award.ByQuota}
	}
	c.Ties = rapid.SampledFrom([]award.Ties{award.TiesIncludeAll, award.TiesCut, award.TiesNeedLot}).Draw(t, "ties")
	r := through(c)
	if c.By == award.ByQuota || rapid.Bool().Draw(t, "quota") {
		r.Quota = &award.Quota{Each: rapid.IntRange(0, 3).Draw(t, "each")}
	}
	return r
}

// The order of results is nothing; numbers add up; without quotas nobody goes
// on over the head of a better one; a withdrawal throws nobody out and, without
// quotas, lets in no more than there are places for.
func TestAdvanceProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		results := drawResults(t, rapid.IntRange(1, 10).Draw(t, "competitors"))
		r := drawAdvance(t)
		a := advance(t, r, results)
		if again := advance(t, r, rapid.Permutation(results).Draw(t, "order")); !cmp.Equal(a, again) {
			t.Fatal(cmp.Diff(a, again))
		}
		goes := in(a)
		if a.Through != len(goes) || len(a.Decisions) != len(results) {
			t.Fatalf("%d go on, %d are counted", len(goes), a.Through)
		}
		counted := r.By != award.ByScore && r.By != award.ByQuota
		if counted && r.Ties != award.TiesIncludeAll && a.Through > a.Count {
			t.Fatalf("%d go on of %d places", a.Through, a.Count)
		}
		perDelegation := map[award.DelegationID]int{}
		for i, x := range a.Decisions {
			if x.Text.ZH == "" || x.Text.EN == "" || x.Why == "" || strings.Contains(x.Text.EN, "%!") {
				t.Fatalf("not explained: %+v", x)
			}
			if x.Outcome == award.Given {
				perDelegation[x.Delegation]++
			}
			if r.Quota == nil && x.Outcome == award.Given && i > 0 && a.Decisions[i-1].Outcome == award.NotGiven &&
				(r.Ties != award.TiesNeedLot || a.Decisions[i-1].Rank != x.Rank) {
				t.Fatalf("%s goes on over the head of %s", x.Code, a.Decisions[i-1].Code)
			}
		}
		for id, n := range perDelegation {
			if r.Quota != nil && r.Ties != award.TiesIncludeAll && n > r.Quota.Each {
				t.Fatalf("%d of %s go on", n, id)
			}
		}
		gone := rapid.SampledFrom(results).Draw(t, "withdraws").Code
		b := advance(t, r, results, gone)
		for _, code := range goes {
			if code != gone && !slices.Contains(in(b), code) {
				t.Fatalf("%s fell out when %s withdrew: %v, then %v", code, gone, goes, in(b))
			}
		}
		if slices.Contains(in(b), gone) {
			t.Fatalf("%s withdrew and goes on", gone)
		}
		if counted && r.Ties != award.TiesIncludeAll && r.Quota == nil && b.Through > b.Count {
			t.Fatalf("%d go on of %d places after a withdrawal", b.Through, b.Count)
		}
	})
}

func TestCarry(t *testing.T) {
	t.Parallel()
	r := award.CarryRule{ID: "carry", Version: 2, WeightBP: 3000, Step: 1, NotBefore: "2026-01-01", Min: 6000}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	got, err := award.Carry(r, []award.Earned{
		{Code: "01", Value: scoring.Of(8200), On: "2026-05-01"},
		{Code: "02", Value: scoring.Of(8235), On: "2026-01-01"}, // 24.705 is rounded half up
		{Code: "03", Value: scoring.Of(9900), On: "2025-12-31"},
		{Code: "04", Value: scoring.Of(5999), On: "2026-05-01"},
		{Code: "05", Value: scoring.Absence(), On: "2026-05-01"},
		{Code: "06", Value: scoring.None(), On: "2026-05-01"},
		{Code: "07", Value: scoring.Of(6000), On: "2026-05-01"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, x := range got {
		lines = append(lines, fmt.Sprintf("%s %v %s %s", x.Code, x.Value, x.Why, x.Text.ZH))
	}
	same(t, "carried", []string{
		"01 24.60 score 82.00 × 30% = 24.60",
		"02 24.71 score 82.35 × 30% = 24.71",
		"03 blank stale 2025-12-31 的成绩早于 2026-01-01，已失效",
		"04 blank below 59.99 低于可带入的最低成绩 60.00",
		"05 blank not_started 前一阶段缺考，没有可带入的成绩",
		"06 blank no_marks 前一阶段没有成绩",
		"07 18.00 score 60.00 × 30% = 18.00",
	}, lines)

	_, err = award.Carry(r, []award.Earned{{Code: "01", On: "2026-02-30"}, {Code: "01", On: "2026-02-28"}})
	same(t, "input", []string{"earned[0].on malformed", "earned[1].code duplicate"}, places(t, err, award.ErrResults))
	bad := award.CarryRule{WeightBP: 10001, NotBefore: "May", Min: -1}
	same(t, "rule", []string{"id missing", "version out_of_range", "weight_bp out_of_range", "step out_of_range", "min out_of_range", "not_before malformed"},
		places(t, bad.Validate(), award.ErrRules))
}
