package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/board"
)

// Demo is the ready-made logins; absent where the server holds no demonstration.
type Demo struct {
	Guide *demo.Guide `json:"guide,omitempty"`
}

func (s *Server) demoGuide(context.Context, actor, *nothing) (*bodyOf[Demo], error) {
	var d Demo
	if s.Demo != nil {
		d.Guide = s.Demo()
	}
	return &bodyOf[Demo]{d}, nil
}

func (s *Server) boards(ctx context.Context, _ actor, _ *nothing) (*listOf[engine.BoardBrief], error) {
	all, err := s.Contest.Boards(ctx)
	return list(all), err
}

type whyIn struct {
	DivisionPath
	A string `query:"a" required:"true" maxLength:"20" doc:"Code of a row"`
	B string `query:"b" required:"true" maxLength:"20" doc:"Code of another row"`
}

// Why answers "why ahead?" from public amounts.
type Why struct {
	A           string              `json:"a"`
	B           string              `json:"b"`
	Explanation scoring.Explanation `json:"explanation"`
}

func (s *Server) boardWhy(ctx context.Context, _ actor, in *whyIn) (*bodyOf[Why], error) {
	x, err := s.Contest.Why(ctx, in.Division, in.A, in.B)
	return &bodyOf[Why]{Why{in.A, in.B, x}}, err
}

// BoardSnapshot is the source of the hub's snapshots.
func BoardSnapshot(bus live.Bus) func(context.Context, live.Channel) ([]byte, live.Position, error) {
	return func(ctx context.Context, ch live.Channel) ([]byte, live.Position, error) {
		snap, err := bus.Snapshot(ctx, ch)
		if err != nil {
			return nil, live.Position{}, err
		}
		frame, err := board.SnapshotFrame(snap)
		return frame, snap.Position, err
	}
}

// boardSnapshot serves a board to those who cannot hold a socket. The
// position is the ETag, so polling an idle board costs little.
func (s *Server) boardSnapshot(c echo.Context) error {
	id, err := s.openBoard(c)
	if err != nil {
		return err
	}
	snap, err := s.Bus.Snapshot(c.Request().Context(), engine.PublicChannel(id))
	if err != nil {
		return err
	}
	tag := fmt.Sprintf(`"%s-%d"`, snap.Position.Epoch, snap.Position.Offset)
	c.Response().Header().Set("ETag", tag)
	c.Response().Header().Set("Cache-Control", "no-cache")
	if c.Request().Header.Get("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	frame, err := board.SnapshotFrame(snap)
	if err != nil {
		return err
	}
	if frame, err = board.Positioned(frame, snap.Position); err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, frame)
}

// openBoard checks that the division exists and has been opened, and wakes
// its projector on this node.
func (s *Server) openBoard(c echo.Context) (engine.DivisionID, error) {
	id := engine.DivisionID(c.Param("division"))
	return id, s.Contest.WakeBoard(c.Request().Context(), id)
}

// boardSocket hands a spectator's connection to the hub.
func (s *Server) boardSocket(c echo.Context, a actor) error {
	id, err := s.openBoard(c)
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(a.IP)
	if err != nil {
		return fmt.Errorf("client address %q: %w", a.IP, err)
	}
	slot, err := s.Hub.Admit(addr)
	if err != nil {
		return err
	}
	up := s.Hub.Upgrader()
	up.Error = upgrader.Error
	ws, err := hijack(c, &up)
	if err != nil {
		slot.Release()
		return err
	}
	offset, _ := strconv.ParseInt(c.QueryParam("o"), 10, 64) // not a number: from nowhere
	return s.Hub.Serve(ws, slot, fanout.Subscription{
		Channel: engine.PublicChannel(id), From: live.Position{Epoch: c.QueryParam("e"), Offset: offset},
	})
}
