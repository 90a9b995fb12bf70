package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// EnlistState is where a competitor stands before the division opens.
type EnlistState string

// The states of a competitor.
const (
	EnlistFiled     EnlistState = "filed"     // by a unit; waits for the organiser
	EnlistEntered   EnlistState = "entered"   // counts
	EnlistReturned  EnlistState = "returned"  // to the unit, to be mended
	EnlistWithdrawn EnlistState = "withdrawn" // or replaced
)

// Kinds of records in the stream of a contest.
const (
	kindEntered    = "contest.entered"    // a list of competitors, all or none
	kindAmended    = "contest.amended"    // a new revision of one
	kindDecided    = "contest.decided"    // filed ones: entered or returned
	kindWithdrawn  = "contest.withdrawn"  // one goes
	kindReplaced   = "contest.replaced"   // one goes, another comes in the same place
	kindClosed     = "contest.closed"     // the list of a division is frozen: it opens
	kindRegulated  = "contest.regulated"  // a new version of a division's regulation
	kindApproved   = "contest.approved"   // a version, by a second person
	kindUnapproved = "contest.unapproved" // a version was sent back with a reason
)

// rollEntry is one competitor of a list: no name and no number, those are in
// the document.
type rollEntry struct {
	Competitor CompetitorID       `json:"competitor"`
	Doc        string             `json:"doc"`
	Persons    []exam.CandidateID `json:"persons"`
	Delegation DelegationID       `json:"delegation,omitempty"`
	Team       TeamID             `json:"team,omitempty"`
	Waiver     string             `json:"waiver,omitempty"` // why one who is not qualified was taken
}

type rollEntered struct {
	Division DivisionID  `json:"division"`
	Key      string      `json:"key"`
	Source   string      `json:"source"`
	SHA256   string      `json:"sha256,omitempty"`
	To       EnlistState `json:"to"`
	List     []rollEntry `json:"list"`
}

type rollAmended struct {
	Entry  rollEntry   `json:"entry"`
	To     EnlistState `json:"to"`
	Reason string      `json:"reason,omitempty"`
}

type rollDecided struct {
	Competitors []CompetitorID `json:"competitors"`
	To          EnlistState    `json:"to"`
	Reason      string         `json:"reason,omitempty"`
}

type rollWithdrawn struct {
	Competitor CompetitorID `json:"competitor"`
	Reason     string       `json:"reason"`
}

type rollReplaced struct {
	Competitor CompetitorID `json:"competitor"`
	Reason     string       `json:"reason"`
	By         rollEntry    `json:"by"`
	To         EnlistState  `json:"to"`
}

type rollClosed struct {
	Division DivisionID `json:"division"`
	// Regulation is the version that the division opens with.
	Regulation int `json:"regulation"`
}

type rollRegulated struct {
	Division DivisionID `json:"division"`
	Version  int        `json:"version"`
	Doc      string     `json:"doc"`
	SHA256   string     `json:"sha256"`
	Note     string     `json:"note,omitempty"`
}

type rollApproved struct {
	Division DivisionID `json:"division"`
	Version  int        `json:"version"`
	SHA256   string     `json:"sha256"`
	Reason   string     `json:"reason,omitempty"`
}

// RollLine is one competitor in a contest's roll.
type RollLine struct {
	rollEntry
	Division DivisionID
	State    EnlistState
	By       string // who brought it to its state
	At       time.Time
	Reason   string
	Filer    string       // who entered it first
	Instead  CompetitorID // whom it replaces
	Until    CompetitorID // who replaces it
}

// versionLine is one version of a division's regulation.
type versionLine struct {
	rollRegulated
	Author   access.AccountID
	At       time.Time
	Approved access.AccountID // "" : not yet
	OK       time.Time        // when it was approved
	Back     string           // why it was sent back
}

// Roll is the fold over the stream of a contest: who is entered where, and
// the versions of regulations. It is not safe for concurrent use; Contests
// guards it.
type Roll struct {
	seq      int64
	lines    []*RollLine
	at       map[CompetitorID]int
	keys     map[string][]CompetitorID // by division and key of a list
	closed   map[DivisionID]int        // version of the regulation
	versions map[DivisionID][]versionLine
}

func newRoll() *Roll {
	return &Roll{at: map[CompetitorID]int{}, keys: map[string][]CompetitorID{}, closed: map[DivisionID]int{}, versions: map[DivisionID][]versionLine{}}
}

// Stream returns the ledger stream of the contest.
func (id ContestID) Stream() ledger.StreamID { return ledger.StreamID("contest/" + string(id)) }

var rollFolds = map[string]func(*Roll, ledger.Record) error{
	kindEntered: (*Roll).enter, kindAmended: (*Roll).amend, kindDecided: (*Roll).decide, kindWithdrawn: (*Roll).withdraw,
	kindReplaced: (*Roll).replace, kindClosed: (*Roll).close, kindRegulated: (*Roll).regulate, kindApproved: (*Roll).approve, kindUnapproved: (*Roll).approve,
}

