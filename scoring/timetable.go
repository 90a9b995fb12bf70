package scoring

import "fmt"

// timeLimit bounds times of use; it is no rule (eleven days).
const timeLimit int64 = 1_000_000_000

// TimeTable turns the time used into marks: those of the first row that the
// time does not exceed, or Above when it exceeds all.
type TimeTable struct {
	Rows   []TimeRow  `json:"rows"`  // times strictly rising, marks never rising unless MayRise
	Above  Marks      `json:"above"` // hundredths; for times beyond the last row
	Source TimeSource `json:"source"`
	// MayRise says that it is meant that some longer time earns more, as where
	// working too fast is a fault.
	MayRise bool `json:"may_rise,omitempty"`
	// Base makes fast but bad work earn little: a row's marks above Base are
	// earned only in the share that the module's other aspects have earned of
	// their maximum. Marks up to Base stay as they are. Null: the time alone
	// counts. “other × f + 10, all × 0.1” of a station of 90 other marks
	// (domain/contest.md §2.1) is Base 1.00 and a row of 1.00 + 9.00 × f for
	// each f.
	Base *Marks `json:"base,omitempty"`
}

// TimeRow is one row of a time table.
type TimeRow struct {
	UpToMS int64 `json:"up_to_ms"` // milliseconds, itself included
	Marks  Marks `json:"marks"`    // hundredths, 0 to the aspect's Max
}

// TimeSource says where the time of a time table comes from.
type TimeSource string

// The sources of a time.
const (
	TimeByJudge TimeSource = "judge" // entered by the judges from a stopwatch
	TimeByClock TimeSource = "clock" // the station's clock (Call.ClockMS); judges enter nothing
)

// at returns what a time is worth.
func (t TimeTable) at(ms int64) Marks {
	for _, r := range t.Rows {
		if ms <= r.UpToMS {
			return r.Marks
		}
	}
	return t.Above
}

// timed values a time used, as if the module's other aspects were faultless.
func (a Aspect) timed(ms int64) (mark Ratio, p problems) {
	if ms < 0 || ms > timeLimit {
		p.add("time_ms", "out_of_range", "aspect %s: %d ms is no time used", a.ID, ms)
		return mark, p
	}
	return NewRatio(a.TimeTable.at(ms), 1), nil
}

// byClock reports whether the aspect's value is the station's clock.
func (a Aspect) byClock() bool {
	return a.Kind == KindTimeTable && a.TimeTable.Source == TimeByClock
}

// withQuality reports whether the aspect's worth depends on the other aspects
// of its module.
func (a Aspect) withQuality() bool {
	return a.Kind == KindTimeTable && a.TimeTable.Base != nil
}

// scale returns what a mark is worth when earned is the share, 0 to 1, of the
// module's other marks. Only time tables with a Base ask for it.
func (a Aspect) scale(mark, earned Ratio) Ratio {
	if !a.withQuality() {
		return mark
	}
	base := NewRatio(*a.TimeTable.Base, 1)
	if mark.Cmp(base) <= 0 {
		return mark
	}
	return base.Add(mark.sub(base).times(earned))
}

// earned returns the share of its other marks that sum is for a module with
// the time table a, 0 to 1.
func (m Module) earned(a Aspect, sum Ratio) Ratio {
	return least(whole, greatest(Ratio{}, sum.over(NewRatio(m.Max-a.Max, 1))))
}

func (a Aspect) checkTimeTable() (p problems) {
	t := a.TimeTable
	if len(t.Rows) == 0 {
		p.add("time_table.rows", "missing", "a time table needs rows")
	}
	best := t.Above
	for i, r := range t.Rows {
		path := fmt.Sprintf("time_table.rows[%d]", i)
		if r.UpToMS < 0 || r.UpToMS > timeLimit {
			p.add(path+".up_to_ms", "out_of_range", "%d ms is no time used", r.UpToMS)
		}
		if r.Marks < 0 || r.Marks > a.Max {
			p.outside(path+".marks", r.Marks, 0, a.Max)
		}
		best = max(best, r.Marks)
		if i == 0 {
			continue
		}
		if before := t.Rows[i-1]; r.UpToMS <= before.UpToMS {
			p.add(path+".up_to_ms", "out_of_order", "%d ms comes after %d ms", r.UpToMS, before.UpToMS)
		} else if r.Marks > before.Marks && !t.MayRise {
			p.add(path+".marks", "rises", "%v for a longer time than the %v of the row before", figure{"got", r.Marks}, figure{"before", before.Marks})
		}
	}
	if t.Above < 0 || t.Above > a.Max {
		p.outside("time_table.above", t.Above, 0, a.Max)
	} else if n := len(t.Rows); n > 0 && t.Above > t.Rows[n-1].Marks && !t.MayRise {
		p.add("time_table.above", "rises", "%v beyond the last row, which is worth %v", figure{"got", t.Above}, figure{"before", t.Rows[n-1].Marks})
	}
	if best < a.Max {
		p.add("time_table.rows", "max_unreachable", "the best row is worth %v, the aspect states %v", figure{"best", best}, figure{"states", a.Max})
	}
	oneOf(&p, "time_table.source", t.Source, TimeByJudge, TimeByClock)
	if t.Base != nil && (*t.Base < 0 || *t.Base > a.Max) {
		p.outside("time_table.base", *t.Base, 0, a.Max)
	}
	return p
}

// checkQuality asks that a time table with a base has other marks to look at,
// and that there is one such table at most, since it would look at the other.
func (m Module) checkQuality() (p problems) {
	with := 0
	for _, a := range m.Aspects() {
		if a.Kind != KindTimeTable || a.TimeTable == nil || a.TimeTable.Base == nil {
			continue
		}
		with++
		if a.Max >= m.Max {
			p.add("sub_criteria", "base_alone", "aspect %s has a base, but module %s has no other marks", a.ID, m.ID)
		}
	}
	if with > 1 {
		p.add("sub_criteria", "base_twice", "only one time table of module %s can have a base", m.ID)
	}
	return p
}
