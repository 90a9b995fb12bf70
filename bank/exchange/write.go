package exchange

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
)

// knowledgeNames are the headers of the knowledge columns.
var knowledgeNames = []string{"知识点一级", "知识点二级", "知识点三级", "知识点四级", "知识点五级", "知识点六级"}

// WriteQuestions writes questions of an outline, with their keys, in the
// national layout. ReadQuestions with the same outline gives them back, but
// for version, status and batch; ids come back when they were made by
// ReadQuestions.
func WriteQuestions(w io.Writer, outline bank.Outline, questions []bank.Question) error {
	sheet, err := newSheet(outline.Level)
	if err != nil {
		return err
	}
	options := 5
	for i := range questions {
		options = max(options, len(questions[i].Options))
	}
	if err := sheet.row(questionHeader(options)...); err != nil {
		return err
	}
	names := pointNames(&outline)
	for i := range questions {
		q := &questions[i]
		cells, ok := names[q.Point]
		if !ok {
			return fmt.Errorf("writing question %s: the outline has no point %s", q.ID, q.Point)
		}
		if err := sheet.row(questionRow(q, options, cells)...); err != nil {
			return err
		}
	}
	return sheet.write(w)
}

// Template writes an empty workbook of questions for an outline, with a sheet
// of instructions, which ReadQuestions leaves aside.
func Template(w io.Writer, outline bank.Outline) error {
	sheet, err := newSheet(outline.Level)
	if err != nil {
		return err
	}
	if err := sheet.row(questionHeader(5)...); err != nil {
		return err
	}
	if _, err := sheet.file.NewSheet(guideSheet); err != nil {
		return fmt.Errorf("writing template: %w", err)
	}
	for i, line := range []string{
		"题型: 单选题、多选题、判断题。Kind: single choice, multiple choice, true/false.",
		"答案: 单选 A，多选 ABD，判断 √ 或 ×。Answer: A; ABD; √ or ×.",
		"选项: 从 A 开始连续填写，判断题不填。Options: from A without gaps; none for true/false.",
		"知识点: 从一级鉴定范围到鉴定点，代码或名称均可，最后一个非空格为鉴定点。Points: from the level-1 range down, by code or name; the last filled cell is the point.",
		"难度、一致性: 1–5，可不填。分数: 最多两位小数，可不填。Difficulty, consistency: 1–5 or blank. Score: at most two decimals or blank.",
	} {
		if err := sheet.file.SetCellStr(guideSheet, fmt.Sprintf("A%d", i+1), line); err != nil {
			return fmt.Errorf("writing template: %w", err)
		}
	}
	return sheet.write(w)
}

func questionHeader(options int) []string {
	row := []string{"试题GUID", "题型(必填)", "题干(必填)", "答案"}
	for i := range options {
		row = append(row, "选项"+string(rune('A'+i)))
	}
	row = append(row, knowledgeNames...)
	return append(row, "难度", "一致性", "分数", "解析", "出处")
}

func questionRow(q *bank.Question, options int, point []string) []string {
	row := []string{q.GUID, q.Kind.Zh(), q.Stem, answer(q)}
	for i := range options {
		text := ""
		if q.Kind != bank.TrueFalse && i < len(q.Options) {
			text = q.Options[i].Text
		}
		row = append(row, text)
	}
	row = append(row, point...)
	return append(row, number(int64(q.Difficulty)*100), number(int64(q.Consistency)*100), number(q.Score), q.Explanation, q.Source)
}

// answer writes the key as the layout does: letters, or √ and ×.
func answer(q *bank.Question) string {
	letters := ""
	for i, o := range q.Options {
		if slices.Contains(q.Key, o.ID) {
			letters += string(rune('A' + i))
		}
	}
	if q.Kind == bank.TrueFalse {
		return map[string]string{"A": "√", "B": "×"}[letters]
	}
	return letters
}

// number writes hundredths; 0, which means not given, is blank.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return bank.Weight(n).String()
}

