package exchange

import (
	"io"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// ReadOutline reads the outline of an occupation and level from a workbook of
// at most MaxUpload bytes; size is what the sender claims, or -1. The report
// lists every row and the rules that the whole breaks, such as weights that
// do not sum up, at the row where the range begins. The error is for files
// that cannot be read at all: see errors.go.
func ReadOutline(r io.Reader, size int64, name string, occupation bank.Occupation, level bank.Level) (file bank.OutlineFile, report bank.Report, err error) {
	defer guard(name, &err)
	if !level.Valid() {
		return file, report, bank.ErrOccupation.With(fault.Field{Path: "level", Code: "level_range", Message: "give a level from 5 to 1"})
	}
	if err := occupation.Validate(); err != nil {
		return file, report, err
	}
	b, err := open(r, size, name)
	if err != nil {
		return file, report, err
	}
	defer b.close()
	report = bank.NewReport(name, b.sum)
	sheets, err := b.sheets(level, &report)
	if err != nil {
		return file, report, err
	}
	t := newTree(&report)
	var missing []fault.Field
	for _, sheet := range sheets {
		found, err := t.read(b, sheet)
		if err != nil {
			return file, report, err
		}
		if !found {
			missing = append(missing, fault.Field{Path: sheet, Code: "column_missing",
				Message: "sheet " + sheet + " has no columns for the names of level-1 ranges and of points",
				Params:  map[string]string{"sheet": sheet, "column": "鉴定点名称"}})
		}
	}
	if len(missing) == len(sheets) {
		return file, report, ErrColumns.With(missing...).Param("file", name)
	}
	for _, f := range missing {
		report.Add(skipped(f.Path, "sheet_without_header", "the sheet is not an outline and was not read"))
	}
	o := bank.Outline{ID: bank.OutlineFor(occupation, level), Occupation: occupation, Level: level, Ranges: t.root.ranges()}
	t.validate(&o)
	return bank.OutlineFile{Name: name, SHA256: b.sum, Outline: o}, report, nil
}

// node is a range while the tree is built.
type node struct {
	code, name string
	path       bank.PointPath
	weight     bank.Weight
	weighted   bool // a weight was given, or follows from the children
	children   []*node
	points     []bank.Point
}

// ranges finishes the tree: a range without a weight has the sum of its
// children's.
func (n *node) ranges() []bank.Range {
	var list []bank.Range
	for _, c := range n.children {
		r := bank.Range{Code: c.code, Name: c.name, Ranges: c.ranges(), Points: c.points}
		if !c.weighted {
			for _, below := range r.Ranges {
				c.weight += below.Weight
			}
		}
		r.Weight = c.weight
		list = append(list, r)
	}
	return list
}

// matches reports whether a row with this code and name means n; a blank cell
// repeats what is above it.
func (n *node) matches(code, name string) bool {
	return (code == "" || code == n.code) && (name == "" || name == n.name)
}

func (n *node) child(code, name string) *node {
	for _, c := range n.children {
		if c.matches(code, name) {
			return c
		}
	}
	return nil
}

// origin is where a range or point was read first.
type origin struct {
	row    int // in the report
	column int
}

// tree builds an outline row by row.
type tree struct {
	root    node
	report  *bank.Report
	layout  *outlineLayout
	current []*node // the range of each level that blank cells repeat
	origins map[bank.PointPath]origin
	sheet   string
	raw     map[int][]string // stored values by row number
}

func newTree(report *bank.Report) *tree {
	return &tree{report: report, origins: map[bank.PointPath]origin{}}
}

// read adds the rows of one sheet; found is false when it is not an outline.
func (t *tree) read(b *book, sheet string) (found bool, err error) {
	t.sheet, t.current, t.raw = sheet, nil, map[int][]string{}
	var numbers []int
	var shown [][]string
	if err = b.rows(sheet, false, func(number int, cells []string) error {
		numbers, shown = append(numbers, number), append(shown, cells)
		return nil
	}); err != nil {
		return false, err
	}
	if err = b.rows(sheet, true, func(number int, cells []string) error {
		t.raw[number] = cells
		return nil
	}); err != nil {
		return false, err
	}
	if t.layout = findLayout(numbers, shown); t.layout == nil {
		return false, nil
	}
	for i, number := range numbers {
		if number < t.layout.first {
			continue
		}
		if len(t.report.Rows) >= maxRows {
			return false, ErrRows.Param("file", b.name).Param("sheet", sheet).Param("max", maxRows)
		}
		t.row(number, shown[i])
	}
	return true, nil
}

// rowProblems collects what is wrong with one row.
type rowProblems struct {
	layout *outlineLayout
	list   []bank.Problem
}

func (p *rowProblems) add(column int, code, message string, params map[string]string) {
	p.list = append(p.list, bank.Problem{Column: letter(column), Header: p.layout.names[column],
		Severity: bank.Error, Code: code, Message: message, Params: params})
}

func (t *tree) row(number int, cells []string) {
	p := &rowProblems{layout: t.layout}
	at := &t.root
	label := ""
	for level, c := range t.layout.levels {
		code, name := t.code(cells, c.code, at.path), Text(cell(cells, c.name))
		if level < len(t.current) && t.current[level].matches(code, name) {
			at = t.current[level]
		} else if code != "" || name != "" {
			next := t.enter(at, code, name, c, p)
			if level >= len(t.current) || t.current[level] != next {
				t.current = append(t.current[:level], next)
			}
			at, label = next, next.name
		} else {
			t.noneBelow(level, cells, p)
			break
		}
		t.weigh(at, number, cells, c, p)
	}
	if name := t.point(at, cells, p); name != "" {
		label = name
	}
	t.report.AddRow(t.sheet, number, bank.Label(label), p.list)
}

// noneBelow complains of ranges below a level that the row leaves out.
func (t *tree) noneBelow(level int, cells []string, p *rowProblems) {
	for _, c := range t.layout.levels[level:] {
		if Text(cell(cells, c.name)) != "" || Text(cell(cells, c.code)) != "" {
			p.add(c.name, "range_orphan", orphanMessage, nil)
		}
	}
}

const orphanMessage = "the range has no range of the level above it"

// code reads a code cell; a code that repeats the path of its parent, as in
// "A-B" below "A", is cut to its own part.
func (t *tree) code(cells []string, column int, parent bank.PointPath) string {
	code := Compact(cell(cells, column))
	return strings.TrimPrefix(code, string(parent)+"-")
}

// enter finds or makes the range that a row names below a parent.
func (t *tree) enter(parent *node, code, name string, c levelColumns, p *rowProblems) *node {
	if code == "" {
		code, name = codeInName(name)
	}
	if old := parent.child(code, name); old != nil {
		return old
	}
	if code == "" {
		p.add(max(c.code, 0), "range_code_missing", "the range has no code", map[string]string{"name": name})
	}
	if name == "" {
		p.add(c.name, "range_name_missing", "the range has no name", map[string]string{"code": code})
	}
	n := &node{code: code, name: name, path: parent.path.Join(code)}
	parent.children = append(parent.children, n)
	t.remember(n.path, max(c.weight, c.name))
	return n
}

// codeInName splits a name that carries its code: "A基本要求", "B-1 低压电器".
func codeInName(name string) (code, rest string) {
	end := 0
	for end < len(name) && (name[end] >= 'A' && name[end] <= 'Z') {
		end++
	}
	rest = strings.TrimLeft(name[end:], " .-、．:：")
	if end == 0 || end > 2 || rest == "" {
		return "", name
	}
	return name[:end], rest
}

// weigh reads the weight of a range; it is given once or repeated as it was.
func (t *tree) weigh(n *node, number int, cells []string, c levelColumns, p *rowProblems) {
	shown := Text(cell(cells, c.weight))
	if c.weight < 0 || shown == "" {
		return
	}
	w, ok := parsePercent(shown, cell(t.raw[number], c.weight))
	switch {
	case !ok:
		p.add(c.weight, "weight_form", "the weight is a percentage with at most two decimals", map[string]string{"value": shown})
	case n.weighted && n.weight != bank.Weight(w):
		p.add(c.weight, "weight_conflict", "the range has another weight further up",
			map[string]string{"weight": bank.Weight(w).String(), "before": n.weight.String()})
	default:
		n.weight, n.weighted = bank.Weight(w), true
	}
}

var importanceWords = map[string]bank.Importance{"X": bank.Core, "核心": bank.Core, "核心要素": bank.Core, "掌握": bank.Core,
	"Y": bank.General, "一般": bank.General, "一般要素": bank.General, "熟悉": bank.General,
	"Z": bank.Auxiliary, "辅助": bank.Auxiliary, "辅助要素": bank.Auxiliary, "了解": bank.Auxiliary}

// point adds the point of a row to the range it stands in.
func (t *tree) point(at *node, cells []string, p *rowProblems) (name string) {
	c := t.layout
	code, name := t.code(cells, c.pointCode, at.path), Text(cell(cells, c.pointName))
	written := Compact(cell(cells, c.importance))
	if code == "" && name == "" && written == "" {
		return ""
	}
	importance, ok := importanceWords[written]
	switch {
	case at == &t.root:
		p.add(c.pointName, "point_orphan", "the point stands in no range", nil)
		return name
	case code == "":
		p.add(max(c.pointCode, 0), "point_code_missing", "the point has no code", nil)
	case name == "":
		p.add(c.pointName, "point_name_missing", "the point has no name", nil)
	case !ok:
		p.add(max(c.importance, 0), "importance_unknown", "the importance is X, Y or Z", map[string]string{"importance": written})
	}
	at.points = append(at.points, bank.Point{Code: code, Name: name, Importance: importance})
	t.remember(at.path.Join(code), max(c.pointCode, 0))
	return name
}

// remember notes where a path is read; a repeated one is placed where it is
// repeated. The row being read is the next of the report.
func (t *tree) remember(path bank.PointPath, column int) {
	t.origins[path] = origin{row: len(t.report.Rows), column: column}
}

// validate files the broken rules of the whole outline at the rows they come
// from, unless the row already says so.
func (t *tree) validate(o *bank.Outline) {
	f := fault.As(o.Validate())
	if f == nil {
		return
	}
	for _, field := range f.Fields {
		p := bank.Problem{Severity: bank.Error, Code: field.Code, Message: field.Message, Params: field.Params}
		at, ok := t.origins[bank.PointPath(field.Path)]
		if !ok {
			t.report.Add(p)
			continue
		}
		// Rows with an error of their own come first; what follows from them
		// is not said again.
		if t.report.Rows[at.row].State != bank.Bad {
			p.Column, p.Header = letter(at.column), t.layout.names[at.column]
			t.report.Mark(at.row, p)
		}
	}
}
