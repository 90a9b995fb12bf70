package scoring_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// The rules of two documents (domain/contest.md §2.3).
var (
	national = scoring.RecheckRule{TopShareBP: 3000, SampleShareBP: 1500, ErrorRateBP: 500}
	firstTen = scoring.RecheckRule{TopCount: 10, SampleShareBP: 1500, ErrorRateBP: 500}
)

// ladder is n competitors without ties, and some without a rank.
func ladder(n, unranked int) []scoring.Ranked {
	var out []scoring.Ranked
	for i := range n + unranked {
		c := scoring.Ranked{Code: scoring.Code(fmt.Sprintf("%03d", i+1))}
		if i < n {
			c.Rank = i + 1
		}
		out = append(out, c)
	}
	return out
}

func TestRecheckSample(t *testing.T) {
	t.Parallel()
	tied := ladder(20, 0)
	tied[10].Rank = 10 // shares the last rank of the first ten
	for _, tt := range []struct {
		name              string
		ranked            []scoring.Ranked
		rule              scoring.RecheckRule
		top, sample, rest int
	}{
		{"30 % of 100, 15 % of 70 rounded up", ladder(100, 0), national, 30, 11, 59},
		{"30 % of 7 is three, 15 % of four is one", ladder(7, 0), national, 3, 1, 3},
		{"first ten of 72", ladder(72, 0), firstTen, 10, 10, 52},
		{"first ten of five", ladder(5, 0), firstTen, 5, 0, 0},
		{"a tie is not cut", tied, firstTen, 11, 2, 7},
		{"who has no rank is in the sample's pot, not in the share", ladder(10, 10), national, 3, 3, 14},
		{"no top", ladder(20, 0), scoring.RecheckRule{SampleShareBP: 1000}, 0, 2, 18},
		{"everyone", ladder(20, 0), scoring.RecheckRule{TopShareBP: 10000}, 20, 0, 0},
		{"nobody", nil, national, 0, 0, 0},
	} {
		got, err := scoring.RecheckSample(tt.ranked, tt.rule, nil, []byte("seed"))
		if err != nil || len(got.Top) != tt.top || len(got.Sample) != tt.sample || len(got.Rest) != tt.rest {
			t.Errorf("%s: %d + %d + %d, %v", tt.name, len(got.Top), len(got.Sample), len(got.Rest), err)
		}
	}
	// Who did not come takes no place in the sample: 15 % of 12 others are two.
	idle := map[scoring.Code]bool{"020": true, "019": true}
	if some, err := scoring.RecheckSample(ladder(20, 0), national, idle, []byte("3")); err != nil || len(some.Top) != 6 || len(some.Sample) != 2 || len(some.Rest) != 12 ||
		slices.ContainsFunc(some.Sample, func(c scoring.Code) bool { return idle[c] }) {
		t.Errorf("%+v %v", some, err)
	}
	// The draw is fixed: whoever has the seed finds the same people (here with
	// hashlib in Python).
	got, err := scoring.RecheckSample(ladder(20, 0), firstTen, nil, []byte("2026-11-23 合肥"))
	if diff := cmp.Diff([]scoring.Code{"012", "015"}, got.Sample); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	_, err = scoring.RecheckSample(nil, scoring.RecheckRule{TopShareBP: 10001, TopCount: -1, SampleShareBP: -1, ErrorRateBP: 10001}, nil, nil)
	want := []string{"top_count inconsistent", "top_share_bp out_of_range", "sample_share_bp out_of_range", "error_rate_bp out_of_range", "top_count out_of_range"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrRecheck)); diff != "" {
		t.Error(diff)
	}
}

func TestRecheckVerdict(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		checked, errors int
		want            scoring.RecheckResult
	}{
		{40, 2, scoring.RecheckFine}, {40, 3, scoring.RecheckWiden}, {41, 2, scoring.RecheckFine}, {39, 2, scoring.RecheckWiden},
		{0, 0, scoring.RecheckFine}, {1, 1, scoring.RecheckWiden}, {20, 1, scoring.RecheckFine}, {19, 1, scoring.RecheckWiden},
	} {
		got, err := scoring.RecheckVerdict(tt.checked, tt.errors, national)
		if err != nil || got != tt.want {
			t.Errorf("%d errors among %d: %s, %v", tt.errors, tt.checked, got, err)
		}
	}
	for _, n := range [][2]int{{1, 2}, {-1, 0}, {1, -1}} {
		if _, err := scoring.RecheckVerdict(n[0], n[1], national); err == nil {
			t.Errorf("%v is taken", n)
		}
	}
}

// Everyone is in exactly one of the three lists; the sample is large enough and
// not larger; neither the order of the list nor the others decide who is in it.
func TestRecheckProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ranked := ladder(rapid.IntRange(0, 60).Draw(t, "ranked"), rapid.IntRange(0, 10).Draw(t, "unranked"))
		rule := scoring.RecheckRule{SampleShareBP: rapid.IntRange(0, 10000).Draw(t, "sample"), ErrorRateBP: 500}
		if rapid.Bool().Draw(t, "by share") {
			rule.TopShareBP = rapid.IntRange(0, 10000).Draw(t, "top")
		} else {
			rule.TopCount = rapid.IntRange(0, 70).Draw(t, "top")
		}
		seed := rapid.SliceOf(rapid.Byte()).Draw(t, "seed")
		got, err := scoring.RecheckSample(ranked, rule, nil, seed)
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Sorted(slices.Values(slices.Concat(got.Top, got.Sample, got.Rest)))
		var codes []scoring.Code
		for _, c := range ranked {
			codes = append(codes, c.Code)
		}
		if !slices.Equal(all, codes) {
			t.Fatalf("%v", got)
		}
		others := len(got.Sample) + len(got.Rest)
		if n := len(got.Sample) * 10000; n < others*rule.SampleShareBP || n >= others*rule.SampleShareBP+10000 {
			t.Fatalf("%d of %d for %d", len(got.Sample), others, rule.SampleShareBP)
		}
		again, err := scoring.RecheckSample(rapid.Permutation(ranked).Draw(t, "mixed"), rule, nil, seed)
		if err != nil || cmp.Diff(got.Sample, again.Sample) != "" {
			t.Fatalf("the order of the list matters: %v, %v", got, again)
		}
	})
}
