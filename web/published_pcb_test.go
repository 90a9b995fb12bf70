package web_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// pcbDivision is one division of the contest with its sheet.
type pcbDivision struct {
	publishedContest
	sheet  []pcbModule
	theory bool // module A is a paper of 100, which counts 30 %
	ties   []string
	zero   string // the rule that zeroes one module
	breach bool   // the scheme has violations
	// truth is what the recheck finds all three judges should have entered.
	truth map[pcbFound]int64
}

// pcbFound is a mark that the recheck found wrong.
type pcbFound struct {
	who    int
	aspect string
}

// Whom something happens to, by position.
const (
	pcbOnce, pcbTwice = 3, 4  // break the operating rules
	pcbPhone, pcbZero = 5, 10 // lose everything, lose module B
	pcbPeople         = 24    // of whom the last does not come
	pcbAbsent         = pcbPeople - 1
)

func pcbPanels(live bool) func([]access.AccountID) []engine.Panel {
	return func(judges []access.AccountID) []engine.Panel {
		three := func(list []access.AccountID) (out []engine.PanelJudge) {
			for i, j := range list {
				out = append(out, engine.PanelJudge{Judge: j, Unit: "裁判单位", Leader: i == 0})
			}
			return out
		}
		panels := []engine.Panel{{Module: "B", Judges: three(judges[:3])}, {Module: "D", Judges: three(judges[:3])}, {Module: "C", Judges: three(judges[:3])}}
		if live {
			panels[2].SubCriteria = []scoring.SubCriterionID{"C1", "C2"}
			panels = append(panels, engine.Panel{Module: "A", Judges: three(judges[:3])}, engine.Panel{Module: "C", SubCriteria: []scoring.SubCriterionID{"C3"}, Judges: three(judges[3:])})
		}
		return panels
	}
}

// pcbAwards are the shares of domain/contest.md §2.4 (S14) and the title of S3.
func pcbAwards() *award.Rules {
	rule := func(id, name string, share int) award.Rule {
		return award.Rule{ID: award.ID(id), Name: text(name), Group: "prize", From: award.FromNext, Among: award.AmongField, Per: award.PerCompetitor,
			Cut: award.Cut{By: award.ByShare, ShareBP: share, Base: award.BaseStarted, Rounding: award.RoundDown, Ties: award.TiesIncludeAll}}
	}
	prizes := []award.ID{"first", "second", "third"}
	promotions := []award.PromotionRule{
		{ID: "technician", Name: text("技师"), If: award.Condition{Awards: prizes}, From: []award.Level{3}, To: 2},
		{ID: "senior", Name: text("高级技师"), If: award.Condition{Awards: prizes}, From: []award.Level{2}, To: 1},
	}
	return &award.Rules{ID: "pcb", Version: 1, Promotions: promotions, Awards: []award.Rule{
		rule("first", "一等奖", 1000), rule("second", "二等奖", 2000), rule("third", "三等奖", 3000),
		{ID: "expert", Name: text("山东省技术能手"), From: award.FromTop, Among: award.AmongField, Per: award.PerCompetitor, Cut: award.Cut{By: award.ByRank, Count: 3, Ties: award.TiesIncludeAll},
			Filter: award.Filter{Identities: []award.Identity{award.Identity(engine.Employee)}}},
	}}
}

