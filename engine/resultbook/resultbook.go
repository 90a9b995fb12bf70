// Package resultbook makes the papers of a contest from data: blank mark sheets
// with QR codes for marking on paper, score sheets by judge, code and module,
// the result report in copies, notices, the result book, certificates, and the
// workbooks that go with them.
//
// Functions that write are pure: equal data gives equal bytes. They write a
// PDF or an xlsx workbook and return what package print says, rare characters
// included. What is made before decryption knows competitors by code only: the
// types for names are null until then, and [Desk] fills them from what the
// division's fold has opened. [Desk] brings the data and records who printed
// what before anything is handed out. [Certificates] keeps the numbers of
// certificates in a stream of its own.
package resultbook

import (
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// Kit is what all documents of an organisation share.
type Kit = document.Kit

// Head is the heading of every paper: which contest, event and division, and
// by which versions of its documents it was marked.
type Head struct {
	Division  string // id of the division, in QR codes
	Code      string // short name of the division, in document codes
	Contest   string // with its season: "第十三届…职业技能大赛"
	Event     string
	Name      string // of the division: "职工组"
	Organiser string
	Rehearsal bool // a rehearsal says so on every paper
	// Versions of what was frozen when the division opened.
	Scheme, Rules, Procedure int
}

// The codes of papers, in the foot of every page.
const (
	paperBlank     = "JS-01" // 纸质评分表
	paperTable     = "JS-02" // 纸质评分总表
	paperJudge     = "JS-03" // 裁判员评分表
	paperWork      = "JS-04" // 选手评分表
	paperModule    = "JS-05" // 模块评分汇总表
	paperReport    = "JS-06" // 成绩报告单
	paperNotice    = "JS-07" // 成绩公告
	paperCorrected = "JS-08" // 成绩更正公告
	paperBook      = "JS-09" // 成绩册
	paperAwards    = "JS-10" // 证书
)

// doc is a document code: "JS-01 / S1 / A07.B".
func (h Head) doc(paper string, rest ...string) string {
	return strings.Join(append([]string{paper, h.Code}, rest...), " / ")
}

// versions says by what the marks were made.
func (h Head) versions() string {
	return "评分表第 " + strconv.Itoa(h.Scheme) + " 版　计分规则第 " + strconv.Itoa(h.Rules) + " 版　规程第 " + strconv.Itoa(h.Procedure) + " 版"
}

// start begins a file of papers.
func (h Head) start(k Kit, title, code string, change ...func(*print.Options)) *print.Doc {
	zone := k.Zone
	if zone == nil {
		zone = document.China
	}
	o := print.Options{Title: title, Code: code, Made: k.Made.In(zone), Rare: k.Rare}
	for _, f := range change {
		f(&o)
	}
	return print.New(o)
}

func landscape(o *print.Options) { o.Landscape = true }

// qrSize is the edge of a QR code in the upper right corner, millimetres.
const qrSize = 22.0

// top sets contest, title and division at the cursor; with a QR code in the
// upper right corner the text keeps clear of it on both sides.
func (h Head) top(d *print.Doc, title, qr string) error {
	if d.Pages() == 0 {
		d.AddPage()
	}
	y, side := d.Y, 0.0
	if qr != "" {
		side = qrSize + 3
		if err := d.QR(d.Right()-qrSize, y, qrSize, qr); err != nil {
			return err
		}
	}
	centre := func(text string, s print.Style) {
		s.Align = print.Centre
		d.Y += d.Fit(d.Left()+side, d.Y, d.Width()-2*side, text, s)
	}
	centre(h.Contest, print.Style{Size: 11})
	centre(title, print.Style{Size: 17, Bold: true})
	line := h.Event + "　" + h.Name
	if h.Rehearsal {
		line += "　〔演练，不作为正式成绩〕"
	}
	centre(line, print.Style{Size: 11})
	d.Y = max(d.Y+1.5, y)
	if qr != "" {
		d.Y = max(d.Y, y+qrSize+1.5)
	}
	return nil
}

// amount writes marks without zeros that say nothing: "10", "1.5".
func amount(m scoring.Marks) string {
	s := strings.TrimRight(m.String(), "0")
	return strings.TrimSuffix(s, ".")
}

// valueText writes a value in two places, or the word for why there is none.
func valueText(v scoring.Value) string {
	switch v.State {
	case scoring.HasValue:
		return v.Marks.String()
	case scoring.DidNotStart:
		return "缺考"
	case scoring.Blank:
	}
	return "—"
}

// rankText is a rank, or "" for none.
func rankText(rank *int) string {
	if rank == nil {
		return ""
	}
	return strconv.Itoa(*rank)
}

// short is the beginning of a digest, enough to compare two papers by eye.
func short(digest string) string {
	if len(digest) <= 16 {
		return digest
	}
	return digest[:16]
}
