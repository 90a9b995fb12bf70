package modeltest

import (
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// anyAspect is an aspect of a sheet with something to be seen of it.
func (s *script) anyAspect(m, x int) (int, seen) {
	var list []int
	for k, a := range s.p.modules[m].aspects {
		if a.panel == x {
			list = append(list, k)
		}
	}
	k := one(s.drawer, "aspect", list...)
	return k, s.observe(&s.p.modules[m].aspects[k], s.n("wild", 0, 9) == 0)
}

func (s *script) decide() {
	i, m, x := s.any()
	if s.is("conference") {
		i, m, x = s.prefer(s.inConference)
	}
	k, v := s.anyAspect(m, x)
	s.decideOn(i, m, x, k, v)
}

func (s *script) decideOn(i, m, x, k int, v seen) {
	a, by, key := &s.p.modules[m].aspects[k], one(s.drawer, "by", chief, deputy), s.key()
	o := scoring.Override{Aspect: aspectID(m, k), Observation: a.observation(v), Why: "裁定" + key}
	want := s.openSheet(i, m) && (a.policy.chief || a.policy.method == "chief") && a.fits(v)
	if s.try("decision", want, func(c *engine.Contests) error { return c.DecideAspect(s.ctx, by, s.id, key, s.sheetID(i, m, x), o) }) {
		s.o.works[i][m].decided[k] = decision{v, o.Why}
		s.o.touched(i, m)
	}
}

func (s *script) withdrawDecision() {
	i, m, x := s.prefer(func(i, m, _ int) bool { return len(s.o.works[i][m].decided) > 0 })
	k, _ := s.anyAspect(m, x)
	w, key := s.o.works[i][m], s.key()
	_, there := w.decided[k]
	if s.try("decision withdrawn", s.openSheet(i, m) && there, func(c *engine.Contests) error {
		return c.WithdrawDecision(s.ctx, chief, s.id, key, s.sheetID(i, m, x), aspectID(m, k), "撤回")
	}) {
		delete(w.decided, k)
		s.o.touched(i, m)
	}
}

func (s *script) acceptGap() {
	i, m, x := s.prefer(func(i, m, x int) bool { return s.o.judge(i, m).flagged[x] && !s.o.works[i][m].accepted })
	w, key := s.o.works[i][m], s.key()
	want := s.openSheet(i, m) && s.o.judge(i, m).flagged[x] && !w.accepted
	if s.try("gap", want, func(c *engine.Contests) error {
		return c.AcceptGap(s.ctx, chief, s.id, key, s.sheetID(i, m, x), "各有依据")
	}) {
		w.accepted = true
		s.o.touched(i, m)
	}
}

// may says whether conduct of a module may be recorded; -1: of all of them.
func (s *script) may(m int) bool {
	if m < 0 {
		return !s.final && !s.o.allLocked()
	}
	return !s.final && !s.o.locked[m]
}

func (s *script) violate() {
	i, m, x := s.any()
	v, by, desk, key := s.n("violation", 0, 1), chief, true, s.key()
	if s.is("by a judge") {
		by, desk = access.AccountID(s.someJudge(i, m, x)), false
	}
	sees := desk
	for y, sh := range s.o.works[i][m].sheets {
		sees = sees || s.seenBy(m, y) == engine.LayerStation && slices.Contains(sh.panel, string(by))
	}
	if s.try("violation", s.may(m) && sees, func(c *engine.Contests) error {
		return c.RecordViolation(s.ctx, by, s.id, key, s.address(i, m), violationID(v), "经提醒", desk)
	}) {
		s.o.conduct[i] = append(s.o.conduct[i], &conduct{violation: v, rule: -1, module: m, record: s.head()})
	}
}

func (s *script) zero() {
	i, m, _ := s.any()
	k, key := s.n("rule", 0, len(s.p.zeroing)-1), s.key()
	rule, of := s.p.zeroing[k], m
	if rule.whole {
		of = -1
	}
	want := s.may(of) && (rule.whole || rule.module < 0 || rule.module == m)
	if s.try("zeroing", want, func(c *engine.Contests) error {
		return c.RecordZeroing(s.ctx, chief, s.id, key, s.address(i, m), zeroID(k), "违反规定")
	}) {
		s.o.conduct[i] = append(s.o.conduct[i], &conduct{violation: -1, rule: k, module: m, record: s.head()})
	}
}

func (s *script) withdrawConduct() {
	var all []*conduct
	for _, list := range s.o.conduct {
		all = append(all, list...)
	}
	if len(all) == 0 {
		return
	}
	x, key := one(s.drawer, "conduct", all...), s.key()
	of := x.module
	if x.rule >= 0 && s.p.zeroing[x.rule].whole {
		of = -1
	}
	if s.try("conduct withdrawn", s.may(of) && !x.withdrawn, func(c *engine.Contests) error {
		return c.WithdrawConduct(s.ctx, chief, s.id, key, x.record, "误记")
	}) {
		x.withdrawn = true
	}
}

// absentee names somebody by the code of a module, or by id in all of them.
func (s *script) absentee() (i int, modules []int, who engine.Absentee, by access.AccountID) {
	i, m, _ := s.any()
	if s.is("all modules") {
		who.Competitor = s.ids[i]
		for m, mod := range s.p.modules {
			if !mod.imported {
				modules = append(modules, m)
			}
		}
	} else {
		who.Layer, who.Code, who.Modules, modules = engine.LayerStation, s.codes[engine.LayerStation][m][i], []scoring.ModuleID{moduleID(m)}, []int{m}
	}
	by = one(s.drawer, "by", chief, caller)
	who.Desk = by == chief
	return i, modules, who, by
}

func (s *script) absent() {
	if s.n("absence", 0, 1) == 0 { // or hardly anybody would be left
		return
	}
	i, modules, who, by := s.absentee()
	key, want, changes := s.key(), true, false
	for _, m := range modules {
		w := s.o.works[i][m]
		want, changes = want && s.may(m), changes || !w.absent
		for _, sh := range w.sheets {
			want = want && (who.Desk || len(sh.files) == 0)
		}
	}
	if s.try("absence", want && changes, func(c *engine.Contests) error { return c.RecordAbsence(s.ctx, by, s.id, key, who) }) {
		for _, m := range modules {
			s.o.works[i][m].absent = true
		}
	}
}

func (s *script) notAbsent() {
	i, modules, who, by := s.absentee()
	key, want, changes := s.key(), true, false
	for _, m := range modules {
		want, changes = want && s.may(m), changes || s.o.works[i][m].absent
	}
	if s.try("absence withdrawn", want && changes, func(c *engine.Contests) error { return c.WithdrawAbsence(s.ctx, by, s.id, key, who) }) {
		for _, m := range modules {
			s.o.works[i][m].absent = false
		}
	}
}

func (s *script) time() {
	i, m, _ := s.any()
	s.timeOf(i, m, int64(s.n("ms", -1, 4))*45_000)
}

func (s *script) timeOf(i, m int, ms int64) {
	key := s.key()
	if s.try("time", s.may(m) && ms >= 0, func(c *engine.Contests) error {
		return c.RecordTime(s.ctx, "clock", s.id, key, s.address(i, m), ms, engine.TimeOfClock, "")
	}) {
		w := s.o.works[i][m]
		w.times, s.o.timed[m] = append(w.times, ms), true
		s.o.touched(i, m)
	}
}

func (s *script) closePanel() { i, m, x := s.any(); s.shut(i, m, x, true) }
func (s *script) reopenPanel() {
	i, m, x := s.prefer(func(i, m, x int) bool { return s.o.works[i][m].sheets[x].closed })
	s.shut(i, m, x, false)
}

func (s *script) shut(i, m, x int, closed bool) {
	sh, key := s.o.works[i][m].sheets[x], s.key()
	e := engine.PanelClosing{Module: moduleID(m), Sheet: s.sheetID(i, m, x), Why: "裁判离场"}
	want := s.openSheet(i, m) && sh.state != agreed && sh.closed != closed
	if s.try(map[bool]string{true: "panel closed", false: "panel reopened"}[closed], want, func(c *engine.Contests) error {
		if closed {
			return c.ClosePanel(s.ctx, chief, s.id, key, e)
		}
		return c.ReopenPanel(s.ctx, chief, s.id, key, e)
	}) {
		sh.closed = closed
		s.o.touched(i, m)
	}
}

// changePanel takes a judge off a module's panel, for a new one, for one who
// was there before, or for the spares.
func (s *script) changePanel() {
	_, m, x := s.any()
	list := s.o.members[m][x]
	at := s.n("member", 0, len(list)-1)
	out, recall, key := list[at], s.is("recall"), s.key()
	next := slices.Delete(slices.Clone(list), at, at+1)
	e := engine.PanelChange{Module: moduleID(m), Out: access.AccountID(out.id), Recall: recall, Why: "身体不适"}
	known := false
	if s.n("successor", 0, 2) > 0 {
		in := member{id: fmt.Sprintf("n%d", s.n("newcomer", 0, 3)), unit: -1}
		for _, p := range s.o.members[m] {
			known = known || slices.ContainsFunc(p, func(y member) bool { return y.id == in.id })
		}
		e.In = ptr(in.document())
		next = slices.Insert(next, at, in)
	}
	var moved []int
	for i := range s.p.people {
		if sh := s.o.works[i][m].sheets[x]; slices.Contains(sh.panel, out.id) && (recall || sh.state != agreed) {
			moved = append(moved, i)
		}
	}
	led := make([]bool, len(s.p.people))
	for i := range led {
		led[i] = s.o.leaderFor(i, m, x) != ""
	}
	s.o.members[m][x] = next
	want := s.may(m) && !known
	for i := range led {
		want = want && (!s.p.signLeader || !led[i] || s.o.leaderFor(i, m, x) != "")
	}
	for _, i := range moved {
		want = want && len(s.o.panelFor(i, m, x)) == s.p.size
	}
	if !s.try("panel changed", want, func(c *engine.Contests) error { return c.ChangePanel(s.ctx, chief, s.id, key, e) }) {
		s.o.members[m][x] = list
		return
	}
	for _, i := range moved {
		if sh := s.o.works[i][m].sheets[x]; sh.state == agreed {
			s.o.reopen(i, m, x, false)
		} else {
			sh.panel = s.o.panelFor(i, m, x)
		}
		s.o.touched(i, m)
	}
}

// judges lists everybody who is or was on a panel.
func (s *script) judges() (out []string) {
	add := func(j string) {
		if !slices.Contains(out, j) {
			out = append(out, j)
		}
	}
	for m, mod := range s.p.modules {
		for x := range mod.panels {
			for _, j := range mod.panels[x].members {
				add(j.id)
			}
			for _, j := range s.o.members[m][x] {
				add(j.id)
			}
		}
	}
	return out
}

func (s *script) sign() { s.signAll(one(s.drawer, "signer", s.judges()...)) }

// signAll signs everything that is wanted of the judge, after asking whether
// the oracle wants the same.
func (s *script) signAll(j string) {
	list, err := s.node().Sheets(s.ctx, access.AccountID(j), s.id)
	s.must(err)
	var due []engine.Agreement
	var where [][3]int
	for i := range s.p.people {
		for m, mod := range s.p.modules {
			for x := range mod.panels {
				want := s.openSheet(i, m) && s.o.works[i][m].sheets[x].state == agreed && slices.Contains(s.o.unsigned(i, m, x), j)
				at := slices.IndexFunc(list, func(b engine.SheetBrief) bool { return b.ID == s.sheetID(i, m, x) })
				if got := at >= 0 && list[at].ToSign != ""; got != want {
					s.t.Fatalf("%s is to sign %s: %v, the oracle says %v", j, s.sheetID(i, m, x), got, want)
				}
				if want {
					due, where = append(due, engine.Agreement{Sheet: list[at].ID, Digest: list[at].ToSign}), append(where, [3]int{i, m, x})
				}
			}
		}
	}
	key := s.key()
	if s.try("signature", len(due) > 0, func(c *engine.Contests) error { return c.Sign(s.ctx, access.AccountID(j), s.id, key, due) }) {
		for _, w := range where {
			sh := s.o.works[w[0]][w[1]].sheets[w[2]]
			sh.signed[j] = append(sh.signed[j], s.o.agreement(w[0], w[1], w[2]))
		}
	}
}

// signStale signs what is not agreed any more.
func (s *script) signStale() {
	i, m, x := s.any()
	j, key := s.someJudge(i, m, x), s.key()
	s.try("stale signature", false, func(c *engine.Contests) error {
		return c.Sign(s.ctx, access.AccountID(j), s.id, key, []engine.Agreement{{Sheet: s.sheetID(i, m, x), Digest: "0000"}})
	})
}

func (s *script) lock() {
	_, m, _ := s.any()
	s.lockOne(m)
}

func (s *script) lockOne(m int) {
	desk, err := s.node().Desk(s.ctx, s.id)
	s.must(err)
	digest := "none"
	for _, d := range desk.Modules {
		if d.Module == moduleID(m) && d.Digest != "" {
			digest = d.Digest
		}
	}
	key := s.key()
	if s.try("lock", s.in(engine.PhaseRunning) && !s.o.locked[m] && s.o.lockable(m), func(c *engine.Contests) error {
		return c.LockModule(s.ctx, chief, s.id, key, moduleID(m), digest)
	}) {
		s.o.locked[m] = true
	}
}

// closed says whether there is something that an unlock would open.
func (s *script) closed(u unlock) bool {
	if !s.in(engine.PhaseRunning, engine.PhaseLocked) {
		return false
	}
	if u.i < 0 {
		return s.o.locked[u.m]
	}
	return s.o.works[u.i][u.m].sheets[u.x].state == agreed
}

func (s *script) askUnlock() {
	u := unlock{by: one(s.drawer, "by", chief, deputy)}
	if u.i, u.m, u.x = s.any(); s.n("lock alone", 0, 3) == 0 {
		u.i = -1
	}
	for turn := 0; !s.closed(u) && turn < 3; turn++ { // mostly something that is closed
		s.focus = nil
		_, u.m, u.x = s.any()
		u.i = s.n("unlock of", -1, len(s.p.people)-1)
	}
	s.ask(u)
}

func (s *script) ask(u unlock) {
	sheet, key := engine.SheetID(""), s.key()
	if u.i >= 0 {
		sheet = s.sheetID(u.i, u.m, u.x)
	}
	if s.try("unlock asked", s.closed(u), func(c *engine.Contests) (err error) {
		seq, err := c.AskUnlock(s.ctx, u.by, s.id, key, moduleID(u.m), sheet, "发现漏评")
		if u.seq == 0 {
			u.seq = seq
		}
		if err == nil && seq != u.seq {
			return fmt.Errorf("a repeated request has another number: %d, first %d", seq, u.seq)
		}
		return err
	}) {
		u.at = s.Clock()
		s.asked = append(s.asked, u)
		if s.n("at once", 0, 2) > 0 {
			s.grantUnlock()
		}
	}
}

func (s *script) grantUnlock() {
	if len(s.asked) == 0 {
		return
	}
	if s.n("late", 0, 9) == 0 {
		s.later(11 * time.Minute)
	}
	k := len(s.asked) - 1 - s.n("which", 0, min(2, len(s.asked)-1))
	s.grant(k, one(s.drawer, "second", super, deputy, chief, arbiter))
}

func (s *script) grant(k int, by access.AccountID) {
	s.later(time.Minute)
	u, key := &s.asked[k], s.key()
	until := u.at.Add(10 * time.Minute)
	before := s.head()
	at := s.Clock()
	want := !u.granted && by != u.by && by != arbiter && s.closed(*u) && !at.Add(50*time.Second).After(until)
	if !want && !u.granted && by != u.by && by != arbiter && s.closed(*u) && !at.After(until) {
		return // too near to the end of its time to say
	}
	if !s.try("unlock granted", want, func(c *engine.Contests) error { return c.GrantUnlock(s.ctx, by, s.id, key, u.seq) }) || before == s.head() {
		return
	}
	u.granted = true
	delete(s.o.locked, u.m)
	s.recheck, s.rechecked = nil, false
	if u.i >= 0 {
		s.o.reopen(u.i, u.m, u.x, true)
		s.o.touched(u.i, u.m)
	}
}

func (s *script) importTheory() {
	if s.p.modules[0].imported {
		i := s.n("who", 0, len(s.p.people)-1)
		s.importOf(i, one(s.drawer, "theory", of(int64(s.n("marks", 0, 10001))), didNotStart, amount{}), int64(s.n("revision", 0, 4)))
	}
}

// importOf brings theory in. A lower revision never undoes a higher one, and
// one that came before is the same again.
func (s *script) importOf(i int, v amount, revision int64) {
	w, id := s.o.works[i][0], fmt.Sprintf("%d/%d", i, revision)
	in := engine.Import{Competitor: s.ids[i], Module: moduleID(0), Value: valueOf(v), Source: fmt.Sprintf("attempt/%d", i), Revision: revision}
	if s.try("import", s.used[id] || !s.final && v.marks <= 10000, func(c *engine.Contests) error { return c.ImportPart(s.ctx, "exam", s.id, in) }) {
		if !s.used[id] && revision >= w.revision {
			w.revision = revision
			if !w.corrected {
				w.imported = v
			}
		}
		s.used[id] = true
	}
}
