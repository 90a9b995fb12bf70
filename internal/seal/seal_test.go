package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/internal/seal"
)

func open(t *testing.T, fill byte) *seal.Sealer {
	t.Helper()
	s, err := seal.New(bytes.Repeat([]byte{fill}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealRoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, 1)
	const id, context = "370100199001010009", "candidate/c1/id_number"
	sealed, err := s.Seal([]byte(id), context)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, id) {
		t.Fatal("sealed value holds the plain text")
	}
	got, err := s.Open(sealed, context)
	if err != nil || string(got) != id {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if again, _ := s.Seal([]byte(id), context); again == sealed {
		t.Error("two seals of one value are equal: the nonce repeats")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, 1)
	sealed, _ := s.Seal([]byte("secret"), "here")
	flipped := []byte(sealed)
	flipped[len(flipped)-2] ^= 1
	cases := []struct {
		name, sealed, context string
		with                  *seal.Sealer
	}{
		{"other context", sealed, "there", s},
		{"other key", sealed, "here", open(t, 2)},
		{"changed", string(flipped), "here", s},
		{"no prefix", sealed[3:], "here", s},
		{"short", "a1.AAAA", "here", s},
		{"not base64", "a1.!!!!", "here", s},
	}
	for _, c := range cases {
		if _, err := c.with.Open(c.sealed, c.context); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: err = %v, want ErrOpen", c.name, err)
		}
	}
}

func TestBlind(t *testing.T) {
	t.Parallel()
	a, b := open(t, 1), open(t, 2)
	if a.Blind("x", "id") != a.Blind("x", "id") {
		t.Error("blind values differ for equal input")
	}
	distinct := map[string]bool{
		a.Blind("x", "id"): true, a.Blind("y", "id"): true, a.Blind("x", "phone"): true,
		a.Blind("dx", "i"): true, b.Blind("x", "id"): true,
	}
	if len(distinct) != 5 {
		t.Errorf("blind values collide: %d of 5 distinct", len(distinct))
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	first, err := seal.LoadOrCreateKey(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := seal.LoadOrCreateKey(path)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("second load: %x, %v; want %x", second, err, first)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, want 0600", info.Mode().Perm())
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadOrCreateKey(path); !errors.Is(err, seal.ErrKey) {
		t.Errorf("bad file: err = %v, want ErrKey", err)
	}
}
