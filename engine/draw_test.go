package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

// ceremony is a division with three layers of identity: theory T from
// elsewhere, process A seen at the station, work B seen as work.
type ceremony struct {
	t    *testing.T
	w    *world
	file string
	now  atomic.Int64 // milliseconds since start
	n    node
	id   engine.DivisionID
	keys int
}

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// The officers of the ceremony.
const (
	entryCoder, stationCoder, workCoder = access.AccountID("coder-e"), access.AccountID("coder-s"), access.AccountID("coder-w")
)

func ceremonyOfficers() []engine.Officer {
	return []engine.Officer{
		{Office: engine.OfficeChief, Account: chief}, {Office: engine.OfficeSupervisor, Account: super},
		{Office: engine.OfficeEntryCoder, Account: entryCoder}, {Office: engine.OfficeStationCoder, Account: stationCoder},
		{Office: engine.OfficeWorkCoder, Account: workCoder}, {Office: engine.OfficeCallRoom, Account: caller},
	}
}

func layeredScheme() scoring.Scheme {
	s := scheme()
	a := s.Modules[1]
	a.ID, a.SeenAs = "A", scoring.SeenAtStation
	b := a
	b.ID, b.SeenAs = "B", scoring.SeenAsWork
	b.SubCriteria = []scoring.SubCriterion{{ID: "B1", Name: text("成果"), Max: 1000, Aspects: []scoring.Aspect{
		{ID: "K", Kind: scoring.KindPoints, Name: text("打分"), Max: 1000, Points: &scoring.Points{Step: 50}},
	}}}
	s.Modules = []scoring.Module{s.Modules[0], a, b}
	return s
}

func layered() engine.Procedure {
	p := engine.OrdinaryProcedure()
	p.Identity.Mode = engine.IdentityLayered
	p.Draw.Batches, p.Draw.PublicWord = 2, true
	return p
}

func plantedName(i int) string { return fmt.Sprintf("密名选手%c", '甲'+i) }
func plantedUnit(i int) string { return fmt.Sprintf("密名单位%c", '甲'+i) }

