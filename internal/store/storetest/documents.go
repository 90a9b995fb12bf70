package storetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Documents runs the document half of the contract on a store that was opened
// with Collections and is empty.
func Documents(t T, db store.DB) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(T, store.DB)
	}{
		{"round_trip", docRoundTrip},
		{"conflicts", docConflicts},
		{"unique_index", docUnique},
		{"paging", docPaging},
		{"unicode", docUnicode},
		{"large_body", docLarge},
		{"refusals", docRefusals},
		{"cancelled", docCancelled},
		{"compare_and_set_race", docRace},
	} {
		t.Run(c.name, func(t T) { c.run(t, db) })
	}
}

// sameDoc compares what was stored with what came back. An absent map and an
// empty one are the same; a body comes back byte for byte.
func sameDoc(t T, got, want store.Doc) {
	t.Helper()
	if got.ID != want.ID || got.Version != want.Version {
		t.Errorf("got %s version %d, want %s version %d", brief(got.ID), got.Version, brief(want.ID), want.Version)
	}
	if len(got.Keys)+len(want.Keys) > 0 && !reflect.DeepEqual(got.Keys, want.Keys) {
		t.Errorf("%s: keys %q, want %q", brief(got.ID), got.Keys, want.Keys)
	}
	if !bytes.Equal(got.Body, want.Body) {
		t.Errorf("%s: body %s, want %s", brief(got.ID), brief(string(got.Body)), brief(string(want.Body)))
	}
}

func docRoundTrip(t T, db store.DB) {
	ctx := t.Context()
	var want store.Doc
	fill(t, &want)
	want.ID = "round-trip-1"
	want.Keys = map[string]string{"by_colour": "red", "by_code": "7"}
	want.Body = json.RawMessage(`{"b":1,"a":[true,null,1.50,"é"], "z":{}}`)
	given := want
	given.Body, given.Keys = bytes.Clone(want.Body), maps.Clone(want.Keys)
	must(t, db.Insert(ctx, cRoundTrip, given))
	given.Body[1], given.Keys["by_colour"] = 'X', "spoilt" // not kept by the store
	want.Version = 1                                       // whatever was handed in
	got, err := db.Get(ctx, cRoundTrip, want.ID)
	must(t, err)
	sameDoc(t, got, want)

	got.Body[0], got.Keys["by_colour"] = 'X', "spoilt" // ours
	again, err := db.Get(ctx, cRoundTrip, want.ID)
	must(t, err)
	sameDoc(t, again, want)

	want.Keys = nil
	want.Body = json.RawMessage(`{}`)
	must(t, db.Replace(ctx, cRoundTrip, want))
	want.Version = 2
	got, err = db.Get(ctx, cRoundTrip, want.ID)
	must(t, err)
	sameDoc(t, got, want)
	p, err := db.Find(ctx, cRoundTrip, store.Query{Index: "by_colour", Limit: 10})
	must(t, err)
	if len(p.Docs) != 0 {
		t.Errorf("a key that Replace took away is still found: %q", ids(p))
	}
}

func docConflicts(t T, db store.DB) {
	ctx := t.Context()
	d := store.Doc{ID: "a", Body: json.RawMessage(`{"n":1}`)}
	_, err := db.Get(ctx, cConflicts, "a")
	wantErr(t, "Get of nothing", err, store.ErrNotFound)
	wantErr(t, "Replace of nothing", db.Replace(ctx, cConflicts, store.Doc{ID: "a", Version: 1, Body: d.Body}), store.ErrNotFound)
	wantErr(t, "Delete of nothing", db.Delete(ctx, cConflicts, "a", 1), store.ErrNotFound)
	must(t, db.Insert(ctx, cConflicts, d))
	wantErr(t, "second Insert", db.Insert(ctx, cConflicts, store.Doc{ID: "a", Body: json.RawMessage(`{"n":2}`)}), store.ErrExists)
	d.Version = 1
	must(t, db.Replace(ctx, cConflicts, d)) // the same content is a new version all the same
	wantErr(t, "Replace of an old version", db.Replace(ctx, cConflicts, d), store.ErrVersion)
	wantErr(t, "Replace of a future version", db.Replace(ctx, cConflicts, store.Doc{ID: "a", Version: 3, Body: d.Body}), store.ErrVersion)
	wantErr(t, "Delete of an old version", db.Delete(ctx, cConflicts, "a", 1), store.ErrVersion)
	got, err := db.Get(ctx, cConflicts, "a")
	must(t, err)
	d.Version = 2
	sameDoc(t, got, d)
	must(t, db.Delete(ctx, cConflicts, "a", 2))
	wantErr(t, "second Delete", db.Delete(ctx, cConflicts, "a", 2), store.ErrNotFound)
	must(t, db.Insert(ctx, cConflicts, d))
	got, err = db.Get(ctx, cConflicts, "a")
	must(t, err)
	if got.Version != 1 {
		t.Errorf("version %d after Insert, want 1", got.Version)
	}
}

