package web_test

// TestNobodyLearnsAName is the promise of the identity layers: whoever marks,
// whoever decides about marks, and the public learn nobody's name or unit
// before decryption, whatever they call, open or are sent, and nothing that
// ties a code to another.
//
// Names, units and everything that says who somebody is are planted in a
// contest with everything in it. At each step of the contest everybody calls
// every route (walk_test.go); every body, header, frame and line of the log is
// searched for what was planted in any encoding (planted_test.go).

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

// What is planted. Every name of a person, unit, city, delegation and team
// begins with the first, everything in letters with the second.
const (
	plantedWord   = "密名"
	plantedLetter = "MIMING"
)

var plantedNames = []string{"密名选手甲", "密名选手乙", "密名选手丙", "密名选手丁", "密名选手戊", "密名选手己"}

func plantedUnit(i int) string {
	return []string{"密名机械厂", "密名职业学院", "密名电力公司"}[i/2]
}

// anonymous is a contest in which nobody may be known, and those who work at it.
type anonymous struct {
	*ceremony
	contest  engine.ContestID
	event    engine.EventID
	actors   []*walker
	listens  []*listener
	needles  []needle
	secret   []string // what the needles say
	pictures []engine.EvidenceID
	tablet   web.ThisTablet
	call     int
}

func TestNobodyLearnsAName(t *testing.T) {
	t.Parallel()
	a := newAnonymous(t)
	a.walk("before the draws")
	a.drawAll()
	a.hallDay()
	a.walk("after the draws")
	a.markHalf()
	a.walk("in marking")
	a.markRest()
	a.walk("signed")
	a.lock()
	a.walk("locked")
	a.recheck(false)
	a.walk("in the recheck")
	a.recheck(true)
	a.walk("rechecked")
	a.open(engine.LayerWork)
	a.walk("works are decrypted")
	a.open(engine.LayerStation)
	a.walk("stations are decrypted")
	a.endListening()
	a.searchLog()
	if t.Failed() {
		return
	}

	// The search looks in the right places: it finds names once they may be known.
	a.open(engine.LayerEntry)
	a.publish()
	a.namesShow()
}

// newAnonymous plants a contest as far as it can be before the draws.
func newAnonymous(t *testing.T) *anonymous {
	t.Helper()
	w := newWorld(t)
	for _, login := range []string{"judge4", "judge5"} {
		w.judges = append(w.judges, w.account(login, pin, access.Judge))
	}
	a := &anonymous{ceremony: &ceremony{world: w, people: map[string]*client{}}}
	a.entries = w.fillPlan("p1")
	officers := a.hire()
	ctx := t.Context()
	c, err := w.engine.CreateContest(ctx, engine.ContestDraft{Name: text("技能大赛"), Event: text("印制电路"), Organiser: "组委会"})
	must(t, err)
	a.contest = c.ID
	events, err := w.engine.Events(ctx, c.ID)
	must(t, err)
	a.event = events[0].ID
	_, err = w.engine.UpdateEvent(ctx, a.event, engine.EventDraft{Name: text("印制电路"), Kind: engine.EventSkill, Team: &engine.TeamShape{Marked: engine.MarkedEach, Min: 1, Max: 3}})
	must(t, err)
	c, err = w.engine.SetDelegations(ctx, c.ID, []engine.Delegation{
		{Name: "密名代表队东", City: "密名城东", Leaders: []access.AccountID{a.account0("the_leader")}}, {Name: "密名代表队西", City: "密名城西"},
	})
	must(t, err)
	a.makeDivision(officers)
	a.enter(c.Delegations)
	must(t, w.engine.Open(ctx, "test", a.id, 7))
	a.plantSecrets(c.Delegations)
	a.importTheory()
	a.makeActors()
	return a
}

