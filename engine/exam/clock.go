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
	Node     string       `json:"node"`
	At       time.Time    `json:"-"` // of the record
}

// covers reports whether the grant is for the attempt with that ticket place.
func (g *Granted) covers(id AttemptID, ticket Place) bool {
	switch g.Scope {
	case ScopeCandidate:
		return g.Attempt == id
	case ScopeRoom:
		return g.Centre == ticket.Centre && g.Room == ticket.Room
	case ScopeCentre:
		return g.Centre == ticket.Centre
	case ScopeSitting:
		return true
	}
	return false
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
	End       time.Time // with grants
	BaseMS    int64     // start to end without grants
	GrantedMS int64     // Σ grants
	// HandIn is the earliest hand-in; zero before the sitting has started.
	HandIn time.Time
	// LastCall is End plus grace: then the clock hands in.
	LastCall time.Time
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
	t.LastCall = t.End.Add(ms(c.Rules.GraceMS))
	if !c.StartedAt.IsZero() {
		t.HandIn = c.StartedAt.Add(ms(c.Rules.EarliestHandInMS))
	}
	return t
}

// remaining is the time left at now in milliseconds, never negative.
func (t Times) remaining(now time.Time) int64 {
	return max(0, t.End.Sub(now).Milliseconds())
}
