package richtext

import (
	_ "embed" // katex.min.js
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
	"golang.org/x/net/html"
)

//go:embed katex/katex.min.js
var katex string

// KatexVersion and KatexSHA256 name the KaTeX that renders formulas; the exam
// page needs the style sheet and the fonts of the same version.
const (
	KatexVersion = "0.16.47"
	KatexSHA256  = "a29d2961d3146de5949d78ac7c1a9d93ae54955bad22a6db4fbe836e88e8bf48"
)

// Limits of one formula. They bound the time and memory of rendering.
const (
	MaxFormula  = 2000 // characters
	renderLimit = 2 * time.Second
	stackLimit  = 2000 // calls
)

// FormulaError says which formula cannot be rendered and why.
type FormulaError struct {
	Formula string // as written, "" when a delimiter stands alone
	Reason  string // English
}

func (e *FormulaError) Error() string {
	if e.Formula == "" {
		return e.Reason
	}
	return fmt.Sprintf("formula %s: %s", e.Formula, e.Reason)
}

// Typesetter renders formulas. KaTeX is started at the first one and stays.
// It is safe for concurrent use; formulas are rendered one at a time.
type Typesetter struct {
	mu     sync.Mutex
	vm     *goja.Runtime
	render goja.Callable
	done   map[string]string // by delimiter and formula; banks repeat themselves
}

// NewTypesetter returns a Typesetter.
func NewTypesetter() *Typesetter { return &Typesetter{done: map[string]string{}} }

// Plain renders a text that is not HTML. With a formula in it the result is in
// the rendered form and formulas is true; without, the text as it was. The
// error is a *FormulaError.
func (t *Typesetter) Plain(text string) (result string, formulas bool, err error) {
	pieces, err := split(text)
	if err != nil || len(pieces) == 1 && !pieces[0].formula {
		return text, false, err
	}
	var b strings.Builder
	for _, p := range pieces {
		if !p.formula {
			b.WriteString(Escape(p.text))
			continue
		}
		formula, err := t.Formula(p.text, p.display)
		if err != nil {
			return text, false, err
		}
		b.WriteString(formula)
	}
	return b.String(), len(pieces) > 0, nil
}

// HTML renders the formulas in the texts of the author's form, which Clean
// returned. The error is a *FormulaError.
func (t *Typesetter) HTML(clean string) (string, error) {
	root := parse(clean)
	var failed error
	walk(root, func(n *html.Node) {
		if n.Type != html.TextNode || failed != nil {
			return
		}
		result, formulas, err := t.Plain(n.Data)
		if failed = err; err != nil || !formulas {
			return
		}
		for _, c := range children(parse(result)) {
			n.Parent.InsertBefore(c, n)
		}
		n.Parent.RemoveChild(n)
	})
	if failed != nil {
		return clean, failed
	}
	return render(root), nil
}

// children takes the nodes below root out of it.
func children(root *html.Node) []*html.Node {
	var list []*html.Node
	for root.FirstChild != nil {
		c := root.FirstChild
		root.RemoveChild(c)
		list = append(list, c)
	}
	return list
}

// piece is a run of characters or a formula without its delimiters.
type piece struct {
	text             string
	formula, display bool
}

// split finds the formulas of a text.
func split(text string) ([]piece, error) {
	var pieces []piece
	add := func(p piece) {
		if p.text != "" || p.formula {
			pieces = append(pieces, p)
		}
	}
	for {
		inline, display := strings.Index(text, `\(`), strings.Index(text, "$$")
		open, end, at := `\(`, `\)`, inline
		if inline < 0 || display >= 0 && display < inline {
			open, end, at = "$$", "$$", display
		}
		if at < 0 {
			if strings.Contains(text, `\)`) {
				return nil, &FormulaError{Reason: `a \) stands alone; a formula begins with \( and ends with \)`}
			}
			add(piece{text: text})
			return pieces, nil
		}
		inside, after, closed := strings.Cut(text[at+len(open):], end)
		if !closed {
			return nil, &FormulaError{Reason: "a formula begins with " + open + " but does not end with " + end}
		}
		if strings.Contains(text[:at], `\)`) {
			return nil, &FormulaError{Reason: `a \) stands alone; a formula begins with \( and ends with \)`}
		}
		add(piece{text: text[:at]})
		add(piece{text: strings.TrimSpace(inside), formula: true, display: open == "$$"})
		text = after
	}
}

