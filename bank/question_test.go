package bank_test

import (
	"errors"
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
		"kind":              {"essay", func(*bank.Question) {}, []string{"kind kind_unknown"}},
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
