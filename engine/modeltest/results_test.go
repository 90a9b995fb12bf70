package modeltest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// correction is a change of one value after the lock.
type correction struct {
	i, m, k int
	seen    seen   // of the aspect, or nil
	value   amount // of the theory, or nothing
	rule    int    // of a zeroing, or -1
	why     string
	by      access.AccountID
	state   string // proposed, signed, dropped
	at      time.Time
	appeal  int  // its number, or 0
	said    bool // dropped for a reason by one whose word is enough
}

// label is what the jury calls a competitor now.
func (s *script) label(i int) string {
	r, err := s.node().Results(s.ctx, s.id)
	s.must(err)
	for _, st := range r.Standings {
		if s.who[st.Code] == i {
			return st.Code
		}
	}
	s.t.Fatalf("competitor %d is in no row", i)
	return ""
}

func (s *script) propose() {
	i, m, x := s.any()
	c := &correction{i: i, m: m, rule: -1, why: "更正" + fmt.Sprint(s.keys), by: one(s.drawer, "by", chief, deputy, arbiter), state: "proposed"}
	e := engine.Correction{Reason: c.why, Source: engine.FromError}
	want := true
	switch n := s.n("what", 0, 3); {
	case n == 0 && s.p.modules[0].imported:
		c.value = one(s.drawer, "theory", of(int64(s.n("marks", 0, 10001))), didNotStart)
		e.Code, e.Module, e.Value, want = s.label(i), moduleID(0), ptr(valueOf(c.value)), c.value.marks <= 10000
	case n == 1:
		c.rule = s.n("rule", 0, len(s.p.zeroing)-1)
		rule := s.p.zeroing[c.rule]
		e.Code, e.Zeroing, want = s.label(i), &scoring.Zeroing{Rule: zeroID(c.rule)}, rule.whole || rule.module < 0 || rule.module == m
		if !rule.whole {
			e.Zeroing.Module = moduleID(m)
		}
	default:
		c.k, c.seen = s.anyAspect(m, x)
		a := &s.p.modules[m].aspects[c.k]
		e.Sheet, e.Aspect, want = s.sheetID(i, m, x), &scoring.AspectEntry{Aspect: aspectID(m, c.k), Observation: a.observation(c.seen)}, a.fits(c.seen)
	}
	s.proposeOne(c, e, want)
}

func (s *script) proposeOne(c *correction, e engine.Correction, want bool) {
	want = want && s.in(engine.PhaseLocked, engine.PhaseRechecked, engine.PhaseDecrypted, engine.PhasePublished)
	var shifts []engine.Shift
	if want {
		var err error
		shifts, err = s.node().PreviewCorrection(s.ctx, c.by, s.id, e)
		s.must(err)
		s.check() // a preview changes nothing
	}
	key := s.key()
	if !s.try("correction proposed", want, func(n *engine.Contests) error { return n.ProposeCorrection(s.ctx, c.by, s.id, key, e) }) {
		return
	}
	s.corrections = append(s.corrections, c)
	if s.is("at once") {
		before := s.jury()
		s.signOne(len(s.corrections)-1, map[bool]access.AccountID{true: super, false: chief}[c.by == chief])
		s.previewed(shifts, before, s.jury())
	}
}

// jury is the ranking as the jury sees it, by competitor.
func (s *script) jury() []place {
	return s.o.ranking(func(int) string { return "" }, false, false)
}

// previewed compares what a preview said with what became of the correction.
func (s *script) previewed(shifts []engine.Shift, before, after []place) {
	if s.p.mode == "layered" { // totals may be sealed
		return
	}
	want := map[int]string{}
	for _, b := range before {
		for _, a := range after {
			if a.who == b.who && (a.rank != b.rank || a.total != b.total) {
				want[a.who] = fmt.Sprint(b.rank, b.total.marks, a.rank, a.total.marks)
			}
		}
	}
	got := map[int]string{}
	for _, x := range shifts {
		got[s.who[x.Code]] = fmt.Sprint(rankOf(x.RankBefore), int64(x.Before.Marks), rankOf(x.RankAfter), int64(x.After.Marks))
	}
	if fmt.Sprint(want) != fmt.Sprint(got) {
		s.t.Fatalf("the preview said %v, and it became %v", got, want)
	}
}

