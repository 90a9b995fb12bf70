package web_test

import (
	"strings"
	"testing"

	"github.com/xinglu/xinglu/web"
)

func TestQRCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("organiser")
	var code web.QRCode
	c.post("/api/admin/qr", web.QRText{Text: "https://10.0.0.2:8443/judge#pair=ABCD-EFGH"}).want(200).into(&code)
	for i, row := range code.Rows {
		if len(row) != len(code.Rows) || strings.Trim(row, "01") != "" {
			t.Fatalf("row %d: %s", i, row)
		}
	}
	// The finders in three corners say that it is one, and which way up.
	n := len(code.Rows)
	for _, at := range [][2]int{{0, 0}, {0, n - 7}, {n - 7, 0}} {
		for i, want := range []string{"1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"} {
			if got := code.Rows[at[0]+i][at[1] : at[1]+7]; got != want {
				t.Errorf("finder at %v row %d: %s", at, i, got)
			}
		}
	}
	c.post("/api/admin/qr", web.QRText{Text: strings.Repeat("汉", 600)}).want(200)
	w.visitor().post("/api/admin/qr", web.QRText{Text: "x"}).problem(401, "signed_out")
}
