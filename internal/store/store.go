// Package store is the contract for mutable documents beside the ledger, and
// the typed view that domain packages use.
//
// A document is a domain value as JSON with an id, a version and the index
// keys it is found by. Changes are compare-and-set on the version. There are
// no multi-document transactions: where two writes belong together, the code
// says which order makes a crash between them harmless.
//
// Two adapters implement DB: store/sqlite (embedded) and store/mongodb. Both
// pass the suite in store/storetest.
package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Errors of document stores; compare with errors.Is.
var (
	// ErrNotFound: no document has that id.
	ErrNotFound = fault.New(fault.NotFound, "not_found", "no such document")
	// ErrExists: Insert found the id taken.
	ErrExists = fault.New(fault.Conflict, "exists", "a document with this id exists")
	// ErrDuplicate: a unique index holds that value for another document.
	ErrDuplicate = fault.New(fault.Conflict, "duplicate_key", "another document has this key")
	// ErrVersion: the document was changed by someone else since it was read.
	ErrVersion = fault.New(fault.Conflict, "document_changed", "the document has changed meanwhile")
	// ErrUndeclared: the collection or index was not declared at Open.
	ErrUndeclared = fault.New(fault.Internal, "undeclared", "collection or index not declared")
)

// Collection declares a kind of document. Adapters create what they need for
// it at start.
type Collection struct {
	Name    string // lower_snake, plural: "attempts"
	Indexes []Index
}

// Index declares a key by which documents of a collection are found.
type Index struct {
	Name   string // lower_snake: "by_sitting"
	Unique bool   // at most one document a value; documents without the key do not count
}

// Doc is one stored document.
type Doc struct {
	ID      string            // at most 200 bytes
	Version int64             // 1 after Insert, +1 with each Replace
	Keys    map[string]string // index name → value, ≤ 500 bytes each; a missing name is not indexed
	Body    json.RawMessage   // the domain's own JSON, at most 8 MiB; comes back byte for byte
}

// Query selects documents of one collection through one index, in the order
// (value, id). When Index is "", the id itself is the value.
type Query struct {
	Index string
	// Equal, if not empty, selects this value exactly; else Prefix, if not
	// empty, selects the values that begin with it. Both empty: all documents
	// that have the key.
	Equal  string
	Prefix string
	// After is the Next of the previous page; "" for the first page.
	After string
	Limit int // 1..1000
}

// Page is one page of a query.
type Page struct {
	Docs []Doc
	Next string // pass as Query.After; "" when this was the last page
}

// DB is an opened store: documents and the backend of a ledger. All methods
// are safe for concurrent use; slices and maps handed in are not kept, those
// returned belong to the caller. A write is durable when the call returns.
type DB interface {
	// Get returns a document or ErrNotFound.
	Get(ctx context.Context, collection, id string) (Doc, error)
	// Insert stores a new document with version 1 (Doc.Version is ignored).
	// Errors: ErrExists, ErrDuplicate.
	Insert(ctx context.Context, collection string, d Doc) error
	// Replace stores d over version d.Version, which becomes d.Version+1.
	// Errors: ErrNotFound, ErrVersion, ErrDuplicate.
	Replace(ctx context.Context, collection string, d Doc) error
	// Delete removes the document if it still has that version.
	// Errors: ErrNotFound, ErrVersion.
	Delete(ctx context.Context, collection, id string, version int64) error
	// Find returns one page of a query.
	Find(ctx context.Context, collection string, q Query) (Page, error)
	// Ledger returns the backend for ledger.Open.
	Ledger() ledger.Backend
	// Ping reports whether the store can answer now.
	Ping(ctx context.Context) error
	// Close waits for running writes and releases the store.
	Close() error
}

// Key joins parts to one index value so that a prefix of the parts is a
// prefix of the value and parts cannot run into one another.
func Key(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(strings.ReplaceAll(p, "\x1f", " "))
		b.WriteByte('\x1f')
	}
	return b.String()
}
