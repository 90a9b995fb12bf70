package archive

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Signer signs for the node. It is *seal.Signer.
type Signer interface {
	Sign(message []byte) []byte
	Public() []byte
}

// Maker makes archives. Safe for concurrent use.
type Maker struct {
	Contests *engine.Contests
	Ledger   interface {
		ledger.Appender
		ledger.Reader
	}
	Sealer  engine.Sealer
	Signer  Signer
	Now     func() time.Time
	Node    string
	Program string // version
}

// streams are those that tell of a division, in the order of the archive.
func streams(id engine.DivisionID) []ledger.StreamID {
	var out []ledger.StreamID
	for _, kind := range []string{"division", "hall", "tablet", "seen", "document", "certificates"} {
		out = append(out, ledger.StreamID(kind+"/"+string(id)))
	}
	return append(out, signersStream)
}

// signersStream names the public keys of every node that has ever signed.
const signersStream ledger.StreamID = "program/signers"

func divisionStream(id engine.DivisionID) ledger.StreamID {
	return ledger.StreamID("division/" + string(id))
}

// asked is recorded in "seen/<division>" before an archive is made, so that the
// archive itself tells who has asked for it.
type asked struct {
	What string `json:"what"`
	Of   string `json:"of"`
}

// Write makes the archive of a division as it is now and writes it to w. While
// the results are not final it holds only what the store holds; then also what
// was sealed. Errors: ErrNotOpen, ErrPaper, and those of w.
func (m *Maker) Write(ctx context.Context, w io.Writer, actor string, id engine.DivisionID, papers []Paper) (Manifest, error) {
	div, err := m.Contests.Division(ctx, id)
	if err != nil {
		return Manifest{}, err
	}
	contest, err := m.Contests.Contest(ctx, div.Contest)
	if err != nil {
		return Manifest{}, err
	}
	event, err := m.Contests.Event(ctx, div.Event)
	if err != nil {
		return Manifest{}, err
	}
	data, err := json.Marshal(asked{"archive", string(id)})
	if err != nil {
		return Manifest{}, err
	}
	at := m.Now().UTC().Truncate(time.Millisecond)
	if _, err := m.Ledger.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("seen/" + string(id)), Expect: ledger.AnySeq, At: at, Kind: "archive.seen", Actor: actor, Data: data,
	}); err != nil {
		return Manifest{}, err
	}
	b := &builder{Maker: m, c: newContainer(w), id: id, m: Manifest{
		Format: Format, Division: id, Contest: contest.ID, Names: Names{contest.Name, event.Name, div.Name},
		Made: at, By: actor, Node: m.Node, Program: m.Program, Key: m.Signer.Public(), Streams: []Stream{}, Published: []Version{},
	}}
	if err := b.build(ctx, papers); err != nil {
		return Manifest{}, err
	}
	return b.m, b.finish()
}

// builder is one archive on its way.
type builder struct {
	*Maker
	c  *container
	id engine.DivisionID
	m  Manifest
}

func (b *builder) build(ctx context.Context, papers []Paper) error {
	head, err := b.Ledger.Head(ctx, divisionStream(b.id))
	if err != nil {
		return err
	}
	if head.Seq == 0 {
		return ErrNotOpen
	}
	// The division as it was at that record: what is appended meanwhile is the
	// next archive's.
	snapshot := upTo{b.Ledger, head}
	now, err := engine.Refold(ctx, snapshot, b.id, b.Sealer)
	if err != nil {
		return err
	}
	b.m.Phase, b.m.Opened = now.Phase, now.Phase == engine.PhaseFinal
	if err := b.c.bytes("README.txt", KindReadme, []byte(readme)); err != nil {
		return err
	}
	if err := b.records(ctx, head, now.Named); err != nil {
		return err
	}
	if b.m.Opened {
		if err := b.draws(ctx, snapshot); err != nil {
			return err
		}
	}
	if err := b.results(now.Publications); err != nil {
		return err
	}
	for _, p := range now.Pictures {
		if err := b.picture(ctx, p); err != nil {
			return err
		}
	}
	for _, p := range papers {
		if !fit(p.Path) {
			return ErrPaper.Param("path", p.Path)
		}
		if err := b.c.bytes("papers/"+p.Path, KindPaper, p.Data); err != nil {
			return err
		}
	}
	return nil
}

