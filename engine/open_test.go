package engine_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/fault"
)

// What the fold cannot read must not be stored: a division with a judge twice
// on its panel would never open, nor show anything, again.
func TestAJudgeTwiceOnAPanel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	twice := judges(2)
	twice[1] = twice[0]
	id := n.division(t, 2, twice, 2)
	err := n.Open(t.Context(), "org", id, 42)
	if !errors.Is(err, engine.ErrNotReady) || fault.As(err).Fields[0].Code != "judge_repeated" {
		t.Fatalf("opening: %v, want %v", err, engine.ErrNotReady)
	}
	// Mended, it opens.
	if err := n.SetPanels(t.Context(), id, []engine.Panel{{Module: "P", Judges: judges(2)}}); err != nil {
		t.Fatal(err)
	}
	n.open(t, id)
	if r, err := n.Results(t.Context(), id); err != nil || len(r.Standings) != 2 {
		t.Errorf("results: %+v, %v", r, err)
	}
	// Two panels of one module are one panel.
	id = n.division(t, 2, judges(2), 2)
	if err := n.SetPanels(t.Context(), id, []engine.Panel{{Module: "P", Judges: judges(1)}, {Module: "P", Judges: judges(2)}}); err != nil {
		t.Fatal(err)
	}
	if err := n.Open(t.Context(), "org", id, 42); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("a judge on two panels of one module: %v", err)
	}
}

// Codes are letters and two digits, however many competitors there are.
func TestCodes(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[A-Z]{1,2}[0-9]{2}$`)
	w := newWorld(t)
	n := w.node()
	const people = 26*99 + 5
	id := n.division(t, people, judges(2), 2)
	n.open(t, id)
	seen := map[string]bool{}
	for _, s := range n.sheets(t, id, "j1") {
		if !form.MatchString(s.Code) || seen[s.Code] {
			t.Errorf("code %q", s.Code)
		}
		seen[s.Code] = true
	}
	if len(seen) != people || !seen["A01"] || !seen["Z99"] || !seen["AA05"] {
		t.Errorf("%d codes; %s", len(seen), fmt.Sprint(seen["A01"], seen["Z99"], seen["AA05"]))
	}
}
