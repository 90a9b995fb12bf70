package scoring

import (
	"fmt"
	"slices"
)

const basisPoints = 10_000 // one whole, in hundredths of a per cent

// Validate reports everything that is wrong with the rules for the events
// marked by s, which must itself be valid: weights that do not add up to 100 %,
// modules in no part or in two, a panel too small for its drops, a rounding
// step that could lift marks above their maximum. The error is ErrRules with
// one field for each place; paths below "scheme." lie in s.
func (r Rules) Validate(s Scheme) error {
	var p problems
	if r.ID == "" {
		p.add("id", "missing", "the rules need an id")
	}
	if r.Version < 1 {
		p.add("version", "out_of_range", "versions count from 1")
	}
	r.checkPanel(&p, s)
	r.checkRounding(&p, s)
	r.checkParts(&p, s)
	r.checkPassLines(&p, s)
	r.checkTieChain(&p, s)
	oneOf(&p, "ranking", r.Ranking, RankShared, RankUnique)
	oneOf(&p, "absent", r.Absent, AbsentLast, AbsentUnranked)
	oneOf(&p, "provisional_marks", r.ProvisionalMarks, ProvisionalEach, ProvisionalComplete)
	return p.err(ErrRules)
}

func oneOf[T ~string](p *problems, path string, got T, allowed ...T) {
	if !slices.Contains(allowed, got) {
		p.add(path, "unknown", "%q is not one of %q", got, allowed)
	}
}

func (r Rules) checkPanel(p *problems, s Scheme) {
	if r.Panel.Size < 1 || r.Panel.Size > countLimit {
		p.add("panel.size", "out_of_range", "a panel has at least one judge")
	}
	if r.Panel.MinJudges < 1 || r.Panel.MinJudges > r.Panel.Size {
		p.add("panel.min_judges", "out_of_range", "min_judges must be 1 to the panel's size %d", r.Panel.Size)
	}
	if g := r.Panel.TotalGap; g != nil {
		p.amount("panel.total_gap.limit", g.Limit, 1)
	}
	for _, k := range Kinds() {
		a, ok := r.Agreement[k]
		if !ok {
			p.add("agreement."+string(k), "missing", "kind %s needs an agreement", k)
			continue
		}
		p.under("agreement."+string(k), append(a.check(k), a.checkPanel(r.Panel)...))
	}
	for k := range r.Agreement {
		if !k.Valid() {
			p.add("agreement."+string(k), "unknown", "kind %q is not known", k)
		}
	}
	for i, m := range s.Modules {
		for j, sc := range m.SubCriteria {
			for l, a := range sc.Aspects {
				if a.Agreement != nil {
					path := fmt.Sprintf("scheme.modules[%d].sub_criteria[%d].aspects[%d].agreement", i, j, l)
					p.under(path, a.Agreement.checkPanel(r.Panel))
				}
			}
		}
	}
}

func (r Rules) checkRounding(p *problems, s Scheme) {
	oneOf(p, "rounding.where", r.Rounding.Where, RoundAspect, RoundModule)
	oneOf(p, "total_rounding.where", r.TotalRounding.Where, RoundPart, RoundTotal)
	p.amount("rounding.step", r.Rounding.Step, 1)
	p.amount("total_rounding.step", r.TotalRounding.Step, 1)
	p.amount("full_marks", r.FullMarks, 1)
	if step := r.TotalRounding.Step; step > 0 && r.FullMarks%step != 0 {
		p.add("total_rounding.step", "max_off_step", "full marks %v are no multiple of the step %v", figure{"states", r.FullMarks}, figure{"step", step})
	}
	if r.Rounding.Step < 1 {
		return
	}
	for i, m := range s.Modules {
		if m.Source != SourcePanel {
			continue
		}
		if m.Max%r.Rounding.Step != 0 {
			p.add(fmt.Sprintf("scheme.modules[%d].max", i), "max_off_step",
				"module %s: %v is no multiple of the rounding step %v", m.ID, figure{"states", m.Max}, figure{"step", r.Rounding.Step})
		}
		if r.Rounding.Where != RoundAspect {
			continue
		}
		for _, a := range m.Aspects() {
			if a.Max%r.Rounding.Step != 0 {
				p.add(fmt.Sprintf("scheme.modules[%d]", i), "max_off_step",
					"aspect %s: %v is no multiple of the rounding step %v", a.ID, figure{"states", a.Max}, figure{"step", r.Rounding.Step})
			}
		}
	}
}

