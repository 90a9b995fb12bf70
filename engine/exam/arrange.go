package exam

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// placed is one candidate with everything that preparation fixes.
type placed struct {
	ticket   Ticket
	prepared Prepared
}

// chair is a seat with its number in the room, from which neighbours get
// their forms.
type chair struct {
	place   Place
	no      int // in the room, from 0
	columns int // of the room
}

// arrange seats the candidates and gives them tickets, forms and orders; the
// plan is in seating order. It is pure: equal input gives equal plans.
//
// Candidates are shuffled by the seed. Those who need an accessible seat take
// theirs first, then those who wish for a centre, so that the others do not
// take their seats; then people of one unit are seated apart, and the swaps
// made by hand are carried out. Forms follow the seats; serials follow the
// seating order.
//
// Errors: ErrPlacing and ErrSwap with Fields.
func arrange(s *Sitting, roll *Roll, people map[CandidateID]*Candidate, forms []*Form, node string) ([]placed, error) {
	entries := roll.entries()
	if len(entries) == 0 {
		return nil, errNobody()
	}
	seats, fields := s.allot(entries)
	if fields != nil {
		return nil, ErrPlacing.With(fields...)
	}
	all := s.chairs()
	for _, c := range s.Centres {
		s.spread(slices.DeleteFunc(slices.Clone(all), func(ch chair) bool {
			_, taken := seats[ch.place]
			return !taken || ch.place.Centre != c.Code
		}), seats, people)
	}
	if err := s.carryOut(roll.swaps(), seats); err != nil {
		return nil, err
	}
	plan := make([]placed, 0, len(entries))
	used := map[TicketNo]bool{}
	for _, ch := range all {
		e, taken := seats[ch.place]
		if !taken {
			continue
		}
		serial := len(plan) + 1
		no, err := s.ticketNo(ch.place, serial)
		if err != nil || used[no] {
			return nil, ErrPlacing.With(fault.Field{Path: "ticket", Code: "ticket_repeated",
				Message: fmt.Sprintf("the template gives number %q to two candidates or to none", no)})
		}
		used[no] = true
		plan = append(plan, s.place(e, ch, serial, no, forms, node))
	}
	return plan, nil
}

// spread changes who sits where in one centre so that people of one unit are
// not neighbours, as far as that goes. Who needs an accessible seat stays.
func (s *Sitting) spread(chairs []chair, seats map[Place]RollEntry, people map[CandidateID]*Candidate) {
	entries, of, fixed := make([]RollEntry, len(chairs)), make([]string, len(chairs)), make([]bool, len(chairs))
	for i := range chairs {
		entries[i] = seats[chairs[i].place]
		of[i] = people[entries[i].Candidate].Unit
		fixed[i] = entries[i].Needs.AccessibleSeat
	}
	if len(chairs) == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(s.Seed, hash64("apart", string(s.ID), chairs[0].place.Centre)))
	for i, who := range apart(chairs, of, fixed, rng) {
		seats[chairs[i].place] = entries[who]
	}
}

// allot gives each entry a chair.
func (s *Sitting) allot(entries []RollEntry) (map[Place]RollEntry, []fault.Field) {
	order := slices.Clone(entries)
	slices.SortFunc(order, func(a, b RollEntry) int { return cmp.Compare(a.Candidate, b.Candidate) })
	rng := rand.New(rand.NewPCG(s.Seed, hash64("places", string(s.ID))))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	rank := func(e RollEntry) int { // lower ones choose first
		switch {
		case e.Needs.AccessibleSeat && e.Centre != "":
			return 0
		case e.Needs.AccessibleSeat:
			return 1
		case e.Centre != "":
			return 2
		}
		return 3
	}
	slices.SortStableFunc(order, func(a, b RollEntry) int { return rank(a) - rank(b) })

	h := s.newHalls(order)
	seats := make(map[Place]RollEntry, len(entries))
	short, inaccessible := map[string]int{}, map[string]int{}
	for _, e := range order {
		at, ok := h.take(e)
		switch {
		case ok:
			seats[at] = e
		case e.Needs.AccessibleSeat:
			inaccessible[e.Centre]++
		default:
			short[e.Centre]++
		}
	}
	return seats, append(missing(inaccessible, "accessible_short", "accessible seats"), missing(short, "seats_short", "seats")...)
}

