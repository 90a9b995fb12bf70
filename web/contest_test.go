package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/print/printtest"
	"github.com/xinglu/xinglu/web"
)

// season is a contest with two delegations, the first of which the account
// leads, and a division whose regulation needs a second person.
func (w *world) season(c *client, leader access.AccountID) (engine.Contest, engine.Division) {
	w.t.Helper()
	var contest engine.Contest
	c.post("/api/admin/contests", engine.ContestDraft{Name: text("技能兴鲁大赛"), Event: text("电工"), Level: engine.LevelFirst, Year: 2026, Organisers: []string{"省厅"}}).want(200).into(&contest)
	c.call("PUT", "/api/admin/contests/"+string(contest.ID)+"/delegations", map[string]any{"delegations": []engine.Delegation{
		{Name: "济南市代表队", City: "济南", Leaders: []access.AccountID{leader}}, {Name: "青岛市代表队", City: "青岛", Leaders: []access.AccountID{}},
	}}).want(200).into(&contest)
	procedure := engine.OrdinaryProcedure()
	procedure.Approval = true
	var d engine.Division
	c.post("/api/admin/divisions", engine.DivisionDraft{
		Contest: contest.ID, Name: text("职工组"), Scheme: scheme(), Rules: rules(), Procedure: &procedure,
		Panels:        []engine.Panel{{Module: "P", Judges: []engine.PanelJudge{{Judge: w.judges[0].ID}, {Judge: w.judges[1].ID}}}},
		Qualification: engine.Qualification{Identities: []engine.Identity{engine.Employee}, IDNumber: true},
		Registration:  &engine.Window{From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)},
	}).want(200).into(&d)
	return contest, d
}

func contestant(i int) engine.Person {
	return engine.Person{Name: "选手" + []string{"子", "丑", "寅", "卯"}[i], IDNumber: idNumber(700 + i), Unit: "某厂", Identity: engine.Employee, HeldLevel: bank.Advanced}
}

// TestUnitsEnterOverTheAPI is the way of an entry: a leader enters by workbook
// and form, adds a photo and prints the sheet to sign; the organiser decides;
// another leader sees none of it.
func TestUnitsEnterOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lead := w.account("lead1", password, access.TeamLeader)
	c := w.staff("organiser")
	_, d := w.season(c, lead.ID)
	at := "/api/admin/divisions/" + string(d.ID)
	leader, stranger := w.visitor(), w.staff("team_leader")
	leader.post("/api/admin/sign-in", web.PasswordSignIn{Login: "lead1", Password: password}).want(200)

	var filings struct{ Items []engine.Filing }
	leader.get("/api/admin/filings").want(200).into(&filings)
	if len(filings.Items) != 1 || !filings.Items[0].Open || len(filings.Items[0].Delegations) != 1 {
		t.Fatalf("filings %+v", filings)
	}
	if body := leader.get(at + "/enlistment/template.xlsx").want(200).body; len(body) < 1000 {
		t.Errorf("template of %d bytes", len(body))
	}
	head := []string{"姓名", "证件号码", "单位", "身份"}
	row := func(i int, identity string) []string {
		p := contestant(i)
		return []string{p.Name, p.IDNumber, p.Unit, identity}
	}
	imports := at + "/enlistment/imports?name=x.xlsx&key=k1&mode="
	var out web.EnlistAnswer
	leader.call("POST", imports+"accept", rosterFile(t, head, row(0, "职工"), row(1, "学生")), header("Content-Type", xlsx)).want(200).into(&out)
	if out.Report.OK() || len(out.Competitors) != 0 || out.Report.Rows[1].Problems[0].Code != "identity_not_here" {
		t.Fatalf("a student among employees: %+v", out)
	}
	leader.call("POST", imports+"accept", rosterFile(t, head, row(0, "职工"), row(1, "职工")), header("Content-Type", xlsx)).want(200).into(&out)
	if len(out.Competitors) != 2 {
		t.Fatalf("accepted %+v", out)
	}
	leader.post(at+"/enlistment", map[string]any{"key": "f", "list": []engine.Person{contestant(0)}}).problem(422, "competitors_refused")
	stranger.post(at+"/enlistment", map[string]any{"key": "f", "list": []engine.Person{contestant(3)}}).problem(403, "not_your_delegation")
	stranger.get(at+"/enlistment").problem(403, "not_your_delegation")
	stranger.get(at+"/enlistment/entries.pdf").problem(403, "not_your_delegation")
	leader.post(at+"/enlistment/decisions", map[string]any{"competitors": out.Competitors, "to": "entered", "reason": ""}).problem(403, "forbidden")

	one := at + "/enlistment/" + string(out.Competitors[0])
	leader.call("PUT", one+"/photo", portrait(t, "PHOTO"), header("Content-Type", "image/jpeg")).want(204)
	if got := leader.get(one + "/photo").want(200).body; !strings.HasSuffix(string(got), "PHOTO") {
		t.Errorf("photo of %d bytes", len(got))
	}
	stranger.get(one+"/photo").problem(403, "not_your_delegation")
	var made web.CompetitorMade
	leader.post(at+"/enlistment/"+string(out.Competitors[1])+"/replace", map[string]any{"key": "r", "reason": "出差", "by": contestant(2)}).want(200).into(&made)
	c.post(at+"/enlistment/decisions", map[string]any{"competitors": []engine.CompetitorID{out.Competitors[0], made.Competitor}, "to": "entered", "reason": ""}).want(204)

	var page struct {
		Items []web.EnlistmentView
		Total int
	}
	leader.get(at + "/enlistment?state=entered").want(200).into(&page)
	if page.Total != 2 || !page.Items[0].HasPhoto || page.Items[0].ChangedBy != "工作人员organiser" || page.Items[1].Instead != out.Competitors[1] {
		t.Errorf("enlistment %+v", page)
	}
	pdf := leader.get(at + "/enlistment/entries.pdf").want(200)
	pages, err := printtest.Pages(pdf.body)
	must(t, err)
	for _, s := range []string{"参赛报名确认表", "济南市代表队", "选手子", "选手寅", "领队（签字）"} {
		if !strings.Contains(fmt.Sprint(pages), s) {
			t.Errorf("the sheet lacks %q: %q", s, pages)
		}
	}
	for _, who := range []*client{leader, c} {
		for i := range 3 {
			if strings.Contains(who.seen.String(), idNumber(700+i)) {
				t.Errorf("an ID number was sent back")
			}
		}
	}
	leader.post(one+"/withdraw", map[string]any{"reason": "病"}).want(204)
	leader.get("/api/admin/contests").problem(403, "forbidden")
}

