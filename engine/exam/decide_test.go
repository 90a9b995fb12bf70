package exam_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

var seat = exam.Place{Centre: "01", Room: "1", Seat: "5"}

func prepared(p exam.Place) exam.Prepared {
	return exam.Prepared{Sitting: "s1", Candidate: "c", Ticket: "t", Place: p, Factor: 1000, Paper: "paper", Form: "A", Questions: 15}
}

// happened is an event at a time after the start.
type happened struct {
	after time.Duration
	event exam.Event
}

func kindOf(e exam.Event) string {
	switch e.(type) {
	case exam.Prepared:
		return "attempt.prepared"
	case exam.Admitted:
		return "attempt.admitted"
	case exam.SeatMoved:
		return "attempt.seat_moved"
	case exam.Started:
		return "attempt.started"
	case exam.Answered:
		return "attempt.answered"
	case exam.HandedIn:
		return "attempt.handed_in"
	case exam.Marked:
		return "attempt.scored"
	case exam.Voided:
		return "attempt.voided"
	case exam.AttemptAbandoned:
		return "attempt.abandoned"
	}
	return ""
}

// attempt folds events that happened.
func attempt(t testing.TB, first exam.Prepared, rest ...happened) *exam.Attempt {
	t.Helper()
	a := exam.NewAttempt("a")
	for i, h := range append([]happened{{-time.Hour, first}}, rest...) {
		data, err := json.Marshal(h.event)
		must(t, err)
		must(t, a.Fold([]ledger.Record{{Stream: a.ID.Stream(), Seq: int64(i + 1), At: start.Add(h.after), Kind: kindOf(h.event), Data: data, Hash: make([]byte, 32)}}))
	}
	return a
}

func course(state exam.SittingState) *exam.Course {
	c := &exam.Course{ID: "s1", State: state, Prepared: true, Rules: rules(), StartsAt: start, ClosesAt: start.Add(3 * time.Hour)}
	if state == exam.Running || state == exam.Closed {
		c.StartedAt = start
	}
	return c
}

func form(t testing.TB) *exam.Form {
	t.Helper()
	return formOf(t, paper(5))
}

// formOf is the form of a paper.
func formOf(t testing.TB, c bank.Content) *exam.Form {
	t.Helper()
	shape, err := unsealed(c).Shape(t.Context(), "s1", c.Paper.ID)
	must(t, err)
	f, err := exam.NewForm(&shape)
	must(t, err)
	return f
}

func unsealed(c bank.Content) exam.Unsealed {
	return func(context.Context, bank.PaperID) (bank.Content, error) { return c, nil }
}

func released(t testing.TB, c bank.Content) *exam.Released {
	t.Helper()
	r, err := exam.NewReleased(formOf(t, c), &c)
	must(t, err)
	return r
}

// life is an attempt in each state.
func life(t testing.TB, s exam.State) *exam.Attempt {
	t.Helper()
	steps := []happened{
		{-10 * time.Minute, exam.Admitted{Place: seat, Device: "pc", Fence: 1, Pledge: true}},
		{time.Minute, exam.Started{Fence: 1}},
		{91 * time.Minute, exam.HandedIn{By: exam.ByClock, At: start.Add(91 * time.Minute)}},
		{92 * time.Minute, exam.Marked{}},
	}
	at := map[exam.State]int{exam.NotStarted: 0, exam.InRoom: 1, exam.InProgress: 2, exam.Submitted: 3, exam.Finished: 4, exam.Void: 2}[s]
	steps = steps[:at]
	if s == exam.Void {
		steps = append(steps, happened{2 * time.Minute, exam.Voided{Reason: "替考"}})
	}
	a := attempt(t, prepared(seat), steps...)
	if a.State != s {
		t.Fatalf("the steps lead to %s, want %s", a.State, s)
	}
	return a
}

