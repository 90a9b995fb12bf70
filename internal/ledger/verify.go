package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
)

// Code says what is wrong with a record.
type Code string

// What Verify can find.
const (
	Changed    Code = "changed"    // its contents do not match its own hash
	Replaced   Code = "replaced"   // consistent in itself, but not what its successor was chained to
	Missing    Code = "missing"    // not there, though later records or the stream's recorded end say it was
	Reordered  Code = "reordered"  // an unchanged record in another record's place
	Unreadable Code = "unreadable" // the store cannot decode it
	WrongEnd   Code = "wrong_end"  // the stream's recorded end contradicts its last record
	Damaged    Code = "damaged"    // the store's own structure is damaged
)

// Finding names one thing that is wrong.
type Finding struct {
	Stream StreamID `json:"stream,omitempty"` // "" with Damaged
	Seq    int64    `json:"seq,omitempty"`    // the record, 0 if none can be named
	Last   int64    `json:"last,omitempty"`   // Seq..Last are all meant; 0 for Seq alone
	Code   Code     `json:"code"`
	What   string   `json:"what"` // what is wrong, in English
	Do     string   `json:"do"`   // what to do about it
}

// String is the finding as a line for an operator.
func (f Finding) String() string {
	where := string(f.Stream)
	switch {
	case f.Last > f.Seq:
		where += fmt.Sprintf(" #%d–#%d", f.Seq, f.Last)
	case f.Seq > 0:
		where += fmt.Sprintf(" #%d", f.Seq)
	}
	return fmt.Sprintf("%s: %s: %s; %s", where, f.Code, f.What, f.Do)
}

// Summary is what Verify walked over.
type Summary struct {
	Streams  int64              `json:"streams"`
	Records  int64              `json:"records"` // read, good or not
	ByHash   map[HashName]int64 `json:"by_hash"` // good records by algorithm
	Findings int64              `json:"findings"`
	// Root is a digest over the last record of every stream, in hexadecimal.
	// A chain cannot show that a whole stream, or the end of one, was cut off
	// by someone who also rewrote the recorded end. Who keeps the Root of a
	// quiet ledger, on paper for instance, can show it by comparing.
	Root string `json:"root"`
}

// VerifyOptions tune a verification.
type VerifyOptions struct {
	// Progress, if not nil, is called after every page of records and for
	// every stream, from Verify's goroutine.
	Progress func(Summary)
}

// Checker is a Backend that can check its own structure: indexes against
// rows, records that belong to no stream.
type Checker interface {
	// Check calls report for each thing that is wrong, in English.
	Check(ctx context.Context, report func(what string)) error
}

// Verify walks every stream of the backend and calls report for each record
// that was changed, is missing, was reordered or cannot be read. It may run
// while others append: what they append meanwhile is checked or left, never
// reported. The error tells that the walk could not be finished; findings
// alone are no error.
func Verify(ctx context.Context, b Backend, o VerifyOptions, report func(Finding)) (Summary, error) {
	v := &verifier{backend: b, o: o, root: sha256.New(), likely: SHA256}
	v.sum.ByHash = map[HashName]int64{}
	v.report = func(f Finding) {
		v.sum.Findings++
		if report != nil {
			report(f)
		}
	}
	err := v.all(ctx)
	v.sum.Root = hex.EncodeToString(v.root.Sum(nil))
	return v.sum, err
}

type verifier struct {
	backend Backend
	o       VerifyOptions
	sum     Summary
	root    hash.Hash
	likely  HashName // of the record before
	report  func(Finding)
}

func (v *verifier) all(ctx context.Context) error {
	if c, ok := v.backend.(Checker); ok {
		err := c.Check(ctx, func(what string) {
			v.report(Finding{Code: Damaged, What: what, Do: "restore the store from a backup, or keep the file for examination and export what verifies"})
		})
		if err != nil {
			return fmt.Errorf("checking the store: %w", err)
		}
	}
	var after StreamID
	for {
		page, err := v.backend.Streams(ctx, after, 500)
		if errors.Is(err, ErrCorrupt) {
			v.report(Finding{Code: Damaged, What: fmt.Sprintf("the list of streams after %q cannot be read: %v", after, err), Do: "restore the store from a backup; the streams from there on are unverified"})
			return nil
		}
		if err != nil {
			return fmt.Errorf("listing streams after %q: %w", after, err)
		}
		if len(page) == 0 {
			return nil
		}
		for _, h := range page {
			if err := v.stream(ctx, h); err != nil {
				return fmt.Errorf("verifying %s: %w", h.Stream, err)
			}
			after = h.Stream
		}
	}
}

// progress tells how far the walk is.
func (v *verifier) progress() {
	if v.o.Progress != nil {
		v.o.Progress(v.sum)
	}
}

// stream walks one stream. Appends may be running, so an end is compared
// with what was read only after everything up to that end was read.
func (v *verifier) stream(ctx context.Context, h Head) error {
	w := &walk{v: v, stream: h.Stream, trusted: true, prev: make([]byte, HashSize)}
	for {
		if err := w.read(ctx, h.Seq); err != nil {
			return err
		}
		now, err := v.backend.Head(ctx, h.Stream)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		if err != nil || now.Seq <= max(h.Seq, w.seq) {
			w.finish(now, err)
			break
		}
		h = now
	}
	v.sum.Streams++
	fmt.Fprintf(v.root, "%d\n%s\n%d\n%x\n", len(h.Stream), h.Stream, w.seq, w.prev)
	v.progress()
	return nil
}
