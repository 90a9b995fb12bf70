package scoring

import (
	"fmt"
	"slices"
)

// samplesLimit bounds a simulation; it is no rule.
const samplesLimit = 10_000

// Sample is one competitor of a simulation.
type Sample struct {
	Imported map[ModuleID]Value `json:"imported"` // marks of imported modules
	Calls    map[ModuleID]Call  `json:"calls"`    // of the modules that a panel marks
}

// Simulation says what a scheme and its rules do to sample competitors, for
// those who review both before they are frozen.
type Simulation struct {
	Competitors int               `json:"competitors"`
	Modules     []SimulatedModule `json:"modules"` // in the scheme's order
	Total       Amounts           `json:"total"`   // of those whose total is complete
	// Full and Zero are the totals of work that is faultless and of work that
	// earns nothing but has no penalties; FullReachable says that the first is
	// FullMarks, ZeroReachable that the second is 0.
	Full          Marks `json:"full"`
	FullReachable bool  `json:"full_reachable"`
	Zero          Marks `json:"zero"`
	ZeroReachable bool  `json:"zero_reachable"`
	// PanelRounding and TotalRounding are what Rules.Rounding and
	// Rules.TotalRounding do to the totals.
	PanelRounding RoundingEffect `json:"panel_rounding"`
	TotalRounding RoundingEffect `json:"total_rounding"`
	// Tied counts competitors with a total whose rank is another's too.
	Tied     int       `json:"tied"`
	Warnings []Warning `json:"warnings"`
}

// Amounts sums up the amounts of several competitors, in hundredths. All are 0
// when Count is.
type Amounts struct {
	Count int   `json:"count"`
	Min   Marks `json:"min"`
	Max   Marks `json:"max"`
	Mean  Marks `json:"mean"` // rounded half up, for display
}

// SimulatedModule is what a module came to.
type SimulatedModule struct {
	Module ModuleID `json:"module"`
	Max    Marks    `json:"max"` // the scheme's
	Amounts
	// Conferences counts the competitors whose panel had to confer, Flagged
	// those whose judges' totals were too far apart.
	Conferences int `json:"conferences"`
	Flagged     int `json:"flagged"`
}

// RoundingEffect is what one rounding point does to totals.
type RoundingEffect struct {
	Changed int `json:"changed"` // competitors whose total it changes
	// Up and Down are the greatest changes, in marks with up to four places;
	// "≈" before a value that has more.
	Up   string `json:"up"`
	Down string `json:"down"`
	// MadeEqual counts neighbours in the exact order whom the rounding makes
	// equal, Reordered those whom it puts the other way round.
	MadeEqual int `json:"made_equal"`
	Reordered int `json:"reordered"`
}

// Warning is something that a reviewer should know. Path is a JSON path into
// the scheme or, with "rules." before it, the rules.
type Warning struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Simulate invents n competitors from seed and runs them through the scheme
// and the rules; equal arguments give equal results. Judges see alike what they
// must agree on, and differ a little elsewhere; a panel that must confer
// settles on its first judge's entry, and a blocking gap of totals is accepted.
// Errors: ErrScheme, ErrRules; ErrSimulation for n outside 1 to 10000.
func Simulate(s Scheme, r Rules, seed uint64, n int) (Simulation, error) {
	if err := r.fits(s); err != nil {
		return Simulation{}, err
	}
	if n < 1 || n > samplesLimit {
		var p problems
		p.add("n", "out_of_range", "a simulation has 1 to %d competitors", samplesLimit)
		return Simulation{}, p.err(ErrSimulation)
	}
	samples := make([]Sample, n)
	for i := range samples {
		samples[i] = invent(s, r, seed, uint64(i))
	}
	return simulate(s, r, samples, true)
}

// SimulateWith runs given competitors through the scheme and the rules; what
// is in conference stays there and has no amount. Errors: ErrScheme, ErrRules;
// those of Judge and Sum for samples that do not fit; ErrSimulation for none or
// more than 10000, or a module in the wrong map.
func SimulateWith(s Scheme, r Rules, samples []Sample) (Simulation, error) {
	if err := r.fits(s); err != nil {
		return Simulation{}, err
	}
	var p problems
	if len(samples) < 1 || len(samples) > samplesLimit {
		p.add("samples", "out_of_range", "a simulation has 1 to %d competitors", samplesLimit)
	}
	for i, c := range samples {
		for id := range c.Calls {
			if m, ok := s.Module(id); !ok || m.Source != SourcePanel {
				p.add(fmt.Sprintf("samples[%d].calls.%s", i, id), "unknown", "no panel marks module %s", id)
			}
		}
		for id := range c.Imported {
			if m, ok := s.Module(id); !ok || m.Source != SourceImported {
				p.add(fmt.Sprintf("samples[%d].imported.%s", i, id), "unknown", "module %s is not imported", id)
			}
		}
	}
	slices.SortStableFunc(p, byPath)
	if err := p.err(ErrSimulation); err != nil {
		return Simulation{}, err
	}
	return simulate(s, r, samples, false)
}

