package resultbook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/print"
)

// version gathers a version of the results and the one before it, or nil:
// 0 is the newest, which with proposed may wait for its second signature.
func (m *matter) version(ctx context.Context, no int, proposed bool) (Results, *Results, error) {
	desk, err := m.d.Contests.Publications(ctx, m.div.ID)
	if err != nil {
		return Results{}, nil, err
	}
	list := desk.Versions // the newest first
	if desk.Proposed != nil && proposed {
		list = append([]engine.Publication{*desk.Proposed}, list...)
	}
	at := slices.IndexFunc(list, func(p engine.Publication) bool { return no == 0 || p.Version == no })
	if at < 0 {
		if no == 0 {
			return Results{}, nil, ErrNothing
		}
		return Results{}, nil, ErrNoVersion.Param("version", no)
	}
	out := m.results(list[at])
	if at == 0 {
		out.Until = desk.AppealsUntil
	}
	if at+1 == len(list) {
		return out, nil, nil
	}
	before := m.results(list[at+1])
	return out, &before, nil
}

func (m *matter) results(p engine.Publication) Results {
	return Results{Publication: p, Modules: m.div.Scheme.Public(), Full: m.div.Rules.FullMarks, Names: m.names}
}

// awards gathers the awards; nil where the division has no award rules.
func (m *matter) awards(ctx context.Context) (*Awards, error) {
	if m.d.Certificates == nil || m.d.Certificates.Awards == nil {
		return nil, nil
	}
	a, err := m.d.Certificates.Awards(ctx, m.div.ID)
	if errors.Is(err, ErrNoAwards) {
		return nil, nil
	}
	return &a, err
}

// Reports makes the result report in its copies, also of a version that waits
// for its second signature. Errors: ErrNothing before there is one,
// ErrNoVersion.
func (d *Desk) Reports(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	f, err := d.Forms(ctx, m.div.Contest)
	if err != nil {
		return File{}, err
	}
	r, _, err := m.version(ctx, c.Version, true)
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "report", "pdf", c, func(w io.Writer) (print.Result, error) { return Reports(w, m.kit, m.head, f, r) })
}

// Notice makes the public notice of a signed version. Errors: ErrNothing,
// ErrNoVersion.
func (d *Desk) Notice(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	r, _, err := m.version(ctx, c.Version, false)
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "notice", "pdf", c, func(w io.Writer) (print.Result, error) { return Notice(w, m.kit, m.head, r) })
}

// CorrectionNotice makes the notice of what a signed version changed. Errors:
// ErrNothing, ErrNoVersion, ErrNothingCorrected.
func (d *Desk) CorrectionNotice(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	r, before, err := m.version(ctx, c.Version, false)
	if err == nil && before == nil {
		err = ErrNothingCorrected
	}
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "corrections", "pdf", c, func(w io.Writer) (print.Result, error) { return CorrectionNotice(w, m.kit, m.head, r, *before) })
}

// Book makes the result book of the newest signed version. Error: ErrNothing.
func (d *Desk) Book(ctx context.Context, actor access.AccountID, id engine.DivisionID) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	b, err := m.book(ctx)
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "result_book", "pdf", Choice{Version: b.Version}, func(w io.Writer) (print.Result, error) { return Books(w, m.kit, m.head, b) })
}

// ResultWorkbook makes the workbook of results with every code. Errors:
// ErrNothing, ErrNoVersion.
func (d *Desk) ResultWorkbook(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, r, a, err := d.outcome(ctx, id, c)
	if err != nil {
		return File{}, err
	}
	codes, err := d.Contests.Decoded(ctx, id)
	if err != nil {
		return File{}, err
	}
	r.Honours = a.names()
	var points map[engine.CompetitorID]int64
	if a != nil {
		points = a.Points
	}
	return m.paper(ctx, actor, "results", "xlsx", c, func(w io.Writer) (print.Result, error) {
		return print.Result{}, ResultWorkbook(w, m.head, r, codes, points)
	})
}

func (d *Desk) outcome(ctx context.Context, id engine.DivisionID, c Choice) (*matter, Results, *Awards, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return nil, Results{}, nil, err
	}
	r, _, err := m.version(ctx, c.Version, false)
	if err != nil {
		return nil, r, nil, err
	}
	a, err := m.awards(ctx)
	return m, r, a, err
}

// AwardWorkbook makes the workbook of awards, suggested levels and team tables.
// Errors: ErrNothing before the publication, ErrNoAwards.
func (d *Desk) AwardWorkbook(ctx context.Context, actor access.AccountID, id engine.DivisionID) (File, error) {
	m, _, a, err := d.outcome(ctx, id, Choice{})
	if err == nil && a == nil {
		err = ErrNoAwards
	}
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "awards", "xlsx", Choice{}, func(w io.Writer) (print.Result, error) { return print.Result{}, AwardWorkbook(w, *a) })
}

// Ceremony makes one of the two workbooks of the ceremony's software: all
// competitors, or with best the best of each delegation. skill is the number
// of the skill there. Error: ErrNothing.
func (d *Desk) Ceremony(ctx context.Context, actor access.AccountID, id engine.DivisionID, skill string, best bool) (File, error) {
	m, r, a, err := d.outcome(ctx, id, Choice{})
	if err != nil {
		return File{}, err
	}
	rows, name, sheet := CeremonyRows(r, a, skill, m.member), "Competitor_results", "Competitor results"
	if best {
		rows, name, sheet = BestOfMembers(rows), "Best_of_Nation", "Best of Nation"
	}
	f, err := m.paper(ctx, actor, name, "xlsx", Choice{}, func(w io.Writer) (print.Result, error) { return print.Result{}, CeremonyWorkbook(w, sheet, rows) })
	f.Name = name + ".xlsx" // as its software looks for it
	return f, err
}

// member is the delegation of a line: code and name; without one the city or
// the unit stands for it.
func (m *matter) member(l engine.ResultLine) (code, name string) {
	for i, d := range m.contest.Delegations {
		if d.ID == l.Delegation {
			return fmt.Sprintf("D%02d", i+1), d.Name
		}
	}
	if l.City != "" {
		return l.City, l.City
	}
	return l.Unit, l.Unit
}
