package ledger_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/ledger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// asked is one entry and how it was answered.
type asked struct {
	ledger.Entry
	got ledger.Appended
	err error
}

// TestAnyInterleaving lets two nodes append to a few streams at once, with
// keys and expectations that collide, on a backend that loses commits and
// answers. Whatever happens, the chains must be whole, every acknowledged
// record must be in its place, no key may be stored twice, and every answer
// for a key must be the same.
func TestAnyInterleaving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory()
		if share := rapid.IntRange(0, 4).Draw(t, "trouble in tenths"); share > 0 {
			rng, mu := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), sync.Mutex{}
			m.trouble = func() error {
				mu.Lock()
				defer mu.Unlock()
				if rng.IntN(10) < share {
					return errors.New("connection lost")
				}
				return nil
			}
		}
		nodes := []*ledger.Ledger{
			ledger.Open(m, ledger.Options{MaxBatch: rapid.IntRange(1, 8).Draw(t, "batch"), MaxHeads: 2}),
			ledger.Open(m, ledger.Options{Hash: ledger.SM3}),
		}
		all := rapid.SliceOfN(rapid.Custom(drawEntry), 1, 60).Draw(t, "entries")
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() {
				a := &all[i]
				a.got, a.err = nodes[i%2].Append(context.Background(), a.Entry)
			})
		}
		wg.Wait()
		// What failed with a key is sent again, as clients do.
		m.trouble = nil
		for i := range all {
			if a := &all[i]; errors.Is(a.err, ledger.ErrUnavailable) && a.Key != "" {
				a.got, a.err = nodes[0].Append(context.Background(), a.Entry)
			}
		}
		for _, n := range nodes {
			n.Close()
		}
		if s, err := ledger.Verify(context.Background(), m, ledger.VerifyOptions{}, func(f ledger.Finding) { t.Errorf("%s", f) }); err != nil {
			t.Fatalf("verify: %v (%+v)", err, s)
		}
		checkAnswers(t, m, all)
	})
}

func drawEntry(t *rapid.T) asked {
	return asked{Entry: ledger.Entry{
		Stream: ledger.StreamID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "stream")),
		Expect: rapid.SampledFrom([]int64{ledger.AnySeq, ledger.AnySeq, 0, 1, 2, 3, 5, 8}).Draw(t, "expect"),
		Key:    rapid.SampledFrom([]string{"", "", "k1", "k2", "k3", "k4"}).Draw(t, "key"),
		At:     time.UnixMilli(int64(rapid.IntRange(0, 9).Draw(t, "at"))),
		Data:   rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data"),
	}}
}

func checkAnswers(t *rapid.T, m *memory, all []asked) {
	stored := map[string]int{}
	for name, records := range m.streams {
		for _, r := range records {
			if r.Key != "" {
				stored[string(name)+"/"+r.Key]++
			}
		}
	}
	for k, n := range stored {
		if n > 1 {
			t.Errorf("key %s stored %d times", k, n)
		}
	}
	fresh := map[string]int{}
	for _, a := range all {
		if a.err != nil {
			if !errors.Is(a.err, ledger.ErrConflict) && !errors.Is(a.err, ledger.ErrUnavailable) && !errors.Is(a.err, ledger.ErrContended) {
				t.Errorf("%+v: %v", a.Entry, a.err)
			}
			if errors.Is(a.err, ledger.ErrConflict) && a.Expect == ledger.AnySeq {
				t.Errorf("%+v: conflict though it expects nothing", a.Entry)
			}
			continue
		}
		records := m.streams[a.Stream]
		if a.got.Seq < 1 || int(a.got.Seq) > len(records) {
			t.Fatalf("%+v acknowledged as #%d of %d", a.Entry, a.got.Seq, len(records))
		}
		r := records[a.got.Seq-1]
		if !bytes.Equal(r.Hash, a.got.Hash) || r.Key != a.Key || !r.At.Equal(a.got.At) {
			t.Errorf("%+v acknowledged as %+v, which is %+v", a.Entry, a.got, r)
		}
		if !a.got.Replayed {
			fresh[fmt.Sprintf("%s#%d", a.Stream, a.got.Seq)]++
			if !bytes.Equal(r.Data, a.Data) || a.Expect != ledger.AnySeq && a.Expect != r.Seq-1 {
				t.Errorf("%+v stored as %+v", a.Entry, r)
			}
		} else if a.Key == "" {
			t.Errorf("%+v answered as a replay without a key", a.Entry)
		}
	}
	for place, n := range fresh {
		if n > 1 {
			t.Errorf("%s given away %d times", place, n)
		}
	}
}

