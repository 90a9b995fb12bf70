package resultbook

import (
	"fmt"
	"io"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// Book is everything that the result book (成绩册) tells of a division.
type Book struct {
	Results                 // the newest version that was signed
	Facts     []print.Field // of the contest: level, dates, places, …
	Officers  []Post
	Panels    []Post
	Scheme    scoring.Scheme
	Rules     scoring.Rules
	Procedure engine.Procedure
	// Articles are what the contest's regulation says, a heading and a text each.
	Articles    []print.Field
	Ties        []Tie
	Awards      *Awards // null: no award rules
	Draws       []engine.PublicDraw
	Decryption  []engine.Decryption
	Recheck     engine.RecheckView
	Corrections []engine.CorrectionView // the oldest first
	Appeals     []engine.AppealView     // the oldest first
	Versions    []engine.Publication    // the oldest first, the signed ones
	Final       bool
}

// Post is somebody who had an office, or the judges of a panel.
type Post struct {
	What string // "裁判长", "模块 B 第 1 组"
	Who  string
	Of   string // unit
}

// Tie says of two competitors with the same total why one is ahead, or that
// they share the rank.
type Tie struct {
	Ahead, Behind string // "C012 张三"
	Total         scoring.Value
	Why           string
}

// chapter is an entry of the table of contents.
type chapter struct {
	title string
	page  int
}

// bookPaper is a book on its way to paper.
type bookPaper struct {
	*Book
	d        *print.Doc
	k        Kit
	h        Head
	chapters []chapter // as they come
}

// Books writes the result book. It is laid out twice: the first time tells the
// pages for the table of contents.
func Books(w io.Writer, k Kit, h Head, b Book) (print.Result, error) {
	b.Honours = b.Awards.names()
	var contents []chapter
	for range 2 {
		p := &bookPaper{Book: &b, d: h.start(k, "成绩册", h.doc(paperBook, fmt.Sprintf("V%d", b.Version))), k: k, h: h}
		if err := p.print(contents); err != nil {
			return print.Result{}, err
		}
		if contents != nil {
			return p.d.Write(w)
		}
		contents = p.chapters
	}
	return print.Result{}, nil // not reached
}

func (p *bookPaper) print(contents []chapter) error {
	if err := p.cover(); err != nil {
		return err
	}
	p.contents(contents)
	p.facts()
	p.regulation()
	p.ranking()
	p.awards()
	p.tables()
	p.statistics()
	p.ties()
	p.draws()
	p.recheck()
	p.afterwards()
	p.versions()
	p.d.Skip(6)
	p.d.Signatures("裁判长", "监督长", "统分员", "仲裁长", "组委会办公室")
	return nil
}

func (p *bookPaper) cover() error {
	d := p.d
	d.AddPage()
	centre := func(y float64, text string, s print.Style) {
		s.Align = print.Centre
		d.Fit(d.Left(), y, d.Width(), text, s)
	}
	centre(58, p.h.Contest, print.Style{Size: 19})
	centre(84, "成 绩 册", print.Style{Size: 38, Bold: true})
	centre(112, p.h.Event+"　"+p.h.Name, print.Style{Size: 18})
	if p.h.Rehearsal {
		centre(124, "〔演练，不作为正式成绩〕", print.Style{Size: 14})
	}
	state := "最终成绩"
	if !p.Final {
		state = "申诉期内，非最终成绩"
	}
	centre(138, fmt.Sprintf("第 %d 版　%s", p.Version, state), print.Style{Size: 13})
	if err := d.QR(d.Left()+(d.Width()-34)/2, 160, 34, digestMark("results", p.h.Division, "", p.Digest)); err != nil {
		return err
	}
	centre(197, "成绩数据的摘要（SHA-256）", print.Style{Size: 9, Grey: true})
	centre(202, p.Digest, print.Style{Size: 9, Grey: true})
	centre(236, p.h.Organiser, print.Style{Size: 15})
	centre(246, p.k.Day(p.k.Made), print.Style{Size: 13})
	return nil
}

// contents sets the table of contents on a page of its own.
func (p *bookPaper) contents(list []chapter) {
	d := p.d
	d.AddPage()
	d.Heading("目　录", 16)
	d.Skip(4)
	s := print.Style{Size: 11.5, Lead: 2}
	for _, c := range list {
		page := fmt.Sprint(c.page)
		left, right := d.Measure(c.title, s), d.Measure(page, s)
		d.Box(d.Left(), d.Y, d.Width(), c.title, s)
		dots := s
		dots.Grey = true
		d.Box(d.Left()+left+2, d.Y, d.Width(), leaders(d, d.Width()-left-right-4, dots), dots)
		d.Box(d.Left(), d.Y, d.Width(), page, print.Style{Size: s.Size, Lead: s.Lead, Align: print.End})
		d.Y += s.LineHeight()
	}
}

// leaders is a row of dots that is at most so wide.
func leaders(d *print.Doc, width float64, s print.Style) string {
	one := d.Measure("·", s)
	text := ""
	for n := 0; n < int(width/one); n++ {
		text += "·"
	}
	return text
}

// chapter begins a chapter; it needs h millimetres below its title. The first
// begins a new page.
func (p *bookPaper) chapter(title string, h float64) {
	if len(p.chapters) == 0 {
		p.d.AddPage()
	}
	s := print.Style{Size: 14, Bold: true}
	p.d.Need(s.LineHeight() + 6 + h)
	if p.d.Y > p.d.Top() {
		p.d.Skip(5)
	}
	title = fmt.Sprintf("%s、%s", ordinals[len(p.chapters)], title)
	p.chapters = append(p.chapters, chapter{title, p.d.Pages()})
	p.d.Y += p.d.Box(p.d.Left(), p.d.Y, p.d.Width(), title, s) + 1.5
}

var ordinals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三"}

// rows sets a table, or that there is nothing to tell.
func (p *bookPaper) rows(columns []print.Column, rows [][]string, none string) {
	if len(rows) == 0 {
		p.d.Line(none, print.Style{Size: 10})
		return
	}
	p.d.Table(print.Table{Size: 8.5, Columns: columns, Rows: rows})
}
