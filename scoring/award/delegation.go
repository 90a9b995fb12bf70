package award

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Ref names a competitor over many rankings.
type Ref struct {
	Event    EventID      `json:"event"`
	Division DivisionID   `json:"division"`
	Code     scoring.Code `json:"code"`
}

// Ref returns the competitor's name over many rankings.
func (r Result) Ref() Ref { return Ref{r.Event, r.Division, r.Code} }

// Delegations makes a team of each delegation's competitors, over as many
// events as there are, for RankTeams. Who has no delegation is in none.
func Delegations(list []Honours) []Team {
	by := byDelegation(list)
	out := make([]Team, 0, len(by))
	for _, id := range slices.Sorted(maps.Keys(by)) {
		out = append(out, Team{ID: TeamID(id), Members: by[id]})
	}
	return out
}

func byDelegation(list []Honours) map[DelegationID][]Honours {
	by := make(map[DelegationID][]Honours)
	for _, h := range list {
		if h.Delegation != "" {
			by[h.Delegation] = append(by[h.Delegation], h)
		}
	}
	return by
}

// MedalRow is one delegation's medals.
type MedalRow struct {
	Rank       int          `json:"rank"`
	Delegation DelegationID `json:"delegation"`
	Medals     []int        `json:"medals"` // by medal, in the order asked for
	Total      int          `json:"total"`
}

// MedalTable ranks delegations by their number of the first medal, then the
// second, and so on; equal ones share the rank. A team that is marked as one
// has one medal. Delegations without medals are listed too.
func MedalTable(list []Honours, medals []ID) []MedalRow {
	by := byDelegation(list)
	out := make([]MedalRow, 0, len(by))
	for _, id := range slices.Sorted(maps.Keys(by)) {
		row := MedalRow{Delegation: id, Medals: countAwards(by[id], medals)}
		for _, n := range row.Medals {
			row.Total += n
		}
		out = append(out, row)
	}
	ahead := func(a, b MedalRow) int { return slices.Compare(b.Medals, a.Medals) }
	slices.SortStableFunc(out, ahead)
	for i := range out {
		out[i].Rank = i + 1
		if i > 0 && ahead(out[i-1], out[i]) == 0 {
			out[i].Rank = out[i-1].Rank
		}
	}
	return out
}

func countAwards(list []Honours, awards []ID) []int {
	out := make([]int, len(awards))
	for _, h := range list {
		for i, id := range awards {
			if slices.Contains(h.Awards, id) {
				out[i]++
			}
		}
	}
	return out
}

// Best is the best of a delegation (Best of Nation), or with an empty
// Delegation of all: whoever has the most points on the scale, which is what
// makes events comparable. Equals are all named.
type Best struct {
	Delegation  DelegationID `json:"delegation"`
	Points      int64        `json:"points"`
	Competitors []Ref        `json:"competitors"`
}

// BestOfAll returns the best over all delegations (the Albert Vidal Award);
// ok is false when nobody has points.
func BestOfAll(list []Honours) (best Best, ok bool) {
	for _, h := range list {
		switch {
		case h.Points == nil || h.absent() != "" || ok && *h.Points < best.Points:
		case ok && *h.Points == best.Points:
			best.Competitors = append(best.Competitors, h.Ref())
		default:
			best, ok = Best{Points: *h.Points, Competitors: []Ref{h.Ref()}}, true
		}
	}
	slices.SortFunc(best.Competitors, compareRefs)
	return best, ok
}

// BestOfDelegations returns the best of each delegation that has somebody with
// points, delegations by id.
func BestOfDelegations(list []Honours) []Best {
	out := []Best{}
	by := byDelegation(list)
	for _, id := range slices.Sorted(maps.Keys(by)) {
		if best, ok := BestOfAll(by[id]); ok {
			best.Delegation = id
			out = append(out, best)
		}
	}
	return out
}

func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Event, b.Event), cmp.Compare(a.Division, b.Division), cmp.Compare(a.Code, b.Code))
}

// ReportRule says what medals are worth in Reports: gold 4, silver 3, bronze
// 2, medallion 1 (contest.md §3.4), in hundredths, best first.
type ReportRule struct {
	ID      RulesID       `json:"id"`
	Version int           `json:"version"` // from 1
	Medals  []PrizePoints `json:"medals"`
}

// Validate reports everything that is wrong with the rule with ErrRules.
func (r ReportRule) Validate() error {
	var p problems
	versioned(&p, r.ID, r.Version)
	if len(r.Medals) == 0 {
		p.add("medals", "missing", "the reports need medals")
	}
	for i, m := range r.Medals {
		within(&p, fmt.Sprintf("medals[%d].points", i), int64(m.Points), 0, numberLimit)
	}
	return p.err(ErrRules)
}

