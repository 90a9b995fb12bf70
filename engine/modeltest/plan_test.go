package modeltest

import (
	"fmt"
	"math/bits"

	"pgregory.net/rapid"
)

// plan is a random division in plain numbers. The oracle works from it;
// build_test.go writes it down as the product's documents.
type plan struct {
	mode   string // open, coded, layered
	people []person

	modules   []module
	size      int
	least     int
	gap       int64 // total gap that is flagged; 0: none
	gapBlocks bool

	step         int64 // of a panel's marks
	roundAspects bool
	provisional  bool // amounts show from the first sheet on

	parts      []part
	full       int64
	totalStep  int64
	roundParts bool
	passLines  []int64 // of the total, then of each part; noLine: none
	ties       []tie
	unique     bool
	absentLast bool

	zeroing    []zeroRule
	violations []violation

	signJudges, signLeader bool
	relations              map[string]int // judge to a competitor's unit
	live                   bool           // the public sees amounts before the publication
	topShare, errorRate    int
	awards                 []prize
}

const noLine = -(int64(1) << 62)

type person struct {
	unit    int
	carried amount // theory from an earlier stage
}

type member struct {
	id            string
	unit          int // -1: none of the competitors'
	spare, leader bool
}

type panel struct {
	work    bool // it sees works, not stations
	members []member
}

type module struct {
	imported bool
	max      int64
	panels   []panel
	aspects  []aspect
}

type aspect struct {
	kind   string
	panel  int
	max    int64
	policy policy
	own    bool // the policy is the aspect's own, not the kind's

	steps     []int64 // stepped, hits, time: what each is worth
	low, high int64   // tolerance
	each      int64   // linear: of an error; hits: of a false alarm
	step      int64   // points
	costs     [2]int64
	most      int64 // how often the first deduction can be taken
	alarms    int64 // hits: pot of false alarms; 0: none
	times     []int64
	base      int64 // time: what is earned whatever the others are; -1: all
	clock     bool  // time: the station's clock
}

type policy struct {
	method    string
	high, low int
	clamp     int64
	majority  int
	spread    int64 // levels; -1: no limit
	bands     []band
	chief     bool // the chief judge may decide
}

type band struct{ from, gap int64 }

type part struct {
	modules []int
	weight  int64
}

type tie struct {
	by string // part, module, time, lot
	of int
}

type zeroRule struct {
	whole  bool
	module int // that lists it; -1: the scheme
}

type violation struct {
	perModule bool
	ladder    []sanction
}

// sanction is a step of a ladder, and what follows for one competitor.
type sanction struct {
	kind   string
	module int
	marks  int64
}

type prize struct {
	count, share   int // count, or a share in basis points
	base, rounding string
	all            bool // ties at the line are all in; else none of them
}

// recused says whether the judge steps aside for the competitor.
func (p *plan) recused(j member, i int) bool {
	unit, related := p.relations[j.id]
	return j.unit == p.people[i].unit || related && unit == p.people[i].unit
}

// drawer draws the parts of a plan.
type drawer struct{ t *rapid.T }

// n is a number from low to high, each as likely as another: rapid's own
// numbers are mostly small, and half of the acts would hardly ever come. It
// still shrinks towards low.
func (d drawer) n(what string, low, high int) int {
	return rapid.Custom(func(t *rapid.T) int {
		v, bits := 0, bits.Len(uint(high-low))+4
		for range bits {
			v <<= 1
			if coin.Draw(t, "bit") {
				v++
			}
		}
		return low + v*(high-low+1)>>bits
	}).Draw(d.t, what)
}

var coin = rapid.Bool()

func (d drawer) is(what string) bool { return coin.Draw(d.t, what) }

func one[T any](d drawer, what string, list ...T) T { return list[d.n(what, 0, len(list)-1)] }

var kinds = []string{"binary", "stepped", "tolerance", "linear", "points", "judgement", "pot", "penalty", "hits", "time"}