// hire makes an account for every office, each signed in to the console.
func (a *anonymous) hire() (officers []engine.Officer) {
	a.t.Helper()
	for _, o := range []struct {
		login  string
		role   access.Role
		office engine.Office
		unit   string
	}{
		{"coder_entry", access.CodingOffice, engine.OfficeEntryCoder, ""}, {"coder_station", access.CodingOffice, engine.OfficeStationCoder, ""},
		{"coder_work", access.CodingOffice, engine.OfficeWorkCoder, ""}, {"the_chief", access.ChiefJudge, engine.OfficeChief, ""},
		{"the_supervisor", access.Supervisor, engine.OfficeSupervisor, ""}, {"the_call", access.CallRoom, engine.OfficeCallRoom, ""},
		{"the_arbiter", access.Arbiter, engine.OfficeArbiter, ""}, {"the_tabulator", access.Tabulator, engine.OfficeTabulator, ""},
		{"the_leader", access.TeamLeader, engine.OfficeTeamLeader, plantedUnit(0)},
	} {
		x := a.account(o.login, password, o.role)
		officers = append(officers, engine.Officer{Office: o.office, Account: x.ID, Unit: o.unit})
		c := a.visitor()
		c.post("/api/admin/sign-in", web.PasswordSignIn{Login: o.login, Password: password}).want(200)
		a.people[o.login] = c
	}
	a.people["organiser"] = a.staff("organiser")
	return officers
}

// makeDivision has a module that is seen at the station, marked by judges 1, 2
// and 4, and one that is seen as a work, marked by 3 and 5. The second judge
// has declared a relation to the last unit.
func (a *anonymous) makeDivision(officers []engine.Officer) {
	a.t.Helper()
	s, r := scheme(), rules()
	m := s.Modules[1]
	m.ID = "A"
	b := m
	b.ID, b.Name, b.SeenAs = "B", text("成果"), scoring.SeenAsWork
	b.SubCriteria = []scoring.SubCriterion{{ID: "B1", Name: text("成果"), Max: 1000, Aspects: []scoring.Aspect{
		{ID: "K", Kind: scoring.KindPoints, Name: text("打分"), Max: 1000, Points: &scoring.Points{Step: 50}},
	}}}
	s.Modules, r.Parts[1].Modules = []scoring.Module{s.Modules[0], m, b}, []scoring.ModuleID{"A", "B"}
	p := engine.OrdinaryProcedure()
	p.Identity.Mode, p.Draw.PublicWord = engine.IdentityLayered, true
	p.Signing = engine.SigningRule{Judges: true, Leader: true}
	p.Recheck.TopShareBP = 10_000
	panel := func(module scoring.ModuleID, judges ...int) engine.Panel {
		out := engine.Panel{Module: module}
		for i, k := range judges {
			out.Judges = append(out.Judges, engine.PanelJudge{Judge: a.judges[k].ID, Unit: a.judges[k].Unit, Leader: i == 0})
		}
		return out
	}
	d, err := a.engine.CreateDivision(a.t.Context(), engine.DivisionDraft{
		Contest: a.contest, Name: text("职工组"), Scheme: s, Rules: r, Procedure: &p, Officers: officers,
		Panels:    []engine.Panel{panel("A", 0, 1, 3), panel("B", 2, 4)},
		Relations: []engine.Relation{{Judge: a.judges[1].ID, Unit: plantedUnit(5), Reason: "曾在密名电力公司任职"}},
		Board:     engine.BoardPolicy{Live: true, Units: true},
	})
	must(a.t, err)
	a.id = d.ID
}

// enter enters everybody by a workbook whose own name tells a unit, with photos
// whose camera knows them.
func (a *anonymous) enter(delegations []engine.Delegation) {
	a.t.Helper()
	var list []engine.Person
	for i, name := range plantedNames {
		list = append(list, engine.Person{
			Name: name, IDNumber: idNumber(700 + i), Unit: plantedUnit(i), Delegation: string(delegations[i/3].ID), Identity: engine.Employee,
			HeldLevel: 3, HeldNumber: fmt.Sprint(plantedLetter, "-CERT-", i), Team: "密名战队" + string(rune('东'+i/3)),
		})
	}
	var out engine.Enlisted
	a.people["organiser"].post(a.path("/enlistment"), map[string]any{"key": "密名名单", "list": list}).want(200).into(&out)
	for _, id := range out.Competitors {
		a.people["organiser"].call(http.MethodPut, a.path("/enlistment/"+string(id)+"/photo"), jpegWith(a.t, plantedWord),
			header("Content-Type", "image/jpeg"), header("Content-Disposition", `attachment; filename="MIMING.jpg"`)).want(204)
	}
}

