package web

import "github.com/labstack/echo/v4"

// EchoRoutes lists what the router serves.
func (s *Server) EchoRoutes() []*echo.Route { return s.echo.Routes() }

// ServeFlood serves a person's socket at path that is sent n frames at once.
func (s *Server) ServeFlood(path string, n int, frame any) {
	s.echo.GET(path, func(c echo.Context) error {
		k, err := s.upgrade(c)
		if err != nil {
			return err
		}
		for range n {
			k.send(frame)
		}
		s.run(k, func([]byte) error { return nil })
		return nil
	})
}
