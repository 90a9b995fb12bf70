package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/picture"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// EvidenceID names a picture that belongs to a sheet.
type EvidenceID string

// MaxEvidence is the size of one picture in bytes; it bounds documents and is
// no rule of any contest.
const MaxEvidence = 5 << 20

// maxEvidence bounds the pictures of one sheet.
const maxEvidence = 50

// Evidence is a picture that a judge took of the work, bound to a sheet and,
// where it shows one thing, to an aspect. It has no file name: names of files
// may tell of people.
type Evidence struct {
	ID     EvidenceID       `json:"id"`
	Sheet  SheetID          `json:"sheet"`
	Aspect scoring.AspectID `json:"aspect,omitempty"`
	Type   string           `json:"type"` // image/jpeg, image/png, image/webp
	Size   int              `json:"size"` // bytes
	SHA256 string           `json:"sha256"`
	At     time.Time        `json:"at"`

	by access.AccountID
}

// evidence is a stored picture, sealed in the context of its id. One that no
// record of the division names is shown to nobody.
type evidence struct {
	ID       EvidenceID `json:"id"`
	Division DivisionID `json:"division"`
	Sealed   string     `json:"sealed"`
}

var evidences = store.Table[evidence]{
	Collection: store.Collection{Name: "contest_evidence"},
	ID:         func(e *evidence) string { return string(e.ID) },
}

func evidenceContext(id EvidenceID) string { return "contest-evidence/" + string(id) }

type evidenceAdded struct {
	ID     EvidenceID       `json:"id"`
	Sheet  SheetID          `json:"sheet"`
	Aspect scoring.AspectID `json:"aspect,omitempty"`
	Type   string           `json:"type"`
	Size   int              `json:"size"`
	SHA256 string           `json:"sha256"`
	Device string           `json:"device,omitempty"`
	Desk   bool             `json:"desk,omitempty"` // by the chief judge
}

// Picture is a picture on its way in.
type Picture struct {
	Sheet  SheetID
	Aspect scoring.AspectID // "" for the whole sheet
	Data   []byte
	Device string
	Desk   bool // from the chief judge's desk
}

// AddEvidence stores a picture for a sheet, without what the camera wrote into
// it about people and places: others of the panel will see it. The document comes first, then the
// record that binds it; the key decides between a repeated call and a new
// picture. Errors: ErrKey, ErrEvidence, ErrNoSheet, ErrWrongPanel, ErrOffice,
// ErrNotRunning, ErrModuleLocked, ErrAbsent, ErrKeyReused.
func (s *Contests) AddEvidence(ctx context.Context, by access.AccountID, id DivisionID, key string, p Picture) (Evidence, error) {
	if len(p.Data) > MaxEvidence {
		return Evidence{}, ErrEvidence.Param("size", len(p.Data))
	}
	data, kind, err := picture.Bare(p.Data)
	if err != nil {
		return Evidence{}, ErrEvidence.Param("type", kind)
	}
	p.Data = data
	sum := sha256.Sum256(p.Data)
	e := evidenceAdded{Sheet: p.Sheet, Aspect: p.Aspect, Type: kind, Size: len(p.Data), SHA256: hex.EncodeToString(sum[:]), Device: p.Device, Desk: p.Desk}
	// Named by what it is and where it belongs, so that a repeated call is the
	// same record. The division's id keeps names from being guessed.
	name := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%s", id, by, key, p.Sheet, e.SHA256))
	e.ID = EvidenceID("e" + hex.EncodeToString(name[:12]))
	a, err := s.arena(ctx, id)
	if err != nil {
		return Evidence{}, err
	}
	at := s.now()
	if err := a.read(ctx, func(t *Tally) error {
		if _, there := t.evidence(e.ID); there {
			return nil
		}
		return e.check(t, by, at)
	}); err != nil {
		return Evidence{}, err
	}
	sealed, err := s.opts.Sealer.Seal(p.Data, evidenceContext(e.ID))
	if err != nil {
		return Evidence{}, fmt.Errorf("sealing a picture: %w", err)
	}
	err = evidences.Insert(ctx, s.db, &evidence{ID: e.ID, Division: id, Sealed: sealed})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return Evidence{}, err
	}
	if _, err := s.deskAct(ctx, by, id, kindEvidence, key, e); err != nil {
		return Evidence{}, err
	}
	var out Evidence
	err = a.read(ctx, func(t *Tally) error { out, _ = t.evidence(e.ID); return nil })
	return out, err
}

