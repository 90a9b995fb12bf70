package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
	"github.com/xinglu/xinglu/web"
)

// The published contests run here as an organiser runs them: the sheet comes as
// a workbook, people come as a workbook, two people stand behind the
// regulation, lots are drawn, the call room checks people in, judges mark by
// code, and what everybody can read in the end is held against a computation
// in this test that knows nothing of scoring, engine and award
// (published_pcb_sheet_test.go, published_rotation_test.go).

// publishedRun is one division on its way from the workbook to the result book.
type publishedRun struct {
	*contesttest.Play
	w         *world
	organiser *client
	chief     *client
	room      *client
	judge     *client // the first of them
	at        string  // of the division in the console's API
	judges    []access.AccountID
	people    []string                             // names, by position
	ids       []engine.CompetitorID                // by position
	codes     map[engine.Layer]map[coded]int       // position of a code
	of        map[engine.Layer]map[whose]string    // code of a position
	placed    map[engine.Layer]map[coded]placeSeen // where a code competes
	sheets    map[engine.SheetID]engine.SheetBrief
}

type coded struct {
	module scoring.ModuleID
	code   string
}

type whose struct {
	module scoring.ModuleID
	at     int
}

type placeSeen struct{ batch, group, station int }

// publishedContest is what differs between the contests.
type publishedContest struct {
	event, division string
	file, layout    string // of scoring/exchange/testdata/published
	total           int    // what the regulation wants of the sheet, hundredths
	rules           string
	people          int
	identity        string // as the workbook of people says it
	judges          int
	panels          func(judges []access.AccountID) []engine.Panel
	draw            func(*engine.DrawRule)
	awards          *award.Rules
}

// name is a name of four characters, for a name holds no digits.
func (c publishedContest) name(i int) string {
	digits := []rune("零一二三四五六七八九")
	return string([]rune{'赵', digits[(i+1)/100], digits[(i+1)/10%10], digits[(i+1)%10]})
}

func (c publishedContest) unit(i int) string { return fmt.Sprintf("单位%02d", i%21+1) }

// publishedEvent is a contest with one event, whose divisions are to come.
type publishedEvent struct {
	w         *world
	organiser *client
	contest   engine.ContestID
	people    int // entered so far, in all divisions
}

func newPublishedEvent(t *testing.T, event string) *publishedEvent {
	t.Helper()
	w := newWorld(t)
	e := &publishedEvent{w: w, organiser: w.staff("organiser")}
	var contest engine.Contest
	e.organiser.post("/api/admin/contests", engine.ContestDraft{Name: text("技能兴鲁大赛"), Event: text(event), Level: engine.LevelFirst, Year: 2026, Organisers: []string{"省厅"}}).want(200).into(&contest)
	e.contest = contest.ID
	return e
}

// open goes from nothing to a running division. The accounts of its staff begin
// with prefix.
func (e *publishedEvent) open(prefix string, c publishedContest) *publishedRun {
	w := e.w
	w.t.Helper()
	staff := contesttest.Staff{}
	var officers []engine.Officer
	hire := func(office engine.Office, login string, role access.Role) access.AccountID {
		id := w.account(prefix+login, password, role).ID
		officers = append(officers, engine.Officer{Office: office, Account: id})
		return id
	}
	staff.Chief = hire(engine.OfficeChief, "chief", access.ChiefJudge)
	staff.Supervisor = hire(engine.OfficeSupervisor, "super", access.Supervisor)
	staff.Arbiter = hire(engine.OfficeArbiter, "arbiter", access.Arbiter)
	staff.EntryCoder = hire(engine.OfficeEntryCoder, "coder1", access.CodingOffice)
	staff.StationCoder = hire(engine.OfficeStationCoder, "coder2", access.CodingOffice)
	staff.WorkCoder = hire(engine.OfficeWorkCoder, "coder3", access.CodingOffice)
	hire(engine.OfficeCallRoom, "room", access.CallRoom)
	r := &publishedRun{w: w, organiser: e.organiser, judge: w.visitor()}
	for i := range c.judges {
		r.judges = append(r.judges, w.account(fmt.Sprintf("%sjudge%02d", prefix, i+1), pin, access.Judge).ID)
	}
	r.judge.post("/api/judge/sign-in", web.PasswordSignIn{Login: prefix + "judge01", Password: pin}).want(200)
	signIn := func(login string) *client {
		v := w.visitor()
		v.post("/api/admin/sign-in", web.PasswordSignIn{Login: prefix + login, Password: password}).want(200)
		return v
	}
	r.chief, r.room = signIn("chief"), signIn("room")

	var d engine.Division
	r.organiser.post("/api/admin/divisions", engine.DivisionDraft{Contest: e.contest, Name: text(c.division), Scheme: scheme(), Rules: rules(), Panels: []engine.Panel{}}).want(200).into(&d)
	r.at = "/api/admin/divisions/" + string(d.ID)
	version := r.regulate(c)
	r.organiser.call("PUT", r.at+"/officers", map[string]any{"officers": officers}).want(200)
	r.organiser.call("PUT", r.at+"/panels", map[string]any{"panels": c.panels(r.judges)}).want(204)
	r.enlist(c, e.people)
	e.people += c.people
	r.organiser.post(r.at+"/open", map[string]any{}).problem(409, "regulation_not_approved")
	review := map[string]any{"version": version, "approve": true, "reason": ""}
	r.organiser.post(r.at+"/regulation/review", review).problem(403, "same_person")
	r.chief.post(r.at+"/regulation/review", review).want(204)
	r.organiser.post(r.at+"/open", map[string]any{}).want(204)
	r.Play = contesttest.Join(w.t, w.engine, d.ID, staff)
	return r
}

