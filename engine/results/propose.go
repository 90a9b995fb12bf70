package results

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Limits of a proposal; they bound records, they are no rule.
const (
	maxDecisions = 200
	maxReason    = 1000 // bytes
	maxKey       = 100  // bytes
)

// Draft is a proposal before it is recorded.
type Draft struct {
	Key       string             // idempotency key: a repeated call finds the first
	Version   int                // of the keys, as the caller knows it
	Decisions []scoring.Decision // applied in order
	Reason    string
}

func (d *Draft) check() error {
	var fields []fault.Field
	bad := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
	}
	if d.Reason = strings.TrimSpace(d.Reason); d.Reason == "" || len(d.Reason) > maxReason {
		bad("reason", "reason_missing", "give a reason of at most 1000 bytes")
	}
	if len(d.Decisions) == 0 || len(d.Decisions) > maxDecisions {
		bad("decisions", "decisions_count", "give 1 to 200 decisions")
	}
	if fields == nil {
		return nil
	}
	return ErrProposal.With(fields...)
}

// run is a dry run of decisions.
type run struct {
	summary Summary
	changes []change
}

// dryRun says what the decisions change against the version of the keys. It
// refuses an actor who is the author of one of the questions.
func (s *Service) dryRun(ctx context.Context, st *State, base int, decisions []scoring.Decision, actor string) (run, error) {
	keys, err := s.exam.Keys(ctx, st.Sitting)
	if err != nil {
		return run{}, err
	}
	if err := s.notAuthor(ctx, &keys, decisions, actor); err != nil {
		return run{}, err
	}
	scripts, err := s.exam.Scripts(ctx, st.Sitting)
	if err != nil {
		return run{}, err
	}
	if err := settled(scripts); err != nil {
		return run{}, err
	}
	before, err := st.at(base, keys)
	if err != nil {
		return run{}, err
	}
	after, err := decide(before, decisions)
	if err != nil {
		return run{}, err
	}
	marked := toMark(scripts)
	r, err := scoring.Rescore(before, after, marked, keys.Rules.Grading)
	if err != nil {
		return run{}, err
	}
	out := run{summary: Summary{Marked: len(marked)}}
	for _, c := range r.Changes {
		out.summary.add(c)
		out.changes = append(out.changes, change{Attempt: exam.AttemptID(c.ID), Items: c.Items, Before: pack(c.Before), After: pack(c.After)})
	}
	return out, nil
}

// notAuthor keeps apart who writes questions and who decides on their keys.
func (s *Service) notAuthor(ctx context.Context, keys *exam.Keys, decisions []scoring.Decision, actor string) error {
	var fields []fault.Field
	for i, d := range decisions {
		from, there := keys.Origins[d.Item]
		if !there {
			continue // refused with its place by decide
		}
		author, err := s.o.Author(ctx, from)
		if err != nil {
			return fmt.Errorf("finding the author of question %s: %w", d.Item, err)
		}
		if author == actor {
			fields = append(fields, fault.Field{Path: fmt.Sprintf("decisions[%d].item", i), Code: "author",
				Message: "you brought this question into the bank"})
		}
	}
	if fields == nil {
		return nil
	}
	return ErrAuthor.With(fields...)
}

// settled refuses while marks may still come: a dry run would not name them.
func settled(scripts []exam.Script) error {
	n := 0
	for i := range scripts {
		if s := scripts[i].State; s == exam.InProgress || s == exam.Submitted {
			n++
		}
	}
	if n > 0 {
		return ErrNotSettled.Param("count", n)
	}
	return nil
}

// Preview runs the decisions without recording anything. Errors: those of
// Propose but for the key.
func (s *Service) Preview(ctx context.Context, id exam.SittingID, d Draft, actor string) (Effect, error) {
	if err := d.check(); err != nil {
		return Effect{}, err
	}
	st, err := s.fold(ctx, id)
	if err != nil {
		return Effect{}, err
	}
	if d.Version != st.Version {
		return Effect{}, ErrVersionMoved.Param("version", st.Version)
	}
	r, err := s.dryRun(ctx, st, st.Version, d.Decisions, actor)
	if err != nil {
		return Effect{}, err
	}
	return s.effect(ctx, id, r)
}

