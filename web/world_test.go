package web_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What is planted in the data. None of it may reach a candidate or the
// public; what a judge may see is said in secrets_test.go.
const (
	plantedExplanation = "PLANTED-EXPLANATION"
	plantedSource      = "PLANTED-SOURCE"
	plantedGUID        = "PLANTED-GUID"
	plantedRubric      = "PLANTED-RUBRIC"
	plantedAspect      = "PLANTED-ASPECT"
	password           = "correct horse"
	pin                = "271828"
	phrase             = "open sesame, open"
)

// world is a server on real services, with a small planted exam and contest.
type world struct {
	t       testing.TB
	log     *logs
	db      *sqlite.DB
	led     *ledger.Ledger
	bus     *live.Memory
	hub     *fanout.Hub
	access  *access.Access
	bank    *bank.Bank
	exam    *exam.Service
	vault   *custody.Vault
	engine  *engine.Contests
	hall    *hall.Service
	tablets *tablet.Service
	plan    *plan.Plans
	results *results.Service
	server  *web.Server
	http    *httptest.Server

	outline   bank.OutlineID
	paper     bank.PaperID
	box       *seal.BoxKey // opens rescue files
	questions []bank.Question
	sitting   exam.SittingID
	people    []registered
	entries   []plan.EntryID // of plan p1, where a test has one
	contest   engine.ContestID
	division  engine.DivisionID
	judges    []access.Account
	keepers   []access.Account // custodians, enrolled with phrase
	underSeal bool             // the papers of the sitting are sealed, but not released
	mu        sync.Mutex
	hired     map[string]bool // staff with an account
	tokens    []string        // of every login that a client of the test has got
	ahead     atomic.Int64    // nanoseconds by which the clock of contests is ahead
}

func (w *world) clock() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// registered is a candidate with the ticket.
type registered struct {
	exam.Registration
	id     exam.CandidateID
	ticket exam.Ticket
}

func (r registered) tail() string { return r.IDNumber[len(r.IDNumber)-6:] }

// setup changes what newWorld makes.
type setup func(*world, *web.Options)

// newWorld starts a server with data. The sitting is open, not started; the
// division is running.
func newWorld(t testing.TB, change ...setup) *world {
	t.Helper()
	w := &world{t: t, log: &logs{t: t}, hired: map[string]bool{}}
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{
		Collections: collections(), Log: slog.New(w.log),
	})
	must(t, err)
	w.db, w.bus = db, live.NewMemory(live.Options{})
	w.led = ledger.Open(db.Ledger(), ledger.Options{})
	log := slog.New(w.log)
	w.access = access.New(db, w.led, access.Options{Now: time.Now, MinPassword: 6})
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(t, err)
	w.engine = engine.New(db, w.led, w.bus, engine.Options{Now: w.clock, Log: log, Tick: time.Millisecond, Sealer: sealer, Account: w.access.Account})
	w.hall = hall.New(db, w.led, w.bus, engine.HallDesk{Contests: w.engine}, hall.Options{Now: time.Now, Log: log, Blind: sealer.Blind})
	w.engine.WatchClocks(w.hall)
	w.tablets, err = tablet.New(t.Context(), db, w.led, w.bus, w.access, tablet.Options{Now: time.Now, Log: log, Node: "test"})
	must(t, err)
	w.bank = bank.New(db, w.led, sealer, time.Now)
	signer, err := seal.NewSigner(make([]byte, seal.KeySize))
	must(t, err)
	w.box, err = seal.NewBoxKey(make([]byte, seal.KeySize))
	must(t, err)
	keeping := custody.DefaultRules()
	keeping.WorkFactor = 2 // passphrases of tests need not be dear to guess
	w.vault = custody.New(db, w.led, custody.Options{
		Now: time.Now, Node: "test", Sealer: sealer, Signer: signer, Rules: keeping, Paper: w.bank.Content, Name: w.access.Name,
	})
	w.exam, err = exam.New(db, w.led, w.bus, engine.SealedPapers{Vault: w.vault, Bank: w.bank, Ledger: w.led}, sealer, exam.Options{Now: time.Now, Log: log, OnScored: w.scored, Signer: signer, Box: w.box})
	must(t, err)
	w.results = results.New(db, w.led, w.exam, results.Options{Now: time.Now, Log: log, Deliver: w.scored})
	w.hub = fanout.New(fanout.Options{Bus: w.bus, Snapshot: web.BoardSnapshot(w.bus), Log: log, Linger: time.Millisecond})
	w.plan = plan.New(db, w.led, sealer, w.exam, plan.Options{Now: time.Now})
	o := web.Options{
		Plan:   w.plan,
		Desk:   &document.Desk{Exam: w.exam, Plan: w.plan, Results: w.results, Ledger: w.led, Name: w.access.Name, Now: time.Now},
		Access: w.access, Bank: w.bank, Exam: w.exam, Custody: w.vault, Results: w.results, Contest: w.engine, Hall: w.hall, Tablets: w.tablets, Bus: w.bus, Hub: w.hub,
		ResultBook: &resultbook.Desk{
			Contests: w.engine, DB: db, Ledger: w.led, Name: w.access.Name, Now: time.Now,
			Certificates: &resultbook.Certificates{Contests: w.engine, Ledger: w.led, Awards: resultbook.AwardsOf(w.engine), Now: time.Now},
		},
		Archive: &archive.Maker{Contests: w.engine, Ledger: w.led, Sealer: sealer, Signer: signer, Now: time.Now, Node: "test", Program: "test"},
		UI:      fstest.MapFS{},
		Ready:   db.Ping,
		Verify:  w.verify,
		Limits:  web.Limits{SignInsPerMinute: 1000, SignInsPerMinuteIP: 10_000, UploadBytes: 2 << 20},
		Now:     time.Now, Log: log, Version: "test",
	}
	for _, c := range change {
		c(w, &o)
	}
	w.server = web.New(o)
	w.http = httptest.NewServer(w.server)
	t.Cleanup(w.close)
	w.fill()
	return w
}

