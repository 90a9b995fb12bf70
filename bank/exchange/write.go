package exchange

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
)

// knowledgeNames are the headers of the knowledge columns.
var knowledgeNames = []string{"知识点一级", "知识点二级", "知识点三级", "知识点四级", "知识点五级", "知识点六级"}

// WriteQuestions writes questions of an outline, with their keys, in the
// national layout; figures holds those that they show. ReadQuestions with the
// same outline gives them back, but for version, status and batch; ids come
// back when they were made by ReadQuestions. The error names a text that no
// cell can hold.
func WriteQuestions(w io.Writer, outline bank.Outline, questions []bank.Question, figures []bank.Figure) error {
	sheet, err := newSheet(outline.Level)
	if err != nil {
		return err
	}
	l := newQuestionLayout(questions)
	if err := sheet.row(l.header()...); err != nil {
		return err
	}
	if err := writeQuestions(sheet, l, &outline, questions, figures); err != nil {
		return err
	}
	return sheet.write(w)
}

func writeQuestions(sheet *sheetWriter, l questionLayout, outline *bank.Outline, questions []bank.Question, figures []bank.Figure) error {
	names := pointNames(outline)
	for i := range questions {
		q := &questions[i]
		cells, ok := names[q.Point]
		if !ok {
			return fmt.Errorf("writing question %s: the outline has no point %s", q.ID, q.Point)
		}
		if err := sheet.question(l, q, "", cells, figures); err != nil {
			return err
		}
		for part := range q.Parts {
			if err := sheet.question(l, &q.Parts[part], strconv.Itoa(part+1), nil, figures); err != nil {
				return err
			}
		}
	}
	return nil
}

// questionLayout says which columns a sheet of questions has.
type questionLayout struct {
	options        int
	prompts, parts bool
}

func newQuestionLayout(questions []bank.Question) questionLayout {
	l := questionLayout{options: 5}
	for i := range questions {
		q := &questions[i]
		l.options = max(l.options, len(q.Options))
		l.prompts = l.prompts || len(q.Prompts) > 0
		l.parts = l.parts || len(q.Parts) > 0
		for j := range q.Parts {
			l.options = max(l.options, len(q.Parts[j].Options))
			l.prompts = l.prompts || len(q.Parts[j].Prompts) > 0
		}
	}
	return l
}

func (l questionLayout) header() []any {
	row := []any{"试题GUID", "题型(必填)", "题干(必填)", "答案"}
	for i := range l.options {
		row = append(row, "选项"+string(rune('A'+i)))
	}
	for _, n := range knowledgeNames {
		row = append(row, n)
	}
	row = append(row, "难度", "一致性", "分数", "解析", "出处")
	if l.prompts {
		row = append(row, "左列")
	}
	if l.parts {
		row = append(row, "小题")
	}
	return row
}

// question writes one row. part is the number of a part, point the cells of
// the point, nil for a part.
func (s *sheetWriter) question(l questionLayout, q *bank.Question, part string, point []string, figures []bank.Figure) error {
	p := &rowPictures{figures: figures}
	rich := func(text string) any { return p.cell(q, text) }
	row := []any{q.GUID, q.Kind.Zh(), nil, nil}
	p.column = 2
	row[2] = rich(q.Stem)
	p.column = 3
	row[3] = answer(q)
	if q.Kind.Written() || q.Kind == bank.Case {
		row[3] = rich(q.Reference)
	}
	for i := range l.options {
		p.column = len(row)
		if q.Kind != bank.TrueFalse && i < len(q.Options) {
			row = append(row, rich(q.Options[i].Text))
			continue
		}
		row = append(row, nil)
	}
	for i := range knowledgeNames {
		row = append(row, cell(point, i))
	}
	row = append(row, number(int64(q.Difficulty)*100), number(int64(q.Consistency)*100), number(q.Score))
	p.column = len(row)
	row = append(row, rich(q.Explanation), q.Source)
	if l.prompts {
		p.column = len(row)
		row = append(row, promptRuns(q, p))
	}
	if l.parts {
		row = append(row, part)
	}
	for _, c := range row {
		if runs, ok := c.([]run); ok && utf16Length(runs) > excelize.TotalCellChars {
			return fmt.Errorf("writing question %s: a text of more than %d characters does not fit into a cell", q.ID, excelize.TotalCellChars)
		}
	}
	if p.err != nil {
		return fmt.Errorf("writing question %s: %w", q.ID, p.err)
	}
	for _, picture := range p.placed {
		name, err := excelize.CoordinatesToCellName(picture.column+1, s.next)
		if err != nil {
			return fmt.Errorf("writing question %s: %w", q.ID, err)
		}
		if err := s.picture(name, picture); err != nil {
			return fmt.Errorf("writing question %s: %w", q.ID, err)
		}
	}
	return s.row(row...)
}

// promptRuns is the left column of a matching question as a numbered list.
func promptRuns(q *bank.Question, pictures *rowPictures) []run {
	lines := make([]string, 0, len(q.Prompts))
	for i, p := range q.Prompts {
		text := p.Text
		if q.Markup == bank.HTML {
			text = marked(text, pictures.mark)
		}
		lines = append(lines, strconv.Itoa(i+1)+". "+text)
	}
	switch whole := strings.Join(lines, "<br/>"); {
	case q.Markup != bank.HTML:
		return []run{{text: strings.Join(lines, "\n")}}
	case inlineTags.MatchString(whole):
		return inline(whole)
	default:
		return []run{{text: whole}}
	}
}

// answer writes the key as the layout does: letters, √ and ×, or blanks.
func answer(q *bank.Question) string {
	letters := ""
	switch q.Kind {
	case bank.FillIn:
		return writeBlanks(q.Blanks)
	case bank.Ordering, bank.Matching:
		for _, k := range q.Key {
			i := slices.IndexFunc(q.Options, func(o bank.Option) bool { return o.ID == k })
			letters += string(rune('A' + i))
		}
		return letters
	default:
	}
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
	groups, fields := []any{"一级鉴定范围", ""}, []any{"代码", "名称"}
	for level := 1; level < depth; level++ {
		groups = append(groups, string([]rune(levelDigits)[level])+"级鉴定范围", "", "")
		fields = append(fields, "代码", "名称", "鉴定比重(%)")
	}
	groups, fields = append(groups, "鉴定点", "", ""), append(fields, "代码", "名称", "重要程度")
	title := o.Occupation.Name + " " + o.Level.Zh() + " 鉴定要素细目表"
	for _, row := range [][]any{{title}, groups, fields} {
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
func outlineRow(chain []*bank.Range, p *bank.Point, depth int, written map[*bank.Range]bool) []any {
	var row []any
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
