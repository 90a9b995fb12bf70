package exam

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// Box opens rescue files: *seal.BoxKey. All methods must be safe for
// concurrent use.
type Box interface {
	// Open opens NaCl's box made with the ephemeral key and the nonce.
	Open(sealed, nonce, ephemeral []byte) ([]byte, error)
	Public() []byte
}

// Errors of rescue files.
var (
	// ErrRescueFile: not a rescue file, or its content is malformed.
	ErrRescueFile = fault.New(fault.Invalid, "rescue_invalid", "this is not a rescue file of an exam")
	// ErrRescueSealed: the box does not open with this store's key.
	ErrRescueSealed = fault.New(fault.Invalid, "rescue_sealed", "the rescue file was damaged, or made for another server")
	// ErrRescueFence: the file names a seat that the attempt never had.
	ErrRescueFence = fault.New(fault.Invalid, "rescue_seat", "the rescue file is of a seat that this attempt never had")
)

// rescueFile is the outside of a file: a box for this store's key, made by
// the candidate's machine with a key pair of its own. Bytes are base64.
type rescueFile struct {
	V         int       `json:"v"` // 1
	Attempt   AttemptID `json:"attempt"`
	Ephemeral []byte    `json:"ephemeral"`
	Nonce     []byte    `json:"nonce"`
	Box       []byte    `json:"box"`
}

// RescueContent is the inside: what a candidate's machine holds and the
// server may not have.
type RescueContent struct {
	Attempt  AttemptID `json:"attempt"`
	Fence    int64     `json:"fence"` // of the seat
	Entries  []Given   `json:"entries"`
	Receipts []Ack     `json:"receipts"` // that this seat has got
	// Head is the end of the attempt's stream as the seat saw it last.
	Head   StreamHead `json:"head"`
	Broken int        `json:"-"` // entries that cannot be read
}