func rankOf(r *int) int {
	if r == nil {
		return 0
	}
	return *r
}

func (s *script) signCorrection() {
	if n := len(s.corrections); n > 0 {
		s.signOne(n-1-s.n("which", 0, min(1, n-1)), one(s.drawer, "second", super, super, chief))
	}
}

func (s *script) signOne(k int, by access.AccountID) {
	c, key := s.corrections[k], s.key()
	want := s.in(engine.PhaseLocked, engine.PhaseRechecked, engine.PhaseDecrypted, engine.PhasePublished) && c.state == "proposed" && by != c.by
	if !s.try("correction signed", want, func(n *engine.Contests) error { return n.SignCorrection(s.ctx, by, s.id, key, k+1) }) {
		return
	}
	c.state, c.at = "signed", s.Clock()
	w := s.o.works[c.i][c.m]
	switch {
	case c.seen != nil:
		w.decided[c.k] = decision{c.seen, c.why}
		s.o.touched(c.i, c.m)
	case c.rule >= 0:
		s.o.conduct[c.i] = append(s.o.conduct[c.i], &conduct{violation: -1, rule: c.rule, module: c.m, record: s.head()})
	default:
		s.o.works[c.i][0].imported, s.o.works[c.i][0].corrected = c.value, true
	}
}

func (s *script) dropCorrection() {
	if len(s.corrections) == 0 {
		return
	}
	s.dropOne(s.n("which", 0, len(s.corrections)-1), one(s.drawer, "by", super, deputy, arbiter, chief), one(s.drawer, "why", "", "无须更正"))
}

func (s *script) dropOne(k int, by access.AccountID, why string) {
	c, key := s.corrections[k], s.key()
	if s.try("correction dropped", c.state == "proposed", func(n *engine.Contests) error { return n.DropCorrection(s.ctx, by, s.id, key, k+1, why) }) {
		c.state, c.said = "dropped", why != "" && (by == chief || by == arbiter)
	}
}

// unmet says of an appeal, by its place, whether it was upheld and nothing
// followed.
func (s *script) unmet(k int) bool {
	return s.appeals[k].upheld && !slices.ContainsFunc(s.corrections, func(c *correction) bool {
		return c.appeal == k+1 && (c.state == "signed" || c.said)
	})
}

// follow does what an upheld appeal calls for: a correction, or the word that
// none is needed.
func (s *script) follow(k int) {
	i, m := s.n("who", 0, len(s.p.people)-1), 0
	if s.p.modules[0].imported {
		m = 1
	}
	s.proposeOne(&correction{i: i, m: m, rule: 1, why: "申诉", by: arbiter, state: "proposed", appeal: k + 1}, engine.Correction{
		Code: s.label(i), Zeroing: &scoring.Zeroing{Rule: zeroID(1), Module: moduleID(m)}, Reason: "申诉", Source: engine.FromAppeal, Appeal: k + 1,
	}, true)
	last := len(s.corrections) - 1
	switch {
	case s.corrections[last].state != "proposed":
	case s.is("dropped"):
		s.dropOne(last, arbiter, "无须更正")
	default:
		s.signOne(last, chief)
	}
}

func (s *script) openCorrection() bool {
	return slices.ContainsFunc(s.corrections, func(c *correction) bool { return c.state == "proposed" })
}

// unpublished says whether a correction counts that no version shows.
func (s *script) unpublished() bool {
	newest := s.published[len(s.published)-1]
	return shown(newest.list) != shown(s.named()) && slices.ContainsFunc(s.corrections, func(c *correction) bool {
		return c.state == "signed" && c.at.After(newest.at)
	})
}

