// Package mongodb keeps documents and ledger blocks in a MongoDB replica set
// or sharded cluster. It is the production adapter of store.DB; DESIGN.md
// tells the form of the stored data and why it is safe.
//
// Writes are acknowledged by a journalled majority, reads come from the
// primary and see only what a majority has. Every method sends one command
// (a failed compare-and-set sends a second one to say why it failed). No type
// or error of the driver leaves the package.
package mongodb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// defaultTimeout bounds a command with its retries when the caller sets no
// deadline.
const defaultTimeout = 10 * time.Second

// minWireVersion is that of MongoDB 6.0. Streams needs $lookup with both
// fields and a pipeline, on sharded collections too.
const minWireVersion = 17

// Options say which database to open and how.
type Options struct {
	URI         string // connection string, mongodb:// or mongodb+srv://
	Database    string // "" takes the URI's path, or "xinglu" when that is empty
	Collections []store.Collection
	// AllowStandalone accepts a server without replica set, whose
	// acknowledgement proves one journal only. For trials, not for exams.
	AllowStandalone bool
	// Timeout bounds a command with its retries when the caller's context has
	// no deadline; 0 means 10 s.
	Timeout time.Duration
	Log     *slog.Logger // nil discards
}

// DB is an opened database. It implements store.DB and is safe for concurrent
// use.
type DB struct {
	client *mongo.Client
	db     *mongo.Database
	schema store.Schema
	log    *slog.Logger
}

var _ store.DB = (*DB)(nil)

// Open connects, refuses servers that cannot keep the promises of store.DB,
// and creates the indexes of the declared collections. Errors: ErrURI,
// ErrStandalone, ErrTooOld, ErrIndex, ErrUnavailable, and store.ErrUndeclared
// for a bad declaration.
func Open(ctx context.Context, o Options) (*DB, error) {
	schema, err := store.NewSchema(o.Collections)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	name, err := databaseName(o)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(clientOptions(o))
	if err != nil {
		return nil, ErrURI.Wrap(errors.New(err.Error()))
	}
	d := &DB{client: client, schema: schema, log: o.Log}
	if err := d.prepare(ctx, o, name); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// clientOptions sets what the laws demand over whatever the URI says.
func clientOptions(o Options) *options.ClientOptions {
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	journal := true
	return options.Client().ApplyURI(o.URI).
		SetAppName("xinglu").
		SetTimeout(timeout).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journal})
}

// prepare checks the server and creates the indexes.
func (d *DB) prepare(ctx context.Context, o Options, name string) error {
	s, err := d.hello(ctx)
	if err != nil {
		return err
	}
	if s.MaxWireVersion < minWireVersion && (!s.standalone() || !o.AllowStandalone) {
		return ErrTooOld.Param("wire_version", s.MaxWireVersion)
	}
	dbOptions := options.Database()
	if s.standalone() {
		if !o.AllowStandalone {
			return ErrStandalone
		}
		// There is no majority to ask for.
		dbOptions.SetReadConcern(readconcern.Local())
		d.log.Warn("mongodb server is standalone: an acknowledged write is on one disk only")
	}
	d.db = d.client.Database(name, dbOptions)
	if err := d.createIndexes(ctx, o.Collections); err != nil {
		return err
	}
	d.log.Info("mongodb store is open", "database", name, "replica_set", s.SetName, "wire_version", s.MaxWireVersion)
	return nil
}

// server is what hello tells about the other side.
type server struct {
	SetName        string `bson:"setName"`
	Msg            string `bson:"msg"` // "isdbgrid" from a router of a sharded cluster
	MaxWireVersion int    `bson:"maxWireVersion"`
}

func (s server) standalone() bool { return s.SetName == "" && s.Msg != "isdbgrid" }

func (d *DB) hello(ctx context.Context) (server, error) {
	var s server
	err := d.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: int32(1)}}).Decode(&s)
	if err != nil {
		return s, fmt.Errorf("asking the server what it is: %w", translate(ctx, err))
	}
	return s, nil
}

// Ledger implements store.DB.
func (d *DB) Ledger() ledger.Backend { return blocks{d.db.Collection(ledgerCollection)} }

// Ping implements store.DB: the primary has answered now.
func (d *DB) Ping(ctx context.Context) error {
	return translate(ctx, d.client.Ping(ctx, readpref.Primary()))
}

// Close implements store.DB. It waits at most 10 seconds for running commands.
func (d *DB) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), defaultTimeout)
	defer cancel()
	err := d.client.Disconnect(ctx)
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return nil
	}
	return translate(ctx, err)
}

// Drop removes the whole database. It is for scratch databases, such as those
// of "xinglu selftest".
func (d *DB) Drop(ctx context.Context) error { return translate(ctx, d.db.Drop(ctx)) }
