package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/xinglu/xinglu/internal/store"
)

// must ends the case on an error; only from the case's own goroutine.
func must(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}

func wantErr(t T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantCancelled(t T, what string, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%s with a cancelled context: got %v, want context.Canceled", what, err)
	}
}

func cancelled(t T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func ids(p store.Page) []string {
	var all []string
	for _, d := range p.Docs {
		all = append(all, d.ID)
	}
	return all
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// brief shortens a text for a message.
func brief(s string) string {
	if len(s) > 80 {
		return fmt.Sprintf("%q… (%d bytes)", s[:80], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// texts are strings on which stores have been seen to stumble: 4-byte
// characters, combining marks beside their composed form, case and width
// variants that a collation might take for the same, operators of query
// languages, separators, and the highest code points.
func texts() []string {
	return []string{
		"plain", "Plain", " plain", "plain ", "pla\tin\n",
		"中文考生", "𠮷野家", "👩‍🔧", "e\u0301", "\u00e9", "ＡＢＣ", "abc", "ß", "ss", "İ", "i",
		"a.b", "$set", "%_*?", `'"\;--`, "a\x1fb\x1f", "\u200b", "\ufeff", "\ufffd", "\uffff", "\U0010ffff", "0", "null", "10", "9",
	}
}

// fill gives every field of the struct a value of its own that is not zero,
// so that a field which an adapter forgets is seen.
func fill(t T, p any) {
	t.Helper()
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(time.UnixMilli(1_700_000_000_123 + int64(i)).UTC()))
			continue
		case map[string]string:
			f.Set(reflect.ValueOf(map[string]string{name: "value"}))
			continue
		}
		switch f.Kind() {
		case reflect.String:
			f.SetString("filled-" + name)
		case reflect.Int64:
			f.SetInt(int64(1000 + i))
		case reflect.Slice:
			f.SetBytes([]byte(`{"filled":"` + name + `"}`))
		default:
			t.Fatalf("%s.%s has type %s, which the suite cannot fill: teach it", v.Type(), name, f.Type())
		}
	}
}