// regulate reads the sheet and puts it into the regulation, whose version it
// returns.
func (r *publishedRun) regulate(c publishedContest) int {
	t := r.w.t
	t.Helper()
	var read web.SchemeReading
	r.organiser.call("POST", fmt.Sprintf("%s/scheme/readings?name=%s&layout=%s&total=%d", r.at, c.file, c.layout, c.total), publishedFile(t, c.file), header("Content-Type", xlsx)).want(200).into(&read)
	if read.Scheme == nil {
		t.Fatalf("%s: %+v", c.file, read.Report)
	}
	procedure := engine.OrdinaryProcedure()
	procedure.Approval = true
	procedure.Identity.Mode = engine.IdentityLayered
	procedure.Signing = engine.SigningRule{Judges: true, Leader: true}
	procedure.Draw.PublicWord = true
	c.draw(&procedure.Draw)
	document := engine.Regulation{
		Scheme: *read.Scheme, Rules: decoded[scoring.Rules](t, publishedFile(t, c.rules)), Procedure: procedure, Honours: engine.Honours{Awards: c.awards},
	}
	var stamp engine.RegulationStamp
	r.organiser.call("PUT", r.at+"/regulation", map[string]any{"expect": 1, "note": "导入公布的评分表", "regulation": document}).want(200).into(&stamp)
	return stamp.Version
}

// enlist enters everybody by workbook; so many are in other divisions.
func (r *publishedRun) enlist(c publishedContest, others int) {
	t := r.w.t
	t.Helper()
	rows := [][]string{{"姓名", "证件号码", "单位", "身份", "已有证书等级"}}
	for i := range c.people {
		name := c.name(others + i)
		r.people = append(r.people, name)
		rows = append(rows, []string{name, idNumber(200 + others + i), c.unit(i), c.identity, []string{"三级/高级工", "二级/技师", "无"}[i%3]})
	}
	var out web.EnlistAnswer
	r.organiser.call("POST", r.at+"/enlistment/imports?name=people.xlsx&key=people&mode=accept", rosterFile(t, rows...), header("Content-Type", xlsx)).want(200).into(&out)
	if len(out.Competitors) != c.people {
		t.Fatalf("entered %d of %d: %+v", len(out.Competitors), c.people, out.Report)
	}
	r.ids = out.Competitors
}

// checkIn takes everybody through the call room, batch by batch; one does not
// come.
func (r *publishedRun) checkIn(batches, absent int) {
	t := r.w.t
	t.Helper()
	seen := 0
	for batch := 1; batch <= batches; batch++ {
		var made web.CallMade
		r.room.post(r.at+"/calls", map[string]any{"key": r.Key(), "name": fmt.Sprintf("第%d场", batch), "batch": batch, "modules": []string{}, "starts_at": time.Now().Add(time.Hour)}).want(200).into(&made)
		call := fmt.Sprintf("%s/calls/%d", r.at, made.Call)
		var roll web.CallRoll
		r.room.get(call).want(200).into(&roll)
		var here, missing []string
		for _, m := range roll.Members {
			if m.Competitor == string(r.ids[absent]) {
				missing = append(missing, m.Competitor)
				continue
			}
			here = append(here, m.Competitor)
		}
		seen += len(roll.Members)
		move := func(who []string, to hall.State, why string) {
			if len(who) > 0 {
				r.room.post(call+"/moves", map[string]any{"key": r.Key(), "competitors": who, "to": to, "why": why}).want(http.StatusNoContent)
			}
		}
		move(missing, hall.Absent, "来电告知不参加")
		for _, to := range []hall.State{hall.Waiting, hall.Ready} {
			move(here, to, "")
		}
		r.chief.post(call+"/release", map[string]any{"key": r.Key(), "why": "提前入场"}).want(http.StatusNoContent)
		for _, to := range []hall.State{hall.Competing, hall.Left} {
			move(here, to, "")
		}
	}
	if seen != len(r.people) {
		t.Errorf("the call room has seen %d of %d", seen, len(r.people))
	}
}

