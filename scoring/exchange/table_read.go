package exchange

import (
	"cmp"
	"io"
	"regexp"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// ReadScheme reads a marking scheme from an ordinary 评分表 workbook of at most
// MaxUpload bytes; size is what the sender claims, or -1. The layout is in the
// package comment. When the report has errors the scheme is the zero scheme:
// nothing is half imported. The error is for files that cannot be read at all,
// see errors.go. The result depends on the bytes and the options only.
func ReadScheme(in io.Reader, size int64, name string, opts Options) (scheme scoring.Scheme, report Report, err error) {
	defer guard(name, &err)
	b, err := open(in, size, name)
	if err != nil {
		return scheme, report, err
	}
	defer b.close()
	report = Report{File: name, SHA256: b.sum, Problems: []Problem{}}
	r := &tableReader{builder: newBuilder(opts, &report)}
	r.column = r.columnOf
	if err := r.sheets(b); err != nil {
		return scheme, report, err
	}
	r.checkTotals()
	return r.finish(b.sum, b.file.GetSheetList()), report, nil
}

// tableReader reads the sheets of a 评分表 into one scheme.
type tableReader struct {
	*builder
	g      *grid
	header *tableHeader
	labels map[string]label

	byHeader map[string]*tableHeader // of the sheets that were read
	module   int                     // indexes of what is open, -1 for none
	sub      int
	subName  string // as the open sub-criterion is written
	subCode  string

	modules []statedModule
	subs    []subStated
	sums    sheetSums
	noted   bool // that lines without a method were read as free marks
}

// statedModule is what a module says it is worth.
type statedModule struct {
	module int
	stated
}

// sheetSums are the running sums that rows of totals are held against.
type sheetSums struct{ sheet, part scoring.Marks }

// sheets reads every visible sheet that has a header row.
func (r *tableReader) sheets(b *book) error {
	var missing []fault.Field
	r.byHeader = map[string]*tableHeader{}
	for _, sheet := range b.file.GetSheetList() {
		if sheet == guideSheet || sheet == exampleSheet {
			continue
		}
		if visible, err := b.file.GetSheetVisible(sheet); err != nil || !visible {
			r.warn(place{sheet: sheet}, -1, "sheet_hidden", "the sheet is hidden and was not read")
			continue
		}
		g, err := b.grid(sheet)
		if err != nil {
			return err
		}
		h, first := findTableHeader(g)
		switch {
		case h == nil && len(g.rows) > 0:
			r.warn(place{sheet: sheet}, -1, "sheet_without_header", "the sheet has no header row and was not read")
		case h == nil:
		case len(h.missing(sheet)) > 0:
			missing = append(missing, h.missing(sheet)...)
		default:
			r.byHeader[sheet] = h
			r.sheet(g, h, first)
		}
	}
	if len(r.byHeader) == 0 && missing == nil {
		for _, sheet := range b.file.GetSheetList() {
			missing = append(missing, (&tableHeader{at: noTableColumns()}).missing(sheet)...)
		}
	}
	if missing != nil {
		return ErrColumns.With(missing...).Param("file", b.name)
	}
	return nil
}

func noTableColumns() (at [tableColumns]int) {
	for i := range at {
		at[i] = -1
	}
	return at
}

func findTableHeader(g *grid) (*tableHeader, int) {
	for i := range min(len(g.rows), headerWithin) {
		if h := parseTableHeader(g.rows[i]); h != nil {
			return h, i
		}
	}
	return nil, 0
}

// sheet reads one sheet.
func (r *tableReader) sheet(g *grid, h *tableHeader, first int) {
	r.g, r.header, r.module, r.sub, r.sums, r.noted = g, h, -1, -1, sheetSums{}, false
	r.headers[g.sheet] = h.cells
	if _, known := r.places[""]; !known {
		r.places[""] = place{g.sheet, h.number}
	}
	top := place{g.sheet, h.number}
	for _, i := range h.unknown {
		r.warn(top, i, "column_unknown", "the column is not known and was not read")
	}
	for _, i := range h.at {
		if i >= 0 && g.hiddenColumn(i) {
			r.warn(top, i, "column_hidden", "the column is hidden; it was read")
		}
	}
	r.labels = labelsOf(g.sheet, g.rows[:first])
	r.title(g.rows[:first])
	modules := len(r.scheme.Modules)
	if l, ok := r.labels["成绩来源"]; ok && strings.Contains(l.text, "导入") {
		r.imported(top, g.rows[first+1:])
		return
	}
	for _, line := range g.rows[first+1:] {
		r.line(line)
	}
	r.sheetTotal(modules, top)
}

// title takes the name of the scheme from the first row above the header.
func (r *tableReader) title(rows []row) {
	shown, at := "", place{}
	if len(rows) > 0 {
		at = place{r.g.sheet, rows[0].number}
		for _, text := range rows[0].cells {
			if text = clean(text); text != "" && !labelForm.MatchString(text) {
				shown = text
				break
			}
		}
	}
	if event, ok := r.labels["赛项"]; ok && shown == "" {
		shown = event.text + "评分表"
	}
	if l, ok := r.labels["方案附加数据"]; ok {
		var s scoring.Scheme
		if !takeRest(l.text, &s) {
			r.bad(l.at, l.column, "data_malformed", dataMessage)
		}
		s.Modules = r.scheme.Modules
		s.Name = r.merged(shown, s.Name, clean, at, -1)
		r.scheme = s
		return
	}
	if r.scheme.Name.ZH == "" {
		r.scheme.Name.ZH = shown
	} else if shown != "" && shown != r.scheme.Name.ZH {
		r.warn(at, -1, "title_not_read", "the sheet has another title than the first one; it was not read", "text", shown)
	}
}

// merged brings a cell and the pair of the further data together.
func (r *tableReader) merged(shown string, pair scoring.Text, normal func(string) string, at place, column int) scoring.Text {
	if shown == "" && normal(pair.ZH) == "" && pair.EN != "" {
		return pair
	}
	t, stale := Chinese.merge(shown, pair, normal)
	if stale {
		r.warn(at, column, "translation_old", translationMessage, "text", shown)
	}
	return t
}

// The ways to write a module; the code of the last two is one letter with
// digits, since "CAM 审核" is a name.
var (
	moduleForm  = regexp.MustCompile(`^模块 ?([^\s:：]{1,32}) ?[:：]\s*((?s:.+))$`)
	moduleLoose = regexp.MustCompile(`^(?:模块|任务)? ?([A-ZＡ-Ｚ][0-9０-９]{0,2}|[A-Z]-[0-9A-Z]{1,4})(?: ?(?:模块|[:：、.．]) ?| )((?s:.+))$`)
	moduleBare  = regexp.MustCompile(`^(?:模块|任务)? ?([A-ZＡ-Ｚ][0-9０-９]{0,2}|[A-Z]-[0-9A-Z]{1,4}) ?(?:模块)?$`)
)

// moduleName parts "模块 B：EDA 设计" or "B EDA 设计" into code and name.
func moduleName(text string) (code, name string) {
	text = clean(text)
	if m := moduleForm.FindStringSubmatch(text); m != nil {
		return half(m[1]), clean(m[2])
	}
	if m := moduleLoose.FindStringSubmatch(text); m != nil {
		return half(m[1]), clean(m[2])
	}
	if m := moduleBare.FindStringSubmatch(text); m != nil {
		return half(m[1]), text
	}
	return "", text
}

// enter makes the module of a cell the open one.
func (r *tableReader) enter(text string, at place, column int) {
	code, name := moduleName(text)
	for i, m := range r.scheme.Modules {
		if code != "" && half(string(m.ID)) == code || code == "" && m.Name.ZH == name {
			if i != r.module {
				r.module, r.sub = i, -1
			}
			return
		}
	}
	m := scoring.Module{}
	if l, ok := r.labels["模块附加数据"]; ok && !takeRest(l.text, &m) {
		r.bad(l.at, l.column, "data_malformed", dataMessage)
	}
	m.ID = scoring.ModuleID(mergeID(code, string(m.ID), r.freeLetter()))
	m.Name = r.merged(name, m.Name, clean, at, column)
	m.Source = scoring.SourcePanel
	m.SubCriteria = []scoring.SubCriterion{}
	r.module, r.sub = len(r.scheme.Modules), -1
	r.scheme.Modules = append(r.scheme.Modules, m)
	r.places[modulePath(r.module)] = at
	r.sums.part = 0
}

// mergeID is the id that a cell shows: the exact one of the further data where
// the cell still shows it or is empty, else the cell, else what is derived.
func mergeID(shown, data, derived string) string {
	if data != "" && (shown == "" || half(data) == shown) {
		return data
	}
	return cmp.Or(shown, derived)
}

// freeLetter is the first letter that no module has.
func (r *tableReader) freeLetter() string {
	for c := 'A'; c <= 'Z'; c++ {
		used := false
		for _, m := range r.scheme.Modules {
			used = used || string(m.ID) == string(c)
		}
		if !used {
			return string(c)
		}
	}
	return "?" // found twice and refused
}

// imported makes a module whose marks come from elsewhere; its sheet has no
// lines.
func (r *tableReader) imported(top place, rows []row) {
	l, ok := r.labels["评分模块"]
	if !ok {
		l = label{r.g.sheet, top, -1}
	}
	r.enter(l.text, l.at, l.column)
	m := &r.scheme.Modules[r.module]
	m.Source = scoring.SourceImported
	if total := r.labelMarks("总配分"); total != nil {
		m.Max = total.marks
	} else if r.report.OK() {
		r.bad(top, -1, "total_missing", "an imported module states its total (总配分) above the header")
	}
	for _, line := range rows {
		if r.header.text(line, colAspect) != "" {
			r.bad(place{r.g.sheet, line.number}, r.header.at[colAspect], "lines_unwanted", "an imported module has no lines; delete them, or change 成绩来源")
		}
	}
}

// labelMarks reads the amount of a label, nil when there is none or a wrong
// one, which is filed.
func (r *tableReader) labelMarks(word string) *stated {
	l, ok := r.labels[word]
	if !ok {
		return nil
	}
	m, state := parseMarks(l.text)
	if state != numberOK {
		r.bad(l.at, l.column, "marks_malformed", "marks are a number with at most two decimals, such as 1.50", "value", l.text)
		return nil
	}
	return &stated{m, l.at, l.column}
}

// amount reads the marks of a cell, nil when it is blank or wrong, which is
// filed.
func (r *tableReader) amount(line row, c tableColumn) *stated {
	at, column := place{r.g.sheet, line.number}, r.header.at[c]
	text := r.header.text(line, c)
	m, state := parseMarks(text)
	switch state {
	case numberOK:
		return &stated{m, at, column}
	case numberBlank:
		if column >= 0 && r.g.formula(column, line.number) {
			r.bad(at, column, "formula_without_value", "the formula has no stored result; open the workbook in a spreadsheet program and save it again")
		}
	case numberMalformed:
		r.bad(at, column, "marks_malformed", "marks are a number such as 1.50", "value", text)
	case numberTooFine:
		r.bad(at, column, "marks_decimals", "marks have at most two decimals", "value", text)
	}
	return nil
}
