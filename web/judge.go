package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring"
)

// PasswordSignIn is the sign-in of staff.
type PasswordSignIn struct {
	Login    string `json:"login" minLength:"1" maxLength:"100"`
	Password string `json:"password" minLength:"1" maxLength:"200" doc:"Password, or a judge's PIN"`
}

// JudgeMe is a signed-in judge.
type JudgeMe struct {
	ID         access.AccountID `json:"id"`
	Name       string           `json:"name"`
	ServerTime time.Time        `json:"server_time"`
}

// JudgeSheets is a judge's list of today.
type JudgeSheets struct {
	Judge      JudgeMe         `json:"judge"`
	Divisions  []JudgeDivision `json:"divisions"`
	ServerTime time.Time       `json:"server_time"`
}

// JudgeDivision is one division with the judge's sheets in it: codes only.
type JudgeDivision struct {
	ID       engine.DivisionID   `json:"id"`
	Contest  scoring.Text        `json:"contest"`
	Event    scoring.Text        `json:"event"`
	Division scoring.Text        `json:"division"`
	Sheets   []engine.SheetBrief `json:"sheets"`
	// Violations are those of the scheme, each with its ladder, for what a
	// judge sees on the floor.
	Violations []scoring.Violation `json:"violations"`
}

type withCookie[T any] struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      T
}

type bodyOf[T any] struct{ Body T }

type nothing struct{}

func (s *Server) judgeSignIn(ctx context.Context, a actor, in *bodyOf[PasswordSignIn]) (*withCookie[JudgeMe], error) {
	acc, token, err := s.staffSignIn(ctx, a, access.Judging, in.Body)
	if err != nil {
		return nil, err
	}
	return s.judgeSignedIn(ctx, a, acc, token)
}

func (s *Server) staffSignIn(ctx context.Context, a actor, surface access.Surface, in PasswordSignIn) (access.Account, string, error) {
	if err := s.sign.Allow(surface, access.NormalLogin(in.Login), a.IP); err != nil {
		return access.Account{}, "", err
	}
	return s.access.SignIn(ctx, surface, in.Login, in.Password)
}

func (s *Server) judgeMe(acc access.Account) JudgeMe {
	return JudgeMe{ID: acc.ID, Name: acc.Name, ServerTime: s.now()}
}

func (s *Server) judgeWho(_ context.Context, a actor, _ *nothing) (*bodyOf[JudgeMe], error) {
	return &bodyOf[JudgeMe]{s.judgeMe(a.Account)}, nil
}

