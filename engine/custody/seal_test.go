package custody_test

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/emmansun/gmsm/sm4"
	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
)

func TestSealNamesEveryMistake(t *testing.T) {
	t.Parallel()
	s := newSite(t, 1)
	v, ctx := s.vault(t), t.Context()
	enrol(t, v, "a", "b")
	file, err := v.KeyFile(ctx, "a")
	must(t, err)
	_, err = v.Enrol(ctx, "twin", phrase("a"), file) // another account, the same key
	must(t, err)
	for name, c := range map[string]struct {
		change func(*custody.Sealing)
		want   []string
	}{
		"suite":      {func(s *custody.Sealing) { s.Suite = "des" }, []string{"suite suite_unknown"}},
		"no papers":  {func(s *custody.Sealing) { s.Papers = nil }, []string{"papers papers_count"}},
		"one person": {func(s *custody.Sealing) { s.Custodians = s.Custodians[:1] }, []string{"custodians custodians_count"}},
		"same twice": {func(s *custody.Sealing) { s.Custodians[1] = "a" }, []string{"custodians[1] custodian_repeated"}},
		"one key":    {func(s *custody.Sealing) { s.Custodians[1] = "twin" }, []string{"custodians[1] custodian_repeated"}},
		"stranger":   {func(s *custody.Sealing) { s.Custodians[0] = "x" }, []string{"custodians[0] custodian_not_enrolled"}},
	} {
		x := sealing(seal.AES256GCM, "a", "b")
		c.change(&x)
		err := v.Seal(ctx, "organiser", x)
		var got []string
		if f := fault.As(err); f != nil {
			for _, field := range f.Fields {
				got = append(got, field.Path+" "+field.Code)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, custody.ErrSealing) {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	x := sealing(seal.AES256GCM, "a", "b")
	x.Papers = []bank.PaperID{"pX"}
	if err := v.Seal(ctx, "organiser", x); !errors.Is(err, bank.ErrPaperUnknown) {
		t.Errorf("unknown paper: %v", err)
	}
	if log := story(t, v); len(log) != 0 {
		t.Errorf("refused sealings left %q", log)
	}
}

func TestEnrolRefuses(t *testing.T) {
	t.Parallel()
	v, ctx := newSite(t, 1).vault(t), t.Context()
	enrol(t, v, "a")
	file, err := v.KeyFile(ctx, "a")
	must(t, err)
	for name, try := range map[string]func() error{
		"short":            func() error { _, err := v.Enrol(ctx, "b", "short", nil); return err },
		"long":             func() error { _, err := v.Enrol(ctx, "b", strings.Repeat("长", 201), nil); return err },
		"other passphrase": func() error { _, err := v.Enrol(ctx, "b", phrase("b"), file); return err },
		"no key file":      func() error { _, err := v.Enrol(ctx, "b", phrase("b"), []byte("hello")); return err },
	} {
		if err := try(); !errors.Is(err, custody.ErrEnrolment) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := v.KeyFile(ctx, "b"); !errors.Is(err, custody.ErrNotEnrolled) {
		t.Errorf("key file of nobody: %v", err)
	}
	list, err := v.Custodians(ctx)
	must(t, err)
	if len(list) != 1 || list[0].Account != "a" || !strings.HasPrefix(list[0].Key, "age1") {
		t.Errorf("custodians %+v", list)
	}
}

// unzip returns the files of a package.
func unzip(t *testing.T, file []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		all[f.Name], err = io.ReadAll(r)
		must(t, err)
	}
	return all
}

func rezip(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, body := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		must(t, err)
		_, err = w.Write(body)
		must(t, err)
	}
	must(t, z.Close())
	return out.Bytes()
}

// TestPackageOpensWithoutUs takes an exported package apart with other tools:
// age for the keys, the ciphers of the libraries, XOR by hand.
func TestPackageOpensWithoutUs(t *testing.T) {
	t.Parallel()
	for suite, newCipher := range map[seal.Suite]func([]byte) (cipher.Block, error){seal.AES256GCM: aes.NewCipher, seal.SM4GCM: sm4.NewCipher} {
		s := newSite(t, 1)
		v, ctx := s.vault(t), t.Context()
		enrol(t, v, "a", "b")
		must(t, v.Seal(ctx, "organiser", sealing(suite, "a", "b")))
		file, err := v.Export(ctx, "organiser", "s1")
		must(t, err)
		if bytes.Contains(file, []byte(planted)) {
			t.Errorf("%s: a text can be read in the package", suite)
		}
		parts := unzip(t, file)
		m, c := sha256.Sum256(parts["manifest.json"]), sha256.Sum256(parts["papers.bin"])
		if !ed25519.Verify(s.signer.Public(), fmt.Appendf(nil, "xinglu paper package 1\n%x\n%x\n", m, c), parts["signature"]) {
			t.Errorf("%s: the signature does not fit", suite)
		}
		var manifest struct {
			Halves []struct {
				For int
				Box []byte
			}
		}
		must(t, json.Unmarshal(parts["manifest.json"], &manifest))
		key := make([]byte, suite.KeySize())
		for _, h := range manifest.Halves {
			account := []string{"a", "b"}[h.For]
			r, err := age.Decrypt(bytes.NewReader(h.Box), identity(t, v, account))
			must(t, err)
			half, err := io.ReadAll(r)
			must(t, err)
			for i := range key {
				key[i] ^= half[i]
			}
		}
		block, err := newCipher(key)
		must(t, err)
		gcm, err := cipher.NewGCM(block)
		must(t, err)
		box := parts["papers.bin"]
		plain, err := gcm.Open(nil, box[:12], box[12:], m[:])
		must(t, err)
		var contents []bank.Content
		must(t, json.Unmarshal(plain, &contents))
		want, _ := paper(ctx, "pA")
		if diff := cmp.Diff(want, contents[0]); diff != "" {
			t.Errorf("%s (-sealed +opened):\n%s", suite, diff)
		}
	}
}

// identity opens the account's key file with age alone.
func identity(t *testing.T, v *custody.Vault, account string) age.Identity {
	t.Helper()
	file, err := v.KeyFile(t.Context(), account)
	must(t, err)
	by, err := age.NewScryptIdentity(phrase(account))
	must(t, err)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), by)
	must(t, err)
	text, err := io.ReadAll(r)
	must(t, err)
	id, err := age.ParseX25519Identity(string(text))
	must(t, err)
	return id
}

