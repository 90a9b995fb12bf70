package engine

import (
	"context"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// Clinched says of everybody, by code, who goes on whatever the open marks
// will be, and who cannot any more, by the frozen rule. In layered mode totals
// are nobody's to see before decryption. Errors: ErrPhase, ErrNoAdvance,
// award.ErrRules for a rule that goes by team size.
func (s *Contests) Clinched(ctx context.Context, from DivisionID) ([]award.Clinched, error) {
	a, err := s.arena(ctx, from)
	if err != nil {
		return nil, err
	}
	out := []award.Clinched{}
	err = a.read(ctx, func(t *Tally) error {
		switch {
		case t.status == Setup || t.open.Procedure.Identity.Mode == IdentityLayered && !t.named():
			return ErrPhase.Param("phase", t.phase())
		case t.open.Honours.Advance == nil:
			return ErrNoAdvance
		}
		bounds, err := t.bounds()
		if err != nil {
			return err
		}
		list, err := award.Clinch(*t.open.Honours.Advance, bounds)
		out = append(out, list...)
		return err
	})
	return out, err
}

// bounds are what totals can still become: open modules count nothing at the
// least and their maximum at the most. Who was disqualified is left out.
func (t *Tally) bounds() ([]award.Bound, error) {
	list, err := t.standings(jury)
	if err != nil {
		return nil, err
	}
	bounds := make([]award.Bound, 0, len(list))
	for _, st := range list {
		if st.entry.Disqualified {
			continue
		}
		least, most := map[scoring.ModuleID]scoring.Value{}, map[scoring.ModuleID]scoring.Value{}
		started := false
		for _, p := range st.Parts {
			v := st.entry.Modules[p.Module]
			least[p.Module], most[p.Module] = v, v
			started = started || v.State == scoring.HasValue
			if p.State != PartMarked && p.State != PartAbsent {
				m, _ := t.open.Scheme.Module(p.Module)
				least[p.Module], most[p.Module] = scoring.Of(0), scoring.Of(m.Max)
			}
		}
		lo, err := scoring.Sum(t.open.Scheme, t.open.Rules, least)
		if err != nil {
			return nil, err
		}
		hi, err := scoring.Sum(t.open.Scheme, t.open.Rules, most)
		if err != nil {
			return nil, err
		}
		bounds = append(bounds, award.Bound{
			Code: st.entry.Code, Delegation: award.DelegationID(t.open.Competitors[st.at].Delegation),
			Lo: lo.Value.Marks, Hi: hi.Value.Marks, Started: started,
		})
	}
	return bounds, nil
}
