package web

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/fault"
)

type enterIn struct {
	DivisionPath
	Body struct {
		Candidates []EnterCandidate `json:"competitors" maxItems:"5000"`
	}
}

// EnterCandidate is a registered candidate who becomes a competitor.
type EnterCandidate struct {
	Candidate string `json:"candidate" minLength:"1" maxLength:"200"`
	Name      string `json:"name" minLength:"1" maxLength:"100"`
	Unit      string `json:"unit" maxLength:"200"`
	City      string `json:"city" maxLength:"100"`
}

func (s *Server) enterCompetitors(ctx context.Context, _ actor, in *enterIn) (*nothing, error) {
	people := make([]engine.Competitor, 0, len(in.Body.Candidates))
	for _, c := range in.Body.Candidates {
		people = append(people, engine.NewCompetitor(c.Candidate, c.Name, c.Unit, c.City))
	}
	return &nothing{}, s.Contest.Enter(ctx, in.Division, people)
}

// CompetitorView is a competitor with the name, for staff who may see it.
type CompetitorView struct {
	ID         engine.CompetitorID `json:"id"`
	Name       string              `json:"name"`
	Unit       string              `json:"unit"`
	City       string              `json:"city"`
	Delegation engine.DelegationID `json:"delegation"`
	Identity   engine.Identity     `json:"identity"`
	Team       string              `json:"team" doc:"The team's name"`
}

// CompetitorList is who competes, by name and without codes.
type CompetitorList struct {
	Items []CompetitorView `json:"items"`
	Count int              `json:"count" doc:"How many compete, also while nobody may be named"`
	// Sealed says that items are left out: a judge or chief judge asks, and
	// codes stand for people until decryption.
	Sealed bool `json:"sealed" doc:"Items are left out until decryption: the account judges"`
}

