package quality

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// maxLevel bounds the levels of a rating.
const maxLevel = 20

// Rating is one judge's level for one aspect of one competitor.
type Rating struct {
	Judge  scoring.JudgeID  `json:"judge"`
	Code   scoring.Code     `json:"code"`
	Aspect scoring.AspectID `json:"aspect"`
	Level  int              `json:"level"` // 0 to 20
}

// Rasch is a many-facet Rasch model of ratings (Linacre, Many-Facet Rasch
// Measurement, 1989): with ability θ of competitor n, severity α of judge j,
// difficulty δ of aspect i and the step τ_k that all of them have in common
// (Andrich's rating scale),
//
//	log( P(level k) ÷ P(level k−1) ) = θ_n − α_j − δ_i − τ_k
//
// Measures are in logits. Judges and aspects are centred at 0, steps add up to
// 0. The estimator is joint maximum likelihood; DESIGN.md says how it treats
// extreme scores and designs that do not hold together.
type Rasch struct {
	Ratings    int  `json:"ratings"`
	Used       int  `json:"used"` // without those of extreme judges, competitors and aspects
	Converged  bool `json:"converged"`
	Iterations int  `json:"iterations"`
	// Connected says that all measures of a facet can be compared. If not, only
	// those of one Set can.
	Connected bool `json:"connected"`

	Categories  []Category `json:"categories"`  // levels that were used, lowest first
	Judges      []Measure  `json:"judges"`      // severity, by id
	Competitors []Measure  `json:"competitors"` // ability, by code
	Aspects     []Measure  `json:"aspects"`     // difficulty, by id

	// JudgeSpread and so on say whether the differences within a facet are more
	// than chance; null where the measures cannot be compared.
	JudgeSpread      *Spread `json:"judge_spread"`
	CompetitorSpread *Spread `json:"competitor_spread"`
	AspectSpread     *Spread `json:"aspect_spread"`

	// Residuals are those of the used ratings, by competitor, aspect and judge.
	Residuals []Residual `json:"-"`
}

// Category is one level of the scale. Levels between others that nobody gave
// are left out and those above them move down, for their steps have no
// estimate.
type Category struct {
	Level int `json:"level"`
	Count int `json:"count"` // used ratings
	// Step is τ_k, where this level becomes more likely than the one before;
	// null for the lowest.
	Step *float64 `json:"step"`
	SE   *float64 `json:"se"`
}

// Measure is one element of a facet.
type Measure struct {
	ID      string  `json:"id"`
	Ratings int     `json:"ratings"`
	Mean    float64 `json:"mean"` // of the levels given
	Logit   float64 `json:"logit"`
	SE      float64 `json:"se"` // standard error, the other facets taken as known
	// Fair is the level that the model expects where the other facets are at
	// their mean: what a competitor would get from an average judge. Null in a
	// design that does not hold together. Nothing is ever marked by it.
	Fair *float64 `json:"fair"`
	// Infit and Outfit are mean squares of the residuals, weighted by information
	// and not: about 1 as expected, more is erratic, less too regular. Z are the
	// same as normal deviates (Wilson–Hilferty). Null for extreme elements.
	Infit   *float64 `json:"infit"`
	InfitZ  *float64 `json:"infit_z"`
	Outfit  *float64 `json:"outfit"`
	OutfitZ *float64 `json:"outfit_z"`
	Extreme Extreme  `json:"extreme"`
	// Set numbers the sets within which measures of this facet can be compared,
	// from 1; 0 = with none.
	Set int `json:"set"`
}

// Extreme says that all ratings of an element are the lowest or the highest,
// or of such elements. It has no finite estimate and is measured afterwards, the
// others fixed, as if its score were at least 0.3 inside.
type Extreme string

// The extremes.
const (
	NotExtreme Extreme = ""
	Lowest     Extreme = "lowest"
	Highest    Extreme = "highest"
	Unlinked   Extreme = "unlinked" // all its ratings are of extreme elements
)

// Spread sums up a facet, extreme elements apart.
type Spread struct {
	Elements int     `json:"elements"`
	SD       float64 `json:"sd"`   // of the measures, logits
	RMSE     float64 `json:"rmse"` // root mean square of the standard errors
	// Separation is the true spread in standard errors, Reliability the share of
	// the variance that is not error. For competitors a high one is good; for
	// judges it means that they are reliably different.
	Separation  float64 `json:"separation"`
	Reliability float64 `json:"reliability"`
	// ChiSquare tests that all measures are the same; P is approximate.
	ChiSquare float64 `json:"chi_square"`
	DF        int     `json:"df"`
	P         float64 `json:"p"`
}

// Residual is what a rating has over its expected level, and the same in
// standard deviations.
type Residual struct {
	Rating
	Expected float64 `json:"expected"` // level
	Z        float64 `json:"z"`
}

// Fit estimates the model. A rating may be there once. The error is ErrInput
// for a level out of bounds or a rating there twice, ErrNoFit when fewer than
// two levels are left after extreme elements are set aside.
func Fit(ratings []Rating) (Rasch, error) {
	sorted := slices.SortedFunc(slices.Values(ratings), func(a, b Rating) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Aspect, b.Aspect), cmp.Compare(a.Judge, b.Judge))
	})
	var p problems
	for i, r := range sorted {
		if r.Level < 0 || r.Level > maxLevel {
			p.add("ratings", "out_of_range", "level %d of %s is not between 0 and %d", r.Level, r.Code, maxLevel)
		}
		if i > 0 && r.Judge == sorted[i-1].Judge && r.Code == sorted[i-1].Code && r.Aspect == sorted[i-1].Aspect {
			p.add("ratings", "duplicate", "judge %s rated %s of %s twice", r.Judge, r.Aspect, r.Code)
		}
	}
	if err := p.err(ErrInput); err != nil {
		return Rasch{}, err
	}
	m := newModel(sorted)
	if !m.setAside() {
		return Rasch{}, ErrNoFit
	}
	m.estimate()
	links := m.connect()
	m.centre(links)
	m.measureExtremes()
	return m.report(sorted, links), nil
}

func noFit(error) scoring.Text {
	return scoring.Text{ZH: "等级评分不足或全部相同，无法拟合多面 Rasch 模型", EN: "too few levels, or all of them equal: no Rasch model can be fitted"}
}

// notes say what a reader of the measures must know.
func (r Rasch) notes() []scoring.Text {
	var out []scoring.Text
	add := func(zh, en string, args ...any) {
		out = append(out, scoring.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)})
	}
	if !r.Converged {
		add("Rasch 估计 %d 次迭代后仍未收敛，数值仅供参考", "the Rasch estimation did not converge in %d rounds; take its figures with care", r.Iterations)
	}
	if sets := sets(r.Judges); sets > 1 {
		add("评分设计不连通：裁判分为 %d 组，组与组之间的严厉度无法比较", "the design does not hold together: the judges are in %d sets, and severities of two sets cannot be compared", sets)
	} else if !r.Connected {
		add("评分设计不连通：选手或评分点分为几组，组与组之间无法比较", "the design does not hold together: competitors or aspects are in several sets that cannot be compared")
	}
	for _, c := range r.Categories {
		if c.Count < fewRatings {
			add("等级 %d 只用了 %d 次，其阶梯估计不稳", "level %d was given %d times only; its step is uncertain", c.Level, c.Count)
		}
	}
	return out
}

// fewRatings is Linacre's rule of thumb for the ratings that a level needs.
const fewRatings = 10

func sets(list []Measure) int {
	n := 0
	for _, m := range list {
		n = max(n, m.Set)
	}
	return n
}
