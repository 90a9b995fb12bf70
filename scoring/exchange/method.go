package exchange

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// methodOf writes a kind of aspect as 评分方式 does.
func methodOf(k scoring.Kind) string {
	switch k {
	case scoring.KindBinary:
		return "测量（是否）"
	case scoring.KindStepped:
		return "测量（分档）"
	case scoring.KindTolerance:
		return "测量（公差）"
	case scoring.KindLinear:
		return "扣分（每处）"
	case scoring.KindPoints:
		return "测量（打分）"
	case scoring.KindJudgement:
		return "评价"
	case scoring.KindPot:
		return "扣分（清单）"
	case scoring.KindPenalty:
		return "违规扣分"
	case scoring.KindHitList:
		return "测量（查找）"
	case scoring.KindTimeTable:
		return "测量（计时）"
	}
	return string(k)
}

// method is what a word of 评分方式 says: a kind, or a family of kinds whose
// member the other columns name.
type method string

const (
	measured method = "measured" // 测量: the kind follows from 评分参数 and 评分步长
	deducted method = "deducted" // 扣分: each error, or a list
	unstated method = ""
)

var methodWords = map[string]method{
	"测量": measured, "客观": measured, "测量分": measured, "客观分": measured, "M": measured,
	"扣分": deducted, "减分": deducted,

	"是否": method(scoring.KindBinary), "是/否": method(scoring.KindBinary), "合格": method(scoring.KindBinary), "二值": method(scoring.KindBinary),
	"分档": method(scoring.KindStepped), "分级": method(scoring.KindStepped), "选项": method(scoring.KindStepped),
	"公差": method(scoring.KindTolerance), "尺寸": method(scoring.KindTolerance), "测量值": method(scoring.KindTolerance),
	"每处": method(scoring.KindLinear), "线性扣分": method(scoring.KindLinear), "逐处扣分": method(scoring.KindLinear),
	"打分": method(scoring.KindPoints), "给分": method(scoring.KindPoints), "赋分": method(scoring.KindPoints), "步长": method(scoring.KindPoints),
	"评价": method(scoring.KindJudgement), "评价分": method(scoring.KindJudgement), "主观": method(scoring.KindJudgement),
	"主观分": method(scoring.KindJudgement), "评判": method(scoring.KindJudgement), "J": method(scoring.KindJudgement),
	"清单": method(scoring.KindPot), "扣分清单": method(scoring.KindPot), "扣分项": method(scoring.KindPot),
	"违规": method(scoring.KindPenalty), "违规扣分": method(scoring.KindPenalty), "倒扣": method(scoring.KindPenalty),
	"查找": method(scoring.KindHitList), "查错": method(scoring.KindHitList), "缺陷查找": method(scoring.KindHitList),
	"计时": method(scoring.KindTimeTable), "时间": method(scoring.KindTimeTable), "时间分": method(scoring.KindTimeTable),
}

// parseMethod reads a cell of 评分方式; ok is false for a word that is not
// known.
func parseMethod(text string) (m method, ok bool) {
	word := strings.Trim(compact(text), "*")
	if word == "" {
		return unstated, true
	}
	for _, k := range scoring.Kinds() {
		if strings.EqualFold(word, string(k)) {
			return method(k), true
		}
	}
	// "测量（是否）" and "测量-是否" name family and member; the member decides.
	family, member, two := strings.Cut(strings.NewReplacer("(", "-", ")", "", "—", "-", "/", "-", ":", "-").Replace(word), "-")
	if two && word != "是/否" {
		if _, known := methodWords[family]; known {
			word = member
		}
	}
	m, ok = methodWords[word]
	return m, ok
}

// parseParams sets the parameters of an aspect whose kind is known from
// 评分参数. bad is what could not be read of it.
func parseParams(a *scoring.Aspect, text string) (bad string) {
	var list []entry
	switch a.Kind {
	case scoring.KindBinary, scoring.KindPoints:
		return clean(text) // they have none here
	case scoring.KindStepped:
		a.Steps, bad = parseSteps(text)
	case scoring.KindTolerance:
		t, ok := parseTolerance(text)
		if !ok {
			return cmp.Or(clean(text), "±")
		}
		a.Tolerance = &t
	case scoring.KindLinear:
		each, ok := parsePerError(text)
		if !ok {
			return cmp.Or(clean(text), "扣")
		}
		a.Linear = &scoring.Linear{PerError: each}
	case scoring.KindJudgement:
		a.Descriptors, bad = parseDescriptors(text)
	case scoring.KindPot, scoring.KindPenalty:
		list, bad = parseEntries(text)
		for _, e := range list {
			a.Deductions = append(a.Deductions, scoring.Deduction{ID: scoring.DeductionID(e.id), Label: e.label, Marks: e.marks, MaxCount: e.count})
		}
	case scoring.KindHitList:
		var l scoring.HitList
		l, bad = parseHitList(text)
		a.HitList = &l
	case scoring.KindTimeTable:
		var t scoring.TimeTable
		t, bad = parseTimeTable(text)
		a.TimeTable = &t
	}
	return bad
}

// formatParams writes the parameters of an aspect. ok is false where the
// notation cannot hold them exactly, such as a label with spaces at its ends;
// they then go into the column of further data.
func formatParams(a scoring.Aspect) (text string, ok bool) {
	switch a.Kind {
	case scoring.KindBinary, scoring.KindPoints:
		return "", true
	case scoring.KindStepped:
		text = formatEntries(stepEntries(a.Steps), true)
	case scoring.KindTolerance:
		text = formatTolerance(*a.Tolerance)
	case scoring.KindLinear:
		text = formatPerError(a.Linear.PerError)
	case scoring.KindJudgement:
		text = formatDescriptors(a.Descriptors)
	case scoring.KindPot, scoring.KindPenalty:
		list := make([]entry, len(a.Deductions))
		for i, d := range a.Deductions {
			list[i] = entry{id: string(d.ID), marks: d.Marks, count: d.MaxCount, label: d.Label}
		}
		text = formatEntries(list, true)
	case scoring.KindHitList:
		text = formatHitList(*a.HitList)
	case scoring.KindTimeTable:
		text = formatTimeTable(*a.TimeTable)
	}
	again := scoring.Aspect{Kind: a.Kind}
	bad := parseParams(&again, text)
	return text, bad == "" && len([]rune(text)) <= maxText && reflect.DeepEqual(again, parametersOf(a))
}

// parametersOf is an aspect with nothing but its kind and the parameters that
// the notation has.
func parametersOf(a scoring.Aspect) scoring.Aspect {
	return scoring.Aspect{Kind: a.Kind, Steps: a.Steps, Tolerance: a.Tolerance, Linear: a.Linear,
		Descriptors: a.Descriptors, Deductions: a.Deductions, HitList: a.HitList, TimeTable: a.TimeTable}
}

// withoutParameters is what is left when the notation carries the parameters.
func withoutParameters(a scoring.Aspect) scoring.Aspect {
	a.Steps, a.Tolerance, a.Linear, a.Descriptors, a.Deductions, a.HitList, a.TimeTable = nil, nil, nil, nil, nil, nil, nil
	return a
}
