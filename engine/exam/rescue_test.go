package exam_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/nacl/box"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seal"
)

func boxKey(t testing.TB) *seal.BoxKey {
	t.Helper()
	k, err := seal.NewBoxKey(make([]byte, seal.KeySize))
	must(t, err)
	return k
}

// rescueFile is a file as the candidate's page makes it.
func rescueFile(t testing.TB, key *seal.BoxKey, c exam.RescueContent) []byte {
	t.Helper()
	plain, err := json.Marshal(c)
	must(t, err)
	public, private, err := box.GenerateKey(rand.Reader)
	must(t, err)
	var nonce [24]byte
	rand.Read(nonce[:])
	file, err := json.Marshal(map[string]any{"v": 1, "attempt": c.Attempt, "ephemeral": public[:], "nonce": nonce[:],
		"box": box.Seal(nil, plain, &nonce, (*[32]byte)(key.Public()), private)})
	must(t, err)
	return file
}

// What becomes of the answers of a rescue file, by when they were given and
// when the file is brought.
func TestRescueDecides(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	end := 91 * m // started at minute 1
	known := stamped(give("s0", 1, 0), 10*m)
	base := []happened{
		{0, exam.Admitted{Place: seat, Device: "one", Fence: 1}}, {m, exam.Started{Fence: 1}},
		{10*m + 50*time.Millisecond, exam.Answered{Fence: 1, Answers: []exam.Given{known}}},
	}
	moved := append(base[:3:3], happened{30 * m, exam.SeatMoved{Place: seat, Device: "two", Fence: 2}},
		happened{40 * m, exam.Answered{Fence: 2, Answers: []exam.Given{give("s1", 1, 1)}}})
	over := append(base[:3:3], happened{end + 10*time.Second, exam.HandedIn{By: exam.ByClock, At: start.Add(end)}})
	for name, tt := range map[string]struct {
		life  []happened
		after time.Duration
		given exam.Given
		want  string // taken, known, late or a refusal's code
		rest  string // of the evidence
	}{
		"known":                            {base, 20 * m, known, "known", ""},
		"during the exam":                  {base, 20 * m, give("s2", 1, 0), "taken", ""},
		"no such question":                 {base, 20 * m, give("zz", 1, 0), "unknown_question", ""},
		"after the end, proven":            {base, end + time.Hour, stamped(give("s2", 1, 0), end-time.Second), "taken", ""},
		"after the end, not proven":        {base, end + m, give("s2", 1, 0), "late", "too_late false"},
		"given after the end":              {base, end + m, stamped(give("s2", 1, 0), end+time.Second), "late", "too_late false"},
		"after the move":                   {moved, 50 * m, stamped(give("s2", 1, 0), 20*m), "taken", ""},
		"older than at the new seat":       {moved, 50 * m, stamped(give("s1", 9, 0), 20*m), "taken", ""},
		"given at a seat that was left":    {moved, 50 * m, stamped(give("s2", 1, 0), 35*m), "late", "replaced true"},
		"after the hand-in, given before":  {over, end + time.Hour, stamped(give("s2", 1, 0), end-time.Second), "late", "attempt_closed true"},
		"after the hand-in, not proven":    {over, end + time.Hour, give("s2", 1, 0), "late", "attempt_closed false"},
		"known, after the hand-in":         {over, end + time.Hour, known, "known", ""},
		"a seq that has another value":     {base, 20 * m, give("s0", 1, 3), "seq_reused", ""},
		"empty during the exam is a value": {base, 20 * m, give("s3", 1), "taken", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := attempt(t, prepared(seat), tt.life...)
			now := start.Add(tt.after)
			e, r, err := a.Rescue(now, course(exam.Running), form(t), 1, []exam.Given{tt.given}, "n")
			must(t, err)
			if got := outcomeOf(r); got != tt.want {
				t.Fatalf("%s, want %s: %+v", got, tt.want, r)
			}
			rest := ""
			if len(r.Evidence) > 0 {
				rest = r.Evidence[0].Code + " " + map[bool]string{true: "true", false: "false"}[r.Evidence[0].Proven]
			}
			if rest != tt.rest {
				t.Errorf("evidence %q, want %q", rest, tt.rest)
			}
			if e == nil {
				return
			}
			counts := func(a *exam.Attempt) string {
				k, _ := a.Answer("s1")
				return strings.Join(k.Value, "")
			}
			before := counts(a)
			a = attempt(t, prepared(seat), append(tt.life[:len(tt.life):len(tt.life)], happened{tt.after, e})...)
			if counts(a) != before {
				t.Errorf("the file replaced a newer answer: %s", counts(a))
			}
			// The same file again.
			e, r, err = a.Rescue(now, course(exam.Running), form(t), 1, []exam.Given{tt.given}, "n")
			must(t, err)
			if e != nil || outcomeOf(r) != "known" {
				t.Errorf("the second time: %+v, %+v", e, r)
			}
		})
	}
	a := attempt(t, prepared(seat), base...)
	for _, fence := range []int64{0, 2} {
		_, _, err := a.Rescue(start, course(exam.Running), form(t), fence, nil, "n")
		wantCode(t, err, "rescue_seat")
	}
	_, _, err := life(t, exam.InRoom).Rescue(start, course(exam.Running), form(t), 1, nil, "n")
	wantCode(t, err, "sitting_not_started")
}

