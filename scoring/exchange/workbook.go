package exchange

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook. They bound the memory of one import and are far above
// any marking scheme.
const (
	MaxUpload   = 8 << 20  // bytes of the file
	maxUnpacked = 32 << 20 // bytes of everything in it
	maxPart     = 4 << 20  // bytes of one part, such as a worksheet
	maxTags     = 1 << 19  // XML tags of everything in it: what is small as text is large in memory
	maxParts    = 1000
	maxSheets   = 64
	maxRows     = 5000 // filled rows of one sheet
	maxColumns  = 64
	maxMerged   = 5000
	sheetRows   = 1 << 20 // rows a sheet can have
)

// book is an opened workbook.
type book struct {
	file *excelize.File
	name string
	sum  string // hex SHA-256 of the bytes
}

// open reads a workbook. size is what the sender claims, or -1.
func open(r io.Reader, size int64, name string) (*book, error) {
	if size > MaxUpload {
		return nil, ErrTooLarge.Param("file", name)
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxUpload+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(data) > MaxUpload {
		return nil, ErrTooLarge.Param("file", name)
	}
	if err := inspect(data, name); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	b := &book{name: name, sum: hex.EncodeToString(sum[:])}
	b.file, err = excelize.OpenReader(bytes.NewReader(data),
		excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked, RawCellValue: true})
	if err != nil {
		return nil, ErrUnreadable.Param("file", name).Wrap(err)
	}
	if len(b.file.GetSheetList()) > maxSheets {
		b.close()
		return nil, ErrTooMany.Param("file", name)
	}
	return b, nil
}

// inspect says what kind of file it is before anything is unpacked.
func inspect(data []byte, name string) error {
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		// A compound file: an old workbook, or a new one inside encryption,
		// whose stream has this name in UTF-16.
		if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e")) {
			return ErrEncrypted.Param("file", name)
		}
		return ErrOldFormat.Param("file", name)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	switch {
	case err != nil && bytes.HasPrefix(data, []byte("PK\x03\x04")): // cut off on its way
		return ErrUnreadable.Param("file", name).Wrap(err)
	case err != nil:
		return ErrNotWorkbook.Param("file", name).Wrap(err)
	}
	var unpacked uint64
	workbook, tags := false, 0
	for _, part := range archive.File {
		// The zip reader fails when a part unpacks to more than it declares,
		// so the declared sizes are a bound.
		unpacked += part.UncompressedSize64
		if part.UncompressedSize64 > maxPart || unpacked > maxUnpacked || len(archive.File) > maxParts {
			return ErrTooLarge.Param("file", name)
		}
		workbook = workbook || strings.EqualFold(part.Name, "xl/workbook.xml")
	}
	if !workbook {
		return ErrNotWorkbook.Param("file", name)
	}
	for _, part := range archive.File {
		n, err := countTags(part)
		if err != nil {
			return ErrUnreadable.Param("file", name).Wrap(err)
		}
		if tags += n; tags > maxTags {
			return ErrTooLarge.Param("file", name)
		}
	}
	return nil
}

// countTags counts what may become an element in memory.
func countTags(part *zip.File) (int, error) {
	r, err := part.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	return bytes.Count(text, []byte("<")), err
}

func (b *book) close() { _ = b.file.Close() } // only removes temporary files

// guard turns a panic of the workbook library on a malformed file into an
// error; the file comes from outside and must not stop the server.
func guard(name string, err *error) {
	if p := recover(); p != nil {
		*err = ErrUnreadable.Param("file", name).Wrap(fmt.Errorf("panic: %v", p))
	}
}

// row is one filled row of a sheet. Cells hold stored values, so a number has
// all its digits and a formula its last result.
type row struct {
	number int // 1-based
	cells  []string
	hidden bool
}

// grid is a sheet in memory.
type grid struct {
	book   *book
	sheet  string
	rows   []row
	merged []rectangle
}

// rectangle is a merged range, borders included; columns from 0, rows from 1.
type rectangle struct{ left, top, right, bottom int }

// grid reads a sheet.
func (b *book) grid(sheet string) (*grid, error) {
	unreadable := func(err error) error {
		return ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
	}
	g := &grid{book: b, sheet: sheet}
	rows, err := b.file.Rows(sheet)
	if err != nil {
		return nil, unreadable(err)
	}
	defer rows.Close()
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, unreadable(err)
		}
		for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
			cells = cells[:len(cells)-1]
		}
		if len(g.rows) >= maxRows || number > sheetRows || len(cells) > maxColumns {
			return nil, ErrTooMany.Param("file", b.name).Param("sheet", sheet).Param("max", maxRows)
		}
		if len(cells) > 0 {
			g.rows = append(g.rows, row{number: number, cells: cells, hidden: rows.GetRowOpts().Hidden})
		}
	}
	if err := rows.Error(); err != nil {
		return nil, unreadable(err)
	}
	if len(g.rows) == 0 {
		return g, nil
	}
	return g, g.readMerged()
}

func (g *grid) readMerged() error {
	list, err := g.book.file.GetMergeCells(g.sheet, true)
	if err != nil {
		return ErrUnreadable.Param("file", g.book.name).Param("sheet", g.sheet).Wrap(err)
	}
	if len(list) > maxMerged {
		return ErrTooMany.Param("file", g.book.name).Param("sheet", g.sheet).Param("max", maxMerged)
	}
	for _, m := range list {
		left, top, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		right, bottom, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil {
			continue // no range: nothing is merged
		}
		g.merged = append(g.merged, rectangle{left - 1, top, right - 1, bottom})
	}
	return nil
}

// mergedAt returns the merged range of several rows that a cell lies in.
func (g *grid) mergedAt(column, number int) (rectangle, bool) {
	for _, m := range g.merged {
		if m.left <= column && column <= m.right && m.top <= number && number <= m.bottom && m.bottom > m.top {
			return m, true
		}
	}
	return rectangle{}, false
}

// formula reports whether a cell without a value holds a formula: a workbook
// made by a program may come without results.
func (g *grid) formula(column, number int) bool {
	name, err := excelize.CoordinatesToCellName(column+1, number)
	if err != nil {
		return false
	}
	text, err := g.book.file.GetCellFormula(g.sheet, name)
	return err == nil && text != ""
}

// hiddenColumn reports whether the sheet hides a column.
func (g *grid) hiddenColumn(column int) bool {
	visible, err := g.book.file.GetColVisible(g.sheet, letter(column))
	return err == nil && !visible
}

// letter is the name of a column counted from 0; "" for a column that is not
// there.
func letter(column int) string {
	name, err := excelize.ColumnNumberToName(column + 1)
	if err != nil {
		return ""
	}
	return name
}
