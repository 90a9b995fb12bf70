package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// officers of a division in tests: one account for each office, named after it.
func officers() []engine.Officer {
	list := []engine.Officer{}
	for _, o := range engine.Offices {
		list = append(list, engine.Officer{Office: o.Office, Account: access.AccountID(o.Office)})
	}
	for i := range list {
		if list[i].Office == engine.OfficeTeamLeader {
			list[i].Unit = "单位1"
		}
	}
	return append(list, engine.Officer{Office: engine.OfficeSupervisor, Account: "supervisor2"})
}

// performed is a division in mode open with n competitors of one module of 10
// marks, each marked by one judge: competitor i gets 3 × level + 100 × i / 2.
func (n node) performed(t *testing.T, people int, change ...func(*engine.Procedure, *scoring.Rules)) engine.DivisionID {
	t.Helper()
	return n.performedBy(t, people, func(*scoring.Scheme) {}, func(int) bool { return true }, change...)
}

// performedBy is performed with another scheme, and with marks only where
// marked says so of a sheet by its place.
func (n node) performedBy(t *testing.T, people int, schemed func(*scoring.Scheme), marked func(int) bool, change ...func(*engine.Procedure, *scoring.Rules)) engine.DivisionID {
	t.Helper()
	ctx := t.Context()
	c, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("讲师"), Organiser: "组委会"})
	must(t, err)
	s, r, p := scheme(), rules(1), engine.OrdinaryProcedure()
	theory := s.Modules[0]
	s.Modules = s.Modules[1:]
	s.Violations = []scoring.Violation{{ID: "collusion", Label: text("串通"), Ladder: []scoring.Sanction{{Kind: scoring.SanctionDisqualify}}}}
	r.Parts = []scoring.Part{{ID: "practical", Name: text("实操"), Modules: []scoring.ModuleID{"P"}, Weight: 10000}}
	schemed(&s)
	if _, there := s.Module(theory.ID); there {
		r.Parts = rules(1).Parts
	}
	p.Identity.Mode = engine.IdentityOpen
	p.Appeal.WindowMS = 1
	for _, f := range change {
		f(&p, &r)
	}
	d, err := n.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: text("职工组"), Scheme: s, Rules: r, Procedure: &p, Officers: officers(),
		Panels: []engine.Panel{{Module: "P", Judges: judges(1)}}, Board: engine.BoardPolicy{Live: true, Units: true},
	})
	must(t, err)
	var list []engine.Competitor
	for i := range people {
		list = append(list, engine.NewCompetitor(fmt.Sprintf("cand%d", i), fmt.Sprintf("选手%d", i), fmt.Sprintf("单位%d", i), "济南"))
	}
	must(t, n.Enter(ctx, d.ID, list))
	n.open(t, d.ID)
	for i, sheet := range n.sheets(t, d.ID, "j1") {
		if !marked(i) {
			continue
		}
		_, err := n.submit(t, d.ID, "j1", sheet, entries(2, scoring.Marks(i%9)*50))
		must(t, err)
	}
	return d.ID
}

// lock locks the module P.
func (n node) lock(t *testing.T, id engine.DivisionID) {
	t.Helper()
	desk, err := n.Desk(t.Context(), id)
	must(t, err)
	for _, m := range desk.Modules {
		must(t, n.LockModule(t.Context(), "chief", id, "lock/"+string(m.Module), m.Module, m.Digest))
	}
}

const seed = "000102030405060708090a0b0c0d0e0f"

// rechecked draws the recheck and finds everything fine.
func (n node) rechecked(t *testing.T, id engine.DivisionID) {
	t.Helper()
	must(t, n.DrawRecheck(t.Context(), "supervisor", id, "draw", seed))
	v, err := n.Recheck(t.Context(), id)
	must(t, err)
	for _, s := range v.Sheets {
		must(t, n.CheckSheet(t.Context(), "supervisor", id, "check/"+string(s.Sheet), s.Sheet, engine.CheckFine, ""))
	}
	must(t, n.CloseRecheck(t.Context(), "supervisor", id, "close"))
}

// publish makes and signs the next version.
func (n node) publish(t *testing.T, id engine.DivisionID) engine.Publication {
	t.Helper()
	desk, err := n.Publications(t.Context(), id)
	must(t, err)
	key := fmt.Sprintf("publish%d", len(desk.Versions))
	must(t, n.ProposePublication(t.Context(), "chief", id, key, ""))
	desk, err = n.Publications(t.Context(), id)
	must(t, err)
	must(t, n.SignPublication(t.Context(), "supervisor", id, key, desk.Proposed.Version, desk.Proposed.Digest))
	p, err := n.Published(t.Context(), id)
	must(t, err)
	return p
}

