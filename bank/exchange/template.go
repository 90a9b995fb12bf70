package exchange

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
)

// guide is the sheet of instructions, a line a row.
var guide = []string{
	"题型: 单选题、多选题、判断题、填空题、排序题、匹配题（连线题）、简答题、计算题、论述题、案例分析题（组合题）。The kinds of question.",
	"单选、多选、判断: 答案写 A、ABD、√ 或 ×；选项从 A 开始连续填写，判断题不填。Choice: A; ABD; √ or ×. Options from A without gaps.",
	"填空题: 题干中用 {{1}}、{{2}} 标出空（也可写 ( ) 或 ____，按先后编号）；答案各空之间用；分隔，同一空的几种写法用 / 分隔。Fill in: {{1}}, {{2}} in the stem; blanks separated by ；, alternatives by /.",
	"填空题的数值: 写 0.707±2% A/安，± 后为允许误差（±0.5 为绝对误差，±2% 为相对误差，±0 为精确值），再写可接受的单位，用 / 分隔；末尾加 ! 表示必须写单位。Numbers: value ± tolerance, then accepted units; ! at the end makes a unit compulsory.",
	"填空题的其他记号: 前面加 Aa: 区分大小写；末尾加 @30% 为该空占本题分数的比例；答案中本身有 / ；| ± @ ! 时在前面写 \\。Aa: case matters; @30% share of the score; \\ before a sign that is meant as it stands.",
	"排序题: 选项 A、B、C… 为待排序的内容，答案写正确顺序，如 CABD。Ordering: options in any order; the answer is the right order.",
	"匹配题: 各选项格写 左=右，没有对应左项的干扰项写 =右，答案不填；或在“左列”一栏写 1. … 2. …（每行一项），选项格写右列，答案按左列顺序写字母，如 CAB。Matching: 左=右 in the option cells; or the left column in 左列, the right one in the options and letters as the answer.",
	"简答题、计算题、论述题: 答案栏写参考答案和评分要点，供阅卷人使用。For marking by people: reference answer and marking points.",
	"案例分析题: 一行写材料（题干），下面各行写小题，在“小题”一栏依次写 1、2、3；小题不填知识点；各小题分数之和等于案例的分数，或都不填。Case: the material in one row, the parts in the rows below with 1, 2, 3 in the column 小题.",
	"知识点: 从一级鉴定范围到鉴定点，代码或名称均可，最后一个非空格为鉴定点。Points: from the level-1 range down, by code or name; the last filled cell is the point.",
	"难度、一致性: 1–5，可不填。分数: 最多两位小数，可不填。Difficulty, consistency: 1–5 or blank. Score: at most two decimals or blank.",
	"公式: 行内公式写 \\( I=\\frac{U}{R} \\)，单独成行写 $$ … $$（LaTeX）。上标、下标可直接用单元格格式。Formulas: \\( … \\) or $$ … $$ in LaTeX; super- and subscripts by the format of the cell.",
	"图片: 插入到该题所在行（PNG 或 JPEG，不超过 1 MB、2000 像素），默认放在所在单元格文字之后；要放在文字中间时写 [图1]、[图2]。也可与工作簿一起打成 zip，在文字中写 [图:文件名.png]。Pictures: in the row of the question; [图1] places the first; or in a zip beside the workbook, named by [图:file.png].",
	"表格等: 可写 HTML：p br sub sup b strong i em u ol ul li table tr th td。Tables and the like as HTML.",
}

// Template writes an empty workbook of questions for an outline, with sheets
// of instructions and of examples, which ReadQuestions leaves aside.
func Template(w io.Writer, outline bank.Outline) error {
	sheet, err := newSheet(outline.Level)
	if err != nil {
		return err
	}
	layout := questionLayout{options: 5, prompts: true, parts: true}
	if err := sheet.row(layout.header()...); err != nil {
		return err
	}
	if err := writeLines(sheet.file, guideSheet, guide); err != nil {
		return err
	}
	if _, err := sheet.file.NewSheet(exampleSheet); err != nil {
		return fmt.Errorf("writing template: %w", err)
	}
	examples, err := addSheet(sheet.file, exampleSheet)
	if err != nil {
		return err
	}
	if err := examples.row(layout.header()...); err != nil {
		return err
	}
	for _, row := range exampleRows(&outline) {
		if err := examples.row(row...); err != nil {
			return err
		}
	}
	if err := examples.stream.Flush(); err != nil {
		return fmt.Errorf("writing template: %w", err)
	}
	return sheet.write(w)
}

