package assemble

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/xinglu/xinglu/internal/fault"
)

// Costs are lexicographic: proportion of cells, then importance, then repeats
// of a point and chance. With at most 500 items and 8 classes the sums of a
// lower rank never reach one unit of the higher.
const (
	maxClasses = 8
	chance     = 1 << 8  // random ranks are below this
	maxRepeats = 8       // uses of a point that are told apart by cost
	classUnit  = 1 << 21 // > maxItems × (maxRepeats+1) × chance
	cellUnit   = 1 << 34 // > maxItems × (maxClasses+1) × classUnit
)

// model is a problem being solved. Ranges are rows, kinds are columns.
type model struct {
	p      *Problem
	random *rand.Rand
	total  int
	rows   []int // items wanted of each range
	points []*point
	cells  [][]cell // [range][kind]
	net    network
}

// point is one point with its items by kind.
type point struct {
	row   int
	class int      // index into Problem.Importance
	items [][]Item // by kind
	edges []int    // flow edges by kind, -1 without items
}

type cell struct {
	node      int32
	available int
	picked    int
}

func newModel(p *Problem) *model {
	m := &model{p: p, random: generator(p.Seed)}
	for _, k := range p.Kinds {
		m.total += k.Count
	}
	m.rows = Apportion(weights(p.Ranges), m.total)
	m.cells = make([][]cell, len(p.Ranges))
	for i := range m.cells {
		m.cells[i] = make([]cell, len(p.Kinds))
	}
	last := ""
	for _, it := range p.sorted() {
		if len(m.points) == 0 || it.Point != last {
			last = it.Point
			m.points = append(m.points, &point{row: it.Range, class: m.class(it.Importance),
				items: make([][]Item, len(p.Kinds)), edges: make([]int, len(p.Kinds))})
		}
		pt := m.points[len(m.points)-1]
		k := slices.IndexFunc(p.Kinds, func(k Kind) bool { return k.Name == it.Kind })
		pt.items[k] = append(pt.items[k], it)
		if p.RepeatPoints || len(pt.items[k]) == 1 {
			m.cells[it.Range][k].available++
		}
	}
	return m
}

func weights(shares []Share) []int64 {
	w := make([]int64, len(shares))
	for i, s := range shares {
		w[i] = s.Weight
	}
	return w
}

// class is the index of an importance; unknown ones count as the last.
func (m *model) class(name string) int {
	i := slices.IndexFunc(m.p.Importance, func(s Share) bool { return s.Name == name })
	if i < 0 {
		return max(len(m.p.Importance)-1, 0)
	}
	return i
}

// choosePoints finds the flow source → kind → cell → point → class of range →
// range → sink, and returns how many items it could place.
func (m *model) choosePoints() (placed int) {
	n := &m.net
	source, sink := n.node(), n.node()
	classes := m.addRows(sink)
	for k, kind := range m.p.Kinds {
		column := n.node()
		n.edge(source, column, kind.Count, 0)
		for i := range m.cells {
			m.addCell(column, i, k)
		}
	}
	ranks := m.ranks()
	for i, pt := range m.points {
		v, class := n.node(), classes[pt.row][pt.class]
		n.edge(v, class, 1, ranks[i])
		capacity := 1
		if m.p.RepeatPoints {
			// Other points first, then the same again.
			for j := int64(1); j < maxRepeats; j++ {
				n.edge(v, class, 1, j*chance+ranks[i])
			}
			n.edge(v, class, maxItems, maxRepeats*chance+ranks[i])
			capacity = maxItems
		}
		for k, items := range pt.items {
			pt.edges[k] = -1
			if len(items) > 0 {
				pt.edges[k] = n.edge(m.cells[pt.row][k].node, v, min(capacity, len(items)), 0)
			}
		}
	}
	return n.send(source, sink, m.total)
}

