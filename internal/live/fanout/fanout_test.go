package fanout_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv("FANOUT_BENCH_CLIENT"); addr != "" {
		benchClient(addr)
		return
	}
	goleak.VerifyTestMain(m)
}

const ch = live.Channel("board:{d}:public")

// room is a hub on an in-memory bus, with a snapshot that tells its position.
type room struct {
	t       *testing.T
	bus     *live.Memory
	hub     *fanout.Hub
	loads   atomic.Int64
	failing atomic.Bool
}

func newRoom(t *testing.T, o fanout.Options) *room {
	r := &room{t: t, bus: live.NewMemory(live.Options{})}
	o.Bus, o.Log = r.bus, slog.New(slog.NewTextHandler(io.Discard, nil))
	o.Snapshot = func(ctx context.Context, ch live.Channel) ([]byte, live.Position, error) {
		r.loads.Add(1)
		if r.failing.Load() {
			return nil, live.Position{}, errors.New("no snapshot")
		}
		s, err := r.bus.Snapshot(ctx, ch)
		return []byte(`{"t":"snapshot"}`), s.Position, err
	}
	r.hub = fanout.New(o)
	return r
}

// close ends everything in the room; every test in a bubble ends with it.
func (r *room) close() {
	r.hub.Close()
	r.bus.Close()
}

func (r *room) publish(n int) live.Position {
	r.t.Helper()
	p, err := r.bus.Publish(r.t.Context(), ch, "", fmt.Appendf(nil, `{"t":"delta","n":%d}`, n))
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// spectator is a client at the far end of a pipe. A pipe holds nothing, so a
// spectator that does not read blocks its writer at once.
type spectator struct {
	t    *testing.T
	conn *websocket.Conn
	got  chan string // "t o" of each message, at the end "close <code> <text>"
}

// hijacked answers an upgrade request on a pipe.
type hijacked struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// join connects without reading.
func (r *room) join(from live.Position) *spectator {
	r.t.Helper()
	near, far := net.Pipe()
	slot, err := r.hub.Admit(netip.MustParseAddr("192.0.2.1"))
	if err != nil {
		r.t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		req, err := http.ReadRequest(bufio.NewReader(near))
		if err != nil {
			served <- err
			return
		}
		up := r.hub.Upgrader()
		conn, err := up.Upgrade(hijacked{httptest.NewRecorder(), near}, req, nil)
		if err != nil {
			served <- err
			return
		}
		served <- r.hub.Serve(conn, slot, fanout.Subscription{Channel: ch, From: from})
	}()
	conn, _, err := websocket.NewClient(far, &url.URL{Scheme: "ws", Host: "hub", Path: "/"}, nil, 0, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := <-served; err != nil {
		r.t.Fatal(err)
	}
	return &spectator{t: r.t, conn: conn, got: make(chan string, 1000)}
}

// watch connects and reads.
func (r *room) watch(from live.Position) *spectator {
	s := r.join(from)
	go s.read()
	synctest.Wait()
	return s
}

func (s *spectator) read() {
	defer close(s.got)
	for {
		_, data, err := s.conn.ReadMessage()
		if err != nil {
			var c *websocket.CloseError
			if errors.As(err, &c) {
				s.got <- fmt.Sprintf("close %d %s", c.Code, c.Text)
			}
			s.conn.Close()
			return
		}
		var f struct {
			Type   string `json:"t"`
			Epoch  string `json:"e"`
			Offset int64  `json:"o"`
		}
		if err := json.Unmarshal(data, &f); err != nil {
			s.t.Errorf("message %q: %v", data, err)
		}
		s.got <- fmt.Sprintf("%s %d", f.Type, f.Offset)
	}
}

// seen returns what has arrived, once nothing more can happen now.
func (s *spectator) seen() []string {
	synctest.Wait()
	got := []string{}
	for {
		select {
		case m, open := <-s.got:
			if !open {
				return got
			}
			got = append(got, m)
		default:
			return got
		}
	}
}

func (s *spectator) want(what string, want ...string) {
	s.t.Helper()
	if d := cmp.Diff(append([]string{}, want...), s.seen()); d != "" {
		s.t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestSnapshotThenFrames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		r.publish(1)
		a := r.watch(live.Position{})
		a.want("a stranger", "snapshot 1")
		r.publish(2)
		at := r.publish(3)
		r.publish(4)
		a.want("then", "delta 2", "delta 3", "delta 4")
		b := r.watch(at)
		b.want("one that knows a position", "delta 4", "beat 1") // the beat of the channel's start
		c := r.watch(live.Position{Epoch: "other", Offset: 3})
		c.want("one of another epoch", "snapshot 1", "delta 2", "delta 3", "delta 4")
		if n := r.loads.Load(); n != 1 {
			t.Errorf("%d snapshots were made for three spectators, want 1", n)
		}
		if s := r.hub.Stats(); s.Connections != 3 || s.Channels != 1 || s.Queued != 0 || s.Snapshots != 2 {
			t.Errorf("stats %+v", s)
		}
	})
}

// A client that comes back with nothing missed must not be left in silence.
func TestReturnWithoutNewsIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		at := r.publish(1)
		a := r.watch(at)
		a.want("first on a node", "beat 1")
		b := r.watch(at)
		b.want("later", "beat 1")
	})
}

func TestLostChannelIsShownAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		r.publish(1)
		a := r.watch(live.Position{})
		a.want("before", "snapshot 1")
		if err := r.bus.Erase(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.want("after", "snapshot 0")
		r.publish(2)
		a.want("and on", "delta 1")
	})
}

func TestSnapshotIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		r.failing.Store(true)
		a := r.watch(live.Position{})
		time.Sleep(30 * time.Second)
		a.want("without a source")
		synctest.Wait()
		if n := r.loads.Load(); n < 5 || n > 20 {
			t.Errorf("tried %d times in 30 s", n)
		}
		r.failing.Store(false)
		time.Sleep(5 * time.Second)
		a.want("with a source", "snapshot 0")
	})
}

func TestBadFrameIsReplacedBySnapshot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		a := r.watch(live.Position{})
		a.want("before", "snapshot 0")
		if _, err := r.bus.Publish(t.Context(), ch, "", []byte("not an object")); err != nil {
			t.Fatal(err)
		}
		a.want("instead of the frame", "snapshot 1")
	})
}

// A spectator that does not read loses frames, not the others' time.
func TestSlowSpectatorGetsSnapshotThenIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{Ring: 8, Workers: 1, Write: 10 * time.Second})
		defer r.close()
		fast := r.watch(live.Position{})
		fast.want("fast", "snapshot 0")
		slow := r.join(live.Position{}) // its snapshot blocks the only worker
		start := time.Now()
		for n := range 20 {
			r.publish(n)
			time.Sleep(10 * time.Millisecond) // two stall intervals
		}
		if got := len(fast.seen()); got != 20 {
			t.Fatalf("the fast one has %d of 20 frames after %v", got, time.Since(start))
		}
		synctest.Wait()
		if s := r.hub.Stats(); s.Stalled != 1 || s.Queued == 0 {
			t.Errorf("while one is blocked: %+v", s)
		}
		go slow.read()
		slow.want("the slow one, reading again", "snapshot 0", "snapshot 20")
		if s := r.hub.Stats(); s.Resyncs != 1 || s.Stalled != 0 || s.Slow != 0 {
			t.Errorf("after the first overflow: %+v", s)
		}
	})
}

func TestSecondOverflowCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{Ring: 4, Write: time.Minute})
		defer r.close()
		slow := r.join(live.Position{})
		overflow := func() {
			for n := range 10 {
				r.publish(n)
			}
			synctest.Wait()
		}
		read := func() string {
			_, data, err := slow.conn.ReadMessage()
			if err != nil {
				return err.Error()
			}
			synctest.Wait()
			return string(data)
		}
		synctest.Wait()
		overflow() // while the first snapshot is being written
		if m := read(); !strings.Contains(m, `"o":0,"t":"snapshot"`) {
			t.Fatalf("first came %s", m)
		}
		overflow() // while the second snapshot is being written
		if m := read(); !strings.Contains(m, `"o":10,"t":"snapshot"`) {
			t.Fatalf("then came %s", m)
		}
		if m := read(); !strings.Contains(m, "4008") || !strings.Contains(m, "retry_after") {
			t.Errorf("at last came %s, want close 4008", m)
		}
		slow.conn.Close()
		synctest.Wait()
		if s := r.hub.Stats(); s.Slow != 1 || s.Connections != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestBlockedSocketIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{Write: 5 * time.Second})
		defer r.close()
		dead := make([]*spectator, 100)
		for i := range dead {
			dead[i] = r.join(live.Position{})
		}
		fast := r.watch(live.Position{})
		time.Sleep(time.Second)
		fast.want("behind a hundred blocked sockets", "snapshot 0")
		if s := r.hub.Stats(); s.Stalled != 100 || s.Connections != 101 {
			t.Errorf("blocked: %+v", s)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if s := r.hub.Stats(); s.Stalled != 0 || s.Connections != 1 || s.Slow != 100 {
			t.Errorf("after the deadline: %+v", s)
		}
		for _, d := range dead {
			d.conn.Close()
		}
	})
}

func TestBeatsAndPings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		a := r.join(live.Position{})
		var pings atomic.Int64
		a.conn.SetPingHandler(func(string) error {
			pings.Add(1)
			return a.conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second))
		})
		go a.read()
		synctest.Wait()
		r.publish(1)
		time.Sleep(61 * time.Second)
		a.want("a minute", "snapshot 0", "delta 1", "beat 1", "beat 1", "beat 1", "beat 1", "beat 1", "beat 1")
		if n := pings.Swap(0); n != 3 {
			t.Errorf("%d pings in a minute, want 3", n)
		}
		time.Sleep(5 * time.Minute)
		if s := r.hub.Stats(); s.Connections != 1 {
			t.Error("a client that answers pings was cut off")
		}
		// The bus away: no beat, but pings go on.
		a.seen()
		r.bus.Close()
		pings.Store(0)
		time.Sleep(time.Minute)
		a.want("without the bus")
		if n := pings.Load(); n != 3 {
			t.Errorf("%d pings without the bus, want 3", n)
		}
	})
}

func TestSilentClientIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		a := r.join(live.Position{})
		a.conn.SetPingHandler(func(string) error { return nil })
		go a.read()
		time.Sleep(59 * time.Second)
		if s := r.hub.Stats(); s.Connections != 1 {
			t.Error("cut off too early")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if s := r.hub.Stats(); s.Connections != 0 {
			t.Error("still connected after the pong deadline")
		}
	})
}

