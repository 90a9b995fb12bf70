package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

func TestBadPersons(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	d := n.setup(t, n.contest(t), func(d *engine.DivisionDraft) {
		d.Qualification = engine.Qualification{
			Identities: []engine.Identity{engine.Employee}, MinAge: 18, MaxAge: 45, AsOf: "2026-11-01", MinLevel: bank.Intermediate, IDNumber: true,
		}
	})
	for _, tt := range []struct {
		name   string
		change func(*engine.Person)
		want   []string
	}{
		{"good", func(*engine.Person) {}, nil},
		{"no name", func(p *engine.Person) { p.Name = " " }, []string{"name name_length"}},
		{"digits in a name", func(p *engine.Person) { p.Name = "张3" }, []string{"name name_digits"}},
		{"no number", func(p *engine.Person) { p.IDNumber = "" }, []string{"born born_missing", "id_number id_missing"}},
		{"a wrong check digit", func(p *engine.Person) { p.IDNumber = "370199198402290019" }, []string{"id_number id_checksum", "born born_missing"}},
		{"no identity", func(p *engine.Person) { p.Identity = "" }, []string{"identity identity_missing"}},
		{"a student", func(p *engine.Person) { p.Identity = engine.Student }, []string{"identity identity_not_here"}},
		{"an unknown identity", func(p *engine.Person) { p.Identity = "guest" }, []string{"identity identity_unknown", "identity identity_not_here"}},
		{"too old", func(p *engine.Person) { p.IDNumber = idNumber(1964, 1) }, []string{"born age_outside"}},
		{"too young", func(p *engine.Person) { p.IDType, p.IDNumber, p.Born = exam.IDPassport, "E12345678", "2010-01-01" }, []string{"born age_outside"}},
		{"no certificate", func(p *engine.Person) { p.HeldLevel = 0 }, []string{"held_level level_missing"}},
		{"a low certificate", func(p *engine.Person) { p.HeldLevel = bank.Elementary }, []string{"held_level level_too_low"}},
		{"a delegation", func(p *engine.Person) { p.Delegation = "某队" }, []string{"delegation delegation_unknown"}},
		{"a team", func(p *engine.Person) { p.Team = "某队" }, []string{"team no_teams"}},
		{"not qualified, but taken for a reason", func(p *engine.Person) { p.HeldLevel, p.Waiver = 0, "省赛组委会同意" }, nil},
	} {
		p := person(1)
		tt.change(&p)
		_, err := n.enlist(t, organiser, d.ID, tt.name, p)
		var wantList []string
		for _, w := range tt.want {
			wantList = append(wantList, "list[0]."+w)
		}
		if diff := cmp.Diff(wantList, problems(err)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if tt.want == nil {
			must(t, err)
			list, err := n.Competitors(t.Context(), d.ID)
			must(t, err)
			must(t, n.Withdraw(t.Context(), organiser, d.ID, list[0].ID, "再试"))
		}
	}
	// A list is taken wholly or not at all.
	_, err := n.enlist(t, organiser, d.ID, "half", person(2), engine.Person{Name: "丙"}, person(2))
	want(t, "a list with mistakes", err, engine.ErrEntries, "list[1].identity identity_missing", "list[1].born born_missing",
		"list[1].held_level level_missing", "list[1].id_number id_missing", "list[2].id_number id_repeated")
	if got := n.names(t, d.ID); len(got) != 0 {
		t.Errorf("%q are entered", got)
	}
	_, err = n.enlist(t, organiser, d.ID, "", person(2))
	want(t, "no key", err, engine.ErrKey)
}

// The number is sealed where it lies, and shown only masked.
func TestNumbersAreSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	c := n.contest(t)
	d := n.setup(t, c)
	_, err := n.enlist(t, organiser, d.ID, "k", person(1))
	must(t, err)
	page, err := w.db.Find(t.Context(), "competitors", allOf())
	must(t, err)
	for _, doc := range page.Docs {
		if bytes.Contains(doc.Body, []byte(idNumber(1984, 1))) {
			t.Errorf("a document holds the number: %s", doc.Body)
		}
	}
	_, err = ledger.Fold(t.Context(), n.led, c.ID.Stream(), 0, func(r ledger.Record) error {
		if s := string(r.Data); strings.Contains(s, "选手") || strings.Contains(s, idNumber(1984, 1)) {
			t.Errorf("a record holds a name or number: %s", s)
		}
		return nil
	})
	must(t, err)
	list, err := n.Competitors(t.Context(), d.ID)
	must(t, err)
	if list[0].IDMasked != exam.MaskID(exam.IDResident, idNumber(1984, 1)) {
		t.Errorf("masked %q", list[0].IDMasked)
	}
}

