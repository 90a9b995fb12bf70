package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ExamPlan is how much `bench exam` measures: whole sittings, one after
// another, on one server.
type ExamPlan struct {
	Form   string // short, full: for the report
	Rounds int
	Halls  []Hall
	// Compress is how many times faster than in a real exam candidates answer:
	// the load model spreads 78 saves of a candidate over 90 minutes.
	Compress float64
	Write    time.Duration // of answering
	Beat     time.Duration // between a candidate's heartbeats; not compressed
	Papers   int           // for the processor time of one paper, on each side
}

// Hall is one sitting.
type Hall struct {
	Seats  int
	Jitter time.Duration // over which the start is spread
	Leave  time.Duration // within which everybody hands in
}

func (h Hall) String() string {
	if h.Jitter == 0 {
		return fmt.Sprintf("%d seats, all at once", h.Seats)
	}
	return fmt.Sprintf("%d seats, over %v", h.Seats, h.Jitter)
}

// ShortExam is done in about a minute, FullExam in about ten.
func ShortExam() ExamPlan {
	return ExamPlan{Form: "short", Rounds: 1, Compress: 10, Write: 5 * time.Second, Beat: 10 * time.Second, Papers: 200,
		Halls: []Hall{{300, 0, 2 * time.Second}, {300, 5 * time.Second, 2 * time.Second}}}
}

// FullExam is the form whose figures are published.
func FullExam() ExamPlan {
	return ExamPlan{Form: "full", Rounds: 3, Compress: 10, Write: 30 * time.Second, Beat: 10 * time.Second, Papers: 1000,
		Halls: []Hall{{1000, 0, 6 * time.Second}, {1000, 30 * time.Second, 6 * time.Second}, {3000, 0, 6 * time.Second}}}
}

// savesPerCandidate a second: 60 questions, 1.3 saves each, in 90 minutes.
const savesPerCandidate = 60 * 1.3 / (90 * 60)

const (
	sideBaseline = "marshal + gzip per request"
	sideEncode   = "xinglu, the paper alone"
	cpuPerPaper  = "CPU µs/paper"
)

// examining is a run of Exam.
type examining struct {
	*stage
	plan   ExamPlan
	report *Report
	server *process
	hall   *process
	errors int64 // of everything that the halls did
}

