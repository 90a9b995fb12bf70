package resultbook_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/internal/print/printtest"
	"github.com/xinglu/xinglu/scoring"
)

var (
	keep   = flag.String("keep", "", "folder to keep the papers in, to look at them")
	update = flag.Bool("update", false, "write the golden files anew")
)

var (
	start = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) // 09:00 in China
	kit   = resultbook.Kit{Made: start.Add(8 * time.Hour)}
	head  = resultbook.Head{
		Division: "0198f3c2-7a11-7000-8000-00000000d3f2", Code: "00D3F2", Contest: "山东省第十三届“技能兴鲁”职业技能大赛", Event: "印制电路制作工", Name: "职工组",
		Organiser: "山东省人力资源和社会保障厅", Scheme: 3, Rules: 7, Procedure: 2,
	}
)

// written makes a paper and compares its text with the golden file.
func written(t *testing.T, name string, f func(*bytes.Buffer) (print.Result, error)) (print.Result, string) {
	t.Helper()
	var b bytes.Buffer
	res, err := f(&b)
	if err != nil {
		t.Fatal(err)
	}
	kept(t, name+".pdf", b.Bytes())
	pages, err := printtest.Pages(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i, p := range pages {
		fmt.Fprintf(&text, "--- page %d\n%s\n", i+1, strings.Join(p, "\n"))
	}
	golden(t, name+".golden", text.String())
	return res, text.String()
}

func kept(t *testing.T, name string, data []byte) {
	t.Helper()
	if *keep == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*keep, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", file, diff)
	}
}

// schemeOf reads a published scheme of package scoring's tests.
func schemeOf(t *testing.T, name string) scoring.Scheme {
	t.Helper()
	var s scoring.Scheme
	data, err := os.ReadFile(filepath.Join("..", "..", "scoring", "testdata", name))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBlankSheets(t *testing.T) {
	t.Parallel()
	pcb, safety := schemeOf(t, "pcb_scheme.json"), schemeOf(t, "safety_scheme.json")
	var sheets []resultbook.BlankSheet
	for i, m := range append(pcb.Modules, safety.Modules...) {
		if m.Source == scoring.SourcePanel {
			sheets = append(sheets, resultbook.BlankSheet{
				Module: m, Sheet: engine.SheetID("A07." + string(m.ID)), Code: "A07", Layer: engine.LayerStation, Seat: i%3 + 1, Seats: 3, Round: 1,
			})
		}
	}
	res, text := written(t, "blank", func(b *bytes.Buffer) (print.Result, error) { return resultbook.BlankSheets(b, kit, head, sheets) })
	if strings.Count(text, "评 分 表（纸质）") != len(sheets) || strings.Count(text, "第 1 页 共") != len(sheets) {
		t.Errorf("%d pages for %d sheets, each is to be counted by itself:\n%s", res.Pages, len(sheets), text)
	}
}

func TestBlankTables(t *testing.T) {
	t.Parallel()
	pcb := schemeOf(t, "pcb_scheme.json")
	var tables []resultbook.BlankTable
	for _, m := range pcb.Modules {
		if m.Source != scoring.SourcePanel {
			continue
		}
		b := resultbook.BlankTable{Module: m, Panel: 1, Layer: engine.LayerWork, Seat: 2, Seats: 3, Judge: "王裁判"}
		for i := range 24 {
			b.Codes = append(b.Codes, fmt.Sprintf("W%03d", 7*i+11))
		}
		tables = append(tables, b)
	}
	written(t, "table", func(b *bytes.Buffer) (print.Result, error) { return resultbook.BlankTables(b, kit, head, tables) })
}

func TestSheetMark(t *testing.T) {
	t.Parallel()
	for _, m := range []resultbook.SheetMark{
		{Division: head.Division, Sheet: "A07.B~2", Seat: 3, Document: "JS-01 / 00D3F2 / A07.B~2 / J3"},
		{Division: "d&=?", Module: "B", Panel: 1, Seat: 1, Document: "JS-02"},
	} {
		if got, err := resultbook.ParseSheetMark(m.String()); err != nil || got != m {
			t.Errorf("%s: %+v, %v; want %+v", m, got, err, m)
		}
	}
	for _, text := range []string{"", "https://example.org", "xinglu:sheet?d=1", "xinglu:sheet?d=1&s=A.B&j=0", "xinglu:sheet?d=1&j=1&m=B&n=x", "xinglu:sheet?%zz"} {
		if m, err := resultbook.ParseSheetMark(text); err == nil {
			t.Errorf("%q is read as %+v", text, m)
		}
	}
}

// watch measures for people to read; nothing is decided by it.
func watch() func() time.Duration {
	at := time.Now()
	return func() time.Duration { return time.Since(at).Round(time.Millisecond) }
}
