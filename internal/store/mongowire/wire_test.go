package mongowire_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/internal/store/mongowire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client speaks the wire protocol by hand, so that it can be wrong.
type client struct {
	t    *testing.T
	conn net.Conn
	txn  int64
}

func start(t *testing.T, o mongowire.Options) *mongowire.Server {
	t.Helper()
	s, err := mongowire.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dial(t *testing.T, s *mongowire.Server) *client {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &client{t: t, conn: c}
}

// send writes one message.
func (c *client) send(opCode uint32, payload []byte) {
	c.t.Helper()
	head := binary.LittleEndian.AppendUint32(nil, uint32(16+len(payload)))
	head = binary.LittleEndian.AppendUint32(head, 7)
	head = binary.LittleEndian.AppendUint32(head, 0)
	head = binary.LittleEndian.AppendUint32(head, opCode)
	if _, err := c.conn.Write(append(head, payload...)); err != nil {
		c.t.Fatal(err)
	}
}

// receive reads one reply; io.EOF when the server hung up.
func (c *client) receive() (bson.Raw, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(c.conn, head); err != nil {
		return nil, io.EOF
	}
	body := make([]byte, binary.LittleEndian.Uint32(head)-16)
	if _, err := io.ReadFull(c.conn, body); err != nil {
		return nil, io.EOF
	}
	if got := binary.LittleEndian.Uint32(head[8:]); got != 7 {
		c.t.Errorf("reply to request %d, want 7", got)
	}
	skip := 5
	if binary.LittleEndian.Uint32(head[12:]) == 1 { // OP_REPLY
		skip = 20
	}
	return body[skip:], nil
}

func (c *client) do(d bson.D) bson.Raw {
	c.t.Helper()
	c.send(2013, append([]byte{0, 0, 0, 0, 0}, raw(c.t, d)...))
	r, err := c.receive()
	if err != nil {
		c.t.Fatalf("no reply to %v", d)
	}
	return r
}

func raw(t *testing.T, v any) bson.Raw {
	t.Helper()
	b, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var lsid = bson.D{{Key: "id", Value: bson.Binary{Subtype: 4, Data: []byte("0123456789abcdef")}}}

// with returns the command with the parts of a correct read or write.
func with(d bson.D, more ...bson.E) bson.D {
	return append(append(append(bson.D{}, d...), more...), bson.E{Key: "lsid", Value: lsid}, bson.E{Key: "$db", Value: "x"})
}

var (
	majorityRead  = bson.E{Key: "readConcern", Value: bson.D{{Key: "level", Value: "majority"}}}
	majorityWrite = bson.E{Key: "writeConcern", Value: bson.D{{Key: "w", Value: "majority"}, {Key: "j", Value: true}}}
)

func (c *client) write(d bson.D) bson.D {
	c.txn++
	return with(d, majorityWrite, bson.E{Key: "txnNumber", Value: c.txn})
}

func insertOf(docs ...any) bson.D {
	return bson.D{{Key: "insert", Value: "people"}, {Key: "ordered", Value: false}, {Key: "documents", Value: bson.A(docs)}}
}

func personDoc(id string, v int64) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "v", Value: v}, {Key: "body", Value: "{}"}}
}

func findByID(id string) bson.D {
	return bson.D{{Key: "find", Value: "people"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: id}}}, {Key: "limit", Value: int64(1)}}
}

