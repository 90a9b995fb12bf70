package resultbook

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// fillIn says how a judge fills an aspect in on paper, a choice or blank a
// line.
func fillIn(a scoring.Aspect) []string {
	switch a.Kind {
	case scoring.KindBinary:
		return []string{tick + "符合（" + amount(a.Max) + "）　" + tick + "不符合（0）"}
	case scoring.KindStepped:
		return []string{boxes(a.Steps)}
	case scoring.KindTolerance:
		return []string{"合格范围：" + within(*a.Tolerance), "实测值：____________ " + a.Tolerance.Unit}
	case scoring.KindLinear:
		return []string{"每处扣 " + amount(a.Linear.PerError) + "，扣完为止", "错误：________ 处"}
	case scoring.KindPoints:
		return []string{"0—" + amount(a.Max) + "，步长 " + amount(a.Points.Step), "得分：____________"}
	case scoring.KindJudgement:
		var lines []string
		for level, text := range a.Descriptors {
			lines = append(lines, fmt.Sprintf("%s%d　%s", tick, level, text.ZH))
		}
		return lines
	case scoring.KindPot, scoring.KindPenalty:
		return deductions(a)
	case scoring.KindHitList:
		return hitLines(*a.HitList)
	case scoring.KindTimeTable:
		return timeLines(*a.TimeTable)
	}
	return nil
}

// tick is the place for a tick by hand.
const tick = "〔　〕"

// boxes are steps to tick, on one line if they fit.
func boxes(steps []scoring.Step) string {
	parts := make([]string, len(steps))
	for i, s := range steps {
		parts[i] = tick + s.Label.ZH + "（" + amount(s.Marks) + "）"
	}
	if line := strings.Join(parts, "　"); len([]rune(line)) <= 24 {
		return line
	}
	return joinLines(parts)
}

// quantity writes an integer with implied decimal places: 8000 by 2 is "80.00".
func quantity(n int64, decimals int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if decimals == 0 {
		return sign + s
	}
	if len(s) <= decimals {
		s = strings.Repeat("0", decimals+1-len(s)) + s
	}
	return sign + s[:len(s)-decimals] + "." + s[len(s)-decimals:]
}

// within writes the range of a tolerance: "79.80—80.20 mm", "≥ 1 MΩ".
func within(t scoring.Tolerance) string {
	switch {
	case t.Minus != nil && t.Plus != nil:
		return quantity(t.Nominal-*t.Minus, t.Decimals) + "—" + quantity(t.Nominal+*t.Plus, t.Decimals) + " " + t.Unit
	case t.Minus != nil:
		return "≥ " + quantity(t.Nominal-*t.Minus, t.Decimals) + " " + t.Unit
	case t.Plus != nil:
		return "≤ " + quantity(t.Nominal+*t.Plus, t.Decimals) + " " + t.Unit
	}
	return quantity(t.Nominal, t.Decimals) + " " + t.Unit
}

func deductions(a scoring.Aspect) []string {
	var lines []string
	for _, x := range a.Deductions {
		line := x.Label.ZH + "，每次扣 " + amount(x.Marks)
		if x.MaxCount > 0 {
			line += fmt.Sprintf("（最多 %d 次）", x.MaxCount)
		}
		lines = append(lines, line+"：______ 次")
	}
	return lines
}

func hitLines(l scoring.HitList) []string {
	var lines []string
	for _, h := range l.Items {
		lines = append(lines, h.Label.ZH+"　"+boxes(l.StepsOf(h)))
	}
	if f := l.FalseAlarms; f != nil {
		lines = append(lines, fmt.Sprintf("误报：______ 处（满 %s，每处扣 %s，扣完为止）", amount(f.Max), amount(f.Each)))
	}
	return lines
}

func timeLines(t scoring.TimeTable) []string {
	var rows []string
	for _, r := range t.Rows {
		rows = append(rows, "≤"+duration(r.UpToMS)+" "+amount(r.Marks))
	}
	lines := []string{strings.Join(rows, "；") + "；超过 " + amount(t.Above)}
	if t.Source == scoring.TimeByClock {
		return append(lines, "由赛位计时器计时，裁判员不填")
	}
	return append(lines, "用时：______ 分 ______ 秒")
}

// duration writes milliseconds as the trade does: "15分", "20分05秒",
// "3分07.250秒", whole hours as "2小时".
func duration(ms int64) string {
	minutes, seconds, rest := ms/60_000, ms/1000%60, ms%1000
	switch {
	case ms >= 3_600_000 && ms%3_600_000 == 0:
		return fmt.Sprintf("%d小时", ms/3_600_000)
	case rest > 0:
		return fmt.Sprintf("%d分%02d.%03d秒", minutes, seconds, rest)
	case seconds > 0:
		return fmt.Sprintf("%d分%02d秒", minutes, seconds)
	}
	return fmt.Sprintf("%d分", minutes)
}

// observed writes what a judge saw; "" for a blank.
func observed(a scoring.Aspect, o scoring.Observation) string {
	switch {
	case o.Met != nil && *o.Met:
		return "符合"
	case o.Met != nil:
		return "不符合"
	case o.Step != nil:
		return stepName(a.Steps, *o.Step)
	case o.Measured != nil:
		return quantity(*o.Measured, decimalsOf(a))
	case o.Errors != nil:
		return fmt.Sprintf("错 %d 处", *o.Errors)
	case o.Points != nil:
		return amount(*o.Points)
	case o.Level != nil:
		return fmt.Sprintf("%d 级", *o.Level)
	case o.Deductions != nil:
		return taken(a, o.Deductions)
	case o.Hits != nil:
		return found(a, *o.Hits)
	case o.TimeMS != nil:
		return duration(*o.TimeMS)
	}
	return ""
}

func decimalsOf(a scoring.Aspect) int {
	if a.Tolerance == nil {
		return 0
	}
	return a.Tolerance.Decimals
}

// stepName is a step's label, or its id where the scheme has none such.
func stepName(steps []scoring.Step, id scoring.StepID) string {
	for _, s := range steps {
		if s.ID == id {
			return s.Label.ZH
		}
	}
	return string(id)
}

// taken lists the deductions that were taken, in the order of the aspect.
func taken(a scoring.Aspect, times map[scoring.DeductionID]int) string {
	var parts []string
	for _, d := range a.Deductions {
		switch n := times[d.ID]; {
		case n == 1:
			parts = append(parts, d.Label.ZH)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%s×%d", d.Label.ZH, n))
		}
	}
	if len(parts) == 0 {
		return "无"
	}
	return strings.Join(parts, "、")
}

// found lists the marks of a hit list by item, and the false alarms.
func found(a scoring.Aspect, h scoring.Hits) string {
	if a.HitList == nil {
		return ""
	}
	var parts []string
	for _, item := range a.HitList.Items {
		step, ok := h.Steps[item.ID]
		if !ok {
			continue
		}
		text := string(step)
		for _, s := range a.HitList.StepsOf(item) {
			if s.ID == step {
				text = amount(s.Marks)
			}
		}
		parts = append(parts, string(item.ID)+":"+text)
	}
	if h.FalseAlarms != nil {
		parts = append(parts, fmt.Sprintf("误报 %d", *h.FalseAlarms))
	}
	return strings.Join(parts, " ")
}