func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// From the last mark to results that stand, with every act refused before its
// time and by the wrong person.
func TestFromLockToFinal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 10)
	wants(t, "a recheck before the lock", n.DrawRecheck(ctx, "supervisor", id, "k", seed), engine.ErrPhase)
	n.lock(t, id)
	wants(t, "a recheck by the chief", n.DrawRecheck(ctx, "chief", id, "k", seed), engine.ErrOffice)
	wants(t, "publication before the recheck", n.ProposePublication(ctx, "chief", id, "k", ""), engine.ErrPhase)
	must(t, n.DrawRecheck(ctx, "supervisor", id, "draw", seed))
	wants(t, "a second draw", n.DrawRecheck(ctx, "supervisor", id, "again", seed), engine.ErrOvertaken)
	must(t, n.DrawRecheck(ctx, "supervisor", id, "draw", seed)) // a replay gets the first result
	v, err := n.Recheck(ctx, id)
	must(t, err)
	// 30 % of 10, and two who share the last rank of the top; 15 % of the rest, rounded up.
	if v.Due < 4 || v.Due != len(v.Sheets) || v.Open != v.Due || v.Widened {
		t.Errorf("recheck %+v", v)
	}
	wants(t, "closing with sheets open", n.CloseRecheck(ctx, "supervisor", id, "k"), engine.ErrRecheckOpen)
	for _, s := range v.Sheets {
		must(t, n.CheckSheet(ctx, "supervisor", id, "c"+string(s.Sheet), s.Sheet, engine.CheckFine, ""))
	}
	must(t, n.CloseRecheck(ctx, "supervisor", id, "close"))
	must(t, n.ProposePublication(ctx, "chief", id, "p", "首次公布"))
	desk, err := n.Publications(ctx, id)
	must(t, err)
	p := desk.Proposed
	wants(t, "a signature under something else", n.SignPublication(ctx, "supervisor", id, "k1", 1, seed), engine.ErrOvertaken)
	wants(t, "the same person", n.SignPublication(ctx, "chief", id, "k2", p.Version, p.Digest), engine.ErrOffice)
	if _, err := n.Published(ctx, id); !errors.Is(err, engine.ErrNoBoard) {
		t.Errorf("published with one signature: %v", err)
	}
	must(t, n.SignPublication(ctx, "supervisor", id, "s", p.Version, p.Digest))
	got, err := n.Published(ctx, id)
	must(t, err)
	if len(got.Lines) != 10 || got.Lines[0].Name == "" || got.Lines[0].Rank == nil || *got.Lines[0].Rank != 1 || got.Signed == nil {
		t.Errorf("published %+v", got)
	}
	wants(t, "the same results again", n.ProposePublication(ctx, "chief", id, "p2", ""), engine.ErrNothingChanged)
	time.Sleep(2 * time.Millisecond) // the window of this procedure
	must(t, n.Finalise(ctx, "chief", id, "final"))
	d, err := n.Division(ctx, id)
	must(t, err)
	if d.Status != engine.Final {
		t.Errorf("status %s", d.Status)
	}
	// A node that has seen nothing says the same.
	again, err := w.node().Published(ctx, id)
	must(t, err)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("a fresh node (-want +got):\n%s", diff)
	}
}

