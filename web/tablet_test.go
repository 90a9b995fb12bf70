package web_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/web"
)

// paired is a browser that has become the tablet of that number.
func (w *world) paired(number string) (*client, web.ThisTablet) {
	w.t.Helper()
	var p web.PairingView
	w.staff("organiser").post("/api/admin/tablet-pairings", tablet.Draft{Number: number, Hall: "一号厅"}).want(200).into(&p)
	if !strings.HasPrefix(p.Fragment, "/judge#pair=") {
		w.t.Errorf("pairing %+v", p)
	}
	c := w.visitor()
	var t web.ThisTablet
	c.post("/api/judge/pair", map[string]any{"code": strings.TrimPrefix(p.Fragment, "/judge#pair=")}).want(200).into(&t)
	return c, t
}

// signIn signs a judge in at a browser that is there already.
func (c *client) signIn(i int) *client {
	c.w.t.Helper()
	c.post("/api/judge/sign-in", web.PasswordSignIn{Login: c.w.judges[i].Login, Password: pin}).want(200)
	return c
}

// tablets is the list by number.
func (w *world) tabletList(c *client) map[string]tablet.Status {
	w.t.Helper()
	var list web.TabletList
	c.get("/api/admin/tablets").want(200).into(&list)
	out := map[string]tablet.Status{}
	for _, s := range list.Items {
		if s.Tablet != nil {
			out[s.Tablet.Number] = s
		} else {
			out[s.Presence.Device] = s
		}
	}
	return out
}

func TestPairingATablet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, me := w.paired("07")
	var again web.ThisTablet
	c.get("/api/judge/tablet").want(200).into(&again)
	if again != me || me.Number != "07" {
		t.Errorf("%+v, then %+v", me, again)
	}
	w.visitor().get("/api/judge/tablet").problem(404, "tablet_unpaired")
	w.visitor().post("/api/judge/pair", map[string]any{"code": "AAAA-AAAA"}).problem(404, "pairing_refused")
	w.staff("organiser").post("/api/admin/tablet-pairings", tablet.Draft{Number: " "}).problem(422, "tablet_input")
	for _, k := range c.http.Jar.Cookies(mustURL(t, w.http.URL+"/api/judge/me")) {
		if k.Name != "xinglu_tablet" {
			t.Errorf("cookie %s", k.Name)
		}
	}
	if list := c.http.Jar.Cookies(mustURL(t, w.http.URL+"/api/exam/me")); len(list) != 0 {
		t.Error("the tablet's cookie is sent elsewhere")
	}
	w.staff("chief_judge").call(http.MethodPut, "/api/admin/tablets/"+string(me.ID), tablet.Draft{Number: "17"}).want(204)
	c.get("/api/judge/tablet").want(200).into(&again)
	if again.Number != "17" {
		t.Errorf("renamed: %+v", again)
	}
	// The judge's login is good at the tablet only: its cookie on another device
	// opens nothing.
	c.signIn(0).get("/api/judge/me").want(200)
	thief := w.visitor()
	for _, k := range c.http.Jar.Cookies(mustURL(t, w.http.URL+"/api/judge/me")) {
		if k.Name == "xinglu_judge" {
			thief.http.Jar.SetCookies(mustURL(t, w.http.URL+"/api/judge"), []*http.Cookie{{Name: k.Name, Value: k.Value, Path: "/api/judge"}})
		}
	}
	thief.get("/api/judge/me").problem(401, "signed_out")
	if s := thief.dial("/api/judge/ws"); s.closed() != 4100 {
		t.Error("a socket with a copied login")
	}
	c.get("/api/judge/me").want(200)
}

