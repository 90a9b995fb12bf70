package exchange

import (
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
)

// knowledge finds points of an outline by what people write into the
// knowledge cells.
type knowledge struct {
	ranges map[string][]bank.PointPath // by written form
	points map[string][]place
}

// place is a point with the ranges above it, level 1 first.
type place struct {
	path       bank.PointPath
	above      []bank.PointPath
	importance bank.Importance
}

func newKnowledge(o *bank.Outline) *knowledge {
	k := &knowledge{ranges: map[string][]bank.PointPath{}, points: map[string][]place{}}
	o.Walk(func(path bank.PointPath, chain []*bank.Range, p *bank.Point) {
		if p == nil {
			r := chain[len(chain)-1]
			for _, form := range forms(path, r.Code, r.Name) {
				k.ranges[form] = append(k.ranges[form], path)
			}
			return
		}
		at := place{path: path, importance: p.Importance}
		above := bank.PointPath("")
		for _, r := range chain {
			above = above.Join(r.Code)
			at.above = append(at.above, above)
		}
		for _, form := range forms(path, p.Code, p.Name) {
			k.points[form] = append(k.points[form], at)
		}
	})
	return k
}

// forms lists how a range or point is written: name, code, code before, after
// or around the name, the whole path.
func forms(path bank.PointPath, code, name string) []string {
	all := []string{name, code, code + name, name + code, code + name + code, string(path), string(path) + name}
	for i := range all {
		all[i] = form(all[i])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// form drops what separates code and name.
func form(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_.．、:：—·", r) {
			return -1
		}
		return r
	}, Compact(s))
}

// resolve finds the point that the knowledge cells of a row lead to. code is
// "" or what is wrong: point_missing (all cells are empty), point_unknown,
// point_is_range (the deepest cell names a range), point_path_wrong (the cells
// above it belong elsewhere), point_ambiguous. deepest is the place of the
// deepest filled cell.
func (k *knowledge) resolve(cells []string) (found place, deepest int, code string) {
	deepest = -1
	var written []string
	for i, c := range cells {
		if f := form(c); f != "" {
			deepest = i
			written = append(written, f)
		}
	}
	if deepest < 0 {
		return place{}, 0, "point_missing"
	}
	last := written[len(written)-1]
	candidates := k.points[last]
	if len(candidates) == 0 {
		if len(k.ranges[last]) > 0 {
			return place{}, deepest, "point_is_range"
		}
		return place{}, deepest, "point_unknown"
	}
	var fit []place
	for _, c := range candidates {
		if k.leads(written[:len(written)-1], c.above) {
			fit = append(fit, c)
		}
	}
	switch len(fit) {
	case 0:
		return place{}, deepest, "point_path_wrong"
	case 1:
		return fit[0], deepest, ""
	}
	return place{}, deepest, "point_ambiguous"
}

// leads reports whether the written cells name ranges of the chain, in order;
// levels may be left out.
func (k *knowledge) leads(written []string, chain []bank.PointPath) bool {
	next := 0
	for _, w := range written {
		for next < len(chain) && !slices.Contains(k.ranges[w], chain[next]) {
			next++
		}
		if next == len(chain) {
			return false
		}
		next++
	}
	return true
}
