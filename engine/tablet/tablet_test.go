package tablet_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a store and a bus with two nodes.
type world struct {
	t      *testing.T
	db     *sqlite.DB
	led    *ledger.Ledger
	bus    *live.Memory
	access *access.Access
	a, b   *tablet.Service
	judge  access.Account
}

func bubble(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all []store.Collection
		all = append(append(all, access.Collections...), tablet.Collections()...)
		db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), sqlite.Options{Collections: all})
		must(t, err)
		w := &world{t: t, db: db, led: ledger.Open(db.Ledger(), ledger.Options{}), bus: live.NewMemory(live.Options{})}
		t.Cleanup(func() { w.bus.Close(); w.led.Close(); db.Close() })
		w.access = access.New(db, w.led, access.Options{Now: time.Now, MinPassword: 6})
		w.a, w.b = w.node("a"), w.node("b")
		w.judge, err = w.access.CreateAccount(t.Context(), "test", access.Draft{Login: "judge", Name: "裁判", Roles: []access.Role{access.Judge}, Password: "271828"})
		must(t, err)
		f(t, w)
	})
}

func (w *world) node(name string) *tablet.Service {
	s, err := tablet.New(w.t.Context(), w.db, w.led, w.bus, w.access, tablet.Options{Now: time.Now, Node: name})
	must(w.t, err)
	w.t.Cleanup(s.Close)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, what string, err error, want *fault.Error) {
	t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// paired is a tablet with its token.
func (w *world) paired(number string) (tablet.Tablet, string) {
	w.t.Helper()
	p, err := w.a.Pair(w.t.Context(), "chief", tablet.Draft{Number: number, Hall: "一号厅"})
	must(w.t, err)
	x, token, err := w.b.Redeem(w.t.Context(), p.Code, "browser")
	must(w.t, err)
	return x, token
}

func TestPairing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p, err := w.a.Pair(ctx, "chief", tablet.Draft{Number: " 07 ", Name: "焊接"})
		must(t, err)
		if len(p.Code) != 9 || strings.ContainsAny(p.Code, "01IOL") || p.Expires.Sub(time.Now()) != 10*time.Minute {
			t.Errorf("pairing %+v", p)
		}
		x, token, err := w.b.Redeem(ctx, strings.ToLower(" "+p.Code), "browser")
		must(t, err)
		if x.ID != p.Tablet || x.Number != "07" || strings.Contains(token, x.Hash) {
			t.Errorf("tablet %+v", x)
		}
		for name, code := range map[string]string{"used": p.Code, "unknown": "AAAA-AAAA", "none": ""} {
			_, token, err := w.a.Redeem(ctx, code, "browser")
			wantErr(t, name, err, tablet.ErrPairing)
			if token != "" {
				t.Errorf("%s: a token", name)
			}
		}
		late, err := w.a.Pair(ctx, "chief", tablet.Draft{Number: "08"})
		must(t, err)
		time.Sleep(10 * time.Minute)
		_, _, err = w.a.Redeem(ctx, late.Code, "browser")
		wantErr(t, "too late", err, tablet.ErrPairing)
		for name, token := range map[string]string{"right": token, "cut": token[:len(token)-1], "its hash": string(x.ID) + "." + x.Hash, "its name": string(x.ID), "none": "", "another": "x.y"} {
			got, err := w.a.Device(ctx, token)
			if name == "right" {
				if err != nil || got.ID != x.ID {
					t.Errorf("%s: %+v %v", name, got, err)
				}
				continue
			}
			wantErr(t, name, err, tablet.ErrUnpaired)
		}
		for name, d := range map[string]tablet.Draft{"no number": {Name: "x"}, "long": {Number: strings.Repeat("字", 51)}, "no text": {Number: "1", Hall: "\xff"}} {
			_, err := w.a.Pair(ctx, "chief", d)
			wantErr(t, name, err, tablet.ErrInput)
		}
		must(t, w.a.Rename(ctx, "chief", x.ID, tablet.Draft{Number: "17"}))
		wantErr(t, "renaming nothing", w.a.Rename(ctx, "chief", "x", tablet.Draft{Number: "17"}), tablet.ErrNoTablet)
		if got, err := w.b.Device(ctx, token); err != nil || got.Number != "17" {
			t.Errorf("renamed: %+v %v", got, err)
		}
	})
}

