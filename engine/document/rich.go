package document

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/print"
)

// block is a paragraph, or a table where Rows is not nil.
type block struct {
	spans []print.Span
	rows  [][]tableCell
}

type tableCell struct {
	spans      []print.Span
	cols, rows int // spanned, at least 1
	head       bool
}

// pixel is the width of a figure's pixel on paper: half of CSS's, in mm.
const pixel = 25.4 / 96 / 2

// reader turns the texts of questions into blocks.
type reader struct {
	figures map[bank.FigureID]bank.Figure
	blocks  []block
	open    bool // the last block takes more
	style   print.Span
}

// blocksOf reads a text of either markup. Formulas are set in one line: a
// fraction as a/b, indices raised and sunk.
func blocksOf(m bank.Markup, text string, figures map[bank.FigureID]bank.Figure) []block {
	r := &reader{figures: figures}
	if m != bank.HTML {
		r.text(text)
		return r.blocks
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(text), root)
	if err != nil {
		nodes = []*html.Node{{Type: html.TextNode, Data: text}}
	}
	for _, n := range nodes {
		r.node(n)
	}
	return r.blocks
}

func (r *reader) add(s ...print.Span) {
	if !r.open {
		r.blocks, r.open = append(r.blocks, block{}), true
	}
	last := &r.blocks[len(r.blocks)-1]
	last.spans = append(last.spans, s...)
}

var gap = regexp.MustCompile(`\{\{ *([0-9]+) *\}\}`)

// text adds characters, with the gaps of a fill-in question as blanks.
func (r *reader) text(text string) {
	at := 0
	put := func(t string) {
		if t != "" {
			s := r.style
			s.Text = t
			r.add(s)
		}
	}
	for _, m := range gap.FindAllStringSubmatchIndex(text, -1) {
		put(text[at:m[0]])
		put("(" + text[m[2]:m[3]] + ")")
		r.add(print.Span{Width: 22, Height: 4})
		at = m[1]
	}
	put(text[at:])
}

// styled reads what is below a node in a changed style.
func (r *reader) styled(n *html.Node, change func(*print.Span)) {
	before := r.style
	change(&r.style)
	r.below(n)
	r.style = before
}

func (r *reader) below(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.node(c)
	}
}

func raised(s *print.Span)  { s.Rise, s.Scale = s.Rise+0.35, 0.7 }
func lowered(s *print.Span) { s.Rise, s.Scale = s.Rise-0.15, 0.7 }

var spaces = regexp.MustCompile(`[ \t\r\n]+`)

func (r *reader) node(n *html.Node) {
	if n.Type == html.TextNode {
		if t := spaces.ReplaceAllString(n.Data, " "); t != " " || r.open {
			r.text(t)
		}
		return
	}
	switch n.DataAtom {
	case atom.Br:
		r.text("\n")
	case atom.Sub:
		r.styled(n, lowered)
	case atom.Sup:
		r.styled(n, raised)
	case atom.B, atom.Strong:
		r.styled(n, func(s *print.Span) { s.Bold = true })
	case atom.U:
		r.styled(n, func(s *print.Span) { s.Underline = true })
	case atom.P:
		r.open = false
		r.below(n)
		r.open = false
	case atom.Ol, atom.Ul:
		r.list(n)
	case atom.Table:
		r.table(n)
	case atom.Img:
		r.figure(n)
	case atom.Span:
		if math := mathOf(n); math != nil {
			r.math(math)
			return
		}
		r.below(n)
	default:
		r.below(n)
	}
}

func (r *reader) list(n *html.Node) {
	no := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Li {
			continue
		}
		no++
		mark := "· "
		if n.DataAtom == atom.Ol {
			mark = strconv.Itoa(no) + ". "
		}
		r.open = false
		r.text(mark)
		r.below(c)
		r.open = false
	}
}

func (r *reader) figure(n *html.Node) {
	f, ok := r.figures[bank.FigureID(attribute(n, "data-figure"))]
	if !ok {
		r.text("[" + attribute(n, "alt") + "]")
		return
	}
	kind := "PNG"
	if f.Type == "image/jpeg" {
		kind = "JPG"
	}
	apart := r.open && float64(f.Height)*pixel > 8
	if apart {
		r.text("\n")
	}
	r.add(print.Span{Picture: f.Data, PictureKind: kind, Width: float64(f.Width) * pixel, Height: float64(f.Height) * pixel})
	if apart {
		r.text("\n")
	}
}

