package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// DivisionID names a division.
type DivisionID string

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
// 职工/教师/学生) in one stage of an event.
type Division struct {
	ID      DivisionID   `json:"id"`
	Contest ContestID    `json:"contest"`
	Event   EventID      `json:"event"`
	Name    scoring.Text `json:"name"`
	Stage   Stage        `json:"stage"`
	// From is the division of the stage before whose best come here, which may
	// be another contest's; empty in a first stage.
	From   DivisionID     `json:"from,omitempty"`
	Scheme scoring.Scheme `json:"scheme"`
	Rules  scoring.Rules  `json:"rules"`
	// Procedure, Officers and Relations are frozen with scheme and rules.
	Procedure Procedure `json:"procedure"`
	// Regulation names the version of the regulation that Scheme, Rules,
	// Procedure and Honours are of.
	Regulation RegulationStamp `json:"regulation"`
	Honours    Honours         `json:"honours"`
	Officers   []Officer       `json:"officers"`
	Relations  []Relation      `json:"relations"`
	Panels     []Panel         `json:"panels"`
	Theory     *Theory         `json:"theory,omitempty"`
	Board      BoardPolicy     `json:"board"`
	// Qualification says who may compete here, Registration when units may
	// enter people themselves (null: only organisers do).
	Qualification Qualification `json:"qualification"`
	Registration  *Window       `json:"registration,omitempty"`
	Status        Status        `json:"status"`
	// Opening is set while the division is being opened: nothing changes from
	// then on, though it is not open yet.
	Opening bool       `json:"opening,omitempty"`
	Opened  *time.Time `json:"opened,omitempty"`
	Created time.Time  `json:"created"`
}

// frozen reports whether the division takes no changes any more.
func (d *Division) frozen() bool { return d.Status != Setup || d.Opening }

// Window is from when to when, both ends included.
type Window struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

func (w Window) holds(t time.Time) bool { return !t.Before(w.From) && !t.After(w.Until) }

// Theory says which sitting's papers give the marks of which module. Several
// divisions may sit the same sitting.
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

// Panel is the judges of one module, or of some of its sub-criteria.
// Rules.Panel.Size of them mark each competitor; bench.panelFor says who.
type Panel struct {
	Module scoring.ModuleID `json:"module"`
	// SubCriteria are what the panel marks; empty: those that no other panel of
	// the module names.
	SubCriteria []scoring.SubCriterionID `json:"sub_criteria,omitempty"`
	Judges      []PanelJudge             `json:"judges"` // in the order in which they are taken
}

// PanelJudge is one member of a panel, with the unit that recusal goes by.
type PanelJudge struct {
	Judge access.AccountID `json:"judge"`
	Unit  string           `json:"unit"`
	// Leader is whether the member leads the panel (组长) and signs for it.
	Leader bool `json:"leader,omitempty"`
	// Spare is whether the member (备用裁判) marks only where others step aside.
	Spare bool `json:"spare,omitempty"`
	// Stations and Batches are those that the member serves, by their numbers;
	// empty: all.
	Stations []int `json:"stations,omitempty"`
	Batches  []int `json:"batches,omitempty"`
}

var divisions = store.Table[Division]{
	// Only documents of the first version have the key sitting.
	Collection: store.Collection{Name: "divisions", Indexes: []store.Index{{Name: "contest"}, {Name: "opened"}, {Name: "sitting", Unique: true}, {Name: "theory"}, {Name: "stage_before"}}},
	ID:         func(d *Division) string { return string(d.ID) },
	Keys: func(d *Division) map[string]string {
		keys := map[string]string{"contest": string(d.Contest)}
		if d.Opened != nil {
			keys["opened"] = sortableTime(*d.Opened)
		}
		if d.Theory != nil {
			keys["theory"] = string(d.Theory.Sitting)
		}
		if d.From != "" {
			keys["stage_before"] = string(d.From)
		}
		return keys
	},
}

