package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Options are what the service is made of.
type Options struct {
	Now  func() time.Time
	Log  *slog.Logger
	Tick time.Duration // least time between two frames of a public board
	// Sealer seals the records of draws.
	Sealer Sealer
}

// Contests runs contests: structure, marking, results, boards. Safe for
// concurrent use. Several nodes may work on the same stores.
type Contests struct {
	db   store.DB
	led  *ledger.Ledger
	bus  live.Bus
	opts Options

	mu     sync.Mutex
	arenas map[DivisionID]*arena
	closed bool
}

// New returns the service. Close it before the stores.
func New(db store.DB, led *ledger.Ledger, bus live.Bus, o Options) *Contests {
	return &Contests{db: db, led: led, bus: bus, opts: o, arenas: map[DivisionID]*arena{}}
}

// ContestDraft is a contest to be made.
type ContestDraft struct {
	Name      scoring.Text `json:"name"`
	Event     scoring.Text `json:"event"`
	Organiser string       `json:"organiser"`
	Rehearsal bool         `json:"rehearsal"`
}

// CreateContest makes a contest. Error: ErrContest with fields.
func (s *Contests) CreateContest(ctx context.Context, d ContestDraft) (Contest, error) {
	var wrong []fault.Field
	wrong = append(wrong, textField("name", d.Name)...)
	wrong = append(wrong, textField("event", d.Event)...)
	if len(wrong) > 0 {
		return Contest{}, ErrContest.With(wrong...)
	}
	c := Contest{
		ID: ContestID(newID()), Name: d.Name, Event: d.Event, Organiser: d.Organiser,
		Rehearsal: d.Rehearsal, Created: s.now(),
	}
	return c, contests.Insert(ctx, s.db, &c)
}

func textField(path string, t scoring.Text) []fault.Field {
	if strings.TrimSpace(t.ZH) == "" || len(t.ZH) > 300 || len(t.EN) > 300 {
		return []fault.Field{{Path: path + ".zh", Code: "missing", Message: "a Chinese name of at most 100 characters is needed"}}
	}
	return nil
}

// Contests lists all contests, the oldest first.
func (s *Contests) Contests(ctx context.Context) ([]Contest, error) {
	return contests.All(ctx, s.db, store.Query{Index: "created"})
}

// Contest returns one contest.
func (s *Contests) Contest(ctx context.Context, id ContestID) (Contest, error) {
	v, err := contests.Get(ctx, s.db, string(id))
	return v.Value, err
}

// DivisionDraft is a division to be made. Without a procedure it gets the
// OrdinaryProcedure.
type DivisionDraft struct {
	Contest   ContestID      `json:"contest"`
	Name      scoring.Text   `json:"name"`
	Scheme    scoring.Scheme `json:"scheme"`
	Rules     scoring.Rules  `json:"rules"`
	Procedure *Procedure     `json:"procedure,omitempty"`
	Officers  []Officer      `json:"officers,omitempty"`
	Relations []Relation     `json:"relations,omitempty"`
	Panels    []Panel        `json:"panels"`
	Theory    *Theory        `json:"theory,omitempty"`
	Board     BoardPolicy    `json:"board"`
}

// CreateDivision makes a division in status Setup. The scheme and rules are
// checked: weights that do not add up, parts that do not make their whole.
func (s *Contests) CreateDivision(ctx context.Context, d DivisionDraft) (Division, error) {
	if _, err := s.Contest(ctx, d.Contest); err != nil {
		return Division{}, err
	}
	if wrong := textField("name", d.Name); len(wrong) > 0 {
		return Division{}, ErrContest.With(wrong...)
	}
	if err := d.Scheme.Validate(); err != nil {
		return Division{}, fmt.Errorf("scheme: %w", err)
	}
	if err := d.Rules.Validate(d.Scheme); err != nil {
		return Division{}, fmt.Errorf("rules: %w", err)
	}
	procedure := OrdinaryProcedure()
	if d.Procedure != nil {
		procedure = *d.Procedure
	}
	if err := procedure.Validate(); err != nil {
		return Division{}, err
	}
	if d.Theory != nil {
		m, ok := d.Scheme.Module(d.Theory.Module)
		if !ok || m.Source != scoring.SourceImported {
			return Division{}, ErrContest.With(fault.Field{Path: "theory.module", Code: "not_imported", Message: "must name a module of the scheme whose source is imported"})
		}
	}
	div := Division{
		ID: DivisionID(newID()), Contest: d.Contest, Name: d.Name, Scheme: d.Scheme, Rules: d.Rules,
		Procedure: procedure, Officers: d.Officers, Relations: d.Relations,
		Panels: d.Panels, Theory: d.Theory, Board: d.Board, Status: Setup, Created: s.now(),
	}
	if div.Panels == nil {
		div.Panels = []Panel{}
	}
	if div.Officers == nil {
		div.Officers = []Officer{}
	}
	if div.Relations == nil {
		div.Relations = []Relation{}
	}
	return div, divisions.Insert(ctx, s.db, &div)
}

