package exchange

import (
	"cmp"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

// aspect reads the line of a row.
func (r *tableReader) aspect(line row, at place) {
	h := r.header
	m := &r.scheme.Modules[r.module]
	sc := &m.SubCriteria[r.sub]
	a := scoring.Aspect{}
	if !takeRest(h.text(line, colData), &a) {
		r.bad(at, h.at[colData], "data_malformed", dataMessage)
	}
	code, name := half(h.text(line, colID)), h.text(line, colAspect)
	if h.at[colID] < 0 {
		code, name = codeInName(string(m.ID), name)
	}
	a.ID = scoring.AspectID(mergeID(code, string(a.ID), positional(sc.ID, len(sc.Aspects))))
	a.Name = r.merged(name, a.Name, clean, at, h.at[colAspect])
	a.Description = r.merged(h.text(line, colStandard), a.Description, clean, at, h.at[colStandard])
	a.Requirement = r.merged(h.text(line, colRequirement), a.Requirement, clean, at, h.at[colRequirement])
	if s := r.amount(line, colMax); s != nil {
		a.Max = s.marks
		r.sums.part += s.marks
		r.sums.sheet += s.marks
	} else if !r.report.badRow(at.sheet, at.row) {
		r.missingMarks(at)
	}
	l := &tableLine{tableReader: r, line: line, at: at, a: &a}
	l.kind()
	r.places[aspectPath(r.module, r.sub, len(sc.Aspects))] = at
	sc.Aspects = append(sc.Aspects, a)
}

// missingMarks says why a line has none: an empty cell, or one merged with
// those of other lines.
func (r *tableReader) missingMarks(at place) {
	column := r.header.at[colMax]
	if m, ok := r.g.mergedAt(column, at.row); ok && m.top < at.row {
		r.bad(at, column, "marks_merged", "several lines share one merged cell of marks; part it and give each line its own",
			"from", letter(m.left)+strconv.Itoa(m.top), "to", letter(m.right)+strconv.Itoa(m.bottom))
		return
	}
	r.bad(at, column, "marks_missing", "the line states no maximum")
}

// tableLine settles how one line is marked.
type tableLine struct {
	*tableReader
	line row
	at   place
	a    *scoring.Aspect
}

func (l *tableLine) cell(c tableColumn) string { return l.header.text(l.line, c) }

func (l *tableLine) wrong(c tableColumn, code, message string, list ...any) {
	column := l.header.at[c]
	if column < 0 {
		column = l.header.at[colMethod]
	}
	l.bad(l.at, column, code, message, list...)
}

func (l *tableLine) kind() {
	m, ok := parseMethod(l.cell(colMethod))
	if !ok {
		l.wrong(colMethod, "method_unknown", "this way of marking is not known; the sheet of instructions lists them", "value", l.cell(colMethod))
		return
	}
	switch m {
	case measured:
		l.measured()
	case deducted:
		l.deducted()
	case unstated:
		l.unstated()
	default:
		l.a.Kind = scoring.Kind(m)
		l.parameters()
	}
	if l.a.Kind == scoring.KindPoints {
		l.step()
	} else if l.cell(colStep) != "" && !l.report.badRow(l.at.sheet, l.at.row) {
		l.wrong(colStep, "step_unwanted", "only marks that judges write down as a number have a step; empty the cell", "kind", methodOf(l.a.Kind))
	}
}

// measured finds the kind of a measurement from its parameters.
func (l *tableLine) measured() {
	text := l.cell(colParams)
	_, isTolerance := parseTolerance(text)
	switch {
	case l.cell(colStep) != "":
		l.a.Kind = scoring.KindPoints
	case text == "":
		l.a.Kind = scoring.KindBinary
	case isTolerance:
		l.a.Kind = scoring.KindTolerance
	default:
		l.a.Kind = scoring.KindStepped
	}
	l.parameters()
}

// deducted finds out whether errors cost alike or by a list.
func (l *tableLine) deducted() {
	text := l.cell(colParams)
	_, alike := parsePerError(text)
	switch {
	case text == "" || alike:
		l.a.Kind = scoring.KindLinear
	case l.a.Max == 0:
		l.a.Kind = scoring.KindPenalty
	default:
		l.a.Kind = scoring.KindPot
	}
	l.parameters()
}

// unstated finds the kind of a line without a method from its parameters;
// without these the judges write marks down as a number.
func (l *tableLine) unstated() {
	text := l.cell(colParams)
	_, isTolerance := parseTolerance(text)
	_, alike := parsePerError(text)
	_, notLevels := parseDescriptors(text)
	switch {
	case text == "":
		l.a.Kind = scoring.KindPoints
	case isTolerance:
		l.a.Kind = scoring.KindTolerance
	case notLevels == "":
		l.a.Kind = scoring.KindJudgement
	case alike:
		l.a.Kind = scoring.KindLinear
	default:
		l.a.Kind = scoring.KindStepped
	}
	l.parameters()
}

// parameters reads 评分参数, or what stands for it: the further data, the
// requirement of a tolerance, the levels or the price of an error in 评分标准.
func (l *tableLine) parameters() {
	text := l.cell(colParams)
	if text != "" {
		fresh := withoutParameters(*l.a)
		if bad := parseParams(&fresh, text); bad != "" {
			l.badParams(bad)
			return
		}
		*l.a = fresh
		return
	}
	switch l.a.Kind {
	case scoring.KindTolerance:
		if t, ok := parseTolerance(l.a.Requirement.ZH); ok && l.a.Tolerance == nil {
			l.a.Tolerance = &t
		}
	case scoring.KindLinear:
		if each, ok := perErrorIn(l.a.Description.ZH); ok && l.a.Linear == nil {
			l.a.Linear = &scoring.Linear{PerError: each}
			l.warn(l.at, l.header.at[colStandard], "rule_from_text", "what each error costs was taken from the text", "marks", each)
		}
	case scoring.KindJudgement:
		if levels, bad := parseDescriptors(l.a.Description.ZH); bad == "" && l.a.Descriptors == nil {
			l.a.Descriptors, l.a.Description = levels, scoring.Text{}
		}
	case scoring.KindBinary, scoring.KindStepped, scoring.KindPoints, scoring.KindPot, scoring.KindPenalty, scoring.KindHitList, scoring.KindTimeTable:
	}
	if l.lacksParameters() {
		l.badParams("")
	}
}

func (l *tableLine) lacksParameters() bool {
	p := parametersOf(*l.a)
	switch l.a.Kind {
	case scoring.KindBinary, scoring.KindPoints:
		return false
	case scoring.KindStepped:
		return p.Steps == nil
	case scoring.KindTolerance:
		return p.Tolerance == nil
	case scoring.KindLinear:
		return p.Linear == nil
	case scoring.KindJudgement:
		return p.Descriptors == nil
	case scoring.KindPot, scoring.KindPenalty:
		return p.Deductions == nil
	case scoring.KindHitList:
		return p.HitList == nil
	case scoring.KindTimeTable:
		return p.TimeTable == nil
	}
	return false
}

// paramForms say how the parameters of each kind are written.
var paramForms = map[scoring.Kind]string{
	scoring.KindBinary:    "yes or no has no parameters",
	scoring.KindPoints:    "marks as a number have no parameters but the step",
	scoring.KindStepped:   "write one line for each step: 0.50=label",
	scoring.KindTolerance: "write the tolerance as 80.00±0.20 mm, 3.50 +0.10/-0.05 mm or ≥1.0 MΩ",
	scoring.KindLinear:    "write what each error costs: 每处扣0.50分",
	scoring.KindJudgement: "write exactly four lines: 0=…, 1=…, 2=…, 3=…",
	scoring.KindPot:       "write one line for each deduction: 5.00=label, or 5.00×1=label if it is taken once at most",
	scoring.KindPenalty:   "write one line for each deduction: 5.00=label",
	scoring.KindHitList:   "write lines 档 0=…, 项 [id]=… and 误报 2.00分，每个扣1.00分",
	scoring.KindTimeTable: "write lines ≤900秒=10.00分 and 其余=0.00分",
}

func (l *tableLine) badParams(what string) {
	l.wrong(colParams, "params_malformed", "the parameters cannot be read: "+paramForms[l.a.Kind], "kind", methodOf(l.a.Kind), "value", what)
}

// step reads the step of marks that judges write down.
func (l *tableLine) step() {
	if s := l.amount(l.line, colStep); s != nil {
		l.a.Points = &scoring.Points{Step: s.marks}
		return
	}
	l.a.Points = &scoring.Points{Step: cmp.Or(l.opts.Step, 1)}
	if !l.noted && !l.report.badRow(l.at.sheet, l.at.row) {
		l.noted = true
		l.warn(l.at, max(l.header.at[colStep], l.header.at[colMethod]), "step_default",
			"lines of this sheet have neither a way of marking nor a step: judges may write any multiple of the step", "step", l.a.Points.Step)
	}
}

// columnOf says where a field of a row stands, for what validation finds.
func (r *tableReader) columnOf(at place, field string) int {
	h := r.byHeader[at.sheet]
	if h == nil {
		return -1
	}
	column := func(c tableColumn) int { return h.at[c] }
	switch name, _, _ := cutField(field); name {
	case "id":
		return max(column(colID), column(colSubID))
	case "name":
		return column(colAspect)
	case "max":
		return column(colMax)
	case "kind":
		return column(colMethod)
	case "points":
		return column(colStep)
	case "steps", "tolerance", "linear", "descriptors", "deductions", "hit_list", "time_table":
		return column(colParams)
	case "agreement", "section":
		return column(colData)
	}
	return -1
}
