package engine

import (
	"context"
	"encoding/json"
	"time"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/board"
)

// PublicRow is one competitor as everybody may see it. It is an explicit
// type: what is not here cannot leak (law 8).
type PublicRow struct {
	Rank      *int           `json:"rank"`
	Shared    bool           `json:"shared"`
	Code      string         `json:"code"`
	Name      string         `json:"name,omitempty"` // from the publication on
	Unit      string         `json:"unit,omitempty"`
	City      string         `json:"city,omitempty"`
	Total     *scoring.Marks `json:"total"` // hundredths
	Parts     []Part         `json:"parts"`
	Status    Progress       `json:"status"`
	ChangedAt time.Time      `json:"changed_at"`
}

// PublicMeta heads a public board.
type PublicMeta struct {
	Contest     scoring.Text   `json:"contest"`
	Event       scoring.Text   `json:"event"`
	Division    scoring.Text   `json:"division"`
	Organiser   string         `json:"organiser"`
	Rehearsal   bool           `json:"rehearsal"`
	Status      Status         `json:"status"`
	Final       bool           `json:"final"`
	Live        bool           `json:"live"` // whether marks show before the end
	FullMarks   scoring.Marks  `json:"full_marks"`
	Modules     []PublicModule `json:"modules"`
	Competitors int            `json:"competitors"`
	// Counted is how many competitors have every module marked.
	Counted      int `json:"counted"`
	RulesVersion int `json:"rules_version"`
	// Published is the version of the published results that the rows are; 0
	// before there is one. Changed is how many rows it changed.
	Published int `json:"published"`
	Changed   int `json:"changed"`
}

// PublicModule is a module with its share of the total.
type PublicModule struct {
	scoring.PublicModule
	// Part and Weight say what the module counts in: basis points of the part.
	Part   scoring.Text `json:"part"`
	Weight int          `json:"weight_bp"`
}

type boardHead struct {
	contest Contest
	event   scoring.Text
	name    scoring.Text
}

// publicBoard folds what is new and projects it for everybody.
func (a *arena) publicBoard(ctx context.Context, head boardHead) (board.Board, error) {
	var out board.Board
	err := a.read(ctx, func(t *Tally) (err error) {
		if t.status == Setup {
			return nil
		}
		if p := t.newest(); p != nil {
			out, err = t.publishedBoard(head, p)
			return err
		}
		list, err := t.standings(public)
		if err != nil {
			return err
		}
		meta := t.publicMeta(head)
		out = board.Board{Version: t.seq, At: t.at, Lines: make([]board.Line, 0, len(list))}
		for _, st := range list {
			if st.Complete {
				meta.Counted++
			}
			line, err := t.publicLine(st)
			if err != nil {
				return err
			}
			out.Lines = append(out.Lines, line)
		}
		out.Meta, err = json.Marshal(meta)
		return err
	})
	return out, err
}

// publishedBoard is what was published last. Whatever is corrected since shows
// with the next version.
func (t *Tally) publishedBoard(head boardHead, p *publication) (board.Board, error) {
	meta := t.publicMeta(head)
	meta.Counted, meta.Published = len(p.lines), p.version
	if n := len(t.outcome.published); n > 1 {
		meta.Changed = len(t.publicationView(*p, &t.outcome.published[n-2]).Changed)
	}
	out := board.Board{Version: t.seq, At: t.at, Lines: make([]board.Line, 0, len(p.lines))}
	for i, l := range p.lines {
		row := PublicRow{
			Rank: l.Rank, Shared: l.Shared, Code: l.EntryCode, Name: l.Name, Unit: l.Unit, City: l.City,
			Parts: []Part{}, Status: ProgressComplete, ChangedAt: p.signedAt,
		}
		if l.Total.State == scoring.HasValue {
			row.Total = &l.Total.Marks
		}
		for _, x := range l.Parts {
			row.Parts = append(row.Parts, x.part())
		}
		body, err := json.Marshal(row)
		if err != nil {
			return out, err
		}
		out.Lines = append(out.Lines, board.Line{ID: l.EntryCode, SortKey: board.SortKey(int64(i)), Body: body})
	}
	var err error
	out.Meta, err = json.Marshal(meta)
	return out, err
}

