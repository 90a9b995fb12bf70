package scoring_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// twoLines is a module of two raw marks of up to 50.
func twoLines() scoring.Module {
	line := func(id scoring.AspectID) scoring.Aspect {
		return scoring.Aspect{ID: id, Kind: scoring.KindPoints, Name: scoring.Text{ZH: "项"}, Max: 5000, Points: &scoring.Points{Step: 1}}
	}
	return withAspect(line("X"), line("Y")).Modules[0]
}

func sheetOf(j scoring.JudgeID, entries ...scoring.AspectEntry) scoring.Sheet {
	return scoring.Sheet{Judge: j, Entries: entries}
}

func entered(a scoring.AspectID, o scoring.Observation) scoring.AspectEntry {
	return scoring.AspectEntry{Aspect: a, Observation: o}
}

// xy is a whole sheet of twoLines.
func xy(j scoring.JudgeID, x, y scoring.Marks) scoring.Sheet {
	return sheetOf(j, entered("X", points(x)), entered("Y", points(y)))
}

func judge(tb testing.TB, m scoring.Module, r scoring.Rules, c scoring.Call) scoring.ModuleOutcome {
	tb.Helper()
	out, err := scoring.Judge(m, r, c)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// Two judges at a station, a flag from 10 marks on; the chief judge corrects
// aspect by aspect, or lets it stand.
func TestTotalGap(t *testing.T) {
	t.Parallel()
	m := twoLines()
	r := panelRules(2, scoring.Agreement{Method: scoring.MethodMean, ChiefDecides: true})
	call := scoring.Call{Panel: panelOf(2), Sheets: []scoring.Sheet{xy("j1", 4000, 3000), xy("j2", 4000, 3999)}}

	if out := judge(t, m, r, call); out.Flag != "" || out.State != scoring.Settled {
		t.Errorf("no rule, no flag: %+v", out)
	}
	r.Panel.TotalGap = &scoring.TotalGap{Limit: 1000}
	if out := judge(t, m, r, call); out.Flag != "" || out.Marks != scoring.Of(7500) {
		t.Errorf("9.99 apart: %+v", out)
	}
	call.Sheets[1] = xy("j2", 4000, 4000)
	out := judge(t, m, r, call)
	if out.Flag != scoring.ReasonTotalGap || out.Gap != 1000 || out.Blocked || out.State != scoring.Settled || out.Marks != scoring.Of(7500) {
		t.Errorf("10 apart: %+v", out)
	}
	if len(out.Conferences()) != 0 {
		t.Errorf("judges are told of a flag that blocks nothing: %+v", out.Conferences())
	}
	r.Panel.TotalGap.Blocks = true
	out = judge(t, m, r, call)
	if !out.Blocked || out.State != scoring.Conference || out.Marks != scoring.None() {
		t.Errorf("a blocking gap: %+v", out)
	}
	if diff := cmp.Diff([]scoring.ConferenceView{{Reason: scoring.ReasonTotalGap}}, out.Conferences()); diff != "" {
		t.Error(diff)
	}
	alone := call
	alone.Sheets = call.Sheets[:1]
	if out := judge(t, m, r, alone); out.Flag != "" || out.State != scoring.Waiting {
		t.Errorf("a gap is called early: %+v", out)
	}

	accepted := call
	accepted.GapAccepted = &scoring.Acceptance{Why: "两位裁判观察角度不同"}
	out = judge(t, m, r, accepted)
	if out.Blocked || out.Flag != scoring.ReasonTotalGap || out.Marks != scoring.Of(7500) {
		t.Errorf("accepted: %+v", out)
	}
	corrected := call
	corrected.Overrides = []scoring.Override{{Aspect: "Y", Observation: points(3800), Why: "按录像核定"}}
	out = judge(t, m, r, corrected)
	if out.Flag != "" || out.Marks != scoring.Of(7800) || out.State != scoring.Settled {
		t.Errorf("corrected: %+v", out)
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	m := twoLines()
	r := panelRules(2, scoring.Agreement{Method: scoring.MethodEqual, ChiefDecides: true})
	call := scoring.Call{Panel: panelOf(2), Sheets: []scoring.Sheet{xy("j1", 100, 200), xy("j2", 100, 300)}}
	if out := judge(t, m, r, call); out.State != scoring.Conference {
		t.Fatalf("%+v", out)
	}
	call.Overrides = []scoring.Override{{Aspect: "Y", Observation: points(250), Why: "裁判长现场复测"}}
	out := judge(t, m, r, call)
	if out.State != scoring.Settled || out.Marks != scoring.Of(350) || out.Aspects[1].Override.Why == "" || out.Aspects[0].Override != nil {
		t.Errorf("decided: %+v", out)
	}
	call.Sheets = call.Sheets[:1]
	out = judge(t, m, r, call)
	if out.State != scoring.Waiting || out.Aspects[1].Override != nil || out.Aspects[1].Marks != scoring.Of(200) {
		t.Errorf("nobody decides while a sheet is missing: %+v", out)
	}
	call.Panel.Closed, r.Panel.MinJudges = true, 2
	out = judge(t, m, r, call)
	if out.Aspects[0].Reason != scoring.ReasonTooFew || out.Aspects[1].State != scoring.Settled || out.State != scoring.Waiting {
		t.Errorf("a closed panel with too few: %+v", out)
	}

	r.Agreement[scoring.KindPoints] = scoring.Agreement{Method: scoring.MethodEqual}
	call.Overrides = []scoring.Override{
		{Aspect: "Y", Observation: points(250)}, {Aspect: "Y", Observation: points(9000), Why: "x"},
		{Aspect: "X", Why: "x"}, {Aspect: "Z", Why: "x"},
	}
	call.GapAccepted = &scoring.Acceptance{}
	_, err := scoring.Judge(m, r, call)
	want := []string{
		"overrides[0].aspect not_allowed", "overrides[0].why missing",
		"overrides[1].aspect duplicate", "overrides[1].aspect not_allowed", "overrides[1].points above_max",
		"overrides[2].aspect not_allowed", "overrides[2] missing", "overrides[3].aspect unknown",
		"gap_accepted.why missing",
	}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrOverride)); diff != "" {
		t.Error(diff)
	}
}

