package engine

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

const (
	kindRecheckDrawn   = "recheck.drawn"
	kindRecheckChecked = "recheck.checked"
	kindRecheckClosed  = "recheck.closed"
)

var recheckFolds = map[string]fold{
	kindRecheckDrawn: (*Tally).applyRecheckDrawn, kindRecheckChecked: (*Tally).applyRecheckChecked,
	kindRecheckClosed: (*Tally).applyRecheckClosed,
}

// recheckDrawn begins a recheck. Who is checked follows from the seed and the
// results at this place of the stream.
type recheckDrawn struct {
	Seed string `json:"seed"` // hex
}

// CheckResult is what a supervisor found on a sheet.
type CheckResult string

// The results of a check.
const (
	CheckFine  CheckResult = "fine"  // entries, sums and signatures agree
	CheckError CheckResult = "error" // the chief judge has to correct something
)

// recheckChecked is a supervisor's finding on one sheet.
type recheckChecked struct {
	Sheet  SheetID     `json:"sheet"`
	Result CheckResult `json:"result"`
	Note   string      `json:"note,omitempty"`
}

// CheckedFor says why a sheet is checked.
type CheckedFor string

// The reasons for a check.
const (
	CheckedAsTop    CheckedFor = "top"
	CheckedAsSample CheckedFor = "sample"
	CheckedAsRest   CheckedFor = "rest" // only where the error rate widens the recheck
)

// recheck is the part of the tally about the sample that supervisors check. An
// unlock begins it anew.
type recheck struct {
	seed   string // "" before the draw
	at     time.Time
	by     access.AccountID
	why    []CheckedFor // by position of the competitor
	checks map[SheetID][]check
	closed bool
}

// check is one finding.
type check struct {
	result CheckResult
	note   string
	by     access.AccountID
	at     time.Time
}

func (t *Tally) decideRecheckDrawn(actor access.AccountID, e recheckDrawn) error {
	seed, err := hex.DecodeString(e.Seed)
	if err := t.office(actor, OfficeSupervisor); err != nil {
		return err
	}
	if err := t.in(PhaseLocked); err != nil {
		return err
	}
	switch {
	case err != nil || len(seed) < 8 || len(seed) > 64:
		return ErrContest.With(fault.Field{Path: "seed", Code: "invalid", Message: "a seed has 16 to 128 hexadecimal digits"})
	case t.recheck.seed != "":
		return ErrOvertaken
	}
	return nil
}

func (t *Tally) applyRecheckDrawn(r ledger.Record) (verdict, error) {
	e, err := read[recheckDrawn](r)
	if err != nil {
		return verdict{}, err
	}
	if why := t.decideRecheckDrawn(access.AccountID(r.Actor), e); why != nil {
		return refused(why)
	}
	why, err := t.drawRecheck(e.Seed)
	if err != nil {
		return verdict{}, err
	}
	t.recheck = recheck{seed: e.Seed, at: r.At, by: access.AccountID(r.Actor), why: why, checks: map[SheetID][]check{}}
	return verdict{}, nil
}

// drawRecheck chooses whose sheets are checked. Competitors are ranked and
// drawn under their ids, which no draw of codes changes.
func (t *Tally) drawRecheck(seed string) ([]CheckedFor, error) {
	raw, err := hex.DecodeString(seed)
	if err != nil {
		return nil, err
	}
	entries := make([]scoring.Entry, len(t.open.Competitors))
	for i, c := range t.open.Competitors {
		e, err := t.entry(i)
		if err != nil {
			return nil, err
		}
		e.Code = scoring.Code(c.ID)
		entries[i] = e
	}
	ranked, err := scoring.Rank(entries, t.open.Rules)
	if err != nil {
		return nil, err
	}
	idle := map[scoring.Code]bool{}
	for _, c := range t.open.Competitors {
		idle[scoring.Code(c.ID)] = true
	}
	t.recheckSheets(func(_ SheetID, sp spot) { delete(idle, scoring.Code(t.open.Competitors[sp.i].ID)) })
	drawn, err := scoring.RecheckSample(ranked, t.open.Procedure.Recheck, idle, raw)
	if err != nil {
		return nil, err
	}
	why := make([]CheckedFor, len(entries))
	for as, list := range map[CheckedFor][]scoring.Code{CheckedAsTop: drawn.Top, CheckedAsSample: drawn.Sample, CheckedAsRest: drawn.Rest} {
		for _, c := range list {
			why[t.byID[CompetitorID(c)]] = as
		}
	}
	return why, nil
}

// recheckSheets calls f for every sheet that can be checked: those that a
// panel has marked.
func (t *Tally) recheckSheets(f func(SheetID, spot)) {
	for _, m := range t.open.Scheme.Modules {
		if m.Source != scoring.SourcePanel {
			continue
		}
		t.spots(m, func(sp spot) {
			// Who is disqualified or zeroed may be locked without a work, and so
			// without a code by which anybody could check it.
			if id := t.sheetID(sp.i, sp.r); id != "" && sp.w.absent == nil {
				f(id, sp)
			}
		})
	}
}

// rechecking is how a recheck stands.
type rechecking struct {
	due, checked, wrong int // sheets; wrong: an error was ever found
	open                int // due sheets without a finding, or whose last is an error
	widened             bool
}