// Two devices redeem one code at two nodes: one becomes the tablet.
func TestOneTabletByOneCode(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, err := w.a.Pair(t.Context(), "chief", tablet.Draft{Number: "1"})
		must(t, err)
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { _, _, errs[i] = []*tablet.Service{w.a, w.b}[i%2].Redeem(t.Context(), p.Code, "x") })
		}
		wg.Wait()
		got := 0
		for _, err := range errs {
			if err == nil {
				got++
			} else {
				wantErr(t, "second", err, tablet.ErrPairing)
			}
		}
		if got != 1 {
			t.Errorf("%d devices became the tablet", got)
		}
	})
}

// Revoking ends what happens at the tablet, at every node, at once.
func TestRevoke(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		x, token := w.paired("1")
		_, login, err := w.access.SignIn(ctx, access.Judging, "judge", "271828")
		must(t, err)
		must(t, w.access.Bind(ctx, login, string(x.ID)))
		var mu sync.Mutex
		var said []string
		from, err := w.bus.Position(ctx, x.ID.Channel())
		must(t, err)
		stop, err := w.bus.Subscribe(ctx, x.ID.Channel(), from, func(p live.Publication, _ bool) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, string(p.Data))
		})
		must(t, err)
		defer stop()
		wantErr(t, "without a reason", w.a.Revoke(ctx, "chief", x.ID, ""), tablet.ErrReason)
		wantErr(t, "nothing", w.a.Revoke(ctx, "chief", "x", "遗失"), tablet.ErrNoTablet)
		must(t, w.a.Revoke(ctx, "chief", x.ID, "遗失"))
		must(t, w.b.Revoke(ctx, "chief", x.ID, "遗失"))
		synctest.Wait()
		if _, err := w.b.Device(ctx, token); !errors.Is(err, tablet.ErrRevoked) {
			t.Errorf("the revoked one: %v", err)
		}
		if _, err := w.access.Login(ctx, access.Judging, login); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("its login: %v", err)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(said) != 2 || said[0] != `"revoked"` {
			t.Errorf("its sockets heard %v", said)
		}
		var kinds []string
		_, err = ledger.Fold(ctx, w.led, ledger.StreamID("tablet/"+string(x.ID)), 0, func(r ledger.Record) error { kinds = append(kinds, r.Kind+" "+r.Actor); return nil })
		must(t, err)
		if diff := cmp.Diff([]string{"tablet.paired chief", "tablet.revoked chief"}, kinds); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
	})
}

func ptr[T any](v T) *T { return &v }

// list is what node s says of each tablet, by number or device.
func list(t *testing.T, s *tablet.Service) map[string]tablet.Status {
	t.Helper()
	all, err := s.List(t.Context(), "v2")
	must(t, err)
	out := map[string]tablet.Status{}
	for _, x := range all {
		name := ""
		if x.Tablet != nil {
			name = x.Tablet.Number
		} else {
			name = x.Presence.Device
		}
		out[name] = x
	}
	return out
}

