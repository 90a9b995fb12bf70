package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// JudgeSheet is one version of one judge's sheet. Its judge and the panel's
// officers may see it.
type JudgeSheet struct {
	Version int                   `json:"version"` // 1 for the first
	Round   int                   `json:"round"`   // in which it was handed in, from 1
	Entries []scoring.AspectEntry `json:"entries"`
	Note    string                `json:"note"`
	At      time.Time             `json:"at"`
	Source  SheetSource           `json:"source"`

	device string              // that it came from
	keyed  [2]access.AccountID // who keyed it in, from paper
	seq    int64               // of the record that made it count
}

// SheetSource says how a judge's sheet came in.
type SheetSource string

// The sources of a sheet.
const (
	FromTablet SheetSource = "tablet"
	FromPaper  SheetSource = "paper" // keyed in by two people
)

// work is one competitor in one module.
type work struct {
	sheets   []*sheet      // one for each bench of the module, in their order
	value    scoring.Value // imported modules
	revision int64         // of value, or of later
	// corrected says that a signed correction made the value; later is what came
	// from elsewhere since, and does not count.
	corrected bool
	later     *scoring.Value

	outcome scoring.ModuleOutcome // of the panels; not valid while stale
	stale   bool
	// shown is the amount the public sees: it stands still while the judges
	// confer, so that nobody can read the dispute off the board.
	shown scoring.Value
	// stands says that shown does so after an unlock too, until the panel has
	// agreed again.
	stands  bool
	changed time.Time

	absent   *absence            // did not start; null: started, or not known
	times    []Timing            // every time that was taken; the last counts
	decided  []scoring.Override  // the chief judge's, at most one an aspect
	accepted *scoring.Acceptance // of a gap between totals
	evidence []Evidence
}

// sheet is one competitor's work in one module as one panel sees it.
type sheet struct {
	files map[access.AccountID][]JudgeSheet // every version of everybody who has handed in
	panel []access.AccountID                // who marks it; see Tally.panelOf
	at    place                             // that panel was made up for
	// round counts from 1; a conference and an unlock begin the next. Sheets
	// of rounds before since stay as evidence and count no more.
	round, since int
	closed       bool           // no more first sheets will come
	state        scoring.Agreed // of the panel
	sum          string         // digest of what was agreed; "" while not known
	signatures   []signature    // valid while their digest is the sheet's
	keyings      []keying       // of paper, that have not come to count
}

func newWork(m scoring.Module, benches []*bench, at time.Time) *work {
	w := &work{value: scoring.None(), shown: scoring.None(), changed: at}
	if m.Source == scoring.SourcePanel {
		w.stale = true
		for range benches {
			w.sheets = append(w.sheets, &sheet{
				files: map[access.AccountID][]JudgeSheet{}, round: 1, since: 1, state: scoring.Waiting,
			})
		}
	}
	return w
}

// latest returns the judge's newest version, or nil. It is not to be changed.
func (s *sheet) latest(j access.AccountID) *JudgeSheet {
	if v := s.files[j]; len(v) > 0 {
		return &v[len(v)-1]
	}
	return nil
}

// counted returns the judge's newest version if it counts in this round.
func (s *sheet) counted(j access.AccountID) *JudgeSheet {
	if v := s.latest(j); v != nil && v.Round >= s.since {
		return v
	}
	return nil
}

// have counts the judges of the panel whose sheet counts.
func (s *sheet) have(panel []access.AccountID) (n int) {
	for _, j := range panel {
		if s.counted(j) != nil {
			n++
		}
	}
	return n
}

// spot is where a sheet is: whose work, in which module, before which panel.
type spot struct {
	i int            // position of the competitor
	m scoring.Module // the whole
	r *bench
	w *work
	s *sheet
}

// find resolves a sheet.
func (t *Tally) find(id SheetID) (spot, error) {
	code, mod, no, ok := id.split()
	m, there := t.open.Scheme.Module(mod)
	if !ok || !there || no >= len(t.benches[mod]) {
		return spot{}, ErrNoSheet.Param("sheet", id)
	}
	r := t.benches[mod][no]
	i, known := t.codes.find(r.layer, mod, code)
	if !known { // records of the first version name the competitor
		i, known = t.byID[CompetitorID(code)]
	}
	if !known {
		return spot{}, ErrNoSheet.Param("sheet", id)
	}
	w := t.works[i][mod]
	return spot{i, m, r, w, w.sheets[no]}, nil
}

// spots calls f for every sheet of the module, panel by panel in the order of
// the codes that its judges see: the order of a list must not tell what its
// codes do not.
func (t *Tally) spots(m scoring.Module, f func(spot)) {
	for k, r := range t.benches[m.ID] {
		for _, i := range t.codes.order(r.layer, m.ID, len(t.works)) {
			w := t.works[i][m.ID]
			f(spot{i, m, r, w, w.sheets[k]})
		}
	}
}

