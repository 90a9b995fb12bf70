package hall_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/internal/fault"
)

// TestSteps goes from every state to every other and compares with the table
// of a day: 未到 → 候考 → 备考 → 比赛中 → 离开, and 缺席.
func TestSteps(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.frame.Rules = hall.Rules{AbsentAfterMS: 15 * minute}
		s := w.node()
		allowed := map[hall.State][]hall.State{
			hall.Expected: {hall.Waiting, hall.Absent}, hall.Waiting: {hall.Ready, hall.Absent},
			hall.Ready: {hall.Competing, hall.Absent}, hall.Competing: {hall.Left}, hall.Absent: {}, hall.Left: {},
		}
		way := map[hall.State][]hall.State{
			hall.Expected: {}, hall.Waiting: {hall.Waiting}, hall.Ready: {hall.Waiting, hall.Ready},
			hall.Competing: {hall.Waiting, hall.Ready, hall.Competing},
			hall.Left:      {hall.Waiting, hall.Ready, hall.Competing, hall.Left}, hall.Absent: {hall.Absent},
		}
		for from, steps := range way {
			for _, to := range hall.States {
				call := called(t, s, 0)
				step := func(to hall.State) error {
					return s.Move(t.Context(), "room", division, key(), hall.Move{Call: call, Competitors: []string{"c0"}, To: to, Why: "原因"})
				}
				for _, x := range steps {
					must(t, step(x))
				}
				err := step(to)
				if slices.Contains(allowed[from], to) != (err == nil) || err != nil && !errors.Is(err, hall.ErrStep) && (from != hall.Absent || !errors.Is(err, hall.ErrTooLate)) {
					t.Errorf("%s → %s: %v", from, to, err)
				}
				want := from
				if err == nil {
					want = to
				}
				if _, m := roll(t, s, call); m["c0"].State != want {
					t.Errorf("%s → %s: now %s", from, to, m["c0"].State)
				}
			}
		}
	})
}

// TestReporting is the rules of coming late, as data: until when one is in
// time, and from when on one is absent.
func TestReporting(t *testing.T) {
	for _, c := range []struct {
		name   string
		at     time.Duration // from the start on
		late   int64
		report *fault.Error
		absent *fault.Error // without a reason
	}{
		{"half an hour and a second before", -30*time.Minute - time.Second, 0, nil, hall.ErrTooEarly},
		{"half an hour before", -30 * time.Minute, 0, nil, hall.ErrTooEarly},
		{"a second later", -30*time.Minute + time.Second, 1000, nil, hall.ErrTooEarly},
		{"at the last moment", 15 * time.Minute, 45 * minute, nil, hall.ErrTooEarly},
		{"a second too late", 15*time.Minute + time.Second, 0, hall.ErrTooLate, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				s := w.node()
				call := called(t, s, 0)
				time.Sleep(time.Until(start.Add(c.at)))
				wantErr(t, "report", move(s, t, call, hall.Waiting, "c0"), c.report)
				v, m := roll(t, s, call)
				if m["c0"].LateMS != c.late || (v.Late == 1) != (c.late > 0) {
					t.Errorf("late by %d ms, %d late in all, want %d", m["c0"].LateMS, v.Late, c.late)
				}
				if overdue := c.at > -30*time.Minute; m["c1"].Overdue != overdue || (v.Overdue > 0) != overdue {
					t.Errorf("overdue: %v, %d in all, want %v", m["c1"].Overdue, v.Overdue, overdue)
				}
				wantErr(t, "absent", move(s, t, call, hall.Absent, "c1"), c.absent)
				_, err := s.MarkAbsent(t.Context(), "room", division, key(), call, "")
				wantErr(t, "all who are missing", err, c.absent)
			})
		})
	}
}

