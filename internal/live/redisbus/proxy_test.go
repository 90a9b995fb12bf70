package redisbus_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// proxy stands between the bus and Redis and spoils pub/sub: of the messages
// that the server pushes it drops, doubles and swaps some, and now and then
// cuts the connection. Answers to commands pass untouched.
type proxy struct {
	addr   string
	target string
	listen net.Listener
	wg     sync.WaitGroup

	mu     sync.Mutex
	calm   bool // spoil nothing
	rng    *rand.Rand
	conns  map[net.Conn]bool
	seen   map[string]int // what was done to messages
	subs   int            // connections that were made subscribers
	frozen int            // of those, the first so many are silent
}

func startProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{
		addr: l.Addr().String(), target: target, listen: l,
		rng: rand.New(rand.NewPCG(7, 7)), conns: map[net.Conn]bool{}, seen: map[string]int{},
	}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		client, err := p.listen.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[server] = true, true
		p.mu.Unlock()
		end := func() {
			client.Close()
			server.Close()
			p.mu.Lock()
			delete(p.conns, client)
			delete(p.conns, server)
			p.mu.Unlock()
		}
		p.wg.Go(func() { defer end(); _, _ = io.Copy(server, client) })
		p.wg.Go(func() { defer end(); p.spoil(client, bufio.NewReader(server)) })
	}
}

// cut closes every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// freeze makes all subscriber connections silent, without closing them.
func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = p.subs
}

func (p *proxy) subscribers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.subs
}

// silent reports whether the subscriber connection of that number is frozen;
// a connection becomes one with its first confirmation.
func (p *proxy) silent(number *int, out []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if *number == 0 && bytes.Contains(out[:min(40, len(out))], []byte("ssubscribe")) {
		p.subs++
		*number = p.subs
	}
	return *number != 0 && *number <= p.frozen
}

func (p *proxy) chance() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	what := "pass"
	if p.calm {
		return what
	}
	switch n := p.rng.IntN(100); {
	case n < 15:
		what = "drop"
	case n < 25:
		what = "double"
	case n < 35:
		what = "swap"
	case n < 37:
		what = "cut"
	}
	p.seen[what]++
	return what
}

func (p *proxy) spoil(client io.Writer, server *bufio.Reader) {
	var number int
	var held []byte // a message that waits until the next one has passed
	for {
		var value bytes.Buffer
		if err := readValue(server, &value); err != nil {
			return
		}
		out := value.Bytes()
		if p.silent(&number, out) {
			continue
		}
		if bytes.Contains(out[:min(40, len(out))], []byte("smessage")) {
			switch p.chance() {
			case "drop":
				continue
			case "double":
				out = bytes.Repeat(out, 2)
			case "swap":
				if held == nil {
					held = bytes.Clone(out)
					continue
				}
			case "cut":
				return
			}
			out, held = append(bytes.Clone(out), held...), nil
		}
		if _, err := client.Write(out); err != nil {
			return
		}
	}
}

// readValue copies one RESP value from r to w.
func readValue(r *bufio.Reader, w *bytes.Buffer) error {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return err
	}
	w.Write(line)
	switch line[0] {
	case '$', '=', '!', '*', '>', '~', '%', '|':
	default:
		return nil // the line is the value
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(line[1:])))
	if err != nil {
		return fmt.Errorf("length of %q: %w", line, err)
	}
	switch line[0] {
	case '$', '=', '!':
		if n >= 0 {
			_, err = io.CopyN(w, r, int64(n)+2)
		}
		return err
	case '%', '|':
		n *= 2
	}
	for range n {
		if err := readValue(r, w); err != nil {
			return err
		}
	}
	return nil
}
