package crowd_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/web"
	"github.com/xinglu/xinglu/web/crowd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stage is a server with the demonstration on it, for the crowd to visit.
type stage struct {
	url     string
	bus     live.Bus
	led     *ledger.Ledger
	db      *sqlite.DB
	exam    *exam.Service
	contest *engine.Contests
}

func newStage(t *testing.T) *stage {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "c.db"), sqlite.Options{
		Collections: slices.Concat(access.Collections, bank.Collections(), exam.Collections(), custody.Collections(), plan.Collections(), engine.Collections), Log: log,
	})
	must(t, err)
	s := &stage{db: db, bus: live.NewMemory(live.Options{}), led: ledger.Open(db.Ledger(), ledger.Options{})}
	door := access.New(db, s.led, access.Options{Now: time.Now, MinPassword: 6})
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(t, err)
	s.contest = engine.New(db, s.led, s.bus, engine.Options{Now: time.Now, Log: log, Tick: time.Millisecond, Sealer: sealer})
	questions := bank.New(db, s.led, sealer, time.Now)
	signer, err := seal.NewSigner(make([]byte, seal.KeySize))
	must(t, err)
	keeping := custody.DefaultRules()
	keeping.WorkFactor = 2 // passphrases of tests need not be dear to guess
	vault := custody.New(db, s.led, custody.Options{
		Now: time.Now, Node: "test", Sealer: sealer, Signer: signer, Rules: keeping, Paper: questions.Content, Name: door.Name,
	})
	s.exam, err = exam.New(db, s.led, s.bus, engine.SealedPapers{Vault: vault, Bank: questions, Ledger: s.led}, sealer, exam.Options{Now: time.Now, Log: log, OnScored: s.scored})
	must(t, err)
	hub := fanout.New(fanout.Options{Bus: s.bus, Snapshot: web.BoardSnapshot(s.bus), Log: log})
	server := web.New(web.Options{
		Plan:   plan.New(db, s.led, sealer, s.exam, plan.Options{}),
		Access: door, Bank: questions, Exam: s.exam, Custody: vault, Contest: s.contest, Bus: s.bus, Hub: hub,
		UI: fstest.MapFS{}, Ready: db.Ping, Now: time.Now, Log: log, Version: "test",
		Limits: web.Limits{SignInsPerMinute: 100, SignInsPerMinuteIP: 10_000, UploadBytes: 1 << 20},
	})
	h := httptest.NewServer(server)
	s.url = h.URL
	t.Cleanup(func() {
		server.Close()
		hub.Close()
		h.Close()
		s.exam.Close()
		s.contest.Close()
		s.bus.Close()
		s.led.Close()
		db.Close()
	})
	_, err = demo.Load(t.Context(), demo.Services{Access: door, Bank: questions, Exam: s.exam, Custody: vault, Contest: s.contest, Now: time.Now})
	must(t, err)
	return s
}

func (s *stage) scored(ctx context.Context, o exam.Scored) error {
	return s.contest.TheoryScored(ctx, o)
}

func (s *stage) options() crowd.Options {
	return crowd.Options{
		URL: s.url, Login: "organiser", Password: "xinglu-demo", Custodians: []string{"custodian1", "custodian2"}, CustodianPassword: "xinglu-demo", Passphrase: "xinglu-demo-seal",
		Crowd: 8, Length: 2 * time.Second, Seed: 3,
		Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Log: slog.New(slog.DiscardHandler),
	}
}

// TestRehearsal lets eight candidates and the panel through the public API and
// compares what the public saw at the end with what the jury's table says.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := t.Context()
	o := s.options()
	var stages []string
	o.Say = func(st crowd.State) { // never from two goroutines at once
		if len(stages) == 0 || stages[len(stages)-1] != st.Stage {
			stages = append(stages, st.Stage)
		}
	}
	state, err := crowd.Run(ctx, o)
	must(t, err)
	if diff := cmp.Diff([]string{"prepare", "running", "done"}, stages); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	div, err := s.contest.Division(ctx, state.Division)
	must(t, err)
	contest, err := s.contest.Contest(ctx, div.Contest)
	must(t, err)
	if !contest.Rehearsal {
		t.Error("the contest is not marked as a rehearsal")
	}
	sheets := 0
	for _, p := range div.Panels {
		for _, j := range p.Judges {
			list, err := s.contest.Sheets(ctx, j.Judge, div.ID)
			must(t, err)
			for _, b := range list {
				if b.Module != p.Module {
					continue
				}
				sheets++
				if b.State != engine.SheetAgreed {
					t.Errorf("sheet %s of judge %s is %s", b.Code, j.Judge, b.State)
				}
			}
		}
	}
	if want := 8 * len(div.Panels) * div.Rules.Panel.Size; sheets != want || state.Done["sheets"] < want {
		t.Errorf("%d sheets, %d submissions; want %d sheets", sheets, state.Done["sheets"], want)
	}
	if state.Done["signed_in"] != 8 || state.Done["handed_in"] != 8 || state.Done["answers"] != 800 {
		t.Errorf("done: %v, want 8 candidates with 100 answers each", state.Done)
	}
	s.checkBoard(t, div.ID)
}

