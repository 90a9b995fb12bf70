package award

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

// Validate reports everything that is wrong with the rule with ErrRules.
func (r TeamRule) Validate() error {
	var p problems
	versioned(&p, r.ID, r.Version)
	oneOf(&p, "by", r.By, TeamSum, TeamMean, TeamBest, TeamOwn)
	if (r.By == TeamBest) != (r.Best > 0) || r.Best > numberLimit {
		p.add("best", "out_of_range", "best belongs to by = best and is at least 1")
	}
	oneOf(&p, "missing", r.Missing, MissingZero, MissingSkip, MissingVoid)
	within(&p, "members", r.Members, 0, numberLimit)
	if r.By == TeamMean {
		within(&p, "step", int64(r.Step), 1, numberLimit)
	}
	oneOf(&p, "ranking", r.Ranking, scoring.RankShared, scoring.RankUnique)
	if r.Points != nil {
		r.Points.check(&p)
	}
	lot := false
	for i, t := range r.TieChain {
		path := fmt.Sprintf("tie_chain[%d]", i)
		oneOf(&p, path+".by", t.By, TieTotal, TiePart, TieTime, TieRanks, TieAwards, TieLot)
		named(&p, path+".name", t.Name)
		if (t.By == TiePart) != (t.Part != "") || (t.By == TieAwards) != (len(t.Awards) > 0) {
			p.add(path+".by", "inconsistent", "a step by part names a part, one by awards awards, and no other does")
		}
		if lot {
			p.add(path, "unreachable", "nothing is compared after the lot")
		}
		lot = lot || t.By == TieLot
	}
	if r.Ranking == scoring.RankUnique && !lot {
		p.add("tie_chain", "lot_missing", "unique ranks need a drawn lot as the last step")
	}
	return p.err(ErrRules)
}

func (pt PointTable) check(p *problems) {
	last := 0
	for i, row := range pt.Ranks {
		path := fmt.Sprintf("points.ranks[%d]", i)
		within(p, path+".points", int64(row.Points), 0, numberLimit)
		if row.From <= last || row.To < row.From {
			p.add(path+".from", "overlaps", "ranks %v to %v do not follow rank %v", figure{"from", row.From}, figure{"to", row.To}, figure{"last", last})
		}
		last = max(last, row.To)
		if i > 0 && row.Points > pt.Ranks[i-1].Points {
			p.add(path+".points", "not_falling", "rank %v would bring more than rank %v", figure{"rank", row.From}, figure{"before", pt.Ranks[i-1].From})
		}
	}
	for i, row := range pt.Awards {
		within(p, fmt.Sprintf("points.awards[%d].points", i), int64(row.Points), 0, numberLimit)
	}
	within(p, "points.passed", int64(pt.Passed), 0, numberLimit)
	within(p, "points.rest", int64(pt.Rest), 0, numberLimit)
	if len(pt.Ranks)+len(pt.Awards) == 0 && pt.Passed == 0 && pt.Rest == 0 {
		p.add("points", "missing", "the table gives no points")
	}
}

// teamRow is a team with what it is ranked by.
type teamRow struct {
	team   Team
	value  scoring.Value
	shares []TeamShare
	keys   [][]int64 // by step of the chain: smaller is ahead, compared one by one
}

func (r TeamRule) row(t Team) teamRow {
	row := teamRow{team: t, shares: make([]TeamShare, len(t.Members))}
	for i, m := range t.Members {
		v := m.Total
		if r.Points != nil {
			v = r.Points.points(m)
		} else if m.absent() != "" {
			v = scoring.None()
		}
		row.shares[i] = TeamShare{Code: m.Code, Value: v}
	}
	row.value = r.together(t, row.shares)
	for _, step := range r.TieChain {
		row.keys = append(row.keys, step.key(t))
	}
	return row
}

// together makes one value of the members' and marks which of them count.
func (r TeamRule) together(t Team, shares []TeamShare) scoring.Value {
	if r.By == TeamOwn {
		return t.Own
	}
	var counting []*TeamShare
	have := 0
	for i := range shares {
		s := &shares[i]
		switch {
		case s.Value.State == scoring.HasValue:
			have++
		case r.Missing == MissingVoid:
			return scoring.None()
		case r.Missing == MissingSkip:
			continue
		}
		counting = append(counting, s)
	}
	if have < max(r.Members, 1) {
		return scoring.None()
	}
	if r.By == TeamBest && len(counting) > r.Best {
		slices.SortStableFunc(counting, func(a, b *TeamShare) int {
			return cmp.Or(-cmp.Compare(a.Value.Marks, b.Value.Marks), cmp.Compare(a.Code, b.Code))
		})
		counting = counting[:r.Best]
	}
	var sum scoring.Marks
	for _, s := range counting {
		s.Counts = true
		sum += s.Value.Marks
	}
	if r.By == TeamMean {
		sum = scoring.NewRatio(sum, int64(len(counting))).Round(r.Step)
	}
	return scoring.Of(sum)
}

