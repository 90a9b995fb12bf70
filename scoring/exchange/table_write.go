package exchange

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// Form is what the head of a printed 评分表 names beside the scheme. Empty
// texts leave room to write.
type Form struct {
	Zone     string // 赛区
	Event    string // 赛项
	Division string // 组别(批次)
}

// WriteScheme writes a marking scheme as an ordinary 评分表 workbook in Chinese,
// one sheet for each module, which ReadScheme gives back. Texts in English, the
// agreement of panels, standard sections and whatever else has no column there
// stand in cells of further data (附加数据). The report says what ReadScheme
// would not find again ("not_carried"): what was written is read back before
// it is delivered.
//
// Errors: scoring.ErrScheme for an invalid scheme, ErrCapacity for more
// modules than sheets or a text longer than a cell, and those of w.
func WriteScheme(w io.Writer, s scoring.Scheme, form Form) (Report, error) {
	report := Report{Problems: []Problem{}}
	if err := s.Validate(); err != nil {
		return report, err
	}
	if len(s.Modules) > maxSheets {
		return report, ErrCapacity.Param("modules", len(s.Modules)).Param("max", maxSheets)
	}
	names := sheetNames(s)
	sheet, err := newBook(names[0])
	if err != nil {
		return report, err
	}
	for i := range s.Modules {
		if i > 0 {
			sheet = sheet.sheet(names[i])
		}
		t := &tableWriter{sheetWriter: sheet, scheme: s, module: s.Modules[i], heading: form}
		t.write(i == 0)
	}
	data, err := sheet.bytes()
	if err != nil {
		return report, err
	}
	again, read, err := ReadScheme(bytes.NewReader(data), int64(len(data)), "", Options{})
	if err != nil {
		return report, fmt.Errorf("reading back: %w", err)
	}
	newBuilder(Options{}, &report).compare(s, again, read)
	return report, deliver(w, data)
}

// sheetNames gives each module a name that a sheet may have.
func sheetNames(s scoring.Scheme) []string {
	names, used := make([]string, len(s.Modules)), map[string]bool{"": true}
	for i, m := range s.Modules {
		base := strings.Map(func(r rune) rune {
			if strings.ContainsRune(`[]:*?/\'`, r) || r < ' ' {
				return -1
			}
			return r
		}, "模块"+string(m.ID))
		if signs := []rune(base); len(signs) > 12 {
			base = string(signs[:12])
		}
		name := base
		for n := 2; used[strings.ToLower(name)]; n++ {
			name = base + "(" + strconv.Itoa(n) + ")"
		}
		names[i], used[strings.ToLower(name)] = name, true
	}
	return names
}

// tableWriter writes the sheet of one module.
type tableWriter struct {
	*sheetWriter
	scheme  scoring.Scheme
	module  scoring.Module
	heading Form
	columns []tableColumn
	next    int // the row to write
}

func (t *tableWriter) write(first bool) {
	t.columns = t.choose()
	t.head(first)
	t.headings()
	if t.module.Source == scoring.SourceImported {
		return
	}
	top := t.next
	for i := range t.module.SubCriteria {
		t.subCriterion(&t.module.SubCriteria[i])
	}
	last := t.next - 1
	max := t.place(colMax)
	t.text(0, t.next, "合计", styleGroup)
	for i := 1; i < len(t.columns); i++ {
		t.text(i, t.next, "", styleGroup)
	}
	t.marks(max, t.next, t.module.Max, "SUM("+at(max, top)+":"+at(max, last)+")")
}

// headings writes the header row.
func (t *tableWriter) headings() {
	for i, c := range t.columns {
		t.text(i, t.next, tableHeads[c], styleHead)
		t.keep(t.file.SetColWidth(t.sheetWriter.name, letter(i), letter(i), tableWidths[c]))
	}
	t.next++
}

var tableWidths = [tableColumns]float64{16, 9, 24, 9, 8, 11, 36, 22, 40, 15, 40, 9, 9, 9, 18, 18, 9, 12, 9}

// choose leaves out the columns that the module does not need.
func (t *tableWriter) choose() []tableColumn {
	needed := map[tableColumn]bool{}
	for _, sc := range t.module.SubCriteria {
		needed[colDay] = needed[colDay] || sc.Day > 0
		needed[colSubData] = needed[colSubData] || subRest(sc) != ""
		for _, a := range sc.Aspects {
			needed[colRequirement] = needed[colRequirement] || a.Requirement != scoring.Text{}
			needed[colData] = needed[colData] || aspectRest(a) != ""
		}
	}
	columns := []tableColumn{colSubID, colSub, colSubMax, colDay, colID, colAspect, colRequirement, colStandard,
		colMethod, colParams, colStep, colMax, colScore, colSubData, colData}
	kept := columns[:0]
	for _, c := range columns {
		optional := c == colDay || c == colRequirement || c == colSubData || c == colData
		if !optional || needed[c] {
			kept = append(kept, c)
		}
	}
	return kept
}

