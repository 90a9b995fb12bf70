package document

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// PaperSheet is a backup paper (备用纸质试卷). It is made of what a candidate
// may see, so no key, reference answer or explanation can be on it.
type PaperSheet struct {
	Exam    Exam
	Paper   bank.SeatPaper
	Figures map[bank.FigureID]bank.Figure // that the paper's texts show
	Notes   []string                      // instructions; nil: the usual ones
}

var paperNotes = []string{
	"答题前在密封线左侧填写单位、姓名和准考证号，密封线内不得答题。",
	"用黑色签字笔在规定位置作答，字迹清楚；不得在试卷上作任何标记。",
	"判断题正确的填“√”，错误的填“×”；选择题、排序题和匹配题填字母。",
}

// Backup makes the backup paper of a sitting. The content must have been
// asked of the custody, which records that it is printed. Errors:
// exam.ErrSittingNotFound, bank.ErrQuestionUnknown.
func (d *Desk) Backup(ctx context.Context, actor string, id exam.SittingID, c *bank.Content) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	sheet := PaperSheet{Exam: m.exam(), Figures: map[bank.FigureID]bank.Figure{}}
	if sheet.Paper, err = c.ForSeat(); err != nil {
		return File{}, err
	}
	for _, f := range c.Figures {
		sheet.Figures[f.ID] = f
	}
	var b bytes.Buffer
	res, err := BackupPaper(&b, d.Kit(), sheet)
	if err != nil {
		return File{}, err
	}
	return d.hand(ctx, actor, id, "paper", Choice{}, File{Name: "paper-" + m.Code + ".pdf", Type: pdfType, Data: b.Bytes(), Result: res})
}

// BackupPaper writes the paper: A4 in two columns, a sealing line at the left
// edge of every page. Errors: a figure that cannot be read.
func BackupPaper(w io.Writer, k Kit, p PaperSheet) (print.Result, error) {
	o := k.options("理论知识试卷", "KW-06 / "+p.Exam.Code+" / "+string(p.Paper.ID))
	o.Margins = print.Margins{Left: 30, Top: 12, Right: 10, Bottom: 12}
	f := &flow{d: print.New(o), figures: p.Figures}
	f.page()
	p.head(f)
	no := 1
	for i := range p.Paper.Sections {
		f.section(i, &p.Paper.Sections[i], &no)
	}
	if f.err != nil {
		return print.Result{}, f.err
	}
	return f.d.Write(w)
}

// head is title, rules, instructions and the table for the marks, over both
// columns.
func (p *PaperSheet) head(f *flow) {
	d := f.d
	d.Heading(p.Paper.Title, 16)
	o := p.Paper.Occupation.Name
	if p.Paper.Occupation.Trade != "" {
		o += "（" + p.Paper.Occupation.Trade + "）"
	}
	d.Y += d.Box(d.Left(), d.Y, d.Width(), fmt.Sprintf("%s  %s    满分 %s 分    考试时间 %d 分钟",
		o, p.Paper.Level.Zh(), plainMarks(p.Paper.Total), (p.Paper.Limit+59)/60), print.Style{Size: 10, Align: print.Centre})
	d.Skip(1.5)
	notes := p.Notes
	if notes == nil {
		notes = paperNotes
	}
	d.Y += d.Box(d.Left(), d.Y, d.Width(), "注意事项", print.Style{Size: 9, Bold: true})
	for i, n := range notes {
		d.Y += d.Box(d.Left(), d.Y, d.Width(), fmt.Sprintf("%d. %s", i+1, n), print.Style{Size: 9})
	}
	d.Skip(1.5)
	columns := []print.Column{{Title: "题号", Share: 1.3, Align: print.Centre}}
	for i := range p.Paper.Sections {
		columns = append(columns, print.Column{Title: ordinal(i), Share: 1})
	}
	columns = append(columns, print.Column{Title: "总分", Share: 1.3})
	d.Table(print.Table{Columns: columns, Rows: [][]string{{"得分"}, {"评分人"}}})
	d.Skip(3)
	f.top = d.Y
}

// plainMarks writes marks without needless decimals: "100", "2.5".
func plainMarks(hundredths int64) string {
	if hundredths%100 == 0 {
		return fmt.Sprint(hundredths / 100)
	}
	if hundredths%10 == 0 {
		return fmt.Sprintf("%d.%d", hundredths/100, hundredths%100/10)
	}
	return scoring.Marks(hundredths).String()
}

var digits = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// ordinal is the number of a section, counted from 0: "一".
func ordinal(i int) string {
	switch n := i + 1; {
	case n <= 10:
		return digits[i]
	case n < 20:
		return "十" + digits[n-11]
	}
	return fmt.Sprint(i + 1)
}
