package exchange

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
)

func ptr[T any](v T) *T { return &v }

func TestParseMarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		want  scoring.Marks
		state numberState
	}{
		{"1.5", 150, numberOK}, {" １．５０ 分", 150, numberOK}, {"0.30000000000000004", 30, numberOK}, {"2.9999999999999996", 300, numberOK},
		{"0", 0, numberOK}, {"-0.25", -25, numberOK}, {"1E-2", 1, numberOK}, {"100", 10000, numberOK}, {"", 0, numberBlank}, {"分", 0, numberBlank},
		{"0.125", 0, numberTooFine}, {"0.3333333333333333", 0, numberTooFine}, {"1,5", 0, numberMalformed}, {"五", 0, numberMalformed},
		{"1E99", 0, numberMalformed}, {"1E-99", 0, numberOK}, {"1e400", 0, numberMalformed}, {"NaN", 0, numberMalformed}, {"#REF!", 0, numberMalformed},
		{"12345678901", 0, numberMalformed},
	} {
		if got, state := parseMarks(c.in); got != c.want || state != c.state {
			t.Errorf("parseMarks(%q) = %v, %v; want %v, %v", c.in, got, state, c.want, c.state)
		}
	}
}

func TestParseTolerance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want scoring.Tolerance
	}{
		{"80.00±0.20 mm", scoring.Tolerance{Nominal: 8000, Minus: ptr[int64](20), Plus: ptr[int64](20), Decimals: 2, Unit: "mm"}},
		{"80 ± 0.2mm", scoring.Tolerance{Nominal: 800, Minus: ptr[int64](2), Plus: ptr[int64](2), Decimals: 1, Unit: "mm"}},
		{"８０．００＋/－０．２０", scoring.Tolerance{Nominal: 8000, Minus: ptr[int64](20), Plus: ptr[int64](20), Decimals: 2}},
		{"3.50 +0.10/-0.05 mm", scoring.Tolerance{Nominal: 350, Minus: ptr[int64](5), Plus: ptr[int64](10), Decimals: 2, Unit: "mm"}},
		{"3.5(+0.1, -0)", scoring.Tolerance{Nominal: 35, Minus: ptr[int64](0), Plus: ptr[int64](1), Decimals: 1}},
		{"5 +∞/-1 V", scoring.Tolerance{Nominal: 5, Minus: ptr[int64](1), Unit: "V"}},
		{"≥ 1.0 MΩ", scoring.Tolerance{Nominal: 10, Minus: ptr[int64](0), Decimals: 1, Unit: "MΩ"}},
		{"不大于1 Ω", scoring.Tolerance{Nominal: 1, Plus: ptr[int64](0), Unit: "Ω"}},
		{"-5.0±0.5 ℃", scoring.Tolerance{Nominal: -50, Minus: ptr[int64](5), Plus: ptr[int64](5), Decimals: 1, Unit: "℃"}},
		{"1.0~2.0 V", scoring.Tolerance{Nominal: 10, Minus: ptr[int64](0), Plus: ptr[int64](10), Decimals: 1, Unit: "V"}},
	} {
		got, ok := parseTolerance(c.in)
		if d := cmp.Diff(c.want, got); !ok || d != "" {
			t.Errorf("parseTolerance(%q): %v %s", c.in, ok, d)
		}
		again, ok := parseTolerance(formatTolerance(got))
		if d := cmp.Diff(got, again); !ok || d != "" {
			t.Errorf("%q: %v %s", formatTolerance(got), ok, d)
		}
	}
	for _, in := range []string{"", "80", "80.00 x 60.00 mm", "5.00 ±0.10 V，空载", "±0.2", "2~1", "1~2.5", "≥", "80±0.2±0.3", "1±99999999999999999999", "+∞/-∞"} {
		if got, ok := parseTolerance(in); ok {
			t.Errorf("parseTolerance(%q) = %+v, want none", in, got)
		}
	}
}

