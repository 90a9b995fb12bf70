package award_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// weihai is 10-9-8-7-6-5 for ranks 1 to 6, 4 up to 10, 1 for the rest; equal
// teams go by more people in higher ranks (contest.md §2.2).
func weihai() award.TeamRule {
	r := award.TeamRule{ID: "weihai", Version: 1, By: award.TeamSum, Missing: award.MissingSkip, Ranking: scoring.RankShared,
		Points:   &award.PointTable{Rest: 100},
		TieChain: []award.TeamTie{{By: award.TieRanks, Name: text("名次靠前人数")}}}
	for i := range 6 {
		r.Points.Ranks = append(r.Points.Ranks, award.RankPoints{From: i + 1, To: i + 1, Points: scoring.Marks(1000 - 100*i)})
	}
	r.Points.Ranks = append(r.Points.Ranks, award.RankPoints{From: 7, To: 10, Points: 400})
	return r
}

// teams puts the competitors of a field of 20 in teams by their ranks.
func teams(t tb, members map[award.TeamID][]int) []award.Team {
	t.Helper()
	list := award.Allocation{}.Honours(field(t, 20))
	var out []award.Team
	for id, ranks := range members {
		team := award.Team{ID: id}
		for _, n := range ranks {
			team.Members = append(team.Members, list[n-1])
		}
		out = append(out, team)
	}
	return out
}

func standings(t tb, r award.TeamRule, list []award.Team) []award.TeamStanding {
	t.Helper()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	out, err := award.RankTeams(r, list)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lines writes the standings as "rank team value".
func lines(list []award.TeamStanding) []string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%d %s %v", s.Rank, s.ID, s.Value))
	}
	return out
}

func TestTeamPointsByRank(t *testing.T) {
	t.Parallel()
	got := standings(t, weihai(), teams(t, map[award.TeamID][]int{
		"济南": {1, 8, 15}, // 10 + 4 + 1
		"青岛": {2, 5, 20}, // 9 + 6 + 1
		"烟台": {3, 6, 12}, // 8 + 5 + 1
		"威海": {4, 7, 10}, // 7 + 4 + 4
	}))
	same(t, "ranks", []string{"1 青岛 16.00", "2 济南 15.00", "3 威海 15.00", "4 烟台 14.00"}, lines(got))
	same(t, "why second", "济南 在前：第 1 名人数 1 > 0", got[2].Text.ZH)
	same(t, "why first", "青岛 is ahead: 16.00 > 15.00", got[1].Text.EN)
	if got[2].Step != 1 || got[1].Step != 0 || got[0].Step != -1 {
		t.Errorf("%+v", got)
	}
}

// 一等 8, 二等 4, 三等 2, 合格 1 (contest.md §2.2).
func TestTeamPointsByAward(t *testing.T) {
	t.Parallel()
	results := field(t, 11)
	for i := range results {
		v := scoring.Passed
		if i == 10 {
			v = scoring.Failed
		}
		results[i].Verdicts = map[scoring.PartID]scoring.Verdict{"": v}
		results[i].Delegation = []award.DelegationID{"甲", "乙"}[i%2]
	}
	a := allocate(t, rules(t, award.Rules{Awards: prizes(award.TiesIncludeAll)}), results)
	r := award.TeamRule{ID: "points2024", Version: 1, By: award.TeamSum, Missing: award.MissingZero, Ranking: scoring.RankShared,
		Points: &award.PointTable{
			Awards: []award.PrizePoints{{Award: "first", Points: 800}, {Award: "second", Points: 400}, {Award: "third", Points: 200}},
			Passed: 100,
		}}
	// Places 2, 3, 4 of 11: 01 02 first, 03 04 05 second, 06 to 09 third, 10 passed, 11 failed.
	got := standings(t, r, award.Delegations(a.Honours(results)))
	same(t, "ranks", []string{"1 甲 20.00", "2 乙 17.00"}, lines(got)) // 8+4+4+2+2+0, 8+4+2+2+1
}