// close stops everything in the order of the program.
func (w *world) close() {
	w.server.Close()
	w.hub.Close()
	w.http.Close()
	w.results.Close()
	w.exam.Close()
	w.hall.Close()
	w.tablets.Close()
	w.engine.Close()
	w.bus.Close()
	w.led.Close()
	w.db.Close()
}

func collections() []store.Collection {
	var all []store.Collection
	all = append(all, access.Collections...)
	all = append(all, bank.Collections()...)
	all = append(all, exam.Collections()...)
	all = append(all, custody.Collections()...)
	all = append(all, plan.Collections()...)
	all = append(all, results.Collections()...)
	all = append(all, resultbook.Collections...)
	all = append(all, tablet.Collections()...)
	return append(all, engine.Collections...)
}

func (w *world) scored(ctx context.Context, s exam.Scored) error {
	return w.engine.TheoryScored(ctx, s)
}

func (w *world) verify(ctx context.Context) (web.LedgerProof, error) {
	sum, err := ledger.Verify(ctx, w.db.Ledger(), ledger.VerifyOptions{}, func(ledger.Finding) {})
	return web.LedgerProof{Streams: sum.Streams, Records: sum.Records, Root: sum.Root}, err
}

// fill plants the data through the services.
func (w *world) fill() {
	w.fillAccounts()
	w.fillBank()
	w.fillSitting()
	w.fillContest()
}

func (w *world) fillAccounts() {
	w.t.Helper()
	for i := range 3 {
		w.judges = append(w.judges, w.account(fmt.Sprintf("judge%d", i+1), pin, access.Judge))
	}
	for i := range 2 {
		k := w.account(fmt.Sprintf("custodian%d", i+1), password, access.Custodian)
		_, err := w.vault.Enrol(w.t.Context(), string(k.ID), phrase, nil)
		must(w.t, err)
		w.keepers = append(w.keepers, k)
	}
}

func (w *world) account(login, secret string, r access.Role) access.Account {
	w.t.Helper()
	a, err := w.access.CreateAccount(w.t.Context(), "test", access.Draft{
		Login: login, Name: "工作人员" + login, Unit: "单位" + login, Roles: []access.Role{r}, Password: secret,
	})
	must(w.t, err)
	return a
}

var occupation = bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}

