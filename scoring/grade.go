package scoring

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Grading says what the marks of a paper amount to and who passes, as data.
// The zero value gives the marks as they are and no verdict.
type Grading struct {
	// FullMarks is the score of a faultless paper, in hundredths. 0: the
	// paper's own maximum, which shrinks when an item is removed.
	FullMarks Marks `json:"full_marks,omitempty"`
	// Sections weigh the sections, each by the share of its maximum that was
	// reached: score = Σ weight × marks ÷ maximum × FullMarks. Empty: every mark
	// weighs the same. Otherwise every section of the paper is here and the
	// weights add up to 10000; FullMarks must then be given.
	Sections []SectionWeight `json:"sections,omitempty"`
	// Parts are judged each against its own line: a surplus in one part does
	// not make up for another (不得互相补偿). A line on the whole paper is a part
	// of all sections.
	Parts    []GradePart   `json:"parts,omitempty"`
	Rounding GradeRounding `json:"rounding,omitzero"`
}

// SectionWeight is the weight of one section in the score.
type SectionWeight struct {
	Section  SectionID `json:"section"`
	WeightBP int64     `json:"weight_bp"` // basis points, 1 to 10000
}

// GradePart is a set of sections with a line to pass.
type GradePart struct {
	ID       PartID      `json:"id"`
	Name     Text        `json:"name"`
	Sections []SectionID `json:"sections"`
	PassBP   int64       `json:"pass_bp"` // basis points of the part's maximum: 6000 = 60 of 100
}

// GradeRounding is how published amounts are rounded. Each is rounded once,
// from its exact value; rounded amounts are never added up.
type GradeRounding struct {
	Unit Marks  `json:"unit"` // hundredths: 10 = to one decimal; 0 = 1
	Mode string `json:"mode"` // "half_up", which "" means too
}

// GradeOutcome is the verdict on a paper or a part of it.
type GradeOutcome string

// The outcomes.
const (
	GradePass       GradeOutcome = "pass"
	GradeFail       GradeOutcome = "fail"
	GradeIncomplete GradeOutcome = "incomplete" // people have still to mark something
	GradeNone       GradeOutcome = "none"       // no line was set
)

// Grade is what the marks of a paper amount to.
type Grade struct {
	Score   Marks        `json:"score"` // hundredths, rounded; provisional while incomplete
	Full    Marks        `json:"full"`  // hundredths
	Outcome GradeOutcome `json:"outcome"`
	Parts   []PartGrade  `json:"parts"`
	Steps   []GradeStep  `json:"steps"` // how it came about, in order
}

// PartGrade is one part's score out of 100 marks and its verdict. The line is
// held against the rounded score, because that is what is published: nobody
// fails with a published 60 where the line is 60.
type PartGrade struct {
	Part    PartID       `json:"part"`
	Name    Text         `json:"name"`
	Score   Marks        `json:"score"`   // hundredths of 100 marks
	PassBP  int64        `json:"pass_bp"` // the line, in the same unit
	Outcome GradeOutcome `json:"outcome"`
}

// GradeStep is one line of the explanation of a grade.
type GradeStep struct {
	What string `json:"what"` // section, score, part, outcome
	Of   string `json:"of"`   // the section or part
	Text Text   `json:"text"`
}

// hundred is the scale of parts: with it, hundredths of marks are basis points.
const hundred Marks = 10000

