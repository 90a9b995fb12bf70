package exam

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
)

// SittingState is where a sitting stands.
type SittingState string

// The states of a sitting, in order.
const (
	Planned SittingState = "planned" // being prepared
	Open    SittingState = "open"    // rules frozen, candidates may enter
	Running SittingState = "running" // started
	Closed  SittingState = "closed"
)

// Kinds of records in the stream of a sitting.
const (
	kindPrepared  = "sitting.prepared"
	kindOpened    = "sitting.opened"
	kindStarted   = "sitting.started"
	kindGranted   = "sitting.granted"
	kindPaused    = "sitting.paused"
	kindResumed   = "sitting.resumed"
	kindAnnounced = "sitting.announced"
	kindClosed    = "sitting.closed"
)

// Stream returns the ledger stream of the sitting.
func (id SittingID) Stream() ledger.StreamID { return ledger.StreamID("sitting/" + string(id)) }

// SittingPrepared ends the preparation: every attempt and ticket is there.
type SittingPrepared struct {
	Attempts int            `json:"attempts"`
	Papers   []bank.PaperID `json:"papers"`
	Seed     uint64         `json:"seed,string"`
	// Arrangement seals who sits where; nil in sittings of older versions.
	Arrangement *Arrangement `json:"arrangement,omitempty"`
	Node        string       `json:"node"`
}

// SittingOpened freezes what decides about time and marks.
type SittingOpened struct {
	Rules    Rules     `json:"rules"`
	StartsAt time.Time `json:"starts_at"`
	ClosesAt time.Time `json:"closes_at"`
	Node     string    `json:"node"`
}

// SittingClosed ends a sitting and seals what became of its answers.
type SittingClosed struct {
	// Reconciled is nil in sittings of older versions.
	Reconciled *Reconciled `json:"reconciled,omitempty"`
	Node       string      `json:"node"`
}

// SittingFlip is a mere change of state: started.
type SittingFlip struct {
	Node string `json:"node"`
}

// Course is the fold over a sitting's stream: what has happened to it. A
// Course that was handed out is never changed, so it may be read by many.
type Course struct {
	ID       SittingID
	Seq      int64 // of the last record folded in
	State    SittingState
	Prepared bool
	Attempts int // prepared
	// Arrangement is nil before Prepare.
	Arrangement *Arrangement
	Rules       Rules     // frozen; zero before the opening
	StartsAt    time.Time // planned start, frozen
	ClosesAt    time.Time // frozen
	OpenedAt    time.Time
	StartedAt   time.Time
	ClosedAt    time.Time
	Grants      []Granted
	Pauses      []Pause
	// Announcements in the order in which they were made.
	Announcements []Announcement
	Incidents     []IncidentRecord
	// Reconciled is what the closing sealed; nil before it and in sittings of
	// older versions.
	Reconciled *Reconciled

	keys []keyedRecord
}

// keyedRecord is a record with an idempotency key.
type keyedRecord struct {
	key string
	seq int64
}

// keyed returns the number of the record with the key; 0: there is none.
func (c *Course) keyed(key string) int64 {
	if key == "" {
		return 0
	}
	for _, k := range c.keys {
		if k.key == key {
			return k.seq
		}
	}
	return 0
}

// NewCourse returns the fold over no records.
func NewCourse(id SittingID) *Course { return &Course{ID: id, State: Planned} }

// After returns the fold with the records added; the receiver is not changed.
// Records must follow Seq without gaps, and an unknown kind is refused with
// ErrFold: a record that is not understood may be one that matters.
func (c *Course) After(records []ledger.Record) (*Course, error) {
	next := *c
	next.Grants = slices.Clip(c.Grants)
	next.Pauses = slices.Clip(c.Pauses)
	next.Announcements = slices.Clip(c.Announcements)
	next.keys = slices.Clip(c.keys)
	for _, r := range records {
		if err := next.apply(r); err != nil {
			return nil, ErrFold.Param("stream", r.Stream).Param("seq", r.Seq).Wrap(err)
		}
	}
	return &next, nil
}

func (c *Course) apply(r ledger.Record) error {
	if r.Seq != c.Seq+1 {
		return fmt.Errorf("record %d follows record %d", r.Seq, c.Seq)
	}
	c.Seq = r.Seq
	if r.Key != "" {
		c.keys = append(c.keys, keyedRecord{r.Key, r.Seq})
	}
	switch r.Kind {
	case kindPrepared:
		var e SittingPrepared
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		c.Prepared, c.Attempts, c.Arrangement = true, e.Attempts, e.Arrangement
	case kindOpened:
		var e SittingOpened
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		c.State, c.OpenedAt = Open, r.At
		c.Rules, c.StartsAt, c.ClosesAt = e.Rules, e.StartsAt, e.ClosesAt
	case kindStarted:
		c.State, c.StartedAt = Running, r.At
	case kindClosed:
		var e SittingClosed
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		c.State, c.ClosedAt, c.Reconciled = Closed, r.At, e.Reconciled
	case kindGranted:
		var g Granted
		if err := json.Unmarshal(r.Data, &g); err != nil {
			return err
		}
		g.Seq, g.At = r.Seq, r.At
		c.Grants = append(c.Grants, g)
	default:
		return c.applyRoom(r)
	}
	return nil
}

// applyRoom adds a record of what happens in the room.
func (c *Course) applyRoom(r ledger.Record) error {
	switch r.Kind {
	case kindPaused:
		p := Pause{Seq: r.Seq, From: r.At}
		if err := json.Unmarshal(r.Data, &p.SittingPaused); err != nil {
			return err
		}
		c.Pauses = append(c.Pauses, p)
	case kindResumed:
		var e SittingResumed
		if err := json.Unmarshal(r.Data, &e); err != nil {
			return err
		}
		c.Pauses = slices.Clone(c.Pauses) // an earlier course keeps it open
		for i := range c.Pauses {
			if p := &c.Pauses[i]; p.Seq == e.Pause && p.To == nil {
				p.To = timeOf(r.At)
			}
		}
	case kindAnnounced:
		n := Announcement{Seq: r.Seq, At: r.At}
		if err := json.Unmarshal(r.Data, &n.SittingAnnounced); err != nil {
			return err
		}
		c.Announcements = append(c.Announcements, n)
	case kindSwapped, kindSwapUndo:
		// What counts of them is in the arrangement that sitting.prepared seals.
	default:
		known, err := c.applyIncident(r.Kind, r.Data, r.Seq, r.At, r.Actor)
		if !known {
			return fmt.Errorf("unknown kind %q", r.Kind)
		}
		return err
	}
	return nil
}

// entryOpens is the first moment of sign-in and admission.
func (c *Course) entryOpens() time.Time { return c.StartsAt.Add(-ms(c.Rules.EntryOpensMS)) }

// lastEntry is the last moment of admission; zero before the start.
func (c *Course) lastEntry() time.Time {
	if c.StartedAt.IsZero() {
		return time.Time{}
	}
	return c.StartedAt.Add(ms(c.Rules.LastEntryMS))
}
