package results

import (
	"cmp"
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// Status says why a candidate has a score or none.
type Status string

// The statuses. Only a marked candidate has a score, and it may be 0.
const (
	StatusMarked     Status = "marked"
	StatusRunning    Status = "running"     // writes, or waits to be marked
	StatusNotStarted Status = "not_started" // did not open the paper; nobody said absent
	StatusAbsent     Status = "absent"      // marked as absent in the room
	StatusAbandoned  Status = "abandoned"   // the time ran out and nobody handed in
	StatusVoid       Status = "void"
)

// Row is one candidate's result.
type Row struct {
	Attempt  exam.AttemptID `json:"attempt"`
	Ticket   exam.TicketNo  `json:"ticket"`
	Name     string         `json:"name"`
	IDMasked string         `json:"id_masked"`
	Unit     string         `json:"unit"`
	Place    exam.Place     `json:"place"`
	Form     string         `json:"form"`
	Status   Status         `json:"status"`
	// Score is blank for whoever runs, abandoned or is void, did_not_start for
	// whoever did not open the paper or is absent.
	Score    scoring.Value           `json:"score"`
	Outcome  scoring.GradeOutcome    `json:"outcome"`
	Rank     int                     `json:"rank"`    // 0: none
	ToMark   scoring.Marks           `json:"to_mark"` // hundredths of the paper that people have still to mark
	Parts    []scoring.PartGrade     `json:"parts"`
	Sections []scoring.SectionResult `json:"sections"`
}

// Counts are candidates by status and verdict.
type Counts struct {
	Total      int `json:"total"`
	Marked     int `json:"marked"`
	Running    int `json:"running"`
	NotStarted int `json:"not_started"` // and not marked as absent
	Absent     int `json:"absent"`
	Abandoned  int `json:"abandoned"`
	Void       int `json:"void"`
	Passed     int `json:"passed"`
	Failed     int `json:"failed"`
	Incomplete int `json:"incomplete"` // marked, but people have still to mark a part
}

// List is the results of a sitting by one version of its keys.
type List struct {
	Sitting  exam.SittingID `json:"sitting"`
	Version  int            `json:"version"`
	Current  int            `json:"current"`  // the newest version
	Versions []Version      `json:"versions"` // all, from 1
	Rules    string         `json:"rules_version"`
	Full     scoring.Marks  `json:"full"` // of the first marked candidate; papers are parallel
	Counts   Counts         `json:"counts"`
	Rows     []Row          `json:"rows"` // by rank, then in seating order
}

// table is everything that results are made of.
type table struct {
	state     *State
	version   int
	keys      exam.Keys
	papers    scoring.Papers // by the version
	scripts   []exam.Script
	standings map[exam.AttemptID]*scoring.Standing // of the marked
}

// tableOf marks all scripts by a version of the keys, 0 for the newest.
func (s *Service) tableOf(ctx context.Context, id exam.SittingID, version int) (t table, err error) {
	if t.state, err = s.fold(ctx, id); err != nil {
		return t, err
	}
	if t.version = version; version == 0 {
		t.version = t.state.Version
	}
	if t.keys, err = s.exam.Keys(ctx, id); err != nil {
		return t, err
	}
	if t.papers, err = t.state.at(t.version, t.keys); err != nil {
		return t, err
	}
	if t.scripts, err = s.exam.Scripts(ctx, id); err != nil {
		return t, err
	}
	standings, err := scoring.MarkScripts(t.papers, toMark(t.scripts), t.keys.Rules.Grading)
	if err != nil {
		return t, err
	}
	t.standings = make(map[exam.AttemptID]*scoring.Standing, len(standings))
	for i := range standings {
		t.standings[exam.AttemptID(standings[i].ID)] = &standings[i]
	}
	return t, nil
}

// Results lists the results by a version of the keys, 0 for the newest.
// Errors: ErrNoVersion, exam.ErrSealed, exam.ErrNotOpen,
// exam.ErrSittingNotFound.
func (s *Service) Results(ctx context.Context, id exam.SittingID, version int) (List, error) {
	t, err := s.tableOf(ctx, id, version)
	if err != nil {
		return List{}, err
	}
	out := List{Sitting: id, Version: t.version, Current: t.state.Version, Versions: t.state.Versions, Rules: t.keys.Rules.Version, Rows: make([]Row, 0, len(t.scripts))}
	for i := range t.scripts {
		m := t.standings[t.scripts[i].Attempt]
		row := rowOf(&t.scripts[i], m)
		out.Counts.add(&row)
		out.Rows = append(out.Rows, row)
		if m != nil && out.Full == 0 {
			out.Full = m.Grade.Full
		}
	}
	slices.SortStableFunc(out.Rows, func(a, b Row) int { return cmp.Compare(last(a.Rank), last(b.Rank)) })
	return out, nil
}

// Detail is one candidate's result with how it came about. It tells no key.
type Detail struct {
	Row
	Version int                 `json:"version"`
	Items   []DetailItem        `json:"items"` // in the paper's order
	Steps   []scoring.GradeStep `json:"steps"` // from the sections to the verdict
}

// DetailItem is the marking of one item.
type DetailItem struct {
	scoring.ItemResult
	Section scoring.SectionID `json:"section"`
	Max     scoring.Marks     `json:"max"` // hundredths
}

// Result returns one candidate's result by a version of the keys, 0 for the
// newest. Errors: those of Results, exam.ErrAttemptNotFound.
func (s *Service) Result(ctx context.Context, id exam.SittingID, version int, attempt exam.AttemptID) (Detail, error) {
	t, err := s.tableOf(ctx, id, version)
	if err != nil {
		return Detail{}, err
	}
	i := slices.IndexFunc(t.scripts, func(s exam.Script) bool { return s.Attempt == attempt })
	if i < 0 {
		return Detail{}, exam.ErrAttemptNotFound
	}
	m := t.standings[attempt]
	out := Detail{Row: rowOf(&t.scripts[i], m), Version: t.version, Items: []DetailItem{}, Steps: []scoring.GradeStep{}}
	if m == nil {
		return out, nil
	}
	items := t.papers[scoring.PaperKey(t.scripts[i].Paper)]
	for j, r := range m.Result.Items {
		out.Items = append(out.Items, DetailItem{ItemResult: r, Section: items[j].Section, Max: items[j].Max})
	}
	out.Steps = m.Grade.Steps
	return out, nil
}

// last puts those without a rank behind all others.
func last(rank int) uint { return uint(rank) - 1 }

func rowOf(s *exam.Script, m *scoring.Standing) Row {
	row := Row{Attempt: s.Attempt, Ticket: s.Ticket, Name: s.Name, IDMasked: s.IDMasked, Unit: s.Unit, Place: s.Place, Form: s.Form,
		Status: statusOf(s), Score: scoring.None(), Outcome: scoring.GradeNone,
		Parts: []scoring.PartGrade{}, Sections: []scoring.SectionResult{}}
	switch {
	case m != nil:
		row.Score, row.Outcome, row.Rank = scoring.Of(m.Grade.Score), m.Grade.Outcome, m.Rank
		row.ToMark, row.Parts, row.Sections = m.Result.ToMark, m.Grade.Parts, m.Result.Sections
	case row.Status == StatusNotStarted, row.Status == StatusAbsent:
		row.Score = scoring.Absence()
	}
	return row
}

func statusOf(s *exam.Script) Status {
	switch s.State {
	case exam.Finished:
		return StatusMarked
	case exam.Void:
		return StatusVoid
	case exam.Abandoned:
		return StatusAbandoned
	case exam.NotStarted, exam.InRoom:
		if s.Absent {
			return StatusAbsent
		}
		return StatusNotStarted
	case exam.InProgress, exam.Paused, exam.Overdue, exam.Submitted:
	}
	return StatusRunning
}

func (c *Counts) add(r *Row) {
	c.Total++
	switch r.Status {
	case StatusMarked:
		c.Marked++
	case StatusRunning:
		c.Running++
	case StatusNotStarted:
		c.NotStarted++
	case StatusAbsent:
		c.Absent++
	case StatusAbandoned:
		c.Abandoned++
	case StatusVoid:
		c.Void++
	}
	switch r.Outcome {
	case scoring.GradePass:
		c.Passed++
	case scoring.GradeFail:
		c.Failed++
	case scoring.GradeIncomplete:
		c.Incomplete++
	case scoring.GradeNone:
	}
}
