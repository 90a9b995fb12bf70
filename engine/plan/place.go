package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Choice says which accepted entries go into a sitting.
type Choice struct {
	Subject SubjectID
	Level   bank.Level
	Centre  string // only those who wish for this centre or for none; "" is all
	Most    int    // 0: all; else the first by registration
}

// Place makes a sitting of accepted entries that have none for the subject
// yet, and registers them in it. It returns how many there are. A repeated
// key completes what a crash left and returns the first result.
//
// Order of writes: the placing is recorded with its entries, then the sitting
// is made, then its register is filled. Each step finds itself done when it
// is repeated. If the sitting refuses, the placing is taken back by a record.
//
// Errors: ErrNobody, ErrStatus, ErrKey, and those of exam.CreateSitting and
// exam.Register.
func (s *Plans) Place(ctx context.Context, actor string, id ID, key string, c Choice, sitting exam.Sitting) (int, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	if err := sitting.Validate(); err != nil { // before anything is recorded
		return 0, err
	}
	b, err := s.step(ctx, id, actor, "", func(b *Book, p *Plan) (string, any, error) {
		if b.placing(key) != nil {
			return "", nil, nil
		}
		if b.Status != Open && b.Status != Closed {
			return "", nil, ErrStatus.Param("status", b.Status)
		}
		// Another's sitting is not filled: the draft would be passed over.
		if _, err := s.exam.Sitting(ctx, sitting.ID); !errors.Is(err, exam.ErrSittingNotFound) {
			return "", nil, cmp.Or[error](err, store.ErrExists)
		}
		chosen := b.choose(c)
		if len(chosen) == 0 {
			return "", nil, ErrNobody
		}
		return kindPlacing, Placing{Key: key, Sitting: sitting.ID, Subject: c.Subject, Entries: chosen}, nil
	})
	if err != nil {
		return 0, err
	}
	pl := b.placing(key)
	err = s.fill(ctx, b, pl, sitting)
	if f := fault.As(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		return 0, errors.Join(err, s.takeBack(ctx, actor, id, key, f.Error()))
	}
	return len(pl.Entries), err
}

// choose lists the entries of a choice in order of registration.
func (b *Book) choose(c Choice) []EntryID {
	var list []EntryID
	for _, l := range b.Lines {
		wants := false
		for _, s := range l.Subjects {
			wants = wants || s == c.Subject
		}
		_, has := l.Sittings[c.Subject]
		if l.State != Accepted || !wants || has || l.Level != c.Level || c.Centre != "" && l.Centre != "" && l.Centre != c.Centre {
			continue
		}
		if list = append(list, l.Entry); c.Most > 0 && len(list) == c.Most || len(list) == exam.MaxCandidates {
			break
		}
	}
	return list
}

func (b *Book) placing(key string) *Placing {
	for i := range b.Placings {
		if b.Placings[i].Key == key {
			return &b.Placings[i]
		}
	}
	return nil
}

// fill makes the sitting and registers the placing's entries in it.
func (s *Plans) fill(ctx context.Context, b *Book, pl *Placing, sitting exam.Sitting) error {
	sitting.ID = pl.Sitting
	if err := s.exam.CreateSitting(ctx, sitting); err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	list := make([]exam.Registration, 0, len(pl.Entries))
	for _, id := range pl.Entries {
		doc, err := entries.Get(ctx, s.db, b.Line(id).Doc)
		if err != nil {
			return fmt.Errorf("entry %s: %w", id, err)
		}
		r, err := s.registration(&doc.Value, &sitting)
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	_, err := s.exam.Register(ctx, pl.Sitting, "plan/"+pl.Key, list)
	return err
}

// registration is the entry as the sitting's register takes it. A wish for a
// centre that the sitting has not is no wish.
func (s *Plans) registration(e *Entry, sitting *exam.Sitting) (exam.Registration, error) {
	number, err := s.seal.Open(e.IDSealed, e.sealContext("id_number"))
	if err != nil {
		return exam.Registration{}, fmt.Errorf("entry %s: %w", e.ID, err)
	}
	r := exam.Registration{Name: e.Name, Unit: e.Unit, IDType: e.IDType, IDNumber: string(number), Factor: e.Factor, Needs: needsOf(e.Needs)}
	for _, c := range sitting.Centres {
		if c.Code == e.Centre {
			r.Centre = e.Centre
		}
	}
	return r, nil
}

// takeBack frees the entries of a placing that the sitting refused.
func (s *Plans) takeBack(ctx context.Context, actor string, id ID, key, reason string) error {
	if len(reason) > 500 {
		reason = strings.ToValidUTF8(reason[:500], "") + "…"
	}
	_, err := s.step(ctx, id, actor, "", func(b *Book, _ *Plan) (string, any, error) {
		if b.placing(key) == nil {
			return "", nil, nil
		}
		return kindPlacingOff, PlacingOff{Key: key, Reason: reason}, nil
	})
	return err
}

// PlanOf finds the plan whose entries are in a sitting, with the subject and
// the frozen plan; ErrNotFound when the sitting came about without a plan.
func (s *Plans) PlanOf(ctx context.Context, sitting exam.SittingID) (*Plan, SubjectID, error) {
	after := ""
	for {
		page, next, err := drafts.Find(ctx, s.db, store.Query{Index: byYear, After: after, Limit: 200})
		if err != nil {
			return nil, "", err
		}
		for _, p := range page {
			b, err := s.Book(ctx, p.ID)
			if err != nil {
				return nil, "", err
			}
			for _, pl := range b.Placings {
				if pl.Sitting == sitting {
					return b.Plan, pl.Subject, nil
				}
			}
		}
		if next == "" {
			return nil, "", ErrNotFound
		}
		after = next
	}
}
