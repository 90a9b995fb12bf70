package bank_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

var electrician = bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}

// sample is an outline of two level-1 ranges, five level-2 ranges and 40
// points each: 80 % X, 15 % Y, 5 % Z.
func sample() bank.Outline {
	o := bank.Outline{ID: bank.OutlineFor(electrician, bank.Advanced), Occupation: electrician, Level: bank.Advanced,
		Ranges: []bank.Range{{Code: "A", Name: "基本要求", Weight: 2500}, {Code: "B", Name: "相关知识", Weight: 7500}}}
	for i, w := range []bank.Weight{500, 2000, 3000, 2250, 2250} {
		r := bank.Range{Code: string(rune('A' + i)), Name: fmt.Sprintf("范围%d", i), Weight: w}
		for p := range 40 {
			point := bank.Point{Code: fmt.Sprintf("%03d", p+1), Name: fmt.Sprintf("鉴定点%d-%d", i, p), Importance: bank.Core}
			if p >= 32 {
				point.Importance = bank.General
			}
			if p >= 38 {
				point.Importance = bank.Auxiliary
			}
			r.Points = append(r.Points, point)
		}
		parent := &o.Ranges[min(i/2, 1)]
		parent.Ranges = append(parent.Ranges, r)
	}
	return o
}

// question makes a valid question without version and batch.
func question(o *bank.Outline, kind bank.Kind, point bank.PointPath, n int) bank.Question {
	stem := fmt.Sprintf("%s %s 第%d题( )。", point, kind, n)
	id := bank.NewQuestionID(o.ID, "body", stem)
	q := bank.Question{ID: id, Outline: o.ID, Kind: kind, Stem: stem, Point: point, Importance: bank.Core,
		Difficulty: 1 + n%5, Consistency: 5, Score: 100, Explanation: "解析", Source: "教材", Status: bank.Draft}
	if kind == bank.TrueFalse {
		q.Options = bank.TrueFalseOptions(id)
	} else {
		for i := range 4 {
			q.Options = append(q.Options, bank.Option{ID: bank.NewOptionID(id, i), Text: fmt.Sprintf("选项%d", i)})
		}
	}
	q.Key = []bank.OptionID{q.Options[n%2].ID}
	return q
}

// questions makes one single choice and one true/false question a point.
func questions(o *bank.Outline) []bank.Question {
	var list []bank.Question
	o.Walk(func(path bank.PointPath, _ []*bank.Range, p *bank.Point) {
		if p != nil {
			list = append(list, question(o, bank.SingleChoice, path, len(list)), question(o, bank.TrueFalse, path, len(list)+1))
		}
	})
	return list
}

// fileOf puts questions into a file as the reader would, with its report.
func fileOf(name string, list ...bank.Question) (bank.QuestionFile, bank.Report) {
	f := bank.QuestionFile{Name: name, SHA256: sum(name, list), Outline: sample2ID}
	r := bank.NewReport(name, f.SHA256)
	for i, q := range list {
		f.Rows = append(f.Rows, bank.QuestionRow{Sheet: "三级", Row: i + 2, Question: q})
		r.AddRow("三级", i+2, bank.Label(q.Stem), nil)
	}
	return f, r
}

var sample2ID = bank.OutlineFor(electrician, bank.Advanced)

func outlineFile(o bank.Outline) (bank.OutlineFile, bank.Report) {
	f := bank.OutlineFile{Name: "细目表.xlsx", SHA256: sum("outline", o), Outline: o}
	return f, bank.NewReport(f.Name, f.SHA256)
}

func sum(name string, v any) string {
	s := sha256.Sum256(fmt.Append(nil, name, v))
	return hex.EncodeToString(s[:])
}

func clock() time.Time { return time.Date(2026, 5, 1, 8, 0, 0, 123456789, time.UTC) }

// open opens an empty bank on the embedded store.
func open(t *testing.T) (*bank.Bank, store.DB, *ledger.Ledger) {
	t.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "bank.db"), sqlite.Options{Collections: bank.Collections()})
	must(t, err)
	led := ledger.Open(db.Ledger(), ledger.Options{})
	t.Cleanup(func() {
		if err := led.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return bank.New(db, led, sealer(t), clock), db, led
}

// sealer has a key of the test.
func sealer(t *testing.T) *seal.Sealer {
	t.Helper()
	s, err := seal.New(bytes.Repeat([]byte{1}, seal.KeySize))
	must(t, err)
	return s
}

// withOutline opens a bank in which the sample outline is accepted.
func withOutline(t *testing.T) (*bank.Bank, store.DB, *ledger.Ledger) {
	t.Helper()
	b, db, led := open(t)
	f, r := outlineFile(sample())
	_, err := b.AcceptOutline(t.Context(), "organiser", f, r)
	must(t, err)
	return b, db, led
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// halves is the 200-item paper of half points: 160 × 0.5 + 40 × 0.5.
func halves() bank.Blueprint {
	return bank.Blueprint{ID: "halves", Version: 1, Title: "电工三级理论", Outline: sample2ID,
		Sections: []bank.SectionPlan{{Kind: bank.SingleChoice, Count: 160, ScoreEach: 50}, {Kind: bank.TrueFalse, Title: "判断", Count: 40, ScoreEach: 50}},
		Total:    10000, Limit: 7200, Pass: 6000, Depth: 1}
}

// hundred is the 100-item paper: 80 × 1 + 20 × 1.
func hundred() bank.Blueprint {
	b := halves()
	b.ID, b.Depth = "hundred", 2
	b.Sections = []bank.SectionPlan{{Kind: bank.SingleChoice, Count: 80, ScoreEach: 100}, {Kind: bank.TrueFalse, Count: 20, ScoreEach: 100}}
	return b
}
