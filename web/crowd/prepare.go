package crowd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/scoring"
)

// plan is what was set up for one rehearsal.
type plan struct {
	division engine.DivisionID
	sitting  exam.SittingID
	seats    []Ticket
	judges   []judgeLogin
}

// items is the shape of the console's lists.
type items[T any] struct {
	Items []T `json:"items"`
}

// prepare sets a rehearsal up as an organiser does in the console: contest,
// judges, sitting, candidates, tickets, division.
func (r *run) prepare(ctx context.Context) (plan, error) {
	if err := r.signIn(ctx); err != nil {
		return plan{}, err
	}
	model, err := r.model(ctx)
	if err != nil {
		return plan{}, err
	}
	// A contest is complete only when no theory paper waits for people.
	paper, err := r.paper(ctx, markedByMachine)
	if err != nil {
		return plan{}, err
	}
	name := fmt.Sprintf("r%d", time.Now().UnixMilli())
	p := plan{}
	var panel []engine.PanelJudge
	if p.judges, panel, err = r.hireJudges(ctx, name, model.Rules.Panel.Size); err != nil {
		return plan{}, err
	}
	sitting := exam.SittingID(name)
	p.sitting = sitting
	if err := r.planSitting(ctx, sitting, paper); err != nil {
		return plan{}, err
	}
	people, ids, err := r.register(ctx, sitting)
	if err != nil {
		return plan{}, err
	}
	if p.division, err = r.openDivision(ctx, model, sitting, panel, people, ids); err != nil {
		return plan{}, err
	}
	if p.seats, err = r.open(ctx, sitting, people, ids); err != nil {
		return plan{}, err
	}
	return p, r.start(ctx, sitting)
}

// register registers the invented people; ids are in their order.
func (r *run) register(ctx context.Context, id exam.SittingID) ([]person, []exam.CandidateID, error) {
	people := invent(r.rand(0), r.o.Crowd)
	list := make([]exam.Registration, 0, len(people))
	for _, m := range people {
		list = append(list, exam.Registration{Name: m.name, Unit: m.unit, IDType: exam.IDResident, IDNumber: m.id})
	}
	var registered struct {
		Candidates []exam.CandidateID `json:"candidates"`
	}
	err := r.staff.call(ctx, "POST", at(id)+"/register", map[string]any{"key": string(id), "registrations": list}, &registered)
	return people, registered.Candidates, err
}

// open gives out the tickets and lets candidates in.
func (r *run) open(ctx context.Context, id exam.SittingID, people []person, ids []exam.CandidateID) ([]Ticket, error) {
	if err := r.releasePaper(ctx, id); err != nil {
		return nil, fmt.Errorf("papers under seal: %w", err)
	}
	for _, step := range []string{"/prepare", "/open-entry"} {
		if err := r.staff.call(ctx, "POST", at(id)+step, nil, nil); err != nil {
			return nil, err
		}
	}
	return r.tickets(ctx, at(id), people, ids)
}

func (r *run) start(ctx context.Context, id exam.SittingID) error {
	return r.staff.call(ctx, "POST", at(id)+"/start", nil, nil)
}

// at is the address of a sitting in the console's API.
func at(id exam.SittingID) string { return "/api/admin/sittings/" + string(id) }

// model is the division whose scheme and rules are rehearsed: the newest that
// is no rehearsal itself.
func (r *run) model(ctx context.Context) (engine.Division, error) {
	var contests items[struct {
		engine.Contest
		Divisions []struct {
			ID engine.DivisionID `json:"id"`
		} `json:"divisions"`
	}]
	if err := r.staff.call(ctx, "GET", "/api/admin/contests", nil, &contests); err != nil {
		return engine.Division{}, err
	}
	for i := len(contests.Items) - 1; i >= 0; i-- {
		c := contests.Items[i]
		if c.Rehearsal || len(c.Divisions) == 0 {
			continue
		}
		var d engine.Division
		err := r.staff.call(ctx, "GET", "/api/admin/divisions/"+string(c.Divisions[0].ID), nil, &d)
		return d, err
	}
	return engine.Division{}, errors.New("there is no contest whose scheme could be rehearsed; make one first")
}