func (s *Server) listCompetitors(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[CompetitorList], error) {
	people, err := s.Contest.Competitors(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	out := CompetitorList{Items: []CompetitorView{}, Count: len(people)}
	if out.Sealed, err = s.blind(ctx, a, in.Division); err != nil || out.Sealed {
		return &bodyOf[CompetitorList]{out}, err
	}
	for _, p := range people {
		// No code beside a name: who stands at which station is the coding
		// officer's secret until decryption.
		out.Items = append(out.Items, CompetitorView{ID: p.ID, Name: p.Name, Unit: p.Unit, City: p.City, Delegation: p.Delegation, Identity: p.Identity, Team: p.TeamName})
	}
	return &bodyOf[CompetitorList]{out}, nil
}

// EnlistmentView is one line of a division's list: a competitor with what has
// happened to the entry. ID numbers are masked.
type EnlistmentView struct {
	ID          engine.CompetitorID `json:"id"`
	Name        string              `json:"name"`
	IDType      exam.IDType         `json:"id_type"`
	IDMasked    string              `json:"id_masked"`
	Unit        string              `json:"unit"`
	City        string              `json:"city"`
	Delegation  engine.DelegationID `json:"delegation"`
	Identity    engine.Identity     `json:"identity"`
	HeldLevel   bank.Level          `json:"held_level"`
	HeldNumber  string              `json:"held_number"`
	Team        string              `json:"team" doc:"The team's name"`
	Role        string              `json:"role"`
	Members     []MemberView        `json:"members" doc:"Of a team that is marked as one"`
	State       engine.EnlistState  `json:"state" enum:"filed,entered,returned,withdrawn"`
	Reason      string              `json:"reason" doc:"Of the last change"`
	Changed     time.Time           `json:"changed"`
	ChangedBy   string              `json:"changed_by" doc:"Name of the account"`
	FiledBy     string              `json:"filed_by" doc:"Name of the account"`
	Instead     engine.CompetitorID `json:"instead" doc:"Whom it replaces"`
	ReplacedBy  engine.CompetitorID `json:"replaced_by"`
	Waiver      string              `json:"waiver" doc:"Why one who is not qualified was taken"`
	Unqualified []fault.Field       `json:"unqualified" doc:"Reasons against, by the division's rules"`
	Carried     int                 `json:"carried" doc:"Modules whose marks came along from an earlier stage"`
	HasPhoto    bool                `json:"has_photo"`
	Source      string              `json:"source"`
}

// MemberView is one person of a team that is marked as one.
type MemberView struct {
	Name       string          `json:"name"`
	IDMasked   string          `json:"id_masked"`
	Identity   engine.Identity `json:"identity"`
	HeldLevel  bank.Level      `json:"held_level"`
	HeldNumber string          `json:"held_number"`
	Role       string          `json:"role"`
}

type enlistmentIn struct {
	DivisionPath
	Text       string              `query:"q" maxLength:"100" doc:"In name, unit or team, or the end of the ID number as it is shown"`
	State      engine.EnlistState  `query:"state" enum:"filed,entered,returned,withdrawn"`
	Delegation engine.DelegationID `query:"delegation" maxLength:"100"`
	Offset     int                 `query:"offset" minimum:"0"`
	Limit      int                 `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type enlistmentOut struct {
	Body struct {
		Items []EnlistmentView `json:"items"`
		Total int              `json:"total"`
	}
}

func (in *enlistmentIn) holds(l *engine.CompetitorLine) bool {
	text := strings.TrimSpace(in.Text)
	return (in.State == "" || l.State == in.State) && (in.Delegation == "" || l.Delegation == in.Delegation) &&
		(text == "" || strings.Contains(l.Name, text) || strings.Contains(l.Unit, text) || strings.Contains(l.TeamName, text) || strings.HasSuffix(l.IDMasked, strings.ToUpper(text)))
}

func (s *Server) listEnlistment(ctx context.Context, a actor, in *enlistmentIn) (*enlistmentOut, error) {
	lines, err := s.Contest.Enlistment(ctx, filer(a), in.Division)
	if err != nil {
		return nil, err
	}
	out := &enlistmentOut{}
	out.Body.Items = []EnlistmentView{}
	for i := range lines {
		l := &lines[i]
		if !in.holds(l) {
			continue
		}
		if out.Body.Total >= in.Offset && len(out.Body.Items) < in.Limit {
			v := s.enlistmentView(ctx, l)
			if v.HasPhoto, err = s.Plan.HasPhoto(ctx, l.Candidate); err != nil {
				return nil, err
			}
			out.Body.Items = append(out.Body.Items, v)
		}
		out.Body.Total++
	}
	return out, nil
}

func (s *Server) enlistmentView(ctx context.Context, l *engine.CompetitorLine) EnlistmentView {
	v := EnlistmentView{
		ID: l.ID, Name: l.Name, IDType: l.IDType, IDMasked: l.IDMasked, Unit: l.Unit, City: l.City, Delegation: l.Delegation, Identity: l.Identity,
		HeldLevel: l.HeldLevel, HeldNumber: l.HeldNumber, Team: l.TeamName, Role: l.Role, Members: []MemberView{}, State: l.State, Reason: l.Reason,
		Changed: l.Changed, ChangedBy: s.access.Name(ctx, l.Decider), FiledBy: s.access.Name(ctx, l.Filer), Instead: l.Instead, ReplacedBy: l.Until,
		Waiver: l.Waiver, Unqualified: l.Unqualified, Carried: len(l.Carried), Source: l.Source,
	}
	for _, m := range l.Members {
		v.Members = append(v.Members, MemberView{Name: m.Name, IDMasked: m.IDMasked, Identity: m.Identity, HeldLevel: m.HeldLevel, HeldNumber: m.HeldNumber, Role: m.Role})
	}
	return v
}

type enlistIn struct {
	DivisionPath
	Body struct {
		Key  string          `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		List []engine.Person `json:"list" minItems:"1" maxItems:"5000"`
	}
}