// DivisionDraft is a division to be made. Without an event it is of the
// contest's first, without a procedure it gets the OrdinaryProcedure, without
// a stage it is the final.
type DivisionDraft struct {
	Contest       ContestID      `json:"contest"`
	Event         EventID        `json:"event,omitempty" maxLength:"100"`
	Name          scoring.Text   `json:"name"`
	Stage         *Stage         `json:"stage,omitempty"`
	From          DivisionID     `json:"from,omitempty" maxLength:"100"`
	Scheme        scoring.Scheme `json:"scheme"`
	Rules         scoring.Rules  `json:"rules"`
	Procedure     *Procedure     `json:"procedure,omitempty"`
	Honours       Honours        `json:"honours,omitzero"`
	Officers      []Officer      `json:"officers,omitempty"`
	Relations     []Relation     `json:"relations,omitempty"`
	Panels        []Panel        `json:"panels"`
	Theory        *Theory        `json:"theory,omitempty"`
	Board         BoardPolicy    `json:"board"`
	Qualification Qualification  `json:"qualification,omitzero"`
	Registration  *Window        `json:"registration,omitempty"`
	// Author is who makes the division and so the first version of its
	// regulation; set by the server.
	Author access.AccountID `json:"-"`
}

// CreateDivision makes a division in status Setup, with its regulation in
// version 1. Scheme, rules, procedure and honours are checked together: weights
// that do not add up, parts that do not make their whole. Errors: ErrContest,
// scoring.ErrScheme, scoring.ErrRules, ErrRegulation.
//
// The version is recorded after the document; where a crash left the record
// out, the division has no version yet and the next change makes the first.
func (s *Contests) CreateDivision(ctx context.Context, d DivisionDraft) (Division, error) {
	contest, err := s.Contest(ctx, d.Contest)
	if err != nil {
		return Division{}, err
	}
	if d.Event == "" {
		d.Event = contest.firstEvent().ID
	}
	if d.Procedure == nil {
		p := OrdinaryProcedure()
		d.Procedure = &p
	}
	if d.Stage == nil {
		d.Stage = &Stage{Kind: StageFinal, Order: 1}
	}
	if err := s.checkDivision(ctx, d); err != nil {
		return Division{}, err
	}
	div := Division{
		ID: DivisionID(newID()), Contest: d.Contest, Event: d.Event, Name: d.Name, Stage: *d.Stage, From: d.From,
		Scheme: d.Scheme, Rules: d.Rules, Procedure: *d.Procedure, Honours: d.Honours, Officers: d.Officers, Relations: d.Relations,
		Panels: d.Panels, Theory: d.Theory, Board: d.Board, Qualification: d.Qualification, Registration: d.Registration,
		Status: Setup, Created: s.now(),
	}
	div.clean()
	if err := divisions.Insert(ctx, s.db, &div); err != nil {
		return Division{}, err
	}
	return s.saveRegulation(ctx, d.Author, div, div.regulation(), "")
}

// clean makes lists that are null empty.
func (d *Division) clean() {
	notNil(&d.Panels)
	notNil(&d.Officers)
	notNil(&d.Relations)
	notNil(&d.Qualification.Identities)
	if d.Event == "" {
		d.Event = EventID(d.Contest) // of the first version
	}
	if d.Stage.Kind == "" {
		d.Stage = Stage{Kind: StageFinal, Order: 1}
	}
}

