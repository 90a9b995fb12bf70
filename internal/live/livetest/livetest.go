// Package livetest is the contract of live.Bus as runnable cases. Tests of
// every adapter run it, and so does "xinglu selftest" on an operator's
// server; hence it does not need package testing.
package livetest

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// T is what a case needs of its runner. *testing.T is one. Fatalf must not
// return.
type T interface {
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Helper()
	// Context is cancelled when the case is over.
	Context() context.Context
}

// Node is one process's bus on a backend that several may share.
type Node interface {
	live.Bus
	// Erase loses everything in the node's namespace, as a flushed server.
	Erase(ctx context.Context) error
}

// Setup is what a case asks of its buses.
type Setup struct {
	// Namespace keeps the case's channels apart from all others. Nodes opened
	// with the same one share their channels.
	Namespace string
	History   int
}

// Opener opens one more node. A bus that cannot be shared (in memory) is
// handed out again for the same namespace. The case closes what it opened.
type Opener func(ctx context.Context, s Setup) (Node, error)

// Case is one independent part of the contract.
type Case struct {
	Name string
	Run  func(t T, open Opener)
}

// Cases returns the whole contract. They may run in any order, and at the
// same time if Erase loses nothing outside its namespace.
func Cases() []Case {
	return []Case{
		{"order", order},
		{"recover", recoverSince},
		{"overflow", overflow},
		{"unknown position", unknownPosition},
		{"idempotent publish", idempotent},
		{"concurrent publishers", concurrentPublishers},
		{"slow handler", slowHandler},
		{"cancel", cancelled},
		{"close", closed},
		{"limits", limits},
		{"bytes", anyBytes},
		{"board", board},
		{"board order", boardOrder},
		{"large board", largeBoard},
		{"snapshot is atomic", atomicSnapshot},
		{"concurrent appliers", concurrentAppliers},
		{"erase", erased},
		{"converge", converge},
	}
}

// patience bounds every wait for something that must happen; nothing is
// concluded from how long it took.
const patience = 30 * time.Second

// env is a case's surroundings.
type env struct {
	T
	open  Opener
	setup Setup
	ctx   context.Context
	nodes []Node
}

// start opens count nodes on a namespace of their own; the case defers stop.
func start(t T, open Opener, count, history int) *env {
	t.Helper()
	e := &env{T: t, open: open, ctx: t.Context(), setup: Setup{Namespace: "test-" + rand.Text()[:10], History: history}}
	for range count {
		n, err := open(e.ctx, e.setup)
		if err != nil {
			e.stop()
			t.Fatalf("opening a bus: %v", err)
		}
		e.nodes = append(e.nodes, n)
	}
	return e
}

func (e *env) stop() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), patience)
	defer cancel()
	if len(e.nodes) > 0 {
		if err := e.nodes[0].Erase(ctx); err != nil {
			e.Logf("clearing up: %v", err)
		}
	}
	for _, n := range e.nodes {
		if err := n.Close(); err != nil {
			e.Errorf("closing a bus: %v", err)
		}
	}
}

// publish publishes data on the first node and returns its position.
func (e *env) publish(ch live.Channel, key, data string) live.Position {
	e.Helper()
	p, err := e.nodes[0].Publish(e.ctx, ch, key, []byte(data))
	if err != nil {
		e.Fatalf("publish %q: %v", data, err)
	}
	return p
}

func (e *env) position(ch live.Channel) live.Position {
	e.Helper()
	p, err := e.nodes[0].Position(e.ctx, ch)
	if err != nil {
		e.Fatalf("position: %v", err)
	}
	return p
}

// eventually waits until ok holds.
func (e *env) eventually(what string, ok func() bool) {
	e.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			e.Fatalf("still waiting for: %s", what)
		}
	}
}
