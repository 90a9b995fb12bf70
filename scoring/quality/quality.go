// Package quality says how well judges judge: how severe each is, how wide
// they spread, how far they agree, how long they take, whether a group of
// competitors fares better with one of them than with the others, and which
// marks stand out. It reads marks and changes none: everything here is
// evidence for people to look at, and nothing is a penalty.
//
//	Assess   all of it for one division   → Report
//	Fit      the many-facet Rasch model   → Rasch
//
// It is statistics for people, so it uses floats; no mark is made of them. No
// clock, no I/O, chance only from a seed, and every function is safe for
// concurrent use because nothing is changed in place. Results do not depend on
// the order of what is given.
package quality

import (
	"github.com/xinglu/xinglu/scoring"
)

// Mark is one judge's mark for one aspect of one competitor, as it was first
// handed in: after a conference judges agree because they talked.
type Mark struct {
	Judge  scoring.JudgeID  `json:"judge"`
	Code   scoring.Code     `json:"code"`
	Aspect scoring.AspectID `json:"aspect"`
	Marks  scoring.Marks    `json:"marks"`             // hundredths
	Level  *int             `json:"level,omitempty"`   // judgement level or other ordered step; null = the aspect has none
	UsedMS *int64           `json:"used_ms,omitempty"` // milliseconds from opening to handing in; null = not taken
}

// Aspect is a line of the sheet. Max is its maximum in hundredths and above 0;
// for a penalty, whose maximum is 0, give the most that can be taken off.
type Aspect struct {
	ID  scoring.AspectID `json:"id"`
	Max scoring.Marks    `json:"max"`
}

// Group is something that several competitors have in common, by kind and
// name: "city:济南", "unit_type:school", "delegation:07".
type Group string

// Judge is a judge and the groups that the judge belongs to.
type Judge struct {
	ID     scoring.JudgeID `json:"id"`
	Groups []Group         `json:"groups"`
}

// Entrant is a competitor and the groups that the competitor belongs to.
type Entrant struct {
	Code   scoring.Code `json:"code"`
	Groups []Group      `json:"groups"`
}

// Input is what a division's judges did.
type Input struct {
	Aspects  []Aspect  `json:"aspects"`
	Judges   []Judge   `json:"judges"`
	Entrants []Entrant `json:"entrants"`
	Marks    []Mark    `json:"marks"`
}

// Config says from where on something is shown. A zero field means its
// default, named beside it; the report says what was used.
type Config struct {
	// ToleranceBP is how far two marks may be apart to agree, in basis points of
	// the aspect's maximum. Default 500 = 5 %.
	ToleranceBP int64 `json:"tolerance_bp"`
	// OutlierLevels and OutlierBP are the distance from the median of the other
	// judges from which on a mark is listed: in levels, or in basis points of
	// the maximum. Defaults 2 and 3000 = 30 %.
	OutlierLevels int   `json:"outlier_levels"`
	OutlierBP     int64 `json:"outlier_bp"`
	// ResidualZ is the standardised residual of the Rasch model from which on a
	// mark is listed. Default 3.
	ResidualZ float64 `json:"residual_z"`
	// MinGroup is how many competitors a group must have, and how many must be
	// outside of it, to be tested. Default 2.
	MinGroup int `json:"min_group"`
	// Alpha is the chance of naming an impartial judge at all, over all tests of
	// a family. Default 0.05.
	Alpha float64 `json:"alpha"`
	// Exact is up to how many arrangements are all counted; beyond it Draws are
	// drawn from Seed. Defaults 20000 and 9999.
	Exact int    `json:"exact"`
	Draws int    `json:"draws"`
	Seed  uint64 `json:"seed"`
}

func (c Config) withDefaults() Config {
	c.ToleranceBP = or(c.ToleranceBP, 500)
	c.OutlierLevels = or(c.OutlierLevels, 2)
	c.OutlierBP = or(c.OutlierBP, 3000)
	c.ResidualZ = or(c.ResidualZ, 3)
	c.MinGroup = or(c.MinGroup, 2)
	c.Alpha = or(c.Alpha, 0.05)
	c.Exact = or(c.Exact, 20000)
	c.Draws = or(c.Draws, 9999)
	return c
}

func or[T int | int64 | float64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// Report is the evidence about a division's judges.
type Report struct {
	Config  Config         `json:"config"`
	Marks   int            `json:"marks"`
	Judges  []JudgeReport  `json:"judges"`  // by id
	Aspects []AspectReport `json:"aspects"` // by id
	// Bias has every test that could be made, the least probable first.
	Bias []BiasTest `json:"bias"`
	// Outliers are single marks far from the others', the farthest first.
	Outliers []Outlier `json:"outliers"`
	// Rasch is null when no model can be fitted; Notes say why.
	Rasch *Rasch         `json:"rasch"`
	Notes []scoring.Text `json:"notes"`
}

// Assess makes the report on a division's marks. The error is ErrInput, with
// one field for each place: an unknown judge, aspect or competitor, a mark
// there twice, a maximum or level below what it can be.
func Assess(in Input, cfg Config) (Report, error) {
	cells, err := newCells(in)
	if err != nil {
		return Report{}, err
	}
	cfg = cfg.withDefaults()
	r := Report{
		Config: cfg, Marks: len(cells.marks), Notes: []scoring.Text{},
		Judges: cells.judges(cfg), Aspects: cells.aspects(cfg), Bias: cells.bias(in, cfg),
	}
	fit, err := Fit(cells.ratings())
	if err != nil {
		r.Notes = append(r.Notes, noFit(err))
	} else {
		r.Rasch = &fit
		r.Notes = append(r.Notes, fit.notes()...)
	}
	r.Outliers = cells.outliers(cfg, r.Rasch)
	return r, nil
}
