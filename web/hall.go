package web

import (
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/scoring"
)

// callRoomRoutes are the console's: the call room, which knows people, and the
// chief judge's part in it, who does not.
func (s *Server) callRoomRoutes() {
	const div = "/api/admin/divisions/{division}"
	keep := staff(access.CallRoomKeep)
	reg(s, get, div+"/calls", "calls", "The calls of a division with how far their people are", keep, s.calls)
	reg(s, post, div+"/calls", "call-make", "Call people: a batch, or those who are named", keep, s.makeCall)
	reg(s, get, div+"/calls/{call}", "call", "The people of a call by name and entry code; who looks is recorded", keep, s.callRoll)
	reg(s, post, div+"/calls/{call}/change", "call-change", "Move the start of a call, or change whom it calls", keep, s.changeCall)
	reg(s, post, div+"/calls/{call}/moves", "call-move", "Take competitors to their next state, all or none of them", keep, s.moveCompetitors)
	reg(s, post, div+"/calls/{call}/undo", "call-undo", "Take back a competitor's last step", keep, s.undoMove)
	reg(s, post, div+"/calls/{call}/absentees", "call-absentees", "Record everybody as absent who has not come by the time of the rules", keep, s.markCallAbsent)
	reg(s, post, div+"/calls/{call}/identity", "call-identity", "Record a check of identity", keep, s.checkCompetitor)
	reg(s, post, div+"/calls/{call}/admissions", "admission-ask", "Ask the chief judge to let somebody in who is too late or was absent", keep, s.askAdmission)
	reg(s, get, div+"/call-room/find", "call-find", "Whom a badge, an entry code or a ticket means", keep, s.findCompetitor)
	reg(s, get, div+"/call-room/competitors/{competitor}/photo", "call-photo", "A competitor's photo at check-in; who looks is recorded", keep, s.callPhoto, bytesOf("image/jpeg", "image/png"))
	reg(s, post, div+"/call-room/competitors/{competitor}/badge", "badge-replace", "Make a competitor's badges worthless that were given out before", keep, s.replaceBadge)
	reg(s, get, div+"/badges.pdf", "badges-pdf", "Badges to print; who prints is recorded", keep, s.badgesPDF, bytesOf("application/pdf"))
	s.socket(div+"/hall/ws", "hall-ws", keep, s.watchHall)
	reg(s, get, div+"/desk/calls", "desk-calls", "How far the calls are, and what the call room asks; nobody's name or code", staff(access.DeskRead), s.deskCalls)
	reg(s, post, div+"/admissions/{asked}/decide", "admission-decide", "Let somebody in, or not; by another person than who asked", staff(access.DeskAct), s.decideAdmission)
	reg(s, post, div+"/calls/{call}/release", "call-release", "Let the people of a call go in without the others", staff(access.DeskAct), s.releaseCall)
}

// CallPath is the path of one call.
type CallPath struct {
	DivisionPath
	Call int `path:"call" minimum:"1" maximum:"100000"`
}

func (s *Server) calls(ctx context.Context, a actor, in *DivisionPath) (*listOf[hall.CallView], error) {
	all, err := s.Hall.Calls(ctx, a.Account.ID, string(in.Division))
	return list(all), err
}

