package print

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// Margins of a page in millimetres.
type Margins struct{ Left, Top, Right, Bottom float64 }

// Options are what a document is.
type Options struct {
	Title string    // in the file's properties
	Code  string    // the document code in the foot: "KW-03 / S1 / 01"
	Made  time.Time // in the foot, in the zone it carries
	Rare  *Font     // second face; nil for none
	// Landscape turns the page; A3 doubles it.
	Landscape, A3 bool
	// Margins; the zero value is 18 mm at the left for binding, else 14 mm.
	Margins Margins
	// Bare leaves out the foot.
	Bare bool
}

// Doc is a document being laid out.
type Doc struct {
	Y float64 // cursor: the top of what comes next

	o       Options
	pdf     *fpdf.Fpdf
	size    float64 // of type, points
	rare    map[rune]*Rare
	order   []rune           // of rare, as met
	lacking map[int][]string // by page: what its foot names
	again   func()           // repeats the head of a table on a new page
	running func()           // draws what stands at the top of every page
	parts   []part           // that are counted by themselves
	images  int
}

// part is a run of pages with a code and numbers of its own.
type part struct {
	first int // page of the file, from 1
	code  string
}

// Rare is a character that the embedded face lacks.
type Rare struct {
	Char  string   `json:"char"`
	Code  string   `json:"code"`  // "U+2CC56"
	Drawn bool     `json:"drawn"` // by the second face; else 〓 stands for it
	In    []string `json:"in"`    // the texts it was met in, at most ten
}

// Result is what became of a document.
type Result struct {
	Pages int    `json:"pages"`
	Rare  []Rare `json:"rare"`
}

// New starts a document without pages.
func New(o Options) *Doc {
	if o.Margins == (Margins{}) {
		o.Margins = Margins{Left: 18, Top: 14, Right: 14, Bottom: 14}
	}
	orientation, paper := "P", "A4"
	if o.Landscape {
		orientation = "L"
	}
	if o.A3 {
		paper = "A3"
	}
	d := &Doc{o: o, pdf: fpdf.New(orientation, "mm", paper, ""), rare: map[rune]*Rare{}, lacking: map[int][]string{}}
	p := d.pdf
	p.SetCatalogSort(true) // the same document gives the same bytes
	p.SetCreationDate(o.Made.UTC())
	p.SetModificationDate(o.Made.UTC())
	p.SetTitle(o.Title, true)
	p.SetProducer("Xinglu", true)
	p.SetLang("zh-CN")
	p.SetMargins(o.Margins.Left, o.Margins.Top, o.Margins.Right)
	p.SetAutoPageBreak(false, 0)
	p.AddUTF8FontFromBytes(family, "", []byte(embedded))
	p.SetFont(family, "", 10)
	d.size = 10
	return d
}

// AddPage begins a new page and puts the cursor at its top.
func (d *Doc) AddPage() {
	d.pdf.AddPage()
	d.pdf.SetLineWidth(hairline)
	d.Y = d.o.Margins.Top
	if d.running != nil {
		d.running()
	}
	if d.again != nil {
		d.again()
	}
}

// Part begins a document of its own within the file, such as one of many
// sheets that are handed out apart: its pages, from the next one on, are
// counted by themselves and carry the code.
func (d *Doc) Part(code string) {
	d.parts = append(d.parts, part{d.Pages() + 1, code})
}

// Running sets what is drawn at the top of every page from the next one on,
// above everything else; nil ends it. f moves the cursor below what it draws.
func (d *Doc) Running(f func()) { d.running = f }

// Pages is how many pages there are so far.
func (d *Doc) Pages() int { return d.pdf.PageCount() }

// Left is the left edge inside the margin.
func (d *Doc) Left() float64 { return d.o.Margins.Left }

// Right is the right edge inside the margin.
func (d *Doc) Right() float64 { w, _ := d.pdf.GetPageSize(); return w - d.o.Margins.Right }

// Top is the upper edge inside the margin.
func (d *Doc) Top() float64 { return d.o.Margins.Top }

// Bottom is the lower edge inside the margin, above the foot.
func (d *Doc) Bottom() float64 {
	_, h := d.pdf.GetPageSize()
	if d.o.Bare {
		return h - d.o.Margins.Bottom
	}
	return h - d.o.Margins.Bottom - footHeight
}

// Width is the room between the margins.
func (d *Doc) Width() float64 { return d.Right() - d.Left() }

// Need begins a new page unless h millimetres are left on this one.
func (d *Doc) Need(h float64) {
	if d.Pages() == 0 || d.Y+h > d.Bottom() {
		d.AddPage()
	}
}

