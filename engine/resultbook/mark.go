package resultbook

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// ErrMark says that a QR code is none of a mark sheet.
var ErrMark = fault.New(fault.Invalid, "sheet_mark", "this is not the QR code of a mark sheet")

// SheetMark is what the QR code of a blank mark sheet says: where the marks on
// it belong. It holds codes and places, never a name or a unit.
//
// As text it is "xinglu:sheet?d=…&s=…&j=…&p=…", values escaped as in a query
// string: d the division, s the sheet, or for a table m the module and n its
// panel from 1, j the judge's seat, p the document code.
type SheetMark struct {
	Division string
	Sheet    string // id of the sheet; "" on a table, which has many codes
	Module   string // of a table
	Panel    int    // of a table, from 1
	Seat     int    // of the judge in the panel, from 1
	Document string // document code
}

const sheetMark = "xinglu:sheet?"

// String is the text of the QR code.
func (m SheetMark) String() string {
	v := url.Values{"d": {m.Division}, "j": {strconv.Itoa(m.Seat)}, "p": {m.Document}}
	if m.Sheet != "" {
		v.Set("s", m.Sheet)
	} else {
		v.Set("m", m.Module)
		v.Set("n", strconv.Itoa(m.Panel))
	}
	return sheetMark + v.Encode()
}

// ParseSheetMark reads the text of a QR code. Error: ErrMark.
func ParseSheetMark(text string) (SheetMark, error) {
	query, ok := strings.CutPrefix(strings.TrimSpace(text), sheetMark)
	if !ok {
		return SheetMark{}, ErrMark
	}
	v, err := url.ParseQuery(query)
	if err != nil {
		return SheetMark{}, ErrMark.Wrap(err)
	}
	m := SheetMark{Division: v.Get("d"), Sheet: v.Get("s"), Module: v.Get("m"), Document: v.Get("p")}
	m.Seat, err = strconv.Atoi(v.Get("j"))
	if err == nil && m.Sheet == "" {
		m.Panel, err = strconv.Atoi(v.Get("n"))
	}
	if err != nil || m.Division == "" || m.Seat < 1 || m.Sheet == "" && (m.Module == "" || m.Panel < 1) {
		return SheetMark{}, ErrMark.Wrap(err)
	}
	return m, nil
}

// digestMark is the text of the QR code of a paper whose contents a digest
// stands for: what kind of paper, of which division, about what.
func digestMark(kind, division, about, digest string) string {
	v := url.Values{"d": {division}, "h": {digest}}
	if about != "" {
		v.Set("s", about)
	}
	return "xinglu:" + kind + "?" + v.Encode()
}
