package resultbook

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// Person is who a code stands for. It is null in everything that is made
// before decryption.
type Person struct {
	Name  string
	Unit  string
	Entry string // entry code, or the code that took its place
}

// MarkedSheet is a sheet with what its judges handed in.
type MarkedSheet struct {
	engine.PrintedSheet
	Who *Person
}

// Names gives the names of judges and officers for print.
type Names func(access.AccountID) string

// WorkSheets writes one paper for each sheet (选手评分表): every judge's
// observations and marks, what was agreed, who decided what, the signatures
// and the digest that they cover.
func WorkSheets(w io.Writer, k Kit, h Head, names Names, sheets []MarkedSheet) (print.Result, error) {
	d := h.start(k, "选手评分表", h.doc(paperWork), landscape)
	for i := range sheets {
		p := workPaper{d: d, k: k, h: h, names: names, s: &sheets[i]}
		if err := p.print(); err != nil {
			return print.Result{}, err
		}
	}
	return d.Write(w)
}

// workPaper is one sheet on its way to paper.
type workPaper struct {
	d     *print.Doc
	k     Kit
	h     Head
	names Names
	s     *MarkedSheet
}

func (p *workPaper) print() error {
	d, s := p.d, p.s
	d.Part(p.h.doc(paperWork, string(s.Sheet)))
	d.Running(nil)
	d.AddPage()
	d.Running(func() {
		d.Y += d.Fit(d.Left(), d.Y, d.Width(), fmt.Sprintf("%s　模块 %s　%s %s", p.h.Name, s.Module.ID, layerNames[s.Layer], s.Code), print.Style{Size: 9, Align: print.End}) + 1
	})
	if err := p.h.top(d, "选 手 评 分 表", digestMark("marked", p.h.Division, string(s.Sheet), s.Digest)); err != nil {
		return err
	}
	d.Fields(p.fields(), 3)
	d.Skip(1.5)
	if s.State == engine.DeskAbsent {
		d.Line("选手缺考，未评分。", print.Style{Size: 11, Bold: true})
	} else {
		d.Table(p.marks())
	}
	p.table("裁判长裁定与更正", []print.Column{{Title: "评分点", Share: 1}, {Title: "裁定", Share: 2}, {Title: "依据", Share: 1}, {Title: "理由", Share: 5}}, p.decisions())
	p.table("历次提交（后一次取代前一次，前一次保留）", []print.Column{{Title: "裁判员", Share: 1.5}, {Title: "版次", Share: 0.7, Align: print.Centre}, {Title: "轮次", Share: 0.7, Align: print.Centre}, {Title: "时间", Share: 2}, {Title: "来源", Share: 0.8}, {Title: "与前一次不同之处", Share: 6}}, p.versions())
	p.table("违规与判零", []print.Column{{Title: "时间", Share: 1.6}, {Title: "事项", Share: 2.5}, {Title: "记录人", Share: 1}, {Title: "说明", Share: 4}, {Title: "状态", Share: 1.8}}, p.conduct())
	p.table("电子签名", []print.Column{{Title: "签名人", Share: 1.5}, {Title: "时间", Share: 2}, {Title: "状态", Share: 2.2}}, p.signatures())
	p.digest()
	d.Signatures("评分组长", "裁判长")
	return nil
}

func (p *workPaper) fields() []print.Field {
	s := p.s
	f := []print.Field{{Name: "模块", Value: string(s.Module.ID) + "　" + s.Module.Name.ZH}, {Name: layerNames[s.Layer], Value: s.Code}, {Name: "状态", Value: stateWords[s.State]}}
	if s.Who != nil {
		f = append(f, print.Field{Name: "姓名", Value: s.Who.Name}, print.Field{Name: "单位", Value: s.Who.Unit}, print.Field{Name: "参赛号", Value: s.Who.Entry})
	}
	f = append(f, print.Field{Name: "评分组", Value: fmt.Sprintf("第 %d 组，%d 名裁判员", s.Panel, len(s.Judges))}, print.Field{Name: "评分轮次", Value: fmt.Sprintf("第 %d 轮", s.Round)},
		print.Field{Name: "版本", Value: fmt.Sprintf("评分表 %d / 规则 %d", p.h.Scheme, p.h.Rules)})
	if s.TimeMS != nil {
		f = append(f, print.Field{Name: "用时", Value: duration(*s.TimeMS)})
	}
	return f
}

