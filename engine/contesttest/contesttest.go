// Package contesttest plays a contest from the draws to results that stand, for
// tests of what is made of it: papers, archives, commands.
//
// The contest has three layers of identity, theory that comes from elsewhere,
// a module seen at the station and one seen as work, panels of three judges
// who sign, a conference, a violation, somebody absent, a correction, an
// appeal, and two versions of the results. Everything follows from the number
// of people: time goes on by a second with each look at the clock, and chance
// comes from a fixed seed; only ids differ.
package contesttest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	_ "embed"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Start is when a play begins: 08:00 in China.
var Start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Play is one contest. It belongs to one test.
type Play struct {
	T        testing.TB
	Contests *engine.Contests
	Ledger   *ledger.Ledger
	DB       store.DB
	Bus      live.Bus
	Sealer   *seal.Sealer
	ID       engine.DivisionID
	Contest  engine.ContestID
	People   int
	Staff    Staff

	mu   sync.Mutex
	now  time.Time
	keys int
}

// Staff are the accounts of a play's officers.
type Staff struct {
	Chief, Supervisor, Arbiter, Leader  access.AccountID
	EntryCoder, StationCoder, WorkCoder access.AccountID
}

// Officers of a play that Open begins.
const (
	Chief      = access.AccountID("chief")
	Supervisor = access.AccountID("supervisor")
	Arbiter    = access.AccountID("arbiter")
	Leader     = access.AccountID("leader") // of the first unit
)

// Name is the name of an account.
func Name(_ context.Context, actor string) string {
	known := map[string]string{
		"chief": "裁判长甲", "supervisor": "监督乙", "arbiter": "仲裁丙", "leader": "领队丁", "tabulator": "统分戊", "coder-e": "加密一", "coder-s": "加密二", "coder-w": "加密三",
		"j1": "裁判员子", "j2": "裁判员丑", "j3": "裁判员寅",
	}
	return known[actor]
}

// PersonName is the name of the competitor at a position; one has a character
// that no ordinary face has.
func PersonName(i int) string {
	if i == 4 {
		return "密名选手𬱖"
	}
	return fmt.Sprintf("密名选手%03d", i+1)
}

// UnitName is the unit of the competitor at a position.
func UnitName(i int) string { return fmt.Sprintf("密名单位%03d", i/2+1) }

// City is everybody's.
const City = "密名城市"

// Secrets are what nothing may say before decryption.
func (p *Play) Secrets() []string {
	out := []string{"密名"}
	for i := range p.People {
		out = append(out, PersonName(i), UnitName(i))
	}
	return out
}

//go:embed data/scheme.json
var schemeJSON []byte

// Scheme is the marking scheme of a play.
func Scheme() scoring.Scheme {
	var s scoring.Scheme
	if err := json.Unmarshal(schemeJSON, &s); err != nil {
		panic(err)
	}
	return s
}

// Rules are the rules of a play.
func Rules() scoring.Rules {
	one := 1
	agreement := map[scoring.Kind]scoring.Agreement{}
	for _, k := range scoring.Kinds() {
		agreement[k] = scoring.Agreement{Method: scoring.MethodMean, ChiefDecides: true}
	}
	agreement[scoring.KindJudgement] = scoring.Agreement{Method: scoring.MethodMean, SpreadMax: &one, ChiefDecides: true}
	text := func(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }
	return scoring.Rules{
		ID: "play", Version: 7, Panel: scoring.PanelRule{Size: 3, MinJudges: 2}, Agreement: agreement,
		Rounding: scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
		Parts: []scoring.Part{
			{ID: "theory", Name: text("理论"), Modules: []scoring.ModuleID{"T"}, Weight: 3000},
			{ID: "practical", Name: text("实操"), Modules: []scoring.ModuleID{"A", "B"}, Weight: 7000},
		},
		FullMarks: 10000, TotalRounding: scoring.TotalRounding{Step: 1, Where: scoring.RoundPart},
		PassLines: []scoring.PassLine{{Min: 6000}}, TieChain: []scoring.TieStep{{By: scoring.TiePart, Part: "practical", Name: text("实操成绩")}},
		Ranking: scoring.RankShared, Absent: scoring.AbsentUnranked, ProvisionalMarks: scoring.ProvisionalEach,
	}
}