// A whole morning: reported, checked, one missing, in together, gone.
func TestAMorning(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		call := called(t, s, 0)
		must(t, move(s, t, call, hall.Waiting, "c0", "c1", "c2"))
		err := move(s, t, call, hall.Ready, "c0", "c1")
		wantErr(t, "ready without a check", err, hall.ErrIdentity)
		if f := fault.As(err); len(f.Fields) != 2 || f.Fields[1].Path != "competitors.c1" {
			t.Errorf("the refusal names %+v", f.Fields)
		}
		check(t, s, call, "c0", hall.Match)
		check(t, s, call, "c1", hall.Mismatch)
		wantErr(t, "one of two is another person", move(s, t, call, hall.Ready, "c0", "c1"), hall.ErrIdentity)
		if _, m := roll(t, s, call); m["c0"].State != hall.Waiting {
			t.Error("half of a refused step was taken")
		}
		check(t, s, call, "c1", hall.Match) // the latest check counts
		check(t, s, call, "c2", hall.Match)
		must(t, move(s, t, call, hall.Ready, "c0", "c1", "c2"))
		wantErr(t, "in without the fourth", move(s, t, call, hall.Competing, "c0", "c1", "c2"), hall.ErrNotReady)
		time.Sleep(time.Until(start.Add(16 * time.Minute)))
		n, err := s.MarkAbsent(t.Context(), "room", division, "absent", call, "tablet-7")
		if err != nil || n != 1 {
			t.Errorf("%d absent, %v", n, err)
		}
		if n, err := s.MarkAbsent(t.Context(), "room", division, "absent", call, "tablet-7"); err != nil || n != 0 {
			t.Errorf("again: %d absent, %v", n, err)
		}
		if v, _ := roll(t, s, call); !v.AllReady || v.Counts[hall.Ready] != 3 || v.Counts[hall.Absent] != 1 {
			t.Errorf("call %+v", v)
		}
		must(t, move(s, t, call, hall.Competing, "c0", "c1", "c2"))
		must(t, move(s, t, call, hall.Left, "c1"))
		wantErr(t, "reports after all", move(s, t, call, hall.Waiting, "c3"), hall.ErrTooLate)
		must(t, s.AskAdmission(t.Context(), "room", division, key(), call, "c3", "班车故障", ""))
		time.Sleep(time.Minute)
		must(t, s.DecideAdmission(t.Context(), "chief", division, key(), asked(t, s)[0].Seq, true, "同意", ""))
		if diff := cmp.Diff([]string{"absent c3", "present c3"}, w.said()); diff != "" {
			t.Errorf("the division was told (-want +got):\n%s", diff)
		}
		if _, m := roll(t, s, call); m["c3"].Told != hall.ToldTaken || m["c3"].LateMS != 46*minute || len(m["c3"].Steps) != 2 || !m["c3"].Steps[1].Chief {
			t.Errorf("the fourth: %+v", m["c3"])
		}
	})
}

func asked(t *testing.T, s *hall.Service) []hall.Ask {
	t.Helper()
	v, err := s.ChiefCalls(t.Context(), division)
	must(t, err)
	return v.Asked
}

// Who is too late comes in by the chief judge's word, who is told nobody's name.
func TestLateAdmission(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		call := called(t, s, 0)
		ask := func(who, why string) error {
			return s.AskAdmission(t.Context(), "room", division, key(), call, who, why, "")
		}
		decide := func(by string, seq int64, granted bool, why string) error {
			return s.DecideAdmission(t.Context(), accessID(by), division, key(), seq, granted, why, "")
		}
		wantErr(t, "in time", ask("c0", "堵车"), hall.ErrAsked)
		must(t, move(s, t, call, hall.Waiting, "c1"))
		time.Sleep(time.Until(start.Add(20 * time.Minute)))
		wantErr(t, "has reported", ask("c1", "堵车"), hall.ErrAsked)
		wantErr(t, "no reason", ask("c0", ""), hall.ErrReason)
		must(t, ask("c0", "堵车"))
		wantErr(t, "asked already", ask("c0", "堵车"), hall.ErrAsked)
		_, err := s.MarkAbsent(t.Context(), "room", division, key(), call, "")
		must(t, err)
		must(t, ask("c2", "生病"))
		list := asked(t, s)
		if len(list) != 2 || list[0].LateMS != 50*minute || list[0].Call != call || list[0].Decided != nil {
			t.Errorf("asked %+v", list)
		}
		v, err := s.ChiefCalls(t.Context(), division)
		must(t, err)
		body, err := json.Marshal(v)
		must(t, err)
		for _, p := range w.people {
			for _, secret := range []string{p.Name, p.Entry, `"` + p.ID + `"`, p.Unit} {
				if strings.Contains(string(body), secret) {
					t.Errorf("the chief judge is told %q: %s", secret, body)
				}
			}
		}
		wantErr(t, "no such question", decide("chief", 999, true, "同意"), hall.ErrNoAsk)
		wantErr(t, "without a reason", decide("chief", list[0].Seq, true, ""), hall.ErrReason)
		if err := decide("room", list[0].Seq, true, "同意"); err == nil {
			t.Error("the call room decided")
		}
		must(t, decide("chief", list[1].Seq, false, "不同意"))
		must(t, decide("chief", list[0].Seq, true, "同意"))
		wantErr(t, "decided already", decide("chief", list[0].Seq, false, "不同意"), hall.ErrNoAsk)
		_, m := roll(t, s, call)
		if m["c0"].State != hall.Waiting || m["c0"].LateMS != 50*minute || m["c2"].State != hall.Absent || m["c2"].Asked.Decided.Granted {
			t.Errorf("%+v %+v", m["c0"], m["c2"])
		}
		wantErr(t, "the call room takes the grant back", s.Undo(t.Context(), "room", division, key(), call, "c0", m["c0"].Steps[1].Seq, "错", ""), hall.ErrUndo)
		if diff := cmp.Diff([]string{"absent c0", "absent c2", "absent c3", "present c0"}, w.said()); diff != "" {
			t.Errorf("the division was told (-want +got):\n%s", diff)
		}
		must(t, ask("c3", "生病"))
		must(t, s.AskAdmission(t.Context(), "chief", division, key(), call, "c2", "生病", "")) // holds both posts
		wantErr(t, "who asked decides", decide("chief", asked(t, s)[3].Seq, true, "同意"), hall.ErrSamePerson)
	})
}

