package plan

import (
	"context"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// Decision is what staff say about entries.
type Decision struct {
	Entries []EntryID
	To      State  // Pending undoes a decision
	Reason  string // needed but for accepting who is eligible
}

// Decide records a decision about entries: for all of them or, with
// ErrDecision naming those that hinder it, for none. Who is in a sitting
// cannot be decided about any more. Accepting somebody whom the rules do not
// call eligible needs a reason. The same decision again changes nothing.
// Errors: ErrDecision, ErrReason, ErrStatus, ErrEntryNotFound, ErrNotFound.
func (s *Plans) Decide(ctx context.Context, actor string, id ID, d Decision) error {
	d.Reason = strings.TrimSpace(d.Reason)
	if d.Reason == "" && d.To != Accepted {
		return ErrReason
	}
	if !d.To.Valid() || len(d.Entries) == 0 || len(d.Entries) > MaxList {
		return ErrDecision.With(fault.Field{Path: "to", Code: "decision_unknown", Message: "give accepted, returned, rejected or pending, and 1 to 5000 entries"})
	}
	_, err := s.step(ctx, id, actor, "", func(b *Book, p *Plan) (string, any, error) {
		if b.Status != Open && b.Status != Closed {
			return "", nil, ErrStatus.Param("status", b.Status)
		}
		verdicts, fields, err := s.decidable(ctx, b, p, d)
		if err != nil || verdicts == nil && fields == nil {
			return "", nil, err
		}
		if fields != nil {
			return "", nil, refuse(ErrDecision, fields)
		}
		return kindDecided, Decided{Entries: d.Entries, To: d.To, Reason: d.Reason, Verdicts: verdicts}, nil
	})
	return err
}

// decidable returns what the rules say about each entry, and what hinders the
// decision; both nil when it was taken before.
func (s *Plans) decidable(ctx context.Context, b *Book, p *Plan, d Decision) ([]Result, []fault.Field, error) {
	verdicts := make([]Result, 0, len(d.Entries))
	var fields []fault.Field
	changes := false
	for _, id := range d.Entries {
		l := b.Line(id)
		switch {
		case l == nil:
			return nil, nil, ErrEntryNotFound.Param("entry", id)
		case len(l.Sittings) > 0:
			fields = append(fields, fault.Field{Path: string(id), Code: "entry_placed", Message: "the entry is in a sitting"})
			continue
		}
		changes = changes || l.State != d.To || l.Reason != d.Reason
		v, err := s.verdict(ctx, p, l)
		if err != nil {
			return nil, nil, err
		}
		verdicts = append(verdicts, v.Result)
		if d.To == Accepted && v.Result != Eligible && d.Reason == "" {
			fields = append(fields, fault.Field{Path: string(id), Code: "entry_" + string(v.Result), Message: "the rules do not call this person eligible; give a reason to accept nevertheless"})
		}
	}
	if !changes && fields == nil {
		return nil, nil, nil
	}
	return verdicts, fields, nil
}

// verdict checks an entry by the plan's rules.
func (s *Plans) verdict(ctx context.Context, p *Plan, l *Line) (Verdict, error) {
	doc, err := entries.Get(ctx, s.db, l.Doc)
	if err != nil {
		return Verdict{}, fmt.Errorf("entry %s: %w", l.Entry, err)
	}
	return s.judge(p, &doc.Value)
}

// judge checks a document by the plan's rules.
func (s *Plans) judge(p *Plan, e *Entry) (Verdict, error) {
	number, err := s.seal.Open(e.IDSealed, e.sealContext("id_number"))
	if err != nil {
		return Verdict{}, fmt.Errorf("entry %s: %w", e.ID, err)
	}
	day := p.Registration.Until
	if p.Eligibility.AsOf == AsOfExam {
		day = p.Exam.From
	}
	return p.Eligibility.Evaluate(e.Level, e.Facts, born(e.IDType, string(number), e.Facts), day), nil
}
