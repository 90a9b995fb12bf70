package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Appeal is what a team leader (领队) asks to be looked at again, in writing,
// within the window of the procedure.
type Appeal struct {
	Code     string           `json:"code"`             // entry code of the competitor
	Module   scoring.ModuleID `json:"module,omitempty"` // empty: the whole result
	Text     string           `json:"text"`
	Evidence []string         `json:"evidence,omitempty"` // ids of files
}

// Ruling is what the arbiter decides.
type Ruling string

// The rulings.
const (
	Upheld    Ruling = "upheld"    // something is to be corrected
	Dismissed Ruling = "dismissed" // the result stands
)

// AppealState is how far an appeal has come.
type AppealState string

// The states of an appeal.
const (
	AppealOpen      AppealState = "open"
	AppealRuled     AppealState = "ruled"
	AppealWithdrawn AppealState = "withdrawn"
)

type appeal struct {
	Appeal
	at     int // position of the competitor
	state  AppealState
	filed  person
	ruling Ruling
	reason string
	ruled  person // who ruled or withdrew
}

type ruled struct {
	No     int    `json:"no"`
	Ruling Ruling `json:"ruling"`
	Reason string `json:"reason"`
}

func (t *Tally) decideAppealFiled(actor access.AccountID, at time.Time, e Appeal) (int, error) {
	if err := t.in(PhasePublished); err != nil {
		return 0, err
	}
	if until := t.appealsUntil(); at.After(until) {
		return 0, ErrAppealLate.Param("until", until.UTC().Format(time.RFC3339))
	}
	i, ok := t.labelled(e.Code)
	if !ok {
		return 0, ErrNoCode.Param("code", e.Code)
	}
	if err := t.leads(actor, i); err != nil {
		return 0, err
	}
	if _, ok := t.open.Scheme.Module(e.Module); e.Module != "" && !ok {
		return 0, ErrContest.With(fault.Field{Path: "module", Code: "unknown", Message: "the scheme has no such module"})
	}
	if strings.TrimSpace(e.Text) == "" || len(e.Text) > 3*maxReason || len(e.Evidence) > 20 {
		return 0, ErrContest.With(fault.Field{Path: "text", Code: "missing", Message: "say what is to be looked at, in at most 6000 bytes and 20 files"})
	}
	return i, nil
}

// leads returns ErrOffice unless the account is the team leader of the
// competitor's unit or delegation.
func (t *Tally) leads(actor access.AccountID, i int) error {
	c := t.open.Competitors[i]
	for _, o := range t.open.Officers {
		if o.Office == OfficeTeamLeader && o.Account == actor && o.Unit != "" && (o.Unit == c.Unit || o.Unit == string(c.Delegation)) {
			return nil
		}
	}
	return ErrOffice.Param("office", OfficeTeamLeader)
}

func (t *Tally) applyAppealFiled(r ledger.Record) (verdict, error) {
	e, err := read[Appeal](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	i, why := t.decideAppealFiled(by, r.At, e)
	if why != nil {
		return refused(why)
	}
	t.outcome.appeals = append(t.outcome.appeals, appeal{Appeal: e, at: i, state: AppealOpen, filed: person{by, r.At}})
	return verdict{}, nil
}

func (t *Tally) appealNo(no int) (*appeal, error) {
	if no < 1 || no > len(t.outcome.appeals) {
		return nil, ErrNoAppeal.Param("no", no)
	}
	a := &t.outcome.appeals[no-1]
	if a.state != AppealOpen {
		return nil, ErrOvertaken
	}
	return a, nil
}

func (t *Tally) decideAppealRuled(actor access.AccountID, e ruled) error {
	if err := t.office(actor, OfficeArbiter); err != nil {
		return err
	}
	if e.Ruling != Upheld && e.Ruling != Dismissed {
		return ErrContest.With(fault.Field{Path: "ruling", Code: "unknown", Message: "upheld or dismissed"})
	}
	if strings.TrimSpace(e.Reason) == "" || len(e.Reason) > maxReason {
		return ErrReason
	}
	a, err := t.appealNo(e.No)
	if err == nil && a.filed.by == actor {
		return ErrSamePerson
	}
	return err
}

func (t *Tally) applyAppealRuled(r ledger.Record) (verdict, error) {
	e, err := read[ruled](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	if why := t.decideAppealRuled(by, e); why != nil {
		return refused(why)
	}
	a := &t.outcome.appeals[e.No-1]
	a.state, a.ruling, a.reason, a.ruled = AppealRuled, e.Ruling, e.Reason, person{by, r.At}
	return verdict{}, nil
}

// unmet returns the number of an upheld appeal from which nothing followed, or
// 0: no correction that names it was signed, or dropped for a reason by the
// chief judge or the arbiter.
func (t *Tally) unmet() int {
	for k, a := range t.outcome.appeals {
		met := func(c correction) bool { return c.Appeal == k+1 && (c.state == CorrectionSigned || c.released) }
		if a.state == AppealRuled && a.ruling == Upheld && !slices.ContainsFunc(t.outcome.corrections, met) {
			return k + 1
		}
	}
	return 0
}

func (t *Tally) decideAppealOff(actor access.AccountID, no int) error {
	a, err := t.appealNo(no)
	if err == nil && a.filed.by != actor {
		return ErrOffice.Param("office", OfficeTeamLeader)
	}
	return err
}

func (t *Tally) applyAppealOff(r ledger.Record) (verdict, error) {
	e, err := read[numbered](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	if why := t.decideAppealOff(by, e.No); why != nil {
		return refused(why)
	}
	a := &t.outcome.appeals[e.No-1]
	a.state, a.ruled = AppealWithdrawn, person{by, r.At}
	return verdict{}, nil
}

// FileAppeal files an appeal for a competitor of the leader's own unit or
// delegation. Errors: ErrPhase, ErrAppealLate, ErrNoCode, ErrOffice,
// ErrContest.
func (s *Contests) FileAppeal(ctx context.Context, actor access.AccountID, id DivisionID, key string, e Appeal) error {
	return s.perform(ctx, actor, id, kindAppealFiled, key, e, func(t *Tally) error { _, err := t.decideAppealFiled(actor, s.now(), e); return err })
}

// RuleAppeal is the arbiter's word. What an upheld appeal changes is a
// correction that names it. Errors: ErrOffice, ErrNoAppeal, ErrOvertaken,
// ErrSamePerson, ErrReason, ErrContest.
func (s *Contests) RuleAppeal(ctx context.Context, actor access.AccountID, id DivisionID, key string, no int, r Ruling, reason string) error {
	e := ruled{no, r, reason}
	return s.perform(ctx, actor, id, kindAppealRuled, key, e, func(t *Tally) error { return t.decideAppealRuled(actor, e) })
}

// WithdrawAppeal takes an appeal back that the same account has filed. Errors:
// ErrNoAppeal, ErrOvertaken, ErrOffice.
func (s *Contests) WithdrawAppeal(ctx context.Context, actor access.AccountID, id DivisionID, key string, no int) error {
	return s.perform(ctx, actor, id, kindAppealOff, key, numbered{no}, func(t *Tally) error { return t.decideAppealOff(actor, no) })
}
