package scoring_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
)

func TestRulesAreValidAndSurviveJSON(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	if err := r.Validate(s); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back scoring.Rules
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, back); diff != "" {
		t.Errorf("rules change on their way through JSON:\n%s", diff)
	}
}

func TestValidateRules(t *testing.T) {
	t.Parallel()
	name := scoring.Text{ZH: "x"}
	tests := []struct {
		name   string
		change func(*scoring.Rules, *scoring.Scheme)
		want   []string
	}{
		{"weights 110 %", func(r *scoring.Rules, _ *scoring.Scheme) { r.Parts[0].Weight = 4000 },
			[]string{"parts weights_differ"}},
		{"weight of nothing", func(r *scoring.Rules, _ *scoring.Scheme) { r.Parts[0].Weight = 0 },
			[]string{"parts[0].weight out_of_range", "parts weights_differ"}},
		{"module unused", func(r *scoring.Rules, _ *scoring.Scheme) { r.Parts[1].Modules = r.Parts[1].Modules[:2] },
			[]string{"parts module_unused"}},
		{"module twice and unknown", func(r *scoring.Rules, _ *scoring.Scheme) { r.Parts[0].Modules = []scoring.ModuleID{"A", "B", "Z"} },
			[]string{"parts[0].modules[2] unknown", "parts[1].modules[0] duplicate"}},
		{"no parts", func(r *scoring.Rules, _ *scoring.Scheme) { r.Parts, r.PassLines, r.TieChain = nil, nil, nil },
			[]string{"parts missing"}},
		{"no judges", func(r *scoring.Rules, _ *scoring.Scheme) { r.Panel = scoring.PanelRule{} },
			[]string{"panel.size out_of_range", "panel.min_judges out_of_range"}},
		{"kind without agreement", func(r *scoring.Rules, _ *scoring.Scheme) { delete(r.Agreement, scoring.KindPoints) },
			[]string{"agreement.points missing"}},
		{"unknown kind", func(r *scoring.Rules, _ *scoring.Scheme) { r.Agreement["magic"] = scoring.Agreement{} },
			[]string{"agreement.magic unknown"}},
		{"drops leave none", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.Agreement[scoring.KindPoints] = scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 2, DropLow: 1}
		}, []string{"agreement.points.drop_high too_many"}},
		{"drops of an aspect leave none", func(_ *scoring.Rules, s *scoring.Scheme) {
			aspect(t, *s, "B-J1").Agreement = &scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 3}
		}, []string{"scheme.modules[1].sub_criteria[0].aspects[0].agreement.drop_high too_many"}},
		{"drops with a plain mean", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.Agreement[scoring.KindPoints] = scoring.Agreement{Method: scoring.MethodMean, DropHigh: 1}
		}, []string{"agreement.points.drop_high inconsistent"}},
		{"drop_mean that drops nobody", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.Agreement[scoring.KindPoints] = scoring.Agreement{Method: scoring.MethodDropMean}
		}, []string{"agreement.points.drop_high inconsistent"}},
		{"spread beyond the levels", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.Agreement[scoring.KindJudgement] = scoring.Agreement{Method: scoring.MethodMean, SpreadMax: new(4)}
		}, []string{"agreement.judgement.spread_max out_of_range"}},
		{"step would round a module above its maximum", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.Rounding = scoring.Rounding{Step: 1000, Where: scoring.RoundModule}
		}, []string{"scheme.modules[1].max max_off_step", "scheme.modules[3].max max_off_step"}},
		{"step would round a part above its weight", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.TotalRounding.Step = 2000
		}, []string{"parts[0].weight max_off_step", "parts[1].weight max_off_step"}},
		{"no steps", func(r *scoring.Rules, _ *scoring.Scheme) { r.Rounding.Step, r.TotalRounding.Step = 0, 0 },
			[]string{"rounding.step out_of_range", "total_rounding.step out_of_range"}},
		{"pass lines", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.PassLines = []scoring.PassLine{{Part: "theory", Min: 10001}, {Part: "theory"}, {Part: "nope"}, {Min: -1}}
		}, []string{"pass_lines[0].min out_of_range", "pass_lines[1].part duplicate", "pass_lines[2].part unknown", "pass_lines[3].min out_of_range"}},
		{"tie chain", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.TieChain = []scoring.TieStep{
				{By: scoring.TiePart, Name: name}, {By: scoring.TieModule, Module: "Z", Name: name},
				{By: "beauty", Name: name}, {By: scoring.TieLot, Name: name}, {By: scoring.TieTime, Part: "theory", Name: name},
				{By: scoring.TieLot},
			}
		}, []string{
			"tie_chain[0].part unknown", "tie_chain[1].module unknown", "tie_chain[2].by unknown",
			"tie_chain[4].part unknown", "tie_chain[4] unreachable",
			"tie_chain[5].name.zh missing", "tie_chain[5] unreachable", "tie_chain[5] duplicate",
		}},
		{"unique ranks without a lot", func(r *scoring.Rules, _ *scoring.Scheme) { r.Ranking = scoring.RankUnique },
			[]string{"tie_chain lot_missing"}},
		{"unknown words", func(r *scoring.Rules, _ *scoring.Scheme) {
			r.Ranking, r.Absent, r.ProvisionalMarks, r.Rounding.Where, r.TotalRounding.Where = "", "", "", "", ""
		}, []string{"rounding.where unknown", "total_rounding.where unknown", "ranking unknown", "absent unknown", "provisional_marks unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, r := pcb(t)
			tt.change(&r, &s)
			if diff := cmp.Diff(tt.want, places(t, r.Validate(s), scoring.ErrRules)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}
