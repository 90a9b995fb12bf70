package plan

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
)

// field is a column of the roster.
type field struct {
	path     string // of the application, as in wrongField
	name     string // header in the template
	also     []string
	required bool
	help     string
	example  [2]string // of the two example rows in the guide
}

// roster lists the columns in the order of the template.
var roster = []field{
	{path: "name", name: "姓名", also: []string{"考生姓名"}, required: true, help: "与身份证件一致", example: [2]string{"张三", "李四"}},
	{path: "id_type", name: "证件类型", also: []string{"身份证件类型"}, help: "不填为居民身份证；可填 居民身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证、其他", example: [2]string{"居民身份证", "护照"}},
	{path: "id_number", name: "证件号码", also: []string{"身份证号", "身份证号码", "身份证件号码", "公民身份号码", "证件号"}, required: true, help: "请把本列设为文本格式，末位 X 用大写", example: [2]string{"370100199001010017", "E00000000"}},
	{path: "phone", name: "手机号码", also: []string{"手机", "手机号", "联系电话", "电话"}, help: "7至15位数字", example: [2]string{"13800000000", ""}},
	{path: "unit", name: "单位", also: []string{"工作单位", "单位名称", "学校", "所在单位"}, help: "工作单位或学校，编排座次时同单位不相邻", example: [2]string{"某某公司", "某某技师学院"}},
	{path: "level", name: "申报等级", also: []string{"等级", "认定等级", "报考等级", "鉴定等级"}, required: true, help: "如 三级/高级工，也可填 3", example: [2]string{"三级/高级工", "4"}},
	{path: "subjects", name: "申报科目", also: []string{"科目", "报考科目", "认定科目"}, help: "不填为本等级全部科目；多个科目用顿号分开", example: [2]string{"", "理论"}},
	{path: "centre", name: "考点", also: []string{"意向考点", "考点代码"}, help: "计划中的考点代码或名称；不填为不限", example: [2]string{"", ""}},
	{path: "facts.born", name: "出生日期", also: []string{"出生年月"}, help: "居民身份证不用填，如 1990-05-01", example: [2]string{"", "1999-05-01"}},
	{path: "facts.months_total", name: "累计工作年限", also: []string{"工作年限", "从事本职业年限", "职业年限"}, help: "从事本职业或相关职业的年数，如 5 或 5.5", example: [2]string{"6", "0"}},
	{path: "facts.held_level", name: "已有证书等级", also: []string{"原证书等级", "已持证书等级", "现有证书等级"}, help: "没有填 无", example: [2]string{"四级/中级工", "无"}},
	{path: "facts.held_since", name: "证书取得日期", also: []string{"发证日期", "原证书日期", "取证日期"}, help: "如 2018-05-01 或 2018年5月", example: [2]string{"2019-06-30", ""}},
	{path: "facts.held_number", name: "证书编号", also: []string{"原证书编号", "证书号"}, help: "", example: [2]string{"", ""}},
	{path: "facts.diploma", name: "学历类型", also: []string{"学历", "毕业学历"}, help: "与本职业相关的学历：中等职业学校、高级技工学校、技师学院、大专、本科、研究生、无", example: [2]string{"大专", "技师学院"}},
	{path: "facts.title", name: "职称", also: []string{"专业技术职称", "职称等级"}, help: "初级职称、中级职称、高级职称、无", example: [2]string{"无", "无"}},
	{path: "facts.in_school", name: "毕业年级在校生", also: []string{"在校生", "是否在校"}, help: "是 或 否", example: [2]string{"否", "是"}},
	{path: "needs", name: "特殊需求", also: []string{"合理便利", "考试便利"}, help: "如 轮椅座位、大字号", example: [2]string{"", ""}},
	{path: "factor", name: "时长系数", also: []string{"延时系数"}, help: "批准延长考试时间的填写，如 1.3；不填为 1", example: [2]string{"", ""}},
	{path: "materials", name: "已交材料", also: []string{"提交材料", "材料"}, help: "计划中的材料名称，用顿号分开", example: [2]string{"", ""}},
}

