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

// arrange seats the candidates and gives them tickets, forms and orders. It
// is pure: equal input gives equal plans.
//
// Candidates are shuffled by the seed. Those who wish for a centre are seated
// first, so that the others do not take their seats; then people of one unit
// are seated apart. Forms follow the seats; serials follow the seating order.
func arrange(s *Sitting, entries []RollEntry, units map[CandidateID]string, forms []*Form, node string) ([]placed, Arrangement, error) {
	free := map[string][]chair{}
	for _, c := range s.Centres {
		for _, r := range c.Rooms {
			columns := max(1, r.Columns)
			if r.Columns == 0 {
				columns = max(1, len(r.Seats))
			}
			for i, seat := range r.Seats[:r.usable(s.Rules.SpareShareBP)] {
				free[c.Code] = append(free[c.Code], chair{Place{c.Code, r.Code, seat}, i, columns})
			}
		}
	}
	seats, fields := allot(s, entries, free)
	if len(entries) == 0 {
		fields = append(fields, fault.Field{Path: "roll", Code: "nobody", Message: "nobody is registered"})
	}
	if fields != nil {
		return nil, Arrangement{}, ErrPlacing.With(fields...)
	}
	plan := make([]placed, 0, len(entries))
	used := map[TicketNo]bool{}
	serial := 0
	var chairs []chair
	for _, c := range s.Centres {
		taken := slices.DeleteFunc(free[c.Code], func(ch chair) bool { _, ok := seats[ch.place]; return !ok })
		s.spread(taken, seats, units)
		for _, ch := range taken {
			e := seats[ch.place]
			chairs = append(chairs, ch)
			serial++
			no, err := s.ticketNo(ch.place, serial)
			if err != nil || used[no] {
				return nil, Arrangement{}, ErrPlacing.With(fault.Field{Path: "ticket", Code: "ticket_repeated",
					Message: fmt.Sprintf("the template gives number %q to two candidates or to none", no)})
			}
			used[no] = true
			plan = append(plan, s.place(e, ch, serial, no, forms, node))
		}
	}
	return plan, judged(plan, chairs, units), nil
}

// spread changes who sits where in one centre so that people of one unit are
// not neighbours, as far as that goes.
func (s *Sitting) spread(chairs []chair, seats map[Place]RollEntry, units map[CandidateID]string) {
	entries, of := make([]RollEntry, len(chairs)), make([]string, len(chairs))
	for i := range chairs {
		entries[i] = seats[chairs[i].place]
		of[i] = units[entries[i].Candidate]
	}
	if len(chairs) == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(s.Seed, hash64("apart", string(s.ID), chairs[0].place.Centre)))
	for i, who := range apart(chairs, of, rng) {
		seats[chairs[i].place] = entries[who]
	}
}

// allot gives each entry a chair; free is not changed.
func allot(s *Sitting, entries []RollEntry, free map[string][]chair) (map[Place]RollEntry, []fault.Field) {
	order := slices.Clone(entries)
	slices.SortFunc(order, func(a, b RollEntry) int { return cmp.Compare(a.Candidate, b.Candidate) })
	rng := rand.New(rand.NewPCG(s.Seed, hash64("places", string(s.ID))))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(a, b RollEntry) int { return -cmp.Compare(min(len(a.Centre), 1), min(len(b.Centre), 1)) })

	seats := make(map[Place]RollEntry, len(entries))
	next := map[string]int{}
	short := map[string]int{}
	sit := func(e RollEntry, centre string) bool {
		if next[centre] >= len(free[centre]) {
			return false
		}
		seats[free[centre][next[centre]].place] = e
		next[centre]++
		return true
	}
	for _, e := range order {
		ok := e.Centre != "" && sit(e, e.Centre)
		for i := 0; e.Centre == "" && !ok && i < len(s.Centres); i++ {
			ok = sit(e, s.Centres[i].Code)
		}
		if !ok {
			short[e.Centre]++
		}
	}
	var fields []fault.Field
	for _, c := range slices.Sorted(maps.Keys(short)) {
		fields = append(fields, fault.Field{Path: "centres", Code: "seats_short", Params: map[string]string{"centre": c, "missing": strconv.Itoa(short[c])},
			Message: fmt.Sprintf("%d seats are missing in centre %q (empty: anywhere)", short[c], c)})
	}
	return seats, fields
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
		prepared: Prepared{Sitting: s.ID, Candidate: e.Candidate, Ticket: no, Place: ch.place, Factor: e.Factor, Paper: form.id,
			Form: letter, Questions: len(form.items), Orders: form.orders(rng, s.Rules.ShuffleOptions), Node: node},
	}
}

func hash64(parts ...string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strings.Join(parts, "\x00")))
	return h.Sum64()
}