// newCeremony opens a layered division of so many people, two of each unit.
func newCeremony(t *testing.T, people int, change ...func(*engine.DivisionDraft)) *ceremony {
	t.Helper()
	c := &ceremony{t: t, file: filepath.Join(t.TempDir(), "x.db")}
	db, err := sqlite.Open(t.Context(), c.file, sqlite.Options{Collections: engine.Collections})
	if err != nil {
		t.Fatal(err)
	}
	bus := live.NewMemory(live.Options{})
	t.Cleanup(func() { bus.Close(); db.Close() })
	c.w = &world{t: t, db: db, bus: bus}
	c.n = c.node()
	contest, err := c.n.CreateContest(t.Context(), engine.ContestDraft{Name: text("大赛"), Event: text("电工"), Organiser: "组委会"})
	if err != nil {
		t.Fatal(err)
	}
	r := rules(1)
	r.Parts = []scoring.Part{
		{ID: "theory", Name: text("理论"), Modules: []scoring.ModuleID{"T"}, Weight: 3000},
		{ID: "practical", Name: text("实操"), Modules: []scoring.ModuleID{"A", "B"}, Weight: 7000},
	}
	p := layered()
	d := engine.DivisionDraft{
		Contest: contest.ID, Name: text("职工组"), Scheme: layeredScheme(), Rules: r, Procedure: &p, Officers: ceremonyOfficers(),
		Panels: []engine.Panel{{Module: "A", Judges: judges(1)}, {Module: "B", Judges: judges(1)}},
		Board:  engine.BoardPolicy{Live: true, Units: true},
	}
	for _, f := range change {
		f(&d)
	}
	div, err := c.n.CreateDivision(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	c.id = div.ID
	var list []engine.Competitor
	for i := range people {
		list = append(list, engine.Competitor{
			Candidate: exam.CandidateID(fmt.Sprintf("candidate-%d", i)), Name: plantedName(i), Unit: plantedUnit(i / 2), City: "密名城市",
		})
	}
	if err := c.n.Enter(t.Context(), c.id, list); err != nil {
		t.Fatal(err)
	}
	if err := c.n.Open(t.Context(), "org", c.id, 42); err != nil {
		t.Fatal(err)
	}
	return c
}

// node is another node on the same stores, as after a restart.
func (c *ceremony) node() node {
	led := ledger.Open(c.w.db.Ledger(), ledger.Options{})
	n := node{led: led, Contests: engine.New(c.w.db, led, c.w.bus, engine.Options{
		Now: func() time.Time { return start.Add(time.Duration(c.now.Load()) * time.Millisecond) },
		Log: slog.New(slog.DiscardHandler), Sealer: sealer(c.t),
	})}
	c.t.Cleanup(func() { n.Close(); led.Close() })
	return n
}

func (c *ceremony) key() string { c.keys++; return fmt.Sprint("key", c.keys) }

func (c *ceremony) later(d time.Duration) { c.now.Add(d.Milliseconds()) }

func (c *ceremony) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func coderOf(l engine.Layer) access.AccountID {
	return map[engine.Layer]access.AccountID{engine.LayerEntry: entryCoder, engine.LayerStation: stationCoder, engine.LayerWork: workCoder}[l]
}

func (c *ceremony) announce(req engine.DrawRequest) engine.DrawView {
	c.t.Helper()
	if req.Method == "" {
		req.Method = engine.ByMachine
	}
	v, err := c.n.AnnounceDraw(c.t.Context(), coderOf(req.Layer), c.id, req, c.key())
	c.must(err)
	return v
}

// word lets a representative say a word.
func (c *ceremony) word(v engine.DrawView) {
	c.t.Helper()
	_, err := c.n.SayWord(c.t.Context(), coderOf(v.Layer), c.id, v.Draw, engine.PublicWord{Word: "泰山", Speaker: "选手代表", Witness: string(super)}, c.key())
	c.must(err)
}

// draw announces a draw by machine and holds it.
func (c *ceremony) draw(req engine.DrawRequest) engine.DrawView {
	c.t.Helper()
	v := c.announce(req)
	c.word(v)
	v, err := c.n.HoldDraw(c.t.Context(), coderOf(v.Layer), c.id, v.Draw, c.key())
	c.must(err)
	return v
}

// drawAll draws all three layers.
func (c *ceremony) drawAll() {
	c.t.Helper()
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	c.draw(engine.DrawRequest{Layer: engine.LayerStation})
	c.draw(engine.DrawRequest{Layer: engine.LayerWork, Modules: []scoring.ModuleID{"B"}, Statement: "模块B已结束，作品收齐"})
}

func (c *ceremony) table(l engine.Layer, m scoring.ModuleID) engine.LayerTable {
	c.t.Helper()
	v, err := c.n.LayerTable(c.t.Context(), coderOf(l), c.id, l, m, engine.LookScreen)
	c.must(err)
	return v
}

// markAll lets the one judge mark everything, and the chief lock it.
func (c *ceremony) markAll() {
	c.t.Helper()
	for i, s := range c.n.sheets(c.t, c.id, "j1") {
		points := scoring.Marks(50 * (i%8 + 1))
		e := entries(2, min(points, 400))
		if s.Module == "B" {
			e = []scoring.AspectEntry{{Aspect: "K", Observation: scoring.Observation{Points: &points}}}
		}
		if _, err := c.n.submit(c.t, c.id, "j1", s, e, func(x *engine.Submission) { x.CodeTail = s.Code[len(s.Code)-2:] }); err != nil {
			c.t.Fatalf("marking %s: %v", s.ID, err)
		}
	}
}

func (c *ceremony) lockAll() {
	c.t.Helper()
	for _, m := range []scoring.ModuleID{"A", "B"} {
		digest, err := c.n.ModuleDigest(c.t.Context(), c.id, m)
		c.must(err)
		c.must(c.n.LockModule(c.t.Context(), chief, c.id, c.key(), m, digest))
	}
}

// recheck finds everything fine that is drawn to be checked again.
func (c *ceremony) recheck() {
	c.t.Helper()
	ctx := c.t.Context()
	c.must(c.n.DrawRecheck(ctx, super, c.id, c.key(), "000102030405060708090a0b0c0d0e0f"))
	v, err := c.n.Recheck(ctx, c.id)
	c.must(err)
	for _, s := range v.Sheets {
		c.must(c.n.CheckSheet(ctx, super, c.id, c.key(), s.Sheet, engine.CheckFine, ""))
	}
	c.must(c.n.CloseRecheck(ctx, super, c.id, c.key()))
}

// rechecked is a ceremony that may be decrypted.
func rechecked(t *testing.T, people int) *ceremony {
	t.Helper()
	c := newCeremony(t, people)
	c.drawAll()
	c.markAll()
	c.lockAll()
	c.recheck()
	return c
}

func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// The three layers, from the name to the work code: each custodian sees the
// own arrow and nothing else, everybody has a code in each, and the judges
// work with codes of their layer.
func TestThreeLayers(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 8)
	if got := c.n.sheets(t, c.id, "j1"); len(got) != 0 {
		t.Fatalf("before any draw a judge has %d sheets", len(got))
	}
	c.drawAll()
	entry, station, work := c.table(engine.LayerEntry, ""), c.table(engine.LayerStation, "A"), c.table(engine.LayerWork, "B")
	uppers := map[string]bool{}
	for i, r := range entry.Rows {
		if r.Name != plantedName(i) || r.Upper != fmt.Sprintf("%03d", i+1) || !strings.HasPrefix(r.Code, "C") || len(r.Code) != 4 {
			t.Errorf("entry row %+v", r)
		}
		uppers[r.Code] = true
	}
	lower := map[string]bool{}
	for _, r := range station.Rows {
		if !uppers[r.Upper] || r.Name != "" || r.Batch < 1 || r.Batch > 2 || r.Station < 1 || r.Station > 4 {
			t.Errorf("station row %+v", r)
		}
		lower[r.Code] = true
	}
	for _, r := range work.Rows {
		if !lower[r.Upper] || r.Name != "" || !strings.HasPrefix(r.Code, "W") {
			t.Errorf("work row %+v", r)
		}
		delete(lower, r.Upper)
	}
	if len(uppers) != 8 || len(lower) != 0 {
		t.Errorf("%d entry codes, %d stations without work code", len(uppers), len(lower))
	}
	for _, s := range c.n.sheets(t, c.id, "j1") {
		if seen := map[scoring.ModuleID]string{"A": "ABD", "B": "W"}[s.Module]; !strings.Contains(seen, s.Code[:1]) {
			t.Errorf("sheet %s has a code of another layer", s.ID)
		}
	}
	// Two of one unit never stand side by side, and each batch has one of them.
	if v, err := c.n.Draws(t.Context(), c.id); err != nil || len(v) != 3 || len(v[1].Breaches) > 0 {
		t.Errorf("draws %+v, %v", v, err)
	}
}