// plantSecrets lists what must not be read: what was planted, what the server
// made of it, and ids that stand for people.
func (a *anonymous) plantSecrets(delegations []engine.Delegation) {
	a.t.Helper()
	a.secret = []string{plantedWord, plantedLetter, "miming", "mìmíng"}
	for i, name := range plantedNames {
		a.secret = append(a.secret, name, plantedUnit(i), idNumber(700+i), idNumber(700 + i)[:14])
	}
	for i, p := range a.world.people {
		a.secret = append(a.secret, p.IDNumber, plantedPhone(i), plantedPhoto(i))
	}
	for _, d := range delegations {
		a.secret = append(a.secret, string(d.ID))
	}
	all, err := a.engine.Competitors(a.t.Context(), a.id)
	must(a.t, err)
	if len(all) != len(plantedNames) {
		a.t.Fatalf("%d people are entered", len(all))
	}
	for _, c := range all {
		a.secret = append(a.secret, string(c.ID), string(c.Candidate), string(c.Team), c.IDMasked)
	}
	slices.Sort(a.secret)
	a.secret = slices.Compact(a.secret)
	a.needles = needles(a.secret...)
}

func (a *anonymous) importTheory() {
	a.t.Helper()
	all, err := a.engine.Competitors(a.t.Context(), a.id)
	must(a.t, err)
	for i, c := range all {
		must(a.t, a.engine.ImportPart(a.t.Context(), "theory", a.id, engine.Import{
			Competitor: c.ID, Module: "T", Value: scoring.Of(scoring.Marks(9111 - 317*i)), Source: "attempt/" + string(c.Candidate), Revision: 1,
		}))
	}
}

func (a *anonymous) drawAll() {
	a.t.Helper()
	a.draw(engine.LayerEntry, nil)
	a.draw(engine.LayerStation, nil)
	a.draw(engine.LayerWork, map[string]any{"modules": []string{"B"}, "statement": "模块B已结束，作品收齐"})
}

// hallDay calls everybody, checks some in, and lets the chief judge decide about
// one who is late; clocks run.
func (a *anonymous) hallDay() {
	a.t.Helper()
	room, chief := a.people["the_call"], a.people["the_chief"]
	var made web.CallMade
	room.post(a.path("/calls"), map[string]any{"key": "call", "name": "上午场", "batch": 0, "modules": []string{}, "starts_at": time.Now().Add(10 * time.Minute)}).want(200).into(&made)
	a.call = made.Call
	roll := a.roll()
	move := func(i int, to hall.State) {
		room.post(a.path(fmt.Sprintf("/calls/%d/moves", a.call)), map[string]any{"key": fmt.Sprint(i, to), "competitors": []string{roll.Members[i].Competitor}, "to": to, "why": ""}).want(204)
	}
	for i := range roll.Members[:4] {
		move(i, hall.Waiting)
	}
	room.post(a.path(fmt.Sprintf("/calls/%d/identity", a.call)), map[string]any{"key": "i", "competitor": roll.Members[0].Competitor, "method": "id_card", "finding": "match", "note": ""}).want(204)
	room.get(a.path("/call-room/find?text=" + roll.Members[1].Entry)).want(200)
	room.get(a.path("/badges.pdf")).want(200)
	chief.post(a.path(fmt.Sprintf("/calls/%d/release", a.call)), map[string]any{"key": "r", "why": "先入场"}).want(204)
	for i := range roll.Members[:4] {
		move(i, hall.Ready)
		move(i, hall.Competing)
	}
	d := a.clocks(a.actor("a judge").client)
	for i, c := range d.Clocks[:3] {
		a.actor("a judge").post("/api/judge/divisions/"+string(a.id)+"/clocks", map[string]any{"key": fmt.Sprint("s", i), "act": "start", "module": c.Module, "code": c.Code, "reason": ""}).want(200)
	}
	chief.post(a.path("/compensations"), map[string]any{"key": "c", "module": d.Clocks[0].Module, "batch": 0, "codes": []string{d.Clocks[0].Code}, "kind": "incident", "ms": 60_000, "reason": "更换设备"}).want(204)
}

