package web

import (
	"context"
	"crypto/rand"
	"encoding/binary"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
)

// DivisionPath is the path parameter of one division. It is exported because
// huma sets fields of embedded structs only then.
type DivisionPath struct {
	Division engine.DivisionID `path:"division"`
}

func (s *Server) createDivision(ctx context.Context, a actor, in *bodyOf[engine.DivisionDraft]) (*bodyOf[engine.Division], error) {
	in.Body.Author = a.Account.ID
	d, err := s.Contest.CreateDivision(ctx, in.Body)
	return &bodyOf[engine.Division]{d}, err
}

func (s *Server) getDivision(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[engine.Division], error) {
	d, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	blind, err := s.blind(ctx, a, in.Division)
	if blind {
		d = blindDivision(d)
	}
	return &bodyOf[engine.Division]{d}, err
}

func (s *Server) listDuties(ctx context.Context, a actor, _ *nothing) (*listOf[engine.Duty], error) {
	all, err := s.Contest.Duties(ctx, a.Account)
	return list(all), err
}

func (s *Server) duty(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[engine.Duty], error) {
	d, err := s.Contest.Duty(ctx, a.Account, in.Division)
	return &bodyOf[engine.Duty]{d}, err
}

type divisionIn struct {
	DivisionPath
	Body engine.DivisionHead
}

func (s *Server) updateDivision(ctx context.Context, _ actor, in *divisionIn) (*bodyOf[engine.Division], error) {
	d, err := s.Contest.UpdateDivision(ctx, in.Division, in.Body)
	return &bodyOf[engine.Division]{d}, err
}

type panelsIn struct {
	DivisionPath
	Body struct {
		Panels []engine.Panel `json:"panels"`
	}
}

func (s *Server) setPanels(ctx context.Context, _ actor, in *panelsIn) (*nothing, error) {
	return &nothing{}, s.Contest.SetPanels(ctx, in.Division, in.Body.Panels)
}

type officersIn struct {
	DivisionPath
	Body struct {
		Officers []engine.Officer `json:"officers" maxItems:"500"`
	}
}

func (s *Server) setOfficers(ctx context.Context, _ actor, in *officersIn) (*bodyOf[engine.Division], error) {
	d, err := s.Contest.SetOfficers(ctx, in.Division, in.Body.Officers)
	return &bodyOf[engine.Division]{d}, err
}

// OfficerList is the appointments of a division as they are now, with the
// names of everybody who has a post in it.
type OfficerList struct {
	Items []engine.Officer            `json:"items"`
	Names map[access.AccountID]string `json:"names" doc:"Of officers, judges and those who declared a relation, by account"`
}

func (s *Server) listOfficers(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[OfficerList], error) {
	div, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	all, err := s.Contest.Officers(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	out := OfficerList{Items: all, Names: map[access.AccountID]string{}}
	name := func(a access.AccountID) { out.Names[a] = s.access.Name(ctx, string(a)) }
	for _, o := range all {
		name(o.Account)
	}
	for _, r := range div.Relations {
		name(r.Judge)
	}
	for _, p := range div.Panels {
		for _, j := range p.Judges {
			name(j.Judge)
		}
	}
	blind, err := s.blind(ctx, a, in.Division)
	if blind {
		out.Items = blindOfficers(all)
	}
	return &bodyOf[OfficerList]{out}, err
}

type officeIn struct {
	DivisionPath
	Body struct {
		Key       string         `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Officer   engine.Officer `json:"officer"`
		Appointed bool           `json:"appointed" doc:"false: the officer goes"`
		Reason    string         `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) changeOffice(ctx context.Context, a actor, in *officeIn) (*nothing, error) {
	return &nothing{}, s.Contest.ChangeOffice(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.Officer, in.Body.Appointed, in.Body.Reason)
}

type relationsIn struct {
	DivisionPath
	Body struct {
		Relations []engine.Relation `json:"relations" maxItems:"2000"`
	}
}

func (s *Server) setRelations(ctx context.Context, _ actor, in *relationsIn) (*bodyOf[engine.Division], error) {
	d, err := s.Contest.SetRelations(ctx, in.Division, in.Body.Relations)
	return &bodyOf[engine.Division]{d}, err
}

type openIn struct {
	DivisionPath
	Body struct {
		Seed *int64 `json:"seed,omitempty" doc:"Of the draw of station codes; absent: drawn by the server and recorded"`
	}
}

func (s *Server) openDivision(ctx context.Context, a actor, in *openIn) (*nothing, error) {
	var seed int64
	if in.Body.Seed != nil {
		seed = *in.Body.Seed
	} else {
		var b [8]byte
		rand.Read(b[:])
		seed = int64(binary.BigEndian.Uint64(b[:]) >> 1)
	}
	return &nothing{}, s.Contest.Open(ctx, a.Account.ID, in.Division, seed)
}

type statusIn struct {
	DivisionPath
	Body struct {
		Status engine.Status `json:"status" enum:"running,review,final"`
	}
}

func (s *Server) setDivisionStatus(ctx context.Context, a actor, in *statusIn) (*nothing, error) {
	return &nothing{}, s.Contest.SetStatus(ctx, a.Account.ID, in.Division, in.Body.Status)
}

func (s *Server) results(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[engine.Results], error) {
	r, err := s.Contest.Results(ctx, in.Division)
	return &bodyOf[engine.Results]{r}, err
}
