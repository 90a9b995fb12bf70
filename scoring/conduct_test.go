package scoring_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// strict is the published sheet with the rules on conduct of
// domain/contest.md §2.1 and §6.1.
func strict(tb testing.TB) (scoring.Scheme, scoring.Rules) {
	tb.Helper()
	s, r := pcb(tb)
	name := scoring.Text{ZH: "违规"}
	s.Modules[1].Zeroing = []scoring.ZeroRule{{ID: "prepared", Label: name, Scope: scoring.ZeroModule}}
	s.Zeroing = []scoring.ZeroRule{
		{ID: "phone", Label: name, Scope: scoring.ZeroWhole}, {ID: "rules", Label: name, Scope: scoring.ZeroModule},
	}
	s.Violations = []scoring.Violation{
		{ID: "disturb", Label: name, Ladder: []scoring.Sanction{
			{Kind: scoring.SanctionDeduct, Marks: 500}, {Kind: scoring.SanctionDisqualify}}},
		{ID: "helmet", Label: name, PerModule: true, Ladder: []scoring.Sanction{
			{Kind: scoring.SanctionWarning}, {Kind: scoring.SanctionDeduct, Marks: 200}, {Kind: scoring.SanctionZeroModule}}},
	}
	return s, r
}

func TestSumWithConduct(t *testing.T) {
	t.Parallel()
	type conduct = scoring.Conduct
	zero := func(z ...scoring.Zeroing) conduct { return conduct{Zeroings: z} }
	offence := func(v scoring.ViolationID, ms ...scoring.ModuleID) conduct {
		var c conduct
		for _, m := range ms {
			c.Offences = append(c.Offences, scoring.Offence{Violation: v, Module: m})
		}
		return c
	}
	of, none, absent := scoring.Of, scoring.None(), scoring.Absence()
	tests := []struct {
		name         string
		conduct      conduct
		modules      modules // A, B, C, D before
		want         []scoring.Value
		total        scoring.Value
		earned       *scoring.Value // total without; nil: the same
		disqualified bool
	}{
		{"clean", conduct{}, nil, []scoring.Value{of(8000), of(2000), of(1500), of(2000)}, of(7900), nil, false},
		{"prepared files zero a module", zero(scoring.Zeroing{Rule: "prepared", Module: "B"}), nil,
			[]scoring.Value{of(8000), of(0), of(1500), of(2000)}, of(5900), new(of(7900)), false},
		{"a rule of the scheme zeroes any module", zero(scoring.Zeroing{Rule: "rules", Module: "D"}), nil,
			[]scoring.Value{of(8000), of(2000), of(1500), of(0)}, of(5900), new(of(7900)), false},
		{"a phone zeroes everything", zero(scoring.Zeroing{Rule: "phone"}), nil,
			[]scoring.Value{of(0), of(0), of(0), of(0)}, of(0), new(of(7900)), false},
		{"what is open becomes 0, who is absent stays so", zero(scoring.Zeroing{Rule: "phone"}),
			modules{"A": absent, "B": none, "C": of(100)},
			[]scoring.Value{absent, of(0), of(0), of(0)}, of(0), new(of(100)), false},
		{"first time costs 5", offence("disturb", "C"), nil,
			[]scoring.Value{of(8000), of(2000), of(1000), of(2000)}, of(7400), new(of(7900)), false},
		{"second time disqualifies", offence("disturb", "C", "D"), nil,
			[]scoring.Value{of(8000), of(2000), of(1000), of(2000)}, of(7400), new(of(7900)), true},
		{"a warning costs nothing", offence("helmet", "B"), nil,
			[]scoring.Value{of(8000), of(2000), of(1500), of(2000)}, of(7900), nil, false},
		{"counted afresh in each module", offence("helmet", "B", "C", "D", "C"), nil,
			[]scoring.Value{of(8000), of(2000), of(1300), of(2000)}, of(7700), new(of(7900)), false},
		{"the last step repeats", offence("helmet", "B", "B", "B", "B"), nil,
			[]scoring.Value{of(8000), of(0), of(1500), of(2000)}, of(5900), new(of(7900)), false},
		{"never below zero", offence("disturb", "C"), modules{"A": of(0), "B": of(0), "C": of(300), "D": of(0)},
			[]scoring.Value{of(0), of(0), of(0), of(0)}, of(0), new(of(300)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, r := strict(t)
			before := tt.modules
			if before == nil {
				before = modules{"A": of(8000), "B": of(2000), "C": of(1500), "D": of(2000)}
			}
			got, err := scoring.SumWith(s, r, before, tt.conduct)
			if err != nil {
				t.Fatal(err)
			}
			var values []scoring.Value
			for _, m := range got.Modules {
				values = append(values, m.Value)
				was, ok := before[m.Module]
				if !ok {
					was = none
				}
				if (m.Earned != nil) != (was != m.Value) || m.Earned != nil && *m.Earned != was {
					t.Errorf("module %s was %v, is %v, earned %v", m.Module, was, m.Value, m.Earned)
				}
			}
			if diff := cmp.Diff(tt.want, values); diff != "" {
				t.Errorf("modules (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.earned, got.Earned); diff != "" || got.Value != tt.total || got.Disqualified != tt.disqualified {
				t.Errorf("%+v\n%s", got, diff)
			}
		})
	}
}

func TestConductRefuses(t *testing.T) {
	t.Parallel()
	s, r := strict(t)
	_, err := scoring.SumWith(s, r, nil, scoring.Conduct{
		Zeroings: []scoring.Zeroing{{Rule: "prepared", Module: "C"}, {Rule: "phone", Module: "B"}, {Rule: "rain"}, {Rule: "rules"}},
		Offences: []scoring.Offence{{Violation: "shout", Module: "B"}, {Violation: "helmet", Module: "Z"}},
	})
	want := []string{
		"zeroings[0].module unknown", "zeroings[1].module not_allowed", "zeroings[2].rule unknown", "zeroings[3].module unknown",
		"offences[0].violation unknown", "offences[1].module unknown",
	}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrConduct)); diff != "" {
		t.Error(diff)
	}

	s.Zeroing[0].ID, s.Zeroing[1].Scope = "prepared", "half"
	s.Violations[0].Ladder = nil
	s.Violations[1].Ladder = []scoring.Sanction{{Kind: scoring.SanctionDeduct}, {Kind: scoring.SanctionWarning, Marks: 1}, {Kind: "shame"}}
	want = []string{
		"zeroing[0].id duplicate", "zeroing[1].scope unknown", "violations[0].ladder missing",
		"violations[1].ladder[0].marks out_of_range", "violations[1].ladder[1].marks not_allowed", "violations[1].ladder[2].kind unknown",
	}
	if diff := cmp.Diff(want, places(t, s.Validate(), scoring.ErrScheme)); diff != "" {
		t.Error(diff)
	}
}

