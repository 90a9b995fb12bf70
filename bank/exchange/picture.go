package exchange

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// figureMark says where a picture of the row stands in a text: [图], [图1],
// [图2]; [图:电路.png] is a file of the archive. A text for those who cannot
// see it may follow: [图1:电路图].
var figureMark = regexp.MustCompile(`[\[［]图 ?([0-9]{0,2})(?:[:：] ?([^\[\]［］<>]*))?[\]］]`)

// picture is a picture anchored in a row.
type picture struct {
	column int // counted from 0
	alt    string
	data   []byte
}

// picturesAt lists the pictures of the cells of one row, from left to right.
func (b *book) picturesAt(sheet string, cells []string) ([]picture, error) {
	var list []picture
	for _, c := range cells {
		column, _, err := excelize.CellNameToCoordinates(c)
		if err != nil {
			return nil, ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
		}
		found, err := b.file.GetPictures(sheet, c)
		if err != nil {
			return nil, ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
		}
		for _, p := range found {
			alt := ""
			if p.Format != nil {
				alt = Text(p.Format.AltText)
			}
			list = append(list, picture{column - 1, alt, p.File})
		}
	}
	slices.SortStableFunc(list, func(a, b picture) int { return a.column - b.column })
	return list, nil
}

// figures are the pictures of a row, and what marks made of them.
type figures struct {
	list []bank.Figure // "" as ID where a picture could not be used
	alts []string
}

// pictureColumn is the field whose text shows a picture that no mark places.
func (r *rowReader) pictureColumn(at int) column {
	for _, c := range []column{colExplanation, colPrompts, colAnswer} {
		if r.at[c] == at && (c != colAnswer || r.q.Kind.Written()) {
			return c
		}
	}
	for c := colOption; c <= colOptionLast; c++ {
		if r.at[c] == at {
			return c
		}
	}
	return colStem
}

// place reads the pictures of the row and puts marks for those that no text
// speaks of at the end of the text that they stand beside.
func (r *rowReader) place(pictures []picture) {
	named := map[string]bool{}
	for c := range column(columns) {
		for _, m := range figureMark.FindAllStringSubmatch(r.text(c), -1) {
			named[m[1]] = true
		}
	}
	r.marks = map[column][]string{}
	for i, p := range pictures {
		f, err := bank.NewFigure(p.data)
		if err != nil {
			field := fault.As(err).Fields[0]
			problem := bank.Problem{Column: letter(p.column), Severity: bank.Error, Code: field.Code, Message: field.Message, Params: field.Params}
			r.problems = append(r.problems, problem)
		}
		r.shown.list, r.shown.alts = append(r.shown.list, f), append(r.shown.alts, p.alt)
		if number := strconv.Itoa(i + 1); !named[number] && (!named[""] || len(pictures) != 1) {
			c := r.pictureColumn(p.column)
			r.marks[c] = append(r.marks[c], "[图"+number+"]")
		}
	}
}

// show writes the figures for the marks of a text in HTML.
func (r *rowReader) show(c column, text string) string {
	return figureMark.ReplaceAllStringFunc(text, func(mark string) string {
		m := figureMark.FindStringSubmatch(mark)
		f, alt, ok := r.figure(m[1], strings.TrimSpace(html.UnescapeString(m[2])))
		if !ok {
			r.bad(c, "figure_mark_unknown", "the text speaks of a picture that the row does not have; insert the picture into the row or take the mark out", "mark", mark)
			return mark
		}
		if f.ID == "" {
			return "" // its own problem is in the list
		}
		if !slices.ContainsFunc(r.used, func(u bank.Figure) bool { return u.ID == f.ID }) {
			r.used = append(r.used, f)
		}
		return `<img data-figure="` + string(f.ID) + `" alt="` + html.EscapeString(alt) + `"/>`
	})
}

// figure finds what a mark names: a picture of the row by its number, or of
// the archive by its name.
func (r *rowReader) figure(number, note string) (f bank.Figure, alt string, ok bool) {
	if number == "" && note != "" {
		if data, ok := r.files[strings.ToLower(note)]; ok {
			f, err := bank.NewFigure(data)
			if err != nil {
				field := fault.As(err).Fields[0]
				r.bad(colStem, field.Code, note+": "+field.Message, "file", note)
			}
			return f, "图", true
		}
	}
	n, err := strconv.Atoi(number)
	if number == "" {
		n, err = 1, nil
	}
	if err != nil || n < 1 || n > len(r.shown.list) || number == "" && len(r.shown.list) > 1 {
		return f, "", false
	}
	alt = r.shown.alts[n-1]
	if note != "" {
		alt = note
	}
	if alt == "" {
		alt = "图"
	}
	return r.shown.list[n-1], alt, true
}

// unpack finds the workbook in an archive of a workbook with pictures beside
// it; nil when there is not exactly one.
func (b *book) unpack(archive *zip.Reader) (workbook []byte, err error) {
	b.files = map[string][]byte{}
	books := 0
	for _, part := range archive.File {
		name := path.Base(strings.ReplaceAll(decoded(part), "\\", "/"))
		hidden := strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasPrefix(part.Name, "__MACOSX")
		ext := strings.ToLower(path.Ext(name))
		if hidden || !slices.Contains([]string{".xlsx", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}, ext) {
			continue
		}
		body, err := contents(part)
		if err != nil {
			return nil, ErrUnreadable.Param("file", b.name).Wrap(err)
		}
		if ext == ".xlsx" {
			workbook = body
			books++
			continue
		}
		b.files[strings.ToLower(Text(name))] = body
	}
	if books != 1 {
		return nil, ErrNotWorkbook.Param("file", b.name)
	}
	return workbook, nil
}

// decoded is the name of a part; archives made in Chinese Windows carry GBK.
func decoded(part *zip.File) string {
	if utf8.ValidString(part.Name) {
		return part.Name
	}
	name, err := simplifiedchinese.GBK.NewDecoder().String(part.Name)
	if err != nil {
		return part.Name
	}
	return name
}

func contents(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", part.Name, err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, maxInMemory))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", part.Name, err)
	}
	return body, nil
}
