package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/xinglu/xinglu/internal/fault"
)

// Errors of the MongoDB store; compare with errors.Is.
var (
	// ErrURI: the connection string or database name cannot be used.
	ErrURI = fault.New(fault.Invalid, "mongodb_uri", "the MongoDB connection string is not valid")
	// ErrStandalone: the server is no replica set, so a majority means nothing.
	ErrStandalone = fault.New(fault.Invalid, "mongodb_standalone", "the MongoDB server is standalone; run it as a replica set (one member is enough) or allow standalone explicitly")
	// ErrTooOld: the server is older than MongoDB 6.0.
	ErrTooOld = fault.New(fault.Invalid, "mongodb_too_old", "MongoDB 6.0 or newer is needed")
	// ErrIndex: an index cannot be created, mostly because one of the same
	// name but another form is there. Fields names the collection.
	ErrIndex = fault.New(fault.Invalid, "mongodb_index", "an index of the database is not as declared")
	// ErrUnavailable: no primary, no connection, no majority or no answer in
	// time. A write may or may not be stored.
	ErrUnavailable = fault.New(fault.Unavailable, "mongodb_unavailable", "MongoDB did not confirm in time; try again")
	// ErrClosed: the store has been closed.
	ErrClosed = fault.New(fault.Unavailable, "mongodb_closed", "the MongoDB store is closed")
)

// Server error codes:
// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const codeDuplicateKey = 11000

// passing are the codes of states that pass: elections, shutdowns, time
// limits, an overtaxed server.
var passing = [...]int{
	6, 7, 89, 9001, // host unreachable or not found, network timeout, socket
	50, 262, // time limits
	91, 11600, 11602, 189, 10107, 13435, 13436, // shutting down, stepping down, not primary
	64, 79, 100, // write concern not met
	133, 134, 202, 365, // no target, read concern not yet possible, too busy, interrupted
	462, // admission control: too busy
}

// translate turns an error of the driver into one of this package, with the
// driver's text but not its type. When a context has ended, the caller's or the
// one that bounds the command, the cause is that. Server errors that are not known to pass are our own
// mistakes and become internal.
func translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ErrUnavailable.Wrap(ctx.Err())
	}
	if errors.Is(err, context.DeadlineExceeded) { // the socket's deadline may be first to pass
		return ErrUnavailable.Wrap(fmt.Errorf("%w: %s", context.DeadlineExceeded, err.Error()))
	}
	text := errors.New(err.Error())
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return ErrClosed
	}
	var usage mongo.InvalidArgumentError
	var encoding mongo.MarshalError
	if errors.As(err, &usage) || errors.As(err, &encoding) {
		return text
	}
	var s mongo.ServerError
	if !errors.As(err, &s) || mongo.IsTimeout(err) || mongo.IsNetworkError(err) || writeConcernFailed(err) ||
		slices.ContainsFunc(s.ErrorCodes(), func(code int) bool { return slices.Contains(passing[:], code) }) {
		return ErrUnavailable.Wrap(text)
	}
	return text
}

// writeConcernFailed reports that a write was applied but no majority
// confirmed it: it may be rolled back.
func writeConcernFailed(err error) bool {
	var one mongo.WriteException
	var many mongo.BulkWriteException
	return errors.As(err, &one) && one.WriteConcernError != nil ||
		errors.As(err, &many) && many.WriteConcernError != nil
}

// duplicateField returns the first field of the unique index that refused the
// write: "_id", "k.by_code", or "" when the server does not say. ok is false
// for any other error.
func duplicateField(err error) (field string, ok bool) {
	var e mongo.WriteException
	if !errors.As(err, &e) || e.WriteConcernError != nil || len(e.WriteErrors) == 0 || e.WriteErrors[0].Code != codeDuplicateKey {
		return "", false
	}
	pattern, _ := e.WriteErrors[0].Raw.Lookup("keyPattern").DocumentOK()
	return firstKey(pattern), true
}

func firstKey(doc bson.Raw) string {
	elems, err := doc.Elements()
	if err != nil || len(elems) == 0 {
		return ""
	}
	return elems[0].Key()
}