// Whatever somebody does at the wrong time or place has a clear answer and
// changes nothing.
func TestDrawRefusals(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6)
	ctx := t.Context()
	machine := func(l engine.Layer, m ...scoring.ModuleID) engine.DrawRequest {
		return engine.DrawRequest{Layer: l, Method: engine.ByMachine, Modules: m, Statement: "收齐"}
	}
	ask := func(by access.AccountID, req engine.DrawRequest) error {
		_, err := c.n.AnnounceDraw(ctx, by, c.id, req, c.key())
		return err
	}
	hold := func(by access.AccountID, d engine.DrawID) error {
		_, err := c.n.HoldDraw(ctx, by, c.id, d, c.key())
		return err
	}
	say := func(by access.AccountID, d engine.DrawID, w engine.PublicWord) error {
		_, err := c.n.SayWord(ctx, by, c.id, d, w, c.key())
		return err
	}
	wantError(t, "another custodian", ask(stationCoder, machine(engine.LayerEntry)), engine.ErrOffice)
	wantError(t, "stations before entries", ask(stationCoder, machine(engine.LayerStation)), engine.ErrDrawRepeated)
	wantError(t, "no such layer", ask(stationCoder, machine("face")), engine.ErrNoLayer)
	wantError(t, "modules of entries", ask(entryCoder, machine(engine.LayerEntry, "A")), engine.ErrNoLayer)
	wantError(t, "hold nothing", hold(entryCoder, "entry.1"), engine.ErrNoDraw)
	wantError(t, "unknown absentee", ask(entryCoder, engine.DrawRequest{Layer: engine.LayerEntry, Method: engine.ByMachine, Absent: []string{"999"}}), engine.ErrNoCode)

	v := c.announce(machine(engine.LayerEntry))
	wantError(t, "announced twice", ask(entryCoder, machine(engine.LayerEntry)), engine.ErrDrawOpen)
	wantError(t, "without a word", hold(entryCoder, v.Draw), engine.ErrWordMissing)
	word := engine.PublicWord{Word: "泰山", Speaker: "代表", Witness: string(super)}
	wantError(t, "word by another", say(stationCoder, v.Draw, word), engine.ErrOffice)
	wantError(t, "no witness", say(entryCoder, v.Draw, engine.PublicWord{Word: "泰山", Speaker: "代表", Witness: "org"}), engine.ErrWord)
	wantError(t, "empty word", say(entryCoder, v.Draw, engine.PublicWord{Word: " ", Speaker: "代表", Witness: string(super)}), engine.ErrWord)
	c.word(v)
	wantError(t, "a second word", say(entryCoder, v.Draw, word), engine.ErrDrawRepeated)
	wantError(t, "drawn by another", hold(workCoder, v.Draw), engine.ErrOffice)
	c.must(hold(entryCoder, v.Draw))
	before, err := c.n.Draws(ctx, c.id)
	c.must(err)
	codes := c.table(engine.LayerEntry, "")
	wantError(t, "drawn twice", hold(entryCoder, v.Draw), engine.ErrDrawRepeated)
	wantError(t, "announced again", ask(entryCoder, machine(engine.LayerEntry)), engine.ErrDrawRepeated)
	after, err := c.n.Draws(ctx, c.id)
	c.must(err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a repeated draw has changed something:\n%s", diff)
	}
	if diff := cmp.Diff(codes, c.table(engine.LayerEntry, "")); diff != "" {
		t.Errorf("a repeated draw has changed codes:\n%s", diff)
	}

	c.draw(machine(engine.LayerStation))
	wantError(t, "some of the modules", ask(stationCoder, machine(engine.LayerStation, "A")), engine.ErrNoLayer)
	wantError(t, "work of a module seen at the station", ask(workCoder, machine(engine.LayerWork, "A")), engine.ErrNoLayer)
	wantError(t, "works by hand", ask(workCoder, engine.DrawRequest{Layer: engine.LayerWork, Modules: []scoring.ModuleID{"B"}, Method: engine.ByHand, Statement: "收齐"}), engine.ErrNoLayer)
	wantError(t, "works that are not in", ask(workCoder, engine.DrawRequest{Layer: engine.LayerWork, Modules: []scoring.ModuleID{"B"}, Method: engine.ByMachine}), engine.ErrNoLayer)
	look := func(by access.AccountID, l engine.Layer) error {
		_, err := c.n.LayerTable(ctx, by, c.id, l, "", engine.LookScreen)
		return err
	}
	for _, by := range []access.AccountID{chief, super, caller, entryCoder, workCoder, "org"} {
		wantError(t, "stations seen by "+string(by), look(by, engine.LayerStation), engine.ErrOffice)
	}
	c.must(look(stationCoder, engine.LayerStation))
	looks, err := c.n.LayerLooks(ctx, c.id, 10)
	c.must(err)
	if len(looks) != 3 || looks[0].By != stationCoder || looks[0].Layer != engine.LayerStation || looks[2].By != entryCoder {
		t.Errorf("looks %+v", looks)
	}
}

// A repeated key gets the first result, whatever has happened since.
func TestDrawKeys(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4)
	ctx := t.Context()
	req := engine.DrawRequest{Layer: engine.LayerEntry, Method: engine.ByMachine}
	a, err := c.n.AnnounceDraw(ctx, entryCoder, c.id, req, "k")
	c.must(err)
	c.word(a)
	_, err = c.n.HoldDraw(ctx, entryCoder, c.id, a.Draw, "k")
	c.must(err)
	b, err := c.node().AnnounceDraw(ctx, entryCoder, c.id, req, "k")
	if err != nil || b.Draw != a.Draw || b.Commitment != a.Commitment {
		t.Errorf("a replay: %+v, %v", b, err)
	}
	if v, err := c.n.HoldDraw(ctx, entryCoder, c.id, a.Draw, "k"); err != nil || v.State != engine.DrawDrawn {
		t.Errorf("a replay: %+v, %v", v, err)
	}
}

// Who came late is drawn later; who has a code keeps it. Absentees get none.
func TestLateComers(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6)
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	late := c.table(engine.LayerEntry, "").Rows[2].Code
	v := c.draw(engine.DrawRequest{Layer: engine.LayerStation, Absent: []string{late}})
	if v.People != 5 || v.Absent != 1 {
		t.Errorf("draw %+v", v)
	}
	codes := func() map[string]string {
		m := map[string]string{}
		for _, r := range c.table(engine.LayerStation, "A").Rows {
			m[r.Upper] = r.Code
		}
		return m
	}
	before := codes()
	if before[late] != "" || len(before) != 6 {
		t.Errorf("codes %v", before)
	}
	if v = c.draw(engine.DrawRequest{Layer: engine.LayerStation}); v.Draw != "station.2" || v.People != 1 {
		t.Errorf("later draw %+v", v)
	}
	after := codes()
	if after[late] == "" {
		t.Error("the late comer has no code")
	}
	seen := map[string]bool{}
	for upper, code := range after {
		if seen[code] || before[upper] != "" && before[upper] != code {
			t.Errorf("%s has %s, before %s", upper, code, before[upper])
		}
		seen[code] = true
	}
}

