package hall_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/internal/fault"
)

var (
	errAway   = fault.New(fault.Unavailable, "test_away", "away")
	errLocked = fault.New(fault.Conflict, "test_locked", "locked")
)

// What the division cannot take now is told again, in order, also by a node
// that was started afterwards; and once.
func TestToldAgain(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.frame.Rules = hall.Rules{}
		s := w.node(func(o *hall.Options) { o.Retell = time.Second })
		call := called(t, s, 0)
		w.failing(errAway)
		gone := hall.Move{Call: call, Competitors: []string{"c0", "c2"}, To: hall.Absent, Why: "弃赛"}
		must(t, s.Move(t.Context(), "room", division, "gone", gone))
		_, m := roll(t, s, call)
		if m["c0"].State != hall.Absent || m["c0"].Told != hall.ToldPending {
			t.Errorf("while the division is away: %+v", m["c0"])
		}
		must(t, s.Undo(t.Context(), "room", division, key(), call, "c2", m["c2"].Steps[0].Seq, "来了", ""))
		_, err := pressOn(t, s, "judge1", hall.ActStart, "A01")
		must(t, err)
		c, err := pressOn(t, s, "judge1", hall.ActStop, "A01")
		if err != nil || c.Told != hall.ToldPending {
			t.Errorf("stopped: %+v %v", c, err)
		}
		s.Close()
		w.failing(nil)
		other := w.node(func(o *hall.Options) { o.Retell = time.Second })
		must(t, other.Resume(t.Context(), []string{division, "d2"}))
		want := []string{"absent c0", "absent c2", "present c2", "time B.A01 0"}
		if diff := cmp.Diff(want, w.said()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		must(t, other.Move(t.Context(), "room", division, "gone", gone)) // the same key after all
		time.Sleep(time.Minute)
		third := w.node()
		must(t, third.Resume(t.Context(), []string{division}))
		if diff := cmp.Diff(want, w.said()); diff != "" {
			t.Errorf("told twice (-want +got):\n%s", diff)
		}
	})
}

// By itself, while the service runs.
func TestToldByItself(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node(func(o *hall.Options) { o.Retell = time.Second })
		w.failing(errors.New("a failure nobody classified"))
		for _, act := range []hall.ClockAct{hall.ActStart, hall.ActStop} {
			_, err := pressOn(t, s, "judge1", act, "A01")
			must(t, err)
		}
		time.Sleep(3 * time.Second)
		if len(w.said()) != 0 {
			t.Error("told while the division was away")
		}
		w.failing(nil)
		time.Sleep(2 * time.Second)
		if list, err := s.Clocks(t.Context(), "judge1", division); err != nil || list[0].Told != hall.ToldTaken || len(w.said()) != 1 {
			t.Errorf("%v %v", w.said(), err)
		}
	})
}

// A refusal is final, is shown, and keeps nothing else back.
func TestRefused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.frame.Rules = hall.Rules{}
		s := w.node()
		call := called(t, s, 0)
		w.failing(errLocked)
		must(t, s.Move(t.Context(), "room", division, key(), hall.Move{Call: call, Competitors: []string{"c0"}, To: hall.Absent, Why: "弃赛"}))
		w.failing(nil)
		must(t, s.Move(t.Context(), "room", division, key(), hall.Move{Call: call, Competitors: []string{"c1"}, To: hall.Absent, Why: "弃赛"}))
		v, m := roll(t, s, call)
		if m["c0"].Told != hall.ToldRefused || m["c0"].ToldCode != "test_locked" || m["c1"].Told != hall.ToldTaken || v.Refused != 1 {
			t.Errorf("%+v %+v", v, m["c0"])
		}
		if diff := cmp.Diff([]string{"absent c1"}, w.said()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// TestRebuild: a node that was there from the first record and one that folds
// everything anew hold the same hall.
func TestRebuild(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.frame.Rules.Together = false
		old := w.node()
		call := called(t, old, 0)
		for _, who := range []string{"c0", "c1"} {
			must(t, move(old, t, call, hall.Waiting, who))
			check(t, old, call, who, hall.Match)
			must(t, move(old, t, call, hall.Ready, who))
		}
		must(t, move(old, t, call, hall.Competing, "c0"))
		_, err := old.StartBatch(t.Context(), "chief", division, key(), hall.Stations{Module: "B", Batch: 1}, false, hall.Evidence{Device: "t1", TabletMS: 5, AgoMS: 9})
		must(t, err)
		time.Sleep(time.Minute)
		_, err = pressOn(t, old, "judge1", hall.ActPause, "A01")
		must(t, err)
		must(t, old.ReplaceBadge(t.Context(), "room", division, key(), "c0", "遗失"))
		w.frame = hall.Frame{} // what was frozen is in the stream
		fresh := w.node()
		look := func(s *hall.Service) (all []any) {
			v, m := roll(t, s, call)
			clocks, err := s.Clocks(t.Context(), "", division)
			must(t, err)
			story, err := s.ClockStory(t.Context(), division, "B", "A01")
			must(t, err)
			return append(all, v, m, clocks, story)
		}
		if diff := cmp.Diff(look(old), look(fresh)); diff != "" {
			t.Errorf("rebuilt (-old +fresh):\n%s", diff)
		}
	})
}

// News goes to every node's screens, and says nothing about anybody.
func TestNews(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		call := called(t, s, 0)
		from, err := w.bus.Position(t.Context(), hall.Channel(division))
		must(t, err)
		must(t, move(s, t, call, hall.Waiting, "c0"))
		_, err = pressOn(t, s, "judge1", hall.ActStart, "A01")
		must(t, err)
		pubs, _, ok, err := w.bus.Since(t.Context(), hall.Channel(division), from)
		must(t, err)
		var got []string
		for _, p := range pubs {
			got = append(got, string(p.Data))
		}
		want := []string{`{"kind":"competitor.moved","seq":3}`, `{"kind":"clock.started","seq":4}`}
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("news (-want +got):\n%s", diff)
		}
		if (hall.News{Kind: "competitor.moved"}).Clock() || !(hall.News{Kind: "clock.stopped"}).Clock() {
			t.Error("news of the call room passes for news of clocks")
		}
	})
}
