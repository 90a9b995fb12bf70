package modeltest

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// The oracle knows a division by its plan and by what was accepted, in plain
// tables, and works everything out from the start each time it is asked. It
// uses nothing of the product: amounts are fractions, and half up is one line.

// amount is what is known of a mark: nothing, that somebody did not start, or
// hundredths.
type amount struct {
	is    string // "", absent, value
	marks int64
}

var didNotStart = amount{is: "absent"}

func of(marks int64) amount { return amount{"value", marks} }

// The states of a sheet and of a whole module.
const (
	waiting    = "waiting"
	conference = "conference"
	agreed     = "agreed"
)

// seen is what a judge saw of an aspect, as numbers: a level, hundredths, a
// count for each deduction. nil is blank.
type seen []int64

// file is one accepted version of a judge's sheet.
type file struct {
	round int
	marks map[int]seen // by aspect
	key   string
}

// sheet is one competitor's work in a module before one panel.
type sheet struct {
	panel        []string
	round, since int
	closed       bool
	state        string
	files        map[string][]file
	signed       map[string][]string // by judge: what was signed
}

// work is one competitor in one module.
type work struct {
	imported  amount
	corrected bool // by two, so that imports count no more
	revision  int64
	absent    bool
	times     []int64
	decided   map[int]decision // by aspect
	accepted  bool             // a gap between totals
	shown     amount           // to the public
	stands    bool             // shown does, until the panel has agreed again
	sheets    []*sheet         // by panel
}

type decision struct {
	seen seen
	why  string
}

type conduct struct {
	violation, rule int // -1: not this
	module          int
	withdrawn       bool
	record          int64
}

type oracle struct {
	p       *plan
	works   [][]*work    // by competitor and module
	members [][][]member // by module and panel, as they are now
	conduct [][]*conduct // by competitor
	locked  map[int]bool
	timed   map[int]bool // modules in which times were taken
	lots    map[int]int64
}

func newOracle(p *plan) *oracle {
	o := &oracle{p: p, locked: map[int]bool{}, timed: map[int]bool{}, lots: map[int]int64{}}
	for _, m := range p.modules {
		var panels [][]member
		for _, x := range m.panels {
			panels = append(panels, slices.Clone(x.members))
		}
		o.members = append(o.members, panels)
	}
	o.conduct = make([][]*conduct, len(p.people))
	for i := range p.people {
		var row []*work
		for m, mod := range p.modules {
			w := &work{decided: map[int]decision{}}
			for x := range mod.panels {
				w.sheets = append(w.sheets, &sheet{round: 1, since: 1, state: waiting, files: map[string][]file{}, signed: map[string][]string{}, panel: o.panelFor(i, m, x)})
			}
			row = append(row, w)
		}
		o.works = append(o.works, row)
	}
	return o
}

// panelFor: the first so many members who need not step aside, spares last.
func (o *oracle) panelFor(i, m, x int) (out []string) {
	for _, spare := range []bool{false, true} {
		for _, j := range o.members[m][x] {
			if j.spare == spare && !o.p.recused(j, i) && len(out) < o.p.size {
				out = append(out, j.id)
			}
		}
	}
	return out
}

// leaderFor: the first leader who need not step aside, or nobody.
func (o *oracle) leaderFor(i, m, x int) string {
	for _, j := range o.members[m][x] {
		if j.leader && !o.p.recused(j, i) {
			return j.id
		}
	}
	return ""
}

// counting returns the judge's newest file of the rounds that count, or nil.
func (s *sheet) counting(j string) *file {
	if n := len(s.files[j]); n > 0 && s.files[j][n-1].round >= s.since {
		return &s.files[j][n-1]
	}
	return nil
}

func (s *sheet) have() (n int) {
	for _, j := range s.panel {
		if s.counting(j) != nil {
			n++
		}
	}
	return n
}

// --- one aspect ---

func rat(n int64) *big.Rat              { return new(big.Rat).SetInt64(n) }
func add(a, b *big.Rat) *big.Rat        { return new(big.Rat).Add(a, b) }
func sub(a, b *big.Rat) *big.Rat        { return new(big.Rat).Sub(a, b) }
func mul(a, b *big.Rat) *big.Rat        { return new(big.Rat).Mul(a, b) }
func over(a *big.Rat, n int64) *big.Rat { return new(big.Rat).Quo(a, rat(n)) }

