package draw_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	stations = draw.Form{Style: draw.StylePlace, Length: 2, Skip: "CW"}
	entries  = draw.Form{Style: draw.StyleNumber, Prefix: "C", Length: 3}
	works    = draw.Form{Style: draw.StyleRandom, Prefix: "W", Length: 3, Alphabet: "ACDEFGHJKMNPQRTVWXY34679"}
)

func secret(n int) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "secret %d", n))
	return sum[:]
}

// people makes n participants; unit i of each is units[i], "" beyond.
func people(n int, units ...string) []draw.Person {
	list := make([]draw.Person, n)
	for i := range list {
		list[i].Code = fmt.Sprintf("C%03d", i+1)
		if i < len(units) {
			list[i].Unit = units[i]
		}
	}
	return list
}

func row(list []draw.Person) draw.Draw {
	return draw.Draw{Name: "station.1", Secret: secret(1), Word: "泰山", People: list,
		Rule: draw.Rule{Codes: stations, Batches: 1, Groups: 1, UnitsApart: true}}
}

func run(t testing.TB, d draw.Draw) draw.Result {
	t.Helper()
	r, err := d.Run()
	if err != nil {
		t.Fatalf("drawing: %v", err)
	}
	return r
}

// randomDraw is any valid draw of up to most participants, with places enough.
func randomDraw(t *rapid.T, most int) draw.Draw {
	n := rapid.IntRange(1, most).Draw(t, "people")
	d := draw.Draw{Name: "station.1", Secret: secret(rapid.IntRange(0, 1<<20).Draw(t, "secret")), Word: rapid.StringN(0, 8, -1).Draw(t, "word")}
	d.Rule = draw.Rule{Codes: stations, Batches: rapid.IntRange(1, 4).Draw(t, "batches"), Groups: rapid.IntRange(1, 3).Draw(t, "groups"),
		UnitsApart: rapid.Bool().Draw(t, "apart")}
	sets := d.Rule.Batches * d.Rule.Groups
	need := (n + sets - 1) / sets
	switch rapid.SampledFrom([]string{"needed", "given", "rotation"}).Draw(t, "stations") {
	case "given":
		d.Rule.Spare = rapid.IntRange(0, 2).Draw(t, "spare")
		d.Rule.Stations = need + d.Rule.Spare + rapid.IntRange(0, 2).Draw(t, "more")
	case "rotation":
		d.Rule.Rounds = need
		d.Rule.Stations = rapid.IntRange(1, need).Draw(t, "of a group")
	}
	units := rapid.IntRange(1, n).Draw(t, "units")
	for i := range n {
		p := draw.Person{Code: fmt.Sprintf("C%03d", i+1)}
		if u := rapid.IntRange(0, units).Draw(t, "unit"); u > 0 {
			p.Unit = fmt.Sprint("单位", u)
		}
		for range rapid.IntRange(0, 2).Draw(t, "barred") {
			p.Barred = append(p.Barred, draw.Place{
				Batch: rapid.IntRange(0, d.Rule.Batches).Draw(t, "batch"), Group: rapid.IntRange(0, d.Rule.Groups).Draw(t, "group"),
				Station: rapid.IntRange(1, need).Draw(t, "station"),
			})
		}
		d.People = append(d.People, p)
	}
	return d
}

// Every participant gets one place of the rule, no two the same.
func TestADrawIsAPermutation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := randomDraw(t, 40)
		r, err := d.Run()
		if errors.Is(err, draw.ErrJudges) {
			t.Skip("nobody can mark somebody")
		}
		if err != nil {
			t.Fatal(err)
		}
		codes, uppers := map[string]bool{}, map[string]bool{}
		batches := map[int]int{}
		for _, l := range r.Lots {
			codes[l.Code], uppers[l.Upper] = true, true
			batches[l.Batch]++
			most := d.Rule.Stations - d.Rule.Spare
			if d.Rule.Rounds > 0 {
				most = d.Rule.Rounds
			}
			if l.Batch < 1 || l.Batch > d.Rule.Batches || l.Group < 1 || l.Group > d.Rule.Groups || l.Station < 1 || d.Rule.Stations > 0 && l.Station > most {
				t.Fatalf("%+v is no place of %+v", l, d.Rule)
			}
		}
		if n := len(d.People); len(codes) != n || len(uppers) != n || len(r.Lots) != n {
			t.Fatalf("%d codes for %d of %d participants", len(codes), len(uppers), n)
		}
		least, most := len(d.People), 0
		for b := range d.Rule.Batches {
			least, most = min(least, batches[b+1]), max(most, batches[b+1])
		}
		if most > least+1 {
			t.Fatalf("batches take %d to %d", least, most)
		}
		if diff := cmp.Diff(r.Breaches, d.Check(r.Lots)); diff != "" {
			t.Fatalf("breaches by Check (-run +check):\n%s", diff)
		}
	})
}

func TestTheOrderOfTheListDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := randomDraw(t, 20)
		want, wantErr := d.Run()
		d.People = rapid.Permutation(d.People).Draw(t, "order")
		got, err := d.Run()
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("another order of the same list gives (-want +got):\n%s%v, %v", diff, wantErr, err)
		}
	})
}

// naive counts the breaches of lots by their definition.
func naive(d draw.Draw, lots []draw.Lot) (judges, units, spread int) {
	who := map[string]draw.Person{}
	size := map[string]int{}
	for _, p := range d.People {
		who[p.Code] = p
		size[p.Unit]++
	}
	type crowd struct {
		unit  string
		batch int
	}
	crowds := map[crowd]int{}
	for i, a := range lots {
		for _, b := range who[a.Upper].Barred {
			if (b.Batch == 0 || b.Batch == a.Batch) && (b.Group == 0 || b.Group == a.Group) && (b.Station == 0 || b.Station == a.Station) {
				judges++
				break
			}
		}
		u := who[a.Upper].Unit
		if u == "" || !d.Rule.UnitsApart {
			continue
		}
		crowds[crowd{u, a.Batch}]++
		for _, b := range lots[:i] {
			beside := a.Batch == b.Batch && a.Group == b.Group
			if d.Rule.Rounds == 0 {
				beside = beside && max(a.Station-b.Station, b.Station-a.Station) == 1
			}
			if beside && who[b.Upper].Unit == u {
				units++
			}
		}
	}
	for c, n := range crowds {
		spread += max(0, n-(size[c.unit]+d.Rule.Batches-1)/d.Rule.Batches)
	}
	return judges, units, spread
}

// permute calls f with every order of the list.
func permute[T any](list []T, k int, f func([]T)) {
	if k == len(list) {
		f(list)
		return
	}
	for i := k; i < len(list); i++ {
		list[k], list[i] = list[i], list[k]
		permute(list, k+1, f)
		list[k], list[i] = list[i], list[k]
	}
}

// On small draws everything is tried: what can be kept is kept, and a draw is
// refused only when nobody could have done it.
func TestConstraintsAreKeptWhereThatCanBeDone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := randomDraw(t, 6)
		places, err := d.Box()
		if err != nil {
			t.Fatal(err)
		}
		best := [3]int{1 << 20}
		permute(slices.Clone(d.People), 0, func(list []draw.Person) {
			lots := slices.Clone(places)
			for i := range lots {
				lots[i].Upper = list[i].Code
			}
			j, u, s := naive(d, lots)
			if c := [3]int{j, u, s}; slices.Compare(c[:], best[:]) < 0 {
				best = c
			}
		})
		r, err := d.Run()
		if possible := d.Possible(); (possible == nil) != (err == nil) {
			t.Fatalf("Possible says %v, Run %v", possible, err)
		}
		if best[0] > 0 {
			if !errors.Is(err, draw.ErrJudges) || len(fault.As(err).Fields) == 0 {
				t.Fatalf("impossible, but %v", err)
			}
			return
		}
		if err != nil {
			t.Fatalf("possible with %v, but %v", best, err)
		}
		j, u, s := naive(d, r.Lots)
		if got := [3]int{j, u, s}; got != best {
			t.Fatalf("breaches %v, best is %v: %+v", got, best, r.Lots)
		}
	})
}

// Neighbours of a row can be kept apart as long as no unit has more than every
// second place.
func TestUnitsStayApartInALongRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 120).Draw(t, "people")
		list := people(n)
		left := n
		for u := 0; left > 0; u++ {
			size := min(left, rapid.IntRange(1, (n+1)/2).Draw(t, "unit"))
			for i := n - left; i < n-left+size; i++ {
				list[i].Unit = fmt.Sprint("单位", u)
			}
			left -= size
		}
		d := row(list)
		d.Secret = secret(rapid.IntRange(0, 1<<20).Draw(t, "secret"))
		r, err := d.Run()
		if err != nil || len(r.Breaches) > 0 {
			t.Fatalf("%v, %v", r.Breaches, err)
		}
	})
}

