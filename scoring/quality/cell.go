package quality

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// compared is a mark beside those of the other judges of its cell. A cell is
// one aspect of one competitor.
type compared struct {
	Mark
	max    scoring.Marks // of the aspect
	others []*Mark       // empty where only one judge marked
}

// bp is the mark in basis points of the aspect's maximum.
func (m compared) bp() float64 { return 10000 * float64(m.Marks) / float64(m.max) }

// panel is the mean of the other judges, in basis points.
func (m compared) panel() float64 {
	var sum float64
	for _, o := range m.others {
		sum += float64(o.Marks)
	}
	return 10000 * sum / float64(m.max) / float64(len(m.others))
}

// median is that of the other judges, in hundredths of a mark.
func (m compared) median() float64 {
	marks := make([]int64, len(m.others))
	for i, o := range m.others {
		marks[i] = int64(o.Marks)
	}
	slices.Sort(marks)
	return quantile(marks, 0.5)
}

// cells are all marks in order of competitor, aspect and judge.
type cells struct {
	marks []compared
}

func newCells(in Input) (*cells, error) {
	var p problems
	limits := make(map[scoring.AspectID]scoring.Marks, len(in.Aspects))
	for i, a := range in.Aspects {
		path := fmt.Sprintf("aspects[%d]", i)
		if a.Max <= 0 {
			p.add(path+".max", "out_of_range", "aspect %s: the maximum %v is not above 0", a.ID, a.Max)
		}
		if _, twice := limits[a.ID]; twice {
			p.add(path+".id", "duplicate", "aspect %s is there twice", a.ID)
		}
		limits[a.ID] = a.Max
	}
	judges := unique(&p, "judges", in.Judges, func(j Judge) scoring.JudgeID { return j.ID })
	entrants := unique(&p, "entrants", in.Entrants, func(e Entrant) scoring.Code { return e.Code })
	type place struct {
		code   scoring.Code
		aspect scoring.AspectID
		judge  scoring.JudgeID
	}
	seen := make(map[place]bool, len(in.Marks))
	for i, m := range in.Marks {
		path := fmt.Sprintf("marks[%d]", i)
		if !judges[m.Judge] {
			p.add(path+".judge", "unknown", "judge %s is not in the list", m.Judge)
		}
		if !entrants[m.Code] {
			p.add(path+".code", "unknown", "competitor %s is not in the list", m.Code)
		}
		if _, ok := limits[m.Aspect]; !ok {
			p.add(path+".aspect", "unknown", "aspect %s is not in the list", m.Aspect)
		}
		if m.Level != nil && (*m.Level < 0 || *m.Level > maxLevel) {
			p.add(path+".level", "out_of_range", "a level is 0 to %d", maxLevel)
		}
		if m.UsedMS != nil && *m.UsedMS < 0 {
			p.add(path+".used_ms", "out_of_range", "no time is below 0")
		}
		at := place{m.Code, m.Aspect, m.Judge}
		if seen[at] {
			p.add(path, "duplicate", "judge %s marked %s of %s twice; give the first mark only", m.Judge, m.Aspect, m.Code)
		}
		seen[at] = true
	}
	if err := p.err(ErrInput); err != nil {
		return nil, err
	}
	return group(in.Marks, limits), nil
}

// unique returns the ids of a list and notes those that are there twice.
func unique[T any, ID ~string](p *problems, path string, list []T, id func(T) ID) map[ID]bool {
	seen := make(map[ID]bool, len(list))
	for i, v := range list {
		if seen[id(v)] {
			p.add(fmt.Sprintf("%s[%d]", path, i), "duplicate", "%s is there twice", id(v))
		}
		seen[id(v)] = true
	}
	return seen
}

func group(list []Mark, limits map[scoring.AspectID]scoring.Marks) *cells {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b Mark) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Aspect, b.Aspect), cmp.Compare(a.Judge, b.Judge))
	})
	c := &cells{marks: make([]compared, len(sorted))}
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && sorted[to].Code == sorted[from].Code && sorted[to].Aspect == sorted[from].Aspect {
			to++
		}
		for i := from; i < to; i++ {
			c.marks[i] = compared{Mark: sorted[i], max: limits[sorted[i].Aspect]}
			for j := from; j < to; j++ {
				if j != i {
					c.marks[i].others = append(c.marks[i].others, &sorted[j])
				}
			}
		}
		from = to
	}
	return c
}

// ratings are the marks that have a level, for the Rasch model.
func (c *cells) ratings() []Rating {
	var out []Rating
	for _, m := range c.marks {
		if m.Level != nil {
			out = append(out, Rating{Judge: m.Judge, Code: m.Code, Aspect: m.Aspect, Level: *m.Level})
		}
	}
	return out
}

// by splits the marks by a key; the order within stays.
func by[K comparable](marks []compared, key func(compared) K) map[K][]compared {
	out := make(map[K][]compared)
	for _, m := range marks {
		out[key(m)] = append(out[key(m)], m)
	}
	return out
}

func mean(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// deviation is the standard deviation of a sample; ok is false below two.
func deviation(v []float64) (sd float64, ok bool) {
	if len(v) < 2 {
		return 0, false
	}
	m, sum := mean(v), 0.0
	for _, x := range v {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(v)-1)), true
}

// quantile of a sorted list, by linear interpolation.
func quantile[T int | int64](sorted []T, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return float64(sorted[low]) + (at-float64(low))*float64(sorted[high]-sorted[low])
}
