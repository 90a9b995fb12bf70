package fanout

import (
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// CloseCode is the reason why the server ended a WebSocket.
//
//	1000–2999  the protocol's own: 1001 gone, 1009 message too big
//	4000–4099  connect again; the reason text is {"retry_after":1500}, the
//	           milliseconds to wait, spread over the clients
//	4100–4199  do not: the same client would be sent away again. The reason
//	           text is {}
type CloseCode int

// The codes that the hub sends. A number never changes its meaning.
const (
	// CloseRestart: the server stops or restarts.
	CloseRestart CloseCode = 4000
	// CloseSlow: the client could not keep up, twice within Options.Resync.
	// One whose socket takes nothing at all is cut off without a code.
	CloseSlow CloseCode = 4008
	// CloseBadFrame: the client sent something else than a ping or a position.
	CloseBadFrame CloseCode = 4101
	// CloseFlood: the client sent more than maxFrames in floodWindow.
	CloseFlood CloseCode = 4102
)

// Retry reports whether the client should connect again.
func (c CloseCode) Retry() bool { return c < 4100 }

// String returns the code's name in snake_case, for logs.
func (c CloseCode) String() string {
	switch c {
	case CloseRestart:
		return "restart"
	case CloseSlow:
		return "slow"
	case CloseBadFrame:
		return "bad_frame"
	case CloseFlood:
		return "flood"
	}
	return fmt.Sprintf("close_%d", int(c))
}

// message is the close frame's payload.
func (c CloseCode) message(retryAfter time.Duration) []byte {
	reason := "{}"
	if c.Retry() {
		reason = fmt.Sprintf(`{"retry_after":%d}`, retryAfter.Milliseconds())
	}
	return websocket.FormatCloseMessage(int(c), reason)
}

// retryAfter spreads the clients: after a restart over the time in which
// Options.Reconnect lets all of them in, a slow one over some seconds. h.mu
// is not held.
func (h *Hub) retryAfter(c CloseCode) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	spread := 4 * time.Second
	if c == CloseRestart {
		spread = max(time.Second, time.Duration(h.conns)*time.Second/time.Duration(h.opt.Reconnect))
	}
	return 500*time.Millisecond + time.Duration(h.rng.Int64N(int64(spread)))
}
