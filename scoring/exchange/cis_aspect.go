package exchange

import (
	"cmp"
	"regexp"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

// openAspect is an aspect whose further rows may follow.
type openAspect struct {
	aspect   *scoring.Aspect
	at       place
	path     string
	judged   bool
	discrete bool
	levels   map[int]level
	values   []entry
}

// level is one judgement score with its description.
type level struct {
	text string
	at   place
}

// aspectTypes are the types of CIS, of the Russian variant (B binary, D
// discrete) and their words. Cyrillic letters that look Latin are Latin here.
var aspectTypes = map[string]byte{
	"M": 'M', "MEAS": 'M', "MEASUREMENT": 'M', "И": 'M', "测量": 'M',
	"J": 'J', "JUDG": 'J', "JUDGEMENT": 'J', "JUDGMENT": 'J', "C": 'J', "评价": 'J',
	"B": 'B', "Б": 'B', "BINARY": 'B',
	"D": 'D', "Д": 'D', "DISCRETE": 'D',
}

// looksGraded finds requirements and descriptions that ask for more than yes
// or no.
var looksGraded = regexp.MustCompile(`(?i)\b(?:deduct|subtract|per (?:error|mistake|missing)|for each|minus)\b|每[^，,。；;]{0,12}扣|扣完为止|вычесть`)

// aspect opens an aspect.
func (r *cisReader) aspect(line row, at place) {
	text := func(c cisColumn) string { return clean(cell(line.cells, r.header.at[c])) }
	kind, known := aspectTypes[latin(compact(text(cisType)))]
	if !known {
		r.bad(at, r.header.at[cisType], "aspect_type_unknown",
			"the type is M (measurement) or J (judgement); B (binary) and D (discrete) are read too", "value", text(cisType))
		return
	}
	if r.module < 0 || r.sub < 0 {
		r.bad(at, r.header.at[cisSub], "aspect_orphan", "the aspect stands below no sub-criterion; give it a row with a code such as A1")
		return
	}
	sc := &r.scheme.Modules[r.module].SubCriteria[r.sub]
	a := scoring.Aspect{}
	if !takeRest(cell(line.cells, r.own(cisOwnData)), &a) {
		r.bad(at, r.own(cisOwnData), "data_malformed", dataMessage)
	}
	a.ID = scoring.AspectID(cmp.Or(half(text(cisOwnID)), positional(sc.ID, len(sc.Aspects))))
	r.names(&a.Name, text(cisAspect), at, r.header.at[cisAspect])
	r.names(&a.Description, text(cisExtra), at, r.header.at[cisExtra])
	if a.Name.ZH == "" && a.Name.EN == "" {
		r.bad(at, r.header.at[cisAspect], "name_missing", "the aspect has no description")
	}
	r.section(&a, text(cisSection), at)
	if s := r.amount(line, at, r.header.at[cisMax]); s != nil {
		a.Max = s.marks
	} else if !r.report.badRow(at.sheet, at.row) {
		r.bad(at, r.header.at[cisMax], "marks_missing", "the aspect states no maximum")
	}
	r.kind(&a, kind, line, at)
	path := aspectPath(r.module, r.sub, len(sc.Aspects))
	sc.Aspects = append(sc.Aspects, a)
	r.places[path] = at
	r.open = &openAspect{aspect: &sc.Aspects[len(sc.Aspects)-1], at: at, path: path, judged: kind == 'J',
		discrete: kind == 'D' && text(cisOwnKind) == "", levels: map[int]level{}}
}

// positional is the id of an aspect in a sheet without ids: "A1.3".
func positional(sub scoring.SubCriterionID, before int) string {
	return string(sub) + "." + strconv.Itoa(before+1)
}

func (r *cisReader) section(a *scoring.Aspect, text string, at place) {
	if text == "" || text == "-" {
		a.Section = ""
		return
	}
	id, ok := sectionID(text)
	for _, s := range r.sections {
		if ok && s.code == id {
			a.Section = s.section.ID
			return
		}
	}
	r.bad(at, r.header.at[cisSection], "section_unknown", "the table of sections above has no such section; correct the number or add the section",
		"section", text)
}

// kind settles how the aspect is marked, from the type, from our own column
// and from the requirement.
func (r *cisReader) kind(a *scoring.Aspect, kind byte, line row, at place) {
	requirement := clean(cell(line.cells, r.header.at[cisRequirement]))
	own := scoring.Kind(clean(cell(line.cells, r.own(cisOwnKind))))
	switch {
	case own != "" && !own.Valid():
		r.bad(at, r.own(cisOwnKind), "kind_unknown", "this kind of aspect is not known; correct it or empty the cell", "value", own)
	case own != "" && (own == scoring.KindJudgement) != (kind == 'J'):
		r.bad(at, r.own(cisOwnKind), "kind_mismatch", "the kind does not go with the aspect type; a judgement is J, all others are M",
			"kind", own)
	case own != "":
		a.Kind = own
	case kind == 'J':
		a.Kind = scoring.KindJudgement
	default:
		a.Kind = scoring.KindBinary
	}
	tolerance, isTolerance := parseTolerance(requirement)
	switch {
	case own == "" && kind == 'M' && isTolerance:
		a.Kind, a.Tolerance = scoring.KindTolerance, &tolerance
		r.warn(at, r.header.at[cisRequirement], "read_as_tolerance",
			"the requirement is a tolerance: judges will enter the measured value instead of yes or no", "value", requirement)
		return
	case a.Kind == scoring.KindTolerance && a.Tolerance == nil && isTolerance:
		a.Tolerance = &tolerance
		return
	case own == "" && kind == 'M' && looksGraded.MatchString(requirement+"\n"+clean(cell(line.cells, r.header.at[cisExtra]))):
		r.warn(at, r.header.at[cisType], "read_as_yes_no",
			"the text asks for more than yes or no; the aspect was read as yes or no, change its kind if that is wrong")
	}
	r.names(&a.Requirement, requirement, at, r.header.at[cisRequirement])
}

// level reads a judgement score.
func (r *cisReader) level(line row, at place) {
	score := clean(cell(line.cells, r.header.at[cisScore]))
	n, ok := parseCount(score)
	switch {
	case r.open == nil:
		r.bad(at, r.header.at[cisScore], "level_orphan", "the judgement score stands below no aspect")
	case !r.open.judged:
		r.bad(at, r.header.at[cisScore], "level_unwanted", "only a judgement (J) has judgement scores; delete the row or change the type")
	case !ok || n > 3:
		r.bad(at, r.header.at[cisScore], "level_malformed", "a judgement score is 0, 1, 2 or 3", "value", score)
	case r.open.levels[n].at.row > 0:
		r.bad(at, r.header.at[cisScore], "level_repeated", "the judgement score is there twice", "value", n, "row", r.open.levels[n].at.row)
	default:
		r.open.levels[n] = level{clean(cell(line.cells, r.header.at[cisExtra])), at}
	}
}

// value reads one of the values of a discrete aspect.
func (r *cisReader) value(line row, at place) {
	if s := r.amount(line, at, r.header.at[cisMax]); s != nil {
		n := strconv.Itoa(len(r.open.values) + 1)
		r.open.values = append(r.open.values, entry{id: n, marks: s.marks, label: scoring.Text{ZH: clean(cell(line.cells, r.header.at[cisExtra]))}})
	}
}

// settle completes the open aspect with the rows below it.
func (r *cisReader) settle() {
	o := r.open
	r.open = nil
	switch {
	case o == nil:
	case o.judged:
		r.settleJudged(o)
	case o.discrete:
		r.settleDiscrete(o)
	}
}

func (r *cisReader) settleJudged(o *openAspect) {
	if missing := missingLevels(o.levels); missing != "" {
		r.bad(o.at, r.header.at[cisScore], "levels_missing",
			"a judgement needs four rows below it, with the scores 0, 1, 2 and 3 and their descriptions", "missing", missing)
		return
	}
	pairs := o.aspect.Descriptors
	o.aspect.Descriptors = make([]scoring.Text, 4)
	for n := range o.aspect.Descriptors {
		l := o.levels[n]
		if n < len(pairs) && len(pairs) == 4 {
			o.aspect.Descriptors[n] = pairs[n]
		}
		r.names(&o.aspect.Descriptors[n], l.text, l.at, r.header.at[cisExtra])
		r.places[levelPath(o.path, n)] = l.at
		if l.text == "" {
			r.bad(l.at, r.header.at[cisExtra], "level_text_missing", "the judgement score has no description", "value", n)
		}
	}
}

func missingLevels(levels map[int]level) (missing string) {
	for n := range 4 {
		if _, ok := levels[n]; !ok {
			missing += ", " + strconv.Itoa(n)
		}
	}
	if missing == "" {
		return ""
	}
	return missing[2:]
}

// settleDiscrete makes a choice of the values below a discrete aspect, a list
// of deductions when they are below zero, and a free mark when there are none.
func (r *cisReader) settleDiscrete(o *openAspect) {
	a := o.aspect
	negative, zero := 0, false
	for _, v := range o.values {
		if v.marks < 0 {
			negative++
		}
		zero = zero || v.marks == 0
	}
	switch {
	case len(o.values) == 0:
		a.Kind, a.Points = scoring.KindPoints, &scoring.Points{Step: cmp.Or(r.opts.Step, 1)}
		r.warn(o.at, r.header.at[cisType], "step_default", "no values are listed: judges may write any multiple of the step", "step", a.Points.Step)
	case negative == len(o.values):
		a.Kind = scoring.KindPot
		for _, v := range o.values {
			a.Deductions = append(a.Deductions, scoring.Deduction{ID: scoring.DeductionID(v.id), Label: v.label, Marks: -v.marks})
		}
	case negative > 0:
		r.bad(o.at, r.header.at[cisMax], "values_mixed", "the values are either marks to give or deductions, not both")
	default:
		a.Kind = scoring.KindStepped
		if !zero {
			o.values = append([]entry{{id: "0", label: scoring.Text{ZH: "未达到", EN: "not reached"}}}, o.values...)
			r.warn(o.at, r.header.at[cisType], "step_zero_added", "no value is 0: a choice worth 0 was added")
		}
		a.Steps = steps(o.values)
	}
}

// columnOf says where a field of a row stands, for what validation finds.
func (r *cisReader) columnOf(_ place, field string) int {
	switch name, _, _ := cutField(field); name {
	case "id":
		if at := r.own(cisOwnID); at >= 0 {
			return at
		}
		return r.header.at[cisSub]
	case "max":
		return r.header.at[cisMax]
	case "name":
		return r.header.at[cisAspect]
	case "kind":
		return r.header.at[cisType]
	case "section", "weight":
		return r.header.at[cisSection]
	case "tolerance", "requirement":
		return r.header.at[cisRequirement]
	case "descriptors":
		return r.header.at[cisScore]
	case "zh", "en":
		return r.header.at[cisExtra]
	case "steps", "linear", "points", "deductions", "hit_list", "time_table", "agreement", "zeroing", "violations":
		return r.own(cisOwnData)
	}
	return -1
}
