package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/web"
	"github.com/xinglu/xinglu/web/crowd"
)

func serveCommand(environ []string) *cobra.Command {
	cmd := &cobra.Command{Use: "serve", Short: "Run the server", Args: cobra.NoArgs}
	s := bind(cmd, environ, "listen", "data", "demo", "mongo", "mongo_standalone", "redis", "tls.cert", "tls.key", "log.level", "log.format")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := s.load()
		if err != nil {
			return err
		}
		return serve(cmd.Context(), cfg, cmd.OutOrStdout(), newLogger(cfg, cmd.ErrOrStderr()))
	}
	return cmd
}

// serve runs until ctx ends, then stops gracefully.
func serve(ctx context.Context, cfg Config, stdout io.Writer, log *slog.Logger) error {
	// The port is taken first: a second server on it fails before it touches
	// the stores.
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", cfg.Listen, err)
	}
	defer ln.Close()
	cfg.Listen = ln.Addr().String()
	app, err := OpenApp(ctx, cfg, log)
	if err != nil {
		return err
	}
	err = app.serve(ctx, ln, stdout)
	return errors.Join(err, app.Close())
}

func (a *App) serve(ctx context.Context, ln net.Listener, stdout io.Writer) error {
	if a.cfg.Demo {
		g, err := demo.Load(ctx, a.demo())
		if err != nil {
			return fmt.Errorf("loading the demonstration: %w", err)
		}
		a.guide.Store(&g)
		if host, _, _ := net.SplitHostPort(a.cfg.Listen); !net.ParseIP(host).IsLoopback() {
			a.log.Warn("the demonstration's passwords are public, and this server listens on more than this machine", "listen", a.cfg.Listen)
		}
	}
	srv := &http.Server{
		Handler: a.web, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() {
		if a.cert == nil {
			failed <- srv.Serve(ln)
			return
		}
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*a.cert}, MinVersion: tls.VersionTLS12}
		failed <- srv.ServeTLS(ln, "", "")
	}()
	printGuide(stdout, a.url(), a.guide.Load())
	a.log.Info("ready", "url", a.url(), "store", a.storeName(), "boards", a.boardsName(), "version", version)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	a.log.Info("stopping")
	stop, cancel := background(ctx, time.Duration(a.cfg.Stop))
	defer cancel()
	// Sockets first: Shutdown waits for requests, and a socket is one that
	// does not end by itself.
	a.web.Close()
	a.hub.Close()
	return srv.Shutdown(stop)
}

// demo is what the demonstration goes through.
func (a *App) demo() demo.Services {
	return demo.Services{Access: a.access, Bank: a.bank, Exam: a.exam, Custody: a.custody, Contest: a.contest, Now: time.Now}
}

func (a *App) storeName() string {
	if a.cfg.Mongo != "" {
		return "MongoDB"
	}
	return "SQLite " + databaseFile(a.cfg)
}

func (a *App) boardsName() string {
	if a.cfg.Redis != "" {
		return "Redis"
	}
	return "memory"
}

