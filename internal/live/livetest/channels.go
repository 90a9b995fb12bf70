package livetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/xinglu/xinglu/internal/live"
)

// inbox records what a handler was given and complains about gaps.
type inbox struct {
	e  *env
	mu sync.Mutex
	at live.Position
	// texts holds the data of every publication, "reset" for a reset.
	texts []string
}

func (in *inbox) handle(p live.Publication, reset bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if reset {
		if len(p.Data) > 0 {
			in.e.Errorf("reset at %v carries data", p.Position)
		}
		in.texts = append(in.texts, "reset")
	} else {
		if in.at.Epoch != p.Position.Epoch || in.at.Offset+1 != p.Position.Offset {
			in.e.Errorf("publication at %v follows %v", p.Position, in.at)
		}
		in.texts = append(in.texts, string(p.Data))
	}
	in.at = p.Position
}

func (in *inbox) got() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.texts)
}

// wait waits until the inbox holds want.
func (in *inbox) wait(want ...string) {
	in.e.Helper()
	in.e.eventually(fmt.Sprintf("%d deliveries", len(want)), func() bool { return len(in.got()) >= len(want) })
	if got := in.got(); !slices.Equal(got, want) {
		in.e.Fatalf("delivered %q, want %q", got, want)
	}
}

func (e *env) subscribe(n live.Bus, ch live.Channel, from live.Position) (*inbox, func()) {
	e.Helper()
	in := &inbox{e: e, at: from}
	cancel, err := n.Subscribe(e.ctx, ch, from, in.handle)
	if err != nil {
		e.Fatalf("subscribe: %v", err)
	}
	return in, cancel
}

func numbered(from, to int) []string {
	var s []string
	for i := from; i <= to; i++ {
		s = append(s, fmt.Sprintf("n%d", i))
	}
	return s
}

func order(t T, open Opener) {
	e := start(t, open, 2, 100)
	defer e.stop()
	const ch = "board:{d1}:public"
	from := e.position(ch)
	near, cancel1 := e.subscribe(e.nodes[0], ch, from)
	far, cancel2 := e.subscribe(e.nodes[1], ch, from)
	defer cancel1()
	defer cancel2()
	for i, text := range numbered(1, 50) {
		if p := e.publish(ch, "", text); p.Epoch != from.Epoch || p.Offset != from.Offset+int64(i)+1 {
			t.Fatalf("publication %d is at %v, started at %v", i, p, from)
		}
	}
	e.publish("another", "", "not for this channel")
	near.wait(numbered(1, 50)...)
	far.wait(numbered(1, 50)...)
}

func recoverSince(t T, open Opener) {
	e := start(t, open, 2, 100)
	defer e.stop()
	const ch = "ch"
	var known live.Position
	for i, text := range numbered(1, 30) {
		if p := e.publish(ch, "", text); i+1 == 12 {
			known = p
		}
	}
	pubs, end, ok, err := e.nodes[1].Since(e.ctx, ch, known)
	if err != nil || !ok || len(pubs) != 18 || end != e.position(ch) {
		t.Fatalf("since: %d publications, end %v, ok %v, error %v", len(pubs), end, ok, err)
	}
	for i, p := range pubs {
		if want := fmt.Sprintf("n%d", 13+i); string(p.Data) != want || p.Position.Offset != known.Offset+int64(i)+1 {
			t.Fatalf("since[%d] = %q at %v, want %q", i, p.Data, p.Position, want)
		}
	}
	if pubs, _, ok, err := e.nodes[1].Since(e.ctx, ch, end); err != nil || !ok || len(pubs) != 0 {
		t.Fatalf("since the end: %d publications, ok %v, error %v", len(pubs), ok, err)
	}
	// A subscription already in place must not change what a later one gets.
	_, cancelFirst := e.subscribe(e.nodes[1], ch, end)
	defer cancelFirst()
	in, cancel := e.subscribe(e.nodes[1], ch, known)
	e.publish(ch, "", "n31")
	in.wait(numbered(13, 31)...)
	cancel()
	// A restarted subscriber goes on where it was.
	e.publish(ch, "", "n32")
	again, cancel := e.subscribe(e.nodes[0], ch, in.at)
	defer cancel()
	again.wait("n32")
}

