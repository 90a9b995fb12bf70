package engine

import (
	"fmt"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// finals are the results as award rules ask for them, in board order, and the
// position in the opening of whom each is. Codes are station codes. The
// division must be decrypted.
func (t *Tally) finals(id DivisionID) ([]award.Result, map[scoring.Code]int, error) {
	list, err := t.standings(jury)
	if err != nil {
		return nil, nil, err
	}
	at := make(map[scoring.Code]int, len(list))
	for i := range t.open.Competitors {
		at[scoring.Code(t.label(i))] = i
	}
	out := make([]award.Result, 0, len(list))
	for _, st := range list {
		i := at[st.entry.Code]
		c := t.open.Competitors[i]
		r := award.Result{
			Entry: st.entry, Division: award.DivisionID(id), Delegation: award.DelegationID(c.Delegation),
			Members: c.awardMembers(), Verdicts: verdicts(st.total, t.open.Rules),
		}
		if st.Rank != nil {
			r.Rank = *st.Rank
		}
		out = append(out, r)
	}
	return out, at, nil
}

// awardMembers lists the people of a competitor without names.
func (c *Entrant) awardMembers() []award.Member {
	if len(c.Members) == 0 {
		return []award.Member{{ID: award.MemberID(c.ID), Identity: award.Identity(c.Identity), HeldLevel: award.Level(c.HeldLevel)}}
	}
	list := make([]award.Member, 0, len(c.Members))
	for i, m := range c.Members {
		list = append(list, award.Member{
			ID: award.MemberID(fmt.Sprintf("%s/%d", c.ID, i+1)), Identity: award.Identity(m.Identity), HeldLevel: award.Level(m.HeldLevel),
		})
	}
	return list
}

// verdicts says by part whether a total passes, under "" the whole.
func verdicts(total scoring.Total, rules scoring.Rules) map[scoring.PartID]scoring.Verdict {
	pass := scoring.Pass(total, rules)
	out := map[scoring.PartID]scoring.Verdict{"": pass.Verdict}
	for _, p := range total.Parts {
		out[p.Part] = scoring.Passed
		if !p.Complete {
			out[p.Part] = scoring.Pending
		}
	}
	for _, l := range pass.Missed {
		if l.Part != "" {
			out[l.Part] = scoring.Failed
		}
	}
	return out
}
