package custody

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/seal"
)

// manifest is what may be known of a package before its release.
type manifest struct {
	V          int          `json:"v"` // of the form: 1
	Package    string       `json:"package"`
	Sitting    string       `json:"sitting"`
	Suite      seal.Suite   `json:"suite"`
	NotBefore  time.Time    `json:"not_before"`
	SealedAt   time.Time    `json:"sealed_at"`
	SealedBy   string       `json:"sealed_by"` // name for people
	Signer     []byte       `json:"signer"`    // Ed25519 public key
	Custodians []holder     `json:"custodians"`
	Halves     []half       `json:"halves"`
	Shapes     []bank.Shape `json:"shapes"`
}

// holder is a custodian of one package.
type holder struct {
	Name string `json:"name"`
	Key  string `json:"key"` // age public key
}

// half is one half of the content key for a pair of custodians (places in
// Custodians), encrypted to the first of them.
type half struct {
	For  int    `json:"for"`
	With int    `json:"with"`
	Box  []byte `json:"box"`
}

// parcel is a whole package in memory. The manifest is kept as the bytes that
// were signed.
type parcel struct {
	manifest
	raw        []byte
	ciphertext []byte
	signature  []byte
}

// makeParcel encrypts the contents under a new key, cuts the key for each
// pair of holders and signs. m lacks suite-dependent fields only. The key is
// not kept.
func makeParcel(m manifest, contents []bank.Content, signer *seal.Signer) (parcel, error) {
	plain, err := json.Marshal(contents)
	if err != nil {
		return parcel{}, fmt.Errorf("writing papers: %w", err)
	}
	key := m.Suite.NewKey()
	if m.Halves, err = cut(key, m.Custodians); err != nil {
		return parcel{}, err
	}
	m.V, m.Signer = 1, signer.Public()
	p := parcel{manifest: m}
	if p.raw, err = json.Marshal(m); err != nil {
		return parcel{}, fmt.Errorf("writing the manifest: %w", err)
	}
	associated := sha256.Sum256(p.raw)
	if p.ciphertext, err = m.Suite.Encrypt(key, plain, associated[:]); err != nil {
		return parcel{}, err
	}
	p.signature = signer.Sign(p.statement())
	return p, nil
}

// cut encrypts, for each pair of holders, one half of the key to each.
func cut(key []byte, holders []holder) ([]half, error) {
	var all []half
	for i := range holders {
		for j := i + 1; j < len(holders); j++ {
			a, b := seal.Split(key)
			for _, h := range []struct {
				to, with int
				half     []byte
			}{{i, j, a}, {j, i, b}} {
				box, err := encryptTo(holders[h.to].Key, h.half)
				if err != nil {
					return nil, err
				}
				all = append(all, half{For: h.to, With: h.with, Box: box})
			}
		}
	}
	return all, nil
}

func encryptTo(key string, plain []byte) ([]byte, error) {
	to, err := age.ParseX25519Recipient(key)
	if err != nil {
		return nil, fmt.Errorf("key of a custodian: %w", err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(plain)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// statement is what the signature covers: the digests of manifest and
// ciphertext, under words of their own.
func (p *parcel) statement() []byte {
	m, c := sha256.Sum256(p.raw), sha256.Sum256(p.ciphertext)
	return fmt.Appendf(nil, "xinglu paper package 1\n%x\n%x\n", m, c)
}

// digest names the package with everything in it: 64 hex digits.
func (p *parcel) digest() string {
	sum := sha256.Sum256(append(p.statement(), p.signature...))
	return hex.EncodeToString(sum[:])
}

// readManifest parses the raw manifest. Error: ErrDamaged.
func (p *parcel) readManifest() error {
	if err := json.Unmarshal(p.raw, &p.manifest); err != nil {
		return damaged(partManifest, err)
	}
	n := len(p.Custodians)
	if p.V != 1 || !p.Suite.Valid() || n < minCustodians || n > maxCustodians || len(p.Halves) != n*(n-1) || len(p.Shapes) == 0 {
		return damaged(partManifest, nil)
	}
	return nil
}

// verify checks the signature against the manifest's signer. Whether that one
// is trusted is another question. Error: ErrDamaged.
func (p *parcel) verify() error {
	if err := seal.Verify(p.Signer, p.statement(), p.signature); err != nil {
		return damaged(partSignature, err)
	}
	return nil
}

// holder returns the place of the custodian with the key, or -1.
func (p *parcel) holder(key string) int {
	for i, h := range p.Custodians {
		if h.Key == key {
			return i
		}
	}
	return -1
}

// halvesOf opens the halves of the holder at a place: by the place of the
// partner. Error: ErrDamaged.
func (p *parcel) halvesOf(place int, id age.Identity) (map[int][]byte, error) {
	mine := map[int][]byte{}
	for _, h := range p.Halves {
		if h.For != place {
			continue
		}
		r, err := age.Decrypt(bytes.NewReader(h.Box), id)
		if err != nil {
			return nil, damaged(partHalf, err)
		}
		part, err := io.ReadAll(io.LimitReader(r, 100))
		if err != nil || len(part) != p.Suite.KeySize() {
			return nil, damaged(partHalf, err)
		}
		mine[h.With] = part
	}
	return mine, nil
}

// contents decrypts the papers. Error: ErrDamaged, also for a wrong key,
// because the key comes from halves.
func (p *parcel) contents(key []byte) (map[bank.PaperID]bank.Content, error) {
	associated := sha256.Sum256(p.raw)
	plain, err := p.Suite.Decrypt(key, p.ciphertext, associated[:])
	if err != nil {
		return nil, damaged(partCiphertext, err)
	}
	var list []bank.Content
	if err := json.Unmarshal(plain, &list); err != nil {
		return nil, damaged(partCiphertext, err)
	}
	byID := make(map[bank.PaperID]bank.Content, len(list))
	for _, c := range list {
		byID[c.Paper.ID] = c
	}
	return byID, nil
}
