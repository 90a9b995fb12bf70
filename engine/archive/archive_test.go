package archive_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// node is a play on a server with a signing key.
type node struct {
	*contesttest.Play
	maker  *archive.Maker
	signer *seal.Signer
}

func signerOf(t *testing.T, fill byte) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner(bytes.Repeat([]byte{fill}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newNode(t *testing.T, people int) *node {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: engine.Collections})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	n := &node{Play: contesttest.Open(t, db, people), signer: signerOf(t, 7)}
	n.maker = &archive.Maker{Contests: n.Contests, Ledger: n.Ledger, Sealer: n.Sealer, Signer: n.signer, Now: n.Now, Node: "node/1", Program: "test"}
	n.append("program/signers", "signer.recorded", map[string]any{"public": n.signer.Public()})
	return n
}

func (n *node) append(stream, kind string, data any) {
	n.T.Helper()
	text, err := json.Marshal(data)
	if err == nil {
		_, err = n.Ledger.Append(n.T.Context(), ledger.Entry{Stream: ledger.StreamID(stream), Expect: ledger.AnySeq, At: n.Now(), Kind: kind, Actor: "test", Data: text})
	}
	if err != nil {
		n.T.Fatal(err)
	}
}

// paper records a paper as printed and returns it.
func (n *node) paper(name, text string) archive.Paper {
	sum := sha256.Sum256([]byte(text))
	n.append("document/"+string(n.ID), "document.printed", map[string]string{"sha256": hex.EncodeToString(sum[:])})
	return archive.Paper{Path: name, Data: []byte(text)}
}

func (n *node) archive(papers ...archive.Paper) []byte {
	n.T.Helper()
	var b bytes.Buffer
	if _, err := n.maker.Write(n.T.Context(), &b, "organiser", n.ID, papers); err != nil {
		n.T.Fatal(err)
	}
	return b.Bytes()
}

