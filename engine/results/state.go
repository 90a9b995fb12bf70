package results

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// event is the data of a record of the stream scoring/<sitting>; the actor and
// the time are the record's own.
type event interface{ kind() string }

// proposed asks for a new version of the keys. Its actor is the first
// signature.
type proposed struct {
	Base      int                `json:"base"` // version that it changes
	Decisions []scoring.Decision `json:"decisions"`
	Reason    string             `json:"reason"`
	Summary   Summary            `json:"summary"`
	DryRun    []change           `json:"dry_run"`
}

// signed makes the proposal the next version. Its actor is the second
// signature.
type signed struct {
	Proposal int64 `json:"proposal"` // seq of the proposed record
	Version  int   `json:"version"`
}

type withdrawn struct {
	Proposal int64  `json:"proposal"`
	Reason   string `json:"reason"`
}

// delivered tells that every outcome of the version was taken.
type delivered struct {
	Version int `json:"version"`
}

// compared tells that somebody had the answers compared with one another.
type compared struct {
	Reason string `json:"reason"`
	Listed int    `json:"listed"`   // pairs
	Among  int    `json:"compared"` // pairs
}

func (proposed) kind() string  { return "scoring.proposed" }
func (signed) kind() string    { return "scoring.signed" }
func (withdrawn) kind() string { return "scoring.withdrawn" }
func (delivered) kind() string { return "scoring.delivered" }
func (compared) kind() string  { return "scoring.compared" }

// change is one candidate of a dry run, short because there may be thousands.
type change struct {
	Attempt exam.AttemptID   `json:"a"`
	Items   []scoring.ItemID `json:"i,omitempty"`
	Before  placed           `json:"b"`
	After   placed           `json:"n"`
}

// placed is scoring.Placed as score, full marks, rank and outcome.
type placed [4]int64

var outcomes = []scoring.GradeOutcome{scoring.GradeNone, scoring.GradePass, scoring.GradeFail, scoring.GradeIncomplete}

func pack(p scoring.Placed) placed {
	return placed{int64(p.Score), int64(p.Full), int64(p.Rank), int64(slices.Index(outcomes, p.Outcome))}
}

func (p placed) unpack() scoring.Placed {
	out := scoring.Placed{Score: scoring.Marks(p[0]), Full: scoring.Marks(p[1]), Rank: int(p[2]), Outcome: scoring.GradeNone}
	if p[3] >= 0 && int(p[3]) < len(outcomes) {
		out.Outcome = outcomes[p[3]]
	}
	return out
}

func (c change) equal(d change) bool {
	return c.Attempt == d.Attempt && c.Before == d.Before && c.After == d.After && slices.Equal(c.Items, d.Items)
}

// Summary counts what a set of decisions changes.
type Summary struct {
	Marked   int `json:"marked"`  // candidates with marks
	Changed  int `json:"changed"` // of them, with another score, verdict or rank, or another item marked differently
	Higher   int `json:"higher"`  // score
	Lower    int `json:"lower"`
	ToPass   int `json:"to_pass"` // verdict becomes pass
	FromPass int `json:"from_pass"`
	Ranks    int `json:"ranks"` // rank changes
}

func (s *Summary) add(c scoring.Change) {
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	s.Changed++
	count(&s.Higher, c.After.Score > c.Before.Score)
	count(&s.Lower, c.After.Score < c.Before.Score)
	count(&s.ToPass, c.OutcomeFlips() && c.After.Outcome == scoring.GradePass)
	count(&s.FromPass, c.OutcomeFlips() && c.Before.Outcome == scoring.GradePass)
	count(&s.Ranks, c.RankFlips())
}

// ProposalState is where a proposal stands.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen      ProposalState = "open" // waits for the second signature
	ProposalSigned    ProposalState = "signed"
	ProposalWithdrawn ProposalState = "withdrawn"
)