func TestParseEntries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []entry
		bad  string
	}{
		{"0=未发现；0.5=接近；1=准确", []entry{{"1", 0, 0, text("未发现", "")}, {"2", 50, 0, text("接近", "")}, {"3", 100, 0, text("准确", "")}}, ""},
		{"[near] 0.50分＝接近；仍可用 | near\n1 准确", []entry{{"near", 50, 0, text("接近；仍可用", "near")}, {"2", 100, 0, text("准确", "")}}, ""},
		{"5×1=带电作业", []entry{{"1", 500, 1, text("带电作业", "")}}, ""},
		{"1分 3层板", []entry{{"1", 100, 0, text("3层板", "")}}, ""},
		{`2.00分=a\|b\\c\nd`, []entry{{"1", 200, 0, text("a|b\\c\nd", "")}}, ""},
		{`1=C:\dir`, []entry{{"1", 100, 0, text(`C:\dir`, "")}}, ""},
		{"1=a\n没有分值", nil, "没有分值"},
		{"1=a\n0.125=b", nil, "0.125=b"},
		{"[] 1=a", nil, "[] 1=a"},
		{"", nil, ""},
	} {
		got, bad := parseEntries(c.in)
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(entry{})); d != "" || bad != c.bad {
			t.Errorf("parseEntries(%q): %q %s", c.in, bad, d)
		}
	}
}

func text(zh, en string) scoring.Text { return scoring.Text{ZH: zh, EN: en} }

func TestParseMethod(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]method{
		"": unstated, "测量": measured, "M": measured, "测量 （是否）": "measurement_binary", "测量-公差": "measurement_tolerance", "主观分": "judgement",
		"扣分": deducted, "扣分（清单）": "deduction_pot", "违规扣分": "penalty", "hit_list": "hit_list", "Measurement_Binary": "measurement_binary", "是/否": "measurement_binary",
	} {
		if got, ok := parseMethod(in); !ok || got != want {
			t.Errorf("parseMethod(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"目测", "测量（目测）", "测量（是否"} {
		if got, ok := parseMethod(in); ok && in != "测量（是否" {
			t.Errorf("parseMethod(%q) = %q, want none", in, got)
		}
	}
	for _, k := range scoring.Kinds() {
		if got, ok := parseMethod(methodOf(k)); !ok || got != method(k) {
			t.Errorf("%s is written as %q and read as %q", k, methodOf(k), got)
		}
	}
}

func TestParsePerError(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]scoring.Marks{"每处扣0.5分": 50, "0.5": 50, "-2": 200, "每错一处扣 1 分": 100, "扣2分": 200, "0.5分/处": 50} {
		if got, ok := parsePerError(in); !ok || got != want {
			t.Errorf("parsePerError(%q) = %v, %v; want %v", in, got, ok, want)
		}
	}
	for in, want := range map[string]scoring.Marks{"接线错误每处扣 0.5 分，扣完为止": 50, "每漏一项扣１分。": 100, "每处扣 1 分，每项扣 2 分": 0, "酌情扣分": 0} {
		if got, ok := perErrorIn(in); ok != (want > 0) || got != want {
			t.Errorf("perErrorIn(%q) = %v, %v; want %v", in, got, ok, want)
		}
	}
}

func TestModuleName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"模块 B：EDA 设计": {"B", "EDA 设计"}, "B EDA 设计": {"B", "EDA 设计"}, "模块M-4A: 职业规范": {"M-4A", "职业规范"}, "B模块 设计": {"B", "设计"},
		"模块C": {"C", "模块C"}, "CAM 审核": {"", "CAM 审核"}, "理论知识": {"", "理论知识"}, "任务1 接线": {"", "任务1 接线"}, "Ｂ、设计": {"B", "设计"},
	} {
		if code, name := moduleName(in); code != want[0] || name != want[1] {
			t.Errorf("moduleName(%q) = %q, %q; want %q", in, code, name, want)
		}
	}
}

// FuzzNotation: whatever is read from a cell of parameters can be written, and
// is then read as the same.
func FuzzNotation(f *testing.F) {
	for _, s := range []string{"0=a\n1=b", "[x] 5×1=带电 | live", "80.00±0.20 mm", "每处扣0.5分", "档 0=无\n档 1=有\n项 [C1]=甲\n误报 2分，每个扣1分",
		"计时 赛位时钟\n基础 1.00分\n≤900秒=10.00分\n其余=0", "0=a\n1=b\n2=c\n3=d", `1=\\n\|\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range scoring.Kinds() {
			a := scoring.Aspect{Kind: k}
			if parseParams(&a, s) != "" {
				continue
			}
			if again, ok := formatParams(a); !ok && !long(a) {
				t.Fatalf("%s: %q was read as %+v and written as %q", k, s, a, again)
			}
		}
	})
}

// long reports whether parameters do not fit into a cell.
func long(a scoring.Aspect) bool { return len(encode(a)) > maxText/4 }