// By hand: one after another in the order that was drawn; what is not in the
// box, taken or out of turn is refused, people of one unit side by side are
// pointed out.
func TestDrawByHand(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6)
	ctx := t.Context()
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	v := c.announce(engine.DrawRequest{Layer: engine.LayerStation, Method: engine.ByHand, Ordered: true})
	c.word(v)
	v, err := c.n.HoldDraw(ctx, stationCoder, c.id, v.Draw, c.key())
	c.must(err)
	if v.State != engine.DrawDrawing || len(v.Order) != 6 || v.Next != v.Order[0] || slices.IsSorted(v.Order) {
		t.Fatalf("the order of drawing: %+v", v)
	}
	order := v.Order
	enter := func(upper, code string) (engine.DrawView, []draw.Breach, error) {
		return c.n.EnterLot(ctx, stationCoder, c.id, v.Draw, engine.LotEntry{Upper: upper, Code: code}, c.key())
	}
	_, _, err = enter(order[1], "A01")
	wantError(t, "out of turn", err, engine.ErrTurn)
	_, _, err = enter("C999", "A01")
	wantError(t, "nobody", err, engine.ErrNoCode)
	_, _, err = enter(order[0], "Z09")
	wantError(t, "not in the box", err, engine.ErrLotTaken)
	_, _, err = enter(order[0], "a01 ")
	c.must(err)
	_, _, err = enter(order[1], "A01")
	wantError(t, "taken", err, engine.ErrLotTaken)
	_, err = c.n.ConfirmLot(ctx, stationCoder, c.id, v.Draw, order[0], "A02", c.key())
	wantError(t, "a wrong receipt", err, engine.ErrWrongCode)
	_, err = c.n.ConfirmLot(ctx, stationCoder, c.id, v.Draw, order[0], "A01", c.key())
	c.must(err)
	box, warned := []string{"A02", "A03", "B01", "B02", "B03"}, 0
	var last engine.DrawView
	for i, upper := range order[1:5] {
		var breaches []draw.Breach
		last, breaches, err = enter(upper, box[i])
		c.must(err)
		warned += len(breaches)
	}
	last, _, err = c.n.EnterLot(ctx, stationCoder, c.id, v.Draw, engine.LotEntry{Upper: order[5], Absent: true}, c.key())
	c.must(err)
	if last.State != engine.DrawDrawn || last.Digest == "" || last.Confirmed != 1 || last.Next != "" {
		t.Errorf("after the last one: %+v", last)
	}
	total := 0
	for _, n := range last.Breaches {
		total += n
	}
	if total != warned {
		t.Errorf("%d breaches, %d warnings", total, warned)
	}
	rows := c.table(engine.LayerStation, "A").Rows
	i := slices.IndexFunc(rows, func(r engine.LayerRow) bool { return r.Upper == order[0] })
	if rows[i].Code != "A01" || rows[i].Confirmed == nil || rows[i].Draw != v.Draw {
		t.Errorf("row %+v", rows[i])
	}
	_, _, err = enter(order[0], "B03")
	wantError(t, "after the end", err, engine.ErrDrawRepeated)
}

// A draw is annulled by two people with a reason, as long as nothing depends
// on it; the old one stays on record.
func TestRedraw(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6)
	ctx := t.Context()
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	v := c.draw(engine.DrawRequest{Layer: engine.LayerStation})
	ask := func(by access.AccountID, d engine.DrawID, reason string) error {
		_, err := c.n.AskRedraw(ctx, by, c.id, d, reason, c.key())
		return err
	}
	grant := func(by access.AccountID, d engine.DrawID) error {
		_, err := c.n.GrantRedraw(ctx, by, c.id, d, c.key())
		return err
	}
	wantError(t, "granted unasked", grant(super, v.Draw), engine.ErrNotAsked)
	wantError(t, "no reason", ask(stationCoder, v.Draw, " "), engine.ErrReason)
	wantError(t, "by another", ask(chief, v.Draw, "误操作"), engine.ErrOffice)
	wantError(t, "entries below which stations are drawn", ask(entryCoder, "entry.1", "误操作"), engine.ErrDrawUsed)
	c.must(ask(stationCoder, v.Draw, "工位断电"))
	wantError(t, "asked twice", ask(stationCoder, v.Draw, "工位断电"), engine.ErrAsked)
	wantError(t, "granted by the same", grant(stationCoder, v.Draw), engine.ErrOffice)
	c.later(11 * time.Minute)
	wantError(t, "granted late", grant(super, v.Draw), engine.ErrNotAsked)
	c.must(ask(stationCoder, v.Draw, "工位断电"))
	c.must(grant(super, v.Draw))
	for _, r := range c.table(engine.LayerStation, "A").Rows {
		if r.Code != "" {
			t.Errorf("%s still has %s", r.Upper, r.Code)
		}
	}
	again := c.draw(engine.DrawRequest{Layer: engine.LayerStation})
	if again.Draw != "station.2" || again.People != 6 {
		t.Errorf("%+v", again)
	}
	list, err := c.node().Draws(ctx, c.id)
	c.must(err)
	if len(list) != 3 || list[1].State != engine.DrawAnnulled || list[1].Redraw.Reason != "工位断电" || list[1].Redraw.Second != super {
		t.Errorf("draws %+v", list)
	}
	// One mark, and it stands.
	s := c.n.sheets(t, c.id, "j1")[0]
	if _, err := c.n.submit(t, c.id, "j1", s, entries(1, 100)); err != nil {
		t.Fatal(err)
	}
	wantError(t, "after a mark", ask(stationCoder, again.Draw, "工位断电"), engine.ErrDrawUsed)
}

