package exam_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

var outage = scoring.Text{ZH: "停电", EN: "Power cut"}

// lasted is a pause of the test course, in minutes after the start; to 0:
// it lasts.
func lasted(scope exam.Scope, from, to int) exam.Pause {
	p := exam.Pause{SittingPaused: exam.SittingPaused{Target: exam.Target{Scope: scope, Attempt: "a", Centre: "01", Room: "1"},
		Kind: exam.GrantIncident, Reason: outage}, From: at(from)}
	if to != 0 {
		end := at(to)
		p.To = &end
	}
	return p
}

func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

// writing is an attempt that started at the start, under those pauses.
func writing(t testing.TB, pauses ...exam.Pause) (*exam.Attempt, *exam.Course) {
	a := attempt(t, prepared(exam.Place{Centre: "01", Room: "1", Seat: "5"}))
	a.State, a.StartedAt = exam.InProgress, start
	return a, &exam.Course{Rules: rules(), State: exam.Running, StartedAt: start, ClosesAt: start.Add(3 * time.Hour), Pauses: pauses}
}

func TestPausedTimes(t *testing.T) {
	t.Parallel()
	all, room, one := exam.ScopeSitting, exam.ScopeRoom, exam.ScopeCandidate
	for _, tt := range []struct {
		name   string
		pauses []exam.Pause
		now    int
		want   int // end, in minutes after the start; without pauses 90
		paused bool
	}{
		{"none", nil, 50, 90, false},
		{"over", []exam.Pause{lasted(all, 10, 15)}, 50, 95, false},
		{"lasting", []exam.Pause{lasted(all, 10, 0)}, 50, 130, true},
		{"lasting far beyond the old end", []exam.Pause{lasted(room, 89, 0)}, 300, 301, true},
		{"before the candidate began", []exam.Pause{lasted(all, -10, -5)}, 50, 90, false},
		{"into the beginning", []exam.Pause{lasted(all, -10, 5)}, 50, 95, false},
		{"one within another", []exam.Pause{lasted(all, 10, 30), lasted(one, 15, 20)}, 50, 110, false},
		{"overlapping", []exam.Pause{lasted(all, 10, 20), lasted(room, 15, 30)}, 50, 110, false},
		{"one after another", []exam.Pause{lasted(one, 20, 30), lasted(all, 10, 20)}, 50, 110, false},
		{"one of two goes on", []exam.Pause{lasted(all, 10, 20), lasted(one, 15, 0)}, 50, 130, true},
		{"after the end", []exam.Pause{lasted(all, 90, 95)}, 100, 90, false},
		{"in time only because of an earlier one", []exam.Pause{lasted(all, 10, 20), lasted(all, 95, 97)}, 120, 102, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, c := writing(t, tt.pauses...)
			got := a.Times(c, at(tt.now))
			if !got.End.Equal(at(tt.want)) || (got.Pause != nil) != tt.paused {
				t.Errorf("ends %v after the start, paused %v; want %d min, %v", got.End.Sub(start), got.Pause != nil, tt.want, tt.paused)
			}
			if got.GrantedMS != got.PausedMS || got.End.Sub(start).Milliseconds() != got.BaseMS+got.GrantedMS {
				t.Errorf("times do not add up: %+v", got)
			}
		})
	}
}

