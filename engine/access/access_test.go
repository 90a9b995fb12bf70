package access_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

var update = flag.Bool("update", false, "write the golden file")

// gate is an Access over a store in a temporary folder, with a clock to set.
type gate struct {
	*access.Access
	db  *sqlite.DB
	now time.Time
}

func newGate(t *testing.T) *gate {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), sqlite.Options{Collections: access.Collections})
	must(t, err)
	led := ledger.Open(db.Ledger(), ledger.Options{})
	t.Cleanup(func() { led.Close(); db.Close() })
	g := &gate{db: db, now: time.Date(2026, 11, 1, 8, 0, 0, 123456789, time.UTC)}
	g.Access = access.New(db, led, access.Options{
		Now: func() time.Time { return g.now }, MinPassword: 6, Life: map[access.Surface]time.Duration{access.Exam: time.Hour},
	})
	return g
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func draft(login string, roles ...access.Role) access.Draft {
	return access.Draft{Login: login, Name: "某人", Unit: "某单位", Roles: roles, Password: "secret-" + login}
}

func (g *gate) account(t *testing.T, login string, roles ...access.Role) access.Account {
	t.Helper()
	a, err := g.CreateAccount(t.Context(), "test", draft(login, roles...))
	must(t, err)
	return a
}

// TestTable writes the role × action table down, so that a change of it is
// seen in a review.
func TestTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "action")
	for _, r := range access.Roles {
		fmt.Fprint(w, "\t", r)
	}
	fmt.Fprintln(w)
	for _, action := range access.Actions(access.Roles) {
		fmt.Fprint(w, action)
		for _, r := range access.Roles {
			fmt.Fprint(w, "\t", map[bool]string{true: "yes", false: "-"}[access.Allows([]access.Role{r}, action)])
		}
		fmt.Fprintln(w)
	}
	must(t, w.Flush())
	file := filepath.Join("testdata", "table.golden")
	if *update {
		must(t, os.WriteFile(file, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("the table differs; if the change is meant, run with -update (-want +got):\n%s", diff)
	}
	if access.Allows(nil, access.BankRead) || access.Allows([]access.Role{"king"}, access.BankRead) || access.Allows(access.Roles, "world.rule") {
		t.Error("somebody without a role, of an unknown role, or for an unknown action is let in")
	}
	// Separation of duties: who writes questions draws no paper; who marks manages nothing.
	for _, x := range []struct {
		r access.Role
		a access.Action
	}{
		{access.Organiser, access.PaperRelease}, {access.Provincial, access.PaperRelease}, {access.Custodian, access.PaperSeal}, {access.Custodian, access.PaperView},
		{access.Organiser, access.BankContent}, {access.BankAuthor, access.PaperAssemble}, {access.Judge, access.ContestManage}, {access.Organiser, access.MarkSubmit}, {access.Supervisor, access.ContestManage},
	} {
		if access.Allows([]access.Role{x.r}, x.a) {
			t.Errorf("%s may %s", x.r, x.a)
		}
	}
}

func TestCreateAccountRefuses(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.account(t, "taken", access.Judge)
	for _, c := range []struct {
		name   string
		change func(*access.Draft)
		want   *fault.Error
		paths  []string
	}{
		{"nothing", func(d *access.Draft) { *d = access.Draft{} }, access.ErrInvalidAccount, []string{"login", "name", "roles"}},
		{"spaces in the login", func(d *access.Draft) { d.Login = "a b" }, access.ErrInvalidAccount, []string{"login"}},
		{"long login", func(d *access.Draft) { d.Login = strings.Repeat("x", 101) }, access.ErrInvalidAccount, []string{"login"}},
		{"unknown role", func(d *access.Draft) { d.Roles = []access.Role{access.Judge, "king"} }, access.ErrInvalidAccount, []string{"roles"}},
		{"short password", func(d *access.Draft) { d.Password = "12345" }, access.ErrWeakPassword, nil},
		{"endless password", func(d *access.Draft) { d.Password = strings.Repeat("x", 201) }, access.ErrWeakPassword, nil},
		{"taken", func(d *access.Draft) { d.Login = "taken" }, access.ErrLoginTaken, nil},
		{"taken, written otherwise", func(d *access.Draft) { d.Login = " TAKEN " }, access.ErrLoginTaken, nil},
	} {
		d := draft("new", access.Judge)
		c.change(&d)
		_, err := g.CreateAccount(t.Context(), "test", d)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
			continue
		}
		var paths []string
		for _, f := range fault.As(err).Fields {
			paths = append(paths, f.Path)
		}
		if diff := cmp.Diff(c.paths, paths); diff != "" {
			t.Errorf("%s: places (-want +got):\n%s", c.name, diff)
		}
	}
	all, err := g.Accounts(t.Context())
	if err != nil || len(all) != 1 {
		t.Errorf("%d accounts, %v: a refused one was made", len(all), err)
	}
}

