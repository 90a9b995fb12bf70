package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

var organiser = engine.Filer{Account: "org", Everyone: true}

// problems lists what an error names as "path code".
func problems(err error) []string {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	list := make([]string, 0, len(f.Fields))
	for _, x := range f.Fields {
		list = append(list, x.Path+" "+x.Code)
	}
	return list
}

func want(t *testing.T, what string, err error, is error, fields ...string) {
	t.Helper()
	if !errors.Is(err, is) {
		t.Fatalf("%s: %v, want %v", what, err, is)
	}
	if diff := cmp.Diff(fields, problems(err)); fields != nil && diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// idNumber makes a checksummed, invented ID number of somebody born in the year.
func idNumber(year, i int) string {
	n := fmt.Sprintf("370199%d0229%03d", year, 100+i)
	for _, c := range "0123456789X" {
		if exam.CheckID(exam.IDResident, n+string(c)) == "" {
			return n + string(c)
		}
	}
	panic("no check digit fits " + n)
}

// stem is the i-th of the ten heavenly stems.
func stem(i int) string { return string([]rune("甲乙丙丁戊己庚辛壬癸子丑寅卯")[i]) }

func person(i int) engine.Person {
	return engine.Person{Name: "选手" + stem(i), IDNumber: idNumber(1984, i), Unit: fmt.Sprintf("单位%d", i), Identity: engine.Employee, HeldLevel: bank.Advanced}
}

func persons(from, to int) []engine.Person {
	var list []engine.Person
	for i := from; i < to; i++ {
		list = append(list, person(i))
	}
	return list
}

// contest makes a contest with an event and two delegations.
func (n node) contest(t *testing.T, change ...func(*engine.ContestDraft)) engine.Contest {
	t.Helper()
	d := engine.ContestDraft{Name: text("技能兴鲁大赛"), Event: text("电工"), Level: engine.LevelFirst, Year: 2026, Season: "第十三届", Organisers: []string{"省厅", "省总工会"}}
	for _, c := range change {
		c(&d)
	}
	c, err := n.CreateContest(t.Context(), d)
	must(t, err)
	return c
}

// setup makes a division of a contest, with a panel of one judge.
func (n node) setup(t *testing.T, c engine.Contest, change ...func(*engine.DivisionDraft)) engine.Division {
	t.Helper()
	d := engine.DivisionDraft{
		Contest: c.ID, Name: text("职工组"), Scheme: scheme(), Rules: rules(1), Author: "author",
		Panels: []engine.Panel{{Module: "P", Judges: judges(1)}}, Board: engine.BoardPolicy{Live: true},
	}
	for _, f := range change {
		f(&d)
	}
	div, err := n.CreateDivision(t.Context(), d)
	must(t, err)
	return div
}

func (n node) enlist(t *testing.T, f engine.Filer, id engine.DivisionID, key string, list ...engine.Person) (engine.Enlisted, error) {
	t.Helper()
	return n.Enlist(t.Context(), f, id, engine.PersonList{Key: key, Source: "form", List: list})
}

func (n node) names(t *testing.T, id engine.DivisionID) []string {
	t.Helper()
	list, err := n.Competitors(t.Context(), id)
	must(t, err)
	names := []string{}
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

func TestContestStructure(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	c := n.contest(t)
	if c.Organiser != "省厅" || len(c.Organisers) != 2 || c.Level != engine.LevelFirst {
		t.Errorf("contest %+v", c)
	}
	list, err := n.Events(ctx, c.ID)
	must(t, err)
	if len(list) != 1 || list[0].Name != text("电工") || list[0].Kind != engine.EventSkill {
		t.Fatalf("events %+v", list)
	}
	_, err = n.CreateContest(ctx, engine.ContestDraft{Level: "village", Year: 26, Feeds: "nothing"})
	want(t, "an empty contest", err, engine.ErrContest, "name.zh missing", "event.zh missing", "level unknown", "year out_of_range", "feeds unknown")
	below := n.contest(t, func(d *engine.ContestDraft) { d.Feeds, d.Level = c.ID, engine.LevelCity })
	_, err = n.UpdateContest(ctx, c.ID, engine.ContestDraft{Name: text("上"), Feeds: below.ID})
	want(t, "a circle of contests", err, engine.ErrContest, "feeds circle")

	e, err := n.CreateEvent(ctx, c.ID, engine.EventDraft{
		Name: text("焊工"), Kind: engine.EventSkill, Level: bank.Technician, Occupation: &bank.Occupation{Edition: "2022", Code: "6-18-02-04", Name: "焊工"},
	})
	must(t, err)
	_, err = n.CreateEvent(ctx, c.ID, engine.EventDraft{Kind: engine.EventJudged, Level: 9, Occupation: &bank.Occupation{}, Team: &engine.TeamShape{
		Marked: "never", Min: 3, Max: 2, Roles: []engine.TeamRole{{ID: "a", Name: text("甲"), Min: 3, Max: 1}, {ID: "a"}},
	}})
	want(t, "a wrong event", err, engine.ErrContest, "name.zh missing", "level out_of_range", "occupation.edition edition_form", "occupation.code code_form",
		"occupation.name name_missing", "occupation not_allowed", "team.marked unknown", "team.max out_of_range", "team.roles[0].max out_of_range",
		"team.roles[1].id duplicate", "team.roles[1].name.zh missing", "team.roles too_many")
	d := n.setup(t, c, func(d *engine.DivisionDraft) { d.Event = e.ID })
	if d.Event != e.ID || d.Stage.Kind != engine.StageFinal || d.Regulation.Version != 1 {
		t.Errorf("division %+v", d)
	}
	_, err = n.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Event: engine.EventID(below.ID), Name: text("组"), Stage: &engine.Stage{Kind: "never"}, From: "nothing", Scheme: scheme(), Rules: rules(1),
		Qualification: engine.Qualification{Identities: []engine.Identity{"guest"}, MinAge: 30, MaxAge: 20, MinLevel: 9, PerDelegation: -1},
	})
	want(t, "a wrong division", err, engine.ErrContest, "event unknown", "stage.kind unknown", "stage.order out_of_range", "from unknown",
		"qualification.identities[0] identity_unknown", "qualification.max_age out_of_range", "qualification.as_of date_form", "qualification.min_level level_range",
		"qualification.per_delegation out_of_range")

	broken := engine.Honours{Carry: &engine.CarryOver{Module: "nothing", Into: "T"}}
	_, err = n.CreateDivision(ctx, engine.DivisionDraft{Contest: c.ID, Name: text("组"), Scheme: scheme(), Rules: rules(1), Honours: broken})
	want(t, "honours that do not fit", err, engine.ErrRegulation, "honours.carry.rule.id missing", "honours.carry.rule.version out_of_range",
		"honours.carry.rule.weight_bp out_of_range", "honours.carry.rule.step out_of_range", "honours.carry.module unknown", "honours.carry no_advance")

	// The stage before is of the same event and earlier.
	last := n.setup(t, c, func(d *engine.DivisionDraft) {
		d.Event, d.Stage = e.ID, &engine.Stage{Kind: engine.StageFinal, Order: 2}
	})
	head := engine.DivisionHead{Name: last.Name, Stage: last.Stage, From: d.ID}
	last, err = n.UpdateDivision(ctx, last.ID, head)
	must(t, err)
	if last.From != d.ID {
		t.Errorf("the stage before is %q", last.From)
	}
	head.From = last.ID
	_, err = n.UpdateDivision(ctx, last.ID, head)
	want(t, "a stage before itself", err, engine.ErrContest, "from stage_order")

	// Everything may change until a division opens, and nothing afterwards.
	_, err = n.UpdateEvent(ctx, list[0].ID, engine.EventDraft{Name: text("电工（维修）"), Kind: engine.EventSkill})
	must(t, err)
	must(t, n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "a", Name: "甲", Unit: "某厂"}}))
	n.open(t, d.ID)
	_, err = n.UpdateEvent(ctx, e.ID, engine.EventDraft{Name: text("焊"), Kind: engine.EventSkill})
	want(t, "the event of an open division", err, engine.ErrFrozen)
	_, err = n.UpdateContest(ctx, c.ID, engine.ContestDraft{Name: text("别的")})
	want(t, "the contest of an open division", err, engine.ErrFrozen)
	_, err = n.UpdateDivision(ctx, d.ID, engine.DivisionHead{Name: text("组"), Stage: d.Stage})
	want(t, "an open division", err, engine.ErrFrozen)
	_, err = n.UpdateEvent(ctx, list[0].ID, engine.EventDraft{Name: text("电工二"), Kind: engine.EventSkill})
	must(t, err) // no division of it is open
}