func TestChiefDecides(t *testing.T) {
	t.Parallel()
	m := twoLines()
	r := panelRules(2, scoring.Agreement{Method: scoring.MethodChief})
	call := scoring.Call{Panel: panelOf(2), Sheets: []scoring.Sheet{xy("j1", 100, 200), xy("j2", 200, 400)}}
	out := judge(t, m, r, call)
	if out.State != scoring.Waiting || out.Aspects[0].Reason != scoring.ReasonChief || out.Marks != scoring.Of(450) || !out.Provisional {
		t.Errorf("undecided: %+v", out)
	}
	call.Overrides = []scoring.Override{
		{Aspect: "X", Observation: points(0), Why: "未完成"}, {Aspect: "Y", Observation: points(400), Why: "采用 2 号"},
	}
	if out := judge(t, m, r, call); out.State != scoring.Settled || out.Marks != scoring.Of(400) {
		t.Errorf("decided: %+v", out)
	}
}

// Two of three enter the measured value, each alone; the third sheet is whole
// without it.
func TestDoubleEntry(t *testing.T) {
	t.Parallel()
	m := twoLines()
	m.SubCriteria[0].Aspects[1].Agreement = &scoring.Agreement{Method: scoring.MethodDouble}
	r := panelRules(3, scoring.Agreement{Method: scoring.MethodMean})
	only := sheetOf("j3", entered("X", points(300)))
	if err := scoring.CheckHandIn(m, r, only); err != nil {
		t.Errorf("the aspect may be blank: %v", err)
	}
	if err := scoring.CheckHandIn(m, r, sheetOf("j3")); err == nil {
		t.Error("the other may not")
	}
	call := scoring.Call{Panel: panelOf(3), Sheets: []scoring.Sheet{xy("j1", 100, 700), xy("j2", 200, 700)}}
	if out := judge(t, m, r, call); out.Have != 2 || out.Need != 3 || out.State != scoring.Waiting || out.Aspects[1].State != scoring.Settled {
		t.Errorf("two of three: %+v", out)
	}
	call.Sheets = append(call.Sheets, only)
	if out := judge(t, m, r, call); out.Have != 3 || out.State != scoring.Settled || out.Marks != scoring.Of(900) {
		t.Errorf("all three: %+v", out)
	}
	call.Sheets[1] = sheetOf("j2", entered("X", points(200)))
	if out := judge(t, m, r, call); out.State != scoring.Waiting || out.Aspects[1].Reason != scoring.ReasonTooFew {
		t.Errorf("everyone left it to the others: %+v", out)
	}
}

