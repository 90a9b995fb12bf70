package engine_test

import (
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/scoring"
)

// What was recorded by a code keeps the draw of the code in force; what was
// recorded of the person does not.
func TestRedrawAfterRecords(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		act  func(*ceremony, engine.Address, engine.SheetID) error
		want error
	}{
		{"nothing", func(*ceremony, engine.Address, engine.SheetID) error { return nil }, nil},
		{"time", func(c *ceremony, at engine.Address, _ engine.SheetID) error {
			return c.n.RecordTime(c.t.Context(), "j1", c.id, "k", at, 1000, engine.TimeOfJudge, "")
		}, engine.ErrDrawUsed},
		{"picture", func(c *ceremony, _ engine.Address, s engine.SheetID) error {
			_, err := c.n.AddEvidence(c.t.Context(), "j1", c.id, "k", engine.Picture{Sheet: s, Data: picture()})
			return err
		}, engine.ErrDrawUsed},
		{"violation", func(c *ceremony, at engine.Address, _ engine.SheetID) error {
			return c.n.RecordViolation(c.t.Context(), chief, c.id, "k", at, "noise", "喧哗", true)
		}, engine.ErrDrawUsed},
		{"absence by code", func(c *ceremony, at engine.Address, _ engine.SheetID) error {
			return c.n.RecordAbsence(c.t.Context(), chief, c.id, "k", engine.Absentee{Layer: at.Layer, Code: at.Code, Modules: []scoring.ModuleID{"A"}, Desk: true})
		}, engine.ErrDrawUsed},
		{"absence of the call room", func(c *ceremony, _ engine.Address, _ engine.SheetID) error {
			list, err := c.n.Competitors(c.t.Context(), c.id)
			c.must(err)
			return c.n.RecordAbsence(c.t.Context(), caller, c.id, "k", engine.Absentee{Competitor: list[0].ID})
		}, nil},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newCeremony(t, 4, func(d *engine.DivisionDraft) { sanctioned(&d.Scheme) })
			c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
			v := c.draw(engine.DrawRequest{Layer: engine.LayerStation})
			s := c.n.sheets(t, c.id, "j1")[0]
			ask := func(key string) error {
				_, err := c.n.AskRedraw(t.Context(), stationCoder, c.id, v.Draw, "工位断电", key)
				return err
			}
			c.must(ask("first"))
			c.must(x.act(c, engine.Address{Layer: engine.LayerStation, Code: s.Code, Module: s.Module}, s.ID))
			_, err := c.n.GrantRedraw(t.Context(), super, c.id, v.Draw, "grant")
			wantError(t, "granted", err, x.want)
			if x.want != nil {
				c.later(11 * time.Minute)
				wantError(t, "asked", ask("second"), x.want)
			}
		})
	}
}

// While a clock runs or holds time that was given, nobody else gets its code.
func TestRedrawBesideClocks(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4)
	h := c.w.hall(c.n)
	ctx := t.Context()
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	v := c.draw(engine.DrawRequest{Layer: engine.LayerStation, Modules: []scoring.ModuleID{"A"}})
	c.draw(engine.DrawRequest{Layer: engine.LayerStation, Modules: []scoring.ModuleID{"B"}})
	list, err := h.Clocks(ctx, chief, string(c.id))
	c.must(err)
	code := map[scoring.ModuleID]string{}
	for _, x := range list {
		code[x.Module] = x.Code
	}
	step := func(by access.AccountID, grant bool) error {
		if grant {
			_, err := c.n.GrantRedraw(ctx, by, c.id, v.Draw, c.key())
			return err
		}
		_, err := c.n.AskRedraw(ctx, by, c.id, v.Draw, "工位断电", c.key())
		return err
	}
	start := func(m scoring.ModuleID) {
		t.Helper()
		_, err := h.Press(ctx, chief, string(c.id), c.key(), hall.Press{Act: hall.ActStart, Module: m, Code: code[m], Desk: true})
		c.must(err)
	}
	start("B")
	c.must(step(stationCoder, false))
	start("A")
	wantError(t, "while a clock runs", step(super, true), hall.ErrClockInUse)
	_, err = h.Mend(ctx, chief, string(c.id), c.key(), hall.MendReset, "A", code["A"], "误启动", "")
	c.must(err)
	c.must(h.Compensate(ctx, chief, string(c.id), c.key(), hall.Compensation{
		Stations: hall.Stations{Module: "A", Codes: []string{code["A"]}}, Kind: hall.GrantAccommodation, MS: 60000, Reason: "手伤",
	}))
	wantError(t, "beside time that was given", step(super, true), hall.ErrClockInUse)
	story, err := h.ClockStory(ctx, string(c.id), "A", code["A"])
	c.must(err)
	c.must(h.WithdrawCompensation(ctx, chief, string(c.id), c.key(), story.Grants[0].Seq, "登错", ""))
	c.must(step(super, true))
}