// A tablet is revoked in the middle of a module: its socket is closed, what it
// sends is refused, at any node and by any way, and it signs nobody in.
func TestARevokedTablet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, me := w.paired("07")
	c.signIn(0)
	sheet := c.sheets()[0]
	s := c.judgeSocket()
	s.ask(submit(sheet, "k1", 2, 300), "ack")
	// Another node's doing, of which this one is not told: only the store knows.
	w.bus.Close()
	_ = w.tablets.Revoke(t.Context(), w.judges[2].ID, me.ID, "遗失")
	f := s.ask(submit(c.w.sheetAgain(sheet, 1), "k2", 2, 300), "refused")
	if f.Code != "tablet_revoked" {
		t.Errorf("what it sends: %s", f.raw)
	}
	if code := s.closed(); code != 4105 {
		t.Errorf("closed with %d, want 4105", code)
	}
	if back := c.dial("/api/judge/ws"); back.closed() != 4105 && back != nil {
		t.Error("its next connection is not told why")
	}
	c.get("/api/judge/me").problem(403, "tablet_revoked")
	c.post("/api/judge/divisions/"+string(w.division)+"/clocks", map[string]any{"key": "k", "act": "start", "module": "P", "code": sheet.Code, "reason": ""}).problem(403, "tablet_revoked")
	c.get("/api/judge/tablet").problem(403, "tablet_revoked")
	got, err := w.engine.Sheets(t.Context(), w.judges[0].ID, w.division)
	must(t, err)
	if got[0].Version != 1 {
		t.Errorf("version %d: a mark of the revoked tablet counts", got[0].Version)
	}
}

// sheetAgain is the sheet at another version.
func (w *world) sheetAgain(s engine.SheetBrief, version int) engine.SheetBrief {
	s.Version = version
	return s
}

// The word closes its sockets at once.
func TestRevokingClosesSockets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, me := w.paired("07")
	s := c.signIn(0).judgeSocket()
	other := w.judge(1).judgeSocket()
	chief := w.staff("chief_judge")
	chief.post("/api/admin/tablets/"+string(me.ID)+"/revoke", map[string]any{"why": "遗失"}).want(204)
	s.next("revoked")
	if code := s.closed(); code != 4105 {
		t.Errorf("closed with %d, want 4105", code)
	}
	other.ask(map[string]any{"t": "beat", "n": 1}, "beat")
	if st := w.tabletList(chief)["07"]; st.Tablet.Revoked == nil {
		t.Errorf("in the list: %+v", st)
	}
	// The device can be paired anew, as another tablet.
	var p web.PairingView
	chief.post("/api/admin/tablet-pairings", tablet.Draft{Number: "08"}).want(200).into(&p)
	c.post("/api/judge/pair", map[string]any{"code": p.Code}).want(200)
	c.signIn(0).get("/api/judge/me").want(200)
}

// A division that wants the contest's own tablets takes nothing from others.
func TestTabletsRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	procedure := engine.OrdinaryProcedure()
	procedure.Tablet.Required = true
	panel := engine.Panel{Module: "P"}
	for _, j := range w.judges[:2] {
		panel.Judges = append(panel.Judges, engine.PanelJudge{Judge: j.ID, Unit: j.Unit})
	}
	d, err := w.engine.CreateDivision(ctx, engine.DivisionDraft{Contest: w.contest, Name: text("学生组"), Scheme: scheme(), Rules: rules(), Panels: []engine.Panel{panel}, Procedure: &procedure})
	must(t, err)
	must(t, w.engine.Enter(ctx, d.ID, []engine.Competitor{engine.NewCompetitor("s1", "某生", "某校", "济南"), engine.NewCompetitor("s2", "某人", "某校", "济南")}))
	must(t, w.engine.Open(ctx, "test", d.ID, 3))
	own := w.judge(0)
	sheets, err := w.engine.Sheets(ctx, w.judges[0].ID, d.ID)
	must(t, err)
	s := own.judgeSocket()
	if f := s.ask(submit(sheets[0], "k", 2, 300), "refused", "ack"); f.Code != "tablet_required" {
		t.Errorf("from another device: %s", f.raw)
	}
	press := map[string]any{"key": "k", "act": "start", "module": "P", "code": sheets[0].Code, "reason": ""}
	own.post("/api/judge/divisions/"+string(d.ID)+"/clocks", press).problem(403, "tablet_required")
	own.get("/api/judge/sheets/" + string(d.ID) + "/" + string(sheets[0].ID)).want(200) // looking is free
	s.ask(submit(own.sheetIn(w.division), "k0", 2, 300), "ack")                         // and the other division wants none
	c, _ := w.paired("1")
	c.signIn(0).judgeSocket().ask(submit(sheets[0], "k", 2, 300), "ack")
	c.post("/api/judge/divisions/"+string(d.ID)+"/clocks", press).want(200)
	story, err := w.hall.ClockStory(ctx, string(d.ID), "P", sheets[0].Code)
	must(t, err)
	if len(story.Events) != 1 || story.Events[0].Device == "" {
		t.Errorf("the clock does not know its tablet: %+v", story.Events)
	}
}

