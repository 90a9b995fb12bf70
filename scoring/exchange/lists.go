package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/xinglu/xinglu/scoring"
)

// A hit list in the notation: steps for all items, items with steps of their
// own below them, the pot of false alarms.
//
//	档 0.00分=未发现
//	档 1.00分=位置准确
//	项 [C1]=走线间距不足 | spacing
//	项 [C2]=缺少阻焊 | solder mask missing
//	误报 2.00分，每个扣1.00分
var falseAlarms = regexp.MustCompile(`^误报\s*([0-9.]+) ?分?[,、 ]*每[个处次]?扣?\s*([0-9.]+) ?分?$`)

// parseHitList reads a hit list; bad is the first line that is none of it.
func parseHitList(text string) (l scoring.HitList, bad string) {
	for _, line := range splitEntries(text) {
		if !takeHitLine(&l, line) {
			return l, line
		}
	}
	return l, ""
}

func takeHitLine(l *scoring.HitList, line string) bool {
	if rest, ok := strings.CutPrefix(line, "档"); ok {
		list := &l.Steps
		if n := len(l.Items); n > 0 {
			list = &l.Items[n-1].Steps
		}
		e, ok := parseEntry(strings.TrimSpace(rest), len(*list)+1, true)
		*list = append(*list, steps([]entry{e})...)
		return ok
	}
	if rest, ok := strings.CutPrefix(line, "项"); ok {
		e, ok := parseEntry(strings.TrimSpace(rest), len(l.Items)+1, false)
		l.Items = append(l.Items, scoring.Hit{ID: scoring.HitID(e.id), Label: e.label})
		return ok
	}
	m := falseAlarms.FindStringSubmatch(width.Fold.String(line))
	if m == nil || l.FalseAlarms != nil {
		return false
	}
	most, state := parseMarks(m[1])
	each, other := parseMarks(m[2])
	l.FalseAlarms = &scoring.FalseAlarms{Max: most, Each: each}
	return state == numberOK && other == numberOK
}

func formatHitList(l scoring.HitList) string {
	var lines []string
	add := func(list []scoring.Step) {
		for i, e := range stepEntries(list) {
			lines = append(lines, "档 "+e.format(escapes, i+1, true))
		}
	}
	add(l.Steps)
	for i, h := range l.Items {
		lines = append(lines, "项 "+entry{id: string(h.ID), label: h.Label}.format(escapes, i+1, false))
		add(h.Steps)
	}
	if f := l.FalseAlarms; f != nil {
		lines = append(lines, "误报 "+f.Max.String()+"分，每个扣"+f.Each.String()+"分")
	}
	return strings.Join(lines, "\n")
}

// A time table in the notation:
//
//	计时 赛位时钟            (or 裁判)
//	基础 1.00分              marks above it only in the share the other aspects have earned
//	≤900秒=10.00分
//	其余=0.00分
//	允许回升                 longer times may earn more
var (
	timeRow   = regexp.MustCompile(`^(?:≤|<=|不超过) ?(\d{1,9})(?:\.(\d{1,3}))? ?秒? ?[=:] ?([0-9.]+) ?分?$`)
	timeAbove = regexp.MustCompile(`^其[余他] ?[=:] ?([0-9.]+) ?分?$`)
	timeBase  = regexp.MustCompile(`^基础 ?[=:]? ?([0-9.]+) ?分?$`)
	timeBy    = regexp.MustCompile(`^计时 ?[=:]? ?(赛位时钟|时钟|裁判)$`)
)

// parseTimeTable reads a time table; bad is the first line that is none of
// it. Without a line 计时 the judges enter the time.
func parseTimeTable(text string) (t scoring.TimeTable, bad string) {
	t.Source = scoring.TimeByJudge
	for _, line := range splitEntries(text) {
		if !takeTimeLine(&t, width.Fold.String(line)) {
			return t, line
		}
	}
	return t, ""
}

func takeTimeLine(t *scoring.TimeTable, line string) bool {
	amount := func(s string, into *scoring.Marks) bool {
		m, state := parseMarks(s)
		*into = m
		return state == numberOK
	}
	if line == "允许回升" {
		t.MayRise = true
		return true
	}
	if m := timeBy.FindStringSubmatch(line); m != nil {
		if m[1] != "裁判" {
			t.Source = scoring.TimeByClock
		}
		return true
	}
	if m := timeBase.FindStringSubmatch(line); m != nil {
		t.Base = new(scoring.Marks)
		return amount(m[1], t.Base)
	}
	if m := timeAbove.FindStringSubmatch(line); m != nil {
		return amount(m[1], &t.Above)
	}
	m := timeRow.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	ms, err := strconv.ParseInt(m[1]+(m[2] + "000")[:3], 10, 64)
	r := scoring.TimeRow{UpToMS: ms}
	ok := amount(m[3], &r.Marks)
	t.Rows = append(t.Rows, r)
	return ok && err == nil
}

func formatTimeTable(t scoring.TimeTable) string {
	by := "裁判"
	if t.Source == scoring.TimeByClock {
		by = "赛位时钟"
	}
	lines := []string{"计时 " + by}
	if t.Base != nil {
		lines = append(lines, "基础 "+t.Base.String()+"分")
	}
	for _, r := range t.Rows {
		seconds := strings.TrimSuffix(strings.TrimRight(unscaled(r.UpToMS, 3), "0"), ".")
		lines = append(lines, "≤"+seconds+"秒="+r.Marks.String()+"分")
	}
	lines = append(lines, "其余="+t.Above.String()+"分")
	if t.MayRise {
		lines = append(lines, "允许回升")
	}
	return strings.Join(lines, "\n")
}
