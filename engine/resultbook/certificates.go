package resultbook

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Errors of certificates; compare with errors.Is.
var (
	// ErrNoCertificate: there is no such certificate, or what was asked with
	// does not fit it; which of the two is not said.
	ErrNoCertificate = fault.New(fault.NotFound, "no_such_certificate", "there is no certificate with this number and proof")
	// ErrNoAwards: the division has no award rules, or nobody has an award.
	ErrNoAwards = fault.New(fault.Conflict, "no_awards", "there are no awards to issue certificates for")
	// ErrNumberTaken: another division of the contest has a certificate with
	// the number; the rule must tell them apart.
	ErrNumberTaken = fault.New(fault.Conflict, "certificate_number_taken", "the number {number} belongs to a certificate of another division; change the numbering rule")
	// ErrIssuing: somebody else has issued certificates in the same moment.
	ErrIssuing = fault.New(fault.Conflict, "certificates_overtaken", "certificates were issued in the same moment; look again and repeat")
	// ErrRevoked: the certificate has been revoked before.
	ErrRevoked = fault.New(fault.Conflict, "certificate_revoked", "the certificate has been revoked already")
)

// LineDigest is the SHA-256, in hex, of a published line as JSON. A
// certificate is bound to it.
func LineDigest(l engine.ResultLine) string {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err) // our own type
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Certificates issues certificates and lets anybody check them. Safe for
// concurrent use.
type Certificates struct {
	Contests *engine.Contests
	Ledger   interface {
		ledger.Appender
		ledger.Reader
	}
	// Awards gives what a division's published results earn; nil where there
	// are no award rules. Error: ErrNoAwards.
	Awards func(context.Context, engine.DivisionID) (Awards, error)
	Now    func() time.Time
}