// sheetIn is the judge's first sheet in a division.
func (c *client) sheetIn(id engine.DivisionID) engine.SheetBrief {
	c.w.t.Helper()
	var out web.JudgeSheets
	c.get("/api/judge/sheets").want(200).into(&out)
	for _, d := range out.Divisions {
		if d.ID == id {
			return d.Sheets[0]
		}
	}
	c.w.t.Fatalf("no sheets in %s", id)
	return engine.SheetBrief{}
}

// A tablet dies; the judge goes on at a spare one by a QR code and PIN. When the first
// comes back, what it had not sent meets the newer version, and both are seen.
func TestASpareTablet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old, oldTablet := w.paired("01")
	spare, spareTablet := w.paired("02")
	s := old.signIn(0).judgeSocket()
	sheet := old.sheets()[0]
	transfer := map[string]any{"judge": w.judges[0].ID, "from": oldTablet.ID, "to": spareTablet.ID, "why": "屏幕损坏"}
	w.staff("organiser").post("/api/admin/tablet-transfers", transfer).problem(403, "forbidden")
	var code web.SignInCode
	w.staff("chief_judge").post("/api/admin/tablet-transfers", transfer).want(200).into(&code)
	card := strings.TrimPrefix(code.Fragment, "/judge#card=")
	s.next("replaced")
	if got := s.closed(); got != 4101 {
		t.Errorf("the old tablet was closed with %d, want 4101", got)
	}
	old.get("/api/judge/me").problem(401, "signed_out")
	w.visitor().post("/api/judge/sign-in-card", map[string]any{"card": card, "pin": pin}).problem(401, "card_refused")
	spare.post("/api/judge/sign-in-card", map[string]any{"card": card, "pin": pin}).want(200)
	spare.post("/api/judge/sign-in-card", map[string]any{"card": card, "pin": pin}).problem(401, "card_refused")
	spare.judgeSocket().ask(submit(sheet, "spare", 2, 300), "ack")
	back := old.signIn(0).judgeSocket()
	f := back.ask(submit(sheet, "old", 3, 100), "refused")
	if f.Code != "version_conflict" || !strings.Contains(string(f.raw), `"mine"`) {
		t.Errorf("the old tablet's sheet: %s", f.raw)
	}
}

// Cards sign judges in, printed or shown; chief judges have a PIN.
func TestJudgeCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	organiser := w.staff("organiser")
	chief := w.account("chief9", pin, access.ChiefJudge)
	organiser.post("/api/admin/cards", map[string]any{"accounts": []access.AccountID{w.judges[0].ID, chief.ID}, "once": false}).problem(403, "no_card_for_role")
	var list struct{ Items []web.CardView }
	if organiser.get("/api/admin/cards").want(200).into(&list); len(list.Items) != 0 {
		t.Errorf("a refused list left %d cards", len(list.Items))
	}
	var made struct{ Items []web.SignInCode }
	organiser.post("/api/admin/cards", map[string]any{"accounts": []access.AccountID{w.judges[0].ID, w.judges[1].ID}, "once": false}).want(200).into(&made)
	card := strings.TrimPrefix(made.Items[1].Fragment, "/judge#card=")
	c := w.visitor()
	var me web.JudgeMe
	c.post("/api/judge/sign-in-card", map[string]any{"card": card, "pin": pin}).want(200).into(&me)
	if me.ID != w.judges[1].ID {
		t.Errorf("signed in as %+v", me)
	}
	// Who issues cards is not the judge: without the judge's PIN they open nothing.
	organiser.post("/api/judge/sign-in-card", map[string]any{"card": card}).problem(422, "invalid_input")
	organiser.post("/api/judge/sign-in-card", map[string]any{"card": card, "pin": password}).problem(401, "sign_in_refused")
	organiser.get("/api/admin/cards?account=" + string(w.judges[1].ID)).want(200).into(&list)
	if len(list.Items) != 1 || list.Items[0].Used == nil || list.Items[0].Name != w.judges[1].Name {
		t.Errorf("cards %+v", list.Items)
	}
	if strings.Contains(organiser.get("/api/admin/cards").want(200).what, "hash") || bytes.Contains(organiser.seen.Bytes(), []byte(`"hash"`)) {
		t.Error("hashes leave the server")
	}
	organiser.post("/api/admin/cards/"+list.Items[0].ID+"/revoke", nil).want(204)
	c.post("/api/judge/sign-in-card", map[string]any{"card": card, "pin": pin}).problem(401, "card_refused")
	c.get("/api/judge/me").want(200) // the login goes on
	body := map[string]any{"accounts": []access.AccountID{w.judges[0].ID}, "once": true}
	if pdf := organiser.post("/api/admin/cards.pdf?origin=https://10.0.0.2:8443", body).want(200); !bytes.HasPrefix(pdf.body, []byte("%PDF-")) {
		t.Errorf("%.20q", pdf.body)
	}
	for _, origin := range []string{"javascript:alert(1)", "https://", "https://a/b", "https://u@a", "x"} {
		organiser.post("/api/admin/cards.pdf?origin="+origin, body).problem(422, "bad_origin")
	}
}

