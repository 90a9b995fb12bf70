package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// examServer is the whole program with a running sitting. Half of the
// candidates are driven inside the process, the others are for sockets.
type examServer struct {
	sys     *System
	http    *listening
	seats   []*seat
	numbers atomic.Int64
	guests  []guest // of the hall that was set up last
	field   markedField
	people  int // that were invented
}

// seat is one admitted candidate.
type seat struct {
	desk
	attempt exam.AttemptID
	fence   int64
}

// sittingSetup is the order "setup" of the exam server.
type sittingSetup struct {
	Inside  int `json:"inside"`  // candidates driven inside the process
	Sockets int `json:"sockets"` // candidates who come over the network
}

func openExamServer(ctx context.Context, open Opener, dir string) (worker, error) {
	sys, err := open(ctx, dir)
	if err != nil {
		return nil, err
	}
	l, err := listen(ctx, sys.Handler)
	if err != nil {
		return nil, errors.Join(err, sys.Close())
	}
	return &examServer{sys: sys, http: l}, nil
}

func (s *examServer) close() error { return errors.Join(s.http.close(), s.sys.Close()) }

func (s *examServer) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	switch what {
	case "setup":
		var v sittingSetup
		if err := json.Unmarshal(in, &v); err != nil {
			return nil, err
		}
		return s.setup(ctx, v)
	case "division", "last":
		return s.marking(ctx, what, in)
	case "hall", "ring", "papers":
		return s.hall(ctx, what, in)
	default:
		return runSlot(ctx, what, in, s, &s.numbers)
	}
}

// save is a candidate's save as the socket's handler calls it.
func (s *examServer) save(ctx context.Context, candidate int, _ int64) error {
	k := s.seats[candidate]
	r, err := s.sys.Exam.Save(ctx, k.attempt, k.fence, k.answer())
	switch {
	case err != nil:
		return err
	case r.Refused != nil:
		return fmt.Errorf("refused: %s: %s", r.Refused.Code, r.Refused.Detail)
	case r.Ack == nil:
		return errors.New("no acknowledgement")
	}
	return nil
}

// setup runs a sitting up to the moment when candidates answer, and returns
// what the socket candidates need.
func (s *examServer) setup(ctx context.Context, v sittingSetup) (visit, error) {
	tickets, tails, err := s.plan(ctx, "bench", v.Inside+v.Sockets)
	if err != nil {
		return visit{}, err
	}
	if err := s.sys.Exam.Start(ctx, "bench", "bench"); err != nil {
		return visit{}, err
	}
	s.seats = make([]*seat, v.Inside)
	out := visit{Base: s.http.base, Cookies: make([]string, v.Sockets)}
	var g errgroup.Group
	g.SetLimit(32)
	for i, t := range tickets {
		g.Go(func() (err error) {
			if i < v.Inside {
				s.seats[i], err = s.seat(ctx, t, tails[t.Candidate])
				return err
			}
			who, err := s.login(ctx, t, tails[t.Candidate])
			out.Cookies[i-v.Inside] = who.cookie
			return err
		})
	}
	return out, g.Wait()
}

// plan makes a sitting that is open for entry.
func (s *examServer) plan(ctx context.Context, id exam.SittingID, candidates int) ([]exam.Ticket, map[exam.CandidateID]string, error) {
	people := invented(s.people, candidates)
	s.people += candidates
	x := measuredSitting(s.sys.Model, id, candidates)
	if err := s.sys.Exam.CreateSitting(ctx, x); err != nil {
		return nil, nil, err
	}
	if err := s.sys.Release(ctx, &x); err != nil {
		return nil, nil, err
	}
	ids, err := s.sys.Exam.Register(ctx, id, "bench", people)
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.sys.Exam.Prepare(ctx, id, "bench"); err != nil {
		return nil, nil, err
	}
	if err := s.sys.Exam.OpenEntry(ctx, id, "bench"); err != nil {
		return nil, nil, err
	}
	tails := map[exam.CandidateID]string{}
	for i, id := range ids {
		n := people[i].IDNumber
		tails[id] = n[len(n)-6:]
	}
	tickets, err := s.sys.Exam.Tickets(ctx, id)
	return tickets, tails, err
}

