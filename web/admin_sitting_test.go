package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

// colleague is a further person with a role.
func (w *world) colleague(login string, r access.Role) *client {
	w.t.Helper()
	w.account(login, password, r)
	c := w.visitor()
	c.post("/api/admin/sign-in", web.PasswordSignIn{Login: login, Password: password}).want(http.StatusOK)
	return c
}

// eventually waits for work in the background. The bound is no measure of it;
// it ends a test that waits for nothing.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s never came", what)
		}
	}
}

// Staff hand in for a candidate who cannot: with a reason, once, and the seat
// is told.
func TestHandInByStaffOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	staff := w.staff("invigilator")
	c := w.seated(0)
	q := questionsOf(c.paperOf())[0]
	ws, _ := c.examSocket()
	ws.ask(save(1, q.ID, 1, q.Options[0].ID), "ack")
	path := "/api/admin/sittings/s1/hand-in"
	body := func(i int, reason string) map[string]any {
		return map[string]any{"attempt": w.people[i].ticket.Attempt, "reason": reason}
	}
	w.staff("supervisor").post(path, body(0, "离场")).problem(403, "forbidden")
	staff.post(path, body(0, "")).want(422)
	staff.post(path, body(1, "离场")).problem(409, "sitting_not_started")
	staff.post(strings.Replace(path, "s1", "s0", 1), body(0, "离场")).problem(404, "attempt_not_found")
	var first, again exam.Receipt
	staff.post(path, body(0, "突发疾病离场")).want(200).into(&first)
	staff.post(path, body(0, "再次")).want(200).into(&again)
	if first.By != exam.ByInvigilator || first.Answered != 1 || first.Total != 8 {
		t.Errorf("receipt %+v", first)
	}
	if d := cmp.Diff(first, again); d != "" {
		t.Errorf("the second time (-first +second):\n%s", d)
	}
	var told exam.Receipt
	must(t, json.Unmarshal(ws.next("receipt").raw, &told))
	if told.Code != first.Code {
		t.Errorf("the seat was told %+v", told)
	}
	if f := ws.ask(save(2, q.ID, 2, q.Options[1].ID), "ack", "refused"); f.T != "refused" {
		t.Errorf("an answer after it: %s", f.raw)
	}
}

// An organiser sees who would sit where, swaps, takes it back, and holds the
// seal.
func TestTheArrangementOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	s := w.sittingDraft("s2")
	s.Centres[0].Name = "二考点"
	must(t, w.exam.CreateSitting(ctx, s))
	w.seal(&s)
	var list []exam.Registration
	for i := range 3 {
		list = append(list, exam.Registration{Name: "密名考生" + string(rune('午'+i)), Unit: "一厂", IDType: exam.IDResident, IDNumber: idNumber(700 + i)})
	}
	_, err := w.exam.Register(ctx, "s2", "list", list)
	must(t, err)
	boss := w.staff("organiser")
	base := "/api/admin/sittings/s2/arrangement"
	w.staff("invigilator").get(base).problem(403, "forbidden")
	boss.get(strings.Replace(base, "s2", "s0", 1)).problem(404, "sitting_not_found")
	var before, after exam.ArrangementView
	a := boss.get(base).want(200)
	a.into(&before)
	if len(before.Seats) != 3 || before.Frozen || len(before.Score.Units) == 0 || before.Hash == "" {
		t.Fatalf("before: %+v", before)
	}
	for _, r := range list {
		if strings.Contains(string(a.body), r.IDNumber) {
			t.Error("an ID number is in the arrangement")
		}
	}
	at := func(seat string) exam.Place { return exam.Place{Centre: "01", Room: "1", Seat: seat} }
	swap := func(x, y, reason string) answer {
		return boss.post(base+"/swaps", map[string]any{"a": at(x), "b": at(y), "reason": reason})
	}
	swap("1", "4", "").want(422)
	if p := swap("1", "9", "备用").problem(409, "swap_refused"); len(p.Errors) != 1 || p.Errors[0].Path != "b" {
		t.Errorf("with a spare seat: %+v", p.Errors)
	}
	swap("1", "4", "分开").want(200).into(&after)
	if after.Hash == before.Hash || len(after.Swaps) != 1 || after.Swaps[0].Reason != "分开" || after.Swaps[0].By == "" {
		t.Errorf("after the swap: %+v", after)
	}
	boss.post(base+"/swaps/2/undo", map[string]any{"reason": "x"}).problem(404, "swap_not_found")
	boss.post(base+"/swaps/1/undo", map[string]any{"reason": "另有安排"}).want(200).into(&after)
	if after.Hash != before.Hash || after.Swaps[0].Undone == nil {
		t.Errorf("after the undo: %+v", after)
	}
	swap("1", "4", "分开").want(200).into(&before)
	boss.post("/api/admin/sittings/s2/prepare", nil).want(200)
	boss.get(base).want(200).into(&after)
	var info exam.SittingInfo
	boss.get("/api/admin/sittings/s2").want(200).into(&info)
	if !after.Frozen || after.Hash != before.Hash || info.Arrangement == nil || info.Arrangement.Hash != before.Hash {
		t.Errorf("sealed %+v, shown %s, before %s", info.Arrangement, after.Hash, before.Hash)
	}
	swap("1", "2", "太晚").problem(409, "arrangement_sealed")
}

