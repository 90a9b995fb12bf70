package exchange

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/richtext"
	"github.com/xinglu/xinglu/internal/fault"
)

// headerWithin is how many filled rows are searched for the header.
const headerWithin = 10

// ReadQuestions reads the questions of an outline from a workbook of at most
// MaxUpload bytes; size is what the sender claims, or -1. The file holds the
// good rows, the report every row. The error is for files that cannot be read
// at all: see errors.go. The result depends on the bytes and the outline only.
func ReadQuestions(r io.Reader, size int64, name string, outline bank.Outline) (file bank.QuestionFile, report bank.Report, err error) {
	defer guard(name, &err)
	b, err := open(r, size, name)
	if err != nil {
		return file, report, err
	}
	defer b.close()
	file = bank.QuestionFile{Name: name, SHA256: b.sum, Outline: outline.ID}
	report = bank.NewReport(name, b.sum)
	sheets, err := b.sheets(outline.Level, &report)
	if err != nil {
		return file, report, err
	}
	s := sheetReader{book: b, outline: &outline, knowledge: newKnowledge(&outline), file: &file, report: &report,
		cleaner: richtext.NewCleaner(), formulas: richtext.NewTypesetter()}
	var missing []fault.Field
	read := 0
	for _, sheet := range sheets {
		lacks, err := s.read(sheet)
		if err != nil {
			return file, report, err
		}
		missing = append(missing, lacks...)
		if s.header == nil {
			report.Add(skipped(sheet, "sheet_without_header", "the sheet has no header row and was not read"))
			continue
		}
		read++
	}
	if read == 0 {
		for _, sheet := range sheets {
			missing = append(missing, (&header{at: noColumns()}).missing(sheet)...)
		}
	}
	if missing != nil {
		return file, report, ErrColumns.With(missing...).Param("file", name)
	}
	return file, report, nil
}

func noColumns() (at [columns]int) {
	for i := range at {
		at[i] = -1
	}
	return at
}

// sheetReader reads sheets of questions into a file and its report.
type sheetReader struct {
	*book
	outline   *bank.Outline
	knowledge *knowledge
	file      *bank.QuestionFile
	report    *bank.Report
	cleaner   *richtext.Cleaner
	formulas  *richtext.Typesetter
	sheet     string
	header    *header // of the sheet being read; nil before it is found
	open      *filled // the last question; parts may follow when it is a case
}

// filled is a question that was read, with its problems.
type filled struct {
	number   int
	question bank.Question
	figures  []bank.Figure
	problems []bank.Problem
}

// read reads one sheet. missing lists the required columns it lacks, in which
// case its rows are not read.
func (s *sheetReader) read(sheet string) (missing []fault.Field, err error) {
	s.sheet, s.header, s.open = sheet, nil, nil
	pictures, err := s.picturesIn(sheet)
	if err != nil {
		return nil, err
	}
	before := 0
	err = s.rows(sheet, false, func(number int, cells []string) error {
		if s.header == nil {
			before++
			if before <= headerWithin {
				if s.header = parseHeader(number, cells); s.header != nil {
					missing = s.header.missing(sheet)
					s.noteUnknown()
				}
			}
			return nil
		}
		if missing != nil {
			return nil
		}
		if len(s.report.Rows) >= maxRows {
			return ErrRows.Param("file", s.name).Param("sheet", sheet).Param("max", maxRows)
		}
		read, err := s.row(number, cells, pictures[number])
		if read {
			delete(pictures, number)
		}
		return err
	})
	s.settle()
	for _, number := range slices.Sorted(maps.Keys(pictures)) {
		column, _, _ := excelize.SplitCellName(pictures[number][0]) // was split before
		s.report.Add(bank.Problem{Sheet: sheet, Row: number, Column: column, Severity: bank.Warning,
			Code: "picture_ignored", Message: "the picture stands beside no question and was not read"})
	}
	return missing, err
}

// row reads a row: a question, or a part of the case above it. read is false
// when it holds neither.
func (s *sheetReader) row(number int, cells []string, pictureCells []string) (read bool, err error) {
	r := &rowReader{header: s.header, sheetReader: s, number: number, cells: cells}
	if !r.filled() {
		return false, nil
	}
	pictures, err := s.picturesAt(s.sheet, pictureCells)
	if err != nil {
		return false, err
	}
	if r.text(colPart) == "" {
		s.settle()
		r.question(pictures)
		s.open = &filled{number, r.q, r.used, r.problems}
		return true, nil
	}
	if s.open == nil || s.open.question.Kind != bank.Case {
		r.bad(colPart, "part_without_case", "the row is a part, but the question above is no case; put it below its case or empty the cell")
		s.settle()
		s.open = &filled{number: number, question: bank.Question{Stem: r.text(colStem)}, problems: r.problems}
		return true, nil
	}
	c := &s.open.question
	r.part(c, pictures)
	for _, p := range r.problems {
		p.Row = number
		s.open.problems = append(s.open.problems, p)
	}
	c.Parts = append(c.Parts, r.q)
	s.open.figures = append(s.open.figures, r.used...)
	return true, nil
}

// settle files the last question, which has all its parts now.
func (s *sheetReader) settle() {
	if s.open == nil {
		return
	}
	f := s.open
	s.open = nil
	if f.question.Kind == bank.Case {
		r := &rowReader{header: s.header, sheetReader: s, number: f.number, q: f.question, problems: f.problems}
		r.validate()
		f.problems = r.problems
	}
	s.report.AddRow(s.sheet, f.number, f.question.Label(), f.problems)
	if s.report.Rows[len(s.report.Rows)-1].State != bank.Good {
		return
	}
	s.file.Rows = append(s.file.Rows, bank.QuestionRow{Sheet: s.sheet, Row: f.number, Question: f.question})
	for _, figure := range f.figures {
		if !slices.ContainsFunc(s.file.Figures, func(g bank.Figure) bool { return g.ID == figure.ID }) {
			s.file.Figures = append(s.file.Figures, figure)
		}
	}
}

func (s *sheetReader) noteUnknown() {
	for _, i := range s.header.unknown {
		s.report.Add(bank.Problem{Sheet: s.sheet, Row: s.header.row, Column: letter(i), Header: strings.TrimSpace(s.header.names[i]),
			Severity: bank.Warning, Code: "column_unknown", Message: "the column is not known and was not read"})
	}
}
