package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"
)

// Close codes of the candidate's and judge's sockets. 4000–4099 mean "come
// back", 4100 and above are final until the person does something.
const (
	closeRestarting = 4001 // the server stops; reconnect
	closeSlow       = 4008 // frames were not read in time; reconnect and resend
	closeSignedOut  = 4100 // no login, or it is over
	closeReplaced   = 4101 // another seat or tablet took over
	closeOver       = 4102 // the attempt is over; nothing more will come
	closeBadFrame   = 4113 // too big, or not a frame of this protocol
)

const (
	socketFrameLimit = 64 << 10 // bytes of one inbound frame
	socketQueue      = 256      // outbound frames; a person's screen never lags this far
	socketWriteWait  = 10 * time.Second
	socketPing       = 20 * time.Second
	socketPongWait   = 50 * time.Second
)

// socketConn is one person's WebSocket: a bounded queue, one writer. Frames
// to candidates and judges are never dropped: a socket that cannot take them
// is closed, and the client resends what was not acknowledged.
type socketConn struct {
	ws    *websocket.Conn
	out   chan []byte
	done  chan struct{}
	once  sync.Once
	final struct {
		code   int
		reason string
	}
}

// sockets knows the open connections, so that a stop can end them.
type sockets struct {
	mu      sync.Mutex
	open    map[*socketConn]struct{}
	closing bool
	wait    sync.WaitGroup
}

var upgrader = websocket.Upgrader{
	ReadBufferSize: 2048, WriteBufferSize: 2048, WriteBufferPool: &sync.Pool{},
	// The default CheckOrigin compares Origin with Host, which is what we want.
	Error: func(http.ResponseWriter, *http.Request, int, error) {},
}

// upgrade makes the connection a WebSocket; it is served by run.
func (s *Server) upgrade(c echo.Context) (*socketConn, error) {
	ws, err := upgrader.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest, "this address is for WebSocket connections")
	}
	ws.SetReadLimit(socketFrameLimit)
	return &socketConn{ws: ws, out: make(chan []byte, socketQueue), done: make(chan struct{})}, nil
}

// run reads frames until the connection ends, calling on for each. An error
// of on closes the connection as a bad frame.
func (s *Server) run(k *socketConn, on func([]byte) error) {
	if !s.sockets.add(k) {
		k.close(closeRestarting, "restarting")
	}
	defer s.sockets.remove(k)
	writerDone := make(chan struct{})
	go func() { defer close(writerDone); k.write() }()
	k.read(on)
	k.close(websocket.CloseNormalClosure, "")
	<-writerDone
}

func (k *socketConn) read(on func([]byte) error) {
	deadline := func() { _ = k.ws.SetReadDeadline(time.Now().Add(socketPongWait)) }
	deadline()
	k.ws.SetPongHandler(func(string) error { deadline(); return nil })
	for {
		kind, frame, err := k.ws.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				k.close(closeBadFrame, "frame too big")
			}
			return
		}
		deadline()
		if kind != websocket.TextMessage {
			k.close(closeBadFrame, "text frames only")
			return
		}
		if err := on(frame); err != nil {
			k.close(closeBadFrame, "bad frame")
			return
		}
	}
}

// write drains the queue, sends pings, and says the last word.
func (k *socketConn) write() {
	ping := time.NewTicker(socketPing)
	defer ping.Stop()
	defer k.ws.Close()
	for {
		select {
		case frame := <-k.out:
			if !k.put(websocket.TextMessage, frame) {
				return
			}
		case <-ping.C:
			if !k.put(websocket.PingMessage, nil) {
				return
			}
		case <-k.done:
			// What was queued before the close belongs to the person: a
			// receipt, the reason of a refusal.
			for len(k.out) > 0 {
				if !k.put(websocket.TextMessage, <-k.out) {
					return
				}
			}
			k.put(websocket.CloseMessage, websocket.FormatCloseMessage(k.final.code, k.final.reason))
			return
		}
	}
}

func (k *socketConn) put(kind int, frame []byte) bool {
	_ = k.ws.SetWriteDeadline(time.Now().Add(socketWriteWait))
	return k.ws.WriteMessage(kind, frame) == nil
}

// send queues a frame. When the queue is full the connection is closed and
// the client starts over from what was acknowledged.
func (k *socketConn) send(frame any) {
	body, err := json.Marshal(frame)
	if err != nil {
		panic(err) // frames are our own types
	}
	select {
	case k.out <- body:
	case <-k.done:
	default:
		k.close(closeSlow, "too slow")
	}
}

// close ends the connection with a code of the catalogue; the first call wins.
func (k *socketConn) close(code int, reason string) {
	k.once.Do(func() {
		k.final.code, k.final.reason = code, reason
		close(k.done)
		// The reader may sit in a read for long; end it soon after the
		// writer has had its time.
		_ = k.ws.SetReadDeadline(time.Now().Add(socketWriteWait))
	})
}

func (s *sockets) add(k *socketConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wait.Add(1)
	s.open[k] = struct{}{}
	return !s.closing
}

func (s *sockets) remove(k *socketConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, k)
	s.wait.Done()
}

// CloseSockets tells every person's socket to come back and waits for them.
func (s *Server) CloseSockets() {
	s.sockets.mu.Lock()
	s.sockets.closing = true
	for k := range s.sockets.open {
		k.close(closeRestarting, "restarting")
	}
	s.sockets.mu.Unlock()
	s.sockets.wait.Wait()
}
