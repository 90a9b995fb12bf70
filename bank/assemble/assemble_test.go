package assemble_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/bank/assemble"
	"github.com/xinglu/xinglu/internal/fault"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample is a bank of 4 ranges × 60 points, each point with one question of
// every kind, and a plan like that of a 100-item paper.
func sample() assemble.Problem {
	p := assemble.Problem{
		Ranges:     []assemble.Share{{Name: "A-A", Weight: 500}, {Name: "A-B", Weight: 2000}, {Name: "B-A", Weight: 4250}, {Name: "B-B", Weight: 3250}},
		Kinds:      []assemble.Kind{{Name: "single", Count: 80}, {Name: "judge", Count: 20}},
		Importance: []assemble.Share{{Name: "X"}, {Name: "Y"}, {Name: "Z"}},
		Seed:       42,
	}
	for r, s := range p.Ranges {
		for i := range 60 {
			point := fmt.Sprintf("%s-%03d", s.Name, i+1)
			class := "X"
			if i%10 == 8 {
				class = "Y"
			} else if i%10 == 9 {
				class = "Z"
			}
			for k, kind := range p.Kinds {
				for v := range 2 {
					p.Items = append(p.Items, assemble.Item{ID: fmt.Sprintf("%s/%s/%d", point, kind.Name, v), Range: r,
						Point: point, Kind: kind.Name, Importance: class, Difficulty: fmt.Sprint(1 + (i+k+v)%5)})
				}
			}
		}
	}
	return p
}

func TestSameSeedSamePaperGolden(t *testing.T) {
	t.Parallel()
	got, err := assemble.Solve(sample())
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "seed42.golden.json")
	if *update {
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(body)); diff != "" {
		t.Errorf("paper of seed 42 changed (-want +got):\n%s", diff)
	}
}

func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	a, b := sample(), sample()
	b.Seed = 43
	x, errX := assemble.Solve(a)
	y, errY := assemble.Solve(b)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	if cmp.Equal(x.Picks, y.Picks) {
		t.Error("two seeds gave one paper")
	}
}

func TestImportance(t *testing.T) {
	t.Parallel()
	first := sample() // no mix asked for: 48 X points a range suffice for all
	got, err := assemble.Solve(first)
	if err != nil {
		t.Fatal(err)
	}
	if x := got.Trace.Importance[0].Picked; x != 100 {
		t.Errorf("X first: picked %d X of 100", x)
	}
	mixed := sample()
	mixed.Importance = []assemble.Share{{Name: "X", Weight: 8000}, {Name: "Y", Weight: 1500}, {Name: "Z", Weight: 500}}
	if got, err = assemble.Solve(mixed); err != nil {
		t.Fatal(err)
	}
	want := []assemble.Tally{{Name: "X", Wanted: 80, Picked: 80}, {Name: "Y", Wanted: 15, Picked: 15}, {Name: "Z", Wanted: 5, Picked: 5}}
	if diff := cmp.Diff(want, got.Trace.Importance); diff != "" {
		t.Errorf("mix (-want +got):\n%s", diff)
	}
}

func TestDifficultyMix(t *testing.T) {
	t.Parallel()
	p := sample()
	for i, w := range []int64{1, 2, 4, 2, 1} {
		p.Difficulty = append(p.Difficulty, assemble.Share{Name: fmt.Sprint(i + 1), Weight: w})
	}
	got, err := assemble.Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range got.Trace.Difficulty {
		if d.Picked != d.Wanted {
			t.Errorf("difficulty %q: picked %d, wanted %d", d.Name, d.Picked, d.Wanted)
		}
	}
}

func TestRepeatedPoints(t *testing.T) {
	t.Parallel()
	p := assemble.Problem{RepeatPoints: true, Ranges: []assemble.Share{{Name: "A", Weight: 1}},
		Kinds: []assemble.Kind{{Name: "single", Count: 4}}}
	for i := range 6 {
		p.Items = append(p.Items, assemble.Item{ID: fmt.Sprint(i), Point: fmt.Sprint(i % 2), Kind: "single"})
	}
	got, err := assemble.Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, id := range got.Picks[0] {
		n := int(id[0] - '0')
		count[fmt.Sprint(n%2)]++
	}
	if count["0"] != 2 || count["1"] != 2 {
		t.Errorf("4 items over 2 points of 3 items: %v, want 2 of each", count)
	}
	p.RepeatPoints = false
	if _, err := assemble.Solve(p); !errors.Is(err, assemble.ErrInfeasible) {
		t.Errorf("4 items, 2 points, no repeats: %v", err)
	}
}

