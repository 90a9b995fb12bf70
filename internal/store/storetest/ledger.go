package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Ledger runs the ledger half of the contract on an empty backend.
func Ledger(t T, b ledger.Backend) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(T, ledger.Backend)
	}{
		{"empty", ledgerEmpty},
		{"backend_round_trip", backendRoundTrip},
		{"backend_refusals", backendRefusals},
		{"append_and_read", appendAndRead},
		{"conflicts", ledgerConflicts},
		{"replays", ledgerReplays},
		{"one_key_at_once", oneKeyAtOnce},
		{"one_stream_50_appenders", func(t T, b ledger.Backend) { appenders(t, b, 1) }},
		{"50_streams_50_appenders", func(t T, b ledger.Backend) { appenders(t, b, 50) }},
		{"two_nodes", twoNodes},
		{"two_nodes_expect", twoNodesExpect},
		{"unicode", ledgerUnicode},
		{"large_records", largeRecords},
		{"refusals", ledgerRefusals},
		{"cancelled", ledgerCancelled},
		{"sm3", sm3},
		{"streams", streams}, // last: it walks what the others have left
	} {
		t.Run(c.name, func(t T) { c.run(t, b) })
	}
}

// noon is the time of the suite's records.
func noon(i int) time.Time {
	return time.UnixMilli(1_767_268_800_000 + int64(i)).UTC()
}

// open starts a ledger that ends with the case.
func with(b ledger.Backend, o ledger.Options, f func(*ledger.Ledger)) {
	l := ledger.Open(b, o)
	defer l.Close()
	f(l)
}

// all reads a stream in pages of the given size and checks that it is
// numbered without gaps and chained.
func all(t T, r ledger.Reader, stream ledger.StreamID, limit int) []ledger.Record {
	t.Helper()
	var records []ledger.Record
	prev := make([]byte, ledger.HashSize)
	for {
		page, err := r.Read(t.Context(), stream, int64(len(records)), limit)
		must(t, err)
		if len(page) == 0 {
			return records
		}
		if len(page) > limit {
			t.Fatalf("Read of at most %d returned %d", limit, len(page))
		}
		for _, rec := range page {
			if rec.Seq != int64(len(records)+1) || !bytes.Equal(rec.Prev, prev) {
				t.Fatalf("%s: record %d has seq %d or does not follow its predecessor", stream, len(records)+1, rec.Seq)
			}
			prev = rec.Hash
			records = append(records, rec)
		}
	}
}

func sameRecord(t T, got, want ledger.Record) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		gi, wi := g.Field(i).Interface(), w.Field(i).Interface()
		if gb, ok := gi.([]byte); ok && bytes.Equal(gb, wi.([]byte)) {
			continue // nil and empty are the same
		}
		if !reflect.DeepEqual(gi, wi) {
			t.Errorf("%s #%d: %s is %s, want %s", want.Stream, want.Seq, g.Type().Field(i).Name, brief(fmt.Sprint(gi)), brief(fmt.Sprint(wi)))
		}
	}
}

func ledgerEmpty(t T, b ledger.Backend) {
	ctx := t.Context()
	page, err := b.Read(ctx, "st/none", 0, 10)
	must(t, err)
	if len(page) != 0 {
		t.Errorf("an empty stream has %d records", len(page))
	}
	h, err := b.Head(ctx, "st/none")
	must(t, err)
	if h.Seq != 0 {
		t.Errorf("an empty stream ends with %d", h.Seq)
	}
	if _, ok, err := b.FindKey(ctx, "st/none", "k"); ok || err != nil {
		t.Errorf("FindKey in an empty stream: %v, %v", ok, err)
	}
}

// block makes a chained block without a Ledger.
func block(stream ledger.StreamID, first int64, prev []byte, keys ...string) ledger.Block {
	var b ledger.Block
	for i, key := range keys {
		r := ledger.Record{Stream: stream, Seq: first + int64(i), At: noon(i), Kind: "test.made", Actor: "suite", Key: key,
			Data: fmt.Appendf(nil, `{"n":%d}`, i), Prev: prev}
		h := ledger.Chain(ledger.SHA256, r)
		r.Hash = h[:]
		prev = r.Hash
		b.Records = append(b.Records, r)
	}
	return b
}

