package exchange_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/exchange"
)

var update = flag.Bool("update", false, "write the files of testdata anew")

// cisHeader is the header row of a block as CIS writes it.
func cisHeader(criterion string, total any) []any {
	return []any{"Sub\nCriterion\nID", "Sub Criterion\nName or Description", "Day of Marking", "Aspect\nType\nM = Meas\nJ = Judg",
		"Aspect - Description", "Judg Score", "Extra Aspect Description (Meas or Judg)\nOR\nJudgement Score Description (Judg only)",
		"Requirement\n(Measurement Only)", "WSSS Section", "Calculation Row \n(Export only)", "Max\nMark",
		"Criterion " + criterion, "Total\nMark", total}
}

// aspectRow is a row of columns D to K; extra and requirement may be nil.
func aspectRow(kind, description string, extra, requirement any, section any, max any) []any {
	return []any{nil, nil, nil, kind, description, nil, extra, requirement, section, nil, max}
}

func levelRows(texts ...string) (rows [][]any) {
	for i, text := range texts {
		rows = append(rows, []any{nil, nil, nil, nil, nil, i, text})
	}
	return rows
}

// electronics is a sheet of 100 marks in the trade's shape.
func electronics() sheet {
	s := sheet{name: "CIS Marking Scheme Import", merged: [][2]string{{"A1", "H1"}, {"A3", "H3"}}}
	add := func(rows ...[]any) { s.rows = append(s.rows, rows...) }
	sections := func(row int, id int, name string, marks float64) []any {
		n := string(rune('0' + row))
		return []any{id, name, nil, nil, nil, nil, nil, nil, marks,
			formula{"SUMIF($I$20:$I$200,A" + n + ",$K$20:$K$200)", marks}, formula{"ABS(I" + n + "-J" + n + ")", 0}}
	}
	add([]any{"Skill name: Electronics (training round)"}, nil,
		[]any{"WorldSkills Standards Specification"},
		[]any{"Section", nil, nil, nil, nil, nil, nil, nil, "WSSS Marks", "Aspect Marks", "Variation"},
		sections(5, 1, "Work organization and management", 10), sections(6, 2, "Applied electronics in practice", 20),
		sections(7, 3, "Hardware design", 30), sections(8, 4, "Embedded systems programming", 25),
		sections(9, 5, "Fault finding, repair and measurement", 15),
		[]any{nil, nil, nil, nil, nil, nil, nil, nil, nil, "Total Variation", formula{"SUM(K5:K9)", 0}}, nil,
		[]any{"Criteria"}, []any{"ID", "Name", nil, nil, nil, nil, nil, nil, nil, nil, "Mark"},
		[]any{"A", "Hardware design", nil, nil, nil, nil, nil, nil, nil, nil, formula{"N20", 40}},
		[]any{"B", "Embedded programming", nil, nil, nil, nil, nil, nil, nil, nil, formula{"N39", 25}},
		[]any{"C", "Fault finding and repair", nil, nil, nil, nil, nil, nil, nil, nil, formula{"N51", 35}},
		[]any{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, formula{"SUM(K14:K16)", 100}}, nil, nil)
	add(cisHeader("A", formula{"SUM(K21:K38)", 40}), []any{"A1", "Schematic", 1},
		aspectRow("M", "Supply rail of the logic", "Measured at TP3 with 100 mA load", "5.00 ±0.10 V", 2, 5),
		aspectRow("M", "Electrical rule check", "Any error = No", "0 errors", 3, 5),
		aspectRow("J", "Clarity of the schematic", "Printed on A3", nil, 3, 6))
	add(levelRows("Cannot be followed, or not handed in", "Can be followed, symbols by standard", "Signal flow is clear, blocks are named", "A stranger could build and service the board from it")...)
	add([]any{"A2", "Printed circuit board", 1},
		aspectRow("M", "Outline of the board", nil, "80.00 x 60.00 mm", 3, 4),
		aspectRow("M", "Design rule check", nil, "0 errors", 3, 5),
		aspectRow("J", "Routing strategy", nil, nil, 3, 10))
	add(levelRows("No strategy", "Usable", "Good in most places", "Professional, shortest paths")...)
	add(aspectRow("M", "Manufacturing files", "Gerber, drill file, bill of materials", "All present", 1, 5), nil)
	add(cisHeader("B", formula{"SUM(K40:K50)", 25}), []any{"B1", "Drivers", "Day 2"},
		aspectRow("M", "Start text on the display", nil, "within 2 s", 4, 8),
		aspectRow("M", "Keys are debounced", "Twenty strokes, no double", nil, 4, 7),
		[]any{"B2", "Application", "2"},
		aspectRow("J", "Structure of the program", nil, nil, 4, 4))
	add(levelRows("Does not compile", "Runs, one block of code", "Functions, names and comments", "Modules that could be tested alone")...)
	add(aspectRow("M", "Alarm at the limit", nil, "LED and sound", 4, 6), nil)
	add(cisHeader("C", formula{"SUM(K52:K66)", 35}), []any{"C1", "Fault finding", "C3"},
		aspectRow("M", "First fault is found and described", nil, nil, 5, 5), aspectRow("M", "Second fault is found and described", nil, nil, 5, 5),
		aspectRow("M", "Oscillogram is recorded", nil, "Both channels, scales named", 5, 5),
		[]any{"C2", "Repair", "C3"},
		aspectRow("M", "Joints by IPC-A-610 class 2", nil, nil, 2, 10), aspectRow("J", "Quality of the rework", nil, nil, 2, 5))
	add(levelRows("Damage", "Works", "Works, traces are slight", "Cannot be told from new")...)
	add([]any{"C3", "Work practices", "Any"},
		aspectRow("M", "Workplace left in order", nil, nil, 1, 2.5), aspectRow("M", "Precautions against static discharge", nil, nil, 1, "２．５０"), nil,
		[]any{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, "Competition", "Total\nMark", formula{"N20+N39+N51", 100}})
	return s
}

