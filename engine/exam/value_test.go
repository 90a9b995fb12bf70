package exam_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// every is a paper with one question of each kind; the case has two parts.
func every() bank.Content {
	opts := func(q string, n int) (list []bank.Option) {
		for i := range n {
			list = append(list, bank.Option{ID: option(bank.QuestionID(q), i), Text: fmt.Sprintf("选项 %d", i)})
		}
		return list
	}
	keys := func(q string, places ...int) (list []bank.OptionID) {
		for _, i := range places {
			list = append(list, option(bank.QuestionID(q), i))
		}
		return list
	}
	question := func(id string, k bank.Kind) bank.Question {
		return bank.Question{ID: bank.QuestionID(id), Version: 1, Kind: k, Stem: "题干 " + id, Explanation: secret, Source: secret, Reference: secret}
	}
	single := question("single", bank.SingleChoice)
	single.Markup, single.Stem = bank.HTML, `看图 <img alt="&lt;表&gt;" data-figure="f1"/> 与 <img data-figure="gone" alt="旧图">，x<sub>1</sub>`
	single.Options, single.Key = opts("single", 4), keys("single", 1)
	multi := question("multi", bank.MultipleChoice)
	multi.Options, multi.Key = opts("multi", 4), keys("multi", 0, 2)
	truth := question("truth", bank.TrueFalse)
	truth.Options, truth.Key = bank.TrueFalseOptions("truth"), []bank.OptionID{bank.NewOptionID("truth", 0)}
	fill := question("fill", bank.FillIn)
	fill.Stem, fill.Blanks = "电压 {{1}} 伏，电流 {{2}} 安", []bank.Blank{{Accept: []string{secret}}, {Accept: []string{secret}}}
	order := question("order", bank.Ordering)
	order.Options, order.Key = opts("order", 3), keys("order", 2, 0, 1)
	match := question("match", bank.Matching)
	match.Options, match.Prompts, match.Key = opts("match", 3), opts("left", 2), keys("match", 1, 1)
	part := question("part2", bank.Essay)
	part.Score, part.Markup = 7, bank.Plain
	first := question("part1", bank.SingleChoice)
	first.Options, first.Key, first.Score = opts("part1", 4), keys("part1", 3), 3
	story := question("story", bank.Case)
	story.Parts = []bank.Question{first, part}
	c := bank.Content{
		Paper:     bank.Paper{ID: "paper", Title: "全题型", Total: 1700},
		Questions: []bank.Question{single, multi, truth, fill, order, match, question("short", bank.ShortAnswer), story},
		Figures:   []bank.Figure{{ID: "f1", Type: "image/png", Width: 20, Height: 10, Data: []byte("png")}},
	}
	for _, q := range c.Questions {
		s := bank.Section{Kind: q.Kind, Title: q.Kind.Zh(), ScoreEach: 100, Items: []bank.QuestionRef{q.Ref()}}
		if q.Kind == bank.Case {
			s.ScoreEach = 1000
		}
		c.Paper.Sections = append(c.Paper.Sections, s)
	}
	return c
}

