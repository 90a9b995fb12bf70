package bank

import (
	"strconv"

	"github.com/xinglu/xinglu/internal/fault"
)

// Severity says whether a problem stops the file.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the file is not accepted until it is mended
	Warning Severity = "warning" // accepted as it was read; look at it
)

// RowState is the result of one row.
type RowState string

// The states of a row.
const (
	Good RowState = "good" // will be accepted
	Bad  RowState = "bad"  // stops the file
	Same RowState = "same" // is already there; adds nothing
)

// Problem is something wrong or doubtful at one place of a file. The place is
// as exact as can be known: Row 0 means the whole sheet, Sheet "" the whole
// file, Column "" the whole row.
type Problem struct {
	File     string            `json:"file"`
	Sheet    string            `json:"sheet"`
	Row      int               `json:"row"`    // 1-based, as the workbook shows it
	Column   string            `json:"column"` // letter, "C"
	Header   string            `json:"header"` // as the file writes it, "题干(必填)"
	Severity Severity          `json:"severity"`
	Code     string            `json:"code"`    // stable; the catalogue key is "import.<code>"
	Message  string            `json:"message"` // English: what is wrong and what to do
	Params   map[string]string `json:"params,omitempty"`
}

// RowReport is one row that was read; a case with the rows of its parts is one.
type RowReport struct {
	Sheet    string    `json:"sheet"`
	Row      int       `json:"row"`
	State    RowState  `json:"state"`
	Label    string    `json:"label"` // what the row is, to recognise it: the stem's beginning
	Problems []Problem `json:"problems"`
}

// Report lists every row of a file, good and bad, and what concerns the file
// as a whole. It is for organisers: labels are stems, but there are no keys.
type Report struct {
	File     string      `json:"file"`
	SHA256   string      `json:"sha256"`
	Total    int         `json:"total"` // rows read: Good + Bad + Same
	Good     int         `json:"good"`
	Bad      int         `json:"bad"`
	Same     int         `json:"same"`
	Errors   int         `json:"errors"`   // problems of severity error, file and rows
	Warnings int         `json:"warnings"` // problems of severity warning
	Rows     []RowReport `json:"rows"`
	Problems []Problem   `json:"problems"` // of sheets and the file
}

// NewReport returns the empty report of a file.
func NewReport(file, sha256 string) Report {
	return Report{File: file, SHA256: sha256, Rows: []RowReport{}, Problems: []Problem{}}
}

// Add files a problem of the file or of a sheet.
func (r *Report) Add(p Problem) {
	p.File = r.File
	r.Problems = append(r.Problems, p)
	r.count(p)
}

// AddRow files a row with its problems; the state follows from them.
func (r *Report) AddRow(sheet string, row int, label string, problems []Problem) {
	r.Rows = append(r.Rows, RowReport{Sheet: sheet, Row: row, State: Good, Label: label, Problems: []Problem{}})
	r.Total++
	r.Good++
	for _, p := range problems {
		r.Mark(len(r.Rows)-1, p)
	}
}

// Mark files a problem of the i-th row; an error makes the row bad. A problem
// that names another row keeps it: the parts of a case stand in rows below it.
func (r *Report) Mark(i int, p Problem) {
	row := &r.Rows[i]
	p.File, p.Sheet = r.File, row.Sheet
	if p.Row == 0 {
		p.Row = row.Row
	}
	row.Problems = append(row.Problems, p)
	r.count(p)
	if p.Severity == Error {
		r.settle(row, Bad)
	}
}

// settle moves a row to a state; bad rows stay bad.
func (r *Report) settle(row *RowReport, to RowState) {
	if row.State == Bad || row.State == to {
		return
	}
	tally := map[RowState]*int{Good: &r.Good, Bad: &r.Bad, Same: &r.Same}
	*tally[row.State]--
	*tally[to]++
	row.State = to
}

func (r *Report) count(p Problem) {
	if p.Severity == Error {
		r.Errors++
	} else {
		r.Warnings++
	}
}

// OK reports whether nothing stops the file.
func (r *Report) OK() bool { return r.Errors == 0 }

// Err returns nil when nothing stops the file, else ErrImport with the first
// hundred errors as fields. A field's path is "sheet!C17".
func (r *Report) Err() error {
	if r.OK() {
		return nil
	}
	var fields []fault.Field
	add := func(list []Problem) {
		for _, p := range list {
			if p.Severity == Error && len(fields) < 100 {
				fields = append(fields, fault.Field{Path: p.Place(), Code: p.Code, Message: p.Message, Params: p.Params})
			}
		}
	}
	add(r.Problems)
	for _, row := range r.Rows {
		add(row.Problems)
	}
	return ErrImport.With(fields...).Param("file", r.File).Param("bad", r.Bad).Param("errors", r.Errors)
}

// clone returns a copy whose rows can be marked without touching r.
func (r *Report) clone() Report {
	c := *r
	c.Problems = append([]Problem{}, r.Problems...)
	c.Rows = append([]RowReport{}, r.Rows...)
	for i := range c.Rows {
		c.Rows[i].Problems = append([]Problem{}, c.Rows[i].Problems...)
	}
	return c
}

// Place writes where the problem is: "三级!C17", "三级", or the file's name.
func (p Problem) Place() string {
	switch {
	case p.Sheet == "":
		return p.File
	case p.Row == 0:
		return p.Sheet
	}
	return p.Sheet + "!" + p.Column + strconv.Itoa(p.Row)
}
