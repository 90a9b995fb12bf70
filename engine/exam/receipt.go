package exam

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/internal/ledger"
)

// Signer signs receipts with this node's Ed25519 key. It is *seal.Signer; all
// methods must be safe for concurrent use. Equal messages get equal
// signatures, so a replay gets the receipt that was lost.
type Signer interface {
	Sign(message []byte) []byte
	Public() []byte
}

// ValueSum is the SHA-256 of a value as JSON.stringify writes it.
func ValueSum(value []string) [sha256.Size]byte {
	if len(value) == 0 {
		return sha256.Sum256([]byte("[]"))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // a list of strings
	}
	return sha256.Sum256(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// ReceiptMessage is what the receipt of an answer signs:
//
//	attempt|question|seq|sha256(value) in lower-case hex|time of the record in Unix ms
func ReceiptMessage(a AttemptID, k Ack) []byte {
	return fmt.Appendf(make([]byte, 0, 160), "%s|%s|%d|%s|%d", a, k.Question, k.Seq, k.SHA256, k.At.UnixMilli())
}

// sign completes the acknowledgements with their signatures.
func (s *Service) sign(id AttemptID, acks []Ack) {
	if s.o.Signer == nil {
		return
	}
	for i := range acks {
		acks[i].Sig = base64.StdEncoding.EncodeToString(s.o.Signer.Sign(ReceiptMessage(id, acks[i])))
	}
}

// verified reports whether sig is the signature of the Ed25519 key's owner.
func verified(public, message, sig []byte) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, message, sig)
}

// has reports whether the attempt holds the answer of a receipt, recorded at
// the receipt's time.
func (a *Attempt) has(k Ack) bool {
	for _, have := range a.answers[k.Question] {
		if have.Seq == k.Seq && have.At.Equal(k.At) && hex.EncodeToString(have.Sum[:]) == k.SHA256 {
			return true
		}
	}
	return false
}

// Receipts are the receipts that one seat has got, as a file holds them.
type Receipts struct {
	Attempt  AttemptID `json:"attempt"`
	Receipts []Ack     `json:"receipts"`
}

// ReceiptFinding is a receipt that does not agree with the ledger.
type ReceiptFinding struct {
	Ack
	// Code is forged (no known key signed it) or lost (it is signed, and the
	// ledger does not have the answer).
	Code string `json:"code"`
}

// CheckReceipts compares receipts with the ledger. keys are the public keys
// of every node that may have signed. Error: ErrFold, and the reader's.
func CheckReceipts(ctx context.Context, r ledger.Reader, keys [][]byte, list Receipts) ([]ReceiptFinding, error) {
	a := NewAttempt(list.Attempt)
	_, err := ledger.Fold(ctx, r, list.Attempt.Stream(), 0, func(rec ledger.Record) error {
		return a.Fold([]ledger.Record{rec})
	})
	if err != nil {
		return nil, fmt.Errorf("reading attempt %s: %w", list.Attempt, err)
	}
	findings := []ReceiptFinding{}
	for _, k := range list.Receipts {
		sig, err := base64.StdEncoding.DecodeString(k.Sig)
		message := ReceiptMessage(list.Attempt, k)
		switch {
		case err != nil || !slices.ContainsFunc(keys, func(key []byte) bool { return verified(key, message, sig) }):
			findings = append(findings, ReceiptFinding{k, "forged"})
		case !a.has(k):
			findings = append(findings, ReceiptFinding{k, "lost"})
		}
	}
	return findings, nil
}
