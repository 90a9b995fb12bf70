package resultbook

import (
	"fmt"
	"strconv"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

var checkedForWords = map[engine.CheckedFor]string{engine.CheckedAsTop: "名次靠前", engine.CheckedAsSample: "随机抽查", engine.CheckedAsRest: "扩大复核"}

var foundWords = map[engine.CheckResult]string{engine.CheckFine: "无误", engine.CheckError: "有误"}

func (p *bookPaper) recheck() {
	p.chapter("复核报告", 20)
	v := p.Recheck
	widened := "否"
	if v.Widened {
		widened = "是"
	}
	drawn := ""
	if v.Drawn != nil {
		drawn = p.Names(v.Drawn.By) + "　" + p.k.Moment(v.Drawn.At)
	}
	p.d.Fields([]print.Field{
		{Name: "应复核", Value: fmt.Sprintf("%d 张", v.Due)}, {Name: "已复核", Value: fmt.Sprintf("%d 张", v.Checked)},
		{Name: "有误", Value: fmt.Sprintf("%d 张", v.Wrong)}, {Name: "扩大到全部", Value: widened}, {Name: "抽取", Value: drawn}, {Name: "随机种子", Value: v.Seed},
	}, 2)
	var rows [][]string
	for _, s := range v.Sheets {
		for i, c := range s.Checks {
			sheet, why := string(s.Sheet), checkedForWords[s.For]
			if i > 0 {
				sheet, why = "", "再次复核"
			}
			if c.Result == engine.CheckError || i > 0 {
				rows = append(rows, []string{sheet, why, foundWords[c.Result], p.Names(c.By), p.k.Moment(c.At), c.Note})
			}
		}
	}
	if len(rows) > 0 {
		p.d.Section("发现的差错", 14)
		p.rows([]print.Column{{Title: "评分表", Share: 1.3}, {Title: "原因", Share: 1.1}, {Title: "结果", Share: 0.8}, {Title: "复核人", Share: 1.1}, {Title: "时间", Share: 1.9}, {Title: "说明", Share: 3}}, rows, "")
	}
}

var (
	sourceOfWords   = map[engine.CorrectionSource]string{engine.FromRecheck: "复核", engine.FromAppeal: "申诉", engine.FromError: "差错"}
	correctionWords = map[engine.CorrectionState]string{engine.CorrectionProposed: "待签", engine.CorrectionSigned: "生效", engine.CorrectionDropped: "撤回"}
	appealWords     = map[engine.AppealState]string{engine.AppealOpen: "待裁决", engine.AppealRuled: "已裁决", engine.AppealWithdrawn: "已撤回"}
	rulingWords     = map[engine.Ruling]string{engine.Upheld: "申诉成立", engine.Dismissed: "维持原成绩"}
)

// afterwards tells of corrections and appeals.
func (p *bookPaper) afterwards() {
	p.chapter("更正与申诉", 20)
	var rows [][]string
	for _, c := range p.Corrections {
		source := sourceOfWords[c.Source]
		if c.Appeal > 0 {
			source += fmt.Sprintf("（第 %d 号）", c.Appeal)
		}
		who := ""
		if c.Proposed != nil {
			who = p.Names(c.Proposed.By)
		}
		if c.Decided != nil {
			who += "、" + p.Names(c.Decided.By) + "\n" + p.k.Moment(c.Decided.At)
		}
		rows = append(rows, []string{strconv.Itoa(c.No), p.corrected(c), source, correctionWords[c.State], c.Reason, who})
	}
	p.d.Section("更正", 14)
	p.rows([]print.Column{{Title: "序号", Share: 0.6, Align: print.Centre}, {Title: "事项", Share: 3}, {Title: "来源", Share: 1.2}, {Title: "状态", Share: 0.8}, {Title: "理由", Share: 3}, {Title: "签名", Share: 1.8}}, rows, "没有更正。")
	rows = nil
	for _, a := range p.Appeals {
		filed, ruled := "", ""
		if a.Filed != nil {
			filed = p.k.Moment(a.Filed.At)
		}
		if a.Ruled != nil {
			ruled = rulingWords[a.Ruling] + "：" + a.Reason + "\n" + p.Names(a.Ruled.By) + " " + p.k.Moment(a.Ruled.At)
		}
		rows = append(rows, []string{strconv.Itoa(a.No), a.Code, a.Unit, filed, a.Text, appealWords[a.State], ruled})
	}
	p.d.Section("申诉", 14)
	p.rows([]print.Column{{Title: "序号", Share: 0.6, Align: print.Centre}, {Title: "参赛号", Share: 0.9}, {Title: "单位", Share: 1.6}, {Title: "提出时间", Share: 1.4}, {Title: "事项", Share: 2.8}, {Title: "状态", Share: 0.9}, {Title: "裁决", Share: 3}}, rows, "没有申诉。")
}

// corrected says what a correction is about.
func (p *bookPaper) corrected(c engine.CorrectionView) string {
	switch {
	case c.Aspect != nil:
		text := string(c.Sheet) + "，评分点 " + string(c.Aspect.Aspect)
		for _, m := range p.Scheme.Modules {
			if a, ok := m.Aspect(c.Aspect.Aspect); ok {
				return text + " 改为 " + cellOf(a, []scoring.AspectEntry{*c.Aspect})
			}
		}
		return text
	case c.Value != nil:
		return c.Code + "，模块 " + string(c.Module) + " 改为 " + valueText(*c.Value)
	case c.Zeroing != nil:
		return c.Code + "，判零 " + string(c.Zeroing.Rule)
	case c.TimeMS != nil:
		return fmt.Sprintf("%s，模块 %s 用时改为 %d.%03d 秒", c.Code, c.Module, *c.TimeMS/1000, *c.TimeMS%1000)
	case c.Absence == engine.AbsenceRecorded:
		return c.Code + "，模块 " + string(c.Module) + " 改为缺考"
	case c.Absence == engine.AbsenceWithdrawn:
		return c.Code + "，模块 " + string(c.Module) + " 撤销缺考"
	}
	return c.Code
}

func (p *bookPaper) versions() {
	p.chapter("成绩公布版次", 20)
	for _, v := range p.Versions {
		r := Results{Publication: v, Names: p.Names}
		p.d.Need(14)
		p.d.Line(fmt.Sprintf("第 %d 版　%s", v.Version, r.signedWord(p.k)), body)
		if v.Note != "" {
			p.d.Line("　　"+v.Note, body)
		}
		p.d.Line("　　摘要（SHA-256）："+v.Digest, print.Style{Size: 8, Grey: true})
	}
}
