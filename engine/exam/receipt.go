package exam

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
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
