package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// Style is how codes are made.
type Style string

// The styles of codes.
const (
	StyleNumber Style = "number" // prefix and a number in drawn order: C001
	StylePlace  Style = "place"  // the batch's letters and the station: A01
	StyleRandom Style = "random" // prefix and random characters, the last two different for each: WK7R
)

// Form is how the codes of a layer look. Codes of two layers of a division
// must not be mistaken for one another: their first letters differ.
type Form struct {
	Style  Style  `json:"style"`
	Prefix string `json:"prefix"` // number, random
	// Length is the least number of digits, or the number of random characters.
	Length int `json:"length"`
	// Alphabet is what random characters are taken from, without those that are
	// read for one another.
	Alphabet string `json:"alphabet,omitempty"`
	// Skip are letters that codes of places do not begin with.
	Skip string `json:"skip,omitempty"`
}

// Problem says in a word what is wrong with the form, or "".
func (f Form) Problem() string {
	switch f.Style {
	case StyleNumber, StylePlace:
		if f.Length < 2 || f.Length > 6 {
			return "2 to 6 digits"
		}
		if f.Style == StylePlace && len(alphabetWithout(f.Skip)) < 2 {
			return "at least two letters to begin with"
		}
	case StyleRandom:
		if f.Length < 3 || f.Length > 8 {
			return "3 to 8 random characters"
		}
		if len(f.Alphabet) < 10 || !plain(f.Alphabet) || repeats(f.Alphabet) {
			return "an alphabet of at least 10 different capital letters and digits"
		}
	default:
		return "number, place or random"
	}
	if len(f.Prefix) > 4 || !plain(f.Prefix) {
		return "a prefix of at most 4 capital letters and digits"
	}
	return ""
}

func plain(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func repeats(s string) bool {
	for i := range s {
		if strings.IndexByte(s[i+1:], s[i]) >= 0 {
			return true
		}
	}
	return false
}

func alphabetWithout(skip string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(skip, r) {
			return -1
		}
		return r
	}, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// place is a place with its code.
type place struct {
	Place
	code string
}

// check says what is wrong with the rule.
func (r Rule) check() error {
	var wrong []fault.Field
	need := func(ok bool, path, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: path, Code: "out_of_range", Message: message})
		}
	}
	need(r.Batches >= 1 && r.Batches <= 500, "batches", "1 to 500 batches")
	need(r.Groups >= 1 && r.Groups <= 500, "groups", "1 to 500 groups")
	need(r.Stations >= 0 && r.Stations <= MaxPeople, "stations", "0 to 5000 stations")
	need(r.Spare >= 0 && (r.Spare == 0 || r.Spare < r.Stations), "spare", "fewer than the stations")
	need(r.Rounds >= 0 && r.Rounds <= 100 && (r.Rounds == 0 || r.Stations > 0 && r.Rounds >= r.Stations && r.Spare == 0), "rounds", "at least as many rounds as stations, none of them spare")
	if p := r.Codes.Problem(); p != "" {
		need(false, "codes", p)
	}
	if len(wrong) > 0 {
		return ErrRule.With(wrong...)
	}
	return nil
}

// Capacity is how many people the rule has places for, or 0 for any number.
func (r Rule) Capacity() int {
	if r.Rounds == 0 && r.Stations == 0 {
		return 0
	}
	return r.Batches * r.Groups * r.per()
}

// per is how many people a group takes in a batch; 0: as many as needed.
func (r Rule) per() int {
	if r.Rounds > 0 {
		return r.Rounds
	}
	return r.Stations - r.Spare
}

// places chooses n places with their codes, sorted by batch, group and
// station. Batches take equally many people, as far as they have room, and so
// do the groups of a batch. Random codes are taken from the stream.
func (r Rule) places(n int, s *stream) ([]place, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	taken := make(map[string]bool, len(r.Taken))
	for _, c := range r.Taken {
		taken[c] = true
	}
	if r.Codes.Style == StyleRandom {
		return r.random(n, taken, s)
	}
	if c := r.Capacity(); c > 0 && n > c {
		return nil, ErrRoom.Param("places", c).Param("people", n)
	}
	per := r.per()
	if r.Capacity() == 0 {
		per = (n + r.Batches*r.Groups - 1) / (r.Batches * r.Groups)
	}
	for {
		free, count := r.free(per, taken)
		if count >= n {
			return choose(free, n), nil
		}
		if r.Capacity() > 0 {
			return nil, ErrRoom.Param("places", count).Param("people", n)
		}
		per++
	}
}