// Of many who want a login at once, one gets it.
func TestOneLoginForOne(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = g.CreateAccount(t.Context(), "test", draft("same", access.Judge)) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		switch {
		case err == nil:
			made++
		case !errors.Is(err, access.ErrLoginTaken):
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d got it", made)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.account(t, "anna", access.Organiser)
	g.account(t, "officer", access.Judge)
	gone := g.account(t, "gone", access.Organiser)
	must(t, g.Disable(t.Context(), "test", gone.ID))
	for _, c := range []struct {
		name, login, password string
		surface               access.Surface
		want                  *fault.Error
	}{
		{"right", "anna", "secret-anna", access.Console, nil},
		{"as people write it", " Anna ", "secret-anna", access.Console, nil},
		{"wrong password", "anna", "secret-Anna", access.Console, access.ErrRefused},
		{"no password", "anna", "", access.Console, access.ErrRefused},
		{"unknown", "nobody", "secret-anna", access.Console, access.ErrRefused},
		{"disabled", "gone", "secret-gone", access.Console, access.ErrRefused},
		{"no judge", "anna", "secret-anna", access.Judging, access.ErrForbidden},
		{"no candidate", "anna", "secret-anna", access.Exam, access.ErrForbidden},
		{"only a judge", "officer", "secret-officer", access.Console, access.ErrForbidden},
	} {
		acc, token, err := g.SignIn(t.Context(), c.surface, c.login, c.password)
		switch {
		case c.want != nil:
			if !errors.Is(err, c.want) || token != "" || acc.ID != "" {
				t.Errorf("%s: %v %q, want %v and nothing else", c.name, err, token, c.want)
			}
		case err != nil || acc.Login != "anna" || len(token) != 43:
			t.Errorf("%s: %v %q", c.name, err, token)
		}
	}
}

func TestLoginsEnd(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	a := g.account(t, "anna", access.Organiser, access.Judge)
	_, token, err := g.SignIn(ctx, access.Console, "anna", "secret-anna")
	must(t, err)
	l, err := g.Login(ctx, access.Console, token)
	must(t, err)
	if l.Subject != string(a.ID) || l.Expires.Sub(g.now.Truncate(time.Millisecond)) != 12*time.Hour || strings.Contains(l.ID, token) {
		t.Errorf("login %+v", l)
	}
	for name, x := range map[string]struct {
		s     access.Surface
		token string
	}{
		"another surface": {access.Judging, token}, "no token": {access.Console, ""}, "its hash": {access.Console, l.ID}, "another": {access.Console, token[1:] + "A"},
	} {
		if _, err := g.Login(ctx, x.s, x.token); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("%s: %v, want %v", name, err, access.ErrSignedOut)
		}
	}
	g.now = l.Expires.Add(-time.Millisecond)
	if _, err := g.Login(ctx, access.Console, token); err != nil {
		t.Errorf("a millisecond before its end: %v", err)
	}
	g.now = l.Expires
	if _, err := g.Login(ctx, access.Console, token); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("at its end: %v", err)
	}
	// A candidate's lasts as long as the options say.
	exam, err := g.Open(ctx, access.Exam, "attempt")
	must(t, err)
	if l, err := g.Login(ctx, access.Exam, exam); err != nil || l.Expires.Sub(l.Created) != time.Hour {
		t.Errorf("candidate: %+v %v", l, err)
	}
	must(t, g.SignOut(ctx, exam))
	must(t, g.SignOut(ctx, exam)) // once more harms nobody
	if _, err := g.Login(ctx, access.Exam, exam); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("signed out: %v", err)
	}
}

