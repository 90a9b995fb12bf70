package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/print/printtest"
	"github.com/xinglu/xinglu/web"
)

// planDraft is a plan that takes entries now.
func planDraft(id plan.ID) plan.Plan {
	now := time.Now()
	return plan.Plan{
		ID: id, Name: text("2026年第三批次认定"), Organiser: "某某评价机构", Year: 2026, Batch: 3, Kind: plan.Recognition,
		Occupation: occupation, Levels: []bank.Level{bank.Advanced}, Subjects: []plan.Subject{{ID: "theory", Name: text("理论知识考试"), Levels: []bank.Level{}}},
		Registration: plan.Window{From: now.Add(-time.Hour), Until: now.Add(time.Hour)}, Exam: plan.Window{From: now.Add(time.Hour), Until: now.Add(100 * time.Hour)},
		Centres: []plan.Centre{{Code: "01", Name: "第一考点", Address: "历山路1号"}}, Materials: []plan.Material{}, Eligibility: plan.Eligibility{Levels: []plan.LevelRule{}},
		Photo:  plan.PhotoRule{Width: 240, Height: 320, MaxBytes: 20480, Format: "jpeg"},
		Ticket: plan.TicketForm{Template: "98{centre}{seat:3}", Heading: "职业技能等级认定", Notes: []string{"凭本证和身份证入场"}, PerPage: 2},
	}
}

// portrait is a picture with a word in it, behind the end of the image.
func portrait(t testing.TB, word string) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 240, 320)), nil))
	return append(b.Bytes(), word...)
}

func plantedPhone(i int) string { return fmt.Sprintf("1399173%04d", i) }
func plantedPhoto(i int) string { return fmt.Sprintf("PLANTED-PHOTO-%d.", i) }

// fillPlan plants a plan with the world's people, their phones and photos.
func (w *world) fillPlan(id plan.ID) []plan.EntryID {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.plan.Save(ctx, planDraft(id))
	must(w.t, err)
	must(w.t, w.plan.Open(ctx, "test", id))
	var list []plan.Application
	for i, p := range w.people {
		list = append(list, plan.Application{Name: p.Name, IDType: p.IDType, IDNumber: p.IDNumber, Phone: plantedPhone(i), Unit: p.Unit, Level: bank.Advanced})
	}
	ids, err := w.plan.Register(ctx, "test", id, plan.Batch{Key: "k", Source: "form", List: list})
	must(w.t, err)
	for i, e := range ids {
		must(w.t, w.plan.SetPhoto(ctx, "test", id, e, portrait(w.t, plantedPhoto(i))))
	}
	return ids
}

