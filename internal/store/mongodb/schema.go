package mongodb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// indexPrefix begins the name of every index of a document collection.
const indexPrefix = "k_"

// createIndexes creates what is not there, with one command a collection.
func (d *DB) createIndexes(ctx context.Context, collections []store.Collection) error {
	if err := d.createFor(ctx, ledgerCollection, ledgerIndexes()); err != nil {
		return err
	}
	for _, c := range collections {
		if c.Name == ledgerCollection {
			return store.ErrUndeclared.With(fault.Field{Path: c.Name, Code: "bad_name", Message: "this name is the ledger's"})
		}
		if len(c.Indexes) == 0 {
			continue
		}
		models := make([]mongo.IndexModel, 0, len(c.Indexes))
		for _, x := range c.Indexes {
			models = append(models, keyIndex(x))
		}
		if err := d.createFor(ctx, c.Name, models); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) createFor(ctx context.Context, collection string, models []mongo.IndexModel) error {
	_, err := d.db.Collection(collection).Indexes().CreateMany(ctx, models)
	if err == nil {
		return nil
	}
	err = translate(ctx, err)
	if fault.As(err) != nil {
		return fmt.Errorf("creating the indexes of %s: %w", collection, err)
	}
	return ErrIndex.Wrap(err).With(fault.Field{Path: collection, Code: "mongodb_index", Message: "its indexes cannot be created as declared"})
}

// keyIndex is the index of one declared key. Documents without the key are
// not in it, so a unique one does not count them.
func keyIndex(x store.Index) mongo.IndexModel {
	field := "k." + x.Name
	opts := options.Index().SetName(indexPrefix + x.Name).SetPartialFilterExpression(exists(field))
	if x.Unique {
		opts.SetUnique(true)
	}
	return mongo.IndexModel{Keys: bson.D{{Key: field, Value: int32(1)}}, Options: opts}
}

// ledgerIndexes serve, in this order: Read and Head, the uniqueness of places,
// FindKey and the uniqueness of keys, Streams.
func ledgerIndexes() []mongo.IndexModel {
	return []mongo.IndexModel{
		{
			Keys:    bson.D{{Key: "s", Value: int32(1)}, {Key: "l", Value: int32(1)}, {Key: "f", Value: int32(1)}},
			Options: options.Index().SetName("by_last"),
		},
		{
			Keys:    bson.D{{Key: "s", Value: int32(1)}, {Key: "r.seq", Value: int32(1)}},
			Options: options.Index().SetName("by_seq").SetUnique(true),
		},
		{
			Keys:    bson.D{{Key: "s", Value: int32(1)}, {Key: "keys", Value: int32(1)}},
			Options: options.Index().SetName("by_key").SetUnique(true).SetPartialFilterExpression(exists("keys")),
		},
		{
			Keys:    bson.D{{Key: "f", Value: int32(1)}, {Key: "s", Value: int32(1)}},
			Options: options.Index().SetName("by_begin").SetPartialFilterExpression(bson.D{{Key: "f", Value: int64(1)}}),
		},
	}
}

func exists(field string) bson.D {
	return bson.D{{Key: field, Value: bson.D{{Key: "$exists", Value: true}}}}
}

// databaseName is the option, the path of the URI, or "xinglu".
func databaseName(o Options) (string, error) {
	name := o.Database
	if name == "" {
		_, rest, ok := strings.Cut(o.URI, "://")
		if !ok {
			return "", ErrURI
		}
		rest, _, _ = strings.Cut(rest, "?")
		_, name, _ = strings.Cut(rest, "/")
	}
	if name == "" {
		name = "xinglu"
	}
	if len(name) > 63 || strings.ContainsAny(name, `/\. "$*<>:|?`+"\x00") {
		return "", ErrURI.Wrap(errors.New("database name " + name))
	}
	return name, nil
}