// TestRegulationOverTheAPI: one writes, another approves; judges get their
// modules, everybody the projection, and nobody else the aspects.
func TestRegulationOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, chief := w.staff("organiser"), w.staff("chief_judge")
	_, d := w.season(c, w.account("lead1", password, access.TeamLeader).ID)
	at, public := "/api/admin/divisions/"+string(d.ID)+"/regulation", "/api/contests/divisions/"+string(d.ID)+"/regulation"
	var v web.RegulationView
	c.get(at).want(200).into(&v)
	bad := v.Regulation
	bad.Rules.Parts = bad.Rules.Parts[:1]
	var check web.RegulationCheck
	c.post(at+"/check", map[string]any{"regulation": bad}).want(200).into(&check)
	if len(check.Problems) < 2 {
		t.Errorf("problems %+v", check)
	}
	set := func(expect int) map[string]any {
		v.Regulation.Rules.Panel.MinJudges = 1
		return map[string]any{"expect": expect, "note": "人数", "regulation": v.Regulation}
	}
	c.call("PUT", at, map[string]any{"expect": 1, "note": "", "regulation": bad}).problem(422, "regulation_invalid")
	c.call("PUT", at, set(9)).problem(409, "regulation_changed")
	c.call("PUT", at, set(1)).want(200)
	c.post(at+"/review", map[string]any{"version": 2, "approve": true, "reason": ""}).problem(403, "same_person")
	w.visitor().get(public).problem(404, "no_such_regulation")
	chief.post(at+"/review", map[string]any{"version": 2, "approve": false, "reason": "请说明"}).want(204)
	chief.post(at+"/review", map[string]any{"version": 2, "approve": true, "reason": ""}).want(204)

	visitor, judge, other := w.visitor(), w.judge(0), w.judge(2)
	var p engine.PublicRegulation
	visitor.get(public).want(200).into(&p)
	if p.Version != 2 || len(p.Modules) != 2 || p.Modules[1].Weight != 7000 {
		t.Errorf("public %+v", p)
	}
	visitor.get("/api/contests").want(200)
	for _, secret := range []string{plantedRubric, plantedAspect} {
		if strings.Contains(visitor.seen.String(), secret) {
			t.Errorf("the public was sent %q", secret)
		}
	}
	mine := "/api/judge/divisions/" + string(d.ID) + "/regulation"
	if body := judge.get(mine).want(200).body; !strings.Contains(string(body), plantedRubric) {
		t.Error("a judge lacks the descriptors")
	}
	other.get(mine).problem(403, "wrong_panel")
	var versions struct{ Items []engine.RegulationVersion }
	c.get(at + "/versions").want(200).into(&versions)
	if len(versions.Items) != 2 || versions.Items[0].ApprovedBy == "" || versions.Items[0].Note != "人数" {
		t.Errorf("versions %+v", versions)
	}
}

