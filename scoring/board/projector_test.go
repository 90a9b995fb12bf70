package board_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/redisbus"
	"github.com/xinglu/xinglu/internal/live/redistest"
	"github.com/xinglu/xinglu/scoring/board"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const channel = live.Channel("board:{d}:public")

// truth stands for a ledger: scores under a growing sequence.
type truth struct {
	mu     sync.Mutex
	seq    int64
	scores map[string]int64
	reads  int
	err    error
}

func (l *truth) set(id string, score int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.scores == nil {
		l.scores = map[string]int64{}
	}
	l.seq++
	if score < 0 {
		delete(l.scores, id)
	} else {
		l.scores[id] = score
	}
}

func (l *truth) source(context.Context) (board.Board, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	b := board.Board{Version: l.seq, At: at, Meta: fmt.Appendf(nil, `{"n":%d}`, len(l.scores))}
	for id, score := range l.scores {
		b.Lines = append(b.Lines, board.Line{ID: id, SortKey: board.SortKey(board.Descending(score)), Body: fmt.Appendf(nil, `%d`, score)})
	}
	return b, l.err
}

// shown is the order of ids and bodies, as a screen would list them.
func shown(rows []live.Row) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, r.ID+"="+string(r.Body))
	}
	return out
}

func (l *truth) shown() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	type pair struct {
		id    string
		score int64
	}
	var all []pair
	for id, score := range l.scores {
		all = append(all, pair{id, score})
	}
	slices.SortFunc(all, func(a, b pair) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
	out := []string{}
	for _, p := range all {
		out = append(out, fmt.Sprintf("%s=%d", p.id, p.score))
	}
	return out
}

// screen folds frames as a browser does.
type screen struct {
	bus  live.Bus
	mu   sync.Mutex
	at   live.Position
	v    int64
	rows map[string]live.Row
}

func watch(t *testing.T, bus live.Bus) (*screen, func()) {
	t.Helper()
	s := &screen{bus: bus, rows: map[string]live.Row{}}
	cancel, err := bus.Subscribe(t.Context(), channel, live.Position{}, s.handle)
	if err != nil {
		t.Fatal(err)
	}
	return s, cancel
}

func (s *screen) handle(p live.Publication, reset bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reset {
		s.reload()
		return
	}
	if p.Position.Epoch != s.at.Epoch || s.at.Covers(p.Position) {
		return
	}
	var f struct {
		T       string     `json:"t"`
		Version int64      `json:"v"`
		Rows    []live.Row `json:"rows"`
		Deleted []string   `json:"del"`
	}
	if err := json.Unmarshal(p.Data, &f); err != nil || f.T != "delta" {
		panic(fmt.Sprintf("frame %s: %v", p.Data, err))
	}
	for _, r := range f.Rows {
		s.rows[r.ID] = r
	}
	for _, id := range f.Deleted {
		delete(s.rows, id)
	}
	s.at, s.v = p.Position, f.Version
}

func (s *screen) reload() {
	for {
		snap, err := s.bus.Snapshot(context.Background(), channel)
		if err != nil {
			if errors.Is(err, live.ErrClosed) {
				return
			}
			time.Sleep(time.Millisecond)
			continue
		}
		s.at, s.v = snap.Position, snap.Version
		clear(s.rows)
		for _, r := range snap.Rows {
			s.rows[r.ID] = r
		}
		return
	}
}

func (s *screen) shown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []live.Row
	for _, r := range s.rows {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, live.CompareRows)
	return shown(rows)
}

func stored(t *testing.T, bus live.Bus) live.Snapshot {
	t.Helper()
	s, err := bus.Snapshot(t.Context(), channel)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTickMakesOneFrame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := live.NewMemory(live.Options{})
		defer bus.Close()
		l := &truth{}
		l.set("a", 1)
		p := board.NewProjector(bus, channel, l.source, board.Options{Tick: 250 * time.Millisecond})
		defer p.Close()
		synctest.Wait()
		if s := stored(t, bus); s.Version != 1 || s.Position.Offset != 1 {
			t.Fatalf("at the start: version %d, offset %d", s.Version, s.Position.Offset)
		}
		for n := range 100 {
			l.set("a", int64(n))
			p.Poke()
			synctest.Wait()
		}
		if s := stored(t, bus); s.Version != 1 {
			t.Errorf("within the tick the board moved to version %d", s.Version)
		}
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
		if s := stored(t, bus); s.Version != 101 || s.Position.Offset != 2 {
			t.Errorf("after the tick: version %d, offset %d; want 101 in one frame", s.Version, s.Position.Offset)
		}
		time.Sleep(time.Minute) // nothing new: no frame
		if s := stored(t, bus); s.Position.Offset != 2 {
			t.Errorf("an idle board was published again, offset %d", s.Position.Offset)
		}
	})
}

