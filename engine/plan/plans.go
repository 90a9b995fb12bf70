package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Options tune the service.
type Options struct {
	Now func() time.Time // default time.Now
}

// Plans keeps all plans. Safe for concurrent use.
type Plans struct {
	db   store.DB
	led  *ledger.Ledger
	seal exam.Sealer
	exam *exam.Service
	o    Options

	mu    sync.Mutex
	books map[ID]*Book // the newest this node knows
}

// New returns the service over opened stores, which stay the caller's. The
// sealer must be the one of the exam service: persons are known by it.
func New(db store.DB, led *ledger.Ledger, seal exam.Sealer, e *exam.Service, o Options) *Plans {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Plans{db: db, led: led, seal: seal, exam: e, o: o, books: map[ID]*Book{}}
}

func (s *Plans) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

// Save stores a plan as a draft: version 0 makes a new one, another version
// changes the draft that was read with it. It returns the draft with its new
// version. Errors: ErrInvalid, ErrFrozen, ErrChanged, store.ErrExists.
func (s *Plans) Save(ctx context.Context, p Plan) (Plan, error) {
	p.clean()
	if err := p.Validate(); err != nil {
		return p, err
	}
	now := s.now()
	if p.Version == 0 {
		p.Version, p.CreatedAt, p.ChangedAt = 1, now, now
		return p, drafts.Insert(ctx, s.db, &p)
	}
	b, err := s.Book(ctx, p.ID)
	if err != nil {
		return p, err
	}
	if b.Status != Draft {
		return p, ErrFrozen
	}
	cur, err := drafts.Get(ctx, s.db, string(p.ID))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return p, ErrNotFound
	case err != nil:
		return p, err
	case cur.Value.Version != p.Version:
		return p, ErrChanged
	}
	p.Version, p.CreatedAt, p.ChangedAt = p.Version+1, cur.Value.CreatedAt, now
	err = drafts.Replace(ctx, s.db, &p, cur.Version)
	if errors.Is(err, store.ErrVersion) {
		err = ErrChanged
	}
	return p, err
}

// Info is a plan with what has happened to it.
type Info struct {
	Plan
	Status   Status    `json:"status"`
	Counts   Counts    `json:"counts"`
	Placings []Placing `json:"placings"`
}

// Plan returns one plan: as frozen, or the draft. Errors: ErrNotFound.
func (s *Plans) Plan(ctx context.Context, id ID) (Info, error) {
	b, p, err := s.open(ctx, id)
	if err != nil {
		return Info{}, err
	}
	return Info{Plan: *p, Status: b.Status, Counts: b.Counts(), Placings: append([]Placing{}, b.Placings...)}, nil
}

// List returns up to limit plans by year and batch, after the page that ended
// with the cursor ("" for the first).
func (s *Plans) List(ctx context.Context, after string, limit int) (list []Info, next string, err error) {
	page, next, err := drafts.Find(ctx, s.db, store.Query{Index: byYear, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	list = make([]Info, 0, len(page))
	for _, p := range page {
		info, err := s.Plan(ctx, p.ID)
		if err != nil {
			return nil, "", err
		}
		list = append(list, info)
	}
	return list, next, nil
}

// open returns the book and the plan that counts: the frozen one, else the
// draft.
func (s *Plans) open(ctx context.Context, id ID) (*Book, *Plan, error) {
	b, err := s.Book(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if b.Plan != nil {
		return b, b.Plan, nil
	}
	d, err := drafts.Get(ctx, s.db, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, ErrNotFound
	}
	return b, &d.Value, err
}

// Book returns the fold of the plan, read on to the stream's end. A plan that
// is not there has the empty book.
func (s *Plans) Book(ctx context.Context, id ID) (*Book, error) {
	s.mu.Lock()
	known := s.books[id]
	s.mu.Unlock()
	if known == nil {
		known = newBook(id)
	}
	var news []ledger.Record
	if _, err := ledger.Fold(ctx, s.led, id.Stream(), known.Seq, func(r ledger.Record) error {
		news = append(news, r)
		return nil
	}); err != nil {
		return nil, err
	}
	if news == nil {
		return known, nil
	}
	next, err := known.after(news)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if newest := s.books[id]; newest == nil || newest.Seq < next.Seq {
		s.books[id] = next
	}
	return next, nil
}

// maxTries bounds how often a decision is repeated because others wrote.
const maxTries = 16

// step decides on the newest book and appends what was decided behind it; an
// empty kind means that there is nothing to do. Another writer in between
// repeats the decision. It returns the book after the record.
func (s *Plans) step(ctx context.Context, id ID, actor, key string, decide func(*Book, *Plan) (kind string, data any, err error)) (*Book, error) {
	for range maxTries {
		b, p, err := s.open(ctx, id)
		if err != nil {
			return nil, err
		}
		kind, event, err := decide(b, p)
		if err != nil || kind == "" {
			return b, err
		}
		data, err := json.Marshal(event)
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", kind, err)
		}
		_, err = s.led.Append(ctx, ledger.Entry{Stream: id.Stream(), Expect: b.Seq, At: s.now(), Kind: kind, Actor: actor, Key: key, Data: data})
		if errors.Is(err, ledger.ErrConflict) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		return s.Book(ctx, id)
	}
	return nil, ErrBusy
}

// Open freezes the draft and lets entries in. Opening an open plan changes
// nothing. Errors: ErrNotFound, ErrStatus.
func (s *Plans) Open(ctx context.Context, actor string, id ID) error {
	_, err := s.step(ctx, id, actor, "opened", func(b *Book, p *Plan) (string, any, error) {
		switch b.Status {
		case Draft:
			return kindOpened, Opened{Plan: *p}, nil
		case Open:
			return "", nil, nil
		case Closed, Arranged, Archived:
		}
		return "", nil, ErrStatus.Param("status", b.Status)
	})
	return err
}

// follows says which status may come after which.
var follows = map[Status][]Status{Open: {Closed}, Closed: {Open, Arranged}, Arranged: {Archived}}

// SetStatus moves an opened plan on. Closed may be opened again, with a
// reason; Arranged needs every entry decided. The status it has changes
// nothing. Errors: ErrStatus, ErrReason, ErrPending, ErrNotFound.
func (s *Plans) SetStatus(ctx context.Context, actor string, id ID, to Status, reason string) error {
	reason = strings.TrimSpace(reason)
	_, err := s.step(ctx, id, actor, "", func(b *Book, _ *Plan) (string, any, error) {
		if b.Status == to && to != Draft {
			return "", nil, nil
		}
		ok := false
		for _, next := range follows[b.Status] {
			ok = ok || next == to
		}
		switch c := b.Counts(); {
		case !ok:
			return "", nil, ErrStatus.Param("status", b.Status)
		case b.Status == Closed && to == Open && reason == "":
			return "", nil, ErrReason
		case to == Arranged && c.Pending+c.Returned > 0:
			return "", nil, ErrPending.Param("count", c.Pending+c.Returned)
		}
		return kindStatus, StatusChanged{To: to, Reason: reason}, nil
	})
	return err
}

// checkKey refuses keys that cannot make a call idempotent.
func checkKey(key string) error {
	if key == "" || len(key) > 100 {
		return ErrKey
	}
	return nil
}

// refuse builds the error of a list from the wrong places, at most so many.
func refuse(err *fault.Error, fields []fault.Field) error {
	const most = 200
	if len(fields) > most {
		fields = append(fields[:most:most], fault.Field{Path: "", Code: "more", Message: fmt.Sprintf("and %d more", len(fields)-most)})
	}
	return err.With(fields...)
}