// TestContestOverTheAPI: structure, offices and what a plan's entries become.
func TestContestOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("organiser")
	contest, d := w.season(c, w.account("lead1", password, access.TeamLeader).ID)
	at := "/api/admin/divisions/" + string(d.ID)
	var v web.ContestView
	c.post("/api/admin/contests/"+string(contest.ID)+"/events", engine.EventDraft{Name: text("讲课"), Kind: engine.EventJudged}).want(200)
	c.get("/api/admin/contests/" + string(contest.ID)).want(200).into(&v)
	if len(v.Events) != 2 || len(v.Divisions) != 1 || v.Divisions[0].Regulation.Version != 1 || len(v.Delegations) != 2 {
		t.Errorf("contest %+v", v)
	}
	sup := w.account("sup1", password, access.Supervisor)
	c.call("PUT", at+"/officers", map[string]any{"officers": []engine.Officer{{Office: engine.OfficeChief, Account: sup.ID}}}).problem(422, "invalid_contest")
	c.call("PUT", at+"/officers", map[string]any{"officers": []engine.Officer{{Office: engine.OfficeSupervisor, Account: sup.ID}}}).want(200)
	c.call("PUT", at+"/relations", map[string]any{"relations": []engine.Relation{{Judge: w.judges[0].ID, Unit: "别厂", Reason: "师徒"}}}).want(200)
	c.post(at+"/officers", map[string]any{"key": "k", "officer": engine.Officer{Office: engine.OfficeSupervisor, Account: sup.ID}, "appointed": false, "reason": "病"}).problem(409, "division_phase")

	draft := planDraft("c1")
	draft.Kind, draft.Photo = plan.ContestExam, plan.PhotoRule{}
	c.post("/api/admin/plans", draft).want(200)
	c.post("/api/admin/plans/c1/open", nil).want(204)
	apply := func(i int, delegation string) {
		p := contestant(i)
		c.post("/api/admin/plans/c1/entries", map[string]any{"key": fmt.Sprint(i), "late": "", "entry": map[string]any{
			"name": p.Name, "id_type": "resident_card", "id_number": p.IDNumber, "phone": "", "unit": p.Unit, "level": 3, "subjects": []string{}, "centre": "", "factor": 0, "needs": "",
			"facts": map[string]any{}, "materials": []string{}, "identity": "employee", "delegation": delegation,
		}}).want(200)
	}
	apply(0, "济南市代表队")
	apply(1, "没有的队")
	var entries struct{ Items []plan.EntryView }
	c.get("/api/admin/plans/c1/entries").want(200).into(&entries)
	c.post("/api/admin/plans/c1/decisions", map[string]any{"entries": []plan.EntryID{entries.Items[0].ID, entries.Items[1].ID}, "to": "accepted", "reason": "资格属实"}).want(204)
	var got engine.FromPlan
	for _, want := range []string{"1 0 1", "0 1 1"} {
		c.post(at+"/enlistment/from-plan", map[string]any{"plan": "c1"}).want(200).into(&got)
		if s := fmt.Sprint(len(got.Entered), got.Already, len(got.LeftOut)); s != want {
			t.Errorf("entered, already and left out: %s, want %s: %+v", s, want, got)
		}
	}
	if got.LeftOut[0].Code != "delegation_unknown" {
		t.Errorf("left out %+v", got.LeftOut)
	}
	c.post(at+"/advancements/preview", map[string]any{"to": d.ID}).problem(422, "not_next_stage")
	c.call(http.MethodPost, at+"/open", map[string]any{}).problem(409, "regulation_not_approved")
}

// TestADutyIsWhereOneActs: officers find the divisions they act in without
// reading contests; who has no office there finds nothing.
func TestADutyIsWhereOneActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lead, coder := w.account("lead1", password, access.TeamLeader), w.account("coder1", password, access.CodingOffice)
	w.account("coder2", password, access.CodingOffice)
	c := w.staff("organiser")
	_, d := w.season(c, lead.ID)
	at := "/api/admin/divisions/" + string(d.ID)
	c.call("PUT", at+"/officers", map[string]any{"officers": []engine.Officer{{Office: engine.OfficeStationCoder, Account: coder.ID}}}).want(200)
	signedIn := func(login string) *client {
		v := w.visitor()
		v.post("/api/admin/sign-in", web.PasswordSignIn{Login: login, Password: password}).want(200)
		return v
	}
	offices := func(v *client) []engine.Office {
		var found struct{ Items []engine.Duty }
		v.get("/api/admin/duties").want(200).into(&found)
		for _, x := range found.Items {
			if x.Division == d.ID {
				return x.Offices
			}
		}
		return nil
	}
	for login, want := range map[string][]engine.Office{
		"coder1": {engine.OfficeStationCoder},
		"coder2": nil, // and one layer has no other coders
		"lead1":  {engine.OfficeTeamLeader},
	} {
		if got := offices(signedIn(login)); !slices.Equal(got, want) {
			t.Errorf("%s acts as %v, want %v", login, got, want)
		}
		if len(want) == 0 {
			signedIn(login).get(at+"/duty").problem(404, "not_found")
			continue
		}
		var duty engine.Duty
		signedIn(login).get(at + "/duty").want(200).into(&duty)
		if duty.Name.ZH != "职工组" || duty.ContestName.ZH != "技能兴鲁大赛" || duty.Event.ZH != "电工" {
			t.Errorf("%s meets %+v", login, duty)
		}
	}
	c.get(at + "/duty").want(200) // reads contests, has no office
	w.staff("bank_author").get(at+"/duty").problem(404, "not_found")
}
