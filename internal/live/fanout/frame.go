package fanout

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/internal/live"
)

var errNotObject = errors.New("frame is not a JSON object")

// prepare puts the position into a frame, which must be a JSON object, and
// encodes the WebSocket message once for all connections.
func prepare(inner []byte, at live.Position) (*websocket.PreparedMessage, error) {
	if len(inner) < 2 || inner[0] != '{' || inner[len(inner)-1] != '}' {
		return nil, errNotObject
	}
	out := make([]byte, 0, len(inner)+64)
	out = appendPosition(append(out, '{'), at)
	if len(inner) > 2 {
		out = append(out, ',')
	}
	return websocket.NewPreparedMessage(websocket.TextMessage, append(out, inner[1:]...))
}

func appendPosition(b []byte, at live.Position) []byte {
	epoch, err := json.Marshal(at.Epoch)
	if err != nil {
		panic(err) // a string
	}
	b = append(append(b, `"e":`...), epoch...)
	return strconv.AppendInt(append(b, `,"o":`...), at.Offset, 10)
}

// stamp is the form of instants on the wire.
const stamp = "2006-01-02T15:04:05.000Z"

func prepareBeat(at live.Position, now time.Time) (*websocket.PreparedMessage, error) {
	b := appendPosition([]byte(`{"t":"beat",`), at)
	b = append(b, `,"at":"`+now.UTC().Format(stamp)+`"}`...)
	return websocket.NewPreparedMessage(websocket.TextMessage, b)
}

func preparePong(now time.Time) (*websocket.PreparedMessage, error) {
	return websocket.NewPreparedMessage(websocket.TextMessage, []byte(`{"t":"pong","at":"`+now.UTC().Format(stamp)+`"}`))
}
