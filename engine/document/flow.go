package document

import (
	"math"
	"slices"

	"github.com/xinglu/xinglu/internal/print"

	"github.com/xinglu/xinglu/bank"
)

const (
	columnGap = 7.0 // millimetres between the columns of a paper
	cellRoom  = 1.0 // between a cell's line and what is in it
)

var bodyStyle = print.Style{Size: 9.5}

// flow fills the two columns of the pages of a paper.
type flow struct {
	d       *print.Doc
	figures map[bank.FigureID]bank.Figure
	top     float64 // of the columns on this page
	right   bool    // in the second column
	err     error   // the first; nothing is drawn after it
}

func (f *flow) page() {
	f.d.AddPage()
	f.d.SealingLine(24, "单位__________________   姓名______________   准考证号__________________________")
	f.top, f.right = f.d.Y, false
}

func (f *flow) width() float64 { return (f.d.Width() - columnGap) / 2 }

func (f *flow) x() float64 {
	if f.right {
		return f.d.Left() + f.width() + columnGap
	}
	return f.d.Left()
}

// need goes to the next column unless h millimetres are left in this one.
func (f *flow) need(h float64) {
	switch {
	case f.d.Y+h <= f.d.Bottom() || f.d.Y == f.top && f.top < 40:
	case !f.right:
		f.right, f.d.Y = true, f.top
		f.d.Rule(f.x()-columnGap/2, f.top, f.x()-columnGap/2, f.d.Bottom())
		f.need(h) // below the head of the first page there may be too little room
	default:
		f.page()
	}
}

// line sets one line of a text.
func (f *flow) line(indent float64, l print.RichLine) {
	if f.err != nil {
		return
	}
	f.need(l.Height)
	f.err = f.d.SetLine(f.x()+indent, f.d.Y, l)
	f.d.Y += l.Height
}

// spans sets a paragraph, its later lines by hang further right.
func (f *flow) spans(indent float64, s []print.Span, style print.Style) {
	for _, l := range f.d.Lay(s, f.width()-indent, style) {
		f.line(indent, l)
	}
}

func (f *flow) text(indent float64, text string, style print.Style) {
	f.spans(indent, []print.Span{{Text: text}}, style)
}

// blocks sets blocks; label stands before the first.
func (f *flow) blocks(indent float64, label string, list []block) {
	if len(list) == 0 || list[0].rows != nil {
		list = slices.Insert(slices.Clone(list), 0, block{})
	}
	for i, b := range list {
		if i == 0 {
			b.spans = append([]print.Span{{Text: label}}, b.spans...)
		}
		if b.rows != nil {
			f.table(indent, b.rows)
			continue
		}
		f.spans(indent, b.spans, bodyStyle)
	}
}

// placed is a cell on the grid of its table.
type placed struct {
	tableCell
	row, col int
	lines    []print.RichLine
	height   float64
}

// grid puts cells where the spans of others leave room.
func grid(rows [][]tableCell) (cells []placed, columns int) {
	taken := map[[2]int]bool{}
	for r, row := range rows {
		col := 0
		for _, c := range row {
			for taken[[2]int{r, col}] {
				col++
			}
			c.rows = min(c.rows, len(rows)-r)
			cells = append(cells, placed{tableCell: c, row: r, col: col})
			for i := range c.rows {
				for j := range c.cols {
					taken[[2]int{r + i, col + j}] = true
				}
			}
			col += c.cols
			columns = max(columns, col)
		}
	}
	return cells, columns
}

// table sets a table in equal columns. One that is higher than a column goes
// on in the next one, row by row.
func (f *flow) table(indent float64, rows [][]tableCell) {
	cells, columns := grid(rows)
	if columns == 0 {
		return
	}
	w := (f.width() - indent) / float64(columns)
	heights := make([]float64, len(rows))
	for i := range cells {
		c := &cells[i]
		c.lines = f.d.Lay(c.spans, math.Max(w*float64(c.cols)-2*cellRoom, 3), print.Style{Size: 8.5})
		for _, l := range c.lines {
			c.height += l.Height
		}
		last := c.row + c.rows - 1
		have := 0.0
		for _, h := range heights[c.row:last] {
			have += h
		}
		heights[last] = math.Max(heights[last], c.height+cellRoom-have)
	}
	total := 0.0
	for _, h := range heights {
		total += h
	}
	if total <= f.d.Bottom()-f.d.Top() {
		f.need(total)
	}
	for r, h := range heights {
		f.need(h)
		for i := range cells {
			if c := &cells[i]; c.row == r {
				f.cell(f.x()+indent+w*float64(c.col), w*float64(c.cols), heights[r:r+c.rows], c)
			}
		}
		f.d.Y += h
	}
	f.d.Y += 1
}

func (f *flow) cell(x, w float64, heights []float64, c *placed) {
	h := 0.0
	for _, one := range heights {
		h += one
	}
	f.d.Frame(x, f.d.Y, w, h)
	y := f.d.Y + (h-c.height)/2
	for _, l := range c.lines {
		if f.err == nil {
			f.err = f.d.SetLine(x+(w-l.Width)/2, y, l)
		}
		y += l.Height
	}
}
