package exchange

import (
	"cmp"
	"regexp"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

var (
	subtotalWord = regexp.MustCompile(`^(?:小计|模块小计)$`)
	totalWord    = regexp.MustCompile(`^(?:合计|总计|总分|共计|满分合计|总配分)$`)
	footerWord   = regexp.MustCompile(`签字|签名|裁判[:：]|裁判长|日期[:：]|^备注|^注[:：]|^说明`)
	statedInName = regexp.MustCompile(`^((?s:.+?)) ?[(（] ?([0-9０-９]{1,5}(?:[.．][0-9０-９]{1,2})?) ?分[)）]$`)
)

// subName is a name without the amount in brackets at its end: "工艺卡（6分）".
func subName(text string) string {
	text = clean(text)
	if m := statedInName.FindStringSubmatch(text); m != nil {
		return clean(m[1])
	}
	return text
}

// line reads one row below the header.
func (r *tableReader) line(line row) {
	h, at := r.header, place{r.g.sheet, line.number}
	if line.hidden {
		r.bad(at, -1, "row_hidden", "the row is hidden; show it or delete it")
		return
	}
	if r.totalLine(line) || r.footer(line, at) {
		return
	}
	if text := h.text(line, colModule); text != "" {
		r.enter(text, at, h.at[colModule])
	} else if r.module < 0 {
		r.enterDefault(at)
	}
	if s := r.amount(line, colTotal); s != nil {
		r.modules = append(r.modules, statedModule{r.module, *s})
	}
	r.group(line, at)
	switch {
	case h.text(line, colAspect) != "":
		r.aspect(line, at)
	case r.continued(line):
	case h.text(line, colSub) != "" || h.text(line, colSubID) != "":
		if s := r.amount(line, colMax); s != nil {
			r.subs = append(r.subs, subStated{r.module, r.sub, *s})
		}
	default:
		r.otherLine(line, at)
	}
	r.noteForm(line, at)
}

// enterDefault opens the module that the head names, or the sheet.
func (r *tableReader) enterDefault(at place) {
	for _, word := range []string{"评分模块", "模块"} {
		if l, ok := r.labels[word]; ok {
			r.enter(l.text, l.at, l.column)
			return
		}
	}
	r.enter(r.g.sheet, at, -1)
}

// totalLine checks a row of totals; false when the row is none.
func (r *tableReader) totalLine(line row) bool {
	first := ""
	for i, text := range line.cells {
		if first = compact(text); first != "" && i != r.header.at[colMax] {
			break
		}
	}
	sub, total := subtotalWord.MatchString(first), totalWord.MatchString(first)
	if !sub && !total {
		return false
	}
	s := r.amount(line, colMax)
	switch {
	case s == nil:
	case sub && r.sub >= 0:
		r.subs = append(r.subs, subStated{r.module, r.sub, *s})
	case sub:
		r.bad(s.at, s.column, "row_unclear", "a subtotal needs lines above it")
	default:
		if s.marks != r.sums.part && s.marks != r.sums.sheet {
			r.differs(*s, first, r.sums.part)
		}
		r.sums.part = 0
	}
	return true
}

// group opens the sub-criterion of a row, unless it goes on with the one above.
func (r *tableReader) group(line row, at place) {
	h := r.header
	code, name := half(h.text(line, colSubID)), h.text(line, colSub)
	same := r.sub >= 0 && (code == "" || code == r.subCode) && (name == "" || name == r.subName)
	if r.sub < 0 && code == "" && name == "" {
		if h.text(line, colAspect) == "" {
			return
		}
		same = false
	}
	if !same {
		r.openSub(line, at, code, name)
	}
	if s := r.amount(line, colSubMax); s != nil && r.sub >= 0 {
		r.subs = append(r.subs, subStated{r.module, r.sub, *s})
	}
}

func (r *tableReader) openSub(line row, at place, code, name string) {
	h := r.header
	m := &r.scheme.Modules[r.module]
	sc := scoring.SubCriterion{}
	if !takeRest(h.text(line, colSubData), &sc) {
		r.bad(at, h.at[colSubData], "data_malformed", dataMessage)
	}
	shown, prefixed := subName(name), ""
	if h.at[colSubID] < 0 {
		prefixed, shown = codeInName(string(m.ID), shown)
	}
	if shown == "" {
		shown = m.Name.ZH // a sheet of one level
	}
	sc.ID = scoring.SubCriterionID(mergeID(cmp.Or(code, prefixed), string(sc.ID), string(m.ID)+strconv.Itoa(len(m.SubCriteria)+1)))
	sc.Name = r.merged(shown, sc.Name, subName, at, h.at[colSub])
	sc.Aspects = []scoring.Aspect{}
	if text := h.text(line, colDay); text != "" {
		n, ok := parseCount(text)
		if !ok || n == 0 {
			r.bad(at, h.at[colDay], "day_malformed", "the day of marking is a whole number from 1", "value", text)
		}
		sc.Day = n
	}
	r.sub, r.subCode, r.subName = len(m.SubCriteria), code, name
	m.SubCriteria = append(m.SubCriteria, sc)
	r.places[subPath(r.module, r.sub)] = at
	if f := statedInName.FindStringSubmatch(name); f != nil {
		if marks, state := parseMarks(f[2]); state == numberOK && sc.Name.ZH == shown {
			r.subs = append(r.subs, subStated{r.module, r.sub, stated{marks, at, h.at[colSub]}})
		}
	}
}

var codePrefix = regexp.MustCompile(`^([A-Z][0-9A-Z.-]{0,15}[0-9][0-9A-Z.-]{0,6})[\s:：、]+((?s:.+))$`)

// codeInName parts "C14 工艺卡" of module C into code and name.
func codeInName(module, text string) (code, name string) {
	m := codePrefix.FindStringSubmatch(text)
	if m == nil || len(m[1]) <= len(module) || m[1][:len(module)] != module {
		return "", text
	}
	return m[1], clean(m[2])
}

// continued adds a row whose line is merged with the one above: a further
// sentence of its standard.
func (r *tableReader) continued(line row) bool {
	merged, ok := r.g.mergedAt(r.header.at[colAspect], line.number)
	if !ok || merged.top == line.number || r.module < 0 || r.sub < 0 {
		return false
	}
	list := r.scheme.Modules[r.module].SubCriteria[r.sub].Aspects
	text := r.header.text(line, colStandard)
	if len(list) == 0 {
		return false
	}
	at := place{r.g.sheet, line.number}
	if r.amount(line, colMax) != nil {
		r.bad(at, r.header.at[colMax], "marks_of_part", "the line is merged with the one above but has marks of its own; part the merged cells, or the marks")
	}
	if text != "" {
		d := &list[len(list)-1].Description
		d.ZH = clean(d.ZH + "\n" + text)
	}
	return true
}

// footer passes over signatures and notes with a word.
func (r *tableReader) footer(line row, at place) bool {
	if r.header.text(line, colAspect) != "" || r.header.text(line, colMax) != "" {
		return false
	}
	for i, text := range line.cells {
		if footerWord.MatchString(clean(text)) {
			r.warn(at, i, "row_not_read", "the row is no line of the scheme and was not read", "text", clean(text))
			return true
		}
	}
	return false
}

// otherLine complains of what could have been a line.
func (r *tableReader) otherLine(line row, at place) {
	for c, i := range r.header.at {
		if i >= 0 && tableColumn(c) != colScore && tableColumn(c) != colFilled && tableColumn(c) != colModule && clean(cell(line.cells, i)) != "" {
			r.bad(at, i, "row_unclear", "the row has no 二级指标; complete or delete it")
			return
		}
	}
}

// noteForm says what of a row belongs to the filled form and was not read.
func (r *tableReader) noteForm(line row, at place) {
	if r.header.text(line, colScore) != "" {
		r.warn(at, r.header.at[colScore], "score_not_read", "marks that were given are not imported; a scheme has none")
	}
	if text := r.header.text(line, colRemark); text != "" {
		r.warn(at, r.header.at[colRemark], "remark_not_read", "remarks are not imported; write what judges need into 评分标准", "text", text)
	}
}
