package document

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/print"
)

// DrawHead is the heading of the papers of a draw.
type DrawHead struct {
	Contest  string
	Event    string
	Division string
	Draw     string // "station.1", for the document code
	Layer    string // what is drawn: "赛位号"
	Above    string // what draws it: "参赛号"
	Modules  string // that it serves; "" for all
}

// DrawRecord is the record of a draw (抽签加密记录单). Who took part and which
// codes were drawn stand in lists of their own: the paper ties nothing together.
type DrawRecord struct {
	DrawHead
	Method       string // "计算机抽签", "现场手工抽签"
	State        string
	People       int
	Absent       int
	Confirmed    int
	Algorithm    string
	Commitment   string
	Participants string
	Digest       string
	Word         string // as it was said, and by whom
	Witness      string
	AnnouncedBy  string
	AnnouncedAt  time.Time
	DrawnAt      time.Time
	Statement    string   // that the module is over and the works are in
	Breaches     []string // constraints that could not be kept, counted
	Annulled     string   // why, and by whom; "" while it stands
	Uppers       []string // sorted
	Codes        []string // sorted
	Order        []string // in which people drew by hand
}

// DrawRecords writes the record of a draw.
func DrawRecords(w io.Writer, k Kit, r DrawRecord) (print.Result, error) {
	d := print.New(k.options("抽签加密记录单", "JS-01 / "+r.Draw))
	d.AddPage()
	r.head(d, r.Layer+"抽签（加密）记录单")
	d.Fields([]print.Field{
		{Name: "抽签编号", Value: r.Draw}, {Name: "方式", Value: r.Method},
		{Name: "状态", Value: r.State}, {Name: "参加人数", Value: strconv.Itoa(r.People)},
		{Name: "未参加", Value: strconv.Itoa(r.Absent)}, {Name: "已确认签号", Value: strconv.Itoa(r.Confirmed)},
		{Name: "公布时间", Value: k.Moment(r.AnnouncedAt)}, {Name: "抽签时间", Value: k.Moment(r.DrawnAt)},
		{Name: "公布人", Value: r.AnnouncedBy}, {Name: "见证人", Value: r.Witness},
	}, 2)
	rows := [][]string{}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	add("公开词", r.Word)
	add("承诺值（SHA-256）", r.Commitment)
	add("参加者摘要", r.Participants)
	add("结果摘要", r.Digest)
	add("算法", r.Algorithm)
	add("声明", r.Statement)
	add("未能满足的条件", strings.Join(r.Breaches, "；"))
	add("作废", r.Annulled)
	d.Skip(2)
	d.Table(print.Table{Columns: []print.Column{{Title: "项目", Share: 1}, {Title: "内容", Share: 4}}, Rows: rows})
	if len(r.Order) > 0 {
		codes(d, "抽签顺序（"+r.Above+"）", r.Order)
	}
	codes(d, "参加抽签（"+r.Above+"，按号排列，不表示对应关系）", r.Uppers)
	codes(d, "抽出（"+r.Layer+"，按号排列，不表示对应关系）", r.Codes)
	d.Signatures("加密裁判", "监督", "选手代表", "裁判长")
	return d.Write(w)
}

func (h DrawHead) head(d *print.Doc, title string) {
	d.Heading(title, 16)
	line := strings.Join(nonEmpty(h.Contest, h.Event, h.Division, h.Modules), "　")
	d.Y += d.Box(d.Left(), d.Y, d.Width(), line, print.Style{Size: 10, Align: print.Centre}) + 2
}

func nonEmpty(list ...string) []string {
	out := list[:0]
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// codes sets a list of codes in rows of ten.
func codes(d *print.Doc, title string, list []string) {
	const perRow = 10
	d.Section(fmt.Sprintf("%s：%d", title, len(list)), 8)
	t := print.Table{Row: 6}
	for i := range perRow {
		t.Columns = append(t.Columns, print.Column{Title: strconv.Itoa(i + 1), Share: 1, Align: print.Centre})
	}
	for i := 0; i < len(list); i += perRow {
		t.Rows = append(t.Rows, list[i:min(i+perRow, len(list))])
	}
	if len(t.Rows) == 0 {
		t.Rows = [][]string{{"—"}}
	}
	d.Table(t)
}

// CodeTable is one layer on paper, for its custodian to keep under seal.
type CodeTable struct {
	DrawHead
	Custodian string
	Rows      []CodeRow
}

// CodeRow is one line of a CodeTable.
type CodeRow struct {
	Above, Name, Code, Place, Confirmed string
}

// CodeTables writes the table of a layer (加密对应表). Every page says that it
// is kept under seal until the decryption.
func CodeTables(w io.Writer, k Kit, t CodeTable) (print.Result, error) {
	d := print.New(k.options("加密对应表", "JS-02 / "+t.Draw))
	d.AddPage()
	t.head(d, t.Above+"—"+t.Layer+"　加密对应表")
	d.Y += d.Box(d.Left(), d.Y, d.Width(), "密封保管：解密前仅限本层加密裁判持有，装袋密封，骑缝签字；不得复印、拍照、转交。", print.Style{Size: 10, Bold: true, Align: print.Centre}) + 2
	names := false
	for _, r := range t.Rows {
		names = names || r.Name != ""
	}
	table := print.Table{Columns: []print.Column{{Title: t.Above, Share: 1, Align: print.Centre}}}
	if names {
		table.Columns = append(table.Columns, print.Column{Title: "姓名", Share: 1.5, Align: print.Centre})
	}
	table.Columns = append(table.Columns,
		print.Column{Title: t.Layer, Share: 1, Align: print.Centre}, print.Column{Title: "场次/工位", Share: 1.2, Align: print.Centre},
		print.Column{Title: "选手确认", Share: 1.5, Align: print.Centre}, print.Column{Title: "备注", Share: 1.5})
	for _, r := range t.Rows {
		row := []string{r.Above}
		if names {
			row = append(row, r.Name)
		}
		table.Rows = append(table.Rows, append(row, r.Code, r.Place, r.Confirmed, ""))
	}
	d.Table(table)
	d.Signatures("加密裁判", "监督")
	return d.Write(w)
}
