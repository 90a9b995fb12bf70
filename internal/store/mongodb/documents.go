package mongodb

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Get implements store.DB.
func (d *DB) Get(ctx context.Context, collection, id string) (store.Doc, error) {
	c, err := d.collection(collection, id)
	if err != nil {
		return store.Doc{}, err
	}
	var r docRecord
	err = c.FindOne(ctx, byID(id)).Decode(&r)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return store.Doc{}, store.ErrNotFound
	}
	if err != nil {
		return store.Doc{}, translate(ctx, err)
	}
	return fromRecord(r), nil
}

// Insert implements store.DB.
func (d *DB) Insert(ctx context.Context, collection string, doc store.Doc) error {
	declared, err := d.schema.Collection(collection)
	if err != nil {
		return err
	}
	r, err := toRecord(declared, doc, 1)
	if err != nil {
		return err
	}
	_, err = d.db.Collection(collection).InsertOne(ctx, r)
	return written(ctx, err)
}

// Replace implements store.DB.
func (d *DB) Replace(ctx context.Context, collection string, doc store.Doc) error {
	declared, err := d.schema.Collection(collection)
	if err != nil {
		return err
	}
	r, err := toRecord(declared, doc, doc.Version+1)
	if err != nil {
		return err
	}
	c := d.db.Collection(collection)
	result, err := c.ReplaceOne(ctx, atVersion(doc.ID, doc.Version), r)
	if err != nil {
		return written(ctx, err)
	}
	if result.MatchedCount == 0 {
		return missed(ctx, c, doc.ID)
	}
	return nil
}

// Delete implements store.DB.
func (d *DB) Delete(ctx context.Context, collection, id string, version int64) error {
	c, err := d.collection(collection, id)
	if err != nil {
		return err
	}
	result, err := c.DeleteOne(ctx, atVersion(id, version))
	if err != nil {
		return written(ctx, err)
	}
	if result.DeletedCount == 0 {
		return missed(ctx, c, id)
	}
	return nil
}

// Find implements store.DB.
func (d *DB) Find(ctx context.Context, collection string, q store.Query) (store.Page, error) {
	c, err := d.schema.Collection(collection)
	if err != nil {
		return store.Page{}, err
	}
	filter, field, err := pageFilter(c, q)
	if err != nil {
		return store.Page{}, err
	}
	// One document more than asked tells whether there is another page.
	n := q.Limit + 1
	opts := options.Find().SetSort(bson.D{{Key: field, Value: int32(1)}}).SetLimit(int64(n)).SetBatchSize(int32(n))
	cur, err := d.db.Collection(collection).Find(ctx, filter, opts)
	if err != nil {
		return store.Page{}, translate(ctx, err)
	}
	var records []docRecord
	if err := cur.All(ctx, &records); err != nil {
		return store.Page{}, translate(ctx, err)
	}
	p := store.Page{Docs: make([]store.Doc, 0, len(records))}
	for _, r := range records[:min(len(records), q.Limit)] {
		p.Docs = append(p.Docs, fromRecord(r))
	}
	if len(records) > q.Limit {
		last := p.Docs[q.Limit-1]
		p.Next = store.Cursor{Value: last.Keys[q.Index], ID: last.ID}.String()
	}
	return p, nil
}

// pageFilter is one range on one field: the id, or the key text of the index.
func pageFilter(c store.Collection, q store.Query) (filter bson.D, field string, err error) {
	if err := c.CheckQuery(q); err != nil {
		return nil, "", err
	}
	field = "_id"
	index := store.Index{Unique: true} // as an id is
	if q.Index != "" {
		if index, err = c.Index(q.Index); err != nil {
			return nil, "", err
		}
		field = "k." + q.Index
	}
	lo, hi := q.Prefix, successor(q.Prefix)
	switch {
	case q.Equal != "" && index.Unique:
		lo, hi = q.Equal, q.Equal+"\x00"
	case q.Equal != "":
		lo, hi = q.Equal+"\x00", q.Equal+"\x01"
	}
	from := bson.E{Key: "$gte", Value: lo}
	if q.After != "" {
		at, err := store.ParseCursor(q.After)
		if err != nil {
			return nil, "", err
		}
		text := at.ID
		if q.Index != "" {
			text = keyText(index, at)
		}
		if text >= lo {
			from = bson.E{Key: "$gt", Value: text}
		}
	}
	bounds := bson.D{from}
	if hi != "" {
		bounds = append(bounds, bson.E{Key: "$lt", Value: hi})
	}
	return bson.D{{Key: field, Value: bounds}}, field, nil
}

// successor is the least text above all that begin with prefix, in byte order
// (which for UTF-8 is the order of code points); "" means there is none.
func successor(prefix string) string {
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		if r == 0xd7ff {
			return prefix + "\ue000" // surrogates are no text
		}
		if r < utf8.MaxRune {
			return prefix + string(r+1)
		}
	}
	return ""
}

// collection returns the driver's handle after checking name and id.
func (d *DB) collection(name, id string) (*mongo.Collection, error) {
	if _, err := d.schema.Collection(name); err != nil {
		return nil, err
	}
	if err := store.CheckID(id); err != nil {
		return nil, err
	}
	return d.db.Collection(name), nil
}

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

func atVersion(id string, version int64) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "v", Value: version}}
}

// missed tells why a compare-and-set found nothing to change. It is the one
// place where a method sends a second command, and only after nothing was
// changed: the answer may be out of date, but either one is a refusal.
func missed(ctx context.Context, c *mongo.Collection, id string) error {
	opts := options.FindOne().SetProjection(bson.D{{Key: "v", Value: int32(1)}})
	switch err := c.FindOne(ctx, byID(id), opts).Err(); {
	case err == nil:
		return store.ErrVersion
	case errors.Is(err, mongo.ErrNoDocuments):
		return store.ErrNotFound
	default:
		return translate(ctx, err)
	}
}

// written translates the error of a write of one document.
func written(ctx context.Context, err error) error {
	field, dup := duplicateField(err)
	switch {
	case !dup:
		return translate(ctx, err)
	case field == "_id":
		return store.ErrExists
	case field == "":
		return store.ErrDuplicate
	}
	path := "keys." + strings.TrimPrefix(field, "k.")
	return store.ErrDuplicate.With(fault.Field{Path: path, Code: "duplicate_key", Message: "another document has this value"})
}
