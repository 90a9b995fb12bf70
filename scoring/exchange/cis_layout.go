package exchange

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/xinglu/xinglu/internal/fault"
)

// cisSheet is the name by which CIS knows the sheet.
const cisSheet = "CIS Marking Scheme Import"

// cisColumn names a column of the CIS sheet, in its order, and then our own.
type cisColumn int

const (
	cisSub cisColumn = iota
	cisSubName
	cisDay
	cisType
	cisAspect
	cisScore
	cisExtra
	cisRequirement
	cisSection
	cisCalculation
	cisMax
	cisOwnID
	cisOwnKind
	cisOwnData
	cisColumns int = iota
)

// cisHeads are the headings as CIS writes them, and ours. L, M and N hold the
// total of the criterion, O stays empty.
var cisHeads = [cisColumns]string{
	"Sub\nCriterion\nID", "Sub Criterion\nName or Description", "Day of Marking", "Aspect\nType\nM = Meas\nJ = Judg",
	"Aspect - Description", "Judg Score", "Extra Aspect Description (Meas or Judg)\nOR\nJudgement Score Description (Judg only)",
	"Requirement\n(Measurement Only)", "WSSS Section", "Calculation Row\n(Export only)", "Max\nMark",
	"Xinglu ID\n(not read by CIS)", "Xinglu Kind\n(not read by CIS)", "Xinglu Data\n(not read by CIS, do not edit)",
}

// Where the columns stand in a sheet that we write, and the cells of totals.
const (
	cisTotalLabel = 11 // L "Criterion A"
	cisTotalWord  = 12 // M "Total Mark"
	cisTotal      = 13 // N
	cisOwnFirst   = 15 // P
)

func cisWritten(c cisColumn) int {
	if c >= cisOwnID {
		return cisOwnFirst + int(c-cisOwnID)
	}
	return int(c)
}

// cisWords recognise a heading by its letters alone; the first that fits wins.
var cisWords = []struct {
	form   *regexp.Regexp
	column cisColumn
}{
	{regexp.MustCompile(`^XINGLUID`), cisOwnID},
	{regexp.MustCompile(`^XINGLUKIND`), cisOwnKind},
	{regexp.MustCompile(`^XINGLUDATA`), cisOwnData},
	{regexp.MustCompile(`^SUBCRITERI(?:ON|A)ID|^КОД$|^КОДПОДКРИТЕРИЯ|^评分项编号`), cisSub},
	{regexp.MustCompile(`^SUBCRITERI(?:ON|A)(?:NAME|DESCR)|^ПОДКРИТЕРИЙ|^НАЗВАНИЕПОДКРИТЕРИЯ|^评分项名称`), cisSubName},
	{regexp.MustCompile(`^DAYOFMARKING|^ДЕНЬ|^评分日`), cisDay},
	{regexp.MustCompile(`^ASPECTTYPE|^ТИПАСПЕКТА|^评分点类型`), cisType},
	{regexp.MustCompile(`^ASPECTDESCR|^АСПЕКТ(?:ОПИСАНИЕ)?$|^评分点描述`), cisAspect},
	{regexp.MustCompile(`^JUDGE?(?:MENT)?SCORE$|^СУДЕЙСКИЙБАЛЛ|^评价等级`), cisScore},
	{regexp.MustCompile(`^EXTRA(?:ASPECT)?DESCR|^(?:JUDGEMENT)?SCOREDESCR|^МЕТОДИКА|^补充说明`), cisExtra},
	{regexp.MustCompile(`^REQUIREMENT|^ТРЕБОВАНИЕ|^要求`), cisRequirement},
	{regexp.MustCompile(`^WS[SO]SSECTION|^РАЗДЕЛ|^ПРОФЗАДАЧА|^标准规范`), cisSection},
	{regexp.MustCompile(`^CALCULATIONROW|^РАСЧЕТ|^计算行`), cisCalculation},
	{regexp.MustCompile(`^MAXMARK|^МАКСБАЛЛ|^МАКСИМАЛЬНЫЙБАЛЛ|^最高分`), cisMax},
}

// letters reduces a heading to its letters, in capitals.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Fold.String(clean(s)))
}

// cisHeader is a recognised header row; it opens the block of a criterion.
type cisHeader struct {
	row
	at        [cisColumns]int // -1 when missing
	criterion string          // "A" of "Criterion A"; "" when the row does not say
	total     int             // column of the criterion's stated total, -1 for none
}

var criterionForm = regexp.MustCompile(`^(?:CRITERION|КРИТЕРИЙ|模块)([A-ZА-Я])$`)

// parseCISHeader recognises a header row: at least two of code, type and
// maximum make one.
func parseCISHeader(r row) *cisHeader {
	h := &cisHeader{row: r, total: -1}
	for i := range h.at {
		h.at[i] = -1
	}
	for i, text := range r.cells {
		word := letters(text)
		if m := criterionForm.FindStringSubmatch(word); m != nil {
			h.criterion = latin(m[1])
			continue
		}
		if word == "TOTALMARK" || word == "ИТОГО" || word == "总分" {
			h.total = i + 1
			continue
		}
		for _, w := range cisWords {
			if h.at[w.column] < 0 && w.form.MatchString(word) {
				h.at[w.column] = i
				break
			}
		}
	}
	sure := 0
	for _, c := range []cisColumn{cisSub, cisType, cisMax} {
		if h.at[c] >= 0 {
			sure++
		}
	}
	if sure < 2 {
		return nil
	}
	return h
}

// missing lists the required columns that a header lacks.
func (h *cisHeader) missing(sheet string) []fault.Field {
	var fields []fault.Field
	for _, c := range []cisColumn{cisSub, cisType, cisAspect, cisMax} {
		if h.at[c] < 0 {
			name := strings.Join(strings.Fields(cisHeads[c]), " ")
			fields = append(fields, fault.Field{Path: sheet, Code: "column_missing",
				Message: "sheet " + sheet + " has no column " + name, Params: map[string]string{"sheet": sheet, "column": name}})
		}
	}
	return fields
}

// lookalikes are the Cyrillic capitals that stand for criteria and codes in
// sheets from Russian keyboards, and the Latin ones they look like or mean.
var lookalikes = strings.NewReplacer("А", "A", "В", "B", "С", "C", "Е", "E", "Н", "H", "К", "K", "М", "M", "О", "O", "Р", "P", "Т", "T", "Х", "X")

func latin(s string) string { return lookalikes.Replace(s) }
