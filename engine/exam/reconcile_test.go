package exam_test

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// journalOf is what the first seat says that has got the acknowledgements.
func journalOf(acks ...*exam.AckFrame) exam.Journal {
	var j exam.Journal
	newest := map[string]string{}
	for _, f := range acks {
		j.Ledger = f.Ledger
		for _, k := range f.Answers {
			j.Entries++
			newest[string(k.Question)] = exam.JournalLine(k.Question, k.Seq, k.SHA256, 1)
		}
	}
	for _, l := range newest {
		j.Lines = append(j.Lines, l)
	}
	return digested(j)
}

func digested(j exam.Journal) exam.Journal {
	j.Digest = exam.JournalDigest(j.Lines)
	return j
}

// written is a sitting whose first candidate has answered three questions,
// one of them twice, and whose second has not come.
func written(t *testing.T, o exam.Options) (*stores, *node, exam.AttemptID, exam.Journal) {
	t.Helper()
	w := openStores(t)
	n, id, fence := running(t, w, o)
	first, err := n.Save(t.Context(), id, fence, frame(1, give("single", 1, 0), give("multi", 1, 0, 2), exam.Given{Question: "short", Seq: 1, Value: []string{"答"}}))
	must(t, err)
	second, err := n.Save(t.Context(), id, fence, frame(2, give("single", 2, 1)))
	must(t, err)
	return w, n, id, journalOf(first.Ack, second.Ack)
}

func handIn(t *testing.T, n *node, id exam.AttemptID) {
	t.Helper()
	_, err := n.ForceHandIn(t.Context(), id, "staff", "测试")
	must(t, err)
}

// rowOf reconciles and returns the line of an attempt.
func rowOf(t *testing.T, n *node, id exam.AttemptID) (exam.ReconciledAttempt, exam.Reconciliation) {
	t.Helper()
	r, err := n.Reconcile(t.Context(), "s1")
	must(t, err)
	i := slices.IndexFunc(r.Rows, func(x exam.ReconciledAttempt) bool { return x.Attempt == id })
	if i < 0 {
		t.Fatalf("no line for %s", id)
	}
	return r.Rows[i], r
}

func TestReconciledSitting(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w, n, id, j := written(t, exam.Options{})
	if row, _ := rowOf(t, n, id); row.Verdict != exam.Going || !row.Look {
		t.Errorf("while it runs: %+v", row)
	}
	handIn(t, n, id)
	if row, r := rowOf(t, n, id); row.Verdict != exam.Silent || r.Silent != 1 || r.NotStarted != 1 || r.Look != 1 {
		t.Errorf("before the seat reports: %+v of %+v", row, r.Reconciled)
	}
	_, err := n.Journal(ctx, id, 1, 9, j)
	must(t, err)
	row, r := rowOf(t, n, id)
	if row.Verdict != exam.Proven || row.Look || row.Entries != 4 || row.Pending != 0 || row.Reported == nil || len(row.Findings) != 0 {
		t.Errorf("reported: %+v", row)
	}
	if a := w.fold(t, id); len(a.Room.Reports) != 1 || a.Room.Reports[0].Lines != nil {
		t.Errorf("what agrees is kept whole: %+v", a.Room.Reports)
	}
	w.finished(t, id)
	// The same again, at another node, is no new record.
	seq := w.fold(t, id).Seq
	other := w.serve(t, exam.Options{Node: "n2", Now: func() time.Time { return start.Add(time.Minute) }})
	f, err := other.Journal(ctx, id, 1, 3, j)
	must(t, err)
	if f.T != "journal" || f.N != 3 || w.fold(t, id).Seq != seq {
		t.Errorf("the second time: %+v", f)
	}
	if _, elsewhere := rowOf(t, other, id); elsewhere.Hash != r.Hash {
		t.Error("another node finds another hash")
	}
	must(t, n.CloseSitting(ctx, "s1", "staff"))
	info, err := other.Sitting(ctx, "s1")
	must(t, err)
	if d := cmp.Diff(&r.Reconciled, info.Reconciled); d != "" {
		t.Errorf("the closing seals (-want +got):\n%s", d)
	}
	if _, after := rowOf(t, n, id); after.Hash != r.Hash || after.Closed == nil || *after.Closed != r.Reconciled {
		t.Errorf("after the closing: %+v, sealed %+v", after.Reconciled, after.Closed)
	}
}

