package scoring_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

func gaps(texts ...string) []scoring.Gap {
	var out []scoring.Gap
	for _, t := range texts {
		out = append(out, scoring.Gap{Accept: strings.Split(t, "|")})
	}
	return out
}

func TestMarkKinds(t *testing.T) {
	t.Parallel()
	three := gaps("短路|短接", "PLC", "0.5")
	weighted := gaps("a", "b")
	weighted[0].Share, weighted[1].Share = 7000, 3000
	volts := []scoring.Gap{{Numbers: []scoring.Numeric{{Value: "220", Tolerance: "2%", Units: []string{"V", "伏"}, UnitRequired: true}}}}
	cased := gaps("mW")
	cased[0].CaseMatters = true
	fill := func(p scoring.Policy, b []scoring.Gap) scoring.Item {
		return scoring.Item{ID: "q", Kind: scoring.ItemFillIn, Blanks: b, Max: 100, Policy: p}
	}
	order := func(p scoring.Policy) scoring.Item {
		return scoring.Item{ID: "q", Kind: scoring.ItemOrdering, Options: []string{"a", "b", "c", "d"}, Key: []string{"a", "b", "c", "d"}, Max: 200, Policy: p}
	}
	match := func(p scoring.Policy) scoring.Item {
		return scoring.Item{ID: "q", Kind: scoring.ItemMatching, Options: []string{"x", "y", "z", "w"}, Prompts: 3, Key: []string{"x", "y", "x"}, Max: 200, Policy: p}
	}
	manual := scoring.Item{ID: "q", Kind: scoring.ItemManual, Max: 1000, Policy: scoring.PolicyAll}
	also := item("q", scoring.ItemMultiple, "AB", scoring.PolicyPerOption)
	also.Also = [][]string{{"C", "D"}}
	const (
		blank, right, wrong = scoring.ItemBlank, scoring.ItemRight, scoring.ItemWrong
		part, toMark        = scoring.ItemPartial, scoring.ItemToMark
		all, perBlank, pair = scoring.PolicyAll, scoring.PolicyPerBlank, scoring.PolicyPerPair
	)
	tests := []struct {
		name   string
		item   scoring.Item
		answer string // values joined by "/"; "-" stands for ""
		state  scoring.ItemState
		marks  scoring.Marks
	}{
		{"all blanks right, an alternative, small letters", fill(perBlank, three), "短接/plc/0.5", right, 100},
		{"full width and spaces", fill(perBlank, three), " 短 路 /ＰＬＣ/０．５", right, 100},
		{"the first of three has the remainder", fill(perBlank, three), "短路/-/-", part, 33},
		{"two of three", fill(perBlank, three), "短路/plc/x", part, 67},
		{"all or nothing", fill(all, three), "短路/plc/x", wrong, 0},
		{"nothing right", fill(perBlank, three), "x/y/z", wrong, 0},
		{"every blank empty is blank", fill(perBlank, three), "-/-/-", blank, 0},
		{"shares", fill(perBlank, weighted), "a/x", part, 70},
		{"shares, the other", fill(perBlank, weighted), "x/b", part, 30},
		{"case matters", fill(perBlank, cased), "MW", wrong, 0},
		{"at the upper bound", fill(perBlank, volts), "224.4 V", right, 100},
		{"at the lower bound, full width", fill(perBlank, volts), "２１５．６Ｖ", right, 100},
		{"beyond the bound", fill(perBlank, volts), "224.401V", wrong, 0},
		{"unit missing", fill(perBlank, volts), "220", wrong, 0},
		{"unit in Chinese", fill(perBlank, volts), "220 伏", right, 100},
		{"other unit", fill(perBlank, volts), "220 mV", wrong, 0},
		{"power of ten", fill(perBlank, volts), "2.2×10²V", right, 100},
		{"order right", order(all), "a/b/c/d", right, 200},
		{"order wrong", order(all), "a/b/d/c", wrong, 0},
		{"order: one of three neighbours", order(pair), "a/b/d/c", part, 67},
		{"order: the last in front keeps two of three", order(pair), "d/a/b/c", part, 133},
		{"order: reversed", order(pair), "d/c/b/a", wrong, 0},
		{"order: not answered", order(pair), "", blank, 0},
		{"match all", match(all), "x/y/x", right, 200},
		{"match two of three", match(pair), "x/-/x", part, 133},
		{"match two of three, all or nothing", match(all), "x/z/x", wrong, 0},
		{"match nothing", match(pair), "-/-/-", blank, 0},
		{"manual is never wrong", manual, "因为…", toMark, 0},
		{"manual blank", manual, "", blank, 0},
		{"a further key", also, "C/D", right, 100},
		{"the better of two keys", also, "D", part, 50},
		{"keys do not mix", also, "A/D", wrong, 0},
	}
	for _, tt := range tests {
		answers := map[scoring.ItemID][]string{}
		if tt.answer != "" {
			answers["q"] = strings.Split(strings.ReplaceAll(tt.answer, "-", ""), "/")
		}
		got, err := scoring.MarkAnswers([]scoring.Item{tt.item}, answers)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		want := scoring.ItemResult{ID: "q", State: tt.state, Marks: tt.marks}
		if diff := cmp.Diff(want, got.Items[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if wantToMark := map[bool]scoring.Marks{true: tt.item.Max}[tt.state == toMark]; got.ToMark != wantToMark {
			t.Errorf("%s: to mark %v, want %v", tt.name, got.ToMark, wantToMark)
		}
	}
}

func TestMarkKindsRefuses(t *testing.T) {
	t.Parallel()
	items := []scoring.Item{
		{ID: "f", Kind: scoring.ItemFillIn, Blanks: gaps("a", "b"), Max: 100, Policy: scoring.PolicyPerBlank},
		{ID: "o", Kind: scoring.ItemOrdering, Options: []string{"a", "b"}, Key: []string{"b", "a"}, Max: 100, Policy: scoring.PolicyAll},
		{ID: "m", Kind: scoring.ItemMatching, Options: []string{"a", "b"}, Prompts: 2, Key: []string{"b", "b"}, Max: 100, Policy: scoring.PolicyAll},
		{ID: "e", Kind: scoring.ItemManual, Max: 100, Policy: scoring.PolicyAll},
	}
	_, err := scoring.MarkAnswers(items, map[scoring.ItemID][]string{
		"f": {"a"}, "o": {"a", "a"}, "m": {"a", "z", ""}, "e": {"1", "2"},
	})
	want := []string{"answers.e too_many", "answers.f too_few", "answers.m too_many", "answers.m[1] unknown", "answers.o[1] duplicate"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrAnswers)); diff != "" {
		t.Error(diff)
	}

	items[0].Blanks[0] = scoring.Gap{Share: 5000, Numbers: []scoring.Numeric{
		{Value: "abc"}, {Value: "1", Tolerance: "-1"}, {Value: "1", UnitRequired: true}, {Value: "1V"}, {Value: "1", Tolerance: "1V"}}}
	items[0].Blanks[1].Accept = []string{" "}
	items[1].Key, items[1].Policy = []string{"a"}, scoring.PolicyPartial
	items[2].Key = []string{"a", "z"}
	items[3].Void = "gone"
	_, err = scoring.NewPaper(items)
	want = []string{
		"items[0].blanks[0].numbers[0].value malformed", "items[0].blanks[0].numbers[1].value malformed",
		"items[0].blanks[0].numbers[2].units missing", "items[0].blanks[0].numbers[3].value malformed", "items[0].blanks[0].numbers[4].value malformed",
		"items[0].blanks[1].accept[0] empty", "items[0].blanks wrong_sum",
		"items[1].policy not_allowed", "items[1].key wrong_count",
		"items[2].key[1] unknown", "items[3].void unknown",
	}
	got := places(t, err, scoring.ErrItems)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(slices.Compact(want), slices.Compact(got)); diff != "" {
		t.Error(diff)
	}
}

func TestParseQuantity(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, value, unit string }{
		{"12", "12", ""}, {" １２．５ ", "25/2", ""}, {"-0.5", "-1/2", ""}, {"−0.5", "-1/2", ""}, {"－０．５", "-1/2", ""},
		{"+3", "3", ""}, {".5", "1/2", ""}, {"5.", "5", ""}, {"1,234.5", "2469/2", ""}, {"１，２３４", "1234", ""},
		{"1e3", "1000", ""}, {"1.5E-2", "3/200", ""}, {"6.02×10^23", "602000000000000000000000", ""},
		{"2 x 10^3", "2000", ""}, {"2*10^(-2) Ω", "1/50", "Ω"}, {"2·10³", "2000", ""}, {"1.5×10⁻³ A", "3/2000", "A"},
		{"10^3", "1000", ""}, {"10⁻²m", "1/100", "m"}, {"10", "10", ""}, {"10e2", "1000", ""},
		{"5 eV", "5", "eV"}, {"5eV", "5", "eV"}, {"50%", "50", "%"}, {"５０％", "50", "%"},
		{"3 Ω", "3", "Ω"}, {"3 Ω", "3", "Ω"}, {"2 k Ω", "2", "kΩ"}, {"20℃", "20", "°C"}, {"20 °C", "20", "°C"},
		{"5 µA", "5", "μA"}, {"5μA", "5", "μA"}, {"4 m²", "4", "m2"}, {"4m^2", "4", "m2"}, {"4㎡", "4", "m2"}, {"3 N*m", "3", "N·m"}, {"3N·m", "3", "N·m"},
		{"1e", "1", "e"}, {"0e0", "0", ""}, {"3毫米", "3", "毫米"},
	}
	for _, tt := range tests {
		q, ok := scoring.ParseQuantity(tt.text)
		if !ok || q.Value.RatString() != tt.value || q.Unit != tt.unit {
			t.Errorf("%q: %v %q %v, want %s %q", tt.text, q.Value, q.Unit, ok, tt.value, tt.unit)
		}
	}
	for _, text := range []string{"", "-", "abc", ".", "1.2.3", "1 2", "1,5", "1,23", "--1", "1e99999", "1e401", "V5", "1-2", "1,2345", strings.Repeat("9", 101)} {
		if q, ok := scoring.ParseQuantity(text); ok {
			t.Errorf("%q was read as %v %q", text, q.Value, q.Unit)
		}
	}
}

