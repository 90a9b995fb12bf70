package exam_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
)

// campus is a sitting with rooms of one shape; in each room the first seats
// are accessible.
func campus(id exam.SittingID, centres, rooms, seats, columns, accessible int, spareBP int64) exam.Sitting {
	s := sitting(1)
	s.ID, s.Code, s.Ticket = id, string(id), "{sitting}-{centre}-{room}-{seat}"
	s.Rules.SpareShareBP, s.Centres = spareBP, nil
	for c := range centres {
		k := exam.Centre{Code: fmt.Sprintf("%02d", c+1), Name: "考点"}
		for r := range rooms {
			room := exam.Room{Code: fmt.Sprint(r + 1), Name: "考场", Columns: columns, Spare: []string{"901"}}
			for n := range seats {
				room.Seats = append(room.Seats, fmt.Sprint(n+1))
			}
			room.Accessible = room.Seats[:accessible]
			k.Rooms = append(k.Rooms, room)
		}
		s.Centres = append(s.Centres, k)
	}
	return s
}

// Whatever the rooms, the candidates and the swaps: what was shown is what is
// sealed, everybody has one seat that fits, and the score is right. If seats
// are refused, there are really too few.
func TestArrangementOfAnySitting(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{})
	serial := 0
	rapid.Check(t, func(rt *rapid.T) {
		serial++
		small := func(name string, min, max int) int { return rapid.IntRange(min, max).Draw(rt, name) }
		seats, columns := small("seats", 1, 12), small("columns", 0, 4)
		s := campus(exam.SittingID(fmt.Sprint("s", serial)), small("centres", 1, 2), small("rooms", 1, 2), seats, columns,
			small("accessible", 0, min(seats, 2)), rapid.SampledFrom([]int64{0, 1000, 3000}).Draw(rt, "spare"))
		s.Seed = uint64(small("seed", 0, 1000))
		s.StartsAt = start.AddDate(0, 0, serial) // the same people and rooms, one after the other
		s.ClosesAt = s.StartsAt.Add(3 * time.Hour)
		list := people(small("people", 1, 20))
		for i := range list {
			// The people are known from the cases before, and keep their units.
			list[i].Unit = fmt.Sprint("单位", i%3)
			list[i].Needs = exam.Needs{AccessibleSeat: small("needs", 0, 9) == 0, LargeType: true}
			if small("wishes", 0, 3) == 0 {
				list[i].Centre = s.Centres[small("centre", 0, len(s.Centres)-1)].Code
			}
		}
		ctx := rt.Context()
		ok(rt, n.CreateSitting(ctx, s))
		ids, err := n.Register(ctx, s.ID, "k", list)
		ok(rt, err)
		if _, err = n.Arrangement(ctx, s.ID); err != nil {
			reallyShort(rt, &s, list, err)
			return
		}
		swapSome(rt, n, &s)
		shown, err := n.Arrangement(ctx, s.ID)
		ok(rt, err)
		_, err = n.Prepare(ctx, s.ID, "staff")
		ok(rt, err)
		tickets, err := n.Tickets(ctx, s.ID)
		ok(rt, err)
		info, err := n.Sitting(ctx, s.ID)
		ok(rt, err)
		units := map[exam.CandidateID]string{}
		for i, id := range ids {
			units[id] = list[i].Unit
		}
		checkSeating(rt, tickets, units, columns, info.Arrangement)
		after, err := n.Arrangement(ctx, s.ID)
		ok(rt, err)
		shown.Frozen = true
		if diff := cmp.Diff(shown, after); diff != "" {
			rt.Errorf("what was shown is not what was sealed (-shown +sealed):\n%s", diff)
		}
		if len(shown.Score.Units) != info.Arrangement.SameUnit || len(shown.Score.Forms) != info.Arrangement.SameForm || shown.Hash != info.Arrangement.Hash {
			rt.Errorf("shown: %d units, %d forms, %s; sealed: %+v", len(shown.Score.Units), len(shown.Score.Forms), shown.Hash, info.Arrangement)
		}
		fits(rt, &s, ids, list, tickets)
	})
}

func ok(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v %+v", err, fault.As(err))
	}
}

