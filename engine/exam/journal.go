package exam

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// Journal is what a seat says about the answers that it knows of itself, not
// from the server's word of the moment: it keeps this over reloads.
type Journal struct {
	// Ledger is the head of the attempt's stream as the last acknowledgement
	// told it; the zero head: nothing was ever acknowledged.
	Ledger StreamHead `json:"head"`
	// Pending counts answers that the seat has and that were not acknowledged.
	// Waiting names them, "question|seq|fence", as far as a frame holds them.
	Pending int      `json:"pending"`
	Waiting []string `json:"waiting,omitempty"`
	// Entries counts the answers that were acknowledged to this seat in all.
	Entries int `json:"entries"`
	// Digest is the JournalDigest of Lines. Lines are the newest answer to
	// each question that was acknowledged to the seat, "question|seq|sha256" as
	// the receipt names them and "|fence" of the seat where they were given, as
	// far as this seat knows it; none when they do not fit a frame.
	Digest string   `json:"digest"`
	Lines  []string `json:"lines,omitempty"`
}

// Reported records the journal of a seat, from the seat or from its rescue
// file. Lines are left out when they were those of the ledger.
type Reported struct {
	Journal
	Fence int64  `json:"fence"` // of the seat; it may have been replaced since
	Via   Via    `json:"via,omitempty"`
	Node  string `json:"node"`
}

func (Reported) kind() string { return "attempt.journal" }

// Report is the last journal of one seat.
type Report struct {
	Reported
	At     time.Time
	Record int64 // in the attempt's stream
}

// Limits of journals; they bound memory, they are no rule of any examination.
const (
	maxReports     = 100 // of one attempt
	maxJournalLine = 250 // bytes
	maxJournalSize = 1 << 30
)

// Errors of journals.
var (
	// ErrJournal: a journal that is malformed.
	ErrJournal = fault.New(fault.Invalid, "journal_invalid", "the journal of the seat is malformed")
	// ErrJournalFull: the attempt has as many journals as are kept.
	ErrJournalFull = fault.New(fault.Conflict, "journal_full", "no more journals are recorded for this attempt")
)

// JournalLine is the line of one answer. sum is its SHA-256 in lower-case hex,
// fence that of the seat where it was given; 0: the seat does not say.
func JournalLine(q bank.QuestionID, seq int64, sum string, fence int64) string {
	if fence == 0 {
		return fmt.Sprintf("%s|%d|%s", q, seq, sum)
	}
	return fmt.Sprintf("%s|%d|%s|%d", q, seq, sum, fence)
}

// JournalDigest is the first 32 bytes, in hex, of the SHA-512 over the lines
// in byte order, each with a line feed after it. It is SHA-512 because screens
// on plain http have no crypto.subtle, and the library that they have for
// rescue files has this hash; cut it is no SHA-512/256, which starts otherwise.
func JournalDigest(lines []string) string {
	sorted := slices.Sorted(slices.Values(lines))
	h := sha512.New()
	for _, l := range sorted {
		h.Write([]byte(l))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil)[:32])
}

// lines are the lines of the answers that count, with the seats where they
// were given or without them.
func (a *Attempt) lines(seats bool) []string {
	list := make([]string, 0, len(a.answers))
	for q, kept := range a.answers {
		k := &kept[len(kept)-1]
		fence := k.Fence
		if !seats {
			fence = 0
		}
		list = append(list, JournalLine(q, k.Seq, hex.EncodeToString(k.Sum[:]), fence))
	}
	slices.Sort(list)
	return list
}

// digested reports whether the digest is that of the answers that count.
func (a *Attempt) digested(digest string) bool {
	return digest == JournalDigest(a.lines(true)) || digest == JournalDigest(a.lines(false))
}

// check reports what is malformed, and brings the lists into byte order.
func (j *Journal) check() error {
	bad := func(path string) error {
		return ErrJournal.With(fault.Field{Path: path, Code: "journal_invalid", Message: "malformed"})
	}
	switch {
	case j.Ledger.Seq < 0 || j.Ledger.Seq > maxSeq || !hexOf(j.Ledger.Hash, 32) && (j.Ledger != StreamHead{}):
		return bad("head")
	case j.Pending < 0 || j.Pending > maxJournalSize || len(j.Waiting) > min(j.Pending, maxFrame):
		return bad("pending")
	case j.Entries < 0 || j.Entries > maxJournalSize:
		return bad("entries")
	case !hexOf(j.Digest, 32) || len(j.Lines) > 0 && JournalDigest(j.Lines) != j.Digest:
		return bad("digest")
	}
	for path, list := range map[string][]string{"lines": j.Lines, "waiting": j.Waiting} {
		if len(list) > maxRescueEntries || slices.ContainsFunc(list, func(l string) bool { return len(l) > maxJournalLine }) {
			return bad(path)
		}
		slices.Sort(list)
	}
	return nil
}