// What one node hears every node shows; nothing of it is stored.
func TestPresence(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		x, _ := w.paired("07")
		w.paired("08")
		line := tablet.Line{Tablet: x.ID, Device: "d1", Judge: w.judge.ID, Conn: "c1"}
		armed := &tablet.Armed{Division: "d", Sheet: "A01.B", Code: "A01"}
		w.a.Heard(ctx, line, tablet.Beat{Battery: ptr(80), Charging: ptr(false), App: "v2", Outbox: 3, RoundTripMS: ptr(int64(40)), TabletMS: time.Now().UnixMilli() - 20, Armed: armed})
		synctest.Wait()
		for _, s := range []*tablet.Service{w.a, w.b} {
			got := list(t, s)["07"]
			if !got.Online || len(got.Flags) != 0 || *got.Presence.Battery != 80 || got.Presence.Outbox != 3 || *got.Presence.Armed != *armed || *got.Presence.ClockOffMS != 0 || got.Presence.Node != "a" || got.Presence.Judge != w.judge.ID {
				t.Errorf("%+v %+v", got, got.Presence)
			}
			if other := list(t, s)["08"]; other.Presence != nil || other.Online || len(other.Flags) != 0 {
				t.Errorf("a tablet that was never heard: %+v", other)
			}
		}
		time.Sleep(31 * time.Second)
		if got := list(t, w.b)["07"]; got.Online || !cmp.Equal(got.Flags, []tablet.Flag{tablet.FlagQuiet}) {
			t.Errorf("after half a minute: %+v", got)
		}
		// It comes back at the other node; the end of the first connection, noticed
		// late, does not undo that.
		w.b.Heard(ctx, tablet.Line{Tablet: x.ID, Device: "d1", Judge: w.judge.ID, Conn: "c2"}, tablet.Beat{})
		synctest.Wait()
		w.a.Gone(ctx, line, false)
		synctest.Wait()
		if got := list(t, w.a)["07"]; !got.Online || got.Presence.Conn != "c2" {
			t.Errorf("at the other node: %+v", got)
		}
		w.b.Gone(ctx, tablet.Line{Tablet: x.ID, Device: "d1", Judge: w.judge.ID, Conn: "c2"}, true)
		synctest.Wait()
		if got := list(t, w.a)["07"]; got.Online || len(got.Flags) != 0 || !got.Presence.Over {
			t.Errorf("signed out: %+v", got)
		}
		time.Sleep(25 * time.Hour)
		if got := list(t, w.a)["07"]; got.Presence != nil {
			t.Errorf("after a day: %+v", got.Presence)
		}
		if head, err := w.db.Ledger().Head(ctx, ledger.StreamID("tablet/"+string(x.ID))); err != nil || head.Seq != 1 {
			t.Errorf("%d records of the tablet, %v: a beat was stored", head.Seq, err)
		}
	})
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		name string
		beat tablet.Beat
		off  time.Duration
		want []tablet.Flag
	}{
		{"well", tablet.Beat{Battery: ptr(20), App: "v2", RoundTripMS: ptr(int64(800))}, 5 * time.Second, nil},
		{"battery", tablet.Beat{Battery: ptr(19)}, 0, []tablet.Flag{tablet.FlagBattery}},
		{"charging", tablet.Beat{Battery: ptr(5), Charging: ptr(true)}, 0, nil},
		{"clock ahead", tablet.Beat{}, 5001 * time.Millisecond, []tablet.Flag{tablet.FlagClock}},
		{"clock an hour behind", tablet.Beat{}, -time.Hour, []tablet.Flag{tablet.FlagClock}},
		{"slow", tablet.Beat{RoundTripMS: ptr(int64(801))}, 0, []tablet.Flag{tablet.FlagSlow}},
		{"old page", tablet.Beat{App: "v1"}, 0, []tablet.Flag{tablet.FlagOldVersion}},
		{"nonsense", tablet.Beat{Battery: ptr(101), RoundTripMS: ptr(int64(-1)), Outbox: -4, App: strings.Repeat("x", 300), Armed: &tablet.Armed{Sheet: strings.Repeat("x", 300)}}, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				x, _ := w.paired("1")
				c.beat.TabletMS = time.Now().Add(c.off).UnixMilli()
				if rtt := c.beat.RoundTripMS; rtt != nil && *rtt > 0 {
					c.beat.TabletMS -= *rtt / 2
				}
				w.a.Heard(t.Context(), tablet.Line{Tablet: x.ID, Device: "d", Judge: w.judge.ID, Conn: "c"}, c.beat)
				got := list(t, w.a)["1"]
				if diff := cmp.Diff(c.want, append([]tablet.Flag(nil), got.Flags...)); diff != "" {
					t.Errorf("flags (-want +got):\n%s", diff)
				}
				if p := got.Presence; p.Outbox < 0 || len(p.App) > 200 || p.Armed != nil {
					t.Errorf("kept %+v", p)
				}
			})
		})
	}
}

// The same judge has the same sheet open on two tablets, though one is silent.
func TestTwoArmed(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		x, _ := w.paired("1")
		y, _ := w.paired("2")
		arm := func(id tablet.ID, judge access.AccountID, sheet string) {
			w.a.Heard(ctx, tablet.Line{Tablet: id, Device: "d" + string(id), Judge: judge, Conn: string(id)}, tablet.Beat{Armed: &tablet.Armed{Division: "d", Sheet: sheet, Code: "A01"}})
		}
		two := func() (n int) {
			for _, s := range list(t, w.a) {
				for _, f := range s.Flags {
					if f == tablet.FlagTwoArmed {
						n++
					}
				}
			}
			return n
		}
		arm(x.ID, w.judge.ID, "A01.B")
		arm(y.ID, "another", "A01.B")
		if two() != 0 {
			t.Error("two judges of a panel on one code are what a panel is")
		}
		time.Sleep(time.Minute) // the first is silent now
		arm(y.ID, w.judge.ID, "A02.B")
		if two() != 0 {
			t.Error("another sheet")
		}
		arm(y.ID, w.judge.ID, "A01.B")
		if two() != 2 {
			t.Errorf("%d are warned of, want both", two())
		}
		w.a.Gone(ctx, tablet.Line{Tablet: x.ID, Device: "d" + string(x.ID), Judge: w.judge.ID, Conn: string(x.ID)}, true)
		if two() != 0 {
			t.Error("the first has nothing open any more")
		}
	})
}

