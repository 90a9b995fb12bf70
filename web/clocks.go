package web

import (
	"context"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/scoring"
)

// clockRoutes are for station clocks: judges at their tablets, the chief judge
// at the desk. Both see codes of stations and nothing else of competitors.
func (s *Server) clockRoutes() {
	reg(s, get, "/api/judge/clocks", "judge-clocks", "The clocks that the judge keeps, by division", clockKeeper, s.judgeClocks)
	const mine = "/api/judge/divisions/{division}"
	reg(s, post, mine+"/clocks", "judge-clock", "Start, pause, resume or stop a clock", clockKeeper, s.judgePress)
	reg(s, post, mine+"/clock-batches", "judge-clock-batch", "Start the clocks of a room at one moment", clockKeeper, s.judgeStartBatch)
	const div = "/api/admin/divisions/{division}"
	reg(s, get, div+"/clocks", "clocks", "Every clock of a division", staff(access.DeskRead), s.clocks)
	reg(s, get, div+"/clocks/{module}/{code}", "clock", "One clock with everything that happened to it", staff(access.DeskRead), s.clockStory)
	reg(s, post, div+"/clocks", "clock-press", "Start, pause, resume or stop a clock, as the chief judge", staff(access.DeskAct), s.deskPress)
	reg(s, post, div+"/clock-batches", "clock-batch", "Start the clocks of a room at one moment, as the chief judge", staff(access.DeskAct), s.deskStartBatch)
	reg(s, post, div+"/clocks/mend", "clock-mend", "Mend a wrong press: let a clock go on, or take its start back", staff(access.DeskAct), s.mendClock)
	reg(s, post, div+"/compensations", "compensate", "Give time to stations (补时)", staff(access.DeskAct), s.compensate)
	reg(s, post, div+"/compensations/{grant}/withdraw", "compensation-withdraw", "Take a compensation back", staff(access.DeskAct), s.withdrawCompensation)
}

// ClockDivision is one division with the clocks that the judge keeps.
type ClockDivision struct {
	ID       engine.DivisionID `json:"id"`
	Contest  scoring.Text      `json:"contest"`
	Division scoring.Text      `json:"division"`
	Modules  []ClockModule     `json:"modules" doc:"That have clocks here"`
	Reasons  []scoring.Text    `json:"reasons" doc:"Of pauses, to choose from"`
	Clocks   []hall.Clock      `json:"clocks" doc:"By module, batch and station"`
}

// ClockModule names a module beside its clocks.
type ClockModule struct {
	ID   scoring.ModuleID `json:"id"`
	Name scoring.Text     `json:"name"`
}

// JudgeClocks is what a tablet needs to show running clocks, also without a
// network: it goes on from server_time by a steady clock of its own.
type JudgeClocks struct {
	Divisions  []ClockDivision `json:"divisions"`
	ServerTime time.Time       `json:"server_time"`
}

func (s *Server) judgeClocks(ctx context.Context, a actor, _ *nothing) (*bodyOf[JudgeClocks], error) {
	out := JudgeClocks{Divisions: []ClockDivision{}, ServerTime: s.now()}
	divs, err := s.Contest.ClockDivisions(ctx, a.Account.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range divs {
		v, err := s.clockDivision(ctx, d, a.Account.ID)
		if err != nil {
			return nil, err
		}
		if len(v.Clocks) > 0 {
			out.Divisions = append(out.Divisions, v)
		}
	}
	return &bodyOf[JudgeClocks]{out}, nil
}

// clockDivision is a division's clocks as by sees them; "" as by sees all.
func (s *Server) clockDivision(ctx context.Context, d engine.Division, by access.AccountID) (ClockDivision, error) {
	v := ClockDivision{ID: d.ID, Division: d.Name, Modules: []ClockModule{}, Reasons: []scoring.Text{}}
	var err error
	if v.Clocks, err = s.Hall.Clocks(ctx, by, string(d.ID)); err != nil || len(v.Clocks) == 0 {
		return v, err
	}
	for _, m := range d.Scheme.Modules {
		for _, c := range v.Clocks {
			if c.Module == m.ID {
				v.Modules = append(v.Modules, ClockModule{m.ID, m.Name})
				break
			}
		}
	}
	if v.Reasons, err = s.Hall.Reasons(ctx, string(d.ID)); err != nil {
		return v, err
	}
	c, err := s.Contest.Contest(ctx, d.Contest)
	v.Contest = c.Name
	return v, err
}

type clockPressIn struct {
	DivisionPath
	Body ClockPress
}

// ClockPress is one act on one clock.
type ClockPress struct {
	Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key: a press that is sent again has one effect"`
	Act    hall.ClockAct    `json:"act" enum:"start,pause,resume,stop"`
	Module scoring.ModuleID `json:"module" minLength:"1" maxLength:"100"`
	Code   string           `json:"code" minLength:"1" maxLength:"50" doc:"Of the station"`
	Reason string           `json:"reason" maxLength:"300" doc:"Needed for a pause"`
	ClockEvidence
}

// ClockEvidence is what a tablet says of the moment of a press. The time that
// counts is the server's.
type ClockEvidence struct {
	Device   string `json:"device,omitempty" maxLength:"100"`
	TabletMS int64  `json:"tablet_ms,omitempty" minimum:"0" doc:"By the tablet's clock, since 1970"`
	AgoMS    int64  `json:"ago_ms,omitempty" minimum:"0" doc:"From the press to the sending, by a steady clock"`
}

// evidence names the paired tablet where there is one, whatever it says.
func (a actor) evidence(e ClockEvidence) hall.Evidence {
	if a.Tablet != "" {
		e.Device = string(a.Tablet)
	}
	return hall.Evidence(e)
}

func (s *Server) press(ctx context.Context, a actor, in *clockPressIn, desk bool) (*bodyOf[hall.Clock], error) {
	b := in.Body
	c, err := s.Hall.Press(ctx, a.Account.ID, string(in.Division), b.Key, hall.Press{
		Act: b.Act, Module: b.Module, Code: b.Code, Reason: b.Reason, Desk: desk, Evidence: a.evidence(b.ClockEvidence),
	})
	return &bodyOf[hall.Clock]{c}, err
}

func (s *Server) judgePress(ctx context.Context, a actor, in *clockPressIn) (*bodyOf[hall.Clock], error) {
	return s.press(ctx, a, in, false)
}

func (s *Server) deskPress(ctx context.Context, a actor, in *clockPressIn) (*bodyOf[hall.Clock], error) {
	return s.press(ctx, a, in, true)
}

type clockBatchIn struct {
	DivisionPath
	Body struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		StationChoice
		ClockEvidence
	}
}

