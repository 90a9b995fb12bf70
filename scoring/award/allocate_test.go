package award_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// 一等 10 %, 二等 20 %, 三等 30 % of 31 who came (contest.md §2.4), by each way of
// making a number of a share, with 4 who did not come in the base or not.
func TestSharesOfABase(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rounding award.Rounding
		base     award.Base
		want     []int
	}{
		{award.RoundUp, award.BaseStarted, []int{4, 7, 10}},     // 3.1, 6.2, 9.3
		{award.RoundDown, award.BaseStarted, []int{3, 6, 9}},    // the same
		{award.RoundHalfUp, award.BaseStarted, []int{3, 6, 9}},  // the same
		{award.RoundHalfUp, award.BaseEntered, []int{4, 7, 11}}, // 3.5, 7.0, 10.5 of 35
		{award.RoundDown, award.BaseEntered, []int{3, 7, 10}},
		{award.RoundDown, award.BaseRanked, []int{3, 6, 9}}, // 3.0, 6.0, 9.0 of 30: one was disqualified
	}
	for _, tt := range tests {
		results := field(t, 30)
		for _, code := range []string{"91", "92", "93", "94"} {
			results = append(results, person(code, scoring.Absence()))
		}
		out := person("90", scoring.Of(100))
		out.Disqualified = true
		results = rank(t, append(results, out))
		r := award.Rules{Awards: prizes(award.TiesIncludeAll)}
		for i := range r.Awards {
			r.Awards[i].Rounding, r.Awards[i].Base = tt.rounding, tt.base
		}
		a := allocate(t, rules(t, r), results)
		var got []int
		for _, w := range a.Awards {
			got = append(got, len(w.Codes))
			if w.Count != len(w.Codes) {
				t.Errorf("%s: %d places, %d given", w.ID, w.Count, len(w.Codes))
			}
		}
		same(t, string(tt.rounding)+" of "+string(tt.base), tt.want, got)
		same(t, "first prizes", codes(1, tt.want[0]), a.Awards[0].Codes)
	}
}

func TestTiesAtTheLine(t *testing.T) {
	t.Parallel()
	// 10 competitors, 10 % is one place: 02, 03 share rank 1 with 01.
	results := scored(t, 9000, 9000, 9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000)
	type want = map[award.ID][]scoring.Code
	tests := map[string]struct {
		ties award.Ties
		want want
	}{
		// Whoever is not above the first line is at the front of the next.
		"all together":         {award.TiesIncludeAll, want{"first": codes(1, 3), "second": codes(4, 5), "third": codes(6, 8)}},
		"none of them":         {award.TiesCut, want{"third": codes(1, 3)}},
		"a lot, nothing drawn": {award.TiesNeedLot, want{}},
	}
	for name, tt := range tests {
		a := allocate(t, rules(t, award.Rules{Awards: prizes(tt.ties)}), results)
		same(t, name, tt.want, given(a))
	}

	a := allocate(t, rules(t, award.Rules{Awards: prizes(award.TiesNeedLot)}), results)
	if w := a.Awards[0]; w.Open != 1 || !slices.Equal(w.Lot, codes(1, 3)) {
		t.Errorf("the open place: %+v", w)
	}
	if x := decision(t, a, "second", "04"); x.Outcome != award.Waiting || x.Text.ZH != "第 4 名，须先完成之前的抽签" {
		t.Errorf("%+v", x)
	}
	results[0].Lot, results[1].Lot, results[2].Lot = new(int64(3)), new(int64(1)), new(int64(2))
	a = allocate(t, rules(t, award.Rules{Awards: prizes(award.TiesNeedLot)}), results)
	same(t, "after the lot", want{"first": codes(2, 2), "second": {"01", "03"}, "third": codes(4, 6)}, given(a))
	if x := decision(t, a, "first", "01"); x.Text.ZH != "第 1 名，并列抽签在后：实际参赛 10 × 10% = 1，小数进一为 1 个名额" {
		t.Errorf("%+v", x)
	}
	results[2].Lot = new(int64(1)) // the same lot twice is no lot
	if a = allocate(t, rules(t, award.Rules{Awards: prizes(award.TiesNeedLot)}), results); a.Awards[0].Open != 1 {
		t.Errorf("equal lots decided: %+v", a.Awards[0])
	}
}

// Ties go over the number together up to a bound, and not at all beyond it.
func TestTiesAreBounded(t *testing.T) {
	t.Parallel()
	c := first(1)
	c.Ties, c.Base, c.MaxBP = award.TiesIncludeAll, award.BaseStarted, 5000
	r := rules(t, award.Rules{Awards: []award.Rule{{ID: "a", Cut: c}}})
	same(t, "half of four", codes(1, 2), allocate(t, r, scored(t, 9, 9, 8, 7)).Awards[0].Codes)
	a := allocate(t, r, scored(t, 9, 9, 9, 7))
	if x := decision(t, a, "a", "01"); len(a.Awards[0].Codes) != 0 || x.Why != award.WhyBound {
		t.Errorf("three of four: %+v", x)
	}
}

