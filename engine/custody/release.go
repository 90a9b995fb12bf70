package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
)

const anySeq = ledger.AnySeq

// Release opens the custodian's halves of the sitting's package with the
// passphrase. The second custodian's call releases the papers. Repeating a
// call is harmless, and completes a release that was cut off. It returns the
// state afterwards.
//
// Errors: ErrNotSealed, ErrTooEarly, ErrClock, ErrNotEnrolled,
// ErrNotCustodian, ErrTries, ErrPassphrase, ErrDamaged, ErrSigner. A refused try is recorded.
func (v *Vault) Release(ctx context.Context, account, sitting, passphrase string) (State, error) {
	s, err := v.story(ctx, sitting)
	if err != nil {
		return State{}, err
	}
	if s.pack == "" {
		return State{}, ErrNotSealed
	}
	if !s.released {
		if err := v.release(ctx, account, sitting, s.pack, passphrase); err != nil {
			return State{}, errors.Join(err, v.refuse(ctx, sitting, account, s.pack, err))
		}
	}
	return v.State(ctx, sitting)
}

func (v *Vault) release(ctx context.Context, account, sitting, id, passphrase string) error {
	c, err := v.custodian(ctx, account)
	if err != nil {
		return err
	}
	p, err := v.load(ctx, id)
	if err != nil {
		return err
	}
	place := p.holder(c.Recipient)
	if place < 0 {
		return ErrNotCustodian
	}
	if err := v.due(p.NotBefore); err != nil {
		return err
	}
	identity, err := v.unlockOwn(ctx, &c, passphrase)
	if err != nil {
		return err
	}
	mine, err := p.halvesOf(place, identity)
	if err != nil {
		return err
	}
	if err := v.keepHalves(ctx, id, place, mine); err != nil {
		return err
	}
	e := Event{Package: id, Name: c.Name, Key: c.Recipient}
	if err := v.record(ctx, sitting, anySeq, HalfOpened, account, "half/"+id+"/"+c.Recipient, e); err != nil {
		return err
	}
	return v.complete(ctx, account, &p, place, mine)
}

// keepHalves stores what a custodian has opened, sealed by the data key.
func (v *Vault) keepHalves(ctx context.Context, pack string, place int, mine map[int][]byte) error {
	body, err := json.Marshal(mine)
	if err != nil {
		return err
	}
	return v.keepSecret(ctx, halves, halfID(pack, place), body)
}

func halfID(pack string, place int) string { return fmt.Sprintf("%s/%d", pack, place) }

func (v *Vault) keepSecret(ctx context.Context, t store.Table[secret], id string, plain []byte) error {
	sealed, err := v.o.Sealer.Seal(plain, t.Name+"/"+id)
	if err != nil {
		return fmt.Errorf("%s %s: %w", t.Name, id, err)
	}
	return orExists(t.Insert(ctx, v.db, &secret{ID: id, Sealed: sealed}))
}

func (v *Vault) openSecret(ctx context.Context, t store.Table[secret], id string) ([]byte, error) {
	doc, err := t.Get(ctx, v.db, id)
	if err != nil {
		return nil, err
	}
	plain, err := v.o.Sealer.Open(doc.Value.Sealed, t.Name+"/"+id)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", t.Name, id, err)
	}
	return plain, nil
}

// complete releases the package if another custodian has opened the other
// half of a pair.
func (v *Vault) complete(ctx context.Context, account string, p *parcel, place int, mine map[int][]byte) error {
	return v.decide(ctx, p.Sitting, account, "released/"+p.Package, func(s *story) (Kind, Event, error) {
		if s.pack != p.Package || s.released {
			return "", Event{}, nil // sealed anew meanwhile, or others were faster
		}
		for _, key := range s.opened {
			partner := p.holder(key)
			if partner < 0 || partner == place {
				continue
			}
			if err := v.join(ctx, p, place, partner, mine); err != nil {
				return "", Event{}, err
			}
			return Released, Event{Package: p.Package, Digest: s.digest, Name: v.o.Name(ctx, account),
				Custodians: []string{p.Custodians[partner].Name, p.Custodians[place].Name}}, nil
		}
		return "", Event{}, nil
	})
}

// join makes the content key of two halves and keeps it once it has opened
// the papers.
func (v *Vault) join(ctx context.Context, p *parcel, place, partner int, mine map[int][]byte) error {
	body, err := v.openSecret(ctx, halves, halfID(p.Package, partner))
	if err != nil {
		return err
	}
	var theirs map[int][]byte
	if err := json.Unmarshal(body, &theirs); err != nil {
		return fmt.Errorf("halves of package %s: %w", p.Package, err)
	}
	key, err := seal.Join(mine[partner], theirs[place])
	if err != nil {
		return damaged(partHalf, err)
	}
	if _, err := p.contents(key); err != nil {
		return damaged(partHalf, err)
	}
	return v.keepSecret(ctx, keys, p.Package, key)
}

// refuse records why a custodian or an import was turned away. What is no
// decision about the papers (a store that does not answer, a custodian who
// has to wait) is not.
func (v *Vault) refuse(ctx context.Context, sitting, actor, pack string, why error) error {
	f := fault.As(why)
	if f == nil || f.Kind == fault.Internal || f.Kind == fault.TooMany || f.Kind == fault.Unavailable && f.Code != ErrClock.Code {
		return nil
	}
	return v.record(ctx, sitting, anySeq, Refused, actor, "",
		Event{Package: pack, Name: v.o.Name(ctx, actor), Code: f.Code, Part: f.Params["part"]})
}
