package quality

import (
	"math"
	"slices"
)

// links say which measures the design can compare. Ratings determine θ − α − δ
// only, so every change of the measures that leaves all those sums alone is
// free: two always are (all judges and all aspects may move, with the
// competitors after them), and each further one splits facets into sets that
// cannot be compared. Panels that mark different modules are the usual case:
// whether one panel is severe or its module hard cannot be told.
type links struct {
	// free is a basis of the free changes. Each is a number for every judge, then
	// for every aspect; the competitors follow from them.
	free [][]float64
	// moves are, by facet and element, the element's numbers in all free changes.
	moves [facetCount][][]float64
	set   [facetCount][]int // from 1; 0 = comparable with none
	sets  [facetCount]int
}

// tiny is what rounding leaves of zero in matrices of small whole numbers.
const tiny = 1e-7

// connect finds the free changes of the used ratings. A competitor's ratings
// must all move alike, so for each rating and the competitor's first one
// (α + δ) − (α' + δ') = 0; the solutions of these equations are the free changes.
func (m *model) connect() links {
	judges, aspects := len(m.ids[byJudge]), len(m.ids[byAspect])
	eq := newEquations(judges + aspects)
	first := make(map[int]rated)
	for _, x := range m.used {
		ref, ok := first[x.at[byCompetitor]]
		if !ok {
			first[x.at[byCompetitor]] = x
			continue
		}
		row := make([]float64, judges+aspects)
		row[x.at[byJudge]]++
		row[judges+x.at[byAspect]]++
		row[ref.at[byJudge]]--
		row[judges+ref.at[byAspect]]--
		eq.add(row)
	}
	for column, out := range append(isSet(m.layer[byJudge]), isSet(m.layer[byAspect])...) {
		if out { // not in the used ratings: no change of its own
			row := make([]float64, judges+aspects)
			row[column] = 1
			eq.add(row)
		}
	}
	l := links{free: eq.solutions()}
	for f := range facetCount {
		l.moves[f] = make([][]float64, len(m.ids[f]))
	}
	for e := range judges {
		l.moves[byJudge][e] = column(l.free, e)
	}
	for e := range aspects {
		l.moves[byAspect][e] = column(l.free, judges+e)
	}
	for e, x := range first {
		l.moves[byCompetitor][e] = plus(l.moves[byJudge][x.at[byJudge]], l.moves[byAspect][x.at[byAspect]])
	}
	m.follow(&l)
	for f := range facetCount {
		l.set[f], l.sets[f] = number(l.moves[f], m.layer[f])
	}
	return l
}

// never is later than every turn.
const never = math.MaxInt

// follow gives extreme elements the moves that their ratings tie them to; none
// where these differ.
func (m *model) follow(l *links) {
	for f := range facetCount {
		for e, turn := range m.layer[f] {
			if turn != 0 {
				l.moves[f][e] = m.tied(l, f, e)
			}
		}
	}
}

// tied returns how an element must move for all its ratings with known others
// to stand still; nil where they want different moves, or there are none.
func (m *model) tied(l *links, f, e int) (moves []float64) {
	for _, x := range m.all {
		if x.at[f] != e || !m.known(x, f, never) {
			continue
		}
		next := make([]float64, len(l.free))
		for g := range facetCount {
			if g == f {
				continue
			}
			for i, v := range l.moves[g][x.at[g]] {
				next[i] -= sign[f] * sign[g] * v
			}
		}
		if moves != nil && !near(moves, next) {
			return nil
		}
		moves = next
	}
	return moves
}

// known reports whether none of the other elements of a rating was set aside
// in this turn or before.
func (m *model) known(x rated, f, turn int) bool {
	for g := range facetCount {
		if t := m.layer[g][x.at[g]]; g != f && t != 0 && t <= turn {
			return false
		}
	}
	return true
}

func isSet(turns []int) []bool {
	out := make([]bool, len(turns))
	for i, t := range turns {
		out[i] = t != 0
	}
	return out
}

