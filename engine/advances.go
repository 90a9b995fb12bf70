package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// Advancement is who goes on from a division to the next one.
type Advancement struct {
	Proposal   int64            `json:"proposal"` // 0: a look ahead that is not recorded
	To         DivisionID       `json:"to"`
	Delegation DelegationID     `json:"delegation"` // of the other contest, for whom they come
	By         access.AccountID `json:"by"`
	At         *time.Time       `json:"at,omitempty"`
	// Rule names the frozen rule; Base, Places, Through and Open are as in
	// award.Advancement.
	Rule        award.RulesID     `json:"rule"`
	RuleVersion int               `json:"rule_version"`
	Base        int               `json:"base"`
	Places      int               `json:"places"`
	Through     int               `json:"through"`
	Open        int               `json:"open"` // places that wait for a lot
	Declined    []Decline         `json:"declined"`
	Decisions   []AdvanceDecision `json:"decisions"` // by rank
	ConfirmedBy access.AccountID  `json:"confirmed_by"`
	ConfirmedAt *time.Time        `json:"confirmed_at,omitempty"`
	// LeftOut says who goes on and could not be entered in the next division,
	// and why; entering is tried again by confirming again.
	LeftOut []fault.Field `json:"left_out"`
}

// AdvanceDecision says whether one competitor goes on and why.
type AdvanceDecision struct {
	Code    string        `json:"code"`
	Rank    int           `json:"rank"` // 0: no rank
	Outcome award.Outcome `json:"outcome"`
	Why     award.Why     `json:"why"`
	Text    scoring.Text  `json:"text"`
	// Reserve is the turn to replace somebody, from 1; 0: no reserve. Replaces
	// is the code of whoever declined.
	Reserve  int    `json:"reserve"`
	Replaces string `json:"replaces"`
	// Carried are the marks that come along, hundredths; null: none. CarryText
	// says why.
	Carried   *scoring.Marks `json:"carried"`
	CarryText scoring.Text   `json:"carry_text"`
}

func (a *advancement) view() Advancement {
	out := Advancement{
		Proposal: a.seq, To: a.e.To, Delegation: a.e.Delegation, By: a.by, Rule: a.result.Rules, RuleVersion: a.result.RulesVersion,
		Base: a.result.Base, Places: a.result.Count, Through: a.result.Through, Open: a.result.Open,
		Declined: append([]Decline{}, a.e.Declined...), Decisions: []AdvanceDecision{}, ConfirmedBy: a.confirmed, LeftOut: []fault.Field{},
	}
	if a.seq > 0 {
		at := a.at
		out.At = &at
	}
	if a.confirmed != "" {
		at := a.confirmAt
		out.ConfirmedAt = &at
	}
	for _, d := range a.result.Decisions {
		x := AdvanceDecision{
			Code: string(d.Code), Rank: d.Rank, Outcome: d.Outcome, Why: d.Why, Text: d.Text, Reserve: d.Reserve, Replaces: string(d.Replaces),
			CarryText: a.notes[a.who[d.Code]],
		}
		if c, ok := a.carried[a.who[d.Code]]; ok {
			marks := c.Value.Marks
			x.Carried = &marks
		}
		out.Decisions = append(out.Decisions, x)
	}
	return out
}

// NextStep is a proposal of who goes on.
type NextStep struct {
	To         DivisionID   `json:"to" maxLength:"100"`
	Delegation DelegationID `json:"delegation,omitempty" maxLength:"100"`
	Declined   []Decline    `json:"declined,omitempty" maxItems:"1000"`
}

// LookAhead computes who would go on, without recording anything. Errors:
// ErrPhase before the publication, ErrNoAdvance, ErrNotNext.
func (s *Contests) LookAhead(ctx context.Context, from DivisionID, n NextStep) (Advancement, error) {
	if err := s.checkNext(ctx, from, n); err != nil {
		return Advancement{}, err
	}
	a, err := s.arena(ctx, from)
	if err != nil {
		return Advancement{}, err
	}
	var out Advancement
	err = a.read(ctx, func(t *Tally) error {
		adv, err := t.advance(from, n.Declined)
		adv.e = advanceProposed{From: from, To: n.To, Delegation: n.Delegation, Declined: n.Declined}
		out = adv.view()
		return err
	})
	return out, err
}

