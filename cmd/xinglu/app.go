package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"
	"github.com/xinglu/xinglu/internal/live/redisbus"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/mongodb"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/web"
	"github.com/xinglu/xinglu/web/ui"
)

// App is the opened program: built bottom-up, closed top-down.
type App struct {
	cfg     Config
	log     *slog.Logger
	db      store.DB
	led     *ledger.Ledger
	bus     live.Bus
	hub     *fanout.Hub
	access  *access.Access
	bank    *bank.Bank
	exam    *exam.Service
	custody *custody.Vault
	contest *engine.Contests
	// contests makes one more service on the same stores, as another node has.
	contests func() *engine.Contests
	hall     *hall.Service
	tablets  *tablet.Service
	plan     *plan.Plans
	desk     *document.Desk
	book     *resultbook.Desk
	archive  *archive.Maker
	results  *results.Service
	web      *web.Server
	cert     *tls.Certificate           // nil without TLS
	guide    atomic.Pointer[demo.Guide] // nil without the demonstration
	steady   func() time.Time           // the clock of exams and halls
	closers  []func() error
}

// collections is everything the program stores.
func collections() []store.Collection {
	return slices.Concat(access.Collections, bank.Collections(), exam.Collections(), custody.Collections(), plan.Collections(), results.Collections(), engine.Collections, resultbook.Collections, tablet.Collections(),
		[]store.Collection{keyMarks.Collection})
}

// OpenApp opens stores and services. On an error what was opened is closed.
func OpenApp(ctx context.Context, cfg Config, log *slog.Logger) (*App, error) {
	a := &App{cfg: cfg, log: log}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	if a.cfg.TLS.Cert != "" {
		// First, so that a wrong certificate is said before anything happens.
		cert, err := tls.LoadX509KeyPair(a.cfg.TLS.Cert, a.cfg.TLS.Key)
		if err != nil {
			return errConfig.With(fault.Field{Path: "tls", Code: "unreadable", Message: err.Error()})
		}
		a.cert = &cert
	}
	if err := os.MkdirAll(a.cfg.Data, 0o750); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	var err error
	if a.db, err = openStore(ctx, a.cfg, a.log); err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	a.onClose(a.db.Close)
	a.led = ledger.Open(a.db.Ledger(), ledger.Options{Hash: ledger.HashName(a.cfg.Ledger.Hash)})
	a.onClose(a.led.Close)
	if a.bus, err = openBus(ctx, a.cfg, a.log); err != nil {
		return fmt.Errorf("opening live channels: %w", err)
	}
	a.onClose(a.bus.Close)
	keys, err := openKeys(ctx, a.cfg, a.db, a.log)
	if err != nil {
		return err
	}
	if err := recordSigner(ctx, a.led, keys.signer, nodeName()); err != nil {
		return err
	}
	a.access = access.New(a.db, a.led, access.Options{
		Now: time.Now, MinPassword: 6, Life: map[access.Surface]time.Duration{access.Exam: 24 * time.Hour},
	})
	a.bank = bank.New(a.db, a.led, keys.sealer, time.Now)
	if err := a.sealBank(ctx); err != nil {
		return err
	}
	a.contests = func() *engine.Contests {
		return engine.New(a.db, a.led, a.bus, engine.Options{Now: time.Now, Log: a.log, Tick: time.Duration(a.cfg.Board.Tick), Sealer: keys.sealer, Account: a.access.Account})
	}
	a.contest = a.contests()
	a.onClose(func() error { a.contest.Close(); return nil })
	a.custody = a.openCustody(keys)
	built := make(chan struct{})
	if a.exam, err = a.openExam(keys, built); err != nil {
		return err
	}
	a.onClose(func() error { a.exam.Close(); return nil })
	a.results = results.New(a.db, a.led, a.exam, results.Options{
		Now: time.Now, Log: a.log, Deliver: a.contest.TheoryScored, Author: a.author,
	})
	close(built)
	a.onClose(func() error { a.results.Close(); return nil })
	if err := a.contest.Resume(ctx); err != nil {
		return err
	}
	if err := a.openHall(ctx, keys); err != nil {
		return err
	}
	a.hub = fanout.New(fanout.Options{
		Bus: a.bus, Snapshot: web.BoardSnapshot(a.bus), Log: a.log,
		MaxConns: a.cfg.Limits.Spectators, MaxPerIP: a.cfg.Limits.SpectatorsPerIP, Seed: uint64(time.Now().UnixNano()),
	})
	a.onClose(func() error { a.hub.Close(); return nil })
	a.plan = plan.New(a.db, a.led, keys.sealer, a.exam, plan.Options{Now: time.Now})
	if a.desk, err = a.openDesk(); err != nil {
		return err
	}
	a.book = a.openResultBook()
	a.archive = &archive.Maker{Contests: a.contest, Ledger: a.led, Sealer: keys.sealer, Signer: keys.signer, Now: time.Now, Node: nodeName(), Program: version}
	a.startSweeping()
	a.web = a.openWeb()
	a.onClose(func() error { a.web.Close(); return nil })
	return nil
}

