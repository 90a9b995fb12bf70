package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// The notation of parameters (评分参数) is a list of entries, one a line, or
// several in one line parted by ；:
//
//	[id] 0.50分×2=标签 | label in English
//
// The id in brackets is left out where it is the entry's number from 1, the
// count only says how often a deduction may be taken, the English label is
// left out where there is none. A backslash before \ | ] ； ; makes them plain,
// \n is a line break.

// entry is one line of a list in the notation.
type entry struct {
	id    string
	marks scoring.Marks
	count int
	label scoring.Text
}

var (
	entryID    = regexp.MustCompile(`^[\[［]((?:[^\]］\\]|\\.)*)[\]］]\s*`)
	entryCount = regexp.MustCompile(`^([+-]?[0-9０-９.．]+)\s*分?\s*[×*＊xX]\s*([0-9０-９]{1,7})\s*[=＝:：]\s*`)
	entryMarks = regexp.MustCompile(`^([+-]?[0-9０-９.．]+)(?:\s*分)?(?:\s*[=＝:：、]\s*|\s*$|\s+)`)
	entryLoose = regexp.MustCompile(`^([+-]?[0-9０-９.．]+)\s*分?\s*`)
	entryPlain = regexp.MustCompile(`^[=＝]\s*`)
)

// splitEntries parts a list; lines are still escaped.
func splitEntries(text string) []string {
	text = clean(text)
	list := splitAt(text, "\n")
	if len(list) == 1 {
		list = splitAt(text, "；;")
	}
	out := list[:0]
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// splitAt parts a text at each of the signs that has no backslash before it.
func splitAt(text, signs string) []string {
	var out []string
	start, escaped := 0, false
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case strings.ContainsRune(signs, r):
			out = append(out, text[start:i])
			start = i + len(string(r))
		}
	}
	return append(out, text[start:])
}

// plain takes the backslashes out; one that makes nothing plain stays.
func plain(s string) string {
	var b strings.Builder
	escaped := false
	for _, r := range s {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case escaped && r == 'n':
			b.WriteByte('\n')
		case escaped && !strings.ContainsRune(`\|];；`, r):
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		escaped = false
	}
	if escaped {
		b.WriteByte('\\')
	}
	return strings.TrimSpace(b.String())
}

var (
	escapes     = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `|`, `\|`, `]`, `\]`)
	escapesLone = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `|`, `\|`, `]`, `\]`, `;`, `\;`, `；`, `\；`)
)

// parseEntry reads one line; number is its place from 1. Without marks the
// line is a label.
func parseEntry(line string, number int, wantMarks bool) (e entry, ok bool) {
	e.id = strconv.Itoa(number)
	if m := entryID.FindStringSubmatch(line); m != nil {
		e.id, line = plain(m[1]), line[len(m[0]):]
	}
	if wantMarks {
		if line, ok = e.takeMarks(line); !ok {
			return e, false
		}
	} else if m := entryPlain.FindString(line); m != "" {
		line = line[len(m):]
	}
	e.label = parseLabel(line)
	return e, e.id != ""
}

func parseLabel(line string) (t scoring.Text) {
	parts := splitAt(line, "|")
	t.ZH = plain(parts[0])
	if len(parts) > 1 {
		t.EN = plain(strings.Join(parts[1:], "|"))
	}
	return t
}

func (e *entry) takeMarks(line string) (rest string, ok bool) {
	m := entryCount.FindStringSubmatch(line)
	if m != nil {
		if e.count, ok = parseCount(m[2]); !ok {
			return line, false
		}
	} else if m = entryMarks.FindStringSubmatch(line); m == nil {
		if m = entryLoose.FindStringSubmatch(line); m == nil {
			return line, false
		}
	}
	marks, state := parseMarks(m[1])
	e.marks = marks
	return line[len(m[0]):], state == numberOK
}

// formatEntries writes a list; lone lists escape what would part them.
func formatEntries(list []entry, withMarks bool) string {
	escape := escapes
	if len(list) == 1 {
		escape = escapesLone
	}
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.format(escape, i+1, withMarks)
	}
	return strings.Join(lines, "\n")
}

func (e entry) format(escape *strings.Replacer, number int, withMarks bool) string {
	var b strings.Builder
	if e.id != strconv.Itoa(number) {
		b.WriteString("[" + escape.Replace(e.id) + "] ")
	}
	if withMarks {
		b.WriteString(e.marks.String() + "分")
		if e.count > 0 {
			b.WriteString("×" + strconv.Itoa(e.count))
		}
	}
	b.WriteString("=" + escape.Replace(e.label.ZH))
	if e.label.EN != "" {
		b.WriteString(" | " + escape.Replace(e.label.EN))
	}
	return b.String()
}

// parseEntries reads a list whose lines all have marks. bad is the first line
// that is none.
func parseEntries(text string) (list []entry, bad string) {
	for i, line := range splitEntries(text) {
		e, ok := parseEntry(line, i+1, true)
		if !ok {
			return nil, line
		}
		list = append(list, e)
	}
	return list, ""
}

// parseSteps reads a list of steps, which have no counts.
func parseSteps(text string) (list []scoring.Step, bad string) {
	entries, bad := parseEntries(text)
	for _, e := range entries {
		if e.count > 0 {
			return nil, e.format(escapes, 0, true)
		}
	}
	return steps(entries), bad
}

func steps(list []entry) []scoring.Step {
	out := make([]scoring.Step, len(list))
	for i, e := range list {
		out[i] = scoring.Step{ID: scoring.StepID(e.id), Label: e.label, Marks: e.marks}
	}
	return out
}

func stepEntries(list []scoring.Step) []entry {
	out := make([]entry, len(list))
	for i, s := range list {
		out[i] = entry{id: string(s.ID), marks: s.Marks, label: s.Label}
	}
	return out
}

// parseDescriptors reads the lines 0= to 3= of a judgement, in any order.
func parseDescriptors(text string) (list []scoring.Text, bad string) {
	found := map[scoring.Marks]scoring.Text{}
	lines := splitEntries(text)
	for i, line := range lines {
		e, ok := parseEntry(line, i+1, true)
		if _, twice := found[e.marks]; !ok || twice || e.marks < 0 || e.marks > 300 || e.marks%100 != 0 {
			return nil, line
		}
		found[e.marks] = e.label
	}
	for level := range scoring.Marks(4) {
		d, ok := found[level*100]
		if !ok {
			return nil, strconv.Itoa(int(level)) + "="
		}
		list = append(list, d)
	}
	return list, ""
}

func formatDescriptors(list []scoring.Text) string {
	lines := make([]string, len(list))
	for i, d := range list {
		lines[i] = strconv.Itoa(i) + entry{id: "1", label: d}.format(escapes, 1, false)
	}
	return strings.Join(lines, "\n")
}