func (w *world) fillBank() {
	w.t.Helper()
	ctx := w.t.Context()
	o := bank.Outline{Occupation: occupation, Level: bank.Advanced, Ranges: []bank.Range{{Code: "A", Name: "基本要求", Weight: bank.WholeWeight}}}
	for i := range 8 {
		o.Ranges[0].Points = append(o.Ranges[0].Points, bank.Point{Code: fmt.Sprintf("%03d", i+1), Name: fmt.Sprintf("鉴定点%d", i+1), Importance: bank.Core})
	}
	_, err := w.bank.AcceptOutline(ctx, "test", bank.OutlineFile{Name: "o.xlsx", SHA256: "o", Outline: o}, bank.NewReport("o.xlsx", "o"))
	must(w.t, err)
	w.outline = bank.OutlineFor(occupation, bank.Advanced)
	file := bank.QuestionFile{Name: "q.xlsx", SHA256: "q", Outline: w.outline}
	for i, k := range []bank.Kind{
		bank.SingleChoice, bank.SingleChoice, bank.SingleChoice, bank.SingleChoice,
		bank.MultipleChoice, bank.MultipleChoice, bank.TrueFalse, bank.TrueFalse,
	} {
		file.Rows = append(file.Rows, bank.QuestionRow{Sheet: "三级", Row: i + 2, Question: plantedQuestion(w.outline, i, k)})
	}
	figure, err := bank.NewFigure(drawing())
	must(w.t, err)
	file.Figures = []bank.Figure{figure}
	first := &file.Rows[0].Question
	first.Markup, first.Stem = bank.HTML, first.Stem+`<img data-figure="`+string(figure.ID)+`" alt="接线图"/>`
	_, _, err = w.bank.AcceptQuestions(ctx, "test", file, bank.NewReport("q.xlsx", "q"))
	must(w.t, err)
	paper, err := w.bank.Assemble(ctx, "test", blueprint(w.outline), 1)
	must(w.t, err)
	w.paper = paper.ID
	w.questions, err = w.bank.QuestionsOf(ctx, &paper)
	must(w.t, err)
}

// drawing is a small PNG.
func drawing() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 4))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func plantedQuestion(outline bank.OutlineID, i int, k bank.Kind) bank.Question {
	id := bank.NewQuestionID(outline, fmt.Sprint(i))
	q := bank.Question{
		ID: id, Outline: outline, Kind: k, Stem: fmt.Sprintf("第 %d 个题目的题干 %s( )。", i, k), Status: bank.Active,
		Point: bank.PointPath(fmt.Sprintf("A-%03d", i+1)), Importance: bank.Core, Difficulty: 3,
		GUID: fmt.Sprint(plantedGUID, i), Explanation: fmt.Sprint(plantedExplanation, i), Source: fmt.Sprint(plantedSource, i),
	}
	if k == bank.TrueFalse {
		q.Options = bank.TrueFalseOptions(id)
	} else {
		for n := range 4 {
			q.Options = append(q.Options, bank.Option{ID: bank.NewOptionID(id, n), Text: fmt.Sprintf("题 %d 的选项 %d", i, n)})
		}
	}
	q.Key = []bank.OptionID{q.Options[1].ID}
	if k == bank.MultipleChoice {
		q.Key = append(q.Key, q.Options[2].ID)
	}
	return q
}

// blueprint is a paper of all eight questions, 100 marks.
func blueprint(outline bank.OutlineID) bank.Blueprint {
	return bank.Blueprint{
		ID: "b", Version: 1, Title: "理论试卷", Outline: outline, Total: 10000, Limit: 3600, Pass: 6000, Depth: 1,
		Sections: []bank.SectionPlan{
			{Kind: bank.SingleChoice, Count: 4, ScoreEach: 1000},
			{Kind: bank.MultipleChoice, Count: 2, ScoreEach: 2000},
			{Kind: bank.TrueFalse, Count: 2, ScoreEach: 1000},
		},
	}
}

