package document

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/print"
)

// RoomRecord is the record of one room in one sitting (考场情况记录单).
type RoomRecord struct {
	Exam      Exam
	Centre    string
	Room      string
	Form      string // 考试形式: "机考"
	StartedAt time.Time
	ClosedAt  time.Time
	People    []RoomPerson
	Grants    []Granted
	Incidents []Incident
	Moves     []Move
	// Arrangement is the sealed hash of the seating, Reconciliation that of the
	// comparison of journals and ledger; "" prints that there is none.
	Arrangement    string
	Reconciliation string
}

// RoomPerson is one candidate of the room.
type RoomPerson struct {
	Name     string
	Ticket   string
	IDMasked string
	Seat     string
	State    string // in words: "已交卷"
	Present  bool   // came in
	Absent   bool   // declared or found absent; before that neither
	Answered int
	Total    int
	HandedIn time.Time
	By       string // who handed in, in words; "" when nobody did
}

// Granted is extra time or a pause that reached somebody in the room.
type Granted struct {
	At       time.Time
	Kind     string // "补时", "暂停"
	Scope    string // in words: "本考场", "考生 张三"
	Minutes  string // "10分"
	Reason   string
	Approver string
}

// Incident is something that happened in the room.
type Incident struct {
	At        time.Time
	Kind      string // "异常情况", "违纪"
	Tier      string // in words; "" for none
	Who       string
	Facts     string
	Action    string
	Statement string // "本人签字", "拒签", …
	Signed    string // the two who signed
}

// Move is a change of seat.
type Move struct {
	At       time.Time
	Who      string
	From, To string
	Reason   string
}

// counts of the room's people.
func (r *RoomRecord) counts() (present, absent, handedIn, empty int) {
	for _, p := range r.People {
		switch {
		case p.Absent:
			absent++
			continue
		case p.Present:
			present++
		}
		if !p.HandedIn.IsZero() {
			handedIn++
			if p.Answered == 0 {
				empty++
			}
		}
	}
	return present, absent, handedIn, empty
}

// RoomRecords writes the sheets of several rooms as one PDF, each room
// beginning on a page of its own.
func RoomRecords(w io.Writer, k Kit, rooms []RoomRecord) (print.Result, error) {
	code := "KW-03"
	if len(rooms) > 0 {
		code += " / " + rooms[0].Exam.Code
	}
	d := print.New(k.options("考场情况记录单", code))
	for i := range rooms {
		d.AddPage()
		rooms[i].print(d, k)
	}
	return d.Write(w)
}

func (r *RoomRecord) print(d *print.Doc, k Kit) {
	d.Heading("考场情况记录单", 18)
	present, absent, handedIn, empty := r.counts()
	d.Fields([]print.Field{
		{Name: "考试名称", Value: r.Exam.Name}, {Name: "职业等级", Value: r.Exam.Occupation + " " + r.Exam.Level},
		{Name: "科目", Value: r.Exam.Subject}, {Name: "考试形式", Value: r.Form},
		{Name: "考点", Value: r.Centre}, {Name: "考场", Value: r.Room},
		{Name: "计划时间", Value: k.Span(r.Exam.StartsAt, r.Exam.EndsAt)}, {Name: "实际时间", Value: orNone(k.Span(r.StartedAt, r.ClosedAt))},
		{Name: "应考人数", Value: fmt.Sprint(len(r.People))}, {Name: "实考人数", Value: fmt.Sprint(present)},
		{Name: "缺考人数", Value: fmt.Sprint(absent)}, {Name: "已交卷 / 零作答", Value: fmt.Sprintf("%d / %d", handedIn, empty)},
	}, 2)
	r.absentees(d)
	r.grants(d, k)
	r.moves(d, k)
	r.incidents(d, k)
	r.emptyHanded(d)
	d.Section("考试情况", 20)
	d.Frame(d.Left(), d.Y, d.Width(), 20) // to write in by hand
	d.Y += 21
	r.proofs(d)
	d.Signatures("监考员一", "监考员二", "考点负责人", "巡视（督导）员")
	r.roster(d, k)
}

// section is a titled table, or the word 无 where there is nothing.
func section(d *print.Doc, title string, columns []print.Column, rows [][]string) {
	if len(rows) == 0 {
		d.Section(title+"：无", 0)
		return
	}
	d.Section(fmt.Sprintf("%s（%d）", title, len(rows)), 14)
	d.Table(print.Table{Columns: columns, Rows: rows, Size: 8.5})
}

