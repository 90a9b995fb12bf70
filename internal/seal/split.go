package seal

import "crypto/rand"

// Split cuts a key into two halves of its length. The first is random, the
// second is the key XOR the first; so each half alone is as likely for every
// key, and says nothing about it.
func Split(key []byte) (a, b []byte) {
	a = make([]byte, len(key))
	rand.Read(a)
	return a, xor(key, a)
}

// Join returns the key of two halves, in any order. Error: ErrKey when their
// lengths differ or are 0. Halves that do not belong together give another
// key; it will not open anything.
func Join(a, b []byte) ([]byte, error) {
	if len(a) != len(b) || len(a) == 0 {
		return nil, ErrKey
	}
	return xor(a, b), nil
}

func xor(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = a[i] ^ b[i]
	}
	return out
}
