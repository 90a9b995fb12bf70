package scoring_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

var update = flag.Bool("update", false, "write the golden files")

// load reads a document from testdata; a field that the type does not have is
// a failure.
func load[T any](tb testing.TB, name string) T {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	var v T
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return v
}

// pcb is the published sheet of the printed circuit maker contest
// (theory 30, design 25, review 20, inspection 25) and its rules.
func pcb(tb testing.TB) (scoring.Scheme, scoring.Rules) {
	tb.Helper()
	return load[scoring.Scheme](tb, "pcb_scheme.json"), load[scoring.Rules](tb, "pcb_rules.json")
}

func aspect(tb testing.TB, s scoring.Scheme, id scoring.AspectID) *scoring.Aspect {
	tb.Helper()
	for i := range s.Modules {
		for j := range s.Modules[i].SubCriteria {
			sc := &s.Modules[i].SubCriteria[j]
			for k := range sc.Aspects {
				if sc.Aspects[k].ID == id {
					return &sc.Aspects[k]
				}
			}
		}
	}
	tb.Fatalf("no aspect %s", id)
	return nil
}

// places lists "path code" of every wrong place in err, which must match want.
func places(tb testing.TB, err error, want *fault.Error) []string {
	tb.Helper()
	f := fault.As(err)
	if f == nil || f.Code != want.Code {
		tb.Fatalf("got error %v, want %s", err, want.Code)
	}
	var out []string
	for _, p := range f.Fields {
		if p.Message == "" {
			tb.Errorf("%s has no message", p.Path)
		}
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
