package exam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// booking says which sittings have a room or a person, and when. There is one
// document a room and one a person, changed by compare-and-set: of two sittings
// that ask at once for a seat at one time, or for a person, one gets it.
type booking struct {
	Subject string  `json:"subject"` // roomSubject or personSubject
	Taken   []taken `json:"taken"`
}

// taken is a room or a person taken by one sitting.
type taken struct {
	Sitting SittingID `json:"sitting"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"` // not any more; of a room that of the last seat
	// Seats of a room that are taken, and until when.
	Seats map[string]time.Time `json:"seats,omitempty"`
	// Run is the Prepare that asks, as the roll numbers them; 0 once the roll
	// is frozen. Each run has an entry of its own, so that one that is refused
	// takes nothing from another one that goes on.
	Run int       `json:"run,omitempty"`
	At  time.Time `json:"at"`
}

// A centre is the same in two sittings when code and name are: codes alone are
// each organiser's own.
func roomSubject(c *Centre, room string) string {
	return "r" + derived("room", c.Code, strings.TrimSpace(c.Name), room)
}

func personSubject(id CandidateID) string { return "p" + derived("person", string(id)) }

const (
	// bookingAge is how long a Prepare may take between asking and freezing;
	// after that what it asked for is left over from a crash.
	bookingAge = 10 * time.Minute
	// bookingKept is for how long after its end an entry is kept. It bounds
	// the documents of rooms.
	bookingKept = 48 * time.Hour
)

// until is when a candidate with the factor leaves the seat at the latest.
// Grants are not known yet.
func (s *Sitting) until(m Factor) time.Time {
	return s.ClosesAt.Add(ms(max(m, Whole).scaled(s.Rules.LimitMS) - s.Rules.LimitMS))
}

// clash is what a sitting cannot have because another one has it.
type clash struct {
	other SittingID
	seats []string // of a room
}

// against returns the clash of t with what another sitting has; nil: none.
// Times are half open: one sitting may begin when another ends.
func (t *taken) against(have *taken) *clash {
	if have.Sitting == t.Sitting || !t.From.Before(have.Until) || !have.From.Before(t.Until) {
		return nil
	}
	if t.Seats == nil {
		return &clash{other: have.Sitting}
	}
	var seats []string
	for seat, until := range t.Seats {
		if end, both := have.Seats[seat]; both && t.From.Before(end) && have.From.Before(until) {
			seats = append(seats, seat)
		}
	}
	if seats == nil {
		return nil
	}
	slices.Sort(seats)
	return &clash{have.Sitting, seats}
}

// changeBooking edits the document of a subject, again when another writer
// came between. change reports whether there is anything to store.
func (s *Service) changeBooking(ctx context.Context, subject string, change func(*booking) (bool, error)) error {
	for {
		b := booking{Subject: subject}
		doc, err := bookings.Get(ctx, s.db, subject)
		if err == nil {
			b = doc.Value
		} else if !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading what is taken: %w", err)
		}
		write, err := change(&b)
		if err != nil || !write {
			return err
		}
		switch {
		case doc.Version == 0:
			err = bookings.Insert(ctx, s.db, &b)
		case len(b.Taken) == 0:
			err = bookings.Delete(ctx, s.db, subject, doc.Version)
		default:
			err = bookings.Replace(ctx, s.db, &b, doc.Version)
		}
		again := errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrVersion) || errors.Is(err, store.ErrNotFound)
		if !again || ctx.Err() != nil {
			return err
		}
	}
}

// book enters want, unless other sittings have it then.
func (s *Service) book(ctx context.Context, subject string, want taken) (clashes []clash, err error) {
	err = s.changeBooking(ctx, subject, func(b *booking) (bool, error) {
		clashes = nil
		var keep []taken
		for i := range b.Taken {
			have := &b.Taken[i]
			if have.Sitting == want.Sitting && (want.Run == 0 || have.Run == want.Run) {
				continue // replaced
			}
			if x := want.against(have); x != nil {
				dead, err := s.givenUp(ctx, have)
				if err != nil {
					return false, err
				}
				if dead {
					continue
				}
				clashes = append(clashes, *x)
			}
			if have.Until.Add(bookingKept).After(s.now()) {
				keep = append(keep, *have)
			}
		}
		if want.Seats == nil || len(want.Seats) > 0 {
			keep = append(keep, want)
		}
		changed := !slices.EqualFunc(b.Taken, keep, taken.same)
		b.Taken = keep
		return changed && clashes == nil, nil
	})
	return clashes, err
}

