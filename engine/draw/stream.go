package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// stream is a sequence of numbers that follows from a seed: the SHA-256 of the
// seed and a counter of 8 bytes, 0, 1, 2 …, each read as four numbers of 8
// bytes, the most significant first.
type stream struct {
	seed    [sha256.Size]byte
	counter uint64
	block   [sha256.Size]byte
	used    int // bytes of block
}

func newStream(seed [sha256.Size]byte) *stream { return &stream{seed: seed, used: sha256.Size} }

func (s *stream) next() uint64 {
	if s.used == sha256.Size {
		var in [sha256.Size + 8]byte
		copy(in[:], s.seed[:])
		binary.BigEndian.PutUint64(in[sha256.Size:], s.counter)
		s.block, s.used = sha256.Sum256(in[:]), 0
		s.counter++
	}
	v := binary.BigEndian.Uint64(s.block[s.used:])
	s.used += 8
	return v
}

// below returns a number from 0 to n-1, each equally likely: numbers of the
// incomplete last run of n are thrown away.
func (s *stream) below(n int) int {
	m := uint64(n) //nolint:gosec // n is the length of something
	last := math.MaxUint64 - (math.MaxUint64%m+1)%m
	v := s.next()
	for v > last {
		v = s.next()
	}
	return int(v % m) //nolint:gosec // below n
}

// shuffle puts the list into a random order: Fisher and Yates, from the end.
func shuffle[T any](s *stream, list []T) {
	for i := len(list) - 1; i > 0; i-- {
		j := s.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

// shuffled returns the numbers below n in a random order.
func (s *stream) shuffled(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	shuffle(s, list)
	return list
}