// Division returns one division.
func (s *Contests) Division(ctx context.Context, id DivisionID) (Division, error) {
	v, err := divisions.Get(ctx, s.db, string(id))
	return v.Value, err
}

// Divisions lists the divisions of a contest.
func (s *Contests) Divisions(ctx context.Context, id ContestID) ([]Division, error) {
	return divisions.All(ctx, s.db, store.Query{Index: "contest", Equal: string(id)})
}

// Opened lists the divisions that have been opened, the oldest first.
func (s *Contests) Opened(ctx context.Context) ([]Division, error) {
	return divisions.All(ctx, s.db, store.Query{Index: "opened"})
}

// Enter adds competitors to a division in Setup, all or none of them. One who
// is there already (same candidate) is refused with a path.
func (s *Contests) Enter(ctx context.Context, id DivisionID, list []Competitor) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	if div.Status != Setup {
		return ErrFrozen
	}
	there, err := s.Competitors(ctx, id)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(there))
	for _, c := range there {
		known[string(c.Candidate)] = true
	}
	var wrong []fault.Field
	for i, c := range list {
		path := fmt.Sprintf("competitors[%d]", i)
		switch {
		case c.Candidate == "" || strings.TrimSpace(c.Name) == "":
			wrong = append(wrong, fault.Field{Path: path, Code: "missing", Message: "candidate and name are needed"})
		case known[string(c.Candidate)]:
			wrong = append(wrong, fault.Field{Path: path, Code: "duplicate", Message: "this candidate is in the division already"})
		}
		known[string(c.Candidate)] = true
	}
	if len(wrong) > 0 {
		return ErrContest.With(wrong...)
	}
	for _, c := range list {
		// A crash in between leaves a part entered; entering the rest again
		// names the ones that are there, and nothing counts before Open.
		c.ID, c.Division = CompetitorID(newID()), id
		if err := competitors.Insert(ctx, s.db, &c); err != nil {
			return err
		}
	}
	return nil
}

// Competitors lists a division's competitors with their names; for staff only.
func (s *Contests) Competitors(ctx context.Context, id DivisionID) ([]Competitor, error) {
	return competitors.All(ctx, s.db, store.Query{Index: "division", Equal: string(id)})
}

// SetPanels replaces the panels of a division in Setup.
func (s *Contests) SetPanels(ctx context.Context, id DivisionID, panels []Panel) error {
	_, err := divisions.Update(ctx, s.db, string(id), func(d *Division) error {
		if d.Status != Setup {
			return ErrFrozen
		}
		for i, p := range panels {
			if m, ok := d.Scheme.Module(p.Module); !ok || m.Source != scoring.SourcePanel {
				return ErrContest.With(fault.Field{Path: fmt.Sprintf("panels[%d].module", i), Code: "unknown", Message: "no module of the scheme that a panel marks"})
			}
		}
		d.Panels = panels
		return nil
	})
	return err
}

// SetStatus moves an open division on: Running ⇄ Review → Final.
func (s *Contests) SetStatus(ctx context.Context, actor access.AccountID, id DivisionID, to Status) error {
	// The ledger is what results follow: it is asked, it decides, and the
	// document is a copy for lists, made from the fold.
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	err = a.read(ctx, func(t *Tally) error {
		if !t.status.mayBecome(to) {
			return ErrStatus.Param("from", t.status).Param("to", to)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := a.append(ctx, string(actor), kindStatus, "", statusChanged{to}); err != nil {
		return err
	}
	var now Status
	if err := a.read(ctx, func(t *Tally) error { now = t.status; return nil }); err != nil {
		return err
	}
	if _, err := divisions.Update(ctx, s.db, string(id), func(d *Division) error { d.Status = now; return nil }); err != nil {
		return err
	}
	if now != to {
		return ErrStatus.Param("from", now).Param("to", to) // another change came first
	}
	return nil
}

// mayBecome reports whether an open division may go from s to that status.
func (s Status) mayBecome(to Status) bool {
	return s == Running && to == Review || s == Review && (to == Running || to == Final)
}

// Close ends the boards' projectors and waits for them.
func (s *Contests) Close() {
	s.mu.Lock()
	s.closed = true
	open := s.arenas
	s.arenas = map[DivisionID]*arena{}
	s.mu.Unlock()
	for _, a := range open {
		a.close()
	}
}

func (s *Contests) now() time.Time { return s.opts.Now().UTC().Truncate(time.Millisecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own event types always marshal
	}
	return b
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
