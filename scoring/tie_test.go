package scoring_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// chiefRules compare total → practical → the chief judge's decision, as the
// published sheet ends its chain.
func chiefRules(style scoring.RankingStyle) scoring.Rules {
	r := chainRules(style)
	r.TieChain = append(r.TieChain[:1:1], scoring.TieStep{By: scoring.TieChief, Name: scoring.Text{ZH: "裁判长裁定", EN: "Chief judge"}})
	return r
}

func TestTieDecision(t *testing.T) {
	t.Parallel()
	of := scoring.Of
	entries := []scoring.Entry{
		entry("01", of(8000), of(5000), of(1), nil, nil), entry("02", of(8000), of(5000), of(2), nil, nil),
		entry("03", of(8000), of(5000), of(3), nil, nil), entry("04", of(8000), of(4999), of(4), nil, nil),
		entry("05", scoring.None(), of(5000), of(5), nil, nil), entry("06", of(8000), of(5000), of(6), nil, nil),
	}
	entries[5].Disqualified = true
	r := chiefRules(scoring.RankUnique)
	before, err := scoring.Rank(entries, r)
	if err != nil || !before[0].DecisionNeeded || !before[2].DecisionNeeded || before[0].LotNeeded || before[3].DecisionNeeded {
		t.Errorf("before: %+v, %v", before, err)
	}
	if x := scoring.Explain(entries[0], entries[1], r); x.Text.ZH != "各项均相同，须由裁判长裁定" {
		t.Errorf("%+v", x)
	}
	decided, err := scoring.TieDecision{Order: []scoring.Code{"03", "01", "02"}, Why: "作品 3 工艺更优"}.Apply(entries, r)
	if err != nil {
		t.Fatal(err)
	}
	if entries[0].Chief != nil {
		t.Error("the decision changes its input")
	}
	after, err := scoring.Rank(decided, r)
	want := []scoring.Ranked{
		{Code: "03", Rank: 1}, {Code: "01", Rank: 2}, {Code: "02", Rank: 3}, {Code: "04", Rank: 4}, {Code: "05"}, {Code: "06"},
	}
	if diff := cmp.Diff(want, after); diff != "" || err != nil {
		t.Errorf("after: %v\n%s", err, diff)
	}
	if x := scoring.Explain(decided[0], decided[2], r); x.Ahead != "03" || x.Step != 2 || x.Text.ZH != "裁判长裁定 2 > 1" {
		t.Errorf("%+v", x)
	}
	for _, tt := range []struct {
		name  string
		order []scoring.Code
		why   string
		want  []string
	}{
		{"not all of the tied", []scoring.Code{"03", "01"}, "x", []string{"order incomplete"}},
		{"one who is not tied", []scoring.Code{"03", "01", "02", "04"}, "x", []string{"order[3] not_tied"}},
		{"strangers, twice, no total", []scoring.Code{"03", "01", "02", "01", "99", "05", "06"}, "",
			[]string{"why missing", "order[3] duplicate", "order[4] unknown", "order[5] no_total", "order[6] no_total"}},
		{"nobody", nil, "x", []string{"order too_few"}},
	} {
		_, err := scoring.TieDecision{Order: tt.order, Why: tt.why}.Apply(entries, r)
		if diff := cmp.Diff(tt.want, places(t, err, scoring.ErrTie)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	_, err = scoring.TieDecision{Order: []scoring.Code{"01", "02"}, Why: "x"}.Apply(entries, chainRules(scoring.RankUnique))
	if diff := cmp.Diff([]string{" not_allowed"}, places(t, err, scoring.ErrTie)); diff != "" {
		t.Error(diff)
	}
}

func TestValidateChiefInTheChain(t *testing.T) {
	t.Parallel()
	name := scoring.Text{ZH: "x"}
	by := func(steps ...scoring.TieBy) (chain []scoring.TieStep) {
		for _, s := range steps {
			chain = append(chain, scoring.TieStep{By: s, Name: name})
		}
		return chain
	}
	for _, tt := range []struct {
		chain []scoring.TieStep
		want  []string
	}{
		{by(scoring.TieTime, scoring.TieChief), []string{"tie_chain lot_after_chief"}},
		{by(scoring.TieTime, scoring.TieChief, scoring.TieLot), nil},
		{by(scoring.TieChief, scoring.TieTime), []string{"tie_chain[1] unreachable", "tie_chain lot_after_chief"}},
		{by(scoring.TieLot, scoring.TieChief), []string{"tie_chain[1] unreachable"}},
		{by(scoring.TieTime), []string{"tie_chain lot_missing"}},
	} {
		s, r := pcb(t)
		r.Ranking, r.TieChain = scoring.RankUnique, tt.chain
		err := r.Validate(s)
		if tt.want == nil {
			if err != nil {
				t.Errorf("%v: %v", tt.chain, err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, places(t, err, scoring.ErrRules)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.chain, diff)
		}
	}
}

// A decision orders only those whom it names, and better marks still count
// first.
func TestTieDecisionProperties(t *testing.T) {
	t.Parallel()
	r := chiefRules(scoring.RankUnique)
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t)
		before, err := scoring.Rank(entries, r)
		if err != nil {
			t.Fatal(err)
		}
		var tied []scoring.Code
		for _, w := range before {
			if w.DecisionNeeded && (len(tied) == 0 || w.Rank == before[0].Rank) {
				tied = append(tied, w.Code)
			}
		}
		if len(tied) < 2 || !before[0].DecisionNeeded {
			return
		}
		order := rapid.Permutation(tied).Draw(t, "order")
		decided, err := scoring.TieDecision{Order: order, Why: "x"}.Apply(entries, r)
		if err != nil {
			t.Fatal(err)
		}
		after, err := scoring.Rank(decided, r)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range after {
			if i < len(order) && (w.Code != order[i] || w.Rank != i+1) || i >= len(order) && w != before[i] {
				t.Fatalf("decided %v: %+v, before %+v", order, after, before)
			}
		}
	})
}