func TestRefusesAndRecords(t *testing.T) {
	t.Parallel()
	s := start(t, mongowire.Options{})
	c := dial(t, s)
	txn := bson.E{Key: "txnNumber", Value: int64(1)}
	filter := func(f bson.D, more ...bson.E) bson.D {
		return with(append(bson.D{{Key: "find", Value: "people"}, {Key: "filter", Value: f}, {Key: "limit", Value: int64(1)}}, more...), majorityRead)
	}
	for _, tc := range []struct {
		name string
		cmd  bson.D
		want string
	}{
		{"unknown command", with(bson.D{{Key: "mapReduce", Value: "people"}}), "mapReduce is not declared"},
		{"findAndModify", with(bson.D{{Key: "findAndModify", Value: "people"}}), "not declared"},
		{"unknown field", with(findByID("a"), majorityRead, bson.E{Key: "hint", Value: "x"}), "find with field hint"},
		{"no session", append(append(bson.D{}, findByID("a")...), majorityRead, bson.E{Key: "$db", Value: "x"}), "find without a session"},
		{"no read concern", with(findByID("a")), "read concern"},
		{"no limit", with(bson.D{{Key: "find", Value: "people"}, {Key: "filter", Value: bson.D{}}}, majorityRead), "find without limit"},
		{"undeclared filter", filter(bson.D{{Key: "body", Value: "x"}}), "not declared"},
		{"operator", filter(bson.D{{Key: "_id", Value: bson.D{{Key: "$regex", Value: "x"}}}}), "operator $regex"},
		{"wrong sort", filter(bson.D{{Key: "_id", Value: "x"}}, bson.E{Key: "sort", Value: bson.D{{Key: "v", Value: 1}}}), "not declared"},
		{"no index", filter(bson.D{{Key: "k.none", Value: bson.D{{Key: "$gte", Value: ""}}}}, bson.E{Key: "sort", Value: bson.D{{Key: "k.none", Value: int32(1)}}}), "no index serves"},
		{"w:1", with(insertOf(personDoc("a", 1)), bson.E{Key: "writeConcern", Value: bson.D{{Key: "w", Value: int32(1)}}}, txn), "write concern"},
		{"no journal", with(insertOf(personDoc("a", 1)), bson.E{Key: "writeConcern", Value: bson.D{{Key: "w", Value: "majority"}}}, txn), "write concern"},
		{"not retryable", with(insertOf(personDoc("a", 1)), majorityWrite), "transaction number"},
		{"undeclared document", with(insertOf(bson.D{{Key: "_id", Value: "a"}, {Key: "secret", Value: "x"}}), majorityWrite, txn), "the form of"},
		{"update operator", with(bson.D{{Key: "update", Value: "people"}, {Key: "updates", Value: bson.A{bson.D{
			{Key: "q", Value: bson.D{{Key: "_id", Value: "a"}, {Key: "v", Value: int64(1)}}}, {Key: "u", Value: bson.D{{Key: "$inc", Value: bson.D{{Key: "v", Value: 1}}}}},
		}}}}, majorityWrite, txn), "update of people"},
		{"update without version", with(bson.D{{Key: "update", Value: "people"}, {Key: "updates", Value: bson.A{bson.D{
			{Key: "q", Value: bson.D{{Key: "_id", Value: "a"}}}, {Key: "u", Value: personDoc("a", 2)},
		}}}}, majorityWrite, txn), "not declared"},
		{"upsert", with(bson.D{{Key: "update", Value: "people"}, {Key: "updates", Value: bson.A{bson.D{
			{Key: "q", Value: bson.D{{Key: "_id", Value: "a"}, {Key: "v", Value: int64(1)}}}, {Key: "u", Value: personDoc("a", 2)}, {Key: "upsert", Value: true},
		}}}}, majorityWrite, txn), "update with upsert"},
		{"delete of many", with(bson.D{{Key: "delete", Value: "people"}, {Key: "deletes", Value: bson.A{bson.D{
			{Key: "q", Value: bson.D{{Key: "_id", Value: "a"}, {Key: "v", Value: int64(1)}}}, {Key: "limit", Value: int32(0)},
		}}}}, majorityWrite, txn), "delete with limit 0"},
		{"other pipeline", with(bson.D{{Key: "aggregate", Value: "ledger_blocks"}, {Key: "pipeline", Value: bson.A{bson.D{{Key: "$out", Value: "x"}}}}, {Key: "cursor", Value: bson.D{}}}, majorityRead), "not declared"},
		{"sparse index", with(bson.D{{Key: "createIndexes", Value: "people"}, {Key: "indexes", Value: bson.A{bson.D{{Key: "key", Value: bson.D{{Key: "v", Value: 1}}}, {Key: "name", Value: "v"}, {Key: "sparse", Value: true}}}}}, majorityWrite), "index option sparse"},
	} {
		before := len(s.Violations())
		r := c.do(tc.cmd)
		if ok, _ := r.Lookup("ok").DoubleOK(); ok != 0 {
			t.Errorf("%s: was accepted: %v", tc.name, r)
		}
		v := s.Violations()
		if len(v) != before+1 || !strings.Contains(v[len(v)-1], tc.want) {
			t.Errorf("%s: violations %q, want one more with %q", tc.name, v[before:], tc.want)
		}
	}
}

