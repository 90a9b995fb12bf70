// Package demo fills an empty store with a demonstration: a question bank, a
// sitting that anyone may sit at once, and a contest with a panel of judges.
//
// Everything goes in through the same doors as real data: the workbooks
// through the importer, people through registration, the contest through
// engine. All people, units and numbers are invented; see data/README.md.
package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
)

//go:embed data/*.xlsx data/*.json
var files embed.FS

// Services are the doors the data goes through.
type Services struct {
	Access  *access.Access
	Bank    *bank.Bank
	Exam    *exam.Service
	Custody *custody.Vault
	Contest *engine.Contests
	Now     func() time.Time
}

// Guide tells a visitor how to come in.
type Guide struct {
	Candidates []CandidateLogin
	AllKinds   []CandidateLogin // of the short sitting with every kind of question
	Judges     []StaffLogin
	Staff      []StaffLogin
	Passphrase string // of the custodians
	Board      engine.DivisionID
}

// CandidateLogin is a ticket with the last six of the ID number.
type CandidateLogin struct{ Name, Ticket, IDTail, Place string }

// StaffLogin is an account of the demonstration.
type StaffLogin struct {
	Name, Login, Password string
	Roles                 []access.Role
}

// The passwords of the demonstration are public; serve warns when a
// demonstration listens on more than this machine.
const (
	staffPassword = "xinglu-demo"
	judgePIN      = "246810"
	passphrase    = "xinglu-demo-seal" //nolint:gosec // public, see above
)

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
	Candidates []candidate `json:"candidates"`
	Kinds      []candidate `json:"kinds"` // of the short sitting, which is at the same time
	Judges     []struct {
		Name  string `json:"name"`
		Unit  string `json:"unit"`
		Login string `json:"login"`
	} `json:"judges"`
	Staff []struct {
		Name  string        `json:"name"`
		Login string        `json:"login"`
		Roles []access.Role `json:"roles"`
	} `json:"staff"`
}

type candidate struct {
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	City     string `json:"city"`
	IDNumber string `json:"id_number"`
	Centre   string `json:"centre"`
}

var occupation = bank.Occupation{Edition: "2015", Code: "6-31-01-03", Name: "电工"}

const actor = "demo"

// Load brings the demonstration in, or finds what is there of it. A round of
// it (contest and sitting) lasts 23 hours; after that a new one is made, so
// that there is always a paper to sit.
func Load(ctx context.Context, s Services) (Guide, error) {
	var p people
	if err := readJSON("data/people.json", &p); err != nil {
		return Guide{}, err
	}
	g := Guide{Passphrase: passphrase}
	panel, err := s.accounts(ctx, &p, &g)
	if err != nil {
		return g, fmt.Errorf("accounts: %w", err)
	}
	if err := s.fillBank(ctx); err != nil {
		return g, fmt.Errorf("bank: %w", err)
	}
	papers, err := s.draw(ctx, Blueprint(), 20261101, 20261102)
	if err != nil {
		return g, fmt.Errorf("bank: %w", err)
	}
	round, err := s.round(ctx)
	if err != nil {
		return g, err
	}
	if round == "" {
		if round, err = s.newRound(ctx, &p, papers, panel); err != nil {
			return g, fmt.Errorf("round: %w", err)
		}
	}
	if err := s.guide(ctx, &p, round, &g); err != nil {
		return g, err
	}
	g.AllKinds, err = s.allKinds(ctx, &p, round)
	if err != nil {
		return g, fmt.Errorf("sitting of all kinds: %w", err)
	}
	return g, nil
}

func readJSON(name string, into any) error {
	b, err := files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// accounts makes the staff and judges that are not there yet.
func (s Services) accounts(ctx context.Context, p *people, g *Guide) ([]engine.PanelJudge, error) {
	for _, m := range p.Staff {
		g.Staff = append(g.Staff, StaffLogin{m.Name, m.Login, staffPassword, m.Roles})
	}
	units := map[string]string{}
	for _, j := range p.Judges {
		g.Judges = append(g.Judges, StaffLogin{j.Name, j.Login, judgePIN, []access.Role{access.Judge}})
		units[j.Login] = j.Unit
	}
	there := map[string]access.AccountID{}
	all, err := s.Access.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		there[a.Login] = a.ID
	}
	for _, m := range append(g.Staff[:len(g.Staff):len(g.Staff)], g.Judges...) {
		if there[m.Login] != "" {
			continue
		}
		a, err := s.Access.CreateAccount(ctx, actor, access.Draft{
			Login: m.Login, Name: m.Name, Unit: units[m.Login], Roles: m.Roles, Password: m.Password,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Login, err)
		}
		there[m.Login] = a.ID
	}
	// The coding officer has no screens yet; a login that opens nothing would
	// only puzzle a visitor.
	g.Staff = slices.DeleteFunc(g.Staff, func(m StaffLogin) bool { return len(access.Actions(m.Roles)) == 0 })
	var panel []engine.PanelJudge
	for _, j := range p.Judges {
		panel = append(panel, engine.PanelJudge{Judge: there[j.Login], Unit: j.Unit})
	}
	return panel, nil
}

// fillBank imports the workbooks that are not there yet.
func (s Services) fillBank(ctx context.Context) error {
	id := bank.OutlineFor(occupation, bank.Advanced)
	body, err := files.ReadFile("data/dgy3-outline.xlsx")
	if err != nil {
		return err
	}
	of, report, err := exchange.ReadOutline(bytes.NewReader(body), int64(len(body)), "dgy3-outline.xlsx", occupation, bank.Advanced)
	if err != nil {
		return err
	}
	if _, err := s.Bank.AcceptOutline(ctx, actor, of, report); err != nil {
		return err
	}
	outline, err := s.Bank.Outline(ctx, id)
	if err != nil {
		return err
	}
	for _, name := range []string{"dgy3-questions.xlsx", "dgy3-kinds.xlsx"} {
		if body, err = files.ReadFile("data/" + name); err != nil {
			return err
		}
		qf, report, err := exchange.ReadQuestions(bytes.NewReader(body), int64(len(body)), name, outline)
		if err != nil {
			return err
		}
		if _, _, err := s.Bank.AcceptQuestions(ctx, actor, qf, report); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// draw draws a form of the blueprint for each seed.
func (s Services) draw(ctx context.Context, plan bank.Blueprint, seeds ...uint64) ([]bank.PaperID, error) {
	var papers []bank.PaperID
	for _, seed := range seeds {
		paper, err := s.Bank.Assemble(ctx, actor, plan, seed)
		if err != nil {
			return nil, err
		}
		papers = append(papers, paper.ID)
	}
	return papers, nil
}

// Blueprint is the demonstration's paper: 60 single, 20 multiple choice and
// 20 true/false of one mark each, by the outline's weights, in 90 minutes.
func Blueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "dgy3-demo", Version: 1, Title: "电工（三级/高级工）理论知识试卷",
		Outline: bank.OutlineFor(occupation, bank.Advanced),
		Sections: []bank.SectionPlan{
			{Kind: bank.SingleChoice, Count: 60, ScoreEach: 100},
			{Kind: bank.MultipleChoice, Count: 20, ScoreEach: 100},
			{Kind: bank.TrueFalse, Count: 20, ScoreEach: 100},
		},
		Total: 10000, Limit: 90 * 60, Pass: 6000, Depth: 2,
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
	var list []CandidateLogin
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