func outcomeOf(r exam.RescueReport) string {
	switch {
	case r.Taken+r.Known+r.Late+len(r.Refused) != 1:
		return "not counted once"
	case r.Taken == 1:
		return "taken"
	case r.Known == 1:
		return "known"
	case r.Late == 1:
		return "late"
	}
	return r.Refused[0].Code
}

// A seat that lost its network writes a file; the invigilator brings it, twice.
func TestImportRescue(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := openStores(t)
	key := boxKey(t)
	n, id, fence := running(t, w, exam.Options{Box: key, Signer: signer(t)})
	r, err := n.Save(ctx, id, fence, frame(1, give("single", 1, 0)))
	must(t, err)
	lost := r.Ack.Answers[0]
	forged := lost
	forged.Seq = 5
	content := exam.RescueContent{Attempt: id, Fence: fence, Receipts: []exam.Ack{lost, forged}}
	// More than one record holds.
	for i := range 30 {
		content.Entries = append(content.Entries, exam.Given{Question: "short", Seq: int64(i + 1), Value: []string{strings.Repeat("长", exam.MaxTextChars-i)}})
	}
	content.Entries = append(content.Entries, give("single", 1, 0), give("single", 2, 2))
	file := rescueFile(t, key, content)
	first, err := n.ImportRescue(ctx, "s1", "staff/1", file)
	must(t, err)
	want := exam.RescueReport{Attempt: id, Taken: 31, Known: 1, Refused: []exam.RefusedAnswer{}, Evidence: []exam.RescueEvidence{}, Missing: []exam.Ack{}}
	if d := cmp.Diff(want, first); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
	a := w.fold(t, id)
	if k, _ := a.Answer("single"); k.Value[0] != "single-o2" {
		t.Errorf("the answer of the file does not count: %+v", k)
	}
	again, err := n.ImportRescue(ctx, "s1", "staff/2", file)
	must(t, err)
	want.Taken, want.Known = 0, 32
	if d := cmp.Diff(want, again); d != "" {
		t.Errorf("the second time (-want +got):\n%s", d)
	}
	if w.fold(t, id).Seq != a.Seq {
		t.Error("the second import wrote records")
	}
	// A receipt that the node has signed and the ledger lacks.
	stranger := signer(t)
	gone := exam.Ack{Question: "truth", Seq: 3, At: start, SHA256: lost.SHA256}
	gone.Sig = sign(stranger, exam.ReceiptMessage(id, gone))
	content.Receipts, content.Entries = []exam.Ack{gone}, nil
	r3, err := n.ImportRescue(ctx, "s1", "staff/1", rescueFile(t, key, content))
	must(t, err)
	if d := cmp.Diff([]exam.Ack{gone}, r3.Missing); d != "" {
		t.Errorf("missing (-want +got):\n%s", d)
	}
	findings, err := exam.CheckReceipts(ctx, n.led, [][]byte{stranger.Public()}, exam.Receipts{Attempt: id, Receipts: []exam.Ack{lost, forged, gone}})
	must(t, err)
	if d := cmp.Diff([]exam.ReceiptFinding{{Ack: forged, Code: "forged"}, {Ack: gone, Code: "lost"}}, findings); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	refusedFiles(t, n, key, content)
}

