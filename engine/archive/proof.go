package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/ledger"
)

// sealed reports whether the division's records are encrypted.
func (v *verifier) sealed() bool {
	return slices.ContainsFunc(v.Manifest.Streams, func(s Stream) bool { return s.Sealed && s.Stream == divisionStream(v.Manifest.Division) })
}

// signers asks that the server has recorded the key that signed.
func (v *verifier) signers() string {
	list, ok := v.shelf.streams[signersStream]
	if !ok {
		return skipMark + "the archive has no record of the server's keys"
	}
	for _, r := range list {
		var k struct {
			Public []byte `json:"public"`
		}
		if err := json.Unmarshal(r.Data, &k); err == nil && bytes.Equal(k.Public, v.Manifest.Key) {
			return fmt.Sprintf("recorded by the server on %s", r.At.Format("2006-01-02 15:04:05Z07:00"))
		}
	}
	v.find(Foreign, v.memberOf(signersStream), "the server has never recorded the key that signed the manifest")
	return ""
}

// draws draws every draw again from what was recorded.
func (v *verifier) draws(ctx context.Context) string {
	if v.sealed() {
		return skipMark + "the records are sealed until decryption"
	}
	list, err := engine.VerifyDraws(ctx, v.shelf, v.Manifest.Division)
	if err != nil {
		v.find(Draws, v.memberOf(divisionStream(v.Manifest.Division)), "the draws cannot be read: %v", err)
		return ""
	}
	counts := map[engine.ProofState]int{}
	for _, d := range list {
		counts[d.State]++
		if d.State == engine.DrawBroken {
			v.find(Draws, v.memberOf(divisionStream(v.Manifest.Division)), "draw %s: %s", d.Draw, d.Problem)
		}
	}
	detail := fmt.Sprintf("%d drawn again with the same result, %d not published yet", counts[engine.DrawProven], counts[engine.DrawUnproven])
	if counts[engine.DrawProven] == 0 {
		return skipMark + detail
	}
	return detail
}

// results folds the division anew and compares every version with what was
// published.
func (v *verifier) results(ctx context.Context) string {
	if !v.Manifest.Opened {
		return skipMark + "what ties codes to people is sealed until the results are final"
	}
	division := v.memberOf(divisionStream(v.Manifest.Division))
	values, err := openedDraws(v.data["opened/draws.jsonl"])
	if err != nil {
		v.find(Unread, "opened/draws.jsonl", "it cannot be read: %v", err)
		return ""
	}
	now, err := engine.Refold(ctx, v.shelf, v.Manifest.Division, engine.NewOpenedDraws(values))
	if err != nil {
		v.find(Results, division, "the records do not fold: %v", err)
		return ""
	}
	if now.Phase != v.Manifest.Phase {
		v.find(Results, manifestPath, "the records come to phase %s, the manifest says %s", now.Phase, v.Manifest.Phase)
	}
	if len(now.Publications) != len(v.Manifest.Published) {
		v.find(Results, division, "the records come to %d versions of the results, the manifest names %d", len(now.Publications), len(v.Manifest.Published))
	}
	for i, p := range now.Publications {
		if i < len(v.Manifest.Published) {
			v.version(p, v.Manifest.Published[i])
		}
	}
	for _, r := range now.Refused {
		if r.Kind == "publication.signed" || r.Kind == "publication.proposed" {
			v.Checks = append(v.Checks, Check{"results", Proven, fmt.Sprintf("record %d, %s, counted for nothing when it was made: %s", r.Seq, r.Kind, r.Why)})
		}
	}
	return fmt.Sprintf("%d versions computed again from %d records", len(now.Publications), now.Seq)
}

func (v *verifier) version(p engine.Publication, stated Version) {
	text, err := json.Marshal(p.Lines)
	if err != nil {
		v.find(Results, stated.Member, "version %d: %v", p.Version, err)
		return
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); p.Version != stated.Version || got != stated.Digest || p.Digest != stated.Digest {
		v.find(Results, stated.Member, "version %d computed again has digest %s, published was %s", p.Version, got, stated.Digest)
	}
	if !bytes.Equal(text, v.data[stated.Member]) {
		v.find(Results, stated.Member, "version %d computed again is not what this file says", p.Version)
	}
}

