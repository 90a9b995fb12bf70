// Package engine puts exams and judging together: contests with their
// divisions, competitors, panels and results.
//
// Everything contestable about a division is one ledger stream,
// "division/<id>". Tally is the fold of that stream; sheets, results, boards
// and explanations are read from it and from nothing else. DESIGN.md tells
// how a mark travels.
package engine

import (
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

type (
	// ContestID names a contest.
	ContestID string
	// DivisionID names a division.
	DivisionID string
	// CompetitorID names a competitor within a division.
	CompetitorID string
	// SheetID names one competitor's work in one module, "<competitor>.<module>".
	SheetID string
)

// Contest is one competition for one occupation (大赛 with one 赛项).
type Contest struct {
	ID        ContestID    `json:"id"`
	Name      scoring.Text `json:"name"`
	Event     scoring.Text `json:"event"` // 赛项, usually the occupation and level
	Organiser string       `json:"organiser"`
	// Rehearsal marks a contest that only tries the system out; its board says so.
	Rehearsal bool      `json:"rehearsal"`
	Created   time.Time `json:"created"`
}

// Status is how far a division has come.
type Status string

// The states of a division, in order.
const (
	Setup   Status = "setup"   // competitors, scheme, rules and panels may change
	Running Status = "running" // everything is frozen; marks come in
	Review  Status = "review"  // marking is closed, results are being checked
	Final   Status = "final"   // results stand
)

// Division is one group of competitors that is ranked together (组别:
// 职工/教师/学生).
type Division struct {
	ID      DivisionID     `json:"id"`
	Contest ContestID      `json:"contest"`
	Name    scoring.Text   `json:"name"`
	Scheme  scoring.Scheme `json:"scheme"`
	Rules   scoring.Rules  `json:"rules"`
	// Procedure, Officers and Relations are frozen with scheme and rules.
	Procedure Procedure   `json:"procedure"`
	Officers  []Officer   `json:"officers"`
	Relations []Relation  `json:"relations"`
	Panels    []Panel     `json:"panels"`
	Theory    *Theory     `json:"theory,omitempty"`
	Board     BoardPolicy `json:"board"`
	Status    Status      `json:"status"`
	Opened    *time.Time  `json:"opened,omitempty"`
	Created   time.Time   `json:"created"`
}

// Theory says which sitting's papers give the marks of which module.
type Theory struct {
	Module  scoring.ModuleID `json:"module"`
	Sitting exam.SittingID   `json:"sitting"`
}

// BoardPolicy says what the public board shows.
type BoardPolicy struct {
	// Live is whether marks show while the division runs; otherwise only
	// progress does until the results are final.
	Live bool `json:"live"`
	// Units is whether a row names the competitor's unit and city. Names never
	// show before decryption; a row has the station code.
	Units bool `json:"units"`
}

// Panel is the judges of one module. Rules.Panel.Size of them mark each
// competitor: the first in order who are not of the competitor's unit.
type Panel struct {
	Module scoring.ModuleID `json:"module"`
	Judges []PanelJudge     `json:"judges"`
}

// PanelJudge is one member of a panel, with the unit that recusal goes by.
type PanelJudge struct {
	Judge access.AccountID `json:"judge"`
	Unit  string           `json:"unit"`
}

// Competitor is one person in a division (选手).
type Competitor struct {
	ID        CompetitorID     `json:"id"`
	Division  DivisionID       `json:"division"`
	Candidate exam.CandidateID `json:"candidate"` // who sits the theory paper
	Name      string           `json:"name"`
	Unit      string           `json:"unit"`
	City      string           `json:"city"`
	// Delegation is the id of the contest's delegation that sent the
	// competitor, Identity the group of people that awards are filtered by.
	Delegation DelegationID `json:"delegation,omitempty"`
	Identity   Identity     `json:"identity,omitempty"`
	HeldLevel  bank.Level   `json:"held_level,omitempty"` // certificate held; 0: none
	Team       TeamID       `json:"team,omitempty"`
}

type (
	// DelegationID names a delegation (代表队) within a contest.
	DelegationID string
	// TeamID names a team of several competitors within a division.
	TeamID string
)

// Identity is what kind of person a competitor is.
type Identity string

// The identities by which contests group people and filter awards.
const (
	Employee Identity = "employee" // 职工
	Teacher  Identity = "teacher"  // 教师
	Student  Identity = "student"  // 学生
)

var contests = store.Table[Contest]{
	Collection: store.Collection{Name: "contests", Indexes: []store.Index{{Name: "created"}}},
	ID:         func(c *Contest) string { return string(c.ID) },
	Keys:       func(c *Contest) map[string]string { return map[string]string{"created": sortableTime(c.Created)} },
}

var divisions = store.Table[Division]{
	Collection: store.Collection{Name: "divisions", Indexes: []store.Index{{Name: "contest"}, {Name: "opened"}, {Name: "sitting", Unique: true}}},
	ID:         func(d *Division) string { return string(d.ID) },
	Keys: func(d *Division) map[string]string {
		keys := map[string]string{"contest": string(d.Contest)}
		if d.Opened != nil {
			keys["opened"] = sortableTime(*d.Opened)
		}
		if d.Theory != nil {
			keys["sitting"] = string(d.Theory.Sitting)
		}
		return keys
	},
}

var competitors = store.Table[Competitor]{
	Collection: store.Collection{Name: "competitors", Indexes: []store.Index{{Name: "division"}, {Name: "candidate", Unique: true}}},
	ID:         func(c *Competitor) string { return string(c.ID) },
	Keys: func(c *Competitor) map[string]string {
		return map[string]string{
			"division":  string(c.Division),
			"candidate": store.Key(string(c.Division), string(c.Candidate)),
		}
	},
}

// Collections declares what this package stores.
var Collections = []store.Collection{contests.Collection, divisions.Collection, competitors.Collection}

func sortableTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// NewCompetitor is a registered candidate about to be entered.
func NewCompetitor(candidate, name, unit, city string) Competitor {
	return Competitor{Candidate: exam.CandidateID(candidate), Name: name, Unit: unit, City: city}
}
