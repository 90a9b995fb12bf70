package award_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

var gsb = []award.Medal{
	{ID: "gold", Name: scoring.Text{ZH: "金牌", EN: "gold medal"}},
	{ID: "silver", Name: scoring.Text{ZH: "银牌", EN: "silver medal"}},
	{ID: "bronze", Name: scoring.Text{ZH: "铜牌", EN: "bronze medal"}},
}

// medals2015 are the rules of 2015 on marks: two points apart is a tie, and a
// medallion from 50.00.
func medals2015() *award.MedalRule {
	return &award.MedalRule{
		Medals: gsb, Measure: award.OnMarks, Sharing: award.ShareNear, Gap: 200, Beyond: award.BeyondNear, Group: "medal",
		Medallion: &award.Medallion{Medal: award.Medal{ID: "medallion", Name: text("优胜奖章")}, Min: 5000},
	}
}

func scored(t tb, marks ...scoring.Marks) []award.Result {
	t.Helper()
	var out []award.Result
	for i, m := range marks {
		out = append(out, person(fmt.Sprintf("%02d", i+1), scoring.Of(m)))
	}
	return rank(t, out)
}

func TestMedalsShareNearTies(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		marks []scoring.Marks
		want  []int // gold, silver, bronze, medallion
	}{
		"all apart":                              {[]scoring.Marks{9000, 8500, 8000, 7500, 4999}, []int{1, 1, 1, 1}},
		"two golds, no silver, a bronze":         {[]scoring.Marks{9000, 8800, 8500, 8000}, []int{2, 0, 1, 1}},
		"just beyond the gap":                    {[]scoring.Marks{9000, 8799, 8500, 8000}, []int{1, 1, 1, 1}},
		"two golds, two bronzes":                 {[]scoring.Marks{9000, 9000, 8500, 8300, 8000}, []int{2, 0, 2, 1}},
		"three golds, nobody near the last":      {[]scoring.Marks{9000, 8900, 8800, 8500, 8000}, []int{3, 0, 0, 2}},
		"three golds, bronze near the last":      {[]scoring.Marks{9000, 8900, 8800, 8700, 8600, 8599}, []int{3, 0, 2, 1}},
		"two silvers, nobody near the last":      {[]scoring.Marks{9000, 8500, 8300, 8000}, []int{1, 2, 0, 1}},
		"two silvers, bronze near the last":      {[]scoring.Marks{9000, 8500, 8300, 8200, 8100, 8000}, []int{1, 2, 2, 1}},
		"two bronzes":                            {[]scoring.Marks{9000, 8500, 8000, 7800, 7700}, []int{1, 1, 2, 1}},
		"near is not handed on":                  {[]scoring.Marks{9000, 8850, 8700, 8550}, []int{2, 0, 2, 0}},
		"fewer competitors than medals":          {[]scoring.Marks{9000, 8000}, []int{1, 1, 0, 0}},
		"everybody level":                        {[]scoring.Marks{8000, 8000, 8000, 8000}, []int{4, 0, 0, 0}},
		"a zero can win, but gets no medallion ": {[]scoring.Marks{0}, []int{1, 0, 0, 0}},
	}
	r := rules(t, award.Rules{Medals: medals2015()})
	for name, tt := range tests {
		a := allocate(t, r, scored(t, tt.marks...))
		var got []int
		for _, w := range a.Awards {
			got = append(got, len(w.Codes))
		}
		same(t, name, tt.want, got)
	}
}

// After the last medal is given without places left, nobody gets it where the
// rules say so.
func TestMedalsBeyondNone(t *testing.T) {
	t.Parallel()
	m := medals2015()
	m.Beyond, m.Medallion = award.BeyondNone, nil
	a := allocate(t, rules(t, award.Rules{Medals: m}), scored(t, 9000, 8500, 8300, 8200, 8100))
	same(t, "medals", map[award.ID][]scoring.Code{"gold": codes(1, 1), "silver": codes(2, 3)}, given(a))
}