// What is planted is found, and named.
func TestReconcileFinds(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("a", 64)
	lineOf := func(j exam.Journal, question string) int {
		return slices.IndexFunc(j.Lines, func(l string) bool { return strings.HasPrefix(l, question+"|") })
	}
	for name, tt := range map[string]struct {
		change  func(j *exam.Journal)
		verdict exam.Verdict
		want    []exam.Finding
	}{
		"an answer that the ledger lacks": {func(j *exam.Journal) {
			j.Lines = append(j.Lines, exam.JournalLine("truth", 1, other, 1))
		}, exam.Differs, []exam.Finding{{Code: "lost", Question: "truth", Seq: 1, Fence: 1}}},
		"a newer one that the ledger lacks": {func(j *exam.Journal) {
			j.Lines[lineOf(*j, "multi")] = exam.JournalLine("multi", 2, other, 1)
		}, exam.Differs, []exam.Finding{{Code: "lost", Question: "multi", Seq: 2, Fence: 1}}},
		"another value": {func(j *exam.Journal) {
			j.Lines[lineOf(*j, "multi")] = exam.JournalLine("multi", 1, other, 1)
		}, exam.Differs, []exam.Finding{{Code: "other_value", Question: "multi", Seq: 1, Fence: 1}}},
		"another value, of a seat that it does not name": {func(j *exam.Journal) {
			j.Lines[lineOf(*j, "multi")] = exam.JournalLine("multi", 1, other, 0)
		}, exam.Differs, []exam.Finding{{Code: "other_value", Question: "multi", Seq: 1, Fence: 1}}},
		"an answer that the seat never saw": {func(j *exam.Journal) {
			i := lineOf(*j, "short")
			j.Lines = slices.Delete(j.Lines, i, i+1)
		}, exam.Differs, []exam.Finding{{Code: "unseen", Question: "short", Seq: 1, Fence: 1}}},
		"nothing acknowledged at all": {func(j *exam.Journal) { *j = exam.Journal{} }, exam.Differs, []exam.Finding{
			{Code: "unseen", Question: "multi", Seq: 1, Fence: 1}, {Code: "unseen", Question: "short", Seq: 1, Fence: 1},
			{Code: "unseen", Question: "single", Seq: 2, Fence: 1}}},
		"another record":        {func(j *exam.Journal) { j.Ledger.Hash = other }, exam.Differs, []exam.Finding{{Code: "head", Seq: 5, Fence: 1}}},
		"a record that is gone": {func(j *exam.Journal) { j.Ledger.Seq = 50 }, exam.Differs, []exam.Finding{{Code: "head", Seq: 50, Fence: 1}}},
		"more acknowledged":     {func(j *exam.Journal) { j.Entries = 5 }, exam.Differs, []exam.Finding{{Code: "entries", Fence: 1}}},
		"a digest alone": {func(j *exam.Journal) {
			j.Lines, j.Digest = nil, other
		}, exam.Differs, []exam.Finding{{Code: "digest", Fence: 1}}},
		"answers left": {func(j *exam.Journal) { j.Pending, j.Waiting = 2, []string{"truth|1|1"} }, exam.Left, []exam.Finding{}},
		"nothing":      {func(*exam.Journal) {}, exam.Proven, []exam.Finding{}},
		"nothing, as older pages say it": {func(j *exam.Journal) {
			for i := range j.Lines {
				j.Lines[i] = strings.TrimSuffix(j.Lines[i], "|1")
			}
		}, exam.Proven, []exam.Finding{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, n, id, j := written(t, exam.Options{})
			handIn(t, n, id)
			tt.change(&j)
			if j.Digest != other {
				j = digested(j)
			}
			_, err := n.Journal(t.Context(), id, 1, 1, j)
			must(t, err)
			row, r := rowOf(t, n, id)
			if d := cmp.Diff(tt.want, row.Findings); d != "" || row.Verdict != tt.verdict {
				t.Errorf("%s, findings (-want +got):\n%s", row.Verdict, d)
			}
			if row.Look != (tt.verdict != exam.Proven) || row.Pending != j.Pending || r.Look != map[bool]int{true: 1}[row.Look] {
				t.Errorf("look %v, pending %d, totals %+v", row.Look, row.Pending, r.Reconciled)
			}
		})
	}
}

