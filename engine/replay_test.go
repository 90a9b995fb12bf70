package engine_test

import (
	"errors"
	"testing"

	"github.com/xinglu/xinglu/engine"
)

// A key that was used for one sheet must not get another one acknowledged:
// nothing would be stored for it.
func TestAKeyBelongsToOneSheet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 2, judges(2), 2)
	n.open(t, id)
	list := n.sheets(t, id, "j1")
	key := func(s *engine.Submission) { s.Key = "k" }
	if _, err := n.submit(t, id, "j1", list[0], entries(2, 300), key); err != nil {
		t.Fatal(err)
	}
	if _, err := n.submit(t, id, "j1", list[1], entries(1, 100), key); !errors.Is(err, engine.ErrKeyReused) {
		t.Errorf("the same key for another sheet: %v, want %v", err, engine.ErrKeyReused)
	}
	got, err := n.submit(t, id, "j1", list[0], entries(2, 300), key)
	if err != nil || got.Version != 1 || got.Total != 700 {
		t.Errorf("replay: %+v, %v, want version 1 and 7.00", got, err)
	}
	// Other marks under the key are no replay: an acknowledgement would say of
	// them that they are kept.
	if _, err := n.submit(t, id, "j1", list[0], entries(3, 400), key); !errors.Is(err, engine.ErrKeyReused) {
		t.Errorf("the same key with other marks: %v, want %v", err, engine.ErrKeyReused)
	}
	// Two judges may use the same key.
	if _, err := n.submit(t, id, "j2", n.sheets(t, id, "j2")[1], entries(1, 100), key); err != nil {
		t.Errorf("another judge's key: %v", err)
	}
}

// A judge who was replaced before the answer came is still told that the sheet
// is kept; a further one is not the judge's to hand in.
func TestReplayAfterTheJudgeWasReplaced(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	s := c.sheets(t, c.id, "j1")[0]
	key := func(x *engine.Submission) { x.Key = "k" }
	first, err := c.submit(t, c.id, "j1", s, entries(2, 300), key)
	c.must(err)
	c.must(c.ChangePanel(t.Context(), chief, c.id, c.next(), engine.PanelChange{Module: "P", Out: "j1", Why: "身体不适"}))
	again, err := c.submit(t, c.id, "j1", s, entries(2, 300), key)
	if err != nil || again.Version != first.Version || !again.At.Equal(first.At) {
		t.Errorf("again: %+v, %v; first %+v", again, err, first)
	}
	_, err = c.submit(t, c.id, "j1", s, entries(1, 300))
	c.want("another sheet", err, engine.ErrWrongPanel)
}
