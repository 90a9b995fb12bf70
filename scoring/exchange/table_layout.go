package exchange

import (
	"regexp"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// The sheets of our own templates that are not read.
const (
	guideSheet   = "填写说明"
	exampleSheet = "填写示例"
)

// headerWithin is how many filled rows are searched for the header.
const headerWithin = 20

// tableColumn names a column of an ordinary 评分表.
type tableColumn int

// The columns, in the order in which they are written, then those that are
// known and belong to the filled form.
const (
	colModule tableColumn = iota
	colSubID
	colSub
	colSubMax
	colDay
	colID
	colAspect
	colRequirement
	colStandard
	colMethod
	colParams
	colStep
	colMax
	colScore
	colSubData
	colData
	colTotal         // 总配分 as a column
	colRemark        // read past with a word
	colFilled        // 赛区, 赛位号 and the like: of the form, not of the scheme
	tableColumns int = iota
)

// tableHeads are the headings as we write them.
var tableHeads = [tableColumns]string{
	"评分模块", "一级编号", "一级指标", "一级配分", "评分日", "编号", "二级指标", "要求", "评分标准",
	"评分方式", "评分参数", "评分步长", "配分", "得分", "评分项附加数据", "评分点附加数据", "总配分", "备注", "",
}

// tableWords maps headings, compacted and without what stands in brackets, to
// columns.
var tableWords = wordsOf(map[tableColumn]string{
	colModule:      "评分模块 模块 考核模块 竞赛模块 任务模块 模块名称",
	colSubID:       "一级编号 一级指标编号 评分项编号 项目编号",
	colSub:         "一级指标 评分项 评分项目 考核项目 评价项目 项目",
	colSubMax:      "一级配分 一级指标配分 评分项配分 项目配分",
	colDay:         "评分日 评分天 评分日程",
	colID:          "编号 二级编号 二级指标编号 评分点编号 代码",
	colAspect:      "二级指标 评分点 考核点 评分要点 考核要点 评价要点 评分细目",
	colRequirement: "要求 技术要求 考核要求 标准值 公称值",
	colStandard:    "评分标准 扣分标准 评价标准 评分细则 评分说明 给分标准",
	colMethod:      "评分方式 评分类型 评分方法 打分方式 测评方式 类型",
	colParams:      "评分参数 参数 分档",
	colStep:        "评分步长 步长 打分步长",
	colMax:         "配分 分值 满分 标准分 配分值 满分值 分数",
	colScore:       "得分 实得分 评分 成绩 扣分",
	colSubData:     "评分项附加数据",
	colData:        "评分点附加数据",
	colTotal:       "总配分",
	colRemark:      "备注",
	colFilled:      "序号 赛区 赛项 组别 批次 赛位号 工位号 裁判 裁判签字 签字 日期",
})

// eitherWords head the groups in some sheets and the lines in others.
var eitherWords = map[string]bool{"考核内容": true, "评分内容": true, "评价内容": true, "竞赛内容": true, "内容": true}

func wordsOf(lists map[tableColumn]string) map[string]tableColumn {
	words := map[string]tableColumn{}
	for c, list := range lists {
		for _, w := range strings.Fields(list) {
			words[w] = c
		}
	}
	return words
}

var headingNotes = regexp.MustCompile(`[(\[【][^)\]】]*[)\]】]|[*:]`)

// tableHeader is a recognised header row.
type tableHeader struct {
	row
	at      [tableColumns]int // -1 when missing
	unknown []int
}

// parseTableHeader recognises a header row: a column of lines or groups and
// one of maxima make one.
func parseTableHeader(r row) *tableHeader {
	h := &tableHeader{row: r}
	for i := range h.at {
		h.at[i] = -1
	}
	either := -1
	for i, text := range r.cells {
		word := headingNotes.ReplaceAllString(compact(text), "")
		switch c, known := tableWords[word]; {
		case word == "":
		case eitherWords[word] && either < 0:
			either = i
		case known && (h.at[c] < 0 || c == colFilled):
			h.at[c] = i
		default:
			h.unknown = append(h.unknown, i)
		}
	}
	switch {
	case either < 0:
	case h.at[colAspect] < 0:
		h.at[colAspect] = either
	case h.at[colSub] < 0:
		h.at[colSub] = either
	default:
		h.unknown = append(h.unknown, either)
	}
	if h.at[colMax] < 0 || h.at[colAspect] < 0 && h.at[colSub] < 0 {
		return nil
	}
	return h
}

func (h *tableHeader) missing(sheet string) []fault.Field {
	var fields []fault.Field
	for _, c := range []tableColumn{colAspect, colMax} {
		if h.at[c] < 0 {
			fields = append(fields, fault.Field{Path: sheet, Code: "column_missing",
				Message: "sheet " + sheet + " has no column " + tableHeads[c], Params: map[string]string{"sheet": sheet, "column": tableHeads[c]}})
		}
	}
	return fields
}

// text is the cell of a column of a row.
func (h *tableHeader) text(line row, c tableColumn) string { return clean(cell(line.cells, h.at[c])) }

// label is what the head of a sheet says beside a word such as 总配分.
type label struct {
	text   string
	at     place
	column int
}

var labelForm = regexp.MustCompile(`^(赛区|赛项|评分模块|模块|组别(?:[(（]批次[)）])?|批次|总配分|赛位号|工位号|成绩来源|方案附加数据|模块附加数据) ?[:：]\s*((?s:.*))$`)

// labelsOf reads the labels of the head: "总配分：10" in one cell, or the value
// in the next one.
func labelsOf(sheet string, rows []row) map[string]label {
	found := map[string]label{}
	for _, line := range rows {
		for i, text := range line.cells {
			m := labelForm.FindStringSubmatch(clean(text))
			if m == nil {
				continue
			}
			word, _, _ := strings.Cut(compact(m[1]), "(")
			l := label{m[2], place{sheet, line.number}, i}
			if l.text == "" {
				l.text, l.column = nextValue(line.cells, i)
			}
			if _, there := found[word]; !there && l.text != "" {
				found[word] = l
			}
		}
	}
	return found
}

// nextValue is the first filled cell to the right that is no label.
func nextValue(cells []string, i int) (text string, column int) {
	for j := i + 1; j < len(cells); j++ {
		if text = clean(cells[j]); text != "" {
			if labelForm.MatchString(text) {
				break
			}
			return text, j
		}
	}
	return "", i
}
