package web

import (
	"context"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/print"
)

// qrRoutes are for codes that a screen shows to a camera. The text is posted,
// because it may be a secret, which has no place in an address.
func (s *Server) qrRoutes() {
	reg(s, post, "/api/admin/qr", "qr", "A text as a QR code, to show on a screen", anyStaff, s.qr)
}

// errQR says that a text has more bytes than a QR code takes.
var errQR = fault.New(fault.Invalid, "qr_too_long", "the text is too long for a QR code")

// QRText is a text to show as a QR code.
type QRText struct {
	Text string `json:"text" minLength:"1" maxLength:"600"`
}

// QRCode is a QR code as its rows.
type QRCode struct {
	Rows []string `json:"rows" doc:"From the top; 1 is a dark module, 0 a light one; a quiet zone of four belongs around"`
}

func (s *Server) qr(_ context.Context, _ actor, in *bodyOf[QRText]) (*bodyOf[QRCode], error) {
	rows, err := print.QRRows(in.Body.Text)
	if err != nil {
		return nil, errQR.Wrap(err)
	}
	return &bodyOf[QRCode]{QRCode{rows}}, nil
}
