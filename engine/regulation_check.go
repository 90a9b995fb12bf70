package engine

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// CheckRegulation reports with ErrRegulation everything that is wrong with a
// regulation for a division, all parts together: weights that are not 100 %, a
// sheet whose parts do not make its whole, panels too small for their drops,
// tie chains and awards that name parts that are not there, too few places
// for those who are entered. Paths begin with scheme, rules, procedure or
// honours.
func (s *Contests) CheckRegulation(ctx context.Context, id DivisionID, r Regulation) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	event, err := s.Event(ctx, div.Event)
	if err != nil {
		return err
	}
	people, err := s.Competitors(ctx, id)
	if err != nil {
		return err
	}
	return r.check(event, len(people))
}

// check is pure: event is what the division is of, people how many are
// entered.
func (r *Regulation) check(event Event, people int) error {
	var c checker
	c.under("scheme.", r.Scheme.Validate())
	at := len(c)
	c.under("rules.", r.Rules.Validate(r.Scheme))
	for i := range c[at:] { // rules name what of the scheme does not fit them
		c[at+i].Path = strings.Replace(c[at+i].Path, "rules.scheme.", "scheme.", 1)
	}
	c.under("", r.Procedure.Validate())
	r.Procedure.Draw.checkPlaces(people, &c)
	r.checkHonours(event, &c)
	return c.err(ErrRegulation)
}

// checkPlaces asks that everybody has a place; 0 stations are as many as
// needed.
func (d DrawRule) checkPlaces(people int, c *checker) {
	rule := draw.Rule{Batches: d.Batches, Groups: max(1, d.Groups), Stations: d.Stations, Spare: d.Spare, Rounds: d.Rounds}
	if d.Stations == 0 || d.Batches < 1 {
		return
	}
	if places := rule.Capacity(); places < people {
		c.add("procedure.draw.stations", "too_few_places",
			fmt.Sprintf("%d batches of %d stations, %d of them spare, make %d places for %d competitors", d.Batches, d.Stations, d.Spare, places, people),
			"places", strconv.Itoa(places), "competitors", strconv.Itoa(people))
	}
}

func (r *Regulation) checkHonours(event Event, c *checker) {
	h := r.Honours
	parts := map[scoring.PartID]bool{"": true}
	for _, p := range r.Rules.Parts {
		parts[p.ID] = true
	}
	known := func(path string, id scoring.PartID) {
		c.need(parts[id], path, "unknown", fmt.Sprintf("the rules have no part %q", id))
	}
	filter := func(path string, f award.Filter) {
		for i, p := range f.Passed {
			known(fmt.Sprintf("%s.passed[%d].part", path, i), p.Part)
		}
	}
	if h.Awards != nil {
		c.under("honours.awards.", h.Awards.Validate())
		for i, a := range h.Awards.Awards {
			filter(fmt.Sprintf("honours.awards.awards[%d].filter", i), a.Filter)
		}
		for i, p := range h.Awards.Promotions {
			filter(fmt.Sprintf("honours.awards.promotions[%d].if", i), p.If.Filter)
		}
		if h.Awards.Medals != nil {
			filter("honours.awards.medals.filter", h.Awards.Medals.Filter)
		}
	}
	if h.Teams != nil {
		c.under("honours.teams.", h.Teams.Validate())
		c.need(event.Team != nil && event.Team.Marked == MarkedEach, "honours.teams", "no_teams", "the event has no teams whose members are marked one by one")
		for i, t := range h.Teams.TieChain {
			known(fmt.Sprintf("honours.teams.tie_chain[%d].part", i), t.Part)
		}
	}
	if h.Advance != nil {
		c.under("honours.advance.", h.Advance.Validate())
		filter("honours.advance.filter", h.Advance.Filter)
	}
	if h.Carry != nil {
		c.under("honours.carry.rule.", h.Carry.Rule.Validate())
		if _, ok := r.Scheme.Module(h.Carry.Module); !ok {
			c.add("honours.carry.module", "unknown", "the scheme has no such module")
		}
		c.need(h.Carry.Into != "", "honours.carry.into", "missing", "name the module of the next division that takes the marks")
		c.need(h.Advance != nil, "honours.carry", "no_advance", "marks are carried by those who advance; say who does")
	}
}