// Whatever comes in, the parser ends and what it read means the same when it
// is written out plainly and read again.
func FuzzParseQuantity(f *testing.F) {
	for _, s := range []string{"12.5 V", "-1,234.5e-3", "6.02×10²³", "１２．５％", "10^(-3)Ω", "1e400", "5 eV", "", "⁵", "1.2.3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, ok := scoring.ParseQuantity(text)
		if !ok {
			return
		}
		plain := q.Value.FloatString(510)
		if len(strings.TrimLeft(plain, "-")) > 100 {
			plain = strings.TrimRight(strings.TrimRight(plain, "0"), ".")
		}
		again, ok := scoring.ParseQuantity(plain)
		if len(plain) <= 100 && (!ok || again.Value.Cmp(q.Value) != 0 || again.Unit != "") {
			t.Fatalf("%q is %s, which is read as %v", text, plain, again)
		}
		if _, ok := new(big.Rat).SetString(plain); !ok {
			t.Fatalf("%q gave %q", text, plain)
		}
	})
}

func TestFoldText(t *testing.T) {
	t.Parallel()
	tests := []struct{ a, b string }{
		{"ＰＬＣ", "plc"}, {" 时钟  CPU ", "时钟CPU"}, {"hello   World", "Hello world"}, {"Ω", "Ω"}, {"（甲）", "(甲)"}, {"5µm", "5μm"},
	}
	for _, tt := range tests {
		if a, b := scoring.FoldText(tt.a, false), scoring.FoldText(tt.b, false); a != b {
			t.Errorf("%q folds to %q, %q to %q", tt.a, a, tt.b, b)
		}
	}
	for _, tt := range []struct{ a, b string }{{"x²", "x2"}, {"a b", "ab"}, {"乙", "甲"}} {
		if scoring.FoldText(tt.a, false) == scoring.FoldText(tt.b, false) {
			t.Errorf("%q and %q fold to one text", tt.a, tt.b)
		}
	}
}