// key returns the numbers of one comparison, smaller ahead. Where a member's
// value is missing, sums of marks leave it out and sums of times are behind.
func (t TeamTie) key(team Team) []int64 {
	var sum int64
	switch t.By {
	case TieTotal, TiePart:
		for _, m := range team.Members {
			v := m.Total
			if t.By == TiePart {
				v = m.Parts[t.Part]
			}
			sum -= int64(v.Marks) // 0 unless there is a value
		}
		return []int64{sum}
	case TieTime:
		for _, m := range team.Members {
			if m.TimeMS == nil {
				return []int64{math.MaxInt64}
			}
			sum += *m.TimeMS
		}
		return []int64{sum}
	case TieRanks:
		return counts(team.Members, func(h Honours) []int {
			if h.absent() != "" {
				return nil
			}
			return []int{h.Rank - 1}
		})
	case TieAwards:
		return counts(team.Members, func(h Honours) (at []int) {
			for i, id := range t.Awards {
				if slices.Contains(h.Awards, id) {
					at = append(at, i)
				}
			}
			return at
		})
	case TieLot:
		if team.Lot != nil {
			return []int64{*team.Lot}
		}
	}
	return []int64{math.MaxInt64}
}

// counts returns minus the number of members at each index.
func counts(members []Honours, at func(Honours) []int) []int64 {
	var out []int64
	for _, m := range members {
		for _, i := range at(m) {
			for len(out) <= i {
				out = append(out, 0)
			}
			out[i]--
		}
	}
	return out
}

// compare returns which of two teams is ahead and the step that decides: 0 is
// the value, -1 none.
func (r TeamRule) compare(a, b teamRow) (c, step int) {
	if c := -cmpBool(a.value.State == scoring.HasValue, b.value.State == scoring.HasValue); c != 0 {
		return c, 0
	}
	if c := -cmp.Compare(a.value.Marks, b.value.Marks); c != 0 {
		return c, 0
	}
	for i := range a.keys {
		if c, _ := compareKeys(a.keys[i], b.keys[i]); c != 0 {
			return c, i + 1
		}
	}
	return 0, -1
}

// compareKeys compares numbers one by one, missing ones being 0, and returns
// where they differ.
func compareKeys(a, b []int64) (c, at int) {
	for i := range max(len(a), len(b)) {
		var x, y int64
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return cmp.Compare(x, y), i
		}
	}
	return 0, 0
}

// explain says by what b is behind a.
func (r TeamRule) explain(a, b teamRow, step int) scoring.Text {
	if step < 0 {
		if r.Ranking == scoring.RankUnique {
			return scoring.Text{ZH: "各项均相同，须抽签决定", EN: "Equal in everything; a lot must be drawn"}
		}
		return scoring.Text{ZH: "各项均相同，名次并列", EN: "Equal in everything; the rank is shared"}
	}
	if step == 0 {
		return say("%s 在前：%s > %s", "%s is ahead: %s > %s", string(a.team.ID), valueText(a.value), valueText(b.value))
	}
	tie := r.TieChain[step-1]
	_, at := compareKeys(a.keys[step-1], b.keys[step-1])
	x, y := keyAt(a.keys[step-1], at), keyAt(b.keys[step-1], at)
	switch tie.By {
	case TieTotal, TiePart:
		return say("%s 在前：%s %s > %s", "%s is ahead: %s %s > %s", string(a.team.ID), tie.Name, scoring.Marks(-x).String(), scoring.Marks(-y).String())
	case TieRanks:
		return say("%s 在前：第 %d 名人数 %d > %d", "%s is ahead: %[3]d > %[4]d in rank %[2]d", string(a.team.ID), at+1, -x, -y)
	case TieAwards:
		return say("%s 在前：%s（%s）%d > %d", "%s is ahead: %s (%s) %d > %d", string(a.team.ID), tie.Name, string(tie.Awards[at]), -x, -y)
	case TieTime:
		return say("%s 在前：%s %s < %s", "%s is ahead: %s %s < %s", string(a.team.ID), tie.Name, seconds(x), seconds(y))
	case TieLot:
		return say("%s 在前：%s %s < %s", "%s is ahead: %s %s < %s", string(a.team.ID), tie.Name, drawn(x), drawn(y))
	}
	return scoring.Text{}
}

func keyAt(key []int64, i int) int64 {
	if i < len(key) {
		return key[i]
	}
	return 0
}

func valueText(v scoring.Value) string {
	if v.State != scoring.HasValue {
		return "—"
	}
	return v.Marks.String()
}

func seconds(ms int64) string {
	if ms == math.MaxInt64 {
		return "—"
	}
	return decimal(ms, 3) + " s"
}

func drawn(lot int64) string {
	if lot == math.MaxInt64 {
		return "—"
	}
	return strconv.FormatInt(lot, 10)
}