// Validate reports what is wrong with the grading for papers of these
// sections. The error is ErrGrading; the zero value is always valid.
func (g Grading) Validate(sections []SectionID) error {
	var p problems
	if g.FullMarks < 0 || g.FullMarks > marksLimit {
		p.add("full_marks", "out_of_range", "the full marks are not negative")
	}
	if g.Rounding.Unit < 0 || g.Rounding.Unit > hundred {
		p.add("rounding.unit", "out_of_range", "the unit is 1 to 10000 hundredths of a mark")
	}
	if g.Rounding.Mode != "" && g.Rounding.Mode != "half_up" {
		p.add("rounding.mode", "unknown", "%q is no way to round; half_up is", g.Rounding.Mode)
	}
	g.checkWeights(&p, sections)
	seen := make(seenIDs)
	for i, part := range g.Parts {
		path := fmt.Sprintf("parts[%d]", i)
		seen.check(&p, path, "part", string(part.ID))
		if part.PassBP < 0 || part.PassBP > basisPoints {
			p.add(path+".pass_bp", "out_of_range", "a line is 0 to 10000 basis points")
		}
		if len(part.Sections) == 0 {
			p.add(path+".sections", "missing", "the part needs sections")
		}
		for j, s := range part.Sections {
			if !slices.Contains(sections, s) || slices.Contains(part.Sections[:j], s) {
				p.add(fmt.Sprintf("%s.sections[%d]", path, j), "unknown", "section %q is not on the paper, or named twice", s)
			}
		}
	}
	return p.err(ErrGrading)
}

func (g Grading) checkWeights(p *problems, sections []SectionID) {
	if len(g.Sections) == 0 {
		return
	}
	sum := int64(0)
	named := map[SectionID]bool{}
	for i, w := range g.Sections {
		path := fmt.Sprintf("sections[%d]", i)
		if !slices.Contains(sections, w.Section) || named[w.Section] {
			p.add(path+".section", "unknown", "section %q is not on the paper, or named twice", w.Section)
		}
		if w.WeightBP < 1 || w.WeightBP > basisPoints {
			p.add(path+".weight_bp", "out_of_range", "a weight is 1 to 10000 basis points")
		}
		named[w.Section] = true
		sum += w.WeightBP
	}
	for _, s := range sections {
		if !named[s] {
			p.add("sections", "missing", "section %q has no weight", s)
		}
	}
	if sum != basisPoints {
		p.add("sections", "wrong_sum", "the weights add up to %d, not to 10000 basis points", sum)
	}
	if g.FullMarks == 0 {
		p.add("full_marks", "missing", "weighted sections need full marks")
	}
}

// GradePaper says what the marks amount to. The error is ErrGrading when the
// grading does not fit the paper's sections.
func GradePaper(r PaperResult, g Grading) (Grade, error) {
	ids := make([]SectionID, len(r.Sections))
	for i, s := range r.Sections {
		ids[i] = s.Section
	}
	if err := g.Validate(ids); err != nil {
		return Grade{}, err
	}
	w := grading{g: g, unit: max(g.Rounding.Unit, 1)}
	exact := w.score(r)
	out := Grade{Full: w.full, Score: w.round(exact, w.full), Outcome: GradeNone, Parts: []PartGrade{}}
	w.step("score", "", Text{
		ZH: fmt.Sprintf("总成绩 %s（满分 %s），修约单位 %s，四舍五入，得 %s", decimal(exact), w.full, w.unit, out.Score),
		EN: fmt.Sprintf("score %s of %s, rounded half up to %s: %s", decimal(exact), w.full, w.unit, out.Score),
	})
	for _, p := range g.Parts {
		out.Parts = append(out.Parts, w.part(r, p))
	}
	out.Outcome = verdict(r, out.Parts)
	w.step("outcome", "", Text{ZH: outcomeZH[out.Outcome], EN: string(out.Outcome)})
	out.Steps = w.steps
	return out, nil
}

// verdict is pass only if every part passes.
func verdict(r PaperResult, parts []PartGrade) GradeOutcome {
	failed := slices.ContainsFunc(parts, func(p PartGrade) bool { return p.Outcome == GradeFail })
	switch {
	case r.ToMark > 0:
		return GradeIncomplete
	case len(parts) == 0:
		return GradeNone
	case failed:
		return GradeFail
	}
	return GradePass
}

var outcomeZH = map[GradeOutcome]string{ //nolint:gosec // to pass, not a password
	GradePass: "合格：各部分均达到合格线", GradeFail: "不合格：有部分未达到合格线（各部分不得互相补偿）",
	GradeIncomplete: "待评：尚有人工评阅的试题", GradeNone: "未设合格线",
}

