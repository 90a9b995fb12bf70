package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Desk is the chief judge's view of a division: how far every sheet is, by the
// codes that its judges see. Nobody's name or unit is in it, and codes of two
// layers never stand in one row.
type Desk struct {
	Version int64        `json:"version"` // ledger sequence of the last record folded in
	Phase   Phase        `json:"phase"`
	Status  Status       `json:"status"`
	Signing SigningRule  `json:"signing"`
	Modules []DeskModule `json:"modules"` // that panels mark
	Unlocks []Unlock     `json:"unlocks"` // asked for and not granted, the newest first; Until says how long they can be
}

// DeskState is how far a sheet is.
type DeskState string

// The states of a sheet at the desk.
const (
	DeskWaiting    DeskState = "waiting"    // no judge has handed in
	DeskMarking    DeskState = "marking"    // some have
	DeskConference DeskState = "conference" // the panel confers
	DeskTooFew     DeskState = "too_few"    // the panel is closed with too few sheets: decide or reopen
	DeskAgreed     DeskState = "agreed"     // signatures are wanted
	DeskSigned     DeskState = "signed"     // all signatures that the procedure wants are there
	DeskLocked     DeskState = "locked"
	DeskAbsent     DeskState = "absent" // did not start
)

// DeskModule is one module at the desk.
type DeskModule struct {
	Module  scoring.ModuleID  `json:"module"`
	Name    scoring.Text      `json:"name"`
	Panels  []DeskPanel       `json:"panels"`
	Counts  map[DeskState]int `json:"counts"`  // of the sheets of all panels
	Undrawn int               `json:"undrawn"` // sheets whose code has not been drawn
	Lock    *Lock             `json:"lock"`    // null: not locked
	// Digest is what a lock has to name; "" while Missing keeps the module open.
	Digest  string        `json:"digest"`
	Missing []fault.Field `json:"missing"`
}

// DeskPanel is one panel of a module with its sheets, by code.
type DeskPanel struct {
	Layer       Layer                    `json:"layer"` // whose codes the rows have
	SubCriteria []scoring.SubCriterionID `json:"sub_criteria"`
	Judges      []PanelJudge             `json:"judges"` // members as they are now
	Rows        []DeskRow                `json:"rows"`
}

// DeskRow is one sheet at the desk.
type DeskRow struct {
	Sheet       SheetID            `json:"sheet"`
	Code        string             `json:"code"`
	State       DeskState          `json:"state"`
	Round       int                `json:"round"`
	Have        int                `json:"have"` // judges whose sheet counts
	Need        int                `json:"need"`
	Closed      bool               `json:"closed"`
	Judges      []DeskJudge        `json:"judges"`
	Conferences []OpenConference   `json:"conferences"`
	Decided     []scoring.AspectID `json:"decided"` // by the chief judge
	// Gap is how far the judges' totals of the module are apart, hundredths,
	// where that is flagged; blocking unless accepted.
	Gap         *scoring.Marks `json:"gap"`
	GapBlocks   bool           `json:"gap_blocks"`
	GapAccepted bool           `json:"gap_accepted"`
	// Unsigned are the judges whose signatures are missing, once agreed.
	Unsigned []access.AccountID `json:"unsigned"`
	Conduct  int                `json:"conduct"` // violations and zeroings that stand, recorded by such a code
	Evidence int                `json:"evidence"`
	// Station, Batch and TimeMS show only beside station codes.
	Station int       `json:"station,omitempty"`
	Batch   int       `json:"batch,omitempty"`
	TimeMS  *int64    `json:"time_ms,omitempty"`
	Changed time.Time `json:"changed_at"`
}

// DeskJudge is one judge's part in a sheet.
type DeskJudge struct {
	Judge   access.AccountID `json:"judge"`
	Version int              `json:"version"` // 0: nothing handed in
	Counts  bool             `json:"counts"`  // in this round
	At      *time.Time       `json:"at,omitempty"`
	Source  SheetSource      `json:"source,omitempty"`
}

// OpenConference is an aspect in conference, with what the chief judge may
// know of it.
type OpenConference struct {
	Aspect    scoring.AspectID `json:"aspect"`
	Reason    scoring.Reason   `json:"reason"`
	Spread    int              `json:"spread"` // levels
	SpreadMax int              `json:"spread_max"`
	Gap       scoring.Marks    `json:"gap"` // hundredths
	GapMax    scoring.Marks    `json:"gap_max"`
}

// Desk returns the division's desk. Error: ErrNotRunning before the opening.
func (s *Contests) Desk(ctx context.Context, id DivisionID) (Desk, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Desk{}, err
	}
	var out Desk
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNotRunning.Param("status", t.status)
		}
		out = Desk{Version: t.seq, Phase: t.phase(), Status: t.status, Signing: t.open.Procedure.Signing, Modules: []DeskModule{}, Unlocks: []Unlock{}}
		for _, u := range slices.Backward(t.desk.unlocks) {
			if u.Granted == nil {
				out.Unlocks = append(out.Unlocks, u)
			}
		}
		for _, m := range t.open.Scheme.Modules {
			if m.Source != scoring.SourcePanel {
				continue
			}
			dm, err := t.deskModule(m)
			if err != nil {
				return err
			}
			out.Modules = append(out.Modules, dm)
		}
		return nil
	})
	return out, err
}

