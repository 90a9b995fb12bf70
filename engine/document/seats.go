package document

import (
	"fmt"
	"io"

	"github.com/xinglu/xinglu/internal/print"
)

// SeatMap is one room as it hangs at its door.
type SeatMap struct {
	Exam    Exam
	Centre  string
	Room    string
	Columns int // seats a row, as in exam.Room; 0 puts all in rows of eight
	Seats   []MapSeat
}

// MapSeat is one seat; without a name it is empty.
type MapSeat struct {
	Seat   string
	Name   string
	Ticket string
	Spare  bool
}

// SeatMaps writes the maps, a room a page, landscape. Of ticket numbers only
// the last four are shown: a door is read by everybody.
func SeatMaps(w io.Writer, k Kit, rooms []SeatMap) (print.Result, error) {
	code := "KW-02"
	if len(rooms) > 0 {
		code += " / " + rooms[0].Exam.Code
	}
	o := k.options("考场座次表", code)
	o.Landscape = true
	d := print.New(o)
	for i := range rooms {
		rooms[i].print(d, k)
	}
	return d.Write(w)
}

func (m *SeatMap) print(d *print.Doc, k Kit) {
	columns := m.Columns
	if columns <= 0 || columns > 16 {
		columns = 8
	}
	m.head(d, k)
	rows := (len(m.Seats) + columns - 1) / columns
	const gap = 1.5
	w := (d.Width() - gap*float64(columns-1)) / float64(columns)
	// As high as fits on the page, but readable from a step away.
	h := min(20, max(13, (d.Bottom()-d.Y)/float64(max(rows, 1))-gap))
	for i, s := range m.Seats {
		if i%columns == 0 && i > 0 {
			d.Y += h + gap
		}
		if d.Y+h > d.Bottom() {
			m.head(d, k)
		}
		m.seat(d, d.Left()+float64(i%columns)*(w+gap), w, h, s)
	}
}

func (m *SeatMap) head(d *print.Doc, k Kit) {
	d.AddPage()
	used := 0
	for _, s := range m.Seats {
		if s.Name != "" {
			used++
		}
	}
	d.Heading(m.Centre+"　"+m.Room+"　座次表", 18)
	line := fmt.Sprintf("%s　%s %s　%s　%s　共 %d 人", m.Exam.Name, m.Exam.Occupation, m.Exam.Level, m.Exam.Subject, k.Span(m.Exam.StartsAt, m.Exam.EndsAt), used)
	d.Y += d.Fit(d.Left(), d.Y, d.Width(), line, print.Style{Size: 10, Align: print.Centre}) + 1
	w := 60.0
	d.Frame(d.Left()+(d.Width()-w)/2, d.Y, w, 6)
	d.Box(d.Left()+(d.Width()-w)/2, d.Y+0.5, w, "讲 台", print.Style{Size: 9, Align: print.Centre})
	d.Y += 8.5
}

func (m *SeatMap) seat(d *print.Doc, x, w, h float64, s MapSeat) {
	d.Frame(x, d.Y, w, h)
	d.Box(x+1, d.Y+0.5, w-2, s.Seat, print.Style{Size: 9, Grey: true})
	centre := func(y float64, text string, style print.Style) {
		style.Align = print.Centre
		d.Fit(x+0.5, y, w-1, text, style)
	}
	switch {
	case s.Name != "":
		centre(d.Y+h*0.26, s.Name, print.Style{Size: 12, Bold: true, Lead: 1.2})
		centre(d.Y+h-5, tail(s.Ticket), print.Style{Size: 9, Lead: 1.2})
	case s.Spare:
		centre(d.Y+h*0.35, "备用", print.Style{Size: 10, Grey: true})
	default:
		centre(d.Y+h*0.35, "—", print.Style{Size: 10, Grey: true})
	}
}
