package web

import (
	"context"
	"errors"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring/award"
)

// RegulationView is one version of a division's regulation, whole: the same
// JSON comes back as an import.
type RegulationView struct {
	engine.RegulationStamp
	Regulation engine.Regulation `json:"regulation"`
}

type regulationIn struct {
	DivisionPath
	Version int `query:"version" minimum:"0" doc:"0: the newest"`
}

func (s *Server) getRegulation(ctx context.Context, _ actor, in *regulationIn) (*bodyOf[RegulationView], error) {
	r, stamp, err := s.Contest.RegulationOf(ctx, in.Division, in.Version)
	return &bodyOf[RegulationView]{RegulationView{stamp, r}}, err
}

type regulationSet struct {
	DivisionPath
	Body struct {
		Expect     int               `json:"expect" minimum:"0" doc:"The version that this one was made from"`
		Note       string            `json:"note" maxLength:"300" doc:"What changes"`
		Regulation engine.Regulation `json:"regulation"`
	}
}

func (s *Server) setRegulation(ctx context.Context, a actor, in *regulationSet) (*bodyOf[engine.RegulationStamp], error) {
	d, err := s.Contest.SetRegulation(ctx, a.Account.ID, in.Division, in.Body.Expect, in.Body.Regulation, in.Body.Note)
	return &bodyOf[engine.RegulationStamp]{d.Regulation}, err
}

// RegulationCheck is everything that is wrong with a regulation; none: it can
// be stored.
type RegulationCheck struct {
	Problems []fault.Field `json:"problems"`
}

type regulationCheckIn struct {
	DivisionPath
	Body struct {
		Regulation engine.Regulation `json:"regulation"`
	}
}

func (s *Server) checkRegulation(ctx context.Context, _ actor, in *regulationCheckIn) (*bodyOf[RegulationCheck], error) {
	out := RegulationCheck{Problems: []fault.Field{}}
	err := s.Contest.CheckRegulation(ctx, in.Division, in.Body.Regulation)
	if errors.Is(err, engine.ErrRegulation) {
		out.Problems, err = fault.As(err).Fields, nil
	}
	return &bodyOf[RegulationCheck]{out}, err
}

// RegulationVersionView is a version with the names of its two people.
type RegulationVersionView struct {
	engine.RegulationVersion
	AuthorName   string `json:"author_name"`
	ApproverName string `json:"approver_name"`
}

func (s *Server) regulationVersions(ctx context.Context, _ actor, in *DivisionPath) (*listOf[RegulationVersionView], error) {
	all, err := s.Contest.RegulationVersions(ctx, in.Division)
	views := make([]RegulationVersionView, 0, len(all))
	for _, v := range all {
		views = append(views, RegulationVersionView{v, s.access.Name(ctx, string(v.Author)), s.access.Name(ctx, string(v.ApprovedBy))})
	}
	return list(views), err
}

type regulationReviewIn struct {
	DivisionPath
	Body struct {
		Version int    `json:"version" minimum:"1" doc:"The newest, as it was read"`
		Approve bool   `json:"approve" doc:"false: back to the author, with the reason"`
		Reason  string `json:"reason" maxLength:"300"`
	}
}

func (s *Server) reviewRegulation(ctx context.Context, a actor, in *regulationReviewIn) (*nothing, error) {
	if in.Body.Approve {
		return &nothing{}, s.Contest.ApproveRegulation(ctx, a.Account.ID, in.Division, in.Body.Version)
	}
	return &nothing{}, s.Contest.ReturnRegulation(ctx, a.Account.ID, in.Division, in.Body.Version, in.Body.Reason)
}

type nextStepIn struct {
	DivisionPath
	Body engine.NextStep
}

func (s *Server) lookAhead(ctx context.Context, _ actor, in *nextStepIn) (*bodyOf[engine.Advancement], error) {
	x, err := s.Contest.LookAhead(ctx, in.Division, in.Body)
	return &bodyOf[engine.Advancement]{x}, err
}

type advanceIn struct {
	DivisionPath
	Body struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		engine.NextStep
	}
}

func (s *Server) proposeAdvance(ctx context.Context, a actor, in *advanceIn) (*bodyOf[engine.Advancement], error) {
	x, err := s.Contest.ProposeAdvance(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.NextStep)
	return &bodyOf[engine.Advancement]{x}, err
}

type advanceConfirmIn struct {
	DivisionPath
	Proposal int64 `path:"proposal" minimum:"1"`
}

func (s *Server) confirmAdvance(ctx context.Context, a actor, in *advanceConfirmIn) (*bodyOf[engine.Advancement], error) {
	x, err := s.Contest.ConfirmAdvance(ctx, a.Account.ID, filer(a).Everyone, in.Division, in.Proposal)
	return &bodyOf[engine.Advancement]{x}, err
}

func (s *Server) advancements(ctx context.Context, _ actor, in *DivisionPath) (*listOf[engine.Advancement], error) {
	all, err := s.Contest.Advancements(ctx, in.Division)
	return list(all), err
}

func (s *Server) clinched(ctx context.Context, _ actor, in *DivisionPath) (*listOf[award.Clinched], error) {
	all, err := s.Contest.Clinched(ctx, in.Division)
	return list(all), err
}
