// Package engine puts exams and judging together: contests with their
// divisions, competitors, panels and results.
//
// Everything contestable about a division is one ledger stream,
// "division/<id>". Tally is the fold of that stream; sheets, results, boards
// and explanations are read from it and from nothing else. What happens to a
// contest before its divisions open (entries, withdrawals, versions of
// regulations) is the stream "contest/<id>"; Roll is its fold. DESIGN.md tells
// how a mark travels.
package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// ContestID names a contest.
type ContestID string

// ContestLevel is the tier of a contest (domain/contest.md §1.1).
type ContestLevel string

// The tiers, the highest first. The empty one is not stated.
const (
	LevelFirst      ContestLevel = "first"      // 省级一类
	LevelSecond     ContestLevel = "second"     // 省级二类
	LevelCity       ContestLevel = "city"       // 市级
	LevelEnterprise ContestLevel = "enterprise" // 企业
)

// ContestLevels lists every tier in the order in which screens show them.
var ContestLevels = []ContestLevel{LevelFirst, LevelSecond, LevelCity, LevelEnterprise}

// Contest is one competition (大赛) with its events and delegations.
type Contest struct {
	ID   ContestID    `json:"id"`
	Name scoring.Text `json:"name"`
	// Event is the event of a contest that has one; the name of the first.
	Event  scoring.Text `json:"event"`
	Level  ContestLevel `json:"level,omitempty"`
	Year   int          `json:"year,omitempty"`
	Season string       `json:"season,omitempty"` // "第十三届"
	// Organiser stands in the heads of boards and documents; Organisers are all
	// bodies that hold the contest.
	Organiser  string   `json:"organiser"`
	Organisers []string `json:"organisers"`
	// Feeds is the contest of a higher tier to which this one sends people.
	Feeds ContestID `json:"feeds,omitempty"`
	// Rehearsal marks a contest that only tries the system out; its board says so.
	Rehearsal   bool         `json:"rehearsal"`
	Delegations []Delegation `json:"delegations"`
	Created     time.Time    `json:"created"`
}

// ContestDraft is a contest to be made or changed.
type ContestDraft struct {
	Name       scoring.Text `json:"name"`
	Event      scoring.Text `json:"event"` // of the event that the contest is made with
	Level      ContestLevel `json:"level,omitempty" enum:"first,second,city,enterprise"`
	Year       int          `json:"year,omitempty"`
	Season     string       `json:"season,omitempty" maxLength:"100"`
	Organiser  string       `json:"organiser" maxLength:"200"`
	Organisers []string     `json:"organisers,omitempty" maxItems:"50"`
	Feeds      ContestID    `json:"feeds,omitempty" maxLength:"100"`
	Rehearsal  bool         `json:"rehearsal"`
}

var contests = store.Table[Contest]{
	Collection: store.Collection{Name: "contests", Indexes: []store.Index{{Name: "created"}}},
	ID:         func(c *Contest) string { return string(c.ID) },
	Keys:       func(c *Contest) map[string]string { return map[string]string{"created": sortableTime(c.Created)} },
}

// Collections declares what this package stores.
var Collections = []store.Collection{
	contests.Collection, events.Collection, divisions.Collection, competitors.Collection, regulations.Collection, evidences.Collection,
}

func sortableTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// CreateContest makes a contest with one event. Error: ErrContest with fields.
//
// The event is written after the contest and named by the contest's id: where
// a crash left it out it is read from the contest.
func (s *Contests) CreateContest(ctx context.Context, d ContestDraft) (Contest, error) {
	c := Contest{ID: ContestID(newID()), Event: d.Event, Delegations: []Delegation{}, Created: s.now()}
	if err := s.checkContest(ctx, c.ID, d); err != nil {
		return Contest{}, err
	}
	c.take(d)
	if err := contests.Insert(ctx, s.db, &c); err != nil {
		return Contest{}, err
	}
	e := c.firstEvent()
	return c, events.Insert(ctx, s.db, &e)
}

// UpdateContest changes the head of a contest of which nothing has opened.
// The name of its event is the event's matter and stays. Errors: ErrContest,
// ErrFrozen.
func (s *Contests) UpdateContest(ctx context.Context, id ContestID, d ContestDraft) (Contest, error) {
	cur, err := s.Contest(ctx, id)
	if err != nil {
		return Contest{}, err
	}
	d.Event = cur.Event
	if err := s.checkContest(ctx, id, d); err != nil {
		return Contest{}, err
	}
	if err := s.unopened(ctx, id, func(Division) bool { return true }); err != nil {
		return Contest{}, err
	}
	return contests.Update(ctx, s.db, string(id), func(c *Contest) error { c.take(d); return nil })
}

