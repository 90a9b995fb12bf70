package mongodb

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/xinglu/xinglu/internal/ledger"
)

// ledgerCollection holds the blocks of all streams.
const ledgerCollection = "ledger_blocks"

// blocks is the ledger.Backend: one document for each block.
type blocks struct{ c *mongo.Collection }

// Commit implements ledger.Backend with one unordered insert, hence one
// majority round trip for all blocks. DESIGN.md proves that the unique
// indexes suffice when several nodes race.
func (b blocks) Commit(ctx context.Context, in []ledger.Block) ([]error, error) {
	errs := make([]error, len(in))
	docs := make([]blockRecord, 0, len(in))
	place := make([]int, 0, len(in)) // place[i] is the block that docs[i] stores
	for i, block := range in {
		r, err := toBlockRecord(block)
		if err != nil {
			errs[i] = err
			continue
		}
		docs, place = append(docs, r), append(place, i)
	}
	if len(docs) == 0 {
		return errs, nil
	}
	_, err := b.c.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	var refused mongo.BulkWriteException
	if err != nil && (!errors.As(err, &refused) || refused.WriteConcernError != nil) {
		return nil, translate(ctx, err)
	}
	for _, w := range refused.WriteErrors {
		i := place[w.Index]
		if w.Code == codeDuplicateKey {
			errs[i] = ledger.ErrTaken
		} else {
			errs[i] = fmt.Errorf("storing block %d of %s: %w", docs[w.Index].First, docs[w.Index].Stream, translate(ctx, w))
		}
	}
	return errs, nil
}

// Read implements ledger.Backend. Blocks follow one another without gaps, so
// those that overlap (after, after+limit] hold exactly the records asked for.
// A single batch keeps a page below 16 MiB.
func (b blocks) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	end := after + int64(limit)
	filter := bson.D{
		{Key: "s", Value: string(stream)},
		{Key: "l", Value: bson.D{{Key: "$gt", Value: after}}},
		{Key: "f", Value: bson.D{{Key: "$lte", Value: end}}},
	}
	opts := options.Find().SetSort(bson.D{{Key: "l", Value: int32(1)}}).SetLimit(-int64(limit)).SetBatchSize(int32(limit))
	cur, err := b.c.Find(ctx, filter, opts)
	if err != nil {
		return nil, translate(ctx, err)
	}
	defer cur.Close(ctx) // nothing is open after a single batch
	records := []ledger.Record{}
	for cur.Next(ctx) {
		block, err := decodeBlock(cur.Current)
		if err != nil {
			return nil, err
		}
		for _, r := range block {
			if r.Seq > after && r.Seq <= end {
				records = append(records, r)
			}
		}
	}
	return records, translate(ctx, cur.Err())
}

// Head implements ledger.Backend.
func (b blocks) Head(ctx context.Context, stream ledger.StreamID) (ledger.Head, error) {
	opts := options.FindOne().
		SetSort(bson.D{{Key: "l", Value: int32(-1)}}).
		SetProjection(bson.D{{Key: "l", Value: int32(1)}, {Key: "h", Value: int32(1)}})
	var h headRecord
	err := b.c.FindOne(ctx, bson.D{{Key: "s", Value: string(stream)}}, opts).Decode(&h)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return ledger.Head{Stream: stream}, nil
	}
	if err != nil {
		return ledger.Head{}, translate(ctx, err)
	}
	return ledger.Head{Stream: stream, Seq: h.Last, Hash: h.Hash}, nil
}

// FindKey implements ledger.Backend.
func (b blocks) FindKey(ctx context.Context, stream ledger.StreamID, key string) (r ledger.Record, ok bool, err error) {
	if key == "" {
		return r, false, nil
	}
	raw, err := b.c.FindOne(ctx, bson.D{{Key: "s", Value: string(stream)}, {Key: "keys", Value: key}}).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return r, false, nil
	}
	if err != nil {
		return r, false, translate(ctx, err)
	}
	block, err := decodeBlock(raw)
	if err != nil {
		return r, false, err
	}
	for _, r := range block {
		if r.Key == key {
			return r, true, nil
		}
	}
	return r, false, ledger.ErrCorrupt.Wrap(fmt.Errorf("stream %s: a block lists a key that none of its records has", stream))
}

// Streams implements ledger.Backend. Every stream has exactly one block that
// begins at 1, and a partial index lists just these; each page then looks up
// one head a stream.
func (b blocks) Streams(ctx context.Context, after ledger.StreamID, limit int) ([]ledger.Head, error) {
	last := mongo.Pipeline{
		{{Key: "$sort", Value: bson.D{{Key: "l", Value: int32(-1)}}}},
		{{Key: "$limit", Value: int64(1)}},
		{{Key: "$project", Value: bson.D{{Key: "l", Value: int32(1)}, {Key: "h", Value: int32(1)}}}},
	}
	pipeline := mongo.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "f", Value: int64(1)}, {Key: "s", Value: bson.D{{Key: "$gt", Value: string(after)}}}}}},
		{{Key: "$sort", Value: bson.D{{Key: "s", Value: int32(1)}}}},
		{{Key: "$limit", Value: int64(limit)}},
		{{Key: "$lookup", Value: bson.D{
			{Key: "from", Value: ledgerCollection},
			{Key: "localField", Value: "s"},
			{Key: "foreignField", Value: "s"},
			{Key: "pipeline", Value: last},
			{Key: "as", Value: "head"},
		}}},
		{{Key: "$project", Value: bson.D{{Key: "s", Value: int32(1)}, {Key: "head", Value: int32(1)}}}},
	}
	cur, err := b.c.Aggregate(ctx, pipeline, options.Aggregate().SetBatchSize(int32(limit)))
	if err != nil {
		return nil, translate(ctx, err)
	}
	var found []struct {
		Stream string       `bson:"s"`
		Head   []headRecord `bson:"head"`
	}
	if err := cur.All(ctx, &found); err != nil {
		return nil, translate(ctx, err)
	}
	heads := make([]ledger.Head, 0, len(found))
	for _, f := range found {
		if len(f.Head) != 1 {
			return nil, ledger.ErrCorrupt.Wrap(fmt.Errorf("stream %s has no last block", f.Stream))
		}
		heads = append(heads, ledger.Head{Stream: ledger.StreamID(f.Stream), Seq: f.Head[0].Last, Hash: f.Head[0].Hash})
	}
	return heads, nil
}

// headRecord is the part of a block that Head needs.
type headRecord struct {
	Last int64  `bson:"l"`
	Hash []byte `bson:"h"`
}

// decodeBlock reads a stored block; what cannot be read is corrupt.
func decodeBlock(raw bson.Raw) ([]ledger.Record, error) {
	var r blockRecord
	if err := bson.Unmarshal(raw, &r); err != nil {
		return nil, ledger.ErrCorrupt.Wrap(fmt.Errorf("a block cannot be decoded: %s", err.Error()))
	}
	return fromBlockRecord(r)
}