func text(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

// sittingDraft is a sitting of four seats and a spare one that may start at once.
func (w *world) sittingDraft(id string) exam.Sitting {
	now := time.Now()
	return exam.Sitting{
		ID: exam.SittingID(id), Code: id, Name: text("场次"), Occupation: occupation, Level: bank.Advanced, Papers: []bank.PaperID{w.paper},
		Centres:  []exam.Centre{{Code: "01", Name: "一考点", Rooms: []exam.Room{{Code: "1", Name: "一机房", Seats: []string{"1", "2", "3", "4"}, Spare: []string{"9"}}}}},
		StartsAt: now, ClosesAt: now.Add(2 * time.Hour), Ticket: "37" + id + "{seat:2}", Seed: 7,
		Rules: exam.Rules{
			Version: "1", LimitMS: 3600_000, EntryOpensMS: 3600_000, LastEntryMS: 3600_000, GraceMS: 1000,
			EarlyStartMS: 3600_000, ShuffleOptions: true, Multiple: scoring.PolicyAll,
		},
	}
}

func (w *world) fillSitting() {
	w.t.Helper()
	ctx := w.t.Context()
	w.sitting = "s1"
	draft := w.sittingDraft("s1")
	must(w.t, w.exam.CreateSitting(ctx, draft))
	w.seal(&draft)
	if !w.underSeal {
		w.release("s1")
	}
	var list []exam.Registration
	for i := range 4 {
		r := exam.Registration{Name: "密名考生" + string(rune('甲'+i)), Unit: fmt.Sprintf("参赛单位%d", i), IDType: exam.IDResident, IDNumber: idNumber(i)}
		list = append(list, r)
		w.people = append(w.people, registered{Registration: r})
	}
	ids, err := w.exam.Register(ctx, w.sitting, "list", list)
	must(w.t, err)
	_, err = w.exam.Prepare(ctx, w.sitting, "test")
	must(w.t, err)
	must(w.t, w.exam.OpenEntry(ctx, w.sitting, "test"))
	tickets, err := w.exam.Tickets(ctx, w.sitting)
	must(w.t, err)
	for i := range w.people {
		w.people[i].id = ids[i]
		for _, k := range tickets {
			if k.Candidate == ids[i] {
				w.people[i].ticket = k
			}
		}
	}
}

// seal seals the sitting's papers for the two custodians.
func (w *world) seal(x *exam.Sitting) {
	w.t.Helper()
	must(w.t, w.vault.Seal(w.t.Context(), "test", custody.Sealing{Sitting: string(x.ID), Papers: x.Papers, NotBefore: x.ReleaseFrom(),
		Suite: seal.AES256GCM, Custodians: []string{string(w.keepers[0].ID), string(w.keepers[1].ID)}}))
}

// release lets both custodians release the sitting's papers.
func (w *world) release(id exam.SittingID) {
	w.t.Helper()
	for _, k := range w.keepers {
		_, err := w.vault.Release(w.t.Context(), string(k.ID), string(id), phrase)
		must(w.t, err)
	}
}

// idNumber makes a checksummed, invented ID number.
func idNumber(i int) string {
	n := fmt.Sprintf("37019919840229%03d", 100+i)
	for _, c := range "0123456789X" {
		if exam.CheckID(exam.IDResident, n+string(c)) == "" {
			return n + string(c)
		}
	}
	panic("no check digit fits " + n)
}

func (w *world) start() { w.t.Helper(); must(w.t, w.exam.Start(w.t.Context(), w.sitting, "test")) }

// scheme has a theory module T of 100 marks and a practical module P of 10.
func scheme() scoring.Scheme {
	rubric := func(n int) scoring.Text { return text(fmt.Sprint(plantedRubric, n)) }
	return scoring.Scheme{ID: "s", Version: 3, Name: text("评分表"), Modules: []scoring.Module{
		{ID: "T", Name: text("理论"), Max: 10000, Source: scoring.SourceImported, SubCriteria: []scoring.SubCriterion{}},
		{ID: "P", Name: text("实操"), Max: 1000, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{{
			ID: "P1", Name: text("工艺"), Max: 1000, Aspects: []scoring.Aspect{
				{ID: "J", Kind: scoring.KindJudgement, Name: text(plantedAspect), Max: 600, Descriptors: []scoring.Text{rubric(0), rubric(1), rubric(2), rubric(3)}},
				{ID: "R", Kind: scoring.KindPoints, Name: text(plantedAspect), Description: rubric(9), Max: 400, Points: &scoring.Points{Step: 50}},
			},
		}}},
	}}
}

// rules take a panel of two; levels may differ by one.
func rules() scoring.Rules {
	one := 1
	agreement := map[scoring.Kind]scoring.Agreement{}
	for _, k := range scoring.Kinds() {
		agreement[k] = scoring.Agreement{Method: scoring.MethodMean}
	}
	agreement[scoring.KindJudgement] = scoring.Agreement{Method: scoring.MethodMean, SpreadMax: &one}
	return scoring.Rules{
		ID: "r", Version: 7, Panel: scoring.PanelRule{Size: 2, MinJudges: 2}, Agreement: agreement,
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

// fillContest makes a running division whose panel is the first two judges.
func (w *world) fillContest() {
	w.t.Helper()
	ctx := w.t.Context()
	c, err := w.engine.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工"), Organiser: "组委会"})
	must(w.t, err)
	w.contest = c.ID
	panel := engine.Panel{Module: "P"}
	for _, j := range w.judges[:2] {
		panel.Judges = append(panel.Judges, engine.PanelJudge{Judge: j.ID, Unit: j.Unit})
	}
	d, err := w.engine.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: text("职工组"), Scheme: scheme(), Rules: rules(), Panels: []engine.Panel{panel},
		Theory: &engine.Theory{Module: "T", Sitting: w.sitting}, Board: engine.BoardPolicy{Live: true, Units: true},
	})
	must(w.t, err)
	w.division = d.ID
	var list []engine.Competitor
	for _, p := range w.people {
		list = append(list, engine.NewCompetitor(string(p.id), p.Name, p.Unit, "济南"))
	}
	must(w.t, w.engine.Enter(ctx, d.ID, list))
	must(w.t, w.engine.Open(ctx, "test", d.ID, 42))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
