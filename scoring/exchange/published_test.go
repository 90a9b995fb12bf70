package exchange_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/exchange"
)

// published are the sheets of testdata/published; its README says what they are.
var published = []string{"pcb", "pcb_worker", "pcb_student", "rotation"}

func publishedPath(name string) string { return filepath.Join("testdata", "published", name) }

// load reads a JSON document; a field that the type does not have is an error.
func load[T any](t testing.TB, name string) (v T) {
	t.Helper()
	raw, err := os.ReadFile(publishedPath(name))
	must(t, err)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	must(t, d.Decode(&v))
	return v
}

// file reads a committed workbook; with -update it is made anew.
func file(t testing.TB, name string, make func() []byte) []byte {
	t.Helper()
	if *update {
		must(t, os.WriteFile(publishedPath(name), make(), 0o644))
	}
	data, err := os.ReadFile(publishedPath(name))
	must(t, err)
	return data
}

func ordinary(t testing.TB, s scoring.Scheme) []byte {
	t.Helper()
	var buf bytes.Buffer
	_, err := exchange.WriteScheme(&buf, s, exchange.Form{})
	must(t, err)
	return buf.Bytes()
}

func TestPublished(t *testing.T) {
	t.Parallel()
	for _, name := range published {
		s := load[scoring.Scheme](t, name+".scheme.json")
		must(t, s.Validate())
		must(t, load[scoring.Rules](t, name+".rules.json").Validate(s))
		got, report := readScheme(t, file(t, name+".xlsx", func() []byte { return ordinary(t, s) }), exchange.Options{})
		if d := cmp.Diff(s, got); d != "" || len(report.Problems) > 0 {
			t.Errorf("%s: %v\n%s", name, found(report), d)
		}
	}
	s := load[scoring.Scheme](t, "pcb_worker.scheme.json")
	cis := file(t, "pcb_worker.cis.xlsx", func() []byte {
		var buf bytes.Buffer
		_, err := exchange.WriteCIS(&buf, s, exchange.English)
		must(t, err)
		return buf.Bytes()
	})
	got, report := readCIS(t, cis, exchange.Options{Total: 10000})
	if d := cmp.Diff(s, got); d != "" || len(report.Problems) > 0 {
		t.Errorf("%v\n%s", found(report), d)
	}
}

// TestPublishedTotals: the maxima are those of domain/contest.md §6.1, §6.3
// and §6.5.
func TestPublishedTotals(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"pcb":         "A 100.00, B 25.00, C 20.00, D 25.00",
		"pcb_worker":  "A 30.00, B 20.00, C 30.00, D 20.00",
		"pcb_student": "A 35.00, B 25.00, C 40.00",
		"rotation":    "T 100.00, P 100.00, Q 100.00, R 100.00",
	} {
		var got []string
		for _, m := range load[scoring.Scheme](t, name+".scheme.json").Modules {
			got = append(got, string(m.ID)+" "+m.Max.String())
		}
		if list := strings.Join(got, ", "); list != want {
			t.Errorf("%s: %s, want %s", name, list, want)
		}
	}
}

// TestPublishedC14: the sheet as it was published states 6 for the process
// card, whose lines make 7; it is refused, and both are named.
func TestPublishedC14(t *testing.T) {
	t.Parallel()
	data := file(t, "pcb_c14.xlsx", func() []byte { return c14(t) })
	got, report := readScheme(t, data, exchange.Options{})
	want := []string{"模块C!D3 error sum_differs", "模块C!C7 error sum_differs", "模块C!K13 error sum_differs"}
	if d := cmp.Diff(want, found(report)); d != "" || got.ID != "" {
		t.Fatalf("%+v %s", got, d)
	}
	message := "C14 工艺卡 states 6.00, its lines add up to 7.00; correct the stated amount or the lines"
	if p := report.Problems[1]; p.Message != message || p.Header != "一级配分" {
		t.Errorf("%+v", p)
	}
}

