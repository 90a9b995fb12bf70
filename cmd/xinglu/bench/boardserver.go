package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/live"
)

// The sides of the benchmark of boards, by the process that runs them.
const (
	roleXinglu     = "xinglu"     // the whole program
	rolePlain      = "plain"      // the hub that everybody writes first
	roleFloor      = "floor"      // a loop of write(2)
	roleSpectators = "spectators" // a client
)

// broadcaster sends one update to everybody who is connected. data is a JSON
// object; send takes care that about size bytes of payload go to each.
type broadcaster interface {
	send(ctx context.Context, update func(size int) []byte, size int) error
	http.Handler
	path() string
	close() error
}

// boardServer is a child with a broadcaster.
type boardServer struct {
	broadcaster
	http    *listening
	updates int64
}

func openBoardServer(ctx context.Context, open Opener, role, dir string) (worker, error) {
	var b broadcaster
	switch role {
	case rolePlain:
		b = &plainHub{
			queues: map[chan *websocket.PreparedMessage]bool{},
			up:     websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024},
		}
	case roleFloor:
		b = &floorHub{}
	default:
		sys, err := open(ctx, dir)
		if err != nil {
			return nil, err
		}
		if b, err = newOwnBoard(ctx, sys); err != nil {
			return nil, errors.Join(err, sys.Close())
		}
	}
	l, err := listen(ctx, b)
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return &boardServer{broadcaster: b, http: l}, nil
}

func (s *boardServer) close() error { return errors.Join(s.http.close(), s.broadcaster.close()) }

// series is the order "publish".
type series struct {
	Updates  int           `json:"updates"`
	Burst    int           `json:"burst"` // published at once
	Interval time.Duration `json:"interval"`
	Size     int           `json:"size"` // bytes of payload
}

func (s *boardServer) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	switch what {
	case "url":
		return "ws" + s.http.base[len("http"):] + s.path(), nil
	case "publish":
		var v series
		if err := json.Unmarshal(in, &v); err != nil {
			return nil, err
		}
		return nil, s.publish(ctx, v)
	}
	return nil, fmt.Errorf("unknown order %q", what)
}

// publish sends updates on a schedule that does not wait for anybody. Each
// carries the moment when it was due.
func (s *boardServer) publish(ctx context.Context, v series) error {
	begin := time.Now()
	for i := 0; i < v.Updates; i++ {
		due := begin.Add(time.Duration(i/v.Burst) * v.Interval)
		if i%v.Burst == 0 {
			if err := sleep(ctx, time.Until(due)); err != nil {
				return err
			}
		}
		s.updates++
		n := s.updates
		if err := s.send(ctx, func(size int) []byte { return update(n, due, size) }, v.Size); err != nil {
			return err
		}
	}
	return nil
}

// dueMark comes before the moment in an update; spectators look for it.
const dueMark = `"due":`

// update is a JSON object of size bytes (or a little more) that is never the
// same twice.
func update(n int64, due time.Time, size int) []byte {
	b := fmt.Appendf(make([]byte, 0, size), `{"t":"delta",%s%d,"v":%d,"rows":[{"b":"`, dueMark, due.UnixNano(), n)
	const end = `"}]}`
	if pad := size - len(b) - len(end); pad > 0 {
		b = append(b, bytes.Repeat([]byte{'a' + byte(n%26)}, pad)...)
	}
	return append(b, end...)
}

// ownBoard is the whole program; an update is a change of a division's
// public board, as its projector makes them.
type ownBoard struct {
	*System
	channel live.Channel
	version int64
	row     live.Row
}

// newOwnBoard waits until the projector has made the board.
func newOwnBoard(ctx context.Context, sys *System) (*ownBoard, error) {
	b := &ownBoard{System: sys, channel: engine.PublicChannel(sys.Division)}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		snap, err := b.Bus.Snapshot(ctx, b.channel)
		if err != nil {
			return nil, err
		}
		if snap.Version > 0 && len(snap.Rows) > 0 {
			b.version, b.row = snap.Version, snap.Rows[0]
			return b, nil
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the board stays empty")
}

func (b *ownBoard) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.Handler.ServeHTTP(w, r) }

