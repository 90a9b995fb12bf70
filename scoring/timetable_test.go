package scoring_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// timed is an observation of a time table.
func timed(ms int64) scoring.Observation { return scoring.Observation{TimeMS: &ms} }

// cityRail is the time table of the rotation contest (domain/contest.md §2.1):
// “other × f + 10, all × 0.1”, f = 1.0 up to 900 s, 0.05 less for each further
// 15 s, 0.1 up to 1200 s, above that 0.
func cityRail() scoring.Aspect {
	a := scoring.Aspect{
		ID: "T", Kind: scoring.KindTimeTable, Name: scoring.Text{ZH: "用时"}, Max: 1000,
		TimeTable: &scoring.TimeTable{Source: scoring.TimeByJudge, Base: new(scoring.Marks(100))},
	}
	for k := range int64(19) {
		row := scoring.TimeRow{UpToMS: 900_000 + 15_000*k, Marks: scoring.Marks(1000 - 45*k)}
		if k == 18 {
			row.UpToMS = 1_200_000
		}
		a.TimeTable.Rows = append(a.TimeTable.Rows, row)
	}
	return a
}

// Every row at its bounds, one millisecond off, and by the formula in words.
func TestTimeTable(t *testing.T) {
	t.Parallel()
	a := cityRail()
	mark := func(ms int64) scoring.Marks {
		t.Helper()
		v, err := scoring.MarkEntry(a, timed(ms))
		if err != nil {
			t.Fatal(err)
		}
		return v.Marks
	}
	for i, row := range a.TimeTable.Rows {
		if mark(row.UpToMS) != row.Marks {
			t.Errorf("row %d is worth %v, want %v", i, mark(row.UpToMS), row.Marks)
		}
		below := scoring.Marks(0)
		if i+1 < len(a.TimeTable.Rows) {
			below = a.TimeTable.Rows[i+1].Marks
		}
		if mark(row.UpToMS+1) != below {
			t.Errorf("a millisecond beyond row %d is worth %v, want %v", i, mark(row.UpToMS+1), below)
		}
	}
	byHand := func(ms int64) scoring.Marks { // of a faultless 90
		f := int64(100)
		switch {
		case ms > 1_200_000:
			return 0
		case ms > 1_155_000:
			f = 10
		case ms > 900_000:
			f -= 5 * ((ms - 900_000 + 14_999) / 15_000)
		}
		return scoring.Marks((9000*f/100 + 1000) / 10)
	}
	for ms := int64(0); ms < 1_300_000; ms += 499 {
		if mark(ms) != byHand(ms) {
			t.Fatalf("%d ms are worth %v, by hand %v", ms, mark(ms), byHand(ms))
		}
	}
	for _, ms := range []int64{-1, 1 << 50} {
		if _, err := scoring.MarkEntry(a, timed(ms)); err == nil {
			t.Errorf("%d ms is taken", ms)
		}
	}
}