func TestProtocol(t *testing.T) {
	t.Parallel()
	s := start(t, mongowire.Options{})
	hello := raw(t, bson.D{{Key: "isMaster", Value: 1}, {Key: "helloOk", Value: true}})
	ping := append([]byte{1, 0, 0, 0, 0}, raw(t, bson.D{{Key: "ping", Value: 1}, {Key: "$db", Value: "admin"}})...)
	head := binary.LittleEndian.AppendUint32(nil, uint32(16+len(ping)+4))
	head = binary.LittleEndian.AppendUint32(head, 7)
	head = binary.LittleEndian.AppendUint32(head, 0)
	head = binary.LittleEndian.AppendUint32(head, 2013)
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(crc32.Checksum(head, table), table, ping)
	query := append(append([]byte{0, 0, 0, 0}, "admin.$cmd\x00"...), 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)
	for _, tc := range []struct {
		name    string
		opCode  uint32
		payload []byte
		ok      bool
	}{
		{"legacy hello", 2004, append(query, hello...), true},
		{"right checksum", 2013, binary.LittleEndian.AppendUint32(append([]byte{}, ping...), sum), true},
		{"wrong checksum", 2013, binary.LittleEndian.AppendUint32(append([]byte{}, ping...), sum+1), false},
		{"moreToCome", 2013, append([]byte{2, 0, 0, 0, 0}, hello...), false},
		{"no body", 2013, []byte{0, 0, 0, 0}, false},
		{"section kind 9", 2013, []byte{0, 0, 0, 0, 9}, false},
		{"legacy insert", 2002, []byte{0, 0, 0, 0}, false},
		{"cut document", 2013, append([]byte{0, 0, 0, 0, 0}, hello[:9]...), false},
	} {
		before := len(s.Violations())
		c := dial(t, s)
		c.send(tc.opCode, tc.payload)
		r, err := c.receive()
		if tc.ok && (err != nil || r.Lookup("ok").Double() != 1) {
			t.Errorf("%s: %v %v, %v", tc.name, r, err, s.Violations())
		}
		if !tc.ok && (!errors.Is(err, io.EOF) || len(s.Violations()) != before+1) {
			t.Errorf("%s: got %v, %v", tc.name, r, err)
		}
	}
}

// TestDocumentSequence: the form in which drivers send inserts.
func TestDocumentSequence(t *testing.T) {
	t.Parallel()
	s := start(t, mongowire.Options{})
	c := dial(t, s)
	body := raw(t, c.write(bson.D{{Key: "insert", Value: "people"}}))
	seq := append([]byte("documents\x00"), append(raw(t, personDoc("a", 1)), raw(t, personDoc("b", 1))...)...)
	p := append([]byte{0, 0, 0, 0, 0}, body...)
	p = binary.LittleEndian.AppendUint32(append(p, 1), uint32(len(seq)+4))
	c.send(2013, append(p, seq...))
	r, err := c.receive()
	if err != nil || r.Lookup("n").Int32() != 2 {
		t.Fatalf("got %v, %v, %v", r, err, s.Violations())
	}
}

