package hall

import (
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Rules are how a division calls its competitors. They are part of the
// division's procedure and frozen with it. Source of the ordinary values:
// domain/contest.md §1.3 (people arrive 30 minutes before the start).
type Rules struct {
	// ReportBeforeMS is how long before the start of a call its people have to
	// report, in milliseconds; who comes later is late.
	ReportBeforeMS int64 `json:"report_before_ms"`
	// AbsentAfterMS is how long after the start, in milliseconds, somebody who
	// has not reported is absent: from then on that can be recorded without a
	// reason, and only the chief judge lets the competitor in. 0: at the start.
	AbsentAfterMS int64 `json:"absent_after_ms"`
	// Identity is whether nobody is ready before a check of identity has found
	// the right person.
	Identity bool `json:"identity"`
	// Together is whether the people of a call go in only when all of them are
	// ready or absent.
	Together bool `json:"together"`
	// PauseReasons are offered to who stops a clock; others can be written.
	PauseReasons []scoring.Text `json:"pause_reasons"`
}

const (
	longest    = 24 * 60 * 60_000 // ms; no rule, but a bound against slips of the pen
	maxReasons = 20
	maxText    = 300 // characters of a reason, a note or a name
	maxKey     = 100 // bytes of an idempotency key
	maxMembers = 5000
)

// Check names what is wrong with the rules, by paths below the procedure's.
func (r Rules) Check() (wrong []fault.Field) {
	need := func(ok bool, path, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: "hall." + path, Code: "out_of_range", Message: message})
		}
	}
	need(r.ReportBeforeMS >= 0 && r.ReportBeforeMS <= longest, "report_before_ms", "0 to 24 hours")
	need(r.AbsentAfterMS >= 0 && r.AbsentAfterMS <= longest, "absent_after_ms", "0 to 24 hours")
	need(len(r.PauseReasons) <= maxReasons, "pause_reasons", "at most 20 reasons")
	for _, t := range r.PauseReasons {
		need(t.ZH != "" && len([]rune(t.ZH)) <= maxText && len([]rune(t.EN)) <= maxText, "pause_reasons", "each with a Chinese text of at most 300 characters")
	}
	return wrong
}
