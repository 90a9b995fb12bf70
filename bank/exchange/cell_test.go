package exchange_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"  Ｕ＝２２０Ｖ　时， ", "U＝220V 时，"},
		{"（　　）是安全电压。", "( )是安全电压。"},
		{"应为(    )。", "应为( )。"},
		{"第一行 \r\n\r\n 第二行", "第一行\n第二行"},
		{"零宽\u200b\ufeff字符_x000D_", "零宽字符"},
		{"不断\u00a0\u00a0空格", "不断 空格"},
		{"√2（有效值）", "√2（有效值）"},
		{"\xff坏", "\uFFFD坏"},
	} {
		if got := exchange.Text(c.in); got != c.want {
			t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestStripOption(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		col   rune
		want  string
		other rune
	}{
		{"A、维护企业信誉", 'A', "维护企业信誉", 0},
		{"(B)长对正", 'B', "长对正", 0},
		{"（C）宽相等", 'C', "宽相等", 0},
		{"D.30°", 'D', "30°", 0},
		{"a．电阻", 'A', "电阻", 0},
		{"B)、电感", 'B', "电感", 0},
		{"A相电压", 'A', "A相电压", 0},
		{"C、电容", 'B', "C、电容", 'C'},
		{"A", 'A', "A", 0},
		{"A、", 'A', "A、", 0},
		{"3.14", 'A', "3.14", 0},
		{"", 'A', "", 0},
	} {
		if got, other := exchange.StripOption(c.in, c.col); got != c.want || other != c.other {
			t.Errorf("StripOption(%q, %c) = %q, %q; want %q, %q", c.in, c.col, got, other, c.want, c.other)
		}
	}
}

func TestParseLetters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in      string
		options int
		want    []int
		code    string
	}{
		{"A", 4, []int{0}, ""},
		{"ABD", 4, []int{0, 1, 3}, ""},
		{"D B,A", 4, []int{0, 1, 3}, ""},
		{"A、B", 4, []int{0, 1}, ""},
		{"Ａ", 4, []int{0}, ""},
		{"ａ；ｃ。", 4, []int{0, 2}, ""},
		{"答案：C", 4, []int{2}, ""},
		{"（B）", 4, []int{1}, ""},
		{"", 4, nil, "key_missing"},
		{"、", 4, nil, "key_form"},
		{"AA", 4, nil, "key_letter_repeated"},
		{"E", 4, nil, "key_outside_options"},
		{"甲", 4, nil, "key_form"},
		{"I", 8, nil, "key_form"},
		{"1", 4, nil, "key_form"},
	} {
		got, code := exchange.ParseLetters(c.in, c.options)
		if !slices.Equal(got, c.want) || code != c.code {
			t.Errorf("ParseLetters(%q, %d) = %v, %q; want %v, %q", c.in, c.options, got, code, c.want, c.code)
		}
	}
}

func TestParseTruth(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"√", "✓", "✔", "对", "正确", "T", "t", "Ｙ", "TRUE", "是", "A", "（√）", "答案:对"} {
		if truth, code := exchange.ParseTruth(in, false); !truth || code != "" {
			t.Errorf("ParseTruth(%q) = %v, %q; want true", in, truth, code)
		}
	}
	for _, in := range []string{"×", "✗", "X", "x", "错", "错误", "F", "N", "FALSE", "否", "B", " Ｂ "} {
		if truth, code := exchange.ParseTruth(in, false); truth || code != "" {
			t.Errorf("ParseTruth(%q) = %v, %q; want false", in, truth, code)
		}
	}
	if truth, code := exchange.ParseTruth("A", true); truth || code != "" {
		t.Errorf("A with swapped options = %v, %q; want false", truth, code)
	}
	for in, want := range map[string]string{"": "key_missing", "C": "key_form", "√×": "key_form", "也许": "key_form"} {
		if _, code := exchange.ParseTruth(in, false); code != want {
			t.Errorf("ParseTruth(%q): %q, want %q", in, code, want)
		}
	}
}

func TestParseKind(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"单选题": "single_choice ", "单项选择题": "single_choice ", "２０": "single_choice ", "选择题": "single_choice ",
		" 多 选 ": "multiple_choice ", "30": "multiple_choice ", "判断题": "true_false ", "是非题": "true_false ",
		"": " kind_missing", "填空题": "fill_in ", "案例分析": "case ", "连线题": "matching ", "论述": "essay ", "70": "calculation ", "绘图题": " kind_unsupported", "猜谜题": " kind_unknown",
	} {
		k, code := exchange.ParseKind(in)
		if got := fmt.Sprint(string(k), " ", code); got != want {
			t.Errorf("ParseKind(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTakeKeyFromStem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, key, stem string }{
		{"（ A ）是安全电压。", "A", "( )是安全电压。"},
		{"电流方向不变。（√）", "√", "电流方向不变。( )"},
		{"( )是安全电压。", "", "( )是安全电压。"},
		{"点(A)与点(B)之间的电压", "", "点(A)与点(B)之间的电压"},
	} {
		if key, stem := exchange.TakeKeyFromStem(c.in); key != c.key || stem != c.stem {
			t.Errorf("TakeKeyFromStem(%q) = %q, %q; want %q, %q", c.in, key, stem, c.key, c.stem)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"（　　）", "Ａ１ａ", "a \r\n b", "_x0_x000D_00D_", "( \n )", "\u200b(\u3000)", "((  ))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := exchange.Text(s)
		if again := exchange.Text(got); again != got {
			t.Errorf("Text(%q) = %q, again %q", s, got, again)
		}
		if !utf8.ValidString(got) || strings.TrimSpace(got) != got || strings.ContainsAny(got, "\r\t\u200b\u3000０Ａａ") {
			t.Errorf("Text(%q) = %q is not normal", s, got)
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{"ABD", "A,B", "Ａ", "√", "x", "答案：A", "(B)", "AAAAAAAAA"} {
		f.Add(s, 4)
	}
	f.Fuzz(func(t *testing.T, s string, options int) {
		options &= 7
		got, code := exchange.ParseLetters(s, options)
		if (code == "") != (len(got) > 0) {
			t.Fatalf("%q: %v with code %q", s, got, code)
		}
		for i, p := range got {
			if p < 0 || p >= options || i > 0 && got[i-1] >= p {
				t.Fatalf("%q of %d options: %v", s, options, got)
			}
		}
		a, codeA := exchange.ParseTruth(s, false)
		b, codeB := exchange.ParseTruth(s, true)
		if codeA != codeB || codeA != "" && (a || b) {
			t.Fatalf("%q: %v %q, swapped %v %q", s, a, codeA, b, codeB)
		}
		stem, column := exchange.StripOption(exchange.Text(s), rune('A'+options))
		if column == rune('A'+options) || len(stem) > len(exchange.Text(s)) {
			t.Fatalf("StripOption(%q): %q %q", s, stem, column)
		}
		_ = bank.Fingerprint(s)
	})
}
