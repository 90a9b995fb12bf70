package resultbook

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

var body = print.Style{Size: 10}

func (p *bookPaper) facts() {
	p.chapter("比赛概况", 30)
	p.d.Fields(append([]print.Field{{Name: "大赛", Value: p.h.Contest}, {Name: "主办单位", Value: p.h.Organiser}, {Name: "赛项", Value: p.h.Event}, {Name: "组别", Value: p.h.Name}}, p.Facts...), 2)
	people := []print.Column{{Title: "职务", Share: 2}, {Title: "姓名", Share: 1.6}, {Title: "单位", Share: 4}}
	p.d.Section("工作人员", 14)
	p.rows(people, postRows(p.Officers), "未登记。")
	p.d.Section("评分组", 14)
	people[0].Title = "模块与评分组"
	p.rows(people, postRows(p.Panels), "未登记。")
}

func postRows(list []Post) (rows [][]string) {
	for _, x := range list {
		rows = append(rows, []string{x.What, x.Who, x.Of})
	}
	return rows
}

func (p *bookPaper) regulation() {
	p.chapter("规程摘要与版本", 30)
	p.d.Line(p.h.versions(), body)
	p.d.Skip(1)
	var rows [][]string
	for _, m := range p.Scheme.Modules {
		how, part := "裁判组评分", ""
		if m.Source == scoring.SourceImported {
			how = "导入成绩"
		}
		for _, x := range p.Rules.Parts {
			for _, id := range x.Modules {
				if id == m.ID {
					part = x.Name.ZH + "，占 " + percent(x.Weight)
				}
			}
		}
		rows = append(rows, []string{string(m.ID), m.Name.ZH, amount(m.Max), how, part})
	}
	p.rows([]print.Column{{Title: "模块", Share: 0.8, Align: print.Centre}, {Title: "名称", Share: 3}, {Title: "配分", Share: 1, Align: print.End}, {Title: "评分方式", Share: 1.4}, {Title: "计入总成绩", Share: 2.6}}, rows, "")
	p.d.Skip(2)
	for _, f := range p.rulesInWords() {
		p.d.Line("　· "+f.Name+"："+f.Value, body)
	}
	for _, a := range p.Articles {
		p.d.Section(a.Name, 10)
		p.d.Line(a.Value, body)
	}
}

// percent writes basis points: 3000 is "30%".
func percent(bp int) string { return amount(scoring.Marks(bp)) + "%" }

var modeWords = map[engine.IdentityMode]string{
	engine.IdentityOpen: "公开身份", engine.IdentityCoded: "一层编码（赛位号）", engine.IdentityLayered: "三层加密（参赛号、赛位号、评审号），三名加密裁判分别保管",
}

// rulesInWords is what was frozen, in sentences.
func (p *bookPaper) rulesInWords() []print.Field {
	r, c := p.Rules, p.Procedure
	var ties []string
	for _, t := range r.TieChain {
		ties = append(ties, t.Name.ZH)
	}
	ranking := "名次可以并列"
	if r.Ranking == scoring.RankUnique {
		ranking = "名次不并列，各项均相同时抽签"
	}
	top := percent(c.Recheck.TopShareBP)
	if c.Recheck.TopCount > 0 {
		top = fmt.Sprintf("%d 名", c.Recheck.TopCount)
	}
	out := []print.Field{
		{Name: "满分与取整", Value: fmt.Sprintf("总成绩满分 %s，四舍五入到 %s", amount(r.FullMarks), amount(r.TotalRounding.Step))},
		{Name: "评分组", Value: fmt.Sprintf("每组 %d 名裁判员，至少 %d 名有效", r.Panel.Size, r.Panel.MinJudges)},
		{Name: "总成绩相同时依次比较", Value: orNone(strings.Join(ties, "、")) + "；" + ranking},
		{Name: "身份", Value: modeWords[c.Identity.Mode]},
		{Name: "复核", Value: fmt.Sprintf("前 %s 全部复核，其余抽查 %s，差错率超过 %s 时全部复核", top, percent(c.Recheck.SampleShareBP), percent(c.Recheck.ErrorRateBP))},
		{Name: "申诉", Value: "成绩公布后 " + duration(c.Appeal.WindowMS) + "内由领队书面提出"},
	}
	for _, l := range r.PassLines {
		what := "总成绩"
		for _, x := range r.Parts {
			if x.ID == l.Part {
				what = x.Name.ZH
			}
		}
		out = append(out, print.Field{Name: "合格线", Value: what + "不低于 " + amount(l.Min)})
	}
	return out
}

func orNone(s string) string {
	if s == "" {
		return "无"
	}
	return s
}

func (p *bookPaper) ranking() {
	p.chapter("成绩与名次", 30)
	p.d.Table(p.table(8.5, true))
}