// openHall opens call rooms, station clocks and tablets, and takes up the
// telling that a stop has interrupted.
func (a *App) openHall(ctx context.Context, keys keyring) error {
	a.hall = hall.New(a.db, a.led, a.bus, engine.HallDesk{Contests: a.contest}, hall.Options{
		Now: a.steadyClock(), Log: a.log, Blind: keys.sealer.Blind,
	})
	a.contest.WatchClocks(a.hall)
	a.onClose(func() error { a.hall.Close(); return nil })
	open, err := a.contest.Opened(ctx)
	if err != nil {
		return err
	}
	var running []string
	for _, d := range open {
		if d.Status == engine.Running {
			running = append(running, string(d.ID))
		}
	}
	if err := a.hall.Resume(ctx, running); err != nil {
		return err
	}
	a.tablets, err = tablet.New(ctx, a.db, a.led, a.bus, a.access, tablet.Options{Now: time.Now, Log: a.log, Node: nodeName()})
	if err != nil {
		return err
	}
	a.onClose(func() error { a.tablets.Close(); return nil })
	return nil
}

// nodeName names this process in the ledger.
func nodeName() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

func openStore(ctx context.Context, cfg Config, log *slog.Logger) (store.DB, error) {
	if cfg.Mongo != "" {
		return mongodb.Open(ctx, mongodb.Options{URI: cfg.Mongo, Collections: collections(), AllowStandalone: cfg.MongoStandalone, Log: log})
	}
	return sqlite.Open(ctx, databaseFile(cfg), sqlite.Options{Collections: collections(), Log: log})
}

func databaseFile(cfg Config) string { return filepath.Join(cfg.Data, "xinglu.db") }

func openBus(ctx context.Context, cfg Config, log *slog.Logger) (live.Bus, error) {
	if cfg.Redis != "" {
		return redisbus.Open(ctx, redisbus.Options{Addr: cfg.Redis, Log: log})
	}
	return live.NewMemory(live.Options{}), nil
}

func (a *App) openCustody(k keyring) *custody.Vault {
	var trusted [][]byte
	for _, text := range a.cfg.Custody.TrustedSigners {
		key, _ := seal.ParseKey(text) // Validate has seen it
		trusted = append(trusted, key)
	}
	return custody.New(a.db, a.led, custody.Options{
		Now: time.Now, Node: nodeName(), Sealer: k.sealer, Signer: k.signer, Trusted: trusted,
		Rules: custody.DefaultRules(), Paper: a.bank.Content, Name: a.access.Name,
	})
}

// author is who imported a batch of questions.
func (a *App) author(ctx context.Context, from exam.Origin) (string, error) {
	imports, err := a.bank.Imports(ctx, from.Outline)
	if err != nil {
		return "", err
	}
	for _, m := range imports {
		if m.Batch == from.Batch {
			return m.Actor, nil
		}
	}
	return "", nil
}

