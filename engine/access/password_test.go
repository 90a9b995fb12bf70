package access

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

func TestPasswordRoundTrip(t *testing.T) {
	t.Parallel()
	h := newHasher()
	hash, err := h.hash(t.Context(), "正确的密码")
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.hash(t.Context(), "正确的密码")
	if err != nil || again == hash {
		t.Fatalf("two hashes of one password are equal, or %v", err)
	}
	for password, want := range map[string]bool{"正确的密码": true, "正确的密碼": false, "": false, hash: false} {
		if got, err := h.verify(t.Context(), hash, password); err != nil || got != want {
			t.Errorf("%q: %v %v, want %v", password, got, err, want)
		}
	}
}

// The parameters are those of the hash, so that raising the cost later locks
// nobody out.
func TestPasswordOfOtherCost(t *testing.T) {
	t.Parallel()
	b64 := base64.RawStdEncoding.EncodeToString
	key := argon2.IDKey([]byte("password"), []byte("saltsalt"), 3, 64, 2, 24)
	hash := "$argon2id$v=19$m=64,t=3,p=2$" + b64([]byte("saltsalt")) + "$" + b64(key)
	if ok, err := newHasher().verify(t.Context(), hash, "password"); err != nil || !ok {
		t.Errorf("%v %v", ok, err)
	}
}

// A hash that cannot be read, or that is not there, matches nothing, asks for
// its turn to be hashed like any other, and cannot make the server allocate
// without bound.
func TestMalformedHashes(t *testing.T) {
	t.Parallel()
	h := newHasher()
	good, err := h.hash(t.Context(), "password")
	if err != nil {
		t.Fatal(err)
	}
	full := newHasher()
	for range cap(full) {
		full <- struct{}{}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, hash := range map[string]string{
		"none":           "",
		"plain":          "password",
		"other method":   strings.Replace(good, "argon2id", "argon2i", 1),
		"other version":  strings.Replace(good, "v=19", "v=16", 1),
		"no memory":      strings.Replace(good, "m=19456", "m=", 1),
		"endless memory": strings.Replace(good, "m=19456", "m=4294967295", 1),
		"endless time":   strings.Replace(good, "t=2", "t=4294967295", 1),
		"no time":        strings.Replace(good, "t=2", "t=0", 1),
		"no threads":     strings.Replace(good, "p=1", "p=0", 1),
		"cut":            good[:len(good)-30],
		"no key":         good[:strings.LastIndex(good, "$")+1],
		"not base64":     good[:len(good)-1] + "!",
		"a field more":   good + "$",
	} {
		if ok, err := h.verify(t.Context(), hash, "password"); ok || err != nil {
			t.Errorf("%s: %v %v", name, ok, err)
		}
		if _, err := full.verify(over, hash, "password"); !errors.Is(err, ErrBusy) {
			t.Errorf("%s: answered without hashing (%v)", name, err)
		}
	}
}