// A candidate's clock, read minute by minute, stands still exactly while some
// pause covers the candidate, whatever other pauses do.
func TestPauseLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var pauses []exam.Pause
		for range rapid.IntRange(0, 6).Draw(t, "pauses") {
			from := rapid.IntRange(0, 150).Draw(t, "from")
			to := from + rapid.IntRange(1, 40).Draw(t, "length")
			if rapid.IntRange(0, 4).Draw(t, "open") == 0 {
				to = 0
			}
			scope := rapid.SampledFrom([]exam.Scope{exam.ScopeSitting, exam.ScopeCentre, exam.ScopeRoom, exam.ScopeCandidate}).Draw(t, "scope")
			p := lasted(scope, from, to)
			if rapid.IntRange(0, 3).Draw(t, "elsewhere") == 0 && scope != exam.ScopeSitting {
				p.Centre, p.Attempt = "02", "b"
			}
			pauses = append(pauses, p)
		}
		stands := func(minute int) bool {
			for _, p := range pauses {
				mine := p.Scope == exam.ScopeSitting || p.Centre == "01"
				if mine && !at(minute).Before(p.From) && (p.To == nil || at(minute).Before(*p.To)) {
					return true
				}
			}
			return false
		}
		a := exam.NewAttempt("a")
		a.Ticket = prepared(exam.Place{Centre: "01", Room: "1", Seat: "5"})
		a.State, a.StartedAt = exam.InProgress, start
		c := &exam.Course{Rules: rules(), State: exam.Running, StartedAt: start, ClosesAt: start.Add(9 * time.Hour)}
		left := 90
		for minute := range 300 {
			c.Pauses = begun(pauses, minute)
			got := a.Times(c, at(minute))
			if left == 0 {
				if got.End.After(at(minute)) {
					t.Fatalf("minute %d: time is left after the end: %v", minute, got.End)
				}
				return
			}
			if want := at(minute + left); !got.End.Equal(want) {
				t.Fatalf("minute %d: end %v, want %v", minute, got.End.Sub(start), want.Sub(start))
			}
			if (got.Pause != nil) != (stands(minute) && openAt(c.Pauses)) {
				t.Fatalf("minute %d: paused %v", minute, got.Pause != nil)
			}
			if !stands(minute) {
				left--
			}
		}
	})
}

// begun is what the ledger holds of the pauses at a minute.
func begun(pauses []exam.Pause, minute int) []exam.Pause {
	var known []exam.Pause
	for _, p := range pauses {
		if p.From.After(at(minute)) {
			continue
		}
		if p.To != nil && p.To.After(at(minute)) {
			p.To = nil
		}
		known = append(known, p)
	}
	return known
}

func openAt(pauses []exam.Pause) bool {
	for _, p := range pauses {
		if p.To == nil && (p.Scope == exam.ScopeSitting || p.Centre == "01") {
			return true
		}
	}
	return false
}

// A course that was handed out does not change when a pause ends later.
func TestCoursesStayAsTheyWere(t *testing.T) {
	t.Parallel()
	record := func(seq int64, kind string, data any) ledger.Record {
		raw, err := json.Marshal(data)
		must(t, err)
		return ledger.Record{Seq: seq, Kind: kind, Data: raw, At: at(int(seq))}
	}
	early, err := exam.NewCourse("s").After([]ledger.Record{record(1, "sitting.paused", exam.SittingPaused{Target: exam.Target{Scope: exam.ScopeSitting}})})
	must(t, err)
	late, err := early.After([]ledger.Record{record(2, "sitting.resumed", exam.SittingResumed{Pause: 1})})
	must(t, err)
	if early.Pauses[0].To != nil || late.Pauses[0].To == nil {
		t.Errorf("early %v, late %v", early.Pauses[0].To, late.Pauses[0].To)
	}
}

// frameOf returns the last frame of the type that came.
func frameOf[F exam.Frame](t testing.TB, frames *inbox) F {
	t.Helper()
	synctest.Wait()
	var last F
	found := false
	for _, f := range frames.take() {
		if f, ok := f.(F); ok {
			last, found = f, true
		}
	}
	if !found {
		t.Fatalf("no %T came", last)
	}
	return last
}

// listen connects a seat.
func listen(t testing.TB, n *node, id exam.AttemptID, fence int64) (*exam.Link, *inbox) {
	t.Helper()
	frames := &inbox{}
	link, err := n.Connect(t.Context(), id, fence, exam.Page{}, frames.put)
	must(t, err)
	return link, frames
}

func paused(target exam.Target) exam.SittingPaused {
	return exam.SittingPaused{Target: target, Kind: exam.GrantIncident, Reason: outage, Approver: "chief"}
}

var everybody = exam.Target{Scope: exam.ScopeSitting}

