package exam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// steer appends one record to the sitting's stream by a decision on its
// course. An empty kind means that there is nothing to do. It returns the
// course with the record.
func (s *Service) steer(ctx context.Context, c *course, actor, key string, decide func(*Course) (kind string, data any, err error)) (*Course, error) {
	if _, err := s.record(ctx, c, actor, key, decide); err != nil {
		return c.last.Load(), err
	}
	return c.last.Load(), nil
}

// record is steer that returns the number of the record: that of the first
// one when the key is repeated, 0 when there was nothing to do. The course
// that the node knows then holds the record.
func (s *Service) record(ctx context.Context, c *course, actor, key string, decide func(*Course) (kind string, data any, err error)) (int64, error) {
	for range maxTries {
		known, err := s.catchUp(ctx, c, 0)
		if err != nil {
			return 0, err
		}
		if seq := known.keyed(key); seq > 0 {
			return seq, nil
		}
		kind, event, err := decide(known)
		if err != nil || kind == "" {
			return 0, err
		}
		data, err := json.Marshal(event)
		if err != nil {
			return 0, fmt.Errorf("writing %s: %w", kind, err)
		}
		a, err := s.led.Append(ctx, ledger.Entry{Stream: c.id.Stream(), Expect: known.Seq, At: s.now(),
			Kind: kind, Actor: actor, Key: key, Data: data})
		if errors.Is(err, ledger.ErrConflict) {
			continue
		}
		if err != nil {
			return 0, err
		}
		_, err = s.catchUp(ctx, c, a.Seq)
		return a.Seq, err
	}
	return 0, ErrBusy
}

// OpenEntry freezes the rules and lets candidates in from the entry window
// on. Opening an open sitting changes nothing. Errors: ErrNotPrepared,
// ErrSittingClosed, ErrSittingNotFound.
func (s *Service) OpenEntry(ctx context.Context, id SittingID, actor string) error {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return err
	}
	_, err = s.steer(ctx, c, actor, "opened", func(k *Course) (string, any, error) {
		switch {
		case k.State == Closed:
			return "", nil, ErrSittingClosed
		case k.State != Planned:
			return "", nil, nil
		case !k.Prepared:
			return "", nil, ErrNotPrepared
		}
		return kindOpened, SittingOpened{Rules: c.sitting.Rules, StartsAt: c.sitting.StartsAt,
			ClosesAt: c.sitting.ClosesAt, Node: s.o.Node}, nil
	})
	return err
}

// Start starts the sitting for everybody; it is only a flip of state, since
// everything was prepared before. Starting a running sitting changes nothing.
// Errors: ErrNotOpen, ErrStartTooEarly, ErrSealed, ErrSittingClosed,
// ErrSittingNotFound.
func (s *Service) Start(ctx context.Context, id SittingID, actor string) error {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return err
	}
	// Looked at outside of the decision, because it may have to decrypt. A
	// sitting that runs was released: starting it again changes nothing.
	sealed := s.allReleased(ctx, c.sitting)
	known, err := s.steer(ctx, c, actor, "started", func(k *Course) (string, any, error) {
		switch k.State {
		case Planned:
			return "", nil, ErrNotOpen
		case Closed:
			return "", nil, ErrSittingClosed
		case Running:
			return "", nil, nil
		case Open:
		}
		if from := k.StartsAt.Add(-ms(k.Rules.EarlyStartMS)); s.now().Before(from) {
			return "", nil, ErrStartTooEarly.Param("at", instant(from))
		}
		if sealed != nil {
			return "", nil, sealed
		}
		return kindStarted, SittingFlip{Node: s.o.Node}, nil
	})
	if err == nil {
		s.announce(ctx, id.channel(), Notice{News: NewsStart, Seq: known.Seq})
	}
	return err
}

