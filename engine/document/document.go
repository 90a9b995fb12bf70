// Package document makes the papers of an exam from data: tickets (准考证),
// the record sheet of a room (考场情况记录单), the seat map for its door, score
// lists and the backup paper.
//
// Its functions are pure: equal data gives equal bytes. They write a PDF (the
// score list also a workbook) and return what package print says about it,
// rare characters included. Dates and times are set in the trade's form and
// the zone of the [Kit]; ID numbers come masked, for no document needs more.
// [Desk] brings the data of a sitting and records who printed what.
package document

import (
	"fmt"
	"time"

	"github.com/xinglu/xinglu/internal/print"
)

// Kit is what all documents of an organisation share.
type Kit struct {
	Zone *time.Location // of printed times; nil is China's
	Rare *print.Font    // second face for rare characters; nil for none
	Made time.Time      // when the document is made
}

// China is the zone of printed times where none is given.
var China = time.FixedZone("CST", 8*3600)

func (k Kit) zone() *time.Location {
	if k.Zone == nil {
		return China
	}
	return k.Zone
}

// Day is a date in the trade's form, "2026年11月23日"; "" for no time.
func (k Kit) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(k.zone())
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// Clock is a time of day, "09:00"; "" for no time.
func (k Kit) Clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(k.zone()).Format("15:04")
}

// Moment is date and time, "2026年11月23日 09:00"; "" for no time.
func (k Kit) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return k.Day(t) + " " + k.Clock(t)
}

// Span is from when to when, "2026年11月23日 09:00—10:30".
func (k Kit) Span(from, to time.Time) string {
	if to.IsZero() {
		return k.Moment(from)
	}
	if k.Day(from) != k.Day(to) {
		return k.Moment(from) + "—" + k.Moment(to)
	}
	return k.Moment(from) + "—" + k.Clock(to)
}

func (k Kit) options(title, code string) print.Options {
	return print.Options{Title: title, Code: code, Made: k.Made.In(k.zone()), Rare: k.Rare}
}

// Exam is the heading of every document: what is examined, and when.
type Exam struct {
	Code       string // of the sitting, for the document code
	Name       string
	Occupation string // with the trade: "电工（维修电工）"
	Level      string // "三级/高级工"
	Subject    string // "理论知识考试"
	StartsAt   time.Time
	EndsAt     time.Time
}

// tail is the end of a ticket number, enough to find a seat by and not more.
func tail(ticket string) string {
	r := []rune(ticket)
	if len(r) <= 4 {
		return ticket
	}
	return "…" + string(r[len(r)-4:])
}
