package web

import (
	"context"

	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/similarity"
)

type resultsIn struct {
	SittingPath
	Version int `query:"version" minimum:"0" doc:"Version of the keys; 0 or none: the newest"`
}

func (s *Server) sittingResults(ctx context.Context, _ actor, in *resultsIn) (*bodyOf[results.List], error) {
	l, err := s.Results.Results(ctx, in.Sitting, in.Version)
	return &bodyOf[results.List]{l}, err
}

type resultIn struct {
	AttemptPath
	Version int `query:"version" minimum:"0" doc:"Version of the keys; 0 or none: the newest"`
}

func (s *Server) sittingResult(ctx context.Context, _ actor, in *resultIn) (*bodyOf[results.Detail], error) {
	d, err := s.Results.Result(ctx, in.Sitting, in.Version, in.Attempt)
	return &bodyOf[results.Detail]{d}, err
}

// DecisionList are the versions of a sitting's keys and the proposals.
type DecisionList struct {
	Version   int               `json:"version" doc:"In force"`
	Versions  []results.Version `json:"versions"`
	Proposals []ProposalView    `json:"proposals"`
}

// ProposalView is a proposal with the names of who signed.
type ProposalView struct {
	results.Proposal
	ByName       string `json:"by_name"`
	SignedByName string `json:"signed_by_name,omitempty"`
}

func (s *Server) viewProposal(ctx context.Context, p results.Proposal) ProposalView {
	return ProposalView{p, s.nameOf(ctx, p.By), s.nameOf(ctx, p.SignedBy)}
}

func (s *Server) listDecisions(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[DecisionList], error) {
	st, err := s.Results.Decisions(ctx, in.Sitting)
	if err != nil {
		return nil, err
	}
	out := DecisionList{Version: st.Version, Versions: st.Versions, Proposals: make([]ProposalView, 0, len(st.Proposals))}
	for _, p := range st.Proposals {
		out.Proposals = append(out.Proposals, s.viewProposal(ctx, p))
	}
	return &bodyOf[DecisionList]{out}, nil
}

// DecisionDraft is a set of decisions on keys.
type DecisionDraft struct {
	Version   int                `json:"version" minimum:"1" doc:"Of the keys, as the caller knows it"`
	Decisions []scoring.Decision `json:"decisions" maxItems:"200" doc:"Applied in order"`
	Reason    string             `json:"reason" minLength:"1" maxLength:"1000"`
}

func (d *DecisionDraft) draft(key string) results.Draft {
	return results.Draft{Key: key, Version: d.Version, Decisions: d.Decisions, Reason: d.Reason}
}

type previewIn struct {
	SittingPath
	Body DecisionDraft
}

func (s *Server) previewDecisions(ctx context.Context, a actor, in *previewIn) (*bodyOf[results.Effect], error) {
	e, err := s.Results.Preview(ctx, in.Sitting, in.Body.draft(""), a.ID())
	return &bodyOf[results.Effect]{e}, err
}

type proposeIn struct {
	SittingPath
	Body struct {
		DecisionDraft
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	}
}

func (s *Server) proposeDecisions(ctx context.Context, a actor, in *proposeIn) (*bodyOf[results.Proposal], error) {
	p, err := s.Results.Propose(ctx, in.Sitting, in.Body.draft(in.Body.Key), a.ID())
	return &bodyOf[results.Proposal]{p}, err
}

// ProposalPath is the path parameters of one proposal. Exported, for the
// framework fills no embedded struct that is not.
type ProposalPath struct {
	SittingPath
	Proposal int64 `path:"proposal"`
}

// ProposalDetail is a proposal with what its dry run showed.
type ProposalDetail struct {
	Proposal ProposalView   `json:"proposal"`
	Effect   results.Effect `json:"effect"`
}

func (s *Server) getProposal(ctx context.Context, _ actor, in *ProposalPath) (*bodyOf[ProposalDetail], error) {
	p, e, err := s.Results.Proposal(ctx, in.Sitting, in.Proposal)
	return &bodyOf[ProposalDetail]{ProposalDetail{s.viewProposal(ctx, p), e}}, err
}

func (s *Server) signProposal(ctx context.Context, a actor, in *ProposalPath) (*bodyOf[results.Proposal], error) {
	p, err := s.Results.Sign(ctx, in.Sitting, in.Proposal, a.ID())
	return &bodyOf[results.Proposal]{p}, err
}

type withdrawProposalIn struct {
	ProposalPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) withdrawProposal(ctx context.Context, a actor, in *withdrawProposalIn) (*bodyOf[results.Proposal], error) {
	p, err := s.Results.Withdraw(ctx, in.Sitting, in.Proposal, in.Body.Reason, a.ID())
	return &bodyOf[results.Proposal]{p}, err
}

type compareIn struct {
	SittingPath
	Body struct {
		Reason string            `json:"reason" minLength:"1" maxLength:"1000" doc:"Recorded with who asked"`
		Config similarity.Config `json:"config,omitempty" doc:"0 means the default"`
	}
}

func (s *Server) compareAnswers(ctx context.Context, a actor, in *compareIn) (*bodyOf[results.Comparison], error) {
	c, err := s.Results.Compare(ctx, in.Sitting, in.Body.Config, in.Body.Reason, a.ID())
	return &bodyOf[results.Comparison]{c}, err
}