func TestFlushedBoardHealsWithoutAPoke(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := live.NewMemory(live.Options{})
		defer bus.Close()
		l := &truth{}
		l.set("a", 3)
		l.set("b", 5)
		p := board.NewProjector(bus, channel, l.source, board.Options{})
		defer p.Close()
		synctest.Wait()
		if err := bus.Erase(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if d := gocmp.Diff([]string{"b=5", "a=3"}, shown(stored(t, bus).Rows)); d != "" {
			t.Error(d)
		}
		l.set("a", 9) // a lost poke
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if d := gocmp.Diff([]string{"a=9", "b=5"}, shown(stored(t, bus).Rows)); d != "" {
			t.Error(d)
		}
	})
}

func TestFailingSourceIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := live.NewMemory(live.Options{})
		defer bus.Close()
		l := &truth{err: errors.New("the store is away")}
		l.set("a", 3)
		p := board.NewProjector(bus, channel, l.source, board.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer p.Close()
		time.Sleep(31 * time.Second)
		l.mu.Lock()
		reads := l.reads
		l.err = nil
		l.mu.Unlock()
		if reads < 5 || reads > 20 {
			t.Errorf("%d tries in half a minute", reads)
		}
		time.Sleep(5 * time.Second)
		if s := stored(t, bus); s.Version != 1 {
			t.Errorf("version %d after the store came back", s.Version)
		}
	})
}

func TestNodeThatIsBehindStopsQuietly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := live.NewMemory(live.Options{})
		defer bus.Close()
		ahead, behind := &truth{}, &truth{}
		behind.set("a", 1)
		for n := range 5 {
			ahead.set("a", int64(n))
		}
		p := board.NewProjector(bus, channel, ahead.source, board.Options{})
		synctest.Wait()
		p.Close()
		q := board.NewProjector(bus, channel, behind.source, board.Options{})
		defer q.Close()
		time.Sleep(time.Minute)
		if s := stored(t, bus); s.Version != 5 || s.Position.Offset != 1 {
			t.Errorf("version %d, offset %d; want the one that is ahead untouched", s.Version, s.Position.Offset)
		}
	})
}

// converge has two nodes project one ledger, loses everything in the middle,
// and expects every screen and the stored board to show the truth at the end.
func converge(t *testing.T, a, b live.Bus, lose func(context.Context) error) {
	l := &truth{}
	o := board.Options{Tick: time.Millisecond, Check: 20 * time.Millisecond, Retry: time.Millisecond}
	p, q := board.NewProjector(a, channel, l.source, o), board.NewProjector(b, channel, l.source, o)
	defer p.Close()
	defer q.Close()
	var screens []*screen
	for _, bus := range []live.Bus{a, b, a, b} {
		s, cancel := watch(t, bus)
		defer cancel()
		screens = append(screens, s)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 1500 {
		score := rng.Int64N(10_000)
		if rng.IntN(8) == 0 {
			score = -1
		}
		l.set(fmt.Sprintf("c%02d", rng.IntN(40)), score)
		[]*board.Projector{p, q}[rng.IntN(2)].Poke()
		if n%300 == 150 {
			if err := lose(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n%10 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	want := l.shown()
	deadline := time.Now().Add(30 * time.Second)
	for i := 0; i < len(screens); {
		if slices.Equal(screens[i].shown(), want) {
			i++
			continue
		}
		if time.Now().After(deadline) {
			t.Fatalf("screen %d differs from the ledger (-want +got):\n%s", i, gocmp.Diff(want, screens[i].shown()))
		}
		time.Sleep(time.Millisecond)
	}
	s := stored(t, b)
	if d := gocmp.Diff(want, shown(s.Rows)); d != "" || s.Version != l.seq {
		t.Errorf("stored version %d of %d (-want +got):\n%s", s.Version, l.seq, d)
	}
}

func TestTwoNodesConvergeInMemory(t *testing.T) {
	t.Parallel()
	bus := live.NewMemory(live.Options{History: 30})
	defer bus.Close()
	converge(t, bus, bus, bus.Erase)
}

func TestTwoNodesConvergeOnRedisWithFlushAll(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	open := func() *redisbus.Bus {
		b, err := redisbus.Open(t.Context(), redisbus.Options{
			Addr: server.Addr, History: 30, CheckEvery: 50 * time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a, b := open(), open()
	defer a.Close()
	defer b.Close()
	converge(t, a, b, server.FlushAll)
}
