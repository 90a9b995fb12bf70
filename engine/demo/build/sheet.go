package main

import (
	"fmt"
	"sort"

	"github.com/xuri/excelize/v2"
)

// sheet fills the only sheet of a workbook and keeps the first error.
type sheet struct {
	file *excelize.File
	err  error
}

func newSheet() *sheet {
	s := &sheet{file: excelize.NewFile()}
	s.try(s.file.SetSheetName("Sheet1", sheetName))
	return s
}

func (s *sheet) try(err error) {
	if s.err == nil {
		s.err = err
	}
}

// row writes the values from column A; nil leaves a cell out.
func (s *sheet) row(number int, values ...any) {
	for i, v := range values {
		if v != nil {
			s.try(s.file.SetCellValue(sheetName, cellName(i, number), v))
		}
	}
}

// merge joins the cells of a rectangle; one cell alone stays as it is.
func (s *sheet) merge(column, from, lastColumn, to int) {
	if column != lastColumn || from != to {
		s.try(s.file.MergeCell(sheetName, cellName(column, from), cellName(lastColumn, to)))
	}
}

// look sets the widths of the columns, wraps and centres the header rows and
// keeps them in sight.
func (s *sheet) look(headerRows int, widths ...float64) {
	for i, w := range widths {
		name, err := excelize.ColumnNumberToName(i + 1)
		s.try(err)
		s.try(s.file.SetColWidth(sheetName, name, name, w))
	}
	bold, err := s.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	s.try(err)
	s.try(s.file.SetCellStyle(sheetName, "A1", cellName(len(widths)-1, headerRows), bold))
	s.try(s.file.SetPanes(sheetName, &excelize.Panes{Freeze: true, YSplit: headerRows,
		TopLeftCell: cellName(0, headerRows+1), ActivePane: "bottomLeft"}))
}

// done returns the workbook, or the first error.
func (s *sheet) done() (*excelize.File, error) {
	if s.err != nil {
		return nil, fmt.Errorf("filling sheet %s: %w", sheetName, s.err)
	}
	// A picture brings a list of types in any order; the same sources shall
	// give the same bytes.
	types := s.file.ContentTypes.Defaults
	sort.Slice(types, func(i, j int) bool { return types[i].Extension < types[j].Extension })
	return s.file, nil
}

// cellName names a cell by its column, counted from 0, and row, from 1.
func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		panic(err) // columns and rows are ours, and in bounds
	}
	return name
}