func TestValidateTimeTable(t *testing.T) {
	t.Parallel()
	const at = "modules[0].sub_criteria[0].aspects[0]"
	tests := []struct {
		name   string
		change func(*scoring.TimeTable)
		want   []string
	}{
		{"valid", func(*scoring.TimeTable) {}, nil},
		{"rises on purpose", func(tt *scoring.TimeTable) { tt.Rows[0].Marks, tt.Rows[1].Marks, tt.MayRise = 500, 1000, true }, nil},
		// 1026 was printed for 1126; the branch before it caught it by chance
		{"the published typo", func(tt *scoring.TimeTable) { tt.Rows[15].UpToMS = 1_026_000 },
			[]string{at + ".time_table.rows[15].up_to_ms out_of_order"}},
		{"a row twice", func(tt *scoring.TimeTable) { tt.Rows[1].UpToMS = tt.Rows[0].UpToMS },
			[]string{at + ".time_table.rows[1].up_to_ms out_of_order"}},
		{"slower earns more", func(tt *scoring.TimeTable) { tt.Rows[4].Marks = 900 }, []string{at + ".time_table.rows[4].marks rises"}},
		{"slowest earns more", func(tt *scoring.TimeTable) { tt.Above = 500 }, []string{at + ".time_table.above rises"}},
		{"no rows", func(tt *scoring.TimeTable) { tt.Rows = nil },
			[]string{at + ".time_table.rows missing", at + ".time_table.rows max_unreachable"}},
		{"out of range", func(tt *scoring.TimeTable) {
			tt.Rows[0], tt.Above, tt.Base = scoring.TimeRow{UpToMS: -1, Marks: 1001}, -1, new(scoring.Marks(1001))
		}, []string{
			at + ".time_table.rows[0].up_to_ms out_of_range", at + ".time_table.rows[0].marks out_of_range",
			at + ".time_table.above out_of_range", at + ".time_table.base out_of_range",
		}},
		{"best below the maximum", func(tt *scoring.TimeTable) { tt.Rows[0].Marks = 990 }, []string{at + ".time_table.rows max_unreachable"}},
		{"nobody's clock", func(tt *scoring.TimeTable) { tt.Source = "" }, []string{at + ".time_table.source unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := cityRail()
			tt.change(a.TimeTable)
			err := withAspect(a, named(linear(9000, 100))).Validate()
			if tt.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, places(t, err, scoring.ErrScheme)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	twice := cityRail()
	twice.ID = "T2"
	got := places(t, withAspect(cityRail(), twice).Validate(), scoring.ErrScheme)
	if diff := cmp.Diff([]string{"modules[0].sub_criteria base_twice"}, got); diff != "" {
		t.Error(diff)
	}
	got = places(t, withAspect(cityRail()).Validate(), scoring.ErrScheme)
	if diff := cmp.Diff([]string{"modules[0].sub_criteria base_alone"}, got); diff != "" {
		t.Error(diff)
	}
}

// station is a station of 90 other marks and the time table.
func station(source scoring.TimeSource) scoring.Module {
	t := cityRail()
	t.TimeTable.Source = source
	work := scoring.Aspect{ID: "W", Kind: scoring.KindPoints, Name: scoring.Text{ZH: "操作"}, Max: 9000, Points: &scoring.Points{Step: 1}}
	return withAspect(t, work).Modules[0]
}

// The whole formula of the rotation contest: good and fast, good and slow, bad
// and fast, and nothing for those who overrun.
func TestTimeWithQuality(t *testing.T) {
	t.Parallel()
	m := station(scoring.TimeByClock)
	r := panelRules(2, scoring.Agreement{Method: scoring.MethodMean})
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1_300_000).Draw(t, "ms")
		a, b := rapid.Int64Range(0, 9000).Draw(t, "a"), rapid.Int64Range(0, 9000).Draw(t, "b")
		call := scoring.Call{Panel: panelOf(2), ClockMS: &ms}
		for i, p := range []int64{a, b} {
			call.Sheets = append(call.Sheets, scoring.Sheet{Judge: call.Panel.Judges[i],
				Entries: []scoring.AspectEntry{{Aspect: "W", Observation: points(scoring.Marks(p))}}})
		}
		out, err := scoring.Judge(m, r, call)
		if err != nil || out.State != scoring.Settled {
			t.Fatalf("%+v, %v", out, err)
		}
		f := int64(0) // hundredths
		for k := int64(0); k < 19; k++ {
			if limit := 900_000 + 15_000*k; ms <= limit || k == 18 && ms <= 1_200_000 {
				f = 100 - 5*k
				break
			}
		}
		other := (a + b + 1) / 2                 // rounded half up by aspect
		time := (other*f + 100_000 + 500) / 1000 // (other × f ÷ 100 + 1000) ÷ 10, half up
		if f == 0 {
			time = 0
		}
		if out.Marks != scoring.Of(scoring.Marks(other+time)) {
			t.Fatalf("other %d in %d ms (f %d): %v, by hand %d + %d", other, ms, f, out.Marks, other, time)
		}
	})
}

func TestStationClock(t *testing.T) {
	t.Parallel()
	m := station(scoring.TimeByClock)
	r := panelRules(1, scoring.Agreement{Method: scoring.MethodMean, ChiefDecides: true})
	sheet := scoring.Sheet{Judge: "j1", Entries: []scoring.AspectEntry{{Aspect: "W", Observation: points(9000)}}}
	if err := scoring.CheckSheet(m, sheet); err != nil {
		t.Errorf("the judge has marked everything: %v", err)
	}
	call := scoring.Call{Panel: panelOf(1), Sheets: []scoring.Sheet{sheet}}
	out, err := scoring.Judge(m, r, call)
	if err != nil || out.State != scoring.Waiting || out.Have != 1 || out.Aspects[0].Need != 1 {
		t.Errorf("while the clock runs: %+v, %v", out, err)
	}
	call.ClockMS = new(int64(0))
	out, err = scoring.Judge(m, r, call)
	if err != nil || out.Marks != scoring.Of(10000) {
		t.Errorf("when it stands: %+v, %v", out, err)
	}
	call.Overrides = []scoring.Override{{Aspect: "T", Observation: timed(2_000_000), Why: "计时器未停"}}
	out, err = scoring.Judge(m, r, call)
	if err != nil || out.Marks != scoring.Of(9000) || out.Aspects[0].Override == nil {
		t.Errorf("corrected by the chief judge: %+v, %v", out, err)
	}
	sheet.Entries = append(sheet.Entries, scoring.AspectEntry{Aspect: "T", Observation: timed(1)})
	got := places(t, scoring.CheckSheet(m, sheet), scoring.ErrEntry)
	if diff := cmp.Diff([]string{"entries[1] not_allowed"}, got); diff != "" {
		t.Error(diff)
	}
}

func named(a scoring.Aspect) scoring.Aspect {
	a.Name = scoring.Text{ZH: "项"}
	return a
}

// OwnTotal is what the tablet shows for one judge's sheet.
func TestOwnTotal(t *testing.T) {
	t.Parallel()
	m := station(scoring.TimeByJudge)
	entries := []scoring.AspectEntry{{Aspect: "W", Observation: points(4500)}}
	got, err := scoring.OwnTotal(m, entries, nil)
	if err != nil || got != 4500 {
		t.Errorf("without a time: %v, %v", got, err)
	}
	entries = append(entries, scoring.AspectEntry{Aspect: "T", Observation: timed(900_000)})
	got, err = scoring.OwnTotal(m, entries, nil)
	if err != nil || got != 4500+550 {
		t.Errorf("half of the work in full time: %v, %v", got, err)
	}
	entries = append(entries, scoring.AspectEntry{Aspect: "T", Observation: timed(900_000)})
	if _, err = scoring.OwnTotal(m, entries, nil); err == nil {
		t.Error("an aspect is there twice")
	}
}
