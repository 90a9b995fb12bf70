package exchange_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/exchange"
)

// TestRussianCIS: the variant with types B, D and J, other headings, columns in
// another order and Cyrillic letters.
func TestRussianCIS(t *testing.T) {
	t.Parallel()
	data := workbook(t, sheet{name: "CIS Marking Scheme Import", rows: [][]any{
		{nil, nil, nil, nil, "Skill name"}, {nil, nil, nil, nil, "Электроника"},
		{nil, nil, "ID", nil, "Name", "Mark"}, {nil, nil, "А", nil, "Монтаж", 10},
		{"Код", "Подкритерий", "Тип аспекта", nil, "Аспект", "Судейский балл", "Методика", "Требование", nil, "Макс. балл", "Criterion А", "Total Mark", 10},
		{"А1", "Пайка"},
		{nil, nil, "Б", nil, "Плата включается", nil, "Один раз", nil, nil, 1},
		{nil, nil, "D", nil, "Паяные соединения", nil, nil, nil, nil, 3},
		{nil, nil, nil, nil, nil, nil, "все", nil, nil, 3},
		{nil, nil, nil, nil, nil, nil, "половина", nil, nil, "1,5"},
		{nil, nil, "D", nil, "Порядок", nil, nil, nil, nil, 2},
		{nil, nil, nil, nil, nil, nil, "не убрано", nil, nil, -1},
		{nil, nil, "D", nil, "Скорость", nil, nil, nil, nil, 1},
		{nil, nil, "J", nil, "Внешний вид", nil, nil, nil, nil, 3},
		{nil, nil, nil, nil, nil, 0, "плохо"}, {nil, nil, nil, nil, nil, 1, "норма"}, {nil, nil, nil, nil, nil, 2, "хорошо"}, {nil, nil, nil, nil, nil, 3, "отлично"},
	}})
	const at = "CIS Marking Scheme Import!"
	_, report := readCIS(t, data, exchange.Options{})
	if d := cmp.Diff([]string{at + "J10 error marks_malformed"}, errorsOf(report)); d != "" {
		t.Fatal(d)
	}
	data = edited(t, data, map[string]any{"J10": 1.5})
	s, report := readCIS(t, data, exchange.Options{ID: "e", Step: 25})
	if d := cmp.Diff([]string{at + "C8 warning step_zero_added", at + "C13 warning step_default"}, found(report)); d != "" {
		t.Fatal(d)
	}
	var kinds []scoring.Kind
	for _, a := range s.Modules[0].Aspects() {
		kinds = append(kinds, a.Kind)
	}
	want := []scoring.Kind{scoring.KindBinary, scoring.KindStepped, scoring.KindPot, scoring.KindPoints, scoring.KindJudgement}
	list := s.Modules[0].Aspects()
	if d := cmp.Diff(want, kinds); d != "" || s.Name.ZH != "Электроника" || s.Modules[0].ID != "A" || list[0].ID != "A1.1" ||
		len(list[1].Steps) != 3 || list[2].Deductions[0].Marks != 100 || list[3].Points.Step != 25 {
		t.Errorf("%s %+v", d, s)
	}
}

