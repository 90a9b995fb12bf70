package exam_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

func paths(err error) []string {
	list := []string{}
	if e := fault.As(err); e != nil {
		for _, f := range e.Fields {
			list = append(list, f.Path+" "+f.Code)
		}
	}
	return list
}

func TestRegisterIsAllOrNothing(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{})
	ctx := t.Context()
	must(t, n.CreateSitting(ctx, sitting(10)))
	bad := people(6)
	bad[1].IDNumber = bad[0].IDNumber
	bad[2].IDNumber = "370100199001010010"
	bad[3].Name, bad[3].Centre = " ", "99"
	bad[4].Factor = 900
	bad[5].IDType = "card"
	_, err := n.Register(ctx, "s1", "k1", bad)
	wantCode(t, err, "registration_refused")
	want := []string{"registrations[1].id_number id_repeated", "registrations[2].id_number id_checksum",
		"registrations[3].name name_length", "registrations[3].centre centre_unknown",
		"registrations[4].factor factor_range", "registrations[5].id_number id_type_unknown"}
	if d := cmp.Diff(want, paths(err)); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	info, err := n.Sitting(ctx, "s1")
	must(t, err)
	if info.Registered != 0 {
		t.Errorf("%d are registered after a refusal", info.Registered)
	}

	first, err := n.Register(ctx, "s1", "k1", people(3))
	must(t, err)
	again, err := n.Register(ctx, "s1", "k1", people(3))
	must(t, err)
	if d := cmp.Diff(first, again); d != "" {
		t.Errorf("the replay differs:\n%s", d)
	}
	more := people(4)
	more[0].Name = "另一个人"
	_, err = n.Register(ctx, "s1", "k2", more)
	if d := cmp.Diff([]string{"registrations[0].name name_differs", "registrations[0].id_number already_registered",
		"registrations[1].id_number already_registered", "registrations[2].id_number already_registered"}, paths(err)); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	_, err = n.Register(ctx, "s1", "k3", nil)
	if d := cmp.Diff([]string{"registrations list_empty"}, paths(err)); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	_, err = n.Register(ctx, "s1", "", people(1))
	wantCode(t, err, "key_invalid")
	_, err = n.Register(ctx, "nowhere", "k", people(1))
	wantCode(t, err, "sitting_not_found")
	_, err = n.Prepare(ctx, "s1", "staff")
	must(t, err)
	_, err = n.Register(ctx, "s1", "k4", people(5)[4:])
	wantCode(t, err, "roll_frozen")
}

