package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is the outcome of a benchmark; its JSON is what --json prints.
type Report struct {
	Bench   string        `json:"bench"`
	Form    string        `json:"form"` // short or full
	Version string        `json:"version"`
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took_ns"`
	Machine Machine       `json:"machine"`
	Rounds  int           `json:"rounds"`
	Figures []*Figure     `json:"figures"`
	Ratios  []Ratio       `json:"ratios"`
	Goals   []Goal        `json:"goals"`
	Notes   []string      `json:"notes"`
}

// Figure is one measured value of one side, once a round.
type Figure struct {
	What   string    `json:"what"` // "saves/s"
	At     string    `json:"at"`   // "256 writers"
	Side   string    `json:"side"` // "xinglu"
	Rounds []float64 `json:"rounds"`
	Spread
}

// Spread sums rounds up.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// Ratio compares two sides round by round.
type Ratio struct {
	What string `json:"what"`
	At   string `json:"at"`
	Of   string `json:"of"`
	To   string `json:"to"`
	Spread
}

// Goal is a ratio that was aimed at.
type Goal struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Least float64 `json:"least,omitempty"` // the value should be at least this
	Most  float64 `json:"most,omitempty"`  // or, with Least 0, at most this
	Met   bool    `json:"met"`
}

func newReport(name, form string, rounds int, o Options) *Report {
	return &Report{
		Bench: name, Form: form, Version: o.Version, Started: time.Now().UTC().Truncate(time.Second), Machine: look(o.Dir),
		Rounds: rounds, Figures: []*Figure{}, Ratios: []Ratio{}, Goals: []Goal{}, Notes: []string{},
	}
}

// add notes one round's value.
func (r *Report) add(what, at, side string, value float64) {
	f := r.figure(what, at, side)
	if f == nil {
		f = &Figure{What: what, At: at, Side: side}
		r.Figures = append(r.Figures, f)
	}
	f.Rounds = append(f.Rounds, value)
	f.Spread = spreadOf(f.Rounds)
}

func (r *Report) figure(what, at, side string) *Figure {
	i := slices.IndexFunc(r.Figures, func(f *Figure) bool { return f.What == what && f.At == at && f.Side == side })
	if i < 0 {
		return nil
	}
	return r.Figures[i]
}

// compare adds the ratio of two figures and returns its median. Rounds are
// compared one by one: what disturbs the machine disturbs both of a pair.
func (r *Report) compare(what, at, of, to string) float64 {
	return r.compareWith(what, at, of, what, at, to)
}

func (r *Report) compareWith(what, at, of, toWhat, toAt, to string) float64 {
	a, b := r.figure(what, at, of), r.figure(toWhat, toAt, to)
	if a == nil || b == nil {
		return 0
	}
	var list []float64
	for i := range min(len(a.Rounds), len(b.Rounds)) {
		if b.Rounds[i] > 0 {
			list = append(list, a.Rounds[i]/b.Rounds[i])
		}
	}
	x := Ratio{What: what, At: at, Of: of, To: to, Spread: spreadOf(list)}
	r.Ratios = append(r.Ratios, x)
	return x.Median
}

func (r *Report) atLeast(name string, value, least float64) {
	r.Goals = append(r.Goals, Goal{Name: name, Value: value, Least: least, Met: value >= least})
}

func (r *Report) atMost(name string, value, most float64) {
	r.Goals = append(r.Goals, Goal{Name: name, Value: value, Most: most, Met: value <= most})
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Report) finish() {
	r.Machine.LoadAfter = load()
	r.Took = time.Since(r.Started).Round(time.Second)
	if r.Machine.Filesystem == "tmpfs" {
		r.note("the databases lay on tmpfs, where nothing is durable: figures of saving mean nothing; name a folder on a disk with --dir")
	}
}

func spreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return Spread{Median: (v[(n-1)/2] + v[n/2]) / 2, Min: v[0], Max: v[n-1]}
}

// WriteJSON writes the report for machines.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// WriteTable writes the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	m := r.Machine
	var b strings.Builder
	fmt.Fprintf(&b, "xinglu bench %s (%s), version %s, %s, %d rounds, took %s\n", r.Bench, r.Form, r.Version, r.Started.Format(time.RFC3339), r.Rounds, r.Took)
	fmt.Fprintf(&b, "%s, %d cores, %d MiB, %s, %s, %s, %d open files, load %.2f before, %.2f after\n\n",
		m.CPU, m.Cores, m.MemoryMiB, m.Kernel, m.Filesystem, m.Go, m.FileLimit, m.LoadBefore, m.LoadAfter)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "figure\tat\tside\tmedian\tmin .. max")
	for _, f := range r.Figures {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s .. %s\n", f.What, f.At, f.Side, number(f.Median), number(f.Min), number(f.Max))
	}
	fmt.Fprintln(t, "\t\t\t\t\nratio\tat\tof / to\tmedian\tmin .. max")
	for _, x := range r.Ratios {
		fmt.Fprintf(t, "%s\t%s\t%s / %s\t%s\t%s .. %s\n", x.What, x.At, x.Of, x.To, number(x.Median), number(x.Min), number(x.Max))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(&b)
	for _, g := range r.Goals {
		word, bound := "missed", "at least "+number(g.Least)
		if g.Met {
			word = "met"
		}
		if g.Least == 0 {
			bound = "at most " + number(g.Most)
		}
		fmt.Fprintf(&b, "goal %s: %s: %s, %s\n", word, g.Name, number(g.Value), bound)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// number writes a figure with two significant digits at least.
func number(v float64) string {
	switch {
	case v > 0 && v < 0.1:
		return fmt.Sprintf("%.4f", v)
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
