package resultbook

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// Results is one version of the results as papers show it.
type Results struct {
	engine.Publication
	Modules []scoring.PublicModule // in the scheme's order
	Full    scoring.Marks          // full marks of the total, hundredths
	// Until is when the window for appeals closes; null without one.
	Until *time.Time
	Names Names
	// Honours are the names of the awards of each competitor; may be nil.
	Honours map[engine.CompetitorID][]string
}

// signedWord says who has signed the version.
func (r *Results) signedWord(k Kit) string {
	if r.Signed == nil {
		return "待签发"
	}
	return fmt.Sprintf("裁判长 %s（%s）　监督 %s（%s）", r.Names(r.Proposed.By), k.Moment(r.Proposed.At), r.Names(r.Signed.By), k.Moment(r.Signed.At))
}

// Reports writes the result report (成绩报告单) once for each copy, each counted
// by itself and marked with whom it is for.
func Reports(w io.Writer, k Kit, h Head, f Forms, r Results) (print.Result, error) {
	d := h.start(k, "成绩报告单", h.doc(paperReport))
	for i, c := range f.Copies {
		d.Part(h.doc(paperReport, fmt.Sprintf("V%d", r.Version), strconv.Itoa(i+1)))
		d.Running(nil)
		d.AddPage()
		mark := func() {
			d.Y += d.Box(d.Left(), d.Y, d.Width(), c.Name+"　"+c.For, print.Style{Size: 9, Align: print.Start}) + 0.5
		}
		mark()
		d.Running(mark)
		if err := h.top(d, "成 绩 报 告 单", digestMark("results", h.Division, "", r.Digest)); err != nil {
			return print.Result{}, err
		}
		d.Fields([]print.Field{
			{Name: "版次", Value: fmt.Sprintf("第 %d 版", r.Version)}, {Name: "选手人数", Value: strconv.Itoa(len(r.Lines))},
			{Name: "评分依据", Value: h.versions()}, {Name: "电子签发", Value: r.signedWord(k)},
		}, 2)
		d.Skip(2)
		d.Table(r.table(8.5, true))
		d.Skip(1)
		d.Line("成绩数据的摘要（SHA-256）："+r.Digest, print.Style{Size: 8, Grey: true})
		d.Signatures(f.ReportSigners...)
	}
	return d.Write(w)
}

// table is the ranking with modules.
func (r *Results) table(size float64, modules bool) print.Table {
	t := print.Table{Size: size, Columns: []print.Column{
		{Title: "名次", Share: 0.9, Align: print.Centre}, {Title: "参赛号", Share: 1.2, Align: print.Centre}, {Title: "姓名", Share: 1.5}, {Title: "单位", Share: 3.4},
	}}
	if modules {
		for _, m := range r.Modules {
			t.Columns = append(t.Columns, print.Column{Title: string(m.ID) + "\n" + clip(m.Name.ZH, 6), Share: 1.1, Align: print.End})
		}
	}
	t.Columns = append(t.Columns, print.Column{Title: "总成绩", Share: 1.2, Align: print.End}, print.Column{Title: "备注", Share: 1.6})
	for i := range r.Lines {
		l := &r.Lines[i]
		row := []string{rankText(l.Rank), l.EntryCode, l.Name, l.Unit}
		if modules {
			row = append(row, r.parts(l)...)
		}
		t.Rows = append(t.Rows, append(row, valueText(l.Total), r.note(l)))
	}
	return t
}

func (r *Results) parts(l *engine.ResultLine) []string {
	by := map[scoring.ModuleID]scoring.Value{}
	for _, p := range l.Parts {
		by[p.Module] = p.Value
	}
	out := make([]string, len(r.Modules))
	for i, m := range r.Modules {
		out[i] = valueText(by[m.ID])
	}
	return out
}

// note says what a line needs beside its numbers.
func (r *Results) note(l *engine.ResultLine) string {
	var parts []string
	if l.Disqualified {
		parts = append(parts, "取消资格")
	}
	if l.Shared {
		parts = append(parts, "并列")
	}
	return strings.Join(append(parts, r.Honours[l.Competitor]...), "、")
}

