package exam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/store"
)

// Candidate is a person who may sit exams. The ID number is sealed; only its
// masked form leaves the service.
type Candidate struct {
	ID       CandidateID `json:"id"`
	Name     string      `json:"name"`
	Unit     string      `json:"unit"`
	IDType   IDType      `json:"id_type"`
	IDSealed string      `json:"id_sealed"` // by Sealer, in the context of the candidate's id
	IDMasked string      `json:"id_masked"`
}

// Ticket (准考证) says which attempt a number stands for.
type Ticket struct {
	No        TicketNo    `json:"no"`
	Sitting   SittingID   `json:"sitting"`
	Attempt   AttemptID   `json:"attempt"`
	Candidate CandidateID `json:"candidate"`
	Place     Place       `json:"place"`
	Form      string      `json:"form"`
	Serial    int         `json:"serial"` // 1-based, in seating order
}

// Roll is the register of a sitting: one document, so that a list is
// registered wholly or not at all.
type Roll struct {
	Sitting SittingID   `json:"sitting"`
	Frozen  bool        `json:"frozen"`         // Prepare has begun
	Runs    int         `json:"runs,omitempty"` // of Prepare that asked for seats and people
	Batches []RollBatch `json:"batches"`
	// Swaps change the drawn arrangement by hand, in order.
	Swaps []SeatSwap `json:"swaps,omitempty"`
}

// RollBatch is one registered list.
type RollBatch struct {
	Key     string      `json:"key"` // idempotency key of the call
	Entries []RollEntry `json:"entries"`
}

// RollEntry is one registered candidate.
type RollEntry struct {
	Candidate CandidateID `json:"candidate"`
	Factor    Factor      `json:"factor"`
	Centre    string      `json:"centre,omitempty"` // wished centre, "" for any
	Needs     Needs       `json:"needs,omitzero"`
}

func (r *Roll) entries() []RollEntry {
	var all []RollEntry
	for _, b := range r.Batches {
		all = append(all, b.Entries...)
	}
	return all
}

// chairTaken is the seat of an attempt: there is one document a seat of a
// sitting, so two candidates never get the same.
type chairTaken struct {
	Sitting SittingID `json:"sitting"`
	Place   Place     `json:"place"`
	Attempt AttemptID `json:"attempt"`
	At      time.Time `json:"at"`
}

func chairID(s SittingID, p Place) string {
	return "p" + derived("seat", string(s), p.Centre, p.Room, p.Seat)
}

// work marks an attempt that still needs the clock, marking or delivery. It
// is there before the attempt starts and goes after its result is delivered,
// so that any node finds unfinished attempts without reading all.
type work struct {
	Attempt AttemptID `json:"attempt"`
	Sitting SittingID `json:"sitting"`
}

const (
	bySitting = "by_sitting"
	byStart   = "by_start"
)

var (
	sittings = store.Table[Sitting]{
		Collection: store.Collection{Name: "exam_sittings", Indexes: []store.Index{{Name: byStart}}},
		ID:         func(s *Sitting) string { return string(s.ID) },
		Keys: func(s *Sitting) map[string]string {
			return map[string]string{byStart: store.Key(instant(s.StartsAt))}
		},
	}
	candidates = store.Table[Candidate]{
		Collection: store.Collection{Name: "exam_candidates"},
		ID:         func(c *Candidate) string { return string(c.ID) },
	}
	rolls = store.Table[Roll]{
		Collection: store.Collection{Name: "exam_rolls"},
		ID:         func(r *Roll) string { return string(r.Sitting) },
	}
	tickets = store.Table[Ticket]{
		Collection: store.Collection{Name: "exam_tickets", Indexes: []store.Index{{Name: bySitting}}},
		ID:         func(t *Ticket) string { return string(t.No) },
		Keys: func(t *Ticket) map[string]string {
			return map[string]string{bySitting: store.Key(string(t.Sitting), fmt.Sprintf("%06d", t.Serial))}
		},
	}
	chairs = store.Table[chairTaken]{
		Collection: store.Collection{Name: "exam_seats"},
		ID:         func(c *chairTaken) string { return chairID(c.Sitting, c.Place) },
	}
	bookings = store.Table[booking]{
		Collection: store.Collection{Name: "exam_bookings"},
		ID:         func(b *booking) string { return b.Subject },
	}
	works = store.Table[work]{
		Collection: store.Collection{Name: "exam_work"},
		ID:         func(w *work) string { return string(w.Attempt) },
	}
)

// Collections declares the documents of this package; pass them to the store.
func Collections() []store.Collection {
	return []store.Collection{sittings.Collection, candidates.Collection, rolls.Collection,
		tickets.Collection, works.Collection, evidences.Collection, chairs.Collection, bookings.Collection}
}

// candidateID derives a person's id from the blinded ID number: the same
// person is found again, and two registrations at once meet at one document.
func candidateID(blind string) CandidateID { return CandidateID("c" + derived("candidate", blind)) }

// attemptID derives the attempt's id, so that a repeated Prepare meets the
// attempts of the first.
func attemptID(s SittingID, c CandidateID) AttemptID {
	return AttemptID("a" + derived("attempt", string(s), string(c)))
}

func derived(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}