func newcomer(i int) string { return "新考生" + []string{"甲", "乙", "丙"}[i] }

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func rosterFile(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

func photoArchive(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range files {
		f, err := z.Create(name)
		must(t, err)
		_, err = f.Write(data)
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

// TestPlanToTickets is the way of a plan through the API: draft, opening,
// roster with duplicate IDs refused and mended, photos, decisions, sitting,
// tickets, seat map and record sheet on paper; and who did it in the ledger.
func TestPlanToTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("organiser")
	c.post("/api/admin/plans", planDraft("b3")).want(200)
	c.post("/api/admin/plans", planDraft("b3")).problem(409, "exists")
	c.post("/api/admin/plans/b3/open", nil).want(204)
	head := []string{"姓名", "证件号码", "单位", "等级", "手机"}
	row := func(i int) []string {
		return []string{newcomer(i), idNumber(500 + i), "某厂", "三级", plantedPhone(500 + i)}
	}
	imports := "/api/admin/plans/b3/entry-imports?name=x.xlsx&key=k1&mode="
	var out web.RosterAnswer
	c.call("POST", imports+"accept", rosterFile(t, head, row(0), row(1), row(0)), header("Content-Type", xlsx)).want(200).into(&out)
	if out.Report.OK() || out.Report.Bad != 1 || len(out.Entries) != 0 || out.Report.Rows[2].Problems[0].Code != "id_repeated" {
		t.Fatalf("a roster with a duplicate ID: %+v", out)
	}
	good := rosterFile(t, head, row(0), row(1), row(2))
	c.call("POST", imports+"preview", good, header("Content-Type", xlsx)).want(200).into(&out)
	if !out.Report.OK() || out.Report.Good != 3 {
		t.Fatalf("preview: %+v", out.Report)
	}
	out = web.RosterAnswer{}
	c.call("POST", imports+"accept", good, header("Content-Type", xlsx)).want(200).into(&out)
	if len(out.Entries) != 3 {
		t.Fatalf("accepted: %+v", out)
	}
	var photos plan.PhotoReport
	c.call("POST", "/api/admin/plans/b3/photo-imports", photoArchive(t, map[string][]byte{
		idNumber(500) + ".jpg": portrait(t, ""), "集体照.jpg": portrait(t, ""),
	}), header("Content-Type", "application/zip")).want(200).into(&photos)
	if photos.Stored != 1 || len(photos.Unmatched) != 1 || len(photos.Without) != 2 {
		t.Errorf("photos: %+v", photos)
	}
	c.get("/api/admin/plans/b3/entries/" + string(out.Entries[0]) + "/photo").want(200)
	c.get("/api/admin/plans/b3/entries/"+string(out.Entries[1])+"/photo").problem(404, "photo_not_found")
	c.post("/api/admin/plans/b3/decisions", map[string]any{"entries": out.Entries, "to": "accepted", "reason": ""}).want(204)
	c.post("/api/admin/plans/b3/decisions", map[string]any{"entries": out.Entries, "to": "rejected", "reason": ""}).problem(422, "decision_reason")

	s := w.sittingDraft("s-b3")
	s.Ticket, s.Centres[0].Name = "98{centre}{seat:3}", "二考点" // the other sitting has the first one now
	var draft map[string]any
	raw, err := json.Marshal(s)
	must(t, err)
	must(t, json.Unmarshal(raw, &draft))
	delete(draft, "created_at")
	draft["seed"] = 5
	place := map[string]any{"key": "p1", "subject": "theory", "level": 3, "centre": "", "most": 0, "sitting": draft}
	var placed web.Placed
	c.post("/api/admin/plans/b3/sittings", place).want(200).into(&placed)
	if placed.Placed != 3 {
		t.Fatalf("placed %d", placed.Placed)
	}
	c.get("/api/admin/sittings/s-b3/tickets.pdf").problem(409, "nothing_to_print")
	c.post("/api/admin/sittings/s-b3/prepare", nil).want(200)
	for path, words := range map[string][]string{
		"tickets.pdf": {"准 考 证", newcomer(0), "理论知识考试", "历山路1号", "凭本证和身份证入场"},
		"seats.pdf":   {"座次表", newcomer(1)},
		"record.pdf":  {"考场情况记录单", newcomer(2), "缺考名单：无"},
	} {
		a := c.get("/api/admin/sittings/s-b3/" + path).want(200)
		if a.header.Get("Content-Type") != "application/pdf" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, a.header)
		}
		got, err := printtest.Text(a.body)
		must(t, err)
		for _, word := range words {
			if !strings.Contains(got, word) {
				t.Errorf("%s does not say %q:\n%s", path, word, got)
			}
		}
		if strings.Contains(got, idNumber(500)) || strings.Contains(got, plantedPhone(500)) {
			t.Errorf("%s shows an ID number or a phone", path)
		}
	}
	c.get("/api/admin/sittings/s-b3/tickets.pdf?room=nothing").problem(409, "nothing_to_print")
	var deeds []string
	for _, stream := range []ledger.StreamID{"document/s-b3", "photos/b3"} {
		_, err := ledger.Fold(t.Context(), w.led, stream, 0, func(r ledger.Record) error {
			deeds = append(deeds, r.Kind)
			if r.Actor == "" {
				t.Errorf("%s #%d names nobody", stream, r.Seq)
			}
			return nil
		})
		must(t, err)
	}
	if got := strings.Join(deeds, " "); got != "document.printed document.printed document.printed photo.seen" {
		t.Errorf("the ledger tells %s", got)
	}
}

