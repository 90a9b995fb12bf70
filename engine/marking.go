package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// SheetID names one competitor's work in one module as one panel sees it:
// "<code>.<module>", with "~2" behind it for the module's second panel.
type SheetID string

// Bounds of what comes in with a sheet; they keep documents small and are no
// rules.
const (
	maxNote    = 2000 // characters
	maxDevice  = 100  // bytes
	maxPicture = 20   // pictures that one sheet refers to
)

// submitted is one judge's sheet as handed in. It takes effect if Expect is
// the judge's version and Round the sheet's at its place in the stream, and
// the sheet is open then; otherwise it stays as evidence only.
type submitted struct {
	Sheet    SheetID               `json:"sheet"`
	Judge    access.AccountID      `json:"judge"`
	Expect   int                   `json:"expect"`
	Round    int                   `json:"round,omitempty"` // 0: records of the first version
	Entries  []scoring.AspectEntry `json:"entries"`
	Note     string                `json:"note,omitempty"`
	Evidence []EvidenceID          `json:"evidence,omitempty"`
	Device   string                `json:"device,omitempty"`
	// TabletMS is when the judge confirmed by the tablet's own clock,
	// milliseconds since 1970. It decides nothing.
	TabletMS int64 `json:"tablet_ms,omitempty"`
}

// Submission is a judge's sheet on its way in.
type Submission struct {
	Sheet SheetID
	// CodeTail repeats the last two characters of the code, so that marks do
	// not land on the wrong competitor.
	CodeTail string
	// Expect is the version of the judge's own sheet that this one replaces; 0
	// for the first. Round is the sheet's round that the judge saw.
	Expect, Round int
	Key           string // idempotency key
	Entries       []scoring.AspectEntry
	Note          string
	Evidence      []EvidenceID // pictures that belong to the marks
	Device        string
	TabletMS      int64 // by the tablet's clock; evidence only
}

// Received answers a submission after it is durable.
type Received struct {
	Sheet   SheetBrief
	Total   scoring.Marks // this judge's own total, hundredths
	At      time.Time
	Version int
}

// Submit takes a judge's sheet. Errors: ErrKey, ErrNote, ErrNoSheet,
// ErrWrongPanel, ErrWrongCode, ErrMarkVersion with both versions,
// ErrStaleRound with both rounds, ErrSheetLocked, ErrModuleLocked,
// ErrPanelClosed, ErrAbsent, ErrNotRunning, ErrEvidence, ErrKeyReused, or
// scoring.ErrEntry with every wrong field. A repeated key returns what the
// first one got.
func (s *Contests) Submit(ctx context.Context, judge access.AccountID, id DivisionID, sub Submission) (Received, error) {
	if err := sub.check(); err != nil {
		return Received{}, err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return Received{}, err
	}
	e := submitted{
		Sheet: sub.Sheet, Judge: judge, Expect: sub.Expect, Round: sub.Round, Entries: sub.Entries,
		Note: sub.Note, Evidence: sub.Evidence, Device: sub.Device, TabletMS: sub.TabletMS,
	}
	if e.Entries == nil {
		e.Entries = []scoring.AspectEntry{}
	}
	// The code is asked for by the door only: its digits are not in the record.
	// Who is not on the panel is refused by the fold, or told what became of a
	// sheet from before.
	err = a.read(ctx, func(t *Tally) error {
		sp, err := t.find(sub.Sheet)
		if err != nil {
			return err
		}
		marks := slices.Contains(t.panelOf(sp.i, sp.r, sp.s), judge)
		if code := t.codeOf(sp); marks && (len(code) < 2 || !strings.EqualFold(sub.CodeTail, code[len(code)-2:])) {
			return ErrWrongCode.With(fault.Field{Path: "code_tail", Code: "wrong_code", Message: "repeat the last two characters of the code on the sheet"})
		}
		return nil
	})
	if err != nil {
		return Received{}, err
	}
	done, v, err := a.put(ctx, judge, kindSubmitted, sub.Key, e, func(t *Tally) error { return t.decide(e).why })
	if err != nil {
		return Received{}, err
	}
	return s.received(ctx, a, judge, v, done)
}

// check looks at what is the same in every state of the division.
func (sub Submission) check() error {
	if err := checkKey(sub.Key); err != nil {
		return err
	}
	switch {
	case utf8.RuneCountInString(sub.Note) > maxNote:
		return ErrNote.With(fault.Field{Path: "note", Code: "too_long", Message: fmt.Sprintf("at most %d characters", maxNote)})
	case sub.Round < 1:
		return ErrStaleRound.Param("round", sub.Round)
	case len(sub.Device) > maxDevice:
		return ErrNote.With(fault.Field{Path: "device", Code: "too_long", Message: fmt.Sprintf("at most %d bytes", maxDevice)})
	case len(sub.Evidence) > maxPicture:
		return ErrEvidence.With(fault.Field{Path: "evidence", Code: "too_many", Message: fmt.Sprintf("at most %d pictures", maxPicture)})
	}
	return nil
}

