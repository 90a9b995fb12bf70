package exchange

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
)

// levelColumns are the places of one level of ranges; -1 for none.
type levelColumns struct{ code, name, weight int }

// outlineLayout says where the columns of an outline stand.
type outlineLayout struct {
	first      int // number of the first data row
	levels     []levelColumns
	pointCode  int
	pointName  int
	importance int
	names      map[int]string // header of a column, for the report
}

// fixedLayout is the national layout by position, for sheets whose header rows
// do not name the columns.
func fixedLayout() *outlineLayout {
	return &outlineLayout{
		first:     4,
		levels:    []levelColumns{{0, 1, -1}, {2, 3, 4}, {5, 6, 7}, {8, 9, 10}},
		pointCode: 11, pointName: 12, importance: 13,
		names: map[int]string{0: "一级代码", 1: "一级名称", 2: "二级代码", 3: "二级名称", 4: "二级比重", 5: "三级代码", 6: "三级名称",
			7: "三级比重", 8: "四级代码", 9: "四级名称", 10: "四级比重", 11: "鉴定点代码", 12: "鉴定点名称", 13: "重要程度"},
	}
}

// findLayout recognises the columns of a sheet, given its filled rows and
// their numbers: by header rows if they name the columns, else by position.
// nil when the sheet is no outline.
func findLayout(numbers []int, rows [][]string) *outlineLayout {
	for i := range min(len(rows), headerWithin) {
		if !namesFields(rows[i]) {
			continue
		}
		groups := make([][]string, 0, i)
		for _, r := range rows[:i] {
			groups = append(groups, carryRight(r, len(rows[i])))
		}
		if l := layoutOf(groups, rows[i]); l != nil {
			l.first = numbers[i] + 1
			return l
		}
	}
	fixed := fixedLayout()
	for i, r := range rows {
		if numbers[i] >= fixed.first && Text(cell(r, fixed.pointName)) != "" && Text(cell(r, fixed.levels[0].name)) != "" {
			return fixed
		}
	}
	return nil
}

var (
	levelWord  = regexp.MustCompile(`([一二三四五六1-6])级`)
	pointWord  = regexp.MustCompile(`(?:鉴定|考核|考评|知识)点`)
	codeWord   = regexp.MustCompile(`代码|编码|编号`)
	nameWord   = regexp.MustCompile(`名称|内容`)
	weightWord = regexp.MustCompile(`比重|权重|比例`)
	gradeWord  = regexp.MustCompile(`重要`)
)

// namesFields reports whether a row is the lowest header row: at least one
// cell for a name and one for a code or weight.
func namesFields(row []string) bool {
	name := slices.ContainsFunc(row, func(s string) bool { return nameWord.MatchString(Text(s)) })
	other := slices.ContainsFunc(row, func(s string) bool {
		return codeWord.MatchString(Text(s)) || weightWord.MatchString(Text(s))
	})
	return name && other
}

// carryRight fills the blank cells of a row of groups from the left, as a
// merged cell shows. A row with one filled cell is a title and groups nothing.
func carryRight(row []string, width int) []string {
	filled := 0
	for _, s := range row {
		if Text(s) != "" {
			filled++
		}
	}
	groups := make([]string, width)
	if filled < 2 {
		return groups
	}
	last := ""
	for i := range groups {
		if s := Compact(cell(row, i)); s != "" {
			last = s
		}
		groups[i] = last
	}
	return groups
}

// layoutOf reads the columns from the lowest header row and the groups above.
func layoutOf(groups [][]string, fields []string) *outlineLayout {
	l := &outlineLayout{pointCode: -1, pointName: -1, importance: -1, names: map[int]string{}}
	levels := map[int]levelColumns{}
	for i := range fields {
		field := Compact(fields[i])
		group := ""
		for _, g := range groups {
			group += cell(g, i)
		}
		l.names[i] = strings.TrimSpace(group + " " + field)
		switch m := levelWord.FindStringSubmatch(field + " " + group); {
		case gradeWord.MatchString(field) || field == "" && gradeWord.MatchString(group):
			l.importance = i
		case pointWord.MatchString(field) || m == nil && pointWord.MatchString(group):
			if codeWord.MatchString(field) {
				l.pointCode = i
			} else if nameWord.MatchString(field) || field == "" || l.pointName < 0 {
				l.pointName = i
			}
		case m != nil:
			level := strings.IndexRune("一二三四五六", []rune(m[1])[0]) / len("一")
			if m[1] >= "1" && m[1] <= "6" {
				level = int(m[1][0] - '1')
			}
			c, ok := levels[level]
			if !ok {
				c = levelColumns{-1, -1, -1}
			}
			switch {
			case codeWord.MatchString(field):
				c.code = i
			case weightWord.MatchString(field):
				c.weight = i
			default:
				c.name = i
			}
			levels[level] = c
		}
	}
	for level := range bank.MaxDepth {
		c, ok := levels[level]
		if !ok || c.name < 0 {
			break
		}
		l.levels = append(l.levels, c)
	}
	if len(l.levels) == 0 || l.pointName < 0 {
		return nil
	}
	return l
}
