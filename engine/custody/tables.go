package custody

import (
	"fmt"
	"time"

	"github.com/xinglu/xinglu/internal/store"
)

// custodian is one account's key.
type custodian struct {
	Account   string      `json:"account"`
	Name      string      `json:"name"`
	Recipient string      `json:"recipient"` // age public key
	Identity  string      `json:"identity"`  // age private key under the passphrase, sealed by the data key
	Enrolled  time.Time   `json:"enrolled"`
	Wrong     []time.Time `json:"wrong"` // tries that are not known to be right
}

// pack is a stored package without its ciphertext.
type pack struct {
	ID        string `json:"id"`
	Manifest  []byte `json:"manifest"` // the signed bytes
	Signature []byte `json:"signature"`
	Parts     int    `json:"parts"`
	// Mark is the digest under the data key: this store sealed the package or
	// took it from a trusted signer. So its nodes need not know one another's
	// signing keys.
	Mark string `json:"mark"`
}

// piece is a part of a package's ciphertext.
type piece struct {
	ID   string `json:"id"`
	Data []byte `json:"data"`
}

// secret is a value sealed by the data key, in the context of its place.
type secret struct {
	ID     string `json:"id"`
	Sealed string `json:"sealed"`
}

var (
	custodians = store.Table[custodian]{
		Collection: store.Collection{Name: "custody_custodians"},
		ID:         func(c *custodian) string { return c.Account },
	}
	packs = store.Table[pack]{
		Collection: store.Collection{Name: "custody_packages"},
		ID:         func(p *pack) string { return p.ID },
	}
	pieces = store.Table[piece]{
		Collection: store.Collection{Name: "custody_parts"},
		ID:         func(p *piece) string { return p.ID },
	}
	halves = store.Table[secret]{
		Collection: store.Collection{Name: "custody_halves"},
		ID:         func(s *secret) string { return s.ID },
	}
	keys = store.Table[secret]{
		Collection: store.Collection{Name: "custody_keys"},
		ID:         func(s *secret) string { return s.ID },
	}
)

// Collections lists what this package stores, for opening a store.
func Collections() []store.Collection {
	return []store.Collection{custodians.Collection, packs.Collection, pieces.Collection, halves.Collection, keys.Collection}
}

func pieceID(pack string, n int) string { return fmt.Sprintf("%s/%04d", pack, n) }
