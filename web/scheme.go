package web

import (
	"bytes"
	"context"
	"fmt"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/exchange"
)

// schemeRoutes are the console's: marking schemes as workbooks, and trying
// them out. Nothing here is stored; a scheme takes effect with the regulation.
func (s *Server) schemeRoutes() {
	const at = "/api/admin/divisions/{division}/scheme"
	reg(s, get, "/api/admin/scheme-template.xlsx", "scheme-template", "The 评分表 workbook to fill in, with instructions and examples", staff(access.ContestRead), s.schemeTemplate, bytesOf(workbookType))
	reg(s, post, at+"/readings", "scheme-read", "Read a marking scheme from a workbook; nothing is stored", staff(access.RegulationWrite), s.readScheme, s.upload)
	reg(s, get, at+"/export.xlsx", "scheme-export", "The marking scheme of a version of the regulation as a workbook", staff(access.ContestRead), s.exportScheme, bytesOf(workbookType))
	reg(s, get, at+"/export-report", "scheme-export-report", "What the workbook does not show or carry", staff(access.ContestRead), s.reportExport)
	reg(s, post, at+"/trials", "scheme-try", "Run a scheme and rules over sample marks, every step shown, and over invented competitors; nothing is stored", staff(access.RegulationWrite), s.tryScheme, s.upload)
}

// schemeLayout is the layout of a workbook that holds a marking scheme.
type schemeLayout string

const (
	layoutCIS   schemeLayout = "cis"   // “CIS Marking Scheme Import”, columns A to N
	layoutTable schemeLayout = "table" // an ordinary 评分表 workbook
)

// SchemeProblem is something wrong or doubtful at one place of a workbook.
type SchemeProblem struct {
	Sheet    string            `json:"sheet" doc:"Empty: the whole file"`
	Row      int               `json:"row" doc:"From 1, as the workbook shows it; 0: the whole sheet"`
	Column   string            `json:"column" doc:"Its letter; empty: the whole row"`
	Header   string            `json:"header" doc:"The column's name as the file writes it"`
	Severity exchange.Severity `json:"severity" enum:"error,warning" doc:"An error stops the file"`
	Code     string            `json:"code" doc:"Strings: schemes.problem.<code>"`
	Message  string            `json:"message" doc:"What is wrong and what to do, in English"`
	Params   map[string]string `json:"params"`
}

// SchemeFileReport is what reading or writing a workbook has to say, in the
// workbook's order.
type SchemeFileReport struct {
	File     string          `json:"file"`
	SHA256   string          `json:"sha256" doc:"Of the file, hex"`
	Modules  int             `json:"modules"`
	Aspects  int             `json:"aspects"`
	Errors   int             `json:"errors"`
	Warnings int             `json:"warnings"`
	Problems []SchemeProblem `json:"problems"`
}

func schemeReport(r exchange.Report) SchemeFileReport {
	v := SchemeFileReport{
		File: r.File, SHA256: r.SHA256, Modules: r.Modules, Aspects: r.Aspects, Errors: r.Errors, Warnings: r.Warnings,
		Problems: make([]SchemeProblem, 0, len(r.Problems)),
	}
	for _, p := range r.Problems {
		params := p.Params
		if params == nil {
			params = map[string]string{}
		}
		v.Problems = append(v.Problems, SchemeProblem{
			Sheet: p.Sheet, Row: p.Row, Column: p.Column, Header: p.Header, Severity: p.Severity, Code: p.Code, Message: p.Message, Params: params,
		})
	}
	return v
}

// SchemeReading is a marking scheme as a workbook has it.
type SchemeReading struct {
	Scheme *scoring.Scheme  `json:"scheme,omitempty" doc:"For the regulation; absent when the report has errors"`
	Total  scoring.Marks    `json:"total" doc:"Of its modules, hundredths"`
	Report SchemeFileReport `json:"report"`
}