// swapSome swaps seats and takes some swaps back; refusals are fine.
func swapSome(rt *rapid.T, n *node, s *exam.Sitting) {
	var places []exam.Place
	for _, c := range s.Centres {
		for _, r := range c.Rooms {
			for _, seat := range r.Seats {
				places = append(places, exam.Place{Centre: c.Code, Room: r.Code, Seat: seat})
			}
		}
	}
	for range rapid.IntRange(0, 3).Draw(rt, "swaps") {
		a, b := rapid.SampledFrom(places).Draw(rt, "a"), rapid.SampledFrom(places).Draw(rt, "b")
		v, err := n.SwapSeats(rt.Context(), s.ID, a, b, "organiser", "考生视力")
		if err != nil && fault.CodeOf(err) != "swap_refused" {
			ok(rt, err)
		}
		if err == nil && rapid.Bool().Draw(rt, "undo") {
			if _, err := n.UndoSwap(rt.Context(), s.ID, len(v.Swaps), "organiser", "误操作"); err != nil {
				ok(rt, err)
			}
		}
	}
}

// fits checks that wishes, needs and free shares are kept.
func fits(rt *rapid.T, s *exam.Sitting, ids []exam.CandidateID, list []exam.Registration, tickets []exam.Ticket) {
	taken := map[string]int{}
	for _, k := range tickets {
		r := list[slices.Index(ids, k.Candidate)]
		room := roomOf(s, k.Place)
		taken[k.Place.Centre+k.Place.Room]++
		if r.Centre != "" && r.Centre != k.Place.Centre {
			rt.Errorf("who wished for centre %s sits at %v", r.Centre, k.Place)
		}
		if r.Needs.AccessibleSeat && !slices.Contains(room.Accessible, k.Place.Seat) {
			rt.Errorf("who needs an accessible seat sits at %v", k.Place)
		}
		if !slices.Contains(room.Seats, k.Place.Seat) {
			rt.Errorf("somebody sits at the spare seat %v", k.Place)
		}
		if seats := len(room.Seats) + len(room.Spare); int64(seats-taken[k.Place.Centre+k.Place.Room])*10000 < int64(seats)*s.Rules.SpareShareBP {
			rt.Errorf("%d of %d seats are taken in room %v", taken[k.Place.Centre+k.Place.Room], seats, k.Place)
		}
	}
}

func roomOf(s *exam.Sitting, p exam.Place) *exam.Room {
	for i := range s.Centres {
		for j := range s.Centres[i].Rooms {
			if r := &s.Centres[i].Rooms[j]; s.Centres[i].Code == p.Centre && r.Code == p.Room {
				return r
			}
		}
	}
	return nil
}

// reallyShort accepts a refusal only where no arrangement can exist: too many
// people in all, for a centre, or for the accessible seats.
func reallyShort(rt *rapid.T, s *exam.Sitting, list []exam.Registration, err error) {
	if fault.CodeOf(err) != "placing_refused" {
		ok(rt, err)
	}
	all, accessible := 0, 0
	short := false
	for _, c := range s.Centres {
		seats, special := 0, 0
		for _, r := range c.Rooms {
			n := int64(len(r.Seats) + len(r.Spare))
			most := int(min(int64(len(r.Seats)), n-(n*s.Rules.SpareShareBP+9999)/10000))
			seats += most
			special += min(most, len(r.Accessible))
		}
		wish, need := 0, 0
		for _, p := range list {
			if p.Centre == c.Code {
				wish++
				if p.Needs.AccessibleSeat {
					need++
				}
			}
		}
		short = short || wish > seats || need > special
		all, accessible = all+seats, accessible+special
	}
	needs := 0
	for _, p := range list {
		if p.Needs.AccessibleSeat {
			needs++
		}
	}
	if short || len(list) > all || needs > accessible {
		return
	}
	// Needs and wishes together may not fit where each alone does.
	if needs == 0 {
		rt.Errorf("refused with %v, though there are %d seats for %d people", paths(err), all, len(list))
	}
}

