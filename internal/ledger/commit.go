package ledger

import (
	"context"
	"fmt"
	"sync"
)

// maxTries bounds how often an entry may lose its place to other writers.
// Each loss means that somebody else's append succeeded.
const maxTries = 32

// lookups bounds how many reads a flush runs at a time.
const lookups = 8

// request is one Append that waits for its answer.
type request struct {
	Entry
	tries     int
	followers []*request // same stream and key; answered as replays of this one
	appended  Appended
	err       error
	done      chan struct{} // capacity 1: answering never blocks
}

func (r *request) answer(a Appended, err error) {
	followers := r.followers
	r.followers = nil
	r.appended, r.err = a, err
	r.done <- struct{}{} // r may be in use again from here on
	a.Replayed = true
	for _, f := range followers {
		f.answer(a, err)
	}
}

// run is the part of a flush that concerns one stream.
type run struct {
	stream  StreamID
	asked   []*request // in order of arrival
	end     end        // the stream's end to build on
	known   bool       // end was remembered or read, not guessed
	first   [HashSize]byte
	records []Record            // the block
	taken   []*request          // taken[i] asked for records[i]
	keys    map[string]*request // keys in the block
	behind  []*request          // expect a record that is not the last any more
	late    []*request          // to be decided after this block
	err     error               // of this block
	carry   []*request          // to be tried again
}

// reset empties u for another flush and keeps its memory.
func (u *run) reset() {
	clear(u.asked)
	clear(u.taken)
	clear(u.records)
	clear(u.behind)
	clear(u.late)
	clear(u.carry)
	clear(u.keys)
	*u = run{asked: u.asked[:0], taken: u.taken[:0], records: u.records[:0],
		behind: u.behind[:0], late: u.late[:0], carry: u.carry[:0], keys: u.keys}
}

// commitAll is the committer: it flushes until the ledger is closed and
// everything that waited is answered.
func (l *Ledger) commitAll() {
	defer close(l.done)
	var carry []*request
	for {
		batch, ok := l.next(carry)
		if !ok {
			return
		}
		carry = l.flush(batch)
	}
}

// next returns the requests of the next flush: those carried over, then the
// waiting ones in order, within the bounds of a commit. It waits for the
// first; ok is false when there will be none.
func (l *Ledger) next(carry []*request) (batch []*request, ok bool) {
	size := 0
	for _, r := range carry {
		size += len(r.Data)
	}
	for {
		l.mu.Lock()
		batch, n := carry, 0
		for _, r := range l.pending {
			size += len(r.Data)
			if len(batch) > 0 && (len(batch) >= l.o.MaxBatch || size > l.o.MaxBytes) {
				break
			}
			batch = append(batch, r)
			n++
		}
		rest := copy(l.pending, l.pending[n:])
		clear(l.pending[rest:])
		l.pending = l.pending[:rest]
		closed := l.closed
		l.mu.Unlock()
		if len(batch) > 0 {
			return batch, true
		}
		if closed {
			return nil, false
		}
		<-l.wake
	}
}

// flush stores what it can of the batch with one commit, answers it, and
// returns what must be tried again.
func (l *Ledger) flush(batch []*request) (carry []*request) {
	// A flush outlives every caller's context; its own deadline bounds it.
	ctx, cancel := context.WithTimeout(context.Background(), l.o.Timeout)
	defer cancel()
	runs := l.group(batch)
	l.locate(ctx, runs)
	for _, u := range runs {
		l.chain(u)
	}
	l.commit(ctx, runs)

	hard := l.hard[:0] // need the backend to be concluded
	for _, u := range runs {
		if u.err != nil || len(u.behind) > 0 {
			hard = append(hard, u)
		} else {
			l.conclude(ctx, u)
		}
	}
	atOnce(hard, func(u *run) { l.conclude(ctx, u) })
	l.hard = hard
	for _, u := range runs {
		if u.known {
			l.heads.put(u.stream, u.end)
		} else {
			l.heads.drop(u.stream)
		}
		carry = append(carry, u.carry...)
		u.reset() // lets go of the data
	}
	clear(l.blocks)
	return carry
}

