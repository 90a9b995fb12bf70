package draw

import (
	"cmp"
	"slices"
)

// Bounds of the search; they are part of the algorithm.
const (
	attempts  = 256 // arrangements drawn anew before one is bettered
	passes    = 30  // over all places while bettering
	mixing    = 20  // exchanges tried for each place of an arrangement in blocks
	exhausted = 7   // people of whom every arrangement is looked at
)

// arrange decides who gets which place: element i is the person at place i.
// Without constraints it is one shuffle. DESIGN.md has the steps.
func arrange(people []Person, places []place, rule Rule, s *stream) []int {
	a := newArrangement(people, places, rule, people)
	best, least := []int(nil), cost{}
	keep := func() bool {
		if c := a.cost(); best == nil || c.less(least) {
			best, least = slices.Clone(a.who), c
		}
		return least == cost{}
	}
	for range attempts {
		a.set(a.attempt(s))
		if keep() {
			return best
		}
	}
	a.set(best)
	a.match()
	a.better(s)
	if keep() {
		return best
	}
	a.set(a.blocks(best, s))
	a.match()
	a.better(s)
	a.mix(s)
	if keep() || len(people) > exhausted {
		return best
	}
	return a.exhaust(s)
}

// cost counts breaches by kind; the graver ones decide.
type cost struct{ judges, units, spread int }

func (c cost) compare(d cost) int {
	return cmp.Or(cmp.Compare(c.judges, d.judges), cmp.Compare(c.units, d.units), cmp.Compare(c.spread, d.spread))
}

func (c cost) less(d cost) bool { return c.compare(d) < 0 }

// arrangement is who is at which place.
type arrangement struct {
	people []Person
	places []place
	who    []int // person at each place
	apart  bool
	near   [][]int // neighbours of each place
	unit   []int   // of each person; 0: none
	share  []int   // of each unit: most people in a batch
	count  []int   // people by unit and batch
	last   int     // batches
}

// newArrangement has person i at place i. Shares are reckoned from all.
func newArrangement(people []Person, places []place, rule Rule, all []Person) *arrangement {
	a := &arrangement{people: people, places: places, apart: rule.UnitsApart, last: rule.Batches}
	number := map[string]int{"": 0}
	size := []int{0}
	for _, p := range all {
		n, known := number[p.Unit]
		if !known {
			n = len(size)
			number[p.Unit], size = n, append(size, 0)
		}
		size[n]++
	}
	for _, p := range people {
		a.unit = append(a.unit, number[p.Unit])
	}
	for _, n := range size {
		a.share = append(a.share, (n+a.last-1)/a.last)
	}
	a.near = neighbours(places, rule.Rounds > 0)
	who := make([]int, len(people))
	for i := range who {
		who[i] = i
	}
	a.set(who)
	return a
}

// neighbours lists, for each place, those beside it: the next numbers of its
// group, or the whole group where it rotates together.
func neighbours(places []place, rotation bool) [][]int {
	groups := map[Place][]int{}
	for i, p := range places {
		g := Place{Batch: p.Batch, Group: p.Group}
		groups[g] = append(groups[g], i)
	}
	near := make([][]int, len(places))
	for i, p := range places {
		for _, j := range groups[Place{Batch: p.Batch, Group: p.Group}] {
			d := places[j].Station - p.Station
			if i != j && (rotation || d == 1 || d == -1) {
				near[i] = append(near[i], j)
			}
		}
	}
	return near
}

// set replaces the arrangement.
func (a *arrangement) set(who []int) {
	a.who = slices.Clone(who)
	a.count = make([]int, len(a.share)*(a.last+1))
	for i := range who {
		*a.in(a.of(i), i)++
	}
}

// of is the unit at place i; 0 is none.
func (a *arrangement) of(i int) int { return a.unit[a.who[i]] }

// in counts the people of the unit in the batch of place i.
func (a *arrangement) in(unit, i int) *int { return &a.count[unit*(a.last+1)+a.places[i].Batch] }

// stuck reports whether the judges of place i would step aside for the person.
func (a *arrangement) stuck(person, i int) bool {
	return slices.ContainsFunc(a.people[person].Barred, func(b Place) bool { return b.covers(a.places[i].Place) })
}

// clashes counts the neighbours of place i who are of the unit there.
func (a *arrangement) clashes(i int) int {
	n := 0
	if u := a.of(i); u != 0 && a.apart {
		for _, j := range a.near[i] {
			if a.of(j) == u {
				n++
			}
		}
	}
	return n
}