func (s *Certificates) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// List lists a division's certificates in the order of their numbers, with
// what the newest version of the results says of them.
func (s *Certificates) List(ctx context.Context, id engine.DivisionID) ([]CertificateLine, error) {
	g, err := readRegister(ctx, s.Ledger, id)
	if err != nil || len(g.list) == 0 {
		return g.list, err
	}
	lines, err := s.published(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range g.list {
		g.list[i].supersede(lines)
	}
	return g.list, nil
}

func (c *CertificateLine) supersede(lines map[engine.CompetitorID]string) {
	if c.State == CertificateValid && lines[c.Competitor] != c.Line {
		c.State = CertificateSuperseded
	}
}

// published are the digests of the newest version's lines.
func (s *Certificates) published(ctx context.Context, id engine.DivisionID) (map[engine.CompetitorID]string, error) {
	p, err := s.Contests.Published(ctx, id)
	if err != nil {
		return nil, err
	}
	lines := map[engine.CompetitorID]string{}
	for _, l := range p.Lines {
		lines[l.Competitor] = LineDigest(l)
	}
	return lines, nil
}

// Issue gives a number to every award that has no valid certificate, by the
// forms. Certificates whose results have changed end with it and are issued
// anew. A repeated key changes nothing. Errors: ErrForms, ErrNoAwards,
// ErrNumberTaken, ErrIssuing, and engine.ErrNoBoard before the publication.
func (s *Certificates) Issue(ctx context.Context, by access.AccountID, id engine.DivisionID, key string, f Forms) ([]CertificateLine, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if s.Awards == nil {
		return nil, ErrNoAwards
	}
	p, err := s.Contests.Published(ctx, id)
	if err != nil {
		return nil, err
	}
	a, err := s.Awards(ctx, id)
	if err != nil {
		return nil, err
	}
	div, contest, err := s.division(ctx, id)
	if err != nil {
		return nil, err
	}
	g, err := readRegister(ctx, s.Ledger, id)
	if err != nil {
		return nil, err
	}
	e := g.issue(f, a, p, yearOf(contest, p), shortCode(div.ID))
	switch {
	case len(e.Issued)+len(e.Replaced) > 0:
	case len(a.Honours) == 0:
		return nil, ErrNoAwards
	default:
		return s.List(ctx, id)
	}
	if err := s.unique(ctx, contest, id, e.Issued); err != nil {
		return nil, err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	_, err = s.Ledger.Append(ctx, ledger.Entry{Stream: CertificateStream(id), Expect: g.seq, At: s.now(), Kind: kindIssued, Actor: string(by), Key: key, Data: data})
	if errors.Is(err, ledger.ErrConflict) {
		return nil, ErrIssuing.Wrap(err)
	}
	if err != nil {
		return nil, err
	}
	return s.List(ctx, id)
}

// unique asks that no other division of the contest has one of the numbers.
func (s *Certificates) unique(ctx context.Context, contest engine.Contest, id engine.DivisionID, list []Issued) error {
	all, err := s.Contests.Divisions(ctx, contest.ID)
	if err != nil {
		return err
	}
	own, err := readRegister(ctx, s.Ledger, id)
	if err != nil {
		return err
	}
	taken := own.byNumber
	for _, d := range all {
		if d.ID == id {
			continue
		}
		g, err := readRegister(ctx, s.Ledger, d.ID)
		if err != nil {
			return err
		}
		for n := range g.byNumber {
			taken[n] = 0
		}
	}
	for _, c := range list {
		if _, there := taken[c.Number]; there {
			return ErrNumberTaken.Param("number", c.Number)
		}
	}
	return nil
}

// Revoke ends a certificate. Errors: ErrNoCertificate, ErrRevoked,
// engine.ErrReason.
func (s *Certificates) Revoke(ctx context.Context, by access.AccountID, id engine.DivisionID, key, number, why string) error {
	if strings.TrimSpace(why) == "" || len(why) > 2000 {
		return engine.ErrReason
	}
	g, err := readRegister(ctx, s.Ledger, id)
	if err != nil {
		return err
	}
	i, ok := g.byNumber[number]
	switch {
	case !ok:
		return ErrNoCertificate.Param("number", number)
	case g.list[i].State == CertificateRevoked && g.list[i].Why != why:
		return ErrRevoked.Param("number", number)
	case g.list[i].State == CertificateRevoked:
		return nil // said before, in the same words
	}
	data, err := json.Marshal(revoking{number, why})
	if err != nil {
		return err
	}
	_, err = s.Ledger.Append(ctx, ledger.Entry{Stream: CertificateStream(id), Expect: ledger.AnySeq, At: s.now(), Kind: kindRevoked, Actor: string(by), Key: key, Data: data})
	return err
}

// Check returns the certificate with the number to somebody who holds it: who
// knows the proof in its QR code, or the name on it. Error: ErrNoCertificate,
// whatever does not fit.
func (s *Certificates) Check(ctx context.Context, id engine.DivisionID, number, proof, name string) (CertificateLine, error) {
	g, err := readRegister(ctx, s.Ledger, id)
	if err != nil {
		return CertificateLine{}, err
	}
	i, ok := g.byNumber[number]
	if !ok {
		return CertificateLine{}, ErrNoCertificate
	}
	c := g.list[i]
	fits := proof != "" && same(proof, c.Proof()) || proof == "" && name != "" && same(strings.TrimSpace(name), c.Recipient)
	if !fits {
		return CertificateLine{}, ErrNoCertificate
	}
	lines, err := s.published(ctx, id)
	if err != nil {
		return CertificateLine{}, err
	}
	c.supersede(lines)
	return c, nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Certificates) division(ctx context.Context, id engine.DivisionID) (engine.Division, engine.Contest, error) {
	div, err := s.Contests.Division(ctx, id)
	if err != nil {
		return div, engine.Contest{}, err
	}
	contest, err := s.Contests.Contest(ctx, div.Contest)
	return div, contest, err
}

// yearOf is the year of a contest, or else of its results.
func yearOf(c engine.Contest, p engine.Publication) int {
	if c.Year > 0 || p.Signed == nil {
		return c.Year
	}
	return p.Signed.At.In(document.China).Year()
}

// shortCode is a short name of a division for document codes and numbers.
func shortCode(id engine.DivisionID) string {
	s := strings.ToUpper(strings.ReplaceAll(string(id), "-", ""))
	if len(s) > 6 {
		s = s[len(s)-6:]
	}
	return s
}
