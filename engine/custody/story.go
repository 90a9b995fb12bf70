package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Kind says what happened to the papers of a sitting.
type Kind string

// The kinds of records in a stream "custody/<sitting>".
const (
	Sealed     Kind = "custody.sealed"
	Imported   Kind = "custody.imported"
	Exported   Kind = "custody.exported"
	HalfOpened Kind = "custody.half_opened" // a custodian gave the passphrase
	Refused    Kind = "custody.refused"     // a custodian tried in vain
	Released   Kind = "custody.released"
	Opened     Kind = "custody.opened" // a node decrypted the papers into memory
	Viewed     Kind = "custody.viewed"
	Printed    Kind = "custody.printed"
)

// Event is the data of one record.
type Event struct {
	Package string `json:"package"`
	Digest  string `json:"digest,omitempty"` // of the whole package; sealed, imported, exported
	// Name of who acted, as it was then; the account is the record's actor.
	Name       string         `json:"name"`
	Custodians []string       `json:"custodians,omitempty"` // names; sealed, imported, released
	Key        string         `json:"key,omitempty"`        // public key of the custodian; half_opened
	Papers     []bank.PaperID `json:"papers,omitempty"`     // sealed, imported, opened, viewed, printed
	Reason     string         `json:"reason,omitempty"`     // viewed, printed
	Code       string         `json:"code,omitempty"`       // refused: why
	Part       string         `json:"part,omitempty"`       // refused: of the damaged package
	Node       string         `json:"node"`
}

// Entry is one record for people.
type Entry struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Kind  Kind      `json:"kind"`
	Actor string    `json:"actor" doc:"Account, or node for custody.opened"`
	Event
}

// story is the fold of a sitting's stream.
type story struct {
	seq      int64
	pack     string   // the package that counts; "" when there is none
	digest   string   // of it
	opened   []string // keys of the custodians who have opened their halves of it
	released bool
	log      []Entry
}

func stream(sitting string) ledger.StreamID { return ledger.StreamID("custody/" + sitting) }

func (v *Vault) story(ctx context.Context, sitting string) (story, error) {
	var s story
	_, err := ledger.Fold(ctx, v.led, stream(sitting), 0, func(r ledger.Record) error {
		e := Entry{Seq: r.Seq, At: r.At, Kind: Kind(r.Kind), Actor: r.Actor}
		if err := json.Unmarshal(r.Data, &e.Event); err != nil {
			return fmt.Errorf("%s: %w", r.Kind, err)
		}
		s.apply(e)
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("reading the custody of %s: %w", sitting, err)
	}
	return s, nil
}

func (s *story) apply(e Entry) {
	s.seq = e.Seq
	s.log = append(s.log, e)
	switch e.Kind {
	case Sealed, Imported:
		if !s.released {
			s.pack, s.digest, s.opened = e.Package, e.Digest, nil
		}
	case HalfOpened:
		if e.Package == s.pack && !slices.Contains(s.opened, e.Key) {
			s.opened = append(s.opened, e.Key)
		}
	case Released:
		s.released = s.released || e.Package == s.pack
	case Exported, Refused, Opened, Viewed, Printed:
	}
}

// record appends an event behind the record with the sequence expect, or
// wherever the stream ends with ledger.AnySeq. The key makes it idempotent.
func (v *Vault) record(ctx context.Context, sitting string, expect int64, kind Kind, actor, key string, e Event) error {
	e.Node = v.o.Node
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = v.led.Append(ctx, ledger.Entry{Stream: stream(sitting), Expect: expect, At: v.now(),
		Kind: string(kind), Actor: actor, Key: key, Data: data})
	if err != nil && !errors.Is(err, ledger.ErrConflict) {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	return err
}

// maxTries bounds how often a decision is repeated because others appended.
const maxTries = 16

// decide appends what decision makes of the story, again when others were
// first. An empty kind means that there is nothing to record.
func (v *Vault) decide(ctx context.Context, sitting, actor, key string, decision func(*story) (Kind, Event, error)) error {
	for range maxTries {
		s, err := v.story(ctx, sitting)
		if err != nil {
			return err
		}
		kind, e, err := decision(&s)
		if err != nil || kind == "" {
			return err
		}
		err = v.record(ctx, sitting, s.seq, kind, actor, key, e)
		if !errors.Is(err, ledger.ErrConflict) {
			return err
		}
	}
	return ErrBusy
}