func verify(t *testing.T, file []byte, keys ...[]byte) archive.Report {
	t.Helper()
	r, err := archive.Verify(t.Context(), bytes.NewReader(file), int64(len(file)), archive.Options{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func states(r archive.Report) map[string]archive.State {
	out := map[string]archive.State{}
	for _, c := range r.Checks {
		out[c.Name] = c.State
	}
	return out
}

// whole is an archive of a contest that was played to its end.
func whole(t *testing.T) (*node, []byte) {
	t.Helper()
	n := newNode(t, 8)
	n.All()
	p, err := n.Contests.Published(t.Context(), n.ID)
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(p.Lines[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(line)
	n.append("certificates/"+string(n.ID), "certificates.issued", map[string]any{"issued": []any{map[string]any{"number": "2026-1", "version": p.Version, "line": hex.EncodeToString(sum[:])}}})
	return n, n.archive(n.paper("book.pdf", "%PDF-1.3 a book"))
}

// TestWholeArchive: everything is proven from the file alone.
func TestWholeArchive(t *testing.T) {
	t.Parallel()
	n, file := whole(t)
	r := verify(t, file, n.signer.Public())
	if len(r.Findings) > 0 || !r.Trusted || r.Manifest.Phase != engine.PhaseFinal || len(r.Manifest.Published) != 2 {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"signature", "key", "members", "records", "signers", "draws", "results", "pictures", "certificates", "papers"} {
		if states(r)[name] != archive.Proven {
			t.Errorf("%s is %s: %+v", name, states(r)[name], r.Checks)
		}
	}
	var out bytes.Buffer
	if err := r.Print(&out); err != nil || !strings.Contains(out.String(), "proven: the archive is whole") || !strings.Contains(out.String(), "2 versions computed again") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if r := verify(t, file); len(r.Findings) > 0 || r.Trusted || states(r)["key"] != archive.Skipped {
		t.Errorf("without a trusted key: %+v", r)
	}
	if r := verify(t, file, signerOf(t, 9).Public()); states(r)["key"] != archive.Failed {
		t.Errorf("with another trusted key: %+v", r)
	}
}

// TestEveryByteCounts flips a byte in each member: the finding names it.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	n, file := whole(t)
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil || f.Method != zip.Store {
			t.Fatalf("%s: %v, method %d", f.Name, err, f.Method)
		}
		for _, i := range []int64{0, int64(f.UncompressedSize64) / 2, int64(f.UncompressedSize64) - 1} {
			bad := bytes.Clone(file)
			bad[at+i] ^= 1
			r, err := archive.Verify(t.Context(), bytes.NewReader(bad), int64(len(bad)), archive.Options{Keys: [][]byte{n.signer.Public()}})
			if errors.Is(err, archive.ErrNotArchive) && f.Name == "manifest.json" {
				continue // no JSON any more; nothing else can be said
			}
			if err != nil {
				t.Errorf("%s, byte %d: %v", f.Name, i, err)
				continue
			}
			named := false
			for _, x := range r.Findings {
				named = named || x.Member == f.Name || f.Name == "manifest.json" && strings.Contains(x.What, f.Name)
			}
			if !named {
				t.Errorf("%s, byte %d of %d: not named in %+v", f.Name, i, f.UncompressedSize64, r.Findings)
			}
		}
	}
}

// TestCutAndForeignFiles: what is no archive is said to be none.
func TestCutAndForeignFiles(t *testing.T) {
	t.Parallel()
	_, file := whole(t)
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	if _, err := z.Create("a.txt"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"empty": {}, "text": []byte("hello"), "cut": file[:len(file)/2], "another zip": other.Bytes()} {
		if _, err := archive.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), archive.Options{}); !errors.Is(err, archive.ErrNotArchive) {
			t.Errorf("%s: %v, want ErrNotArchive", name, err)
		}
	}
}

// TestSealedUntilFinal: before decryption an archive says nothing that the
// store would not, and cannot compute the results.
func TestSealedUntilFinal(t *testing.T) {
	t.Parallel()
	n := newNode(t, 8)
	look := func(when string, phase engine.Phase) {
		t.Helper()
		file := n.archive()
		all := unpacked(t, file)
		for _, secret := range n.Secrets() {
			if strings.Contains(all, secret) {
				t.Errorf("%s: the archive says %q", when, secret)
			}
		}
		if strings.Contains(all, `"plain"`) || strings.Contains(all, "\x89PNG") {
			t.Errorf("%s: the archive holds something opened", when)
		}
		r := verify(t, file, n.signer.Public())
		if len(r.Findings) > 0 || r.Manifest.Opened || r.Manifest.Phase != phase || states(r)["results"] != archive.Skipped || states(r)["records"] != archive.Skipped || states(r)["members"] != archive.Proven {
			t.Errorf("%s: %+v", when, r)
		}
	}
	n.Draw()
	look("after the draw", engine.PhaseRunning)
	n.Mark()
	n.Lock()
	look("after the lock", engine.PhaseLocked)
	n.Recheck()
	look("after the recheck", engine.PhaseRechecked)
	n.Decrypt()
	n.Publish("")
	r := verify(t, n.archive(), n.signer.Public())
	if len(r.Findings) > 0 || r.Manifest.Opened || states(r)["records"] != archive.Proven || states(r)["draws"] != archive.Proven || states(r)["results"] != archive.Skipped {
		t.Errorf("after decryption: %+v", r)
	}
}

func unpacked(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err == nil && strings.HasSuffix(f.Name, ".gz") {
			data = gunzip(t, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

func gunzip(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRefusals: a division that is not open, and papers that are none.
func TestRefusals(t *testing.T) {
	t.Parallel()
	n := newNode(t, 8)
	for name, papers := range map[string][]archive.Paper{
		"up": {{Path: "../x.pdf"}}, "absolute": {{Path: "/x.pdf"}}, "twice": {{Path: "x.pdf"}, {Path: "x.pdf"}}, "device": {{Path: "a:b"}},
	} {
		if _, err := n.maker.Write(t.Context(), io.Discard, "organiser", n.ID, papers); !errors.Is(err, archive.ErrPaper) {
			t.Errorf("%s: %v, want ErrPaper", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := n.maker.Write(ctx, io.Discard, "organiser", n.ID, nil); err == nil {
		t.Error("an archive was made after the context had ended")
	}
}