// ranks gives each point its place in a random order of its range, scaled to
// below chance.
func (m *model) ranks() []int64 {
	byRow := make([][]int, len(m.rows))
	for i, pt := range m.points {
		byRow[pt.row] = append(byRow[pt.row], i)
	}
	ranks := make([]int64, len(m.points))
	for _, row := range byRow {
		for rank, i := range m.random.Perm(len(row)) {
			ranks[row[i]] = int64(rank * chance / max(len(row), chance))
		}
	}
	return ranks
}

// addCell gives a cell unit edges of growing cost. The j-th unit adds
// (j−q)² − (j−1−q)² = 2j−1−2q to the squared distance from the ideal q =
// row × column / total; times total it is whole, and a constant keeps it
// positive without changing what is cheapest, as every item passes one cell.
func (m *model) addCell(column int32, i, k int) {
	c := &m.cells[i][k]
	c.node = m.net.node()
	total, ideal := int64(m.total), int64(m.rows[i])*int64(m.p.Kinds[k].Count)
	for j := int64(1); j <= int64(min(m.rows[i], m.p.Kinds[k].Count, c.available)); j++ {
		m.net.edge(column, c.node, 1, ((2*j-1)*total-2*ideal+2*total*total)*cellUnit)
	}
}

// addRows adds the ranges, each with a node for every class of points. Up to
// its quota a class costs nothing; beyond it the preferred class is cheapest.
func (m *model) addRows(sink int32) [][]int32 {
	quota := m.classQuotas()
	nodes := make([][]int32, len(m.rows))
	for i, want := range m.rows {
		row := m.net.node()
		m.net.edge(row, sink, want, 0)
		nodes[i] = make([]int32, max(len(m.p.Importance), 1))
		for c := range nodes[i] {
			nodes[i][c] = m.net.node()
			if quota != nil {
				m.net.edge(nodes[i][c], row, quota[i][c], 0)
			}
			m.net.edge(nodes[i][c], row, maxItems, int64(c+1)*classUnit)
		}
	}
	return nodes
}

// classQuotas rounds range × class so that the ranges' items and the paper's
// mix both come out exactly; nil when no mix is asked for.
func (m *model) classQuotas() [][]int {
	columns := Apportion(weights(m.p.Importance), m.total)
	if !slices.ContainsFunc(columns, func(c int) bool { return c > 0 }) {
		return nil
	}
	var n network
	source, sink := n.node(), n.node()
	var ends []int32
	for _, c := range columns {
		ends = append(ends, n.node())
		n.edge(ends[len(ends)-1], sink, c, 0)
	}
	total := int64(m.total)
	units := make([][][]int, len(m.rows))
	for i, r := range m.rows {
		row := n.node()
		n.edge(source, row, r, 0)
		units[i] = make([][]int, len(columns))
		for c, column := range columns {
			for j := int64(1); j <= int64(min(r, column)); j++ {
				cost := (2*j-1)*total - 2*int64(r)*int64(column) + 2*total*total
				units[i][c] = append(units[i][c], n.edge(row, ends[c], 1, cost))
			}
		}
	}
	n.send(source, sink, m.total)
	quota := make([][]int, len(m.rows))
	for i := range units {
		quota[i] = make([]int, len(columns))
		for c := range units[i] {
			for _, e := range units[i][c] {
				quota[i][c] += n.used(e)
			}
		}
	}
	return quota
}

