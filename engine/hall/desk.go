package hall

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// Desk is the division that the hall is for, as far as the hall asks and tells
// it; engine.HallDesk is the implementation. All methods are safe for
// concurrent use.
type Desk interface {
	// Frame returns what the opening of the division has frozen. Error: the
	// division is not open.
	Frame(ctx context.Context, division string) (Frame, error)
	// Competitors lists the division's competitors for the call room, by name. What
	// it holds is never sent to judges.
	Competitors(ctx context.Context, division string) ([]Competitor, error)
	// Stations lists the station codes whose clocks by may keep; with "" all
	// that were drawn. Codes are of the station layer and of no other.
	Stations(ctx context.Context, division string, by access.AccountID) ([]Station, error)
	// Office returns why by does not hold the post in the division, or nil.
	Office(ctx context.Context, division string, by access.AccountID, post Post) error
	// Tell takes what the hall found out. It is called at least once for each
	// delivery, in their order, and is idempotent by the delivery's key. An
	// error of the kinds Internal, TooMany and Unavailable means "again later";
	// any other is the division's refusal.
	Tell(ctx context.Context, division string, d Delivery) error
}

// Post is what somebody does in the hall.
type Post string

// The posts that the hall asks for.
const (
	PostCallRoom Post = "call_room" // 检录裁判
	PostChief    Post = "chief"     // 裁判长, and deputies
)

// Frame is what the hall needs of a division's frozen documents. It is copied
// into the hall's stream once, so that the fold depends on nothing else.
type Frame struct {
	Rules     Rules       `json:"rules"`
	Procedure int         `json:"procedure"` // version that the rules are of
	Modules   []ModuleRow `json:"modules"`   // that panels mark
}

// ModuleRow is a module as clocks need it.
type ModuleRow struct {
	ID      scoring.ModuleID `json:"id"`
	Name    scoring.Text     `json:"name"`
	LimitMS int64            `json:"limit_ms"` // 0: no limit
}

func (f *Frame) module(id scoring.ModuleID) (ModuleRow, bool) {
	for _, m := range f.Modules {
		if m.ID == id {
			return m, true
		}
	}
	return ModuleRow{}, false
}

// Competitor is a competitor as the call room knows one: a person, or a team
// that is marked as one.
type Competitor struct {
	ID     string
	Name   string // of the team, where it is one
	Unit   string
	Entry  string   // entry code; "" before the draw or where there is no such layer
	Batch  int      // 0: not drawn
	People []Person // one, or the members of a team
}

// Person is somebody with a face.
type Person struct {
	Candidate exam.CandidateID `json:"candidate"`
	Name      string           `json:"name"`
}

func (c *Competitor) has(who exam.CandidateID) bool {
	return slices.ContainsFunc(c.People, func(p Person) bool { return p.Candidate == who })
}

// Station is one station code of a module.
type Station struct {
	Module  scoring.ModuleID
	Code    string
	Batch   int
	Station int
	Absent  bool // its competitor did not start the module
}
