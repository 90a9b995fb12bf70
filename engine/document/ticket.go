package document

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xinglu/xinglu/internal/print"
)

// Ticket is what stands on one 准考证.
type Ticket struct {
	Number   string
	Name     string
	IDMasked string
	Unit     string
	Centre   string
	Address  string // of the centre; may be ""
	Room     string
	Seat     string
	Photo    []byte // JPEG or PNG; none leaves a frame to paste one in
	Exam     Exam
}

// TicketSheet is a run of tickets.
type TicketSheet struct {
	Heading string // "职业技能等级认定"
	Issuer  string // who examines, at the foot of a ticket; may be ""
	Notes   []string
	PerPage int // 1 or 2 on an A4 page; else 2
	Tickets []Ticket
}

// Tickets writes the sheet as PDF, with a line to cut along where a page
// holds two. A photo that is no picture is left out, and the ticket says so.
func Tickets(w io.Writer, k Kit, s TicketSheet) (print.Result, error) {
	o := k.options("准考证", "KW-01")
	o.Bare = true
	o.Margins = print.Margins{Left: 16, Top: 12, Right: 16, Bottom: 10}
	d := print.New(o)
	for i, t := range s.Tickets {
		top := d.Top()
		switch {
		case s.PerPage == 1 || i%2 == 0:
			d.AddPage()
		default:
			top = pageHalf + 12
			d.Dashes(6, pageHalf, 204, pageHalf)
			d.Box(8, pageHalf-4.5, 60, "沿虚线裁开", print.Style{Size: 7, Grey: true})
		}
		if err := ticket(d, k, s, t, top); err != nil {
			return print.Result{}, fmt.Errorf("ticket %s: %w", t.Number, err)
		}
	}
	return d.Write(w)
}

// Measures of a ticket in millimetres. The photo's frame has the shape of the
// 240×320 picture that registration asks for.
const (
	pageHalf    = 148.5
	photoWidth  = 30.0
	photoHeight = 40.0
	codeSize    = 26.0
	ticketRow   = 7.2
)

func ticket(d *print.Doc, k Kit, s TicketSheet, t Ticket, top float64) error {
	left, width := d.Left(), d.Width()
	y := top
	y += d.Fit(left, y, width, s.Heading, print.Style{Size: 13, Align: print.Centre})
	y += d.Box(left, y, width, "准 考 证", print.Style{Size: 20, Bold: true, Align: print.Centre}) + 1.5
	beside := width - photoWidth - 5
	rowsTop := y
	for _, f := range ticketFields(k, t) {
		label := print.Style{Size: 10, Grey: true}
		value := print.Style{Size: 11, Bold: f.strong}
		h := max(ticketRow, d.Height(f.Value, beside-24, value)+1.2)
		d.Frame(left, y, 22, h)
		d.Frame(left+22, y, beside-22, h)
		d.Box(left, y+(h-label.LineHeight())/2, 22, f.Name, print.Style{Size: 10, Grey: true, Align: print.Centre})
		d.Box(left+24, y+(h-d.Height(f.Value, beside-24, value))/2, beside-24, f.Value, value)
		y += h
	}
	portrait(d, left+width-photoWidth, rowsTop, t.Photo)
	codeX := left + width - (photoWidth+codeSize)/2
	if err := d.QR(codeX, rowsTop+photoHeight+3, codeSize, t.Number); err != nil {
		return err
	}
	d.Box(left+width-photoWidth, rowsTop+photoHeight+3+codeSize, photoWidth, "扫码核对准考证号", print.Style{Size: 7, Grey: true, Align: print.Centre})
	notes(d, max(y, rowsTop+photoHeight+codeSize+7)+2, s, k)
	return nil
}

type ticketField struct {
	print.Field
	strong bool
}

func ticketFields(k Kit, t Ticket) []ticketField {
	plain := func(name, value string) ticketField {
		return ticketField{Field: print.Field{Name: name, Value: value}}
	}
	strong := func(name, value string) ticketField {
		return ticketField{Field: print.Field{Name: name, Value: value}, strong: true}
	}
	centre := t.Centre
	if t.Address != "" {
		centre += "\n" + t.Address
	}
	return []ticketField{
		strong("准考证号", t.Number),
		strong("姓名", t.Name),
		plain("证件号码", t.IDMasked),
		plain("单位", t.Unit),
		plain("职业等级", t.Exam.Occupation+"　"+t.Exam.Level),
		plain("考试科目", t.Exam.Subject),
		strong("考试时间", k.Span(t.Exam.StartsAt, t.Exam.EndsAt)),
		plain("考点", centre),
		strong("考场座位", t.Room+"　"+t.Seat+" 号"),
	}
}

// portrait draws the photo, or the frame to paste one in.
func portrait(d *print.Doc, x, y float64, photo []byte) {
	d.Frame(x, y, photoWidth, photoHeight)
	words := "贴照片处"
	if kind := pictureKind(photo); kind != "" {
		if err := d.Image(x, y, photoWidth, photoHeight, photo, kind); err == nil {
			return
		}
		words = "照片无法打印"
	} else if photo != nil {
		words = "照片无法打印"
	}
	d.Box(x, y+photoHeight/2-3, photoWidth, words, print.Style{Size: 9, Grey: true, Align: print.Centre})
}

// pictureKind tells JPEG from PNG by the first bytes; "" is neither.
func pictureKind(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "JPG"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "PNG"
	}
	return ""
}

func notes(d *print.Doc, y float64, s TicketSheet, k Kit) {
	small := print.Style{Size: 8, Lead: 1.35}
	if len(s.Notes) > 0 {
		y += d.Box(d.Left(), y, d.Width(), "考生须知", print.Style{Size: 9, Bold: true})
	}
	for i, n := range s.Notes {
		y += d.Box(d.Left(), y, d.Width(), fmt.Sprintf("%d. %s", i+1, n), small)
	}
	if s.Issuer != "" {
		d.Box(d.Left(), y+1, d.Width(), s.Issuer+"　"+k.Day(k.Made), print.Style{Size: 8.5, Align: print.End})
	}
}