// gap is what would be taken for a blank of a fill-in question.
var gap = regexp.MustCompile(`\{\{ *([0-9]+) *\}\}`)

// Formula renders one formula without its delimiters. The error is a
// *FormulaError.
func (t *Typesetter) Formula(tex string, display bool) (string, error) {
	tex = gap.ReplaceAllString(tex, "{ {$1} }")
	switch n := len([]rune(tex)); {
	case n == 0:
		return "", &FormulaError{Reason: "a formula is empty"}
	case n > MaxFormula:
		return "", &FormulaError{Formula: tex[:50] + "…", Reason: fmt.Sprintf("%d characters, at most %d are allowed", n, MaxFormula)}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := fmt.Sprintf("%t %s", display, tex)
	if result, ok := t.done[key]; ok {
		return result, nil
	}
	result, err := t.run(tex, display)
	if err != nil {
		if thrown := new(goja.Exception); !errors.As(err, &thrown) {
			t.vm = nil // interrupted or broken in the middle; a throw leaves it sound
		}
		return "", &FormulaError{Formula: tex, Reason: reason(err)}
	}
	result = render(parse(result))
	switch {
	case strings.Contains(result, forbidden):
		return "", &FormulaError{Formula: tex, Reason: "it uses a command that is not allowed here, such as a link or a picture"}
	case !Safe(result):
		return "", &FormulaError{Formula: tex, Reason: "it renders to something that cannot be shown safely"}
	}
	if len(t.done) < 10000 {
		t.done[key] = result
	}
	return result, nil
}

// forbidden is the colour in which KaTeX shows commands that it does not
// trust; nobody else would choose it.
const forbidden = "#badbad"

// run starts KaTeX if needed and renders.
func (t *Typesetter) run(tex string, display bool) (result string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rendering: %v", p)
		}
	}()
	if t.vm == nil {
		if err := t.start(); err != nil {
			return "", err
		}
	}
	vm := t.vm
	timer := time.AfterFunc(renderLimit, func() { vm.Interrupt("it takes too long to render") })
	defer timer.Stop()
	options := vm.ToValue(map[string]any{"displayMode": display, "output": "htmlAndMathml", "throwOnError": true,
		"strict": "ignore", "trust": false, "maxExpand": 500, "maxSize": 10, "errorColor": forbidden})
	v, err := t.render(goja.Undefined(), vm.ToValue(tex), options)
	if err != nil {
		return "", err
	}
	return v.String(), nil
}

func (t *Typesetter) start() error {
	vm := goja.New()
	vm.SetMaxCallStackSize(stackLimit)
	if _, err := vm.RunScript("katex.min.js", katex); err != nil {
		return fmt.Errorf("starting KaTeX: %w", err)
	}
	render, ok := goja.AssertFunction(vm.Get("katex").ToObject(vm).Get("renderToString"))
	if !ok {
		return fmt.Errorf("starting KaTeX: it has no renderToString")
	}
	t.vm, t.render = vm, render
	return nil
}

// underline marks the place in KaTeX's message letter by letter.
const underline = "\u0332"

// reason makes a sentence for authors out of KaTeX's message.
func reason(err error) string {
	text, _, _ := strings.Cut(err.Error(), " at katex")
	text = strings.ReplaceAll(text, underline, "")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "ParseError: "), "KaTeX parse error: ")
	return text
}
