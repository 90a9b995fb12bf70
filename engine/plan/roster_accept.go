package plan

import (
	"context"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

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
