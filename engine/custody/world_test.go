package custody_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// planted is the beginning of every text of the papers.
const planted = "PLANTED-QUESTION"

var notBefore = time.Date(2026, 11, 23, 8, 55, 0, 0, time.UTC)

// site is one server's stores with a clock to set.
type site struct {
	db     store.DB
	led    *ledger.Ledger
	signer *seal.Signer
	bank   func(context.Context, bank.PaperID) (bank.Content, error)
	now    atomic.Int64 // unix ms
	steady atomic.Int64 // ms
}

func newSite(t *testing.T, signer byte) *site {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "c.db"), sqlite.Options{
		Collections: custody.Collections(), Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	s := &site{db: db, led: ledger.Open(db.Ledger(), ledger.Options{}), bank: paper}
	s.signer, err = seal.NewSigner(bytes.Repeat([]byte{signer}, seal.KeySize))
	must(t, err)
	s.now.Store(notBefore.Add(-24 * time.Hour).UnixMilli())
	t.Cleanup(func() { s.led.Close(); db.Close() })
	return s
}

// pass lets time pass on both clocks.
func (s *site) pass(d time.Duration) { s.now.Add(d.Milliseconds()); s.steady.Add(d.Milliseconds()) }

// vault starts a node on the stores; trusted are other sites' signers.
func (s *site) vault(t *testing.T, trusted ...[]byte) *custody.Vault {
	t.Helper()
	return s.vaultOn(t, s.db, "node", trusted...)
}

func (s *site) vaultOn(t *testing.T, db store.DB, node string, trusted ...[]byte) *custody.Vault {
	t.Helper()
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(t, err)
	rules := custody.DefaultRules()
	rules.WorkFactor = 2
	return custody.New(db, s.led, custody.Options{
		Now:    func() time.Time { return time.UnixMilli(s.now.Load()) },
		Steady: func() time.Duration { return time.Duration(s.steady.Load()) * time.Millisecond },
		Node:   node, Sealer: sealer, Signer: s.signer, Trusted: trusted, Rules: rules,
		Paper: s.bank, Name: func(_ context.Context, account string) string { return "名字" + account },
	})
}

func phrase(account string) string { return "passphrase of " + account }

// paper is a paper "pA" or "pB" of two questions.
func paper(_ context.Context, id bank.PaperID) (bank.Content, error) {
	if id != "pA" && id != "pB" {
		return bank.Content{}, bank.ErrPaperUnknown
	}
	c := bank.Content{Figures: []bank.Figure{}, Paper: bank.Paper{ID: id, Title: "理论试卷", Total: 200,
		Sections: []bank.Section{{Kind: bank.SingleChoice, Title: "单选题", ScoreEach: 100}}}}
	for _, n := range []string{"1", "2"} {
		qid := bank.QuestionID(string(id) + n)
		q := bank.Question{ID: qid, Version: 1, Kind: bank.SingleChoice, Stem: planted + n, Key: []bank.OptionID{qid1(qid)}}
		for o := range 4 {
			q.Options = append(q.Options, bank.Option{ID: bank.NewOptionID(qid, o), Text: planted + "-OPTION"})
		}
		c.Questions = append(c.Questions, q)
		c.Paper.Sections[0].Items = append(c.Paper.Sections[0].Items, q.Ref())
	}
	return c, nil
}

func qid1(id bank.QuestionID) bank.OptionID { return bank.NewOptionID(id, 1) }

// enrol makes the accounts custodians.
func enrol(t *testing.T, v *custody.Vault, accounts ...string) {
	t.Helper()
	for _, a := range accounts {
		_, err := v.Enrol(t.Context(), a, phrase(a), nil)
		must(t, err)
	}
}

func sealing(suite seal.Suite, custodians ...string) custody.Sealing {
	return custody.Sealing{Sitting: "s1", Papers: []bank.PaperID{"pA", "pB"}, NotBefore: notBefore, Suite: suite, Custodians: custodians}
}

// sealed is a site whose papers are sealed for custodians a and b, an hour
// after the earliest release.
func sealed(t *testing.T) (*site, *custody.Vault) {
	t.Helper()
	s := newSite(t, 1)
	v := s.vault(t)
	enrol(t, v, "a", "b")
	must(t, v.Seal(t.Context(), "organiser", sealing(seal.AES256GCM, "a", "b")))
	s.pass(25 * time.Hour)
	return s, v
}

func release(t *testing.T, v *custody.Vault, account string) custody.State {
	t.Helper()
	st, err := v.Release(t.Context(), account, "s1", phrase(account))
	must(t, err)
	return st
}

// locked fails the test unless the papers cannot be had.
func locked(t *testing.T, v *custody.Vault) {
	t.Helper()
	if c, err := v.Content(t.Context(), "s1", "pA"); !errors.Is(err, custody.ErrLocked) || len(c.Questions) > 0 {
		t.Errorf("before the release: %d questions, %v", len(c.Questions), err)
	}
}

// readable fails the test unless both papers are as they were sealed.
func readable(t *testing.T, v *custody.Vault) {
	t.Helper()
	for _, id := range []bank.PaperID{"pA", "pB"} {
		got, err := v.Content(t.Context(), "s1", id)
		must(t, err)
		want, _ := paper(t.Context(), id)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("paper %s (-sealed +opened):\n%s", id, diff)
		}
	}
}

// story is the kinds and names of the log, such as "sealed 名字organiser".
func story(t *testing.T, v *custody.Vault) []string {
	t.Helper()
	st, err := v.State(t.Context(), "s1")
	must(t, err)
	list := []string{}
	for _, e := range st.Log {
		line := string(e.Kind)[len("custody."):] + " " + e.Name
		if e.Code != "" {
			line += " " + e.Code
		}
		if e.Part != "" {
			line += " " + e.Part
		}
		list = append(list, line)
	}
	return list
}

func wantStory(t *testing.T, v *custody.Vault, want ...string) {
	t.Helper()
	got := story(t, v)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func count(list []string, s string) int {
	n := 0
	for range slices.Values(slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x != s })) {
		n++
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
