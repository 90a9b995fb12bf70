package exam_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/live"
)

// page is the nth connection of a loaded page.
func page(id string, n int64) exam.Page { return exam.Page{ID: id, N: n} }

// superseded reports how a connection ended: by another page, by its own, or
// not at all.
func (b *inbox) superseded() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.frames {
		if s, ok := f.(exam.SupersededFrame); ok {
			return map[bool]string{true: "own page", false: "another page"}[s.OwnPage]
		}
	}
	return ""
}

// An attempt has one live connection: that which was accepted last, at
// whichever node. A page that comes back takes nothing away from itself, even
// when its connections arrive in another order than it made them.
func TestOneConnectionAnAttempt(t *testing.T) {
	for name, tt := range map[string]struct {
		pages []exam.Page // in the order of acceptance, at nodes a, b, a, b …
		want  []string
	}{
		"another page":                   {[]exam.Page{page("p", 1), page("q", 1)}, []string{"another page", ""}},
		"and the first one comes back":   {[]exam.Page{page("p", 1), page("q", 1), page("p", 2)}, []string{"another page", "another page", ""}},
		"the page itself comes back":     {[]exam.Page{page("p", 1), page("p", 2), page("p", 3)}, []string{"own page", "own page", ""}},
		"an old connection arrives late": {[]exam.Page{page("p", 2), page("p", 1)}, []string{"", "own page"}},
		"pages without a name":           {[]exam.Page{{}, {}}, []string{"another page", ""}},
		"alone":                          {[]exam.Page{page("p", 1)}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *stores) {
				nodes := []*node{w.serve(t, exam.Options{Node: "a"}), w.serve(t, exam.Options{Node: "b"})}
				ctx := t.Context()
				list, tails := opened(t, nodes[0], sitting(3), 2)
				must(t, nodes[0].Start(ctx, "s1", "staff"))
				id, fence := seated(t, nodes[0], list[0], tails[list[0].No])
				stranger, strangerFence := seated(t, nodes[0], list[1], tails[list[1].No])
				var other inbox
				l, err := nodes[1].Connect(ctx, stranger, strangerFence, page("p", 1), other.put)
				must(t, err)
				defer l.Close()
				boxes := make([]inbox, len(tt.pages))
				for i, p := range tt.pages {
					l, err := nodes[i%2].Connect(ctx, id, fence, p, boxes[i].put)
					must(t, err)
					defer l.Close()
					synctest.Wait()
				}
				for i := range boxes {
					if got := boxes[i].superseded(); got != tt.want[i] {
						t.Errorf("connection %d was ended by %q, want %q", i+1, got, tt.want[i])
					}
				}
				if other.superseded() != "" {
					t.Error("another candidate's connection was ended")
				}
			})
		})
	}
}

// All at once: one is left, at whichever node.
func TestOneConnectionOfMany(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		nodes := []*node{w.serve(t, exam.Options{Node: "a"}), w.serve(t, exam.Options{Node: "b"})}
		ctx := t.Context()
		list, tails := opened(t, nodes[0], sitting(3), 1)
		must(t, nodes[0].Start(ctx, "s1", "staff"))
		id, fence := seated(t, nodes[0], list[0], tails[list[0].No])
		boxes := make([]inbox, 20)
		links := make(chan *exam.Link, len(boxes))
		for i := range boxes {
			go func() {
				l, err := nodes[i%2].Connect(ctx, id, fence, exam.Page{}, boxes[i].put)
				if err != nil {
					t.Error(err)
				}
				links <- l
			}()
		}
		for range boxes {
			defer (<-links).Close()
		}
		synctest.Wait()
		alive := 0
		for i := range boxes {
			if boxes[i].superseded() == "" {
				alive++
			}
		}
		if alive != 1 {
			t.Errorf("%d connections are left, want 1", alive)
		}
	})
}

// gappedBus loses what is told while it is deaf, and then says that something
// was lost.
type gappedBus struct {
	live.Bus
	deaf, missed atomic.Bool
}

func (b *gappedBus) Subscribe(ctx context.Context, ch live.Channel, from live.Position, h live.Handler) (func(), error) {
	return b.Bus.Subscribe(ctx, ch, from, func(p live.Publication, reset bool) {
		switch {
		case b.deaf.Load():
			b.missed.Store(true)
		case b.missed.Swap(false):
			h(live.Publication{Position: p.Position}, true)
		default:
			h(p, reset)
		}
	})
}

// A node that has missed the news of a newer connection says its own again,
// and is told.
func TestOneConnectionAfterMissedNews(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		b := w.serve(t, exam.Options{Node: "b"})
		gap := &gappedBus{Bus: w.bus}
		w.bus = gap
		a := w.serve(t, exam.Options{Node: "a"})
		ctx := t.Context()
		list, tails := opened(t, a, sitting(3), 1)
		must(t, a.Start(ctx, "s1", "staff"))
		id, fence := seated(t, a, list[0], tails[list[0].No])
		var old, fresh inbox
		l, err := a.Connect(ctx, id, fence, page("p", 1), old.put)
		must(t, err)
		defer l.Close()
		time.Sleep(time.Hour)
		gap.deaf.Store(true)
		l2, err := b.Connect(ctx, id, fence, page("q", 1), fresh.put)
		must(t, err)
		defer l2.Close()
		synctest.Wait()
		if old.superseded() != "" {
			t.Fatal("the news was not lost")
		}
		gap.deaf.Store(false)
		_, err = b.HandIn(ctx, id, fence, 1, "k") // other news of the attempt
		must(t, err)
		synctest.Wait()
		if got := old.superseded(); got != "another page" {
			t.Errorf("the old connection was ended by %q", got)
		}
		if got := fresh.superseded(); got != "" {
			t.Errorf("the newest connection was ended by %q", got)
		}
	})
}
