package exchange

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
)

// Limits of a workbook. They bound the memory of one import.
const (
	MaxUpload   = 16 << 20  // bytes of the file
	maxUnpacked = 128 << 20 // bytes of everything in it
	maxInMemory = 16 << 20  // bytes of one part kept in memory; larger goes to a temporary file
	maxParts    = 2000
	maxRows     = 20000 // filled rows
	maxColumns  = 256
	sheetRows   = 1 << 20 // rows a sheet can have
)

// The sheets of our own templates that are not read.
const (
	guideSheet   = "填写说明"
	exampleSheet = "填写示例"
)

// book is an opened workbook.
type book struct {
	file     *excelize.File
	name     string
	sum      string // hex SHA-256 of the bytes
	pictures bool
	scripts  bool              // some text has super- or subscripts
	files    map[string][]byte // pictures beside the workbook in an archive, by name in small letters
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
	b := &book{name: name}
	sum := sha256.Sum256(data)
	b.sum = hex.EncodeToString(sum[:])
	if data, err = b.inspect(data); err != nil {
		return nil, err
	}
	b.file, err = excelize.OpenReader(bytes.NewReader(data),
		excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory})
	if err != nil {
		return nil, ErrUnreadable.Param("file", name).Wrap(err)
	}
	return b, nil
}

// inspect says what kind of file it is before anything is unpacked, and
// returns the workbook: the file itself, or what an archive holds beside its
// pictures.
func (b *book) inspect(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		// A compound file: an old workbook, or a new one inside encryption,
		// whose stream has this name in UTF-16.
		if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e")) {
			return nil, ErrEncrypted.Param("file", b.name)
		}
		return nil, ErrOldFormat.Param("file", b.name)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, ErrNotWorkbook.Param("file", b.name).Wrap(err)
	}
	var unpacked uint64
	workbook := false
	for _, part := range archive.File {
		// The zip reader fails when a part unpacks to more than it declares,
		// so the declared sizes are a bound.
		unpacked += part.UncompressedSize64
		if part.UncompressedSize64 > maxUnpacked || unpacked > maxUnpacked || len(archive.File) > maxParts {
			return nil, ErrTooLarge.Param("file", b.name)
		}
		path := strings.ToLower(part.Name)
		workbook = workbook || path == "xl/workbook.xml"
		b.pictures = b.pictures || strings.HasPrefix(path, "xl/media/")
		if path == "xl/sharedstrings.xml" || strings.HasPrefix(path, "xl/worksheets/sheet") {
			b.scripts = b.scripts || holdsScripts(part)
		}
	}
	switch {
	case workbook:
		return data, nil
	case b.files != nil:
		return nil, ErrNotWorkbook.Param("file", b.name)
	}
	if data, err = b.unpack(archive); err != nil {
		return nil, err
	}
	return b.inspect(data)
}

// holdsScripts looks for super- and subscripts in the strings of a part.
func holdsScripts(part *zip.File) bool {
	r, err := part.Open()
	if err != nil {
		return false // excelize will meet the same error and report it
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxUnpacked))
	return err == nil && bytes.Contains(text, []byte("<vertAlign val=\"su"))
}

func (b *book) close() { _ = b.file.Close() } // only removes temporary files

// guard turns a panic of the workbook library on a malformed file into an
// error; the file comes from outside and must not stop the server.
func guard(name string, err *error) {
	if p := recover(); p != nil {
		*err = ErrUnreadable.Param("file", name).Wrap(fmt.Errorf("panic: %v", p))
	}
}

// sheets lists the sheets to read for a level: those named after it, or all
// when no sheet is named after a level. Others are noted in the report.
func (b *book) sheets(level bank.Level, report *bank.Report) ([]string, error) {
	var all, named []string
	levels := false
	for _, s := range b.file.GetSheetList() {
		if s == guideSheet || s == exampleSheet {
			continue
		}
		if visible, err := b.file.GetSheetVisible(s); err != nil || !visible {
			report.Add(skipped(s, "sheet_hidden", "the sheet is hidden and was not read"))
			continue
		}
		all = append(all, s)
		if l, ok := bank.LevelIn(Text(s)); ok {
			levels = true
			if l == level {
				named = append(named, s)
			}
		}
	}
	if !levels {
		return all, nil
	}
	if named == nil {
		return nil, ErrSheet.Param("file", b.name).Param("level", level.Zh())
	}
	for _, s := range all {
		if !slices.Contains(named, s) {
			report.Add(skipped(s, "sheet_other_level", "the sheet is not for this level and was not read"))
		}
	}
	return named, nil
}

func skipped(sheet, code, message string) bank.Problem {
	return bank.Problem{Sheet: sheet, Severity: bank.Warning, Code: code, Message: message}
}

// rows calls visit for each filled row of a sheet with its 1-based number.
// cells are formatted values, or stored ones when raw; the slice is the
// visitor's own.
func (b *book) rows(sheet string, raw bool, visit func(number int, cells []string) error) error {
	rows, err := b.file.Rows(sheet)
	if err != nil {
		return ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
	}
	defer rows.Close()
	filled := 0
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
		}
		for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) > 0 {
			filled++
		}
		if filled > maxRows || number > sheetRows || len(cells) > maxColumns {
			return ErrRows.Param("file", b.name).Param("sheet", sheet).Param("max", maxRows)
		}
		if len(cells) == 0 {
			continue
		}
		if err := visit(number, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
	}
	return nil
}

// picturesIn lists the cells of a sheet that hold pictures, by row.
func (b *book) picturesIn(sheet string) (map[int][]string, error) {
	at := map[int][]string{}
	if !b.pictures {
		return at, nil
	}
	cells, err := b.file.GetPictureCells(sheet)
	if err != nil {
		return nil, ErrUnreadable.Param("file", b.name).Param("sheet", sheet).Wrap(err)
	}
	for _, c := range cells {
		_, row, err := excelize.SplitCellName(c)
		if err == nil && !slices.Contains(at[row], c) {
			at[row] = append(at[row], c)
		}
	}
	return at, nil
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

// cell returns the cell of a column, "" where the row or the column ends.
func cell(cells []string, column int) string {
	if column < 0 || column >= len(cells) {
		return ""
	}
	return cells[column]
}
