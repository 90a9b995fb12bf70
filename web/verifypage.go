package web

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/resultbook"
)

// The page behind the QR code of a certificate. It is plain HTML without
// scripts: whoever scans it may have any phone.
//
//go:embed verify.html
var verifyHTML string

var verifyPage = template.Must(template.New("verify").Parse(verifyHTML))

type verifyView struct {
	CertificateCheck
	Asked   bool // something to check by was given
	Found   bool
	TooMany bool
	Day     string
	Number  string // of the address
}

// serveVerify registers the page. Its answers are those of the API's check.
func (s *Server) serveVerify() {
	s.echo.GET("/verify/:division/:number", func(c echo.Context) error {
		id, number := engine.DivisionID(c.Param("division")), c.Param("number")
		q := c.QueryParam
		v := verifyView{Number: number}
		var err error
		status := http.StatusOK
		if len(number) <= 240 && (q("h") != "" || q("name") != "") {
			v.Asked = true
			v.CertificateCheck, err = s.certificateCheck(c.Request().Context(), c.RealIP(), id, number, q("h"), q("name"))
			if err != nil {
				status = problemOf(err, "").Status
			}
			if status >= http.StatusInternalServerError {
				return err
			}
			v.Found, v.TooMany = err == nil, status == http.StatusTooManyRequests
			v.Day = document.Kit{}.Day(v.IssuedAt)
		}
		var b strings.Builder
		if err := verifyPage.Execute(&b, v); err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		return c.HTML(status, b.String())
	})
}

// Valid reports whether the certificate holds.
func (v verifyView) Valid() bool { return v.State == resultbook.CertificateValid }

// Revoked reports whether it was taken back.
func (v verifyView) Revoked() bool { return v.State == resultbook.CertificateRevoked }
