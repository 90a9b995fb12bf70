package scoring_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// sectioned is a scheme of three aspects of 10, 25 and 65 marks in the
// sections 1, 2 and 3.
func sectioned(deviation int, weights ...int) scoring.Scheme {
	var aspects []scoring.Aspect
	for i, m := range []scoring.Marks{1000, 2500, 6500} {
		a := named(linear(m, 100))
		a.ID, a.Section = scoring.AspectID("L"+string(rune('1'+i))), string(rune('1'+i))
		aspects = append(aspects, a)
	}
	s := withAspect(append(aspects, named(penalty))...) // a penalty needs no section
	s.SectionDeviation = deviation
	for i, w := range weights {
		s.Sections = append(s.Sections, scoring.Section{ID: string(rune('1' + i)), Name: scoring.Text{ZH: "节"}, Weight: w})
	}
	return s
}

func TestSectionShares(t *testing.T) {
	t.Parallel()
	s := sectioned(500, 1000, 2000, 7000)
	if err := s.Validate(); err != nil {
		t.Fatalf("within 5 %%: %v", err)
	}
	want := []scoring.SectionShare{
		{Section: s.Sections[0], Marks: 1000, Of: 10000, Share: 1000, Fit: scoring.FitExact},
		{Section: s.Sections[1], Marks: 2500, Of: 10000, Share: 2500, Variation: 500, Fit: scoring.FitWithin},
		{Section: s.Sections[2], Marks: 6500, Of: 10000, Share: 6500, Variation: -500, Fit: scoring.FitWithin},
	}
	if diff := cmp.Diff(want, s.SectionShares()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.SectionDeviation = 499
	err := s.Validate()
	if diff := cmp.Diff([]string{"sections[1].weight share_differs", "sections[2].weight share_differs"}, places(t, err, scoring.ErrScheme)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(err.Error(), "section 2 states 20.00 %, its aspects have 25.00 of 100.00 marks, 25.00 %") {
		t.Errorf("the message does not say the amounts: %v", err)
	}
	if shares := withAspect(defects()).SectionShares(); len(shares) != 0 {
		t.Errorf("shares without sections: %v", shares)
	}
}

func TestValidateSections(t *testing.T) {
	t.Parallel()
	at := func(i string) string { return "modules[0].sub_criteria[0].aspects[" + i + "].section unknown" }
	for _, tt := range []struct {
		name   string
		scheme scoring.Scheme
		change func(*scoring.Scheme)
		want   []string
	}{
		{"weights of 90 %", sectioned(1000, 1000, 2000, 6000), nil, []string{"sections weights_differ"}},
		{"a section twice", sectioned(10000, 1000, 2000, 7000), func(s *scoring.Scheme) { s.Sections[1] = scoring.Section{ID: "1", Weight: 2000} },
			[]string{"sections[1].id duplicate", "sections[1].name.zh missing", at("1")}},
		{"an aspect without", sectioned(10000, 1000, 2000, 7000), func(s *scoring.Scheme) { s.Modules[0].SubCriteria[0].Aspects[2].Section = "" },
			[]string{at("2")}},
		{"no sections at all", sectioned(0), nil, []string{at("0"), at("1"), at("2")}},
		{"weights and deviation out of range", sectioned(10001, -1, 3001, 7000), nil,
			[]string{"sections[0].weight out_of_range", "section_deviation out_of_range"}},
		{"layers, days and limits", sectioned(0, 1000, 2500, 6500), func(s *scoring.Scheme) {
			m := &s.Modules[0]
			m.SeenAs, m.TimeLimitMS, m.SubCriteria[0].SeenAs, m.SubCriteria[0].Day = "name", -1, "unit", -2
		}, []string{
			"modules[0].time_limit_ms out_of_range", "modules[0].seen_as unknown",
			"modules[0].sub_criteria[0].seen_as unknown", "modules[0].sub_criteria[0].day out_of_range",
		}},
	} {
		if tt.change != nil {
			tt.change(&tt.scheme)
		}
		if diff := cmp.Diff(tt.want, places(t, tt.scheme.Validate(), scoring.ErrScheme)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The verdict on a section is that of the definition in integers.
func TestSectionProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		deviation := rapid.IntRange(0, 1500).Draw(t, "deviation")
		w1 := rapid.IntRange(0, 5000).Draw(t, "w1")
		w2 := rapid.IntRange(0, 5000).Draw(t, "w2")
		s := sectioned(deviation, w1, w2, 10000-w1-w2)
		worst := false
		for _, share := range s.SectionShares() {
			apart := int64(share.Marks)*10000 - int64(share.Section.Weight)*int64(share.Of)
			want := scoring.FitExact
			switch {
			case apart*apart > int64(deviation)*int64(share.Of)*int64(deviation)*int64(share.Of):
				want, worst = scoring.FitBeyond, true
			case apart != 0:
				want = scoring.FitWithin
			}
			if share.Fit != want {
				t.Fatalf("%+v, want %s", share, want)
			}
		}
		if err := s.Validate(); (err != nil) != worst {
			t.Fatalf("beyond %v: %v", worst, err)
		}
	})
}
