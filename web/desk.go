package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// deskRoutes are the console's: the chief judge's desk, the second person's
// word, the call room's absences, tabulators.
func (s *Server) deskRoutes() {
	const div = "/api/admin/divisions/{division}"
	reg(s, get, div+"/desk", "desk", "How far every sheet is, by code; conferences, signatures, locks", staff(access.DeskRead), s.desk)
	reg(s, get, div+"/desk/acts", "desk-acts", "What the signed-in person has done at the desk, the newest first", staff(access.DeskRead), s.deskActs)
	reg(s, get, div+"/desk/sheets/{sheet}", "desk-sheet", "One sheet with every judge's marks in all versions", staff(access.DeskRead), s.deskSheet)
	reg(s, get, div+"/desk/sheets/{sheet}/evidence/{file}", "desk-evidence", "A picture of a sheet; looking is recorded", staff(access.DeskRead), s.deskPictureFile, bytesOf("image/jpeg", "image/png", "image/webp"))
	s.socket(div+"/desk/ws", "desk-ws", staff(access.DeskRead), s.watchDesk)
	reg(s, post, div+"/desk/sheets/{sheet}/evidence", "desk-evidence-add", "Keep a picture of the work", staff(access.DeskAct), s.deskPicture, evidencePicture)
	reg(s, post, div+"/aspect-decisions", "aspect-decide", "The chief judge's value in the place of the panel's", staff(access.DeskAct), s.decideAspect)
	reg(s, post, div+"/aspect-decisions/withdraw", "aspect-decision-withdraw", "Give an aspect back to its panel", staff(access.DeskAct), s.withdrawDecision)
	reg(s, post, div+"/gaps/accept", "gap-accept", "Let judges' totals stand that are too far apart", staff(access.DeskAct), s.acceptGap)
	reg(s, post, div+"/panel-changes", "panel-change", "Replace a judge from now on", staff(access.DeskAct), s.changePanel)
	reg(s, post, div+"/panel-closings", "panel-close", "Take no more sheets, of one code or a module", staff(access.DeskAct), s.closePanel)
	reg(s, post, div+"/panel-reopenings", "panel-reopen", "Take sheets again where nothing was agreed", staff(access.DeskAct), s.reopenPanel)
	reg(s, post, div+"/locks", "module-lock", "Lock a module whose sheets are all agreed and signed", staff(access.DeskAct), s.lockModule)
	reg(s, post, div+"/unlocks", "unlock-ask", "Ask for a sheet or a module to be opened again; the first of two", staff(access.DeskAct), s.askUnlock)
	reg(s, post, div+"/unlocks/{asked}/grant", "unlock-grant", "Open it; the second of two", staff(access.SecondSign), s.grantUnlock)
	reg(s, post, div+"/violations", "violation-record", "Record a violation", staff(access.DeskAct), s.deskViolation)
	reg(s, post, div+"/zeroings", "zeroing-record", "Apply a zeroing rule of the scheme", staff(access.DeskAct), s.recordZeroing)
	reg(s, post, div+"/conduct/{record}/withdraw", "conduct-withdraw", "Take a violation or zeroing back", staff(access.DeskAct), s.withdrawConduct)
	reg(s, post, div+"/times", "time-set", "Set the time used, with a reason", staff(access.DeskAct), s.deskTime)
	reg(s, post, div+"/desk/absences", "desk-absence", "Record that a competitor did not start, also against marks that were handed in; or take that back", staff(access.DeskAct), s.deskAbsence)
	reg(s, post, div+"/absences", "absence-record", "Record that a competitor did not start, or take that back", staff(access.CallRoomKeep), s.callRoomAbsence)
	reg(s, get, div+"/paper-sheets", "paper-modules", "Modules with how far the paper sheets of each are keyed in", staff(access.PaperKey), s.paperModules)
	reg(s, get, div+"/paper-sheets/{module}", "paper-sheets", "Paper sheets of a module that can be keyed in", staff(access.PaperKey), s.paperSheets)
	reg(s, post, div+"/paper-sheets/{module}", "paper-key", "Key a judge's paper sheet in; it counts when two people keyed the same", staff(access.PaperKey), s.keyPaper)
}

// DeskView is the desk with the names of its judges.
type DeskView struct {
	engine.Desk
	Names map[string]string `json:"names" doc:"Of judges and officers, by account"`
}

