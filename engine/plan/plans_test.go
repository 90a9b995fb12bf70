package plan_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

func TestPlanLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	p, err := w.Save(ctx, draft("p1"))
	must(t, err)
	p.Contact = "0531-00000000"
	p, err = w.Save(ctx, p)
	must(t, err)
	if p.Version != 2 {
		t.Errorf("version %d after a change, want 2", p.Version)
	}
	stale := p
	stale.Version = 1
	if _, err := w.Save(ctx, stale); !errors.Is(err, plan.ErrChanged) {
		t.Errorf("a stale draft: %v, want ErrChanged", err)
	}
	if _, err := w.Save(ctx, draft("p1")); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second plan of that id: %v, want ErrExists", err)
	}
	must(t, w.Open(ctx, "staff", "p1"))
	must(t, w.Open(ctx, "staff", "p1")) // again: nothing
	if _, err := w.Save(ctx, p); !errors.Is(err, plan.ErrFrozen) {
		t.Errorf("changing an open plan: %v, want ErrFrozen", err)
	}
	for _, step := range []struct {
		to     plan.Status
		reason string
		want   error
	}{
		{plan.Archived, "", plan.ErrStatus}, {plan.Closed, "", nil}, {plan.Closed, "", nil}, {plan.Open, "", plan.ErrReason},
		{plan.Open, "延长报名", nil}, {plan.Closed, "", nil}, {plan.Arranged, "", nil}, {plan.Open, "x", plan.ErrStatus}, {plan.Archived, "", nil},
	} {
		if err := w.SetStatus(ctx, "staff", "p1", step.to, step.reason); !errors.Is(err, step.want) {
			t.Errorf("to %s: %v, want %v", step.to, err, step.want)
		}
	}
	info, err := w.node().Plan(ctx, "p1") // a node that reads it all from the ledger
	must(t, err)
	if info.Status != plan.Archived || info.Version != 2 || info.Contact == "" {
		t.Errorf("another node reads %s, version %d, contact %q", info.Status, info.Version, info.Contact)
	}
	if _, err := w.Plan(ctx, "none"); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("no plan: %v", err)
	}
	list, next, err := w.List(ctx, "", 10)
	if err != nil || len(list) != 1 || next != "" {
		t.Errorf("list: %d, %q, %v", len(list), next, err)
	}
}

func TestPlanIsChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path   string
		change func(*plan.Plan)
	}{
		{"id", func(p *plan.Plan) { p.ID = "a/b" }},
		{"name.zh", func(p *plan.Plan) { p.Name.ZH = " " }},
		{"organiser", func(p *plan.Plan) { p.Organiser = "" }},
		{"year", func(p *plan.Plan) { p.Year = 26 }},
		{"batch", func(p *plan.Plan) { p.Batch = 0 }},
		{"kind", func(p *plan.Plan) { p.Kind = "x" }},
		{"occupation.code", func(p *plan.Plan) { p.Occupation.Code = "6-31" }},
		{"levels", func(p *plan.Plan) { p.Levels = nil }},
		{"levels[1]", func(p *plan.Plan) { p.Levels = []bank.Level{3, 3} }},
		{"subjects", func(p *plan.Plan) { p.Subjects = nil }},
		{"subjects[1]", func(p *plan.Plan) { p.Subjects[1].ID = "theory" }},
		{"registration", func(p *plan.Plan) { p.Registration.Until = p.Registration.From }},
		{"photo", func(p *plan.Plan) { p.Photo.Height = 0 }},
		{"photo.format", func(p *plan.Plan) { p.Photo.Format = "gif" }},
		{"ticket.template", func(p *plan.Plan) { p.Ticket.Template = "" }},
		{"eligibility.version", func(p *plan.Plan) { p.Eligibility.Version = "" }},
		{"eligibility.levels[0].any_of", func(p *plan.Plan) { p.Eligibility.Levels = []plan.LevelRule{{Level: 3}} }},
		{"eligibility.levels[0].any_of[0].all_of[0].kind", func(p *plan.Plan) {
			p.Eligibility.Levels = []plan.LevelRule{{Level: 3, AnyOf: []plan.Branch{{ID: "a", AllOf: []plan.Condition{{Kind: "height"}}}}}}
		}},
	} {
		p := draft("p")
		tt.change(&p)
		f := fault.As(p.Validate())
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Path != tt.path {
			t.Errorf("%s: got %v", tt.path, f)
		}
	}
	p := draft("p")
	must(t, p.Validate())
}

func TestRegisterAllOrNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	bad := []plan.Application{applicant(0), applicant(1), applicant(0), applicant(3)}
	bad[1].IDNumber = bad[1].IDNumber[:17] + "0"
	if bad[1].IDNumber == applicant(1).IDNumber {
		bad[1].IDNumber = bad[1].IDNumber[:17] + "1"
	}
	bad[3].Level, bad[3].Phone = bank.Elementary, "call me"
	_, err := w.Register(ctx, "staff", id, plan.Batch{Key: "bad", Source: "form", List: bad})
	got := map[string]string{}
	for _, f := range fault.As(err).Fields {
		got[f.Path] = f.Code
	}
	want := map[string]string{"list[1].id_number": "id_checksum", "list[2].id_number": "id_repeated", "list[3].level": "level_not_planned", "list[3].phone": "phone_form"}
	if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, plan.ErrApplication) {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if info, _ := w.Plan(ctx, id); info.Counts.Total != 0 {
		t.Fatalf("%d entries after a refused list", info.Counts.Total)
	}
	first := w.register(id, 3)
	again := w.register(id, 3) // the same key
	if diff := cmp.Diff(first, again); diff != "" || len(first) != 3 {
		t.Errorf("a repeated key gives another result: %s", diff)
	}
	_, err = w.Register(ctx, "staff", id, plan.Batch{Key: "k2", Source: "form", List: []plan.Application{applicant(2)}})
	if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Code != "already_in_plan" {
		t.Errorf("a person twice: %v", err)
	}
	other := applicant(5)
	other.Name, other.IDNumber = "别名", idNumber(1)
	w.opened("p2")
	_, err = w.Register(ctx, "staff", "p2", plan.Batch{Key: "k", Source: "form", List: []plan.Application{other}})
	if f := fault.As(err); f == nil || f.Fields[0].Code != "name_differs" {
		t.Errorf("one number, two names: %v", err)
	}
	for _, key := range []string{"", strings.Repeat("k", 101)} {
		if _, err := w.Register(ctx, "staff", id, plan.Batch{Key: key}); !errors.Is(err, plan.ErrKey) {
			t.Errorf("key of %d bytes: %v", len(key), err)
		}
	}
}

// TestTwoNodesOnePerson lets two nodes register the same persons at once: one
// list wins, the other is refused wholly.
func TestTwoNodesOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.opened("p1")
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			list := []plan.Application{applicant(i + 10), applicant(1)}
			_, errs[i] = w.node().Register(t.Context(), "staff", id, plan.Batch{Key: string(rune('a' + i)), Source: "form", List: list})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, plan.ErrApplication):
			t.Errorf("the loser got %v, want ErrApplication", err)
		}
	}
	info, err := w.Plan(t.Context(), id)
	must(t, err)
	if won != 1 || info.Counts.Total != 2 {
		t.Errorf("%d lists won and %d entries are there, want 1 and 2", won, info.Counts.Total)
	}
}

func TestRegistrationWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	w.at(now.AddDate(0, 0, 15))
	b := plan.Batch{Key: "k", Source: "form", List: []plan.Application{applicant(1)}}
	if _, err := w.Register(ctx, "staff", id, b); !errors.Is(err, plan.ErrWindow) {
		t.Errorf("after the window: %v, want ErrWindow", err)
	}
	b.Late = "系统故障，经批准补报"
	if _, err := w.Register(ctx, "staff", id, b); err != nil {
		t.Errorf("with a reason: %v", err)
	}
	must(t, w.SetStatus(ctx, "staff", id, plan.Closed, ""))
	b.Key, b.List = "k2", []plan.Application{applicant(2)}
	if _, err := w.Register(ctx, "staff", id, b); !errors.Is(err, plan.ErrStatus) {
		t.Errorf("closed: %v, want ErrStatus", err)
	}
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	young := applicant(9)
	months := 12
	young.Facts = plan.Facts{YearsTotal: &months}
	silent := applicant(8)
	silent.Facts = plan.Facts{}
	ids := w.register(id, 2)
	more, err := w.Register(ctx, "staff", id, plan.Batch{Key: "k2", Source: "form", List: []plan.Application{young, silent}})
	must(t, err)
	page, total, err := w.Entries(ctx, id, plan.Query{Limit: 10})
	must(t, err)
	var results []plan.Result
	for _, e := range page {
		results = append(results, e.Eligibility.Result)
	}
	if diff := cmp.Diff([]plan.Result{plan.Eligible, plan.Eligible, plan.NeedsEvidence, plan.NeedsEvidence}, results); diff != "" || total != 4 {
		t.Errorf("results of %d (-want +got)\n%s", total, diff)
	}
	decide := func(to plan.State, reason string, entries ...plan.EntryID) error {
		return w.Decide(ctx, "reviewer", id, plan.Decision{Entries: entries, To: to, Reason: reason})
	}
	if err := decide(plan.Accepted, "", ids[0], more[1]); !errors.Is(err, plan.ErrDecision) {
		t.Errorf("accepting who needs evidence without a reason: %v", err)
	}
	if err := decide(plan.Rejected, "", ids[0]); !errors.Is(err, plan.ErrReason) {
		t.Errorf("rejecting without a reason: %v", err)
	}
	if err := decide(plan.Accepted, "", "nobody"); !errors.Is(err, plan.ErrEntryNotFound) {
		t.Errorf("nobody: %v", err)
	}
	must(t, decide(plan.Accepted, "", ids...))
	must(t, decide(plan.Accepted, "", ids...)) // again: nothing
	must(t, decide(plan.Returned, "请补交工作年限证明", more[0]))
	must(t, decide(plan.Accepted, "已核验学信网学历", more[1]))
	must(t, decide(plan.Pending, "误操作", ids[1]))
	info, err := w.node().Plan(ctx, id)
	must(t, err)
	if diff := cmp.Diff(plan.Counts{Total: 4, Pending: 1, Accepted: 2, Returned: 1}, info.Counts); diff != "" {
		t.Errorf("counts (-want +got)\n%s", diff)
	}
	must(t, w.SetStatus(ctx, "staff", id, plan.Closed, ""))
	if err := w.SetStatus(ctx, "staff", id, plan.Arranged, ""); !errors.Is(err, plan.ErrPending) {
		t.Errorf("arranged with open entries: %v", err)
	}
	// The returned one is mended.
	months = 130
	must(t, w.Amend(ctx, "staff", id, more[0], "a1", young, "补充年限"))
	must(t, w.Amend(ctx, "staff", id, more[0], "a1", young, "补充年限"))
	e, err := w.Entry(ctx, id, more[0])
	must(t, err)
	if e.State != plan.Pending || e.Revision != 2 || e.Eligibility.Result != plan.Eligible || e.Eligibility.Branch != "3-1" {
		t.Errorf("mended: %s, revision %d, %s by %q", e.State, e.Revision, e.Eligibility.Result, e.Eligibility.Branch)
	}
	young.IDNumber = idNumber(30)
	if err := w.Amend(ctx, "staff", id, more[0], "a2", young, ""); !errors.Is(err, plan.ErrApplication) {
		t.Errorf("another person in the entry: %v", err)
	}
	kinds := map[string]int{}
	_, err = ledger.Fold(ctx, w.led, id.Stream(), 0, func(r ledger.Record) error { kinds[r.Kind]++; return nil })
	must(t, err)
	want := map[string]int{"plan.opened": 1, "plan.registered": 2, "plan.decided": 4, "plan.status": 1, "plan.amended": 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
}

func TestEntriesAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.opened("p1")
	w.register(id, 5)
	for _, tt := range []struct {
		name  string
		q     plan.Query
		total int
		rows  int
	}{
		{"all", plan.Query{Limit: 2}, 5, 2},
		{"last page", plan.Query{Offset: 4, Limit: 2}, 5, 1},
		{"name", plan.Query{Text: "考生" + string(rune('甲'+1)), Limit: 9}, 1, 1},
		{"tail of the number", plan.Query{Text: idNumber(2)[14:], Limit: 9}, 1, 1},
		{"unit", plan.Query{Text: "某厂", Limit: 9}, 5, 5},
		{"state", plan.Query{State: plan.Accepted, Limit: 9}, 0, 0},
		{"level", plan.Query{Level: bank.Intermediate, Limit: 9}, 0, 0},
		{"result", plan.Query{Result: plan.Eligible, Limit: 9}, 5, 5},
	} {
		page, total, err := w.Entries(t.Context(), id, tt.q)
		if err != nil || total != tt.total || len(page) != tt.rows {
			t.Errorf("%s: %d of %d, %v; want %d of %d", tt.name, len(page), total, err, tt.rows, tt.total)
		}
	}
}

// TestNothingReadableAtRest looks through every document and record for what
// is sealed, and through the views.
func TestNothingReadableAtRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	ids := w.register(id, 3)
	must(t, w.SetPhoto(ctx, "staff", id, ids[0], picture(t, 240, 320)))
	var all []byte
	for _, c := range plan.Collections() {
		p, err := w.db.Find(ctx, c.Name, store.Query{Limit: 100})
		must(t, err)
		for _, d := range p.Docs {
			all = append(all, d.Body...)
			all = append(all, d.ID...)
		}
	}
	_, err := ledger.Fold(ctx, w.led, id.Stream(), 0, func(r ledger.Record) error { all = append(all, r.Data...); return nil })
	must(t, err)
	if strings.Contains(string(all), "考生甲") != true {
		t.Fatal("the walk found no documents")
	}
	page, _, err := w.Entries(ctx, id, plan.Query{Limit: 10})
	must(t, err)
	views, err := json.Marshal(page)
	must(t, err)
	for i := range 3 {
		for _, secret := range []string{idNumber(i), applicant(i).Phone} {
			if strings.Contains(string(all), secret) {
				t.Errorf("%s can be read in the store", secret)
			}
			if strings.Contains(string(views), secret) {
				t.Errorf("%s is in a view", secret)
			}
		}
	}
	if strings.Contains(string(all), "JFIF") {
		t.Error("a photo can be read in the store")
	}
	if got, err := w.EntryPhoto(ctx, "reviewer", id, ids[0]); err != nil || got.Type != "image/jpeg" || len(got.Data) != len(picture(t, 240, 320)) {
		t.Errorf("the photo comes back as %s, %d bytes, %v", got.Type, len(got.Data), err)
	}
	if _, err := w.EntryPhoto(ctx, "reviewer", id, ids[1]); !errors.Is(err, plan.ErrNoPhoto) {
		t.Errorf("no photo: %v", err)
	}
	seen, err := w.led.Read(ctx, "photos/p1", 0, 10)
	if err != nil || len(seen) != 1 || seen[0].Actor != "reviewer" || seen[0].Kind != "photo.seen" {
		t.Errorf("who saw the photo: %v, %v", seen, err)
	}
}

