package exam_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seal"
)

func signer(t testing.TB) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner([]byte(strings.Repeat("s", seal.KeySize)))
	must(t, err)
	return s
}

// running is a node with a sitting of the paper of every kind and one
// candidate who writes at a minute after the start.
func running(t testing.TB, w *stores, o exam.Options) (n *node, id exam.AttemptID, fence int64) {
	t.Helper()
	w.papers = unsealed(every())
	if o.Now == nil {
		o.Now = func() time.Time { return start.Add(time.Minute) }
	}
	n = w.serve(t, o)
	s := sitting(3)
	s.Papers = s.Papers[:1]
	list, tails := opened(t, n, s, 2)
	must(t, n.Start(t.Context(), s.ID, "staff"))
	id, fence = seated(t, n, list[0], tails[list[0].No])
	return n, id, fence
}

// Each acknowledged answer has a receipt that anybody can check with the
// node's public key; a replay gets the same one.
func TestReceipts(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	key := signer(t)
	n, id, fence := running(t, w, exam.Options{Signer: key, Node: "n1"})
	f := frame(1, give("multi", 1, 2, 0), exam.Given{Question: "short", Seq: 1, Value: []string{"<a> & \"引号\"\r\n\\"}})
	first, err := n.Save(t.Context(), id, fence, f)
	must(t, err)
	// As JSON.stringify writes the values that are kept.
	kept := []string{`["multi-o0","multi-o2"]`, `["<a> & \"引号\"\n\\"]`}
	for i, k := range first.Ack.Answers {
		sum := exam.ValueSum(valueOf(t, kept[i]))
		if k.SHA256 != hex.EncodeToString(sum[:]) || sum != sha(kept[i]) {
			t.Errorf("%s: the sum is not that of %s", k.Question, kept[i])
		}
		sig, err := base64.StdEncoding.DecodeString(k.Sig)
		must(t, err)
		if !ed25519.Verify(key.Public(), exam.ReceiptMessage(id, k), sig) {
			t.Errorf("%s: the receipt is not signed by the node", k.Question)
		}
		k.At = k.At.Add(time.Millisecond)
		if ed25519.Verify(key.Public(), exam.ReceiptMessage(id, k), sig) {
			t.Errorf("%s: the receipt holds for another time", k.Question)
		}
	}
	a := w.fold(t, id)
	if want := (exam.StreamHead{Seq: a.Seq, Hash: hex.EncodeToString(a.Hash)}); first.Ack.Ledger != want || first.Ack.Node != "n1" {
		t.Errorf("head %+v of node %s, want %+v", first.Ack.Ledger, first.Ack.Node, want)
	}
	again, err := n.Save(t.Context(), id, fence, f)
	must(t, err)
	if d := cmp.Diff(first.Ack.Answers, again.Ack.Answers); d != "" {
		t.Errorf("the replay has other receipts (-first +replay):\n%s", d)
	}
}

func sha(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }

func valueOf(t *testing.T, text string) (v []string) {
	t.Helper()
	must(t, json.Unmarshal([]byte(text), &v))
	return v
}

