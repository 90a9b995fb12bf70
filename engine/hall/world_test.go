package hall_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is when the calls of the tests start. synctest's clock begins an hour
// before it.
var start = time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)

const (
	division = "d1"
	minute   = int64(60_000)
)

// world is a store in a temporary folder, and the division as the hall sees it.
type world struct {
	t   *testing.T
	db  *sqlite.DB
	bus *live.Memory

	mu       sync.Mutex
	frame    hall.Frame
	people   []hall.Competitor
	stations []hall.Station
	heard    []hall.Delivery // what the division was told, without repetitions
	fail     error           // of Tell
	closed   bool            // the division is not open
}

var errNotOpen = fault.New(fault.Conflict, "test_not_open", "not open")

func bubble(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, newWorld(t)) })
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "h.db"), sqlite.Options{})
	must(t, err)
	w := &world{t: t, db: db, bus: live.NewMemory(live.Options{})}
	t.Cleanup(func() { w.bus.Close(); db.Close() })
	w.frame = hall.Frame{Procedure: 4, Rules: hall.Rules{ReportBeforeMS: 30 * minute, AbsentAfterMS: 15 * minute, Identity: true, Together: true}, Modules: []hall.ModuleRow{
		{ID: "B", LimitMS: 90 * minute}, {ID: "C"},
	}}
	for i := range 4 {
		w.people = append(w.people, hall.Competitor{
			ID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("选手%d", i), Unit: "单位", Entry: fmt.Sprintf("C%03d", i+1), Batch: 1 + i%2,
			People: []hall.Person{{Candidate: exam.CandidateID(fmt.Sprintf("k%d", i)), Name: fmt.Sprintf("选手%d", i)}},
		})
		for _, m := range []scoring.ModuleID{"B", "C"} {
			w.stations = append(w.stations, hall.Station{Module: m, Code: fmt.Sprintf("%c%02d", 'A'+i%2, i/2+1), Batch: 1 + i%2, Station: i/2 + 1})
		}
	}
	return w
}

// node starts a service of its own on the world's store.
func (w *world) node(change ...func(*hall.Options)) *hall.Service {
	w.t.Helper()
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(w.t, err)
	led := ledger.Open(w.db.Ledger(), ledger.Options{})
	o := hall.Options{Now: time.Now, Blind: sealer.Blind}
	for _, c := range change {
		c(&o)
	}
	s := hall.New(w.db, led, w.bus, w, o)
	w.t.Cleanup(func() { s.Close(); led.Close() })
	return s
}

func (w *world) Frame(context.Context, string) (hall.Frame, error) {
	if w.closed {
		return hall.Frame{}, errNotOpen
	}
	return w.frame, nil
}

func (w *world) Competitors(context.Context, string) ([]hall.Competitor, error) { return w.people, nil }

// Stations lets judges whose name begins with "judge" keep batch 1 only.
func (w *world) Stations(_ context.Context, _ string, by access.AccountID) ([]hall.Station, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := slices.Clone(w.stations)
	if by == "judge1" || by == "judge2" {
		out = slices.DeleteFunc(out, func(s hall.Station) bool { return s.Batch != 1 })
	}
	return out, nil
}

func (w *world) Office(_ context.Context, _ string, by access.AccountID, post hall.Post) error {
	if post == hall.PostChief && by != "chief" || post == hall.PostCallRoom && by != "room" && by != "chief" {
		return errors.New("not in office")
	}
	return nil
}

func (w *world) Tell(_ context.Context, _ string, d hall.Delivery) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		return w.fail
	}
	if !slices.ContainsFunc(w.heard, func(x hall.Delivery) bool { return x.Key == d.Key }) {
		w.heard = append(w.heard, d)
	}
	return nil
}

// said is what the division was told, in order.
func (w *world) said() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.heard {
		if d.Fact == hall.FactTime {
			out = append(out, fmt.Sprintf("time %s.%s %d", d.Module, d.Code, d.MS))
		} else {
			out = append(out, fmt.Sprintf("%s %s", d.Fact, d.Competitor))
		}
	}
	return out
}

func (w *world) failing(err error) { w.mu.Lock(); defer w.mu.Unlock(); w.fail = err }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, what string, err error, want *fault.Error) {
	t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

var keys int64
var keysMu sync.Mutex

// key is a fresh idempotency key.
func key() string {
	keysMu.Lock()
	defer keysMu.Unlock()
	keys++
	return fmt.Sprintf("k%d", keys)
}

// called makes a call of everybody at start and returns its number.
func called(t *testing.T, s *hall.Service, batch int) int {
	t.Helper()
	no, err := s.MakeCall(t.Context(), "room", division, key(), hall.CallDraft{Name: "上午场", Batch: batch, StartsAt: start})
	must(t, err)
	return no
}

func move(s *hall.Service, t *testing.T, call int, to hall.State, who ...string) error {
	return s.Move(t.Context(), "room", division, key(), hall.Move{Call: call, To: to, Competitors: who})
}

func check(t *testing.T, s *hall.Service, call int, who string, f hall.Finding) {
	t.Helper()
	must(t, s.CheckIdentity(t.Context(), "room", division, key(), hall.IdentityDraft{Call: call, Competitor: who, Method: hall.ByIDCard, Finding: f, Note: "证件与本人"}))
}

// roll is the call's people by id.
func roll(t *testing.T, s *hall.Service, call int) (hall.CallView, map[string]hall.MemberView) {
	t.Helper()
	v, list, err := s.Roll(t.Context(), "room", division, call)
	must(t, err)
	out := map[string]hall.MemberView{}
	for _, m := range list {
		out[m.Competitor] = m
	}
	return v, out
}