func TestClientFrames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		send := func(s *spectator, kind int, text string) {
			// An error means that the hub has closed already, which seen tells.
			_ = s.conn.WriteMessage(kind, []byte(text))
		}
		a := r.watch(live.Position{})
		for n := range 5 {
			r.publish(n)
		}
		a.want("frames", "snapshot 0", "delta 1", "delta 2", "delta 3", "delta 4", "delta 5")
		at, err := r.bus.Position(t.Context(), ch)
		if err != nil {
			t.Fatal(err)
		}
		send(a, websocket.TextMessage, `{"t":"ping"}`)
		a.want("ping", "pong 0")
		send(a, websocket.TextMessage, fmt.Sprintf(`{"t":"pos","e":%q,"o":3}`, at.Epoch))
		a.want("position", "delta 4", "delta 5", "beat 0")
		send(a, websocket.TextMessage, `{"t":"pos"}`)
		a.want("no position", "snapshot 0", "delta 1", "delta 2", "delta 3", "delta 4", "delta 5")

		for name, x := range map[string]struct {
			kind int
			text string
			want string
		}{
			"not JSON": {websocket.TextMessage, "hello", "close 4101 {}"},
			"unknown":  {websocket.TextMessage, `{"t":"vote"}`, "close 4101 {}"},
			"binary":   {websocket.BinaryMessage, `{"t":"ping"}`, "close 4101 {}"},
			"too big":  {websocket.TextMessage, `{"t":"ping","x":"` + strings.Repeat("x", 1024) + `"}`, "close 1009 "},
		} {
			b := r.watch(at)
			b.seen()
			send(b, x.kind, x.text)
			b.want(name, x.want)
		}
		c := r.watch(at)
		synctest.Wait()
		for range 21 {
			send(c, websocket.TextMessage, `{"t":"ping"}`)
		}
		if got := c.seen(); len(got) == 0 || got[len(got)-1] != "close 4102 {}" {
			t.Errorf("flood ended with %q", got)
		}
		time.Sleep(2 * time.Second)
		if s := r.hub.Stats(); s.Connections != 1 || s.Rejected != 4 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	h := fanout.New(fanout.Options{MaxConns: 4, MaxPerIP: 2})
	admit := func(ip string, want error) *fanout.Slot {
		t.Helper()
		s, err := h.Admit(netip.MustParseAddr(ip))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", ip, err, want)
		}
		return s
	}
	first := admit("192.0.2.1", nil)
	admit("::ffff:192.0.2.1", nil)
	admit("192.0.2.1", fanout.ErrTooMany)
	admit("2001:db8::1", nil)
	last := admit("2001:db8::2", nil)
	admit("192.0.2.9", fanout.ErrFull)
	first.Release()
	first.Release()
	admit("2001:db8::3", fanout.ErrTooMany)
	last.Release()
	admit("192.0.2.1", nil)
	h.Close()
	admit("192.0.2.1", live.ErrClosed)
	if s := h.Stats(); s.Connections != 3 || s.Refused != 3 {
		t.Errorf("stats %+v", s)
	}
}

func TestCloseSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{Reconnect: 1})
		all := make([]*spectator, 10)
		for i := range all {
			all[i] = r.watch(live.Position{})
		}
		deaf := r.join(live.Position{})
		synctest.Wait()
		start := time.Now()
		r.close()
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("closing took %v", took)
		}
		r.hub.Close() // once more changes nothing
		hints := map[string]bool{}
		for _, s := range all {
			got := s.seen()
			last := got[len(got)-1]
			text, ok := strings.CutPrefix(last, "close 4000 ")
			var hint struct {
				After int `json:"retry_after"`
			}
			if err := json.Unmarshal([]byte(text), &hint); !ok || err != nil || hint.After < 500 || hint.After > 11_500 {
				t.Errorf("the last message was %q", last)
			}
			hints[text] = true
		}
		if len(hints) < 5 {
			t.Errorf("ten clients were given %d different pauses", len(hints))
		}
		deaf.conn.Close()
	})
}

func TestAbandonedChannelIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, fanout.Options{})
		defer r.close()
		a := r.watch(live.Position{})
		at := r.publish(1)
		a.want("at first", "snapshot 0", "delta 1")
		a.conn.Close()
		r.publish(2)
		time.Sleep(20 * time.Second)
		b := r.watch(at) // the frames were kept meanwhile
		b.want("back soon", "delta 2", "beat 2")
		b.conn.Close()
		time.Sleep(41 * time.Second)
		if s := r.hub.Stats(); s.Channels != 0 || s.Connections != 0 {
			t.Errorf("stats %+v", s)
		}
		c := r.watch(at)
		c.want("back late", "snapshot 2")
	})
}