func TestDisableEndsLogins(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	a := g.account(t, "anna", access.Organiser, access.Judge)
	_, console, err := g.SignIn(ctx, access.Console, "anna", "secret-anna")
	must(t, err)
	_, tablet, err := g.SignIn(ctx, access.Judging, "anna", "secret-anna")
	must(t, err)
	must(t, g.Disable(ctx, "test", a.ID))
	for s, token := range map[access.Surface]string{access.Console: console, access.Judging: tablet} {
		if _, err := g.Login(ctx, s, token); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, id := range []access.AccountID{a.ID, "nobody"} {
		if _, err := g.Account(ctx, id); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("account %s: %v, want %v", id, err, access.ErrSignedOut)
		}
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	g, ctx := newGate(t), t.Context()
	acc, err := g.CreateAccount(ctx, "org", access.Draft{Login: "j", Name: "裁判长", Roles: []access.Role{access.ChiefJudge}, Password: "246810"})
	must(t, err)
	_, other, err := g.SignIn(ctx, access.Console, "j", "246810")
	must(t, err)
	_, mine, err := g.SignIn(ctx, access.Judging, "j", "246810")
	must(t, err)
	for name, c := range map[string]struct {
		old, next string
		want      error
	}{
		"a wrong old one": {"135791", "864209", access.ErrRefused},
		"too short":       {"246810", "8642", access.ErrWeakPassword},
		"the same again":  {"246810", "246810", access.ErrWeakPassword},
	} {
		if err := g.ChangePassword(ctx, mine, acc.ID, c.old, c.next); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	must(t, g.ChangePassword(ctx, mine, acc.ID, "246810", "864209"))
	if _, err := g.Login(ctx, access.Judging, mine); err != nil {
		t.Errorf("who changed it is signed out: %v", err)
	}
	if _, err := g.Login(ctx, access.Console, other); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("another login lives on: %v", err)
	}
	if _, _, err := g.SignIn(ctx, access.Judging, "j", "246810"); !errors.Is(err, access.ErrRefused) {
		t.Errorf("the old one still signs in: %v", err)
	}
	_, _, err = g.SignIn(ctx, access.Judging, "j", "864209")
	must(t, err)
}

// A judge has one live tablet; a member of staff may have several consoles.
func TestOneLiveTablet(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	g.account(t, "anna", access.ChiefJudge)
	signIn := func(s access.Surface) string {
		_, token, err := g.SignIn(ctx, s, "anna", "secret-anna")
		must(t, err)
		return token
	}
	console, older, newer := signIn(access.Console), signIn(access.Judging), signIn(access.Judging)
	second := signIn(access.Console)
	if _, err := g.Login(ctx, access.Judging, older); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("the older tablet: %v", err)
	}
	for s, token := range map[string]access.Surface{newer: access.Judging, console: access.Console, second: access.Console} {
		if _, err := g.Login(ctx, token, s); err != nil {
			t.Errorf("%s: %v", token, err)
		}
	}
}

// Hold fences the other seats of an attempt, and no other attempt's.
func TestHold(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	open := func(subject string) string {
		token, err := g.Open(ctx, access.Exam, subject)
		must(t, err)
		return token
	}
	first, second, stranger := open("a1"), open("a1"), open("a2")
	must(t, g.Hold(ctx, access.Exam, first, 1))
	if _, err := g.Login(ctx, access.Exam, second); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("the other seat: %v", err)
	}
	must(t, g.Hold(ctx, access.Exam, first, 1))
	if l, err := g.Login(ctx, access.Exam, first); err != nil || l.Fence != 1 {
		t.Errorf("the seat: %+v %v", l, err)
	}
	if l, err := g.Login(ctx, access.Exam, stranger); err != nil || l.Fence != 0 {
		t.Errorf("another attempt: %+v %v", l, err)
	}
	third := open("a1")
	must(t, g.Hold(ctx, access.Exam, third, 2))
	if err := g.Hold(ctx, access.Exam, first, 1); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("holding with a login that is over: %v", err)
	}
	if l, err := g.Login(ctx, access.Exam, third); err != nil || l.Fence != 2 {
		t.Errorf("the new seat: %+v %v", l, err)
	}
}

// What is stored opens nothing, and everything that happened is on record.
func TestStoredAndRecorded(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	a := g.account(t, "anna", access.Organiser)
	if strings.Contains(a.Password, "secret") || !strings.HasPrefix(a.Password, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored as %q", a.Password)
	}
	if a.Created.Nanosecond()%1_000_000 != 0 || a.Created.Location() != time.UTC {
		t.Errorf("created %v: not UTC in milliseconds", a.Created)
	}
	_, _, err := g.SignIn(ctx, access.Console, "anna", "secret-anna")
	must(t, err)
	must(t, g.Disable(ctx, "boss", a.ID))
	records, err := g.db.Ledger().Read(ctx, ledger.StreamID("account/"+a.ID), 0, 10)
	must(t, err)
	var got []string
	for _, r := range records {
		got = append(got, r.Actor+" "+r.Kind)
		if bytes.Contains(r.Data, []byte("argon2")) || bytes.Contains(r.Data, []byte("secret-")) {
			t.Errorf("record %s: %s", r.Kind, r.Data)
		}
	}
	if diff := cmp.Diff([]string{"test account.created", string(a.ID) + " account.signed_in", "boss account.disabled"}, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestSignInGivesUpWithItsCaller(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, token, err := g.SignIn(ctx, access.Console, "anna", "x"); err == nil || token != "" {
		t.Errorf("%q %v", token, err)
	}
}

// Expired logins do not pile up; live ones stay.
func TestSweep(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	start := g.now
	_, err := g.Open(ctx, access.Exam, "early") // lasts an hour
	must(t, err)
	live, err := g.Open(ctx, access.Console, "late") // lasts twelve
	must(t, err)
	g.now = start.Add(2 * time.Hour)
	for want := 1; want >= 0; want-- {
		if n, err := g.Sweep(ctx); err != nil || n != want {
			t.Fatalf("swept %d, %v; want %d", n, err, want)
		}
	}
	if _, err := g.Login(ctx, access.Console, live); err != nil {
		t.Errorf("a live login was swept: %v", err)
	}
}