// However narrow the choice of judges leaves it: where there is a way, it is
// found.
func TestJudgesWhoStepAside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 60).Draw(t, "people")
		list := people(n)
		way := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "way")
		width := rapid.IntRange(0, 3).Draw(t, "width")
		for i := range list { // only the place of the way and a few others are open
			open := map[int]bool{way[i] + 1: true}
			for range width {
				open[rapid.IntRange(1, n).Draw(t, "open")] = true
			}
			for st := 1; st <= n; st++ {
				if !open[st] {
					list[i].Barred = append(list[i].Barred, draw.Place{Station: st})
				}
			}
		}
		d := row(list)
		if r, err := d.Run(); err != nil || len(r.Lots) != n {
			t.Fatalf("there was a way, but %v", err)
		}
		list[0].Barred = []draw.Place{{}}
		_, err := d.Run()
		if !errors.Is(err, draw.ErrJudges) || fault.As(err).Fields[0].Params["code"] != "C001" {
			t.Fatalf("nobody may mark C001, but %v", err)
		}
	})
}

// A draw that cannot keep units apart ends, and says so.
func TestWhatCannotBeKeptIsNamed(t *testing.T) {
	t.Parallel()
	list := people(300)
	for i := range list {
		list[i].Unit = "一家"
	}
	d := row(list)
	d.Rule.Batches = 3
	r := run(t, d)
	if len(r.Breaches) != 3*99 {
		t.Errorf("%d breaches, want one for each of 297 pairs", len(r.Breaches))
	}
	b := r.Breaches[0]
	if b.Kind != draw.BreachUnits || len(b.People) != 2 || len(b.Codes) != 2 {
		t.Errorf("%+v", b)
	}
	d.People = people(5, "甲", "甲", "甲", "甲", "乙")
	d.Rule.Batches = 1
	if r = run(t, d); len(r.Breaches) != 2 {
		t.Errorf("four of one unit and one other stand with %d pairs side by side, want 2", len(r.Breaches))
	}
}

// chi2 is Pearson's statistic of counts that should be equal.
func chi2(counts map[string]int, kinds, total int) float64 {
	want := float64(total) / float64(kinds)
	sum := float64(kinds-len(counts)) * want // kinds that never came
	for _, n := range counts {
		d := float64(n) - want
		sum += d * d / want
	}
	return sum
}

// Every order is equally likely: of all orders without constraints, of all
// good ones with them. The seeds are fixed, so the test cannot fail by chance.
func TestUniform(t *testing.T) {
	t.Parallel()
	rotation := row(people(6, "甲", "甲", "乙", "乙", "丙", "丙"))
	rotation.Rule.Groups, rotation.Rule.Rounds, rotation.Rule.Stations = 2, 3, 3
	batches := row(people(4, "甲", "甲", "乙", "丙"))
	batches.Rule.Batches = 2
	for _, c := range []struct {
		name  string
		d     draw.Draw
		kinds int
		limit float64 // of chi-square at p = 0.001
	}{
		{"free", row(people(4)), 24, 49.7},
		{"apart", row(people(4, "甲", "甲", "乙", "丙")), 12, 31.3},
		{"batches", batches, 16, 37.7},
		{"rotation", rotation, 288, 366},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			total := c.kinds * 200
			counts := map[string]int{}
			for i := range total {
				c.d.Secret = secret(i)
				var b strings.Builder
				for _, l := range run(t, c.d).Lots {
					b.WriteString(l.Code)
				}
				counts[b.String()]++
			}
			if x := chi2(counts, c.kinds, total); x > c.limit || len(counts) != c.kinds {
				t.Errorf("%d of %d arrangements, chi-square %.1f above %.1f", len(counts), c.kinds, x, c.limit)
			}
		})
	}
}

// proof is a draw that was held rightly.
func proof(t testing.TB, d draw.Draw, byHand bool) draw.Proof {
	t.Helper()
	p := draw.Proof{Algorithm: draw.Version, Draw: d, Commitment: draw.Commit(d.Secret), Participants: d.Participants(), ByHand: byHand}
	if byHand {
		box, err := d.Box()
		if err != nil {
			t.Fatal(err)
		}
		p.Order, err = d.Order()
		if err != nil {
			t.Fatal(err)
		}
		for i, upper := range p.Order {
			box[i].Upper = upper
		}
		p.Lots = box
	} else {
		p.Lots = run(t, d).Lots
	}
	p.Digest = draw.Digest(d.Secret, p.Lots)
	return p
}

