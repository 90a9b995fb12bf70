package demo

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// people is data/people.json.
type people struct {
	Centres []struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Rooms []struct {
			ID    string `json:"id"`
			Name  string `json:"name"`
			Seats int    `json:"seats"`
		} `json:"rooms"`
	} `json:"centres"`
	Candidates  []person     `json:"candidates"` // electricians of the round, who sit theory too
	Kinds       []person     `json:"kinds"`      // of the short sitting, which is at the same time
	Welders     []person     `json:"welders"`
	Students    []person     `json:"students"` // electricians whose entries wait
	Delegations []delegation `json:"delegations"`
	Judges      []judge      `json:"judges"`
	Groups      []struct {
		ID   string       `json:"id"`
		Name scoring.Text `json:"name"`
	} `json:"groups"` // of staff, by what they do
	Staff []struct {
		Name  string        `json:"name"`
		Login string        `json:"login"`
		Roles []access.Role `json:"roles"`
		Group string        `json:"group"`
		Does  scoring.Text  `json:"does"`
	} `json:"staff"`
}

type person struct {
	Name       string          `json:"name"`
	Unit       string          `json:"unit"`
	City       string          `json:"city"`
	IDNumber   string          `json:"id_number"`
	Identity   engine.Identity `json:"identity"`
	HeldLevel  bank.Level      `json:"held_level"`
	HeldNumber string          `json:"held_number"`
	Centre     string          `json:"centre"` // of those who sit theory
}

// entry is the person as a unit files one.
func (p *person) entry(sent string) engine.Person {
	return engine.Person{
		Name: p.Name, IDNumber: p.IDNumber, Unit: p.Unit, City: p.City, Delegation: sent,
		Identity: p.Identity, HeldLevel: p.HeldLevel, HeldNumber: p.HeldNumber,
	}
}

type delegation struct {
	Name   string `json:"name"`
	City   string `json:"city"`
	Leader string `json:"leader"` // login
}

// sends is the name of the delegation of a city.
func (p *people) sends(city string) string {
	for _, d := range p.Delegations {
		if d.City == city {
			return d.Name
		}
	}
	return ""
}

// The events of the demonstration, as people.json calls them.
const (
	electrician = "electrician"
	welder      = "welder"
)

type judge struct {
	Name  string `json:"name"`
	Unit  string `json:"unit"`
	Login string `json:"login"`
	Event string `json:"event"`
	Post  string `json:"post"` // "leader", "spare" or ""
}

// panel lists the judges of an event. who are the accounts by login.
func (p *people) panel(event string, who map[string]access.AccountID) []engine.PanelJudge {
	var list []engine.PanelJudge
	for _, j := range p.Judges {
		if j.Event == event {
			list = append(list, engine.PanelJudge{Judge: who[j.Login], Unit: j.Unit, Leader: j.Post == "leader", Spare: j.Post == "spare"})
		}
	}
	return list
}

// offices says which login of the demonstration holds which office. The team
// leaders come from the delegations.
var offices = []struct {
	office engine.Office
	login  string
}{
	{engine.OfficeChief, "chief"}, {engine.OfficeDeputy, "deputy"}, {engine.OfficeSupervisor, "supervisor"},
	{engine.OfficeEntryCoder, "coding1"}, {engine.OfficeStationCoder, "coding2"}, {engine.OfficeWorkCoder, "coding3"},
	{engine.OfficeArbiter, "arbiter"}, {engine.OfficeCallRoom, "callroom"},
	// A paper takes two, and a third where they differ.
	{engine.OfficeTabulator, "tabulator"}, {engine.OfficeTabulator, "tabulator2"}, {engine.OfficeTabulator, "tabulator3"},
}

// officers are the appointments of every division of a contest.
func (p *people) officers(c engine.Contest, who map[string]access.AccountID) []engine.Officer {
	var list []engine.Officer
	for _, o := range offices {
		list = append(list, engine.Officer{Office: o.office, Account: who[o.login]})
	}
	for i, d := range c.Delegations {
		list = append(list, engine.Officer{Office: engine.OfficeTeamLeader, Account: who[p.Delegations[i].Leader], Unit: string(d.ID)})
	}
	return list
}

// accounts makes the staff and judges that are not there yet, and returns all
// of them by login.
func (s Services) accounts(ctx context.Context, p *people) (map[string]access.AccountID, error) {
	there := map[string]access.AccountID{}
	all, err := s.Access.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		there[a.Login] = a.ID
	}
	var drafts []access.Draft
	for _, m := range p.Staff {
		drafts = append(drafts, access.Draft{Login: m.Login, Name: m.Name, Roles: m.Roles, Password: staffPassword})
	}
	for _, j := range p.Judges {
		drafts = append(drafts, access.Draft{Login: j.Login, Name: j.Name, Unit: j.Unit, Roles: []access.Role{access.Judge}, Password: judgePIN})
	}
	made := make([]access.AccountID, len(drafts))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4) // passwords are dear to hash
	for i, d := range drafts {
		if made[i] = there[d.Login]; made[i] != "" {
			continue
		}
		g.Go(func() error {
			a, err := s.Access.CreateAccount(gctx, actor, d)
			if err != nil {
				return fmt.Errorf("%s: %w", d.Login, err)
			}
			made[i] = a.ID
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	who := map[string]access.AccountID{}
	for i, d := range drafts {
		who[d.Login] = made[i]
	}
	return who, nil
}
