package similarity_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/similarity"
)

// crowd makes honest sheets. The truth is on purpose not the estimator's
// model: items differ in how sharply they separate and can be guessed, and the
// better a candidate, the more a wrong answer goes to the closest distractor.
func crowd(seed uint64, candidates, items, perRoom int) []similarity.Sheet {
	rng := rand.New(rand.NewPCG(seed, 1))
	slope, level := make([]float64, items), make([]float64, items)
	for i := range items {
		slope[i], level[i] = 0.5+rng.Float64(), 1.2*rng.NormFloat64()-0.5
	}
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	sheets := make([]similarity.Sheet, candidates)
	for c := range sheets {
		ability := rng.NormFloat64()
		seat := c % perRoom
		s := similarity.Sheet{ID: fmt.Sprintf("c%04d", c), Room: fmt.Sprintf("r%03d", c/perRoom), Form: "A",
			Spot: &similarity.Spot{Row: seat / 10, Column: seat % 10}, Responses: map[scoring.ItemID]similarity.Response{}}
		at := start
		for i := range items {
			at = at.Add(time.Duration(20+rng.IntN(60)) * time.Second)
			if rng.Float64() < 0.02 {
				continue // left out
			}
			r := similarity.Response{Value: "A", Right: true, At: at}
			if p := 0.15 + 0.85/(1+math.Exp(-slope[i]*(ability-level[i]))); rng.Float64() >= p {
				r.Right, r.Value = false, "B"
				if u := rng.Float64(); u > 0.5+0.15*ability {
					r.Value = string(rune('C' + rng.IntN(2)))
				}
			}
			s.Responses[scoring.ItemID(fmt.Sprintf("q%03d", i))] = r
		}
		sheets[c] = s
	}
	return sheets
}

// copyFrom lets b take share of a's answers, some seconds later.
func copyFrom(rng *rand.Rand, a, b similarity.Sheet, share float64) {
	for _, id := range slices.Sorted(maps.Keys(a.Responses)) {
		if r := a.Responses[id]; rng.Float64() < share {
			r.At = r.At.Add(time.Duration(3+rng.IntN(9)) * time.Second)
			b.Responses[id] = r
		}
	}
}

func TestPlantedCopiersAreFound(t *testing.T) {
	t.Parallel()
	sheets := crowd(7, 300, 100, 50)
	rng := rand.New(rand.NewPCG(7, 2))
	// Copiers sit next to their source: one takes most, one half of the answers.
	copyFrom(rng, sheets[12], sheets[13], 0.8)
	copyFrom(rng, sheets[160], sheets[161], 0.5)
	// Both in other rooms: what happens across rooms is not looked at.
	copyFrom(rng, sheets[220], sheets[260], 1)

	r := similarity.Compare(sheets, similarity.Config{})
	var found []string
	for _, p := range r.Pairs {
		found = append(found, p.A+" "+p.B)
	}
	if diff := cmp.Diff([]string{"c0012 c0013", "c0160 c0161"}, found); diff != "" {
		t.Fatal(diff)
	}
	p := r.Pairs[0]
	if p.Distance == nil || *p.Distance != 1 || !p.SameForm || p.Identical != p.IdenticalRight+p.IdenticalWrong || p.Omega < 5 || p.Adjusted > 1e-4 {
		t.Errorf("%+v", p)
	}
	if p.Timing.Together < p.Timing.Known/2 || p.Timing.AFirst*10 < p.Timing.Together*8 || int64(p.Timing.Together)*10000/int64(p.Timing.Known) < 2*p.Timing.RoomBP {
		t.Errorf("a copier some seconds behind: %+v", p.Timing)
	}
	for _, reason := range p.Reasons {
		if reason.ZH == "" || reason.EN == "" {
			t.Errorf("a reason without words: %+v", p.Reasons)
		}
	}
	if r.Rooms != 6 || r.Compared != 6*50*49/2 || r.ExpectedFalse != 0.06 || r.Candidates != 300 || r.Items != 100 {
		t.Errorf("%+v", r.Config)
	}
}