// StationChoice names stations of one module.
type StationChoice struct {
	Module scoring.ModuleID `json:"module" minLength:"1" maxLength:"100"`
	Batch  int              `json:"batch" minimum:"0" maximum:"500" doc:"The whole batch, but for who is absent"`
	Codes  []string         `json:"codes,omitempty" maxItems:"5000" doc:"Single stations, in the place of the batch"`
}

func (c StationChoice) stations() hall.Stations {
	return hall.Stations{Module: c.Module, Batch: c.Batch, Codes: c.Codes}
}

func (s *Server) startBatch(ctx context.Context, a actor, in *clockBatchIn, desk bool) (*listOf[hall.Clock], error) {
	b := in.Body
	all, err := s.Hall.StartBatch(ctx, a.Account.ID, string(in.Division), b.Key, b.stations(), desk, a.evidence(b.ClockEvidence))
	return list(all), err
}

func (s *Server) judgeStartBatch(ctx context.Context, a actor, in *clockBatchIn) (*listOf[hall.Clock], error) {
	return s.startBatch(ctx, a, in, false)
}

func (s *Server) deskStartBatch(ctx context.Context, a actor, in *clockBatchIn) (*listOf[hall.Clock], error) {
	return s.startBatch(ctx, a, in, true)
}

// DeskClocks is every clock of a division, for the desk.
type DeskClocks struct {
	ClockDivision
	Names      map[string]string `json:"names" doc:"Of who acted last, by account"`
	ServerTime time.Time         `json:"server_time"`
}

func (s *Server) clocks(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[DeskClocks], error) {
	d, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	v, err := s.clockDivision(ctx, d, "")
	if err != nil {
		return nil, err
	}
	out := DeskClocks{ClockDivision: v, Names: map[string]string{}, ServerTime: s.now()}
	for _, c := range v.Clocks {
		s.naming(ctx, out.Names, c.By)
		for _, g := range c.Grants {
			s.naming(ctx, out.Names, g.By)
		}
	}
	return &bodyOf[DeskClocks]{out}, nil
}

type clockPath struct {
	DivisionPath
	Module scoring.ModuleID `path:"module" maxLength:"100"`
	Code   string           `path:"code" maxLength:"50"`
}

// ClockStory is a clock with its history and the names of who acted.
type ClockStory struct {
	hall.ClockStory
	Names map[string]string `json:"names"`
}

func (s *Server) clockStory(ctx context.Context, _ actor, in *clockPath) (*bodyOf[ClockStory], error) {
	v, err := s.Hall.ClockStory(ctx, string(in.Division), in.Module, in.Code)
	if err != nil {
		return nil, err
	}
	out := ClockStory{ClockStory: v, Names: map[string]string{}}
	for _, e := range v.Events {
		s.naming(ctx, out.Names, e.By)
	}
	return &bodyOf[ClockStory]{out}, nil
}

type mendIn struct {
	DivisionPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Mend   hall.Mend        `json:"mend" enum:"reopen,reopen_counted,reset" doc:"reopen: the time since the stop is a pause; reopen_counted: it counts; reset: the start is taken back"`
		Module scoring.ModuleID `json:"module" minLength:"1" maxLength:"100"`
		Code   string           `json:"code" minLength:"1" maxLength:"50"`
		Reason string           `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) mendClock(ctx context.Context, a actor, in *mendIn) (*bodyOf[hall.Clock], error) {
	b := in.Body
	c, err := s.Hall.Mend(ctx, a.Account.ID, string(in.Division), b.Key, b.Mend, b.Module, b.Code, b.Reason, "")
	return &bodyOf[hall.Clock]{c}, err
}

type compensateIn struct {
	DivisionPath
	Body struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		StationChoice
		Kind   hall.GrantKind `json:"kind" enum:"incident,accommodation" doc:"incident: time lost, which is no time used; accommodation: more time"`
		MS     int64          `json:"ms" minimum:"1" maximum:"86400000" doc:"Milliseconds"`
		Reason string         `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) compensate(ctx context.Context, a actor, in *compensateIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Hall.Compensate(ctx, a.Account.ID, string(in.Division), b.Key, hall.Compensation{
		Stations: b.stations(), Kind: b.Kind, MS: b.MS, Reason: b.Reason,
	})
}

type withdrawCompensationIn struct {
	DivisionPath
	Grant int64 `path:"grant" minimum:"1" doc:"seq of the compensation"`
	Body  struct {
		Key    string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) withdrawCompensation(ctx context.Context, a actor, in *withdrawCompensationIn) (*nothing, error) {
	return &nothing{}, s.Hall.WithdrawCompensation(ctx, a.Account.ID, string(in.Division), in.Body.Key, in.Grant, in.Body.Reason, "")
}