// chooseItems picks the items of the chosen points: a flow source → point ×
// kind → difficulty → sink whose edges are the items. It returns by kind.
func (m *model) chooseItems() [][]Item {
	wanted := Apportion(weights(m.p.Difficulty), m.total)
	var n network
	source, sink := n.node(), n.node()
	grades := map[string]int32{}
	for d, s := range m.p.Difficulty {
		grades[s.Name] = n.node()
		n.edge(grades[s.Name], sink, wanted[d], 0)
		n.edge(grades[s.Name], sink, maxItems, classUnit)
	}
	other := n.node() // difficulties that are not given or not in the mix
	n.edge(other, sink, maxItems, classUnit)
	edges := map[*Item]int{}
	var order []*Item
	var kinds []int
	for _, pt := range m.points {
		for k, e := range pt.edges {
			if e < 0 || m.net.used(e) == 0 {
				continue
			}
			pair := n.node()
			n.edge(source, pair, m.net.used(e), 0)
			for i := range pt.items[k] {
				it := &pt.items[k][i]
				grade, ok := grades[it.Difficulty]
				if !ok {
					grade = other
				}
				edges[it] = n.edge(pair, grade, 1, int64(m.random.IntN(chance)))
				order, kinds = append(order, it), append(kinds, k)
			}
		}
	}
	n.send(source, sink, m.total)
	chosen := make([][]Item, len(m.p.Kinds))
	for i, it := range order {
		if n.used(edges[it]) > 0 {
			chosen[kinds[i]] = append(chosen[kinds[i]], *it)
			m.cells[it.Range][kinds[i]].picked++
		}
	}
	return chosen
}

func (m *model) result(chosen [][]Item) Result {
	r := Result{Picks: make([][]string, len(chosen)), Trace: Trace{Aside: m.p.Aside, Cells: []Cell{}}}
	importance, difficulty := map[string]int{}, map[string]int{}
	for k, items := range chosen {
		for _, it := range items {
			r.Picks[k] = append(r.Picks[k], it.ID)
			importance[it.Importance]++
			difficulty[it.Difficulty]++
		}
	}
	for i, row := range m.cells {
		for k, c := range row {
			r.Trace.Cells = append(r.Trace.Cells, Cell{Range: m.p.Ranges[i].Name, Kind: m.p.Kinds[k].Name,
				Ideal:  100 * int64(m.rows[i]) * int64(m.p.Kinds[k].Count) / int64(m.total),
				Picked: c.picked, Available: c.available})
		}
	}
	r.Trace.Importance = tally(m.p.Importance, m.total, importance)
	r.Trace.Difficulty = tally(m.p.Difficulty, m.total, difficulty)
	return r
}

// tally lists the named shares in order, then what has none of their names.
func tally(shares []Share, total int, picked map[string]int) []Tally {
	wanted := Apportion(weights(shares), total)
	list := []Tally{}
	for i, s := range shares {
		list = append(list, Tally{Name: s.Name, Wanted: wanted[i], Picked: picked[s.Name]})
		total -= picked[s.Name]
	}
	if total > 0 {
		list = append(list, Tally{Picked: total})
	}
	return list
}

// shortage names what is missing after a flow that fell short. Ranges and
// kinds that are short by themselves are named first; when each would do
// alone, the ranges that the best attempt could not fill.
func (m *model) shortage() error {
	var fields []fault.Field
	short := func(row, column string, needed, available int) {
		fields = append(fields, fault.Field{Path: row + "/" + column, Code: "questions_short",
			Message: fmt.Sprintf("needs %d, has %d", needed, available),
			Params: map[string]string{"range": row, "kind": column,
				"needed": strconv.Itoa(needed), "available": strconv.Itoa(available)}})
	}
	placed := make([]int, len(m.rows))
	for _, pt := range m.points {
		for _, e := range pt.edges {
			if e >= 0 {
				placed[pt.row] += m.net.used(e)
			}
		}
	}
	for i, want := range m.rows {
		if placed[i] == want {
			continue
		}
		name := m.p.Ranges[i].Name
		short(name, "all", want, placed[i])
		for k, kind := range m.p.Kinds {
			// The proportional need, rounded up, is what the range should bring.
			needed := (want*kind.Count + m.total - 1) / m.total
			if have := m.cells[i][k].available; have < needed {
				short(name, kind.Name, needed, have)
			}
		}
	}
	for k, kind := range m.p.Kinds {
		available := 0
		for i := range m.cells {
			available += min(m.cells[i][k].available, m.rows[i])
		}
		if available < kind.Count {
			short("all", kind.Name, kind.Count, available)
		}
	}
	return ErrInfeasible.With(fields...)
}
