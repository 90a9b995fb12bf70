package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/scoring"
)

// Who competes in the contest of the test below. Names of people, units and
// cities begin with the same two characters.
const plantedPerson = "密名"

var plantedNumbers = []string{"370199198402291005", "370199198402291013", "370199198402291021", "37019919840229103X"}

// TestTheProgramNamesNobody is web's TestNobodyLearnsAName for what the program
// does beside its answers: its log in every detail, the names of its files, the
// output of its commands. Numbers of documents are nowhere in the open.
func TestTheProgramNamesNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.namelessContest()
	dir := "/api/admin/divisions/" + string(id)
	o.drawNameless(id)

	judge, public := o.visitor(), o.visitor()
	judge.ok("POST", "/api/judge/sign-in", map[string]string{"login": "j1", "password": staffPassword})
	judge.ok("GET", "/api/judge/sheets", nil)
	for _, c := range []*caller{judge, public, o.people["chief"]} {
		c.everyRoute()
		for _, path := range []string{"", "/desk", "/competitors", "/draws", "/documents/blank-sheets.pdf", "/documents/blank-tables.pdf", "/desk/sheets/A01.A", "/layers/entry", "/stories/results/A01"} {
			c.call("GET", dir+path, nil)
		}
		c.call("GET", "/api/judge/sheets/"+string(id)+"/A01.A", nil)
		c.call("GET", "/api/judge/sheets/"+string(id)+"/Z99.Z", nil)
		c.call("GET", "/api/board/"+string(id), nil)
	}
	for who, c := range map[string]*caller{"a judge": judge, "the public": public} {
		nameless(t, who+" was sent", c.seen.Bytes())
	}

	nameless(t, "the log says", []byte(o.log.String()))
	if n := strings.Count(o.log.String(), "request refused"); n < 50 {
		t.Errorf("%d refusals are logged: that proves nothing", n)
	}
	for _, root := range []string{o.cfg.Data, o.cfg.Data + ".keys"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			nameless(t, "a file is called", []byte(path))
			return err
		})
		o.must(err)
	}
	for _, number := range plantedNumbers {
		if found := steal(t, o.cfg.Data).find(number); len(found) > 0 {
			t.Errorf("a number of a document lies in the open: %q", found[:1])
		}
	}

	file := filepath.Join(t.TempDir(), "archive.zip")
	o.must(os.WriteFile(file, o.people["chief"].ok("GET", dir+"/documents/archive.zip", nil), 0o600))
	for _, args := range [][]string{{"verify", "--data", o.cfg.Data}, {"verify", "--archive", file}} {
		var out bytes.Buffer
		if code := run(t.Context(), args, nil, &out, &out); code != 0 || out.Len() == 0 {
			t.Errorf("%v: exit %d: %s", args, code, out.String())
		}
		nameless(t, strings.Join(args[:2], " ")+" prints", out.Bytes())
	}
	// The search finds: who lists people sees them.
	if list := o.people["organiser"].ok("GET", dir+"/enlistment", nil); !bytes.Contains(list, []byte(plantedPerson)) {
		t.Errorf("the organiser's list: %s", list)
	}
}

// nameless looks for a planted name or number in what was written, plain and in
// what its words decode to.
func nameless(t *testing.T, what string, b []byte) {
	t.Helper()
	for _, text := range append(decodings(b), b) {
		for _, word := range append([]string{plantedPerson, `\u5bc6\u540d`, "%E5%AF%86%E5%90%8D"}, plantedNumbers...) {
			if i := bytes.Index(text, []byte(word)); i >= 0 {
				t.Errorf("%s %s: …%.200q…", what, word, text[max(0, i-100):])
			}
		}
	}
}

// namelessContest is a contest with layers of identity that has been opened.
func (o *office) namelessContest() engine.DivisionID {
	o.t.Helper()
	ctx := o.t.Context()
	hire := func(login string, r access.Role) access.AccountID {
		a, err := o.app.access.CreateAccount(ctx, "test", access.Draft{Login: login, Name: "姓名" + login, Unit: "单位" + login, Roles: []access.Role{r}, Password: staffPassword})
		o.must(err)
		return a.ID
	}
	text := func(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }
	c, err := o.app.contest.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("赛项"), Organiser: "组委会"})
	o.must(err)
	procedure := engine.OrdinaryProcedure()
	procedure.Identity.Mode = engine.IdentityLayered
	var judges []engine.PanelJudge
	for _, login := range []string{"j1", "j2", "j3"} {
		judges = append(judges, engine.PanelJudge{Judge: hire(login, access.Judge), Unit: "单位" + login})
	}
	d, err := o.app.contest.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: text("职工组"), Scheme: contesttest.Scheme(), Rules: contesttest.Rules(), Procedure: &procedure,
		Officers: []engine.Officer{
			{Office: engine.OfficeChief, Account: o.accountOf("chief")}, {Office: engine.OfficeSupervisor, Account: o.accountOf("supervisor")},
			{Office: engine.OfficeEntryCoder, Account: hire("coder_entry", access.CodingOffice)}, {Office: engine.OfficeStationCoder, Account: hire("coder_station", access.CodingOffice)},
			{Office: engine.OfficeWorkCoder, Account: hire("coder_work", access.CodingOffice)}, {Office: engine.OfficeTeamLeader, Account: hire("leader", access.TeamLeader), Unit: plantedPerson + "厂"},
		},
		Panels: []engine.Panel{{Module: "A", Judges: judges}, {Module: "B", Judges: judges}},
	})
	o.must(err)
	var list []engine.Person
	for i, number := range plantedNumbers {
		list = append(list, engine.Person{Name: plantedPerson + string("甲乙丙丁"[3*i:3*i+3]), IDNumber: number, Unit: plantedPerson + "厂", City: plantedPerson + "城", Identity: engine.Employee})
	}
	o.people["organiser"].ok("POST", "/api/admin/divisions/"+string(d.ID)+"/enlistment", map[string]any{"key": "密名名单", "list": list})
	o.must(o.app.contest.Open(ctx, "test", d.ID, 7))
	return d.ID
}

func (o *office) accountOf(login string) access.AccountID {
	o.t.Helper()
	var me struct{ ID access.AccountID }
	o.must(json.Unmarshal(o.people[login].ok("GET", "/api/admin/me", nil), &me))
	return me.ID
}

// drawNameless draws both layers that a contest has before works are coded.
func (o *office) drawNameless(id engine.DivisionID) {
	o.t.Helper()
	for _, l := range []engine.Layer{engine.LayerEntry, engine.LayerStation} {
		c := o.signIn("coder_" + string(l))
		base := "/api/admin/divisions/" + string(id) + "/draws"
		var d struct{ Draw string }
		o.must(json.Unmarshal(c.ok("POST", base, map[string]any{"layer": l, "method": "machine", "key": "announce" + time.Now().String()}), &d))
		c.ok("POST", base+"/"+d.Draw+"/hold", map[string]string{"key": "hold"})
	}
}
