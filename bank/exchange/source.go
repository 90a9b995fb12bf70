package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/xinglu/xinglu/bank/richtext"
)

// source is a text as its author wrote it: plain characters or HTML, with
// formulas and figure marks in it.
type source struct {
	text string
	html bool
}

// tagged recognises a cell that is written in HTML. A lone "<b" does not make
// one: inequalities are common.
var tagged = regexp.MustCompile(`(?i)</(?:p|sub|sup|b|strong|i|em|u|ol|ul|li|table|thead|tbody|tr|th|td)\s*>|<br\s*/?>`)

func written(text string) source { return source{text, tagged.MatchString(text)} }

// rich reports whether the text needs more than plain characters.
func (s source) rich() bool {
	return s.html || strings.Contains(s.text, `\(`) || strings.Contains(s.text, "$$") || figureMark.MatchString(s.text)
}

// join appends a text on a line of its own.
func (s source) join(text string) source {
	switch {
	case s.text == "":
		s.text = text
	case s.html:
		s.text += "<br>" + text
	default:
		s.text += "\n" + text
	}
	return s
}

// scripted is the text of a cell with super- and subscripts, as HTML; ok is
// false when it has none.
func (b *book) scripted(sheet string, column, row int) (s source, ok bool) {
	if !b.scripts || column < 0 {
		return s, false
	}
	runs, err := b.file.GetCellRichText(sheet, letter(column)+strconv.Itoa(row))
	if err != nil {
		return s, false // the cell's plain text was read already
	}
	whole := ""
	for _, r := range runs {
		whole += r.Text
	}
	already := tagged.MatchString(whole)
	var text strings.Builder
	for _, r := range runs {
		part := r.Text
		if !already {
			part = strings.ReplaceAll(html.EscapeString(part), "\n", "<br>")
		}
		tag := ""
		if r.Font != nil {
			tag = map[string]string{"superscript": "sup", "subscript": "sub"}[r.Font.VertAlign]
		}
		if tag == "" || strings.TrimSpace(part) == "" {
			text.WriteString(part)
			continue
		}
		ok = true
		text.WriteString("<" + tag + ">" + part + "</" + tag + ">")
	}
	return source{Text(text.String()), true}, ok
}

var (
	itemNumber = regexp.MustCompile(`^[(（]?([0-9]{1,2})(?:[)）][、.．:： ]*|[、.．:：] *)`)
	breaks     = regexp.MustCompile(`(?i)<br\s*/?>`)
)

// items splits a list: "1. …", "2. …", each on a line of its own, or lines
// without numbers. A line that does not go on counting belongs to the one
// before.
func (s source) items() []source {
	if s.html {
		s.text = breaks.ReplaceAllString(s.text, "\n")
	}
	lines := strings.Split(s.text, "\n")
	numbered := itemNumber.MatchString(lines[0])
	var list []source
	for _, line := range lines {
		line = strings.TrimSpace(line)
		m := itemNumber.FindStringSubmatch(line)
		switch {
		case line == "":
		case !numbered:
			list = append(list, source{line, s.html})
		case m != nil && m[1] == strconv.Itoa(len(list)+1):
			list = append(list, source{line[len(m[0]):], s.html})
		default:
			list[len(list)-1] = list[len(list)-1].join(line)
		}
	}
	return list
}

// sides splits "左=右" at the first sign outside a formula; ok is false when
// there is none.
func (s source) sides() (left, right source, ok bool) {
	for i, r := range s.text {
		if (r == '=' || r == '＝') && strings.Count(s.text[:i], `\(`) == strings.Count(s.text[:i], `\)`) && strings.Count(s.text[:i], "$$")%2 == 0 {
			_, after, _ := strings.Cut(s.text[i:], string(r))
			return source{strings.TrimSpace(s.text[:i]), s.html}, source{strings.TrimSpace(after), s.html}, true
		}
	}
	return s, source{}, false
}

var gapSigns = regexp.MustCompile(`\( \)|_{2,}|＿{1,}`)

// numberGaps writes the blanks of a fill-in stem, "( )" or "____", as {{1}},
// {{2}}, … unless some are written so already.
func (s source) numberGaps() source {
	if strings.Contains(s.text, "{{") {
		return s
	}
	n := 0
	s.text = gapSigns.ReplaceAllStringFunc(s.text, func(string) string {
		n++
		return "{{" + strconv.Itoa(n) + "}}"
	})
	return s
}

// inlineTags are those that a cell of a workbook can show by itself.
var inlineTags = regexp.MustCompile(`^(?:[^<]|<br/?>|</?su[bp]>)*$`)

// authored turns a stored text into what stands in a cell: characters with
// their scripts, or HTML where that does not suffice. mark names the figures.
func authored(text string, isHTML bool, mark func(figure, alt string) string) []run {
	if !isHTML {
		return []run{{text: text}}
	}
	if text = marked(text, mark); !inlineTags.MatchString(text) {
		return []run{{text: text}}
	}
	return inline(text)
}

// marked is the author's form of a text, with marks for its figures.
func marked(text string, mark func(figure, alt string) string) string {
	return richtext.MarkFigures(richtext.Source(text), mark)
}

// inline turns HTML that holds only inlineTags into runs.
func inline(text string) []run {
	var runs []run
	tag := ""
	z := html.NewTokenizer(strings.NewReader(text))
	for z.Next() != html.ErrorToken {
		switch t := z.Token(); {
		case t.Type == html.TextToken:
			runs = append(runs, run{t.Data, tag})
		case t.Data == "br":
			runs = append(runs, run{"\n", ""})
		case t.Type == html.StartTagToken:
			tag = t.Data
		case t.Type == html.EndTagToken:
			tag = ""
		}
	}
	return runs
}

// run is a piece of a cell: tag is "", "sub" or "sup".
type run struct{ text, tag string }
