package quality

import (
	"maps"
	"math"
	"slices"
)

// Constants of the estimator; DESIGN.md says why. They are no rule of any
// contest.
const (
	maxRounds   = 2000 // of alternating updates
	closeEnough = 1e-6 // largest change of a measure in a round that counts as converged, logits
	longestStep = 1.0  // of one update, logits
	farOut      = 30.0 // a measure beyond has no finite estimate
	inside      = 0.3  // how far inside an extreme score is taken to be

	leastVariance = 1e-12
)

// The facets, as indexes.
const (
	byJudge = iota
	byCompetitor
	byAspect
	facetCount
)

// sign is how a facet's measure enters the logit.
var sign = [facetCount]float64{byJudge: -1, byCompetitor: 1, byAspect: -1}

// rated is a rating in numbers: its elements by facet and its category.
type rated struct {
	at       [facetCount]int
	level    int
	category int
}

// model is the data and the current estimates.
type model struct {
	ids     [facetCount][]string
	all     []rated // in order of competitor, aspect, judge
	used    []rated // without extreme elements
	measure [facetCount][]float64
	extreme [facetCount][]Extreme
	layer   [facetCount][]int // the turn in which an element was set aside, from 1; 0 = not

	levels []int     // the categories' levels, lowest first
	step   []float64 // by category; step[0] is not used

	odds   [facetCount][]float64 // e to the power of what the measure adds to the logit
	weight []float64             // by category: e to the power of minus the steps up to it
	safe   float64               // odds within 1 ÷ safe and safe cannot overflow

	rounds    int
	converged bool
}

func newModel(ratings []Rating) *model {
	m := &model{}
	var index [facetCount]map[string]int
	key := func(r Rating, f int) string {
		return [facetCount]string{byJudge: string(r.Judge), byCompetitor: string(r.Code), byAspect: string(r.Aspect)}[f]
	}
	for f := range facetCount {
		seen := make(map[string]int)
		for _, r := range ratings {
			seen[key(r, f)] = 0
		}
		m.ids[f] = slices.Sorted(maps.Keys(seen))
		for i, id := range m.ids[f] {
			seen[id] = i
		}
		index[f] = seen
		m.measure[f] = make([]float64, len(m.ids[f]))
		m.odds[f] = make([]float64, len(m.ids[f]))
		m.extreme[f] = make([]Extreme, len(m.ids[f]))
		m.layer[f] = make([]int, len(m.ids[f]))
	}
	for _, r := range ratings {
		x := rated{level: r.Level}
		for f := range facetCount {
			x.at[f] = index[f][key(r, f)]
		}
		m.all = append(m.all, x)
	}
	return m
}

// setAside takes out, turn by turn, elements with only lowest or only highest
// ratings: they have no finite estimate, and without them others may have none.
// It reports whether at least two levels are left.
func (m *model) setAside() bool {
	m.used = slices.Clone(m.all)
	for turn := 1; ; turn++ {
		if !m.categorise() {
			return false
		}
		found := false
		top := len(m.levels) - 1
		for f := range facetCount {
			score, count := m.scores(f)
			for e := range score {
				switch {
				case m.layer[f][e] != 0:
					continue
				case count[e] == 0: // all its ratings are of elements that are set aside
					m.extreme[f][e], m.layer[f][e] = Unlinked, turn
					continue
				case score[e] == 0:
					m.extreme[f][e] = Lowest
				case score[e] == top*count[e]:
					m.extreme[f][e] = Highest
				default:
					continue
				}
				m.layer[f][e], found = turn, true
			}
		}
		if !found {
			return true
		}
		m.used = slices.DeleteFunc(m.used, func(x rated) bool {
			return slices.ContainsFunc([]int{byJudge, byCompetitor, byAspect}, func(f int) bool { return m.layer[f][x.at[f]] != 0 })
		})
	}
}

// categorise numbers the levels of the used ratings without gaps.
func (m *model) categorise() bool {
	seen := make(map[int]bool)
	for _, x := range m.used {
		seen[x.level] = true
	}
	m.levels = slices.Sorted(maps.Keys(seen))
	for i := range m.used {
		m.used[i].category = m.categoryOf(m.used[i].level)
	}
	m.step, m.weight = make([]float64, len(m.levels)), make([]float64, len(m.levels))
	return len(m.levels) >= 2
}

