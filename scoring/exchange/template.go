package exchange

import (
	"fmt"
	"io"
)

// guide is the sheet of instructions, a line a row.
var guide = []string{
	"一个模块一张工作表；表名可自定。表头之上写评分表名称、评分模块（如“模块 B：EDA 设计”）和总配分。One sheet for each module; above the header: the name of the scheme, the module, its total.",
	"一级指标（评分项）可合并单元格，也可只在第一行填写；一级配分为该项各行配分之和。Sub-criteria may be merged cells; 一级配分 is the sum of their lines.",
	"二级指标（评分点）每行一个，配分最多两位小数；编号在全表内不重复，可不填。One line for each aspect, at most two decimals; ids are unique or left out.",
	"一级配分、小计、合计、总配分与各行之和不一致时不予导入，并指出两个数。Stated amounts that differ from the sum of their lines stop the import; both are named.",
	"评分方式“测量（是否）”：达到得满分，否则为 0。Full marks or nothing.",
	"评分方式“测量（分档）”：评分参数每行一档：分值=说明，其中一档等于配分。Steps: marks=label, one line each; one is the maximum.",
	"评分方式“测量（公差）”：评分参数写 80.00±0.20 mm、3.50 +0.10/-0.05 mm、≥1.0 MΩ、≤1.0 Ω 或 1.0~2.0 V，裁判填写实测值。Tolerance: judges enter the measured value.",
	"评分方式“测量（打分）”：裁判直接打分，评分步长写最小分差，配分须为步长的整数倍。Marks as a number in steps of 评分步长.",
	"评分方式“扣分（每处）”：评分参数写“每处扣0.50分”，扣完为止。The same for each error, never below 0.",
	"评分方式“扣分（清单）”：评分参数每行一项：分值=原因；最多扣一次写 分值×1=原因。A list of deductions; ×1 if taken once at most.",
	"评分方式“违规扣分”：写法同扣分清单，配分填 0，从模块总分中扣。Penalties: 配分 0, taken off the module.",
	"评分方式“评价”：评分参数写四行：0=…、1=…、2=…、3=…（0 未达标或未做，1 达标，2 达标且部分超出，3 优秀）；得分为裁判平均等级÷3×配分。Judgement: exactly four lines, for the levels 0 to 3.",
	"评分方式“测量（查找）”：“档 分值=说明”为各项共用的档次，“项 [编号]=内容”每行一项，“误报 2.00分，每个扣1.00分”为误报分。Hit list: steps, items, false alarms from a pot of their own.",
	"评分方式“测量（计时）”：“计时 赛位时钟”或“计时 裁判”，“≤900秒=10.00分”每行一档，“其余=0.00分”；“基础 1.00分”以上的部分按本模块其他评分点的得分率计。Time table; marks above 基础 are earned in the share of the other aspects.",
	"编号可写在行首方括号内，英文写在 | 之后：[near] 0.50=位置接近 | near。说明文字中的 \\ | ] 前加 \\。An id in brackets first, English after |.",
	"评分方式和评分步长都不填时，裁判直接打分，最小 0.01 分。Without a way of marking judges write any multiple of 0.01.",
	"成绩由系统外导入的模块（如理论）：成绩来源写“导入”，填总配分，不填评分点。Modules whose marks are imported: 成绩来源 导入, 总配分, no lines.",
	"赛区、赛项、组别(批次)、赛位号、得分、签字为评分现场填写，不导入。What is filled in on site is not imported.",
	"隐藏的行会被拒绝；“填写说明”“填写示例”两表不读取。Hidden rows are refused; this sheet and that of examples are not read.",
}

// exampleLine is a line of the sheet of examples, in the order of its columns.
type exampleLine struct {
	subID, sub, subMax, id, aspect, standard, method, params, step, max string
}