// CloseSitting closes the sitting: nobody can enter or begin any more. Attempts that
// still run are not cut off by it: they refuse it with ErrAttemptsRunning,
// until they end or staff hands them in. The record seals the reconciliation
// of that moment; seats that have not reported do not hold it up. Rooms and
// people are free for other sittings then. Closing twice changes nothing.
func (s *Service) CloseSitting(ctx context.Context, id SittingID, actor string) error {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return err
	}
	p, err := s.Progress(ctx, id)
	if err != nil {
		return err
	}
	if p.Counts.InProgress > 0 {
		return ErrAttemptsRunning.Param("count", p.Counts.InProgress)
	}
	r, err := s.Reconcile(ctx, id)
	if err != nil {
		return err
	}
	known, err := s.steer(ctx, c, actor, "closed", func(k *Course) (string, any, error) {
		if k.State == Closed {
			return "", nil, nil
		}
		return kindClosed, SittingClosed{Reconciled: &r.Reconciled, Node: s.o.Node}, nil
	})
	if err != nil {
		return err
	}
	s.announce(ctx, id.channel(), Notice{News: NewsClosed, Seq: known.Seq})
	// The record is what frees them; this only tidies up.
	roll, err := rolls.Get(ctx, s.db, string(id))
	if err == nil {
		err = s.unbookAll(ctx, c.sitting, roll.Value.entries(), func(*taken) bool { return true })
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.o.Log.WarnContext(ctx, "rooms and people of a closed sitting are still entered", "sitting", id, "error", err)
	}
	return nil
}

// maxReason bounds a reason in one language, in bytes.
const maxReason = 1000

// Grant gives extra time. The key makes it idempotent. Time is only ever added: an attempt that the
// clock has handed in is not opened again. Errors: ErrGrant with Fields,
// ErrContingency, ErrKey, ErrSittingClosed, ErrSittingNotFound, and for a
// single candidate ErrAttemptNotFound, ErrAttemptClosed and ErrVoid.
func (s *Service) Grant(ctx context.Context, id SittingID, key string, g Granted, actor string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return err
	}
	if err := c.sitting.checkGrant(&g); err != nil {
		return err
	}
	if g.Scope == ScopeCandidate {
		if err := s.canGain(ctx, id, g.Attempt); err != nil {
			return err
		}
	}
	list, err := s.ticketsOf(ctx, c)
	if err != nil {
		return err
	}
	g.Node = s.o.Node
	target := g.target()
	seq, err := s.record(ctx, c, actor, "grant/"+key, func(k *Course) (string, any, error) {
		if k.State == Closed {
			return "", nil, ErrSittingClosed
		}
		if g.Kind == GrantIncident && !g.Provincial {
			if err := k.within(list, &target, g.MS, s.now()); err != nil {
				return "", nil, err
			}
		}
		return kindGranted, g, nil
	})
	if err == nil {
		s.announce(ctx, id.channel(), Notice{News: NewsTime, Seq: seq, Target: &target})
	}
	return err
}

// canGain returns why the attempt cannot be given time, or nil.
func (s *Service) canGain(ctx context.Context, sitting SittingID, id AttemptID) error {
	return s.with(ctx, id, func(e *entry) error {
		if err := s.refresh(ctx, e); err != nil {
			return err
		}
		if e.attempt.Ticket.Sitting != sitting {
			return ErrAttemptNotFound
		}
		return e.attempt.open()
	})
}

// checkGrant reports every wrong field and clears those that the scope does
// not use.
func (s *Sitting) checkGrant(g *Granted) error {
	var fields []fault.Field
	bad := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
	}
	if g.Kind != GrantIncident && g.Kind != GrantAccommodation {
		bad("kind", "kind_unknown", "give incident or accommodation")
	}
	if g.MS <= 0 || g.MS > maxDuration {
		bad("ms", "duration_range", fmt.Sprintf("give 1 to %d milliseconds", maxDuration))
	}
	fields = append(fields, checkReason(&g.Reason)...)
	if g.Approver == "" {
		bad("approver", "approver_missing", "say who approved it")
	}
	target := g.target()
	fields = append(fields, s.checkTarget(&target)...)
	g.Attempt, g.Centre, g.Room = target.Attempt, target.Centre, target.Room
	if fields == nil {
		return nil
	}
	return ErrGrant.With(fields...)
}

