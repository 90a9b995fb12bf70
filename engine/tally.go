package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
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
	Scheme      scoring.Scheme  `json:"scheme"`
	Rules       scoring.Rules   `json:"rules"`
	Procedure   Procedure       `json:"procedure"`
	Honours     Honours         `json:"honours"`
	Regulation  RegulationStamp `json:"regulation"` // names the version of the four above
	Panels      []Panel         `json:"panels"`
	Officers    []Officer       `json:"officers"`
	Relations   []Relation      `json:"relations"`
	Board       BoardPolicy     `json:"board"`
	Seed        int64           `json:"seed"` // of the codes in mode coded
	Competitors []Entrant       `json:"competitors"`
}

// Entrant is a competitor as the ledger knows one: no name, no candidate, and
// no code, which lies sealed in the record of its draw. It never leaves the
// server before decryption.
type Entrant struct {
	ID         CompetitorID `json:"id"`
	Code       string       `json:"code,omitempty"` // records of the first version only
	Unit       string       `json:"unit"`
	City       string       `json:"city"`
	Delegation DelegationID `json:"delegation,omitempty"`
	Identity   Identity     `json:"identity,omitempty"`
	HeldLevel  bank.Level   `json:"held_level,omitempty"`
	Team       TeamID       `json:"team,omitempty"` // of whom is marked one by one
	Role       string       `json:"role,omitempty"` // in the team
	// Members are the people of a team that is marked as one.
	Members []EntrantMember `json:"members,omitempty"`
	// Carried are marks that came along from an earlier stage.
	Carried []CarriedPart `json:"carried,omitempty"`
}

// EntrantMember is one person of a team as the ledger knows one.
type EntrantMember struct {
	Identity  Identity   `json:"identity,omitempty"`
	HeldLevel bank.Level `json:"held_level,omitempty"`
	Role      string     `json:"role,omitempty"`
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

// verdict is what became of one record: why it changed nothing, or nil. The
// other fields are those of submissions.
type verdict struct {
	sheet   SheetID
	version int           // version that it made; 0: refused
	total   scoring.Marks // this judge's own, hundredths
	why     error
}

// folds has the fold of each kind of record. A fold decides whether the record
// fits at its place in the stream; if not it changes nothing and returns a
// verdict with the reason. An error means that the record cannot be read.
var folds = merged(
	map[string]fold{
		kindOpened: (*Tally).applyOpened, kindStatus: (*Tally).applyStatus,
		kindSubmitted: (*Tally).applySubmitted, kindImported: (*Tally).applyImported,
	},
	codeFolds, deskFolds, recheckFolds, outcomeFolds, officeFolds, advanceFolds,
)

type fold func(*Tally, ledger.Record) (verdict, error)

func merged(parts ...map[string]fold) map[string]fold {
	all := map[string]fold{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
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
	codes    codes
	desk     desk
	recheck  recheck
	outcome  outcome
	advances []advancement // proposals, in order
}

// newTally returns an empty tally. The sealer opens what draws have sealed.
func newTally(sealer Sealer) *Tally {
	return &Tally{status: Setup, byID: map[CompetitorID]int{}, verdicts: map[int64]verdict{}, codes: newCodes(sealer), desk: newDesk()}
}

// apply folds one record in. Records must come in order.
func (t *Tally) apply(r ledger.Record) error {
	if r.Seq != t.seq+1 {
		return fmt.Errorf("record %d after %d", r.Seq, t.seq)
	}
	f := folds[r.Kind]
	if f == nil {
		return fmt.Errorf("%s record %d: unknown kind %q", r.Stream, r.Seq, r.Kind)
	}
	v, err := f(t, r)
	if err != nil {
		return fmt.Errorf("%s record %d %s: %w", r.Stream, r.Seq, r.Kind, err)
	}
	t.seq, t.at = r.Seq, r.At
	t.verdicts[r.Seq] = v
	return nil
}

// read decodes the data of a record.
func read[T any](r ledger.Record) (e T, err error) {
	return e, json.Unmarshal(r.Data, &e)
}

// applyStatus folds a change of status of the first version. Of two changes
// that race, the second may not follow the first; then it changes nothing.
func (t *Tally) applyStatus(r ledger.Record) (verdict, error) {
	e, err := read[statusChanged](r)
	if err == nil && !t.status.mayBecome(e.Status) {
		return verdict{why: ErrStatus.Param("from", t.status).Param("to", e.Status)}, nil
	}
	if err == nil {
		t.status = e.Status
	}
	return verdict{}, err
}

func (t *Tally) applyOpened(r ledger.Record) (verdict, error) {
	if err := json.Unmarshal(r.Data, &t.open); err != nil {
		return verdict{}, err
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
					return verdict{}, err
				}
			}
			t.works[i][m.ID] = w
		}
	}
	t.codes.first(&t.open)
	return verdict{}, nil
}

