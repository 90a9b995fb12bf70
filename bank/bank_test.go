package bank_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

func TestAcceptAndFind(t *testing.T) {
	t.Parallel()
	b, db, led := withOutline(t)
	o := sample()
	list := questions(&o)[:30]
	f, r := fileOf("题库.xlsx", list...)
	done, report, err := b.AcceptQuestions(t.Context(), "organiser", f, r)
	must(t, err)
	if done.Already || done.Import.Added != 30 || done.Import.OutlineVersion != 1 || report.Good != 30 {
		t.Errorf("accepted %+v, report %d good", done, report.Good)
	}
	got, err := b.Questions(t.Context(), o.ID)
	must(t, err)
	byID := cmpopts.SortSlices(func(a, b bank.Question) bool { return a.ID < b.ID })
	for i := range list {
		list[i].Version, list[i].Status, list[i].Batch = 1, bank.Active, done.Import.Batch
	}
	if diff := cmp.Diff(list, got, byID); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	one, err := b.Question(t.Context(), o.ID, list[0].Ref())
	must(t, err)
	if diff := cmp.Diff(list[0], one); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
	if _, err := b.Question(t.Context(), o.ID, bank.QuestionRef{ID: list[0].ID, Version: 2}); !errors.Is(err, bank.ErrQuestionUnknown) {
		t.Errorf("version that is not there: %v", err)
	}

	records, err := led.Read(t.Context(), "bank/2022.6-31-01-03-3", 0, 10)
	must(t, err)
	var kinds []string
	for _, rec := range records {
		kinds = append(kinds, rec.Kind+" by "+rec.Actor)
	}
	if diff := cmp.Diff([]string{"bank.outline_accepted by organiser", "bank.questions_accepted by organiser"}, kinds); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}

	// A second node that has just started sees the same.
	other := bank.New(db, led, sealer(t), clock)
	again, err := other.Questions(t.Context(), o.ID)
	must(t, err)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("another node (-want +got):\n%s", diff)
	}
	imports, err := other.Imports(t.Context(), o.ID)
	must(t, err)
	if len(imports) != 2 || imports[1] != done.Import || imports[1].At != clock().Truncate(1e6) {
		t.Errorf("imports %+v", imports)
	}
	outlines, err := other.Outlines(t.Context())
	must(t, err)
	if diff := cmp.Diff([]bank.Outline{o}, outlines, cmpopts.IgnoreFields(bank.Outline{}, "Version", "Batch")); diff != "" {
		t.Errorf("outlines (-want +got):\n%s", diff)
	}
}

func TestSameFileTwice(t *testing.T) {
	t.Parallel()
	b, db, _ := withOutline(t)
	o := sample()
	f, r := fileOf("题库.xlsx", questions(&o)[:10]...)
	first, _, err := b.AcceptQuestions(t.Context(), "a", f, r)
	must(t, err)
	before := count(t, db)
	second, _, err := b.AcceptQuestions(t.Context(), "b", f, r)
	must(t, err)
	if !second.Already || second.Import != first.Import || count(t, db) != before {
		t.Errorf("second time: %+v, first %+v; documents %d then %d", second, first, before, count(t, db))
	}
	of, or := outlineFile(o)
	again, err := b.AcceptOutline(t.Context(), "b", of, or)
	must(t, err)
	if !again.Already || again.Import.OutlineVersion != 1 {
		t.Errorf("outline twice: %+v", again)
	}
}

func TestOutlineVersions(t *testing.T) {
	t.Parallel()
	b, _, _ := withOutline(t)
	o := sample()
	o.Ranges[0].Name = "新名称"
	f, r := outlineFile(o)
	done, err := b.AcceptOutline(t.Context(), "a", f, r)
	must(t, err)
	got, err := b.Outline(t.Context(), o.ID)
	must(t, err)
	if done.Import.OutlineVersion != 2 || got.Version != 2 || got.Ranges[0].Name != "新名称" {
		t.Errorf("version %d, outline %d %s", done.Import.OutlineVersion, got.Version, got.Ranges[0].Name)
	}
	if _, err := b.Outline(t.Context(), "other"); !errors.Is(err, bank.ErrOutlineUnknown) {
		t.Errorf("unknown outline: %v", err)
	}
	o.Ranges[0].Weight = 1
	f, r = outlineFile(o)
	if _, err := b.AcceptOutline(t.Context(), "a", f, r); !errors.Is(err, bank.ErrOutline) {
		t.Errorf("weights that do not sum up: %v", err)
	}
}