// c14 makes the published sheet of the corrected one: the line of width and
// spacing is worth 2, all stated amounts stay.
func c14(t testing.TB) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(ordinary(t, load[scoring.Scheme](t, "pcb.scheme.json"))))
	must(t, err)
	defer f.Close()
	const sheet = "模块C"
	rows, err := f.GetRows(sheet)
	must(t, err)
	put := func(row int, marks float64) {
		name, err := excelize.CoordinatesToCellName(slices.Index(rows[4], "配分")+1, row)
		must(t, err)
		must(t, f.SetCellFloat(sheet, name, marks, 2, 64))
	}
	line := slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(row, "C14-4") })
	put(line+1, 2)
	put(len(rows), 20) // a total that somebody typed
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

// TestPublishedTimeTable: the rows of the time score are those of the formula
// in domain/contest.md §2.1, computed here from its words: the factor falls by
// 0.05 for each 15 s begun after 900 s up to 1140 s, then stays at 0.15 up to
// 1170 s and 0.10 up to 1200 s; (90 × f + 10) × 0.1 is what a faultless
// station of 90 other marks earns.
func TestPublishedTimeTable(t *testing.T) {
	t.Parallel()
	hundredths := func(second int) int {
		f := 100
		switch {
		case second > 1200:
			return 0
		case second > 1170:
			f = 10
		case second > 1140:
			f = 15
		case second > 900:
			f -= 5 * ((second - 900 + 14) / 15)
		}
		return (90*f + 10*100) / 10
	}
	for _, m := range load[scoring.Scheme](t, "rotation.scheme.json").Modules[1:] {
		last := m.SubCriteria[len(m.SubCriteria)-1].Aspects[0]
		for second := range 1300 {
			ms := int64(second) * 1000
			got, err := scoring.MarkEntry(last, scoring.Observation{TimeMS: &ms})
			must(t, err)
			if want := scoring.Of(scoring.Marks(hundredths(second))); got != want {
				t.Fatalf("module %s, %d s: %v, want %v", m.ID, second, got, want)
			}
		}
	}
}

// TestPublishedExamples: the worked examples of the README.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	s, r := load[scoring.Scheme](t, "rotation.scheme.json"), load[scoring.Rules](t, "rotation.rules.json")
	station, _ := s.Module("P")
	entries := func(last scoring.Marks, loss scoring.StepID) []scoring.AspectEntry {
		marks := map[scoring.AspectID]scoring.Marks{"P1-1": 1000, "P1-2": 1500, "P2-1": 2500, "P3-1": 1000, "P3-2": last}
		list := []scoring.AspectEntry{{Aspect: "P2-2", Observation: scoring.Observation{Step: &loss}}}
		for id, m := range marks {
			list = append(list, scoring.AspectEntry{Aspect: id, Observation: scoring.Observation{Points: &m}})
		}
		return list
	}
	for _, c := range []struct {
		last scoring.Marks
		loss scoring.StepID
		ms   int64
		want string
	}{{200, "mid", 1_000_000, "77.68"}, {1000, "low", 900_000, "100.00"}, {1000, "low", 1_201_000, "90.00"}} {
		list := entries(c.last, c.loss)
		out, err := scoring.Judge(station, r, scoring.Call{Panel: scoring.Panel{Judges: []scoring.JudgeID{"x", "y"}}, ClockMS: &c.ms,
			Sheets: []scoring.Sheet{{Judge: "x", Entries: list}, {Judge: "y", Entries: list}}})
		if err != nil || out.Marks.String() != c.want {
			t.Errorf("%d ms: %v %v, want %s", c.ms, out.Marks, err, c.want)
		}
	}
	s, r = load[scoring.Scheme](t, "pcb.scheme.json"), load[scoring.Rules](t, "pcb.rules.json")
	full := map[scoring.ModuleID]scoring.Value{"A": scoring.Of(10000), "B": scoring.Of(2500), "C": scoring.Of(2000), "D": scoring.Of(2500)}
	total, err := scoring.Sum(s, r, full)
	if err != nil || total.Value != scoring.Of(10000) {
		t.Errorf("a faultless competitor has %v, %v", total.Value, err)
	}
	full["A"] = scoring.Of(7777)
	if total, err = scoring.Sum(s, r, full); err != nil || total.Parts[0].Weighted != scoring.Of(2333) {
		t.Errorf("theory %v, %v", total.Parts, err)
	}
}
