package crowd

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

// SeatOptions say how a seat behaves; the zero value of a field is what the
// real page does.
type SeatOptions struct {
	Ticket     Ticket
	Device     string
	Rand       *rand.Rand // of waiting times; for this seat alone
	Transport  http.RoundTripper
	Beat       time.Duration // between heartbeats; default 10 s
	Patience   time.Duration // without a word from the server before the link is given up; default 2.5 beats
	MinBackoff time.Duration // before the first reconnect; default 300 ms, it doubles
	MaxBackoff time.Duration // default 5 s
	NoJitter   bool          // ask for the paper at once, though the sitting spreads the start
	// Acked is called for each acknowledged answer with the time since it was
	// due. It must not block.
	Acked func(waited time.Duration)
}

// Seat is one candidate's page as the server meets it: an answer goes into
// the journal first and leaves it when it is acknowledged; a lost link is
// made again with growing patience, and then the journal is sent. It keeps
// every receipt, so that one can prove later what was acknowledged.
//
// All methods are safe for concurrent use. Run must run for answers to go.
type Seat struct {
	c     *client
	o     SeatOptions
	began time.Time
	page  string // as this page calls itself

	mu       sync.Mutex
	changed  chan struct{} // closed at every change
	ws       *websocket.Conn
	n        int64        // of the last frame
	dials    int64        // connections begun
	journal  []journalled // in the order of giving
	seqs     map[bank.QuestionID]int64
	receipts []Acknowledged
	refused  []RefusedAnswer
	key      string // of the hand-in; "" until it is wanted
	view     exam.AttemptView
	signer   []byte
	fence    int64 // of this seat
	jitter   time.Duration
	running  bool // the sitting has started
	receipt  *exam.Receipt
	head     exam.StreamHead            // of the attempt's records, as the last acknowledgement told it
	lines    map[bank.QuestionID]string // of the seat's journal for the server
	report   int64                      // number of the frame that carries it
	reported bool
	lost     error // the seat is out for good
	links    int
	joined   time.Time // of the admission
}

type journalled struct {
	given exam.Given
	due   time.Time
}

// Acknowledged is an answer with the receipt that the server gave for it.
type Acknowledged struct {
	Question bank.QuestionID `json:"question"`
	Seq      int64           `json:"seq"`
	Fence    int64           `json:"fence"` // of the seat where it was given
	Value    []string        `json:"value"`
	At       time.Time       `json:"at"`
	SHA256   string          `json:"sha256"` // of the value as the server keeps it
	Sig      []byte          `json:"sig,omitempty"`
	Signer   []byte          `json:"signer,omitempty"` // key of the node that signed
}

// Verify reports whether the receipt is the node's own, for the attempt and a
// value with the given SHA-256 in hex.
func (a *Acknowledged) Verify(id exam.AttemptID, sum string) bool {
	message := exam.ReceiptMessage(id, exam.Ack{Question: a.Question, Seq: a.Seq, At: a.At, SHA256: sum})
	return len(a.Signer) == ed25519.PublicKeySize && ed25519.Verify(a.Signer, message, a.Sig)
}

// RefusedAnswer is an answer that the server did not take.
type RefusedAnswer struct {
	exam.Given
	Code string
}

// NewSeat returns a seat at the server of base, "http://127.0.0.1:8080".
func NewSeat(base *url.URL, o SeatOptions) *Seat {
	if o.Beat <= 0 {
		o.Beat = 10 * time.Second
	}
	if o.Patience <= 0 {
		o.Patience = o.Beat * 5 / 2
	}
	if o.MinBackoff <= 0 {
		o.MinBackoff = 300 * time.Millisecond
	}
	if o.MaxBackoff <= 0 {
		o.MaxBackoff = 5 * time.Second
	}
	return &Seat{c: newClient(base, o.Transport), o: o, began: time.Now(), page: fmt.Sprintf("%016x", o.Rand.Uint64()), changed: make(chan struct{}),
		seqs: map[bank.QuestionID]int64{}, lines: map[bank.QuestionID]string{}}
}