func commit(t T, b ledger.Backend, blocks ...ledger.Block) []error {
	t.Helper()
	errs, err := b.Commit(t.Context(), blocks)
	must(t, err)
	if len(errs) != len(blocks) {
		t.Fatalf("Commit answered %d of %d blocks", len(errs), len(blocks))
	}
	return errs
}

// backendRoundTrip stores two records whose fields are all filled, so that a
// field which the adapter forgets is seen, and one that is as empty as can be.
func backendRoundTrip(t T, b ledger.Backend) {
	var first, second ledger.Record
	fill(t, &first)
	fill(t, &second)
	zero := make([]byte, ledger.HashSize)
	first.Stream, first.Seq, first.Prev, first.Hash = "st/fields", 1, zero, bytes.Repeat([]byte{1}, 32)
	second.Stream, second.Seq, second.Prev, second.Hash = "st/fields", 2, first.Hash, bytes.Repeat([]byte{0xfe}, 32)
	second.Key, second.At = "other", noon(0)
	bare := ledger.Record{Stream: "st/fields", Seq: 3, At: time.UnixMilli(0).UTC(), Prev: second.Hash, Hash: bytes.Repeat([]byte{3}, 32)}
	want := []ledger.Record{first, second, bare}
	for i := range want { // each stored from a copy, for the store keeps nothing
		r := want[i]
		r.Data, r.Hash = bytes.Clone(r.Data), bytes.Clone(r.Hash)
		must(t, commit(t, b, ledger.Block{Records: []ledger.Record{r}})[0])
		clear(r.Data)
		clear(r.Hash)
	}
	got, err := b.Read(t.Context(), "st/fields", 0, 10)
	must(t, err)
	if len(got) != len(want) {
		t.Fatalf("read %d records, want %d", len(got), len(want))
	}
	for i := range got {
		sameRecord(t, got[i], want[i])
	}
	byKey, ok, err := b.FindKey(t.Context(), "st/fields", first.Key)
	must(t, err)
	if !ok {
		t.Fatalf("FindKey does not find %q", first.Key)
	}
	sameRecord(t, byKey, first)
	h, err := b.Head(t.Context(), "st/fields")
	must(t, err)
	if h.Stream != bare.Stream || h.Seq != 3 || !bytes.Equal(h.Hash, bare.Hash) {
		t.Errorf("Head is %s #%d %x", h.Stream, h.Seq, h.Hash)
	}
	got[0].Data[0] ^= 1 // ours
	again, err := b.Read(t.Context(), "st/fields", 0, 1)
	must(t, err)
	sameRecord(t, again[0], first)
	// The chain is not right here, so the stream is made to fit no other case:
	// streams leaves names with this prefix out of its verification.
}

func backendRefusals(t T, b ledger.Backend) {
	zero := make([]byte, ledger.HashSize)
	a := block("st/refusal-a", 1, zero, "k1", "", "k2", "")
	c := block("st/refusal-c", 1, zero, "k1") // the same key elsewhere is another key
	for i, err := range commit(t, b, a, c) {
		if err != nil {
			t.Fatalf("block %d: %v", i, err)
		}
	}
	end := a.Records[3].Hash
	for _, bad := range []struct {
		why string
		ledger.Block
	}{
		{"place 1 taken", block("st/refusal-a", 1, zero, "k9")},
		{"last place taken", block("st/refusal-a", 4, a.Records[2].Hash, "")},
		{"key taken", block("st/refusal-a", 5, end, "k2")},
		{"second key taken", block("st/refusal-a", 5, end, "new-1", "k1", "new-2")},
		{"second place taken", block("st/refusal-a", 4, a.Records[2].Hash, "new-3", "new-4")},
	} {
		good := block(ledger.StreamID("st/refusal-"+strings.ReplaceAll(bad.why, " ", "-")), 1, zero, "x", "y")
		errs := commit(t, b, bad.Block, good)
		wantErr(t, bad.why, errs[0], ledger.ErrTaken)
		if errs[1] != nil {
			t.Errorf("%s: took its neighbour down: %v", bad.why, errs[1])
		}
		if n := len(all(t, b, good.Records[0].Stream, 10)); n != 2 {
			t.Errorf("%s: %d of the neighbour's 2 records stored", bad.why, n)
		}
	}
	if n := len(all(t, b, "st/refusal-a", 10)); n != 4 {
		t.Errorf("%d records, want 4: a refused block left something", n)
	}
	for _, key := range []string{"k9", "new-1", "new-2", "new-3", "new-4", ""} {
		if _, ok, err := b.FindKey(t.Context(), "st/refusal-a", key); ok || err != nil {
			t.Errorf("FindKey(%q) of a refused record: %v, %v", key, ok, err)
		}
	}
	must(t, commit(t, b, block("st/refusal-a", 5, end, "new-1", "new-2"))[0])
}

