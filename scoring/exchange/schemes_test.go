package exchange_test

import (
	"strconv"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// schemes draws valid schemes that use every kind and field. Texts and ids are
// such as people write, with the signs that the notations use in them.
type schemes struct {
	t    *rapid.T
	n    int  // to make ids unique
	base bool // a time table may have a base: the module has other marks and no such table yet
	bare bool // only what columns A to K of a CIS sheet carry
}

var words = []string{"布局", "布线质量", "5S 管理", "Ｕ＝220Ｖ", "a|b", `C:\dir`, "甲；乙", "x;y", "0.50分=分", "[miss]", "层数（2分）",
	"第一行\n第二行", "Skill: web", "模块 B：EDA", "=1+1", "-0.5", "≥ 1 MΩ", "80.00 ±0.20 mm", "每处扣0.5分", "×2=3", "合计", "裁判签字：", "'单引号'", "<b>&amp;"}

func (s *schemes) text() scoring.Text {
	t := scoring.Text{ZH: rapid.SampledFrom(words).Draw(s.t, "zh")}
	if s.bare {
		return t
	}
	if rapid.Bool().Draw(s.t, "bilingual") {
		t.EN = rapid.SampledFrom(words).Draw(s.t, "en")
	}
	return t
}

func (s *schemes) maybe() scoring.Text {
	if rapid.Bool().Draw(s.t, "empty") {
		return scoring.Text{}
	}
	return s.text()
}

func (s *schemes) id(prefix string) string {
	s.n++
	return prefix + strconv.Itoa(s.n)
}

func (s *schemes) between(low, high int, what string) int {
	return rapid.IntRange(low, high).Draw(s.t, what)
}

func (s *schemes) marks(low, high int, what string) scoring.Marks {
	return scoring.Marks(s.between(low, high, what))
}

func (s *schemes) scheme() scoring.Scheme {
	out := scoring.Scheme{ID: "s", Version: s.between(1, 9, "version"), Name: s.text()}
	for i := range s.between(0, 3, "sections") {
		out.Sections = append(out.Sections, scoring.Section{ID: strconv.Itoa(i + 1), Name: s.text()})
	}
	s.weigh(&out)
	for i := range s.between(1, 3, "modules") {
		out.Modules = append(out.Modules, s.module(string(rune('A'+i)), out.Sections, i > 0))
	}
	if !s.bare && rapid.Bool().Draw(s.t, "conduct") {
		out.Zeroing = []scoring.ZeroRule{{ID: "phone", Label: s.text(), Scope: scoring.ZeroWhole}}
		out.Violations = []scoring.Violation{{ID: "disturb", Label: s.text(), Ladder: []scoring.Sanction{
			{Kind: scoring.SanctionWarning}, {Kind: scoring.SanctionDeduct, Marks: 500}}}}
	}
	return out
}

// weigh gives the sections weights that add up; any share is near enough.
func (s *schemes) weigh(out *scoring.Scheme) {
	left := 10000
	for i := range out.Sections {
		w := left
		if i < len(out.Sections)-1 {
			w = s.between(1, max(1, left/100-(len(out.Sections)-i)), "weight") * 100
		}
		if !s.bare && i == 0 && len(out.Sections) > 1 {
			w++ // a share that marks cannot show
		}
		out.Sections[i].Weight, left = w, left-w
		out.SectionDeviation = 10000
	}
}

func (s *schemes) module(id string, sections []scoring.Section, mayImport bool) scoring.Module {
	s.base = false
	m := scoring.Module{ID: scoring.ModuleID(id), Name: s.text(), Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{}}
	if !s.bare && rapid.Bool().Draw(s.t, "other id") {
		m.ID = scoring.ModuleID(s.id("M-"))
	}
	if !s.bare && mayImport && rapid.Bool().Draw(s.t, "imported") {
		m.Source, m.Max = scoring.SourceImported, s.marks(1, 10000, "max")
		return m
	}
	if !s.bare && rapid.Bool().Draw(s.t, "limits") {
		m.TimeLimitMS, m.SeenAs = 5_400_000, scoring.SeenAsWork
		m.Zeroing = []scoring.ZeroRule{{ID: scoring.ZeroRuleID(s.id("z")), Label: s.text(), Scope: scoring.ZeroModule}}
	}
	for i := range s.between(1, 3, "sub-criteria") {
		sc := scoring.SubCriterion{ID: scoring.SubCriterionID(id + strconv.Itoa(i+1)), Name: s.text(), Day: s.between(0, 4, "day")}
		if !s.bare && rapid.Bool().Draw(s.t, "other id") {
			sc.ID = scoring.SubCriterionID(s.id("sub"))
		}
		for j := range s.between(1, 4, "aspects") {
			a := s.aspect(string(sc.ID)+"."+strconv.Itoa(j+1), sections)
			s.base = i == 0 && j == 0 && a.Max > 0 || s.base
			sc.Aspects = append(sc.Aspects, a)
			sc.Max += a.Max
		}
		m.SubCriteria = append(m.SubCriteria, sc)
		m.Max += sc.Max
	}
	if m.Max == 0 { // penalties only
		m.SubCriteria[0].Aspects[0] = scoring.Aspect{ID: m.SubCriteria[0].Aspects[0].ID, Kind: scoring.KindBinary, Name: s.text(), Max: 100}
		m.SubCriteria[0].Max, m.Max = 100, 100
		if len(sections) > 0 {
			m.SubCriteria[0].Aspects[0].Section = sections[0].ID
		}
	}
	return m
}

func (s *schemes) aspect(id string, sections []scoring.Section) scoring.Aspect {
	kinds := scoring.Kinds()
	if s.bare {
		kinds = []scoring.Kind{scoring.KindBinary, scoring.KindJudgement, scoring.KindTolerance}
	}
	a := scoring.Aspect{ID: scoring.AspectID(id), Kind: rapid.SampledFrom(kinds).Draw(s.t, "kind"), Name: s.text(),
		Description: s.maybe(), Max: s.marks(1, 2000, "max")}
	if len(sections) > 0 {
		a.Section = rapid.SampledFrom(sections).Draw(s.t, "section").ID
	}
	switch {
	case !s.bare:
		a.Requirement = s.maybe()
	case a.Kind == scoring.KindBinary:
		a.Requirement = rapid.SampledFrom([]scoring.Text{{}, {ZH: "无错误"}, {ZH: "80.00 x 60.00 mm"}, {ZH: "±"}, {ZH: "≥"}, {ZH: "5.00 ±0.10 V，空载"}}).Draw(s.t, "requirement")
	}
	if s.bare { // so that shares of the sections are whole
		a.Max = (a.Max/100 + 1) * 100
	}
	if !s.bare && rapid.Bool().Draw(s.t, "other id") {
		a.ID = scoring.AspectID(s.id("a-"))
	}
	if !s.bare && a.Kind == scoring.KindJudgement && rapid.Bool().Draw(s.t, "agreement") {
		spread := 1
		a.Agreement = &scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 1, DropLow: 1, SpreadMax: &spread}
	}
	s.parameters(&a)
	return a
}

