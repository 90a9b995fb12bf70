package resultbook

import (
	"fmt"
	"io"
	"strconv"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// layerNames are the codes of the layers as papers call them.
var layerNames = map[engine.Layer]string{engine.LayerEntry: "参赛号", engine.LayerStation: "赛位号", engine.LayerWork: "评审号"}

// BlankSheet is one judge's paper for one code: who it is about is the code,
// and nothing else is known.
type BlankSheet struct {
	Module scoring.Module // with the sub-criteria that the panel marks
	Sheet  engine.SheetID
	Code   string
	Layer  engine.Layer // of the code
	Seat   int          // of the judge in the panel, from 1
	Seats  int
	Round  int
	Judge  string // name of the judge; "" leaves a line to write it on
}

// BlankSheets writes mark sheets to be filled in by hand, one for each judge
// and code. Each is counted and coded by itself, and its QR code is a
// SheetMark.
func BlankSheets(w io.Writer, k Kit, h Head, sheets []BlankSheet) (print.Result, error) {
	d := h.start(k, "纸质评分表", h.doc(paperBlank))
	for i := range sheets {
		if err := sheets[i].print(d, h); err != nil {
			return print.Result{}, err
		}
	}
	return d.Write(w)
}

func (b *BlankSheet) print(d *print.Doc, h Head) error {
	code := h.doc(paperBlank, string(b.Sheet), "J"+strconv.Itoa(b.Seat))
	d.Part(code)
	d.Running(nil)
	d.AddPage()
	// A page that got loose still says whose marks are on it.
	d.Running(func() {
		d.Y += d.Fit(d.Left(), d.Y, d.Width(), fmt.Sprintf("%s　模块 %s　%s %s　第 %d 席", h.Name, b.Module.ID, layerNames[b.Layer], b.Code, b.Seat), print.Style{Size: 9, Align: print.End}) + 1
	})
	mark := SheetMark{Division: h.Division, Sheet: string(b.Sheet), Seat: b.Seat, Document: code}
	if err := h.top(d, "评 分 表（纸质）", mark.String()); err != nil {
		return err
	}
	d.Fields([]print.Field{
		{Name: "模块", Value: string(b.Module.ID) + "　" + b.Module.Name.ZH}, {Name: layerNames[b.Layer], Value: b.Code},
		{Name: "裁判席位", Value: fmt.Sprintf("第 %d 席（共 %d 席）", b.Seat, b.Seats)}, {Name: "评分轮次", Value: fmt.Sprintf("第 %d 轮", b.Round)},
		{Name: "裁判员", Value: b.Judge}, {Name: "版本", Value: fmt.Sprintf("评分表第 %d 版", h.Scheme)},
	}, 2)
	d.Skip(1)
	d.Line("未评的评分点留空，零分须写“0”或勾选相应项；涂改处由裁判员签字。本表不得写选手姓名、单位等信息。由两人分别录入，一致方可计入。", print.Style{Size: 8, Grey: true})
	d.Skip(1)
	d.Table(print.Table{Size: 9, Row: 8.5, Columns: []print.Column{
		{Title: "编号", Share: 1.1, Align: print.Centre}, {Title: "评分点", Share: 4}, {Title: "配分", Share: 0.9, Align: print.Centre},
		{Title: "评判（勾选或填写）", Share: 5}, {Title: "备注", Share: 1.6},
	}, Rows: blankRows(b.Module)})
	d.Signatures("裁判员", "评分组长", "录入员一", "录入员二")
	return nil
}

// blankRows are the lines of a blank sheet: a line for each sub-criterion, and
// its aspects.
func blankRows(m scoring.Module) [][]string {
	var rows [][]string
	for _, sc := range m.SubCriteria {
		rows = append(rows, []string{string(sc.ID), "【" + sc.Name.ZH + "】", amount(sc.Max), "", ""})
		for _, a := range sc.Aspects {
			max := amount(a.Max)
			if a.Kind == scoring.KindPenalty {
				max = "扣分"
			}
			rows = append(rows, []string{string(a.ID), aspectText(a), max, joinLines(fillIn(a)), ""})
		}
	}
	return rows
}

// aspectText is what an aspect asks for, as judges read it.
func aspectText(a scoring.Aspect) string {
	lines := []string{a.Name.ZH}
	if a.Description.ZH != "" && a.Description.ZH != a.Name.ZH {
		lines = append(lines, a.Description.ZH)
	}
	if a.Requirement.ZH != "" {
		lines = append(lines, "要求："+a.Requirement.ZH)
	}
	return joinLines(lines)
}
