package exam

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// SittingPaused stops the clocks of a scope, an event of the sitting's
// stream. As with grants, room and centre are those of the ticket.
type SittingPaused struct {
	Target
	// Kind tells an interruption from a rest that a candidate was promised;
	// only the first counts towards the contingency.
	Kind     GrantKind    `json:"kind"`
	Reason   scoring.Text `json:"reason"`
	Approver string       `json:"approver"`
	Node     string       `json:"node"`
}

// SittingResumed ends a pause.
type SittingResumed struct {
	Pause int64 `json:"pause"` // Seq of the record that began it
	// Approver and Provincial as in Granted: by the end, the pause is time that
	// is given back.
	Approver   string `json:"approver"`
	Provincial bool   `json:"provincial,omitempty"`
	Node       string `json:"node"`
}

// Pause is one pause as the course holds it.
type Pause struct {
	Seq int64 `json:"seq"` // of the record that began it
	SittingPaused
	From time.Time  `json:"from"`
	To   *time.Time `json:"to,omitempty"` // absent while it lasts
}

// stop is a time in which a clock stood still.
type stop struct{ from, to time.Time }

// stops returns the union of the pauses that cover the attempt between from
// and until, in order: pauses that overlap or lie within one another stop a
// clock once. A pause that lasts ends at until. of selects pauses; nil: all.
func (c *Course) stops(id AttemptID, ticket Place, from, until time.Time, of func(*Pause) bool) []stop {
	var all []stop
	for i := range c.Pauses {
		p := &c.Pauses[i]
		if !p.covers(id, ticket) || of != nil && !of(p) {
			continue
		}
		s := stop{from: p.From, to: until}
		if p.To != nil && p.To.Before(until) {
			s.to = *p.To
		}
		if s.from.Before(from) {
			s.from = from
		}
		if s.from.Before(s.to) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b stop) int { return a.from.Compare(b.from) })
	merged := all[:0]
	for _, s := range all {
		if n := len(merged); n > 0 && !s.from.After(merged[n-1].to) {
			if s.to.After(merged[n-1].to) {
				merged[n-1].to = s.to
			}
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// openPause returns the first pause that covers the attempt and lasts, or nil.
func (c *Course) openPause(id AttemptID, ticket Place) *Pause {
	for i := range c.Pauses {
		if p := &c.Pauses[i]; p.To == nil && p.covers(id, ticket) {
			return p
		}
	}
	return nil
}

// until is the moment up to which the attempt's clock can have been stopped.
func (a *Attempt) until(now time.Time) time.Time {
	if a.HandIn != nil && a.HandIn.At.Before(now) {
		return a.HandIn.At
	}
	if a.Abandoned != nil && a.Abandoned.At.Before(now) {
		return a.Abandoned.At
	}
	return now
}

// lost is the time in ms that incidents have cost the candidate of a place up
// to now and that was given back: what the contingency bounds.
func (c *Course) lost(id AttemptID, ticket Place, now time.Time) int64 {
	var sum int64
	for i := range c.Grants {
		if g := &c.Grants[i]; g.Kind == GrantIncident && g.covers(id, ticket) {
			sum += g.MS
		}
	}
	incident := func(p *Pause) bool { return p.Kind == GrantIncident }
	for _, s := range c.stops(id, ticket, c.StartedAt, now, incident) {
		sum += s.to.Sub(s.from).Milliseconds()
	}
	return sum
}

// within returns ErrContingency if more ms for the target would give one of
// its candidates more than the rules allow.
func (c *Course) within(list []Ticket, t *Target, more int64, now time.Time) error {
	limit := c.Rules.Contingency
	if limit == nil {
		return nil
	}
	for i := range list {
		k := &list[i]
		if !t.covers(k.Attempt, k.Place) {
			continue
		}
		if lost := c.lost(k.Attempt, k.Place, now) + more; lost > limit.ExtendUpToMS {
			return ErrContingency.Param("limit_ms", limit.ExtendUpToMS).Param("lost_ms", lost).
				Param("beyond", limit.Beyond).Param("ticket", k.No)
		}
	}
	return nil
}

// Pause stops the clocks of the target until Resume; it returns the pause's
// number. The key makes it idempotent. Errors: ErrPause with Fields, ErrKey,
// ErrNotStarted, ErrSittingClosed, ErrSittingNotFound, and for a single
// candidate ErrAttemptNotFound, ErrAttemptClosed and ErrVoid.
func (s *Service) Pause(ctx context.Context, id SittingID, key string, p SittingPaused, actor string) (int64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return 0, err
	}
	fields := append(c.sitting.checkTarget(&p.Target), checkReason(&p.Reason)...)
	if p.Kind != GrantIncident && p.Kind != GrantAccommodation {
		fields = append(fields, fault.Field{Path: "kind", Code: "kind_unknown", Message: "give incident or accommodation"})
	}
	if fields != nil {
		return 0, ErrPause.With(fields...)
	}
	if p.Scope == ScopeCandidate {
		if err := s.canGain(ctx, id, p.Attempt); err != nil {
			return 0, err
		}
	}
	p.Node = s.o.Node
	seq, err := s.record(ctx, c, actor, "pause/"+key, func(k *Course) (string, any, error) {
		return kindPaused, p, k.running()
	})
	if err == nil {
		s.announce(ctx, id.channel(), Notice{News: NewsPause, Seq: seq, Target: &p.Target})
	}
	return seq, err
}

// Resume ends the pause with the number; what it lasted is given back.
// Resuming again changes nothing. Errors: ErrPauseNotFound, ErrContingency
// unless provincial, ErrSittingClosed, ErrSittingNotFound.
func (s *Service) Resume(ctx context.Context, id SittingID, pause int64, approver string, provincial bool, actor string) error {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return err
	}
	list, err := s.ticketsOf(ctx, c)
	if err != nil {
		return err
	}
	var target Target
	known, err := s.steer(ctx, c, actor, "", func(k *Course) (string, any, error) {
		i := slices.IndexFunc(k.Pauses, func(p Pause) bool { return p.Seq == pause })
		switch {
		case i < 0:
			return "", nil, ErrPauseNotFound
		case k.Pauses[i].To != nil:
			return "", nil, nil
		}
		p := &k.Pauses[i]
		target = p.Target
		if p.Kind == GrantIncident && !provincial {
			if err := k.within(list, &target, 0, s.now()); err != nil {
				return "", nil, err
			}
		}
		return kindResumed, SittingResumed{Pause: pause, Approver: approver, Provincial: provincial, Node: s.o.Node}, nil
	})
	if err == nil && target.Scope != "" {
		s.announce(ctx, id.channel(), Notice{News: NewsPause, Seq: known.Seq, Target: &target})
	}
	return err
}

// running returns why nothing can be done to a running sitting, or nil.
func (c *Course) running() error {
	switch c.State {
	case Planned, Open:
		return ErrNotStarted
	case Closed:
		return ErrSittingClosed
	case Running:
	}
	return nil
}

// PausedView is an open pause as the candidate sees it.
type PausedView struct {
	Since  time.Time    `json:"since"`
	Reason scoring.Text `json:"reason"`
}

func (p *Pause) view() *PausedView {
	if p == nil {
		return nil
	}
	return &PausedView{Since: p.From, Reason: p.Reason}
}

// PauseFrame tells that the candidate's clock stops, or goes on (Paused null).
type PauseFrame struct {
	Head
	Paused      *PausedView `json:"paused" nullable:"true"`
	Attempt     AttemptView `json:"attempt"`
	ServerTime  time.Time   `json:"server_time"`
	RemainingMS int64       `json:"remaining_ms"`
}
