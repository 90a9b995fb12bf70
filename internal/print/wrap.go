package print

import (
	"strings"
	"unicode"
)

// Signs that may not begin or end a line (禁则). After GB/T 15834 closing
// marks never begin a line and opening marks never end one; dashes and
// ellipses, which take two places, are not cut.
const (
	notFirst = "，。、；：？！）》」』】〕〉〗”’%‰℃°·…—～,.;:?!)]}>/"
	notLast  = "（《「『【〔〈〖“‘([{<￥$#№"
)

// wrap breaks text into lines of at most limit, measured by advance. Latin
// words and numbers stay whole when they fit on a line; newlines break. A line
// holds at least one character. Text without characters is one empty line.
func wrap(text string, limit int, advance func(rune) int) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, wrapOne([]rune(strings.TrimRight(paragraph, " ")), limit, advance)...)
	}
	return lines
}

func wrapOne(rs []rune, limit int, advance func(rune) int) []string {
	var lines []string
	start, last, width := 0, 0, 0 // last: where the line may break, 0 if nowhere
	for i := 0; i < len(rs); i++ {
		if i > start && mayBreak(rs[i-1], rs[i]) {
			last = i
		}
		width += advance(rs[i])
		if width <= limit || i == start || rs[i] == ' ' {
			continue
		}
		if last <= start {
			last = i // a word longer than the line
		}
		lines = append(lines, strings.TrimRight(string(rs[start:last]), " "))
		for last < len(rs) && rs[last] == ' ' {
			last++
		}
		start, i, width = last, last-1, 0
	}
	return append(lines, string(rs[start:]))
}

// mayBreak reports whether a line may end with a and the next begin with b.
func mayBreak(a, b rune) bool {
	switch {
	case b == ' ':
		return false // spaces hang at the end
	case strings.ContainsRune(notFirst, b), strings.ContainsRune(notLast, a):
		return false
	case a == ' ':
		return true
	case inWord(a) && inWord(b):
		return false
	}
	return true
}

// inWord reports whether the character belongs to a Latin word or a number.
func inWord(r rune) bool {
	return r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_+*=.'@&", r))
}
