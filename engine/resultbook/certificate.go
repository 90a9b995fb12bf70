package resultbook

import (
	"fmt"
	"io"
	"strings"

	"github.com/xinglu/xinglu/internal/print"
)

// Certificate is one certificate to print (荣誉证书).
type Certificate struct {
	Number    string
	Recipient string
	Unit      string
	Award     string
	Year      int
	// Address is where anybody can check it; the QR code holds it. It is bound
	// to the published result by the hash that it carries.
	Address string
}

// CertificatesPDF writes certificates, one a landscape page. Without a frame
// they go on paper that has one.
func CertificatesPDF(w io.Writer, k Kit, h Head, f CertificateForm, frame bool, list []Certificate) (print.Result, error) {
	d := h.start(k, "荣誉证书", h.doc(paperAwards), landscape, func(o *print.Options) {
		o.Bare, o.Margins = true, print.Margins{Left: 38, Top: 14, Right: 38, Bottom: 14}
	})
	for i := range list {
		if err := list[i].print(d, k, h, f, frame); err != nil {
			return print.Result{}, err
		}
	}
	return d.Write(w)
}

func (c *Certificate) print(d *print.Doc, k Kit, h Head, f CertificateForm, frame bool) error {
	const wide, high = 297.0, 210.0
	d.AddPage()
	if frame {
		border(d, wide, high)
	}
	d.Fit(d.Left(), 28, d.Width(), f.Title, print.Style{Size: 40, Bold: true, Align: print.Centre})
	if h.Rehearsal {
		d.Box(d.Left(), 50, d.Width(), "〔演练，不作为正式证书〕", print.Style{Size: 12, Align: print.Centre})
	}
	text := print.Style{Size: 18, Lead: 1.7}
	y := 62.0
	y += d.Fit(d.Left(), y, d.Width(), c.Recipient+"（"+c.Unit+"）：", text) + 2
	y += d.Box(d.Left(), y, d.Width(), "　　"+f.filled(h, c.Year), text) + 3
	y += d.Fit(d.Left(), y, d.Width(), c.Award, print.Style{Size: 34, Bold: true, Align: print.Centre, Lead: 1.5}) + 2
	if f.Closing != "" {
		d.Box(d.Left(), y, d.Width(), "　　"+CertificateForm{Body: f.Closing}.filled(h, c.Year), text)
	}
	const size = 24.0
	low := high - 48
	if err := d.QR(d.Left(), low, size, c.Address); err != nil {
		return fmt.Errorf("certificate %s: %w", c.Number, err)
	}
	d.Box(d.Left(), low+size+0.5, 90, "证书编号："+c.Number, print.Style{Size: 9.5})
	d.Box(d.Left()+size+3, low+size-5, 60, "扫码查验", print.Style{Size: 9, Grey: true})
	right := print.Style{Size: 15, Align: print.End, Lead: 1.6}
	d.Fit(d.Left()+90, low+4, d.Width()-90, h.Organiser, right)
	d.Box(d.Left()+90, low+14, d.Width()-90, k.Day(k.Made), right)
	return nil
}

// filled puts names into the wording.
func (f CertificateForm) filled(h Head, year int) string {
	return strings.NewReplacer("{contest}", h.Contest, "{event}", h.Event, "{division}", h.Name, "{year}", fmt.Sprint(year)).Replace(f.Body)
}

// border draws a double frame with cut corners.
func border(d *print.Doc, wide, high float64) {
	for _, in := range []float64{11, 12, 15} {
		d.Frame(in, in, wide-2*in, high-2*in)
	}
	const corner = 9.0
	for _, x := range []float64{15, wide - 15 - corner} {
		for _, y := range []float64{15, high - 15 - corner} {
			d.Frame(x, y, corner, corner)
			d.Frame(x+2, y+2, corner-4, corner-4)
		}
	}
}
