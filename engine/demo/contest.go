package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// stand is one contest while it is being set up.
type stand struct {
	Services
	people   *people
	who      map[string]access.AccountID // accounts by login
	contest  engine.Contest
	officers []engine.Officer
	honours  award.Rules
	now      time.Time
}

// contest makes the contest of a round: welders who are registered and wait
// for the draw, electricians who are being marked, students whose entries
// wait for a decision. The electricians open last, since the newest board is
// what a visitor of /board sees.
func (s Services) contest(ctx context.Context, p *people, who map[string]access.AccountID, sitting exam.SittingID, ids []exam.CandidateID, now time.Time) error {
	c, err := s.Contest.CreateContest(ctx, engine.ContestDraft{
		Name:  scoring.Text{ZH: "“技能兴鲁”职业技能大赛（演示）", EN: "Jineng Xinglu skills contest (demonstration)"},
		Event: scoring.Text{ZH: "电工（三级/高级工）赛项", EN: "Electrician, level 3"},
		Level: engine.LevelSecond, Year: now.Year(), Organiser: "兴鲁演示组委会", Organisers: []string{"兴鲁演示组委会", "泺源湾考评中心（演示）"},
	})
	if err != nil {
		return err
	}
	var list []engine.Delegation
	for _, d := range p.Delegations {
		list = append(list, engine.Delegation{Name: d.Name, City: d.City, Leaders: []access.AccountID{who[d.Leader]}})
	}
	if c, err = s.Contest.SetDelegations(ctx, c.ID, list); err != nil {
		return err
	}
	x := &stand{Services: s, people: p, who: who, contest: c, officers: p.officers(c, who), now: now}
	if err := readJSON("data/honours.json", &x.honours); err != nil {
		return err
	}
	if err := x.welders(ctx); err != nil {
		return fmt.Errorf("welders: %w", err)
	}
	if err := x.students(ctx); err != nil {
		return fmt.Errorf("students: %w", err)
	}
	if err := x.electricians(ctx, sitting, ids); err != nil {
		return fmt.Errorf("electricians: %w", err)
	}
	return nil
}

// draft is a division with the scheme and the rules of two files, and a panel
// for every module that one marks.
func (x *stand) draft(name scoring.Text, scheme, rules string, panel []engine.PanelJudge) (engine.DivisionDraft, error) {
	d := engine.DivisionDraft{
		Contest: x.contest.ID, Name: name, Officers: x.officers, Panels: []engine.Panel{},
		Board: engine.BoardPolicy{Live: true, Units: true}, Author: x.who["organiser"],
	}
	if err := errors.Join(readJSON(scheme, &d.Scheme), readJSON(rules, &d.Rules)); err != nil {
		return d, err
	}
	for _, m := range d.Scheme.Modules {
		if m.Source == scoring.SourcePanel {
			d.Panels = append(d.Panels, engine.Panel{Module: m.ID, Judges: panel})
		}
	}
	return d, nil
}

// create makes a division and gives it the contest's honours.
func (x *stand) create(ctx context.Context, d engine.DivisionDraft) (engine.Division, error) {
	div, err := x.Contest.CreateDivision(ctx, d)
	if err != nil {
		return div, err
	}
	return x.Contest.SetRegulation(ctx, x.who["organiser"], div.ID, div.Regulation.Version, engine.Regulation{
		Scheme: div.Scheme, Rules: div.Rules, Procedure: div.Procedure, Honours: engine.Honours{Awards: &x.honours},
	}, "设奖办法")
}

// strict is the full procedure: three layers of identity, a draw in public
// with receipts, signatures of judges and leader, a regulation that two have
// seen.
func strict() *engine.Procedure {
	p := engine.OrdinaryProcedure()
	p.Identity.Mode = engine.IdentityLayered
	p.Draw.Receipt, p.Draw.PublicWord = true, true
	p.Signing = engine.SigningRule{Judges: true, Leader: true}
	p.Approval, p.Hall.Identity = true, true
	return &p
}

