package award_test

import (
	"testing"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// finisher is a competitor of a delegation with points and a medal.
func finisher(event award.EventID, code string, d award.DelegationID, points int64, medals ...award.ID) award.Honours {
	r := person(code, scoring.Of(5000))
	r.Event, r.Delegation, r.Rank = event, d, 1
	h := award.Honours{Result: r, Awards: medals}
	if points > 0 {
		h.Points = &points
	}
	return h
}

// contest is three delegations in three events; C has one competitor, a team
// that counts as one, and one who did not come.
func contest() []award.Honours {
	team := finisher("welding", "03", "C", 731, "gold")
	team.Members = append(team.Members, award.Member{ID: "second", Identity: award.Student})
	away := finisher("cnc", "09", "C", 0)
	away.Total, away.Rank = scoring.Absence(), 0
	return []award.Honours{
		finisher("welding", "01", "A", 712, "silver"), finisher("cnc", "01", "A", 740, "gold"), finisher("web", "01", "A", 690),
		finisher("welding", "02", "B", 705, "bronze"), finisher("cnc", "02", "B", 718, "silver"),
		team, away, finisher("web", "07", "", 799, "gold"),
	}
}

func TestMedalTable(t *testing.T) {
	t.Parallel()
	got := award.MedalTable(contest(), []award.ID{"gold", "silver", "bronze"})
	same(t, "table", []award.MedalRow{
		{Rank: 1, Delegation: "A", Medals: []int{1, 1, 0}, Total: 2},
		{Rank: 2, Delegation: "C", Medals: []int{1, 0, 0}, Total: 1},
		{Rank: 3, Delegation: "B", Medals: []int{0, 1, 1}, Total: 2},
	}, got)
	got = award.MedalTable(contest(), []award.ID{"bronze"})
	if got[1].Rank != 2 || got[2].Rank != 2 {
		t.Errorf("equals share the rank: %+v", got)
	}
}

func TestBestOfDelegations(t *testing.T) {
	t.Parallel()
	list := append(contest(), finisher("web", "11", "B", 718))
	same(t, "best of each", []award.Best{
		{Delegation: "A", Points: 740, Competitors: []award.Ref{{Event: "cnc", Code: "01"}}},
		{Delegation: "B", Points: 718, Competitors: []award.Ref{{Event: "cnc", Code: "02"}, {Event: "web", Code: "11"}}},
		{Delegation: "C", Points: 731, Competitors: []award.Ref{{Event: "welding", Code: "03"}}},
	}, award.BestOfDelegations(list))
	best, ok := award.BestOfAll(list)
	if !ok || best.Points != 799 {
		t.Errorf("%+v", best)
	}
	if _, ok := award.BestOfAll(nil); ok {
		t.Error("the best of nobody")
	}
}

// The five reports (contest.md §3.4): gold 4, silver 3, bronze 2, medallion 1.
func TestFiveReports(t *testing.T) {
	t.Parallel()
	rule := award.ReportRule{ID: "wsi", Version: 1, Medals: []award.PrizePoints{
		{Award: "gold", Points: 400}, {Award: "silver", Points: 300}, {Award: "bronze", Points: 200}, {Award: "medallion", Points: 100},
	}}
	if err := rule.Validate(); err != nil {
		t.Fatal(err)
	}
	got := award.CompareDelegations(rule, contest())
	a := award.DelegationRow{Delegation: "A", Events: 3, Competitors: 3, Medals: []int{1, 1, 0, 0}, MedalPoints: 700, AverageMedalPoints: 233, Score: 2142, Scored: 3, AverageScore: new(scoring.Marks(71400))}
	b := award.DelegationRow{Delegation: "B", Events: 2, Competitors: 2, Medals: []int{0, 1, 1, 0}, MedalPoints: 500, AverageMedalPoints: 250, Score: 1423, Scored: 2, AverageScore: new(scoring.Marks(71150))}
	c := award.DelegationRow{Delegation: "C", Events: 1, Competitors: 1, Medals: []int{1, 0, 0, 0}, MedalPoints: 400, AverageMedalPoints: 400, Score: 731, Scored: 1, AverageScore: new(scoring.Marks(73100))}
	in := func(rows ...award.DelegationRow) []award.DelegationRow {
		for i := range rows {
			rows[i].Rank = i + 1
		}
		return rows
	}
	want := award.Reports{
		Rules: "wsi", RulesVersion: 1, Alphabetical: []award.DelegationRow{a, b, c},
		TotalMedalPoints: in(a, b, c), AverageMedalPoints: in(c, b, a), TotalScore: in(a, b, c), AverageScore: in(c, a, b),
	}
	same(t, "reports", want, got)
}

// Whoever has no points is not ranked by them; equals share a rank.
func TestReportsWithoutPoints(t *testing.T) {
	t.Parallel()
	rule := award.ReportRule{ID: "r", Version: 1, Medals: []award.PrizePoints{{Award: "gold", Points: 400}}}
	got := award.CompareDelegations(rule, []award.Honours{
		finisher("e", "01", "A", 0), finisher("e", "02", "B", 700), finisher("e", "03", "C", 700),
	})
	var ranks []int
	for _, row := range got.AverageScore {
		ranks = append(ranks, row.Rank)
	}
	same(t, "ranks", []int{1, 1, 0}, ranks)
	if row := got.AverageScore[2]; row.Delegation != "A" || row.AverageScore != nil {
		t.Errorf("%+v", row)
	}
	bad := award.ReportRule{Medals: []award.PrizePoints{{Points: -1}}}
	same(t, "rule", []string{"id missing", "version out_of_range", "medals[0].points out_of_range"}, places(t, bad.Validate(), award.ErrRules))
	same(t, "rule", []string{"id missing", "version out_of_range", "medals missing"}, places(t, award.ReportRule{}.Validate(), award.ErrRules))
}