func readCIS(t testing.TB, data []byte, opts exchange.Options) (scoring.Scheme, exchange.Report) {
	t.Helper()
	s, report, err := exchange.ReadCIS(bytes.NewReader(data), int64(len(data)), "cis.xlsx", opts)
	must(t, err)
	return s, report
}

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, d)
	}
}

func pretty(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	must(t, e.Encode(v))
	return b.Bytes()
}

// TestReadCIS reads a sheet that our writer did not make: the committed file.
func TestReadCIS(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "cis_electronics.xlsx")
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, rawWorkbook(t, electronics(), 10), 0o644))
	}
	data, err := os.ReadFile(path)
	must(t, err)
	s, report := readCIS(t, data, exchange.Options{ID: "electronics", Version: 2, Total: 10000})
	want := []string{"CIS Marking Scheme Import!J20 warning column_hidden", "CIS Marking Scheme Import!H22 warning read_as_tolerance"}
	if d := cmp.Diff(want, found(report)); d != "" || report.Modules != 3 || report.Aspects != 18 {
		t.Errorf("%d modules, %d aspects, problems %s", report.Modules, report.Aspects, d)
	}
	golden(t, "cis_electronics.golden.json", pretty(t, s))
	if m, _ := s.Module("C"); m.Max != 3500 || m.SubCriteria[0].Day != 3 || m.SubCriteria[2].Day != 0 {
		t.Errorf("module C: %+v", m)
	}
}

// TestCISWithoutOurColumns: a sheet of yes or no and judgements keeps
// everything even where a program drops the columns that CIS does not know.
func TestCISWithoutOurColumns(t *testing.T) {
	t.Parallel()
	s, _ := readCIS(t, rawWorkbook(t, electronics(), 10), exchange.Options{ID: "e", Version: 1})
	var buf bytes.Buffer
	report, err := exchange.WriteCIS(&buf, s, exchange.Chinese)
	must(t, err)
	if d := cmp.Diff([]string{"CIS Marking Scheme Import!Q20 warning cis_yes_no"}, found(report)); d != "" {
		t.Error(d)
	}
	got, report := readCIS(t, withoutColumns(t, buf.Bytes(), "P", "Q", "R"), exchange.Options{ID: "e", Version: 1})
	if d := cmp.Diff(s, got); d != "" {
		t.Errorf("%s\n%v", d, found(report))
	}
}

