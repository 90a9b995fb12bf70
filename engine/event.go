package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// EventID names an event.
type EventID string

// EventKind says what an event is made of.
type EventKind string

// The kinds of event.
const (
	EventSkill EventKind = "skill" // theory and practical work in an occupation
	// EventJudged is judged only: lectures, performances. There is no
	// occupation, no theory and no station; order of appearance is all a draw
	// gives.
	EventJudged EventKind = "judged"
)

// Event is one competition within a contest (赛项), usually an occupation's.
type Event struct {
	ID      EventID      `json:"id"`
	Contest ContestID    `json:"contest"`
	Name    scoring.Text `json:"name"`
	Kind    EventKind    `json:"kind"`
	// Occupation and Level are null and 0 where the event has none.
	Occupation *bank.Occupation `json:"occupation,omitempty"`
	Level      bank.Level       `json:"level,omitempty"`
	// Team is how teams are made up; null: everybody competes alone.
	Team    *TeamShape `json:"team,omitempty"`
	Created time.Time  `json:"created"`
}

// EventDraft is an event to be made or changed.
type EventDraft struct {
	Name       scoring.Text     `json:"name"`
	Kind       EventKind        `json:"kind" enum:"skill,judged"`
	Occupation *bank.Occupation `json:"occupation,omitempty"`
	Level      bank.Level       `json:"level,omitempty"`
	Team       *TeamShape       `json:"team,omitempty"`
}

var events = store.Table[Event]{
	Collection: store.Collection{Name: "events", Indexes: []store.Index{{Name: "contest"}}},
	ID:         func(e *Event) string { return string(e.ID) },
	Keys: func(e *Event) map[string]string {
		return map[string]string{"contest": store.Key(string(e.Contest), sortableTime(e.Created), string(e.ID))}
	},
}

// firstEvent is the event that a contest is made with. It has the contest's
// id, so that it is known where it was not stored.
func (c *Contest) firstEvent() Event {
	return Event{ID: EventID(c.ID), Contest: c.ID, Name: c.Event, Kind: EventSkill, Created: c.Created}
}

// CreateEvent adds an event to a contest. Error: ErrContest with fields.
func (s *Contests) CreateEvent(ctx context.Context, id ContestID, d EventDraft) (Event, error) {
	if _, err := s.Contest(ctx, id); err != nil {
		return Event{}, err
	}
	if err := d.check(); err != nil {
		return Event{}, err
	}
	e := Event{ID: EventID(newID()), Contest: id, Created: s.now()}
	e.take(d)
	return e, events.Insert(ctx, s.db, &e)
}

// UpdateEvent changes an event of which no division has opened. Errors:
// ErrContest, ErrFrozen.
func (s *Contests) UpdateEvent(ctx context.Context, id EventID, d EventDraft) (Event, error) {
	if err := d.check(); err != nil {
		return Event{}, err
	}
	e, err := s.Event(ctx, id)
	if err != nil {
		return Event{}, err
	}
	if err := s.unopened(ctx, e.Contest, func(div Division) bool { return div.Event == id }); err != nil {
		return Event{}, err
	}
	e.take(d)
	if err := events.Insert(ctx, s.db, &e); err == nil { // it was read from its contest
		return e, nil
	}
	return events.Update(ctx, s.db, string(id), func(old *Event) error { old.take(d); return nil })
}

func (e *Event) take(d EventDraft) {
	e.Name, e.Kind, e.Occupation, e.Level, e.Team = d.Name, d.Kind, d.Occupation, d.Level, d.Team
}

func (d EventDraft) check() error {
	var c checker
	c.text("name", d.Name)
	c.need(d.Kind == EventSkill || d.Kind == EventJudged, "kind", "unknown", "give skill or judged")
	c.need(d.Level == 0 || d.Level.Valid(), "level", "out_of_range", "give a level from 5 to 1, or 0 for none")
	if d.Occupation != nil {
		if err := d.Occupation.Validate(); err != nil {
			c.under("occupation.", err)
		}
	}
	if d.Kind == EventJudged {
		c.need(d.Occupation == nil && d.Level == 0, "occupation", "not_allowed", "an event that is judged only has no occupation")
	}
	if d.Team != nil {
		d.Team.check(&c)
	}
	return c.err(ErrContest)
}

// Events lists the events of a contest, the oldest first.
func (s *Contests) Events(ctx context.Context, id ContestID) ([]Event, error) {
	list, err := events.All(ctx, s.db, store.Query{Index: "contest", Prefix: store.Key(string(id))})
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if string(e.ID) == string(id) {
			return list, nil
		}
	}
	c, err := s.Contest(ctx, id)
	return append([]Event{c.firstEvent()}, list...), err
}

// Event returns one event. Error: store.ErrNotFound.
func (s *Contests) Event(ctx context.Context, id EventID) (Event, error) {
	v, err := events.Get(ctx, s.db, string(id))
	if !isNotFound(err) {
		return v.Value, err
	}
	c, err := s.Contest(ctx, ContestID(id))
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", id, err)
	}
	return c.firstEvent(), nil
}

// TeamShape says how a team is made up.
type TeamShape struct {
	// Marked says whether a team is marked as one competitor or its members
	// one by one, whose results then make the team's.
	Marked TeamMarked `json:"marked" enum:"together,each"`
	Min    int        `json:"min"` // members, from 1
	Max    int        `json:"max"`
	Roles  []TeamRole `json:"roles"` // what members are there for; none: they are alike
}

// TeamMarked says what of a team gets sheets.
type TeamMarked string

// The ways to mark a team.
const (
	MarkedTogether TeamMarked = "together" // the team is one competitor
	MarkedEach     TeamMarked = "each"     // every member is a competitor
)

// TeamRole is a part that members play (主操作手, 记录员).
type TeamRole struct {
	ID   string       `json:"id" maxLength:"50"`
	Name scoring.Text `json:"name"`
	Min  int          `json:"min"` // members of a team who have it
	Max  int          `json:"max"` // 0: any number
}

// teamLimit bounds a team; it bounds memory, it is no rule.
const teamLimit = 100

func (t *TeamShape) check(c *checker) {
	c.need(t.Marked == MarkedTogether || t.Marked == MarkedEach, "team.marked", "unknown", "give together or each")
	c.need(t.Min >= 1 && t.Max >= t.Min && t.Max <= teamLimit, "team.max", "out_of_range", "a team has 1 to 100 members, at least min")
	seen, least := map[string]bool{}, 0
	for i, r := range t.Roles {
		path := fmt.Sprintf("team.roles[%d]", i)
		c.need(strings.TrimSpace(r.ID) != "" && !seen[r.ID], path+".id", "duplicate", "give an id that no other role has")
		c.text(path+".name", r.Name)
		c.need(r.Min >= 0 && (r.Max == 0 || r.Max >= r.Min), path+".max", "out_of_range", "max is at least min, or 0 for any number")
		seen[r.ID], least = true, least+r.Min
	}
	c.need(least <= t.Max, "team.roles", "too_many", "the roles ask for more members than a team may have")
}

// role returns the role with the id or name, and whether there is one.
func (t *TeamShape) role(word string) (TeamRole, bool) {
	for _, r := range t.Roles {
		if r.ID == word || r.Name.ZH == word || r.Name.EN != "" && strings.EqualFold(r.Name.EN, word) {
			return r, true
		}
	}
	return TeamRole{}, false
}
