package web

import (
	"context"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// ContestView is a contest with its events, and its divisions in short.
type ContestView struct {
	engine.Contest
	Events    []engine.Event  `json:"events"`
	Divisions []DivisionBrief `json:"divisions"`
}

// DivisionBrief is a division in a list.
type DivisionBrief struct {
	ID          engine.DivisionID      `json:"id"`
	Event       engine.EventID         `json:"event"`
	Name        scoring.Text           `json:"name"`
	Stage       engine.Stage           `json:"stage"`
	From        engine.DivisionID      `json:"from,omitempty"`
	Status      engine.Status          `json:"status"`
	Competitors int                    `json:"competitors"`
	Filed       int                    `json:"filed" doc:"Entries that wait for a decision"`
	Theory      *engine.Theory         `json:"theory,omitempty"`
	Regulation  engine.RegulationStamp `json:"regulation"`
	Opened      *time.Time             `json:"opened,omitempty"`
}

// ContestPath is the path parameter of one contest.
type ContestPath struct {
	Contest engine.ContestID `path:"contest" maxLength:"100"`
}

func (s *Server) listContests(ctx context.Context, a actor, _ *nothing) (*listOf[ContestView], error) {
	all, err := s.Contest.Contests(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]ContestView, 0, len(all))
	for _, c := range all {
		v, err := s.contestView(ctx, c)
		if err == nil {
			v, err = s.blindContest(ctx, a, v)
		}
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return list(views), nil
}

func (s *Server) getContest(ctx context.Context, a actor, in *ContestPath) (*bodyOf[ContestView], error) {
	c, err := s.Contest.Contest(ctx, in.Contest)
	if err != nil {
		return nil, err
	}
	v, err := s.contestView(ctx, c)
	if err == nil {
		v, err = s.blindContest(ctx, a, v)
	}
	return &bodyOf[ContestView]{v}, err
}

func (s *Server) contestView(ctx context.Context, c engine.Contest) (ContestView, error) {
	v := ContestView{Contest: c, Divisions: []DivisionBrief{}}
	var err error
	if v.Events, err = s.Contest.Events(ctx, c.ID); err != nil {
		return v, err
	}
	divs, err := s.Contest.Divisions(ctx, c.ID)
	if err != nil {
		return v, err
	}
	counts, err := s.Contest.Counts(ctx, c.ID)
	if err != nil {
		return v, err
	}
	for _, d := range divs {
		n := counts[d.ID]
		v.Divisions = append(v.Divisions, DivisionBrief{
			ID: d.ID, Event: d.Event, Name: d.Name, Stage: d.Stage, From: d.From, Status: d.Status, Competitors: n.Entered, Filed: n.Filed,
			Theory: d.Theory, Regulation: d.Regulation, Opened: d.Opened,
		})
	}
	return v, nil
}

func (s *Server) createContest(ctx context.Context, _ actor, in *bodyOf[engine.ContestDraft]) (*bodyOf[engine.Contest], error) {
	c, err := s.Contest.CreateContest(ctx, in.Body)
	return &bodyOf[engine.Contest]{c}, err
}

type contestIn struct {
	ContestPath
	Body engine.ContestDraft
}

func (s *Server) updateContest(ctx context.Context, _ actor, in *contestIn) (*bodyOf[engine.Contest], error) {
	c, err := s.Contest.UpdateContest(ctx, in.Contest, in.Body)
	return &bodyOf[engine.Contest]{c}, err
}

type delegationsIn struct {
	ContestPath
	Body struct {
		Delegations []engine.Delegation `json:"delegations" maxItems:"500"`
	}
}

func (s *Server) setDelegations(ctx context.Context, _ actor, in *delegationsIn) (*bodyOf[engine.Contest], error) {
	c, err := s.Contest.SetDelegations(ctx, in.Contest, in.Body.Delegations)
	return &bodyOf[engine.Contest]{c}, err
}

type eventIn struct {
	ContestPath
	Body engine.EventDraft
}

func (s *Server) createEvent(ctx context.Context, _ actor, in *eventIn) (*bodyOf[engine.Event], error) {
	e, err := s.Contest.CreateEvent(ctx, in.Contest, in.Body)
	return &bodyOf[engine.Event]{e}, err
}

type eventUpdate struct {
	Event engine.EventID `path:"event" maxLength:"100"`
	Body  engine.EventDraft
}

func (s *Server) updateEvent(ctx context.Context, _ actor, in *eventUpdate) (*bodyOf[engine.Event], error) {
	e, err := s.Contest.UpdateEvent(ctx, in.Event, in.Body)
	return &bodyOf[engine.Event]{e}, err
}

func (s *Server) listOffices(context.Context, actor, *nothing) (*listOf[engine.OfficeRole], error) {
	return list(engine.Offices), nil
}

// publicContests is for everybody: what is public of contests, and no person.
func (s *Server) publicContests(ctx context.Context, _ actor, _ *nothing) (*listOf[engine.PublicContest], error) {
	all, err := s.Contest.PublicContests(ctx)
	return list(all), err
}

func (s *Server) publicRegulation(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[engine.PublicRegulation], error) {
	r, err := s.Contest.PublicRegulation(ctx, in.Division)
	return &bodyOf[engine.PublicRegulation]{r}, err
}

func (s *Server) judgeRegulation(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[engine.JudgeRegulation], error) {
	r, err := s.Contest.JudgeRegulation(ctx, a.Account.ID, in.Division)
	return &bodyOf[engine.JudgeRegulation]{r}, err
}

// filer is who enters people: organisers do so for everyone, leaders for the
// own delegation.
func filer(a actor) engine.Filer {
	return engine.Filer{Account: a.Account.ID, Everyone: access.Allows(a.Account.Roles, access.ContestManage)}
}
