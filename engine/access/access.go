// Package access knows who may come in and what they may do: accounts of
// staff, their roles, one role × action table (permission.go), and logins.
//
// A login is an opaque random token. Only its hash is stored, so a copy of
// the store opens nothing. Candidates have logins too, but no account: their
// subject is an attempt.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// AccountID names an account.
type AccountID string

// Account is one member of staff.
type Account struct {
	ID       AccountID `json:"id"`
	Login    string    `json:"login"` // lower case, unique
	Name     string    `json:"name"`
	Unit     string    `json:"unit"`
	Roles    []Role    `json:"roles"`
	Password string    `json:"password_hash"` // PHC string, argon2id
	Disabled bool      `json:"disabled"`
	Created  time.Time `json:"created"`
}

// Surface is the screen family a login is for. A login of one surface opens
// no other.
type Surface string

// The surfaces people sign in to.
const (
	Exam    Surface = "exam"
	Judging Surface = "judge"
	Console Surface = "admin"
)

// Login is one sign-in.
type Login struct {
	ID      string    `json:"id"` // hex SHA-256 of the token
	Surface Surface   `json:"surface"`
	Subject string    `json:"subject"`          // account id, or attempt id on the exam surface
	Fence   int64     `json:"fence"`            // exam: the seat's fencing number
	Tablet  string    `json:"tablet,omitempty"` // judge: the paired tablet that it is at; it is good there only
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

var accounts = store.Table[Account]{
	Collection: store.Collection{Name: "accounts", Indexes: []store.Index{{Name: "login", Unique: true}}},
	ID:         func(a *Account) string { return string(a.ID) },
	Keys:       func(a *Account) map[string]string { return map[string]string{"login": a.Login} },
}

var logins = store.Table[Login]{
	Collection: store.Collection{Name: "logins", Indexes: []store.Index{{Name: "subject"}, {Name: "expires"}, {Name: "tablet"}}},
	ID:         func(l *Login) string { return l.ID },
	Keys: func(l *Login) map[string]string {
		keys := map[string]string{
			"subject": store.Key(string(l.Surface), l.Subject),
			"expires": l.Expires.Format("2006-01-02T15:04:05.000Z"),
		}
		if l.Tablet != "" {
			keys["tablet"] = l.Tablet
		}
		return keys
	},
}

// Collections declares what this package stores.
var Collections = []store.Collection{accounts.Collection, logins.Collection, cards.Collection}

// Options are the rules of signing in.
type Options struct {
	Now         func() time.Time
	MinPassword int                       // characters of a password; PINs of judges count as passwords
	Life        map[Surface]time.Duration // how long a login lasts; 12 h where absent
}

// Access signs people in and out. Safe for concurrent use.
type Access struct {
	db   store.DB
	led  ledger.Appender
	opts Options

	hasher hasher
}

// New returns the gate over db; sign-ins and account changes are recorded in
// the ledger.
func New(db store.DB, led ledger.Appender, o Options) *Access {
	return &Access{db: db, led: led, opts: o, hasher: newHasher()}
}

// Draft is an account to be made.
type Draft struct {
	Login    string `json:"login"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	Roles    []Role `json:"roles"`
	Password string `json:"password"`
}

// NormalLogin returns a login name in the one form that is stored and
// compared: lower case, without white space around it.
func NormalLogin(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// CreateAccount makes an account. Errors: ErrInvalidAccount with fields,
// ErrWeakPassword, ErrLoginTaken.
func (a *Access) CreateAccount(ctx context.Context, actor string, d Draft) (Account, error) {
	login := NormalLogin(d.Login)
	var wrong []fault.Field
	if login == "" || len(login) > 100 || strings.ContainsAny(login, " \t\n") {
		wrong = append(wrong, fault.Field{Path: "login", Code: "bad_login", Message: "1 to 100 characters without spaces"})
	}
	if strings.TrimSpace(d.Name) == "" || len(d.Name) > 200 {
		wrong = append(wrong, fault.Field{Path: "name", Code: "missing", Message: "a name of at most 200 bytes is needed"})
	}
	if len(d.Roles) == 0 {
		wrong = append(wrong, fault.Field{Path: "roles", Code: "missing", Message: "at least one role is needed"})
	}
	for _, r := range d.Roles {
		if !r.Valid() {
			wrong = append(wrong, fault.Field{Path: "roles", Code: "unknown_role", Message: "unknown role " + string(r)})
		}
	}
	if len(wrong) > 0 {
		return Account{}, ErrInvalidAccount.With(wrong...)
	}
	if len(d.Password) < a.opts.MinPassword || len(d.Password) > 200 {
		return Account{}, ErrWeakPassword.Param("min", a.opts.MinPassword)
	}
	hash, err := a.hasher.hash(ctx, d.Password)
	if err != nil {
		return Account{}, err
	}
	acc := Account{
		ID: AccountID(uuid.Must(uuid.NewV7()).String()), Login: login, Name: d.Name, Unit: d.Unit,
		Roles: d.Roles, Password: hash, Created: a.now(),
	}
	if err := accounts.Insert(ctx, a.db, &acc); err != nil {
		if errors.Is(err, store.ErrDuplicate) {
			return Account{}, ErrLoginTaken.Param("login", login)
		}
		return Account{}, err
	}
	return acc, a.record(ctx, acc.ID, actor, "account.created", map[string]any{"login": login, "roles": d.Roles})
}

// SignIn checks a password and opens a login for the surface. The returned
// token goes to the browser and is kept nowhere else. Errors: ErrRefused,
// ErrBusy, ErrForbidden if none of the account's roles has a place there.
func (a *Access) SignIn(ctx context.Context, s Surface, login, password string) (Account, string, error) {
	found, _, err := accounts.Find(ctx, a.db, store.Query{Index: "login", Equal: NormalLogin(login), Limit: 1})
	if err != nil {
		return Account{}, "", err
	}
	var acc Account
	if len(found) == 1 {
		acc = found[0]
	}
	// An unknown login costs the same time as a wrong password.
	ok, err := a.hasher.verify(ctx, acc.Password, password)
	if err != nil {
		return Account{}, "", err
	}
	if !ok || acc.Disabled {
		return Account{}, "", ErrRefused
	}
	if !mayEnter(s, acc.Roles) {
		return Account{}, "", ErrForbidden
	}
	return a.enter(ctx, s, acc, map[string]any{"surface": s})
}

func mayEnter(s Surface, roles []Role) bool {
	switch s {
	case Judging:
		return Allows(roles, MarkSubmit)
	case Console:
		// Judges have tablets; everybody else of the staff works here.
		return slices.ContainsFunc(roles, func(r Role) bool { return r != Judge })
	case Exam:
		return false
	}
	return false
}

// Open makes a login for a subject and returns its token.
func (a *Access) Open(ctx context.Context, s Surface, subject string) (token string, err error) {
	raw := make([]byte, 32)
	rand.Read(raw)
	token = base64.RawURLEncoding.EncodeToString(raw)
	life := a.opts.Life[s]
	if life == 0 {
		life = 12 * time.Hour
	}
	l := Login{ID: loginID(token), Surface: s, Subject: subject, Created: a.now(), Expires: a.now().Add(life)}
	return token, logins.Insert(ctx, a.db, &l)
}

// Hold makes the login of a token the subject's only one on its surface and
// notes the fence it holds: an admitted candidate has one seat. Repeating it
// changes nothing.
func (a *Access) Hold(ctx context.Context, s Surface, token string, fence int64) error {
	l, err := logins.Update(ctx, a.db, loginID(token), func(l *Login) error { l.Fence = fence; return nil })
	if errors.Is(err, store.ErrNotFound) {
		return ErrSignedOut
	}
	if err != nil {
		return err
	}
	return a.endOthers(ctx, s, l.Subject, l.ID)
}

// Login returns the live login of a token, or ErrSignedOut.
func (a *Access) Login(ctx context.Context, s Surface, token string) (Login, error) {
	if token == "" {
		return Login{}, ErrSignedOut
	}
	l, err := logins.Get(ctx, a.db, loginID(token))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Login{}, ErrSignedOut
	case err != nil:
		return Login{}, err
	case l.Value.Surface != s || !a.now().Before(l.Value.Expires):
		return Login{}, ErrSignedOut
	}
	return l.Value, nil
}

// Account returns the account that somebody signed in with. Error:
// ErrSignedOut if it is disabled or not there.
func (a *Access) Account(ctx context.Context, id AccountID) (Account, error) {
	v, err := accounts.Get(ctx, a.db, string(id))
	if errors.Is(err, store.ErrNotFound) || err == nil && v.Value.Disabled {
		return Account{}, ErrSignedOut
	}
	return v.Value, err
}

// Name returns the name of an account, closed ones too, or "" if there is
// none: for records and logs that people read.
func (a *Access) Name(ctx context.Context, id string) string {
	v, err := accounts.Get(ctx, a.db, id)
	if err != nil {
		return ""
	}
	return v.Value.Name
}

// ChangePassword sets a new password of somebody who knows the old one. The
// account's other logins end, on every surface; that of the token stays.
// Errors: ErrRefused for a wrong old password, ErrWeakPassword also for the old
// one again, ErrBusy, ErrSignedOut.
func (a *Access) ChangePassword(ctx context.Context, token string, id AccountID, old, password string) error {
	acc, err := a.Account(ctx, id)
	if err != nil {
		return err
	}
	ok, err := a.hasher.verify(ctx, acc.Password, old)
	if err != nil {
		return err
	}
	if !ok {
		return ErrRefused
	}
	if len(password) < a.opts.MinPassword || len(password) > 200 || password == old {
		return ErrWeakPassword.Param("min", a.opts.MinPassword)
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	was := acc.Password
	_, err = accounts.Update(ctx, a.db, string(id), func(acc *Account) error {
		if acc.Disabled || acc.Password != was { // meanwhile
			return ErrRefused
		}
		acc.Password = hash
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range []Surface{Judging, Console} {
		if err := a.endOthers(ctx, s, string(id), loginID(token)); err != nil {
			return err
		}
	}
	return a.record(ctx, id, string(id), "account.password_changed", struct{}{})
}

// Disable closes an account for good and ends its logins.
func (a *Access) Disable(ctx context.Context, actor string, id AccountID) error {
	_, err := accounts.Update(ctx, a.db, string(id), func(acc *Account) error { acc.Disabled = true; return nil })
	if err != nil {
		return err
	}
	for _, s := range []Surface{Judging, Console} {
		if err := a.endOthers(ctx, s, string(id), ""); err != nil {
			return err
		}
	}
	return a.record(ctx, id, actor, "account.disabled", struct{}{})
}

// Accounts returns all accounts in the order of their logins.
func (a *Access) Accounts(ctx context.Context) ([]Account, error) {
	return accounts.All(ctx, a.db, store.Query{Index: "login"})
}

// SignOut ends the login of a token; one that is over already is no error.
func (a *Access) SignOut(ctx context.Context, token string) error {
	return a.remove(ctx, loginID(token))
}

// endOthers ends the subject's logins on the surface, but for the kept one.
func (a *Access) endOthers(ctx context.Context, s Surface, subject, keep string) error {
	old, err := logins.All(ctx, a.db, store.Query{Index: "subject", Equal: store.Key(string(s), subject)})
	if err != nil {
		return err
	}
	for _, l := range old {
		if l.ID == keep {
			continue
		}
		if err := a.remove(ctx, l.ID); err != nil {
			return err
		}
	}
	return nil
}

func (a *Access) remove(ctx context.Context, id string) error {
	for {
		l, err := logins.Get(ctx, a.db, id)
		if err == nil {
			err = logins.Delete(ctx, a.db, id, l.Version)
		}
		switch {
		case errors.Is(err, store.ErrVersion) && ctx.Err() == nil:
			continue // its fence was noted meanwhile
		case errors.Is(err, store.ErrNotFound):
			return nil
		}
		return err
	}
}

// Sweep removes the logins that are over and returns how many there were.
// Call it now and then; an expired login opens nothing meanwhile.
func (a *Access) Sweep(ctx context.Context) (int, error) {
	n, now := 0, a.now()
	for {
		page, _, err := logins.Find(ctx, a.db, store.Query{Index: "expires", Limit: 200})
		if err != nil {
			return n, err
		}
		for _, l := range page { // the earliest first
			if now.Before(l.Expires) {
				return n, nil
			}
			if err := a.remove(ctx, l.ID); err != nil {
				return n, err
			}
			n++
		}
		if len(page) == 0 {
			return n, nil
		}
	}
}

func (a *Access) record(ctx context.Context, id AccountID, actor, kind string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = a.led.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("account/" + string(id)), Expect: ledger.AnySeq,
		At: a.now(), Kind: kind, Actor: actor, Data: body,
	})
	return err
}

func (a *Access) now() time.Time { return a.opts.Now().UTC().Truncate(time.Millisecond) }

func loginID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
