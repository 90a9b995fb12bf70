package exam_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// A 90-minute attempt passes at once: the candidate answers, goes away, and
// the clock hands in exactly at end + grace, without any connection.
func TestClockHandsInAtEndPlusGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openStores(t)
		n := w.serve(t, exam.Options{})
		list, tails := opened(t, n, sitting(3), 2)
		must(t, n.Start(t.Context(), "s1", "staff"))
		time.Sleep(5 * time.Minute)
		id, fence := seated(t, n, list[0], tails[list[0].No])

		time.Sleep(80 * time.Minute)
		r, err := n.Save(t.Context(), id, fence, frame(1, give("s0", 1, 0), give("m0", 1, 0, 2), give("m1", 1, 0), give("t0", 1, 1)))
		must(t, err)
		if got, want := r.Ack.RemainingMS, 10*minute; got != want {
			t.Errorf("remaining after 80 minutes: %d ms, want %d", got, want)
		}

		must(t, n.Grant(t.Context(), "s1", "g1", exam.Granted{Kind: exam.GrantIncident, Scope: exam.ScopeRoom, Centre: "01", Room: "1",
			MS: 5 * minute, Reason: scoring.Text{ZH: "停电"}, Approver: "chief"}, "staff"))

		end := start.Add(100 * time.Minute)
		time.Sleep(end.Add(10*time.Second - time.Millisecond).Sub(time.Now()))
		synctest.Wait()
		if a := w.fold(t, id); a.State != exam.InProgress {
			t.Fatalf("state 1 ms before end + grace: %s", a.State)
		}
		time.Sleep(time.Millisecond)
		time.Sleep(time.Second) // marking and delivery
		synctest.Wait()
		a := w.fold(t, id)
		if a.State != exam.Finished || a.HandIn.By != exam.ByClock || !a.HandIn.At.Equal(end) {
			t.Fatalf("after the end: state %s, hand-in %+v", a.State, a.HandIn)
		}
		if got := n.outcomes(); len(got) != 1 || got[0].Marked.Result.Total != 100+300 {
			t.Errorf("delivered %+v, want one outcome of 400 hundredths", got)
		}
		if a.Receipt.By != exam.ByClock || a.Receipt.Answered != 4 || a.Receipt.Total != 15 {
			t.Errorf("receipt %+v", a.Receipt)
		}
		n.halt()
		w.bus.Close()
		w.db.Close()
	})
}

// Where the rules say so, an attempt that nobody hands in is abandoned at
// end + grace: its seat is told, it is not marked, and its outcome is
// delivered without marks.
func TestClockAbandonsAtEndPlusGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openStores(t)
		n := w.serve(t, exam.Options{})
		s := sitting(3)
		s.Rules.Overdue = exam.OverdueAbandon
		list, tails := opened(t, n, s, 2)
		must(t, n.Start(t.Context(), "s1", "staff"))
		id, fence := seated(t, n, list[0], tails[list[0].No])
		frames := make(chan exam.Frame, 20)
		l, err := n.Connect(t.Context(), id, fence, exam.Page{}, func(f exam.Frame) { frames <- f })
		must(t, err)
		<-frames // the welcome
		_, err = n.Save(t.Context(), id, fence, frame(1, give("s0", 1, 0)))
		must(t, err)

		time.Sleep(90*time.Minute + time.Second)
		if b, err := l.Beat(2, 0, false); err != nil || b.AttemptState != exam.Overdue || b.RemainingMS != 0 {
			t.Errorf("in the grace: %+v, %v", b, err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		a := w.fold(t, id)
		if a.State != exam.Abandoned || !a.Abandoned.At.Equal(start.Add(90*time.Minute)) || a.Score != nil {
			t.Errorf("state %s, %+v, marks %+v", a.State, a.Abandoned, a.Score)
		}
		if f, ok := (<-frames).(exam.RefusedFrame); !ok || f.Code != "attempt_abandoned" {
			t.Errorf("the seat was told %+v", f)
		}
		if got := n.outcomes(); len(got) != 1 || !got[0].Abandoned || got[0].Marked != nil {
			t.Errorf("delivered %+v", got)
		}
		l.Close()
		n.halt()
		w.bus.Close()
		w.db.Close()
	})
}
