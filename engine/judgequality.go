package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/quality"
)

// Quality says how the judges of a division mark: evidence for the chief judge
// and supervisors, never a penalty. Competitors are named by the codes that
// their judges see; groups by unit, city and delegation are compared only
// after decryption, for before they would say whose code is whose. That it was
// looked at is recorded. Errors: ErrPhase before the opening,
// quality.ErrInput.
func (s *Contests) Quality(ctx context.Context, reader access.AccountID, id DivisionID, c quality.Config) (quality.Report, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return quality.Report{}, err
	}
	var in quality.Input
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrPhase.Param("phase", PhaseSetup)
		}
		in, err = t.qualityInput()
		return err
	})
	if err == nil {
		err = s.looked(ctx, reader, id, "quality", "")
	}
	if err != nil {
		return quality.Report{}, err
	}
	return quality.Assess(in, c)
}

// qualityInput is what the judges handed in first: after a conference they
// agree because they talked.
func (t *Tally) qualityInput() (in quality.Input, err error) {
	judges := map[access.AccountID]bool{}
	entrants := map[scoring.Code]bool{}
	for _, m := range t.open.Scheme.Modules {
		if m.Source != scoring.SourcePanel {
			continue
		}
		for _, a := range m.Aspects() {
			in.Aspects = append(in.Aspects, quality.Aspect{ID: a.ID, Max: greatestOf(a)})
		}
		t.spots(m, func(sp spot) {
			code := scoring.Code(t.codeOf(sp))
			if t.decrypted() {
				code = scoring.Code(t.label(sp.i))
			}
			for j, versions := range sp.s.files {
				if err != nil || len(versions) == 0 || code == "" {
					continue
				}
				judges[j] = true
				if !entrants[code] {
					entrants[code] = true
					in.Entrants = append(in.Entrants, quality.Entrant{Code: code, Groups: t.groupsOf(sp.i)})
				}
				var marks []quality.Mark
				marks, err = firstMarks(sp.m, j, code, versions[0].Entries)
				in.Marks = append(in.Marks, marks...)
			}
		})
	}
	for j := range judges {
		in.Judges = append(in.Judges, quality.Judge{ID: scoring.JudgeID(j), Groups: t.groupsOfJudge(j)})
	}
	slices.SortFunc(in.Judges, func(a, b quality.Judge) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return in, err
}

// firstMarks values the entries of a sheet. What a judge left to others is no
// mark of the judge.
func firstMarks(m scoring.Module, j access.AccountID, code scoring.Code, entries []scoring.AspectEntry) ([]quality.Mark, error) {
	var out []quality.Mark
	for _, e := range entries {
		a, ok := m.Aspect(e.Aspect)
		if !ok || e.Blank() {
			continue
		}
		v, err := scoring.MarkEntry(a, e.Observation)
		if err != nil {
			return nil, err
		}
		out = append(out, quality.Mark{Judge: scoring.JudgeID(j), Code: code, Aspect: a.ID, Marks: v.Marks, Level: e.Level})
	}
	return out, nil
}

// greatestOf is the amount that marks of the aspect are put in relation to:
// its maximum, of a penalty all that can be taken off at once.
func greatestOf(a scoring.Aspect) scoring.Marks {
	if a.Max > 0 {
		return a.Max
	}
	var sum scoring.Marks
	for _, d := range a.Deductions {
		sum += d.Marks * scoring.Marks(max(1, d.MaxCount))
	}
	return max(1, sum)
}

// groupsOf are what a competitor is compared by; none before decryption.
func (t *Tally) groupsOf(i int) []quality.Group {
	if !t.decrypted() {
		return nil
	}
	c := t.open.Competitors[i]
	return groupNames("unit:", c.Unit, "city:", c.City, "delegation:", string(c.Delegation))
}

func (t *Tally) groupsOfJudge(j access.AccountID) []quality.Group {
	if !t.decrypted() {
		return nil
	}
	for _, benches := range t.benches {
		for _, b := range benches {
			if m, ok := b.member(j); ok {
				return groupNames("unit:", m.Unit)
			}
		}
	}
	return nil
}

// groupNames joins kinds with names and leaves out those without a name.
func groupNames(pairs ...string) (out []quality.Group) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, quality.Group(pairs[i]+pairs[i+1]))
		}
	}
	return out
}