func (s *Server) desk(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[DeskView], error) {
	d, err := s.Contest.Desk(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	v := DeskView{Desk: d, Names: map[string]string{}}
	for _, u := range d.Unlocks {
		s.naming(ctx, v.Names, u.By)
	}
	for _, m := range d.Modules {
		if m.Lock != nil {
			s.naming(ctx, v.Names, m.Lock.By)
		}
		for _, p := range m.Panels {
			for _, j := range p.Judges {
				s.naming(ctx, v.Names, j.Judge)
			}
			for _, row := range p.Rows {
				for _, j := range row.Judges {
					s.naming(ctx, v.Names, j.Judge)
				}
			}
		}
	}
	return &bodyOf[DeskView]{v}, nil
}

// naming adds the name of an account.
func (s *Server) naming(ctx context.Context, names map[string]string, id access.AccountID) {
	if _, known := names[string(id)]; !known && id != "" {
		names[string(id)] = s.nameOf(ctx, string(id))
	}
}

// DeskSheetView is a sheet at the desk with the names of its judges.
type DeskSheetView struct {
	engine.DeskSheet
	Names map[string]string `json:"names" doc:"Of judges and officers, by account"`
}

func (s *Server) deskSheet(ctx context.Context, _ actor, in *SheetPath) (*bodyOf[DeskSheetView], error) {
	d, err := s.Contest.DeskSheet(ctx, in.Division, in.Sheet)
	if err != nil {
		return nil, err
	}
	v := DeskSheetView{DeskSheet: d, Names: map[string]string{}}
	for _, j := range d.Judges {
		s.naming(ctx, v.Names, j.Judge)
	}
	for _, f := range d.Files {
		s.naming(ctx, v.Names, f.Judge)
	}
	for _, g := range d.Signatures {
		s.naming(ctx, v.Names, g.Judge)
	}
	for _, c := range d.Conducts {
		s.naming(ctx, v.Names, c.By)
		if c.Withdrawn != nil {
			s.naming(ctx, v.Names, c.Withdrawn.By)
		}
	}
	for _, t := range d.Times {
		s.naming(ctx, v.Names, t.By)
	}
	return &bodyOf[DeskSheetView]{v}, nil
}

func (s *Server) deskActs(ctx context.Context, a actor, in *DivisionPath) (*listOf[engine.Act], error) {
	acts, err := s.Contest.Acts(ctx, a.Account.ID, in.Division)
	return list(acts), err
}

func (s *Server) deskPictureFile(ctx context.Context, a actor, in *pictureFileIn) (*evidenceAnswer, error) {
	e, data, err := s.Contest.EvidenceFile(ctx, a.Account.ID, in.Division, in.Sheet, in.File, true)
	return &evidenceAnswer{Type: e.Type, Disposition: "inline", Body: data}, err
}

func (s *Server) deskPicture(ctx context.Context, a actor, in *pictureIn) (*bodyOf[engine.Evidence], error) {
	p := in.picture()
	p.Desk = true
	e, err := s.Contest.AddEvidence(ctx, a.Account.ID, in.Division, in.Key, p)
	return &bodyOf[engine.Evidence]{e}, err
}

// deskNews is a frame to a console's desk: look again.
type deskNews struct {
	T string `json:"t"` // desk
	engine.DeskNews
}

// watchDesk is a console's connection: hints of what is new at the desk and in
// the hall.
func (s *Server) watchDesk(c echo.Context, _ actor) error {
	ctx, id := c.Request().Context(), engine.DivisionID(c.Param("division"))
	// Asked before the upgrade, so that the screen gets a readable answer.
	if _, err := s.Contest.Division(ctx, id); err != nil {
		return err
	}
	return s.watch(c, source{engine.DeskChannel(id), func(data []byte) any {
		n := deskNews{T: "desk"}
		s.readNews(data, &n.DeskNews)
		return n
	}}, s.hallSource(id))
}

// successor is the account that steps in, with the unit that it has there.
func (s *Server) successor(ctx context.Context, d *SuccessorDraft) (*engine.PanelJudge, error) {
	if d == nil {
		return nil, nil
	}
	acc, err := s.access.Account(ctx, d.Judge)
	if err != nil {
		return nil, errNoAccount.Param("account", d.Judge)
	}
	return &engine.PanelJudge{Judge: acc.ID, Unit: acc.Unit, Leader: d.Leader, Stations: d.Stations, Batches: d.Batches}, nil
}

// SuccessorDraft is a judge who steps in for another.
type SuccessorDraft struct {
	Judge    access.AccountID `json:"judge" minLength:"1" maxLength:"100"`
	Leader   bool             `json:"leader,omitempty"`
	Stations []int            `json:"stations,omitempty" maxItems:"1000"`
	Batches  []int            `json:"batches,omitempty" maxItems:"1000"`
}

type panelChangeIn struct {
	DivisionPath
	Body struct {
		Key    string           `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		Module scoring.ModuleID `json:"module" maxLength:"100"`
		Out    access.AccountID `json:"out,omitempty" maxLength:"100" doc:"Absent: nobody goes, and in is one more"`
		In     *SuccessorDraft  `json:"in,omitempty" doc:"Absent: the panel's spares step in"`
		Panel  int              `json:"panel,omitempty" minimum:"0" doc:"Which of the module's panels in comes to where nobody goes, from 1"`
		Recall bool             `json:"recall,omitempty" doc:"Withdraw the judge's marks from agreed sheets too"`
		Why    string           `json:"why" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) changePanel(ctx context.Context, a actor, in *panelChangeIn) (*nothing, error) {
	b := in.Body
	next, err := s.successor(ctx, b.In)
	if err != nil {
		return nil, err
	}
	return &nothing{}, s.Contest.ChangePanel(ctx, a.Account.ID, in.Division, b.Key, engine.PanelChange{Module: b.Module, Out: b.Out, In: next, Panel: b.Panel, Recall: b.Recall, Why: b.Why})
}

type panelClosingIn struct {
	DivisionPath
	Body struct {
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
		engine.PanelClosing
	}
}

func (s *Server) closePanel(ctx context.Context, a actor, in *panelClosingIn) (*nothing, error) {
	return &nothing{}, s.Contest.ClosePanel(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.PanelClosing)
}

func (s *Server) reopenPanel(ctx context.Context, a actor, in *panelClosingIn) (*nothing, error) {
	return &nothing{}, s.Contest.ReopenPanel(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.PanelClosing)
}
