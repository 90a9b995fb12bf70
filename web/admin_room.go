package web

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// What staff do in the exam room: people and their seats.

// provincial reports whether the actor may go beyond the rules' contingency.
func provincial(a actor) bool { return slices.Contains(a.Account.Roles, access.Provincial) }

type identityIn struct {
	AttemptPath
	Body struct {
		Method  exam.IdentityMethod `json:"method" enum:"manual,photo,face"`
		Matched bool                `json:"matched" doc:"manual and photo: what the person found"`
		Reason  string              `json:"reason,omitempty" maxLength:"300" doc:"Needed when nothing matched"`
		Consent bool                `json:"consent,omitempty" doc:"face: the candidate has agreed; without consent check by hand"`
		Picture []byte              `json:"picture,omitempty" doc:"face: taken now; it is compared and not kept"`
	}
}

func (s *Server) checkIdentity(ctx context.Context, a actor, in *identityIn) (*bodyOf[exam.IdentityView], error) {
	b := in.Body
	v, err := s.Exam.CheckIdentity(ctx, in.Sitting, in.Attempt, exam.IdentityCheck{Method: b.Method, Matched: b.Matched,
		Reason: b.Reason, Consent: b.Consent, Picture: b.Picture}, a.ID())
	return &bodyOf[exam.IdentityView]{v}, err
}

type admitAtIn struct {
	AttemptPath
	Body struct {
		Place *exam.Place `json:"place,omitempty" doc:"Another free seat than the one on the ticket"`
	}
}

func (s *Server) admitCandidate(ctx context.Context, a actor, in *admitAtIn) (*nothing, error) {
	at := exam.Place{}
	if in.Body.Place != nil {
		at = *in.Body.Place
	}
	return &nothing{}, s.Exam.Let(ctx, in.Sitting, in.Attempt, at, a.ID())
}

type moveIn struct {
	AttemptPath
	Body struct {
		Place  exam.Place `json:"place"`
		Reason string     `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) moveCandidate(ctx context.Context, a actor, in *moveIn) (*nothing, error) {
	return &nothing{}, s.Exam.MoveSeat(ctx, in.Sitting, in.Attempt, in.Body.Place, a.ID(), in.Body.Reason)
}

type absentIn struct {
	AttemptPath
	Body struct {
		Absent bool   `json:"absent" doc:"false lifts the mark"`
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) setAbsent(ctx context.Context, a actor, in *absentIn) (*nothing, error) {
	return &nothing{}, s.Exam.SetAbsent(ctx, in.Sitting, in.Attempt, in.Body.Absent, a.ID(), in.Body.Reason)
}

type absenteesIn struct {
	SittingPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

// MarkedAbsent tells how many are marked as absent.
type MarkedAbsent struct {
	Marked int `json:"marked"`
}

func (s *Server) markAbsentees(ctx context.Context, a actor, in *absenteesIn) (*bodyOf[MarkedAbsent], error) {
	n, err := s.Exam.MarkAbsentees(ctx, in.Sitting, a.ID(), in.Body.Reason)
	return &bodyOf[MarkedAbsent]{MarkedAbsent{n}}, err
}

func (s *Server) voidAttempt(ctx context.Context, a actor, in *overrideIn) (*nothing, error) {
	if err := s.Exam.Sits(ctx, in.Sitting, in.Attempt); err != nil {
		return nil, err
	}
	return &nothing{}, s.Exam.Void(ctx, in.Attempt, a.ID(), in.Body.Reason)
}

// What staff do in the exam room: the clock and the loudspeaker.

// RecordNo is the number of the record in the sitting's stream.
type RecordNo struct {
	Seq int64 `json:"seq"`
}

type pauseIn struct {
	SittingPath
	Body struct {
		exam.Target
		Key    string         `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Kind   exam.GrantKind `json:"kind" enum:"incident,accommodation"`
		Reason scoring.Text   `json:"reason"`
	}
}

func (s *Server) pauseExam(ctx context.Context, a actor, in *pauseIn) (*bodyOf[RecordNo], error) {
	b := in.Body
	seq, err := s.Exam.Pause(ctx, in.Sitting, b.Key, exam.SittingPaused{Target: b.Target, Kind: b.Kind, Reason: b.Reason, Approver: a.ID()}, a.ID())
	return &bodyOf[RecordNo]{RecordNo{seq}}, err
}

type resumeIn struct {
	SittingPath
	Seq int64 `path:"seq" minimum:"1"`
}

func (s *Server) resumeExam(ctx context.Context, a actor, in *resumeIn) (*nothing, error) {
	return &nothing{}, s.Exam.Resume(ctx, in.Sitting, in.Seq, a.ID(), provincial(a), a.ID())
}

type announceIn struct {
	SittingPath
	Body struct {
		exam.Target
		Key   string       `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Level exam.Level   `json:"level" enum:"info,important"`
		Text  scoring.Text `json:"text"`
	}
}

func (s *Server) announce(ctx context.Context, a actor, in *announceIn) (*bodyOf[RecordNo], error) {
	b := in.Body
	seq, err := s.Exam.Announce(ctx, in.Sitting, b.Key, exam.SittingAnnounced{Target: b.Target, Level: b.Level, Text: b.Text}, a.ID())
	return &bodyOf[RecordNo]{RecordNo{seq}}, err
}