// What a seat says was acknowledged to it is not what an earlier seat gave
// under the same number, though the value is the same: what counts may be older.
func TestReconcileTellsSeatsApart(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	key := boxKey(t)
	_, n, id, _ := written(t, exam.Options{Box: key})
	fence, _, err := n.Admit(ctx, id, exam.Seat{Device: "spare", Pledge: true})
	must(t, err)
	later, err := n.Save(ctx, id, fence, frame(3, give("multi", 4, 1)))
	must(t, err)
	old := give("multi", 5, 0, 2)
	_, err = n.ImportRescue(ctx, "s1", "staff", rescueFile(t, key, exam.RescueContent{Attempt: id, Fence: 1, Entries: []exam.Given{old}}))
	must(t, err)
	handIn(t, n, id)
	sum := exam.ValueSum(old.Value)
	for _, tt := range []struct {
		name string
		j    exam.Journal
		want []exam.Finding
	}{
		{"acknowledged to the later seat", exam.Journal{Lines: []string{exam.JournalLine("multi", 5, hex.EncodeToString(sum[:]), fence)}},
			[]exam.Finding{{Code: "earlier_seat", Question: "multi", Seq: 5, Fence: fence},
				{Code: "unseen", Question: "short", Seq: 1, Fence: fence}, {Code: "unseen", Question: "single", Seq: 2, Fence: fence}}},
		{"waiting at the later seat", exam.Journal{Pending: 1, Waiting: []string{fmt.Sprint("multi|5|", fence)}}, nil},
		{"waiting there for the earlier one", exam.Journal{Pending: 1, Waiting: []string{"multi|5|1"}}, nil},
	} {
		tt.j.Ledger = later.Ack.Ledger
		_, err = n.Journal(ctx, id, fence, 1, digested(tt.j))
		must(t, err)
		row, _ := rowOf(t, n, id)
		if d := cmp.Diff(tt.want, row.Findings); tt.want != nil && d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
		if want := map[string]int{"waiting at the later seat": 1}[tt.name]; row.Pending != want {
			t.Errorf("%s: %d left, want %d", tt.name, row.Pending, want)
		}
	}
}

// A record that somebody takes out of the store, past the program.
func TestReconcileFindsATornChain(t *testing.T) {
	t.Parallel()
	w, n, id, j := written(t, exam.Options{})
	handIn(t, n, id)
	_, err := n.Journal(t.Context(), id, 1, 1, j)
	must(t, err)
	raw, err := sql.Open("sqlite", "file:"+w.path+"?_pragma=busy_timeout(10000)")
	must(t, err)
	defer raw.Close()
	_, err = raw.Exec("DELETE FROM records WHERE seq = 4 AND stream = (SELECT id FROM streams WHERE name = ?)", id.Stream())
	must(t, err)
	row, _ := rowOf(t, n, id)
	if row.Verdict != exam.Differs || !slices.Contains(row.Findings, exam.Finding{Code: "chain", Seq: 4}) {
		t.Errorf("%s %+v", row.Verdict, row.Findings)
	}
}

// The seat has answers that never arrived; its rescue file comes after the
// hand-in: nothing lies at the seat alone any more, and people have evidence
// to look at.
func TestReconcileAfterRescue(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	key := boxKey(t)
	w, n, id, j := written(t, exam.Options{Box: key, Signer: signer(t)})
	handIn(t, n, id)
	w.finished(t, id)
	j.Pending, j.Waiting = 1, []string{"multi|2"}
	content := exam.RescueContent{Attempt: id, Fence: 1, Entries: []exam.Given{give("multi", 2, 1)}, Head: j.Ledger}
	file := rescueFile(t, key, content)
	_, err := n.ImportRescue(ctx, "s1", "staff/1", file)
	must(t, err)
	row, _ := rowOf(t, n, id)
	if row.Verdict != exam.Proven || row.Via != exam.ViaRescue || row.Evidence != 1 || !row.Look {
		t.Errorf("by the file alone: %+v", row)
	}
	_, err = n.Journal(ctx, id, 1, 1, j)
	must(t, err)
	row, _ = rowOf(t, n, id)
	if row.Verdict != exam.Proven || row.Via != "" || row.Pending != 0 {
		t.Errorf("the seat's own word after it: %+v", row)
	}
	seq := w.fold(t, id).Seq
	_, err = n.ImportRescue(ctx, "s1", "staff/1", file)
	must(t, err)
	if w.fold(t, id).Seq != seq {
		t.Error("a file replaces the seat's own word")
	}
}

