package exam_test

// What users of other examination systems complain about, row by row; the
// table of all rows and their tests is docs/regressions.md.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// granted gives five minutes.
func granted(t *testing.T, n *node, scope exam.Scope, id exam.AttemptID) {
	t.Helper()
	g := exam.Granted{Kind: exam.GrantIncident, Scope: scope, Attempt: id, MS: 5 * minute, Reason: scoring.Text{ZH: "停电"}, Approver: "chief"}
	must(t, n.Grant(t.Context(), "s1", fmt.Sprint(scope, id), g, "staff"))
}

// The connection ends while answers are on their way, twice: once before they
// reach the server, once before the acknowledgement comes back. The seat sends
// again, to another node after a restart, and has each answer once and all
// its time.
func TestRegressionLostOnDisconnect(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		ctx := t.Context()
		n := w.serve(t, exam.Options{Node: "a"})
		list, tails := opened(t, n, sitting(3), 1)
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		l, err := n.Connect(ctx, id, fence, exam.Page{}, func(exam.Frame) {})
		must(t, err)
		time.Sleep(10 * time.Minute)
		unheard, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0))) // the reply is lost
		must(t, err)
		gone, cut := context.WithCancel(ctx)
		cut()
		_, _ = n.Save(gone, id, fence, frame(2, give("s1", 1, 1))) // may or may not have arrived
		l.Close()
		n.halt()
		time.Sleep(10 * time.Minute)

		n = w.serve(t, exam.Options{Node: "b"})
		defer n.halt()
		var box inbox
		l, err = n.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		defer l.Close()
		welcome := box.take()[0].(exam.WelcomeFrame)
		if welcome.RemainingMS != 70*minute || welcome.Attempt.State != exam.InProgress {
			t.Errorf("back after 20 minutes: %s with %d ms", welcome.Attempt.State, welcome.RemainingMS)
		}
		again, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0), give("s1", 1, 1)))
		must(t, err)
		if again.Refused != nil || len(again.Ack.Answers) != 2 || !again.Ack.Answers[0].At.Equal(unheard.Ack.Answers[0].At) {
			t.Errorf("sent again: %+v, %+v", again.Ack, again.Refused)
		}
		a := w.fold(t, id)
		if a.Answered() != 2 || len(a.History("s0")) != 1 || len(a.History("s1")) != 1 {
			t.Errorf("%d answered, history %v, %v", a.Answered(), a.History("s0"), a.History("s1"))
		}
	})
}

// The text that was typed in the last seconds arrives after the end, or only
// what was saved on the way does: the clock's hand-in has it in both cases.
func TestRegressionEmptyEssay(t *testing.T) {
	const essay = "先断开电源并验明确无电压"
	text := func(seq int64, value string) exam.Given {
		return exam.Given{Question: "part2", Seq: seq, Value: []string{value}}
	}
	for name, last := range map[string]bool{"the last words arrive in the grace": true, "the machine is gone": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *stores) {
				ctx := t.Context()
				n, id, fence := running(t, w, exam.Options{Now: time.Now})
				defer n.halt()
				time.Sleep(80 * time.Minute)
				_, err := n.Save(ctx, id, fence, frame(1, stamped(text(1, essay), 80*time.Minute)))
				must(t, err)
				want := essay
				time.Sleep(10*time.Minute + 8*time.Second)
				if last {
					want += "，再装设接地线"
					r, err := n.Save(ctx, id, fence, frame(2, stamped(text(2, want), 90*time.Minute-time.Second)))
					must(t, err)
					if r.Refused != nil || len(r.Ack.Answers) != 1 {
						t.Errorf("the last words: %+v", r.Refused)
					}
				}
				time.Sleep(4 * time.Second)
				synctest.Wait()
				a := w.fold(t, id)
				if a.HandIn == nil || a.HandIn.By != exam.ByClock || a.HandIn.Answered != 1 {
					t.Fatalf("state %s, hand-in %+v", a.State, a.HandIn)
				}
				s, err := n.Script(ctx, id)
				must(t, err)
				if got := s.Answers["part2"]; len(got) != 1 || got[0] != want || s.Marked.Result.ToMark == 0 {
					t.Errorf("markers get %q, want %q", got, want)
				}
			})
		})
	}
}

func TestRegressionTimeExtension(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, *stores){
		"of a running exam (Artemis 5962)":                extendRunning,
		"for everybody, before and after (Artemis 7045)":  extendEverybody,
		"base and granted add up (Artemis 9938)":          extendShown,
		"a seat with a longer clock (Artemis 12435)":      extendStale,
		"shows no question early (Artemis 13071)":         extendEarly,
		"moves the window's end (quiz-extensions 20, 30)": extendWindow,
	} {
		t.Run(name, func(t *testing.T) { bubble(t, test) })
	}
}

