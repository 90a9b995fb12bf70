// Package seal holds the program's cryptography: fields sealed at rest and
// found again by a blind index, packages of papers, keys in two halves,
// signatures of the node, and boxes that only the server opens.
//
// A Sealer's value is AES-256-GCM with a random nonce and the field's context
// as additional data, so a value copied into another record or field does not
// open. Blind values are HMAC-SHA-256 under a key of their own: equal input
// gives equal output, nothing more can be learnt without the key. A Suite
// encrypts packages (AES-256-GCM or SM4-GCM) under keys that are made for one
// package each. Nothing here is invented: primitives come from the standard
// library, golang.org/x/crypto and gmsm.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// KeySize is the length of a secret key in bytes.
const KeySize = 32

// prefix names the algorithm of a sealed value, so that a later one can stand
// beside it.
const prefix = "a1."

// Errors of this package; compare with errors.Is.
var (
	// ErrKey: a secret key has the wrong length or encoding.
	ErrKey = fault.New(fault.Invalid, "seal_key", "the secret key must be 32 bytes in base64 (openssl rand -base64 32)")
	// ErrOpen: the value was changed, moved to another field, or sealed with another key.
	ErrOpen = fault.New(fault.Internal, "seal_open", "the sealed value cannot be opened with this key and context")
	// ErrSignature: the signature is not that key's over those bytes.
	ErrSignature = fault.New(fault.Invalid, "signature_wrong", "the signature does not fit")
	// ErrSuite: there is no such encryption, or the key has another length.
	ErrSuite = fault.New(fault.Invalid, "suite_unknown", "give aes256-gcm or sm4-gcm and a key of its length")
)

// Sealer seals and opens fields. Safe for concurrent use.
type Sealer struct {
	aead  cipher.AEAD
	blind []byte
}

// New returns a sealer under the master key (KeySize bytes).
func New(master []byte) (*Sealer, error) {
	if len(master) != KeySize {
		return nil, ErrKey
	}
	enc, err := hkdf.Key(sha256.New, master, nil, "xinglu field encryption", KeySize)
	if err != nil {
		return nil, err
	}
	blind, err := hkdf.Key(sha256.New, master, nil, "xinglu blind index", KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead, blind: blind}, nil
}

// Seal encrypts plain. The context names the place ("candidate/42/id_number")
// and must be given again to open it.
func (s *Sealer) Seal(plain []byte, context string) (string, error) {
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce)
	out := s.aead.Seal(nonce, nonce, plain, []byte(context))
	return prefix + base64.RawStdEncoding.EncodeToString(out), nil
}

// Open decrypts what Seal returned for the same context, or returns ErrOpen.
func (s *Sealer) Open(sealed, context string) ([]byte, error) {
	raw, ok := strings.CutPrefix(sealed, prefix)
	if !ok {
		return nil, ErrOpen
	}
	b, err := base64.RawStdEncoding.DecodeString(raw)
	if err != nil || len(b) < s.aead.NonceSize() {
		return nil, ErrOpen
	}
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, b[:n], b[n:], []byte(context))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Blind returns the index value of plain for one purpose ("id_number"):
// 43 characters, the same for the same input.
func (s *Sealer) Blind(plain, purpose string) string {
	m := hmac.New(sha256.New, s.blind)
	fmt.Fprintf(m, "%d:%s%s", len(purpose), purpose, plain)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
