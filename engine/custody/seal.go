package custody

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
)

// Bounds of one package; they bound memory and documents.
const (
	minCustodians = 2
	maxCustodians = 8
	maxPapers     = 8
	pieceSize     = 4 << 20 // bytes of ciphertext in a document
)

// Sealing asks for the papers of a sitting to be sealed.
type Sealing struct {
	Sitting    string
	Papers     []bank.PaperID
	NotBefore  time.Time // the earliest release
	Suite      seal.Suite
	Custodians []string // accounts, all enrolled; two of them release
}

// Seal encrypts the papers into a new package, which takes the place of an
// older one that is not released. Errors: ErrSealing with Fields,
// ErrReleased, and those of Options.Paper. Durable when it returns.
func (v *Vault) Seal(ctx context.Context, actor string, s Sealing) error {
	m, err := v.plan(ctx, actor, s)
	if err != nil {
		return err
	}
	var contents []bank.Content
	for _, id := range s.Papers {
		c, err := v.o.Paper(ctx, id)
		if err != nil {
			return fmt.Errorf("sealing paper %s: %w", id, err)
		}
		shape, err := c.Shape()
		if err != nil {
			return fmt.Errorf("sealing paper %s: %w", id, err)
		}
		contents, m.Shapes = append(contents, c), append(m.Shapes, shape)
	}
	p, err := makeParcel(m, contents, v.o.Signer)
	if err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	return v.keep(ctx, actor, Sealed, &p)
}

// plan checks the request and begins the manifest.
func (v *Vault) plan(ctx context.Context, actor string, s Sealing) (manifest, error) {
	var fields []fault.Field
	bad := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
	}
	if !s.Suite.Valid() {
		bad("suite", "suite_unknown", "give aes256-gcm or sm4-gcm")
	}
	if n := len(s.Papers); n < 1 || n > maxPapers {
		bad("papers", "papers_count", fmt.Sprintf("give 1 to %d papers", maxPapers))
	}
	if n := len(s.Custodians); n < minCustodians || n > maxCustodians {
		bad("custodians", "custodians_count", fmt.Sprintf("give %d to %d custodians", minCustodians, maxCustodians))
	}
	m := manifest{Package: "k" + strings.ToLower(rand.Text()[:16]), Sitting: s.Sitting, Suite: s.Suite,
		NotBefore: s.NotBefore.UTC().Truncate(time.Millisecond), SealedAt: v.now(), SealedBy: v.o.Name(ctx, actor)}
	seen := map[string]bool{}
	for i, account := range s.Custodians {
		path := fmt.Sprintf("custodians[%d]", i)
		c, err := v.custodian(ctx, account)
		switch {
		case errors.Is(err, ErrNotEnrolled):
			bad(path, "custodian_not_enrolled", "this account has not enrolled as a custodian")
			continue
		case err != nil:
			return m, err
		case seen[c.Recipient]:
			bad(path, "custodian_repeated", "this custodian is there twice")
		}
		seen[c.Recipient] = true
		m.Custodians = append(m.Custodians, holder{Name: c.Name, Key: c.Recipient})
	}
	if fields != nil {
		return m, ErrSealing.With(fields...)
	}
	return m, nil
}

// keep stores the package and then records it, which makes it count.
func (v *Vault) keep(ctx context.Context, actor string, kind Kind, p *parcel) error {
	if err := v.store(ctx, p); err != nil {
		return fmt.Errorf("storing package %s: %w", p.Package, err)
	}
	e := Event{Package: p.Package, Digest: p.digest(), Name: v.o.Name(ctx, actor)}
	for _, h := range p.Custodians {
		e.Custodians = append(e.Custodians, h.Name)
	}
	for _, s := range p.Shapes {
		e.Papers = append(e.Papers, s.ID)
	}
	return v.decide(ctx, p.Sitting, actor, "package/"+p.Package, func(s *story) (Kind, Event, error) {
		if s.pack == p.Package {
			return "", e, nil
		}
		if s.released {
			return "", e, ErrReleased
		}
		return kind, e, nil
	})
}