// markedByMachine reports whether nothing of the paper is marked by people.
func markedByMachine(p *bank.Paper) bool {
	return !slices.ContainsFunc(p.Sections, func(s bank.Section) bool { return !s.Kind.Objective() })
}

// anyPaper takes every paper.
func anyPaper(*bank.Paper) bool { return true }

// paper is the newest paper of any outline that suits.
func (r *run) paper(ctx context.Context, suits func(*bank.Paper) bool) (bank.Paper, error) {
	var outlines items[struct {
		ID bank.OutlineID `json:"id"`
	}]
	if err := r.staff.call(ctx, "GET", "/api/admin/bank/outlines", nil, &outlines); err != nil {
		return bank.Paper{}, err
	}
	for _, o := range outlines.Items {
		var papers items[bank.Paper]
		if err := r.staff.call(ctx, "GET", "/api/admin/bank/outlines/"+string(o.ID)+"/papers", nil, &papers); err != nil {
			return bank.Paper{}, err
		}
		for i := range slices.Backward(papers.Items) {
			if suits(&papers.Items[i]) {
				return papers.Items[i], nil
			}
		}
	}
	return bank.Paper{}, errors.New("there is no paper to sit; assemble one first")
}

func (r *run) hireJudges(ctx context.Context, name string, n int) ([]judgeLogin, []engine.PanelJudge, error) {
	var logins []judgeLogin
	var panel []engine.PanelJudge
	pin := rand.Text() // the accounts stay when the rehearsal is over: nobody shall know it
	for i := range n {
		login := fmt.Sprintf("%s-j%d", name, i+1)
		var made struct {
			ID access.AccountID `json:"id"`
		}
		err := r.staff.call(ctx, "POST", "/api/admin/accounts", access.Draft{
			Login: login, Name: fmt.Sprintf("演练裁判%d", i+1), Unit: "演练裁判组", Roles: []access.Role{access.Judge}, Password: pin,
		}, &made)
		if err != nil {
			return nil, nil, err
		}
		logins = append(logins, judgeLogin{login, pin})
		panel = append(panel, engine.PanelJudge{Judge: made.ID, Unit: "演练裁判组"})
	}
	return logins, panel, nil
}

// planSitting plans rooms for everybody; the times allow a start at once.
func (r *run) planSitting(ctx context.Context, id exam.SittingID, paper bank.Paper) error {
	const perRoom = 50
	// A centre of its own: rehearsals overlap, and seats belong to one sitting.
	centre := exam.Centre{Code: "90", Name: "演练考点 " + string(id)}
	for made := 0; made < r.o.Crowd; made += perRoom {
		n := len(centre.Rooms) + 1
		room := exam.Room{Code: fmt.Sprintf("%02d", n), Name: fmt.Sprintf("第%d机房", n)}
		for s := range min(perRoom, r.o.Crowd-made) {
			room.Seats = append(room.Seats, fmt.Sprintf("%02d", s+1))
		}
		centre.Rooms = append(centre.Rooms, room)
	}
	now := time.Now().UTC()
	limit := time.Duration(paper.Limit) * time.Second
	return r.staff.call(ctx, "POST", "/api/admin/sittings", map[string]any{
		"id": id, "code": string(id), "name": scoring.Text{ZH: "演练场次", EN: "Rehearsal sitting"},
		"occupation": paper.Occupation, "level": paper.Level, "papers": []bank.PaperID{paper.ID},
		"centres": []exam.Centre{centre}, "starts_at": now, "closes_at": now.Add(limit + time.Hour),
		"rules": exam.Rules{
			Version: "rehearsal-1", LimitMS: limit.Milliseconds(), EntryOpensMS: time.Hour.Milliseconds(),
			LastEntryMS: time.Hour.Milliseconds(), EarliestHandInMS: 0, GraceMS: 5000,
			EarlyStartMS: time.Hour.Milliseconds(), ShuffleOptions: true, Multiple: scoring.PolicyAll,
		},
		"ticket": "{sitting}{centre:2}{room:2}{seat:2}", "seed": int64(r.o.Seed >> 1),
	}, nil)
}