func TestSwaps(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	n := w.serve(t, exam.Options{})
	ctx := t.Context()
	s := campus("s1", 2, 1, 6, 3, 1, 0)
	must(t, n.CreateSitting(ctx, s))
	list := people(7)
	list[0].Centre, list[1].Needs = "01", exam.Needs{AccessibleSeat: true, HighContrast: true, RestBreaks: true}
	ids, err := n.Register(ctx, "s1", "k", list)
	must(t, err)
	before, err := n.Arrangement(ctx, "s1")
	must(t, err)
	at := map[exam.CandidateID]exam.Place{}
	for _, k := range before.Seats {
		at[k.Candidate] = k.Place
	}
	free := exam.Place{Centre: "02", Room: "1", Seat: "6"}
	spare := exam.Place{Centre: "02", Room: "1", Seat: "901"}
	for _, tt := range []struct {
		name string
		a, b exam.Place
		want string
	}{
		{"a wish for the centre", at[ids[0]], free, "b centre_wished"},
		{"an accessible seat is needed", at[ids[1]], free, "b seat_not_accessible"},
		{"a spare seat", at[ids[2]], spare, "b unknown_place"},
		{"one seat", free, free, "b places_equal"},
		{"nobody sits there", free, exam.Place{Centre: "02", Room: "1", Seat: "5"}, "a seats_empty"},
	} {
		_, err := n.SwapSeats(ctx, "s1", tt.a, tt.b, "organiser", "r")
		wantCode(t, err, "swap_refused")
		if got := paths(err); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: refused for %v, want %s", tt.name, got, tt.want)
		}
	}
	_, err = n.SwapSeats(ctx, "s1", at[ids[2]], free, "organiser", " ")
	wantCode(t, err, "reason_missing")

	after, err := n.SwapSeats(ctx, "s1", at[ids[2]], at[ids[3]], "organiser", "申请调整")
	must(t, err)
	if seatOf(after, ids[2]) != at[ids[3]] || seatOf(after, ids[3]) != at[ids[2]] || after.Hash == before.Hash {
		t.Errorf("the two did not change seats: %+v", after)
	}
	after, err = n.SwapSeats(ctx, "s1", at[ids[4]], free, "organiser", "靠近出口")
	must(t, err)
	if seatOf(after, ids[4]) != free {
		t.Error("who was put at a free seat does not sit there")
	}
	_, err = n.UndoSwap(ctx, "s1", 3, "organiser", "r")
	wantCode(t, err, "swap_not_found")
	after, err = n.UndoSwap(ctx, "s1", 1, "organiser", "撤回")
	must(t, err)
	if seatOf(after, ids[2]) != at[ids[2]] || seatOf(after, ids[4]) != free {
		t.Error("taking the first swap back changed the wrong seats")
	}
	_, err = n.UndoSwap(ctx, "s1", 1, "organiser", "撤回")
	wantCode(t, err, "swap_not_found")

	_, err = n.Prepare(ctx, "s1", "staff")
	must(t, err)
	_, err = n.SwapSeats(ctx, "s1", at[ids[2]], at[ids[3]], "organiser", "r")
	wantCode(t, err, "arrangement_sealed")
	p, err := n.Progress(ctx, "s1")
	must(t, err)
	for _, row := range p.Seats {
		me, err := n.Me(ctx, row.Attempt)
		must(t, err)
		want := exam.Needs{}
		if row.Name == list[1].Name {
			want = list[1].Needs
		}
		if row.Needs != want || me.Candidate.Needs != want || row.Assigned != seatByName(after, row.Name) {
			t.Errorf("%s: %+v %+v at %v", row.Name, row.Needs, me.Candidate.Needs, row.Assigned)
		}
	}
	checkStory(t, n, []string{"sitting.swapped", "sitting.swapped", "sitting.swap_undone", "sitting.prepared"})
}

func seatOf(v exam.ArrangementView, id exam.CandidateID) exam.Place {
	i := slices.IndexFunc(v.Seats, func(k exam.ArrangedSeat) bool { return k.Candidate == id })
	return v.Seats[i].Place
}

func seatByName(v exam.ArrangementView, name string) exam.Place {
	i := slices.IndexFunc(v.Seats, func(k exam.ArrangedSeat) bool { return k.Name == name })
	return v.Seats[i].Place
}

func checkStory(t *testing.T, n *node, want []string) {
	t.Helper()
	story, err := n.Story(t.Context(), "s1")
	must(t, err)
	var got []string
	for _, k := range story {
		got = append(got, k.Kind)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the sitting's stream (-want +got):\n%s", diff)
	}
}

