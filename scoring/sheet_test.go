package scoring_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

func level(n int) scoring.Observation            { return scoring.Observation{Level: new(n)} }
func points(m scoring.Marks) scoring.Observation { return scoring.Observation{Points: new(m)} }
func measured(v int64) scoring.Observation       { return scoring.Observation{Measured: new(v)} }
func step(id scoring.StepID) scoring.Observation { return scoring.Observation{Step: new(id)} }
func errorCount(n int) scoring.Observation       { return scoring.Observation{Errors: new(n)} }
func deducted(c map[scoring.DeductionID]int) scoring.Observation {
	return scoring.Observation{Deductions: c}
}

type counts = map[scoring.DeductionID]int

// extra holds the kinds that the published sheets do not use: the linear
// deductions of an industry contest (10 − 2·N) and a violation penalty.
func linear(limit, per scoring.Marks) scoring.Aspect {
	return scoring.Aspect{ID: "L", Kind: scoring.KindLinear, Max: limit, Linear: &scoring.Linear{PerError: per}}
}

var penalty = scoring.Aspect{ID: "P", Kind: scoring.KindPenalty, Name: scoring.Text{ZH: "违规"},
	Deductions: []scoring.Deduction{{ID: "late", Label: scoring.Text{ZH: "超时"}, Marks: 500, MaxCount: 2}}}

// Every row is a rule of the published sheets.
func TestMarkEntry(t *testing.T) {
	t.Parallel()
	s, _ := pcb(t)
	safety := load[scoring.Scheme](t, "safety_scheme.json")
	of := scoring.Of
	tests := []struct {
		aspect scoring.Aspect
		entry  scoring.Observation
		want   scoring.Value
	}{
		{*aspect(t, s, "B-J1"), level(0), of(0)},
		{*aspect(t, s, "B-J1"), level(1), of(333)},
		{*aspect(t, s, "B-J1"), level(2), of(667)},
		{*aspect(t, s, "B-J1"), level(3), of(1000)},
		{*aspect(t, s, "B-J1"), scoring.Observation{}, scoring.None()},
		{*aspect(t, s, "B-M1"), scoring.Observation{Met: new(true)}, of(150)},
		{*aspect(t, s, "B-M1"), scoring.Observation{Met: new(false)}, of(0)},
		{*aspect(t, s, "B-M3"), points(75), of(75)},
		{*aspect(t, s, "B-M3"), points(0), of(0)},
		{*aspect(t, s, "C5"), step("near"), of(50)},
		{*aspect(t, s, "C5"), step("exact"), of(100)},
		{*aspect(t, s, "C13-1"), deducted(counts{}), of(200)},
		{*aspect(t, s, "C13-1"), deducted(counts{"false": 1}), of(100)},
		{*aspect(t, s, "C13-1"), deducted(counts{"false": 7}), of(0)},
		{*aspect(t, s, "M01"), measured(8020), of(100)},
		{*aspect(t, s, "M01"), measured(7980), of(100)},
		{*aspect(t, s, "M01"), measured(8021), of(0)},
		{*aspect(t, s, "M01"), measured(7979), of(0)},
		{*aspect(t, s, "E01"), measured(10), of(250)},
		{*aspect(t, s, "E01"), measured(9), of(0)},
		{*aspect(t, s, "E01"), measured(990000), of(250)},
		{*aspect(t, s, "E02"), measured(10), of(250)},
		{*aspect(t, s, "E02"), measured(11), of(0)},
		{*aspect(t, safety, "S-V"), deducted(counts{}), of(500)},
		{*aspect(t, safety, "S-V"), deducted(counts{"helmet": 1}), of(0)},
		{*aspect(t, safety, "S-V"), deducted(counts{"helmet": 1, "live": 1}), of(0)},
		{linear(1000, 200), errorCount(0), of(1000)},
		{linear(1000, 200), errorCount(3), of(400)},
		{linear(1000, 200), errorCount(6), of(0)},
		{linear(500, 100), errorCount(4), of(100)},
		{penalty, deducted(counts{"late": 2}), of(-1000)},
		{penalty, deducted(counts{}), of(0)},
	}
	for _, tt := range tests {
		got, err := scoring.MarkEntry(tt.aspect, tt.entry)
		if err != nil || got != tt.want {
			raw, _ := json.Marshal(tt.entry)
			t.Errorf("%s %s = %v, %v, want %v", tt.aspect.ID, raw, got, err, tt.want)
		}
	}
}

func TestMarkEntryRefuses(t *testing.T) {
	t.Parallel()
	s, _ := pcb(t)
	tests := []struct {
		aspect scoring.Aspect
		entry  scoring.Observation
		want   []string
	}{
		{*aspect(t, s, "B-J1"), level(4), []string{"level out_of_range"}},
		{*aspect(t, s, "B-J1"), level(-1), []string{"level out_of_range"}},
		{*aspect(t, s, "B-J1"), points(500), []string{" wrong_field"}},
		{*aspect(t, s, "B-J1"), scoring.Observation{Level: new(2), Points: new(scoring.Marks(1))}, []string{" wrong_field"}},
		{*aspect(t, s, "B-M3"), points(101), []string{"points above_max"}},
		{*aspect(t, s, "B-M3"), points(-25), []string{"points below_zero"}},
		{*aspect(t, s, "B-M3"), points(30), []string{"points off_step"}},
		{*aspect(t, s, "C5"), step("far"), []string{"step unknown"}},
		{*aspect(t, s, "M01"), measured(-1 << 63), []string{"measured out_of_range"}},
		{*aspect(t, s, "C13-1"), deducted(counts{"false": -1}), []string{"deductions.false out_of_range"}},
		{*aspect(t, s, "C13-1"), deducted(counts{"b": 1, "a": 0}), []string{"deductions.a unknown", "deductions.b unknown"}},
		{linear(1000, 200), errorCount(-1), []string{"errors out_of_range"}},
		{penalty, deducted(counts{"late": 3}), []string{"deductions.late out_of_range"}},
	}
	for _, tt := range tests {
		got, err := scoring.MarkEntry(tt.aspect, tt.entry)
		if diff := cmp.Diff(tt.want, places(t, err, scoring.ErrEntry)); diff != "" {
			t.Errorf("%s: places (-want +got):\n%s", tt.aspect.ID, diff)
		}
		if got != scoring.None() {
			t.Errorf("%s: a refused entry is worth %v", tt.aspect.ID, got)
		}
	}
}

