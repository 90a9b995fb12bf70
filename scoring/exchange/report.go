package exchange

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/xinglu/xinglu/internal/fault"
)

// Severity says whether a problem stops the file.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // nothing is imported until it is mended
	Warning Severity = "warning" // read or written as it says; look at it
)

// Problem is something wrong or doubtful at one place of a workbook. The place
// is as exact as can be known: Column "" means the whole row, Row 0 the whole
// sheet, Sheet "" the whole file.
type Problem struct {
	File     string            `json:"file"`
	Sheet    string            `json:"sheet"`
	Row      int               `json:"row"`    // 1-based, as the workbook shows it
	Column   string            `json:"column"` // letter, "K"
	Header   string            `json:"header"` // as the file writes it, "Max Mark"
	Severity Severity          `json:"severity"`
	Code     string            `json:"code"`    // stable; the catalogue key is "schemes.problem.<code>"
	Message  string            `json:"message"` // English: what is wrong and what to do
	Params   map[string]string `json:"params,omitempty"`
}

// Place writes where the problem is: "B!K17", "B", or the file's name.
func (p Problem) Place() string {
	switch {
	case p.Sheet == "":
		return p.File
	case p.Row == 0:
		return p.Sheet
	}
	return p.Sheet + "!" + p.Column + strconv.Itoa(p.Row)
}

// Report is everything that reading or writing a workbook has to say, in the
// order of the workbook.
type Report struct {
	File     string    `json:"file"`
	SHA256   string    `json:"sha256"` // of the file's bytes in hex
	Modules  int       `json:"modules"`
	Aspects  int       `json:"aspects"` // lines with marks that were read or written
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Problems []Problem `json:"problems"`
}

// OK reports whether nothing stops the file.
func (r *Report) OK() bool { return r.Errors == 0 }

// Err returns nil when nothing stops the file, else ErrRefused with the first
// hundred errors as fields. A field's path is "sheet!K17".
func (r *Report) Err() error {
	if r.OK() {
		return nil
	}
	var fields []fault.Field
	for _, p := range r.Problems {
		if p.Severity == Error && len(fields) < 100 {
			fields = append(fields, fault.Field{Path: p.Place(), Code: p.Code, Message: p.Message, Params: p.Params})
		}
	}
	return ErrRefused.With(fields...).Param("file", r.File).Param("errors", r.Errors)
}

// maxProblems bounds a report; what a file of nonsense adds beyond it is
// counted only.
const maxProblems = 2000

func (r *Report) add(p Problem) {
	p.File = r.File
	if p.Severity == Error {
		r.Errors++
	} else {
		r.Warnings++
	}
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, p)
	}
}

// badRow reports whether a row has an error already, so that what follows
// from it is not said again.
func (r *Report) badRow(sheet string, row int) bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool {
		return p.Severity == Error && p.Sheet == sheet && p.Row == row
	})
}

// sort brings problems found in several passes into the order of the sheets.
func (r *Report) sort(sheets []string) {
	slices.SortStableFunc(r.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(sheets, a.Sheet), slices.Index(sheets, b.Sheet)), cmp.Compare(a.Row, b.Row))
	})
}

// params makes the parameters of a message of names and values in turn.
func params(list ...any) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		m[fmt.Sprint(list[i])] = fmt.Sprint(list[i+1])
	}
	return m
}
