package exam

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Errors of incidents; compare with errors.Is.
var (
	ErrIncident         = fault.New(fault.Invalid, "incident_invalid", "the record is not complete")
	ErrIncidentNotFound = fault.New(fault.NotFound, "incident_not_found", "the sitting has no such record")
	ErrIncidentClosed   = fault.New(fault.Conflict, "incident_closed", "the record is signed or withdrawn already")
	ErrIncidentSigner   = fault.New(fault.Forbidden, "incident_same_signer", "the second signature is another person's")
	ErrIncidentOwner    = fault.New(fault.Forbidden, "incident_not_yours", "only who made the record can take it back")
	ErrEvidence         = fault.New(fault.Invalid, "evidence_invalid", "give a PNG, JPEG or PDF file of at most 5 MiB")
	ErrEvidenceNotFound = fault.New(fault.NotFound, "evidence_not_found", "there is no such file")
)

// MaxEvidence is the size of one file in bytes; it bounds documents and is no
// rule of any examination.
const MaxEvidence = 5 << 20

// evidence is a stored file. Its bytes are sealed in the context of its id.
type evidence struct {
	Evidence
	Sitting SittingID `json:"sitting"`
	By      string    `json:"by"`
	Sealed  string    `json:"sealed"`
}

var evidences = store.Table[evidence]{
	Collection: store.Collection{Name: "exam_evidence"},
	ID:         func(e *evidence) string { return e.ID },
}

// AddEvidence stores a file for a record that is made next, and returns what
// the record has to name. A file that no record names is shown to nobody.
// Errors: ErrEvidence, ErrSittingNotFound.
func (s *Service) AddEvidence(ctx context.Context, id SittingID, name string, data []byte, actor string) (Evidence, error) {
	if _, err := s.courseOf(ctx, id); err != nil {
		return Evidence{}, err
	}
	kind := http.DetectContentType(data)
	switch kind {
	case "image/png", "image/jpeg", "application/pdf":
	default:
		return Evidence{}, ErrEvidence.Param("type", kind)
	}
	if len(data) > MaxEvidence {
		return Evidence{}, ErrEvidence.Param("size", len(data))
	}
	var random [12]byte
	rand.Read(random[:])
	sum := sha256.Sum256(data)
	e := Evidence{ID: "e" + hex.EncodeToString(random[:]), Name: plainName(name), Type: kind, SHA256: hex.EncodeToString(sum[:]), Size: len(data)}
	sealed, err := s.seal.Seal(data, "evidence/"+e.ID)
	if err != nil {
		return Evidence{}, fmt.Errorf("sealing a file: %w", err)
	}
	return e, evidences.Insert(ctx, s.db, &evidence{Evidence: e, Sitting: id, By: actor, Sealed: sealed})
}

