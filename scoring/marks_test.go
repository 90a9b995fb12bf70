package scoring_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

func TestParseMarks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want scoring.Marks
		back string
	}{
		{"0", 0, "0.00"},
		{"87.5", 8750, "87.50"},
		{"87.50", 8750, "87.50"},
		{"0.05", 5, "0.05"},
		{"007", 700, "7.00"},
		{"-0.25", -25, "-0.25"},
		{"-12", -1200, "-12.00"},
		{"92233720368547758.07", math.MaxInt64, "92233720368547758.07"},
	}
	for _, tt := range tests {
		got, err := scoring.ParseMarks(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("ParseMarks(%q) = %d, %v, want %d", tt.text, got, err, tt.want)
		}
		if got.String() != tt.back {
			t.Errorf("Marks(%d).String() = %q, want %q", got, got, tt.back)
		}
	}
	for _, bad := range []string{
		"", "-", ".5", "5.", "1.234", "1,5", "1e2", "+1", " 1", "1 ", "--1", "１", "NaN", "92233720368547758.08",
	} {
		if got, err := scoring.ParseMarks(bad); !errors.Is(err, scoring.ErrMarks) {
			t.Errorf("ParseMarks(%q) = %d, %v, want marks_malformed", bad, got, err)
		}
	}
	if got := scoring.Marks(math.MinInt64).String(); got != "-92233720368547758.08" {
		t.Errorf("the least amount is written %s", got)
	}
}

func TestRoundHalfUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		num  scoring.Marks
		den  int64
		step scoring.Marks
		want scoring.Marks
	}{
		{2000, 3, 1, 667}, // 6.666… → 6.67
		{1000, 3, 1, 333}, // 3.333… → 3.33
		{1, 2, 1, 1},      // exactly half goes up
		{-1, 2, 1, 0},     // half up means towards the larger number
		{-3, 4, 1, -1},    //
		{845, 1, 10, 850}, // 8.45 → 8.5
		{844, 1, 10, 840}, //
		{8449, 1, 100, 8400},
		{8450, 1, 100, 8500},
		{8450, 1, 25, 8450},
		{0, 7, 100, 0},
	}
	for _, tt := range tests {
		if got := scoring.NewRatio(tt.num, tt.den).Round(tt.step); got != tt.want {
			t.Errorf("%d/%d to %d = %d, want %d", tt.num, tt.den, tt.step, got, tt.want)
		}
	}
	var zero scoring.Ratio
	if zero.Round(1) != 0 || zero.Add(scoring.NewRatio(5, 1)).Round(1) != 5 || zero.String() != "0" {
		t.Error("the zero Ratio is not 0")
	}
}

func TestRoundingErrorIsAtMostHalfAStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := scoring.NewRatio(
			scoring.Marks(rapid.Int64Range(-1e9, 1e9).Draw(t, "num")),
			rapid.Int64Range(1, 1e6).Draw(t, "den"))
		step := scoring.Marks(rapid.Int64Range(1, 1000).Draw(t, "step"))
		got := r.Round(step)
		if got%step != 0 {
			t.Fatalf("%d is no multiple of %d", got, step)
		}
		// half up: got − step/2 ≤ r < got + step/2
		if r.Cmp(scoring.NewRatio(2*got-step, 2)) < 0 || r.Cmp(scoring.NewRatio(2*got+step, 2)) >= 0 {
			t.Fatalf("%v rounds to %d in steps of %d", r, got, step)
		}
	})
}

func FuzzParseMarks(f *testing.F) {
	for _, s := range []string{"87.5", "-0.01", "0", "1.234", "９", "92233720368547758.07", "", "-.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := scoring.ParseMarks(s)
		if err != nil {
			return
		}
		again, err := scoring.ParseMarks(m.String())
		if err != nil || again != m {
			t.Fatalf("%q → %d → %q → %d, %v", s, m, m, again, err)
		}
		if strings.ContainsAny(s, "eE+ ") {
			t.Fatalf("%q was accepted", s)
		}
	})
}