// call is everything that the outcome of one work follows from.
func (t *Tally) call(i int, m scoring.Module, w *work) scoring.Call {
	c := scoring.Call{Overrides: w.decided, GapAccepted: w.accepted, ClockMS: w.time()}
	for k, s := range w.sheets {
		r := t.benches[m.ID][k]
		p := scoring.Panel{Closed: s.closed}
		for _, j := range t.panelOf(i, r, s) {
			p.Judges = append(p.Judges, scoring.JudgeID(j))
			if v := s.counted(j); v != nil {
				c.Sheets = append(c.Sheets, scoring.Sheet{Judge: scoring.JudgeID(j), Entries: v.Entries})
			}
		}
		if k == 0 {
			c.Panel = p
			continue
		}
		if c.SubPanels == nil {
			c.SubPanels = map[scoring.SubCriterionID]scoring.Panel{}
		}
		for _, sc := range r.module.SubCriteria {
			c.SubPanels[sc.ID] = p
		}
	}
	return c
}

// judged returns the outcome of a work, computing it if something has changed.
func (t *Tally) judged(i int, m scoring.Module, w *work) (scoring.ModuleOutcome, error) {
	if !w.stale {
		return w.outcome, nil
	}
	c := t.call(i, m, w)
	closed, short := false, false
	for _, s := range w.sheets {
		closed, short = closed || s.closed, short || len(s.panel) < t.open.Rules.Panel.Size
	}
	untouched := len(c.Sheets) == 0 && len(c.Overrides) == 0 && c.ClockMS == nil && !closed // most of a division before it begins
	if untouched || short {                                                                 // a panel that lacks judges waits for them
		w.outcome = scoring.ModuleOutcome{Module: m.ID, State: scoring.Waiting, Marks: scoring.None(), Aspects: []scoring.Outcome{}}
	} else {
		out, err := scoring.Judge(m, t.open.Rules, c)
		if err != nil {
			return out, err
		}
		w.outcome = out
	}
	w.stale = false
	w.stands = w.stands && w.outcome.State != scoring.Settled
	if w.outcome.State != scoring.Conference && !w.stands {
		w.shown = w.outcome.Marks
	}
	return w.outcome, nil
}

// judgedBy returns what the bench's own share of a module has come to: its
// aspects, and a flag only where its own judges' totals lie apart.
func (t *Tally) judgedBy(sp spot) (scoring.ModuleOutcome, error) {
	out, err := t.judged(sp.i, sp.m, sp.w)
	if err != nil || len(sp.w.sheets) == 1 {
		return out, err
	}
	out.Aspects = slices.DeleteFunc(slices.Clone(out.Aspects), func(o scoring.Outcome) bool { return !sp.r.marks(o.Aspect) })
	if out.Flag == "" {
		return out, nil
	}
	c := scoring.Call{GapAccepted: sp.w.accepted, ClockMS: sp.w.time()}
	c.Panel.Closed = sp.s.closed
	for _, j := range t.panelOf(sp.i, sp.r, sp.s) {
		c.Panel.Judges = append(c.Panel.Judges, scoring.JudgeID(j))
		if v := sp.s.counted(j); v != nil {
			c.Sheets = append(c.Sheets, scoring.Sheet{Judge: scoring.JudgeID(j), Entries: v.Entries})
		}
	}
	c.Overrides = slices.DeleteFunc(slices.Clone(sp.w.decided), func(o scoring.Override) bool { return !sp.r.marks(o.Aspect) })
	alone, err := scoring.Judge(sp.r.module, t.open.Rules, c)
	out.Flag, out.Gap, out.Blocked = alone.Flag, alone.Gap, alone.Blocked
	return out, err
}

// change alters a work and computes its outcome anew, at once where that may
// change what its panels can do next: a panel that still waits for sheets need
// not be asked before somebody looks.
func (t *Tally) change(sp spot, at time.Time, alter func()) error {
	var before *scoring.Call
	if sp.w.stale {
		c := t.call(sp.i, sp.m, sp.w)
		before = &c
	}
	alter()
	sp.w.stale, sp.w.changed = true, at
	t.stirred(sp.i)
	due := false
	for k, s := range sp.w.sheets {
		s.sum = ""
		r := t.benches[sp.m.ID][k]
		have, need := s.have(t.panelOf(sp.i, r, s)), len(s.panel)
		due = due || s.closed || have == need || have > 1 && t.doubles(r) || s.state != scoring.Waiting
	}
	if !due {
		return nil
	}
	out, err := t.judged(sp.i, sp.m, sp.w)
	if err != nil {
		return err
	}
	for k, s := range sp.w.sheets {
		mine, err := t.judgedBy(spot{sp.i, sp.m, t.benches[sp.m.ID][k], sp.w, s})
		if err != nil {
			return err
		}
		s.follow(mine)
	}
	if out.State == scoring.Conference && before != nil {
		// What the public sees stands still as it was before this change,
		// whether or not anybody had looked.
		was, err := scoring.Judge(sp.m, t.open.Rules, *before)
		if err != nil {
			return err
		}
		if was.State != scoring.Conference && !sp.w.stands {
			sp.w.shown = was.Marks
		}
	}
	return nil
}

