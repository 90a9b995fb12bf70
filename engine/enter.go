package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Filer is who enters, withdraws and replaces people. An organiser does so for
// everyone, at any time before the opening; what a leader files for the own
// delegation within the registration window waits for the organiser.
type Filer struct {
	Account  access.AccountID
	Everyone bool // an organiser
}

func (f Filer) to() EnlistState {
	if f.Everyone {
		return EnlistEntered
	}
	return EnlistFiled
}

// entryDesk reads what a list for the division is checked against, and checks
// that the filer may work there now. Errors: ErrFrozen, ErrNotYours,
// ErrFiling.
func (s *Contests) entryDesk(ctx context.Context, f Filer, id DivisionID) (*entryDesk, error) {
	div, err := s.Division(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &entryDesk{div: div, filer: f, all: map[DivisionID]Division{}, today: s.now(), old: map[exam.CandidateID]bool{}}
	if d.contest, err = s.Contest(ctx, div.Contest); err != nil {
		return nil, err
	}
	if d.event, err = s.Event(ctx, div.Event); err != nil {
		return nil, err
	}
	list, err := s.Divisions(ctx, div.Contest)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		d.all[x.ID] = x
	}
	if err := s.firstVersion(ctx, id, func(c Competitor) { d.old[c.Candidate] = true }); err != nil {
		return nil, err
	}
	if f.Everyone {
		return d, nil
	}
	if d.own = d.contest.ledBy(f.Account); len(d.own) == 0 {
		return nil, ErrNotYours
	}
	return d, nil
}

// takes reports whether the division takes changes of its list now.
func (d *entryDesk) takes() error {
	switch {
	case d.div.frozen():
		return ErrFrozen.Param("division", d.div.Name.ZH)
	case d.filer.Everyone:
		return nil
	case d.div.Registration == nil:
		return ErrFiling
	case !d.div.Registration.holds(d.today):
		return ErrFiling.Param("from", sortableTime(d.div.Registration.From)).Param("until", sortableTime(d.div.Registration.Until))
	}
	return nil
}

// ledBy lists the delegations that an account leads.
func (c *Contest) ledBy(a access.AccountID) []DelegationID {
	var own []DelegationID
	for _, d := range c.Delegations {
		for _, l := range d.Leaders {
			if l == a {
				own = append(own, d.ID)
			}
		}
	}
	return own
}

// Enlisted is what became of a list.
type Enlisted struct {
	Competitors []CompetitorID `json:"competitors"` // in the order of the list
	Warnings    []fault.Field  `json:"warnings"`    // doubtful, but entered
}

// Enlist enters a list of people in a division that is being set up: all of
// them or, with ErrEntries naming every wrong place ("list[3].id_number"),
// nobody. A repeated key returns the first result. Errors: ErrEntries,
// ErrFrozen, ErrFiling, ErrNotYours, ErrKey.
//
// Order of writes: the documents first, then the record, which is what counts.
// A crash between leaves sealed documents that nothing names.
func (s *Contests) Enlist(ctx context.Context, f Filer, id DivisionID, b PersonList) (Enlisted, error) {
	if err := checkKey(b.Key); err != nil {
		return Enlisted{}, err
	}
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return Enlisted{}, err
	}
	out, done, err := s.replayed(ctx, d, b.Key)
	if done || err != nil {
		return out, err
	}
	if err := d.takes(); err != nil {
		return Enlisted{}, err
	}
	groups, found := s.examine(d, &b)
	if err := refuseList("list", found); err != nil {
		return Enlisted{}, err
	}
	docs, list, at, err := s.prepare(d, &b, groups)
	if err != nil {
		return Enlisted{}, err
	}
	if found, err = s.check(ctx, d, list, at); err != nil {
		return Enlisted{}, err
	}
	if err := refuseList("list", found); err != nil {
		return Enlisted{}, err
	}
	if err := s.storeCompetitors(ctx, docs); err != nil {
		return Enlisted{}, err
	}
	err = s.stepRoll(ctx, d.div.Contest, string(f.Account), "entered/"+listKey(id, b.Key), func(r *Roll) (string, any, error) {
		if _, done := r.keys[listKey(id, b.Key)]; done {
			return "", nil, nil
		}
		if err := d.open(r); err != nil {
			return "", nil, err
		}
		if err := refuseList("list", d.fits(r, list, at)); err != nil { // of a list that came between
			return "", nil, err
		}
		return kindEntered, rollEntered{Division: id, Key: b.Key, Source: b.Source, SHA256: b.SHA256, To: f.to(), List: list}, nil
	})
	if err != nil {
		return Enlisted{}, err
	}
	out, _, err = s.replayed(ctx, d, b.Key)
	out.Warnings = warnings("list", found)
	return out, err
}