func appendAndRead(t T, b ledger.Backend) {
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		const n = 25
		var want []ledger.Record
		for i := range n {
			e := ledger.Entry{Stream: "st/read", Expect: int64(i), At: noon(i).Add(7 * time.Microsecond), Kind: "test.kind", Actor: "actor",
				Key: fmt.Sprintf("key-%d", i), Data: fmt.Appendf(nil, `{"i":%d}`, i)}
			a, err := l.Append(t.Context(), e)
			must(t, err)
			if a.Seq != int64(i+1) || a.Replayed || !a.At.Equal(noon(i)) || len(a.Hash) != ledger.HashSize {
				t.Fatalf("append %d returned %+v", i, a)
			}
			want = append(want, ledger.Record{Stream: e.Stream, Seq: a.Seq, At: noon(i), Kind: e.Kind, Actor: e.Actor, Key: e.Key, Data: e.Data, Hash: a.Hash})
		}
		for _, limit := range []int{1, 7, n, n + 1} {
			for i, got := range all(t, l, "st/read", limit) {
				want[i].Prev = got.Prev // checked by all
				sameRecord(t, got, want[i])
			}
		}
		page, err := l.Read(t.Context(), "st/read", 10, 3)
		must(t, err)
		if len(page) != 3 || page[0].Seq != 11 || page[2].Seq != 13 {
			t.Errorf("Read after 10 returned %d records from %d", len(page), page[0].Seq)
		}
		last, err := ledger.Fold(t.Context(), l, "st/read", 20, func(ledger.Record) error { return nil })
		if err != nil || last != n {
			t.Errorf("Fold ended at %d: %v", last, err)
		}
		h, err := l.Head(t.Context(), "st/read")
		must(t, err)
		if h.Seq != n || !bytes.Equal(h.Hash, want[n-1].Hash) {
			t.Errorf("Head is #%d", h.Seq)
		}
	})
}

func entry(stream ledger.StreamID, expect int64, key string) ledger.Entry {
	return ledger.Entry{Stream: stream, Expect: expect, At: noon(0), Kind: "test.kind", Actor: "suite", Key: key, Data: []byte(`{"x":1}`)}
}

func ledgerConflicts(t T, b ledger.Backend) {
	ctx := t.Context()
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		_, err := l.Append(ctx, entry("st/conflict", 1, ""))
		wantErr(t, "expecting a record in an empty stream", err, ledger.ErrConflict)
		_, err = l.Append(ctx, entry("st/conflict", 0, ""))
		must(t, err)
		for _, expect := range []int64{0, 2, 100} {
			_, err = l.Append(ctx, entry("st/conflict", expect, ""))
			wantErr(t, fmt.Sprintf("expecting %d of 1", expect), err, ledger.ErrConflict)
			_, err = l.Append(ctx, entry("st/conflict", expect, fmt.Sprintf("k%d", expect)))
			wantErr(t, fmt.Sprintf("expecting %d of 1 with a key", expect), err, ledger.ErrConflict)
		}
		_, err = l.Append(ctx, entry("st/conflict", 1, "k2")) // a refused key is free
		must(t, err)
		// Of many who expect the same, one wins.
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := l.Append(ctx, entry("st/conflict", 2, fmt.Sprintf("race-%d", i)))
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, ledger.ErrConflict):
					lost.Add(1)
				default:
					t.Errorf("racing append: %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 19 {
			t.Errorf("%d won and %d lost, want 1 and 19", won.Load(), lost.Load())
		}
		if n := len(all(t, l, "st/conflict", 100)); n != 3 {
			t.Errorf("%d records, want 3", n)
		}
	})
}

