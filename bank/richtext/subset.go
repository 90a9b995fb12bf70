package richtext

import "regexp"

// vocabulary says which attributes an element may have and what may stand in
// them. Elements that are not in it are not allowed.
type vocabulary map[string]map[string]*regexp.Regexp

var (
	count     = regexp.MustCompile(`^[1-9][0-9]?$`)
	figureID  = regexp.MustCompile(`^[0-9a-zA-Z]{1,64}$`)
	anything  = regexp.MustCompile(``)
	classes   = regexp.MustCompile(`^[a-zA-Z0-9_ -]*$`)
	truth     = regexp.MustCompile(`^(?:true|false)$`)
	mathValue = regexp.MustCompile(`^[-+0-9a-zA-Z.,#% ]*$`)
	svgValue  = regexp.MustCompile(`^[-0-9a-zA-Z.,% \n]*$`)
	mathSpace = regexp.MustCompile(`^http://www\.w3\.org/1998/Math/MathML$`)
	svgSpace  = regexp.MustCompile(`^http://www\.w3\.org/2000/svg$`)
	// No parenthesis, colon or quote can stand in a value, so no address and
	// no expression; nothing leaves its place in the text.
	styles = regexp.MustCompile(`^(?:(?:height|width|min-width|top|left|bottom|vertical-align|padding-left|margin|margin-left|margin-right|margin-top|` +
		`border|border-bottom-width|border-top-width|border-right-width|border-width|border-style|border-right-style|border-color|` +
		`color|background-color|font-style|font-weight) ?: ?[-0-9a-zA-Z.#% ]+(?:;|$)|position:relative;)*$`)
)

// authored is what an author may write.
var authored = vocabulary{
	"p": nil, "br": nil, "sub": nil, "sup": nil, "b": nil, "strong": nil, "i": nil, "em": nil, "u": nil,
	"ol": nil, "ul": nil, "li": nil, "table": nil, "thead": nil, "tbody": nil, "tr": nil,
	"th":  {"colspan": count, "rowspan": count},
	"td":  {"colspan": count, "rowspan": count},
	"img": {"data-figure": figureID, "alt": anything},
}

// rendered is what KaTeX adds, by namespace: "" is HTML.
var rendered = map[string]vocabulary{
	"": {"span": {"class": classes, "style": styles, "aria-hidden": truth}},
	"math": {
		"math": {"xmlns": mathSpace, "display": mathValue}, "semantics": nil, "annotation": {"encoding": regexp.MustCompile(`^application/x-tex$`)},
		"mrow": mathAttributes, "mi": mathAttributes, "mo": mathAttributes, "mn": mathAttributes, "mtext": mathAttributes, "ms": mathAttributes,
		"mspace": mathAttributes, "mfrac": mathAttributes, "msqrt": mathAttributes, "mroot": mathAttributes, "msub": mathAttributes,
		"msup": mathAttributes, "msubsup": mathAttributes, "munder": mathAttributes, "mover": mathAttributes, "munderover": mathAttributes,
		"mtable": mathAttributes, "mtr": mathAttributes, "mlabeledtr": mathAttributes, "mtd": mathAttributes, "mstyle": mathAttributes,
		"mpadded": mathAttributes, "mphantom": mathAttributes, "menclose": mathAttributes,
	},
	"svg": {
		"svg":  {"xmlns": svgSpace, "width": svgValue, "height": svgValue, "viewBox": svgValue, "preserveAspectRatio": svgValue, "style": styles},
		"path": {"d": svgValue}, "line": {"x1": mathValue, "x2": mathValue, "y1": mathValue, "y2": mathValue, "stroke-width": mathValue},
	},
}

// mathAttributes are the presentation attributes that KaTeX writes.
var mathAttributes = func() map[string]*regexp.Regexp {
	allowed := map[string]*regexp.Regexp{"class": classes, "style": styles}
	for _, name := range []string{
		"mathvariant", "mathcolor", "mathbackground", "fence", "stretchy", "separator", "accent", "accentunder", "minsize", "maxsize",
		"lspace", "rspace", "width", "height", "depth", "voffset", "linethickness", "columnalign", "columnspacing", "rowspacing",
		"columnlines", "rowlines", "scriptlevel", "displaystyle", "notation", "largeop", "movablelimits", "symmetric", "form", "side", "mathsize",
	} {
		allowed[name] = mathValue
	}
	return allowed
}()