// Notice writes the public notice of a version of the results (成绩公告).
func Notice(w io.Writer, k Kit, h Head, r Results) (print.Result, error) {
	d := h.start(k, "成绩公告", h.doc(paperNotice, fmt.Sprintf("V%d", r.Version)))
	if err := h.top(d, "成 绩 公 告", digestMark("results", h.Division, "", r.Digest)); err != nil {
		return print.Result{}, err
	}
	body := print.Style{Size: 11, Lead: 1.7}
	d.Skip(2)
	d.Line(fmt.Sprintf("　　%s%s（%s）比赛已经结束。经评分、复核、解密和签发，现将成绩（第 %d 版）公布如下。", h.Contest, h.Event, h.Name, r.Version), body)
	if r.Until != nil {
		d.Line("　　对成绩有异议的，由领队在"+k.Moment(*r.Until)+"之前以书面形式向仲裁组提出申诉。", body)
	}
	if r.Note != "" {
		d.Line("　　"+r.Note, body)
	}
	d.Skip(2)
	d.Table(r.table(9, false))
	d.Skip(2)
	d.Line("签发："+r.signedWord(k), print.Style{Size: 9})
	d.Line("评分依据："+h.versions(), print.Style{Size: 9})
	d.Line("成绩数据的摘要（SHA-256）："+r.Digest, print.Style{Size: 8, Grey: true})
	closing(d, k, h)
	return d.Write(w)
}

// closing sets who gives a notice out, and when.
func closing(d *print.Doc, k Kit, h Head) {
	s := print.Style{Size: 11, Align: print.End, Lead: 1.7}
	d.Need(2 * s.LineHeight())
	d.Skip(4)
	d.Y += d.Box(d.Left(), d.Y, d.Width()-8, h.Organiser, s)
	d.Y += d.Box(d.Left(), d.Y, d.Width()-8, k.Day(k.Made), s)
}

// ErrNothingCorrected says that a version changed nothing, or is the first.
var ErrNothingCorrected = fault.New(fault.Conflict, "nothing_corrected", "this version of the results corrects nothing")

// CorrectionNotice writes what a version of the results changed against the one
// before: from what, to what, and why (成绩更正公告). Error:
// ErrNothingCorrected.
func CorrectionNotice(w io.Writer, k Kit, h Head, r, before Results) (print.Result, error) {
	if len(r.Changed) == 0 {
		return print.Result{}, ErrNothingCorrected
	}
	d := h.start(k, "成绩更正公告", h.doc(paperCorrected, fmt.Sprintf("V%d", r.Version)))
	if err := h.top(d, "成 绩 更 正 公 告", digestMark("results", h.Division, "", r.Digest)); err != nil {
		return print.Result{}, err
	}
	body := print.Style{Size: 11, Lead: 1.7}
	d.Skip(2)
	d.Line(fmt.Sprintf("　　%s%s（%s）第 %d 版成绩现作如下更正，第 %d 版成绩自本公告签发之时起生效。未列入下表的选手成绩和名次不变。", h.Contest, h.Event, h.Name, before.Version, r.Version), body)
	if r.Note != "" {
		d.Line("　　"+r.Note, body)
	}
	d.Skip(2)
	d.Table(correctionTable(r, before))
	d.Skip(2)
	d.Line("签发："+r.signedWord(k), print.Style{Size: 9})
	d.Line(fmt.Sprintf("第 %d 版摘要：%s", before.Version, before.Digest), print.Style{Size: 8, Grey: true})
	d.Line(fmt.Sprintf("第 %d 版摘要：%s", r.Version, r.Digest), print.Style{Size: 8, Grey: true})
	closing(d, k, h)
	return d.Write(w)
}

func correctionTable(r, before Results) print.Table {
	t := print.Table{Size: 9, Columns: []print.Column{
		{Title: "参赛号", Share: 1.1, Align: print.Centre}, {Title: "姓名", Share: 1.7}, {Title: "名次", Share: 1.1, Align: print.Centre}, {Title: "总成绩", Share: 2, Align: print.Centre},
		{Title: "模块", Share: 2.4}, {Title: "原因", Share: 3.6},
	}}
	was := map[string]*engine.ResultLine{}
	for i := range before.Lines {
		was[before.Lines[i].EntryCode] = &before.Lines[i]
	}
	now := map[string]*engine.ResultLine{}
	for i := range r.Lines {
		now[r.Lines[i].EntryCode] = &r.Lines[i]
	}
	for _, c := range r.Changed {
		reason := strings.Join(c.Reasons, "；")
		if reason == "" {
			reason = "因他人成绩更正，名次随之变动"
		}
		t.Rows = append(t.Rows, []string{
			c.EntryCode, c.Name, fromTo(rankText(c.RankBefore), rankText(c.RankAfter)), fromTo(valueText(c.Before), valueText(c.After)),
			strings.Join(partChanges(r, was[c.EntryCode], now[c.EntryCode]), "\n"), reason,
		})
	}
	return t
}

// fromTo writes a change, or what stays once.
func fromTo(a, b string) string {
	if a == b {
		return orDash(a)
	}
	return orDash(a) + " → " + orDash(b)
}

func partChanges(r Results, was, now *engine.ResultLine) (out []string) {
	if was == nil || now == nil {
		return nil
	}
	before, after := r.parts(was), r.parts(now)
	for i, m := range r.Modules {
		if before[i] != after[i] {
			out = append(out, string(m.ID)+"："+fromTo(before[i], after[i]))
		}
	}
	return out
}