// The process is marked at the station by one panel, the result as anonymous
// work by another; the module is rounded and floored once.
func TestSubPanels(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	b := s.Modules[1]
	r.Panel = scoring.PanelRule{Size: 2, MinJudges: 2}
	second := b.SubCriteria[1].ID
	b.SubCriteria[1].SeenAs = scoring.SeenAsWork
	if b.Seen(b.SubCriteria[0]) != scoring.SeenAtStation || b.Seen(b.SubCriteria[1]) != scoring.SeenAsWork {
		t.Error("the layers are wrong")
	}
	part := func(as scoring.SeenAs) scoring.Module {
		return b.Only(func(sc scoring.SubCriterion) bool { return b.Seen(sc) == as })
	}
	call := scoring.Call{
		Panel:     scoring.Panel{Judges: []scoring.JudgeID{"a", "b"}},
		SubPanels: map[scoring.SubCriterionID]scoring.Panel{second: {Judges: []scoring.JudgeID{"c", "d"}}},
	}
	for _, j := range []scoring.JudgeID{"a", "b"} {
		call.Sheets = append(call.Sheets, fullSheet(part(scoring.SeenAtStation), j))
	}
	out := judge(t, b, r, call)
	if out.State != scoring.Waiting || out.Have != 2 || out.Need != 4 {
		t.Errorf("half of the judges: %+v", out)
	}
	for _, j := range []scoring.JudgeID{"c", "d"} {
		sheet := fullSheet(part(scoring.SeenAsWork), j)
		if err := scoring.CheckHandIn(part(scoring.SeenAsWork), r, sheet); err != nil {
			t.Error(err)
		}
		call.Sheets = append(call.Sheets, sheet)
	}
	out = judge(t, b, r, call)
	if out.State != scoring.Settled || out.Have != 4 || out.Marks != scoring.Of(2500) || len(out.Aspects) != 6 {
		t.Errorf("all judges: %+v", out)
	}
	call.Sheets[0] = fullSheet(b, "a")
	_, err := scoring.Judge(b, r, call)
	got := places(t, err, scoring.ErrPanel)
	if len(got) != len(b.SubCriteria[1].Aspects) || got[0] != "sheets not_on_panel" {
		t.Errorf("marks for another panel's work: %v", got)
	}
	call.SubPanels["Z"] = scoring.Panel{}
	_, err = scoring.Judge(b, r, call)
	if got := places(t, err, scoring.ErrPanel); got[0] != "sub_panels.Z unknown" || got[1] != "sub_panels.Z.judges wrong_count" {
		t.Errorf("%v", got)
	}
}

// The outcome does not depend on the order of sheets, entries or overrides.
func TestJudgeOrderProperties(t *testing.T) {
	t.Parallel()
	m := twoLines()
	m.SubCriteria[0].Aspects = append(m.SubCriteria[0].Aspects, named(penalty))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "judges")
		policy := rapid.SampledFrom([]scoring.Agreement{
			{Method: scoring.MethodMean}, {Method: scoring.MethodEqual, ChiefDecides: true}, {Method: scoring.MethodChief},
			{Method: scoring.MethodMedian}, {Method: scoring.MethodMajority, Majority: n/2 + 1}, {Method: scoring.MethodDouble},
		}).Draw(t, "policy")
		r := panelRules(n, policy)
		r.Panel.TotalGap = &scoring.TotalGap{Limit: 300, Blocks: rapid.Bool().Draw(t, "blocks")}
		call := scoring.Call{Panel: panelOf(n)}
		for _, j := range call.Panel.Judges[:rapid.IntRange(0, n).Draw(t, "in")] {
			x, y := rapid.IntRange(0, 3).Draw(t, "x"), rapid.IntRange(0, 3).Draw(t, "y")
			s := xy(j, scoring.Marks(x*100), scoring.Marks(y*100))
			s.Entries = append(s.Entries, entered("P", deducted(counts{"late": rapid.IntRange(0, 2).Draw(t, "late")})))
			call.Sheets = append(call.Sheets, s)
		}
		if policy.ChiefDecides && rapid.Bool().Draw(t, "decides") {
			call.Overrides = []scoring.Override{{Aspect: "X", Observation: points(50), Why: "x"}, {Aspect: "Y", Observation: points(60), Why: "y"}}
		}
		other := call
		other.Sheets = rapid.Permutation(call.Sheets).Draw(t, "sheets")
		other.Overrides = rapid.Permutation(call.Overrides).Draw(t, "overrides")
		for i := range other.Sheets {
			other.Sheets[i].Entries = rapid.Permutation(other.Sheets[i].Entries).Draw(t, "entries")
		}
		a, errA := scoring.Judge(m, r, call)
		b, errB := scoring.Judge(m, r, other)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatalf("the order matters:\n%s", diff)
		}
		if a.State == scoring.Settled && (a.Marks.State != scoring.HasValue || a.Have != n && policy.Method != scoring.MethodDouble) {
			t.Fatalf("settled without all: %+v", a)
		}
		if raw, _ := json.Marshal(a.Conferences()); strings.Contains(string(raw), "j1") || strings.Contains(string(raw), "marks") {
			t.Fatalf("a conference tells too much: %s", raw)
		}
	})
}

// BenchmarkJudge is one competitor of a large contest: 100 aspects, 5 judges.
func BenchmarkJudge(b *testing.B) {
	var aspects []scoring.Aspect
	for i := range 100 {
		a := raw
		a.ID, a.Name = scoring.AspectID(fmt.Sprint("A", i)), scoring.Text{ZH: "项"}
		aspects = append(aspects, a)
	}
	m := withAspect(aspects...).Modules[0]
	r := panelRules(5, scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 1, DropLow: 1})
	call := scoring.Call{Panel: panelOf(5)}
	for _, j := range call.Panel.Judges {
		call.Sheets = append(call.Sheets, fullSheet(m, j))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scoring.Judge(m, r, call); err != nil {
			b.Fatal(err)
		}
	}
}