// The chief judge lets a call go in without the others.
func TestRelease(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.frame.Rules.Identity = false
		s := w.node()
		call := called(t, s, 0)
		for _, to := range []hall.State{hall.Waiting, hall.Ready} {
			must(t, move(s, t, call, to, "c0"))
		}
		wantErr(t, "not all ready", move(s, t, call, hall.Competing, "c0"), hall.ErrNotReady)
		wantErr(t, "without a reason", s.ReleaseCall(t.Context(), "chief", division, key(), call, "", ""), hall.ErrReason)
		if err := s.ReleaseCall(t.Context(), "room", division, key(), call, "先入场", ""); err == nil {
			t.Error("the call room released")
		}
		must(t, s.ReleaseCall(t.Context(), "chief", division, key(), call, "先入场", ""))
		must(t, move(s, t, call, hall.Competing, "c0"))
		if v, _ := roll(t, s, call); !v.Released || v.AllReady {
			t.Errorf("%+v", v)
		}
	})
}

// The last step can be taken back, once, with a reason; an absence with it.
func TestUndo(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.frame.Rules = hall.Rules{}
		s := w.node()
		call := called(t, s, 0)
		undo := func(step int64, why string) error {
			return s.Undo(t.Context(), "room", division, key(), call, "c0", step, why, "")
		}
		last := func() hall.Step {
			_, m := roll(t, s, call)
			return m["c0"].Steps[len(m["c0"].Steps)-1]
		}
		must(t, move(s, t, call, hall.Waiting, "c0", "c1"))
		first := last()
		must(t, move(s, t, call, hall.Ready, "c0"))
		wantErr(t, "an older step", undo(first.Seq, "错"), hall.ErrUndo)
		wantErr(t, "without a reason", undo(last().Seq, " "), hall.ErrReason)
		ready := last()
		must(t, undo(ready.Seq, "点错"))
		wantErr(t, "again", undo(ready.Seq, "点错"), hall.ErrUndo)
		_, m := roll(t, s, call)
		if m["c0"].State != hall.Waiting || m["c0"].Steps[1].Undone == nil || m["c0"].Steps[1].Undone.Why != "点错" || m["c1"].State != hall.Waiting {
			t.Errorf("after the undo: %+v", m["c0"])
		}
		must(t, undo(first.Seq, "认错人")) // of two in one record, only the one named
		if _, m := roll(t, s, call); m["c0"].State != hall.Expected || m["c1"].State != hall.Waiting {
			t.Errorf("after both: %s, %s", m["c0"].State, m["c1"].State)
		}
		must(t, s.Move(t.Context(), "room", division, key(), hall.Move{Call: call, Competitors: []string{"c0"}, To: hall.Absent, Why: "弃赛"}))
		must(t, undo(last().Seq, "弄错"))
		if diff := cmp.Diff([]string{"absent c0", "present c0"}, w.said()); diff != "" {
			t.Errorf("the division was told (-want +got):\n%s", diff)
		}
	})
}