func TestPublishedPCB(t *testing.T) {
	t.Parallel()
	contest := publishedContest{
		people: pcbPeople, judges: 6, awards: pcbAwards(), total: 10000,
		draw: func(d *engine.DrawRule) { d.Batches, d.Stations = 2, 12 },
	}
	worker, student, newer := contest, contest, contest
	worker.division, worker.identity, worker.file, worker.layout, worker.rules, worker.panels = "职工组", "职工", "pcb_worker.cis.xlsx", "cis", "pcb_worker.rules.json", pcbPanels(true)
	student.division, student.identity, student.file, student.layout, student.rules, student.panels = "学生组", "学生", "pcb_student.xlsx", "table", "pcb_student.rules.json", pcbPanels(true)
	student.panels = func(judges []access.AccountID) []engine.Panel {
		return slices.DeleteFunc(pcbPanels(true)(judges), func(p engine.Panel) bool { return p.Module == "D" })
	}
	newer.division, newer.identity, newer.file, newer.layout, newer.rules, newer.panels, newer.total = "新版职工组", "职工", "pcb.xlsx", "", "pcb.rules.json", pcbPanels(false), 17000
	e := newPublishedEvent(t, "印制电路制作工")
	divisions := []pcbDivision{
		{worker, pcbWorker, false, []string{"C", "A", "B", "D"}, "prefab", true, map[pcbFound]int64{}},
		{student, pcbStudent, false, []string{"C", "A", "B"}, "prefab", true, map[pcbFound]int64{}},
		{newer, pcbNewer, true, []string{"D", "C", "B"}, "software", false, map[pcbFound]int64{}},
	}
	runs := make([]*publishedRun, len(divisions))
	for i, d := range divisions {
		runs[i] = e.open([]string{"worker", "student", "newer"}[i], d.publishedContest)
		d.play(runs[i])
	}
	e.later()
	for i, d := range divisions {
		runs[i].Finish()
		d.check(runs[i])
	}
}

// play goes from the draw to published results.
func (d pcbDivision) play(r *publishedRun) {
	t := r.T
	t.Helper()
	r.DrawLayer(engine.LayerEntry)
	r.DrawLayer(engine.LayerStation)
	r.learn(engine.LayerEntry, r.Staff.EntryCoder, "")
	r.checkIn(2, pcbAbsent)
	var modules []scoring.ModuleID
	for _, m := range d.sheet {
		modules = append(modules, scoring.ModuleID(m.id))
	}
	r.learn(engine.LayerStation, r.Staff.StationCoder, modules...)
	r.DrawWorks()
	r.learn(engine.LayerWork, r.Staff.WorkCoder, modules...)
	if d.theory {
		for i, id := range r.ids {
			v := scoring.Of(scoring.Marks(pcbTheory(i)))
			if i == pcbAbsent {
				v = scoring.Absence()
			}
			must(t, r.Contests.ImportPart(t.Context(), "theory", r.ID, engine.Import{Competitor: id, Module: "A", Value: v, Source: "paper/" + string(id), Revision: 1}))
		}
	}
	got := r.mark(func(s engine.SheetBrief, who int, judge access.AccountID, round int) []scoring.AspectEntry {
		at := slices.Index(r.judges, judge) % 3
		out := []scoring.AspectEntry{}
		d.each(string(s.Module), func(a pcbAspect, k int) {
			if a.live == (s.Layer == engine.LayerStation) {
				out = append(out, pcbEntry(a, pcbRaw(a, who, k, at, round)))
			}
		})
		return out
	})
	sameStrings(t, "conferences", d.conferences(r), got)
	d.misbehave(r)
	r.unseen(d.publishedContest)
	r.publish(func() { d.recheck(r) })
	d.checkDrawn(r)
}

// check holds what came out against the computation.
func (d pcbDivision) check(r *publishedRun) {
	t := r.T
	t.Helper()
	want, all := d.reckon(r.people), []string{}
	if d.theory {
		all = append(all, "A")
	}
	for _, m := range d.sheet {
		all = append(all, m.id)
	}
	r.checkPublished(all, want)
	r.checkAwards(want, []int{10, 20, 30}, []string{"一等奖", "二等奖", "三等奖"}, d.identity == "职工")
	if a, b := want[6], want[7]; !a.shared || a.rank != b.rank {
		t.Errorf("twins: %+v %+v", a, b)
	}
	if a, b := want[8], want[9]; !d.theory && (a.total != b.total || a.rank <= b.rank) {
		t.Errorf("module C decides: %+v %+v", a, b)
	}
}

func pcbTheory(i int) int64 {
	if i == 7 {
		i = 6
	}
	return 9957 - 233*int64(i%11)
}

// each goes through the aspects of a module; k counts through the sheet.
func (d pcbDivision) each(module string, f func(a pcbAspect, k int)) {
	k := 0
	for _, m := range d.sheet {
		for _, a := range m.aspects {
			if m.id == module {
				f(a, k)
			}
			k++
		}
	}
}