var headerNote = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]|[*：:]`)

// columnOf finds the field that a header cell names, or -1.
func columnOf(header string) int {
	name := headerNote.ReplaceAllString(exchange.Compact(header), "")
	if name == "" {
		return -1
	}
	for i, f := range roster {
		if name == exchange.Compact(f.name) {
			return i
		}
		for _, a := range f.also {
			if name == exchange.Compact(a) {
				return i
			}
		}
	}
	return -1
}

// Template writes the workbook to fill in, with a sheet of instructions and
// examples.
func Template(w io.Writer, p *Plan) error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "报名表"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if _, err := f.NewSheet(exchange.GuideSheet); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: numbers keep every digit
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	last := exchange.Letter(len(roster) - 1)
	heads, guide := make([]any, len(roster)), [][]any{{"列", "说明", "示例一", "示例二"}}
	for i, c := range roster {
		name := c.name
		if c.required {
			name += "(必填)"
		}
		heads[i] = name
		guide = append(guide, []any{name, c.help, c.example[0], c.example[1]})
	}
	guide = append(guide, []any{}, []any{p.Name.ZH, "一行一人，同一证件号码只能出现一次；有一行错误则整份不导入，请按提示修改后重新导入"})
	steps := []error{f.SetColStyle(sheet, "A:"+last, text), f.SetColWidth(sheet, "A", last, 16), f.SetColWidth(sheet, "C", "C", 24),
		f.SetSheetRow(sheet, "A1", &heads), f.SetCellStyle(sheet, "A1", last+"1", bold),
		f.SetColWidth(exchange.GuideSheet, "A", "A", 20), f.SetColWidth(exchange.GuideSheet, "B", "B", 70), f.SetColWidth(exchange.GuideSheet, "C", "D", 24)}
	for i, row := range guide {
		steps = append(steps, f.SetSheetRow(exchange.GuideSheet, fmt.Sprintf("A%d", i+1), &row))
	}
	for _, err := range steps {
		if err != nil {
			return fmt.Errorf("template: %w", err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return nil
}

// Roster is a workbook of entries that was read.
type Roster struct {
	Name   string
	SHA256 string
	rows   []rosterRow
}

type rosterRow struct {
	sheet    string
	number   int
	header   *rosterHeader
	app      Application
	problems []bank.Problem
}

type rosterHeader struct {
	at    []int // place of each field, -1 when missing
	names []string
}

// headerWithin is how many filled rows of a sheet are searched for the header.
const headerWithin = 10

// ReadRoster reads a workbook of entries. Rows with mistakes are kept with
// their problems; Preview makes the report. The error is for files that
// cannot be read at all, as by exchange.ReadRows, or ErrColumns of that
// package when no sheet has the required columns.
func ReadRoster(r io.Reader, size int64, name string, p *Plan) (*Roster, error) {
	ro := &Roster{Name: name}
	headers, tried := map[string]*rosterHeader{}, map[string]int{}
	sum, err := exchange.ReadRows(r, size, name, func(sheet string, number int, cells []string) error {
		h := headers[sheet]
		if h == nil {
			if tried[sheet]++; tried[sheet] <= headerWithin {
				if h = parseHeader(cells); h != nil {
					headers[sheet] = h
				}
			}
			return nil
		}
		if len(ro.rows) >= MaxList {
			return exchange.ErrRows.Param("file", name).Param("sheet", sheet).Param("max", MaxList)
		}
		row := rosterRow{sheet: sheet, number: number, header: h}
		row.read(p, cells)
		ro.rows = append(ro.rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(headers) == 0 {
		var missing []fault.Field
		for _, f := range roster {
			if f.required {
				missing = append(missing, fault.Field{Path: name, Code: "column_missing", Message: "no sheet has a column " + f.name, Params: map[string]string{"sheet": name, "column": f.name}})
			}
		}
		return nil, exchange.ErrColumns.With(missing...).Param("file", name)
	}
	ro.SHA256 = sum
	return ro, nil
}

// parseHeader recognises a header row: it has all required columns.
func parseHeader(cells []string) *rosterHeader {
	h := &rosterHeader{at: make([]int, len(roster)), names: cells}
	for i := range h.at {
		h.at[i] = -1
	}
	for place, text := range cells {
		if i := columnOf(text); i >= 0 && h.at[i] < 0 {
			h.at[i] = place
		}
	}
	for i, f := range roster {
		if f.required && h.at[i] < 0 {
			return nil
		}
	}
	return h
}

// problem places a problem in the column of a field.
func (r *rosterRow) problem(path, code, message string, params map[string]string, severity bank.Severity) bank.Problem {
	p := bank.Problem{Severity: severity, Code: code, Message: message, Params: params}
	for i, f := range roster {
		if f.path == path && r.header.at[i] >= 0 {
			p.Column, p.Header = exchange.Letter(r.header.at[i]), strings.TrimSpace(r.header.names[r.header.at[i]])
		}
	}
	return p
}

func (r *rosterRow) wrong(path, code, message string) {
	r.problems = append(r.problems, r.problem(path, code, message, nil, bank.Error))
}

// read fills the application from the cells.
func (r *rosterRow) read(p *Plan, cells []string) {
	get := map[string]string{}
	for i, f := range roster {
		if at := r.header.at[i]; at >= 0 && at < len(cells) {
			get[f.path] = exchange.Text(cells[at])
		}
	}
	a := &r.app
	a.Name, a.Phone, a.Unit, a.Needs = get["name"], get["phone"], get["unit"], get["needs"]
	a.IDNumber = strings.TrimPrefix(get["id_number"], "'")
	if shortened.MatchString(a.IDNumber) {
		r.wrong("id_number", "id_shortened", "the spreadsheet has shortened this number; set the column to text and type the number again")
	}
	var ok bool
	if a.IDType, ok = idTypeOf(get["id_type"]); !ok {
		r.wrong("id_type", "id_type_unknown", "this kind of identity document is not known")
	}
	if a.Level, ok = levelOf(get["level"]); !ok && get["level"] != "" {
		r.wrong("level", "level_unknown", "the level is not understood; write 三级/高级工 or 3")
	}
	a.Subjects = r.subjects(p, get["subjects"])
	a.Centre = r.centre(p, get["centre"])
	a.Materials = r.materials(p, get["materials"])
	if n, ok := hundredths(get["factor"]); ok {
		a.Factor = exam.Factor(n * 10)
	} else if get["factor"] != "" {
		r.wrong("factor", "factor_form", "give the factor as a number such as 1.3")
	}
	r.facts(get)
}

func (r *rosterRow) facts(get map[string]string) {
	f := &r.app.Facts
	var ok bool
	if f.Born, ok = dayOf(get["facts.born"]); !ok {
		r.wrong("facts.born", "date_form", "give the day as 1990-05-01")
	}
	if f.HeldSince, ok = dayOf(get["facts.held_since"]); !ok {
		r.wrong("facts.held_since", "date_form", "give the day as 2018-05-01 or 2018年5月")
	}
	if text := strings.TrimSuffix(get["facts.months_total"], "年"); text != "" {
		n, ok := hundredths(text)
		if !ok {
			r.wrong("facts.months_total", "years_form", "give the years as a number such as 5 or 5.5")
		}
		months := n * 12 / 100 // full months
		f.YearsTotal = &months
	}
	if text := get["facts.held_level"]; text != "" {
		l, ok := levelOf(text)
		if !ok && !none(text) {
			r.wrong("facts.held_level", "level_unknown", "the level is not understood; write 四级/中级工, 4 or 无")
		}
		held := int(l)
		f.HeldLevel = &held
	}
	f.HeldNumber = get["facts.held_number"]
	if f.Diploma, ok = wordOf(diplomaWords, get["facts.diploma"]); !ok {
		r.wrong("facts.diploma", "diploma_unknown", "this kind of diploma is not known; the guide lists them")
	}
	if f.Title, ok = wordOf(titleWords, get["facts.title"]); !ok {
		r.wrong("facts.title", "title_unknown", "this grade of title is not known; the guide lists them")
	}
	switch text := get["facts.in_school"]; text {
	case "":
	case "是", "否", "Y", "N", "√", "×", "无":
		in := text == "是" || text == "Y" || text == "√"
		f.InSchool = &in
	default:
		r.wrong("facts.in_school", "yes_no", "write 是 or 否")
	}
}

// shortened is how a spreadsheet shows a long number: 3.70191E+17.
var shortened = regexp.MustCompile(`^[0-9.]+[eE]\+[0-9]+$`)

func none(s string) bool { return s == "无" || s == "没有" || s == "-" || s == "—" || s == "0" }

var idTypeWords = map[string]exam.IDType{
	"": exam.IDResident, "居民身份证": exam.IDResident, "身份证": exam.IDResident, "二代身份证": exam.IDResident, "港澳台居民居住证": exam.IDResident,
	"护照": exam.IDPassport, "港澳居民来往内地通行证": exam.IDHKMacao, "港澳通行证": exam.IDHKMacao, "回乡证": exam.IDHKMacao,
	"台湾居民来往大陆通行证": exam.IDTaiwan, "台胞证": exam.IDTaiwan, "外国人永久居留身份证": exam.IDForeignCard, "外国人永久居留证": exam.IDForeignCard, "其他": exam.IDOtherLicence,
}

func idTypeOf(s string) (exam.IDType, bool) {
	t, ok := idTypeWords[strings.ReplaceAll(s, " ", "")]
	return t, ok
}

func levelOf(s string) (bank.Level, bool) {
	if l := bank.Level(0); len(s) == 1 {
		l = bank.Level(s[0] - '0')
		return l, l.Valid()
	}
	return bank.LevelIn(s)
}

// parts splits a list in one cell.
func parts(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；/+\n", r) || unicode.IsSpace(r) })
}

func (r *rosterRow) subjects(p *Plan, text string) []SubjectID {
	var list []SubjectID
	for _, part := range parts(text) {
		var found SubjectID
		for _, s := range p.Subjects {
			if string(s.ID) == part || s.Name.ZH == part || strings.Contains(s.Name.ZH, part) && found == "" {
				found = s.ID
			}
		}
		if found == "" {
			r.wrong("subjects", "subject_unknown", "the plan has no such subject at this level")
			continue
		}
		list = append(list, found)
	}
	return list
}

func (r *rosterRow) centre(p *Plan, text string) string {
	for _, c := range p.Centres {
		if c.Code == text || c.Name == text {
			return c.Code
		}
	}
	return text // the check refuses what the plan has not
}

func (r *rosterRow) materials(p *Plan, text string) []MaterialID {
	list := []MaterialID{}
	for _, part := range parts(text) {
		var found MaterialID
		for _, m := range p.Materials {
			if string(m.ID) == part || m.Name.ZH == part {
				found = m.ID
			}
		}
		if found == "" {
			r.wrong("materials", "material_unknown", "the plan asks for no such material")
			continue
		}
		list = append(list, found)
	}
	return list
}

// wordOf finds the key of a word; "" is not stated, 无 is "none".
func wordOf(of map[string][]string, text string) (string, bool) {
	switch {
	case text == "":
		return "", true
	case none(text):
		return "none", true
	}
	for key, list := range of {
		for _, w := range list {
			if w == text {
				return key, true
			}
		}
	}
	return "", false
}

var dayForms = []string{"2006-1-2", "2006-1", "20060102", "01-02-06"} // the last is how a date cell is shown without a format

// dayOf reads a day in the usual forms; a month alone is its first day.
func dayOf(s string) (string, bool) {
	if s == "" || none(s) {
		return "", true
	}
	s = strings.TrimRight(strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-", " ", "").Replace(s), "-")
	for _, form := range dayForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}

// hundredths reads a decimal number with at most two decimals.
func hundredths(s string) (int, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 4 || len(frac) > 2 {
		return 0, false
	}
	n := 0
	for _, d := range whole + (frac + "00")[:2] {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return n, true
}

// Preview reports every row: what is wrong with it by itself, in the file,
// against the plan and, as a warning, against other plans. Nothing is stored.
// Labels are names with masked numbers. Errors: ErrNotFound.
func (s *Plans) Preview(ctx context.Context, id ID, ro *Roster) (bank.Report, error) {
	book, p, err := s.open(ctx, id)
	if err != nil {
		return bank.Report{}, err
	}
	report := bank.NewReport(ro.Name, ro.SHA256)
	b := ro.batch()
	for i, row := range ro.rows {
		report.AddRow(row.sheet, row.number, label(&b.List[i]), row.problems)
	}
	if len(ro.rows) == 0 {
		report.Add(bank.Problem{Severity: bank.Error, Code: "roster_empty", Message: "the file has no entries below its header"})
		return report, nil
	}
	_, found, err := s.examine(ctx, book, p, &b, "")
	if err != nil {
		return report, err
	}
	for _, f := range found {
		severity := bank.Error
		if f.warning {
			severity = bank.Warning
		}
		if f.index < 0 {
			report.Add(bank.Problem{Severity: severity, Code: f.code, Message: f.message, Params: f.params})
			continue
		}
		row := &ro.rows[f.index]
		if row.said(f.path) {
			continue
		}
		report.Mark(f.index, row.problem(f.path, f.code, f.message, f.params, severity))
	}
	return report, nil
}

// said reports whether reading the row has found fault with the field: one
// reason a cell is enough.
func (r *rosterRow) said(path string) bool {
	column := r.problem(path, "", "", nil, bank.Error).Column
	for _, p := range r.problems {
		if column != "" && p.Column == column {
			return true
		}
	}
	return false
}

func label(a *Application) string {
	return strings.TrimSpace(a.Name + " " + exam.MaskID(a.IDType, exam.NormalID(a.IDNumber)))
}

func (ro *Roster) batch() Batch {
	b := Batch{Source: ro.Name, SHA256: ro.SHA256}
	for _, r := range ro.rows {
		b.List = append(b.List, r.app)
		b.Rows = append(b.Rows, fmt.Sprintf("%s!%d", r.sheet, r.number))
	}
	return b
}

// Accept registers all rows of a roster, or none: the report then says why,
// and the list is nil. A repeated key returns the first result. Errors: those
// of Register.
func (s *Plans) Accept(ctx context.Context, actor string, id ID, key, late string, ro *Roster) ([]EntryID, bank.Report, error) {
	b := ro.batch()
	b.Key, b.Late = key, late
	if err := checkKey(key); err != nil {
		return nil, bank.Report{}, err
	}
	book, err := s.Book(ctx, id)
	if err != nil {
		return nil, bank.Report{}, err
	}
	if ids, done := book.keys["registered/"+key]; done {
		return ids, bank.NewReport(ro.Name, ro.SHA256), nil
	}
	report, err := s.Preview(ctx, id, ro)
	if err != nil || !report.OK() {
		return nil, report, err
	}
	ids, err := s.Register(ctx, actor, id, b)
	return ids, report, err
}