func TestCallsRefuse(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		for name, d := range map[string]hall.CallDraft{
			"no name":      {StartsAt: start},
			"no time":      {Name: "场"},
			"nobody":       {Name: "场", StartsAt: start, Batch: 9},
			"twice":        {Name: "场", StartsAt: start, Members: []string{"c0", "c0"}},
			"no module":    {Name: "场", StartsAt: start, Modules: []ModuleID{"X"}},
			"module twice": {Name: "场", StartsAt: start, Modules: []ModuleID{"B", "B"}},
		} {
			_, err := s.MakeCall(t.Context(), "room", division, key(), d)
			wantErr(t, name, err, hall.ErrInput)
		}
		_, err := s.MakeCall(t.Context(), "room", division, key(), hall.CallDraft{Name: "场", StartsAt: start, Members: []string{"x"}})
		wantErr(t, "a stranger", err, hall.ErrNoMember)
		_, err = s.MakeCall(t.Context(), "room", division, "", hall.CallDraft{Name: "场", StartsAt: start})
		wantErr(t, "no key", err, hall.ErrInput)
		call := called(t, s, 2)
		if v, m := roll(t, s, call); v.Counts[hall.Expected] != 2 || m["c1"].Name != "选手1" || m["c1"].Entry != "C002" {
			t.Errorf("batch 2: %+v %+v", v, m)
		}
		wantErr(t, "of another batch", move(s, t, call, hall.Waiting, "c0"), hall.ErrNoMember)
		wantErr(t, "no call", move(s, t, 7, hall.Waiting, "c1"), hall.ErrNoCall)
		must(t, move(s, t, call, hall.Waiting, "c1"))
		change := func(c hall.CallChange) error {
			return s.ChangeCall(t.Context(), "room", division, key(), call, c)
		}
		wantErr(t, "leaves out who has reported", change(hall.CallChange{Members: []string{"c0", "c3"}, Why: "调整"}), hall.ErrInput)
		wantErr(t, "no reason", change(hall.CallChange{StartsAt: start.Add(time.Hour)}), hall.ErrReason)
		must(t, change(hall.CallChange{StartsAt: start.Add(time.Hour), Members: []string{"c0", "c1"}, Why: "停电顺延"}))
		if v, m := roll(t, s, call); !v.StartsAt.Equal(start.Add(time.Hour)) || m["c1"].State != hall.Waiting || m["c0"].State != hall.Expected || len(m) != 2 {
			t.Errorf("changed: %+v %+v", v, m)
		}
		w.closed = true
		if _, err := s.MakeCall(t.Context(), "room", "d2", key(), hall.CallDraft{Name: "场", StartsAt: start}); !errors.Is(err, errNotOpen) {
			t.Errorf("a division that is not open: %v", err)
		}
	})
}

// A badge says nothing by itself, finds its competitor, and no other
// division's; a replaced one is told apart from a forged one.
func TestBadges(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		s := w.node()
		list, err := s.Badges(t.Context(), "room", division)
		must(t, err)
		seen := map[string]bool{}
		for i, b := range list {
			if seen[b.Token] || strings.Contains(b.Token, b.ID) || strings.Contains(b.Token, b.Entry) || len(b.Token) != 47 {
				t.Errorf("badge %q", b.Token)
			}
			seen[b.Token] = true
			p, err := s.Find(t.Context(), "room", division, " "+b.Token+"\n", "")
			if err != nil || p.ID != w.people[i].ID {
				t.Errorf("badge %d finds %+v, %v", i, p, err)
			}
		}
		for text, want := range map[string]*fault.Error{
			"C002": nil, "c002": nil, "C009": hall.ErrBadge, "": hall.ErrBadge, "XLB:": hall.ErrBadge, "选手1": hall.ErrBadge,
			list[0].Token + "x": hall.ErrBadge, list[0].Token[:46] + "_": hall.ErrBadge,
		} {
			p, err := s.Find(t.Context(), "room", division, text, "")
			wantErr(t, text, err, want)
			if err == nil && p.ID != "c1" {
				t.Errorf("%q finds %s", text, p.ID)
			}
		}
		if p, err := s.Find(t.Context(), "room", division, "37s1", "k3"); err != nil || p.ID != "c3" {
			t.Errorf("by ticket: %+v %v", p, err)
		}
		must(t, s.ReplaceBadge(t.Context(), "room", division, key(), "c0", "遗失"))
		_, err = s.Find(t.Context(), "room", division, list[0].Token, "")
		wantErr(t, "the lost one", err, hall.ErrBadgeReplaced)
		fresh, err := s.Badges(t.Context(), "room", division)
		must(t, err)
		if fresh[0].No != 2 || fresh[0].Token == list[0].Token || fresh[1].Token != list[1].Token {
			t.Errorf("fresh badges %+v", fresh)
		}
		other, err := s.Badges(t.Context(), "room", "d2")
		must(t, err)
		_, err = s.Find(t.Context(), "room", division, other[1].Token, "")
		wantErr(t, "of another division", err, hall.ErrBadge)
	})
}
