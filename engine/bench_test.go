package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
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

// The size that the program is meant for: 300 competitors, 100 aspects in four
// modules, five judges.
const (
	benchPeople  = 300
	benchModules = 4
	benchAspects = 25 // of a module
	benchJudges  = 5
)

func benchScheme() scoring.Scheme {
	s := scheme()
	s.Modules = s.Modules[:1]
	for m := range benchModules {
		mod := scoring.Module{ID: scoring.ModuleID(fmt.Sprint("M", m)), Name: text("模块"), Source: scoring.SourcePanel}
		sc := scoring.SubCriterion{ID: scoring.SubCriterionID(fmt.Sprint("S", m)), Name: text("评分项")}
		for i := range benchAspects {
			a := scoring.Aspect{ID: scoring.AspectID(fmt.Sprintf("A%d-%d", m, i)), Name: text("评分点"), Max: 100, Kind: scoring.KindPoints, Points: &scoring.Points{Step: 10}}
			if i%2 == 0 {
				a.Kind, a.Points, a.Descriptors = scoring.KindJudgement, nil, []scoring.Text{text("零"), text("一"), text("二"), text("三")}
			}
			sc.Aspects = append(sc.Aspects, a)
			sc.Max += a.Max
		}
		mod.Max, mod.SubCriteria = sc.Max, []scoring.SubCriterion{sc}
		s.Modules = append(s.Modules, mod)
	}
	return s
}

// benchWorld is a division in which every sheet but the last has been handed
// in. The division's node and a maker of further ones are returned.
func benchWorld(b *testing.B) (n *engine.Contests, id engine.DivisionID, last func(), fresh func() *engine.Contests) {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "x.db"), sqlite.Options{Collections: engine.Collections})
	must(err)
	bus := live.NewMemory(live.Options{})
	b.Cleanup(func() { bus.Close(); db.Close() })
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(err)
	fresh = func() *engine.Contests {
		led := ledger.Open(db.Ledger(), ledger.Options{})
		n := engine.New(db, led, bus, engine.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Tick: 250 * time.Millisecond, Sealer: sealer})
		b.Cleanup(func() { n.Close(); led.Close() })
		return n
	}
	n = fresh()
	c, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工")})
	must(err)
	r := rules(benchJudges)
	r.Parts[1].Modules = nil
	draft := engine.DivisionDraft{Contest: c.ID, Name: text("组"), Scheme: benchScheme(), Board: engine.BoardPolicy{Live: true}}
	for _, m := range draft.Scheme.Modules[1:] {
		r.Parts[1].Modules = append(r.Parts[1].Modules, m.ID)
		draft.Panels = append(draft.Panels, engine.Panel{Module: m.ID, Judges: judges(benchJudges)})
	}
	draft.Rules = r
	d, err := n.CreateDivision(ctx, draft)
	must(err)
	var people []engine.Competitor
	for i := range benchPeople {
		people = append(people, engine.Competitor{Candidate: exam.CandidateID(fmt.Sprint("c", i)), Name: fmt.Sprint("选手", i), Unit: fmt.Sprint("单位", i), City: "济南"})
	}
	must(n.Enter(ctx, d.ID, people))
	must(n.Open(ctx, "org", d.ID, 1))
	var final func()
	for j := range benchJudges {
		who := access.AccountID(fmt.Sprint("j", j+1))
		list, err := n.Sheets(ctx, who, d.ID)
		must(err)
		for i, s := range list {
			hand := func() {
				_, err := n.Submit(ctx, who, d.ID, engine.Submission{
					Sheet: s.ID, CodeTail: s.Code[len(s.Code)-2:], Round: s.Round, Expect: s.Version, Key: string(s.ID), Entries: benchEntries(draft.Scheme, s, j, i),
				})
				must(err)
			}
			if j == benchJudges-1 && i == len(list)-1 {
				final = hand
				break
			}
			hand()
		}
	}
	return n, d.ID, final, fresh
}

// benchEntries differ a little between judges and competitors; one sheet in
// twenty calls a conference.
func benchEntries(s scoring.Scheme, b engine.SheetBrief, judge, i int) []scoring.AspectEntry {
	m, _ := s.Module(b.Module)
	var out []scoring.AspectEntry
	for k, a := range m.Aspects() {
		level, points := (i+k)%3, scoring.Marks((i*7+k+judge)%11)*10
		if judge == 0 {
			level++
		}
		if judge == 1 && i%20 == 0 && k == 0 {
			level = 3 - level
		}
		e := scoring.AspectEntry{Aspect: a.ID}
		if a.Kind == scoring.KindJudgement {
			e.Level = &level
		} else {
			e.Points = &points
		}
		out = append(out, e)
	}
	return out
}

// BenchmarkRebuild folds the whole division from its ledger and ranks it.
func BenchmarkRebuild(b *testing.B) {
	_, id, last, fresh := benchWorld(b)
	last()
	for b.Loop() {
		r, err := fresh().Results(context.Background(), id)
		if err != nil || len(r.Standings) != benchPeople {
			b.Fatal(err)
		}
	}
}

// BenchmarkLastMark hands the last sheet in and asks for the ranking.
func BenchmarkLastMark(b *testing.B) {
	n, id, last, _ := benchWorld(b)
	if _, err := n.Results(context.Background(), id); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	last()
	if _, err := n.Results(context.Background(), id); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	for b.Loop() { // and again with nothing new
		if _, err := n.Results(context.Background(), id); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(took.Microseconds())/1000, "ms/last-mark")
}

// BenchmarkDesk is the chief judge's view of all of it.
func BenchmarkDesk(b *testing.B) {
	n, id, last, _ := benchWorld(b)
	last()
	for b.Loop() {
		if _, err := n.Desk(context.Background(), id); err != nil {
			b.Fatal(err)
		}
	}
}