func (t *Tally) applySubmitted(r ledger.Record) (verdict, error) {
	e, err := read[submitted](r)
	if err != nil {
		return verdict{}, err
	}
	v := t.decide(e)
	v.sheet = e.Sheet
	if v.why != nil {
		return v, nil
	}
	i, m, w, _ := t.find(e.Sheet)
	w.sheets[e.Judge] = &JudgeSheet{Version: v.version, Entries: e.Entries, Note: e.Note, At: r.At}
	w.changed = r.At
	if err := t.judge(t.open.Competitors[i], m, w); err != nil {
		return v, err
	}
	v.total, err = ownTotal(m, e.Entries)
	return v, err
}

func (t *Tally) applyImported(r ledger.Record) (verdict, error) {
	e, err := read[imported](r)
	if err != nil {
		return verdict{}, err
	}
	i, ok := t.byID[e.Competitor]
	if !ok {
		return verdict{}, ErrNoSheet.Param("competitor", e.Competitor)
	}
	w := t.works[i][e.Module]
	if w == nil {
		return verdict{}, ErrNoSheet.Param("module", e.Module)
	}
	// What comes after the results are final stays as evidence.
	if t.status == Final || e.Revision < w.revision {
		return verdict{why: ErrNotRunning.Param("status", t.status)}, nil
	}
	w.value, w.shown, w.changed, w.revision = e.Value, e.Value, r.At, e.Revision
	return verdict{}, nil
}

// decide says what a submission would become now. The same function answers
// before the append, to refuse early, and in the fold, where it is final.
func (t *Tally) decide(e submitted) verdict {
	if t.status != Running {
		return verdict{why: ErrNotRunning.Param("status", t.status)}
	}
	i, m, w, err := t.find(e.Sheet)
	if err != nil {
		return verdict{why: err}
	}
	if !slices.Contains(t.panel(t.open.Competitors[i], m.ID), e.Judge) {
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
		return verdict{why: ErrSheetLocked.Param("code", t.code(m, i))}
	}
	if err := scoring.CheckSheet(m, scoring.Sheet{Judge: scoring.JudgeID(e.Judge), Entries: e.Entries}); err != nil {
		return verdict{why: err}
	}
	return verdict{version: version + 1}
}

// find resolves a sheet of a panel-marked module; i is the competitor's
// position.
func (t *Tally) find(id SheetID) (i int, m scoring.Module, w *work, err error) {
	code, mod, ok := id.split()
	m, there := t.open.Scheme.Module(mod)
	if !ok || !there || m.Source != scoring.SourcePanel {
		return 0, m, nil, ErrNoSheet.Param("sheet", id)
	}
	i, known := t.codes.find(t.layer(m), m.ID, code)
	if !known { // records of the first version name the competitor
		i, known = t.byID[CompetitorID(code)]
	}
	if !known {
		return 0, m, nil, ErrNoSheet.Param("sheet", id)
	}
	return i, m, t.works[i][mod], nil
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