// learn notes the lots as their keepers see them, which nobody else in the
// contest can join.
func (r *publishedRun) learn(l engine.Layer, by access.AccountID, modules ...scoring.ModuleID) {
	t := r.w.t
	t.Helper()
	if r.codes == nil {
		r.codes, r.of, r.placed = map[engine.Layer]map[coded]int{}, map[engine.Layer]map[whose]string{}, map[engine.Layer]map[coded]placeSeen{}
	}
	if r.codes[l] == nil {
		r.codes[l], r.of[l], r.placed[l] = map[coded]int{}, map[whose]string{}, map[coded]placeSeen{}
	}
	for _, m := range modules {
		table, err := r.Contests.LayerTable(t.Context(), by, r.ID, l, m, engine.LookScreen)
		must(t, err)
		for _, row := range table.Rows {
			i := -1
			switch l {
			case engine.LayerEntry:
				i = slices.Index(r.people, row.Name)
			case engine.LayerStation:
				i = r.codes[engine.LayerEntry][coded{"", row.Upper}]
			case engine.LayerWork:
				i = r.codes[engine.LayerStation][coded{m, row.Upper}]
			}
			if i < 0 {
				t.Fatalf("%s: nobody for %+v", l, row)
			}
			if row.Code == "" {
				continue // did not come
			}
			r.codes[l][coded{m, row.Code}], r.of[l][whose{m, i}] = i, row.Code
			r.placed[l][coded{m, row.Code}] = placeSeen{row.Batch, row.Group, row.Station}
		}
	}
}

// mark lets every judge hand in what entries say, in two rounds: in the second
// only those whose panel confers. It returns the sheets that were in
// conference, as "module code".
func (r *publishedRun) mark(entries func(s engine.SheetBrief, who int, judge access.AccountID, round int) []scoring.AspectEntry) []string {
	r.T.Helper()
	conferred := map[string]bool{}
	r.sheets = map[engine.SheetID]engine.SheetBrief{}
	for round := range 2 {
		for _, judge := range r.judges {
			for _, s := range r.Sheets(judge) {
				r.sheets[s.ID] = s
				if s.State != engine.SheetNotStarted && (round == 0 || s.State != engine.SheetConference) {
					continue
				}
				if round == 1 {
					conferred[string(s.Module)+" "+s.Code] = true
				}
				r.Submit(judge, s, entries(s, r.codes[s.Layer][coded{s.Module, s.Code}], judge, round))
			}
		}
	}
	out := []string{}
	for s := range conferred {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// who is the position of the competitor whom a sheet is about.
func (r *publishedRun) who(s engine.SheetID) int {
	x := r.sheets[s]
	return r.codes[x.Layer][coded{x.Module, x.Code}]
}

// publish goes from the last mark to published results.
func (r *publishedRun) publish(recheck func()) {
	r.T.Helper()
	for _, j := range r.judges {
		r.Sign(j)
	}
	r.Lock()
	recheck()
	r.Decrypt()
	r.Publish("")
}

// later lets the two hours go by in which nobody appeals.
func (e *publishedEvent) later() { e.w.ahead.Store(int64(3 * time.Hour)) }

// sameStrings compares two lists as sets.
func sameStrings(t testing.TB, what string, want, got []string) {
	t.Helper()
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// unseen: with every mark handed in, neither the chief judge's desk nor a
// judge's tablet has heard a name or a unit.
func (r *publishedRun) unseen(c publishedContest) {
	t := r.w.t
	t.Helper()
	for _, path := range []string{"/sheets", "/clocks"} {
		r.judge.get("/api/judge" + path).want(200)
	}
	for _, path := range []string{"/desk", "/results", "/desk/calls", "/documents/work-sheets.pdf", "/documents/marks.xlsx"} {
		a := r.chief.get(r.at + path).want(200)
		if strings.HasPrefix(path, "/documents") {
			r.chief.seen.WriteString(unzipped(t, a.body))
		}
	}
	for i, name := range r.people {
		for who, x := range map[string]*client{"the chief judge": r.chief, "a judge": r.judge} {
			if seen := x.seen.String(); strings.Contains(seen, name) || strings.Contains(seen, c.unit(i)) {
				t.Errorf("%s was told of %s", who, name)
			}
		}
	}
}