func (a *anonymous) roll() (out web.CallRoll) {
	a.t.Helper()
	a.people["the_call"].get(a.path(fmt.Sprintf("/calls/%d", a.call))).want(200).into(&out)
	return out
}

func (a *anonymous) clocks(c *client) web.ClockDivision {
	a.t.Helper()
	var out web.JudgeClocks
	c.get("/api/judge/clocks").want(200).into(&out)
	i := slices.IndexFunc(out.Divisions, func(d web.ClockDivision) bool { return d.ID == a.id })
	if i < 0 || len(out.Divisions[i].Clocks) < 3 {
		a.t.Fatalf("clocks %+v", out)
	}
	return out.Divisions[i]
}

// entriesFor are marks that agree, or a level that lies two apart.
func entriesFor(m scoring.ModuleID, level int) []scoring.AspectEntry {
	marks := scoring.Marks(200)
	if m == "B" {
		return []scoring.AspectEntry{{Aspect: "K", Observation: scoring.Observation{Points: &marks}}}
	}
	return []scoring.AspectEntry{{Aspect: "J", Observation: scoring.Observation{Level: &level}}, {Aspect: "R", Observation: scoring.Observation{Points: &marks}}}
}

// mark lets the judge hand in every sheet that is open for marks.
func (a *anonymous) mark(judge int, level func(i int) int, most int) {
	a.t.Helper()
	sheets, err := a.engine.Sheets(a.t.Context(), a.judges[judge].ID, a.id)
	must(a.t, err)
	for i, s := range sheets {
		if i >= most || s.State != engine.SheetNotStarted && s.State != engine.SheetConference {
			continue
		}
		a.keys++
		_, err := a.engine.Submit(a.t.Context(), a.judges[judge].ID, a.id, engine.Submission{
			Sheet: s.ID, CodeTail: s.Code[len(s.Code)-2:], Expect: s.Version, Round: s.Round, Key: fmt.Sprint("m", a.keys), Entries: entriesFor(s.Module, level(i)), Device: "d",
		})
		must(a.t, err)
	}
}

// markHalf leaves sheets in every state: a conference, some submitted by one
// judge, some not begun; with pictures whose camera knows whose they are.
func (a *anonymous) markHalf() {
	a.t.Helper()
	two := func(int) int { return 2 }
	a.mark(0, two, 4)
	a.mark(1, func(i int) int { return []int{0, 2, 2, 2, 2, 2}[i] }, 3)
	a.mark(3, func(i int) int { return []int{0, 2, 2, 2, 2, 2}[i] }, 3)
	a.mark(2, two, 2)
	s := a.actor("a judge").ownSheet(a.id)
	for i, data := range [][]byte{jpegWith(a.t, plantedWord+"机械厂"), pngWith(a.t, "tEXt", []byte("Author\x00"+plantedLetter)), pngWith(a.t, "zTXt", append([]byte("Author\x00\x00"), deflated(a.t, plantedNames[0])...))} {
		var e engine.Evidence
		a.actor("a judge").call(http.MethodPost, "/api/judge/sheets/"+string(a.id)+"/"+string(s.ID)+"/evidence?key=p"+fmt.Sprint(i)+"&device=d", data,
			header("Content-Type", "application/octet-stream"), header("Content-Disposition", `attachment; filename="MIMING-机械厂.jpg"`)).want(200).into(&e)
		a.pictures = append(a.pictures, e.ID)
	}
	a.people["the_chief"].post(a.path("/times"), map[string]any{"key": "t", "layer": "station", "code": s.Code, "module": s.Module, "ms": 915_000, "note": "秒表"}).want(204)
}

func (a *anonymous) markRest() {
	a.t.Helper()
	two := func(int) int { return 2 }
	for range 2 { // the second time for those who are in conference
		for _, j := range []int{0, 1, 3, 2, 4} {
			a.mark(j, two, 100)
		}
	}
	for range 2 { // the leader signs last
		for _, j := range []int{1, 3, 4, 0, 2} {
			a.signAll(j)
		}
	}
}

