package hall

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// callMade makes a call. Its number is its place among the calls.
type callMade struct{ Call }

func (e callMade) subject() string { return subject("call", e.Name, e.Batch, e.StartsAt) }

func (e callMade) check(h *Hall, _ time.Time) error {
	if wrong := h.wrongCall(e.Call); len(wrong) > 0 {
		return ErrInput.With(wrong...)
	}
	return nil
}

func (h *Hall) wrongCall(c Call) (wrong []fault.Field) {
	need := func(ok bool, path, code, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: path, Code: code, Message: message})
		}
	}
	need(strings.TrimSpace(c.Name) != "" && utf8.RuneCountInString(c.Name) <= maxText, "name", "missing", "a name of at most 300 characters")
	need(c.Batch >= 0 && c.Batch <= 500, "batch", "out_of_range", "0 to 500")
	need(!c.StartsAt.IsZero(), "starts_at", "missing", "say when it starts")
	need(len(c.Members) > 0 && len(c.Members) <= maxMembers, "members", "missing", "nobody would be called")
	for i, id := range c.Members {
		need(id != "" && !slices.Contains(c.Members[:i], id), "members", "duplicate", "a competitor is named twice, or not at all")
	}
	for i, m := range c.Modules {
		_, known := h.frame.module(m)
		need(known && !slices.Contains(c.Modules[:i], m), "modules", "unknown", "no module that a panel marks, or named twice")
	}
	return wrong
}

func (e callMade) apply(h *Hall, r ledger.Record) {
	c := &call{Call: e.Call, seq: r.Seq, of: make(map[string]*member, len(e.Members))}
	c.No = len(h.calls) + 1
	for _, id := range e.Members {
		c.of[id] = &member{}
	}
	h.calls = append(h.calls, c)
}

// callChanged moves the start of a call or changes whom it calls: those who
// have taken a step stay.
type callChanged struct {
	Call     int       `json:"call"`
	StartsAt time.Time `json:"starts_at,omitzero"` // zero: as it is
	Members  []string  `json:"members,omitempty"`  // none: as they are
	Why      string    `json:"why"`
}

func (e callChanged) subject() string { return subject("changed", e.Call, e.StartsAt, e.Members) }

func (e callChanged) check(h *Hall, _ time.Time) error {
	c, err := h.call(e.Call)
	if err != nil {
		return err
	}
	after := c.Call
	if !e.StartsAt.IsZero() {
		after.StartsAt = e.StartsAt
	}
	if len(e.Members) > 0 {
		after.Members = e.Members
	}
	if wrong := h.wrongCall(after); len(wrong) > 0 {
		return ErrInput.With(wrong...)
	}
	for id, m := range c.of {
		if len(m.steps) > 0 && !slices.Contains(after.Members, id) {
			return ErrInput.With(fault.Field{Path: "members." + id, Code: "has_steps", Message: "has taken a step already and stays"})
		}
	}
	return checkText(e.Why, true)
}

func (e callChanged) apply(h *Hall, _ ledger.Record) {
	c := h.calls[e.Call-1]
	if !e.StartsAt.IsZero() {
		c.StartsAt = e.StartsAt
	}
	if len(e.Members) == 0 {
		return
	}
	c.Members = e.Members
	of := make(map[string]*member, len(e.Members))
	for _, id := range e.Members {
		of[id] = &member{}
		if m := c.of[id]; m != nil {
			of[id] = m
		}
	}
	c.of = of
}

// badgeReplaced makes the badges of a competitor that were given out before
// worthless.
type badgeReplaced struct {
	Competitor string `json:"competitor"`
	Why        string `json:"why"`
}

func (e badgeReplaced) subject() string { return subject("badge", e.Competitor) }

func (e badgeReplaced) check(_ *Hall, _ time.Time) error {
	if e.Competitor == "" {
		return ErrNoMember
	}
	return checkText(e.Why, true)
}

func (e badgeReplaced) apply(h *Hall, _ ledger.Record) { h.badges[e.Competitor]++ }

// badgesPrinted says who has printed badges, and how many.
type badgesPrinted struct {
	Count int `json:"count"`
}

func (e badgesPrinted) subject() string                { return "" }
func (e badgesPrinted) check(*Hall, time.Time) error   { return nil }
func (e badgesPrinted) apply(_ *Hall, _ ledger.Record) {}

// photoSeen says who was shown a competitor's photo, before it was shown.
type photoSeen struct {
	Competitor string           `json:"competitor"`
	Candidate  exam.CandidateID `json:"candidate"` // of a team's people
}

func (e photoSeen) subject() string                { return "" }
func (e photoSeen) check(*Hall, time.Time) error   { return nil }
func (e photoSeen) apply(_ *Hall, _ ledger.Record) {}

// rollSeen says who has seen the names of a call's people, at the first time.
type rollSeen struct {
	Call int `json:"call"`
}

func (e rollSeen) subject() string                { return subject("seen", e.Call) }
func (e rollSeen) check(*Hall, time.Time) error   { return nil }
func (e rollSeen) apply(_ *Hall, _ ledger.Record) {}

// checkText says why a reason cannot be kept; needed: it must be there.
func checkText(s string, needed bool) error {
	if needed && strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > maxText || !utf8.ValidString(s) {
		return ErrReason
	}
	return nil
}
