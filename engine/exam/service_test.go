package exam_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bubble runs f with stores in a synctest bubble and closes them before the
// bubble ends.
func bubble(t *testing.T, f func(t *testing.T, w *stores)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openStores(t)
		f(t, w)
	})
}

// inbox collects the frames of a connection.
type inbox struct {
	mu     sync.Mutex
	frames []exam.Frame
}

func (b *inbox) put(f exam.Frame) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.frames = append(b.frames, f)
}

// take returns the frames since the last take.
func (b *inbox) take() []exam.Frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.frames
	b.frames = nil
	return f
}

func TestSignIn(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		ctx := t.Context()
		s := sitting(3)
		s.StartsAt = start.Add(time.Hour)
		list, tails := opened(t, n, s, 2)
		no, tail := list[0].No, tails[list[0].No]
		_, _, err := n.SignIn(ctx, no, tail)
		wantCode(t, err, "entry_not_open")
		_, _, err = n.SignIn(ctx, no, "000000")
		wantCode(t, err, "ticket_refused")
		time.Sleep(30 * time.Minute)
		for name, tt := range map[string][2]string{
			"wrong tail":       {string(no), tails[list[1].No]},
			"unknown ticket":   {"999", tail},
			"decoy's tail":     {"999", "000000"},
			"empty tail":       {string(no), ""},
			"the whole number": {string(no), idNumber(0)},
		} {
			_, me, err := n.SignIn(ctx, exam.TicketNo(tt[0]), tt[1])
			if !errors.Is(err, exam.ErrTicketRefused) || err.Error() != exam.ErrTicketRefused.Error() || me.Ticket != "" {
				t.Errorf("%s: got %v", name, err)
			}
		}
		id, me, err := n.SignIn(ctx, exam.TicketNo(" "+string(no)), strings.ToLower(tail))
		must(t, err)
		if id != list[0].Attempt || me.Ticket != no || me.Attempt.State != exam.NotStarted || me.Sitting.LevelName.ZH != "三级/高级工" ||
			me.Place != list[0].Place || me.Attempt.BaseMS != 90*minute || me.Attempt.StartedAt != nil {
			t.Errorf("got %s, %+v", id, me)
		}
	})
}

func TestWaitingRoomAndStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		ctx := t.Context()
		s := sitting(3)
		s.StartsAt = start.Add(10 * time.Minute)
		list, tails := opened(t, n, s, 1)
		id, _, err := n.SignIn(ctx, list[0].No, tails[list[0].No])
		must(t, err)
		_, err = n.Connect(ctx, id, 0, exam.Page{}, func(exam.Frame) {})
		wantCode(t, err, "not_admitted")
		_, _, err = n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true, Place: exam.Place{Centre: "01", Room: "1", Seat: "99"}})
		wantCode(t, err, "unknown_place")
		fence, me, err := n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
		must(t, err)
		if fence != 1 || me.Attempt.State != exam.InRoom {
			t.Errorf("fence %d, %+v", fence, me.Attempt)
		}
		var box inbox
		l, err := n.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		defer l.Close()
		_, err = n.SeatPaper(ctx, id, fence)
		wantCode(t, err, "sitting_not_started")
		r, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0)))
		must(t, err)
		if r.Ack != nil || r.Refused.Code != "sitting_not_started" {
			t.Errorf("saving before the start: %+v", r)
		}
		wantCode(t, n.Start(ctx, s.ID, "staff"), "start_too_early")
		time.Sleep(10 * time.Minute)
		must(t, n.Start(ctx, s.ID, "staff"))
		must(t, n.Start(ctx, s.ID, "staff"))
		synctest.Wait()
		frames := box.take()
		if len(frames) != 2 {
			t.Fatalf("got %d frames, want welcome and start: %+v", len(frames), frames)
		}
		if f, ok := frames[0].(exam.WelcomeFrame); !ok || f.SittingState != exam.Open || len(f.Answers) != 0 {
			t.Errorf("first frame %+v", frames[0])
		}
		if _, ok := frames[1].(exam.StartFrame); !ok {
			t.Errorf("second frame %+v", frames[1])
		}
		time.Sleep(7 * time.Minute) // nobody loses time by opening the paper late
		p, err := n.SeatPaper(ctx, id, fence)
		must(t, err)
		if len(p.Sections) != 3 || p.Sections[1].Questions[0].No != 6 || p.Sections[2].Note.ZH != "共 5 题，每题 2 分" {
			t.Errorf("paper %+v", p)
		}
		time.Sleep(time.Minute)
		again, err := n.SeatPaper(ctx, id, fence)
		must(t, err)
		if d := cmp.Diff(p, again); d != "" {
			t.Errorf("the paper changed:\n%s", d)
		}
		beat, err := l.Beat(3, 12, true)
		must(t, err)
		if beat.RemainingMS != 89*minute || beat.AttemptState != exam.InProgress || beat.N != 3 {
			t.Errorf("beat %+v", beat)
		}
	})
}