func TestInfeasibleNamesCells(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Items = slices.DeleteFunc(p.Items, func(it assemble.Item) bool { return it.Range == 2 && it.Point > "B-A-020" })
	_, err := assemble.Solve(p)
	f := fault.As(err)
	if f == nil || f.Code != "blueprint_infeasible" || f.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	want := map[string]map[string]string{
		"B-A/all":    {"range": "B-A", "kind": "all", "needed": "43", "available": "20"},
		"B-A/single": {"range": "B-A", "kind": "single", "needed": "35", "available": "20"},
		// 5 + 20 + 20 + 32 places are all that singles can have.
		"all/single": {"range": "all", "kind": "single", "needed": "80", "available": "77"},
	}
	got := map[string]map[string]string{}
	for _, field := range f.Fields {
		got[field.Path] = field.Params
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// TestSharedPointsAreInfeasible: each sum alone would do, together not.
func TestSharedPointsAreInfeasible(t *testing.T) {
	t.Parallel()
	p := assemble.Problem{Ranges: []assemble.Share{{Name: "A", Weight: 1}, {Name: "B", Weight: 1}},
		Kinds: []assemble.Kind{{Name: "s", Count: 2}, {Name: "j", Count: 2}}}
	for _, it := range []assemble.Item{{Range: 0, Point: "a1"}, {Range: 0, Point: "a2"}, {Range: 1, Point: "b1"}, {Range: 1, Point: "b2"}} {
		it.ID, it.Kind = it.Point, "s"
		p.Items = append(p.Items, it)
	}
	p.Items = append(p.Items, assemble.Item{ID: "j", Range: 0, Point: "a1", Kind: "j"})
	_, err := assemble.Solve(p)
	if f := fault.As(err); f == nil || len(f.Fields) == 0 || !errors.Is(err, assemble.ErrInfeasible) {
		t.Fatalf("got %v", err)
	}
}

func TestWrongProblems(t *testing.T) {
	t.Parallel()
	ok := sample()
	for name, change := range map[string]func(*assemble.Problem){
		"no kinds":          func(p *assemble.Problem) { p.Kinds = nil },
		"kind twice":        func(p *assemble.Problem) { p.Kinds = append(p.Kinds, p.Kinds[0]) },
		"negative count":    func(p *assemble.Problem) { p.Kinds = []assemble.Kind{{Name: "single", Count: -1}} },
		"too many":          func(p *assemble.Problem) { p.Kinds = []assemble.Kind{{Name: "single", Count: 501}} },
		"no weight":         func(p *assemble.Problem) { p.Ranges = []assemble.Share{{Name: "A"}} },
		"negative weight":   func(p *assemble.Problem) { p.Ranges = []assemble.Share{{Name: "A", Weight: -1}} },
		"item out of range": func(p *assemble.Problem) { p.Items = []assemble.Item{{Range: 9}} },
	} {
		p := ok
		change(&p)
		if _, err := assemble.Solve(p); !errors.Is(err, assemble.ErrProblem) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestApportion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		weights []int64
		n       int
		want    []int
	}{
		{[]int64{500, 2000, 4250, 3250}, 100, []int{5, 20, 43, 32}}, // 42.5 and 32.5: the larger weight first
		{[]int64{1, 1, 1}, 100, []int{34, 33, 33}},
		{[]int64{2500, 7500}, 200, []int{50, 150}},
		{[]int64{0, 5}, 3, []int{0, 3}},
		{[]int64{0, 0}, 3, []int{0, 0}},
		{[]int64{1 << 40, 1 << 40}, 500, []int{250, 250}},
		{nil, 5, []int{}},
	} {
		if diff := cmp.Diff(c.want, assemble.Apportion(c.weights, c.n)); diff != "" {
			t.Errorf("Apportion(%v, %d) (-want +got):\n%s", c.weights, c.n, diff)
		}
	}
}

func TestApportionProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.Int64Range(0, 10000), 1, 40).Draw(t, "weights")
		n := rapid.IntRange(0, 500).Draw(t, "n")
		var sum int64
		for _, x := range w {
			sum += x
		}
		got, total := assemble.Apportion(w, n), 0
		for i, g := range got {
			total += g
			// |got − weight·n/sum| < 1, without dividing.
			if d := int64(g)*sum - w[i]*int64(n); sum > 0 && (d >= sum || d <= -sum) {
				t.Fatalf("share %d: %d is a whole item off the quota of %d·%d/%d", i, g, w[i], n, sum)
			}
		}
		if sum > 0 && total != n {
			t.Fatalf("sum %d, want %d", total, n)
		}
	})
}