// A proof holds, in whatever order its lists are, and none with anything
// changed does.
func TestVerify(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*draw.Proof){
		"algorithm":  func(p *draw.Proof) { p.Algorithm = "xinglu-draw-0" },
		"secret":     func(p *draw.Proof) { p.Secret[7] ^= 1 },
		"commitment": func(p *draw.Proof) { p.Secret[7] ^= 1; p.Commitment = draw.Commit(p.Secret) },
		"word":       func(p *draw.Proof) { p.Word += "!" },
		"name":       func(p *draw.Proof) { p.Name = "station.2" },
		"unit":       func(p *draw.Proof) { p.People[3].Unit = "别的" },
		"code":       func(p *draw.Proof) { p.People[3].Code = "C999" },
		"barred":     func(p *draw.Proof) { p.People[3].Barred = []draw.Place{{Station: 2}} },
		"left out":   func(p *draw.Proof) { p.People = p.People[1:] },
		"rule":       func(p *draw.Proof) { p.Rule.Spare++ },
		"apart":      func(p *draw.Proof) { p.Rule.UnitsApart = false },
		"taken":      func(p *draw.Proof) { p.Rule.Taken = []string{"Z01"} },
		"lots":       func(p *draw.Proof) { p.Lots[0].Code, p.Lots[1].Code = p.Lots[1].Code, p.Lots[0].Code },
		"lots recorded later": func(p *draw.Proof) {
			p.Lots[0].Code, p.Lots[1].Code = p.Lots[1].Code, p.Lots[0].Code
			if p.ByHand {
				p.Order[0], p.Order[1] = p.Order[1], p.Order[0]
			}
			p.Digest = draw.Digest(p.Secret, p.Lots)
		},
		"place":      func(p *draw.Proof) { p.Lots[0].Station++ },
		"lot is out": func(p *draw.Proof) { p.Lots = p.Lots[1:] },
	}
	for _, byHand := range []bool{false, true} {
		for name, change := range changes {
			d := row(people(9, "甲", "甲", "乙", "乙", "丙"))
			d.Rule.Stations, d.Rule.Spare = 12, 1
			p := proof(t, d, byHand)
			slices.Reverse(p.People)
			slices.Reverse(p.Lots)
			if err := p.Verify(); err != nil {
				t.Fatalf("a right proof: %v", err)
			}
			if change(&p); p.Verify() == nil && !(byHand && name == "word") {
				t.Errorf("%s changed (by hand %v), and the proof still holds", name, byHand)
			}
		}
	}
}

// The word decides: without it whoever knows the secret knows the draw.
func TestTheWordDecides(t *testing.T) {
	t.Parallel()
	d := row(people(30))
	a := run(t, d)
	d.Word = "黄河"
	if b := run(t, d); slices.Equal(a.Lots, b.Lots) {
		t.Error("another word gives the same draw")
	}
	x, err := d.Order()
	if err != nil {
		t.Fatal(err)
	}
	d.Word = "泰山"
	if y, _ := d.Order(); slices.Equal(x, y) {
		t.Error("another word gives the same order")
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stations, rounds int }{{1, 1}, {3, 3}, {3, 5}, {4, 4}} {
		for round := range c.rounds {
			met := map[int]int{}
			for start := 1; start <= c.rounds; start++ {
				if st := draw.Schedule(c.stations, c.rounds, start)[round]; st > 0 {
					met[st]++
				}
			}
			if len(met) != c.stations || len(met) > 0 && slices.Max(slices.Collect(mapValues(met))) > 1 {
				t.Errorf("%+v round %d: %v", c, round+1, met)
			}
		}
		for start := 1; start <= c.rounds; start++ {
			at := slices.DeleteFunc(draw.Schedule(c.stations, c.rounds, start), func(s int) bool { return s == 0 })
			slices.Sort(at)
			if len(slices.Compact(at)) != c.stations || len(at) != c.stations {
				t.Errorf("%+v from %d visits %v", c, start, at)
			}
		}
	}
}

