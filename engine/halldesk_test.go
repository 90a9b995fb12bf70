package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/scoring"
)

// hall starts the hall of a node's divisions.
func (w *world) hall(n node) *hall.Service {
	w.t.Helper()
	s := hall.New(w.db, n.led, w.bus, engine.HallDesk{Contests: n.Contests}, hall.Options{Now: time.Now, Blind: sealer(w.t).Blind})
	n.WatchClocks(s)
	w.t.Cleanup(s.Close)
	return s
}

// TestHallAndDivision: who does not start and how long somebody took become
// records of the division, and a judge keeps the clocks of the judge's own
// codes only.
func TestHallAndDivision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 8, judges(3), 2)
	h := w.hall(n)
	ctx := t.Context()
	if _, err := h.Calls(ctx, "org", string(id)); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("before the opening: %v", err)
	}
	n.open(t, id)
	call, err := h.MakeCall(ctx, "org", string(id), "call", hall.CallDraft{Name: "上午场", StartsAt: time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	_, roll, err := h.Roll(ctx, "org", string(id), call)
	if err != nil || len(roll) != 8 || roll[3].Name != "选手3" || roll[3].Entry != "" || roll[3].People[0].Candidate != "cand3" {
		t.Fatalf("roll %+v %v", roll, err)
	}
	if err := h.Move(ctx, "org", string(id), "away", hall.Move{Call: call, Competitors: []string{roll[3].Competitor}, To: hall.Absent}); err != nil {
		t.Fatal(err)
	}
	if _, roll, err = h.Roll(ctx, "org", string(id), call); err != nil || roll[3].Told != hall.ToldTaken {
		t.Errorf("absence: %+v %v", roll[3], err)
	}
	all, err := h.Clocks(ctx, "", string(id))
	if err != nil || len(all) != 8 {
		t.Fatalf("%d clocks, %v", len(all), err)
	}
	absent := slices.IndexFunc(all, func(c hall.Clock) bool { return c.Absent })
	if absent < 0 {
		t.Fatal("the division does not know who is absent")
	}
	// The first two of the panel mark everybody; the third has nobody to time.
	list, err := h.Clocks(ctx, "j1", string(id))
	if err != nil || len(list) != 8 {
		t.Fatalf("j1 keeps %d clocks, %v", len(list), err)
	}
	if none, err := h.Clocks(ctx, "j3", string(id)); err != nil || len(none) != 0 {
		t.Errorf("j3 keeps %d clocks without marking anybody, %v", len(none), err)
	}
	if _, err := h.Press(ctx, "j3", string(id), "k", hall.Press{Act: hall.ActStart, Module: "P", Code: list[0].Code}); !errors.Is(err, hall.ErrNoClock) {
		t.Errorf("j3 presses: %v", err)
	}
	if others, err := h.Clocks(ctx, "stranger", string(id)); err != nil || len(others) != 0 {
		t.Errorf("somebody of another division keeps %d clocks, %v", len(others), err)
	}
	// Where nobody is appointed, whoever the route lets in acts as chief judge.
	if _, err := h.Press(ctx, "console", string(id), "k", hall.Press{Act: hall.ActStart, Module: "P", Code: all[absent].Code, Desk: true}); err != nil {
		t.Errorf("at the desk: %v", err)
	}
	code := list[slices.IndexFunc(list, func(c hall.Clock) bool { return !c.Absent })].Code
	press := func(act hall.ClockAct) hall.Clock {
		t.Helper()
		c, err := h.Press(ctx, "j1", string(id), string(act), hall.Press{Act: act, Module: "P", Code: code})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	press(hall.ActStart)
	if c := press(hall.ActStop); c.Told != hall.ToldTaken {
		t.Errorf("stopped: %+v", c)
	}
	desk, err := n.Desk(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	var timed, away []string
	for _, m := range desk.Modules {
		for _, r := range m.Panels[0].Rows {
			if r.TimeMS != nil {
				timed = append(timed, r.Code)
			}
			if r.State == engine.DeskAbsent {
				away = append(away, r.Code)
			}
		}
	}
	if diff := cmp.Diff([][]string{{code}, {all[absent].Code}}, [][]string{timed, away}); diff != "" {
		t.Errorf("at the desk (-want +got):\n%s", diff)
	}
	if err := h.Undo(ctx, "org", string(id), "back", call, roll[3].Competitor, roll[3].Steps[0].Seq, "弄错", ""); err != nil {
		t.Fatal(err)
	}
	if all, err = h.Clocks(ctx, "", string(id)); err != nil || slices.ContainsFunc(all, func(c hall.Clock) bool { return c.Absent }) {
		t.Errorf("the absence was not taken back: %v", err)
	}
}

// A division says who may keep its call room, and what judges of other codes
// and officers see of its clocks.
func TestHallOffices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 4, judges(2), 2)
	officers := []engine.Officer{{Office: engine.OfficeCallRoom, Account: "room"}, {Office: engine.OfficeChief, Account: "chief"}, {Office: engine.OfficeFloor, Account: "floor"}}
	if _, err := n.SetOfficers(t.Context(), id, officers); err != nil {
		t.Fatal(err)
	}
	n.open(t, id)
	desk := engine.HallDesk{Contests: n.Contests}
	for _, c := range []struct {
		by     access.AccountID
		post   hall.Post
		may    bool
		clocks int
	}{
		{"room", hall.PostCallRoom, true, 0}, {"room", hall.PostChief, false, 0}, {"chief", hall.PostCallRoom, false, 4}, {"chief", hall.PostChief, true, 4},
		{"floor", hall.PostChief, false, 4}, {"j1", hall.PostChief, false, 4}, {"stranger", hall.PostCallRoom, false, 0},
	} {
		err := desk.Office(t.Context(), string(id), c.by, c.post)
		if c.may != (err == nil) || err != nil && !errors.Is(err, engine.ErrOffice) {
			t.Errorf("%s as %s: %v", c.by, c.post, err)
		}
		if list, err := desk.Stations(t.Context(), string(id), c.by); err != nil || len(list) != c.clocks {
			t.Errorf("%s keeps %d clocks, want %d: %v", c.by, len(list), c.clocks, err)
		}
	}
	f, err := desk.Frame(t.Context(), string(id))
	if err != nil || len(f.Modules) != 1 || f.Modules[0].ID != scoring.ModuleID("P") || f.Procedure != 1 || len(f.Rules.PauseReasons) == 0 {
		t.Errorf("frame %+v %v", f, err)
	}
	if required, err := n.TabletRequired(t.Context(), id); err != nil || required {
		t.Errorf("an ordinary division requires tablets: %v", err)
	}
	if err := desk.Tell(t.Context(), string(id), hall.Delivery{Key: "k", Fact: hall.FactTime, By: "j1", Module: "P", Code: "Z99"}); !errors.Is(err, engine.ErrNoCode) {
		t.Errorf("a code that is not there: %v", err)
	}
	for i := range 2 { // what is so already is no refusal
		people, err := desk.Competitors(t.Context(), string(id))
		if err != nil {
			t.Fatal(err)
		}
		if err := desk.Tell(t.Context(), string(id), hall.Delivery{Key: fmt.Sprint(i), Fact: hall.FactAbsent, By: "room", Competitor: people[0].ID}); err != nil {
			t.Errorf("absent %d: %v", i, err)
		}
	}
}