// Every command in every state: the code of the refusal, "ok" for an event,
// "same" when there is nothing to do.
func TestStateMachine(t *testing.T) {
	t.Parallel()
	f := form(t)
	states := []exam.State{exam.NotStarted, exam.InRoom, exam.InProgress, exam.Submitted, exam.Finished, exam.Void}
	now := start.Add(40 * time.Minute)
	type command func(a *exam.Attempt, c *exam.Course) (exam.Event, error)
	for _, tt := range []struct {
		name string
		do   command
		want []string // by state
	}{
		{"admit", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Admit(start, c, exam.Seat{Place: seat, Device: "pc", Pledge: true}, "n")
		}, []string{"ok", "same", "same", "attempt_closed", "attempt_closed", "attempt_void"}},
		{"admit elsewhere", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Admit(start, c, exam.Seat{Place: seat, Device: "pc2", Pledge: true}, "n")
		}, []string{"ok", "ok", "ok", "attempt_closed", "attempt_closed", "attempt_void"}},
		{"start", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Start(now, c, 1, "n")
		}, []string{"not_admitted", "ok", "same", "attempt_closed", "attempt_closed", "attempt_void"}},
		{"start with an old fence", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Start(now, c, 0, "n")
		}, []string{"not_admitted", "replaced", "replaced", "attempt_closed", "attempt_closed", "attempt_void"}},
		{"save with an old fence", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			e, _, err := a.Save(now, c, f, 7, frame(1, give("s0", 1, 0)), "n")
			return e, err
		}, []string{"replaced", "replaced", "replaced", "replaced", "replaced", "attempt_void"}},
		{"hand in", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(now, c, exam.Leave{By: exam.ByCandidate, Fence: 1, Key: "k"}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "ok", "same", "same", "attempt_void"}},
		{"hand in early", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(start.Add(29*time.Minute), c, exam.Leave{By: exam.ByCandidate, Fence: 1, Key: "k"}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "hand_in_too_early", "same", "same", "attempt_void"}},
		{"hand in without a key", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(now, c, exam.Leave{By: exam.ByCandidate, Fence: 1}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "key_invalid", "same", "same", "attempt_void"}},
		{"clock before the end", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(start.Add(91*time.Minute+9999*time.Millisecond), c, exam.Leave{By: exam.ByClock}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "not_due", "same", "same", "attempt_void"}},
		{"clock at end and grace", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(start.Add(91*time.Minute+10*time.Second), c, exam.Leave{By: exam.ByClock}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "ok", "same", "same", "attempt_void"}},
		{"invigilator early", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(start.Add(5*time.Minute), c, exam.Leave{By: exam.ByInvigilator, Reason: "病"}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "ok", "same", "same", "attempt_void"}},
		{"invigilator without a reason", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Finish(now, c, exam.Leave{By: exam.ByInvigilator, Reason: " "}, "n")
		}, []string{"sitting_not_started", "sitting_not_started", "reason_missing", "same", "same", "attempt_void"}},
		{"mark", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Mark(c, released(t, paper(5)), "n")
		}, []string{"same", "same", "same", "ok", "same", "same"}},
		{"void", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Invalidate("替考", "n")
		}, []string{"ok", "ok", "ok", "ok", "ok", "same"}},
		{"void without a reason", func(a *exam.Attempt, c *exam.Course) (exam.Event, error) {
			return a.Invalidate("", "n")
		}, []string{"reason_missing", "reason_missing", "reason_missing", "reason_missing", "reason_missing", "reason_missing"}},
	} {
		for i, s := range states {
			t.Run(tt.name+"/"+string(s), func(t *testing.T) {
				t.Parallel()
				a := life(t, s)
				before := a.Seq
				e, err := tt.do(a, course(exam.Running))
				got := "same"
				switch {
				case err != nil:
					got = fault.CodeOf(err)
				case e != nil:
					got = "ok"
				}
				if got != tt.want[i] {
					t.Errorf("got %s, want %s", got, tt.want[i])
				}
				if a.Seq != before || a.State != s {
					t.Error("the decision changed the attempt")
				}
			})
		}
	}
}