// An error among few widens the recheck to everybody; it is closed only when
// the sheet was corrected and found right.
func TestRecheckWidens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 8)
	n.lock(t, id)
	must(t, n.DrawRecheck(ctx, "supervisor", id, "draw", seed))
	v, err := n.Recheck(ctx, id)
	must(t, err)
	bad := v.Sheets[0].Sheet
	rest := engine.SheetID("")
	for _, s := range n.sheets(t, id, "j1") {
		if !slices.ContainsFunc(v.Sheets, func(x engine.RecheckSheet) bool { return x.Sheet == s.ID }) {
			rest = s.ID
		}
	}
	wants(t, "a sheet that is not due", n.CheckSheet(ctx, "supervisor", id, "r", rest, engine.CheckFine, ""), engine.ErrNotChecked)
	wants(t, "an error without a word", n.CheckSheet(ctx, "supervisor", id, "e0", bad, engine.CheckError, " "), engine.ErrReason)
	must(t, n.CheckSheet(ctx, "supervisor", id, "e", bad, engine.CheckError, "纸质评分表为 3 分"))
	for _, s := range v.Sheets[1:] {
		must(t, n.CheckSheet(ctx, "supervisor", id, string(s.Sheet), s.Sheet, engine.CheckFine, ""))
	}
	v, err = n.Recheck(ctx, id)
	must(t, err)
	if !v.Widened || v.Due != 8 || v.Wrong != 1 {
		t.Errorf("after the error: %+v", v)
	}
	must(t, n.CheckSheet(ctx, "supervisor", id, "r", rest, engine.CheckFine, ""))
	// The chief corrects, the supervisor signs and finds it right.
	three := 3
	fix := engine.Correction{Sheet: bad, Aspect: &scoring.AspectEntry{Aspect: "J", Observation: scoring.Observation{Level: &three}}, Reason: "复核：录入有误", Source: engine.FromRecheck}
	shifts, err := n.PreviewCorrection(ctx, "chief", id, fix)
	must(t, err)
	if len(shifts) == 0 || shifts[0].After.Marks <= shifts[0].Before.Marks {
		t.Errorf("preview %+v", shifts)
	}
	before, err := n.Results(ctx, id)
	must(t, err)
	must(t, n.ProposeCorrection(ctx, "chief", id, "c", fix))
	wants(t, "closing with a correction open", n.CloseRecheck(ctx, "supervisor", id, "k"), engine.ErrRecheckOpen)
	wants(t, "both by the chief", n.SignCorrection(ctx, "chief", id, "s0", 1), engine.ErrSamePerson)
	must(t, n.SignCorrection(ctx, "supervisor", id, "s", 1))
	wants(t, "signing twice", n.SignCorrection(ctx, "supervisor2", id, "s2", 1), engine.ErrOvertaken)
	after, err := n.Results(ctx, id)
	must(t, err)
	changed := 0
	for i := range after.Standings {
		k := slices.IndexFunc(before.Standings, func(s engine.Standing) bool { return s.Code == after.Standings[i].Code })
		if *before.Standings[k].Total != *after.Standings[i].Total {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d totals changed, want one", changed)
	}
	v, err = n.Recheck(ctx, id)
	must(t, err)
	for _, s := range v.Sheets {
		must(t, n.CheckSheet(ctx, "supervisor2", id, "again"+string(s.Sheet), s.Sheet, engine.CheckFine, ""))
	}
	must(t, n.CloseRecheck(ctx, "supervisor", id, "close"))
}

// A preview stores nothing and leaves the tally as it was.
func TestPreviewLeavesNoTrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 5)
	n.lock(t, id)
	want, err := n.Results(ctx, id)
	must(t, err)
	sheet := n.sheets(t, id, "j1")[2]
	zero, none := 0, scoring.Marks(0)
	for _, e := range []scoring.AspectEntry{{Aspect: "J", Observation: scoring.Observation{Level: &zero}}, {Aspect: "R", Observation: scoring.Observation{Points: &none}}} {
		_, err := n.PreviewCorrection(ctx, "chief", id, engine.Correction{Sheet: sheet.ID, Aspect: &e, Reason: "试算", Source: engine.FromError})
		must(t, err)
	}
	got, err := n.Results(ctx, id)
	must(t, err)
	fresh, err := w.node().Results(ctx, id)
	must(t, err)
	for name, r := range map[string]engine.Results{"this node": got, "a fresh node": fresh} {
		if diff := cmp.Diff(want, r, cmpopts.IgnoreUnexported(engine.Standing{})); diff != "" {
			t.Errorf("%s (-before +after):\n%s", name, diff)
		}
	}
}

func TestCorrectionsThatDoNotFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.performed(t, 3)
	n.lock(t, id)
	sheet := n.sheets(t, id, "j1")[0].ID
	nine, two := 9, 2
	j := func(level *int) *scoring.AspectEntry {
		return &scoring.AspectEntry{Aspect: "J", Observation: scoring.Observation{Level: level}}
	}
	value := scoring.Of(100)
	for name, tt := range map[string]struct {
		c    engine.Correction
		want error
	}{
		"nothing":               {engine.Correction{Reason: "r", Source: engine.FromError}, engine.ErrContest},
		"two things":            {engine.Correction{Sheet: sheet, Aspect: j(&two), Value: &value, Reason: "r", Source: engine.FromError}, engine.ErrContest},
		"no reason":             {engine.Correction{Sheet: sheet, Aspect: j(&two), Source: engine.FromError}, engine.ErrReason},
		"a level that is none":  {engine.Correction{Sheet: sheet, Aspect: j(&nine), Reason: "r", Source: engine.FromError}, scoring.ErrOverride},
		"no such sheet":         {engine.Correction{Sheet: "X99.P", Aspect: j(&two), Reason: "r", Source: engine.FromError}, engine.ErrNoSheet},
		"no such code":          {engine.Correction{Code: "X99", Module: "P", Value: &value, Reason: "r", Source: engine.FromError}, engine.ErrNoCode},
		"an appeal that is not": {engine.Correction{Sheet: sheet, Aspect: j(&two), Reason: "r", Source: engine.FromAppeal, Appeal: 3}, engine.ErrNoAppeal},
		"an appeal unnamed":     {engine.Correction{Sheet: sheet, Aspect: j(&two), Reason: "r", Source: engine.FromAppeal}, engine.ErrContest},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := n.PreviewCorrection(t.Context(), "chief", id, tt.c)
			wants(t, "preview", err, tt.want)
			wants(t, "proposal", n.ProposeCorrection(t.Context(), "chief", id, name, tt.c), tt.want)
		})
	}
	all, err := n.Corrections(t.Context(), id)
	if err != nil || len(all) != 0 {
		t.Errorf("%d corrections stored, %v", len(all), err)
	}
}

// An appeal is for the own unit, within the window; an upheld one leads to a
// correction and a second version that says what changed and why.
func TestAppealToSecondVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 4, func(p *engine.Procedure, _ *scoring.Rules) { p.Appeal.WindowMS = 3_600_000 })
	n.lock(t, id)
	n.rechecked(t, id)
	wants(t, "an appeal before the publication", n.FileAppeal(ctx, "team_leader", id, "early", engine.Appeal{Code: "A01", Text: "t"}), engine.ErrPhase)
	first := n.publish(t, id)
	own, err := n.OwnResults(ctx, id, "team_leader")
	must(t, err)
	if len(own) != 1 || own[0].Unit != "单位1" {
		t.Fatalf("own results %+v", own)
	}
	other := first.Lines[slices.IndexFunc(first.Lines, func(l engine.ResultLine) bool { return l.Unit != "单位1" })].EntryCode
	wants(t, "for another unit", n.FileAppeal(ctx, "team_leader", id, "o", engine.Appeal{Code: other, Text: "t"}), engine.ErrOffice)
	wants(t, "by nobody's leader", n.FileAppeal(ctx, "chief", id, "o", engine.Appeal{Code: own[0].EntryCode, Text: "t"}), engine.ErrOffice)
	must(t, n.FileAppeal(ctx, "team_leader", id, "a", engine.Appeal{Code: own[0].EntryCode, Module: "P", Text: "打分与规程不符"}))
	wants(t, "final with an appeal open", n.Finalise(ctx, "chief", id, "f"), engine.ErrAppealsOpen)
	wants(t, "a ruling by the leader", n.RuleAppeal(ctx, "team_leader", id, "r0", 1, engine.Upheld, "x"), engine.ErrOffice)
	must(t, n.RuleAppeal(ctx, "arbiter", id, "r", 1, engine.Upheld, "应为 3 分"))
	wants(t, "a second ruling", n.RuleAppeal(ctx, "arbiter", id, "r2", 1, engine.Dismissed, "x"), engine.ErrOvertaken)
	wants(t, "withdrawing after the ruling", n.WithdrawAppeal(ctx, "team_leader", id, "w", 1), engine.ErrOvertaken)
	three := 3
	must(t, n.ProposeCorrection(ctx, "arbiter", id, "c", engine.Correction{
		Sheet: engine.SheetID(own[0].EntryCode + ".P"), Aspect: &scoring.AspectEntry{Aspect: "J", Observation: scoring.Observation{Level: &three}},
		Reason: "仲裁：工艺评价应为 3 分", Source: engine.FromAppeal, Appeal: 1,
	}))
	must(t, n.SignCorrection(ctx, "chief", id, "s", 1))
	// What is public stays until the next version, on the board too.
	still, err := n.Published(ctx, id)
	must(t, err)
	for _, row := range w.publicRows(id) {
		i := slices.IndexFunc(first.Lines, func(l engine.ResultLine) bool { return l.EntryCode == row.Code })
		if i < 0 || row.Name != first.Lines[i].Name || *row.Total != first.Lines[i].Total.Marks || *row.Rank != *first.Lines[i].Rank {
			t.Errorf("the board shows %+v", row)
		}
	}
	if x, err := n.Why(ctx, id, first.Lines[0].EntryCode, first.Lines[3].EntryCode); err != nil || string(x.Ahead) != first.Lines[0].EntryCode {
		t.Errorf("why: %+v, %v", x, err)
	}
	if still.Version != 1 || still.Digest != first.Digest {
		t.Errorf("the public version moved: %+v", still.Version)
	}
	second := n.publish(t, id)
	if second.Version != 2 || len(second.Changed) == 0 {
		t.Fatalf("second version %d changed %+v", second.Version, second.Changed)
	}
	i := slices.IndexFunc(second.Changed, func(c engine.ChangedLine) bool { return c.EntryCode == own[0].EntryCode })
	if i < 0 || second.Changed[i].Before == second.Changed[i].After || !slices.Equal(second.Changed[i].Reasons, []string{"仲裁：工艺评价应为 3 分"}) {
		t.Errorf("changed %+v", second.Changed)
	}
	appeals, err := n.Appeals(ctx, id, "")
	must(t, err)
	if len(appeals) != 1 || appeals[0].Ruling != engine.Upheld || !slices.Equal(appeals[0].Corrections, []int{1}) {
		t.Errorf("appeals %+v", appeals)
	}
	story, err := n.ResultStory(ctx, "arbiter", id, own[0].EntryCode)
	must(t, err)
	kinds := []string{}
	for _, r := range story.Chapter {
		kinds = append(kinds, r.Kind)
	}
	for _, want := range []string{"division.opened", "sheet.submitted", "module.locked", "recheck.drawn", "publication.signed", "appeal.filed", "appeal.ruled", "correction.signed"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("the story lacks %s: %v", want, kinds)
		}
	}
	for _, r := range story.Chapter {
		if r.Kind == "correction.signed" && (r.Before == nil || r.After == nil || r.Before.Marks >= r.After.Marks) {
			t.Errorf("the correction tells %v → %v", r.Before, r.After)
		}
	}
}

