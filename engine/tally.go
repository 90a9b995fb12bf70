package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// The kinds of record in a division's stream.
const (
	kindOpened    = "division.opened"
	kindStatus    = "division.status"
	kindSubmitted = "sheet.submitted"
	kindImported  = "part.imported"
)

// opened freezes what the results depend on.
type opened struct {
	Scheme      scoring.Scheme `json:"scheme"`
	Rules       scoring.Rules  `json:"rules"`
	Panels      []Panel        `json:"panels"`
	Board       BoardPolicy    `json:"board"`
	Seed        int64          `json:"seed"` // of the draw of station codes
	Competitors []Entrant      `json:"competitors"`
}

// Entrant is a competitor as the ledger knows one: no name, no candidate.
type Entrant struct {
	ID   CompetitorID `json:"id"`
	Code string       `json:"code"`
	Unit string       `json:"unit"`
	City string       `json:"city"`
}

type statusChanged struct {
	Status Status `json:"status"`
}

// submitted is one judge's sheet as handed in. It takes effect if Expect is
// the judge's version at its place in the stream and the sheet is open then;
// otherwise it stays as evidence only.
type submitted struct {
	Sheet   SheetID               `json:"sheet"`
	Judge   access.AccountID      `json:"judge"`
	Expect  int                   `json:"expect"`
	Entries []scoring.AspectEntry `json:"entries"`
	Note    string                `json:"note,omitempty"`
	Device  string                `json:"device,omitempty"`
}

// imported is a module's marks from elsewhere.
type imported struct {
	Competitor CompetitorID     `json:"competitor"`
	Module     scoring.ModuleID `json:"module"`
	Value      scoring.Value    `json:"value"`
	Source     string           `json:"source"` // "attempt/<id>"
	// Revision grows when the source changes its mind, as when an attempt is
	// declared void after it was marked; a lower one never undoes a higher.
	Revision int64 `json:"revision"`
}

// JudgeSheet is one judge's latest sheet for one competitor and module.
type JudgeSheet struct {
	Version int                   `json:"version"` // 1 for the first
	Entries []scoring.AspectEntry `json:"entries"`
	Note    string                `json:"note"`
	At      time.Time             `json:"at"`
}

// work is one competitor in one module.
type work struct {
	sheets   map[access.AccountID]*JudgeSheet
	value    scoring.Value // imported modules
	revision int64         // of value
	outcome  scoring.ModuleOutcome
	// shown is the amount the public sees: it stands still while the judges
	// confer, so that nobody can read the dispute off the board.
	shown   scoring.Value
	changed time.Time
}

// verdict is what became of one submission.
type verdict struct {
	sheet   SheetID
	version int           // version that it made; 0: refused
	total   scoring.Marks // this judge's own, hundredths
	why     error
}

// Tally is the fold of one division's stream. It is not safe for concurrent
// use; Contests guards it.
type Tally struct {
	seq      int64
	at       time.Time // of the last record
	open     opened
	status   Status
	byID     map[CompetitorID]int
	works    []map[scoring.ModuleID]*work // by position in open.Competitors
	verdicts map[int64]verdict            // by Seq, for replays
}

func newTally() *Tally {
	return &Tally{status: Setup, byID: map[CompetitorID]int{}, verdicts: map[int64]verdict{}}
}

// apply folds one record in. Records must come in order.
func (t *Tally) apply(r ledger.Record) error {
	if r.Seq != t.seq+1 {
		return fmt.Errorf("record %d after %d", r.Seq, t.seq)
	}
	var err error
	switch r.Kind {
	case kindOpened:
		err = t.applyOpened(r)
	case kindStatus:
		var e statusChanged
		// Of two changes that race, the second may not follow the first; then
		// it changes nothing.
		if err = json.Unmarshal(r.Data, &e); err == nil && t.status.mayBecome(e.Status) {
			t.status = e.Status
		}
	case kindSubmitted:
		err = t.applySubmitted(r)
	case kindImported:
		err = t.applyImported(r)
	default:
		err = fmt.Errorf("unknown kind")
	}
	if err != nil {
		return fmt.Errorf("%s record %d %s: %w", r.Stream, r.Seq, r.Kind, err)
	}
	t.seq, t.at = r.Seq, r.At
	return nil
}

func (t *Tally) applyOpened(r ledger.Record) error {
	if err := json.Unmarshal(r.Data, &t.open); err != nil {
		return err
	}
	t.status = Running
	t.works = make([]map[scoring.ModuleID]*work, len(t.open.Competitors))
	for i, c := range t.open.Competitors {
		t.byID[c.ID] = i
		t.works[i] = make(map[scoring.ModuleID]*work, len(t.open.Scheme.Modules))
		for _, m := range t.open.Scheme.Modules {
			w := &work{value: scoring.None(), shown: scoring.None(), changed: r.At}
			if m.Source == scoring.SourcePanel {
				w.sheets = map[access.AccountID]*JudgeSheet{}
				if err := t.judge(c, m, w); err != nil {
					return err
				}
			}
			t.works[i][m.ID] = w
		}
	}
	return nil
}

