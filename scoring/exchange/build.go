package exchange

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Options are what the caller knows beside the file.
type Options struct {
	// ID and Version are those of the scheme to make. Empty: those in the
	// file, if it was written by this package, else an id made of the file's
	// bytes and version 1.
	ID      scoring.SchemeID
	Version int
	// Total is what the modules must add up to, in hundredths; 0 = whatever
	// the sheet itself states.
	Total scoring.Marks
	// Step is the step, in hundredths, of marks that judges write down as a
	// number where the sheet names none; 0 = one hundredth.
	Step scoring.Marks
	// SectionDeviation is how far a section's share of the marks may lie from
	// its weight, in basis points of the whole, where the file does not say.
	SectionDeviation int
}

// place is where a part of the scheme was read.
type place struct {
	sheet string
	row   int
}

// builder makes a scheme of what a reader finds and files what is wrong.
type builder struct {
	opts    Options
	report  *Report
	scheme  scoring.Scheme
	places  map[string]place // by JSON path: "modules[0].sub_criteria[1]"
	headers map[string][]string
	column  func(place, string) int // where a field of the aspect or so stands, -1 for nowhere
}

func newBuilder(opts Options, report *Report) *builder {
	return &builder{opts: opts, report: report, places: map[string]place{}, headers: map[string][]string{}}
}

func modulePath(m int) string          { return "modules[" + strconv.Itoa(m) + "]" }
func subPath(m, sc int) string         { return modulePath(m) + ".sub_criteria[" + strconv.Itoa(sc) + "]" }
func aspectPath(m, sc, a int) string   { return subPath(m, sc) + ".aspects[" + strconv.Itoa(a) + "]" }
func sectionPath(section int) string   { return "sections[" + strconv.Itoa(section) + "]" }
func levelPath(p string, l int) string { return p + ".descriptors[" + strconv.Itoa(l) + "]" }

// problem files a problem in a column of a row; column -1 is the whole row.
func (b *builder) problem(at place, column int, severity Severity, code, message string, list ...any) {
	p := Problem{Sheet: at.sheet, Row: at.row, Severity: severity, Code: code, Message: message, Params: params(list...)}
	if column >= 0 {
		p.Column = letter(column)
		p.Header = strings.Join(strings.Fields(cell(b.headers[at.sheet], column)), " ")
	}
	b.report.add(p)
}

func (b *builder) bad(at place, column int, code, message string, list ...any) {
	b.problem(at, column, Error, code, message, list...)
}

func (b *builder) warn(at place, column int, code, message string, list ...any) {
	b.problem(at, column, Warning, code, message, list...)
}

// finish settles the identity of the scheme, checks what the cells have not
// shown yet and returns the scheme, or the zero scheme when there are errors.
func (b *builder) finish(sum string, sheets []string) scoring.Scheme {
	s := &b.scheme
	s.ID = cmp.Or(b.opts.ID, s.ID, scoring.SchemeID("scheme-"+sum[:12]))
	s.Version = cmp.Or(b.opts.Version, s.Version, 1)
	if s.Name == (scoring.Text{}) {
		s.Name.ZH = clean(strings.TrimSuffix(path.Base(b.report.File), path.Ext(b.report.File)))
	}
	b.validate()
	for _, m := range s.Modules {
		b.report.Aspects += len(m.Aspects())
	}
	b.report.Modules = len(s.Modules)
	b.report.sort(sheets)
	if !b.report.OK() {
		return scoring.Scheme{}
	}
	return *s
}

// follows are the findings that other errors may have caused.
var follows = map[string]bool{"sum_differs": true, "share_differs": true, "weights_differ": true}

// validate files what the rules of scoring.Scheme find, at the rows that it
// comes from, unless the row already says so. Sums have been checked by the
// reader, which knows what the sheet states.
func (b *builder) validate() {
	f := fault.As(b.scheme.Validate())
	if f == nil {
		return
	}
	bad := map[place]bool{}
	for _, p := range b.report.Problems {
		if p.Severity == Error {
			bad[place{p.Sheet, p.Row}] = true
		}
	}
	for _, field := range f.Fields {
		at, rest, found := b.locate(field.Path)
		if bad[at] || follows[field.Code] && !b.report.OK() {
			continue
		}
		column := -1
		if found {
			column = b.column(at, rest)
		}
		list := []any{"path", field.Path}
		for k, v := range field.Params {
			list = append(list, k, v)
		}
		b.bad(at, column, "scheme_"+field.Code, field.Message, list...)
	}
}

// locate finds the row of the longest known beginning of a path, and what of
// the path lies in that row.
func (b *builder) locate(path string) (at place, rest string, ok bool) {
	for p := path; p != ""; {
		if at, ok = b.places[p]; ok {
			return at, strings.TrimPrefix(path[len(p):], "."), true
		}
		p = p[:max(0, strings.LastIndexByte(p, '.'))]
	}
	return b.places[""], path, false
}

// aspectsSum adds up what the lines of a module or sub-criterion are worth.
func aspectsSum(list []scoring.Aspect) (sum scoring.Marks) {
	for _, a := range list {
		sum += a.Max
	}
	return sum
}

// differences lists the JSON paths at which two schemes differ, at most limit.
func differences(a, b scoring.Scheme, limit int) []string {
	var x, y any
	if json.Unmarshal(encode(a), &x) != nil || json.Unmarshal(encode(b), &y) != nil {
		return []string{""} // not reached: schemes are JSON
	}
	var out []string
	diff(x, y, "", func(path string) {
		if len(out) < limit {
			out = append(out, path)
		}
	})
	return out
}

func diff(x, y any, path string, found func(string)) {
	switch x := x.(type) {
	case map[string]any:
		if y, ok := y.(map[string]any); ok {
			diffObjects(x, y, path, found)
			return
		}
	case []any:
		if y, ok := y.([]any); ok && len(x) == len(y) {
			for i := range x {
				diff(x[i], y[i], fmt.Sprintf("%s[%d]", path, i), found)
			}
			return
		}
	default:
		if _, ok := y.(map[string]any); !ok && !isList(y) && x == y {
			return
		}
	}
	found(path)
}

func isList(v any) bool { _, ok := v.([]any); return ok }

func diffObjects(x, y map[string]any, path string, found func(string)) {
	var names []string
	for name := range x {
		names = append(names, name)
	}
	for name := range y {
		if _, ok := x[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		diff(x[name], y[name], strings.TrimPrefix(path+"."+name, "."), found)
	}
}
