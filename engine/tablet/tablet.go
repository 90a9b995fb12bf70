package tablet

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
)

// ID names a paired tablet.
type ID string

// Draft is what people call a tablet.
type Draft struct {
	Number string `json:"number" minLength:"1" maxLength:"50" doc:"On its back: 07"`
	Name   string `json:"name" maxLength:"50"` // "焊接 3 号"; may be ""
	Hall   string `json:"hall" maxLength:"50" doc:"Where it belongs; may be empty"`
}

// Tablet is a contest-owned tablet.
type Tablet struct {
	ID ID `json:"id"`
	Draft
	Hash     string     `json:"hash"` // hex SHA-256 of its token
	Paired   time.Time  `json:"paired"`
	PairedBy string     `json:"paired_by"` // account that made the code
	Revoked  *time.Time `json:"revoked,omitempty"`
}

// pairing is a code that waits for its tablet.
type pairing struct {
	ID      string     `json:"id"` // hex SHA-256 of the code
	Tablet  ID         `json:"tablet"`
	Draft   Draft      `json:"draft"`
	Created time.Time  `json:"created"`
	By      string     `json:"by"`
	Expires time.Time  `json:"expires"`
	Used    *time.Time `json:"used,omitempty"`
}

var tablets = store.Table[Tablet]{
	Collection: store.Collection{Name: "tablets"},
	ID:         func(t *Tablet) string { return string(t.ID) },
}

var pairings = store.Table[pairing]{
	Collection: store.Collection{Name: "tablet_pairings"},
	ID:         func(p *pairing) string { return p.ID },
}

// Collections declares what this package stores.
func Collections() []store.Collection {
	return []store.Collection{tablets.Collection, pairings.Collection}
}

// Options are what a service is made of.
type Options struct {
	Now  func() time.Time
	Log  *slog.Logger // default: nothing is logged
	Node string       // names this node beside what it hears
	// Rules are the limits; the zero value: OrdinaryRules.
	Rules Rules
}

// Service keeps the tablets at one node. Any number of nodes may share the
// stores and the bus. All methods are safe for concurrent use.
type Service struct {
	db     store.DB
	led    ledger.Appender
	bus    live.Bus
	access *access.Access
	o      Options

	mu      sync.Mutex
	present map[string]Presence // by Presence.key

	cancel func()
}