func (s *Server) enlist(ctx context.Context, a actor, in *enlistIn) (*bodyOf[engine.Enlisted], error) {
	out, err := s.Contest.Enlist(ctx, filer(a), in.Division, engine.PersonList{Key: in.Body.Key, Source: "form", List: in.Body.List})
	return &bodyOf[engine.Enlisted]{out}, err
}

type enlistImportIn struct {
	DivisionPath
	Mode    importMode `query:"mode" enum:"preview,accept" required:"true"`
	Name    string     `query:"name" maxLength:"200" required:"true" doc:"File name, for messages"`
	Key     string     `query:"key" maxLength:"100" doc:"Idempotency key, to accept"`
	RawBody []byte     `contentType:"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

// EnlistAnswer is what a preview or acceptance found. When the report holds
// errors nobody was entered.
type EnlistAnswer struct {
	Report      bank.Report           `json:"report"`
	Competitors []engine.CompetitorID `json:"competitors" doc:"Entered, in the order of the file"`
}

func (s *Server) importPersons(ctx context.Context, a actor, in *enlistImportIn) (*bodyOf[EnlistAnswer], error) {
	s.importing.Lock() // a workbook takes much memory: one at a time
	defer s.importing.Unlock()
	ro, err := engine.ReadPersons(bytes.NewReader(in.RawBody), int64(len(in.RawBody)), in.Name)
	if err != nil {
		return nil, err
	}
	out := EnlistAnswer{Competitors: []engine.CompetitorID{}}
	if in.Mode != accept {
		out.Report, err = s.Contest.PreviewRoster(ctx, filer(a), in.Division, ro)
		return &bodyOf[EnlistAnswer]{out}, err
	}
	entered, report, err := s.Contest.AcceptRoster(ctx, filer(a), in.Division, in.Key, ro)
	if err != nil {
		return nil, err
	}
	out.Report, out.Competitors = report, append(out.Competitors, entered.Competitors...)
	return &bodyOf[EnlistAnswer]{out}, nil
}

func (s *Server) personTemplate(ctx context.Context, _ actor, in *DivisionPath) (*fileBody, error) {
	var b bytes.Buffer
	if err := s.Contest.PersonTemplate(ctx, &b, in.Division); err != nil {
		return nil, err
	}
	return attachment("参赛报名模板-"+string(in.Division)+".xlsx", workbookType, b.Bytes()), nil
}

type fromPlanIn struct {
	DivisionPath
	Body struct {
		Plan plan.ID `json:"plan" minLength:"1" maxLength:"100"`
	}
}

func (s *Server) enterFromPlan(ctx context.Context, a actor, in *fromPlanIn) (*bodyOf[engine.FromPlan], error) {
	entries, err := s.Plan.Enlist(ctx, in.Body.Plan)
	if err != nil {
		return nil, err
	}
	out, err := s.Contest.EnterFromPlan(ctx, a.Account.ID, in.Division, in.Body.Plan, entries)
	return &bodyOf[engine.FromPlan]{out}, err
}

// CompetitorPath is the path parameters of one competitor.
type CompetitorPath struct {
	DivisionPath
	Competitor engine.CompetitorID `path:"competitor" maxLength:"100"`
}

type withdrawPersonIn struct {
	CompetitorPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) withdrawCompetitor(ctx context.Context, a actor, in *withdrawPersonIn) (*nothing, error) {
	return &nothing{}, s.Contest.Withdraw(ctx, filer(a), in.Division, in.Competitor, in.Body.Reason)
}

type replaceIn struct {
	CompetitorPath
	Body struct {
		Key    string        `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Reason string        `json:"reason" minLength:"1" maxLength:"300"`
		By     engine.Person `json:"by"`
	}
}

// CompetitorMade names a new competitor.
type CompetitorMade struct {
	Competitor engine.CompetitorID `json:"competitor"`
}