// same reports whether two entries say the same, whenever they were made.
func (t taken) same(o taken) bool {
	return t.Sitting == o.Sitting && t.Run == o.Run && t.From.Equal(o.From) && t.Until.Equal(o.Until) && maps.EqualFunc(t.Seats, o.Seats, time.Time.Equal)
}

// givenUp reports whether an entry does not count any more: its sitting is
// closed, or a Prepare was cut off long ago before it froze the roll.
func (s *Service) givenUp(ctx context.Context, t *taken) (bool, error) {
	c, err := s.courseOf(ctx, t.Sitting)
	if err != nil {
		return false, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil || known.State == Closed {
		return err == nil, err
	}
	if t.Run == 0 || s.now().Sub(t.At) < bookingAge {
		return false, nil
	}
	roll, err := rolls.Get(ctx, s.db, string(t.Sitting))
	return err == nil && !roll.Value.Frozen, err
}

// unbook takes the sitting's entries back for which drop says so.
func (s *Service) unbook(ctx context.Context, id SittingID, subject string, drop func(*taken) bool) error {
	return s.changeBooking(ctx, subject, func(b *booking) (bool, error) {
		n := len(b.Taken)
		b.Taken = slices.DeleteFunc(b.Taken, func(t taken) bool { return t.Sitting == id && drop(&t) })
		return len(b.Taken) < n, nil
	})
}

// wish is what a sitting wants of one subject.
type wish struct {
	subject string
	taken
	centre, room string // of a room: codes
	name         string // of a person
}

// wishes are all rooms of the sitting, with the seats that the plan fills, and
// all people.
func (s *Sitting) wishes(plan []placed, people map[CandidateID]*Candidate, run int, now time.Time) []wish {
	var list []wish
	rooms := map[Place]map[string]time.Time{}
	for i := range plan {
		p := &plan[i].prepared
		until := s.until(p.Factor)
		at := Place{Centre: p.Place.Centre, Room: p.Place.Room}
		if rooms[at] == nil {
			rooms[at] = map[string]time.Time{}
		}
		rooms[at][p.Place.Seat] = until
		list = append(list, wish{subject: personSubject(p.Candidate), name: people[p.Candidate].Name,
			taken: taken{Sitting: s.ID, From: s.StartsAt, Until: until, Run: run, At: now}})
	}
	for i := range s.Centres {
		c := &s.Centres[i]
		for _, r := range c.Rooms {
			w := wish{subject: roomSubject(c, r.Code), centre: c.Code, room: r.Code,
				taken: taken{Sitting: s.ID, From: s.StartsAt, Until: s.ClosesAt, Run: run, At: now, Seats: rooms[Place{Centre: c.Code, Room: r.Code}]}}
			if w.Seats == nil {
				w.Seats = map[string]time.Time{}
			}
			for _, until := range w.Seats {
				w.Until = later(w.Until, until)
			}
			list = append(list, w)
		}
	}
	return list
}

// bookAll enters every wish that it can and names what other sittings have.
func (s *Service) bookAll(ctx context.Context, list []wish) ([]fault.Field, error) {
	clashes := make([][]clash, len(list))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range list {
		g.Go(func() (err error) {
			clashes[i], err = s.book(gctx, list[i].subject, list[i].taken)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return s.clashFields(ctx, list, clashes)
}

// clashFields says what clashes: a field for each room and other sitting, and
// one for all people of another sitting.
func (s *Service) clashFields(ctx context.Context, list []wish, clashes [][]clash) ([]fault.Field, error) {
	var fields []fault.Field
	people := map[SittingID][]string{}
	for i, found := range clashes {
		for _, x := range found {
			if x.seats == nil {
				people[x.other] = append(people[x.other], list[i].name)
				continue
			}
			other, err := s.courseOf(ctx, x.other)
			if err != nil {
				return nil, err
			}
			seats := strings.Join(x.seats, ", ")
			fields = append(fields, fault.Field{Path: "centres", Code: "seat_busy",
				Params:  map[string]string{"centre": list[i].centre, "room": list[i].room, "seats": seats, "sitting": other.sitting.Name.ZH, "id": string(x.other)},
				Message: fmt.Sprintf("sitting %s (%s) has seats %s of room %s in centre %s at that time", x.other, other.sitting.Name.ZH, seats, list[i].room, list[i].centre)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(people)) {
		other, err := s.courseOf(ctx, id)
		if err != nil {
			return nil, err
		}
		slices.Sort(people[id])
		names := strings.Join(people[id], ", ")
		fields = append(fields, fault.Field{Path: "roll", Code: "person_busy",
			Params:  map[string]string{"names": names, "count": fmt.Sprint(len(people[id])), "sitting": other.sitting.Name.ZH, "id": string(id)},
			Message: fmt.Sprintf("sitting %s (%s) has these people at that time: %s", id, other.sitting.Name.ZH, names)})
	}
	slices.SortStableFunc(fields, func(a, b fault.Field) int { return cmp.Compare(a.Path, b.Path) })
	return fields, nil
}

// unbookAll takes back what is dropped of all that the sitting may have.
func (s *Service) unbookAll(ctx context.Context, sitting *Sitting, entries []RollEntry, drop func(*taken) bool) error {
	var subjects []string
	for i := range sitting.Centres {
		for _, r := range sitting.Centres[i].Rooms {
			subjects = append(subjects, roomSubject(&sitting.Centres[i], r.Code))
		}
	}
	for _, e := range entries {
		subjects = append(subjects, personSubject(e.Candidate))
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for _, subject := range subjects {
		g.Go(func() error { return s.unbook(gctx, sitting.ID, subject, drop) })
	}
	return g.Wait()
}

// bookSeat enters one more seat for a candidate who is moved there. Error:
// ErrSeatTaken when another sitting has it.
func (s *Service) bookSeat(ctx context.Context, sitting *Sitting, at Place, m Factor) error {
	until := sitting.until(m)
	want := taken{Sitting: sitting.ID, From: sitting.StartsAt, Until: until, At: s.now(), Seats: map[string]time.Time{at.Seat: until}}
	subject := roomSubject(sitting.centre(at.Centre), at.Room)
	return s.changeBooking(ctx, subject, func(b *booking) (bool, error) {
		own := -1
		for i := range b.Taken {
			have := &b.Taken[i]
			if have.Sitting == sitting.ID && have.Run == 0 {
				own = i
			}
			if x := want.against(have); x != nil {
				dead, err := s.givenUp(ctx, have)
				if err != nil {
					return false, err
				}
				if !dead {
					return false, ErrSeatTaken.Param("sitting", string(x.other))
				}
			}
		}
		if own < 0 {
			b.Taken = append(b.Taken, want)
			return true, nil
		}
		have := &b.Taken[own]
		if have.Seats == nil {
			have.Seats = map[string]time.Time{}
		}
		have.Seats[at.Seat], have.Until = until, later(have.Until, until)
		return true, nil
	})
}

// unbookSeat gives one seat free that the sitting has.
func (s *Service) unbookSeat(ctx context.Context, sitting *Sitting, at Place) error {
	return s.changeBooking(ctx, roomSubject(sitting.centre(at.Centre), at.Room), func(b *booking) (bool, error) {
		changed := false
		for i := range b.Taken {
			if t := &b.Taken[i]; t.Sitting == sitting.ID {
				_, there := t.Seats[at.Seat]
				delete(t.Seats, at.Seat)
				changed = changed || there
			}
		}
		return changed, nil
	})
}
