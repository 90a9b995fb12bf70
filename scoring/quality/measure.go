package quality

import (
	"math"
	"slices"
)

// measureExtremes gives elements that were set aside a measure: where the
// expected score is 0.3 inside the extreme one, the others fixed. Those set
// aside last come first, since their ratings are of elements known by then.
func (m *model) measureExtremes() {
	last := 0
	for f := range facetCount {
		last = max(last, slices.Max(m.layer[f]))
	}
	for turn := last; turn > 0; turn-- {
		for f := range facetCount {
			for e := range m.ids[f] {
				if m.layer[f][e] == turn {
					m.measure[f][e] = m.measureExtreme(f, e, turn)
				}
			}
		}
	}
}

// ratingsOf returns the ratings by which an extreme element is measured: of
// known elements, or all where there are none.
func (m *model) ratingsOf(f, e, turn int) []rated {
	var known, all []rated
	for _, x := range m.all {
		if x.at[f] == e {
			x.category = m.categoryOf(x.level)
			all = append(all, x)
			if m.known(x, f, turn) {
				known = append(known, x)
			}
		}
	}
	if len(known) > 0 {
		return known
	}
	return all
}

func (m *model) measureExtreme(f, e, turn int) float64 {
	list := m.ratingsOf(f, e, turn)
	target := 0.0
	for _, x := range list {
		target += float64(x.category)
	}
	most := float64(len(list) * (len(m.levels) - 1))
	target = min(max(target, inside), most-inside)
	low, high := -farOut, farOut // where the score is below and above the target
	if sign[f] < 0 {
		low, high = high, low
	}
	p := make([]float64, len(m.levels))
	for range 60 {
		m.measure[f][e] = (low + high) / 2
		m.odds[f][e] = math.Exp(sign[f] * m.measure[f][e])
		sum := 0.0
		for i := range list {
			m.chances(&list[i], p)
			expected, _ := moments(p)
			sum += expected
		}
		if sum < target {
			low = m.measure[f][e]
		} else {
			high = m.measure[f][e]
		}
	}
	return (low + high) / 2
}

// fitSums collects what the fit statistics of one element are made of
// (Wright and Masters, Rating Scale Analysis, 1982, chapter 5).
type fitSums struct {
	n, z2, residual2, information float64
	outfitVar, infitVar           float64
}

func (s *fitSums) add(residual, variance, fourth float64) {
	s.n++
	s.z2 += residual * residual / variance
	s.residual2 += residual * residual
	s.information += variance
	s.outfitVar += fourth / (variance * variance)
	s.infitVar += fourth - variance*variance
}

// statistics returns the mean squares and their standardised forms.
func (s *fitSums) statistics() (infit, infitZ, outfit, outfitZ float64) {
	outfit, infit = s.z2/s.n, s.residual2/s.information
	outfitZ = wilsonHilferty(outfit, s.outfitVar/(s.n*s.n)-1/s.n)
	infitZ = wilsonHilferty(infit, s.infitVar/(s.information*s.information))
	return infit, infitZ, outfit, outfitZ
}

// wilsonHilferty turns a mean square with the given variance into a normal
// deviate by its cube root; 0 where it does not vary.
func wilsonHilferty(square, variance float64) float64 {
	q := math.Sqrt(max(variance, 0))
	if q < tiny {
		return 0
	}
	return (math.Cbrt(square)-1)*3/q + q/3
}

func (m *model) report(ratings []Rating, l links) Rasch {
	r := Rasch{Ratings: len(m.all), Used: len(m.used), Converged: m.converged, Iterations: m.rounds, Connected: true}
	for f := range facetCount {
		r.Connected = r.Connected && l.sets[f] == 1
	}
	var sums [facetCount][]fitSums
	for f := range facetCount {
		sums[f] = make([]fitSums, len(m.ids[f]))
	}
	r.Residuals = m.residuals(ratings, &sums)
	r.Categories = m.categories()
	r.Judges = m.facet(byJudge, sums[byJudge], l, r.Connected)
	r.Competitors = m.facet(byCompetitor, sums[byCompetitor], l, r.Connected)
	r.Aspects = m.facet(byAspect, sums[byAspect], l, r.Connected)
	r.JudgeSpread, r.CompetitorSpread, r.AspectSpread = spread(r.Judges), spread(r.Competitors), spread(r.Aspects)
	return r
}

