package crowd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
)

// Ticket is what a candidate comes with: the number, and the last six
// characters of the ID number.
type Ticket struct{ No, Tail string }

// Sitting is a sitting made for a crowd, ready for its seats.
type Sitting struct {
	ID      exam.SittingID
	Tickets []Ticket
	run     *run
}

// Organise plans a sitting for Options.Crowd invented candidates as an
// organiser does in the console, and lets candidates in. It uses the newest
// paper that the server has. Options.Length, Say and Log are not used.
func Organise(ctx context.Context, o Options) (*Sitting, error) {
	base, err := url.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	r := &run{o: o, base: base, staff: newClient(base, o.Transport), state: State{Done: map[string]int{}}}
	s := &Sitting{ID: exam.SittingID(fmt.Sprintf("c%d", time.Now().UnixMilli())), run: r}
	if err := r.signIn(ctx); err != nil {
		return nil, err
	}
	paper, err := r.paper(ctx, anyPaper)
	if err != nil {
		return nil, err
	}
	if err := r.planSitting(ctx, s.ID, paper); err != nil {
		return nil, err
	}
	people, ids, err := r.register(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	s.Tickets, err = r.open(ctx, s.ID, people, ids)
	return s, err
}

// Start starts the sitting.
func (s *Sitting) Start(ctx context.Context) error { return s.run.start(ctx, s.ID) }

// Reconciliation compares what the seats reported with the ledger, as the
// console shows it.
func (s *Sitting) Reconciliation(ctx context.Context) (exam.Reconciliation, error) {
	return s.run.reconciliation(ctx, s.ID)
}

func (r *run) reconciliation(ctx context.Context, id exam.SittingID) (exam.Reconciliation, error) {
	var found exam.Reconciliation
	err := r.staff.call(ctx, "GET", fmt.Sprintf("/api/admin/sittings/%s/reconciliation", id), nil, &found)
	return found, err
}

func (r *run) signIn(ctx context.Context) error {
	return r.staff.call(ctx, "POST", "/api/admin/sign-in", map[string]string{"login": r.o.Login, "password": r.o.Password}, nil)
}
