package plan

import (
	"context"
	"fmt"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
)

// Enlisted is an entry as a contest takes it over. It holds the ID number in
// clear: it is for the server's own use and never for a view.
type Enlisted struct {
	Entry    EntryID
	State    State
	Reason   string // of the decision
	Person   exam.CandidateID
	Name     string
	IDType   exam.IDType
	IDNumber string
	Unit     string
	Level    bank.Level // entered for
	Facts    Facts
	Contest  Contest
}

// Enlist lists the entries of a plan for a contest, in order of registration,
// whatever was decided about them. Errors: ErrNotFound, ErrKind.
func (s *Plans) Enlist(ctx context.Context, id ID) ([]Enlisted, error) {
	b, p, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Kind != ContestExam {
		return nil, ErrKind.Param("kind", p.Kind)
	}
	docs, err := s.documents(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]Enlisted, 0, len(b.Lines))
	for _, l := range b.Lines {
		e := docs[l.Doc]
		if e == nil {
			return nil, fmt.Errorf("entry %s: %w", l.Entry, store.ErrNotFound)
		}
		number, err := s.seal.Open(e.IDSealed, e.sealContext("id_number"))
		if err != nil {
			return nil, fmt.Errorf("entry %s: %w", e.ID, err)
		}
		list = append(list, Enlisted{Entry: e.ID, State: l.State, Reason: l.Reason, Person: e.Person, Name: e.Name, IDType: e.IDType,
			IDNumber: string(number), Unit: e.Unit, Level: e.Level, Facts: e.Facts, Contest: e.Contest})
	}
	return list, nil
}