// checkNext asks that people go on from one division to the other: it names
// the first as its stage before, or its contest is fed by the first's.
func (s *Contests) checkNext(ctx context.Context, from DivisionID, n NextStep) error {
	div, err := s.Division(ctx, from)
	if err != nil {
		return err
	}
	to, err := s.Division(ctx, n.To)
	if isNotFound(err) {
		return ErrNotNext
	}
	if err != nil {
		return err
	}
	below, err := s.Contest(ctx, div.Contest)
	if err != nil {
		return err
	}
	if to.From != from && (below.Feeds == "" || below.Feeds != to.Contest) {
		return ErrNotNext
	}
	above, err := s.Contest(ctx, to.Contest)
	if err != nil {
		return err
	}
	if n.Delegation != "" && above.delegation(string(n.Delegation)) == nil {
		return ErrNotNext.With(fault.Field{Path: "delegation", Code: "delegation_unknown", Message: "the contest has no such delegation"})
	}
	if over := div.Honours.Carry; over != nil {
		if m, ok := to.Scheme.Module(over.Into); !ok || m.Source != scoring.SourceImported {
			return ErrNotNext.With(fault.Field{Path: "to", Code: "not_imported", Message: "the division has no imported module " + string(over.Into) + " for the marks that are carried"})
		}
	}
	return nil
}

// ProposeAdvance records who goes on, as the chief judge has seen it; a second
// person confirms. A later proposal for the same division takes the place of
// an earlier one. A repeated key returns the first result. Errors: ErrOffice,
// ErrLots, ErrOvertaken and those of LookAhead.
func (s *Contests) ProposeAdvance(ctx context.Context, actor access.AccountID, from DivisionID, key string, n NextStep) (Advancement, error) {
	if err := checkKey(key); err != nil {
		return Advancement{}, err
	}
	if err := s.checkNext(ctx, from, n); err != nil {
		return Advancement{}, err
	}
	a, err := s.arena(ctx, from)
	if err != nil {
		return Advancement{}, err
	}
	key = "advance/" + key
	// What the first call found is what a repeated one gets, though the results
	// may have changed since.
	old, known, err := s.db.Ledger().FindKey(ctx, a.stream, string(actor)+"/"+key)
	if err != nil {
		return Advancement{}, err
	}
	if known {
		return s.advancement(ctx, a, old.Seq)
	}
	e := advanceProposed{From: from, To: n.To, Delegation: n.Delegation, Declined: n.Declined}
	notNil(&e.Declined)
	var why error
	err = a.read(ctx, func(t *Tally) error {
		var adv advancement
		adv, why = t.mayAdvance(actor, e)
		e.Through = adv.through()
		return nil
	})
	if err := errors.Join(err, why); err != nil {
		return Advancement{}, err
	}
	done, _, err := a.put(ctx, actor, kindAdvanceProposed, key, e, func(*Tally) error { return nil })
	if err != nil {
		return Advancement{}, err
	}
	return s.advancement(ctx, a, done.Seq)
}

func (s *Contests) advancement(ctx context.Context, a *arena, proposal int64) (Advancement, error) {
	var out Advancement
	err := a.read(ctx, func(t *Tally) error {
		for i := range t.advances {
			if t.advances[i].seq == proposal {
				out = t.advances[i].view()
				return nil
			}
		}
		return ErrNoAdvance
	})
	return out, err
}

// Advancements lists the proposals of a division, the newest first.
func (s *Contests) Advancements(ctx context.Context, from DivisionID) ([]Advancement, error) {
	a, err := s.arena(ctx, from)
	if err != nil {
		return nil, err
	}
	out := []Advancement{}
	err = a.read(ctx, func(t *Tally) error {
		for i := range slices.Backward(t.advances) {
			out = append(out, t.advances[i].view())
		}
		return nil
	})
	return out, err
}

