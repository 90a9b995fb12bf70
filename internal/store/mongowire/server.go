package mongowire

import (
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Options configure a server. The zero value is a replica-set primary on a
// free port that forgets its data when it ends.
type Options struct {
	Addr string       // listening address; "" means 127.0.0.1:0
	Dir  string       // where the data is kept; "" means in memory only
	Log  *slog.Logger // violations are logged as they happen; nil discards

	Standalone  bool  // answer hello as a server without replica set
	WireVersion int32 // maxWireVersion; 0 means 21 (MongoDB 7.0)
}

// Command is one command as received: its document sequences are merged in
// as arrays.
type Command struct {
	Name       string
	Collection string
	Body       bson.Raw
}

// keptCommands bounds what Commands remembers, so that a server under a
// browser test does not grow.
const keptCommands = 512

// Server is a running test server. Its methods are safe for concurrent use.
type Server struct {
	opts     Options
	listener net.Listener
	stopped  chan struct{}
	conns    sync.WaitGroup

	mu         sync.Mutex // guards all below; a command runs under it as a whole
	open       map[net.Conn]struct{}
	data       *data
	cursors    map[int64]*cursor
	nextCursor int64
	faults     []*Fault
	commands   []Command
	violations []string
}

// Start listens and serves until Close.
func Start(o Options) (*Server, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.WireVersion == 0 {
		o.WireVersion = 21
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d, err := openData(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", o.Dir, err)
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		d.close()
		return nil, fmt.Errorf("mongowire: %w", err)
	}
	s := &Server{
		opts: o, listener: l, stopped: make(chan struct{}),
		open: map[net.Conn]struct{}{}, data: d, cursors: map[int64]*cursor{},
	}
	s.conns.Go(s.accept)
	return s, nil
}

// Addr is the address the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URI is the connection string for a driver.
func (s *Server) URI() string {
	if s.opts.Standalone {
		return "mongodb://" + s.Addr() + "/"
	}
	return "mongodb://" + s.Addr() + "/?replicaSet=" + setName
}

// Violations lists everything that was refused because a correct adapter
// would not have sent it. It is never nil.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.violations...)
}

// Commands returns the last 512 commands since the start or since Forget, in
// order, without hello, ping, endSessions and killCursors.
func (s *Server) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Command{}, s.commands...)
}

// Forget clears Commands.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = nil
}

// Close ends all connections and waits for them. Data in a directory stays.
func (s *Server) Close() error {
	s.mu.Lock()
	select {
	case <-s.stopped:
		s.mu.Unlock()
		return nil
	default:
	}
	close(s.stopped)
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	err := s.listener.Close()
	s.conns.Wait()
	s.data.close()
	return err
}

func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		if !s.admit(c) {
			_ = c.Close()
			return
		}
		s.conns.Go(func() { s.serve(c) })
	}
}

// admit notes the connection so that Close can end it; false once closed.
func (s *Server) admit(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stopped:
		return false
	default:
		s.open[c] = struct{}{}
		return true
	}
}

// serve answers the requests of one connection, one after another.
func (s *Server) serve(c net.Conn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.open, c)
		s.mu.Unlock()
	}()
	for {
		m, err := readMessage(c)
		if err != nil {
			if m.opCode != 0 {
				s.violate("protocol: %v", err)
			}
			return
		}
		answer, drop := s.answer(m)
		if drop {
			return
		}
		if _, err := c.Write(reply(m, answer)); err != nil {
			return
		}
	}
}

// answer runs one command. drop means that an injected fault cuts the
// connection instead of answering.
func (s *Server) answer(m message) (doc bson.Raw, drop bool) {
	cmd, err := parseCommand(m)
	if err != nil {
		return encodeError(s.violate("%v", err), nil), false
	}
	f := s.takeFault(cmd)
	if f.Do == Slow && !s.sleep(f.Delay) || f.Do == DropBefore {
		return nil, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !cmd.rule.quiet {
		if len(s.commands) == keptCommands {
			s.commands = append(s.commands[:0], s.commands[1:]...)
		}
		s.commands = append(s.commands, Command{Name: cmd.name, Collection: cmd.collection, Body: m.body})
	}
	if err := s.check(cmd); err != nil {
		return encodeError(err, nil), false
	}
	if f.Do == NotPrimary {
		return encodeError(errNotPrimary, cmd), false
	}
	out, err := s.run(cmd)
	if err != nil {
		return encodeError(err, cmd), false
	}
	if f.Do == WriteConcernTimeout {
		out = append(out, writeConcernTimeout)
	}
	return mustMarshal(append(out, bson.E{Key: "ok", Value: 1.0})), f.Do == DropAfter
}

// sleep waits and reports false when the server is closed meanwhile.
func (s *Server) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.stopped:
		return false
	}
}

// violate records what a correct adapter would not have sent and returns the
// error to answer with. The caller must not hold s.mu.
func (s *Server) violate(format string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.violateLocked(format, args...)
}

func (s *Server) violateLocked(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	s.violations = append(s.violations, text)
	s.opts.Log.Error("mongowire violation", "what", text)
	return &commandError{code: 2, name: "BadValue", message: "mongowire: " + text}
}
