package quality

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Outlier is a single mark far from the other judges' marks for the same work,
// or far from what the model expects of this judge. It is a place to look at:
// the one who stands alone may be the one who looked closely.
type Outlier struct {
	Judge  scoring.JudgeID  `json:"judge"`
	Code   scoring.Code     `json:"code"`
	Aspect scoring.AspectID `json:"aspect"`
	Marks  scoring.Marks    `json:"marks"`
	Level  *int             `json:"level"`
	// OthersLevel and OthersMarks are the medians of the other judges: in levels,
	// where all gave one, and in hundredths of a mark. Null where nobody else
	// marked.
	OthersLevel *float64 `json:"others_level"`
	OthersMarks *float64 `json:"others_marks"`
	// DistanceBP is mark − median of the others in basis points of the maximum.
	DistanceBP *float64 `json:"distance_bp"`
	// Residual is that of the Rasch model, standardised; null where there is none.
	Residual *float64     `json:"residual"`
	Text     scoring.Text `json:"text"`
}

// outliers lists what is far out by either measure, the farthest first.
func (c *cells) outliers(cfg Config, fit *Rasch) []Outlier {
	residuals := make(map[Rating]Residual)
	if fit != nil {
		for _, r := range fit.Residuals {
			if math.Abs(r.Z) >= cfg.ResidualZ {
				residuals[r.Rating] = r
			}
		}
	}
	out := []Outlier{}
	for _, m := range c.marks {
		o := Outlier{Judge: m.Judge, Code: m.Code, Aspect: m.Aspect, Marks: m.Marks, Level: m.Level}
		far := m.far(cfg, &o)
		if m.Level != nil {
			if r, ok := residuals[Rating{m.Judge, m.Code, m.Aspect, *m.Level}]; ok {
				o.Residual, far = &r.Z, true
			}
		}
		if far {
			o.Text = o.words()
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b Outlier) int {
		return cmp.Or(-cmp.Compare(size(a.DistanceBP), size(b.DistanceBP)), -cmp.Compare(size(a.Residual), size(b.Residual)))
	})
	return out
}

func size(v *float64) float64 {
	if v == nil {
		return 0
	}
	return math.Abs(*v)
}

// far fills in the distance from the others and says whether it is large.
func (m compared) far(cfg Config, o *Outlier) bool {
	if len(m.others) == 0 {
		return false
	}
	median := m.median()
	distance := 10000 * (float64(m.Marks) - median) / float64(m.max)
	o.OthersMarks, o.DistanceBP = &median, &distance
	var levels []int
	for _, other := range m.others {
		if other.Level != nil {
			levels = append(levels, *other.Level)
		}
	}
	if m.Level != nil && len(levels) == len(m.others) {
		slices.Sort(levels)
		o.OthersLevel = new(quantile(levels, 0.5))
		return math.Abs(float64(*m.Level)-*o.OthersLevel) >= float64(cfg.OutlierLevels)
	}
	return math.Abs(distance) >= float64(cfg.OutlierBP)
}

func (o Outlier) words() scoring.Text {
	var t scoring.Text
	switch {
	case o.OthersMarks == nil:
		t = scoring.Text{ZH: "没有其他裁判评分", EN: "no other judge marked it"}
	case o.OthersLevel != nil:
		t = scoring.Text{
			ZH: fmt.Sprintf("评为 %d 级，其他裁判中位数 %.1f 级", *o.Level, *o.OthersLevel),
			EN: fmt.Sprintf("level %d, the others' median is %.1f", *o.Level, *o.OthersLevel),
		}
	default:
		others := scoring.NewRatio(scoring.Marks(math.Round(*o.OthersMarks*2)), 2).Round(1)
		t = scoring.Text{
			ZH: fmt.Sprintf("评为 %v，其他裁判中位数 %v", o.Marks, others),
			EN: fmt.Sprintf("marked %v, the others' median is %v", o.Marks, others),
		}
	}
	if o.Residual != nil {
		t.ZH += fmt.Sprintf("；模型标准化残差 %.1f", *o.Residual)
		t.EN += fmt.Sprintf("; standardised residual %.1f", *o.Residual)
	}
	return t
}