func (s *Server) judgeSheets(ctx context.Context, a actor, _ *nothing) (*bodyOf[JudgeSheets], error) {
	out := JudgeSheets{Judge: s.judgeMe(a.Account), Divisions: []JudgeDivision{}, ServerTime: s.now()}
	divs, err := s.Contest.JudgeDivisions(ctx, a.Account.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range divs {
		c, err := s.Contest.Contest(ctx, d.Contest)
		if err != nil {
			return nil, err
		}
		event, err := s.Contest.Event(ctx, d.Event)
		if err != nil {
			return nil, err
		}
		sheets, err := s.Contest.Sheets(ctx, a.Account.ID, d.ID)
		if err != nil {
			return nil, err
		}
		out.Divisions = append(out.Divisions, JudgeDivision{ID: d.ID, Contest: c.Name, Event: event.Name, Division: d.Name, Sheets: sheets, Violations: append([]scoring.Violation{}, d.Scheme.Violations...)})
	}
	return &bodyOf[JudgeSheets]{out}, nil
}

func (s *Server) judgeSheet(ctx context.Context, a actor, in *SheetPath) (*bodyOf[engine.SheetView], error) {
	v, err := s.Contest.Sheet(ctx, a.Account.ID, in.Division, in.Sheet)
	return &bodyOf[engine.SheetView]{v}, err
}

// judgeChannel carries "replaced" to a judge's older tablet.
func judgeChannel(id access.AccountID) live.Channel {
	return live.Channel("judge:{" + string(id) + "}")
}

// judgeFrame is what a tablet sends.
type judgeFrame struct {
	T        string                `json:"t"`
	N        int64                 `json:"n"`
	Key      string                `json:"key"`
	Division engine.DivisionID     `json:"division"`
	Sheet    engine.SheetID        `json:"sheet"`
	CodeTail string                `json:"code_tail"`
	Expect   int                   `json:"expect"`
	Round    int                   `json:"round"` // of the sheet, as the judge saw it
	Entries  []scoring.AspectEntry `json:"entries"`
	Note     string                `json:"note"`
	Evidence []engine.EvidenceID   `json:"evidence"`
	TabletMS int64                 `json:"tablet_ms"` // by the tablet's clock, since 1970; evidence only
	Sheets   []engine.Agreement    `json:"sheets"`    // sign
	Device   string                `json:"device"`
	Presence *tablet.Beat          `json:"presence"` // hello, beat: how the device is
}

// judgeReply is what the server sends to a tablet.
type judgeReply struct {
	T           string                   `json:"t"` // welcome, ack, signed, refused, sheet, clocks, refresh, beat, replaced, revoked
	N           int64                    `json:"n,omitempty"`
	Key         string                   `json:"key,omitempty"`
	ServerTime  time.Time                `json:"server_time"`
	Judge       *JudgeMe                 `json:"judge,omitempty"`
	Sheet       *engine.SheetBrief       `json:"sheet,omitempty"`
	Conferences []scoring.ConferenceView `json:"conferences,omitempty"`
	// Mine is what the server holds of the judge, where a submission met
	// another version or round: both can be shown.
	Mine    *engine.JudgeSheet `json:"mine,omitempty"`
	Version int                `json:"version,omitempty"`
	Total   *scoring.Marks     `json:"total,omitempty"`
	At      *time.Time         `json:"at,omitempty"`
	Code    string             `json:"code,omitempty"`
	Detail  string             `json:"detail,omitempty"`
	Params  map[string]string  `json:"params,omitempty"`
	Errors  []fault.Field      `json:"errors,omitempty"`
}

// judgeSocket is the tablet's connection: submissions in, receipts and news
// of sheets out.
func (s *Server) judgeSocket(c echo.Context, a actor) error {
	ctx := c.Request().Context()
	k, err := s.upgrade(c)
	if err != nil {
		return err
	}
	cancel, err := s.judgeNews(ctx, k, a)
	if err != nil {
		s.log.Error("judge's news not available", "judge", a.Account.ID, "error", err)
		k.close(closeRestarting, "news not available")
	} else {
		defer cancel()
	}
	// Looked at again now that "replaced" would be heard: a sign-in elsewhere
	// between the two would have gone unnoticed.
	switch _, err := s.atTablet(ctx, judge, a.Token, a.tabletToken); {
	case errors.Is(err, tablet.ErrRevoked):
		k.close(closeRevoked, "taken out of use")
	case err != nil:
		k.close(closeSignedOut, "signed out")
	}
	s.sockets.belongs(k, a.Login.ID)
	device, l := "", newLine(a)
	s.run(k, func(raw []byte) error {
		var f judgeFrame
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		switch f.T {
		case "hello":
			device, l.Device = f.Device, f.Device
			s.heard(ctx, l, f.Presence)
			me := s.judgeMe(a.Account)
			k.send(judgeReply{T: "welcome", Judge: &me, ServerTime: s.now()})
		case "beat":
			s.heard(ctx, l, f.Presence)
			k.send(judgeReply{T: "beat", N: f.N, ServerTime: s.now()})
		case "submit", "sign":
			take := s.takeSheet
			if f.T == "sign" {
				take = s.takeSignature
			}
			reply := take(ctx, a, device, f)
			k.send(reply)
			switch reply.Code {
			case access.ErrSignedOut.Code:
				k.close(closeSignedOut, "signed out")
			case tablet.ErrRevoked.Code:
				k.close(closeRevoked, "taken out of use")
			}
		default:
			return errBadFrame
		}
		return nil
	})
	s.Tablets.Gone(context.WithoutCancel(ctx), l.Line, k.final.code == closeReplaced || k.final.code == closeSignedOut)
	return nil
}

func (s *Server) takeSheet(ctx context.Context, a actor, device string, f judgeFrame) judgeReply {
	err := s.still(ctx, a, f.Division)
	var got engine.Received
	if err == nil {
		got, err = s.Contest.Submit(ctx, a.Account.ID, f.Division, engine.Submission{
			Sheet: f.Sheet, CodeTail: f.CodeTail, Expect: f.Expect, Round: f.Round, Key: f.Key,
			Entries: f.Entries, Note: f.Note, Evidence: f.Evidence, Device: device, TabletMS: f.TabletMS,
		})
	}
	if err != nil {
		reply := s.refuseFrame(a, f, err)
		if errors.Is(err, engine.ErrMarkVersion) || errors.Is(err, engine.ErrStaleRound) {
			if v, err := s.Contest.Sheet(ctx, a.Account.ID, f.Division, f.Sheet); err == nil {
				reply.Sheet, reply.Mine, reply.Conferences = &v.SheetBrief, v.Mine, v.Conferences
			}
		}
		return reply
	}
	return judgeReply{
		T: "ack", N: f.N, Key: f.Key, ServerTime: s.now(), Sheet: &got.Sheet,
		Version: got.Version, Total: &got.Total, At: &got.At,
	}
}

func (s *Server) takeSignature(ctx context.Context, a actor, _ string, f judgeFrame) judgeReply {
	err := s.still(ctx, a, f.Division)
	if err == nil {
		err = s.Contest.Sign(ctx, a.Account.ID, f.Division, f.Key, f.Sheets)
	}
	if err != nil {
		return s.refuseFrame(a, f, err)
	}
	return judgeReply{T: "signed", N: f.N, Key: f.Key, ServerTime: s.now()}
}

// refuseFrame says why a frame was not taken.
func (s *Server) refuseFrame(a actor, f judgeFrame, err error) judgeReply {
	p := problemOf(err, "")
	if p.Status >= 500 {
		s.log.Error("frame not taken", "frame", f.T, "judge", a.Account.ID, "sheet", f.Sheet, "error", err)
	}
	return judgeReply{T: "refused", N: f.N, Key: f.Key, ServerTime: s.now(), Code: p.Code, Detail: p.Detail, Params: p.Params, Errors: p.Errors}
}

// judgeNews forwards news of the judge's sheets and of clocks from any node,
// the word that a newer tablet took over, and that this one is revoked.
func (s *Server) judgeNews(ctx context.Context, k *socketConn, a actor) (cancel func(), err error) {
	id := a.Account.ID
	var cancels []func()
	cancel = func() {
		for _, f := range cancels {
			f()
		}
	}
	follow := func(ch live.Channel, on func([]byte)) error {
		at, err := s.Bus.Position(ctx, ch)
		if err != nil {
			return err
		}
		stop, err := s.Bus.Subscribe(ctx, ch, at, func(p live.Publication, reset bool) {
			if reset {
				k.send(judgeReply{T: "refresh", ServerTime: s.now()}) // news may have been missed
				return
			}
			on(p.Data)
		})
		if err == nil {
			cancels = append(cancels, stop)
		}
		return err
	}
	err = follow(judgeChannel(id), func([]byte) {
		k.send(judgeReply{T: "replaced", ServerTime: s.now()})
		k.close(closeReplaced, "another tablet signed in")
	})
	if err == nil && a.Tablet != "" {
		err = follow(a.Tablet.Channel(), func([]byte) {
			k.send(judgeReply{T: "revoked", ServerTime: s.now()})
			k.close(closeRevoked, "taken out of use")
		})
	}
	divs, err2 := s.Contest.JudgeDivisions(ctx, id)
	if err == nil {
		err = err2
	}
	for _, d := range divs {
		if err != nil {
			break
		}
		err = follow(engine.JuryChannel(d.ID), func(data []byte) { s.forwardNews(k, id, data) })
	}
	divs, err2 = s.Contest.ClockDivisions(ctx, id)
	if err == nil {
		err = err2
	}
	for _, d := range divs {
		if err != nil {
			break
		}
		err = follow(hall.Channel(string(d.ID)), func(data []byte) { s.forwardClocks(k, data) })
	}
	if err != nil {
		cancel()
	}
	return cancel, err
}

func (s *Server) forwardNews(k *socketConn, id access.AccountID, data []byte) {
	var news []engine.SheetNews
	if err := json.Unmarshal(data, &news); err != nil {
		s.log.Error("jury news not readable", "error", err)
		return
	}
	for _, n := range news {
		switch n.Judge {
		case "": // more has changed than can be told one by one
			k.send(judgeReply{T: "refresh", ServerTime: s.now()})
		case id:
			k.send(judgeReply{T: "sheet", ServerTime: s.now(), Sheet: &n.Sheet, Conferences: n.Conferences})
		}
	}
}

// forwardClocks tells a tablet to read its clocks again.
func (s *Server) forwardClocks(k *socketConn, data []byte) {
	var n hall.News
	if s.readNews(data, &n); n.Clock() {
		k.send(judgeReply{T: "clocks", ServerTime: s.now()})
	}
}

func (s *Server) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }
