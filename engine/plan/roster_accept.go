package plan

import (
	"context"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
)

// Preview reports every row: what is wrong with it by itself, in the file,
// against the plan and, as a warning, against other plans. Nothing is stored.
// Labels are names with masked numbers. Errors: ErrNotFound.
func (s *Plans) Preview(ctx context.Context, id ID, ro *Roster) (bank.Report, error) {
	book, p, err := s.open(ctx, id)
	if err != nil {
		return bank.Report{}, err
	}
	b := ro.batch()
	rows := make([]*namelist.Row, len(ro.rows))
	for i := range ro.rows {
		rows[i] = ro.rows[i].Row
	}
	var found []namelist.Finding
	if len(rows) > 0 {
		_, list, err := s.examine(ctx, book, p, &b, "")
		if err != nil {
			return bank.Report{}, err
		}
		for _, f := range list {
			found = append(found, namelist.Finding{Index: f.index, Path: f.path, Code: f.code, Message: f.message, Params: f.params, Warning: f.warning})
		}
	}
	return namelist.Report(ro.Name, ro.SHA256, rows, func(i int) string { return label(&b.List[i]) }, found), nil
}

func label(a *Application) string {
	return strings.TrimSpace(a.Name + " " + exam.MaskID(a.IDType, exam.NormalID(a.IDNumber)))
}

func (ro *Roster) batch() Batch {
	b := Batch{Source: ro.Name, SHA256: ro.SHA256}
	for _, r := range ro.rows {
		b.List = append(b.List, r.app)
		b.Rows = append(b.Rows, r.Place())
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