// Judges of the own unit serve some stations only: nobody is drawn to one
// where too few would be left, and by hand such a lot goes back.
func TestJudgesAtStationsStepAside(t *testing.T) {
	t.Parallel()
	for _, method := range []engine.DrawMethod{engine.ByMachine, engine.ByHand} {
		c := newCeremony(t, 6, func(d *engine.DivisionDraft) {
			d.Procedure.Draw.Batches = 1
			d.Panels[0].Judges = []engine.PanelJudge{
				{Judge: "j1", Unit: plantedUnit(0), Stations: []int{1, 2, 3}}, {Judge: "j2", Unit: plantedUnit(1), Stations: []int{4, 5, 6}},
			}
		})
		c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
		entry := map[string]int{}
		for i, r := range c.table(engine.LayerEntry, "").Rows {
			entry[r.Code] = i / 2 // unit
		}
		v := c.announce(engine.DrawRequest{Layer: engine.LayerStation, Method: method})
		c.word(v)
		v, err := c.n.HoldDraw(t.Context(), stationCoder, c.id, v.Draw, c.key())
		c.must(err)
		if method == engine.ByHand {
			barred := map[int]string{0: "A01", 1: "A04", 2: ""}[entry[v.Next]]
			if barred == "" {
				continue // nobody steps aside for the first to draw
			}
			_, _, err := c.n.EnterLot(t.Context(), stationCoder, c.id, v.Draw, engine.LotEntry{Upper: v.Next, Code: barred}, c.key())
			wantError(t, "a barred lot", err, engine.ErrLotBarred)
			continue
		}
		for _, r := range c.table(engine.LayerStation, "A").Rows {
			if u := entry[r.Upper]; u == 0 && r.Station <= 3 || u == 1 && r.Station > 3 {
				t.Errorf("unit %d is at station %d with a judge of its own", u, r.Station)
			}
		}
	}
}

// Decryption: in reverse order, by two people, in time, after the recheck; a
// restart in between keeps where it stands.
func TestDecryption(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6)
	ctx := t.Context()
	ask := func(n node, by access.AccountID, l engine.Layer) error {
		_, err := n.AskLayer(ctx, by, c.id, l, c.key())
		return err
	}
	grant := func(n node, by access.AccountID, l engine.Layer) error {
		_, err := n.OpenLayer(ctx, by, c.id, l, c.key())
		return err
	}
	wantError(t, "before the draws", ask(c.n, workCoder, engine.LayerWork), engine.ErrPhase)
	c.drawAll()
	c.markAll()
	wantError(t, "before the lock", ask(c.n, workCoder, engine.LayerWork), engine.ErrPhase)
	c.lockAll()
	wantError(t, "before the recheck", ask(c.n, workCoder, engine.LayerWork), engine.ErrPhase)
	c.recheck()
	wantError(t, "names at once", func() error { _, err := c.n.Decoded(ctx, c.id); return err }(), engine.ErrPhase)

	wantError(t, "entry first", ask(c.n, entryCoder, engine.LayerEntry), engine.ErrLayerOrder)
	wantError(t, "by another custodian", ask(c.n, stationCoder, engine.LayerWork), engine.ErrOffice)
	wantError(t, "opened unasked", grant(c.n, super, engine.LayerWork), engine.ErrNotAsked)
	c.must(ask(c.n, workCoder, engine.LayerWork))
	wantError(t, "asked twice", ask(c.n, workCoder, engine.LayerWork), engine.ErrAsked)
	wantError(t, "opened by the same", grant(c.n, workCoder, engine.LayerWork), engine.ErrOffice)
	wantError(t, "another layer opened", grant(c.n, super, engine.LayerStation), engine.ErrLayerOrder)
	c.later(10*time.Minute + time.Millisecond)
	wantError(t, "opened late", grant(c.n, super, engine.LayerWork), engine.ErrNotAsked)
	c.must(ask(c.n, workCoder, engine.LayerWork))

	// The server restarts between the two words.
	n := c.node()
	x, err := n.Ceremony(ctx, c.id)
	if err != nil || x.Next != engine.LayerWork || x.AskedBy != workCoder || !x.Ready || len(x.Opened) != 0 {
		t.Fatalf("after a restart: %+v, %v", x, err)
	}
	c.later(10 * time.Minute) // the last moment
	c.must(grant(n, super, engine.LayerWork))
	wantError(t, "opened twice", grant(n, super, engine.LayerWork), engine.ErrLayerOpen)
	wantError(t, "asked again", ask(n, workCoder, engine.LayerWork), engine.ErrLayerOpen)
	for _, l := range []engine.Layer{engine.LayerStation, engine.LayerEntry} {
		n = c.node()
		c.must(ask(n, coderOf(l), l))
		n = c.node()
		c.must(grant(n, super, l))
	}
	x, err = n.Ceremony(ctx, c.id)
	if err != nil || x.Phase != engine.PhaseDecrypted || x.Next != "" || len(x.Opened) != 3 || x.Opened[2].AskedBy != entryCoder {
		t.Errorf("at the end: %+v, %v", x, err)
	}
	people, err := n.Decoded(ctx, c.id)
	if err != nil || len(people) != 6 || people[3].Name != plantedName(3) || people[3].Entry == "" || people[3].Stations["A"] == "" || people[3].Works["B"] == "" {
		t.Errorf("decoded %+v, %v", people, err)
	}
	checkProofs(t, c, n, 3)
}

// checkProofs looks for the proofs of so many draws: of the fold, and of the
// records alone, as somebody without the data key has them.
func checkProofs(t *testing.T, c *ceremony, n node, want int) {
	t.Helper()
	list, err := n.PublicDraws(t.Context(), c.id)
	c.must(err)
	if len(list) != want {
		t.Fatalf("%d draws", len(list))
	}
	for _, d := range list {
		if d.Proof == nil {
			t.Fatalf("draw %s is not published", d.Draw)
		}
		if err := d.Proof.Verify(); err != nil {
			t.Errorf("draw %s: %v", d.Draw, err)
		}
	}
	checks, err := engine.VerifyDraws(t.Context(), n.led, c.id)
	c.must(err)
	if len(checks) != want {
		t.Fatalf("%d checks", len(checks))
	}
	for _, x := range checks {
		if x.State != engine.DrawProven {
			t.Errorf("%+v", x)
		}
	}
}

// altered is a ledger in which somebody has changed a record.
type altered struct {
	ledger.Reader
	kind     string
	from, to string
}

func (a altered) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	page, err := a.Reader.Read(ctx, stream, after, limit)
	for i := range page {
		if page[i].Kind == a.kind {
			page[i].Data = bytes.Replace(page[i].Data, []byte(a.from), []byte(a.to), 1)
		}
	}
	return page, err
}