func TestGrantReachesItsSeats(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, other := w.serve(t, exam.Options{Node: "a"}), w.serve(t, exam.Options{Node: "b"})
		ctx := t.Context()
		list, tails := opened(t, n, sitting(3), 2)
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		id2, fence2 := seated(t, other, list[1], tails[list[1].No])
		var box, box2 inbox
		l, err := n.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		defer l.Close()
		l2, err := other.Connect(ctx, id2, fence2, exam.Page{}, box2.put)
		must(t, err)
		defer l2.Close()
		grant := exam.Granted{Kind: exam.GrantIncident, Scope: exam.ScopeCandidate, Attempt: id2, MS: 60_000,
			Reason: scoring.Text{ZH: "机器故障", EN: "Machine failed"}, Approver: "chief"}
		must(t, n.Grant(ctx, "s1", "k", grant, "staff"))
		must(t, n.Grant(ctx, "s1", "k", grant, "staff")) // replay
		synctest.Wait()
		if f := box.take(); len(f) != 1 {
			t.Errorf("another's grant reached the seat: %+v", f)
		}
		f := box2.take()
		tf, ok := f[len(f)-1].(exam.TimeFrame)
		if !ok || tf.RemainingMS != 91*minute || tf.Attempt.GrantedMS != minute || tf.Reason.EN != "Machine failed" {
			t.Errorf("frames %+v", f)
		}
		beat, err := l2.Beat(1, 0, false)
		must(t, err)
		if beat.RemainingMS != 91*minute {
			t.Errorf("beat %+v", beat)
		}
		bad := exam.Granted{Scope: exam.ScopeRoom, Centre: "01", Room: "9"}
		err = n.Grant(ctx, "s1", "k2", bad, "staff")
		if d := cmp.Diff([]string{"kind kind_unknown", "ms duration_range", "reason.zh reason_missing", "approver approver_missing", "room room_unknown"}, paths(err)); d != "" {
			t.Error(d)
		}
		grant.Attempt = "nobody"
		wantCode(t, n.Grant(ctx, "s1", "k3", grant, "staff"), "attempt_not_found")
		r, err := n.ForceHandIn(ctx, id2, "invigilator", "离场")
		must(t, err)
		if r.By != exam.ByInvigilator {
			t.Errorf("receipt %+v", r)
		}
		grant.Attempt = id2
		wantCode(t, n.Grant(ctx, "s1", "k4", grant, "staff"), "attempt_closed")
	})
}

// A grant given at another node, whose news was lost, still counts: before
// it refuses or hands in, a node reads on.
func TestGrantWithoutNews(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{Node: "a"})
		ctx := t.Context()
		list, tails := opened(t, n, sitting(3), 1)
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		bus := w.bus
		w.bus = deafBus(t)
		other := w.serve(t, exam.Options{Node: "b"})
		w.bus = bus
		must(t, other.Grant(ctx, "s1", "k", exam.Granted{Kind: exam.GrantIncident, Scope: exam.ScopeSitting, MS: 5 * minute,
			Reason: scoring.Text{ZH: "停电"}, Approver: "chief"}, "staff"))
		time.Sleep(93 * time.Minute)
		synctest.Wait()
		r, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0)))
		must(t, err)
		if r.Refused != nil || r.Ack.RemainingMS != 2*minute {
			t.Errorf("got %+v, %+v", r.Ack, r.Refused)
		}
	})
}

