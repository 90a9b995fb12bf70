package seal_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"path/filepath"
	"testing"

	"github.com/emmansun/gmsm/sm4"
	"golang.org/x/crypto/nacl/box"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/seal"
)

// TestSuites decrypts with the primitives themselves, put together here.
func TestSuites(t *testing.T) {
	t.Parallel()
	for suite, newCipher := range map[seal.Suite]func([]byte) (cipher.Block, error){
		seal.AES256GCM: aes.NewCipher, seal.SM4GCM: sm4.NewCipher,
	} {
		key := suite.NewKey()
		plain, associated := []byte("第 1 题"), []byte("digest")
		value, err := suite.Encrypt(key, plain, associated)
		if err != nil {
			t.Fatal(suite, err)
		}
		block, err := newCipher(key)
		if err != nil {
			t.Fatal(suite, err)
		}
		gcm, _ := cipher.NewGCM(block)
		if got, err := gcm.Open(nil, value[:12], value[12:], associated); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: an independent decryption gives %q, %v", suite, got, err)
		}
		if got, err := suite.Decrypt(key, value, associated); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: Decrypt = %q, %v", suite, got, err)
		}
		for i := range value {
			bad := bytes.Clone(value)
			bad[i] ^= 1
			if _, err := suite.Decrypt(key, bad, associated); !errors.Is(err, seal.ErrOpen) {
				t.Fatalf("%s: byte %d changed: %v", suite, i, err)
			}
		}
		if _, err := suite.Decrypt(key, value, nil); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: other associated bytes: %v", suite, err)
		}
		if _, err := suite.Decrypt(suite.NewKey(), value, associated); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: another key: %v", suite, err)
		}
		if _, err := suite.Decrypt(key, value[:5], associated); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: cut value: %v", suite, err)
		}
		if _, err := suite.Encrypt(key[1:], plain, nil); !errors.Is(err, seal.ErrSuite) {
			t.Errorf("%s: short key: %v", suite, err)
		}
	}
	if _, err := seal.Suite("rot13").Encrypt(nil, nil, nil); !errors.Is(err, seal.ErrSuite) {
		t.Errorf("unknown suite: %v", err)
	}
}

// TestSM4Vector is the example of RFC 8998, appendix A.1.
func TestSM4Vector(t *testing.T) {
	t.Parallel()
	unhex := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	value := unhex("00001234567800000000ABCD" + "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D" + "83DE3541E4C2B58177E065A9BF7B62EC")
	got, err := seal.SM4GCM.Decrypt(unhex("0123456789ABCDEFFEDCBA9876543210"), value, unhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
	want := unhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %X, %v", got, err)
	}
}

// TestSplit: halves give the key back, and one half fits every key.
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "key")
		a, b := seal.Split(key)
		for _, halves := range [][2][]byte{{a, b}, {b, a}} {
			if got, err := seal.Join(halves[0], halves[1]); err != nil || !bytes.Equal(got, key) {
				t.Fatalf("joined to %x, %v; want %x", got, err, key)
			}
		}
		// Whatever half somebody holds, each other key has a partner for it.
		other := rapid.SliceOfN(rapid.Byte(), len(key), len(key)).Draw(t, "other")
		for _, half := range [][]byte{a, b} {
			partner, err := seal.Join(half, other)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := seal.Join(half, partner); !bytes.Equal(got, other) {
				t.Fatalf("half %x excludes key %x", half, other)
			}
		}
	})
	for _, halves := range [][2][]byte{{nil, nil}, {{1}, {1, 2}}} {
		if _, err := seal.Join(halves[0], halves[1]); !errors.Is(err, seal.ErrKey) {
			t.Errorf("Join(%v): %v", halves, err)
		}
	}
}

// TestHalvesAreUniform: the bits of both halves of one fixed key are even.
func TestHalvesAreUniform(t *testing.T) {
	t.Parallel()
	const rounds = 4000
	key := bytes.Repeat([]byte{0xF0}, 8)
	var ones [2][64]int
	for range rounds {
		a, b := seal.Split(key)
		for h, half := range [][]byte{a, b} {
			for bit := range 64 {
				ones[h][bit] += int(half[bit/8] >> (bit % 8) & 1)
			}
		}
	}
	for h := range ones {
		for bit, n := range ones[h] {
			if n < rounds/2-300 || n > rounds/2+300 { // more than nine standard deviations
				t.Errorf("half %d, bit %d: %d ones of %d", h, bit, n, rounds)
			}
		}
	}
}

func TestSigner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "signing.key")
	s, err := seal.LoadOrCreateSigner(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal.LoadOrCreateSigner(path)
	if err != nil || again.KeyID() != s.KeyID() || len(s.KeyID()) != 16 {
		t.Fatalf("second load: %v, %v", again, err)
	}
	message := []byte("receipt")
	signature := s.Sign(message)
	if err := seal.Verify(s.Public(), message, signature); err != nil {
		t.Error(err)
	}
	other, _ := seal.NewSigner(make([]byte, seal.KeySize))
	for name, err := range map[string]error{
		"message":   seal.Verify(s.Public(), []byte("Receipt"), signature),
		"signature": seal.Verify(s.Public(), message, signature[1:]),
		"key":       seal.Verify(other.Public(), message, signature),
		"no key":    seal.Verify(nil, message, signature),
	} {
		if !errors.Is(err, seal.ErrSignature) {
			t.Errorf("other %s: %v", name, err)
		}
	}
	if _, err := seal.NewSigner([]byte{1}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("short seed: %v", err)
	}
}

func TestBox(t *testing.T) {
	t.Parallel()
	master := bytes.Repeat([]byte{7}, seal.KeySize)
	k, err := seal.NewBoxKey(master)
	if err != nil {
		t.Fatal(err)
	}
	if same, _ := seal.NewBoxKey(master); !bytes.Equal(same.Public(), k.Public()) {
		t.Error("two nodes of one data key have two rescue keys")
	}
	public, private, err := box.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	nonce := [24]byte{1}
	sealed := box.Seal(nil, []byte("journal"), &nonce, (*[32]byte)(k.Public()), private)
	if got, err := k.Open(sealed, nonce[:], public[:]); err != nil || string(got) != "journal" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"changed":     func() ([]byte, error) { return k.Open(append(bytes.Clone(sealed[1:]), 0), nonce[:], public[:]) },
		"other nonce": func() ([]byte, error) { return k.Open(sealed, make([]byte, 24), public[:]) },
		"short nonce": func() ([]byte, error) { return k.Open(sealed, nonce[1:], public[:]) },
		"short key":   func() ([]byte, error) { return k.Open(sealed, nonce[:], public[1:]) },
		"other key":   func() ([]byte, error) { return k.Open(sealed, nonce[:], k.Public()) },
	} {
		if _, err := try(); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := seal.NewBoxKey(nil); !errors.Is(err, seal.ErrKey) {
		t.Errorf("no master: %v", err)
	}
}
