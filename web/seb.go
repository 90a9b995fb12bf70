package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seb"
)

// SEBProof is what a locked browser presents with a request: its own headers,
// made for the address of the request, or what its JavaScript interface gave
// our page, with the address that it was made for.
type SEBProof struct {
	Start      string `query:"start" doc:"The nonce of the start address; browsers that send headers prove themselves for this request's address"`
	ConfigHash string `header:"X-SafeExamBrowser-ConfigKeyHash"`
	ExamHash   string `header:"X-SafeExamBrowser-RequestHash"`
	PageURL    string `header:"X-Xinglu-Seb-Url" doc:"Address of the page, for the values of the JavaScript interface"`
	PageConfig string `header:"X-Xinglu-Seb-Config-Key"`
	PageExam   string `header:"X-Xinglu-Seb-Exam-Key"`
	Client     string `header:"User-Agent" hidden:"true"`
	address    url.URL
}

// Resolve implements huma.Resolver.
func (in *SEBProof) Resolve(ctx huma.Context) []error {
	in.address = ctx.URL()
	return nil
}

// proof returns what was presented; the page's values go before the headers,
// as the newer way.
func (in *SEBProof) proof() seb.Proof {
	client := in.Client[:min(len(in.Client), 200)]
	if in.PageConfig != "" || in.PageExam != "" {
		return seb.Proof{URL: in.PageURL, ConfigKey: in.PageConfig, ExamKey: in.PageExam, Client: client}
	}
	if in.ConfigHash != "" || in.ExamHash != "" {
		return seb.Proof{URL: in.address.RequestURI(), ConfigKey: in.ConfigHash, ExamKey: in.ExamHash, Client: client}
	}
	return seb.Proof{}
}

// unlock lets a seat pass that proves itself as the sitting's rules ask. A
// sitting that asks for nothing lets every seat pass.
func (s *Server) unlock(ctx context.Context, a actor, step exam.LockStep, p seb.Proof) error {
	return s.Exam.Unlock(ctx, attemptOf(a), exam.Presented{
		Step: step, Fence: a.Login.Fence, Address: a.IP, Nonce: seb.Nonce(a.Token), TLS: s.Secure, Proof: p,
	})
}

// locked completes the candidate's view by the address that carries the
// nonce of this login.
func locked(me exam.Me, token string) exam.Me {
	if me.Lockdown != nil {
		l := *me.Lockdown
		l.StartURL = seb.StartURL(l.StartURL, seb.Nonce(token))
		me.Lockdown = &l
	}
	return me
}

type lockdownIn struct {
	SEBProof
	Body struct {
		Step exam.LockStep `json:"step" enum:"resume,submit"`
	}
}

// examLockdown is for browsers that prove themselves by headers alone: they
// send none with a WebSocket, so they call this shortly before.
func (s *Server) examLockdown(ctx context.Context, a actor, in *lockdownIn) (*nothing, error) {
	return &nothing{}, s.unlock(ctx, a, in.Body.Step, in.proof())
}

func (s *Server) sittingLockdown(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[exam.LockdownInfo], error) {
	info, err := s.Exam.Lockdown(ctx, in.Sitting)
	return &bodyOf[exam.LockdownInfo]{info}, err
}

type sebFileIn struct {
	SittingPath
	Body struct {
		Password string `json:"password,omitempty" maxLength:"100" doc:"Asked for when the file is opened; without, anybody can read the settings"`
	}
}

type sebFileOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// sebFile makes the .seb file of a sitting.
func (s *Server) sebFile(ctx context.Context, _ actor, in *sebFileIn) (*sebFileOut, error) {
	info, err := s.Exam.Lockdown(ctx, in.Sitting)
	if err != nil {
		return nil, err
	}
	if info.Settings.StartURL == "" {
		return nil, errNoLockdown
	}
	file, err := info.Settings.File(in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &sebFileOut{ContentType: "application/seb", Body: file,
		Disposition: fmt.Sprintf("attachment; filename*=UTF-8''%s.seb", url.PathEscape(string(in.Sitting)))}, nil
}

// describeSEBFile says that the answer is a file and not JSON.
func describeSEBFile(op *huma.Operation) {
	op.Responses = map[string]*huma.Response{fmt.Sprint(http.StatusOK): {
		Description: "The file", Content: map[string]*huma.MediaType{"application/seb": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
}

// AttemptPath is the path parameters of one attempt of a sitting.
type AttemptPath struct {
	SittingPath
	Attempt exam.AttemptID `path:"attempt"`
}

type overrideIn struct {
	AttemptPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) overrideLockdown(ctx context.Context, a actor, in *overrideIn) (*nothing, error) {
	return &nothing{}, s.Exam.OverrideLockdown(ctx, in.Sitting, in.Attempt, a.ID(), in.Body.Reason)
}
