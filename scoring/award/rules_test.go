package award_test

import (
	"testing"

	"github.com/xinglu/xinglu/scoring/award"
)

// whole are rules that use everything and are valid.
func whole(t tb) award.Rules {
	t.Helper()
	s := the700()
	awards := append(prizes(award.TiesIncludeAll), titles()...)
	awards = append(awards,
		award.Rule{ID: "top", From: award.FromTop, Cut: award.Cut{By: award.ByRank, ByTeamSize: []award.SizeCount{{Members: 1, Count: 5}, {Members: 2, Count: 3}}}},
		award.Rule{ID: "pass", Cut: award.Cut{By: award.ByScore, Min: 700, Measure: award.OnScale}})
	return rules(t, award.Rules{Scale: &s, Medals: medals2015(), Awards: awards, Promotions: promotions()})
}

func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*award.Rules)
		want   []string
	}{
		"as they are":    {func(*award.Rules) {}, nil},
		"no id":          {func(r *award.Rules) { r.ID, r.Version = "", 0 }, []string{"id missing", "version out_of_range"}},
		"an award twice": {func(r *award.Rules) { r.Awards[0].ID = "gold" }, []string{"awards[0].id duplicate"}},
		"an award unnamed": {func(r *award.Rules) { r.Awards[0].ID, r.Awards[0].Name.ZH = "", "" },
			[]string{"awards[0].id missing", "awards[0].name.zh missing"}},
		"more than all":  {func(r *award.Rules) { r.Awards[0].ShareBP = 10001 }, []string{"awards[0].share_bp out_of_range"}},
		"share of what?": {func(r *award.Rules) { r.Awards[0].Base = "" }, []string{"awards[0].base unknown"}},
		"rounded how?":   {func(r *award.Rules) { r.Awards[0].Rounding = "bank" }, []string{"awards[0].rounding unknown"}},
		"by what?": {func(r *award.Rules) { r.Awards[0].By, r.Awards[0].Ties = "mood", "" },
			[]string{"awards[0].by unknown", "awards[0].ties unknown"}},
		"quotas are for the next stage": {func(r *award.Rules) { r.Awards[0].By = award.ByQuota }, []string{"awards[0].by unknown"}},
		"who counts?": {func(r *award.Rules) { r.Awards[0].Among, r.Awards[0].Per, r.Awards[0].From = "", "", "" },
			[]string{"awards[0].among unknown", "awards[0].per unknown", "awards[0].from unknown"}},
		"ranks from the next":     {func(r *award.Rules) { r.Awards[6].From = award.FromNext }, []string{"awards[6].from inconsistent"}},
		"two numbers":             {func(r *award.Rules) { r.Awards[6].Count = 1 }, []string{"awards[6].count inconsistent"}},
		"a size twice":            {func(r *award.Rules) { r.Awards[6].ByTeamSize[1].Members = 1 }, []string{"awards[6].by_team_size[1].members duplicate"}},
		"no places":               {func(r *award.Rules) { r.Awards[3].Count = 0 }, []string{"awards[3].count out_of_range"}},
		"a bound without sharing": {func(r *award.Rules) { r.Awards[3].Ties, r.Awards[3].MaxBP = award.TiesCut, 1 }, []string{"awards[3].max_bp inconsistent", "awards[3].base unknown"}},
		"points without a scale":  {func(r *award.Rules) { r.Scale = nil }, []string{"awards[7].measure scale_missing"}},
		"filters": {func(r *award.Rules) {
			r.Awards[0].Filter = award.Filter{Identities: []award.Identity{"guest"}, Levels: []award.Level{6}, TeamSizes: []int{0}, Passed: []award.PartName{{Part: "x"}}}
		}, []string{"awards[0].filter.identities[0] unknown", "awards[0].filter.levels[0] out_of_range",
			"awards[0].filter.passed[0].name.zh missing", "awards[0].filter.team_sizes[0] out_of_range"}},
		"medals": {func(r *award.Rules) {
			r.Medals.Group, r.Medals.Sharing, r.Medals.Medals[1].ID = "", award.ShareNever, "gold"
			r.Medals.Medallion.Min = -1
		}, []string{"medals.group missing", "medals.medals[1].id duplicate", "medals.medallion.min out_of_range", "medals.gap inconsistent"}},
		"no medals": {func(r *award.Rules) { r.Medals.Medals = nil }, []string{"medals.medals missing"}},
		"a promotion downwards": {func(r *award.Rules) { r.Promotions[0].From = []award.Level{3, 2, 1} },
			[]string{"promotions[0].from[1] not_higher", "promotions[0].from[2] not_higher"}},
		"a promotion to nothing": {func(r *award.Rules) { r.Promotions[0].To, r.Promotions[0].From = 0, nil },
			[]string{"promotions[0].to out_of_range", "promotions[0].from missing"}},
		"a promotion by an unknown award": {func(r *award.Rules) {
			r.Promotions[1].ID, r.Promotions[1].If.Awards = "technician", []award.ID{"luck"}
		}, []string{"promotions[1].id duplicate", "promotions[1].if.awards[0] unknown"}},
		"scale": {func(r *award.Rules) {
			r.Scale = &award.Scale{Centre: 700, Max: 600, Estimator: "mean", Factor: award.Fraction{Num: 1}, Population: "some", MADZero: "guess"}
		}, []string{"scale.spread out_of_range", "scale.estimator unknown", "scale.factor.den out_of_range", "scale.min out_of_range",
			"scale.population unknown", "scale.mad_zero unknown"}},
	}
	for name, tt := range tests {
		r := whole(t)
		r.Medals.Medals = append([]award.Medal(nil), r.Medals.Medals...)
		tt.change(&r)
		err := r.Validate()
		if tt.want == nil {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		same(t, name, tt.want, places(t, err, award.ErrRules))
	}
}
