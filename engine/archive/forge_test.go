package archive_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
)

// forger takes an archive apart and puts it together anew: digests, chains and
// signature all fit again, by a key of the forger's own.
type forger struct {
	t     *testing.T
	order []string
	files map[string][]byte
	m     archive.Manifest
}

func takeApart(t *testing.T, file []byte) *forger {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{t: t, files: map[string][]byte{}}
	for _, x := range z.File {
		r, err := x.Open()
		if err != nil {
			t.Fatal(err)
		}
		if f.files[x.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		if x.Name != "manifest.json" && x.Name != "manifest.sig.json" {
			f.order = append(f.order, x.Name)
		}
	}
	if err := json.Unmarshal(f.files["manifest.json"], &f.m); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *forger) together(s *seal.Signer) []byte {
	f.t.Helper()
	for i := range f.m.Members {
		m := &f.m.Members[i]
		sum := sha256.Sum256(f.files[m.Path])
		m.Size, m.SHA256 = int64(len(f.files[m.Path])), hex.EncodeToString(sum[:])
	}
	f.m.Key = s.Public()
	manifest, err := json.Marshal(f.m)
	if err != nil {
		f.t.Fatal(err)
	}
	sig, err := json.Marshal(archive.Signature{Algorithm: "Ed25519", Key: s.Public(), Signature: s.Sign(append([]byte("xinglu archive manifest 1\n"), manifest...))})
	if err != nil {
		f.t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, data []byte) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
	for _, name := range f.order {
		add(name, f.files[name])
	}
	add("manifest.json", manifest)
	add("manifest.sig.json", sig)
	if err := z.Close(); err != nil {
		f.t.Fatal(err)
	}
	return b.Bytes()
}

// record is a line of a stream's member.
type record struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Actor string    `json:"actor"`
	Key   string    `json:"key,omitempty"`
	Data  string    `json:"data"`
	Prev  string    `json:"prev"`
	Hash  string    `json:"hash"`
}

// rewrite changes the records of a stream and chains them anew.
func (f *forger) rewrite(kind string, change func([]record) []record) {
	f.t.Helper()
	member := "ledger/" + kind + ".jsonl.gz"
	var list []record
	d := json.NewDecoder(bytes.NewReader(gunzip(f.t, f.files[member])))
	for d.More() {
		var r record
		if err := d.Decode(&r); err != nil {
			f.t.Fatal(err)
		}
		list = append(list, r)
	}
	at := slices.IndexFunc(f.m.Streams, func(s archive.Stream) bool { return s.Member == member })
	stream := &f.m.Streams[at]
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	prev := make([]byte, ledger.HashSize)
	for i, r := range change(list) {
		r.Seq, r.Prev = int64(i+1), hex.EncodeToString(prev)
		sum := ledger.Chain(ledger.SHA256, ledger.Record{Stream: stream.Stream, Seq: r.Seq, At: r.At, Kind: r.Kind, Actor: r.Actor, Key: r.Key, Data: []byte(r.Data), Prev: prev})
		prev = sum[:]
		r.Hash = hex.EncodeToString(prev)
		stream.Records, stream.Head = r.Seq, r.Hash
		if err := e.Encode(r); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		f.t.Fatal(err)
	}
	f.files[member] = b.Bytes()
}

// TestForgeriesAreFound: who signs anew with a key of their own still cannot
// change what follows from the records.
func TestForgeriesAreFound(t *testing.T) {
	t.Parallel()
	n, file := whole(t)
	other := signerOf(t, 3)
	if r := verify(t, takeApart(t, file).together(n.signer)); len(r.Findings) > 0 {
		t.Fatalf("taking apart and putting together finds %+v", r.Findings)
	}
	for name, x := range map[string]struct {
		change func(*forger)
		code   archive.Code
		member string
	}{
		"a published total": {func(f *forger) {
			f.files["results/v2.json"] = bytes.Replace(f.files["results/v2.json"], []byte(`"rank":1`), []byte(`"rank":2`), 1)
		}, archive.Results, "results/v2.json"},
		"a mark": {func(f *forger) {
			f.rewrite("division", func(list []record) []record {
				for i := range list {
					if list[i].Kind == "sheet.submitted" && strings.Contains(list[i].Data, `"points":`) {
						before, rest, _ := strings.Cut(list[i].Data, `"points":`)
						list[i].Data = before + `"points":0` + rest[strings.IndexAny(rest, ",}"):]
						break
					}
				}
				return list
			})
		}, archive.Results, "ledger/division.jsonl.gz"},
		"a record left out": {func(f *forger) {
			f.rewrite("division", func(list []record) []record {
				i := slices.IndexFunc(list, func(r record) bool { return r.Kind == "sheet.submitted" })
				return slices.Delete(list, i, i+1)
			})
		}, archive.Results, ""},
		"who drew which station": {func(f *forger) {
			lines := strings.Split(string(f.files["opened/draws.jsonl"]), "\n")
			for i := range lines {
				if strings.Contains(lines[i], "A01") && strings.Contains(lines[i], "A02") && strings.Contains(lines[i], "upper") {
					lines[i] = strings.NewReplacer("A01", "A02", "A02", "A01").Replace(lines[i])
				}
			}
			f.files["opened/draws.jsonl"] = []byte(strings.Join(lines, "\n"))
		}, archive.Results, ""},
		"the word of a draw": {func(f *forger) {
			f.rewrite("division", func(list []record) []record {
				for i := range list {
					if list[i].Kind == "draw.word" {
						list[i].Data = strings.Replace(list[i].Data, "泰山", "黄河", 1)
					}
				}
				return list
			})
		}, archive.Draws, "ledger/division.jsonl.gz"},
		"a picture": {func(f *forger) {
			for name := range f.files {
				if strings.HasSuffix(name, ".png") {
					f.files[name] = []byte("\x89PNG another")
				}
			}
		}, archive.Pictures, ""},
		"a certificate": {func(f *forger) {
			f.rewrite("certificates", func(list []record) []record {
				list[0].Data = strings.Replace(list[0].Data, `"version":2`, `"version":1`, 1)
				return list
			})
		}, archive.Awards, "ledger/certificates.jsonl.gz"},
		"a paper": {func(f *forger) { f.files["papers/book.pdf"] = []byte("%PDF another book") }, archive.Papers, "papers/book.pdf"},
		"a member left out": {func(f *forger) {
			f.order = slices.DeleteFunc(f.order, func(n string) bool { return n == "results/v1.json" })
		}, archive.Missing, "results/v1.json"},
		"a member added": {func(f *forger) {
			f.order = append(f.order, "results/v3.json")
			f.files["results/v3.json"] = []byte("[]")
		}, archive.Extra, "results/v3.json"},
		"a member twice":      {func(f *forger) { f.order = append(f.order, "results/v1.json") }, archive.Extra, "results/v1.json"},
		"a version left out":  {func(f *forger) { f.m.Published = f.m.Published[:1] }, archive.Results, ""},
		"nothing but the key": {func(*forger) {}, archive.Foreign, "ledger/program.jsonl.gz"},
	} {
		f := takeApart(t, file)
		x.change(f)
		r := verify(t, f.together(other))
		found := slices.ContainsFunc(r.Findings, func(g archive.Finding) bool { return g.Code == x.code && (x.member == "" || g.Member == x.member) })
		if !found {
			t.Errorf("%s: no finding %s of %s in %s", name, x.code, x.member, fmt.Sprint(r.Findings))
		}
	}
}
