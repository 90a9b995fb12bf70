package engine

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Story is everything that the ledger holds about one result (“这个成绩的来龙去
// 脉”): every record that concerns it, in order, with what it did.
type Story struct {
	Code    string        `json:"code"`
	Sheet   SheetID       `json:"sheet,omitempty"` // the story of one sheet only
	Chapter []StoryRecord `json:"records"`
	Total   scoring.Value `json:"total"` // hundredths, now; blank where it may not show
}

// StoryRecord is one record of a story.
type StoryRecord struct {
	Seq   int64            `json:"seq"`
	At    time.Time        `json:"at"`
	Kind  string           `json:"kind"`
	Actor access.AccountID `json:"actor"`
	Hash  string           `json:"hash"` // hex
	// Why says why the record changed nothing; empty: it counts.
	Why    string           `json:"why,omitempty"`
	Data   json.RawMessage  `json:"data"` // as recorded, without sealed parts
	Module scoring.ModuleID `json:"module,omitempty"`
	Before *scoring.Value   `json:"before,omitempty"` // of the module, where the record changed it
	After  *scoring.Value   `json:"after,omitempty"`
}

// common are the members by which records name whom they concern.
type common struct {
	Sheet      SheetID          `json:"sheet"`
	Code       string           `json:"code"`
	Competitor CompetitorID     `json:"competitor"`
	Module     scoring.ModuleID `json:"module"`
	No         int              `json:"no"`
}

// concerns returns whom a record is about, before it is folded in; all is true
// for those of the whole division.
func (t *Tally) concerns(r ledger.Record) (i int, module scoring.ModuleID, all bool) {
	var c common
	if json.Unmarshal(r.Data, &c) != nil {
		return 0, "", true
	}
	switch r.Kind {
	case kindCorrectionSigned, kindCorrectionOff:
		if c.No >= 1 && c.No <= len(t.outcome.corrections) {
			x := t.outcome.corrections[c.No-1]
			m := x.Module
			if sp, err := t.find(x.Sheet); err == nil {
				m = sp.m.ID
			}
			return x.at, m, false
		}
		return -1, "", false
	case kindAppealRuled, kindAppealOff:
		if c.No >= 1 && c.No <= len(t.outcome.appeals) {
			return t.outcome.appeals[c.No-1].at, t.outcome.appeals[c.No-1].Module, false
		}
		return -1, "", false
	}
	if c.Sheet != "" {
		if sp, err := t.find(c.Sheet); err == nil {
			return sp.i, sp.m.ID, false
		}
		return -1, "", false
	}
	if c.Competitor != "" {
		if at, ok := t.byID[c.Competitor]; ok {
			return at, c.Module, false
		}
	}
	if c.Code != "" {
		if at, ok := t.anyCode(c.Module, c.Code); ok {
			return at, c.Module, false
		}
		return -1, "", false
	}
	return 0, c.Module, true
}

// anyCode finds a competitor by a code of any layer.
func (t *Tally) anyCode(m scoring.ModuleID, code string) (int, bool) {
	for place, of := range t.codes.of {
		if i, ok := of[code]; ok && (place.module == m || m == "" || place.module == "") {
			return i, true
		}
	}
	return 0, false
}

// SheetStory returns the story of one sheet, by its code: for those who may
// not know more yet. Errors: ErrNoSheet.
func (s *Contests) SheetStory(ctx context.Context, reader access.AccountID, id DivisionID, sheet SheetID) (Story, error) {
	return s.story(ctx, reader, id, Story{Sheet: sheet}, func(t *Tally) (int, scoring.ModuleID, error) {
		sp, err := t.find(sheet)
		return sp.i, sp.m.ID, err
	})
}

// ResultStory returns the whole story of one competitor's result, by entry
// code, after decryption. Errors: ErrPhase, ErrNoCode.
func (s *Contests) ResultStory(ctx context.Context, reader access.AccountID, id DivisionID, code string) (Story, error) {
	return s.story(ctx, reader, id, Story{Code: code}, func(t *Tally) (int, scoring.ModuleID, error) {
		if !t.decrypted() {
			return 0, "", ErrPhase.Param("phase", t.phase())
		}
		i, ok := t.labelled(code)
		if !ok {
			return 0, "", ErrNoCode.Param("code", code)
		}
		return i, "", nil
	})
}

// story reads the stream from its beginning and tells what concerns one
// competitor, and only in one module if who says so. That it was read is
// recorded before anything is returned.
func (s *Contests) story(ctx context.Context, reader access.AccountID, id DivisionID, out Story, who func(*Tally) (int, scoring.ModuleID, error)) (Story, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	var i int
	var only scoring.ModuleID
	closed := false
	err = a.read(ctx, func(t *Tally) (err error) {
		closed = t.open.Procedure.Identity.Mode == IdentityLayered && !t.named()
		if i, only, err = who(t); err != nil || only != "" {
			return err
		}
		e, err := t.entry(i)
		out.Total = e.Total
		return err
	})
	if err == nil {
		err = s.looked(ctx, reader, id, "story", string(out.Sheet)+out.Code)
	}
	if err != nil {
		return out, err
	}
	t := newTally(s.opts.Sealer)
	out.Chapter = []StoryRecord{}
	_, err = ledger.Fold(ctx, s.led, a.stream, 0, func(r ledger.Record) error {
		at, module, all := t.concerns(r)
		ours := all || at == i && (only == "" || module == only || module == "")
		before := map[scoring.ModuleID]scoring.Value{}
		if ours && !all {
			before = t.values(i)
		}
		if err := t.apply(r); err != nil || !ours {
			return err
		}
		rec := StoryRecord{Seq: r.Seq, At: r.At, Kind: r.Kind, Actor: access.AccountID(r.Actor), Hash: hex.EncodeToString(r.Hash), Data: openly(r.Data), Module: module}
		if closed && r.Kind == kindRecheckDrawn {
			rec.Data = json.RawMessage("{}") // see RecheckView.Seed
		}
		if why := t.verdicts[r.Seq].why; why != nil {
			rec.Why = why.Error()
		}
		if !all {
			for m, after := range t.values(i) {
				if was := before[m]; was != after && (only == "" || m == only) {
					rec.Module, rec.Before, rec.After = m, &was, &after
				}
			}
		}
		out.Chapter = append(out.Chapter, rec)
		return nil
	})
	return out, err
}

// values are the modules of a competitor as they count for the jury. What
// cannot be computed has no value; the fold has said so.
func (t *Tally) values(i int) map[scoring.ModuleID]scoring.Value {
	out := map[scoring.ModuleID]scoring.Value{}
	if i >= len(t.works) {
		return out
	}
	for _, m := range t.open.Scheme.Modules {
		if v, err := t.worth(i, m, t.works[i][m.ID], jury); err == nil {
			out[m.ID] = v
		}
	}
	return out
}

// hidden are the members of records that a story leaves out: sealed values,
// and what names others than the one it is about.
var hidden = []string{"sealed", "secret", "competitors", "names", "participants", "scheme", "rules", "panels", "procedure", "officers", "relations", "people", "lots", "order"}

// openly returns the data of a record without what is not for stories.
func openly(data []byte) json.RawMessage {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return json.RawMessage("{}")
	}
	for _, h := range hidden {
		delete(all, h)
	}
	out, err := json.Marshal(all)
	if err != nil {
		return json.RawMessage("{}")
	}
	return out
}

// seen says who has looked at something that not everybody of the staff may
// see.
type seen struct {
	What string `json:"what"`
	Of   string `json:"of"`
}

// looked records in "seen/<division>" that somebody looks at something.
func (s *Contests) looked(ctx context.Context, reader access.AccountID, id DivisionID, what, of string) error {
	_, err := s.led.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("seen/" + string(id)), Expect: ledger.AnySeq, At: s.now(), Kind: what + ".seen", Actor: string(reader), Data: marshal(seen{what, of}),
	})
	return err
}
