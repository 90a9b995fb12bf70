package exam

import (
	"time"

	"github.com/xinglu/xinglu/scoring"
)

// GrantKind says why time was granted.
type GrantKind string

// The kinds of grants.
const (
	GrantIncident      GrantKind = "incident"      // lost time: power, network, machine
	GrantAccommodation GrantKind = "accommodation" // a candidate's need, beyond the factor of registration
)

// Scope says whom a grant is for.
type Scope string

// The scopes of a grant. Room and centre mean those of the ticket: a
// candidate who was moved keeps the grants of the room on the ticket, and gets
// an own grant for an incident in the other room.
const (
	ScopeCandidate Scope = "candidate"
	ScopeRoom      Scope = "room"
	ScopeCentre    Scope = "centre"
	ScopeSitting   Scope = "sitting"
)

// Target says whom something is for.
type Target struct {
	Scope   Scope     `json:"scope" enum:"candidate,room,centre,sitting"`
	Attempt AttemptID `json:"attempt,omitempty"` // scope candidate
	Centre  string    `json:"centre,omitempty"`  // scopes room and centre
	Room    string    `json:"room,omitempty"`    // scope room
}

// covers reports whether an attempt at that place is meant.
func (t *Target) covers(id AttemptID, at Place) bool {
	switch t.Scope {
	case ScopeCandidate:
		return t.Attempt == id
	case ScopeRoom:
		return t.Centre == at.Centre && t.Room == at.Room
	case ScopeCentre:
		return t.Centre == at.Centre
	case ScopeSitting:
		return true
	}
	return false
}

// Granted is extra time (补时), an event of the sitting's stream.
type Granted struct {
	Kind     GrantKind    `json:"kind"`
	Scope    Scope        `json:"scope"`
	Attempt  AttemptID    `json:"attempt,omitempty"` // scope candidate
	Centre   string       `json:"centre,omitempty"`  // scopes room and centre
	Room     string       `json:"room,omitempty"`    // scope room
	MS       int64        `json:"ms"`
	Reason   scoring.Text `json:"reason"`
	Approver string       `json:"approver"` // who decided; the record's actor entered it
	// Provincial: the approver may go beyond the rules' contingency.
	Provincial bool   `json:"provincial,omitempty"`
	Node       string `json:"node"`
	// Seq and At are those of the record; its data is without them.
	Seq int64     `json:"seq,omitempty"`
	At  time.Time `json:"at,omitzero"`
}

func (g *Granted) target() Target { return Target{g.Scope, g.Attempt, g.Centre, g.Room} }

// covers reports whether the grant is for the attempt with that ticket place.
func (g *Granted) covers(id AttemptID, ticket Place) bool {
	t := g.target()
	return t.covers(id, ticket)
}

// Factor is an accommodation factor m in thousandths: 1000 is none, 1250 a
// quarter more.
type Factor int64

// Whole is the factor without accommodation.
const Whole Factor = 1000

// scaled returns ms·m, a broken millisecond rounded up in the candidate's favour.
func (m Factor) scaled(ms int64) int64 { return (ms*int64(m) + 999) / 1000 }

// Deadline computes the end of an attempt (design law 4):
//
//	end = min(start + limit·m, close + limit·(m−1)) + Σ grants
//
// The last entry is no part of it, and no grant can be eaten by the window.
// All durations are milliseconds. The result is computed whenever it is
// needed and never stored.
func Deadline(start, closes time.Time, limitMS int64, m Factor, grantsMS int64) time.Time {
	end := start.Add(ms(m.scaled(limitMS)))
	if last := closes.Add(ms(m.scaled(limitMS) - limitMS)); last.Before(end) {
		end = last
	}
	return end.Add(ms(grantsMS))
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// Times of one attempt as computed from the ledger at one moment.
type Times struct {
	Start     time.Time // zero: not started; then End is what a start now would give
	End       time.Time // with grants and pauses; while paused it moves with the clock
	BaseMS    int64     // start to end without grants and pauses
	GrantedMS int64     // Σ grants and pauses
	PausedMS  int64     // the part of GrantedMS that are pauses
	// HandIn is the earliest hand-in; zero before the sitting has started.
	HandIn time.Time
	// LastCall is End plus grace: then the clock hands in.
	LastCall time.Time
	// Pause is the pause that stops the candidate now; nil: none.
	Pause *Pause
}

// Times computes the times of the attempt under the course of its sitting.
func (a *Attempt) Times(c *Course, now time.Time) Times {
	t := Times{Start: a.StartedAt}
	start := a.StartedAt
	if start.IsZero() {
		start = now
	}
	for i := range c.Grants {
		if c.Grants[i].covers(a.ID, a.Ticket.Place) {
			t.GrantedMS += c.Grants[i].MS
		}
	}
	t.End = Deadline(start, c.ClosesAt, c.Rules.LimitMS, a.Ticket.Factor, t.GrantedMS)
	t.BaseMS = max(0, t.End.Sub(start).Milliseconds()-t.GrantedMS)
	for _, stop := range c.stops(a.ID, a.Ticket.Place, start, a.until(now), nil) {
		if !stop.from.Before(t.End) {
			break // the time was over before the pause
		}
		n := stop.to.Sub(stop.from).Milliseconds()
		t.PausedMS += n
		t.GrantedMS += n
		t.End = t.End.Add(ms(n))
	}
	t.LastCall = t.End.Add(ms(c.Rules.GraceMS))
	if t.Pause = c.openPause(a.ID, a.Ticket.Place); a.open() != nil || !now.Before(t.End) {
		t.Pause = nil // it came after the end
	}
	if !c.StartedAt.IsZero() {
		t.HandIn = c.StartedAt.Add(ms(c.Rules.EarliestHandInMS))
	}
	return t
}

// remaining is the time left at now in milliseconds, never negative.
func (t Times) remaining(now time.Time) int64 {
	return max(0, t.End.Sub(now).Milliseconds())
}
