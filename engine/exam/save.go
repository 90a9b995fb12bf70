package exam

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
)

// maxFrame bounds the answers of one frame. It is above the questions of any
// paper that fits a frame of 64 KiB.
const maxFrame = 500

// Saved is the outcome of a save frame: every answer of the frame is either
// acknowledged or refused, in the frame's order.
type Saved struct {
	Acks    []Ack // At is zero for those that wait for the event's record
	Refused []RefusedAnswer
}

// Save decides about the answers of a frame, each on its own: good ones are
// taken though others are refused, so that a mistake loses nothing.
//
//   - What was given at the later seat counts, and at one seat the higher seq:
//     see Attempt.seatOf. Others are kept as history and acknowledged. A seq
//     that is there with the same value, of that seat or a later one, gets its
//     first acknowledgement again, even after the end; with another value of
//     the same seat it is refused (seq_reused) and can be sent with a higher seq.
//   - After the end, within the grace, an answer counts if the machine's own
//     monotonic clock, tied to the server's by answers recorded earlier,
//     proves that it was given before the end. Others are refused (too_late)
//     and kept as evidence.
//
// Errors concern the whole frame: ErrBadFrame, ErrReplaced, ErrVoid.
func (a *Attempt) Save(now time.Time, c *Course, f *Form, fence int64, frame SaveFrame, node string) (Event, Saved, error) {
	if a.State == Void {
		return nil, Saved{}, ErrVoid
	}
	if err := a.held(fence); err != nil {
		return nil, Saved{}, err
	}
	if n := len(frame.Answers); n == 0 || n > maxFrame {
		return nil, Saved{}, ErrBadFrame.With(fault.Field{Path: "answers", Code: "count",
			Message: "a frame carries 1 to " + strconv.Itoa(maxFrame) + " answers"})
	}
	d := saving{a: a, now: now, times: a.Times(c, now), fence: fence,
		event: Answered{Fence: fence, Node: node, Answers: make([]Given, 0, len(frame.Answers))},
		saved: Saved{Acks: make([]Ack, 0, len(frame.Answers))}}
	for _, g := range frame.Answers {
		if code := f.check(&g); code != "" {
			d.refuse(&g, code)
			continue
		}
		d.decide(&g)
	}
	if len(d.event.Answers)+len(d.event.Late) == 0 {
		return nil, d.saved, nil
	}
	return d.event, d.saved, nil
}

// saving is one frame being decided.
type saving struct {
	a     *Attempt
	now   time.Time
	times Times
	fence int64
	// rescue: the answers come by file, not from the seat; see Attempt.Rescue.
	rescue bool
	event  Answered
	saved  Saved
}

func (d *saving) refuse(g *Given, code string) {
	d.saved.Refused = append(d.saved.Refused, RefusedAnswer{Question: g.Question, Seq: g.Seq, Code: code})
}

func (d *saving) ack(g *Given, sum [sha256.Size]byte, at time.Time) {
	d.saved.Acks = append(d.saved.Acks, Ack{Question: g.Question, Seq: g.Seq, At: at, SHA256: hex.EncodeToString(sum[:])})
}

func (d *saving) decide(g *Given) {
	sum := ValueSum(g.Value)
	fence := d.a.seatOf(d.fence, g)
	if k, ok := d.a.known(fence, g, sum); ok {
		d.ack(g, sum, k.At)
		return
	}
	g.Fence = 0
	if fence != d.fence {
		g.Fence = fence
	}
	if known, clash := d.inFrame(fence, g); known {
		d.ack(g, sum, time.Time{})
		return
	} else if clash || d.a.taken(g.Question, fence, g.Seq) {
		d.refuse(g, CodeSeqReused)
		return
	}
	code, evidence := d.timely(fence, g)
	if code == "" {
		d.event.Answers = append(d.event.Answers, *g)
		d.ack(g, sum, time.Time{})
		return
	}
	if evidence && !d.a.heldLate(fence, g, sum) {
		d.event.Late = append(d.event.Late, *g)
	}
	d.refuse(g, code)
}

// inFrame looks at the answers of this frame that were taken before g, given
// at the seat with the fence: known is an equal one of that seat or a later
// one; clash is another value under the same seq of that seat. What is known is
// no clash, as with answers in the ledger.
func (d *saving) inFrame(fence int64, g *Given) (known, clash bool) {
	for i := range d.event.Answers {
		e := &d.event.Answers[i]
		if e.Question != g.Question || e.Seq != g.Seq {
			continue
		}
		at := givenAt(d.fence, e)
		known = known || at >= fence && e.Flagged == g.Flagged && slices.Equal(e.Value, g.Value)
		clash = clash || at == fence
	}
	return known, clash
}

// timely says why the answer comes at the wrong time ("" when it does not),
// and whether it must be kept as evidence.
func (d *saving) timely(fence int64, g *Given) (code string, evidence bool) {
	if d.rescue {
		return d.rescued(fence, g)
	}
	switch d.a.State {
	case NotStarted, InRoom:
		return ErrNotStarted.Code, false
	case Submitted, Finished, Abandoned, Void, Paused, Overdue: // the last two are never stored
		return ErrAttemptClosed.Code, false
	case InProgress:
	}
	if !d.now.After(d.times.End) {
		return "", false
	}
	if !d.now.Before(d.times.LastCall) {
		return ErrTooLate.Code, false
	}
	if given, ok := d.a.givenBy(fence, g); ok && !given.After(d.times.End) {
		return "", false
	}
	return ErrTooLate.Code, true
}

// heldLate reports whether the late answer of the seat with the fence is kept
// already.
func (a *Attempt) heldLate(fence int64, g *Given, sum [sha256.Size]byte) bool {
	return slices.ContainsFunc(a.late, func(k Kept) bool {
		return k.Fence >= fence && k.Question == g.Question && k.Seq == g.Seq && k.Sum == sum
	})
}

// savedAnswers lists the answers that count.
func (a *Attempt) savedAnswers() []SavedAnswer {
	list := make([]SavedAnswer, 0, len(a.answers))
	for q, kept := range a.answers {
		k := kept[len(kept)-1]
		list = append(list, SavedAnswer{Question: q, Seq: k.Seq, Value: values(k.Value), Flagged: k.Flagged, Fence: k.Fence, At: k.At,
			SHA256: hex.EncodeToString(k.Sum[:])})
	}
	return list
}

// values returns the list, never nil.
func values(v []string) []string {
	if v == nil {
		return []string{}
	}
	return v
}