// One person competes in one division of an event; another event is doubtful
// only, and the stages of a division are the same way.
func TestOneDivisionAPerson(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	c := n.contest(t)
	e, err := n.CreateEvent(ctx, c.ID, engine.EventDraft{Name: text("焊工"), Kind: engine.EventSkill})
	must(t, err)
	heats := n.setup(t, c, func(d *engine.DivisionDraft) { d.Stage = &engine.Stage{Kind: engine.StagePreliminary, Order: 1} })
	final := n.setup(t, c, func(d *engine.DivisionDraft) {
		d.From, d.Stage = heats.ID, &engine.Stage{Kind: engine.StageFinal, Order: 2}
	})
	teachers := n.setup(t, c, func(d *engine.DivisionDraft) { d.Name = text("教师组") })
	other := n.setup(t, c, func(d *engine.DivisionDraft) { d.Event, d.Name = e.ID, text("焊工职工组") })

	_, err = n.enlist(t, organiser, heats.ID, "a", person(1))
	must(t, err)
	_, err = n.enlist(t, organiser, heats.ID, "b", person(1))
	want(t, "twice", err, engine.ErrEntries, "list[0].id_number already_in_division")
	_, err = n.enlist(t, organiser, teachers.ID, "c", person(1))
	want(t, "another division of the event", err, engine.ErrEntries, "list[0].id_number in_other_division")
	_, err = n.enlist(t, organiser, final.ID, "d", person(1))
	must(t, err)
	got, err := n.enlist(t, organiser, other.ID, "e", person(1))
	must(t, err)
	if len(got.Warnings) != 1 || got.Warnings[0].Code != "in_other_event" || got.Warnings[0].Params["division"] == "" {
		t.Errorf("warnings %+v", got.Warnings)
	}
	// Who withdrew may compete elsewhere.
	for _, d := range []engine.DivisionID{heats.ID, final.ID} {
		list, err := n.Competitors(ctx, d)
		must(t, err)
		must(t, n.Withdraw(ctx, organiser, d, list[0].ID, "改组别"))
	}
	_, err = n.enlist(t, organiser, teachers.ID, "f", person(1))
	must(t, err)
}

