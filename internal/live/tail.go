package live

import (
	"slices"
	"sync"
)

// Tail is the recent end of one channel, held in this process: an epoch and
// the last publications without a gap. Followers pull from it, each at its
// own pace in its own goroutine, so a slow one has no queue that could grow:
// it falls off the start and gets a reset. Adapters build subscriptions on
// it. All methods are safe for concurrent use.
type Tail struct {
	limit int

	mu      sync.Mutex
	epoch   string
	start   int64 // offset before pubs[0]
	pubs    []Publication
	changed chan struct{} // closed and replaced at every change
}

// NewTail returns a tail that stands at the given position, knows nothing
// before it, and keeps at most limit publications.
func NewTail(at Position, limit int) *Tail {
	return &Tail{limit: max(limit, 1), epoch: at.Epoch, start: at.Offset, changed: make(chan struct{})}
}

// End returns the position of the last publication.
func (t *Tail) End() Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.end()
}

func (t *Tail) end() Position {
	return Position{Epoch: t.epoch, Offset: t.start + int64(len(t.pubs))}
}

// Append adds p if it is the next one. It reports whether the tail now covers
// p: false means that something before p is missing or the epoch differs.
func (t *Tail) Append(p Publication) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	end := t.end()
	if end.Covers(p.Position) {
		return true
	}
	if end.Epoch != p.Position.Epoch || end.Offset+1 != p.Position.Offset {
		return false
	}
	t.pubs = append(t.pubs, p)
	if len(t.pubs) > t.limit {
		t.pubs[0] = Publication{}
		t.pubs = t.pubs[1:]
		t.start++
	}
	t.wake()
	return true
}

// Reset forgets everything: the channel stands at the given position now.
func (t *Tail) Reset(at Position) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch, t.start, t.pubs = at.Epoch, at.Offset, nil
	t.wake()
}

func (t *Tail) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// Since is Bus.Since on what the tail holds.
func (t *Tail) Since(from Position) (pubs []Publication, end Position, ok bool) {
	pubs, end, ok, _ = t.read(from)
	return pubs, end, ok
}

func (t *Tail) read(from Position) (pubs []Publication, end Position, ok bool, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	end = t.end()
	if from.Epoch != t.epoch || from.Offset < t.start || from.Offset > end.Offset {
		return nil, end, false, t.changed
	}
	return slices.Clone(t.pubs[from.Offset-t.start:]), end, true, t.changed
}

// Follow calls h as Bus.Subscribe says, first for the backlog (publications
// that the caller read elsewhere, ending where the tail can go on), then for
// everything that is appended. cancel is that of Bus.Subscribe.
func (t *Tail) Follow(from Position, backlog []Publication, h Handler) (cancel func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		pubs := backlog
		for {
			for _, p := range pubs {
				select {
				case <-stop:
					return
				default:
				}
				h(p, false)
				from = p.Position
			}
			next, end, ok, changed := t.read(from)
			pubs = next
			switch {
			case !ok:
				select {
				case <-stop:
					return
				default:
				}
				h(Publication{Position: end}, true)
				from = end
			case len(pubs) == 0:
				select {
				case <-stop:
					return
				case <-changed:
				}
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() { close(stop) })
		<-done
	}
}
