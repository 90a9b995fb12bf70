package plan

import (
	"io"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
)

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
	other []int // places of columns that no field is read from
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
		row.problems = append(row.problems, h.ignored(cells)...)
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
		switch i := columnOf(text); {
		case i >= 0 && h.at[i] < 0:
			h.at[i] = place
		case strings.TrimSpace(text) != "" && exchange.Compact(text) != "序号": // a running number says nothing
			h.other = append(h.other, place)
		}
	}
	for i, f := range roster {
		if f.required && h.at[i] < 0 {
			return nil
		}
	}
	return h
}

// ignored warns, once a column, that something is written where nothing is
// read: nothing is dropped in silence.
func (h *rosterHeader) ignored(cells []string) (list []bank.Problem) {
	h.other = slices.DeleteFunc(h.other, func(place int) bool {
		if place >= len(cells) || strings.TrimSpace(cells[place]) == "" {
			return false
		}
		name := strings.TrimSpace(h.names[place])
		list = append(list, bank.Problem{Severity: bank.Warning, Code: "column_ignored", Column: exchange.Letter(place), Header: name,
			Message: "no field is read from this column", Params: map[string]string{"column": name}})
		return true
	})
	return list
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
