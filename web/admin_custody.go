package web

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/scoring"
)

// CustodyOverview is what the page of a custodian or of the papers' keeper
// shows.
type CustodyOverview struct {
	Me         *custody.CustodianInfo  `json:"me,omitempty" doc:"Absent when the account has not enrolled"`
	Custodians []custody.CustodianInfo `json:"custodians"`
	Sittings   []SittingCustody        `json:"sittings" doc:"Those that are not closed, by start"`
}

// SittingCustody is where the papers of one sitting stand.
type SittingCustody struct {
	Sitting   exam.SittingID    `json:"sitting"`
	Name      scoring.Text      `json:"name"`
	State     exam.SittingState `json:"state"`
	StartsAt  time.Time         `json:"starts_at"`
	Phase     custody.Phase     `json:"phase"`
	NotBefore *time.Time        `json:"not_before,omitempty"`
	Mine      bool              `json:"mine" doc:"The papers are sealed for a key of this account"`
	Opened    bool              `json:"opened" doc:"This account has opened its half"`
}

func (s *Server) custodyOverview(ctx context.Context, a actor, _ *nothing) (*bodyOf[CustodyOverview], error) {
	all, err := s.Custody.Custodians(ctx)
	if err != nil {
		return nil, err
	}
	out := CustodyOverview{Custodians: all, Sittings: []SittingCustody{}}
	for i := range all {
		if all[i].Account == a.ID() {
			out.Me = &all[i]
		}
	}
	for after := ""; ; {
		page, next, err := s.Exam.Sittings(ctx, after, 200)
		if err != nil {
			return nil, err
		}
		for _, info := range page {
			if info.State == exam.Closed {
				continue
			}
			one, err := s.sittingCustody(ctx, a, &info)
			if err != nil {
				return nil, err
			}
			out.Sittings = append(out.Sittings, one)
		}
		if after = next; after == "" {
			return &bodyOf[CustodyOverview]{out}, nil
		}
	}
}

func (s *Server) sittingCustody(ctx context.Context, a actor, info *exam.SittingInfo) (SittingCustody, error) {
	st, err := s.Custody.State(ctx, string(info.ID))
	one := SittingCustody{Sitting: info.ID, Name: info.Name, State: info.State, StartsAt: info.StartsAt, Phase: st.Phase, NotBefore: st.NotBefore}
	for _, h := range st.Custodians {
		if h.Account == a.ID() {
			one.Mine, one.Opened = true, h.Opened
		}
	}
	return one, err
}

type enrolIn struct {
	Body struct {
		Passphrase string `json:"passphrase" maxLength:"800" doc:"Only the custodian knows it; nobody can reset it"`
		KeyFile    string `json:"key_file,omitempty" maxLength:"10000" doc:"The key file of another server; its own passphrase opens it"`
	}
}

func (s *Server) enrolCustodian(ctx context.Context, a actor, in *enrolIn) (*bodyOf[custody.CustodianInfo], error) {
	c, err := s.Custody.Enrol(ctx, a.ID(), in.Body.Passphrase, []byte(in.Body.KeyFile))
	return &bodyOf[custody.CustodianInfo]{c}, err
}

// download is a file as an answer.
type download struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) custodianKey(ctx context.Context, a actor, _ *nothing) (*download, error) {
	file, err := s.Custody.KeyFile(ctx, a.ID())
	return &download{Type: "text/plain; charset=utf-8", Disposition: `attachment; filename="custodian.age"`, Body: file}, err
}

type sealIn struct {
	SittingPath
	Body struct {
		Custodians []string   `json:"custodians" maxItems:"8" doc:"Accounts that have enrolled; any two of them release"`
		Suite      seal.Suite `json:"suite" enum:"aes256-gcm,sm4-gcm"`
	}
}

// sealPapers seals the sitting's own papers. The earliest release follows
// from the sitting's start and rules.
func (s *Server) sealPapers(ctx context.Context, a actor, in *sealIn) (*bodyOf[custody.State], error) {
	info, err := s.Exam.Sitting(ctx, in.Sitting)
	if err != nil {
		return nil, err
	}
	err = s.Custody.Seal(ctx, a.ID(), custody.Sealing{
		Sitting: string(in.Sitting), Papers: info.Papers, NotBefore: info.ReleaseFrom(), Suite: in.Body.Suite, Custodians: in.Body.Custodians,
	})
	if err != nil {
		return nil, err
	}
	return s.custodyOf(ctx, a, &in.SittingPath)
}

type releaseIn struct {
	SittingPath
	Body struct {
		Passphrase string `json:"passphrase" maxLength:"800"`
	}
}

func (s *Server) releasePapers(ctx context.Context, a actor, in *releaseIn) (*bodyOf[custody.State], error) {
	st, err := s.Custody.Release(ctx, a.ID(), string(in.Sitting), in.Body.Passphrase)
	return &bodyOf[custody.State]{st}, err
}

func (s *Server) custodyOf(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[custody.State], error) {
	st, err := s.Custody.State(ctx, string(in.Sitting))
	return &bodyOf[custody.State]{st}, err
}

const packageType = "application/zip"

func (s *Server) exportPackage(ctx context.Context, a actor, in *SittingPath) (*download, error) {
	file, err := s.Custody.Export(ctx, a.ID(), string(in.Sitting))
	return &download{Type: packageType, Disposition: `attachment; filename="papers.zip"`, Body: file}, err
}

// packageUpload admits packages of the largest size.
func packageUpload(op *huma.Operation) {
	op.MaxBodyBytes, op.BodyReadTimeout = seal.MaxPackage+8<<20, 5*time.Minute
}

type packageIn struct {
	SittingPath
	RawBody []byte `contentType:"application/zip"`
}

func (s *Server) importPackage(ctx context.Context, a actor, in *packageIn) (*bodyOf[custody.State], error) {
	s.importing.Lock() // a package takes much memory: one at a time
	defer s.importing.Unlock()
	if err := s.Custody.Import(ctx, a.ID(), string(in.Sitting), in.RawBody); err != nil {
		return nil, err
	}
	return s.custodyOf(ctx, a, &in.SittingPath)
}

type lookIn struct {
	SittingPath
	Paper bank.PaperID `path:"paper"`
	Body  struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300" doc:"Recorded with the name"`
	}
}

// viewPaper shows a released paper as candidates get it, without keys.
func (s *Server) viewPaper(ctx context.Context, a actor, in *lookIn) (*bodyOf[bank.SeatPaper], error) {
	c, err := s.Custody.Look(ctx, custody.Look{Sitting: string(in.Sitting), Paper: in.Paper, By: a.ID(), Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	p, err := c.ForSeat()
	return &bodyOf[bank.SeatPaper]{p}, err
}

// printPaper makes the backup paper. The custody's record comes first: there
// is no paper without it.
func (s *Server) printPaper(ctx context.Context, a actor, in *lookIn) (*fileBody, error) {
	c, err := s.Custody.Look(ctx, custody.Look{Sitting: string(in.Sitting), Paper: in.Paper, By: a.ID(), Reason: in.Body.Reason, Print: true})
	if err != nil {
		return nil, err
	}
	return printed(s.Desk.Backup(ctx, a.ID(), in.Sitting, &c))
}
