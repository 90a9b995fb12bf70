package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/print"
)

// Errors of the desk.
var (
	// ErrNoTickets: the sitting is not prepared, or the choice holds nobody.
	ErrNoTickets = fault.New(fault.Conflict, "nothing_to_print", "there is nothing to print: prepare the sitting first, or choose another room")
	// ErrTooMany: more tickets than one file takes; parameters count and max.
	ErrTooMany = fault.New(fault.Invalid, "too_many_to_print", "{count} tickets are too many for one file of at most {max}; choose a centre or a room")
)

// MaxTickets bounds one file of tickets: with photos it takes about 25 kB a
// ticket in memory.
const MaxTickets = 2000

// Desk makes the documents of sittings from the services' data and records
// who printed what, before the bytes are handed out. Safe for concurrent use.
type Desk struct {
	Exam *exam.Service
	Plan *plan.Plans
	// Results makes score lists; nil where there are none.
	Results *results.Service
	Ledger  ledger.Appender
	Zone    *time.Location // of printed times; nil is China's
	Rare    *print.Font    // second face; nil for none
	// Name gives the name of an account for print; nil or "" prints the id.
	Name func(ctx context.Context, actor string) string
	Now  func() time.Time
}

// Choice narrows a document; empty fields choose all.
type Choice struct {
	Centre  string         `json:"centre,omitempty"`
	Room    string         `json:"room,omitempty"`
	Attempt exam.AttemptID `json:"attempt,omitempty"`
}

func (c Choice) holds(p exam.Place, a exam.AttemptID) bool {
	return (c.Centre == "" || c.Centre == p.Centre) && (c.Room == "" || c.Room == p.Room) && (c.Attempt == "" || c.Attempt == a)
}

// Printed is the record of a document that was handed out, in the stream
// "document/<sitting>".
type Printed struct {
	Document string         `json:"document"` // "tickets", "room_record", "seat_map", "scores", "paper"
	Choice   Choice         `json:"choice"`
	Reason   string         `json:"reason,omitempty"`
	SHA256   string         `json:"sha256"`
	Pages    int            `json:"pages"`
	Missing  []string       `json:"missing"` // code points that no face has
	Sitting  exam.SittingID `json:"sitting"`
}

// File is a finished document.
type File struct {
	Name   string // for saving: "tickets-S1.pdf"
	Type   string // media type
	Data   []byte
	Result print.Result
}

const pdfType = "application/pdf"

// Kit is what documents share that are made now.
func (d *Desk) Kit() Kit {
	return Kit{Zone: d.Zone, Rare: d.Rare, Made: d.Now().UTC().Truncate(time.Millisecond)}
}

// hand records that the document goes out and returns it.
func (d *Desk) hand(ctx context.Context, actor string, id exam.SittingID, what string, c Choice, f File) (File, error) {
	sum := sha256.Sum256(f.Data)
	p := Printed{Document: what, Choice: c, SHA256: hex.EncodeToString(sum[:]), Pages: f.Result.Pages, Missing: []string{}, Sitting: id}
	for _, r := range f.Result.Rare {
		if !r.Drawn {
			p.Missing = append(p.Missing, r.Code)
		}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return f, fmt.Errorf("recording a print: %w", err)
	}
	_, err = d.Ledger.Append(ctx, ledger.Entry{Stream: ledger.StreamID("document/" + string(id)), Expect: ledger.AnySeq, At: d.Now().UTC().Truncate(time.Millisecond),
		Kind: "document.printed", Actor: actor, Data: data})
	return f, err
}

// matter is a sitting with what its plan says.
type matter struct {
	exam.SittingInfo
	plan    *plan.Plan // nil without a plan
	subject string
}

func (d *Desk) matter(ctx context.Context, id exam.SittingID) (matter, error) {
	info, err := d.Exam.Sitting(ctx, id)
	if err != nil {
		return matter{}, err
	}
	m := matter{SittingInfo: info, subject: "机考"}
	p, subject, err := d.Plan.PlanOf(ctx, id)
	switch {
	case errors.Is(err, plan.ErrNotFound):
		return m, nil
	case err != nil:
		return matter{}, err
	}
	m.plan = p
	for _, s := range p.Subjects {
		if s.ID == subject {
			m.subject = s.Name.ZH
		}
	}
	return m, nil
}

// exam is the heading of the sitting's documents.
func (m *matter) exam() Exam {
	o := m.Occupation.Name
	if m.Occupation.Trade != "" {
		o += "（" + m.Occupation.Trade + "）"
	}
	return Exam{Code: m.Code, Name: m.Name.ZH, Occupation: o, Level: m.Level.Zh(), Subject: m.subject,
		StartsAt: m.StartsAt, EndsAt: m.StartsAt.Add(time.Duration(m.Rules.LimitMS) * time.Millisecond)}
}