// open refuses changes of a list that was closed for the opening.
func (d *entryDesk) open(r *Roll) error {
	if _, closed := r.closed[d.div.ID]; closed {
		return ErrFrozen.Param("division", d.div.Name.ZH)
	}
	return nil
}

// replayed returns what a list with the key got before.
func (s *Contests) replayed(ctx context.Context, d *entryDesk, key string) (out Enlisted, done bool, err error) {
	out.Warnings = []fault.Field{}
	err = s.onRoll(ctx, d.div.Contest, func(r *Roll) error {
		out.Competitors, done = r.keys[listKey(d.div.ID, key)]
		return nil
	})
	return out, done, err
}

// check asks the roll about a list.
func (s *Contests) check(ctx context.Context, d *entryDesk, list []rollEntry, at []int) (found []namelist.Finding, err error) {
	err = s.onRoll(ctx, d.div.Contest, func(r *Roll) error {
		found = d.fits(r, list, at)
		return d.open(r)
	})
	return found, err
}

// prepare makes the documents and the roll's lines of groups; at is where in
// the list each begins.
func (s *Contests) prepare(d *entryDesk, b *PersonList, groups []group) (docs []Competitor, list []rollEntry, at []int, err error) {
	try := s.opts.Sealer.Blind(b.Key+"\x00"+string(marshal(b.List)), "competitor_list")[:16]
	for _, g := range groups {
		c, err := s.competitor(d, b, g, try)
		if err != nil {
			return nil, nil, nil, err
		}
		docs, list, at = append(docs, c), append(list, c.entry(waivers(b, g))), append(at, g.at[0])
	}
	return docs, list, at, nil
}

func waivers(b *PersonList, g group) string {
	var all []string
	for _, i := range g.at {
		if w := b.List[i].Waiver; w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, "; ")
}

// storeCompetitors writes documents. One that is there holds the same: its id
// tells the content of the list.
func (s *Contests) storeCompetitors(ctx context.Context, docs []Competitor) error {
	const together = 16
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range docs {
		g.Go(func() error {
			err := competitors.Insert(ctx, s.db, &docs[i])
			if errors.Is(err, store.ErrExists) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}

func refuseList(list string, found []namelist.Finding) error {
	var c checker
	for _, f := range found {
		if !f.Warning {
			c = append(c, fieldOf(list, f))
		}
	}
	return c.err(ErrEntries)
}

func warnings(list string, found []namelist.Finding) []fault.Field {
	all := []fault.Field{}
	for _, f := range found {
		if f.Warning {
			all = append(all, fieldOf(list, f))
		}
	}
	return all
}

func fieldOf(list string, f namelist.Finding) fault.Field {
	path := list
	if f.Index >= 0 {
		path = fmt.Sprintf("%s[%d].%s", list, f.Index, f.Path)
	}
	return fault.Field{Path: path, Code: f.Code, Message: f.Message, Params: f.Params}
}

// checkKey refuses keys that cannot make a call idempotent.
func checkKey(key string) error {
	if key == "" || len(key) > 100 {
		return ErrKey
	}
	return nil
}

// Enter adds registered candidates to a division that is being set up, all or
// none of them. One who is there already is refused with a path. Errors:
// ErrContest, ErrFrozen.
func (s *Contests) Enter(ctx context.Context, id DivisionID, list []Competitor) error {
	var c checker
	b := PersonList{Key: newID(), Source: "candidates"}
	seen := map[exam.CandidateID]bool{}
	for i, x := range list {
		path := fmt.Sprintf("competitors[%d]", i)
		c.need(x.Candidate != "" && strings.TrimSpace(x.Name) != "", path, "missing", "candidate and name are needed")
		c.need(x.Candidate == "" || !seen[x.Candidate], path, "duplicate", "this candidate is in the division already")
		seen[x.Candidate] = true
		b.List = append(b.List, Person{
			Name: x.Name, Unit: x.Unit, City: x.City, Delegation: string(x.Delegation), Identity: x.Identity,
			HeldLevel: x.HeldLevel, HeldNumber: x.HeldNumber, Born: x.Born, Team: x.TeamName, Role: x.Role, candidate: x.Candidate,
		})
	}
	if err := c.err(ErrContest); err != nil || len(list) == 0 {
		return err
	}
	_, err := s.Enlist(ctx, Filer{Everyone: true}, id, b)
	if f := fault.As(err); f != nil && errors.Is(err, ErrEntries) {
		for i := range f.Fields { // the words of this door
			f.Fields[i].Path = strings.Replace(f.Fields[i].Path, "list[", "competitors[", 1)
		}
		return ErrContest.With(f.Fields...)
	}
	return err
}
