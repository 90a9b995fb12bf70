package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// kindsFile is the workbook of the kinds beyond choices. It is a workbook of
// its own, so that a paper drawn from the first does not change with it.
const kindsFile = "dgy3-kinds.xlsx"

// kindsHeader names the columns of kinds.tsv. The cells are written as authors
// write them in the workbook; ⏎ is a line break, figure names a drawing, part
// numbers the parts of the case above.
var kindsHeader = strings.Fields("id kind part stem answer a b c d e f left point_code difficulty score figure figure_alt explanation source")

// item is a line of kinds.tsv.
type item struct {
	id, kind, part, stem, answer string
	options                      [6]string
	left                         string
	point                        *point // nil for a part
	difficulty, score            int
	figure, alt                  string
	explanation, source          string
}

// readKinds reads kinds.tsv for the points of the outline. Errors name file
// and line.
func readKinds(dir string, points []point) ([]item, error) {
	byCode := map[string]*point{}
	for i := range points {
		byCode[points[i].code] = &points[i]
	}
	var list []item
	err := readTable(filepath.Join(dir, "kinds.tsv"), kindsHeader, func(cells []string) error {
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "⏎", "\n")
		}
		it := item{id: cells[0], kind: cells[1], part: cells[2], stem: cells[3], answer: cells[4], left: cells[11],
			figure: cells[15], alt: cells[16], explanation: cells[17], source: cells[18]}
		copy(it.options[:], cells[5:11])
		if it.part == "" {
			if it.point = byCode[cells[12]]; it.point == nil {
				return fmt.Errorf("the outline has no point %q", cells[12])
			}
		}
		var err error
		if it.difficulty, err = strconv.Atoi(cells[13]); err != nil {
			return fmt.Errorf("difficulty: %w", err)
		}
		if it.score, err = strconv.Atoi(cells[14]); err != nil {
			return fmt.Errorf("score: %w", err)
		}
		list = append(list, it)
		return nil
	})
	return list, err
}

// kindsBook writes the items, one a row, with their drawings.
func kindsBook(src source) (*excelize.File, error) {
	s := newSheet()
	header := []any{"试题GUID", "题型(必填)", "题干(必填)", "答案"}
	for i := range len(item{}.options) {
		header = append(header, "选项"+letter(i))
	}
	for _, n := range []string{"一", "二", "三", "四", "五", "六"} {
		header = append(header, "知识点"+n+"级")
	}
	s.row(1, append(header, "难度", "一致性", "分数", "解析", "出处", "左列", "小题")...)
	for i, it := range src.items {
		s.item(i+2, it)
	}
	s.look(1, 14, 12, 70, 50, 24, 24, 24, 24, 24, 24, 14, 24, 24, 30, 10, 10, 6, 8, 6, 60, 30, 24, 6)
	return s.done()
}

func (s *sheet) item(row int, it item) {
	cells := []any{it.id, it.kind + "题", it.stem, it.answer}
	for _, o := range it.options {
		cells = append(cells, o)
	}
	for i := range 6 {
		cells = append(cells, pointCells(it.point, i))
	}
	cells = append(cells, strconv.Itoa(it.difficulty), "", strconv.Itoa(it.score), it.explanation, it.source, it.left, it.part)
	for column, c := range cells {
		s.text(column, row, c.(string))
	}
	if it.figure == "" {
		return
	}
	body, err := drawing(it.figure)
	s.try(err)
	s.try(s.file.AddPictureFromBytes(sheetName, cellName(2, row), &excelize.Picture{Extension: ".png", File: body,
		Format: &excelize.GraphicOptions{AltText: it.alt, ScaleX: 0.2, ScaleY: 0.2, LockAspectRatio: true}}))
}

// pointCells names the ranges down to the point; "" for a part.
func pointCells(p *point, i int) string {
	switch {
	case p == nil || i > len(p.levels):
		return ""
	case i == len(p.levels):
		return p.name
	}
	return p.levels[i].name
}

// text writes a cell. What has no other tags than sub and sup is written with
// the formats of the cell, as an author does by hand.
func (s *sheet) text(column, row int, text string) {
	name := cellName(column, row)
	tags := strings.Count(text, "<sub>") + strings.Count(text, "<sup>")
	switch {
	case text == "":
		return
	case tags == 0 || strings.Count(text, "</") != tags:
		s.try(s.file.SetCellStr(sheetName, name, text))
		return
	}
	var runs []excelize.RichTextRun
	for i, piece := range strings.Split(strings.NewReplacer("<sub>", "\x00_", "<sup>", "\x00^", "</sub>", "\x00", "</sup>", "\x00").Replace(text), "\x00") {
		run := excelize.RichTextRun{Text: piece}
		if i%2 == 1 { // between an opening and a closing tag
			run.Font = &excelize.Font{VertAlign: map[byte]string{'_': "subscript", '^': "superscript"}[piece[0]]}
			run.Text = piece[1:]
		}
		if run.Text != "" {
			runs = append(runs, run)
		}
	}
	s.try(s.file.SetCellRichText(sheetName, name, runs))
}