// Open begins a play with so many people on a store that has the engine's
// collections. What it opens ends with the test.
func Open(t testing.TB, db store.DB, people int) *Play {
	t.Helper()
	p := &Play{T: t, DB: db, Bus: live.NewMemory(live.Options{}), People: people, now: Start, Staff: Staff{
		Chief: Chief, Supervisor: Supervisor, Arbiter: Arbiter, Leader: Leader, EntryCoder: "coder-e", StationCoder: "coder-s", WorkCoder: "coder-w",
	}}
	var err error
	p.Sealer, err = seal.New(make([]byte, seal.KeySize))
	p.must(err)
	p.Ledger = ledger.Open(db.Ledger(), ledger.Options{})
	p.Contests = engine.New(db, p.Ledger, p.Bus, engine.Options{
		Now: p.Now, Log: slog.New(slog.DiscardHandler), Sealer: p.Sealer, Random: chance(uint64(people)),
	})
	t.Cleanup(func() { p.Contests.Close(); p.Ledger.Close(); p.Bus.Close() })
	p.prepare()
	return p
}

// Join takes on a division that was set up and opened elsewhere, under the
// clock of its own services; what a play does by itself it does for the staff.
// The parts of a play that make up its marks are Open's alone.
func Join(t testing.TB, contests *engine.Contests, id engine.DivisionID, staff Staff) *Play {
	t.Helper()
	p := &Play{T: t, Contests: contests, ID: id, Staff: staff}
	div, err := contests.Division(p.ctx(), id)
	p.must(err)
	p.Contest = div.Contest
	return p
}

// chance is a source that gives the same bytes every time.
func chance(seed uint64) io.Reader {
	var s [32]byte
	for i := range 8 {
		s[i] = byte(seed >> (8 * i))
	}
	return rand.NewChaCha8(s)
}

// Now is the play's clock; each look moves it by a second.
func (p *Play) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(time.Second)
	return p.now
}

// Later moves the clock.
func (p *Play) Later(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

// Key is an idempotency key that no other act has.
func (p *Play) Key() string { p.keys++; return fmt.Sprint("key", p.keys) }

func (p *Play) ctx() context.Context { return p.T.Context() }

func (p *Play) must(err error) {
	p.T.Helper()
	if err != nil {
		p.T.Fatal(err)
	}
}

func (p *Play) prepare() {
	text := func(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }
	contest, err := p.Contests.CreateContest(p.ctx(), engine.ContestDraft{
		Name: text("山东省“技能兴鲁”职业技能大赛"), Event: text("印制电路制作工"), Organiser: "大赛组委会", Season: "第十三届", Year: 2026, Level: engine.LevelFirst,
	})
	p.must(err)
	procedure := engine.OrdinaryProcedure()
	procedure.Identity.Mode = engine.IdentityLayered
	procedure.Signing = engine.SigningRule{Judges: true, Leader: true}
	procedure.Draw.PublicWord = true
	// Everything is checked again: whom a sample takes follows from ids that
	// are made anew each time.
	procedure.Recheck.TopShareBP = 10_000
	var judges []engine.PanelJudge
	for i := range 3 {
		judges = append(judges, engine.PanelJudge{Judge: access.AccountID(fmt.Sprintf("j%d", i+1)), Unit: fmt.Sprintf("裁判单位%d", i+1), Leader: i == 0})
	}
	var list []engine.Competitor
	for i := range p.People {
		list = append(list, engine.Competitor{Candidate: exam.CandidateID(fmt.Sprintf("candidate-%d", i)), Name: PersonName(i), Unit: UnitName(i), City: City, Identity: engine.Employee})
	}
	div, err := p.Contests.CreateDivision(p.ctx(), engine.DivisionDraft{
		Contest: contest.ID, Name: text("职工组"), Scheme: Scheme(), Rules: Rules(), Procedure: &procedure,
		Officers: []engine.Officer{
			{Office: engine.OfficeChief, Account: Chief}, {Office: engine.OfficeSupervisor, Account: Supervisor}, {Office: engine.OfficeArbiter, Account: Arbiter},
			{Office: engine.OfficeEntryCoder, Account: "coder-e"}, {Office: engine.OfficeStationCoder, Account: "coder-s"}, {Office: engine.OfficeWorkCoder, Account: "coder-w"},
			{Office: engine.OfficeTabulator, Account: "tabulator"}, {Office: engine.OfficeTeamLeader, Account: Leader, Unit: UnitName(0)},
		},
		Panels: []engine.Panel{{Module: "A", Judges: judges}, {Module: "B", Judges: judges}},
	})
	p.must(err)
	p.ID, p.Contest = div.ID, contest.ID
	p.must(p.Contests.Enter(p.ctx(), p.ID, list))
	p.must(p.Contests.Open(p.ctx(), "organiser", p.ID, 0))
}
