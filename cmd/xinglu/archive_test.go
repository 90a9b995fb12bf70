package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// TestVerifyArchive checks an archive with nothing but the file and a key.
func TestVerifyArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "x.db"), sqlite.Options{Collections: engine.Collections})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := contesttest.Open(t, db, 8)
	p.All()
	signer, err := seal.NewSigner(bytes.Repeat([]byte{5}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if err := recordSigner(t.Context(), p.Ledger, signer, "test"); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	m := &archive.Maker{Contests: p.Contests, Ledger: p.Ledger, Sealer: p.Sealer, Signer: signer, Now: p.Now, Node: "test", Program: "test"}
	if _, err := m.Write(t.Context(), &file, "organiser", p.ID, nil); err != nil {
		t.Fatal(err)
	}
	written := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := written("good.zip", file.Bytes())
	bad := bytes.Clone(file.Bytes())
	at := bytes.Index(bad, []byte(`"rank":1`))
	bad[at+7] = '2'
	key := base64.StdEncoding.EncodeToString(signer.Public())
	other := base64.StdEncoding.EncodeToString(make([]byte, seal.KeySize))
	for _, x := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"good", []string{good}, 0, []string{"proven: the archive is whole and unchanged", "2 versions computed again", "3 drawn again", "职工组"}},
		{"good, trusted", []string{good, "--key", other, "--key", key}, 0, []string{"signed by a trusted key"}},
		{"good, not trusted", []string{good, "--key", other}, exitFound, []string{"the key is none of those that are trusted"}},
		{"bad", []string{written("bad.zip", bad)}, exitFound, []string{"DAMAGED", "results/v"}},
		{"no archive", []string{written("text.zip", []byte("hello"))}, exitInvalid, []string{"no contest archive"}},
		{"no key", []string{good, "--key", "x"}, exitInvalid, []string{"32 bytes"}},
		{"no file", []string{filepath.Join(dir, "none.zip")}, exitFailed, []string{"none.zip"}},
	} {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"verify", "--archive"}, x.args...), nil, &out, &out)
		if code != x.code {
			t.Errorf("%s: exit code %d, want %d: %s", x.name, code, x.code, out.String())
		}
		for _, s := range x.says {
			if !strings.Contains(out.String(), s) {
				t.Errorf("%s does not say %q:\n%s", x.name, s, out.String())
			}
		}
	}
}