func TestHandIn(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		ctx := t.Context()
		list, tails := opened(t, n, sitting(3), 1)
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		var box inbox
		l, err := n.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		defer l.Close()
		saved, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0), give("s1", 1, 1), give("t0", 1, 0)))
		must(t, err)
		_, err = n.HandIn(ctx, id, fence, 2, "key")
		wantCode(t, err, "hand_in_too_early")
		wantCode(t, n.CloseSitting(ctx, "s1", "staff"), "attempts_running")
		time.Sleep(30 * time.Minute)
		r, err := n.HandIn(ctx, id, fence, 2, "key")
		must(t, err)
		if r.By != exam.ByCandidate || r.Answered != 3 || r.Total != 15 || len(r.Code) != 11 || !r.At.Equal(start.Add(30*time.Minute)) || r.N != 2 {
			t.Errorf("receipt %+v", r)
		}
		again, err := n.HandIn(ctx, id, fence, 3, "another key")
		must(t, err)
		if again.Receipt != r.Receipt {
			t.Errorf("the second hand-in got another receipt: %+v", again)
		}
		replay, err := n.Save(ctx, id, fence, frame(3, give("s0", 1, 0)))
		must(t, err)
		if d := cmp.Diff(saved.Ack.Answers[:1], replay.Ack.Answers); d != "" {
			t.Errorf("the replay after the hand-in:\n%s", d)
		}
		after, err := n.Save(ctx, id, fence, frame(4, give("s0", 2, 1)))
		must(t, err)
		if after.Ack != nil || after.Refused.Code != "attempt_closed" || len(after.Refused.Answers) != 1 {
			t.Errorf("a save after the hand-in: %+v", after)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		frames := box.take()
		if f, ok := frames[len(frames)-1].(exam.ReceiptFrame); !ok || f.Code != r.Code {
			t.Errorf("frames %+v", frames)
		}
		got := n.outcomes()
		if len(got) != 1 || got[0].Marked.Result.Total != 400 || got[0].Marked.RulesVersion != "2026-1" || got[0].Void {
			t.Fatalf("outcome %+v", got)
		}
		must(t, n.CloseSitting(ctx, "s1", "staff"))
		must(t, n.CloseSitting(ctx, "s1", "staff"))

		must(t, n.Void(ctx, id, "chief", "替考"))
		time.Sleep(time.Second)
		synctest.Wait()
		got = n.outcomes()
		if len(got) != 2 || !got[1].Void || got[1].Seq <= got[0].Seq {
			t.Errorf("outcomes after the voiding: %+v", got)
		}
		_, err = n.Save(ctx, id, fence, frame(5, give("s0", 1, 0)))
		wantCode(t, err, "attempt_void")
		p, err := n.Progress(ctx, "s1")
		must(t, err)
		if p.Counts != (exam.Counts{Total: 1, Void: 1}) || p.State != exam.Closed || p.Seats[0].Answered != 3 {
			t.Errorf("progress %+v", p)
		}
	})
}

// Two nodes: the seat moves from one to the other, and the old node can not
// accept another answer though nobody told it.
func TestMoveFencesTheOldNode(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		a := w.serve(t, exam.Options{Node: "a"})
		bus := w.bus
		w.bus = deafBus(t) // node b's news do not reach node a
		b := w.serve(t, exam.Options{Node: "b"})
		w.bus = bus
		ctx := t.Context()
		list, tails := opened(t, a, sitting(3), 1)
		must(t, a.Start(ctx, "s1", "staff"))
		id, fence := seated(t, a, list[0], tails[list[0].No])
		var box inbox
		l, err := a.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		defer l.Close()
		_, err = a.Save(ctx, id, fence, frame(1, give("s0", 1, 0)))
		must(t, err)

		spare := exam.Place{Centre: "01", Room: "1", Seat: "spare"}
		moved, _, err := b.Admit(ctx, id, exam.Seat{Place: spare, Device: "pc2", Pledge: true})
		must(t, err)
		if moved != fence+1 {
			t.Fatalf("fence %d after the move, want %d", moved, fence+1)
		}
		_, err = a.Save(ctx, id, fence, frame(2, give("s0", 2, 1)))
		wantCode(t, err, "replaced")
		_, err = a.HandIn(ctx, id, fence, 2, "k")
		wantCode(t, err, "replaced")
		_, err = a.SeatPaper(ctx, id, fence)
		wantCode(t, err, "replaced")
		_, err = l.Beat(1, 0, false)
		wantCode(t, err, "replaced")
		_, err = a.Connect(ctx, id, fence, exam.Page{}, func(exam.Frame) {})
		wantCode(t, err, "replaced")

		var box2 inbox
		l2, err := b.Connect(ctx, id, moved, exam.Page{}, box2.put)
		must(t, err)
		defer l2.Close()
		welcome := box2.take()[0].(exam.WelcomeFrame)
		if len(welcome.Answers) != 1 || welcome.Answers[0].Seq != 1 {
			t.Errorf("the new seat sees %+v", welcome.Answers)
		}
		_, err = b.Save(ctx, id, moved, frame(1, give("s0", 2, 2)))
		must(t, err)
		if k, _ := w.fold(t, id).Answer("s0"); k.Fence != moved || k.Value[0] != string(option("s0", 2)) {
			t.Errorf("the answer that counts is %+v", k)
		}
	})
}

func TestReplacedIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		a, b := w.serve(t, exam.Options{Node: "a"}), w.serve(t, exam.Options{Node: "b"})
		ctx := t.Context()
		list, tails := opened(t, a, sitting(3), 1)
		must(t, a.Start(ctx, "s1", "staff"))
		id, fence := seated(t, a, list[0], tails[list[0].No])
		var box inbox
		l, err := a.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		defer l.Close()
		same, _, err := b.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
		must(t, err)
		if same != fence {
			t.Errorf("the same seat and device got fence %d", same)
		}
		_, _, err = b.Admit(ctx, id, exam.Seat{Device: "pc2", Pledge: true})
		must(t, err)
		_, err = b.HandIn(ctx, id, fence+1, 1, "too early, but it makes no news")
		wantCode(t, err, "hand_in_too_early")
		synctest.Wait()
		frames := box.take()
		if len(frames) != 2 {
			t.Fatalf("frames %+v", frames)
		}
		if f, ok := frames[1].(exam.ReplacedFrame); !ok || f.Place != list[0].Place {
			t.Errorf("last frame %+v", frames[1])
		}
	})
}

// Closed and opened again on the same file: every acknowledged answer is
// there, the clock goes on, and an outcome that could not be delivered is.
func TestRestart(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		ctx := t.Context()
		var tries atomic.Int64
		o := exam.Options{OnScored: func(context.Context, exam.Scored) error {
			tries.Add(1)
			return errors.New("nobody listens")
		}}
		n := w.serve(t, o)
		list, tails := opened(t, n, sitting(3), 2)
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		gone, goneFence := seated(t, n, list[1], tails[list[1].No])
		r, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0), give("m0", 1, 0, 2)))
		must(t, err)
		time.Sleep(30 * time.Minute)
		_, err = n.HandIn(ctx, gone, goneFence, 1, "k")
		must(t, err)
		time.Sleep(10 * time.Second)
		if got := tries.Load(); got < 3 {
			t.Errorf("%d deliveries were tried", got)
		}
		n.halt()
		must(t, w.db.Close())
		time.Sleep(20 * time.Minute) // the power is out

		w.openDB(t)
		n = w.serve(t, exam.Options{})
		time.Sleep(time.Second)
		synctest.Wait()
		if got := n.outcomes(); len(got) != 1 || got[0].Attempt != gone {
			t.Errorf("delivered after the restart: %+v", got)
		}
		var box inbox
		l, err := n.Connect(ctx, id, fence, exam.Page{}, box.put)
		must(t, err)
		welcome := box.take()[0].(exam.WelcomeFrame)
		if len(welcome.Answers) != len(r.Ack.Answers) {
			t.Errorf("%d answers after the restart, %d were acknowledged", len(welcome.Answers), len(r.Ack.Answers))
		}
		if want := 90*minute - 50*minute - 11_000; welcome.RemainingMS != want {
			t.Errorf("remaining %d ms, want %d", welcome.RemainingMS, want)
		}
		replay, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0), give("m0", 1, 2, 0)))
		must(t, err)
		if d := cmp.Diff(r.Ack.Answers, replay.Ack.Answers); d != "" {
			t.Errorf("the replay got another acknowledgement:\n%s", d)
		}
		l.Close()
		n.halt()
		must(t, w.db.Close())
		time.Sleep(5 * time.Hour) // the end passes while nothing runs

		w.openDB(t)
		n = w.serve(t, exam.Options{})
		time.Sleep(time.Second)
		synctest.Wait()
		a := w.fold(t, id)
		if a.State != exam.Finished || !a.HandIn.At.Equal(start.Add(90*time.Minute)) {
			t.Errorf("state %s, hand-in %+v", a.State, a.HandIn)
		}
		if got := n.outcomes(); len(got) != 1 || got[0].Marked.Result.Total != 400 {
			t.Errorf("delivered %+v", got)
		}
	})
}

// A node that goes away is taken over by another one.
func TestAnotherNodeFinishes(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		ctx := t.Context()
		a, b := w.serve(t, exam.Options{Node: "a"}), w.serve(t, exam.Options{Node: "b"})
		list, tails := opened(t, a, sitting(3), 1)
		must(t, a.Start(ctx, "s1", "staff"))
		id, _ := seated(t, a, list[0], tails[list[0].No])
		a.halt()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if f := w.fold(t, id); f.State != exam.Finished || f.HandIn.Node != "b" || f.HandIn.Answered != 0 {
			t.Errorf("state %s, %+v", f.State, f.HandIn)
		}
		if got := b.outcomes(); len(got) != 1 || got[0].Marked.Result.Items[0].State != scoring.ItemBlank {
			t.Errorf("delivered %+v", got)
		}
	})
}