// On the scale a medallion is for 700 and more: the median and better.
func TestMedallionOnTheScale(t *testing.T) {
	t.Parallel()
	m, s := medals2015(), the700()
	m.Measure, m.Gap, m.Medallion.Min = award.OnScale, 2, 700
	a := allocate(t, rules(t, award.Rules{Medals: m, Scale: &s}), scored(t, 9210, 8900, 8840, 8600, 8500, 8500, 8400, 7930, 7125))
	same(t, "medals", map[award.ID][]scoring.Code{
		"gold": codes(1, 1), "silver": codes(2, 2), "bronze": codes(3, 3), "medallion": codes(4, 6),
	}, given(a))
	x := decision(t, a, "medallion", "07")
	if x.Why != award.WhyBelow || x.Text.ZH != "标准分 694，未达要求：不低于 700" {
		t.Errorf("%+v", x)
	}
	if x := decision(t, a, "medallion", "03"); x.Why != award.WhyHolds || x.Text.EN != "holds bronze medal, which excludes this one" {
		t.Errorf("%+v", x)
	}
}

// 全国技能大赛: ranks are never shared. Equal ranks leave their medals open until
// a lot is drawn; the others are not touched by it.
func TestMedalsNeverShared(t *testing.T) {
	t.Parallel()
	m := medals2015()
	m.Sharing, m.Gap, m.Beyond = award.ShareNever, 0, award.BeyondNone
	r := rules(t, award.Rules{Medals: m})
	results := scored(t, 9000, 8500, 8500, 8400, 8300)
	a := allocate(t, r, results)
	same(t, "before the lot", map[award.ID][]scoring.Code{"gold": codes(1, 1), "medallion": codes(4, 5)}, given(a))
	for _, k := range []int{1, 2} {
		if w := a.Awards[k]; w.Open != 1 || !slices.Equal(w.Lot, codes(2, 3)) {
			t.Errorf("%+v", w)
		}
	}
	if x := decision(t, a, "medallion", "02"); x.Outcome != award.Waiting {
		t.Errorf("who draws for a medal: %+v", x)
	}
	results[1].Lot, results[2].Lot = new(int64(2)), new(int64(1))
	a = allocate(t, r, results)
	same(t, "after the lot", map[award.ID][]scoring.Code{
		"gold": codes(1, 1), "silver": codes(3, 3), "bronze": codes(2, 2), "medallion": codes(4, 5),
	}, given(a))

	// A tie for the last medal: one of the two gets it.
	a = allocate(t, r, scored(t, 9000, 8500, 8400, 8400))
	if w := a.Awards[2]; len(w.Codes) != 0 || !slices.Equal(w.Lot, codes(3, 4)) {
		t.Errorf("%+v", w)
	}
}

// medalsByHand deals the medals by the sentences of the rule of 2015, case by
// case.
func medalsByHand(marks []scoring.Marks, gap scoring.Marks) []string {
	slices.SortFunc(marks, func(a, b scoring.Marks) int { return int(b - a) })
	out := make([]string, len(marks))
	near := func(medal string, from int, to scoring.Marks) int {
		n := 0
		for i := from; i < len(marks) && to-marks[i] <= gap; i++ {
			out[i] = medal
			n++
		}
		return n
	}
	if len(marks) == 0 {
		return out
	}
	golds := near("gold", 0, marks[0])
	if golds == len(marks) {
		return out
	}
	switch {
	case golds >= 3:
		near("bronze", golds, marks[golds-1])
	case golds == 2:
		near("bronze", 2, marks[2])
	default:
		silvers := near("silver", 1, marks[1])
		if 1+silvers == len(marks) {
			return out
		}
		if silvers >= 2 {
			near("bronze", 1+silvers, marks[silvers])
		} else {
			near("bronze", 2, marks[2])
		}
	}
	return out
}

func TestMedalProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 12), func(n int) scoring.Marks { return scoring.Marks(n) }), 0, 10).Draw(t, "marks")
		m := medals2015()
		m.Gap, m.Medallion = int64(rapid.IntRange(0, 3).Draw(t, "gap")), nil
		results := scored(t, marks...)
		r := rules(t, award.Rules{Medals: m})
		a := allocate(t, r, results)
		want := medalsByHand(slices.Clone(marks), scoring.Marks(m.Gap))
		got := make([]string, len(marks))
		for i, h := range a.Honours(results) {
			if len(h.Awards) > 1 {
				t.Fatalf("%s has %v", h.Code, h.Awards)
			}
			for _, id := range h.Awards {
				got[i] = string(id)
			}
		}
		if !slices.Equal(want, got) {
			t.Fatalf("%v within %d: got %q, by hand %q", marks, m.Gap, got, want)
		}
	})
}
