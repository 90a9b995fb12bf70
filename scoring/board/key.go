package board

import (
	"encoding/base32"
	"encoding/binary"
	"math"
	"strings"
)

// order keeps byte order: its alphabet 0–9, A–V ascends as its values do.
var order = base32.HexEncoding.WithPadding(base32.NoPadding)

// keyWidth is the length of one number in a sort key.
const keyWidth = 13

// Missing is the level of a value that is not there, ascending or
// descending: it sorts after every other.
const Missing int64 = math.MaxInt64

// Descending turns a level around: large values first. It is exact for every
// number, where a minus sign fails for the smallest.
func Descending(n int64) int64 { return ^n }

// SortKey writes the levels of a tie chain, most important first, so that
// keys compare as bytes exactly as the numbers compare one by one, smallest
// first; negative numbers included. Any count of tie-break levels fits (300
// within live.MaxKey) and nothing is rounded. Keys of one board must have the
// same number of levels; then two are equal if and only if every level is.
func SortKey(parts ...int64) string {
	var b strings.Builder
	b.Grow(len(parts) * keyWidth)
	for _, p := range parts {
		var raw [8]byte
		binary.BigEndian.PutUint64(raw[:], uint64(p)^1<<63)
		b.WriteString(order.EncodeToString(raw[:]))
	}
	return b.String()
}
