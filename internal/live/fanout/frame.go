package fanout

import (
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/internal/live"
)

// prepare puts the position into a frame, which must be a JSON object, and
// encodes the WebSocket message once for all connections.
func prepare(object []byte, at live.Position) (*websocket.PreparedMessage, error) {
	data, err := at.Into(object)
	if err != nil {
		return nil, err
	}
	return websocket.NewPreparedMessage(websocket.TextMessage, data)
}

// stamp is the form of instants on the wire.
const stamp = "2006-01-02T15:04:05.000Z"

func prepareBeat(at live.Position, now time.Time) (*websocket.PreparedMessage, error) {
	return prepare([]byte(`{"t":"beat","at":"`+now.UTC().Format(stamp)+`"}`), at)
}

func preparePong(now time.Time) (*websocket.PreparedMessage, error) {
	return websocket.NewPreparedMessage(websocket.TextMessage, []byte(`{"t":"pong","at":"`+now.UTC().Format(stamp)+`"}`))
}
