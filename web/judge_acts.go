package web

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// What judges do beside marking, on a tablet: pictures, violations, times.

var clockKeeper = who{Surface: access.Judging, Action: access.ClockRun}

// judgeActRoutes are for judges.
func (s *Server) judgeActRoutes() {
	reg(s, post, "/api/judge/sheets/{division}/{sheet}/evidence", "judge-evidence-add", "Keep a picture of the work, for the sheet or one aspect", judge, s.judgePicture, evidencePicture)
	reg(s, get, "/api/judge/sheets/{division}/{sheet}/evidence/{file}", "judge-evidence", "A picture of the sheet; looking is recorded", judge, s.judgePictureFile, bytesOf("image/jpeg", "image/png", "image/webp"))
	reg(s, post, "/api/judge/divisions/{division}/violations", "judge-violation", "Record a violation that the judge saw", judge, s.judgeViolation)
	reg(s, post, "/api/judge/divisions/{division}/absences", "judge-absence", "Record that nobody came to a station, before anything is marked", judge, s.judgeAbsence)
	reg(s, post, "/api/judge/divisions/{division}/times", "judge-time", "Record the time used, by the judge's stopwatch", clockKeeper, s.judgeTime)
}

// evidencePicture is for one picture as it is.
func evidencePicture(op *huma.Operation) {
	op.MaxBodyBytes, op.BodyReadTimeout = engine.MaxEvidence+1<<10, 2*time.Minute
}

// SheetPath is the path of one sheet.
type SheetPath struct {
	Division engine.DivisionID `path:"division"`
	Sheet    engine.SheetID    `path:"sheet" maxLength:"200"`
}

type pictureIn struct {
	SheetPath
	Key     string           `query:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	Aspect  scoring.AspectID `query:"aspect" maxLength:"100" doc:"What the picture shows; empty: the whole work"`
	Device  string           `query:"device" maxLength:"100" doc:"The tablet's own name"`
	RawBody []byte           `contentType:"application/octet-stream"`
}

func (in *pictureIn) picture() engine.Picture {
	return engine.Picture{Sheet: in.Sheet, Aspect: in.Aspect, Data: in.RawBody, Device: in.Device}
}

func (s *Server) judgePicture(ctx context.Context, a actor, in *pictureIn) (*bodyOf[engine.Evidence], error) {
	e, err := s.Contest.AddEvidence(ctx, a.Account.ID, in.Division, in.Key, in.picture())
	return &bodyOf[engine.Evidence]{e}, err
}

type pictureFileIn struct {
	SheetPath
	File engine.EvidenceID `path:"file" maxLength:"100"`
}

func (s *Server) judgePictureFile(ctx context.Context, a actor, in *pictureFileIn) (*evidenceAnswer, error) {
	e, data, err := s.Contest.EvidenceFile(ctx, a.Account.ID, in.Division, in.Sheet, in.File, false)
	return &evidenceAnswer{Type: e.Type, Disposition: "inline", Body: data}, err
}

type violationIn struct {
	DivisionPath
	Body ViolationDraft
}

// ViolationDraft is a breach of the rules as somebody saw it.
type ViolationDraft struct {
	Key       string              `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	Layer     engine.Layer        `json:"layer" enum:"station,work" doc:"Whose code names the competitor"`
	Code      string              `json:"code" minLength:"1" maxLength:"50"`
	Module    scoring.ModuleID    `json:"module" maxLength:"100"`
	Violation scoring.ViolationID `json:"violation" maxLength:"100" doc:"Of the scheme, whose ladder says what follows"`
	Note      string              `json:"note" maxLength:"2000"`
}

func (d ViolationDraft) address() engine.Address {
	return engine.Address{Layer: d.Layer, Code: d.Code, Module: d.Module}
}

func (s *Server) judgeViolation(ctx context.Context, a actor, in *violationIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.RecordViolation(ctx, a.Account.ID, in.Division, b.Key, b.address(), b.Violation, b.Note, false)
}

type floorAbsenceIn struct {
	DivisionPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Code   string           `json:"code" minLength:"1" maxLength:"50" doc:"Of the station"`
		Module scoring.ModuleID `json:"module" minLength:"1" maxLength:"100"`
		Note   string           `json:"note" maxLength:"2000"`
	}
}

func (s *Server) judgeAbsence(ctx context.Context, a actor, in *floorAbsenceIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.RecordAbsence(ctx, a.Account.ID, in.Division, b.Key, engine.Absentee{
		Layer: engine.LayerStation, Code: b.Code, Modules: []scoring.ModuleID{b.Module}, Note: b.Note, Floor: true,
	})
}

type timeIn struct {
	DivisionPath
	Body TimeDraft
}

// TimeDraft is a time used. The latest counts; all are kept.
type TimeDraft struct {
	Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	Layer  engine.Layer     `json:"layer" enum:"entry,station" doc:"Whose code names the competitor; beside a work code a time would tie the work to a station"`
	Code   string           `json:"code" minLength:"1" maxLength:"50"`
	Module scoring.ModuleID `json:"module" maxLength:"100"`
	MS     int64            `json:"ms" minimum:"0" doc:"Milliseconds, pauses taken off"`
	Note   string           `json:"note" maxLength:"2000" doc:"The chief judge gives a reason"`
}

func (s *Server) takeTime(ctx context.Context, a actor, in *timeIn, source engine.TimeSource) (*nothing, error) {
	b := in.Body
	at := engine.Address{Layer: b.Layer, Code: b.Code, Module: b.Module}
	return &nothing{}, s.Contest.RecordTime(ctx, a.Account.ID, in.Division, b.Key, at, b.MS, source, b.Note)
}

func (s *Server) judgeTime(ctx context.Context, a actor, in *timeIn) (*nothing, error) {
	return s.takeTime(ctx, a, in, engine.TimeOfJudge)
}
