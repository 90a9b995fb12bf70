package web

import (
	"context"
	"fmt"
	"net/url"

	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/exam"
)

// fileBody is a file to save. It is made for one member of staff and not kept
// by anything on the way.
type fileBody struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	// Rare names characters that could not be printed, so that the screen can
	// warn before anything is given out.
	Rare string `header:"X-Xinglu-Missing-Characters"`
	Body []byte
}

func attachment(name, kind string, data []byte) *fileBody {
	return &fileBody{ContentType: kind, CacheControl: "no-store", Body: data,
		Disposition: fmt.Sprintf("attachment; filename*=UTF-8''%s", url.PathEscape(name))}
}

func printed(f document.File, err error) (*fileBody, error) {
	if err != nil {
		return nil, err
	}
	out := attachment(f.Name, f.Type, f.Data)
	for _, r := range f.Result.Rare {
		if !r.Drawn {
			if out.Rare != "" {
				out.Rare += " "
			}
			out.Rare += r.Code
		}
	}
	return out, nil
}

type documentIn struct {
	SittingPath
	Centre  string         `query:"centre" maxLength:"100" doc:"Only this centre"`
	Room    string         `query:"room" maxLength:"100" doc:"Only rooms of this code"`
	Attempt exam.AttemptID `query:"attempt" maxLength:"100" doc:"Only this candidate"`
}

func (in *documentIn) choice() document.Choice {
	return document.Choice{Centre: in.Centre, Room: in.Room, Attempt: in.Attempt}
}

func (s *Server) ticketsPDF(ctx context.Context, a actor, in *documentIn) (*fileBody, error) {
	return printed(s.Desk.Tickets(ctx, a.ID(), in.Sitting, in.choice()))
}

func (s *Server) recordPDF(ctx context.Context, a actor, in *documentIn) (*fileBody, error) {
	return printed(s.Desk.RoomRecords(ctx, a.ID(), in.Sitting, in.choice()))
}

func (s *Server) seatsPDF(ctx context.Context, a actor, in *documentIn) (*fileBody, error) {
	return printed(s.Desk.SeatMaps(ctx, a.ID(), in.Sitting, in.choice()))
}

type scoresIn struct {
	SittingPath
	Version int `query:"version" minimum:"0" doc:"Of the keys; 0: the newest"`
}

func (s *Server) scoresPDF(ctx context.Context, a actor, in *scoresIn) (*fileBody, error) {
	return printed(s.Desk.Scores(ctx, a.ID(), in.Sitting, in.Version, false))
}

func (s *Server) scoresWorkbook(ctx context.Context, a actor, in *scoresIn) (*fileBody, error) {
	return printed(s.Desk.Scores(ctx, a.ID(), in.Sitting, in.Version, true))
}
