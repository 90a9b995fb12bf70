package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is the program in a process of its own, started again at the same
// address on the same data.
type server struct {
	command []string
	env     []string
	o       Options
	url     string
	cmd     *exec.Cmd
	ended   chan error
	starts  int
	longest time.Duration // from a kill until the server answers again
}

// readyWait bounds a start, which reads what the last process left.
const readyWait = 2 * time.Minute

func newServer(ctx context.Context, o Options) (*server, error) {
	// A free port that is kept: candidates come back to the same address.
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	return &server{
		command: append(append([]string{}, o.Command...), "--listen", addr, "--data", filepath.Join(o.Dir, "data"), "--demo", "--log-level", "warn"),
		// Everybody comes from one address.
		env: append(os.Environ(), "XINGLU_LIMITS_SIGN_INS_PER_MINUTE_IP=100000"),
		o:   o, url: "http://" + addr,
	}, nil
}

// start starts the program and waits until it answers.
func (s *server) start(ctx context.Context) error {
	s.cmd = exec.Command(s.command[0], s.command[1:]...) //nolint:gosec,noctx // this program; it is ended by kill and stop alone
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.env, s.o.Log, s.o.Log
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("starting the server: %w", err)
	}
	s.starts++
	s.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan error) { ended <- cmd.Wait() }(s.cmd, s.ended)
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	healthz, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/healthz", http.NoBody)
	if err != nil {
		return err
	}
	for {
		if resp, err := client.Do(healthz); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server ended by itself: %w", errors.Join(err, errEnded))
		case <-ctx.Done():
			return fmt.Errorf("waiting for the server: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errEnded = errors.New("the process is gone")

// kill ends the server at once, with SIGKILL, and starts it again after a
// while.
func (s *server) kill(ctx context.Context, down time.Duration) error {
	if err := s.alive(); err != nil {
		return err
	}
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	<-s.ended //nolint:errcheck // says only that it was killed
	since := time.Now()
	if err := pause(ctx, down); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	s.longest = max(s.longest, time.Since(since))
	return nil
}

// freeze lets the server stand still, as a machine does that swaps.
func (s *server) freeze(ctx context.Context, d time.Duration) error {
	if err := s.alive(); err != nil {
		return err
	}
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err := pause(ctx, d)
	return errors.Join(err, s.cmd.Process.Signal(syscall.SIGCONT))
}

// alive returns why the server is not, if nobody killed it.
func (s *server) alive() error {
	select {
	case err := <-s.ended:
		s.ended <- err
		return fmt.Errorf("the server ended by itself: %w", errors.Join(err, errEnded))
	default:
		return nil
	}
}

// stop ends the server as an operator does.
func (s *server) stop() error {
	if s.cmd == nil || s.cmd.Process == nil {
		return nil
	}
	select {
	case err := <-s.ended:
		return errors.Join(err, errEnded)
	default:
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-s.ended:
		return err
	case <-time.After(readyWait):
		_ = s.cmd.Process.Kill() // gone already is fine
		<-s.ended                //nolint:errcheck // says only that it was killed
		return errors.New("the server did not stop")
	}
}
