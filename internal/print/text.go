package print

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Align says where a line stands in its box.
type Align int

// The places of a line.
const (
	Start Align = iota
	Centre
	End
)

// Style is how text looks. The zero value is 10 points, from the left.
type Style struct {
	Size  float64 // points; 0 means 10
	Bold  bool
	Align Align
	Grey  bool    // for labels and notes
	Lead  float64 // distance of lines as a multiple of the size; 0 means 1.45
}

func (s Style) size() float64 {
	if s.Size == 0 {
		return 10
	}
	return s.Size
}

// mm is how many millimetres a point is.
const mm = 25.4 / 72

// LineHeight is the distance of two lines in millimetres.
func (s Style) LineHeight() float64 {
	lead := s.Lead
	if lead == 0 {
		lead = 1.45
	}
	return s.size() * mm * lead
}

// clean makes of any text what can be set: no control or format characters,
// tabs as spaces.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u00a0' || unicode.Is(unicode.Zs, r) && r != '\u3000':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Measure is the width of a line in millimetres.
func (d *Doc) Measure(line string, s Style) float64 {
	w := 0
	for _, r := range line {
		w += d.advance(r)
	}
	return float64(w) * s.size() * mm / em
}

// advance is the width of a character in thousandths of the size.
func (d *Doc) advance(r rune) int {
	switch {
	case main().has(r):
		return d.pdf.GetStringSymbolWidth(string(r))
	case d.o.Rare.has(r):
		return d.o.Rare.advance(r)
	}
	return em // 〓
}

// Break breaks text into lines no wider than the width.
func (d *Doc) Break(text string, width float64, s Style) []string {
	limit := int(width / (s.size() * mm) * em)
	return wrap(clean(text), limit, d.advance)
}

// Height is how high the text is when it is set in that width.
func (d *Doc) Height(text string, width float64, s Style) float64 {
	return float64(len(d.Break(text, width, s))) * s.LineHeight()
}

// Box sets text at a place, broken into lines of that width, and returns its
// height. The cursor stays.
func (d *Doc) Box(x, y, width float64, text string, s Style) float64 {
	lines := d.Break(text, width, s)
	for i, line := range lines {
		at := x
		switch s.Align {
		case Centre:
			at += (width - d.Measure(line, s)) / 2
		case End:
			at += width - d.Measure(line, s)
		case Start:
		}
		// The baseline is where the middle of the signs meets the middle of
		// the line: 0.37 of the size below it for this face.
		base := y + s.LineHeight()*(float64(i)+0.5) + 0.37*s.size()*mm
		d.run(at, base, line, s)
	}
	return float64(len(lines)) * s.LineHeight()
}

// Fit sets one line, in smaller type if it is too wide, down to 60 %; what is
// still too wide is broken. It returns the height used.
func (d *Doc) Fit(x, y, width float64, text string, s Style) float64 {
	full := s.size()
	for s.Size = full; d.Measure(clean(text), s) > width && s.Size > 0.6*full; {
		s.Size -= 0.25
	}
	return d.Box(x, y, width, text, s)
}

// Line sets a paragraph at the cursor, over pages if need be.
func (d *Doc) Line(text string, s Style) {
	for _, line := range d.Break(text, d.Width(), s) {
		d.Need(s.LineHeight())
		d.Box(d.Left(), d.Y, d.Width(), line, s)
		d.Y += s.LineHeight()
	}
}

// run draws one line at its baseline.
func (d *Doc) run(x, base float64, line string, s Style) {
	d.setStyle(s)
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			d.pdf.Text(x, base, plain.String())
			x += float64(d.pdf.GetStringSymbolWidth(plain.String())) * s.size() * mm / em
			plain.Reset()
		}
	}
	for _, r := range line {
		if main().has(r) {
			plain.WriteRune(r)
			continue
		}
		drawn := d.o.Rare.has(r)
		d.met(r, drawn, line)
		if !drawn {
			plain.WriteRune(geta)
			continue
		}
		flush()
		d.draw(x, base, r, s)
		x += float64(d.o.Rare.advance(r)) * s.size() * mm / em
	}
	flush()
}

// met records a character that the embedded face lacks.
func (d *Doc) met(r rune, drawn bool, text string) {
	known := d.rare[r]
	if known == nil {
		known = &Rare{Char: string(r), Code: fmt.Sprintf("U+%04X", r), Drawn: drawn, In: []string{}}
		d.rare[r] = known
		d.order = append(d.order, r)
	}
	if len(known.In) < 10 && !slices.Contains(known.In, text) {
		known.In = append(known.In, text)
	}
	if drawn {
		return
	}
	page := d.pdf.PageNo()
	foot := fmt.Sprintf("“%s”中为 %s", strings.ReplaceAll(text, string(r), string(geta)), known.Code)
	if !slices.Contains(d.lacking[page], foot) {
		d.lacking[page] = append(d.lacking[page], foot)
	}
}

// setStyle sets size, weight and colour. A bold sign is the plain one with an
// outline: the embedded face has one weight.
func (d *Doc) setStyle(s Style) {
	if d.size != s.size() {
		d.size = s.size()
		d.pdf.SetFontSize(d.size)
	}
	grey := 0
	if s.Grey {
		grey = 90
	}
	d.pdf.SetTextColor(grey, grey, grey)
	if s.Bold {
		d.pdf.SetLineWidth(s.size() * mm * 0.022)
		d.pdf.SetTextRenderingMode(2)
	} else {
		d.pdf.SetTextRenderingMode(0)
	}
}

// fresh says the type's state again, after a change of page.
func (d *Doc) fresh() {
	d.pdf.SetFontSize(d.size + 1) // another size first: the library leaves out what it believes to be set
	d.pdf.SetFontSize(d.size)
	d.pdf.SetTextRenderingMode(0)
}

// draw draws a character of the second face as an outline.
func (d *Doc) draw(x, base float64, r rune, s Style) {
	outline, err := d.o.Rare.outline(r)
	if err != nil {
		return // has() saw the character; a face with a broken outline draws nothing of it
	}
	scale := s.size() * mm / em / 64
	at := func(p fixed.Point26_6) (float64, float64) {
		return x + float64(p.X)*scale, base + float64(p.Y)*scale
	}
	open := false
	for _, g := range outline {
		ax, ay := at(g.Args[0])
		bx, by := at(g.Args[1])
		cx, cy := at(g.Args[2])
		switch g.Op {
		case sfnt.SegmentOpMoveTo:
			if open {
				d.pdf.ClosePath()
			}
			open = true
			d.pdf.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			d.pdf.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			d.pdf.CurveTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			d.pdf.CurveBezierCubicTo(ax, ay, bx, by, cx, cy)
		}
	}
	if open {
		d.pdf.ClosePath()
		d.pdf.SetFillColor(0, 0, 0)
		d.pdf.DrawPath("F")
	}
}