// Proposal is a set of decisions on keys. It holds keys: SECRET.
type Proposal struct {
	ID        int64              `json:"id"` // seq of its record
	State     ProposalState      `json:"state" enum:"open,signed,withdrawn"`
	Base      int                `json:"base"` // version that it changes
	Decisions []scoring.Decision `json:"decisions"`
	Reason    string             `json:"reason"`
	By        string             `json:"by"` // account; the first signature
	At        time.Time          `json:"at"`
	SignedBy  string             `json:"signed_by,omitempty"` // account; the second signature
	SignedAt  *time.Time         `json:"signed_at,omitempty"`
	Version   int                `json:"version,omitempty"` // that it made
	Withdrawn string             `json:"withdrawn,omitempty" doc:"Why it was withdrawn"`
	Summary   Summary            `json:"summary"` // of its dry run

	dryRun []change
	key    string // of its record
}

// Version is one version of a sitting's keys.
type Version struct {
	Version   int       `json:"version"`
	Proposal  int64     `json:"proposal"`  // 0 for version 1
	At        time.Time `json:"at"`        // of the second signature; zero for version 1
	Delivered bool      `json:"delivered"` // whoever uses the marks has the new ones
}

// State is the fold over a sitting's stream.
type State struct {
	Sitting   exam.SittingID `json:"sitting"`
	Seq       int64          `json:"seq"` // of the last record
	Version   int            `json:"version"`
	Versions  []Version      `json:"versions"`  // from 1
	Proposals []Proposal     `json:"proposals"` // in order
}

func newState(id exam.SittingID) *State {
	return &State{Sitting: id, Version: 1, Versions: []Version{{Version: 1, Delivered: true}}, Proposals: []Proposal{}}
}

// apply folds one record in.
func (st *State) apply(r ledger.Record) error {
	if r.Seq != st.Seq+1 {
		return fmt.Errorf("record %d follows record %d", r.Seq, st.Seq)
	}
	st.Seq = r.Seq
	switch r.Kind {
	case proposed{}.kind():
		return with(r.Data, func(e proposed) error {
			st.Proposals = append(st.Proposals, Proposal{ID: r.Seq, State: ProposalOpen, Base: e.Base, Decisions: e.Decisions,
				Reason: e.Reason, By: r.Actor, At: r.At, Summary: e.Summary, dryRun: e.DryRun, key: r.Key})
			return nil
		})
	case signed{}.kind():
		return with(r.Data, func(e signed) error {
			p := st.proposal(e.Proposal)
			if p == nil || e.Version != st.Version+1 {
				return fmt.Errorf("version %d of proposal %d follows version %d", e.Version, e.Proposal, st.Version)
			}
			p.State, p.SignedBy, p.SignedAt, p.Version = ProposalSigned, r.Actor, &r.At, e.Version
			st.Version = e.Version
			st.Versions = append(st.Versions, Version{Version: e.Version, Proposal: p.ID, At: r.At})
			return nil
		})
	case withdrawn{}.kind():
		return with(r.Data, func(e withdrawn) error {
			p := st.proposal(e.Proposal)
			if p == nil {
				return fmt.Errorf("proposal %d is not there", e.Proposal)
			}
			p.State, p.Withdrawn = ProposalWithdrawn, e.Reason
			return nil
		})
	case delivered{}.kind():
		return with(r.Data, func(e delivered) error {
			for i := range st.Versions {
				st.Versions[i].Delivered = st.Versions[i].Delivered || st.Versions[i].Version <= e.Version
			}
			return nil
		})
	case compared{}.kind():
		return nil
	}
	return fmt.Errorf("unknown kind %q", r.Kind)
}

func with[E event](data []byte, f func(E) error) error {
	var e E
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	return f(e)
}

// proposal returns the proposal with the id, or nil.
func (st *State) proposal(id int64) *Proposal {
	for i := range st.Proposals {
		if st.Proposals[i].ID == id {
			return &st.Proposals[i]
		}
	}
	return nil
}

// keyed returns the proposal that was made with the key, or nil.
func (st *State) keyed(key string) *Proposal {
	for i := range st.Proposals {
		if st.Proposals[i].key == "propose/"+key {
			return &st.Proposals[i]
		}
	}
	return nil
}

// decisions returns, in order, the sets that made the version.
func (st *State) decisions(version int) ([][]scoring.Decision, error) {
	if version < 1 || version > st.Version {
		return nil, ErrNoVersion.Param("version", version)
	}
	var sets [][]scoring.Decision
	for _, v := range st.Versions[1:version] {
		sets = append(sets, st.proposal(v.Proposal).Decisions)
	}
	return sets, nil
}
