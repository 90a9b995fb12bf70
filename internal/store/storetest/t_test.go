package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/internal/store/storetest"
)

func TestPrint(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	got := storetest.Print(t.Context(), &out, func(t storetest.T) {
		t.Run("good", func(t storetest.T) { t.Logf("not shown") })
		t.Run("group", func(t storetest.T) {
			t.Run("bad", func(t storetest.T) {
				t.Errorf("first\nsecond line")
				t.Fatalf("last")
				t.Errorf("not reached")
			})
			if t.Run("panics", func(storetest.T) { panic("ouch") }) {
				t.Errorf("a panic passed")
			}
			t.Run("good", func(t storetest.T) {
				if t.Context().Err() != nil {
					t.Errorf("context ended early")
				}
			})
		})
	})
	lines := strings.Split(out.String(), "\n")
	var heads []string
	for _, l := range lines {
		if l != "" && !strings.HasPrefix(l, " ") {
			heads = append(heads, l)
		}
	}
	want := []string{"ok    good", "FAIL  group/bad", "FAIL  group/panics", "ok    group/good"}
	if d := cmp.Diff(want, heads); d != "" {
		t.Errorf("cases:\n%s", d)
	}
	if d := cmp.Diff("      first\n      second line\n      last", strings.Join(lines[2:5], "\n")); d != "" {
		t.Errorf("messages:\n%s", d)
	}
	if strings.Contains(out.String(), "not shown") || !strings.Contains(out.String(), "panic: ouch") {
		t.Errorf("output:\n%s", out.String())
	}
	if want := (storetest.Counts{Passed: 2, Failed: 2}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

// TestPrintRun is what an operator sees: of a good store, of one that does
// not open, and of a run that was stopped.
func TestPrintRun(t *testing.T) {
	t.Parallel()
	open := func(ctx context.Context, c []store.Collection) (store.DB, error) {
		return sqlite.Open(ctx, t.TempDir()+"/x.db", sqlite.Options{Collections: c})
	}
	var out bytes.Buffer
	if got := storetest.Print(t.Context(), &out, func(t storetest.T) { storetest.Run(t, open) }); got.Failed > 0 || got.Passed < 20 {
		t.Errorf("%+v\n%s", got, out.String())
	}
	out.Reset()
	refused := func(context.Context, []store.Collection) (store.DB, error) { return nil, errors.New("no server there") }
	if got := storetest.Print(t.Context(), &out, func(t storetest.T) { storetest.Run(t, refused) }); got != (storetest.Counts{Failed: 1}) || !strings.Contains(out.String(), "no server there") {
		t.Errorf("%+v\n%s", got, out.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out.Reset()
	if got := storetest.Print(ctx, &out, func(t storetest.T) { storetest.Run(t, open) }); got.Failed == 0 {
		t.Errorf("a stopped run passed: %+v\n%s", got, out.String())
	}
}
