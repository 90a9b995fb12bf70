package award_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// tb is what tests and rapid checks share.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func text(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

// person is an individual with a total, as an employee who holds no level.
func person(code string, total scoring.Value) award.Result {
	return award.Result{
		Entry:   scoring.Entry{Code: scoring.Code(code), Total: total},
		Members: []award.Member{{ID: award.MemberID(code), Identity: award.Employee}},
	}
}

// rank gives the results the ranks of scoring.Rank.
func rank(t tb, results []award.Result) []award.Result {
	t.Helper()
	entries := make([]scoring.Entry, len(results))
	for i, r := range results {
		entries[i] = r.Entry
	}
	rows, err := scoring.Rank(entries, scoring.Rules{
		Ranking: scoring.RankShared, Absent: scoring.AbsentLast,
		TieChain: []scoring.TieStep{{By: scoring.TiePart, Part: "practical"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := slices.Clone(results)
	for i := range out {
		for _, row := range rows {
			if row.Code == out[i].Code {
				out[i].Rank = row.Rank
			}
		}
	}
	return out
}

// field is n individuals 01, 02, … with falling totals, no two alike.
func field(t tb, n int) []award.Result {
	t.Helper()
	var out []award.Result
	for i := range n {
		out = append(out, person(fmt.Sprintf("%02d", i+1), scoring.Of(scoring.Marks(9500-50*i))))
	}
	return rank(t, out)
}

// rules are r with an id and version, and valid.
func rules(t tb, r award.Rules) award.Rules {
	t.Helper()
	r.ID, r.Version = "r", 1
	for i := range r.Awards {
		a := &r.Awards[i]
		if a.Name.ZH == "" {
			a.Name = text(string(a.ID))
		}
		a.Among = cmpOr(a.Among, award.AmongField)
		a.Per = cmpOr(a.Per, award.PerCompetitor)
		a.From = cmpOr(a.From, award.FromNext)
		a.Ties = cmpOr(a.Ties, award.TiesIncludeAll)
	}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	return r
}

func cmpOr[T ~string](v, otherwise T) T {
	if v == "" {
		return otherwise
	}
	return v
}

// share is a cut of a share of those who started, rounded up.
func share(bp int) award.Cut {
	return award.Cut{By: award.ByShare, ShareBP: bp, Base: award.BaseStarted, Rounding: award.RoundUp}
}

func first(n int) award.Cut { return award.Cut{By: award.ByCount, Count: n} }

// prizes are 一等 10 %, 二等 20 %, 三等 30 % (contest.md §2.4).
func prizes(ties award.Ties) []award.Rule {
	var out []award.Rule
	for _, p := range []struct {
		id award.ID
		bp int
	}{{"first", 1000}, {"second", 2000}, {"third", 3000}} {
		c := share(p.bp)
		c.Ties = ties
		out = append(out, award.Rule{ID: p.id, Cut: c, Group: "prize"})
	}
	return out
}

func allocate(t tb, r award.Rules, results []award.Result) award.Allocation {
	t.Helper()
	a, err := award.Allocate(r, results)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// given lists who got which award.
func given(a award.Allocation) map[award.ID][]scoring.Code {
	out := map[award.ID][]scoring.Code{}
	for _, w := range a.Awards {
		if len(w.Codes) > 0 {
			out[w.ID] = w.Codes
		}
	}
	return out
}

// decision finds what was decided about one competitor and award.
func decision(t tb, a award.Allocation, id award.ID, code scoring.Code) award.Decision {
	t.Helper()
	for _, x := range a.Decisions {
		if x.Award == id && x.Code == code {
			return x
		}
	}
	t.Fatalf("no decision about %s for %s", id, code)
	return award.Decision{}
}

func codes(from, to int) []scoring.Code {
	var out []scoring.Code
	for i := from; i <= to; i++ {
		out = append(out, scoring.Code(fmt.Sprintf("%02d", i)))
	}
	return out
}

// places lists "path code" of every wrong place in err, which must match want.
func places(t *testing.T, err error, want *fault.Error) []string {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != want.Code {
		t.Fatalf("got error %v, want %s", err, want.Code)
	}
	var out []string
	for _, p := range f.Fields {
		if p.Message == "" {
			t.Errorf("%s has no message", p.Path)
		}
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// drawResults draws a division of few different totals, so that ties are
// common, with everything that can be wrong with a competitor.
func drawResults(t *rapid.T, n int) []award.Result {
	var out []award.Result
	for i := range n {
		r := person(fmt.Sprintf("%02d", i), scoring.Of(scoring.Marks(rapid.IntRange(0, 6).Draw(t, "total"))))
		switch rapid.IntRange(0, 11).Draw(t, "state") {
		case 0:
			r.Total = scoring.Absence()
		case 1:
			r.Total = scoring.None()
		case 2:
			r.Disqualified = true
		}
		r.Delegation = award.DelegationID(rapid.SampledFrom([]string{"济南", "青岛", "烟台"}).Draw(t, "delegation"))
		r.Members[0].Identity = rapid.SampledFrom([]award.Identity{award.Employee, award.Teacher, award.Student}).Draw(t, "identity")
		r.Members[0].HeldLevel = award.Level(rapid.IntRange(0, 5).Draw(t, "level"))
		r.Verdicts = map[scoring.PartID]scoring.Verdict{"": rapid.SampledFrom([]scoring.Verdict{scoring.Passed, scoring.Failed}).Draw(t, "verdict")}
		if rapid.Bool().Draw(t, "lot drawn") {
			r.Lot = new(rapid.Int64Range(1, 4).Draw(t, "lot"))
		}
		out = append(out, r)
	}
	return rank(t, out)
}

func TestResultsAreOneRanking(t *testing.T) {
	t.Parallel()
	r := rules(t, award.Rules{Awards: prizes(award.TiesIncludeAll)})
	tests := map[string]struct {
		change func([]award.Result) []award.Result
		want   []string
	}{
		"a code twice":        {func(l []award.Result) []award.Result { l[1].Code = l[0].Code; return l }, []string{"results[1].code duplicate"}},
		"another division":    {func(l []award.Result) []award.Result { l[2].Division = "student"; return l }, []string{"results[2].division mixed"}},
		"no total":            {func(l []award.Result) []award.Result { l[3].Total = scoring.None(); return l }, []string{"results[3].total blank"}},
		"disqualified, rank":  {func(l []award.Result) []award.Result { l[3].Disqualified = true; return l }, []string{"results[3].rank inconsistent"}},
		"no members":          {func(l []award.Result) []award.Result { l[0].Members = nil; return l }, []string{"results[0].members missing"}},
		"no such identity":    {func(l []award.Result) []award.Result { l[0].Members[0].Identity = "guest"; return l }, []string{"results[0].members[0].identity unknown"}},
		"no such level":       {func(l []award.Result) []award.Result { l[0].Members[0].HeldLevel = 6; return l }, []string{"results[0].members[0].held_level out_of_range"}},
		"left out on the way": {func(l []award.Result) []award.Result { return slices.Delete(l, 1, 2) }, []string{"results rank_gap", "results rank_gap"}},
		"ranks upside down": {func(l []award.Result) []award.Result { l[0].Rank, l[1].Rank = 2, 1; return l },
			[]string{"results rank_order"}},
	}
	for name, tt := range tests {
		got, err := award.Allocate(r, tt.change(field(t, 4)))
		same(t, name, tt.want, places(t, err, award.ErrResults))
		if got.Awards != nil {
			t.Errorf("%s: something was given all the same", name)
		}
	}
}
