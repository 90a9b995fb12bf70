package custody

import (
	"context"
	"sync"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
)

// Rules are what whoever is responsible for the papers sets.
type Rules struct {
	// MinPassphrase is the least length of a passphrase in characters.
	MinPassphrase int `json:"min_passphrase"`
	// WrongTries wrong passphrases of a custodian within WrongWindowMS
	// (milliseconds) stop further tries until the first of them is older.
	WrongTries    int   `json:"wrong_tries"`
	WrongWindowMS int64 `json:"wrong_window_ms"`
	// WorkFactor is the cost of trying a passphrase: the logarithm, to the
	// base 2, of scrypt's N. 16 takes 64 MiB and about 0.2 s.
	WorkFactor int `json:"work_factor"`
}

// DefaultRules are the rules where nobody has set others.
func DefaultRules() Rules {
	return Rules{MinPassphrase: 10, WrongTries: 5, WrongWindowMS: 15 * 60_000, WorkFactor: 16}
}

// Options are what a vault is made of.
type Options struct {
	Now    func() time.Time
	Steady func() time.Duration // time since a fixed moment, by a clock that nobody sets; nil: Go's monotonic clock
	Node   string               // names this node in the ledger
	Sealer *seal.Sealer         // of the data key
	Signer *seal.Signer         // of this node
	// Trusted are public keys of other nodes whose packages may be imported.
	Trusted [][]byte
	Rules   Rules
	// Paper returns a paper of the bank with everything that is in it.
	Paper func(context.Context, bank.PaperID) (bank.Content, error)
	// Name returns the name of an account for people, or "".
	Name func(ctx context.Context, account string) string
}

// Vault keeps the papers of sittings. Any number of nodes may have one on the
// same stores. All methods are safe for concurrent use.
type Vault struct {
	db    store.DB
	led   *ledger.Ledger
	o     Options
	start time.Time     // of this node, by the wall clock
	since time.Duration // Steady at start

	trying chan struct{} // holds a token while a passphrase is tried: it takes much memory

	mu   sync.Mutex
	open map[string]*opened // by sitting: what was decrypted on this node
}

// New returns a vault on opened stores, which stay the caller's.
func New(db store.DB, led *ledger.Ledger, o Options) *Vault {
	if o.Steady == nil {
		start := time.Now()
		o.Steady = func() time.Duration { return time.Since(start) }
	}
	v := &Vault{db: db, led: led, o: o, trying: make(chan struct{}, 1), open: map[string]*opened{}}
	v.start, v.since = v.now(), o.Steady()
	return v
}

func (v *Vault) now() time.Time { return v.o.Now().UTC().Truncate(time.Millisecond) }

// due returns nil if it is not before the instant, by the wall clock and by
// the clock that nobody sets.
func (v *Vault) due(notBefore time.Time) error {
	if v.now().Before(notBefore) {
		return ErrTooEarly.Param("at", notBefore.Format(time.RFC3339))
	}
	// A second for the difference in speed of the two clocks.
	if steady := v.start.Add(v.o.Steady() - v.since + time.Second); steady.Before(notBefore) {
		return ErrClock.Param("at", notBefore.Format(time.RFC3339))
	}
	return nil
}