func (r Rules) fits(s Scheme) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return r.Validate(s)
}

// simulated is one sample's way through the scheme.
type simulated struct {
	modules  map[ModuleID]Value
	outcomes map[ModuleID]ModuleOutcome // before the panels confer
	exact    map[ModuleID]Ratio         // without any rounding
	total    Total
}

func simulate(s Scheme, r Rules, samples []Sample, confer bool) (Simulation, error) {
	out := Simulation{Competitors: len(samples), Modules: []SimulatedModule{}, Warnings: []Warning{}}
	runs := make([]simulated, len(samples))
	entries := make([]Entry, len(samples))
	for i, c := range samples {
		var err error
		if runs[i], err = r.simulate(s, c, confer); err != nil {
			return Simulation{}, err
		}
		entries[i] = runs[i].total.Entry(Code(fmt.Sprintf("%05d", i+1)))
	}
	for _, m := range s.Modules {
		out.Modules = append(out.Modules, summed(m, runs))
	}
	var totals []Marks
	for _, run := range runs {
		if run.total.Complete && run.total.Value.State == HasValue {
			totals = append(totals, run.total.Value.Marks)
		}
	}
	out.Total = amountsOf(totals)
	ranked, err := Rank(entries, r)
	if err != nil {
		return Simulation{}, err
	}
	for _, c := range ranked {
		if c.Rank > 0 && c.Tied {
			out.Tied++
		}
	}
	out.PanelRounding, out.TotalRounding = r.roundingEffects(s, runs)
	if err := out.reach(s, r); err != nil {
		return Simulation{}, err
	}
	out.warn(s, r)
	return out, nil
}

// simulate judges and sums up one competitor.
func (r Rules) simulate(s Scheme, c Sample, confer bool) (simulated, error) {
	run := simulated{
		modules: make(map[ModuleID]Value), outcomes: make(map[ModuleID]ModuleOutcome), exact: make(map[ModuleID]Ratio),
	}
	for id, v := range c.Imported {
		run.modules[id], run.exact[id] = v, NewRatio(v.Marks, 1)
	}
	unrounded := r
	unrounded.Rounding = Rounding{Step: 1, Where: RoundModule}
	for _, m := range s.Modules {
		call, ok := c.Calls[m.ID]
		if !ok {
			continue
		}
		first, err := Judge(m, r, call)
		if err != nil {
			return run, err
		}
		run.outcomes[m.ID], run.modules[m.ID] = first, first.Marks
		if confer && first.State == Conference {
			call = call.conferred(first)
			settled, err := Judge(m, r, call)
			if err != nil {
				return run, err
			}
			run.modules[m.ID] = settled.Marks
		}
		if _, run.exact[m.ID], err = judged(m, unrounded, call); err != nil {
			return run, err
		}
	}
	var err error
	run.total, err = Sum(s, r, run.modules)
	return run, err
}

func summed(m Module, runs []simulated) SimulatedModule {
	out := SimulatedModule{Module: m.ID, Max: m.Max}
	var amounts []Marks
	for _, run := range runs {
		if v := run.modules[m.ID]; v.State == HasValue {
			amounts = append(amounts, v.Marks)
		}
		o := run.outcomes[m.ID]
		if slices.ContainsFunc(o.Aspects, func(a Outcome) bool { return a.State == Conference }) {
			out.Conferences++
		}
		if o.Flag != "" {
			out.Flagged++
		}
	}
	out.Amounts = amountsOf(amounts)
	return out
}

func amountsOf(marks []Marks) Amounts {
	if len(marks) == 0 {
		return Amounts{}
	}
	var sum Marks
	for _, m := range marks {
		sum += m
	}
	return Amounts{
		Count: len(marks), Min: slices.Min(marks), Max: slices.Max(marks),
		Mean: NewRatio(sum, int64(len(marks))).Round(1),
	}
}