// --- recheck ---

func (s *script) drawRecheck() {
	key, seed := s.key(), fmt.Sprintf("%032x", s.n("seed", 0, 1000))
	if !s.try("recheck drawn", s.in(engine.PhaseLocked) && s.recheck == nil, func(n *engine.Contests) error {
		return n.DrawRecheck(s.ctx, super, s.id, key, seed)
	}) {
		return
	}
	s.recheck = map[engine.SheetID]engine.CheckResult{}
	ranked, top := 0, map[int]bool{}
	for _, x := range s.jury() {
		if x.rank > 0 {
			ranked++
		}
	}
	for _, x := range s.jury() {
		top[x.who] = x.rank > 0 && x.rank <= (ranked*s.p.topShare+9999)/10000
	}
	due := map[engine.SheetID]bool{}
	for _, x := range s.due() {
		due[x.Sheet] = true
	}
	for i := range s.p.people {
		for m, mod := range s.p.modules {
			for x := range mod.panels {
				if top[i] && !s.o.works[i][m].absent && !due[s.sheetID(i, m, x)] {
					s.t.Fatalf("%s is of the top and not checked again", s.sheetID(i, m, x))
				}
			}
		}
	}
}

// due lists the sheets that are checked again. More errors in the sample than
// the rule allows make that all of them.
func (s *script) due() []engine.RecheckSheet {
	v, err := s.node().Recheck(s.ctx, s.id)
	s.must(err)
	sample, checked, wrong, rest := 0, 0, 0, 0
	for _, x := range v.Sheets {
		bad := slices.ContainsFunc(x.Checks, func(f engine.Finding) bool { return f.Result == engine.CheckError })
		switch {
		case x.For == engine.CheckedAsRest:
			rest += len(x.Checks)
		default:
			sample++
			if len(x.Checks) > 0 {
				checked++
			}
			if bad {
				wrong++
			}
		}
		if n := len(x.Checks); n > 0 && x.Checks[n-1].Result != s.recheck[x.Sheet] || n == 0 && s.recheck[x.Sheet] != "" {
			s.t.Fatalf("the last check of %s is not %q", x.Sheet, s.recheck[x.Sheet])
		}
	}
	if want := s.recheck != nil && (rest > 0 || checked == sample && wrong*10000 > s.p.errorRate*checked); v.Widened != want {
		s.t.Fatalf("widened: %v with %d wrong of %d of %d, the oracle says %v", v.Widened, wrong, checked, sample, want)
	}
	return v.Sheets
}

func (s *script) checkSheet() {
	list := s.due()
	id := s.sheetID(0, len(s.p.modules)-1, 0)
	if len(list) > 0 {
		id = list[s.n("sheet", 0, 100)%len(list)].Sheet
	} else if s.recheck != nil {
		return
	}
	s.checkOne(id, one(s.drawer, "finding", engine.CheckFine, engine.CheckFine, engine.CheckError))
}

func (s *script) checkOne(id engine.SheetID, found engine.CheckResult) {
	key := s.key()
	if s.try("check", s.in(engine.PhaseLocked) && s.recheck != nil, func(n *engine.Contests) error {
		return n.CheckSheet(s.ctx, super, s.id, key, id, found, "合分有误")
	}) {
		s.recheck[id] = found
	}
}

func (s *script) closeRecheck() {
	fine := s.recheck != nil
	for _, x := range s.due() {
		fine = fine && s.recheck[x.Sheet] == engine.CheckFine
	}
	key := s.key()
	if s.try("recheck closed", s.in(engine.PhaseLocked) && fine && !s.openCorrection(), func(n *engine.Contests) error {
		return n.CloseRecheck(s.ctx, super, s.id, key)
	}) {
		s.rechecked = true
	}
}

// --- decryption ---

