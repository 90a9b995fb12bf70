package web

import (
	"encoding/json"

	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/internal/live"
)

// source is a channel whose news a console watches. read makes the frame of a
// publication; of no data, after a gap, one that says only that something is
// new. nil: nothing to send.
type source struct {
	channel live.Channel
	read    func(data []byte) any
}

// watch serves a console's socket that says when to look again.
func (s *Server) watch(c echo.Context, sources ...source) error {
	ctx := c.Request().Context()
	k, err := s.upgrade(c)
	if err != nil {
		return err
	}
	for _, from := range sources {
		at, err := s.Bus.Position(ctx, from.channel)
		var stop func()
		if err == nil {
			stop, err = s.Bus.Subscribe(ctx, from.channel, at, func(p live.Publication, reset bool) {
				if reset {
					p.Data = nil
				}
				if f := from.read(p.Data); f != nil {
					k.send(f)
				}
			})
		}
		if err != nil {
			s.log.Error("a channel cannot be watched", "channel", from.channel, "error", err)
			k.close(closeRestarting, "try again")
			break
		}
		defer stop()
	}
	s.run(k, func(raw []byte) error {
		var f consoleBeat
		if err := json.Unmarshal(raw, &f); err != nil || f.T != "beat" {
			return errBadFrame
		}
		k.send(consoleBeat{"beat", s.now()})
		return nil
	})
	return nil
}

// readNews decodes a publication; a gap (no data) leaves v as it is.
func (s *Server) readNews(data []byte, v any) {
	if len(data) == 0 {
		return
	}
	if err := json.Unmarshal(data, v); err != nil {
		s.log.Error("news not readable", "error", err)
	}
}
