package richtext

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Escape writes plain characters in the rendered form; line breaks become br.
func Escape(plain string) string {
	return strings.ReplaceAll(html.EscapeString(plain), "\n", "<br/>")
}

// Text is what a reader sees of either form, as plain characters: lines end
// where blocks end, cells of a table are set apart by a space, formulas stand
// as \( … \), figures as their alt text in brackets.
func Text(text string) string {
	var b strings.Builder
	plain(&b, parse(source(text)))
	lines := strings.Split(b.String(), "\n")
	kept := lines[:0]
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

func plain(b *strings.Builder, n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
			continue
		case c.DataAtom == atom.Br:
			b.WriteString("\n")
		case c.DataAtom == atom.Img:
			b.WriteString("[" + attribute(c, "alt") + "]")
		}
		plain(b, c)
		switch c.DataAtom {
		case atom.P, atom.Li, atom.Tr, atom.Table, atom.Ol, atom.Ul:
			b.WriteString("\n")
		case atom.Td, atom.Th:
			b.WriteString(" ")
		default: // other elements run on in the line
		}
	}
}

// Source turns the rendered form back into the author's.
func Source(text string) string { return source(text) }

// MarkFigures replaces each figure of a text in either form by the characters
// that mark returns for it.
func MarkFigures(text string, mark func(figure, alt string) string) string {
	if !strings.Contains(text, "data-figure") {
		return text
	}
	root := parse(text)
	walk(root, func(n *html.Node) {
		if n.DataAtom == atom.Img {
			n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: mark(attribute(n, "data-figure"), attribute(n, "alt"))}, n)
			n.Parent.RemoveChild(n)
		}
	})
	return render(root)
}

func source(text string) string {
	if !strings.Contains(text, "katex") {
		return text
	}
	root := parse(text)
	walk(root, func(n *html.Node) {
		if n.DataAtom != atom.Span {
			return
		}
		open, end := "", ""
		switch attribute(n, "class") {
		case "katex":
			open, end = `\(`, `\)`
		case "katex-display":
			open, end = "$$", "$$"
		default:
			return
		}
		formula := &html.Node{Type: html.TextNode, Data: open + annotation(n) + end}
		n.Parent.InsertBefore(formula, n)
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		n.Parent.RemoveChild(n)
	})
	return render(root)
}

// annotation is the source that KaTeX leaves in its MathML.
func annotation(n *html.Node) string {
	found := ""
	walk(n, func(c *html.Node) {
		if c.Namespace == "math" && c.Data == "annotation" && c.FirstChild != nil && found == "" {
			found = c.FirstChild.Data
		}
	})
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Figures lists the figures that a text shows, in order, each once.
func Figures(text string) []string {
	if !strings.Contains(text, "data-figure") {
		return nil
	}
	var ids []string
	seen := map[string]bool{}
	walk(parse(text), func(n *html.Node) {
		if id := attribute(n, "data-figure"); n.DataAtom == atom.Img && id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	})
	return ids
}