// doubles reports whether the bench has aspects that two of its judges enter,
// so that a conference may come before all sheets are in.
func (t *Tally) doubles(r *bench) bool {
	return slices.ContainsFunc(r.module.Aspects(), func(a scoring.Aspect) bool { return t.policy(a).Method == scoring.MethodDouble })
}

// reopen begins a new round of a sheet. Afresh, nothing counts that was handed
// in before; else only what the panel has still in its own hands.
func (t *Tally) reopen(sp spot, afresh bool) {
	sp.w.stands = true
	sp.w.accepted = nil
	sp.s.panel, sp.s.closed, sp.s.state = nil, false, scoring.Waiting
	sp.s.round++
	if !afresh {
		return
	}
	sp.s.since = sp.s.round
	sp.w.decided = slices.DeleteFunc(slices.Clone(sp.w.decided), func(o scoring.Override) bool { return sp.r.marks(o.Aspect) })
}

// follow takes the panel's state from the outcome. A conference begins a new
// round; so does one that goes on after everybody has marked again.
func (s *sheet) follow(out scoring.ModuleOutcome) {
	before := s.state
	s.state = scoring.Settled
	for _, a := range out.Aspects {
		s.state = worse(s.state, a.State)
	}
	if len(out.Aspects) == 0 {
		s.state = scoring.Waiting
	}
	if out.Blocked {
		s.state = scoring.Conference
	}
	if s.state != scoring.Conference {
		return
	}
	again := !slices.ContainsFunc(s.panel, func(j access.AccountID) bool {
		v := s.counted(j)
		return v == nil && !s.closed || v != nil && v.Round < s.round
	})
	if before != scoring.Conference || again {
		s.round++
	}
}

// worse returns the state of a whole with parts in states a and b.
func worse(a, b scoring.Agreed) scoring.Agreed {
	for _, s := range []scoring.Agreed{scoring.Conference, scoring.Waiting} {
		if a == s || b == s {
			return s
		}
	}
	return scoring.Settled
}

// agreedAspect is one line of what a panel agreed, as it is signed.
type agreedAspect struct {
	Aspect   scoring.AspectID  `json:"aspect"`
	Marks    scoring.Value     `json:"marks"`
	Override *scoring.Override `json:"override,omitempty"`
}

// agreement is what a signature covers.
type agreement struct {
	Sheet   SheetID                  `json:"sheet"`
	Scheme  int                      `json:"scheme_version"`
	Rules   int                      `json:"rules_version"`
	Round   int                      `json:"round"`
	Judges  map[access.AccountID]int `json:"judges"` // version of each that counts
	Aspects []agreedAspect           `json:"aspects"`
	Closed  bool                     `json:"closed"`
}

// digest returns the SHA-256, in hex, of what the panel agreed on the sheet;
// "" while it has not agreed.
func (t *Tally) digest(sp spot) (string, error) {
	if sp.s.state != scoring.Settled || sp.s.sum != "" {
		return sp.s.sum, nil
	}
	out, err := t.judgedBy(sp)
	if err != nil {
		return "", err
	}
	a := agreement{
		Sheet: t.sheetID(sp.i, sp.r), Scheme: t.open.Scheme.Version, Rules: t.open.Rules.Version,
		Round: sp.s.round, Judges: map[access.AccountID]int{}, Aspects: []agreedAspect{}, Closed: sp.s.closed,
	}
	for _, j := range sp.s.panel {
		if v := sp.s.counted(j); v != nil {
			a.Judges[j] = v.Version
		}
	}
	for _, o := range out.Aspects {
		a.Aspects = append(a.Aspects, agreedAspect{o.Aspect, o.Marks, o.Override})
	}
	sum := sha256.Sum256(marshal(a))
	sp.s.sum = hex.EncodeToString(sum[:])
	return sp.s.sum, nil
}

// worth returns the value that a work counts with before sanctions, for an
// audience.
func (t *Tally) worth(i int, m scoring.Module, w *work, who audience) (scoring.Value, error) {
	switch {
	case w.absent != nil:
		return scoring.Absence(), nil
	case m.Source != scoring.SourcePanel:
		return w.value, nil
	}
	out, err := t.judged(i, m, w)
	if who == public {
		return w.shown, err
	}
	return out.Marks, err
}
