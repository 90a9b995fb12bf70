package livetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/xinglu/xinglu/internal/live"
)

func row(id, key, body string) live.Row {
	return live.Row{ID: id, Key: key, Body: json.RawMessage(body)}
}

func (e *env) apply(c live.Change) live.Position {
	e.Helper()
	p, err := e.nodes[0].Apply(e.ctx, c)
	if err != nil {
		e.Fatalf("apply version %d: %v", c.Version, err)
	}
	return p
}

func (e *env) snapshot(ch live.Channel) live.Snapshot {
	e.Helper()
	s, err := e.nodes[len(e.nodes)-1].Snapshot(e.ctx, ch)
	if err != nil {
		e.Fatalf("snapshot: %v", err)
	}
	return s
}

// wantBoard compares the stored board, seen from the last node.
func (e *env) wantBoard(ch live.Channel, at live.Position, version int64, meta string, rows ...live.Row) {
	e.Helper()
	want := live.Snapshot{Position: at, Version: version, Rows: append([]live.Row{}, rows...)}
	if meta != "" {
		want.Meta = json.RawMessage(meta)
	}
	if got := e.snapshot(ch); !reflect.DeepEqual(got, want) {
		e.Fatalf("board is\n %s\nwant\n %s", show(got), show(want))
	}
}

func show(s live.Snapshot) string {
	b, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func board(t T, open Opener) {
	e := start(t, open, 2, 100)
	defer e.stop()
	const ch = "board:{d1}:jury"
	e.wantBoard(ch, e.position(ch), 0, "")
	in, cancel := e.subscribe(e.nodes[1], ch, e.position(ch))
	defer cancel()

	a, b, c := row("a", "30", `{"n":1}`), row("b", "20", `{"n":2}`), row("c", "10", `"三"`)
	p := e.apply(live.Change{Channel: ch, Version: 10, Upsert: []live.Row{a, b, c}, Meta: []byte(`{"title":"电工"}`), Frame: []byte("f10")})
	e.wantBoard(ch, p, 10, `{"title":"电工"}`, c, b, a)

	for name, x := range map[string]struct {
		change live.Change
		want   error
	}{
		"same version":          {live.Change{Base: 10, Version: 10}, live.ErrStale},
		"older version":         {live.Change{Base: 10, Version: 9}, live.ErrStale},
		"older with replace":    {live.Change{Version: 9, Replace: true}, live.ErrStale},
		"another base":          {live.Change{Base: 9, Version: 11}, live.ErrBase},
		"thought it was absent": {live.Change{Base: 0, Version: 11}, live.ErrBase},
	} {
		x.change.Channel, x.change.Frame, x.change.Delete = ch, []byte("never"), []string{"a"}
		if _, err := e.nodes[0].Apply(e.ctx, x.change); !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", name, err, x.want)
		}
	}
	e.wantBoard(ch, p, 10, `{"title":"电工"}`, c, b, a)

	a.Key, c.Body = "05", json.RawMessage(`"four"`)
	p = e.apply(live.Change{Channel: ch, Base: 10, Version: 12, Upsert: []live.Row{a, c}, Delete: []string{"b", "nobody"}, Frame: []byte("f12")})
	e.wantBoard(ch, p, 12, `{"title":"电工"}`, a, c)

	d := row("d", "", "null")
	p = e.apply(live.Change{Channel: ch, Base: 3, Version: 13, Replace: true, Upsert: []live.Row{d}, Meta: []byte(`{}`), Frame: []byte("f13")})
	e.wantBoard(ch, p, 13, `{}`, d)
	p = e.apply(live.Change{Channel: ch, Base: 13, Version: 14, Delete: []string{"d"}, Frame: []byte("f14")})
	e.wantBoard(ch, p, 14, `{}`)
	in.wait("f10", "f12", "f13", "f14")
}

func boardOrder(t T, open Opener) {
	e := start(t, open, 1, 10)
	defer e.stop()
	want := []live.Row{
		row("z", "", "1"), row("b", " ", "1"), row("b\x01", "a", "1"), row("c", "a", "1"), row("a", "a ", "1"),
		row("a a", "aa", "1"), row("B", "b", "1"), row("b-", "b", "1"), row("一", "b", "1"), row("x", "é", "1"), row("y", "\xff", "1"),
	}
	mixed := make([]live.Row, len(want))
	for i, r := range want {
		mixed[(i*4)%len(want)] = r
	}
	p := e.apply(live.Change{Channel: "ch", Version: 1, Upsert: mixed})
	e.wantBoard("ch", p, 1, "", want...)
}