// stateWords are how far a sheet is, as papers say it.
var stateWords = map[engine.DeskState]string{
	engine.DeskWaiting: "未评", engine.DeskMarking: "评分中", engine.DeskConference: "待合议", engine.DeskTooFew: "评分人数不足", engine.DeskAgreed: "已一致，待签名",
	engine.DeskSigned: "已签名", engine.DeskLocked: "已锁定", engine.DeskAbsent: "缺考",
}

// reasonWords say why a panel has not agreed.
var reasonWords = map[scoring.Reason]string{
	scoring.ReasonSpread: "等级相差过大", scoring.ReasonUnequal: "所见不一", scoring.ReasonNoMajority: "未过半数", scoring.ReasonGap: "分差过大",
	scoring.ReasonTotalGap: "总分相差过大", scoring.ReasonChief: "待裁判长裁定", scoring.ReasonTooFew: "评分人数不足",
}

// marks is the grid of aspects by judges.
func (p *workPaper) marks() print.Table {
	t := print.Table{Size: 8.5, Row: 6, Columns: []print.Column{{Title: "编号", Share: 1.1, Align: print.Centre}, {Title: "评分点", Share: 3.4}, {Title: "配分", Share: 0.9, Align: print.End}}}
	for i, f := range p.s.Files {
		title := "裁判员 " + p.names(f.Judge)
		if f.Panel {
			title = fmt.Sprintf("第 %d 席\n%s", i+1, p.names(f.Judge))
		}
		t.Columns = append(t.Columns, print.Column{Title: title, Share: 1.6, Align: print.Centre})
	}
	t.Columns = append(t.Columns, print.Column{Title: "认定分", Share: 1.1, Align: print.End}, print.Column{Title: "说明", Share: 1.8})
	agreed := map[scoring.AspectID]scoring.Outcome{}
	for _, o := range p.s.Aspects {
		agreed[o.Aspect] = o
	}
	for _, sc := range p.s.ModuleScheme.SubCriteria {
		for _, a := range sc.Aspects {
			row := []string{string(a.ID), a.Name.ZH, amount(a.Max)}
			for _, f := range p.s.Files {
				row = append(row, cellOf(a, f.Versions[len(f.Versions)-1].Entries))
			}
			o := agreed[a.ID]
			t.Rows = append(t.Rows, append(row, valueText(o.Marks), outcomeNote(o)))
		}
	}
	return p.sums(t)
}

// sums adds the judges' totals and the module's amount.
func (p *workPaper) sums(t print.Table) print.Table {
	own := []string{"", "裁判员合计", ""}
	for _, f := range p.s.Files {
		own = append(own, f.Total.String())
	}
	t.Rows = append(t.Rows, append(own, "", ""))
	last := make([]string, len(t.Columns))
	last[1], last[2], last[len(last)-2] = "模块得分（判罚前）", amount(p.s.Module.Max), valueText(p.s.Marks)
	t.Rows = append(t.Rows, last)
	return t
}

// cellOf is a judge's observation and what it is worth: "2 级 / 6.67".
func cellOf(a scoring.Aspect, entries []scoring.AspectEntry) string {
	for _, e := range entries {
		if e.Aspect != a.ID || e.Blank() {
			continue
		}
		saw := observed(a, e.Observation)
		v, err := scoring.MarkEntry(a, e.Observation)
		if err != nil { // the ledger holds only what fits; say so rather than hide it
			return saw + " ?"
		}
		if a.Kind == scoring.KindPoints || saw == amount(v.Marks) {
			return v.Marks.String()
		}
		return saw + " / " + v.Marks.String()
	}
	return ""
}