func (s *Server) replaceCompetitor(ctx context.Context, a actor, in *replaceIn) (*bodyOf[CompetitorMade], error) {
	id, err := s.Contest.Replace(ctx, filer(a), in.Division, in.Competitor, in.Body.Key, in.Body.Reason, in.Body.By)
	return &bodyOf[CompetitorMade]{CompetitorMade{id}}, err
}

type amendPersonIn struct {
	CompetitorPath
	Body struct {
		Key    string          `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Reason string          `json:"reason" maxLength:"300"`
		By     []engine.Person `json:"by" minItems:"1" maxItems:"100" doc:"The person anew; of a team that is marked as one, all members"`
	}
}

func (s *Server) amendCompetitor(ctx context.Context, a actor, in *amendPersonIn) (*nothing, error) {
	return &nothing{}, s.Contest.Amend(ctx, filer(a), in.Division, in.Competitor, in.Body.Key, in.Body.Reason, in.Body.By)
}

type decideEntriesIn struct {
	DivisionPath
	Body struct {
		Competitors []engine.CompetitorID `json:"competitors" minItems:"1" maxItems:"5000"`
		To          engine.EnlistState    `json:"to" enum:"entered,returned"`
		Reason      string                `json:"reason" maxLength:"300" doc:"Needed to send back"`
	}
}

func (s *Server) decideCompetitors(ctx context.Context, a actor, in *decideEntriesIn) (*nothing, error) {
	return &nothing{}, s.Contest.DecideEntries(ctx, filer(a), in.Division, in.Body.Competitors, in.Body.To, in.Body.Reason)
}

func (s *Server) listTeams(ctx context.Context, a actor, in *DivisionPath) (*listOf[engine.Team], error) {
	all, err := s.Contest.Teams(ctx, filer(a), in.Division)
	return list(all), err
}

type competitorPhotoIn struct {
	CompetitorPath
	RawBody []byte `contentType:"image/jpeg"`
}

// setCompetitorPhoto keeps one photo a person, for all plans and contests.
func (s *Server) setCompetitorPhoto(ctx context.Context, a actor, in *competitorPhotoIn) (*nothing, error) {
	who, err := s.Contest.PersonOf(ctx, filer(a), in.Division, in.Competitor)
	if err != nil {
		return nil, err
	}
	_, err = s.Plan.KeepPhoto(ctx, a.ID(), plan.PhotoRule{MaxBytes: maxPhoto}, who, in.RawBody)
	return &nothing{}, err
}

// maxPhoto bounds a competitor's photo in bytes; it is no rule.
const maxPhoto = 2 << 20

func (s *Server) competitorPhoto(ctx context.Context, a actor, in *CompetitorPath) (*figureBody, error) {
	who, err := s.Contest.PersonOf(ctx, filer(a), in.Division, in.Competitor)
	if err != nil {
		return nil, err
	}
	return photoBody(s.Plan.CompetitorPhoto(ctx, a.ID(), string(in.Division), string(in.Competitor), who))
}

type entrySheetIn struct {
	DivisionPath
	Delegation engine.DelegationID `query:"delegation" maxLength:"100" doc:"Only this one"`
	Unit       string              `query:"unit" maxLength:"400" doc:"Only this one"`
}

func (s *Server) entrySheets(ctx context.Context, a actor, in *entrySheetIn) (*fileBody, error) {
	sheets, err := s.Contest.EntrySheets(ctx, filer(a), in.Division, in.Delegation, in.Unit)
	if err != nil {
		return nil, err
	}
	return printed(s.Desk.EntrySheets(ctx, a.ID(), string(in.Division), shortCode(string(in.Division)), sheets))
}

// shortCode is the end of an id, enough to tell printed papers apart.
func shortCode(id string) string { return id[max(0, len(id)-6):] }

func (s *Server) listFilings(ctx context.Context, a actor, _ *nothing) (*listOf[engine.Filing], error) {
	all, err := s.Contest.Filings(ctx, filer(a))
	return list(all), err
}