func (r Rules) checkParts(p *problems, s Scheme) {
	if len(r.Parts) == 0 {
		p.add("parts", "missing", "the total needs at least one part")
		return
	}
	seen := make(seenIDs)
	inPart := make(map[ModuleID]PartID)
	weights := 0
	for i, part := range r.Parts {
		path := fmt.Sprintf("parts[%d]", i)
		seen.check(p, path, "part", string(part.ID))
		p.under(path+".name", part.Name.check())
		r.checkWeight(p, path+".weight", part)
		weights += part.Weight
		if len(part.Modules) == 0 {
			p.add(path+".modules", "missing", "part %s needs modules", part.ID)
		}
		for j, id := range part.Modules {
			at := fmt.Sprintf("%s.modules[%d]", path, j)
			if _, ok := s.Module(id); !ok {
				p.add(at, "unknown", "module %s is not in the scheme", id)
			}
			if other, ok := inPart[id]; ok {
				p.add(at, "duplicate", "module %s is already in part %s", id, other)
			}
			inPart[id] = part.ID
		}
	}
	if weights != basisPoints {
		p.add("parts", "weights_differ", "the weights add up to %v %%, not to 100 %%", figure{"sum", Marks(weights)})
	}
	for _, m := range s.Modules {
		if _, ok := inPart[m.ID]; !ok {
			p.add("parts", "module_unused", "module %s is in no part", m.ID)
		}
	}
}

func (r Rules) checkWeight(p *problems, path string, part Part) {
	if part.Weight < 1 || part.Weight > basisPoints {
		p.add(path, "out_of_range", "a weight is 1 to %d basis points", basisPoints)
		return
	}
	share := NewRatio(r.FullMarks, basisPoints).Mul(int64(part.Weight), 1)
	step := r.TotalRounding.Step
	if r.TotalRounding.Where == RoundPart && step > 0 && share.Cmp(NewRatio(share.Round(step), 1)) != 0 {
		p.add(path, "max_off_step", "the most part %s can add is no multiple of the rounding step %v", part.ID, step)
	}
}

func (r Rules) checkPassLines(p *problems, s Scheme) {
	seen := make(map[PartID]bool)
	for i, l := range r.PassLines {
		path := fmt.Sprintf("pass_lines[%d]", i)
		if seen[l.Part] {
			p.add(path+".part", "duplicate", "there is a pass line for %q already", l.Part)
		}
		seen[l.Part] = true
		most := r.FullMarks
		if l.Part != "" {
			part, ok := r.part(l.Part)
			if !ok {
				p.add(path+".part", "unknown", "part %s is not in the rules", l.Part)
				continue
			}
			most = part.max(s)
		}
		if l.Min < 0 || l.Min > most {
			p.outside(path+".min", l.Min, 0, most)
		}
	}
}

func (r Rules) checkTieChain(p *problems, s Scheme) {
	decided := TieBy("") // the decision by people that ends the chain
	seen := make(map[TieStep]bool)
	for i, t := range r.TieChain {
		path := fmt.Sprintf("tie_chain[%d]", i)
		oneOf(p, path+".by", t.By, TiePart, TieModule, TieTime, TieChief, TieLot)
		p.under(path+".name", t.Name.check())
		if _, ok := r.part(t.Part); ok != (t.By == TiePart) || !ok && t.Part != "" {
			p.add(path+".part", "unknown", "part %q: a step by part names a part of the rules, others none", t.Part)
		}
		if _, ok := s.Module(t.Module); ok != (t.By == TieModule) || !ok && t.Module != "" {
			p.add(path+".module", "unknown", "module %q: a step by module names a module of the scheme, others none", t.Module)
		}
		switch {
		case decided == TieLot:
			p.add(path, "unreachable", "nothing is compared after the lot")
		case decided == TieChief && t.By != TieLot:
			p.add(path, "unreachable", "after the chief judge only a lot is compared")
		}
		if decided != TieLot && (t.By == TieLot || t.By == TieChief) {
			decided = t.By
		}
		key := TieStep{By: t.By, Part: t.Part, Module: t.Module}
		if seen[key] {
			p.add(path, "duplicate", "this comparison is in the chain already")
		}
		seen[key] = true
	}
	switch {
	case r.Ranking != RankUnique || decided == TieLot:
	case decided == TieChief: // a division keeps lots, and no record of such a decision
		p.add("tie_chain", "lot_after_chief", "where ranks are unique a drawn lot must follow the chief judge's decision")
	default:
		p.add("tie_chain", "lot_missing", "unique ranks need a drawn lot as the last step")
	}
}

func (r Rules) part(id PartID) (Part, bool) {
	for _, p := range r.Parts {
		if p.ID == id {
			return p, true
		}
	}
	return Part{}, false
}

// max returns the sum of the maxima of the part's modules.
func (part Part) max(s Scheme) Marks {
	var sum Marks
	for _, id := range part.Modules {
		if m, ok := s.Module(id); ok {
			sum += m.Max
		}
	}
	return sum
}
