package richtext_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/xinglu/xinglu/bank/richtext"
)

func TestClean(t *testing.T) {
	t.Parallel()
	c := richtext.NewCleaner()
	for name, tc := range map[string]struct {
		in, want string
		removed  []string
	}{
		"plain":        {"U<5V & 'x'", "U&lt;5V &amp; &#39;x&#39;", nil},
		"scripts":      {"H<sub>2</sub>O m<sup>2</sup>", "H<sub>2</sub>O m<sup>2</sup>", nil},
		"script":       {"a<script>alert(1)</script>b", "ab", []string{"script"}},
		"handler":      {`<p onclick="x()">a</p>`, "<p>a</p>", []string{"p@onclick"}},
		"style":        {`<td style="color:red">a</td>`, "a", nil},
		"table":        {`<table><tr><td colspan="2" style="x">a</td></tr></table>`, `<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>`, []string{"td@style"}},
		"link":         {`<a href="javascript:x">a</a>`, "a", []string{"a"}},
		"picture":      {`<img src="http://x/y.png">`, "", []string{"img@src"}},
		"figure":       {`<img data-figure="f12" alt="电路图">`, `<img data-figure="f12" alt="电路图"/>`, nil},
		"figure id":    {`<img data-figure="../x" alt="a">`, `<img alt="a"/>`, []string{"img@data-figure"}},
		"open":         {"<p>a<b>b", "<p>a<b>b</b></p>", nil},
		"close":        {"a</p></div>", "a<p></p>", nil},
		"comment":      {"a<!-- x -->b", "ab", nil},
		"span":         {`<span class="katex">x</span>`, "x", []string{"span"}},
		"math":         {`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, "<table></table>", []string{"math", "mglyph", "mtext", "style"}},
		"svg":          {`<svg onload=alert(1)><p>x</svg>`, "<p>x</p>", []string{"svg"}},
		"formula":      {`<p>\(I=\frac{U}{R}\)</p>`, `<p>\(I=\frac{U}{R}\)</p>`, nil},
		"upper":        {`<B>x</B><IMG SRC=x ONERROR=y>`, "<b>x</b>", []string{"img@onerror", "img@src"}},
		"nested quote": {`<td colspan='1"onx=1'>a</td>`, "a", nil},
	} {
		got, removed := c.Clean(tc.in)
		if got != tc.want {
			t.Errorf("%s: %q, not %q", name, got, tc.want)
		}
		if diff := cmp.Diff(tc.removed, removed); diff != "" {
			t.Errorf("%s removed (-want +got):\n%s", name, diff)
		}
		if again, _ := c.Clean(got); again != got || !richtext.Safe(got) {
			t.Errorf("%s: %q is not its own clean form, which is %q", name, got, again)
		}
	}
}

func TestSafeRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"<script>x</script>", `<p onclick="x">a</p>`, `<a href="x">a</a>`, `<img src="x"/>`, "<p>open", "a < b", "<!-- c -->",
		`<span style="background-color:url(x);">a</span>`, `<span style="position:fixed;">a</span>`, `<span id="app">a</span>`,
		`<math><annotation encoding="text/html"><p>x</p></annotation></math>`, `<math><mi><p>x</p></mi></math>`,
		`<svg><use href="x"></use></svg>`, `<svg><foreignObject><p>x</p></foreignObject></svg>`, `<B>x</B>`, `<iframe></iframe>`,
		"<style>p{}</style>", `<span class="a&#34;onx">a</span>`, "<table><tr><td>x</td></tr></table>",
	} {
		if richtext.Safe(bad) {
			t.Errorf("%q is taken for safe", bad)
		}
	}
}

// formulas are of the kind that papers of the trade hold.
var formulas = []string{
	`I=\frac{U}{R}`, `\sqrt{3}U_L I_L\cos\varphi`, `\int_0^T u^2\,\mathrm{d}t \ge \sum_{k=1}^{n} x_k^2`, `\begin{cases}a&b\\c<d\end{cases}`,
	`\left(\dfrac{a}{b}\right)^{2}`, `\overline{A+B}=\overline{A}\cdot\overline{B}`, `\vec{F}\ \text{牛顿}`, `\underbrace{a+b}_{n}`,
	`\begin{pmatrix}1&2\\3&4\end{pmatrix}`, `\xrightarrow{t}`, `\widehat{abc}`, `\cancel{x}`, `\boxed{x}`, `90^\circ`, `\Omega\mu\pi`, `\color{red}x`,
	`\frac{{1}}{{2}}`, `\lvert Z\rvert=\sqrt{R^2+(X_L-X_C)^2}`, `\dot{U}_{\mathrm{A}}=220\angle 0^\circ\,\mathrm{V}`, `\overset{a}{b}\underset{c}{d}`,
	`\begin{array}{|c|c|}\hline a&b\\\hline\end{array}`, `\phantom{x}\mathbb{R}\mathcal{L}`, `\sqrt[3]{x}`, `\overrightarrow{AB}`, `x\tag{1}`, `\rule{1em}{2em}`, `'"<>`, `\large x`,
	`\bcancel{x}\sout{z}`, `\fcolorbox{red}{aqua}{x}`, `\begin{array}{c:c}a&b\\ \hdashline c&d\end{array}`,
}

func TestFormulas(t *testing.T) {
	t.Parallel()
	set := richtext.NewTypesetter()
	for _, f := range formulas {
		for _, display := range []bool{false, true} {
			got, err := set.Formula(f, display)
			if strings.Contains(f, `\tag`) && !display {
				if err == nil {
					t.Errorf("%s: a tag in a line", f)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", f, err)
				continue
			}
			if !richtext.Safe(got) || !strings.Contains(got, `class="katex"`) || !strings.Contains(got, "<math") {
				t.Errorf("%s renders to %s", f, got)
			}
			text := "若 " + map[bool]string{false: `\(` + f + `\)`, true: "$$" + f + "$$"}[display] + " 则"
			whole, found, err := set.Plain(text)
			if err != nil || !found || !richtext.Safe(whole) || strings.Contains(whole, "{{") {
				t.Errorf("%s in a text: %t %v", f, found, err)
			}
			want := strings.ReplaceAll(strings.ReplaceAll(richtext.Escape(text), "{{1}}", "{ {1} }"), "{{2}}", "{ {2} }")
			if back := richtext.Source(whole); back != want {
				t.Errorf("source of %s is %s", want, back)
			}
		}
	}
}

func TestTextsWithFormulas(t *testing.T) {
	t.Parallel()
	set := richtext.NewTypesetter()
	for name, tc := range map[string]struct{ in, source string }{
		"none":      {"5V", ""},
		"lines":     {"a<b\n\\(x\\)", `a&lt;b<br/>\(x\)`},
		"two":       {`\(x\)与\( y \)`, `\(x\)与\(y\)`},
		"line":      {"得$$x=1$$", `得$$x=1$$`},
		"in a line": {`$$x$$\(y\)`, `$$x$$\(y\)`},
	} {
		got, found, err := set.Plain(tc.in)
		if err != nil || found != (tc.source != "") || !found && got != tc.in {
			t.Errorf("%s: %q, %t, %v", name, got, found, err)
		}
		if found && richtext.Source(got) != tc.source {
			t.Errorf("%s: source %q, not %q", name, richtext.Source(got), tc.source)
		}
	}
	got, err := set.HTML(`<p>a &lt; b \(a &lt; b\)</p><table><tbody><tr><td>$$U$$</td></tr></tbody></table>`)
	if err != nil || !richtext.Safe(got) || strings.Count(got, `class="katex"`) != 2 {
		t.Errorf("formulas in HTML: %v\n%s", err, got)
	}
	if text := richtext.Text(got); text != "a < b \\(a < b\\)\n$$U$$" {
		t.Errorf("text %q", text)
	}
	if ids := richtext.Figures(`<img data-figure="f1" alt=""/>x<img data-figure="f2" alt=""/><img data-figure="f1" alt=""/>`); !cmp.Equal(ids, []string{"f1", "f2"}) {
		t.Errorf("figures %v", ids)
	}
}

func TestWrongFormulasAreNamed(t *testing.T) {
	t.Parallel()
	set := richtext.NewTypesetter()
	for name, tc := range map[string]struct{ in, formula, reason string }{
		"unknown":  {`若\(\foo x\)`, `\foo x`, `Undefined control sequence: \foo`},
		"brace":    {`\(\frac{a}{b\)`, `\frac{a}{b`, "expected '}'"},
		"open":     {`电流\(I`, "", `does not end with \)`},
		"close":    {`电流I\)`, "", "stands alone"},
		"between":  {`a\) \(x\)`, "", "stands alone"},
		"dollars":  {`a$$b`, "", "does not end with $$"},
		"empty":    {`\( \)`, "", "empty"},
		"link":     {`\(\href{javascript:alert(1)}{x}\)`, `\href{javascript:alert(1)}{x}`, "not allowed"},
		"picture":  {`\(\includegraphics{http://x/y}\)`, `\includegraphics{http://x/y}`, "not allowed"},
		"class":    {`\(\htmlClass{el-overlay}{x}\)`, `\htmlClass{el-overlay}{x}`, "not allowed"},
		"endless":  {`\(\def\a{\a\a}\a\)`, `\def\a{\a\a}\a`, "Too many expansions"},
		"deep":     {`\(` + strings.Repeat("{", 900) + strings.Repeat("}", 900) + `\)`, strings.Repeat("{", 900) + strings.Repeat("}", 900), ""},
		"too long": {`\(` + strings.Repeat("x", 2001) + `\)`, strings.Repeat("x", 50) + "…", "at most 2000"},
	} {
		_, _, err := set.Plain(tc.in)
		var wrong *richtext.FormulaError
		if !errors.As(err, &wrong) || wrong.Formula != tc.formula || !strings.Contains(wrong.Reason, tc.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := set.Plain(`\(x\)`); err != nil {
		t.Errorf("after the failures: %v", err)
	}
}

// TestKatexIsTheStatedFile: the vendored file is the one that its note names.
func TestKatexIsTheStatedFile(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile(filepath.Join("katex", "katex.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != richtext.KatexSHA256 || !strings.Contains(string(body), `"`+richtext.KatexVersion+`"`) {
		t.Errorf("katex.min.js has the checksum %x", sum)
	}
	note, err := os.ReadFile(filepath.Join("katex", "README.md"))
	if err != nil || !strings.Contains(string(note), richtext.KatexSHA256) || !strings.Contains(string(note), richtext.KatexVersion) {
		t.Errorf("the note names another file: %v", err)
	}
}

// checkHarmless looks for anything executable with another reader than the
// one under test: the plain tokens.
func checkHarmless(t *testing.T, text string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(text))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		switch token.Data {
		case "script", "style", "iframe", "object", "embed", "a", "link", "meta", "base", "form", "input", "use", "foreignobject", "video", "audio":
			if token.Type != html.TextToken {
				t.Errorf("%s in %q", token.Data, text)
			}
		}
		for _, a := range token.Attr {
			value := strings.ToLower(a.Val)
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" || a.Key == "srcset" || a.Key == "id" || a.Key == "action" ||
				a.Key != "alt" && a.Key != "xmlns" && (strings.Contains(value, "javascript:") || strings.Contains(value, "url(") || strings.Contains(value, "//")) {
				t.Errorf("%s=%q in %q", a.Key, a.Val, text)
			}
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"<p>a</p>", "<table><tr><td>x", `<img data-figure="f1" onerror=x>`, "<svg><style><img src=x onerror=y></style>", "<math><mtext></p><img src=x>",
		"<p><table><p>", "<a href=javascript:x>", "<noscript><p title='</noscript><img src=x onerror=y>'>", "\x00<b\x00>", "<li><ul></li>", "&#60;script&#62;",
		"<b><p></b></p>", "<select><template><i>", "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
	} {
		f.Add(s)
	}
	c := richtext.NewCleaner()
	f.Fuzz(func(t *testing.T, s string) {
		clean, _ := c.Clean(s)
		checkHarmless(t, clean)
		if !richtext.Safe(clean) {
			t.Errorf("clean %q of %q is not safe", clean, s)
		}
		if again, removed := c.Clean(clean); again != clean || removed != nil {
			t.Errorf("clean %q of %q becomes %q, removing %v", clean, s, again, removed)
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range formulas {
		f.Add("a<b>" + `\(` + s + `\)` + "\n$$" + s + "$$")
	}
	f.Add(`\(\htmlData{a=b}{x}\)`)
	f.Add(`\(\text{<script>x</script>}\)`)
	set := richtext.NewTypesetter()
	f.Fuzz(func(t *testing.T, s string) {
		got, formulas, err := set.Plain(s)
		if err != nil || !formulas {
			if got != s {
				t.Errorf("%q became %q without a formula", s, got)
			}
			return
		}
		checkHarmless(t, got)
		if !richtext.Safe(got) {
			t.Errorf("%q is not safe", got)
		}
	})
}

func BenchmarkFormula(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		set := richtext.NewTypesetter()
		for _, f := range formulas[:10] {
			if _, err := set.Formula(f, false); err != nil {
				b.Fatal(err)
			}
		}
	}
}