type makeCallIn struct {
	DivisionPath
	Body struct {
		Key      string             `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Name     string             `json:"name" minLength:"1" maxLength:"300" doc:"上午第一场"`
		Batch    int                `json:"batch" minimum:"0" maximum:"500" doc:"Everybody who has drawn this batch; 0: everybody of the division"`
		Modules  []scoring.ModuleID `json:"modules" maxItems:"100" doc:"What they come for; none: all that panels mark"`
		StartsAt time.Time          `json:"starts_at"`
		Members  []string           `json:"members,omitempty" maxItems:"5000" doc:"Competitors, in the place of a batch"`
	}
}

// CallMade names a new call.
type CallMade struct {
	Call int `json:"call"`
}

func (s *Server) makeCall(ctx context.Context, a actor, in *makeCallIn) (*bodyOf[CallMade], error) {
	b := in.Body
	no, err := s.Hall.MakeCall(ctx, a.Account.ID, string(in.Division), b.Key, hall.CallDraft{
		Name: b.Name, Batch: b.Batch, Modules: b.Modules, StartsAt: b.StartsAt, Members: b.Members,
	})
	return &bodyOf[CallMade]{CallMade{no}}, err
}

// CallRoll is a call with its people. It is for the call room only.
type CallRoll struct {
	Call       hall.CallView     `json:"call"`
	Members    []hall.MemberView `json:"members"`
	Names      map[string]string `json:"names" doc:"Of who has acted, by account"`
	ServerTime time.Time         `json:"server_time"`
}

func (s *Server) callRoll(ctx context.Context, a actor, in *CallPath) (*bodyOf[CallRoll], error) {
	v, members, err := s.Hall.Roll(ctx, a.Account.ID, string(in.Division), in.Call)
	if err != nil {
		return nil, err
	}
	out := CallRoll{Call: v, Members: members, Names: map[string]string{}, ServerTime: s.now()}
	for _, m := range members {
		for _, x := range m.Steps {
			s.naming(ctx, out.Names, x.By)
		}
		for _, x := range m.Identity {
			s.naming(ctx, out.Names, x.By)
		}
		if m.Asked != nil && m.Asked.Decided != nil {
			s.naming(ctx, out.Names, m.Asked.Decided.By)
		}
	}
	return &bodyOf[CallRoll]{out}, nil
}

type changeCallIn struct {
	CallPath
	Body struct {
		Key      string     `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		StartsAt *time.Time `json:"starts_at,omitempty" doc:"Absent: as it is"`
		Members  []string   `json:"members,omitempty" maxItems:"5000" doc:"Absent: as they are. Who has taken a step stays"`
		Why      string     `json:"why" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) changeCall(ctx context.Context, a actor, in *changeCallIn) (*nothing, error) {
	b := in.Body
	c := hall.CallChange{Members: b.Members, Why: b.Why}
	if b.StartsAt != nil {
		c.StartsAt = *b.StartsAt
	}
	return &nothing{}, s.Hall.ChangeCall(ctx, a.Account.ID, string(in.Division), b.Key, in.Call, c)
}

type callMoveIn struct {
	CallPath
	Body struct {
		Key         string     `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Competitors []string   `json:"competitors" minItems:"1" maxItems:"5000"`
		To          hall.State `json:"to" enum:"waiting,ready,competing,left,absent" doc:"候考, 备考, 比赛中, 离开, 缺席"`
		Why         string     `json:"why" maxLength:"300" doc:"Needed for an absence before the time of the rules"`
		Device      string     `json:"device,omitempty" maxLength:"100"`
	}
}

func (s *Server) moveCompetitors(ctx context.Context, a actor, in *callMoveIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Hall.Move(ctx, a.Account.ID, string(in.Division), b.Key, hall.Move{
		Call: in.Call, Competitors: b.Competitors, To: b.To, Why: b.Why, Device: b.Device,
	})
}

type undoMoveIn struct {
	CallPath
	Body struct {
		Key        string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Competitor string `json:"competitor" minLength:"1" maxLength:"100"`
		Step       int64  `json:"step" doc:"seq of the last step"`
		Why        string `json:"why" minLength:"1" maxLength:"300"`
		Device     string `json:"device,omitempty" maxLength:"100"`
	}
}

func (s *Server) undoMove(ctx context.Context, a actor, in *undoMoveIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Hall.Undo(ctx, a.Account.ID, string(in.Division), b.Key, in.Call, b.Competitor, b.Step, b.Why, b.Device)
}

type callKeyIn struct {
	CallPath
	Body struct {
		Key    string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Device string `json:"device,omitempty" maxLength:"100"`
	}
}

func (s *Server) markCallAbsent(ctx context.Context, a actor, in *callKeyIn) (*bodyOf[MarkedAbsent], error) {
	n, err := s.Hall.MarkAbsent(ctx, a.Account.ID, string(in.Division), in.Body.Key, in.Call, in.Body.Device)
	return &bodyOf[MarkedAbsent]{MarkedAbsent{n}}, err
}