// grading is one grading under way.
type grading struct {
	g     Grading
	unit  Marks
	full  Marks
	steps []GradeStep
}

func (w *grading) step(what, of string, text Text) {
	w.steps = append(w.steps, GradeStep{What: what, Of: of, Text: text})
}

// round is the one rounding point of published amounts. A coarse unit never
// lifts an amount above the full one.
func (w *grading) round(r Ratio, full Marks) Marks { return min(r.Round(w.unit), full) }

// score returns the exact score and sets the full marks.
func (w *grading) score(r PaperResult) Ratio {
	w.full = w.g.FullMarks
	if len(w.g.Sections) == 0 {
		for _, s := range r.Sections {
			w.step("section", string(s.Section), Text{
				ZH: fmt.Sprintf("部分 %s：%s / %s", s.Section, s.Marks, s.Max), EN: fmt.Sprintf("section %s: %s of %s", s.Section, s.Marks, s.Max)})
		}
		if w.full == 0 || r.Max == 0 {
			w.full = r.Max
			return NewRatio(r.Total, 1)
		}
		return NewRatio(r.Total, int64(r.Max)).Mul(int64(w.full), 1)
	}
	var sum Ratio
	for _, s := range r.Sections {
		weight := w.weight(s)
		share := NewRatio(s.Sum, int64(s.Counted)).Mul(weight, basisPoints).Mul(int64(w.full), 1)
		sum = sum.Add(share)
		w.step("section", string(s.Section), Text{
			ZH: fmt.Sprintf("部分 %s：%s / %s × 权重 %s%% × %s = %s", s.Section, s.Sum, s.Counted, Marks(weight), w.full, decimal(share)),
			EN: fmt.Sprintf("section %s: %s of %s × weight %s%% × %s = %s", s.Section, s.Sum, s.Counted, Marks(weight), w.full, decimal(share)),
		})
	}
	return sum
}

// weight of a section: as given, or its maximum.
func (w *grading) weight(s SectionResult) int64 {
	for _, x := range w.g.Sections {
		if x.Section == s.Section {
			return x.WeightBP
		}
	}
	return int64(s.Max)
}

func (w *grading) part(r PaperResult, p GradePart) PartGrade {
	var reached Ratio
	weights, toMark := int64(0), Marks(0)
	for _, s := range r.Sections {
		if !slices.Contains(p.Sections, s.Section) {
			continue
		}
		weight := w.weight(s)
		reached = reached.Add(NewRatio(s.Sum, int64(s.Counted)).Mul(weight, 1))
		weights += weight
		toMark += s.ToMark
	}
	exact := reached.Mul(int64(hundred), weights)
	out := PartGrade{Part: p.ID, Name: p.Name, Score: w.round(exact, hundred), PassBP: p.PassBP, Outcome: GradePass}
	sign := "≥"
	switch {
	case toMark > 0:
		out.Outcome = GradeIncomplete
	case out.Score < Marks(p.PassBP):
		out.Outcome = GradeFail
	}
	if out.Score < Marks(p.PassBP) {
		sign = "<"
	}
	w.step("part", string(p.ID), Text{
		ZH: fmt.Sprintf("%s：%s，修约为 %s %s 合格线 %s", p.Name.ZH, decimal(exact), out.Score, sign, Marks(p.PassBP)),
		EN: fmt.Sprintf("%s: %s, rounded %s %s line %s", p.Name.english(), decimal(exact), out.Score, sign, Marks(p.PassBP)),
	})
	return out
}

// decimal shows exact hundredths as marks: with two to four places, "≈" before
// what needs more.
func decimal(r Ratio) string {
	marks := r.Mul(1, 100).big()
	text := marks.FloatString(4)
	if back, ok := new(big.Rat).SetString(text); !ok || back.Cmp(marks) != 0 {
		return "≈" + text
	}
	return strings.TrimSuffix(strings.TrimSuffix(text, "0"), "0")
}
