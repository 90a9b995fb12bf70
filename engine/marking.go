package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// SheetID names one competitor's work in one module, "<code>.<module>".
type SheetID string

// SheetState is a sheet as one judge sees it.
type SheetState string

// The states of a sheet for its judge.
const (
	SheetNotStarted SheetState = "not_started" // this judge has not submitted
	SheetSubmitted  SheetState = "submitted"   // the others are waited for
	SheetConference SheetState = "conference"  // 需要合议: the panel must talk and mark again
	SheetAgreed     SheetState = "agreed"      // the panel's marks stand; locked
)

// SheetBrief is one line of a judge's list. It names a code, never a person.
type SheetBrief struct {
	ID          SheetID          `json:"id"`
	Division    DivisionID       `json:"division"`
	Code        string           `json:"code"`
	Module      scoring.ModuleID `json:"module"`
	ModuleName  scoring.Text     `json:"module_name"`
	State       SheetState       `json:"state"`
	Version     int              `json:"version"` // of this judge's sheet; 0: none yet
	Have        int              `json:"have"`    // judges of the panel who have submitted
	Need        int              `json:"need"`
	SubmittedAt *time.Time       `json:"submitted_at,omitempty"`
}

// SheetView is a whole sheet for its judge: the judge's own marks and, in
// conference, which aspects need talk; never another judge's marks.
type SheetView struct {
	SheetBrief
	ModuleScheme scoring.Module           `json:"module_scheme"`
	Mine         *JudgeSheet              `json:"mine,omitempty"`
	MyTotal      *scoring.Marks           `json:"my_total,omitempty"` // hundredths, as if this judge were alone
	Conferences  []scoring.ConferenceView `json:"conferences"`
}

// SheetNews tells one judge that a sheet's state has changed.
type SheetNews struct {
	Judge       access.AccountID         `json:"judge"`
	Sheet       SheetBrief               `json:"sheet"`
	Conferences []scoring.ConferenceView `json:"conferences"`
}

// sheetID names a sheet by the code that its judges see, so that it ties no
// two layers together.
func sheetID(code string, m scoring.ModuleID) SheetID {
	return SheetID(code + "." + string(m))
}

func (id SheetID) split() (code string, m scoring.ModuleID, ok bool) {
	code, mod, ok := strings.Cut(string(id), ".")
	return code, scoring.ModuleID(mod), ok
}

// Submission is a judge's sheet on its way in.
type Submission struct {
	Sheet SheetID
	// CodeTail repeats the last two characters of the code, so that marks do
	// not land on the wrong competitor.
	CodeTail string
	// Expect is the version of the judge's own sheet that this one replaces; 0
	// for the first.
	Expect  int
	Key     string // idempotency key
	Entries []scoring.AspectEntry
	Note    string
	Device  string
}

// Received answers a submission after it is durable.
type Received struct {
	Sheet   SheetBrief
	Total   scoring.Marks // this judge's own total, hundredths
	At      time.Time
	Version int
}

