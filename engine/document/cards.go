package document

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/xinglu/xinglu/internal/print"
)

// Card is a card to wear with a QR code: a competitor's badge (参赛证), a
// judge's card (裁判证).
type Card struct {
	Heading string    // of the contest, or what the card is
	Big     string    // a number or a name
	Lines   []string  // below it
	Until   time.Time // how long it is good; zero: nothing is said
	Code    string    // text of the QR code
	Foot    string
}

// Measures of a card in millimetres: eight of them fill an A4 page.
const (
	cardWidth  = 90.0
	cardHeight = 64.0
	cardGap    = 4.0
	cardCode   = 36.0
	cardInset  = 4.0
)

// Cards writes cards as PDF, eight to a page, with frames to cut along.
func Cards(w io.Writer, k Kit, title string, cards []Card) (print.Result, error) {
	o := k.options(title, "SS-01")
	o.Bare = true
	o.Margins = print.Margins{Left: (210 - 2*cardWidth - cardGap) / 2, Top: 14, Right: 10, Bottom: 10}
	d := print.New(o)
	for i, c := range cards {
		if i%8 == 0 {
			d.AddPage()
		}
		x := d.Left() + float64(i%2)*(cardWidth+cardGap)
		y := d.Top() + float64(i%8/2)*(cardHeight+cardGap)
		if err := card(d, k, c, x, y); err != nil {
			return print.Result{}, fmt.Errorf("card %d: %w", i+1, err)
		}
	}
	return d.Write(w)
}

func card(d *print.Doc, k Kit, c Card, x, y float64) error {
	d.Frame(x, y, cardWidth, cardHeight)
	width := cardWidth - 2*cardInset
	beside := width - cardCode - 3
	top := y + cardInset
	top += d.Fit(x+cardInset, top, width, c.Heading, print.Style{Size: 10, Align: print.Centre}) + 2
	if err := d.QR(x+cardWidth-cardInset-cardCode, top, cardCode, c.Code); err != nil {
		return err
	}
	line := top + 2
	line += d.Fit(x+cardInset, line, beside, c.Big, print.Style{Size: 26, Bold: true}) + 3
	for _, text := range c.Lines {
		line += d.Box(x+cardInset, line, beside, text, print.Style{Size: 10}) + 1
	}
	if !c.Until.IsZero() {
		d.Box(x+cardInset, line, beside, "有效期至 "+k.Day(c.Until), print.Style{Size: 8, Grey: true})
	}
	d.Box(x+cardInset, y+cardHeight-7, width, c.Foot, print.Style{Size: 8, Grey: true, Align: print.Centre})
	return nil
}

// Cards makes a file of cards; who prints what is for the caller to record.
func (d *Desk) Cards(title string, cards []Card) (File, error) {
	var b bytes.Buffer
	r, err := Cards(&b, d.Kit(), title, cards)
	return File{Name: title + ".pdf", Type: pdfType, Data: b.Bytes(), Result: r}, err
}
