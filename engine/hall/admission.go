package hall

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Ask is the call room's question to the chief judge: may somebody come in who
// is too late, or was absent? It names nobody: before decryption the chief
// judge knows no competitor.
type Ask struct {
	Seq    int64            `json:"seq"`
	At     time.Time        `json:"at"` // when the competitor was there
	By     access.AccountID `json:"by"`
	Call   int              `json:"call"`
	LateMS int64            `json:"late_ms"`
	Why    string           `json:"why"`
	// Decided is null while the chief judge has not said anything.
	Decided *Decision `json:"decided"`
}

// Decision is the chief judge's answer.
type Decision struct {
	At      time.Time        `json:"at"`
	By      access.AccountID `json:"by"`
	Granted bool             `json:"granted"`
	Why     string           `json:"why"`
}

type ask struct {
	Ask
	competitor string
}

// admissionAsked asks the chief judge.
type admissionAsked struct {
	Call       int    `json:"call"`
	Competitor string `json:"competitor"`
	Why        string `json:"why"`
	Device     string `json:"device,omitempty"`
}

func (e admissionAsked) subject() string { return subject("asked", e.Call, e.Competitor) }

func (e admissionAsked) check(h *Hall, at time.Time) error {
	c, m, err := h.member(e.Call, e.Competitor)
	if err != nil {
		return err
	}
	late := m.state() == Absent || m.state() == Expected && at.After(c.cutoff(h.frame.Rules))
	if !late || slices.ContainsFunc(h.asks, func(a *ask) bool {
		return a.Call == e.Call && a.competitor == e.Competitor && a.Decided == nil
	}) {
		return ErrAsked
	}
	return checkText(e.Why, true)
}

func (e admissionAsked) apply(h *Hall, r ledger.Record) {
	c := h.calls[e.Call-1]
	h.asks = append(h.asks, &ask{competitor: e.Competitor, Ask: Ask{
		Seq: r.Seq, At: r.At, By: access.AccountID(r.Actor), Call: e.Call, Why: e.Why,
		LateMS: max(0, r.At.Sub(c.due(h.frame.Rules)).Milliseconds()),
	}})
}

// admissionDecided is the chief judge's answer; granted, the competitor has
// reported at the time of the question.
type admissionDecided struct {
	Ask     int64  `json:"ask"` // Seq of the question
	Granted bool   `json:"granted"`
	Why     string `json:"why"`
	Device  string `json:"device,omitempty"`
}

func (e admissionDecided) subject() string { return subject("decided", e.Ask, e.Granted) }

func (h *Hall) ask(seq int64) *ask {
	if i := slices.IndexFunc(h.asks, func(a *ask) bool { return a.Seq == seq }); i >= 0 {
		return h.asks[i]
	}
	return nil
}

func (e admissionDecided) check(h *Hall, _ time.Time) error {
	a := h.ask(e.Ask)
	if a == nil || a.Decided != nil {
		return ErrNoAsk
	}
	_, m, err := h.member(a.Call, a.competitor)
	if err != nil {
		return err
	}
	if s := m.state(); s != Absent && s != Expected { // came in otherwise meanwhile
		return ErrNoAsk
	}
	return checkText(e.Why, true)
}

func (e admissionDecided) apply(h *Hall, r ledger.Record) {
	a := h.ask(e.Ask)
	by := access.AccountID(r.Actor)
	a.Decided = &Decision{At: r.At, By: by, Granted: e.Granted, Why: e.Why}
	if !e.Granted {
		return
	}
	c := h.calls[a.Call-1]
	s := &Step{Seq: r.Seq, At: r.At, By: by, From: c.of[a.competitor].state(), To: Waiting, Device: e.Device, Why: e.Why, Chief: true}
	h.step(c, a.competitor, s, a.At)
}

// callReleased lets the people of a call go in without the others: by the
// chief judge.
type callReleased struct {
	Call   int    `json:"call"`
	Why    string `json:"why"`
	Device string `json:"device,omitempty"`
}

func (e callReleased) subject() string { return subject("released", e.Call) }

func (e callReleased) check(h *Hall, _ time.Time) error {
	c, err := h.call(e.Call)
	switch {
	case err != nil:
		return err
	case c.released:
		return ErrAsked
	}
	return checkText(e.Why, true)
}

func (e callReleased) apply(h *Hall, _ ledger.Record) { h.calls[e.Call-1].released = true }

// AskAdmission asks the chief judge to let somebody in who is too late or was
// absent. Errors: ErrNoCall, ErrNoMember, ErrAsked, ErrReason, ErrKeyReused,
// those of Desk.Office.
func (s *Service) AskAdmission(ctx context.Context, by access.AccountID, division, key string, call int, competitor, why, device string) error {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return err
	}
	_, err := s.act(ctx, by, division, kindAsked, key, admissionAsked{Call: call, Competitor: competitor, Why: why, Device: device})
	return err
}

// DecideAdmission answers: by the chief judge, who is another person than who
// asked. Errors: ErrNoAsk, ErrSamePerson, ErrReason, ErrKeyReused, those of
// Desk.Office.
func (s *Service) DecideAdmission(ctx context.Context, by access.AccountID, division, key string, seq int64, granted bool, why, device string) error {
	if err := s.desk.Office(ctx, division, by, PostChief); err != nil {
		return err
	}
	err := s.read(ctx, division, func(h *Hall) error {
		if a := h.ask(seq); a != nil && a.By == by {
			return ErrSamePerson
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.act(ctx, by, division, kindDecided, key, admissionDecided{Ask: seq, Granted: granted, Why: why, Device: device})
	return err
}

// ReleaseCall lets the people of a call go in without the others: by the chief
// judge. Errors: ErrNoCall, ErrAsked, ErrReason, ErrKeyReused, those of
// Desk.Office.
func (s *Service) ReleaseCall(ctx context.Context, by access.AccountID, division, key string, call int, why, device string) error {
	if err := s.desk.Office(ctx, division, by, PostChief); err != nil {
		return err
	}
	_, err := s.act(ctx, by, division, kindCallReleased, key, callReleased{Call: call, Why: why, Device: device})
	return err
}

// ChiefCalls is what the chief judge sees of the call room: how far the calls
// are, and what is asked; nobody's name, code or id.
type ChiefCalls struct {
	Calls []CallView `json:"calls"`
	Asked []Ask      `json:"asked"` // oldest first, decided ones too
}

// ChiefCalls returns the call room as the chief judge and supervisors may see
// it.
func (s *Service) ChiefCalls(ctx context.Context, division string) (ChiefCalls, error) {
	out := ChiefCalls{Calls: []CallView{}, Asked: []Ask{}}
	now := s.now()
	err := s.read(ctx, division, func(h *Hall) error {
		for _, c := range h.calls {
			out.Calls = append(out.Calls, h.callView(c, now))
		}
		for _, a := range h.asks {
			out.Asked = append(out.Asked, a.Ask)
		}
		return nil
	})
	return out, err
}