// drawItem draws an item of any kind with an answer that fits it.
func drawItem(t *rapid.T, id string) (scoring.Item, []string) {
	options := []string{"A", "B", "C", "D", "E"}
	it := scoring.Item{ID: scoring.ItemID(id), Section: scoring.SectionID(rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "section")),
		Max: scoring.Marks(rapid.IntRange(1, 500).Draw(t, "max")), Policy: scoring.PolicyAll,
		Kind: rapid.SampledFrom([]scoring.ItemKind{scoring.ItemMultiple, scoring.ItemFillIn, scoring.ItemOrdering, scoring.ItemMatching, scoring.ItemManual}).Draw(t, "kind")}
	partly := rapid.Bool().Draw(t, "partly")
	switch it.Kind {
	case scoring.ItemMultiple:
		it.Options = options
		it.Key = rapid.Permutation(options).Draw(t, "key")[:rapid.IntRange(1, 5).Draw(t, "right")]
		if partly {
			it.Policy = scoring.PolicyPerOption
		}
		return it, rapid.Permutation(options).Draw(t, "answer")[:rapid.IntRange(0, 5).Draw(t, "chosen")]
	case scoring.ItemFillIn:
		n := rapid.IntRange(1, 5).Draw(t, "blanks")
		var answer []string
		for range n {
			it.Blanks = append(it.Blanks, scoring.Gap{Accept: []string{"ok"}})
			answer = append(answer, rapid.SampledFrom([]string{"ok", "no", ""}).Draw(t, "text"))
		}
		if partly {
			it.Policy = scoring.PolicyPerBlank
		}
		return it, answer
	case scoring.ItemOrdering:
		it.Options, it.Key = options, rapid.Permutation(options).Draw(t, "key")
		if partly {
			it.Policy = scoring.PolicyPerPair
		}
		return it, rapid.Permutation(options).Draw(t, "answer")
	case scoring.ItemMatching:
		it.Options, it.Prompts = options, 3
		it.Key = rapid.SliceOfN(rapid.SampledFrom(options), 3, 3).Draw(t, "key")
		if partly {
			it.Policy = scoring.PolicyPerPair
		}
		return it, rapid.SliceOfN(rapid.SampledFrom(append([]string{""}, options...)), 3, 3).Draw(t, "answer")
	}
	return it, []string{rapid.SampledFrom([]string{"", "text"}).Draw(t, "text")}
}