func ledgerReplays(t T, b ledger.Backend) {
	ctx := t.Context()
	var first ledger.Appended
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		var err error
		first, err = l.Append(ctx, entry("st/replay", ledger.AnySeq, "k"))
		must(t, err)
		_, err = l.Append(ctx, entry("st/replay", ledger.AnySeq, "other"))
		must(t, err)
	})
	// A ledger that has never seen the stream knows the key all the same.
	for round := range 2 {
		with(b, ledger.Options{}, func(l *ledger.Ledger) {
			for _, expect := range []int64{ledger.AnySeq, 0, 1, 2, 77} {
				e := entry("st/replay", expect, "k")
				e.At, e.Data = noon(99), []byte(`{"another":"content"}`)
				a, err := l.Append(ctx, e)
				must(t, err)
				if !a.Replayed || a.Seq != first.Seq || !a.At.Equal(first.At) || !bytes.Equal(a.Hash, first.Hash) {
					t.Errorf("round %d, expect %d: got %+v, want the first result %+v", round, expect, a, first)
				}
			}
		})
	}
	if n := len(all(t, b, "st/replay", 100)); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
}

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

func ledgerUnicode(t T, b ledger.Backend) {
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		for _, s := range texts() {
			data, err := json.Marshal(s)
			must(t, err)
			stream := ledger.StreamID("st/unicode-" + s)
			e := ledger.Entry{Stream: stream, Expect: 0, At: noon(0), Kind: s, Actor: s, Key: s, Data: data}
			a, err := l.Append(t.Context(), e)
			must(t, err)
			got := all(t, l, stream, 10)
			if len(got) != 1 {
				t.Fatalf("%s: %d records, want 1", brief(s), len(got))
			}
			sameRecord(t, got[0], ledger.Record{Stream: stream, Seq: 1, At: e.At, Kind: s, Actor: s, Key: s, Data: data, Prev: got[0].Prev, Hash: a.Hash})
			if again, err := l.Append(t.Context(), e); err != nil || !again.Replayed {
				t.Errorf("key %s is not found again: %v", brief(s), err)
			}
		}
		// Data is bytes to the ledger, JSON or not.
		raw := make([]byte, 256)
		for i := range raw {
			raw[i] = byte(i)
		}
		e := entry("st/bytes", 0, "")
		e.Data = raw
		_, err := l.Append(t.Context(), e)
		must(t, err)
		if got := all(t, l, "st/bytes", 1); !bytes.Equal(got[0].Data, raw) {
			t.Errorf("256 byte values came back as %x", got[0].Data)
		}
	})
}

func largeRecords(t T, b ledger.Backend) {
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		sizes := []int{1 << 20, ledger.MaxData, 10, 1 << 20, 1 << 20}
		var wg sync.WaitGroup
		for i, n := range sizes {
			wg.Go(func() {
				e := entry("st/large", ledger.AnySeq, fmt.Sprint("size-", i))
				e.Data = bytes.Repeat([]byte{byte('a' + i)}, n)
				if _, err := l.Append(t.Context(), e); err != nil {
					t.Errorf("appending %d bytes: %v", n, err)
				}
			})
		}
		wg.Wait()
		got := all(t, l, "st/large", 100)
		if len(got) != len(sizes) {
			t.Fatalf("%d records, want %d", len(got), len(sizes))
		}
		for _, r := range got {
			i := int(r.Key[len(r.Key)-1] - '0')
			if !bytes.Equal(r.Data, bytes.Repeat([]byte{byte('a' + i)}, sizes[i])) {
				t.Errorf("%s came back changed, %d bytes", r.Key, len(r.Data))
			}
		}
	})
}

