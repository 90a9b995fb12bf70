package award_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

var fiveLevels = []award.LevelName{
	{Level: 5, Name: text("五级/初级工")}, {Level: 4, Name: text("四级/中级工")}, {Level: 3, Name: text("三级/高级工")},
	{Level: 2, Name: text("二级/技师")}, {Level: 1, Name: text("一级/高级技师")},
}

// promotions are those of 2017 (contest.md §2.4): employees and teachers who
// passed both parts → 技师, who is 技师 already → 高级技师; students → 高级工.
func promotions() []award.PromotionRule {
	both := []award.PartName{{Part: "theory", Name: text("理论")}, {Part: "practical", Name: text("实操")}}
	workers := award.Condition{Filter: award.Filter{Passed: both, Identities: []award.Identity{award.Employee, award.Teacher}}}
	students := award.Condition{Filter: award.Filter{Passed: both, Identities: []award.Identity{award.Student}}}
	return []award.PromotionRule{
		{ID: "technician", Name: text("两部分合格晋升技师"), If: workers, From: []award.Level{0, 5, 4, 3}, To: 2},
		{ID: "senior_technician", Name: text("技师晋升高级技师"), If: workers, From: []award.Level{2}, To: 1},
		{ID: "advanced", Name: text("学生晋升高级工"), If: students, From: []award.Level{0, 5, 4}, To: 3},
	}
}

func TestPromotionsOf2017(t *testing.T) {
	t.Parallel()
	r := rules(t, award.Rules{Promotions: promotions()})
	type who struct {
		identity award.Identity
		held     award.Level
		theory   scoring.Verdict
		to       award.Level
		by       award.PromotionID
	}
	tests := []who{
		{award.Employee, 3, scoring.Passed, 2, "technician"},
		{award.Employee, 2, scoring.Passed, 1, "senior_technician"},
		{award.Employee, 1, scoring.Passed, 0, ""},
		{award.Employee, 3, scoring.Failed, 0, ""},
		{award.Employee, 3, scoring.Pending, 0, ""},
		{award.Teacher, 0, scoring.Passed, 2, "technician"},
		{award.Student, 4, scoring.Passed, 3, "advanced"},
		{award.Student, 3, scoring.Passed, 0, ""},
	}
	results := field(t, len(tests))
	for i, tt := range tests {
		results[i].Members[0].Identity, results[i].Members[0].HeldLevel = tt.identity, tt.held
		results[i].Verdicts = map[scoring.PartID]scoring.Verdict{"theory": tt.theory, "practical": scoring.Passed}
	}
	got, err := award.Promote(r, allocate(t, r, results), results, fiveLevels)
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range tests {
		if s := got[i]; s.To != tt.to || s.Promotion != tt.by || s.RulesVersion != 1 || len(s.Checks) != 3 {
			t.Errorf("%+v: %+v", tt, s)
		}
	}
	same(t, "suggested", "holds level 3; 二级/技师 is suggested (两部分合格晋升技师)", got[0].Checks[0].Text.EN)
	same(t, "why", "现有等级为三级，建议晋升二级/技师（两部分合格晋升技师）", got[0].Checks[0].Text.ZH)
	same(t, "why not", "须理论、实操合格", got[3].Checks[0].Text.ZH)
	same(t, "another level", "限现有等级为二级者", got[0].Checks[1].Text.ZH)
}

