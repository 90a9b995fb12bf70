package bank_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
)

func TestDuplicates(t *testing.T) {
	t.Parallel()
	o := sample()
	base := question(&o, bank.SingleChoice, "A-A-001", 0)
	edit := func(id string, change func(*bank.Question)) bank.Question {
		q := base
		q.Options, q.Key = slices.Clone(base.Options), slices.Clone(base.Key)
		if id != "" {
			q.ID = bank.NewQuestionID(o.ID, "guid", id)
			for i := range q.Options {
				q.Options[i].ID = bank.NewOptionID(q.ID, i)
			}
			q.Key = []bank.OptionID{q.Options[0].ID}
		}
		change(&q)
		return q
	}
	same := edit("1", func(q *bank.Question) { q.Stem = "A-A-001  single_choice 第０题（ ）" })
	otherKey := edit("2", func(q *bank.Question) { q.Key = []bank.OptionID{q.Options[1].ID} })
	otherOrder := edit("3", func(q *bank.Question) {
		q.Options[0].Text, q.Options[3].Text = q.Options[3].Text, q.Options[0].Text
		q.Key = []bank.OptionID{q.Options[3].ID}
	})
	otherOptions := edit("4", func(q *bank.Question) { q.Options[2].Text = "别的" })
	sameIDOtherStem := edit("", func(q *bank.Question) { q.Stem = "改过的题干( )" })
	betterNote := edit("", func(q *bank.Question) { q.Explanation = "更好的解析" })
	ownKey := edit("", func(q *bank.Question) { q.Key = []bank.OptionID{q.Options[1].ID} })

	type row struct {
		State bank.RowState
		Code  string
	}
	for name, c := range map[string]struct {
		q            bank.Question
		file, inBank row // the second row of one file; the row of a second file
		version      int // it gets in the second file
	}{
		"the same":         {base, row{bank.Same, "question_repeated"}, row{bank.Same, "question_repeated"}, 0},
		"same, other GUID": {same, row{bank.Same, "question_repeated"}, row{bank.Same, "question_repeated"}, 0},
		"other order":      {otherOrder, row{bank.Same, "question_repeated"}, row{bank.Same, "question_repeated"}, 0},
		"other key":        {otherKey, row{bank.Bad, "key_conflict"}, row{bank.Bad, "key_conflict"}, 0},
		"own key changed":  {ownKey, row{bank.Bad, "key_conflict"}, row{bank.Bad, "key_conflict"}, 0},
		"other options":    {otherOptions, row{bank.Good, "stem_repeated"}, row{bank.Good, "stem_repeated"}, 1},
		"GUID twice":       {sameIDOtherStem, row{bank.Bad, "guid_repeated"}, row{bank.Good, ""}, 2},
		"better note":      {betterNote, row{bank.Same, "question_repeated"}, row{bank.Good, ""}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _, _ := withOutline(t)
			state := func(r bank.RowReport) row {
				got := row{State: r.State}
				for _, p := range r.Problems {
					got.Code += p.Code
				}
				return got
			}
			f, r := fileOf("两行.xlsx", base, c.q)
			report, err := b.Preview(t.Context(), f, r)
			must(t, err)
			if diff := cmp.Diff(c.file, state(report.Rows[1])); diff != "" {
				t.Errorf("in the file (-want +got):\n%s", diff)
			}
			if r.Total != r.Good || report.Total != report.Good+report.Bad+report.Same {
				t.Errorf("counts: %+v; given report changed: %v", report, r.Total != r.Good)
			}
			f, r = fileOf("一.xlsx", base)
			_, _, err = b.AcceptQuestions(t.Context(), "a", f, r)
			must(t, err)
			f, r = fileOf("二.xlsx", c.q)
			_, report, err = b.AcceptQuestions(t.Context(), "a", f, r)
			if (err != nil) != (c.inBank.State == bank.Bad) {
				t.Errorf("second file: %v", err)
			}
			if diff := cmp.Diff(c.inBank, state(report.Rows[0])); diff != "" {
				t.Errorf("against the bank (-want +got):\n%s", diff)
			}
			checkVersions(t, b, base, c.q, c.version)
		})
	}
}

// checkVersions: the question that a paper may refer to never changes.
func checkVersions(t *testing.T, b *bank.Bank, first, second bank.Question, version int) {
	t.Helper()
	got, err := b.Question(t.Context(), first.Outline, bank.QuestionRef{ID: first.ID, Version: 1})
	must(t, err)
	if got.Stem != first.Stem || got.Explanation != first.Explanation || got.Key[0] != first.Key[0] {
		t.Errorf("version 1 changed to %+v", got)
	}
	list, err := b.Questions(t.Context(), first.Outline)
	must(t, err)
	for _, q := range list {
		if q.ID == second.ID && version > 0 {
			if q.Version != version || q.Stem != second.Stem || q.Explanation != second.Explanation {
				t.Errorf("newest version is %+v, want version %d", q, version)
			}
			return
		}
	}
	if version > 0 {
		t.Errorf("question %s was not added", second.ID)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"额定 电流（ ）。", "额定电流()", true},
		{"ＡＢ１", "AB1", true},
		{"mA", "MA", false},
		{"+5V", "-5V", false},
		{"1.5", "15", false},
	} {
		if got := bank.Fingerprint(c.a) == bank.Fingerprint(c.b); got != c.same {
			t.Errorf("%q and %q alike: %v, want %v", c.a, c.b, got, c.same)
		}
	}
}