func docUnique(t T, db store.DB) {
	ctx := t.Context()
	doc := func(id string, version int64, keys map[string]string) store.Doc {
		return store.Doc{ID: id, Version: version, Keys: keys, Body: json.RawMessage(`{}`)}
	}
	code := func(v string) map[string]string { return map[string]string{"by_code": v} }
	must(t, db.Insert(ctx, cUnique, doc("a", 0, code("1"))))
	must(t, db.Insert(ctx, cUnique, doc("b", 0, nil)))
	must(t, db.Insert(ctx, cUnique, doc("c", 0, nil))) // absent keys do not meet
	must(t, db.Insert(ctx, cUnique, doc("d", 0, map[string]string{"by_colour": "1"})))
	must(t, db.Insert(ctx, cUnique, doc("e", 0, map[string]string{"by_colour": "1"})))
	wantErr(t, "Insert of a taken key", db.Insert(ctx, cUnique, doc("f", 0, code("1"))), store.ErrDuplicate)
	wantErr(t, "Replace with a taken key", db.Replace(ctx, cUnique, doc("b", 1, code("1"))), store.ErrDuplicate)
	_, err := db.Get(ctx, cUnique, "f")
	wantErr(t, "Get of what was refused", err, store.ErrNotFound)
	must(t, db.Replace(ctx, cUnique, doc("a", 1, code("1")))) // its own key is no conflict
	must(t, db.Replace(ctx, cUnique, doc("a", 2, code("2"))))
	must(t, db.Replace(ctx, cUnique, doc("b", 1, code("1")))) // free again
	must(t, db.Delete(ctx, cUnique, "a", 3))
	must(t, db.Insert(ctx, cUnique, doc("g", 0, code("2"))))
	p, err := db.Find(ctx, cUnique, store.Query{Index: "by_code", Limit: 10})
	must(t, err)
	if got := ids(p); !reflect.DeepEqual(got, []string{"b", "g"}) {
		t.Errorf("by_code finds %q, want b, g", got)
	}
}

