package web

import (
	"context"
	"mime"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
)

// IncidentList are the records of a sitting.
type IncidentList struct {
	Items []IncidentView       `json:"items"`
	Tiers exam.MisconductTiers `json:"tiers" doc:"Degrees of misconduct that apply"`
}

// IncidentView is a record with the names of those who signed.
type IncidentView struct {
	exam.IncidentRecord
	ByName       string `json:"by_name"`
	SignedByName string `json:"signed_by_name,omitempty"`
}

func (s *Server) viewIncident(ctx context.Context, r exam.IncidentRecord) IncidentView {
	return IncidentView{r, s.nameOf(ctx, r.By), s.nameOf(ctx, r.SignedBy)}
}

// nameOf is the name of an account for people; the id itself when there is
// none.
func (s *Server) nameOf(ctx context.Context, id string) string {
	if id == "" {
		return ""
	}
	acc, err := s.access.Account(ctx, access.AccountID(id))
	if err != nil {
		return id
	}
	return acc.Name
}

func (s *Server) listIncidents(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[IncidentList], error) {
	list, tiers, err := s.Exam.Incidents(ctx, in.Sitting)
	if err != nil {
		return nil, err
	}
	out := IncidentList{Items: make([]IncidentView, 0, len(list)), Tiers: tiers}
	for _, r := range list {
		out.Items = append(out.Items, s.viewIncident(ctx, r))
	}
	return &bodyOf[IncidentList]{out}, nil
}

type incidentIn struct {
	SittingPath
	Body struct {
		Key       string            `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Kind      exam.IncidentKind `json:"kind" enum:"incident,misconduct"`
		Tier      string            `json:"tier,omitempty" maxLength:"100"`
		Attempt   exam.AttemptID    `json:"attempt,omitempty" maxLength:"100"`
		Centre    string            `json:"centre" maxLength:"100"`
		Room      string            `json:"room" maxLength:"100"`
		Happened  time.Time         `json:"happened_at"`
		Facts     string            `json:"facts" maxLength:"6000"`
		Action    string            `json:"action,omitempty" maxLength:"6000"`
		Statement exam.Statement    `json:"statement,omitempty" enum:"signed,refused,absent"`
		Evidence  []string          `json:"evidence,omitempty" maxItems:"10" doc:"Ids of files"`
	}
}

func (s *Server) recordIncident(ctx context.Context, a actor, in *incidentIn) (*bodyOf[IncidentView], error) {
	b := in.Body
	e := exam.Incident{Kind: b.Kind, Tier: b.Tier, Attempt: b.Attempt, Centre: b.Centre, Room: b.Room, Happened: b.Happened,
		Facts: b.Facts, Action: b.Action, Statement: b.Statement, Evidence: []exam.Evidence{}}
	for _, id := range b.Evidence {
		e.Evidence = append(e.Evidence, exam.Evidence{ID: id})
	}
	r, err := s.Exam.RecordIncident(ctx, in.Sitting, b.Key, e, a.ID())
	if err != nil {
		return nil, err
	}
	return &bodyOf[IncidentView]{s.viewIncident(ctx, r)}, nil
}

type incidentPath struct {
	SittingPath
	No exam.IncidentNo `path:"no" minimum:"1"`
}

func (s *Server) signIncident(ctx context.Context, a actor, in *incidentPath) (*nothing, error) {
	return &nothing{}, s.Exam.SignIncident(ctx, in.Sitting, in.No, a.ID())
}

type withdrawIn struct {
	SittingPath
	No   exam.IncidentNo `path:"no" minimum:"1"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) withdrawIncident(ctx context.Context, a actor, in *withdrawIn) (*nothing, error) {
	return &nothing{}, s.Exam.WithdrawIncident(ctx, in.Sitting, in.No, in.Body.Reason, a.ID())
}

func evidenceUpload(op *huma.Operation) {
	op.MaxBodyBytes, op.BodyReadTimeout = exam.MaxEvidence+1<<10, 2*time.Minute
}

type evidenceIn struct {
	SittingPath
	Name    string `query:"name" maxLength:"200" doc:"The file's own name"`
	RawBody []byte `contentType:"application/octet-stream"`
}

func (s *Server) addEvidence(ctx context.Context, a actor, in *evidenceIn) (*bodyOf[exam.Evidence], error) {
	e, err := s.Exam.AddEvidence(ctx, in.Sitting, in.Name, in.RawBody, a.ID())
	return &bodyOf[exam.Evidence]{e}, err
}

type evidencePath struct {
	SittingPath
	File string `path:"file" maxLength:"100"`
}

// evidenceAnswer is a file; the browser must not guess another type.
type evidenceAnswer struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) evidenceFile(ctx context.Context, a actor, in *evidencePath) (*evidenceAnswer, error) {
	e, data, err := s.Exam.Evidence(ctx, in.Sitting, in.File, a.ID())
	return &evidenceAnswer{Type: e.Type, Disposition: mime.FormatMediaType("inline", map[string]string{"filename": e.Name}), Body: data}, err
}
