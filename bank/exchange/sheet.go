package exchange

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // excelize looks up the size of a picture
	_ "image/png"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
)

// sheetWriter writes one sheet row by row.
type sheetWriter struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	name   string
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
	return addSheet(f, name)
}

// addSheet starts to write a sheet that is there.
func addSheet(f *excelize.File, name string) (*sheetWriter, error) {
	stream, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("writing workbook: %w", err)
	}
	return &sheetWriter{file: f, stream: stream, name: name, next: 1}, nil
}

// row writes texts, which stay texts: codes keep their zeros, nothing becomes
// a formula. Cells are strings or runs; "" and nil are left empty.
func (s *sheetWriter) row(cells ...any) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			if c != "" {
				values[i] = c
			}
		case []run:
			values[i] = richCell(c)
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

// richCell is what a cell gets: nothing, a text, or a text with scripts.
func richCell(runs []run) any {
	var text strings.Builder
	scripts := false
	for _, r := range runs {
		text.WriteString(r.text)
		scripts = scripts || r.tag != ""
	}
	switch {
	case text.Len() == 0:
		return nil
	case !scripts:
		return text.String()
	}
	list := make([]excelize.RichTextRun, 0, len(runs))
	for _, r := range runs {
		piece := excelize.RichTextRun{Text: r.text}
		if r.tag != "" {
			piece.Font = &excelize.Font{VertAlign: map[string]string{"sub": "subscript", "sup": "superscript"}[r.tag]}
		}
		list = append(list, piece)
	}
	return list
}

func utf16Length(runs []run) int {
	n := 0
	for _, r := range runs {
		n += len(utf16.Encode([]rune(r.text)))
	}
	return n
}

// rowPictures turns the figures of a row into pictures and marks.
type rowPictures struct {
	figures []bank.Figure
	column  int // being written
	placed  []placedPicture
	err     error
}

type placedPicture struct {
	figure bank.Figure
	column int
	alt    string
}

// cell is the text of a question as it stands in a cell.
func (p *rowPictures) cell(q *bank.Question, text string) []run {
	return authored(text, q.Markup == bank.HTML, p.mark)
}

// mark places a figure beside the cell and names it.
func (p *rowPictures) mark(figure, alt string) string {
	id := bank.FigureID(figure)
	at := slices.IndexFunc(p.placed, func(q placedPicture) bool { return q.figure.ID == id })
	if at < 0 {
		i := slices.IndexFunc(p.figures, func(f bank.Figure) bool { return f.ID == id })
		if i < 0 {
			p.err = bank.ErrFigureUnknown.Param("id", id)
			return ""
		}
		at = len(p.placed)
		p.placed = append(p.placed, placedPicture{p.figures[i], p.column, alt})
	}
	number := strconv.Itoa(at + 1)
	if alt != p.placed[at].alt {
		return "[图" + number + ":" + strings.Map(noBracket, alt) + "]"
	}
	return "[图" + number + "]"
}

// noBracket drops what would end a mark.
func noBracket(r rune) rune {
	if strings.ContainsRune("[]［］<>", r) {
		return -1
	}
	return r
}

// picture anchors a picture at a cell, small enough to leave the rows around
// it readable.
func (s *sheetWriter) picture(name string, p placedPicture) error {
	scale := min(1, 96/float64(max(p.figure.Height, 1)))
	ext := map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[p.figure.Type]
	if _, _, err := image.DecodeConfig(bytes.NewReader(p.figure.Data)); err != nil {
		return fmt.Errorf("figure %s: %w", p.figure.ID, err)
	}
	return s.file.AddPictureFromBytes(s.name, name, &excelize.Picture{Extension: ext, File: p.figure.Data,
		Format: &excelize.GraphicOptions{AltText: p.alt, ScaleX: scale, ScaleY: scale, LockAspectRatio: true, Positioning: "oneCell"}})
}