func largeBoard(t T, open Opener) {
	e := start(t, open, 2, 10)
	defer e.stop()
	const ch, n = "ch", 5001
	var rows []live.Row
	for i := range n {
		rows = append(rows, row(fmt.Sprintf("id%d", i), fmt.Sprintf("%08d", n-i), fmt.Sprintf(`{"i":%d}`, i)))
	}
	p := e.apply(live.Change{Channel: ch, Version: 1, Upsert: rows, Frame: []byte("big")})
	s := e.snapshot(ch)
	if s.Position != p || len(s.Rows) != n {
		t.Fatalf("%d rows at %v, want %d at %v", len(s.Rows), s.Position, n, p)
	}
	for i, r := range s.Rows {
		if want := rows[n-1-i]; !reflect.DeepEqual(r, want) {
			t.Fatalf("row %d is %v, want %v", i, r, want)
		}
	}
}

// atomicSnapshot moves every row at every version and looks whether a reader
// ever sees two versions together or a position that is not the version's.
func atomicSnapshot(t T, open Opener) {
	e := start(t, open, 2, 1000)
	defer e.stop()
	const ch, rows, versions = "ch", 50, 100
	var mu sync.Mutex
	versionAt := map[live.Position]int64{e.position(ch): 0}
	done := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		defer close(done)
		for v := int64(1); v <= versions; v++ {
			c := live.Change{Channel: ch, Base: v - 1, Version: v, Frame: []byte("f")}
			for i := range rows {
				c.Upsert = append(c.Upsert, row(fmt.Sprint(i), fmt.Sprintf("%04d", (int64(i)*7+v)%rows), fmt.Sprint(v)))
			}
			mu.Lock() // a reader must find the position it has read
			p, err := e.nodes[0].Apply(e.ctx, c)
			versionAt[p] = v
			mu.Unlock()
			if err != nil {
				t.Errorf("apply: %v", err)
				return
			}
		}
	})
	defer writing.Wait()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		s := e.snapshot(ch)
		mu.Lock()
		v, known := versionAt[s.Position]
		mu.Unlock()
		if !known || v != s.Version || (v > 0 && len(s.Rows) != rows) {
			t.Fatalf("snapshot of version %d with %d rows at %v, where version %d was published", s.Version, len(s.Rows), s.Position, v)
		}
		for _, r := range s.Rows {
			if string(r.Body) != fmt.Sprint(v) {
				t.Fatalf("version %d holds a row of version %s", v, r.Body)
			}
		}
	}
}

// concurrentAppliers races nodes for the same versions: one wins each.
func concurrentAppliers(t T, open Opener) {
	e := start(t, open, 2, 1000)
	defer e.stop()
	const ch, versions = "ch", 40
	var mu sync.Mutex
	wins := map[int64]int{}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for v := int64(1); v <= versions; v++ {
				_, err := e.nodes[w%2].Apply(e.ctx, live.Change{Channel: ch, Base: v - 1, Version: v, Upsert: []live.Row{row("a", "k", fmt.Sprint(v))}})
				switch {
				case err == nil:
					mu.Lock()
					wins[v]++
					mu.Unlock()
				case !errors.Is(err, live.ErrStale):
					t.Errorf("apply version %d: %v", v, err)
				}
			}
		})
	}
	wg.Wait()
	for v := int64(1); v <= versions; v++ {
		if wins[v] != 1 {
			t.Errorf("version %d was applied %d times", v, wins[v])
		}
	}
	if s := e.snapshot(ch); s.Version != versions || s.Position.Offset != versions {
		t.Errorf("board at version %d, position %v", s.Version, s.Position)
	}
}

func erased(t T, open Opener) {
	e := start(t, open, 2, 100)
	defer e.stop()
	const ch = "ch"
	before := e.apply(live.Change{Channel: ch, Version: 5, Meta: []byte(`1`), Upsert: []live.Row{row("a", "k", "1")}, Frame: []byte("f5")})
	in, cancel := e.subscribe(e.nodes[1], ch, before)
	defer cancel()
	if err := e.nodes[0].Erase(e.ctx); err != nil {
		t.Fatalf("erase: %v", err)
	}
	in.wait("reset") // although nothing is published
	after := e.position(ch)
	if after.Epoch == before.Epoch || after.Offset != 0 || in.at != after {
		t.Fatalf("after the loss: channel at %v, reset at %v, before %v", after, in.at, before)
	}
	e.wantBoard(ch, after, 0, "")
	if _, err := e.nodes[0].Apply(e.ctx, live.Change{Channel: ch, Base: 5, Version: 6}); !errors.Is(err, live.ErrBase) {
		t.Fatalf("apply on the lost base: %v, want ErrBase", err)
	}
	e.apply(live.Change{Channel: ch, Version: 6, Upsert: []live.Row{row("a", "k", "1")}, Frame: []byte("f6")})
	in.wait("reset", "f6")
}