// Submit takes a judge's sheet. Errors: ErrNoSheet, ErrWrongPanel,
// ErrWrongCode, ErrMarkVersion, ErrSheetLocked, ErrNotRunning, ErrKeyReused,
// or scoring.ErrEntry with every wrong field. A repeated key returns what the
// first one got.
func (s *Contests) Submit(ctx context.Context, judge access.AccountID, id DivisionID, sub Submission) (Received, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Received{}, err
	}
	e := submitted{
		Sheet: sub.Sheet, Judge: judge, Expect: sub.Expect, Entries: sub.Entries,
		Note: sub.Note, Device: sub.Device,
	}
	if e.Entries == nil {
		e.Entries = []scoring.AspectEntry{}
	}
	// Refuse early what the fold would refuse, so that the ledger is not
	// filled with it; but a replay must get through to its first answer.
	var early error
	err = a.read(ctx, func(t *Tally) error {
		i, m, _, err := t.find(sub.Sheet)
		if err != nil {
			return err
		}
		if !slices.Contains(t.panel(t.open.Competitors[i], m.ID), judge) {
			return ErrWrongPanel.Param("sheet", sub.Sheet)
		}
		if code := t.code(m, i); len(code) < 2 || !strings.EqualFold(sub.CodeTail, code[len(code)-2:]) {
			return ErrWrongCode.With(fault.Field{Path: "code_tail", Code: "wrong_code", Message: "repeat the last two characters of the code on the sheet"})
		}
		early = t.decide(e).why
		return nil
	})
	if err != nil {
		return Received{}, err
	}
	if early != nil {
		_, known, err := s.db.Ledger().FindKey(ctx, a.stream, submitKey(judge, sub.Key))
		if err != nil {
			return Received{}, err
		}
		if !known || sub.Key == "" {
			return Received{}, early
		}
	}
	done, err := a.append(ctx, string(judge), kindSubmitted, submitKey(judge, sub.Key), e)
	if err != nil {
		return Received{}, err
	}
	return s.received(ctx, a, judge, e, done.Seq, done.At, !done.Replayed)
}

// submitKey keeps the keys of different judges apart.
func submitKey(judge access.AccountID, key string) string {
	if key == "" {
		return ""
	}
	return string(judge) + "/" + key
}

// received reads what the fold made of the record and tells the panel.
func (s *Contests) received(ctx context.Context, a *arena, judge access.AccountID, e submitted, seq int64, at time.Time, fresh bool) (Received, error) {
	var out Received
	var news []SheetNews
	err := a.read(ctx, func(t *Tally) error {
		v := t.verdicts[seq]
		switch {
		case v.sheet != e.Sheet: // nothing was stored for this one
			return ErrKeyReused.Param("sheet", v.sheet)
		case v.why != nil:
			return v.why
		}
		i, m, w, err := t.find(e.Sheet)
		if err != nil {
			return err
		}
		out = Received{Sheet: t.brief(a.id, i, m, w, judge), Total: v.total, At: at, Version: v.version}
		for _, j := range t.panel(t.open.Competitors[i], m.ID) {
			news = append(news, SheetNews{Judge: j, Sheet: t.brief(a.id, i, m, w, j), Conferences: w.outcome.Conferences()})
		}
		return nil
	})
	if err == nil && fresh {
		a.tell(ctx, news)
	}
	return out, err
}

// ownTotal is what the judge's sheet gives alone: the running total on the
// tablet and in the receipt.
func ownTotal(m scoring.Module, entries []scoring.AspectEntry) (scoring.Marks, error) {
	var sum scoring.Marks
	for _, a := range m.Aspects() {
		for _, e := range entries {
			if e.Aspect != a.ID {
				continue
			}
			v, err := scoring.MarkEntry(a, e.Observation)
			if err != nil {
				return 0, err
			}
			sum += v.Marks
		}
	}
	return max(0, sum), nil
}

func (t *Tally) brief(d DivisionID, i int, m scoring.Module, w *work, judge access.AccountID) SheetBrief {
	code := t.code(m, i)
	b := SheetBrief{
		ID: sheetID(code, m.ID), Division: d, Code: code, Module: m.ID, ModuleName: m.Name,
		State: SheetNotStarted, Have: w.outcome.Have, Need: w.outcome.Need,
	}
	if s := w.sheets[judge]; s != nil {
		at := s.At
		b.State, b.Version, b.SubmittedAt = SheetSubmitted, s.Version, &at
	}
	switch w.outcome.State {
	case scoring.Conference:
		b.State = SheetConference
	case scoring.Settled:
		b.State = SheetAgreed
	case scoring.Waiting:
	}
	return b
}

