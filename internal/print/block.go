package print

import "strings"

// Column is a column of a table.
type Column struct {
	Title string
	Share float64 // of the width, relative to the others
	Align Align
}

// Table is a grid with a head that every page repeats.
type Table struct {
	Columns []Column
	Rows    [][]string // a missing cell is empty
	Size    float64    // of type; 0 means 9
	Row     float64    // least height of a row in mm; 0 means 6.5
}

// padding between a cell's line and its text.
const padding = 1.2

// Table sets the table at the cursor.
func (d *Doc) Table(t Table) {
	if t.Size == 0 {
		t.Size = 9
	}
	if t.Row == 0 {
		t.Row = 6.5
	}
	widths := d.widths(t.Columns)
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = c.Title
	}
	head := func() { d.row(t, widths, titles, Style{Size: t.Size, Bold: true, Align: Centre}) }
	headHeight := d.rowHeight(t, widths, titles, Style{Size: t.Size})
	first := t.Row
	if len(t.Rows) > 0 {
		first = d.rowHeight(t, widths, d.split(t, widths, t.Rows[0], headHeight)[0], Style{Size: t.Size})
	}
	d.Need(headHeight + first) // no head alone at the foot of a page
	head()
	d.again = head
	for _, whole := range t.Rows {
		for _, cells := range d.split(t, widths, whole, headHeight) {
			d.Need(d.rowHeight(t, widths, cells, Style{Size: t.Size}))
			d.row(t, widths, cells, Style{Size: t.Size})
		}
	}
	d.again = nil
}

// split cuts a row that is higher than a page into rows that are not.
func (d *Doc) split(t Table, widths []float64, cells []string, head float64) [][]string {
	s := Style{Size: t.Size}
	room := d.Bottom() - d.Top() - head
	if d.rowHeight(t, widths, cells, s) <= room {
		return [][]string{cells}
	}
	perPage := int((room - padding) / s.LineHeight())
	var parts [][]string
	for i, c := range cells {
		lines := d.Break(c, widths[i]-2*padding, s)
		for n := 0; n*perPage < len(lines); n++ {
			if n == len(parts) {
				parts = append(parts, make([]string, len(cells)))
			}
			parts[n][i] = strings.Join(lines[n*perPage:min((n+1)*perPage, len(lines))], "\n")
		}
	}
	return parts
}

func (d *Doc) widths(columns []Column) []float64 {
	sum := 0.0
	for _, c := range columns {
		sum += c.Share
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = d.Width() * c.Share / sum
	}
	return widths
}

func (d *Doc) rowHeight(t Table, widths []float64, cells []string, s Style) float64 {
	h := t.Row
	for i, c := range cells {
		h = max(h, d.Height(c, widths[i]-2*padding, s)+padding)
	}
	return h
}

func (d *Doc) row(t Table, widths []float64, cells []string, s Style) {
	h := d.rowHeight(t, widths, cells, s)
	x := d.Left()
	for i, w := range widths {
		d.Frame(x, d.Y, w, h)
		if i < len(cells) {
			cell := s
			if !s.Bold {
				cell.Align = t.Columns[i].Align
			}
			text := cells[i]
			top := d.Y + (h-d.Height(text, w-2*padding, cell))/2
			d.Box(x+padding, max(top, d.Y), w-2*padding, text, cell)
		}
		x += w
	}
	d.Y += h
}

// Field is a named value of a form.
type Field struct{ Name, Value string }

// Fields sets named values as a grid with so many pairs a line.
func (d *Doc) Fields(fields []Field, pairs int) {
	const name, size = 0.32, 9.5
	w := d.Width() / float64(pairs)
	label, value := Style{Size: size, Grey: true}, Style{Size: size}
	for i := 0; i < len(fields); i += pairs {
		line := fields[i:min(i+pairs, len(fields))]
		h := 7.0
		for _, f := range line {
			h = max(h, d.Height(f.Value, w*(1-name)-2*padding, value)+padding, d.Height(f.Name, w*name-2*padding, label)+padding)
		}
		d.Need(h)
		for j := range pairs {
			x := d.Left() + float64(j)*w
			d.Frame(x, d.Y, w*name, h)
			d.Frame(x+w*name, d.Y, w*(1-name), h)
			if j < len(line) {
				d.middle(x, w*name, h, line[j].Name, label)
				d.middle(x+w*name, w*(1-name), h, line[j].Value, value)
			}
		}
		d.Y += h
	}
}

// middle sets text in the vertical middle of a cell at the cursor.
func (d *Doc) middle(x, w, h float64, text string, s Style) {
	d.Box(x+padding, d.Y+(h-d.Height(text, w-2*padding, s))/2, w-2*padding, text, s)
}

// Heading sets a title in the middle.
func (d *Doc) Heading(text string, size float64) {
	s := Style{Size: size, Bold: true, Align: Centre}
	d.Need(d.Height(text, d.Width(), s))
	d.Y += d.Box(d.Left(), d.Y, d.Width(), text, s) + 1.5
}

// Section sets a small title before a block that needs h millimetres below it.
func (d *Doc) Section(text string, h float64) {
	s := Style{Size: 10.5, Bold: true}
	d.Need(s.LineHeight() + 2 + h)
	d.Y += 2
	d.Y += d.Box(d.Left(), d.Y, d.Width(), text, s) + 0.5
}

// Signatures sets a block for each signer: who, a line to sign on, a date.
// They stay together on one page.
func (d *Doc) Signatures(signers ...string) {
	const perLine, h = 2, 14.0
	lines := (len(signers) + perLine - 1) / perLine
	d.Need(float64(lines)*h + 2)
	d.Y += 2
	w := d.Width() / perLine
	s := Style{Size: 10}
	for i, who := range signers {
		x, y := d.Left()+float64(i%perLine)*w, d.Y+float64(i/perLine)*h
		text := who + "（签字）："
		d.Box(x, y+4, w, text, s)
		line := x + d.Measure(text, s)
		date := "    年  月  日"
		end := x + w - d.Measure(date, s) - 7
		d.Rule(line, y+4+s.LineHeight(), end, y+4+s.LineHeight())
		d.Box(end+1, y+4, w, date, s)
	}
	d.Y += float64(lines) * h
}

// SealingLine draws the line (密封线) at the left edge of the page beyond
// which the candidate's name is covered, with the fields to fill in by hand.
func (d *Doc) SealingLine(x float64, fields string) {
	_, h := d.pdf.GetPageSize()
	d.Dashes(x, 8, x, h-8)
	d.vertical(x-1.5, h/2, "………… 密 ………… 封 ………… 线 …………", Style{Size: 9, Grey: true})
	d.vertical(x-8, h/2, fields, Style{Size: 10})
}

// vertical sets a line that runs upwards, centred on y.
func (d *Doc) vertical(x, y float64, text string, s Style) {
	d.pdf.TransformBegin()
	d.pdf.TransformRotate(90, x, y)
	d.run(x-d.Measure(text, s)/2, y, text, s)
	d.pdf.TransformEnd()
	d.fresh()
}
