package engine

import "github.com/xinglu/xinglu/scoring"

// Phase is how far a division has come. It is computed from the fold.
type Phase string

// The phases, in order.
const (
	PhaseSetup     Phase = "setup"     // nothing is frozen yet
	PhaseRunning   Phase = "running"   // marks come in
	PhaseLocked    Phase = "locked"    // the chief judge has locked every module
	PhaseRechecked Phase = "rechecked" // the recheck is closed
	PhaseDecrypted Phase = "decrypted" // no layer of identity is left
	PhasePublished Phase = "published" // results are out; appeals may come
	PhaseFinal     Phase = "final"     // results stand
)

// phase returns where the division stands now.
func (t *Tally) phase() Phase {
	switch {
	case t.status == Setup:
		return PhaseSetup
	case t.outcome.final || t.status == Final:
		return PhaseFinal
	case len(t.outcome.published) > 0:
		return PhasePublished
	case !t.allLocked():
		return PhaseRunning
	case !t.recheck.closed:
		return PhaseLocked
	case !t.decrypted():
		return PhaseRechecked
	}
	return PhaseDecrypted
}

// in returns ErrPhase unless the division is in one of the phases.
func (t *Tally) in(phases ...Phase) error {
	now := t.phase()
	for _, p := range phases {
		if now == p {
			return nil
		}
	}
	return ErrPhase.Param("phase", now)
}

// allLocked reports whether the chief judge has locked every module that a
// panel marks.
func (t *Tally) allLocked() bool {
	for _, m := range t.open.Scheme.Modules {
		if m.Source == scoring.SourcePanel && t.desk.locked[m.ID] == nil {
			return false
		}
	}
	return t.status != Setup
}

// decrypted reports whether every layer of identity is open.
func (t *Tally) decrypted() bool { return t.status != Setup && t.nextLayer() == "" }
