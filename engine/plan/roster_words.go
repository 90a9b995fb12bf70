package plan

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

func none(s string) bool { return s == "无" || s == "没有" || s == "-" || s == "—" || s == "0" }

var idTypeWords = map[string]exam.IDType{
	"": exam.IDResident, "居民身份证": exam.IDResident, "身份证": exam.IDResident, "二代身份证": exam.IDResident, "港澳台居民居住证": exam.IDResident,
	"护照": exam.IDPassport, "港澳居民来往内地通行证": exam.IDHKMacao, "港澳通行证": exam.IDHKMacao, "回乡证": exam.IDHKMacao,
	"台湾居民来往大陆通行证": exam.IDTaiwan, "台胞证": exam.IDTaiwan, "外国人永久居留身份证": exam.IDForeignCard, "外国人永久居留证": exam.IDForeignCard, "其他": exam.IDOtherLicence,
}

func idTypeOf(s string) (exam.IDType, bool) {
	t, ok := idTypeWords[strings.ReplaceAll(s, " ", "")]
	return t, ok
}

func levelOf(s string) (bank.Level, bool) {
	if l := bank.Level(0); len(s) == 1 {
		l = bank.Level(s[0] - '0')
		return l, l.Valid()
	}
	return bank.LevelIn(s)
}

// parts splits a list in one cell.
func parts(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；/+\n", r) || unicode.IsSpace(r) })
}

func (r *rosterRow) subjects(p *Plan, text string) []SubjectID {
	var list []SubjectID
	for _, part := range parts(text) {
		var found SubjectID
		for _, s := range p.Subjects {
			if string(s.ID) == part || s.Name.ZH == part || strings.Contains(s.Name.ZH, part) && found == "" {
				found = s.ID
			}
		}
		if found == "" {
			r.wrong("subjects", "subject_unknown", "the plan has no such subject at this level")
			continue
		}
		list = append(list, found)
	}
	return list
}

func (r *rosterRow) centre(p *Plan, text string) string {
	for _, c := range p.Centres {
		if c.Code == text || c.Name == text {
			return c.Code
		}
	}
	return text // the check refuses what the plan has not
}

func (r *rosterRow) materials(p *Plan, text string) []MaterialID {
	list := []MaterialID{}
	for _, part := range parts(text) {
		var found MaterialID
		for _, m := range p.Materials {
			if string(m.ID) == part || m.Name.ZH == part {
				found = m.ID
			}
		}
		if found == "" {
			r.wrong("materials", "material_unknown", "the plan asks for no such material")
			continue
		}
		list = append(list, found)
	}
	return list
}

// wordOf finds the key of a word; "" is not stated, 无 is "none".
func wordOf(of map[string][]string, text string) (string, bool) {
	switch {
	case text == "":
		return "", true
	case none(text):
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

// dayOf reads a day in the usual forms; a month alone is its first day.
func dayOf(s string) (string, bool) {
	if s == "" || none(s) {
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

// hundredths reads a decimal number with at most two decimals.
func hundredths(s string) (int, bool) {
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