// Whatever is changed of a draw afterwards, its proof no longer holds.
func TestAChangedDrawIsFound(t *testing.T) {
	t.Parallel()
	c := rechecked(t, 6)
	ctx := t.Context()
	for _, l := range []engine.Layer{engine.LayerWork, engine.LayerStation, engine.LayerEntry} {
		_, err := c.n.AskLayer(ctx, coderOf(l), c.id, l, c.key())
		c.must(err)
		_, err = c.n.OpenLayer(ctx, super, c.id, l, c.key())
		c.must(err)
	}
	checkProofs(t, c, c.n, 3)
	for _, x := range []altered{
		{kind: "draw.word", from: `"泰山"`, to: `"黄河"`},
		{kind: "draw.announced", from: `"participants":"`, to: `"participants":"0`},
		{kind: "draw.announced", from: `"commitment":"`, to: `"commitment":"0`},
		{kind: "draw.announced", from: `"batches":`, to: `"batches":1`},
		{kind: "draw.drawn", from: `"digest":"`, to: `"digest":"0`},
		{kind: "draw.revealed", from: `"code":"A01"`, to: `"code":"A09"`},
		{kind: "draw.revealed", from: `"secret":"`, to: `"secret":"00`},
	} {
		x.Reader = c.n.led
		checks, err := engine.VerifyDraws(ctx, x, c.id)
		c.must(err)
		if !slices.ContainsFunc(checks, func(d engine.DrawCheck) bool { return d.State == engine.DrawBroken && d.Problem != "" }) {
			t.Errorf("%s changed from %s to %s: %+v", x.kind, x.from, x.to, checks)
		}
	}
}

// Where a custodian is a supervisor by mistake, nobody opens a layer alone.
func TestOnePersonOpensNothing(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4, func(d *engine.DivisionDraft) {
		d.Procedure.Identity.Mode = engine.IdentityCoded
		d.Officers = nil
	})
	ctx := t.Context()
	c.markAll()
	c.lockAll()
	c.recheck()
	if _, err := c.n.AskLayer(ctx, "both", c.id, engine.LayerStation, c.key()); err != nil {
		t.Fatal(err)
	}
	_, err := c.n.OpenLayer(ctx, "both", c.id, engine.LayerStation, c.key())
	wantError(t, "one account twice", err, engine.ErrSamePerson)
	_, err = c.n.OpenLayer(ctx, "another", c.id, engine.LayerStation, c.key())
	c.must(err)
	checkProofs(t, c, c.n, 1)
}

// Two nodes open the same layer at once: one does, and the other is told.
func TestTwoNodesOpenALayer(t *testing.T) {
	t.Parallel()
	c := rechecked(t, 4)
	ctx := t.Context()
	_, err := c.n.AskLayer(ctx, workCoder, c.id, engine.LayerWork, c.key())
	c.must(err)
	nodes := []node{c.n, c.node(), c.node()}
	errs := make([]error, len(nodes))
	var all sync.WaitGroup
	for i, n := range nodes {
		all.Go(func() { _, errs[i] = n.OpenLayer(ctx, super, c.id, engine.LayerWork, fmt.Sprint("node", i)) })
	}
	all.Wait()
	opened := 0
	for _, err := range errs {
		if err == nil {
			opened++
		} else if !errors.Is(err, engine.ErrLayerOpen) {
			t.Error(err)
		}
	}
	if opened != 1 {
		t.Errorf("opened %d times: %v", opened, errs)
	}
	x, err := nodes[1].Ceremony(ctx, c.id)
	if err != nil || len(x.Opened) != 1 || x.Next != engine.LayerStation {
		t.Errorf("%+v, %v", x, err)
	}
}

// Amounts stand beside the code by which the judges saw them, until the layer
// is open; nothing that ties layers or people together is in anything that
// jury or public can get.
func TestWhatMayBeSeen(t *testing.T) {
	t.Parallel()
	c := rechecked(t, 6)
	ctx := t.Context()
	people, err := c.n.Competitors(ctx, c.id)
	c.must(err)
	for i, p := range people {
		c.must(c.n.ImportPart(ctx, "exam", c.id, engine.Import{Competitor: p.ID, Module: "T", Value: scoring.Of(scoring.Marks(7000 + 100*i)), Source: "attempt/" + string(p.ID), Revision: 1}))
	}
	tie := pairsOf(c)
	see := func(when string, label engine.Layer, sealed string, separate int, totals, named bool) {
		t.Helper()
		r, err := c.n.Results(ctx, c.id)
		c.must(err)
		if r.Label != label || len(r.Standings) != 6 || len(r.Separate) != separate {
			t.Fatalf("%s: rows by %s, %d rows, %d separate", when, r.Label, len(r.Standings), len(r.Separate))
		}
		for _, st := range r.Standings {
			got := ""
			for _, p := range st.Parts {
				if p.State == engine.PartSealed {
					got += string(p.Module)
				}
			}
			if got != sealed || (st.Total != nil) != totals || (st.Rank != nil) != totals || (st.Unit != "") != named {
				t.Errorf("%s: sealed %q, want %q: %+v", when, got, sealed, st)
			}
		}
		rows := c.w.publicRows(c.id)
		for _, row := range rows {
			if row.Total != nil || row.Unit != "" || row.Parts[0].State != engine.PartSealed || row.Parts[2].State != engine.PartSealed || row.Parts[1].State != engine.PartMarked {
				t.Errorf("%s: the public sees %+v", when, row)
			}
		}
		if !named {
			tie.check(t, when+": results", r)
		}
		tie.check(t, when+": board", rows)
		draws, err := c.n.Draws(ctx, c.id)
		c.must(err)
		tie.check(t, when+": draws", draws)
		desk, err := c.n.Desk(ctx, c.id)
		c.must(err)
		tie.check(t, when+": desk", desk)
		recheck, err := c.n.Recheck(ctx, c.id)
		c.must(err)
		tie.check(t, when+": recheck", recheck)
		if !slices.IsSortedFunc(recheck.Sheets, func(a, b engine.RecheckSheet) int {
			return strings.Compare(string(a.Module)+string(a.Sheet), string(b.Module)+string(b.Sheet))
		}) {
			t.Errorf("%s: the order of the recheck tells who is who", when)
		}
	}
	open := func(l engine.Layer) {
		t.Helper()
		_, err := c.n.AskLayer(ctx, coderOf(l), c.id, l, c.key())
		c.must(err)
		_, err = c.n.OpenLayer(ctx, super, c.id, l, c.key())
		c.must(err)
	}
	see("closed", engine.LayerStation, "TB", 6, false, false)
	open(engine.LayerWork)
	tie.open(engine.LayerWork)
	see("works open", engine.LayerStation, "T", 0, false, false)
	open(engine.LayerStation)
	tie.open(engine.LayerStation)
	see("stations open", engine.LayerEntry, "T", 0, false, false)
	open(engine.LayerEntry)
	see("all open", engine.LayerEntry, "", 0, true, true)
}