// Sheets lists the judge's sheets of a division, in the order of modules and
// codes.
func (s *Contests) Sheets(ctx context.Context, judge access.AccountID, id DivisionID) ([]SheetBrief, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []SheetBrief{}
	err = a.read(ctx, func(t *Tally) error {
		for _, m := range t.open.Scheme.Modules {
			if m.Source != scoring.SourcePanel {
				continue
			}
			first := len(out)
			for i, c := range t.open.Competitors {
				// Before the draw there is nothing that a judge could call it by.
				if t.code(m, i) != "" && slices.Contains(t.panel(c, m.ID), judge) {
					out = append(out, t.brief(id, i, m, t.works[i][m.ID], judge))
				}
			}
			slices.SortFunc(out[first:], func(x, y SheetBrief) int { return strings.Compare(x.Code, y.Code) })
		}
		return nil
	})
	return out, err
}

// Sheet returns one sheet for a judge of its panel. Errors: ErrNoSheet,
// ErrWrongPanel.
func (s *Contests) Sheet(ctx context.Context, judge access.AccountID, id DivisionID, sheet SheetID) (SheetView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return SheetView{}, err
	}
	var out SheetView
	err = a.read(ctx, func(t *Tally) error {
		i, m, w, err := t.find(sheet)
		if err != nil {
			return err
		}
		if !slices.Contains(t.panel(t.open.Competitors[i], m.ID), judge) {
			return ErrWrongPanel.Param("sheet", sheet)
		}
		out = SheetView{SheetBrief: t.brief(id, i, m, w, judge), ModuleScheme: m, Conferences: w.outcome.Conferences()}
		if mine := w.sheets[judge]; mine != nil {
			copied := *mine
			total, err := ownTotal(m, mine.Entries)
			if err != nil {
				return err
			}
			out.Mine, out.MyTotal = &copied, &total
		}
		return nil
	})
	return out, err
}

// JudgeDivisions lists the open divisions on whose panels the judge sits, the
// latest opened first.
func (s *Contests) JudgeDivisions(ctx context.Context, judge access.AccountID) ([]Division, error) {
	all, err := s.Opened(ctx)
	if err != nil {
		return nil, err
	}
	mine := []Division{}
	for _, d := range slices.Backward(all) {
		onPanel := slices.ContainsFunc(d.Panels, func(p Panel) bool {
			return slices.ContainsFunc(p.Judges, func(j PanelJudge) bool { return j.Judge == judge })
		})
		if onPanel && d.Status == Running {
			mine = append(mine, d)
		}
	}
	return mine, nil
}

// Import is a module's marks from elsewhere.
type Import struct {
	Competitor CompetitorID
	Module     scoring.ModuleID
	Value      scoring.Value
	Source     string // "attempt/<id>"; with Revision it makes the import idempotent
	Revision   int64  // a higher one of the same source replaces the value
}

// ImportPart records a module's marks from elsewhere, such as a marked theory
// paper. Errors: ErrNotRunning before the opening and after the results are
// final, ErrNoSheet, scoring.ErrModules.
func (s *Contests) ImportPart(ctx context.Context, actor string, id DivisionID, in Import) error {
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	err = a.read(ctx, func(t *Tally) error {
		module, ok := t.open.Scheme.Module(in.Module)
		switch {
		case t.status == Setup || t.status == Final:
			return ErrNotRunning.Param("status", t.status)
		case !ok || module.Source != scoring.SourceImported:
			return ErrNoSheet.Param("module", in.Module)
		case in.Value.Marks > module.Max || in.Value.Marks < 0:
			return scoring.ErrModules.With(fault.Field{Path: "value", Code: "above_max", Message: "the marks are outside the module's range"})
		}
		if _, ok := t.byID[in.Competitor]; !ok {
			return ErrNoSheet.Param("competitor", in.Competitor)
		}
		return nil
	})
	if err != nil {
		return err
	}
	key := fmt.Sprintf("import/%s/%d", in.Source, in.Revision)
	_, err = a.append(ctx, actor, kindImported, key, imported(in))
	return err
}
