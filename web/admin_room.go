package web

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

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

// CourseItem is one record of a sitting with the name of who made it.
type CourseItem struct {
	exam.CourseItem
	ActorName string `json:"actor_name"`
}

func (s *Server) sittingCourse(ctx context.Context, _ actor, in *SittingPath) (*listOf[CourseItem], error) {
	story, err := s.Exam.Story(ctx, in.Sitting)
	if err != nil {
		return nil, err
	}
	items := make([]CourseItem, len(story))
	for i, k := range story {
		items[i] = CourseItem{k, s.nameOf(ctx, k.Actor)}
	}
	return list(items), nil
}

func (s *Server) listRegistered(ctx context.Context, _ actor, in *SittingPath) (*listOf[exam.RegisteredPerson], error) {
	all, err := s.Exam.RegisteredPeople(ctx, in.Sitting)
	return list(all), err
}

// consoleBeat is what a console that watches may send, and the answer.
type consoleBeat struct {
	T          string    `json:"t"`
	ServerTime time.Time `json:"server_time,omitzero"`
}

// watchSitting is a console's connection: a snapshot of the seats, then what
// changes.
func (s *Server) watchSitting(c echo.Context, _ actor) error {
	id := exam.SittingID(c.Param("sitting"))
	// Asked before the upgrade, so that the screen gets a readable answer.
	info, err := s.Exam.Sitting(c.Request().Context(), id)
	switch {
	case err != nil:
		return err
	case info.Prepared == 0:
		return exam.ErrNotPrepared
	}
	k, err := s.upgrade(c)
	if err != nil {
		return err
	}
	watcher, err := s.Exam.Watch(c.Request().Context(), id, func(f exam.WatchFrame) { k.send(f) })
	if err != nil {
		s.log.Error("a sitting cannot be watched", "sitting", id, "error", err)
		k.close(closeRestarting, "try again")
	} else {
		defer watcher.Stop()
	}
	s.run(k, func(raw []byte) error {
		var f consoleBeat
		if err := json.Unmarshal(raw, &f); err != nil || f.T != "beat" {
			return errBadFrame
		}
		k.send(consoleBeat{"beat", s.Now().UTC()})
		return nil
	})
	return nil
}