func docPaging(t T, db store.DB) {
	ctx := t.Context()
	// Ids against the order of the values, equal values, a value that is a
	// prefix of another, and one beyond ASCII.
	colours := []string{"blue", "green", "green", "green", "greenish", "red", "绿", "\U0001F7E2"}
	for i, c := range colours {
		keys := map[string]string{"by_colour": c, "by_code": fmt.Sprintf("%02d", i)}
		must(t, db.Insert(ctx, cPaging, store.Doc{ID: fmt.Sprintf("id-%d", 9-i), Keys: keys, Body: json.RawMessage(`{}`)}))
	}
	must(t, db.Insert(ctx, cPaging, store.Doc{ID: "id-0", Body: json.RawMessage(`{}`)}))
	for _, c := range []struct {
		name string
		q    store.Query
		want string
	}{
		{"by id", store.Query{}, "0 2 3 4 5 6 7 8 9"},
		{"by id, prefix", store.Query{Prefix: "id-"}, "0 2 3 4 5 6 7 8 9"},
		{"by id, other prefix", store.Query{Prefix: "x"}, ""},
		{"by id, equal", store.Query{Equal: "id-3"}, "3"},
		{"index", store.Query{Index: "by_colour"}, "9 6 7 8 5 4 3 2"},
		{"equal", store.Query{Index: "by_colour", Equal: "green"}, "6 7 8"},
		{"equal before prefix", store.Query{Index: "by_colour", Equal: "green", Prefix: "red"}, "6 7 8"},
		{"equal, nothing", store.Query{Index: "by_colour", Equal: "gree"}, ""},
		{"prefix", store.Query{Index: "by_colour", Prefix: "gree"}, "6 7 8 5"},
		{"prefix is a whole value", store.Query{Index: "by_colour", Prefix: "greenish"}, "5"},
		{"prefix beyond ASCII", store.Query{Index: "by_colour", Prefix: "绿"}, "3"},
		{"prefix, nothing", store.Query{Index: "by_colour", Prefix: "greenishx"}, ""},
		{"unique index", store.Query{Index: "by_code"}, "9 8 7 6 5 4 3 2"},
		{"unique index, equal", store.Query{Index: "by_code", Equal: "03"}, "6"},
	} {
		for _, limit := range []int{1, 2, 3, 8, 9, 1000} {
			q := c.q
			q.Limit = limit
			if got := strings.Join(allIDs(t, db, cPaging, q), " "); strings.ReplaceAll(got, "id-", "") != c.want {
				t.Errorf("%s, limit %d: got %q, want %q", c.name, limit, got, c.want)
			}
		}
	}
}

// allIDs reads page after page and checks each page's size.
func allIDs(t T, db store.DB, collection string, q store.Query) []string {
	t.Helper()
	var all []string
	for range 100 {
		p, err := db.Find(t.Context(), collection, q)
		must(t, err)
		if len(p.Docs) > q.Limit || p.Next != "" && len(p.Docs) < q.Limit {
			t.Errorf("a page of %d with limit %d and next %q", len(p.Docs), q.Limit, p.Next)
		}
		all = append(all, ids(p)...)
		if p.Next == "" {
			return all
		}
		q.After = p.Next
	}
	t.Fatalf("100 pages and no end")
	return nil
}

