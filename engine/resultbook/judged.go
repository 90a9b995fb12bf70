package resultbook

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// pile is the sheets of one panel of one module.
type pile struct {
	module scoring.ModuleID
	panel  int
	sheets []*MarkedSheet
}

// piles puts sheets together that one panel marks, in their order.
func piles(sheets []MarkedSheet) []pile {
	var out []pile
	for i := range sheets {
		s := &sheets[i]
		at := slices.IndexFunc(out, func(p pile) bool { return p.module == s.Module.ID && p.panel == s.Panel })
		if at < 0 {
			at = len(out)
			out = append(out, pile{module: s.Module.ID, panel: s.Panel})
		}
		out[at].sheets = append(out[at].sheets, s)
	}
	return out
}

// judges lists everybody who has handed in for the pile, in the order of seats.
func (p pile) judges() (out []access.AccountID) {
	for _, s := range p.sheets {
		for _, f := range s.Files {
			if !slices.Contains(out, f.Judge) {
				out = append(out, f.Judge)
			}
		}
	}
	return out
}

// fileOf is what the judge has handed in for the sheet, or nil.
func fileOf(s *MarkedSheet, j access.AccountID) *engine.JudgeFile {
	for i := range s.Files {
		if s.Files[i].Judge == j {
			return &s.Files[i]
		}
	}
	return nil
}

const judgeColumns = 10 // aspects side by side; more follow in a table below

// JudgeSheets writes what each judge handed in (裁判员评分表): one paper a judge
// and panel, a line a code. Nobody else's marks are on it. Without a judge it
// is everybody's.
func JudgeSheets(w io.Writer, k Kit, h Head, names Names, sheets []MarkedSheet, judge access.AccountID) (print.Result, error) {
	d := h.start(k, "裁判员评分表", h.doc(paperJudge), landscape)
	for _, p := range piles(sheets) {
		for i, j := range p.judges() {
			if judge != "" && j != judge {
				continue
			}
			if err := p.judgePaper(d, k, h, names, j, i+1); err != nil {
				return print.Result{}, err
			}
		}
	}
	return d.Write(w)
}

func (p pile) judgePaper(d *print.Doc, k Kit, h Head, names Names, j access.AccountID, no int) error {
	first := p.sheets[0]
	d.Part(h.doc(paperJudge, fmt.Sprintf("%s-%d", p.module, p.panel), fmt.Sprintf("J%d", no)))
	d.AddPage()
	if err := h.top(d, "裁 判 员 评 分 表", ""); err != nil {
		return err
	}
	var mine []*MarkedSheet
	for _, s := range p.sheets {
		if fileOf(s, j) != nil {
			mine = append(mine, s)
		}
	}
	d.Fields([]print.Field{
		{Name: "裁判员", Value: names(j)}, {Name: "模块", Value: string(p.module) + "　" + first.Module.Name.ZH},
		{Name: "评分组", Value: "第 " + strconv.Itoa(p.panel) + " 组"}, {Name: "评分数", Value: strconv.Itoa(len(mine))},
	}, 4)
	d.Skip(1.5)
	aspects := first.ModuleScheme.Aspects()
	for from := 0; from < len(aspects); from += judgeColumns {
		to := min(from+judgeColumns, len(aspects))
		d.Table(judgeTable(mine, j, aspects[from:to], to == len(aspects)))
		d.Skip(2)
	}
	d.Section("提交与签名", 14)
	d.Table(handedIn(k, mine, j))
	d.Signatures("裁判员", "评分组长")
	return nil
}

func judgeTable(mine []*MarkedSheet, j access.AccountID, aspects []scoring.Aspect, last bool) print.Table {
	t := print.Table{Size: 8, Row: 5.5, Columns: []print.Column{{Title: layerNames[mine[0].Layer], Share: 1.1, Align: print.Centre}}}
	for _, a := range aspects {
		t.Columns = append(t.Columns, print.Column{Title: string(a.ID) + "\n" + clip(a.Name.ZH, 8) + "（" + amount(a.Max) + "）", Share: 1.6, Align: print.Centre})
	}
	if last {
		t.Columns = append(t.Columns, print.Column{Title: "合计", Share: 1.1, Align: print.End})
	}
	for _, s := range mine {
		f := fileOf(s, j)
		row := []string{s.Code}
		for _, a := range aspects {
			row = append(row, cellOf(a, f.Versions[len(f.Versions)-1].Entries))
		}
		if last {
			row = append(row, f.Total.String())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func handedIn(k Kit, mine []*MarkedSheet, j access.AccountID) print.Table {
	t := print.Table{Size: 8, Row: 5.5, Columns: []print.Column{
		{Title: layerNames[mine[0].Layer], Share: 0.9, Align: print.Centre}, {Title: "版次", Share: 0.6, Align: print.Centre}, {Title: "提交时间", Share: 1.9}, {Title: "来源", Share: 0.7},
		{Title: "签名时间", Share: 1.9}, {Title: "签名摘要", Share: 1.6}, {Title: "附言", Share: 3.4},
	}}
	for _, s := range mine {
		f := fileOf(s, j)
		v := f.Versions[len(f.Versions)-1]
		signed, digest := "", ""
		for _, g := range s.Signatures {
			if g.Judge == j && g.Valid {
				signed, digest = momentText(k, g.At), short(s.Digest)
			}
		}
		note := v.Note
		if !f.Panel {
			note = "（已由备用裁判员替换）" + note
		}
		t.Rows = append(t.Rows, []string{s.Code, strconv.Itoa(v.Version), momentText(k, v.At), sourceWords[v.Source], signed, digest, note})
	}
	return t
}
