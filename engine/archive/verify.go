package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
)

// Code says what is wrong with an archive.
type Code string

// What Verify can find.
const (
	Unsigned Code = "unsigned" // the signature is missing or does not fit the manifest
	Foreign  Code = "foreign"  // signed by a key that is not trusted, or that the records do not know
	Changed  Code = "changed"  // a member is not the one that was signed
	Missing  Code = "missing"  // a member is not there
	Extra    Code = "extra"    // a member that the manifest does not name, or that is there twice
	Unread   Code = "unreadable"
	Chain    Code = "chain"   // records are changed, missing or moved
	Draws    Code = "draws"   // drawing again gives something else
	Results  Code = "results" // folding again gives other results than were published
	Pictures Code = "pictures"
	Awards   Code = "certificates"
	Papers   Code = "papers"
)

// Finding names one thing that is wrong.
type Finding struct {
	Code   Code   `json:"code"`
	Member string `json:"member,omitempty"` // "" where it is none's
	What   string `json:"what"`             // in English
}

// String is the finding as a line.
func (f Finding) String() string {
	if f.Member == "" {
		return fmt.Sprintf("%s: %s", f.Code, f.What)
	}
	return fmt.Sprintf("%s: %s: %s", f.Member, f.Code, f.What)
}

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Detail string `json:"detail"`
}

// State is what became of a check.
type State string

// The states of a check.
const (
	Proven  State = "proven"
	Failed  State = "failed"
	Skipped State = "skipped" // cannot be done with what is in the archive; Detail says why
)

// Report is everything that Verify has to say.
type Report struct {
	Manifest Manifest  `json:"manifest"`
	Trusted  bool      `json:"trusted"` // the key was among those given
	Checks   []Check   `json:"checks"`
	Findings []Finding `json:"findings"`
}

// Options of a verification.
type Options struct {
	// Keys are public keys that are trusted. Without any the archive's own key
	// is taken, and whoever made the archive may have made that too: compare its
	// fingerprint with one from another source.
	Keys [][]byte
}

// Verify checks an archive with nothing but itself: signature, digests, chains
// of records, draws, results, pictures, certificates. Findings are no error;
// the error says that the file cannot be read at all: ErrNotArchive.
func Verify(ctx context.Context, r io.ReaderAt, size int64, o Options) (Report, error) {
	file, err := openContainer(r, size)
	if err != nil {
		return Report{}, err
	}
	v := &verifier{file: file, shelf: &shelf{streams: map[ledger.StreamID][]ledger.Record{}, heads: map[ledger.StreamID]ledger.Head{}}, data: map[string][]byte{}, bad: map[string]bool{}}
	v.Checks, v.Findings = []Check{}, []Finding{}
	if err := v.manifest(o); err != nil {
		return v.Report, err
	}
	v.check("members", v.members)
	v.check("records", func() string { return v.records(ctx) })
	v.check("signers", v.signers)
	v.check("draws", func() string { return v.draws(ctx) })
	v.check("results", func() string { return v.results(ctx) })
	v.check("pictures", v.pictures)
	v.check("certificates", func() string { return v.certificates(ctx) })
	v.check("papers", v.papers)
	return v.Report, ctx.Err()
}

// verifier is one verification.
type verifier struct {
	Report
	file  *opened
	shelf *shelf
	data  map[string][]byte // of members that are needed again
	bad   map[string]bool   // members with a finding
}

func (v *verifier) find(code Code, member, format string, args ...any) {
	v.bad[member] = true
	v.Findings = append(v.Findings, Finding{code, member, fmt.Sprintf(format, args...)})
}

// check runs one check. It is proven unless it found something, and skipped
// when its detail begins with the mark of skipped.
func (v *verifier) check(name string, f func() string) {
	before := len(v.Findings)
	detail := f()
	state := Proven
	switch {
	case len(v.Findings) > before:
		state = Failed
	case len(detail) > len(skipMark) && detail[:len(skipMark)] == skipMark:
		state, detail = Skipped, detail[len(skipMark):]
	}
	v.Checks = append(v.Checks, Check{name, state, detail})
}

const skipMark = "\x00"

