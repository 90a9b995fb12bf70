package exchange

import (
	"regexp"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// column names a field of the question layout.
type column int

// The columns of the question layout, in its order.
const (
	colGUID column = iota
	colKind
	colStem
	colAnswer
	colOption             // A; B to H follow
	colOptionLast         = colOption + bank.MaxOptions - 1
	colPoint       column = colOptionLast + 1 // 一级; to 六级 follow
	colPointLast          = colPoint + bank.MaxDepth - 1
	colDifficulty  column = colPointLast + 1
	colConsistency column = colDifficulty + 1
	colScore       column = colConsistency + 1
	colExplanation column = colScore + 1
	colSource      column = colExplanation + 1
	colPrompts     column = colSource + 1  // 左列 of a matching question
	colPart        column = colPrompts + 1 // 小题 of a case
	columns        int    = int(colPart) + 1
)

// columnWords maps header names, compacted, to single columns.
var columnWords = map[string]column{
	"试题GUID": colGUID, "GUID": colGUID, "试题ID": colGUID, "试题编号": colGUID, "试题编码": colGUID, "编号": colGUID,
	"题型": colKind, "试题类型": colKind, "题目类型": colKind,
	"题干": colStem, "题目": colStem, "试题内容": colStem, "题目内容": colStem, "试题题干": colStem,
	"答案": colAnswer, "正确答案": colAnswer, "标准答案": colAnswer, "参考答案": colAnswer, "试题答案": colAnswer,
	"难度": colDifficulty, "难易度": colDifficulty, "难易程度": colDifficulty, "难度等级": colDifficulty,
	"知识点": colPoint, "鉴定点": colPoint, "考核点": colPoint, "考评点": colPoint,
	"一致性": colConsistency,
	"分数":  colScore, "分值": colScore,
	"解析": colExplanation, "试题解析": colExplanation, "答案解析": colExplanation,
	"左列": colPrompts, "左栏": colPrompts, "匹配左列": colPrompts, "匹配项": colPrompts,
	"小题": colPart, "小题号": colPart, "子题": colPart, "子题号": colPart, "小题序号": colPart,
	"出处": colSource, "试题出处": colSource, "来源": colSource,
}

var (
	headerNotes   = regexp.MustCompile(`[(\[【][^)\]】]*[)\]】]|[*:]`)
	optionHeader  = regexp.MustCompile(`^(?:选项|答案选项|备选项)?([A-H1-8])(?:选项|项)?$`)
	pointHeader   = regexp.MustCompile(`^(?:知识点|考核点|鉴定点)?([一二三四五六1-6])级(?:知识点|考核点|鉴定点)?$|^知识点([一二三四五六1-6])$`)
	levelDigits   = "一二三四五六"
	requiredNames = map[column]string{colKind: "题型", colStem: "题干", colAnswer: "答案",
		colOption: "选项A", colOption + 1: "选项B", colPoint: "知识点一级"}
)

// header is a recognised header row.
type header struct {
	row     int
	at      [columns]int // place of each column, -1 when missing
	names   []string     // as written, by place
	unknown []int        // places of columns that were not understood
}

// parseHeader recognises a header row; nil when the row is not one. Two of
// type, stem and answer make a header.
func parseHeader(row int, cells []string) *header {
	h := &header{row: row, names: cells}
	for i := range h.at {
		h.at[i] = -1
	}
	for i, text := range cells {
		name := headerNotes.ReplaceAllString(Compact(text), "")
		if name == "" {
			continue
		}
		if c, ok := h.match(name); ok && h.at[c] < 0 {
			h.at[c] = i
			continue
		}
		h.unknown = append(h.unknown, i)
	}
	sure := 0
	for _, c := range []column{colKind, colStem, colAnswer} {
		if h.at[c] >= 0 {
			sure++
		}
	}
	if sure < 2 {
		return nil
	}
	return h
}

func (h *header) match(name string) (column, bool) {
	if c, ok := columnWords[name]; ok {
		return c, true
	}
	if m := optionHeader.FindStringSubmatch(name); m != nil {
		place := strings.Index("ABCDEFGH", m[1])
		if place < 0 {
			place = strings.Index("12345678", m[1])
		}
		return colOption + column(place), true
	}
	if m := pointHeader.FindStringSubmatch(name); m != nil {
		digit := []rune(m[1] + m[2])[0]
		for i, d := range []rune(levelDigits) {
			if digit == d || digit == rune('1'+i) {
				return colPoint + column(i), true
			}
		}
	}
	return 0, false
}

// missing lists the required columns that the sheet lacks.
func (h *header) missing(sheet string) []fault.Field {
	var fields []fault.Field
	for c := range column(columns) {
		if name := requiredNames[c]; name != "" && h.at[c] < 0 {
			fields = append(fields, fault.Field{Path: sheet, Code: "column_missing",
				Message: "sheet " + sheet + " has no column " + name,
				Params:  map[string]string{"sheet": sheet, "column": name}})
		}
	}
	return fields
}

// problem places a problem in a column of the row being read.
func (h *header) problem(c column, severity bank.Severity, code, message string, params ...string) bank.Problem {
	p := bank.Problem{Severity: severity, Code: code, Message: message}
	if at := h.at[c]; at >= 0 {
		p.Column, p.Header = letter(at), strings.TrimSpace(h.names[at])
	}
	if len(params) > 0 {
		p.Params = map[string]string{}
		for i := 0; i+1 < len(params); i += 2 {
			p.Params[params[i]] = params[i+1]
		}
	}
	return p
}