// halfUp is the multiple of step next to x, the upper one from the middle.
func halfUp(x *big.Rat, step int64) int64 {
	y := add(over(x, step), big.NewRat(1, 2))
	return new(big.Int).Div(y.Num(), y.Denom()).Int64() * step // Div is the floor: denominators are positive
}

func within(x, low, high *big.Rat) *big.Rat {
	if x.Cmp(low) < 0 {
		return low
	}
	if x.Cmp(high) > 0 {
		return high
	}
	return x
}

// worth is what an observation earns; share is what the module's other aspects
// have earned of their maximum, for time tables with a base.
func (a *aspect) worth(s seen, share *big.Rat) *big.Rat {
	switch a.kind {
	case "binary":
		return rat(s[0] * a.max)
	case "stepped":
		return rat(a.steps[s[0]])
	case "tolerance":
		if s[0] < a.low || s[0] > a.high {
			return rat(0)
		}
		return rat(a.max)
	case "linear":
		return rat(max(0, a.max-s[0]*a.each))
	case "points":
		return rat(s[0])
	case "judgement":
		return over(rat(s[0]*a.max), 3)
	case "pot":
		return rat(max(0, a.max-s[0]*a.costs[0]-s[1]*a.costs[1]))
	case "penalty":
		return rat(-s[0]*a.costs[0] - s[1]*a.costs[1])
	case "hits":
		sum := a.steps[s[0]] + a.steps[s[1]]
		if a.alarms > 0 {
			sum += max(0, a.alarms-s[2]*a.each)
		}
		return rat(sum)
	case "time":
		marks := a.steps[len(a.steps)-1]
		for k, upTo := range a.times {
			if s[0] <= upTo {
				marks = a.steps[k]
				break
			}
		}
		if a.base >= 0 && marks > a.base {
			return add(rat(a.base), mul(rat(marks-a.base), share))
		}
		return rat(marks)
	}
	panic(a.kind)
}

// fits says whether the aspect can be seen so.
func (a *aspect) fits(s seen) bool {
	upTo := func(n, most int64) bool { return n >= 0 && n <= most }
	switch a.kind {
	case "stepped":
		return upTo(s[0], int64(len(a.steps)-1))
	case "linear":
		return s[0] >= 0
	case "points":
		return upTo(s[0], a.max) && s[0]%a.step == 0
	case "judgement":
		return upTo(s[0], 3)
	case "pot", "penalty":
		return upTo(s[0], a.most) && s[1] >= 0
	case "hits":
		return upTo(s[0], int64(len(a.steps)-1)) && upTo(s[1], int64(len(a.steps)-1)) && s[2] >= 0
	case "time":
		return s[0] >= 0
	}
	return true
}

// combine makes one amount of the marks at hand.
func (p policy) combine(marks []*big.Rat) *big.Rat {
	kept := p.kept(marks)
	switch p.method {
	case "median":
		return middle(kept)
	case "clamp":
		mid := middle(kept)
		for k := range kept {
			kept[k] = within(kept[k], sub(mid, rat(p.clamp)), add(mid, rat(p.clamp)))
		}
	}
	sum := rat(0)
	for _, m := range kept {
		sum = add(sum, m)
	}
	return over(sum, int64(len(kept)))
}

// kept are the marks in order without those that are dropped.
func (p policy) kept(marks []*big.Rat) []*big.Rat {
	kept := slices.SortedFunc(slices.Values(marks), (*big.Rat).Cmp)
	if p.method == "drop" && len(kept) > p.high+p.low {
		kept = kept[p.low : len(kept)-p.high]
	}
	return kept
}

func middle(sorted []*big.Rat) *big.Rat {
	n := len(sorted)
	return over(add(sorted[(n-1)/2], sorted[n/2]), 2)
}

