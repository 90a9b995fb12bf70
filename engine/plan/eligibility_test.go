package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/plan"
)

func ptr[T any](v T) *T { return &v }

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// TestGenerations evaluates the same persons by both generations of rules.
func TestGenerations(t *testing.T) {
	t.Parallel()
	rules, err := plan.Examples()
	must(t, err)
	if len(rules) != 2 || rules[0].ID != "example-2018" || !rules[0].Example || !rules[1].Example {
		t.Fatalf("the examples are not what this test is about")
	}
	for _, tt := range []struct {
		name     string
		level    bank.Level
		f        plan.Facts
		born     string
		old, new plan.Result
		oldBy    string
		newBy    string
	}{
		{"16 years old", 5, plan.Facts{YearsTotal: ptr(0), Diploma: "none"}, "2010-11-23", plan.NotEligible, plan.Eligible, "", "5-1"},
		{"a day too young", 5, plan.Facts{YearsTotal: ptr(0), Diploma: "none"}, "2010-11-24", plan.NotEligible, plan.NotEligible, "", ""},
		{"date of birth not known", 5, plan.Facts{YearsTotal: ptr(12)}, "", plan.Eligible, plan.NeedsEvidence, "5-1", ""},
		{"six years", 4, plan.Facts{YearsTotal: ptr(72)}, "1990-01-01", plan.Eligible, plan.Eligible, "4-2", "4-1"},
		{"a month short of six", 4, plan.Facts{YearsTotal: ptr(71), HeldLevel: ptr(0), Diploma: "none", InSchool: ptr(false)}, "1990-01-01", plan.NotEligible, plan.Eligible, "", "4-1"},
		{"level 5 for 3 years", 4, plan.Facts{YearsTotal: ptr(36), HeldLevel: ptr(5), HeldSince: "2023-11-23", Diploma: "none", InSchool: ptr(false)}, "1990-01-01", plan.NotEligible, plan.Eligible, "", "4-2"},
		{"level 5 a day short of 3 years", 4, plan.Facts{YearsTotal: ptr(36), HeldLevel: ptr(5), HeldSince: "2023-11-24", Diploma: "none", InSchool: ptr(false)}, "1990-01-01", plan.NotEligible, plan.NotEligible, "", ""},
		{"a higher level counts", 3, plan.Facts{HeldLevel: ptr(3), HeldSince: "2015-01-01"}, "1980-01-01", plan.Eligible, plan.Eligible, "3-1", "3-2"},
		{"in school", 4, plan.Facts{InSchool: ptr(true)}, "2008-01-01", plan.Eligible, plan.Eligible, "4-4", "4-4"},
		{"title and a year", 3, plan.Facts{YearsTotal: ptr(12), Title: "assistant", HeldLevel: ptr(0), Diploma: "none"}, "1990-01-01", plan.NotEligible, plan.Eligible, "", "3-3"},
		{"nothing said", 3, plan.Facts{}, "1990-01-01", plan.NeedsEvidence, plan.NeedsEvidence, "", ""},
		{"level 4, date missing", 3, plan.Facts{HeldLevel: ptr(4), YearsTotal: ptr(24), Diploma: "none", Title: "none"}, "1990-01-01", plan.NeedsEvidence, plan.NeedsEvidence, "", ""},
	} {
		var born time.Time
		if tt.born != "" {
			born = day(tt.born)
		}
		for i, want := range []plan.Result{tt.old, tt.new} {
			by := []string{tt.oldBy, tt.newBy}[i]
			v := rules[i].Evaluate(tt.level, tt.f, born, day("2026-11-23"))
			if v.Result != want || v.Branch != by {
				t.Errorf("%s by %s: %s %q, want %s %q", tt.name, rules[i].ID, v.Result, v.Branch, want, by)
			}
			if (v.Result == plan.Eligible) != (len(v.Missing) == 0) {
				t.Errorf("%s by %s: %s, but %d are missing", tt.name, rules[i].ID, v.Result, len(v.Missing))
			}
		}
	}
}

func TestVerdictExplains(t *testing.T) {
	t.Parallel()
	rules, err := plan.Examples()
	must(t, err)
	v := rules[0].Evaluate(3, plan.Facts{HeldLevel: ptr(4), HeldSince: "2024-05-01", Diploma: "junior_college"}, day("1990-01-01"), day("2026-11-23"))
	if v.Result != plan.Eligible || v.Branch != "3-3" || v.Rule != "example-2018@1" {
		t.Errorf("got %s by %q of %s", v.Result, v.Branch, v.Rule)
	}
	var words []string
	for _, b := range v.Branches {
		for _, c := range b.Conditions {
			words = append(words, b.Branch+" "+c.Text.ZH+" "+c.Have+" "+string(c.Holds))
		}
	}
	want := []string{
		"3-1 取得本职业或相关职业四级/中级工证书 4 yes", "3-1 取得四级/中级工证书后满5年 2 no",
		"3-2 取得本职业或相关职业四级/中级工证书 4 yes", "3-2 学历：高级技工学校或技师学院 junior_college no",
		"3-3 取得本职业或相关职业四级/中级工证书 4 yes", "3-3 学历：大专或本科或研究生 junior_college yes", "3-3 取得四级/中级工证书后满2年 2 yes",
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Errorf("the explanation (-want +got)\n%s", diff)
	}
	if v := (&plan.Eligibility{}).Evaluate(3, plan.Facts{}, time.Time{}, now); v.Result != plan.Eligible {
		t.Errorf("without rules: %s", v.Result)
	}
}
