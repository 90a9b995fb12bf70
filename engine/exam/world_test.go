package exam_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

// start is the planned start of the test sittings. synctest's clock begins at
// the same moment.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const minute = int64(60_000)

// secret is planted in everything that must not leave the server.
const secret = "PLANTED-SECRET"

func rules() exam.Rules {
	return exam.Rules{
		Version: "2026-1", LimitMS: 90 * minute, EntryOpensMS: 30 * minute, LastEntryMS: 30 * minute,
		EarliestHandInMS: 30 * minute, GraceMS: 10_000, EarlyStartMS: 0, ShuffleOptions: true, Multiple: scoring.PolicyAll,
	}
}

// paper returns a paper of n questions of each kind of choice.
func paper(n int) bank.Content {
	var list []bank.Question
	paper := bank.Paper{ID: "paper", Title: "电工三级理论", Total: int64(n) * 600}
	for _, k := range []bank.Kind{bank.SingleChoice, bank.MultipleChoice, bank.TrueFalse} {
		s := bank.Section{Kind: k, Title: k.Zh(), ScoreEach: map[bank.Kind]int64{bank.SingleChoice: 100, bank.MultipleChoice: 300, bank.TrueFalse: 200}[k]}
		for i := range n {
			q := bank.Question{ID: bank.QuestionID(fmt.Sprintf("%s%d", k[:1], i)), Version: 1, Kind: k, Stem: fmt.Sprintf("题目 %s %d", k, i),
				Explanation: secret, Source: secret, Point: secret, GUID: secret}
			options := 4
			if k == bank.TrueFalse {
				options = 2
			}
			for o := range options {
				q.Options = append(q.Options, bank.Option{ID: option(q.ID, o), Text: fmt.Sprintf("选项 %d", o), Fixed: k == bank.TrueFalse})
			}
			q.Key = []bank.OptionID{option(q.ID, i%options)}
			if k == bank.MultipleChoice {
				q.Key = []bank.OptionID{option(q.ID, 0), option(q.ID, 2)}
			}
			list = append(list, q)
			s.Items = append(s.Items, q.Ref())
		}
		paper.Sections = append(paper.Sections, s)
	}
	return bank.Content{Paper: paper, Questions: list}
}

func option(q bank.QuestionID, i int) bank.OptionID {
	return bank.OptionID(fmt.Sprintf("%s-o%d", q, i))
}

// stores are the stores of one test: they outlive services.
type stores struct {
	db     *sqlite.DB
	path   string
	bus    live.Bus
	seal   *seal.Sealer
	papers exam.Papers
}

func openStores(t testing.TB) *stores {
	t.Helper()
	sealer, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	content := paper(5)
	w := &stores{path: filepath.Join(t.TempDir(), "exam.db"), bus: live.NewMemory(live.Options{}), seal: sealer,
		papers: exam.Unsealed(func(_ context.Context, id bank.PaperID) (bank.Content, error) {
			if id != "paper" && id != "paper-b" {
				return bank.Content{}, bank.ErrPaperUnknown
			}
			c := content
			c.Paper.ID = id
			return c, nil
		})}
	w.openDB(t)
	t.Cleanup(func() {
		w.bus.Close()
		w.db.Close()
	})
	return w
}

func (w *stores) openDB(t testing.TB) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), w.path, sqlite.Options{Collections: exam.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	w.db = db
}

// node is one service with its ledger.
type node struct {
	*exam.Service
	led    *ledger.Ledger
	mu     sync.Mutex
	scored []exam.Scored
}

func (n *node) outcomes() []exam.Scored {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]exam.Scored(nil), n.scored...)
}

