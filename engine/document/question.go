package document

import (
	"fmt"
	"regexp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/print"
)

// section sets a section; no is the number of its first question and grows.
func (f *flow) section(i int, s *bank.SeatSection, no *int) {
	title := s.Title
	if title == "" {
		title = s.Kind.Zh()
	}
	n := int64(len(s.Questions))
	f.need(18)
	f.d.Y += 1.5
	f.text(0, fmt.Sprintf("%s、%s（共 %d 题，每题 %s 分，共 %s 分）", ordinal(i), title, n, plainMarks(s.ScoreEach), plainMarks(n*s.ScoreEach)), print.Style{Size: 10.5, Bold: true})
	f.d.Y += 0.5
	for j := range s.Questions {
		f.question(&s.Questions[j], no)
	}
}

// question sets a question, or the material of a case and its parts.
func (f *flow) question(q *bank.SeatQuestion, no *int) {
	f.need(9)
	if q.Kind == bank.Case {
		last := *no + len(q.Parts) - 1
		f.text(0, fmt.Sprintf("阅读材料，回答第 %d 至 %d 题（共 %s 分）", *no, last, plainMarks(q.Score)), print.Style{Size: 9.5, Bold: true})
		f.blocks(0, "", blocksOf(q.Markup, q.Stem, f.figures))
		f.d.Y += 1
		for i := range q.Parts {
			f.one(&q.Parts[i], *no, "（"+plainMarks(q.Parts[i].Score)+" 分）")
			*no++
		}
		return
	}
	f.one(q, *no, "")
	*no++
}

// one sets what is answered: stem, what there is to choose, room to write.
func (f *flow) one(q *bank.SeatQuestion, no int, score string) {
	label := fmt.Sprintf("%d. %s", no, score)
	if q.Kind == bank.TrueFalse {
		label += "（    ）"
	}
	stem := q.Stem
	if q.Kind.Choice() {
		stem = room.ReplaceAllString(stem, "（\u3000\u3000）")
	}
	text := blocksOf(q.Markup, stem, f.figures)
	f.together(q, label, text)
	f.blocks(0, label, text)
	switch q.Kind {
	case bank.SingleChoice, bank.MultipleChoice:
		f.options(q)
	case bank.Ordering:
		f.options(q)
		f.answerLine("正确的顺序：")
	case bank.Matching:
		f.matching(q)
	case bank.ShortAnswer:
		f.ruled(5)
	case bank.Calculation:
		f.blankRoom(55)
	case bank.Essay:
		f.ruled(14)
	case bank.TrueFalse, bank.FillIn, bank.Case:
	}
	f.d.Y += 1.2
}

// room is where a letter is written into the stem of a choice.
var room = regexp.MustCompile(`[(（][ \x{3000}]*[)）]`)

// together keeps a question and its options in one column if that is at most
// a third of it.
func (f *flow) together(q *bank.SeatQuestion, label string, stem []block) {
	h := heightOf(f.d.Lay(inline(label, stem), f.width(), bodyStyle))
	if len(q.Options) > 0 && q.Kind != bank.TrueFalse {
		_, _, more := f.choices(q)
		h += more
	}
	if h < (f.d.Bottom()-f.d.Top())/3 {
		f.need(h)
	}
}

func letter(i int) string { return string(rune('A' + i)) }

const optionIndent = 4.0

// choices lays the options of a question out in four columns, two or one, as
// the longest allows.
func (f *flow) choices(q *bank.SeatQuestion) (list [][]block, columns int, height float64) {
	list = make([][]block, len(q.Options))
	columns = 4
	w := f.width() - optionIndent
	for i, o := range q.Options {
		list[i] = blocksOf(q.Markup, o.Text, f.figures)
		if len(list[i]) != 1 || list[i][0].rows != nil {
			columns = 1
			continue
		}
		spans := append([]print.Span{{Text: letter(i) + ". "}}, list[i][0].spans...)
		list[i][0].spans = spans
		laid := f.d.Lay(spans, w, bodyStyle)
		for columns > 1 && (len(laid) > 1 || laid[0].Width > w/float64(columns)-2) {
			columns /= 2
		}
		height += heightOf(laid)
	}
	return list, columns, height / float64(columns)
}

