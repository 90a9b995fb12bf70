package exam

import (
	"fmt"
	"time"
)

// IdentityMethod says how an identity was checked.
type IdentityMethod string

// The ways to check an identity. The first two are always there; a face is
// compared by a machine only with the candidate's consent.
const (
	IdentityManual IdentityMethod = "manual" // document and person
	IdentityPhoto  IdentityMethod = "photo"  // portrait of the registration and person
	IdentityFace   IdentityMethod = "face"   // portrait and a picture taken now, by a local service
)

// IdentityChecked records the check of a candidate's identity by staff.
type IdentityChecked struct {
	Method  IdentityMethod `json:"method"`
	Matched bool           `json:"matched"`
	// Score is what a machine found, in thousandths.
	Score   *int64 `json:"score,omitempty"`
	Consent bool   `json:"consent,omitempty"` // of the candidate, to the machine
	Picture string `json:"picture,omitempty"` // SHA-256 of the picture taken now, hex; it is not kept
	Reason  string `json:"reason,omitempty"`  // needed when nothing matched
	By      string `json:"by"`
	Place   Place  `json:"place"`
	Node    string `json:"node"`
}

// Absent marks a candidate as absent; Present lifts the mark.
type Absent struct {
	Reason string `json:"reason"`
	Place  Place  `json:"place"`
	Node   string `json:"node"`
}

// Present lifts the mark of absence.
type Present struct {
	Reason string `json:"reason"`
	Place  Place  `json:"place"`
	Node   string `json:"node"`
}

func (IdentityChecked) kind() string { return "attempt.identity" }
func (Absent) kind() string          { return "attempt.absent" }
func (Present) kind() string         { return "attempt.present" }

// decodeRoom reads the data of a record of what happened in the room.
func decodeRoom(kind string, data []byte) (Event, error) {
	switch kind {
	case IdentityChecked{}.kind():
		return decode[IdentityChecked](data)
	case Absent{}.kind():
		return decode[Absent](data)
	case Present{}.kind():
		return decode[Present](data)
	case Reported{}.kind():
		return decode[Reported](data)
	}
	return nil, fmt.Errorf("unknown kind %q", kind)
}

// Presence is the fold over what happened to an attempt in the room.
type Presence struct {
	Identity   *IdentityChecked // the last check
	IdentityAt time.Time
	Absent     *Absent   // nil unless the candidate is marked absent now
	AnsweredAt time.Time // of the last record with answers
	Reports    []Report  // the last journal of each seat that reported

	answered int64 // the last record with answers
	reported int   // records with journals
}

func (p *Presence) apply(seq int64, at time.Time, e Event) {
	switch e := e.(type) {
	case IdentityChecked:
		p.Identity, p.IdentityAt = &e, at
	case Absent:
		p.Absent = &e
	case Present:
		p.Absent = nil
	case Answered:
		p.AnsweredAt, p.answered = at, seq
	case Reported:
		p.report(Report{Reported: e, At: at, Record: seq})
	}
}
