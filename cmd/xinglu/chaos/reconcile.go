package chaos

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/web/crowd"
)

// reconcile compares what every candidate holds with what the ledger holds,
// which is opened for reading alone and not through the program's services.
func (r *run) reconcile(ctx context.Context, file string) error {
	db, err := sqlite.OpenReadOnly(ctx, file, sqlite.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("opening the ledger: %w", err)
	}
	defer db.Close()
	for _, s := range r.seats {
		a, err := attempt(ctx, db, s.Attempt())
		if err != nil {
			return err
		}
		r.report.compare(s.held(), a)
	}
	sum, err := ledger.Verify(ctx, db.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) { r.report.fault("ledger: %v", f) })
	if err != nil {
		return fmt.Errorf("proving the ledger: %w", err)
	}
	r.report.Records, r.report.Streams, r.report.Root = sum.Records, sum.Streams, sum.Root
	return nil
}

// stored is an attempt as its records have it: the fold for what was handed
// in, and every answer as it was written, for a fold forgets long old texts.
type stored struct {
	*exam.Attempt
	answers map[answerKey]storedAnswer
}

// answerKey names an answer: one seat's number is not another's.
type answerKey struct {
	question bank.QuestionID
	fence    int64 // of the seat where it was given
	seq      int64
}

type storedAnswer struct {
	value []string
	at    time.Time
}

// attempt reads an attempt's stream.
func attempt(ctx context.Context, db *sqlite.DB, id exam.AttemptID) (*stored, error) {
	a := &stored{exam.NewAttempt(id), map[answerKey]storedAnswer{}}
	for {
		records, err := db.Ledger().Read(ctx, id.Stream(), a.Seq, 1000)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", id.Stream(), err)
		}
		if len(records) == 0 {
			return a, nil
		}
		if err := a.add(records); err != nil {
			return nil, err
		}
	}
}

func (a *stored) add(records []ledger.Record) error {
	for _, r := range records {
		if r.Kind != "attempt.answered" {
			continue
		}
		var e exam.Answered
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return fmt.Errorf("record %d of %s: %w", r.Seq, r.Stream, err)
		}
		for _, g := range e.Answers {
			a.answers[answerKey{g.Question, cmp.Or(g.Fence, e.Fence), g.Seq}] = storedAnswer{g.Value, r.At}
		}
	}
	return a.Fold(records)
}

// held is what one candidate's machine has at the end.
type held struct {
	ticket   string
	given    int
	links    int
	receipts []crowd.Acknowledged
	journal  []exam.Given
	refused  []crowd.RefusedAnswer
	receipt  exam.Receipt // of the hand-in
	multiple map[bank.QuestionID]bool
}

func (s *seat) held() *held {
	h := &held{ticket: s.ticket.No, given: s.given, links: s.Links(), receipts: s.Receipts(), journal: s.Journal(), refused: s.Refused(),
		receipt: s.receipt, multiple: map[bank.QuestionID]bool{}}
	for _, q := range s.questions {
		h.multiple[q.ID] = q.Kind == bank.MultipleChoice
	}
	return h
}

// compare is the proof for one candidate.
func (p *Report) compare(h *held, a *stored) {
	p.Given += h.given
	p.Links += h.links
	for i := range h.receipts {
		p.Acknowledged++
		p.check(h, &h.receipts[i], a)
	}
	p.counting(h, a)
	for _, g := range h.journal {
		p.Missing++
		p.fault("%s: answer %d to %s is still in the journal", h.ticket, g.Seq, g.Question)
	}
	for _, g := range h.refused {
		p.Missing++
		p.fault("%s: answer %d to %s was refused: %s", h.ticket, g.Seq, g.Question, g.Code)
	}
	if n := h.given - len(h.receipts) - len(h.journal) - len(h.refused); n != 0 {
		p.Missing += max(0, n)
		p.fault("%s: %d answers given, %d acknowledged", h.ticket, h.given, len(h.receipts))
	}
	switch {
	case a.Receipt == nil:
		p.fault("%s: handed in with receipt %s, and the ledger has none", h.ticket, h.receipt.Code)
	case a.Receipt.Code != h.receipt.Code || a.Receipt.Answered != h.receipt.Answered:
		p.fault("%s: receipt %+v, in the ledger %+v", h.ticket, h.receipt, *a.Receipt)
	default:
		p.HandedIn++
	}
}

// counting is the proof that of each question the last answer counts that was
// acknowledged, and no older one.
func (p *Report) counting(h *held, a *stored) {
	last := map[bank.QuestionID]*crowd.Acknowledged{}
	for i := range h.receipts {
		x := &h.receipts[i]
		if k := last[x.Question]; k == nil || cmp.Or(cmp.Compare(x.Fence, k.Fence), cmp.Compare(x.Seq, k.Seq)) > 0 {
			last[x.Question] = x
		}
	}
	for q, x := range last {
		k, _ := a.Answer(q)
		if _, there := a.answers[answerKey{q, x.Fence, x.Seq}]; !there || k.Fence == x.Fence && k.Seq == x.Seq {
			continue // one that is not there is told by check
		}
		p.Lost++
		p.fault("%s: of %s answer %d of seat %d was acknowledged last, and %d of seat %d counts", h.ticket, q, x.Seq, x.Fence, k.Seq, k.Fence)
	}
}

// check compares one receipt with the ledger's record of the answer.
func (p *Report) check(h *held, x *crowd.Acknowledged, a *stored) {
	k, ok := a.answers[answerKey{x.Question, x.Fence, x.Seq}]
	switch {
	case !ok:
		p.Lost++
		p.fault("%s: answer %d to %s was acknowledged at %s and is not in the ledger", h.ticket, x.Seq, x.Question, x.At)
	case !same(x.Value, k.value, h.multiple[x.Question]):
		p.Lost++
		p.fault("%s: answer %d to %s was %q and is %q in the ledger", h.ticket, x.Seq, x.Question, x.Value, k.value)
	case !k.at.Equal(x.At):
		p.fault("%s: answer %d to %s: the receipt says %s, the ledger %s", h.ticket, x.Seq, x.Question, x.At, k.at)
	case !x.Verify(a.ID, sum(k.value)):
		p.fault("%s: answer %d to %s: the receipt does not sign what is in the ledger", h.ticket, x.Seq, x.Question)
	default:
		p.Signatures++
	}
}

// sum is the digest of a value as receipts name it.
func sum(value []string) string {
	d := exam.ValueSum(value)
	return hex.EncodeToString(d[:])
}

// same compares an answer as it was given with the form that is kept: of
// several chosen options the server keeps the paper's order.
func same(given, kept []string, multiple bool) bool {
	if multiple {
		return slices.Equal(slices.Sorted(slices.Values(given)), slices.Sorted(slices.Values(kept)))
	}
	return slices.Equal(given, kept)
}