func heightOf(lines []print.RichLine) (h float64) {
	for _, l := range lines {
		h += l.Height
	}
	return h
}

func (f *flow) options(q *bank.SeatQuestion) {
	list, columns, _ := f.choices(q)
	if columns == 1 {
		for i, o := range q.Options {
			f.blocks(optionIndent, letter(i)+". ", blocksOf(q.Markup, o.Text, f.figures))
		}
		return
	}
	for i := 0; i < len(list); i += columns {
		f.abreast(optionIndent, (f.width()-optionIndent)/float64(columns), list[i:min(i+columns, len(list))])
	}
}

// abreast sets paragraphs of one line beside one another.
func (f *flow) abreast(indent, w float64, list [][]block) {
	h := 0.0
	laid := make([]print.RichLine, len(list))
	for i, s := range list {
		laid[i] = f.d.Lay(s[0].spans, w, bodyStyle)[0]
		h = max(h, laid[i].Height)
	}
	f.need(h)
	for i, l := range laid {
		if f.err == nil {
			f.err = f.d.SetLine(f.x()+indent+float64(i)*w, f.d.Y+h-l.Height, l)
		}
	}
	f.d.Y += h
}

// matching sets prompts at the left and options at the right, then a line for
// each pair.
func (f *flow) matching(q *bank.SeatQuestion) {
	var left, right [][]print.Span
	for i, p := range q.Prompts {
		left = append(left, inline(fmt.Sprintf("(%d) ", i+1), blocksOf(q.Markup, p.Text, f.figures)))
	}
	for i, o := range q.Options {
		right = append(right, inline(letter(i)+". ", blocksOf(q.Markup, o.Text, f.figures)))
	}
	w := f.width() / 2
	for i := range max(len(left), len(right)) {
		f.pair(w, at2(left, i), at2(right, i))
	}
	answer := "答："
	for i := range q.Prompts {
		answer += fmt.Sprintf("(%d)______  ", i+1)
	}
	f.text(0, answer, bodyStyle)
}

func at2(list [][]print.Span, i int) []print.Span {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// inline joins blocks into one paragraph.
func inline(label string, blocks []block) []print.Span {
	s := []print.Span{{Text: label}}
	for i, b := range blocks {
		if i > 0 {
			s = append(s, print.Span{Text: "\n"})
		}
		s = append(s, b.spans...)
		for _, row := range b.rows {
			for _, c := range row {
				s = append(append(s, c.spans...), print.Span{Text: " "})
			}
		}
	}
	return s
}

// pair sets two paragraphs beside one another.
func (f *flow) pair(w float64, left, right []print.Span) {
	l, r := f.d.Lay(left, w-3, bodyStyle), f.d.Lay(right, w-3, bodyStyle)
	h := max(heightOf(l), heightOf(r))
	f.need(h)
	for side, lines := range [][]print.RichLine{l, r} {
		y := f.d.Y
		for _, one := range lines {
			if f.err == nil {
				f.err = f.d.SetLine(f.x()+3+float64(side)*w, y, one)
			}
			y += one.Height
		}
	}
	f.d.Y += h
}

func (f *flow) answerLine(label string) {
	f.need(7)
	f.d.Y += 1
	used := f.d.Measure(label, bodyStyle)
	h := f.d.Box(f.x(), f.d.Y, f.width(), label, bodyStyle)
	f.d.Rule(f.x()+used, f.d.Y+h, f.x()+f.width(), f.d.Y+h)
	f.d.Y += h + 1
}

// ruled is lines to write on, over columns if need be.
func (f *flow) ruled(lines int) {
	const h = 7.5
	for range lines {
		f.need(h)
		f.d.Y += h
		f.d.Rule(f.x(), f.d.Y, f.x()+f.width(), f.d.Y)
	}
	f.d.Y += 1
}

// blankRoom is room without lines.
func (f *flow) blankRoom(h float64) {
	f.need(h)
	f.d.Y += h
}
