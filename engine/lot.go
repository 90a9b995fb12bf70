package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// lotDrawn decides between those whom the whole tie chain leaves equal. It is
// drawn once, before witnesses, and recorded.
type lotDrawn struct {
	Seed    string `json:"seed"`    // hex
	Witness string `json:"witness"` // who saw it
}

func (t *Tally) decideLotDrawn(actor access.AccountID, e lotDrawn) error {
	if err := t.office(actor, OfficeSupervisor); err != nil {
		return err
	}
	if err := t.in(PhaseDecrypted, PhasePublished); err != nil {
		return err
	}
	if seed, err := hex.DecodeString(e.Seed); err != nil || len(seed) < 8 || len(seed) > 64 {
		return ErrContest.With(fault.Field{Path: "seed", Code: "invalid", Message: "a seed has 16 to 128 hexadecimal digits"})
	}
	if e.Witness == "" || len(e.Witness) > 200 {
		return ErrContest.With(fault.Field{Path: "witness", Code: "missing", Message: "name who watches the draw"})
	}
	list, err := t.standings(jury)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(st Standing) bool { return st.lotNeeded }) {
		return ErrNoLot
	}
	return nil
}

// applyLotDrawn gives a lot to everybody who needs one and has none; a lot
// that was drawn stays (contest-systems.md §4: a tie-break that is drawn again
// at each recompute).
func (t *Tally) applyLotDrawn(r ledger.Record) (verdict, error) {
	e, err := read[lotDrawn](r)
	if err != nil {
		return verdict{}, err
	}
	if why := t.decideLotDrawn(access.AccountID(r.Actor), e); why != nil {
		return refused(why)
	}
	list, err := t.standings(jury)
	if err != nil {
		return verdict{}, err
	}
	var who []int
	for _, st := range list {
		if _, drawn := t.outcome.lots[st.at]; st.lotNeeded && !drawn {
			who = append(who, st.at)
		}
	}
	if t.outcome.lots == nil {
		t.outcome.lots = map[int]int64{}
	}
	slices.SortFunc(who, func(a, b int) int { return cmp.Compare(t.open.Competitors[a].ID, t.open.Competitors[b].ID) })
	for _, i := range who {
		t.outcome.lots[i] = freeLot(t.outcome.lots, e.Seed, t.open.Competitors[i].ID)
		t.stirred(i)
	}
	return verdict{}, nil
}

// freeLot is the lot of a competitor: five digits of the digest of seed and id,
// or the next that nobody has. It does not count up, so that whoever is tied
// later, after a correction, has the same chance as those who drew before.
func freeLot(taken map[int]int64, seed string, id CompetitorID) int64 {
	const first, count = 10_000, 90_000
	sum := sha256.Sum256([]byte(seed + "\x00" + string(id)))
	at := int64(binary.BigEndian.Uint64(sum[:8]) % count)
	for slices.Contains(slices.Collect(maps.Values(taken)), first+at) {
		at = (at + 1) % count
	}
	return first + at
}

// DrawLots draws lots for those whom nothing else separates, from a random
// seed in hex. Errors: ErrOffice, ErrPhase, ErrNoLot, ErrContest.
func (s *Contests) DrawLots(ctx context.Context, actor access.AccountID, id DivisionID, key, seed, witness string) error {
	e := lotDrawn{seed, witness}
	return s.perform(ctx, actor, id, kindLotDrawn, key, e, func(t *Tally) error { return t.decideLotDrawn(actor, e) })
}