// The candidate who writes has the time at once, in frames, beats and acks.
func extendRunning(t *testing.T, w *stores) {
	n, list, tails := runningRoom(t, w, exam.Options{})
	defer n.halt()
	id, fence := seated(t, n, list[0], tails[list[0].No])
	var box inbox
	l, err := n.Connect(t.Context(), id, fence, exam.Page{}, box.put)
	must(t, err)
	defer l.Close()
	time.Sleep(89 * time.Minute)
	granted(t, n, exam.ScopeCandidate, id)
	synctest.Wait()
	frames := box.take()
	if f, ok := frames[len(frames)-1].(exam.TimeFrame); !ok || f.RemainingMS != 6*minute {
		t.Errorf("the seat is told %+v", frames)
	}
	time.Sleep(5 * time.Minute)
	r, err := n.Save(t.Context(), id, fence, frame(1, give("s0", 1, 0)))
	must(t, err)
	if r.Refused != nil || r.Ack.RemainingMS != minute {
		t.Errorf("in the granted time: %+v, %+v", r.Ack, r.Refused)
	}
}

// A grant for all reaches who writes, who waits and who comes later.
func extendEverybody(t *testing.T, w *stores) {
	n, list, tails := runningRoom(t, w, exam.Options{})
	defer n.halt()
	ids := []exam.AttemptID{list[0].Attempt, list[1].Attempt, list[2].Attempt}
	seated(t, n, list[0], tails[list[0].No])
	fence, _, err := n.Admit(t.Context(), ids[1], exam.Seat{Device: "pc", Pledge: true})
	must(t, err)
	granted(t, n, exam.ScopeSitting, "")
	time.Sleep(20 * time.Minute)
	_, err = n.SeatPaper(t.Context(), ids[1], fence)
	must(t, err)
	seated(t, n, list[2], tails[list[2].No])
	for i, id := range ids {
		me, err := n.Me(t.Context(), id)
		must(t, err)
		if got := me.Attempt.EndsAt.Sub(*me.Attempt.StartedAt); got != 95*time.Minute || me.Attempt.GrantedMS != 5*minute {
			t.Errorf("candidate %d has %s, %d ms of it granted", i, got, me.Attempt.GrantedMS)
		}
	}
}

