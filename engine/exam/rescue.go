package exam

// Box opens rescue files: *seal.BoxKey. All methods must be safe for
// concurrent use.
type Box interface {
	// Open opens NaCl's box made with the ephemeral key and the nonce.
	Open(sealed, nonce, ephemeral []byte) ([]byte, error)
	Public() []byte
}
