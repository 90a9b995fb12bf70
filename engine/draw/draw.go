// Package draw draws lots so that anyone can draw them again: who gets which
// number, station or work code follows from a secret that was committed to
// beforehand, a word said in public, and the list of participants.
//
// It is pure: no clock, no storage, no randomness of its own. DESIGN.md
// describes the algorithm step by step, so that it can be written again in any
// language; Version names it in every record.
package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/xinglu/xinglu/internal/fault"
)

// Version names the algorithm. A change of a single step is another version.
const Version = "xinglu-draw-1"

// SecretSize is the length of the secret in bytes.
const SecretSize = 32

// MaxPeople bounds one draw.
const MaxPeople = 5000

// Errors of this package; compare with errors.Is.
var (
	// ErrPeople: the list of participants is empty, too long, or has a code twice.
	ErrPeople = fault.New(fault.Invalid, "draw_people", "the participants of the draw are not valid")
	// ErrRule: the rule of the draw contradicts itself.
	ErrRule = fault.New(fault.Invalid, "draw_rule", "the rule of the draw is not valid")
	// ErrRoom: there are fewer places than participants.
	ErrRoom = fault.New(fault.Conflict, "draw_no_room", "there are {places} places for {people} participants; add batches or stations")
	// ErrJudges: somebody would be marked by nobody at whatever place is left:
	// all judges there step aside. The fields name them.
	ErrJudges = fault.New(fault.Conflict, "draw_judges_step_aside", "for some participants there is no place whose judges may mark them")
)

// Draw is everything that a result follows from.
type Draw struct {
	Name   string   `json:"name"`   // unique in its division: "station.1"
	Secret Secret   `json:"secret"` // committed to before Word is said
	Word   string   `json:"word"`   // said in public; "" where none was
	Rule   Rule     `json:"rule"`
	People []Person `json:"people"` // in any order
}

// Secret is SecretSize random bytes; hex in JSON, so that the commitment can be
// checked with a command line.
type Secret []byte

// MarshalText gives the secret in hex.
func (s Secret) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s), nil }

// UnmarshalText reads hex.
func (s *Secret) UnmarshalText(text []byte) (err error) {
	*s, err = hex.DecodeString(string(text))
	return err
}

// Person is a participant as this draw knows one: by a code of the layer
// above, never by name.
type Person struct {
	Code string `json:"code"`
	Unit string `json:"unit"` // people of one unit are kept apart; "": of none
	// Barred are the places where too few judges would be left to mark the
	// person. Nobody is drawn there.
	Barred []Place `json:"barred,omitempty"`
}

// Place is where somebody competes. All three count from 1; in Person.Barred a
// 0 stands for any.
type Place struct {
	Batch   int `json:"batch"`   // 场次
	Group   int `json:"group"`   // 赛组: a set of stations with judges of its own
	Station int `json:"station"` // within the group; in a rotation the one of the first round
}

// covers reports whether a place with zeros for "any" holds the other.
func (p Place) covers(q Place) bool {
	return (p.Batch == 0 || p.Batch == q.Batch) && (p.Group == 0 || p.Group == q.Group) && (p.Station == 0 || p.Station == q.Station)
}

// Rule is what a draw has to keep to.
type Rule struct {
	Codes Form `json:"codes"`
	// Batches compete one after another; each has Groups sets of Stations. Of
	// each set the last Spare stations stay free for faults. Stations may be 0:
	// as many as needed.
	Batches  int `json:"batches"`
	Groups   int `json:"groups"`
	Stations int `json:"stations"`
	Spare    int `json:"spare"`
	// Rounds above 0 is a rotation: after each round the competitors of a group
	// go one station on, so that in Rounds rounds each visits each station
	// once; see Schedule.
	Rounds int `json:"rounds"`
	// UnitsApart keeps people of one unit off neighbouring stations, and
	// spreads them over the batches, where that can be done.
	UnitsApart bool `json:"units_apart"`
	// Taken are codes that are in use already: their places are not drawn.
	Taken []string `json:"taken,omitempty"`
}

// Lot is what one participant has drawn.
type Lot struct {
	Upper string `json:"upper"` // the participant's code in the layer above
	Code  string `json:"code"`
	Place
}

// Kind says which constraint a Breach is about.
type Kind string

// The constraints, the gravest first.
const (
	BreachJudges Kind = "judges" // all judges of the place would step aside
	BreachUnits  Kind = "units"  // people of one unit are neighbours
	BreachSpread Kind = "spread" // a batch has more of one unit than its share
)

// Breach is one constraint that could not be kept, and for whom.
type Breach struct {
	Kind   Kind     `json:"kind"`
	People []string `json:"people"` // codes of the layer above, sorted
	Codes  []string `json:"codes"`  // what they drew, in the same order
}

// Result is a draw's outcome.
type Result struct {
	Lots     []Lot    `json:"lots"` // sorted by Upper
	Breaches []Breach `json:"breaches"`
}