func TestValues(t *testing.T) {
	t.Parallel()
	f := formOf(t, every())
	o := func(q string, places ...int) []string {
		list := []string{}
		for _, i := range places {
			list = append(list, string(option(bank.QuestionID(q), i)))
		}
		return list
	}
	long := strings.Repeat("电", exam.MaxTextChars)
	for name, tt := range map[string]struct {
		question string
		value    []string
		want     []string
		code     string
	}{
		"nothing given":              {"single", nil, []string{}, ""},
		"options in paper order":     {"multi", o("multi", 3, 0), o("multi", 0, 3), ""},
		"an option twice":            {"multi", o("multi", 1, 1), nil, "unknown_option"},
		"two of a single choice":     {"single", o("single", 0, 1), nil, "too_many_options"},
		"another question's option":  {"single", o("multi", 0), nil, "unknown_option"},
		"an order":                   {"order", o("order", 2, 0, 1), o("order", 2, 0, 1), ""},
		"no order":                   {"order", []string{}, []string{}, ""},
		"part of an order":           {"order", o("order", 2, 0), nil, "not_permutation"},
		"an order with one twice":    {"order", o("order", 2, 0, 0), nil, "not_permutation"},
		"an order of strangers":      {"order", []string{"a", "b", "c"}, nil, "unknown_option"},
		"matched in part":            {"match", []string{"", o("match", 2)[0]}, []string{"", o("match", 2)[0]}, ""},
		"matched twice with one":     {"match", o("match", 1, 1), o("match", 1, 1), ""},
		"nothing matched":            {"match", []string{"", ""}, []string{}, ""},
		"too few matches":            {"match", o("match", 1), nil, "pair_count"},
		"matched with a stranger":    {"match", []string{"x", ""}, nil, "unknown_option"},
		"blanks":                     {"fill", []string{"220", ""}, []string{"220", ""}, ""},
		"empty blanks":               {"fill", []string{"", " \u3000"}, []string{}, ""},
		"a blank too many":           {"fill", []string{"1", "2", "3"}, nil, "blank_count"},
		"a blank of two lines":       {"fill", []string{"1\n2", ""}, nil, "bad_text"},
		"a blank at its limit":       {"fill", []string{long[:3*exam.MaxBlankChars], ""}, []string{long[:3*exam.MaxBlankChars], ""}, ""},
		"a blank over its limit":     {"fill", []string{long[:3*exam.MaxBlankChars] + "x", ""}, nil, "too_long"},
		"a text, composed":           {"short", []string{"re\u0301sume\u0301"}, []string{"résumé"}, ""},
		"line breaks":                {"short", []string{"一\r\n二\r三\u2028四\n\t五"}, []string{"一\n二\n三\n四\n\t五"}, ""},
		"spaces are kept":            {"short", []string{"  一 "}, []string{"  一 "}, ""},
		"a text at its limit":        {"part2", []string{long}, []string{long}, ""},
		"a text over its limit":      {"part2", []string{long + "电"}, nil, "too_long"},
		"a text far over its limit":  {"part2", []string{strings.Repeat(long, 5)}, nil, "too_long"},
		"control characters":         {"part2", []string{"a\x00b"}, nil, "bad_text"},
		"two texts":                  {"part2", []string{"a", "b"}, nil, "text_count"},
		"bytes that are no text":     {"part2", []string{"a\xffb"}, []string{"a\uFFFDb"}, ""},
		"a part of a case":           {"part1", o("part1", 3), o("part1", 3), ""},
		"a case is not answered":     {"story", []string{"x"}, nil, "unknown_question"},
		"a question of another exam": {"nowhere", []string{"x"}, nil, "unknown_question"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := exam.Given{Question: bank.QuestionID(tt.question), Seq: 1, Value: tt.value}
			e, saved, err := life(t, exam.InProgress).Save(start.Add(2*time.Minute), course(exam.Running), f, 1, frame(1, g), "n")
			must(t, err)
			code := ""
			if len(saved.Refused) > 0 {
				code = saved.Refused[0].Code
			}
			if code != tt.code {
				t.Fatalf("code %q, want %q", code, tt.code)
			}
			if code != "" {
				return
			}
			kept := e.(exam.Answered).Answers[0].Value
			if d := cmp.Diff(tt.want, kept); d != "" {
				t.Errorf("kept (-want +got):\n%s", d)
			}
			// What was kept is its own normal form: a replay of it is the same answer.
			g.Value = kept
			again, _, err := life(t, exam.InProgress).Save(start.Add(2*time.Minute), course(exam.Running), f, 1, frame(1, g), "n")
			must(t, err)
			if d := cmp.Diff(kept, again.(exam.Answered).Answers[0].Value); d != "" {
				t.Errorf("kept again (-first +second):\n%s", d)
			}
		})
	}
}

// The paper of every kind is marked item by item; what people mark waits.
func TestMarkEveryKind(t *testing.T) {
	t.Parallel()
	c := every()
	c.Questions[4].Key = []bank.OptionID{option("order", 2), option("order", 0), option("order", 1)}
	a := life(t, exam.InProgress)
	f := formOf(t, c)
	e, saved, err := a.Save(start.Add(2*time.Minute), course(exam.Running), f, 1, frame(1,
		give("single", 1, 1), give("multi", 1, 0),
		exam.Given{Question: "fill", Seq: 1, Value: []string{secret, "falsch"}},
		give("order", 1, 2, 0, 1), give("match", 1, 1, 0),
		exam.Given{Question: "short", Seq: 1, Value: []string{"因为"}},
		give("part1", 1, 3),
	), "n")
	must(t, err)
	if len(saved.Refused) > 0 {
		t.Fatalf("refused %+v", saved.Refused)
	}
	a = attempt(t, prepared(seat), happened{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{time.Minute, exam.Started{Fence: 1}},
		happened{2 * time.Minute, e}, happened{91 * time.Minute, exam.HandedIn{By: exam.ByClock, At: start.Add(91 * time.Minute)}})
	if a.Answered() != 7 {
		t.Errorf("%d answered, want 7", a.Answered())
	}
	k := course(exam.Running)
	k.Rules.Matching = scoring.PolicyPerPair
	m, err := a.Mark(k, released(t, c), "n")
	must(t, err)
	got := map[string]string{}
	for _, it := range m.(exam.Marked).Result.Items {
		got[string(it.ID)] = fmt.Sprint(it.State, " ", it.Marks)
	}
	want := map[string]string{"single": "right 1.00", "multi": "wrong 0.00", "truth": "blank 0.00", "fill": "partial 0.50",
		"order": "right 1.00", "match": "partial 0.50", "short": "to_mark 0.00", "part1": "right 3.00", "part2": "blank 0.00"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("marks (-want +got):\n%s", d)
	}
	if r := m.(exam.Marked).Result; r.Total != 600 || r.Max != 1700 || r.ToMark != 100 || len(r.Sections) != 8 {
		t.Errorf("result %+v", r)
	}
}