// decide is what a panel has come to when all marks are there.
func (p policy) decide(given []seen, marks []*big.Rat) (string, *big.Rat) {
	state, result := agreed, p.combine(marks)
	switch p.method {
	case "equal", "double":
		for _, g := range given {
			if !slices.Equal(g, given[0]) {
				state = conference
			}
		}
	case "majority":
		most := 0
		for k, g := range given {
			alike := 0
			for _, h := range given {
				if slices.Equal(g, h) {
					alike++
				}
			}
			if alike > most {
				most, result = alike, marks[k]
			}
		}
		if most < p.majority {
			state = conference
		}
	case "chief":
		state = waiting
	}
	if p.spread >= 0 && slices.MaxFunc(given, slices.Compare)[0]-slices.MinFunc(given, slices.Compare)[0] > p.spread {
		state = conference
	}
	if len(p.bands) > 0 {
		kept, gap := p.kept(marks), int64(0)
		for _, b := range p.bands {
			if rat(b.from).Cmp(result) <= 0 || b.from == 0 {
				gap = b.gap
			}
		}
		if sub(kept[len(kept)-1], kept[0]).Cmp(rat(gap)) > 0 {
			state = conference
		}
	}
	return state, result
}

// hear is what one aspect has come to; the amount is nil where there is none.
func (o *oracle) hear(w *work, a *aspect, k int, share *big.Rat) (string, *big.Rat) {
	s := w.sheets[a.panel]
	d, decided := w.decided[k]
	if a.clock {
		switch n := len(w.times); {
		case decided:
			return agreed, a.worth(d.seen, share)
		case n == 0:
			return waiting, nil
		default:
			return agreed, a.worth(seen{w.times[n-1]}, share)
		}
	}
	var given []seen
	var marks []*big.Rat
	for _, j := range s.panel {
		if f := s.counting(j); f != nil && f.marks[k] != nil {
			given, marks = append(given, f.marks[k]), append(marks, a.worth(f.marks[k], share))
		}
	}
	need, least := len(s.panel), o.p.least
	if a.policy.method == "double" {
		need, least = 2, 2
	}
	enough := len(given) >= need || s.closed && len(given) >= least
	if decided && (enough || s.closed || s.have() == len(s.panel)) {
		return agreed, a.worth(d.seen, share)
	}
	if len(given) == 0 {
		return waiting, nil
	}
	if !enough {
		return waiting, a.policy.combine(marks)
	}
	state, result := a.policy.decide(given, marks)
	if state == conference {
		return state, nil
	}
	return state, result
}

// --- one module ---

// verdict is what a work has come to.
type verdict struct {
	state   string
	total   amount
	aspects []string // states
	marks   []amount // of the aspects, rounded
	flagged [2]bool  // by panel: its judges' totals are too far apart
	blocked [2]bool  // and there is no amount for it
}

func worst(a, b string) string {
	for _, s := range []string{conference, waiting} {
		if a == s || b == s {
			return s
		}
	}
	return agreed
}

func (o *oracle) judge(i, m int) verdict {
	w, mod := o.works[i][m], o.p.modules[m]
	v := verdict{state: agreed, aspects: make([]string, len(mod.aspects)), marks: make([]amount, len(mod.aspects))}
	sum, some := rat(0), false
	mod.each(func(k int, a *aspect, share func(*big.Rat) *big.Rat) {
		state, exact := o.hear(w, a, k, share(sum))
		v.aspects[k], v.state = state, worst(v.state, state)
		if exact == nil {
			return
		}
		rounded := halfUp(exact, o.p.step)
		v.marks[k], some = of(rounded), true
		if o.p.roundAspects {
			exact = rat(rounded)
		}
		sum = add(sum, exact)
	})
	blocked := false
	for x := range mod.panels {
		if v.flagged[x] = o.p.gap > 0 && o.apart(w, m, x); v.flagged[x] && o.p.gapBlocks && !w.accepted {
			v.blocked[x], blocked, v.state = true, true, conference
		}
	}
	if some && !blocked && (v.state == agreed || o.p.provisional) {
		v.total = of(max(0, halfUp(sum, o.p.step)))
	}
	return v
}

// each calls f for every aspect, the one that asks what the others have earned
// last; share makes that of their sum.
func (m *module) each(f func(k int, a *aspect, share func(*big.Rat) *big.Rat)) {
	for _, last := range []bool{false, true} {
		for k := range m.aspects {
			if a := &m.aspects[k]; (a.base >= 0) == last {
				f(k, a, func(others *big.Rat) *big.Rat { return within(over(others, max(1, m.max-a.max)), rat(0), rat(1)) })
			}
		}
	}
}

