package mongowire

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// command is one parsed request.
type command struct {
	name       string // canonical: "isMaster" and "ismaster" are "hello"
	db         string
	collection string
	body       bson.Raw
	rule       rule
	lsid       string
	txn        int64 // 0 when the command carries none
}

func (c *command) namespace() string { return c.db + "." + c.collection }

// mode says which of the common parts a command must carry.
type mode int

const (
	plain     mode = iota // a session may be there
	reading               // session and read concern
	defining              // session and write concern
	writing               // session, write concern and transaction number
	following             // session only
)

// rule is the form of one command. Fields lists what may be there beside the
// parts of its mode; those without a question mark must be.
type rule struct {
	mode   mode
	fields string
	quiet  bool // not kept in Commands
	run    func(*Server, *command) (bson.D, error)
}

func ruleOf(name string) (rule, bool) {
	switch name {
	case "hello":
		return rule{plain, "helloOk? client? compression? backpressure? topologyVersion? maxAwaitTimeMS? $readPreference?", true, (*Server).hello}, true
	case "ping":
		return rule{plain, "", true, nothing}, true
	case "endSessions":
		return rule{plain, "", true, (*Server).endSessions}, true
	case "killCursors":
		return rule{plain, "cursors", true, (*Server).killCursors}, true
	case "createIndexes":
		return rule{defining, "indexes", false, (*Server).createIndexes}, true
	case "dropDatabase":
		return rule{defining, "", false, (*Server).dropDatabase}, true
	case "insert":
		return rule{writing, "documents ordered?", false, (*Server).insert}, true
	case "update":
		return rule{writing, "updates ordered?", false, (*Server).update}, true
	case "delete":
		return rule{writing, "deletes ordered?", false, (*Server).delete}, true
	case "find":
		return rule{reading, "filter sort? limit batchSize? singleBatch? projection?", false, (*Server).find}, true
	case "aggregate":
		return rule{reading, "pipeline cursor", false, (*Server).aggregate}, true
	case "getMore":
		return rule{following, "collection batchSize?", false, (*Server).getMore}, true
	}
	return rule{}, false
}

func nothing(*Server, *command) (bson.D, error) { return bson.D{}, nil }

func parseCommand(m message) (*command, error) {
	elems, err := m.body.Elements()
	if err != nil || len(elems) == 0 {
		return nil, fmt.Errorf("command without fields: %v", err)
	}
	c := &command{name: elems[0].Key(), body: m.body}
	if c.name == "isMaster" || c.name == "ismaster" {
		c.name = "hello"
	}
	rule, ok := ruleOf(c.name)
	if !ok {
		return nil, fmt.Errorf("command %s is not declared", c.name)
	}
	if m.opCode == opQuery && c.name != "hello" {
		return nil, fmt.Errorf("command %s in OP_QUERY", c.name)
	}
	c.rule = rule
	c.collection, _ = elems[0].Value().StringValueOK()
	if c.name == "getMore" {
		c.collection, _ = m.body.Lookup("collection").StringValueOK()
	}
	c.db, _ = m.body.Lookup("$db").StringValueOK()
	c.txn, _ = m.body.Lookup("txnNumber").AsInt64OK()
	if _, id, ok := m.body.Lookup("lsid", "id").BinaryOK(); ok {
		c.lsid = string(id)
	}
	return c, nil
}

// check compares the command with its rule. Caller holds s.mu.
func (s *Server) check(c *command) error {
	allowed := map[string]bool{"$db": true, "lsid": true, "maxTimeMS": true}
	for name := range strings.FieldsSeq(c.rule.fields) {
		optional := strings.HasSuffix(name, "?")
		name = strings.TrimSuffix(name, "?")
		allowed[name] = true
		if _, err := c.body.LookupErr(name); err != nil && !optional {
			return s.violateLocked("%s without %s", c.name, name)
		}
	}
	switch c.rule.mode {
	case reading:
		allowed["readConcern"] = true
	case defining:
		allowed["writeConcern"] = true
	case writing:
		allowed["writeConcern"], allowed["txnNumber"] = true, true
	}
	elems, _ := c.body.Elements()
	seen := map[string]bool{}
	for _, e := range elems[1:] {
		if !allowed[e.Key()] || seen[e.Key()] {
			return s.violateLocked("%s with field %s", c.name, e.Key())
		}
		seen[e.Key()] = true
	}
	if c.rule.mode == plain {
		return nil
	}
	return s.checkCommon(c)
}