// Of two nodes that enter the same person in two divisions at once, one wins,
// whoever is first; and no delegation sends more than it may.
func TestNodesRaceForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.node(), w.node()
	ctx := t.Context()
	c := a.contest(t)
	c, err := a.SetDelegations(ctx, c.ID, []engine.Delegation{{Name: "济南队"}})
	must(t, err)
	quota := func(d *engine.DivisionDraft) { d.Qualification.PerDelegation = 3 }
	one, two := a.setup(t, c, quota), a.setup(t, c, quota)
	const people = 8
	var wg sync.WaitGroup
	for i := range people {
		p := person(i)
		p.Delegation = "济南队"
		for k, id := range []engine.DivisionID{one.ID, two.ID} {
			wg.Go(func() {
				n := []node{a, b}[k]
				_, err := n.Enlist(ctx, organiser, id, engine.PersonList{Key: fmt.Sprint(i), Source: "form", List: []engine.Person{p}})
				if err != nil && !errors.Is(err, engine.ErrEntries) && !errors.Is(err, engine.ErrOvertaken) {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, id := range []engine.DivisionID{one.ID, two.ID} {
		names := w.node().names(t, id)
		if len(names) == 0 || len(names) > 3 {
			t.Errorf("%d people of a delegation that sends 3", len(names))
		}
		for _, name := range names {
			if seen[name] {
				t.Errorf("%s is in both divisions", name)
			}
			seen[name] = true
		}
	}
}

// Whoever was entered before the opening competes, and nobody else: also
// while two nodes enter and open at once.
func TestEntriesRaceWithTheOpening(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.node(), w.node()
	ctx := t.Context()
	d := a.setup(t, a.contest(t))
	_, err := a.enlist(t, organiser, d.ID, "first", person(0))
	must(t, err)
	var wg sync.WaitGroup
	entered := make([]bool, 10)
	for i := range entered {
		wg.Go(func() {
			_, err := b.Enlist(ctx, organiser, d.ID, engine.PersonList{Key: fmt.Sprint(i), Source: "form", List: []engine.Person{person(i + 1)}})
			entered[i] = err == nil
			if err != nil && !errors.Is(err, engine.ErrFrozen) && !errors.Is(err, engine.ErrOvertaken) {
				t.Error(err)
			}
		})
	}
	var openErr error
	wg.Go(func() { openErr = a.Open(ctx, "org", d.ID, 1) })
	wg.Wait()
	if errors.Is(openErr, engine.ErrOvertaken) {
		openErr = a.Open(ctx, "org", d.ID, 1)
	}
	must(t, openErr)
	names := w.node().names(t, d.ID)
	for i, in := range entered {
		if in != slices.Contains(names, person(i+1).Name) {
			t.Errorf("%s: entered %v, among %q", person(i+1).Name, in, names)
		}
	}
	r, err := w.node().Results(ctx, d.ID)
	must(t, err)
	if len(r.Standings) != len(names) {
		t.Errorf("%d compete, %d are entered", len(r.Standings), len(names))
	}
}

func TestWithdrawAndReplace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	c := n.contest(t)
	c, err := n.SetDelegations(ctx, c.ID, []engine.Delegation{{Name: "济南队"}})
	must(t, err)
	d := n.setup(t, c)
	list := persons(0, 3)
	for i := range list {
		list[i].Delegation = "济南队"
	}
	got, err := n.enlist(t, organiser, d.ID, "k", list...)
	must(t, err)
	again, err := w.node().Enlist(ctx, organiser, d.ID, engine.PersonList{Key: "k", List: list[:1]})
	must(t, err)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("a replay (-first +second)\n%s", diff)
	}
	want(t, "without a reason", n.Withdraw(ctx, organiser, d.ID, got.Competitors[0], " "), engine.ErrReason)
	want(t, "nobody", n.Withdraw(ctx, organiser, d.ID, "nobody", "病"), engine.ErrNoCompetitor)
	must(t, n.Withdraw(ctx, organiser, d.ID, got.Competitors[0], "病"))
	must(t, n.Withdraw(ctx, organiser, d.ID, got.Competitors[0], "病"))

	in, err := n.Replace(ctx, organiser, d.ID, got.Competitors[1], "r", "出差", person(5))
	must(t, err)
	if id, err := w.node().Replace(ctx, organiser, d.ID, got.Competitors[1], "r", "出差", person(5)); err != nil || id != in {
		t.Errorf("a replay: %s, %v, want %s", id, err, in)
	}
	_, err = n.Replace(ctx, organiser, d.ID, got.Competitors[2], "r2", "出差", person(5))
	want(t, "by somebody who is there", err, engine.ErrEntries, "by.id_number already_in_division")
	_, err = n.Replace(ctx, organiser, d.ID, got.Competitors[2], "r3", "出差", person(2))
	want(t, "by the same person", err, engine.ErrEntries, "by.id_number person_same")

	p := person(5)
	p.Unit, p.Delegation = "新单位", "济南队"
	must(t, n.Amend(ctx, organiser, d.ID, in, "a", "调动", []engine.Person{p}))
	must(t, n.Amend(ctx, organiser, d.ID, in, "a", "调动", []engine.Person{p}))
	p = person(6)
	p.Delegation = "济南队"
	want(t, "another person", n.Amend(ctx, organiser, d.ID, in, "a2", "", []engine.Person{p}), engine.ErrEntries, "by.id_number person_differs")

	lines, err := w.node().Enlistment(ctx, organiser, d.ID)
	must(t, err)
	var states []string
	for _, l := range lines {
		states = append(states, fmt.Sprint(l.Name, " ", l.Unit, " ", l.State, " ", l.Reason, " ", l.Until == in, " ", l.Instead == got.Competitors[1]))
	}
	wantLines := []string{
		"选手甲 单位0 withdrawn 病 false false", "选手乙 单位1 withdrawn 出差 true false", "选手丙 单位2 entered  false false", "选手己 新单位 entered 调动 false true",
	}
	if diff := cmp.Diff(wantLines, states); diff != "" {
		t.Errorf("lines (-want +got)\n%s", diff)
	}
	n.open(t, d.ID)
	want(t, "after the opening", n.Withdraw(ctx, organiser, d.ID, in, "病"), engine.ErrFrozen)
	_, err = n.Replace(ctx, organiser, d.ID, in, "r9", "病", person(8))
	want(t, "replaced after the opening", err, engine.ErrFrozen)
}

// A unit files its people; the organiser decides.
func TestUnitsFileEntries(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	c := n.contest(t)
	c, err := n.SetDelegations(ctx, c.ID, []engine.Delegation{{Name: "济南队", Leaders: []access.AccountID{"lead"}}, {Name: "青岛队"}})
	must(t, err)
	closed := n.setup(t, c)
	d := n.setup(t, c, func(d *engine.DivisionDraft) {
		d.Name = text("教师组")
		d.Registration = &engine.Window{From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)}
	})
	leader := engine.Filer{Account: "lead"}
	_, err = n.enlist(t, leader, closed.ID, "k", person(1))
	want(t, "without a window", err, engine.ErrFiling)
	_, err = n.enlist(t, engine.Filer{Account: "stranger"}, d.ID, "k", person(1))
	want(t, "who leads nothing", err, engine.ErrNotYours)
	p := person(1)
	p.Delegation = "青岛队"
	_, err = n.enlist(t, leader, d.ID, "k", p)
	want(t, "for another delegation", err, engine.ErrEntries, "list[0].delegation delegation_not_yours")
	p = person(1)
	p.Waiver = "我同意"
	_, err = n.enlist(t, leader, d.ID, "k", p)
	want(t, "a waiver", err, engine.ErrEntries, "list[0].waiver waiver_not_yours")

	mine, err := n.enlist(t, leader, d.ID, "k", person(1), person(2)) // the own delegation goes without saying
	must(t, err)
	p = person(3)
	p.Delegation = "青岛队"
	others, err := n.enlist(t, organiser, d.ID, "k2", p)
	must(t, err)
	want(t, "another delegation's", n.Withdraw(ctx, leader, d.ID, others.Competitors[0], "病"), engine.ErrNotYours)
	if got := n.names(t, d.ID); len(got) != 1 {
		t.Errorf("%q count before the decision", got)
	}
	err = n.Open(ctx, "org", d.ID, 1)
	want(t, "opening with undecided entries", err, engine.ErrNotReady, "competitors.选手乙 undecided", "competitors.选手丙 undecided")
	want(t, "sent back without a reason", n.DecideEntries(ctx, organiser, d.ID, mine.Competitors[:1], engine.EnlistReturned, ""), engine.ErrReason)
	must(t, n.DecideEntries(ctx, organiser, d.ID, mine.Competitors[:1], engine.EnlistReturned, "照片不清"))
	must(t, n.Amend(ctx, leader, d.ID, mine.Competitors[0], "a", "", []engine.Person{func() engine.Person { p := person(1); p.Unit = "改正"; return p }()}))
	must(t, n.DecideEntries(ctx, organiser, d.ID, mine.Competitors, engine.EnlistEntered, ""))
	must(t, n.DecideEntries(ctx, organiser, d.ID, mine.Competitors, engine.EnlistEntered, ""))
	want(t, "back after it counts", n.DecideEntries(ctx, organiser, d.ID, mine.Competitors, engine.EnlistReturned, "晚了"), engine.ErrDecided)
	lines, err := n.Enlistment(ctx, leader, d.ID)
	must(t, err)
	if len(lines) != 2 {
		t.Errorf("a leader sees %d people, want the own two", len(lines))
	}
	n.open(t, d.ID)
}

func TestTeams(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	c := n.contest(t)
	shape := engine.TeamShape{Min: 2, Max: 2, Roles: []engine.TeamRole{{ID: "main", Name: text("主操作手"), Min: 1, Max: 1}, {ID: "aid", Name: text("辅助"), Max: 1}}}
	member := func(i int, team, role string) engine.Person {
		p := person(i)
		p.Team, p.Role = team, role
		return p
	}
	for _, marked := range []engine.TeamMarked{engine.MarkedEach, engine.MarkedTogether} {
		shape := shape
		shape.Marked = marked
		e, err := n.CreateEvent(ctx, c.ID, engine.EventDraft{Name: text("双人" + string(marked)), Kind: engine.EventSkill, Team: &shape})
		must(t, err)
		d := n.setup(t, c, func(d *engine.DivisionDraft) { d.Event = e.ID })
		_, err = n.enlist(t, organiser, d.ID, "bad", member(1, "", "主操作手"), member(2, "一队", "队长"))
		got := problems(err)
		for _, w := range []string{"list[0].team team_missing", "list[1].role role_unknown"} {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %q is not among %q", marked, w, got)
			}
		}
		_, err = n.enlist(t, organiser, d.ID, "k", member(1, "一队", "主操作手"), member(2, "一队", "辅助"), member(3, "二队", "main"), member(4, "二队", "aid"))
		must(t, err)
		teams, err := n.Teams(ctx, organiser, d.ID)
		must(t, err)
		if len(teams) != 2 || len(teams[0].Members) != 2 || teams[0].Name != "一队" || len(teams[0].Problems)+len(teams[1].Problems) != 0 {
			t.Fatalf("%s: teams %+v", marked, teams)
		}
		compete := map[engine.TeamMarked]int{engine.MarkedEach: 4, engine.MarkedTogether: 2}[marked]
		if got := n.names(t, d.ID); len(got) != compete {
			t.Errorf("%s: %q compete, want %d", marked, got, compete)
		}
		changeATeam(t, n, d.ID, marked, teams, member)
		n.open(t, d.ID)
		r, err := n.Results(ctx, d.ID)
		must(t, err)
		if len(r.Standings) != compete {
			t.Errorf("%s: %d rows, want %d", marked, len(r.Standings), compete)
		}
	}
}

