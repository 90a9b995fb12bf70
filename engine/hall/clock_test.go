package hall_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// ModuleID is short for the tests.
type ModuleID = scoring.ModuleID

func accessID(s string) access.AccountID { return access.AccountID(s) }

func pressOn(t *testing.T, s *hall.Service, by string, act hall.ClockAct, code string) (hall.Clock, error) {
	t.Helper()
	return s.Press(t.Context(), accessID(by), division, key(), hall.Press{Act: act, Module: "B", Code: code, Reason: "设备故障"})
}

// TestClock is one clock from start to stop: pauses put the end off and are no
// time used; lost time too; more time only puts the end off.
func TestClock(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		at := func(step string, want hall.Clock) {
			t.Helper()
			list, err := s.Clocks(t.Context(), "judge1", division)
			must(t, err)
			got := list[0]
			if got.Code != "A01" || got.Module != "B" {
				t.Fatalf("the first clock is %s.%s", got.Module, got.Code)
			}
			brief := hall.Clock{State: got.State, UsedMS: got.UsedMS, RemainingMS: got.RemainingMS, OvertimeMS: got.OvertimeMS, PausedMS: got.PausedMS, CompensationMS: got.CompensationMS}
			if diff := cmp.Diff(want, brief); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step, diff)
			}
			if end := got.EndsAt; got.State == hall.ClockRunning && end.Sub(got.ServerTime).Milliseconds() != got.RemainingMS-got.OvertimeMS {
				t.Errorf("%s: ends at %v, %d left", step, end, got.RemainingMS)
			}
		}
		at("idle", hall.Clock{State: hall.ClockIdle, RemainingMS: 90 * minute})
		_, err := pressOn(t, s, "judge1", hall.ActStart, "A01")
		must(t, err)
		time.Sleep(30 * time.Minute)
		at("running", hall.Clock{State: hall.ClockRunning, UsedMS: 30 * minute, RemainingMS: 60 * minute})
		_, err = pressOn(t, s, "judge1", hall.ActPause, "A01")
		must(t, err)
		time.Sleep(10 * time.Minute)
		at("paused", hall.Clock{State: hall.ClockPaused, UsedMS: 30 * minute, RemainingMS: 60 * minute, PausedMS: 10 * minute})
		_, err = pressOn(t, s, "judge2", hall.ActResume, "A01")
		must(t, err)
		grant := func(kind hall.GrantKind, ms int64) {
			t.Helper()
			must(t, s.Compensate(t.Context(), "chief", division, key(), hall.Compensation{Stations: hall.Stations{Module: "B", Codes: []string{"A01"}}, Kind: kind, MS: ms, Reason: "试件缺陷"}))
		}
		grant(hall.GrantIncident, 5*minute)
		grant(hall.GrantAccommodation, 7*minute)
		at("compensated", hall.Clock{State: hall.ClockRunning, UsedMS: 25 * minute, RemainingMS: 72 * minute, PausedMS: 10 * minute, CompensationMS: 12 * minute})
		time.Sleep(75 * time.Minute)
		at("over", hall.Clock{State: hall.ClockRunning, UsedMS: 100 * minute, OvertimeMS: 3 * minute, PausedMS: 10 * minute, CompensationMS: 12 * minute})
		c, err := pressOn(t, s, "judge1", hall.ActStop, "A01")
		must(t, err)
		if c.Told != hall.ToldTaken || c.UsedMS != 100*minute {
			t.Errorf("stopped: %+v", c)
		}
		time.Sleep(time.Hour)
		at("stopped", hall.Clock{State: hall.ClockStopped, UsedMS: 100 * minute, OvertimeMS: 3 * minute, PausedMS: 10 * minute, CompensationMS: 12 * minute})
		grant(hall.GrantAccommodation, minute) // changes nothing that is told
		grant(hall.GrantIncident, minute)
		if diff := cmp.Diff([]string{"time B.A01 6000000", "time B.A01 5940000"}, w.said()); diff != "" {
			t.Errorf("the division was told (-want +got):\n%s", diff)
		}
		story, err := s.ClockStory(t.Context(), division, "B", "A01")
		must(t, err)
		if len(story.Events) != 8 || story.Events[1].Kind != "clock.paused" || story.Events[1].Reason != "设备故障" || story.Events[4].MS != 7*minute || story.Events[1].By != "judge1" {
			t.Errorf("story %+v", story.Events)
		}
		if err := s.WithdrawCompensation(t.Context(), "chief", division, key(), story.Events[7].Seq, "重复", ""); err != nil {
			t.Error(err)
		}
		wantErr(t, "withdrawn twice", s.WithdrawCompensation(t.Context(), "chief", division, key(), story.Events[7].Seq, "重复", ""), hall.ErrNoGrant)
		if said := w.said(); said[len(said)-1] != "time B.A01 6000000" {
			t.Errorf("after the withdrawal: %v", said)
		}
	})
}

