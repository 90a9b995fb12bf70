package web_test

// Bad days of draws and of the decryption over the API; those of the fold are
// in engine/draw_test.go.
//
//	what happens                          | what the person gets
//	--------------------------------------|-----------------------------------------
//	a draw announced or held twice        | draw_repeated, nothing changes
//	a draw without its public word        | draw_word_missing
//	another custodian, chief, organiser   | forbidden or no_such_office
//	a code keyed in that was not drawn    | wrong_code
//	a layer opened unasked, out of order, | not_asked, layer_order, same account:
//	late, twice, or by the same person    | no_such_office or same_person; layer_open
//	before the lock and the recheck       | division_phase

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/print/printtest"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

// ceremony is a division with three layers of identity and everybody who works at
// it, each with a browser.
type ceremony struct {
	*world
	id     engine.DivisionID
	people map[string]*client // by login
	names  []string           // of competitors, and everything else that says who they are
	keys   int
}

const (
	plantedPerson = "密名选手"
	plantedSender = "密名单位"
)

func (w *world) layered() *ceremony {
	w.t.Helper()
	h := &ceremony{world: w, people: map[string]*client{}}
	var officers []engine.Officer
	for _, o := range []struct {
		login  string
		role   access.Role
		office engine.Office
	}{
		{"coder_entry", access.CodingOffice, engine.OfficeEntryCoder}, {"coder_station", access.CodingOffice, engine.OfficeStationCoder},
		{"coder_work", access.CodingOffice, engine.OfficeWorkCoder}, {"the_chief", access.ChiefJudge, engine.OfficeChief},
		{"the_supervisor", access.Supervisor, engine.OfficeSupervisor}, {"the_call", access.CallRoom, engine.OfficeCallRoom},
	} {
		a := w.account(o.login, password, o.role)
		officers = append(officers, engine.Officer{Office: o.office, Account: a.ID})
		c := w.visitor()
		c.post("/api/admin/sign-in", web.PasswordSignIn{Login: o.login, Password: password}).want(200)
		h.people[o.login] = c
	}
	h.people["organiser"], h.people["provincial"] = w.staff("organiser"), w.staff("provincial")
	s, r := scheme(), rules()
	a := s.Modules[1]
	a.ID = "A"
	b := a
	b.ID, b.SeenAs = "B", scoring.SeenAsWork
	b.SubCriteria = []scoring.SubCriterion{{ID: "B1", Name: text("成果"), Max: 1000, Aspects: []scoring.Aspect{
		{ID: "K", Kind: scoring.KindPoints, Name: text("打分"), Max: 1000, Points: &scoring.Points{Step: 50}},
	}}}
	s.Modules, r.Panel, r.Parts[1].Modules = []scoring.Module{s.Modules[0], a, b}, scoring.PanelRule{Size: 1, MinJudges: 1}, []scoring.ModuleID{"A", "B"}
	p := engine.OrdinaryProcedure()
	p.Identity.Mode, p.Draw.PublicWord = engine.IdentityLayered, true
	panel := []engine.PanelJudge{{Judge: w.judges[2].ID, Unit: w.judges[2].Unit}}
	d, err := w.engine.CreateDivision(w.t.Context(), engine.DivisionDraft{
		Contest: w.contest, Name: text("加密组"), Scheme: s, Rules: r, Procedure: &p, Officers: officers,
		Panels: []engine.Panel{{Module: "A", Judges: panel}, {Module: "B", Judges: panel}}, Board: engine.BoardPolicy{Live: true, Units: true},
	})
	must(w.t, err)
	h.id = d.ID
	var list []engine.Competitor
	for i := range 5 {
		c := engine.NewCompetitor(fmt.Sprint("planted-candidate-", i), fmt.Sprint(plantedPerson, i), fmt.Sprint(plantedSender, i), "密名城市")
		list = append(list, c)
	}
	must(w.t, w.engine.Enter(w.t.Context(), d.ID, list))
	must(w.t, w.engine.Open(w.t.Context(), "test", d.ID, 7))
	all, err := w.engine.Competitors(w.t.Context(), d.ID)
	must(w.t, err)
	h.names = []string{plantedPerson, plantedSender, "密名城市", "planted-candidate"}
	for _, c := range all {
		h.names = append(h.names, string(c.ID))
	}
	return h
}