func (s *Server) checkCommon(c *command) error {
	if len(c.lsid) != 16 {
		return s.violateLocked("%s without a session", c.name)
	}
	if c.db == "" || c.collection == "" && c.name != "dropDatabase" {
		return s.violateLocked("%s without database or collection", c.name)
	}
	switch c.rule.mode {
	case reading:
		level, want := c.body.Lookup("readConcern", "level"), "majority"
		if s.opts.Standalone {
			want = "local"
		}
		if got, _ := level.StringValueOK(); got != want {
			return s.violateLocked("%s with read concern %q", c.name, got)
		}
	case defining, writing:
		if !durable(c.body.Lookup("writeConcern")) {
			return s.violateLocked("%s with write concern %v", c.name, c.body.Lookup("writeConcern"))
		}
	}
	if c.rule.mode == writing && (c.txn == 0) != s.opts.Standalone {
		return s.violateLocked("%s with transaction number %d", c.name, c.txn)
	}
	return nil
}

// durable reports whether the write concern is exactly w:majority, j:true.
func durable(v bson.RawValue) bool {
	wc, _ := v.DocumentOK()
	_, known := onlyFields(wc, "w", "j")
	w, _ := wc.Lookup("w").StringValueOK()
	j, _ := wc.Lookup("j").BooleanOK()
	return known && w == "majority" && j
}

// run carries out a checked command; a retried write gets its first reply.
// Caller holds s.mu.
func (s *Server) run(c *command) (bson.D, error) {
	if c.rule.mode != writing || c.txn == 0 {
		return c.rule.run(s, c)
	}
	switch last := s.data.sessions[c.lsid]; {
	case c.txn == last.Txn:
		return last.Reply, nil
	case c.txn < last.Txn:
		return nil, &commandError{code: 225, name: "TransactionTooOld", message: "a newer retryable write has begun in this session"}
	}
	out, err := c.rule.run(s, c)
	if err != nil {
		return nil, err
	}
	out = slices.Clip(out) // callers append to it
	return out, s.data.commit(c.lsid, session{Txn: c.txn, Reply: out})
}

// commandError is an error in the form that servers send.
type commandError struct {
	code    int32
	name    string
	message string
}

func (e *commandError) Error() string { return e.message }

// encodeError is the reply for err; with a write command the label tells
// drivers that a new try may succeed.
func encodeError(err error, c *command) bson.Raw {
	e, ok := err.(*commandError)
	if !ok {
		e = &commandError{code: 8, name: "UnknownError", message: err.Error()}
	}
	d := bson.D{
		{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: e.message},
		{Key: "code", Value: e.code}, {Key: "codeName", Value: e.name},
	}
	if c != nil && c.rule.mode == writing && e == errNotPrimary {
		d = append(d, bson.E{Key: "errorLabels", Value: bson.A{"RetryableWriteError"}})
	}
	return mustMarshal(d)
}

func mustMarshal(v any) bson.Raw {
	b, err := bson.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("mongowire: encoding a reply: %v", err)) // our own values always encode
	}
	return b
}

// documents reads an array field of documents.
func (c *command) documents(field string) ([]bson.Raw, error) {
	arr, ok := c.body.Lookup(field).ArrayOK()
	if !ok {
		return nil, fmt.Errorf("%s: %s is no array", c.name, field)
	}
	values, err := arr.Values()
	if err != nil {
		return nil, err
	}
	docs := make([]bson.Raw, 0, len(values))
	for _, v := range values {
		d, ok := v.DocumentOK()
		if !ok {
			return nil, fmt.Errorf("%s: %s holds something else than documents", c.name, field)
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// onlyFields reports the first field of doc that is not listed.
func onlyFields(doc bson.Raw, names ...string) (unknown string, ok bool) {
	elems, _ := doc.Elements()
	for _, e := range elems {
		if !slices.Contains(names, e.Key()) {
			return e.Key(), false
		}
	}
	return "", true
}