// conferences are the sheets whose judges must differ too far in the first
// round: unequal measurements, levels more than one apart.
func (d pcbDivision) conferences(r *publishedRun) []string {
	apart := map[string]bool{}
	for who := range pcbPeople - 1 {
		for _, m := range d.sheet {
			d.each(m.id, func(a pcbAspect, k int) {
				low, high := int64(noHigh), int64(noLow)
				for j := range 3 {
					v := pcbRaw(a, who, k, j, 0)
					low, high = min(low, v), max(high, v)
				}
				if high == low || a.kind == byLevels && high-low == 1 {
					return
				}
				l := engine.LayerWork
				if a.live {
					l = engine.LayerStation
				}
				apart[m.id+" "+r.of[l][whose{scoring.ModuleID(m.id), who}]] = true
			})
		}
	}
	out := []string{}
	for s := range apart {
		out = append(out, s)
	}
	return out
}

// misbehave records what the chief judge has to.
func (d pcbDivision) misbehave(r *publishedRun) {
	t := r.T
	t.Helper()
	at := func(m scoring.ModuleID, who int) engine.Address {
		return engine.Address{Layer: engine.LayerWork, Module: m, Code: r.of[engine.LayerWork][whose{m, who}]}
	}
	must(t, r.Contests.RecordZeroing(t.Context(), r.Staff.Chief, r.ID, r.Key(), at("B", pcbPhone), "phone", "场内使用手机"))
	must(t, r.Contests.RecordZeroing(t.Context(), r.Staff.Chief, r.ID, r.Key(), at("B", pcbZero), scoring.ZeroRuleID(d.zero), "使用自备文件"))
	if d.breach {
		for _, who := range []int{pcbOnce, pcbTwice, pcbTwice} {
			must(t, r.Contests.RecordViolation(t.Context(), r.Staff.Chief, r.ID, r.Key(), at("C", who), "breach", "带电操作", true))
		}
	}
}

// recheck checks all of the first 30 % and 15 % of the others, finds one sheet
// wrong, which the chief judge corrects and the supervisor signs, and ends.
func (d pcbDivision) recheck(r *publishedRun) {
	t, ctx := r.T, r.T.Context()
	t.Helper()
	super := r.Staff.Supervisor
	must(t, r.Contests.DrawRecheck(ctx, super, r.ID, r.Key(), "00112233445566778899aabbccddeeff"))
	v, err := r.Contests.Recheck(ctx, r.ID)
	must(t, err)
	bad := engine.SheetID("")
	var fix *engine.Correction
	for _, s := range v.Sheets {
		who := r.who(s.Sheet)
		if s.For != "" {
			t.Errorf("%s says before decryption why it is checked", s.Sheet)
		}
		if who <= 10 || s.Module != "B" || fix != nil {
			continue
		}
		d.each("B", func(a pcbAspect, k int) {
			raw := pcbRaw(a, who, k, 0, 1)
			if other := pcbElse(a, raw); a.id == "B-M1" && pcbWorth(a, [3]int64{raw}) != pcbWorth(a, [3]int64{other}) {
				e := pcbEntry(a, other)
				bad, d.truth[pcbFound{who, a.id}] = s.Sheet, other
				fix = &engine.Correction{Sheet: bad, Aspect: &e, Reason: "复核：录入与评分记录不符", Source: engine.FromRecheck}
			}
		})
	}
	if fix == nil {
		t.Fatalf("no sheet to find wrong among %d", len(v.Sheets))
	}
	for _, s := range v.Sheets {
		if s.Sheet == bad {
			must(t, r.Contests.CheckSheet(ctx, super, r.ID, r.Key(), bad, engine.CheckError, "录入与评分记录不符"))
		} else {
			must(t, r.Contests.CheckSheet(ctx, super, r.ID, r.Key(), s.Sheet, engine.CheckFine, ""))
		}
	}
	if v, err = r.Contests.Recheck(ctx, r.ID); err != nil || v.Wrong != 1 || v.Widened != (v.Due < 20) { // 1 of 20 is 5 %
		t.Errorf("recheck %+v %v", v, err)
	}
	if err := r.Contests.CloseRecheck(ctx, super, r.ID, r.Key()); !errors.Is(err, engine.ErrRecheckOpen) {
		t.Errorf("closed with a wrong sheet: %v", err)
	}
	must(t, r.Contests.ProposeCorrection(ctx, r.Staff.Chief, r.ID, r.Key(), *fix))
	must(t, r.Contests.SignCorrection(ctx, super, r.ID, r.Key(), 1))
	v, err = r.Contests.Recheck(ctx, r.ID)
	must(t, err)
	for _, s := range v.Sheets { // the corrected one, and who has come up to the top
		if n := len(s.Checks); n == 0 || s.Checks[n-1].Result == engine.CheckError {
			must(t, r.Contests.CheckSheet(ctx, super, r.ID, r.Key(), s.Sheet, engine.CheckFine, ""))
		}
	}
	must(t, r.Contests.CloseRecheck(ctx, super, r.ID, r.Key()))
}

