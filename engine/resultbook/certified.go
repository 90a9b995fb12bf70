package resultbook

import (
	"context"
	"io"
	"net/url"
	"slices"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/internal/print"
)

// CertificatesPDF makes certificates that were issued and hold, all or those
// with the numbers of the choice. Errors: ErrNothing, ErrNoCertificate for a
// number that is not there or does not hold.
func (d *Desk) CertificatesPDF(ctx context.Context, actor access.AccountID, id engine.DivisionID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	g, err := readRegister(ctx, d.Certificates.Ledger, id)
	if err != nil {
		return File{}, err
	}
	all, err := d.Certificates.List(ctx, id)
	if err != nil {
		return File{}, err
	}
	var list []Certificate
	left := slices.Clone(c.Numbers)
	for _, x := range all {
		if x.State != CertificateValid || len(c.Numbers) > 0 && !slices.Contains(c.Numbers, x.Number) {
			continue
		}
		left = slices.DeleteFunc(left, func(n string) bool { return n == x.Number })
		list = append(list, Certificate{Number: x.Number, Recipient: x.Recipient, Unit: x.Unit, Award: x.AwardName, Year: m.year(x), Address: d.address(id, x)})
	}
	if len(left) > 0 {
		return File{}, ErrNoCertificate.Param("number", left[0])
	}
	if err := few(len(list)); err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "certificates", "pdf", c, func(w io.Writer) (print.Result, error) {
		return CertificatesPDF(w, m.kit, m.head, g.forms.Certificate, c.Frame, list)
	})
}

func (m *matter) year(c CertificateLine) int {
	if m.contest.Year > 0 {
		return m.contest.Year
	}
	return c.IssuedAt.In(document.China).Year()
}

// address is where a certificate is checked.
func (d *Desk) address(id engine.DivisionID, c CertificateLine) string {
	return d.Address + "/verify/" + url.PathEscape(string(id)) + "/" + url.PathEscape(c.Number) + "?h=" + c.Proof()
}

// CertificateWorkbook makes the list of certificates. Error: ErrNothing.
func (d *Desk) CertificateWorkbook(ctx context.Context, actor access.AccountID, id engine.DivisionID) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	all, err := d.Certificates.List(ctx, id)
	if err == nil && len(all) == 0 {
		err = ErrNothing
	}
	if err != nil {
		return File{}, err
	}
	return m.paper(ctx, actor, "certificates", "xlsx", Choice{}, func(w io.Writer) (print.Result, error) {
		return print.Result{}, CertificateWorkbook(w, m.kit, m.names, all)
	})
}
