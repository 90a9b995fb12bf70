package main

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
)

func TestOutline(t *testing.T) {
	t.Parallel()
	src := load(t)
	if n := len(src.points); n < 125 || n > 135 {
		t.Errorf("%d points, not 125 to 135", n)
	}
	names, importance := map[string]bool{}, map[string]int{}
	inRange, weight := map[string]int{}, map[string]int{}
	for _, p := range src.points {
		if names[p.name] {
			t.Errorf("point %s: the name %s is there twice", p.code, p.name)
		}
		names[p.name] = true
		importance[p.importance]++
		inRange[p.rangeCode()]++
		weight[p.rangeCode()] = p.levels[1].weight
	}
	n := len(src.points)
	if importance["X"]*100 < n*80 || importance["Y"]*100 > n*15 || importance["Z"]*100 > n*5 {
		t.Errorf("importance %v of %d points", importance, n)
	}
	sum := 0
	for code, w := range weight {
		sum += w
		if 4*inRange[code] < 5*w {
			t.Errorf("range %s: %d points are too few for the weight %d", code, inRange[code], w)
		}
	}
	if sum != 100 {
		t.Errorf("the level-2 weights sum to %d", sum)
	}
	for depth := range 2 { // level 1 is the sum of its level 2, and so on
		checkWeights(t, src.points, depth)
	}
}

func checkWeights(t *testing.T, points []point, depth int) {
	t.Helper()
	parents, children := map[string]int{}, map[string]int{}
	for i, p := range points {
		parent := ""
		for d := range depth + 1 {
			parent += "-" + p.levels[d].code
		}
		parents[parent] = p.levels[depth].weight
		if i == 0 || !sameRange(points[i-1], p, depth+1) {
			children[parent] += p.levels[depth+1].weight
		}
	}
	for parent, want := range parents {
		if children[parent] != want {
			t.Errorf("range %s: the weights below sum to %d, not %d", parent, children[parent], want)
		}
	}
}

// TestCoverage holds the numbers of questions against what a paper of 100
// takes from each range, and a little more.
func TestCoverage(t *testing.T) {
	t.Parallel()
	src := load(t)
	of, kinds := map[string]int{}, map[string]int{}
	spread := map[string]map[string]map[string]bool{} // range, kind, point
	for _, q := range src.questions {
		of[q.point.code]++
		kinds[q.kind]++
		code := q.point.rangeCode()
		if spread[code] == nil {
			spread[code] = map[string]map[string]bool{single: {}, multiple: {}, truth: {}}
		}
		spread[code][q.kind][q.point.code] = true
	}
	if len(src.questions) < 330 || kinds[single] < 190 || kinds[multiple] < 60 || kinds[truth] < 80 {
		t.Errorf("%d questions: %v", len(src.questions), kinds)
	}
	seen := map[string]bool{}
	for _, p := range src.points {
		if of[p.code] < 2 {
			t.Errorf("point %s %s has %d questions", p.code, p.name, of[p.code])
		}
		code, w := p.rangeCode(), p.levels[1].weight
		if seen[code] {
			continue
		}
		seen[code] = true
		for kind, percent := range map[string]int{single: 80, truth: 30, multiple: 25} {
			if got, want := len(spread[code][kind]), (w*percent+99)/100+1; got < want {
				t.Errorf("range %s: %d points with %s, at least %d are needed", code, got, kind, want)
			}
		}
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	ids, stems := map[string]bool{}, map[string]string{}
	for _, q := range load(t).questions {
		if ids[q.id] || !strings.HasPrefix(q.id, "DG3-"+strings.ReplaceAll(numbered(q.point), "-", "")+"-") {
			t.Errorf("%s: the id is there twice or not of range %s", q.id, q.point.rangeCode())
		}
		ids[q.id] = true
		mark := bank.Fingerprint(exchange.Text(q.stem))
		if other := stems[mark]; other != "" {
			t.Errorf("%s: the stem is that of %s", q.id, other)
		}
		stems[mark] = q.id
		if why := formOf(q); why != "" {
			t.Errorf("%s (%s): %s", q.id, q.file, why)
		}
	}
}

// numbered writes a range as the ids do: "B3" for B-C.
func numbered(p point) string {
	return p.levels[0].code + string(p.levels[1].code[0]-'A'+'1')
}

// formOf says what is wrong with the form of a question, "" when nothing is.
func formOf(q question) string {
	letters := strings.Split(q.answer, "")
	filled := !slices.Contains(q.options, "")
	for _, text := range append([]string{q.stem, q.explanation, q.source}, q.options...) {
		if text != strings.TrimFunc(text, unicode.IsSpace) || text == "" {
			return "an empty text, or one with space around it"
		}
	}
	switch {
	case q.difficulty < 1 || q.difficulty > 5 || q.score != 1:
		return "difficulty 1 to 5 and score 1 are wanted"
	case !strings.HasSuffix(q.explanation, "。") || !strings.HasSuffix(q.stem, "。") && !strings.HasSuffix(q.stem, "？"):
		return "stem and explanation are whole sentences"
	case q.kind == truth && (len(q.options) > 0 || q.answer != "√" && q.answer != "×" || strings.Contains(q.stem, "（ ）")):
		return "a true/false question is a statement with √ or ×"
	case q.kind == truth:
		return ""
	case q.kind == single && (len(q.options) != 4 || len(letters) != 1):
		return "a single choice has four options and one letter"
	case q.kind == multiple && (len(q.options) < 4 || len(q.options) > 5 || len(letters) < 2 || len(letters) > 4):
		return "a multiple choice has 4 or 5 options and 2 to 4 letters"
	case q.kind != single && q.kind != multiple:
		return "the kind is not known"
	case !filled || !strings.Contains(q.stem, "（ ）"):
		return "an option is empty, or the stem has no blank"
	case !slices.IsSorted(letters) || len(slices.Compact(slices.Clone(letters))) != len(letters):
		return "the letters of the answer are not in order"
	}
	seen := map[string]bool{}
	for _, o := range q.options {
		if seen[bank.Fingerprint(o)] {
			return "two options are the same"
		}
		seen[bank.Fingerprint(o)] = true
	}
	for _, l := range letters {
		if l < "A" || l >= letter(len(q.options)) {
			return "the answer is outside the options"
		}
	}
	return ""
}

// TestAnswersAreSpread allows no letter to be guessed: each is right in 20 to
// 30 % of the single choices, and true in 40 to 60 %.
func TestAnswersAreSpread(t *testing.T) {
	t.Parallel()
	count, total := map[string]int{}, map[string]int{}
	all := 0
	for _, q := range load(t).questions {
		if q.kind != multiple {
			count[q.answer]++
			total[q.kind]++
		}
		for _, o := range q.options {
			if strings.HasPrefix(o, "以上") {
				all++
			}
		}
	}
	for _, l := range []string{"A", "B", "C", "D"} {
		if share := 100 * count[l] / total[single]; share < 20 || share > 30 {
			t.Errorf("%s is right in %d %% of the single choices", l, share)
		}
	}
	if share := 100 * count["√"] / total[truth]; share < 40 || share > 60 {
		t.Errorf("%d %% of the true/false questions are true", share)
	}
	if all > 2 {
		t.Errorf("%d options speak of all the others, at most 2 may", all)
	}
}