func (r *reader) table(n *html.Node) {
	var rows [][]tableCell
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Tr {
				visit(c)
				continue
			}
			row := []tableCell{}
			for k := c.FirstChild; k != nil; k = k.NextSibling {
				if k.DataAtom == atom.Td || k.DataAtom == atom.Th {
					row = append(row, r.cell(k))
				}
			}
			rows = append(rows, row)
		}
	}
	visit(n)
	if len(rows) > 0 {
		r.blocks, r.open = append(r.blocks, block{rows: rows}), false
	}
}

// cell reads a cell; its paragraphs become lines.
func (r *reader) cell(n *html.Node) tableCell {
	in := &reader{figures: r.figures, style: print.Span{Bold: n.DataAtom == atom.Th}}
	in.below(n)
	c := tableCell{cols: number(attribute(n, "colspan")), rows: number(attribute(n, "rowspan")), head: n.DataAtom == atom.Th}
	for i, b := range in.blocks {
		if i > 0 {
			c.spans = append(c.spans, print.Span{Text: "\n"})
		}
		c.spans = append(c.spans, b.spans...)
	}
	return c
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// mathOf returns the MathML of a rendered formula, nil for any other span.
func mathOf(n *html.Node) *html.Node {
	class := attribute(n, "class")
	if class != "katex" && class != "katex-display" {
		return nil
	}
	return find(n, "math")
}

func find(n *html.Node, name string) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Namespace == "math" && c.Data == name {
			return c
		}
		if f := find(c, name); f != nil {
			return f
		}
	}
	return nil
}

// math sets MathML as a line of text.
func (r *reader) math(n *html.Node) {
	if n.Type == html.TextNode {
		if t := strings.TrimSpace(n.Data); t != "" || n.Data == "" {
			r.text(t)
		} else {
			r.text(" ")
		}
		return
	}
	parts := elements(n)
	at := func(i int, change func(*print.Span)) {
		if i < len(parts) {
			before := r.style
			change(&r.style)
			r.math(parts[i])
			r.style = before
		}
	}
	same := func(*print.Span) {}
	switch n.Data {
	case "annotation":
	case "mspace":
		r.text(" ")
	case "mo":
		r.operator(textOf(n))
	case "mfrac":
		r.grouped(parts, 0)
		r.text("/")
		r.grouped(parts, 1)
	case "msqrt":
		r.text("√")
		if len(parts) == 1 {
			r.grouped(parts, 0)
			return
		}
		r.text("(")
		r.mathBelow(n)
		r.text(")")
	case "mroot":
		at(1, raised)
		r.text("√")
		r.grouped(parts, 0)
	case "msub", "munder":
		at(0, same)
		at(1, lowered)
	case "msup", "mover":
		at(0, same)
		at(1, raised)
	case "msubsup", "munderover":
		at(0, same)
		at(1, lowered)
		at(2, raised)
	case "mtr", "mlabeledtr":
		r.mathBelow(n)
		r.text("; ")
	case "mtd":
		r.mathBelow(n)
		r.text(" ")
	default:
		r.mathBelow(n)
	}
}

func (r *reader) mathBelow(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.math(c)
	}
}

// grouped sets a part of a fraction or root, in parentheses if it is no single sign
// or number.
func (r *reader) grouped(parts []*html.Node, i int) {
	if i >= len(parts) {
		return
	}
	p := parts[i]
	for p.Data == "mrow" || p.Data == "mstyle" || p.Data == "mpadded" {
		inner := elements(p)
		if len(inner) != 1 {
			break
		}
		p = inner[0]
	}
	single := p.Data != "mrow" && p.Data != "mstyle" && p.Data != "mpadded" && p.Data != "mfrac"
	if single {
		r.math(p)
		return
	}
	r.text("(")
	r.math(p)
	r.text(")")
}

// operator sets a sign of relation with room around it.
func (r *reader) operator(sign string) {
	switch sign {
	case "=", "≠", "≈", "≤", "≥", "<", ">", "→", "⇒":
		r.text(" " + sign + " ")
	default:
		r.text(sign)
	}
}

func elements(n *html.Node) []*html.Node {
	var list []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			list = append(list, c)
		}
	}
	return list
}

func textOf(n *html.Node) string {
	if n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
		return strings.TrimSpace(n.FirstChild.Data)
	}
	return ""
}