// 60 minutes with half as much again are shown as 90, and a grant beside it.
func extendShown(t *testing.T, w *stores) {
	c := course(exam.Running)
	c.Rules.LimitMS = 60 * minute
	first := prepared(seat)
	first.Factor = 1500
	steps := []happened{{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, {time.Minute, exam.Started{Fence: 1}}}
	for _, grants := range [][]exam.Granted{nil, {{Scope: exam.ScopeSitting, MS: 10 * minute}}} {
		c.Grants = grants
		v := attempt(t, first, steps...).View(c, start.Add(2*time.Minute))
		want := int64(len(grants)) * 10 * minute
		if v.BaseMS != 90*minute || v.GrantedMS != want || v.EndsAt.Sub(*v.StartedAt).Milliseconds() != v.BaseMS+v.GrantedMS {
			t.Errorf("shown: base %d ms, granted %d ms, from %s to %s", v.BaseMS, v.GrantedMS, v.StartedAt, v.EndsAt)
		}
	}
}

// A seat that believes it has more time hands in late: it gets the receipt,
// with the end as the finish, in the grace and after the clock's hand-in.
func extendStale(t *testing.T, w *stores) {
	n, list, tails := runningRoom(t, w, exam.Options{})
	defer n.halt()
	end := start.Add(90 * time.Minute)
	one, fence1 := seated(t, n, list[0], tails[list[0].No])
	two, fence2 := seated(t, n, list[1], tails[list[1].No])
	time.Sleep(90*time.Minute + 5*time.Second)
	r, err := n.HandIn(t.Context(), one, fence1, 1, "k")
	must(t, err)
	if r.By != exam.ByCandidate || !r.At.Equal(end) {
		t.Errorf("in the grace: %+v", r.Receipt)
	}
	time.Sleep(10 * time.Minute)
	r, err = n.HandIn(t.Context(), two, fence2, 1, "k")
	must(t, err)
	if r.By != exam.ByClock || !r.At.Equal(end) || r.Code == "" {
		t.Errorf("after the clock's hand-in: %+v", r.Receipt)
	}
}

// Neither a grant nor the planned moment shows a question: the start does.
func extendEarly(t *testing.T, w *stores) {
	ctx := t.Context()
	n := w.serve(t, exam.Options{})
	defer n.halt()
	s := sitting(3)
	s.StartsAt = start.Add(10 * time.Minute)
	list, tails := opened(t, n, s, 1)
	id, _, err := n.SignIn(ctx, list[0].No, tails[list[0].No])
	must(t, err)
	fence, _, err := n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
	must(t, err)
	granted(t, n, exam.ScopeSitting, "")
	for range 2 {
		_, err = n.SeatPaper(ctx, id, fence)
		wantCode(t, err, "sitting_not_started")
		_, err = n.Figure(ctx, id, fence, "f1")
		wantCode(t, err, "sitting_not_started")
		time.Sleep(11 * time.Minute) // past the planned start
	}
	must(t, n.Start(ctx, s.ID, "staff"))
	_, err = n.SeatPaper(ctx, id, fence)
	must(t, err)
}

// The hard close cuts a late start, but never a grant.
func extendWindow(t *testing.T, w *stores) {
	n, list, tails := runningRoom(t, w, exam.Options{}, func(s *exam.Sitting) { s.ClosesAt = start.Add(100 * time.Minute) })
	defer n.halt()
	time.Sleep(30 * time.Minute)
	id, fence := seated(t, n, list[0], tails[list[0].No])
	granted(t, n, exam.ScopeCandidate, id)
	time.Sleep(74 * time.Minute) // 4 minutes past the close
	r, err := n.Save(t.Context(), id, fence, frame(1, give("s0", 1, 0)))
	must(t, err)
	if r.Refused != nil || r.Ack.RemainingMS != minute {
		t.Errorf("past the close, in the grant: %+v, %+v", r.Ack, r.Refused)
	}
}

// The last entry keeps people out who are not in. It ends nobody's exam,
// closes no connection and stops no move to another seat.
func TestRegressionLockTime(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		ctx := t.Context()
		n, list, tails := runningRoom(t, w, exam.Options{})
		defer n.halt()
		time.Sleep(29 * time.Minute)
		id, _ := seated(t, n, list[0], tails[list[0].No])
		time.Sleep(31 * time.Minute) // half an hour past the last entry
		_, _, err := n.Admit(ctx, list[1].Attempt, exam.Seat{Device: "pc", Pledge: true})
		wantCode(t, err, "entry_closed")
		same, me, err := n.SignIn(ctx, list[0].No, tails[list[0].No])
		must(t, err)
		if same != id || me.Attempt.EndsAt.Sub(*me.Attempt.StartedAt) != 90*time.Minute {
			t.Errorf("signed in again: ends at %s", me.Attempt.EndsAt)
		}
		fence, _, err := n.Admit(ctx, id, exam.Seat{Device: "spare", Place: seatNo("spare"), Pledge: true})
		must(t, err)
		l, err := n.Connect(ctx, id, fence, exam.Page{}, func(exam.Frame) {})
		must(t, err)
		defer l.Close()
		wantCode(t, n.CloseSitting(ctx, "s1", "staff"), "attempts_running")
		time.Sleep(58 * time.Minute)
		r, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0)))
		must(t, err)
		if r.Refused != nil || r.Ack.RemainingMS != minute {
			t.Errorf("a minute before the own end: %+v, %+v", r.Ack, r.Refused)
		}
	})
}

// countedPapers counts how often papers are read.
type countedPapers struct {
	exam.Papers
	contents, shapes atomic.Int64
}

func (c *countedPapers) Shape(ctx context.Context, s exam.SittingID, id bank.PaperID) (bank.Shape, error) {
	c.shapes.Add(1)
	return c.Papers.Shape(ctx, s, id)
}

func (c *countedPapers) Content(ctx context.Context, s exam.SittingID, id bank.PaperID) (bank.Content, error) {
	c.contents.Add(1)
	return c.Papers.Content(ctx, s, id)
}

