package similarity

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Constants of the estimator; DESIGN.md says why. They are no rule of any
// examination.
const (
	rounds      = 10   // of fitting abilities and difficulties to one another
	perGroup    = 50   // candidates in an ability group, at least
	maxGroups   = 8    // and at most so many groups
	prior       = 5.0  // weight of the whole pool in a group's shares of answers, in candidates
	logitBounds = 6.0  // abilities and difficulties lie within ±
	unseen      = 0.25 // added to each answer's count
)

// none marks an item that was not answered.
const none = int32(-1)

// model is the pool of all sheets, coded, with what was estimated from it.
type model struct {
	sheets []Sheet
	items  []scoring.ItemID
	values [][]value   // by item, then code
	given  [][]int32   // by sheet, then item: a code, or none
	at     [][]int64   // by sheet, then item: Unix ms of the last change, 0 for not known
	group  []int       // by sheet
	right  [][]float64 // by sheet, then item: the chance to be right
	// share is, by item, group and code, the chance of the answer among those
	// who are right, or among those who are wrong, whichever it is.
	share [][][]float64
}

// value is one answer that somebody gave to an item.
type value struct {
	text  string
	right bool
}

// newModel codes the sheets and fits the model. Sheets are taken in order of
// their ids, so that their order is nothing.
func newModel(sheets []Sheet) *model {
	m := &model{sheets: slices.Clone(sheets)}
	slices.SortFunc(m.sheets, func(a, b Sheet) int { return cmp.Compare(a.ID, b.ID) })
	seen := map[scoring.ItemID]bool{}
	for _, s := range m.sheets {
		for id := range s.Responses {
			seen[id] = true
		}
	}
	m.items = slices.Sorted(maps.Keys(seen))
	m.code()
	ability := m.fit()
	m.groups(ability)
	m.shares()
	return m
}

func (m *model) code() {
	m.values = make([][]value, len(m.items))
	m.given = make([][]int32, len(m.sheets))
	m.at = make([][]int64, len(m.sheets))
	for c := range m.given {
		m.given[c], m.at[c] = make([]int32, len(m.items)), make([]int64, len(m.items))
	}
	for i, id := range m.items {
		codes := map[value]int32{}
		for c := range m.sheets {
			r, ok := m.sheets[c].Responses[id]
			if !ok || r.Value == "" {
				m.given[c][i] = none
				continue
			}
			v := value{r.Value, r.Right}
			code, known := codes[v]
			if !known {
				code = int32(len(m.values[i]))
				codes[v] = code
				m.values[i] = append(m.values[i], v)
			}
			m.given[c][i] = code
			if !r.At.IsZero() {
				m.at[c][i] = r.At.UnixMilli()
			}
		}
	}
}

// isRight reports whether the answer of a sheet to an item it answered is right.
func (m *model) isRight(c, i int) bool { return m.values[i][m.given[c][i]].right }

// fit estimates by turns every candidate's ability and every item's
// difficulty, so that expected and actual numbers of right answers agree for
// each (the Rasch model, joint maximum likelihood), and keeps the chances to
// be right. It returns the abilities.
func (m *model) fit() []float64 {
	ability, difficulty := make([]float64, len(m.sheets)), make([]float64, len(m.items))
	for range rounds {
		for i := range m.items {
			difficulty[i] = -balance(-difficulty[i], len(m.sheets), func(c int) (float64, bool, bool) {
				return ability[c], m.given[c][i] != none, m.given[c][i] != none && m.isRight(c, i)
			})
		}
		for c := range m.sheets {
			ability[c] = balance(ability[c], len(m.items), func(i int) (float64, bool, bool) {
				return -difficulty[i], m.given[c][i] != none, m.given[c][i] != none && m.isRight(c, i)
			})
		}
	}
	m.right = make([][]float64, len(m.sheets))
	for c := range m.right {
		m.right[c] = make([]float64, len(m.items))
		for i := range m.items {
			m.right[c][i] = logistic(ability[c] - difficulty[i])
		}
	}
	return ability
}

// balance returns x such that Σ logistic(x + other) over the answered of n
// equals the number of right answers, moved in by half an answer at the ends,
// from the last x on by Newton's method.
func balance(x float64, n int, at func(int) (other float64, answered, right bool)) float64 {
	for range 2 {
		var sum, slope, hits, count float64
		for j := range n {
			other, answered, right := at(j)
			if !answered {
				continue
			}
			p := logistic(x + other)
			sum, slope, count = sum+p, slope+p*(1-p), count+1
			if right {
				hits++
			}
		}
		if count == 0 {
			return 0
		}
		hits = min(max(hits, 0.5), count-0.5)
		x += min(max((hits-sum)/max(slope, 1e-6), -1), 1)
		x = min(max(x, -logitBounds), logitBounds)
	}
	return x
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// groups splits the candidates into groups of equal size by ability; equals
// stay together.
func (m *model) groups(ability []float64) {
	n := len(ability)
	count := min(max(n/perGroup, 1), maxGroups)
	sorted := slices.Sorted(slices.Values(ability))
	m.group = make([]int, n)
	for c, a := range ability {
		below, _ := slices.BinarySearch(sorted, a)
		upTo, _ := slices.BinarySearch(sorted, math.Nextafter(a, math.Inf(1)))
		m.group[c] = min((below+upTo)/2*count/max(n, 1), count-1)
	}
}

// shares counts what the groups answered.
func (m *model) shares() {
	groups := slices.Max(append(slices.Clone(m.group), 0)) + 1
	m.share = make([][][]float64, len(m.items))
	for i, values := range m.values {
		counts := make([][]float64, groups)
		for g := range counts {
			counts[g] = make([]float64, len(values))
		}
		all := make([]float64, len(values))
		for c := range m.sheets {
			if v := m.given[c][i]; v != none {
				counts[m.group[c]][v]++
				all[v]++
			}
		}
		pool := within(values, all, nil)
		m.share[i] = make([][]float64, groups)
		for g := range counts {
			m.share[i][g] = within(values, counts[g], pool)
		}
	}
}

// within returns each answer's share of the counts of its own class, right or
// wrong, drawn towards the pool's if there is one.
func within(values []value, counts, pool []float64) []float64 {
	var sum [2]float64
	class := func(v int) int {
		if values[v].right {
			return 1
		}
		return 0
	}
	weight := func(v int) float64 {
		if pool == nil {
			return counts[v] + unseen
		}
		return counts[v] + prior*pool[v]
	}
	for v := range values {
		sum[class(v)] += weight(v)
	}
	out := make([]float64, len(values))
	for v := range values {
		out[v] = weight(v) / sum[class(v)]
	}
	return out
}

// chance is the chance that candidate c gives what candidate s gave to item i.
func (m *model) chance(c, s, i int) float64 {
	v := m.given[s][i]
	p := m.right[c][i]
	if !m.values[i][v].right {
		p = 1 - p
	}
	return p * m.share[i][m.group[c]][v]
}
