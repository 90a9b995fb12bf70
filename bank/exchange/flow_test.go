package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// TestFromWorkbookToPaper takes the whole way: an outline and questions as
// workbooks, accepted into an embedded store, and a paper of half points.
func TestFromWorkbookToPaper(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: bank.Collections()})
	must(t, err)
	defer db.Close()
	led := ledger.Open(db.Ledger(), ledger.Options{})
	defer led.Close()
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(t, err)
	b := bank.New(db, led, sealer, func() time.Time { return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) })

	file, report := readOutline(t, workbook(t, headed(namedHeader, outlineRows...)))
	_, err = b.AcceptOutline(ctx, "organiser", file, report)
	must(t, err)
	o, err := b.Outline(ctx, bank.OutlineFor(electrician, bank.Advanced))
	must(t, err)

	rows := [][]any{nationalHeader}
	for i, p := range []string{"A-A-001", "A-A-002", "A-B-001", "B-A-A-014", "B-A-B-015"} {
		rows = append(rows, row("单选题", fmt.Sprintf("第%d题( )。", i), "B", four, [4]string{p}),
			row("判断题", fmt.Sprintf("第%d句。", i), "√", [5]string{}, [4]string{p}))
	}
	data := workbook(t, sheet{name: "三级", rows: rows})
	read, report, err := exchange.ReadQuestions(bytes.NewReader(data), int64(len(data)), "题库.xlsx", o)
	must(t, err)
	done, _, err := b.AcceptQuestions(ctx, "organiser", read, report)
	must(t, err)
	if done.Import.Added != 10 || done.Import.SHA256 != report.SHA256 {
		t.Errorf("import %+v", done.Import)
	}
	paper, err := b.Assemble(ctx, "organiser", bank.Blueprint{ID: "small", Version: 1, Title: "小卷", Outline: o.ID,
		Sections: []bank.SectionPlan{{Kind: bank.SingleChoice, Count: 3, ScoreEach: 50}, {Kind: bank.TrueFalse, Count: 1, ScoreEach: 50}},
		Total:    200, Limit: 600, Pass: 100, Depth: 1,
		Weights: []bank.RangeWeight{{Range: "A", Weight: 5000}, {Range: "B", Weight: 5000}}}, 1)
	must(t, err)
	content, err := b.Content(ctx, paper.ID)
	must(t, err)
	seat, err := content.ForSeat()
	must(t, err)
	if len(content.Questions) != 4 || len(seat.Sections[0].Questions) != 3 || seat.Total != 200 {
		t.Errorf("paper %+v", seat)
	}
}

func BenchmarkReadQuestions(b *testing.B) {
	rows := [][]any{nationalHeader}
	for i := range 5000 {
		rows = append(rows, row("单选题", fmt.Sprintf("第%d题( )。", i), "B", four, fuse, 3, 5, 0.5, "解析", "教材"))
	}
	data := workbook(b, sheet{name: "三级", rows: rows})
	b.ReportAllocs()
	for b.Loop() {
		if _, report := readQuestions(b, data); report.Good != 5000 {
			b.Fatal(report.Bad)
		}
	}
}
