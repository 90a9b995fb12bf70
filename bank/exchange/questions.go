package exchange

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
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
	if b.scripts {
		report.Add(bank.Problem{Severity: bank.Warning, Code: "scripts_flattened",
			Message: "super- and subscripts in the workbook are read as plain text; look through those questions"})
	}
	sheets, err := b.sheets(outline.Level, &report)
	if err != nil {
		return file, report, err
	}
	s := sheetReader{book: b, outline: &outline, knowledge: newKnowledge(&outline), file: &file, report: &report}
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
	sheet     string
	header    *header // of the sheet being read; nil before it is found
}

// read reads one sheet. missing lists the required columns it lacks, in which
// case its rows are not read.
func (s *sheetReader) read(sheet string) (missing []fault.Field, err error) {
	s.sheet, s.header = sheet, nil
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
		q, problems, filled := s.question(cells)
		if !filled {
			return nil
		}
		if column, ok := pictures[number]; ok {
			problems = append(problems, bank.Problem{Column: column, Severity: bank.Error, Code: "picture_unsupported",
				Message: "the row has a picture, which cannot be imported; describe it in words or leave the question out"})
			delete(pictures, number)
		}
		s.report.AddRow(sheet, number, q.Label(), problems)
		if s.report.Rows[len(s.report.Rows)-1].State == bank.Good {
			s.file.Rows = append(s.file.Rows, bank.QuestionRow{Sheet: sheet, Row: number, Question: q})
		}
		return nil
	})
	for _, number := range slices.Sorted(maps.Keys(pictures)) {
		s.report.Add(bank.Problem{Sheet: sheet, Row: number, Column: pictures[number], Severity: bank.Warning,
			Code: "picture_ignored", Message: "the picture stands beside no question and was not read"})
	}
	return missing, err
}

func (s *sheetReader) noteUnknown() {
	for _, i := range s.header.unknown {
		s.report.Add(bank.Problem{Sheet: s.sheet, Row: s.header.row, Column: letter(i), Header: strings.TrimSpace(s.header.names[i]),
			Severity: bank.Warning, Code: "column_unknown", Message: "the column is not known and was not read"})
	}
}