// changeATeam substitutes a member before the opening.
func changeATeam(t *testing.T, n node, id engine.DivisionID, marked engine.TeamMarked, teams []engine.Team, member func(int, string, string) engine.Person) {
	t.Helper()
	ctx := t.Context()
	out := teams[0].Members[1].Competitor
	if marked == engine.MarkedEach {
		_, err := n.enlist(t, organiser, id, "third", member(5, "一队", "辅助"))
		want(t, "a third member", err, engine.ErrEntries, "list[0].team team_too_large")
		must(t, n.Withdraw(ctx, organiser, id, out, "病"))
		want(t, "a team that is too small", n.Open(ctx, "org", id, 1), engine.ErrNotReady, "teams.一队 team_too_small")
		_, err = n.enlist(t, organiser, id, "again", member(5, "一队", "辅助"))
		must(t, err)
		return
	}
	_, err := n.Replace(ctx, organiser, id, out, "r", "病", person(6))
	want(t, "one of a team that is marked together", err, engine.ErrEntries, "by.team amend_team")
	err = n.Amend(ctx, organiser, id, out, "a1", "病", []engine.Person{member(1, "一队", "main")})
	want(t, "too few", err, engine.ErrEntries, "by.team team_too_small")
	must(t, n.Amend(ctx, organiser, id, out, "a2", "病", []engine.Person{member(1, "一队", "main"), member(5, "一队", "aid")}))
	_, err = n.enlist(t, organiser, id, "k9", member(7, "一队", "main"), member(8, "一队", "aid"))
	want(t, "a team of the same name", err, engine.ErrEntries, "list[0].team team_there")
}

