package exchange

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

// WriteCIS writes a marking scheme as the sheet “CIS Marking Scheme Import”,
// columns A to N as CIS knows them, with what CIS has no place for in columns
// P to R. ReadCIS gives the same scheme back. The language is that of the
// columns which people read; the other one travels in column R.
//
// The report has a warning for everything that CIS will not see: kinds that it
// takes for yes or no, imported modules, agreement, zeroing and the like. It
// also says what even ReadCIS would not find again ("not_carried"): what was
// written is read back before it is delivered.
//
// Errors: scoring.ErrScheme for an invalid scheme, ErrCapacity for more than
// 26 modules or a text longer than a cell, and those of w.
func WriteCIS(w io.Writer, s scoring.Scheme, lang Language) (Report, error) {
	report := Report{Problems: []Problem{}}
	if err := s.Validate(); err != nil {
		return report, err
	}
	codes, err := newCISCodes(s)
	if err != nil {
		return report, err
	}
	sheet, err := newBook(cisSheet)
	if err != nil {
		return report, err
	}
	c := &cisWriter{sheetWriter: sheet, builder: newBuilder(Options{}, &report), scheme: s, codes: codes, lang: lang, next: 1}
	c.write()
	data, err := c.bytes()
	if err != nil {
		return report, err
	}
	again, read, err := ReadCIS(bytes.NewReader(data), int64(len(data)), "", Options{})
	if err != nil {
		return report, fmt.Errorf("reading back: %w", err)
	}
	c.compare(s, again, read)
	return report, deliver(w, data)
}

// compare files what reading back does not find again.
func (b *builder) compare(s, again scoring.Scheme, read Report) {
	for _, p := range read.Problems {
		if p.Severity == Error {
			b.warn(place{p.Sheet, p.Row}, -1, "not_carried", "the workbook will not be read back: "+p.Message, "path", "", "code", p.Code)
		}
	}
	if read.OK() {
		for _, path := range differences(s, again, 100) {
			b.warn(place{}, -1, "not_carried", "not carried: "+path+" will not be read back as it is", "path", path, "code", "")
		}
	}
	b.report.Modules, b.report.SHA256 = len(s.Modules), read.SHA256
	for _, m := range s.Modules {
		b.report.Aspects += len(m.Aspects())
	}
}

// cisCodes are the codes under which the sheet knows the parts of a scheme:
// letters for modules, a letter and a number for sub-criteria, numbers for
// sections.
type cisCodes struct {
	modules  []string
	subs     [][]string
	sections map[string]string
}

func newCISCodes(s scoring.Scheme) (cisCodes, error) {
	c := cisCodes{modules: make([]string, len(s.Modules)), subs: make([][]string, len(s.Modules)), sections: map[string]string{}}
	used := map[string]bool{}
	for i, m := range s.Modules {
		if id := string(m.ID); criterionLetter.MatchString(id) && !used[id] {
			c.modules[i], used[id] = id, true
		}
	}
	for i := range s.Modules {
		for letter := 'A'; c.modules[i] == "" && letter <= 'Z'; letter++ {
			if !used[string(letter)] {
				c.modules[i], used[string(letter)] = string(letter), true
			}
		}
		if c.modules[i] == "" {
			return c, ErrCapacity.Param("modules", len(s.Modules)).Param("max", 26)
		}
	}
	for i, m := range s.Modules {
		c.subs[i] = subCodes(m, c.modules[i])
	}
	c.numberSections(s)
	return c, nil
}

func subCodes(m scoring.Module, letter string) []string {
	codes, used := make([]string, len(m.SubCriteria)), map[string]bool{}
	for j, sc := range m.SubCriteria {
		id := string(sc.ID)
		if f := codeForm.FindStringSubmatch(id); f != nil && f[1] == letter && len(id) > 1 && !used[id] {
			codes[j], used[id] = id, true
		}
	}
	for j := range m.SubCriteria {
		for n := j + 1; codes[j] == ""; n++ {
			if code := letter + strconv.Itoa(n); !used[code] {
				codes[j], used[code] = code, true
			}
		}
	}
	return codes
}