// checkDrawn: everybody among the first 30 % by this test's computation is
// there, and of the others at least 15 %.
func (d pcbDivision) checkDrawn(r *publishedRun) {
	t := r.T
	t.Helper()
	v, err := r.Contests.Recheck(t.Context(), r.ID)
	must(t, err)
	drawn := map[engine.CheckedFor]map[int]bool{engine.CheckedAsTop: {}, engine.CheckedAsSample: {}, engine.CheckedAsRest: {}}
	for _, s := range v.Sheets {
		drawn[s.For][r.who(s.Sheet)] = true
	}
	ranked := 0
	before := d
	before.truth = nil
	list := before.reckon(r.people)
	for _, x := range list {
		if x.rank > 0 {
			ranked++
		}
	}
	for who, x := range list {
		if x.rank > 0 && x.rank*10 <= ranked*3 && !drawn[engine.CheckedAsTop][who] {
			t.Errorf("%s has rank %d and is not rechecked", x.name, x.rank)
		}
	}
	top, sample := len(drawn[engine.CheckedAsTop]), len(drawn[engine.CheckedAsSample])
	if rest := len(list) - 1 - top; top*2 > len(list) || sample*100 < 15*rest || sample*4 > rest+4 {
		t.Errorf("%d of the top and %d of %d others are rechecked", top, sample, rest)
	}
}

// reckon computes the results from the raw marks.
func (d pcbDivision) reckon(people []string) []*reckoned {
	out := []*reckoned{}
	for who, name := range people {
		x := &reckoned{name: name, disqualified: d.breach && who == pcbTwice}
		by, practical := map[string]int64{}, int64(0)
		if d.theory {
			x.total = halfUp(3*pcbTheory(who), 10)
			x.modules = []int64{pcbTheory(who)}
		}
		for _, m := range d.sheet {
			sum := int64(0)
			d.each(m.id, func(a pcbAspect, k int) {
				raw := [3]int64{pcbRaw(a, who, k, 0, 1), pcbRaw(a, who, k, 1, 1), pcbRaw(a, who, k, 2, 1)}
				if v, ok := d.truth[pcbFound{who, a.id}]; ok {
					raw = [3]int64{v, v, v}
				}
				sum += pcbWorth(a, raw)
			})
			if d.breach && m.id == "C" && (who == pcbOnce || who == pcbTwice) {
				sum = max(0, sum-500)
			}
			if m.id == "B" && who == pcbZero {
				sum = 0
			}
			by[m.id] = sum
			practical += sum
			x.modules = append(x.modules, sum)
		}
		x.total += practical
		switch who {
		case pcbPhone:
			x.total, practical, by = 0, 0, map[string]int64{}
			clear(x.modules)
		case pcbAbsent:
			x.total, practical, by = didNotStart, 0, map[string]int64{}
			for i := range x.modules {
				x.modules[i] = didNotStart
			}
		}
		if d.theory {
			x.ties = append(x.ties, practical)
		}
		for _, m := range d.ties {
			x.ties = append(x.ties, by[m])
		}
		out = append(out, x)
	}
	reckonRanks(out)
	return out
}
