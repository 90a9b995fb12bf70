package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"

	"github.com/emmansun/gmsm/sm4"
)

// Suite names an authenticated encryption for packages. A key encrypts one
// package only.
type Suite string

// The suites.
const (
	AES256GCM Suite = "aes256-gcm" // NIST SP 800-38D, 32-byte key
	SM4GCM    Suite = "sm4-gcm"    // GB/T 32907 with GB/T 36624 GCM, 16-byte key
)

// MaxPackage bounds what Encrypt takes, in bytes: it is encrypted in one piece.
const MaxPackage = 64 << 20

// KeySize is the length of the suite's keys in bytes; 0 for an unknown suite.
func (s Suite) KeySize() int {
	switch s {
	case AES256GCM:
		return 32
	case SM4GCM:
		return sm4.BlockSize
	}
	return 0
}

// Valid reports whether s is one of the suites.
func (s Suite) Valid() bool { return s.KeySize() != 0 }

// NewKey returns a random key.
func (s Suite) NewKey() []byte {
	key := make([]byte, s.KeySize())
	rand.Read(key)
	return key
}

// Encrypt returns a random nonce (12 bytes), the ciphertext and its tag (16
// bytes), as one value. The associated bytes are not in it; Decrypt must get
// the same. Error: ErrSuite, also for more than MaxPackage bytes.
func (s Suite) Encrypt(key, plain, associated []byte) ([]byte, error) {
	aead, err := s.aead(key)
	if err != nil || len(plain) > MaxPackage {
		return nil, ErrSuite.Wrap(err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, associated), nil
}

// Decrypt returns what Encrypt was given. Errors: ErrSuite, and ErrOpen when
// value, key or associated bytes are not those of Encrypt.
func (s Suite) Decrypt(key, value, associated []byte) ([]byte, error) {
	aead, err := s.aead(key)
	if err != nil {
		return nil, ErrSuite.Wrap(err)
	}
	n := aead.NonceSize()
	if len(value) < n {
		return nil, ErrOpen
	}
	plain, err := aead.Open(nil, value[:n], value[n:], associated)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func (s Suite) aead(key []byte) (cipher.AEAD, error) {
	if !s.Valid() || len(key) != s.KeySize() {
		return nil, ErrSuite
	}
	block, err := aes.NewCipher(key)
	if s == SM4GCM {
		block, err = sm4.NewCipher(key)
	}
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