func (t *Tally) deskModule(m scoring.Module) (DeskModule, error) {
	out := DeskModule{Module: m.ID, Name: m.Name, Panels: []DeskPanel{}, Counts: map[DeskState]int{}, Lock: t.desk.locked[m.ID], Missing: []fault.Field{}}
	for _, r := range t.benches[m.ID] {
		p := DeskPanel{Layer: r.layer, SubCriteria: []scoring.SubCriterionID{}, Judges: slices.Clone(r.members), Rows: []DeskRow{}}
		for _, sc := range r.module.SubCriteria {
			p.SubCriteria = append(p.SubCriteria, sc.ID)
		}
		out.Panels = append(out.Panels, p)
	}
	var failed error
	t.spots(m, func(sp spot) {
		if t.codeOf(sp) == "" {
			out.Undrawn++
			return
		}
		row, err := t.deskRow(sp)
		failed = cmp.Or(failed, err)
		out.Counts[row.State]++
		p := &out.Panels[sp.r.no]
		p.Rows = append(p.Rows, row)
	})
	for _, p := range out.Panels {
		slices.SortFunc(p.Rows, func(x, y DeskRow) int { return strings.Compare(x.Code, y.Code) })
	}
	if failed != nil || out.Lock != nil {
		return out, failed
	}
	missing, err := t.missing(m)
	if err != nil || len(missing) > 0 {
		out.Missing = append(out.Missing, missing...)
		return out, err
	}
	out.Digest, err = t.moduleDigest(m)
	return out, err
}

func (t *Tally) deskRow(sp spot) (DeskRow, error) {
	out, err := t.judgedBy(sp)
	if err != nil {
		return DeskRow{}, err
	}
	unsigned, err := t.unsigned(sp)
	if err != nil {
		return DeskRow{}, err
	}
	panel := t.panelOf(sp.i, sp.r, sp.s)
	row := DeskRow{
		Sheet: t.sheetID(sp.i, sp.r), Code: t.codeOf(sp), Round: sp.s.round, Have: sp.s.have(panel), Need: len(panel), Closed: sp.s.closed,
		Judges: []DeskJudge{}, Conferences: []OpenConference{}, Decided: []scoring.AspectID{},
		GapAccepted: sp.w.accepted != nil, Unsigned: append([]access.AccountID{}, unsigned...), Changed: sp.w.changed,
	}
	row.State = t.deskState(sp, out, row.Have, len(unsigned))
	for _, j := range panel {
		d := DeskJudge{Judge: j}
		if v := sp.s.latest(j); v != nil {
			d.Version, d.Counts, d.At, d.Source = v.Version, sp.s.counted(j) != nil, &v.At, v.Source
		}
		row.Judges = append(row.Judges, d)
	}
	for _, o := range out.Aspects {
		if o.State == scoring.Conference {
			row.Conferences = append(row.Conferences, OpenConference{o.Aspect, o.Reason, o.Spread, o.SpreadMax, o.Gap, o.GapMax})
		}
	}
	if out.Flag != "" {
		row.Gap, row.GapBlocks = &out.Gap, out.Blocked
	}
	for _, o := range sp.w.decided {
		if sp.r.marks(o.Aspect) {
			row.Decided = append(row.Decided, o.Aspect)
		}
	}
	for _, c := range t.conductBy(sp) {
		if c.Withdrawn == nil {
			row.Conduct++
		}
	}
	for _, e := range sp.w.evidence {
		if e.Sheet == row.Sheet {
			row.Evidence++
		}
	}
	if l, ok := t.codes.lot(LayerStation, sp.m.ID, sp.i); ok && sp.r.layer == LayerStation {
		row.Station, row.Batch, row.TimeMS = l.Station, l.Batch, sp.w.time()
	}
	return row, nil
}

func (t *Tally) deskState(sp spot, out scoring.ModuleOutcome, have, unsigned int) DeskState {
	switch {
	case sp.w.absent != nil:
		return DeskAbsent
	case t.desk.locked[sp.m.ID] != nil:
		return DeskLocked
	case sp.s.state == scoring.Conference:
		return DeskConference
	case sp.s.state == scoring.Settled && unsigned > 0:
		return DeskAgreed
	case sp.s.state == scoring.Settled:
		return DeskSigned
	case slices.ContainsFunc(out.Aspects, func(o scoring.Outcome) bool { return o.Reason == scoring.ReasonTooFew }):
		return DeskTooFew
	case have > 0:
		return DeskMarking
	}
	return DeskWaiting
}

// conductBy is what is recorded against the competitor by the code of the
// sheet's layer. What was recorded by a code of another layer would tie the
// two together.
func (t *Tally) conductBy(sp spot) []Conduct {
	out := []Conduct{}
	for _, c := range t.desk.conduct[sp.i] {
		if c.Layer == sp.r.layer && c.Module == sp.m.ID {
			out = append(out, c)
		}
	}
	return out
}

