// Package hall keeps what happens on the day of a division outside of the
// marking: who has reported at the call room (检录) and how far each competitor
// is, and the clock of every station.
//
// Everything is a fold over the ledger's stream "hall/<division>". Marks, codes
// and results are the division's own; what the hall finds out and they depend
// on, who did not start and how much time was used, is told to the division by
// an outbox in the fold. DESIGN.md tells how.
package hall
