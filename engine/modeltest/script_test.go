package modeltest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// stores are what all scripts share; each has a division of its own.
type stores struct {
	db    store.DB
	redis live.Bus
}

// script is one run: the product, on two nodes that share store and Redis,
// and the oracle beside it.
type script struct {
	drawer
	stores
	ctx   context.Context
	p     *plan
	o     *oracle
	id    engine.DivisionID
	nodes []*engine.Contests

	mu  sync.Mutex
	now time.Time

	ids   []engine.CompetitorID
	codes map[engine.Layer][][]string // by module and competitor
	who   map[string]int              // whose code it is

	keys    int
	done    []act          // accepted ones
	counts  map[string]int // accepted acts by name
	tablets []*tablet
	answers map[string]engine.Received // first ones, by judge and key
	papers  []keyed
	used    map[string]bool // revisions of imports
	asked   []unlock
	focus   []int // work that acts stay with

	recheck     map[engine.SheetID]engine.CheckResult // last findings; nil: not drawn
	rechecked   bool
	layers      []engine.Layer // left to be opened
	corrections []*correction
	proposed    *release
	published   []release
	publishedAt time.Time
	appeals     []appealed
	final       bool
}

// act is an accepted act with its key, to be repeated.
type act struct {
	what string
	do   func(*engine.Contests) error
}

// release is a version of the results.
type release struct {
	list []place
	at   time.Time // when it was proposed
}

type unlock struct {
	seq     int64
	m, i, x int // i < 0: the lock of the module alone
	by      access.AccountID
	at      time.Time
	granted bool
}

type appealed struct{ open, upheld bool }

// Clock is the time of all nodes.
func (s *script) Clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *script) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// join makes one more node on the store.
func (s *script) join(bus live.Bus, secrets uint64) (*engine.Contests, func()) {
	sealer, err := seal.New(make([]byte, seal.KeySize))
	s.must(err)
	led := ledger.Open(s.db.Ledger(), ledger.Options{})
	var chance [32]byte
	chance[0], chance[1] = byte(secrets), byte(secrets>>8)
	c := engine.New(s.db, led, bus, engine.Options{Now: s.Clock, Log: slog.New(slog.DiscardHandler), Sealer: sealer, Random: rand.NewChaCha8(chance)})
	return c, func() { c.Close(); led.Close() }
}

func (s *script) must(err error) {
	if err != nil {
		s.t.Helper()
		s.t.Fatal(err)
	}
}

func (s *script) key() string { s.keys++; return fmt.Sprint("key", s.keys) }

// node is one of the nodes, for one request.
func (s *script) node() *engine.Contests { return s.nodes[s.n("node", 0, len(s.nodes)-1)] }