// S23: sum of three members → their practical → their time.
func TestTeamTieChain(t *testing.T) {
	t.Parallel()
	r := award.TeamRule{ID: "s23", Version: 1, By: award.TeamSum, Missing: award.MissingVoid, Ranking: scoring.RankUnique,
		TieChain: []award.TeamTie{
			{By: award.TiePart, Part: "practical", Name: text("实操")},
			{By: award.TieTime, Name: text("用时")},
			{By: award.TieAwards, Awards: []award.ID{"first"}, Name: text("获奖")},
			{By: award.TieTotal, Name: text("总成绩")},
			{By: award.TieLot, Name: text("抽签")},
		}}
	build := func(id award.TeamID, practical scoring.Marks, ms int64) award.Team {
		h := award.Honours{Result: person(string(id), scoring.Of(8000))}
		h.Rank = 1
		h.Parts = map[scoring.PartID]scoring.Value{"practical": scoring.Of(practical)}
		if ms > 0 {
			h.TimeMS = &ms
		}
		return award.Team{ID: id, Members: []award.Honours{h}}
	}
	list := []award.Team{build("a", 4000, 61_500), build("b", 4100, 90_000), build("c", 4000, 60_000), build("d", 4000, 0), build("e", 4000, 60_000)}
	got := standings(t, r, list)
	same(t, "ranks", []string{"1 b 80.00", "2 c 80.00", "2 e 80.00", "4 a 80.00", "5 d 80.00"}, lines(got))
	if !got[1].LotNeeded || !got[2].LotNeeded || got[0].LotNeeded || got[3].LotNeeded {
		t.Errorf("%+v", got)
	}
	same(t, "practical", "b is ahead: 实操 41.00 > 40.00", got[1].Text.EN)
	same(t, "nothing", "各项均相同，须抽签决定", got[2].Text.ZH)
	same(t, "time", "e 在前：用时 60 s < 61.5 s", got[3].Text.ZH)
	same(t, "no time", "a 在前：用时 61.5 s < —", got[4].Text.ZH)

	list[2].Lot, list[4].Lot = new(int64(2)), new(int64(1))
	got = standings(t, r, list)
	same(t, "after the lot", "3 c 80.00", lines(got)[2])
	same(t, "lot", "e 在前：抽签 1 < 2", got[2].Text.ZH)

	list[2].Members[0].Awards = []award.ID{"first"}
	same(t, "awards", "c is ahead: 获奖 (first) 1 > 0", standings(t, r, list)[2].Text.EN)
}