func (h *ceremony) path(rest string) string { return "/api/admin/divisions/" + string(h.id) + rest }

// do posts a body with a fresh idempotency key.
func (h *ceremony) do(who, rest string, body map[string]any) answer {
	h.t.Helper()
	h.keys++
	if body == nil {
		body = map[string]any{}
	}
	body["key"] = fmt.Sprint("key", h.keys)
	return h.people[who].post(h.path(rest), body)
}

func coder(l engine.Layer) string { return "coder_" + string(l) }

// draw announces a draw, lets a word be said and holds it.
func (h *ceremony) draw(l engine.Layer, more map[string]any) web.DrawItem {
	h.t.Helper()
	if more == nil {
		more = map[string]any{}
	}
	more["layer"], more["method"] = l, "machine"
	var d web.DrawItem
	h.do(coder(l), "/draws", more).want(200).into(&d)
	h.do(coder(l), "/draws/"+string(d.Draw)+"/hold", nil).problem(409, "draw_word_missing")
	h.do(coder(l), "/draws/"+string(d.Draw)+"/word", map[string]any{"word": "泰山", "speaker": "选手代表", "witness": h.account0("the_supervisor")}).want(200)
	h.do(coder(l), "/draws/"+string(d.Draw)+"/hold", nil).want(200).into(&d)
	h.do(coder(l), "/draws/"+string(d.Draw)+"/hold", nil).problem(409, "draw_repeated")
	return d
}

// account0 is the id of the account that signs in with the login.
func (h *ceremony) account0(login string) access.AccountID {
	h.t.Helper()
	var me web.StaffMe
	h.people[login].get("/api/admin/me").want(200).into(&me)
	return me.ID
}

func (h *ceremony) table(l engine.Layer, module string) engine.LayerTable {
	h.t.Helper()
	var t engine.LayerTable
	h.people[coder(l)].get(h.path("/layers/" + string(l) + "?module=" + module)).want(200).into(&t)
	return t
}

// markAndRecheck takes the division as far as decryption may begin.
func (h *ceremony) markAndRecheck() {
	h.t.Helper()
	ctx := h.t.Context()
	sheets, err := h.engine.Sheets(ctx, h.judges[2].ID, h.id)
	must(h.t, err)
	for _, s := range sheets {
		level, marks := 2, scoring.Marks(200)
		e := []scoring.AspectEntry{{Aspect: "J", Observation: scoring.Observation{Level: &level}}, {Aspect: "R", Observation: scoring.Observation{Points: &marks}}}
		if s.Module == "B" {
			e = []scoring.AspectEntry{{Aspect: "K", Observation: scoring.Observation{Points: &marks}}}
		}
		_, err := h.engine.Submit(ctx, h.judges[2].ID, h.id, engine.Submission{Sheet: s.ID, CodeTail: s.Code[len(s.Code)-2:], Round: s.Round, Key: string(s.ID), Entries: e})
		must(h.t, err)
	}
	desk, err := h.engine.Desk(ctx, h.id)
	must(h.t, err)
	chief, super := h.account0("the_chief"), h.account0("the_supervisor")
	for _, m := range desk.Modules {
		must(h.t, h.engine.LockModule(ctx, chief, h.id, "lock"+string(m.Module), m.Module, m.Digest))
	}
	must(h.t, h.engine.DrawRecheck(ctx, super, h.id, "recheck", "000102030405060708090a0b0c0d0e0f"))
	r, err := h.engine.Recheck(ctx, h.id)
	must(h.t, err)
	for _, s := range r.Sheets {
		must(h.t, h.engine.CheckSheet(ctx, super, h.id, "check"+string(s.Sheet), s.Sheet, engine.CheckFine, ""))
	}
	must(h.t, h.engine.CloseRecheck(ctx, super, h.id, "closed"))
}