// total adds up one judge's sheet; exact amounts, or hundredths as a receipt
// has them.
func (m *module) total(w *work, x int, marks map[int]seen, receipt bool) *big.Rat {
	sum := rat(0)
	m.each(func(k int, a *aspect, share func(*big.Rat) *big.Rat) {
		s := marks[k]
		if d, ok := w.decided[k]; ok && !receipt {
			s = d.seen
		} else if a.policy.method == "double" && !receipt {
			s = nil
		}
		if n := len(w.times); s == nil && a.clock && n > 0 {
			s = seen{w.times[n-1]}
		}
		if a.panel != x || s == nil {
			return
		}
		one := a.worth(s, share(sum))
		if receipt {
			one = rat(halfUp(one, 1))
		}
		sum = add(sum, one)
	})
	return within(sum, rat(0), sum)
}

// apart says whether the totals of a panel that has marked lie too far apart.
func (o *oracle) apart(w *work, m, x int) bool {
	s := w.sheets[x]
	var totals []*big.Rat
	for _, j := range s.panel {
		if f := s.counting(j); f != nil {
			totals = append(totals, o.p.modules[m].total(w, x, f.marks, false))
		}
	}
	if len(totals) == 0 || len(totals) < len(s.panel) && (!s.closed || len(totals) < o.p.least) {
		return false
	}
	slices.SortFunc(totals, (*big.Rat).Cmp)
	return sub(totals[len(totals)-1], totals[0]).Cmp(rat(o.p.gap)) >= 0
}

// touched follows a change of a work: the states of its sheets, their rounds,
// and what the public sees.
func (o *oracle) touched(i, m int) {
	w, v := o.works[i][m], o.judge(i, m)
	for x, s := range w.sheets {
		before := s.state
		s.state = agreed
		for k, a := range o.p.modules[m].aspects {
			if a.panel == x {
				s.state = worst(s.state, v.aspects[k])
			}
		}
		if v.blocked[x] {
			s.state = conference
		}
		again := true
		for _, j := range s.panel {
			f := s.counting(j)
			again = again && (f == nil && s.closed || f != nil && f.round == s.round)
		}
		if s.state == conference && (before != conference || again) {
			s.round++
		}
	}
	w.stands = w.stands && v.state != agreed
	if v.state != conference && !w.stands {
		w.shown = v.total
	}
}

// reopen begins a new round of a sheet; afresh, nothing of before counts.
func (o *oracle) reopen(i, m, x int, afresh bool) {
	w := o.works[i][m]
	s := w.sheets[x]
	w.stands, w.accepted = true, false
	s.closed, s.state, s.panel = false, waiting, o.panelFor(i, m, x)
	s.round++
	if !afresh {
		return
	}
	s.since = s.round
	for k, a := range o.p.modules[m].aspects {
		if a.panel == x {
			delete(w.decided, k)
		}
	}
}

// --- signatures and locks ---

// agreement is what a signature is under.
func (o *oracle) agreement(i, m, x int) string {
	w, v := o.works[i][m], o.judge(i, m)
	s := w.sheets[x]
	out := fmt.Sprint(s.round, s.closed)
	for _, j := range s.panel {
		if s.counting(j) != nil {
			out += fmt.Sprint(" ", j, len(s.files[j]))
		}
	}
	for k, a := range o.p.modules[m].aspects {
		if a.panel == x {
			out += fmt.Sprint(" ", k, v.marks[k], w.decided[k])
		}
	}
	return out
}

// unsigned lists whose signature is missing under an agreed sheet.
func (o *oracle) unsigned(i, m, x int) (out []string) {
	s := o.works[i][m].sheets[x]
	var want []string
	for _, j := range s.panel {
		member := slices.ContainsFunc(o.members[m][x], func(y member) bool { return y.id == j })
		if o.p.signJudges && member && s.counting(j) != nil {
			want = append(want, j)
		}
	}
	if l := o.leaderFor(i, m, x); o.p.signLeader && l != "" && !slices.Contains(want, l) {
		want = append(want, l)
	}
	now := o.agreement(i, m, x)
	for _, j := range want {
		if !slices.Contains(s.signed[j], now) {
			out = append(out, j)
		}
	}
	return out
}