func (t *Tally) applySubmitted(r ledger.Record) error {
	var e submitted
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return err
	}
	v := t.decide(e)
	if v.why == nil {
		c, m, w, _ := t.find(e.Sheet)
		w.sheets[e.Judge] = &JudgeSheet{Version: v.version, Entries: e.Entries, Note: e.Note, At: r.At}
		w.changed = r.At
		if err := t.judge(c, m, w); err != nil {
			return err
		}
		var err error
		if v.total, err = ownTotal(m, e.Entries); err != nil {
			return err
		}
	}
	v.sheet = e.Sheet
	t.verdicts[r.Seq] = v
	return nil
}

func (t *Tally) applyImported(r ledger.Record) error {
	var e imported
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return err
	}
	i, ok := t.byID[e.Competitor]
	if !ok {
		return ErrNoSheet.Param("competitor", e.Competitor)
	}
	w := t.works[i][e.Module]
	if w == nil {
		return ErrNoSheet.Param("module", e.Module)
	}
	// What comes after the results are final stays as evidence.
	if t.status != Final && e.Revision >= w.revision {
		w.value, w.shown, w.changed, w.revision = e.Value, e.Value, r.At, e.Revision
	}
	return nil
}

// decide says what a submission would become now. The same function answers
// before the append, to refuse early, and in the fold, where it is final.
func (t *Tally) decide(e submitted) verdict {
	if t.status != Running {
		return verdict{why: ErrNotRunning.Param("status", t.status)}
	}
	c, m, w, err := t.find(e.Sheet)
	if err != nil {
		return verdict{why: err}
	}
	if !slices.Contains(t.panel(c, m.ID), e.Judge) {
		return verdict{why: ErrWrongPanel.Param("sheet", e.Sheet)}
	}
	version := 0
	if s := w.sheets[e.Judge]; s != nil {
		version = s.Version
	}
	if e.Expect != version {
		return verdict{why: ErrMarkVersion.Param("expected", e.Expect).Param("stored", version)}
	}
	if w.outcome.State == scoring.Settled {
		return verdict{why: ErrSheetLocked.Param("code", c.Code)}
	}
	if err := scoring.CheckSheet(m, scoring.Sheet{Judge: scoring.JudgeID(e.Judge), Entries: e.Entries}); err != nil {
		return verdict{why: err}
	}
	return verdict{version: version + 1}
}

// find resolves a sheet of a panel-marked module.
func (t *Tally) find(id SheetID) (Entrant, scoring.Module, *work, error) {
	comp, mod, ok := id.split()
	i, known := t.byID[comp]
	m, there := t.open.Scheme.Module(mod)
	if !ok || !known || !there || m.Source != scoring.SourcePanel {
		return Entrant{}, scoring.Module{}, nil, ErrNoSheet.Param("sheet", id)
	}
	return t.open.Competitors[i], m, t.works[i][mod], nil
}

// panel returns who marks the competitor in the module: the first Size
// judges of the panel who are not of the competitor's unit (回避).
func (t *Tally) panel(c Entrant, m scoring.ModuleID) []access.AccountID {
	return panelFor(t.open.Panels, t.open.Rules.Panel.Size, c.Unit, m)
}

func panelFor(panels []Panel, size int, unit string, m scoring.ModuleID) []access.AccountID {
	out := make([]access.AccountID, 0, size)
	for _, p := range panels {
		if p.Module != m {
			continue
		}
		for _, j := range p.Judges {
			if len(out) < size && (j.Unit == "" || j.Unit != unit) {
				out = append(out, j.Judge)
			}
		}
	}
	return out
}

// judge recomputes the outcome of one work from its sheets.
func (t *Tally) judge(c Entrant, m scoring.Module, w *work) error {
	panel := scoring.Panel{}
	for _, j := range t.panel(c, m.ID) {
		panel.Judges = append(panel.Judges, scoring.JudgeID(j))
	}
	sheets := make([]scoring.Sheet, 0, len(w.sheets))
	for j, s := range w.sheets {
		sheets = append(sheets, scoring.Sheet{Judge: scoring.JudgeID(j), Entries: s.Entries})
	}
	var err error
	if w.outcome, err = scoring.JudgeModule(m, t.open.Rules, panel, sheets); err != nil {
		return err
	}
	if w.outcome.State != scoring.Conference {
		w.shown = w.outcome.Marks
	}
	return nil
}
