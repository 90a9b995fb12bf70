package richtext

import (
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Cleaner makes the author's form out of any text. It is safe for concurrent
// use.
type Cleaner struct{ policy *bluemonday.Policy }

// NewCleaner returns a Cleaner.
func NewCleaner() *Cleaner {
	p := bluemonday.NewPolicy()
	for name, attributes := range authored {
		p.AllowElements(name)
		for attribute, form := range attributes {
			p.AllowAttrs(attribute).Matching(form).OnElements(name)
		}
	}
	return &Cleaner{p}
}

// Clean reduces HTML to the author's form, with every element closed.
// removed names what had to go, each once: "script", "td@style". Formulas are
// left as they are written. Clean of its own result is the same again.
func (c *Cleaner) Clean(text string) (clean string, removed []string) {
	walk(parse(text), func(n *html.Node) {
		if n.Type == html.ElementNode {
			removed = append(removed, foreign(n)...)
		}
	})
	slices.Sort(removed)
	removed = slices.Compact(removed)
	// Sanitising works on tags, parsing on trees; a text that both leave alone
	// is what every browser makes of it.
	for range 4 {
		clean = render(parse(c.policy.Sanitize(text)))
		if clean == text {
			return clean, removed
		}
		text = clean
	}
	return html.EscapeString(Text(clean)), removed
}

// foreign lists what of an element is not in the author's form.
func foreign(n *html.Node) []string {
	attributes, ok := authored[n.Data]
	if !ok || n.Namespace != "" {
		return []string{n.Data}
	}
	var names []string
	for _, a := range n.Attr {
		if form := attributes[a.Key]; form == nil || !form.MatchString(a.Val) {
			names = append(names, n.Data+"@"+a.Key)
		}
	}
	return names
}

// Safe reports whether a text is exactly in the rendered form: every element
// and attribute known, every element closed, nothing that a browser would
// read in another way than it is written.
func Safe(text string) bool {
	root := parse(text)
	ok := true
	walk(root, func(n *html.Node) { ok = ok && known(n) })
	return ok && render(root) == text
}

func known(n *html.Node) bool {
	switch n.Type {
	case html.TextNode:
		return true
	case html.ElementNode:
	default:
		return false // comments, doctypes
	}
	attributes, ok := rendered[n.Namespace][n.Data]
	if n.Namespace == "" && !ok {
		// KaTeX nests MathML where a browser reads it as unknown HTML.
		attributes, ok = rendered["math"][n.Data]
	}
	if parent := n.Parent.Namespace; parent != n.Namespace && parent != "" {
		ok = ok && parent == "math" && rendered["math"][n.Data] != nil // no HTML inside MathML or SVG
	} else if n.Namespace == "" && !ok {
		attributes, ok = authored[n.Data]
	}
	if !ok {
		return false
	}
	for _, a := range n.Attr {
		if form := attributes[a.Key]; a.Namespace != "" || form == nil || !form.MatchString(a.Val) {
			return false
		}
	}
	return true
}

// parse reads a text as a browser reads what is put into a div. It reads
// anything; the node it returns is the div.
func parse(text string) *html.Node {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(text), root)
	if err != nil {
		// Only a failing reader or a nesting of thousands fails; what cannot be read is shown as text.
		nodes = []*html.Node{{Type: html.TextNode, Data: text}}
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

// render writes what is inside the node.
func render(root *html.Node) string {
	var b strings.Builder
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			return html.EscapeString(b.String()) // a builder does not fail; a tree of parse is well-formed
		}
	}
	return b.String()
}

// walk visits every node below root, parents first. visit may replace what is
// below the node it is given.
func walk(root *html.Node, visit func(*html.Node)) {
	for n := root.FirstChild; n != nil; {
		next := n.NextSibling
		visit(n)
		walk(n, visit)
		n = next
	}
}