// lockable says whether the module could be locked now.
func (o *oracle) lockable(m int) bool {
	for i := range o.works {
		for x, s := range o.works[i][m].sheets {
			if !o.excused(i, m) && (s.state != agreed || len(o.unsigned(i, m, x)) > 0) {
				return false
			}
		}
	}
	return true
}

// excused says whether the module needs no marks of the competitor.
func (o *oracle) excused(i, m int) bool {
	out := o.works[i][m].absent
	for _, s := range o.sanctions(i) {
		out = out || s.kind == "zero_whole" || s.kind == "disqualify" || s.kind == "zero_module" && s.module == m
	}
	return out
}

func (o *oracle) allLocked() bool {
	for m, mod := range o.p.modules {
		if !mod.imported && !o.locked[m] {
			return false
		}
	}
	return true
}

// --- totals and ranks ---

// sanctions are what follows from a competitor's conduct: zeroings, and the
// steps of the ladders in the order of the offences.
func (o *oracle) sanctions(i int) (out []sanction) {
	for _, c := range o.conduct[i] {
		if c.rule < 0 || c.withdrawn {
			continue
		}
		if o.p.zeroing[c.rule].whole {
			out = append(out, sanction{kind: "zero_whole", module: -1})
		} else {
			out = append(out, sanction{kind: "zero_module", module: c.module})
		}
	}
	times := map[[2]int]int{}
	for _, c := range o.conduct[i] {
		if c.violation < 0 || c.withdrawn {
			continue
		}
		v := o.p.violations[c.violation]
		at := [2]int{c.violation, -1}
		if v.perModule {
			at[1] = c.module
		}
		step := v.ladder[min(times[at], len(v.ladder)-1)]
		times[at]++
		out = append(out, sanction{kind: step.kind, module: c.module, marks: step.marks})
	}
	return out
}

// amount is what a module counts with before sanctions.
func (o *oracle) amount(i, m int, public bool) amount {
	w := o.works[i][m]
	switch {
	case w.absent:
		return didNotStart
	case o.p.modules[m].imported:
		return w.imported
	case public:
		return w.shown
	}
	return o.judge(i, m).total
}

// line is one competitor's result.
type line struct {
	who          int
	modules      []amount // after sanctions
	total        amount
	complete     bool
	disqualified bool
	verdict      string
	keys         []int64 // smaller is ahead
}

// Behind every amount and time.
const (
	lastButOne = int64(1) << 61
	last       = int64(1) << 62
)

func (a amount) key() int64 {
	switch a.is {
	case "value":
		return -a.marks
	case "absent":
		return lastButOne
	}
	return last
}

// line works one competitor's result out. Hidden amounts count for nothing.
func (o *oracle) line(i int, public, hidden bool) line {
	l := line{who: i, complete: true}
	for m := range o.p.modules {
		l.modules = append(l.modules, o.amount(i, m, public))
	}
	if hidden {
		l.modules = make([]amount, len(l.modules))
	} else {
		for _, s := range o.sanctions(i) {
			l.disqualified = l.disqualified || s.kind == "disqualify"
			for m, v := range l.modules {
				l.modules[m] = s.on(m, v)
			}
		}
	}
	sum, parts, lines := rat(0), []amount{}, o.p.passLines
	for _, part := range o.p.parts {
		unweighted, full, complete := together(l.modules, part.modules), int64(0), true
		for _, m := range part.modules {
			full += o.p.modules[m].max
			complete = complete && l.modules[m].is != ""
		}
		l.complete = l.complete && complete
		parts = append(parts, unweighted)
		if complete && unweighted.key() > -lines[len(parts)] {
			l.verdict = "failed"
		}
		weighted := mul(big.NewRat(unweighted.marks, full), big.NewRat(part.weight*o.p.full, 10000))
		if o.p.roundParts {
			weighted = rat(halfUp(weighted, o.p.totalStep))
		}
		sum = add(sum, weighted)
	}
	if l.total = together(parts, nil); l.total.is == "value" {
		l.total.marks = halfUp(sum, o.p.totalStep)
	}
	switch {
	case l.complete && l.total.key() > -lines[0]:
		l.verdict = "failed"
	case l.verdict == "" && !l.complete:
		l.verdict = "pending"
	case l.verdict == "":
		l.verdict = "passed"
	}
	l.keys = []int64{l.total.key()}
	if l.disqualified {
		l.keys[0] = last
	}
	for _, t := range o.p.ties {
		k := last
		switch {
		case t.by == "part":
			k = parts[t.of].key()
		case t.by == "module":
			k = l.modules[t.of].key()
		case t.by == "time" && !hidden:
			k = o.timeUsed(i)
		case t.by == "lot" && !hidden && o.lots[i] > 0:
			k = o.lots[i]
		}
		l.keys = append(l.keys, k)
	}
	return l
}

