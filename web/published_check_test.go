package web_test

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/internal/print/printtest"
)

// didNotStart is the amount of whoever was not there.
const didNotStart = -1

// reckoned is one competitor's result as this test computes it. Amounts are
// whole hundredths of a mark.
type reckoned struct {
	name         string
	modules      []int64 // in the sheet's order
	total        int64
	ties         []int64 // compared in order where totals are equal; more is better
	disqualified bool
	rank         int // 0: none
	shared       bool
}

// reckonRanks sets ranks: places are shared by equals, who was not there comes
// last, who is disqualified has no place.
func reckonRanks(list []*reckoned) {
	before := func(a, b *reckoned) bool { // a is better than b
		if a.total != b.total {
			return a.total > b.total
		}
		return slices.Compare(a.ties, b.ties) > 0
	}
	for _, a := range list {
		if a.disqualified {
			continue
		}
		a.rank = 1
		for _, b := range list {
			switch {
			case b == a || b.disqualified:
			case before(b, a):
				a.rank++
			case !before(a, b):
				a.shared = true
			}
		}
	}
}

// halfUp divides and rounds half up; both are above 0.
func halfUp(a, b int64) int64 { return (2*a + b) / (2 * b) }

// decimal writes hundredths as papers do.
func decimalOf(v int64) string {
	if v == didNotStart {
		return "缺考"
	}
	return fmt.Sprintf("%d.%02d", v/100, v%100)
}

// checkPublished finds the computed results again: in what the public gets, in
// the workbook, in the result book, and in an archive that verifies.
func (r *publishedRun) checkPublished(modules []string, want []*reckoned) {
	t := r.T
	t.Helper()
	r.checkPublic(modules, want)
	r.checkWorkbook(modules, want)
	r.checkBook(want)
	file := r.organiser.get(r.at + "/documents/archive.zip").want(200).body
	report, err := archive.Verify(t.Context(), bytes.NewReader(file), int64(len(file)), archive.Options{})
	must(t, err)
	for _, f := range report.Findings {
		t.Errorf("archive: %s", f)
	}
	if !report.Manifest.Opened || len(report.Manifest.Published) != 1 {
		t.Errorf("archive: %+v", report.Manifest)
	}
}

// publicValue and publicLine are the JSON that everybody can read.
type publicValue struct {
	State string `json:"state"`
	Marks int64  `json:"marks"`
}

func (v publicValue) hundredths() int64 {
	if v.State == "did_not_start" {
		return didNotStart
	}
	return v.Marks
}

func (r *publishedRun) checkPublic(modules []string, want []*reckoned) {
	t := r.T
	t.Helper()
	var got struct {
		Lines []struct {
			Rank   *int        `json:"rank"`
			Shared bool        `json:"shared"`
			Name   string      `json:"name"`
			Total  publicValue `json:"total"`
			Parts  []struct {
				Module string      `json:"module"`
				Value  publicValue `json:"value"`
			} `json:"parts"`
		} `json:"lines"`
	}
	r.w.visitor().get("/api/board/" + string(r.ID) + "/results").want(200).into(&got)
	if len(got.Lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(got.Lines), len(want))
	}
	by := map[string]*reckoned{}
	for _, x := range want {
		by[x.name] = x
	}
	last := 0
	for _, l := range got.Lines {
		x := by[l.Name]
		if x == nil {
			t.Errorf("%s is nobody", l.Name)
			continue
		}
		rank := 0
		if l.Rank != nil {
			rank = *l.Rank
		}
		if rank != x.rank || l.Shared != x.shared || l.Total.hundredths() != x.total {
			t.Errorf("%s: rank %d shared %v total %d, want %d %v %d", l.Name, rank, l.Shared, l.Total.hundredths(), x.rank, x.shared, x.total)
		}
		if rank != 0 && rank < last {
			t.Errorf("%s stands out of order", l.Name)
		}
		last = max(last, rank)
		for k, p := range l.Parts {
			if p.Module != modules[k] || p.Value.hundredths() != x.modules[k] {
				t.Errorf("%s: module %s %d, want %s %d", l.Name, p.Module, p.Value.hundredths(), modules[k], x.modules[k])
			}
		}
	}
}

// sheetOf reads a sheet of a workbook: the header row, and the others.
func sheetOf(t testing.TB, data []byte, name string) (head []string, rows [][]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer f.Close()
	all, err := f.GetRows(name)
	must(t, err)
	return all[0], all[1:]
}

