package bank

import (
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// Weight is a share in hundredths of a percent: 2500 is 25 %.
type Weight int64

// WholeWeight is 100 %, the sum of the level-1 ranges.
const WholeWeight Weight = 10000

// MaxDepth is how deep ranges may nest: 鉴定范围 一级 to 六级.
const MaxDepth = 6

// Importance is the 重要程度 of a point.
type Importance string

// The importances, in the order in which points are preferred.
const (
	Core      Importance = "X" // 核心要素
	General   Importance = "Y" // 一般要素
	Auxiliary Importance = "Z" // 辅助要素
)

// Valid reports whether i is one of X, Y and Z.
func (i Importance) Valid() bool { return i == Core || i == General || i == Auxiliary }

// Outline is one version of the 鉴定要素细目表 of an occupation and level: a
// tree of ranges down to points.
type Outline struct {
	ID         OutlineID  `json:"id"`
	Version    int        `json:"version"` // 1, 2, … as accepted
	Occupation Occupation `json:"occupation"`
	Level      Level      `json:"level"`
	Ranges     []Range    `json:"ranges"`
	Batch      string     `json:"batch,omitempty"` // of the import that brought it; see DESIGN.md
}

// Range is a 鉴定范围. It holds either ranges or points.
type Range struct {
	Code   string  `json:"code"` // unique among its siblings: "A"
	Name   string  `json:"name"`
	Weight Weight  `json:"weight"` // 鉴定比重; 0 for all siblings: not broken down below the parent
	Ranges []Range `json:"ranges,omitempty"`
	Points []Point `json:"points,omitempty"`
}

// Point is a 鉴定点, the smallest testable element.
type Point struct {
	Code       string     `json:"code"` // unique in its range: "014"
	Name       string     `json:"name"`
	Importance Importance `json:"importance"`
}

// PointPath is the codes from the level-1 range down to the point, joined by
// "-": "B-C-B-014". It is unique in an outline. Range paths have the same form.
type PointPath string

// Join returns the path of a child of p.
func (p PointPath) Join(code string) PointPath {
	if p == "" {
		return PointPath(code)
	}
	return p + "-" + PointPath(code)
}

// Under reports whether p is the path r or lies below it.
func (p PointPath) Under(r PointPath) bool {
	return p == r || strings.HasPrefix(string(p), string(r)+"-")
}

// Walk calls visit for each range and each point of the outline in order,
// parents first. chain holds the ranges from level 1 down; point is nil when
// the range at the end of chain itself is visited. chain is valid only during
// the call.
func (o *Outline) Walk(visit func(path PointPath, chain []*Range, point *Point)) {
	walk(o.Ranges, "", nil, visit)
}

func walk(ranges []Range, parent PointPath, chain []*Range, visit func(PointPath, []*Range, *Point)) {
	for i := range ranges {
		r := &ranges[i]
		path, deeper := parent.Join(r.Code), append(chain, r)
		visit(path, deeper, nil)
		walk(r.Ranges, path, deeper, visit)
		for j := range r.Points {
			visit(path.Join(r.Points[j].Code), deeper, &r.Points[j])
		}
	}
}

// Validate reports every broken rule with ErrOutline: codes present and unique
// among siblings, depth at most MaxDepth, ranges or points below, level-1 weights summing to 100 %,
// the weights of children to their parent's (or all 0), importances X, Y or Z,
// at least one point.
func (o *Outline) Validate() error {
	var fields []fault.Field
	if err := o.Occupation.Validate(); err != nil {
		fields = append(fields, fault.As(err).Fields...)
	}
	if !o.Level.Valid() {
		fields = append(fields, fault.Field{Path: "level", Code: "level_range", Message: "give a level from 5 to 1"})
	}
	points := 0
	o.Walk(func(path PointPath, chain []*Range, p *Point) {
		if p != nil {
			points++
			fields = append(fields, p.check(path)...)
			return
		}
		if len(chain) > MaxDepth {
			fields = append(fields, fault.Field{Path: string(path), Code: "range_too_deep",
				Message: fmt.Sprintf("ranges nest at most %d levels", MaxDepth)})
		}
		fields = append(fields, chain[len(chain)-1].check(path)...)
	})
	fields = append(fields, checkSum("ranges", WholeWeight, o.Ranges)...)
	fields = append(fields, checkCodes("", o.Ranges, nil)...)
	if points == 0 {
		fields = append(fields, fault.Field{Path: "ranges", Code: "points_missing", Message: "the outline holds no points"})
	}
	if fields == nil {
		return nil
	}
	return ErrOutline.With(fields...)
}

func (r *Range) check(path PointPath) []fault.Field {
	var fields []fault.Field
	if strings.TrimSpace(r.Name) == "" {
		fields = append(fields, fault.Field{Path: string(path), Code: "range_name_missing", Message: "the range has no name"})
	}
	if r.Weight < 0 || r.Weight > WholeWeight {
		fields = append(fields, fault.Field{Path: string(path), Code: "weight_range",
			Message: "a weight is between 0 and 100 %", Params: map[string]string{"weight": r.Weight.String()}})
	}
	if len(r.Ranges) > 0 && len(r.Points) > 0 {
		fields = append(fields, fault.Field{Path: string(path), Code: "range_mixed",
			Message: "a range holds either ranges or points; put the points into a range of their own"})
	}
	fields = append(fields, checkCodes(path, r.Ranges, r.Points)...)
	for i := range r.Ranges {
		if r.Ranges[i].Weight != 0 {
			return append(fields, checkSum(string(path), r.Weight, r.Ranges)...)
		}
	}
	return fields
}

func (p *Point) check(path PointPath) []fault.Field {
	var fields []fault.Field
	if strings.TrimSpace(p.Name) == "" {
		fields = append(fields, fault.Field{Path: string(path), Code: "point_name_missing", Message: "the point has no name"})
	}
	if !p.Importance.Valid() {
		fields = append(fields, fault.Field{Path: string(path), Code: "importance_unknown",
			Message: "the importance is X, Y or Z", Params: map[string]string{"importance": string(p.Importance)}})
	}
	return fields
}

func checkSum(path string, want Weight, children []Range) []fault.Field {
	var sum Weight
	for i := range children {
		sum += children[i].Weight
	}
	if sum == want {
		return nil
	}
	return []fault.Field{{Path: path, Code: "weights_sum",
		Message: fmt.Sprintf("the weights below sum to %s %%, not to %s %%", sum, want),
		Params:  map[string]string{"sum": sum.String(), "want": want.String()}}}
}

// checkCodes looks at the codes of one parent's children; ranges and points
// share one space of paths.
func checkCodes(parent PointPath, ranges []Range, points []Point) []fault.Field {
	codes := make([]string, 0, len(ranges)+len(points))
	for i := range ranges {
		codes = append(codes, ranges[i].Code)
	}
	for i := range points {
		codes = append(codes, points[i].Code)
	}
	var fields []fault.Field
	seen := make(map[string]bool, len(codes))
	for _, c := range codes {
		switch path := string(parent.Join(c)); {
		case strings.TrimSpace(c) == "" || strings.Contains(c, "-"):
			fields = append(fields, fault.Field{Path: path, Code: "code_form", Message: "a code is not empty and holds no hyphen"})
		case seen[c]:
			fields = append(fields, fault.Field{Path: path, Code: "code_repeated",
				Message: "two children of one range have this code", Params: map[string]string{"code": c}})
		}
		seen[c] = true
	}
	return fields
}

// String writes the weight in percent without needless zeros: "2.5".
func (w Weight) String() string { return hundredths(int64(w)) }

// hundredths writes n/100 in decimal without needless zeros.
func hundredths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