// records writes the streams, the division's up to the given end. Until it may
// be known whose code is whose they are sealed, but for the server's keys.
func (b *builder) records(ctx context.Context, division ledger.Head, named bool) error {
	for _, name := range streams(b.id) {
		head := division
		if name != division.Stream {
			var err error
			if head, err = b.Ledger.Head(ctx, name); err != nil {
				return err
			}
		}
		if head.Seq == 0 {
			continue
		}
		kind, _, _ := strings.Cut(string(name), "/")
		member := "ledger/" + kind + ".jsonl.gz"
		write := func(w io.Writer) error { return writeStream(ctx, b.Ledger, head, w) }
		shut := !named && name != signersStream
		if shut {
			member += ".sealed"
			write = func(w io.Writer) error { return b.seal(ctx, head, w) }
		}
		if err := b.c.add(member, KindStream, write); err != nil {
			return err
		}
		b.m.Streams = append(b.m.Streams, Stream{name, head.Seq, hex.EncodeToString(head.Hash), member, shut})
	}
	return nil
}

// seal writes a stream encrypted by the data key, in the context of its name.
func (b *builder) seal(ctx context.Context, head ledger.Head, w io.Writer) error {
	var plain bytes.Buffer
	if err := writeStream(ctx, b.Ledger, head, &plain); err != nil {
		return err
	}
	sealed, err := b.Sealer.Seal(plain.Bytes(), "archive/"+string(head.Stream))
	if err == nil {
		_, err = io.WriteString(w, sealed)
	}
	return err
}

func (b *builder) draws(ctx context.Context, r ledger.Reader) error {
	list, err := engine.OpenDraws(ctx, r, b.id, b.Sealer)
	if err != nil || len(list) == 0 {
		return err
	}
	return b.c.add("opened/draws.jsonl", KindDraws, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for _, v := range list {
			if err := e.Encode(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// results writes the lines of each version exactly as they are hashed.
func (b *builder) results(list []engine.Publication) error {
	for _, p := range list {
		data, err := json.Marshal(p.Lines)
		if err != nil {
			return err
		}
		member := fmt.Sprintf("results/v%d.json", p.Version)
		if err := b.c.bytes(member, KindResults, data); err != nil {
			return err
		}
		b.m.Published = append(b.m.Published, Version{p.Version, p.Digest, member})
	}
	return nil
}

var extensions = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}

// picture writes one picture, sealed and, if the archive is open, opened.
func (b *builder) picture(ctx context.Context, p engine.Evidence) error {
	sealed, err := b.Contests.SealedPicture(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("picture %s: %w", p.ID, err)
	}
	if err := b.c.bytes("pictures/"+string(p.ID)+".sealed", KindSealed, []byte(sealed)); err != nil || !b.m.Opened {
		return err
	}
	plain, err := b.Sealer.Open(sealed, engine.PictureContext(p.ID))
	if err != nil {
		return fmt.Errorf("picture %s: %w", p.ID, err)
	}
	return b.c.bytes("pictures/"+string(p.ID)+extensions[p.Type], KindPicture, plain)
}

// finish writes manifest and signature and ends the file.
func (b *builder) finish() error {
	b.m.Members = slices.Clone(b.c.members)
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(b.m); err != nil {
		return err
	}
	if err := b.c.bytes(manifestPath, KindReadme, text.Bytes()); err != nil {
		return err
	}
	s, err := json.MarshalIndent(Signature{algorithm, b.Signer.Public(), b.Signer.Sign(signed(text.Bytes()))}, "", "  ")
	if err != nil {
		return err
	}
	if err := b.c.bytes(signaturePath, KindReadme, s); err != nil {
		return err
	}
	return b.c.zip.Close()
}
