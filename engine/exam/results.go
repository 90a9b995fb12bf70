package exam

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// Script is one attempt as results see it. It holds answers, so it is for the
// server only.
type Script struct {
	Attempt   AttemptID
	Ticket    TicketNo
	Candidate CandidateID
	Name      string
	IDMasked  string
	Unit      string
	Place     Place // where the candidate sat last
	Form      string
	Paper     bank.PaperID
	State     State
	Started   bool  // the paper was opened
	Absent    bool  // marked as absent; only who was not admitted is
	Seq       int64 // of the attempt's last record
	Marked    *Marked
	// Answers are those that count, by question or part of a case.
	Answers map[scoring.ItemID][]string
	// Changed is when each answer was last changed, by the server's clock.
	Changed map[scoring.ItemID]time.Time
}

// Scripts returns every attempt of a prepared sitting in seating order, read
// to the end of its stream. Errors: ErrSittingNotFound.
func (s *Service) Scripts(ctx context.Context, id SittingID) ([]Script, error) {
	if _, err := s.courseOf(ctx, id); err != nil {
		return nil, err
	}
	list, err := s.Tickets(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Script, len(list))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range list {
		g.Go(func() error {
			var err error
			out[i], err = s.Script(gctx, list[i].Attempt)
			return err
		})
	}
	return out, g.Wait()
}

// Script returns one attempt, read to the end of its stream. Errors:
// ErrAttemptNotFound.
func (s *Service) Script(ctx context.Context, id AttemptID) (Script, error) {
	var out Script
	err := s.with(ctx, id, func(e *entry) error {
		if err := s.refresh(ctx, e); err != nil {
			return err
		}
		a := e.attempt
		out = Script{Attempt: id, Ticket: a.Ticket.Ticket, Candidate: a.Ticket.Candidate, Form: a.Ticket.Form, Paper: a.Ticket.Paper,
			Place: a.Place, State: a.State, Seq: a.Seq, Started: !a.StartedAt.IsZero(), Absent: a.Room.Absent != nil, Marked: a.Score}
		out.Answers = make(map[scoring.ItemID][]string, len(a.answers))
		out.Changed = make(map[scoring.ItemID]time.Time, len(a.answers))
		for q, list := range a.answers {
			last := list[len(list)-1]
			out.Answers[scoring.ItemID(q)] = last.Value
			out.Changed[scoring.ItemID(q)] = last.At
		}
		return nil
	})
	if err != nil {
		return Script{}, err
	}
	doc, err := candidates.Get(ctx, s.db, string(out.Candidate))
	if err != nil {
		return Script{}, fmt.Errorf("reading the candidate of ticket %s: %w", out.Ticket, err)
	}
	out.Name, out.IDMasked, out.Unit = doc.Value.Name, doc.Value.IDMasked, doc.Value.Unit
	return out, nil
}

// Keys are what the sitting was marked by: the items of each of its papers
// and the rules that were frozen when it opened. SECRET.
type Keys struct {
	Papers map[bank.PaperID][]scoring.Item
	Rules  Rules
	State  SittingState
	// Origins tell where each item came into the bank; a part's is its case's.
	Origins map[scoring.ItemID]Origin
}

// Origin names the import that brought a question into the bank.
type Origin struct {
	Outline bank.OutlineID
	Batch   string // bank.Import.Batch; "" if it came another way
}

// Keys returns the keys of a sitting. Errors: ErrSealed before the release,
// ErrNotOpen before the rules are frozen, ErrSittingNotFound.
func (s *Service) Keys(ctx context.Context, id SittingID) (Keys, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return Keys{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil {
		return Keys{}, err
	}
	if known.State == Planned {
		return Keys{}, ErrNotOpen
	}
	out := Keys{Papers: map[bank.PaperID][]scoring.Item{}, Rules: known.Rules, State: known.State,
		Origins: map[scoring.ItemID]Origin{}}
	for _, paper := range c.sitting.Papers {
		r, err := s.releasedOf(ctx, id, paper)
		if err != nil {
			return Keys{}, err
		}
		if out.Papers[paper], err = ItemsOf(r.content, &known.Rules); err != nil {
			return Keys{}, err
		}
		for i := range r.content.Questions {
			q := &r.content.Questions[i]
			from := Origin{Outline: q.Outline, Batch: q.Batch}
			out.Origins[scoring.ItemID(q.ID)] = from
			for j := range q.Parts {
				out.Origins[scoring.ItemID(q.Parts[j].ID)] = from
			}
		}
	}
	return out, nil
}

// Rescored replaces the result of a marked attempt after a decision on keys.
type Rescored struct {
	// KeyVersion is the version of the sitting's keys, from 2.
	KeyVersion int                 `json:"key_version"`
	Result     scoring.PaperResult `json:"result"`
	Node       string              `json:"node"`
}

func (Rescored) kind() string { return "attempt.rescored" }

// Rescore decides about new marks: nil when the attempt has a result by these
// or newer keys, or none at all because it was not marked or is void.
func (a *Attempt) Rescore(version int, result scoring.PaperResult, node string) (Event, error) {
	if a.State != Finished || a.Score == nil || a.Score.KeyVersion >= version {
		return nil, nil
	}
	return Rescored{KeyVersion: version, Result: result, Node: node}, nil
}

// applyRescored replaces the result; who holds the old one keeps it.
func (a *Attempt) applyRescored(e Rescored) {
	now := *a.Score
	now.KeyVersion, now.Result = e.KeyVersion, e.Result
	a.Score = &now
}

// Rescore records new marks of an attempt and returns its outcome as it then
// is, to be delivered like that of the first marking; nil while it was not
// marked. A repeated call returns the same. Errors: ErrAttemptNotFound,
// ErrBusy, Unavailable from the ledger.
func (s *Service) Rescore(ctx context.Context, id AttemptID, version int, result scoring.PaperResult, actor string) (*Scored, error) {
	var out *Scored
	err := s.with(ctx, id, func(e *entry) error {
		var rules *Rules
		_, err := s.act(ctx, e, actor, "", true, func(_ time.Time, a *Attempt, c *Course) (Event, error) {
			rules = &c.Rules
			return a.Rescore(version, result, s.o.Node)
		})
		if err == nil {
			out, err = e.attempt.outcome(rules)
		}
		return err
	})
	return out, err
}

// outcome is the outcome as delivered; nil while there is none.
func (a *Attempt) outcome(r *Rules) (*Scored, error) {
	if a.State != Finished && a.State != Abandoned && a.State != Void {
		return nil, nil
	}
	out := &Scored{Attempt: a.ID, Sitting: a.Ticket.Sitting, Candidate: a.Ticket.Candidate, Ticket: a.Ticket.Ticket,
		Seq: a.Seq, At: a.At, Marked: a.Score, Abandoned: a.State == Abandoned, Void: a.State == Void}
	if a.Score == nil {
		return out, nil
	}
	var err error
	out.Grade, err = scoring.GradePaper(a.Score.Result, r.Grading)
	return out, err
}
