package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

const kindOffice = "office.changed"

var officeFolds = map[string]fold{kindOffice: (*Tally).applyOffice}

// officeChanged is one appointment or dismissal while the division runs.
type officeChanged struct {
	Officer Officer `json:"officer"`
	// Appointed says that the officer comes; else goes.
	Appointed bool   `json:"appointed"`
	Reason    string `json:"reason"`
}

// SetOfficers replaces the appointments of a division that is being set up.
// Errors: ErrContest naming offices that do not exist, accounts that are
// closed or lack the role; ErrFrozen.
func (s *Contests) SetOfficers(ctx context.Context, id DivisionID, list []Officer) (Division, error) {
	if err := s.checkPosts(ctx, list, nil, nil, scoring.Scheme{}); err != nil {
		return Division{}, err
	}
	return s.setup(ctx, id, func(d *Division) error { d.Officers = list; notNil(&d.Officers); return nil })
}

// SetRelations replaces the judges' declarations of a division that is being
// set up. Errors: ErrContest, ErrFrozen.
func (s *Contests) SetRelations(ctx context.Context, id DivisionID, list []Relation) (Division, error) {
	if err := s.checkPosts(ctx, nil, list, nil, scoring.Scheme{}); err != nil {
		return Division{}, err
	}
	return s.setup(ctx, id, func(d *Division) error { d.Relations = list; notNil(&d.Relations); return nil })
}

// SetPanels replaces the panels of a division that is being set up. Errors:
// ErrContest, ErrFrozen.
func (s *Contests) SetPanels(ctx context.Context, id DivisionID, panels []Panel) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	if err := s.checkPosts(ctx, nil, nil, panels, div.Scheme); err != nil && !div.frozen() {
		return err
	}
	_, err = s.setup(ctx, id, func(d *Division) error { d.Panels = panels; notNil(&d.Panels); return nil })
	return err
}

// checkPosts names what is wrong with officers, declarations and panels.
func (s *Contests) checkPosts(ctx context.Context, officers []Officer, relations []Relation, panels []Panel, scheme scoring.Scheme) error {
	c := checker(checkOfficers(officers, IdentityOpen)) // which are missing is asked at the opening
	for i, o := range officers {
		for _, known := range Offices {
			if known.Office == o.Office && o.Account != "" {
				if err := s.checkAccount(ctx, o.Account, fmt.Sprintf("officers[%d].account", i), &c, known.Role); err != nil {
					return err
				}
			}
		}
	}
	for i, x := range relations {
		path := fmt.Sprintf("relations[%d]", i)
		c.need(strings.TrimSpace(x.Unit) != "", path+".unit", "missing", "name the unit that the judge steps aside for")
		c.need(strings.TrimSpace(x.Reason) != "" && len(x.Reason) <= 900, path+".reason", "missing", "give the reason")
		if err := s.checkAccount(ctx, x.Judge, path+".judge", &c, access.Judge, access.ChiefJudge); err != nil {
			return err
		}
	}
	for i, p := range panels {
		path := fmt.Sprintf("panels[%d]", i)
		if m, ok := scheme.Module(p.Module); !ok || m.Source != scoring.SourcePanel {
			c.add(path+".module", "unknown", "no module of the scheme that a panel marks")
		}
		for k, j := range p.Judges {
			if err := s.checkAccount(ctx, j.Judge, fmt.Sprintf("%s.judges[%d]", path, k), &c, access.Judge, access.ChiefJudge); err != nil {
				return err
			}
		}
	}
	return c.err(ErrContest)
}

// ChangeOffice appoints or dismisses an officer of an open division, with a
// reason. Errors: ErrReason, ErrContest, ErrPhase, ErrDecided when it is so
// already, ErrOvertaken.
func (s *Contests) ChangeOffice(ctx context.Context, actor access.AccountID, id DivisionID, key string, o Officer, appointed bool, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return ErrReason
	}
	if err := checkKey(key); err != nil {
		return err
	}
	if appointed {
		if err := s.checkPosts(ctx, []Officer{o}, nil, nil, scoring.Scheme{}); err != nil {
			return err
		}
	}
	e := officeChanged{Officer: o, Appointed: appointed, Reason: reason}
	return s.perform(ctx, actor, id, kindOffice, "office/"+key, e, func(t *Tally) error { return t.mayChangeOffice(e) })
}

// mayChangeOffice says why an appointment does not fit: nobody keeps two
// layers of identity or marks beside one, and an office that three layers need
// stays filled.
func (t *Tally) mayChangeOffice(e officeChanged) error {
	if err := t.in(PhaseRunning, PhaseLocked, PhaseRechecked, PhaseDecrypted, PhasePublished); err != nil {
		return err
	}
	if slices.Contains(t.open.Officers, e.Officer) == e.Appointed {
		return ErrDecided.Param("office", e.Officer.Office)
	}
	after := t.officersAfter(e)
	wrong := checkOfficers(after, t.open.Procedure.Identity.Mode)
	if e.Appointed {
		wrong = append(wrong, checkIdentity(&Division{Procedure: t.open.Procedure, Officers: after, Panels: t.panels()})...)
	}
	if len(wrong) > 0 {
		return ErrContest.With(wrong...)
	}
	return nil
}

// panels are the panels at work, with those who are on them now.
func (t *Tally) panels() (out []Panel) {
	for _, m := range t.open.Scheme.Modules {
		for _, r := range t.benches[m.ID] {
			out = append(out, Panel{Module: m.ID, Judges: r.members})
		}
	}
	return out
}

// officersAfter is the list of appointments with the change.
func (t *Tally) officersAfter(e officeChanged) []Officer {
	list := slices.DeleteFunc(slices.Clone(t.open.Officers), func(o Officer) bool { return o == e.Officer })
	if e.Appointed {
		list = append(list, e.Officer)
	}
	return list
}

func (t *Tally) applyOffice(r ledger.Record) (verdict, error) {
	e, err := read[officeChanged](r)
	if err != nil {
		return verdict{}, err
	}
	if why := t.mayChangeOffice(e); why != nil {
		return verdict{why: why}, nil
	}
	t.open.Officers = t.officersAfter(e)
	return verdict{}, nil
}

// Officers returns the appointments as they are now.
func (s *Contests) Officers(ctx context.Context, id DivisionID) ([]Officer, error) {
	div, err := s.Division(ctx, id)
	if err != nil || div.Status == Setup {
		return div.Officers, err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	var list []Officer
	err = a.read(ctx, func(t *Tally) error { list = slices.Clone(t.open.Officers); return nil })
	notNil(&list)
	return list, err
}
