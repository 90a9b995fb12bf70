package hall

import (
	"context"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// ClockAct is what a judge does to a clock.
type ClockAct string

// The acts of judges.
const (
	ActStart  ClockAct = "start"
	ActPause  ClockAct = "pause" // with a reason
	ActResume ClockAct = "resume"
	ActStop   ClockAct = "stop"
)

// Press is one act on one clock.
type Press struct {
	Act    ClockAct
	Module scoring.ModuleID
	Code   string // of the station layer
	Reason string
	Desk   bool // by acts as the chief judge, at every clock
	Evidence
}

// Press acts on a clock and returns it as it is afterwards, also beside
// ErrClock, so that of two who press at once the second sees what is so.
// Errors: ErrNoClock where by keeps no such clock, ErrClock, ErrReason,
// ErrInput, ErrKeyReused, at the desk those of Desk.Office. A repeated key has
// one effect.
func (s *Service) Press(ctx context.Context, by access.AccountID, division, key string, p Press) (Clock, error) {
	list, err := s.keeps(ctx, by, division, p.Desk)
	if err != nil {
		return Clock{}, err
	}
	st, err := stationIn(list, p.Module, p.Code)
	if err != nil {
		return Clock{}, err
	}
	pr := press{Module: p.Module, Code: p.Code, Reason: p.Reason, Evidence: p.Evidence}
	switch p.Act {
	case ActStart:
		e := started{asked: asked{Module: p.Module, Codes: []string{p.Code}}, Stations: []spot{st.spot()}, Evidence: p.Evidence}
		_, err = s.act(ctx, by, division, kindStarted, key, e)
	case ActPause:
		_, err = s.act(ctx, by, division, kindPaused, key, paused{pr})
	case ActResume:
		_, err = s.act(ctx, by, division, kindResumed, key, resumed{pr})
	case ActStop:
		_, err = s.act(ctx, by, division, kindStopped, key, stopped{pr})
	default:
		err = ErrInput.With(fault.Field{Path: "act", Code: "unknown", Message: "start, pause, resume or stop"})
	}
	return s.seen(ctx, division, st, err)
}

func (st Station) spot() spot { return spot{Code: st.Code, Batch: st.Batch, Station: st.Station} }

// seen returns the clock beside what became of an act on it.
func (s *Service) seen(ctx context.Context, division string, st Station, done error) (Clock, error) {
	var v Clock
	err := s.read(ctx, division, func(h *Hall) error { v = h.view(st, s.now()); return nil })
	if done != nil {
		err = done
	}
	return v, err
}

// keeps lists the stations whose clocks by may keep: as the chief judge all.
func (s *Service) keeps(ctx context.Context, by access.AccountID, division string, desk bool) ([]Station, error) {
	if desk {
		if err := s.desk.Office(ctx, division, by, PostChief); err != nil {
			return nil, err
		}
		by = ""
	}
	return s.desk.Stations(ctx, division, by)
}

func stationIn(list []Station, m scoring.ModuleID, code string) (Station, error) {
	i := slices.IndexFunc(list, func(st Station) bool { return st.Module == m && st.Code == code })
	if i < 0 {
		return Station{}, ErrNoClock.Param("code", code)
	}
	return list[i], nil
}

// station returns any of the division's stations.
func (s *Service) station(ctx context.Context, division string, m scoring.ModuleID, code string) (Station, error) {
	list, err := s.desk.Stations(ctx, division, "")
	if err != nil {
		return Station{}, err
	}
	return stationIn(list, m, code)
}

// Stations names stations of one module: those of the codes, or of a whole
// batch where there are none.
type Stations struct {
	Module scoring.ModuleID
	Batch  int
	Codes  []string
}

// of chooses the batch's stations from a list. Whoever is absent is left out
// of a whole batch.
func (b Stations) of(list []Station) ([]spot, error) {
	var out []spot
	for _, st := range list {
		if st.Module == b.Module && (len(b.Codes) == 0 && st.Batch == b.Batch && !st.Absent || slices.Contains(b.Codes, st.Code)) {
			out = append(out, st.spot())
		}
	}
	for _, code := range b.Codes {
		if !slices.ContainsFunc(out, func(p spot) bool { return p.Code == code }) {
			return nil, ErrNoClock.Param("code", code)
		}
	}
	if len(out) == 0 {
		return nil, ErrNoClock.Param("code", fmt.Sprintf("%s/%d", b.Module, b.Batch))
	}
	slices.SortFunc(out, func(x, y spot) int { return x.Station - y.Station })
	return out, nil
}

// StartBatch starts the clocks of a room at one moment: all of a batch in a
// module that by may keep (at the desk: all) and that have not started. It
// returns the clocks of the batch as they are afterwards. Errors: ErrNoClock,
// ErrClock where none was left to start, ErrKeyReused, at the desk those of
// Desk.Office.
func (s *Service) StartBatch(ctx context.Context, by access.AccountID, division, key string, b Stations, desk bool, ev Evidence) ([]Clock, error) {
	list, err := s.keeps(ctx, by, division, desk)
	if err != nil {
		return nil, err
	}
	spots, err := b.of(list)
	if err != nil {
		return nil, err
	}
	_, done := s.act(ctx, by, division, kindStarted, key, started{asked: asked(b), Stations: spots, Evidence: ev})
	all, err := s.clocks(ctx, division, list)
	if done != nil {
		err = done
	}
	return slices.DeleteFunc(all, func(c Clock) bool {
		return c.Module != b.Module || !slices.ContainsFunc(spots, func(p spot) bool { return p.Code == c.Code })
	}), err
}

// Clocks lists the clocks that by may keep, by module, batch and station; with
// "" as by all of them, for those who watch.
func (s *Service) Clocks(ctx context.Context, by access.AccountID, division string) ([]Clock, error) {
	list, err := s.desk.Stations(ctx, division, by)
	if err != nil {
		return nil, err
	}
	return s.clocks(ctx, division, list)
}

func (s *Service) clocks(ctx context.Context, division string, list []Station) ([]Clock, error) {
	out := make([]Clock, 0, len(list))
	now := s.now()
	err := s.read(ctx, division, func(h *Hall) error {
		for _, st := range list {
			out = append(out, h.view(st, now))
		}
		return nil
	})
	return out, err
}

// ClocksIdle returns ErrClockInUse while a clock of one of the codes in one of
// the modules has started or was given time: a clock is known by its code, which
// must not become another competitor's then.
func (s *Service) ClocksIdle(ctx context.Context, division string, modules []scoring.ModuleID, codes []string) error {
	return s.read(ctx, division, func(h *Hall) error {
		for _, id := range h.clockIDs() {
			c := h.clocks[id]
			if slices.Contains(modules, id.Module) && slices.Contains(codes, id.Code) && (c.state != ClockIdle || len(c.grants) > 0) {
				return ErrClockInUse.Param("code", id.Code)
			}
		}
		return nil
	})
}

// Reasons are the reasons of pauses that the division's rules offer.
func (s *Service) Reasons(ctx context.Context, division string) ([]scoring.Text, error) {
	out := []scoring.Text{}
	err := s.read(ctx, division, func(h *Hall) error { out = append(out, h.frame.Rules.PauseReasons...); return nil })
	return out, err
}

// ClockStory is a clock with everything that happened to it, oldest first.
type ClockStory struct {
	Clock
	Events []ClockEvent `json:"events"`
}

// ClockStory returns a clock's whole history, by its code; for the desk.
// Error: ErrNoClock.
func (s *Service) ClockStory(ctx context.Context, division string, m scoring.ModuleID, code string) (ClockStory, error) {
	st, err := s.station(ctx, division, m, code)
	if err != nil {
		return ClockStory{}, err
	}
	out := ClockStory{Events: []ClockEvent{}}
	err = s.read(ctx, division, func(h *Hall) error {
		out.Clock = h.view(st, s.now())
		if c := h.clocks[ClockID{m, code}]; c != nil {
			out.Events = append(out.Events, c.history...)
		}
		return nil
	})
	return out, err
}

// Compensation is time to be given (补时).
type Compensation struct {
	Stations
	Kind   GrantKind
	MS     int64
	Reason string
	Device string
}

// Compensate gives time to stations: by the chief judge. A time that was told
// to the division is told anew where it changes. Errors: ErrNoClock, ErrInput,
// ErrReason, ErrKeyReused, those of Desk.Office.
func (s *Service) Compensate(ctx context.Context, by access.AccountID, division, key string, c Compensation) error {
	if err := s.desk.Office(ctx, division, by, PostChief); err != nil {
		return err
	}
	list, err := s.desk.Stations(ctx, division, "")
	if err != nil {
		return err
	}
	spots, err := c.of(list)
	if err != nil {
		return err
	}
	_, err = s.act(ctx, by, division, kindGranted, key, granted{asked: asked(c.Stations), Stations: spots, Kind: c.Kind, MS: c.MS, Reason: c.Reason, Device: c.Device})
	return err
}

// WithdrawCompensation takes a compensation back, at all stations that got it.
// Errors: ErrNoGrant, ErrReason, ErrKeyReused, those of Desk.Office.
func (s *Service) WithdrawCompensation(ctx context.Context, by access.AccountID, division, key string, grant int64, reason, device string) error {
	if err := s.desk.Office(ctx, division, by, PostChief); err != nil {
		return err
	}
	_, err := s.act(ctx, by, division, kindGrantUndone, key, grantWithdrawn{Grant: grant, Reason: reason, Device: device})
	return err
}

// Mend is how the chief judge mends a wrong press.
type Mend string

// The ways to mend.
const (
	// MendReopen lets a stopped clock go on; the time since is a pause.
	MendReopen Mend = "reopen"
	// MendReopenCounted is the same, but the competitor has worked on.
	MendReopenCounted Mend = "reopen_counted"
	// MendReset takes the start back.
	MendReset Mend = "reset"
)

// Mend mends a wrong press: by the chief judge, with a reason. Errors:
// ErrNoClock, ErrClock, ErrReason, ErrInput, ErrKeyReused, those of Desk.Office.
func (s *Service) Mend(ctx context.Context, by access.AccountID, division, key string, how Mend, m scoring.ModuleID, code, reason, device string) (Clock, error) {
	if err := s.desk.Office(ctx, division, by, PostChief); err != nil {
		return Clock{}, err
	}
	st, err := s.station(ctx, division, m, code)
	if err != nil {
		return Clock{}, err
	}
	p := press{Module: m, Code: code, Reason: reason, Evidence: Evidence{Device: device}}
	switch how {
	case MendReopen, MendReopenCounted:
		_, err = s.act(ctx, by, division, kindReopened, key, reopened{p, how == MendReopenCounted})
	case MendReset:
		_, err = s.act(ctx, by, division, kindReset, key, reset{p})
	default:
		err = ErrInput.With(fault.Field{Path: "mend", Code: "unknown", Message: "reopen, reopen_counted or reset"})
	}
	return s.seen(ctx, division, st, err)
}
