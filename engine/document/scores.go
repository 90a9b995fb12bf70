package document

import (
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/internal/print"
)

// ScoreList is the scores of a sitting (成绩单), in the order to print.
type ScoreList struct {
	Exam    Exam
	Version int // of the keys that the scores were made by
	Rules   string
	Parts   []string // names of the parts, as columns
	Rows    []ScoreRow
	Counts  []print.Field // how many sat, passed, …
}

// ScoreRow is one candidate.
type ScoreRow struct {
	Rank     string // "" for none
	Ticket   string
	Name     string
	IDMasked string
	Unit     string
	Parts    []string // "72.50", as ScoreList.Parts
	Score    string   // "85.00", or the word for why there is none: "缺考"
	Outcome  string   // "合格"
}

var scoreHead = []print.Column{{Title: "名次", Share: 0.9, Align: print.Centre}, {Title: "准考证号", Share: 2.6}, {Title: "姓名", Share: 1.7}, {Title: "证件号码", Share: 3}, {Title: "单位", Share: 3}}

func (l *ScoreList) columns() []print.Column {
	columns := append([]print.Column{}, scoreHead...)
	for _, p := range l.Parts {
		columns = append(columns, print.Column{Title: p, Share: 1.3, Align: print.End})
	}
	return append(columns, print.Column{Title: "成绩", Share: 1.3, Align: print.End}, print.Column{Title: "结论", Share: 1.2, Align: print.Centre})
}

func (r *ScoreRow) cells() []string {
	cells := append([]string{r.Rank, r.Ticket, r.Name, r.IDMasked, r.Unit}, r.Parts...)
	return append(cells, r.Score, r.Outcome)
}

// Scores writes the list as PDF, with the signatures of those who answer for it.
func Scores(w io.Writer, k Kit, l ScoreList) (print.Result, error) {
	o := k.options("成绩单", "KW-05 / "+l.Exam.Code)
	o.Landscape = len(l.Parts) > 1
	d := print.New(o)
	d.AddPage()
	d.Heading("成 绩 单", 18)
	d.Fields(append([]print.Field{
		{Name: "考试名称", Value: l.Exam.Name}, {Name: "职业等级", Value: l.Exam.Occupation + " " + l.Exam.Level},
		{Name: "科目", Value: l.Exam.Subject}, {Name: "考试时间", Value: k.Span(l.Exam.StartsAt, l.Exam.EndsAt)},
		{Name: "评分版本", Value: fmt.Sprintf("第 %d 版，规则 %s", l.Version, l.Rules)},
	}, l.Counts...), 2)
	d.Skip(3)
	rows := make([][]string, 0, len(l.Rows))
	for i := range l.Rows {
		rows = append(rows, l.Rows[i].cells())
	}
	d.Table(print.Table{Size: 8.5, Columns: l.columns(), Rows: rows})
	d.Signatures("统分员", "复核员", "考务负责人", "机构负责人")
	return d.Write(w)
}

// ScoreWorkbook writes the list as xlsx: numbers as numbers, so that they can
// be reckoned with; ticket numbers as text, so that no digit is lost.
func ScoreWorkbook(w io.Writer, l ScoreList) error {
	const sheet = "成绩单"
	file := excelize.NewFile()
	defer file.Close()
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("score list: %w", err)
	}
	s, err := file.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("score list: %w", err)
	}
	columns := l.columns()
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = c.Title
	}
	rows := [][]any{{l.Exam.Name + " " + l.Exam.Occupation + " " + l.Exam.Level + " " + l.Exam.Subject + fmt.Sprintf(" 评分第%d版", l.Version)}, head}
	for i := range l.Rows {
		var row []any
		for j, c := range l.Rows[i].cells() {
			row = append(row, cellOf(c, j == 0 || j >= len(scoreHead)))
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		if err := s.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			return fmt.Errorf("score list: %w", err)
		}
	}
	if err := s.Flush(); err != nil {
		return fmt.Errorf("score list: %w", err)
	}
	if err := file.Write(w); err != nil {
		return fmt.Errorf("score list: %w", err)
	}
	return nil
}

// cellOf is a text as a cell: a number where the column has numbers and the
// text is one.
func cellOf(text string, number bool) any {
	if n, err := strconv.ParseFloat(text, 64); number && err == nil { // shown, not reckoned with
		return n
	}
	return text
}
