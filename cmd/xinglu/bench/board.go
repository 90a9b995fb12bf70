package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BoardPlan is how much `bench board` measures.
type BoardPlan struct {
	Form       string // short, full: for the report
	Rounds     int
	Spectators []int         // rising
	Slot       time.Duration // of one measurement of one side
	// Deliveries a second that the schedule of updates aims at, so that the
	// servers are as busy with many spectators as with few.
	Deliveries int
	Size       int // bytes of an update's payload
	// Burst is how many updates come at once in the measurement of bursts,
	// which is made with the fewest spectators.
	Burst int
	Idle  time.Duration // quiet time before memory is looked at
}

// ShortBoard is done in little more than a minute, FullBoard in about eight.
func ShortBoard() BoardPlan {
	return BoardPlan{
		Form: "short", Rounds: 5, Spectators: []int{1000, 5000}, Slot: 1600 * time.Millisecond,
		Deliveries: 25_000, Size: 300, Burst: 16, Idle: time.Second,
	}
}

// FullBoard is the form whose figures are published: a slot holds the pings
// and beats that belong to it.
func FullBoard() BoardPlan {
	p := ShortBoard()
	p.Form, p.Slot, p.Idle = "full", 10*time.Second, 3*time.Second
	return p
}

// Names of the sides and figures in reports.
const (
	sidePlain = "plain gorilla hub"
	sideFloor = "write(2) loop"

	cpuPerUpdate = "server CPU µs/update"
	clientCPU    = "client CPU µs/update"
	delayP50     = "delay p50 ms"
	delayP99     = "delay p99 ms"
	payload      = "bytes/update"
	idleMemory   = "KiB per idle spectator"
)

// watching is a run of Board.
type watching struct {
	*stage
	plan   BoardPlan
	report *Report
	sides  []*hall
}

// hall is one server with its spectators.
type hall struct {
	name   string
	server *process
	crowd  *process
	url    string
	empty  usage // the server without spectators
}