// excess is how many of the unit are above its share in the batch of place i.
func (a *arrangement) excess(unit, i int) int {
	if unit == 0 || !a.apart {
		return 0
	}
	return max(0, *a.in(unit, i)-a.share[unit])
}

// cost counts all breaches.
func (a *arrangement) cost() (c cost) {
	seen := map[[2]int]bool{}
	for i, p := range a.who {
		if a.stuck(p, i) {
			c.judges++
		}
		c.units += a.clashes(i)
		if key := [2]int{a.of(i), a.places[i].Batch}; !seen[key] {
			seen[key] = true
			c.spread += a.excess(a.of(i), i)
		}
	}
	c.units /= 2
	return c
}

// local counts the breaches that an exchange of places i and j can change.
func (a *arrangement) local(i, j int) (c cost) {
	for _, k := range [...]int{i, j} {
		if a.stuck(a.who[k], k) {
			c.judges++
		}
		c.units += a.clashes(k)
		if a.places[i].Batch != a.places[j].Batch {
			c.spread += a.excess(a.of(i), k)
			c.spread += a.excess(a.of(j), k)
		}
	}
	return c
}

func (a *arrangement) swap(i, j int) {
	*a.in(a.of(i), i)--
	*a.in(a.of(j), j)--
	a.who[i], a.who[j] = a.who[j], a.who[i]
	*a.in(a.of(i), i)++
	*a.in(a.of(j), j)++
}

// exchange swaps places i and j and tells how the cost changed: below 0 is
// better.
func (a *arrangement) exchange(i, j int) int {
	before := a.local(i, j)
	a.swap(i, j)
	return a.local(i, j).compare(before)
}

// attempt draws an arrangement. Where units are kept apart over several
// batches, people are dealt out to the batches unit by unit, and then shuffled
// in their batch.
func (a *arrangement) attempt(s *stream) []int {
	order := s.shuffled(len(a.people))
	if !a.apart || a.last == 1 {
		return order
	}
	byUnit := map[int][]int{}
	var heads []int // the first of each unit, and everybody of none
	for _, p := range order {
		u := a.unit[p]
		if u == 0 || len(byUnit[u]) == 0 {
			heads = append(heads, p)
		}
		byUnit[u] = append(byUnit[u], p)
	}
	var dealt []int
	for _, p := range heads {
		if u := a.unit[p]; u != 0 {
			dealt = append(dealt, byUnit[u]...)
		} else {
			dealt = append(dealt, p)
		}
	}
	return a.deal(dealt, s)
}

// deal gives the people in turn to the batches, in a random order of batches
// and passing over full ones, and shuffles each batch.
func (a *arrangement) deal(people []int, s *stream) []int {
	batches := make([][]int, a.last) // places of each
	for i, p := range a.places {
		batches[p.Batch-1] = append(batches[p.Batch-1], i)
	}
	turn := s.shuffled(a.last)
	hands := make([][]int, a.last)
	next := 0
	for _, p := range people {
		for len(hands[turn[next]]) == len(batches[turn[next]]) {
			next = (next + 1) % len(turn)
		}
		b := turn[next]
		hands[b] = append(hands[b], p)
		next = (next + 1) % len(turn)
	}
	who := make([]int, len(a.places))
	for b, hand := range hands {
		shuffle(s, hand)
		for k, i := range batches[b] {
			who[i] = hand[k]
		}
	}
	return who
}

// blocks arranges each batch anew: units, the largest first, on every second
// place and then on those between. That keeps neighbours of a row apart
// whenever it can be done.
func (a *arrangement) blocks(who []int, s *stream) []int {
	size := make([]int, len(a.share))
	for _, u := range a.unit {
		size[u]++
	}
	size[0] = 0 // people of no unit come last
	out := slices.Clone(who)
	for b := 1; b <= a.last; b++ {
		var places, people []int
		for i, p := range a.places {
			if p.Batch == b {
				places, people = append(places, i), append(people, who[i])
			}
		}
		shuffle(s, people)
		slices.SortStableFunc(people, func(x, y int) int {
			return cmp.Or(cmp.Compare(size[a.unit[y]], size[a.unit[x]]), cmp.Compare(a.unit[x], a.unit[y]))
		})
		k := 0
		for first := range 2 {
			for i := first; i < len(places); i += 2 {
				out[places[i]] = people[k]
				k++
			}
		}
	}
	return out
}

