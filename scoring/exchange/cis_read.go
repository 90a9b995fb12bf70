package exchange

import (
	"cmp"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// ReadCIS reads a marking scheme from the sheet “CIS Marking Scheme Import”
// of a workbook of at most MaxUpload bytes; size is what the sender claims, or
// -1. When the report has errors the scheme is the zero scheme: nothing is
// half imported. The error is for files that cannot be read at all, see
// errors.go. The result depends on the bytes and the options only.
//
// A criterion becomes a module, M becomes yes or no (or a tolerance, where
// the requirement is one), J a judgement, B yes or no, D a choice of the
// values listed below it. The columns that this package adds say more.
func ReadCIS(in io.Reader, size int64, name string, opts Options) (scheme scoring.Scheme, report Report, err error) {
	defer guard(name, &err)
	b, err := open(in, size, name)
	if err != nil {
		return scheme, report, err
	}
	defer b.close()
	report = Report{File: name, SHA256: b.sum, Problems: []Problem{}}
	r := &cisReader{builder: newBuilder(opts, &report), module: -1, sub: -1}
	if err := r.choose(b); err != nil {
		return scheme, report, err
	}
	r.column = r.columnOf
	r.read()
	return r.finish(b.sum, b.file.GetSheetList()), report, nil
}

// cisReader reads one CIS sheet.
type cisReader struct {
	*builder
	g        *grid
	first    int // index of the first header row
	header   *cisHeader
	lang     Language
	sections []cisSectionRow
	criteria []cisCriterion
	totals   []stated // of the whole sheet
	blocks   []cisBlock
	letters  []string    // of the modules, by index
	stated   []subStated // maxima that rows of sub-criteria state

	module, sub int // indexes of what is open, -1 for none
	open        *openAspect
}

// cisBlock is the total that a header row states for its criterion.
type cisBlock struct {
	letter string
	total  *stated
}

// subStated is the maximum that the row of a sub-criterion states.
type subStated struct {
	module, sub int
	stated
}

// choose finds the sheet: the one with the name that CIS gives it, else the
// only one with such a header row.
func (r *cisReader) choose(b *book) error {
	var missing []fault.Field
	var other []*grid
	for _, sheet := range b.file.GetSheetList() {
		named := strings.Contains(letters(sheet), "MARKINGSCHEMEIMPORT")
		if visible, err := b.file.GetSheetVisible(sheet); err != nil || !visible {
			r.warn(place{sheet: sheet}, -1, "sheet_hidden", "the sheet is hidden and was not read")
			continue
		}
		g, err := b.grid(sheet)
		if err != nil {
			return err
		}
		h, at := findCISHeader(g)
		switch {
		case h == nil:
			continue
		case len(h.missing(sheet)) > 0:
			missing = append(missing, h.missing(sheet)...)
			continue
		case r.g == nil || named && !strings.Contains(letters(r.g.sheet), "MARKINGSCHEMEIMPORT"):
			if r.g != nil {
				other = append(other, r.g)
			}
			r.g, r.header, r.first = g, h, at
		default:
			other = append(other, g)
		}
	}
	if r.g == nil {
		if missing == nil {
			for _, sheet := range b.file.GetSheetList() {
				missing = append(missing, (&cisHeader{at: [cisColumns]int{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}}).missing(sheet)...)
			}
		}
		return ErrColumns.With(missing...).Param("file", b.name)
	}
	for _, g := range other {
		r.bad(place{sheet: g.sheet}, -1, "sheet_ambiguous",
			"two sheets are marking schemes; delete one, or name the right one "+cisSheet, "sheet", r.g.sheet)
	}
	return nil
}

func findCISHeader(g *grid) (*cisHeader, int) {
	for i, line := range g.rows {
		if h := parseCISHeader(line); h != nil {
			return h, i
		}
	}
	return nil, 0
}

// own is where one of our columns stands, -1 when the sheet has none.
func (r *cisReader) own(c cisColumn) int { return r.header.at[c] }

// names merges the cell of a name with the pair from the further data.
func (r *cisReader) names(t *scoring.Text, shown string, at place, column int) {
	merged, stale := r.lang.merge(shown, *t, clean)
	if stale {
		r.warn(at, column, "translation_old", translationMessage, "text", shown)
	}
	*t = merged
}

func (r *cisReader) read() {
	r.headers[r.g.sheet] = r.header.cells
	r.places[""] = place{r.g.sheet, r.header.number}
	r.head(r.g.rows[:r.first])
	if r.scheme.SectionDeviation == 0 {
		r.scheme.SectionDeviation = r.opts.SectionDeviation
	}
	for c := range cisColumns {
		if at := r.header.at[c]; at >= 0 && r.g.hiddenColumn(at) {
			r.warn(place{r.g.sheet, r.header.number}, at, "column_hidden", "the column is hidden; it was read")
		}
	}
	for _, line := range r.g.rows[r.first:] {
		r.line(line)
	}
	r.settle()
	r.importedModules()
	r.checkTotals()
	r.weighSections()
}

// line reads one row of the blocks.
func (r *cisReader) line(line row) {
	at := place{r.g.sheet, line.number}
	if h := parseCISHeader(line); h != nil {
		r.settle()
		r.block(h)
		return
	}
	text := func(c cisColumn) string { return clean(cell(line.cells, r.header.at[c])) }
	if line.hidden {
		r.bad(at, -1, "row_hidden", "the row is hidden; show it or delete it")
		return
	}
	switch {
	case text(cisType) != "":
		if text(cisSub) != "" {
			r.subCriterion(line, at)
		}
		r.settle()
		r.aspect(line, at)
	case text(cisSub) != "":
		r.settle()
		r.subCriterion(line, at)
	case text(cisScore) != "":
		r.level(line, at)
	case r.open != nil && r.open.discrete && text(cisExtra) != "" && text(cisMax) != "":
		r.value(line, at)
	default:
		r.otherLine(line, at)
	}
}

// otherLine reads a row of totals, and complains of anything else.
func (r *cisReader) otherLine(line row, at place) {
	for i, text := range line.cells {
		switch letters(text) {
		case "TOTALMARK", "TOTALMARKS":
			r.addTotal(r.amount(line, at, i+1))
			return
		}
	}
	for c := cisSub; c <= cisMax; c++ {
		if at := r.header.at[c]; at >= 0 && clean(cell(line.cells, at)) != "" {
			r.bad(place{r.g.sheet, line.number}, at, "row_unclear",
				"the row is neither a sub-criterion nor an aspect nor a judgement score; complete or delete it")
			return
		}
	}
}

func (r *cisReader) addTotal(s *stated) {
	if s != nil {
		r.totals = append(r.totals, *s)
	}
}

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