// TestOwnPhotoOnly: a candidate sees the own photo and learns of it on the
// confirm screen; others have none.
func TestOwnPhotoOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.seated(0)
	var me exam.Me
	c.get("/api/exam/me").want(200).into(&me)
	if me.Candidate.PhotoURL != "" {
		t.Errorf("a photo at %s, but there is none", me.Candidate.PhotoURL)
	}
	c.get("/api/exam/photo").problem(404, "photo_not_found")
	w.fillPlan("p1")
	c.get("/api/exam/me").want(200).into(&me)
	a := c.get(me.Candidate.PhotoURL).want(200)
	if !bytes.Contains(a.body, []byte(plantedPhoto(0))) || a.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the own photo: %v, %d bytes", a.header, len(a.body))
	}
	w.visitor().get("/api/exam/photo").problem(401, "signed_out")
	w.staff("organiser").get("/api/exam/photo").problem(401, "signed_out")
}

// TestStaffSeeMaskedNumbersOnly walks the plan's and documents' routes as the
// organiser, with good and bad input: no answer holds an ID number or a phone.
func TestStaffSeeMaskedNumbersOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.fillPlan("p1")
	c := w.staff("organiser")
	for _, path := range []string{
		"plans", "plans/p1", "plans/p1/entries", "plans/p1/entries?q=考生", "plans/p1/entries/" + string(ids[0]), "plans/p1/template.xlsx", "eligibility-examples",
		"sittings/" + string(w.sitting) + "/tickets.pdf", "sittings/" + string(w.sitting) + "/seats.pdf", "sittings/" + string(w.sitting) + "/record.pdf", "sittings/" + string(w.sitting) + "/progress",
	} {
		a := c.get("/api/admin/" + path).want(200)
		if strings.HasSuffix(path, ".pdf") { // compressed: look at its text
			got, err := printtest.Text(a.body)
			must(t, err)
			c.mu.Lock()
			c.seen.WriteString(got)
			c.mu.Unlock()
		}
	}
	wrong := w.people[1].IDNumber[:17] + "?"
	c.post("/api/admin/plans/p1/entries", map[string]any{"key": "x", "late": "", "entry": map[string]any{"name": "某人", "id_type": "resident_card", "id_number": w.people[1].IDNumber,
		"phone": plantedPhone(1), "unit": "", "level": 3, "subjects": []string{}, "centre": "", "factor": 0, "needs": "", "facts": map[string]any{}, "materials": []string{}}}).problem(422, "application_refused")
	c.call("POST", "/api/admin/plans/p1/entry-imports?name=x.xlsx&key=k&mode=accept", rosterFile(t, []string{"姓名", "证件号码", "等级", "手机"},
		[]string{"甲", w.people[0].IDNumber, "三级", plantedPhone(0)}, []string{"乙", wrong, "三级", plantedPhone(1)}), header("Content-Type", xlsx)).want(200)
	c.call("POST", "/api/admin/plans/p1/photo-imports", photoArchive(t, map[string][]byte{
		w.people[0].IDNumber + ".jpg": []byte("no picture"), w.people[1].IDNumber + "1.jpg": portrait(t, ""), "tel" + plantedPhone(2) + ".jpg": portrait(t, "")}), header("Content-Type", "application/zip")).want(200)
	seen := c.seen.String()
	for i, p := range w.people {
		for _, secret := range []string{p.IDNumber, p.IDNumber[:17], plantedPhone(i)} {
			if j := strings.Index(seen, secret); j >= 0 {
				t.Errorf("staff were sent %q: …%s…", secret, seen[max(0, j-150):min(len(seen), j+100)])
			}
		}
	}
}