// Exam measures whole sittings: start, answers, hand-in.
func Exam(ctx context.Context, o Options, p ExamPlan) (r *Report, err error) {
	st, err := newStage(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	e := &examining{stage: st, plan: p, report: newReport("exam", p.Form, p.Rounds, o)}
	if e.server, err = e.start(ctx, roleService, nil); err != nil {
		return nil, err
	}
	if e.hall, err = e.start(ctx, roleHall, nil); err != nil {
		return nil, err
	}
	for round := range p.Rounds {
		for _, h := range p.Halls {
			e.say("round %d of %d: %v", round+1, p.Rounds, h)
			if err := e.sit(h, fmt.Sprintf("r%dn%dj%d", round, h.Seats, int(h.Jitter.Seconds()))); err != nil {
				return nil, err
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	e.conclude()
	e.report.finish()
	return e.report, nil
}

// sit is one sitting from the empty hall to the last receipt.
func (e *examining) sit(h Hall, name string) error {
	var v visit
	if err := e.server.call("hall", hallSetup{Name: name, Seats: h.Seats}, &v); err != nil {
		return err
	}
	var empty, full usage
	if err := e.server.call("memory", nil, &empty); err != nil {
		return err
	}
	if err := e.hall.call("enter", v, nil); err != nil {
		return err
	}
	if err := e.server.call("memory", nil, &full); err != nil {
		return err
	}
	at := h.String()
	e.report.add("KiB/waiting candidate", at, sideXinglu, float64(full.RSS-empty.RSS)/1024/float64(h.Seats))
	// A bell that rings before the hall listens is remembered by the seats.
	err := e.act("bell", at, hallStart{Jitter: h.Jitter}, func() error { return e.server.call("ring", name, nil) })
	if err != nil {
		return err
	}
	write := hallWrite{Length: e.plan.Write, Rate: savesPerCandidate * float64(h.Seats) * e.plan.Compress, Beat: e.plan.Beat}
	if err := e.act("write", at, write, nil); err != nil {
		return err
	}
	if err := e.server.call("memory", nil, &full); err != nil {
		return err
	}
	e.report.add("server RSS MiB", at, sideXinglu, float64(full.RSS)/(1<<20))
	e.report.add("KiB/writing candidate", at, sideXinglu, float64(full.RSS-empty.RSS)/1024/float64(h.Seats))
	if err := e.papers(at); err != nil {
		return err
	}
	if err := e.act("leave", at, hallLeave{Within: h.Leave}, nil); err != nil {
		return err
	}
	return e.hall.call("out", nil, nil)
}

// names of what the hall does, in the report.
var acts = map[string]string{"bell": "paper", "write": "save ack", "leave": "receipt"}

// act lets the hall do something, and the server something beside it.
func (e *examining) act(what, at string, in any, beside func() error) error {
	var before, after time.Duration
	if err := e.server.call("cpu", nil, &before); err != nil {
		return err
	}
	var p performed
	done := make(chan error, 1)
	go func() { done <- e.hall.call(what, in, &p) }()
	var err error
	if beside != nil {
		err = beside()
	}
	if err = errors.Join(err, <-done); err != nil {
		return err
	}
	if err := e.server.call("cpu", nil, &after); err != nil {
		return err
	}
	name := acts[what]
	for _, q := range []struct {
		name string
		d    time.Duration
	}{{"p50", p.P50}, {"p99", p.P99}, {"p99.9", p.P999}, {"max", p.Max}} {
		e.report.add(name+" "+q.name+" ms", at, sideXinglu, milli(q.d))
	}
	e.report.add("server CPU µs/"+name, at, sideXinglu, micro(after-before)/float64(max(p.Count, 1)))
	if what == "bell" {
		e.report.add("KiB/paper on the wire", at, sideXinglu, float64(p.Bytes)/1024)
	}
	e.report.add("errors", at, sideXinglu, float64(p.Errors))
	if e.errors += p.Errors; p.Errors > 0 {
		e.report.note("%s, %s: %d errors; the first: %s", what, at, p.Errors, p.First)
	}
	return nil
}

// papers measures the processor time of handing out a paper again, beside
// that of the way that everybody writes first.
func (e *examining) papers(at string) error {
	for _, x := range []struct{ side, how string }{{sideXinglu, "request"}, {sideEncode, "encode"}, {sideBaseline, "baseline"}} {
		var cpu time.Duration
		if err := e.server.call("papers", paperLoop{How: x.how, Count: e.plan.Papers}, &cpu); err != nil {
			return err
		}
		e.report.add(cpuPerPaper, at, x.side, micro(cpu)/float64(e.plan.Papers))
	}
	return nil
}

func (e *examining) conclude() {
	r := e.report
	r.atMost("errors of all starts, saves and hand-ins", float64(e.errors), 0)
	for _, h := range e.plan.Halls {
		at := h.String()
		if f := r.figure("save ack p99 ms", at, sideXinglu); f != nil {
			r.atMost("p99 of the acknowledgement of a save in ms, "+at, f.Median, 50)
		}
		r.compare(cpuPerPaper, at, sideXinglu, sideBaseline)
		x := r.compare(cpuPerPaper, at, sideEncode, sideBaseline)
		r.atMost("CPU of a paper to marshal + gzip per request, "+at, x, 1.0/40)
	}
	r.note("the load client is on the same machine; it is another process, and its processor time is not in the server's")
	r.note("load model: %.4f saves/s a candidate, compressed %.0f times; heartbeats every %v as in a real exam", savesPerCandidate, e.plan.Compress, e.plan.Beat)
	r.note("a start is measured from the bell, or from the moment that the spread gave to the seat, until the paper is there")
	r.note("%q is a whole repeated request inside the server's process, without the network; %q its laying out and encoding", sideXinglu, sideEncode)
}
