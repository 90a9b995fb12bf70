package hall

import (
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Evidence is what a tablet says about the moment of a press. It is kept and
// changes nothing: the time of the record is the server's.
type Evidence struct {
	Device   string `json:"device,omitempty"`
	TabletMS int64  `json:"tablet_ms,omitempty"` // by the tablet's clock, since 1970
	AgoMS    int64  `json:"ago_ms,omitempty"`    // from the press to the sending, by a steady clock
}

// ClockEvent is one event of a clock's history.
type ClockEvent struct {
	Seq    int64            `json:"seq"`
	At     time.Time        `json:"at"`
	Kind   string           `json:"kind"` // of the record: clock.paused
	By     access.AccountID `json:"by"`
	Reason string           `json:"reason"`
	MS     int64            `json:"ms"` // of a compensation
	Evidence
}

// started starts the clocks of some stations of a module at one moment: those
// of them that have not started.
type started struct {
	asked
	Stations []spot `json:"stations"`
	Evidence
}

// asked is which stations of a module somebody has named.
type asked struct {
	Module scoring.ModuleID `json:"module"`
	Batch  int              `json:"batch,omitempty"` // a whole batch
	Codes  []string         `json:"codes,omitempty"` // single stations
}

// spot is a station as records hold it.
type spot struct {
	Code    string `json:"code"`
	Batch   int    `json:"batch"`
	Station int    `json:"station"`
}

func (e started) subject() string { return subject("started", e.Module, e.Batch, e.Codes) }

func (e started) check(h *Hall, _ time.Time) error {
	if _, ok := h.frame.module(e.Module); !ok || len(e.Stations) == 0 {
		return ErrNoClock.Param("code", "")
	}
	var taken error
	for _, s := range e.Stations {
		c := h.clocks[ClockID{e.Module, s.Code}]
		if c == nil || c.state == ClockIdle {
			return nil
		}
		taken = c.not()
	}
	return taken
}

// not says that the clock is in another state than an act needs.
func (c *clock) not() error {
	return ErrClock.Param("code", c.station.Code).Param("state", c.state).Param("at", c.at.Format(time.RFC3339))
}

func (e started) apply(h *Hall, r ledger.Record) {
	for _, s := range e.Stations {
		c := h.clock(e.Module, s)
		if c.state != ClockIdle {
			continue
		}
		at := c.event(r, e.Evidence, "", 0)
		c.state, c.start, c.pauses = ClockRunning, at, nil
	}
}

// clock returns the clock of a station, made at its first record.
func (h *Hall) clock(m scoring.ModuleID, s spot) *clock {
	id := ClockID{m, s.Code}
	if h.clocks[id] == nil {
		row, _ := h.frame.module(m)
		h.clocks[id] = &clock{station: Station{Module: m, Code: s.Code, Batch: s.Batch, Station: s.Station}, limit: row.LimitMS, state: ClockIdle, used: -1}
	}
	return h.clocks[id]
}

// event notes an event and returns its time.
func (c *clock) event(r ledger.Record, ev Evidence, reason string, ms int64) time.Time {
	c.at, c.by = c.after(r.At), access.AccountID(r.Actor)
	c.history = append(c.history, ClockEvent{Seq: r.Seq, At: c.at, Kind: r.Kind, By: c.by, Reason: reason, MS: ms, Evidence: ev})
	return c.at
}

// press is what pause, resume and stop name.
type press struct {
	Module scoring.ModuleID `json:"module"`
	Code   string           `json:"code"`
	Reason string           `json:"reason,omitempty"`
	Evidence
}

func (p press) about(what string) string { return subject(what, p.Module, p.Code, p.Reason) }

// on returns the clock if it is in one of the states.
func (p press) on(h *Hall, states ...ClockState) (*clock, error) {
	c := h.clocks[ClockID{p.Module, p.Code}]
	switch {
	case c == nil:
		return nil, ErrClock.Param("code", p.Code).Param("state", ClockIdle).Param("at", "")
	case !slices.Contains(states, c.state):
		return nil, c.not()
	}
	return c, nil
}

// at returns the clock that a record is about; check has found it.
func (p press) at(h *Hall) *clock { return h.clocks[ClockID{p.Module, p.Code}] }

// paused stops a clock for a while, with a reason.
type paused struct{ press }

func (e paused) subject() string { return e.about("paused") }

func (e paused) check(h *Hall, _ time.Time) error {
	if _, err := e.on(h, ClockRunning); err != nil {
		return err
	}
	return checkText(e.Reason, true)
}

func (e paused) apply(h *Hall, r ledger.Record) {
	c := e.at(h)
	at := c.event(r, e.Evidence, e.Reason, 0)
	c.state = ClockPaused
	c.pauses = append(c.pauses, ClockPause{From: at, Reason: e.Reason, By: c.by})
}

// resumed lets a paused clock go on.
type resumed struct{ press }

func (e resumed) subject() string { return e.about("resumed") }

func (e resumed) check(h *Hall, _ time.Time) error {
	_, err := e.on(h, ClockPaused)
	return err
}

func (e resumed) apply(h *Hall, r ledger.Record) {
	c := e.at(h)
	c.endPause(c.event(r, e.Evidence, e.Reason, 0))
	c.state = ClockRunning
}

func (c *clock) endPause(at time.Time) {
	if n := len(c.pauses); n > 0 && c.pauses[n-1].To == nil {
		c.pauses[n-1].To = &at
	}
}

// stopped ends a competitor's time.
type stopped struct{ press }

func (e stopped) subject() string { return e.about("stopped") }

func (e stopped) check(h *Hall, _ time.Time) error {
	_, err := e.on(h, ClockRunning, ClockPaused)
	return err
}

func (e stopped) apply(h *Hall, r ledger.Record) {
	c := e.at(h)
	at := c.event(r, e.Evidence, e.Reason, 0)
	c.endPause(at)
	c.state, c.stop = ClockStopped, at
	h.tellTime(c, r)
}

// tellTime queues the time used, where it is another than was told.
func (h *Hall) tellTime(c *clock, r ledger.Record) {
	used := c.usedMS(c.at)
	if c.state != ClockStopped || used == c.used {
		return
	}
	c.used = used
	h.tell(r.Seq, Delivery{Fact: FactTime, By: access.AccountID(r.Actor), Module: c.station.Module, Code: c.station.Code, MS: used})
}

// reopened lets a clock go on that was stopped by mistake: by the chief judge.
type reopened struct {
	press
	// Counted is whether the competitor has worked on meanwhile; otherwise the
	// time since the stop is a pause.
	Counted bool `json:"counted"`
}

func (e reopened) subject() string { return e.about("reopened") }

func (e reopened) check(h *Hall, _ time.Time) error {
	if _, err := e.on(h, ClockStopped); err != nil {
		return err
	}
	return checkText(e.Reason, true)
}

func (e reopened) apply(h *Hall, r ledger.Record) {
	c := e.at(h)
	from := c.stop
	at := c.event(r, e.Evidence, e.Reason, 0)
	c.state = ClockRunning
	if !e.Counted {
		c.pauses = append(c.pauses, ClockPause{From: from, To: &at, Reason: e.Reason, By: c.by})
	}
}

// reset takes a start back: by the chief judge. What was told to the division
// stays until the clock is stopped again. Lost time goes with the run; what
// the competitor was given for other reasons stays.
type reset struct{ press }

func (e reset) subject() string { return e.about("reset") }

func (e reset) check(h *Hall, _ time.Time) error {
	if _, err := e.on(h, ClockRunning, ClockPaused, ClockStopped); err != nil {
		return err
	}
	return checkText(e.Reason, true)
}

func (e reset) apply(h *Hall, r ledger.Record) {
	c := e.at(h)
	c.event(r, e.Evidence, e.Reason, 0)
	c.state, c.pauses, c.start, c.stop, c.used = ClockIdle, nil, time.Time{}, time.Time{}, -1
	c.grants = slices.DeleteFunc(c.grants, func(g ClockGrant) bool { return g.Kind == GrantIncident })
}

// granted gives time to some stations of a module: by the chief judge.
type granted struct {
	asked
	Stations []spot    `json:"stations"`
	Kind     GrantKind `json:"kind"`
	MS       int64     `json:"ms"`
	Reason   string    `json:"reason"`
	Device   string    `json:"device,omitempty"`
}

func (e granted) subject() string {
	return subject("granted", e.Module, e.Batch, e.Codes, e.Kind, e.MS, e.Reason)
}

func (e granted) check(h *Hall, _ time.Time) error {
	if _, ok := h.frame.module(e.Module); !ok || len(e.Stations) == 0 {
		return ErrNoClock.Param("code", "")
	}
	var wrong []fault.Field
	if e.MS <= 0 || e.MS > longest {
		wrong = append(wrong, fault.Field{Path: "ms", Code: "out_of_range", Message: "more than 0 ms, at most 24 hours"})
	}
	if e.Kind != GrantIncident && e.Kind != GrantAccommodation {
		wrong = append(wrong, fault.Field{Path: "kind", Code: "unknown", Message: "incident or accommodation"})
	}
	if wrong != nil {
		return ErrInput.With(wrong...)
	}
	return checkText(e.Reason, true)
}

func (e granted) apply(h *Hall, r ledger.Record) {
	for _, s := range e.Stations {
		c := h.clock(e.Module, s)
		at := c.event(r, Evidence{Device: e.Device}, e.Reason, e.MS)
		c.grants = append(c.grants, ClockGrant{Seq: r.Seq, Kind: e.Kind, MS: e.MS, Reason: strings.TrimSpace(e.Reason), By: c.by, At: at})
		h.tellTime(c, r)
	}
}

// grantWithdrawn takes a compensation back, at all the stations that got it.
type grantWithdrawn struct {
	Grant  int64  `json:"grant"` // Seq of its record
	Reason string `json:"reason"`
	Device string `json:"device,omitempty"`
}

func (e grantWithdrawn) subject() string { return subject("grant_withdrawn", e.Grant) }

func (e grantWithdrawn) of(c *clock) bool {
	return slices.ContainsFunc(c.grants, func(g ClockGrant) bool { return g.Seq == e.Grant })
}

func (e grantWithdrawn) check(h *Hall, _ time.Time) error {
	for _, c := range h.clocks {
		if e.of(c) {
			return checkText(e.Reason, true)
		}
	}
	return ErrNoGrant
}

func (e grantWithdrawn) apply(h *Hall, r ledger.Record) {
	for _, id := range h.clockIDs() {
		c := h.clocks[id]
		if !e.of(c) {
			continue
		}
		c.event(r, Evidence{Device: e.Device}, e.Reason, 0)
		c.grants = slices.DeleteFunc(c.grants, func(g ClockGrant) bool { return g.Seq == e.Grant })
		h.tellTime(c, r)
	}
}

// clockIDs lists the clocks by module and code: what is told goes in one order
// on every node.
func (h *Hall) clockIDs() []ClockID {
	ids := make([]ClockID, 0, len(h.clocks))
	for id := range h.clocks {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ClockID) int {
		return strings.Compare(string(a.Module)+"\x1f"+a.Code, string(b.Module)+"\x1f"+b.Code)
	})
	return ids
}
