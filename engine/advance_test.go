package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// firstOf lets the first n go on, with half of their theory marks.
func firstOf(n int) engine.Honours {
	return engine.Honours{
		Advance: &award.AdvanceRule{ID: "adv", Version: 1, Cut: award.Cut{By: award.ByCount, Count: n, Ties: award.TiesIncludeAll},
			Among: award.AmongField, Replace: award.ReplaceNext, Reserves: 1},
		Carry: &engine.CarryOver{Module: "T", Into: "T", Rule: award.CarryRule{ID: "carry", Version: 1, WeightBP: 5000, Step: 1}},
	}
}

// heats makes a preliminary of people with known marks, best first, and closes
// it.
func (n node) heats(t *testing.T, d engine.Division, people []engine.Person) {
	t.Helper()
	ctx := t.Context()
	reg, stamp, err := n.RegulationOf(ctx, d.ID, 0)
	must(t, err)
	reg.Honours = firstOf(2)
	_, err = n.SetRegulation(ctx, "author", d.ID, stamp.Version, reg, "")
	must(t, err)
	_, err = n.enlist(t, organiser, d.ID, "k", people...)
	must(t, err)
	n.open(t, d.ID)
	list, err := n.Competitors(ctx, d.ID)
	must(t, err)
	for i, c := range list {
		must(t, n.ImportPart(ctx, "exam", d.ID, engine.Import{Competitor: c.ID, Module: "T", Value: scoring.Of(scoring.Marks(9000 - 100*i)), Source: fmt.Sprint("attempt/", c.ID), Revision: 1}))
	}
	for _, s := range n.sheets(t, d.ID, "j1") {
		_, err := n.submit(t, d.ID, "j1", s, entries(2, 200))
		must(t, err)
	}
	n.lock(t, d.ID)
	n.rechecked(t, d.ID)
	_, err = n.AskLayer(ctx, "station_coder", d.ID, engine.LayerStation, "ask")
	must(t, err)
	_, err = n.OpenLayer(ctx, "supervisor", d.ID, engine.LayerStation, "open")
	must(t, err)
	n.publish(t, d.ID)
}

