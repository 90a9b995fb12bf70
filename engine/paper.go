package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Keyed is a judge's paper sheet as one tabulator keyed it in.
type Keyed struct {
	Sheet   SheetID               `json:"sheet"`
	Judge   access.AccountID      `json:"judge"`  // who wrote the paper
	Expect  int                   `json:"expect"` // version of the judge's sheet that it replaces
	Round   int                   `json:"round"`  // of the sheet
	Entries []scoring.AspectEntry `json:"entries"`
	Note    string                `json:"note,omitempty"`
}

// keying is one tabulator's, that no other equals yet.
type keying struct {
	Keyed
	by  access.AccountID
	seq int64
}

// KeyedState says what has become of a paper sheet.
type KeyedState string

// The states of a paper sheet.
const (
	PaperNone    KeyedState = "none"    // nobody has keyed it
	PaperOnce    KeyedState = "once"    // a second person has to
	PaperDiffers KeyedState = "differs" // two people read it differently
	PaperCounts  KeyedState = "counts"  // two people read the same: it is the judge's sheet
)

// KeyedResult answers a keying.
type KeyedResult struct {
	State KeyedState `json:"state"`
	// Differs are the aspects that another person read differently, without
	// what was read; of several others the one who comes nearest.
	Differs []scoring.AspectID `json:"differs,omitempty"`
	Version int                `json:"version,omitempty"` // of the judge's sheet, where it counts
}

// PaperBrief is one line of the tabulators' list: one judge's paper for one
// code.
type PaperBrief struct {
	Sheet   SheetID          `json:"sheet"`
	Code    string           `json:"code"`
	Module  scoring.ModuleID `json:"module"`
	Judge   access.AccountID `json:"judge"`
	Version int              `json:"version"`
	Round   int              `json:"round"`
	State   KeyedState       `json:"state"`
	Panel   int              `json:"panel"` // of the module, from 1
	Seat    int              `json:"seat"`  // of the judge in the panel, from 1, as the QR code says
	// SubCriteria are what the panel marks: the paper has no others.
	SubCriteria []scoring.SubCriterionID `json:"sub_criteria"`
	Mine        bool                     `json:"mine"` // this account has keyed it; a second person must
	// Own is what this account has keyed for this version, to be read again;
	// what others have keyed is never told.
	Own     []scoring.AspectEntry `json:"own,omitempty"`
	Differs []scoring.AspectID    `json:"differs,omitempty"`
}

// KeyPaper keys a judge's paper sheet in. When two people have keyed the same,
// it counts as that judge's sheet; until then it changes nothing. A person's
// later keying replaces the earlier. Errors: ErrKey, ErrKeyReused, ErrOffice,
// ErrSamePerson for the judge's own paper, and those of Submit.
func (s *Contests) KeyPaper(ctx context.Context, by access.AccountID, id DivisionID, key string, k Keyed) (KeyedResult, error) {
	if err := checkKey(key); err != nil {
		return KeyedResult{}, err
	}
	if k.Round < 1 {
		return KeyedResult{}, ErrStaleRound.Param("round", k.Round)
	}
	if k.Entries == nil {
		k.Entries = []scoring.AspectEntry{}
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return KeyedResult{}, err
	}
	done, v, err := a.put(ctx, by, kindKeyed, key, k, func(t *Tally) error { return t.mayKey(by, k) })
	if err != nil {
		return KeyedResult{}, err
	}
	out := KeyedResult{State: PaperOnce, Differs: v.differs, Version: v.version}
	switch {
	case v.version > 0:
		out.State = PaperCounts
	case len(v.differs) > 0:
		out.State = PaperDiffers
	}
	if done.Replayed {
		return out, nil
	}
	a.hint(ctx, DeskNews{Kind: kindKeyed, Seq: done.Seq})
	if v.version == 0 {
		return out, nil
	}
	var news []SheetNews
	err = a.read(ctx, func(t *Tally) error {
		sp, err := t.find(k.Sheet)
		if err == nil {
			news, err = t.news(id, sp)
		}
		return err
	})
	if err == nil {
		a.tell(ctx, news)
	}
	return out, err
}

// mayKey returns why a keying changes nothing.
func (t *Tally) mayKey(by access.AccountID, k Keyed) error {
	if err := t.office(by, OfficeTabulator); err != nil {
		return err
	}
	if by == k.Judge {
		return ErrSamePerson
	}
	if err := checkNote(k.Note); err != nil {
		return err
	}
	return t.decide(submitted{Sheet: k.Sheet, Judge: k.Judge, Expect: k.Expect, Round: k.Round, Entries: k.Entries}).why
}