// TestCentreNode takes package and key files to another server, which
// releases without the first.
func TestCentreNode(t *testing.T) {
	t.Parallel()
	province, v := sealed(t)
	ctx := t.Context()
	file, err := v.Export(ctx, "organiser", "s1")
	must(t, err)
	centre := newSite(t, 2)
	centre.pass(25 * time.Hour)

	if err := centre.vault(t).Import(ctx, "clerk", "s1", file); !errors.Is(err, custody.ErrSigner) {
		t.Errorf("a package of a stranger: %v", err)
	}
	node := centre.vault(t, province.signer.Public())
	if err := node.Import(ctx, "clerk", "s2", file); !errors.Is(err, custody.ErrOtherSitting) {
		t.Errorf("a package of another sitting: %v", err)
	}
	must(t, node.Import(ctx, "clerk", "s1", file))
	must(t, node.Import(ctx, "clerk", "s1", file))
	shape, err := node.Shape(ctx, "s1", "pA")
	must(t, err)
	if shape.ID != "pA" {
		t.Errorf("shape %+v", shape)
	}
	for _, account := range []string{"a", "b"} {
		key, err := v.KeyFile(ctx, account)
		must(t, err)
		_, err = node.Enrol(ctx, "centre-"+account, phrase(account), key)
		must(t, err)
		locked(t, node)
		_, err = node.Release(ctx, "centre-"+account, "s1", phrase(account))
		must(t, err)
	}
	readable(t, node)
	here, err := v.State(ctx, "s1")
	must(t, err)
	there, err := node.State(ctx, "s1")
	must(t, err)
	if here.Digest != there.Digest || here.Digest == "" || here.Phase != custody.PhaseSealed {
		t.Errorf("province %s %s, centre %s %s", here.Digest, here.Phase, there.Digest, there.Phase)
	}
	wantStory(t, node, "refused 名字clerk package_signer_unknown", "imported 名字clerk", "half_opened 名字centre-a", "half_opened 名字centre-b",
		"released 名字centre-b", "opened node")
}

// TestNodesOfOneStore: what one node sealed, another with a signing key of its
// own releases and opens.
func TestNodesOfOneStore(t *testing.T) {
	t.Parallel()
	s, v := sealed(t)
	release(t, v, "a")
	var err error
	s.signer, err = seal.NewSigner(bytes.Repeat([]byte{7}, seal.KeySize))
	must(t, err)
	other := s.vaultOn(t, s.db, "other")
	release(t, other, "b")
	readable(t, other)
	readable(t, v)
}

// flip changes one byte in the middle.
func flip(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

// edit replaces a piece of the manifest by one of the same length.
func edit(t *testing.T, manifest []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(manifest, []byte(old)) {
		t.Fatalf("no %q in the manifest", old)
	}
	return bytes.Replace(manifest, []byte(old), []byte(new), 1)
}

// tampered lists every class of byte of a package with the part that the
// refusal names.
func tampered(t *testing.T, parts map[string][]byte) map[string]struct {
	name string
	body []byte
	part string
} {
	m := parts["manifest.json"]
	box := bytes.Index(m, []byte(`"box":"`)) + len(`"box":"`) + 80
	half := bytes.Clone(m)
	half[box] = map[bool]byte{true: 'A', false: 'B'}[half[box] != 'A']
	return map[string]struct {
		name string
		body []byte
		part string
	}{
		"manifest: time":    {"manifest.json", edit(t, m, `"not_before":"2026-11-23`, `"not_before":"2026-11-22`), "signature"},
		"manifest: paper":   {"manifest.json", edit(t, m, `"pA1"`, `"pA3"`), "signature"},
		"manifest: form":    {"manifest.json", m[1:], "manifest"},
		"manifest: version": {"manifest.json", edit(t, m, `{"v":1`, `{"v":2`), "manifest"},
		"half":              {"manifest.json", half, "signature"},
		"ciphertext":        {"papers.bin", flip(parts["papers.bin"]), "signature"},
		"ciphertext cut":    {"papers.bin", parts["papers.bin"][1:], "signature"},
		"signature":         {"signature", flip(parts["signature"]), "signature"},
		"signature long":    {"signature", append(parts["signature"], 0), "file"},
		"another file":      {"virus.exe", []byte("x"), "file"},
	}
}

// TestTamperedFile: a changed package file is refused, the part is named, and
// the refusal recorded.
func TestTamperedFile(t *testing.T) {
	t.Parallel()
	_, v := sealed(t)
	file, err := v.Export(t.Context(), "organiser", "s1")
	must(t, err)
	parts := unzip(t, file)
	for name, c := range tampered(t, parts) {
		changed := map[string][]byte{}
		for k, b := range parts {
			changed[k] = b
		}
		changed[c.name] = c.body
		node := newSite(t, 1).vault(t)
		err := node.Import(t.Context(), "clerk", "s1", rezip(t, changed))
		if f := fault.As(err); !errors.Is(err, custody.ErrDamaged) || f.Params["part"] != c.part {
			t.Errorf("%s: %v, want part %s", name, err, c.part)
		}
		if log := story(t, node); len(log) != 1 || log[0] != "refused 名字clerk package_damaged "+c.part {
			t.Errorf("%s: log %q", name, log)
		}
		if _, err := node.Shape(t.Context(), "s1", "pA"); !errors.Is(err, custody.ErrNotSealed) {
			t.Errorf("%s: a refused package gives a shape: %v", name, err)
		}
	}
}

// TestForgedFile: who signs a changed package with a key of his own is not
// believed.
func TestForgedFile(t *testing.T) {
	t.Parallel()
	_, v := sealed(t)
	file, err := v.Export(t.Context(), "organiser", "s1")
	must(t, err)
	parts := unzip(t, file)
	forger := newSite(t, 9)
	var m map[string]any
	must(t, json.Unmarshal(parts["manifest.json"], &m))
	m["signer"], m["not_before"] = forger.signer.Public(), "2020-01-01T00:00:00Z"
	parts["manifest.json"], err = json.Marshal(m)
	must(t, err)
	a, b := sha256.Sum256(parts["manifest.json"]), sha256.Sum256(parts["papers.bin"])
	parts["signature"] = forger.signer.Sign(fmt.Appendf(nil, "xinglu paper package 1\n%x\n%x\n", a, b))
	if err := newSite(t, 1).vault(t).Import(t.Context(), "clerk", "s1", rezip(t, parts)); !errors.Is(err, custody.ErrSigner) {
		t.Errorf("got %v", err)
	}
}

// TestTamperedStore: what is changed behind the program's back is refused at
// the release.
func TestTamperedStore(t *testing.T) {
	t.Parallel()
	change := func(t *testing.T, s *site, collection string, edit func(map[string]any)) {
		t.Helper()
		page, err := s.db.Find(t.Context(), collection, store.Query{Limit: 10})
		must(t, err)
		for _, d := range page.Docs {
			var body map[string]any
			must(t, json.Unmarshal(d.Body, &body))
			edit(body)
			d.Body, err = json.Marshal(body)
			must(t, err)
			must(t, s.db.Replace(t.Context(), collection, d))
		}
	}
	twist := func(field string) func(map[string]any) {
		return func(m map[string]any) {
			text := []byte(m[field].(string))
			at := len(text) / 2
			text[at] = map[bool]byte{true: 'A', false: 'B'}[text[at] != 'A']
			m[field] = string(text)
		}
	}
	for name, c := range map[string]struct {
		collection, field string
		want              error
	}{
		"manifest":   {"custody_packages", "manifest", custody.ErrDamaged},
		"signature":  {"custody_packages", "signature", custody.ErrDamaged},
		"ciphertext": {"custody_parts", "data", custody.ErrDamaged},
		"half":       {"custody_halves", "sealed", seal.ErrOpen},
		"custodian":  {"custody_custodians", "identity", seal.ErrOpen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v := sealed(t)
			release(t, v, "a")
			change(t, s, c.collection, twist(c.field))
			if _, err := v.Release(t.Context(), "b", "s1", phrase("b")); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			locked(t, v)
		})
	}
	t.Run("key", func(t *testing.T) {
		t.Parallel()
		s, v := sealed(t)
		release(t, v, "a")
		release(t, v, "b")
		change(t, s, "custody_keys", twist("sealed"))
		if _, err := v.Content(t.Context(), "s1", "pA"); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("got %v", err)
		}
	})
}

// FuzzImport: whatever is sent as a package is refused without a panic.
func FuzzImport(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{"manifest.json", "papers.bin", "signature"} {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		_, _ = w.Write([]byte(`{"v":1,"suite":"sm4-gcm","custodians":[{},{}],"halves":[{},{}],"shapes":[{}]}`))
	}
	_ = z.Close()
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := custody.CheckFile(file); err == nil {
			t.Skip("a well-formed file; whether it is genuine is the signature's matter")
		} else if !errors.Is(err, custody.ErrDamaged) {
			t.Fatal(err)
		}
	})
}