// A sitting that wants what another one has at that time is told what, and by
// whom.
func TestPrepareNamesTheOtherSitting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	s := w.sittingDraft("s2")
	must(t, w.exam.CreateSitting(ctx, s))
	w.seal(&s)
	_, err := w.exam.Register(ctx, "s2", "list", []exam.Registration{w.people[0].Registration})
	must(t, err)
	p := w.staff("organiser").post("/api/admin/sittings/s2/prepare", nil).problem(409, "placing_refused")
	if len(p.Errors) != 2 || p.Errors[0].Code != "seat_busy" || p.Errors[0].Params["seats"] != "1" || p.Errors[0].Params["id"] != "s1" ||
		p.Errors[1].Code != "person_busy" || p.Errors[1].Params["names"] != w.people[0].Name {
		t.Errorf("told %+v", p.Errors)
	}
}

// Misconduct with evidence, signed by two; trouble that is taken back.
func TestIncidentsOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.seated(0)
	one, two := w.staff("invigilator"), w.colleague("second", access.Invigilator)
	base := "/api/admin/sittings/s1"
	file := drawing()
	upload := func(c *client, body []byte) answer {
		return c.call(http.MethodPost, base+"/evidence?name=%E6%89%8B%E6%9C%BA.png", body, header("Content-Type", "application/octet-stream"))
	}
	upload(w.staff("supervisor"), file).problem(403, "forbidden")
	upload(one, []byte("MZ no picture")).problem(422, "evidence_invalid")
	var e exam.Evidence
	upload(one, file).want(200).into(&e)
	if e.Name != "手机.png" || e.Type != "image/png" || e.Size != len(file) {
		t.Errorf("stored %+v", e)
	}
	one.get(base+"/evidence/"+e.ID).problem(404, "evidence_not_found") // no record names it yet

	var all web.IncidentList
	one.get(base + "/incidents").want(200).into(&all)
	if len(all.Items) != 0 || len(all.Tiers.Tiers) == 0 {
		t.Fatalf("before: %+v", all)
	}
	draft := map[string]any{"key": "k1", "kind": "misconduct", "tier": all.Tiers.Tiers[0].Code, "attempt": w.people[0].ticket.Attempt, "centre": "01", "room": "1",
		"happened_at": time.Now().Add(-time.Minute), "facts": "使用手机", "action": "收缴手机", "statement": "signed", "evidence": []string{e.ID}}
	bad := map[string]any{}
	for k, v := range draft {
		bad[k] = v
	}
	bad["facts"], bad["key"] = "", "k0"
	one.post(base+"/incidents", bad).problem(422, "incident_invalid")
	var made, again web.IncidentView
	one.post(base+"/incidents", draft).want(200).into(&made)
	one.post(base+"/incidents", draft).want(200).into(&again)
	if made.No != 1 || again.No != 1 || made.State != exam.IncidentOpen || made.ByName != "工作人员invigilator" || made.Evidence[0].SHA256 != e.SHA256 {
		t.Errorf("recorded %+v, again %+v", made, again)
	}
	one.post(base+"/incidents/1/sign", nil).problem(403, "incident_same_signer")
	one.post(base+"/incidents/9/sign", nil).problem(404, "incident_not_found")
	two.post(base+"/incidents/1/sign", nil).want(204)
	one.post(base+"/incidents/1/withdraw", map[string]any{"reason": "记错"}).problem(409, "incident_closed")

	got := two.get(base + "/evidence/" + e.ID).want(200)
	if !bytes.Equal(got.body, file) || got.header.Get("Content-Type") != "image/png" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the file came as %v, %d bytes", got.header, len(got.body))
	}
	records, err := w.db.Ledger().Read(t.Context(), "evidence/s1", 0, 10)
	must(t, err)
	if len(records) != 1 || records[0].Kind != "evidence.viewed" {
		t.Errorf("looking is recorded as %+v", records)
	}

	trouble := map[string]any{"key": "k2", "kind": "incident", "centre": "01", "room": "1", "happened_at": time.Now().Add(-time.Minute), "facts": "断电"}
	one.post(base+"/incidents", trouble).want(200)
	two.post(base+"/incidents/2/withdraw", map[string]any{"reason": "记错"}).problem(403, "incident_not_yours")
	one.post(base+"/incidents/2/withdraw", map[string]any{"reason": "记错"}).want(204)
	one.get(base + "/incidents").want(200).into(&all)
	if len(all.Items) != 2 || all.Items[0].SignedByName != "工作人员second" || all.Items[0].State != exam.IncidentComplete || all.Items[1].State != exam.IncidentTakenBack {
		t.Errorf("in the end: %+v", all.Items)
	}
}

