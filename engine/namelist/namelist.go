// Package namelist reads lists of people from workbooks: a header row is found
// by its words, every cell that is not understood is named by sheet, row and
// column, and nothing is read in part. What the columns mean is the caller's.
//
// All functions are pure but for the reader they are given, and safe for
// concurrent use.
package namelist

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/internal/fault"
)

// Column is one column that is read.
type Column struct {
	Path     string // of the field in the caller's type, as findings name it
	Name     string // header in the template
	Also     []string
	Required bool
	Help     string
	Example  [2]string // of the two example rows in the guide
}

// Columns are those of a list, in the order of the template.
type Columns []Column

var headerNote = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]|[*：:]`)

// column finds the column that a header cell names, or -1.
func (c Columns) column(header string) int {
	name := headerNote.ReplaceAllString(exchange.Compact(header), "")
	if name == "" {
		return -1
	}
	for i, f := range c {
		if name == exchange.Compact(f.Name) {
			return i
		}
		for _, a := range f.Also {
			if name == exchange.Compact(a) {
				return i
			}
		}
	}
	return -1
}

// Row is one row below a header.
type Row struct {
	Sheet    string
	Number   int // 1-based, as the workbook shows it
	Problems []bank.Problem

	header *header
	cells  []string
}

type header struct {
	columns Columns
	at      []int // place of each column, -1 when missing
	names   []string
	other   []int // places of columns that nothing is read from
}

// Place names the row for people: "Sheet1!3".
func (r *Row) Place() string { return fmt.Sprintf("%s!%d", r.Sheet, r.Number) }

// Get returns the normalised text of a field's cell, "" where there is none.
func (r *Row) Get(path string) string {
	for i, f := range r.header.columns {
		if at := r.header.at[i]; f.Path == path && at >= 0 && at < len(r.cells) {
			return exchange.Text(r.cells[at])
		}
	}
	return ""
}

// Problem places a problem in the column of a field.
func (r *Row) Problem(path, code, message string, params map[string]string, severity bank.Severity) bank.Problem {
	p := bank.Problem{Severity: severity, Code: code, Message: message, Params: params}
	for i, f := range r.header.columns {
		if f.Path == path && r.header.at[i] >= 0 {
			p.Column, p.Header = exchange.Letter(r.header.at[i]), strings.TrimSpace(r.header.names[r.header.at[i]])
		}
	}
	return p
}

// Wrong files an error of the row.
func (r *Row) Wrong(path, code, message string) {
	r.Problems = append(r.Problems, r.Problem(path, code, message, nil, bank.Error))
}

// said reports whether reading the row has found fault with the field: one
// reason a cell is enough.
func (r *Row) said(path string) bool {
	column := r.Problem(path, "", "", nil, bank.Error).Column
	return column != "" && slices.ContainsFunc(r.Problems, func(p bank.Problem) bool { return p.Column == column })
}

// headerWithin is how many filled rows of a sheet are searched for the header.
const headerWithin = 10

// Read reads the rows below the headers of all sheets, at most so many. The
// errors are for files that cannot be read at all: those of
// exchange.ReadRows, and exchange.ErrColumns when no sheet has the required
// columns.
func (c Columns) Read(r io.Reader, size int64, name string, most int) (rows []*Row, sha256 string, err error) {
	headers, tried := map[string]*header{}, map[string]int{}
	sum, err := exchange.ReadRows(r, size, name, func(sheet string, number int, cells []string) error {
		h := headers[sheet]
		if h == nil {
			if tried[sheet]++; tried[sheet] <= headerWithin {
				if h = c.header(cells); h != nil {
					headers[sheet] = h
				}
			}
			return nil
		}
		if len(rows) >= most {
			return exchange.ErrRows.Param("file", name).Param("sheet", sheet).Param("max", most)
		}
		row := &Row{Sheet: sheet, Number: number, header: h, cells: slices.Clone(cells)}
		row.Problems = h.ignored(cells)
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	if len(headers) == 0 {
		var missing []fault.Field
		for _, f := range c {
			if f.Required {
				missing = append(missing, fault.Field{Path: name, Code: "column_missing", Message: "no sheet has a column " + f.Name, Params: map[string]string{"sheet": name, "column": f.Name}})
			}
		}
		return nil, "", exchange.ErrColumns.With(missing...).Param("file", name)
	}
	return rows, sum, nil
}

// header recognises a header row: it has all required columns.
func (c Columns) header(cells []string) *header {
	h := &header{columns: c, at: make([]int, len(c)), names: slices.Clone(cells)}
	for i := range h.at {
		h.at[i] = -1
	}
	for place, text := range cells {
		switch i := c.column(text); {
		case i >= 0 && h.at[i] < 0:
			h.at[i] = place
		case strings.TrimSpace(text) != "" && exchange.Compact(text) != "序号": // a running number says nothing
			h.other = append(h.other, place)
		}
	}
	for i, f := range c {
		if f.Required && h.at[i] < 0 {
			return nil
		}
	}
	return h
}

// ignored warns, once a column, that something is written where nothing is
// read: nothing is dropped in silence.
func (h *header) ignored(cells []string) (list []bank.Problem) {
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

// Finding is something wrong or doubtful at one entry of a list.
type Finding struct {
	Index   int    // of the entry; -1: the list as a whole
	Path    string // of the field
	Code    string
	Message string
	Params  map[string]string
	Warning bool // doubtful only
}

// Report files what reading and checking the rows have found; label names a
// row for people.
func Report(name, sha256 string, rows []*Row, label func(i int) string, found []Finding) bank.Report {
	report := bank.NewReport(name, sha256)
	for i, row := range rows {
		report.AddRow(row.Sheet, row.Number, label(i), row.Problems)
	}
	if len(rows) == 0 {
		report.Add(bank.Problem{Severity: bank.Error, Code: "roster_empty", Message: "the file has no entries below its header"})
	}
	for _, f := range found {
		severity := bank.Error
		if f.Warning {
			severity = bank.Warning
		}
		switch {
		case f.Index < 0:
			report.Add(bank.Problem{Severity: severity, Code: f.Code, Message: f.Message, Params: f.Params})
		case !rows[f.Index].said(f.Path):
			report.Mark(f.Index, rows[f.Index].Problem(f.Path, f.Code, f.Message, f.Params, severity))
		}
	}
	return report
}

// Template writes the workbook to fill in: a sheet with the header, and a
// guide with the columns' help, two examples and the notes.
func (c Columns) Template(w io.Writer, sheet string, notes ...string) error {
	file := excelize.NewFile()
	defer file.Close()
	if err := c.fill(file, sheet, notes); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if err := file.Write(w); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return nil
}

func (c Columns) fill(file *excelize.File, sheet string, notes []string) error {
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	if _, err := file.NewSheet(exchange.GuideSheet); err != nil {
		return err
	}
	text, err := file.NewStyle(&excelize.Style{NumFmt: 49}) // text: numbers keep every digit
	if err != nil {
		return err
	}
	bold, err := file.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	last := exchange.Letter(len(c) - 1)
	heads, guide := make([]any, len(c)), [][]any{{"列", "说明", "示例一", "示例二"}}
	for i, f := range c {
		name := f.Name
		if f.Required {
			name += "(必填)"
		}
		heads[i] = name
		guide = append(guide, []any{name, f.Help, f.Example[0], f.Example[1]})
	}
	guide = append(guide, []any{})
	line := make([]any, 0, len(notes))
	for _, n := range notes {
		line = append(line, n)
	}
	guide = append(guide, line)
	steps := []error{file.SetColStyle(sheet, "A:"+last, text), file.SetColWidth(sheet, "A", last, 16), file.SetColWidth(sheet, "C", "C", 24),
		file.SetSheetRow(sheet, "A1", &heads), file.SetCellStyle(sheet, "A1", last+"1", bold),
		file.SetColWidth(exchange.GuideSheet, "A", "A", 20), file.SetColWidth(exchange.GuideSheet, "B", "B", 70), file.SetColWidth(exchange.GuideSheet, "C", "D", 24)}
	for i, row := range guide {
		steps = append(steps, file.SetSheetRow(exchange.GuideSheet, fmt.Sprintf("A%d", i+1), &row))
	}
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	return nil
}
