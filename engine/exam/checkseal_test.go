package exam_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
)

// Whoever changes the seating past the program, after it was sealed, is found
// by the hash.
func TestCheckArrangements(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	change := func(edit func(*exam.Ticket)) func(*testing.T, *stores, []exam.Ticket) {
		return func(t *testing.T, w *stores, list []exam.Ticket) {
			t.Helper()
			d, err := w.db.Get(ctx, "exam_tickets", string(list[1].No))
			must(t, err)
			k := list[1]
			edit(&k)
			d.Body, err = json.Marshal(k)
			must(t, err)
			must(t, w.db.Replace(ctx, "exam_tickets", d))
		}
	}
	for name, tt := range map[string]struct {
		change func(*testing.T, *stores, []exam.Ticket)
		want   []string
	}{
		"as sealed":                    {nil, nil},
		"another seat":                 {change(func(k *exam.Ticket) { k.Place.Seat = "3" }), []string{"s1 sealed ", "s1 ticket second"}},
		"another person":               {change(func(k *exam.Ticket) { k.Candidate = "cx" }), []string{"s1 sealed ", "s1 ticket second"}},
		"another form":                 {change(func(k *exam.Ticket) { k.Form = "Z" }), []string{"s1 sealed ", "s1 ticket second"}},
		"an attempt that is not there": {change(func(k *exam.Ticket) { k.Attempt = "ax" }), []string{"s1 ticket second"}},
		"a ticket that is gone": {func(t *testing.T, w *stores, list []exam.Ticket) {
			must(t, w.db.Delete(ctx, "exam_tickets", string(list[0].No), 1))
		}, []string{"s1 sealed "}},
		"a ticket too many": {func(t *testing.T, w *stores, list []exam.Ticket) {
			d, err := w.db.Get(ctx, "exam_tickets", string(list[1].No))
			must(t, err)
			d.ID, d.Keys["by_sitting"] = "77", store.Key("s1", "000009")
			must(t, w.db.Insert(ctx, "exam_tickets", d))
		}, []string{"s1 sealed "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openStores(t)
			n := w.serve(t, exam.Options{})
			s := sitting(3)
			list, _ := opened(t, n, s, 2)
			s.ID, s.Code, s.Centres[0].Name = "unprepared", "2", "二考点"
			must(t, n.CreateSitting(ctx, s))
			if tt.change != nil {
				tt.change(t, w, list)
			}
			sealed, found, err := exam.CheckArrangements(ctx, w.db)
			must(t, err)
			var got []string
			for _, f := range found {
				ticket := map[exam.TicketNo]string{list[0].No: "first", list[1].No: "second"}[f.Ticket]
				got = append(got, string(f.Sitting)+" "+f.Code+" "+ticket)
			}
			if d := cmp.Diff(tt.want, got); d != "" || sealed != 1 {
				t.Errorf("%d arrangements; found (-want +got):\n%s", sealed, d)
			}
		})
	}
}