func TestRetryableWrites(t *testing.T) {
	t.Parallel()
	s := start(t, mongowire.Options{})
	c := dial(t, s)
	cmd := c.write(insertOf(personDoc("a", 1)))
	first, again := c.do(cmd), c.do(cmd)
	if diff := cmp.Diff(first.String(), again.String()); diff != "" {
		t.Errorf("the retry is answered differently:\n%s", diff)
	}
	if r := c.do(c.write(insertOf(personDoc("a", 1)))); r.Lookup("writeErrors").Type == 0 {
		t.Errorf("a new write of the same id: %v", r)
	}
	if r := c.do(cmd); r.Lookup("code").Int32() != 225 {
		t.Errorf("a retry of an older write: %v", r)
	}
	if v := s.Violations(); len(v) != 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestDuplicateKeyErrors(t *testing.T) {
	t.Parallel()
	s := start(t, mongowire.Options{})
	c := dial(t, s)
	index := func(name, key string) bson.D {
		return bson.D{
			{Key: "key", Value: bson.D{{Key: key, Value: int32(1)}}}, {Key: "name", Value: name}, {Key: "unique", Value: true},
			{Key: "partialFilterExpression", Value: bson.D{{Key: key, Value: bson.D{{Key: "$exists", Value: true}}}}},
		}
	}
	c.do(with(bson.D{{Key: "createIndexes", Value: "people"}, {Key: "indexes", Value: bson.A{index("k_n", "k.n")}}}, majorityWrite))
	keyed := func(id, n string) bson.D {
		return bson.D{{Key: "_id", Value: id}, {Key: "v", Value: int64(1)}, {Key: "k", Value: bson.D{{Key: "n", Value: n}}}, {Key: "body", Value: "{}"}}
	}
	r := c.do(c.write(insertOf(personDoc("a", 1), personDoc("b", 1), keyed("c", "1"), keyed("d", "1"), keyed("c", "2"), keyed("e", "2"))))
	var got struct {
		N           int32
		WriteErrors []struct {
			Index      int32
			Code       int32
			KeyPattern bson.M `bson:"keyPattern"`
			KeyValue   bson.M `bson:"keyValue"`
		} `bson:"writeErrors"`
	}
	if err := bson.Unmarshal(r, &got); err != nil || got.N != 4 || len(got.WriteErrors) != 2 {
		t.Fatalf("got %v, %v", r, err)
	}
	e := got.WriteErrors
	if e[0].Index != 3 || e[0].Code != 11000 || e[0].KeyPattern["k.n"] != int32(1) || e[0].KeyValue["k.n"] != "1" {
		t.Errorf("first error: %+v", e[0])
	}
	if e[1].Index != 4 || e[1].KeyPattern["_id"] != int32(1) || e[1].KeyValue["_id"] != "c" {
		t.Errorf("second error: %+v", e[1])
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	s := start(t, mongowire.Options{})
	c := dial(t, s)
	c.do(c.write(insertOf(personDoc("a", 1), personDoc("b", 1), personDoc("c", 1))))
	r := c.do(with(bson.D{
		{Key: "find", Value: "people"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: ""}}}}},
		{Key: "sort", Value: bson.D{{Key: "_id", Value: int32(1)}}}, {Key: "limit", Value: int64(9)}, {Key: "batchSize", Value: int32(2)},
	}, majorityRead))
	id := r.Lookup("cursor", "id").Int64()
	more := c.do(with(bson.D{{Key: "getMore", Value: id}, {Key: "collection", Value: "people"}}))
	first, _ := r.Lookup("cursor", "firstBatch").Array().Values()
	next, _ := more.Lookup("cursor", "nextBatch").Array().Values()
	if len(first) != 2 || len(next) != 1 || next[0].Document().Lookup("_id").StringValue() != "c" || more.Lookup("cursor", "id").Int64() != 0 {
		t.Errorf("got %v then %v; %q", r, more, s.Violations())
	}
	if r := c.do(with(bson.D{{Key: "getMore", Value: id}, {Key: "collection", Value: "people"}})); r.Lookup("code").Int32() != 43 {
		t.Errorf("an ended cursor: %v", r)
	}
}

// TestRestart: with a directory, documents, indexes and the replies to
// retryable writes outlive the server, and a torn end of the log is cut off.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, mongowire.Options{Dir: dir})
	c := dial(t, s)
	c.do(with(bson.D{{Key: "createIndexes", Value: "people"}, {Key: "indexes", Value: bson.A{bson.D{
		{Key: "key", Value: bson.D{{Key: "body", Value: int32(1)}}}, {Key: "name", Value: "u"}, {Key: "unique", Value: true},
	}}}}, majorityWrite))
	last := c.write(insertOf(personDoc("a", 1)))
	c.do(last)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "mongowire.log")
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, append(whole, 99, 0, 0, 0, 1, 2, 3), 0o600); err != nil {
		t.Fatal(err)
	}

	s = start(t, mongowire.Options{Dir: dir})
	c2 := dial(t, s)
	if r := c2.do(last); r.Lookup("n").Int32() != 1 || r.Lookup("writeErrors").Type != 0 {
		t.Errorf("the retry after the restart: %v", r)
	}
	if r := c2.do(with(findByID("a"), majorityRead)); len(r.Lookup("cursor", "firstBatch").Array()) <= 5 {
		t.Errorf("the document is gone: %v, %q", r, s.Violations())
	}
	c2.txn = c.txn
	if r := c2.do(c2.write(insertOf(personDoc("b", 1)))); r.Lookup("writeErrors").Type == 0 {
		t.Errorf("the unique index is gone: %v", r)
	}
	if now, err := os.ReadFile(log); err != nil || len(now) != len(whole) {
		t.Errorf("the log has %d bytes, want %d: the torn end is cut and a refused write adds nothing", len(now), len(whole))
	}
}