// TestSolveProperties draws random banks; a solution keeps every hard rule and
// does not depend on the order of input.
func TestSolveProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		got, err := assemble.Solve(p)
		shuffled := p
		shuffled.Items = slices.Clone(p.Items)
		rand.New(rand.NewPCG(p.Seed, 1)).Shuffle(len(shuffled.Items), func(i, j int) {
			shuffled.Items[i], shuffled.Items[j] = shuffled.Items[j], shuffled.Items[i]
		})
		again, errAgain := assemble.Solve(shuffled)
		if fmt.Sprint(err) != fmt.Sprint(errAgain) || !cmp.Equal(got, again) {
			t.Fatalf("another order of input gave another result: %v / %v", err, errAgain)
		}
		if err != nil {
			if !errors.Is(err, assemble.ErrInfeasible) || len(fault.As(err).Fields) == 0 {
				t.Fatalf("unexpected %v", err)
			}
			return
		}
		verify(t, &p, got)
	})
}

func drawProblem(t *rapid.T) assemble.Problem {
	p := assemble.Problem{Seed: rapid.Uint64().Draw(t, "seed"),
		Importance: []assemble.Share{{Name: "X"}, {Name: "Y"}, {Name: "Z"}}}
	for i := range rapid.IntRange(1, 6).Draw(t, "ranges") {
		p.Ranges = append(p.Ranges, assemble.Share{Name: fmt.Sprint("R", i), Weight: rapid.Int64Range(1, 100).Draw(t, "weight")})
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "kinds") {
		p.Kinds = append(p.Kinds, assemble.Kind{Name: fmt.Sprint("K", i), Count: rapid.IntRange(1, 8).Draw(t, "count")})
	}
	if rapid.Bool().Draw(t, "mix") {
		p.Importance[0].Weight, p.Importance[1].Weight = 80, 20
	}
	per := rapid.IntRange(1, 20).Draw(t, "points")
	for r := range p.Ranges {
		for i := range per {
			for _, k := range p.Kinds {
				if rapid.IntRange(0, 3).Draw(t, "has") > 0 {
					p.Items = append(p.Items, assemble.Item{ID: fmt.Sprintf("%d/%d/%s", r, i, k.Name), Range: r,
						Point: fmt.Sprintf("%d/%d", r, i), Kind: k.Name, Importance: string("XYZ"[i%3])})
				}
			}
		}
	}
	return p
}

func verify(t *rapid.T, p *assemble.Problem, got assemble.Result) {
	byID := map[string]assemble.Item{}
	for _, it := range p.Items {
		byID[it.ID] = it
	}
	total := 0
	for _, k := range p.Kinds {
		total += k.Count
	}
	w := make([]int64, len(p.Ranges))
	for i, r := range p.Ranges {
		w[i] = r.Weight
	}
	want, rows, points := assemble.Apportion(w, total), make([]int, len(p.Ranges)), map[string]bool{}
	for k, ids := range got.Picks {
		if len(ids) != p.Kinds[k].Count {
			t.Fatalf("kind %s has %d items, want %d", p.Kinds[k].Name, len(ids), p.Kinds[k].Count)
		}
		for _, id := range ids {
			it := byID[id]
			if it.Kind != p.Kinds[k].Name {
				t.Fatalf("%s is not of kind %s", id, p.Kinds[k].Name)
			}
			if points[it.Point] {
				t.Fatalf("point %s is there twice", it.Point)
			}
			points[it.Point] = true
			rows[it.Range]++
		}
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Fatalf("items by range (-want +got):\n%s", diff)
	}
}

func BenchmarkSolve(b *testing.B) {
	p := sample()
	for b.Loop() {
		if _, err := assemble.Solve(p); err != nil {
			b.Fatal(err)
		}
	}
}