// written is a world in which two candidates have answered all questions
// alike, with the first option, and are marked.
func written(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.start()
	for i := range 2 {
		c := w.seated(i)
		c.paperOf()
		ws, _ := c.examSocket()
		for n, q := range w.questions {
			ws.ask(save(int64(n+1), q.ID, 1, q.Options[0].ID), "ack")
		}
		ws.ask(map[string]any{"t": "hand_in", "n": 99, "key": "k"}, "receipt")
	}
	eventually(t, "the marking", func() bool { return w.done() == 2 })
	return w
}

// done counts the attempts that are marked.
func (w *world) done() (n int) {
	w.t.Helper()
	p, err := w.exam.Progress(w.t.Context(), w.sitting)
	must(w.t, err)
	for _, s := range p.Seats {
		if s.State == exam.Finished {
			n++
		}
	}
	return n
}

// A key is changed after the exam: a dry run says who changes, two people
// sign, the old version is kept.
func TestKeyDecisionsOverTheAPI(t *testing.T) {
	t.Parallel()
	w := written(t)
	one, two := w.colleague("chief", access.ChiefJudge), w.staff("provincial")
	base := "/api/admin/sittings/s1"
	w.staff("organiser").get(base+"/decision-items").problem(403, "forbidden")
	var items web.KeyList
	one.get(base + "/decision-items").want(200).into(&items)
	if items.Version != 1 || len(items.Items) != 8 || items.Items[0].Stem == "" || items.Items[0].Right != 0 {
		t.Fatalf("version %d, %d items, the first %+v", items.Version, len(items.Items), items.Items[0])
	}
	item := items.Items[0].Item
	var first bank.OptionID
	for _, q := range w.questions {
		if string(q.ID) == string(item.ID) {
			first = q.Options[0].ID
		}
	}
	decide := map[string]any{"version": 1, "reason": "答案有误",
		"decisions": []scoring.Decision{{Item: item.ID, Action: scoring.ActionAcceptAlso, Key: []string{string(first)}}}}
	draft := func(more map[string]any) map[string]any {
		out := map[string]any{"key": "k"}
		for k, v := range decide {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	var effect results.Effect
	one.post(base+"/decisions/preview", decide).want(200).into(&effect)
	if effect.Summary.Marked != 2 || len(effect.Changes) != 2 || effect.Changes[0].After.Score-effect.Changes[0].Before.Score != 1000 {
		t.Errorf("the dry run: %+v", effect)
	}
	one.post(base+"/decisions", draft(map[string]any{"version": 2})).problem(409, "key_version_moved")
	one.post(base+"/decisions", draft(map[string]any{"decisions": []scoring.Decision{}})).problem(422, "proposal_invalid")
	var p, again results.Proposal
	one.post(base+"/decisions", draft(nil)).want(200).into(&p)
	one.post(base+"/decisions", draft(nil)).want(200).into(&again)
	if p.ID != again.ID || p.State != "open" {
		t.Errorf("proposed %+v, again %+v", p, again)
	}
	path := base + "/decisions/" + itoa(p.ID)
	one.post(path+"/sign", nil).problem(403, "second_signer_needed")
	var detail web.ProposalDetail
	two.get(path).want(200).into(&detail)
	if detail.Proposal.ByName != "工作人员chief" || len(detail.Effect.Changes) != 2 {
		t.Errorf("the second person sees %+v", detail)
	}
	two.get(base+"/decisions/9999").problem(404, "proposal_unknown")
	two.post(path+"/sign", nil).want(200)
	two.post(path+"/withdraw", map[string]any{"reason": "x"}).problem(409, "proposal_closed")

	for version, total := range map[string]scoring.Marks{"1": 0, "2": 1000} {
		var list results.List
		two.get(base + "/results?version=" + version).want(200).into(&list)
		if list.Current != 2 || len(list.Rows) != 4 || list.Rows[0].Score != scoring.Of(total) || list.Rows[1].Score != scoring.Of(total) {
			t.Errorf("version %s: %+v", version, list.Rows)
		}
	}
	one.post(base+"/decisions", draft(map[string]any{"key": "k2", "version": 2, "decisions": []scoring.Decision{{Item: item.ID, Action: scoring.ActionVoidFull}}})).want(200).into(&p)
	one.post(base+"/decisions/"+itoa(p.ID)+"/withdraw", map[string]any{"reason": "不需要"}).want(200)
	var all web.DecisionList
	two.get(base + "/decisions").want(200).into(&all)
	if all.Version != 2 || len(all.Versions) != 2 || len(all.Proposals) != 2 || all.Proposals[0].SignedByName != "工作人员provincial" || all.Proposals[1].Withdrawn != "不需要" {
		t.Errorf("in the end: %+v", all)
	}
}

// Answers that agree are shown to those who may look, with a reason that is
// recorded; nobody is punished by it.
func TestSimilarityOverTheAPI(t *testing.T) {
	t.Parallel()
	w := written(t)
	path := "/api/admin/sittings/s1/similarity"
	body := map[string]any{"reason": "巡考反映", "config": map[string]any{"min_common": 8, "wrong_share_bp": 5000}}
	w.staff("organiser").post(path, body).problem(403, "forbidden")
	c := w.staff("supervisor")
	c.post(path, map[string]any{"reason": ""}).want(422)
	var found results.Comparison
	a := c.post(path, body).want(200)
	a.into(&found)
	if len(found.Pairs) != 1 || len(found.People) != 2 {
		t.Fatalf("found %s", a.body)
	}
	for _, who := range found.People {
		if who.Name == "" || who.Place.Room != "1" {
			t.Errorf("a person of the pair: %+v", who)
		}
	}
	if strings.Contains(string(a.body), w.people[0].IDNumber) {
		t.Error("an ID number is in the comparison")
	}
	records, err := w.db.Ledger().Read(t.Context(), "scoring/s1", 0, 10)
	must(t, err)
	if len(records) != 1 || !strings.Contains(string(records[0].Data), "巡考反映") || records[0].Actor == "" {
		t.Errorf("recorded as %+v", records)
	}
}

// TestPathParametersBind: what stands in braces in a path is a parameter of
// each of its operations. One that is not would be empty in the handler.
func TestPathParametersBind(t *testing.T) {
	t.Parallel()
	doc, err := bareServer().OpenAPI()
	must(t, err)
	_, paths, found := strings.Cut(string(doc), "\npaths:\n")
	if !found {
		t.Fatal("the description has no paths")
	}
	operations := 0
	for _, block := range regexp.MustCompile(`(?m)^  /`).Split(paths, -1) {
		path, _, _ := strings.Cut(block, ":\n")
		for _, op := range regexp.MustCompile(`(?m)^    (?:get|post|put|delete):\n`).Split(block, -1)[1:] {
			operations++
			for _, name := range braces.FindAllString(path, -1) {
				if !regexp.MustCompile(`(?m)^ +(?:- )?name: "?` + strings.Trim(name, "{}") + `"?$`).MatchString(op) {
					t.Errorf("/%s: %s is no parameter", path, name)
				}
			}
		}
	}
	if operations < 100 {
		t.Errorf("only %d operations were looked at", operations)
	}
}
