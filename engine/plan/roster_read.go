package plan

import (
	"io"
	"strings"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
)

// Roster is a workbook of entries that was read.
type Roster struct {
	Name   string
	SHA256 string
	rows   []rosterRow
}

type rosterRow struct {
	*namelist.Row
	app Application
}

// ReadRoster reads a workbook of entries. Rows with mistakes are kept with
// their problems; Preview makes the report. The error is for files that
// cannot be read at all, as by namelist.Columns.Read.
func ReadRoster(r io.Reader, size int64, name string, p *Plan) (*Roster, error) {
	rows, sum, err := columnsOf(p).Read(r, size, name, MaxList)
	if err != nil {
		return nil, err
	}
	ro := &Roster{Name: name, SHA256: sum, rows: make([]rosterRow, len(rows))}
	for i, row := range rows {
		ro.rows[i].Row = row
		ro.rows[i].read(p)
	}
	return ro, nil
}

// read fills the application from the cells.
func (r *rosterRow) read(p *Plan) {
	get := r.Get
	a := &r.app
	a.Name, a.Phone, a.Unit, a.Needs = get("name"), get("phone"), get("unit"), get("needs")
	a.IDNumber = r.IDNumber("id_number")
	var ok bool
	if a.IDType, ok = namelist.IDType(get("id_type")); !ok {
		r.Wrong("id_type", "id_type_unknown", "this kind of identity document is not known")
	}
	if a.Level, ok = namelist.Level(get("level")); !ok && get("level") != "" {
		r.Wrong("level", "level_unknown", "the level is not understood; write 三级/高级工 or 3")
	}
	a.Subjects = r.subjects(p, get("subjects"))
	a.Centre = r.centre(p, get("centre"))
	a.Materials = r.materials(p, get("materials"))
	if n, ok := namelist.Hundredths(get("factor")); ok {
		a.Factor = exam.Factor(n * 10)
	} else if get("factor") != "" {
		r.Wrong("factor", "factor_form", "give the factor as a number such as 1.3")
	}
	r.facts()
	if p.Kind == ContestExam {
		r.contest()
	}
}

func (r *rosterRow) facts() {
	get := r.Get
	f := &r.app.Facts
	var ok bool
	if f.Born, ok = namelist.Day(get("facts.born")); !ok {
		r.Wrong("facts.born", "date_form", "give the day as 1990-05-01")
	}
	if f.HeldSince, ok = namelist.Day(get("facts.held_since")); !ok {
		r.Wrong("facts.held_since", "date_form", "give the day as 2018-05-01 or 2018年5月")
	}
	if text := strings.TrimSuffix(get("facts.months_total"), "年"); text != "" {
		n, ok := namelist.Hundredths(text)
		if !ok {
			r.Wrong("facts.months_total", "years_form", "give the years as a number such as 5 or 5.5")
		}
		months := n * 12 / 100 // full months
		f.YearsTotal = &months
	}
	if text := get("facts.held_level"); text != "" {
		l, ok := namelist.Level(text)
		if !ok && !namelist.None(text) {
			r.Wrong("facts.held_level", "level_unknown", "the level is not understood; write 四级/中级工, 4 or 无")
		}
		held := int(l)
		f.HeldLevel = &held
	}
	f.HeldNumber = get("facts.held_number")
	if f.Diploma, ok = namelist.WordOf(diplomaWords, get("facts.diploma")); !ok {
		r.Wrong("facts.diploma", "diploma_unknown", "this kind of diploma is not known; the guide lists them")
	}
	if f.Title, ok = namelist.WordOf(titleWords, get("facts.title")); !ok {
		r.Wrong("facts.title", "title_unknown", "this grade of title is not known; the guide lists them")
	}
	switch text := get("facts.in_school"); text {
	case "":
	case "是", "否", "Y", "N", "√", "×", "无":
		in := text == "是" || text == "Y" || text == "√"
		f.InSchool = &in
	default:
		r.Wrong("facts.in_school", "yes_no", "write 是 or 否")
	}
}

// contest fills what a contest asks for.
func (r *rosterRow) contest() {
	a := &r.app
	a.Delegation, a.City, a.Team, a.Role = r.Get("delegation"), r.Get("city"), r.Get("team"), r.Get("role")
	var ok bool
	if a.Identity, ok = namelist.Identity(r.Get("identity")); !ok || a.Identity == "none" {
		r.Wrong("identity", "identity_unknown", "write 职工, 教师 or 学生")
		a.Identity = ""
	}
}