// Who goes on is computed by the frozen rule, proposed by one and confirmed by
// another, and enters the next stage with the marks that come along.
func TestAdvance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	c := n.contest(t)
	from := n.setup(t, c, func(d *engine.DivisionDraft) {
		d.Stage, d.Officers = &engine.Stage{Kind: engine.StagePreliminary, Order: 1}, officers()
	})
	to := n.setup(t, c, func(d *engine.DivisionDraft) {
		d.From, d.Stage = from.ID, &engine.Stage{Kind: engine.StageFinal, Order: 2}
	})
	other := n.setup(t, c)
	_, err := n.LookAhead(ctx, from.ID, engine.NextStep{To: to.ID})
	want(t, "before the opening", err, engine.ErrPhase)
	n.heats(t, from, persons(0, 4))

	_, err = n.LookAhead(ctx, from.ID, engine.NextStep{To: other.ID})
	want(t, "a division that is no next stage", err, engine.ErrNotNext)
	look, err := n.LookAhead(ctx, from.ID, engine.NextStep{To: to.ID})
	must(t, err)
	var got []string
	for _, d := range look.Decisions {
		marks := "-"
		if d.Carried != nil {
			marks = d.Carried.String()
		}
		got = append(got, fmt.Sprint(d.Rank, " ", d.Outcome, " ", d.Reserve, " ", marks))
	}
	if diff := cmp.Diff([]string{"1 given 0 45.00", "2 given 0 44.50", "3 not_given 1 -", "4 not_given 0 -"}, got); diff != "" {
		t.Errorf("decisions (-want +got)\n%s", diff)
	}
	_, err = n.ProposeAdvance(ctx, "supervisor", from.ID, "p", engine.NextStep{To: to.ID})
	want(t, "proposed by another than the chief judge", err, engine.ErrOffice)
	p, err := n.ProposeAdvance(ctx, "chief", from.ID, "p", engine.NextStep{To: to.ID})
	must(t, err)
	if again, err := w.node().ProposeAdvance(ctx, "chief", from.ID, "p", engine.NextStep{To: to.ID}); err != nil || again.Proposal != p.Proposal {
		t.Errorf("a replay: %+v, %v", again, err)
	}
	_, err = n.ConfirmAdvance(ctx, "chief", true, from.ID, p.Proposal)
	want(t, "confirmed by the same person", err, engine.ErrSamePerson)
	_, err = n.ConfirmAdvance(ctx, "stranger", false, from.ID, p.Proposal)
	want(t, "confirmed by another division's supervisor", err, engine.ErrOffice)

	// Two nodes confirm at once: one confirmation, one list.
	var wg sync.WaitGroup
	for _, x := range []node{n, w.node()} {
		wg.Go(func() {
			if _, err := x.ConfirmAdvance(ctx, "supervisor", false, from.ID, p.Proposal); err != nil && !errors.Is(err, engine.ErrOvertaken) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	done, err := n.ConfirmAdvance(ctx, "org", true, from.ID, p.Proposal) // completes whatever is left
	must(t, err)
	if done.ConfirmedBy != "supervisor" || len(done.LeftOut) != 0 {
		t.Errorf("confirmed %+v", done)
	}
	if got := n.names(t, to.ID); !slices.Equal(got, []string{"选手甲", "选手乙"}) {
		t.Fatalf("%q are in the final", got)
	}

	// The first declines: the third comes instead.
	code := look.Decisions[0].Code
	_, err = n.ProposeAdvance(ctx, "chief", from.ID, "p2", engine.NextStep{To: to.ID, Declined: []engine.Decline{{Code: code}}})
	want(t, "declined without a reason", err, engine.ErrReason)
	p2, err := n.ProposeAdvance(ctx, "chief", from.ID, "p2", engine.NextStep{To: to.ID, Declined: []engine.Decline{{Code: code, Reason: "出差"}}})
	must(t, err)
	_, err = n.ConfirmAdvance(ctx, "supervisor", false, from.ID, p2.Proposal)
	must(t, err)
	if got := n.names(t, to.ID); !slices.Equal(got, []string{"选手乙", "选手丙"}) {
		t.Fatalf("%q are in the final after one declined", got)
	}
	list, err := w.node().Advancements(ctx, from.ID)
	must(t, err)
	if len(list) != 2 || list[0].Proposal != p2.Proposal || list[0].Decisions[2].Replaces != code {
		t.Errorf("proposals %+v", list)
	}

	// The final opens with the marks that came along.
	n.open(t, to.ID)
	r, err := w.node().Results(ctx, to.ID)
	must(t, err)
	var carried []string
	for _, s := range r.Standings {
		carried = append(carried, s.Parts[0].Marks.String())
	}
	slices.Sort(carried)
	if diff := cmp.Diff([]string{"44.00", "44.50"}, carried); diff != "" {
		t.Errorf("carried theory (-want +got)\n%s", diff)
	}
}

// A city's contest feeds the province's: the best come for the city's
// delegation, as many as it may send.
func TestAdvanceToAnotherContest(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	province := n.contest(t)
	province, err := n.SetDelegations(ctx, province.ID, []engine.Delegation{{Name: "济南市代表队", City: "济南"}})
	must(t, err)
	city := n.contest(t, func(d *engine.ContestDraft) { d.Level, d.Feeds = engine.LevelCity, province.ID })
	from := n.setup(t, city, func(d *engine.DivisionDraft) { d.Officers = officers() })
	to := n.setup(t, province, func(d *engine.DivisionDraft) { d.Qualification.PerDelegation = 1 })
	n.heats(t, from, persons(0, 3))
	_, err = n.LookAhead(ctx, from.ID, engine.NextStep{To: to.ID, Delegation: "nothing"})
	want(t, "an unknown delegation", err, engine.ErrNotNext)
	p, err := n.ProposeAdvance(ctx, "chief", from.ID, "p", engine.NextStep{To: to.ID, Delegation: province.Delegations[0].ID})
	must(t, err)
	got, err := n.ConfirmAdvance(ctx, "supervisor", false, from.ID, p.Proposal)
	must(t, err)
	if len(got.LeftOut) != 1 || got.LeftOut[0].Code != "delegation_full" || got.LeftOut[0].Params["name"] != "选手乙" {
		t.Errorf("left out %+v", got.LeftOut)
	}
	list, err := n.Competitors(ctx, to.ID)
	must(t, err)
	if len(list) != 1 || list[0].Name != "选手甲" || list[0].City != "济南" || list[0].IDMasked == "" || len(list[0].Carried) != 1 {
		t.Errorf("competitors %+v", list)
	}
}

// A contest of lectures is judged only: names are open, seven judges mark, the
// highest and the lowest do not count, the order of appearance is the draw's.
func TestJudgedOnlyContest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	c := n.contest(t, func(d *engine.ContestDraft) { d.Name, d.Event = text("创业讲师大赛"), text("讲课") })
	list, err := n.Events(ctx, c.ID)
	must(t, err)
	e, err := n.UpdateEvent(ctx, list[0].ID, engine.EventDraft{Name: text("讲课"), Kind: engine.EventJudged})
	must(t, err)
	d := n.setup(t, c, func(d *engine.DivisionDraft) {
		procedure := engine.OrdinaryProcedure()
		procedure.Identity.Mode = engine.IdentityOpen
		d.Event, d.Name, d.Procedure = e.ID, text("讲师组"), &procedure
		d.Scheme = scoring.Scheme{ID: "lecture", Version: 1, Name: text("评分表"), Modules: []scoring.Module{{
			ID: "L", Name: text("讲课"), Max: 10000, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{{
				ID: "L1", Name: text("总体"), Max: 10000, Aspects: []scoring.Aspect{
					{ID: "A", Kind: scoring.KindPoints, Name: text("内容"), Max: 6000, Points: &scoring.Points{Step: 10}},
					{ID: "B", Kind: scoring.KindPoints, Name: text("表达"), Max: 4000, Points: &scoring.Points{Step: 10}},
				},
			}},
		}}}
		d.Rules = rules(7)
		for k, a := range d.Rules.Agreement {
			a.Method, a.DropHigh, a.DropLow, a.SpreadMax = scoring.MethodDropMean, 1, 1, nil
			d.Rules.Agreement[k] = a
		}
		d.Rules.Parts = []scoring.Part{{ID: "lecture", Name: text("讲课"), Modules: []scoring.ModuleID{"L"}, Weight: 10000}}
		d.Rules.TieChain = nil
		d.Panels = []engine.Panel{{Module: "L", Judges: judges(7)}}
		d.Board = engine.BoardPolicy{Live: true, Units: true}
	})
	_, err = n.enlist(t, organiser, d.ID, "k", engine.Person{Name: "讲师甲", Unit: "一校"}, engine.Person{Name: "讲师乙", Unit: "二校"}, engine.Person{Name: "讲师丙", Unit: "三校"})
	must(t, err)
	_, err = n.enlist(t, organiser, d.ID, "k2", engine.Person{Name: "讲师甲", Unit: "一校"})
	want(t, "the same person by name and unit", err, engine.ErrEntries, "list[0].id_number already_in_division")
	n.open(t, d.ID)

	// Everybody appears by number, and everybody knows whose number it is.
	order := n.sheets(t, d.ID, "j1")
	if len(order) != 3 || order[0].Code >= order[1].Code || order[1].Code >= order[2].Code {
		t.Fatalf("order of appearance %+v", order)
	}
	for k, s := range order {
		for j := range 7 {
			content, manner := scoring.Marks(5000+100*j-500*k), scoring.Marks(3000)
			if j == 0 {
				content = 0 // dropped
			}
			_, err := n.submit(t, d.ID, access.AccountID(fmt.Sprint("j", j+1)), s, []scoring.AspectEntry{
				{Aspect: "A", Observation: scoring.Observation{Points: &content}}, {Aspect: "B", Observation: scoring.Observation{Points: &manner}},
			})
			must(t, err)
		}
	}
	rows := w.publicRows(d.ID)
	for k, s := range order {
		row := rows[s.Code]
		// Of 0, 51 … 56 the 0 and the 56 are dropped: the mean of 51 … 55 is 53.
		total := scoring.Marks(5300 - 500*k + 3000)
		if row.Total == nil || *row.Total != total || *row.Rank != k+1 || row.Unit == "" {
			t.Errorf("row %+v, want %v and rank %d, with the unit", row, total, k+1)
		}
	}
}

// While marks are open it is said who goes on whatever they will be.
func TestClinched(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	d := n.setup(t, n.contest(t), func(d *engine.DivisionDraft) { d.Officers = officers() })
	reg, _, err := n.RegulationOf(ctx, d.ID, 0)
	must(t, err)
	reg.Honours = firstOf(2)
	_, err = n.SetRegulation(ctx, "author", d.ID, 1, reg, "")
	must(t, err)
	_, err = n.enlist(t, organiser, d.ID, "k", persons(0, 3)...)
	must(t, err)
	n.open(t, d.ID)
	list, err := n.Competitors(ctx, d.ID)
	must(t, err)
	for _, c := range list {
		must(t, n.ImportPart(ctx, "exam", d.ID, engine.Import{Competitor: c.ID, Module: "T", Value: scoring.Of(5000), Source: fmt.Sprint("attempt/", c.ID), Revision: 1}))
	}
	sheets := n.sheets(t, d.ID, "j1")
	_, err = n.submit(t, d.ID, "j1", sheets[0], entries(3, 400))
	must(t, err)
	chances := func() map[string]award.Chance {
		all, err := n.Clinched(ctx, d.ID)
		must(t, err)
		by := map[string]award.Chance{}
		for _, c := range all {
			by[string(c.Code)] = c.Chance
		}
		return by
	}
	if got := chances(); got[sheets[0].Code] != award.StillOpen || got[sheets[1].Code] != award.StillOpen {
		t.Errorf("full marks, but two may equal them: %v", got)
	}
	_, err = n.submit(t, d.ID, "j1", sheets[1], entries(2, 400))
	must(t, err)
	if got := chances(); got[sheets[0].Code] != award.CertainlyIn {
		t.Errorf("only one may equal the first: %v", got)
	}
	_, err = n.submit(t, d.ID, "j1", sheets[2], entries(0, 0))
	must(t, err)
	if got := chances(); got[sheets[2].Code] != award.CertainlyOut || got[sheets[1].Code] != award.CertainlyIn {
		t.Errorf("all marks are in: %v", got)
	}
}

// Teams whose members are marked one by one are ranked by what their members
// bring: 10 points for the first rank, 9 for the second, and so on.
func TestTeamsAreRankedByPoints(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	c := n.contest(t)
	e, err := n.CreateEvent(ctx, c.ID, engine.EventDraft{Name: text("双人"), Kind: engine.EventJudged, Team: &engine.TeamShape{Marked: engine.MarkedEach, Min: 2, Max: 2}})
	must(t, err)
	d := n.setup(t, c, func(d *engine.DivisionDraft) {
		p := engine.OrdinaryProcedure()
		p.Identity.Mode = engine.IdentityOpen
		d.Event, d.Procedure, d.Officers = e.ID, &p, officers()
		d.Scheme.Modules = d.Scheme.Modules[1:]
		d.Rules.Parts = []scoring.Part{{ID: "practical", Name: text("实操"), Modules: []scoring.ModuleID{"P"}, Weight: 10000}}
	})
	reg, _, err := n.RegulationOf(ctx, d.ID, 0)
	must(t, err)
	reg.Honours.Teams = &award.TeamRule{ID: "teams", Version: 1, By: award.TeamSum, Missing: award.MissingZero, Members: 1, Ranking: scoring.RankShared,
		Points: &award.PointTable{Ranks: []award.RankPoints{{From: 1, To: 1, Points: 1000}, {From: 2, To: 2, Points: 900}, {From: 3, To: 3, Points: 800}, {From: 4, To: 9, Points: 700}}}}
	_, err = n.SetRegulation(ctx, "author", d.ID, 1, reg, "")
	must(t, err)
	list := persons(0, 4)
	for i := range list {
		list[i].Team = []string{"一队", "一队", "二队", "二队"}[i]
	}
	_, err = n.enlist(t, organiser, d.ID, "k", list...)
	must(t, err)
	n.open(t, d.ID)
	for k, s := range n.sheets(t, d.ID, "j1") { // whoever has these numbers: the table gives 10 + 9 + 8 + 7
		_, err := n.submit(t, d.ID, "j1", s, entries(3-k, 400))
		must(t, err)
	}
	n.lock(t, d.ID)
	n.rechecked(t, d.ID)
	n.publish(t, d.ID)
	h, err := n.Awards(ctx, d.ID)
	must(t, err)
	if len(h.Teams) != 2 || h.Teams[0].Value.Marks+h.Teams[1].Value.Marks != 3400 || h.Teams[0].Value.Marks < h.Teams[1].Value.Marks || len(h.Teams[0].Members) != 2 {
		t.Errorf("teams %+v", h.Teams)
	}
}