// store writes the pieces, then the package that counts them.
func (v *Vault) store(ctx context.Context, p *parcel) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	n := 0
	for rest := p.ciphertext; len(rest) > 0; n++ {
		one := piece{ID: pieceID(p.Package, n), Data: rest[:min(len(rest), pieceSize)]}
		rest = rest[len(one.Data):]
		g.Go(func() error { return orExists(pieces.Insert(gctx, v.db, &one)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return orExists(packs.Insert(ctx, v.db, &pack{ID: p.Package, Manifest: p.raw, Signature: p.signature, Parts: n, Mark: v.mark(p)}))
}

// orExists forgives an insert that met itself. What is stored is verified
// when it is read, so another value under the id does no harm.
func orExists(err error) error {
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

func (v *Vault) mark(p *parcel) string { return v.o.Sealer.Blind(p.digest(), "paper package") }

// load reads a package and verifies it.
func (v *Vault) load(ctx context.Context, id string) (parcel, error) {
	p, err := v.loadHead(ctx, id)
	if err != nil {
		return p.parcel, err
	}
	for n := range p.parts {
		one, err := pieces.Get(ctx, v.db, pieceID(id, n))
		if errors.Is(err, store.ErrNotFound) {
			return p.parcel, damaged(partCiphertext, err)
		}
		if err != nil {
			return p.parcel, err
		}
		p.ciphertext = append(p.ciphertext, one.Value.Data...)
	}
	if err := p.verify(); err != nil {
		return p.parcel, err
	}
	if v.mark(&p.parcel) != p.mark {
		return p.parcel, damaged(partSignature, nil)
	}
	return p.parcel, nil
}

// head is a package without its ciphertext.
type head struct {
	parcel
	parts int
	mark  string
}

// loadHead reads the manifest; without the ciphertext the signature cannot be
// verified yet.
func (v *Vault) loadHead(ctx context.Context, id string) (head, error) {
	stored, err := packs.Get(ctx, v.db, id)
	if err != nil {
		return head{}, err
	}
	h := head{parcel{raw: stored.Value.Manifest, signature: stored.Value.Signature}, stored.Value.Parts, stored.Value.Mark}
	return h, h.readManifest()
}

// trusts returns nil if a package of the signer may be imported.
func (v *Vault) trusts(signer []byte) error {
	for _, k := range append([][]byte{v.o.Signer.Public()}, v.o.Trusted...) {
		if bytes.Equal(k, signer) {
			return nil
		}
	}
	return ErrSigner.Param("signer", seal.KeyID(signer))
}

// Export returns the sitting's package as a file for another server. It is
// recorded. Errors: ErrNotSealed, ErrDamaged.
func (v *Vault) Export(ctx context.Context, actor, sitting string) ([]byte, error) {
	s, err := v.story(ctx, sitting)
	if err != nil {
		return nil, err
	}
	if s.pack == "" {
		return nil, ErrNotSealed
	}
	p, err := v.load(ctx, s.pack)
	if err != nil {
		return nil, err
	}
	file, err := p.writeFile()
	if err != nil {
		return nil, fmt.Errorf("writing the package: %w", err)
	}
	return file, v.record(ctx, sitting, anySeq, Exported, actor, "", Event{Package: p.Package, Digest: p.digest(), Name: v.o.Name(ctx, actor)})
}

// Import takes a package file of another server or of this one, after
// checking it. A refusal is recorded too. Errors: ErrDamaged, ErrSigner,
// ErrOtherSitting, ErrReleased. Importing the same package again changes
// nothing.
func (v *Vault) Import(ctx context.Context, actor, sitting string, file []byte) error {
	p, err := readFile(file)
	if err == nil {
		err = v.trusts(p.Signer)
	}
	if err == nil {
		err = p.verify()
	}
	if err == nil && p.Sitting != sitting {
		err = ErrOtherSitting.Param("sitting", p.Sitting)
	}
	if err != nil {
		return errors.Join(err, v.refuse(ctx, sitting, actor, p.Package, err))
	}
	return v.keep(ctx, actor, Imported, &p)
}
