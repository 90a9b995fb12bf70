package exam

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
)

// SaveReply answers a save frame. Ack is nil when nothing was taken, Refused
// is nil when everything was.
type SaveReply struct {
	Ack     *AckFrame
	Refused *RefusedFrame
}

// Save takes the answers of a frame from the seat with the fence and returns
// after they are durable. Good answers are taken though others of the frame
// are refused; Attempt.Save has the rules. Errors concern the whole frame:
// ErrBadFrame, ErrReplaced, ErrVoid, ErrAttemptNotFound, ErrBusy, or
// Unavailable from the ledger; the frame can then be sent again.
func (s *Service) Save(ctx context.Context, id AttemptID, fence int64, frame SaveFrame) (SaveReply, error) {
	var reply SaveReply
	err := s.with(ctx, id, func(e *entry) error {
		e.sawNow(s.now())
		f, err := s.form(ctx, e)
		if err != nil {
			return err
		}
		var saved Saved
		var course *Course
		again := false
		at, err := s.act(ctx, e, e.attempt.actor(), "", false, func(now time.Time, a *Attempt, c *Course) (Event, error) {
			ev, out, err := a.Save(now, c, f, fence, frame, s.o.Node)
			saved, course = out, c
			if err == nil && !again && out.stale() {
				// A grant or start that this node has not heard of may change it.
				again = true
				return nil, errReadOn
			}
			return ev, err
		})
		if err != nil {
			return err
		}
		reply = saved.reply(frame.N, at, s.now(), e.attempt, course)
		if reply.Ack != nil {
			e.acked.Store(reply.Ack.ServerTime.UnixMilli())
		}
		return nil
	})
	if reply.Ack != nil { // signed without the lock: it costs more than all the rest
		reply.Ack.Node = s.o.Node
		s.sign(id, reply.Ack.Answers)
	}
	return reply, err
}

// errReadOn makes act read on and decide again. A decision returns it at most
// once.
var errReadOn = fault.New(fault.Internal, "exam_read_on", "decide again on newer records")

// stale reports whether a refusal could come from not knowing the newest
// records: all reasons but those that lie in the frame itself.
func (s *Saved) stale() bool {
	for _, r := range s.Refused {
		switch r.Code {
		case ErrTooLate.Code, ErrAttemptClosed.Code, ErrNotStarted.Code, CodeSeqReused:
			return true
		}
	}
	return false
}

// reply makes the frames. at is the time of the record with the new answers.
func (s *Saved) reply(n int64, at, now time.Time, a *Attempt, c *Course) SaveReply {
	var r SaveReply
	if len(s.Acks) > 0 {
		for i := range s.Acks {
			if s.Acks[i].At.IsZero() {
				s.Acks[i].At = at
			}
		}
		r.Ack = &AckFrame{Head: Head{"ack"}, N: n, Answers: s.Acks,
			Ledger: StreamHead{Seq: a.Seq, Hash: hex.EncodeToString(a.Hash)}, ServerTime: now, RemainingMS: a.remaining(c, now)}
	}
	if len(s.Refused) > 0 {
		f := Refuse(n, refusal(s.Refused))
		f.Answers = s.Refused
		r.Refused = &f
	}
	return r
}

// refusal is the one reason of all refused answers, or ErrAnswers for several.
func refusal(list []RefusedAnswer) error {
	code := list[0].Code
	for _, r := range list {
		if r.Code != code {
			return ErrAnswers
		}
	}
	for _, e := range []*fault.Error{ErrTooLate, ErrAttemptClosed, ErrNotStarted} {
		if e.Code == code {
			return e
		}
	}
	return fault.New(fault.Invalid, code, "the answer does not fit the paper or its sequence")
}

// HandIn hands in for the candidate. A repeated key, and any hand-in after
// the first, gets the first receipt. Errors: those of Attempt.Finish,
// ErrAttemptNotFound.
func (s *Service) HandIn(ctx context.Context, id AttemptID, fence int64, n int64, key string) (ReceiptFrame, error) {
	r, err := s.finish(ctx, id, Leave{By: ByCandidate, Fence: fence, Key: key}, "")
	if err == nil {
		s.sweep.at(id, s.now())
	}
	return ReceiptFrame{Head: Head{"receipt"}, N: n, Receipt: r}, err
}

// ForceHandIn hands in for an invigilator, at any time while the attempt
// runs. Errors: ErrReason, ErrNotStarted, ErrVoid, ErrAttemptNotFound.
func (s *Service) ForceHandIn(ctx context.Context, id AttemptID, actor, reason string) (Receipt, error) {
	r, err := s.finish(ctx, id, Leave{By: ByInvigilator, Reason: reason}, actor)
	if err == nil {
		s.sweep.at(id, s.now())
	}
	return r, err
}

// finish is the one path by which candidate, clock and invigilator hand in.
// It only flips the state; marking follows on the workers.
func (s *Service) finish(ctx context.Context, id AttemptID, l Leave, actor string) (Receipt, error) {
	var receipt Receipt
	var seq int64
	err := s.with(ctx, id, func(e *entry) error {
		key := ""
		if l.Key != "" {
			key = "hand_in/" + l.Key
		}
		if l.By == ByCandidate {
			actor = e.attempt.actor()
		}
		at, err := s.act(ctx, e, actor, key, true, func(now time.Time, a *Attempt, c *Course) (Event, error) {
			return a.Finish(now, c, l, s.o.Node)
		})
		if err != nil {
			return err
		}
		if !at.IsZero() {
			seq = e.attempt.Seq
		}
		receipt = *e.attempt.Receipt
		return nil
	})
	if seq > 0 {
		s.announce(ctx, id.channel(), Notice{News: NewsReceipt, Seq: seq})
	}
	return receipt, err
}

// Void takes the attempt out of the results, for good, at any time. After an
// error repeat it: its outcome is delivered for certain only when it returned
// nil. Errors: ErrReason, ErrAttemptNotFound.
func (s *Service) Void(ctx context.Context, id AttemptID, actor, reason string) error {
	var seq int64
	err := s.with(ctx, id, func(e *entry) error {
		at, err := s.act(ctx, e, actor, "", true, func(_ time.Time, a *Attempt, _ *Course) (Event, error) {
			return a.Invalidate(reason, s.o.Node)
		})
		if err != nil {
			return err
		}
		if !at.IsZero() {
			seq = e.attempt.Seq
		}
		// Also when it was void before: a call that was cut off is repeated.
		return s.list(ctx, e.attempt)
	})
	if seq > 0 {
		s.announce(ctx, id.channel(), Notice{News: NewsVoid, Seq: seq})
	}
	if err == nil {
		s.sweep.at(id, s.now())
	}
	return err
}