// workbook makes a sheet of rows.
func workbook(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		for k, v := range row {
			cell, err := excelize.CoordinatesToCellName(k+1, i+1)
			must(t, err)
			must(t, f.SetCellStr("Sheet1", cell, v))
		}
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

func TestRoster(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	d := n.setup(t, n.contest(t))
	head := []string{"序号", "姓名", "身份证号", "单位", "身份", "持证等级", "备注"}
	row := func(i int, change ...string) []string {
		r := []string{fmt.Sprint(i), "选手" + stem(i), idNumber(1984, i), "某厂", "职工", "三级/高级工", ""}
		for k := 0; k+1 < len(change); k += 2 {
			r[slices.Index(head, change[k])] = change[k+1]
		}
		return r
	}
	look := func(rows ...[]string) (*engine.PersonRoster, bank.Report, []string) {
		data := workbook(t, append([][]string{{"报名汇总"}, head}, rows...)...)
		ro, err := engine.ReadPersons(bytes.NewReader(data), int64(len(data)), "名单.xlsx")
		must(t, err)
		report, err := n.PreviewRoster(ctx, organiser, d.ID, ro)
		must(t, err)
		var found []string
		for _, r := range report.Rows {
			for _, p := range r.Problems {
				found = append(found, p.Place()+" "+p.Code)
			}
		}
		return ro, report, found
	}
	_, report, found := look(row(1), row(2, "姓名", ""), row(3, "身份", "领导"), row(4, "持证等级", "九级"), row(1), row(5, "身份证号", "3.70199E+17"), row(6, "备注", "素食"))
	if diff := cmp.Diff([]string{"Sheet1!B4 name_length", "Sheet1!E5 identity_unknown", "Sheet1!F6 level_unknown", "Sheet1!C7 id_repeated",
		"Sheet1!C8 id_shortened", "Sheet1!G9 column_ignored"}, found); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
	if report.OK() || strings.Contains(fmt.Sprint(report.Rows), idNumber(1984, 1)) {
		t.Errorf("report %+v", report)
	}
	ro, report, _ := look(row(1), row(2))
	if !report.OK() {
		t.Fatalf("report %+v", report)
	}
	got, _, err := n.AcceptRoster(ctx, organiser, d.ID, "k", ro)
	must(t, err)
	again, _, err := n.AcceptRoster(ctx, organiser, d.ID, "k", ro)
	if err != nil || !slices.Equal(got.Competitors, again.Competitors) {
		t.Errorf("again %v, %v", again, err)
	}
	_, report, found = look(row(2), row(3))
	if report.OK() || len(found) != 1 || found[0] != "Sheet1!C3 already_in_division" {
		t.Errorf("found %q", found)
	}
	var b bytes.Buffer
	must(t, n.PersonTemplate(ctx, &b, d.ID))
	ro, err = engine.ReadPersons(&b, -1, "模板.xlsx")
	must(t, err)
	report, err = n.PreviewRoster(ctx, organiser, d.ID, ro)
	if err != nil || len(report.Problems) != 1 || report.Problems[0].Code != "roster_empty" {
		t.Errorf("the empty template: %+v, %v", report.Problems, err)
	}
}

// Accepted entries of a plan become competitors in one step; entering again
// enters who has been accepted since, and everybody else is named.
func TestEnterFromPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	d := n.setup(t, n.contest(t), func(d *engine.DivisionDraft) { d.Qualification.Identities = []engine.Identity{engine.Employee} })
	three := 3
	entry := func(i int, state plan.State, identity string) plan.Enlisted {
		p := person(i)
		return plan.Enlisted{
			Entry: plan.EntryID(fmt.Sprint("e", i)), State: state, Person: exam.PersonOf(sealer(t), exam.IDResident, p.IDNumber), Name: p.Name,
			IDType: exam.IDResident, IDNumber: p.IDNumber, Unit: p.Unit, Level: bank.Advanced, Facts: plan.Facts{HeldLevel: &three}, Contest: plan.Contest{Identity: identity},
		}
	}
	list := []plan.Enlisted{entry(1, plan.Accepted, "employee"), entry(2, plan.Pending, "employee"), entry(3, plan.Accepted, "student"), entry(4, plan.Accepted, "employee")}
	got, err := n.EnterFromPlan(ctx, "org", d.ID, "p1", list)
	must(t, err)
	var left []string
	for _, f := range got.LeftOut {
		left = append(left, f.Path+" "+f.Code)
	}
	if diff := cmp.Diff([]string{"e2 entry_pending", "e3 identity_not_here"}, left); diff != "" || len(got.Entered) != 2 || got.Already != 0 {
		t.Errorf("%+v (-want +got)\n%s", got, diff)
	}
	list[1].State = plan.Accepted
	got, err = w.node().EnterFromPlan(ctx, "org", d.ID, "p1", list)
	must(t, err)
	if len(got.Entered) != 1 || got.Already != 2 || len(got.LeftOut) != 1 {
		t.Errorf("again: %+v", got)
	}
	people, err := n.Competitors(ctx, d.ID)
	must(t, err)
	if len(people) != 3 || people[0].HeldLevel != bank.Advanced || people[0].Candidate != list[0].Person || people[0].IDMasked == "" {
		t.Errorf("competitors %+v", people)
	}
}

// allOf asks for a whole small collection.
func allOf() store.Query { return store.Query{Limit: store.MaxLimit} }