func (r *RoomRecord) absentees(d *print.Doc) {
	var rows [][]string
	for _, p := range r.People {
		if p.Absent {
			rows = append(rows, []string{p.Seat, p.Name, p.Ticket, p.IDMasked})
		}
	}
	section(d, "缺考名单", []print.Column{{Title: "座位", Share: 1, Align: print.Centre}, {Title: "姓名", Share: 2}, {Title: "准考证号", Share: 3}, {Title: "证件号码", Share: 3}}, rows)
}

func (r *RoomRecord) grants(d *print.Doc, k Kit) {
	var rows [][]string
	for _, g := range r.Grants {
		rows = append(rows, []string{k.Clock(g.At), g.Kind, g.Scope, g.Minutes, g.Reason, g.Approver})
	}
	section(d, "补时与暂停", []print.Column{{Title: "时间", Share: 1, Align: print.Centre}, {Title: "类别", Share: 1.2}, {Title: "范围", Share: 2}, {Title: "时长", Share: 1.2}, {Title: "原因", Share: 4}, {Title: "批准人", Share: 1.6}}, rows)
}

func (r *RoomRecord) moves(d *print.Doc, k Kit) {
	var rows [][]string
	for _, m := range r.Moves {
		rows = append(rows, []string{k.Clock(m.At), m.Who, m.From, m.To, m.Reason})
	}
	section(d, "换机换座", []print.Column{{Title: "时间", Share: 1, Align: print.Centre}, {Title: "考生", Share: 2.4}, {Title: "原座位", Share: 1.6}, {Title: "新座位", Share: 1.6}, {Title: "原因", Share: 4}}, rows)
}

func (r *RoomRecord) incidents(d *print.Doc, k Kit) {
	var rows [][]string
	for _, i := range r.Incidents {
		kind := i.Kind
		if i.Tier != "" {
			kind += "\n" + i.Tier
		}
		rows = append(rows, []string{k.Clock(i.At), kind, i.Who, i.Facts, i.Action, i.Statement, i.Signed})
	}
	section(d, "异常与违纪", []print.Column{{Title: "时间", Share: 1, Align: print.Centre}, {Title: "类别", Share: 1.3}, {Title: "考生", Share: 1.7}, {Title: "事实", Share: 3.6}, {Title: "处理", Share: 2.2}, {Title: "考生签字", Share: 1.3}, {Title: "记录人", Share: 1.5}}, rows)
}

// emptyHanded lists who handed in without an answer: the list is to be looked
// at in the room, not afterwards.
func (r *RoomRecord) emptyHanded(d *print.Doc) {
	var who []string
	for _, p := range r.People {
		if !p.Absent && !p.HandedIn.IsZero() && p.Answered == 0 {
			who = append(who, p.Seat+" "+p.Name)
		}
	}
	if who != nil {
		d.Section("已交卷但作答数为 0，请核对："+strings.Join(who, "、"), 0)
	}
}

func (r *RoomRecord) proofs(d *print.Doc) {
	small := print.Style{Size: 7.5}
	d.Need(10)
	d.Y += d.Box(d.Left(), d.Y, d.Width(), "座次编排封存值（SHA-256）："+orNone(r.Arrangement), small)
	d.Y += d.Box(d.Left(), d.Y, d.Width(), "作答记录核对值（SHA-256）："+orNone(r.Reconciliation), small)
}

// roster is the list of everybody, on pages of its own.
func (r *RoomRecord) roster(d *print.Doc, k Kit) {
	people := slices.Clone(r.People)
	rows := make([][]string, 0, len(people))
	for i, p := range people {
		note := p.By
		if p.Absent {
			note = "缺考"
		}
		answered := ""
		if p.Total > 0 && !p.Absent {
			answered = fmt.Sprintf("%d/%d", p.Answered, p.Total)
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), p.Seat, p.Name, p.Ticket, p.IDMasked, p.State, answered, k.Clock(p.HandedIn), note})
	}
	d.AddPage()
	d.Heading(r.Room+" 考生名单", 13)
	d.Table(print.Table{Size: 8, Columns: []print.Column{
		{Title: "序号", Share: 0.9, Align: print.Centre}, {Title: "座位", Share: 1, Align: print.Centre}, {Title: "姓名", Share: 1.8},
		{Title: "准考证号", Share: 2.8}, {Title: "证件号码", Share: 3.2}, {Title: "状态", Share: 1.4, Align: print.Centre}, {Title: "作答", Share: 1.3, Align: print.Centre},
		{Title: "交卷", Share: 1.1, Align: print.Centre}, {Title: "备注", Share: 1.8},
	}, Rows: rows})
}

func orNone(s string) string {
	if s == "" {
		return "无"
	}
	return s
}
