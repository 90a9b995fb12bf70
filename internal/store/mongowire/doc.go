// Package mongowire is a test server: it speaks enough of MongoDB's wire
// protocol to stand in for a replica-set primary under this project's own
// adapter, and it is strict about what it is sent.
//
// It is not a database and is never linked into the program; only test
// binaries and cmd/mongowire (for browser tests) import it. It exists because
// no mongod can be had where the tests run, and because a real server forgives
// what this one refuses: every command must have exactly the declared fields
// and shape (shapes.go), carry a session, w:majority + j:true on writes, read
// concern majority on reads and a transaction number on retryable writes, and
// be served wholly by an index. Anything else is answered with an error and
// recorded as a violation, so a test can demand that there were none.
//
// What it keeps true to the real server: unique indexes (multikey and
// partial), errors in the real format (11000 with keyPattern and keyValue,
// 10107, write concern errors), per-document errors of unordered inserts,
// retryable writes by session and transaction number, cursors with getMore,
// and the 16 MiB document limit. With a directory it also keeps its data: each
// write is in a checksummed log and synced before the reply.
//
// What it does not have: elections, secondaries, snapshots (every read sees
// the last write), transactions, authentication, TLS, compression, cluster
// time, collations, and any operator that the adapter does not send.
package mongowire