// ConfirmAdvance is the word of a second person, the division's supervisor or
// an organiser, on a proposal, and enters those who go on in the next division. Confirming again
// enters who was left out and changes nothing else. Errors: ErrSamePerson,
// ErrOvertaken when results or the proposal changed, ErrNoAdvance.
//
// Order of writes: the confirmation in this division's stream, then the list
// in the next contest's. A crash between is completed by confirming again.
func (s *Contests) ConfirmAdvance(ctx context.Context, actor access.AccountID, organiser bool, from DivisionID, proposal int64) (Advancement, error) {
	a, err := s.arena(ctx, from)
	if err != nil {
		return Advancement{}, err
	}
	var adv advancement
	confirmed := func(t *Tally) bool {
		i := slices.IndexFunc(t.advances, func(x advancement) bool { return x.seq == proposal && x.confirmed != "" })
		if i >= 0 {
			adv = t.advances[i]
		}
		return i >= 0
	}
	err = a.read(ctx, func(t *Tally) error { confirmed(t); return nil })
	if err == nil && adv.seq == 0 {
		e := advanceConfirmed{Proposal: proposal, Organiser: organiser}
		_, _, err = a.put(ctx, actor, kindAdvanceConfirmed, fmt.Sprintf("advance/%d/confirm", proposal), e,
			func(t *Tally) error { return t.mayConfirmAdvance(actor, e) })
		if errors.Is(err, ErrDecided) { // by somebody else, a moment ago
			err = nil
		}
		err = errors.Join(err, a.read(ctx, func(t *Tally) error { confirmed(t); return nil }))
	}
	if err != nil {
		return Advancement{}, err
	}
	out := adv.view()
	out.LeftOut, err = s.enterAdvanced(ctx, adv)
	return out, err
}

// enterAdvanced brings the list of the next division to what was confirmed:
// who declined goes, who goes on and is not there comes.
func (s *Contests) enterAdvanced(ctx context.Context, adv advancement) ([]fault.Field, error) {
	left := []fault.Field{}
	f := Filer{Account: adv.confirmed, Everyone: true}
	to, err := s.entryDesk(ctx, f, adv.e.To)
	if err != nil {
		return left, err
	}
	docs, err := s.Competitors(ctx, adv.e.From)
	if err != nil {
		return left, err
	}
	byID := make(map[CompetitorID]*Competitor, len(docs))
	for i := range docs {
		byID[docs[i].ID] = &docs[i]
	}
	if err := s.withdrawDeclined(ctx, f, adv, byID); err != nil {
		return left, err
	}
	for i, x := range adv.e.Through {
		c := byID[x.Competitor]
		if c == nil {
			continue // a document that is gone; the ledger has the person
		}
		err := s.enterOneAdvanced(ctx, f, to, adv, x, c)
		if k := fault.As(err); k != nil && k.Kind != fault.Internal && k.Kind != fault.Unavailable {
			left = append(left, reasons(fmt.Sprintf("through[%d]", i), c.Name, k)...)
			continue
		}
		if err != nil {
			return left, err
		}
	}
	return left, nil
}

// reasons words why one person was left out.
func reasons(path, name string, k *fault.Error) []fault.Field {
	if len(k.Fields) == 0 {
		return []fault.Field{{Path: path, Code: k.Code, Message: name + ": " + k.Message, Params: map[string]string{"name": name}}}
	}
	out := make([]fault.Field, 0, len(k.Fields))
	for _, x := range k.Fields {
		params := map[string]string{"name": name}
		for p, v := range x.Params {
			params[p] = v
		}
		out = append(out, fault.Field{Path: path, Code: x.Code, Message: name + ": " + x.Message, Params: params})
	}
	return out
}

// enterOneAdvanced enters one competitor, a team with all its members, unless
// an earlier call has.
func (s *Contests) enterOneAdvanced(ctx context.Context, f Filer, to *entryDesk, adv advancement, x advancing, c *Competitor) error {
	there := false
	err := s.onRoll(ctx, to.div.Contest, func(r *Roll) error {
		for _, who := range c.persons() {
			for _, l := range r.with(who) {
				there = there || l.Division == to.div.ID
			}
		}
		return nil
	})
	if err != nil || there {
		return err
	}
	list, err := s.persons(c)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Delegation = s.delegationAbove(ctx, to, adv, c)
	}
	b := PersonList{Key: fmt.Sprintf("advance/%d/%s", adv.seq, c.ID), Source: "division/" + string(adv.e.From), List: list}
	if x.Carried != nil {
		b.carried = []CarriedPart{*x.Carried}
	}
	if m, ok := to.div.Scheme.Module(carriedInto(x)); x.Carried != nil && (!ok || x.Carried.Value.Marks > m.Max) {
		return scoring.ErrModules.With(fault.Field{Path: "carried", Code: "above_max", Message: "the marks that come along are above the module's maximum"})
	}
	_, err = s.Enlist(ctx, f, to.div.ID, b)
	return err
}