func (c *Contest) take(d ContestDraft) {
	c.Name, c.Level, c.Year, c.Season, c.Feeds, c.Rehearsal = d.Name, d.Level, d.Year, strings.TrimSpace(d.Season), d.Feeds, d.Rehearsal
	c.Organiser, c.Organisers = strings.TrimSpace(d.Organiser), []string{}
	for _, o := range d.Organisers {
		if o = strings.TrimSpace(o); o != "" {
			c.Organisers = append(c.Organisers, o)
		}
	}
	switch {
	case len(c.Organisers) == 0 && c.Organiser != "":
		c.Organisers = append(c.Organisers, c.Organiser)
	case len(c.Organisers) > 0 && c.Organiser == "":
		c.Organiser = c.Organisers[0]
	}
}

func (s *Contests) checkContest(ctx context.Context, id ContestID, d ContestDraft) error {
	var c checker
	c.text("name", d.Name)
	c.text("event", d.Event)
	c.need(d.Level == "" || slices.Contains(ContestLevels, d.Level), "level", "unknown", "give first, second, city or enterprise")
	c.need(d.Year == 0 || d.Year >= 2000 && d.Year <= 2200, "year", "out_of_range", "give the year in four digits")
	c.need(len(d.Season) <= 300 && len(d.Organiser) <= 600 && len(d.Organisers) <= 50, "organisers", "too_long", "at most 50 bodies, each of at most 200 characters")
	for i, o := range d.Organisers {
		c.need(len(o) <= 600, fmt.Sprintf("organisers[%d]", i), "too_long", "a name has at most 200 characters")
	}
	if d.Feeds != "" {
		if err := s.checkFeeds(ctx, id, d.Feeds, &c); err != nil {
			return err
		}
	}
	return c.err(ErrContest)
}

// checkFeeds follows the contests upwards: a contest does not feed itself.
func (s *Contests) checkFeeds(ctx context.Context, id, next ContestID, c *checker) error {
	for range len(ContestLevels) {
		if next == id {
			break
		}
		up, err := s.Contest(ctx, next)
		if isNotFound(err) {
			c.need(false, "feeds", "unknown", "there is no such contest")
			return nil
		}
		if err != nil {
			return err
		}
		if next = up.Feeds; next == "" {
			return nil
		}
	}
	c.need(false, "feeds", "circle", "a contest cannot send people to itself, nor through more contests than there are tiers")
	return nil
}

// Contests lists all contests, the oldest first.
func (s *Contests) Contests(ctx context.Context) ([]Contest, error) {
	all, err := contests.All(ctx, s.db, store.Query{Index: "created"})
	for i := range all {
		all[i].clean()
	}
	return all, err
}

// Contest returns one contest.
func (s *Contests) Contest(ctx context.Context, id ContestID) (Contest, error) {
	v, err := contests.Get(ctx, s.db, string(id))
	v.Value.clean()
	return v.Value, err
}

// clean makes lists that the first version did not store empty.
func (c *Contest) clean() {
	if c.Delegations == nil {
		c.Delegations = []Delegation{}
	}
	if c.Organisers == nil {
		c.Organisers = []string{}
		if c.Organiser != "" {
			c.Organisers = append(c.Organisers, c.Organiser)
		}
	}
}

// unopened returns ErrFrozen when a division that touches says so has been
// opened, naming it.
func (s *Contests) unopened(ctx context.Context, id ContestID, touches func(Division) bool) error {
	list, err := s.Divisions(ctx, id)
	if err != nil {
		return err
	}
	for _, d := range list {
		if touches(d) && d.frozen() {
			return ErrFrozen.Param("division", d.Name.ZH)
		}
	}
	return nil
}

// checker collects wrong places, so that one answer names them all.
type checker []fault.Field

func (c *checker) need(ok bool, path, code, message string) {
	if !ok {
		c.add(path, code, message)
	}
}

func (c *checker) add(path, code, message string, params ...string) {
	f := fault.Field{Path: path, Code: code, Message: message}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[params[i]] = params[i+1]
	}
	*c = append(*c, f)
}

// text asks for a Chinese name of a screen's length.
func (c *checker) text(path string, t scoring.Text) {
	c.need(strings.TrimSpace(t.ZH) != "" && len(t.ZH) <= 300 && len(t.EN) <= 300, path+".zh", "missing", "a Chinese name of at most 100 characters is needed")
}

// under adds the fields of an error below a path.
func (c *checker) under(path string, err error) {
	if f := fault.As(err); f != nil {
		for _, x := range f.Fields {
			x.Path = path + x.Path
			*c = append(*c, x)
		}
	}
}

func (c checker) err(sentinel *fault.Error) error {
	const most = 200
	switch {
	case len(c) == 0:
		return nil
	case len(c) > most:
		c = append(c[:most:most], fault.Field{Code: "more", Message: fmt.Sprintf("and %d more", len(c)-most)})
	}
	return sentinel.With(c...)
}
