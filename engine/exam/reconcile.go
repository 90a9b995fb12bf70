package exam

// Journal is what a seat says about the answers that it holds itself.
type Journal struct {
	// Ledger is the head of the attempt's stream as the last acknowledgement
	// told it; the zero head: nothing was ever acknowledged.
	Ledger StreamHead `json:"head"`
	// Pending are answers that the seat has and that were not acknowledged.
	Pending int `json:"pending"`
	// Entries are the questions with an answer in the journal, and Digest is
	// the SHA-256, in hex, of their lines "question:seq\n" with the highest
	// acknowledged seq, in byte order.
	Entries int    `json:"entries"`
	Digest  string `json:"digest"`
}