// centre returns the names of a place and the address of its centre.
func (m *matter) centre(p exam.Place) (centre, address, room string) {
	for _, c := range m.Centres {
		if c.Code != p.Centre {
			continue
		}
		centre = c.Name
		for _, r := range c.Rooms {
			if r.Code == p.Room {
				room = r.Name
			}
		}
	}
	if m.plan != nil {
		for _, c := range m.plan.Centres {
			if c.Code == p.Centre {
				address = c.Address
			}
		}
	}
	return centre, address, room
}

// Tickets makes the tickets of a choice. Errors: ErrNoTickets, ErrTooMany,
// exam.ErrSittingNotFound.
func (d *Desk) Tickets(ctx context.Context, actor string, id exam.SittingID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	list, err := d.Exam.Tickets(ctx, id)
	if err != nil {
		return File{}, err
	}
	list = slices.DeleteFunc(list, func(t exam.Ticket) bool { return !c.holds(t.Place, t.Attempt) })
	switch {
	case len(list) == 0:
		return File{}, ErrNoTickets
	case len(list) > MaxTickets:
		return File{}, ErrTooMany.Param("count", len(list)).Param("max", MaxTickets)
	}
	people, err := d.people(ctx, id)
	if err != nil {
		return File{}, err
	}
	sheet := TicketSheet{Heading: m.Name.ZH}
	if m.plan != nil {
		t := m.plan.Ticket
		sheet = TicketSheet{Heading: t.Heading, Issuer: t.Issuer, Notes: t.Notes, PerPage: t.PerPage}
		if sheet.Heading == "" {
			sheet.Heading = m.plan.Name.ZH
		}
		if sheet.Issuer == "" {
			sheet.Issuer = m.plan.Organiser
		}
	}
	for _, t := range list {
		p := people[t.Attempt]
		one := Ticket{Number: string(t.No), Name: p.Name, IDMasked: p.IDMasked, Unit: p.Unit, Seat: t.Place.Seat, Exam: m.exam()}
		one.Centre, one.Address, one.Room = m.centre(t.Place)
		photo, err := d.Plan.PhotoOf(ctx, t.Candidate)
		if err != nil && !errors.Is(err, plan.ErrNoPhoto) {
			return File{}, err
		}
		one.Photo = photo.Data
		sheet.Tickets = append(sheet.Tickets, one)
	}
	var b bytes.Buffer
	res, err := Tickets(&b, d.Kit(), sheet)
	if err != nil {
		return File{}, err
	}
	return d.hand(ctx, actor, id, "tickets", c, File{Name: "tickets-" + m.Code + ".pdf", Type: pdfType, Data: b.Bytes(), Result: res})
}

// people reads the sitting's seats by attempt.
func (d *Desk) people(ctx context.Context, id exam.SittingID) (map[exam.AttemptID]exam.SeatProgress, error) {
	p, err := d.Exam.Progress(ctx, id)
	if err != nil {
		return nil, err
	}
	by := make(map[exam.AttemptID]exam.SeatProgress, len(p.Seats))
	for _, s := range p.Seats {
		by[s.Attempt] = s
	}
	return by, nil
}

// SeatMaps makes the maps for the doors. Errors: ErrNoTickets,
// exam.ErrSittingNotFound.
func (d *Desk) SeatMaps(ctx context.Context, actor string, id exam.SittingID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	p, err := d.Exam.Progress(ctx, id)
	if err != nil {
		return File{}, err
	}
	at := map[exam.Place]exam.SeatProgress{}
	for _, s := range p.Seats {
		at[s.Assigned] = s
	}
	var rooms []SeatMap
	m.rooms(c, func(centre exam.Centre, r exam.Room) {
		sm := SeatMap{Exam: m.exam(), Centre: centre.Name, Room: r.Name, Columns: r.Columns}
		for i, seat := range slices.Concat(r.Seats, r.Spare) {
			s := at[exam.Place{Centre: centre.Code, Room: r.Code, Seat: seat}]
			sm.Seats = append(sm.Seats, MapSeat{Seat: seat, Name: s.Name, Ticket: string(s.Ticket), Spare: i >= len(r.Seats)})
		}
		rooms = append(rooms, sm)
	})
	if len(rooms) == 0 || len(p.Seats) == 0 {
		return File{}, ErrNoTickets
	}
	var b bytes.Buffer
	res, err := SeatMaps(&b, d.Kit(), rooms)
	if err != nil {
		return File{}, err
	}
	return d.hand(ctx, actor, id, "seat_map", c, File{Name: "seats-" + m.Code + ".pdf", Type: pdfType, Data: b.Bytes(), Result: res})
}

// rooms calls f for the chosen rooms in order.
func (m *matter) rooms(c Choice, f func(exam.Centre, exam.Room)) {
	for _, centre := range m.Centres {
		for _, r := range centre.Rooms {
			if c.holds(exam.Place{Centre: centre.Code, Room: r.Code}, c.Attempt) {
				f(centre, r)
			}
		}
	}
}

// name is an account's name for print.
func (d *Desk) name(ctx context.Context, actor string) string {
	if d.Name != nil {
		if n := d.Name(ctx, actor); n != "" {
			return n
		}
	}
	return strings.TrimSpace(actor)
}
