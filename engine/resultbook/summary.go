package resultbook

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// ModuleSheets writes what each module has come to (模块评分汇总表): one paper a
// panel, a line a code, with the judges' totals, what was agreed for each
// sub-criterion, and what was done about it.
func ModuleSheets(w io.Writer, k Kit, h Head, names Names, sheets []MarkedSheet) (print.Result, error) {
	d := h.start(k, "模块评分汇总表", h.doc(paperModule), landscape)
	for _, p := range piles(sheets) {
		if err := p.summary(d, k, h, names); err != nil {
			return print.Result{}, err
		}
	}
	return d.Write(w)
}

func (p pile) summary(d *print.Doc, k Kit, h Head, names Names) error {
	first := p.sheets[0]
	d.Part(h.doc(paperModule, fmt.Sprintf("%s-%d", p.module, p.panel)))
	d.AddPage()
	qr, lock := "", "未锁定"
	if l := first.Lock; l != nil {
		qr, lock = digestMark("module", h.Division, string(p.module), l.Digest), names(l.By)+"　"+momentText(k, l.At)
	}
	if err := h.top(d, "模 块 评 分 汇 总 表", qr); err != nil {
		return err
	}
	d.Fields([]print.Field{
		{Name: "模块", Value: string(p.module) + "　" + first.Module.Name.ZH}, {Name: "配分", Value: amount(first.Module.Max)}, {Name: "评分组", Value: "第 " + strconv.Itoa(p.panel) + " 组"},
		{Name: "评分数", Value: strconv.Itoa(len(p.sheets))}, {Name: "裁判长锁定", Value: lock}, {Name: "版本", Value: fmt.Sprintf("评分表 %d / 规则 %d", h.Scheme, h.Rules)},
	}, 3)
	d.Skip(1.5)
	d.Table(p.summaryTable(names))
	if first.Lock != nil {
		d.Skip(1)
		d.Line("锁定内容的摘要（SHA-256）："+first.Lock.Digest, print.Style{Size: 8, Grey: true})
	}
	d.Signatures("评分组长", "统分员", "裁判长", "监督")
	return nil
}

func (p pile) summaryTable(names Names) print.Table {
	first := p.sheets[0]
	judges := p.judges()
	t := print.Table{Size: 8.5, Row: 6, Columns: []print.Column{{Title: layerNames[first.Layer], Share: 1.2, Align: print.Centre}}}
	named := slices.ContainsFunc(p.sheets, func(s *MarkedSheet) bool { return s.Who != nil })
	if named {
		t.Columns = append(t.Columns, print.Column{Title: "姓名", Share: 1.6}, print.Column{Title: "单位", Share: 3})
	}
	for _, j := range judges {
		t.Columns = append(t.Columns, print.Column{Title: names(j) + "\n合计", Share: 1.2, Align: print.End})
	}
	for _, sc := range first.ModuleScheme.SubCriteria {
		t.Columns = append(t.Columns, print.Column{Title: string(sc.ID) + "\n" + clip(sc.Name.ZH, 8), Share: 1.2, Align: print.End})
	}
	t.Columns = append(t.Columns, print.Column{Title: "模块得分\n（判罚前）", Share: 1.4, Align: print.End}, print.Column{Title: "签名", Share: 0.9, Align: print.Centre}, print.Column{Title: "备注", Share: 2.6})
	for _, s := range p.sheets {
		row := []string{s.Code}
		if named {
			who := Person{}
			if s.Who != nil {
				who = *s.Who
			}
			row = append(row, who.Name, who.Unit)
		}
		for _, j := range judges {
			total := ""
			if f := fileOf(s, j); f != nil {
				total = f.Total.String()
			}
			row = append(row, total)
		}
		t.Rows = append(t.Rows, append(append(row, s.subTotals()...), valueText(s.Marks), s.signedCount(), s.note()))
	}
	return t
}

// subTotals are the agreed amounts of the sub-criteria; "—" where an aspect
// has none.
func (s *MarkedSheet) subTotals() (out []string) {
	agreed := map[scoring.AspectID]scoring.Value{}
	for _, o := range s.Aspects {
		agreed[o.Aspect] = o.Marks
	}
	for _, sc := range s.ModuleScheme.SubCriteria {
		sum := scoring.Of(0)
		for _, a := range sc.Aspects {
			v, ok := agreed[a.ID]
			if !ok || v.State != scoring.HasValue {
				sum = scoring.None()
				break
			}
			sum.Marks += v.Marks
		}
		out = append(out, valueText(sum))
	}
	return out
}

func (s *MarkedSheet) signedCount() string {
	n := 0
	for _, g := range s.Signatures {
		if g.Valid {
			n++
		}
	}
	return strconv.Itoa(n)
}

// note says what was out of the ordinary.
func (s *MarkedSheet) note() string {
	var parts []string
	if w := stateWords[s.State]; w != stateWords["locked"] && w != stateWords["signed"] {
		parts = append(parts, w)
	}
	if s.Round > 1 {
		parts = append(parts, fmt.Sprintf("合议/重评 %d 次", s.Round-1))
	}
	if n := len(s.Decisions); n > 0 {
		parts = append(parts, fmt.Sprintf("裁定 %d 项", n))
	}
	if s.Gap != nil {
		parts = append(parts, "总分相差 "+s.Gap.String())
	}
	if s.Conduct > 0 {
		parts = append(parts, fmt.Sprintf("违规 %d 条", s.Conduct))
	}
	return strings.Join(parts, "，")
}