func drawPlan(t *rapid.T) *plan {
	d := drawer{t}
	p := &plan{
		mode: one(d, "mode", "coded", "coded", "open", "layered"), size: d.n("panel", 1, 4), full: 10000,
		step: one[int64](d, "step", 1, 10, 50), roundAspects: d.is("round aspects"), provisional: d.is("provisional"),
		totalStep: one[int64](d, "total step", 1, 10, 100), roundParts: d.is("round parts"), unique: d.is("unique"),
		absentLast: d.is("absent last"), signJudges: d.is("judges sign"), live: d.n("live", 0, 3) > 0,
		topShare: one(d, "top", 3000, 10000, 0), errorRate: one(d, "error rate", 500, 0, 10000), relations: map[string]int{},
	}
	p.least = d.n("least", 1, p.size)
	p.signLeader = p.signJudges && d.is("leader signs")
	if d.is("gap") {
		p.gap, p.gapBlocks = int64(d.n("gap marks", 1, 8))*25, d.is("gap blocks")
	}
	for i := range d.n("people", 2, 5) {
		x := person{unit: i / 2}
		if d.n("carried", 0, 3) == 0 {
			x.carried = of(int64(d.n("carried marks", 0, 10000)))
		}
		p.people = append(p.people, x)
	}
	d.modules(p)
	d.rules(p)
	d.conducts(p)
	return p
}

func (d drawer) modules(p *plan) {
	byKind := map[string]policy{}
	for _, k := range kinds {
		byKind[k] = d.policy(p, k)
	}
	theory := d.n("theory", 0, 2) > 0
	if theory {
		p.modules = append(p.modules, module{imported: true, max: 10000})
	}
	judges := 0
	for range d.n("modules", 1, 2) {
		var m module
		for x := range d.n("panels", 1, 2) {
			var who panel
			who.work = p.mode == "layered" && d.is("work")
			for k := range p.size + d.n("spares", 1, 3) { // one has to step aside perhaps
				judges++
				j := member{id: fmt.Sprintf("j%d", judges), unit: -1, spare: k >= p.size, leader: k == 0 || k >= p.size}
				// One member of a panel at most steps aside for a unit.
				if k == 0 && d.n("recusal", 0, 2) == 0 {
					if j.unit = p.people[0].unit; d.is("by relation") {
						j.unit, p.relations[j.id] = -1, p.people[0].unit
					}
				}
				who.members = append(who.members, j)
			}
			m.panels = append(m.panels, who)
			for k := range d.n("aspects", 1, 3) {
				kind := one(d, "kind", kinds...)
				if k == 0 { // something that everybody enters, and that is worth something
					kind = one(d, "first kind", "points", "judgement", "binary", "linear")
				}
				a := d.aspect(kind)
				a.panel, a.policy = x, byKind[kind]
				if d.n("own policy", 0, 1) == 0 {
					a.policy, a.own = d.policy(p, kind), true
				}
				if k == 0 && a.policy.method == "double" {
					a.policy, a.own = policy{method: "mean", spread: -1, chief: true}, true
				}
				a.clock = a.clock && !who.work
				if a.base >= 0 && hasBase(m.aspects) {
					a.base = -1
				}
				m.aspects = append(m.aspects, a)
				m.max += a.max
			}
		}
		p.modules = append(p.modules, m)
	}
}

func hasBase(list []aspect) bool {
	for _, a := range list {
		if a.base >= 0 {
			return true
		}
	}
	return false
}

func (d drawer) aspect(kind string) aspect {
	a := aspect{kind: kind, max: one[int64](d, "max", 100, 200, 250, 300), base: -1}
	switch kind {
	case "stepped":
		a.steps = []int64{0, a.max / 2, a.max}
	case "tolerance":
		a.low, a.high = 990, 1010
	case "linear":
		a.each = one[int64](d, "per error", 30, 50)
	case "points":
		a.step = one[int64](d, "points step", 10, 25, 50)
		if a.max%a.step != 0 {
			a.step = 50
		}
	case "pot":
		a.costs, a.most = [2]int64{60, 100}, 2
	case "penalty":
		a.costs, a.most, a.max = [2]int64{20, 75}, 2, 0
	case "hits":
		a.steps, a.max = []int64{0, 25, 50}, 100
		if d.is("false alarms") {
			a.alarms, a.each, a.max = 100, 40, 200
		}
	case "time":
		a.times, a.steps = []int64{60_000, 120_000}, []int64{a.max, a.max / 2, 0}
		a.clock = d.is("clock")
		if d.is("base") {
			a.base = 50
		}
	}
	return a
}