func docUnicode(t T, db store.DB) {
	ctx := t.Context()
	for i, s := range texts() {
		body, err := json.Marshal(s)
		must(t, err)
		d := store.Doc{ID: s, Version: 1, Keys: map[string]string{"by_colour": s, "by_code": s}, Body: body}
		must(t, db.Insert(ctx, cUnicode, d))
		got, err := db.Get(ctx, cUnicode, s)
		must(t, err)
		sameDoc(t, got, d)
		for _, q := range []store.Query{
			{Index: "by_colour", Equal: s, Limit: 10}, {Index: "by_code", Equal: s, Limit: 10}, {Equal: s, Limit: 10},
		} {
			p, err := db.Find(ctx, cUnicode, q)
			must(t, err)
			if len(p.Docs) != 1 || p.Docs[0].ID != s {
				t.Errorf("text %d: %s is not found through %q", i, brief(s), q.Index)
			}
		}
	}
	// Byte order, page after page.
	got := allIDs(t, db, cUnicode, store.Query{Index: "by_colour", Limit: 2})
	if want := sorted(texts()); !reflect.DeepEqual(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}

func docLarge(t T, db store.DB) {
	ctx := t.Context()
	for i, n := range []int{1 << 20, store.MaxBody} {
		body := json.RawMessage(`"` + strings.Repeat("大", (n-2)/3) + `"`)
		d := store.Doc{ID: fmt.Sprintf("large-%d", i), Version: 1, Body: body}
		must(t, db.Insert(ctx, cLarge, d))
		got, err := db.Get(ctx, cLarge, d.ID)
		must(t, err)
		sameDoc(t, got, d)
		must(t, db.Delete(ctx, cLarge, d.ID, 1))
	}
}

func docRefusals(t T, db store.DB) {
	ctx := t.Context()
	good := json.RawMessage(`{}`)
	long := strings.Repeat("x", store.MaxValue+1)
	for _, d := range []store.Doc{
		{ID: "", Body: good},
		{ID: long[:store.MaxID+1], Body: good},
		{ID: "nul\x00", Body: good},
		{ID: "bad\xff", Body: good},
		{ID: "r", Body: nil},
		{ID: "r", Body: bytes.Repeat([]byte("1"), store.MaxBody+1)},
		{ID: "r", Body: good, Keys: map[string]string{"by_colour": long}},
		{ID: "r", Body: good, Keys: map[string]string{"by_colour": "nul\x00"}},
		{ID: "r", Body: good, Keys: map[string]string{"by_colour": "bad\xff"}},
	} {
		for op, err := range map[string]error{"Insert": db.Insert(ctx, cLarge, d), "Replace": db.Replace(ctx, cLarge, d)} {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s of %s with keys of %d bytes and body of %d: %v, want an invalid fault", op, brief(d.ID), len(d.Keys["by_colour"]), len(d.Body), err)
			}
		}
	}
	for _, q := range []store.Query{{}, {Limit: -1}, {Limit: store.MaxLimit + 1}, {Limit: 1, After: "not a cursor"}, {Index: "by_code", Limit: 1, Equal: long}} {
		if _, err := db.Find(ctx, cLarge, q); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Find with %.60v: %v, want an invalid fault", q, err)
		}
	}
	_, err := db.Get(ctx, "st_nowhere", "r")
	wantErr(t, "Get from an undeclared collection", err, store.ErrUndeclared)
	_, err = db.Find(ctx, "st_nowhere", store.Query{Limit: 1})
	wantErr(t, "Find in an undeclared collection", err, store.ErrUndeclared)
	_, err = db.Find(ctx, cLarge, store.Query{Index: "by_nothing", Limit: 1})
	wantErr(t, "Find by an undeclared index", err, store.ErrUndeclared)
	wantErr(t, "Insert into an undeclared collection", db.Insert(ctx, "st_nowhere", store.Doc{ID: "r", Body: good}), store.ErrUndeclared)
	wantErr(t, "Delete from an undeclared collection", db.Delete(ctx, "st_nowhere", "r", 1), store.ErrUndeclared)
	wantErr(t, "Insert with an undeclared key", db.Insert(ctx, cLarge, store.Doc{ID: "r", Body: good, Keys: map[string]string{"by_nothing": "1"}}), store.ErrUndeclared)
	if got := allIDs(t, db, cLarge, store.Query{Limit: 10}); len(got) != 0 {
		t.Errorf("something refused was stored: %q", got)
	}
}

func docCancelled(t T, db store.DB) {
	ctx := cancelled(t)
	_, err := db.Get(ctx, cLarge, "c")
	wantCancelled(t, "Get", err)
	_, err = db.Find(ctx, cLarge, store.Query{Limit: 1})
	wantCancelled(t, "Find", err)
	wantCancelled(t, "Insert", db.Insert(ctx, cLarge, store.Doc{ID: "c", Body: json.RawMessage(`{}`)}))
}

// docRace lets several writers count in one document and in their own ones
// at once: no increment may be lost.
func docRace(t T, db store.DB) {
	const writers, rounds = 8, 20
	ctx := t.Context()
	must(t, db.Insert(ctx, cRaces, store.Doc{ID: "shared", Body: json.RawMessage("0")}))
	increment := func(id string) error {
		for {
			d, err := db.Get(ctx, cRaces, id)
			if err != nil {
				return err
			}
			var n int
			if err := json.Unmarshal(d.Body, &n); err != nil {
				return err
			}
			d.Body = fmt.Appendf(nil, "%d", n+1)
			if err = db.Replace(ctx, cRaces, d); !errors.Is(err, store.ErrVersion) {
				return err
			}
		}
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			own := fmt.Sprintf("own-%d", w)
			if err := db.Insert(ctx, cRaces, store.Doc{ID: own, Body: json.RawMessage("0")}); err != nil {
				t.Errorf("Insert %s: %v", own, err)
			}
			for range rounds {
				if err := errors.Join(increment("shared"), increment(own)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	wg.Wait()
	d, err := db.Get(ctx, cRaces, "shared")
	must(t, err)
	if want := fmt.Sprint(writers * rounds); string(d.Body) != want || d.Version != writers*rounds+1 {
		t.Errorf("counted %s at version %d, want %s: increments were lost", d.Body, d.Version, want)
	}
}