type checkCompetitorIn struct {
	CallPath
	Body struct {
		Key        string       `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Competitor string       `json:"competitor" minLength:"1" maxLength:"100"`
		Method     hall.Method  `json:"method" enum:"id_card,photo,badge"`
		Finding    hall.Finding `json:"finding" enum:"match,mismatch,doubt"`
		Note       string       `json:"note" maxLength:"300" doc:"Needed unless it is a match"`
		Device     string       `json:"device,omitempty" maxLength:"100"`
	}
}

func (s *Server) checkCompetitor(ctx context.Context, a actor, in *checkCompetitorIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Hall.CheckIdentity(ctx, a.Account.ID, string(in.Division), b.Key, hall.IdentityDraft{
		Call: in.Call, Competitor: b.Competitor, Method: b.Method, Finding: b.Finding, Note: b.Note, Device: b.Device,
	})
}

type askAdmissionIn struct {
	CallPath
	Body struct {
		Key        string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Competitor string `json:"competitor" minLength:"1" maxLength:"100"`
		Why        string `json:"why" minLength:"1" maxLength:"300" doc:"The chief judge reads it: name nobody"`
		Device     string `json:"device,omitempty" maxLength:"100"`
	}
}

func (s *Server) askAdmission(ctx context.Context, a actor, in *askAdmissionIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Hall.AskAdmission(ctx, a.Account.ID, string(in.Division), b.Key, in.Call, b.Competitor, b.Why, b.Device)
}

type findIn struct {
	DivisionPath
	Text string `query:"text" minLength:"1" maxLength:"200" doc:"What was scanned or typed: a badge, an entry code, a ticket number"`
}

// FoundCompetitor is whom a badge means. It is for the call room only.
type FoundCompetitor struct {
	Competitor string        `json:"competitor"`
	Name       string        `json:"name"`
	Unit       string        `json:"unit"`
	Entry      string        `json:"entry" doc:"Entry code; empty before the draw or without that layer"`
	Batch      int           `json:"batch"`
	People     []hall.Person `json:"people"`
}

func (s *Server) findCompetitor(ctx context.Context, a actor, in *findIn) (*bodyOf[FoundCompetitor], error) {
	candidate, err := s.ticketHolder(ctx, in.Division, in.Text)
	if err != nil {
		return nil, err
	}
	c, err := s.Hall.Find(ctx, a.Account.ID, string(in.Division), in.Text, candidate)
	if err != nil {
		return nil, err
	}
	return &bodyOf[FoundCompetitor]{FoundCompetitor{c.ID, c.Name, c.Unit, c.Entry, c.Batch, append([]hall.Person{}, c.People...)}}, nil
}

// ticketHolder is who has the ticket in the sitting of the division's theory;
// "" for a text that is none of its tickets.
func (s *Server) ticketHolder(ctx context.Context, id engine.DivisionID, text string) (exam.CandidateID, error) {
	div, err := s.Contest.Division(ctx, id)
	if err != nil || div.Theory == nil || strings.HasPrefix(text, "XLB:") {
		return "", err
	}
	tickets, err := s.Exam.Tickets(ctx, div.Theory.Sitting)
	if err != nil {
		return "", err
	}
	for _, t := range tickets {
		if string(t.No) == strings.TrimSpace(text) {
			return t.Candidate, nil
		}
	}
	return "", nil
}

type callPhotoIn struct {
	DivisionPath
	Competitor string           `path:"competitor" maxLength:"100"`
	Candidate  exam.CandidateID `query:"candidate" minLength:"1" maxLength:"100" doc:"Which of the competitor's people"`
}

func (s *Server) callPhoto(ctx context.Context, a actor, in *callPhotoIn) (*figureBody, error) {
	if err := s.Hall.ShowPhoto(ctx, a.Account.ID, string(in.Division), in.Competitor, in.Candidate); err != nil {
		return nil, err
	}
	return photoBody(s.Plan.PhotoOf(ctx, in.Candidate))
}

type replaceBadgeIn struct {
	DivisionPath
	Competitor string `path:"competitor" maxLength:"100"`
	Body       struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Why string `json:"why" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) replaceBadge(ctx context.Context, a actor, in *replaceBadgeIn) (*nothing, error) {
	return &nothing{}, s.Hall.ReplaceBadge(ctx, a.Account.ID, string(in.Division), in.Body.Key, in.Competitor, in.Body.Why)
}

// DeskCalls is the call room as the chief judge sees it.
type DeskCalls struct {
	hall.ChiefCalls
	Names map[string]string `json:"names" doc:"Of officers, by account"`
}

func (s *Server) deskCalls(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[DeskCalls], error) {
	v, err := s.Hall.ChiefCalls(ctx, string(in.Division))
	if err != nil {
		return nil, err
	}
	out := DeskCalls{ChiefCalls: v, Names: map[string]string{}}
	for _, q := range v.Asked {
		s.naming(ctx, out.Names, q.By)
		if q.Decided != nil {
			s.naming(ctx, out.Names, q.Decided.By)
		}
	}
	return &bodyOf[DeskCalls]{out}, nil
}

type decideAdmissionIn struct {
	DivisionPath
	Asked int64 `path:"asked" minimum:"1" doc:"seq of the question"`
	Body  struct {
		Key     string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Granted bool   `json:"granted"`
		Why     string `json:"why" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) decideAdmission(ctx context.Context, a actor, in *decideAdmissionIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Hall.DecideAdmission(ctx, a.Account.ID, string(in.Division), b.Key, in.Asked, b.Granted, b.Why, "")
}

type releaseCallIn struct {
	CallPath
	Body struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Why string `json:"why" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) releaseCall(ctx context.Context, a actor, in *releaseCallIn) (*nothing, error) {
	return &nothing{}, s.Hall.ReleaseCall(ctx, a.Account.ID, string(in.Division), in.Body.Key, in.Call, in.Body.Why, "")
}

// hallNews is a frame to a console: look at the call room or the clocks again.
type hallNews struct {
	T string `json:"t"` // hall
	hall.News
}

// watchHall is a call room's connection: hints of what is new.
func (s *Server) watchHall(c echo.Context, _ actor) error {
	id := engine.DivisionID(c.Param("division"))
	// Asked before the upgrade, so that the screen gets a readable answer.
	if _, err := s.Contest.Division(c.Request().Context(), id); err != nil {
		return err
	}
	return s.watch(c, s.hallSource(id))
}

func (s *Server) hallSource(id engine.DivisionID) source {
	return source{hall.Channel(string(id)), func(data []byte) any {
		n := hallNews{T: "hall"}
		s.readNews(data, &n.News)
		return n
	}}
}