func overflow(t T, open Opener) {
	e := start(t, open, 1, 8)
	defer e.stop()
	const ch = "ch"
	start := e.position(ch)
	for _, text := range numbered(1, 20) {
		e.publish(ch, "", text)
	}
	at := func(o int64) live.Position { return live.Position{Epoch: start.Epoch, Offset: o} }
	pubs, end, ok, err := e.nodes[0].Since(e.ctx, ch, at(5))
	if err != nil || ok || len(pubs) != 0 || end != at(20) {
		t.Fatalf("since 5: %d publications, end %v, ok %v, error %v; want none up to 20", len(pubs), end, ok, err)
	}
	if pubs, _, ok, err := e.nodes[0].Since(e.ctx, ch, at(12)); err != nil || !ok || len(pubs) != 8 {
		t.Fatalf("since 12: %d publications, ok %v, error %v; want 8", len(pubs), ok, err)
	}
	in, cancel := e.subscribe(e.nodes[0], ch, at(5))
	defer cancel()
	in.wait("reset")
	if in.at != at(20) {
		t.Fatalf("reset at %v, want %v", in.at, at(20))
	}
	e.publish(ch, "", "n21")
	in.wait("reset", "n21")
}

func unknownPosition(t T, open Opener) {
	e := start(t, open, 1, 8)
	defer e.stop()
	const ch = "ch"
	end := e.publish(ch, "", "n1")
	for name, from := range map[string]live.Position{
		"zero": {}, "another epoch": {Epoch: "x", Offset: 1}, "ahead": {Epoch: end.Epoch, Offset: end.Offset + 5},
	} {
		if pubs, got, ok, err := e.nodes[0].Since(e.ctx, ch, from); err != nil || ok || len(pubs) != 0 || got != end {
			t.Errorf("%s: since gave %d publications, end %v, ok %v, error %v", name, len(pubs), got, ok, err)
		}
		in, cancel := e.subscribe(e.nodes[0], ch, from)
		in.wait("reset")
		if in.at != end {
			t.Errorf("%s: reset at %v, want %v", name, in.at, end)
		}
		cancel()
	}
}

func idempotent(t T, open Opener) {
	e := start(t, open, 2, 100)
	defer e.stop()
	const ch = "ch"
	in, cancel := e.subscribe(e.nodes[1], ch, e.position(ch))
	defer cancel()
	first := e.publish(ch, "k1", "a")
	second := e.publish(ch, "k2", "b")
	if again := e.publish(ch, "k1", "something else"); again != first {
		t.Errorf("repeated key gave %v, want the first position %v", again, first)
	}
	if end := e.position(ch); end != second {
		t.Errorf("channel stands at %v, want %v", end, second)
	}
	if p := e.publish("other", "k1", "c"); p.Offset != 1 {
		t.Errorf("the key of another channel was taken for a repetition: %v", p)
	}
	e.publish(ch, "", "d")
	e.publish(ch, "", "d")
	in.wait("a", "b", "d", "d")
}

func concurrentPublishers(t T, open Opener) {
	e := start(t, open, 2, 1000)
	defer e.stop()
	const ch, writers, each = "ch", 8, 25
	from := e.position(ch)
	in, cancel := e.subscribe(e.nodes[0], ch, from)
	defer cancel()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := e.nodes[w%2].Publish(e.ctx, ch, fmt.Sprintf("%d-%d", w, i), fmt.Appendf(nil, "%d %d", w, i)); err != nil {
					t.Errorf("publish: %v", err)
				}
			}
		})
	}
	wg.Wait()
	e.eventually("all publications", func() bool { return len(in.got()) >= writers*each })
	next := make([]int, writers)
	for _, text := range in.got() {
		var w, i int
		if _, err := fmt.Sscan(text, &w, &i); err != nil || next[w] != i {
			t.Fatalf("delivered %q while writer's next was %d", text, next[w])
		}
		next[w]++
	}
	if len(in.got()) != writers*each {
		t.Errorf("%d deliveries, want %d", len(in.got()), writers*each)
	}
}

func slowHandler(t T, open Opener) {
	e := start(t, open, 1, 10)
	defer e.stop()
	const ch = "ch"
	from := e.position(ch)
	slow := &inbox{e: e, at: from}
	entered, leave := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(leave) })
	defer release()
	var once sync.Once
	cancelSlow, err := e.nodes[0].Subscribe(e.ctx, ch, from, func(p live.Publication, reset bool) {
		once.Do(func() { close(entered); <-leave })
		slow.handle(p, reset)
	})
	if err != nil {
		t.Fatalf("subscribe: %v", err)
	}
	fast, cancelFast := e.subscribe(e.nodes[0], ch, from)
	e.publish(ch, "", "n1")
	<-entered
	for i, text := range numbered(2, 40) { // more than the history
		e.publish(ch, "", text)
		e.eventually("the fast one to have "+text, func() bool { return len(fast.got()) >= i+2 })
	}
	cancelFast()
	fast.wait(numbered(1, 40)...)
	release()
	slow.wait("n1", "reset")
	if end := e.position(ch); slow.at != end {
		t.Errorf("slow one was reset at %v, the channel stands at %v", slow.at, end)
	}
	e.publish(ch, "", "n41")
	slow.wait("n1", "reset", "n41")
	cancelSlow()
}

