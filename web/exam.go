package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seb"
)

// TicketSignIn is a candidate's sign-in.
type TicketSignIn struct {
	Ticket string `json:"ticket" minLength:"1" maxLength:"100"`
	IDTail string `json:"id_tail" minLength:"6" maxLength:"6" doc:"Last six characters of the ID number"`
}

func (s *Server) examSignIn(ctx context.Context, a actor, in *bodyOf[TicketSignIn]) (*withCookie[exam.Me], error) {
	ticket := exam.NormalID(in.Body.Ticket)
	if err := s.sign.Allow(access.Exam, ticket, a.IP); err != nil {
		return nil, err
	}
	attempt, me, err := s.Exam.SignIn(ctx, exam.TicketNo(ticket), in.Body.IDTail)
	if err != nil {
		return nil, err
	}
	if me, err = s.withPhoto(ctx, attempt, me); err != nil {
		return nil, err
	}
	// The seat that is bound keeps its login until this one is admitted.
	token, err := s.access.Open(ctx, access.Exam, string(attempt))
	if err != nil {
		return nil, err
	}
	return &withCookie[exam.Me]{s.cookie(access.Exam, token), locked(me, token)}, nil
}

func (s *Server) examMe(ctx context.Context, a actor, _ *nothing) (*bodyOf[exam.Me], error) {
	me, err := s.Exam.Me(ctx, attemptOf(a))
	if err != nil {
		return nil, err
	}
	me, err = s.withPhoto(ctx, attemptOf(a), me)
	return &bodyOf[exam.Me]{locked(me, a.Token)}, err
}

func attemptOf(a actor) exam.AttemptID { return exam.AttemptID(a.Login.Subject) }

type admitIn struct {
	Body struct {
		Pledge bool `json:"pledge" doc:"The candidate has read the rules and pledges honesty"`
	}
}

// examAdmit binds the attempt to this login's machine. The login is the
// device: signing in elsewhere and being admitted there moves the seat.
func (s *Server) examAdmit(ctx context.Context, a actor, in *admitIn) (*bodyOf[exam.Me], error) {
	fence, me, err := s.Exam.Admit(ctx, attemptOf(a), exam.Seat{Device: a.Login.ID[:16], Address: a.IP, Pledge: in.Body.Pledge})
	if err != nil {
		return nil, err
	}
	if err := s.access.Hold(ctx, access.Exam, a.Token, fence); err != nil {
		return nil, err
	}
	me, err = s.withPhoto(ctx, attemptOf(a), me)
	return &bodyOf[exam.Me]{locked(me, a.Token)}, err
}

// paperBody is a paper that is encoded already: a whole hall asks for its
// papers in the same second.
type paperBody struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Server) examPaper(ctx context.Context, a actor, in *SEBProof) (*paperBody, error) {
	if err := s.unlock(ctx, a, exam.AtStart, in.proof()); err != nil {
		return nil, err
	}
	body, err := s.Exam.PaperBody(ctx, attemptOf(a), a.Login.Fence)
	return &paperBody{ContentType: "application/json", Body: body}, err
}

// describePaper says what the ready bytes are.
func (s *Server) describePaper(op *huma.Operation) {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[exam.SeatPaper](), true, "SeatPaper")
	op.Responses = map[string]*huma.Response{strconv.Itoa(http.StatusOK): {
		Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
	}}
}

// figureBody is a picture. Its address is the digest of its bytes, so it may
// be kept by the candidate's own browser.
type figureBody struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

type figureIn struct {
	Figure bank.FigureID `path:"figure" maxLength:"100"`
}

func (s *Server) examFigure(ctx context.Context, a actor, in *figureIn) (*figureBody, error) {
	f, err := s.Exam.Figure(ctx, attemptOf(a), a.Login.Fence, in.Figure)
	if err != nil {
		return nil, err
	}
	return &figureBody{ContentType: f.Type, CacheControl: "private, max-age=86400, immutable", Body: f.Data}, nil
}

type rescueIn struct {
	SittingPath
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" required:"true"`
	}]
}

// importRescue takes the file that a seat without a network has made.
func (s *Server) importRescue(ctx context.Context, a actor, in *rescueIn) (*bodyOf[exam.RescueReport], error) {
	file := in.RawBody.Data().File
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, exam.MaxRescueBytes+1))
	if err != nil {
		return nil, exam.ErrRescueFile.Wrap(err)
	}
	r, err := s.Exam.ImportRescue(ctx, in.Sitting, a.ID(), body)
	if err != nil {
		return nil, err
	}
	return &bodyOf[exam.RescueReport]{r}, nil
}

// examFrame is what a candidate's screen sends.
type examFrame struct {
	T string `json:"t"`
	exam.SaveFrame
	Key          string               `json:"key"`
	Page         string               `json:"page"`     // hello: exam.Page; n counts its connections
	SEB          seb.Proof            `json:"seb"`      // of the page, in hello and hand_in
	RTTMS        int64                `json:"rtt_ms"`   // beat
	Hidden       bool                 `json:"hidden"`   // beat: the page is out of sight
	Seq          int64                `json:"seq"`      // noted
	Question     bank.QuestionID      `json:"question"` // history
	Events       []exam.ActivityEvent `json:"events"`   // activity
	exam.Journal                      // journal
}