// on is what a sanction makes of a module's amount.
func (s sanction) on(m int, v amount) amount {
	switch {
	case v.is == "absent":
	case s.kind == "zero_whole", s.kind == "zero_module" && s.module == m:
		return of(0)
	case s.kind == "deduct" && s.module == m && v.is == "value":
		return of(max(0, v.marks-s.marks))
	}
	return v
}

// together adds amounts up: all of them, or those at the places.
func together(list []amount, at []int) amount {
	if at != nil {
		var some []amount
		for _, m := range at {
			some = append(some, list[m])
		}
		list = some
	}
	out, absent := amount{}, 0
	for _, v := range list {
		if v.is == "value" {
			out = of(out.marks + v.marks)
		}
		if v.is == "absent" {
			absent++
		}
	}
	if absent == len(list) {
		return didNotStart
	}
	return out
}

// timeUsed is the sum over the modules with times, missing if one is.
func (o *oracle) timeUsed(i int) int64 {
	sum, taken := int64(0), false
	for m := range o.timed {
		w := o.works[i][m]
		if w.absent {
			continue
		}
		if len(w.times) == 0 {
			return last
		}
		sum, taken = sum+w.times[len(w.times)-1], true
	}
	if !taken {
		return last
	}
	return sum
}

// place is a line with its rank; 0 is none.
type place struct {
	line
	rank   int
	shared bool
}

// ranking ranks all by comparing everybody with everybody. Equal ones are
// listed by what they are called.
func (o *oracle) ranking(called func(i int) string, public, hidden bool) []place {
	out := make([]place, 0, len(o.works))
	for i := range o.works {
		out = append(out, place{line: o.line(i, public, hidden)})
	}
	for a := range out {
		x := &out[a]
		ranked := !x.disqualified && (x.total.is == "value" || x.total.is == "absent" && o.p.absentLast)
		if !ranked {
			continue
		}
		x.rank = 1
		for b := range out {
			c := slices.Compare(out[b].keys, x.keys)
			if c < 0 {
				x.rank++
			}
			x.shared = x.shared || c == 0 && a != b
		}
	}
	slices.SortFunc(out, func(a, b place) int {
		return cmp.Or(slices.Compare(a.keys, b.keys), strings.Compare(called(a.who), called(b.who)))
	})
	return out
}

// awarded lists who gets each award, which count from where the one before
// ended.
func (o *oracle) awarded(list []place) [][]int {
	holds := map[int]bool{}
	var out [][]int
	for _, rule := range o.p.awards {
		places := rule.count
		if rule.share > 0 {
			base := 0
			for _, x := range list {
				started := x.total.is != "absent"
				if rule.base == "entered" || rule.base == "started" && started || rule.base == "ranked" && started && x.rank > 0 {
					base++
				}
			}
			places = (base*rule.share + map[string]int{"up": 9999, "half_up": 5000}[rule.rounding]) / 10000
		}
		var line []place
		for _, x := range list {
			if x.rank > 0 && x.total.is == "value" && !holds[x.who] {
				line = append(line, x)
			}
		}
		var got []int
		for _, x := range line {
			ahead, upTo := 0, 0
			for _, y := range line {
				if y.rank < x.rank {
					ahead++
				}
				if y.rank <= x.rank {
					upTo++
				}
			}
			if upTo <= places || rule.all && ahead < places {
				got = append(got, x.who)
			}
		}
		for _, i := range got {
			holds[i] = true
		}
		out = append(out, got)
	}
	return out
}