// A judge goes on at a spare tablet: the old login ends, the card works there
// and once.
func TestTransfer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		x, _ := w.paired("1")
		y, _ := w.paired("2")
		_, old, err := w.access.SignIn(ctx, access.Judging, "judge", "271828")
		must(t, err)
		for name, c := range map[string]struct {
			tr   tablet.Transferral
			want *fault.Error
		}{
			"no reason":      {tablet.Transferral{Judge: w.judge.ID, To: y.ID}, tablet.ErrReason},
			"no such tablet": {tablet.Transferral{Judge: w.judge.ID, To: "x", Why: "损坏"}, tablet.ErrNoTablet},
			"nobody":         {tablet.Transferral{Judge: "x", To: y.ID, Why: "损坏"}, access.ErrNoCardFor},
		} {
			_, _, err := w.a.Transfer(ctx, "chief", c.tr)
			wantErr(t, name, err, c.want)
		}
		if _, err := w.access.Login(ctx, access.Judging, old); err != nil {
			t.Fatalf("a refused transfer ended the login: %v", err)
		}
		tr := tablet.Transferral{Judge: w.judge.ID, From: x.ID, To: y.ID, Why: "屏幕损坏"}
		first, _, err := w.a.Transfer(ctx, "chief", tr)
		must(t, err)
		second, expires, err := w.b.Transfer(ctx, "chief", tr)
		must(t, err)
		if expires.Sub(time.Now()) != 15*time.Minute {
			t.Errorf("good until %v", expires)
		}
		if _, err := w.access.Login(ctx, access.Judging, old); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("the old tablet: %v", err)
		}
		for name, c := range map[string]struct{ secret, at string }{"the first card": {first, string(y.ID)}, "the broken tablet": {second, string(x.ID)}} {
			_, _, err := w.access.SignInCard(ctx, access.Judging, c.secret, "271828", c.at)
			wantErr(t, name, err, access.ErrCard)
		}
		_, fresh, err := w.access.SignInCard(ctx, access.Judging, second, "271828", string(y.ID))
		must(t, err)
		_, _, err = w.access.SignInCard(ctx, access.Judging, second, "271828", string(y.ID))
		wantErr(t, "again", err, access.ErrCard)
		if _, err := w.access.Login(ctx, access.Judging, fresh); err != nil {
			t.Errorf("the spare tablet: %v", err)
		}
		must(t, w.a.Revoke(ctx, "chief", y.ID, "损坏"))
		_, _, err = w.a.Transfer(ctx, "chief", tr)
		wantErr(t, "to a revoked tablet", err, tablet.ErrRevoked)
	})
}

// No secret of a tablet is in what staff are shown, and the rules are whole.
func TestListsHoldNoSecrets(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		x, token := w.paired("1")
		w.a.Heard(t.Context(), tablet.Line{Device: strings.Repeat("d", 300), Judge: w.judge.ID}, tablet.Beat{})
		all, err := w.a.List(t.Context(), "")
		must(t, err)
		body, err := json.Marshal(all)
		must(t, err)
		for _, secret := range []string{x.Hash, token, "271828"} {
			if strings.Contains(string(body), secret) {
				t.Errorf("the list holds %q: %s", secret, body)
			}
		}
		if len(all) != 2 || all[1].Tablet != nil || !cmp.Equal(all[1].Flags, []tablet.Flag{tablet.FlagUnpaired}) || len(all[1].Presence.Device) != 100 {
			t.Errorf("list %s", body)
		}
		if r := w.a.Rules(); r.PairingMS <= 0 || r.TransferMS <= 0 || r.CardMS <= 0 || r.QuietMS <= 0 || r.ForgetMS <= 0 || r.ClockOffMS <= 0 || r.BatteryLow <= 0 || r.SlowMS <= 0 {
			t.Errorf("rules %+v", r)
		}
	})
}
