package exam

import (
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
)

// OverduePolicy says what the clock does at the last call with an attempt
// that was not handed in.
type OverduePolicy string

// The policies; the empty one is OverdueHandIn.
const (
	OverdueHandIn  OverduePolicy = "hand_in" // hand in what is there
	OverdueAbandon OverduePolicy = "abandon" // nothing is marked
)

// Beyond says what is to be done when a candidate has lost more time than may
// be given back.
type Beyond string

// BeyondReschedule lets the candidate sit another time.
const BeyondReschedule Beyond = "reschedule"

// Contingency bounds how much lost time may be given back on the spot: 30
// minutes for the accounting titles, 50 for the CPA examination. What counts
// are incident grants and incident pauses of one candidate together; only a
// provincial account may approve more.
type Contingency struct {
	ExtendUpToMS int64  `json:"extend_up_to_ms"`
	Beyond       Beyond `json:"beyond" enum:"reschedule"`
}

// wholeShare is a share of everything, in basis points.
const wholeShare = 10000

// checkRoom reports what is wrong with the rules of the room.
func (r *Rules) checkRoom() []fault.Field {
	var fields []fault.Field
	bad := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: "rules." + path, Code: code, Message: message})
	}
	for _, d := range []struct {
		name string
		ms   int64
	}{{"release_before_ms", r.ReleaseBeforeMS}, {"start_jitter_ms", r.StartJitterMS}, {"absent_after_ms", r.AbsentAfterMS}} {
		if d.ms < 0 || d.ms > maxDuration {
			bad(d.name, "duration_range", fmt.Sprintf("give 0 to %d milliseconds", maxDuration))
		}
	}
	if r.Overdue != "" && r.Overdue != OverdueHandIn && r.Overdue != OverdueAbandon {
		bad("overdue", "policy_unknown", "give hand_in or abandon")
	}
	if r.SpareShareBP < 0 || r.SpareShareBP >= wholeShare {
		bad("spare_share_bp", "share_range", "give 0 to 9999 basis points")
	}
	if c := r.Contingency; c != nil {
		if c.ExtendUpToMS < 0 || c.ExtendUpToMS > maxDuration {
			bad("contingency.extend_up_to_ms", "duration_range", fmt.Sprintf("give 0 to %d milliseconds", maxDuration))
		}
		if c.Beyond != BeyondReschedule {
			bad("contingency.beyond", "beyond_unknown", "give reschedule")
		}
	}
	if f := r.Face; f != nil && (f.Threshold < 1 || f.Threshold > 1000) {
		bad("face.threshold", "share_range", "give 1 to 1000 thousandths")
	}
	return fields
}