// ties are the pairs of codes that must not be in one answer together.
type ties struct {
	pairs   map[engine.Layer][][2]string
	secrets []string
}

func pairsOf(c *ceremony) *ties {
	x := &ties{pairs: map[engine.Layer][][2]string{}}
	for l, m := range map[engine.Layer]scoring.ModuleID{engine.LayerStation: "A", engine.LayerWork: "B"} {
		for _, r := range c.table(l, m).Rows {
			x.pairs[l] = append(x.pairs[l], [2]string{r.Upper, r.Code})
		}
	}
	people, err := c.n.Competitors(c.t.Context(), c.id)
	c.must(err)
	for _, p := range people {
		x.secrets = append(x.secrets, p.Name, p.Unit, p.City, string(p.ID), string(p.Candidate))
	}
	return x
}

func (x *ties) open(l engine.Layer) { delete(x.pairs, l) }

// check looks for people, and for objects that hold both codes of a pair.
func (x *ties) check(t *testing.T, what string, v any) {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range x.secrets {
		if bytes.Contains(body, []byte(s)) {
			t.Errorf("%s holds %q", what, s)
		}
	}
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(n any) {
		switch n := n.(type) {
		case map[string]any:
			own, _ := json.Marshal(n)
			nested := false
			for _, v := range n {
				walk(v)
				if list, ok := v.([]any); ok && len(list) > 0 {
					_, object := list[0].(map[string]any)
					nested = nested || object
				}
			}
			if nested {
				return // its elements are looked at one by one
			}
			for l, pairs := range x.pairs {
				for _, p := range pairs {
					if bytes.Contains(own, []byte(`"`+p[0]+`"`)) && bytes.Contains(own, []byte(`"`+p[1]+`"`)) {
						t.Errorf("%s ties %s and %s of the %s layer: %s", what, p[0], p[1], l, own)
					}
				}
			}
		case []any:
			for _, v := range n {
				walk(v)
			}
		}
	}
	walk(tree)
}

// The data file holds no name beside a code, and nothing that ties two layers
// together, before decryption.
func TestTheDataFileTellsNothing(t *testing.T) {
	t.Parallel()
	c := rechecked(t, 6)
	tie := pairsOf(c)
	var records []ledger.Record
	_, err := ledger.Fold(t.Context(), c.n.led, ledger.StreamID("division/"+string(c.id)), 0, func(r ledger.Record) error {
		records = append(records, r)
		return nil
	})
	c.must(err)
	people, err := c.n.Competitors(t.Context(), c.id)
	c.must(err)
	entry := c.table(engine.LayerEntry, "")
	for _, r := range records {
		if strings.HasPrefix(r.Kind, "draw.") {
			tie.check(t, r.Kind, json.RawMessage(r.Data))
		}
		for i, row := range entry.Rows {
			if bytes.Contains(r.Data, []byte(row.Code)) && (bytes.Contains(r.Data, []byte(people[i].ID)) || bytes.Contains(r.Data, []byte(row.Name))) {
				t.Errorf("%s ties %s to its person", r.Kind, row.Code)
			}
		}
	}
	c.n.Close()
	var file []byte
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(c.file + end)
		if err == nil {
			file = append(file, b...)
		}
	}
	if !bytes.Contains(file, []byte("draw.announced")) {
		t.Fatal("the records are not in the files that were searched")
	}
	// Entry codes are in no record in the open; station and work codes are
	// names of sheets, but never within a record's reach of one another or of
	// a person.
	for i, row := range entry.Rows {
		if near(file, row.Code, people[i].Name) || near(file, row.Code, string(people[i].ID)) || near(file, row.Code, string(people[i].Candidate)) {
			t.Errorf("the file has %s near its person", row.Code)
		}
	}
	for l, pairs := range tie.pairs {
		for _, p := range pairs {
			if near(file, `"`+p[0], `"`+p[1]) {
				t.Errorf("the file has %s near %s of the %s layer", p[0], p[1], l)
			}
		}
	}
}

// near reports whether b stands within 100 bytes of an a.
func near(file []byte, a, b string) bool {
	for from := 0; ; {
		i := bytes.Index(file[from:], []byte(a))
		if i < 0 {
			return false
		}
		at := from + i
		if bytes.Contains(file[max(0, at-100):min(len(file), at+len(a)+100)], []byte(b)) {
			return true
		}
		from = at + 1
	}
}