func (t *Tally) rechecking() (rechecking, error) {
	var due, rest rechecking
	t.recheckSheets(func(id SheetID, sp spot) {
		one := rechecking{due: 1, open: 1}
		if list := t.recheck.checks[id]; len(list) > 0 {
			one.checked = 1
			if list[len(list)-1].result == CheckFine {
				one.open = 0
			}
			if slices.ContainsFunc(list, func(c check) bool { return c.result == CheckError }) {
				one.wrong = 1
			}
		}
		to := &due
		if t.recheck.why[sp.i] == CheckedAsRest {
			to = &rest
		}
		to.due, to.checked, to.wrong, to.open = to.due+one.due, to.checked+one.checked, to.wrong+one.wrong, to.open+one.open
	})
	result, err := scoring.RecheckVerdict(due.checked, due.wrong, t.open.Procedure.Recheck)
	if err != nil {
		return due, err
	}
	// The rate counts when the sample is through, so that the first error
	// found does not already widen it; once sheets of the rest are checked for
	// it, the recheck stays wide.
	if due.widened = result == scoring.RecheckWiden && due.checked == due.due || rest.checked > 0; due.widened {
		due.due, due.checked, due.wrong, due.open = due.due+rest.due, due.checked+rest.checked, due.wrong+rest.wrong, due.open+rest.open
	}
	return due, nil
}

func (t *Tally) decideRecheckChecked(actor access.AccountID, e recheckChecked) error {
	if err := t.office(actor, OfficeSupervisor); err != nil {
		return err
	}
	if err := t.in(PhaseLocked); err != nil {
		return err
	}
	if t.recheck.seed == "" {
		return ErrPhase.Param("phase", PhaseLocked)
	}
	sp, err := t.find(e.Sheet)
	if err != nil {
		return err
	}
	switch {
	case e.Result != CheckFine && e.Result != CheckError:
		return ErrContest.With(fault.Field{Path: "result", Code: "unknown", Message: "fine or error"})
	case e.Result == CheckError && strings.TrimSpace(e.Note) == "":
		return ErrReason
	case len(e.Note) > maxReason:
		return ErrContest.With(fault.Field{Path: "note", Code: "too_long", Message: "at most 2000 bytes"})
	}
	if _, own := sp.r.member(actor); own {
		return ErrSamePerson // whoever marks a sheet does not check it
	}
	now, err := t.rechecking()
	if err == nil && t.recheck.why[sp.i] == CheckedAsRest && !now.widened {
		return ErrNotChecked.Param("sheet", e.Sheet)
	}
	return err
}

func (t *Tally) applyRecheckChecked(r ledger.Record) (verdict, error) {
	e, err := read[recheckChecked](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	if why := t.decideRecheckChecked(by, e); why != nil {
		return refused(why)
	}
	t.recheck.checks[e.Sheet] = append(t.recheck.checks[e.Sheet], check{e.Result, e.Note, by, r.At})
	return verdict{}, nil
}

func (t *Tally) decideRecheckClosed(actor access.AccountID) error {
	if err := t.office(actor, OfficeSupervisor); err != nil {
		return err
	}
	if err := t.in(PhaseLocked); err != nil {
		return err
	}
	if t.recheck.seed == "" {
		return ErrPhase.Param("phase", PhaseLocked)
	}
	now, err := t.rechecking()
	if err != nil {
		return err
	}
	if now.open > 0 {
		return ErrRecheckOpen.Param("open", now.open)
	}
	if t.openCorrection() {
		return ErrCorrectionOpen
	}
	return nil
}

func (t *Tally) applyRecheckClosed(r ledger.Record) (verdict, error) {
	if why := t.decideRecheckClosed(access.AccountID(r.Actor)); why != nil {
		return refused(why)
	}
	t.recheck.closed = true
	return verdict{}, nil
}

// DrawRecheck begins the recheck of a locked division: all of the top and a
// sample of the rest, by the procedure's rule. seed is random, in hex, and is
// recorded. Errors: ErrOffice, ErrPhase, ErrOvertaken when it was drawn before,
// ErrContest.
func (s *Contests) DrawRecheck(ctx context.Context, actor access.AccountID, id DivisionID, key, seed string) error {
	e := recheckDrawn{Seed: seed}
	return s.perform(ctx, actor, id, kindRecheckDrawn, key, e, func(t *Tally) error { return t.decideRecheckDrawn(actor, e) })
}

// CheckSheet records what a supervisor found on one sheet. A sheet with an
// error is checked again after the correction. Errors: ErrOffice, ErrPhase,
// ErrNoSheet, ErrNotChecked, ErrSamePerson for a judge of the sheet, ErrReason for
// an error without a note.
func (s *Contests) CheckSheet(ctx context.Context, actor access.AccountID, id DivisionID, key string, sheet SheetID, result CheckResult, note string) error {
	e := recheckChecked{sheet, result, note}
	return s.perform(ctx, actor, id, kindRecheckChecked, key, e, func(t *Tally) error { return t.decideRecheckChecked(actor, e) })
}

// CloseRecheck ends the recheck. Errors: ErrOffice, ErrPhase, ErrRecheckOpen
// while sheets wait for a check or their last one found an error,
// ErrCorrectionOpen.
func (s *Contests) CloseRecheck(ctx context.Context, actor access.AccountID, id DivisionID, key string) error {
	return s.perform(ctx, actor, id, kindRecheckClosed, key, struct{}{}, func(t *Tally) error { return t.decideRecheckClosed(actor) })
}
