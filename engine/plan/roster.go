package plan

import (
	"fmt"
	"io"
	"regexp"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank/exchange"
)

// field is a column of the roster.
type field struct {
	path     string // of the application, as in wrongField
	name     string // header in the template
	also     []string
	required bool
	help     string
	example  [2]string // of the two example rows in the guide
}

// roster lists the columns in the order of the template.
var roster = []field{
	{path: "name", name: "姓名", also: []string{"考生姓名"}, required: true, help: "与身份证件一致", example: [2]string{"张三", "李四"}},
	{path: "id_type", name: "证件类型", also: []string{"身份证件类型"}, help: "不填为居民身份证；可填 居民身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证、其他", example: [2]string{"居民身份证", "护照"}},
	{path: "id_number", name: "证件号码", also: []string{"身份证号", "身份证号码", "身份证件号码", "公民身份号码", "证件号"}, required: true, help: "请把本列设为文本格式，末位 X 用大写", example: [2]string{"370100199001010017", "E00000000"}},
	{path: "phone", name: "手机号码", also: []string{"手机", "手机号", "联系电话", "电话"}, help: "7至15位数字", example: [2]string{"13800000000", ""}},
	{path: "unit", name: "单位", also: []string{"工作单位", "单位名称", "学校", "所在单位"}, help: "工作单位或学校，编排座次时同单位不相邻", example: [2]string{"某某公司", "某某技师学院"}},
	{path: "level", name: "申报等级", also: []string{"等级", "认定等级", "报考等级", "鉴定等级"}, required: true, help: "如 三级/高级工，也可填 3", example: [2]string{"三级/高级工", "4"}},
	{path: "subjects", name: "申报科目", also: []string{"科目", "报考科目", "认定科目"}, help: "不填为本等级全部科目；多个科目用顿号分开", example: [2]string{"", "理论"}},
	{path: "centre", name: "考点", also: []string{"意向考点", "考点代码"}, help: "计划中的考点代码或名称；不填为不限", example: [2]string{"", ""}},
	{path: "facts.born", name: "出生日期", also: []string{"出生年月"}, help: "居民身份证不用填，如 1990-05-01", example: [2]string{"", "1999-05-01"}},
	{path: "facts.months_total", name: "累计工作年限", also: []string{"工作年限", "从事本职业年限", "职业年限"}, help: "从事本职业或相关职业的年数，如 5 或 5.5", example: [2]string{"6", "0"}},
	{path: "facts.held_level", name: "已有证书等级", also: []string{"原证书等级", "已持证书等级", "现有证书等级"}, help: "没有填 无", example: [2]string{"四级/中级工", "无"}},
	{path: "facts.held_since", name: "证书取得日期", also: []string{"发证日期", "原证书日期", "取证日期"}, help: "如 2018-05-01 或 2018年5月", example: [2]string{"2019-06-30", ""}},
	{path: "facts.held_number", name: "证书编号", also: []string{"原证书编号", "证书号"}, help: "", example: [2]string{"", ""}},
	{path: "facts.diploma", name: "学历类型", also: []string{"学历", "毕业学历"}, help: "与本职业相关的学历：中等职业学校、高级技工学校、技师学院、大专、本科、研究生、无", example: [2]string{"大专", "技师学院"}},
	{path: "facts.title", name: "职称", also: []string{"专业技术职称", "职称等级"}, help: "初级职称、中级职称、高级职称、无", example: [2]string{"无", "无"}},
	{path: "facts.in_school", name: "毕业年级在校生", also: []string{"在校生", "是否在校"}, help: "是 或 否", example: [2]string{"否", "是"}},
	{path: "needs", name: "特殊需求", also: []string{"合理便利", "考试便利"}, help: "如 轮椅座位、大字号", example: [2]string{"", ""}},
	{path: "factor", name: "时长系数", also: []string{"延时系数"}, help: "批准延长考试时间的填写，如 1.3；不填为 1", example: [2]string{"", ""}},
	{path: "materials", name: "已交材料", also: []string{"提交材料", "材料"}, help: "计划中的材料名称，用顿号分开", example: [2]string{"", ""}},
}

var headerNote = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]|[*：:]`)

// columnOf finds the field that a header cell names, or -1.
func columnOf(header string) int {
	name := headerNote.ReplaceAllString(exchange.Compact(header), "")
	if name == "" {
		return -1
	}
	for i, f := range roster {
		if name == exchange.Compact(f.name) {
			return i
		}
		for _, a := range f.also {
			if name == exchange.Compact(a) {
				return i
			}
		}
	}
	return -1
}

// Template writes the workbook to fill in, with a sheet of instructions and
// examples.
func Template(w io.Writer, p *Plan) error {
	file := excelize.NewFile()
	defer file.Close()
	const sheet = "报名表"
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if _, err := file.NewSheet(exchange.GuideSheet); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	text, err := file.NewStyle(&excelize.Style{NumFmt: 49}) // text: numbers keep every digit
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	bold, err := file.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	last := exchange.Letter(len(roster) - 1)
	heads, guide := make([]any, len(roster)), [][]any{{"列", "说明", "示例一", "示例二"}}
	for i, c := range roster {
		name := c.name
		if c.required {
			name += "(必填)"
		}
		heads[i] = name
		guide = append(guide, []any{name, c.help, c.example[0], c.example[1]})
	}
	guide = append(guide, []any{}, []any{p.Name.ZH, "一行一人，同一证件号码只能出现一次；有一行错误则整份不导入，请按提示修改后重新导入"})
	steps := []error{file.SetColStyle(sheet, "A:"+last, text), file.SetColWidth(sheet, "A", last, 16), file.SetColWidth(sheet, "C", "C", 24),
		file.SetSheetRow(sheet, "A1", &heads), file.SetCellStyle(sheet, "A1", last+"1", bold),
		file.SetColWidth(exchange.GuideSheet, "A", "A", 20), file.SetColWidth(exchange.GuideSheet, "B", "B", 70), file.SetColWidth(exchange.GuideSheet, "C", "D", 24)}
	for i, row := range guide {
		steps = append(steps, file.SetSheetRow(exchange.GuideSheet, fmt.Sprintf("A%d", i+1), &row))
	}
	for _, err := range steps {
		if err != nil {
			return fmt.Errorf("template: %w", err)
		}
	}
	if err := file.Write(w); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return nil
}
