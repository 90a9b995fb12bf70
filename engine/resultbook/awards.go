package resultbook

import (
	"github.com/xinglu/xinglu/engine"
)

// Awards is what a division's final results earn, with the names of people, as
// papers show it. Package scoring/award computes it.
type Awards struct {
	RulesVersion int                           `json:"rules_version"`
	Honours      []Honour                      `json:"honours"` // by award, then rank
	Promotions   []Promotion                   `json:"promotions"`
	Teams        []TeamLine                    `json:"teams"`       // by rank
	Delegations  []TeamLine                    `json:"delegations"` // by rank
	Medals       []string                      `json:"medals"`      // the best first; for the ceremony's workbooks
	Points       map[engine.CompetitorID]int64 `json:"points"`      // on the scale, by competitor
}

// Honour is one award of one person or competitor.
type Honour struct {
	Award      string              `json:"award"`
	Name       string              `json:"name"` // of the award: "一等奖"
	Competitor engine.CompetitorID `json:"competitor"`
	Member     string              `json:"member,omitempty"` // of a team that is marked as one
	Recipient  string              `json:"recipient"`        // name of the person or team
	Unit       string              `json:"unit"`
	Rank       int                 `json:"rank"`
	Why        string              `json:"why"` // the rule's explanation
}

// Promotion is a suggestion of a higher level (职业技能等级晋升建议).
type Promotion struct {
	Competitor engine.CompetitorID `json:"competitor"`
	Recipient  string              `json:"recipient"`
	Unit       string              `json:"unit"`
	Held       string              `json:"held"` // "三级/高级工"; "" for none
	To         string              `json:"to"`   // "二级/技师"; "" for no suggestion
	Why        string              `json:"why"`
}

// TeamLine is a team or delegation in its table.
type TeamLine struct {
	Rank    int      `json:"rank"` // 0: none
	Tied    bool     `json:"tied"`
	Name    string   `json:"name"`
	Value   string   `json:"value"` // marks or points
	Members []string `json:"members"`
	Why     string   `json:"why"` // by what it is behind the one before
}

// names lists the awards of each competitor.
func (a *Awards) names() map[engine.CompetitorID][]string {
	out := map[engine.CompetitorID][]string{}
	if a == nil {
		return out
	}
	seen := map[string]bool{}
	for _, h := range a.Honours {
		if key := string(h.Competitor) + "\x00" + h.Name; !seen[key] {
			seen[key] = true
			out[h.Competitor] = append(out[h.Competitor], h.Name)
		}
	}
	return out
}