// missing names the centres that lack seats.
func missing(short map[string]int, code, what string) []fault.Field {
	var fields []fault.Field
	for _, c := range slices.Sorted(maps.Keys(short)) {
		fields = append(fields, fault.Field{Path: "centres", Code: code, Params: map[string]string{"centre": c, "missing": strconv.Itoa(short[c])},
			Message: fmt.Sprintf("%d %s are missing in centre %q (empty: anywhere)", short[c], what, c)})
	}
	return fields
}

// halls are the free chairs of each centre while candidates are seated.
type halls struct {
	centres []hall
}

// hall is one centre: its rooms may take fewer people than they have chairs.
type hall struct {
	code       string
	free       []Place
	accessible []Place
	taken      map[Place]bool
	room       map[string]int // how many more each room may take
	wishes     int            // of candidates who are not seated yet
}

func (s *Sitting) newHalls(entries []RollEntry) *halls {
	h := &halls{}
	for _, c := range s.Centres {
		k := hall{code: c.Code, taken: map[Place]bool{}, room: map[string]int{}}
		for _, r := range c.Rooms {
			k.room[r.Code] = r.usable(s.Rules.SpareShareBP)
			for _, seat := range r.Seats {
				p := Place{c.Code, r.Code, seat}
				k.free = append(k.free, p)
				if slices.Contains(r.Accessible, seat) {
					k.accessible = append(k.accessible, p)
				}
			}
		}
		for _, e := range entries {
			if e.Centre == c.Code {
				k.wishes++
			}
		}
		h.centres = append(h.centres, k)
	}
	return h
}

// take finds a chair for the entry. Who needs an accessible seat and wishes
// for no centre gets it where most chairs are left beside the wishes.
func (h *halls) take(e RollEntry) (Place, bool) {
	var best *hall
	for i := range h.centres {
		k := &h.centres[i]
		if e.Centre != "" && e.Centre != k.code || !k.has(e) {
			continue
		}
		if best == nil || e.Needs.AccessibleSeat && k.slack() > best.slack() {
			best = k
		}
	}
	if best == nil {
		return Place{}, false
	}
	at := best.next(e)
	best.taken[at] = true
	best.room[at.Room]--
	if e.Centre != "" {
		best.wishes--
	}
	return at, true
}

// has reports whether there is a chair for the entry.
func (k *hall) has(e RollEntry) bool { return k.next(e) != Place{} }

// next is the first chair for the entry, or none.
func (k *hall) next(e RollEntry) Place {
	list := &k.free
	if e.Needs.AccessibleSeat {
		list = &k.accessible
	}
	for len(*list) > 0 {
		if p := (*list)[0]; !k.taken[p] && k.room[p.Room] > 0 {
			return p
		}
		*list = (*list)[1:] // a chair that is gone stays gone
	}
	return Place{}
}

// slack is how many chairs are left beside the wishes for the centre.
func (k *hall) slack() int {
	n := -k.wishes
	for _, left := range k.room {
		n += left
	}
	return n
}

func (s *Sitting) ticketNo(p Place, serial int) (TicketNo, error) {
	no, err := fillTemplate(s.Ticket, map[string]string{
		"sitting": s.Code, "centre": p.Centre, "room": p.Room, "seat": p.Seat, "serial": strconv.Itoa(serial)})
	if err == nil && (no == "" || len(no) > 40) {
		err = fmt.Errorf("ticket numbers have 1 to 40 characters")
	}
	return TicketNo(NormalID(no)), err
}

func (s *Sitting) place(e RollEntry, ch chair, serial int, no TicketNo, forms []*Form, node string) placed {
	n := ch.form(len(forms))
	form, letter := forms[n], string(rune('A'+n))
	attempt := attemptID(s.ID, e.Candidate)
	rng := rand.New(rand.NewPCG(s.Seed, hash64("orders", string(attempt))))
	return placed{
		ticket: Ticket{No: no, Sitting: s.ID, Attempt: attempt, Candidate: e.Candidate, Place: ch.place, Form: letter, Serial: serial},
		prepared: Prepared{Sitting: s.ID, Candidate: e.Candidate, Ticket: no, Place: ch.place, Factor: e.Factor, Needs: e.Needs, Paper: form.id,
			Form: letter, Questions: len(form.items), Orders: form.orders(rng, s.Rules.ShuffleOptions), Node: node},
	}
}

func hash64(parts ...string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strings.Join(parts, "\x00")))
	return h.Sum64()
}