// What cannot be read costs nothing else.
func TestBrokenEntries(t *testing.T) {
	t.Parallel()
	inside := `{"attempt":"a","fence":1,"made_at":"noon","entries":[{"question":"s0","seq":"one"},{"question":"s0","seq":1,"value":["s0-o1"]},7],"receipts":[{"at":""},{"question":"s0","seq":1,"at":"2000-01-01T00:00:00Z"}]}`
	file, err := json.Marshal(map[string]any{"v": 1, "attempt": "a", "box": []byte(inside)})
	must(t, err)
	c, err := exam.ReadRescue(clearBox{}, file)
	must(t, err)
	if len(c.Entries) != 1 || c.Broken != 2 || len(c.Receipts) != 1 || c.Fence != 1 {
		t.Errorf("read %+v", c)
	}
}

func refusedFiles(t *testing.T, n *node, key *seal.BoxKey, content exam.RescueContent) {
	t.Helper()
	ctx := t.Context()
	other, err := seal.NewBoxKey(bytes.Repeat([]byte{1}, seal.KeySize))
	must(t, err)
	stranger, seatless := content, content
	stranger.Attempt, seatless.Fence = "anobody", 7
	file := rescueFile(t, key, content)
	for _, tt := range []struct {
		name, sitting string
		file          []byte
		code          string
	}{
		{"another server's", "s1", rescueFile(t, other, content), "rescue_sealed"},
		{"damaged", "s1", bytes.Replace(file, []byte(`"box":"`), []byte(`"box":"AAAA`), 1), "rescue_sealed"},
		{"renamed", "s1", bytes.Replace(file, []byte(content.Attempt), []byte("a0"), 1), "rescue_invalid"},
		{"no file", "s1", []byte("PK"), "rescue_invalid"},
		{"an attempt that is not there", "s1", rescueFile(t, key, stranger), "attempt_not_found"},
		{"of another sitting", "s2", file, "attempt_not_found"},
		{"a seat that never was", "s1", rescueFile(t, key, seatless), "rescue_seat"},
	} {
		_, err := n.ImportRescue(ctx, exam.SittingID(tt.sitting), "staff", tt.file)
		t.Log(tt.name)
		wantCode(t, err, tt.code)
	}
}

// clearBox does not encrypt, so that the fuzzer reaches what is inside.
type clearBox struct{}

func (clearBox) Open(sealed, _, _ []byte) ([]byte, error) { return sealed, nil }
func (clearBox) Public() []byte                           { return nil }

// FuzzRescue: whatever is in a file, it is refused as a whole or every entry
// is counted once, and nothing is taken that does not fit the paper.
func FuzzRescue(f *testing.F) {
	inside := `{"attempt":"a","fence":1,"entries":[{"question":"s0","seq":1,"value":["s0-o1"],"mono_ms":1,"wall":"2000-01-01T00:00:00Z"},{"question":"s0","seq":1}],"made_at":"2000-01-01T00:00:00Z","receipts":[{"question":"s0","seq":1,"at":"2000-01-01T00:00:00Z","sig":"x"}]}`
	outside, _ := json.Marshal(map[string]any{"v": 1, "attempt": "a", "box": []byte(inside)})
	f.Add(outside, int64(60))
	f.Add([]byte(`{"v":1,"attempt":"a","box":"e30="}`), int64(1e6))
	f.Fuzz(func(t *testing.T, file []byte, seconds int64) {
		c, err := exam.ReadRescue(clearBox{}, file)
		if err != nil {
			return
		}
		now := start.Add(time.Duration(seconds%1e6) * time.Second)
		e, r, err := life(t, exam.InProgress).Rescue(now, course(exam.Running), form(t), c.Fence, c.Entries, "n")
		if err != nil {
			return
		}
		if n := r.Taken + r.Known + r.Late + len(r.Refused); n != len(c.Entries) {
			t.Fatalf("%d entries, %d counted: %+v", len(c.Entries), n, r)
		}
		if e == nil {
			return
		}
		for _, g := range e.(exam.Answered).Answers {
			if g.Seq < 1 || len(g.Value) > 4 {
				t.Errorf("stored %+v", g)
			}
		}
	})
}
