package exam_test

import (
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
)

// console collects what a watcher delivers and keeps the rows as a screen does.
type console struct {
	mu     sync.Mutex
	frames []exam.WatchFrame
	rows   map[exam.AttemptID]exam.SeatProgress
}

func (c *console) put(f exam.WatchFrame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frames = append(c.frames, f)
	if f.T == "snapshot" || c.rows == nil {
		c.rows = map[exam.AttemptID]exam.SeatProgress{}
	}
	for _, raw := range f.Seats {
		var p exam.SeatProgress
		if err := json.Unmarshal(raw, &p); err != nil {
			panic(err)
		}
		c.rows[p.Attempt] = p
	}
}

// row is what the screen shows of a seat after a while.
func (c *console) row(id exam.AttemptID) exam.SeatProgress {
	time.Sleep(1100 * time.Millisecond)
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rows[id]
}

func (c *console) take() []exam.WatchFrame {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.frames
	c.frames = nil
	return f
}

// A console at one node sees what happens at another.
func TestWatchAcrossNodes(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, list, tails := runningRoom(t, w, exam.Options{})
		defer n.halt()
		desk := w.serve(t, exam.Options{Node: "desk"})
		defer desk.halt()
		ctx := t.Context()
		screen := &console{}
		watcher, err := desk.Watch(ctx, "s1", screen.put)
		must(t, err)
		defer watcher.Stop()
		if f := screen.take(); len(f) != 1 || f[0].T != "snapshot" || len(f[0].Seats) != 3 || f[0].Counts.NotStarted != 3 {
			t.Fatalf("first frames %+v", f)
		}

		id, fence := seated(t, n, list[0], tails[list[0].No])
		if got := screen.row(id); got.State != exam.InProgress || got.StartedAt == nil {
			t.Errorf("after the start: %+v", got)
		}
		link, _ := listen(t, n, id, fence)
		_, err = n.Save(ctx, id, fence, frame(1, give("s0", 1, 0), give("s1", 1, 0)))
		must(t, err)
		_, err = link.Beat(1, 40, true)
		must(t, err)
		if got := screen.row(id); got.Answered != 2 || got.LastAckAt == nil || got.Link != exam.LinkGood || got.RTTMS != 40 || !got.Hidden {
			t.Errorf("after an answer and a beat: %+v", got)
		}
		must(t, n.Grant(ctx, "s1", "g", exam.Granted{Kind: exam.GrantIncident, Scope: exam.ScopeRoom, Centre: "01", Room: "1",
			MS: 5 * minute, Reason: outage, Approver: "chief"}, "staff"))
		if got := screen.row(id); got.GrantedMS != 5*minute || got.Noted == nil || *got.Noted {
			t.Errorf("after a grant: %+v", got)
		}
		info, err := desk.Sitting(ctx, "s1")
		must(t, err)
		_, err = n.Note(ctx, id, fence, 2, info.Grants[0].Seq)
		must(t, err)
		if got := screen.row(id); got.Noted == nil || !*got.Noted {
			t.Errorf("after it was noted: %+v", got)
		}
		seq, err := n.Pause(ctx, "s1", "p", paused(everybody), "staff")
		must(t, err)
		if got := screen.row(id); got.State != exam.Paused || got.Paused == nil || got.EndsAt != nil {
			t.Errorf("paused: %+v", got)
		}
		must(t, n.Resume(ctx, "s1", seq, "chief", false, "staff"))
		must(t, desk.SetAbsent(ctx, "s1", list[2].Attempt, true, "staff", "未到"))
		if got := screen.row(list[2].Attempt); !got.Absent {
			t.Errorf("absent: %+v", got)
		}

		link.Close()
		time.Sleep(15 * time.Second)
		if got := screen.row(id); got.Link != exam.LinkWeak {
			t.Errorf("after a missing beat: %s", got.Link)
		}
		time.Sleep(12 * time.Second)
		if got := screen.row(id); got.Link != exam.LinkLost {
			t.Errorf("after two missing beats: %s", got.Link)
		}
		screen.take()
		time.Sleep(time.Minute)
		synctest.Wait()
		if f := screen.take(); len(f) != 0 {
			t.Errorf("%d frames though nothing happened: %s", len(f), f[0].Seats)
		}
		same(t, desk, screen)
	})
}

// same compares what the screen shows with what a reading from the start
// gives; only the connections are known apart.
func same(t *testing.T, n *node, screen *console) {
	t.Helper()
	p, err := n.Progress(t.Context(), "s1")
	must(t, err)
	for _, want := range p.Seats {
		got := screen.rows[want.Attempt]
		for _, r := range []*exam.SeatProgress{&got, &want} {
			r.SeenAt, r.Link, r.RTTMS, r.Hidden = nil, "", 0, false
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seat %s (-read +watched):\n%s", want.Ticket, diff)
		}
	}
}

// However much happens, a console gets at most two frames a second.
func TestWatchIsConflated(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, list, tails := runningRoom(t, w, exam.Options{})
		defer n.halt()
		ctx := t.Context()
		id, fence := seated(t, n, list[0], tails[list[0].No])
		screen := &console{}
		watcher, err := n.Watch(ctx, "s1", screen.put)
		must(t, err)
		defer watcher.Stop()
		for i := range int64(100) {
			_, err := n.Save(ctx, id, fence, frame(i, give("s0", i+1, int(i)%4)))
			must(t, err)
			time.Sleep(50 * time.Millisecond)
		}
		if got := len(screen.take()); got > 1+10 {
			t.Errorf("%d frames in 5 seconds", got)
		}
		_, err = n.Watch(ctx, "nowhere", screen.put)
		wantCode(t, err, "sitting_not_found")
	})
}
