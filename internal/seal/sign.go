package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
)

// Signer signs for one node with Ed25519 (RFC 8032). Safe for concurrent use.
type Signer struct {
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

// NewSigner returns the signer whose key grows from the seed (KeySize bytes).
func NewSigner(seed []byte) (*Signer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, ErrKey
	}
	k := ed25519.NewKeyFromSeed(seed)
	return &Signer{private: k, public: k.Public().(ed25519.PublicKey)}, nil
}

// LoadOrCreateSigner returns the signer of the key file, which it makes as
// LoadOrCreateKey does. A node that loses the file signs with a new key; what
// it signed before can still be verified with the old public key.
func LoadOrCreateSigner(path string) (*Signer, error) {
	seed, err := LoadOrCreateKey(path)
	if err != nil {
		return nil, err
	}
	return NewSigner(seed)
}

// Sign returns the signature (64 bytes) of the message. Messages of different
// use begin with different words, so that none can be taken for another.
func (s *Signer) Sign(message []byte) []byte { return ed25519.Sign(s.private, message) }

// Public returns the public key (32 bytes); it is the caller's own.
func (s *Signer) Public() []byte { return append([]byte{}, s.public...) }

// KeyID returns the name of the signer's key.
func (s *Signer) KeyID() string { return KeyID(s.public) }

// KeyID is the short name of a public key: 16 hex digits of its SHA-256.
func KeyID(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// Verify returns nil if signature is that of the public key's owner over the
// message, else ErrSignature.
func Verify(public, message, signature []byte) error {
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, message, signature) {
		return ErrSignature
	}
	return nil
}