// 优胜奖 is for the upper half after the medals, which take up places in it.
func TestUpperHalfAfterTheMedals(t *testing.T) {
	t.Parallel()
	half := award.Rule{ID: "merit", Name: scoring.Text{ZH: "优胜奖", EN: "merit award"}, Cut: share(5000), Group: "medal", From: award.FromTop}
	half.Base = award.BaseRanked
	m := medals2015()
	m.Gap, m.Medallion = 0, nil
	r := rules(t, award.Rules{Medals: m, Awards: []award.Rule{half}})
	a := allocate(t, r, field(t, 11))
	same(t, "merit", codes(4, 6), a.Awards[3].Codes) // 5.5 rounded up is 6, three of them have medals
	x := decision(t, a, "merit", "04")
	if x.Text.ZH != "第 4 名，在名额之内：有名次 11 × 50% = 5.5，小数进一为 6 个名额" ||
		x.Text.EN != "rank 4 is within the places: 11 ranked × 50 % = 5.5, rounded up to 6 places" {
		t.Errorf("%+v", x.Text)
	}
	if x := decision(t, a, "merit", "02"); x.Why != award.WhyHolds || x.Text.ZH != "已获 银牌，同类奖项不重复" {
		t.Errorf("%+v", x)
	}
}

// 一类 2023 (contest.md §2.4): 职工 1st → 五一劳动奖章; the first two 职工 and the
// first 教师 → 技术能手, all on top of the prizes. The best is a teacher.
func titles() []award.Rule {
	only := func(id award.ID, name string, n int, who award.Identity) award.Rule {
		return award.Rule{ID: id, Name: scoring.Text{ZH: name}, Cut: first(n), Among: award.AmongEligible,
			Filter: award.Filter{Identities: []award.Identity{who}}}
	}
	return []award.Rule{
		only("labour_medal", "山东省五一劳动奖章", 1, award.Employee),
		only("expert_employee", "山东省技术能手", 2, award.Employee),
		only("expert_teacher", "山东省技术能手", 1, award.Teacher),
	}
}

func TestTitlesByIdentity(t *testing.T) {
	t.Parallel()
	results := field(t, 8)
	for i, id := range []award.Identity{award.Teacher, award.Student, award.Employee, award.Teacher, award.Employee, award.Employee, award.Student, award.Employee} {
		results[i].Members[0].Identity = id
	}
	a := allocate(t, rules(t, award.Rules{Awards: append(prizes(award.TiesIncludeAll), titles()...)}), results)
	same(t, "given", map[award.ID][]scoring.Code{
		"first": codes(1, 1), "second": codes(2, 3), "third": codes(4, 6),
		"labour_medal": codes(3, 3), "expert_employee": {"03", "05"}, "expert_teacher": codes(1, 1),
	}, given(a))
	for code, want := range map[scoring.Code]string{
		"05": "第 5 名（按本规则排第 2），在名额之内：规定 2 个名额",
		"06": "第 6 名（按本规则排第 3），在名额之外：规定 2 个名额",
		"02": "限职工",
	} {
		if x := decision(t, a, "expert_employee", code); x.Text.ZH != want {
			t.Errorf("%s: %s", code, x.Text.ZH)
		}
	}
}

// 全国技术能手 goes to the first five, employees only: a student in place 2
// leaves it empty. 个人前5, 双人前3, 三人前2.
func TestHonoursByTeamSize(t *testing.T) {
	t.Parallel()
	expert := award.Rule{
		ID: "expert", Per: award.PerMember, From: award.FromTop, Filter: award.Filter{Identities: []award.Identity{award.Employee}},
		Cut: award.Cut{By: award.ByRank, ByTeamSize: []award.SizeCount{{Members: 1, Count: 5}, {Members: 2, Count: 3}, {Members: 3, Count: 2}}},
	}
	r := rules(t, award.Rules{Awards: []award.Rule{expert}})
	for members, want := range map[int][]scoring.Code{1: {"01", "03", "04", "05"}, 2: {"01", "03"}, 3: {"01"}} {
		results := field(t, 8)
		for i := range results {
			m := results[i].Members[0]
			if i == 1 {
				m.Identity = award.Student
			}
			results[i].Members = slices.Repeat([]award.Member{m}, members)
		}
		a := allocate(t, r, results)
		same(t, "codes", want, a.Awards[0].Codes)
		if x := decision(t, a, "expert", "01"); len(x.Members) != members {
			t.Errorf("team of %d: %v receive it", members, x.Members)
		}
		if x := decision(t, a, "expert", "02"); x.Why != award.WhyIdentity {
			t.Errorf("%+v", x)
		}
	}

	// Of a mixed team the employee receives it; a prize for whole teams of
	// employees does not go to it.
	mixed := field(t, 2)
	mixed[0].Members = []award.Member{{ID: "a", Identity: award.Teacher}, {ID: "b", Identity: award.Employee}}
	mixed[1].Members = []award.Member{{ID: "c", Identity: award.Employee}, {ID: "d", Identity: award.Employee}}
	whole := expert
	whole.ID, whole.Per = "whole", award.PerCompetitor
	a := allocate(t, rules(t, award.Rules{Awards: []award.Rule{expert, whole}}), mixed)
	same(t, "a mixed team", []award.MemberID{"b"}, decision(t, a, "expert", "01").Members)
	same(t, "whole teams", codes(2, 2), a.Awards[1].Codes)

	mixed[1].Members = mixed[1].Members[:1]
	_, err := award.Allocate(r, mixed)
	same(t, "two sizes", []string{"awards[0].by_team_size team_size"}, places(t, err, award.ErrResults))
}

