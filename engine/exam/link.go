package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// Link is one connection of a candidate's screen at this node.
type Link struct {
	s       *Service
	e       *entry
	c       *course
	fence   int64
	page    Page
	at      time.Time // of the connection
	deliver func(Frame)
	cancels []func()

	mu      sync.Mutex // held while frames are made, so they come in order
	opened  bool       // the welcome was delivered
	over    bool       // nothing is delivered any more
	claimed live.Position
}

// Connect ties a connection to the attempt and delivers to it: first the
// welcome, then news as frames: StartFrame, TimeFrame, ReceiptFrame,
// ReplacedFrame, SupersededFrame, and RefusedFrame with code attempt_void;
// after the last three nothing more comes and the connection should end. When
// news may have been missed another WelcomeFrame comes.
//
// An attempt has one connection: with this one accepted, all others of the
// attempt end at their nodes with a SupersededFrame.
//
// deliver is called from one goroutine at a time, must not block and must not
// call Link's methods. Close the link when the connection is over. Errors:
// ErrReplaced, ErrVoid, ErrNotAdmitted, ErrAttemptNotFound.
func (s *Service) Connect(ctx context.Context, id AttemptID, fence int64, page Page, deliver func(Frame)) (*Link, error) {
	l := &Link{s: s, e: s.cache.hold(id), fence: fence, page: page, at: s.now(), deliver: deliver}
	l.mu.Lock()
	err := l.open(ctx, id)
	l.opened, l.over = err == nil, err != nil
	l.mu.Unlock()
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// open subscribes before it reads, so that nothing falls between. l.mu is
// held, which keeps news back until the welcome is delivered.
func (l *Link) open(ctx context.Context, id AttemptID) error {
	sitting := SittingID("")
	err := l.s.with(ctx, id, func(e *entry) error {
		sitting = e.attempt.Ticket.Sitting
		return nil
	})
	if err != nil {
		return err
	}
	if l.c, err = l.s.courseOf(ctx, sitting); err != nil {
		return err
	}
	l.s.rooms.join(l, sitting)
	for _, sub := range []struct {
		ch   live.Channel
		hear hearing
	}{{id.channel(), l.hearAttempt}, {sitting.channel(), l.hearSitting}} {
		if err := l.subscribe(ctx, sub.ch, sub.hear); err != nil {
			return fmt.Errorf("listening to %s: %w", sub.ch, err)
		}
	}
	if err := l.welcome(ctx); err != nil {
		return err
	}
	return l.claim(ctx, false)
}

// hearing acts on news of a channel.
type hearing func(ctx context.Context, n Notice, at live.Position) error

func (l *Link) subscribe(ctx context.Context, ch live.Channel, hear hearing) error {
	from, err := l.s.bus.Position(ctx, ch)
	if err != nil {
		return err
	}
	cancel, err := l.s.bus.Subscribe(ctx, ch, from, func(p live.Publication, reset bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.over {
			return
		}
		ctx, done := context.WithTimeout(context.Background(), announceTimeout)
		defer done()
		var n Notice
		var err error
		switch {
		case reset:
			if err = l.welcome(ctx); err == nil && !l.over {
				err = l.claim(ctx, true)
			}
		default:
			if err = json.Unmarshal(p.Data, &n); err == nil {
				err = hear(ctx, n, p.Position)
			}
		}
		if err != nil {
			l.s.o.Log.Warn("news did not reach a candidate", "channel", ch, "news", n.News, "error", err)
		}
	})
	if err == nil {
		l.cancels = append(l.cancels, cancel)
	}
	return err
}

// welcome reads everything afresh and delivers it.
func (l *Link) welcome(ctx context.Context) error {
	return l.look(ctx, 0, 0, func(a *Attempt, c *Course, now time.Time) error {
		if a.State == Void {
			return l.end(Refuse(0, ErrVoid), ErrVoid)
		}
		if a.State == NotStarted {
			return ErrNotAdmitted
		}
		if a.Fence != l.fence {
			return l.end(ReplacedFrame{Head: Head{"replaced"}, Place: a.Place}, ErrReplaced)
		}
		w := WelcomeFrame{Head: Head{"welcome"}, Attempt: a.View(c, now), SittingState: c.State, StartsAt: c.StartsAt,
			Answers: a.savedAnswers(), ServerTime: now, RemainingMS: a.remaining(c, now), Fence: a.Fence,
			StartJitterMS: c.Rules.StartJitterMS, Notices: a.notices(c), Paused: a.Times(c, now).Pause.view()}
		if l.s.o.Signer != nil {
			w.Signer = l.s.o.Signer.Public()
		}
		if l.s.o.Box != nil {
			w.RescueKey = l.s.o.Box.Public()
		}
		l.deliver(w)
		return nil
	})
}

// end delivers the last frame of an open link. During Connect there is no
// link yet, and the error tells the same.
func (l *Link) end(f Frame, err error) error {
	if l.opened {
		l.over = true
		l.deliver(f)
		return nil
	}
	return err
}

// look gives the attempt and course, at least as new as the given records (0:
// read afresh), to f.
func (l *Link) look(ctx context.Context, attemptSeq, courseSeq int64, f func(*Attempt, *Course, time.Time) error) error {
	c, err := l.s.catchUp(ctx, l.c, courseSeq)
	if err != nil {
		return err
	}
	return l.s.with(ctx, l.e.id, func(e *entry) error {
		if attemptSeq == 0 || e.attempt.Seq < attemptSeq {
			if err := l.s.refresh(ctx, e); err != nil {
				return err
			}
		}
		return f(e.attempt, c, l.s.now())
	})
}

func (l *Link) hearAttempt(ctx context.Context, n Notice, at live.Position) error {
	if n.Claim != nil {
		return l.hearClaim(ctx, n.Claim, at)
	}
	return l.look(ctx, n.Seq, 1, func(a *Attempt, _ *Course, _ time.Time) error {
		switch {
		case a.State == Void:
			return l.end(Refuse(0, ErrVoid), nil)
		case a.State == Abandoned:
			return l.end(Refuse(0, ErrAbandoned), nil)
		case a.Fence != l.fence:
			return l.end(ReplacedFrame{Head: Head{"replaced"}, Place: a.Place}, nil)
		case n.News == NewsReceipt && a.Receipt != nil:
			l.deliver(ReceiptFrame{Head: Head{"receipt"}, Receipt: *a.Receipt})
		}
		return nil
	})
}

func (l *Link) hearSitting(ctx context.Context, n Notice, _ live.Position) error {
	return l.look(ctx, 1, n.Seq, func(a *Attempt, c *Course, now time.Time) error {
		if n.Target != nil && !n.Target.covers(a.ID, a.Ticket.Place) && !n.Target.covers(a.ID, a.Place) {
			return nil
		}
		switch n.News {
		case NewsStart:
			l.deliver(StartFrame{Head: Head{"start"}, Attempt: a.View(c, now), StartJitterMS: c.Rules.StartJitterMS, ServerTime: now})
		case NewsTime:
			for i := range c.Grants {
				if g := &c.Grants[i]; g.Seq == n.Seq && g.covers(a.ID, a.Ticket.Place) {
					l.deliver(TimeFrame{Head: Head{"time"}, Seq: g.Seq, Attempt: a.View(c, now), Reason: g.Reason,
						ServerTime: now, RemainingMS: a.remaining(c, now)})
				}
			}
		case NewsPause:
			l.deliver(PauseFrame{Head: Head{"pause"}, Paused: a.Times(c, now).Pause.view(), Attempt: a.View(c, now),
				ServerTime: now, RemainingMS: a.remaining(c, now)})
		case NewsAnnounce:
			for i := range c.Announcements {
				if v := &c.Announcements[i]; v.Seq == n.Seq && v.covers(a.ID, a.Place) {
					l.deliver(AnnounceFrame{Head: Head{"announce"}, Notice: v.view()})
				}
			}
		case NewsClosed, NewsReplaced, NewsReceipt, NewsVoid, NewsAbandoned, NewsConnected:
		}
		return nil
	})
}

// Beat answers a heartbeat from memory; it never touches the store. rttMS is
// the round trip that the screen measured, hidden that the page is out of
// sight; both are kept in memory for those who watch. Errors: ErrReplaced,
// ErrVoid.
func (l *Link) Beat(n, rttMS int64, hidden bool) (BeatFrame, error) {
	l.e.mu.Lock()
	defer l.e.mu.Unlock()
	a, c, now := l.e.attempt, l.c.last.Load(), l.s.now()
	l.e.sawNow(now)
	l.e.rtt.Store(min(max(0, rttMS), maxRTT))
	l.e.hidden.Store(hidden)
	if a.Seq == 0 { // the last reading failed
		return BeatFrame{}, ErrFold
	}
	if a.State == Void {
		return BeatFrame{}, ErrVoid
	}
	if err := a.held(l.fence); err != nil {
		return BeatFrame{}, err
	}
	return BeatFrame{Head: Head{"beat"}, N: n, ServerTime: now, RemainingMS: a.remaining(c, now),
		AttemptState: a.StateAt(c, now), SittingState: c.State, StartsAt: c.StartsAt}, nil
}

// Close ends the delivery and waits for a running one. It is called once.
func (l *Link) Close() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	for _, cancel := range l.cancels {
		cancel()
	}
	l.s.rooms.leave(l)
	l.s.cache.release(l.e)
}
