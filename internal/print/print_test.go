package print_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/internal/print/printtest"
)

var keep = flag.String("keep", "", "folder to keep the documents in, to look at them")

var made = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))

// finish writes the document and returns its pages.
func finish(t *testing.T, d *print.Doc) ([][]string, print.Result) {
	t.Helper()
	var b bytes.Buffer
	res, err := d.Write(&b)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		name := filepath.Join(*keep, strings.ReplaceAll(t.Name(), "/", "-")+".pdf")
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := printtest.Pages(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) != res.Pages {
		t.Fatalf("%d pages can be read, the document says %d", len(pages), res.Pages)
	}
	return pages, res
}

func TestTableRepeatsItsHead(t *testing.T) {
	t.Parallel()
	d := print.New(print.Options{Title: "表", Code: "T-1", Made: made})
	d.Heading("考场情况记录单", 16)
	var rows [][]string
	for i := range 90 {
		rows = append(rows, []string{fmt.Sprint(i + 1), "考生姓名", "370100********0017", "备注"})
	}
	d.Table(print.Table{Columns: []print.Column{{Title: "序号", Share: 1, Align: print.Centre}, {Title: "姓名", Share: 2}, {Title: "证件号", Share: 4}, {Title: "备注", Share: 3}}, Rows: rows})
	d.Signatures("监考员一", "监考员二")
	pages, res := finish(t, d)
	if res.Pages < 3 {
		t.Fatalf("%d pages, want at least 3", res.Pages)
	}
	seen := 0
	for i, p := range pages {
		if !slices.Contains(p, "序号") {
			t.Errorf("page %d has no head", i+1)
		}
		if want := fmt.Sprintf("第 %d 页 共 %d 页", i+1, res.Pages); !slices.Contains(p, want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
		if !slices.Contains(p, "T-1") || !slices.Contains(p, "2026-11-23 09:00") {
			t.Errorf("page %d lacks code or time in its foot", i+1)
		}
		for _, s := range p {
			if s == "370100********0017" {
				seen++
			}
		}
	}
	if seen != 90 {
		t.Errorf("%d rows are on paper, want 90", seen)
	}
}

// TestPartsAreCountedApart: each part of a file has its own code and numbers;
// the running head is on every page until it is ended.
func TestPartsAreCountedApart(t *testing.T) {
	t.Parallel()
	d := print.New(print.Options{Code: "T-0", Made: made})
	d.AddPage()
	for i, n := range []int{2, 1, 3} {
		d.Part(fmt.Sprintf("T-%d", i+1))
		d.Running(func() { d.Line(fmt.Sprintf("head %d", i+1), print.Style{}) })
		for range n {
			d.AddPage()
		}
	}
	d.Running(nil)
	d.Part("T-4")
	d.AddPage()
	pages, _ := finish(t, d)
	want := []struct{ code, count, head string }{
		{"T-0", "第 1 页 共 1 页", ""}, {"T-1", "第 1 页 共 2 页", "head 1"}, {"T-1", "第 2 页 共 2 页", "head 1"}, {"T-2", "第 1 页 共 1 页", "head 2"},
		{"T-3", "第 1 页 共 3 页", "head 3"}, {"T-3", "第 2 页 共 3 页", "head 3"}, {"T-3", "第 3 页 共 3 页", "head 3"}, {"T-4", "第 1 页 共 1 页", ""},
	}
	for i, w := range want {
		for _, text := range []string{w.code, w.count, w.head} {
			if text != "" && !slices.Contains(pages[i], text) {
				t.Errorf("page %d lacks %q: %q", i+1, text, pages[i])
			}
		}
		if w.head == "" && slices.ContainsFunc(pages[i], func(s string) bool { return strings.HasPrefix(s, "head") }) {
			t.Errorf("page %d has a running head: %q", i+1, pages[i])
		}
	}
}

func TestLinesObeyTheRules(t *testing.T) {
	t.Parallel()
	d := print.New(print.Options{Made: made})
	d.AddPage()
	for _, tt := range []struct {
		name, text string
		ems        float64
		want       []string
	}{
		{"comma does not begin", "考生须遵守，考场纪律", 5, []string{"考生须遵", "守，考场纪", "律"}},
		{"bracket does not end", "请看四字（见表）", 5, []string{"请看四字", "（见表）"}},
		{"word stays whole", "使用 Windows 系统", 5, []string{"使用", "Windows", "系统"}},
		{"number keeps its digits", "共计 20261123 号", 5, []string{"共计", "20261123", "号"}},
		{"long word is cut", "abcdefghijklmnop", 3, nil},
		{"newline breaks", "一\n二", 5, []string{"一", "二"}},
		{"nothing is one line", "", 5, []string{""}},
		{"closing marks run", "他说：“好。”然后走", 5, []string{"他说：", "“好。”然", "后走"}},
	} {
		got := d.Break(tt.text, tt.ems*10*25.4/72+0.01, print.Style{Size: 10})
		if tt.want == nil {
			if strings.Join(got, "") != tt.text || len(got) < 2 {
				t.Errorf("%s: %q", tt.name, got)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestMissingCharactersAreNamed(t *testing.T) {
	t.Parallel()
	d := print.New(print.Options{Code: "T-2", Made: made})
	d.Line("考生：李𬱖，张三", print.Style{})
	d.AddPage()
	d.Line("考生：王㛃", print.Style{})
	pages, res := finish(t, d)
	want := []print.Rare{
		{Char: "𬱖", Code: "U+2CC56", In: []string{"考生：李𬱖，张三"}},
		{Char: "㛃", Code: "U+36C3", In: []string{"考生：王㛃"}},
	}
	if diff := cmp.Diff(want, res.Rare); diff != "" {
		t.Errorf("result (-want +got)\n%s", diff)
	}
	for i, line := range []string{"考生：李〓，张三", "考生：王〓"} {
		if !slices.Contains(pages[i], line) {
			t.Errorf("page %d does not show %q: %q", i+1, line, pages[i])
		}
		if foot := "〓 缺字：“" + line + "”中为 " + want[i].Code; !slices.Contains(pages[i], foot) {
			t.Errorf("page %d does not say %q: %q", i+1, foot, pages[i])
		}
	}
}

func TestSecondFaceDrawsWhatIsMissing(t *testing.T) {
	t.Parallel()
	second, err := print.OpenFont("testdata/rare.ttf")
	if err != nil {
		t.Fatal(err)
	}
	d := print.New(print.Options{Made: made, Rare: second})
	d.Line("考生：王㛃和李𠮷", print.Style{Size: 20})
	pages, res := finish(t, d)
	if len(res.Rare) != 2 || !res.Rare[0].Drawn || res.Rare[1].Drawn {
		t.Errorf("rare characters: %+v, want the first drawn and the second not", res.Rare)
	}
	for _, s := range pages[0] {
		if strings.Contains(s, "U+36C3") {
			t.Errorf("a character that was drawn is called missing: %q", s)
		}
	}
}

func TestFontFileIsChecked(t *testing.T) {
	t.Parallel()
	if _, err := print.NewFont([]byte("no font")); !errors.Is(err, print.ErrFont) {
		t.Errorf("got %v, want ErrFont", err)
	}
	if f, err := print.OpenFont(""); f != nil || err != nil {
		t.Errorf("no path: %v, %v", f, err)
	}
	if _, err := print.OpenFont("testdata/none.ttf"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestSameDocumentSameBytes also lets documents be made at the same time.
func TestSameDocumentSameBytes(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	out := make([]bytes.Buffer, 3)
	for i := range out {
		wg.Go(func() {
			d := print.New(print.Options{Title: "准考证", Code: "K", Made: made})
			d.AddPage()
			if err := d.QR(20, 20, 30, "370100001"); err != nil {
				t.Error(err)
			}
			d.Box(60, 20, 80, "准考证 Ticket", print.Style{Size: 14, Bold: true})
			d.Box(60, 40, 80, "灰", print.Style{Grey: true, Align: print.End})
			d.SealingLine(14, "姓名________ 准考证号________")
			if _, err := d.Write(&out[i]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !bytes.Equal(out[0].Bytes(), out[1].Bytes()) || !bytes.Equal(out[0].Bytes(), out[2].Bytes()) {
		t.Error("three runs gave different bytes")
	}
	if n := out[0].Len(); n > 60_000 {
		t.Errorf("one page takes %d bytes: the face was not cut", n)
	}
}

func TestFieldsAndBlocks(t *testing.T) {
	t.Parallel()
	d := print.New(print.Options{Code: "T-3", Made: made})
	d.Heading("测试", 14)
	d.Fields([]print.Field{{"考点", "济南市第一考点（一个很长很长的名称，需要换行才能写下）"}, {"考场", "01"}, {"日期", "2026年11月23日"}}, 2)
	d.Section("说明", 20)
	d.Line(strings.Repeat("考生应当遵守考场规则，", 20), print.Style{})
	d.Table(print.Table{Columns: []print.Column{{Title: "事实", Share: 1}}, Rows: [][]string{{strings.Repeat("很长的一段事实。", 500)}}})
	d.Signatures("监考员一", "监考员二", "考点负责人")
	pages, _ := finish(t, d)
	if n := strings.Count(strings.Join(slices.Concat(pages...), ""), "很长的一段事实"); n < 480 {
		t.Errorf("%d of 500 sentences are on paper unbroken", n)
	}
	if len(pages) != 3 {
		t.Errorf("%d pages, want a row over two and the signatures after it", len(pages))
	}
	all := strings.Join(slices.Concat(pages...), "")
	for _, want := range []string{"测试", "考点", "2026年11月23日", "监考员一（签字）：", "考点负责人（签字）："} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not on paper", want)
		}
	}
}

func FuzzBreak(f *testing.F) {
	f.Add("考生须遵守，考场纪律 abc", 5)
	f.Add("\n\n ，，，", 1)
	f.Fuzz(func(t *testing.T, text string, ems int) {
		d := print.New(print.Options{Made: made})
		lines := d.Break(text, float64(min(max(ems, 1), 100))*10*25.4/72, print.Style{})
		strip := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if len(text) < 200 && strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > 0x7e && r < 0x3000 || r > 0x9fa5 }) < 0 {
			if got, want := strip(strings.Join(lines, "")), strip(text); got != want {
				t.Errorf("%q became %q", want, got)
			}
		}
	})
}
