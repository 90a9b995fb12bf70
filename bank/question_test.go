package bank_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
)

func TestQuestionValidate(t *testing.T) {
	t.Parallel()
	o := sample()
	for name, c := range map[string]struct {
		kind   bank.Kind
		change func(*bank.Question)
		want   []string
	}{
		"single":            {bank.SingleChoice, func(*bank.Question) {}, nil},
		"true/false":        {bank.TrueFalse, func(*bank.Question) {}, nil},
		"multiple":          {bank.MultipleChoice, func(q *bank.Question) { q.Key = []bank.OptionID{q.Options[0].ID, q.Options[3].ID} }, nil},
		"multiple with one": {bank.MultipleChoice, func(*bank.Question) {}, nil},
		"not given":         {bank.SingleChoice, func(q *bank.Question) { q.Difficulty, q.Consistency, q.Score = 0, 0, 0 }, nil},
		"kind":              {"riddle", func(*bank.Question) {}, []string{"kind kind_unknown"}},
		"two keys":          {bank.SingleChoice, func(q *bank.Question) { q.Key = append(q.Key, q.Options[3].ID) }, []string{"key key_many"}},
		"no key":            {bank.SingleChoice, func(q *bank.Question) { q.Key = nil }, []string{"key key_missing"}},
		"foreign key":       {bank.SingleChoice, func(q *bank.Question) { q.Key[0] = "x" }, []string{"key key_outside_options"}},
		"key twice": {bank.MultipleChoice, func(q *bank.Question) { q.Key = append(q.Key, q.Key[0]) },
			[]string{"key key_outside_options"}},
		"no stem":        {bank.SingleChoice, func(q *bank.Question) { q.Stem = "" }, []string{"stem stem_missing"}},
		"long stem":      {bank.SingleChoice, func(q *bank.Question) { q.Stem = strings.Repeat("题", 2001) }, []string{"stem stem_too_long"}},
		"long option":    {bank.SingleChoice, func(q *bank.Question) { q.Options[1].Text = strings.Repeat("项", 1001) }, []string{"options[1] option_too_long"}},
		"empty option":   {bank.SingleChoice, func(q *bank.Question) { q.Options[2].Text = "" }, []string{"options[2] option_empty"}},
		"options repeat": {bank.SingleChoice, func(q *bank.Question) { q.Options[2].Text = "选 项１" }, []string{"options[2] option_repeated"}},
		"one option":     {bank.SingleChoice, func(q *bank.Question) { q.Options = q.Options[:1] }, []string{"options options_few"}},
		"third truth": {bank.TrueFalse, func(q *bank.Question) { q.Options = append(q.Options, bank.Option{ID: "x", Text: "不知道"}) },
			[]string{"options options_true_false"}},
		"grades": {bank.SingleChoice, func(q *bank.Question) { q.Difficulty, q.Consistency, q.Score = 6, -1, 10001 },
			[]string{"difficulty difficulty_range", "consistency consistency_range", "score score_range"}},
		"no point":  {bank.SingleChoice, func(q *bank.Question) { q.Point = "" }, []string{"point point_missing"}},
		"no status": {bank.SingleChoice, func(q *bank.Question) { q.Status = "" }, []string{"status status_unknown"}},
	} {
		q := question(&o, c.kind, "A-A-001", 0)
		c.change(&q)
		err := q.Validate()
		if (err == nil) != (c.want == nil) || err != nil && !errors.Is(err, bank.ErrQuestion) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, wrong(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// ofKind makes a valid question of any kind.
func ofKind(o *bank.Outline, kind bank.Kind) bank.Question {
	if kind.Choice() {
		return question(o, kind, "A-A-001", 0)
	}
	q := question(o, bank.SingleChoice, "A-A-001", 0)
	q.Kind = kind
	right := q.Options
	q.Options, q.Key = nil, nil
	switch kind {
	case bank.Ordering:
		q.Options = right
		q.Key = []bank.OptionID{right[2].ID, right[0].ID, right[3].ID, right[1].ID}
	case bank.Matching:
		q.Options = right
		for i := range 3 {
			q.Prompts = append(q.Prompts, bank.Option{ID: bank.NewPromptID(q.ID, i), Text: fmt.Sprintf("左%d", i)})
			q.Key = append(q.Key, right[2-i].ID)
		}
	case bank.FillIn:
		q.Stem = "额定电压{{1}}，功率因数{{2}}。"
		q.Blanks = []bank.Blank{{Accept: []string{"380 V", "380伏"}},
			{Numeric: &bank.Numeric{Value: "0.707", Tolerance: "2%", Units: []string{"A", "安"}}}}
	case bank.ShortAnswer, bank.Calculation, bank.Essay:
		q.Reference = "答案要点"
	case bank.Case:
		q.Stem = "某车间有一台电动机。"
		for i, k := range []bank.Kind{bank.TrueFalse, bank.FillIn, bank.Essay} {
			p := ofKind(o, k)
			p.ID, p.Score, p.Point, p.Status = bank.NewPartID(q.ID, i), 0, "", ""
			q.Parts = append(q.Parts, p)
		}
	}
	return q
}

func TestEveryKindIsValid(t *testing.T) {
	t.Parallel()
	o := sample()
	names := map[string]bool{}
	for _, k := range bank.Kinds() {
		q := ofKind(&o, k)
		if err := q.Validate(); err != nil {
			t.Errorf("%s: %v %v", k, err, wrong(err))
		}
		if !k.Valid() || k.Zh() == string(k) || k.En() == string(k) || names[k.Zh()] || names[k.En()] {
			t.Errorf("%s is called %s and %s", k, k.Zh(), k.En())
		}
		names[k.Zh()], names[k.En()] = true, true
		if k.Objective() == (k.Written() || k == bank.Case) {
			t.Errorf("%s: marked by machine or by people, not both", k)
		}
	}
	if bank.Kind("riddle").Valid() || bank.Kind("riddle").Zh() != "riddle" {
		t.Error("an unknown kind")
	}
}

func TestKindRules(t *testing.T) {
	t.Parallel()
	o := sample()
	for name, c := range map[string]struct {
		kind   bank.Kind
		change func(*bank.Question)
		want   []string
	}{
		"order short":   {bank.Ordering, func(q *bank.Question) { q.Key = q.Key[:3] }, []string{"key key_no_order"}},
		"order twice":   {bank.Ordering, func(q *bank.Question) { q.Key[0] = q.Key[1] }, []string{"key key_no_order"}},
		"order foreign": {bank.Ordering, func(q *bank.Question) { q.Key[0] = "x" }, []string{"key key_no_order"}},
		"order none":    {bank.Ordering, func(q *bank.Question) { q.Key = nil }, []string{"key key_missing"}},
		"match short":   {bank.Matching, func(q *bank.Question) { q.Key = q.Key[:2] }, []string{"key key_no_match"}},
		"match foreign": {bank.Matching, func(q *bank.Question) { q.Key[1] = "x" }, []string{"key key_outside_options"}},
		"match alone":   {bank.Matching, func(q *bank.Question) { q.Prompts, q.Key = q.Prompts[:1], q.Key[:1] }, []string{"prompts prompts_few"}},
		"match same":    {bank.Matching, func(q *bank.Question) { q.Prompts[1].Text = "左0" }, []string{"prompts[1] prompt_repeated"}},
		"match to one":  {bank.Matching, func(q *bank.Question) { q.Key[1] = q.Key[0] }, nil},
		"prompts":       {bank.SingleChoice, func(q *bank.Question) { q.Prompts = q.Options }, []string{"prompts prompts_unwanted"}},
		"blank twice":   {bank.FillIn, func(q *bank.Question) { q.Stem += "{{1}}" }, []string{"stem blanks_marks"}},
		"blank extra":   {bank.FillIn, func(q *bank.Question) { q.Stem += "{{3}}" }, []string{"stem blanks_marks"}},
		"blank missing": {bank.FillIn, func(q *bank.Question) { q.Stem = "电压{{1}}" }, []string{"stem blanks_marks"}},
		"blank shifted": {bank.FillIn, func(q *bank.Question) { q.Stem = "{{0}}{{1}}" }, []string{"stem blanks_marks"}},
		"no blanks":     {bank.FillIn, func(q *bank.Question) { q.Blanks = nil }, []string{"blanks blanks_missing"}},
		"blank empty":   {bank.FillIn, func(q *bank.Question) { q.Blanks[0].Accept = nil }, []string{"blanks[0] blank_empty"}},
		"blank both":    {bank.FillIn, func(q *bank.Question) { q.Blanks[1].Accept = []string{"x"} }, []string{"blanks[1] blank_both"}},
		"blank text":    {bank.FillIn, func(q *bank.Question) { q.Blanks[0].Accept[1] = " " }, []string{"blanks[0].accept[1] blank_text_empty"}},
		"number":        {bank.FillIn, func(q *bank.Question) { q.Blanks[1].Numeric.Value = "0,7" }, []string{"blanks[1].numeric.value number_form"}},
		"number huge":   {bank.FillIn, func(q *bank.Question) { q.Blanks[1].Numeric.Value = "1e999" }, []string{"blanks[1].numeric.value number_form"}},
		"tolerance":     {bank.FillIn, func(q *bank.Question) { q.Blanks[1].Numeric.Tolerance = "-1" }, []string{"blanks[1].numeric.tolerance tolerance_form"}},
		"unit needed": {bank.FillIn, func(q *bank.Question) { *q.Blanks[1].Numeric = bank.Numeric{Value: "1", UnitRequired: true} },
			[]string{"blanks[1].numeric.units units_missing"}},
		"shares":              {bank.FillIn, func(q *bank.Question) { q.Blanks[0].Share = 5000 }, []string{"blanks shares_sum"}},
		"shares whole":        {bank.FillIn, func(q *bank.Question) { q.Blanks[0].Share, q.Blanks[1].Share = 3000, 7000 }, nil},
		"no reference":        {bank.Essay, func(q *bank.Question) { q.Reference = "" }, []string{"reference reference_missing"}},
		"essay with key":      {bank.Essay, func(q *bank.Question) { q.Key = []bank.OptionID{"x"} }, []string{"key key_unwanted"}},
		"essay options":       {bank.Essay, func(q *bank.Question) { q.Options = []bank.Option{{ID: "x", Text: "项"}} }, []string{"options options_unwanted"}},
		"parts of none":       {bank.Essay, func(q *bank.Question) { q.Parts = []bank.Question{{}} }, []string{"parts parts_unwanted"}},
		"no parts":            {bank.Case, func(q *bank.Question) { q.Parts = nil }, []string{"parts parts_missing"}},
		"nested":              {bank.Case, func(q *bank.Question) { q.Parts[0].Kind = bank.Case }, []string{"parts[0].kind case_nested"}},
		"part id":             {bank.Case, func(q *bank.Question) { q.Parts[1].ID = "x" }, []string{"parts[1].id part_id"}},
		"part key":            {bank.Case, func(q *bank.Question) { q.Parts[0].Key = nil }, []string{"parts[0].key key_missing"}},
		"part scores":         {bank.Case, func(q *bank.Question) { q.Parts[0].Score = 100 }, []string{"parts[1].score part_score_zero", "parts[2].score part_score_zero"}},
		"too little to share": {bank.Case, func(q *bank.Question) { q.Score = 2 }, []string{"parts[2].score part_score_zero"}},
		"enough to share":     {bank.Case, func(q *bank.Question) { q.Score = 3 }, nil},
		"part sum": {bank.Case, func(q *bank.Question) {
			q.Score, q.Parts[0].Score, q.Parts[1].Score, q.Parts[2].Score = 1000, 100, 200, 300
		},
			[]string{"parts parts_scores_sum"}},
	} {
		q := ofKind(&o, c.kind)
		c.change(&q)
		if diff := cmp.Diff(c.want, wrong(q.Validate())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPartScores: the parts' scores on a paper sum to the case's exactly, in
// proportion to their own.
func TestPartScores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own   []int64
		score int64
		want  []int64
	}{
		{[]int64{0, 0, 0}, 1000, []int64{334, 333, 333}},
		{[]int64{200, 300, 500}, 1000, []int64{200, 300, 500}},
		{[]int64{200, 300, 500}, 1250, []int64{250, 375, 625}},
		{[]int64{100, 100, 101}, 100, []int64{33, 33, 34}},
		{nil, 100, nil},
	} {
		q := bank.Question{Kind: bank.Case}
		for _, n := range c.own {
			q.Parts = append(q.Parts, bank.Question{Score: n})
		}
		if diff := cmp.Diff(c.want, q.PartScores(c.score)); diff != "" {
			t.Errorf("%v of %d (-want +got):\n%s", c.own, c.score, diff)
		}
	}
}

// TestShapeOfEveryKind draws a paper with all kinds and looks at its shape.
func TestShapeOfEveryKind(t *testing.T) {
	t.Parallel()
	o := sample()
	c := bank.Content{Paper: bank.Paper{ID: "p"}}
	for _, k := range bank.Kinds() {
		q := ofKind(&o, k)
		q.Version = 2
		c.Questions = append(c.Questions, q)
		c.Paper.Sections = append(c.Paper.Sections, bank.Section{Kind: k, ScoreEach: 1000, Items: []bank.QuestionRef{q.Ref()}})
		c.Questions[len(c.Questions)-1].ID = bank.QuestionID(k)
		c.Paper.Sections[len(c.Paper.Sections)-1].Items[0].ID = bank.QuestionID(k)
	}
	shape, err := c.Shape()
	must(t, err)
	var got []string
	for _, s := range shape.Sections {
		for _, i := range s.Items {
			line := fmt.Sprintf("%s v%d %d: %d options, %d prompts, %d blanks", i.Kind, i.Version, i.Score, len(i.Options), len(i.Prompts), i.Blanks)
			for _, p := range i.Parts {
				line += fmt.Sprintf("; %s v%d %d", p.Kind, p.Version, p.Score)
			}
			got = append(got, line)
		}
	}
	want := []string{
		"single_choice v2 1000: 4 options, 0 prompts, 0 blanks",
		"multiple_choice v2 1000: 4 options, 0 prompts, 0 blanks",
		"true_false v2 1000: 2 options, 0 prompts, 0 blanks",
		"fill_in v2 1000: 0 options, 0 prompts, 2 blanks",
		"ordering v2 1000: 4 options, 0 prompts, 0 blanks",
		"matching v2 1000: 4 options, 3 prompts, 0 blanks",
		"short_answer v2 1000: 0 options, 0 prompts, 0 blanks",
		"calculation v2 1000: 0 options, 0 prompts, 0 blanks",
		"essay v2 1000: 0 options, 0 prompts, 0 blanks",
		"case v2 1000: 0 options, 0 prompts, 0 blanks; true_false v2 334; fill_in v2 333; essay v2 333",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	seat, err := c.ForSeat()
	must(t, err)
	if q := seat.Sections[3].Questions[0]; q.Blanks != 2 || q.Score != 1000 || q.Stem == "" {
		t.Errorf("fill-in at the seat: %+v", q)
	}
	if parts := seat.Sections[9].Questions[0].Parts; len(parts) != 3 || parts[1].Blanks != 2 || parts[1].Version != 2 || parts[2].Score != 333 {
		t.Errorf("parts at the seat: %+v", parts)
	}
}

func TestNumericRange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n           bank.Numeric
		least, most string
	}{
		{bank.Numeric{Value: "0.707"}, "707/1000", "707/1000"},
		{bank.Numeric{Value: "-2", Tolerance: "2%"}, "-51/25", "-49/25"},
		{bank.Numeric{Value: "1.5e3", Tolerance: "0.5"}, "2999/2", "3001/2"},
	} {
		least, most, ok := c.n.Range()
		if !ok || least.String() != c.least || most.String() != c.most {
			t.Errorf("%+v: %v to %v, %t", c.n, least, most, ok)
		}
	}
	for _, bad := range []string{"", "1,5", "0x10", "1/3", "NaN", "1e100", "--1", "١"} {
		if _, _, ok := (&bank.Numeric{Value: bad}).Range(); ok {
			t.Errorf("%q is taken for a number", bad)
		}
	}
}