// New starts a service on opened stores, which stay the caller's. Close ends
// it. Errors: those of the bus.
func New(ctx context.Context, db store.DB, led ledger.Appender, bus live.Bus, a *access.Access, o Options) (*Service, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rules == (Rules{}) {
		o.Rules = OrdinaryRules()
	}
	s := &Service{db: db, led: led, bus: bus, access: a, o: o, present: map[string]Presence{}}
	from, err := bus.Position(ctx, Channel)
	if err == nil {
		s.cancel, err = bus.Subscribe(ctx, Channel, from, s.hear)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends listening to other nodes.
func (s *Service) Close() { s.cancel() }

// Rules are the limits that hold here.
func (s *Service) Rules() Rules { return s.o.Rules }

func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Pairing is a code for one tablet, once, for a short while.
type Pairing struct {
	Code    string    `json:"code"`
	Tablet  ID        `json:"tablet"` // that it will be
	Expires time.Time `json:"expires"`
}

// codeLetters leaves out what is read for one another.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// codeLength gives 31^8 codes: with the limit on tries nobody guesses one in
// its time.
const codeLength = 8

// Pair makes a code by which a tablet becomes one of this server's. Errors:
// ErrInput with Fields.
func (s *Service) Pair(ctx context.Context, by access.AccountID, d Draft) (Pairing, error) {
	d, err := d.checked()
	if err != nil {
		return Pairing{}, err
	}
	code := randomCode()
	p := pairing{
		ID: hashOf(code), Tablet: ID(uuid.Must(uuid.NewV7()).String()), Draft: d, Created: s.now(), By: string(by),
		Expires: s.now().Add(time.Duration(s.o.Rules.PairingMS) * time.Millisecond),
	}
	if err := pairings.Insert(ctx, s.db, &p); err != nil {
		return Pairing{}, err
	}
	return Pairing{Code: code[:4] + "-" + code[4:], Tablet: p.Tablet, Expires: p.Expires}, nil
}

func randomCode() string {
	out := make([]byte, 0, codeLength)
	var raw [1]byte
	for len(out) < codeLength {
		rand.Read(raw[:])
		if n := int(raw[0]); n < 256/len(codeLetters)*len(codeLetters) { // no letter is likelier than another
			out = append(out, codeLetters[n%len(codeLetters)])
		}
	}
	return string(out)
}

// checked returns the draft without white space around, or what is wrong.
func (d Draft) checked() (Draft, error) {
	d = Draft{strings.TrimSpace(d.Number), strings.TrimSpace(d.Name), strings.TrimSpace(d.Hall)}
	var wrong []fault.Field
	for path, text := range map[string]string{"number": d.Number, "name": d.Name, "hall": d.Hall} {
		if path == "number" && text == "" || utf8.RuneCountInString(text) > 50 || !utf8.ValidString(text) {
			wrong = append(wrong, fault.Field{Path: path, Code: "missing", Message: "at most 50 characters; the number is needed"})
		}
	}
	if wrong != nil {
		return d, ErrInput.With(wrong...)
	}
	return d, nil
}

// Redeem makes the device that calls a paired tablet and returns its token,
// which is kept nowhere else. Error: ErrPairing.
//
// Order of writes: the code is used up, which decides between two that redeem
// it at once; then the record; then the tablet. A crash in between leaves a
// used code and no tablet: make another code.
func (s *Service) Redeem(ctx context.Context, code, device string) (Tablet, string, error) {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	p, err := pairings.Update(ctx, s.db, hashOf(code), func(p *pairing) error {
		now := s.now()
		if p.Used != nil || !now.Before(p.Expires) {
			return ErrPairing
		}
		p.Used = &now
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		err = ErrPairing
	}
	if err != nil {
		return Tablet{}, "", err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	secret := base64.RawURLEncoding.EncodeToString(raw)
	t := Tablet{ID: p.Tablet, Draft: p.Draft, Hash: hashOf(secret), Paired: s.now(), PairedBy: p.By}
	type record struct {
		Draft
		Device string `json:"device"`
	}
	if err := s.record(ctx, t.ID, p.By, "tablet.paired", "paired", record{p.Draft, device}); err != nil {
		return Tablet{}, "", err
	}
	return t, string(t.ID) + "." + secret, tablets.Insert(ctx, s.db, &t)
}

// Device returns the tablet of a token. Errors: ErrUnpaired for no token of
// this server, ErrRevoked.
func (s *Service) Device(ctx context.Context, token string) (Tablet, error) {
	id, secret, _ := strings.Cut(token, ".")
	if id == "" {
		return Tablet{}, ErrUnpaired
	}
	v, err := tablets.Get(ctx, s.db, id)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && subtle.ConstantTimeCompare([]byte(v.Value.Hash), []byte(hashOf(secret))) == 0:
		return Tablet{}, ErrUnpaired
	case err != nil:
		return Tablet{}, err
	case v.Value.Revoked != nil:
		return v.Value, ErrRevoked
	}
	return v.Value, nil
}

// Rename changes what people call a tablet. Errors: ErrInput, ErrNoTablet.
func (s *Service) Rename(ctx context.Context, by access.AccountID, id ID, d Draft) error {
	d, err := d.checked()
	if err != nil {
		return err
	}
	if _, err := s.tablet(ctx, id); err != nil {
		return err
	}
	if err := s.record(ctx, id, string(by), "tablet.renamed", "", d); err != nil {
		return err
	}
	_, err = tablets.Update(ctx, s.db, string(id), func(t *Tablet) error { t.Draft = d; return nil })
	return err
}

func (s *Service) tablet(ctx context.Context, id ID) (Tablet, error) {
	v, err := tablets.Get(ctx, s.db, string(id))
	if errors.Is(err, store.ErrNotFound) {
		err = ErrNoTablet
	}
	return v.Value, err
}

// Revoke takes a tablet out of use: its sockets are closed at every node, its
// logins end, and nothing is taken from it any more. Repeating it changes
// nothing. Errors: ErrReason, ErrNoTablet.
//
// Order of writes: the record, the tablet, the logins, the word to the
// sockets. After the second nothing is taken; a repeated call does the rest.
func (s *Service) Revoke(ctx context.Context, by access.AccountID, id ID, why string) error {
	if err := checkWhy(why); err != nil {
		return err
	}
	if _, err := s.tablet(ctx, id); err != nil {
		return err
	}
	if err := s.record(ctx, id, string(by), "tablet.revoked", "revoked", map[string]string{"why": why}); err != nil {
		return err
	}
	_, err := tablets.Update(ctx, s.db, string(id), func(t *Tablet) error {
		if t.Revoked == nil {
			now := s.now()
			t.Revoked = &now
		}
		return nil
	})
	if err == nil {
		err = s.access.EndTablet(ctx, string(id))
	}
	if err == nil {
		s.say(ctx, id.Channel(), []byte(`"revoked"`))
		s.say(ctx, Channel, []byte(`{}`)) // lists look again
	}
	return err
}

// Channel carries "revoked" to the sockets of one tablet.
func (id ID) Channel() live.Channel { return live.Channel("tablet:{" + string(id) + "}") }

func checkWhy(why string) error {
	if strings.TrimSpace(why) == "" || utf8.RuneCountInString(why) > 300 || !utf8.ValidString(why) {
		return ErrReason
	}
	return nil
}

// say publishes. It is a hint, so an error is only logged.
func (s *Service) say(ctx context.Context, ch live.Channel, data []byte) {
	if _, err := s.bus.Publish(ctx, ch, "", data); err != nil {
		s.o.Log.Warn("word to tablets not delivered", "channel", ch, "error", err)
	}
}

func (s *Service) record(ctx context.Context, id ID, actor, kind, key string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = s.led.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("tablet/" + string(id)), Expect: ledger.AnySeq, At: s.now(), Kind: kind, Actor: actor, Key: key, Data: body,
	})
	return err
}