// 200 candidates on two nodes with real time and concurrency.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const crowd = 200
	ctx := t.Context()
	w := openStores(t)
	now := func() time.Time { return start.Add(time.Minute) }
	nodes := []*node{w.serve(t, exam.Options{Node: "a", Now: now}), w.serve(t, exam.Options{Node: "b", Now: now, MaxIdle: 8})}
	s := sitting(crowd)
	s.Rules.EarliestHandInMS = 0
	list, tails := opened(t, nodes[0], s, crowd)
	must(t, nodes[0].Start(ctx, s.ID, "staff"))
	var wg sync.WaitGroup
	for i, ticket := range list {
		wg.Go(func() {
			n := nodes[i%2]
			id, _, err := n.SignIn(ctx, ticket.No, tails[ticket.No])
			if err != nil {
				t.Error(err)
				return
			}
			fence, _, err := n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err = n.SeatPaper(ctx, id, fence); err != nil {
				t.Error(err)
				return
			}
			var box inbox
			l, err := n.Connect(ctx, id, fence, exam.Page{}, box.put)
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			for seq := range int64(3) {
				r, err := n.Save(ctx, id, fence, frame(seq, give("s0", seq+1, int(seq)), give("s1", seq+1, 1)))
				if err != nil || r.Refused != nil || len(r.Ack.Answers) != 2 {
					t.Errorf("%+v, %v", r, err)
				}
			}
			if _, err := l.Beat(1, 0, false); err != nil {
				t.Error(err)
			}
			if i%2 == 0 {
				if _, err := n.HandIn(ctx, id, fence, 9, "k"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	p, err := nodes[1].Progress(ctx, s.ID)
	must(t, err)
	if p.Counts.InProgress != crowd/2 || p.Counts.Submitted+p.Counts.Finished != crowd/2 {
		t.Errorf("counts %+v", p.Counts)
	}
	for i := range list {
		a := w.fold(t, list[i].Attempt)
		if k, ok := a.Answer("s0"); !ok || k.Seq != 3 || len(a.History("s0")) != 3 {
			t.Errorf("attempt %d holds %+v", i, a.History("s0"))
		}
	}
}

// Nothing that a candidate gets tells a key or an ID number.
func TestNoSecretReachesASeat(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n := w.serve(t, exam.Options{})
		ctx := t.Context()
		list, tails := opened(t, n, sitting(3), 1)
		must(t, n.Start(ctx, "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		var seen []any
		l, err := n.Connect(ctx, id, fence, exam.Page{}, func(f exam.Frame) { seen = append(seen, f) })
		must(t, err)
		paper, err := n.SeatPaper(ctx, id, fence)
		must(t, err)
		reply, err := n.Save(ctx, id, fence, frame(1, give("s0", 1, 0), give("x", 1)))
		must(t, err)
		must(t, n.Grant(ctx, "s1", "g", exam.Granted{Kind: exam.GrantIncident, Scope: exam.ScopeSitting, MS: 1, Reason: scoring.Text{ZH: "停电"}, Approver: secret}, secret))
		beat, err := l.Beat(1, 0, false)
		must(t, err)
		time.Sleep(40 * time.Minute)
		receipt, err := n.HandIn(ctx, id, fence, 2, "k")
		must(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		l.Close()
		me, err := n.Me(ctx, id)
		must(t, err)
		progress, err := n.Progress(ctx, "s1")
		must(t, err)
		seen = append(seen, paper, reply.Ack, reply.Refused, beat, receipt, me)
		if len(seen) != 9 { // welcome, time, receipt and these
			t.Errorf("%d things were seen: %+v", len(seen), seen)
		}
		for _, v := range append(seen, progress) {
			text, err := json.Marshal(v)
			must(t, err)
			for _, word := range []string{secret, idNumber(0), idNumber(0)[12:], `"key"`, `"seed"`, `"result"`, `"marks"`, "sealed", "fixed"} {
				if strings.Contains(string(text), word) {
					t.Errorf("%T tells %q: %s", v, word, text)
				}
			}
		}
		// In the store the number is sealed.
		page, err := w.db.Find(ctx, "exam_candidates", storeQuery)
		must(t, err)
		if len(page.Docs) != 1 || strings.Contains(string(page.Docs[0].Body), idNumber(0)[12:]) {
			t.Errorf("stored candidate %s", page.Docs[0].Body)
		}
	})
}
