package resultbook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Errors of the desk; compare with errors.Is.
var (
	// ErrNothing: nothing fits the choice, or its codes have not been drawn.
	ErrNothing = fault.New(fault.Conflict, "no_papers", "there is nothing to print: draw the codes first, or choose otherwise")
	// ErrTooMany: more papers than one file takes; parameters count and max.
	ErrTooMany = fault.New(fault.Invalid, "too_many_papers", "{count} papers are too many for one file of at most {max}; choose a module, a code or a judge")
	// ErrNoVersion: there is no such version of the results.
	ErrNoVersion = fault.New(fault.NotFound, "no_such_version", "there is no version {version} of the results")
)

// MaxPapers bounds the papers of one file; it is no rule of a contest.
const MaxPapers = 2000

// File is a finished document.
type File = document.File

// Desk makes the papers of divisions from the engine's data and records who
// printed what, before the bytes are handed out. Safe for concurrent use.
type Desk struct {
	Contests     *engine.Contests
	Certificates *Certificates
	DB           store.DB // for the forms
	Ledger       ledger.Appender
	Zone         *time.Location // of printed times; nil is China's
	Rare         *print.Font    // second face; nil for none
	// Name gives the name of an account for print; nil or "" prints the id.
	Name func(ctx context.Context, actor string) string
	Now  func() time.Time
	// Address is where the public reaches this server, "https://…", for the QR
	// codes of certificates; "" leaves it out of them.
	Address string
}

// Choice narrows a paper; empty fields choose all, version 0 the newest.
type Choice struct {
	Module  scoring.ModuleID `json:"module,omitempty"`
	Code    string           `json:"code,omitempty"`
	Judge   access.AccountID `json:"judge,omitempty"`
	Version int              `json:"version,omitempty"`
	Numbers []string         `json:"numbers,omitempty"` // of certificates
	Frame   bool             `json:"frame,omitempty"`   // of certificates: print it
}

// Printed is the record of a paper that was handed out, in the stream
// "document/<division>".
type Printed struct {
	Document string            `json:"document"` // "blank_sheets", "result_book", …
	Division engine.DivisionID `json:"division"`
	Choice   Choice            `json:"choice"`
	SHA256   string            `json:"sha256"`
	Pages    int               `json:"pages"`
	Missing  []string          `json:"missing"` // code points that no face has
}

const (
	pdfType      = "application/pdf"
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// hand records that a paper goes out and returns it.
func (d *Desk) hand(ctx context.Context, actor access.AccountID, id engine.DivisionID, what string, c Choice, f File) (File, error) {
	sum := sha256.Sum256(f.Data)
	p := Printed{Document: what, Division: id, Choice: c, SHA256: hex.EncodeToString(sum[:]), Pages: f.Result.Pages, Missing: []string{}}
	for _, r := range f.Result.Rare {
		if !r.Drawn {
			p.Missing = append(p.Missing, r.Code)
		}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return f, fmt.Errorf("recording a print: %w", err)
	}
	_, err = d.Ledger.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("document/" + string(id)), Expect: ledger.AnySeq, At: d.Now().UTC().Truncate(time.Millisecond),
		Kind: "document.printed", Actor: string(actor), Data: data,
	})
	return f, err
}

// matter is a division with what its papers say of it.
type matter struct {
	d       *Desk
	div     engine.Division
	contest engine.Contest
	event   engine.Event
	head    Head
	kit     Kit
	names   Names
}