func writeLines(f *excelize.File, sheet string, lines []string) error {
	if _, err := f.NewSheet(sheet); err != nil {
		return fmt.Errorf("writing template: %w", err)
	}
	for i, line := range lines {
		if err := f.SetCellStr(sheet, fmt.Sprintf("A%d", i+1), line); err != nil {
			return fmt.Errorf("writing template: %w", err)
		}
	}
	return nil
}

// example is a row of the sheet of examples.
type example struct {
	kind, stem, answer string
	options            []string
	score              string
	prompts, part      string
}

// exampleRows is one question of each kind, on a point of the outline.
func exampleRows(o *bank.Outline) [][]any {
	var first bank.PointPath
	o.Walk(func(path bank.PointPath, _ []*bank.Range, p *bank.Point) {
		if p != nil && first == "" {
			first = path
		}
	})
	point := pointNames(o)[first]
	var rows [][]any
	for _, e := range []example{
		{kind: "单选题", stem: "三相异步电动机星形联结时，线电压是相电压的( )倍。", answer: "B", options: []string{"1", "\\(\\sqrt{3}\\)", "3", "2"}, score: "1"},
		{kind: "多选题", stem: "下列属于低压配电电器的有( )。", answer: "ABD", options: []string{"熔断器", "断路器", "按钮", "隔离开关"}, score: "1"},
		{kind: "判断题", stem: "测量绝缘电阻前，应切断被测设备的电源并充分放电。", answer: "√", score: "1"},
		{kind: "填空题", stem: "我国电网的频率为{{1}}，周期为{{2}}。", answer: "50±0 Hz/赫兹；0.02±0 s/秒!", score: "2"},
		{kind: "填空题", stem: "电动机正反转控制电路中，两个接触器之间须设( )，以防相间( )。", answer: "互锁/联锁；短路", score: "2"},
		{kind: "排序题", stem: "将触电急救的步骤排序。", answer: "CADB", options: []string{"判断意识和呼吸", "等待医护人员", "使触电者脱离电源", "实施心肺复苏"}, score: "2"},
		{kind: "匹配题", stem: "将物理量与单位匹配。", options: []string{"电压=V", "电流=A", "电阻=Ω", "=W"}, score: "2"},
		{kind: "匹配题", stem: "将电器与文字符号匹配。", answer: "BCA", options: []string{"FU", "KM", "FR"}, prompts: "1. 接触器\n2. 热继电器\n3. 熔断器", score: "2"},
		{kind: "简答题", stem: "简述热继电器的用途。", answer: "用于电动机的过载保护（2 分），也可作断相保护（1 分）。", score: "3"},
		{kind: "计算题", stem: "一只 \\(R=44\\,\\Omega\\) 的电阻接在 220 V 电源上，求电流和功率。",
			answer: "\\(I=\\frac{U}{R}=\\frac{220}{44}=5\\,\\mathrm{A}\\)（2 分）\n\\(P=UI=220\\times5=1100\\,\\mathrm{W}\\)（2 分）", score: "4"},
		{kind: "论述题", stem: "试述停电检修应采取的安全技术措施。", answer: "停电、验电、装设接地线、悬挂标示牌和装设遮栏，逐项说明。", score: "10"},
		{kind: "案例分析题", stem: "某车间一台水泵电动机起动后热继电器动作。测得三相电流如下表：<table><tr><th>U</th><th>V</th><th>W</th></tr><tr><td>15 A</td><td>15 A</td><td>0 A</td></tr></table>", score: "6"},
		{kind: "单选题", part: "1", stem: "该电动机处于( )状态。", answer: "A", options: []string{"缺相运行", "空载运行", "过电压运行"}, score: "2"},
		{kind: "简答题", part: "2", stem: "说明检查的步骤。", answer: "查电源、熔断器、接触器触点和接线。", score: "4"},
	} {
		row := []any{"", e.kind, e.stem, e.answer}
		for i := range 5 {
			row = append(row, cell(e.options, i))
		}
		for i := range knowledgeNames {
			text := ""
			if e.part == "" {
				text = cell(point, i)
			}
			row = append(row, text)
		}
		rows = append(rows, append(row, "", "", e.score, "", "", e.prompts, e.part))
	}
	return rows
}
