package exam

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
)

// Arrangement says how good the seating is and seals it: Hash is the SHA-256,
// in hex, of one line a seat in seating order: the JSON array of the strings
// centre, room, seat, ticket, candidate and form.
type Arrangement struct {
	Hash string `json:"hash"`
	// SameUnit and SameForm count pairs of neighbours, of the eight around a
	// seat, who come from one unit or write one form.
	SameUnit int `json:"same_unit"`
	SameForm int `json:"same_form"`
}

// row and column of a chair in its room.
func (c *chair) row() int { return c.no / c.columns }
func (c *chair) col() int { return c.no % c.columns }

// form gives neighbours different forms where their number allows it: with
// four or more all eight differ, with three all but those of one diagonal,
// with two those beside, before and behind.
func (c *chair) form(forms int) int {
	if forms == 2 {
		return (c.row() + c.col()) % 2
	}
	return (2*c.row() + c.col()) % forms
}

// usable is how many of the room's seats Prepare may fill so that the share
// stays free; spare seats count towards it.
func (r *Room) usable(shareBP int64) int {
	all := int64(len(r.Seats) + len(r.Spare))
	free := (all*shareBP + wholeShare - 1) / wholeShare
	return int(min(int64(len(r.Seats)), all-free))
}

// columns of the room; 0 stands for one row.
func (r *Room) columns() int {
	if r.Columns > 0 {
		return r.Columns
	}
	return max(1, len(r.Seats)+len(r.Spare))
}

// Spot is where a seat of the room stands: its row and column from 0. Spare
// seats go on behind the others.
func (r *Room) Spot(seat string) (row, column int, ok bool) {
	no := slices.Index(r.Seats, seat)
	if no < 0 {
		if no = slices.Index(r.Spare, seat); no < 0 {
			return 0, 0, false
		}
		no += len(r.Seats)
	}
	return no / r.columns(), no % r.columns(), true
}

// chairs are the seats that Prepare may fill, in seating order.
func (s *Sitting) chairs() []chair {
	var all []chair
	for _, c := range s.Centres {
		for _, r := range c.Rooms {
			for i, seat := range r.Seats {
				all = append(all, chair{Place{c.Code, r.Code, seat}, i, r.columns()})
			}
		}
	}
	return all
}

// near lists, for each chair, its neighbours by index. Chairs come room by
// room, in seating order.
func near(chairs []chair) [][]int {
	at := make(map[Place]map[[2]int]int)
	key := func(c *chair) Place { return Place{Centre: c.place.Centre, Room: c.place.Room} }
	for i := range chairs {
		k := key(&chairs[i])
		if at[k] == nil {
			at[k] = map[[2]int]int{}
		}
		at[k][[2]int{chairs[i].row(), chairs[i].col()}] = i
	}
	all := make([][]int, len(chairs))
	for i := range chairs {
		c := &chairs[i]
		for row := c.row() - 1; row <= c.row()+1; row++ {
			for col := c.col() - 1; col <= c.col()+1; col++ {
				if j, ok := at[key(c)][[2]int{row, col}]; ok && j != i {
					all[i] = append(all[i], j)
				}
			}
		}
	}
	return all
}

// apart seats people of one unit away from one another: it returns the order
// in which who (by index) takes the chairs, which begins as drawn by lot. On
// chairs that are fixed everybody stays. The two starts are the lot, and units
// in blocks over chairs that do not touch; each is bettered by swaps, and the
// better one is taken. It ends after a bounded number of steps with the best
// that was found.
func apart(chairs []chair, units []string, fixed []bool, rng *rand.Rand) []int {
	by := near(chairs)
	drawn := make([]int, len(chairs))
	for i := range drawn {
		drawn[i] = i
	}
	unit := numbered(units)
	s := &seating{near: by, unit: unit, fixed: fixed, who: slices.Clone(drawn)}
	if s.better(rng) == 0 {
		return s.who
	}
	blocks := &seating{near: by, unit: unit, fixed: fixed, who: inBlocks(chairs, units, fixed, drawn)}
	if blocks.better(rng) < s.clashes() {
		return blocks.who
	}
	return s.who
}

// numbered gives each unit a number from 1; "" is 0.
func numbered(units []string) []int32 {
	numbers := map[string]int32{"": 0}
	list := make([]int32, len(units))
	for i, u := range units {
		n, known := numbers[u]
		if !known {
			n = int32(len(numbers))
			numbers[u] = n
		}
		list[i] = n
	}
	return list
}