func (a *anonymous) signAll(judge int) {
	a.t.Helper()
	sheets, err := a.engine.Sheets(a.t.Context(), a.judges[judge].ID, a.id)
	must(a.t, err)
	var due []engine.Agreement
	for _, s := range sheets {
		if s.ToSign != "" {
			due = append(due, engine.Agreement{Sheet: s.ID, Digest: s.ToSign})
		}
	}
	if len(due) > 0 {
		a.keys++
		must(a.t, a.engine.Sign(a.t.Context(), a.judges[judge].ID, a.id, fmt.Sprint("g", a.keys), due))
	}
}

func (a *anonymous) lock() {
	a.t.Helper()
	desk, err := a.engine.Desk(a.t.Context(), a.id)
	must(a.t, err)
	for _, m := range desk.Modules {
		a.do("the_chief", "/locks", map[string]any{"module": m.Module, "digest": m.Digest}).want(204)
	}
}

// recheck draws the sample and checks half of it, or ends it.
func (a *anonymous) recheck(end bool) {
	a.t.Helper()
	if !end {
		a.do("the_supervisor", "/recheck/draw", map[string]any{"seed": "000102030405060708090a0b0c0d0e0f"}).want(204)
	}
	var r web.RecheckDesk
	a.people["the_supervisor"].get(a.path("/recheck")).want(200).into(&r)
	for i, s := range r.Sheets {
		if len(s.Checks) == 0 && (end || i%2 == 0) {
			a.do("the_supervisor", "/recheck/checks", map[string]any{"sheet": s.Sheet, "result": "fine"}).want(204)
		}
	}
	if end {
		a.do("the_supervisor", "/recheck/close", nil).want(204)
	}
}

func (a *anonymous) open(l engine.Layer) {
	a.t.Helper()
	a.do(coder(l), "/decryption/"+string(l)+"/ask", nil).want(200)
	a.do("the_supervisor", "/decryption/"+string(l)+"/open", nil).want(200)
}

func (a *anonymous) publish() {
	a.t.Helper()
	a.do("the_chief", "/publications", nil).want(204)
	var p web.PublicationDeskView
	a.people["the_supervisor"].get(a.path("/publications")).want(200).into(&p)
	a.do("the_supervisor", fmt.Sprintf("/publications/%d/sign", p.Proposed.Version), map[string]any{"digest": p.Proposed.Digest}).want(204)
}

// namesShow looks where names may stand now, by the same search.
func (a *anonymous) namesShow() {
	a.t.Helper()
	public, chief := a.visitor(), a.people["the_chief"]
	for path, c := range map[string]*client{
		"/api/board/" + string(a.id) + "/results": public, "/api/board/" + string(a.id): public,
		a.path("/competitors"): chief, a.path("/documents/report.pdf"): chief, a.path("/documents/work-sheets.pdf"): chief,
		a.path("/documents/results.xlsx"): chief, a.path("/documents/archive.zip"): chief,
	} {
		x := c.get(path).want(200)
		if len(found(x.body, a.needles)) == 0 {
			a.t.Errorf("%s names nobody after the publication: the search proves nothing", path)
		}
	}
}

// listener keeps every frame that a socket is sent.
type listener struct {
	who  string
	s    *socket
	mu   sync.Mutex
	all  [][]byte
	over chan struct{}
}

func (a *anonymous) listen(who string, s *socket) {
	l := &listener{who: who, s: s, over: make(chan struct{})}
	a.listens = append(a.listens, l)
	go func() {
		defer close(l.over)
		for {
			_, raw, err := s.ReadMessage()
			if err != nil {
				return
			}
			l.mu.Lock()
			l.all = append(l.all, raw)
			l.mu.Unlock()
		}
	}()
}