// TestLayersStayApart draws all layers over the API and looks at everything
// that everybody is sent before the decryption: whatever route they call, no
// answer to anybody but the layer's own custodian ties two codes together, and
// nobody but the first custodian and who lists competitors sees a person.
func TestLayersStayApart(t *testing.T) {
	t.Parallel()
	h := newWorld(t).layered()
	h.draw(engine.LayerEntry, nil)
	h.draw(engine.LayerStation, nil)
	h.draw(engine.LayerWork, map[string]any{"modules": []string{"B"}, "statement": "模块B已结束"})
	tables := map[engine.Layer]engine.LayerTable{
		engine.LayerEntry: h.table(engine.LayerEntry, ""), engine.LayerStation: h.table(engine.LayerStation, "A"), engine.LayerWork: h.table(engine.LayerWork, "B"),
	}
	if r := tables[engine.LayerEntry].Rows[0]; r.Name != plantedPerson+"0" || r.Code == "" {
		t.Errorf("the first custodian sees %+v", r)
	}
	h.markAndRecheck()
	for l := range tables {
		for who := range h.people {
			if who != coder(l) {
				a := h.people[who].get(h.path("/layers/" + string(l) + "?module=B"))
				if a.status != 403 {
					t.Errorf("%s gets %d for the %s layer", who, a.status, l)
				}
			}
		}
	}
	ids := strings.NewReplacer("{division}", string(h.id), "{draw}", "station.1", "{contest}", string(h.contest))
	everybody := map[string]*client{"public": h.visitor(), "judge": h.judge(2)}
	for who, c := range h.people {
		everybody[who] = c
	}
	for who, c := range everybody {
		for _, r := range h.server.Routes() {
			path := ids.Replace(r.Path)
			if r.WebSocket || r.Method != "GET" || !strings.Contains(r.Path, "{division}") || strings.Contains(path, "{") {
				continue
			}
			a := c.get(path)
			body := a.body
			if strings.HasPrefix(a.header.Get("Content-Type"), "application/pdf") {
				text, err := printtest.Text(a.body)
				must(t, err)
				body = []byte(text)
			}
			// Who enters competitors knows them by name, without any code.
			lists := strings.HasSuffix(path, "/competitors") || strings.HasSuffix(path, "/enlistment") || strings.Contains(path, "/teams") || strings.Contains(path, "/entries")
			for _, s := range h.names {
				if a.status == 200 && !lists && bytes.Contains(body, []byte(s)) {
					t.Errorf("%s gets %q from %s", who, s, path)
				}
			}
			for _, table := range tables {
				for _, row := range table.Rows {
					if lists && bytes.Contains(body, []byte(row.Code)) {
						t.Errorf("%s gets code %s beside names from %s", who, row.Code, path)
					}
				}
			}
			tied(t, who+" from "+path, body, tables)
		}
	}
}

// tied looks for JSON objects that hold both codes of a row.
func tied(t testing.TB, what string, body []byte, tables map[engine.Layer]engine.LayerTable) {
	t.Helper()
	var tree any
	if json.Unmarshal(body, &tree) != nil {
		return
	}
	var walk func(any)
	walk = func(n any) {
		switch n := n.(type) {
		case []any:
			for _, x := range n {
				walk(x)
			}
		case map[string]any:
			own := map[string]any{}
			for k, x := range n {
				walk(x)
				if list, ok := x.([]any); ok && len(list) > 0 {
					if _, object := list[0].(map[string]any); object {
						continue // looked at one by one
					}
				}
				own[k] = x
			}
			text, _ := json.Marshal(own)
			for l, table := range tables {
				for _, r := range table.Rows {
					if bytes.Contains(text, []byte(`"`+r.Upper+`"`)) && bytes.Contains(text, []byte(`"`+r.Code+`"`)) {
						t.Errorf("%s: %s and %s of the %s layer stand together: %s", what, r.Upper, r.Code, l, text)
					}
				}
			}
		}
	}
	walk(tree)
}