// Enter signs in and is admitted. It tries again while the server is away.
func (s *Seat) Enter(ctx context.Context) error {
	signIn := map[string]string{"ticket": s.o.Ticket.No, "id_tail": s.o.Ticket.Tail}
	if err := s.insist(ctx, http.MethodPost, "/api/exam/sign-in", signIn, nil); err != nil {
		return err
	}
	var me exam.Me
	if err := s.insist(ctx, http.MethodPost, "/api/exam/admit", map[string]bool{"pledge": true}, &me); err != nil {
		return err
	}
	s.change(func() { s.view, s.joined = me.Attempt, time.Now() })
	return nil
}

// Paper waits for the start, spreads itself as the sitting wants, and fetches
// the paper, which starts the candidate's clock.
func (s *Seat) Paper(ctx context.Context) (exam.SeatPaper, error) {
	var paper exam.SeatPaper
	if err := s.wait(ctx, func() bool { return s.running || s.receipt != nil }); err != nil {
		return paper, err
	}
	s.mu.Lock()
	jitter := s.jitter
	s.mu.Unlock()
	if jitter > 0 && !s.o.NoJitter {
		if err := rest(ctx, time.Duration(s.o.Rand.Int64N(int64(jitter)))); err != nil {
			return paper, err
		}
	}
	return paper, s.insist(ctx, http.MethodGet, "/api/exam/paper", nil, &paper)
}

// insist calls until the server answers, as a person who tries again would.
func (s *Seat) insist(ctx context.Context, method, path string, in, out any) error {
	for wait := s.o.MinBackoff; ; wait = min(2*wait, s.o.MaxBackoff) {
		err := s.c.call(ctx, method, path, in, out)
		var r *Refused
		if err == nil || errors.As(err, &r) && r.Status < 500 || ctx.Err() != nil {
			return err
		}
		if err := s.pause(ctx, wait); err != nil {
			return err
		}
	}
}

// Answer journals an answer to the question and sends it if there is a link.
// due is when the candidate gave it; the zero time means now.
func (s *Seat) Answer(q bank.QuestionID, value []string, flagged bool, due time.Time) {
	now := time.Now()
	if due.IsZero() {
		due = now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seqs[q]++
	g := exam.Given{Question: q, Seq: s.seqs[q], Value: value, Flagged: flagged, Fence: s.fence,
		MonoMS: exam.Stamp(now.Sub(s.began).Milliseconds() + 1), Wall: exam.Stamp(now.UnixMilli())}
	s.journal = append(s.journal, journalled{g, due})
	s.send(saveFrame{"save", s.next(), []exam.Given{g}})
}

// HandIn waits until the journal is empty, hands in and waits for the
// receipt, over as many links as it takes, and until the server has what the
// seat reports of its answers.
func (s *Seat) HandIn(ctx context.Context, key string) (exam.Receipt, error) {
	if err := s.Settle(ctx); err != nil {
		return exam.Receipt{}, err
	}
	s.mu.Lock()
	s.key = key
	s.send(handInFrame{"hand_in", s.next(), key})
	s.mu.Unlock()
	if err := s.wait(ctx, func() bool { return s.receipt != nil && s.reported }); err != nil {
		return exam.Receipt{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.receipt, nil
}

// Settle waits until every answer of the journal is acknowledged or refused.
func (s *Seat) Settle(ctx context.Context) error {
	return s.wait(ctx, func() bool { return len(s.journal) == 0 || s.receipt != nil })
}

// Linked waits until there is a link and the server has said its welcome.
func (s *Seat) Linked(ctx context.Context) error {
	return s.wait(ctx, func() bool { return s.ws != nil })
}

// Cut breaks the link as a pulled cable does: nothing is said.
func (s *Seat) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ws != nil {
		_ = s.ws.NetConn().Close() // what is on its way is gone
	}
}

// Receipts returns what was acknowledged, in that order.
func (s *Seat) Receipts() []Acknowledged {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.receipts)
}

// Journal returns the answers that are not acknowledged.
func (s *Seat) Journal() []exam.Given {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]exam.Given, len(s.journal))
	for i, j := range s.journal {
		list[i] = j.given
	}
	return list
}

// Refused returns the answers that were not taken.
func (s *Seat) Refused() []RefusedAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

// Attempt names the seat's attempt, once it has entered.
func (s *Seat) Attempt() exam.AttemptID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view.ID
}