func openedDraws(data []byte) ([]engine.OpenedValue, error) {
	var out []engine.OpenedValue
	for _, text := range bytes.Split(data, []byte("\n")) {
		if len(text) == 0 {
			continue
		}
		var o engine.OpenedValue
		if err := json.Unmarshal(text, &o); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// pictures compares every picture with the record that binds it.
func (v *verifier) pictures() string {
	if v.sealed() {
		return skipMark + "the records are sealed until decryption"
	}
	n, open := 0, 0
	for _, r := range v.shelf.streams[divisionStream(v.Manifest.Division)] {
		if r.Kind != "evidence.added" {
			continue
		}
		var e struct {
			ID     engine.EvidenceID `json:"id"`
			Type   string            `json:"type"`
			SHA256 string            `json:"sha256"`
		}
		if err := json.Unmarshal(r.Data, &e); err != nil {
			v.find(Unread, v.memberOf(r.Stream), "record %d: %v", r.Seq, err)
			continue
		}
		sealed, plain := "pictures/"+string(e.ID)+".sealed", "pictures/"+string(e.ID)+extensions[e.Type]
		n++
		if v.file.files[sealed] == nil {
			v.find(Missing, sealed, "record %d names this picture", r.Seq)
		}
		if !v.Manifest.Opened {
			continue
		}
		open++
		if sum := sha256.Sum256(v.data[plain]); hex.EncodeToString(sum[:]) != e.SHA256 {
			v.find(Pictures, plain, "it is not the picture that record %d names", r.Seq)
		}
	}
	return fmt.Sprintf("%d pictures, %d of them opened", n, open)
}

// certificates asks that every certificate is bound to a published line.
func (v *verifier) certificates(ctx context.Context) string {
	stream := ledger.StreamID("certificates/" + string(v.Manifest.Division))
	records, ok := v.shelf.streams[stream]
	if !ok {
		return skipMark + "no certificates were issued"
	}
	lines := map[int]map[string]bool{}
	for _, p := range v.Manifest.Published {
		var list []json.RawMessage
		if err := json.Unmarshal(v.data[p.Member], &list); err != nil {
			v.find(Unread, p.Member, "it cannot be read: %v", err)
			continue
		}
		lines[p.Version] = map[string]bool{}
		for _, l := range list {
			sum := sha256.Sum256(l)
			lines[p.Version][hex.EncodeToString(sum[:])] = true
		}
	}
	n, numbers := 0, map[string]bool{}
	for _, r := range records {
		var e struct {
			Issued []struct {
				Number  string `json:"number"`
				Version int    `json:"version"`
				Line    string `json:"line"`
			} `json:"issued"`
		}
		if err := errors.Join(json.Unmarshal(r.Data, &e), ctx.Err()); err != nil {
			v.find(Unread, v.memberOf(stream), "record %d: %v", r.Seq, err)
			continue
		}
		for _, c := range e.Issued {
			n++
			if numbers[c.Number] {
				v.find(Awards, v.memberOf(stream), "the number %s was given twice", c.Number)
			}
			numbers[c.Number] = true
			if !lines[c.Version][c.Line] {
				v.find(Awards, v.memberOf(stream), "certificate %s is bound to no line of version %d", c.Number, c.Version)
			}
		}
	}
	return fmt.Sprintf("%d certificates", n)
}

// papers asks that every paper is one that was handed out.
func (v *verifier) papers() string {
	if v.sealed() {
		return skipMark + "the records are sealed until decryption"
	}
	known := map[string]bool{}
	for _, r := range v.shelf.streams[ledger.StreamID("document/"+string(v.Manifest.Division))] {
		var p struct {
			SHA256 string `json:"sha256"`
		}
		if json.Unmarshal(r.Data, &p) == nil {
			known[p.SHA256] = true
		}
	}
	n := 0
	for _, m := range v.Manifest.Members {
		if m.Kind != KindPaper {
			continue
		}
		n++
		if !known[m.SHA256] {
			v.find(Papers, m.Path, "no record tells that this paper was made")
		}
	}
	return fmt.Sprintf("%d papers", n)
}
