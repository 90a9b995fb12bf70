package resultbook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Issued is one certificate as it is recorded. Its number is never used again.
type Issued struct {
	Number     string              `json:"number"`
	Serial     int                 `json:"serial"`
	Award      string              `json:"award"`
	AwardName  string              `json:"award_name"`
	Competitor engine.CompetitorID `json:"competitor"`
	Member     string              `json:"member,omitempty"`
	Recipient  string              `json:"recipient"`
	Unit       string              `json:"unit"`
	Version    int                 `json:"version"` // of the publication
	Line       string              `json:"line"`    // SHA-256, hex, of the published line as JSON
}

// who tells certificates apart that follow from one result.
func (c Issued) who() string {
	return c.Award + "\x00" + string(c.Competitor) + "\x00" + c.Member
}

// Proof is the part of the line's hash that the QR code carries.
func (c Issued) Proof() string { return c.Line[:min(len(c.Line), 24)] }

// CertificateState says whether a certificate holds.
type CertificateState string

// The states of a certificate.
const (
	CertificateValid      CertificateState = "valid"
	CertificateSuperseded CertificateState = "superseded" // a later version of the results changed the line
	CertificateRevoked    CertificateState = "revoked"
)

// CertificateLine is a certificate in its list.
type CertificateLine struct {
	Issued
	State    CertificateState `json:"state" enum:"valid,superseded,revoked"`
	IssuedAt time.Time        `json:"issued_at"`
	IssuedBy access.AccountID `json:"issued_by"`
	Why      string           `json:"why,omitempty"` // of the revocation
}

// The kinds of record in "certificates/<division>".
const (
	kindIssued  = "certificates.issued"
	kindRevoked = "certificate.revoked"
)

// issuing is one act of issuing: the forms it was done by, and all that it
// made. Replaced are numbers that end with it because their results changed.
type issuing struct {
	Forms    Forms    `json:"forms"`
	Issued   []Issued `json:"issued"`
	Replaced []string `json:"replaced,omitempty"`
}

type revoking struct {
	Number string `json:"number"`
	Why    string `json:"why"`
}

// register is the fold of a division's certificates.
type register struct {
	seq      int64
	serial   int // the last
	forms    Forms
	list     []CertificateLine
	byNumber map[string]int
}

// CertificateStream is the stream of a division's certificates.
func CertificateStream(id engine.DivisionID) ledger.StreamID {
	return ledger.StreamID("certificates/" + string(id))
}

func (g *register) apply(r ledger.Record) error {
	switch r.Kind {
	case kindIssued:
		var e issuing
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		g.forms = e.Forms
		for _, n := range e.Replaced {
			if i, ok := g.byNumber[n]; ok {
				g.list[i].State, g.list[i].Why = CertificateRevoked, "成绩更正，不再有效"
			}
		}
		for _, c := range e.Issued {
			g.serial = max(g.serial, c.Serial)
			g.byNumber[c.Number] = len(g.list)
			g.list = append(g.list, CertificateLine{Issued: c, State: CertificateValid, IssuedAt: r.At, IssuedBy: access.AccountID(r.Actor)})
		}
	case kindRevoked:
		var e revoking
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		if i, ok := g.byNumber[e.Number]; ok && g.list[i].State == CertificateValid {
			g.list[i].State, g.list[i].Why = CertificateRevoked, e.Why
		}
	default:
		return fmt.Errorf("unknown kind %q", r.Kind)
	}
	g.seq = r.Seq
	return nil
}

// ReadCertificates folds a division's certificates. Whether a later version of
// the results superseded one it does not know.
func ReadCertificates(ctx context.Context, led ledger.Reader, id engine.DivisionID) ([]CertificateLine, error) {
	g, err := readRegister(ctx, led, id)
	return g.list, err
}

func readRegister(ctx context.Context, led ledger.Reader, id engine.DivisionID) (*register, error) {
	g := &register{byNumber: map[string]int{}, list: []CertificateLine{}}
	_, err := ledger.Fold(ctx, led, CertificateStream(id), 0, g.apply)
	return g, err
}

// issue makes up what an act of issuing records.
func (g *register) issue(f Forms, a Awards, p engine.Publication, year int, division string) issuing {
	lines := map[engine.CompetitorID]string{}
	for _, l := range p.Lines {
		lines[l.Competitor] = LineDigest(l)
	}
	holds := map[string]CertificateLine{}
	for _, c := range g.list {
		if c.State == CertificateValid {
			holds[c.who()] = c
		}
	}
	e := issuing{Forms: f, Issued: []Issued{}}
	serial := max(g.serial, f.Numbers.From-1)
	for _, h := range a.Honours {
		c := Issued{
			Award: h.Award, AwardName: h.Name, Competitor: h.Competitor, Member: h.Member, Recipient: h.Recipient, Unit: h.Unit,
			Version: p.Version, Line: lines[h.Competitor],
		}
		if old, ok := holds[c.who()]; ok {
			delete(holds, c.who())
			if old.Line == c.Line && old.Recipient == c.Recipient && old.Unit == c.Unit {
				continue
			}
			e.Replaced = append(e.Replaced, old.Number)
		}
		serial++
		c.Serial, c.Number = serial, f.Numbers.Number(year, division, h.Award, serial)
		e.Issued = append(e.Issued, c)
	}
	for _, c := range g.list { // who has lost the award
		if _, lost := holds[c.who()]; lost && c.State == CertificateValid {
			e.Replaced = append(e.Replaced, c.Number)
		}
	}
	return e
}
