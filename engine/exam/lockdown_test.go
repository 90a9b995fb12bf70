package exam_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/seb"
)

const sebStart = "https://exam.example.cn/exam"

// lockedRules ask for Safe Exam Browser.
func lockedRules() exam.Rules {
	r := rules()
	r.SEB = &exam.SEBRules{Required: true, Settings: seb.Settings{StartURL: sebStart}}
	return r
}

// proof is what a browser with the right settings presents for a login.
func proof(t testing.TB, r *exam.Rules, login string) seb.Proof {
	t.Helper()
	key, err := r.SEB.Settings.ConfigKey()
	if err != nil {
		t.Fatal(err)
	}
	page := seb.StartURL(sebStart, seb.Nonce(login))
	return seb.Proof{URL: page, ConfigKey: seb.Hash(page, key), Client: "SEB_macOS_3.3"}
}

// TestUnlock walks the decision: what is recorded, what is told.
func TestUnlock(t *testing.T) {
	t.Parallel()
	r := lockedRules()
	bound := rules()
	bound.BindIP = true
	good := exam.Presented{Step: exam.AtStart, Fence: 1, Address: "10.0.0.1", Nonce: seb.Nonce("a"), TLS: true, Proof: proof(t, &r, "a")}
	with := func(change func(*exam.Presented)) exam.Presented { p := good; change(&p); return p }
	bare := func(step exam.LockStep) exam.Presented {
		return with(func(p *exam.Presented) { p.Step, p.Proof = step, seb.Proof{} })
	}
	passed := exam.Lock{Lockdown: exam.Lockdown{State: exam.LockVerified, Step: exam.AtStart, Fence: 1}, At: start, Passed: 1, Bound: "10.0.0.1"}
	freed := exam.Lock{Lockdown: exam.Lockdown{State: exam.LockOverridden, Fence: 1}, At: start, Passed: 1, Freed: 1}
	for _, c := range []struct {
		name    string
		rules   exam.Rules
		state   exam.State
		lock    exam.Lock
		p       exam.Presented
		now     time.Duration
		want    exam.LockState // of the record; "" for none
		refused error
		err     error
	}{
		{"nothing is asked for", rules(), exam.InRoom, exam.Lock{}, bare(exam.AtStart), 0, "", nil, nil},
		{"proof at the start", r, exam.InRoom, exam.Lock{}, good, 0, exam.LockVerified, nil, nil},
		{"none at the start", r, exam.InRoom, exam.Lock{}, bare(exam.AtStart), 0, exam.LockFailed, seb.ErrMissing, nil},
		{"headers, the address is the server's", r, exam.InRoom, exam.Lock{},
			with(func(p *exam.Presented) { p.Proof.URL = p.Proof.URL[len("https://exam.example.cn"):] }), 0, exam.LockVerified, nil, nil},
		{"another login's proof", r, exam.InRoom, exam.Lock{}, with(func(p *exam.Presented) { p.Nonce = seb.Nonce("b") }), 0, exam.LockFailed, seb.ErrReplayed, nil},
		{"an old seat", r, exam.InRoom, exam.Lock{}, with(func(p *exam.Presented) { p.Fence = 0 }), 0, "", nil, exam.ErrReplaced},
		{"again at once", r, exam.InProgress, passed, good, time.Second, "", nil, nil},
		{"again later", r, exam.InProgress, passed, good, time.Minute, exam.LockVerified, nil, nil},
		{"resume is another step", r, exam.InProgress, passed, with(func(p *exam.Presented) { p.Step = exam.AtResume }), time.Second, exam.LockVerified, nil, nil},
		{"a socket has no headers: fresh", r, exam.InProgress, passed, bare(exam.AtResume), time.Minute, exam.LockVerified, nil, nil},
		{"a socket has no headers: stale", r, exam.InProgress, passed, bare(exam.AtResume), 3 * time.Minute, exam.LockFailed, seb.ErrMissing, nil},
		{"a wrong hash is not made good by a fresh one", r, exam.InProgress, passed,
			with(func(p *exam.Presented) { p.Step, p.Proof.ConfigKey = exam.AtSubmit, "00" }), time.Second, exam.LockFailed, seb.ErrConfigKey, nil},
		{"too many failures are not recorded", r, exam.InRoom, exam.Lock{Failures: 20}, bare(exam.AtStart), 0, "", seb.ErrMissing, nil},
		{"staff let it pass", r, exam.InProgress, freed, bare(exam.AtSubmit), time.Hour, "", nil, nil},
		{"after the hand-in nothing is asked for", r, exam.Submitted, passed, bare(exam.AtSubmit), time.Hour, "", nil, nil},
		{"address is bound at first", bound, exam.InRoom, exam.Lock{}, bare(exam.AtStart), 0, exam.LockVerified, nil, nil},
		{"same address", bound, exam.InProgress, passed, bare(exam.AtResume), time.Hour, exam.LockVerified, nil, nil},
		{"another address", bound, exam.InProgress, passed, with(func(p *exam.Presented) { p.Step, p.Address = exam.AtResume, "10.0.0.2" }), 0, exam.LockFailed, exam.ErrAddress, nil},
		{"another address, after an own move", bound, exam.InProgress, exam.Lock{Lockdown: passed.Lockdown, At: start, Passed: 0, Bound: "10.0.0.1"},
			with(func(p *exam.Presented) { p.Address = "10.0.0.2" }), 0, exam.LockFailed, exam.ErrAddress, nil},
		{"another address, let pass", bound, exam.InProgress, freed, with(func(p *exam.Presented) { p.Address = "10.0.0.2" }), 0, "", nil, nil},
	} {
		a := exam.NewAttempt("a1")
		a.State, a.Fence, a.Lock = c.state, 1, c.lock
		ev, refused, err := a.Unlock(start.Add(c.now), &exam.Course{State: exam.Running, Rules: c.rules}, c.p, "n")
		got := exam.LockState("")
		if e, ok := ev.(exam.Lockdown); ok {
			got = e.State
			if e.State == exam.LockFailed && e.Code != fault.CodeOf(c.refused) {
				t.Errorf("%s: recorded %q", c.name, e.Code)
			}
		}
		if got != c.want || !errors.Is(refused, c.refused) || !errors.Is(err, c.err) {
			t.Errorf("%s: got %q, %v, %v; want %q, %v, %v", c.name, got, refused, err, c.want, c.refused, c.err)
		}
	}
}

