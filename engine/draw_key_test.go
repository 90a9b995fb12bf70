package engine_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

// A key that comes back with another request is refused, so that nobody is told
// of a receipt, a lot or a layer that was not stored; the same request again
// gets what the first one got.
func TestDrawKeyReused(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6)
	ctx := t.Context()
	req := engine.DrawRequest{Layer: engine.LayerEntry, Method: engine.ByMachine}
	v, err := c.n.AnnounceDraw(ctx, entryCoder, c.id, req, "announce")
	c.must(err)
	_, err = c.n.AnnounceDraw(ctx, entryCoder, c.id, req, "announce")
	c.must(err)
	req.Absent = []string{"001"}
	_, err = c.n.AnnounceDraw(ctx, entryCoder, c.id, req, "announce")
	wantError(t, "another draw", err, engine.ErrKeyReused)
	word := engine.PublicWord{Word: "泰山", Speaker: "选手代表", Witness: string(super)}
	_, err = c.n.SayWord(ctx, entryCoder, c.id, v.Draw, word, "word")
	c.must(err)
	word.Word = "华山"
	_, err = c.n.SayWord(ctx, entryCoder, c.id, v.Draw, word, "word")
	wantError(t, "another word", err, engine.ErrKeyReused)
	_, err = c.n.HoldDraw(ctx, entryCoder, c.id, v.Draw, "hold")
	c.must(err)

	rows := c.table(engine.LayerEntry, "").Rows
	for _, r := range []engine.LayerRow{rows[0], rows[0]} {
		_, err = c.n.ConfirmLot(ctx, entryCoder, c.id, v.Draw, r.Upper, r.Code, "confirm")
		c.must(err)
	}
	_, err = c.node().ConfirmLot(ctx, entryCoder, c.id, v.Draw, rows[1].Upper, rows[1].Code, "confirm")
	wantError(t, "another competitor's receipt", err, engine.ErrKeyReused)

	hand := c.announce(engine.DrawRequest{Layer: engine.LayerStation, Method: engine.ByHand, Modules: []scoring.ModuleID{"A"}})
	c.word(hand)
	hand, err = c.n.HoldDraw(ctx, stationCoder, c.id, hand.Draw, "hold")
	c.must(err)
	first := engine.LotEntry{Upper: hand.Next, Absent: true}
	after, _, err := c.n.EnterLot(ctx, stationCoder, c.id, hand.Draw, first, "lot")
	c.must(err)
	_, _, err = c.n.EnterLot(ctx, stationCoder, c.id, hand.Draw, first, "lot")
	c.must(err)
	_, _, err = c.n.EnterLot(ctx, stationCoder, c.id, hand.Draw, engine.LotEntry{Upper: after.Next, Absent: true}, "lot")
	wantError(t, "the next one's lot", err, engine.ErrKeyReused)
}

func TestLayerKeyReused(t *testing.T) {
	t.Parallel()
	c := rechecked(t, 4)
	ctx := t.Context()
	_, err := c.n.AskLayer(ctx, workCoder, c.id, engine.LayerWork, "ask")
	c.must(err)
	_, err = c.n.OpenLayer(ctx, super, c.id, engine.LayerWork, "open")
	c.must(err)
	_, err = c.n.AskLayer(ctx, stationCoder, c.id, engine.LayerStation, "ask")
	c.must(err) // keys are bound to the person
	_, err = c.n.OpenLayer(ctx, super, c.id, engine.LayerStation, "open")
	wantError(t, "another layer", err, engine.ErrKeyReused)
}
