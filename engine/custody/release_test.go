package custody_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/internal/seal"
)

// TestTwoRelease is the life of a sealed sitting.
func TestTwoRelease(t *testing.T) {
	t.Parallel()
	for _, suite := range []seal.Suite{seal.AES256GCM, seal.SM4GCM} {
		t.Run(string(suite), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 1)
			v, ctx := s.vault(t), t.Context()
			if _, err := v.Content(ctx, "s1", "pA"); !errors.Is(err, custody.ErrNotSealed) {
				t.Errorf("before sealing: %v", err)
			}
			if _, err := v.Release(ctx, "a", "s1", "whatever"); !errors.Is(err, custody.ErrNotSealed) {
				t.Errorf("release before sealing: %v", err)
			}
			enrol(t, v, "a", "b", "c")
			must(t, v.Seal(ctx, "organiser", sealing(suite, "a", "b", "c")))
			s.pass(25 * time.Hour)
			shape, err := v.Shape(ctx, "s1", "pB")
			must(t, err)
			if len(shape.Sections) != 1 || len(shape.Sections[0].Items) != 2 {
				t.Errorf("shape %+v", shape)
			}
			locked(t, v)
			if st := release(t, v, "c"); st.Phase != custody.PhaseHalf || !st.Custodians[2].Opened || st.Custodians[0].Opened {
				t.Errorf("after one: %s, %+v", st.Phase, st.Custodians)
			}
			locked(t, v)
			if st := release(t, v, "c"); st.Phase != custody.PhaseHalf {
				t.Errorf("the same one twice: %s", st.Phase)
			}
			locked(t, s.vault(t))
			if st := release(t, v, "a"); st.Phase != custody.PhaseReleased {
				t.Errorf("after two: %s", st.Phase)
			}
			readable(t, v)
			readable(t, v)
			readable(t, s.vaultOn(t, s.db, "other"))
			if st := release(t, v, "b"); st.Phase != custody.PhaseReleased {
				t.Errorf("a third: %s", st.Phase)
			}
			if _, err := v.Content(ctx, "s1", "pX"); !errors.Is(err, custody.ErrPaper) {
				t.Errorf("another paper: %v", err)
			}
			if _, err := v.Look(ctx, custody.Look{Sitting: "s1", Paper: "pA", By: "chief"}); !errors.Is(err, custody.ErrReason) {
				t.Errorf("a look without a reason: %v", err)
			}
			_, err = v.Look(ctx, custody.Look{Sitting: "s1", Paper: "pA", By: "chief", Reason: "核对"})
			must(t, err)
			_, err = v.Look(ctx, custody.Look{Sitting: "s1", Paper: "pB", By: "chief", Reason: "停电", Print: true})
			must(t, err)
			wantStory(t, v, "sealed 名字organiser", "half_opened 名字c", "half_opened 名字a", "released 名字a",
				"opened node", "opened other", "viewed 名字chief", "printed 名字chief")
		})
	}
}

