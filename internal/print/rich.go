package print

import "math"

// Span is a run of text within a paragraph, a picture, or a blank to write on.
type Span struct {
	Text      string // line breaks break
	Bold      bool
	Underline bool
	Scale     float64 // of the paragraph's size; 0 means 1
	Rise      float64 // of the baseline, as a share of the paragraph's size; below zero sinks

	// A picture or, without Picture, a blank of Width by Height millimetres.
	// What is wider than the paragraph is made smaller.
	Picture       []byte
	PictureKind   string // "PNG" or "JPG"
	Width, Height float64
}

// solid reports whether the span is a picture or a blank.
func (s *Span) solid() bool { return s.Width > 0 }

// RichLine is one line of a laid out paragraph.
type RichLine struct {
	Height float64 // millimetres
	Width  float64
	pieces []richPiece
	style  Style
}

// richPiece is what one span puts on a line.
type richPiece struct {
	span *Span
	text string
	x, w float64
	h    float64 // of a solid piece
}

// cell is what is never cut: a character or a solid span.
type cell struct {
	span *Span
	r    rune
	w    float64
}

// object stands for a solid span where lines are broken.
const object = '\uFFFC'

// Lay breaks spans into lines no wider than the width.
func (d *Doc) Lay(spans []Span, width float64, s Style) []RichLine {
	var lines []RichLine
	var cells []cell
	flush := func() { lines, cells = append(lines, d.layCells(cells, width, s)...), nil }
	for i := range spans {
		p := &spans[i]
		if p.solid() {
			cells = append(cells, cell{p, object, math.Min(p.Width, width)})
			continue
		}
		scale := p.style(s).size() * mm / em
		for _, r := range clean(p.Text) {
			if r == '\n' {
				flush()
				continue
			}
			cells = append(cells, cell{p, r, float64(d.advance(r)) * scale})
		}
	}
	if len(cells) > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// style is the span's style in a paragraph of a style.
func (s *Span) style(of Style) Style {
	of.Bold = of.Bold || s.Bold
	of.Align = Start
	if s.Scale > 0 {
		of.Size = of.size() * s.Scale
	}
	return of
}

// layCells breaks cells by the rules of wrap.
func (d *Doc) layCells(cells []cell, limit float64, s Style) []RichLine {
	var lines []RichLine
	start, last, width := 0, 0, 0.0
	for i := 0; i < len(cells); i++ {
		if i > start && breakable(cells[i-1].r, cells[i].r) {
			last = i
		}
		width += cells[i].w
		if width <= limit+1e-6 || i == start || cells[i].r == ' ' {
			continue
		}
		if last <= start {
			last = i // a word longer than the line
		}
		lines = append(lines, lineOf(cells[start:last], s))
		for last < len(cells) && cells[last].r == ' ' {
			last++
		}
		start, i, width = last, last-1, 0
	}
	return append(lines, lineOf(cells[start:], s))
}

func breakable(a, b rune) bool {
	if b == object {
		return a != ' '
	}
	return a == object && b != ' ' || mayBreak(a, b)
}

func lineOf(cells []cell, s Style) RichLine {
	l := RichLine{Height: s.LineHeight(), style: s}
	for i := range cells {
		c := &cells[i]
		switch n := len(l.pieces); {
		case c.span.solid():
			h := c.span.Height * c.w / c.span.Width
			l.pieces = append(l.pieces, richPiece{span: c.span, x: l.Width, w: c.w, h: h})
			l.Height = math.Max(l.Height, h+1)
		case n > 0 && l.pieces[n-1].span == c.span:
			l.pieces[n-1].text += string(c.r)
			l.pieces[n-1].w += c.w
		default:
			l.pieces = append(l.pieces, richPiece{span: c.span, text: string(c.r), x: l.Width, w: c.w})
		}
		l.Width += c.w
	}
	return l
}

// SetLine sets a line with its upper left corner at a place. Text stands at
// the foot of the line, beside pictures. Errors: a picture that cannot be read.
func (d *Doc) SetLine(x, y float64, l RichLine) error {
	s := l.style
	base := y + l.Height - s.LineHeight()/2 + 0.37*s.size()*mm
	for _, p := range l.pieces {
		switch {
		case p.span.Picture != nil:
			if err := d.Image(x+p.x, y+l.Height-p.h-0.5, p.w, p.h, p.span.Picture, p.span.PictureKind); err != nil {
				return err
			}
		case p.span.solid():
			d.Rule(x+p.x, base+0.8, x+p.x+p.w, base+0.8)
		default:
			d.run(x+p.x, base-p.span.Rise*s.size()*mm, p.text, p.span.style(s))
			if p.span.Underline {
				d.Rule(x+p.x, base+0.6, x+p.x+p.w, base+0.6)
			}
		}
	}
	return nil
}
