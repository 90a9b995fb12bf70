package exam_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// planned is a sitting of three seats with the people, from the first one on;
// it begins after the start of others.
func planned(t testing.TB, n *node, id exam.SittingID, first, count int, after time.Duration, change func(*exam.Sitting, []exam.Registration)) {
	t.Helper()
	s := sitting(3)
	s.ID, s.Code, s.Name.ZH, s.Ticket = id, string(id), "场次"+string(id), "{sitting}{seat:3}"
	s.StartsAt = start.Add(after)
	s.ClosesAt = s.StartsAt.Add(3 * time.Hour)
	list := people(first + count)[first:]
	if change != nil {
		change(&s, list)
	}
	must(t, n.CreateSitting(t.Context(), s))
	_, err := n.Register(t.Context(), id, "k", list)
	must(t, err)
}

// said is what an organiser is told: code, place and whose it is.
func said(err error) []string {
	list := []string{}
	if f := fault.As(err); f != nil {
		for _, f := range f.Fields {
			list = append(list, strings.Join([]string{f.Code, f.Params["room"] + f.Params["names"], f.Params["seats"], f.Params["sitting"]}, "|"))
		}
	}
	return list
}

// One seat and one person at one time belong to one sitting.
func TestOverlappingSittings(t *testing.T) {
	t.Parallel()
	const none = time.Duration(0)
	elsewhere := func(s *exam.Sitting, _ []exam.Registration) { s.Centres[0].Name = "另一考点" }
	slow := func(_ *exam.Sitting, list []exam.Registration) {
		for i := range list {
			list[i].Factor = 1500
		}
	}
	for name, tt := range map[string]struct {
		a, b  func(*exam.Sitting, []exam.Registration)
		first int // of b's people; a has 0 and 1
		after time.Duration
		want  []string
	}{
		"the same in everything":              {nil, nil, 0, none, []string{"seat_busy|1|1, 2|场次a", "person_busy|考生0, 考生1||场次a"}},
		"others in the same seats":            {nil, nil, 5, none, []string{"seat_busy|1|1, 2|场次a"}},
		"one person again, in another centre": {nil, elsewhere, 1, none, []string{"person_busy|考生1||场次a"}},
		"others, in another centre":           {nil, elsewhere, 5, none, nil},
		"a minute before the end":             {nil, nil, 5, 3*time.Hour - time.Minute, []string{"seat_busy|1|1, 2|场次a"}},
		"when the first one ends":             {nil, nil, 0, 3 * time.Hour, nil},
		"when who needs more time still sits": {slow, nil, 0, 3 * time.Hour, []string{"seat_busy|1|1, 2|场次a", "person_busy|考生0, 考生1||场次a"}},
		"when they are gone":                  {slow, nil, 0, 3*time.Hour + 45*time.Minute, nil},
		"before the first one":                {nil, nil, 0, -3 * time.Hour, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			n := openStores(t).serve(t, exam.Options{Now: func() time.Time { return start }})
			planned(t, n, "a", 0, 2, none, tt.a)
			planned(t, n, "b", tt.first, 2, tt.after, tt.b)
			_, err := n.Prepare(ctx, "a", "staff")
			must(t, err)
			_, err = n.Prepare(ctx, "b", "staff")
			if tt.want == nil {
				must(t, err)
				return
			}
			wantCode(t, err, "placing_refused")
			if d := cmp.Diff(tt.want, said(err)); d != "" {
				t.Errorf("said (-want +got):\n%s", d)
			}
			// Nothing has happened to b: more people can be registered.
			_, err = n.Register(ctx, "b", "more", people(9)[8:])
			must(t, err)
			if v, err := n.Arrangement(ctx, "b"); err != nil || v.Frozen || v.Registered != 3 {
				t.Errorf("the refused sitting: %+v, %v", v, err)
			}
			// The first one again is as it was, and gives free what it has.
			_, err = n.Prepare(ctx, "a", "staff")
			must(t, err)
			must(t, n.CloseSitting(ctx, "a", "staff"))
			_, err = n.Prepare(ctx, "b", "staff")
			must(t, err)
			_, err = n.Prepare(ctx, "a", "staff")
			must(t, err) // long done
		})
	}
}

// A sitting that was called off before its preparation cannot be prepared.
func TestClosedSittingIsNotPrepared(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{Now: func() time.Time { return start }})
	planned(t, n, "a", 0, 2, 0, nil)
	must(t, n.CloseSitting(t.Context(), "a", "staff"))
	_, err := n.Prepare(t.Context(), "a", "staff")
	wantCode(t, err, "sitting_closed")
}