// The candidate moves, answers there, and comes back to the first seat, where
// answers have waited: what was given last counts, whatever the seq.
func TestAnswersThatWaitedAtAnOldSeat(t *testing.T) {
	t.Parallel()
	// Two machines: their clocks began at different times.
	at := func(machine string, seq int64, after time.Duration, option int) exam.Given {
		g := give("s0", seq, option)
		boot := map[string]time.Duration{"one": -time.Hour, "two": 20 * time.Minute}[machine]
		g.MonoMS = exam.Stamp((after - boot).Milliseconds())
		g.Wall = exam.Stamp(start.Add(after).UnixMilli())
		return g
	}
	const m = time.Minute
	before := []happened{
		{0, exam.Admitted{Place: seat, Device: "one", Fence: 1}},
		{m, exam.Started{Fence: 1}},
		{10 * m, exam.Answered{Fence: 1, Answers: []exam.Given{at("one", 4, 10*m, 0)}}},
		{20 * m, exam.SeatMoved{Place: seat, Device: "two", Fence: 2}},
		{22 * m, exam.Answered{Fence: 2, Answers: []exam.Given{at("two", 5, 22*m, 1)}}},
		{25 * m, exam.SeatMoved{Place: seat, Device: "one", Fence: 3}},
	}
	claimed := at("one", 8, 15*m, 2)
	claimed.Fence, claimed.MonoMS, claimed.Wall = 1, 0, 0
	for name, tt := range map[string]struct {
		sent []exam.Given
		want string // option that counts
	}{
		"waited, same seq":            {[]exam.Given{at("one", 5, 15*m, 2)}, "s0-o1"},
		"waited, higher seq":          {[]exam.Given{at("one", 9, 15*m, 2)}, "s0-o1"},
		"waited, by its own word":     {[]exam.Given{claimed}, "s0-o1"},
		"given after the return":      {[]exam.Given{at("one", 6, 26*m, 3)}, "s0-o3"},
		"given now with a lower seq":  {[]exam.Given{at("one", 2, 26*m, 3)}, "s0-o3"},
		"both, the new one first":     {[]exam.Given{at("one", 10, 26*m, 3), at("one", 9, 15*m, 2)}, "s0-o3"},
		"a clock that nobody knows":   {[]exam.Given{give("s0", 6, 3)}, "s0-o3"},
		"a claim to be newer is idle": {[]exam.Given{{Question: "s0", Seq: 6, Value: []string{"s0-o3"}, Fence: 9}}, "s0-o3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := attempt(t, prepared(seat), before...)
			e, saved, err := a.Save(start.Add(27*m), course(exam.Running), form(t), 3, frame(1, tt.sent...), "n")
			must(t, err)
			if len(saved.Refused) > 0 || len(saved.Acks) != len(tt.sent) {
				t.Fatalf("acknowledged %+v, refused %+v", saved.Acks, saved.Refused)
			}
			a = attempt(t, prepared(seat), append(before[:len(before):len(before)], happened{27 * m, e})...)
			k, _ := a.Answer("s0")
			if k.Value[0] != tt.want {
				t.Errorf("%s counts, want %s; history %+v", k.Value[0], tt.want, a.History("s0"))
			}
			if len(a.History("s0")) != 2+len(tt.sent) {
				t.Errorf("history of %d", len(a.History("s0")))
			}
			// The same frame again is the same answers.
			if e, saved, err := a.Save(start.Add(28*m), course(exam.Running), form(t), 3, frame(1, tt.sent...), "n"); err != nil || e != nil || len(saved.Acks) != len(tt.sent) {
				t.Errorf("the replay: %v, %+v, %v", e, saved, err)
			}
		})
	}
}

// Every version of a text can be seen and taken back, though only the last is
// held in memory.
func TestHistory(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	var passed atomic.Int64
	passed.Store(int64(time.Minute))
	n, id, fence := running(t, w, exam.Options{Now: func() time.Time { return start.Add(time.Duration(passed.Load())) }})
	text := func(seq int64, s string) exam.Given {
		return exam.Given{Question: "short", Seq: seq, Value: []string{s}}
	}
	long := strings.Repeat("长", 100)
	for i, g := range []exam.Given{text(1, "短"), text(2, long+"二"), text(3, long+"三"), text(4, long+"四"), text(5, "")} {
		passed.Store(int64(time.Minute + time.Duration(i*10)*time.Second))
		_, err := n.Save(t.Context(), id, fence, frame(1, g))
		must(t, err)
	}
	back := text(6, long+"三")
	back.RestoredFrom = 3
	passed.Add(int64(time.Minute))
	_, err := n.Save(t.Context(), id, fence, frame(1, back))
	must(t, err)
	h, err := n.History(t.Context(), id, fence, 7, "short")
	must(t, err)
	type version struct {
		seq    int64
		last   string
		chars  int
		counts bool
	}
	var got []version
	for _, v := range h.Versions {
		last := ""
		if len(v.Value) > 0 {
			r := []rune(v.Value[0])
			last = string(r[len(r)-1])
		}
		got = append(got, version{v.Seq, last, v.Chars, v.Counts})
	}
	// The third is typed over within 15 s, so it is not shown.
	want := []version{{6, "三", 101, true}, {5, "", 0, false}, {3, "三", 101, false}, {1, "短", 1, false}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(version{})); d != "" {
		t.Errorf("versions (-want +got):\n%s", d)
	}
	if k, _ := w.fold(t, id).Answer("short"); k.RestoredFrom != 3 {
		t.Errorf("the ledger does not say that the answer was restored: %+v", k)
	}
	_, err = n.History(t.Context(), id, fence+1, 1, "short")
	wantCode(t, err, "replaced")
	_, err = n.History(t.Context(), id, fence, 1, "nowhere")
	wantCode(t, err, "bad_frame")
}