func hexOf(text string, bytes int) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == bytes && strings.ToLower(text) == text
}

// Report decides about the journal of the seat with the fence, which may have
// been replaced and whose attempt may be over. A nil event means that the seat
// has said the same before, or that a rescue file comes after the seat's own
// word. Errors: ErrJournal, ErrJournalFull, ErrNotStarted, ErrReplaced for a
// seat that the attempt never had, ErrVoid.
func (a *Attempt) Report(fence int64, j Journal, via Via, node string) (Event, error) {
	switch {
	case a.State == Void:
		return nil, ErrVoid
	case a.StartedAt.IsZero():
		return nil, ErrNotStarted
	case fence < 1 || fence > a.Fence:
		return nil, ErrReplaced
	}
	if err := j.check(); err != nil {
		return nil, err
	}
	// The digest says the same in a hundredth of the space.
	if a.State != InProgress && a.digested(j.Digest) {
		j.Lines = nil
	}
	e := Reported{Journal: j, Fence: fence, Via: via, Node: node}
	if last := a.Room.reportOf(fence); last != nil {
		if last.Via == "" && via == ViaRescue {
			return nil, nil
		}
		if last.Via == via && reflect.DeepEqual(last.Journal, j) && last.Record > a.Room.answered {
			return nil, nil
		}
	}
	if a.Room.reported >= maxReports {
		return nil, ErrJournalFull
	}
	return e, nil
}

// reportOf returns the last report of the seat with the fence, or nil.
func (p *Presence) reportOf(fence int64) *Report {
	for i := range p.Reports {
		if p.Reports[i].Fence == fence {
			return &p.Reports[i]
		}
	}
	return nil
}

func (p *Presence) report(r Report) {
	p.reported++
	if last := p.reportOf(r.Fence); last != nil {
		*last = r
		return
	}
	p.Reports = append(p.Reports, r)
}

// Journal takes the journal of a seat, at any node and also after the end.
// Errors: those of Attempt.Report, ErrAttemptNotFound.
func (s *Service) Journal(ctx context.Context, id AttemptID, fence, n int64, j Journal) (NotedFrame, error) {
	err := s.with(ctx, id, func(e *entry) error {
		return s.report(ctx, e, e.attempt.actor(), fence, j, "")
	})
	return NotedFrame{Head: Head{"journal"}, N: n}, err
}

// report appends the journal, with the entry locked and read. Attempt and
// ledger are read first: what this node knows may be older than what the seat
// does.
func (s *Service) report(ctx context.Context, e *entry, actor string, fence int64, j Journal, via Via) error {
	_, err := s.act(ctx, e, actor, "", true, func(_ time.Time, a *Attempt, _ *Course) (Event, error) {
		return a.Report(fence, j, via, s.o.Node)
	})
	return err
}

// journal is what a rescue file says about its seat. It tells of the page
// that made it: what an earlier page of the seat knew may be missing.
func (c *RescueContent) journal() Journal {
	j := Journal{Ledger: c.Head, Pending: len(c.Entries) + c.Broken}
	newest := map[bank.QuestionID]Ack{}
	for _, k := range c.Receipts {
		if have, ok := newest[k.Question]; k.SHA256 != "" && (!ok || k.Seq > have.Seq) {
			newest[k.Question] = k
		}
	}
	for q, k := range newest {
		j.Lines = append(j.Lines, JournalLine(q, k.Seq, k.SHA256, 0))
	}
	for i := range min(len(c.Entries), maxFrame) {
		g := &c.Entries[i]
		j.Waiting = append(j.Waiting, fmt.Sprintf("%s|%d|%d", g.Question, g.Seq, givenAt(c.Fence, g)))
	}
	j.Entries, j.Digest = len(j.Lines), JournalDigest(j.Lines)
	return j
}