// pointNames gives the knowledge cells of each point: code and name of each
// range and of the point, which stands in the last cell by its whole path
// when the ranges already fill the columns.
func pointNames(o *bank.Outline) map[bank.PointPath][]string {
	names := map[bank.PointPath][]string{}
	o.Walk(func(path bank.PointPath, chain []*bank.Range, p *bank.Point) {
		if p == nil {
			return
		}
		cells := make([]string, len(knowledgeNames))
		for i, r := range chain {
			cells[i] = r.Code + r.Name
		}
		if len(chain) < len(cells) {
			cells[len(chain)] = p.Code + p.Name
		} else {
			cells[len(cells)-1] = string(path) + p.Name
		}
		names[path] = cells
	})
	return names
}

// WriteOutline writes an outline in the national layout, with as many levels
// as it has and at least four. ReadOutline gives it back, but for version and
// batch.
func WriteOutline(w io.Writer, o bank.Outline) error {
	sheet, err := newSheet(o.Level)
	if err != nil {
		return err
	}
	depth := 4
	o.Walk(func(_ bank.PointPath, chain []*bank.Range, _ *bank.Point) { depth = max(depth, len(chain)) })
	groups, fields := []string{"一级鉴定范围", ""}, []string{"代码", "名称"}
	for level := 1; level < depth; level++ {
		groups = append(groups, string([]rune(levelDigits)[level])+"级鉴定范围", "", "")
		fields = append(fields, "代码", "名称", "鉴定比重(%)")
	}
	groups, fields = append(groups, "鉴定点", "", ""), append(fields, "代码", "名称", "重要程度")
	title := o.Occupation.Name + " " + o.Level.Zh() + " 鉴定要素细目表"
	for _, row := range [][]string{{title}, groups, fields} {
		if err := sheet.row(row...); err != nil {
			return err
		}
	}
	written := map[*bank.Range]bool{}
	var failed error
	o.Walk(func(_ bank.PointPath, chain []*bank.Range, p *bank.Point) {
		leaf := chain[len(chain)-1]
		if failed != nil || p == nil && len(leaf.Ranges)+len(leaf.Points) > 0 {
			return
		}
		failed = sheet.row(outlineRow(chain, p, depth, written)...)
	})
	if failed != nil {
		return failed
	}
	return sheet.write(w)
}

// outlineRow writes a point, or a range with nothing below it. The weight of a
// range stands in its first row only.
func outlineRow(chain []*bank.Range, p *bank.Point, depth int, written map[*bank.Range]bool) []string {
	var row []string
	for level := range depth {
		code, name, weight := "", "", ""
		if level < len(chain) {
			r := chain[level]
			code, name = r.Code, r.Name
			if !written[r] {
				weight = r.Weight.String()
			}
			written[r] = true
		}
		row = append(row, code, name)
		if level > 0 {
			row = append(row, weight)
		}
	}
	if p != nil {
		row = append(row, p.Code, p.Name, string(p.Importance))
	}
	return row
}

// sheetWriter writes one sheet row by row.
type sheetWriter struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	next   int
}

// newSheet starts a workbook whose sheet is named after the level.
func newSheet(level bank.Level) (*sheetWriter, error) {
	name, _, _ := strings.Cut(level.Zh(), "/")
	if name == "" {
		return nil, bank.ErrOccupation.Param("level", int(level))
	}
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, fmt.Errorf("writing workbook: %w", err)
	}
	stream, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("writing workbook: %w", err)
	}
	return &sheetWriter{file: f, stream: stream, next: 1}, nil
}

func (s *sheetWriter) row(cells ...string) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		if c != "" {
			values[i] = c // as text: codes keep their zeros, nothing becomes a formula
		}
	}
	if err := s.stream.SetRow(fmt.Sprintf("A%d", s.next), values); err != nil {
		return fmt.Errorf("writing row %d: %w", s.next, err)
	}
	s.next++
	return nil
}

func (s *sheetWriter) write(w io.Writer) error {
	defer s.file.Close()
	if err := s.stream.Flush(); err != nil {
		return fmt.Errorf("writing workbook: %w", err)
	}
	if err := s.file.Write(w); err != nil {
		return fmt.Errorf("writing workbook: %w", err)
	}
	return nil
}