func TestPauseOfASitting(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		defer n.halt()
		list, tails := opened(t, n, sitting(3), 3)
		ctx := t.Context()
		_, err := n.Pause(ctx, "s1", "p", paused(everybody), "staff")
		wantCode(t, err, "sitting_not_started")
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		waiting, _, err := n.SignIn(ctx, list[1].No, tails[list[1].No])
		must(t, err)
		waitingFence, _, err := n.Admit(ctx, waiting, exam.Seat{Device: "pc", Pledge: true})
		must(t, err)
		time.Sleep(10 * time.Minute)

		link, frames := listen(t, n, id, fence)
		defer link.Close()
		seq, err := n.Pause(ctx, "s1", "p", paused(everybody), "staff")
		must(t, err)
		if again, err := n.Pause(ctx, "s1", "p", paused(everybody), "staff"); err != nil || again != seq {
			t.Errorf("the same pause again: %d, %v; want %d", again, err, seq)
		}
		if got := frameOf[exam.PauseFrame](t, frames); got.Paused == nil || got.Paused.Reason != outage || got.RemainingMS != 80*minute {
			t.Errorf("pause frame %+v", got)
		}
		time.Sleep(60 * time.Minute)
		if b, err := link.Beat(1, 0, false); err != nil || b.RemainingMS != 80*minute {
			t.Errorf("remaining while paused: %+v, %v", b, err)
		}
		_, err = n.SeatPaper(ctx, waiting, waitingFence)
		wantCode(t, err, "exam_paused")
		again, welcomed := listen(t, n, id, fence)
		defer again.Close()
		if got := frameOf[exam.WelcomeFrame](t, welcomed); got.Paused == nil || !got.Paused.Since.Equal(at(10)) {
			t.Errorf("welcome while paused: %+v", got.Paused)
		}

		wantCode(t, n.Resume(ctx, "s1", 99, "chief", false, "staff"), "pause_not_found")
		must(t, n.Resume(ctx, "s1", seq, "chief", false, "staff"))
		must(t, n.Resume(ctx, "s1", seq, "chief", false, "staff"))
		if got := frameOf[exam.PauseFrame](t, welcomed); got.Paused != nil || got.RemainingMS != 80*minute || got.Attempt.GrantedMS != 60*minute {
			t.Errorf("resume frame %+v", got)
		}
		_, err = n.SeatPaper(ctx, waiting, waitingFence)
		must(t, err)
		bad := paused(exam.Target{Scope: exam.ScopeRoom, Centre: "01", Room: "9"})
		bad.Reason = scoring.Text{}
		_, err = n.Pause(ctx, "s1", "p2", bad, "staff")
		wantCode(t, err, "pause_refused")
		if diff := cmp.Diff([]string{"room room_unknown", "reason.zh reason_missing"}, paths(err)); diff != "" {
			t.Error(diff)
		}
	})
}

// The clock hands in nobody who is paused, and after that with the end as the
// finish, though a paused attempt is looked at only now and then.
func TestNothingEndsWhilePaused(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		defer n.halt()
		s := sitting(3)
		s.Rules.GraceMS = 0
		list, tails := opened(t, n, s, 2)
		ctx := t.Context()
		must(t, n.Start(ctx, "s1", "staff"))
		id, _ := seated(t, n, list[0], tails[list[0].No])
		time.Sleep(90*time.Minute - time.Millisecond)
		seq, err := n.Pause(ctx, "s1", "p", paused(exam.Target{Scope: exam.ScopeCandidate, Attempt: id}), "staff")
		must(t, err)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if a := w.fold(t, id); a.State != exam.InProgress {
			t.Fatalf("state while paused: %s", a.State)
		}
		must(t, n.Resume(ctx, "s1", seq, "chief", false, "staff"))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if a := w.fold(t, id); a.State != exam.Finished || !a.HandIn.At.Equal(at(100)) {
			t.Errorf("state after the end %s, handed in %+v", a.State, a.HandIn)
		}
	})
}

