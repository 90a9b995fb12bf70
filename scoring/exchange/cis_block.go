package exchange

import (
	"reflect"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

// block writes the header row of a module and what is below it.
func (c *cisWriter) block(module int) {
	m := c.scheme.Modules[module]
	if m.Source == scoring.SourceImported {
		c.blocks = append(c.blocks, 0)
		return
	}
	header := c.next
	c.blocks = append(c.blocks, header)
	for i, head := range cisHeads {
		c.text(cisWritten(cisColumn(i)), header, head, styleHead)
	}
	c.text(cisTotalLabel, header, "Criterion "+c.codes.modules[module], styleHead)
	c.text(cisTotalWord, header, "Total\nMark", styleHead)
	c.headers[c.sheetWriter.name] = headRow()
	c.next++
	for j := range m.SubCriteria {
		c.subCriterion(m.SubCriteria[j], c.codes.subs[module][j])
	}
	max := cisWritten(cisMax)
	c.marks(cisTotal, header, m.Max, "SUM("+at(max, header+1)+":"+at(max, c.next-1)+")")
	c.next++
}

// headRow is the headings at their places, for problems.
func headRow() []string {
	cells := make([]string, cisWritten(cisOwnData)+1)
	for i, head := range cisHeads {
		cells[cisWritten(cisColumn(i))] = head
	}
	return cells
}

func (c *cisWriter) subCriterion(sc scoring.SubCriterion, code string) {
	id := ""
	if code != string(sc.ID) {
		id = string(sc.ID)
	}
	c.text(0, c.next, code, styleGroup)
	c.text(1, c.next, c.lang.in(sc.Name), styleGroup)
	if sc.Day > 0 {
		c.count(2, c.next, sc.Day)
	}
	rest := sc
	rest.ID, rest.Name, rest.Max, rest.Day, rest.Aspects = "", c.lang.keep(sc.Name, clean), 0, 0, nil
	if sc.SeenAs != "" {
		c.warn(c.here(), cisOwnFirst+2, "cis_not_read", "carried in the column of further data, which CIS does not read: layer of identity", "what", "seen_as")
	}
	c.own(id, "", restOf(rest))
	c.next++
	for i := range sc.Aspects {
		c.aspect(sc.Aspects[i], positional(sc.ID, i))
	}
}

func (c *cisWriter) aspect(a scoring.Aspect, derived string) {
	typ, kind := "M", string(a.Kind)
	if a.Kind == scoring.KindJudgement {
		typ, kind = "J", ""
	}
	id := ""
	if string(a.ID) != derived {
		id = string(a.ID)
	}
	rest := a
	rest.ID, rest.Kind, rest.Max, rest.Section = "", "", 0, ""
	rest.Name, rest.Description = c.lang.keep(a.Name, clean), c.lang.keep(a.Description, clean)
	rest.Requirement, rest.Descriptors = c.lang.keep(a.Requirement, clean), c.lang.keepAll(a.Descriptors)
	requirement := c.lang.in(a.Requirement)
	if a.Kind == scoring.KindTolerance && (a.Requirement == scoring.Text{}) {
		requirement = formatTolerance(*a.Tolerance)
		if again, ok := parseTolerance(requirement); ok && reflect.DeepEqual(again, *a.Tolerance) {
			rest.Tolerance = nil
		} else {
			requirement = ""
		}
	}
	c.text(cisWritten(cisType), c.next, typ, stylePlain)
	c.text(cisWritten(cisAspect), c.next, c.lang.in(a.Name), stylePlain)
	c.text(cisWritten(cisExtra), c.next, c.lang.in(a.Description), stylePlain)
	c.text(cisWritten(cisRequirement), c.next, requirement, stylePlain)
	if a.Section != "" {
		c.code(cisWritten(cisSection), c.codes.sections[a.Section])
	}
	c.text(cisWritten(cisCalculation), c.next, "C"+strconv.Itoa(c.next), stylePlain)
	c.marks(cisWritten(cisMax), c.next, a.Max, "")
	c.own(id, kind, restOf(rest))
	c.noteAspect(a)
	c.next++
	for level, d := range a.Descriptors {
		c.count(cisWritten(cisScore), c.next, level)
		c.text(cisWritten(cisExtra), c.next, c.lang.in(d), stylePlain)
		c.next++
	}
}

// noteAspect says what CIS does not see of an aspect.
func (c *cisWriter) noteAspect(a scoring.Aspect) {
	note := func(code, message, what string) {
		c.warn(c.here(), cisOwnFirst+1, code, message, "aspect", a.ID, "what", what)
	}
	if a.Kind != scoring.KindBinary && a.Kind != scoring.KindJudgement {
		note("cis_yes_no", "CIS reads the aspect as a measurement of yes or no: its kind and parameters are carried in the columns that CIS does not read", string(a.Kind))
	}
	if a.Max == 0 {
		note("cis_no_marks", "CIS may refuse an aspect of 0 marks: enter the penalty there by hand", string(a.Kind))
	}
	if a.Agreement != nil {
		note("cis_not_read", "carried in the column of further data, which CIS does not read: agreement of the panel", "agreement")
	}
}
