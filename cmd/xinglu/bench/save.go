package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// SavePlan is how much `bench save` measures.
type SavePlan struct {
	Form    string // short, full: for the report
	Rounds  int
	Writers []int         // the numbers of writers of the throughput slots
	Slot    time.Duration // of one throughput measurement of one side
	Ack     time.Duration // of one latency measurement of one side
	// AckWriters save on a schedule of AckRate saves a second in all.
	AckWriters int
	AckRate    float64
}

// ShortSave is done in about a minute, FullSave in about five.
func ShortSave() SavePlan {
	return SavePlan{
		Form: "short", Rounds: 5, Writers: []int{1, 16, 256}, Slot: 600 * time.Millisecond,
		Ack: time.Second, AckWriters: 16, AckRate: 400,
	}
}

// FullSave is the form whose figures are published.
func FullSave() SavePlan {
	p := ShortSave()
	p.Form, p.Rounds, p.Slot, p.Ack = "full", 7, 2*time.Second, 3*time.Second
	return p
}

// Names of the sides and figures in reports.
const (
	sideXinglu = "xinglu"
	sideLedger = "xinglu ledger only"
	sideGroup  = "raw group commit"
	sideSingle = "one transaction a save"
	sideFsync  = "fdatasync loop"
	sideSocket = "xinglu over WebSocket"

	savesPerSecond = "durable saves/s"
	cpuPerSave     = "CPU µs/save"
	ackP50         = "ack p50 ms"
	ackP99         = "ack p99 ms"
)

// saving is a run of Save.
type saving struct {
	*stage
	plan   SavePlan
	report *Report
	sides  []side
	fsync  *process
	server *process // of the side xinglu, which the sockets reach too
	crowd  *process
}

type side struct {
	name string
	*process
}

// Save measures durable, acknowledged saves.
func Save(ctx context.Context, o Options, p SavePlan) (r *Report, err error) {
	st, err := newStage(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	s := &saving{stage: st, plan: p, report: newReport("save", p.Form, p.Rounds, o)}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	for round := range p.Rounds {
		s.say("round %d of %d", round+1, p.Rounds)
		if err := s.round(round); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	s.conclude()
	s.report.finish()
	return s.report, nil
}

// most is the greatest number of writers of any slot.
func (p SavePlan) most() int {
	most := p.AckWriters
	for _, w := range p.Writers {
		most = max(most, w)
	}
	return most
}

func (s *saving) open(ctx context.Context) (err error) {
	s.say("opening the stores and a sitting")
	most := s.plan.most()
	if s.server, err = s.start(ctx, roleService, nil); err != nil {
		return err
	}
	var v visit
	if err = s.server.call("setup", sittingSetup{Inside: most, Sockets: most}, &v); err != nil {
		return err
	}
	s.sides = []side{{sideXinglu, s.server}}
	for _, x := range []struct{ name, role string }{{sideLedger, roleLedger}, {sideGroup, roleGroup}, {sideSingle, roleSingle}} {
		p, err := s.start(ctx, x.role, nil)
		if err != nil {
			return err
		}
		s.sides = append(s.sides, side{x.name, p})
	}
	if s.fsync, err = s.start(ctx, roleFsync, nil); err != nil {
		return err
	}
	s.crowd, err = s.start(ctx, roleCandidates, v)
	return err
}

// round lets every side take its turn at everything once.
func (s *saving) round(n int) error {
	for _, w := range s.plan.Writers {
		for i := range s.sides {
			x := s.sides[(i+n)%len(s.sides)] // nobody is always first
			if err := s.throughput(x.name, x.process, x.process, w); err != nil {
				return err
			}
		}
	}
	if err := s.throughput(sideSocket, s.crowd, s.server, s.plan.most()); err != nil {
		return err
	}
	if err := s.floor(); err != nil {
		return err
	}
	for _, x := range []side{{sideXinglu, s.server}, {sideGroup, s.sides[2].process}, {sideSocket, s.crowd}} {
		if err := s.latency(x); err != nil {
			return err
		}
	}
	return nil
}

// throughput measures a closed loop; the processor time is that of the
// server alone, which is the load itself where writers are inside.
func (s *saving) throughput(name string, load, server *process, writers int) error {
	var before, after time.Duration
	var m measured
	err := server.call("cpu", nil, &before)
	if err == nil {
		err = load.call("slot", slot{Writers: writers, Candidates: s.plan.most(), Length: s.plan.Slot}, &m)
	}
	if err == nil {
		err = server.call("cpu", nil, &after)
	}
	if err != nil {
		return err
	}
	at := writersText(writers)
	s.report.add(savesPerSecond, at, name, float64(m.Saves)/m.Elapsed.Seconds())
	s.report.add(cpuPerSave, at, name, micro(after-before)/float64(max(m.Saves, 1)))
	if load != server {
		s.report.add("client CPU µs/save", at, name, micro(m.CPU)/float64(max(m.Saves, 1)))
	}
	return nil
}

func (s *saving) floor() error {
	var m measured
	if err := s.fsync.call("slot", slot{Writers: 1, Candidates: 1, Length: s.plan.Slot}, &m); err != nil {
		return err
	}
	s.report.add("syncs/s", "1 writer", sideFsync, float64(m.Saves)/m.Elapsed.Seconds())
	s.report.add("sync p50 ms", "1 writer", sideFsync, milli(m.P50))
	s.report.add("sync p99 ms", "1 writer", sideFsync, milli(m.P99))
	return nil
}

func (s *saving) latency(x side) error {
	var m measured
	err := x.call("slot", slot{
		Writers: s.plan.AckWriters, Candidates: s.plan.most(), Length: s.plan.Ack, Rate: s.plan.AckRate,
	}, &m)
	if err != nil {
		return err
	}
	at := s.ackAt()
	s.report.add(ackP50, at, x.name, milli(m.P50))
	s.report.add(ackP99, at, x.name, milli(m.P99))
	return nil
}

func (s *saving) ackAt() string {
	return fmt.Sprintf("%s, %.0f/s open loop", writersText(s.plan.AckWriters), s.plan.AckRate)
}

func (s *saving) conclude() {
	r := s.report
	for _, w := range s.plan.Writers {
		at := writersText(w)
		x := r.compare(savesPerSecond, at, sideXinglu, sideGroup)
		r.compare(savesPerSecond, at, sideLedger, sideGroup)
		r.compare(savesPerSecond, at, sideXinglu, sideSingle)
		r.atLeast(fmt.Sprintf("durable saves/s of xinglu to raw group commit, %s", at), x, 0.6)
	}
	at := s.ackAt()
	for _, name := range []string{sideXinglu, sideGroup, sideSocket} {
		r.compareWith(ackP99, at, name, "sync p99 ms", "1 writer", sideFsync)
	}
	r.note("writers run inside the process that saves, without a network, on every side but %q, whose clients are another process", sideSocket)
	r.note("%q: the whole program: attempt, sitting and fence checked, answer validated, JSON, hash chain, ledger, fold, acknowledgement", sideXinglu)
	r.note("%q: ledger.Append alone, of an equal body", sideLedger)
	r.note("%q and %q: the same SQLite driver and settings, one table with one unique index, no checks, no chain", sideGroup, sideSingle)
}

func writersText(n int) string {
	if n == 1 {
		return "1 writer"
	}
	return fmt.Sprintf("%d writers", n)
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
func milli(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
