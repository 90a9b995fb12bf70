package plan_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/fault"
)

var head = []string{"序号", "姓 名", "身份证号码（必填）", "联系电话", "工作单位", "认定等级", "科目", "工作年限", "备注"}

func person(i int) []string {
	return []string{fmt.Sprint(i), "考生" + string(rune('甲'+i)), idNumber(i), fmt.Sprintf("1380000%04d", i), "某厂", "三级/高级工", "理论", "12年", ""}
}

// preview reads a workbook and reports it as "place code".
func (w *world) preview(id plan.ID, data []byte) (*plan.Roster, bank.Report, []string) {
	w.t.Helper()
	info, err := w.Plan(w.t.Context(), id)
	must(w.t, err)
	ro, err := plan.ReadRoster(bytes.NewReader(data), int64(len(data)), "名单.xlsx", &info.Plan)
	must(w.t, err)
	report, err := w.Preview(w.t.Context(), id, ro)
	must(w.t, err)
	var found []string
	for _, p := range report.Problems {
		found = append(found, p.Place()+" "+p.Code)
	}
	for _, r := range report.Rows {
		for _, p := range r.Problems {
			found = append(found, p.Place()+" "+p.Code)
		}
	}
	return ro, report, found
}

// A column that nothing is read from is named once, where it says something.
func TestRosterNamesColumnsThatAreNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.opened("p1")
	second, third := person(1), person(2)
	second[8], third[8] = "需要停车位", "同上"
	_, report, found := w.preview(id, workbook(t, head, person(0), second, third))
	if diff := cmp.Diff([]string{"Sheet1!I3 column_ignored"}, found); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
	if !report.OK() || report.Good != 3 {
		t.Errorf("ok %v, %d good: a warning holds nobody back", report.OK(), report.Good)
	}
}

// TestRosterWithDuplicateIDs is the bad input by name: one ID number twice in
// the file, once more in the plan, and once in another plan.
func TestRosterWithDuplicateIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	w.register(id, 1) // person 0
	w.opened("p2")
	_, err := w.Register(ctx, "staff", "p2", plan.Batch{Key: "k", Source: "form", List: []plan.Application{applicant(5)}})
	must(t, err)
	lower := person(1)
	lower[2] = strings.ToLower(" " + lower[2][:6] + " " + lower[2][6:]) // the same number, written otherwise
	ro, report, found := w.preview(id, workbook(t, head, person(1), person(2), lower, person(0), person(5)))
	want := []string{"Sheet1!C4 id_repeated", "Sheet1!C5 already_in_plan", "Sheet1!C6 registered_elsewhere"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
	if report.OK() || report.Good != 3 || report.Bad != 2 || report.Warnings != 1 {
		t.Errorf("ok %v, %d good, %d bad, %d warnings", report.OK(), report.Good, report.Bad, report.Warnings)
	}
	ids, again, err := w.Accept(ctx, "staff", id, "k9", "", ro)
	if err != nil || ids != nil || again.OK() {
		t.Errorf("accepted %d rows of a bad file: %v", len(ids), err)
	}
	info, err := w.Plan(ctx, id)
	must(t, err)
	if info.Counts.Total != 1 {
		t.Errorf("%d entries, want the one before", info.Counts.Total)
	}
	for _, r := range report.Rows {
		if strings.Contains(fmt.Sprint(r), "19840229") {
			t.Errorf("a row shows an ID number: %v", r)
		}
	}
}

func TestRosterIsTakenWholly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	data := workbook(t, []string{"2026年报名汇总表"}, head, person(1), person(2), person(3))
	ro, report, found := w.preview(id, data)
	if !report.OK() || report.Good != 3 || found != nil {
		t.Fatalf("a good file: %v", found)
	}
	ids, _, err := w.Accept(ctx, "staff", id, "k", "", ro)
	if err != nil || len(ids) != 3 {
		t.Fatalf("accepted %d, %v", len(ids), err)
	}
	again, _, err := w.node().Accept(ctx, "staff", id, "k", "", ro)
	if diff := cmp.Diff(ids, again); diff != "" || err != nil {
		t.Errorf("repeated: %v %s", err, diff)
	}
	e, err := w.Entry(ctx, id, ids[0])
	must(t, err)
	if e.Level != 3 || e.Unit != "某厂" || e.Eligibility.Result != plan.Eligible || e.Source != "名单.xlsx Sheet1!3" || len(e.Subjects) != 1 {
		t.Errorf("the first entry: %+v", e)
	}
}