// free lists the places of each batch that are not taken, the first stations
// of all groups before the second ones.
func (r Rule) free(per int, taken map[string]bool) (free [][]place, count int) {
	free = make([][]place, r.Batches)
	span := max(r.Stations, r.Rounds, per) // from one group to the next
	for b := range free {
		for st := 1; st <= per; st++ {
			for g := range r.Groups {
				p := place{Place: Place{Batch: b + 1, Group: g + 1, Station: st}}
				p.code = r.Codes.code(b, g*span+st, r.Batches, r.Groups*span)
				if !taken[p.code] {
					free[b] = append(free[b], p)
					count++
				}
			}
		}
	}
	return free, count
}

// choose takes n of the free places: each time the first one of the batch that
// has fewest so far, the earlier batch among equals.
func choose(free [][]place, n int) []place {
	given := make([]int, len(free))
	for range n {
		best := -1
		for b := range free {
			if given[b] < len(free[b]) && (best < 0 || given[b] < given[best]) {
				best = b
			}
		}
		given[best]++
	}
	var all []place
	for b, k := range given {
		all = append(all, free[b][:k]...)
	}
	slices.SortFunc(all, func(x, y place) int {
		return cmp.Or(cmp.Compare(x.Batch, y.Batch), cmp.Compare(x.Group, y.Group), cmp.Compare(x.Station, y.Station))
	})
	return all
}

// code writes the code of station no of a batch (from 0), of which there are
// so many, each with so many stations.
func (f Form) code(batch, no, batches, stations int) string {
	if f.Style == StyleNumber {
		return fmt.Sprintf("%s%0*d", f.Prefix, f.Length, batch*stations+no)
	}
	run := 1
	for range f.Length {
		run *= 10
	}
	run-- // stations a letter, 99 for two digits
	if batches == 1 {
		// One batch: the letters count through, so that the digits stay short.
		return fmt.Sprintf("%s%0*d", letters((no-1)/run, alphabetWithout(f.Skip)), f.Length, (no-1)%run+1)
	}
	width := max(f.Length, len(fmt.Sprint(stations)))
	return fmt.Sprintf("%s%0*d", letters(batch, alphabetWithout(f.Skip)), width, no)
}

// letters counts A, B … Z, AA, AB … with the letters of the alphabet.
func letters(n int, alphabet string) string {
	out := ""
	for k := n; k >= 0; k = k/len(alphabet) - 1 {
		out = string(alphabet[k%len(alphabet)]) + out
	}
	return out
}

// random makes n codes of random characters. The last two characters, which a
// judge repeats, differ for each while there are enough pairs.
func (r Rule) random(n int, taken map[string]bool, s *stream) ([]place, error) {
	f := r.Codes
	size := len(f.Alphabet)
	pairs := s.shuffled(size * size)
	seen := make(map[string]bool, n)
	all := make([]place, 0, n)
	for i := range n {
		pair := pairs[i%len(pairs)]
		tail := string([]byte{f.Alphabet[pair/size], f.Alphabet[pair%size]})
		code := ""
		for try := 0; code == "" || taken[code] || seen[code]; try++ {
			if try == 1000 { // nearly every code of this ending is in use
				return nil, ErrRoom.Param("places", i).Param("people", n)
			}
			head := make([]byte, f.Length-2)
			for k := range head {
				head[k] = f.Alphabet[s.below(size)]
			}
			code = f.Prefix + string(head) + tail
		}
		seen[code] = true
		all = append(all, place{Place: Place{Batch: 1, Group: 1, Station: i + 1}, code: code})
	}
	return all, nil
}
