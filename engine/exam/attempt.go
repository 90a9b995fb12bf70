package exam

import (
	"cmp"
	"encoding/base32"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
)

// State is where an attempt stands.
type State string

// The states of an attempt.
const (
	NotStarted State = "notstarted"  // prepared; the candidate has not come
	InRoom     State = "admitted"    // admitted, waiting or about to begin
	InProgress State = "in_progress" // the clock runs
	Submitted  State = "submitted"   // handed in, to be marked
	Finished   State = "finished"    // marked
	Void       State = "void"
)

// Stream returns the ledger stream of the attempt.
func (id AttemptID) Stream() ledger.StreamID { return ledger.StreamID("attempt/" + string(id)) }

// Receipt proves a hand-in. Code is derived from the hash of the ledger's
// record, so it can be checked against the ledger for good.
type Receipt struct {
	Code     string    `json:"code"`
	At       time.Time `json:"handed_in_at"`
	By       By        `json:"by" enum:"candidate,clock,invigilator"`
	Answered int       `json:"answered"` // questions with an answer
	Total    int       `json:"total"`    // questions
}

// Attempt is the fold over an attempt's stream. It is not safe for concurrent
// use: Service guards each with a mutex.
type Attempt struct {
	ID    AttemptID
	Seq   int64     // of the last record folded in
	At    time.Time // of that record
	State State

	Ticket Prepared // what preparation fixed
	Place  Place    // the seat now
	Device string
	Fence  int64 // of the seat now; 0: not admitted

	AdmittedAt time.Time
	StartedAt  time.Time
	HandIn     *HandedIn
	Receipt    *Receipt
	Score      *Marked
	Voided     *Voided
	Lock       Lock

	answers map[bank.QuestionID][]Kept // by rising seq; the last one counts
	late    []Kept                     // evidence only
	clocks  []clock                    // of the candidate's machines
}

// Kept is an answer as the ledger holds it.
type Kept struct {
	Given
	Fence int64     // of the seat that sent it
	At    time.Time // server time of the record
}

// clock is what is known of one run of a machine's monotonic clock.
type clock struct {
	fence  int64
	offset int64 // wall − mono in ms: tells one run of the clock from another
	zero   int64 // server time in Unix ms at which mono was 0, at the latest
}

// clockSlack is how far wall − mono may drift within one run of a machine's
// clock, in ms. It is a property of machines, no rule of an examination.
const clockSlack = 2000

// maxClocks bounds the runs that are remembered; a candidate who reloads more
// often than that loses only the oldest evidence.
const maxClocks = 16

// NewAttempt returns the fold over no records.
func NewAttempt(id AttemptID) *Attempt { return &Attempt{ID: id, State: NotStarted} }

// Fold adds records, which must follow Seq without gaps. Errors are ErrFold;
// the attempt must not be used after one.
func (a *Attempt) Fold(records []ledger.Record) error {
	for _, r := range records {
		e, err := decodeEvent(r.Kind, r.Data)
		if err == nil {
			err = a.apply(r.Seq, r.At, r.Hash, e)
		}
		if err != nil {
			return ErrFold.Param("stream", r.Stream).Param("seq", r.Seq).Wrap(err)
		}
	}
	return nil
}

// apply adds one event that the ledger holds at seq.
func (a *Attempt) apply(seq int64, at time.Time, hash []byte, e Event) error {
	if seq != a.Seq+1 {
		return fmt.Errorf("record %d follows record %d", seq, a.Seq)
	}
	a.Seq, a.At = seq, at
	switch e := e.(type) {
	case Answered:
		a.keep(at, e)
	case Prepared:
		a.Ticket, a.Place = e, e.Place
	case Admitted:
		a.State, a.AdmittedAt = InRoom, at
		a.Place, a.Device, a.Fence = e.Place, e.Device, e.Fence
	case SeatMoved:
		a.Place, a.Device, a.Fence = e.Place, e.Device, e.Fence
	case Started:
		a.State, a.StartedAt = InProgress, at
	case HandedIn:
		a.State, a.HandIn = Submitted, &e
		a.Receipt = &Receipt{Code: receiptCode(hash), At: e.At, By: e.By, Answered: e.Answered, Total: e.Total}
	case Marked:
		a.State, a.Score = Finished, &e
	case Rescored:
		if a.Score == nil {
			return fmt.Errorf("record %d rescores an attempt without a result", seq)
		}
		a.applyRescored(e)
	case Voided:
		a.State, a.Voided = Void, &e
	case Lockdown:
		a.Lock.apply(at, e)
	}
	return nil
}

