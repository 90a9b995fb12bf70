package scoring_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// foundSteps are those of the published sheet: nothing, right kind and layer
// with the place near, exact.
func foundSteps() []scoring.Step {
	return []scoring.Step{
		{ID: "no", Label: scoring.Text{ZH: "未发现"}},
		{ID: "near", Label: scoring.Text{ZH: "类型、层正确，位置相近"}, Marks: 50},
		{ID: "exact", Label: scoring.Text{ZH: "完全正确"}, Marks: 100},
	}
}

// defects is C1 … C13 of the published sheet as one aspect: twelve defects and
// a pot of 2 marks for false alarms.
func defects() scoring.Aspect {
	a := scoring.Aspect{
		ID: "C", Kind: scoring.KindHitList, Name: scoring.Text{ZH: "缺陷查找"}, Max: 1400,
		HitList: &scoring.HitList{Steps: foundSteps(), FalseAlarms: &scoring.FalseAlarms{Max: 200, Each: 100}},
	}
	for i := range 12 {
		id := fmt.Sprintf("C%d", i+1)
		a.HitList.Items = append(a.HitList.Items, scoring.Hit{ID: scoring.HitID(id), Label: scoring.Text{ZH: "缺陷 " + id}})
	}
	return a
}

// hits gives the first items these steps and the others "no".
func hits(a scoring.Aspect, falseAlarms int, steps ...scoring.StepID) scoring.Observation {
	h := &scoring.Hits{Steps: map[scoring.HitID]scoring.StepID{}, FalseAlarms: &falseAlarms}
	for i, item := range a.HitList.Items {
		h.Steps[item.ID] = "no"
		if i < len(steps) {
			h.Steps[item.ID] = steps[i]
		}
	}
	return scoring.Observation{Hits: h}
}