func TestEntryWindow(t *testing.T) {
	t.Parallel()
	ok := exam.Seat{Place: seat, Device: "pc", Pledge: true}
	for _, tt := range []struct {
		name  string
		state exam.SittingState
		after time.Duration
		seat  exam.Seat
		want  string
	}{
		{"planned", exam.Planned, 0, ok, "sitting_not_open"},
		{"too early", exam.Open, -30*time.Minute - time.Millisecond, ok, "entry_not_open"},
		{"first moment", exam.Open, -30 * time.Minute, ok, ""},
		{"no pledge", exam.Open, 0, exam.Seat{Place: seat, Device: "pc"}, "pledge_missing"},
		{"the start is late: no last entry yet", exam.Open, 50 * time.Minute, ok, ""},
		{"last moment", exam.Running, 30 * time.Minute, ok, ""},
		{"too late", exam.Running, 30*time.Minute + time.Millisecond, ok, "entry_closed"},
		{"closed", exam.Closed, 0, ok, "sitting_closed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := life(t, exam.NotStarted).Admit(start.Add(tt.after), course(tt.state), tt.seat, "n")
			wantCode(t, err, tt.want)
		})
	}
	t.Run("a move is no entry", func(t *testing.T) {
		t.Parallel()
		e, err := life(t, exam.InProgress).Admit(start.Add(80*time.Minute), course(exam.Running), exam.Seat{Place: seat, Device: "spare", Pledge: true}, "n")
		must(t, err)
		if moved, ok := e.(exam.SeatMoved); !ok || moved.Fence != 2 {
			t.Errorf("got %+v, want a move with fence 2", e)
		}
	})
	t.Run("admitted in time may begin later", func(t *testing.T) {
		t.Parallel()
		_, err := life(t, exam.InRoom).Start(start.Add(45*time.Minute), course(exam.Running), 1, "n")
		wantCode(t, err, "")
	})
	t.Run("no time would be left", func(t *testing.T) {
		t.Parallel()
		_, err := life(t, exam.InRoom).Start(start.Add(3*time.Hour), course(exam.Running), 1, "n")
		wantCode(t, err, "sitting_closed")
	})
}

// stamped is an answer with clock readings: the machine's monotonic clock
// began at the start of the sitting, its wall clock is an hour wrong.
func stamped(g exam.Given, after time.Duration) exam.Given {
	g.MonoMS = exam.Stamp(after.Milliseconds() + 1)
	g.Wall = exam.Stamp(start.Add(after).Add(time.Hour).UnixMilli())
	return g
}

func TestLateAnswers(t *testing.T) {
	t.Parallel()
	end := 91 * time.Minute // started at minute 1
	early := stamped(give("s0", 1, 0), 10*time.Minute)
	reload := stamped(give("s1", 1, 0), end-time.Second)
	reload.MonoMS = 5000 // another run of the clock
	for _, tt := range []struct {
		name  string
		given exam.Given
		after time.Duration
		want  string
		late  int
	}{
		{"at the end", give("s1", 1, 0), end, "", 0},
		{"in the grace, no evidence", give("s1", 1, 0), end + time.Millisecond, "too_late", 1},
		{"in the grace, given before the end", stamped(give("s1", 1, 0), end-time.Second), end + 9*time.Second, "", 0},
		{"in the grace, given after the end", stamped(give("s1", 1, 0), end+time.Second), end + 2*time.Second, "too_late", 1},
		{"in the grace, by a clock nobody knows", reload, end + time.Second, "too_late", 1},
		{"after the grace", stamped(give("s1", 1, 0), end-time.Second), end + 10*time.Second, "too_late", 0},
		{"a replay after the grace", early, end + time.Hour, "ack", 0},
		{"a bad one stays bad", give("zz", 1, 0), end + time.Hour, "unknown_question", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := attempt(t, prepared(seat),
				happened{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{time.Minute, exam.Started{Fence: 1}},
				// recorded 50 ms after it was given
				happened{10*time.Minute + 50*time.Millisecond, exam.Answered{Fence: 1, Answers: []exam.Given{early}}})
			e, saved, err := a.Save(start.Add(tt.after), course(exam.Running), form(t), 1, frame(1, tt.given), "n")
			must(t, err)
			got := ""
			if len(saved.Refused) > 0 {
				got = saved.Refused[0].Code
			} else if e == nil {
				got = "ack"
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			kept, _ := e.(exam.Answered)
			if len(kept.Late) != tt.late {
				t.Errorf("%d answers are kept as evidence, want %d", len(kept.Late), tt.late)
			}
			if len(saved.Acks)+len(saved.Refused) != 1 {
				t.Error("the answer was neither acknowledged nor refused")
			}
		})
	}
}

// What an earlier seat gave under the same number is another answer, though its
// value is the same: acknowledged without being stored it would not count, and
// an older one of this seat would.
func TestAnEarlierSeatsAnswerIsNotThisSeats(t *testing.T) {
	t.Parallel()
	moved := []happened{{0, exam.Admitted{Place: seat, Device: "one", Fence: 1}}, {0, exam.Started{Fence: 1}},
		{time.Minute, exam.SeatMoved{Place: seat, Device: "two", Fence: 2}}}
	at := func(fence int64, g exam.Given) exam.Given { g.Fence = fence; return g }
	older := happened{2 * time.Minute, exam.Answered{Fence: 2, Answers: []exam.Given{give("s0", 4, 2)}}}
	byFile := happened{3 * time.Minute, exam.Answered{Fence: 1, Via: exam.ViaRescue, Answers: []exam.Given{give("s0", 5, 0)}}}
	for name, tt := range map[string]struct {
		before []happened
		given  []exam.Given
		stored []exam.Given
		counts string // fence and seq
	}{
		"an old seat's file brought the same":     {[]happened{older, byFile}, []exam.Given{give("s0", 5, 0)}, []exam.Given{give("s0", 5, 0)}, "2 5"},
		"the old seat's counts until now":         {[]happened{byFile}, []exam.Given{give("s0", 5, 0)}, []exam.Given{give("s0", 5, 0)}, "2 5"},
		"both in one frame, the old seat's first": {[]happened{older}, []exam.Given{at(1, give("s0", 5, 0)), give("s0", 5, 0)}, []exam.Given{at(1, give("s0", 5, 0)), give("s0", 5, 0)}, "2 5"},
		"both in one frame, this seat's first":    {[]happened{older}, []exam.Given{give("s0", 5, 0), at(1, give("s0", 5, 0))}, []exam.Given{give("s0", 5, 0)}, "2 5"},
		"a later seat has it already":             {[]happened{older}, []exam.Given{at(1, give("s0", 4, 2))}, nil, "2 4"},
		"a replay":                                {[]happened{older, byFile}, []exam.Given{give("s0", 4, 2), at(1, give("s0", 5, 0))}, nil, "2 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			life := append(moved[:len(moved):len(moved)], tt.before...)
			a := attempt(t, prepared(seat), life...)
			e, saved, err := a.Save(start.Add(4*time.Minute), course(exam.Running), form(t), 2, frame(1, tt.given...), "n")
			must(t, err)
			if len(saved.Acks) != len(tt.given) {
				t.Errorf("acknowledged %+v, refused %+v", saved.Acks, saved.Refused)
			}
			var stored []exam.Given
			if e != nil {
				stored = e.(exam.Answered).Answers
				a = attempt(t, prepared(seat), append(life[:len(life):len(life)], happened{4 * time.Minute, e})...)
			}
			if d := cmp.Diff(tt.stored, stored); d != "" {
				t.Errorf("stored (-want +got):\n%s", d)
			}
			if k, _ := a.Answer("s0"); fmt.Sprint(k.Fence, " ", k.Seq) != tt.counts {
				t.Errorf("%d %d counts, want %s", k.Fence, k.Seq, tt.counts)
			}
		})
	}
}

