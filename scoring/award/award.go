// Package award turns a final ranking into what follows from it: points on a
// standardised scale, medals, prizes and titles, suggestions of a higher
// level, team and delegation tables, and who goes on to the next stage. It is
// pure arithmetic like package scoring: no clock, no I/O, no randomness, and
// every function is safe for concurrent use because nothing is changed in
// place.
//
//	Standardise  totals → points on the scale
//	Allocate     medals, prizes, titles of one ranking   → Allocation
//	Promote      who may be given which level            → Suggestion
//	RankTeams    members → teams and delegations         → TeamStanding
//	MedalTable, BestOfAll, CompareDelegations            → tables and reports
//	Advance      who goes on, who replaces whom          → Advancement
//	Clinch       the same while marks are still open     → who is safe
//	Carry        theory marks of an earlier stage        → Carried
//
// Every number that an organiser may set is data, every result names the
// version of the rules it follows from, and every competitor gets a Decision
// that says why or why not. Chance never decides: where the rules ask for a
// lot, the result says so until one has been drawn, witnessed and recorded.
package award

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

type (
	// RulesID names a document of rules through its versions.
	RulesID string
	// ID names an award: a medal, prize or title, "gold", "first_prize".
	ID string
	// PromotionID names a promotion rule.
	PromotionID string
	// Group names awards that exclude one another: of a group a competitor
	// gets the first only. The empty Group excludes nothing.
	Group string
	// EventID names an event (赛项).
	EventID string
	// DivisionID names a division (组别).
	DivisionID string
	// DelegationID names the unit or city that sent a competitor (代表队).
	DelegationID string
	// MemberID names a person.
	MemberID string
)

// Identity is what kind of person somebody is; contests filter by it.
type Identity string

// The identities.
const (
	Employee Identity = "employee" // 职工
	Teacher  Identity = "teacher"  // 教师
	Student  Identity = "student"  // 学生
)

// Level is a skill level as certificates count: 5 (初级工) up to 1 (高级技师).
// 0 is none. Which levels an occupation has is passed in.
type Level int

// bottom and top bound what a level may be; they are codes, not rules.
const (
	topLevel    Level = 1
	bottomLevel Level = 5
)

// higher reports whether l is a higher level than b.
func (l Level) higher(b Level) bool { return l != 0 && (b == 0 || l < b) }

// LevelName is one level of an occupation's standard.
type LevelName struct {
	Level Level        `json:"level"`
	Name  scoring.Text `json:"name"` // "二级/技师"
}

// Member is a person: the competitor, or one of a team that is marked as one.
type Member struct {
	ID        MemberID `json:"id"`
	Identity  Identity `json:"identity"`   // "" is not stated: no filter by identity lets it through
	HeldLevel Level    `json:"held_level"` // certificate held; 0 = none
}

// Result is one competitor's final result: what the ranking was made of, the
// rank it gave, and the facts that award rules ask for. The disqualified stay
// in the list without a rank and get nothing.
type Result struct {
	scoring.Entry
	Rank int `json:"rank"` // as scoring.Rank gives it; 0 = no rank

	Event      EventID      `json:"event"`
	Division   DivisionID   `json:"division"`
	Delegation DelegationID `json:"delegation"`
	Members    []Member     `json:"members"` // at least one; more for a team that is marked as one competitor

	// Verdicts says by part whether it was passed, under "" the whole.
	Verdicts map[scoring.PartID]scoring.Verdict `json:"verdicts"`
}

// Started reports whether the competitor was there.
func (r Result) Started() bool { return r.Total.State != scoring.DidNotStart }

// placed reports whether the competitor may take a place: ranked, started and
// not disqualified. The absent take none even where the rules rank them last.
func (r Result) placed() bool { return r.Rank > 0 && r.Started() && !r.Disqualified }

// ranked lists the results in order: those with a place by rank, then the
// others; equal ones by code.
func ranked(results []Result) []Result {
	return slices.SortedFunc(slices.Values(results), func(a, b Result) int {
		return cmp.Or(-cmpBool(a.placed(), b.placed()), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Code, b.Code))
	})
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// checkResults looks at results that are to be one ranking: no code twice, all
// of one event and division, totals that are there, ranks that fit the totals.
func checkResults(results []Result) error {
	var p problems
	seen := make(map[scoring.Code]bool, len(results))
	for i, r := range results {
		path := fmt.Sprintf("results[%d]", i)
		if seen[r.Code] || r.Code == "" {
			p.add(path+".code", "duplicate", "code %q is missing or there twice", r.Code)
		}
		seen[r.Code] = true
		if r.Event != results[0].Event || r.Division != results[0].Division {
			p.add(path+".division", "mixed", "%s is of another event or division; each is ranked and awarded by itself", r.Code)
		}
		r.check(&p, path)
	}
	checkRanks(&p, ranked(results))
	return p.err(ErrResults)
}

// checkRanks asks that the ranks are 1-2-2-4 in the order of the totals, so
// that a result which was left out on the way is noticed.
func checkRanks(p *problems, sorted []Result) {
	for i, b := range sorted {
		if !b.placed() {
			return
		}
		want := i + 1
		if i > 0 {
			a := sorted[i-1]
			if a.Rank == b.Rank {
				want = a.Rank
			}
			if a.Total.Marks < b.Total.Marks || a.Rank == b.Rank && a.Total != b.Total {
				p.add("results", "rank_order", "%s has rank %d and %v, %s has rank %d and %v", a.Code, a.Rank, a.Total, b.Code, b.Rank, b.Total)
			}
		}
		if b.Rank != want {
			p.add("results", "rank_gap", "%s has rank %d, the list makes it %d: is a result missing?", b.Code, b.Rank, want)
		}
	}
}

func (r Result) check(p *problems, path string) {
	switch {
	case r.Rank < 0:
		p.add(path+".rank", "out_of_range", "ranks count from 1; 0 is no rank")
	case r.Disqualified && r.Rank != 0:
		p.add(path+".rank", "inconsistent", "%s is disqualified and ranked", r.Code)
	case r.Rank > 0 && r.Total.State == scoring.Blank:
		p.add(path+".total", "blank", "%s is ranked without a total; awards follow from finished results", r.Code)
	}
	if len(r.Members) == 0 {
		p.add(path+".members", "missing", "%s has no members; an individual is the only member", r.Code)
	}
	for j, m := range r.Members {
		at := fmt.Sprintf("%s.members[%d]", path, j)
		oneOf(p, at+".identity", m.Identity, "", Employee, Teacher, Student)
		if m.HeldLevel != 0 && (m.HeldLevel < topLevel || m.HeldLevel > bottomLevel) {
			p.add(at+".held_level", "out_of_range", "a level is %d to %d, or 0 for none", topLevel, bottomLevel)
		}
	}
}
