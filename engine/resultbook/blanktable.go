package resultbook

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// BlankTable is one judge's paper for many codes at once (评分总表).
type BlankTable struct {
	Module scoring.Module // with the sub-criteria that the panel marks
	Panel  int            // of the module, from 1
	Layer  engine.Layer
	Codes  []string // in their order
	Seat   int      // of the judge in the panel, from 1
	Seats  int
	Judge  string
}

const (
	tableColumns = 14 // aspects side by side; more go on to pages of their own
	tableRows    = 15 // codes on a page
)

// BlankTables writes landscape forms for marking many codes on one page. Every
// page has a QR code, for loose pages get mixed.
func BlankTables(w io.Writer, k Kit, h Head, tables []BlankTable) (print.Result, error) {
	d := h.start(k, "纸质评分总表", h.doc(paperTable), landscape)
	for i := range tables {
		if err := tables[i].print(d, h); err != nil {
			return print.Result{}, err
		}
	}
	return d.Write(w)
}

func (b *BlankTable) print(d *print.Doc, h Head) error {
	code := h.doc(paperTable, fmt.Sprintf("%s-%d", b.Module.ID, b.Panel), "J"+strconv.Itoa(b.Seat))
	d.Part(code)
	mark := SheetMark{Division: h.Division, Module: string(b.Module.ID), Panel: b.Panel, Seat: b.Seat, Document: code}
	aspects := b.Module.Aspects()
	for from := 0; from < len(b.Codes); from += tableRows {
		codes := b.Codes[from:min(from+tableRows, len(b.Codes))]
		for first := 0; first < len(aspects); first += tableColumns {
			d.AddPage()
			if err := h.top(d, "评 分 总 表（纸质）", mark.String()); err != nil {
				return err
			}
			last := min(first+tableColumns, len(aspects))
			d.Y += d.Fit(d.Left(), d.Y, d.Width(), fmt.Sprintf("模块 %s %s　第 %d 席（共 %d 席）%s　评分点 %d—%d（共 %d 个）",
				b.Module.ID, b.Module.Name.ZH, b.Seat, b.Seats, judgeWord(b.Judge), first+1, last, len(aspects)), print.Style{Size: 9.5}) + 1
			d.Table(b.table(codes, aspects[first:last], last == len(aspects)))
			d.Skip(1)
			d.Line("0—3 为评价等级；“是/否”填 √ 或 ×；公差项填实测值；扣分项填次数。未评留空，零分写“0”。不得写选手姓名、单位。", print.Style{Size: 8, Grey: true})
			d.Signatures("裁判员", "评分组长")
		}
	}
	return nil
}

func judgeWord(name string) string {
	if name == "" {
		return ""
	}
	return "　裁判员 " + name
}

// table is one page's grid; the last one of a code has room for the sum.
func (b *BlankTable) table(codes []string, aspects []scoring.Aspect, last bool) print.Table {
	t := print.Table{Size: 8, Row: 7.2, Columns: []print.Column{{Title: layerNames[b.Layer], Share: 1.6, Align: print.Centre}}}
	for _, a := range aspects {
		t.Columns = append(t.Columns, print.Column{Title: columnTitle(a), Share: 1.4, Align: print.Centre})
	}
	if last {
		t.Columns = append(t.Columns, print.Column{Title: "合计", Share: 1.4, Align: print.Centre})
	}
	for _, c := range codes {
		t.Rows = append(t.Rows, append([]string{c}, make([]string, len(t.Columns)-1)...))
	}
	return t
}

// columnTitle names an aspect in a narrow column, with what is written there.
func columnTitle(a scoring.Aspect) string {
	return joinLines([]string{string(a.ID), clip(a.Name.ZH, 8), columnHint(a)})
}

func columnHint(a scoring.Aspect) string {
	switch a.Kind {
	case scoring.KindBinary:
		return "是/否 " + amount(a.Max)
	case scoring.KindJudgement:
		return "0—3 （" + amount(a.Max) + "）"
	case scoring.KindTolerance:
		return "实测 " + a.Tolerance.Unit + " （" + amount(a.Max) + "）"
	case scoring.KindLinear:
		return "错处 （" + amount(a.Max) + "）"
	case scoring.KindPot:
		return "扣次 （" + amount(a.Max) + "）"
	case scoring.KindPenalty:
		return "扣次"
	case scoring.KindTimeTable:
		return "用时 （" + amount(a.Max) + "）"
	case scoring.KindHitList, scoring.KindStepped, scoring.KindPoints:
	}
	return "得分 （" + amount(a.Max) + "）"
}

// clip cuts a text to so many characters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func joinLines(lines []string) string { return strings.Join(lines, "\n") }
