// Package tablet keeps the contest's own tablets: which of them are paired,
// revoked and handed on, and how each one is right now.
//
// Pairing is a document and a ledger stream "tablet/<id>"; how a tablet is
// (battery, link, what it is armed on) lives in memory and on the bus, and in
// no store. DESIGN.md tells how.
package tablet