func TestHitList(t *testing.T) {
	t.Parallel()
	a := defects()
	tests := []struct {
		name string
		seen scoring.Observation
		want scoring.Marks
	}{
		{"nothing found, nothing invented", hits(a, 0), 200},
		{"one exact, one near", hits(a, 0, "exact", "near"), 350},
		{"a false alarm costs the pot", hits(a, 1, "exact", "near"), 250},
		{"many cost no hits", hits(a, 9, "exact", "near"), 150},
		{"nothing at all", hits(a, 2), 0},
	}
	for _, tt := range tests {
		got, err := scoring.MarkEntry(a, tt.seen)
		if err != nil || got != scoring.Of(tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	own := defects()
	own.HitList.Items[0].Steps = []scoring.Step{{ID: "miss"}, {ID: "hit", Marks: 300}}
	seen := hits(own, 0, "hit", "exact")
	if got, err := scoring.MarkEntry(own, seen); err != nil || got != scoring.Of(600) {
		t.Errorf("an item with steps of its own: %v, %v", got, err)
	}
}

func TestHitListRefusesEntries(t *testing.T) {
	t.Parallel()
	a := defects()
	without := defects()
	without.HitList.FalseAlarms = nil
	missing := hits(a, 0)
	delete(missing.Hits.Steps, "C3")
	strange := hits(a, 0, "perfect")
	strange.Hits.Steps["C13"] = "no"
	uncounted := hits(a, 0)
	uncounted.Hits.FalseAlarms = nil
	tests := []struct {
		name   string
		aspect scoring.Aspect
		seen   scoring.Observation
		want   []string
	}{
		{"an item not looked at", a, missing, []string{"hits.steps.C3 missing"}},
		{"unknown step and item", a, strange, []string{"hits.steps.C1 unknown", "hits.steps.C13 unknown"}},
		{"false alarms not counted", a, uncounted, []string{"hits.false_alarms missing"}},
		{"false alarms below zero", a, hits(a, -1), []string{"hits.false_alarms out_of_range"}},
		{"false alarms that are not counted here", without, hits(a, 0), []string{"hits.false_alarms not_allowed"}},
		{"another kind's field", a, level(2), []string{" wrong_field"}},
	}
	for _, tt := range tests {
		_, err := scoring.MarkEntry(tt.aspect, tt.seen)
		if diff := cmp.Diff(tt.want, places(t, err, scoring.ErrEntry)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// withAspect returns a valid scheme of one module with the aspects in one
// sub-criterion.
func withAspect(aspects ...scoring.Aspect) scoring.Scheme {
	name := scoring.Text{ZH: "项"}
	sc := scoring.SubCriterion{ID: "S", Name: name, Aspects: aspects}
	for _, a := range aspects {
		sc.Max += a.Max
	}
	m := scoring.Module{ID: "M", Name: name, Max: sc.Max, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{sc}}
	return scoring.Scheme{ID: "s", Version: 1, Name: name, Modules: []scoring.Module{m}}
}

func TestValidateHitList(t *testing.T) {
	t.Parallel()
	const at = "modules[0].sub_criteria[0].aspects[0]"
	tests := []struct {
		name   string
		change func(*scoring.Aspect)
		want   []string
	}{
		{"valid", func(*scoring.Aspect) {}, nil},
		{"without false alarms", func(a *scoring.Aspect) { a.HitList.FalseAlarms, a.Max = nil, 1200 }, nil},
		{"stated 13, the parts make 14", func(a *scoring.Aspect) { a.Max = 1300 }, []string{at + ".max sum_differs"}},
		{"no items", func(a *scoring.Aspect) { a.HitList.Items = nil }, []string{at + ".hit_list.items missing", at + ".max sum_differs"}},
		{"no steps", func(a *scoring.Aspect) { a.HitList.Items, a.HitList.Steps, a.Max = a.HitList.Items[:1], nil, 200 },
			[]string{at + ".hit_list.items[0].steps missing"}},
		{"twice and nameless", func(a *scoring.Aspect) { a.HitList.Items[1] = scoring.Hit{ID: "C1"} },
			[]string{at + ".hit_list.items[1].id duplicate", at + ".hit_list.items[1].label.zh missing"}},
		{"every step earns", func(a *scoring.Aspect) { a.HitList.Steps = a.HitList.Steps[1:] }, []string{at + ".hit_list.steps zero_missing"}},
		{"one step", func(a *scoring.Aspect) {
			a.HitList.Items[0].Steps = []scoring.Step{{ID: "x", Label: scoring.Text{ZH: "x"}}}
			a.Max -= 100
		}, []string{at + ".hit_list.items[0].steps too_few"}},
		{"free alarms", func(a *scoring.Aspect) { a.HitList.FalseAlarms.Each = 0 }, []string{at + ".hit_list.false_alarms.each out_of_range"}},
		{"no list", func(a *scoring.Aspect) { a.HitList = nil }, []string{at + ".hit_list missing"}},
		{"a list of another kind", func(a *scoring.Aspect) { a.Kind = scoring.KindBinary }, []string{at + ".hit_list not_allowed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := defects()
			tt.change(&a)
			err := withAspect(a).Validate()
			if tt.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, places(t, err, scoring.ErrScheme)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Against a count by hand; a better finding never costs marks, a false alarm
// never earns any.
func TestHitListProperties(t *testing.T) {
	t.Parallel()
	a := defects()
	steps := []scoring.StepID{"no", "near", "exact"}
	rapid.Check(t, func(t *rapid.T) {
		found := rapid.SliceOfN(rapid.IntRange(0, 2), 12, 12).Draw(t, "found")
		alarms := rapid.IntRange(0, 5).Draw(t, "alarms")
		mark := func(found []int, alarms int) scoring.Marks {
			var ids []scoring.StepID
			for _, f := range found {
				ids = append(ids, steps[f])
			}
			v, err := scoring.MarkEntry(a, hits(a, alarms, ids...))
			if err != nil {
				t.Fatal(err)
			}
			return v.Marks
		}
		got := mark(found, alarms)
		byHand := scoring.Marks(0)
		for _, f := range found {
			byHand += scoring.Marks(f) * 50
		}
		for left := 2; left > alarms; left-- {
			byHand += 100
		}
		if got != byHand {
			t.Fatalf("%v with %d false alarms is %v, by hand %v", found, alarms, got, byHand)
		}
		if i := rapid.IntRange(0, 11).Draw(t, "better"); found[i] < 2 {
			found[i]++
			if mark(found, alarms) <= got {
				t.Fatal("finding more does not earn more")
			}
		}
		if mark(found, alarms+1) > mark(found, alarms) {
			t.Fatal("a false alarm earns marks")
		}
	})
}