// serve starts a service; stop it with halt, or leave it to the test's end.
func (w *stores) serve(t testing.TB, o exam.Options) *node {
	t.Helper()
	n := &node{led: ledger.Open(w.db.Ledger(), ledger.Options{})}
	if o.OnScored == nil {
		o.OnScored = func(_ context.Context, s exam.Scored) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.scored = append(n.scored, s)
			return nil
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	s, err := exam.New(w.db, n.led, w.bus, w.papers, w.seal, o)
	if err != nil {
		t.Fatal(err)
	}
	n.Service = s
	t.Cleanup(n.halt)
	return n
}

func (n *node) halt() {
	n.Close()
	n.led.Close()
}

// idNumber makes a checksummed, invented ID number.
func idNumber(i int) string {
	n := fmt.Sprintf("37010019900101%03d", i)
	for _, c := range "0123456789X" {
		if exam.CheckID(exam.IDResident, n+string(c)) == "" {
			return n + string(c)
		}
	}
	panic("no check digit fits " + n)
}

func people(n int) []exam.Registration {
	var list []exam.Registration
	for i := range n {
		list = append(list, exam.Registration{Name: fmt.Sprintf("考生%d", i), Unit: "厂", IDType: exam.IDResident, IDNumber: idNumber(i)})
	}
	return list
}

func sitting(seats int) exam.Sitting {
	var names []string
	for i := range seats {
		names = append(names, fmt.Sprint(i+1))
	}
	return exam.Sitting{
		ID: "s1", Code: "1", Name: scoring.Text{ZH: "第一场", EN: "First"}, Level: bank.Advanced,
		Occupation: bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"},
		Papers:     []bank.PaperID{"paper", "paper-b"},
		Centres:    []exam.Centre{{Code: "01", Name: "一考点", Rooms: []exam.Room{{Code: "1", Name: "一考场", Seats: names, Spare: []string{"spare"}}}}},
		StartsAt:   start, ClosesAt: start.Add(3 * time.Hour), Rules: rules(), Ticket: "37{centre}{room:2}{seat:3}", Seed: 7,
	}
}

// opened creates, fills, prepares and opens a sitting. It returns the tickets
// in seating order and the ID tail of each.
func opened(t testing.TB, n *node, s exam.Sitting, candidates int) (list []exam.Ticket, tails map[exam.TicketNo]string) {
	t.Helper()
	ctx := t.Context()
	must(t, n.CreateSitting(ctx, s))
	ids, err := n.Register(ctx, s.ID, "list", people(candidates))
	must(t, err)
	_, err = n.Prepare(ctx, s.ID, "staff")
	must(t, err)
	must(t, n.OpenEntry(ctx, s.ID, "staff"))
	list, err = n.Tickets(ctx, s.ID)
	must(t, err)
	tail := map[exam.CandidateID]string{}
	for i, id := range ids {
		tail[id] = idNumber(i)[12:]
	}
	tails = map[exam.TicketNo]string{}
	for _, ticket := range list {
		tails[ticket.No] = tail[ticket.Candidate]
	}
	return list, tails
}

// seated signs in, admits and starts one candidate of a running sitting.
func seated(t testing.TB, n *node, ticket exam.Ticket, tail string) (exam.AttemptID, int64) {
	t.Helper()
	id, _, err := n.SignIn(t.Context(), ticket.No, tail)
	must(t, err)
	fence, _, err := n.Admit(t.Context(), id, exam.Seat{Device: "pc", Pledge: true})
	must(t, err)
	_, err = n.SeatPaper(t.Context(), id, fence)
	must(t, err)
	return id, fence
}

// eventually waits for work in the background. The bound is no measure of it;
// it ends a test that waits for nothing.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s never came", what)
		}
	}
}

// finished waits for the marking: its record comes by itself after a hand-in.
func (w *stores) finished(t testing.TB, id exam.AttemptID) {
	t.Helper()
	eventually(t, "the marking", func() bool { return w.fold(t, id).State == exam.Finished })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	switch {
	case code == "" && err != nil:
		t.Errorf("got error %v, want none", err)
	case code != "" && (err == nil || fault.CodeOf(err) != code):
		t.Errorf("got error %v, want code %s", err, code)
	}
}

// give makes an answer with the options at the given positions.
func give(q bank.QuestionID, seq int64, options ...int) exam.Given {
	g := exam.Given{Question: q, Seq: seq, Value: []string{}}
	for _, o := range options {
		g.Value = append(g.Value, string(option(q, o)))
	}
	return g
}

func frame(n int64, answers ...exam.Given) exam.SaveFrame {
	return exam.SaveFrame{N: n, Answers: answers}
}

// fold reads an attempt from the ledger, past every cache.
func (w *stores) fold(t testing.TB, id exam.AttemptID) *exam.Attempt {
	t.Helper()
	a := exam.NewAttempt(id)
	for {
		records, err := w.db.Ledger().Read(t.Context(), id.Stream(), a.Seq, 100)
		must(t, err)
		if len(records) == 0 {
			return a
		}
		must(t, a.Fold(records))
	}
}

// storeQuery selects a first page of anything.
var storeQuery = store.Query{Limit: 100}

// deafBus is a bus of its own: what happens on it reaches nobody else.
func deafBus(t testing.TB) *live.Memory {
	b := live.NewMemory(live.Options{})
	t.Cleanup(func() { b.Close() })
	return b
}
