package award

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// TeamID names a team, or a delegation that is ranked like one.
type TeamID string

// TeamRule says how teams of competitors are ranked: what the members' results
// make together, and who is ahead when that is equal. A table of delegations
// is the same with all of a delegation's competitors as members. (A team that
// is marked as one is a competitor with several Members instead.)
type TeamRule struct {
	ID      RulesID `json:"id"`
	Version int     `json:"version"` // from 1

	By   TeamBy `json:"by"`
	Best int    `json:"best,omitempty"` // for best: how many members count
	// Missing says what a member without a value makes of the team's.
	Missing Missing `json:"missing"`
	// Members is the least number of members with a value that a team needs.
	Members int `json:"members"`
	// Step is the rounding of a mean, half up, in hundredths: 1 = 0.01.
	Step     scoring.Marks        `json:"step,omitempty"`
	Points   *PointTable          `json:"points,omitempty"` // what a member brings instead of marks
	TieChain []TeamTie            `json:"tie_chain"`
	Ranking  scoring.RankingStyle `json:"ranking"`
}

// TeamBy is how members' amounts become the team's.
type TeamBy string

// The ways.
const (
	TeamSum  TeamBy = "sum"  // of all members
	TeamMean TeamBy = "mean" // of the members that count, rounded to Step
	TeamBest TeamBy = "best" // sum of the Best best
	TeamOwn  TeamBy = "own"  // Team.Own: the team has a sheet of its own
)

// Missing says how a member without a value counts.
type Missing string

// The ways.
const (
	MissingZero Missing = "zero" // as 0 marks or points
	MissingSkip Missing = "skip" // not at all
	MissingVoid Missing = "void" // the team has no value either
)

// PointTable gives points for places and awards. The first of rank, award,
// Passed and Rest that fits counts; who fits none, did not start or was
// disqualified brings nothing. Points are in hundredths: 10 points are 1000.
//
// Examples: 10-9-8-7-6-5 for ranks 1 to 6, 4 up to 10, 1 for the rest; or
// 一等 8, 二等 4, 三等 2, 合格 1 (contest.md §2.2).
type PointTable struct {
	Ranks  []RankPoints  `json:"ranks,omitempty"`
	Awards []PrizePoints `json:"awards,omitempty"`
	Passed scoring.Marks `json:"passed,omitempty"` // for who passed the whole; 0 = nothing
	Rest   scoring.Marks `json:"rest,omitempty"`   // for everybody else with a rank; 0 = nothing
}

// RankPoints gives points to the ranks From to To.
type RankPoints struct {
	From   int           `json:"from"`
	To     int           `json:"to"`
	Points scoring.Marks `json:"points"`
}

// PrizePoints gives points to the holders of an award.
type PrizePoints struct {
	Award  ID            `json:"award"`
	Points scoring.Marks `json:"points"`
}

// TeamTie is one comparison of teams that are equal so far.
type TeamTie struct {
	By     TeamTieBy      `json:"by"`
	Part   scoring.PartID `json:"part,omitempty"`   // for part
	Awards []ID           `json:"awards,omitempty"` // for awards, best first
	Name   scoring.Text   `json:"name"`             // as an explanation shows it
}

// TeamTieBy is what a step of a team's tie chain compares.
type TeamTieBy string

// The comparisons.
const (
	TieTotal  TeamTieBy = "total"  // more of the members' totals together is ahead
	TiePart   TeamTieBy = "part"   // more of the members' marks in the part is ahead
	TieTime   TeamTieBy = "time"   // less of the members' times is ahead; a member without one is behind
	TieRanks  TeamTieBy = "ranks"  // more members in rank 1 is ahead, then in rank 2, and so on
	TieAwards TeamTieBy = "awards" // more members with the first award is ahead, then the second
	TieLot    TeamTieBy = "lot"    // the lower drawn lot is ahead
)

// Team is a team and its members' results.
type Team struct {
	ID      TeamID        `json:"id"`
	Members []Honours     `json:"members"`
	Own     scoring.Value `json:"own"` // for own
	Lot     *int64        `json:"lot"` // drawn once, witnessed and recorded; null = not drawn
}