func (a *Attempt) keep(at time.Time, e Answered) {
	if a.answers == nil {
		a.answers = make(map[bank.QuestionID][]Kept, a.Ticket.Questions)
	}
	for _, g := range e.Answers {
		k := Kept{Given: g, Fence: e.Fence, At: at}
		list := a.answers[g.Question]
		i, _ := slices.BinarySearchFunc(list, g.Seq, func(k Kept, seq int64) int { return cmp.Compare(k.Seq, seq) })
		a.answers[g.Question] = slices.Insert(list, i, k)
		a.learn(k)
	}
	for _, g := range e.Late {
		a.late = append(a.late, Kept{Given: g, Fence: e.Fence, At: at})
	}
}

// learn bounds the zero of the machine's clock: the answer was given at the
// latest when its record was made.
func (a *Attempt) learn(k Kept) {
	if k.MonoMS <= 0 || k.Wall <= 0 {
		return
	}
	zero := k.At.UnixMilli() - int64(k.MonoMS)
	if c := a.clockOf(k.Fence, k.Given); c != nil {
		c.zero = min(c.zero, zero)
		return
	}
	if len(a.clocks) == maxClocks {
		a.clocks = slices.Delete(a.clocks, 0, 1)
	}
	a.clocks = append(a.clocks, clock{fence: k.Fence, offset: int64(k.Wall - k.MonoMS), zero: zero})
}

// clockOf returns the run of the machine's clock that stamped g, or nil.
func (a *Attempt) clockOf(fence int64, g Given) *clock {
	offset := int64(g.Wall - g.MonoMS)
	for i := range a.clocks {
		c := &a.clocks[i]
		if d := c.offset - offset; c.fence == fence && d >= -clockSlack && d <= clockSlack {
			return c
		}
	}
	return nil
}

// givenBy returns the latest server time at which g can have been given, as
// the machine's monotonic clock proves it against answers that were recorded
// earlier. ok is false when there is no such proof.
func (a *Attempt) givenBy(fence int64, g Given) (at time.Time, ok bool) {
	if g.MonoMS <= 0 || g.Wall <= 0 {
		return at, false
	}
	c := a.clockOf(fence, g)
	if c == nil {
		return at, false
	}
	return time.UnixMilli(c.zero + int64(g.MonoMS)).UTC(), true
}

// Answer returns the answer to the question that counts; ok is false if none
// was ever given.
func (a *Attempt) Answer(q bank.QuestionID) (k Kept, ok bool) {
	list := a.answers[q]
	if len(list) == 0 {
		return k, false
	}
	return list[len(list)-1], true
}

// History returns every answer kept for the question, by rising seq.
func (a *Attempt) History(q bank.QuestionID) []Kept { return slices.Clone(a.answers[q]) }

// Late returns the answers that came too late, in order of arrival.
func (a *Attempt) Late() []Kept { return slices.Clone(a.late) }

// Answered counts the questions whose answer is not empty.
func (a *Attempt) Answered() int {
	n := 0
	for _, list := range a.answers {
		if len(list[len(list)-1].Value) > 0 {
			n++
		}
	}
	return n
}

// stored returns what the ledger holds under the question's seq.
func (a *Attempt) stored(q bank.QuestionID, seq int64) (Kept, bool) {
	list := a.answers[q]
	// Sequences rise by one almost always, so the answer is near the end.
	for i := len(list) - 1; i >= 0 && list[i].Seq >= seq; i-- {
		if list[i].Seq == seq {
			return list[i], true
		}
	}
	return Kept{}, false
}

// receiptEncoding leaves out letters that are read for digits.
var receiptEncoding = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// receiptCode is the first 50 bits of a record's hash: "7K3QX-0ZB9M".
func receiptCode(hash []byte) string {
	if len(hash) < 7 {
		return ""
	}
	s := receiptEncoding.EncodeToString(hash[:7])
	return s[:5] + "-" + s[5:10]
}