func TestContingency(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		defer n.halt()
		s := sitting(3)
		s.Rules.Contingency = &exam.Contingency{ExtendUpToMS: 30 * minute, Beyond: exam.BeyondReschedule}
		list, tails := opened(t, n, s, 3)
		ctx := t.Context()
		must(t, n.Start(ctx, "s1", "staff"))
		one, _ := seated(t, n, list[0], tails[list[0].No])
		grant := func(key string, m int64, kind exam.GrantKind, scope exam.Scope, provincial bool) error {
			return n.Grant(ctx, "s1", key, exam.Granted{Kind: kind, Scope: scope, Attempt: one, MS: m * minute, Reason: outage,
				Approver: "chief", Provincial: provincial}, "staff")
		}
		must(t, grant("1", 20, exam.GrantIncident, exam.ScopeCandidate, false))
		must(t, grant("2", 60, exam.GrantAccommodation, exam.ScopeCandidate, false))
		wantCode(t, grant("3", 11, exam.GrantIncident, exam.ScopeSitting, false), "contingency_beyond")
		must(t, grant("4", 5, exam.GrantIncident, exam.ScopeSitting, false))
		pause := func(key string) int64 {
			seq, err := n.Pause(ctx, "s1", key, paused(everybody), "staff")
			must(t, err)
			return seq
		}
		first := pause("p1")
		time.Sleep(5 * time.Minute)
		must(t, n.Resume(ctx, "s1", first, "chief", false, "staff"))
		must(t, grant("1", 20, exam.GrantIncident, exam.ScopeCandidate, false)) // the same again is no more
		wantCode(t, grant("5", 1, exam.GrantIncident, exam.ScopeCandidate, false), "contingency_beyond")
		second := pause("p2")
		time.Sleep(time.Minute)
		wantCode(t, n.Resume(ctx, "s1", second, "chief", false, "staff"), "contingency_beyond")
		must(t, n.Resume(ctx, "s1", second, "province", true, "staff"))
		must(t, grant("6", 60, exam.GrantIncident, exam.ScopeSitting, true))
	})
}

func TestAnnouncements(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		defer n.halt()
		other := w.serve(t, exam.Options{Node: "other"})
		defer other.halt()
		list, tails := opened(t, n, sitting(3), 2)
		ctx := t.Context()
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		link, frames := listen(t, n, id, fence)
		defer link.Close()
		text := scoring.Text{ZH: "第 3 题图中单位为毫米", EN: "Question 3: millimetres"}
		say := func(key string, target exam.Target) (int64, error) {
			return other.Announce(ctx, "s1", key, exam.SittingAnnounced{Target: target, Level: exam.LevelImportant, Text: text}, "staff")
		}
		_, err := say("1", exam.Target{Scope: exam.ScopeCandidate, Attempt: "somebody"})
		must(t, err)
		seq, err := say("2", exam.Target{Scope: exam.ScopeRoom, Centre: "01", Room: "1"})
		must(t, err)
		if got := frameOf[exam.AnnounceFrame](t, frames); got.Notice.Seq != seq || got.Notice.Text != text {
			t.Errorf("announced %+v, want only %d", got, seq)
		}
		again, welcomed := listen(t, n, id, fence)
		defer again.Close()
		if got := frameOf[exam.WelcomeFrame](t, welcomed); len(got.Notices) != 1 || got.Notices[0].Seq != seq {
			t.Errorf("notices of the welcome: %+v", got.Notices)
		}
		_, err = say("3", exam.Target{Scope: "planet"})
		wantCode(t, err, "announcement_refused")
		text = scoring.Text{}
		_, err = say("4", everybody)
		wantCode(t, err, "announcement_refused")
	})
}

func TestRoomRulesAreChecked(t *testing.T) {
	t.Parallel()
	s := sitting(3)
	s.Rules.Overdue, s.Rules.Contingency = exam.OverdueAbandon, &exam.Contingency{ExtendUpToMS: 50 * minute, Beyond: exam.BeyondReschedule}
	s.Rules.SpareShareBP, s.Rules.StartJitterMS, s.Rules.ReleaseBeforeMS, s.Rules.AbsentAfterMS = 1000, 30_000, 5*minute, 30*minute
	must(t, s.Validate())
	s.Rules.Overdue, s.Rules.Contingency = "wait", &exam.Contingency{ExtendUpToMS: -1, Beyond: "pray"}
	s.Rules.SpareShareBP, s.Rules.StartJitterMS = 10000, -1
	want := []string{"rules.start_jitter_ms duration_range", "rules.overdue policy_unknown", "rules.spare_share_bp share_range",
		"rules.contingency.extend_up_to_ms duration_range", "rules.contingency.beyond beyond_unknown"}
	if diff := cmp.Diff(want, paths(s.Validate())); diff != "" {
		t.Error(diff)
	}
}
