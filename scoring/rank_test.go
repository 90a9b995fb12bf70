package scoring_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// A whole division under the published tie chain, practical → D → C → B, with
// the reason why each stands where it stands.
func TestRankGolden(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	of, absent := scoring.Of, scoring.Absence()
	table := []struct {
		code       scoring.Code
		a, b, c, d scoring.Value
	}{
		{"07", of(8000), of(2000), of(1500), of(2000)}, // 79.00
		{"03", of(8000), of(2000), of(1500), of(2000)}, // 79.00, equal to 07
		{"11", of(9000), of(1900), of(1500), of(1800)}, // 79.00, practical 52.00
		{"05", of(8000), of(1900), of(1500), of(2100)}, // 79.00, D decides
		{"02", of(8000), of(1900), of(1600), of(2000)}, // 79.00, C decides
		{"09", of(9500), of(2500), of(2000), of(2500)}, // 98.50
		{"01", of(0), of(0), of(0), of(0)},             // a zero is a result
		{"13", absent, absent, absent, absent},
		{"12", absent, absent, absent, absent},
		{"10", of(7000), scoring.None(), of(2000), scoring.None()}, // in progress
		{"04", scoring.None(), scoring.None(), scoring.None(), scoring.None()},
	}
	byCode := map[scoring.Code]scoring.Entry{}
	var entries []scoring.Entry
	for _, row := range table {
		total, err := scoring.Sum(s, r, modules{"A": row.a, "B": row.b, "C": row.c, "D": row.d})
		if err != nil {
			t.Fatal(err)
		}
		e := total.Entry(row.code)
		entries, byCode[row.code] = append(entries, e), e
	}
	var out bytes.Buffer
	for _, absentAs := range []scoring.Absent{scoring.AbsentLast, scoring.AbsentUnranked} {
		r.Absent = absentAs
		ranked, err := scoring.Rank(entries, r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "absent: %s\n", absentAs)
		for i, w := range ranked {
			fmt.Fprintf(&out, "%2d  %s  %-13v tied=%v", w.Rank, w.Code, byCode[w.Code].Total, w.Tied)
			if i > 0 {
				x := scoring.Explain(byCode[ranked[i-1].Code], byCode[w.Code], r)
				fmt.Fprintf(&out, "  step %d: %s | %s", x.Step, x.Text.ZH, x.Text.EN)
			}
			out.WriteByte('\n')
		}
	}
	golden(t, "ranking.golden", out.Bytes())
}

// chainRules compare total → practical → module D → time → lot.
func chainRules(style scoring.RankingStyle) scoring.Rules {
	return scoring.Rules{
		Ranking: style, Absent: scoring.AbsentLast,
		TieChain: []scoring.TieStep{
			{By: scoring.TiePart, Part: "practical", Name: scoring.Text{ZH: "实操成绩", EN: "Practical"}},
			{By: scoring.TieModule, Module: "D", Name: scoring.Text{ZH: "模块 D"}},
			{By: scoring.TieTime, Name: scoring.Text{ZH: "用时", EN: "Time"}},
			{By: scoring.TieLot, Name: scoring.Text{ZH: "抽签", EN: "Lot"}},
		},
	}
}