// place is where a column stands, -1 when it was left out.
func (t *tableWriter) place(c tableColumn) int {
	for i, has := range t.columns {
		if has == c {
			return i
		}
	}
	return -1
}

func (t *tableWriter) put(c tableColumn, text string, style int) {
	if i := t.place(c); i >= 0 {
		t.text(i, t.next, text, style)
	}
}

// head writes the name of the scheme and the labels; the further data of the
// scheme stand on its first sheet.
func (t *tableWriter) head(first bool) {
	rest := t.scheme
	rest.Modules, rest.Name = nil, Chinese.keep(t.scheme.Name, clean)
	t.text(0, 1, t.scheme.Name.ZH, styleTitle)
	t.label(0, 2, "赛区", t.heading.Zone)
	t.label(2, 2, "赛项", t.heading.Event)
	t.label(4, 2, "组别(批次)", t.heading.Division)
	t.label(6, 2, "赛位号", "")
	t.label(0, 3, "评分模块", moduleLabel(t.module))
	t.label(2, 3, "总配分", t.module.Max.String())
	source := "现场评分"
	if t.module.Source == scoring.SourceImported {
		source = "导入"
	}
	t.label(4, 3, "成绩来源", source)
	if first {
		t.label(0, 4, "方案附加数据", restOf(rest))
	}
	t.label(2, 4, "模块附加数据", moduleRest(t.module))
	t.next = 5
}

func (t *tableWriter) label(column, row int, word, text string) {
	t.text(column, row, word+"：", styleGroup)
	t.text(column+1, row, text, stylePlain)
}

// moduleLabel shows code and name where the code can be told from the name.
func moduleLabel(m scoring.Module) string {
	text := "模块 " + half(string(m.ID)) + "：" + m.Name.ZH
	if code, name := moduleName(text); code == half(string(m.ID)) && name == clean(m.Name.ZH) {
		return text
	}
	return m.Name.ZH
}

func moduleRest(m scoring.Module) string {
	rest := m
	rest.ID, rest.Max, rest.Source, rest.SubCriteria = keepID(m.ID), 0, "", nil
	if moduleLabel(m) == m.Name.ZH {
		rest.ID = m.ID
	}
	rest.Name = Chinese.keep(m.Name, clean)
	return restOf(rest)
}

// keepID returns the id where a cell does not hold it exactly.
func keepID[T ~string](id T) T {
	if half(string(id)) == string(id) {
		return ""
	}
	return id
}

func subRest(sc scoring.SubCriterion) string {
	rest := sc
	rest.ID, rest.Max, rest.Day, rest.Aspects = keepID(sc.ID), 0, 0, nil
	rest.Name = Chinese.keep(sc.Name, subName)
	return restOf(rest)
}

func aspectRest(a scoring.Aspect) string {
	rest := a
	if _, ok := formatParams(a); ok {
		rest = withoutParameters(a)
	}
	rest.ID, rest.Kind, rest.Max, rest.Points = keepID(a.ID), "", 0, nil
	rest.Name, rest.Description = Chinese.keep(a.Name, clean), Chinese.keep(a.Description, clean)
	rest.Requirement = Chinese.keep(a.Requirement, clean)
	return restOf(rest)
}

func (t *tableWriter) subCriterion(sc *scoring.SubCriterion) {
	top := t.next
	for i := range sc.Aspects {
		if i == 0 {
			t.put(colSubID, half(string(sc.ID)), styleGroup)
			t.put(colSub, sc.Name.ZH, styleGroup)
			t.put(colSubData, subRest(*sc), styleGrey)
			t.marks(t.place(colSubMax), t.next, sc.Max, "")
			if day := t.place(colDay); day >= 0 && sc.Day > 0 {
				t.count(day, t.next, sc.Day)
			}
		}
		t.aspect(&sc.Aspects[i])
		t.next++
	}
	for _, c := range []tableColumn{colSubID, colSub, colSubMax, colDay} {
		if i := t.place(c); i >= 0 {
			t.merge(i, top, i, t.next-1)
		}
	}
}

func (t *tableWriter) aspect(a *scoring.Aspect) {
	t.put(colID, half(string(a.ID)), stylePlain)
	t.put(colAspect, a.Name.ZH, stylePlain)
	t.put(colRequirement, a.Requirement.ZH, stylePlain)
	t.put(colStandard, a.Description.ZH, stylePlain)
	t.put(colMethod, methodOf(a.Kind), stylePlain)
	params, ok := formatParams(*a)
	if !ok {
		params = ""
	}
	t.put(colParams, params, stylePlain)
	t.put(colStep, "", stylePlain)
	if a.Points != nil {
		t.marks(t.place(colStep), t.next, a.Points.Step, "")
	}
	t.marks(t.place(colMax), t.next, a.Max, "")
	t.put(colScore, "", stylePlain)
	t.put(colData, aspectRest(*a), styleGrey)
}