// welders opens a small division with the full procedure: everybody is
// registered, nothing is drawn.
func (x *stand) welders(ctx context.Context) error {
	e, err := x.Contest.CreateEvent(ctx, x.contest.ID, engine.EventDraft{
		Name: scoring.Text{ZH: "焊工（三级/高级工）赛项", EN: "Welder, level 3"}, Kind: engine.EventSkill,
		Occupation: &bank.Occupation{Edition: occupation.Edition, Code: "6-18-02-04", Name: "焊工"}, Level: bank.Advanced,
	})
	if err != nil {
		return err
	}
	d, err := x.draft(scoring.Text{ZH: "职工组", EN: "Employees"}, "data/welding-scheme.json", "data/welding-rules.json", x.people.panel(welder, x.who))
	if err != nil {
		return err
	}
	d.Event, d.Procedure = e.ID, strict()
	// Two batches at three places, and one spare for a fault.
	d.Procedure.Draw.Batches, d.Procedure.Draw.Stations, d.Procedure.Draw.Spare = 2, 4, 1
	d.Qualification = engine.Qualification{Identities: []engine.Identity{engine.Employee}, MinLevel: bank.Intermediate, IDNumber: true}
	div, err := x.create(ctx, d)
	if err != nil {
		return err
	}
	if _, err := x.Contest.Enlist(ctx, engine.Filer{Account: x.who["organiser"], Everyone: true}, div.ID, x.list("welders", x.people.Welders)); err != nil {
		return err
	}
	if err := x.Contest.ApproveRegulation(ctx, x.who["chief"], div.ID, div.Regulation.Version); err != nil {
		return err
	}
	return x.Contest.Open(ctx, x.who["organiser"], div.ID, x.now.UnixNano())
}

func (x *stand) list(key string, people []person) engine.PersonList {
	l := engine.PersonList{Key: key, Source: "form"}
	for i := range people {
		l.List = append(l.List, people[i].entry(x.people.sends(people[i].City)))
	}
	return l
}

// registration is how long units may file entries, from a day before on.
const registration = 7 * 24 * time.Hour

// students sets a division up in which everything of a registration waits:
// the leaders have filed, the organiser has taken one delegation's first two
// and sent one back; a panel is missing, and a second person's word.
func (x *stand) students(ctx context.Context) error {
	d, err := x.draft(scoring.Text{ZH: "学生组", EN: "Students"}, "data/practical-scheme.json", "data/practical-rules.json", x.people.panel(electrician, x.who))
	if err != nil {
		return err
	}
	d.Panels = d.Panels[:1]
	d.Procedure = strict()
	d.Qualification = engine.Qualification{
		Identities: []engine.Identity{engine.Student}, MinAge: 16, AsOf: x.now.Format(time.DateOnly),
		MinLevel: bank.Intermediate, Certificate: true, IDNumber: true, PerDelegation: 5,
	}
	d.Registration = &engine.Window{From: x.now.Add(-24 * time.Hour), Until: x.now.Add(registration)}
	div, err := x.create(ctx, d)
	if err != nil {
		return err
	}
	for i, s := range x.people.Delegations {
		var own []person
		for _, p := range x.people.Students {
			if p.City == s.City {
				own = append(own, p)
			}
		}
		made, err := x.Contest.Enlist(ctx, engine.Filer{Account: x.who[s.Leader]}, div.ID, x.list("students-"+s.City, own))
		if err != nil {
			return err
		}
		if i == 0 {
			err = x.decide(ctx, div.ID, made.Competitors)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// decide takes the first two of a list and sends the third back.
func (x *stand) decide(ctx context.Context, id engine.DivisionID, list []engine.CompetitorID) error {
	organiser := engine.Filer{Account: x.who["organiser"], Everyone: true}
	return errors.Join(
		x.Contest.DecideEntries(ctx, organiser, id, list[:2], engine.EnlistEntered, ""),
		x.Contest.DecideEntries(ctx, organiser, id, list[2:3], engine.EnlistReturned, "职业资格证书编号与扫描件不一致，请核对后重新提交"))
}

// electricians opens the division that is being marked.
func (x *stand) electricians(ctx context.Context, sitting exam.SittingID, ids []exam.CandidateID) error {
	d, err := x.draft(scoring.Text{ZH: "职工组", EN: "Employees"}, "data/practical-scheme.json", "data/practical-rules.json", x.people.panel(electrician, x.who))
	if err != nil {
		return err
	}
	d.Qualification = engine.Qualification{Identities: []engine.Identity{engine.Employee, engine.Teacher}}
	for _, m := range d.Scheme.Modules {
		if m.Source == scoring.SourceImported {
			d.Theory = &engine.Theory{Module: m.ID, Sitting: sitting}
		}
	}
	div, err := x.create(ctx, d)
	if err != nil {
		return err
	}
	list := make([]engine.Competitor, 0, len(ids))
	for i, m := range x.people.Candidates {
		list = append(list, engine.Competitor{
			Candidate: ids[i], Name: m.Name, Unit: m.Unit, City: m.City, Identity: m.Identity, Delegation: engine.DelegationID(x.people.sends(m.City)),
		})
	}
	if err := x.Contest.Enter(ctx, div.ID, list); err != nil {
		return err
	}
	return x.Contest.Open(ctx, actor, div.ID, x.now.UnixNano())
}