// openExam opens the exam. It may find outcomes to deliver at once; they wait
// until the results are built.
func (a *App) openExam(keys keyring, built <-chan struct{}) (*exam.Service, error) {
	return exam.New(a.db, a.led, a.bus, engine.SealedPapers{Vault: a.custody, Bank: a.bank, Ledger: a.led}, keys.sealer, exam.Options{
		Now: a.steadyClock(), Log: a.log, Node: nodeName(),
		Faces: faceMatcher(a.cfg.FaceMatchURL), Portrait: a.portrait,
		Signer: keys.signer, Box: keys.rescue, OnScored: func(ctx context.Context, o exam.Scored) error {
			select {
			case <-built:
				return a.results.Scored(ctx, o)
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	})
}

// portrait is the picture of the registration. The exam asks for it when the
// program serves, so that the plans are open.
func (a *App) portrait(ctx context.Context, person exam.CandidateID) ([]byte, error) {
	p, err := a.plan.PhotoOf(ctx, person)
	return p.Data, err
}

// steadyClock is the time of exams and of station clocks: setting the machine's
// clock while the program runs moves no end.
func (a *App) steadyClock() func() time.Time {
	if a.steady == nil {
		begun := time.Now()
		a.steady = exam.SteadyClock(time.Now, func() time.Duration { return time.Since(begun) }, func(jump time.Duration) {
			a.log.Error("the machine's clock was set while exams or contests may run; they go on evenly. Set it right, and restart when nothing runs", "jump", jump)
		})
	}
	return a.steady
}

// openDesk reads the second font, so that a wrong one is said at the start.
func (a *App) openDesk() (*document.Desk, error) {
	rare, err := print.OpenFont(a.cfg.Print.Font)
	if err != nil {
		return nil, errConfig.With(fault.Field{Path: "print.font", Code: "unreadable", Message: err.Error()})
	}
	zone, err := time.LoadLocation(a.cfg.Print.Zone)
	if err != nil {
		return nil, errConfig.With(fault.Field{Path: "print.zone", Code: "bad_value", Message: err.Error()})
	}
	return &document.Desk{Exam: a.exam, Plan: a.plan, Results: a.results, Ledger: a.led, Zone: zone, Rare: rare, Name: a.access.Name, Now: time.Now}, nil
}

// openResultBook makes the papers of contests like those of exams.
func (a *App) openResultBook() *resultbook.Desk {
	return &resultbook.Desk{
		Contests: a.contest, DB: a.db, Ledger: a.led, Zone: a.desk.Zone, Rare: a.desk.Rare, Name: a.access.Name, Now: time.Now,
		Address:      strings.TrimSuffix(a.cfg.Print.Address, "/"),
		Certificates: &resultbook.Certificates{Contests: a.contest, Ledger: a.led, Awards: resultbook.AwardsOf(a.contest), Now: time.Now},
	}
}

func (a *App) openWeb() *web.Server {
	var proxies []netip.Prefix
	for _, p := range a.cfg.TrustedProxies {
		proxies = append(proxies, netip.MustParsePrefix(p)) // Validate has seen it
	}
	return web.New(web.Options{
		Access: a.access, Bank: a.bank, Exam: a.exam, Custody: a.custody, Results: a.results, Contest: a.contest, Hall: a.hall, Tablets: a.tablets, Plan: a.plan, Desk: a.desk, ResultBook: a.book, Archive: a.archive, Bus: a.bus, Hub: a.hub,
		UI: ui.Dist(), Secure: a.cfg.TLS.Cert != "", TrustedProxies: proxies,
		Limits: web.Limits{
			SignInsPerMinute: a.cfg.Limits.SignInsPerMinute, SignInsPerMinuteIP: a.cfg.Limits.SignInsPerMinuteIP,
			UploadBytes: int64(a.cfg.Limits.UploadMiB) << 20,
		},
		Ready:    func(ctx context.Context) error { return errors.Join(a.db.Ping(ctx), a.bus.Ping(ctx)) },
		Verify:   a.verify,
		Rehearse: a.rehearse, Demo: a.guide.Load,
		Now: time.Now, Log: a.log, Version: version,
	})
}

func (a *App) verify(ctx context.Context) (web.LedgerProof, error) {
	var proof web.LedgerProof
	sum, err := ledger.Verify(ctx, a.db.Ledger(), ledger.VerifyOptions{},
		func(f ledger.Finding) {
			proof.Findings = append(proof.Findings, web.Finding{Stream: string(f.Stream), Seq: f.Seq, Code: string(f.Code), Message: f.What + "; " + f.Do})
		})
	proof.Streams, proof.Records, proof.Root = sum.Streams, sum.Records, sum.Root
	return proof, err
}

// startSweeping removes expired logins now and every hour until the close.
func (a *App) startSweeping() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		hourly := time.NewTicker(time.Hour)
		defer hourly.Stop()
		for {
			if n, err := a.access.Sweep(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("expired logins not removed", "error", err)
			} else if n > 0 {
				a.log.Info("expired logins removed", "count", n)
			}
			select {
			case <-ctx.Done():
				return
			case <-hourly.C:
			}
		}
	}()
	a.onClose(func() error { cancel(); <-done; return nil })
}

func (a *App) onClose(f func() error) { a.closers = append(a.closers, f) }

// Close closes what was opened, last first.
func (a *App) Close() error {
	var err error
	for _, f := range slices.Backward(a.closers) {
		err = errors.Join(err, f())
	}
	a.closers = nil
	return err
}

// newLogger writes to w in the configured form.
func newLogger(cfg Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.Log.Level)) // Validate has seen it
	opts := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
