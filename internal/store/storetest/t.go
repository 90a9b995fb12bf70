package storetest

import (
	"context"
	"fmt"
	"io"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// T is what a suite needs of a test. Fatalf ends the case and may be called
// only from the goroutine that runs it; the others from any.
type T interface {
	// Run runs f as a named part of the test and reports whether it passed.
	Run(name string, f func(T)) bool
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Helper()
	// Context is cancelled when the case is over.
	Context() context.Context
}

// tester is *testing.T, described so that the program does not link package
// testing.
type tester[P any] interface {
	Run(name string, f func(P)) bool
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Helper()
	Context() context.Context
}

// Testing makes a T of a *testing.T.
func Testing[P tester[P]](t P) T { return adapted[P]{t} }

type adapted[P tester[P]] struct{ t P }

func (a adapted[P]) Run(name string, f func(T)) bool {
	a.t.Helper()
	return a.t.Run(name, func(t P) { f(adapted[P]{t}) })
}
func (a adapted[P]) Fatalf(format string, args ...any) { a.t.Helper(); a.t.Fatalf(format, args...) }
func (a adapted[P]) Errorf(format string, args ...any) { a.t.Helper(); a.t.Errorf(format, args...) }
func (a adapted[P]) Logf(format string, args ...any)   { a.t.Helper(); a.t.Logf(format, args...) }
func (a adapted[P]) Helper()                           { a.t.Helper() }
func (a adapted[P]) Context() context.Context          { return a.t.Context() }

// Counts are the cases of a printed run; a case with parts is not counted
// itself.
type Counts struct {
	Passed int `json:"passed"`
	Failed int `json:"failed"`
}

// Print runs the suite for a person: one line a case as it ends, with the
// messages of a failed case below it. A panic in a case is its failure. When
// ctx ends, the cases that remain fail.
func Print(ctx context.Context, w io.Writer, suite func(T)) Counts {
	var c Counts
	root := &printed{ctx: ctx, w: w, counts: &c}
	root.play(suite)
	if root.failed {
		if len(root.notes) > 0 {
			root.name = "suite"
			root.tell()
		}
		c.Failed = max(c.Failed, 1) // failed outside any case, say while opening
	}
	return c
}

// printed is one case of Print, or the whole run.
type printed struct {
	ctx    context.Context
	w      io.Writer
	name   string
	counts *Counts

	mu     sync.Mutex // cases may report from several goroutines
	failed bool
	parts  bool // has called Run
	notes  []string
}

// play runs f to its end, which may be a Fatalf or a panic.
func (p *printed) play(f func(T)) {
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	inner := &printedT{printed: p, ctx: ctx}
	done := make(chan struct{})
	go func() { // a goroutine of its own, for Fatalf ends it
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				p.note(true, "panic: %v\n%s", r, debug.Stack())
			}
		}()
		if err := ctx.Err(); err != nil {
			inner.Fatalf("not run: %v", err)
		}
		f(inner)
	}()
	<-done
}

func (p *printed) note(failed bool, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = p.failed || failed
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// tell prints the case's line and, if it failed, what it noted.
func (p *printed) tell() {
	if !p.failed {
		fmt.Fprintf(p.w, "ok    %s\n", p.name)
		return
	}
	fmt.Fprintf(p.w, "FAIL  %s\n", p.name)
	for _, n := range p.notes {
		fmt.Fprintf(p.w, "      %s\n", strings.ReplaceAll(n, "\n", "\n      "))
	}
}

// printedT is the T that a case of Print sees.
type printedT struct {
	*printed
	ctx context.Context
}

func (t *printedT) Run(name string, f func(T)) bool {
	sub := &printed{ctx: t.ctx, w: t.w, name: path.Join(t.name, name), counts: t.counts}
	t.parts = true
	sub.play(f)
	if sub.failed {
		t.mu.Lock()
		t.failed = true
		t.mu.Unlock()
	}
	if !sub.parts || len(sub.notes) > 0 && sub.failed {
		sub.tell()
	}
	if !sub.parts {
		if sub.failed {
			t.counts.Failed++
		} else {
			t.counts.Passed++
		}
	}
	return !sub.failed
}

func (t *printedT) Fatalf(format string, args ...any) {
	t.note(true, format, args...)
	runtime.Goexit()
}
func (t *printedT) Errorf(format string, args ...any) { t.note(true, format, args...) }
func (t *printedT) Logf(format string, args ...any)   { t.note(false, format, args...) }
func (t *printedT) Helper()                           {}
func (t *printedT) Context() context.Context          { return t.ctx }
