package exam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Kinds of records about the arrangement before it is sealed.
const (
	kindSwapped  = "sitting.swapped"
	kindSwapUndo = "sitting.swap_undone"
)

// SeatSwap is a change of the drawn arrangement by hand: who sits at A and who
// sits at B change seats; one of the two may be free.
type SeatSwap struct {
	No     int       `json:"no"` // from 1, in order
	A      Place     `json:"a"`
	B      Place     `json:"b"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	// Registered is how many people were on the roll. The roll only grows, and
	// with it the draw changes: then the swap does not count any more.
	Registered int       `json:"registered"`
	Undone     *SwapUndo `json:"undone,omitempty"`
}

// SwapUndo takes a swap back.
type SwapUndo struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// SeatsSwapped and SwapUndone are the data of the records in the sitting's
// stream. They tell what was done; what counts is on the roll.
type SeatsSwapped struct {
	No     int    `json:"no"`
	A      Place  `json:"a"`
	B      Place  `json:"b"`
	Reason string `json:"reason"`
	Node   string `json:"node"`
}

// SwapUndone names the swap that was taken back.
type SwapUndone struct {
	No     int    `json:"no"`
	Reason string `json:"reason"`
	Node   string `json:"node"`
}

// Errors of swaps.
var (
	// ErrSwap: the two seats cannot be swapped; Fields tell why.
	ErrSwap = fault.New(fault.Conflict, "swap_refused", "the seats cannot be swapped")
	// ErrArranged: Prepare has begun; candidates change seats by moves now.
	ErrArranged = fault.New(fault.Conflict, "arrangement_sealed", "the arrangement is sealed; in the exam the invigilator moves candidates")
	// ErrSwapNotFound: the sitting has no such swap, or it was taken back.
	ErrSwapNotFound = fault.New(fault.NotFound, "swap_not_found", "no such swap")
)

// maxSwaps bounds the roll's document.
const maxSwaps = 1000

// counts reports whether the swap is carried out.
func (w *SeatSwap) counts(registered int) bool { return w.Undone == nil && w.Registered == registered }

// swaps are those that count, in order.
func (r *Roll) swaps() []SeatSwap {
	registered := len(r.entries())
	var list []SeatSwap
	for _, w := range r.Swaps {
		if w.counts(registered) {
			list = append(list, w)
		}
	}
	return list
}

// carryOut makes the swaps in order. Wishes for a centre, needs of accessible
// seats and the free share of each room are kept. Error: ErrSwap.
func (s *Sitting) carryOut(swaps []SeatSwap, seats map[Place]RollEntry) error {
	for i := range swaps {
		w := &swaps[i]
		a, inA := seats[w.A]
		b, inB := seats[w.B]
		if !inA && !inB {
			return refusedSwap(w, "a", "seats_empty", "nobody sits at either seat")
		}
		delete(seats, w.A)
		delete(seats, w.B)
		if inA {
			if code := s.unfit(&a, w.B); code != "" {
				return refusedSwap(w, "b", code, "the seat does not fit who would come to it")
			}
			seats[w.B] = a
		}
		if inB {
			if code := s.unfit(&b, w.A); code != "" {
				return refusedSwap(w, "a", code, "the seat does not fit who would come to it")
			}
			seats[w.A] = b
		}
		if s.overfull(w.A, seats) {
			return refusedSwap(w, "a", "spare_share", "more seats of the room must stay free")
		}
		if s.overfull(w.B, seats) {
			return refusedSwap(w, "b", "spare_share", "more seats of the room must stay free")
		}
	}
	return nil
}

// overfull reports whether more people sit in the place's room than may.
func (s *Sitting) overfull(p Place, seats map[Place]RollEntry) bool {
	r, n := s.room(p.Centre, p.Room), 0
	for _, seat := range r.Seats {
		if _, taken := seats[Place{p.Centre, p.Room, seat}]; taken {
			n++
		}
	}
	return n > r.usable(s.Rules.SpareShareBP)
}

func refusedSwap(w *SeatSwap, path, code, message string) error {
	return ErrSwap.With(fault.Field{Path: path, Code: code, Message: message, Params: map[string]string{"no": fmt.Sprint(w.No)}})
}

// unfit says why the entry may not sit at the place; "" when it may.
func (s *Sitting) unfit(e *RollEntry, at Place) string {
	switch {
	case e.Centre != "" && e.Centre != at.Centre:
		return "centre_wished"
	case e.Needs.AccessibleSeat && !s.accessible(at):
		return "seat_not_accessible"
	}
	return ""
}

// SwapSeats changes who sits where before the arrangement is sealed and
// returns the arrangement with it. Spare seats stay free. Errors: ErrSwap with
// Fields, ErrReason, ErrArranged, ErrSittingNotFound, those of Arrangement.
func (s *Service) SwapSeats(ctx context.Context, id SittingID, a, b Place, actor, reason string) (ArrangementView, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return ArrangementView{}, err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return ArrangementView{}, err
	}
	var fields []fault.Field
	for path, p := range map[string]Place{"a": a, "b": b} {
		if !c.sitting.fills(p) {
			fields = append(fields, fault.Field{Path: path, Code: "unknown_place", Message: "the sitting has no such seat, or it is a spare one"})
		}
	}
	if a == b {
		fields = append(fields, fault.Field{Path: "b", Code: "places_equal", Message: "give two seats"})
	}
	if fields != nil {
		return ArrangementView{}, ErrSwap.With(fields...)
	}
	return s.rearrange(ctx, c, func(r *Roll) error {
		if len(r.Swaps) >= maxSwaps {
			return ErrSwap.With(fault.Field{Path: "a", Code: "too_many", Message: fmt.Sprintf("a sitting takes at most %d swaps", maxSwaps)})
		}
		r.Swaps = append(r.Swaps, SeatSwap{No: len(r.Swaps) + 1, A: a, B: b, Reason: reason, By: actor, At: s.now(), Registered: len(r.entries())})
		return nil
	})
}

// UndoSwap takes a swap back; the others are carried out as before. Errors:
// ErrSwapNotFound, ErrSwap when another swap does not fit without it,
// ErrReason, ErrArranged, ErrSittingNotFound, those of Arrangement.
func (s *Service) UndoSwap(ctx context.Context, id SittingID, no int, actor, reason string) (ArrangementView, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return ArrangementView{}, err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return ArrangementView{}, err
	}
	return s.rearrange(ctx, c, func(r *Roll) error {
		if no < 1 || no > len(r.Swaps) || r.Swaps[no-1].Undone != nil {
			return ErrSwapNotFound
		}
		r.Swaps[no-1].Undone = &SwapUndo{Reason: reason, By: actor, At: s.now()}
		return nil
	})
}

// rearrange changes the roll's swaps if the arrangement can be made with them.
// The roll comes first, by compare-and-set, so that Prepare sees all or none
// of it; then the records. What a crash keeps from being recorded is recorded
// by the next swap or by Prepare.
func (s *Service) rearrange(ctx context.Context, c *course, change func(*Roll) error) (ArrangementView, error) {
	forms, err := s.formsOf(ctx, c.sitting)
	if err != nil {
		return ArrangementView{}, err
	}
	for range maxTries {
		roll, err := rolls.Get(ctx, s.db, string(c.id))
		if err != nil {
			return ArrangementView{}, notFound(err, errNobody())
		}
		if roll.Value.Frozen {
			return ArrangementView{}, ErrArranged
		}
		if err := change(&roll.Value); err != nil {
			return ArrangementView{}, err
		}
		people, err := s.peopleOf(ctx, roll.Value.entries())
		if err != nil {
			return ArrangementView{}, err
		}
		plan, err := arrange(c.sitting, &roll.Value, people, forms, s.o.Node)
		if err != nil {
			return ArrangementView{}, err
		}
		err = rolls.Replace(ctx, s.db, &roll.Value, roll.Version)
		if errors.Is(err, store.ErrVersion) {
			continue
		}
		if err != nil {
			return ArrangementView{}, fmt.Errorf("changing the roll: %w", err)
		}
		return c.sitting.arrangementView(&roll.Value, ticketsIn(plan), people), s.recordSwaps(ctx, c, &roll.Value)
	}
	return ArrangementView{}, ErrBusy
}

// recordSwaps puts into the sitting's stream what is on the roll. Each record
// has a key of its own, so that there is one of each.
func (s *Service) recordSwaps(ctx context.Context, c *course, r *Roll) error {
	for _, w := range r.Swaps {
		key := fmt.Sprintf("swap/%d", w.No)
		err := s.recordOnce(ctx, c, w.By, key, kindSwapped, SeatsSwapped{No: w.No, A: w.A, B: w.B, Reason: w.Reason, Node: s.o.Node})
		if err == nil && w.Undone != nil {
			err = s.recordOnce(ctx, c, w.Undone.By, key+"/undone", kindSwapUndo, SwapUndone{No: w.No, Reason: w.Undone.Reason, Node: s.o.Node})
		}
		if err != nil {
			return fmt.Errorf("recording a swap: %w", err)
		}
	}
	return nil
}

// recordOnce appends to the sitting's stream what is not there yet.
func (s *Service) recordOnce(ctx context.Context, c *course, actor, key, kind string, data any) error {
	if c.last.Load().keyed(key) > 0 {
		return nil
	}
	_, err := s.record(ctx, c, actor, key, func(*Course) (string, any, error) { return kind, data, nil })
	return err
}