// part is the module as a board shows it.
func (x ResultPart) part() Part {
	p := Part{Module: x.Module, State: PartBlank}
	switch x.Value.State {
	case scoring.HasValue:
		p.State, p.Marks = PartMarked, &x.Value.Marks
	case scoring.DidNotStart:
		p.State = PartAbsent
	case scoring.Blank:
	}
	return p
}

// coarse is the phase as lists and boards show it.
func (t *Tally) coarse() Status {
	switch t.phase() {
	case PhaseSetup:
		return Setup
	case PhaseLocked, PhaseRechecked, PhaseDecrypted, PhasePublished:
		return Review
	case PhaseFinal:
		return Final
	case PhaseRunning:
	}
	return t.status
}

func (t *Tally) publicLine(st Standing) (board.Line, error) {
	row := PublicRow{
		Rank: st.Rank, Shared: st.Shared, Code: st.Code, Total: st.Total,
		Parts: st.Parts, Status: st.Progress, ChangedAt: st.ChangedAt,
	}
	if t.open.Board.Units {
		row.Unit, row.City = st.Unit, st.City
	}
	body, err := json.Marshal(row)
	// Equal ranks are listed by code, as in the comparator.
	return board.Line{ID: st.Code, SortKey: board.SortKey(st.order...) + st.Code, Body: body}, err
}

func (t *Tally) publicMeta(head boardHead) PublicMeta {
	m := PublicMeta{
		Contest: head.contest.Name, Event: head.event, Division: head.name,
		Organiser: head.contest.Organiser, Rehearsal: head.contest.Rehearsal,
		Status: t.coarse(), Final: t.status == Final, Live: t.open.Board.Live,
		FullMarks: t.open.Rules.FullMarks, Modules: publicModules(t.open.Scheme, t.open.Rules),
		Competitors: len(t.open.Competitors), RulesVersion: t.open.Rules.Version,
	}
	return m
}

// BoardBrief is one line of the list of boards.
type BoardBrief struct {
	ID          DivisionID   `json:"id"`
	Contest     scoring.Text `json:"contest"`
	Event       scoring.Text `json:"event"`
	Division    scoring.Text `json:"division"`
	Status      Status       `json:"status"`
	Rehearsal   bool         `json:"rehearsal"`
	Opened      time.Time    `json:"opened_at"`
	Competitors int          `json:"competitors"`
}

// Boards lists the public boards, the latest opened first.
func (s *Contests) Boards(ctx context.Context) ([]BoardBrief, error) {
	open, err := s.Opened(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]BoardBrief, 0, len(open))
	for i := len(open) - 1; i >= 0; i-- {
		d := open[i]
		c, err := s.Contest(ctx, d.Contest)
		if err != nil {
			return nil, err
		}
		e, err := s.Event(ctx, d.Event)
		if err != nil {
			return nil, err
		}
		a, err := s.arena(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		n := 0
		if err := a.read(ctx, func(t *Tally) error { n = len(t.open.Competitors); return nil }); err != nil {
			return nil, err
		}
		out = append(out, BoardBrief{
			ID: d.ID, Contest: c.Name, Event: e.Name, Division: d.Name, Status: d.Status,
			Rehearsal: c.Rehearsal, Opened: *d.Opened, Competitors: n,
		})
	}
	return out, nil
}

// WakeBoard makes this node project the division's board. Error: ErrNoBoard
// for a division that does not exist or has not been opened.
func (s *Contests) WakeBoard(ctx context.Context, id DivisionID) error {
	a, err := s.arena(ctx, id)
	if isNotFound(err) {
		return ErrNoBoard.Param("division", id)
	}
	if err != nil {
		return err
	}
	return a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNoBoard.Param("division", id)
		}
		if !a.shown {
			a.shown = true
			a.projector.Poke()
		}
		return nil
	})
}

// Resume makes the arenas of all open divisions, so that this node projects
// their boards after a start. Call it once when the stores are open.
func (s *Contests) Resume(ctx context.Context) error {
	open, err := s.Opened(ctx)
	if err != nil {
		return err
	}
	for _, d := range open {
		a, err := s.arena(ctx, d.ID)
		if err != nil {
			return err
		}
		a.projector.Poke()
	}
	return nil
}