func (d *Desk) matter(ctx context.Context, id engine.DivisionID) (*matter, error) {
	m := &matter{d: d, names: d.names(ctx), kit: Kit{Zone: d.Zone, Rare: d.Rare, Made: d.Now().UTC().Truncate(time.Millisecond)}}
	var err error
	if m.div, err = d.Contests.Division(ctx, id); err != nil {
		return nil, err
	}
	if m.contest, err = d.Contests.Contest(ctx, m.div.Contest); err != nil {
		return nil, err
	}
	if m.event, err = d.Contests.Event(ctx, m.div.Event); err != nil {
		return nil, err
	}
	name := m.contest.Name.ZH
	if m.contest.Season != "" && !strings.Contains(name, m.contest.Season) {
		name = m.contest.Season + name
	}
	m.head = Head{
		Division: string(id), Code: shortCode(id), Contest: name, Event: m.event.Name.ZH, Name: m.div.Name.ZH, Organiser: m.contest.Organiser,
		Rehearsal: m.contest.Rehearsal, Scheme: m.div.Scheme.Version, Rules: m.div.Rules.Version, Procedure: m.div.Procedure.Version,
	}
	return m, nil
}

// names gives the names of accounts, asking once for each.
func (d *Desk) names(ctx context.Context) Names {
	known := map[access.AccountID]string{}
	return func(id access.AccountID) string {
		name, ok := known[id]
		if !ok && d.Name != nil {
			name = d.Name(ctx, string(id))
			known[id] = name
		}
		if name == "" {
			return string(id)
		}
		return name
	}
}

// paper makes a PDF, or with ext "xlsx" a workbook, and hands it out.
func (m *matter) paper(ctx context.Context, actor access.AccountID, what, ext string, c Choice, write func(io.Writer) (print.Result, error)) (File, error) {
	var b bytes.Buffer
	res, err := write(&b)
	if err != nil {
		return File{}, err
	}
	kind := pdfType
	if ext == "xlsx" {
		kind = workbookType
	}
	return m.d.hand(ctx, actor, m.div.ID, what, c, File{Name: what + "-" + m.head.Code + "." + ext, Type: kind, Data: b.Bytes(), Result: res})
}

// few asks that papers are there, and not too many for one file.
func few(n int) error {
	switch {
	case n == 0:
		return ErrNothing
	case n > MaxPapers:
		return ErrTooMany.Param("count", n).Param("max", MaxPapers)
	}
	return nil
}

// BlankSheets makes the mark sheets to fill in by hand, one for each judge and
// code of the choice. Errors: ErrNothing, ErrTooMany, engine.ErrNotRunning.
func (d *Desk) BlankSheets(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	var sheets []BlankSheet
	err = m.panels(ctx, c, func(p engine.DeskPanel, mod scoring.Module, _ int) {
		for _, r := range p.Rows {
			if c.Code != "" && r.Code != c.Code || r.State == engine.DeskAbsent {
				continue
			}
			for i, j := range r.Judges {
				if c.Judge == "" || c.Judge == j.Judge {
					sheets = append(sheets, BlankSheet{Module: mod, Sheet: r.Sheet, Code: r.Code, Layer: p.Layer, Seat: i + 1, Seats: r.Need, Round: r.Round, Judge: m.names(j.Judge)})
				}
			}
		}
	})
	if err == nil {
		err = few(len(sheets))
	}
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "blank_sheets", "pdf", c, func(w io.Writer) (print.Result, error) { return BlankSheets(w, m.kit, m.head, sheets) })
}

// panels calls f for each panel of the choice with the part of its module that
// it marks and its number from 1.
func (m *matter) panels(ctx context.Context, c Choice, f func(engine.DeskPanel, scoring.Module, int)) error {
	desk, err := m.d.Contests.Desk(ctx, m.div.ID)
	if err != nil {
		return err
	}
	for _, x := range desk.Modules {
		whole, ok := m.div.Scheme.Module(x.Module)
		if !ok || c.Module != "" && c.Module != x.Module {
			continue
		}
		for i, p := range x.Panels {
			part := whole.Only(func(sc scoring.SubCriterion) bool { return slices.Contains(p.SubCriteria, sc.ID) })
			f(p, part, i+1)
		}
	}
	return nil
}

