package mongowire

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const setName = "xl0"

// hello answers as the primary of a one-member set. There is no
// topologyVersion in it, so drivers poll instead of waiting for news; one that
// asks to wait is answered at once.
func (s *Server) hello(*command) (bson.D, error) {
	d := bson.D{
		{Key: "helloOk", Value: true},
		{Key: "isWritablePrimary", Value: true},
		{Key: "ismaster", Value: true},
		{Key: "maxBsonObjectSize", Value: int32(maxDocument)},
		{Key: "maxMessageSizeBytes", Value: int32(maxMessage)},
		{Key: "maxWriteBatchSize", Value: int32(100_000)},
		{Key: "localTime", Value: time.Now()},
		{Key: "logicalSessionTimeoutMinutes", Value: int32(30)},
		{Key: "minWireVersion", Value: int32(0)},
		{Key: "maxWireVersion", Value: s.opts.WireVersion},
		{Key: "readOnly", Value: false},
	}
	if s.opts.Standalone {
		return d, nil
	}
	addr := s.Addr()
	return append(d,
		bson.E{Key: "setName", Value: setName},
		bson.E{Key: "setVersion", Value: int32(1)},
		bson.E{Key: "secondary", Value: false},
		bson.E{Key: "hosts", Value: bson.A{addr}},
		bson.E{Key: "primary", Value: addr},
		bson.E{Key: "me", Value: addr},
	), nil
}

// endSessions forgets the retryable writes of sessions that are over.
func (s *Server) endSessions(c *command) (bson.D, error) {
	ids, err := c.documents("endSessions")
	if err != nil {
		return nil, s.violateLocked("%v", err)
	}
	for _, id := range ids {
		if _, b, ok := id.Lookup("id").BinaryOK(); ok {
			delete(s.data.sessions, string(b))
		}
	}
	return bson.D{}, nil
}
