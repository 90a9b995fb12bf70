package exchange

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/xinglu/xinglu/bank"
)

var kindWords = map[string]bank.Kind{
	"单选": bank.SingleChoice, "单项选择": bank.SingleChoice, "单选选择": bank.SingleChoice, "选择": bank.SingleChoice,
	"20": bank.SingleChoice, "SINGLE_CHOICE": bank.SingleChoice,
	"多选": bank.MultipleChoice, "多项选择": bank.MultipleChoice, "30": bank.MultipleChoice, "MULTIPLE_CHOICE": bank.MultipleChoice,
	"判断": bank.TrueFalse, "是非": bank.TrueFalse, "正误": bank.TrueFalse, "判断正误": bank.TrueFalse,
	"10": bank.TrueFalse, "TRUE_FALSE": bank.TrueFalse,
	"填空": bank.FillIn, "40": bank.FillIn, "FILL_IN": bank.FillIn,
	"排序": bank.Ordering, "ORDERING": bank.Ordering,
	"匹配": bank.Matching, "连线": bank.Matching, "配对": bank.Matching, "配伍": bank.Matching, "MATCHING": bank.Matching,
	"简答": bank.ShortAnswer, "问答": bank.ShortAnswer, "名词解释": bank.ShortAnswer, "50": bank.ShortAnswer, "SHORT_ANSWER": bank.ShortAnswer,
	"计算": bank.Calculation, "70": bank.Calculation, "CALCULATION": bank.Calculation,
	"论述": bank.Essay, "80": bank.Essay, "ESSAY": bank.Essay,
	"案例分析": bank.Case, "案例": bank.Case, "组合": bank.Case, "综合": bank.Case, "60": bank.Case, "90": bank.Case, "CASE": bank.Case,
}

// otherKinds are kinds of the trade that this importer does not take.
var otherKinds = []string{"绘图", "不定项选择", "操作"}

// ParseKind reads a cell of 题型: "单选题", "多项选择", "判断", "连线题", or the
// numbers of the national enumeration 10 to 90. code is "" or what is wrong:
// kind_missing, kind_unsupported, kind_unknown.
func ParseKind(s string) (k bank.Kind, code string) {
	word := strings.TrimSuffix(Compact(s), "题")
	if k, ok := kindWords[word]; ok {
		return k, ""
	}
	switch {
	case word == "":
		return "", "kind_missing"
	case slices.Contains(otherKinds, word):
		return "", "kind_unsupported"
	}
	return "", "kind_unknown"
}

// answerWord is what may stand in front of an answer.
var answerWord = regexp.MustCompile(`^(?:正确|标准|参考)?答案(?:是|为)?:?`)

// ParseLetters reads the answer of a choice question, "ABD", "A,B,D", "A、B",
// "Ａ", as positions counted from 0, ascending. code is "" or what is wrong:
// key_missing, key_form (not letters A to H), key_letter_repeated,
// key_outside_options (a letter beyond the given number of options).
func ParseLetters(s string, options int) (positions []int, code string) {
	s = answerWord.ReplaceAllString(Compact(s), "")
	for _, r := range s {
		switch {
		case r >= 'A' && r < 'A'+bank.MaxOptions:
			positions = append(positions, int(r-'A'))
		case strings.ContainsRune(",，、;；/|和与及.。()[]【】", r):
		default:
			return nil, "key_form"
		}
	}
	if len(positions) == 0 {
		if s != "" {
			return nil, "key_form"
		}
		return nil, "key_missing"
	}
	slices.Sort(positions)
	if len(slices.Compact(slices.Clone(positions))) != len(positions) {
		return nil, "key_letter_repeated"
	}
	if positions[len(positions)-1] >= options {
		return nil, "key_outside_options"
	}
	return positions, ""
}

var (
	pair    = regexp.MustCompile(`([0-9]{1,2})[-:=→.、)]*([A-Z])`)
	between = strings.NewReplacer(",", "", "、", "", ";", "", "/", "", "|", "", "→", "", ">", "", "-", "", ".", "", "。", "", "<", "", "=", "")
)

