package demo

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// Guide tells a visitor how to come in.
type Guide struct {
	Candidates []CandidateLogin  `json:"candidates"`
	AllKinds   []CandidateLogin  `json:"all_kinds"`  // of the short sitting with every kind of question
	Judges     []LoginGroup      `json:"judges"`     // by event; they sign in at /judge
	Staff      []LoginGroup      `json:"staff"`      // by what they do; they sign in at /admin
	Passphrase string            `json:"passphrase"` // of the custodians
	Board      engine.DivisionID `json:"board"`
}

// CandidateLogin is a ticket with the last six of the ID number.
type CandidateLogin struct {
	Name   string `json:"name"`
	Ticket string `json:"ticket"`
	IDTail string `json:"id_tail"`
	Place  string `json:"place"`
}

// LoginGroup is logins that belong together and have the same password.
type LoginGroup struct {
	Name     scoring.Text `json:"name"`
	Password string       `json:"password"`
	Logins   []StaffLogin `json:"logins"`
}

// StaffLogin is an account of the demonstration.
type StaffLogin struct {
	Name  string        `json:"name"`
	Login string        `json:"login"`
	Does  scoring.Text  `json:"does"` // in a word
	Roles []access.Role `json:"roles"`
}

// The passwords of the demonstration are public; serve warns when a
// demonstration listens on more than this machine.
const (
	staffPassword = "xinglu-demo"
	judgePIN      = "246810"
	passphrase    = "xinglu-demo-seal" //nolint:gosec // public, see above
)

// posts says what a judge is on a panel.
var posts = map[string]scoring.Text{
	"": {ZH: "裁判员", EN: "judge"}, "leader": {ZH: "裁判组长", EN: "leads the panel"}, "spare": {ZH: "备用裁判", EN: "spare"},
}

// logins lists judges and staff in their groups.
func (p *people) logins(g *Guide) {
	for _, e := range []struct {
		event string
		name  scoring.Text
	}{
		{electrician, scoring.Text{ZH: "电工赛项（正在评分）", EN: "Electricians (being marked)"}},
		{welder, scoring.Text{ZH: "焊工赛项（抽签后评分）", EN: "Welders (marked after the draws)"}},
	} {
		group := LoginGroup{Name: e.name, Password: judgePIN}
		for _, j := range p.Judges {
			if j.Event == e.event {
				group.Logins = append(group.Logins, StaffLogin{j.Name, j.Login, posts[j.Post], []access.Role{access.Judge}})
			}
		}
		g.Judges = append(g.Judges, group)
	}
	for _, x := range p.Groups {
		group := LoginGroup{Name: x.Name, Password: staffPassword}
		for _, m := range p.Staff {
			if m.Group == x.ID {
				group.Logins = append(group.Logins, StaffLogin{m.Name, m.Login, m.Does, m.Roles})
			}
		}
		g.Staff = append(g.Staff, group)
	}
}

// guide collects tickets that are still free to try.
func (s Services) guide(ctx context.Context, p *people, id exam.SittingID, g *Guide) error {
	var err error
	if g.Candidates, err = s.free(ctx, p, id, 5); err != nil {
		return err
	}
	open, err := s.Contest.Opened(ctx)
	if err != nil {
		return err
	}
	for _, d := range open {
		if d.Theory != nil && d.Theory.Sitting == id {
			g.Board = d.ID
		}
	}
	return nil
}

// free lists up to most tickets of a sitting that nobody has used.
func (s Services) free(ctx context.Context, p *people, id exam.SittingID, most int) ([]CandidateLogin, error) {
	progress, err := s.Exam.Progress(ctx, id)
	if err != nil {
		return nil, err
	}
	tails := map[string]string{}
	for _, c := range slices.Concat(p.Candidates, p.Kinds) {
		tails[c.Name+c.Unit] = c.IDNumber[len(c.IDNumber)-6:]
	}
	list := []CandidateLogin{}
	for _, seat := range progress.Seats {
		if seat.State == exam.NotStarted && len(list) < most {
			list = append(list, CandidateLogin{
				Name: seat.Name, Ticket: string(seat.Ticket), IDTail: tails[seat.Name+seat.Unit],
				Place: seat.Place.Centre + "-" + seat.Place.Room + "-" + seat.Place.Seat,
			})
		}
	}
	return list, nil
}