// In divisions without layers the machine draws at the opening. The seed is
// the word; the secret is sealed, and published when names may be known.
func TestTheOpeningDraws(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.division(t, 9, judges(1), 1)
	n.open(t, id)
	list, err := n.PublicDraws(ctx, id)
	if err != nil || len(list) != 1 || list[0].State != engine.DrawDrawn || list[0].Word.Word != "42" || list[0].Proof != nil || list[0].Commitment == "" {
		t.Fatalf("draws %+v, %v", list, err)
	}
	_, err = ledger.Fold(ctx, n.led, ledger.StreamID("division/"+string(id)), 0, func(r ledger.Record) error {
		if r.Kind == "division.opened" && bytes.Contains(r.Data, []byte(`"seed"`)) {
			t.Error("the seed lies beside the list of entrants")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	other := n.division(t, 9, judges(1), 1)
	n.open(t, other)
	if again, err := n.PublicDraws(ctx, other); err != nil || again[0].Commitment == list[0].Commitment {
		t.Errorf("the same secret twice: %v", err)
	}
	for _, to := range []engine.Status{engine.Review, engine.Final} {
		if err := n.SetStatus(ctx, "org", id, to); err != nil {
			t.Fatal(err)
		}
	}
	list, err = w.node().PublicDraws(ctx, id)
	if err != nil || list[0].Proof == nil || list[0].Proof.Verify() != nil {
		t.Errorf("after the end: %+v, %v", list, err)
	}
}

// What the procedure asks for is checked before the opening.
func TestIdentityIsCheckedAtTheOpening(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	contest, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工")})
	if err != nil {
		t.Fatal(err)
	}
	p := layered()
	p.Draw.Batches, p.Draw.Stations = 1, 1
	r := rules(1)
	r.Parts[1].Modules = []scoring.ModuleID{"A", "B"}
	draft := engine.DivisionDraft{
		Contest: contest.ID, Name: text("组"), Scheme: layeredScheme(), Rules: r, Procedure: &p, Officers: ceremonyOfficers(),
		Panels: []engine.Panel{{Module: "A", Judges: judges(1)}, {Module: "B", Judges: []engine.PanelJudge{{Judge: workCoder}}}},
	}
	draft.Officers[0].Account = entryCoder
	d, err := n.CreateDivision(ctx, draft)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "a", Name: "甲"}, {Candidate: "b", Name: "乙"}}); err != nil {
		t.Fatal(err)
	}
	err = n.Open(ctx, "org", d.ID, 1)
	var got []string
	for _, f := range fault.As(err).Fields {
		got = append(got, f.Path+" "+f.Code)
	}
	want := []string{"officers[0] custodian", "panels[1].judges[0] custodian", "procedure.draw.stations too_few_places"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("opening (-want +got):\n%s", diff)
	}
	p.Identity.Work.Prefix, p.Identity.Work.Style = "C", draw.StyleNumber
	if _, err := n.CreateDivision(ctx, draft); !errors.Is(err, engine.ErrContest) {
		t.Errorf("codes that look alike: %v", err)
	}
}

// The call room looks up entry codes, one by one, and nothing else.
func TestCheckInCode(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 3)
	ctx := t.Context()
	if x, err := c.n.CheckInCode(ctx, caller, c.id, "candidate-1"); err != nil || x.Entry != "" {
		t.Errorf("before the draw: %+v, %v", x, err)
	}
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	x, err := c.n.CheckInCode(ctx, caller, c.id, "candidate-1")
	if want := c.table(engine.LayerEntry, "").Rows[1].Code; err != nil || x.Entry != want {
		t.Errorf("%+v, %v, want %s", x, err, want)
	}
	_, err = c.n.CheckInCode(ctx, stationCoder, c.id, "candidate-1")
	wantError(t, "somebody else", err, engine.ErrOffice)
	_, err = c.n.CheckInCode(ctx, caller, c.id, "stranger")
	wantError(t, "a stranger", err, engine.ErrNoCode)
}

// A rotation: six groups of three stations with judges of their own, in
// batches one after another; each competitor visits each station once
// (domain/contest.md §6.5).
func TestRotation(t *testing.T) {
	t.Parallel()
	const groups, stations, batches, people = 6, 3, 2, 20
	c := newCeremony(t, people, func(d *engine.DivisionDraft) {
		d.Procedure.Draw = engine.DrawRule{Batches: batches, Groups: groups, Stations: stations, Rounds: stations, UnitsApart: true}
		d.Panels[0].Judges = nil
		for g := range groups {
			d.Panels[0].Judges = append(d.Panels[0].Judges, engine.PanelJudge{
				Judge: access.AccountID(fmt.Sprint("judge", g)), Unit: plantedUnit(g), Stations: []int{3*g + 1, 3*g + 2, 3*g + 3},
			})
		}
	})
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	unit := map[string]int{}
	for i, r := range c.table(engine.LayerEntry, "").Rows {
		unit[r.Code] = i / 2
	}
	v := c.draw(engine.DrawRequest{Layer: engine.LayerStation})
	if len(v.Breaches) > 0 {
		t.Errorf("breaches %v", v.Breaches)
	}
	type visit struct{ batch, group, round, station int }
	met := map[visit]string{}
	size := map[int]int{}
	for _, r := range c.table(engine.LayerStation, "A").Rows {
		if r.Group != (r.Station-1)/stations+1 || r.Group == unit[r.Upper]+1 {
			t.Errorf("unit %d is in group %d, station %d", unit[r.Upper], r.Group, r.Station)
		}
		size[r.Batch]++
		for round, st := range draw.Schedule(stations, stations, (r.Station-1)%stations+1) {
			at := visit{r.Batch, r.Group, round, st}
			if met[at] != "" {
				t.Errorf("%s and %s meet at %+v", met[at], r.Code, at)
			}
			met[at] = r.Code
		}
	}
	if size[1] != people/batches || size[2] != people/batches {
		t.Errorf("batches of %v", size)
	}
	// Judges see the competitors of their group, and no others.
	for g := range groups {
		for _, s := range c.n.sheets(t, c.id, access.AccountID(fmt.Sprint("judge", g))) {
			n, err := strconv.Atoi(s.Code[1:])
			if err != nil || (n-1)/stations != g {
				t.Errorf("group %d marks %s", g+1, s.Code)
			}
		}
	}
}

// A stage of theory alone has nobody who marks at stations, but codes.
func TestTheoryAloneHasCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	contest, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工")})
	must(t, err)
	s, r := scheme(), rules(1)
	s.Modules, r.Parts, r.TieChain = s.Modules[:1], r.Parts[:1], nil
	r.Parts[0].Weight = 10000
	d, err := n.CreateDivision(ctx, engine.DivisionDraft{Contest: contest.ID, Name: text("初赛"), Scheme: s, Rules: r, Panels: []engine.Panel{}, Board: engine.BoardPolicy{Live: true}})
	must(t, err)
	must(t, n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "a", Name: "甲"}, {Candidate: "b", Name: "乙"}}))
	must(t, n.Open(ctx, "org", d.ID, 1))
	res, err := n.Results(ctx, d.ID)
	if err != nil || len(res.Standings) != 2 || res.Standings[0].Code != "A01" {
		t.Errorf("results %+v, %v", res, err)
	}
}