func entry(code scoring.Code, total, practical, d scoring.Value, ms, lot *int64) scoring.Entry {
	return scoring.Entry{
		Code: code, Total: total, TimeMS: ms, Lot: lot,
		Parts:   map[scoring.PartID]scoring.Value{"practical": practical},
		Modules: map[scoring.ModuleID]scoring.Value{"D": d},
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	of := scoring.Of
	base := entry("a", of(8000), of(4150), of(1000), new(int64(3_723_004)), new(int64(2)))
	with := func(change func(*scoring.Entry)) scoring.Entry {
		e := entry("b", base.Total, base.Parts["practical"], base.Modules["D"], base.TimeMS, base.Lot)
		change(&e)
		return e
	}
	tests := []struct {
		b      scoring.Entry
		ahead  scoring.Code
		step   int
		zh, en string
	}{
		{with(func(e *scoring.Entry) { e.Total = of(8001) }), "b", 0, "总成绩 80.00 < 80.01", "Total 80.00 < 80.01"},
		{with(func(e *scoring.Entry) { e.Parts["practical"] = of(4100) }), "a", 1, "实操成绩 41.50 > 41.00", "Practical 41.50 > 41.00"},
		{with(func(e *scoring.Entry) { e.Modules["D"] = of(1100) }), "b", 2, "模块 D 10.00 < 11.00", "模块 D 10.00 < 11.00"},
		{with(func(e *scoring.Entry) { e.TimeMS = new(int64(3_723_005)) }), "a", 3, "用时 1:02:03.004 < 1:02:03.005", "Time 1:02:03.004 < 1:02:03.005"},
		{with(func(e *scoring.Entry) { e.TimeMS = new(int64(59_000)) }), "b", 3, "用时 1:02:03.004 > 0:00:59.000", "Time 1:02:03.004 > 0:00:59.000"},
		{with(func(e *scoring.Entry) { e.TimeMS = nil }), "a", 3, "用时 1:02:03.004 / —，缺项在后", "Time 1:02:03.004 / —, missing is behind"},
		{with(func(e *scoring.Entry) { e.Lot = new(int64(1)) }), "b", 4, "抽签 2 > 1", "Lot 2 > 1"},
		{with(func(e *scoring.Entry) { e.Total = scoring.Absence() }), "a", 0, "总成绩 80.00 / 缺考，缺项在后", "Total 80.00 / DNS, missing is behind"},
		{with(func(*scoring.Entry) {}), "", -1, "各项均相同，名次并列", "Equal in everything; the rank is shared"},
	}
	for _, tt := range tests {
		got := scoring.Explain(base, tt.b, chainRules(scoring.RankShared))
		if got.Ahead != tt.ahead || got.Step != tt.step || got.Text.ZH != tt.zh || got.Text.EN != tt.en {
			t.Errorf("got %+v, want %s at step %d: %s", got, tt.ahead, tt.step, tt.zh)
		}
	}
	got := scoring.Explain(base, with(func(*scoring.Entry) {}), chainRules(scoring.RankUnique))
	if got.Text.EN != "Equal in everything; a lot must be drawn" {
		t.Errorf("unique: %s", got.Text.EN)
	}
}

func TestRankUniqueAsksForALot(t *testing.T) {
	t.Parallel()
	of := scoring.Of
	r := chainRules(scoring.RankUnique)
	entries := []scoring.Entry{
		entry("b", of(8000), of(1), of(1), nil, nil),
		entry("a", of(8000), of(1), of(1), nil, nil),
		entry("d", scoring.Absence(), scoring.Absence(), scoring.Absence(), nil, nil),
		entry("c", scoring.Absence(), scoring.Absence(), scoring.Absence(), nil, nil),
	}
	got, err := scoring.Rank(entries, r)
	if err != nil {
		t.Fatal(err)
	}
	want := []scoring.Ranked{
		{Code: "a", Rank: 1, Tied: true, LotNeeded: true}, {Code: "b", Rank: 1, Tied: true, LotNeeded: true},
		{Code: "c", Rank: 3, Tied: true}, {Code: "d", Rank: 3, Tied: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("before the lot (-want +got):\n%s", diff)
	}
	entries[0].Lot, entries[1].Lot = new(int64(1)), new(int64(2))
	got, err = scoring.Rank(entries, r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]scoring.Ranked{{Code: "b", Rank: 1}, {Code: "a", Rank: 2}}, got[:2]); diff != "" {
		t.Errorf("after the lot (-want +got):\n%s", diff)
	}
}

func TestRankRefusesACodeTwice(t *testing.T) {
	t.Parallel()
	got, err := scoring.Rank([]scoring.Entry{{Code: "a"}, {Code: "b"}, {Code: "a"}}, chainRules(scoring.RankShared))
	if diff := cmp.Diff([]string{"entries[2].code duplicate"}, places(t, err, scoring.ErrRanking)); diff != "" || got != nil {
		t.Error(diff, got)
	}
}

func drawValue(t *rapid.T, label string) scoring.Value {
	switch rapid.IntRange(0, 5).Draw(t, label+" state") {
	case 0:
		return scoring.None()
	case 1:
		return scoring.Absence()
	}
	return scoring.Of(scoring.Marks(rapid.IntRange(0, 3).Draw(t, label)))
}

func drawNumber(t *rapid.T, label string) *int64 {
	if rapid.Bool().Draw(t, label+" there") {
		return new(rapid.Int64Range(0, 2).Draw(t, label))
	}
	return nil
}

// Few different values, so that every step of the chain decides now and then.
func drawEntries(t *rapid.T) []scoring.Entry {
	n := rapid.IntRange(0, 12).Draw(t, "competitors")
	var out []scoring.Entry
	for i := range n {
		out = append(out, entry(scoring.Code(fmt.Sprintf("%02d", i)),
			drawValue(t, "total"), drawValue(t, "practical"), drawValue(t, "D"),
			drawNumber(t, "time"), drawNumber(t, "lot")))
	}
	return out
}

// compareByHand is the tie chain of chainRules written out, as a judge would
// read it from the rule book.
func compareByHand(a, b scoring.Entry) int {
	marks := func(a, b scoring.Value) int {
		order := map[scoring.State]int{scoring.HasValue: 0, scoring.DidNotStart: 1, scoring.Blank: 2}
		if a.State != b.State {
			return order[a.State] - order[b.State]
		}
		return int(b.Marks - a.Marks)
	}
	number := func(a, b *int64) int {
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return 1
		case b == nil:
			return -1
		}
		return int(*a - *b)
	}
	for _, c := range []int{
		marks(a.Total, b.Total),
		marks(a.Parts["practical"], b.Parts["practical"]),
		marks(a.Modules["D"], b.Modules["D"]),
		number(a.TimeMS, b.TimeMS),
		number(a.Lot, b.Lot),
	} {
		if c != 0 {
			return c / max(c, -c)
		}
	}
	return 0
}

func TestRankProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := chainRules(rapid.SampledFrom([]scoring.RankingStyle{scoring.RankShared, scoring.RankUnique}).Draw(t, "style"))
		r.Absent = rapid.SampledFrom([]scoring.Absent{scoring.AbsentLast, scoring.AbsentUnranked}).Draw(t, "absent")
		entries := drawEntries(t)
		got, err := scoring.Rank(entries, r)
		if err != nil || len(got) != len(entries) {
			t.Fatal(got, err)
		}
		again, err := scoring.Rank(rapid.Permutation(entries).Draw(t, "order"), r)
		if err != nil || !slices.Equal(got, again) {
			t.Fatalf("the order of entries matters: %v, %v", got, again)
		}
		ranks := map[scoring.Code]int{}
		for _, w := range got {
			ranks[w.Code] = w.Rank
		}
		for _, a := range entries {
			ahead := 0
			for _, b := range entries {
				c := compareByHand(a, b)
				if scoring.Compare(a, b, r) != c || scoring.Compare(b, a, r) != -c {
					t.Fatalf("Compare %v and %v: want %d", a, b, c)
				}
				if slices.Compare(scoring.SortParts(a, r), scoring.SortParts(b, r)) != c {
					t.Fatalf("SortParts of %v and %v: want %d", a, b, c)
				}
				x := scoring.Explain(a, b, r)
				if (x.Ahead == a.Code && a.Code != b.Code) != (c < 0) || (x.Step < 0) != (c == 0) {
					t.Fatalf("Explain %v and %v says %+v", a, b, x)
				}
				if c > 0 {
					ahead++
				}
			}
			want := 1 + ahead // 1-2-2-4: one more than those in front
			if a.Total.State == scoring.Blank || a.Total.State == scoring.DidNotStart && r.Absent == scoring.AbsentUnranked {
				want = 0
			}
			if ranks[a.Code] != want {
				t.Fatalf("%v is ranked %d, want %d", a, ranks[a.Code], want)
			}
		}
	})
}

// More marks, less time or an earlier lot never cost a place.
func TestRankIsMonotone(t *testing.T) {
	t.Parallel()
	r := chainRules(scoring.RankShared)
	place := func(t *rapid.T, entries []scoring.Entry, code scoring.Code) int {
		got, err := scoring.Rank(entries, r)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(got, func(w scoring.Ranked) bool { return w.Code == code })
		if got[i].Rank == 0 {
			return len(got) + 1
		}
		return got[i].Rank
	}
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t)
		if len(entries) == 0 {
			return
		}
		e := &entries[rapid.IntRange(0, len(entries)-1).Draw(t, "who")]
		before := place(t, entries, e.Code)
		switch rapid.SampledFrom([]string{"total", "part", "module", "time"}).Draw(t, "what") {
		case "total":
			e.Total = scoring.Of(e.Total.Marks + 1)
		case "part":
			e.Parts["practical"] = scoring.Of(e.Parts["practical"].Marks + 1)
		case "module":
			e.Modules["D"] = scoring.Of(e.Modules["D"].Marks + 1)
		case "time":
			e.TimeMS = new(int64(0))
		}
		if after := place(t, entries, e.Code); after > before {
			t.Fatalf("%s fell from %d to %d", e.Code, before, after)
		}
	})
}

// Somebody who is tied with one who has drawn a lot already needs a lot too;
// without one the order would be nobody's decision.
func TestHalfDrawnLots(t *testing.T) {
	t.Parallel()
	r := scoring.Rules{Ranking: scoring.RankUnique, TieChain: []scoring.TieStep{{By: scoring.TieLot, Name: scoring.Text{ZH: "抽签"}}}}
	mark := func(c scoring.Code, total scoring.Marks, lot int64) scoring.Entry {
		e := scoring.Entry{Code: c, Total: scoring.Of(total)}
		if lot > 0 {
			e.Lot = &lot
		}
		return e
	}
	for name, tt := range map[string]struct {
		b, c scoring.Entry
		want [3]bool
	}{
		"nobody else is tied":    {mark("b", 900, 0), mark("c", 800, 0), [3]bool{}},
		"one is tied with a lot": {mark("b", 1000, 0), mark("c", 800, 0), [3]bool{true, true, false}},
		"both have lots":         {mark("b", 1000, 3), mark("c", 800, 0), [3]bool{}},
		"two without":            {mark("b", 1000, 0), mark("c", 1000, 0), [3]bool{true, true, true}},
	} {
		got, err := scoring.Rank([]scoring.Entry{mark("a", 1000, 7), tt.b, tt.c}, r)
		if err != nil {
			t.Fatal(err)
		}
		needed := map[scoring.Code]bool{}
		for _, x := range got {
			needed[x.Code] = x.LotNeeded
		}
		if have := [3]bool{needed["a"], needed["b"], needed["c"]}; have != tt.want {
			t.Errorf("%s: lots needed by %v, want %v", name, have, tt.want)
		}
	}
}