// categoryOf returns the category of a level; one that is not used any more
// belongs to the next above, or to the highest.
func (m *model) categoryOf(level int) int {
	at, _ := slices.BinarySearch(m.levels, level)
	return min(at, len(m.levels)-1)
}

// scores adds up the categories of the used ratings by element.
func (m *model) scores(f int) (score, count []int) {
	score, count = make([]int, len(m.ids[f])), make([]int, len(m.ids[f]))
	for _, x := range m.used {
		score[x.at[f]] += x.category
		count[x.at[f]]++
	}
	return score, count
}

// estimate maximises the joint likelihood, which is concave, by turns: each
// facet by a step of Newton's method with the others fixed, then the steps.
func (m *model) estimate() {
	p := make([]float64, len(m.levels))
	m.prepareAll()
	for m.rounds = 1; m.rounds <= maxRounds; m.rounds++ {
		change := m.updateSteps(p)
		for _, f := range [...]int{byCompetitor, byAspect, byJudge} {
			change = max(change, m.update(f, p))
		}
		if change < closeEnough {
			m.converged = true
			return
		}
		if m.diverged() {
			return
		}
	}
	m.rounds = maxRounds
}

// update moves the measures of one facet and returns the largest change.
func (m *model) update(f int, p []float64) (change float64) {
	n := len(m.ids[f])
	residual, information := make([]float64, n), make([]float64, n)
	for i := range m.used {
		x := &m.used[i]
		m.chances(x, p)
		e, v := moments(p)
		residual[x.at[f]] += float64(x.category) - e
		information[x.at[f]] += v
	}
	for e := range n {
		if information[e] > 0 {
			d := sign[f] * min(max(residual[e]/information[e], -longestStep), longestStep)
			m.measure[f][e] += d
			change = max(change, math.Abs(d))
		}
	}
	m.prepare(f)
	return change
}

// updateSteps moves the steps, which depend on one another, by one step of
// Newton's method, and keeps their sum 0: what they have in common is ability.
func (m *model) updateSteps(p []float64) (change float64) {
	top := len(m.levels) - 1
	if top < 2 {
		return 0 // one step is 0
	}
	gradient := make([]float64, top)
	hessian := make([][]float64, top)
	for k := range hessian {
		hessian[k] = make([]float64, top)
	}
	above := make([]float64, top) // the chance of category k+1 or more
	for i := range m.used {
		x := &m.used[i]
		m.chances(x, p)
		for k := top - 1; k >= 0; k-- {
			above[k] = p[k+1]
			if k < top-1 {
				above[k] += above[k+1]
			}
		}
		for k := range top {
			if x.category > k {
				gradient[k]--
			}
			gradient[k] += above[k]
			for l := range top {
				hessian[k][l] += above[max(k, l)] - above[k]*above[l]
			}
		}
	}
	if !solve(hessian, gradient) {
		return 0
	}
	common := mean(gradient)
	for k := range top {
		d := min(max(gradient[k]-common, -longestStep), longestStep)
		m.step[k+1] += d
		change = max(change, math.Abs(d))
	}
	shift := mean(m.step[1:])
	for k := range top {
		m.step[k+1] -= shift
	}
	m.prepareSteps()
	return change
}

// solve solves a·x = b in place by elimination; false when a is singular.
func solve(a [][]float64, b []float64) bool {
	n := len(b)
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		if math.Abs(a[best][c]) < 1e-12 {
			return false
		}
		a[c], a[best], b[c], b[best] = a[best], a[c], b[best], b[c]
		for r := range n {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < n; k++ {
				a[r][k] -= f * a[c][k]
			}
			b[r] -= f * b[c]
		}
	}
	for c := range n {
		b[c] /= a[c][c]
	}
	return true
}

// diverged reports whether a measure runs away: the ratings are separated in a
// way that no finite measures explain.
func (m *model) diverged() bool {
	for f := range facetCount {
		for _, v := range m.measure[f] {
			if math.Abs(v) > farOut {
				return true
			}
		}
	}
	return false
}