// The occupation ends at 高级工: that is as far as it goes.
func TestPromotionEndsAtTheTop(t *testing.T) {
	t.Parallel()
	r := rules(t, award.Rules{Promotions: []award.PromotionRule{
		{ID: "p", Name: text("前三名晋升"), If: award.Condition{RankUpTo: 3}, From: []award.Level{0, 5, 4, 3}, To: 2},
	}})
	results := field(t, 4)
	results[0].Members[0].HeldLevel, results[1].Members[0].HeldLevel = 4, 3
	got, err := award.Promote(r, allocate(t, r, results), results, fiveLevels[:3])
	if err != nil {
		t.Fatal(err)
	}
	same(t, "capped", "现有等级为四级，建议晋升三级/高级工（前三名晋升）；本职业最高为此等级", got[0].Checks[0].Text.ZH)
	if got[0].To != 3 || got[1].To != 0 || got[1].Checks[0].Why != award.WhyTop || got[2].To != 3 {
		t.Errorf("%+v", got)
	}
	if x := got[3].Checks[0]; x.Why != award.WhyRank || x.Text.ZH != "第 4 名，须在前 3 名" {
		t.Errorf("%+v", x)
	}
	_, err = award.Promote(r, allocate(t, r, results), results, nil)
	same(t, "no levels", []string{"levels missing"}, places(t, err, award.ErrRules))
	_, err = award.Promote(r, allocate(t, r, results), results, []award.LevelName{{Level: 7}})
	same(t, "no such level", []string{"levels[0].level out_of_range"}, places(t, err, award.ErrRules))
}

// 优胜奖以上: by awards, members of a team each for themselves; an open lot waits.
func TestPromotionByAwards(t *testing.T) {
	t.Parallel()
	c := first(2)
	c.Ties = award.TiesNeedLot
	r := rules(t, award.Rules{
		Awards: []award.Rule{{ID: "merit", Name: text("优胜奖"), Cut: c, Per: award.PerMember, Filter: award.Filter{Identities: []award.Identity{award.Employee}}}},
		Promotions: []award.PromotionRule{
			{ID: "p", Name: text("优胜奖以上晋升"), If: award.Condition{Awards: []award.ID{"merit"}}, From: []award.Level{0, 3}, To: 2},
		},
	})
	results := scored(t, 9000, 8000, 8000, 7000)
	results[0].Members = []award.Member{{ID: "a", Identity: award.Employee, HeldLevel: 3}, {ID: "b", Identity: award.Student}}
	got, err := award.Promote(r, allocate(t, r, results), results, fiveLevels)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		member  award.MemberID
		to      award.Level
		waiting bool
		text    string
	}
	var rows []row
	for _, s := range got {
		rows = append(rows, row{s.Member, s.To, s.Waiting, s.Checks[0].Text.EN})
	}
	want := []row{
		{"a", 2, false, "holds level 3; 二级/技师 is suggested (优胜奖以上晋升)"},
		{"b", 0, false, "holds none of 优胜奖"},
		{"02", 0, true, "the lot about 优胜奖 must be drawn first"},
		{"03", 0, true, "the lot about 优胜奖 must be drawn first"},
		{"04", 0, false, "holds none of 优胜奖"},
	}
	if len(rows) != len(want) {
		t.Fatal(rows)
	}
	for i := range want {
		if rows[i] != want[i] {
			t.Errorf("got %+v, want %+v", rows[i], want[i])
		}
	}
}

// A suggestion is above the level held and never above the occupation's
// highest level, and only a level that the occupation has.
func TestPromotionProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		results := drawResults(t, rapid.IntRange(1, 8).Draw(t, "competitors"))
		levels := rapid.SliceOfNDistinct(rapid.SampledFrom(fiveLevels), 1, 5, func(l award.LevelName) award.Level { return l.Level }).Draw(t, "levels")
		var list []award.PromotionRule
		for _, id := range []award.PromotionID{"p", "q"} {
			to := award.Level(rapid.IntRange(1, 5).Draw(t, "to"))
			p := award.PromotionRule{ID: id, Name: text("p"), To: to, From: []award.Level{0}}
			for l := to + 1; l <= 5; l++ {
				p.From = append(p.From, l)
			}
			list = append(list, p)
		}
		r := rules(t, award.Rules{Promotions: list})
		got, err := award.Promote(r, allocate(t, r, results), results, levels)
		if err != nil || len(got) != len(results) {
			t.Fatal(got, err)
		}
		for _, s := range got {
			if s.To == 0 {
				continue
			}
			has := slices.ContainsFunc(levels, func(l award.LevelName) bool { return l.Level == s.To })
			if !has || s.HeldLevel != 0 && s.To >= s.HeldLevel {
				t.Fatalf("%+v of %v", s, levels)
			}
		}
	})
}
