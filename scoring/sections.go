package scoring

import (
	"fmt"
	"slices"
)

// Fit says how well the marks of a section of the standard agree with its
// weight.
type Fit string

// The fits of a section.
const (
	FitExact  Fit = "exact"  // the share is the weight
	FitWithin Fit = "within" // apart, but not beyond Scheme.SectionDeviation: a warning
	FitBeyond Fit = "beyond" // Validate refuses the scheme
)

// SectionShare compares one section's weight with the marks of its aspects.
type SectionShare struct {
	Section Section `json:"section"`
	Marks   Marks   `json:"marks"` // hundredths, of the section's aspects
	Of      Marks   `json:"of"`    // hundredths, of all aspects
	// Share is Marks of Of, Variation Share − weight; both in basis points,
	// rounded half up for display. Fit is decided exactly.
	Share     int `json:"share"`
	Variation int `json:"variation"`
	Fit       Fit `json:"fit"`
}

// SectionShares compares the weights of the occupational standard's sections
// with the marks that aspects give them, in the order of Sections; empty
// without sections. Imported modules count on neither side.
func (s Scheme) SectionShares() []SectionShare {
	marks := make(map[string]Marks)
	var all Marks
	for _, m := range s.Modules {
		for _, a := range m.Aspects() {
			marks[a.Section] += a.Max
			all += a.Max
		}
	}
	out := []SectionShare{}
	for _, sec := range s.Sections {
		share := SectionShare{Section: sec, Marks: marks[sec.ID], Of: all, Fit: FitExact}
		if all > 0 {
			exact := NewRatio(share.Marks, int64(all)).Mul(basisPoints, 1)
			apart := exact.sub(NewRatio(Marks(sec.Weight), 1))
			share.Share, share.Variation = int(exact.Round(1)), int(apart.Round(1))
			share.Fit = fit(apart, s.SectionDeviation)
		}
		out = append(out, share)
	}
	return out
}

func fit(apart Ratio, deviation int) Fit {
	allowed := NewRatio(Marks(deviation), 1)
	switch {
	case apart.Cmp(Ratio{}) == 0:
		return FitExact
	case greatest(apart, apart.Mul(-1, 1)).Cmp(allowed) <= 0:
		return FitWithin
	}
	return FitBeyond
}

func (s Scheme) checkSections() (p problems) {
	seen := make(seenIDs)
	weights := 0
	for i, sec := range s.Sections {
		path := fmt.Sprintf("sections[%d]", i)
		seen.check(&p, path, "section", sec.ID)
		p.under(path+".name", sec.Name.check())
		if sec.Weight < 0 || sec.Weight > basisPoints {
			p.add(path+".weight", "out_of_range", "a weight is 0 to %d basis points", basisPoints)
		}
		weights += sec.Weight
	}
	if s.SectionDeviation < 0 || s.SectionDeviation > basisPoints {
		p.add("section_deviation", "out_of_range", "a deviation is 0 to %d basis points", basisPoints)
	}
	p = append(p, s.checkAspectSections()...)
	if len(s.Sections) == 0 {
		return p
	}
	if weights != basisPoints {
		p.add("sections", "weights_differ", "the weights add up to %v %%, not to 100 %%", figure{"sum", Marks(weights)})
	}
	for i, share := range s.SectionShares() {
		if share.Fit == FitBeyond {
			p.add(fmt.Sprintf("sections[%d].weight", i), "share_differs",
				"section %s states %v %%, its aspects have %v of %v marks, %v %%; allowed are %v %% either way",
				share.Section.ID, figure{"states", Marks(share.Section.Weight)}, share.Marks, share.Of, figure{"sum", Marks(share.Share)}, Marks(s.SectionDeviation))
		}
	}
	return p
}

// checkAspectSections asks that every aspect with marks names a section that
// is there, or none where there are none.
func (s Scheme) checkAspectSections() (p problems) {
	for i, m := range s.Modules {
		for j, sc := range m.SubCriteria {
			for k, a := range sc.Aspects {
				known := slices.ContainsFunc(s.Sections, func(sec Section) bool { return sec.ID == a.Section })
				if known || a.Section == "" && (len(s.Sections) == 0 || a.Max == 0) {
					continue
				}
				p.add(fmt.Sprintf("modules[%d].sub_criteria[%d].aspects[%d].section", i, j, k), "unknown",
					"aspect %s: section %q is not in the scheme", a.ID, a.Section)
			}
		}
	}
	return p
}