// Links counts the connections that were made.
func (s *Seat) Links() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links
}

// wait returns when done says so, or when the seat is out. done is called
// with the seat locked.
func (s *Seat) wait(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		ok, lost, changed := done(), s.lost, s.changed
		s.mu.Unlock()
		switch {
		case ok:
			return nil
		case lost != nil:
			return lost
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// change does f with the seat locked and wakes who waits.
func (s *Seat) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// pause waits about d: seats that lost their server together shall not come
// back together.
func (s *Seat) pause(ctx context.Context, d time.Duration) error {
	return rest(ctx, d/2+time.Duration(s.o.Rand.Int64N(int64(d))))
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Respond makes an answer to the question, right or wrong, in its wire form.
// Two calls seldom give the same.
func Respond(q *exam.SeatQuestion, rng *rand.Rand) []string {
	pick := func() string { return string(q.Options[rng.IntN(len(q.Options))].ID) }
	switch q.Kind {
	case bank.SingleChoice, bank.TrueFalse:
		return []string{pick()}
	case bank.MultipleChoice, bank.Ordering:
		n := len(q.Options)
		if q.Kind == bank.MultipleChoice {
			n = 1 + rng.IntN(n)
		}
		value := make([]string, 0, n)
		for _, i := range rng.Perm(len(q.Options))[:n] {
			value = append(value, string(q.Options[i].ID))
		}
		return value
	case bank.Matching:
		value := make([]string, len(q.Prompts))
		for i := range value {
			value[i] = pick()
		}
		return value
	case bank.FillIn:
		value := make([]string, q.Blanks)
		for i := range value {
			value[i] = fmt.Sprintf("%d", rng.IntN(100_000))
		}
		return value
	case bank.ShortAnswer, bank.Calculation, bank.Essay:
		return []string{fmt.Sprintf("答：%s%d。", strings.Repeat("先断开电源，再验电。", 1+rng.IntN(8)), rng.IntN(100_000))}
	case bank.Case:
	}
	return []string{}
}

// Leaves returns what is answered: questions, and the parts of cases.
func Leaves(p exam.SeatPaper) []exam.SeatQuestion {
	var list []exam.SeatQuestion
	for _, section := range p.Sections {
		for _, q := range section.Questions {
			if q.Kind == bank.Case {
				list = append(list, q.Parts...)
				continue
			}
			list = append(list, q)
		}
	}
	return list
}

// The frames that a seat sends.
type (
	helloFrame struct {
		T      string `json:"t"`
		N      int64  `json:"n"` // of the connection
		Page   string `json:"page"`
		Device string `json:"device"`
	}
	saveFrame struct {
		T       string       `json:"t"`
		N       int64        `json:"n"`
		Answers []exam.Given `json:"answers"`
	}
	beatFrame struct {
		T string `json:"t"`
		N int64  `json:"n"`
	}
	notedFrame struct {
		T   string `json:"t"`
		N   int64  `json:"n"`
		Seq int64  `json:"seq"`
	}
	journalFrame struct {
		T string `json:"t"`
		N int64  `json:"n"`
		exam.Journal
	}
	handInFrame struct {
		T   string `json:"t"`
		N   int64  `json:"n"`
		Key string `json:"key"`
	}
)

// inbound is what the server sends, as far as a seat reads it.
type inbound struct {
	T            string            `json:"t"`
	N            int64             `json:"n"`
	Seq          int64             `json:"seq"`
	Code         string            `json:"code"`
	Detail       string            `json:"detail"`
	SittingState exam.SittingState `json:"sitting_state"`
	JitterMS     int64             `json:"start_jitter_ms"`
	Signer       []byte            `json:"signer"`
	Fence        int64             `json:"fence"`
	Attempt      *exam.AttemptView `json:"attempt"`
	Head         exam.StreamHead   `json:"head"`
	Answers      []struct {
		Question bank.QuestionID `json:"question"`
		Seq      int64           `json:"seq"`
		At       time.Time       `json:"at"`
		Fence    int64           `json:"fence"`
		SHA256   string          `json:"sha256"`
		Sig      []byte          `json:"sig"`
		Code     string          `json:"code"`
	} `json:"answers"`
	raw json.RawMessage
}