// edited changes cells of the first sheet.
func edited(t testing.TB, data []byte, cells map[string]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer f.Close()
	for name, v := range cells {
		must(t, f.SetCellValue(f.GetSheetName(0), name, v))
	}
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

// TestEditedCIS: who edits what people see in a sheet of ours changes that
// text, and is told of the other language; broken further data are refused.
func TestEditedCIS(t *testing.T) {
	t.Parallel()
	const at = "CIS Marking Scheme Import!"
	s := load[scoring.Scheme](t, "pcb_worker.scheme.json")
	var buf bytes.Buffer
	_, err := exchange.WriteCIS(&buf, s, exchange.English)
	must(t, err)
	got, report := readCIS(t, edited(t, buf.Bytes(), map[string]any{"E12": "Layout"}), exchange.Options{})
	if d := cmp.Diff([]string{at + "E12 warning translation_old"}, found(report)); d != "" {
		t.Error(d)
	}
	if name := got.Modules[0].Aspects()[0].Name; name != (scoring.Text{ZH: "布局布线", EN: "Layout"}) {
		t.Error(name)
	}
	for _, c := range []struct {
		cell string
		to   any
		want []string
	}{
		{"R12", `{"name":`, []string{at + "R12 error data_malformed"}},
		{"R12", `{"wrong":1}`, []string{at + "R12 error data_malformed"}},
		{"R1", `{} {}`, []string{at + "R1 error data_malformed"}},
		{"Q18", "linear", []string{at + "Q18 error kind_unknown"}},
		{"Q18", "judgement", []string{at + "Q18 error kind_mismatch"}},
		{"Q18", "points", []string{at + "R18 error scheme_missing", at + "R18 error scheme_not_allowed"}},
		{"P18", "A-J1", []string{at + "P18 error scheme_duplicate"}},
		{"H44", "about 0.2", []string{at + "H44 error scheme_missing"}},
	} {
		_, report := readCIS(t, edited(t, buf.Bytes(), map[string]any{c.cell: c.to}), exchange.Options{})
		got := errorsOf(report)
		if len(got) == 2 && strings.HasPrefix(got[0], at+"R18") && got[0] > got[1] {
			got[0], got[1] = got[1], got[0]
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s = %v: %s", c.cell, c.to, d)
		}
	}
}

func TestTwoCISSheets(t *testing.T) {
	t.Parallel()
	a, b := electronics(), electronics()
	a.name, b.name = "Round 1", "Round 2"
	_, report := readCIS(t, workbook(t, a, b), exchange.Options{})
	if d := cmp.Diff([]string{"Round 2 error sheet_ambiguous"}, errorsOf(report)); d != "" {
		t.Error(d)
	}
	b.name = "CIS Marking Scheme Import"
	if _, report = readCIS(t, workbook(t, b, sheet{name: "Calculations", rows: [][]any{{"Aspects", 18}}}), exchange.Options{}); !report.OK() {
		t.Error(found(report))
	}
}

// TestNotes: what CIS will not see is said for each place.
func TestNotes(t *testing.T) {
	t.Parallel()
	s := load[scoring.Scheme](t, "pcb.scheme.json")
	s.Modules[1].SubCriteria[0].Aspects[0].Agreement = &scoring.Agreement{Method: scoring.MethodMedian}
	var buf bytes.Buffer
	report, err := exchange.WriteCIS(&buf, s, exchange.Chinese)
	must(t, err)
	count := map[string]int{}
	for _, p := range report.Problems {
		if p.Severity != exchange.Warning {
			t.Error(p)
		}
		count[p.Code+" "+p.Params["what"]]++
	}
	want := map[string]int{"cis_not_read zeroing, violations": 1, "cis_not_read imported": 1, "cis_not_read time_limit_ms, seen_as, zeroing": 3,
		"cis_not_read agreement": 1, "cis_yes_no hit_list": 1, "cis_yes_no points": 1, "cis_yes_no measurement_stepped": 6, "cis_yes_no measurement_tolerance": 7}
	if d := cmp.Diff(want, count); d != "" {
		t.Error(d)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	write := map[string]func(scoring.Scheme) error{
		"CIS": func(s scoring.Scheme) error {
			_, err := exchange.WriteCIS(&bytes.Buffer{}, s, exchange.Chinese)
			return err
		},
		"ordinary": func(s scoring.Scheme) error {
			_, err := exchange.WriteScheme(&bytes.Buffer{}, s, exchange.Form{})
			return err
		},
	}
	for name, f := range write {
		if err := f(scoring.Scheme{}); !errors.Is(err, scoring.ErrScheme) {
			t.Errorf("%s: an invalid scheme: %v", name, err)
		}
		s := load[scoring.Scheme](t, "rotation.scheme.json")
		s.Modules[1].SubCriteria[0].Aspects[0].Name.ZH = strings.Repeat("长", 40000)
		if err := f(s); !errors.Is(err, exchange.ErrCapacity) {
			t.Errorf("%s: a text that no cell holds: %v", name, err)
		}
		s = scoring.Scheme{ID: "s", Version: 1, Name: scoring.Text{ZH: "多"}}
		for i := range 70 {
			s.Modules = append(s.Modules, scoring.Module{ID: scoring.ModuleID(strings.Repeat("m", i+1)), Name: scoring.Text{ZH: "模块"},
				Max: 1, Source: scoring.SourceImported, SubCriteria: []scoring.SubCriterion{}})
		}
		if err := f(s); !errors.Is(err, exchange.ErrCapacity) {
			t.Errorf("%s: 70 modules: %v", name, err)
		}
	}
}

// TestSaysWhatIsLost: an id that the ordinary sheet cannot hold is written and
// named, not dropped.
func TestSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	s := load[scoring.Scheme](t, "rotation.scheme.json")
	s.Modules[1].ID, s.Modules[1].Name = "x y", scoring.Text{ZH: "B 光缆"}
	var buf bytes.Buffer
	report, err := exchange.WriteScheme(&buf, s, exchange.Form{})
	must(t, err)
	if got := lost(report); len(got) == 0 || !strings.Contains(got[0], "modules[1]") {
		t.Errorf("%q", got)
	}
	s.Modules[1].Name.ZH = "光缆"
	if report, err = exchange.WriteScheme(&buf, s, exchange.Form{}); err != nil || len(report.Problems) > 0 {
		t.Errorf("%v %v", found(report), err)
	}
}

// TestCISWithoutLabels: other tools write neither the criterion nor its total
// beside a header row, and more above it.
func TestCISWithoutLabels(t *testing.T) {
	t.Parallel()
	want, _ := readCIS(t, workbook(t, electronics()), exchange.Options{ID: "e"})
	s := electronics()
	s.rows[1] = []any{"Project: amplifier board"}
	for _, row := range []int{20, 39, 51} {
		s.rows[row-1] = s.rows[row-1][:11]
	}
	s.rows[66] = nil
	got, report := readCIS(t, workbook(t, s), exchange.Options{ID: "e"})
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	const at = "CIS Marking Scheme Import!"
	if d := cmp.Diff([]string{at + "A2 warning row_not_read", at + "H22 warning read_as_tolerance"}, found(report)); d != "" {
		t.Error(d)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"CIS": workbook(t, electronics()), "ordinary": workbook(t, fullSafety())} {
		s, report, err := exchange.Read(bytes.NewReader(data), -1, "x.xlsx", exchange.Options{})
		if err != nil || !report.OK() || len(s.Modules) == 0 {
			t.Errorf("%s: %v %v", name, err, found(report))
		}
	}
	if _, _, err := exchange.Read(strings.NewReader("x"), -1, "x.xlsx", exchange.Options{}); !errors.Is(err, exchange.ErrNotWorkbook) {
		t.Error(err)
	}
}
