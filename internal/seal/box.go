package seal

import (
	"crypto/hkdf"
	"crypto/sha256"

	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/nacl/box"
)

// BoxKey opens boxes that others make for the server: NaCl's box (X25519,
// XSalsa20, Poly1305), which the seats' browsers make with an ephemeral key
// of their own. Safe for concurrent use.
type BoxKey struct{ private, public [32]byte }

// NewBoxKey derives the key from the data key, so that every node of a store
// opens the boxes that any of them asked for. Error: ErrKey.
func NewBoxKey(master []byte) (*BoxKey, error) {
	if len(master) != KeySize {
		return nil, ErrKey
	}
	private, err := hkdf.Key(sha256.New, master, nil, "xinglu rescue box", KeySize)
	if err != nil {
		return nil, err
	}
	k := &BoxKey{}
	copy(k.private[:], private)
	curve25519.ScalarBaseMult(&k.public, &k.private)
	return k, nil
}

// Public returns the key for which boxes are made (32 bytes).
func (k *BoxKey) Public() []byte { return append([]byte{}, k.public[:]...) }

// Open opens a box made with the ephemeral key whose public half is given (32
// bytes) and a nonce (24 bytes), or returns ErrOpen.
func (k *BoxKey) Open(sealed, nonce, ephemeral []byte) ([]byte, error) {
	if len(nonce) != 24 || len(ephemeral) != 32 {
		return nil, ErrOpen
	}
	plain, ok := box.Open(nil, sealed, (*[24]byte)(nonce), (*[32]byte)(ephemeral), &k.private)
	if !ok {
		return nil, ErrOpen
	}
	return plain, nil
}