func TestTeamValues(t *testing.T) {
	t.Parallel()
	absent := award.Honours{Result: person("98", scoring.Absence())}
	out := award.Honours{Result: person("99", scoring.Of(9900))}
	out.Disqualified = true
	list := award.Allocation{}.Honours(scored(t, 9000, 8000, 7001))
	tests := map[string]struct {
		rule    award.TeamRule
		members []award.Honours
		want    scoring.Value
		counts  []bool
	}{
		"sum":                      {award.TeamRule{By: award.TeamSum, Missing: award.MissingVoid}, list, scoring.Of(24001), []bool{true, true, true}},
		"mean, rounded half up":    {award.TeamRule{By: award.TeamMean, Missing: award.MissingVoid, Step: 1}, list, scoring.Of(8000), []bool{true, true, true}},
		"mean to whole marks":      {award.TeamRule{By: award.TeamMean, Missing: award.MissingSkip, Step: 100}, list[1:], scoring.Of(7500), []bool{true, true}},
		"best two":                 {award.TeamRule{By: award.TeamBest, Best: 2, Missing: award.MissingSkip}, list, scoring.Of(17000), []bool{true, true, false}},
		"best two of one":          {award.TeamRule{By: award.TeamBest, Best: 2, Missing: award.MissingSkip}, list[2:], scoring.Of(7001), []bool{true}},
		"own sheet":                {award.TeamRule{By: award.TeamOwn, Missing: award.MissingSkip}, list, scoring.Of(1234), []bool{false, false, false}},
		"an absent member is zero": {award.TeamRule{By: award.TeamMean, Missing: award.MissingZero, Step: 1}, append(list[:2:2], absent), scoring.Of(5667), []bool{true, true, true}},
		"or skipped":               {award.TeamRule{By: award.TeamMean, Missing: award.MissingSkip, Step: 1}, append(list[:2:2], absent), scoring.Of(8500), []bool{true, true, false}},
		"or leaves no value":       {award.TeamRule{By: award.TeamSum, Missing: award.MissingVoid}, append(list[:2:2], absent), scoring.None(), []bool{false, false, false}},
		"a disqualified one too":   {award.TeamRule{By: award.TeamSum, Missing: award.MissingSkip}, append(list[:1:1], out), scoring.Of(9000), []bool{true, false}},
		"too few":                  {award.TeamRule{By: award.TeamSum, Missing: award.MissingZero, Members: 3}, append(list[:2:2], absent), scoring.None(), []bool{false, false, false}},
		"nobody there":             {award.TeamRule{By: award.TeamSum, Missing: award.MissingZero}, []award.Honours{absent}, scoring.None(), []bool{false}},
	}
	for name, tt := range tests {
		tt.rule.ID, tt.rule.Version, tt.rule.Ranking = "r", 1, scoring.RankShared
		got := standings(t, tt.rule, []award.Team{{ID: "t", Members: tt.members, Own: scoring.Of(1234)}})[0]
		var counts []bool
		for _, m := range got.Members {
			counts = append(counts, m.Counts)
		}
		if got.Value != tt.want || !slices.Equal(counts, tt.counts) || (got.Rank == 1) != (tt.want.State == scoring.HasValue) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTeamsAreChecked(t *testing.T) {
	t.Parallel()
	list := award.Allocation{}.Honours(field(t, 3))
	_, err := award.RankTeams(weihai(), []award.Team{{ID: "a", Members: list[:2]}, {ID: "b", Members: list[1:]}, {ID: "a"}, {}})
	same(t, "twice", []string{"teams[1].members[0].code duplicate", "teams[2].id duplicate", "teams[3].id duplicate"}, places(t, err, award.ErrResults))

	bad := award.TeamRule{By: award.TeamBest, Missing: "x", Members: -1, Ranking: scoring.RankUnique, Points: &award.PointTable{},
		TieChain: []award.TeamTie{{By: award.TieLot, Name: text("抽签")}, {By: award.TiePart}, {By: award.TieRanks, Part: "p", Name: text("名次")}}}
	same(t, "rule", []string{
		"id missing", "version out_of_range", "best out_of_range", "missing unknown", "members out_of_range", "points missing",
		"tie_chain[1].name.zh missing", "tie_chain[1].by inconsistent", "tie_chain[1] unreachable",
		"tie_chain[2].by inconsistent", "tie_chain[2] unreachable",
	}, places(t, bad.Validate(), award.ErrRules))

	bad = weihai()
	bad.By, bad.Ranking, bad.TieChain = award.TeamMean, scoring.RankUnique, nil
	bad.Points.Ranks = []award.RankPoints{{From: 1, To: 2, Points: 100}, {From: 2, To: 3, Points: 200}, {From: 5, To: 4, Points: -1}}
	bad.Points.Awards, bad.Points.Passed = []award.PrizePoints{{Award: "a", Points: -1}}, -1
	same(t, "table", []string{
		"step out_of_range", "points.ranks[1].from overlaps", "points.ranks[1].points not_falling", "points.ranks[2].points out_of_range",
		"points.ranks[2].from overlaps", "points.awards[0].points out_of_range", "points.passed out_of_range", "tie_chain lot_missing",
	}, places(t, bad.Validate(), award.ErrRules))
}

// The order of teams and members is nothing; a better rank of a member never
// costs its team a place.
func TestTeamProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := award.Allocation{}.Honours(drawResults(t, rapid.IntRange(1, 12).Draw(t, "competitors")))
		r := weihai()
		r.Missing = rapid.SampledFrom([]award.Missing{award.MissingZero, award.MissingSkip}).Draw(t, "missing")
		want := standings(t, r, award.Delegations(list))
		again := standings(t, r, award.Delegations(rapid.Permutation(list).Draw(t, "order")))
		for i := range again {
			slices.SortFunc(again[i].Members, func(a, b award.TeamShare) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
			slices.SortFunc(want[i].Members, func(a, b award.TeamShare) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
		}
		if !cmp.Equal(want, again) {
			t.Fatal(cmp.Diff(want, again))
		}
		for i := 1; i < len(want); i++ {
			a, b := want[i-1], want[i]
			if b.Rank != 0 && (a.Value.Marks < b.Value.Marks || a.Rank > b.Rank || (a.Rank == b.Rank) != (b.Step < 0)) || b.Text.ZH == "" {
				t.Fatalf("%+v before %+v", a, b)
			}
		}
		// One competitor wins alone: the team stands no worse.
		who := &list[rapid.IntRange(0, len(list)-1).Draw(t, "who")]
		if who.Rank == 0 || !who.Started() {
			return
		}
		who.Rank = 1
		rankOf := func(s []award.TeamStanding) int {
			return s[slices.IndexFunc(s, func(x award.TeamStanding) bool { return x.ID == award.TeamID(who.Delegation) })].Rank
		}
		if before, after := rankOf(want), rankOf(standings(t, r, award.Delegations(list))); after > before {
			t.Fatalf("%s fell from %d to %d", who.Delegation, before, after)
		}
	})
}
