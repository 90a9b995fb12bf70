package mongodb

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// docRecord is a store.Doc as MongoDB stores it.
type docRecord struct {
	ID      string `bson:"_id"`
	Version int64  `bson:"v"`
	Keys    bson.D `bson:"k,omitempty"` // by index name, in order of the names
	// Body is the domain's JSON as text: exact, which nested BSON would not be
	// (it cuts times to milliseconds and turns numbers into its own kinds).
	Body string `bson:"body"`
}

// toRecord checks the document. version is the one it is stored with.
func toRecord(c store.Collection, d store.Doc, version int64) (docRecord, error) {
	if err := c.CheckDoc(d); err != nil {
		return docRecord{}, err
	}
	if !utf8.Valid(d.Body) {
		return docRecord{}, store.ErrInvalid.With(fault.Field{Path: "body", Code: "bad_text", Message: "not valid UTF-8"})
	}
	r := docRecord{ID: d.ID, Version: version, Body: string(d.Body)}
	for _, name := range slices.Sorted(maps.Keys(d.Keys)) {
		index, err := c.Index(name)
		if err != nil {
			return docRecord{}, err
		}
		r.Keys = append(r.Keys, bson.E{Key: name, Value: keyText(index, store.Cursor{Value: d.Keys[name], ID: d.ID})})
	}
	return r, nil
}

// keyText is the indexed form of a key. For an index that many documents may
// share a value of, it is value NUL id, so that one field gives the order
// (value, id) and one range gives any page.
func keyText(index store.Index, at store.Cursor) string {
	if index.Unique {
		return at.Value
	}
	return at.Value + "\x00" + at.ID
}

func fromRecord(r docRecord) store.Doc {
	d := store.Doc{ID: r.ID, Version: r.Version, Body: json.RawMessage(r.Body)}
	if len(r.Keys) > 0 {
		d.Keys = make(map[string]string, len(r.Keys))
	}
	for _, e := range r.Keys {
		text, _ := e.Value.(string)
		d.Keys[e.Key], _, _ = strings.Cut(text, "\x00")
	}
	return d
}

// blockRecord is a ledger.Block as MongoDB stores it: one document, so that
// it is atomic.
type blockRecord struct {
	ID      blockID       `bson:"_id"`
	Stream  string        `bson:"s"`
	First   int64         `bson:"f"`              // Seq of the first record
	Last    int64         `bson:"l"`              // Seq of the last record
	Keys    []string      `bson:"keys,omitempty"` // idempotency keys in the block
	Hash    []byte        `bson:"h"`              // Hash of the last record
	Records []entryRecord `bson:"r"`
}

// blockID makes (stream, first) unique.
type blockID struct {
	Stream string `bson:"s"`
	First  int64  `bson:"f"`
}

// entryRecord is a ledger.Record without its stream. An index over Seq makes
// each place of a stream unique.
type entryRecord struct {
	Seq   int64         `bson:"seq"`
	At    bson.DateTime `bson:"at"` // milliseconds, as the contract cuts it
	Kind  string        `bson:"kind"`
	Actor string        `bson:"actor"`
	Key   string        `bson:"key,omitempty"`
	Data  []byte        `bson:"data"` // binary: the bytes that were hashed
	Prev  []byte        `bson:"prev"`
	Hash  []byte        `bson:"hash"`
}

// maxBlock bounds the bytes of a block, well below the 16 MiB of a document.
// ledger.Options.MaxBytes keeps blocks smaller than this.
const maxBlock = 8 << 20

func toBlockRecord(b ledger.Block) (blockRecord, error) {
	if len(b.Records) == 0 {
		return blockRecord{}, fmt.Errorf("empty block")
	}
	first, last := b.Records[0], b.Records[len(b.Records)-1]
	stream := string(first.Stream)
	r := blockRecord{
		ID:     blockID{Stream: stream, First: first.Seq},
		Stream: stream, First: first.Seq, Last: last.Seq, Hash: last.Hash,
		Records: make([]entryRecord, 0, len(b.Records)),
	}
	size := 0
	for _, e := range b.Records {
		size += len(e.Data) + len(e.Kind) + len(e.Actor) + 2*len(e.Key) + 160
		if e.Key != "" {
			r.Keys = append(r.Keys, e.Key)
		}
		r.Records = append(r.Records, entryRecord{
			Seq: e.Seq, At: bson.NewDateTimeFromTime(e.At), Kind: e.Kind, Actor: e.Actor, Key: e.Key,
			Data: e.Data, Prev: e.Prev, Hash: e.Hash,
		})
	}
	if size > maxBlock {
		return r, ledger.ErrTooLarge.With(fault.Field{Path: "block", Code: "too_long", Message: "a block has at most 8 MiB"})
	}
	return r, nil
}

// fromBlockRecord gives the records of a block, or ErrCorrupt when the places
// in it contradict one another. Whether the hashes are right is for
// ledger.Verify.
func fromBlockRecord(b blockRecord) ([]ledger.Record, error) {
	n := int64(len(b.Records))
	if b.First < 1 || n == 0 || b.Last != b.First+n-1 || b.ID != (blockID{b.Stream, b.First}) {
		return nil, ledger.ErrCorrupt.Wrap(fmt.Errorf("%s: the block at %d has %d records but ends at %d", b.Stream, b.First, n, b.Last))
	}
	records := make([]ledger.Record, 0, n)
	for i, e := range b.Records {
		if e.Seq != b.First+int64(i) {
			return nil, ledger.ErrCorrupt.Wrap(fmt.Errorf("%s: record %d stands in place %d", b.Stream, e.Seq, b.First+int64(i)))
		}
		records = append(records, ledger.Record{
			Stream: ledger.StreamID(b.Stream), Seq: e.Seq, At: time.UnixMilli(int64(e.At)).UTC(),
			Kind: e.Kind, Actor: e.Actor, Key: e.Key, Data: e.Data, Prev: e.Prev, Hash: e.Hash,
		})
	}
	return records, nil
}