func TestRosterCells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.opened("p1")
	head := []string{"姓名", "证件类型", "证件号码", "等级", "科目", "考点", "出生日期", "累计工作年限", "已有证书等级", "发证日期", "学历", "职称", "在校生", "时长系数", "材料"}
	row := func(change map[int]string) []string {
		r := []string{"考生", "", idNumber(1), "3", "", "第一考点", "", "5.5", "四级", "2018年5月", "大专", "无", "否", "1.3", "真实性承诺书"}
		for i, v := range change {
			r[i] = v
		}
		return r
	}
	for _, tt := range []struct {
		name   string
		change map[int]string
		want   []string
	}{
		{"good", nil, nil},
		{"empty name", map[int]string{0: " "}, []string{"Sheet1!A2 name_length"}},
		{"digits in a name", map[int]string{0: "考生1"}, []string{"Sheet1!A2 name_digits"}},
		{"unknown document", map[int]string{1: "驾照"}, []string{"Sheet1!B2 id_type_unknown"}},
		{"passport", map[int]string{1: "护照", 2: "e12345678", 6: "1999/5/1"}, nil},
		{"17 digits", map[int]string{2: idNumber(1)[:17]}, []string{"Sheet1!C2 id_length"}},
		{"wrong check digit", map[int]string{2: "370199198402290019"}, []string{"Sheet1!C2 id_checksum"}},
		{"shortened", map[int]string{2: "3.70199E+17"}, []string{"Sheet1!C2 id_shortened"}},
		{"level in words", map[int]string{3: "中级工"}, nil},
		{"no such level", map[int]string{3: "九级"}, []string{"Sheet1!D2 level_unknown"}},
		{"level not held", map[int]string{3: "5"}, []string{"Sheet1!D2 level_not_planned"}},
		{"subjects", map[int]string{4: "理论知识考试、操作技能"}, nil},
		{"unknown subject", map[int]string{4: "口试"}, []string{"Sheet1!E2 subject_unknown"}},
		{"unknown centre", map[int]string{5: "99"}, []string{"Sheet1!F2 centre_unknown"}},
		{"bad years", map[int]string{7: "很多"}, []string{"Sheet1!H2 years_form"}},
		{"bad date", map[int]string{9: "去年"}, []string{"Sheet1!J2 date_form"}},
		{"date in the future", map[int]string{9: "2030-01-01"}, []string{"Sheet1!J2 date_form"}},
		{"unknown diploma", map[int]string{10: "自学"}, []string{"Sheet1!K2 diploma_unknown"}},
		{"unknown title", map[int]string{11: "大师"}, []string{"Sheet1!L2 title_unknown"}},
		{"yes or no", map[int]string{12: "也许"}, []string{"Sheet1!M2 yes_no"}},
		{"factor too high", map[int]string{13: "9"}, []string{"Sheet1!N2 factor_range"}},
		{"unknown material", map[int]string{14: "护照复印件"}, []string{"Sheet1!O2 material_unknown"}},
	} {
		_, _, found := w.preview(id, workbook(t, head, row(tt.change)))
		if diff := cmp.Diff(tt.want, found); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestRosterFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	p := draft("p")
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"text", []byte("姓名,证件号码"), exchange.ErrNotWorkbook},
		{"no header", workbook(t, []string{"甲", "乙"}), exchange.ErrColumns},
		{"a column is missing", workbook(t, []string{"姓名", "等级"}), exchange.ErrColumns},
	} {
		if _, err := plan.ReadRoster(bytes.NewReader(tt.data), -1, "f.xlsx", &p); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	w := newWorld(t)
	id := w.opened("p1")
	if _, report, found := w.preview(id, workbook(t, head)); report.OK() || len(found) != 1 {
		t.Errorf("no rows: %v", found)
	}
}

// TestTemplate fills the template in as its guide says and reads it back.
func TestTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.opened("p1")
	p := draft("p1")
	var b bytes.Buffer
	must(t, plan.Template(&b, &p))
	ro, err := plan.ReadRoster(&b, -1, "模板.xlsx", &p)
	must(t, err)
	report, err := w.Preview(t.Context(), id, ro)
	must(t, err)
	if len(report.Problems) != 1 || report.Problems[0].Code != "roster_empty" {
		t.Errorf("the empty template: %v", report.Problems)
	}
}

func TestPhotos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.opened("p1")
	ids := w.register(id, 4)
	small, good := picture(t, 100, 100), picture(t, 240, 320)
	err := w.SetPhoto(ctx, "staff", id, ids[0], small)
	if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Code != "photo_size" {
		t.Errorf("a small photo: %v", err)
	}
	rule := plan.PhotoRule{Width: 240, Height: 320, MaxBytes: len(good), Format: "png"}
	_, _, _, err = rule.Check(good)
	if f := fault.As(err); f == nil || len(f.Fields) != 2 || f.Fields[0].Code != "photo_format" || f.Fields[1].Code != "photo_bytes" {
		t.Errorf("format and bytes: %v", err)
	}
	archive := func(files map[string][]byte) []byte {
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
	files := map[string][]byte{
		"照片/" + idNumber(0) + ".jpg": good, idNumber(1) + ".JPG": small, idNumber(2) + ".jpg": []byte("no picture"),
		idNumber(77) + ".jpg": good, "合影.jpg": good, "__MACOSX/._x.jpg": nil, ".DS_Store": nil,
	}
	report, err := w.ImportPhotos(ctx, "staff", id, archive(files))
	must(t, err)
	if report.Stored != 1 || report.Unchanged != 0 || len(report.Refused) != 2 || len(report.Unmatched) != 2 || len(report.Without) != 3 {
		t.Errorf("report: %+v", report)
	}
	if strings.Contains(fmt.Sprint(report), "19840229") {
		t.Errorf("the report shows an ID number: %+v", report)
	}
	report, err = w.ImportPhotos(ctx, "staff", id, archive(files))
	if err != nil || report.Stored != 0 || report.Unchanged != 1 {
		t.Errorf("again: %+v, %v", report, err)
	}
	if _, err := w.ImportPhotos(ctx, "staff", id, []byte("no zip")); !errors.Is(err, plan.ErrArchive) {
		t.Errorf("no archive: %v", err)
	}
	must(t, w.SetPhoto(ctx, "staff", id, ids[1], good))
	e, err := w.Entry(ctx, id, ids[1])
	if err != nil || !e.HasPhoto {
		t.Errorf("has photo %v, %v", e.HasPhoto, err)
	}
}

func FuzzReadRoster(f *testing.F) {
	p := draft("p")
	f.Add("姓名|证件号码|等级", "考生|370199198402290017|3")
	f.Add("姓名|证件号码|等级|发证日期", "|3.7E+17|九|2018.13.1")
	f.Fuzz(func(t *testing.T, header, row string) {
		data := workbook(t, strings.Split(header, "|"), strings.Split(row, "|"))
		_, _ = plan.ReadRoster(bytes.NewReader(data), -1, "f.xlsx", &p) // must not panic
	})
}
