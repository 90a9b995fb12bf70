package web

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/scoring"
)

// contestDocumentRoutes are about the papers of a contest. Who printed what is
// recorded.
func (s *Server) contestDocumentRoutes() {
	const docs = "/api/admin/divisions/{division}/documents/"
	may, pdf, xlsx := staff(access.ContestDocument), bytesOf("application/pdf"), bytesOf(workbookType)
	reg(s, get, strings.TrimSuffix(docs, "/"), "documents", "Every document, and what those wait for that cannot be made yet", may, s.shelf)
	reg(s, get, docs+"blank-sheets.pdf", "blank-sheets-pdf", "Mark sheets with QR codes to fill in by hand, one for each judge and code", may, s.paperOf((*resultbook.Desk).BlankSheets), pdf)
	reg(s, get, docs+"blank-tables.pdf", "blank-tables-pdf", "Landscape forms for marking many codes at once, one for each judge", may, s.paperOf((*resultbook.Desk).BlankTables), pdf)
	reg(s, get, docs+"work-sheets.pdf", "work-sheets-pdf", "Score sheets by code, with every judge's marks; names only after decryption", may, s.paperOf((*resultbook.Desk).WorkSheets), pdf)
	reg(s, get, docs+"judge-sheets.pdf", "judge-sheets-pdf", "Score sheets by judge", may, s.paperOf((*resultbook.Desk).JudgeSheets), pdf)
	reg(s, get, docs+"module-sheets.pdf", "module-sheets-pdf", "Score sheets by module", may, s.paperOf((*resultbook.Desk).ModuleSheets), pdf)
	reg(s, get, docs+"marks.xlsx", "marks-xlsx", "Every judge's marks as a workbook", may, s.paperOf((*resultbook.Desk).MarkWorkbook), xlsx)

	reg(s, get, docs+"report.pdf", "result-report-pdf", "The result report in its copies, also of a version that waits for its second signature", may, s.versionOf((*resultbook.Desk).Reports), pdf)
	reg(s, get, docs+"notice.pdf", "result-notice-pdf", "The public notice of a version of the results", may, s.versionOf((*resultbook.Desk).Notice), pdf)
	reg(s, get, docs+"corrections.pdf", "correction-notice-pdf", "The notice of what a version changed, from what to what and why", may, s.versionOf((*resultbook.Desk).CorrectionNotice), pdf)
	reg(s, get, docs+"results.xlsx", "results-xlsx", "The results with every code as a workbook", may, s.versionOf((*resultbook.Desk).ResultWorkbook), xlsx)
	reg(s, get, docs+"result-book.pdf", "result-book-pdf", "The result book", may, s.resultBook, pdf)
	reg(s, get, docs+"awards.xlsx", "awards-xlsx", "Awards, suggested levels, team tables as a workbook", may, s.awardsWorkbook, xlsx)
	reg(s, get, docs+"ceremony/Competitor_results.xlsx", "ceremony-results-xlsx", "Results in the shape of the ceremony's software", may, s.ceremonyResults, xlsx)
	reg(s, get, docs+"ceremony/Best_of_Nation.xlsx", "ceremony-best-xlsx", "The best of each delegation in the shape of the ceremony's software", may, s.ceremonyBest, xlsx)
	reg(s, get, docs+"archive.zip", "division-archive", "Everything about the division in one signed file that xinglu verify --archive proves offline", may, s.divisionArchive, bytesOf("application/zip"))

	const certificates = "/api/admin/divisions/{division}/certificates"
	reg(s, get, certificates, "certificates", "Certificates with what the newest results say of them", may, s.listCertificates)
	reg(s, post, certificates, "certificates-issue", "Give a number to every award without a valid certificate", may, s.issueCertificates)
	reg(s, post, certificates+"/{number}/revoke", "certificate-revoke", "End a certificate, with a reason", may, s.revokeCertificate)
	reg(s, get, docs+"certificates.pdf", "certificates-pdf", "Certificates to print, with QR codes to check them by", may, s.certificatesPDF, pdf)
	reg(s, get, docs+"certificates.xlsx", "certificates-xlsx", "The list of certificates as a workbook", may, s.certificatesWorkbook, xlsx)

	reg(s, get, "/api/admin/contests/{contest}/forms", "contest-forms", "Copies and signers of the report, wording and numbering of certificates", may, s.getForms)
	reg(s, put, "/api/admin/contests/{contest}/forms", "contest-forms-set", "Change them; the version is that of the forms that were read", staff(access.ContestManage), s.setForms)

	reg(s, get, "/api/board/{division}/certificates/{number}", "certificate-check", "What a certificate says, for whoever holds it: give the proof of its QR code, or the name on it", anyone, s.checkCertificate)
}

func (s *Server) shelf(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[resultbook.Shelf], error) {
	out, err := s.ResultBook.Shelf(ctx, in.Division)
	return &bodyOf[resultbook.Shelf]{out}, err
}

type paperChoice struct {
	DivisionPath
	Module scoring.ModuleID `query:"module" maxLength:"40" doc:"Only this module"`
	Code   string           `query:"code" maxLength:"20" doc:"Only this code"`
	Judge  access.AccountID `query:"judge" maxLength:"100" doc:"Only this judge"`
}

