package engine

import (
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// OwnSignature is the judge's own newest signature under a sheet.
type OwnSignature struct {
	At    time.Time `json:"at"`
	Valid bool      `json:"valid"` // it is under what the panel agrees on now
	// Void says what has ended it; null while it is valid.
	Void *VoidSignature `json:"void,omitempty"`
}

// VoidCause is what ended a signature.
type VoidCause string

// The causes by which what was signed is no longer what is agreed.
const (
	VoidReopened VoidCause = "reopened" // the sheet was unlocked by two people
	VoidDecided  VoidCause = "decided"  // the chief judge put a value in the place of the panel's, or took one back
	VoidChanged  VoidCause = "changed"  // anything else: another judge, a time, the end of the panel
)

// VoidSignature says since when and why a signature is void.
type VoidSignature struct {
	Cause VoidCause `json:"cause" enum:"reopened,decided,changed"`
	At    time.Time `json:"at"`
	Why   string    `json:"why"` // as the chief judge gave it; may be empty
}

// Reopening says why the panel marks a sheet afresh.
type Reopening struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// JudgeConduct is a violation as the judges of a sheet see it: that it was
// recorded, so that nobody records it twice, but not by whom. The words are
// there for the one who wrote them.
type JudgeConduct struct {
	Seq       int64               `json:"seq"`
	At        time.Time           `json:"at"`
	Violation scoring.ViolationID `json:"violation"`
	Mine      bool                `json:"mine"`
	Note      string              `json:"note"`
	Withdrawn bool                `json:"withdrawn"`
}

// judgeConducts lists the violations recorded by a code of the sheet's layer
// in its module.
func (t *Tally) judgeConducts(sp spot, judge access.AccountID) []JudgeConduct {
	out := []JudgeConduct{}
	for _, c := range t.conductBy(sp) {
		if c.Violation == "" {
			continue
		}
		v := JudgeConduct{Seq: c.Seq, At: c.At, Violation: c.Violation, Mine: c.By == judge, Withdrawn: c.Withdrawn != nil}
		if v.Mine {
			v.Note = c.Note
		}
		out = append(out, v)
	}
	return out
}

// reopening returns the newest unlock of the sheet, or nil.
func (t *Tally) reopening(id SheetID) *Reopening {
	for k := len(t.desk.unlocks) - 1; k >= 0; k-- {
		if u := t.desk.unlocks[k]; u.Sheet == id && u.Granted != nil {
			return &Reopening{At: u.Granted.At, Why: u.Why}
		}
	}
	return nil
}

// ownSignature returns the judge's newest signature under the sheet, or nil.
func (t *Tally) ownSignature(sp spot, judge access.AccountID) (*OwnSignature, error) {
	var mine *signature
	for k := range sp.s.signatures {
		if sp.s.signatures[k].judge == judge {
			mine = &sp.s.signatures[k]
		}
	}
	if mine == nil {
		return nil, nil
	}
	digest, err := t.digest(sp)
	if err != nil {
		return nil, err
	}
	out := &OwnSignature{At: mine.at, Valid: digest == mine.digest}
	if !out.Valid {
		void := t.voided(sp, mine)
		out.Void = &void
	}
	return out, nil
}

// voided finds what came after the signature and ended it.
func (t *Tally) voided(sp spot, s *signature) VoidSignature {
	id := t.sheetID(sp.i, sp.r)
	if r := t.reopening(id); r != nil && r.At.After(s.at) {
		return VoidSignature{VoidReopened, r.At, r.Why}
	}
	for _, a := range t.desk.acts {
		if a.Seq > s.seq && a.Sheet == id && a.Refused == "" && (a.Kind == kindAspectDecided || a.Kind == kindDecisionWithdrawn) {
			return VoidSignature{VoidDecided, a.At, a.Why}
		}
	}
	return VoidSignature{Cause: VoidChanged, At: sp.w.changed}
}