// examSocket is a candidate's connection: answers in, receipts and news out.
func (s *Server) examSocket(c echo.Context, a actor) error {
	// Checked before the upgrade too, so that the screen gets a readable
	// answer and not a closed socket.
	if a.Login.Fence == 0 {
		return exam.ErrNotAdmitted
	}
	k, err := s.upgrade(c)
	if err != nil {
		return err
	}
	s.sockets.belongs(k, a.Login.ID)
	// Looked at again now that a sign-out would be heard.
	if _, err := s.authenticate(c.Request().Context(), candidate, a.Token); errors.Is(err, access.ErrSignedOut) {
		k.close(closeSignedOut, "signed out")
	}
	conn := examConn{s: s, k: k, a: a, ctx: c.Request().Context()}
	defer conn.close()
	s.run(k, conn.frame)
	return nil
}

type examConn struct {
	s    *Server
	k    *socketConn
	a    actor
	ctx  context.Context // of the request that became the socket
	link *exam.Link
}

func (c *examConn) close() {
	if c.link != nil {
		c.link.Close()
	}
}

func (c *examConn) frame(raw []byte) error {
	var f examFrame
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	if c.link == nil {
		if f.T != "hello" {
			return errBadFrame
		}
		if len(f.Page) > maxPageID {
			return errBadFrame
		}
		return c.hello(f.SEB, exam.Page{ID: f.Page, N: f.N})
	}
	switch f.T {
	case "save":
		c.save(f.SaveFrame)
	case "beat":
		b, err := c.link.Beat(f.N, f.RTTMS, f.Hidden)
		c.answer(f.N, b, err)
	case "noted":
		r, err := c.s.Exam.Note(c.ctx, attemptOf(c.a), c.a.Login.Fence, f.N, f.Seq)
		c.answer(f.N, r, err)
	case "activity":
		r, err := c.s.Exam.Activity(c.ctx, attemptOf(c.a), c.a.Login.Fence, f.N, f.Events)
		c.answer(f.N, r, err)
	case "journal":
		r, err := c.s.Exam.Journal(c.ctx, attemptOf(c.a), c.a.Login.Fence, f.N, f.Journal)
		c.answer(f.N, r, err)
	case "history":
		r, err := c.s.Exam.History(c.ctx, attemptOf(c.a), c.a.Login.Fence, f.N, f.Question)
		c.answer(f.N, r, err)
	case "hand_in":
		c.handIn(f)
	default:
		return errBadFrame
	}
	return nil
}

func (c *examConn) handIn(f examFrame) {
	if err := c.s.unlock(c.ctx, c.a, exam.AtSubmit, f.SEB); err != nil {
		c.answer(f.N, nil, err)
		return
	}
	r, err := c.s.Exam.HandIn(c.ctx, attemptOf(c.a), c.a.Login.Fence, f.N, f.Key)
	c.answer(f.N, r, err)
}

// maxPageID bounds what a page calls itself, in bytes.
const maxPageID = 64

// hello accepts the connection; others of the attempt end with it.
func (c *examConn) hello(proof seb.Proof, page exam.Page) error {
	if err := c.s.unlock(c.ctx, c.a, exam.AtResume, proof); err != nil {
		c.answer(0, nil, err)
		c.k.close(closeLocked, "the locked browser is not proven")
		return nil
	}
	link, err := c.s.Exam.Connect(c.ctx, attemptOf(c.a), c.a.Login.Fence, page, c.deliver)
	c.link = link
	if err != nil {
		c.answer(0, nil, err)
		c.k.close(closeRestarting, "try again")
	}
	return nil
}

// deliver sends news; the last news of a connection end it.
func (c *examConn) deliver(f exam.Frame) {
	if f, ok := f.(exam.SupersededFrame); ok {
		if f.OwnPage {
			c.k.close(closeRenewed, "a newer connection of this page")
		} else {
			c.k.close(closeSecondTab, "the exam is open in another window")
		}
		return
	}
	c.k.send(f)
	switch f.(type) {
	case exam.ReplacedFrame:
		c.k.close(closeReplaced, "another seat took over")
	case exam.RefusedFrame:
		c.k.close(closeOver, "the attempt is over")
	}
}

func (c *examConn) save(f exam.SaveFrame) {
	reply, err := c.s.Exam.Save(c.ctx, attemptOf(c.a), c.a.Login.Fence, f)
	if err != nil {
		c.answer(f.N, nil, err)
		return
	}
	if reply.Ack != nil {
		c.k.send(reply.Ack)
	}
	if reply.Refused != nil {
		c.k.send(reply.Refused)
	}
}

// answer sends the frame, or the refusal that err means; refusals that end
// the attempt at this seat end the connection.
func (c *examConn) answer(n int64, f exam.Frame, err error) {
	if err == nil {
		c.k.send(f)
		return
	}
	if problemOf(err, "").Status >= 500 {
		c.s.log.Error("candidate's frame failed", "attempt", c.a.Login.Subject, "error", err)
	}
	c.k.send(exam.Refuse(n, err))
	switch {
	case errors.Is(err, exam.ErrReplaced):
		c.k.close(closeReplaced, "another seat took over")
	case errors.Is(err, exam.ErrVoid):
		c.k.close(closeOver, "the attempt is over")
	}
}
