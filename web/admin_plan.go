package web

import (
	"bytes"
	"context"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
)

// PlanPath is the path parameter of one plan.
type PlanPath struct {
	Plan plan.ID `path:"plan" maxLength:"100"`
}

// EntryPath is the path parameters of one entry.
type EntryPath struct {
	PlanPath
	Entry plan.EntryID `path:"entry" maxLength:"100"`
}

func (s *Server) listPlans(ctx context.Context, _ actor, in *pageIn) (*pageOf[plan.Info], error) {
	out := &pageOf[plan.Info]{}
	var err error
	out.Body.Items, out.Body.Next, err = s.Plan.List(ctx, in.After, in.Limit)
	return out, err
}

func (s *Server) getPlan(ctx context.Context, _ actor, in *PlanPath) (*bodyOf[plan.Info], error) {
	info, err := s.Plan.Plan(ctx, in.Plan)
	return &bodyOf[plan.Info]{info}, err
}

func (s *Server) savePlan(ctx context.Context, _ actor, in *bodyOf[plan.Plan]) (*bodyOf[plan.Plan], error) {
	p, err := s.Plan.Save(ctx, in.Body)
	return &bodyOf[plan.Plan]{p}, err
}

func (s *Server) openPlan(ctx context.Context, a actor, in *PlanPath) (*nothing, error) {
	return &nothing{}, s.Plan.Open(ctx, a.ID(), in.Plan)
}

type planStatusIn struct {
	PlanPath
	Body struct {
		To     plan.Status `json:"to" enum:"open,closed,arranged,archived"`
		Reason string      `json:"reason" maxLength:"300" doc:"Needed to open a closed plan again"`
	}
}

func (s *Server) setPlanStatus(ctx context.Context, a actor, in *planStatusIn) (*nothing, error) {
	return &nothing{}, s.Plan.SetStatus(ctx, a.ID(), in.Plan, in.Body.To, in.Body.Reason)
}

func (s *Server) eligibilityExamples(context.Context, actor, *nothing) (*listOf[plan.Eligibility], error) {
	all, err := plan.Examples()
	return list(all), err
}

type entriesIn struct {
	PlanPath
	Text   string      `query:"q" maxLength:"100" doc:"In name or unit, or the end of the ID number as it is shown"`
	State  plan.State  `query:"state" enum:"pending,accepted,returned,rejected"`
	Level  bank.Level  `query:"level"`
	Result plan.Result `query:"result" enum:"eligible,not_eligible,needs_evidence"`
	Offset int         `query:"offset" minimum:"0"`
	Limit  int         `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type entriesOut struct {
	Body struct {
		Items []plan.EntryView `json:"items"`
		Total int              `json:"total"`
	}
}

func (s *Server) listEntries(ctx context.Context, _ actor, in *entriesIn) (*entriesOut, error) {
	out := &entriesOut{}
	var err error
	out.Body.Items, out.Body.Total, err = s.Plan.Entries(ctx, in.Plan, plan.Query{
		Text: in.Text, State: in.State, Level: in.Level, Result: in.Result, Offset: in.Offset, Limit: in.Limit})
	return out, err
}

func (s *Server) getEntry(ctx context.Context, _ actor, in *EntryPath) (*bodyOf[plan.EntryView], error) {
	v, err := s.Plan.Entry(ctx, in.Plan, in.Entry)
	return &bodyOf[plan.EntryView]{v}, err
}

type applyIn struct {
	PlanPath
	Body struct {
		Key   string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Late  string           `json:"late" maxLength:"300" doc:"Reason for an entry outside the registration window"`
		Entry plan.Application `json:"entry"`
	}
}

// EntryMade names a new entry.
type EntryMade struct {
	Entry plan.EntryID `json:"entry"`
}

func (s *Server) enterOne(ctx context.Context, a actor, in *applyIn) (*bodyOf[EntryMade], error) {
	ids, err := s.Plan.Register(ctx, a.ID(), in.Plan, plan.Batch{Key: in.Body.Key, Source: "form", Late: in.Body.Late, List: []plan.Application{in.Body.Entry}})
	if err != nil {
		return nil, err
	}
	return &bodyOf[EntryMade]{EntryMade{ids[0]}}, nil
}

type amendIn struct {
	EntryPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Reason string           `json:"reason" maxLength:"300"`
		Entry  plan.Application `json:"entry"`
	}
}

func (s *Server) amendEntry(ctx context.Context, a actor, in *amendIn) (*nothing, error) {
	return &nothing{}, s.Plan.Amend(ctx, a.ID(), in.Plan, in.Entry, in.Body.Key, in.Body.Entry, in.Body.Reason)
}

type rosterIn struct {
	PlanPath
	Mode    importMode `query:"mode" enum:"preview,accept" required:"true"`
	Name    string     `query:"name" maxLength:"200" required:"true" doc:"File name, for messages"`
	Key     string     `query:"key" maxLength:"100" doc:"Idempotency key, to accept"`
	Late    string     `query:"late" maxLength:"300" doc:"Reason for entries outside the registration window"`
	RawBody []byte     `contentType:"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

// RosterAnswer is what a preview or acceptance found. When the report holds
// errors nothing was stored.
type RosterAnswer struct {
	Report  bank.Report    `json:"report"`
	Entries []plan.EntryID `json:"entries" doc:"Accepted, in the order of the file"`
}

func (s *Server) importRoster(ctx context.Context, a actor, in *rosterIn) (*bodyOf[RosterAnswer], error) {
	s.importing.Lock() // a workbook takes much memory: one at a time
	defer s.importing.Unlock()
	info, err := s.Plan.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	roster, err := plan.ReadRoster(bytes.NewReader(in.RawBody), int64(len(in.RawBody)), in.Name, &info.Plan)
	if err != nil {
		return nil, err
	}
	out := RosterAnswer{Entries: []plan.EntryID{}}
	if in.Mode != accept {
		out.Report, err = s.Plan.Preview(ctx, in.Plan, roster)
		return &bodyOf[RosterAnswer]{out}, err
	}
	ids, report, err := s.Plan.Accept(ctx, a.ID(), in.Plan, in.Key, in.Late, roster)
	if err != nil {
		return nil, err
	}
	out.Report, out.Entries = report, append(out.Entries, ids...)
	return &bodyOf[RosterAnswer]{out}, nil
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) rosterTemplate(ctx context.Context, _ actor, in *PlanPath) (*fileBody, error) {
	info, err := s.Plan.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := plan.Template(&b, &info.Plan); err != nil {
		return nil, err
	}
	return attachment("报名模板-"+string(in.Plan)+".xlsx", workbookType, b.Bytes()), nil
}

type photosIn struct {
	PlanPath
	RawBody []byte `contentType:"application/zip"`
}

func (s *Server) importPhotos(ctx context.Context, a actor, in *photosIn) (*bodyOf[plan.PhotoReport], error) {
	s.importing.Lock()
	defer s.importing.Unlock()
	report, err := s.Plan.ImportPhotos(ctx, a.ID(), in.Plan, in.RawBody)
	return &bodyOf[plan.PhotoReport]{report}, err
}

type setPhotoIn struct {
	EntryPath
	RawBody []byte `contentType:"image/jpeg"`
}

func (s *Server) setEntryPhoto(ctx context.Context, a actor, in *setPhotoIn) (*nothing, error) {
	return &nothing{}, s.Plan.SetPhoto(ctx, a.ID(), in.Plan, in.Entry, in.RawBody)
}

// entryPhoto shows a photo to staff; who looked is recorded.
func (s *Server) entryPhoto(ctx context.Context, a actor, in *EntryPath) (*figureBody, error) {
	return photoBody(s.Plan.EntryPhoto(ctx, a.ID(), in.Plan, in.Entry))
}

// attemptPhoto shows a candidate's photo at the check of identity.
func (s *Server) attemptPhoto(ctx context.Context, a actor, in *AttemptPath) (*figureBody, error) {
	return photoBody(s.Plan.AttemptPhoto(ctx, a.ID(), in.Sitting, in.Attempt))
}

// examPhoto shows a candidate the own photo, to confirm who sits here.
func (s *Server) examPhoto(ctx context.Context, a actor, _ *nothing) (*figureBody, error) {
	person, err := s.Exam.Holder(ctx, attemptOf(a))
	if err != nil {
		return nil, err
	}
	return photoBody(s.Plan.PhotoOf(ctx, person))
}

func photoBody(p plan.Picture, err error) (*figureBody, error) {
	if err != nil {
		return nil, err
	}
	return &figureBody{ContentType: p.Type, CacheControl: "no-store", Body: p.Data}, nil
}

// withPhoto tells the candidate's screen where the own photo is, if there is one.
func (s *Server) withPhoto(ctx context.Context, attempt exam.AttemptID, me exam.Me) (exam.Me, error) {
	person, err := s.Exam.Holder(ctx, attempt)
	if err != nil {
		return me, err
	}
	has, err := s.Plan.HasPhoto(ctx, person)
	if has {
		me.Candidate.PhotoURL = "/api/exam/photo"
	}
	return me, err
}

type decideIn struct {
	PlanPath
	Body struct {
		Entries []plan.EntryID `json:"entries" minItems:"1" maxItems:"5000"`
		To      plan.State     `json:"to" enum:"accepted,returned,rejected,pending" doc:"pending undoes a decision"`
		Reason  string         `json:"reason" maxLength:"300" doc:"Needed but for accepting who is eligible"`
	}
}

func (s *Server) decideEntries(ctx context.Context, a actor, in *decideIn) (*nothing, error) {
	return &nothing{}, s.Plan.Decide(ctx, a.ID(), in.Plan, plan.Decision{Entries: in.Body.Entries, To: in.Body.To, Reason: in.Body.Reason})
}

type placeIn struct {
	PlanPath
	Body struct {
		Key     string         `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Subject plan.SubjectID `json:"subject"`
		Level   bank.Level     `json:"level" minimum:"1" maximum:"5"`
		Centre  string         `json:"centre" doc:"Only who wishes for this centre or for none; empty: all"`
		Most    int            `json:"most" minimum:"0" doc:"At most so many, by registration; 0: all"`
		Sitting SittingDraft   `json:"sitting"`
	}
}

// Placed tells how many entries went into the sitting.
type Placed struct {
	Placed int `json:"placed"`
}

func (s *Server) placeEntries(ctx context.Context, a actor, in *placeIn) (*bodyOf[Placed], error) {
	b := in.Body
	n, err := s.Plan.Place(ctx, a.ID(), in.Plan, b.Key, plan.Choice{Subject: b.Subject, Level: b.Level, Centre: b.Centre, Most: b.Most}, b.Sitting.sitting())
	return &bodyOf[Placed]{Placed{n}}, err
}