// Among honest candidates a room is listed no more often than alpha says: of
// 400 rooms at alpha 0.05, 20 are expected at most; more than 33 would be
// beyond three standard deviations. A sitting of one room has little to
// estimate from, and keeps to it too.
func TestHonestRoomsAreRarelyListed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ sittings, rooms int }{{20, 20}, {400, 1}} {
		const alpha = 0.05
		listed := 0
		for seed := range uint64(tt.sittings) {
			r := similarity.Compare(crowd(100+seed, tt.rooms*30, 60, 30), similarity.Config{Alpha: alpha})
			bad := map[string]bool{}
			for _, p := range r.Pairs {
				bad[p.Room] = true
			}
			listed += len(bad)
		}
		t.Logf("sittings of %d rooms: %d of %d honest rooms were listed", tt.rooms, listed, tt.sittings*tt.rooms)
		if listed > 33 {
			t.Errorf("sittings of %d rooms: %d of %d honest rooms were listed", tt.rooms, listed, tt.sittings*tt.rooms)
		}
	}
}

func TestExcellentCandidatesAreNotListed(t *testing.T) {
	t.Parallel()
	sheets := crowd(3, 100, 80, 50)
	for _, c := range []int{4, 5, 6} { // three faultless papers side by side
		for id, r := range sheets[c].Responses {
			r.Value, r.Right = "A", true
			sheets[c].Responses[id] = r
		}
	}
	if r := similarity.Compare(sheets, similarity.Config{}); len(r.Pairs) > 0 {
		t.Errorf("faultless papers are no evidence: %+v", r.Pairs[0])
	}
}

func TestWrongShareRule(t *testing.T) {
	t.Parallel()
	sheets := []similarity.Sheet{{ID: "a", Room: "r", Form: "A"}, {ID: "b", Room: "r", Form: "B"}, {ID: "c", Room: "r", Form: "A"}}
	for c := range sheets {
		sheets[c].Responses = map[scoring.ItemID]similarity.Response{}
		for i := range 30 {
			v := similarity.Response{Value: "A", Right: true}
			if c < 2 && i < 6 || c == 2 && i >= 24 {
				v = similarity.Response{Value: "B"}
			}
			sheets[c].Responses[scoring.ItemID(fmt.Sprint(i))] = v
		}
	}
	sheets[1].Responses["29"] = similarity.Response{Value: "C"}
	r := similarity.Compare(sheets, similarity.Config{WrongShareBP: 8000, Alpha: 1e-12})
	if len(r.Pairs) != 1 || r.Pairs[0].A != "a" || r.Pairs[0].B != "b" {
		t.Fatalf("%+v", r.Pairs)
	}
	p := r.Pairs[0]
	if p.WrongShareA != 10000 || p.WrongShareB != 6*10000/7 || p.IdenticalWrong != 6 || p.WrongB != 7 || p.SameForm || p.Distance != nil || p.Timing.Known != 0 {
		t.Errorf("%+v", p)
	}
	if len(similarity.Compare(sheets, similarity.Config{MinCommon: 31, WrongShareBP: 1}).Pairs) != 0 {
		t.Error("pairs with few common items were compared")
	}
}

func TestOrderOfSheetsIsNothing(t *testing.T) {
	t.Parallel()
	sheets := crowd(11, 60, 40, 30)
	copyFrom(rand.New(rand.NewPCG(1, 1)), sheets[3], sheets[4], 0.9)
	want := similarity.Compare(sheets, similarity.Config{})
	slices.Reverse(sheets)
	if diff := cmp.Diff(want, similarity.Compare(sheets, similarity.Config{})); diff != "" || len(want.Pairs) == 0 {
		t.Errorf("%d pairs; %s", len(want.Pairs), diff)
	}
	if r := similarity.Compare(nil, similarity.Config{}); r.Pairs == nil || r.Compared != 0 {
		t.Errorf("%+v", r)
	}
}

// The target: 1,000 candidates in rooms of 50, 100 items, well under a second.
func BenchmarkCompare(b *testing.B) {
	sheets := crowd(1, 1000, 100, 50)
	for b.Loop() {
		similarity.Compare(sheets, similarity.Config{})
	}
}
