package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/print"
)

// EntrySheet is the confirmation of one unit's or delegation's entries in a
// division (参赛报名确认表), to be signed and sealed by the unit.
type EntrySheet struct {
	Contest    string
	Event      string
	Division   string // with the stage: "职工组（决赛）"
	Organiser  string
	Delegation string // "" where the contest has none
	Unit       string // of all of them, "" where they are of several
	Lines      []EntryLine
}

// EntryLine is one person of an entry sheet. ID numbers come masked.
type EntryLine struct {
	Name     string
	IDMasked string
	Unit     string
	Identity string // 职工
	Level    string // certificate held, "三级/高级工"
	Number   string // of the certificate
	Team     string
	Role     string
	State    string // "已录取", "待审核"
	Note     string // "替换 张三"
}

// EntrySheets writes the sheets, each on pages of its own, landscape.
func EntrySheets(w io.Writer, k Kit, code string, sheets []EntrySheet) (print.Result, error) {
	o := k.options("参赛报名确认表", "DS-01 / "+code)
	o.Landscape = true
	d := print.New(o)
	for i := range sheets {
		sheets[i].print(d, k)
	}
	return d.Write(w)
}

func (s *EntrySheet) print(d *print.Doc, k Kit) {
	d.AddPage()
	d.Heading(s.Contest, 14)
	d.Heading("参赛报名确认表", 16)
	fields := []print.Field{{Name: "赛项", Value: s.Event}, {Name: "组别", Value: s.Division}}
	if s.Delegation != "" {
		fields = append(fields, print.Field{Name: "代表队", Value: s.Delegation})
	}
	if s.Unit != "" {
		fields = append(fields, print.Field{Name: "单位", Value: s.Unit})
	}
	fields = append(fields, print.Field{Name: "人数", Value: strconv.Itoa(len(s.Lines))}, print.Field{Name: "打印时间", Value: k.Moment(k.Made)})
	d.Fields(fields, 2)
	d.Skip(2)
	d.Table(s.table())
	d.Skip(1)
	d.Y += d.Box(d.Left(), d.Y, d.Width(), "本单位已核对以上人员的姓名、证件、身份和证书，确认无误。报名确认后需要更换人员的，由领队在开赛前书面提出。", print.Style{Size: 10})
	d.Signatures("经办人", "领队", "单位负责人（盖章）", "组委会经办人")
}

// table leaves out what nobody has.
func (s *EntrySheet) table() print.Table {
	type column struct {
		print.Column
		of func(*EntryLine) string
	}
	all := []column{
		{print.Column{Title: "姓名", Share: 2}, func(l *EntryLine) string { return l.Name }},
		{print.Column{Title: "证件号码", Share: 3.4}, func(l *EntryLine) string { return l.IDMasked }},
		{print.Column{Title: "单位", Share: 4}, func(l *EntryLine) string { return l.Unit }},
		{print.Column{Title: "身份", Share: 1.2, Align: print.Centre}, func(l *EntryLine) string { return l.Identity }},
		{print.Column{Title: "证书等级", Share: 2.2}, func(l *EntryLine) string { return l.Level }},
		{print.Column{Title: "证书编号", Share: 3}, func(l *EntryLine) string { return l.Number }},
		{print.Column{Title: "队名", Share: 2.2}, func(l *EntryLine) string { return l.Team }},
		{print.Column{Title: "角色", Share: 1.6}, func(l *EntryLine) string { return l.Role }},
		{print.Column{Title: "状态", Share: 1.5, Align: print.Centre}, func(l *EntryLine) string { return l.State }},
		{print.Column{Title: "备注", Share: 2}, func(l *EntryLine) string { return l.Note }},
	}
	t := print.Table{Columns: []print.Column{{Title: "序号", Share: 0.9, Align: print.Centre}}, Rows: make([][]string, len(s.Lines))}
	for i := range s.Lines {
		t.Rows[i] = []string{strconv.Itoa(i + 1)}
	}
	for n, c := range all {
		used := n < 3
		for i := range s.Lines {
			used = used || c.of(&s.Lines[i]) != ""
		}
		if !used {
			continue
		}
		t.Columns = append(t.Columns, c.Column)
		for i := range s.Lines {
			t.Rows[i] = append(t.Rows[i], c.of(&s.Lines[i]))
		}
	}
	t.Columns = append(t.Columns, print.Column{Title: "本人签字", Share: 2})
	return t
}

// PrintedEntries is the record of entry sheets that were handed out, in the
// stream "document/<division>".
type PrintedEntries struct {
	Document string   `json:"document"` // "entry_sheets"
	Division string   `json:"division"`
	Sheets   int      `json:"sheets"`
	SHA256   string   `json:"sha256"`
	Pages    int      `json:"pages"`
	Missing  []string `json:"missing"` // code points that no face has
}

// EntrySheets makes the confirmations of a division's entries. Error:
// ErrNoTickets when there are none.
func (d *Desk) EntrySheets(ctx context.Context, actor, division, code string, sheets []EntrySheet) (File, error) {
	if len(sheets) == 0 {
		return File{}, ErrNoTickets
	}
	var b bytes.Buffer
	res, err := EntrySheets(&b, d.Kit(), code, sheets)
	if err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(b.Bytes())
	p := PrintedEntries{Document: "entry_sheets", Division: division, Sheets: len(sheets), SHA256: hex.EncodeToString(sum[:]), Pages: res.Pages, Missing: []string{}}
	for _, r := range res.Rare {
		if !r.Drawn {
			p.Missing = append(p.Missing, r.Code)
		}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return File{}, fmt.Errorf("recording a print: %w", err)
	}
	_, err = d.Ledger.Append(ctx, ledger.Entry{Stream: ledger.StreamID("document/" + division), Expect: ledger.AnySeq, At: d.Now().UTC().Truncate(time.Millisecond),
		Kind: "document.printed", Actor: actor, Data: data})
	return File{Name: "entries-" + code + ".pdf", Type: pdfType, Data: b.Bytes(), Result: res}, err
}