func (r *publishedRun) checkWorkbook(modules []string, want []*reckoned) {
	t := r.T
	t.Helper()
	head, rows := sheetOf(t, r.organiser.get(r.at+"/documents/results.xlsx").want(200).body, "成绩")
	column := func(is func(string) bool) int { return slices.IndexFunc(head, is) }
	named := func(name string) int { return column(func(h string) bool { return h == name }) }
	cell := func(row []string, at int) string {
		if at < 0 || at >= len(row) {
			return ""
		}
		return row[at]
	}
	by := map[string][]string{}
	for _, row := range rows {
		by[cell(row, named("姓名"))] = row
	}
	for _, x := range want {
		row := by[x.name]
		rank, shared, out := "", "", ""
		if x.rank > 0 {
			rank = strconv.Itoa(x.rank)
		}
		if x.shared {
			shared = "是"
		}
		if x.disqualified {
			out = "是"
		}
		got := []string{cell(row, named("名次")), cell(row, named("并列")), cell(row, named("总成绩")), cell(row, named("取消资格"))}
		if !slices.Equal(got, []string{rank, shared, decimalOf(x.total), out}) {
			t.Errorf("workbook, %s: %q, want %s %s %s %s", x.name, got, rank, shared, decimalOf(x.total), out)
		}
		for k, m := range modules {
			at := column(func(h string) bool {
				return strings.HasPrefix(h, m+" ") && !strings.HasSuffix(h, "赛位号") && !strings.HasSuffix(h, "评审号")
			})
			if v := cell(row, at); v != decimalOf(x.modules[k]) {
				t.Errorf("workbook, %s: module %s %s, want %s", x.name, m, v, decimalOf(x.modules[k]))
			}
		}
	}
}

// checkBook finds each competitor's row in the result book: rank, number,
// name, unit, modules, total.
func (r *publishedRun) checkBook(want []*reckoned) {
	t := r.T
	t.Helper()
	pages, err := printtest.Pages(r.organiser.get(r.at + "/documents/result-book.pdf").want(200).body)
	must(t, err)
	pieces := slices.Concat(pages...)
	start := slices.Index(pieces, "三、成绩与名次") // in the contents
	start += 1 + slices.Index(pieces[start+1:], "三、成绩与名次")
	for _, x := range want {
		k := slices.Index(pieces[start:], x.name)
		if k < 2 {
			t.Errorf("the book does not name %s", x.name)
			continue
		}
		k += start
		row := []string{}
		if x.rank > 0 {
			row = append(row, strconv.Itoa(x.rank))
		}
		number := pieces[k-1]
		row = append(row, number, x.name, pieces[k+1])
		for _, v := range append(slices.Clone(x.modules), x.total) {
			row = append(row, decimalOf(v))
		}
		from := k - len(row) + len(x.modules) + 3
		if got := pieces[from : from+len(row)]; !slices.Equal(got, row) {
			t.Errorf("book: %q, want %q", got, row)
		}
	}
}

// checkAwards holds the workbook of awards against prizes dealt here: of all
// who started, share after share from the top, whole numbers rounded down, and
// equals at the line are all above it. The first three employees are experts;
// a prize leads from level 3 to 2 and from 2 to 1.
func (r *publishedRun) checkAwards(want []*reckoned, shares []int, prizes []string, employees bool) {
	t := r.T
	t.Helper()
	started, best := int64(0), []*reckoned{}
	for _, x := range want {
		if x.total != didNotStart {
			started++
		}
		if x.rank > 0 && x.total != didNotStart {
			best = append(best, x)
		}
	}
	slices.SortFunc(best, func(a, b *reckoned) int { return a.rank - b.rank })
	deal, raised, given := []string{}, []string{}, 0
	for i, share := range shares {
		end := given + int(started)*share/100
		for given < len(best) && (given < end || given > 0 && best[given].rank == best[given-1].rank) {
			name := best[given].name
			deal = append(deal, prizes[i]+" "+name)
			switch slices.Index(r.people, name) % 3 { // as enlist has it
			case 0:
				raised = append(raised, name+" 三级/高级工 二级/技师")
			case 1:
				raised = append(raised, name+" 二级/技师 一级/高级技师")
			}
			given++
		}
	}
	for _, x := range best {
		if x.rank > 3 || !employees {
			break
		}
		deal = append(deal, "山东省技术能手 "+x.name)
	}
	file := r.organiser.get(r.at + "/documents/awards.xlsx").want(200).body
	list := func(sheet string, columns ...int) (out []string) {
		_, rows := sheetOf(t, file, sheet)
		for _, row := range rows {
			cells := []string{}
			for _, c := range columns {
				if c < len(row) {
					cells = append(cells, row[c])
				}
			}
			out = append(out, strings.Join(cells, " "))
		}
		return out
	}
	sameStrings(t, "awards", deal, list("获奖名单", 0, 2))
	sameStrings(t, "suggested levels", raised, list("晋升建议", 0, 2, 3))
}