func cancelled(t T, open Opener) {
	e := start(t, open, 1, 10)
	defer e.stop()
	const ch = "ch"
	in, cancel := e.subscribe(e.nodes[0], ch, e.position(ch))
	e.publish(ch, "", "n1")
	in.wait("n1")
	cancel()
	cancel()
	e.publish(ch, "", "n2")
	witness, stop := e.subscribe(e.nodes[0], ch, in.at)
	defer stop()
	witness.wait("n2")
	in.wait("n1")

	ctx, end := context.WithCancel(e.ctx)
	end()
	if _, err := e.nodes[0].Publish(ctx, ch, "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("publish with a cancelled context: %v", err)
	}
	if _, err := e.nodes[0].Snapshot(ctx, ch); !errors.Is(err, context.Canceled) {
		t.Errorf("snapshot with a cancelled context: %v", err)
	}
}

func closed(t T, open Opener) {
	e := start(t, open, 1, 10)
	const ch = "ch"
	n := e.nodes[0]
	in, cancel := e.subscribe(n, ch, e.position(ch))
	e.publish(ch, "", "n1")
	in.wait("n1")
	if err := n.Ping(e.ctx); err != nil {
		t.Errorf("ping: %v", err)
	}
	if err := n.Erase(e.ctx); err != nil {
		t.Errorf("erase: %v", err)
	}
	for range 2 {
		if err := n.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	cancel()
	_, err1 := n.Publish(e.ctx, ch, "", nil)
	_, err2 := n.Subscribe(e.ctx, ch, live.Position{}, in.handle)
	_, err3 := n.Apply(e.ctx, live.Change{Channel: ch, Version: 1})
	_, err4 := n.Snapshot(e.ctx, ch)
	for i, err := range []error{err1, err2, err3, err4, n.Ping(e.ctx)} {
		if !errors.Is(err, live.ErrClosed) {
			t.Errorf("call %d after close: %v, want ErrClosed", i, err)
		}
	}
}

func limits(t T, open Opener) {
	e := start(t, open, 1, 10)
	defer e.stop()
	n := e.nodes[0]
	for name, ch := range map[string]live.Channel{"empty": "", "control": "a\nb", "long": live.Channel(strings.Repeat("x", live.MaxChannel+1))} {
		if _, err := n.Publish(e.ctx, ch, "", nil); !errors.Is(err, live.ErrInvalid) {
			t.Errorf("channel %s: %v", name, err)
		}
	}
	big := make([]byte, live.MaxData+1)
	if _, err := n.Publish(e.ctx, "ch", "", big); !errors.Is(err, live.ErrInvalid) {
		t.Errorf("too much data: %v", err)
	}
	if p := e.publish("ch", "", string(big[1:])); p.Offset != 1 {
		t.Errorf("1 MiB published at %v", p)
	}
	row := live.Row{ID: "a", Key: "k"}
	for name, c := range map[string]live.Change{
		"no version":     {},
		"twice":          {Version: 1, Upsert: []live.Row{row, row}},
		"set and delete": {Version: 1, Upsert: []live.Row{row}, Delete: []string{"a"}},
		"no id":          {Version: 1, Upsert: []live.Row{{Key: "k"}}},
		"key":            {Version: 1, Upsert: []live.Row{{ID: "a", Key: "\x1f"}}},
		"huge version":   {Version: live.MaxNumber + 1},
	} {
		c.Channel = "ch"
		if _, err := n.Apply(e.ctx, c); !errors.Is(err, live.ErrInvalid) {
			t.Errorf("change %s: %v", name, err)
		}
	}
}

func anyBytes(t T, open Opener) {
	e := start(t, open, 1, 10)
	defer e.stop()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, ch := range []live.Channel{"plain", "技能:{兴鲁}:公开", "odd}{name", "a{}b"} {
		in, cancel := e.subscribe(e.nodes[0], ch, e.position(ch))
		e.publish(ch, "钥匙 \n", string(all))
		e.publish(ch, "", "")
		in.wait(string(all), "")
		cancel()
	}
}