func (b *ownBoard) path() string { return "/api/board/" + string(b.Division) + "/ws" }

func (b *ownBoard) close() error { return b.Close() }

func (b *ownBoard) send(ctx context.Context, update func(size int) []byte, size int) error {
	at, err := b.Bus.Position(ctx, b.channel)
	if err != nil {
		return err
	}
	position, err := at.Into([]byte("{}")) // the hub puts it into every frame
	if err != nil {
		return err
	}
	_, err = b.Bus.Apply(ctx, live.Change{
		Channel: b.channel, Base: b.version, Version: b.version + 1, Upsert: []live.Row{b.row},
		Frame: update(size - len(position) + 1),
	})
	b.version++
	return err
}

// plainHub is the baseline, the hub of gorilla's own example: a reading and a
// writing goroutine and a buffered channel for each connection, one prepared
// message for all; no pings, no deadlines, no limits, and a slow reader loses
// messages.
type plainHub struct {
	mu     sync.Mutex
	queues map[chan *websocket.PreparedMessage]bool
	up     websocket.Upgrader
}

// plainQueue is the length of the channel in that example.
const plainQueue = 256

func (h *plainHub) path() string { return "/ws" }
func (h *plainHub) close() error { return nil }

func (h *plainHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := h.up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	queue := make(chan *websocket.PreparedMessage, plainQueue)
	h.mu.Lock()
	h.queues[queue] = true
	h.mu.Unlock()
	// Goroutines of their own let go of what the HTTP server held for the
	// request.
	go func() {
		for m := range queue {
			if conn.WritePreparedMessage(m) != nil {
				return
			}
		}
	}()
	go h.read(conn, queue)
}

func (h *plainHub) read(conn *websocket.Conn, queue chan *websocket.PreparedMessage) {
	defer conn.Close()
	for {
		if _, _, err := conn.NextReader(); err != nil {
			break
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.queues, queue)
	close(queue)
}

func (h *plainHub) send(_ context.Context, update func(size int) []byte, size int) error {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, update(size))
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for q := range h.queues {
		select {
		case q <- m:
		default:
		}
	}
	return nil
}

// floorHub writes a ready frame to one socket after another, on as many
// goroutines as there are processors, and does nothing else: what the kernel
// takes for it.
type floorHub struct {
	mu    sync.Mutex
	conns []syscall.RawConn
	up    websocket.Upgrader
	open  []*websocket.Conn
}

func (h *floorHub) path() string { return "/ws" }

func (h *floorHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := h.up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c, ok := conn.NetConn().(syscall.Conn)
	if !ok {
		conn.Close()
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		conn.Close()
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns, h.open = append(h.conns, raw), append(h.open, conn)
}

func (h *floorHub) send(_ context.Context, update func(size int) []byte, size int) error {
	body := update(size)
	frame := []byte{0x81, 126, byte(len(body) >> 8), byte(len(body))} // a whole text message of 126 to 65,535 bytes
	frame = append(frame, body...)
	h.mu.Lock()
	defer h.mu.Unlock()
	var g errgroup.Group
	part := max(1, (len(h.conns)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for conns := range slices.Chunk(h.conns, part) {
		g.Go(func() error { return writeAll(conns, frame) })
	}
	return g.Wait()
}

func writeAll(conns []syscall.RawConn, frame []byte) error {
	for _, c := range conns {
		var failed error
		err := c.Write(func(fd uintptr) bool {
			n, err := writeSocket(fd, frame)
			if n != len(frame) && err == nil {
				err = fmt.Errorf("only %d bytes written", n)
			}
			failed = err
			return !wouldBlock(err)
		})
		if err := errors.Join(err, failed); err != nil {
			return err
		}
	}
	return nil
}

func (h *floorHub) close() error {
	for _, c := range h.open {
		_ = c.Close() // the clients have gone
	}
	return nil
}
