package hall

import (
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// ClockID names the clock of one station code in one module. Codes of a module
// differ from batch to batch, so that it names the batch too.
type ClockID struct {
	Module scoring.ModuleID
	Code   string
}

// ClockState is how far a clock is.
type ClockState string

// The states of a clock.
const (
	ClockIdle    ClockState = "idle"
	ClockRunning ClockState = "running"
	ClockPaused  ClockState = "paused"
	ClockStopped ClockState = "stopped"
)

// GrantKind says what compensated time is for.
type GrantKind string

// The kinds of compensation (补时). Both put the end off; only time lost is
// taken off the time used.
const (
	GrantIncident      GrantKind = "incident"      // time lost by no fault of the competitor
	GrantAccommodation GrantKind = "accommodation" // more time for this competitor
)

// ClockPause is one pause of a clock.
type ClockPause struct {
	From   time.Time        `json:"from"`
	To     *time.Time       `json:"to"` // null while it lasts
	Reason string           `json:"reason"`
	By     access.AccountID `json:"by"`
}

// ClockGrant is one compensation.
type ClockGrant struct {
	Seq    int64            `json:"seq"` // of its record
	Kind   GrantKind        `json:"kind"`
	MS     int64            `json:"ms"`
	Reason string           `json:"reason"`
	By     access.AccountID `json:"by"`
	At     time.Time        `json:"at"`
}

// clock is one station's clock in the fold.
type clock struct {
	station Station
	limit   int64
	state   ClockState
	start   time.Time
	stop    time.Time // of a stopped one
	pauses  []ClockPause
	grants  []ClockGrant
	at      time.Time // of the last event
	by      access.AccountID
	history []ClockEvent
	used    int64 // that was last told to the division
}

// after keeps the events of a clock in order: nodes' times may differ by a
// little, and no time used is below 0.
func (c *clock) after(t time.Time) time.Time {
	if t.Before(c.at) {
		return c.at
	}
	return t
}

// until is the moment up to which the clock can have run, looked at now.
func (c *clock) until(now time.Time) time.Time {
	if c.state == ClockStopped {
		return c.stop
	}
	return c.after(now)
}

// paused is how long the clock stood still, in milliseconds.
func (c *clock) paused(now time.Time) int64 {
	var sum int64
	for _, p := range c.pauses {
		to := c.until(now)
		if p.To != nil {
			to = *p.To
		}
		sum += to.Sub(p.From).Milliseconds()
	}
	return sum
}

// granted is the compensation of all kinds, or of the one given.
func (c *clock) granted(only GrantKind) int64 {
	var sum int64
	for _, g := range c.grants {
		if only == "" || g.Kind == only {
			sum += g.MS
		}
	}
	return sum
}

// usedMS is the time used: from the start, without pauses and lost time.
func (c *clock) usedMS(now time.Time) int64 {
	if c.state == ClockIdle {
		return 0
	}
	return max(0, c.until(now).Sub(c.start).Milliseconds()-c.paused(now)-c.granted(GrantIncident))
}

// end is when the time is up: start + limit + pauses + compensation (law 4: it
// is computed, and stored nowhere). ok is false without a limit or a start.
func (c *clock) end(now time.Time) (end time.Time, ok bool) {
	if c.limit == 0 || c.state == ClockIdle {
		return time.Time{}, false
	}
	ms := c.limit + c.paused(now) + c.granted("")
	return c.start.Add(time.Duration(ms) * time.Millisecond), true
}

// Clock is a station's clock as screens show it. Every time is the server's.
// While it runs, a screen that has lost the network goes on from ServerTime by
// a steady clock of its own: used and remaining change by what has passed.
type Clock struct {
	Module  scoring.ModuleID `json:"module"`
	Code    string           `json:"code"` // of the station layer
	Batch   int              `json:"batch"`
	Station int              `json:"station"`
	State   ClockState       `json:"state"`
	LimitMS int64            `json:"limit_ms"` // 0: no limit
	UsedMS  int64            `json:"used_ms"`  // without pauses and lost time
	// RemainingMS is what is left until the time is up; 0 without a limit.
	RemainingMS    int64 `json:"remaining_ms"`
	OvertimeMS     int64 `json:"overtime_ms"` // beyond the end
	PausedMS       int64 `json:"paused_ms"`
	CompensationMS int64 `json:"compensation_ms"` // of all kinds
	// EndsAt is when the time is up as things stand; null without a limit, and
	// while the clock does not run.
	EndsAt    *time.Time   `json:"ends_at"`
	StartedAt *time.Time   `json:"started_at"`
	StoppedAt *time.Time   `json:"stopped_at"`
	Pauses    []ClockPause `json:"pauses"`
	Grants    []ClockGrant `json:"grants"`
	// At and By are of the last event; null before the first.
	At *time.Time       `json:"at"`
	By access.AccountID `json:"by"`
	// Absent says that the competitor of this code did not start.
	Absent bool `json:"absent"`
	// Told says whether the division has the time used; "" before the stop.
	// ToldCode is the code of its refusal.
	Told       Told      `json:"told"`
	ToldCode   string    `json:"told_code"`
	ServerTime time.Time `json:"server_time"`
}

// view is the clock as it stands now.
func (h *Hall) view(st Station, now time.Time) Clock {
	v := Clock{
		Module: st.Module, Code: st.Code, Batch: st.Batch, Station: st.Station, State: ClockIdle, Absent: st.Absent,
		Pauses: []ClockPause{}, Grants: []ClockGrant{}, ServerTime: now,
	}
	m, _ := h.frame.module(st.Module)
	v.LimitMS, v.RemainingMS = m.LimitMS, m.LimitMS
	c := h.clocks[ClockID{st.Module, st.Code}]
	if c == nil {
		return v
	}
	v.State, v.UsedMS, v.PausedMS, v.CompensationMS = c.state, c.usedMS(now), c.paused(now), c.granted("")
	v.Pauses, v.Grants = append(v.Pauses, c.pauses...), append(v.Grants, c.grants...)
	at := c.at
	v.At, v.By = &at, c.by
	if v.LimitMS > 0 && c.state == ClockIdle {
		v.RemainingMS += v.CompensationMS
	}
	if end, ok := c.end(now); ok {
		left := end.Sub(c.until(now)).Milliseconds()
		v.RemainingMS, v.OvertimeMS = max(0, left), max(0, -left)
		if c.state == ClockRunning {
			v.EndsAt = &end
		}
	}
	if c.state != ClockIdle {
		start := c.start
		v.StartedAt = &start
	}
	if c.state == ClockStopped {
		stop := c.stop
		v.StoppedAt = &stop
		if t := h.timeOf(ClockID{st.Module, st.Code}); t != nil {
			v.Told, v.ToldCode = t.told, t.code
		}
	}
	return v
}

// timeOf is the newest delivery of a clock's time, or nil.
func (h *Hall) timeOf(id ClockID) *telling {
	return h.latest(func(d Delivery) bool { return d.Fact == FactTime && d.Module == id.Module && d.Code == id.Code })
}
