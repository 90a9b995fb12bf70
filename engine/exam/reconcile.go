package exam

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Verdict says whether a candidate's seat and the ledger agree.
type Verdict string

// The verdicts. An attempt that is over is one of the first four.
const (
	Proven     Verdict = "proven"     // the ledger holds what the seat says, and the seat holds nothing else
	Left       Verdict = "pending"    // answers lie at the seat alone: bring its rescue file
	Differs    Verdict = "differs"    // see Findings
	Silent     Verdict = "silent"     // the seat has never said
	Going      Verdict = "running"    // not over yet
	NeverBegan Verdict = "notstarted" // never saw the paper
	WasAbsent  Verdict = "absent"
	WasVoid    Verdict = "void"
)

// Finding is one difference between a seat and the ledger.
type Finding struct {
	// Code is one of:
	//  - lost: the seat has an acknowledgement, and the ledger no such answer
	//  - other_value: the ledger has that answer with another value
	//  - earlier_seat: the ledger has that answer of an earlier seat alone, so
	//    that an older one of this seat may count
	//  - unseen: an answer counts that the seat has never seen
	//  - entries: the ledger has fewer answers than the seat had acknowledged
	//  - digest: the answers are not those that the seat reported
	//  - head: the record that the seat saw last is not in the ledger
	//  - chain: the stream does not read, or its chain is broken
	Code     string          `json:"code" enum:"lost,other_value,earlier_seat,unseen,entries,digest,head,chain"`
	Question bank.QuestionID `json:"question,omitempty"`
	Seq      int64           `json:"seq,omitempty"`   // of the answer
	Fence    int64           `json:"fence,omitempty"` // of the seat that says so
}

// Reconciliation compares what each seat of a sitting said with the ledger.
type Reconciliation struct {
	Sitting SittingID    `json:"sitting"`
	State   SittingState `json:"state" enum:"planned,open,running,closed"`
	At      time.Time    `json:"at"`
	Reconciled
	// Closed is what the closing of the sitting sealed; absent before it.
	Closed *Reconciled         `json:"closed,omitempty"`
	Rows   []ReconciledAttempt `json:"rows"` // in seating order
}

// Reconciled are the totals of a reconciliation with its hash: the SHA-256, in
// hex, over one line for each candidate in seating order,
//
//	ticket|attempt|verdict|fence|head seq|head hash|entries|pending|digest of the ledger's answers|answered|evidence
//
// with a line feed after each. Fence to pending are those of the last report of
// the last seat. Marking does not change it, another answer or report does.
type Reconciled struct {
	Hash       string `json:"hash"`
	Total      int    `json:"total"`
	Proven     int    `json:"proven"`
	Pending    int    `json:"pending"`
	Differs    int    `json:"differs"`
	Silent     int    `json:"silent"`
	Running    int    `json:"running"`
	NotStarted int    `json:"notstarted"` // without those who are absent
	Absent     int    `json:"absent"`
	Void       int    `json:"void"`
	Zero       int    `json:"zero"` // handed in without any answer
	Look       int    `json:"look"` // need a look by people
}

// ReconciledAttempt is one candidate's line.
type ReconciledAttempt struct {
	Attempt   AttemptID  `json:"attempt"`
	Ticket    TicketNo   `json:"ticket"`
	Name      string     `json:"name"`
	IDMasked  string     `json:"id_masked"`
	Place     Place      `json:"place"` // now
	State     State      `json:"state" enum:"notstarted,admitted,in_progress,submitted,finished,abandoned,void"`
	Verdict   Verdict    `json:"verdict" enum:"proven,pending,differs,silent,running,notstarted,absent,void"`
	Look      bool       `json:"look"`                  // needs a look by people
	Zero      bool       `json:"zero"`                  // handed in without any answer
	Seats     int64      `json:"seats"`                 // that the candidate had, one after another
	Reported  *time.Time `json:"reported_at,omitempty"` // by the last seat
	Via       Via        `json:"via,omitempty" enum:"rescue"`
	Entries   int        `json:"entries"`  // acknowledged, as the last seat says
	Pending   int        `json:"pending"`  // at any seat alone
	Evidence  int        `json:"evidence"` // late answers that are kept and do not count
	Answered  int        `json:"answered"`
	Questions int        `json:"questions"`
	Findings  []Finding  `json:"findings"`
	line      string
}