// UnmarshalJSON implements json.Unmarshaler. One entry or receipt that cannot
// be read costs none of the others.
func (c *RescueContent) UnmarshalJSON(data []byte) error {
	var in struct {
		Attempt  AttemptID         `json:"attempt"`
		Fence    int64             `json:"fence"`
		Entries  []json.RawMessage `json:"entries"`
		Receipts []json.RawMessage `json:"receipts"`
		Head     StreamHead        `json:"head"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*c = RescueContent{Attempt: in.Attempt, Fence: in.Fence, Head: in.Head}
	for _, raw := range in.Entries {
		var g Given
		if json.Unmarshal(raw, &g) != nil {
			c.Broken++
			continue
		}
		c.Entries = append(c.Entries, g)
	}
	for _, raw := range in.Receipts {
		var k Ack
		if json.Unmarshal(raw, &k) == nil { // else it proves nothing
			c.Receipts = append(c.Receipts, k)
		}
	}
	return nil
}

// Limits of one file; they bound memory, they are no rule of any examination.
const (
	MaxRescueBytes   = 8 << 20
	maxRescueEntries = 5000
	maxRescueRecord  = 256 << 10 // bytes of values in one record, about
)

// ReadRescue opens and checks a file. Errors: ErrRescueFile with Fields,
// ErrRescueSealed.
func ReadRescue(box Box, file []byte) (RescueContent, error) {
	var outer rescueFile
	if len(file) > MaxRescueBytes || json.Unmarshal(file, &outer) != nil || outer.V != 1 {
		return RescueContent{}, ErrRescueFile
	}
	plain, err := box.Open(outer.Box, outer.Nonce, outer.Ephemeral)
	if err != nil {
		return RescueContent{}, ErrRescueSealed
	}
	var c RescueContent
	if err := json.Unmarshal(plain, &c); err != nil {
		return RescueContent{}, ErrRescueFile.Wrap(err)
	}
	switch {
	case c.Attempt == "" || c.Attempt != outer.Attempt:
		return c, ErrRescueFile.With(fault.Field{Path: "attempt", Code: "attempt_differs", Message: "inside and outside name different attempts"})
	case len(c.Entries)+c.Broken > maxRescueEntries || len(c.Receipts) > maxRescueEntries:
		return c, ErrRescueFile.With(fault.Field{Path: "entries", Code: "too_many", Message: "the file holds more answers than any paper"})
	}
	return c, nil
}

// RescueReport says what became of a file. Every entry is counted once.
type RescueReport struct {
	Attempt AttemptID `json:"attempt"`
	Taken   int       `json:"taken"` // new, kept as Save would have kept them
	Known   int       `json:"known"` // the ledger had them
	// Late are new and kept as evidence only: given too late, without proof of
	// when, or brought after the attempt was closed. They never count by
	// themselves.
	Late int `json:"late"`
	// Refused do not fit the paper, or cannot be read (bad_frame).
	Refused []RefusedAnswer `json:"refused"`
	// Evidence lists all evidence of this file, old and new.
	Evidence []RescueEvidence `json:"evidence"`
	// Missing are receipts signed by this node for which the ledger has no
	// answer: a loss that must be looked into.
	Missing []Ack `json:"missing"`
}

// RescueEvidence is an answer that is kept but does not count.
type RescueEvidence struct {
	Question bank.QuestionID `json:"question"`
	Seq      int64           `json:"seq"`
	Code     string          `json:"code"` // too_late, attempt_closed, replaced
	// Proven: the machine's clock proves that it was given before the end.
	Proven bool `json:"proven"`
}

// Rescue decides about the answers of a rescue file: exactly as Save would
// have at the time when they were given, as far as that is proven.
//
//   - While the attempt runs and is not over, every answer is taken as given at
//     the file's seat; what was given at a later seat stays the one that counts.
//   - After the end, those that the machine's clock proves to be given before
//     it. After the candidate has moved, not those that it proves to be given
//     later at the seat that was left.
//   - After the hand-in nothing is taken: the marks stand until people decide.
//
// The others are kept as evidence. The same file again is known as a whole.
// Errors: ErrRescueFence, ErrVoid, ErrNotStarted.
func (a *Attempt) Rescue(now time.Time, c *Course, f *Form, fence int64, entries []Given, node string) (Event, RescueReport, error) {
	r := RescueReport{Attempt: a.ID, Refused: []RefusedAnswer{}, Evidence: []RescueEvidence{}, Missing: []Ack{}}
	switch {
	case a.State == Void:
		return nil, r, ErrVoid
	case a.StartedAt.IsZero():
		return nil, r, ErrNotStarted
	case fence < 1 || fence > a.Fence:
		return nil, r, ErrRescueFence
	}
	d := saving{a: a, now: now, times: a.Times(c, now), fence: fence, rescue: true, event: Answered{Fence: fence, Via: ViaRescue, Node: node}}
	for _, g := range entries {
		if code := f.check(&g); code != "" {
			r.Refused = append(r.Refused, RefusedAnswer{Question: g.Question, Seq: g.Seq, Code: code})
			continue
		}
		d.rescueOne(&g, &r)
	}
	if len(d.event.Answers)+len(d.event.Late) == 0 {
		return nil, r, nil
	}
	return d.event, r, nil
}

func (d *saving) rescueOne(g *Given, r *RescueReport) {
	stored, late := len(d.event.Answers), len(d.event.Late)
	fence := d.a.seatOf(d.fence, g)
	held := d.a.heldLate(fence, g, ValueSum(g.Value))
	d.saved = Saved{}
	d.decide(g)
	switch {
	case len(d.event.Answers) > stored:
		r.Taken++
	case len(d.saved.Acks) > 0:
		r.Known++
	case len(d.event.Late) > late || held:
		if held {
			r.Known++
		} else {
			r.Late++
		}
		given, ok := d.a.givenBy(fence, g)
		r.Evidence = append(r.Evidence, RescueEvidence{Question: g.Question, Seq: g.Seq, Code: d.saved.Refused[0].Code,
			Proven: ok && !given.After(d.times.End)})
	default:
		r.Refused = append(r.Refused, d.saved.Refused...)
	}
}

// rescued is timely for the answers of a rescue file.
func (d *saving) rescued(fence int64, g *Given) (code string, evidence bool) {
	if d.a.State != InProgress {
		return ErrAttemptClosed.Code, true
	}
	given, proven := d.a.givenBy(fence, g)
	switch {
	case proven && fence <= int64(len(d.a.left)) && given.After(d.a.left[fence-1]):
		return ErrReplaced.Code, true
	case !d.now.After(d.times.End), proven && !given.After(d.times.End):
		return "", false
	}
	return ErrTooLate.Code, true
}

// ImportRescue takes a rescue file that an invigilator has brought. It is
// idempotent. The key that opens files is Options.Box; without one every file
// is ErrRescueSealed. Errors: those of ReadRescue and Attempt.Rescue,
// ErrAttemptNotFound for an attempt of another sitting.
func (s *Service) ImportRescue(ctx context.Context, sitting SittingID, actor string, file []byte) (RescueReport, error) {
	if s.o.Box == nil {
		return RescueReport{}, ErrRescueSealed
	}
	c, err := ReadRescue(s.o.Box, file)
	if err != nil {
		return RescueReport{}, err
	}
	sum := RescueReport{Attempt: c.Attempt, Refused: []RefusedAnswer{}, Evidence: []RescueEvidence{}, Missing: []Ack{}}
	for range c.Broken {
		sum.Refused = append(sum.Refused, RefusedAnswer{Code: ErrBadFrame.Code})
	}
	err = s.with(ctx, c.Attempt, func(e *entry) error {
		if e.attempt.Ticket.Sitting != sitting {
			return ErrAttemptNotFound
		}
		f, err := s.form(ctx, e)
		if err != nil {
			return err
		}
		for _, part := range inParts(c.Entries) {
			var r RescueReport
			_, err := s.act(ctx, e, actor, "", true, func(now time.Time, a *Attempt, k *Course) (Event, error) {
				ev, out, err := a.Rescue(now, k, f, c.Fence, part, s.o.Node)
				r = out
				return ev, err
			})
			if err != nil {
				return err
			}
			sum.add(r)
		}
		sum.Missing = append(sum.Missing, s.missing(e.attempt, c.Receipts)...)
		return s.reportRescued(ctx, e, actor, &c)
	})
	return sum, err
}

// reportRescued takes the file as the word of its seat. One that says it badly
// costs none of the answers, which are stored by now.
func (s *Service) reportRescued(ctx context.Context, e *entry, actor string, c *RescueContent) error {
	err := s.report(ctx, e, actor, c.Fence, c.journal(), ViaRescue)
	if errors.Is(err, ErrJournal) || errors.Is(err, ErrJournalFull) {
		s.o.Log.Warn("a rescue file is not taken as its seat's journal", "attempt", c.Attempt, "error", err)
		return nil
	}
	return err
}

func (r *RescueReport) add(more RescueReport) {
	r.Taken += more.Taken
	r.Known += more.Known
	r.Late += more.Late
	r.Refused = append(r.Refused, more.Refused...)
	r.Evidence = append(r.Evidence, more.Evidence...)
}

// inParts cuts the entries so that each part is one record of the ledger. No
// entries are one empty part, which is decided about all the same.
func inParts(entries []Given) [][]Given {
	var parts [][]Given
	from, size := 0, 0
	for i := range entries {
		n := 100
		for _, v := range entries[i].Value {
			n += len(v)
		}
		if i > from && (size+n > maxRescueRecord || i-from == maxFrame) {
			parts, from, size = append(parts, entries[from:i]), i, 0
		}
		size += n
	}
	return append(parts, entries[from:])
}

// missing lists the receipts of this node whose answers the attempt lacks.
func (s *Service) missing(a *Attempt, receipts []Ack) []Ack {
	var list []Ack
	for _, k := range receipts {
		sig, err := base64.StdEncoding.DecodeString(k.Sig)
		if err != nil || s.o.Signer == nil || !verified(s.o.Signer.Public(), ReceiptMessage(a.ID, k), sig) {
			continue
		}
		if !a.has(k) {
			list = append(list, k)
		}
	}
	return list
}