func (c *cisCodes) numberSections(s scoring.Scheme) {
	used := map[string]bool{}
	for _, section := range s.Sections {
		if code, ok := sectionID(section.ID); ok && code == section.ID && !used[code] {
			c.sections[section.ID], used[code] = code, true
		}
	}
	for i, section := range s.Sections {
		for n := i + 1; c.sections[section.ID] == ""; n++ {
			if code := strconv.Itoa(n); !used[code] {
				c.sections[section.ID], used[code] = code, true
			}
		}
	}
}

// cisWriter writes one CIS sheet.
type cisWriter struct {
	*sheetWriter
	*builder
	scheme scoring.Scheme
	codes  cisCodes
	lang   Language
	next   int // the row to write

	criteria []int // rows of the table of criteria
	blocks   []int // header rows of the blocks, 0 for an imported module
	sections []int // rows of the table of sections
}

func (c *cisWriter) here() place { return place{c.sheetWriter.name, c.next} }

// own writes our columns of a row; "" leaves them out.
func (c *cisWriter) own(id, kind, data string) {
	for i, text := range []string{id, kind, data} {
		if text != "" {
			c.text(cisOwnFirst+i, c.next, text, styleGrey)
		}
	}
}

func (c *cisWriter) write() {
	c.widths(9, 32, 9, 9, 46, 7, 46, 28, 9, 11, 9, 13, 9, 9, 3, 16, 22, 30)
	c.title()
	c.sectionTable()
	c.criteriaTable()
	for i := range c.scheme.Modules {
		c.block(i)
	}
	c.text(cisTotalLabel, c.next, "Competition", styleHead)
	c.text(cisTotalWord, c.next, "Total\nMark", styleHead)
	var all scoring.Marks
	for _, m := range c.scheme.Modules {
		all += m.Max
	}
	c.marks(cisTotal, c.next, all, "SUM("+at(cisWritten(cisMax), c.criteria[0])+":"+at(cisWritten(cisMax), c.criteria[len(c.criteria)-1])+")")
	c.fillTables()
}

func (c *cisWriter) title() {
	rest := c.scheme
	rest.Modules, rest.Sections = nil, nil
	rest.Name = c.lang.keep(c.scheme.Name, titleText)
	language := ""
	if c.lang == English {
		language = string(English)
	}
	c.text(0, c.next, c.lang.in(c.scheme.Name), styleTitle)
	c.own("", language, restOf(rest))
	if len(rest.Zeroing)+len(rest.Violations) > 0 {
		c.warn(c.here(), cisOwnFirst+2, "cis_not_read", "carried in the column of further data, which CIS does not read: zeroing rules and violations",
			"what", "zeroing, violations")
	}
	c.next++
}

func (c *cisWriter) sectionTable() {
	if len(c.scheme.Sections) == 0 {
		return
	}
	c.text(0, c.next, "WorldSkills Standards Specification", styleGroup)
	c.next++
	for column, text := range map[int]string{0: "Section", 1: "WSSS Area", 8: "WSSS Marks", 9: "Aspect Marks", 10: "Variation"} {
		c.text(column, c.next, text, styleHead)
	}
	c.next++
	for _, s := range c.scheme.Sections {
		c.sections = append(c.sections, c.next)
		code := c.codes.sections[s.ID]
		id := ""
		if code != s.ID {
			id = s.ID
		}
		c.code(0, code)
		c.text(1, c.next, c.lang.in(s.Name), stylePlain)
		rest := s
		rest.ID, rest.Name = "", c.lang.keep(s.Name, clean)
		if base := c.base(); base > 0 && int64(s.Weight)*int64(base)%10000 == 0 {
			rest.Weight = 0
		}
		c.own(id, "", restOf(rest))
		c.next++
	}
	c.text(9, c.next, "Total Variation", styleHead)
	c.next += 2
}

