package web

import (
	"context"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

type decisionIn struct {
	DivisionPath
	Body struct {
		Key         string              `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Sheet       engine.SheetID      `json:"sheet" maxLength:"200"`
		Aspect      scoring.AspectID    `json:"aspect" maxLength:"100"`
		Observation scoring.Observation `json:"observation" doc:"What is put in the place of the panel's; the field of the aspect's kind"`
		Why         string              `json:"why" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) decideAspect(ctx context.Context, a actor, in *decisionIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.DecideAspect(ctx, a.Account.ID, in.Division, b.Key, b.Sheet, scoring.Override{Aspect: b.Aspect, Observation: b.Observation, Why: b.Why})
}

type withdrawDecisionIn struct {
	DivisionPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Sheet  engine.SheetID   `json:"sheet" maxLength:"200"`
		Aspect scoring.AspectID `json:"aspect" maxLength:"100"`
		Why    string           `json:"why" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) withdrawDecision(ctx context.Context, a actor, in *withdrawDecisionIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.WithdrawDecision(ctx, a.Account.ID, in.Division, b.Key, b.Sheet, b.Aspect, b.Why)
}

type gapIn struct {
	DivisionPath
	Body struct {
		Key   string         `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Sheet engine.SheetID `json:"sheet" maxLength:"200"`
		Why   string         `json:"why" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) acceptGap(ctx context.Context, a actor, in *gapIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.AcceptGap(ctx, a.Account.ID, in.Division, b.Key, b.Sheet, b.Why)
}

type lockIn struct {
	DivisionPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Module scoring.ModuleID `json:"module" maxLength:"100"`
		Digest string           `json:"digest" maxLength:"64" doc:"Of the module as the desk showed it"`
	}
}

func (s *Server) lockModule(ctx context.Context, a actor, in *lockIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.LockModule(ctx, a.Account.ID, in.Division, b.Key, b.Module, b.Digest)
}

type unlockIn struct {
	DivisionPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Module scoring.ModuleID `json:"module" maxLength:"100"`
		Sheet  engine.SheetID   `json:"sheet,omitempty" maxLength:"200" doc:"Absent: only the lock of the module"`
		Why    string           `json:"why" minLength:"1" maxLength:"2000"`
	}
}

// UnlockAsked names what another person has to grant.
type UnlockAsked struct {
	Asked int64 `json:"asked"`
}

func (s *Server) askUnlock(ctx context.Context, a actor, in *unlockIn) (*bodyOf[UnlockAsked], error) {
	b := in.Body
	asked, err := s.Contest.AskUnlock(ctx, a.Account.ID, in.Division, b.Key, b.Module, b.Sheet, b.Why)
	return &bodyOf[UnlockAsked]{UnlockAsked{asked}}, err
}

// Keyed bodies hold nothing but the key.
type keyOnly struct {
	Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
}

type unlockGrantIn struct {
	DivisionPath
	Asked int64 `path:"asked" minimum:"1"`
	Body  keyOnly
}

func (s *Server) grantUnlock(ctx context.Context, a actor, in *unlockGrantIn) (*nothing, error) {
	return &nothing{}, s.Contest.GrantUnlock(ctx, a.Account.ID, in.Division, in.Body.Key, in.Asked)
}

func (s *Server) deskViolation(ctx context.Context, a actor, in *violationIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.RecordViolation(ctx, a.Account.ID, in.Division, b.Key, b.address(), b.Violation, b.Note, true)
}

type zeroingIn struct {
	DivisionPath
	Body struct {
		Key    string             `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Layer  engine.Layer       `json:"layer" enum:"station,work" doc:"Whose code names the competitor"`
		Code   string             `json:"code" minLength:"1" maxLength:"50"`
		Module scoring.ModuleID   `json:"module" maxLength:"100" doc:"In which it happened"`
		Rule   scoring.ZeroRuleID `json:"rule" maxLength:"100" doc:"Of the scheme or the module"`
		Why    string             `json:"why" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) recordZeroing(ctx context.Context, a actor, in *zeroingIn) (*nothing, error) {
	b := in.Body
	at := engine.Address{Layer: b.Layer, Code: b.Code, Module: b.Module}
	return &nothing{}, s.Contest.RecordZeroing(ctx, a.Account.ID, in.Division, b.Key, at, b.Rule, b.Why)
}

type conductIn struct {
	DivisionPath
	Record int64 `path:"record" minimum:"1" doc:"Number of the record that is taken back"`
	Body   struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Why string `json:"why" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) withdrawConduct(ctx context.Context, a actor, in *conductIn) (*nothing, error) {
	return &nothing{}, s.Contest.WithdrawConduct(ctx, a.Account.ID, in.Division, in.Body.Key, in.Record, in.Body.Why)
}

func (s *Server) deskTime(ctx context.Context, a actor, in *timeIn) (*nothing, error) {
	return s.takeTime(ctx, a, in, engine.TimeOfChief)
}

type absenceIn struct {
	DivisionPath
	Body struct {
		Key        string              `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Layer      engine.Layer        `json:"layer,omitempty" enum:"entry,station,work" doc:"Whose code names the competitor"`
		Code       string              `json:"code,omitempty" maxLength:"50"`
		Competitor engine.CompetitorID `json:"competitor,omitempty" maxLength:"100" doc:"Who has no code yet; the call room knows people, the desk does not"`
		Modules    []scoring.ModuleID  `json:"modules" maxItems:"100" doc:"None: all that panels mark"`
		Note       string              `json:"note" maxLength:"2000"`
		Withdraw   bool                `json:"withdraw,omitempty" doc:"Take the record back: the competitor did start"`
	}
}

func (s *Server) deskAbsence(ctx context.Context, a actor, in *absenceIn) (*nothing, error) {
	in.Body.Competitor = "" // the desk knows codes
	return s.absence(ctx, a, in, true)
}

func (s *Server) callRoomAbsence(ctx context.Context, a actor, in *absenceIn) (*nothing, error) {
	return s.absence(ctx, a, in, false)
}

func (s *Server) absence(ctx context.Context, a actor, in *absenceIn, desk bool) (*nothing, error) {
	b := in.Body
	record := s.Contest.RecordAbsence
	if b.Withdraw {
		record = s.Contest.WithdrawAbsence
	}
	return &nothing{}, record(ctx, a.Account.ID, in.Division, b.Key, engine.Absentee{
		Layer: b.Layer, Code: b.Code, Competitor: b.Competitor, Modules: b.Modules, Note: b.Note, Desk: desk,
	})
}

// ModulePath is the path of one module of a division.
type ModulePath struct {
	DivisionPath
	Module scoring.ModuleID `path:"module" maxLength:"100"`
}

// PaperList is what tabulators key in: papers by code and judge, and the
// module's scheme for the form.
type PaperList struct {
	Scheme scoring.Module      `json:"scheme"`
	Items  []engine.PaperBrief `json:"items"`
	Names  map[string]string   `json:"names" doc:"Of judges, by account"`
}

func (s *Server) paperModules(ctx context.Context, a actor, in *DivisionPath) (*listOf[engine.PaperModule], error) {
	all, err := s.Contest.PaperModules(ctx, a.Account.ID, in.Division)
	return list(all), err
}

func (s *Server) paperSheets(ctx context.Context, a actor, in *ModulePath) (*bodyOf[PaperList], error) {
	items, err := s.Contest.PaperSheets(ctx, a.Account.ID, in.Division, in.Module)
	if err != nil {
		return nil, err
	}
	div, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	out := PaperList{Items: items, Names: map[string]string{}}
	out.Scheme, _ = div.Scheme.Module(in.Module)
	for _, b := range items {
		s.naming(ctx, out.Names, b.Judge)
	}
	return &bodyOf[PaperList]{out}, nil
}

type keyedIn struct {
	ModulePath
	Body struct {
		Key     string                `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Sheet   engine.SheetID        `json:"sheet" maxLength:"200"`
		Judge   access.AccountID      `json:"judge" maxLength:"100" doc:"Who wrote the paper"`
		Expect  int                   `json:"expect" minimum:"0" doc:"Version of the judge's sheet that it replaces"`
		Round   int                   `json:"round" minimum:"1" doc:"Of the sheet"`
		Entries []scoring.AspectEntry `json:"entries" maxItems:"2000"`
		Note    string                `json:"note" maxLength:"2000"`
	}
}

func (s *Server) keyPaper(ctx context.Context, a actor, in *keyedIn) (*bodyOf[engine.KeyedResult], error) {
	b := in.Body
	r, err := s.Contest.KeyPaper(ctx, a.Account.ID, in.Division, b.Key, engine.Keyed{
		Sheet: b.Sheet, Judge: b.Judge, Expect: b.Expect, Round: b.Round, Entries: b.Entries, Note: b.Note,
	})
	return &bodyOf[engine.KeyedResult]{r}, err
}