func TestDelegations(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	c := n.contest(t)
	_, err := n.SetDelegations(ctx, c.ID, []engine.Delegation{{Name: "济南"}, {Name: "济南"}, {ID: "x", Name: " "}})
	want(t, "wrong delegations", err, engine.ErrContest, "delegations[1] duplicate", "delegations[2].name missing")
	_, err = n.SetDelegations(ctx, c.ID, []engine.Delegation{{ID: "x", Name: "济南"}})
	want(t, "an id that the contest never gave", err, engine.ErrContest, "delegations[0].id unknown")
	c, err = n.SetDelegations(ctx, c.ID, []engine.Delegation{{Name: "济南队", City: "济南"}, {Name: "青岛队", City: "青岛"}})
	must(t, err)
	d := n.setup(t, c)
	_, err = n.enlist(t, organiser, d.ID, "k", person(0))
	want(t, "no delegation", err, engine.ErrEntries, "list[0].delegation delegation_missing")
	p := person(0)
	p.Delegation = "济南队"
	_, err = n.enlist(t, organiser, d.ID, "k", p)
	must(t, err)
	_, err = n.SetDelegations(ctx, c.ID, c.Delegations[1:])
	want(t, "a delegation with people", err, engine.ErrContest, "delegations in_use")
	list, err := n.Competitors(ctx, d.ID)
	must(t, err)
	if len(list) != 1 || list[0].Delegation != c.Delegations[0].ID || list[0].City != "济南" {
		t.Errorf("competitor %+v", list)
	}
	c, err = n.SetDelegations(ctx, c.ID, c.Delegations[:1])
	must(t, err)
	if len(c.Delegations) != 1 {
		t.Errorf("delegations %+v", c.Delegations)
	}
}

