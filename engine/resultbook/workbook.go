package resultbook

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// page is one sheet of a workbook. A cell is a string, an int64, marks or nil.
type page struct {
	name string
	rows [][]any
}

// writeBook writes a workbook. Marks become numbers with two places, texts stay
// texts, so that codes keep their zeros.
func writeBook(w io.Writer, pages ...page) error {
	file := excelize.NewFile()
	defer file.Close()
	two, err := file.NewStyle(&excelize.Style{NumFmt: 2}) // 0.00
	if err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	for i, p := range pages {
		if i == 0 {
			err = file.SetSheetName("Sheet1", p.name)
		} else {
			_, err = file.NewSheet(p.name)
		}
		if err != nil {
			return fmt.Errorf("workbook, sheet %s: %w", p.name, err)
		}
		if err := p.write(file, two, bold); err != nil {
			return fmt.Errorf("workbook, sheet %s: %w", p.name, err)
		}
	}
	if err := file.Write(w); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}

func (p page) write(file *excelize.File, two, bold int) error {
	s, err := file.NewStreamWriter(p.name)
	if err != nil {
		return err
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range p.rows {
		cells := make([]any, len(row))
		for j, c := range row {
			switch x := c.(type) {
			case scoring.Marks:
				cells[j] = excelize.Cell{StyleID: two, Value: float64(x) / 100} // shown, not reckoned with
			case string:
				cells[j] = excelize.Cell{Value: x}
				if i == 0 {
					cells[j] = excelize.Cell{StyleID: bold, Value: x}
				}
			default:
				cells[j] = c
			}
		}
		if err := s.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return s.Flush()
}

// cell is a value as a cell: a number, or the word for why there is none.
func cell(v scoring.Value) any {
	if v.State == scoring.HasValue {
		return v.Marks
	}
	return valueText(v)
}

func rankCell(rank *int) any {
	if rank == nil {
		return nil
	}
	return int64(*rank)
}

// Decoded is a competitor's codes, module by module, after decryption.
type Decoded = engine.Decoded

// ResultWorkbook writes the results with every code of every layer (成绩总表).
// It is made after decryption only: codes may be empty.
func ResultWorkbook(w io.Writer, h Head, r Results, codes []Decoded, points map[engine.CompetitorID]int64) error {
	by := map[engine.CompetitorID]Decoded{}
	for _, c := range codes {
		by[c.Competitor] = c
	}
	first := []any{"名次", "并列", "参赛号", "姓名", "单位", "城市", "代表队", "团队"}
	for _, m := range r.Modules {
		first = append(first, string(m.ID)+" 赛位号", string(m.ID)+" 评审号", string(m.ID)+" "+m.Name.ZH)
	}
	first = append(first, "总成绩", "标准分", "结论", "取消资格", "奖项")
	rows := [][]any{first}
	for i := range r.Lines {
		l := &r.Lines[i]
		c := by[l.Competitor]
		row := []any{rankCell(l.Rank), yes(l.Shared), l.EntryCode, l.Name, l.Unit, l.City, string(l.Delegation), string(l.Team)}
		parts := map[scoring.ModuleID]scoring.Value{}
		for _, p := range l.Parts {
			parts[p.Module] = p.Value
		}
		for _, m := range r.Modules {
			row = append(row, c.Stations[m.ID], c.Works[m.ID], cell(parts[m.ID]))
		}
		var scale any
		if n, ok := points[l.Competitor]; ok {
			scale = n
		}
		row = append(row, cell(l.Total), scale, verdictWords[l.Passed], yes(l.Disqualified), list(r.Honours[l.Competitor]))
		rows = append(rows, row)
	}
	about := [][]any{
		{"项目", "内容"}, {"大赛", h.Contest}, {"赛项", h.Event}, {"组别", h.Name}, {"版次", int64(r.Version)}, {"评分依据", h.versions()}, {"成绩摘要（SHA-256）", r.Digest},
	}
	return writeBook(w, page{"成绩", rows}, page{"说明", about})
}

var verdictWords = map[scoring.Verdict]string{scoring.Passed: "合格", scoring.Failed: "不合格", scoring.Pending: "待定"}

func yes(b bool) string {
	if b {
		return "是"
	}
	return ""
}

func list(parts []string) string { return strings.Join(parts, "、") }

// AwardWorkbook writes the awards and the suggestions of higher levels
// (获奖名单、晋升建议), and the team tables.
func AwardWorkbook(w io.Writer, a Awards) error {
	honours := [][]any{{"奖项", "名次", "获奖者", "单位", "依据"}}
	for _, x := range a.Honours {
		honours = append(honours, []any{x.Name, int64(x.Rank), x.Recipient, x.Unit, x.Why})
	}
	levels := [][]any{{"姓名", "单位", "现有等级", "晋升建议", "依据"}}
	for _, x := range a.Promotions {
		if x.To != "" {
			levels = append(levels, []any{x.Recipient, x.Unit, x.Held, x.To, x.Why})
		}
	}
	teams := func(lines []TeamLine) [][]any {
		rows := [][]any{{"名次", "名称", "成绩", "成员", "说明"}}
		for _, l := range lines {
			var rank any
			if l.Rank > 0 {
				rank = int64(l.Rank)
			}
			rows = append(rows, []any{rank, l.Name, l.Value, list(l.Members), l.Why})
		}
		return rows
	}
	return writeBook(w, page{"获奖名单", honours}, page{"晋升建议", levels}, page{"团体", teams(a.Teams)}, page{"代表队", teams(a.Delegations)})
}

// MarkWorkbook writes every judge's marks of one module (评分矩阵): a line a code
// and aspect, a column a judge, by code, and by name only after decryption.
func MarkWorkbook(w io.Writer, names Names, sheets []MarkedSheet) error {
	var pages []page
	for _, p := range piles(sheets) {
		judges := p.judges()
		first := []any{layerNames[p.sheets[0].Layer], "姓名", "单位", "评分项", "评分点", "名称", "配分"}
		for _, j := range judges {
			first = append(first, names(j)+" 所见", names(j)+" 得分")
		}
		first = append(first, "认定分", "状态")
		rows := [][]any{first}
		for _, s := range p.sheets {
			rows = append(rows, s.markRows(judgesOf(s, judges))...)
		}
		pages = append(pages, page{sheetName(fmt.Sprintf("%s-%d", p.module, p.panel)), rows})
	}
	if pages == nil {
		pages = append(pages, page{"无", [][]any{{"没有评分"}}})
	}
	return writeBook(w, pages...)
}

func judgesOf(s *MarkedSheet, judges []access.AccountID) []*engine.JudgeFile {
	out := make([]*engine.JudgeFile, len(judges))
	for i, j := range judges {
		out[i] = fileOf(s, j)
	}
	return out
}

func (s *MarkedSheet) markRows(files []*engine.JudgeFile) (rows [][]any) {
	who := Person{}
	if s.Who != nil {
		who = *s.Who
	}
	agreed := map[scoring.AspectID]scoring.Outcome{}
	for _, o := range s.Aspects {
		agreed[o.Aspect] = o
	}
	for _, sc := range s.ModuleScheme.SubCriteria {
		for _, a := range sc.Aspects {
			row := []any{s.Code, who.Name, who.Unit, sc.Name.ZH, string(a.ID), a.Name.ZH, a.Max}
			for _, f := range files {
				saw, mark := any(nil), any(nil)
				if f != nil {
					saw, mark = markCells(a, f.Versions[len(f.Versions)-1].Entries)
				}
				row = append(row, saw, mark)
			}
			o := agreed[a.ID]
			rows = append(rows, append(row, cell(o.Marks), outcomeNote(o)))
		}
	}
	return rows
}

func markCells(a scoring.Aspect, entries []scoring.AspectEntry) (saw, mark any) {
	for _, e := range entries {
		if e.Aspect != a.ID || e.Blank() {
			continue
		}
		v, err := scoring.MarkEntry(a, e.Observation)
		if err != nil {
			return observed(a, e.Observation), nil
		}
		return observed(a, e.Observation), cell(v)
	}
	return nil, nil
}

// sheetName is a name that a workbook takes: no []:*?/\ and at most 31 signs.
func sheetName(s string) string {
	r := []rune(s)
	for i, c := range r {
		switch c {
		case '[', ']', ':', '*', '?', '/', '\\', '\'':
			r[i] = '_'
		}
	}
	return string(r[:min(len(r), 31)])
}

var certificateWords = map[CertificateState]string{CertificateValid: "有效", CertificateSuperseded: "成绩已更正，待换发", CertificateRevoked: "已作废"}

// CertificateWorkbook writes the list of certificates (证书名册).
func CertificateWorkbook(w io.Writer, k Kit, names Names, certificates []CertificateLine) error {
	rows := [][]any{{"证书编号", "获奖者", "单位", "奖项", "成绩版次", "状态", "颁发时间", "颁发人", "说明", "成绩行摘要"}}
	for _, c := range certificates {
		rows = append(rows, []any{c.Number, c.Recipient, c.Unit, c.AwardName, int64(c.Version), certificateWords[c.State], k.Moment(c.IssuedAt), names(c.IssuedBy), c.Why, c.Line})
	}
	return writeBook(w, page{"证书", rows})
}
