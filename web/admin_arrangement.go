package web

import (
	"context"

	"github.com/xinglu/xinglu/engine/exam"
)

// Who sits where, before it is sealed.

func (s *Server) arrangement(ctx context.Context, _ actor, in *SittingPath) (*bodyOf[exam.ArrangementView], error) {
	v, err := s.Exam.Arrangement(ctx, in.Sitting)
	return &bodyOf[exam.ArrangementView]{v}, err
}

type swapIn struct {
	SittingPath
	Body struct {
		A      exam.Place `json:"a"`
		B      exam.Place `json:"b" doc:"One of the two may be free"`
		Reason string     `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) swapSeats(ctx context.Context, a actor, in *swapIn) (*bodyOf[exam.ArrangementView], error) {
	v, err := s.Exam.SwapSeats(ctx, in.Sitting, in.Body.A, in.Body.B, a.ID(), in.Body.Reason)
	return &bodyOf[exam.ArrangementView]{v}, err
}

type undoSwapIn struct {
	SittingPath
	No   int `path:"no" minimum:"1"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) undoSwap(ctx context.Context, a actor, in *undoSwapIn) (*bodyOf[exam.ArrangementView], error) {
	v, err := s.Exam.UndoSwap(ctx, in.Sitting, in.No, a.ID(), in.Body.Reason)
	return &bodyOf[exam.ArrangementView]{v}, err
}