// TestPresses tries every act in every state.
func TestPresses(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		allowed := map[hall.ClockState][]hall.ClockAct{
			hall.ClockIdle: {hall.ActStart}, hall.ClockRunning: {hall.ActPause, hall.ActStop}, hall.ClockPaused: {hall.ActResume, hall.ActStop}, hall.ClockStopped: {},
		}
		way := map[hall.ClockState][]hall.ClockAct{
			hall.ClockIdle: {}, hall.ClockRunning: {hall.ActStart}, hall.ClockPaused: {hall.ActStart, hall.ActPause}, hall.ClockStopped: {hall.ActStart, hall.ActStop},
		}
		for state, acts := range way {
			for _, act := range []hall.ClockAct{hall.ActStart, hall.ActPause, hall.ActResume, hall.ActStop} {
				if c, _ := pressOn(t, s, "judge1", hall.ActStart, "A01"); c.State != hall.ClockIdle {
					_, err := s.Mend(t.Context(), "chief", division, key(), hall.MendReset, "B", "A01", "重来", "")
					must(t, err)
				}
				for _, a := range acts {
					_, err := pressOn(t, s, "judge1", a, "A01")
					must(t, err)
				}
				c, err := pressOn(t, s, "judge2", act, "A01")
				var want *fault.Error
				ok := false
				for _, a := range allowed[state] {
					ok = ok || a == act
				}
				if !ok {
					want = hall.ErrClock
				}
				wantErr(t, fmt.Sprintf("%s when %s", act, state), err, want)
				if !ok && c.State != state {
					t.Errorf("%s when %s: the refusal shows %s", act, state, c.State)
				}
			}
		}
		for name, p := range map[string]hall.Press{
			"another judge's station": {Act: hall.ActStart, Module: "B", Code: "B01"},
			"no such code":            {Act: hall.ActStart, Module: "B", Code: "Z99"},
			"no such module":          {Act: hall.ActStart, Module: "X", Code: "A01"},
		} {
			_, err := s.Press(t.Context(), "judge1", division, key(), p)
			wantErr(t, name, err, hall.ErrNoClock)
		}
		_, err := s.Press(t.Context(), "judge1", division, key(), hall.Press{Act: "wind", Module: "B", Code: "A01"})
		wantErr(t, "no such act", err, hall.ErrInput)
		_, err = pressOn(t, s, "judge1", hall.ActStart, "A02")
		must(t, err)
		_, err = s.Press(t.Context(), "judge1", division, key(), hall.Press{Act: hall.ActPause, Module: "B", Code: "A02"})
		wantErr(t, "a pause without a reason", err, hall.ErrReason)
		if err := s.Compensate(t.Context(), "judge1", division, key(), hall.Compensation{Stations: hall.Stations{Module: "B", Codes: []string{"A02"}}, Kind: hall.GrantIncident, MS: 1, Reason: "x"}); err == nil {
			t.Error("a judge gave compensation")
		}
		for _, ms := range []int64{0, -1, 25 * 60 * minute} {
			wantErr(t, "ms", s.Compensate(t.Context(), "chief", division, key(), hall.Compensation{Stations: hall.Stations{Module: "B", Codes: []string{"A02"}}, Kind: hall.GrantIncident, MS: ms, Reason: "x"}), hall.ErrInput)
		}
	})
}