// Who is registered after a swap changes the draw, so the swap is out.
func TestSwapBeforeMoreAreRegistered(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{})
	ctx := t.Context()
	must(t, n.CreateSitting(ctx, campus("s1", 1, 1, 6, 3, 0, 0)))
	list := people(4)
	_, err := n.Register(ctx, "s1", "k1", list[:3])
	must(t, err)
	v, err := n.Arrangement(ctx, "s1")
	must(t, err)
	_, err = n.SwapSeats(ctx, "s1", v.Seats[0].Place, v.Seats[1].Place, "organiser", "r")
	must(t, err)
	_, err = n.Register(ctx, "s1", "k2", list[3:])
	must(t, err)
	v, err = n.Arrangement(ctx, "s1")
	must(t, err)
	if len(v.Swaps) != 1 || !v.Swaps[0].Stale || len(v.Seats) != 4 {
		t.Errorf("%+v", v)
	}
}

// A crash between the roll and the record loses no record: Prepare makes it.
func TestSwapRecordIsCompleted(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	n := w.serve(t, exam.Options{})
	ctx := t.Context()
	must(t, n.CreateSitting(ctx, campus("s1", 1, 1, 4, 2, 0, 0)))
	_, err := n.Register(ctx, "s1", "k", people(3))
	must(t, err)
	v, err := n.Arrangement(ctx, "s1")
	must(t, err)
	n.led.Close() // the store goes on, the ledger does not
	if _, err = n.SwapSeats(ctx, "s1", v.Seats[0].Place, v.Seats[1].Place, "organiser", "r"); err == nil {
		t.Fatal("a swap without its record is reported as made")
	}
	again := w.serve(t, exam.Options{})
	_, err = again.Prepare(ctx, "s1", "staff")
	must(t, err)
	checkStory(t, again, []string{"sitting.swapped", "sitting.prepared"})
}

func TestSpot(t *testing.T) {
	t.Parallel()
	r := exam.Room{Seats: []string{"1", "2", "3", "4"}, Spare: []string{"9"}, Columns: 3}
	for _, tt := range []struct {
		seat        string
		row, column int
		ok          bool
	}{{"1", 0, 0, true}, {"3", 0, 2, true}, {"4", 1, 0, true}, {"9", 1, 1, true}, {"5", 0, 0, false}} {
		if row, column, ok := r.Spot(tt.seat); row != tt.row || column != tt.column || ok != tt.ok {
			t.Errorf("seat %s: row %d, column %d, %v", tt.seat, row, column, ok)
		}
	}
	r.Columns = 0
	if row, column, _ := r.Spot("9"); row != 0 || column != 4 {
		t.Errorf("one row: row %d, column %d", row, column)
	}
}

func TestTooFewAccessibleSeats(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{})
	ctx := t.Context()
	must(t, n.CreateSitting(ctx, campus("s1", 1, 1, 6, 3, 1, 0)))
	list := people(2)
	list[0].Needs.AccessibleSeat, list[1].Needs.AccessibleSeat = true, true
	_, err := n.Register(ctx, "s1", "k", list)
	must(t, err)
	_, err = n.Prepare(ctx, "s1", "staff")
	wantCode(t, err, "placing_refused")
	if got := paths(err); len(got) != 1 || got[0] != "centres accessible_short" {
		t.Errorf("refused for %v", got)
	}
	s := campus("s2", 1, 1, 6, 3, 1, 0)
	s.Centres[0].Rooms[0].Accessible = []string{"7"}
	err = n.CreateSitting(ctx, s)
	wantCode(t, err, "sitting_invalid")
	if got := paths(err); len(got) != 1 || got[0] != "centres[0].rooms[0].accessible[0] accessible_unknown" {
		t.Errorf("refused for %v", got)
	}
}

// A thousand people of two units in two rooms cannot be apart; the search must
// end early.
func BenchmarkArrangement(b *testing.B) {
	n := openStores(b).serve(b, exam.Options{})
	must(b, n.CreateSitting(b.Context(), campus("s1", 1, 2, 500, 20, 10, 0)))
	list := people(999)
	for i := range list {
		list[i].Unit = fmt.Sprint("单位", i%2)
	}
	_, err := n.Register(b.Context(), "s1", "k", list)
	must(b, err)
	for b.Loop() {
		_, err := n.Arrangement(b.Context(), "s1")
		must(b, err)
	}
}
