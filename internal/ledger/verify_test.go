package ledger_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/ledger"
)

// filled is a backend with streams a, b and c of 12 records each.
func filled(t *testing.T) *memory {
	t.Helper()
	m := newMemory()
	l := ledger.Open(m, ledger.Options{})
	defer l.Close()
	for i := range 36 {
		e := ledger.Entry{Stream: ledger.StreamID("abc"[i%3 : i%3+1]), Expect: int64(i / 3), Kind: "k", Data: fmt.Appendf(nil, `{"n":%d}`, i)}
		if _, err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestVerifyNames(t *testing.T) {
	t.Parallel()
	rehash := func(r *ledger.Record) {
		h := ledger.Chain(ledger.SHA256, *r)
		r.Hash = h[:]
	}
	for name, c := range map[string]struct {
		tamper func(m *memory, b []ledger.Record) []ledger.Record // stream b
		want   []string
	}{
		"nothing":       {func(_ *memory, b []ledger.Record) []ledger.Record { return b }, nil},
		"data":          {func(_ *memory, b []ledger.Record) []ledger.Record { b[4].Data[5] ^= 1; return b }, []string{"b#5 changed"}},
		"first":         {func(_ *memory, b []ledger.Record) []ledger.Record { b[0].Actor = "x"; return b }, []string{"b#1 changed"}},
		"hash":          {func(_ *memory, b []ledger.Record) []ledger.Record { b[4].Hash[5] ^= 1; return b }, []string{"b#5 changed"}},
		"prev":          {func(_ *memory, b []ledger.Record) []ledger.Record { b[4].Prev = make([]byte, 32); return b }, []string{"b#5 changed"}},
		"no hash":       {func(_ *memory, b []ledger.Record) []ledger.Record { b[4].Hash = nil; return b }, []string{"b#5 changed"}},
		"data and hash": {func(_ *memory, b []ledger.Record) []ledger.Record { b[4].Data = []byte("{}"); rehash(&b[4]); return b }, []string{"b#5 replaced"}},
		"last, and hash": {func(_ *memory, b []ledger.Record) []ledger.Record {
			b[11].Data = []byte("{}")
			rehash(&b[11])
			return b
		}, []string{"b#12 replaced"}},
		"one missing":      {func(_ *memory, b []ledger.Record) []ledger.Record { return append(b[:4], b[5:]...) }, []string{"b#5 missing"}},
		"three missing":    {func(_ *memory, b []ledger.Record) []ledger.Record { return append(b[:4], b[7:]...) }, []string{"b#5-7 missing"}},
		"first missing":    {func(_ *memory, b []ledger.Record) []ledger.Record { return b[1:] }, []string{"b#1 missing"}},
		"last two missing": {func(_ *memory, b []ledger.Record) []ledger.Record { return b[:10] }, []string{"b#11-12 missing"}},
		"all missing":      {func(_ *memory, b []ledger.Record) []ledger.Record { return nil }, []string{"b#1-12 missing"}},
		"swapped": {func(_ *memory, b []ledger.Record) []ledger.Record {
			b[4], b[6] = b[6], b[4]
			b[4].Seq, b[6].Seq = 5, 7
			return b
		}, []string{"b#5 reordered", "b#7 reordered"}},
		"misplaced in the page": {func(_ *memory, b []ledger.Record) []ledger.Record {
			b[4], b[5] = b[5], b[4]
			return b
		}, []string{"b#5 missing", "b#5 reordered"}},
		"renumbered and chained again": {func(_ *memory, b []ledger.Record) []ledger.Record {
			b = append(b[:4], b[5:]...)
			for i := 4; i < len(b); i++ {
				b[i].Seq, b[i].Prev = int64(i+1), b[i-1].Hash
				rehash(&b[i])
			}
			return b
		}, []string{"b#12 missing"}},
		"end forgotten": {func(m *memory, b []ledger.Record) []ledger.Record {
			m.ends["b"] = ledger.Head{Stream: "b", Seq: 9, Hash: b[8].Hash}
			return b
		}, []string{"b#12 wrong_end"}},
		"unreadable": {func(m *memory, b []ledger.Record) []ledger.Record {
			m.broken["b"] = map[int64]bool{3: true, 7: true, 8: true, 12: true}
			return b
		}, []string{"b#3 unreadable", "b#7-8 unreadable", "b#12 unreadable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := filled(t)
			m.streams["b"] = c.tamper(m, m.streams["b"])
			var got []string
			s, err := ledger.Verify(t.Context(), m, ledger.VerifyOptions{}, func(f ledger.Finding) {
				where := fmt.Sprintf("%s#%d", f.Stream, f.Seq)
				if f.Last > 0 {
					where += fmt.Sprintf("-%d", f.Last)
				}
				if f.What == "" || f.Do == "" {
					t.Errorf("finding without words: %+v", f)
				}
				got = append(got, where+" "+string(f.Code))
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
			if s.Streams != 3 || s.Findings != int64(len(got)) {
				t.Errorf("summary %+v", s)
			}
		})
	}
}

// TestVerifyRoot: the same ledger gives the same root, a shorter one does not.
func TestVerifyRoot(t *testing.T) {
	t.Parallel()
	root := func(m *memory) string {
		s, err := ledger.Verify(t.Context(), m, ledger.VerifyOptions{}, nil)
		if err != nil || s.Findings > 0 {
			t.Errorf("verify: %+v, %v", s, err)
		}
		return s.Root
	}
	m, short := filled(t), filled(t)
	b := short.streams["b"][:11]
	short.streams["b"], short.ends["b"] = b, ledger.Head{Stream: "b", Seq: 11, Hash: b[10].Hash}
	if root(m) != root(filled(t)) {
		t.Error("two equal ledgers have different roots")
	}
	if root(m) == root(short) {
		t.Error("a ledger whose end was cut off with its recorded end has the same root")
	}
}

func TestVerifyWhileAppending(t *testing.T) {
	t.Parallel()
	m := filled(t)
	l := ledger.Open(m, ledger.Options{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 300 {
			if _, err := l.Append(t.Context(), ledger.Entry{Stream: "b", Expect: ledger.AnySeq}); err != nil {
				t.Error(err)
			}
		}
	}()
	for range 20 {
		if _, err := ledger.Verify(t.Context(), m, ledger.VerifyOptions{}, func(f ledger.Finding) { t.Errorf("%s", f) }); err != nil {
			t.Error(err)
		}
	}
	<-done
	l.Close()
}