// Skip moves the cursor down.
func (d *Doc) Skip(h float64) { d.Y += h }

const (
	hairline   = 0.2
	footHeight = 9.0
)

// Rule draws a hairline.
func (d *Doc) Rule(x1, y1, x2, y2 float64) {
	d.pdf.SetLineWidth(hairline)
	d.pdf.Line(x1, y1, x2, y2)
}

// Frame draws a hairline box.
func (d *Doc) Frame(x, y, w, h float64) {
	d.pdf.SetLineWidth(hairline)
	d.pdf.Rect(x, y, w, h, "D")
}

// Dashes draws a dashed line, as for cutting.
func (d *Doc) Dashes(x1, y1, x2, y2 float64) {
	d.pdf.SetDashPattern([]float64{2, 1.5}, 0)
	d.Rule(x1, y1, x2, y2)
	d.pdf.SetDashPattern([]float64{}, 0)
}

// QRRows returns text as a QR code (error correction M): its rows from the top,
// "1" a dark module and "0" a light one, without the quiet zone around. Error:
// the text is too long for a code.
func QRRows(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	n := code.Bounds().Dx()
	rows := make([]string, n)
	for y := range n {
		row := make([]byte, n)
		for x := range n {
			row[x] = '0'
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				row[x] = '1'
			}
		}
		rows[y] = string(row)
	}
	return rows, nil
}

// QR draws text as a QR code (error correction M) in a square of that size.
func (d *Doc) QR(x, y, size float64, text string) error {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return fmt.Errorf("QR code: %w", err)
	}
	n := code.Bounds().Dx()
	if code, err = barcode.Scale(code, n*4, n*4); err != nil {
		return fmt.Errorf("QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, code); err != nil {
		return fmt.Errorf("QR code: %w", err)
	}
	return d.Image(x, y, size, size, b.Bytes(), "PNG")
}

// Image draws a picture into the box; kind is "PNG" or "JPG". The picture
// fills the box, so choose a box of its shape.
func (d *Doc) Image(x, y, w, h float64, data []byte, kind string) error {
	d.images++
	name := fmt.Sprint("image", d.images)
	o := fpdf.ImageOptions{ImageType: kind}
	d.pdf.RegisterImageOptionsReader(name, o, bytes.NewReader(data))
	d.pdf.ImageOptions(name, x, y, w, h, false, o, 0, "")
	if err := d.pdf.Error(); err != nil {
		d.pdf.ClearError()
		return fmt.Errorf("drawing a picture: %w", err)
	}
	return nil
}

// Write finishes the document: feet are drawn, then it goes to w. The Doc
// must not be used any more.
func (d *Doc) Write(w io.Writer) (Result, error) {
	if d.Pages() == 0 {
		d.AddPage()
	}
	d.again, d.running = nil, nil
	pages := d.Pages()
	for n := 1; n <= pages; n++ {
		d.pdf.SetPage(n)
		d.fresh()
		d.foot(n, pages)
	}
	res := Result{Pages: pages, Rare: make([]Rare, 0, len(d.order))}
	for _, r := range d.order {
		res.Rare = append(res.Rare, *d.rare[r])
	}
	if err := d.pdf.Output(w); err != nil {
		return res, fmt.Errorf("writing PDF: %w", err)
	}
	return res, nil
}

// counted returns the code of a page of the file, its number in its part and
// how many pages that has.
func (d *Doc) counted(page, last int) (code string, no, of int) {
	code, first := d.o.Code, 1
	for _, p := range d.parts {
		if p.first > page {
			last = p.first - 1
			break
		}
		code, first = p.code, p.first
	}
	return code, page - first + 1, last - first + 1
}

// foot draws what is below the page's content.
func (d *Doc) foot(n, pages int) {
	_, h := d.pdf.GetPageSize()
	y := h - d.o.Margins.Bottom - 4
	small := Style{Size: 8}
	if lacking := d.lacking[n]; lacking != nil {
		d.Fit(d.Left(), y-4.2, d.Width(), "〓 缺字："+strings.Join(lacking, "；"), Style{Size: 7.5})
	}
	if d.o.Bare {
		return
	}
	code, n, pages := d.counted(n, pages)
	d.Rule(d.Left(), y, d.Right(), y)
	d.Box(d.Left(), y+1, d.Width()*0.5, code, small)
	small.Align = Centre
	d.Box(d.Left(), y+1, d.Width(), fmt.Sprintf("第 %d 页 共 %d 页", n, pages), small)
	small.Align = End
	if !d.o.Made.IsZero() {
		d.Box(d.Left(), y+1, d.Width(), d.o.Made.Format("2006-01-02 15:04"), small)
	}
}