// askLayer asks for a layer, mostly the next, and opens it, mostly as one may.
func (s *script) askLayer() {
	l, coder := engine.LayerStation, coderS
	if len(s.layers) > 0 && s.n("another layer", 0, 3) > 0 {
		l = s.layers[0]
	}
	coder = map[engine.Layer]access.AccountID{engine.LayerEntry: coderE, engine.LayerStation: coderS, engine.LayerWork: coderW}[l]
	by := one(s.drawer, "coder", coder, coder, coder, coderE)
	next := s.in(engine.PhaseRechecked) && len(s.layers) > 0 && s.layers[0] == l
	s.later(11 * time.Minute) // an earlier word has lapsed
	key := s.key()
	if !s.try("layer asked", next && by == coder, func(n *engine.Contests) error { _, err := n.AskLayer(s.ctx, by, s.id, l, key); return err }) {
		return
	}
	if s.n("too late", 0, 4) == 0 {
		s.later(12 * time.Minute)
		next = false
	}
	second, again := one(s.drawer, "second", super, super, super, coder), s.key()
	if s.try("layer opened", next && second == super, func(n *engine.Contests) error { _, err := n.OpenLayer(s.ctx, second, s.id, l, again); return err }) {
		s.layers = s.layers[1:]
	}
}

// --- publication, appeals ---

// publishable says what keeps results from being published, if anything.
func (s *script) publishable(list []place) string {
	for _, x := range list {
		if !x.complete && !x.disqualified {
			return "incomplete"
		}
		if s.lotNeeded(list, x) {
			return "a lot"
		}
	}
	if s.openCorrection() {
		return "a correction"
	}
	return ""
}

// lotNeeded reports whether somebody is like x in everything that is compared
// before the lot, and no two lots separate them.
func (s *script) lotNeeded(list []place, x place) bool {
	if !s.p.unique || x.total.is != "value" || x.rank == 0 {
		return false
	}
	before := len(x.keys) - 1
	return slices.ContainsFunc(list, func(y place) bool {
		lot, other := x.keys[before], y.keys[before]
		return y.who != x.who && y.rank > 0 && slices.Equal(x.keys[:before], y.keys[:before]) && (lot == other || lot == last || other == last)
	})
}

// shown is everything of a list of results that people are told.
func shown(list []place) string {
	var out strings.Builder
	for _, x := range list {
		fmt.Fprintln(&out, x.who, x.rank, x.shared, x.total, x.modules, x.verdict, x.disqualified)
	}
	return out.String()
}

func (s *script) named() []place { return s.o.ranking(s.label, false, false) }

func (s *script) publish() {
	list, key, by := s.named(), s.key(), one(s.drawer, "by", chief, deputy)
	want := s.in(engine.PhaseDecrypted, engine.PhasePublished) && s.publishable(list) == ""
	if n := len(s.published); n > 0 {
		want = want && shown(s.published[n-1].list) != shown(list)
	}
	if s.try("publication proposed", want, func(n *engine.Contests) error { return n.ProposePublication(s.ctx, by, s.id, key, "") }) {
		s.proposed = &release{list, s.Clock()}
	}
}

func (s *script) signRelease() {
	desk, err := s.node().Publications(s.ctx, s.id)
	s.must(err)
	if (desk.Proposed != nil) != (s.proposed != nil) {
		s.t.Fatalf("a version is proposed: %v, the oracle says %v", desk.Proposed != nil, s.proposed != nil)
	}
	if s.proposed == nil {
		return
	}
	list, key := s.named(), s.key()
	want := !s.final && s.publishable(list) == "" && shown(list) == shown(s.proposed.list)
	if s.try("publication signed", want, func(n *engine.Contests) error {
		return n.SignPublication(s.ctx, super, s.id, key, desk.Proposed.Version, desk.Proposed.Digest)
	}) {
		s.published, s.proposed, s.publishedAt = append(s.published, *s.proposed), nil, s.Clock()
	}
}