type schemeReadIn struct {
	DivisionPath
	Name    string        `query:"name" maxLength:"200" required:"true" doc:"File name, for messages"`
	Layout  schemeLayout  `query:"layout" enum:"cis,table" doc:"Empty: what the workbook looks like"`
	Total   scoring.Marks `query:"total" minimum:"0" maximum:"100000000" doc:"What the modules must add up to, hundredths, as the regulation says; 0: what the sheet itself states"`
	Step    scoring.Marks `query:"step" minimum:"0" maximum:"1000000" doc:"Step of marks that judges write down, hundredths, where the sheet names none; 0: one hundredth"`
	RawBody []byte        `contentType:"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

// readScheme gives the scheme the id and version of the division's present
// one: a sheet that comes back unchanged makes no new version.
func (s *Server) readScheme(ctx context.Context, _ actor, in *schemeReadIn) (*bodyOf[SchemeReading], error) {
	div, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	s.importing.Lock() // a workbook takes much memory: one at a time
	defer s.importing.Unlock()
	read := exchange.Read
	switch in.Layout {
	case layoutCIS:
		read = exchange.ReadCIS
	case layoutTable:
		read = exchange.ReadScheme
	}
	scheme, report, err := read(bytes.NewReader(in.RawBody), int64(len(in.RawBody)), in.Name, exchange.Options{
		ID: div.Scheme.ID, Version: div.Scheme.Version, Total: in.Total, Step: in.Step, SectionDeviation: div.Scheme.SectionDeviation,
	})
	if err != nil {
		return nil, err
	}
	out := SchemeReading{Report: schemeReport(report)}
	if report.OK() {
		out.Scheme = &scheme
		for _, m := range scheme.Modules {
			out.Total += m.Max
		}
	}
	return &bodyOf[SchemeReading]{out}, nil
}

func (s *Server) schemeTemplate(context.Context, actor, *struct{}) (*fileBody, error) {
	var b bytes.Buffer
	if err := exchange.WriteTemplate(&b); err != nil {
		return nil, err
	}
	return attachment("评分表模板.xlsx", workbookType, b.Bytes()), nil
}

type schemeExportIn struct {
	DivisionPath
	Version  int               `query:"version" minimum:"0" doc:"Of the regulation; 0: the newest"`
	Layout   schemeLayout      `query:"layout" enum:"cis,table" default:"table"`
	Language exchange.Language `query:"language" enum:"zh,en" default:"zh" doc:"Of a CIS sheet's texts; the other one is carried beside"`
}

func (s *Server) exportScheme(ctx context.Context, _ actor, in *schemeExportIn) (*fileBody, error) {
	var b bytes.Buffer
	name, _, err := s.writeScheme(ctx, &b, in)
	if err != nil {
		return nil, err
	}
	return attachment(name, workbookType, b.Bytes()), nil
}

func (s *Server) reportExport(ctx context.Context, _ actor, in *schemeExportIn) (*bodyOf[SchemeFileReport], error) {
	var b bytes.Buffer
	_, report, err := s.writeScheme(ctx, &b, in)
	return &bodyOf[SchemeFileReport]{schemeReport(report)}, err
}

func (s *Server) writeScheme(ctx context.Context, b *bytes.Buffer, in *schemeExportIn) (name string, report exchange.Report, err error) {
	r, stamp, err := s.Contest.RegulationOf(ctx, in.Division, in.Version)
	if err != nil {
		return "", report, err
	}
	div, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return "", report, err
	}
	s.importing.Lock()
	defer s.importing.Unlock()
	name = fmt.Sprintf("评分表-%s-v%d.xlsx", div.Name.ZH, stamp.Version)
	if in.Layout == layoutCIS {
		name = "CIS-" + name
		report, err = exchange.WriteCIS(b, r.Scheme, in.Language)
	} else {
		report, err = s.writeTable(ctx, b, div, r.Scheme)
	}
	report.File = name
	return name, report, err
}

// writeTable names event and division in the heads of the printed sheets.
func (s *Server) writeTable(ctx context.Context, b *bytes.Buffer, div engine.Division, scheme scoring.Scheme) (exchange.Report, error) {
	event, err := s.Contest.Event(ctx, div.Event)
	if err != nil {
		return exchange.Report{}, err
	}
	return exchange.WriteScheme(b, scheme, exchange.Form{Event: event.Name.ZH, Division: div.Name.ZH})
}