// A correction that leaves every line as it was published needs no further
// version, and does not keep the results from becoming final.
func TestACorrectionWithoutEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 4)
	n.lock(t, id)
	n.rechecked(t, id)
	two := 2
	correct := func(key, sheet string) {
		must(t, n.ProposeCorrection(ctx, "chief", id, key, engine.Correction{
			Sheet: engine.SheetID(sheet), Aspect: &scoring.AspectEntry{Aspect: "J", Observation: scoring.Observation{Level: &two}},
			Reason: "原始记录为 2 分，与判定一致", Source: engine.FromError,
		}))
	}
	must(t, n.ProposePublication(ctx, "chief", id, "p", ""))
	correct("c1", "A01.P")
	must(t, n.SignCorrection(ctx, "supervisor", id, "s1", 1))
	desk, err := n.Publications(ctx, id)
	must(t, err)
	must(t, n.SignPublication(ctx, "supervisor", id, "p", desk.Proposed.Version, desk.Proposed.Digest))
	correct("c2", "A02.P")
	must(t, n.SignCorrection(ctx, "supervisor", id, "s2", 2))
	wants(t, "a version like the last", n.ProposePublication(ctx, "chief", id, "p2", ""), engine.ErrNothingChanged)
	if desk, err = n.Publications(ctx, id); err != nil || desk.Unpublished {
		t.Errorf("a version is called for: %v, %v", desk.Unpublished, err)
	}
	must(t, n.Finalise(ctx, "chief", id, "f"))
}

// Where ranks may not be shared a lot is drawn once.
func TestLotsAreDrawnOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 12, func(_ *engine.Procedure, r *scoring.Rules) {
		r.Ranking = scoring.RankUnique
		r.TieChain = append(r.TieChain, scoring.TieStep{By: scoring.TieLot, Name: text("抽签")})
	})
	n.lock(t, id)
	n.rechecked(t, id)
	wants(t, "publication with a tie", n.ProposePublication(ctx, "chief", id, "p", ""), engine.ErrNotPublishable)
	wants(t, "a lot without a witness", n.DrawLots(ctx, "supervisor", id, "l0", seed, ""), engine.ErrContest)
	must(t, n.DrawLots(ctx, "supervisor", id, "l", seed, "王领队"))
	wants(t, "a second draw", n.DrawLots(ctx, "supervisor", id, "l2", "ff"+seed[2:], "王领队"), engine.ErrNoLot)
	p := n.publish(t, id)
	ranks := map[int]bool{}
	for _, l := range p.Lines {
		if l.Shared || ranks[*l.Rank] {
			t.Errorf("rank %d is shared", *l.Rank)
		}
		ranks[*l.Rank] = true
	}
}