// inBlocks gives the people, larger units first, the chairs of every second
// row and column, then those beside them, and so on.
func inBlocks(chairs []chair, units []string, fixed []bool, who []int) []int {
	size := map[string]int{}
	for _, u := range units {
		size[u]++
	}
	people := slices.DeleteFunc(slices.Clone(who), func(i int) bool { return fixed[i] })
	order := slices.Clone(people)
	slices.SortStableFunc(people, func(a, b int) int {
		if n := size[units[b]] - size[units[a]]; n != 0 {
			return n
		}
		return strings.Compare(units[a], units[b])
	})
	class := func(i int) int { return chairs[i].row()%2*2 + chairs[i].col()%2 }
	slices.SortStableFunc(order, func(a, b int) int { return class(a) - class(b) })
	taken := slices.Clone(who)
	for n, i := range order {
		taken[i] = people[n]
	}
	return taken
}

// seating is who sits on which chair.
type seating struct {
	near  [][]int
	unit  []int32 // of each person; 0 is none
	fixed []bool  // chairs whose people stay
	who   []int   // person on each chair
	tries int     // that may still be made
}

// of is the unit on chair i.
func (s *seating) of(i int) int32 { return s.unit[s.who[i]] }

// clash counts the neighbours of chair i, without the chair but, who are of
// the unit.
func (s *seating) clash(i int, unit int32, but int) int {
	if unit == 0 {
		return 0
	}
	n := 0
	for _, j := range s.near[i] {
		if j != but && s.of(j) == unit {
			n++
		}
	}
	return n
}

// clashes counts pairs of neighbours of one unit.
func (s *seating) clashes() int {
	n := 0
	for i := range s.who {
		n += s.clash(i, s.of(i), i)
	}
	return n / 2
}

// The search is bounded: passes over all chairs, tries for one chair in a
// pass, and tries for each chair on average in all. Where people of few units
// must clash, more of them find hardly anything.
const (
	apartPasses = 30
	apartTries  = 400
	apartBudget = 1000
)

// better swaps people while that makes fewer clashes; it returns how many are
// left.
func (s *seating) better(rng *rand.Rand) int {
	s.tries = apartBudget * len(s.who)
	for range apartPasses {
		moved := false
		for i := range s.who {
			if !s.fixed[i] && s.clash(i, s.of(i), i) > 0 && s.swapAway(i, rng) {
				moved = true
			}
		}
		if !moved || s.tries <= 0 {
			break
		}
	}
	return s.clashes()
}

// swapAway finds the chair whose swap with i helps most; it takes the first
// after which neither of the two has a clash.
func (s *seating) swapAway(i int, rng *rand.Rand) bool {
	mine := s.of(i)
	own := s.clash(i, mine, i)
	best, with := 0, -1
	first := rng.IntN(len(s.who))
	n := min(apartTries, len(s.who), s.tries)
	for ; n > 0; n-- {
		s.tries--
		j := first
		if first++; first == len(s.who) {
			first = 0
		}
		theirs := s.of(j)
		if mine == theirs || s.fixed[j] {
			continue
		}
		after := s.clash(j, mine, i)
		if after >= own+8 { // no gain whatever they have now
			continue
		}
		after += s.clash(i, theirs, j)
		gain := own + s.clash(j, theirs, j) - after
		if gain > best {
			best, with = gain, j
		}
		if after == 0 {
			break
		}
	}
	if with >= 0 {
		s.who[i], s.who[with] = s.who[with], s.who[i]
	}
	return with >= 0
}

// sealed is the hash of an Arrangement; tickets are in seating order.
func sealed(tickets []Ticket) string {
	sum := sha256.New()
	for i := range tickets {
		t := &tickets[i]
		line, _ := json.Marshal([]string{t.Place.Centre, t.Place.Room, t.Place.Seat, string(t.No), string(t.Candidate), t.Form}) // strings only
		sum.Write(append(line, '\n'))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// clashesOf lists the neighbours who come from one unit and those who write
// one form; tickets are in seating order.
func (s *Sitting) clashesOf(tickets []Ticket, people map[CandidateID]*Candidate) (units, forms []SeatPair) {
	units, forms = []SeatPair{}, []SeatPair{}
	seated := map[Place]bool{}
	for i := range tickets {
		seated[tickets[i].Place] = true
	}
	chairs := slices.DeleteFunc(s.chairs(), func(c chair) bool { return !seated[c.place] })
	for i, list := range near(chairs) {
		a := &tickets[i]
		for _, j := range list {
			if j < i {
				continue
			}
			b := &tickets[j]
			if u := people[a.Candidate].Unit; u != "" && u == people[b.Candidate].Unit {
				units = append(units, SeatPair{A: a.Place, B: b.Place, Shared: u})
			}
			if a.Form == b.Form {
				forms = append(forms, SeatPair{A: a.Place, B: b.Place, Shared: a.Form})
			}
		}
	}
	return units, forms
}
