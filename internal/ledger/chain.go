package ledger

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/emmansun/gmsm/sm3"
)

// HashName names the algorithm that chains records.
type HashName string

// The algorithms a ledger may chain with. Both give 32 bytes. A ledger opened
// with another algorithm than before goes on with the same streams: each
// record is checked by the algorithm it was written with.
const (
	SHA256 HashName = "sha256"
	SM3    HashName = "sm3" // GB/T 32905-2016
)

// Valid reports whether h is one of the algorithms above.
func (h HashName) Valid() bool { return h == SHA256 || h == SM3 }

// HashSize is the length of Record.Hash and Record.Prev in bytes.
const HashSize = 32

// Chain returns the hash that a record must carry under the algorithm: that
// of all its fields but Hash in the fixed form
//
//	"xl1" | algorithm (1 SHA-256, 2 SM3) | Prev, 32 bytes | Seq | At
//	| Stream | Kind | Actor | Key | Data
//
// where Seq and At (Unix milliseconds) are 8 bytes and the other fields are
// their length in 4 bytes and then their bytes; numbers are big-endian. As
// the algorithm is part of what is hashed, a record matches under one
// algorithm only, and which one needs no place in the record. A Prev of
// another length than 32 never matches what Append has written.
func Chain(h HashName, r Record) [HashSize]byte {
	return sum(h, encode(nil, h, &r))
}

// encode appends the hashed form of r to buf.
func encode(buf []byte, h HashName, r *Record) []byte {
	algorithm := byte(1)
	if h == SM3 {
		algorithm = 2
	}
	buf = append(buf, 'x', 'l', '1', algorithm)
	buf = append(buf, r.Prev...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.At.UnixMilli()))
	for _, s := range [...]string{string(r.Stream), r.Kind, r.Actor, r.Key} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
		buf = append(buf, s...)
	}
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(r.Data)))
	return append(buf, r.Data...)
}

func sum(h HashName, b []byte) [HashSize]byte {
	if h == SM3 {
		return sm3.Sum(b)
	}
	return sha256.Sum256(b)
}

// chainedBy finds the algorithm under which r matches its hash, trying the
// likely one first.
func chainedBy(r *Record, likely HashName) (HashName, bool) {
	if len(r.Hash) != HashSize || len(r.Prev) != HashSize {
		return "", false
	}
	other := SHA256
	if likely != SM3 {
		likely, other = SHA256, SM3
	}
	for _, h := range [...]HashName{likely, other} {
		if Chain(h, *r) == [HashSize]byte(r.Hash) {
			return h, true
		}
	}
	return "", false
}