// received reads what the fold made of the record and tells the panel.
func (s *Contests) received(ctx context.Context, a *arena, judge access.AccountID, v verdict, done ledger.Appended) (Received, error) {
	var out Received
	var news []SheetNews
	err := a.read(ctx, func(t *Tally) error {
		sp, err := t.find(v.sheet)
		if err != nil {
			return err
		}
		entries := sp.s.files[judge][v.version-1].Entries
		out = Received{At: done.At, Version: v.version}
		if out.Total, err = scoring.OwnTotal(sp.r.module, entries, sp.w.time()); err != nil {
			return err
		}
		if out.Sheet, err = t.brief(a.id, sp, judge); err != nil {
			return err
		}
		news, err = t.news(a.id, sp)
		return err
	})
	if err == nil && !done.Replayed {
		a.tell(ctx, news)
		a.hint(ctx, DeskNews{Kind: kindSubmitted, Module: out.Sheet.Module, Seq: done.Seq})
	}
	return out, err
}

// decide says what a submission would become now. The same function answers
// before the append, to refuse early, and in the fold, where it is final.
func (t *Tally) decide(e submitted) verdict {
	refuse := func(why error) verdict { return verdict{sheet: e.Sheet, why: why} }
	sp, err := t.openSheet(e.Sheet)
	if err != nil {
		return refuse(err)
	}
	if !slices.Contains(t.panelOf(sp.i, sp.r, sp.s), e.Judge) {
		return refuse(ErrWrongPanel.Param("sheet", e.Sheet))
	}
	version := len(sp.s.files[e.Judge])
	if e.Expect != version {
		return refuse(ErrMarkVersion.Param("expected", e.Expect).Param("stored", version))
	}
	if err := t.takes(sp, e.Judge, e.Round); err != nil {
		return refuse(err)
	}
	if err := scoring.CheckHandIn(sp.r.module, t.open.Rules, scoring.Sheet{Judge: scoring.JudgeID(e.Judge), Entries: e.Entries}); err != nil {
		return refuse(err)
	}
	if err := t.mayDiffer(sp, e.Judge, e.Entries); err != nil {
		return refuse(err)
	}
	for k, id := range e.Evidence {
		if !slices.ContainsFunc(sp.w.evidence, func(x Evidence) bool { return x.ID == id && x.Sheet == e.Sheet }) {
			return refuse(ErrEvidence.With(fault.Field{Path: fmt.Sprintf("evidence[%d]", k), Code: "unknown", Message: "no picture of this sheet"}))
		}
	}
	return verdict{sheet: e.Sheet, version: version + 1}
}

// openSheet finds a sheet whose marks may still change: the division runs, the
// module is not locked, the competitor did start.
func (t *Tally) openSheet(id SheetID) (spot, error) {
	if t.status != Running {
		return spot{}, ErrNotRunning.Param("status", t.status)
	}
	sp, err := t.find(id)
	switch {
	case err != nil:
		return sp, err
	case t.desk.locked[sp.m.ID] != nil:
		return sp, ErrModuleLocked.Param("module", sp.m.ID)
	case sp.w.absent != nil:
		return sp, ErrAbsent.Param("code", t.codeOf(sp))
	}
	return sp, nil
}

// takes returns why the sheet takes nothing from the judge in that round.
func (t *Tally) takes(sp spot, judge access.AccountID, round int) error {
	switch {
	case sp.s.state == scoring.Settled:
		return ErrSheetLocked.Param("code", t.codeOf(sp))
	case round != 0 && round != sp.s.round:
		return ErrStaleRound.Param("round", round).Param("current", sp.s.round)
	case sp.s.closed && sp.s.counted(judge) == nil:
		return ErrPanelClosed.Param("code", t.codeOf(sp))
	}
	return nil
}

// mayDiffer asks that in a conference only what is in conference changes: the
// other marks were given alone and stand. A gap between totals opens all.
func (t *Tally) mayDiffer(sp spot, judge access.AccountID, entries []scoring.AspectEntry) error {
	before := sp.s.counted(judge)
	if sp.s.state != scoring.Conference || before == nil {
		return nil
	}
	out, err := t.judgedBy(sp)
	if err != nil {
		return err
	}
	disputed := map[scoring.AspectID]bool{}
	for _, c := range out.Conferences() {
		if c.Aspect == "" {
			return nil
		}
		disputed[c.Aspect] = true
	}
	var wrong []fault.Field
	now := byAspect(entries)
	for a, old := range byAspect(before.Entries) {
		if !disputed[a] && !sameObservation(old, now[a]) {
			k := slices.IndexFunc(entries, func(e scoring.AspectEntry) bool { return e.Aspect == a })
			path := fmt.Sprintf("entries[%d]", k)
			if k < 0 {
				path = "entries"
			}
			wrong = append(wrong, fault.Field{Path: path, Code: "not_in_conference", Message: fmt.Sprintf("aspect %s is not in conference; its mark stands", a)})
		}
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(x, y fault.Field) int { return strings.Compare(x.Path, y.Path) })
		return scoring.ErrEntry.With(wrong...)
	}
	return nil
}

func (t *Tally) applySubmitted(r ledger.Record) (verdict, error) {
	e, err := read[submitted](r)
	if err != nil {
		return verdict{}, err
	}
	v := t.decide(e)
	if v.why != nil {
		return v, nil
	}
	sp, err := t.find(e.Sheet)
	if err != nil {
		return v, err
	}
	return v, t.take(sp, e.Judge, JudgeSheet{
		Version: v.version, Round: sp.s.round, Entries: e.Entries, Note: e.Note, At: r.At, Source: FromTablet, device: e.Device, seq: r.Seq,
	})
}

// take makes a version of a judge's sheet count.
func (t *Tally) take(sp spot, judge access.AccountID, v JudgeSheet) error {
	return t.change(sp, v.At, func() {
		sp.s.files[judge] = append(sp.s.files[judge], v)
		sp.w.accepted = nil // it was for the totals as they were
	})
}
