package exam_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/xinglu/xinglu/engine/exam"
)

// hall is a room of rows of the given length, with two spare seats.
func hall(seats, columns int, spareBP int64) exam.Sitting {
	s := sitting(seats)
	s.Centres[0].Rooms[0].Columns = columns
	s.Centres[0].Rooms[0].Spare = []string{"b1", "b2"}
	s.Rules.SpareShareBP = spareBP
	return s
}

// Whoever looks at the plan of a room finds nobody beside, before or behind
// somebody of the same unit, nobody with a neighbour's form at the side, the
// share of seats that stays free, and the hash that was sealed.
func TestArrangement(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ seats, columns, candidates, units int }{
		{24, 6, 20, 5}, {40, 8, 36, 5}, {40, 8, 36, 6}, {30, 5, 20, 3}, {12, 0, 10, 2}, {49, 7, 40, 8},
	} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			t.Parallel()
			w := openStores(t)
			n := w.serve(t, exam.Options{})
			ctx := t.Context()
			must(t, n.CreateSitting(ctx, hall(tt.seats, tt.columns, 1000)))
			list := people(tt.candidates)
			for i := range list {
				list[i].Unit = fmt.Sprint("单位", i%tt.units)
			}
			ids, err := n.Register(ctx, "s1", "k", list)
			must(t, err)
			units := map[exam.CandidateID]string{}
			for i, id := range ids {
				units[id] = list[i].Unit
			}
			_, err = n.Prepare(ctx, "s1", "staff")
			must(t, err)
			tickets, err := n.Tickets(ctx, "s1")
			must(t, err)
			info, err := n.Sitting(ctx, "s1")
			must(t, err)
			checkSeating(t, tickets, units, tt.columns, info.Arrangement)
			if groups := tt.units; info.Arrangement.SameUnit > 0 && (groups >= 5 || tt.columns == 0) { // four classes of seats do not touch; in a single row two
				t.Errorf("%d neighbours are of one unit", info.Arrangement.SameUnit)
			}
		})
	}
}

// checker is a test or one case of a property.
type checker interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkSeating knows nothing of how the seats were given out.
func checkSeating(t checker, list []exam.Ticket, units map[exam.CandidateID]string, columns int, said *exam.Arrangement) {
	t.Helper()
	if columns == 0 {
		columns = 1000
	}
	sum := sha256.New()
	sameUnit, beside := 0, 0
	taken := map[exam.Place]bool{}
	for i, a := range list {
		line, err := json.Marshal([]string{a.Place.Centre, a.Place.Room, a.Place.Seat, string(a.No), string(a.Candidate), a.Form})
		if err != nil {
			t.Fatalf("%v", err)
		}
		sum.Write(append(line, '\n'))
		if taken[a.Place] {
			t.Errorf("two sit at %v", a.Place)
		}
		taken[a.Place] = true
		for _, b := range list[i+1:] {
			ra, ca := rowCol(t, a, columns)
			rb, cb := rowCol(t, b, columns)
			dr, dc := max(ra-rb, rb-ra), max(ca-cb, cb-ca)
			if a.Place.Centre != b.Place.Centre || a.Place.Room != b.Place.Room || dr > 1 || dc > 1 {
				continue
			}
			if units[a.Candidate] == units[b.Candidate] {
				sameUnit++
			}
			if dr+dc == 1 && a.Form == b.Form {
				beside++
			}
		}
	}
	if sameUnit != said.SameUnit {
		t.Errorf("the arrangement says that %d neighbours are of one unit, there are %d", said.SameUnit, sameUnit)
	}
	if len(units) != len(list) {
		t.Errorf("%d candidates, %d tickets", len(units), len(list))
	}
	if beside > 0 {
		t.Errorf("%d who sit side by side or behind one another write the same form", beside)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != said.Hash {
		t.Errorf("sealed hash %s, the plan gives %s", said.Hash, got)
	}
}

func rowCol(t checker, k exam.Ticket, columns int) (row, col int) {
	t.Helper()
	var no int
	if _, err := fmt.Sscan(k.Place.Seat, &no); err != nil {
		t.Fatalf("%v", err)
	}
	return (no - 1) / columns, (no - 1) % columns
}

func TestSpareSeatsStayFree(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{})
	ctx := t.Context()
	must(t, n.CreateSitting(ctx, hall(18, 6, 2500))) // 20 seats with the spare ones: 5 stay free
	_, err := n.Register(ctx, "s1", "k", people(16))
	must(t, err)
	_, err = n.Prepare(ctx, "s1", "staff")
	wantCode(t, err, "placing_refused")
	if got := paths(err); len(got) != 1 || got[0] != "centres seats_short" {
		t.Errorf("refused for %v", got)
	}
}