// Propose records decisions on keys with what they would change; actor, an
// account, is the first signature. Nothing changes until somebody else signs.
// A repeated key returns the first proposal.
//
// Errors: ErrProposal and scoring.ErrDecisions with places, ErrAuthor,
// scoring.ErrRescore, ErrVersionMoved when the keys are not the version that
// the caller knows, ErrNotSettled, exam.ErrKey, exam.ErrSealed,
// exam.ErrNotOpen, exam.ErrSittingNotFound.
func (s *Service) Propose(ctx context.Context, id exam.SittingID, d Draft, actor string) (Proposal, error) {
	if d.Key == "" || len(d.Key) > maxKey {
		return Proposal{}, exam.ErrKey
	}
	if err := d.check(); err != nil {
		return Proposal{}, err
	}
	if _, err := s.exam.Sitting(ctx, id); err != nil {
		return Proposal{}, err
	}
	if err := knowns.Insert(ctx, s.db, &known{Sitting: id}); err != nil && !errors.Is(err, store.ErrExists) {
		return Proposal{}, fmt.Errorf("noting sitting %s: %w", id, err)
	}
	var made int64
	st, err := s.steer(ctx, id, actor, "propose/"+d.Key, func(st *State) (event, error) {
		if p := st.keyed(d.Key); p != nil {
			made = p.ID
			return nil, nil
		}
		if d.Version != st.Version {
			return nil, ErrVersionMoved.Param("version", st.Version)
		}
		r, err := s.dryRun(ctx, st, st.Version, d.Decisions, actor)
		if err != nil {
			return nil, err
		}
		made = st.Seq + 1
		return proposed{Base: st.Version, Decisions: d.Decisions, Reason: d.Reason, Summary: r.summary, DryRun: r.changes}, nil
	})
	if err != nil {
		return Proposal{}, err
	}
	return *st.proposal(made), nil
}

// Sign makes the proposal the next version of the keys; actor is the second
// signature and somebody other than the proposer. What changes is computed
// again: if it is not what the proposer was shown, nothing is signed. The new
// marks are recorded and delivered before Sign returns, or later if that
// fails; Version.Delivered tells. Signing again changes nothing.
//
// Errors: ErrNoProposal, ErrOneSigner, ErrProposalClosed, ErrVersionMoved,
// ErrOutdated with the differences, and those of Propose.
func (s *Service) Sign(ctx context.Context, id exam.SittingID, proposal int64, actor string) (Proposal, error) {
	st, err := s.steer(ctx, id, actor, fmt.Sprintf("sign/%d", proposal), func(st *State) (event, error) {
		p := st.proposal(proposal)
		switch {
		case p == nil:
			return nil, ErrNoProposal
		case p.State == ProposalSigned && p.SignedBy == actor:
			return nil, nil
		case p.State != ProposalOpen:
			return nil, ErrProposalClosed.Param("state", p.State)
		case p.By == actor:
			return nil, ErrOneSigner
		case p.Base != st.Version:
			return nil, ErrVersionMoved.Param("version", st.Version)
		}
		r, err := s.dryRun(ctx, st, p.Base, p.Decisions, actor)
		if err != nil {
			return nil, err
		}
		if err := differs(p.dryRun, r.changes); err != nil {
			return nil, err
		}
		return signed{Proposal: proposal, Version: st.Version + 1}, nil
	})
	if err != nil {
		return Proposal{}, err
	}
	if err := s.deliverSitting(ctx, id); err != nil {
		s.o.Log.ErrorContext(ctx, "new marks could not be delivered; it is tried again", "sitting", id, "error", err)
	}
	return *st.proposal(proposal), nil
}

// maxDifferences bounds the places of an error.
const maxDifferences = 50

