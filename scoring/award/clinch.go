package award

import (
	"fmt"

	"github.com/xinglu/xinglu/scoring"
)

// Bound is what a competitor's total can still become: at least Lo, at most
// Hi, both in hundredths and inclusive. Lo = Hi is a finished total.
type Bound struct {
	Code       scoring.Code  `json:"code"`
	Delegation DelegationID  `json:"delegation"`
	Lo         scoring.Marks `json:"lo"`
	Hi         scoring.Marks `json:"hi"`
	// Started: false = may still turn out not to be there.
	Started bool `json:"started"`
}

// Chance is what is certain about a competitor while marks are open.
type Chance string

// The chances.
const (
	CertainlyIn  Chance = "in"   // goes on, whatever the open marks are
	CertainlyOut Chance = "out"  // does not, whatever they are
	StillOpen    Chance = "open" // both can happen, or it cannot be told yet
)

// Clinched is one competitor's chance and the places that are possible.
type Clinched struct {
	Code   scoring.Code `json:"code"`
	Chance Chance       `json:"chance"`
	// BestPlace and WorstPlace are the best and the worst place still possible
	// among the bounds, a tie in total counting for and against.
	BestPlace  int          `json:"best_place"`
	WorstPlace int          `json:"worst_place"`
	Text       scoring.Text `json:"text"`
}

// Clinch says who goes on in any case and who cannot any more under a valid
// rule, in the order of bounds (contest-systems.md P19). Bounds are of all who
// may take places; who withdrew, was disqualified or may not go on by the
// filter is left out.
//
// What it says is always true. A tie in the total is certain for nobody, since
// the tie chain or a lot may go either way. Without quotas it is also complete,
// such ties apart: whoever is open can go on by some marks and stay behind by
// others. Once all marks are there, ask Advance.
//
// The error is ErrResults for a code twice or Lo above Hi, ErrRules for a
// number by team size, which bounds do not have.
func Clinch(r AdvanceRule, bounds []Bound) ([]Clinched, error) {
	if err := checkBounds(r, bounds); err != nil {
		return nil, err
	}
	least, most := r.placesOf(bounds)
	out := make([]Clinched, len(bounds))
	for i, b := range bounds {
		ahead, level := count(bounds, i)
		x := Clinched{Code: b.Code, Chance: StillOpen, BestPlace: 1 + ahead, WorstPlace: 1 + level}
		switch {
		case b.Started && r.surelyIn(bounds, i, level, least):
			x.Chance = CertainlyIn
		case r.surelyOut(bounds, i, ahead, most):
			x.Chance = CertainlyOut
		}
		x.Text = r.chanceText(x, least, most)
		out[i] = x
	}
	return out, nil
}

func checkBounds(r AdvanceRule, bounds []Bound) error {
	var p problems
	if len(r.ByTeamSize) > 0 {
		p.add("by_team_size", "not_allowed", "bounds do not say how many members a competitor has")
		return p.err(ErrRules)
	}
	seen := make(map[scoring.Code]bool, len(bounds))
	for i, b := range bounds {
		path := fmt.Sprintf("bounds[%d]", i)
		if seen[b.Code] {
			p.add(path+".code", "duplicate", "code %s is there twice", b.Code)
		}
		seen[b.Code] = true
		if b.Lo > b.Hi {
			p.add(path+".lo", "out_of_range", "%v is above %v", b.Lo, b.Hi)
		}
	}
	return p.err(ErrResults)
}

// placesOf returns the least and the most places there can be: who has not
// started may be missing from the base.
func (r AdvanceRule) placesOf(bounds []Bound) (least, most int) {
	if r.By != ByShare {
		return r.Count, r.Count
	}
	started := 0
	for _, b := range bounds {
		if b.Started || r.Base == BaseEntered {
			started++
		}
	}
	return r.Rounding.of(started, r.ShareBP), r.Rounding.of(len(bounds), r.ShareBP)
}

// count returns how many others are ahead of bounds[i] in any case, and how
// many can be ahead or level.
func count(bounds []Bound, i int) (ahead, level int) {
	for j, o := range bounds {
		if j == i {
			continue
		}
		if o.Started && o.Lo > bounds[i].Hi {
			ahead++
		}
		if o.Hi >= bounds[i].Lo {
			level++
		}
	}
	return ahead, level
}

// own returns the bounds of i's delegation and i's index there.
func own(bounds []Bound, i int) (list []Bound, at int) {
	for j, b := range bounds {
		if b.Delegation != bounds[i].Delegation {
			continue
		}
		if j == i {
			at = len(list)
		}
		list = append(list, b)
	}
	return list, at
}

func (r AdvanceRule) surelyIn(bounds []Bound, i, level, least int) bool {
	if r.Quota != nil {
		if _, level := count(own(bounds, i)); level >= r.Quota.of(bounds[i].Delegation) {
			return false
		}
	}
	switch r.By {
	case ByQuota:
		return true
	case ByScore:
		return int64(bounds[i].Lo) >= r.Min
	case ByShare, ByCount, ByRank:
	}
	return level < least
}

func (r AdvanceRule) surelyOut(bounds []Bound, i, ahead, most int) bool {
	if r.By == ByScore && int64(bounds[i].Hi) < r.Min {
		return true
	}
	if r.Quota != nil {
		if n, _ := count(own(bounds, i)); n >= r.Quota.of(bounds[i].Delegation) {
			return true
		}
		ahead = r.passing(bounds, i)
	}
	return r.By != ByScore && r.By != ByQuota && ahead >= most
}

// passing returns how many places are surely taken ahead of i when delegations
// fill their quotas. Where ties at a quota stay out together, none is sure.
func (r AdvanceRule) passing(bounds []Bound, i int) int {
	if r.Ties == TiesCut {
		return 0
	}
	by := make(map[DelegationID]int)
	for _, o := range bounds {
		if o.Started && o.Lo > bounds[i].Hi {
			by[o.Delegation]++
		}
	}
	n := 0
	for id, k := range by {
		n += min(k, r.Quota.of(id))
	}
	return n
}

func (r AdvanceRule) chanceText(x Clinched, least, most int) scoring.Text {
	var line scoring.Text
	switch {
	case r.By == ByScore:
		line = say("要求%s", "asked for: %s", r.how(0, 0))
	case r.By == ByQuota:
		line = scoring.Text{ZH: "按代表队名额", EN: "by the delegation's places"}
	case least == most:
		line = say("%d 个名额", "%d places", least)
	default:
		line = say("%d 至 %d 个名额", "%d to %d places", least, most)
	}
	switch x.Chance {
	case CertainlyIn:
		return say("确定晋级：最差第 %d 名，%s", "through in any case: at worst rank %d, %s", x.WorstPlace, line)
	case CertainlyOut:
		return say("已无晋级可能：最好第 %d 名，%s", "cannot go on any more: at best rank %d, %s", x.BestPlace, line)
	case StillOpen:
	}
	return say("未定：第 %d 至 %d 名，%s", "open: rank %d to %d, %s", x.BestPlace, x.WorstPlace, line)
}