func ledgerRefusals(t T, b ledger.Backend) {
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		long := strings.Repeat("x", 300)
		for name, e := range map[string]ledger.Entry{
			"no stream":     {},
			"long stream":   {Stream: ledger.StreamID(long)},
			"long key":      {Stream: "st/bad", Key: long},
			"long kind":     {Stream: "st/bad", Kind: long},
			"long actor":    {Stream: "st/bad", Actor: long},
			"long data":     {Stream: "st/bad", Data: make([]byte, ledger.MaxData+1)},
			"NUL in stream": {Stream: "st/bad\x00"},
			"NUL in key":    {Stream: "st/bad", Key: "\x00"},
			"bad actor":     {Stream: "st/bad", Actor: "\xff"},
			"bad expect":    {Stream: "st/bad", Expect: -2},
		} {
			if _, err := l.Append(t.Context(), e); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v, want an invalid fault", name, err)
			}
		}
		if n := len(all(t, l, "st/bad", 10)); n != 0 {
			t.Errorf("%d refused records stored", n)
		}
	})
	l := ledger.Open(b, ledger.Options{})
	must(t, l.Close())
	_, err := l.Append(t.Context(), entry("st/bad", ledger.AnySeq, ""))
	wantErr(t, "Append after Close", err, ledger.ErrClosed)
}

// ledgerCancelled leaves appends in the middle and repeats them with their
// keys: each must be there once.
func ledgerCancelled(t T, b ledger.Backend) {
	_, err := b.Read(cancelled(t), "st/cancel", 0, 1)
	wantCancelled(t, "Read", err)
	_, err = b.Head(cancelled(t), "st/cancel")
	wantCancelled(t, "Head", err)
	with(b, ledger.Options{}, func(l *ledger.Ledger) {
		_, err := l.Append(cancelled(t), entry("st/cancel", ledger.AnySeq, "never"))
		wantCancelled(t, "Append", err)
		const n = 40
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				e := entry("st/cancel", ledger.AnySeq, fmt.Sprint("key-", i))
				ctx, cancel := context.WithCancel(t.Context())
				go cancel()
				if _, err := l.Append(ctx, e); err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("cancelled append: %v", err)
				}
				if _, err := l.Append(t.Context(), e); err != nil {
					t.Errorf("repeated append: %v", err)
				}
			})
		}
		wg.Wait()
		if got := len(all(t, l, "st/cancel", 100)); got != n {
			t.Errorf("%d records, want %d", got, n)
		}
	})
}

func sm3(t T, b ledger.Backend) {
	for i, h := range []ledger.HashName{ledger.SM3, ledger.SHA256, ledger.SM3} {
		with(b, ledger.Options{Hash: h}, func(l *ledger.Ledger) {
			_, err := l.Append(t.Context(), entry("st/sm3", int64(i), ""))
			must(t, err)
			last := all(t, l, "st/sm3", 10)[i]
			if sum := ledger.Chain(h, last); !bytes.Equal(sum[:], last.Hash) {
				t.Errorf("record %d is not chained by %s", i+1, h)
			}
		})
	}
}

// streams lists everything in pages, checks the order and the ends, and has
// Verify find nothing wrong but in the one stream that was made up.
func streams(t T, b ledger.Backend) {
	var names []string
	var after ledger.StreamID
	for {
		page, err := b.Streams(t.Context(), after, 7)
		must(t, err)
		if len(page) == 0 {
			break
		}
		if len(page) > 7 {
			t.Fatalf("Streams of at most 7 returned %d", len(page))
		}
		for _, h := range page {
			now, err := b.Head(t.Context(), h.Stream)
			must(t, err)
			if h.Seq < 1 || h.Seq != now.Seq || !bytes.Equal(h.Hash, now.Hash) {
				t.Errorf("%s is listed with end %d, but ends with %d", h.Stream, h.Seq, now.Seq)
			}
			names = append(names, string(h.Stream))
			after = h.Stream
		}
	}
	if len(names) < 50+len(texts()) || !reflect.DeepEqual(names, sorted(names)) {
		t.Errorf("%d streams, or not in byte order", len(names))
	}
	s, err := ledger.Verify(t.Context(), b, ledger.VerifyOptions{}, func(f ledger.Finding) {
		if f.Stream != "st/fields" {
			t.Errorf("Verify: %s", f)
		}
	})
	must(t, err)
	if int(s.Streams) != len(names) || s.ByHash[ledger.SM3] != 2 || s.ByHash[ledger.SHA256] < 500 {
		t.Errorf("Verify walked %+v of %d streams", s, len(names))
	}
	if s.Findings == 0 {
		t.Errorf("Verify did not see that the hashes of st/fields are made up")
	}
}