// Marks of any kind lie between 0 and the maximum, sections and total are
// their sums, and the order of the items on the paper changes no amount.
func TestMarkProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var items []scoring.Item
		answers := map[scoring.ItemID][]string{}
		for i := range rapid.IntRange(1, 10).Draw(t, "items") {
			it, answer := drawItem(t, string(rune('a'+i)))
			items = append(items, it)
			answers[it.ID] = answer
		}
		got, err := scoring.MarkAnswers(items, answers)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[scoring.ItemID]scoring.ItemResult{}
		var sum, most, toMark scoring.Marks
		for i, r := range got.Items {
			if r.Marks < 0 || r.Marks > items[i].Max || r.State == scoring.ItemRight && r.Marks != items[i].Max {
				t.Fatalf("%+v answered %v: %+v", items[i], answers[r.ID], r)
			}
			if r.State == scoring.ItemToMark {
				toMark += items[i].Max
			}
			sum, most, byID[r.ID] = sum+r.Marks, most+items[i].Max, r
		}
		if got.Total != sum || got.Max != most || got.ToMark != toMark || got.Total+got.ToMark > got.Max {
			t.Fatalf("%+v: sum %v of %v, to mark %v", got, sum, most, toMark)
		}
		mixed := rapid.Permutation(items).Draw(t, "mixed")
		again, err := scoring.MarkAnswers(mixed, answers)
		if err != nil || again.Total != got.Total {
			t.Fatalf("in another order the total is %v, not %v: %v", again.Total, got.Total, err)
		}
		for _, r := range again.Items {
			if r != byID[r.ID] {
				t.Fatalf("in another order item %s is %+v, not %+v", r.ID, r, byID[r.ID])
			}
		}
	})
}

// One blank or pair more that is right never costs marks.
func TestMarkMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		it, answer := drawItem(t, "q")
		if it.Kind != scoring.ItemFillIn && it.Kind != scoring.ItemMatching {
			return
		}
		before, err := scoring.MarkAnswers([]scoring.Item{it}, map[scoring.ItemID][]string{"q": answer})
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(answer)-1).Draw(t, "improved")
		better := slices.Clone(answer)
		better[i] = "ok"
		if it.Kind == scoring.ItemMatching {
			better[i] = it.Key[i]
		}
		after, err := scoring.MarkAnswers([]scoring.Item{it}, map[scoring.ItemID][]string{"q": better})
		if err != nil || after.Total < before.Total {
			t.Fatalf("%v earns %v, %v earns %v: %v", answer, before.Total, better, after.Total, err)
		}
	})
}