func TestActivityAndNotices(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	n, id, fence := running(t, w, exam.Options{})
	ctx := t.Context()
	events := []exam.ActivityEvent{{Kind: exam.PageLeave, MS: 3000, MonoMS: 5}, {Kind: exam.FocusLoss, MS: 500}, {Kind: "copy"}}
	for range 2 { // the second is a replay
		_, err := n.Activity(ctx, id, fence, 1, events)
		must(t, err)
	}
	_, err := n.Activity(ctx, id, fence, 1, []exam.ActivityEvent{{Kind: "<b>"}})
	wantCode(t, err, "activity_invalid")
	_, err = n.Activity(ctx, id, fence, 1, nil)
	wantCode(t, err, "activity_invalid")
	_, err = n.Activity(ctx, id, fence+1, 1, events)
	wantCode(t, err, "replaced")
	for _, seq := range []int64{2, 3, 3, 1} {
		r, err := n.Note(ctx, id, fence, 4, seq)
		must(t, err)
		if r.Seq != seq || r.N != 4 {
			t.Errorf("confirmed %+v", r)
		}
	}
	_, err = n.Note(ctx, id, fence, 1, 99)
	wantCode(t, err, "bad_frame")
	a := w.fold(t, id)
	if d := cmp.Diff(exam.Away{Count: 2, MS: 3500, Events: 3, Records: 1}, a.Away); d != "" {
		t.Errorf("away (-want +got):\n%s", d)
	}
	if a.Noted != 3 {
		t.Errorf("noted up to %d, want 3", a.Noted)
	}
	// A screen that reports without end fills no store.
	a = life(t, exam.InProgress)
	for a.Away.Records < 500 {
		a.Away.Records++
	}
	_, err = a.Act(course(exam.Running), 1, events, "n")
	wantCode(t, err, "activity_full")
}

// Where the rules say so, the clock does not hand in: the attempt is
// abandoned and not marked, and that is delivered.
func TestAbandoned(t *testing.T) {
	t.Parallel()
	now := start.Add(91*time.Minute + 10*time.Second)
	k := course(exam.Running)
	k.Rules.Overdue = exam.OverdueAbandon
	a := life(t, exam.InProgress)
	if s := a.StateAt(k, now.Add(-time.Second)); s != exam.Overdue {
		t.Errorf("in the grace the state is %s", s)
	}
	_, err := a.Abandon(now.Add(-time.Millisecond), k, "n")
	wantCode(t, err, "not_due")
	e, err := a.Abandon(now, k, "n")
	must(t, err)
	a = attempt(t, prepared(seat), happened{-10 * time.Minute, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{time.Minute, exam.Started{Fence: 1}},
		happened{now.Sub(start), e})
	if a.State != exam.Abandoned || !a.Abandoned.At.Equal(start.Add(91*time.Minute)) {
		t.Errorf("state %s, %+v", a.State, a.Abandoned)
	}
	_, err = a.Finish(now, k, exam.Leave{By: exam.ByInvigilator, Reason: "x"}, "n")
	wantCode(t, err, "attempt_abandoned")
	_, saved, err := a.Save(now, k, form(t), 1, frame(1, give("s0", 1, 0)), "n")
	must(t, err)
	if saved.Refused[0].Code != "attempt_closed" {
		t.Errorf("an answer after it: %+v", saved)
	}
}

func sign(s *seal.Signer, message []byte) string {
	return base64.StdEncoding.EncodeToString(s.Sign(message))
}
