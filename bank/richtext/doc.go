// Package richtext keeps what authors write safe to show: a small subset of
// HTML, and formulas that are rendered once, when a text is written.
//
// There are two forms. The author's form holds p, br, sub, sup, b, strong, i,
// em, u, ol, ul, li, table, thead, tbody, tr, th and td with colspan and
// rowspan, and img with data-figure and alt; formulas stand in it as
// \( … \) in a line or $$ … $$ on a line of their own. The rendered form has
// KaTeX's spans, MathML and SVG in place of the formulas; it is what is stored
// and what a seat gets. Source turns it back.
//
// There is no script, no style sheet, no link and no address in either form:
// an img names a figure by its id, and who shows it writes the address.
// Clean makes the author's form out of anything. Safe is the gate: it
// recognises exactly the rendered form, whoever made it.
package richtext
