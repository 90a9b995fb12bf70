package board_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring/board"
)

func TestSortKeyOrdersLikeTheNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.SampledFrom([]int64{math.MinInt64, -1, 0, 1, 9999, 10000, math.MaxInt64 - 1, board.Missing})
		number := rapid.OneOf(rapid.Int64(), edge, rapid.Int64Range(-3, 3))
		n := rapid.IntRange(0, 6).Draw(t, "levels")
		a := rapid.SliceOfN(number, n, n).Draw(t, "a")
		b := rapid.SliceOfN(number, n, n).Draw(t, "b")
		want := 0
		for i := range a {
			want = cmp.Or(want, cmp.Compare(a[i], b[i]))
		}
		if got := strings.Compare(board.SortKey(a...), board.SortKey(b...)); got != want {
			t.Fatalf("keys compare %d, numbers %d", got, want)
		}
		x, y := number.Draw(t, "x"), number.Draw(t, "y")
		if cmp.Compare(board.Descending(x), board.Descending(y)) != cmp.Compare(y, x) {
			t.Fatalf("descending %d and %d", x, y)
		}
	})
}

func TestMissingComesLast(t *testing.T) {
	t.Parallel()
	missing := board.SortKey(board.Missing)
	for _, n := range []int64{math.MinInt64 + 1, -100, 0, 100, math.MaxInt64 - 1} {
		if board.SortKey(n) >= missing || board.SortKey(board.Descending(n)) >= missing {
			t.Errorf("%d does not sort before a missing value", n)
		}
	}
}

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func line(id, key, body string) board.Line {
	return board.Line{ID: id, SortKey: key, Body: json.RawMessage(body)}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	stored := live.Snapshot{Version: 5, Rows: []live.Row{
		{ID: "same", Key: "1", Body: []byte(`1`)}, {ID: "moved", Key: "2", Body: []byte(`2`)},
		{ID: "new body", Key: "3", Body: []byte(`3`)}, {ID: "gone", Key: "4", Body: []byte(`4`)},
	}}
	b := board.Board{Version: 7, At: at, Meta: []byte(`{"title":"电工"}`), Lines: []board.Line{
		line("new body", "3", `33`), line("moved", "9", `2`), line("same", "1", `1`), line("added", "0", `{}`),
	}}
	c, ok, err := board.Diff(stored, "ch", b)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := live.Change{
		Channel: "ch", Base: 5, Version: 7, Delete: []string{"gone"},
		Upsert: []live.Row{
			{ID: "added", Key: "0", Body: []byte(`{}`)}, {ID: "new body", Key: "3", Body: []byte(`33`)}, {ID: "moved", Key: "9", Body: []byte(`2`)},
		},
		Meta: []byte(`{"at":"2026-11-23T09:00:00Z","meta":{"title":"电工"}}`),
		Frame: []byte(`{"t":"delta","v":7,"at":"2026-11-23T09:00:00Z","meta":{"title":"电工"},"rows":[` +
			`{"id":"added","k":"0","b":{}},{"id":"new body","k":"3","b":33},{"id":"moved","k":"9","b":2}],"del":["gone"]}`),
	}
	if d := gocmp.Diff(want, c); d != "" {
		t.Errorf("change (-want +got):\n%s", d)
	}
	for _, v := range []int64{0, 4, 5} {
		if _, ok, err := board.Diff(stored, "ch", board.Board{Version: v}); ok || err != nil {
			t.Errorf("version %d on 5: ok %v, error %v", v, ok, err)
		}
	}
}

func TestHugeChangeIsAReload(t *testing.T) {
	t.Parallel()
	b := board.Board{Version: 1, At: at, Meta: []byte(`{}`)}
	for i := range 5000 {
		b.Lines = append(b.Lines, line(fmt.Sprint(i), board.SortKey(int64(i)), `"`+strings.Repeat("x", 300)+`"`))
	}
	c, _, err := board.Diff(live.Snapshot{}, "ch", b)
	if err != nil || len(c.Upsert) != 5000 {
		t.Fatal(len(c.Upsert), err)
	}
	if want := `{"t":"reload","v":1,"at":"2026-11-23T09:00:00Z","meta":{},"rows":[]}`; string(c.Frame) != want {
		t.Errorf("frame %.200s, want %s", c.Frame, want)
	}
	if err := c.Check(); err != nil {
		t.Errorf("the bus would refuse it: %v", err)
	}
}

func TestSnapshotFrame(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name string
		snap live.Snapshot
		want string
	}{
		{"absent", live.Snapshot{}, `{"e":"x","o":3,"t":"snapshot","v":0,"at":"0001-01-01T00:00:00Z","meta":null,"rows":[]}`},
		{
			"board", live.Snapshot{Version: 9, Meta: []byte(`{"at":"2026-11-23T09:00:00.25Z","meta":{"n":1}}`), Rows: []live.Row{{ID: "a", Key: "k", Body: []byte(`{"b":2}`)}}},
			`{"e":"x","o":3,"t":"snapshot","v":9,"at":"2026-11-23T09:00:00.25Z","meta":{"n":1},"rows":[{"id":"a","k":"k","b":{"b":2}}]}`,
		},
	} {
		frame, err := board.SnapshotFrame(x.snap)
		if err != nil {
			t.Fatal(x.name, err)
		}
		got, err := board.Positioned(frame, live.Position{Epoch: "x", Offset: 3})
		if err != nil || string(got) != x.want {
			t.Errorf("%s: %s, %v; want %s", x.name, got, err, x.want)
		}
	}
	if _, err := board.SnapshotFrame(live.Snapshot{Meta: []byte(`[`)}); err == nil {
		t.Error("broken meta was taken")
	}
}