// TestDecryptionOverTheAPI opens the layers by two people each, and afterwards
// everybody can draw every draw again.
func TestDecryptionOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newWorld(t).layered()
	d := h.draw(engine.LayerEntry, nil)
	h.do("coder_entry", "/draws", map[string]any{"layer": "entry", "method": "machine"}).problem(409, "draw_repeated")
	h.do("coder_station", "/draws", map[string]any{"layer": "entry", "method": "machine"}).problem(403, "no_such_office")
	h.do("the_chief", "/draws", map[string]any{"layer": "entry", "method": "machine"}).problem(403, "forbidden")
	row := h.table(engine.LayerEntry, "").Rows[1]
	h.do("coder_entry", "/draws/"+string(d.Draw)+"/receipts", map[string]any{"upper": row.Upper, "code": "C999"}).problem(422, "wrong_code")
	h.do("coder_entry", "/draws/"+string(d.Draw)+"/receipts", map[string]any{"upper": row.Upper, "code": strings.ToLower(row.Code)}).want(200).into(&d)
	if d.Confirmed != 1 || d.WitnessName == "" || d.AnnouncedByName == "" {
		t.Errorf("%+v", d)
	}
	var found engine.CheckInCode
	h.people["the_call"].post(h.path("/layers/entry/lookup"), map[string]any{"ticket": "planted-candidate-1"}).want(200).into(&found)
	if found.Entry != row.Code {
		t.Errorf("the call room finds %+v, want %s", found, row.Code)
	}
	h.draw(engine.LayerStation, nil)
	h.draw(engine.LayerWork, map[string]any{"modules": []string{"B"}, "statement": "模块B已结束"})
	h.do("coder_work", "/decryption/"+string(engine.LayerWork)+"/ask", nil).problem(409, "division_phase")
	h.markAndRecheck()
	h.do("coder_entry", "/decryption/entry/ask", nil).problem(409, "layer_order")
	h.do("the_supervisor", "/decryption/"+string(engine.LayerWork)+"/open", nil).problem(409, "not_asked")
	for _, l := range []engine.Layer{engine.LayerWork, engine.LayerStation, engine.LayerEntry} {
		h.do(coder(l), "/decryption/"+string(l)+"/ask", nil).want(200)
		h.do(coder(l), "/decryption/"+string(l)+"/open", nil).problem(403, "forbidden")
		var c web.CeremonyView
		h.do("the_supervisor", "/decryption/"+string(l)+"/open", nil).want(200).into(&c)
		if last := c.Opened[len(c.Opened)-1]; last.Layer != l || c.Names[last.OpenedBy] == "" {
			t.Errorf("%+v", c)
		}
		h.do("the_supervisor", "/decryption/"+string(l)+"/open", nil).problem(409, "layer_open")
	}
	var public struct{ Items []engine.PublicDraw }
	h.visitor().get("/api/board/" + string(h.id) + "/draws").want(200).into(&public)
	if len(public.Items) != 3 {
		t.Fatalf("%d draws", len(public.Items))
	}
	for _, d := range public.Items {
		if d.Proof == nil || d.Proof.Verify() != nil {
			t.Errorf("the proof of %s: %+v", d.Draw, d.Proof)
		}
	}
	h.visitor().get("/api/board/nothing/draws").problem(404, "no_such_board")
}

// The papers of a draw: the record ties nothing together, the table of a layer
// is for its custodian.
func TestPapersOfADraw(t *testing.T) {
	t.Parallel()
	h := newWorld(t).layered()
	d := h.draw(engine.LayerEntry, nil)
	record, err := printtest.Text(h.people["the_chief"].get(h.path("/draws/" + string(d.Draw) + "/record.pdf")).want(200).body)
	must(t, err)
	for _, s := range []string{"参赛号抽签（加密）记录单", "加密组", "泰山", "001", "C001", "工作人员the_supervisor", "选手代表（签字）"} {
		if !strings.Contains(record, s) {
			t.Errorf("the record lacks %q: %s", s, record)
		}
	}
	if !strings.Contains(strings.ReplaceAll(record, "\n", ""), d.Commitment) || strings.Contains(record, plantedPerson) {
		t.Errorf("the record: %s", record)
	}
	h.people["coder_station"].get(h.path("/layers/entry/table.pdf")).problem(403, "no_such_office")
	table, err := printtest.Text(h.people["coder_entry"].get(h.path("/layers/entry/table.pdf")).want(200).body)
	must(t, err)
	for _, s := range []string{"密封保管", plantedPerson + "3", "C003"} {
		if !strings.Contains(table, s) {
			t.Errorf("the table lacks %q: %s", s, table)
		}
	}
	var looks struct{ Items []web.LookView }
	h.people["the_supervisor"].get(h.path("/layer-looks")).want(200).into(&looks)
	if len(looks.Items) != 1 || looks.Items[0].How != engine.LookPrint || looks.Items[0].ByName != "工作人员coder_entry" {
		t.Errorf("looks %+v", looks.Items)
	}
}