// ParseSequence reads the answer of an ordering question, "CABD", "C→A→B→D",
// or of a matching question, "C,A,B" in the order of the left column or
// "1-C，2-A，3-B", as positions counted from 0. code is "" or what is wrong:
// key_missing, key_form, key_outside_options.
func ParseSequence(s string, options int) (positions []int, code string) {
	s = answerWord.ReplaceAllString(Compact(s), "")
	if s == "" {
		return nil, "key_missing"
	}
	if pairs := pair.FindAllStringSubmatch(s, -1); pairs != nil {
		letters := make([]string, len(pairs))
		for _, m := range pairs {
			n, err := strconv.Atoi(m[1])
			if err != nil || n < 1 || n > len(pairs) || letters[n-1] != "" {
				return nil, "key_form"
			}
			letters[n-1] = m[2]
		}
		if between.Replace(pair.ReplaceAllString(s, "")) != "" {
			return nil, "key_form"
		}
		s = strings.Join(letters, "")
	}
	for _, r := range between.Replace(s) {
		switch {
		case r < 'A' || r >= 'A'+bank.MaxOptions:
			return nil, "key_form"
		case int(r-'A') >= options:
			return nil, "key_outside_options"
		}
		positions = append(positions, int(r-'A'))
	}
	if positions == nil {
		return nil, "key_form"
	}
	return positions, ""
}

var (
	trueWords  = []string{"√", "✓", "✔", "☑", "对", "正确", "是", "T", "TRUE", "Y", "YES", "V"}
	falseWords = []string{"×", "✗", "✘", "☒", "╳", "X", "错", "错误", "不对", "不正确", "否", "F", "FALSE", "N", "NO"}
)

// ParseTruth reads the answer of a true/false question: √ × 对 错 正确 错误 T F
// Y N and the like. A and B mean the first and the second option, which are
// true and false unless swapped. code is "" or key_missing or key_form.
func ParseTruth(s string, swapped bool) (truth bool, code string) {
	word := strings.Trim(answerWord.ReplaceAllString(Compact(s), ""), "()。.,、")
	switch {
	case word == "":
		return false, "key_missing"
	case word == "A":
		return !swapped, ""
	case word == "B":
		return swapped, ""
	case slices.Contains(trueWords, word):
		return true, ""
	case slices.Contains(falseWords, word):
		return false, ""
	}
	return false, "key_form"
}

// TakeKeyFromStem finds a key that was written into the blank of the stem,
// "( A )是…" or "…（√）", and returns the stem with the blank empty. found is ""
// when there is none or more than one.
func TakeKeyFromStem(stem string) (found, without string) {
	all := keyInBrackets.FindAllStringSubmatchIndex(stem, 2)
	if len(all) != 1 {
		return "", stem
	}
	m := all[0]
	return stem[m[2]:m[3]], strings.TrimSpace(stem[:m[0]] + "( )" + stem[m[1]:])
}

var (
	aboutAll     = regexp.MustCompile(`^(?:以上|上述|前述|全部|前[两二三四]项).*(?:对|错|正确|错误|是|不是|可以|可|不可)[。.]?$`)
	aboutLetters = regexp.MustCompile(`^[A-H](?:[、,，和与及+ ]*[A-H])+(?:都|均|全|皆|选项)*(?:对|错|正确|错误|是|不对|不正确|不是)?[。.]?$`)
)

// fixedOptions says which options must keep their place: one that speaks of
// all the others stays where it is; when one names letters ("A和B"), all do.
func fixedOptions(texts []string) []bool {
	fixed := make([]bool, len(texts))
	letters := false
	for i, t := range texts {
		fixed[i] = aboutAll.MatchString(t)
		letters = letters || aboutLetters.MatchString(t) && lettersWithin(t, len(texts))
	}
	if letters {
		for i := range fixed {
			fixed[i] = true
		}
	}
	return fixed
}

func lettersWithin(text string, options int) bool {
	for _, r := range text {
		if unicode.IsUpper(r) && int(r-'A') >= options {
			return false
		}
	}
	return true
}
