package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Correction is a change of one value after the lock. Exactly one of Aspect,
// Value, Zeroing, Conduct, Absence and TimeMS says what. The old value stays in the ledger.
type Correction struct {
	// Sheet is the sheet whose aspect gets another value; or Code, of the layer
	// that is open, is the competitor whose imported module, conduct, absence or time changes.
	Sheet   SheetID              `json:"sheet,omitempty"`
	Aspect  *scoring.AspectEntry `json:"aspect,omitempty"`
	Code    string               `json:"code,omitempty"`
	Module  scoring.ModuleID     `json:"module,omitempty"`
	Value   *scoring.Value       `json:"value,omitempty"` // of the imported module
	Zeroing *scoring.Zeroing     `json:"zeroing,omitempty"`
	// Conduct is the record of a violation or zeroing that is taken back.
	Conduct int64 `json:"conduct,omitempty"`
	// Absence says whether the competitor started in Module, which panels mark.
	Absence AbsenceChange `json:"absence,omitempty" enum:"recorded,withdrawn"`
	// TimeMS is the time used in Module, milliseconds.
	TimeMS *int64 `json:"time_ms,omitempty"`

	Reason string           `json:"reason"`
	Source CorrectionSource `json:"source" enum:"recheck,appeal,error"`
	Appeal int              `json:"appeal,omitempty"` // number of the appeal that it follows
}

// CorrectionSource says what a correction comes from.
type CorrectionSource string

// The sources of corrections.
const (
	FromRecheck CorrectionSource = "recheck"
	FromAppeal  CorrectionSource = "appeal"
	FromError   CorrectionSource = "error" // found otherwise
)

// CorrectionState is how far a correction has come.
type CorrectionState string

// The states of a correction.
const (
	CorrectionProposed CorrectionState = "proposed" // waits for the second signature
	CorrectionSigned   CorrectionState = "signed"   // counts, from the next publication on in public
	CorrectionDropped  CorrectionState = "dropped"
)

type correction struct {
	Correction
	at       int // position of the competitor
	state    CorrectionState
	proposed person
	decided  person // who signed or dropped it
	why      string // why it was dropped, if that was said
	seq      int64  // of the record that signed it
	released bool   // dropped for a reason by who may say that an appeal needs no correction
}

// person is who did something, and when.
type person struct {
	by access.AccountID
	at time.Time
}

type numbered struct {
	No int `json:"no"`
}

type droppedNo struct {
	No  int    `json:"no"`
	Why string `json:"why,omitempty"`
}

func (t *Tally) openCorrection() bool {
	return slices.ContainsFunc(t.outcome.corrections, func(c correction) bool { return c.state == CorrectionProposed })
}

// unpublished reports whether the results as they stand are others than the
// newest publication shows: by a correction, or by marks that came again from
// elsewhere. What leaves every line as it was calls for no version. Times of
// records do not decide it: nodes' clocks differ.
func (t *Tally) unpublished() (bool, error) {
	p := t.newest()
	if p == nil {
		return slices.ContainsFunc(t.outcome.corrections, func(c correction) bool { return c.state == CorrectionSigned }), nil
	}
	lines, _, err := t.resultLines(p.names())
	return err == nil && digestOf(lines) != p.digest, err
}

// settled returns ErrPhase while a correction waits for the next publication.
func (t *Tally) settled() error {
	late, err := t.unpublished()
	if err == nil && late {
		return ErrPhase.Param("phase", t.phase())
	}
	return err
}

