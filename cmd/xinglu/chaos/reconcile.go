package chaos

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

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
		r.compare(s, a)
	}
	sum, err := ledger.Verify(ctx, db.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) { r.report.fault("ledger: %v", f) })
	if err != nil {
		return fmt.Errorf("proving the ledger: %w", err)
	}
	r.report.Records, r.report.Streams, r.report.Root = sum.Records, sum.Streams, sum.Root
	return nil
}

// attempt folds an attempt from its stream.
func attempt(ctx context.Context, db *sqlite.DB, id exam.AttemptID) (*exam.Attempt, error) {
	a := exam.NewAttempt(id)
	for {
		records, err := db.Ledger().Read(ctx, id.Stream(), a.Seq, 1000)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", id.Stream(), err)
		}
		if len(records) == 0 {
			return a, nil
		}
		if err := a.Fold(records); err != nil {
			return nil, err
		}
	}
}

// compare is the proof for one candidate.
func (r *run) compare(s *seat, a *exam.Attempt) {
	p := r.report
	p.Given += s.given
	p.Links += s.Links()
	for _, x := range s.Receipts() {
		p.Acknowledged++
		k, ok := kept(a, x.Question, x.Seq)
		switch {
		case !ok:
			p.Lost++
			p.fault("%s: answer %d to %s was acknowledged at %s and is not in the ledger", s.ticket.No, x.Seq, x.Question, x.At)
		case !s.same(x, k.Value):
			p.Lost++
			p.fault("%s: answer %d to %s was %q and is %q in the ledger", s.ticket.No, x.Seq, x.Question, x.Value, k.Value)
		case !k.At.Equal(x.At):
			p.fault("%s: answer %d to %s: the receipt says %s, the ledger %s", s.ticket.No, x.Seq, x.Question, x.At, k.At)
		}
	}
	for _, g := range s.Journal() {
		p.Missing++
		p.fault("%s: answer %d to %s is still in the journal", s.ticket.No, g.Seq, g.Question)
	}
	for _, g := range s.Refused() {
		p.Missing++
		p.fault("%s: answer %d to %s was refused: %s", s.ticket.No, g.Seq, g.Question, g.Code)
	}
	if n := len(s.Receipts()); n != s.given {
		p.Missing += max(0, s.given-n-len(s.Journal())-len(s.Refused()))
		p.fault("%s: %d answers given, %d acknowledged", s.ticket.No, s.given, n)
	}
	switch {
	case a.Receipt == nil:
		p.fault("%s: handed in with receipt %s, and the ledger has none", s.ticket.No, s.receipt.Code)
	case a.Receipt.Code != s.receipt.Code || a.Receipt.Answered != s.receipt.Answered:
		p.fault("%s: receipt %+v, in the ledger %+v", s.ticket.No, s.receipt, *a.Receipt)
	default:
		p.HandedIn++
	}
}

func kept(a *exam.Attempt, q bank.QuestionID, seq int64) (exam.Kept, bool) {
	list := a.History(q)
	i := slices.IndexFunc(list, func(k exam.Kept) bool { return k.Seq == seq })
	if i < 0 {
		return exam.Kept{}, false
	}
	return list[i], true
}

// same compares an answer as it was given with the form that is kept: of
// chosen options the server keeps the paper's order.
func (s *seat) same(x crowd.Acknowledged, kept []string) bool {
	q := s.kinds[string(x.Question)]
	if q.Kind == bank.MultipleChoice {
		return slices.Equal(slices.Sorted(slices.Values(x.Value)), slices.Sorted(slices.Values(kept)))
	}
	return slices.Equal(x.Value, kept)
}
