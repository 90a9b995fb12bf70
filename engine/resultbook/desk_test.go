package resultbook_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/internal/print/printtest"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// stage is a play with the desk that makes its papers.
type stage struct {
	*contesttest.Play
	*resultbook.Desk
	t *testing.T
}

func newStage(t *testing.T, people int) *stage {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: slices.Concat(engine.Collections, resultbook.Collections)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := &stage{Play: contesttest.Open(t, db, people), t: t}
	certificates := &resultbook.Certificates{Contests: s.Play.Contests, Ledger: s.Play.Ledger, Awards: s.awards, Now: s.Play.Now}
	s.Desk = &resultbook.Desk{Contests: s.Play.Contests, Certificates: certificates, DB: db, Ledger: s.Play.Ledger, Name: contesttest.Name, Now: s.Play.Now, Address: "https://skills.example"}
	return s
}

// awards gives the first three prizes and levels to some.
func (s *stage) awards(ctx context.Context, id engine.DivisionID) (resultbook.Awards, error) {
	p, err := s.Play.Contests.Published(ctx, id)
	if err != nil {
		return resultbook.Awards{}, err
	}
	a := resultbook.Awards{RulesVersion: 1, Medals: []string{"first", "second"}, Points: map[engine.CompetitorID]int64{}}
	for _, l := range p.Lines {
		if l.Rank == nil {
			continue
		}
		a.Points[l.Competitor] = int64(760 - 10**l.Rank)
		award, name := "second", "二等奖"
		switch {
		case *l.Rank == 1:
			award, name = "first", "一等奖"
		case *l.Rank > 3:
			continue
		}
		a.Honours = append(a.Honours, resultbook.Honour{Award: award, Name: name, Competitor: l.Competitor, Recipient: l.Name, Unit: l.Unit, Rank: *l.Rank, Why: fmt.Sprintf("第 %d 名，在名额之内", *l.Rank)})
		a.Promotions = append(a.Promotions, resultbook.Promotion{Competitor: l.Competitor, Recipient: l.Name, Unit: l.Unit, Held: "三级/高级工", To: "二级/技师", Why: "获奖且合格"})
	}
	a.Teams = []resultbook.TeamLine{{Rank: 1, Name: "一队", Value: "171.50", Members: []string{"甲", "乙"}}}
	a.Delegations = []resultbook.TeamLine{{Rank: 1, Tied: true, Name: "济南", Value: "24.00", Why: "一等奖人数多"}}
	return a, nil
}

func (s *stage) made(f resultbook.File, err error) []byte {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	kept(s.t, f.Name, f.Data)
	return f.Data
}

