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

// with starts a ledger for f.
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
