package exchange

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// block opens the criterion of a header row.
func (r *cisReader) block(h *cisHeader) {
	r.header = h
	r.module, r.sub = -1, -1
	b := cisBlock{letter: h.criterion}
	if h.total >= 0 {
		b.total = r.amount(h.row, place{r.g.sheet, h.number}, h.total)
	}
	r.blocks = append(r.blocks, b)
	if h.criterion != "" {
		r.enter(h.criterion, place{r.g.sheet, h.number}, h.total-2)
	}
}

// enter makes the module of a criterion the open one.
func (r *cisReader) enter(letter string, at place, column int) {
	if r.module >= 0 && r.letterOf(r.module) == letter {
		return
	}
	r.sub = -1
	for i := range r.scheme.Modules {
		if r.letterOf(i) == letter {
			r.module = i
			return
		}
	}
	m := scoring.Module{ID: scoring.ModuleID(letter), Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{}}
	c := r.criterion(letter)
	if c == nil {
		r.bad(at, column, "criterion_unknown", "the table of criteria above has no such criterion; add it there", "criterion", letter)
		r.criteria = append(r.criteria, cisCriterion{letter: letter, at: at, name: scoring.Text{ZH: letter}})
		c = &r.criteria[len(r.criteria)-1]
	}
	r.describe(&m, c)
	r.module = len(r.scheme.Modules)
	r.scheme.Modules = append(r.scheme.Modules, m)
	r.places[modulePath(r.module)] = c.at
	r.letters = append(r.letters, letter)
	if n := len(r.blocks); n > 0 && r.blocks[n-1].letter == "" {
		r.blocks[n-1].letter = letter
	}
}

// describe fills in what the table of criteria says of a module.
func (r *cisReader) describe(m *scoring.Module, c *cisCriterion) {
	if !takeRest(c.data, m) {
		r.bad(c.at, r.own(cisOwnData), "data_malformed", dataMessage)
	}
	m.ID = scoring.ModuleID(cmp.Or(c.id, c.letter))
	if m.Source == "" {
		m.Source = scoring.SourcePanel
	}
	m.SubCriteria = []scoring.SubCriterion{}
	if c.mark != nil {
		m.Max = c.mark.marks
	}
	r.names(&m.Name, c.name.ZH, c.at, -1)
}

func (r *cisReader) criterion(letter string) *cisCriterion {
	for i := range r.criteria {
		if r.criteria[i].letter == letter {
			return &r.criteria[i]
		}
	}
	return nil
}

func (r *cisReader) letterOf(module int) string { return r.letters[module] }

var codeForm = regexp.MustCompile(`^([A-Z])[0-9A-Z._-]{0,20}$`)

// subCriterion opens a sub-criterion, or names the criterion, which some
// sheets repeat inside its block.
func (r *cisReader) subCriterion(line row, at place) {
	code := latin(compact(cell(line.cells, r.header.at[cisSub])))
	name := clean(cell(line.cells, r.header.at[cisSubName]))
	m := codeForm.FindStringSubmatch(code)
	switch {
	case m == nil:
		r.bad(at, r.header.at[cisSub], "code_malformed", "a sub-criterion's code is the criterion's letter and a number, such as A1", "code", code)
		return
	case len(code) == 1:
		r.enter(code, at, r.header.at[cisSub])
		return
	case r.header.criterion != "" && m[1] != r.header.criterion:
		r.bad(at, r.header.at[cisSub], "code_letter", "the code must begin with the letter of its criterion",
			"code", code, "criterion", r.header.criterion)
	case r.header.criterion == "":
		r.enter(m[1], at, r.header.at[cisSub])
	}
	if r.module < 0 {
		return
	}
	list := &r.scheme.Modules[r.module].SubCriteria
	if r.sub >= 0 && clean(cell(line.cells, r.header.at[cisType])) != "" && (*list)[r.sub].ID == scoring.SubCriterionID(code) {
		return // the code is repeated beside each of its aspects
	}
	sc := scoring.SubCriterion{Aspects: []scoring.Aspect{}}
	if !takeRest(cell(line.cells, r.own(cisOwnData)), &sc) {
		r.bad(at, r.own(cisOwnData), "data_malformed", dataMessage)
	}
	sc.ID = scoring.SubCriterionID(cmp.Or(half(cell(line.cells, r.own(cisOwnID))), code))
	for j, other := range *list {
		if other.ID == sc.ID {
			first := r.places[subPath(r.module, j)]
			r.bad(at, r.header.at[cisSub], "code_repeated", "the code is there twice", "code", sc.ID, "row", first.row)
			sc.ID += scoring.SubCriterionID("#" + strconv.Itoa(at.row)) // so that its aspects are not found twice too
		}
	}
	sc.Aspects = []scoring.Aspect{}
	sc.Day = r.day(line, at)
	r.names(&sc.Name, name, at, r.header.at[cisSubName])
	if name == "" {
		r.bad(at, r.header.at[cisSubName], "name_missing", "the sub-criterion has no name", "code", code)
	}
	if s := r.amount(line, at, r.header.at[cisMax]); s != nil && clean(cell(line.cells, r.header.at[cisType])) == "" {
		r.stated = append(r.stated, subStated{r.module, len(*list), *s})
	}
	r.sub = len(*list)
	*list = append(*list, sc)
	r.places[subPath(r.module, r.sub)] = at
}

var dayForm = regexp.MustCompile(`^(?:DAY|C-?|第)?([0-9]{1,3})(?:天|日)?$`)

// day reads the day of marking: "1", "Day 1", "C1"; "Any" is none.
func (r *cisReader) day(line row, at place) int {
	text := compact(cell(line.cells, r.header.at[cisDay]))
	if text == "" || text == "ANY" || text == "ALL" {
		return 0
	}
	if m := dayForm.FindStringSubmatch(strings.TrimSuffix(text, ".0")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			return n
		}
	}
	r.bad(at, r.header.at[cisDay], "day_malformed", "the day of marking is a whole number from 1", "value", text)
	return 0
}