// exampleLines is one line of each kind; together 50 marks.
var exampleLines = []exampleLine{
	{"B1", "外观与尺寸", "14", "B1.1", "焊点外观", "目视检查全部焊点", "评价", "0=多处虚焊或未完成\n1=无虚焊，焊点基本均匀\n2=焊点均匀，少量瑕疵\n3=焊点饱满一致，达到示范水平", "", "6"},
	{"", "", "", "B1.2", "外形长度", "游标卡尺测量两次取平均", "测量（公差）", "80.00±0.20 mm", "", "3"},
	{"", "", "", "B1.3", "元件方向", "极性元件方向全部正确", "测量（是否）", "", "", "2"},
	{"", "", "", "B1.4", "丝印清晰程度", "", "测量（分档）", "0.00=无法辨认\n1.50=可辨认，有残缺\n3.00=清晰完整", "", "3"},
	{"B2", "功能调试", "20", "B2.1", "输出波形", "按记录表逐项给分", "测量（打分）", "", "0.50", "8"},
	{"", "", "", "B2.2", "接线工艺", "接线错误每处扣 1 分，扣完为止", "扣分（每处）", "每处扣1.00分", "", "5"},
	{"", "", "", "B2.3", "故障排除", "", "测量（查找）", "档 0.00=未发现\n档 1.00=判断正确\n档 2.00=判断正确并排除\n项 [F1]=电源无输出\n项 [F2]=采样电阻开路\n误报 1.00分，每个扣0.50分", "", "5"},
	{"", "", "", "B2.4", "完成时间", "", "测量（计时）", "计时 赛位时钟\n≤3600秒=2.00分\n≤4200秒=1.00分\n其余=0.00分", "", "2"},
	{"B3", "职业规范", "16", "B3.1", "工位整理", "", "测量（打分）", "", "1.00", "6"},
	{"", "", "", "B3.2", "安全操作", "违反任何一项扣 10 分", "扣分（清单）", "10.00×1=带电作业\n10.00×1=未戴防护用品", "", "10"},
	{"", "", "", "B3.3", "赛场纪律", "从模块总分中扣", "违规扣分", "5.00=干扰他人比赛", "", "0"},
}

// WriteTemplate writes an empty 评分表 workbook with sheets of instructions and
// of examples, which ReadScheme leaves aside.
func WriteTemplate(w io.Writer) error {
	s, err := newBook("模块A")
	if err != nil {
		return err
	}
	t := &tableWriter{sheetWriter: s, columns: templateColumns()}
	t.form("（评分表名称）", "模块 A：（模块名称）", "")
	examples := &tableWriter{sheetWriter: s.sheet(exampleSheet), columns: templateColumns()}
	examples.form("电子产品装调评分表（示例）", "模块 B：装配与调试", "50.00")
	for _, e := range exampleLines {
		for i, text := range []string{e.subID, e.sub, e.subMax, e.id, e.aspect, e.standard, e.method, e.params, e.step, e.max, ""} {
			examples.put(examples.columns[i], text, stylePlain)
			if m, state := parseMarks(text); state == numberOK {
				examples.marks(i, examples.next, m, "")
			}
		}
		examples.next++
	}
	examples.text(0, examples.next, "合计", styleGroup)
	examples.marks(examples.place(colMax), examples.next, 5000, "")
	lines := s.sheet(guideSheet)
	for i, line := range guide {
		lines.text(0, i+1, line, stylePlain)
	}
	lines.widths(150)
	s.keep(examples.err)
	s.keep(lines.err)
	data, err := s.bytes()
	if err != nil {
		return fmt.Errorf("writing template: %w", err)
	}
	return deliver(w, data)
}

func templateColumns() []tableColumn {
	return []tableColumn{colSubID, colSub, colSubMax, colID, colAspect, colStandard, colMethod, colParams, colStep, colMax, colScore}
}

// form writes the head of a sheet that people fill in, and its header row.
func (t *tableWriter) form(name, module, total string) {
	t.text(0, 1, name, styleTitle)
	for i, word := range []string{"赛区", "赛项", "组别(批次)", "赛位号"} {
		t.label(2*i, 2, word, "")
	}
	t.label(0, 3, "评分模块", module)
	t.label(2, 3, "总配分", total)
	t.label(4, 3, "成绩来源", "现场评分")
	t.next = 4
	t.headings()
}
