package exam

import (
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Frame is one message from the server to a candidate's screen; its JSON is
// the message. Nothing in a frame tells a key or an ID number.
type Frame interface{ frame() }

// Head is the type word that every frame begins with.
type Head struct {
	T string `json:"t"`
}

func (Head) frame() {}

// AttemptView is an attempt as its candidate may see it. Durations are
// milliseconds; times that are not known yet are left out.
type AttemptView struct {
	ID               AttemptID  `json:"id"`
	State            State      `json:"state"`
	StartedAt        *time.Time `json:"started_at,omitempty"`
	EndsAt           *time.Time `json:"ends_at,omitempty"`
	BaseMS           int64      `json:"base_ms"`
	GrantedMS        int64      `json:"granted_ms"`
	EarliestHandInAt *time.Time `json:"earliest_hand_in_at,omitempty"`
	Receipt          *Receipt   `json:"receipt,omitempty"`
}

// WelcomeFrame answers the first frame of a connection, and comes again when
// news may have been missed.
type WelcomeFrame struct {
	Head
	Attempt      AttemptView   `json:"attempt"`
	SittingState SittingState  `json:"sitting_state"`
	StartsAt     time.Time     `json:"starts_at"`
	Answers      []SavedAnswer `json:"answers"` // that count, in no order
	ServerTime   time.Time     `json:"server_time"`
	RemainingMS  int64         `json:"remaining_ms"` // 0 before the start
	// Fence numbers this seat among those of the attempt. Answers that wait at
	// the seat carry it, so that what is given elsewhere meanwhile is newer.
	Fence     int64  `json:"fence"`
	Signer    []byte `json:"signer,omitempty"`     // Ed25519 key of this node's receipts
	RescueKey []byte `json:"rescue_key,omitempty"` // X25519 key that rescue files are boxed for
	// StartJitterMS bounds the seat's random wait before it asks for the paper.
	StartJitterMS int64        `json:"start_jitter_ms,omitempty"`
	Notices       []SeatNotice `json:"notices"`
	Paused        *PausedView  `json:"paused,omitempty"`
}

// SavedAnswer is the answer to a question that counts.
type SavedAnswer struct {
	Question bank.QuestionID `json:"question"`
	Seq      int64           `json:"seq"`
	Value    []string        `json:"value"`
	Flagged  bool            `json:"flagged"`
	Fence    int64           `json:"fence"` // of the seat where it was given
	At       time.Time       `json:"at"`
	SHA256   string          `json:"sha256"` // of the value, hex; see ValueSum
}

// SaveFrame is a candidate's answers. N is the machine's own frame number.
type SaveFrame struct {
	N       int64   `json:"n"`
	Answers []Given `json:"answers"`
}

// AckFrame says which answers are durable.
type AckFrame struct {
	Head
	N           int64      `json:"n"`
	Answers     []Ack      `json:"answers"`
	Node        string     `json:"node"`
	Ledger      StreamHead `json:"head"` // of the attempt's stream after these answers, or later
	ServerTime  time.Time  `json:"server_time"`
	RemainingMS int64      `json:"remaining_ms"`
}

// StreamHead is the last record of a ledger stream.
type StreamHead struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"` // hex
}

// Ack is a durable answer with the time of its record: its receipt. A replay
// gets the same.
type Ack struct {
	Question bank.QuestionID `json:"question"`
	Seq      int64           `json:"seq"`
	At       time.Time       `json:"at"`
	SHA256   string          `json:"sha256"`        // of the value as it is kept, hex; see ValueSum
	Sig      string          `json:"sig,omitempty"` // of ReceiptMessage, base64; none where the node has no key
}

// RefusedFrame says what was not taken, and why. N is 0 when no frame of the
// machine was the reason.
type RefusedFrame struct {
	Head
	N       int64             `json:"n"`
	Code    string            `json:"code"`
	Detail  string            `json:"detail"`
	Params  map[string]string `json:"params"`
	Answers []RefusedAnswer   `json:"answers,omitempty"`
}

// RefusedAnswer is one answer that was not taken.
type RefusedAnswer struct {
	Question bank.QuestionID `json:"question"`
	Seq      int64           `json:"seq"`
	Code     string          `json:"code"`
}

// NotedFrame says that a report of the screen is durable: notices confirmed
// (with the sitting's record), activity, the seat's journal.
type NotedFrame struct {
	Head
	N   int64 `json:"n"`
	Seq int64 `json:"seq,omitempty"`
}

// BeatFrame answers a heartbeat.
type BeatFrame struct {
	Head
	N            int64        `json:"n"`
	ServerTime   time.Time    `json:"server_time"`
	RemainingMS  int64        `json:"remaining_ms"`
	AttemptState State        `json:"attempt_state"`
	SittingState SittingState `json:"sitting_state"`
	StartsAt     time.Time    `json:"starts_at"`
}

// TimeFrame tells of a grant; the seat confirms its number.
type TimeFrame struct {
	Head
	Seq         int64        `json:"seq"`
	Attempt     AttemptView  `json:"attempt"`
	Reason      scoring.Text `json:"reason"`
	ServerTime  time.Time    `json:"server_time"`
	RemainingMS int64        `json:"remaining_ms"`
}

// StartFrame tells that the sitting has started: load the paper.
type StartFrame struct {
	Head
	Attempt       AttemptView `json:"attempt"`
	StartJitterMS int64       `json:"start_jitter_ms,omitempty"`
	ServerTime    time.Time   `json:"server_time"`
}

// ReceiptFrame tells that the attempt is handed in. N is 0 when it was not
// this machine's frame that did it.
type ReceiptFrame struct {
	Head
	N int64 `json:"n,omitempty"`
	Receipt
}

// ReplacedFrame tells that another seat took over; the connection ends.
type ReplacedFrame struct {
	Head
	Place Place `json:"place"`
}

// Refuse makes the frame for an error of Save, HandIn or Connect. An error
// that nobody classified is told as "internal" without detail.
func Refuse(n int64, err error) RefusedFrame {
	f := RefusedFrame{Head: Head{"refused"}, N: n, Code: "internal", Detail: "internal error", Params: map[string]string{}}
	if e := fault.As(err); e != nil && e.Kind != fault.Internal {
		f.Code, f.Detail = e.Code, e.Message
		for k, v := range e.Params {
			f.Params[k] = v
		}
	}
	return f
}

// View is what the candidate may see of the attempt at a time.
func (a *Attempt) View(c *Course, now time.Time) AttemptView {
	t := a.Times(c, now)
	v := AttemptView{ID: a.ID, State: a.stateAt(t, now), BaseMS: t.BaseMS, GrantedMS: t.GrantedMS, EarliestHandInAt: timeOf(t.HandIn)}
	if !a.StartedAt.IsZero() {
		v.StartedAt, v.EndsAt = timeOf(a.StartedAt), timeOf(t.End)
	}
	if a.Receipt != nil {
		r := *a.Receipt
		v.Receipt = &r
	}
	return v
}

// StateAt is the state that people see: a running attempt may be paused
// or overdue.
func (a *Attempt) StateAt(c *Course, now time.Time) State { return a.stateAt(a.Times(c, now), now) }

func (a *Attempt) stateAt(t Times, now time.Time) State {
	switch {
	case a.State == InProgress && t.Pause != nil:
		return Paused
	case a.State == InProgress && now.After(t.End):
		return Overdue
	}
	return a.State
}

// remaining is the candidate's time left in ms: 0 unless the clock runs.
func (a *Attempt) remaining(c *Course, now time.Time) int64 {
	if a.State != InProgress {
		return 0
	}
	return a.Times(c, now).remaining(now)
}

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