// releasePaper has the sitting's paper sealed and released, as organiser and
// custodians do it.
func (r *run) releasePaper(ctx context.Context, id exam.SittingID) error {
	var keepers []*client
	var accounts []string
	for _, login := range r.o.Custodians {
		c := newClient(r.base, r.o.Transport)
		if err := c.call(ctx, "POST", "/api/admin/sign-in", map[string]string{"login": login, "password": r.o.CustodianPassword}, nil); err != nil {
			return fmt.Errorf("custodian %s: %w", login, err)
		}
		var seen struct {
			Me *struct {
				Account string `json:"account"`
			} `json:"me"`
		}
		if err := c.call(ctx, "GET", "/api/admin/custody", nil, &seen); err != nil {
			return fmt.Errorf("custodian %s: %w", login, err)
		}
		if seen.Me == nil {
			if err := c.call(ctx, "POST", "/api/admin/custody/enrol", map[string]string{"passphrase": r.o.Passphrase}, &seen.Me); err != nil {
				return fmt.Errorf("custodian %s: %w", login, err)
			}
		}
		keepers, accounts = append(keepers, c), append(accounts, seen.Me.Account)
	}
	err := r.staff.call(ctx, "POST", at(id)+"/seal", map[string]any{"custodians": accounts, "suite": seal.AES256GCM}, nil)
	if err != nil {
		return err
	}
	for _, c := range keepers {
		if err := c.call(ctx, "POST", at(id)+"/release", map[string]string{"passphrase": r.o.Passphrase}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) openDivision(ctx context.Context, model engine.Division, sitting exam.SittingID, panel []engine.PanelJudge, people []person, ids []exam.CandidateID) (engine.DivisionID, error) {
	// In the time that the screens show, wherever this runs.
	when := time.Now().In(time.FixedZone("CST", 8*60*60)).Format("01-02 15:04")
	var contest engine.Contest
	err := r.staff.call(ctx, "POST", "/api/admin/contests", engine.ContestDraft{
		Name:      scoring.Text{ZH: "系统演练 " + when, EN: "Rehearsal " + when},
		Event:     scoring.Text{ZH: "演练赛项", EN: "Rehearsal event"},
		Organiser: "系统演练", Rehearsal: true,
	}, &contest)
	if err != nil {
		return "", err
	}
	draft := engine.DivisionDraft{
		Contest: contest.ID, Name: scoring.Text{ZH: "演练组", EN: "Rehearsal group"}, Scheme: model.Scheme, Rules: model.Rules,
		Panels: []engine.Panel{}, Board: engine.BoardPolicy{Live: true, Units: true},
	}
	for _, m := range model.Scheme.Modules {
		switch m.Source {
		case scoring.SourcePanel:
			draft.Panels = append(draft.Panels, engine.Panel{Module: m.ID, Judges: panel})
		case scoring.SourceImported:
			draft.Theory = &engine.Theory{Module: m.ID, Sitting: sitting}
		}
	}
	var div engine.Division
	if err := r.staff.call(ctx, "POST", "/api/admin/divisions", draft, &div); err != nil {
		return "", err
	}
	entries := []map[string]string{}
	for i, m := range people {
		entries = append(entries, map[string]string{"candidate": string(ids[i]), "name": m.name, "unit": m.unit, "city": m.city})
	}
	at := "/api/admin/divisions/" + string(div.ID)
	if err := r.staff.call(ctx, "POST", at+"/competitors", map[string]any{"competitors": entries}, nil); err != nil {
		return "", err
	}
	return div.ID, r.staff.call(ctx, "POST", at+"/open", map[string]any{"seed": int64(r.o.Seed >> 1)}, nil)
}

func (r *run) tickets(ctx context.Context, at string, people []person, ids []exam.CandidateID) ([]Ticket, error) {
	var list items[exam.Ticket]
	if err := r.staff.call(ctx, "GET", at+"/tickets", nil, &list); err != nil {
		return nil, err
	}
	tails := map[exam.CandidateID]string{}
	for i, id := range ids {
		tails[id] = people[i].id[len(people[i].id)-6:]
	}
	var seats []Ticket
	for _, t := range list.Items {
		seats = append(seats, Ticket{No: string(t.No), Tail: tails[t.Candidate]})
	}
	return seats, nil
}