// deskPaper is a method of the desk that makes a paper.
type deskPaper func(d *resultbook.Desk, ctx context.Context, actor access.AccountID, id engine.DivisionID, c resultbook.Choice) (document.File, error)

func (s *Server) paperOf(f deskPaper) func(context.Context, actor, *paperChoice) (*fileBody, error) {
	return func(ctx context.Context, a actor, in *paperChoice) (*fileBody, error) {
		return printed(f(s.ResultBook, ctx, a.Account.ID, in.Division, resultbook.Choice{Module: in.Module, Code: in.Code, Judge: in.Judge}))
	}
}

type versionChoice struct {
	DivisionPath
	Version int `query:"version" minimum:"0" doc:"Of the results; 0: the newest"`
}

func (s *Server) versionOf(f deskPaper) func(context.Context, actor, *versionChoice) (*fileBody, error) {
	return func(ctx context.Context, a actor, in *versionChoice) (*fileBody, error) {
		return printed(f(s.ResultBook, ctx, a.Account.ID, in.Division, resultbook.Choice{Version: in.Version}))
	}
}

func (s *Server) resultBook(ctx context.Context, a actor, in *DivisionPath) (*fileBody, error) {
	return printed(s.ResultBook.Book(ctx, a.Account.ID, in.Division))
}

func (s *Server) awardsWorkbook(ctx context.Context, a actor, in *DivisionPath) (*fileBody, error) {
	return printed(s.ResultBook.AwardWorkbook(ctx, a.Account.ID, in.Division))
}

type ceremonyIn struct {
	DivisionPath
	Skill string `query:"skill" maxLength:"4" doc:"Number of the skill in the ceremony's software"`
}

func (s *Server) ceremonyResults(ctx context.Context, a actor, in *ceremonyIn) (*fileBody, error) {
	return printed(s.ResultBook.Ceremony(ctx, a.Account.ID, in.Division, in.Skill, false))
}

func (s *Server) ceremonyBest(ctx context.Context, a actor, in *ceremonyIn) (*fileBody, error) {
	return printed(s.ResultBook.Ceremony(ctx, a.Account.ID, in.Division, in.Skill, true))
}

// divisionArchive makes the archive in a file of its own, for it may be large,
// and sends it when it is whole.
func (s *Server) divisionArchive(ctx context.Context, a actor, in *DivisionPath) (*huma.StreamResponse, error) {
	papers, err := s.archivedPapers(ctx, a.Account.ID, in.Division)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "xinglu-archive-*")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	gone := func() { file.Close(); os.Remove(file.Name()) }
	m, err := s.Archive.Write(ctx, file, string(a.Account.ID), in.Division, papers)
	if err == nil {
		_, err = file.Seek(0, 0)
	}
	if err != nil {
		gone()
		return nil, err
	}
	name := fmt.Sprintf("%s-%s-%s.zip", m.Names.Contest.ZH, m.Names.Division.ZH, m.Made.Format("20060102-1504"))
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer gone()
		c.SetHeader("Content-Type", "application/zip")
		c.SetHeader("Cache-Control", "no-store")
		c.SetHeader("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
		if _, err := file.WriteTo(c.BodyWriter()); err != nil {
			s.log.Debug("archive not sent whole", "error", err)
		}
	}}, nil
}

// archivedPapers makes the papers that an archive keeps: what there is of them
// at this time of the division.
func (s *Server) archivedPapers(ctx context.Context, by access.AccountID, id engine.DivisionID) ([]archive.Paper, error) {
	desk, err := s.Contest.Publications(ctx, id)
	if err != nil || len(desk.Versions) == 0 {
		return nil, err
	}
	none := resultbook.Choice{}
	var out []archive.Paper
	for _, x := range []struct {
		path string
		make func() (document.File, error)
	}{
		{"result-book.pdf", func() (document.File, error) { return s.ResultBook.Book(ctx, by, id) }},
		{"report.pdf", func() (document.File, error) { return s.ResultBook.Reports(ctx, by, id, none) }},
		{"notice.pdf", func() (document.File, error) { return s.ResultBook.Notice(ctx, by, id, none) }},
		{"work-sheets.pdf", func() (document.File, error) { return s.ResultBook.WorkSheets(ctx, by, id, none) }},
		{"results.xlsx", func() (document.File, error) { return s.ResultBook.ResultWorkbook(ctx, by, id, none) }},
		{"marks.xlsx", func() (document.File, error) { return s.ResultBook.MarkWorkbook(ctx, by, id, none) }},
	} {
		f, err := x.make()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.path, err)
		}
		out = append(out, archive.Paper{Path: x.path, Data: f.Data})
	}
	return out, nil
}

// CertificateList are a division's certificates.
type CertificateList struct {
	Items []resultbook.CertificateLine `json:"items"`
	SignNames
}