func notNil[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

func (s *Contests) checkDivision(ctx context.Context, d DivisionDraft) error {
	var c checker
	c.text("name", d.Name)
	event, err := s.Event(ctx, d.Event)
	switch {
	case isNotFound(err) || err == nil && event.Contest != d.Contest:
		c.add("event", "unknown", "the contest has no such event")
	case err != nil:
		return err
	}
	d.Stage.check(&c)
	if d.From != "" {
		if err := s.checkFrom(ctx, d, &c); err != nil {
			return err
		}
	}
	d.Qualification.check(&c)
	c.need(d.Registration == nil || d.Registration.Until.After(d.Registration.From), "registration", "time_order", "give a beginning and a later end")
	if err := c.err(ErrContest); err != nil {
		return err
	}
	if err := d.Scheme.Validate(); err != nil {
		return fmt.Errorf("scheme: %w", err)
	}
	if err := d.Rules.Validate(d.Scheme); err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	if err := d.Procedure.Validate(); err != nil {
		return err
	}
	whole := Regulation{Scheme: d.Scheme, Rules: d.Rules, Procedure: *d.Procedure, Honours: d.Honours}
	var honours checker
	whole.checkHonours(event, &honours)
	if err := honours.err(ErrRegulation); err != nil {
		return err
	}
	if err := s.checkPosts(ctx, d.Officers, d.Relations, d.Panels, d.Scheme); err != nil {
		return err
	}
	return checkTheory(d.Theory, d.Scheme)
}

func checkTheory(t *Theory, scheme scoring.Scheme) error {
	if t == nil {
		return nil
	}
	m, ok := scheme.Module(t.Module)
	if !ok || m.Source != scoring.SourceImported {
		return ErrContest.With(fault.Field{Path: "theory.module", Code: "not_imported", Message: "must name a module of the scheme whose source is imported"})
	}
	return nil
}

// Division returns one division.
func (s *Contests) Division(ctx context.Context, id DivisionID) (Division, error) {
	v, err := divisions.Get(ctx, s.db, string(id))
	v.Value.clean()
	return v.Value, err
}

// Divisions lists the divisions of a contest.
func (s *Contests) Divisions(ctx context.Context, id ContestID) ([]Division, error) {
	return s.divisionsBy(ctx, store.Query{Index: "contest", Equal: string(id)})
}

// Opened lists the divisions that have been opened, the oldest first.
func (s *Contests) Opened(ctx context.Context) ([]Division, error) {
	return s.divisionsBy(ctx, store.Query{Index: "opened"})
}

func (s *Contests) divisionsBy(ctx context.Context, q store.Query) ([]Division, error) {
	all, err := divisions.All(ctx, s.db, q)
	for i := range all {
		all[i].clean()
	}
	return all, err
}

// setup changes a division that takes changes. Errors: ErrFrozen, those of
// change.
func (s *Contests) setup(ctx context.Context, id DivisionID, change func(*Division) error) (Division, error) {
	return divisions.Update(ctx, s.db, string(id), func(d *Division) error {
		d.clean()
		if d.frozen() {
			return ErrFrozen.Param("division", d.Name.ZH)
		}
		return change(d)
	})
}

// DivisionHead is what of a division may be changed by itself, before it
// opens.
type DivisionHead struct {
	Name          scoring.Text  `json:"name"`
	Stage         Stage         `json:"stage"`
	From          DivisionID    `json:"from,omitempty" maxLength:"100"`
	Theory        *Theory       `json:"theory,omitempty"`
	Board         BoardPolicy   `json:"board"`
	Qualification Qualification `json:"qualification"`
	Registration  *Window       `json:"registration,omitempty"`
}

// UpdateDivision changes the head of a division before it opens. People who
// are entered already are checked anew by Qualified. Errors: ErrContest,
// ErrFrozen.
func (s *Contests) UpdateDivision(ctx context.Context, id DivisionID, h DivisionHead) (Division, error) {
	var c checker
	c.text("name", h.Name)
	h.Stage.check(&c)
	h.Qualification.check(&c)
	c.need(h.Registration == nil || h.Registration.Until.After(h.Registration.From), "registration", "time_order", "give a beginning and a later end")
	if h.From != "" {
		div, err := s.Division(ctx, id)
		if err != nil {
			return Division{}, err
		}
		if err := s.checkFrom(ctx, DivisionDraft{Contest: div.Contest, Event: div.Event, Stage: &h.Stage, From: h.From}, &c); err != nil {
			return Division{}, err
		}
	}
	if err := c.err(ErrContest); err != nil {
		return Division{}, err
	}
	return s.setup(ctx, id, func(d *Division) error {
		if err := checkTheory(h.Theory, d.Scheme); err != nil {
			return err
		}
		d.Name, d.Stage, d.From, d.Theory, d.Board, d.Qualification, d.Registration = h.Name, h.Stage, h.From, h.Theory, h.Board, h.Qualification, h.Registration
		d.Stage.Name.ZH = strings.TrimSpace(d.Stage.Name.ZH)
		d.clean()
		return nil
	})
}