// endListening closes the sockets that have been open since before the draws,
// and searches what came.
func (a *anonymous) endListening() {
	a.t.Helper()
	for _, l := range a.listens {
		for range 1000 { // until what is on its way has come
			l.mu.Lock()
			n := len(l.all)
			l.mu.Unlock()
			if n > 1 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		l.s.Close()
		<-l.over
		if len(l.all) < 2 {
			a.t.Errorf("%s was sent %d frames: that proves nothing", l.who, len(l.all))
		}
		for _, raw := range l.all {
			for _, what := range found(raw, a.needles) {
				a.t.Errorf("%s was sent %s", l.who, what)
			}
		}
	}
}

// searchLog looks through every line that the server has logged, of every level.
func (a *anonymous) searchLog() {
	a.t.Helper()
	a.log.mu.Lock()
	defer a.log.mu.Unlock()
	if len(a.log.lines) < 100 {
		a.t.Errorf("%d lines are logged: that proves nothing", len(a.log.lines))
	}
	for _, line := range a.log.lines {
		for _, what := range found([]byte(line), a.needles) {
			a.t.Errorf("the log says %s", what)
		}
	}
}

// makeActors signs everybody in who walks, and opens the sockets that stay.
func (a *anonymous) makeActors() {
	a.t.Helper()
	at, me := a.paired("07")
	a.tablet = me
	var made struct{ Items []web.SignInCode }
	a.people["organiser"].post("/api/admin/cards", map[string]any{"accounts": []access.AccountID{a.judges[3].ID}, "once": false}).want(200).into(&made)
	at.post("/api/judge/sign-in-card", map[string]any{"card": strings.TrimPrefix(made.Items[0].Fragment, "/judge#card="), "pin": pin}).want(200)
	walkers := func(name string, c *client, roles ...access.Role) *walker {
		x := &walker{client: c, name: name, roles: roles}
		a.actors = append(a.actors, x)
		return x
	}
	walkers("the public", a.visitor())
	for i, name := range []string{"a judge", "a judge with a relation", "a judge of works"} {
		x := walkers(name, a.judge(i), access.Judge)
		x.sees = []string{"station", "station", "work"}[i]
		a.listen(name, x.dial("/api/judge/ws"))
	}
	walkers("a judge by card at a tablet", at, access.Judge).sees = "station"
	a.listen("a judge at a tablet", at.dial("/api/judge/ws"))
	for _, login := range []string{"the_chief", "the_supervisor", "coder_entry", "coder_station", "coder_work", "the_arbiter", "the_tabulator"} {
		role := map[string]access.Role{"the_chief": access.ChiefJudge, "the_supervisor": access.Supervisor, "the_arbiter": access.Arbiter, "the_tabulator": access.Tabulator}[login]
		if role == "" {
			role = access.CodingOffice
		}
		walkers(login, a.people[login], role)
	}
	a.listen("the public", a.visitor().dial("/api/board/"+string(a.id)+"/ws"))
	a.listen("the chief judge's desk", a.people["the_chief"].dial(a.path("/desk/ws")))
	a.heartbeat(at)
}

// heartbeat sends what a tablet says of itself.
func (a *anonymous) heartbeat(at *client) {
	a.t.Helper()
	for _, l := range a.listens {
		if strings.Contains(l.who, "judge") && l.who != "the chief judge's desk" {
			hello := map[string]any{"t": "hello", "device": "d", "presence": tablet.Beat{App: "v1"}}
			must(a.t, l.s.WriteJSON(hello))
		}
	}
}

func (a *anonymous) actor(name string) *walker {
	a.t.Helper()
	i := slices.IndexFunc(a.actors, func(w *walker) bool { return w.name == name })
	if i < 0 {
		a.t.Fatalf("nobody is %s", name)
	}
	return a.actors[i]
}

// ownSheet is the judge's first sheet of the division.
func (w *walker) ownSheet(id engine.DivisionID) engine.SheetBrief {
	w.w.t.Helper()
	var out web.JudgeSheets
	w.get("/api/judge/sheets").want(200).into(&out)
	for _, d := range out.Divisions {
		if d.ID == id && len(d.Sheets) > 0 {
			return d.Sheets[0]
		}
	}
	w.w.t.Fatalf("%s has no sheet", w.name)
	return engine.SheetBrief{}
}
