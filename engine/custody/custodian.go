package custody

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// CustodianInfo is what everybody may know of a custodian.
type CustodianInfo struct {
	Account  string    `json:"account"`
	Name     string    `json:"name"`
	Key      string    `json:"key" doc:"Public key (age)"`
	Enrolled time.Time `json:"enrolled"`
}

// Enrol makes the account a custodian with a key under the passphrase. With
// keyFile, what KeyFile gave at another server, that key is taken; the
// passphrase must be its own. A key is never replaced: whoever got hold of the
// account's password could else make a key of his own. Errors: ErrEnrolment
// with Fields, ErrEnrolled.
func (v *Vault) Enrol(ctx context.Context, account, passphrase string, keyFile []byte) (CustodianInfo, error) {
	identity, err := v.identity(ctx, passphrase, keyFile)
	if err != nil {
		return CustodianInfo{}, err
	}
	locked, err := v.lock(ctx, identity, passphrase)
	if err != nil {
		return CustodianInfo{}, err
	}
	sealed, err := v.o.Sealer.Seal(locked, "custodian/"+account)
	if err != nil {
		return CustodianInfo{}, fmt.Errorf("sealing a custodian's key: %w", err)
	}
	c := custodian{Account: account, Name: v.o.Name(ctx, account), Recipient: identity.Recipient().String(),
		Identity: sealed, Enrolled: v.now(), Wrong: []time.Time{}}
	err = custodians.Insert(ctx, v.db, &c)
	if errors.Is(err, store.ErrExists) {
		return CustodianInfo{}, ErrEnrolled
	}
	if err != nil {
		return CustodianInfo{}, err
	}
	return c.info(), v.recordOwn(ctx, &c, "custodian.enrolled")
}

// recordOwn appends to the custodian's own stream.
func (v *Vault) recordOwn(ctx context.Context, c *custodian, kind string) error {
	data, err := json.Marshal(map[string]string{"key": c.Recipient, "name": c.Name})
	if err != nil {
		return err
	}
	_, err = v.led.Append(ctx, ledger.Entry{Stream: ledger.StreamID("custodian/" + c.Account), Expect: ledger.AnySeq,
		At: v.now(), Kind: kind, Actor: c.Account, Data: data})
	return err
}

// identity is a new key, or that of the key file.
func (v *Vault) identity(ctx context.Context, passphrase string, keyFile []byte) (*age.X25519Identity, error) {
	if n := utf8.RuneCountInString(passphrase); n < v.o.Rules.MinPassphrase || n > 200 {
		return nil, ErrEnrolment.With(fault.Field{Path: "passphrase", Code: "passphrase_length",
			Message: fmt.Sprintf("give %d to 200 characters", v.o.Rules.MinPassphrase)})
	}
	if len(keyFile) == 0 {
		return age.GenerateX25519Identity()
	}
	id, err := v.unlock(ctx, keyFile, passphrase)
	if err != nil {
		return nil, ErrEnrolment.With(fault.Field{Path: "key_file", Code: "key_file_closed",
			Message: "the passphrase does not open the key file"})
	}
	return id, nil
}

func (c *custodian) info() CustodianInfo {
	return CustodianInfo{Account: c.Account, Name: c.Name, Key: c.Recipient, Enrolled: c.Enrolled}
}

// Custodians lists the enrolled custodians by account.
func (v *Vault) Custodians(ctx context.Context) ([]CustodianInfo, error) {
	all, err := custodians.All(ctx, v.db, store.Query{})
	list := make([]CustodianInfo, 0, len(all))
	for i := range all {
		list = append(list, all[i].info())
	}
	return list, err
}

// KeyFile returns the custodian's private key under the passphrase, to take
// to another server: an armoured age file. Recorded. Error: ErrNotEnrolled.
func (v *Vault) KeyFile(ctx context.Context, account string) ([]byte, error) {
	c, err := v.custodian(ctx, account)
	if err != nil {
		return nil, err
	}
	if err := v.recordOwn(ctx, &c, "custodian.key_taken"); err != nil {
		return nil, err
	}
	return v.o.Sealer.Open(c.Identity, "custodian/"+account)
}

func (v *Vault) custodian(ctx context.Context, account string) (custodian, error) {
	c, err := custodians.Get(ctx, v.db, account)
	if errors.Is(err, store.ErrNotFound) {
		return custodian{}, ErrNotEnrolled
	}
	return c.Value, err
}

// unlockOwn returns the custodian's private key if the passphrase is right.
// The try is counted before it is made and taken back when it was right, so
// that guessing in parallel gains nothing. Errors: ErrTries, ErrPassphrase.
func (v *Vault) unlockOwn(ctx context.Context, c *custodian, passphrase string) (*age.X25519Identity, error) {
	now, window := v.now(), time.Duration(v.o.Rules.WrongWindowMS)*time.Millisecond
	_, err := custodians.Update(ctx, v.db, c.Account, func(c *custodian) error {
		kept := c.Wrong[:0]
		for _, at := range c.Wrong {
			// One of the future counts: the clock was set back.
			if now.Sub(at) < window {
				kept = append(kept, at)
			}
		}
		if len(kept) >= v.o.Rules.WrongTries {
			return ErrTries.Param("at", kept[0].Add(window).Format(time.RFC3339))
		}
		c.Wrong = append(kept, now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	locked, err := v.o.Sealer.Open(c.Identity, "custodian/"+c.Account)
	if err != nil {
		return nil, fmt.Errorf("key of custodian %s: %w", c.Account, err)
	}
	id, err := v.unlock(ctx, locked, passphrase)
	if err != nil {
		return nil, err
	}
	_, err = custodians.Update(ctx, v.db, c.Account, func(c *custodian) error { c.Wrong = []time.Time{}; return nil })
	return id, err
}

// lock encrypts the key under the passphrase, as an armoured age file.
func (v *Vault) lock(ctx context.Context, id *age.X25519Identity, passphrase string) ([]byte, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(v.o.Rules.WorkFactor)
	if err := v.try(ctx); err != nil {
		return nil, err
	}
	defer v.tried()
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, to)
	if err != nil {
		return nil, err
	}
	_, err = io.WriteString(w, id.String())
	err = errors.Join(err, w.Close(), a.Close())
	return out.Bytes(), err
}

// maxWorkFactor bounds what a key file from elsewhere may cost: 256 MiB.
const maxWorkFactor = 18

// unlock decrypts what lock returned, or returns ErrPassphrase.
func (v *Vault) unlock(ctx context.Context, locked []byte, passphrase string) (*age.X25519Identity, error) {
	by, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrPassphrase
	}
	by.SetMaxWorkFactor(maxWorkFactor)
	if err := v.try(ctx); err != nil {
		return nil, err
	}
	defer v.tried()
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(locked)), by)
	if err != nil {
		return nil, ErrPassphrase
	}
	text, err := io.ReadAll(io.LimitReader(r, 1000))
	if err != nil {
		return nil, ErrPassphrase
	}
	id, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, ErrPassphrase
	}
	return id, nil
}

// try waits for its turn to spend the memory of a passphrase.
func (v *Vault) try(ctx context.Context) error {
	select {
	case v.trying <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *Vault) tried() { <-v.trying }