func outcomeNote(o scoring.Outcome) string {
	switch {
	case o.Override != nil && o.Override.Corrected:
		return "更正"
	case o.Override != nil:
		return "裁判长裁定"
	case o.State == scoring.Conference, o.State == scoring.Waiting && o.Reason != "":
		return reasonWords[o.Reason]
	}
	return ""
}

func (p *workPaper) decisions() (rows [][]string) {
	for _, o := range p.s.Decisions {
		a, _ := p.s.ModuleScheme.Aspect(o.Aspect)
		by := "裁定"
		if o.Corrected {
			by = "更正"
		}
		rows = append(rows, []string{string(o.Aspect), observed(a, o.Observation), by, o.Why})
	}
	return rows
}

// versions lists what judges changed between their versions.
func (p *workPaper) versions() (rows [][]string) {
	for _, f := range p.s.Files {
		for n := 1; n < len(f.Versions); n++ {
			v := f.Versions[n]
			rows = append(rows, []string{p.names(f.Judge), strconv.Itoa(v.Version), strconv.Itoa(v.Round), p.moment(v.At), sourceWords[v.Source], p.changes(f.Versions[n-1].Entries, v.Entries)})
		}
	}
	return rows
}

var sourceWords = map[engine.SheetSource]string{engine.FromTablet: "平板", engine.FromPaper: "纸质"}

func (p *workPaper) changes(before, after []scoring.AspectEntry) string {
	var parts []string
	for _, a := range p.s.ModuleScheme.Aspects() {
		if was, is := cellOf(a, before), cellOf(a, after); was != is {
			parts = append(parts, fmt.Sprintf("%s：%s → %s", a.ID, orDash(was), orDash(is)))
		}
	}
	if parts == nil {
		return "无"
	}
	return strings.Join(parts, "；")
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func (p *workPaper) conduct() (rows [][]string) {
	for _, c := range p.s.Conducts {
		state := "有效"
		if c.Withdrawn != nil {
			state = "已撤销：" + c.Withdrawn.Why
		}
		rows = append(rows, []string{p.moment(c.At), p.conductName(c), p.names(c.By), c.Note, state})
	}
	return rows
}

func (p *workPaper) conductName(c engine.Conduct) string {
	for _, v := range p.s.Violations {
		if v.ID == c.Violation {
			return v.Label.ZH
		}
	}
	for _, z := range p.s.ZeroRules {
		if z.ID == c.Rule {
			return "判零：" + z.Label.ZH
		}
	}
	return string(c.Violation) + string(c.Rule)
}

func (p *workPaper) signatures() (rows [][]string) {
	for _, g := range p.s.Signatures {
		state := "有效"
		if !g.Valid {
			state = "其后有变动，已失效"
		}
		rows = append(rows, []string{p.names(g.Judge), p.moment(g.At), state})
	}
	for _, j := range p.s.Unsigned {
		rows = append(rows, []string{p.names(j), "", "待签名"})
	}
	if l := p.s.Lock; l != nil {
		rows = append(rows, []string{p.names(l.By) + "（裁判长）", p.moment(l.At), "模块锁定 " + short(l.Digest)})
	}
	return rows
}

func (p *workPaper) table(title string, columns []print.Column, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p.d.Section(title, 14)
	p.d.Table(print.Table{Size: 8, Row: 5.5, Columns: columns, Rows: rows})
}

func (p *workPaper) digest() {
	if p.s.Digest != "" {
		p.d.Skip(1)
		p.d.Line("签名所覆盖内容的摘要（SHA-256）："+p.s.Digest, print.Style{Size: 8, Grey: true})
	}
}

func (p *workPaper) moment(t time.Time) string { return momentText(p.k, t) }

// momentText is date and time to the second, as signatures are dated.
func momentText(k Kit, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return k.Moment(t) + ":" + fmt.Sprintf("%02d", t.Second())
}
