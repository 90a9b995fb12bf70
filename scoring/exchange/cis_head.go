package exchange

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// stated is an amount that the sheet states and the lines must add up to.
type stated struct {
	marks  scoring.Marks
	at     place
	column int
}

// cisCriterion is a criterion of the table above the blocks.
type cisCriterion struct {
	letter string
	name   scoring.Text
	mark   *stated
	at     place
	data   string
	id     string
}

// cisSectionRow is a section of the WSSS table.
type cisSectionRow struct {
	code    string // as the sheet numbers it
	section scoring.Section
	marks   *stated
	aspects *stated // what the sheet says its aspects carry
	at      place
}

// cisTable is a table of the head: where its columns stand.
type cisTable struct{ id, name, mark, aspects int }

var sectionForm = regexp.MustCompile(`^(?:WS[SO]S|SECTION)?([0-9]{1,3}(?:\.[0-9]{1,3})?)$`)

// sectionID reads "1", "1.0" or "WSSS 1" as a section.
func sectionID(text string) (string, bool) {
	m := sectionForm.FindStringSubmatch(compact(text))
	if m == nil {
		return "", false
	}
	return strings.TrimSuffix(m[1], ".0"), true
}

// head reads what stands above the first header row: the title, the table of
// sections and the table of criteria.
func (r *cisReader) head(rows []row) {
	var table *cisTable
	sections := false
	for i, line := range rows {
		at := place{r.g.sheet, line.number}
		if line.hidden {
			r.bad(at, -1, "row_hidden", "the row is hidden; show it or delete it")
			continue
		}
		if t, isSections := cisTableHead(line.cells); t != nil {
			table, sections = t, isSections
			continue
		}
		switch {
		case i == 0 || r.scheme.Name.ZH == "" && table == nil:
			r.title(line, at)
		case table == nil:
			r.heading(line, at)
		case sections:
			r.sectionRow(line, at, *table)
		default:
			r.criterionRow(line, at, *table)
		}
	}
}

// heading passes over the headings of tables, and over anything else with a
// word.
func (r *cisReader) heading(line row, at place) {
	for i, text := range line.cells {
		switch word := letters(text); word {
		case "":
			continue
		case "WORLDSKILLSSTANDARDSSPECIFICATION", "WORLDSKILLSOCCUPATIONALSTANDARDS", "CRITERIA":
		default:
			r.warn(at, i, "row_not_read", "the row is no line of the scheme and was not read", "text", clean(text))
		}
		return
	}
}

// cisTableHead recognises the header of a table of the head.
func cisTableHead(cells []string) (t *cisTable, sections bool) {
	found := cisTable{-1, -1, -1, -1}
	for i, text := range cells {
		switch word := letters(text); {
		case word == "SECTION" || word == "ID" || word == "CRITERION" || word == "编号":
			found.id = i
			sections = sections || word == "SECTION"
		case word == "NAME" || word == "DESCRIPTION" || strings.HasSuffix(word, "AREA") || word == "名称":
			found.name = i
		case word == "WSSSMARKS" || word == "WSOSMARKS" || word == "SECTIONMARKS":
			found.mark, sections = i, true
		case word == "ASPECTMARKS":
			found.aspects = i
		case word == "MARK" || word == "MARKS" || word == "TOTAL":
			found.mark = i
		}
	}
	if found.id < 0 || found.mark < 0 {
		return nil, false
	}
	if found.name < 0 {
		found.name = found.id + 1
	}
	return &found, sections
}

// title takes the name of the skill, and the further data of the whole scheme
// beside it.
func (r *cisReader) title(line row, at place) {
	name := ""
	for _, text := range line.cells[:min(len(line.cells), cisTotalLabel)] {
		if name = titleText(text); name != "" {
			break
		}
	}
	r.lang = Language(clean(cell(line.cells, r.own(cisOwnKind))))
	if r.lang != English {
		r.lang = Chinese
	}
	if !takeRest(cell(line.cells, r.own(cisOwnData)), &r.scheme) {
		r.bad(at, r.own(cisOwnData), "data_malformed", dataMessage)
	}
	r.scheme.Modules, r.scheme.Sections = nil, nil
	r.places["name"] = at
	merged, stale := r.lang.merge(name, r.scheme.Name, titleText)
	if stale {
		r.warn(at, 0, "translation_old", translationMessage, "text", name)
	}
	r.scheme.Name = merged
}

