package chaos

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/web/crowd"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// attemptOf folds an attempt whose ledger holds the given answers.
func attemptOf(t *testing.T, answers ...exam.Given) *stored {
	t.Helper()
	data, err := json.Marshal(exam.Answered{Fence: 1, Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	a := &stored{exam.NewAttempt("a1"), map[answerKey]storedAnswer{}}
	if err := a.add([]ledger.Record{{Stream: "attempt/a1", Seq: 1, At: at, Kind: "attempt.answered", Data: data}}); err != nil {
		t.Fatal(err)
	}
	a.Receipt = &exam.Receipt{Code: "R", Answered: 1}
	return a
}

// The proof is worth what it would notice.
func TestCompareNotices(t *testing.T) {
	t.Parallel()
	seed := sha256.Sum256([]byte("node"))
	key := ed25519.NewKeyFromSeed(seed[:])
	acked := func(seq int64, when time.Time, signed []string, value ...string) crowd.Acknowledged {
		x := crowd.Acknowledged{Question: "q", Fence: 1, Seq: seq, Value: value, At: when, Signer: key.Public().(ed25519.PublicKey)}
		x.Sig = ed25519.Sign(key, exam.ReceiptMessage("a1", exam.Ack{Question: "q", Seq: seq, At: when, SHA256: sum(signed)}))
		return x
	}
	elsewhere := acked(1, at, []string{"x", "y"}, "x", "y")
	elsewhere.Fence = 2
	in := exam.Given{Question: "q", Seq: 1, Value: []string{"x", "y"}}
	xy := []string{"x", "y"}
	handedIn := exam.Receipt{Code: "R", Answered: 1}
	for _, c := range []struct {
		name string
		h    held
		want Report
	}{
		{"all there", held{given: 1, receipts: []crowd.Acknowledged{acked(1, at, xy, "x", "y")}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, Signatures: 1, HandedIn: 1}},
		{"lost", held{given: 1, receipts: []crowd.Acknowledged{acked(2, at, xy, "x", "y")}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, Lost: 1, HandedIn: 1, Faults: 1}},
		{"there for an earlier seat alone", held{given: 1, receipts: []crowd.Acknowledged{elsewhere}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, Lost: 1, HandedIn: 1, Faults: 1}},
		{"another value", held{given: 1, receipts: []crowd.Acknowledged{acked(1, at, xy, "x", "z")}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, Lost: 1, HandedIn: 1, Faults: 1}},
		{"another order", held{given: 1, receipts: []crowd.Acknowledged{acked(1, at, xy, "y", "x")}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, Lost: 1, HandedIn: 1, Faults: 1}},
		{"another time", held{given: 1, receipts: []crowd.Acknowledged{acked(1, at.Add(time.Second), xy, "x", "y")}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, HandedIn: 1, Faults: 1}},
		{"a forged signature", held{given: 1, receipts: []crowd.Acknowledged{acked(1, at, []string{"z"}, "x", "y")}, receipt: handedIn}, Report{Given: 1, Acknowledged: 1, HandedIn: 1, Faults: 1}},
		{"in the journal", held{given: 1, journal: []exam.Given{in}, receipt: handedIn}, Report{Given: 1, Missing: 1, HandedIn: 1, Faults: 1}},
		{"refused", held{given: 1, refused: []crowd.RefusedAnswer{{Given: in, Code: "too_late"}}, receipt: handedIn}, Report{Given: 1, Missing: 1, HandedIn: 1, Faults: 1}},
		{"forgotten", held{given: 2, receipts: []crowd.Acknowledged{acked(1, at, xy, "x", "y")}, receipt: handedIn}, Report{Given: 2, Acknowledged: 1, Signatures: 1, Missing: 1, HandedIn: 1, Faults: 1}},
		{"another hand-in", held{receipt: exam.Receipt{Code: "S"}}, Report{Faults: 1}},
	} {
		got := Report{}
		got.compare(&c.h, attemptOf(t, in))
		if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(Report{}, "First")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if got.Proven() != (c.want.Faults == 0) {
			t.Errorf("%s: proven is %v", c.name, got.Proven())
		}
	}
}

// An answer that is there and does not count, though nothing newer was
// acknowledged, is lost too.
func TestCompareNoticesAnOlderAnswerThatCounts(t *testing.T) {
	t.Parallel()
	given := func(seq, fence int64) exam.Given {
		return exam.Given{Question: "q", Seq: seq, Fence: fence, Value: []string{"x"}}
	}
	data, err := json.Marshal(exam.Answered{Fence: 2, Answers: []exam.Given{given(5, 1), given(4, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	a := &stored{exam.NewAttempt("a1"), map[answerKey]storedAnswer{}}
	if err := a.add([]ledger.Record{{Stream: "attempt/a1", Seq: 1, At: at, Kind: "attempt.answered", Data: data}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		fence, seq int64
		lost       int
	}{{2, 4, 0}, {1, 5, 1}} {
		var p Report
		p.counting(&held{receipts: []crowd.Acknowledged{{Question: "q", Fence: c.fence, Seq: c.seq}}}, a)
		if p.Lost != c.lost || p.Faults != c.lost {
			t.Errorf("seat %d, answer %d: %d lost, want %d: %v", c.fence, c.seq, p.Lost, c.lost, p.First)
		}
	}
}