// A room starts at one moment; who is absent is left out, who runs already
// runs on, and a second start has no effect.
func TestBatchStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.stations[4].Absent = true // B, A02
		w.stations = append(w.stations, hall.Station{Module: "B", Code: "A03", Batch: 1, Station: 3})
		s := w.node()
		_, err := pressOn(t, s, "judge1", hall.ActStart, "A03")
		must(t, err)
		time.Sleep(time.Minute)
		batch := hall.Stations{Module: "B", Batch: 1}
		list, err := s.StartBatch(t.Context(), "judge1", division, "batch", batch, false, hall.Evidence{})
		must(t, err)
		if len(list) != 2 || list[0].Code != "A01" || list[0].UsedMS != 0 || list[1].UsedMS != minute || list[0].State != hall.ClockRunning {
			t.Errorf("started %+v", list)
		}
		time.Sleep(time.Minute)
		again, err := s.StartBatch(t.Context(), "judge1", division, "batch", batch, false, hall.Evidence{})
		if err != nil || len(again) != 2 || again[0].UsedMS != minute {
			t.Errorf("the same key: %+v %v", again, err)
		}
		_, err = s.StartBatch(t.Context(), "judge2", division, "batch", batch, false, hall.Evidence{})
		wantErr(t, "another judge", err, hall.ErrClock)
		_, err = s.StartBatch(t.Context(), "judge1", division, "batch", hall.Stations{Module: "C", Batch: 1}, false, hall.Evidence{})
		wantErr(t, "the key for another module", err, hall.ErrKeyReused)
		_, err = s.StartBatch(t.Context(), "judge1", division, key(), hall.Stations{Module: "B", Batch: 2}, false, hall.Evidence{})
		wantErr(t, "a batch of others", err, hall.ErrNoClock)
		if _, err := s.StartBatch(t.Context(), "judge1", division, key(), hall.Stations{Module: "B", Batch: 2}, true, hall.Evidence{}); err == nil {
			t.Error("a judge started as the chief judge")
		}
		list, err = s.StartBatch(t.Context(), "chief", division, key(), hall.Stations{Module: "B", Batch: 2}, true, hall.Evidence{})
		if err != nil || len(list) != 2 {
			t.Errorf("the chief judge: %+v %v", list, err)
		}
		list, err = s.StartBatch(t.Context(), "judge1", division, key(), hall.Stations{Module: "B", Codes: []string{"A02"}}, false, hall.Evidence{})
		if err != nil || len(list) != 1 || list[0].Code != "A02" {
			t.Errorf("by code: %+v %v", list, err)
		}
	})
}

// A stop by mistake is mended by the chief judge, with or without the time
// since; the last stop is what the division holds.
func TestMending(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		for _, code := range []string{"A01", "A02"} {
			_, err := pressOn(t, s, "judge1", hall.ActStart, code)
			must(t, err)
		}
		time.Sleep(10 * time.Minute)
		mend := func(how hall.Mend, code string) {
			t.Helper()
			_, err := s.Mend(t.Context(), "chief", division, key(), how, "B", code, "按错", "")
			must(t, err)
		}
		for _, code := range []string{"A01", "A02"} {
			_, err := pressOn(t, s, "judge1", hall.ActStop, code)
			must(t, err)
		}
		time.Sleep(5 * time.Minute)
		mend(hall.MendReopen, "A01")
		mend(hall.MendReopenCounted, "A02")
		time.Sleep(5 * time.Minute)
		for code, used := range map[string]int64{"A01": 15 * minute, "A02": 20 * minute} {
			c, err := pressOn(t, s, "judge1", hall.ActStop, code)
			if err != nil || c.UsedMS != used {
				t.Errorf("%s: %d ms, %v, want %d", code, c.UsedMS, err, used)
			}
		}
		mend(hall.MendReset, "A01")
		if _, err := s.Mend(t.Context(), "judge1", division, key(), hall.MendReset, "B", "A02", "按错", ""); err == nil {
			t.Error("a judge reset a clock")
		}
		_, err := pressOn(t, s, "judge1", hall.ActStart, "A01")
		must(t, err)
		time.Sleep(time.Minute)
		c, err := pressOn(t, s, "judge1", hall.ActStop, "A01")
		if err != nil || c.UsedMS != minute {
			t.Errorf("the new run: %+v %v", c, err)
		}
		if said := w.said(); said[len(said)-1] != "time B.A01 60000" {
			t.Errorf("told %v", said)
		}
	})
}

// Two judges on two nodes press at once: one effect, and both see the same.
func TestTwoPressAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		nodes := []*hall.Service{w.node(), w.node()}
		for i, act := range []hall.ClockAct{hall.ActStart, hall.ActPause, hall.ActResume, hall.ActStop} {
			var wg sync.WaitGroup
			errs := make([]error, 8)
			for k := range errs {
				wg.Go(func() {
					_, errs[k] = nodes[k%2].Press(t.Context(), accessID(fmt.Sprintf("judge%d", 1+k%2)), division, fmt.Sprintf("%d/%d", i, k),
						hall.Press{Act: act, Module: "B", Code: "A01", Reason: "故障"})
				})
			}
			wg.Wait()
			done := 0
			for _, err := range errs {
				if err == nil {
					done++
				} else {
					wantErr(t, string(act), err, hall.ErrClock)
				}
			}
			if done != 1 {
				t.Errorf("%s had %d effects", act, done)
			}
			time.Sleep(time.Minute)
			var views [2]hall.Clock
			for k, n := range nodes {
				list, err := n.Clocks(t.Context(), "", division)
				must(t, err)
				views[k] = list[0]
			}
			if diff := cmp.Diff(views[0], views[1]); diff != "" {
				t.Errorf("after %s the nodes differ:\n%s", act, diff)
			}
		}
		if said := w.said(); len(said) != 1 || said[0] != "time B.A01 120000" {
			t.Errorf("told %v", said)
		}
	})
}

