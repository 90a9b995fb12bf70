package quality

import (
	"maps"
	"math"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// JudgeReport is the evidence about one judge, over all aspects and by aspect.
type JudgeReport struct {
	Judge scoring.JudgeID `json:"judge"`
	Figures
	Aspects []AspectFigures `json:"aspects"` // by id
}

// AspectFigures are one judge's figures for one aspect.
type AspectFigures struct {
	Aspect scoring.AspectID `json:"aspect"`
	Figures
}

// Figures compare a judge with the other judges of the panel, cell by cell.
// Amounts are in basis points of the aspect's maximum, so that aspects can be
// put together: 250 is 2.5 % of it. Null = too few marks to tell.
type Figures struct {
	Marks    int `json:"marks"`
	Compared int `json:"compared"` // with a mark of another judge beside it

	// DifferenceBP is the severity: the mean of mark − mean of the others.
	// Below 0 is stricter than the panel. DifferenceSE is its standard error,
	// from the means by competitor, since marks of one competitor go together.
	DifferenceBP *float64 `json:"difference_bp"`
	DifferenceSE *float64 `json:"difference_se_bp"`
	// SpreadBP is the standard deviation of the judge's marks, PanelSpreadBP that
	// of the others' means of the same cells. Much less spread is a judge who
	// does not use the scale.
	SpreadBP      *float64 `json:"spread_bp"`
	PanelSpreadBP *float64 `json:"panel_spread_bp"`
	// ScatterBP is the standard deviation of the differences: how unsteady the
	// judge is, whatever the severity.
	ScatterBP *float64 `json:"scatter_bp"`

	Agreement Agreement `json:"agreement"`
	Time      Time      `json:"time"`
}

// Agreement counts pairs of marks: the judge's with each other judge's of the
// same cell.
type Agreement struct {
	Levels     int    `json:"levels"`      // pairs of levels
	ExactBP    *int64 `json:"exact_bp"`    // the same level
	AdjacentBP *int64 `json:"adjacent_bp"` // at most one level apart, the same included
	Marks      int    `json:"marks"`       // pairs of marks without levels
	WithinBP   *int64 `json:"within_bp"`   // at most the tolerance apart
}

// Time is how long marking took, in milliseconds.
type Time struct {
	Known         int      `json:"known"` // marks with a time
	MedianMS      *float64 `json:"median_ms"`
	LowMS         *float64 `json:"low_ms"`          // one in ten is faster
	HighMS        *float64 `json:"high_ms"`         // one in ten is slower
	PanelMedianMS *float64 `json:"panel_median_ms"` // of the other judges in the same cells
}

// AspectReport is how far the judges agree on one aspect, whoever they are:
// where it is low, it may be the aspect that is unclear.
type AspectReport struct {
	Aspect    scoring.AspectID `json:"aspect"`
	Marks     int              `json:"marks"`
	Compared  int              `json:"compared"`
	ScatterBP *float64         `json:"scatter_bp"` // standard deviation of mark − mean of the others
	Agreement Agreement        `json:"agreement"`
	Time      Time             `json:"time"`
}

func (c *cells) judges(cfg Config) []JudgeReport {
	groups := by(c.marks, func(m compared) scoring.JudgeID { return m.Judge })
	out := make([]JudgeReport, 0, len(groups))
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		r := JudgeReport{Judge: id, Figures: figures(groups[id], cfg), Aspects: []AspectFigures{}}
		aspects := by(groups[id], func(m compared) scoring.AspectID { return m.Aspect })
		for _, a := range slices.Sorted(maps.Keys(aspects)) {
			r.Aspects = append(r.Aspects, AspectFigures{Aspect: a, Figures: figures(aspects[a], cfg)})
		}
		out = append(out, r)
	}
	return out
}

func (c *cells) aspects(cfg Config) []AspectReport {
	groups := by(c.marks, func(m compared) scoring.AspectID { return m.Aspect })
	out := make([]AspectReport, 0, len(groups))
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		f := figures(groups[id], cfg)
		out = append(out, AspectReport{Aspect: id, Marks: f.Marks, Compared: f.Compared, ScatterBP: f.ScatterBP, Agreement: f.Agreement, Time: f.Time})
	}
	return out
}

func figures(marks []compared, cfg Config) Figures {
	f := Figures{Marks: len(marks), Agreement: agreement(marks, cfg), Time: times(marks)}
	var own, panel, difference []float64
	for _, m := range marks {
		if len(m.others) == 0 {
			continue
		}
		own, panel = append(own, m.bp()), append(panel, m.panel())
		difference = append(difference, m.bp()-m.panel())
	}
	f.Compared = len(own)
	if f.Compared == 0 {
		return f
	}
	f.DifferenceBP = new(mean(difference))
	f.SpreadBP, f.PanelSpreadBP, f.ScatterBP = known(deviation(own)), known(deviation(panel)), known(deviation(difference))
	f.DifferenceSE = known(clustered(marks, *f.DifferenceBP))
	return f
}

func known(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &v
}

// clustered is the standard error of the mean difference, the marks of one
// competitor taken together (the sandwich estimator of a mean of clusters).
// Marks are in order of competitors.
func clustered(marks []compared, mean float64) (se float64, ok bool) {
	var sum, cluster float64
	var code scoring.Code
	n, clusters := 0, 0
	for _, m := range marks {
		if len(m.others) == 0 {
			continue
		}
		if clusters == 0 || m.Code != code {
			sum, cluster, code = sum+cluster*cluster, 0, m.Code
			clusters++
		}
		cluster += m.bp() - m.panel() - mean
		n++
	}
	if clusters < 2 {
		return 0, false
	}
	k := float64(clusters)
	return math.Sqrt((sum+cluster*cluster)*k/(k-1)) / float64(n), true
}

func agreement(marks []compared, cfg Config) (a Agreement) {
	var exact, adjacent, within int64
	for _, m := range marks {
		for _, o := range m.others {
			if m.Level != nil && o.Level != nil {
				a.Levels++
				switch gap := max(*m.Level-*o.Level, *o.Level-*m.Level); gap {
				case 0:
					exact++
					adjacent++
				case 1:
					adjacent++
				}
				continue
			}
			a.Marks++
			// In whole numbers: a gap of exactly the tolerance is within it.
			if gap := int64(max(m.Marks-o.Marks, o.Marks-m.Marks)); gap*10000 <= cfg.ToleranceBP*int64(m.max) {
				within++
			}
		}
	}
	a.ExactBP, a.AdjacentBP, a.WithinBP = shareBP(exact, a.Levels), shareBP(adjacent, a.Levels), shareBP(within, a.Marks)
	return a
}

func shareBP(part int64, of int) *int64 {
	if of == 0 {
		return nil
	}
	return new((part*10000 + int64(of)/2) / int64(of))
}

func times(marks []compared) (t Time) {
	var own, panel []int64
	for _, m := range marks {
		if m.UsedMS == nil {
			continue
		}
		own = append(own, *m.UsedMS)
		for _, o := range m.others {
			if o.UsedMS != nil {
				panel = append(panel, *o.UsedMS)
			}
		}
	}
	t.Known = len(own)
	if len(own) > 0 {
		slices.Sort(own)
		t.LowMS, t.MedianMS, t.HighMS = new(quantile(own, 0.1)), new(quantile(own, 0.5)), new(quantile(own, 0.9))
	}
	if len(panel) > 0 {
		slices.Sort(panel)
		t.PanelMedianMS = new(quantile(panel, 0.5))
	}
	return t
}
