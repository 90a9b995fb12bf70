package live_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/livetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opener hands out one bus per namespace, as processes share one server.
func opener() livetest.Opener {
	var mu sync.Mutex
	buses := map[string]*live.Memory{}
	return func(_ context.Context, s livetest.Setup) (livetest.Node, error) {
		mu.Lock()
		defer mu.Unlock()
		if buses[s.Namespace] == nil {
			buses[s.Namespace] = live.NewMemory(live.Options{History: s.History})
		}
		return buses[s.Namespace], nil
	}
}

func TestMemoryContract(t *testing.T) {
	t.Parallel()
	open := opener()
	for _, c := range livetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, open)
		})
	}
}

func TestMemoryIdempotencyWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := live.NewMemory(live.Options{IdempotencyTTL: time.Minute})
		defer m.Close()
		publish := func(key string) int64 {
			p, err := m.Publish(t.Context(), "ch", key, []byte("x"))
			if err != nil {
				t.Fatal(err)
			}
			return p.Offset
		}
		got := []int64{publish("a")}
		time.Sleep(30 * time.Second)
		got = append(got, publish("b"), publish("a"))
		time.Sleep(30 * time.Second)
		got = append(got, publish("b"), publish("a"))
		want := []int64{1, 2, 1, 2, 3}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("offsets %v, want %v", got, want)
			}
		}
	})
}

func TestTailWithoutFollowersKeepsItsLimit(t *testing.T) {
	t.Parallel()
	tail := live.NewTail(live.Position{Epoch: "e", Offset: 10}, 3)
	at := func(o int64) live.Position { return live.Position{Epoch: "e", Offset: o} }
	for o := int64(11); o <= 20; o++ {
		if !tail.Append(live.Publication{Position: at(o)}) {
			t.Fatalf("next publication %d was refused", o)
		}
	}
	if tail.Append(live.Publication{Position: at(22)}) || tail.Append(live.Publication{Position: live.Position{Epoch: "f", Offset: 21}}) {
		t.Error("a publication after a gap was taken")
	}
	if !tail.Append(live.Publication{Position: at(19)}) || tail.End() != at(20) {
		t.Errorf("an old publication moved the end to %v", tail.End())
	}
	if _, _, ok := tail.Since(at(16)); ok {
		t.Error("recovered from before the limit")
	}
	if pubs, _, ok := tail.Since(at(17)); !ok || len(pubs) != 3 {
		t.Errorf("since 17: %d publications, ok %v", len(pubs), ok)
	}
}