func (t *Tally) applyKeyed(r ledger.Record) (verdict, error) {
	k, err := read[Keyed](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	v := verdict{sheet: k.Sheet}
	if v.why = t.mayKey(by, k); v.why != nil {
		return v, nil
	}
	sp, err := t.find(k.Sheet)
	if err != nil {
		return v, err
	}
	// What was keyed for a version or round that is over, and this person's own.
	sp.s.keyings = slices.DeleteFunc(slices.Clone(sp.s.keyings), func(o keying) bool {
		return o.Judge == k.Judge && (o.by == by || o.Expect != k.Expect || o.Round != k.Round)
	})
	for _, o := range sp.s.keyings {
		if o.Judge != k.Judge {
			continue
		}
		differs := differing(o.Entries, k.Entries)
		if len(differs) == 0 {
			sp.s.keyings = slices.DeleteFunc(sp.s.keyings, func(o keying) bool { return o.Judge == k.Judge })
			v.version, v.differs = k.Expect+1, nil
			return v, t.take(sp, k.Judge, JudgeSheet{
				Version: v.version, Round: sp.s.round, Entries: k.Entries, Note: k.Note, At: r.At,
				Source: FromPaper, keyed: [2]access.AccountID{o.by, by}, seq: r.Seq,
			})
		}
		if v.differs == nil || len(differs) < len(v.differs) {
			v.differs = differs
		}
	}
	sp.s.keyings = append(sp.s.keyings, keying{Keyed: k, by: by, seq: r.Seq})
	return v, nil
}

// PaperSheets lists the judges' papers of a module that can be keyed in now,
// and those that count, for a tabulator. Errors: ErrOffice, ErrNoSheet.
func (s *Contests) PaperSheets(ctx context.Context, by access.AccountID, id DivisionID, module scoring.ModuleID) ([]PaperBrief, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []PaperBrief{}
	err = a.read(ctx, func(t *Tally) error {
		if err := t.office(by, OfficeTabulator); err != nil {
			return err
		}
		m, ok := t.open.Scheme.Module(module)
		if !ok || m.Source != scoring.SourcePanel {
			return ErrNoSheet.Param("module", module)
		}
		out = t.papersOf(m, by)
		return nil
	})
	return out, err
}

// papersOf lists the papers of a module by code.
func (t *Tally) papersOf(m scoring.Module, by access.AccountID) []PaperBrief {
	out := []PaperBrief{}
	t.spots(m, func(sp spot) {
		if t.codeOf(sp) == "" || sp.w.absent != nil {
			return
		}
		for seat, j := range t.panelOf(sp.i, sp.r, sp.s) {
			if b, ok := t.paperBrief(sp, j, by); ok {
				b.Seat = seat + 1
				out = append(out, b)
			}
		}
	})
	slices.SortStableFunc(out, func(x, y PaperBrief) int { return strings.Compare(x.Code, y.Code) })
	return out
}

// PaperModule is a module as tabulators choose it: how many papers of it are in
// which state.
type PaperModule struct {
	Module scoring.ModuleID   `json:"module"`
	Name   scoring.Text       `json:"name"`
	Counts map[KeyedState]int `json:"counts"`
}

// PaperModules lists the modules that panels mark, in the order of the scheme,
// for a tabulator. Errors: ErrOffice, ErrNotRunning before the opening.
func (s *Contests) PaperModules(ctx context.Context, by access.AccountID, id DivisionID) ([]PaperModule, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []PaperModule{}
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNotRunning.Param("status", t.status)
		}
		if err := t.office(by, OfficeTabulator); err != nil {
			return err
		}
		for _, m := range t.open.Scheme.Modules {
			if m.Source != scoring.SourcePanel {
				continue
			}
			x := PaperModule{Module: m.ID, Name: m.Name, Counts: map[KeyedState]int{}}
			for _, b := range t.papersOf(m, by) {
				x.Counts[b.State]++
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

func (t *Tally) paperBrief(sp spot, j, by access.AccountID) (PaperBrief, bool) {
	b := PaperBrief{
		Sheet: t.sheetID(sp.i, sp.r), Code: t.codeOf(sp), Module: sp.m.ID, Judge: j,
		Version: len(sp.s.files[j]), Round: sp.s.round, State: PaperNone,
		Panel: sp.r.no + 1, SubCriteria: []scoring.SubCriterionID{},
	}
	for _, sc := range sp.r.module.SubCriteria {
		b.SubCriteria = append(b.SubCriteria, sc.ID)
	}
	var mine *keying
	var others []keying
	for _, k := range sp.s.keyings {
		switch {
		case k.Judge != j || k.Expect != b.Version || k.Round != b.Round:
		case k.by == by:
			mine = &k
		default:
			others = append(others, k)
		}
	}
	b.Mine = mine != nil
	if mine != nil || len(others) > 0 {
		b.State = PaperOnce
	}
	if len(others) > 1 || mine != nil && len(others) > 0 {
		b.State = PaperDiffers
	}
	if mine != nil {
		b.Own = mine.Entries
		for _, o := range others {
			if d := differing(mine.Entries, o.Entries); b.Differs == nil || len(d) < len(b.Differs) {
				b.Differs = d
			}
		}
	}
	if v := sp.s.counted(j); v != nil && v.Source == FromPaper && b.State == PaperNone {
		b.State = PaperCounts
		return b, true
	}
	return b, b.State != PaperNone || t.takes(sp, j, sp.s.round) == nil
}

// byAspect gives the observations of a sheet by aspect; blanks are not there.
func byAspect(entries []scoring.AspectEntry) map[scoring.AspectID]scoring.Observation {
	out := make(map[scoring.AspectID]scoring.Observation, len(entries))
	for _, e := range entries {
		if !e.Blank() {
			out[e.Aspect] = e.Observation
		}
	}
	return out
}

// differing lists the aspects in which two sheets do not say the same.
func differing(a, b []scoring.AspectEntry) []scoring.AspectID {
	x, y := byAspect(a), byAspect(b)
	out := []scoring.AspectID{}
	for id := range x {
		if !sameObservation(x[id], y[id]) {
			out = append(out, id)
		}
	}
	for id := range y {
		if _, both := x[id]; !both {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// sameObservation reports whether two observations say the same, a deduction
// taken no times being the same as one not listed.
func sameObservation(a, b scoring.Observation) bool {
	if a.Blank() != b.Blank() {
		return false
	}
	none := func(_ scoring.DeductionID, n int) bool { return n == 0 }
	for _, o := range []*scoring.Observation{&a, &b} {
		if o.Deductions != nil {
			o.Deductions = maps.Clone(o.Deductions)
			maps.DeleteFunc(o.Deductions, none)
		}
	}
	return string(marshal(a)) == string(marshal(b)) // keys of maps are written in order
}