func (p *bookPaper) awards() {
	if p.Awards == nil {
		return
	}
	p.chapter("获奖与晋升建议", 20)
	var rows [][]string
	for _, h := range p.Awards.Honours {
		rows = append(rows, []string{h.Name, strconv.Itoa(h.Rank), h.Recipient, h.Unit, h.Why})
	}
	p.rows([]print.Column{{Title: "奖项", Share: 1.6}, {Title: "名次", Share: 0.7, Align: print.Centre}, {Title: "获奖者", Share: 1.5}, {Title: "单位", Share: 2.8}, {Title: "依据", Share: 3.6}}, rows, "没有奖项。")
	rows = nil
	for _, s := range p.Awards.Promotions {
		if s.To != "" {
			rows = append(rows, []string{s.Recipient, s.Unit, orNone(s.Held), s.To, s.Why})
		}
	}
	if len(rows) > 0 {
		p.d.Section("职业技能等级晋升建议（以认定机构审核为准）", 14)
		p.rows([]print.Column{{Title: "姓名", Share: 1.3}, {Title: "单位", Share: 2.8}, {Title: "现有等级", Share: 1.4}, {Title: "建议等级", Share: 1.4}, {Title: "依据", Share: 3}}, rows, "")
	}
}

func (p *bookPaper) tables() {
	if p.Awards == nil || len(p.Awards.Teams)+len(p.Awards.Delegations) == 0 {
		return
	}
	p.chapter("团体与代表队", 20)
	columns := []print.Column{{Title: "名次", Share: 0.8, Align: print.Centre}, {Title: "名称", Share: 2.6}, {Title: "成绩", Share: 1.1, Align: print.End}, {Title: "成员", Share: 3}, {Title: "说明", Share: 3}}
	for _, t := range []struct {
		title string
		lines []TeamLine
	}{{"团体", p.Awards.Teams}, {"代表队", p.Awards.Delegations}} {
		if len(t.lines) == 0 {
			continue
		}
		var rows [][]string
		for _, l := range t.lines {
			rank := ""
			if l.Rank > 0 {
				rank = strconv.Itoa(l.Rank)
			}
			rows = append(rows, []string{rank, l.Name, l.Value, strings.Join(l.Members, "、"), l.Why})
		}
		p.d.Section(t.title, 14)
		p.rows(columns, rows, "")
	}
}

func (p *bookPaper) ties() {
	p.chapter("总成绩相同者的先后", 16)
	var rows [][]string
	for _, t := range p.Ties {
		rows = append(rows, []string{valueText(t.Total), t.Ahead, t.Behind, t.Why})
	}
	p.rows([]print.Column{{Title: "总成绩", Share: 1, Align: print.End}, {Title: "在前", Share: 2}, {Title: "在后", Share: 2}, {Title: "为什么", Share: 4.5}}, rows, "没有总成绩相同的选手。")
}

var methodWords = map[engine.DrawMethod]string{engine.ByMachine: "系统抽签", engine.ByHand: "人工抽签"}

func (p *bookPaper) draws() {
	p.chapter("抽签与解密", 20)
	p.d.Line("每次抽签前公布秘密数的摘要（承诺），抽签时加入现场说出的口令，解密后公布秘密数；任何人可以据此重新计算抽签结果。", body)
	p.d.Skip(1)
	for _, x := range p.Draws {
		var modules []string
		for _, m := range x.Modules {
			modules = append(modules, string(m))
		}
		f := []print.Field{
			{Name: "抽签", Value: fmt.Sprintf("%s　%s", x.Draw, layerNames[x.Layer])}, {Name: "方式与人数", Value: fmt.Sprintf("%s，%d 人", methodWords[x.Method], x.People)},
			{Name: "承诺公布", Value: p.k.Moment(x.AnnouncedAt)}, {Name: "模块", Value: orNone(strings.Join(modules, "、"))},
		}
		if x.State == engine.DrawAnnulled {
			f = append(f, print.Field{Name: "已作废", Value: x.Reason})
		}
		if x.Word != nil {
			f = append(f, print.Field{Name: "口令", Value: x.Word.Word})
		}
		p.d.Need(34)
		p.d.Fields(f, 2)
		p.d.Skip(0.8)
		lines := []print.Field{{Name: "承诺", Value: x.Commitment}, {Name: "参加者摘要", Value: x.Participants}, {Name: "结果摘要", Value: x.Digest}}
		if x.Proof != nil {
			lines = append(lines, print.Field{Name: "秘密数", Value: fmt.Sprintf("%x", []byte(x.Proof.Secret))})
		}
		for _, l := range lines {
			p.d.Line(l.Name+"："+orDash(l.Value), print.Style{Size: 8, Grey: true})
		}
		p.d.Skip(2)
	}
	if len(p.Draws) == 0 {
		p.d.Line("没有抽签。", body)
	}
	for _, s := range p.Decryption {
		p.d.Line(fmt.Sprintf("%s：%s %s申请，%s %s开启。", layerNames[s.Layer], p.Names(s.AskedBy), p.k.Moment(s.AskedAt), p.Names(s.OpenedBy), p.k.Moment(s.OpenedAt)), body)
	}
}
