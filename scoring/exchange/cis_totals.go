package exchange

import (
	"math/big"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// cutField parts "tolerance.minus" or "steps[1].label" after the first name.
func cutField(field string) (name, rest string, more bool) {
	i := strings.IndexAny(field, ".[")
	if i < 0 {
		return field, "", false
	}
	return field[:i], field[i+1:], true
}

// importedModules makes modules of the criteria that have no block: those that
// our own column says come from elsewhere. CIS has no such criteria.
func (r *cisReader) importedModules() {
	for i := range r.criteria {
		c := &r.criteria[i]
		if r.hasModule(c.letter) {
			continue
		}
		m := scoring.Module{}
		r.describe(&m, c)
		if m.Source != scoring.SourceImported {
			r.bad(c.at, 0, "criterion_empty", "the criterion has no aspects below", "criterion", c.letter)
		}
		r.places[modulePath(len(r.scheme.Modules))] = c.at
		r.scheme.Modules = append(r.scheme.Modules, m)
		r.letters = append(r.letters, c.letter)
	}
	r.inTableOrder()
}

func (r *cisReader) hasModule(letter string) bool {
	for i := range r.letters {
		if r.letters[i] == letter {
			return true
		}
	}
	return false
}

// inTableOrder brings the modules into the order of the table of criteria.
func (r *cisReader) inTableOrder() {
	modules := make([]scoring.Module, 0, len(r.scheme.Modules))
	letters := make([]string, 0, len(r.letters))
	places := map[string]place{}
	index := map[int]int{} // old to new
	for _, c := range r.criteria {
		for i := range r.letters {
			if r.letters[i] == c.letter {
				index[i] = len(modules)
				modules, letters = append(modules, r.scheme.Modules[i]), append(letters, c.letter)
			}
		}
	}
	for path, at := range r.places {
		for old, now := range index {
			if rest, ok := strings.CutPrefix(path, modulePath(old)); ok {
				path = modulePath(now) + rest
				break
			}
		}
		places[path] = at
	}
	for i, s := range r.stated {
		r.stated[i].module = index[s.module]
	}
	r.scheme.Modules, r.letters, r.places = modules, letters, places
}

// checkTotals holds what the lines add up to against everything that the sheet
// states, and names both.
func (r *cisReader) checkTotals() {
	var all scoring.Marks
	for i := range r.scheme.Modules {
		m := &r.scheme.Modules[i]
		if m.Source == scoring.SourceImported {
			all += m.Max
			continue
		}
		var sum scoring.Marks
		for j := range m.SubCriteria {
			sc := &m.SubCriteria[j]
			sc.Max = aspectsSum(sc.Aspects)
			sum += sc.Max
		}
		all += sum
		if len(m.SubCriteria) > 0 {
			r.checkCriterion(i, sum)
		}
	}
	for _, s := range r.stated {
		sc := r.scheme.Modules[s.module].SubCriteria[s.sub]
		if s.marks != sc.Max {
			r.differs(s.stated, "sub-criterion ", string(sc.ID), sc.Max)
		}
	}
	for _, s := range r.totals {
		if s.marks != all {
			r.differs(s, "", "Total", all)
		}
	}
	if want := r.opts.Total; want > 0 && want != all {
		r.bad(r.places[""], -1, "total_differs", "the marking scheme adds up to another total than is wanted",
			"stated", want, "sum", all)
	}
}

func (r *cisReader) checkCriterion(module int, sum scoring.Marks) {
	letter := r.letters[module]
	if c := r.criterion(letter); c != nil && c.mark != nil && c.mark.marks != sum {
		r.differs(*c.mark, "criterion ", letter, sum)
	}
	var list []stated
	for _, b := range r.blocks {
		if b.letter == letter && b.total != nil {
			list = append(list, *b.total)
		}
	}
	// With several blocks of one criterion each states its own part.
	var stated scoring.Marks
	for _, s := range list {
		stated += s.marks
	}
	if len(list) > 0 && stated != sum && !(len(list) > 1 && list[0].marks == sum) {
		r.differs(list[0], "criterion ", letter, sum)
	}
}

func (r *cisReader) differs(s stated, kind, what string, sum scoring.Marks) {
	r.bad(s.at, s.column, "sum_differs", kind+what+" states "+s.marks.String()+", its aspects add up to "+sum.String()+
		"; correct the stated total or the aspects", "what", what, "stated", s.marks, "sum", sum)
}

// weighSections turns the marks of the sections into weights: shares of the
// marks that the aspects carry.
func (r *cisReader) weighSections() {
	carried := map[string]scoring.Marks{}
	var base scoring.Marks
	for _, m := range r.scheme.Modules {
		for _, a := range m.Aspects() {
			carried[a.Section] += a.Max
			base += a.Max
		}
	}
	var sum scoring.Marks
	weights := 0
	for i := range r.sections {
		s := &r.sections[i]
		r.places[sectionPath(i)] = s.at
		if s.marks == nil {
			if !r.report.badRow(s.at.sheet, s.at.row) {
				r.bad(s.at, -1, "section_marks_missing", "the section states no marks", "section", s.section.ID)
			}
			continue
		}
		sum += s.marks.marks
		r.weighSection(s, base)
		weights += s.section.Weight
		if s.aspects != nil && s.aspects.marks != carried[s.section.ID] {
			r.warn(s.at, s.aspects.column, "section_marks_old", "the sheet states other marks for the section's aspects than they add up to; its formulas are old",
				"stated", s.aspects.marks, "sum", carried[s.section.ID])
		}
		r.scheme.Sections = append(r.scheme.Sections, s.section)
	}
	if len(r.sections) > 0 && weights != 10000 && r.report.OK() {
		r.bad(r.sections[0].at, r.sections[0].marks.column, "sections_sum", "the marks of the sections add up to another total than the aspects",
			"stated", sum, "sum", base)
	}
	if len(r.sections) == 0 {
		r.scheme.SectionDeviation = 0
	}
}

func (r *cisReader) weighSection(s *cisSectionRow, base scoring.Marks) {
	if base <= 0 || !r.report.OK() {
		return // shares of a sum that is wrong say nothing
	}
	// The further data hold a weight that two decimals of marks cannot show.
	if w := s.section.Weight; w > 0 && sectionMarks(w, base) == s.marks.marks {
		return
	}
	weight := new(big.Rat).SetFrac64(int64(s.marks.marks)*10000, int64(base))
	if !weight.IsInt() || !weight.Num().IsInt64() {
		r.bad(s.at, s.marks.column, "section_weight", "the section's share of the marks is no multiple of 0.01 %; correct its marks",
			"section", s.section.ID)
		return
	}
	s.section.Weight = int(weight.Num().Int64())
}

// sectionMarks shows a weight in basis points as marks, half up.
func sectionMarks(weight int, base scoring.Marks) scoring.Marks {
	return scoring.NewRatio(base, 10000).Mul(int64(weight), 1).Round(1)
}