// checkBoard waits for the last theory mark and compares the board with the
// results.
func (s *stage) checkBoard(t *testing.T, id engine.DivisionID) {
	t.Helper()
	var results engine.Results
	wait(t, "every competitor to be complete", func() bool {
		var err error
		results, err = s.contest.Results(t.Context(), id)
		must(t, err)
		return !slices.ContainsFunc(results.Standings, func(st engine.Standing) bool { return !st.Complete })
	})
	var snap live.Snapshot
	wait(t, "the board to hold the last record", func() bool {
		var err error
		snap, err = s.bus.Snapshot(t.Context(), engine.PublicChannel(id))
		must(t, err)
		return snap.Version == results.Version
	})
	if len(snap.Rows) != 8 || len(results.Standings) != 8 {
		t.Fatalf("%d rows, %d standings, want 8", len(snap.Rows), len(results.Standings))
	}
	for i, st := range results.Standings {
		var row engine.PublicRow
		must(t, json.Unmarshal(snap.Rows[i].Body, &row))
		want := engine.PublicRow{
			Rank: st.Rank, Shared: st.Shared, Code: st.Code, Unit: st.Unit, City: st.City, Total: st.Total,
			Parts: st.Parts, Status: st.Progress, ChangedAt: st.ChangedAt,
		}
		if diff := cmp.Diff(want, row); diff != "" || snap.Rows[i].ID != st.Code {
			t.Errorf("row %d (-results +board):\n%s", i, diff)
		}
	}
	sum, err := ledger.Verify(t.Context(), s.db.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) { t.Error(f) })
	must(t, err)
	if sum.Findings != 0 || sum.Records == 0 {
		t.Errorf("ledger: %+v", sum)
	}
}

// wait asks until it is so, or the test runs out of time.
func wait(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	for !so() {
		select {
		case <-deadline.C:
			t.Fatalf("waited a minute for %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// A rehearsal touches nothing real: the demonstration is as it was.
func TestRehearsalsLeaveTheRestAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before, err := s.contest.Opened(t.Context())
	must(t, err)
	results, err := s.contest.Results(t.Context(), before[0].ID)
	must(t, err)
	o := s.options()
	o.Crowd = 2
	_, err = crowd.Run(t.Context(), o)
	must(t, err)
	again, err := s.contest.Results(t.Context(), before[0].ID)
	must(t, err)
	if again.Version != results.Version {
		t.Errorf("the real division has %d records, had %d", again.Version, results.Version)
	}
	// The next one takes the real contest for its model again, not a rehearsal.
	state, err := crowd.Run(t.Context(), o)
	must(t, err)
	if state.Stage != "done" {
		t.Errorf("second rehearsal: %+v", state)
	}
}

func TestRehearsalRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	o := s.options()
	o.Password = "wrong"
	_, err := crowd.Run(t.Context(), o)
	var refused *crowd.Refused
	if !errors.As(err, &refused) || refused.Status != 401 || refused.Code != "sign_in_refused" {
		t.Errorf("wrong password: %v", err)
	}
	o = s.options()
	o.Login = "invigilator1"
	if _, err = crowd.Run(t.Context(), o); !errors.As(err, &refused) || refused.Code != "forbidden" {
		t.Errorf("an invigilator: %v", err)
	}
	o = s.options()
	ctx, cancel := context.WithCancel(t.Context())
	o.Say = func(st crowd.State) {
		if st.Stage == "running" {
			cancel()
		}
	}
	if _, err = crowd.Run(ctx, o); err == nil {
		t.Error("a rehearsal that was called off ended well")
	}
	o = s.options()
	o.URL = "http://127.0.0.1:1"
	if _, err = crowd.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("nobody there: %v", err)
	}
}
