package results_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const minute = int64(60_000)

// paper has four single choice questions of 25 marks, keys A B C D, in two
// sections, and one more paper asks the same.
func paper(id bank.PaperID) bank.Content {
	p := bank.Paper{ID: id, Title: "理论", Total: 10000}
	var list []bank.Question
	for i := range 4 {
		q := bank.Question{ID: bank.QuestionID(fmt.Sprintf("q%d", i+1)), Version: 1, Kind: bank.SingleChoice, Stem: "题", Outline: "outline", Batch: "batch"}
		for o := range 4 {
			q.Options = append(q.Options, bank.Option{ID: option(i+1, o), Text: fmt.Sprint(o)})
		}
		q.Key = []bank.OptionID{option(i+1, i)}
		if i%2 == 0 {
			p.Sections = append(p.Sections, bank.Section{Kind: q.Kind, Title: "单选题", ScoreEach: 2500})
		}
		last := &p.Sections[len(p.Sections)-1]
		last.Items = append(last.Items, q.Ref())
		list = append(list, q)
	}
	return bank.Content{Paper: p, Questions: list}
}

func option(q, i int) bank.OptionID { return bank.OptionID(fmt.Sprintf("q%d-%c", q, 'A'+i)) }

// world is one node with a sitting that is over.
type world struct {
	*results.Service
	t       *testing.T
	exam    *exam.Service
	db      *sqlite.DB
	led     *ledger.Ledger
	reads   *countedLedger
	tickets []exam.Ticket
	tails   map[exam.CandidateID]string

	mu     sync.Mutex
	now    time.Time
	taken  []exam.Scored
	refuse error // of Deliver
}

// countedLedger counts what is read of the ledger.
type countedLedger struct {
	ledger.Backend
	pages, records atomic.Int64
}

func (c *countedLedger) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	list, err := c.Backend.Read(ctx, stream, after, limit)
	c.pages.Add(1)
	c.records.Add(int64(len(list)))
	return list, err
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) deliver(_ context.Context, o exam.Scored) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse != nil {
		return w.refuse
	}
	w.taken = append(w.taken, o)
	return nil
}

// newest returns the delivered outcome with the highest Seq of an attempt.
func (w *world) newest(a exam.AttemptID) exam.Scored {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out exam.Scored
	for _, o := range w.taken {
		if o.Attempt == a && o.Seq >= out.Seq {
			out = o
		}
	}
	return out
}

// newWorld runs a sitting: each candidate gives the answers of one text, a
// letter a question and "-" for none; "" does not come, "…" stays seated.
func newWorld(t *testing.T, answers ...string) *world {
	t.Helper()
	w := &world{t: t, now: start, tails: map[exam.CandidateID]string{}}
	sealer, err := seal.New(make([]byte, seal.KeySize))
	w.must(err)
	w.db, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "results.db"),
		sqlite.Options{Collections: append(exam.Collections(), results.Collections()...)})
	w.must(err)
	t.Cleanup(func() { w.db.Close() })
	w.reads = &countedLedger{Backend: w.db.Ledger()}
	w.led = ledger.Open(w.reads, ledger.Options{})
	t.Cleanup(func() { w.led.Close() })
	bus := live.NewMemory(live.Options{})
	t.Cleanup(func() { bus.Close() })
	papers := exam.Unsealed(func(_ context.Context, id bank.PaperID) (bank.Content, error) { return paper(id), nil })
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError + 4}))
	built := make(chan struct{})
	w.exam, err = exam.New(w.db, w.led, bus, papers, sealer, exam.Options{Now: w.clock, Log: log,
		OnScored: func(ctx context.Context, o exam.Scored) error {
			<-built
			return w.Scored(ctx, o)
		}})
	w.must(err)
	w.Service = w.open()
	close(built)
	t.Cleanup(w.exam.Close)
	t.Cleanup(w.Close)
	w.sit(answers)
	return w
}

