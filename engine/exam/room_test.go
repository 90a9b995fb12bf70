package exam_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
)

// runningRoom is a running sitting of three seats and a spare one, with three
// candidates.
func runningRoom(t *testing.T, w *stores, o exam.Options, change ...func(*exam.Sitting)) (*node, []exam.Ticket, map[exam.TicketNo]string) {
	t.Helper()
	n := w.serve(t, o)
	s := sitting(3)
	for _, c := range change {
		c(&s)
	}
	list, tails := opened(t, n, s, 3)
	must(t, n.Start(t.Context(), "s1", "staff"))
	return n, list, tails
}

func seatNo(no string) exam.Place { return exam.Place{Centre: "01", Room: "1", Seat: no} }

func TestStaffSeatsCandidates(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, list, tails := runningRoom(t, w, exam.Options{})
		defer n.halt()
		ctx := t.Context()
		one, two := list[0].Attempt, list[1].Attempt
		wantCode(t, n.Let(ctx, "s1", one, list[1].Place, "staff"), "seat_taken")
		wantCode(t, n.Let(ctx, "s1", one, seatNo("99"), "staff"), "unknown_place")
		wantCode(t, n.Let(ctx, "other", one, exam.Place{}, "staff"), "sitting_not_found")
		must(t, n.Let(ctx, "s1", one, exam.Place{}, "staff"))
		if a := w.fold(t, one); a.State != exam.InRoom || a.Fence != 1 {
			t.Errorf("let in: %s, fence %d", a.State, a.Fence)
		}
		_, _, err := n.SignIn(ctx, list[0].No, tails[list[0].No])
		must(t, err)
		_, _, err = n.Admit(ctx, one, exam.Seat{Device: "pc"})
		wantCode(t, err, "pledge_missing")
		fence, _, err := n.Admit(ctx, one, exam.Seat{Device: "pc", Pledge: true})
		must(t, err)
		_, err = n.SeatPaper(ctx, one, fence)
		must(t, err)

		wantCode(t, n.MoveSeat(ctx, "s1", one, seatNo("spare"), "staff", " "), "reason_missing")
		must(t, n.MoveSeat(ctx, "s1", one, seatNo("spare"), "staff", "显示器故障"))
		_, err = n.Save(ctx, one, fence, frame(1, give("s0", 1, 0)))
		wantCode(t, err, "replaced")
		wantCode(t, n.MoveSeat(ctx, "s1", two, seatNo("spare"), "staff", "x"), "seat_taken")
		must(t, n.MoveSeat(ctx, "s1", two, list[0].Place, "staff", "空出来了")) // before the admission
		must(t, n.MoveSeat(ctx, "s1", one, list[1].Place, "staff", "换回"))
		wantCode(t, n.MoveSeat(ctx, "s1", one, list[2].Place, "staff", "x"), "seat_taken")
		if a := w.fold(t, two); a.Fence != 0 || a.Place != list[0].Place {
			t.Errorf("moved before the admission: fence %d at %v", a.Fence, a.Place)
		}
		_, err = n.Save(ctx, one, w.fold(t, one).Fence, frame(1, give("s0", 1, 0)))
		must(t, err)
	})
}

// Two moves to one free seat at once: one of them gets it.
func TestOneSeatOneCandidate(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	now := func() time.Time { return start }
	n, list, _ := runningRoom(t, w, exam.Options{Now: now})
	other := w.serve(t, exam.Options{Now: now, Node: "other"})
	errs := make(chan error, 3)
	for i, node := range []*node{n, other, n} {
		go func() {
			errs <- node.MoveSeat(context.Background(), "s1", list[i].Attempt, seatNo("spare"), "staff", "x")
		}()
	}
	taken := 0
	for range 3 {
		switch err := <-errs; {
		case err == nil:
			taken++
		case !errors.Is(err, exam.ErrSeatTaken) && !errors.Is(err, exam.ErrBusy):
			t.Error(err)
		}
	}
	there := 0
	for _, k := range list {
		if w.fold(t, k.Attempt).Place == seatNo("spare") {
			there++
		}
	}
	if taken != 1 || there != 1 {
		t.Errorf("%d moves went through, %d candidates sit there", taken, there)
	}
}