func mapValues(m map[int]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// Codes of three layers cannot be mistaken for one another, and the last two
// characters of work codes differ.
func TestCodes(t *testing.T) {
	t.Parallel()
	d := row(people(300))
	first := map[byte]string{}
	for layer, form := range map[string]draw.Form{"entry": entries, "station": stations, "work": works} {
		d.Rule.Codes = form
		tails := map[string]bool{}
		for _, l := range run(t, d).Lots {
			if other, there := first[l.Code[0]]; there && other != layer {
				t.Fatalf("%s looks like a code of the %s layer", l.Code, other)
			}
			first[l.Code[0]] = layer
			tails[l.Code[len(l.Code)-2:]] = true
		}
		if layer == "work" && len(tails) != 300 {
			t.Errorf("%d different endings of 300 work codes", len(tails))
		}
	}
	d.Rule = draw.Rule{Codes: stations, Batches: 3, Groups: 2, Stations: 4, Spare: 1}
	d.People = people(18)
	var codes []string
	for _, l := range run(t, d).Lots {
		codes = append(codes, l.Code)
	}
	slices.Sort(codes)
	if got := strings.Join(codes, " "); got != "A01 A02 A03 A05 A06 A07 B01 B02 B03 B05 B06 B07 D01 D02 D03 D05 D06 D07" {
		t.Errorf("codes %s", got)
	}
	d.People = people(19)
	if _, err := d.Run(); !errors.Is(err, draw.ErrRoom) {
		t.Errorf("one too many: %v", err)
	}
}

// A draw for those who came later leaves what is taken alone.
func TestTakenCodes(t *testing.T) {
	t.Parallel()
	for _, form := range []draw.Form{stations, works, entries} {
		d := row(people(30))
		d.Rule.Codes = form
		for _, l := range run(t, d).Lots {
			d.Rule.Taken = append(d.Rule.Taken, l.Code)
		}
		d.Name = "station.2"
		for _, l := range run(t, d).Lots {
			if slices.Contains(d.Rule.Taken, l.Code) {
				t.Errorf("%s is drawn twice", l.Code)
			}
		}
	}
}

func TestBadDraws(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*draw.Draw)
		want   error
	}{
		"nobody":       {func(d *draw.Draw) { d.People = nil }, draw.ErrPeople},
		"twice":        {func(d *draw.Draw) { d.People[1] = d.People[0] }, draw.ErrPeople},
		"without code": {func(d *draw.Draw) { d.People[1].Code = "" }, draw.ErrPeople},
		"no batch":     {func(d *draw.Draw) { d.Rule.Batches = 0 }, draw.ErrRule},
		"all spare":    {func(d *draw.Draw) { d.Rule.Stations, d.Rule.Spare = 3, 3 }, draw.ErrRule},
		"few rounds":   {func(d *draw.Draw) { d.Rule.Stations, d.Rule.Rounds = 3, 2 }, draw.ErrRule},
		"no style":     {func(d *draw.Draw) { d.Rule.Codes = draw.Form{} }, draw.ErrRule},
		"short codes": {func(d *draw.Draw) {
			d.Rule.Codes = draw.Form{Style: draw.StyleRandom, Length: 3, Alphabet: "AABCDEFGHI"}
		}, draw.ErrRule},
		"no room": {func(d *draw.Draw) { d.Rule.Stations = 3 }, draw.ErrRoom},
	} {
		d := row(people(4))
		c.change(&d)
		if _, err := d.Run(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	d := row(people(4))
	d.Rule.Codes = works
	if _, err := d.Box(); !errors.Is(err, draw.ErrRule) {
		t.Errorf("random codes by hand: %v", err)
	}
}

// The vectors are for those who write the algorithm again: draws with all
// that goes in and what comes out.
func TestVectors(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	units := func(n, kinds int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprint("单位", r.IntN(kinds))
		}
		return list
	}
	free, hand := row(people(5)), row(people(8))
	apart := row(people(24, units(24, 8)...))
	apart.Rule.Batches, apart.Rule.Stations, apart.Rule.Spare = 2, 14, 1
	tight := row(people(12, "甲", "甲", "甲", "甲", "甲", "甲", "乙", "乙", "乙", "丙", "丙", "丙"))
	barred := row(people(9, units(9, 3)...))
	barred.Rule.Groups, barred.Rule.Stations, barred.Rule.Rounds = 3, 3, 3
	for i := range 6 {
		barred.People[i].Barred = []draw.Place{{Group: 1 + i%2}}
	}
	coded := row(people(6))
	coded.Rule.Codes, coded.Rule.Taken = works, []string{"WACD"}
	var list []draw.Proof
	for _, d := range []draw.Draw{free, apart, tight, barred, coded} {
		list = append(list, proof(t, d, false))
	}
	list = append(list, proof(t, hand, true))
	got, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "vectors.json")
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("the algorithm has changed; it needs another Version (-want +got):\n%s", diff)
	}
	for _, p := range list {
		if err := p.Verify(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}