// Run draws. The result depends on nothing but d, and not on the order of
// d.People. It always ends: constraints that cannot be kept are named in
// Breaches. Errors: ErrPeople, ErrRule, ErrRoom, ErrJudges.
func (d Draw) Run() (Result, error) {
	people, err := d.people()
	if err != nil {
		return Result{}, err
	}
	s := newStream(d.seed(""))
	places, err := d.Rule.places(len(people), s)
	if err != nil {
		return Result{}, err
	}
	who := arrange(people, places, d.Rule, s)
	r := Result{Lots: make([]Lot, len(people))}
	for i, p := range who {
		r.Lots[i] = Lot{Upper: people[p].Code, Code: places[i].code, Place: places[i].Place}
	}
	slices.SortFunc(r.Lots, func(a, b Lot) int { return cmp.Compare(a.Upper, b.Upper) })
	r.Breaches = d.Check(r.Lots)
	var stuck []fault.Field
	for _, b := range r.Breaches {
		if b.Kind == BreachJudges {
			stuck = append(stuck, stepAside(b.People[0]))
		}
	}
	if len(stuck) > 0 {
		return Result{}, ErrJudges.With(stuck...)
	}
	return r, nil
}

// Possible says whether the draw can be held, whatever the secret and the word
// turn out to be: there are places enough, with judges for everybody. Errors:
// those of Run.
func (d Draw) Possible() error {
	people, err := d.people()
	if err != nil {
		return err
	}
	places, err := d.Rule.places(len(people), newStream([sha256.Size]byte{}))
	if err != nil {
		return err
	}
	a := newArrangement(people, places, d.Rule, people)
	a.match()
	var stuck []fault.Field
	for i, p := range a.who {
		if a.stuck(p, i) {
			stuck = append(stuck, stepAside(people[p].Code))
		}
	}
	if len(stuck) > 0 {
		return ErrJudges.With(stuck...)
	}
	return nil
}

func stepAside(code string) fault.Field {
	return fault.Field{Path: "people." + code, Code: "judges_step_aside", Message: "too few judges are left at every place that is free", Params: map[string]string{"code": code}}
}

// Order is the order in which the participants draw by hand, as codes of the
// layer above. Error: ErrPeople.
func (d Draw) Order() ([]string, error) {
	people, err := d.people()
	if err != nil {
		return nil, err
	}
	order := make([]string, len(people))
	for i, p := range newStream(d.seed(" order")).shuffled(len(people)) {
		order[i] = people[p].Code
	}
	return order, nil
}

// people returns the participants sorted by code.
func (d Draw) people() ([]Person, error) {
	if len(d.People) == 0 || len(d.People) > MaxPeople {
		return nil, ErrPeople.With(fault.Field{Path: "people", Code: "out_of_range", Message: "a draw needs 1 to 5000 participants"})
	}
	list := slices.Clone(d.People)
	slices.SortFunc(list, func(a, b Person) int { return cmp.Compare(a.Code, b.Code) })
	for i, p := range list {
		if p.Code == "" || i > 0 && list[i-1].Code == p.Code {
			return nil, ErrPeople.With(fault.Field{Path: "people", Code: "duplicate", Message: "code " + p.Code + " is empty or there twice"})
		}
	}
	return list, nil
}

// Check names every constraint that the lots do not keep. Participants without
// a lot yet do not count, so it may be asked while people draw by hand.
func (d Draw) Check(lots []Lot) []Breach {
	byCode := make(map[string]Person, len(d.People))
	for _, p := range d.People {
		byCode[p.Code] = p
	}
	lots = slices.Clone(lots)
	slices.SortFunc(lots, func(a, b Lot) int { return cmp.Compare(a.Upper, b.Upper) })
	people, places := make([]Person, len(lots)), make([]place, len(lots))
	for i, l := range lots {
		people[i] = byCode[l.Upper]
		places[i] = place{l.Place, l.Code}
	}
	return newArrangement(people, places, d.Rule, d.People).breaches()
}

// Box lists what is in the box that people draw from by hand: every place that
// is free, with its code. Random codes are never drawn by hand. Errors:
// ErrPeople, ErrRule, ErrRoom.
func (d Draw) Box() ([]Lot, error) {
	people, err := d.people()
	if err == nil && d.Rule.Codes.Style == StyleRandom {
		err = ErrRule.With(fault.Field{Path: "codes", Code: "by_machine", Message: "random codes are drawn by machine only"})
	}
	if err != nil {
		return nil, err
	}
	places, err := d.Rule.places(len(people), nil)
	if err != nil {
		return nil, err
	}
	box := make([]Lot, len(places))
	for i, p := range places {
		box[i] = Lot{Code: p.code, Place: p.Place}
	}
	return box, nil
}

// Schedule says where a competitor of a rotation is in each round: element r-1
// is the station of round r, 0 while the competitor waits. start is the
// station of the first round, from 1 to rounds; stations are at most rounds.
// Two competitors of a group never meet at a station.
func Schedule(stations, rounds, start int) []int {
	at := make([]int, rounds)
	for r := range at {
		if s := (start - 1 + r) % rounds; s < stations {
			at[r] = s + 1
		}
	}
	return at
}
