package award

import (
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Allocation is what a ranking earned and why.
type Allocation struct {
	Rules        RulesID    `json:"rules"`
	RulesVersion int        `json:"rules_version"`
	Event        EventID    `json:"event"`
	Division     DivisionID `json:"division"`

	Scores Scores  `json:"scores"` // empty without a scale
	Awards []Award `json:"awards"` // medals and medallion, then the rules' awards in order
	// Decisions has one for every award and competitor: by award, then rank.
	Decisions []Decision `json:"decisions"`
}

// Award is one award and who got it.
type Award struct {
	ID    ID             `json:"id"`
	Name  scoring.Text   `json:"name"`
	Group Group          `json:"group"`
	Base  int            `json:"base"`  // whom the share is of; 0 where the rule has no base
	Count int            `json:"count"` // places computed; 0 where a score or a medal rule decides
	Codes []scoring.Code `json:"codes"` // given, by rank
	Open  int            `json:"open"`  // places that wait for a lot
	// Lot are those among whom the lot is to be drawn.
	Lot []scoring.Code `json:"lot"`
}

// Decision says about one competitor and one award whether and why.
type Decision struct {
	Award   ID           `json:"award"`
	Code    scoring.Code `json:"code"`
	Rank    int          `json:"rank"`
	Place   int          `json:"place"` // in the line that the rule counted; 0 = not in it
	Outcome Outcome      `json:"outcome"`
	Why     Why          `json:"why"`
	Members []MemberID   `json:"members"` // who receive it; empty unless given
	Text    scoring.Text `json:"text"`
}

// Allocate deals out the awards of r among the results of one division: all
// of them, also the absent and the disqualified. Rules must be valid. The
// order of the results is nothing. Better ranks never get less, filters apart.
//
// Where a lot is needed, the places that it decides stay open, and so does
// every later award of the same group. Draw it, record it as Entry.Lot and
// allocate again.
//
// The error is ErrResults: results of two divisions, a code twice, a rank
// without a total or that does not fit the totals, team sizes that a rule by
// team size does not name.
func Allocate(r Rules, results []Result) (Allocation, error) {
	out := Allocation{Rules: r.ID, RulesVersion: r.Version, Awards: []Award{}, Decisions: []Decision{}, Scores: Scores{Points: map[scoring.Code]int64{}}}
	if len(results) == 0 {
		return out, nil
	}
	if err := checkResults(results); err != nil {
		return Allocation{}, err
	}
	out.Event, out.Division = results[0].Event, results[0].Division
	d := dealer{results: ranked(results), holds: map[Group]map[scoring.Code]ID{}, lots: map[Group]map[scoring.Code]bool{}, names: map[ID]scoring.Text{}}
	if r.Scale != nil {
		totals := make(map[scoring.Code]scoring.Value, len(results))
		for _, res := range results {
			totals[res.Code] = res.Total
			if res.Disqualified {
				totals[res.Code] = scoring.None()
			}
		}
		d.scores = r.Scale.Standardise(totals)
		out.Scores = d.scores
	}
	if r.Medals != nil {
		if err := d.medals(*r.Medals, &out); err != nil {
			return Allocation{}, err
		}
	}
	for i, rule := range r.Awards {
		if err := d.award(fmt.Sprintf("awards[%d]", i), rule, &out); err != nil {
			return Allocation{}, err
		}
	}
	return out, nil
}

// dealer deals one award after the other.
type dealer struct {
	results []Result // in order
	scores  Scores
	holds   map[Group]map[scoring.Code]ID // what competitors hold of a group
	names   map[ID]scoring.Text
	lots    map[Group]map[scoring.Code]bool // for whom a lot about an award of a group is open
}

// held returns the award that the competitor holds and that excludes others of
// the group; "" = none.
func (d *dealer) held(g Group, code scoring.Code) ID {
	if g == "" {
		return ""
	}
	return d.holds[g][code]
}

// claim is one competitor's standing towards one award.
type claim struct {
	*Result
	receivers []MemberID
	refused   Why // by absence, the filter or another award; "" = could be given
	fits      bool
	takes     bool // takes up a place in the line
}

// claims looks at everybody, in order of the ranks.
func (d *dealer) claims(rule Rule) []claim {
	out := make([]claim, len(d.results))
	for i := range d.results {
		c := claim{Result: &d.results[i]}
		c.receivers, c.refused = rule.Filter.receivers(c.Result, rule.Per)
		c.fits = c.refused == ""
		holds := d.held(rule.Group, c.Code) != ""
		if c.fits && holds {
			c.refused = WhyHolds
		}
		no := c.absent()
		if no != "" {
			c.refused = no
		}
		c.takes = no == "" && (c.fits || rule.Among == AmongField) && (!holds || rule.From == FromTop)
		out[i] = c
	}
	return out
}

func (d *dealer) award(path string, rule Rule, out *Allocation) error {
	claims := d.claims(rule)
	var takers []*Result
	var counted []Result
	for _, c := range claims {
		if c.takes {
			takers = append(takers, c.Result)
		}
		if c.fits || rule.Among == AmongField {
			counted = append(counted, *c.Result)
		}
	}
	places, base, ok := rule.places(counted)
	if !ok {
		var p problems
		p.add(path+".by_team_size", "team_size", "award %s has no number for the team sizes of these results", rule.ID)
		return p.err(ErrResults)
	}
	in := line(takers)
	for i := range in {
		in[i].score, in[i].scored = scoreOf(in[i].Result, rule.Measure, d.scores)
	}
	open := rule.decide(in, places, base)
	stands := make(map[scoring.Code]stand, len(in))
	for _, s := range in {
		stands[s.Code] = s
	}
	a := Award{ID: rule.ID, Name: rule.Name, Group: rule.Group, Base: base, Count: places}
	decisions := make([]Decision, len(claims))
	for i, c := range claims {
		s := stands[c.Code]
		decisions[i] = c.settle(s, d.waits(rule, c.Code))
		if s.outcome == LotNeeded {
			a.Lot = append(a.Lot, c.Code)
		}
	}
	// A lot among people who are all refused would decide nothing.
	if slices.ContainsFunc(decisions, func(x Decision) bool { return x.Outcome == LotNeeded }) {
		a.Open = open
	} else {
		a.Lot = nil
	}
	for i := range decisions {
		decisions[i].Text = rule.explain(d, a, claims[i], decisions[i])
	}
	d.record(a, decisions, out)
	return nil
}

// waits reports whether an earlier lot of the group has to be drawn before it
// is known what the competitor gets. Who wins it changes the places of all
// that are counted behind its winners; else only of those who draw.
func (d *dealer) waits(rule Rule, code scoring.Code) bool {
	lots := d.lots[rule.Group]
	if rule.Group == "" || len(lots) == 0 {
		return false
	}
	return lots[code] || rule.From == FromNext && rule.By != ByScore
}

// settle turns a place in the line into a decision: whoever is refused leaves
// the place empty.
func (c claim) settle(s stand, waits bool) Decision {
	x := Decision{Place: s.place, Outcome: s.outcome, Why: s.why, Members: []MemberID{}}
	switch {
	case !c.takes, c.refused != "" && s.outcome != NotGiven:
		x.Outcome, x.Why = NotGiven, c.refused
	case waits && c.refused == "":
		x.Outcome, x.Why = Waiting, WhyLot
	}
	if x.Outcome == Given {
		x.Members = c.receivers
	}
	return x
}

// record adds an award and the decisions about it, which are in the order of
// the results, and notes who holds it now.
func (d *dealer) record(a Award, decisions []Decision, out *Allocation) {
	if a.Lot == nil {
		a.Lot = []scoring.Code{}
	}
	a.Codes = []scoring.Code{}
	if d.holds[a.Group] == nil {
		d.holds[a.Group] = map[scoring.Code]ID{}
	}
	for i, x := range decisions {
		r := &d.results[i]
		x.Award, x.Code, x.Rank = a.ID, r.Code, r.Rank
		if x.Outcome == Given {
			a.Codes = append(a.Codes, r.Code)
			d.holds[a.Group][r.Code] = a.ID
		}
		out.Decisions = append(out.Decisions, x)
	}
	for _, code := range a.Lot {
		if d.lots[a.Group] == nil {
			d.lots[a.Group] = map[scoring.Code]bool{}
		}
		d.lots[a.Group][code] = true
	}
	d.names[a.ID] = a.Name
	out.Awards = append(out.Awards, a)
}

// Honours is a result with what an allocation gave it.
type Honours struct {
	Result
	Points *int64 `json:"points"` // on the scale; null without
	Awards []ID   `json:"awards"`
	Open   bool   `json:"open"` // a lot is still to decide about an award
}

// Honours adds to the results what they got, by rank. Results that the
// allocation does not know get nothing.
func (a Allocation) Honours(results []Result) []Honours {
	got := make(map[scoring.Code][]ID)
	open := make(map[scoring.Code]bool)
	for _, x := range a.Decisions {
		switch x.Outcome {
		case Given:
			got[x.Code] = append(got[x.Code], x.Award)
		case LotNeeded, Waiting:
			open[x.Code] = true
		case NotGiven:
		}
	}
	out := make([]Honours, 0, len(results))
	for _, r := range ranked(results) {
		h := Honours{Result: r, Awards: got[r.Code], Open: open[r.Code]}
		if h.Awards == nil {
			h.Awards = []ID{}
		}
		if n, ok := a.Scores.Points[r.Code]; ok {
			h.Points = &n
		}
		out = append(out, h)
	}
	return out
}

// Of returns the decisions about one competitor, in the order of the awards.
func (a Allocation) Of(code scoring.Code) []Decision {
	out := []Decision{}
	for _, x := range a.Decisions {
		if x.Code == code {
			out = append(out, x)
		}
	}
	return out
}
