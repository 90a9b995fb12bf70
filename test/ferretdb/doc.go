// Package ferretdb is a second opinion on the traffic of store/mongodb: the
// unchanged adapter talks to FerretDB v1.24.2, embedded from its published
// module with its SQLite backend, which reads and answers the wire protocol
// with code that is not ours.
//
// It is a module of its own, so that nothing of FerretDB is linked into the
// program or listed in its go.mod. Run it with:
//
//	cd test/ferretdb && go test ./...
//
// What it checks: that inserts, finds with their ranges, sorts and limits,
// compare-and-set updates and deletes are understood by another server as
// meant, one at a time, and that every field comes back unchanged.
//
// What it cannot check, because FerretDB 1.24 does not have it: partial and
// multikey indexes (so createIndexes is answered by a relay in the test, and
// only _id is unique), $lookup (so not Ledger().Streams), replica sets, hence
// write and read concern, sessions and retryable writes (it accepts and
// ignores them). Concurrent updates are left out too: it loses some.
package ferretdb