// policy draws how a panel agrees on an aspect of the kind.
func (d drawer) policy(p *plan, kind string) policy {
	a := policy{method: one(d, "method", "mean", "equal", "drop", "median", "clamp", "majority", "double", "chief"), spread: -1, chief: d.n("chief may", 0, 3) > 0}
	if kind == "time" && a.method == "chief" {
		a.method = "mean"
	}
	switch a.method {
	case "drop":
		a.high, a.low = d.n("high", 0, 1), d.n("low", 0, 1)
		if a.high+a.low == 0 || a.high+a.low >= p.least {
			a.method, a.high, a.low = "mean", 0, 0
		}
	case "clamp":
		a.clamp = int64(d.n("clamp", 0, 4)) * 15
	case "majority":
		if a.majority = p.size/2 + 1; a.majority > p.least {
			a.method, a.majority = "median", 0
		}
	case "double":
		if p.size < 2 {
			a.method = "equal"
		}
	}
	if kind == "judgement" && d.is("spread") {
		a.spread = int64(d.n("levels", 0, 2))
	}
	combines := a.method == "mean" || a.method == "drop" || a.method == "median" || a.method == "clamp"
	if combines && kind != "penalty" && d.n("bands", 0, 2) == 0 {
		a.bands = []band{{0, int64(d.n("narrow", 1, 4)) * 20}, {150, int64(d.n("wide", 1, 4)) * 30}}
	}
	return a
}

func (d drawer) rules(p *plan) {
	if d.is("one part each") && len(p.modules) > 1 {
		p.parts = append(p.parts, part{modules: []int{0}, weight: 3000})
		rest := part{weight: 7000}
		for m := 1; m < len(p.modules); m++ {
			rest.modules = append(rest.modules, m)
		}
		p.parts = append(p.parts, rest)
	} else {
		all := part{weight: 10000}
		for m := range p.modules {
			all.modules = append(all.modules, m)
		}
		p.parts = append(p.parts, all)
	}
	p.passLines = []int64{one(d, "pass", noLine, 6000)}
	for range p.parts {
		p.passLines = append(p.passLines, one[int64](d, "part pass", noLine, 100))
	}
	chain := []tie{{"part", len(p.parts) - 1}, {"module", len(p.modules) - 1}, {"time", 0}, {"part", 0}, {"module", 0}}
	seen := map[tie]bool{}
	for _, t := range rapid.SliceOfN(rapid.SampledFrom(chain), 0, 3).Draw(d.t, "ties") {
		if !seen[t] {
			p.ties = append(p.ties, t)
		}
		seen[t] = true
	}
	if p.unique || d.n("lot", 0, 3) == 0 {
		p.ties = append(p.ties, tie{by: "lot"})
	}
	for range d.n("awards", 0, 3) {
		w := prize{base: one(d, "base", "entered", "started", "ranked"), rounding: one(d, "rounding", "up", "down", "half_up"), all: d.is("all tied")}
		if d.is("by share") {
			w.share = d.n("share", 1, 10) * 500
		} else {
			w.count = d.n("count", 1, 2)
		}
		p.awards = append(p.awards, w)
	}
}

func (d drawer) conducts(p *plan) {
	p.zeroing = []zeroRule{{true, -1}, {false, -1}, {false, len(p.modules) - 1}}
	steps := []sanction{{kind: "warning"}, {kind: "deduct", marks: 120}, {kind: "zero_module"}, {kind: "zero_whole"}, {kind: "disqualify"}}
	for range 2 {
		p.violations = append(p.violations, violation{
			perModule: d.is("per module"), ladder: rapid.SliceOfN(rapid.SampledFrom(steps), 1, 3).Draw(d.t, "ladder"),
		})
	}
}

// observe draws what a judge sees of an aspect: of a few values, so that
// panels agree now and then; wild ones may be none that the aspect can have.
func (d drawer) observe(a *aspect, wild bool) seen {
	most := int64(3)
	if wild {
		most = 5
	}
	n := int64(d.n("seen", 0, int(most)))
	if wild && n == 4 {
		n = -1
	}
	switch a.kind {
	case "binary":
		return seen{min(1, max(0, n))}
	case "stepped":
		return seen{pick(n, wild, 2)}
	case "tolerance":
		return seen{985 + 5*n}
	case "points":
		if wild && n == 5 {
			return seen{a.max - 1} // off the step
		}
		if wild {
			return seen{a.max - n*a.step} // perhaps above the maximum
		}
		return seen{max(0, a.max-n*a.step)}
	case "pot", "penalty":
		return seen{pick(n, wild, a.most), int64(d.n("others", 0, 1))}
	case "hits":
		s := seen{pick(n, wild, 2), int64(d.n("second", 0, 2)), 0}
		if a.alarms > 0 {
			s[2] = int64(d.n("alarms", 0, 3))
		}
		return s
	case "time":
		return seen{n * 45_000}
	}
	return seen{n} // linear, judgement
}

func pick(n int64, wild bool, most int64) int64 {
	if wild {
		return n
	}
	return min(n, most)
}
