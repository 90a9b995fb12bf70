package web

import (
	"context"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// SittingDraft is a sitting to be planned.
type SittingDraft struct {
	ID         string          `json:"id" maxLength:"100" doc:"Chosen by the caller, so that a repeated call finds the first"`
	Code       string          `json:"code" maxLength:"20" doc:"Short, for ticket numbers"`
	Name       scoring.Text    `json:"name"`
	Occupation bank.Occupation `json:"occupation"`
	Level      bank.Level      `json:"level" minimum:"1" maximum:"5"`
	Papers     []bank.PaperID  `json:"papers" maxItems:"8"`
	Centres    []exam.Centre   `json:"centres"`
	StartsAt   time.Time       `json:"starts_at"`
	ClosesAt   time.Time       `json:"closes_at"`
	Rules      exam.Rules      `json:"rules"`
	Ticket     string          `json:"ticket" doc:"Template of ticket numbers, fields {sitting} {centre} {room} {seat} {serial} with an optional width"`
	Seed       int64           `json:"seed" minimum:"0" doc:"Fixes placing, forms and option orders"`
}

type pageIn struct {
	After string `query:"after" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type pageOf[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next" doc:"Empty on the last page"`
	}
}

func (s *Server) listSittings(ctx context.Context, _ actor, in *pageIn) (*pageOf[exam.SittingInfo], error) {
	out := &pageOf[exam.SittingInfo]{}
	var err error
	out.Body.Items, out.Body.Next, err = s.Exam.Sittings(ctx, in.After, in.Limit)
	return out, err
}

func (s *Server) createSitting(ctx context.Context, _ actor, in *bodyOf[SittingDraft]) (*nothing, error) {
	return &nothing{}, s.Exam.CreateSitting(ctx, in.Body.sitting())
}

func (d *SittingDraft) sitting() exam.Sitting {
	return exam.Sitting{
		ID: exam.SittingID(d.ID), Code: d.Code, Name: d.Name, Occupation: d.Occupation, Level: d.Level,
		Papers: d.Papers, Centres: d.Centres, StartsAt: d.StartsAt, ClosesAt: d.ClosesAt,
		Rules: d.Rules, Ticket: d.Ticket, Seed: uint64(d.Seed),
	}
}

// SittingPath is the path parameter of one sitting.
type SittingPath struct {
	Sitting exam.SittingID `path:"sitting"`
}

func (s *Server) getSitting(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[exam.SittingInfo], error) {
	info, err := s.Exam.Sitting(ctx, in.Sitting)
	return &bodyOf[exam.SittingInfo]{info}, err
}

func (s *Server) sittingProgress(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[exam.Progress], error) {
	p, err := s.Exam.Progress(ctx, in.Sitting)
	return &bodyOf[exam.Progress]{p}, err
}

func (s *Server) sittingReconciliation(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[exam.Reconciliation], error) {
	r, err := s.Exam.Reconcile(ctx, in.Sitting)
	return &bodyOf[exam.Reconciliation]{r}, err
}

func (s *Server) listTickets(ctx context.Context, _ actor, in *SittingPath) (*listOf[exam.Ticket], error) {
	all, err := s.Exam.Tickets(ctx, in.Sitting)
	return list(all), err
}

type handInIn struct {
	SittingPath
	Body struct {
		Attempt exam.AttemptID `json:"attempt"`
		Reason  string         `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) forceHandIn(ctx context.Context, a actor, in *handInIn) (*bodyOf[exam.Receipt], error) {
	if err := s.Exam.Sits(ctx, in.Sitting, in.Body.Attempt); err != nil {
		return nil, err
	}
	r, err := s.Exam.ForceHandIn(ctx, in.Body.Attempt, a.ID(), in.Body.Reason)
	return &bodyOf[exam.Receipt]{r}, err
}

type registerIn struct {
	SittingPath
	Body struct {
		Key           string              `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Registrations []exam.Registration `json:"registrations" maxItems:"10000"`
	}
}

// Registered names the candidates in the order of the list.
type Registered struct {
	Candidates []exam.CandidateID `json:"candidates"`
}

func (s *Server) registerCandidates(ctx context.Context, _ actor, in *registerIn) (*bodyOf[Registered], error) {
	ids, err := s.Exam.Register(ctx, in.Sitting, in.Body.Key, in.Body.Registrations)
	if ids == nil {
		ids = []exam.CandidateID{}
	}
	return &bodyOf[Registered]{Registered{ids}}, err
}

// Prepared tells how many attempts are ready.
type Prepared struct {
	Attempts int `json:"attempts"`
}

func (s *Server) prepareSitting(ctx context.Context, a actor, in *SittingPath) (*bodyOf[Prepared], error) {
	n, err := s.Exam.Prepare(ctx, in.Sitting, a.ID())
	return &bodyOf[Prepared]{Prepared{n}}, err
}

func (s *Server) openEntry(ctx context.Context, a actor, in *SittingPath) (*nothing, error) {
	return &nothing{}, s.Exam.OpenEntry(ctx, in.Sitting, a.ID())
}

func (s *Server) startSitting(ctx context.Context, a actor, in *SittingPath) (*nothing, error) {
	return &nothing{}, s.Exam.Start(ctx, in.Sitting, a.ID())
}

func (s *Server) closeSitting(ctx context.Context, a actor, in *SittingPath) (*nothing, error) {
	return &nothing{}, s.Exam.CloseSitting(ctx, in.Sitting, a.ID())
}

type grantIn struct {
	SittingPath
	Body struct {
		Key     string         `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Kind    exam.GrantKind `json:"kind" enum:"incident,accommodation"`
		Scope   exam.Scope     `json:"scope" enum:"candidate,room,centre,sitting"`
		Attempt exam.AttemptID `json:"attempt,omitempty"`
		Centre  string         `json:"centre,omitempty"`
		Room    string         `json:"room,omitempty"`
		MS      int64          `json:"ms" minimum:"1"`
		Reason  scoring.Text   `json:"reason"`
	}
}

func (s *Server) grantTime(ctx context.Context, a actor, in *grantIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Exam.Grant(ctx, in.Sitting, b.Key, exam.Granted{
		Kind: b.Kind, Scope: b.Scope, Attempt: b.Attempt, Centre: b.Centre, Room: b.Room,
		MS: b.MS, Reason: b.Reason, Approver: a.ID(), Provincial: provincial(a),
	}, a.ID())
}