func TestCreateSittingNamesEveryMistake(t *testing.T) {
	t.Parallel()
	n := openStores(t).serve(t, exam.Options{})
	s := sitting(2)
	s.Name.ZH, s.Level, s.ClosesAt, s.Rules.Version, s.Rules.LimitMS, s.Ticket = "", 9, start, "", 0, "37{room:0}"
	s.Rules.Multiple = "half"
	s.Centres[0].Rooms[0].Seats = []string{"1", "1"}
	err := n.CreateSitting(t.Context(), s)
	wantCode(t, err, "sitting_invalid")
	want := []string{"name.zh name_missing", "level level_range", "closes_at time_order", "rules.version version_missing",
		"rules.limit_ms duration_range", "rules.multiple policy_unknown", "centres[0].rooms[0].seats[1] code_repeated", "ticket ticket_template"}
	if d := cmp.Diff(want, paths(err)); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	s = sitting(2)
	s.Papers = append(s.Papers, "none")
	wantCode(t, n.CreateSitting(t.Context(), s), "paper_unknown")
	s = sitting(2)
	s.Rules.Grading.Parts = []scoring.GradePart{{ID: "all", Name: scoring.Text{ZH: "全卷"}, Sections: []scoring.SectionID{"nowhere"}, PassBP: 6000}}
	err = n.CreateSitting(t.Context(), s)
	wantCode(t, err, "sitting_invalid")
	if d := cmp.Diff([]string{"rules.grading.parts[0].sections[0] unknown"}, paths(err)); d != "" {
		t.Errorf("grading (-want +got):\n%s", d)
	}
	must(t, n.CreateSitting(t.Context(), sitting(2)))
	wantCode(t, n.CreateSitting(t.Context(), sitting(2)), "exists")
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := openStores(t)
	n := w.serve(t, exam.Options{})
	s := sitting(4)
	s.Centres = append(s.Centres, exam.Centre{Code: "02", Name: "二考点", Rooms: []exam.Room{{Code: "1", Name: "一考场", Seats: []string{"1", "2"}}}})
	must(t, n.CreateSitting(ctx, s))
	list := people(6)
	list[5].Centre, list[4].Centre = "02", "02"
	ids, err := n.Register(ctx, s.ID, "k", list)
	must(t, err)
	wantCode(t, n.OpenEntry(ctx, s.ID, "staff"), "sitting_not_prepared")

	// Four at once and one after: one result.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got, err := n.Prepare(ctx, s.ID, "staff"); err != nil || got != 6 {
				t.Errorf("prepared %d, %v", got, err)
			}
		})
	}
	wg.Wait()
	count, err := n.Prepare(ctx, s.ID, "staff")
	if err != nil || count != 6 {
		t.Fatalf("prepared %d, %v", count, err)
	}
	tickets, err := n.Tickets(ctx, s.ID)
	must(t, err)
	seats := map[exam.Place]bool{}
	for i, ticket := range tickets {
		if want := exam.TicketNo(fmt.Sprintf("37%s01%03d", ticket.Place.Centre, i%4+1)); ticket.No != want || ticket.Serial != i+1 {
			t.Errorf("ticket %d is %s, want %s", ticket.Serial, ticket.No, want)
		}
		if want := string(rune('A' + i%2)); ticket.Form != want {
			t.Errorf("seat %d has form %s: neighbours have the same", i+1, ticket.Form)
		}
		if (ticket.Candidate == ids[5] || ticket.Candidate == ids[4]) != (ticket.Place.Centre == "02") {
			t.Errorf("%s does not sit in the wished centre", ticket.No)
		}
		seats[ticket.Place] = true
		a := w.fold(t, ticket.Attempt)
		if a.Seq != 1 || a.Ticket.Ticket != ticket.No || len(a.Ticket.Orders) != 15 || a.Ticket.Orders[14] != "ab" {
			t.Errorf("attempt %+v does not fit ticket %s", a.Ticket, ticket.No)
		}
	}
	if len(tickets) != 6 || len(seats) != 6 {
		t.Errorf("%d tickets on %d seats, want 6", len(tickets), len(seats))
	}

	short := sitting(2)
	short.ID = "s2"
	must(t, n.CreateSitting(ctx, short))
	_, err = n.Prepare(ctx, "s2", "staff")
	if d := cmp.Diff([]string{"roll nobody"}, paths(err)); d != "" {
		t.Error(d)
	}
	_, err = n.Register(ctx, "s2", "k", people(3))
	must(t, err)
	_, err = n.Prepare(ctx, "s2", "staff")
	if d := cmp.Diff([]string{"centres seats_short"}, paths(err)); d != "" {
		t.Error(d)
	}

	same := sitting(4)
	same.ID = "s3"
	must(t, n.CreateSitting(ctx, same))
	_, err = n.Register(ctx, "s3", "k", people(1))
	must(t, err)
	_, err = n.Prepare(ctx, "s3", "staff")
	if d := cmp.Diff([]string{"ticket ticket_taken"}, paths(err)); d != "" {
		t.Error(d)
	}
	_, err = n.Register(ctx, "s3", "k2", people(2)[1:])
	wantCode(t, err, "") // a refused Prepare does not freeze the roll
}

func TestSameSeedSamePlan(t *testing.T) {
	t.Parallel()
	plan := func(seed uint64) []exam.Prepared {
		w := openStores(t)
		n := w.serve(t, exam.Options{})
		s := sitting(8)
		s.Seed = seed
		tickets, _ := opened(t, n, s, 8)
		var all []exam.Prepared
		for _, ticket := range tickets {
			all = append(all, w.fold(t, ticket.Attempt).Ticket)
		}
		return all
	}
	first := plan(1)
	if d := cmp.Diff(first, plan(1)); d != "" {
		t.Errorf("the same seed gives another plan:\n%s", d)
	}
	if cmp.Equal(first, plan(2)) {
		t.Error("another seed gives the same plan")
	}
}
