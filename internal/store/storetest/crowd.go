package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/xinglu/xinglu/internal/ledger"
)

func oneKeyAtOnce(t T, b ledger.Backend) {
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		with(b, ledger.Options{}, func(l2 *ledger.Ledger) {
			for round := range 5 {
				key := fmt.Sprintf("once-%d", round)
				var fresh atomic.Int64
				var seqs [20]int64
				var wg sync.WaitGroup
				for i := range seqs {
					wg.Go(func() {
						node := l
						if i%2 == 1 {
							node = l2
						}
						a, err := node.Append(t.Context(), entry("st/once", ledger.AnySeq, key))
						if err != nil {
							t.Errorf("append %d: %v", i, err)
						}
						if !a.Replayed {
							fresh.Add(1)
						}
						seqs[i] = a.Seq
					})
				}
				wg.Wait()
				if fresh.Load() != 1 {
					t.Errorf("round %d: stored %d times", round, fresh.Load())
				}
				for _, s := range seqs {
					if s != int64(round+1) {
						t.Errorf("round %d: answered with %d, want %d", round, s, round+1)
					}
				}
			}
			if n := len(all(t, l, "st/once", 100)); n != 5 {
				t.Errorf("%d records, want 5", n)
			}
		})
	})
}

// crowd lets 50 appenders write 10 records each through the given ledgers,
// round robin, into n streams, and checks that everything acknowledged is
// stored where the answer said.
func crowd(t T, prefix string, n int, ledgers ...*ledger.Ledger) {
	t.Helper()
	const appenders, rounds = 50, 10
	type ack struct {
		stream ledger.StreamID
		seq    int64
		hash   []byte
	}
	acks := make([]map[string]ack, appenders)
	var wg sync.WaitGroup
	for i := range appenders {
		acks[i] = map[string]ack{}
		wg.Go(func() {
			l := ledgers[i%len(ledgers)]
			for j := range rounds {
				e := entry(ledger.StreamID(fmt.Sprintf("st/%s-%02d", prefix, i%n)), ledger.AnySeq, fmt.Sprintf("key-%d-%d", i, j))
				a, err := l.Append(t.Context(), e)
				if err != nil || a.Replayed {
					t.Errorf("appender %d: %+v, %v", i, a, err)
					return
				}
				acks[i][e.Key] = ack{e.Stream, a.Seq, a.Hash}
			}
		})
	}
	wg.Wait()
	total := 0
	for s := range n {
		stream := ledger.StreamID(fmt.Sprintf("st/%s-%02d", prefix, s))
		records := all(t, ledgers[0], stream, 100)
		total += len(records)
		for i := range acks {
			for key, a := range acks[i] {
				if a.stream == stream && (int(a.seq) > len(records) || records[a.seq-1].Key != key || !bytes.Equal(records[a.seq-1].Hash, a.hash)) {
					t.Errorf("%s #%d was acknowledged for %s and is not there", stream, a.seq, key)
				}
			}
		}
	}
	if total != appenders*rounds {
		t.Errorf("%d records stored, want %d", total, appenders*rounds)
	}
}

func appenders(t T, b ledger.Backend, n int) {
	with(b, ledger.Options{}, func(l *ledger.Ledger) { crowd(t, fmt.Sprintf("crowd-%d", n), n, l) })
}

func twoNodes(t T, b ledger.Backend) {
	// Small commits make the nodes meet often.
	with(b, ledger.Options{MaxBatch: 4}, func(l1 *ledger.Ledger) {
		with(b, ledger.Options{MaxHeads: 2}, func(l2 *ledger.Ledger) { crowd(t, "nodes", 3, l1, l2) })
	})
}

// twoNodesExpect counts through compare-and-set on two nodes: what a record
// says must be what its predecessor said, plus one.
func twoNodesExpect(t T, b ledger.Backend) {
	const writers, rounds = 6, 8
	count := func(l *ledger.Ledger, key string) error {
		for {
			h, err := l.Head(t.Context(), "st/count")
			if err != nil {
				return err
			}
			e := entry("st/count", h.Seq, key)
			e.Data = fmt.Appendf(nil, "%d", h.Seq+1)
			if _, err = l.Append(t.Context(), e); !errors.Is(err, ledger.ErrConflict) {
				return err
			}
		}
	}
	with(b, ledger.Options{}, func(l1 *ledger.Ledger) {
		with(b, ledger.Options{}, func(l2 *ledger.Ledger) {
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for r := range rounds {
						if err := count([]*ledger.Ledger{l1, l2}[w%2], fmt.Sprintf("w%d-%d", w, r)); err != nil {
							t.Errorf("writer %d: %v", w, err)
							return
						}
					}
				})
			}
			wg.Wait()
			records := all(t, l1, "st/count", 100)
			if len(records) != writers*rounds {
				t.Errorf("%d records, want %d", len(records), writers*rounds)
			}
			for _, r := range records {
				if string(r.Data) != fmt.Sprint(r.Seq) {
					t.Errorf("record %d was written for place %s", r.Seq, r.Data)
				}
			}
		})
	})
}