func (s *Server) certificateList(ctx context.Context, all []resultbook.CertificateLine, err error) (*bodyOf[CertificateList], error) {
	if err != nil {
		return nil, err
	}
	out := CertificateList{Items: all, SignNames: SignNames{map[access.AccountID]string{}}}
	for _, c := range all {
		out.Names[c.IssuedBy] = s.nameOf(ctx, string(c.IssuedBy))
	}
	return &bodyOf[CertificateList]{out}, nil
}

func (s *Server) listCertificates(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[CertificateList], error) {
	all, err := s.ResultBook.Certificates.List(ctx, in.Division)
	return s.certificateList(ctx, all, err)
}

func (s *Server) issueCertificates(ctx context.Context, a actor, in *actIn) (*bodyOf[CertificateList], error) {
	div, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	forms, err := s.ResultBook.Forms(ctx, div.Contest)
	if err != nil {
		return nil, err
	}
	all, err := s.ResultBook.Certificates.Issue(ctx, a.Account.ID, in.Division, in.Body.Key, forms)
	return s.certificateList(ctx, all, err)
}

type revokeIn struct {
	DivisionPath
	Number string `path:"number" maxLength:"80"`
	Body   struct {
		ActKey
		Why string `json:"why" minLength:"1" maxLength:"600"`
	}
}

func (s *Server) revokeCertificate(ctx context.Context, a actor, in *revokeIn) (*nothing, error) {
	return &nothing{}, s.ResultBook.Certificates.Revoke(ctx, a.Account.ID, in.Division, in.Body.Key, in.Number, in.Body.Why)
}

type certificatesIn struct {
	DivisionPath
	Number []string `query:"number" maxItems:"500" doc:"Only these; none: all that hold"`
	Frame  bool     `query:"frame" doc:"Print the frame too; else for paper that has one"`
}

func (s *Server) certificatesPDF(ctx context.Context, a actor, in *certificatesIn) (*fileBody, error) {
	return printed(s.ResultBook.CertificatesPDF(ctx, a.Account.ID, in.Division, resultbook.Choice{Numbers: in.Number, Frame: in.Frame}))
}

func (s *Server) certificatesWorkbook(ctx context.Context, a actor, in *DivisionPath) (*fileBody, error) {
	return printed(s.ResultBook.CertificateWorkbook(ctx, a.Account.ID, in.Division))
}

func (s *Server) getForms(ctx context.Context, _ actor, in *ContestPath) (*bodyOf[resultbook.Forms], error) {
	f, err := s.ResultBook.Forms(ctx, in.Contest)
	return &bodyOf[resultbook.Forms]{f}, err
}

type setFormsIn struct {
	ContestPath
	Body resultbook.Forms
}

func (s *Server) setForms(ctx context.Context, _ actor, in *setFormsIn) (*bodyOf[resultbook.Forms], error) {
	f, err := s.ResultBook.SetForms(ctx, in.Contest, in.Body)
	return &bodyOf[resultbook.Forms]{f}, err
}

// CertificateCheck is what everybody may know of a certificate who holds it:
// what stands on it, and whether it holds.
type CertificateCheck struct {
	Number    string                      `json:"number"`
	State     resultbook.CertificateState `json:"state" enum:"valid,superseded,revoked"`
	Recipient string                      `json:"recipient"`
	Unit      string                      `json:"unit"`
	Award     string                      `json:"award"`
	Contest   scoring.Text                `json:"contest"`
	Event     scoring.Text                `json:"event"`
	Division  scoring.Text                `json:"division"`
	IssuedAt  time.Time                   `json:"issued_at"`
}

type checkIn struct {
	DivisionPath
	Number string `path:"number" maxLength:"80"`
	Proof  string `query:"h" maxLength:"64" doc:"The proof in the QR code"`
	Name   string `query:"name" maxLength:"60" doc:"Without the QR code: the name on the certificate"`
}

func (s *Server) checkCertificate(ctx context.Context, a actor, in *checkIn) (*bodyOf[CertificateCheck], error) {
	c, err := s.certificateCheck(ctx, a.IP, in.Division, in.Number, in.Proof, in.Name)
	return &bodyOf[CertificateCheck]{c}, err
}

// certificateCheck answers whoever holds a certificate, at a bounded rate.
func (s *Server) certificateCheck(ctx context.Context, ip string, id engine.DivisionID, number, proof, name string) (CertificateCheck, error) {
	if s.sign.Allow("certificate", string(id)+"/"+number, ip) != nil {
		return CertificateCheck{}, errCheckRate
	}
	c, err := s.ResultBook.Certificates.Check(ctx, id, number, proof, name)
	if err != nil {
		return CertificateCheck{}, err
	}
	div, err := s.Contest.Division(ctx, id)
	if err != nil {
		return CertificateCheck{}, err
	}
	contest, err := s.Contest.Contest(ctx, div.Contest)
	if err != nil {
		return CertificateCheck{}, err
	}
	event, err := s.Contest.Event(ctx, div.Event)
	return CertificateCheck{
		Number: c.Number, State: c.State, Recipient: c.Recipient, Unit: c.Unit, Award: c.AwardName,
		Contest: contest.Name, Event: event.Name, Division: div.Name, IssuedAt: c.IssuedAt,
	}, err
}
