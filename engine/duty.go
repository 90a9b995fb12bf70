package engine

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Duty is a division as one of its officers meets it: enough to know where
// one is and which desks are one's own. It names no competitor, unit or code.
type Duty struct {
	Division     DivisionID   `json:"division"`
	ContestName  scoring.Text `json:"contest_name"`
	Event        scoring.Text `json:"event"`
	Name         scoring.Text `json:"name"`
	Status       Status       `json:"status"`
	Phase        Phase        `json:"phase" enum:"setup,running,locked,rechecked,decrypted,published,final"`
	IdentityMode IdentityMode `json:"identity_mode"`
	Rehearsal    bool         `json:"rehearsal"`
	Opened       *time.Time   `json:"opened,omitempty"`
	// Offices are those in which the account may act: it is appointed, or its
	// role holds the office and nobody is.
	Offices []Office `json:"offices"`
	// Modules names the scheme's modules, which records know by their id.
	Modules []DutyModule `json:"modules"`
	Batches int          `json:"batches"` // that compete one after another, from 1
}

// DutyModule names one module.
type DutyModule struct {
	ID   scoring.ModuleID `json:"id"`
	Name scoring.Text     `json:"name"`
	// Panel is whether a panel marks it, so that people come for it.
	Panel bool `json:"panel"`
}

// Duties lists the divisions in which the account may act in an office, the
// latest made first. Leaders of delegations are team leaders there.
func (s *Contests) Duties(ctx context.Context, a access.Account) ([]Duty, error) {
	contests, err := s.Contests(ctx)
	if err != nil {
		return nil, err
	}
	all := []Division{}
	for _, c := range contests {
		divs, err := s.Divisions(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, divs...)
	}
	slices.SortStableFunc(all, func(x, y Division) int { return y.Created.Compare(x.Created) })
	out := []Duty{}
	for _, d := range all {
		duty, err := s.duty(ctx, a, d)
		if err != nil {
			return nil, err
		}
		if len(duty.Offices) > 0 {
			out = append(out, duty)
		}
	}
	return out, nil
}

// Duty returns one division as its officers meet it. Error: the store's not
// found, also where the account has no office and may not read contests.
func (s *Contests) Duty(ctx context.Context, a access.Account, id DivisionID) (Duty, error) {
	d, err := s.Division(ctx, id)
	if err != nil {
		return Duty{}, err
	}
	duty, err := s.duty(ctx, a, d)
	if err == nil && len(duty.Offices) == 0 && !access.Allows(a.Roles, access.ContestRead) {
		return Duty{}, store.ErrNotFound
	}
	return duty, err
}

func (s *Contests) duty(ctx context.Context, a access.Account, d Division) (Duty, error) {
	c, err := s.Contest(ctx, d.Contest)
	if err != nil {
		return Duty{}, err
	}
	e, err := s.Event(ctx, d.Event)
	if err != nil {
		return Duty{}, err
	}
	officers, err := s.Officers(ctx, d.ID)
	if err != nil {
		return Duty{}, err
	}
	phase := PhaseSetup
	if d.Status != Setup {
		a, err := s.arena(ctx, d.ID)
		if err != nil {
			return Duty{}, err
		}
		if err := a.read(ctx, func(t *Tally) error { phase = t.phase(); return nil }); err != nil {
			return Duty{}, err
		}
	}
	duty := Duty{
		Division: d.ID, ContestName: c.Name, Event: e.Name, Name: d.Name, Status: d.Status, Phase: phase,
		IdentityMode: d.Procedure.Identity.Mode, Rehearsal: c.Rehearsal, Opened: d.Opened, Offices: []Office{},
		Modules: []DutyModule{}, Batches: d.Procedure.Draw.Batches,
	}
	for _, m := range d.Scheme.Modules {
		duty.Modules = append(duty.Modules, DutyModule{m.ID, m.Name, m.Source == scoring.SourcePanel})
	}
	for _, o := range Offices {
		if !o.Office.needed(d.Procedure.Identity.Mode) {
			continue
		}
		leads := o.Office == OfficeTeamLeader && len(c.ledBy(a.ID)) > 0
		// Without a call room judge the organiser keeps the call room.
		role := slices.Contains(a.Roles, o.Role) || o.Office == OfficeCallRoom && access.Allows(a.Roles, access.CallRoomKeep)
		if leads || role && holds(officers, a.ID, o.Office) {
			duty.Offices = append(duty.Offices, o.Office)
		}
	}
	return duty, nil
}

// needed reports whether the office has work where competitors are hidden so.
func (o Office) needed(mode IdentityMode) bool {
	switch o {
	case OfficeEntryCoder, OfficeWorkCoder:
		return mode == IdentityLayered
	case OfficeStationCoder:
		return mode != IdentityOpen
	case OfficeChief, OfficeDeputy, OfficeSupervisor, OfficeArbiter, OfficeTabulator, OfficeCallRoom, OfficeFloor, OfficeTeamLeader:
	}
	return true
}