// Accounts of officers, judges and leaders exist, are open and have the role.
func TestPostsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.accounts = map[access.AccountID][]access.Role{"sup": {access.Supervisor}, "j1": {access.Judge}, "lead": {access.TeamLeader}, "chief": {access.ChiefJudge}}
	n := w.node()
	ctx := t.Context()
	c := n.contest(t)
	_, err := n.SetDelegations(ctx, c.ID, []engine.Delegation{{Name: "济南队", Leaders: []access.AccountID{"lead", "sup"}}})
	want(t, "a leader without the role", err, engine.ErrContest, "delegations[0].leaders[1] account_role")
	d := n.setup(t, c)
	_, err = n.SetOfficers(ctx, d.ID, []engine.Officer{{Office: "king", Account: "sup"}, {Office: engine.OfficeChief, Account: "nobody"},
		{Office: engine.OfficeArbiter, Account: "sup"}, {Office: engine.OfficeSupervisor, Account: "sup"}, {Office: engine.OfficeSupervisor, Account: "sup"}})
	want(t, "wrong officers", err, engine.ErrContest, "officers[0].office unknown", "officers[4] duplicate", "officers[1].account account_unknown", "officers[2].account account_role")
	_, err = n.SetRelations(ctx, d.ID, []engine.Relation{{Judge: "sup"}})
	want(t, "a wrong declaration", err, engine.ErrContest, "relations[0].unit missing", "relations[0].reason missing", "relations[0].judge account_role")
	err = n.SetPanels(ctx, d.ID, []engine.Panel{{Module: "T"}, {Module: "P", Judges: []engine.PanelJudge{{Judge: "sup"}, {Judge: "chief"}}}})
	want(t, "a wrong panel", err, engine.ErrContest, "panels[0].module unknown", "panels[1].judges[0] account_role")
	_, err = n.SetOfficers(ctx, d.ID, []engine.Officer{{Office: engine.OfficeSupervisor, Account: "sup"}})
	must(t, err)
	_, err = n.SetRelations(ctx, d.ID, []engine.Relation{{Judge: "j1", Unit: "某厂", Reason: "师徒"}})
	must(t, err)
	got, err := n.Division(ctx, d.ID)
	must(t, err)
	if len(got.Officers) != 1 || len(got.Relations) != 1 {
		t.Errorf("division %+v", got)
	}
}

// An appointment that changes while the division runs is a record with a
// reason, and counts from its place on, at every node.
func TestAnOfficeChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	d := n.setup(t, n.contest(t), func(d *engine.DivisionDraft) {
		d.Officers = []engine.Officer{{Office: engine.OfficeSupervisor, Account: "s1"}}
	})
	s2 := engine.Officer{Office: engine.OfficeSupervisor, Account: "s2"}
	must(t, n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "a", Name: "甲", Unit: "某厂"}}))
	want(t, "before the opening", n.ChangeOffice(ctx, "org", d.ID, "k", s2, true, "替换"), engine.ErrPhase)
	n.open(t, d.ID)
	want(t, "without a reason", n.ChangeOffice(ctx, "org", d.ID, "k", s2, true, " "), engine.ErrReason)
	must(t, n.ChangeOffice(ctx, "org", d.ID, "k", s2, true, "原监督生病"))
	must(t, n.ChangeOffice(ctx, "org", d.ID, "k", s2, true, "原监督生病")) // a replay
	want(t, "twice", n.ChangeOffice(ctx, "org", d.ID, "k2", s2, true, "再来"), engine.ErrDecided)
	must(t, n.ChangeOffice(ctx, "org", d.ID, "k3", engine.Officer{Office: engine.OfficeSupervisor, Account: "s1"}, false, "原监督生病"))
	got, err := w.node().Officers(ctx, d.ID)
	must(t, err)
	if diff := cmp.Diff([]engine.Officer{s2}, got); diff != "" {
		t.Errorf("officers (-want +got)\n%s", diff)
	}
}

