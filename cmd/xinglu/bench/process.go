package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// start is the first order of a child.
type start struct {
	Role    string `json:"role"`
	Dir     string `json:"dir"`
	Profile string `json:"profile,omitempty"`
}

// order is a line on a child's standard input; reply is its answer.
type order struct {
	Do string          `json:"do"`
	In json.RawMessage `json:"in,omitempty"`
}

type reply struct {
	Error string          `json:"error,omitempty"`
	Out   json.RawMessage `json:"out,omitempty"`
}

// process is a child as its parent sees it. Not for concurrent use.
type process struct {
	role string
	cmd  *exec.Cmd
	in   io.WriteCloser
	enc  *json.Encoder
	dec  *json.Decoder
}

// closeWait is how long a child may take to end before it is killed.
const closeWait = 10 * time.Second

func startProcess(ctx context.Context, command []string, stderr io.Writer, s start, setup any) (*process, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // this program itself, in another part
	cmd.Stderr = stderr
	cmd.WaitDelay = closeWait
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	cmd.Cancel = in.Close // its orders end, and so does it
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{role: s.Role, cmd: cmd, in: in, enc: json.NewEncoder(in), dec: json.NewDecoder(out)}
	err = p.call("start", s, nil)
	if err == nil && setup != nil {
		err = p.call("setup", setup, nil)
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// call gives an order and waits for the answer; in and out may be nil.
func (p *process) call(do string, in, out any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var r reply
	err = p.enc.Encode(order{do, raw})
	if err == nil {
		err = p.dec.Decode(&r)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %s: the process is gone: %w", p.role, do, err)
	case r.Error != "":
		return fmt.Errorf("%s: %s: %s", p.role, do, r.Error)
	case out == nil:
		return nil
	}
	return json.Unmarshal(r.Out, out)
}

// close ends the child and waits for it.
func (p *process) close() error {
	_ = p.in.Close() // may be closed by a cancelled context
	timer := time.AfterFunc(closeWait, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.role, err)
	}
	return nil
}

// worker is a child's half in its role.
type worker interface {
	// do carries out one order and returns what is sent back.
	do(ctx context.Context, what string, in json.RawMessage) (any, error)
	close() error
}

// obey is the loop of a child. Orders that every worker understands are
// answered here: "start", "cpu" (nanoseconds of all threads), "memory".
func obey(ctx context.Context, in io.Reader, out io.Writer, open func(context.Context, start) (worker, error)) (err error) {
	dec, enc := json.NewDecoder(in), json.NewEncoder(out)
	var w worker
	var stop func() error
	defer func() {
		if stop != nil {
			err = errors.Join(err, stop())
		}
		if w != nil {
			err = errors.Join(err, w.close())
		}
	}()
	for {
		var o order
		if err := dec.Decode(&o); errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			return nil
		} else if err != nil {
			return err
		}
		var got any
		var failed error
		switch o.Do {
		case "start":
			var s start
			if failed = json.Unmarshal(o.In, &s); failed == nil {
				if w, failed = open(ctx, s); failed == nil {
					stop, failed = profile(s.Profile)
				}
			}
		case "cpu":
			got = cpuTime()
		case "memory":
			got, failed = memory()
		default:
			if w == nil {
				return fmt.Errorf("order %q before the start", o.Do)
			}
			got, failed = w.do(ctx, o.Do, o.In)
		}
		r := reply{}
		if failed == nil {
			r.Out, failed = json.Marshal(got)
		}
		if failed != nil {
			r.Error = failed.Error()
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
}