// Setting the machine's clock by an hour, either way, moves no station clock:
// the hall goes by a steady one.
func TestClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				var mu sync.Mutex
				var set time.Duration
				wall := func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(set) }
				begun := time.Now()
				steady := exam.SteadyClock(wall, func() time.Duration { return time.Since(begun) }, func(time.Duration) {})
				s := w.node(func(o *hall.Options) { o.Now = steady })
				_, err := pressOn(t, s, "judge1", hall.ActStart, "A01")
				must(t, err)
				time.Sleep(10 * time.Minute)
				mu.Lock()
				set = jump
				mu.Unlock()
				time.Sleep(10 * time.Minute)
				c, err := pressOn(t, s, "judge1", hall.ActStop, "A01")
				if err != nil || c.UsedMS != 20*minute {
					t.Errorf("used %d ms, %v", c.UsedMS, err)
				}
			})
		})
	}
}

// A node whose clock is behind cannot make a time negative or undo a start.
func TestNodesClocksDiffer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ahead := w.node(func(o *hall.Options) { o.Now = func() time.Time { return time.Now().Add(3 * time.Second) } })
		behind := w.node()
		_, err := pressOn(t, ahead, "judge1", hall.ActStart, "A01")
		must(t, err)
		c, err := pressOn(t, behind, "judge1", hall.ActStop, "A01")
		if err != nil || c.UsedMS != 0 || c.State != hall.ClockStopped {
			t.Errorf("%+v %v", c, err)
		}
	})
}

// TestClockModel drives a clock at random and compares with a naive count of
// the milliseconds in which it ran.
func TestClockModel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := start
	s := w.node(func(o *hall.Options) { o.Now = func() time.Time { return now } })
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		code := fmt.Sprintf("M%04d", run)
		w.mu.Lock()
		w.stations = append(w.stations[:8:8], hall.Station{Module: "B", Code: code, Batch: 1, Station: 1})
		w.mu.Unlock()
		var used, extra, lost, paused int64
		state := hall.ClockIdle
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			ms := rapid.Int64Range(0, 20*minute).Draw(r, "ms")
			now = now.Add(time.Duration(ms) * time.Millisecond)
			switch state {
			case hall.ClockRunning:
				used += ms
			case hall.ClockPaused:
				paused += ms
			}
			act := rapid.SampledFrom([]string{"start", "pause", "resume", "stop", "incident", "accommodation"}).Draw(r, "act")
			switch act {
			case "incident", "accommodation":
				err := s.Compensate(t.Context(), "chief", division, key(), hall.Compensation{Stations: hall.Stations{Module: "B", Codes: []string{code}}, Kind: hall.GrantKind(act), MS: 1 + ms, Reason: "r"})
				if err != nil {
					r.Fatal(err)
				}
				extra += 1 + ms
				if act == "incident" {
					lost += 1 + ms
				}
				continue
			}
			to := map[string]map[hall.ClockState]hall.ClockState{
				"start": {hall.ClockIdle: hall.ClockRunning}, "pause": {hall.ClockRunning: hall.ClockPaused}, "resume": {hall.ClockPaused: hall.ClockRunning},
				"stop": {hall.ClockRunning: hall.ClockStopped, hall.ClockPaused: hall.ClockStopped},
			}[act]
			_, err := s.Press(t.Context(), "judge1", division, key(), hall.Press{Act: hall.ClockAct(act), Module: "B", Code: code, Reason: "r"})
			after, ok := to[state]
			if ok != (err == nil) {
				r.Fatalf("%s when %s: %v", act, state, err)
			}
			if ok {
				state = after
			}
		}
		list, err := s.Clocks(t.Context(), "judge1", division)
		if err != nil {
			r.Fatal(err)
		}
		c := list[len(list)-1]
		left := 90*minute + extra - used
		if state == hall.ClockIdle {
			lost = 0
		}
		want := hall.Clock{State: state, UsedMS: max(0, used-lost), RemainingMS: max(0, left), OvertimeMS: max(0, -left), PausedMS: paused, CompensationMS: extra}
		got := hall.Clock{State: c.State, UsedMS: c.UsedMS, RemainingMS: c.RemainingMS, OvertimeMS: c.OvertimeMS, PausedMS: c.PausedMS, CompensationMS: c.CompensationMS}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