// titleText is a title without the label in front of it.
func titleText(text string) string {
	text, _ = cutLabel(clean(text), "Skill name", "Skill", "Test Project", "赛项")
	return text
}

const translationMessage = "the text was changed; the text in the other language is older, look at it"

const dataMessage = "the further data were changed and cannot be read; restore the cell or empty it and write what it held in the other columns"

func cutLabel(text string, labels ...string) (string, bool) {
	for _, l := range labels {
		if len(text) >= len(l) && strings.EqualFold(text[:len(l)], l) {
			rest := strings.TrimSpace(text[len(l):])
			if rest == "" {
				return "", true
			}
			if after, ok := strings.CutPrefix(rest, ":"); ok {
				return strings.TrimSpace(after), true
			}
			if after, ok := strings.CutPrefix(rest, "："); ok {
				return strings.TrimSpace(after), true
			}
		}
	}
	return text, false
}

// amount reads the marks of a cell, nil when it is blank or wrong, which is
// filed.
func (r *cisReader) amount(line row, at place, column int) *stated {
	m, state := parseMarks(cell(line.cells, column))
	switch state {
	case numberOK:
		return &stated{m, at, column}
	case numberBlank:
		if column >= 0 && r.g.formula(column, line.number) {
			r.bad(at, column, "formula_without_value", "the formula has no stored result; open the workbook in a spreadsheet program and save it again")
		}
	case numberMalformed:
		r.bad(at, column, "marks_malformed", "marks are a number such as 1.50", "value", clean(cell(line.cells, column)))
	case numberTooFine:
		r.bad(at, column, "marks_decimals", "marks have at most two decimals", "value", clean(cell(line.cells, column)))
	}
	return nil
}

func (r *cisReader) sectionRow(line row, at place, t cisTable) {
	code, ok := sectionID(cell(line.cells, t.id))
	if !ok {
		return // the row of totals, or the heading of the next table
	}
	s := cisSectionRow{code: code, at: at, marks: r.amount(line, at, t.mark)}
	if t.aspects >= 0 {
		s.aspects = r.amount(line, at, t.aspects)
	}
	if !takeRest(cell(line.cells, r.own(cisOwnData)), &s.section) {
		r.bad(at, r.own(cisOwnData), "data_malformed", dataMessage)
	}
	s.section.ID = cmp.Or(half(cell(line.cells, r.own(cisOwnID))), code)
	r.names(&s.section.Name, clean(cell(line.cells, t.name)), at, t.name)
	for _, other := range r.sections {
		if other.code == code {
			r.bad(at, t.id, "section_repeated", "the section is there twice", "section", code, "row", other.at.row)
		}
	}
	r.sections = append(r.sections, s)
}

var criterionLetter = regexp.MustCompile(`^[A-Z]$`)

func (r *cisReader) criterionRow(line row, at place, t cisTable) {
	letter := latin(compact(cell(line.cells, t.id)))
	if !criterionLetter.MatchString(letter) {
		first := letters(cell(line.cells, t.id) + cell(line.cells, t.name))
		if (first == "" || first == "TOTAL" || first == "合计") && len(r.criteria) > 0 {
			r.addTotal(r.amount(line, at, t.mark))
		} else if first != "" {
			r.warn(at, t.id, "row_not_read", "the row is neither a criterion nor a total and was not read", "text", clean(cell(line.cells, t.id)))
		}
		return
	}
	c := cisCriterion{letter: letter, at: at, mark: r.amount(line, at, t.mark),
		data: cell(line.cells, r.own(cisOwnData)), id: half(cell(line.cells, r.own(cisOwnID)))}
	c.name.ZH = clean(cell(line.cells, t.name))
	if c.mark == nil && !r.report.badRow(at.sheet, at.row) {
		r.bad(at, t.mark, "criterion_mark_missing", "the criterion states no mark", "criterion", letter)
	}
	for _, other := range r.criteria {
		if other.letter == letter {
			r.bad(at, t.id, "criterion_repeated", "the criterion is there twice", "criterion", letter, "row", other.at.row)
			return
		}
	}
	r.criteria = append(r.criteria, c)
}