// drawLots separates those whom nothing else does. Anyone can draw them again
// from the seed: a lot is five digits of the digest of seed and id, or the next
// that is free; those who draw come by their ids.
func (s *script) drawLots() {
	var who []int
	needed := false
	list := s.named()
	for _, x := range list {
		if s.lotNeeded(list, x) {
			needed = true
			if s.o.lots[x.who] == 0 {
				who = append(who, x.who)
			}
		}
	}
	key, seed := s.key(), fmt.Sprintf("%032x", s.n("seed", 0, 1000))
	if !s.try("lots", s.in(engine.PhaseDecrypted, engine.PhasePublished) && needed, func(n *engine.Contests) error {
		return n.DrawLots(s.ctx, super, s.id, key, seed, "见证人")
	}) {
		return
	}
	slices.SortFunc(who, func(a, b int) int { return strings.Compare(string(s.ids[a]), string(s.ids[b])) })
	for _, i := range who {
		lot := s.lotOf(seed, i)
		for slices.Contains(slices.Collect(maps.Values(s.o.lots)), 10_000+lot) {
			lot = (lot + 1) % 90_000
		}
		s.o.lots[i] = 10_000 + lot
	}
}

func (s *script) appeal() {
	if len(s.published) == 0 {
		return
	}
	until := s.publishedAt.Add(2 * time.Hour)
	if now := s.Clock(); now.Before(until) && !now.Add(time.Minute).Before(until) {
		return // too near to the end of the window to say
	}
	i, unit, key := s.n("who", 0, len(s.p.people)-1), s.n("unit", 0, 2), s.key()
	if s.n("own", 0, 2) > 0 {
		unit = s.p.people[i].unit
	}
	want := s.in(engine.PhasePublished) && s.Clock().Before(until) && unit == s.p.people[i].unit
	code := s.label(i)
	if s.try("appeal", want, func(n *engine.Contests) error {
		return n.FileAppeal(s.ctx, leaderOf(unit), s.id, key, engine.Appeal{Code: code, Text: "请求复查"})
	}) {
		s.appeals = append(s.appeals, appealed{open: true})
	}
}

func (s *script) rule() {
	if len(s.appeals) == 0 {
		return
	}
	k, key, ruling := s.n("appeal", 0, len(s.appeals)-1), s.key(), one(s.drawer, "ruling", engine.Upheld, engine.Dismissed)
	if s.try("ruling", s.appeals[k].open, func(n *engine.Contests) error {
		return n.RuleAppeal(s.ctx, arbiter, s.id, key, k+1, ruling, "已复查")
	}) {
		s.appeals[k].open, s.appeals[k].upheld = false, ruling == engine.Upheld
		if ruling == engine.Upheld && s.in(engine.PhasePublished) && s.p.modules[0].imported { // what follows is a correction that names it
			i := s.n("who", 0, len(s.p.people)-1)
			v := of(int64(s.n("marks", 0, 10000)))
			s.proposeOne(&correction{i: i, rule: -1, value: v, why: "申诉", by: arbiter, state: "proposed", appeal: k + 1}, engine.Correction{
				Code: s.label(i), Module: moduleID(0), Value: ptr(valueOf(v)), Reason: "申诉", Source: engine.FromAppeal, Appeal: k + 1,
			}, true)
		}
	}
}

func (s *script) finalise() {
	if len(s.published) == 0 {
		return
	}
	until := s.publishedAt.Add(2 * time.Hour)
	if now := s.Clock(); now.Before(until) && !now.Add(time.Minute).Before(until) {
		return
	}
	open := slices.ContainsFunc(s.appeals, func(a appealed) bool { return a.open })
	unmet := false
	for k := range s.appeals {
		unmet = unmet || s.unmet(k)
	}
	want := s.in(engine.PhasePublished) && !s.Clock().Before(until) && !open && !unmet && !s.openCorrection() && !s.unpublished()
	key := s.key()
	if s.try("final", want, func(n *engine.Contests) error { return n.Finalise(s.ctx, chief, s.id, key) }) {
		s.final = true
	}
}