// base is what all aspects are worth.
func (c *cisWriter) base() (sum scoring.Marks) {
	for _, m := range c.scheme.Modules {
		sum += aspectsSum(m.Aspects())
	}
	return sum
}

// code writes a number as a number, so that formulas find it.
func (c *cisWriter) code(column int, code string) {
	if n, err := strconv.Atoi(code); err == nil && strconv.Itoa(n) == code {
		c.count(column, c.next, n)
		return
	}
	c.text(column, c.next, code, stylePlain)
}

func (c *cisWriter) criteriaTable() {
	c.text(0, c.next, "Criteria", styleGroup)
	c.next++
	for column, text := range map[int]string{0: "ID", 1: "Name", 10: "Mark"} {
		c.text(column, c.next, text, styleHead)
	}
	c.next++
	for i, m := range c.scheme.Modules {
		c.criteria = append(c.criteria, c.next)
		id := ""
		if c.codes.modules[i] != string(m.ID) {
			id = string(m.ID)
		}
		c.text(0, c.next, c.codes.modules[i], stylePlain)
		c.text(1, c.next, c.lang.in(m.Name), stylePlain)
		rest := m
		rest.ID, rest.Name, rest.Max, rest.SubCriteria = "", c.lang.keep(m.Name, clean), 0, nil
		if m.Source == scoring.SourcePanel {
			rest.Source = ""
		} else {
			c.warn(c.here(), 0, "cis_not_read", "CIS has no criteria without aspects: the imported module stands in the table of criteria only",
				"what", "imported")
		}
		if len(m.Zeroing) > 0 || m.SeenAs != "" || m.TimeLimitMS != 0 {
			c.warn(c.here(), cisOwnFirst+2, "cis_not_read", "carried in the column of further data, which CIS does not read: time limit, layer of identity, zeroing rules",
				"what", "time_limit_ms, seen_as, zeroing")
		}
		c.own(id, "", restOf(rest))
		c.next++
	}
	c.text(1, c.next, "Total", styleGroup)
	c.next += 2
}

// fillTables writes the amounts of the tables, whose formulas name the blocks
// below them.
func (c *cisWriter) fillTables() {
	max := cisWritten(cisMax)
	var all scoring.Marks
	for i, m := range c.scheme.Modules {
		formula := ""
		if c.blocks[i] > 0 {
			formula = at(cisTotal, c.blocks[i])
		}
		c.marks(max, c.criteria[i], m.Max, formula)
		all += m.Max
	}
	last := c.criteria[len(c.criteria)-1]
	c.marks(max, last+1, all, "SUM("+at(max, c.criteria[0])+":"+at(max, last)+")")
	carried := map[string]scoring.Marks{}
	for _, m := range c.scheme.Modules {
		for _, a := range m.Aspects() {
			carried[a.Section] += a.Max
		}
	}
	span := func(column int) string {
		return "$" + letter(column) + "$" + strconv.Itoa(last+2) + ":$" + letter(column) + "$" + strconv.Itoa(c.next)
	}
	var variation scoring.Marks
	for i, row := range c.sections {
		s := c.scheme.Sections[i]
		marks := sectionMarks(s.Weight, c.base())
		off := carried[s.ID] - marks
		if off < 0 {
			off = -off
		}
		variation += off
		c.marks(8, row, marks, "")
		c.marks(9, row, carried[s.ID], "SUMIF("+span(cisWritten(cisSection))+","+at(0, row)+","+span(max)+")")
		c.marks(10, row, off, "ABS("+at(8, row)+"-"+at(9, row)+")")
	}
	if n := len(c.sections); n > 0 {
		c.marks(10, c.sections[n-1]+1, variation, "SUM("+at(10, c.sections[0])+":"+at(10, c.sections[n-1])+")")
	}
}
