package exchange

import (
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// repeats reports whether both state one amount of one part, as a column does
// that is filled in every row.
func (s subStated) repeats(o subStated) bool {
	return s.module == o.module && s.sub == o.sub && s.marks == o.marks
}

func (s statedModule) repeats(o statedModule) bool { return s.module == o.module && s.marks == o.marks }

// sheetTotal holds 总配分 of the head against the one module of the sheet, or
// against all of them.
func (r *tableReader) sheetTotal(before int, top place) {
	if len(r.scheme.Modules) == before && r.module < 0 {
		r.bad(top, -1, "lines_missing", "the sheet has a header row and no lines; fill it in or delete the sheet")
		return
	}
	s := r.labelMarks("总配分")
	switch {
	case s == nil:
	case len(r.scheme.Modules) <= before+1:
		r.modules = append(r.modules, statedModule{r.module, *s})
	case s.marks != r.sums.sheet:
		r.differs(*s, "总配分", r.sums.sheet)
	}
}

// checkTotals holds what the lines add up to against everything that the
// sheets state, and names both.
func (r *tableReader) checkTotals() {
	var all scoring.Marks
	for i := range r.scheme.Modules {
		m := &r.scheme.Modules[i]
		if m.Source == scoring.SourcePanel {
			m.Max = 0
			for j := range m.SubCriteria {
				sc := &m.SubCriteria[j]
				sc.Max = aspectsSum(sc.Aspects)
				m.Max += sc.Max
			}
		}
		all += m.Max
	}
	for i, s := range r.subs {
		sc := r.scheme.Modules[s.module].SubCriteria[s.sub]
		if s.marks != sc.Max && !slices.ContainsFunc(r.subs[:i], s.repeats) {
			r.differs(s.stated, string(sc.ID)+" "+sc.Name.ZH, sc.Max)
		}
	}
	for i, s := range r.modules {
		m := r.scheme.Modules[s.module]
		if s.marks != m.Max && !slices.ContainsFunc(r.modules[:i], s.repeats) {
			r.differs(s.stated, "模块 "+string(m.ID), m.Max)
		}
	}
	if want := r.opts.Total; want > 0 && want != all {
		r.bad(r.places[""], -1, "total_differs", "the marking scheme adds up to another total than is wanted", "stated", want, "sum", all)
	}
}

func (r *tableReader) differs(s stated, what string, sum scoring.Marks) {
	r.bad(s.at, s.column, "sum_differs", what+" states "+s.marks.String()+", its lines add up to "+sum.String()+
		"; correct the stated amount or the lines", "what", what, "stated", s.marks, "sum", sum)
}