// apply folds one record in. Records are decided on the folded roll and
// appended behind it, so that each fits where it stands.
func (r *Roll) apply(rec ledger.Record) error {
	f := rollFolds[rec.Kind]
	switch {
	case rec.Seq != r.seq+1:
		return fmt.Errorf("record %d after %d", rec.Seq, r.seq)
	case f == nil:
		return fmt.Errorf("%s record %d: unknown kind %q", rec.Stream, rec.Seq, rec.Kind)
	}
	if err := f(r, rec); err != nil {
		return fmt.Errorf("%s record %d %s: %w", rec.Stream, rec.Seq, rec.Kind, err)
	}
	r.seq = rec.Seq
	return nil
}

func (r *Roll) line(id CompetitorID) *RollLine {
	i, ok := r.at[id]
	if !ok {
		return nil
	}
	return r.lines[i]
}

// put sets the line of a competitor; one who comes again keeps the place.
func (r *Roll) put(l RollLine) {
	if old := r.line(l.Competitor); old != nil {
		*old = l
		return
	}
	r.at[l.Competitor] = len(r.lines)
	r.lines = append(r.lines, &l)
}

func (r *Roll) enter(rec ledger.Record) error {
	e, err := read[rollEntered](rec)
	if err != nil {
		return err
	}
	ids := make([]CompetitorID, 0, len(e.List))
	for _, x := range e.List {
		r.put(RollLine{rollEntry: x, Division: e.Division, State: e.To, By: rec.Actor, Filer: rec.Actor, At: rec.At})
		ids = append(ids, x.Competitor)
	}
	r.keys[listKey(e.Division, e.Key)] = ids
	return nil
}

func listKey(d DivisionID, key string) string { return string(d) + "/" + key }

func (r *Roll) amend(rec ledger.Record) error {
	e, err := read[rollAmended](rec)
	if l := r.line(e.Entry.Competitor); err == nil && l != nil {
		l.rollEntry, l.State, l.By, l.At, l.Reason = e.Entry, e.To, rec.Actor, rec.At, e.Reason
	}
	return err
}

func (r *Roll) decide(rec ledger.Record) error {
	e, err := read[rollDecided](rec)
	for _, id := range e.Competitors {
		if l := r.line(id); l != nil {
			l.State, l.By, l.At, l.Reason = e.To, rec.Actor, rec.At, e.Reason
		}
	}
	return err
}

func (r *Roll) withdraw(rec ledger.Record) error {
	e, err := read[rollWithdrawn](rec)
	if l := r.line(e.Competitor); err == nil && l != nil {
		l.State, l.By, l.At, l.Reason = EnlistWithdrawn, rec.Actor, rec.At, e.Reason
	}
	return err
}

func (r *Roll) replace(rec ledger.Record) error {
	e, err := read[rollReplaced](rec)
	l := r.line(e.Competitor)
	if err != nil || l == nil {
		return err
	}
	l.State, l.By, l.At, l.Reason, l.Until = EnlistWithdrawn, rec.Actor, rec.At, e.Reason, e.By.Competitor
	r.put(RollLine{rollEntry: e.By, Division: l.Division, State: e.To, By: rec.Actor, Filer: rec.Actor, At: rec.At, Reason: e.Reason, Instead: e.Competitor})
	return nil
}

func (r *Roll) close(rec ledger.Record) error {
	e, err := read[rollClosed](rec)
	if err == nil {
		r.closed[e.Division] = e.Regulation
	}
	return err
}

func (r *Roll) regulate(rec ledger.Record) error {
	e, err := read[rollRegulated](rec)
	if err == nil {
		r.versions[e.Division] = append(r.versions[e.Division], versionLine{rollRegulated: e, Author: access.AccountID(rec.Actor), At: rec.At})
	}
	return err
}

func (r *Roll) approve(rec ledger.Record) error {
	e, err := read[rollApproved](rec)
	if err != nil || e.Version < 1 || e.Version > len(r.versions[e.Division]) {
		return err
	}
	v := &r.versions[e.Division][e.Version-1]
	if rec.Kind == kindApproved {
		v.Approved, v.OK, v.Back = access.AccountID(rec.Actor), rec.At, ""
	} else {
		v.Back = e.Reason
	}
	return nil
}

// active lists the lines of a division that are not withdrawn, in the order
// in which they came.
func (r *Roll) active(d DivisionID) []*RollLine {
	var list []*RollLine
	for _, l := range r.lines {
		if l.Division == d && l.State != EnlistWithdrawn {
			list = append(list, l)
		}
	}
	return list
}

// with returns the lines, not withdrawn, that a person is in.
func (r *Roll) with(person exam.CandidateID) []*RollLine {
	var list []*RollLine
	for _, l := range r.lines {
		if l.State != EnlistWithdrawn && slices.Contains(l.Persons, person) {
			list = append(list, l)
		}
	}
	return list
}

// newest returns the newest version of a division's regulation, or nil.
func (r *Roll) newest(d DivisionID) *versionLine {
	if n := len(r.versions[d]); n > 0 {
		return &r.versions[d][n-1]
	}
	return nil
}
