package exam

import (
	"encoding/base32"
	"fmt"
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
	Abandoned  State = "abandoned"   // the time ran out and the rules say that nobody hands in then
	Void       State = "void"
)

// States that are not stored but follow from the time: see Attempt.StateAt.
const (
	Paused  State = "paused"  // in progress, but the sitting is paused for this seat
	Overdue State = "overdue" // in progress after the end, within the grace
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

// SeatMove is a change of place.
type SeatMove struct {
	At       time.Time
	From, To Place
	Reason   string // "" when the candidate sat down elsewhere without staff
}

// Attempt is the fold over an attempt's stream. It is not safe for concurrent
// use: Service guards each with a mutex.
type Attempt struct {
	ID    AttemptID
	Seq   int64     // of the last record folded in
	At    time.Time // of that record
	Hash  []byte    // of that record
	State State     // as stored: never Paused or Overdue

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
	Abandoned  *AttemptAbandoned
	Lock       Lock
	Noted      int64 // the sitting's record up to which the seat has confirmed notices
	Away       Away
	Room       Presence
	Moves      []SeatMove // from one place to another, in order

	answers map[bank.QuestionID][]Kept // by rising fence and seq; the last one counts
	late    []Kept                     // evidence only
	clocks  []clock                    // of the candidate's machines
	left    []time.Time                // when the seats with fence 1, 2, … were left
}

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
	a.Seq, a.At, a.Hash = seq, at, hash
	a.Room.apply(seq, at, e)
	switch e := e.(type) {
	case Answered:
		a.keep(at, e)
	case Prepared:
		a.Ticket, a.Place = e, e.Place
	case Admitted:
		a.State, a.AdmittedAt = InRoom, at
		a.Place, a.Device, a.Fence = e.Place, e.Device, e.Fence
	case SeatMoved:
		for int64(len(a.left)) < e.Fence-1 {
			a.left = append(a.left, at)
		}
		if e.Place != a.Place {
			a.Moves = append(a.Moves, SeatMove{At: at, From: a.Place, To: e.Place, Reason: e.Reason})
		}
		if e.Reason != "" { // by staff: the next machine is another one
			a.Lock.Bound = ""
		}
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
	case AttemptAbandoned:
		a.State, a.Abandoned = Abandoned, &e
	case Noted:
		a.Noted = max(a.Noted, e.Course)
	case Activity:
		a.Away.add(e)
	}
	return nil
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
