package award_test

import (
	"fmt"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// ranking is a division of employees with the given totals, best first.
func ranking(marks ...scoring.Marks) []award.Result {
	var out []award.Result
	for i, m := range marks {
		code := fmt.Sprintf("%02d", i+1)
		out = append(out, award.Result{
			Entry: scoring.Entry{Code: scoring.Code(code), Total: scoring.Of(m)}, Rank: i + 1,
			Members: []award.Member{{ID: award.MemberID(code), Identity: award.Employee, HeldLevel: 3}},
		})
	}
	return out
}

// The median competitor stands at 700.
func ExampleScale_Standardise() {
	scale := award.Scale{
		Centre: 700, Spread: 30, Estimator: award.MedianMAD, Factor: award.Fraction{Num: 14826, Den: 10000},
		Min: 0, Max: 1000, Population: award.PopulationAll, MADZero: award.MADZeroCentre,
	}
	totals := map[scoring.Code]scoring.Value{
		"03": scoring.Of(9210), "11": scoring.Of(8840), "07": scoring.Of(8500), "02": scoring.Of(7930), "05": scoring.Of(7125),
	}
	s := scale.Standardise(totals)
	for _, code := range []scoring.Code{"03", "11", "07", "02", "05"} {
		fmt.Println(code, totals[code], s.Points[code])
	}
	// Output:
	// 03 92.10 725
	// 11 88.40 712
	// 07 85.00 700
	// 02 79.30 680
	// 05 71.25 651
}

// 一等 10 %, 二等 20 %, 三等 30 % of those who came, and the reasons.
func ExampleAllocate() {
	prize := func(id award.ID, zh string, bp int) award.Rule {
		return award.Rule{
			ID: id, Name: scoring.Text{ZH: zh}, Group: "prize", From: award.FromNext, Among: award.AmongField, Per: award.PerCompetitor,
			Cut: award.Cut{By: award.ByShare, ShareBP: bp, Base: award.BaseStarted, Rounding: award.RoundHalfUp, Ties: award.TiesIncludeAll},
		}
	}
	rules := award.Rules{ID: "prizes", Version: 1, Awards: []award.Rule{
		prize("first", "一等奖", 1000), prize("second", "二等奖", 2000), prize("third", "三等奖", 3000),
	}}
	a, _ := award.Allocate(rules, ranking(9300, 9100, 8800, 8700, 8500, 8200, 8000, 7900))
	for _, w := range a.Awards {
		fmt.Println(w.Name.ZH, w.Codes)
	}
	for _, x := range a.Of("02")[:2] {
		fmt.Println(x.Award, x.Outcome, x.Text.ZH)
	}
	// Output:
	// 一等奖 [01]
	// 二等奖 [02 03]
	// 三等奖 [04 05]
	// first not_given 第 2 名，在名额之外：实际参赛 8 × 10% = 0.8，四舍五入为 1 个名额
	// second given 第 2 名（按本规则排第 1），在名额之内：实际参赛 8 × 20% = 1.6，四舍五入为 2 个名额
}

// A suggestion depends on the level held and ends at the occupation's highest.
func ExamplePromote() {
	rules := award.Rules{ID: "promotions", Version: 3, Promotions: []award.PromotionRule{
		{ID: "p", Name: scoring.Text{ZH: "前两名晋升技师"}, If: award.Condition{RankUpTo: 2}, From: []award.Level{5, 4, 3}, To: 2},
	}}
	results := ranking(9300, 9100, 8800)
	levels := []award.LevelName{{Level: 3, Name: scoring.Text{ZH: "三级/高级工"}}, {Level: 2, Name: scoring.Text{ZH: "二级/技师"}}}
	a, _ := award.Allocate(rules, results)
	suggestions, _ := award.Promote(rules, a, results, levels)
	for _, s := range suggestions[1:] {
		fmt.Println(s.Member, s.To, s.Checks[0].Text.ZH)
	}
	// Output:
	// 02 2 现有等级为三级，建议晋升二级/技师（前两名晋升技师）
	// 03 0 第 3 名，须在前 2 名
}

// Ranks 1 to 3 bring 10, 9 and 8 points to the team.
func ExampleRankTeams() {
	rule := award.TeamRule{
		ID: "points", Version: 1, By: award.TeamSum, Missing: award.MissingSkip, Ranking: scoring.RankShared,
		Points:   &award.PointTable{Ranks: []award.RankPoints{{From: 1, To: 1, Points: 1000}, {From: 2, To: 2, Points: 900}, {From: 3, To: 3, Points: 800}}, Rest: 100},
		TieChain: []award.TeamTie{{By: award.TieRanks, Name: scoring.Text{ZH: "名次靠前人数"}}},
	}
	results := ranking(9300, 9100, 8800, 8700)
	for i, d := range []award.DelegationID{"济南", "青岛", "青岛", "济南"} {
		results[i].Delegation = d
	}
	teams := award.Delegations(award.Allocation{}.Honours(results))
	standings, _ := award.RankTeams(rule, teams)
	for _, s := range standings {
		fmt.Println(s.Rank, s.ID, s.Value)
	}
	fmt.Println(standings[1].Text.ZH)
	// Output:
	// 1 青岛 17.00
	// 2 济南 11.00
	// 青岛 在前：17.00 > 11.00
}

// The first 60 % go on; somebody withdraws.
func ExampleAdvance() {
	rule := award.AdvanceRule{
		ID: "final", Version: 1, Among: award.AmongField, Replace: award.ReplaceNext, Reserves: 1,
		Cut: award.Cut{By: award.ByShare, ShareBP: 6000, Base: award.BaseStarted, Rounding: award.RoundDown, Ties: award.TiesIncludeAll},
	}
	a, _ := award.Advance(rule, ranking(9300, 9100, 8800, 8700, 8500), []scoring.Code{"02"})
	for _, x := range a.Decisions {
		fmt.Println(x.Code, x.Outcome, x.Text.ZH)
	}
	// Output:
	// 01 given 第 1 名，在名额之内：实际参赛 5 × 60% = 3，舍去小数为 3 个名额
	// 02 not_given 已退出
	// 03 given 第 3 名（按本规则排第 2），在名额之内：实际参赛 5 × 60% = 3，舍去小数为 3 个名额
	// 04 given 第 4 名（按本规则排第 3），在名额之内：实际参赛 5 × 60% = 3，舍去小数为 3 个名额；递补 02
	// 05 not_given 第 5 名（按本规则排第 4），在名额之外：实际参赛 5 × 60% = 3，舍去小数为 3 个名额；候补第 1 位
}

// Two places; marks of B and C are still open.
func ExampleClinch() {
	rule := award.AdvanceRule{ID: "final", Version: 1, Cut: award.Cut{By: award.ByCount, Count: 2, Ties: award.TiesIncludeAll}}
	list, _ := award.Clinch(rule, []award.Bound{
		{Code: "A", Lo: 9000, Hi: 9000, Started: true},
		{Code: "B", Lo: 8000, Hi: 9500, Started: true},
		{Code: "C", Lo: 7000, Hi: 8500, Started: true},
		{Code: "D", Lo: 5000, Hi: 7900, Started: true},
	})
	for _, x := range list {
		fmt.Println(x.Code, x.Chance)
	}
	// Output:
	// A in
	// B open
	// C open
	// D out
}

// Theory marks count 30 % in the final, if they are of this year.
func ExampleCarry() {
	rule := award.CarryRule{ID: "carry", Version: 1, WeightBP: 3000, Step: 1, NotBefore: "2026-01-01"}
	list, _ := award.Carry(rule, []award.Earned{
		{Code: "01", Value: scoring.Of(8200), On: "2026-05-01"},
		{Code: "02", Value: scoring.Of(9000), On: "2025-11-01"},
	})
	for _, x := range list {
		fmt.Println(x.Code, x.Value, x.Text.ZH)
	}
	// Output:
	// 01 24.60 82.00 × 30% = 24.60
	// 02 blank 2025-11-01 的成绩早于 2026-01-01，已失效
}