func TestAbsence(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, list, tails := runningRoom(t, w, exam.Options{}, func(s *exam.Sitting) {
			s.Rules.AbsentAfterMS, s.Rules.LastEntryMS = 10*minute, 30*minute
		})
		defer n.halt()
		ctx := t.Context()
		id, _ := seated(t, n, list[0], tails[list[0].No])
		absent := func(a exam.AttemptID, reason string) error { return n.SetAbsent(ctx, "s1", a, true, "staff", reason) }
		wantCode(t, absent(list[1].Attempt, "未到"), "absent_too_early")
		time.Sleep(10 * time.Minute)
		wantCode(t, absent(id, "未到"), "not_absent")
		wantCode(t, absent(list[1].Attempt, ""), "reason_missing")
		must(t, absent(list[1].Attempt, "未到"))
		_, _, err := n.Admit(ctx, list[1].Attempt, exam.Seat{Device: "pc", Pledge: true})
		wantCode(t, err, "marked_absent")
		marked, err := n.MarkAbsentees(ctx, "s1", "staff", "未到")
		must(t, err)
		if marked != 2 {
			t.Errorf("%d are marked, want 2", marked)
		}
		must(t, n.SetAbsent(ctx, "s1", list[1].Attempt, false, "staff", "其实在场"))
		_, _, err = n.Admit(ctx, list[1].Attempt, exam.Seat{Device: "pc", Pledge: true})
		must(t, err)
	})
}

func TestIdentity(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		score, broken := int64(850), error(nil)
		n, list, _ := runningRoom(t, w, exam.Options{
			Faces: func(_ context.Context, portrait, now []byte) (int64, error) {
				if string(portrait) != "portrait" || string(now) != "now" {
					t.Errorf("compared %q with %q", portrait, now)
				}
				return score, broken
			},
			Portrait: func(context.Context, exam.CandidateID) ([]byte, error) { return []byte("portrait"), nil },
		}, func(s *exam.Sitting) { s.Rules.Face = &exam.FaceRules{Threshold: 800} })
		defer n.halt()
		ctx, id := t.Context(), list[0].Attempt
		check := func(k exam.IdentityCheck) (exam.IdentityView, error) {
			return n.CheckIdentity(ctx, "s1", id, k, "staff")
		}
		_, err := check(exam.IdentityCheck{Method: exam.IdentityFace, Picture: []byte("now")})
		wantCode(t, err, "consent_missing")
		face := exam.IdentityCheck{Method: exam.IdentityFace, Picture: []byte("now"), Consent: true}
		v, err := check(face)
		if err != nil || !v.Matched || *v.Score != 850 {
			t.Errorf("a face that matches: %+v, %v", v, err)
		}
		score = 799
		if v, err = check(face); err != nil || v.Matched {
			t.Errorf("a face that does not: %+v, %v", v, err)
		}
		broken = errors.New("the machine is off")
		_, err = check(face)
		wantCode(t, err, "face_match_unavailable")
		_, err = check(exam.IdentityCheck{Method: exam.IdentityManual})
		wantCode(t, err, "identity_refused")
		v, err = check(exam.IdentityCheck{Method: exam.IdentityManual, Matched: true})
		if err != nil || !v.Matched || v.Score != nil || v.By != "staff" {
			t.Errorf("by hand: %+v, %v", v, err)
		}
		if a := w.fold(t, id); a.Room.Identity.Method != exam.IdentityManual || a.State != exam.NotStarted {
			t.Errorf("after the checks: %+v, %s", a.Room.Identity, a.State)
		}
	})
}
