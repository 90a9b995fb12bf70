package main

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// optionColumns is how many option columns the workbook has, A to E.
const optionColumns = 5

// questionsBook writes the questions, one a row. Most cells are written as the
// layout asks; some are written in other ways that people use, spread over the
// rows by their number, so that the demo import meets what real files hold.
func questionsBook(src source) (*excelize.File, error) {
	s := newSheet()
	header := []any{"试题GUID", "题型(必填)", "题干(必填)", "答案"}
	for i := range optionColumns {
		header = append(header, "选项"+letter(i))
	}
	for _, n := range []string{"一", "二", "三", "四", "五", "六"} {
		header = append(header, "知识点"+n+"级")
	}
	s.row(1, append(header, "难度", "一致性", "分数", "解析", "出处")...)
	for i, q := range src.questions {
		s.row(i+2, questionRow(i, q)...)
	}
	s.look(1, 14, 10, 60, 8, 24, 24, 24, 24, 24, 14, 24, 24, 30, 10, 10, 6, 8, 6, 60, 30)
	return s.done()
}

// questionRow returns the cells of the question at a place in the file.
func questionRow(place int, q question) []any {
	cells := []any{q.id, kindCell(place, q.kind), stemCell(place, q.stem), answerCell(place, q)}
	for i := range optionColumns {
		if i < len(q.options) {
			cells = append(cells, optionCell(place, i, q.options[i]))
		} else {
			cells = append(cells, nil)
		}
	}
	for _, l := range q.point.levels {
		cells = append(cells, l.name)
	}
	cells = append(cells, pointCell(place, q.point), nil, nil)
	return append(cells, q.difficulty, nil, q.score, q.explanation, q.source)
}

// every reports whether a place is one of those, one in n, that get a variant;
// different shifts choose different places.
func every(place, n, shift int) bool { return place%n == shift }

func kindCell(place int, kind string) string {
	switch {
	case every(place, 17, 4):
		return kind
	case every(place, 29, 7):
		return map[string]string{single: "单项选择题", multiple: "多项选择题", truth: "是非题"}[kind]
	}
	return kind + "题"
}

func stemCell(place int, stem string) string {
	switch {
	case every(place, 19, 3):
		return strings.ReplaceAll(stem, "（ ）", "(    )")
	case every(place, 31, 8):
		return "　" + stem + " "
	}
	return stem
}

func answerCell(place int, q question) string {
	if q.kind == truth {
		words := map[string][]string{"√": {"√", "√", "√", "对", "√", "正确"}, "×": {"×", "×", "错", "×", "×", "错误"}}[q.answer]
		return words[place%len(words)]
	}
	switch {
	case every(place, 7, 2):
		return fullWidth(q.answer)
	case q.kind == multiple && every(place, 5, 1):
		return strings.Join(strings.Split(q.answer, ""), ",")
	case q.kind == multiple && every(place, 5, 3):
		return strings.Join(strings.Split(q.answer, ""), "、")
	}
	return q.answer
}

func optionCell(place, option int, text string) string {
	switch {
	case every(place, 11, 5):
		return letter(option) + "、" + text
	case every(place, 23, 9):
		return "（" + letter(option) + "）" + text
	case every(place, 37, 10):
		return fullWidth(letter(option)) + "．" + text
	}
	return text
}

// pointCell gives the point by name, or by code and name together.
func pointCell(place int, p point) string {
	if every(place, 13, 6) {
		return p.code + p.name
	}
	return p.name
}

func letter(i int) string { return string(rune('A' + i)) }

// fullWidth writes ASCII letters as their full-width forms.
func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r - 'A' + 'Ａ'
		}
		return r
	}, s)
}