// Reconcile compares for each candidate of a prepared sitting what the seats
// reported with the ledger, which it reads from the first record on and past
// every cache. Errors: ErrSittingNotFound.
func (s *Service) Reconcile(ctx context.Context, id SittingID) (Reconciliation, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return Reconciliation{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil {
		return Reconciliation{}, err
	}
	list, err := s.rosterOf(ctx, c)
	if err != nil {
		return Reconciliation{}, err
	}
	r := Reconciliation{Sitting: id, State: known.State, At: s.now(), Closed: known.Reconciled, Rows: make([]ReconciledAttempt, len(list))}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range list {
		g.Go(func() error {
			p, err := readProof(gctx, s.led, list[i].Attempt)
			if err == nil {
				r.Rows[i] = p.row(&list[i])
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Reconciliation{}, err
	}
	h := sha256.New()
	for i := range r.Rows {
		r.count(&r.Rows[i])
		fmt.Fprintln(h, r.Rows[i].line)
	}
	r.Hash = hex.EncodeToString(h.Sum(nil))
	return r, nil
}

func (r *Reconciled) count(row *ReconciledAttempt) {
	r.Total++
	switch row.Verdict {
	case Proven:
		r.Proven++
	case Left:
		r.Pending++
	case Differs:
		r.Differs++
	case Silent:
		r.Silent++
	case Going:
		r.Running++
	case NeverBegan:
		r.NotStarted++
	case WasAbsent:
		r.Absent++
	case WasVoid:
		r.Void++
	}
	if row.Zero {
		r.Zero++
	}
	if row.Look {
		r.Look++
	}
}

// proof is one attempt as its records tell it.
type proof struct {
	a        *Attempt
	hashes   []string // of record 1, 2, …
	broken   bool     // the chain; what follows was not read
	findings []Finding
}

// readProof reads an attempt and checks the chain of its records.
func readProof(ctx context.Context, r ledger.Reader, id AttemptID) (*proof, error) {
	p := &proof{a: NewAttempt(id), findings: []Finding{}}
	prev := make([]byte, ledger.HashSize)
	for !p.broken {
		page, err := r.Read(ctx, id.Stream(), int64(len(p.hashes)), readLimit)
		if err != nil {
			return nil, fmt.Errorf("reading attempt %s: %w", id, err)
		}
		if len(page) == 0 {
			break
		}
		for _, rec := range page {
			if !bytes.Equal(rec.Prev, prev) || !chained(rec) || p.a.Fold([]ledger.Record{rec}) != nil {
				p.broken = true
				break
			}
			prev = rec.Hash
			p.hashes = append(p.hashes, hex.EncodeToString(rec.Hash))
		}
	}
	return p, nil
}

func chained(r ledger.Record) bool {
	for _, h := range []ledger.HashName{ledger.SHA256, ledger.SM3} {
		if sum := ledger.Chain(h, r); bytes.Equal(sum[:], r.Hash) {
			return true
		}
	}
	return false
}

// row is the candidate's line.
func (p *proof) row(t *seatedPerson) ReconciledAttempt {
	a := p.a
	row := ReconciledAttempt{Attempt: t.Attempt, Ticket: t.No, Name: t.name, IDMasked: t.idMasked, Place: a.Place, State: a.State, Seats: a.Fence,
		Evidence: len(a.late), Answered: a.Answered(), Questions: a.Ticket.Questions}
	row.Zero = a.HandIn != nil && row.Answered == 0
	for i := range a.Room.Reports {
		r := &a.Room.Reports[i]
		p.compare(r)
		row.Pending += a.leftAt(r)
	}
	last := Report{}
	if r := a.Room.reportOf(a.Fence); r != nil {
		last = *r
		row.Reported, row.Via, row.Entries = timeOf(r.At), r.Via, r.Entries
	}
	if p.broken {
		p.find(Finding{Code: "chain", Seq: int64(len(p.hashes)) + 1})
	}
	row.Findings = p.findings
	row.Verdict = p.verdict(&row)
	switch row.Verdict {
	case Left, Differs, Silent, Going:
		row.Look = true
	case Proven, NeverBegan, WasAbsent, WasVoid:
		row.Look = row.Zero || row.Evidence > 0 && row.Verdict == Proven
	}
	row.line = strings.Join([]string{string(row.Ticket), string(row.Attempt), string(row.Verdict), fmt.Sprint(last.Fence), fmt.Sprint(last.Ledger.Seq),
		last.Ledger.Hash, fmt.Sprint(row.Entries), fmt.Sprint(row.Pending), JournalDigest(a.lines(false)), fmt.Sprint(row.Answered), fmt.Sprint(row.Evidence)}, "|")
	return row
}

func (p *proof) verdict(row *ReconciledAttempt) Verdict {
	a := p.a
	switch {
	case len(row.Findings) > 0:
		return Differs
	case a.State == Void:
		return WasVoid
	case a.StartedAt.IsZero() && a.Room.Absent != nil:
		return WasAbsent
	case a.StartedAt.IsZero():
		return NeverBegan
	case a.State == InProgress:
		return Going
	case row.Pending > 0:
		return Left
	}
	if r := a.Room.reportOf(a.Fence); r == nil || !a.final(r) {
		return Silent
	}
	return Proven
}

// final reports whether the seat reported after its last answer.
func (a *Attempt) final(r *Report) bool { return r.Record > a.Room.answered }

// leftAt counts the answers of a report that the ledger does not have, not even
// as evidence.
func (a *Attempt) leftAt(r *Report) int {
	n := r.Pending - len(r.Waiting)
	for _, w := range r.Waiting {
		if !a.arrived(w) {
			n++
		}
	}
	return n
}

// arrived reports whether the answer "question|seq|fence" has come since, of
// that seat or a later one. Older journals name no seat.
func (a *Attempt) arrived(name string) bool {
	head, last := cutLast(name)
	q, seq := cutLast(head)
	fence, err := strconv.ParseInt(last, 10, 64)
	if _, old := strconv.ParseInt(seq, 10, 64); err != nil || old != nil {
		q, seq, fence = head, last, 0
	}
	is := func(k Kept) bool {
		return string(k.Question) == q && strconv.FormatInt(k.Seq, 10) == seq && k.Fence >= fence
	}
	return slices.ContainsFunc(a.answers[bank.QuestionID(q)], is) || slices.ContainsFunc(a.late, is)
}

// cutLast cuts at the last |; without one both parts are empty.
func cutLast(text string) (before, after string) {
	i := strings.LastIndexByte(text, '|')
	if i < 0 {
		return "", ""
	}
	return text[:i], text[i+1:]
}

func (p *proof) find(f Finding) { p.findings = append(p.findings, f) }

// compare adds what differs between one report and the ledger.
func (p *proof) compare(r *Report) {
	a := p.a
	if h := r.Ledger; h.Seq > 0 && (h.Seq > int64(len(p.hashes)) || p.hashes[h.Seq-1] != h.Hash) {
		p.find(Finding{Code: "head", Seq: h.Seq, Fence: r.Fence})
	}
	kept := 0
	for _, list := range a.answers {
		kept += len(list)
	}
	if r.Entries > kept {
		p.find(Finding{Code: "entries", Fence: r.Fence})
	}
	if a.digested(r.Digest) {
		return
	}
	// Only the last seat's own last word tells of all that counts.
	whole := r.Fence == a.Fence && r.Via == "" && a.final(r)
	if len(r.Lines) == 0 && r.Digest != JournalDigest(nil) {
		if whole {
			p.find(Finding{Code: "digest", Fence: r.Fence})
		}
		return
	}
	settled := map[string]bool{} // questions with a finding, and lines that count
	for _, text := range r.Lines {
		l := cutLine(text)
		settled[l.plain()] = true
		if code := a.lacks(&l); code != "" {
			p.find(Finding{Code: code, Question: l.question, Seq: l.seq, Fence: r.Fence})
			settled[string(l.question)] = true
		}
	}
	for _, text := range a.lines(false) {
		if l := cutLine(text); whole && !settled[text] && !settled[string(l.question)] {
			p.find(Finding{Code: "unseen", Question: l.question, Seq: l.seq, Fence: r.Fence})
		}
	}
}

// lacks says what is wrong with the line of an answer; "" when the ledger has
// the answer of the seat that the line names or a later one, whether it counts
// or not.
func (a *Attempt) lacks(l *journalLine) string {
	code := "lost"
	for i := range a.answers[l.question] {
		k := &a.answers[l.question][i]
		same := hex.EncodeToString(k.Sum[:]) == l.sum
		switch {
		case k.Seq != l.seq:
		case same && k.Fence >= l.fence:
			return ""
		case same:
			code = "earlier_seat"
		case code == "lost" && (l.fence == 0 || l.fence == k.Fence):
			code = "other_value"
		}
	}
	return code
}

// journalLine is a JournalLine taken apart.
type journalLine struct {
	question bank.QuestionID
	seq      int64
	sum      string
	fence    int64 // 0: the seat does not say
}

// plain is the line without the seat.
func (l *journalLine) plain() string { return JournalLine(l.question, l.seq, l.sum, 0) }

// cutLine takes a line apart. What is none is an answer that nothing equals.
func cutLine(text string) (l journalLine) {
	head, last := cutLast(text)
	if len(last) != hex.EncodedLen(sha256.Size) {
		l.fence, _ = strconv.ParseInt(last, 10, 64)
		head, last = cutLast(head)
	}
	name, number := cutLast(head)
	l.seq, _ = strconv.ParseInt(number, 10, 64)
	l.question, l.sum = bank.QuestionID(name), last
	return l
}
