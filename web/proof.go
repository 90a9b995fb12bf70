package web

import (
	"context"
	"sync"
	"time"

	"github.com/xinglu/xinglu/engine"
)

// LedgerProof is the outcome of verifying the ledger.
type LedgerProof struct {
	Streams  int64     `json:"streams"`
	Records  int64     `json:"records"`
	Root     string    `json:"root" doc:"Digest over the last record of every stream, to be kept on paper"`
	Findings []Finding `json:"findings" doc:"Empty when every record is there, unchanged and in order"`
	At       time.Time `json:"at"`
}

// Finding is one record that is not as it was written.
type Finding struct {
	Stream  string `json:"stream"`
	Seq     int64  `json:"seq"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (s *Server) verifyLedger(ctx context.Context, _ actor, _ *nothing) (*bodyOf[LedgerProof], error) {
	p, err := s.Verify(ctx)
	if p.Findings == nil {
		p.Findings = []Finding{}
	}
	p.At = s.now()
	return &bodyOf[LedgerProof]{p}, err
}

// RehearsalState tells how far a rehearsal is.
type RehearsalState struct {
	Running  bool              `json:"running"`
	Stage    string            `json:"stage" doc:"prepare, running, done or failed; empty before the first"`
	Crowd    int               `json:"crowd"`
	Done     map[string]int    `json:"done" doc:"Counts: signed_in, answers, handed_in, sheets, conferences"`
	Division engine.DivisionID `json:"division" doc:"Whose board moves"`
	Error    string            `json:"error,omitempty"`
	Started  *time.Time        `json:"started,omitempty"`
	Ended    *time.Time        `json:"ended,omitempty"`
}

// rehearsals runs one rehearsal at a time.
type rehearsals struct {
	mu     sync.Mutex
	state  RehearsalState
	closed bool
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

type rehearseIn struct {
	Body struct {
		Crowd int `json:"crowd" minimum:"1" maximum:"2000"`
	}
}

func (s *Server) rehearsalState(context.Context, actor, *nothing) (*bodyOf[RehearsalState], error) {
	s.rehearse.mu.Lock()
	defer s.rehearse.mu.Unlock()
	st := s.rehearse.state
	if st.Done == nil {
		st.Done = map[string]int{}
	}
	return &bodyOf[RehearsalState]{st}, nil
}

// startRehearsal starts the crowd in the background; it ends with the server.
func (s *Server) startRehearsal(ctx context.Context, a actor, in *rehearseIn) (*bodyOf[RehearsalState], error) {
	if s.Rehearse == nil {
		return nil, errNoRehearsal
	}
	r := &s.rehearse
	r.mu.Lock()
	switch {
	case r.closed:
		r.mu.Unlock()
		return nil, errStopping
	case r.state.Running:
		r.mu.Unlock()
		return nil, errRehearsing
	}
	now := s.now()
	r.state = RehearsalState{Running: true, Stage: "prepare", Crowd: in.Body.Crowd, Done: map[string]int{}, Started: &now}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	r.wait.Add(1)
	r.mu.Unlock()
	go func() {
		defer r.wait.Done()
		defer cancel()
		err := s.Rehearse(run, in.Body.Crowd, func(st RehearsalState) {
			r.mu.Lock()
			defer r.mu.Unlock()
			st.Running, st.Crowd, st.Started = true, in.Body.Crowd, &now
			r.state = st
		})
		r.mu.Lock()
		defer r.mu.Unlock()
		end := s.now()
		r.state.Running, r.state.Ended, r.state.Stage = false, &end, "done"
		if err != nil {
			r.state.Stage, r.state.Error = "failed", err.Error()
			s.log.Error("rehearsal failed", "error", err)
		}
	}()
	return s.rehearsalState(ctx, a, nil)
}

// Close ends what the server runs by itself, rehearsals and sockets, and
// refuses new ones. Requests may still come; the hub is closed by its owner.
func (s *Server) Close() {
	s.rehearse.mu.Lock()
	s.rehearse.closed = true
	if s.rehearse.cancel != nil {
		s.rehearse.cancel()
	}
	s.rehearse.mu.Unlock()
	s.closeSockets()
	s.rehearse.wait.Wait()
}