// manifest reads what is signed, and by whom.
func (v *verifier) manifest(o Options) error {
	text, err := v.file.read(manifestPath)
	if err != nil {
		return ErrNotArchive.Wrap(err)
	}
	var s Signature
	sig, err := v.file.read(signaturePath)
	if err == nil {
		err = json.Unmarshal(sig, &s)
	}
	v.check("signature", func() string {
		switch {
		case err != nil:
			v.find(Unsigned, signaturePath, "the signature cannot be read: %v", err)
		case s.Algorithm != algorithm || seal.Verify(s.Key, signed(text), s.Signature) != nil:
			v.find(Unsigned, signaturePath, "the signature does not fit %s: one of the two was changed", manifestPath)
		}
		return "Ed25519, key " + seal.KeyID(s.Key)
	})
	if err := json.Unmarshal(text, &v.Manifest); err != nil {
		v.find(Changed, manifestPath, "the manifest cannot be read: %v", err)
		return ErrNotArchive.Wrap(err)
	}
	if v.Manifest.Format != Format {
		return ErrNotArchive.Param("format", v.Manifest.Format)
	}
	v.check("key", func() string {
		switch {
		case !bytes.Equal(s.Key, v.Manifest.Key):
			v.find(Foreign, signaturePath, "the manifest names another key")
		case len(o.Keys) == 0:
			return skipMark + "no trusted key was given; compare the key's fingerprint with one from another source"
		case !slices.ContainsFunc(o.Keys, func(k []byte) bool { return bytes.Equal(k, s.Key) }):
			v.find(Foreign, signaturePath, "the key is none of those that are trusted")
		default:
			v.Trusted = true
		}
		return ""
	})
	return nil
}

// members compares every member with its digest.
func (v *verifier) members() string {
	listed := map[string]bool{manifestPath: true, signaturePath: true}
	for _, m := range v.Manifest.Members {
		listed[m.Path] = true
		data, err := v.file.read(m.Path)
		switch sum := sha256.Sum256(data); {
		case v.file.files[m.Path] == nil:
			v.find(Missing, m.Path, "it is not there")
		case err != nil:
			v.find(Unread, m.Path, "it cannot be read: %v", err)
		case int64(len(data)) != m.Size || hex.EncodeToString(sum[:]) != m.SHA256:
			v.find(Changed, m.Path, "its contents are not those that were signed")
		}
		if m.Kind != KindSealed {
			v.data[m.Path] = data
		}
	}
	for _, name := range v.file.order {
		if !listed[name] {
			v.find(Extra, name, "the manifest does not name it")
		}
	}
	for _, name := range v.file.twice {
		v.find(Extra, name, "it is there twice")
	}
	return fmt.Sprintf("%d members", len(v.Manifest.Members))
}

// records walks the chains of all streams.
func (v *verifier) records(ctx context.Context) string {
	shut := 0
	for _, s := range v.Manifest.Streams {
		if s.Sealed {
			shut++
			continue
		}
		hash, err := hex.DecodeString(s.Head)
		if err != nil {
			v.find(Chain, s.Member, "the end of %s cannot be read: %v", s.Stream, err)
			continue
		}
		v.shelf.heads[s.Stream] = ledger.Head{Stream: s.Stream, Seq: s.Records, Hash: hash}
		list, err := readStream(s.Stream, v.data[s.Member])
		if err != nil {
			v.find(Unread, s.Member, "its records cannot be read: %v", err)
			delete(v.shelf.heads, s.Stream)
			continue
		}
		v.shelf.streams[s.Stream] = list
	}
	sum, err := ledger.Verify(ctx, v.shelf, ledger.VerifyOptions{}, func(f ledger.Finding) {
		v.find(Chain, v.memberOf(f.Stream), "%s", f.String())
	})
	if err != nil {
		v.find(Chain, "", "the records could not be walked: %v", err)
	}
	detail := fmt.Sprintf("%d records in %d streams, root %s", sum.Records, sum.Streams, sum.Root)
	if shut > 0 {
		return fmt.Sprintf("%s%s; %d streams are sealed until decryption", skipMark, detail, shut)
	}
	return detail
}

func (v *verifier) memberOf(s ledger.StreamID) string {
	for _, x := range v.Manifest.Streams {
		if x.Stream == s {
			return x.Member
		}
	}
	return ""
}