// text reads a PDF or a workbook.
func (s *stage) text(data []byte) string {
	s.t.Helper()
	if bytes.HasPrefix(data, []byte("%PDF")) {
		pages, err := printtest.Pages(data)
		if err != nil {
			s.t.Fatal(err)
		}
		var out strings.Builder
		for i, p := range pages {
			fmt.Fprintf(&out, "--- page %d\n%s\n", i+1, strings.Join(p, "\n"))
		}
		return out.String()
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	var out strings.Builder
	for _, name := range f.GetSheetList() {
		fmt.Fprintf(&out, "--- sheet %s\n", name)
		rows, err := f.GetRows(name)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, r := range rows {
			out.WriteString(strings.Join(r, " | ") + "\n")
		}
	}
	return out.String()
}

var (
	digest = regexp.MustCompile(`[0-9a-f]{64}`)
	brief  = regexp.MustCompile(`\b[0-9a-f]{16}\b`)
)

// stable makes what differs from run to run the same: ids and what is hashed
// with them.
func (s *stage) stable(text string) string {
	id := strings.ToUpper(strings.ReplaceAll(string(s.ID), "-", ""))
	text = strings.ReplaceAll(text, id[len(id)-6:], "DIVCODE")
	return brief.ReplaceAllString(digest.ReplaceAllString(text, "<sha256>"), "<sha>")
}

// raw is everything that a file holds, unpacked, to look for secrets in.
func raw(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return string(data) // no workbook
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func (s *stage) papersOfMarks() map[string][]byte {
	ctx, id := s.t.Context(), s.ID
	none := resultbook.Choice{}
	return map[string][]byte{
		"blank_sheets": s.made(s.BlankSheets(ctx, "tabulator", id, none)), "blank_tables": s.made(s.BlankTables(ctx, "tabulator", id, none)),
		"work_sheets": s.made(s.WorkSheets(ctx, "tabulator", id, none)), "judge_sheets": s.made(s.JudgeSheets(ctx, "tabulator", id, none)),
		"module_sheets": s.made(s.ModuleSheets(ctx, "tabulator", id, none)), "marks": s.made(s.MarkWorkbook(ctx, "tabulator", id, none)),
	}
}

// TestNothingNamesAnybodyBeforeDecryption makes every paper at every step up
// to the opening of the last layer and looks for names and units.
func TestNothingNamesAnybodyBeforeDecryption(t *testing.T) {
	t.Parallel()
	s := newStage(t, 12)
	look := func(when string) {
		t.Helper()
		for name, data := range s.papersOfMarks() {
			text := s.text(data) + raw(t, data)
			for _, secret := range s.Secrets() {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s says %q", when, name, secret)
				}
			}
		}
	}
	s.Play.Draw()
	look("after the draw")
	s.Mark()
	look("after marking")
	s.Play.Lock()
	s.Recheck()
	look("after the recheck")
	for what, f := range map[string]func() (resultbook.File, error){
		"report": func() (resultbook.File, error) {
			return s.Reports(t.Context(), "chief", s.ID, resultbook.Choice{})
		},
		"results": func() (resultbook.File, error) {
			return s.ResultWorkbook(t.Context(), "chief", s.ID, resultbook.Choice{})
		},
		"book": func() (resultbook.File, error) { return s.Book(t.Context(), "chief", s.ID) },
	} {
		if f, err := f(); err == nil {
			t.Errorf("%s was made before decryption: %s", what, f.Name)
		}
	}
	s.Decrypt()
	if text := s.text(s.made(s.WorkSheets(t.Context(), "chief", s.ID, resultbook.Choice{}))); !strings.Contains(text, contesttest.PersonName(0)) {
		t.Error("after decryption the score sheets name nobody")
	}
}

// TestPapersOfAContest compares every paper of a contest that was played to its
// end with the golden files.
func TestPapersOfAContest(t *testing.T) {
	t.Parallel()
	s := newStage(t, 12)
	s.Play.Draw()
	s.Mark()
	for name, data := range s.papersOfMarks() {
		golden(t, "coded_"+name+".golden", s.stable(s.text(data)))
	}
	s.Play.Lock()
	s.Recheck()
	s.Decrypt()
	s.Publish("")
	ctx, id, none := t.Context(), s.ID, resultbook.Choice{}
	if _, err := s.CorrectionNotice(ctx, "chief", id, none); err == nil {
		t.Error("the first version is said to correct something")
	}
	_, err := s.Desk.Certificates.Issue(ctx, "organiser", id, "k1", resultbook.OrdinaryForms())
	if err != nil {
		t.Fatal(err)
	}
	s.Appeal()
	s.Publish("依据第 1 号申诉的裁决更正。")
	s.Finish()
	if _, err := s.Desk.Certificates.Issue(ctx, "organiser", id, "k2", resultbook.OrdinaryForms()); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"named_work_sheets": s.made(s.WorkSheets(ctx, "chief", id, resultbook.Choice{Module: "A"})), "report": s.made(s.Reports(ctx, "chief", id, none)),
		"report_v1": s.made(s.Reports(ctx, "chief", id, resultbook.Choice{Version: 1})),
		"notice":    s.made(s.Notice(ctx, "chief", id, none)), "corrections": s.made(s.CorrectionNotice(ctx, "chief", id, none)), "result_book": s.made(s.Book(ctx, "chief", id)),
		"certificates": s.made(s.CertificatesPDF(ctx, "organiser", id, resultbook.Choice{Frame: true})), "results": s.made(s.ResultWorkbook(ctx, "chief", id, none)),
		"awards": s.made(s.AwardWorkbook(ctx, "chief", id)), "Competitor_results": s.made(s.Ceremony(ctx, "chief", id, "07", false)), "Best_of_Nation": s.made(s.Ceremony(ctx, "chief", id, "07", true)),
		"certificate_list": s.made(s.CertificateWorkbook(ctx, "organiser", id)),
	} {
		golden(t, "final_"+name+".golden", s.stable(s.text(data)))
	}
	if _, err := s.Reports(ctx, "chief", id, resultbook.Choice{Version: 9}); err == nil {
		t.Error("a version that is not there was printed")
	}
}