// plainName keeps the last part of a file's name, without control characters.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || strings.ContainsRune(`"<>|:*?\/`, r) {
			return -1
		}
		return r
	}, filepath.Base(strings.ReplaceAll(name, `\`, "/")))
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}

// evidenceViewed is a record of the stream "evidence/<sitting>".
type evidenceViewed struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Node   string `json:"node"`
}

// Evidence returns a file of a record of the sitting. Who looks is in the
// ledger before anything is returned. Errors: ErrEvidenceNotFound,
// ErrSittingNotFound.
func (s *Service) Evidence(ctx context.Context, id SittingID, file, actor string) (Evidence, []byte, error) {
	_, known, err := s.courseNow(ctx, id)
	if err != nil {
		return Evidence{}, nil, err
	}
	named := slices.ContainsFunc(known.Incidents, func(r IncidentRecord) bool {
		return slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.ID == file })
	})
	if !named {
		return Evidence{}, nil, ErrEvidenceNotFound
	}
	doc, err := evidences.Get(ctx, s.db, file)
	if err != nil {
		return Evidence{}, nil, notFound(err, ErrEvidenceNotFound)
	}
	data, err := s.seal.Open(doc.Value.Sealed, "evidence/"+file)
	if err != nil {
		return Evidence{}, nil, fmt.Errorf("evidence %s: %w", file, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != doc.Value.SHA256 {
		return Evidence{}, nil, fmt.Errorf("evidence %s does not match its digest", file)
	}
	seen, err := json.Marshal(evidenceViewed{File: file, SHA256: doc.Value.SHA256, Node: s.o.Node})
	if err != nil {
		return Evidence{}, nil, err
	}
	_, err = s.led.Append(ctx, ledger.Entry{Stream: ledger.StreamID("evidence/" + string(id)), Expect: ledger.AnySeq, At: s.now(),
		Kind: "evidence.viewed", Actor: actor, Data: seen})
	return doc.Value.Evidence, data, err
}

// courseNow returns the sitting and its course, read afresh.
func (s *Service) courseNow(ctx context.Context, id SittingID) (*course, *Course, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	known, err := s.catchUp(ctx, c, 0)
	return c, known, err
}

// Incidents returns the records of a sitting in order, with the tiers that
// apply. Errors: ErrSittingNotFound.
func (s *Service) Incidents(ctx context.Context, id SittingID) ([]IncidentRecord, MisconductTiers, error) {
	c, known, err := s.courseNow(ctx, id)
	if err != nil {
		return nil, MisconductTiers{}, err
	}
	return append([]IncidentRecord{}, known.Incidents...), c.sitting.Rules.tiers(), nil
}

// RecordIncident adds a record; actor's is the first signature. Of e's
// evidence only the ids count. Records can be made from the opening on, also
// after the closing, because some are written up when the room is empty. The
// key makes it idempotent. Errors: ErrIncident with Fields, ErrKey,
// ErrNotOpen, ErrAttemptNotFound, ErrSittingNotFound.
func (s *Service) RecordIncident(ctx context.Context, id SittingID, key string, e Incident, actor string) (IncidentRecord, error) {
	if err := checkKey(key); err != nil {
		return IncidentRecord{}, err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return IncidentRecord{}, err
	}
	tiers := c.sitting.Rules.tiers()
	fields := c.sitting.checkIncident(&e, &tiers, s.now())
	if len(e.Evidence) <= maxEvidence {
		fields = append(fields, s.findEvidence(ctx, id, e.Evidence)...)
	}
	if fields != nil {
		return IncidentRecord{}, ErrIncident.With(fields...)
	}
	if e.Attempt != "" {
		if err := s.inSitting(ctx, id, e.Attempt); err != nil {
			return IncidentRecord{}, err
		}
	}
	e.Happened, e.Node = instantOf(e.Happened), s.o.Node
	seq, err := s.record(ctx, c, actor, "incident/"+key, func(k *Course) (string, any, error) {
		if k.State == Planned {
			return "", nil, ErrNotOpen
		}
		e.No = IncidentNo(len(k.Incidents) + 1)
		return kindIncident, e, nil
	})
	if err != nil {
		return IncidentRecord{}, err
	}
	known := c.last.Load()
	i := slices.IndexFunc(known.Incidents, func(r IncidentRecord) bool { return r.Seq == seq })
	if i < 0 {
		return IncidentRecord{}, ErrKey // the key was used for something else
	}
	return known.Incidents[i], nil
}

// findEvidence fills in what is stored of each file.
func (s *Service) findEvidence(ctx context.Context, id SittingID, files []Evidence) (fields []fault.Field) {
	for i := range files {
		doc, err := evidences.Get(ctx, s.db, files[i].ID)
		if err != nil || doc.Value.Sitting != id {
			fields = append(fields, fault.Field{Path: fmt.Sprintf("evidence[%d]", i), Code: ErrEvidenceNotFound.Code, Message: ErrEvidenceNotFound.Message})
			continue
		}
		files[i] = doc.Value.Evidence
	}
	return fields
}

// inSitting returns ErrAttemptNotFound unless the attempt is the sitting's.
func (s *Service) inSitting(ctx context.Context, id SittingID, attempt AttemptID) error {
	return s.with(ctx, attempt, func(e *entry) error {
		if e.attempt.Ticket.Sitting != id {
			return ErrAttemptNotFound
		}
		return nil
	})
}

// SignIncident adds the second signature, by another person than the first.
// Signing again by the same person changes nothing. Errors:
// ErrIncidentNotFound, ErrIncidentSigner, ErrIncidentClosed,
// ErrSittingNotFound.
func (s *Service) SignIncident(ctx context.Context, id SittingID, no IncidentNo, actor string) error {
	return s.changeIncident(ctx, id, no, actor, func(r *IncidentRecord) (string, any, error) {
		switch {
		case r.By == actor:
			return "", nil, ErrIncidentSigner
		case r.State == IncidentComplete && r.SignedBy == actor:
			return "", nil, nil
		case r.State != IncidentOpen:
			return "", nil, ErrIncidentClosed
		}
		return kindIncidentSigned, IncidentSigned{No: no, Node: s.o.Node}, nil
	})
}

// WithdrawIncident takes a record back before the second signature, with a
// reason; both stay in the ledger. Errors: ErrReason, ErrIncidentNotFound,
// ErrIncidentOwner, ErrIncidentClosed, ErrSittingNotFound.
func (s *Service) WithdrawIncident(ctx context.Context, id SittingID, no IncidentNo, reason, actor string) error {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxReason {
		return ErrReason
	}
	return s.changeIncident(ctx, id, no, actor, func(r *IncidentRecord) (string, any, error) {
		switch {
		case r.By != actor:
			return "", nil, ErrIncidentOwner
		case r.State == IncidentTakenBack:
			return "", nil, nil
		case r.State != IncidentOpen:
			return "", nil, ErrIncidentClosed
		}
		return kindIncidentWithdrawn, IncidentWithdrawn{No: no, Reason: reason, Node: s.o.Node}, nil
	})
}

func (s *Service) changeIncident(ctx context.Context, id SittingID, no IncidentNo, actor string, decide func(*IncidentRecord) (string, any, error)) error {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return err
	}
	_, err = s.record(ctx, c, actor, "", func(k *Course) (string, any, error) {
		r := k.incident(no)
		if r == nil {
			return "", nil, ErrIncidentNotFound
		}
		return decide(r)
	})
	if errors.Is(err, store.ErrNotFound) {
		return ErrIncidentNotFound
	}
	return err
}