// sitting is a sitting with n seats.
func sitting(id exam.SittingID, n int) exam.Sitting {
	room := exam.Room{Code: "01", Name: "第1考场"}
	for i := range n {
		room.Seats = append(room.Seats, string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
	return exam.Sitting{ID: id, Code: "S1", Name: text("场次"), Occupation: bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}, Level: bank.Advanced, Papers: []bank.PaperID{"paper"},
		Centres: []exam.Centre{{Code: "01", Name: "第一考点", Rooms: []exam.Room{room}}}, StartsAt: now.AddDate(0, 1, 0), ClosesAt: now.AddDate(0, 1, 0).Add(2 * 3600e9),
		Rules:  exam.Rules{Version: "1", LimitMS: 3600_000, EntryOpensMS: 1800_000, LastEntryMS: 1800_000, EarliestHandInMS: 1800_000, GraceMS: 10_000, Multiple: "all"},
		Ticket: "37{centre}{room:2}{seat:3}", Seed: 7}
}

func TestPlaceIntoSittings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	ids := w.register(id, 5)
	must(t, w.Decide(ctx, "reviewer", id, plan.Decision{Entries: ids[:4], To: plan.Accepted}))
	choice := plan.Choice{Subject: "theory", Level: bank.Advanced, Centre: "01", Most: 3}
	n, err := w.Place(ctx, "staff", id, "k1", choice, sitting("s1", 10))
	if err != nil || n != 3 {
		t.Fatalf("placed %d, %v; want 3", n, err)
	}
	// A crash after the record is completed by the same call on another node;
	// here everything is there already.
	n, err = w.node().Place(ctx, "staff", id, "k1", choice, sitting("s1", 10))
	if err != nil || n != 3 {
		t.Errorf("repeated: %d, %v; want 3", n, err)
	}
	info, err := w.exam.Sitting(ctx, "s1")
	must(t, err)
	if info.Registered != 3 {
		t.Errorf("the sitting has %d, want 3", info.Registered)
	}
	if _, err := w.Place(ctx, "staff", id, "k2", choice, sitting("s1", 10)); !errors.Is(err, store.ErrExists) {
		t.Errorf("into a sitting that exists: %v, want ErrExists", err)
	}
	bad := sitting("s2", 10)
	bad.Papers = []bank.PaperID{"paper", "paper"}
	bad.Ticket = "{nothing}"
	if _, err := w.Place(ctx, "staff", id, "k3", choice, bad); !errors.Is(err, exam.ErrSittingInvalid) {
		t.Errorf("a wrong sitting: %v", err)
	}
	n, err = w.Place(ctx, "staff", id, "k4", choice, sitting("s3", 10))
	if err != nil || n != 1 {
		t.Errorf("the rest: %d, %v; want 1", n, err)
	}
	if _, err := w.Place(ctx, "staff", id, "k5", choice, sitting("s4", 10)); !errors.Is(err, plan.ErrNobody) {
		t.Errorf("nobody left: %v", err)
	}
	if err := w.Decide(ctx, "reviewer", id, plan.Decision{Entries: ids[:1], To: plan.Pending, Reason: "x"}); !errors.Is(err, plan.ErrDecision) {
		t.Errorf("undoing after the arrangement: %v", err)
	}
	if p, subject, err := w.PlanOf(ctx, "s3"); err != nil || p.ID != id || subject != "theory" {
		t.Errorf("the plan of s3: %v, %v", subject, err)
	}
	if _, _, err := w.PlanOf(ctx, "s9"); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("the plan of no sitting: %v", err)
	}
}

// TestPlaceIsTakenBack: the register knows one of the persons under another
// name, so it refuses; the entries are free again.
func TestPlaceIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.exam.CreateSitting(ctx, sitting("other", 5)))
	_, err := w.exam.Register(ctx, "other", "k", []exam.Registration{{Name: "曾用名", IDType: exam.IDResident, IDNumber: idNumber(1)}})
	must(t, err)
	id := w.opened("p1")
	ids := w.register(id, 2)
	must(t, w.Decide(ctx, "reviewer", id, plan.Decision{Entries: ids, To: plan.Accepted}))
	_, err = w.Place(ctx, "staff", id, "k1", plan.Choice{Subject: "theory", Level: 3}, sitting("s1", 10))
	if !errors.Is(err, exam.ErrRegistration) {
		t.Fatalf("got %v, want ErrRegistration", err)
	}
	info, err := w.Plan(ctx, id)
	must(t, err)
	if info.Counts.Placed != 0 || len(info.Placings) != 0 {
		t.Errorf("after the refusal %d are placed", info.Counts.Placed)
	}
	must(t, w.Decide(ctx, "reviewer", id, plan.Decision{Entries: ids[1:], To: plan.Rejected, Reason: "姓名与证件不符"}))
}
