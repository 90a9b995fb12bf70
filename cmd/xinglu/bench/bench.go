// Package bench measures the program beside small, honest baselines.
//
// A benchmark is a conductor (Save, Board, Exam, Marking) and processes of the same binary
// that it starts: the servers to be compared, and the load. Processor time is
// taken by each server of itself, so the load's is not in it. The sides of a
// comparison take turns within one run, round after round, and every figure
// is a median with its least and greatest round: on a shared machine only
// ratios within a run mean something. docs/benchmarks.md tells the method.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/live"
)

// Options say where and how processes are started.
type Options struct {
	// Command starts this binary as a child: it must end in Child.
	Command []string
	// Dir is where the databases of a run are made and removed again; its
	// disk is what is measured.
	Dir string
	// Profile is a folder for the servers' CPU profiles; "" for none.
	Profile string
	Version string    // of the program, for the report
	Say     io.Writer // progress
}

// System is the opened program as it is measured: the same parts, put
// together in the same way, as behind `xinglu serve`.
type System struct {
	Handler http.Handler
	Bus     live.Bus
	Exam    *exam.Service
	Access  *access.Access
	Contest *engine.Contests
	// Fresh makes one more contest service on the same stores, which has seen
	// nothing; whoever calls closes it.
	Fresh    func() *engine.Contests
	Division engine.DivisionID // its board is projected on this node
	Model    exam.Sitting      // whose papers the measured sitting uses
	// Release seals the papers of a sitting and has them released.
	Release func(context.Context, *exam.Sitting) error
	Close   func() error
}

// Opener opens the program on an empty data folder.
type Opener func(ctx context.Context, dir string) (*System, error)

// stage is a run's folder and the children in it.
type stage struct {
	o        Options
	dir      string
	children []*process
}

func newStage(o Options) (*stage, error) {
	if err := platform(); err != nil {
		return nil, err
	}
	if o.Profile != "" {
		if err := os.MkdirAll(o.Profile, 0o750); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(o.Dir, "xinglu-bench-")
	if err != nil {
		return nil, fmt.Errorf("folder for the databases: %w", err)
	}
	return &stage{o: o, dir: dir}, nil
}

// start starts a child in a role, with a folder of its own.
func (s *stage) start(ctx context.Context, role string, setup any) (*process, error) {
	dir := filepath.Join(s.dir, fmt.Sprintf("%d-%s", len(s.children), role))
	if err := os.Mkdir(dir, 0o750); err != nil {
		return nil, err
	}
	o := start{Role: role, Dir: dir}
	if s.o.Profile != "" {
		o.Profile = filepath.Join(s.o.Profile, filepath.Base(dir)+".pprof")
	}
	p, err := startProcess(ctx, s.o.Command, s.o.Say, o, setup)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", role, err)
	}
	s.children = append(s.children, p)
	return p, nil
}

// close ends the children, the last first, and removes what they wrote.
func (s *stage) close() error {
	var errs []error
	for i := len(s.children) - 1; i >= 0; i-- {
		errs = append(errs, s.children[i].close())
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

func (s *stage) say(format string, args ...any) { fmt.Fprintf(s.o.Say, format+"\n", args...) }

// Child is a child process: it takes its orders from in and answers on out
// until in ends.
func Child(ctx context.Context, open Opener, in io.Reader, out io.Writer) error {
	return obey(ctx, in, out, func(ctx context.Context, s start) (worker, error) {
		switch s.Role {
		case roleService:
			return openExamServer(ctx, open, s.Dir)
		case roleLedger, roleGroup, roleSingle, roleFsync:
			return openStorer(ctx, s.Role, s.Dir)
		case roleJudges:
			return &judges{}, nil
		case roleCandidates:
			return &candidates{}, nil
		case roleHall:
			return &examHall{}, nil
		case roleXinglu, rolePlain, roleFloor:
			return openBoardServer(ctx, open, s.Role, s.Dir)
		case roleSpectators:
			return newSpectators(), nil
		}
		return nil, fmt.Errorf("there is no role %q", s.Role)
	})
}

// profile writes a CPU profile of this process until the returned function
// is called.
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, nil
}

// sleep waits, or returns early with the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
