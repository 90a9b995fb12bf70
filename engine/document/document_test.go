package document_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/internal/print/printtest"
)

var (
	keep   = flag.String("keep", "", "folder to keep the documents in, to look at them")
	update = flag.Bool("update", false, "write the golden files anew")
)

var (
	start = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) // 09:00 in China
	kit   = document.Kit{Made: start.Add(-time.Hour)}
	event = document.Exam{Code: "S1", Name: "2026年第三批次认定", Occupation: "电工", Level: "三级/高级工",
		Subject: "理论知识考试", StartsAt: start, EndsAt: start.Add(90 * time.Minute)}
)

// written makes a document and compares its text with the golden file.
func written(t *testing.T, name string, f func(*bytes.Buffer) (print.Result, error)) (print.Result, string) {
	t.Helper()
	var b bytes.Buffer
	res, err := f(&b)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(filepath.Join(*keep, name+".pdf"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := printtest.Pages(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i, p := range pages {
		fmt.Fprintf(&text, "--- page %d\n%s\n", i+1, strings.Join(p, "\n"))
	}
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("%s (-want +got)\n%s", file, diff)
	}
	return res, text.String()
}

func photo(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 240, 320))
	for y := range 320 {
		for x := range 240 {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y / 2), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func ticketOf(i int) document.Ticket {
	return document.Ticket{Number: fmt.Sprintf("3701002%03d", i), Name: fmt.Sprintf("考生%d", i), IDMasked: "370100********0017", Unit: "济南第一技师学院",
		Centre: "济南市第一考点", Address: "济南市历下区某路1号教学楼二层（由东门进入）", Room: "第1考场", Seat: fmt.Sprintf("%02d", i), Exam: event}
}

func TestTickets(t *testing.T) {
	t.Parallel()
	sheet := document.TicketSheet{Heading: "山东省职业技能等级认定", Issuer: "山东省职业技能鉴定中心", PerPage: 2,
		Notes: []string{"凭本证和有效居民身份证入场，缺一不可。", "开考30分钟后不得入场；考试结束前30分钟内方可交卷。", "不得携带具有存储、通信功能的电子设备。"}}
	for i := range 3 {
		sheet.Tickets = append(sheet.Tickets, ticketOf(i+1))
	}
	sheet.Tickets[0].Photo = photo(t)
	sheet.Tickets[1].Photo = []byte("no picture")
	sheet.Tickets[2].Name = "欧阳𬱖"
	res, text := written(t, "tickets", func(b *bytes.Buffer) (print.Result, error) { return document.Tickets(b, kit, sheet) })
	if res.Pages != 2 || len(res.Rare) != 1 {
		t.Errorf("%d pages and %d rare characters, want 2 and 1", res.Pages, len(res.Rare))
	}
	if strings.Count(text, "照片无法打印") != 1 || strings.Count(text, "贴照片处") != 1 {
		t.Errorf("one photo is bad and one missing; the tickets say otherwise:\n%s", text)
	}
	sheet.PerPage = 1
	var b bytes.Buffer
	if res, err := document.Tickets(&b, kit, sheet); err != nil || res.Pages != 3 {
		t.Errorf("one a page: %d pages, %v", res.Pages, err)
	}
}

func TestRoomRecord(t *testing.T) {
	t.Parallel()
	r := document.RoomRecord{Exam: event, Centre: "济南市第一考点", Room: "第1考场", Form: "机考", StartedAt: start.Add(2 * time.Minute), ClosedAt: start.Add(100 * time.Minute),
		Arrangement: strings.Repeat("0a", 32)}
	for i := range 4 {
		r.People = append(r.People, document.RoomPerson{Name: fmt.Sprintf("考生%d", i+1), Ticket: fmt.Sprintf("3701002%03d", i+1), IDMasked: "370100********0017", Seat: fmt.Sprintf("%02d", i+1),
			Present: true, State: "已交卷", Answered: 10 * i, Total: 100, HandedIn: start.Add(80 * time.Minute), By: "考生"})
	}
	r.People[3] = document.RoomPerson{Name: "考生4", Ticket: "3701002004", Seat: "04", State: "未入场", Absent: true, Total: 100}
	r.Grants = []document.Granted{{At: start.Add(20 * time.Minute), Kind: "补时", Scope: "本考场", Minutes: "10分", Reason: "停电", Approver: "李主任"}}
	r.Moves = []document.Move{{At: start.Add(30 * time.Minute), Who: "02 考生2", From: "02", To: "备1", Reason: "机器故障"}}
	r.Incidents = []document.Incident{{At: start.Add(40 * time.Minute), Kind: "违纪", Tier: "一类", Who: "03 考生3", Facts: "经提醒后手机仍在座位", Action: "科目成绩无效", Statement: "拒签", Signed: "王一、王二"}}
	_, text := written(t, "room", func(b *bytes.Buffer) (print.Result, error) {
		return document.RoomRecords(b, kit, []document.RoomRecord{r, {Exam: event, Room: "第2考场", Centre: "济南市第一考点", Form: "机考"}})
	})
	for _, want := range []string{"3 / 1", "缺考名单（1）", "已交卷但作答数为 0，请核对：01 考生1", "补时与暂停：无"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
}

func TestSeatMap(t *testing.T) {
	t.Parallel()
	m := document.SeatMap{Exam: event, Centre: "济南市第一考点", Room: "第1考场", Columns: 6}
	for i := range 40 {
		s := document.MapSeat{Seat: fmt.Sprintf("%02d", i+1)}
		switch {
		case i < 34:
			s.Name, s.Ticket = fmt.Sprintf("考生%d", i+1), fmt.Sprintf("3701002%03d", i+1)
		case i > 35:
			s.Spare = true
		}
		m.Seats = append(m.Seats, s)
	}
	_, text := written(t, "seats", func(b *bytes.Buffer) (print.Result, error) { return document.SeatMaps(b, kit, []document.SeatMap{m}) })
	if strings.Contains(text, "3701002001") {
		t.Error("a whole ticket number hangs at the door")
	}
}

// TestTicketQR reads nothing back: that the picture is there at all is seen by
// the size, and that it is the same each time by the bytes.
func TestTicketQR(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if _, err := document.Tickets(w, kit, document.TicketSheet{Tickets: []document.Ticket{ticketOf(1)}}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same ticket gave different bytes:", base64.StdEncoding.EncodeToString(a.Bytes()[:60]))
	}
	if !bytes.Contains(a.Bytes(), []byte("/Subtype /Image")) {
		t.Error("the ticket has no picture")
	}
}

func scoreList() document.ScoreList {
	return document.ScoreList{Exam: event, Version: 2, Rules: "2026-1", Parts: []string{"职业道德", "理论知识"}, Rows: []document.ScoreRow{
		{Rank: "1", Ticket: "0370100200100000001", Name: "考生1", IDMasked: "370100********0017", Unit: "某厂", Parts: []string{"80.00", "91.50"}, Score: "90.35", Outcome: "合格"},
		{Ticket: "0370100200100000002", Name: "考生2", IDMasked: "370100********0025", Parts: []string{"", ""}, Score: "未参加"},
	}, Counts: []print.Field{{Name: "应考", Value: "2"}, {Name: "合格", Value: "1"}}}
}

func TestScores(t *testing.T) {
	t.Parallel()
	written(t, "scores", func(b *bytes.Buffer) (print.Result, error) { return document.Scores(b, kit, scoreList()) })
	var b bytes.Buffer
	if err := document.ScoreWorkbook(&b, scoreList()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("成绩单")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"2026年第三批次认定 电工 三级/高级工 理论知识考试 评分第2版"},
		{"名次", "准考证号", "姓名", "证件号码", "单位", "职业道德", "理论知识", "成绩", "结论"},
		{"1", "0370100200100000001", "考生1", "370100********0017", "某厂", "80", "91.5", "90.35", "合格"},
		{"", "0370100200100000002", "考生2", "370100********0025", "", "", "", "未参加"},
	}
	for i := range rows {
		rows[i] = slices.Clip(trim(rows[i]))
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("workbook (-want +got)\n%s", diff)
	}
	if kind, err := f.GetCellType("成绩单", "H3"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the score is a cell of type %v, %v; want a number", kind, err)
	}
	if kind, err := f.GetCellType("成绩单", "B3"); err != nil || kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber {
		t.Errorf("the ticket is a cell of type %v, %v; want text", kind, err)
	}
}

func trim(row []string) []string {
	for len(row) > 0 && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return row
}
