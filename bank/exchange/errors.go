package exchange

import "github.com/xinglu/xinglu/internal/fault"

// Errors of whole files; compare with errors.Is. Wrong rows are no errors but
// problems in the report.
var (
	// ErrTooLarge: the upload or what it unpacks to is over the limit.
	ErrTooLarge = fault.New(fault.Invalid, "workbook_too_large",
		"the workbook is too large; split it into several files or remove pictures and unused sheets")
	// ErrEncrypted: the workbook is protected by a password.
	ErrEncrypted = fault.New(fault.Invalid, "workbook_encrypted",
		"the workbook is protected by a password; remove the password and save it again")
	// ErrOldFormat: an Excel 97–2003 file.
	ErrOldFormat = fault.New(fault.Invalid, "workbook_old_format",
		"this is an old .xls file; save it as .xlsx and send that")
	// ErrNotWorkbook: the file is something else, for instance a .csv or .docx.
	ErrNotWorkbook = fault.New(fault.Invalid, "workbook_wrong_type",
		"this is not an .xlsx workbook; save it as .xlsx and send that")
	// ErrUnreadable: the file looks like a workbook but is damaged.
	ErrUnreadable = fault.New(fault.Invalid, "workbook_unreadable",
		"the workbook is damaged; open it in a spreadsheet program, save it again and send that")
	// ErrRows: more rows or columns than are read at once.
	ErrRows = fault.New(fault.Invalid, "workbook_too_many_rows",
		"the workbook has too many rows or columns; split it into several files")
	// ErrSheet: no sheet is for the wanted level.
	ErrSheet = fault.New(fault.Invalid, "workbook_sheet_missing",
		"no sheet of the workbook is for this level; name the sheet after the level")
	// ErrColumns: required columns are missing; Fields name them and the sheet.
	ErrColumns = fault.New(fault.Invalid, "workbook_columns_missing",
		"required columns are missing; compare the header row with the template")
)