func TestRegulation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	d := n.setup(t, n.contest(t), func(d *engine.DivisionDraft) {
		p := engine.OrdinaryProcedure()
		p.Approval = true
		d.Procedure = &p
	})
	reg, stamp, err := n.RegulationOf(ctx, d.ID, 0)
	must(t, err)
	if stamp.Version != 1 || stamp.SHA256 == "" {
		t.Errorf("stamp %+v", stamp)
	}
	// Everything that is wrong is named at once, with both numbers of a sum.
	bad := reg
	bad.Scheme = scheme()
	bad.Scheme.Modules[1].SubCriteria[0].Max = 900
	bad.Rules = rules(1)
	bad.Rules.Parts[0].Weight = 2000
	bad.Rules.TieChain[0].Part = "craft"
	bad.Procedure.Draw.Batches = 0
	_, err = n.SetRegulation(ctx, "author", d.ID, 1, bad, "")
	want(t, "a bad regulation", err, engine.ErrRegulation)
	got := problems(err)
	for _, p := range []string{
		"scheme.modules[1].max sum_differs", "scheme.modules[1].sub_criteria[0].max sum_differs", "rules.parts weights_differ",
		"rules.tie_chain[0].part unknown", "procedure.draw.batches out_of_range",
	} {
		if !slices.Contains(got, p) {
			t.Errorf("%q is not among %q", p, got)
		}
	}
	if f := fault.As(err).Fields[0]; f.Message != "sub-criterion P1 states 9.00, its aspects add up to 10.00" {
		t.Errorf("message %q", f.Message)
	}

	// A new version; only what changed gets a new number.
	reg.Rules.Panel.MinJudges = 1
	reg.Rules.Ranking = scoring.RankUnique
	reg.Rules.TieChain = append(reg.Rules.TieChain, scoring.TieStep{By: scoring.TieLot, Name: text("抽签")})
	d, err = n.SetRegulation(ctx, "author", d.ID, 1, reg, "不并列")
	must(t, err)
	if d.Regulation.Version != 2 || d.Rules.Version != 8 || d.Scheme.Version != 3 || d.Procedure.Version != 1 {
		t.Errorf("versions %+v rules %d scheme %d procedure %d", d.Regulation, d.Rules.Version, d.Scheme.Version, d.Procedure.Version)
	}
	_, err = n.SetRegulation(ctx, "author", d.ID, 1, reg, "")
	want(t, "made from an old version", err, engine.ErrRegulated)

	// Two people: who wrote it does not approve it.
	must(t, n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "a", Name: "甲", Unit: "某厂"}}))
	want(t, "opening without approval", n.Open(ctx, "org", d.ID, 1), engine.ErrNotApproved)
	want(t, "the author approves", n.ApproveRegulation(ctx, "author", d.ID, 2), engine.ErrSamePerson)
	want(t, "an old version is approved", n.ApproveRegulation(ctx, "other", d.ID, 1), engine.ErrRegulated)
	if _, err := n.PublicRegulation(ctx, d.ID); !errors.Is(err, engine.ErrNoRegulation) {
		t.Errorf("public before approval: %v", err)
	}
	must(t, n.ReturnRegulation(ctx, "other", d.ID, 2, "权重不对"))
	must(t, n.ApproveRegulation(ctx, "other", d.ID, 2))
	public, err := n.PublicRegulation(ctx, d.ID)
	must(t, err)
	if public.Version != 2 || len(public.Modules) != 2 || public.Modules[1].Weight != 7000 || len(public.TieChain) != 2 {
		t.Errorf("public %+v", public)
	}
	mine, err := n.JudgeRegulation(ctx, "j1", d.ID)
	must(t, err)
	if len(mine.Modules) != 1 || mine.Modules[0].ID != "P" {
		t.Errorf("a judge's modules %+v", mine.Modules)
	}
	if _, err := n.JudgeRegulation(ctx, "j9", d.ID); !errors.Is(err, engine.ErrWrongPanel) {
		t.Errorf("another judge: %v", err)
	}
	n.open(t, d.ID)
	_, err = n.SetRegulation(ctx, "author", d.ID, 2, reg, "")
	want(t, "after the opening", err, engine.ErrFrozen)
	list, err := w.node().RegulationVersions(ctx, d.ID)
	must(t, err)
	if len(list) != 2 || !list[0].Opened || list[0].ApprovedBy != "other" || list[1].Opened || list[0].Note != "不并列" {
		t.Errorf("versions %+v", list)
	}
}