// target checks a correction and returns whom it concerns.
func (t *Tally) target(c Correction) (int, error) {
	wrong := func(path, code, message string) (int, error) {
		return 0, ErrContest.With(fault.Field{Path: path, Code: code, Message: message})
	}
	kinds := 0
	for _, there := range []bool{c.Aspect != nil, c.Value != nil, c.Zeroing != nil, c.Conduct > 0, c.Absence != "", c.TimeMS != nil} {
		if there {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return wrong("aspect", "one_of", "say one of: the aspect of a sheet, the marks of an imported module, a zeroing, a record of conduct that is taken back, an absence, a time")
	case strings.TrimSpace(c.Reason) == "" || len(c.Reason) > maxReason:
		return 0, ErrReason
	case !slices.Contains([]CorrectionSource{FromRecheck, FromAppeal, FromError}, c.Source):
		return wrong("source", "unknown", "recheck, appeal or error")
	case (c.Source == FromAppeal) != (c.Appeal > 0):
		return wrong("appeal", "inconsistent", "name the appeal of a correction that follows one, and of no other")
	case c.Appeal > len(t.outcome.appeals):
		return 0, ErrNoAppeal.Param("no", c.Appeal)
	}
	if c.Aspect != nil {
		sp, err := t.find(c.Sheet)
		if err != nil {
			return 0, err
		}
		if !sp.r.marks(c.Aspect.Aspect) {
			return wrong("aspect.aspect", "unknown", "the sheet has no such aspect")
		}
		return sp.i, t.tryOverride(sp, c)
	}
	if c.Conduct > 0 {
		i, held := t.conduct(c.Conduct)
		if held == nil || held.Withdrawn != nil {
			return 0, ErrNothing.Param("record", c.Conduct)
		}
		return i, nil
	}
	i, ok := t.labelled(c.Code)
	if !ok {
		return 0, ErrNoCode.Param("code", c.Code)
	}
	if c.Zeroing != nil {
		_, err := t.open.Scheme.Sanctions(scoring.Conduct{Zeroings: []scoring.Zeroing{*c.Zeroing}})
		return i, err
	}
	if c.Absence != "" || c.TimeMS != nil {
		return i, t.mayStart(i, c)
	}
	m, ok := t.open.Scheme.Module(c.Module)
	if !ok || m.Source != scoring.SourceImported {
		return wrong("module", "unknown", "no module whose marks come from elsewhere")
	}
	if !counts(*c.Value, m) {
		return wrong("value", "above_max", "the marks are outside the module's range")
	}
	return i, nil
}

// counts reports whether the value can be one of the module: what a total
// cannot be added up from must never be stored.
func counts(v scoring.Value, m scoring.Module) bool {
	switch v.State {
	case scoring.HasValue:
		return v.Marks >= 0 && v.Marks <= m.Max
	case scoring.Blank, scoring.DidNotStart:
		return v.Marks == 0
	}
	return false
}

// tryOverride asks whether the outcome can be computed with another value of
// an aspect: what cannot must never count.
func (t *Tally) tryOverride(sp spot, c Correction) error {
	call := t.call(sp.i, sp.m, sp.w)
	call.Overrides = with(sp.w.decided, scoring.Override{Aspect: c.Aspect.Aspect, Observation: c.Aspect.Observation, Why: c.Reason, Corrected: true})
	_, err := scoring.Judge(sp.m, t.open.Rules, call)
	return err
}

func (t *Tally) decideCorrectionAsked(actor access.AccountID, c Correction) (int, error) {
	if err := t.mayCorrect(actor); err != nil {
		return 0, err
	}
	return t.target(c)
}

// correctable are the phases in which a value may be corrected: from the lock
// until the results are final.
var correctable = []Phase{PhaseLocked, PhaseRechecked, PhaseDecrypted, PhasePublished}

// mayCorrect says why somebody may not propose corrections now.
func (t *Tally) mayCorrect(actor access.AccountID) error {
	if err := t.office(actor, OfficeChief, OfficeDeputy, OfficeArbiter); err != nil {
		return err
	}
	return t.in(correctable...)
}

func (t *Tally) applyCorrectionAsked(r ledger.Record) (verdict, error) {
	c, err := read[Correction](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	i, why := t.decideCorrectionAsked(by, c)
	if why != nil {
		return refused(why)
	}
	t.outcome.corrections = append(t.outcome.corrections, correction{Correction: c, at: i, state: CorrectionProposed, proposed: person{by, r.At}})
	return verdict{}, nil
}

// proposedNo returns the correction with the number if it still waits.
func (t *Tally) proposedNo(no int) (*correction, error) {
	if no < 1 || no > len(t.outcome.corrections) {
		return nil, ErrNoCorrection.Param("no", no)
	}
	c := &t.outcome.corrections[no-1]
	if c.state != CorrectionProposed {
		return nil, ErrOvertaken
	}
	return c, nil
}

func (t *Tally) decideCorrectionSigned(actor access.AccountID, no int) error {
	if err := t.office(actor, OfficeChief, OfficeSupervisor); err != nil {
		return err
	}
	if err := t.in(correctable...); err != nil {
		return err
	}
	c, err := t.proposedNo(no)
	switch {
	case err != nil:
		return err
	case c.proposed.by == actor:
		return ErrSamePerson
	case c.Conduct > 0: // an unlock in between may have let the chief judge take it back
		_, err = t.target(c.Correction)
	case c.Absence != "": // another correction may have done it
		err = t.mayStart(c.at, c.Correction)
	}
	return err
}

func (t *Tally) applyCorrectionSigned(r ledger.Record) (verdict, error) {
	e, err := read[numbered](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	if why := t.decideCorrectionSigned(by, e.No); why != nil {
		return refused(why)
	}
	c := &t.outcome.corrections[e.No-1]
	c.state, c.decided, c.seq = CorrectionSigned, person{by, r.At}, r.Seq
	_, err = t.effect(c, r.Seq, r.At)
	return verdict{}, err
}

// effect makes a correction count and returns how to undo that, for previews.
// seq and at are of the record that signs it.
func (t *Tally) effect(c *correction, seq int64, at time.Time) (undo func() error, err error) {
	defer clear(t.kept.lists)
	var restore func() // of what is not a sheet
	switch {
	case c.Aspect != nil:
		sp, err := t.find(c.Sheet)
		if err != nil {
			return nil, err
		}
		return t.keep(sp.i, sp.w), t.change(sp, at, func() {
			sp.w.decided = with(sp.w.decided, scoring.Override{Aspect: c.Aspect.Aspect, Observation: c.Aspect.Observation, Why: c.Reason, Corrected: true})
		})
	case c.Absence != "" || c.TimeMS != nil:
		return t.started(c, seq, at)
	case c.Value != nil:
		w := t.works[c.at][c.Module]
		was := *w
		w.value, w.changed, w.corrected, w.later = *c.Value, at, true, nil
		restore = func() { *w = was }
	default:
		was := t.desk.conduct[c.at]
		list := slices.Clone(was)
		if c.Zeroing != nil {
			list = append(list, Conduct{
				Seq: seq, At: at, By: c.proposed.by, Address: Address{Module: c.Zeroing.Module}, Rule: c.Zeroing.Rule, Note: c.Reason, corrected: true,
			})
		} else if k := slices.IndexFunc(list, func(x Conduct) bool { return x.Seq == c.Conduct }); k >= 0 {
			list[k].Withdrawn = &Withdrawal{At: at, By: c.proposed.by, Why: c.Reason}
		}
		t.desk.conduct[c.at] = list
		restore = func() { t.desk.conduct[c.at] = was }
	}
	t.stirred(c.at)
	return func() error {
		restore()
		t.stirred(c.at)
		clear(t.kept.lists)
		return nil
	}, nil
}

func (t *Tally) decideCorrectionOff(actor access.AccountID, e droppedNo) error {
	if err := t.office(actor, OfficeChief, OfficeDeputy, OfficeArbiter, OfficeSupervisor); err != nil {
		return err
	}
	if len(e.Why) > maxReason {
		return ErrReason
	}
	_, err := t.proposedNo(e.No)
	return err
}

func (t *Tally) applyCorrectionOff(r ledger.Record) (verdict, error) {
	e, err := read[droppedNo](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	if why := t.decideCorrectionOff(by, e); why != nil {
		return refused(why)
	}
	c := &t.outcome.corrections[e.No-1]
	c.state, c.decided, c.why = CorrectionDropped, person{by, r.At}, e.Why
	c.released = strings.TrimSpace(e.Why) != "" && t.office(by, OfficeChief, OfficeArbiter) == nil
	return verdict{}, nil
}

// Shift is what a correction changes for one competitor.
type Shift struct {
	Code       string        `json:"code"`
	RankBefore *int          `json:"rank_before"`
	RankAfter  *int          `json:"rank_after"`
	Before     scoring.Value `json:"before"` // total, hundredths
	After      scoring.Value `json:"after"`
}

// PreviewCorrection returns who would change, in the order of the ranking
// after it, without storing anything. Errors: those of ProposeCorrection.
func (s *Contests) PreviewCorrection(ctx context.Context, actor access.AccountID, id DivisionID, c Correction) ([]Shift, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Shift
	err = a.read(ctx, func(t *Tally) error {
		i, err := t.decideCorrectionAsked(actor, c)
		if err != nil {
			return err
		}
		out, err = t.shifts(&correction{Correction: c, at: i}, s.now())
		return err
	})
	return out, err
}

// shifts compares the standings with and without a correction.
func (t *Tally) shifts(c *correction, at time.Time) (out []Shift, err error) {
	before, err := t.standings(jury)
	if err != nil {
		return nil, err
	}
	was := make(map[int]Standing, len(before))
	for _, st := range before {
		was[st.at] = st
	}
	undo, err := t.effect(c, t.seq, at)
	if undo == nil {
		return nil, err
	}
	after, failed := t.standings(jury)
	if err := undo(); err != nil {
		return nil, fmt.Errorf("undoing a preview: %w", err)
	}
	if err != nil || failed != nil {
		return nil, fmt.Errorf("preview: %w", errors.Join(err, failed))
	}
	out = []Shift{}
	for _, st := range after {
		old := was[st.at]
		if !sameRank(old.Rank, st.Rank) || old.entry.Total != st.entry.Total {
			out = append(out, Shift{Code: st.Code, RankBefore: old.Rank, RankAfter: st.Rank, Before: old.entry.Total, After: st.entry.Total})
		}
	}
	return out, nil
}

func sameRank(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// ProposeCorrection asks for a change of one value after the lock. Errors:
// ErrOffice, ErrPhase, ErrNoSheet, ErrNoCode, ErrReason, ErrContest,
// scoring.ErrEntry.
func (s *Contests) ProposeCorrection(ctx context.Context, actor access.AccountID, id DivisionID, key string, c Correction) error {
	return s.perform(ctx, actor, id, kindCorrectionAsked, key, c, func(t *Tally) error { _, err := t.decideCorrectionAsked(actor, c); return err })
}

// SignCorrection signs second; from then on the correction counts. Errors:
// ErrOffice, ErrPhase, ErrNoCorrection, ErrSamePerson, ErrOvertaken.
func (s *Contests) SignCorrection(ctx context.Context, actor access.AccountID, id DivisionID, key string, no int) error {
	return s.perform(ctx, actor, id, kindCorrectionSigned, key, numbered{no}, func(t *Tally) error { return t.decideCorrectionSigned(actor, no) })
}

// DropCorrection takes a proposal back that nobody has signed. why may be
// empty; an upheld appeal is done with only when the chief judge or the arbiter
// gives one. Errors: ErrOffice, ErrReason, ErrNoCorrection, ErrOvertaken.
func (s *Contests) DropCorrection(ctx context.Context, actor access.AccountID, id DivisionID, key string, no int, why string) error {
	e := droppedNo{no, why}
	return s.perform(ctx, actor, id, kindCorrectionOff, key, e, func(t *Tally) error { return t.decideCorrectionOff(actor, e) })
}