func (e evidenceAdded) about() subject { return subject{sheet: e.Sheet, aspect: e.Aspect} }

func (e evidenceAdded) check(t *Tally, by access.AccountID, _ time.Time) error {
	sp, err := t.openSheet(e.Sheet)
	switch {
	case err != nil:
		return err
	case e.Aspect != "" && !sp.r.marks(e.Aspect):
		return ErrEvidence.Param("aspect", e.Aspect)
	case len(sp.w.evidence) >= maxEvidence:
		return ErrEvidence.Param("count", len(sp.w.evidence))
	case e.Desk:
		return t.chief(by)
	case !t.sees(sp, by) && !t.observes(by, sp.i, sp.m, sp.r.layer):
		return ErrWrongPanel.Param("sheet", e.Sheet)
	}
	return nil
}

func (e evidenceAdded) apply(t *Tally, r ledger.Record) error {
	sp, err := t.find(e.Sheet)
	if err != nil {
		return err
	}
	sp.w.evidence = append(sp.w.evidence, Evidence{
		ID: e.ID, Sheet: e.Sheet, Aspect: e.Aspect, Type: e.Type, Size: e.Size, SHA256: e.SHA256, At: r.At, by: access.AccountID(r.Actor),
	})
	return nil
}

// evidence finds a picture of the division.
func (t *Tally) evidence(id EvidenceID) (Evidence, bool) {
	for _, works := range t.works {
		for _, w := range works {
			if i := slices.IndexFunc(w.evidence, func(e Evidence) bool { return e.ID == id }); i >= 0 {
				return w.evidence[i], true
			}
		}
	}
	return Evidence{}, false
}

// evidenceViewed is a record of the stream "evidence/<division>".
type evidenceViewed struct {
	ID     EvidenceID `json:"id"`
	Sheet  SheetID    `json:"sheet"`
	SHA256 string     `json:"sha256"`
}

// EvidenceFile returns a picture to a judge who may see it, or to the desk.
// Who looks is in the ledger before anything is returned. Errors: ErrNoSheet,
// ErrWrongPanel, ErrNoEvidence.
func (s *Contests) EvidenceFile(ctx context.Context, by access.AccountID, id DivisionID, sheet SheetID, file EvidenceID, desk bool) (Evidence, []byte, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Evidence{}, nil, err
	}
	var e Evidence
	err = a.read(ctx, func(t *Tally) error {
		sp, err := t.find(sheet)
		if err != nil {
			return err
		}
		shown := sp.w.evidence
		if !desk {
			if !t.sees(sp, by) {
				return ErrWrongPanel.Param("sheet", sheet)
			}
			v, err := t.view(id, sp, by)
			if err != nil {
				return err
			}
			shown = v.Evidence
		}
		i := slices.IndexFunc(shown, func(x Evidence) bool { return x.ID == file && x.Sheet == sheet })
		if i < 0 {
			return ErrNoEvidence.Param("file", file)
		}
		e = shown[i]
		return nil
	})
	if err != nil {
		return e, nil, err
	}
	doc, err := evidences.Get(ctx, s.db, string(file))
	if err != nil {
		return e, nil, err
	}
	data, err := s.opts.Sealer.Open(doc.Value.Sealed, evidenceContext(file))
	if err != nil {
		return e, nil, fmt.Errorf("evidence %s: %w", file, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != e.SHA256 {
		return e, nil, fmt.Errorf("evidence %s does not match its digest", file)
	}
	_, err = s.led.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("evidence/" + string(id)), Expect: ledger.AnySeq, At: s.now(), Kind: "evidence.viewed",
		Actor: string(by), Data: marshal(evidenceViewed{file, sheet, e.SHA256}),
	})
	return e, data, err
}