// url is where a browser on this machine finds the server.
func (a *App) url() string {
	scheme := "http"
	if a.cert != nil {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(a.cfg.Listen)
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// rehearse drives a crowd through this server's public API. The organiser and
// the custodians it needs are accounts made for the occasion, whose secrets
// nobody gets to know, and closed afterwards.
func (a *App) rehearse(ctx context.Context, n int, say func(web.RehearsalState)) error {
	password, phrase := rand.Text(), rand.Text()
	var logins []string
	for _, role := range []access.Role{access.Organiser, access.Custodian, access.Custodian} {
		acc, err := a.access.CreateAccount(ctx, "rehearsal", access.Draft{
			Login: "rehearsal-" + rand.Text()[:8], Name: "系统演练", Unit: "系统演练", Roles: []access.Role{role}, Password: password,
		})
		if err != nil {
			return err
		}
		defer a.closeAccount(ctx, acc.ID)
		logins = append(logins, acc.Login)
	}
	_, err := crowd.Run(ctx, crowd.Options{
		URL: a.url(), Login: logins[0], Password: password, Crowd: n, Length: rehearsalLength,
		Custodians: logins[1:], CustodianPassword: password, Passphrase: phrase,
		Seed: uint64(time.Now().UnixNano()), Transport: a.ownTransport(), Log: a.log,
		Say: func(s crowd.State) {
			say(web.RehearsalState{Stage: s.Stage, Done: s.Done, Division: s.Division})
		},
	})
	return err
}

func (a *App) closeAccount(ctx context.Context, id access.AccountID) {
	end, cancel := background(ctx, 10*time.Second)
	defer cancel()
	if err := a.access.Disable(end, "rehearsal", id); err != nil {
		a.log.Error("rehearsal account not closed", "account", id, "error", err)
	}
}

// rehearsalLength is about how long a rehearsal takes.
const rehearsalLength = 90 * time.Second

// ownTransport trusts the server's own certificate and no other.
func (a *App) ownTransport() http.RoundTripper {
	t := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256}
	if a.cert == nil {
		return t
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert.Leaf)
	// The rehearsal comes by the address of the listener, which need not be in
	// the certificate; any name that is will do.
	name := "localhost"
	switch leaf := a.cert.Leaf; {
	case len(leaf.DNSNames) > 0:
		name = strings.Replace(leaf.DNSNames[0], "*", "rehearsal", 1)
	case len(leaf.IPAddresses) > 0:
		name = leaf.IPAddresses[0].String()
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, ServerName: name, MinVersion: tls.VersionTLS12}
	return t
}

// printGuide tells a visitor where to go and how to come in.
func printGuide(w io.Writer, url string, g *demo.Guide) {
	fmt.Fprintf(w, "\n兴鲁 Xinglu %s\n\n  考生 candidate   %s/exam\n  裁判 judge       %s/judge\n  大屏 board       %s/board\n  控制台 console   %s/admin\n", version, url, url, url, url)
	if g == nil {
		fmt.Fprintln(w)
		return
	}
	fmt.Fprintf(w, "\n演示登录 Demonstration logins\n")
	for _, c := range g.Candidates {
		fmt.Fprintf(w, "  考生 candidate   准考证号 %s  证件号后六位 %s  (%s)\n", c.Ticket, c.IDTail, c.Name)
	}
	if len(g.Candidates) == 0 {
		fmt.Fprintf(w, "  考生 candidate   本场考生均已入场；控制台可查看 (all candidates have entered)\n")
	}
	for _, c := range g.AllKinds {
		fmt.Fprintf(w, "  全题型 all kinds 准考证 %s  后六位 %s  (%s)\n", c.Ticket, c.IDTail, c.Name)
	}
	printLogins(w, "裁判 judge   /judge  PIN", g.Judges)
	printLogins(w, "控制台 console  /admin  口令 password", g.Staff)
	fmt.Fprintf(w, "\n  试卷口令 papers  %s  (保管员 custodian1、custodian2 的启封口令；开考前须两人启封 releases papers, two are needed)\n", g.Passphrase)
	fmt.Fprintf(w, "  观众 spectator   %s/board  无需登录 (no login)\n", url)
	fmt.Fprintf(w, "\n按 Ctrl+C 停止；数据保留，再次启动即恢复。 Ctrl+C stops; the data stays.\n\n")
}

// printLogins prints a line for every group of logins that have one password.
func printLogins(w io.Writer, where string, groups []demo.LoginGroup) {
	fmt.Fprintf(w, "\n  %s %s\n", where, groups[0].Password)
	for _, g := range groups {
		var words []string
		for _, l := range g.Logins {
			words = append(words, l.Login+" "+l.Does.ZH)
		}
		fmt.Fprintf(w, "    %s：%s\n", g.Name.ZH, strings.Join(words, " · "))
	}
}

// commandLog is where commands without a server write their warnings.
func commandLog(cmd *cobra.Command) *slog.Logger {
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
}