// TeamStanding is one team's place.
type TeamStanding struct {
	Rules        RulesID       `json:"rules"`
	RulesVersion int           `json:"rules_version"`
	ID           TeamID        `json:"id"`
	Value        scoring.Value `json:"value"` // marks or points, hundredths
	Rank         int           `json:"rank"`  // from 1; 0 = no value, no rank
	Tied         bool          `json:"tied"`
	LotNeeded    bool          `json:"lot_needed"` // ranks may not be shared and the chain is used up
	// Members says what each brings, in the order of their results.
	Members []TeamShare `json:"members"`
	// Step is the comparison by which the team is behind the one before it: 0
	// is the value, n is TieChain[n-1]; -1 = equal, or first. Text says it.
	Step int          `json:"step"`
	Text scoring.Text `json:"text"`
}

// TeamShare is one member's part in a team's value.
type TeamShare struct {
	Code   scoring.Code  `json:"code"`
	Value  scoring.Value `json:"value"` // marks or points, hundredths
	Counts bool          `json:"counts"`
}

// RankTeams ranks the teams under a valid rule. The order of teams and members
// is nothing. Teams without a value come last and have no rank. The error is
// ErrResults when a team is there twice, or a competitor of one event in two
// teams.
func RankTeams(r TeamRule, teams []Team) ([]TeamStanding, error) {
	if err := checkTeams(teams); err != nil {
		return nil, err
	}
	rows := make([]teamRow, len(teams))
	for i, t := range teams {
		rows[i] = r.row(t)
	}
	slices.SortFunc(rows, func(a, b teamRow) int {
		c, _ := r.compare(a, b)
		return cmp.Or(c, strings.Compare(string(a.team.ID), string(b.team.ID)))
	})
	out := make([]TeamStanding, len(rows))
	for i, row := range rows {
		s := TeamStanding{Rules: r.ID, RulesVersion: r.Version, ID: row.team.ID, Value: row.value, Members: row.shares, Step: -1}
		if row.value.State == scoring.HasValue {
			s.Rank = i + 1
		}
		if i > 0 {
			var c int
			c, s.Step = r.compare(rows[i-1], row)
			s.Text = r.explain(rows[i-1], row, s.Step)
			if c == 0 && s.Rank > 0 {
				s.Rank, s.Tied, out[i-1].Tied = out[i-1].Rank, true, true
				s.LotNeeded = r.Ranking == scoring.RankUnique
				out[i-1].LotNeeded = s.LotNeeded
			}
		}
		out[i] = s
	}
	return out, nil
}

func checkTeams(teams []Team) error {
	var p problems
	type competitor struct {
		event    EventID
		division DivisionID
		code     scoring.Code
	}
	seen := make(map[TeamID]bool)
	in := make(map[competitor]TeamID)
	for i, t := range teams {
		if seen[t.ID] || t.ID == "" {
			p.add(fmt.Sprintf("teams[%d].id", i), "duplicate", "team %q is missing an id or there twice", t.ID)
		}
		seen[t.ID] = true
		for j, m := range t.Members {
			key := competitor{m.Event, m.Division, m.Code}
			if other, ok := in[key]; ok {
				p.add(fmt.Sprintf("teams[%d].members[%d].code", i, j), "duplicate", "%s is in team %s already", m.Code, other)
			}
			in[key] = t.ID
		}
	}
	return p.err(ErrResults)
}

// points returns what a competitor brings by the table.
func (pt PointTable) points(h Honours) scoring.Value {
	if h.absent() != "" {
		return scoring.None()
	}
	for _, row := range pt.Ranks {
		if row.From <= h.Rank && h.Rank <= row.To {
			return scoring.Of(row.Points)
		}
	}
	for _, row := range pt.Awards {
		if slices.Contains(h.Awards, row.Award) {
			return scoring.Of(row.Points)
		}
	}
	if h.Verdicts[""] == scoring.Passed && pt.Passed > 0 {
		return scoring.Of(pt.Passed)
	}
	return scoring.Of(pt.Rest)
}