// residuals goes through the used ratings once more. ratings are those of all,
// in the same order.
func (m *model) residuals(ratings []Rating, sums *[facetCount][]fitSums) []Residual {
	p := make([]float64, len(m.levels))
	out := make([]Residual, 0, len(m.used))
	for i := range m.all {
		x := m.all[i]
		if !m.known(x, facetCount, never) {
			continue
		}
		x.category = m.categoryOf(x.level)
		m.chances(&x, p)
		e, v := moments(p)
		fourth, level := 0.0, 0.0
		for k, c := range p {
			fourth += c * math.Pow(float64(k)-e, 4)
			level += c * float64(m.levels[k])
		}
		residual := float64(x.category) - e
		for f := range facetCount {
			sums[f][x.at[f]].add(residual, v, fourth)
		}
		out = append(out, Residual{Rating: ratings[i], Expected: level, Z: residual / math.Sqrt(v)})
	}
	return out
}

func (m *model) categories() []Category {
	out := make([]Category, len(m.levels))
	p := make([]float64, len(m.levels))
	information := make([]float64, len(m.levels))
	for i := range m.used {
		x := &m.used[i]
		out[x.category].Count++
		m.chances(x, p)
		above := 0.0
		for k := len(p) - 1; k > 0; k-- {
			above += p[k]
			information[k] += above * (1 - above)
		}
	}
	for k := range out {
		out[k].Level = m.levels[k]
		if k > 0 {
			out[k].Step, out[k].SE = new(m.step[k]), new(1/math.Sqrt(information[k]))
		}
	}
	return out
}

func (m *model) facet(f int, sums []fitSums, l links, connected bool) []Measure {
	out := make([]Measure, len(m.ids[f]))
	for _, x := range m.all {
		out[x.at[f]].Ratings++
		out[x.at[f]].Mean += float64(x.level)
	}
	p := make([]float64, len(m.levels))
	for e := range out {
		o := &out[e]
		o.ID, o.Mean, o.Logit = m.ids[f][e], o.Mean/float64(o.Ratings), m.measure[f][e]
		o.Extreme, o.Set = m.extreme[f][e], l.set[f][e]
		information := sums[e].information
		if turn := m.layer[f][e]; turn != 0 {
			information = m.information(m.ratingsOf(f, e, turn), p)
		} else {
			infit, infitZ, outfit, outfitZ := sums[e].statistics()
			o.Infit, o.InfitZ, o.Outfit, o.OutfitZ = &infit, &infitZ, &outfit, &outfitZ
		}
		o.SE = 1 / math.Sqrt(information)
		if connected {
			o.Fair = new(m.fair(f, e, p))
		}
	}
	return out
}

func (m *model) information(list []rated, p []float64) (sum float64) {
	for i := range list {
		m.chances(&list[i], p)
		_, v := moments(p)
		sum += v
	}
	return sum
}

// fair is the level expected of an element where the other facets' elements
// that were not set aside are at their mean.
func (m *model) fair(f, e int, p []float64) (level float64) {
	logit := sign[f] * m.measure[f][e]
	for g := range facetCount {
		if g == f {
			continue
		}
		sum, n := 0.0, 0.0
		for i, v := range m.measure[g] {
			if m.layer[g][i] == 0 {
				sum, n = sum+v, n+1
			}
		}
		logit += sign[g] * sum / n
	}
	m.chancesAt(logit, p)
	for k, c := range p {
		level += c * float64(m.levels[k])
	}
	return level
}

// spread sums up a facet; nil when its measures cannot be compared or are
// fewer than two.
func spread(list []Measure) *Spread {
	var logits []float64
	var error2, weight, weighted, square float64
	for _, m := range list {
		if m.Extreme != NotExtreme {
			continue
		}
		if m.Set != 1 {
			return nil
		}
		logits = append(logits, m.Logit)
		w := 1 / (m.SE * m.SE)
		error2 += m.SE * m.SE
		weight, weighted, square = weight+w, weighted+w*m.Logit, square+w*m.Logit*m.Logit
	}
	sd, ok := deviation(logits)
	if !ok {
		return nil
	}
	n := float64(len(logits))
	s := &Spread{Elements: len(logits), SD: sd, RMSE: math.Sqrt(error2 / n), DF: len(logits) - 1}
	if real2 := sd*sd - error2/n; real2 > 0 {
		s.Separation, s.Reliability = math.Sqrt(real2)/s.RMSE, real2/(sd*sd)
	}
	s.ChiSquare = max(square-weighted*weighted/weight, 0)
	s.P = chiSquareTail(s.ChiSquare, s.DF)
	return s
}

// chiSquareTail is the chance of a χ² at least so large, by the cube root of
// Wilson and Hilferty; good to about two digits.
func chiSquareTail(x float64, df int) float64 {
	k := 2 / (9 * float64(df))
	z := (math.Cbrt(x/float64(df)) - (1 - k)) / math.Sqrt(k)
	return math.Erfc(z/math.Sqrt2) / 2
}
