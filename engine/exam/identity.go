package exam

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
)

// FaceRules let a machine compare faces at the check of identity.
type FaceRules struct {
	// Threshold in thousandths from which two pictures show one person.
	Threshold int64 `json:"threshold"`
}

// Faces compares two pictures and returns how alike they are in thousandths;
// see Options.Faces.
type Faces func(ctx context.Context, portrait, now []byte) (int64, error)

// IdentityCheck is a check of a candidate's identity as staff enter it.
type IdentityCheck struct {
	Method  IdentityMethod
	Matched bool   // manual and photo
	Reason  string // needed when nothing matched
	Consent bool   // face: the candidate has agreed
	Picture []byte // face: taken now
}

// Errors of the check of identity.
var (
	// ErrIdentity: the check is not complete; Fields tell why.
	ErrIdentity = fault.New(fault.Invalid, "identity_refused", "the check of identity is not complete")
	// ErrConsent: a machine may compare faces only with the candidate's consent.
	ErrConsent = fault.New(fault.Conflict, "consent_missing", "without the candidate's consent no machine compares faces; check by hand")
	// ErrFaces: no machine can compare now.
	ErrFaces = fault.New(fault.Unavailable, "face_match_unavailable", "faces cannot be compared by machine now; check by hand")
)

// maxPicture bounds a picture taken at the check, in bytes.
const maxPicture = 2 << 20

// Identify decides about a check of identity. score is that of the machine,
// for the method face. Errors: ErrIdentity with Fields, ErrConsent,
// ErrAttemptClosed, ErrAbandoned, ErrVoid.
func (a *Attempt) Identify(c *Course, k IdentityCheck, score int64, by, node string) (Event, error) {
	if err := a.open(); err != nil {
		return nil, err
	}
	e := IdentityChecked{Method: k.Method, Matched: k.Matched, Reason: strings.TrimSpace(k.Reason), By: by, Place: a.Place, Node: node}
	switch k.Method {
	case IdentityManual, IdentityPhoto:
	case IdentityFace:
		if !k.Consent {
			return nil, ErrConsent
		}
		if c.Rules.Face == nil {
			return nil, ErrFaces
		}
		sum := sha256.Sum256(k.Picture)
		e.Consent, e.Picture, e.Score = true, hex.EncodeToString(sum[:]), &score
		e.Matched = score >= c.Rules.Face.Threshold
		if !e.Matched && e.Reason == "" {
			e.Reason = "score"
		}
	default:
		return nil, ErrIdentity.With(fault.Field{Path: "method", Code: "method_unknown", Message: "give manual, photo or face"})
	}
	if !e.Matched && e.Reason == "" || len(e.Reason) > maxReason {
		return nil, ErrIdentity.With(fault.Field{Path: "reason", Code: "reason_missing", Message: "say what did not match"})
	}
	return e, nil
}

// CheckIdentity records a check of identity. It decides nothing about the
// admission: staff do. Errors: those of Attempt.Identify, ErrFaces,
// ErrAttemptNotFound.
func (s *Service) CheckIdentity(ctx context.Context, sitting SittingID, id AttemptID, k IdentityCheck, actor string) (IdentityView, error) {
	var score int64
	if k.Method == IdentityFace && k.Consent {
		// Before pictures go anywhere: the rules must want it, and the attempt
		// must be the sitting's.
		if err := s.Sits(ctx, sitting, id); err != nil {
			return IdentityView{}, err
		}
		c, err := s.courseOf(ctx, sitting)
		if err != nil {
			return IdentityView{}, err
		}
		if c.last.Load().Rules.Face == nil {
			return IdentityView{}, ErrFaces
		}
		if score, err = s.compareFaces(ctx, id, k.Picture); err != nil {
			return IdentityView{}, err
		}
	}
	var view IdentityView
	err := s.byStaff(ctx, sitting, id, actor, func(_ time.Time, a *Attempt, c *Course) (Event, error) {
		return a.Identify(c, k, score, actor, s.o.Node)
	}, func(a *Attempt) { view = *a.IdentityView() })
	return view, err
}

// compareFaces asks the machine. Whatever keeps it from answering is
// ErrFaces: the check by hand is always there.
func (s *Service) compareFaces(ctx context.Context, id AttemptID, picture []byte) (int64, error) {
	if s.o.Faces == nil || s.o.Portrait == nil {
		return 0, ErrFaces
	}
	if n := len(picture); n == 0 || n > maxPicture {
		return 0, ErrIdentity.With(fault.Field{Path: "picture", Code: "picture_size", Message: "give a picture of at most 2 MiB"})
	}
	person, err := s.Holder(ctx, id)
	if err != nil {
		return 0, err
	}
	portrait, err := s.o.Portrait(ctx, person)
	if err != nil {
		return 0, ErrFaces.Wrap(err)
	}
	score, err := s.o.Faces(ctx, portrait, picture)
	if err != nil {
		return 0, ErrFaces.Wrap(err)
	}
	return score, nil
}

// IdentityView is the last check of identity as staff see it.
type IdentityView struct {
	Method  IdentityMethod `json:"method" enum:"manual,photo,face"`
	Matched bool           `json:"matched"`
	Score   *int64         `json:"score,omitempty" doc:"Thousandths; of a machine"`
	Reason  string         `json:"reason,omitempty"`
	By      string         `json:"by"`
	At      time.Time      `json:"at"`
}

// IdentityView returns the last check, or nil.
func (a *Attempt) IdentityView() *IdentityView {
	k := a.Room.Identity
	if k == nil {
		return nil
	}
	return &IdentityView{Method: k.Method, Matched: k.Matched, Score: k.Score, Reason: k.Reason, By: k.By, At: a.Room.IdentityAt}
}