// TestRefusedFileLeavesNothing: one bad row, and none of the good ones is there.
func TestRefusedFileLeavesNothing(t *testing.T) {
	t.Parallel()
	b, db, led := withOutline(t)
	o := sample()
	before := count(t, db)
	f, r := fileOf("题库.xlsx", questions(&o)[:10]...)
	r.Mark(3, bank.Problem{Severity: bank.Error, Code: "key_form", Column: "D"})
	_, report, err := b.AcceptQuestions(t.Context(), "a", f, r)
	fields := fault.As(err)
	if !errors.Is(err, bank.ErrImport) || fields.Fields[0].Path != "三级!D5" || report.Bad != 1 {
		t.Errorf("got %v", err)
	}
	f, r = fileOf("别的.xlsx", questions(&o)[:10]...)
	f.Rows[2].Question.Point = "Z-Z-999"
	if _, report, err = b.AcceptQuestions(t.Context(), "a", f, r); !errors.Is(err, bank.ErrImport) || report.Rows[2].Problems[0].Code != "row_stale" {
		t.Errorf("point that is not there: %v", err)
	}
	f, r = fileOf("空.xlsx")
	if _, _, err = b.AcceptQuestions(t.Context(), "a", f, r); !errors.Is(err, bank.ErrImportEmpty) {
		t.Errorf("empty file: %v", err)
	}
	f.Outline = "2022.1-01-01-01-5"
	if _, _, err = b.AcceptQuestions(t.Context(), "a", f, r); !errors.Is(err, bank.ErrOutlineUnknown) {
		t.Errorf("no outline: %v", err)
	}
	head, err := led.Head(t.Context(), o.ID.Stream())
	must(t, err)
	if count(t, db) != before || head.Seq != 1 {
		t.Errorf("documents %d, before %d; ledger at %d", count(t, db), before, head.Seq)
	}
}

// breaking is a store that stops answering after some writes.
type breaking struct {
	store.DB
	left atomic.Int64
}

var errCut = errors.New("power cut")

func (d *breaking) Insert(ctx context.Context, collection string, doc store.Doc) error {
	if d.left.Add(-1) < 0 {
		return errCut
	}
	return d.DB.Insert(ctx, collection, doc)
}

func (d *breaking) Replace(ctx context.Context, collection string, doc store.Doc) error {
	if d.left.Add(-1) < 0 {
		return errCut
	}
	return d.DB.Replace(ctx, collection, doc)
}

// cutLedger fails before or after the record is durable.
type cutLedger struct {
	*ledger.Ledger
	after bool
}

func (l cutLedger) Append(ctx context.Context, e ledger.Entry) (ledger.Appended, error) {
	if l.after {
		if _, err := l.Ledger.Append(ctx, e); err != nil {
			return ledger.Appended{}, err
		}
	}
	return ledger.Appended{}, errCut
}

// TestCrashInTheMiddle: wherever acceptance is cut, all is there or nothing,
// and the same file sent again completes it.
func TestCrashInTheMiddle(t *testing.T) {
	t.Parallel()
	o := sample()
	list := questions(&o)[:40]
	for name, c := range map[string]struct {
		inserts int64
		after   bool
		want    int
	}{
		"while storing":     {inserts: 17},
		"before the record": {inserts: 1000},
		"after the record":  {inserts: 1000, after: true, want: 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, db, led := withOutline(t)
			cut := &breaking{DB: db}
			cut.left.Store(c.inserts)
			f, r := fileOf("题库.xlsx", list...)
			if _, _, err := bank.New(cut, cutLedger{led, c.after}, sealer(t), clock).AcceptQuestions(t.Context(), "a", f, r); !errors.Is(err, errCut) {
				t.Fatalf("got %v", err)
			}
			got, err := b.Questions(t.Context(), o.ID)
			must(t, err)
			if len(got) != c.want {
				t.Errorf("%d questions are visible, want %d", len(got), c.want)
			}
			done, _, err := b.AcceptQuestions(t.Context(), "a", f, r)
			must(t, err)
			got, err = b.Questions(t.Context(), o.ID)
			must(t, err)
			if len(got) != 40 || done.Already != c.after || done.Import.Added != 40 {
				t.Errorf("again: %d questions, %+v", len(got), done)
			}
		})
	}
}

// TestConcurrentImports: files that hold the same question with different
// keys are sent at once; exactly one is accepted.
func TestConcurrentImports(t *testing.T) {
	t.Parallel()
	b, _, _ := withOutline(t)
	o := sample()
	var won, conflict, already atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		q := question(&o, bank.SingleChoice, "A-A-001", 0)
		q.Key = []bank.OptionID{q.Options[i%4].ID}
		f, r := fileOf("题库.xlsx", q)
		wg.Go(func() {
			done, report, err := b.AcceptQuestions(t.Context(), "a", f, r)
			switch {
			case err == nil && done.Already:
				already.Add(1)
			case err == nil:
				won.Add(1)
			case errors.Is(err, bank.ErrImport) && report.Rows[0].Problems[0].Code == "key_conflict":
				conflict.Add(1)
			default:
				t.Errorf("unexpected %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || already.Load() != 1 || conflict.Load() != 6 {
		t.Errorf("won %d, already %d, conflict %d; want 1, 1, 6", won.Load(), already.Load(), conflict.Load())
	}
	got, err := b.Questions(t.Context(), o.ID)
	must(t, err)
	if len(got) != 1 {
		t.Errorf("%d questions", len(got))
	}
}

func count(t *testing.T, db store.DB) int {
	t.Helper()
	n := 0
	for _, c := range bank.Collections() {
		page, err := db.Find(t.Context(), c.Name, store.Query{Limit: 1000})
		must(t, err)
		n += len(page.Docs)
	}
	return n
}