// DeskSheet is one sheet with everything that the chief judge needs to decide:
// what each judge handed in, in all versions, and what follows from it.
type DeskSheet struct {
	DeskRow
	ModuleScheme scoring.Module      `json:"module_scheme"`
	Files        []JudgeFile         `json:"files"`
	Aspects      []scoring.Outcome   `json:"aspects"`
	Decisions    []scoring.Override  `json:"decisions"`
	MayDecide    []scoring.AspectID  `json:"may_decide"` // aspects that the rules let the chief judge decide
	Signatures   []SignatureView     `json:"signatures"`
	Times        []Timing            `json:"times"` // only beside station codes
	Conducts     []Conduct           `json:"conducts"`
	Pictures     []Evidence          `json:"pictures"`
	ZeroRules    []scoring.ZeroRule  `json:"zero_rules"` // of the scheme and the module
	Violations   []scoring.Violation `json:"violations"`
}

// JudgeFile is everything that one judge has handed in for a sheet.
type JudgeFile struct {
	Judge    access.AccountID `json:"judge"`
	Panel    bool             `json:"panel"`    // on the panel now; else replaced, and nothing counts
	Versions []JudgeSheet     `json:"versions"` // in order
	Total    scoring.Marks    `json:"total"`    // of the newest, hundredths
}

// SignatureView is one signature under a sheet.
type SignatureView struct {
	Judge access.AccountID `json:"judge"`
	At    time.Time        `json:"at"`
	Valid bool             `json:"valid"` // covers what is agreed now
}

// DeskSheet returns one sheet to the desk. Error: ErrNoSheet.
func (s *Contests) DeskSheet(ctx context.Context, id DivisionID, sheet SheetID) (DeskSheet, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return DeskSheet{}, err
	}
	var out DeskSheet
	err = a.read(ctx, func(t *Tally) error {
		sp, err := t.find(sheet)
		if err != nil {
			return err
		}
		out, err = t.deskSheet(sp)
		return err
	})
	return out, err
}

func (t *Tally) deskSheet(sp spot) (DeskSheet, error) {
	row, err := t.deskRow(sp)
	if err != nil {
		return DeskSheet{}, err
	}
	judged, err := t.judgedBy(sp)
	if err != nil {
		return DeskSheet{}, err
	}
	out := DeskSheet{
		DeskRow: row, ModuleScheme: sp.r.module, Files: []JudgeFile{}, Aspects: judged.Aspects, Decisions: []scoring.Override{},
		MayDecide: []scoring.AspectID{}, Signatures: []SignatureView{}, Times: []Timing{}, Conducts: t.conductBy(sp), Pictures: []Evidence{},
		ZeroRules: append(slices.Clone(t.open.Scheme.Zeroing), sp.m.Zeroing...), Violations: append([]scoring.Violation{}, t.open.Scheme.Violations...),
	}
	if out.ZeroRules == nil {
		out.ZeroRules = []scoring.ZeroRule{}
	}
	if out.Files, err = t.filesOf(sp); err != nil {
		return out, err
	}
	for _, o := range sp.w.decided {
		if sp.r.marks(o.Aspect) {
			out.Decisions = append(out.Decisions, o)
		}
	}
	for _, a := range sp.r.module.Aspects() {
		if p := t.policy(a); p.ChiefDecides || p.Method == scoring.MethodChief {
			out.MayDecide = append(out.MayDecide, a.ID)
		}
	}
	digest, err := t.digest(sp)
	if err != nil {
		return out, err
	}
	for _, g := range sp.s.signatures {
		out.Signatures = append(out.Signatures, SignatureView{g.judge, g.at, digest != "" && g.digest == digest})
	}
	if sp.r.layer == LayerStation {
		out.Times = append(out.Times, sp.w.times...)
	}
	for _, e := range sp.w.evidence {
		if e.Sheet == row.Sheet {
			out.Pictures = append(out.Pictures, e)
		}
	}
	return out, nil
}

// filesOf lists what judges have handed in, those of the panel first.
func (t *Tally) filesOf(sp spot) ([]JudgeFile, error) {
	out := []JudgeFile{}
	panel := t.panelOf(sp.i, sp.r, sp.s)
	var clock *int64
	if sp.r.layer == LayerStation {
		clock = sp.w.time()
	}
	for j, versions := range sp.s.files {
		f := JudgeFile{Judge: j, Panel: slices.Contains(panel, j), Versions: slices.Clone(versions)}
		var err error
		if f.Total, err = scoring.OwnTotal(sp.r.module, versions[len(versions)-1].Entries, clock); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(x, y JudgeFile) int {
		at := func(f JudgeFile) int { return (slices.Index(panel, f.Judge) + len(panel) + 1) % (len(panel) + 1) }
		return cmp.Or(cmp.Compare(at(x), at(y)), strings.Compare(string(x.Judge), string(y.Judge)))
	})
	return out, nil
}

// policy is the agreement that holds for an aspect.
func (t *Tally) policy(a scoring.Aspect) scoring.Agreement {
	if a.Agreement != nil {
		return *a.Agreement
	}
	return t.open.Rules.Agreement[a.Kind]
}