// Reports are the five comparisons of delegations that WorldSkills makes for
// its members. A team that is marked as one counts as one competitor; the
// absent and the disqualified do not count.
type Reports struct {
	Rules        RulesID `json:"rules"`
	RulesVersion int     `json:"rules_version"`

	Alphabetical       []DelegationRow `json:"alphabetical"` // by id, not ranked
	TotalMedalPoints   []DelegationRow `json:"total_medal_points"`
	AverageMedalPoints []DelegationRow `json:"average_medal_points"`
	TotalScore         []DelegationRow `json:"total_score"`
	AverageScore       []DelegationRow `json:"average_score"`
}

// DelegationRow is one delegation's figures. The averages are rounded half up
// for display; ranks follow the exact ones.
type DelegationRow struct {
	Rank        int          `json:"rank"` // shared by equals; 0 = not ranked in this report
	Delegation  DelegationID `json:"delegation"`
	Events      int          `json:"events"` // in which somebody competed
	Competitors int          `json:"competitors"`
	Medals      []int        `json:"medals"` // by medal of the rule

	MedalPoints scoring.Marks `json:"medal_points"` // hundredths of a medal point
	// AverageMedalPoints is MedalPoints per event, in hundredths.
	AverageMedalPoints scoring.Marks `json:"average_medal_points"`
	Score              int64         `json:"score"`  // sum of points on the scale
	Scored             int64         `json:"scored"` // competitors with points
	// AverageScore is the mean of those with points, in hundredths of a point;
	// null when nobody has any.
	AverageScore *scoring.Marks `json:"average_score"`
}

// CompareDelegations makes the five reports from the honours of all events.
// The rule must be valid.
func CompareDelegations(r ReportRule, list []Honours) Reports {
	by := byDelegation(list)
	rows := make([]DelegationRow, 0, len(by))
	for _, id := range slices.Sorted(maps.Keys(by)) {
		if row := r.row(id, by[id]); row.Competitors > 0 {
			rows = append(rows, row)
		}
	}
	return Reports{
		Rules: r.ID, RulesVersion: r.Version, Alphabetical: rows,
		TotalMedalPoints: rankRows(rows, func(a DelegationRow) (int64, int64) { return int64(a.MedalPoints), 1 }),
		AverageMedalPoints: rankRows(rows, func(a DelegationRow) (int64, int64) {
			return int64(a.MedalPoints), int64(a.Events)
		}),
		TotalScore:   rankRows(rows, func(a DelegationRow) (int64, int64) { return a.Score, min(a.Scored, 1) }),
		AverageScore: rankRows(rows, func(a DelegationRow) (int64, int64) { return a.Score, a.Scored }),
	}
}

func (r ReportRule) row(id DelegationID, list []Honours) DelegationRow {
	row := DelegationRow{Delegation: id}
	events := make(map[EventID]bool)
	var competed []Honours
	for _, h := range list {
		if h.Disqualified || !h.Started() {
			continue
		}
		competed = append(competed, h)
		events[h.Event] = true
		if h.Points != nil {
			row.Score += *h.Points
			row.Scored++
		}
	}
	row.Events, row.Competitors = len(events), len(competed)
	ids := make([]ID, len(r.Medals))
	for i, m := range r.Medals {
		ids[i] = m.Award
	}
	row.Medals = countAwards(competed, ids)
	for i, n := range row.Medals {
		row.MedalPoints += scoring.Marks(n) * r.Medals[i].Points
	}
	if row.Events > 0 {
		row.AverageMedalPoints = scoring.NewRatio(row.MedalPoints, int64(row.Events)).Round(1)
	}
	if row.Scored > 0 {
		mean := scoring.NewRatio(scoring.Marks(row.Score), row.Scored).Mul(100, 1).Round(1)
		row.AverageScore = &mean
	}
	return row
}

// rankRows ranks copies of the rows by an exact fraction, the largest first;
// rows whose denominator is 0 come last without a rank.
func rankRows(rows []DelegationRow, by func(DelegationRow) (num, den int64)) []DelegationRow {
	out := slices.Clone(rows)
	ahead := func(a, b DelegationRow) int {
		an, ad := by(a)
		bn, bd := by(b)
		if c := -cmpBool(ad > 0, bd > 0); c != 0 || ad == 0 {
			return c
		}
		return scoring.NewRatio(scoring.Marks(bn), bd).Cmp(scoring.NewRatio(scoring.Marks(an), ad))
	}
	slices.SortStableFunc(out, ahead)
	for i := range out {
		if _, den := by(out[i]); den == 0 {
			continue
		}
		out[i].Rank = i + 1
		if i > 0 && ahead(out[i-1], out[i]) == 0 {
			out[i].Rank = out[i-1].Rank
		}
	}
	return out
}