// TestGroupCommit holds the first commit back and sees everything that came
// meanwhile go into the second one.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		commits := 0
		gate := make(chan struct{})
		m.trouble = func() error { commits++; <-gate; return nil } // asked twice a commit
		l := ledger.Open(m, ledger.Options{})
		var wg sync.WaitGroup
		add := func(stream string) {
			wg.Go(func() {
				if _, err := l.Append(t.Context(), ledger.Entry{Stream: ledger.StreamID(stream), Expect: ledger.AnySeq}); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		add("first")
		for i := range 100 {
			add(fmt.Sprint("s", i%10))
		}
		close(gate)
		wg.Wait()
		l.Close()
		if commits != 4 {
			t.Errorf("%d questions before and after commits, want 4 for two commits", commits)
		}
	})
}

// TestCancelledAppend returns while the commit hangs, and the commit itself
// ends by its own deadline.
func TestCancelledAppend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Open(hanging{newMemory()}, ledger.Options{Timeout: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := l.Append(ctx, ledger.Entry{Stream: "s"})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		_, err = l.Append(t.Context(), ledger.Entry{Stream: "s"})
		if !errors.Is(err, ledger.ErrUnavailable) || time.Since(start) != 2*time.Minute {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		l.Close()
	})
}

// hanging never ends a commit by itself.
type hanging struct{ *memory }

func (hanging) Commit(ctx context.Context, _ []ledger.Block) ([]error, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Open(hanging{newMemory()}, ledger.Options{Timeout: time.Minute, MaxQueue: 2})
		var wg sync.WaitGroup
		for range 3 { // one in the commit, two waiting
			wg.Go(func() { l.Append(t.Context(), ledger.Entry{Stream: "s"}) })
			synctest.Wait()
		}
		if _, err := l.Append(t.Context(), ledger.Entry{Stream: "s"}); !errors.Is(err, ledger.ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
		l.Close()
		wg.Wait()
	})
}

// TestContended gives up when another writer wins every single time.
func TestContended(t *testing.T) {
	t.Parallel()
	m := newMemory()
	l := ledger.Open(racing{m}, ledger.Options{})
	defer l.Close()
	if _, err := l.Append(t.Context(), ledger.Entry{Stream: "s", Expect: ledger.AnySeq, Key: "k"}); !errors.Is(err, ledger.ErrContended) {
		t.Errorf("got %v, want ErrContended", err)
	}
}

// racing lets another writer store a record just before every commit.
type racing struct{ *memory }

func (r racing) Commit(ctx context.Context, blocks []ledger.Block) ([]error, error) {
	other := ledger.Open(r.memory, ledger.Options{})
	defer other.Close()
	if _, err := other.Append(ctx, ledger.Entry{Stream: "s", Expect: ledger.AnySeq}); err != nil {
		return nil, err
	}
	return r.memory.Commit(ctx, blocks)
}

// TestChainForm pins the hashed form: these values may never change.
func TestChainForm(t *testing.T) {
	t.Parallel()
	r := ledger.Record{
		Stream: "attempt/1", Seq: 3, At: time.UnixMilli(1_700_000_000_123), Kind: "attempt.answered",
		Actor: "考生", Key: "k", Data: []byte(`{"a":1}`), Prev: bytes.Repeat([]byte{7}, 32),
	}
	for h, want := range map[ledger.HashName]string{
		ledger.SHA256: "2e02c54ebd9ef3f91bec6aba71efd64a63f16055e186603cd9e96f0f64595950",
		ledger.SM3:    "300d5f1a71579f989cea73b05286e4be85f25fc4919be539cc73c7ed4e08dee3",
	} {
		sum := ledger.Chain(h, r)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s: %s, want %s", h, got, want)
		}
	}
	moved := r
	moved.Kind, moved.Actor = r.Kind+"考", "生"
	if ledger.Chain(ledger.SHA256, moved) == ledger.Chain(ledger.SHA256, r) {
		t.Error("text that moves from one field to the next does not change the hash")
	}
}