// fullSheet gives every aspect of a module the best that can be seen.
func fullSheet(m scoring.Module, judge scoring.JudgeID) scoring.Sheet {
	s := scoring.Sheet{Judge: judge}
	for _, a := range m.Aspects() {
		s.Entries = append(s.Entries, scoring.AspectEntry{Aspect: a.ID, Observation: best(a)})
	}
	return s
}

func best(a scoring.Aspect) scoring.Observation {
	switch a.Kind {
	case scoring.KindBinary:
		return scoring.Observation{Met: new(true)}
	case scoring.KindStepped:
		return step(a.Steps[len(a.Steps)-1].ID)
	case scoring.KindTolerance:
		return measured(a.Tolerance.Nominal)
	case scoring.KindLinear:
		return errorCount(0)
	case scoring.KindPoints:
		return points(a.Max)
	case scoring.KindJudgement:
		return level(3)
	case scoring.KindPot, scoring.KindPenalty:
		return deducted(counts{})
	}
	return scoring.Observation{}
}

func TestCheckSheet(t *testing.T) {
	t.Parallel()
	s, _ := pcb(t)
	b := s.Modules[1]
	sheet := fullSheet(b, "j1")
	if err := scoring.CheckSheet(b, sheet); err != nil {
		t.Fatalf("a whole sheet is refused: %v", err)
	}
	if err := scoring.CheckEntries(b, sheet.Entries[:2]); err != nil {
		t.Errorf("part of a sheet is refused on the way: %v", err)
	}

	sheet.Entries[0].Observation = level(9)
	sheet.Entries[1].Aspect = "Z"
	sheet.Entries[3].Observation = scoring.Observation{}
	sheet.Entries[4].Points = new(scoring.Marks(10))
	sheet.Entries[5].Aspect = "B-M1"
	want := []string{
		"entries[0].level out_of_range", "entries[1].aspect unknown", "entries[4].points off_step",
		"entries[5].aspect duplicate",
		"entries aspect_missing", // B-J2
		"entries aspect_missing", // B-M2 is blank
		"entries aspect_missing", // B-M4
	}
	if diff := cmp.Diff(want, places(t, scoring.CheckSheet(b, sheet), scoring.ErrEntry)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// Blank, zero and an empty list of deductions stay apart in JSON.
func TestObservationJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entry scoring.AspectEntry
		want  string
	}{
		{scoring.AspectEntry{Aspect: "a"}, `{"aspect":"a"}`},
		{scoring.AspectEntry{Aspect: "a", Observation: level(0)}, `{"aspect":"a","level":0}`},
		{scoring.AspectEntry{Aspect: "a", Observation: scoring.Observation{Met: new(false)}}, `{"aspect":"a","met":false}`},
		{scoring.AspectEntry{Aspect: "a", Observation: deducted(counts{})}, `{"aspect":"a","deductions":{}}`},
		{scoring.AspectEntry{Aspect: "a", Observation: deducted(counts{"x": 2})}, `{"aspect":"a","deductions":{"x":2}}`},
	}
	for _, tt := range tests {
		raw, err := json.Marshal(tt.entry)
		if err != nil || string(raw) != tt.want {
			t.Errorf("got %s, %v, want %s", raw, err, tt.want)
		}
		var back scoring.AspectEntry
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.entry, back); diff != "" {
			t.Errorf("%s changes on its way back:\n%s", raw, diff)
		}
	}
}

// Whatever a tablet sends: no panic, marks within the aspect, and an entry
// that was read is read the same again.
func FuzzEntries(f *testing.F) {
	for _, s := range []string{
		`[{"aspect":"B-J1","level":2}]`, `[{"aspect":"B-J1","level":9}]`, `[{"aspect":"B-M3","points":-1}]`,
		`[{"aspect":"C13-1","deductions":{"false":99999999}}]`, `[{"aspect":"C13-1","deductions":null}]`,
		`[{"aspect":"M01","measured":-9223372036854775808}]`, `[{"aspect":"C5","step":"near","met":true}]`, `[{}]`,
	} {
		f.Add([]byte(s))
	}
	scheme, _ := pcb(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var entries []scoring.AspectEntry
		if json.Unmarshal(raw, &entries) != nil {
			return
		}
		again, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		var back []scoring.AspectEntry
		if err := json.Unmarshal(again, &back); err != nil || !reflect.DeepEqual(entries, back) {
			t.Fatalf("%s → %s: %v", raw, again, err)
		}
		for _, m := range scheme.Modules {
			if err := scoring.CheckEntries(m, entries); err != nil {
				if !errors.Is(err, scoring.ErrEntry) || len(fault.As(err).Fields) == 0 {
					t.Fatalf("an error without places: %v", err)
				}
				continue
			}
			for _, e := range entries {
				a, _ := m.Aspect(e.Aspect)
				v, err := scoring.MarkEntry(a, e.Observation)
				if err != nil || v.Marks < 0 || v.Marks > a.Max {
					t.Fatalf("%s: %v, %v", raw, v, err)
				}
			}
		}
	})
}
