package modeltest

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// forward does what has to be done next, as people do who want to go home. In
// between random acts may undo it.
func (s *script) forward() {
	switch s.phase() {
	case engine.PhaseRunning:
		s.settle()
		for _, j := range s.judges() {
			s.signAll(j)
		}
		for m, mod := range s.p.modules {
			if !mod.imported {
				s.lockOne(m)
			}
		}
	case engine.PhaseLocked:
		s.checkAgain()
	case engine.PhaseRechecked:
		s.askLayer()
	case engine.PhaseDecrypted:
		s.complete()
		s.release()
	case engine.PhasePublished:
		s.appeal()
		for k := range s.appeals {
			if s.appeals[k].open {
				s.rule()
			}
		}
		for k := range s.appeals {
			if s.in(engine.PhasePublished) && s.unmet(k) {
				s.follow(k)
			}
		}
		s.release()
		s.later(3 * time.Hour)
		s.finalise()
	case engine.PhaseSetup, engine.PhaseFinal:
	}
	s.check()
}

// settle lets every panel come to an end: in a conference all take the same.
func (s *script) settle() {
	for i := range s.p.people {
		for m, mod := range s.p.modules {
			for x := range mod.panels {
				for turn := 0; s.openSheet(i, m) && s.o.works[i][m].sheets[x].state != agreed; turn++ {
					if turn > 6 {
						s.t.Fatalf("sheet %s does not come to an end: %+v", s.sheetID(i, m, x), s.o.judge(i, m))
					}
					s.settleOne(i, m, x)
				}
			}
		}
	}
}

func (s *script) settleOne(i, m, x int) {
	w := s.o.works[i][m]
	sh := w.sheets[x]
	if sh.closed && sh.have() < s.p.size {
		s.shut(i, m, x, false)
	}
	if len(w.times) == 0 {
		s.timeOf(i, m, 45_000)
	}
	all := map[int]seen{}
	for k := range s.p.modules[m].aspects {
		if a := &s.p.modules[m].aspects[k]; a.panel == x && !a.clock {
			all[k] = s.observe(a, false)
		}
	}
	for _, j := range sh.panel {
		before := sh.counting(j)
		waits := sh.state == waiting && sh.have() < s.p.size // for others; else something was left blank that two must enter
		if sh.state == agreed || before != nil && (waits || sh.state == conference && before.round == sh.round) {
			continue
		}
		marks := map[int]seen{}
		open, whole := s.o.disputed(i, m, x)
		for k, v := range all {
			marks[k] = v
			if before != nil && sh.state == conference && !whole && !open[k] && before.marks[k] != nil {
				marks[k] = before.marks[k]
			}
		}
		t := s.tabletOf(j)
		s.look(t, s.sheetID(i, m, x))
		t.queue = append(t.queue, s.frame(t, i, m, x, marks))
		s.send(t, len(t.queue)-1)
	}
	v := s.o.judge(i, m)
	for k, a := range s.p.modules[m].aspects {
		if a.panel == x && v.aspects[k] == waiting && a.policy.method == "chief" && sh.have() == s.p.size {
			s.decideOn(i, m, x, k, all[k])
		}
	}
}

// checkAgain is the recheck. What has no marks by then is opened again.
func (s *script) checkAgain() {
	for k := range s.corrections {
		if c := s.corrections[k]; c.state == "proposed" {
			s.signOne(k, map[bool]access.AccountID{true: super, false: chief}[c.by == chief])
		}
	}
	for i := range s.p.people {
		for m, mod := range s.p.modules {
			if l := s.o.line(i, false, false); !mod.imported && l.modules[m].is == "" && s.o.locked[m] {
				s.ask(unlock{i: -1, m: m, by: chief})
				s.grant(len(s.asked)-1, super)
				return
			}
		}
	}
	if s.recheck == nil {
		s.drawRecheck()
	}
	for range 2 {
		for _, x := range s.due() {
			if s.recheck[x.Sheet] != engine.CheckFine {
				s.checkOne(x.Sheet, engine.CheckFine)
			}
		}
	}
	s.closeRecheck()
}

// complete fills in what would keep the results from being published: theory
// that never came, and, by a correction, what was locked without marks.
func (s *script) complete() {
	for i := range s.p.people {
		l := s.o.line(i, false, false)
		for m, mod := range s.p.modules {
			switch {
			case l.modules[m].is != "":
			case mod.imported:
				s.importOf(i, of(int64(s.n("theory", 0, 100))*100), 10+int64(s.keys))
			case !l.disqualified:
				s.proposeOne(&correction{i: i, m: m, rule: 1, why: "无成绩", by: chief, state: "proposed"}, engine.Correction{
					Code: s.label(i), Zeroing: &scoring.Zeroing{Rule: zeroID(1), Module: moduleID(m)}, Reason: "无成绩", Source: engine.FromError,
				}, true)
			}
		}
	}
}

// release publishes what is new.
func (s *script) release() {
	for k := range s.corrections {
		if c := s.corrections[k]; c.state == "proposed" {
			s.signOne(k, map[bool]access.AccountID{true: super, false: chief}[c.by == chief])
		}
	}
	s.complete()
	list := s.named()
	if slices.ContainsFunc(list, func(x place) bool { return s.lotNeeded(list, x) }) {
		s.drawLots()
	}
	s.publish()
	s.signRelease()
}

func (s *script) lotOf(seed string, i int) int64 {
	sum := sha256.Sum256([]byte(seed + "\x00" + string(s.ids[i])))
	return int64(binary.BigEndian.Uint64(sum[:8]) % 90_000)
}
