package hall

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// CallDraft is a call to be made. Without members it calls everybody of the
// batch, with batch 0 everybody of the division.
type CallDraft struct {
	Name     string             `json:"name"`
	Batch    int                `json:"batch"`
	Modules  []scoring.ModuleID `json:"modules"`
	StartsAt time.Time          `json:"starts_at"`
	Members  []string           `json:"members,omitempty"`
}

// MakeCall makes a call and returns its number. Errors: ErrInput with Fields,
// ErrKeyReused, those of Desk.Office.
func (s *Service) MakeCall(ctx context.Context, by access.AccountID, division, key string, d CallDraft) (int, error) {
	people, err := s.keeper(ctx, by, division)
	if err != nil {
		return 0, err
	}
	c := Call{Name: d.Name, Batch: d.Batch, Modules: d.Modules, StartsAt: d.StartsAt.UTC().Truncate(time.Millisecond), Members: d.Members}
	if len(c.Members) == 0 {
		for _, p := range people {
			if d.Batch == 0 || p.Batch == d.Batch {
				c.Members = append(c.Members, p.ID)
			}
		}
	} else if err := known(people, c.Members); err != nil {
		return 0, err
	}
	seq, err := s.act(ctx, by, division, kindCallMade, key, callMade{c})
	if err != nil {
		return 0, err
	}
	no := 0
	err = s.read(ctx, division, func(h *Hall) error { no = h.callAt(seq); return nil })
	return no, err
}

// keeper returns the division's people to somebody who keeps the call room.
func (s *Service) keeper(ctx context.Context, by access.AccountID, division string) ([]Competitor, error) {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return nil, err
	}
	return s.desk.Competitors(ctx, division)
}

// known asks that all members are of the division.
func known(people []Competitor, members []string) error {
	for _, id := range members {
		if !slices.ContainsFunc(people, func(p Competitor) bool { return p.ID == id }) {
			return ErrNoMember.Param("call", "")
		}
	}
	return nil
}

// CallChange is a change of a call; zero fields leave things as they are.
type CallChange struct {
	StartsAt time.Time `json:"starts_at"`
	Members  []string  `json:"members"`
	Why      string    `json:"why"`
}

// ChangeCall moves a call's start or changes whom it calls. Errors: ErrNoCall,
// ErrNoMember, ErrInput, ErrReason, ErrKeyReused, those of Desk.Office.
func (s *Service) ChangeCall(ctx context.Context, by access.AccountID, division, key string, no int, c CallChange) error {
	people, err := s.keeper(ctx, by, division)
	if err == nil {
		err = known(people, c.Members)
	}
	if err != nil {
		return err
	}
	e := callChanged{Call: no, Members: c.Members, Why: c.Why}
	if !c.StartsAt.IsZero() {
		e.StartsAt = c.StartsAt.UTC().Truncate(time.Millisecond)
	}
	_, err = s.act(ctx, by, division, kindCallChanged, key, e)
	return err
}

// Move is a step of competitors of one call.
type Move struct {
	Call        int      `json:"call"`
	Competitors []string `json:"competitors"`
	To          State    `json:"to"`
	Why         string   `json:"why"`
	Device      string   `json:"device"`
}

// Move takes competitors to another state, all or none of them. An absence and
// its end are told to the division afterwards; see tellNow for the order of
// writes. Errors: ErrNoCall, ErrNoMember, ErrStep, ErrTooLate, ErrTooEarly,
// ErrIdentity, ErrNotReady, ErrReason, each with Fields that name the
// competitors; ErrKeyReused; those of Desk.Office.
func (s *Service) Move(ctx context.Context, by access.AccountID, division, key string, m Move) error {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return err
	}
	_, err := s.act(ctx, by, division, kindMoved, key, moved(m))
	return err
}

// MarkAbsent records everybody of a call as absent who has not reported by the
// time of the rules, and returns how many. None is no error. Errors as of Move.
func (s *Service) MarkAbsent(ctx context.Context, by access.AccountID, division, key string, no int, device string) (int, error) {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return 0, err
	}
	m := moved{Call: no, To: Absent, Device: device}
	err := s.read(ctx, division, func(h *Hall) error {
		c, err := h.call(no)
		if err != nil {
			return err
		}
		if cutoff := c.cutoff(h.frame.Rules); !s.now().After(cutoff) {
			return ErrTooEarly.Param("at", cutoff.Format(time.RFC3339))
		}
		for _, id := range c.Members {
			if c.of[id].state() == Expected {
				m.Competitors = append(m.Competitors, id)
			}
		}
		return nil
	})
	if err != nil || len(m.Competitors) == 0 {
		return 0, err
	}
	_, err = s.act(ctx, by, division, kindMoved, key, m)
	return len(m.Competitors), err
}

// Undo takes back the last step of a competitor. Errors: ErrNoCall,
// ErrNoMember, ErrUndo, ErrReason, ErrKeyReused, those of Desk.Office.
func (s *Service) Undo(ctx context.Context, by access.AccountID, division, key string, no int, competitor string, step int64, why, device string) error {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return err
	}
	_, err := s.act(ctx, by, division, kindStepUndone, key, stepUndone{Call: no, Competitor: competitor, Step: step, Why: why, Device: device})
	return err
}

// IdentityDraft is a check of identity to be recorded.
type IdentityDraft struct {
	Call       int     `json:"call"`
	Competitor string  `json:"competitor"`
	Method     Method  `json:"method"`
	Finding    Finding `json:"finding"`
	Note       string  `json:"note"`
	Device     string  `json:"device"`
}

// CheckIdentity records a check of identity; the latest counts. A mismatch and
// a doubt need a note. Errors: ErrNoCall, ErrNoMember, ErrInput, ErrReason,
// ErrKeyReused, those of Desk.Office.
func (s *Service) CheckIdentity(ctx context.Context, by access.AccountID, division, key string, d IdentityDraft) error {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return err
	}
	_, err := s.act(ctx, by, division, kindIdentity, key, identityChecked(d))
	return err
}

// ShowPhoto records that by is going to see the photo of one of a competitor's
// people. Errors: ErrNoMember, those of Desk.Office.
func (s *Service) ShowPhoto(ctx context.Context, by access.AccountID, division, competitor string, who exam.CandidateID) error {
	people, err := s.keeper(ctx, by, division)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(p Competitor) bool { return p.ID == competitor })
	if i < 0 || !people[i].has(who) {
		return ErrNoMember.Param("call", "")
	}
	return s.note(ctx, by, division, kindPhotoSeen, "", photoSeen{competitor, who})
}