func (s *examServer) seat(ctx context.Context, t exam.Ticket, tail string) (*seat, error) {
	id, _, err := s.sys.Exam.SignIn(ctx, t.No, tail)
	if err != nil {
		return nil, err
	}
	fence, _, err := s.sys.Exam.Admit(ctx, id, exam.Seat{Device: "bench", Pledge: true})
	if err != nil {
		return nil, err
	}
	paper, err := s.sys.Exam.SeatPaper(ctx, id, fence)
	if err != nil {
		return nil, err
	}
	return &seat{desk: newDesk(paper), attempt: id, fence: fence}, nil
}

// guest is a candidate with a login.
type guest struct {
	attempt exam.AttemptID
	fence   int64
	cookie  string
}

// login gives a candidate the cookie that signing in gives.
func (s *examServer) login(ctx context.Context, t exam.Ticket, tail string) (guest, error) {
	id, _, err := s.sys.Exam.SignIn(ctx, t.No, tail)
	if err != nil {
		return guest{}, err
	}
	token, err := s.sys.Access.Open(ctx, access.Exam, string(id))
	if err != nil {
		return guest{}, err
	}
	fence, _, err := s.sys.Exam.Admit(ctx, id, exam.Seat{Device: "socket", Pledge: true})
	if err != nil {
		return guest{}, err
	}
	return guest{id, fence, "xinglu_" + string(access.Exam) + "=" + token}, s.sys.Access.Hold(ctx, access.Exam, token, fence)
}

// measuredSitting is a sitting that may start at once.
func measuredSitting(model exam.Sitting, id exam.SittingID, candidates int) exam.Sitting {
	now := time.Now().UTC().Truncate(time.Millisecond)
	room := exam.Room{Code: "1", Name: "机房", Seats: make([]string, candidates)}
	for i := range room.Seats {
		room.Seats[i] = fmt.Sprint(i + 1)
	}
	hour := time.Hour.Milliseconds()
	return exam.Sitting{
		ID: id, Code: string(id), Name: scoring.Text{ZH: "性能测试", EN: "Benchmark"},
		Occupation: model.Occupation, Level: model.Level, Papers: model.Papers,
		Centres:  []exam.Centre{{Code: "1", Name: "考点" + string(id), Rooms: []exam.Room{room}}},
		StartsAt: now, ClosesAt: now.Add(4 * time.Hour),
		Rules: exam.Rules{
			Version: "bench", LimitMS: 3 * hour, EntryOpensMS: hour, LastEntryMS: hour, GraceMS: 5000, EarlyStartMS: hour,
			ShuffleOptions: true, Multiple: scoring.PolicyAll,
		},
		Ticket: "{sitting}-{seat:5}", Seed: 1,
	}
}

// invented makes n people after the first ones, with ID numbers of an area
// that is not assigned. Nobody sits two sittings at a time.
func invented(first, n int) []exam.Registration {
	list := make([]exam.Registration, n)
	for k := range list {
		i := first + k
		digits := fmt.Sprintf("37019919%02d%02d%02d%03d", 70+i/27000, i/2250%12+1, i/90%25+1, i%90)
		for _, c := range "0123456789X" {
			if number := digits + string(c); exam.CheckID(exam.IDResident, number) == "" {
				list[k] = exam.Registration{Name: fmt.Sprintf("考生%d", i+1), Unit: "单位", IDType: exam.IDResident, IDNumber: number}
			}
		}
	}
	return list
}

// listening is an HTTP server on a free port of this machine.
type listening struct {
	srv  *http.Server
	base string // http://127.0.0.1:…
	done chan error
}

func listen(ctx context.Context, h http.Handler) (*listening, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &listening{
		srv:  &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second},
		base: "http://" + ln.Addr().String(), done: make(chan error, 1),
	}
	go func() { l.done <- l.srv.Serve(ln) }()
	return l, nil
}

func (l *listening) close() error {
	err := l.srv.Close()
	if e := <-l.done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
