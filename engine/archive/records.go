package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/internal/ledger"
)

// line is a record as an archive holds it. Data is the JSON text as it was
// recorded, in a string, so that not a byte of it changes.
type line struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Actor string    `json:"actor"`
	Key   string    `json:"key,omitempty"`
	Data  string    `json:"data"`
	Prev  string    `json:"prev"` // hex
	Hash  string    `json:"hash"`
}

// writeStream writes the records of a stream up to an end.
func writeStream(ctx context.Context, r ledger.Reader, head ledger.Head, w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	_, err = ledger.Fold(ctx, upTo{r, head}, head.Stream, 0, func(rec ledger.Record) error {
		if !utf8.Valid(rec.Data) {
			return errors.New("the record is no text")
		}
		return e.Encode(line{rec.Seq, rec.At.UTC(), rec.Kind, rec.Actor, rec.Key, string(rec.Data), hex.EncodeToString(rec.Prev), hex.EncodeToString(rec.Hash)})
	})
	return errors.Join(err, z.Close())
}

// upTo is a reader that ends where a stream ended at some moment, so that
// what is read of it later still fits.
type upTo struct {
	ledger.Reader
	head ledger.Head
}

func (u upTo) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	page, err := u.Reader.Read(ctx, stream, after, limit)
	i := slices.IndexFunc(page, func(r ledger.Record) bool { return r.Seq > u.head.Seq })
	if i >= 0 && stream == u.head.Stream {
		page = page[:i]
	}
	return page, err
}

// readStream reads what writeStream has written.
func readStream(name ledger.StreamID, data []byte) ([]ledger.Record, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var out []ledger.Record
	s := bufio.NewScanner(z)
	s.Buffer(nil, 3*ledger.MaxData)
	for s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(out)+1, err)
		}
		rec := ledger.Record{Stream: name, Seq: l.Seq, At: l.At, Kind: l.Kind, Actor: l.Actor, Key: l.Key, Data: []byte(l.Data)}
		var errs [2]error
		rec.Prev, errs[0] = hex.DecodeString(l.Prev)
		rec.Hash, errs[1] = hex.DecodeString(l.Hash)
		if err := errors.Join(errs[0], errs[1]); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(out)+1, err)
		}
		out = append(out, rec)
	}
	return out, s.Err()
}

// shelf is the streams of an archive as a ledger's backend: it can be read and
// verified, and takes nothing.
type shelf struct {
	streams map[ledger.StreamID][]ledger.Record
	heads   map[ledger.StreamID]ledger.Head // as the manifest states them
}

// Commit always fails: an archive is what it is.
func (s *shelf) Commit(context.Context, []ledger.Block) ([]error, error) {
	return nil, ledger.ErrClosed
}

// Read implements ledger.Reader.
func (s *shelf) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	all := s.streams[stream]
	i := slices.IndexFunc(all, func(r ledger.Record) bool { return r.Seq > after })
	if i < 0 {
		return nil, ctx.Err()
	}
	return slices.Clone(all[i:min(i+limit, len(all))]), ctx.Err()
}

// Head implements ledger.Reader.
func (s *shelf) Head(ctx context.Context, stream ledger.StreamID) (ledger.Head, error) {
	h := s.heads[stream]
	h.Stream = stream
	return h, ctx.Err()
}

// FindKey implements ledger.Backend.
func (s *shelf) FindKey(ctx context.Context, stream ledger.StreamID, key string) (ledger.Record, bool, error) {
	for _, r := range s.streams[stream] {
		if key != "" && r.Key == key {
			return r, true, ctx.Err()
		}
	}
	return ledger.Record{}, false, ctx.Err()
}

// Streams implements ledger.Backend.
func (s *shelf) Streams(ctx context.Context, after ledger.StreamID, limit int) ([]ledger.Head, error) {
	var all []ledger.Head
	for name, h := range s.heads {
		if name > after {
			h.Stream = name
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b ledger.Head) int { return strings.Compare(string(a.Stream), string(b.Stream)) })
	return all[:min(limit, len(all))], ctx.Err()
}
