package web

import (
	"encoding/json"
	"io"
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
	closeRenewed    = 4002 // the page itself has made a newer connection
	closeSlow       = 4008 // frames were not read in time; reconnect and resend
	closeSignedOut  = 4100 // no login, or it is over
	closeReplaced   = 4101 // another seat or tablet took over
	closeOver       = 4102 // the attempt is over; nothing more will come
	closeLocked     = 4103 // the locked browser is not proven, or another machine
	closeSecondTab  = 4104 // another page of the same login has the exam now
	closeRevoked    = 4105 // the tablet was taken out of use
	closeBadFrame   = 4113 // too big, or not a frame of this protocol
)

const (
	socketFrameLimit = 64 << 10 // bytes of one inbound frame
	socketQueue      = 256      // outbound frames; a person's screen never lags this far
	socketWriteWait  = 10 * time.Second
	socketPing       = 20 * time.Second
	socketPongWait   = 50 * time.Second
	// socketGoodbye is how long a closed connection stays for the client's
	// last frames. Cutting it off with frames unread would reset it, and the
	// close code would be lost on its way.
	socketGoodbye = 2 * time.Second
)

// socketConn is one person's WebSocket: a bounded queue, one writer. Frames
// to candidates and judges are never dropped: a socket that cannot take them
// is closed, and the client resends what was not acknowledged.
type socketConn struct {
	ws    *websocket.Conn
	login string // whose login it is; guarded by sockets.mu, "" for the public
	out   chan []byte
	done  chan struct{} // closed once the last word is known
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

// upgrader compares Origin with Host, as its default is; refuseCrossOrigin
// has looked at both before.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 2048, WriteBufferSize: 2048, WriteBufferPool: &sync.Pool{},
	Error: func(http.ResponseWriter, *http.Request, int, error) {}, // handleError answers
}

// upgrade makes the connection a WebSocket, which must be served by run.
func (s *Server) upgrade(c echo.Context) (*socketConn, error) {
	k := &socketConn{out: make(chan []byte, socketQueue), done: make(chan struct{})}
	if err := s.sockets.add(k); err != nil {
		return nil, err
	}
	var err error
	if k.ws, err = hijack(c, &upgrader); err != nil {
		s.sockets.remove(k)
		return nil, err
	}
	return k, nil
}

// hijack takes the connection from the HTTP server. Nothing can be answered
// on it any more, which Committed tells handleError.
func hijack(c echo.Context, up *websocket.Upgrader) (*websocket.Conn, error) {
	ws, err := up.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return nil, echo.NewHTTPError(http.StatusUpgradeRequired, "this address is for WebSocket connections").SetInternal(err)
	}
	c.Response().Committed = true
	return ws, nil
}

// run reads frames until the connection ends, calling on for each. An error
// of on closes the connection as a bad frame.
func (s *Server) run(k *socketConn, on func([]byte) error) {
	defer s.sockets.remove(k)
	writerDone := make(chan struct{})
	go func() { defer close(writerDone); k.write() }()
	defer k.ws.Close()
	defer func() { <-writerDone }()
	defer k.close(closeRestarting, "restarting") // also when on panics
	k.read(on)
}

// read passes frames on until the connection ends. Once it is closed from
// this side, what still comes is read and forgotten.
func (k *socketConn) read(on func([]byte) error) {
	k.ws.SetPongHandler(func(string) error { k.extend(); return nil })
	for {
		k.extend()
		kind, r, err := k.ws.NextReader()
		if err != nil {
			return
		}
		// Not SetReadLimit: it would close with 1009, which means "try again"
		// to our screens.
		frame, err := io.ReadAll(io.LimitReader(r, socketFrameLimit+1))
		switch {
		case err != nil:
			return
		case k.over():
		case kind != websocket.TextMessage:
			k.close(closeBadFrame, "text frames only")
		case len(frame) > socketFrameLimit:
			k.close(closeBadFrame, "frame too big")
		default:
			if on(frame) != nil {
				k.close(closeBadFrame, "bad frame")
			}
		}
	}
}

// extend lets the client be silent for another while, unless the connection
// is on its way out.
func (k *socketConn) extend() {
	if k.over() {
		return
	}
	_ = k.ws.SetReadDeadline(time.Now().Add(socketPongWait))
	if k.over() { // lastWord may have set its own just before
		_ = k.ws.SetReadDeadline(time.Now().Add(socketGoodbye))
	}
}

func (k *socketConn) over() bool {
	select {
	case <-k.done:
		return true
	default:
		return false
	}
}

// write drains the queue, sends pings, and says the last word.
func (k *socketConn) write() {
	ping := time.NewTicker(socketPing)
	defer ping.Stop()
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
			k.lastWord()
			return
		}
	}
}

// lastWord writes what was queued before the close, for it belongs to the
// person (a receipt, the reason of a refusal), and then the close frame.
func (k *socketConn) lastWord() {
	for len(k.out) > 0 {
		if !k.put(websocket.TextMessage, <-k.out) {
			return
		}
	}
	k.put(websocket.CloseMessage, websocket.FormatCloseMessage(k.final.code, k.final.reason))
	_ = k.ws.SetReadDeadline(time.Now().Add(socketGoodbye))
}

// put writes one message. A connection that takes none is cut off, which
// ends the reader too.
func (k *socketConn) put(kind int, frame []byte) bool {
	_ = k.ws.SetWriteDeadline(time.Now().Add(socketWriteWait))
	err := k.ws.WriteMessage(kind, frame)
	if err != nil {
		k.ws.Close()
	}
	return err == nil
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
	})
}

// add registers a connection before its handshake. Error: errStopping.
func (s *sockets) add(k *socketConn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return errStopping
	}
	s.wait.Add(1)
	s.open[k] = struct{}{}
	return nil
}

func (s *sockets) remove(k *socketConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, k)
	s.wait.Done()
}

// belongs notes whose login the connection is.
func (s *sockets) belongs(k *socketConn, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.login = login
}

// signOut closes the connections of a login that has ended.
func (s *sockets) signOut(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.open {
		if k.login == login && login != "" {
			k.close(closeSignedOut, "signed out")
		}
	}
}

// closeSockets tells every person's socket to come back and waits for them.
// Later ones are refused.
func (s *Server) closeSockets() {
	s.sockets.mu.Lock()
	s.sockets.closing = true
	for k := range s.sockets.open {
		k.close(closeRestarting, "restarting")
	}
	s.sockets.mu.Unlock()
	s.sockets.wait.Wait()
}