// BlankTables makes the forms for many codes at once, one for each seat of a
// panel. A judge who steps aside for a code does not have it in the own form.
// Errors as of BlankSheets.
func (d *Desk) BlankTables(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	var tables []BlankTable
	err = m.panels(ctx, c, func(p engine.DeskPanel, mod scoring.Module, no int) {
		at := map[[2]string]int{} // judge and seat
		for _, r := range p.Rows {
			for i, j := range r.Judges {
				if c.Judge != "" && c.Judge != j.Judge || r.State == engine.DeskAbsent {
					continue
				}
				key := [2]string{string(j.Judge), fmt.Sprint(i)}
				k, ok := at[key]
				if !ok {
					k = len(tables)
					at[key] = k
					tables = append(tables, BlankTable{Module: mod, Panel: no, Layer: p.Layer, Seat: i + 1, Seats: r.Need, Judge: m.names(j.Judge)})
				}
				tables[k].Codes = append(tables[k].Codes, r.Code)
			}
		}
	})
	if err == nil {
		err = few(len(tables))
	}
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "blank_tables", "pdf", c, func(w io.Writer) (print.Result, error) { return BlankTables(w, m.kit, m.head, tables) })
}

// marked gathers the sheets of the choice, with names only where no layer of
// identity is left.
func (m *matter) marked(ctx context.Context, c Choice) ([]MarkedSheet, error) {
	all, err := m.d.Contests.PrintedSheets(ctx, m.div.ID, c.Module)
	if err != nil {
		return nil, err
	}
	people := map[engine.CompetitorID]Person{}
	if slices.ContainsFunc(all, func(s engine.PrintedSheet) bool { return s.Competitor != "" }) {
		list, err := m.d.Contests.Decoded(ctx, m.div.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			people[x.Competitor] = Person{Name: x.Name, Unit: x.Unit, Entry: x.Entry}
		}
	}
	var out []MarkedSheet
	for _, s := range all {
		if c.Code != "" && s.Code != c.Code {
			continue
		}
		sheet := MarkedSheet{PrintedSheet: s}
		if p, ok := people[s.Competitor]; ok {
			sheet.Who = &p
		}
		out = append(out, sheet)
	}
	return out, few(len(out))
}

// WorkSheets makes the score sheets by code. Errors: ErrNothing, ErrTooMany,
// engine.ErrNotRunning, engine.ErrNoSheet.
func (d *Desk) WorkSheets(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	return d.onMarks(ctx, actor, id, "work_sheets", "pdf", c, func(m *matter, w io.Writer, s []MarkedSheet) (print.Result, error) {
		return WorkSheets(w, m.kit, m.head, m.names, s)
	})
}

// JudgeSheets makes the score sheets by judge. Errors as of WorkSheets.
func (d *Desk) JudgeSheets(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	return d.onMarks(ctx, actor, id, "judge_sheets", "pdf", c, func(m *matter, w io.Writer, s []MarkedSheet) (print.Result, error) {
		return JudgeSheets(w, m.kit, m.head, m.names, s, c.Judge)
	})
}

// ModuleSheets makes the score sheets by module. Errors as of WorkSheets.
func (d *Desk) ModuleSheets(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	return d.onMarks(ctx, actor, id, "module_sheets", "pdf", c, func(m *matter, w io.Writer, s []MarkedSheet) (print.Result, error) {
		return ModuleSheets(w, m.kit, m.head, m.names, s)
	})
}

// MarkWorkbook makes the workbook of every judge's marks. Errors as of
// WorkSheets.
func (d *Desk) MarkWorkbook(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	return d.onMarks(ctx, actor, id, "marks", "xlsx", c, func(m *matter, w io.Writer, s []MarkedSheet) (print.Result, error) {
		return print.Result{}, MarkWorkbook(w, m.names, s)
	})
}

func (d *Desk) onMarks(ctx context.Context, actor access.AccountID, id engine.DivisionID, what, ext string, c Choice, f func(*matter, io.Writer, []MarkedSheet) (print.Result, error)) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	sheets, err := m.marked(ctx, c)
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, what, ext, c, func(w io.Writer) (print.Result, error) { return f(m, w, sheets) })
}