// Whatever ends an attempt names the seat where the candidate sat.
func TestEndsNameTheSeat(t *testing.T) {
	t.Parallel()
	spare := exam.Place{Centre: "01", Room: "1", Seat: "spare"}
	a := attempt(t, prepared(seat), happened{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{0, exam.Started{Fence: 1}},
		happened{time.Minute, exam.SeatMoved{Place: spare, Fence: 2, Reason: "换机"}})
	over := start.Add(3 * time.Hour)
	abandoned, err := a.Abandon(over, course(exam.Running), "n")
	must(t, err)
	void, err := a.Invalidate("替考", "n")
	must(t, err)
	handedIn, err := a.Finish(over, course(exam.Running), exam.Leave{By: exam.ByClock}, "n")
	must(t, err)
	a.State = exam.Submitted
	content := paper(5)
	released, err := exam.NewReleased(form(t), &content)
	must(t, err)
	marked, err := a.Mark(course(exam.Running), released, "n")
	must(t, err)
	got := []exam.Place{abandoned.(exam.AttemptAbandoned).Place, void.(exam.Voided).Place, handedIn.(exam.HandedIn).Place, marked.(exam.Marked).Place}
	if d := cmp.Diff([]exam.Place{spare, spare, spare, spare}, got); d != "" {
		t.Errorf("seats (-want +got):\n%s", d)
	}
}

// A frame may carry what was given at two seats. An answer that a later seat
// has already is acknowledged though the seat it names holds another one.
func TestSaveKnowsWhatTheFrameHolds(t *testing.T) {
	t.Parallel()
	a := attempt(t, prepared(seat), happened{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{0, exam.Started{Fence: 1}},
		happened{0, exam.Answered{Fence: 1, Answers: []exam.Given{give("m0", 4, 3)}}},
		happened{0, exam.SeatMoved{Place: seat, Device: "spare", Fence: 2}})
	at := func(fence int64, g exam.Given) exam.Given { g.Fence = fence; return g }
	first, second, third := at(1, give("m0", 3, 0)), at(2, give("m0", 3, 0, 1)), at(2, give("m0", 4, 0))
	e, saved, err := a.Save(start.Add(time.Minute), course(exam.Running), form(t), 2,
		frame(1, first, second, at(1, give("m0", 3, 0, 1)), at(1, give("m0", 3, 1)), third, at(1, give("m0", 4, 0)), at(2, give("m0", 3, 0))), "n")
	must(t, err)
	second.Fence, third.Fence = 0, 0 // of the seat that sends
	if d := cmp.Diff([]exam.Given{first, second, third}, e.(exam.Answered).Answers); d != "" {
		t.Errorf("stored (-want +got):\n%s", d)
	}
	refused := []exam.RefusedAnswer{{Question: "m0", Seq: 3, Code: exam.CodeSeqReused}, {Question: "m0", Seq: 3, Code: exam.CodeSeqReused}}
	if d := cmp.Diff(refused, saved.Refused); d != "" || len(saved.Acks) != 5 {
		t.Errorf("acknowledged %+v, refused (-want +got):\n%s", saved.Acks, d)
	}
}

func TestSaveEachAnswerOnItsOwn(t *testing.T) {
	t.Parallel()
	old := give("s0", 5, 1)
	a := attempt(t, prepared(seat), happened{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{0, exam.Started{Fence: 1}},
		happened{time.Minute, exam.Answered{Fence: 1, Answers: []exam.Given{old}}})
	now := start.Add(2 * time.Minute)
	e, saved, err := a.Save(now, course(exam.Running), form(t), 1, frame(9,
		give("s1", 1, 0),       // good
		give("nowhere", 1, 0),  // unknown question
		give("s2", 1, 9),       // unknown option
		give("m0", 1, 2, 0),    // good, in another order
		give("m1", 1, 1, 1),    // an option twice
		give("s3", 1, 0, 1),    // two of a single choice
		give("s4", 0, 0),       // no seq
		old,                    // replay
		give("s0", 5, 2),       // the seq is taken
		give("s0", 3, 3),       // lower: history
		give("s1", 1, 0),       // twice in one frame
		give("s1", 1, 1),       // twice with another value
		give("t0", 1),          // taken back: empty
		give("t1", 1<<53+1, 0), // seq out of range
	), "n")
	must(t, err)
	codes := []string{}
	for _, r := range saved.Refused {
		codes = append(codes, string(r.Question)+" "+r.Code)
	}
	wantCodes := []string{"nowhere unknown_question", "s2 unknown_option", "m1 unknown_option", "s3 too_many_options",
		"s4 bad_seq", "s0 seq_reused", "s1 seq_reused", "t1 bad_seq"}
	if d := cmp.Diff(wantCodes, codes); d != "" {
		t.Errorf("refused (-want +got):\n%s", d)
	}
	stored := e.(exam.Answered).Answers
	if d := cmp.Diff([]exam.Given{give("s1", 1, 0), give("m0", 1, 0, 2), give("s0", 3, 3), give("t0", 1)}, stored); d != "" {
		t.Errorf("stored (-want +got):\n%s", d)
	}
	if len(saved.Acks) != 6 {
		t.Errorf("%d acknowledged, want 6: %+v", len(saved.Acks), saved.Acks)
	}
	for _, ack := range saved.Acks {
		if ack.Seq == 5 && !ack.At.Equal(start.Add(time.Minute)) {
			t.Errorf("the replay's time is %v, want the first record's", ack.At)
		}
	}
	_, _, err = a.Save(now, course(exam.Running), form(t), 1, frame(1), "n")
	wantCode(t, err, "bad_frame")
	_, _, err = a.Save(now, course(exam.Running), form(t), 1, frame(1, make([]exam.Given, 501)...), "n")
	wantCode(t, err, "bad_frame")
}

func TestFoldRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]ledger.Record{
		"a gap":          {Seq: 2, Kind: "attempt.started", Data: []byte(`{}`)},
		"unknown kind":   {Seq: 1, Kind: "attempt.teleported", Data: []byte(`{}`)},
		"broken JSON":    {Seq: 1, Kind: "attempt.started", Data: []byte(`{`)},
		"sitting record": {Seq: 1, Kind: "sitting.started", Data: []byte(`{}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantCode(t, exam.NewAttempt("a").Fold([]ledger.Record{r}), "exam_fold")
		})
	}
	_, err := exam.NewCourse("s").After([]ledger.Record{{Seq: 1, Kind: "attempt.started", Data: []byte(`{}`)}})
	wantCode(t, err, "exam_fold")
}

// Records as the first version of the program wrote them.
func TestOldRecordsFold(t *testing.T) {
	t.Parallel()
	a := exam.NewAttempt("a")
	for i, r := range []ledger.Record{
		{Kind: "attempt.prepared", Data: []byte(`{"sitting":"s1","candidate":"c","ticket":"t","place":{"centre":"01","room":"1","seat":"5"},"factor":1000,"paper":"paper","form":"A","questions":15,"orders":["abcd","bacd"],"node":"n"}`)},
		{Kind: "attempt.admitted", Data: []byte(`{"place":{"centre":"01","room":"1","seat":"5"},"device":"pc","fence":1,"pledge":true,"node":"n"}`)},
		{Kind: "attempt.started", Data: []byte(`{"fence":1,"node":"n"}`)},
		{Kind: "attempt.answered", Data: []byte(`{"fence":1,"answers":[{"question":"s0","seq":2,"value":["s0-o1"],"flagged":true,"mono_ms":5,"wall":946684800000},{"question":"s1","seq":1,"value":null,"flagged":false,"mono_ms":0,"wall":0}],"node":"n"}`)},
		{Kind: "attempt.answered", Data: []byte(`{"fence":1,"answers":[{"question":"s0","seq":1,"value":["s0-o0"],"flagged":false,"mono_ms":0,"wall":0}],"late":[{"question":"m0","seq":1,"value":["m0-o0"],"flagged":false,"mono_ms":0,"wall":0}],"node":"n"}`)},
		{Kind: "attempt.handed_in", Data: []byte(`{"by":"candidate","at":"2000-01-01T00:10:00Z","place":{"centre":"01","room":"1","seat":"5"},"key":"k","answered":1,"total":15,"course":3,"node":"n"}`)},
	} {
		r.Stream, r.Seq, r.At, r.Hash = a.ID.Stream(), int64(i+1), start.Add(time.Duration(i)*time.Minute), make([]byte, 32)
		must(t, a.Fold([]ledger.Record{r}))
	}
	k, _ := a.Answer("s0")
	if a.State != exam.Submitted || k.Seq != 2 || k.Value[0] != "s0-o1" || k.Fence != 1 || !k.Flagged || len(a.History("s0")) != 2 || a.Answered() != 1 || len(a.Late()) != 1 {
		t.Errorf("state %s, answer %+v, %d answered, late %+v", a.State, k, a.Answered(), a.Late())
	}
}

// FuzzSaveFrame: whatever JSON a seat sends, each answer is acknowledged or
// refused, never both, and only answers that fit the paper are stored.
func FuzzSaveFrame(f *testing.F) {
	f.Add([]byte(`{"n":1,"answers":[{"question":"s0","seq":1,"value":["s0-o1"],"flagged":true,"mono_ms":12.5,"wall":"2000-01-01T00:00:00Z"}]}`))
	f.Add([]byte(`{"n":1,"answers":[{"question":"m0","seq":2,"value":["m0-o1","m0-o2"],"wall":946684800000},{"question":"m0","seq":2}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var fr exam.SaveFrame
		if json.Unmarshal(data, &fr) != nil {
			return
		}
		e, saved, err := life(t, exam.InProgress).Save(start.Add(2*time.Minute), course(exam.Running), form(t), 1, fr, "n")
		if err != nil {
			return
		}
		if len(saved.Acks)+len(saved.Refused) != len(fr.Answers) {
			t.Errorf("%d answers, %d acknowledged, %d refused", len(fr.Answers), len(saved.Acks), len(saved.Refused))
		}
		if e == nil {
			return
		}
		for _, g := range e.(exam.Answered).Answers {
			if g.Seq < 1 || len(g.Value) > 4 {
				t.Errorf("stored %+v", g)
			}
		}
	})
}

func TestStampNeverCostsAnAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]exam.Stamp{
		`12.9`: 12, `"2000-01-01T00:00:00.5Z"`: exam.Stamp(start.UnixMilli() + 500), `""`: 0, `null`: 0, `-5`: 0, `1e300`: 0, `"noon"`: 0, `{}`: 0, `true`: 0,
	} {
		var g exam.Given
		must(t, json.Unmarshal([]byte(`{"question":"s0","seq":1,"wall":`+text+`}`), &g))
		if g.Wall != want {
			t.Errorf("%s is read as %d, want %d", text, g.Wall, want)
		}
	}
}
