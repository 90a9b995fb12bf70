// Package similarity finds pairs of candidates whose answers agree more than
// their ability explains (雷同卷). It is pure: no clock, no I/O, no randomness,
// and every function is safe for concurrent use.
//
// What it makes is evidence for people to judge. It names no culprit, changes
// no mark and knows no penalty: who sat alone with a good reason for the same
// answers must be able to say so.
//
// The statistic is ω (Wollack 1997): h identical answers against the
// Σp expected, (h − Σp) ÷ √Σp(1−p), where p is the chance that the one
// candidate gives the other's answer. DESIGN.md tells how p is estimated, what
// is done against the many comparisons, and what the method cannot see.
package similarity

import (
	"time"

	"github.com/xinglu/xinglu/scoring"
)

// Config is what counts as noteworthy, as data.
type Config struct {
	// Alpha is the chance that a room of honest candidates has any pair in the
	// report, after Bonferroni's correction over its ordered pairs. Default 0.01.
	Alpha float64 `json:"alpha,omitempty"`
	// MinCommon is how many items both must have answered. Default 20.
	MinCommon int `json:"min_common,omitempty"`
	// WindowMS is how near in time two last changes of an answer are called
	// together, in milliseconds. Default 15000.
	WindowMS int64 `json:"window_ms,omitempty"`
	// WrongShareBP lists a pair also when each has at least this share of the
	// own wrong answers in common with the other (错同率), in basis points, and
	// MinWrong such answers. 0, the default, leaves that rule out: it ignores
	// how likely the common mistakes are.
	WrongShareBP int64 `json:"wrong_share_bp,omitempty"`
	MinWrong     int   `json:"min_wrong,omitempty"` // default 5
}

func (c Config) withDefaults() Config {
	if c.Alpha <= 0 || c.Alpha >= 1 {
		c.Alpha = 0.01
	}
	if c.MinCommon <= 0 {
		c.MinCommon = 20
	}
	if c.WindowMS <= 0 {
		c.WindowMS = 15_000
	}
	if c.MinWrong <= 0 {
		c.MinWrong = 5
	}
	return c
}

// Response is one candidate's answer to one item.
type Response struct {
	// Value is the answer in one spelling, so that equal answers are equal
	// texts; never "": an item that was not answered is left out.
	Value string
	Right bool
	At    time.Time // of its last change by the server's clock; zero: not known
}

// Spot is where a candidate sat, counted from 0.
type Spot struct{ Row, Column int }

// Sheet is one candidate's answers.
type Sheet struct {
	ID        string
	Room      string // pairs are looked for within a room
	Form      string
	Spot      *Spot // nil: not known
	Responses map[scoring.ItemID]Response
}

// Report is what was found. Pairs have the least probable first.
type Report struct {
	Config     Config `json:"config"`
	Candidates int    `json:"candidates"`
	Items      int    `json:"items"`
	Rooms      int    `json:"rooms"`    // with at least one pair
	Compared   int    `json:"compared"` // pairs with enough common items
	// ExpectedFalse bounds how many rooms of honest candidates are expected to
	// have a pair listed by ω: Alpha × Rooms.
	ExpectedFalse float64 `json:"expected_false"`
	Pairs         []Pair  `json:"pairs"`
}

// Pair is the evidence on two candidates of a room. A stands before B in
// order of ids; the order says nothing about who took from whom.
type Pair struct {
	A        string `json:"a"` // ids of the sheets
	B        string `json:"b"`
	Room     string `json:"room"`
	Distance *int   `json:"distance"` // seats between them, king's moves: 1 = neighbours; null: not known
	SameForm bool   `json:"same_form"`

	Common         int   `json:"common"`    // items both answered
	Identical      int   `json:"identical"` // answered alike
	IdenticalRight int   `json:"identical_right"`
	IdenticalWrong int   `json:"identical_wrong"`
	WrongA         int   `json:"wrong_a"` // of the common items
	WrongB         int   `json:"wrong_b"`
	WrongShareA    int64 `json:"wrong_share_a_bp"` // IdenticalWrong ÷ WrongA in basis points
	WrongShareB    int64 `json:"wrong_share_b_bp"`

	// Expected, Omega and Probability are those of the direction that is less
	// probable. Probability is the exact chance of at least Identical equal
	// answers (the tail of the Poisson binomial, known as the generalized
	// binomial test); Adjusted is it times the ordered pairs of the room, at most 1.
	Expected    float64 `json:"expected"`
	Omega       float64 `json:"omega"`
	Probability float64 `json:"probability"`
	Adjusted    float64 `json:"adjusted"`

	Timing  Timing         `json:"timing"`
	Reasons []scoring.Text `json:"reasons"`
}

// Timing tells when the identical answers were last changed.
type Timing struct {
	Known    int `json:"known"`    // identical answers with both times
	Together int `json:"together"` // of them, within the window
	AFirst   int `json:"a_first"`  // of those together, A's came first; B's in the others
	// RoomBP is the share of answers together over all pairs of the room, in
	// basis points: what to hold Together against.
	RoomBP int64 `json:"room_bp"`
}