// Reports are decided about by the seat that makes them.
func TestReportDecides(t *testing.T) {
	t.Parallel()
	moved := []happened{{0, exam.Admitted{Place: seat, Device: "one", Fence: 1}}, {time.Minute, exam.Started{Fence: 1}},
		{2 * time.Minute, exam.SeatMoved{Place: seat, Device: "two", Fence: 2}}}
	for name, tt := range map[string]struct {
		a     *exam.Attempt
		fence int64
		j     exam.Journal
		code  string
	}{
		"a seat that was left":       {attempt(t, prepared(seat), moved...), 1, digested(exam.Journal{Pending: 3}), ""},
		"the seat now":               {attempt(t, prepared(seat), moved...), 2, digested(exam.Journal{}), ""},
		"a seat that never was":      {attempt(t, prepared(seat), moved...), 3, digested(exam.Journal{}), "replaced"},
		"no seat":                    {attempt(t, prepared(seat), moved...), 0, digested(exam.Journal{}), "replaced"},
		"after the marking":          {life(t, exam.Finished), 1, digested(exam.Journal{}), ""},
		"before the start":           {life(t, exam.InRoom), 1, digested(exam.Journal{}), "sitting_not_started"},
		"void":                       {life(t, exam.Void), 1, digested(exam.Journal{}), "attempt_void"},
		"another digest":             {life(t, exam.Finished), 1, exam.Journal{Lines: []string{"q|1|x"}, Digest: exam.JournalDigest(nil)}, "journal_invalid"},
		"no digest":                  {life(t, exam.Finished), 1, exam.Journal{}, "journal_invalid"},
		"a head without a hash":      {life(t, exam.Finished), 1, digested(exam.Journal{Ledger: exam.StreamHead{Seq: 1}}), "journal_invalid"},
		"fewer than none":            {life(t, exam.Finished), 1, digested(exam.Journal{Pending: -1}), "journal_invalid"},
		"more names than answers":    {life(t, exam.Finished), 1, digested(exam.Journal{Waiting: []string{"q|1"}}), "journal_invalid"},
		"a line without end":         {life(t, exam.Finished), 1, digested(exam.Journal{Lines: []string{strings.Repeat("q", 300)}}), "journal_invalid"},
		"lines that nobody can read": {life(t, exam.Finished), 1, digested(exam.Journal{Lines: []string{"?", "", "||"}}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := tt.a.Report(tt.fence, tt.j, "", "n")
			if tt.code != "" {
				wantCode(t, err, tt.code)
				return
			}
			must(t, err)
			if r, ok := e.(exam.Reported); !ok || r.Fence != tt.fence || r.Pending != tt.j.Pending {
				t.Errorf("recorded %+v", e)
			}
		})
	}
}

// A sitting that an older version closed still reads.
func TestOldClosing(t *testing.T) {
	t.Parallel()
	c, err := exam.NewCourse("s1").After([]ledger.Record{{Seq: 1, Kind: "sitting.closed", Data: json.RawMessage(`{"node":"n"}`)}})
	must(t, err)
	if c.State != exam.Closed || c.Reconciled != nil {
		t.Errorf("%+v", c)
	}
}

// Nobody answered anything: a flag of its own, whatever the seat says.
func TestReconcileZero(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	n, id, _ := running(t, w, exam.Options{})
	handIn(t, n, id)
	_, err := n.Journal(t.Context(), id, 1, 1, digested(exam.Journal{}))
	must(t, err)
	row, r := rowOf(t, n, id)
	if row.Verdict != exam.Proven || !row.Zero || !row.Look {
		t.Errorf("%+v", row)
	}
	want := exam.Reconciled{Total: 2, Proven: 1, NotStarted: 1, Zero: 1, Look: 1}
	if d := cmp.Diff(want, r.Reconciled, cmpopts.IgnoreFields(exam.Reconciled{}, "Hash")); d != "" {
		t.Errorf("totals (-want +got):\n%s", d)
	}
}