// Board measures what it costs to bring updates to spectators.
func Board(ctx context.Context, o Options, p BoardPlan) (r *Report, err error) {
	st, err := newStage(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	b := &watching{stage: st, plan: p, report: newReport("board", p.Form, p.Rounds, o)}
	for _, x := range []struct{ name, role string }{{sideXinglu, roleXinglu}, {sidePlain, rolePlain}, {sideFloor, roleFloor}} {
		if err := b.open(ctx, x.name, x.role); err != nil {
			return nil, err
		}
	}
	for _, n := range p.Spectators {
		if err := b.phase(ctx, n); err != nil {
			return nil, err
		}
	}
	if err := b.after(ctx); err != nil {
		return nil, err
	}
	b.conclude()
	b.report.finish()
	return b.report, nil
}

// most is the last phase's number of spectators.
func (p BoardPlan) most() int { return p.Spectators[len(p.Spectators)-1] }

// after looks at the memory once more: buffers and stacks have grown with
// what was sent.
func (b *watching) after(ctx context.Context) error {
	if err := sleep(ctx, b.plan.Idle); err != nil {
		return err
	}
	for _, h := range b.sides {
		if err := b.idle(h, b.plan.most(), b.afterwards()); err != nil {
			return err
		}
	}
	return nil
}

func (b *watching) afterwards() string { return spectatorsText(b.plan.most()) + ", after traffic" }

func (b *watching) open(ctx context.Context, name, role string) (err error) {
	b.say("opening %s", name)
	h := &hall{name: name}
	if h.server, err = b.start(ctx, role, nil); err != nil {
		return err
	}
	if h.crowd, err = b.start(ctx, roleSpectators, nil); err != nil {
		return err
	}
	b.sides = append(b.sides, h)
	if err := h.server.call("url", nil, &h.url); err != nil {
		return err
	}
	return h.server.call("memory", nil, &h.empty)
}

// phase brings every hall to n spectators and measures them.
func (b *watching) phase(ctx context.Context, n int) error {
	b.say("%d spectators at each of %d servers", n, len(b.sides))
	for _, h := range b.sides {
		if err := h.crowd.call("connect", arrival{h.url, n}, nil); err != nil {
			return fmt.Errorf("%w (a process may have %d files open)", err, b.report.Machine.FileLimit)
		}
	}
	if err := sleep(ctx, b.plan.Idle); err != nil {
		return err
	}
	for _, h := range b.sides {
		if err := b.idle(h, n, spectatorsText(n)); err != nil {
			return err
		}
	}
	for round := range b.plan.Rounds {
		b.say("round %d of %d", round+1, b.plan.Rounds)
		for i := range b.sides {
			if err := b.steady(ctx, b.sides[(i+round)%len(b.sides)], n); err != nil {
				return err
			}
		}
		if n != b.plan.Spectators[0] || b.plan.Burst < 2 {
			continue
		}
		for i := range b.sides {
			if err := b.burst(ctx, b.sides[(i+round)%len(b.sides)], n); err != nil {
				return err
			}
		}
	}
	return nil
}

// idle looks at the memory of a server while nothing is published.
func (b *watching) idle(h *hall, n int, at string) error {
	var u usage
	if err := h.server.call("memory", nil, &u); err != nil {
		return err
	}
	kib := func(now, empty int64) float64 { return float64(now-empty) / 1024 / float64(n) }
	b.report.add(idleMemory, at, h.name, kib(u.RSS, h.empty.RSS))
	b.report.add(idleMemory+" (heap and stacks)", at, h.name, kib(u.Heap+u.Stack, h.empty.Heap+h.empty.Stack))
	return nil
}

// steady spaces single updates evenly.
func (b *watching) steady(ctx context.Context, h *hall, n int) error {
	interval := time.Duration(float64(time.Second) * float64(n) / float64(b.plan.Deliveries))
	return b.measure(ctx, h, n, spectatorsText(n), series{
		Updates: max(1, int(b.plan.Slot/interval)), Burst: 1, Interval: interval, Size: b.plan.Size,
	})
}

// burst sends as many updates in bunches.
func (b *watching) burst(ctx context.Context, h *hall, n int) error {
	interval := time.Duration(float64(time.Second) * float64(n*b.plan.Burst) / float64(b.plan.Deliveries))
	bunches := max(1, int(b.plan.Slot/interval))
	return b.measure(ctx, h, n, fmt.Sprintf("%s, bursts of %d", spectatorsText(n), b.plan.Burst), series{
		Updates: bunches * b.plan.Burst, Burst: b.plan.Burst, Interval: interval, Size: b.plan.Size,
	})
}

// deliveryWait is how long after the last update spectators may get it.
const deliveryWait = 20 * time.Second

func (b *watching) measure(ctx context.Context, h *hall, n int, at string, v series) error {
	var before, after, mine, my time.Duration
	var then, now seen
	if err := errors.Join(h.crowd.call("seen", nil, &then), h.crowd.call("cpu", nil, &mine), h.server.call("cpu", nil, &before)); err != nil {
		return err
	}
	if err := h.server.call("publish", v, nil); err != nil {
		return err
	}
	want := then.Updates + int64(n)*int64(v.Updates)
	if err := awaitCount(ctx, h.crowd, want); err != nil {
		return err
	}
	if err := errors.Join(h.server.call("cpu", nil, &after), h.crowd.call("cpu", nil, &my), h.crowd.call("seen", nil, &now)); err != nil {
		return err
	}
	if now.Lost > 0 {
		return fmt.Errorf("%s: %d connections were lost", h.name, now.Lost)
	}
	got := float64(max(now.Updates-then.Updates, 1))
	if now.Updates < want {
		b.report.note("%s, %s: %d of %d deliveries did not arrive in a round", h.name, at, want-now.Updates, want-then.Updates)
	}
	b.report.add(cpuPerUpdate, at, h.name, micro(after-before)/got)
	b.report.add(clientCPU, at, h.name, micro(my-mine)/got)
	b.report.add(delayP50, at, h.name, milli(now.P50))
	b.report.add(delayP99, at, h.name, milli(now.P99))
	b.report.add(payload, at, h.name, float64(now.Bytes-then.Bytes)/got)
	return nil
}

// awaitCount waits until the spectators have got so many updates; after
// deliveryWait it gives up without an error.
func awaitCount(ctx context.Context, crowd *process, want int64) error {
	for deadline := time.Now().Add(deliveryWait); time.Now().Before(deadline); {
		var got int64
		if err := crowd.call("count", nil, &got); err != nil {
			return err
		}
		if got >= want {
			return nil
		}
		if err := sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func (b *watching) conclude() {
	r := b.report
	for _, n := range b.plan.Spectators {
		at := spectatorsText(n)
		x := r.compare(cpuPerUpdate, at, sideXinglu, sidePlain)
		r.compare(cpuPerUpdate, at, sideXinglu, sideFloor)
		r.atMost(fmt.Sprintf("server CPU per delivered update of xinglu to the plain hub, %s", at), x, 1)
	}
	if b.plan.Burst > 1 {
		r.compare(cpuPerUpdate, fmt.Sprintf("%s, bursts of %d", spectatorsText(b.plan.Spectators[0]), b.plan.Burst), sideXinglu, sidePlain)
	}
	for _, n := range b.plan.Spectators {
		r.compare(idleMemory, spectatorsText(n), sideXinglu, sidePlain)
	}
	r.compare(idleMemory, b.afterwards(), sideXinglu, sidePlain)
	r.note("%q: the whole program behind its route, with admission, limits, pings, beats, deadlines and slow readers' snapshots on", sideXinglu)
	r.note("%q: two goroutines and a channel of %d for each connection, one PreparedMessage for all; no pings, deadlines or limits", sidePlain, plainQueue)
	r.note("updates have %d bytes of payload and come on a schedule of %d deliveries a second; spectators come from %d addresses",
		b.plan.Size, b.plan.Deliveries, (b.plan.most()+perAddress-1)/perAddress)
	r.note("memory is the growth of the server's resident size after a collection; the kernel's socket buffers are not in it")
}

func spectatorsText(n int) string { return fmt.Sprintf("%d spectators", n) }