// A reason for everybody who gets nothing.
func TestWhyNot(t *testing.T) {
	t.Parallel()
	results := field(t, 5)
	results[0].Verdicts = map[scoring.PartID]scoring.Verdict{"practical": scoring.Failed}
	results[1].Verdicts = map[scoring.PartID]scoring.Verdict{"practical": scoring.Passed}
	results[1].Members[0].HeldLevel = 4
	results[2].Verdicts = map[scoring.PartID]scoring.Verdict{"practical": scoring.Passed}
	results[2].Members[0].HeldLevel = 2
	results = append(results, person("06", scoring.Absence()), person("07", scoring.None()), person("08", scoring.Of(1)))
	results[7].Disqualified = true
	results = rank(t, results)
	f := award.Filter{
		Passed: []award.PartName{{Part: "practical", Name: scoring.Text{ZH: "实操", EN: "practical"}}},
		Levels: []award.Level{2, 3}, TeamSizes: []int{1}, Divisions: []award.DivisionID{""},
	}
	a := allocate(t, rules(t, award.Rules{Awards: []award.Rule{{ID: "a", Cut: first(8), Filter: f}}}), results)
	got := map[scoring.Code]string{}
	for _, x := range a.Of("03") {
		got["03"] = string(x.Outcome)
	}
	for _, code := range []scoring.Code{"01", "02", "06", "07", "08"} {
		x := decision(t, a, "a", code)
		got[code] = string(x.Why) + " " + x.Text.ZH + " | " + x.Text.EN
	}
	same(t, "why", map[scoring.Code]string{
		"01": "not_passed 须实操合格 | only for those who passed practical",
		"02": "level 限现有等级为二级、三级者 | only for holders of level 2, level 3",
		"03": "given",
		"06": "not_started 缺考，不参加评定 | did not start",
		"07": "no_rank 没有名次 | has no rank",
		"08": "disqualified 已取消资格 | disqualified",
	}, got)

	for name, f := range map[string]award.Filter{"team_size": {TeamSizes: []int{2, 3}}, "division": {Divisions: []award.DivisionID{"student"}}} {
		a := allocate(t, rules(t, award.Rules{Awards: []award.Rule{{ID: "a", Cut: first(8), Filter: f}}}), field(t, 1))
		if x := decision(t, a, "a", "01"); string(x.Why) != name || x.Text.ZH == "" {
			t.Errorf("%+v", x)
		}
	}
}

func TestScoreAtLeast(t *testing.T) {
	t.Parallel()
	pass := award.Rule{ID: "pass", Cut: award.Cut{By: award.ByScore, Min: 6000, Measure: award.OnMarks}}
	a := allocate(t, rules(t, award.Rules{Awards: []award.Rule{pass}}), scored(t, 9000, 6000, 6000, 5999))
	same(t, "pass", codes(1, 3), a.Awards[0].Codes)
	if x := decision(t, a, "pass", "03"); x.Text.EN != "total 60.00 meets what is asked for: at least 60.00" {
		t.Errorf("%+v", x)
	}
}

// drawAwards draws rules of one group, as prizes are.
func drawAwards(t *rapid.T) []award.Rule {
	var out []award.Rule
	ties := rapid.SampledFrom([]award.Ties{award.TiesIncludeAll, award.TiesCut, award.TiesNeedLot}).Draw(t, "ties")
	for _, id := range []award.ID{"a", "b", "c"} {
		c := first(rapid.IntRange(1, 4).Draw(t, "count"))
		if rapid.Bool().Draw(t, "share") {
			c = share(rapid.IntRange(1, 10000).Draw(t, "bp"))
			c.Base = rapid.SampledFrom([]award.Base{award.BaseEntered, award.BaseStarted, award.BaseRanked}).Draw(t, "base")
			c.Rounding = rapid.SampledFrom([]award.Rounding{award.RoundUp, award.RoundDown, award.RoundHalfUp}).Draw(t, "rounding")
		}
		c.Ties = ties
		out = append(out, award.Rule{ID: id, Cut: c, Group: "prize",
			From: rapid.SampledFrom([]award.CountFrom{award.FromNext, award.FromTop}).Draw(t, "from")})
	}
	return out
}