// Tries to guess a PIN are counted by judge, not by card: cards cost nothing to
// who issues them.
func TestPINsAreNotGuessedByManyCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, o *web.Options) { o.Limits.SignInsPerMinute = 3 })
	organiser := w.staff("organiser")
	last := ""
	for i := range 4 {
		var made struct{ Items []web.SignInCode }
		organiser.post("/api/admin/cards", map[string]any{"accounts": []access.AccountID{w.judges[0].ID}, "once": false}).want(200).into(&made)
		a := w.visitor().post("/api/judge/sign-in-card", map[string]any{"card": strings.TrimPrefix(made.Items[0].Fragment, "/judge#card="), "pin": "12345" + string(rune('0'+i))})
		var p web.Problem
		a.into(&p)
		last = p.Code
	}
	if last != "sign_in_rate" {
		t.Errorf("the fourth PIN: %s", last)
	}
}

// What a tablet says of itself is in the list at once, and gone with it.
func TestPresenceOfTablets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, o *web.Options) {
		o.UI = fstest.MapFS{"judge.html": {Data: []byte(`<script type="module" src="/assets/judge-v2.js"></script>`)}}
	})
	chief := w.staff("chief_judge")
	watch := chief.dial("/api/admin/tablets/ws")
	c, me := w.paired("07")
	c.signIn(0)
	sheet := c.sheets()[0]
	s := c.dial("/api/judge/ws")
	s.ask(map[string]any{"t": "hello", "device": "d1", "presence": map[string]any{
		"battery": 12, "charging": false, "app": "v1", "outbox": 2, "tablet_ms": time.Now().Add(time.Hour).UnixMilli(),
		"armed": map[string]any{"division": w.division, "sheet": sheet.ID, "code": sheet.Code},
	}}, "welcome")
	watch.next("tablets")
	st := w.tabletList(chief)["07"]
	if !st.Online || st.Presence.Judge != w.judges[0].ID || st.Presence.Outbox != 2 || st.Presence.Armed == nil || st.Presence.Armed.Code != sheet.Code {
		t.Fatalf("in the list: %+v %+v", st, st.Presence)
	}
	for _, f := range []tablet.Flag{tablet.FlagBattery, tablet.FlagClock, tablet.FlagOldVersion} {
		if !slices.Contains(st.Flags, f) {
			t.Errorf("no flag %s among %v", f, st.Flags)
		}
	}
	own := w.judge(1).dial("/api/judge/ws")
	own.ask(map[string]any{"t": "hello", "device": "phone", "presence": map[string]any{"app": "v2"}}, "welcome")
	for st = w.tabletList(chief)["phone"]; st.Presence == nil; st = w.tabletList(chief)["phone"] {
	}
	if !slices.Equal(st.Flags, []tablet.Flag{tablet.FlagUnpaired}) {
		t.Errorf("a judge's own phone: %v", st.Flags)
	}
	s.Close()
	for st = w.tabletList(chief)["07"]; st.Online; st = w.tabletList(chief)["07"] {
	}
	if !slices.Contains(st.Flags, tablet.FlagQuiet) || st.Presence.Armed == nil {
		t.Errorf("after its end: %+v", st)
	}
	if head, err := w.db.Ledger().Head(t.Context(), ledger.StreamID("tablet/"+string(me.ID))); err != nil || head.Seq != 1 {
		t.Errorf("%d records, %v: a beat was stored", head.Seq, err)
	}
}

// Old pages send no presence, and nothing breaks.
func TestBeatsWithoutPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.judge(0).judgeSocket()
	s.ask(map[string]any{"t": "beat", "n": 4}, "beat")
	if list := w.tabletList(w.staff("organiser")); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}
