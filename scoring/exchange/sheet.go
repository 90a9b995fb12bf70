package exchange

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/scoring"
)

// Styles of the workbooks that we write.
const (
	stylePlain = iota // texts, wrapped
	styleTitle        // the name of the scheme
	styleHead         // a heading
	styleGroup        // a row that opens a group
	styleMarks        // an amount, two decimals
	styleGrey         // what others need not read
	styleCount = iota
)

// sheetWriter writes the cells of one sheet. The first failure is kept, so
// that callers look at it once.
type sheetWriter struct {
	file   *excelize.File
	name   string
	styles [styleCount]int
	err    error
}

// newBook starts a workbook with one sheet.
func newBook(name string) (*sheetWriter, error) {
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, fmt.Errorf("writing workbook: %w", err)
	}
	s := &sheetWriter{file: f, name: name}
	border := []excelize.Border{{Type: "left", Color: "BFBFBF", Style: 1}, {Type: "right", Color: "BFBFBF", Style: 1},
		{Type: "top", Color: "BFBFBF", Style: 1}, {Type: "bottom", Color: "BFBFBF", Style: 1}}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	text := &excelize.Alignment{Vertical: "center", WrapText: true}
	middle := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	two := "0.00"
	for i, style := range [styleCount]*excelize.Style{
		stylePlain: {Alignment: text, Border: border},
		styleTitle: {Font: &excelize.Font{Bold: true, Size: 14}},
		styleHead:  {Font: &excelize.Font{Bold: true}, Alignment: middle, Border: border, Fill: fill("D9E2F3")},
		styleGroup: {Font: &excelize.Font{Bold: true}, Alignment: text, Border: border, Fill: fill("F2F2F2")},
		styleMarks: {CustomNumFmt: &two, Alignment: middle, Border: border},
		styleGrey:  {Font: &excelize.Font{Color: "808080"}, Alignment: &excelize.Alignment{Vertical: "center"}},
	} {
		id, err := f.NewStyle(style)
		if err != nil {
			return nil, fmt.Errorf("writing workbook: %w", err)
		}
		s.styles[i] = id
	}
	return s, nil
}

// sheet goes on with another sheet of the same workbook.
func (s *sheetWriter) sheet(name string) *sheetWriter {
	next := *s
	next.name = name
	if _, err := s.file.NewSheet(name); err != nil && s.err == nil {
		next.err = err
	}
	return &next
}

func (s *sheetWriter) keep(err error) {
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("writing sheet %s: %w", s.name, err)
	}
}

// at is the name of a cell; columns count from 0, rows from 1.
func at(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return "" // not reached: our layouts stay inside a sheet
	}
	return name
}

// text writes a text, which stays a text; "" only sets the style.
func (s *sheetWriter) text(column, row int, value string, style int) {
	if len([]rune(value)) > maxText {
		s.keep(ErrCapacity.Param("cell", at(column, row)).Param("max", maxText))
		return
	}
	if value != "" {
		s.keep(s.file.SetCellStr(s.name, at(column, row), value))
	}
	s.keep(s.file.SetCellStyle(s.name, at(column, row), at(column, row), s.styles[style]))
}

// marks writes an amount with two decimals. A float64 holds every amount of
// hundredths exactly enough to be read back as the same.
func (s *sheetWriter) marks(column, row int, m scoring.Marks, formula string) {
	s.keep(s.file.SetCellFloat(s.name, at(column, row), float64(m)/100, 2, 64))
	if formula != "" {
		s.keep(s.file.SetCellFormula(s.name, at(column, row), formula))
	}
	s.keep(s.file.SetCellStyle(s.name, at(column, row), at(column, row), s.styles[styleMarks]))
}

// count writes a whole number.
func (s *sheetWriter) count(column, row, n int) {
	s.keep(s.file.SetCellInt(s.name, at(column, row), int64(n)))
	s.keep(s.file.SetCellStyle(s.name, at(column, row), at(column, row), s.styles[stylePlain]))
}

func (s *sheetWriter) merge(left, top, right, bottom int) {
	if left != right || top != bottom {
		s.keep(s.file.MergeCell(s.name, at(left, top), at(right, bottom)))
	}
}

func (s *sheetWriter) widths(widths ...float64) {
	for i, w := range widths {
		s.keep(s.file.SetColWidth(s.name, letter(i), letter(i), w))
	}
}

// bytes finishes the workbook; programs that open it compute its formulas.
func (s *sheetWriter) bytes() ([]byte, error) {
	defer s.file.Close()
	full := true
	s.keep(s.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}))
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	if err := s.file.Write(&b); err != nil {
		return nil, fmt.Errorf("writing workbook: %w", err)
	}
	return b.Bytes(), nil
}

// deliver sends a workbook that was checked.
func deliver(w io.Writer, data []byte) error {
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("writing workbook: %w", err)
	}
	return nil
}