// group sorts the batch by stream, keeping the order of arrival.
func (l *Ledger) group(batch []*request) []*run {
	clear(l.byStream)
	n := 0
	for _, r := range batch {
		u := l.byStream[r.Stream]
		if u == nil {
			if n == len(l.runs) {
				l.runs = append(l.runs, &run{})
			}
			u = l.runs[n]
			n++
			u.stream = r.Stream
			l.byStream[r.Stream] = u
		}
		u.asked = append(u.asked, r)
	}
	return l.runs[:n]
}

// locate finds the end of each stream: remembered, or read where nothing is
// remembered or an entry expects more than that. A stream whose first entry
// expects it to be empty is taken to be so; the backend would refuse a wrong
// guess, and most streams begin this way.
func (l *Ledger) locate(ctx context.Context, runs []*run) {
	hard := l.hard[:0]
	for _, u := range runs {
		u.end, u.known = l.heads.get(u.stream)
		ok := u.known || u.asked[0].Expect == 0
		for _, r := range u.asked {
			ok = ok && r.Expect <= u.end.seq
		}
		if !ok {
			hard = append(hard, u)
		}
	}
	atOnce(hard, func(u *run) {
		if err := l.refresh(ctx, u); err != nil {
			for _, r := range u.asked {
				r.answer(Appended{}, err)
			}
			u.asked = u.asked[:0]
		}
	})
	l.hard = hard
}

// refresh reads the stream's end from the backend.
func (l *Ledger) refresh(ctx context.Context, u *run) error {
	h, err := l.backend.Head(ctx, u.stream)
	u.end, u.known = endOf(h), err == nil
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// chain makes the stream's block and sorts out what cannot be in it. locate
// has seen to it that no entry expects more than u.end unless u.end is fresh.
func (l *Ledger) chain(u *run) {
	u.first = u.end.hash
	next, prev := u.end.seq, u.first[:]
	hashes := make([]byte, 0, HashSize*len(u.asked)) // one allocation for all; the callers keep their parts
	for _, r := range u.asked {
		if first := u.keys[r.Key]; first != nil {
			first.followers = append(first.followers, r)
			continue
		}
		if r.Expect != AnySeq && r.Expect != next {
			if r.Expect < u.end.seq || r.Expect > next {
				u.behind = append(u.behind, r)
			} else {
				u.late = append(u.late, r) // someone in this very block came first
			}
			continue
		}
		next++
		rec := Record{Stream: u.stream, Seq: next, At: r.At, Kind: r.Kind, Actor: r.Actor, Key: r.Key, Data: r.Data, Prev: prev}
		l.scratch = encode(l.scratch[:0], l.o.Hash, &rec)
		hash := sum(l.o.Hash, l.scratch)
		hashes = append(hashes, hash[:]...)
		rec.Hash = hashes[len(hashes)-HashSize : len(hashes) : len(hashes)]
		prev = rec.Hash
		u.records = append(u.records, rec)
		u.taken = append(u.taken, r)
		if r.Key != "" && len(u.asked) > 1 {
			if u.keys == nil {
				u.keys = make(map[string]*request)
			}
			u.keys[r.Key] = r
		}
	}
}

// commit stores all blocks and notes each one's error in its run.
func (l *Ledger) commit(ctx context.Context, runs []*run) {
	l.blocks = l.blocks[:0]
	for _, u := range runs {
		if len(u.records) > 0 {
			l.blocks = append(l.blocks, Block{Records: u.records})
		}
	}
	if len(l.blocks) == 0 {
		return
	}
	errs, err := l.backend.Commit(ctx, l.blocks)
	if err == nil && len(errs) != len(l.blocks) {
		err = fmt.Errorf("backend answered %d of %d blocks", len(errs), len(l.blocks))
	}
	i := 0
	for _, u := range runs {
		if len(u.records) == 0 {
			continue
		}
		if err != nil {
			u.err = err
		} else {
			u.err = errs[i]
		}
		i++
	}
}

// atOnce calls f for each run, a bounded number at a time.
func atOnce(runs []*run, f func(*run)) {
	if len(runs) == 1 {
		f(runs[0])
		return
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, lookups)
	for _, u := range runs {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f(u)
		})
	}
	wg.Wait()
}
