package mongowire

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// FaultKind is what goes wrong.
type FaultKind int

// The faults that Inject can make.
const (
	DropBefore          FaultKind = iota + 1 // cut the connection; nothing is applied
	DropAfter                                // apply, then cut the connection instead of replying
	NotPrimary                               // answer NotWritablePrimary (10107); nothing is applied
	WriteConcernTimeout                      // apply, but answer that a majority did not confirm in time
	Slow                                     // wait for Delay, then go on as usual
)

// Fault makes the next commands that match go wrong.
type Fault struct {
	Command    string // for instance "insert"
	Collection string // "" matches every collection
	Times      int    // how many matching commands it befalls
	Do         FaultKind
	Delay      time.Duration // for Slow
}

// Inject adds a fault. Faults are tried in the order they were added.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults takes back all faults that have not happened yet.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) takeFault(cmd *command) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times > 0 && f.Command == cmd.name && (f.Collection == "" || f.Collection == cmd.collection) {
			f.Times--
			return *f
		}
	}
	return Fault{}
}

var errNotPrimary = &commandError{code: 10107, name: "NotWritablePrimary", message: "not primary"}

var writeConcernTimeout = bson.E{Key: "writeConcernError", Value: bson.D{
	{Key: "code", Value: int32(64)},
	{Key: "codeName", Value: "WriteConcernFailed"},
	{Key: "errmsg", Value: "waiting for replication timed out"},
	{Key: "errInfo", Value: bson.D{{Key: "wtimeout", Value: true}}},
}}