func TestSEBRulesAreChecked(t *testing.T) {
	t.Parallel()
	s := sitting(2)
	s.Rules = lockedRules()
	s.Rules.SEB.Settings.StartURL = "exam"
	s.Rules.SEB.BrowserExamKeys = []string{"XYZ"}
	s.Rules.Activity = "punish"
	err := s.Validate()
	var got []string
	for _, f := range fault.As(err).Fields {
		got = append(got, f.Path)
	}
	want := []string{"rules.activity", "rules.seb.settings.start_url", "rules.seb.browser_exam_keys[0]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNoPaperWithoutLockdown goes the whole way: refused, recorded, verified,
// copied to another login, let pass by staff, and read again from the ledger.
func TestNoPaperWithoutLockdown(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		n, ctx := w.serve(t, exam.Options{}), t.Context()
		s := sitting(2)
		s.Rules = lockedRules()
		list, tails := opened(t, n, s, 2)
		must(t, n.Start(ctx, s.ID, "staff"))
		var ids []exam.AttemptID
		for _, ticket := range list {
			id, _, err := n.SignIn(ctx, ticket.No, tails[ticket.No])
			must(t, err)
			_, me, err := n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
			must(t, err)
			if me.Lockdown == nil || me.Lockdown.StartURL != sebStart {
				t.Fatalf("the screen is told %+v", me.Lockdown)
			}
			ids = append(ids, id)
		}
		_, err := n.SeatPaper(ctx, ids[0], 1)
		wantCode(t, err, "seb_missing")
		p := exam.Presented{Step: exam.AtStart, Fence: 1, Address: "10.0.0.1", Nonce: seb.Nonce("a"), Proof: proof(t, &s.Rules, "a")}
		must(t, n.Unlock(ctx, ids[0], p))
		_, err = n.SeatPaper(ctx, ids[0], 1)
		must(t, err)

		// What the first machine presented does not help the second one.
		p.Nonce = seb.Nonce("b")
		for range 25 {
			wantCode(t, n.Unlock(ctx, ids[1], p), "seb_replayed")
		}
		_, err = n.SeatPaper(ctx, ids[1], 1)
		wantCode(t, err, "seb_missing")
		if l := w.fold(t, ids[1]).Lock; l.Failures != 20 || l.State != exam.LockFailed {
			t.Errorf("the ledger counts %d failures, state %s", l.Failures, l.State)
		}
		wantCode(t, n.OverrideLockdown(ctx, s.ID, ids[1], "invigilator", " "), "reason_missing")
		wantCode(t, n.OverrideLockdown(ctx, "other", ids[1], "invigilator", "x"), "attempt_not_found")
		must(t, n.OverrideLockdown(ctx, s.ID, ids[1], "invigilator", "browser broken, watched by staff"))
		must(t, n.Unlock(ctx, ids[1], p))
		_, err = n.SeatPaper(ctx, ids[1], 1)
		must(t, err)
		progress, err := n.Progress(ctx, s.ID)
		must(t, err)
		for _, seat := range progress.Seats {
			want := map[exam.AttemptID]exam.LockState{ids[0]: exam.LockVerified, ids[1]: exam.LockOverridden}[seat.Attempt]
			if seat.Lockdown == nil || seat.Lockdown.State != want {
				t.Errorf("staff see %+v, want %s", seat.Lockdown, want)
			}
		}

		// Another seat has to prove itself anew.
		fence, _, err := n.Admit(ctx, ids[1], exam.Seat{Device: "pc2", Pledge: true})
		must(t, err)
		p.Fence = fence
		wantCode(t, n.Unlock(ctx, ids[1], p), "seb_replayed")
	})
}
