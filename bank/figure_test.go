package bank_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
)

// picture draws a PNG of a size.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

func TestNewFigure(t *testing.T) {
	t.Parallel()
	var photo bytes.Buffer
	must(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 30, 20)), nil))
	small := picture(t, 40, 30)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"png":     {small, "image/png 40×30"},
		"jpeg":    {photo.Bytes(), "image/jpeg 30×20"},
		"webp":    {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "figure figure_type"},
		"svg":     {[]byte("<svg/>"), "figure figure_type"},
		"empty":   {nil, "figure figure_type"},
		"wide":    {picture(t, 2001, 1), "figure figure_too_wide"},
		"large":   {append(picture(t, 1, 1), make([]byte, bank.MaxFigureBytes)...), "figure figure_too_large"},
		"damaged": {small[:len(small)-20], "figure figure_damaged"},
		"header":  {small[:20], "figure figure_damaged"},
	} {
		f, err := bank.NewFigure(c.data)
		got := strings.Join(wrong(err), ", ")
		if err == nil {
			got = f.Type + " " + strconv.Itoa(f.Width) + "×" + strconv.Itoa(f.Height)
		} else if !errors.Is(err, bank.ErrFigure) {
			t.Errorf("%s: %v", name, err)
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
		if err == nil && (f.ID != bank.FigureIDOf(c.data) || !bytes.Equal(f.Data, c.data)) {
			t.Errorf("%s: %s", name, f.ID)
		}
	}
}

// TestFiguresTravelWithTheirQuestions: a picture is stored with the question
// that shows it and comes back in the content of a paper; a seat is told of
// those that it shows, not of that in the explanation.
func TestFiguresTravelWithTheirQuestions(t *testing.T) {
	t.Parallel()
	b, _, _ := withOutline(t)
	o := sample()
	var figures []bank.Figure
	for i := range 3 {
		f, err := bank.NewFigure(picture(t, 20+i, 10))
		must(t, err)
		figures = append(figures, f)
	}
	img := func(i int) string { return `<img data-figure="` + string(figures[i].ID) + `" alt="图"/>` }
	q := ofKind(&o, bank.Case)
	q.Markup, q.Stem, q.Explanation = bank.HTML, "如图"+img(0), img(2)
	q.Parts[0].Markup, q.Parts[0].Stem = bank.HTML, "看图"+img(1)+img(0)

	file, report := fileOf("无图.xlsx", q)
	_, report, err := b.AcceptQuestions(t.Context(), "a", file, report)
	if !errors.Is(err, bank.ErrImport) || report.Bad != 1 || report.Errors != 3 || report.Rows[0].Problems[0].Code != "figure_missing" {
		t.Fatalf("without its figures: %v, %+v", err, report)
	}
	file, report = fileOf("有图.xlsx", q)
	file.Figures = figures
	_, _, err = b.AcceptQuestions(t.Context(), "a", file, report)
	must(t, err)

	paper, err := b.Assemble(t.Context(), "a", bank.Blueprint{ID: "one", Version: 1, Title: "一题", Outline: o.ID,
		Sections: []bank.SectionPlan{{Kind: bank.Case, Count: 1, ScoreEach: 1000}}, Total: 1000, Limit: 60, Depth: 1,
		Weights: []bank.RangeWeight{{Range: "A", Weight: 10000}}}, 1)
	must(t, err)
	content, err := b.Content(t.Context(), paper.ID)
	must(t, err)
	if diff := cmp.Diff([]bank.Figure{figures[0], figures[2], figures[1]}, content.Figures); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	seat, err := content.ForSeat()
	must(t, err)
	got := seat.Sections[0].Questions[0]
	seen := func(i int) bank.SeatFigure { return bank.SeatFigure{ID: figures[i].ID, Width: 20 + i, Height: 10} }
	if diff := cmp.Diff([]bank.SeatFigure{seen(0)}, got.Figures); diff != "" {
		t.Errorf("of the material (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bank.SeatFigure{seen(1), seen(0)}, got.Parts[0].Figures); diff != "" {
		t.Errorf("of the part (-want +got):\n%s", diff)
	}
}

func TestHTMLMustBeSafe(t *testing.T) {
	t.Parallel()
	o := sample()
	for text, want := range map[string]string{
		`a<sub>b</sub>`:                      "",
		`a<script>b</script>`:                "stem markup_unsafe",
		`<p></p>`:                            "stem stem_missing",
		`<p>` + strings.Repeat("题", 2001):    "stem markup_unsafe",
		strings.Repeat("<sub>题</sub>", 2001): "stem stem_too_long",
		strings.Repeat("<sub>题</sub>", 2000): "",
	} {
		q := ofKind(&o, bank.Essay)
		q.Markup, q.Stem = bank.HTML, text
		if got := strings.Join(wrong(q.Validate()), ", "); got != want {
			t.Errorf("%.30s: %s, not %s", text, got, want)
		}
	}
}
