package quality

import "math"

// logit is where a rating's elements put it on the scale.
func (m *model) logit(x *rated) float64 {
	return m.measure[byCompetitor][x.at[byCompetitor]] - m.measure[byJudge][x.at[byJudge]] - m.measure[byAspect][x.at[byAspect]]
}

// chances fills p with the chance of each category. Most ratings need no
// exponential: their odds are the product of their elements'.
func (m *model) chances(x *rated, p []float64) {
	odds := m.odds[byCompetitor][x.at[byCompetitor]] * m.odds[byJudge][x.at[byJudge]] * m.odds[byAspect][x.at[byAspect]]
	if odds > m.safe || odds < 1/m.safe {
		m.chancesAt(m.logit(x), p)
		return
	}
	sum, power := 0.0, 1.0
	for k := range p {
		p[k] = power * m.weight[k]
		sum += p[k]
		power *= odds
	}
	for k := range p {
		p[k] /= sum
	}
}

// chancesAt does the same for any logit, however far out.
func (m *model) chancesAt(logit float64, p []float64) {
	exponent, most := 0.0, 0.0
	for k := 1; k < len(p); k++ {
		exponent += logit - m.step[k]
		p[k] = exponent
		most = max(most, exponent)
	}
	p[0] = 0
	var sum float64
	for k := range p {
		p[k] = math.Exp(p[k] - most)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}

// prepare works out what chances needs of the measures of a facet.
func (m *model) prepare(f int) {
	for e, v := range m.measure[f] {
		m.odds[f][e] = math.Exp(sign[f] * v)
	}
}

// prepareSteps does the same for the steps.
func (m *model) prepareSteps() {
	exponent := 0.0
	for k := range m.step {
		if k > 0 {
			exponent -= m.step[k]
		}
		m.weight[k] = math.Exp(exponent)
	}
	m.safe = math.Exp(300 / float64(len(m.step)))
}

// prepareAll does both for all.
func (m *model) prepareAll() {
	for f := range facetCount {
		m.prepare(f)
	}
	m.prepareSteps()
}

// moments are expectation and variance of the category. The variance is never
// quite 0, so that one can divide by it far out.
func moments(p []float64) (expected, variance float64) {
	for k, c := range p {
		expected += float64(k) * c
	}
	for k, c := range p {
		d := float64(k) - expected
		variance += d * d * c
	}
	return expected, max(variance, leastVariance)
}
