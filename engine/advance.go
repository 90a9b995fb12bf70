package engine

import (
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

const (
	kindAdvanceProposed  = "advance.proposed"
	kindAdvanceConfirmed = "advance.confirmed"
)

var advanceFolds = map[string]fold{kindAdvanceProposed: (*Tally).applyAdvance, kindAdvanceConfirmed: (*Tally).applyAdvanceConfirmed}

// CarryOver brings the marks of a module of this division into the next one.
type CarryOver struct {
	Module scoring.ModuleID `json:"module"` // whose marks are carried
	Into   scoring.ModuleID `json:"into"`   // imported module of the next division
	Rule   award.CarryRule  `json:"rule"`
}

// CarriedPart is a module's marks that came along from an earlier stage.
type CarriedPart struct {
	Module scoring.ModuleID `json:"module"` // of the division they came into
	Value  scoring.Value    `json:"value"`
	// From is the division where they were earned, Rules the rule that carried
	// them, with its version.
	From         DivisionID    `json:"from"`
	Rules        award.RulesID `json:"rules"`
	RulesVersion int           `json:"rules_version"`
}

// Decline is one who will not go on.
type Decline struct {
	Code   string `json:"code" maxLength:"50"` // station code
	Reason string `json:"reason" maxLength:"300"`
}

// advanceProposed says who goes on. That follows from the results at its place
// in the stream; what is recorded is what the chief judge saw.
type advanceProposed struct {
	From       DivisionID   `json:"from"`
	To         DivisionID   `json:"to"`
	Delegation DelegationID `json:"delegation,omitempty"` // of the other contest, for whom they come
	Declined   []Decline    `json:"declined"`             // in the order in which they said so
	Through    []advancing  `json:"through"`              // by rank
}

// advancing is one who goes on, with what comes along.
type advancing struct {
	Competitor CompetitorID `json:"competitor"`
	Carried    *CarriedPart `json:"carried,omitempty"`
}

type advanceConfirmed struct {
	Proposal int64 `json:"proposal"` // its sequence
	// Organiser says that the second person acts as the organiser; else as the
	// division's supervisor.
	Organiser bool `json:"organiser,omitempty"`
}

// advancement is one proposal with what became of it.
type advancement struct {
	seq       int64
	e         advanceProposed
	by        access.AccountID
	at        time.Time
	result    award.Advancement
	who       map[scoring.Code]CompetitorID
	carried   map[CompetitorID]CarriedPart
	notes     map[CompetitorID]scoring.Text // of what is carried or not
	confirmed access.AccountID
	confirmAt time.Time
}

// advance computes who goes on by the frozen rule. Errors: ErrPhase before the
// results are published, ErrNoAdvance without a rule, ErrLots while a lot must
// be drawn, award.ErrResults.
func (t *Tally) advance(id DivisionID, declined []Decline) (advancement, error) {
	a := advancement{who: map[scoring.Code]CompetitorID{}, carried: map[CompetitorID]CarriedPart{}, notes: map[CompetitorID]scoring.Text{}}
	if err := t.in(PhasePublished, PhaseFinal); err != nil {
		return a, err
	}
	if err := t.settled(); err != nil {
		return a, err
	}
	rule := t.open.Honours.Advance
	if rule == nil {
		return a, ErrNoAdvance
	}
	results, at, err := t.finals(id)
	if err != nil {
		return a, err
	}
	codes := make([]scoring.Code, 0, len(declined))
	for _, d := range declined {
		codes = append(codes, scoring.Code(d.Code))
	}
	if a.result, err = award.Advance(*rule, results, codes); err != nil {
		return a, err
	}
	for code, i := range at {
		a.who[code] = t.open.Competitors[i].ID
	}
	return a, t.carry(id, &a, at)
}

// carry computes what those who go on bring along.
func (t *Tally) carry(id DivisionID, a *advancement, at map[scoring.Code]int) error {
	over := t.open.Honours.Carry
	if over == nil {
		return nil
	}
	var earned []award.Earned
	for _, d := range a.result.Decisions {
		w := t.works[at[d.Code]][over.Module]
		if d.Outcome != award.Given || w == nil {
			continue
		}
		v := w.value
		if m, _ := t.open.Scheme.Module(over.Module); m.Source == scoring.SourcePanel {
			v = w.outcome.Marks
		}
		earned = append(earned, award.Earned{Code: d.Code, Value: v, On: award.Date(w.changed.In(china).Format(time.DateOnly))})
	}
	list, err := award.Carry(over.Rule, earned)
	for _, x := range list {
		who := a.who[x.Code]
		a.notes[who] = x.Text
		if x.Outcome == award.Given {
			a.carried[who] = CarriedPart{Module: over.Into, Value: x.Value, From: id, Rules: x.Rules, RulesVersion: x.RulesVersion}
		}
	}
	return err
}

// china is the zone in which days count.
var china = time.FixedZone("CST", 8*3600)

// through lists who goes on, in order, with what they bring along.
func (a *advancement) through() []advancing {
	list := []advancing{}
	for _, d := range a.result.Decisions {
		if d.Outcome != award.Given {
			continue
		}
		x := advancing{Competitor: a.who[d.Code]}
		if c, ok := a.carried[x.Competitor]; ok {
			x.Carried = &c
		}
		list = append(list, x)
	}
	return list
}

func (x advancing) same(y advancing) bool {
	return x.Competitor == y.Competitor && (x.Carried == nil) == (y.Carried == nil) && (x.Carried == nil || *x.Carried == *y.Carried)
}

// mayAdvance says why a proposal does not fit.
func (t *Tally) mayAdvance(by access.AccountID, e advanceProposed) (advancement, error) {
	if err := t.office(by, OfficeChief, OfficeDeputy); err != nil {
		return advancement{}, err
	}
	for i, d := range e.Declined {
		if d.Reason == "" {
			return advancement{}, ErrReason.With(fault.Field{Path: "declined", Code: "act_reason_missing", Message: "say why " + e.Declined[i].Code + " does not go on"})
		}
	}
	a, err := t.advance(e.From, e.Declined)
	switch {
	case err != nil:
		return a, err
	case a.result.Open > 0:
		return a, ErrLots.Param("open", a.result.Open)
	case e.Through != nil && !slices.EqualFunc(e.Through, a.through(), advancing.same):
		return a, ErrOvertaken
	}
	return a, nil
}

func (t *Tally) applyAdvance(r ledger.Record) (verdict, error) {
	e, err := read[advanceProposed](r)
	if err != nil {
		return verdict{}, err
	}
	a, why := t.mayAdvance(access.AccountID(r.Actor), e)
	if why != nil {
		return verdict{why: why}, nil
	}
	a.seq, a.e, a.by, a.at = r.Seq, e, access.AccountID(r.Actor), r.At
	t.advances = append(t.advances, a)
	return verdict{}, nil
}

// mayConfirmAdvance says why the word of a second person does not fit: a later
// proposal for the same division stands in the place of an earlier one.
func (t *Tally) mayConfirmAdvance(by access.AccountID, e advanceConfirmed) error {
	if err := t.office(by, OfficeSupervisor); err != nil && !e.Organiser {
		return err
	}
	i := slices.IndexFunc(t.advances, func(a advancement) bool { return a.seq == e.Proposal })
	if i < 0 {
		return ErrNoAdvance
	}
	a := t.advances[i]
	later := slices.ContainsFunc(t.advances[i+1:], func(b advancement) bool { return b.e.To == a.e.To })
	switch {
	case a.confirmed != "":
		return ErrDecided.Param("proposal", e.Proposal)
	case later:
		return ErrOvertaken
	case a.by == by:
		return ErrSamePerson
	}
	// Results that were corrected meanwhile are another list.
	now, err := t.advance(a.e.From, a.e.Declined)
	if err == nil && !slices.EqualFunc(a.e.Through, now.through(), advancing.same) {
		err = ErrOvertaken
	}
	return err
}

func (t *Tally) applyAdvanceConfirmed(r ledger.Record) (verdict, error) {
	e, err := read[advanceConfirmed](r)
	if err != nil {
		return verdict{}, err
	}
	if why := t.mayConfirmAdvance(access.AccountID(r.Actor), e); why != nil {
		return verdict{why: why}, nil
	}
	for i := range t.advances {
		if a := &t.advances[i]; a.seq == e.Proposal {
			a.confirmed, a.confirmAt = access.AccountID(r.Actor), r.At
		}
	}
	return verdict{}, nil
}