// Two sittings that want the same, and each at two nodes at once: never both,
// and who loses keeps nothing.
func TestPreparationsRace(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := openStores(t)
	nodes := []*node{w.serve(t, exam.Options{Node: "a", Now: func() time.Time { return start }}), w.serve(t, exam.Options{Node: "b", Now: func() time.Time { return start }})}
	for round := range 10 {
		day := time.Duration(round) * 24 * time.Hour
		ids := []exam.SittingID{exam.SittingID(fmt.Sprint("x", round)), exam.SittingID(fmt.Sprint("y", round))}
		for _, id := range ids {
			planned(t, nodes[0], id, 0, 3, day, nil)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		prepared := map[exam.SittingID]bool{}
		for _, n := range nodes {
			for _, id := range ids {
				wg.Go(func() {
					_, err := n.Prepare(ctx, id, "staff")
					if err != nil && fault.CodeOf(err) != "placing_refused" {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					prepared[id] = prepared[id] || err == nil
				})
			}
		}
		wg.Wait()
		if prepared[ids[0]] && prepared[ids[1]] {
			t.Fatal("both sittings have the seats")
		}
		winner, loser := ids[0], ids[1]
		if prepared[loser] {
			winner, loser = loser, winner
		}
		_, err := nodes[0].Prepare(ctx, winner, "staff") // if both were refused, none has kept anything
		must(t, err)
		_, err = nodes[1].Prepare(ctx, loser, "staff")
		wantCode(t, err, "placing_refused")
		if len(said(err)) != 2 {
			t.Errorf("said %q", said(err))
		}
	}
}

// What a Prepare that was cut off has asked for is honoured for a while, and
// never against the sitting itself.
func TestPreparationCutOff(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := openStores(t)
	now := start
	n := w.serve(t, exam.Options{Now: func() time.Time { return now }})
	planned(t, n, "a", 0, 2, 0, nil)
	planned(t, n, "b", 0, 2, 0, nil)
	_, err := n.Prepare(ctx, "a", "staff")
	must(t, err)
	// As a crash between asking and freezing leaves it.
	page, err := w.db.Find(ctx, "exam_bookings", store.Query{Limit: 100})
	must(t, err)
	if len(page.Docs) != 3 { // a room and two people
		t.Fatalf("%d documents", len(page.Docs))
	}
	for _, d := range page.Docs {
		var b map[string]any
		must(t, json.Unmarshal(d.Body, &b))
		b["taken"].([]any)[0].(map[string]any)["run"] = 7
		d.Body, err = json.Marshal(b)
		must(t, err)
		must(t, w.db.Replace(ctx, "exam_bookings", d))
	}
	refused := func() {
		t.Helper()
		_, err := n.Prepare(ctx, "b", "staff")
		wantCode(t, err, "placing_refused")
	}
	refused()
	now = start.Add(10 * time.Minute)
	refused() // its roll is frozen: it can only be completed
	d, err := w.db.Get(ctx, "exam_rolls", "a")
	must(t, err)
	d.Body = bytes.Replace(d.Body, []byte(`"frozen":true`), []byte(`"frozen":false`), 1)
	must(t, w.db.Replace(ctx, "exam_rolls", d))
	now = start.Add(10*time.Minute - time.Millisecond)
	refused()
	now = start.Add(10 * time.Minute)
	_, err = n.Prepare(ctx, "b", "staff")
	must(t, err)
}

// Who is moved takes no seat of another sitting of that time, and gives the
// own one free for it.
func TestMovesKeepToTheSitting(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	n := openStores(t).serve(t, exam.Options{Now: func() time.Time { return start }})
	spare := exam.Place{Centre: "01", Room: "1", Seat: "spare"}
	planned(t, n, "a", 0, 2, 0, nil)
	planned(t, n, "b", 5, 1, 0, func(s *exam.Sitting, _ []exam.Registration) {
		s.Centres[0].Rooms[0].Seats, s.Centres[0].Rooms[0].Spare = []string{"spare"}, nil
	})
	planned(t, n, "c", 6, 1, 0, func(s *exam.Sitting, _ []exam.Registration) {
		s.Centres[0].Rooms[0].Seats, s.Centres[0].Rooms[0].Spare = []string{"1"}, nil
	})
	for _, id := range []exam.SittingID{"a", "b"} {
		_, err := n.Prepare(ctx, id, "staff")
		must(t, err)
	}
	list, err := n.Tickets(ctx, "a")
	must(t, err)
	wantCode(t, n.MoveSeat(ctx, "a", list[0].Attempt, spare, "staff", "换机"), "seat_taken")
	must(t, n.MoveSeat(ctx, "a", list[0].Attempt, exam.Place{Centre: "01", Room: "1", Seat: "3"}, "staff", "换机"))
	_, err = n.Prepare(ctx, "c", "staff") // the seat that was left
	must(t, err)
	wantCode(t, n.MoveSeat(ctx, "a", list[0].Attempt, list[0].Place, "staff", "换回"), "seat_taken")
	must(t, n.CloseSitting(ctx, "b", "staff"))
	must(t, n.MoveSeat(ctx, "a", list[0].Attempt, spare, "staff", "换机"))
}