func carriedInto(x advancing) scoring.ModuleID {
	if x.Carried == nil {
		return ""
	}
	return x.Carried.Module
}

// delegationAbove is the delegation for which a competitor comes: the one that
// the proposal names, else that of the same name, or none.
func (s *Contests) delegationAbove(ctx context.Context, to *entryDesk, adv advancement, c *Competitor) string {
	if adv.e.Delegation != "" {
		return string(adv.e.Delegation)
	}
	from, err := s.Division(ctx, adv.e.From)
	if err != nil || from.Contest == to.div.Contest {
		return string(c.Delegation)
	}
	below, err := s.Contest(ctx, from.Contest)
	if d := below.delegation(string(c.Delegation)); err == nil && d != nil {
		return d.Name
	}
	return ""
}

// withdrawDeclined takes people out of the next division who were entered by
// an earlier confirmation and declined since.
func (s *Contests) withdrawDeclined(ctx context.Context, f Filer, adv advancement, byID map[CompetitorID]*Competitor) error {
	to, err := s.Division(ctx, adv.e.To)
	if err != nil {
		return err
	}
	for _, d := range adv.e.Declined {
		c := byID[adv.who[scoring.Code(d.Code)]]
		if c == nil {
			continue
		}
		var gone []CompetitorID
		err := s.onRoll(ctx, to.Contest, func(r *Roll) error {
			for _, l := range r.with(c.persons()[0]) {
				if l.Division == to.ID {
					gone = append(gone, l.Competitor)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, id := range gone {
			if err := s.Withdraw(ctx, f, to.ID, id, d.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// persons makes people to enter of a stored competitor: one, or the members.
func (s *Contests) persons(c *Competitor) ([]Person, error) {
	one := Person{
		Name: c.Name, IDType: c.IDType, Born: c.Born, Unit: c.Unit, City: c.City, Identity: c.Identity, HeldLevel: c.HeldLevel,
		HeldNumber: c.HeldNumber, Team: c.TeamName, Role: c.Role, candidate: c.Candidate,
	}
	number, err := s.openID(c, c.Candidate, c.IDSealed)
	if len(c.Members) == 0 || err != nil {
		one.IDNumber = number
		return []Person{one}, err
	}
	list := make([]Person, 0, len(c.Members))
	for _, m := range c.Members {
		p := one
		p.Name, p.IDType, p.Born, p.Identity, p.HeldLevel, p.HeldNumber = m.Name, m.IDType, m.Born, m.Identity, m.HeldLevel, m.HeldNumber
		p.Team, p.Role, p.candidate = c.Name, m.Role, m.Candidate
		if p.IDNumber, err = s.openID(c, m.Candidate, m.IDSealed); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func (s *Contests) openID(c *Competitor, who exam.CandidateID, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	plain, err := s.opts.Sealer.Open(sealed, c.sealContext(who))
	if err != nil {
		return "", fmt.Errorf("competitor %s: %w", c.ID, err)
	}
	return string(plain), nil
}

// importCarried records the marks that came along from earlier stages, once.
func (s *Contests) importCarried(ctx context.Context, a *arena) error {
	var list []Import
	err := a.read(ctx, func(t *Tally) error {
		for _, c := range t.open.Competitors {
			for _, x := range c.Carried {
				list = append(list, Import{
					Competitor: c.ID, Module: x.Module, Value: x.Value, Source: "carried/" + string(x.From) + "/" + string(c.ID), Revision: 1,
				})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, in := range list {
		if err := s.ImportPart(ctx, "engine", a.id, in); err != nil {
			return err
		}
	}
	return nil
}