// checkReason trims the reason and reports it if there is none.
func checkReason(t *scoring.Text) []fault.Field {
	t.ZH, t.EN = strings.TrimSpace(t.ZH), strings.TrimSpace(t.EN)
	if t.ZH == "" || len(t.ZH) > maxReason || len(t.EN) > maxReason {
		return []fault.Field{{Path: "reason.zh", Code: "reason_missing", Message: "give a reason of at most 1000 bytes"}}
	}
	return nil
}

// checkTarget reports a target that the sitting does not have and clears the
// fields that its scope does not use.
func (s *Sitting) checkTarget(t *Target) []fault.Field {
	switch t.Scope {
	case ScopeCandidate:
		t.Centre, t.Room = "", ""
	case ScopeRoom:
		t.Attempt = ""
		if s.room(t.Centre, t.Room) == nil {
			return []fault.Field{{Path: "room", Code: "room_unknown", Message: "the sitting has no such room"}}
		}
	case ScopeCentre:
		t.Attempt, t.Room = "", ""
		if s.centre(t.Centre) == nil {
			return []fault.Field{{Path: "centre", Code: "centre_unknown", Message: "the sitting has no such centre"}}
		}
	case ScopeSitting:
		t.Attempt, t.Centre, t.Room = "", "", ""
	default:
		return []fault.Field{{Path: "scope", Code: "scope_unknown", Message: "give candidate, room, centre or sitting"}}
	}
	return nil
}

// News says what a Notice is about.
type News string

// The news of a sitting's channel and of an attempt's.
const (
	NewsStart     News = "start"     // sitting: started
	NewsTime      News = "time"      // sitting: time was granted
	NewsPause     News = "pause"     // sitting: clocks were stopped, or go on
	NewsAnnounce  News = "announce"  // sitting: an announcement was made
	NewsClosed    News = "closed"    // sitting: closed
	NewsReplaced  News = "replaced"  // attempt: another seat took over
	NewsReceipt   News = "receipt"   // attempt: handed in
	NewsVoid      News = "void"      // attempt: declared void
	NewsAbandoned News = "abandoned" // attempt: the time ran out, nobody handed in
	NewsConnected News = "connected" // attempt: a connection was accepted; no record says so
)

// Notice is what nodes tell one another on the live channels
// "sitting:{id}" and "attempt:{id}". It only says that a record is there;
// what it means is read from the ledger. Connections alone have no records.
type Notice struct {
	News   News    `json:"news"`
	Seq    int64   `json:"seq"`              // of the record of the channel's stream
	Target *Target `json:"target,omitempty"` // of a sitting's news; nil: everybody
	Claim  *Claim  `json:"claim,omitempty"`  // of NewsConnected
}

func (id SittingID) channel() live.Channel { return live.Channel("sitting:{" + string(id) + "}") }
func (id AttemptID) channel() live.Channel { return live.Channel("attempt:{" + string(id) + "}") }

// announceTimeout bounds the telling of news.
const announceTimeout = 5 * time.Second

// announce tells all nodes. The record is durable already, so a failure is
// only logged: connections learn of it when they next read.
func (s *Service) announce(ctx context.Context, ch live.Channel, n Notice) {
	data, err := json.Marshal(n)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), announceTimeout)
		defer cancel()
		_, err = s.bus.Publish(ctx, ch, fmt.Sprintf("%s/%d", n.News, n.Seq), data)
	}
	if err != nil {
		s.o.Log.WarnContext(ctx, "news could not be told", "channel", ch, "news", n.News, "error", err)
	}
}
