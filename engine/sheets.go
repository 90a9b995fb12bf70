package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// SheetState is a sheet as one judge sees it.
type SheetState string

// The states of a sheet for its judge.
const (
	SheetNotStarted SheetState = "not_started" // this judge has not submitted
	SheetSubmitted  SheetState = "submitted"   // the others are waited for
	SheetConference SheetState = "conference"  // 需要合议: the panel must talk and mark again
	SheetAgreed     SheetState = "agreed"      // the panel's marks stand; changing them takes an unlock
	SheetSigned     SheetState = "signed"      // and this judge has signed them
	SheetLocked     SheetState = "locked"      // the chief judge has locked the module
	SheetAbsent     SheetState = "absent"      // the competitor did not start: there is nothing to mark
	SheetClosed     SheetState = "closed"      // the chief judge takes no more sheets, and this judge gave none
)

// SheetBrief is one line of a judge's list. It names a code, never a person.
type SheetBrief struct {
	ID          SheetID          `json:"id"`
	Division    DivisionID       `json:"division"`
	Layer       Layer            `json:"layer"` // whose code it is; acts about the work name both
	Code        string           `json:"code"`
	Module      scoring.ModuleID `json:"module"`
	ModuleName  scoring.Text     `json:"module_name"`
	State       SheetState       `json:"state"`
	Version     int              `json:"version"` // of this judge's sheet; 0: none yet
	Round       int              `json:"round"`   // from 1; a conference or an unlock begins the next
	Have        int              `json:"have"`    // judges of the panel who have submitted
	Need        int              `json:"need"`
	SubmittedAt *time.Time       `json:"submitted_at,omitempty"`
	Leader      bool             `json:"leader,omitempty"` // this judge signs for the panel
	// ToSign is the digest of what the panel agreed, where this judge's
	// signature is wanted and missing.
	ToSign string `json:"to_sign,omitempty"`
}

// SheetView is a whole sheet for its judge: the judge's own marks and, in
// conference, which aspects need talk. Another judge's marks are never in it;
// what the panel agreed on is, once it has.
type SheetView struct {
	SheetBrief
	ModuleScheme scoring.Module           `json:"module_scheme"`
	Mine         *JudgeSheet              `json:"mine,omitempty"`
	MyTotal      *scoring.Marks           `json:"my_total,omitempty"` // hundredths, as if this judge were alone
	Conferences  []scoring.ConferenceView `json:"conferences"`
	Agreed       []AgreedMark             `json:"agreed,omitempty"`
	AgreedTotal  *scoring.Marks           `json:"agreed_total,omitempty"` // hundredths, of the aspects of this sheet
	// TimeMS is the time used, milliseconds, where judges see the station.
	TimeMS   *int64     `json:"time_ms,omitempty"`
	Evidence []Evidence `json:"evidence"` // one's own, and the panel's once all have submitted
	// Signature is this judge's own, Reopened why the panel marks afresh; null
	// where there is none.
	Signature *OwnSignature  `json:"signature,omitempty"`
	Reopened  *Reopening     `json:"reopened,omitempty"`
	Conducts  []JudgeConduct `json:"conducts"` // violations recorded by the sheet's code
}

// AgreedMark is what a panel agreed on one aspect.
type AgreedMark struct {
	Aspect scoring.AspectID `json:"aspect"`
	Marks  scoring.Value    `json:"marks"`
	Chief  bool             `json:"chief,omitempty"` // the chief judge decided
}

// SheetNews tells one judge that a sheet's state has changed. Without a judge
// it tells everybody of the division's panels to look again.
type SheetNews struct {
	Judge       access.AccountID         `json:"judge"`
	Sheet       SheetBrief               `json:"sheet"`
	Conferences []scoring.ConferenceView `json:"conferences"`
}

// codeOf is what the sheet's judges call the competitor; "" before the draw.
func (t *Tally) codeOf(sp spot) string {
	l, _ := t.codes.lot(sp.r.layer, sp.m.ID, sp.i)
	return l.Code
}

func (t *Tally) brief(d DivisionID, sp spot, judge access.AccountID) (SheetBrief, error) {
	panel := t.panelOf(sp.i, sp.r, sp.s)
	b := SheetBrief{
		ID: t.sheetID(sp.i, sp.r), Division: d, Layer: sp.r.layer, Code: t.codeOf(sp), Module: sp.m.ID, ModuleName: sp.m.Name,
		State: SheetNotStarted, Round: sp.s.round, Have: sp.s.have(panel), Need: len(panel),
		Leader: t.open.Procedure.Signing.Leader && t.leaderOf(sp) == judge,
	}
	b.Version = len(sp.s.files[judge])
	if v := sp.s.counted(judge); v != nil {
		b.State, b.SubmittedAt = SheetSubmitted, &v.At
	} else if sp.s.closed {
		b.State = SheetClosed
	}
	digest, err := t.digest(sp)
	if err != nil {
		return b, err
	}
	switch sp.s.state {
	case scoring.Conference:
		b.State = SheetConference
	case scoring.Settled:
		b.State = SheetAgreed
		if sp.s.signedBy(judge, digest) {
			b.State = SheetSigned
		} else if slices.Contains(t.signers(sp), judge) {
			b.ToSign = digest
		}
	case scoring.Waiting:
	}
	if sp.w.absent != nil {
		b.State, b.ToSign = SheetAbsent, ""
	}
	if t.desk.locked[sp.m.ID] != nil && b.State != SheetAbsent {
		b.State, b.ToSign = SheetLocked, ""
	}
	return b, nil
}