func (s *schemes) parameters(a *scoring.Aspect) {
	switch a.Kind {
	case scoring.KindBinary:
	case scoring.KindStepped:
		a.Steps = s.steps(a.Max)
	case scoring.KindTolerance:
		a.Tolerance = s.tolerance()
	case scoring.KindLinear:
		a.Linear = &scoring.Linear{PerError: s.marks(1, 500, "per error")}
	case scoring.KindPoints:
		a.Points = &scoring.Points{Step: 1}
	case scoring.KindJudgement:
		a.Descriptors = []scoring.Text{s.text(), s.text(), s.text(), s.text()}
	case scoring.KindPot:
		a.Deductions = s.deductions()
	case scoring.KindPenalty:
		a.Max, a.Deductions = 0, s.deductions()
	case scoring.KindHitList:
		a.HitList = s.hitList(a)
	case scoring.KindTimeTable:
		base := a.Max / 3
		a.TimeTable = &scoring.TimeTable{Rows: []scoring.TimeRow{{UpToMS: 900_000, Marks: a.Max}, {UpToMS: 915_500, Marks: a.Max / 2}},
			Source: rapid.SampledFrom([]scoring.TimeSource{scoring.TimeByClock, scoring.TimeByJudge}).Draw(s.t, "source")}
		if s.base && rapid.Bool().Draw(s.t, "base") {
			a.TimeTable.Base, s.base = &base, false
		}
	}
}

func (s *schemes) steps(most scoring.Marks) []scoring.Step {
	list := []scoring.Step{{ID: "1", Label: s.text()}}
	for range s.between(0, 2, "steps") {
		list = append(list, scoring.Step{ID: scoring.StepID(s.id("st]")), Label: s.text(), Marks: s.marks(0, int(most), "step")})
	}
	return append(list, scoring.Step{ID: scoring.StepID(s.id("top")), Label: s.text(), Marks: most})
}

func (s *schemes) tolerance() *scoring.Tolerance {
	t := scoring.Tolerance{Nominal: int64(s.between(-9999, 9999, "nominal")), Decimals: s.between(0, 6, "decimals"),
		Unit: rapid.SampledFrom([]string{"", "mm", "MΩ", "℃", "m²", "r/min"}).Draw(s.t, "unit")}
	minus, plus := int64(s.between(0, 50, "minus")), int64(s.between(0, 50, "plus"))
	if rapid.Bool().Draw(s.t, "low") {
		t.Minus = &minus
	}
	if t.Minus == nil || rapid.Bool().Draw(s.t, "high") {
		t.Plus = &plus
	}
	return &t
}

func (s *schemes) deductions() (list []scoring.Deduction) {
	for range s.between(1, 3, "deductions") {
		list = append(list, scoring.Deduction{ID: scoring.DeductionID(s.id("d")), Label: s.text(), Marks: s.marks(1, 500, "deduction"), MaxCount: s.between(0, 3, "count")})
	}
	return list
}

func (s *schemes) hitList(a *scoring.Aspect) *scoring.HitList {
	l := &scoring.HitList{Steps: []scoring.Step{{ID: "miss", Label: s.text()}, {ID: "2", Label: s.text(), Marks: 100}}}
	a.Max = 0
	for i := range s.between(1, 3, "hits") {
		h := scoring.Hit{ID: scoring.HitID(s.id("h")), Label: s.text()}
		if i == 1 {
			h.Steps = []scoring.Step{{ID: "1", Label: s.text()}, {ID: "2", Label: s.text(), Marks: 100}}
		}
		l.Items, a.Max = append(l.Items, h), a.Max+100
	}
	if rapid.Bool().Draw(s.t, "false alarms") {
		l.FalseAlarms, a.Max = &scoring.FalseAlarms{Max: 200, Each: 100}, a.Max+200
	}
	return l
}