// Whoever is zeroed stays in the list; the disqualified stand behind everyone
// and have no rank.
func TestRankOfThePunished(t *testing.T) {
	t.Parallel()
	s, r := strict(t)
	r.Absent = scoring.AbsentLast
	all := modules{"A": scoring.Of(8000), "B": scoring.Of(2000), "C": scoring.Of(1500), "D": scoring.Of(2000)}
	away := modules{"A": scoring.Absence(), "B": scoring.Absence(), "C": scoring.Absence(), "D": scoring.Absence()}
	twice := scoring.Conduct{Offences: []scoring.Offence{{Violation: "disturb", Module: "B"}, {Violation: "disturb", Module: "B"}}}
	var entries []scoring.Entry
	for _, c := range []struct {
		code    scoring.Code
		modules modules
		conduct scoring.Conduct
	}{
		{"01", all, twice}, {"02", all, scoring.Conduct{Zeroings: []scoring.Zeroing{{Rule: "phone"}}}},
		{"03", all, scoring.Conduct{}}, {"04", away, scoring.Conduct{}}, {"05", nil, scoring.Conduct{}},
	} {
		total, err := scoring.SumWith(s, r, c.modules, c.conduct)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, total.Entry(c.code))
	}
	got, err := scoring.Rank(entries, r)
	want := []scoring.Ranked{{Code: "03", Rank: 1}, {Code: "02", Rank: 2}, {Code: "04", Rank: 3}, {Code: "01"}, {Code: "05"}}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
	x := scoring.Explain(entries[0], entries[2], r)
	if x.Ahead != "03" || x.Text.ZH != "总成绩 取消资格 / 79.00，缺项在后" || x.A.EN != "DSQ" {
		t.Errorf("%+v", x)
	}
}

// Punishment never adds marks, and more of it never adds any either.
func TestConductProperties(t *testing.T) {
	t.Parallel()
	s, r := strict(t)
	rapid.Check(t, func(t *rapid.T) {
		before := modules{}
		for _, m := range s.Modules {
			before[m.ID] = scoring.Of(scoring.Marks(rapid.Int64Range(0, int64(m.Max)).Draw(t, string(m.ID))))
		}
		id := rapid.SampledFrom([]scoring.ModuleID{"A", "B", "C", "D"})
		var c scoring.Conduct
		last, err := scoring.SumWith(s, r, before, c)
		if err != nil {
			t.Fatal(err)
		}
		clean := last.Value.Marks
		for range rapid.IntRange(0, 6).Draw(t, "records") {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				c.Zeroings = append(c.Zeroings, scoring.Zeroing{Rule: "rules", Module: id.Draw(t, "module")})
			default:
				v := rapid.SampledFrom([]scoring.ViolationID{"disturb", "helmet"}).Draw(t, "violation")
				c.Offences = append(c.Offences, scoring.Offence{Violation: v, Module: id.Draw(t, "module")})
			}
			next, err := scoring.SumWith(s, r, before, c)
			if err != nil || next.Value.Marks > last.Value.Marks || len(next.Sanctions) != len(c.Zeroings)+len(c.Offences) {
				t.Fatalf("%+v: %v → %v, %v", c, last.Value, next.Value, err)
			}
			if next.Earned != nil && next.Earned.Marks != clean || next.Earned == nil && next.Value.Marks != clean {
				t.Fatalf("what was earned is lost: %+v", next)
			}
			if last.Disqualified && !next.Disqualified {
				t.Fatal("a further offence requalifies")
			}
			last = next
		}
	})
}