// open makes the division, enters everybody and draws the codes.
func (s *script) open() {
	c := s.nodes[0]
	head, err := c.CreateContest(s.ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工"), Organiser: "组委会"})
	s.must(err)
	div, err := c.CreateDivision(s.ctx, s.p.draft(head.ID))
	s.must(err)
	s.id = div.ID
	if h := s.p.honours(); h.Awards != nil {
		_, err = c.SetRegulation(s.ctx, "org", s.id, div.Regulation.Version, engine.Regulation{Scheme: div.Scheme, Rules: div.Rules, Procedure: div.Procedure, Honours: h}, "奖项")
		s.must(err)
	}
	var list []engine.Competitor
	for i, x := range s.p.people {
		list = append(list, engine.Competitor{Candidate: exam.CandidateID(fmt.Sprint("cand", i)), Name: personName(i), Unit: unitName(x.unit), City: "济南"})
	}
	s.must(c.Enter(s.ctx, s.id, list))
	s.must(c.Open(s.ctx, "org", s.id, 7))
	s.draw(c)
	s.lookUp(c)
	s.carry(c)
}

// carry brings theory along from an earlier stage, by the record that the
// opening makes of it.
func (s *script) carry(c *engine.Contests) {
	for i, x := range s.p.people {
		if x.carried.is == "" || !s.p.modules[0].imported {
			continue
		}
		s.must(c.ImportPart(s.ctx, "engine", s.id, engine.Import{
			Competitor: s.ids[i], Module: moduleID(0), Value: valueOf(x.carried), Source: "carried/earlier/" + string(s.ids[i]), Revision: 1,
		}))
		s.o.works[i][0].imported, s.o.works[i][0].revision = x.carried, 1
	}
}

func valueOf(a amount) scoring.Value {
	switch a.is {
	case "value":
		return scoring.Of(scoring.Marks(a.marks))
	case "absent":
		return scoring.Absence()
	}
	return scoring.None()
}

// works lists the modules that have works seen by their own code.
func (p *plan) withWorks() (out []int) {
	for m, mod := range p.modules {
		if slices.ContainsFunc(mod.panels, func(x panel) bool { return x.work }) {
			out = append(out, m)
		}
	}
	return out
}

// draw draws the codes of divisions with three layers.
func (s *script) draw(c *engine.Contests) {
	switch s.p.mode {
	case "open":
		return
	case "coded":
		s.layers = []engine.Layer{engine.LayerStation}
		return
	}
	one := func(by access.AccountID, r engine.DrawRequest) {
		r.Method = engine.ByMachine
		v, err := c.AnnounceDraw(s.ctx, by, s.id, r, s.key())
		s.must(err)
		_, err = c.SayWord(s.ctx, by, s.id, v.Draw, engine.PublicWord{Word: "泰山", Speaker: "选手代表", Witness: string(super)}, s.key())
		s.must(err)
		_, err = c.HoldDraw(s.ctx, by, s.id, v.Draw, s.key())
		s.must(err)
	}
	one(coderE, engine.DrawRequest{Layer: engine.LayerEntry})
	one(coderS, engine.DrawRequest{Layer: engine.LayerStation})
	for _, m := range s.p.withWorks() {
		one(coderW, engine.DrawRequest{Layer: engine.LayerWork, Modules: []scoring.ModuleID{moduleID(m)}, Statement: "作品收齐"})
	}
	s.layers = []engine.Layer{engine.LayerStation, engine.LayerEntry}
	if len(s.p.withWorks()) > 0 {
		s.layers = append([]engine.Layer{engine.LayerWork}, s.layers...)
	}
}

// lookUp asks each custodian whose code is whose: nobody else can know.
func (s *script) lookUp(c *engine.Contests) {
	s.codes, s.who = map[engine.Layer][][]string{}, map[string]int{}
	people, err := c.Competitors(s.ctx, s.id)
	s.must(err)
	s.ids = make([]engine.CompetitorID, len(people))
	known := map[string]int{} // by name, or by the code of the layer above
	for _, x := range people {
		for i := range people {
			if personName(i) == x.Name {
				s.ids[i], known[x.Name] = x.ID, i
			}
		}
	}
	layer := func(by access.AccountID, l engine.Layer, m int, module scoring.ModuleID) {
		table, err := c.LayerTable(s.ctx, by, s.id, l, module, engine.LookScreen)
		s.must(err)
		for len(s.codes[l]) < len(s.p.modules) {
			s.codes[l] = append(s.codes[l], make([]string, len(people)))
		}
		for _, row := range table.Rows {
			i, ok := known[row.Name]
			if !ok {
				i, ok = s.who[row.Upper]
			}
			if !ok || row.Code == "" {
				s.t.Fatalf("nobody knows %+v", row)
			}
			s.codes[l][m][i], s.who[row.Code] = row.Code, i
		}
	}
	if s.p.mode == "layered" {
		layer(coderE, engine.LayerEntry, 0, "")
	}
	for m, mod := range s.p.modules {
		if !mod.imported {
			layer(coderS, engine.LayerStation, m, moduleID(m))
		}
	}
	for _, m := range s.p.withWorks() {
		layer(coderW, engine.LayerWork, m, moduleID(m))
	}
}

// seenBy is the layer whose codes a panel has.
func (s *script) seenBy(m, x int) engine.Layer {
	if s.p.modules[m].panels[x].work {
		return engine.LayerWork
	}
	return engine.LayerStation
}

func (s *script) sheetID(i, m, x int) engine.SheetID {
	id := s.codes[s.seenBy(m, x)][m][i] + "." + string(moduleID(m))
	if x > 0 {
		id += fmt.Sprintf("~%d", x+1)
	}
	return engine.SheetID(id)
}

// address names a competitor in a module as the station has it.
func (s *script) address(i, m int) engine.Address {
	return engine.Address{Layer: engine.LayerStation, Code: s.codes[engine.LayerStation][m][i], Module: moduleID(m)}
}

// head is how many records the division's stream has.
func (s *script) head() int64 {
	h, err := s.db.Ledger().Head(s.ctx, ledger.StreamID("division/"+string(s.id)))
	s.must(err)
	return h.Seq
}

// try sends one act to a node. The oracle has said whether it must be taken;
// what is refused leaves no record. It reports whether it was taken.
func (s *script) try(what string, want bool, do func(*engine.Contests) error) bool {
	s.later(time.Duration(s.n("seconds", 1, 50)) * time.Second)
	before := s.head()
	err := do(s.node())
	switch {
	case err != nil && fault.As(err) == nil:
		s.t.Fatalf("%s: %v", what, err)
	case (err == nil) != want:
		s.t.Fatalf("%s in phase %s: error %v, the oracle takes it: %v", what, s.phase(), err, want)
	case err != nil && s.head() != before:
		s.t.Fatalf("%s was refused (%v) and yet recorded", what, err)
	}
	if err == nil {
		s.counts[what]++
		s.done = append(s.done, act{what, do})
	}
	return err == nil
}

// repeat sends an accepted act again with its key, to whichever node: it is
// taken as before and changes nothing, however much has happened since.
func (s *script) repeat() {
	if len(s.done) == 0 {
		return
	}
	before, a := s.head(), s.done[s.n("which", 0, len(s.done)-1)]
	if err := a.do(s.node()); err != nil {
		s.t.Fatalf("%s, taken before, again with its key: %v", a.what, err)
	}
	if s.head() != before {
		s.t.Fatalf("%s, taken before, again with its key: recorded twice", a.what)
	}
	s.counts["repeat"]++
}

// phase is how far the division is.
func (s *script) phase() engine.Phase {
	switch {
	case s.final:
		return engine.PhaseFinal
	case len(s.published) > 0:
		return engine.PhasePublished
	case !s.o.allLocked():
		return engine.PhaseRunning
	case !s.rechecked:
		return engine.PhaseLocked
	case len(s.layers) > 0:
		return engine.PhaseRechecked
	}
	return engine.PhaseDecrypted
}

func (s *script) in(phases ...engine.Phase) bool { return slices.Contains(phases, s.phase()) }

// any work: a competitor, a module that panels mark, one of its panels. Acts
// stay with one work for a while, or hardly any panel would come to an end
// among them.
func (s *script) any() (i, m, x int) {
	if s.focus != nil && s.n("another", 0, 4) > 0 {
		return s.focus[0], s.focus[1], s.focus[2]
	}
	i, m = s.n("who", 0, len(s.p.people)-1), s.n("module", 0, len(s.p.modules)-1)
	if s.p.modules[m].imported {
		m++
	}
	x = s.n("of panel", 0, len(s.p.modules[m].panels)-1)
	s.focus = []int{i, m, x}
	return i, m, x
}

// prefer is a work of which something holds, where there is one, or any.
func (s *script) prefer(holds func(i, m, x int) bool) (i, m, x int) {
	var list [][3]int
	for i := range s.p.people {
		for m, mod := range s.p.modules {
			for x := range mod.panels {
				if holds(i, m, x) {
					list = append(list, [3]int{i, m, x})
				}
			}
		}
	}
	if len(list) == 0 || s.n("other", 0, 4) == 0 {
		return s.any()
	}
	at := one(s.drawer, "one of", list...)
	return at[0], at[1], at[2]
}

func (s *script) inConference(i, m, x int) bool { return s.o.works[i][m].sheets[x].state == conference }

// openSheet reports whether marks of the sheet may still change.
func (s *script) openSheet(i, m int) bool {
	return !s.final && !s.o.locked[m] && !s.o.works[i][m].absent
}

// play runs a division from its opening to results that stand.
func play(t *rapid.T, ctx context.Context, at stores) map[string]int {
	s := &script{
		drawer: drawer{t}, stores: at, ctx: ctx, now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		answers: map[string]engine.Received{}, used: map[string]bool{}, counts: map[string]int{},
	}
	s.p = drawPlan(t)
	s.o = newOracle(s.p)
	for k := range 2 {
		c, leave := s.join(at.redis, uint64(s.n("secrets", 0, 1000)+k*7))
		defer leave()
		s.nodes = append(s.nodes, c)
	}
	s.open()
	s.check()
	s.some(s.n("acts", 20, 140))
	s.everywhere()
	for turn := 0; !s.final; turn++ {
		if turn > 30 {
			list := s.named()
			s.t.Fatalf("no end in phase %s: %s; unpublished corrections %v, a version is proposed %v, changed %v", s.phase(), s.publishable(list),
				len(s.published) > 0 && s.unpublished(), s.proposed != nil, len(s.published) == 0 || shown(s.published[len(s.published)-1].list) != shown(list))
		}
		if turn < 8 {
			s.some(s.n("more acts", 0, 10))
		}
		s.forward()
		s.everywhere()
	}
	s.some(s.n("late acts", 0, 5))
	s.everywhere()
	return s.counts
}

// some does random acts.
func (s *script) some(n int) {
	acts := []func(){
		s.mark, s.mark, s.mark, s.mark, s.mark, s.mark, s.deliver, s.deliver, s.deliver, s.swap, s.paper, s.repeat, s.repeat,
		s.decide, s.withdrawDecision, s.acceptGap, s.acceptGap, s.acceptGap, s.violate, s.zero, s.withdrawConduct, s.absent, s.notAbsent, s.time, s.time,
		s.closePanel, s.reopenPanel, s.changePanel, s.sign, s.sign, s.signStale, s.lock, s.askUnlock, s.grantUnlock, s.importTheory,
		s.propose, s.signCorrection, s.dropCorrection, s.drawRecheck, s.checkSheet, s.closeRecheck, s.askLayer, s.publish, s.signRelease,
		s.drawLots, s.appeal, s.rule, s.finalise,
	}
	for range n {
		acts[s.n("act", 0, len(acts)-1)]()
		s.check()
	}
}
