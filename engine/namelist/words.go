package namelist

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

// shortened is how a spreadsheet shows a long number: 3.70191E+17.
var shortened = regexp.MustCompile(`^[0-9.]+[eE]\+[0-9]+$`)

// IDNumber reads an ID number from the row; a number that the spreadsheet has
// shortened is named.
func (r *Row) IDNumber(path string) string {
	number := strings.TrimPrefix(r.Get(path), "'")
	if shortened.MatchString(number) {
		r.Wrong(path, "id_shortened", "the spreadsheet has shortened this number; set the column to text and type the number again")
	}
	return number
}

// None reports whether a cell says that there is none.
func None(s string) bool { return s == "无" || s == "没有" || s == "-" || s == "—" || s == "0" }

var idTypeWords = map[string]exam.IDType{
	"": exam.IDResident, "居民身份证": exam.IDResident, "身份证": exam.IDResident, "二代身份证": exam.IDResident, "港澳台居民居住证": exam.IDResident,
	"护照": exam.IDPassport, "港澳居民来往内地通行证": exam.IDHKMacao, "港澳通行证": exam.IDHKMacao, "回乡证": exam.IDHKMacao,
	"台湾居民来往大陆通行证": exam.IDTaiwan, "台胞证": exam.IDTaiwan, "外国人永久居留身份证": exam.IDForeignCard, "外国人永久居留证": exam.IDForeignCard, "其他": exam.IDOtherLicence,
}

// IDType reads the kind of an identity document; "" is the resident card.
func IDType(s string) (exam.IDType, bool) {
	t, ok := idTypeWords[strings.ReplaceAll(s, " ", "")]
	return t, ok
}

// idAdvice says what to do about each code of exam.CheckID.
var idAdvice = map[string]string{
	"id_type_unknown": "this kind of identity document is not known",
	"id_length":       "the ID number has a wrong length; a resident card has 18 characters",
	"id_character":    "the ID number holds a character that it cannot have",
	"id_birth_date":   "the date of birth in the ID number does not exist",
	"id_checksum":     "the check digit of the ID number is wrong; compare it with the card",
}

// IDAdvice says what to do about a code of exam.CheckID.
func IDAdvice(code string) string { return idAdvice[code] }

// Level reads a level: "3", "三级", "三级/高级工".
func Level(s string) (bank.Level, bool) {
	if l := bank.Level(0); len(s) == 1 {
		l = bank.Level(s[0] - '0')
		return l, l.Valid()
	}
	return bank.LevelIn(s)
}

// Parts splits a list in one cell.
func Parts(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；/+\n", r) || unicode.IsSpace(r) })
}

// WordOf finds the key of a word; "" is not stated, 无 is "none".
func WordOf(of map[string][]string, text string) (string, bool) {
	switch {
	case text == "":
		return "", true
	case None(text):
		return "none", true
	}
	for key, list := range of {
		for _, w := range list {
			if w == text {
				return key, true
			}
		}
	}
	return "", false
}

var dayForms = []string{"2006-1-2", "2006-1", "20060102", "01-02-06"} // the last is how a date cell is shown without a format

// Day reads a day in the usual forms as 2006-01-02; a month alone is its
// first day.
func Day(s string) (string, bool) {
	if s == "" || None(s) {
		return "", true
	}
	s = strings.TrimRight(strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-", " ", "").Replace(s), "-")
	for _, form := range dayForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}

// Hundredths reads a decimal number with at most two decimals.
func Hundredths(s string) (int, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 4 || len(frac) > 2 {
		return 0, false
	}
	n := 0
	for _, d := range whole + (frac + "00")[:2] {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return n, true
}

// identityWords are the words of identities; the keys are the values that
// contests group people by.
var identityWords = map[string][]string{
	"employee": {"职工", "职工组", "企业职工", "在职职工", "employee"},
	"teacher":  {"教师", "教师组", "teacher"},
	"student":  {"学生", "学生组", "student"},
}

// Identity reads what kind of person somebody is: "employee", "teacher",
// "student"; "" is not stated.
func Identity(s string) (string, bool) { return WordOf(identityWords, strings.ToLower(s)) }
