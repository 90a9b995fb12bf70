package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// maxBlind bounds how many records in a row Verify tries one by one when a
// stream cannot be read; the rest is reported as one range.
const maxBlind = 1000

// A reordered record is sought this far from its place, and less far if it
// is so large that hashing it that often takes long.
const (
	nearby      = 1000
	nearbyBytes = 64 << 20
)

const (
	doRestore = "restore the record from a backup, and treat what depends on it as unproven until then"
	doExamine = "find out who had access to the store; the copy in a backup shows the original"
)

// walk is the verification of one stream.
type walk struct {
	v       *verifier
	stream  StreamID
	seq     int64  // of the last record seen or reported
	prev    []byte // its stored hash, if trusted
	trusted bool   // prev may be held against the next record
	blamed  bool   // record seq has a finding already
}

// read checks all records after w.seq. Records up to last are known to
// exist: where one cannot be read, it is reported and passed over.
func (w *walk) read(ctx context.Context, last int64) error {
	limit := 500
	for {
		page, err := w.v.backend.Read(ctx, w.stream, w.seq, limit)
		switch {
		case errors.Is(err, ErrCorrupt) && limit > 1:
			limit = 1
			continue
		case errors.Is(err, ErrCorrupt):
			if done, err := w.passOver(ctx, last, err); done || err != nil {
				return err
			}
			limit = 500
			continue
		case err != nil:
			return err
		case len(page) == 0:
			return nil
		}
		before := w.seq
		for i := range page {
			w.record(&page[i])
		}
		w.v.progress()
		if w.seq == before { // only misplaced records: no way forward
			return nil
		}
		// limit 1 walks up to the bad record, so it stays until that is found
	}
}

// passOver reports the unreadable records after w.seq as one range and moves
// to the first readable one. done means that nothing readable follows.
func (w *walk) passOver(ctx context.Context, last int64, cause error) (done bool, err error) {
	first := w.seq + 1
	to := first
	for ; to < first+maxBlind; to++ {
		_, err := w.v.backend.Read(ctx, w.stream, to, 1)
		if err == nil {
			break
		}
		if !errors.Is(err, ErrCorrupt) {
			return false, err
		}
	}
	if to == first+maxBlind {
		done, to = true, max(to, last)
	}
	w.v.report(Finding{Stream: w.stream, Seq: first, Last: rangeEnd(first, to), Code: Unreadable,
		What: fmt.Sprintf("the store cannot decode it: %v", cause), Do: doRestore})
	w.seq, w.trusted, w.blamed = to, false, true
	return done, nil
}

func rangeEnd(first, last int64) int64 {
	if last > first {
		return last
	}
	return 0
}

// record checks one record against its own hash and its predecessor.
func (w *walk) record(r *Record) {
	v := w.v
	v.sum.Records++
	if r.Seq <= w.seq {
		v.report(Finding{Stream: w.stream, Seq: r.Seq, Code: Reordered, What: fmt.Sprintf("it stands after #%d", w.seq), Do: doExamine})
		return
	}
	if want := w.seq + 1; r.Seq > want {
		v.report(Finding{Stream: w.stream, Seq: want, Last: rangeEnd(want, r.Seq-1), Code: Missing,
			What: fmt.Sprintf("the store goes on with #%d", r.Seq), Do: doRestore})
		w.trusted = false
	}
	r.Stream = w.stream
	h, good := chainedBy(r, v.likely)
	linked := !w.trusted || bytes.Equal(r.Prev, w.prev)
	switch {
	case !good:
		v.report(w.changed(r))
	case !linked && !w.blamed:
		v.report(w.unlinked(r))
	}
	if good {
		v.likely = h
		v.sum.ByHash[h]++
	}
	w.seq, w.prev, w.trusted, w.blamed = r.Seq, r.Hash, true, !good
}

// changed tells a record in a wrong place from one with wrong contents.
func (w *walk) changed(r *Record) Finding {
	f := Finding{Stream: w.stream, Seq: r.Seq, Code: Changed, What: "its contents do not match its hash", Do: doRestore}
	moved := *r
	for d := int64(1); d <= min(nearby, nearbyBytes/int64(len(r.Data)+1)); d++ {
		for _, seq := range [...]int64{r.Seq - d, r.Seq + d} {
			moved.Seq = seq
			if _, ok := chainedBy(&moved, w.v.likely); seq > 0 && ok {
				f.Code, f.Do = Reordered, doExamine
				f.What = fmt.Sprintf("the record in this place was written as #%d", seq)
				return f
			}
		}
	}
	return f
}

// unlinked blames the record before r, unless there is none.
func (w *walk) unlinked(r *Record) Finding {
	if w.seq == 0 {
		return Finding{Stream: w.stream, Seq: r.Seq, Code: Replaced, What: "the first record of a stream must follow nothing, but this one followed another", Do: doExamine}
	}
	return Finding{Stream: w.stream, Seq: w.seq, Code: Replaced,
		What: fmt.Sprintf("it is not the record that #%d was chained to", r.Seq), Do: doExamine}
}

// finish compares the stream's recorded end with the last record.
func (w *walk) finish(h Head, err error) {
	f := Finding{Stream: w.stream, Seq: w.seq, Code: WrongEnd, Do: doExamine}
	switch {
	case err != nil:
		f.What = fmt.Sprintf("the stream's recorded end cannot be read: %v", err)
	case h.Seq > w.seq:
		f = Finding{Stream: w.stream, Seq: w.seq + 1, Last: rangeEnd(w.seq+1, h.Seq), Code: Missing,
			What: fmt.Sprintf("the stream is recorded to end with #%d", h.Seq), Do: doRestore}
	case h.Seq < w.seq:
		f.What = fmt.Sprintf("the stream is recorded to end with #%d already", h.Seq)
	case w.trusted && !w.blamed && !bytes.Equal(h.Hash, w.prev):
		f.Code, f.What = Replaced, "it is not the record that the stream is recorded to end with"
	default:
		return
	}
	w.v.report(f)
}