// TestCISErrors: each fault of a sheet is named with its place, all at once,
// and nothing is imported.
func TestCISErrors(t *testing.T) {
	t.Parallel()
	const at = "CIS Marking Scheme Import!"
	for _, c := range []struct {
		name string
		edit func(s *sheet)
		opts exchange.Options
		want []string
	}{
		{name: "aspects differ from criterion and total", edit: set(22, "K", 4.5),
			want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs", at + "N20 error sum_differs", at + "N67 error sum_differs"}},
		{name: "another total is wanted", edit: func(*sheet) {}, opts: exchange.Options{Total: 20000}, want: []string{at + "20 error total_differs"}},
		{name: "a judgement without its best level", edit: drop(28), want: []string{at + "F24 error levels_missing"}},
		{name: "a level twice", edit: set(27, "F", 1), want: []string{at + "F24 error levels_missing", at + "F27 error level_repeated"}},
		{name: "level 4", edit: set(28, "F", 4), want: []string{at + "F24 error levels_missing", at + "F28 error level_malformed"}},
		{name: "levels below a measurement", edit: set(24, "D", "M"), want: []string{at + "F25 error level_unwanted", at + "F26 error level_unwanted",
			at + "F27 error level_unwanted", at + "F28 error level_unwanted"}},
		{name: "a code twice", edit: set(29, "A", "A1"), want: []string{at + "A29 error code_repeated"}},
		{name: "a code of another criterion", edit: set(29, "A", "B9"), want: []string{at + "A29 error code_letter"}},
		{name: "no code", edit: set(29, "A", "2"), want: []string{at + "A29 error code_malformed"}},
		{name: "an unknown section", edit: set(23, "I", 9), want: []string{at + "I23 error section_unknown"}},
		{name: "three decimals", edit: set(23, "K", 5.005), want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs", at + "N20 error sum_differs",
			at + "K23 error marks_decimals", at + "N67 error sum_differs"}},
		{name: "an unknown type", edit: set(23, "D", "X"), want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs", at + "N20 error sum_differs",
			at + "D23 error aspect_type_unknown", at + "N67 error sum_differs"}},
		{name: "a formula without a result", edit: set(23, "K", formula{text: "2+3"}), want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs",
			at + "N20 error sum_differs", at + "K23 error formula_without_value", at + "N67 error sum_differs"}},
		{name: "marks in words", edit: set(23, "K", "five"), want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs", at + "N20 error sum_differs",
			at + "K23 error marks_malformed", at + "N67 error sum_differs"}},
		{name: "a hidden row", edit: func(s *sheet) { s.hidden = []int{23} }, want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs",
			at + "N20 error sum_differs", at + "23 error row_hidden", at + "N67 error sum_differs"}},
		{name: "an aspect before any sub-criterion", edit: drop(21), want: []string{at + "K14 error sum_differs", at + "K17 error sum_differs", at + "N20 error sum_differs",
			at + "A21 error aspect_orphan", at + "A22 error aspect_orphan", at + "A23 error aspect_orphan",
			at + "F24 error level_orphan", at + "F25 error level_orphan", at + "F26 error level_orphan", at + "F27 error level_orphan", at + "N66 error sum_differs"}},
		{name: "a criterion outside the table", edit: drop(16), want: []string{at + "L50 error criterion_unknown"}},
		{name: "a criterion without aspects", edit: set(17, "A", "D"), want: []string{at + "A17 error criterion_empty"}},
		{name: "a loose text", edit: set(38, "E", "left over"), want: []string{at + "E38 error row_unclear"}},
		{name: "a sub-criterion that states another sum", edit: set(21, "K", 17), want: []string{at + "K21 error sum_differs"}},
		{name: "a day in words", edit: set(21, "C", "Tuesday"), want: []string{at + "C21 error day_malformed"}},
		{name: "an aspect without a text", edit: set(23, "E", nil), want: []string{at + "E23 error name_missing"}},
		{name: "sections that miss the aspects", edit: set(9, "I", 14), want: []string{at + "I5 error sections_sum"}},
		{name: "a section twice", edit: set(6, "A", 1), want: []string{at + "A6 error section_repeated", at + "I22 error section_unknown", at + "I57 error section_unknown", at + "I58 error section_unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := electronics()
			c.edit(&s)
			got, report := readCIS(t, workbook(t, s), c.opts)
			if d := cmp.Diff(c.want, errorsOf(report)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(scoring.Scheme{}, got); d != "" {
				t.Error("half imported", d)
			}
			if fault.CodeOf(report.Err()) != "scheme_file_refused" {
				t.Error(report.Err())
			}
		})
	}
}

// set changes one cell; rows as the workbook counts them.
func set(row int, column string, value any) func(*sheet) {
	return func(s *sheet) {
		at := int(column[0] - 'A')
		cells := append([]any(nil), s.rows[row-1]...)
		for len(cells) <= at {
			cells = append(cells, nil)
		}
		cells[at] = value
		s.rows[row-1] = cells
	}
}

func drop(row int) func(*sheet) {
	return func(s *sheet) { s.rows = slices.Delete(s.rows, row-1, row) }
}

func errorsOf(r exchange.Report) []string {
	return slices.DeleteFunc(found(r), func(s string) bool { return !strings.Contains(s, " error ") })
}