// 300 candidates of one node open the paper after the start, a third of them
// in the same instant, the others spread by the sitting's jitter. All get it,
// each with the whole time from the own opening, and no paper is read again.
func TestRegressionStartStorm(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		const crowd, jitter = 300, 30 * time.Second
		ctx := t.Context()
		papers := &countedPapers{Papers: w.papers}
		w.papers = papers
		n := w.serve(t, exam.Options{})
		defer n.halt()
		s := sitting(crowd)
		s.StartsAt, s.Rules.StartJitterMS = start.Add(10*time.Minute), jitter.Milliseconds()
		list, _ := opened(t, n, s, crowd)
		boxes := make([]inbox, crowd)
		fences := make([]int64, crowd)
		for i := range list {
			fence, _, err := n.Admit(ctx, list[i].Attempt, exam.Seat{Device: fmt.Sprint(i), Pledge: true})
			must(t, err)
			l, err := n.Connect(ctx, list[i].Attempt, fence, exam.Page{}, boxes[i].put)
			must(t, err)
			defer l.Close()
			fences[i] = fence
		}
		time.Sleep(time.Until(s.StartsAt))
		must(t, n.Start(ctx, s.ID, "staff"))
		synctest.Wait()
		read, shaped := papers.contents.Load(), papers.shapes.Load()
		rng := rand.New(rand.NewPCG(1, 2))
		var wg sync.WaitGroup
		for i := range list {
			frames := boxes[i].take()
			f, ok := frames[len(frames)-1].(exam.StartFrame)
			if !ok || f.StartJitterMS != jitter.Milliseconds() {
				t.Fatalf("seat %d is told %+v", i, frames)
			}
			share := time.Duration(0)
			if i%3 > 0 {
				share = time.Duration(rng.Int64N(int64(jitter)))
			}
			wg.Go(func() {
				time.Sleep(share)
				asked := time.Now().Truncate(time.Millisecond)
				p, err := n.SeatPaper(ctx, list[i].Attempt, fences[i])
				if err != nil || len(p.Sections) != 3 {
					t.Errorf("seat %d: %d sections, %v", i, len(p.Sections), err)
					return
				}
				me, err := n.Me(ctx, list[i].Attempt)
				if err != nil {
					t.Error(err)
				} else if a := me.Attempt; a.StartedAt.Before(asked) || a.EndsAt.Sub(*a.StartedAt) != 90*time.Minute {
					t.Errorf("seat %d asked at %s, has from %s to %s", i, asked, a.StartedAt, a.EndsAt)
				}
			})
		}
		wg.Wait()
		if papers.contents.Load() != read || papers.shapes.Load() != shaped || read > int64(len(s.Papers)) {
			t.Errorf("contents were read %d times before the storm, then %d; shapes %d, then %d",
				read, papers.contents.Load(), shaped, papers.shapes.Load())
		}
	})
}

// At the end nothing that is asked of a candidate stands in the way of the
// hand-in: not the earliest hand-in, not empty or half answers, not a locked
// browser that has no proof any more.
func TestRegressionValidationBlocksTimeout(t *testing.T) {
	t.Parallel()
	end := start.Add(91 * time.Minute) // of life's candidate
	c := course(exam.Running)
	c.Rules = lockedRules()
	c.Rules.EarliestHandInMS = 120 * minute
	for name, tt := range map[string]struct {
		at    time.Time
		leave exam.Leave
	}{
		"by the candidate at the end": {end, exam.Leave{By: exam.ByCandidate, Fence: 1, Key: "k"}},
		"by the clock":                {end.Add(10 * time.Second), exam.Leave{By: exam.ByClock}},
	} {
		e, err := life(t, exam.InProgress).Finish(tt.at, c, tt.leave, "n")
		if h, ok := e.(exam.HandedIn); err != nil || !ok || !h.At.Equal(end) || h.Answered != 0 {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	t.Run("half answers", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *stores) {
			n, id, fence := running(t, w, exam.Options{Now: time.Now})
			defer n.halt()
			r, err := n.Save(t.Context(), id, fence, frame(1, give("multi", 1),
				exam.Given{Question: "fill", Seq: 1, Value: []string{"220", ""}},
				exam.Given{Question: "short", Seq: 1, Value: []string{strings.Repeat("长", exam.MaxTextChars+1)}}))
			must(t, err)
			if len(r.Ack.Answers) != 2 || r.Refused == nil || r.Refused.Answers[0].Code != "too_long" {
				t.Errorf("taken %+v, refused %+v", r.Ack, r.Refused)
			}
			time.Sleep(91 * time.Minute)
			synctest.Wait()
			if a := w.fold(t, id); a.State != exam.Finished || a.HandIn.By != exam.ByClock || a.HandIn.Answered != 1 {
				t.Errorf("state %s, hand-in %+v", a.State, a.HandIn)
			}
		})
	})
}

// The ticket of a sitting that is over opens nothing.
func TestRegressionExpiredTicket(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, list, tails := runningRoom(t, w, exam.Options{})
		defer n.halt()
		time.Sleep(30*time.Minute + time.Second)
		_, _, err := n.Admit(t.Context(), list[0].Attempt, exam.Seat{Device: "pc", Pledge: true})
		wantCode(t, err, "entry_closed")
		must(t, n.CloseSitting(t.Context(), "s1", "staff"))
		id, me, err := n.SignIn(t.Context(), list[0].No, tails[list[0].No]) // who was there reads the receipt
		must(t, err)
		if me.Sitting.State != exam.Closed || me.Attempt.Receipt != nil {
			t.Errorf("signed in to %+v", me)
		}
		_, _, err = n.Admit(t.Context(), id, exam.Seat{Device: "pc", Pledge: true})
		wantCode(t, err, "sitting_closed")
		for _, fence := range []int64{0, 1} {
			_, err = n.SeatPaper(t.Context(), id, fence)
			wantCode(t, err, "not_admitted")
		}
	})
}
