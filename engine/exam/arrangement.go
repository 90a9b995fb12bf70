package exam

import "context"

// ArrangementView is who sits where, for organisers: as it would be sealed
// now, or after Prepare as it was sealed.
type ArrangementView struct {
	Sitting    SittingID        `json:"sitting"`
	Registered int              `json:"registered"`
	Frozen     bool             `json:"frozen"` // Prepare has begun: nothing can be changed any more
	Hash       string           `json:"hash"`   // see Arrangement
	Seats      []ArrangedSeat   `json:"seats"`  // in seating order
	Score      ArrangementScore `json:"score"`
	Swaps      []SwapView       `json:"swaps"` // all, in order
}

// ArrangedSeat is one candidate in the arrangement.
type ArrangedSeat struct {
	Place      Place       `json:"place"`
	Accessible bool        `json:"accessible"` // the seat
	Ticket     TicketNo    `json:"ticket"`
	Candidate  CandidateID `json:"candidate"`
	Name       string      `json:"name"`
	Unit       string      `json:"unit"`
	Form       string      `json:"form"`
	Needs      Needs       `json:"needs"`
}

// ArrangementScore says how good the arrangement is. Neighbours are the eight
// around a seat.
type ArrangementScore struct {
	Units []SeatPair   `json:"units"` // neighbours from one unit
	Forms []SeatPair   `json:"forms"` // neighbours with one form
	Rooms []RoomMargin `json:"rooms"`
}

// SeatPair is two neighbours with what they share: a unit or a form.
type SeatPair struct {
	A      Place  `json:"a"`
	B      Place  `json:"b"`
	Shared string `json:"shared"`
}

// RoomMargin is how much of a room stays free.
type RoomMargin struct {
	Centre string `json:"centre"`
	Room   string `json:"room"`
	Seats  int    `json:"seats"` // with the spare ones
	Taken  int    `json:"taken"`
	// FreeBP is the free share and WantedBP that of the rules, in basis points
	// of all seats; FreeBP is rounded down.
	FreeBP   int64 `json:"free_bp"`
	WantedBP int64 `json:"wanted_bp"`
}

// SwapView is a swap with whether it counts.
type SwapView struct {
	SeatSwap
	// Stale: people were registered after the swap, so that it does not count.
	Stale bool `json:"stale"`
}

// Arrangement shows who would sit where if the sitting were prepared now; it
// stores nothing. After Prepare it shows what was sealed. It names people, so
// it is not for candidates. Errors: ErrPlacing with Fields,
// ErrSittingNotFound.
func (s *Service) Arrangement(ctx context.Context, id SittingID) (ArrangementView, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return ArrangementView{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil {
		return ArrangementView{}, err
	}
	roll, err := rolls.Get(ctx, s.db, string(id))
	if err != nil {
		return ArrangementView{}, notFound(err, errNobody())
	}
	people, err := s.peopleOf(ctx, roll.Value.entries())
	if err != nil {
		return ArrangementView{}, err
	}
	if known.Prepared {
		list, err := s.ticketsOf(ctx, c)
		if err != nil {
			return ArrangementView{}, err
		}
		return c.sitting.arrangementView(&roll.Value, list, people), nil
	}
	forms, err := s.formsOf(ctx, c.sitting)
	if err != nil {
		return ArrangementView{}, err
	}
	plan, err := arrange(c.sitting, &roll.Value, people, forms, s.o.Node)
	if err != nil {
		return ArrangementView{}, err
	}
	return c.sitting.arrangementView(&roll.Value, ticketsIn(plan), people), nil
}

func ticketsIn(plan []placed) []Ticket {
	list := make([]Ticket, len(plan))
	for i := range plan {
		list[i] = plan[i].ticket
	}
	return list
}

func (s *Sitting) arrangementView(roll *Roll, tickets []Ticket, people map[CandidateID]*Candidate) ArrangementView {
	entries := roll.entries()
	v := ArrangementView{Sitting: s.ID, Registered: len(entries), Frozen: roll.Frozen, Hash: sealed(tickets),
		Seats: make([]ArrangedSeat, len(tickets)), Swaps: make([]SwapView, len(roll.Swaps))}
	needs := make(map[CandidateID]Needs, len(entries))
	for _, e := range entries {
		needs[e.Candidate] = e.Needs
	}
	taken := map[Place]int{} // by room
	for i := range tickets {
		t := &tickets[i]
		who := people[t.Candidate]
		v.Seats[i] = ArrangedSeat{Place: t.Place, Accessible: s.accessible(t.Place), Ticket: t.No, Candidate: t.Candidate,
			Name: who.Name, Unit: who.Unit, Form: t.Form, Needs: needs[t.Candidate]}
		taken[Place{Centre: t.Place.Centre, Room: t.Place.Room}]++
	}
	v.Score.Units, v.Score.Forms = s.clashesOf(tickets, people)
	v.Score.Rooms = s.margins(taken)
	for i, w := range roll.Swaps {
		v.Swaps[i] = SwapView{SeatSwap: w, Stale: w.Undone == nil && !w.counts(len(entries))}
	}
	return v
}

// margins says how much of each room stays free.
func (s *Sitting) margins(taken map[Place]int) []RoomMargin {
	list := []RoomMargin{}
	for _, c := range s.Centres {
		for _, r := range c.Rooms {
			m := RoomMargin{Centre: c.Code, Room: r.Code, Seats: len(r.Seats) + len(r.Spare),
				Taken: taken[Place{Centre: c.Code, Room: r.Code}], WantedBP: s.Rules.SpareShareBP}
			if m.Seats > 0 {
				m.FreeBP = int64(m.Seats-m.Taken) * wholeShare / int64(m.Seats)
			}
			list = append(list, m)
		}
	}
	return list
}