// news is what the judges of a sheet are told of it.
func (t *Tally) news(d DivisionID, sp spot) (out []SheetNews, err error) {
	judged, err := t.judgedBy(sp)
	if err != nil {
		return nil, err
	}
	talk := judged.Conferences()
	people := t.panelOf(sp.i, sp.r, sp.s)
	if l := t.leaderOf(sp); l != "" && sp.s.state == scoring.Settled && !slices.Contains(people, l) {
		people = append(slices.Clone(people), l)
	}
	for _, j := range people {
		b, err := t.brief(d, sp, j)
		if err != nil {
			return nil, err
		}
		out = append(out, SheetNews{Judge: j, Sheet: b, Conferences: talk})
	}
	return out, nil
}

// sees reports whether the judge has to do with the sheet: marks it, or signs
// what its panel agreed.
func (t *Tally) sees(sp spot, judge access.AccountID) bool {
	return slices.Contains(t.panelOf(sp.i, sp.r, sp.s), judge) ||
		sp.s.state == scoring.Settled && t.open.Procedure.Signing.Leader && t.leaderOf(sp) == judge
}

// Sheets lists the judge's sheets of a division, in the order of modules and
// codes.
func (s *Contests) Sheets(ctx context.Context, judge access.AccountID, id DivisionID) ([]SheetBrief, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []SheetBrief{}
	err = a.read(ctx, func(t *Tally) error {
		for _, m := range t.open.Scheme.Modules {
			first := len(out)
			var failed error
			t.spots(m, func(sp spot) {
				// Before the draw there is nothing that a judge could call it by.
				if failed != nil || t.codeOf(sp) == "" || !t.sees(sp, judge) {
					return
				}
				b, err := t.brief(id, sp, judge)
				out, failed = append(out, b), err
			})
			if failed != nil {
				return failed
			}
			slices.SortFunc(out[first:], func(x, y SheetBrief) int { return strings.Compare(x.Code, y.Code) })
		}
		return nil
	})
	return out, err
}

// Sheet returns one sheet for a judge of its panel. Errors: ErrNoSheet,
// ErrWrongPanel.
func (s *Contests) Sheet(ctx context.Context, judge access.AccountID, id DivisionID, sheet SheetID) (SheetView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return SheetView{}, err
	}
	var out SheetView
	err = a.read(ctx, func(t *Tally) error {
		sp, err := t.find(sheet)
		if err != nil {
			return err
		}
		if !t.sees(sp, judge) {
			return ErrWrongPanel.Param("sheet", sheet)
		}
		out, err = t.view(id, sp, judge)
		return err
	})
	return out, err
}

func (t *Tally) view(d DivisionID, sp spot, judge access.AccountID) (SheetView, error) {
	judged, err := t.judgedBy(sp)
	if err != nil {
		return SheetView{}, err
	}
	v := SheetView{
		ModuleScheme: sp.r.module, Conferences: judged.Conferences(), Evidence: []Evidence{},
		Reopened: t.reopening(t.sheetID(sp.i, sp.r)), Conducts: t.judgeConducts(sp, judge),
	}
	if v.SheetBrief, err = t.brief(d, sp, judge); err != nil {
		return v, err
	}
	if v.Signature, err = t.ownSignature(sp, judge); err != nil {
		return v, err
	}
	if sp.r.layer == LayerStation { // beside a work code it would tie the work to a station
		v.TimeMS = sp.w.time()
	}
	if mine := sp.s.latest(judge); mine != nil {
		copied := *mine
		total, err := scoring.OwnTotal(sp.r.module, mine.Entries, v.TimeMS)
		if err != nil {
			return v, err
		}
		v.Mine, v.MyTotal = &copied, &total
	}
	if sp.s.state == scoring.Settled {
		v.Agreed, v.AgreedTotal = agreedOf(judged)
	}
	all := v.Have >= v.Need || sp.s.state != scoring.Waiting
	for _, e := range sp.w.evidence {
		if e.Sheet == v.ID && (all || e.by == judge) {
			v.Evidence = append(v.Evidence, e)
		}
	}
	return v, nil
}

// agreedOf lists what a panel agreed on.
func agreedOf(out scoring.ModuleOutcome) ([]AgreedMark, *scoring.Marks) {
	list, total := []AgreedMark{}, scoring.Marks(0)
	for _, o := range out.Aspects {
		list = append(list, AgreedMark{o.Aspect, o.Marks, o.Override != nil})
		total += o.Marks.Marks
	}
	total = max(0, total)
	return list, &total
}

// JudgeDivisions lists the open divisions on whose panels the judge sits now,
// the latest opened first.
func (s *Contests) JudgeDivisions(ctx context.Context, judge access.AccountID) ([]Division, error) {
	return s.running(ctx, func(t *Tally) bool { return t.onPanel(judge) })
}

// running lists the running divisions whose tallies fit, the newest first.
func (s *Contests) running(ctx context.Context, fits func(*Tally) bool) ([]Division, error) {
	all, err := s.Opened(ctx)
	if err != nil {
		return nil, err
	}
	out := []Division{}
	for _, d := range slices.Backward(all) {
		if d.Status != Running {
			continue
		}
		a, err := s.arena(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if err := a.read(ctx, func(t *Tally) error {
			if fits(t) {
				out = append(out, d)
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// onPanel reports whether the judge is on a panel of the division.
func (t *Tally) onPanel(judge access.AccountID) bool {
	for _, benches := range t.benches {
		for _, r := range benches {
			if _, ok := r.member(judge); ok {
				return true
			}
		}
	}
	return false
}