// TestReleasesAtOnce: however two custodians come together, on two nodes, the
// papers are released once.
func TestReleasesAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		s, _ := sealed(t)
		var all sync.WaitGroup
		for _, account := range []string{"a", "b", "a", "b"} {
			v := s.vaultOn(t, s.db, "node "+account)
			all.Go(func() {
				if _, err := v.Release(t.Context(), account, "s1", phrase(account)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		v := s.vault(t)
		readable(t, v)
		log := story(t, v)
		if n := count(log, "released 名字a") + count(log, "released 名字b"); n != 1 || count(log, "half_opened 名字a") != 1 {
			t.Errorf("log %q", log)
		}
	}
}

// TestNotBefore: the papers stay sealed until their time, whatever is done to
// the clock of the running server.
func TestNotBefore(t *testing.T) {
	t.Parallel()
	s := newSite(t, 1)
	v, ctx := s.vault(t), t.Context()
	enrol(t, v, "a", "b")
	must(t, v.Seal(ctx, "organiser", sealing(seal.AES256GCM, "a", "b")))
	try := func(want error) {
		t.Helper()
		for _, account := range []string{"a", "b"} {
			if _, err := v.Release(ctx, account, "s1", phrase(account)); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		locked(t, v)
	}
	try(custody.ErrTooEarly)
	s.now.Add((25 * time.Hour).Milliseconds()) // set forward
	try(custody.ErrClock)
	s.now.Add(-(48 * time.Hour).Milliseconds()) // set back
	try(custody.ErrTooEarly)
	s.now.Store(notBefore.UnixMilli() - 1)
	s.steady.Store((24 * time.Hour).Milliseconds())
	try(custody.ErrTooEarly)
	s.now.Store(notBefore.UnixMilli())
	release(t, v, "a")
	s.now.Add(-time.Hour.Milliseconds()) // set back after the first
	if _, err := v.Release(ctx, "b", "s1", phrase("b")); !errors.Is(err, custody.ErrTooEarly) {
		t.Errorf("the second, after the clock was set back: %v", err)
	}
	locked(t, v)
	s.now.Store(notBefore.UnixMilli())
	release(t, v, "b")
	readable(t, v)
	if log := story(t, v); log[1] != "refused 名字a release_too_early" || log[3] != "refused 名字a clock_jumped" {
		t.Errorf("log %q", log)
	}
}

func TestWrongPassphrases(t *testing.T) {
	t.Parallel()
	s, v := sealed(t)
	ctx := t.Context()
	try := func(phrase string) error { _, err := v.Release(ctx, "a", "s1", phrase); return err }
	// Guessed in parallel, on two nodes: the allowance is shared.
	var all sync.WaitGroup
	var mu sync.Mutex
	tally := map[error]int{}
	for i := range 20 {
		n := s.vaultOn(t, s.db, "n")
		all.Go(func() {
			_, err := n.Release(ctx, "a", "s1", phrase("x"))
			mu.Lock()
			defer mu.Unlock()
			for _, want := range []error{custody.ErrPassphrase, custody.ErrTries} {
				if errors.Is(err, want) {
					tally[want]++
				}
			}
			if err == nil {
				t.Error("wrong passphrase taken, try", i)
			}
		})
	}
	all.Wait()
	if tally[custody.ErrPassphrase] != 5 || tally[custody.ErrTries] != 15 {
		t.Errorf("%v", tally)
	}
	if err := try(phrase("a")); !errors.Is(err, custody.ErrTries) {
		t.Errorf("the right one while waiting: %v", err)
	}
	if n := count(story(t, v), "refused 名字a passphrase_wrong"); n != 5 {
		t.Errorf("%d wrong passphrases are recorded, want 5", n)
	}
	s.pass(15*time.Minute + time.Millisecond)
	must(t, try(phrase("a")))
	if err := try("wrong again"); !errors.Is(err, custody.ErrPassphrase) {
		t.Errorf("after a right one: %v", err)
	}
	locked(t, v)
}

// TestWhoMayRelease: only those for whom the package was sealed.
func TestWhoMayRelease(t *testing.T) {
	t.Parallel()
	_, v := sealed(t)
	ctx := t.Context()
	enrol(t, v, "stranger")
	for account, want := range map[string]error{"stranger": custody.ErrNotCustodian, "nobody": custody.ErrNotEnrolled} {
		if _, err := v.Release(ctx, account, "s1", phrase(account)); !errors.Is(err, want) {
			t.Errorf("%s: %v", account, err)
		}
	}
	// Who has only the account cannot make a key of his own.
	if _, err := v.Enrol(ctx, "b", "a new passphrase", nil); !errors.Is(err, custody.ErrEnrolled) {
		t.Errorf("enrolled anew: %v", err)
	}
	release(t, v, "a")
	locked(t, v)
	// Two of three are still enough.
	must(t, v.Seal(ctx, "organiser", sealing(seal.AES256GCM, "a", "b", "stranger")))
	release(t, v, "a")
	release(t, v, "stranger")
	readable(t, v)
}

// TestSealedAnew: halves of the old package count no more; after the release
// the papers stay.
func TestSealedAnew(t *testing.T) {
	t.Parallel()
	_, v := sealed(t)
	ctx := t.Context()
	release(t, v, "a")
	must(t, v.Seal(ctx, "organiser", sealing(seal.SM4GCM, "a", "b")))
	st := release(t, v, "b")
	if st.Phase != custody.PhaseHalf || st.Suite != seal.SM4GCM {
		t.Errorf("after sealing anew: %s, %s", st.Phase, st.Suite)
	}
	locked(t, v)
	release(t, v, "a")
	readable(t, v)
	if err := v.Seal(ctx, "organiser", sealing(seal.AES256GCM, "a", "b")); !errors.Is(err, custody.ErrReleased) {
		t.Errorf("sealing released papers: %v", err)
	}
}
