package plan

import (
	"io"
	"slices"

	"github.com/xinglu/xinglu/engine/namelist"
)

// columns are those of a roster, in the order of the template. Their paths
// are those of an application, as in wrongField.
var columns = namelist.Columns{
	{Path: "name", Name: "姓名", Also: []string{"考生姓名"}, Required: true, Help: "与身份证件一致", Example: [2]string{"张三", "李四"}},
	{Path: "id_type", Name: "证件类型", Also: []string{"身份证件类型"}, Help: "不填为居民身份证；可填 居民身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证、其他", Example: [2]string{"居民身份证", "护照"}},
	{Path: "id_number", Name: "证件号码", Also: []string{"身份证号", "身份证号码", "身份证件号码", "公民身份号码", "证件号"}, Required: true, Help: "请把本列设为文本格式，末位 X 用大写", Example: [2]string{"370100199001010017", "E00000000"}},
	{Path: "phone", Name: "手机号码", Also: []string{"手机", "手机号", "联系电话", "电话"}, Help: "7至15位数字", Example: [2]string{"13800000000", ""}},
	{Path: "unit", Name: "单位", Also: []string{"工作单位", "单位名称", "学校", "所在单位"}, Help: "工作单位或学校，编排座次时同单位不相邻", Example: [2]string{"某某公司", "某某技师学院"}},
	{Path: "level", Name: "申报等级", Also: []string{"等级", "认定等级", "报考等级", "鉴定等级"}, Required: true, Help: "如 三级/高级工，也可填 3", Example: [2]string{"三级/高级工", "4"}},
	{Path: "subjects", Name: "申报科目", Also: []string{"科目", "报考科目", "认定科目"}, Help: "不填为本等级全部科目；多个科目用顿号分开", Example: [2]string{"", "理论"}},
	{Path: "centre", Name: "考点", Also: []string{"意向考点", "考点代码"}, Help: "计划中的考点代码或名称；不填为不限", Example: [2]string{"", ""}},
	{Path: "facts.born", Name: "出生日期", Also: []string{"出生年月"}, Help: "居民身份证不用填，如 1990-05-01", Example: [2]string{"", "1999-05-01"}},
	{Path: "facts.months_total", Name: "累计工作年限", Also: []string{"工作年限", "从事本职业年限", "职业年限"}, Help: "从事本职业或相关职业的年数，如 5 或 5.5", Example: [2]string{"6", "0"}},
	{Path: "facts.held_level", Name: "已有证书等级", Also: []string{"原证书等级", "已持证书等级", "现有证书等级"}, Help: "没有填 无", Example: [2]string{"四级/中级工", "无"}},
	{Path: "facts.held_since", Name: "证书取得日期", Also: []string{"发证日期", "原证书日期", "取证日期"}, Help: "如 2018-05-01 或 2018年5月", Example: [2]string{"2019-06-30", ""}},
	{Path: "facts.held_number", Name: "证书编号", Also: []string{"原证书编号", "证书号"}, Help: "", Example: [2]string{"", ""}},
	{Path: "facts.diploma", Name: "学历类型", Also: []string{"学历", "毕业学历"}, Help: "与本职业相关的学历：中等职业学校、高级技工学校、技师学院、大专、本科、研究生、无", Example: [2]string{"大专", "技师学院"}},
	{Path: "facts.title", Name: "职称", Also: []string{"专业技术职称", "职称等级"}, Help: "初级职称、中级职称、高级职称、无", Example: [2]string{"无", "无"}},
	{Path: "facts.in_school", Name: "毕业年级在校生", Also: []string{"在校生", "是否在校"}, Help: "是 或 否", Example: [2]string{"否", "是"}},
	{Path: "needs", Name: "特殊需求", Also: []string{"合理便利", "考试便利"}, Help: "如 轮椅座位、大字号", Example: [2]string{"", ""}},
	{Path: "factor", Name: "时长系数", Also: []string{"延时系数"}, Help: "批准延长考试时间的填写，如 1.3；不填为 1", Example: [2]string{"", ""}},
	{Path: "materials", Name: "已交材料", Also: []string{"提交材料", "材料"}, Help: "计划中的材料名称，用顿号分开", Example: [2]string{"", ""}},
}

// contestColumns are the further ones of a plan for a contest.
var contestColumns = namelist.Columns{
	{Path: "identity", Name: "身份", Also: []string{"参赛身份", "人员类别", "选手类别"}, Help: "职工、教师 或 学生", Example: [2]string{"职工", "学生"}},
	{Path: "delegation", Name: "代表队", Also: []string{"参赛队", "代表团", "推荐单位"}, Help: "大赛中登记的代表队名称", Example: [2]string{"某某市代表队", "某某市代表队"}},
	{Path: "city", Name: "地市", Also: []string{"城市", "所在地市", "市"}, Help: "", Example: [2]string{"济南", "济南"}},
	{Path: "team", Name: "队名", Also: []string{"团队", "团队名称", "参赛队名"}, Help: "团体赛填写，同一队的队名相同", Example: [2]string{"", ""}},
	{Path: "role", Name: "角色", Also: []string{"队内角色", "岗位"}, Help: "团体赛中规定了角色的填写", Example: [2]string{"", ""}},
}

// columnsOf are the columns of a plan's roster.
func columnsOf(p *Plan) namelist.Columns {
	if p.Kind == ContestExam {
		return slices.Concat(columns, contestColumns)
	}
	return columns
}

// Template writes the workbook to fill in, with a sheet of instructions and
// examples.
func Template(w io.Writer, p *Plan) error {
	return columnsOf(p).Template(w, "报名表", p.Name.ZH, "一行一人，同一证件号码只能出现一次；有一行错误则整份不导入，请按提示修改后重新导入")
}