// match moves people off places whose judges would step aside, by chains of
// moves, until that is done or cannot be done for anybody else.
func (a *arrangement) match() {
	who := slices.Clone(a.who)
	var homeless []int
	for i, p := range who {
		if a.stuck(p, i) {
			homeless, who[i] = append(homeless, p), -1
		}
	}
	if len(homeless) == 0 {
		return
	}
	slices.Sort(homeless)
	var left []int
	for _, p := range homeless {
		if !a.house(who, p, make([]bool, len(who))) {
			left = append(left, p)
		}
	}
	for i := range who {
		if who[i] < 0 {
			who[i], left = left[0], left[1:]
		}
	}
	a.set(who)
}

// house finds a place for the person: a free one, or one whose holder finds
// another.
func (a *arrangement) house(who []int, person int, tried []bool) bool {
	for i := range who {
		if who[i] < 0 && !a.stuck(person, i) {
			who[i] = person
			return true
		}
	}
	for i := range who {
		if tried[i] || who[i] < 0 || a.stuck(person, i) {
			continue
		}
		tried[i] = true
		if a.house(who, who[i], tried) {
			who[i] = person
			return true
		}
	}
	return false
}

// better exchanges people while that helps: each place with a breach looks for
// the first one, from a random place on, with which both are better off.
func (a *arrangement) better(s *stream) {
	n := len(a.who)
	for range passes {
		moved := false
		for i := range n {
			if !a.stuck(a.who[i], i) && a.clashes(i) == 0 && a.excess(a.of(i), i) == 0 {
				continue
			}
			for k, first := 0, s.below(n); k < n; k++ {
				j := (first + k) % n
				if i == j {
					continue
				}
				if a.exchange(i, j) < 0 {
					moved = true
					break
				}
				a.swap(i, j)
			}
		}
		if !moved {
			return
		}
	}
}

// mix exchanges random people where that makes nothing worse, so that an
// arrangement in blocks does not show.
func (a *arrangement) mix(s *stream) {
	n := len(a.who)
	for range mixing * n {
		i, j := s.below(n), s.below(n)
		if i != j && a.exchange(i, j) > 0 {
			a.swap(i, j)
		}
	}
}

// exhaust looks at all arrangements, in the order of permutations, and draws
// one of the best.
func (a *arrangement) exhaust(s *stream) []int {
	var best [][]int
	var least cost
	who := make([]int, len(a.who))
	for i := range who {
		who[i] = i
	}
	for more := true; more; more = following(who) {
		a.set(who)
		c := a.cost()
		if len(best) == 0 || c.less(least) {
			best, least = best[:0], c
		}
		if c == least {
			best = append(best, slices.Clone(who))
		}
	}
	return best[s.below(len(best))]
}

// following makes the next permutation in order; false after the last one.
func following(list []int) bool {
	i := len(list) - 2
	for i >= 0 && list[i] > list[i+1] {
		i--
	}
	if i < 0 {
		return false
	}
	j := len(list) - 1
	for list[j] < list[i] {
		j--
	}
	list[i], list[j] = list[j], list[i]
	slices.Reverse(list[i+1:])
	return true
}

// breaches names what the arrangement does not keep, the gravest first.
func (a *arrangement) breaches() []Breach {
	out := []Breach{}
	add := func(k Kind, at ...int) {
		slices.SortFunc(at, func(i, j int) int { return cmp.Compare(a.people[a.who[i]].Code, a.people[a.who[j]].Code) })
		b := Breach{Kind: k}
		for _, i := range at {
			b.People, b.Codes = append(b.People, a.people[a.who[i]].Code), append(b.Codes, a.places[i].code)
		}
		out = append(out, b)
	}
	for i, p := range a.who {
		if a.stuck(p, i) {
			add(BreachJudges, i)
		}
	}
	for i := range a.who {
		for _, j := range a.near[i] {
			if a.apart && i < j && a.of(i) != 0 && a.of(i) == a.of(j) {
				add(BreachUnits, i, j)
			}
		}
	}
	crowds := map[[2]int][]int{}
	var keys [][2]int
	for i := range a.who {
		if a.excess(a.of(i), i) > 0 {
			key := [2]int{a.places[i].Batch, a.of(i)}
			if crowds[key] == nil {
				keys = append(keys, key)
			}
			crowds[key] = append(crowds[key], i)
		}
	}
	for _, key := range keys {
		add(BreachSpread, crowds[key]...)
	}
	return out
}
