package web

import "github.com/labstack/echo/v4"

// EchoRoutes lists what the router serves.
func (s *Server) EchoRoutes() []*echo.Route { return s.echo.Routes() }