// Whatever the rules: the order of the results is nothing, everybody has one
// decision for each award with words in it, numbers add up, nobody has two
// awards of a group, equals get the same but for a lot, and without filters a
// better rank never gets a worse award.
func TestAllocateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		results := drawResults(t, rapid.IntRange(0, 12).Draw(t, "competitors"))
		r := rules(t, award.Rules{Awards: drawAwards(t)})
		filtered := rapid.Bool().Draw(t, "filtered")
		if filtered {
			for i := range r.Awards {
				r.Awards[i].Filter.Identities = []award.Identity{award.Employee, award.Student}
				r.Awards[i].Among = rapid.SampledFrom([]award.Among{award.AmongField, award.AmongEligible}).Draw(t, "among")
			}
		}
		a := allocate(t, r, results)
		if again := allocate(t, r, rapid.Permutation(results).Draw(t, "order")); !cmp.Equal(a, again) {
			t.Fatalf("the order of results matters:\n%s", cmp.Diff(a, again))
		}
		if len(results) == 0 {
			return
		}
		checkNumbers(t, r, a, results)
		if !filtered {
			checkMonotone(t, a, results)
		}
	})
}

func checkNumbers(t *rapid.T, r award.Rules, a award.Allocation, results []award.Result) {
	if len(a.Decisions) != len(results)*len(r.Awards) {
		t.Fatalf("%d decisions about %d competitors and %d awards", len(a.Decisions), len(results), len(r.Awards))
	}
	for _, x := range a.Decisions {
		if x.Outcome == "" || x.Why == "" || x.Text.ZH == "" || x.Text.EN == "" || strings.Contains(x.Text.ZH+x.Text.EN, "%!") {
			t.Fatalf("not explained: %+v", x)
		}
	}
	for i, w := range a.Awards {
		if n := len(w.Codes); r.Awards[i].Ties != award.TiesIncludeAll && n+w.Open > w.Count {
			t.Fatalf("%s: %d given and %d open of %d", w.ID, n, w.Open, w.Count)
		}
		if (w.Open > 0) != (len(w.Lot) > w.Open) {
			t.Fatalf("%s: a lot among %v for %d", w.ID, w.Lot, w.Open)
		}
	}
	for _, h := range a.Honours(results) {
		if len(h.Awards) > 1 {
			t.Fatalf("%s has %v of one group", h.Code, h.Awards)
		}
		if len(h.Awards) > 0 && (h.Rank == 0 || h.Disqualified || !h.Started()) {
			t.Fatalf("%s cannot have %v", h.Code, h.Awards)
		}
	}
}

func checkMonotone(t *rapid.T, a award.Allocation, results []award.Result) {
	worth := map[scoring.Code]int{} // 3 = the first award
	for i, w := range a.Awards {
		for _, code := range w.Codes {
			worth[code] = len(a.Awards) - i
		}
	}
	open := map[scoring.Code]bool{}
	for _, x := range a.Decisions {
		open[x.Code] = open[x.Code] || x.Outcome == award.LotNeeded || x.Outcome == award.Waiting
	}
	for _, p := range results {
		for _, q := range results {
			if p.Rank == 0 || q.Rank == 0 || !p.Started() || !q.Started() || open[p.Code] || open[q.Code] {
				continue
			}
			switch {
			case p.Rank < q.Rank && worth[p.Code] < worth[q.Code]:
				t.Fatalf("%s is ahead of %s and gets less", p.Code, q.Code)
			case p.Rank == q.Rank && worth[p.Code] != worth[q.Code] && (p.Lot == nil || q.Lot == nil || *p.Lot == *q.Lot):
				t.Fatalf("%s and %s are level and get different awards", p.Code, q.Code)
			}
		}
	}
}

func TestAllocationAsJSON(t *testing.T) {
	t.Parallel()
	m, s := medals2015(), the700()
	r := rules(t, award.Rules{Medals: m, Scale: &s, Awards: titles(), Promotions: promotions()})
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back award.Rules
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	same(t, "the rules", r, back)
	raw, err = json.Marshal(allocate(t, r, field(t, 3)))
	if err != nil || strings.Contains(string(raw), "null") {
		t.Errorf("%s, %v", raw, err)
	}
}