// differs compares two dry runs.
func differs(shown, now []change) error {
	old := make(map[exam.AttemptID]change, len(shown))
	for _, c := range shown {
		old[c.Attempt] = c
	}
	var fields []fault.Field
	count := 0
	say := func(id exam.AttemptID, was, is string) {
		if count++; len(fields) < maxDifferences {
			fields = append(fields, fault.Field{Path: "attempts." + string(id), Code: "effect_changed",
				Message: fmt.Sprintf("shown: %s; now: %s", was, is), Params: map[string]string{"shown": was, "now": is}})
		}
	}
	for _, c := range now {
		was, there := old[c.Attempt]
		delete(old, c.Attempt)
		switch {
		case !there:
			say(c.Attempt, "—", c.String())
		case !was.equal(c):
			say(c.Attempt, was.String(), c.String())
		}
	}
	for _, c := range shown {
		if _, gone := old[c.Attempt]; gone {
			say(c.Attempt, c.String(), "—")
		}
	}
	if count == 0 {
		return nil
	}
	return ErrOutdated.Param("count", count).With(fields...)
}

// String writes the change for an error message: "60.00 (rank 3) → 61.00 (rank 2)".
func (c change) String() string {
	b, a := c.Before.unpack(), c.After.unpack()
	return fmt.Sprintf("%s (rank %d) → %s (rank %d)", b.Score, b.Rank, a.Score, a.Rank)
}

// Withdraw ends an open proposal. Withdrawing again changes nothing. Errors:
// ErrNoProposal, ErrProposalClosed, exam.ErrReason.
func (s *Service) Withdraw(ctx context.Context, id exam.SittingID, proposal int64, reason, actor string) (Proposal, error) {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxReason {
		return Proposal{}, exam.ErrReason
	}
	st, err := s.steer(ctx, id, actor, fmt.Sprintf("withdraw/%d", proposal), func(st *State) (event, error) {
		switch p := st.proposal(proposal); {
		case p == nil:
			return nil, ErrNoProposal
		case p.State == ProposalWithdrawn:
			return nil, nil
		case p.State != ProposalOpen:
			return nil, ErrProposalClosed.Param("state", p.State)
		}
		return withdrawn{Proposal: proposal, Reason: reason}, nil
	})
	if err != nil {
		return Proposal{}, err
	}
	return *st.proposal(proposal), nil
}

// Decisions returns the versions of a sitting's keys and all proposals. It
// holds keys: SECRET. Errors: exam.ErrSittingNotFound.
func (s *Service) Decisions(ctx context.Context, id exam.SittingID) (*State, error) {
	if _, err := s.exam.Sitting(ctx, id); err != nil {
		return nil, err
	}
	return s.fold(ctx, id)
}

// Effect is what decisions change, candidate by candidate.
type Effect struct {
	Summary Summary  `json:"summary"`
	Changes []Change `json:"changes"` // in seating order
}

// Change is one candidate of an Effect.
type Change struct {
	Attempt exam.AttemptID   `json:"attempt"`
	Ticket  exam.TicketNo    `json:"ticket"`
	Name    string           `json:"name"`
	Items   []scoring.ItemID `json:"items"` // marked differently
	Before  scoring.Placed   `json:"before"`
	After   scoring.Placed   `json:"after"`
}

// Proposal returns one proposal with what its dry run showed. It holds keys:
// SECRET. Errors: ErrNoProposal.
func (s *Service) Proposal(ctx context.Context, id exam.SittingID, proposal int64) (Proposal, Effect, error) {
	st, err := s.fold(ctx, id)
	if err != nil {
		return Proposal{}, Effect{}, err
	}
	p := st.proposal(proposal)
	if p == nil {
		return Proposal{}, Effect{}, ErrNoProposal
	}
	e, err := s.effect(ctx, id, run{summary: p.Summary, changes: p.dryRun})
	return *p, e, err
}

// effect names the candidates of a dry run.
func (s *Service) effect(ctx context.Context, id exam.SittingID, r run) (Effect, error) {
	scripts, err := s.exam.Scripts(ctx, id)
	if err != nil {
		return Effect{}, err
	}
	out := Effect{Summary: r.summary, Changes: make([]Change, 0, len(r.changes))}
	for _, c := range r.changes {
		row := Change{Attempt: c.Attempt, Items: append([]scoring.ItemID{}, c.Items...), Before: c.Before.unpack(), After: c.After.unpack()}
		if i := slices.IndexFunc(scripts, func(s exam.Script) bool { return s.Attempt == c.Attempt }); i >= 0 {
			row.Ticket, row.Name = scripts[i].Ticket, scripts[i].Name
		}
		out.Changes = append(out.Changes, row)
	}
	return out, nil
}
