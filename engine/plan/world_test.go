package plan_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

// now is the clock of the tests: in the middle of the registration window.
var now = time.Date(2026, 10, 15, 1, 0, 0, 0, time.UTC)

// world is the services on one store. More nodes may be started on it.
type world struct {
	*plan.Plans
	t     *testing.T
	db    *sqlite.DB
	led   *ledger.Ledger
	seal  *seal.Sealer
	exam  *exam.Service
	clock atomic.Pointer[time.Time]
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	w.clock.Store(&now)
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: append(plan.Collections(), exam.Collections()...)})
	must(t, err)
	w.db, w.led = db, ledger.Open(db.Ledger(), ledger.Options{})
	w.seal, err = seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	must(t, err)
	bus := live.NewMemory(live.Options{})
	w.exam, err = exam.New(db, w.led, bus, exam.Unsealed(papers), w.seal, exam.Options{Now: w.now})
	must(t, err)
	w.Plans = w.node()
	t.Cleanup(func() { w.exam.Close(); bus.Close(); w.led.Close(); db.Close() })
	return w
}

// node is a service that knows nothing yet.
func (w *world) node() *plan.Plans {
	return plan.New(w.db, w.led, w.seal, w.exam, plan.Options{Now: w.now})
}

func (w *world) now() time.Time { return *w.clock.Load() }
func (w *world) at(t time.Time) { w.clock.Store(&t) }
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// papers has one paper with one question.
func papers(_ context.Context, id bank.PaperID) (bank.Content, error) {
	q := bank.Question{ID: "q", Version: 1, Kind: bank.TrueFalse, Stem: "是（ ）"}
	q.Options = bank.TrueFalseOptions(q.ID)
	q.Key = []bank.OptionID{q.Options[0].ID}
	return bank.Content{Questions: []bank.Question{q}, Paper: bank.Paper{ID: id, Title: "试卷", Total: 100,
		Sections: []bank.Section{{Kind: bank.TrueFalse, Title: "判断", ScoreEach: 100, Items: []bank.QuestionRef{q.Ref()}}}}}, nil
}

func text(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

// draft is a plan of two levels and two subjects.
func draft(id plan.ID) plan.Plan {
	list, err := plan.Examples()
	if err != nil {
		panic(err)
	}
	return plan.Plan{
		ID: id, Name: text("2026年第三批次电工认定"), Organiser: "某某评价机构", OrganiserCode: "S000037000000", OrganiserKind: "社会培训评价组织", Year: 2026, Batch: 3, Kind: plan.Recognition,
		Occupation: bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}, Levels: []bank.Level{bank.Advanced, bank.Intermediate},
		Subjects:     []plan.Subject{{ID: "theory", Name: text("理论知识考试")}, {ID: "skill", Name: text("操作技能考核")}},
		Registration: plan.Window{From: now.AddDate(0, 0, -14), Until: now.AddDate(0, 0, 14)},
		Exam:         plan.Window{From: now.AddDate(0, 1, 0), Until: now.AddDate(0, 1, 2)},
		Centres:      []plan.Centre{{Code: "01", Name: "第一考点", Address: "某路1号"}},
		Eligibility:  list[1], Photo: plan.PhotoRule{Required: true, Width: 240, Height: 320, MaxBytes: 20480, Format: "jpeg"},
		Materials: []plan.Material{{ID: "pledge", Name: text("真实性承诺书"), Required: true}},
		Ticket:    plan.TicketForm{Template: "37{centre}{room:2}{seat:3}", Heading: "职业技能等级认定", Notes: []string{"凭证入场"}},
	}
}

// opened is a plan that takes entries.
func (w *world) opened(id plan.ID) plan.ID {
	w.t.Helper()
	_, err := w.Save(w.t.Context(), draft(id))
	must(w.t, err)
	must(w.t, w.Open(w.t.Context(), "staff", id))
	return id
}

// idNumber is the invented card of the i-th person, born on 1984-02-29.
func idNumber(i int) string {
	n := fmt.Sprintf("37019919840229%03d", i)
	for _, c := range "0123456789X" {
		if exam.CheckID(exam.IDResident, n+string(c)) == "" {
			return n + string(c)
		}
	}
	panic("no check digit fits")
}

// applicant is a person who is eligible for level 3: 12 years in the trade.
func applicant(i int) plan.Application {
	months := 144
	return plan.Application{Name: "考生" + string(rune('甲'+i)), IDNumber: idNumber(i), Phone: fmt.Sprintf("1380000%04d", i), Unit: "某厂",
		Level: bank.Advanced, Subjects: []plan.SubjectID{"theory"}, Facts: plan.Facts{YearsTotal: &months}, Materials: []plan.MaterialID{"pledge"}}
}

// register puts n persons into the plan.
func (w *world) register(id plan.ID, n int) []plan.EntryID {
	w.t.Helper()
	var list []plan.Application
	for i := range n {
		list = append(list, applicant(i))
	}
	ids, err := w.Register(w.t.Context(), "staff", id, plan.Batch{Key: "k", Source: "form", List: list})
	must(w.t, err)
	return ids
}

// workbook makes an xlsx of rows; the first is the header.
func workbook(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range width {
		m.SetGray(i, i%height, color.Gray{uint8(i)})
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 60}))
	return b.Bytes()
}