// open starts a service of results, as a node does.
func (w *world) open() *results.Service {
	return results.New(w.db, w.led, w.exam, results.Options{Now: w.clock, Deliver: w.deliver, Rescan: time.Hour,
		Author: func(_ context.Context, from exam.Origin) (string, error) {
			return map[string]string{"outline/batch": "author"}[string(from.Outline)+"/"+from.Batch], nil
		}})
}

func (w *world) sit(answers []string) {
	ctx := w.t.Context()
	var people []exam.Registration
	var seats []string
	for i := range answers {
		people = append(people, exam.Registration{Name: fmt.Sprintf("考生%d", i), Unit: "厂", IDType: exam.IDResident, IDNumber: idNumber(i)})
		seats = append(seats, fmt.Sprint(i+1))
	}
	both := []scoring.SectionID{"s1", "s2"}
	w.must(w.exam.CreateSitting(ctx, exam.Sitting{
		ID: "s", Code: "1", Name: scoring.Text{ZH: "第一场"}, Level: bank.Advanced, Papers: []bank.PaperID{"pa", "pb"},
		Occupation: bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"},
		Centres:    []exam.Centre{{Code: "01", Name: "一", Rooms: []exam.Room{{Code: "1", Name: "一", Seats: seats}}}},
		StartsAt:   start, ClosesAt: start.Add(3 * time.Hour), Ticket: "{seat:3}", Seed: 7,
		Rules: exam.Rules{Version: "r1", LimitMS: 90 * minute, EntryOpensMS: 30 * minute, LastEntryMS: 30 * minute, GraceMS: 10_000, Multiple: scoring.PolicyAll,
			Grading: scoring.Grading{Parts: []scoring.GradePart{{ID: "all", Name: scoring.Text{ZH: "理论"}, Sections: both, PassBP: 6000}}}},
	}))
	ids, err := w.exam.Register(ctx, "s", "list", people)
	w.must(err)
	for i, id := range ids {
		w.tails[id] = idNumber(i)[12:]
	}
	_, err = w.exam.Prepare(ctx, "s", "staff")
	w.must(err)
	w.must(w.exam.OpenEntry(ctx, "s", "staff"))
	w.tickets, err = w.exam.Tickets(ctx, "s")
	w.must(err)
	w.must(w.exam.Start(ctx, "s", "staff"))
	for i, text := range answers {
		if text != "" {
			w.write(i, text)
		}
	}
}

// write lets the candidate at a seat write, and hand in unless the text is "…".
func (w *world) write(seat int, text string) {
	ctx := w.t.Context()
	ticket := w.tickets[seat]
	id, _, err := w.exam.SignIn(ctx, ticket.No, w.tails[ticket.Candidate])
	w.must(err)
	fence, _, err := w.exam.Admit(ctx, id, exam.Seat{Device: fmt.Sprint("pc", seat), Pledge: true})
	w.must(err)
	_, err = w.exam.SeatPaper(ctx, id, fence)
	w.must(err)
	if text == "…" {
		return
	}
	var frame exam.SaveFrame
	for q, letter := range []byte(text) {
		if letter != '-' {
			frame.Answers = append(frame.Answers, exam.Given{Question: bank.QuestionID(fmt.Sprintf("q%d", q+1)), Seq: 1, Value: []string{string(option(q+1, int(letter-'A')))}})
		}
	}
	if len(frame.Answers) > 0 {
		_, err = w.exam.Save(ctx, id, fence, frame)
		w.must(err)
	}
	_, err = w.exam.HandIn(ctx, id, fence, 1, "done")
	w.must(err)
	w.eventually("the first outcome", func() bool { return w.newest(id).Marked != nil })
}

func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s did not come", what)
		}
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
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

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if err == nil || fault.CodeOf(err) != code {
		t.Errorf("got error %v, want code %s", err, code)
	}
}
