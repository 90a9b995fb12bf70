package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

// node is one node on a shared store and bus.
type node struct {
	*engine.Contests
	led *ledger.Ledger
}

// world is a store in a temporary folder with any number of nodes.
type world struct {
	t   *testing.T
	db  *sqlite.DB
	bus live.Bus
	// accounts are those that posts are checked against; nil: not checked.
	accounts map[access.AccountID][]access.Role
	now      func() time.Time // of nodes made from now on; nil: the machine's
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: engine.Collections})
	if err != nil {
		t.Fatal(err)
	}
	bus := live.NewMemory(live.Options{})
	t.Cleanup(func() { bus.Close(); db.Close() })
	return &world{t: t, db: db, bus: bus}
}

func (w *world) node() node {
	led := ledger.Open(w.db.Ledger(), ledger.Options{})
	o := engine.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Sealer: sealer(w.t), Random: &lots{source: rand.NewChaCha8([32]byte{})}}
	if w.now != nil {
		o.Now = w.now
	}
	if w.accounts != nil {
		o.Account = func(_ context.Context, id access.AccountID) (access.Account, error) {
			if w.accounts[id] == nil {
				return access.Account{}, access.ErrSignedOut
			}
			return access.Account{ID: id, Name: string(id), Roles: w.accounts[id]}, nil
		}
	}
	n := node{led: led, Contests: engine.New(w.db, led, w.bus, o)}
	w.t.Cleanup(func() { n.Close(); led.Close() })
	return n
}

// lots are the secrets of draws, the same in every run.
type lots struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (l *lots) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.source.Read(b)
}

// sealer is what all nodes of a test share.
func sealer(t *testing.T) *seal.Sealer {
	t.Helper()
	s, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// text is the same in both languages.
func text(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

// scheme has a theory module T of 100 marks and a practical module P of 10:
// one judgement of 6 and raw points of 4.
func scheme() scoring.Scheme {
	descriptors := []scoring.Text{text("零"), text("一"), text("二"), text("三")}
	return scoring.Scheme{ID: "s", Version: 3, Name: text("评分表"), Modules: []scoring.Module{
		{ID: "T", Name: text("理论"), Max: 10000, Source: scoring.SourceImported, SubCriteria: []scoring.SubCriterion{}},
		{ID: "P", Name: text("实操"), Max: 1000, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{{
			ID: "P1", Name: text("工艺"), Max: 1000, Aspects: []scoring.Aspect{
				{ID: "J", Kind: scoring.KindJudgement, Name: text("布局"), Max: 600, Descriptors: descriptors},
				{ID: "R", Kind: scoring.KindPoints, Name: text("打分"), Max: 400, Points: &scoring.Points{Step: 50}},
			},
		}}},
	}}
}

func rules(panel int) scoring.Rules {
	one := 1
	agreement := map[scoring.Kind]scoring.Agreement{}
	for _, k := range scoring.Kinds() {
		agreement[k] = scoring.Agreement{Method: scoring.MethodMean}
	}
	agreement[scoring.KindJudgement] = scoring.Agreement{Method: scoring.MethodMean, SpreadMax: &one}
	return scoring.Rules{
		ID: "r", Version: 7, Panel: scoring.PanelRule{Size: panel, MinJudges: panel}, Agreement: agreement,
		Rounding: scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
		Parts: []scoring.Part{
			{ID: "theory", Name: text("理论"), Modules: []scoring.ModuleID{"T"}, Weight: 3000},
			{ID: "practical", Name: text("实操"), Modules: []scoring.ModuleID{"P"}, Weight: 7000},
		},
		FullMarks: 10000, TotalRounding: scoring.TotalRounding{Step: 1, Where: scoring.RoundPart},
		PassLines: []scoring.PassLine{}, TieChain: []scoring.TieStep{{By: scoring.TiePart, Part: "practical", Name: text("实操成绩")}},
		Ranking: scoring.RankShared, Absent: scoring.AbsentUnranked, ProvisionalMarks: scoring.ProvisionalEach,
	}
}

func judges(n int) []engine.PanelJudge {
	list := make([]engine.PanelJudge, n)
	for i := range list {
		list[i] = engine.PanelJudge{Judge: access.AccountID(fmt.Sprintf("j%d", i+1)), Unit: fmt.Sprintf("裁判单位%d", i+1)}
	}
	return list
}

// division makes a division in Setup with n competitors and a panel.
func (n node) division(t *testing.T, people int, panel []engine.PanelJudge, size int) engine.DivisionID {
	t.Helper()
	ctx := t.Context()
	c, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工"), Organiser: "组委会"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := n.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: text("职工组"), Scheme: scheme(), Rules: rules(size),
		Panels: []engine.Panel{{Module: "P", Judges: panel}},
		Theory: &engine.Theory{Module: "T", Sitting: exam.SittingID("sit-" + string(c.ID))},
		Board:  engine.BoardPolicy{Live: true, Units: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []engine.Competitor
	for i := range people {
		list = append(list, engine.Competitor{
			Candidate: exam.CandidateID(fmt.Sprintf("cand%d", i)), Name: fmt.Sprintf("选手%d", i), Unit: fmt.Sprintf("单位%d", i%7), City: "济南",
		})
	}
	if err := n.Enter(ctx, d.ID, list); err != nil {
		t.Fatal(err)
	}
	return d.ID
}

func (n node) open(t *testing.T, id engine.DivisionID) {
	t.Helper()
	if err := n.Open(t.Context(), "org", id, 42); err != nil {
		t.Fatal(err)
	}
}

// entries are a judge's observations: a judgement level and raw points.
func entries(level int, points scoring.Marks) []scoring.AspectEntry {
	return []scoring.AspectEntry{
		{Aspect: "J", Observation: scoring.Observation{Level: &level}},
		{Aspect: "R", Observation: scoring.Observation{Points: &points}},
	}
}

// submit hands in a judge's sheet, with everything right but what change breaks.
func (n node) submit(t *testing.T, id engine.DivisionID, j access.AccountID, s engine.SheetBrief, e []scoring.AspectEntry, change ...func(*engine.Submission)) (engine.Received, error) {
	t.Helper()
	sub := engine.Submission{
		Sheet: s.ID, CodeTail: s.Code[1:], Expect: s.Version, Round: s.Round, Key: fmt.Sprintf("%s-%s-%d", j, s.ID, s.Version), Entries: e,
	}
	for _, c := range change {
		c(&sub)
	}
	return n.Submit(t.Context(), j, id, sub)
}

func (n node) sheets(t *testing.T, id engine.DivisionID, j access.AccountID) []engine.SheetBrief {
	t.Helper()
	list, err := n.Sheets(t.Context(), j, id)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// publicRows waits until the stored public board holds the version of the
// division's stream, and returns its rows by id.
func (w *world) publicRows(id engine.DivisionID) map[string]engine.PublicRow {
	w.t.Helper()
	head, err := w.db.Ledger().Head(w.t.Context(), ledger.StreamID("division/"+string(id)))
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	for {
		snap, err := w.bus.Snapshot(ctx, engine.PublicChannel(id))
		if err != nil {
			w.t.Fatal(err)
		}
		if snap.Version >= head.Seq {
			rows := map[string]engine.PublicRow{}
			for _, r := range snap.Rows {
				var row engine.PublicRow
				if err := json.Unmarshal(r.Body, &row); err != nil {
					w.t.Fatal(err)
				}
				rows[r.ID] = row
			}
			return rows
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("board stays at version %d, want %d", snap.Version, head.Seq)
		case <-time.After(time.Millisecond):
		}
	}
}
