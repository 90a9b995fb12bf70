package exchange

import "io"

// ReadRows reads any workbook of at most MaxUpload bytes, with the checks that
// all imports have: visit gets each filled row of each visible sheet but the
// guide, as it is shown, with its 1-based number. It returns the SHA-256 of
// the file in hex. size is what the sender claims, or -1. Errors: visit's and
// those of errors.go.
func ReadRows(r io.Reader, size int64, name string, visit func(sheet string, number int, cells []string) error) (sum string, err error) {
	defer guard(name, &err)
	b, err := open(r, size, name)
	if err != nil {
		return "", err
	}
	defer b.close()
	for _, sheet := range b.file.GetSheetList() {
		if visible, err := b.file.GetSheetVisible(sheet); err != nil || !visible || sheet == guideSheet {
			continue
		}
		err := b.rows(sheet, false, func(number int, cells []string) error { return visit(sheet, number, cells) })
		if err != nil {
			return "", err
		}
	}
	return b.sum, nil
}

// Letter is the name of a workbook's column counted from 0: "A".
func Letter(column int) string { return letter(column) }

// GuideSheet is the name of the sheet of instructions in templates; ReadRows
// passes it over.
const GuideSheet = guideSheet
