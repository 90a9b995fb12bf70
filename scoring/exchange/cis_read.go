package exchange

import (
	"io"
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
