package document_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/richtext"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/internal/print/printtest"
)

// The words that must not be on paper.
const (
	secretReference = "PLANTEDREFERENCE"
	secretAccept    = "PLANTEDACCEPT"
	secretExplain   = "PLANTEDEXPLANATION"
	secretSource    = "PLANTEDSOURCE"
)

func options(q bank.QuestionID, texts ...string) []bank.Option {
	var list []bank.Option
	for i, t := range texts {
		list = append(list, bank.Option{ID: bank.NewOptionID(q, i), Text: t})
	}
	return list
}

func circuit(t *testing.T) bank.Figure {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 360, 160))
	for x := range 360 {
		for y := range 160 {
			m.SetGray(x, y, color.Gray{Y: 255})
			if x < 3 || y < 3 || x > 356 || y > 156 || x == y {
				m.SetGray(x, y, color.Gray{Y: 0})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return bank.Figure{ID: "fig1", Type: "image/png", Width: 360, Height: 160, Data: b.Bytes()}
}

// everyKind is a paper with every kind of question. shift changes every key
// and nothing else.
func everyKind(t *testing.T, shift int) bank.Content {
	t.Helper()
	tex := richtext.NewTypesetter()
	rich := func(text string) string {
		out, err := tex.HTML(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	c := bank.Content{Paper: bank.Paper{ID: "p1", Title: "电工（三级/高级工）理论知识试卷", Total: 10000, Limit: 5400, Level: bank.Advanced,
		Occupation: bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}}, Figures: []bank.Figure{circuit(t)}}
	id := 0
	add := func(k bank.Kind, score int64, list ...bank.Question) {
		s := bank.Section{Kind: k, Title: k.Zh(), ScoreEach: score}
		for _, q := range list {
			q.Kind, q.Version, q.Status = k, 1, bank.Active
			q.Reference, q.Explanation, q.Source = fmt.Sprint(secretReference, shift), secretExplain, secretSource
			if n := len(q.Options); n > 0 {
				q.Key = []bank.OptionID{q.Options[shift%n].ID}
			}
			for i := range q.Parts {
				q.Parts[i].Reference, q.Parts[i].Version = fmt.Sprint(secretReference, shift), 1
				if n := len(q.Parts[i].Options); n > 0 {
					q.Parts[i].Key = []bank.OptionID{q.Parts[i].Options[shift%n].ID}
				}
			}
			s.Items = append(s.Items, q.Ref())
			c.Questions = append(c.Questions, q)
		}
		c.Paper.Sections = append(c.Paper.Sections, s)
	}
	next := func() bank.QuestionID { id++; return bank.NewQuestionID("o", fmt.Sprint(id)) }
	var single []bank.Question
	for i := range 9 {
		q := next()
		texts := []string{"甲", "乙", "丙", "丁"}
		if i%3 == 1 {
			texts = []string{"保护接地可靠", "保护接零可靠", "重复接地可靠", "工作接地可靠"}
		}
		if i%3 == 2 {
			texts = []string{"先合上隔离开关，再合上断路器，最后检查三相电压是否正常", "先断开断路器，再拉开隔离开关", "同时操作", "按调度命令执行"}
		}
		single = append(single, bank.Question{ID: q, Stem: fmt.Sprintf("第 %d 题：变压器并列运行时，各台的连接组别应当( )。", i+1), Options: options(q, texts...)})
	}
	q := next()
	single = append(single, bank.Question{ID: q, Markup: bank.HTML, Stem: rich(`如图，H<sub>2</sub>O 与 x<sup>2</sup>，若 \(R=\frac{U_1+U_2}{I}\)，则电阻为( )。<img data-figure="fig1" alt="电路图"/>`),
		Options: options(q, rich(`\(44\,\Omega\)`), rich(`\(\sqrt{3}\,\Omega\)`), "<b>5</b> Ω", "不能确定")})
	add(bank.SingleChoice, 200, single...)
	q = next()
	add(bank.MultipleChoice, 300, bank.Question{ID: q, Stem: "属于安全技术措施的有( )。", Options: options(q, "停电", "验电", "接地", "挂牌", "唱歌")})
	q = next()
	add(bank.TrueFalse, 100, bank.Question{ID: q, Stem: "电流互感器二次侧不得开路。", Options: bank.TrueFalseOptions(q)})
	q = next()
	add(bank.FillIn, 400, bank.Question{ID: q, Stem: "三相异步电动机的同步转速与{{1}}成正比，与{{2}}成反比。",
		Blanks: []bank.Blank{{Accept: []string{fmt.Sprint(secretAccept, shift)}}, {Accept: []string{secretAccept}}}})
	q = next()
	add(bank.Ordering, 400, bank.Question{ID: q, Stem: "将触电急救的步骤排序。", Options: options(q, "实施心肺复苏", "使触电者脱离电源", "判断意识和呼吸")})
	q = next()
	add(bank.Matching, 500, bank.Question{ID: q, Stem: "将电器与文字符号匹配。", Options: options(q, "FU", "KM", "FR", "QS"),
		Prompts: []bank.Option{{ID: bank.NewPromptID(q, 0), Text: "接触器"}, {ID: bank.NewPromptID(q, 1), Text: "热继电器"}, {ID: bank.NewPromptID(q, 2), Text: "熔断器"}}})
	add(bank.ShortAnswer, 600, bank.Question{ID: next(), Stem: "简述热继电器的用途。"})
	add(bank.Calculation, 1000, bank.Question{ID: next(), Markup: bank.HTML, Stem: rich(`已知 \(P=\sqrt{3}UI\cos\varphi\)，\(U=380\,\mathrm{V}\)，求 \(I_{max}\)。`)})
	add(bank.Essay, 1000, bank.Question{ID: next(), Stem: "试述停电检修应采取的安全技术措施。"})
	q = next()
	part := bank.NewPartID(q, 0)
	add(bank.Case, 1600, bank.Question{ID: q, Markup: bank.HTML, Stem: `<p>某车间一台水泵电动机起动后热继电器动作，测得：</p><table><tr><th colspan="2">电流</th><th rowspan="2">电压</th></tr><tr><td>U</td><td>V</td></tr><tr><td>15 A</td><td>0 A</td><td>380 V</td></tr></table><p>请分析。</p><ol><li>检查电源</li><li>检查电机</li></ol>`,
		Parts: []bank.Question{
			{ID: part, Kind: bank.SingleChoice, Stem: "该电动机处于( )状态。", Score: 600, Options: options(part, "缺相", "空载", "过电压"), Status: bank.Active},
			{ID: bank.NewPartID(q, 1), Kind: bank.ShortAnswer, Stem: "说明检查的步骤。", Score: 1000, Status: bank.Active},
		}})
	return c
}

func backup(t *testing.T, c bank.Content) document.PaperSheet {
	t.Helper()
	seat, err := c.ForSeat()
	if err != nil {
		t.Fatal(err)
	}
	figures := map[bank.FigureID]bank.Figure{}
	for _, f := range c.Figures {
		figures[f.ID] = f
	}
	return document.PaperSheet{Exam: event, Paper: seat, Figures: figures}
}

func TestBackupPaper(t *testing.T) {
	t.Parallel()
	sheet := backup(t, everyKind(t, 0))
	res, text := written(t, "paper", func(b *bytes.Buffer) (print.Result, error) { return document.BackupPaper(b, kit, sheet) })
	if len(res.Rare) > 0 {
		t.Errorf("characters that cannot be printed: %+v", res.Rare)
	}
	flat := strings.ReplaceAll(text, "\n", "")
	for _, want := range []string{"电工（三级/高级工）理论知识试卷", "满分 100 分", "考试时间 90 分钟", "一、单选题（共 10 题，每题 2 分，共 20 分）", "密 ………… 封 ………… 线",
		"准考证号", "A. 甲", "D. 丁", "Ω", "√", "(U", "380", "(1)______", "正确的顺序：", "阅读材料，回答第 19 至 20 题（共 16 分）", "19. （6 分）", fmt.Sprintf("共 %d 页", res.Pages)} {
		if !strings.Contains(flat, want) {
			t.Errorf("the paper does not say %q", want)
		}
	}
	if n := strings.Count(text, "密 …"); n != res.Pages {
		t.Errorf("%d sealing lines on %d pages", n, res.Pages)
	}
}

// TestBackupPaperHasNoKey: papers that differ only in their keys are equal to
// the byte, and nothing that is not for candidates stands on one.
func TestBackupPaperHasNoKey(t *testing.T) {
	t.Parallel()
	var first []byte
	for shift := range 3 {
		var b bytes.Buffer
		if _, err := document.BackupPaper(&b, kit, backup(t, everyKind(t, shift))); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		}
		if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("another key gives another paper")
		}
		text, err := printtest.Text(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, "\n", "")
		for _, secret := range []string{secretReference, secretAccept, secretExplain, secretSource} {
			if strings.Contains(text, secret) {
				t.Errorf("the paper says %s", secret)
			}
		}
	}
}

// TestBackupPaperBadFigure: a damaged figure is an error, not an empty box.
func TestBackupPaperBadFigure(t *testing.T) {
	t.Parallel()
	c := everyKind(t, 0)
	c.Figures[0].Data = []byte("no picture")
	if _, err := document.BackupPaper(&bytes.Buffer{}, kit, backup(t, c)); err == nil {
		t.Error("a damaged figure was printed")
	}
}
