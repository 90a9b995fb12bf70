package exam

import (
	"encoding/json"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// Event is something that happened to an attempt. Its JSON is the data of a
// ledger record; actor and time are the record's own. Every event names the
// node that decided, and the seat where a person acted (answers name it by
// the fence that the admission or move gave out).
type Event interface{ kind() string }

// Prepared fixes who writes what under which ticket, before the start.
type Prepared struct {
	Sitting   SittingID    `json:"sitting"`
	Candidate CandidateID  `json:"candidate"`
	Ticket    TicketNo     `json:"ticket"`
	Place     Place        `json:"place"` // on the ticket
	Factor    Factor       `json:"factor"`
	Needs     Needs        `json:"needs,omitzero"`
	Paper     bank.PaperID `json:"paper"`
	Form      string       `json:"form"`      // "A", "B", …
	Questions int          `json:"questions"` // how many the paper has
	// Orders holds one word per question in paper order: position p of the
	// candidate's options shows the option orders[q][p]-'a' of the paper.
	// Questions without options have an empty word, a case a word for each part.
	Orders []string `json:"orders"`
	Node   string   `json:"node"`
}

// Admitted lets the candidate in at a seat: identity confirmed, pledge given.
type Admitted struct {
	Place  Place  `json:"place"`
	Device string `json:"device"`
	Fence  int64  `json:"fence"`  // 1
	Pledge bool   `json:"pledge"` // false when staff admitted: the candidate gives it at the seat
	Node   string `json:"node"`
}

// SeatMoved binds the attempt to another seat or device. Whoever holds a lower
// fence is out.
type SeatMoved struct {
	Place  Place  `json:"place"`
	Device string `json:"device"`
	Fence  int64  `json:"fence"`            // one higher; the same before the admission
	Pledge bool   `json:"pledge,omitempty"` // given at this seat, when staff had admitted
	Reason string `json:"reason,omitempty"` // when staff moved the candidate
	Node   string `json:"node"`
}

// Started begins the candidate's own clock.
type Started struct {
	Fence int64  `json:"fence"`
	Node  string `json:"node"`
}

// Given is one answer to one question as the candidate's machine sent it.
type Given struct {
	Question bank.QuestionID `json:"question"`
	// Seq rises with each change of the question's answer at a seat; the
	// highest counts.
	Seq int64 `json:"seq"`
	// Value is the answer in the form of its kind; none means that nothing is
	// answered, or that the answer was taken back. Choice: the chosen options.
	// Ordering: all options in the candidate's order. Matching: for each
	// prompt an option or "". Fill-in: a text for each blank. Others: one text.
	Value   []string `json:"value"`
	Flagged bool     `json:"flagged"` // marked for later
	// MonoMS is the machine's monotonic clock and Wall its wall clock at the
	// moment of the answer. They are evidence, not truth.
	MonoMS Stamp `json:"mono_ms"`
	Wall   Stamp `json:"wall"`
	// RestoredFrom is the seq of the earlier answer that the candidate took
	// back into use by this one; 0: none.
	RestoredFrom int64 `json:"restored_from,omitempty"`
	// Fence is that of the seat where the answer was given, if it is not the
	// sender's: the candidate has come back to it. 0: the sender's. What was
	// given at an earlier seat is older, whatever its seq.
	Fence int64 `json:"fence,omitempty"`
}

// Answered holds the answers of one frame: those that count (or, with a lower
// seq, are history) and those that came too late, kept as evidence only.
type Answered struct {
	Fence   int64   `json:"fence"` // of the sender
	Answers []Given `json:"answers,omitempty"`
	Late    []Given `json:"late,omitempty"`
	Via     Via     `json:"via,omitempty"`
	Node    string  `json:"node"`
}

// Via says how answers came, if not from a seat.
type Via string

// ViaRescue is a rescue file: see Service.ImportRescue.
const ViaRescue Via = "rescue"

// By says who handed in.
type By string

// The three ways to hand in. They take one path.
const (
	ByCandidate   By = "candidate"
	ByClock       By = "clock"
	ByInvigilator By = "invigilator"
)

// HandedIn closes the attempt for answers.
type HandedIn struct {
	By       By        `json:"by"`
	At       time.Time `json:"at"` // the finish: when the clock hands in, the end of the attempt
	Place    Place     `json:"place"`
	Key      string    `json:"key,omitempty"`
	Reason   string    `json:"reason,omitempty"` // by the invigilator
	Answered int       `json:"answered"`
	Total    int       `json:"total"`
	// Course is the sitting's record up to which grants were counted.
	Course int64  `json:"course"`
	Node   string `json:"node"`
}

// Marked is the result of an attempt.
type Marked struct {
	Paper          bank.PaperID        `json:"paper"`
	Form           string              `json:"form"`
	Result         scoring.PaperResult `json:"result"`
	ScoringVersion string              `json:"scoring_version"`
	// KeyVersion is the version of the sitting's keys: 0 for those that the
	// papers came with, more after decisions on keys.
	KeyVersion   int    `json:"key_version,omitempty"`
	RulesVersion string `json:"rules_version"`
	Place        Place  `json:"place,omitzero"` // where the candidate sat last
	Node         string `json:"node"`
}

// Voided takes the attempt out of the results.
type Voided struct {
	Reason string `json:"reason"`
	Place  Place  `json:"place,omitzero"` // where the candidate sat then
	Node   string `json:"node"`
}

func (Prepared) kind() string  { return "attempt.prepared" }
func (Admitted) kind() string  { return "attempt.admitted" }
func (SeatMoved) kind() string { return "attempt.seat_moved" }
func (Started) kind() string   { return "attempt.started" }
func (Answered) kind() string  { return "attempt.answered" }
func (HandedIn) kind() string  { return "attempt.handed_in" }
func (Marked) kind() string    { return "attempt.scored" }
func (Voided) kind() string    { return "attempt.voided" }

// decodeEvent reads the data of a record of an attempt's stream.
func decodeEvent(kind string, data []byte) (Event, error) {
	switch kind {
	case Answered{}.kind(): // by far the most frequent
		return decode[Answered](data)
	case Prepared{}.kind():
		return decode[Prepared](data)
	case Admitted{}.kind():
		return decode[Admitted](data)
	case SeatMoved{}.kind():
		return decode[SeatMoved](data)
	case Started{}.kind():
		return decode[Started](data)
	case HandedIn{}.kind():
		return decode[HandedIn](data)
	case Marked{}.kind():
		return decode[Marked](data)
	case Voided{}.kind():
		return decode[Voided](data)
	case Rescored{}.kind():
		return decode[Rescored](data)
	case Lockdown{}.kind():
		return decode[Lockdown](data)
	case Noted{}.kind():
		return decode[Noted](data)
	case Activity{}.kind():
		return decode[Activity](data)
	case AttemptAbandoned{}.kind():
		return decode[AttemptAbandoned](data)
	}
	return decodeRoom(kind, data)
}

func decode[E Event](data []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

// Stamp is a reading of a candidate's clock in whole milliseconds, or 0 when
// the machine gave none. In JSON it may come as a number, broken or not, or
// as an RFC 3339 time; it is written as a whole number. What cannot be read
// counts as none: a broken clock must not cost an answer.
type Stamp int64

// UnmarshalJSON implements json.Unmarshaler.
func (s *Stamp) UnmarshalJSON(data []byte) error {
	*s = 0
	var t time.Time
	var f float64
	switch {
	case json.Unmarshal(data, &f) == nil && f > 0 && f < 1<<53:
		*s = Stamp(f)
	case json.Unmarshal(data, &t) == nil && t.Unix() > 0:
		*s = Stamp(t.UnixMilli())
	}
	return nil
}
