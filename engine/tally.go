package engine

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"maps"
	"time"

	"github.com/xinglu/xinglu/bank"
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
	Seed        int64           `json:"seed,omitempty"` // of the codes; records of the first version only
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

// verdict is what became of one record: why it changed nothing, or nil. The
// other fields are those of submissions.
type verdict struct {
	sheet   SheetID
	version int                // of a judge's sheet that it made; 0: none
	differs []scoring.AspectID // where two people keyed paper differently
	body    uint64             // of the record; see bodyOf
	why     error
}

// bodies is what bodyOf hashes with; it is this process's own.
var bodies = maphash.MakeSeed()

// bodyOf tells whether a repeated key came with the same record.
func bodyOf(kind, actor string, data []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(bodies)
	h.WriteString(kind + "\x00" + actor + "\x00")
	h.Write(data)
	return h.Sum64()
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
	works    []map[scoring.ModuleID]*work  // by position in open.Competitors
	verdicts map[int64]verdict             // by Seq, for replays
	benches  map[scoring.ModuleID][]*bench // panels at work, of modules that panels mark
	codes    codes
	desk     desk
	recheck  recheck
	outcome  outcome
	advances []advancement // proposals, in order
	kept     kept
}

// newTally returns an empty tally. The sealer opens what draws have sealed.
func newTally(sealer Sealer) *Tally {
	return &Tally{status: Setup, byID: map[CompetitorID]int{}, verdicts: map[int64]verdict{}, codes: newCodes(sealer), desk: newDesk(), kept: newKept()}
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
	t.kept.folded(r.Kind)
	v.body = bodyOf(r.Kind, r.Actor, r.Data)
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
	if err != nil {
		return verdict{}, err
	}
	if why := t.mayBecome(e.Status); why != nil {
		return verdict{why: why}, nil
	}
	t.status = e.Status
	return verdict{}, nil
}

func (t *Tally) applyOpened(r ledger.Record) (verdict, error) {
	if err := json.Unmarshal(r.Data, &t.open); err != nil {
		return verdict{}, err
	}
	t.status = Running
	t.benches = map[scoring.ModuleID][]*bench{}
	for _, m := range t.open.Scheme.Modules {
		if m.Source == scoring.SourcePanel {
			t.benches[m.ID] = benchesOf(m, t.open.Panels, t.open.Procedure.Identity.Mode)
		}
	}
	t.works = make([]map[scoring.ModuleID]*work, len(t.open.Competitors))
	for i, c := range t.open.Competitors {
		t.byID[c.ID] = i
		t.works[i] = make(map[scoring.ModuleID]*work, len(t.open.Scheme.Modules))
		for _, m := range t.open.Scheme.Modules {
			t.works[i][m.ID] = newWork(m, t.benches[m.ID], r.At)
		}
	}
	t.codes.begin(r.Stream, &t.open)
	return verdict{}, nil
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
	if t.status == Final {
		return verdict{why: ErrNotRunning.Param("status", t.status)}, nil
	}
	if e.Revision < w.revision {
		return verdict{why: ErrOvertaken}, nil
	}
	if w.corrected { // only two people change what two have signed
		w.later, w.revision = &e.Value, e.Revision
		return verdict{why: ErrOvertaken}, nil
	}
	w.value, w.changed, w.revision = e.Value, r.At, e.Revision
	t.stirred(i)
	return verdict{}, nil
}
