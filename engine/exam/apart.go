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
// in which who (by index) takes the chairs, which begins as drawn by lot. The
// two starts are the lot, and units in blocks over chairs that do not touch;
// each is bettered by swaps, and the better one is taken. It ends after a
// bounded number of steps with the best that was found.
func apart(chairs []chair, units []string, rng *rand.Rand) []int {
	by := near(chairs)
	drawn := make([]int, len(chairs))
	for i := range drawn {
		drawn[i] = i
	}
	s := &seating{near: by, unit: units, who: slices.Clone(drawn)}
	if s.better(rng) == 0 {
		return s.who
	}
	blocks := &seating{near: by, unit: units, who: inBlocks(chairs, units, drawn)}
	if blocks.better(rng) < s.clashes() {
		return blocks.who
	}
	return s.who
}

// inBlocks gives the people, larger units first, the chairs of every second
// row and column, then those beside them, and so on.
func inBlocks(chairs []chair, units []string, who []int) []int {
	size := map[string]int{}
	for _, u := range units {
		size[u]++
	}
	people := slices.Clone(who)
	slices.SortStableFunc(people, func(a, b int) int {
		if n := size[units[b]] - size[units[a]]; n != 0 {
			return n
		}
		return strings.Compare(units[a], units[b])
	})
	order := slices.Clone(who)
	class := func(i int) int { return chairs[i].row()%2*2 + chairs[i].col()%2 }
	slices.SortStableFunc(order, func(a, b int) int { return class(a) - class(b) })
	taken := make([]int, len(who))
	for n, i := range order {
		taken[i] = people[n]
	}
	return taken
}

// seating is who sits on which chair.
type seating struct {
	near [][]int
	unit []string // of each person; "" is none
	who  []int    // person on each chair
}

// clash counts the neighbours of chair i who would share the unit of who.
func (s *seating) clash(i, who int) int {
	n := 0
	for _, j := range s.near[i] {
		if u := s.unit[who]; u != "" && s.unit[s.who[j]] == u && s.who[j] != who {
			n++
		}
	}
	return n
}

// clashes counts pairs of neighbours of one unit.
func (s *seating) clashes() int {
	n := 0
	for i, who := range s.who {
		n += s.clash(i, who)
	}
	return n / 2
}

// The search is bounded: passes over all chairs, and tries for one chair.
const (
	apartPasses = 30
	apartTries  = 400
)

// better swaps people while that makes fewer clashes; it returns how many are
// left.
func (s *seating) better(rng *rand.Rand) int {
	for range apartPasses {
		moved := false
		for i := range s.who {
			if s.clash(i, s.who[i]) > 0 && s.swapAway(i, rng) {
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	return s.clashes()
}

// swapAway finds the chair whose swap with i helps most.
func (s *seating) swapAway(i int, rng *rand.Rand) bool {
	best, with := 0, -1
	first := rng.IntN(len(s.who))
	for n := range min(apartTries, len(s.who)) {
		j := (first + n) % len(s.who)
		if s.unit[s.who[i]] == s.unit[s.who[j]] {
			continue
		}
		before := s.clash(i, s.who[i]) + s.clash(j, s.who[j])
		s.who[i], s.who[j] = s.who[j], s.who[i]
		gain := before - s.clash(i, s.who[i]) - s.clash(j, s.who[j])
		s.who[i], s.who[j] = s.who[j], s.who[i]
		if gain > best {
			best, with = gain, j
		}
	}
	if with >= 0 {
		s.who[i], s.who[with] = s.who[with], s.who[i]
	}
	return with >= 0
}

// judged tells how good the plan is and seals it.
func judged(plan []placed, chairs []chair, units map[CandidateID]string) Arrangement {
	var a Arrangement
	sum := sha256.New()
	for i, list := range near(chairs) {
		t := &plan[i].ticket
		line, _ := json.Marshal([]string{t.Place.Centre, t.Place.Room, t.Place.Seat, string(t.No), string(t.Candidate), t.Form}) // strings only
		sum.Write(append(line, '\n'))
		for _, j := range list {
			if o := &plan[j].ticket; j > i {
				if u := units[t.Candidate]; u != "" && u == units[o.Candidate] {
					a.SameUnit++
				}
				if t.Form == o.Form {
					a.SameForm++
				}
			}
		}
	}
	a.Hash = hex.EncodeToString(sum.Sum(nil))
	return a
}
