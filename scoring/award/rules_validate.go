package award

import (
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

const (
	basisPoints = 10_000 // one whole, in hundredths of a per cent
	// numberLimit bounds every number in a document, so that no product in
	// this package can overflow.
	numberLimit = 1_000_000_000
)

// Validate reports everything that is wrong with the rules: ids twice, shares
// above the whole, an award by scale points without a scale, a promotion that
// does not lead upwards or asks for an award that the rules do not give. The
// error is ErrRules with one field for each place.
func (r Rules) Validate() error {
	var p problems
	versioned(&p, r.ID, r.Version)
	if r.Scale != nil {
		r.Scale.check(&p, "scale")
	}
	seen := make(map[ID]bool)
	if r.Medals != nil {
		r.checkMedals(&p, seen)
	}
	for i, a := range r.Awards {
		path := fmt.Sprintf("awards[%d]", i)
		checkAwardID(&p, path, a.ID, seen)
		named(&p, path+".name", a.Name)
		a.check(&p, path, r.Scale)
		a.Filter.check(&p, path+".filter")
		oneOf(&p, path+".among", a.Among, AmongField, AmongEligible)
		oneOf(&p, path+".per", a.Per, PerCompetitor, PerMember)
		oneOf(&p, path+".from", a.From, FromNext, FromTop)
		if a.By == ByRank && a.From != FromTop {
			p.add(path+".from", "inconsistent", "ranks count from the top; use count for the next places")
		}
	}
	promotions := make(map[PromotionID]bool)
	for i, pr := range r.Promotions {
		path := fmt.Sprintf("promotions[%d]", i)
		if pr.ID == "" || promotions[pr.ID] {
			p.add(path+".id", "duplicate", "promotion %q is missing an id or there twice", pr.ID)
		}
		promotions[pr.ID] = true
		pr.check(&p, path, seen)
	}
	return p.err(ErrRules)
}

func checkAwardID(p *problems, path string, id ID, seen map[ID]bool) {
	if id == "" {
		p.add(path+".id", "missing", "an award needs an id")
	} else if seen[id] {
		p.add(path+".id", "duplicate", "award %s is there twice", id)
	}
	seen[id] = true
}

func (r Rules) checkMedals(p *problems, seen map[ID]bool) {
	m := r.Medals
	if len(m.Medals) == 0 {
		p.add("medals.medals", "missing", "the medal rule needs medals")
	}
	if m.Group == "" {
		p.add("medals.group", "missing", "medals exclude one another and need a group")
	}
	for i, medal := range m.Medals {
		path := fmt.Sprintf("medals.medals[%d]", i)
		checkAwardID(p, path, medal.ID, seen)
		named(p, path+".name", medal.Name)
	}
	if m.Medallion != nil {
		checkAwardID(p, "medals.medallion", m.Medallion.ID, seen)
		named(p, "medals.medallion.name", m.Medallion.Name)
		within(p, "medals.medallion.min", m.Medallion.Min, 0, numberLimit)
	}
	checkMeasure(p, "medals.measure", m.Measure, r.Scale)
	oneOf(p, "medals.sharing", m.Sharing, ShareNear, ShareNever)
	oneOf(p, "medals.beyond", m.Beyond, BeyondNone, BeyondNear)
	within(p, "medals.gap", m.Gap, 0, numberLimit)
	if m.Sharing == ShareNever && (m.Gap != 0 || m.Beyond != BeyondNone) {
		p.add("medals.gap", "inconsistent", "medals that are never shared have no gap, and none beyond their places")
	}
	m.Filter.check(p, "medals.filter")
}

func checkMeasure(p *problems, path string, m Measure, s *Scale) {
	oneOf(p, path, m, OnMarks, OnScale)
	if m == OnScale && s == nil {
		p.add(path, "scale_missing", "points on a scale need the rules' scale")
	}
}

// check looks at a line. s is the rules' scale, null where there is none.
func (c Cut) check(p *problems, path string, s *Scale) {
	oneOf(p, path+".by", c.By, ByShare, ByCount, ByRank, ByScore)
	oneOf(p, path+".ties", c.Ties, TiesIncludeAll, TiesCut, TiesNeedLot)
	within(p, path+".max_bp", c.MaxBP, 0, basisPoints)
	if c.MaxBP != 0 && c.Ties != TiesIncludeAll {
		p.add(path+".max_bp", "inconsistent", "a bound for ties belongs to include_all")
	}
	if c.By == ByShare || c.MaxBP != 0 {
		oneOf(p, path+".base", c.Base, BaseEntered, BaseStarted, BaseRanked)
	}
	switch c.By {
	case ByShare:
		within(p, path+".share_bp", c.ShareBP, 1, basisPoints)
		oneOf(p, path+".rounding", c.Rounding, RoundUp, RoundDown, RoundHalfUp)
	case ByCount, ByRank:
		c.checkCounts(p, path)
	case ByScore:
		within(p, path+".min", c.Min, 0, numberLimit)
		checkMeasure(p, path+".measure", c.Measure, s)
	case ByQuota:
	}
}

func (c Cut) checkCounts(p *problems, path string) {
	if len(c.ByTeamSize) == 0 {
		within(p, path+".count", c.Count, 1, numberLimit)
		return
	}
	if c.Count != 0 {
		p.add(path+".count", "inconsistent", "the number is given by team size already")
	}
	for i, s := range c.ByTeamSize {
		at := fmt.Sprintf("%s.by_team_size[%d]", path, i)
		within(p, at+".members", s.Members, 1, numberLimit)
		within(p, at+".count", s.Count, 1, numberLimit)
		if slices.ContainsFunc(c.ByTeamSize[:i], func(o SizeCount) bool { return o.Members == s.Members }) {
			p.add(at+".members", "duplicate", "there is a number for %d members already", s.Members)
		}
	}
}

func (f Filter) check(p *problems, path string) {
	for i, id := range f.Identities {
		oneOf(p, fmt.Sprintf("%s.identities[%d]", path, i), id, Employee, Teacher, Student)
	}
	for i, l := range f.Levels {
		within(p, fmt.Sprintf("%s.levels[%d]", path, i), int(l), 0, int(bottomLevel))
	}
	for i, part := range f.Passed {
		named(p, fmt.Sprintf("%s.passed[%d].name", path, i), part.Name)
	}
	for i, n := range f.TeamSizes {
		within(p, fmt.Sprintf("%s.team_sizes[%d]", path, i), n, 1, numberLimit)
	}
}

func (pr PromotionRule) check(p *problems, path string, awards map[ID]bool) {
	named(p, path+".name", pr.Name)
	pr.If.check(p, path+".if")
	within(p, path+".if.rank_up_to", pr.If.RankUpTo, 0, numberLimit)
	for i, id := range pr.If.Awards {
		if !awards[id] {
			p.add(fmt.Sprintf("%s.if.awards[%d]", path, i), "unknown", "the rules give no award %q", id)
		}
	}
	within(p, path+".to", int(pr.To), int(topLevel), int(bottomLevel))
	if len(pr.From) == 0 {
		p.add(path+".from", "missing", "say from which levels; 0 is none")
	}
	for i, l := range pr.From {
		at := fmt.Sprintf("%s.from[%d]", path, i)
		within(p, at, int(l), 0, int(bottomLevel))
		if !pr.To.higher(l) {
			p.add(at, "not_higher", "level %v is not above level %v", figure{"to", int(pr.To)}, figure{"from", int(l)})
		}
	}
}

// fits says which condition of the filter the member does not fulfil; "" when
// all are.
func (f Filter) fits(r *Result, m Member) Why {
	switch {
	case len(f.Divisions) > 0 && !slices.Contains(f.Divisions, r.Division):
		return WhyDivision
	case len(f.TeamSizes) > 0 && !slices.Contains(f.TeamSizes, len(r.Members)):
		return WhyTeamSize
	case slices.ContainsFunc(f.Passed, func(part PartName) bool { return r.Verdicts[part.Part] != scoring.Passed }):
		return WhyNotPassed
	case len(f.Identities) > 0 && !slices.Contains(f.Identities, m.Identity):
		return WhyIdentity
	case len(f.Levels) > 0 && !slices.Contains(f.Levels, m.HeldLevel):
		return WhyLevel
	}
	return ""
}

// receivers returns the members whom an award would go to, or why to none.
func (f Filter) receivers(r *Result, per Per) (ids []MemberID, refused Why) {
	for _, m := range r.Members {
		why := f.fits(r, m)
		switch {
		case why == "":
			ids = append(ids, m.ID)
		case per == PerCompetitor:
			return nil, why
		case refused == "":
			refused = why
		}
	}
	if len(ids) > 0 {
		return ids, ""
	}
	return nil, refused
}
