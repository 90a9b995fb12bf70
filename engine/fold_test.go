package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring"
)

// Whatever is done, by whomever, refused or not, with reads in between or
// none: another node folds to the same desk, results and board. Outcomes are
// computed only when somebody asks, and this is what may not show.
func TestAnyActsFoldAlike(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			c := newWorld(t).court(signed, func(d *engine.DivisionDraft) {
				d.Rules.Panel.TotalGap = &scoring.TotalGap{Limit: 400, Blocks: seed%2 == 0}
			})
			rng := rand.New(rand.NewPCG(seed, 7))
			done := map[string]int{}
			for range 120 {
				name, err := c.act(rng)
				if err != nil && fault.As(err) == nil {
					t.Fatalf("%s: %v", name, err)
				}
				if err == nil {
					done[name]++
				}
				if rng.IntN(3) == 0 {
					c.desk()
				}
				c.now = c.now.Add(time.Duration(rng.IntN(60)) * time.Second)
			}
			if len(done) < 8 {
				t.Errorf("only %v took place", done)
			}
			c.same()
			before := c.w.publicRows(c.id)
			c.w.bus = live.NewMemory(live.Options{}) // every board is gone
			c.must(c.w.node().Resume(t.Context()))
			if diff := cmp.Diff(before, c.w.publicRows(c.id)); diff != "" {
				t.Errorf("the board differs after a rebuild (-before +after):\n%s", diff)
			}
		})
	}
}

// act does one random thing; most are refused in some states.
func (c *court) act(rng *rand.Rand) (string, error) {
	ctx := c.t.Context()
	who := func(list ...access.AccountID) access.AccountID { return list[rng.IntN(len(list))] }
	j := who("j1", "j1", "j2", "j2", "j3", "j4")
	var all []engine.DeskRow
	for _, p := range c.desk().Modules[0].Panels {
		all = append(all, p.Rows...)
	}
	row := all[rng.IntN(len(all))]
	at := engine.Address{Layer: engine.LayerStation, Code: row.Code, Module: "P"}
	absent := engine.Absentee{Layer: engine.LayerStation, Code: row.Code, Desk: rng.IntN(2) == 0}
	switch n := rng.IntN(24); n {
	case 0:
		return "absence", c.RecordAbsence(ctx, who(caller, chief), c.id, c.next(), absent)
	case 1, 2:
		return "no absence", c.WithdrawAbsence(ctx, who(caller, chief), c.id, c.next(), absent)
	case 3:
		return "violation", c.RecordViolation(ctx, who(chief, floor), c.id, c.next(), at, "noise", "", rng.IntN(2) == 0)
	case 4:
		return "zeroing", c.RecordZeroing(ctx, chief, c.id, c.next(), at, []scoring.ZeroRuleID{"phone", "prefab"}[rng.IntN(2)], "x")
	case 5:
		if list := c.row(row.Sheet).Conducts; len(list) > 0 {
			return "withdrawal", c.WithdrawConduct(ctx, chief, c.id, c.next(), list[rng.IntN(len(list))].Seq, "x")
		}
		return "nothing", nil
	case 6:
		return "time", c.RecordTime(ctx, floor, c.id, c.next(), at, int64(rng.IntN(1000)), engine.TimeOfJudge, "")
	case 7:
		return "decision", c.DecideAspect(ctx, chief, c.id, c.next(), row.Sheet, scoring.Override{Aspect: "J", Observation: level(rng.IntN(4)), Why: "x"})
	case 8:
		return "no decision", c.WithdrawDecision(ctx, chief, c.id, c.next(), row.Sheet, "J", "x")
	case 9:
		return "gap", c.AcceptGap(ctx, chief, c.id, c.next(), row.Sheet, "x")
	case 10:
		return "closing", c.ClosePanel(ctx, chief, c.id, c.next(), engine.PanelClosing{Module: "P", Sheet: row.Sheet, Why: "x"})
	case 11:
		return "reopening", c.ReopenPanel(ctx, chief, c.id, c.next(), engine.PanelClosing{Module: "P", Sheet: row.Sheet, Why: "x"})
	case 12:
		return "change", c.ChangePanel(ctx, chief, c.id, c.next(), engine.PanelChange{
			Module: "P", Out: j, In: &engine.PanelJudge{Judge: who("j1", "j2", "j4")}, Recall: rng.IntN(2) == 0, Why: "x",
		})
	case 13:
		return "unlock", c.unlock(rng, row)
	case 14:
		return "lock", c.lock()
	case 15, 16:
		return "paper", c.anyPaper(rng, row, j)
	case 17, 18:
		return "signature", c.anySignature(j)
	}
	v, err := c.Sheet(ctx, j, c.id, row.Sheet)
	if err != nil {
		return "sheet", err
	}
	e := entries(1+rng.IntN(3), scoring.Marks(rng.IntN(9)*50))
	if v.State == engine.SheetConference && v.Mine != nil && len(v.Conferences) == 1 && v.Conferences[0].Aspect != "" {
		e = []scoring.AspectEntry{e[0], v.Mine.Entries[slices.IndexFunc(v.Mine.Entries, func(x scoring.AspectEntry) bool { return x.Aspect == "R" })]}
	}
	_, err = c.submit(c.t, c.id, j, v.SheetBrief, e, func(s *engine.Submission) { s.Key = c.next() })
	return "sheet", err
}

func (c *court) unlock(rng *rand.Rand, row engine.DeskRow) error {
	sheet := row.Sheet
	if rng.IntN(2) == 0 {
		sheet = ""
	}
	asked, err := c.AskUnlock(c.t.Context(), chief, c.id, c.next(), "P", sheet, "x")
	if err != nil {
		return err
	}
	return c.GrantUnlock(c.t.Context(), super, c.id, c.next(), asked)
}

func (c *court) anyPaper(rng *rand.Rand, row engine.DeskRow, j access.AccountID) error {
	e := entries(rng.IntN(4), scoring.Marks(rng.IntN(9)*50))
	var err error
	for _, by := range []access.AccountID{tab1, tab2} {
		i := slices.IndexFunc(row.Judges, func(d engine.DeskJudge) bool { return d.Judge == j })
		if i < 0 {
			return engine.ErrWrongPanel
		}
		_, err = c.KeyPaper(c.t.Context(), by, c.id, c.next(), engine.Keyed{Sheet: row.Sheet, Judge: j, Expect: row.Judges[i].Version, Round: row.Round, Entries: e})
	}
	return err
}

func (c *court) anySignature(j access.AccountID) error {
	for _, s := range c.sheets(c.t, c.id, j) {
		if s.ToSign != "" {
			return c.Sign(c.t.Context(), j, c.id, c.next(), []engine.Agreement{{Sheet: s.ID, Digest: s.ToSign}})
		}
	}
	return engine.ErrNothing
}