// number numbers elements that move alike in every free change, so that their
// differences stand still.
func number(moves [][]float64, layer []int) (set []int, sets int) {
	set = make([]int, len(moves))
	for e := range moves {
		if moves[e] == nil && layer[e] != 0 {
			continue
		}
		at := slices.IndexFunc(moves[:e], func(o []float64) bool { return o != nil && near(o, moves[e]) })
		if at >= 0 && set[at] != 0 {
			set[e] = set[at]
		} else {
			sets++
			set[e] = sets
		}
	}
	return set, sets
}

func column(rows [][]float64, c int) []float64 {
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = r[c]
	}
	return out
}

func plus(a, b []float64) []float64 {
	out := slices.Clone(a)
	for i := range out {
		out[i] += b[i]
	}
	return out
}

func near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > tiny {
			return false
		}
	}
	return true
}

// equations is a homogeneous system in reduced form: each row has a pivot, 1,
// whose column is 0 in all others.
type equations struct {
	width int
	rows  [][]float64
	pivot []int
}

func newEquations(width int) *equations { return &equations{width: width} }

// add takes in one more equation.
func (q *equations) add(row []float64) {
	for i, r := range q.rows {
		subtract(row, r, row[q.pivot[i]])
	}
	best := 0
	for c := range row {
		if math.Abs(row[c]) > math.Abs(row[best]) {
			best = c
		}
	}
	if math.Abs(row[best]) < tiny {
		return // follows from the others
	}
	scale := row[best]
	for c := range row {
		row[c] /= scale
	}
	for _, r := range q.rows {
		subtract(r, row, r[best])
	}
	q.rows, q.pivot = append(q.rows, row), append(q.pivot, best)
}

// subtract takes f times b from a.
func subtract(a, b []float64, f float64) {
	if math.Abs(f) < tiny {
		return
	}
	for c := range a {
		a[c] -= f * b[c]
	}
}

// solutions is a basis of the solutions: one for each column without a pivot.
func (q *equations) solutions() [][]float64 {
	var out [][]float64
	for c := range q.width {
		if slices.Contains(q.pivot, c) {
			continue
		}
		v := make([]float64, q.width)
		v[c] = 1
		for i, r := range q.rows {
			v[q.pivot[i]] = -r[c]
		}
		out = append(out, v)
	}
	return out
}

// centre chooses among the measures that explain the ratings equally well:
// judges as close to 0 as can be, then aspects. In a design that holds together
// both have the mean 0. Where a panel cannot be told from its module, the panel
// has the mean 0 and its module the rest: judges have the benefit of the doubt.
func (m *model) centre(l links) {
	judges := len(m.ids[byJudge])
	point := append(slices.Clone(m.measure[byJudge]), m.measure[byAspect]...)
	rest := project(point, l.free, 0, judges)
	project(point, rest, judges, len(point))
	for e, x := range m.firsts() {
		before := m.measure[byJudge][x.at[byJudge]] + m.measure[byAspect][x.at[byAspect]]
		after := point[x.at[byJudge]] + point[judges+x.at[byAspect]]
		m.measure[byCompetitor][e] += after - before
	}
	copy(m.measure[byJudge], point[:judges])
	copy(m.measure[byAspect], point[judges:])
	m.prepareAll()
}

// firsts returns a used rating of each competitor.
func (m *model) firsts() map[int]rated {
	out := make(map[int]rated)
	for _, x := range m.used {
		if _, ok := out[x.at[byCompetitor]]; !ok {
			out[x.at[byCompetitor]] = x
		}
	}
	return out
}

// project moves point along the changes so that its places from to to are as
// small as can be (Gram–Schmidt), and returns those combinations of the changes
// that leave these places alone.
func project(point []float64, changes [][]float64, from, to int) (rest [][]float64) {
	var basis [][]float64
	dot := func(a, b []float64) (sum float64) {
		for i := from; i < to; i++ {
			sum += a[i] * b[i]
		}
		return sum
	}
	for _, c := range changes {
		v := slices.Clone(c)
		for _, b := range basis {
			f := dot(v, b)
			for i := range v {
				v[i] -= f * b[i]
			}
		}
		length := math.Sqrt(dot(v, v))
		if length < tiny {
			rest = append(rest, v)
			continue
		}
		for i := range v {
			v[i] /= length
		}
		basis = append(basis, v)
	}
	for _, b := range basis {
		f := dot(point, b)
		for i := range point {
			point[i] -= f * b[i]
		}
	}
	return rest
}
