package exchange

import "github.com/xinglu/xinglu/internal/fault"

// Errors of whole files; compare with errors.Is. What is wrong inside a sheet
// is no error but problems in the report.
var (
	// ErrTooLarge: the upload or what it unpacks to is over the limit.
	ErrTooLarge = fault.New(fault.Invalid, "scheme_file_too_large",
		"the workbook is too large for a marking scheme; remove pictures and unused sheets")
	// ErrEncrypted: the workbook is protected by a password.
	ErrEncrypted = fault.New(fault.Invalid, "scheme_file_encrypted",
		"the workbook is protected by a password; remove the password and save it again")
	// ErrOldFormat: an Excel 97–2003 file.
	ErrOldFormat = fault.New(fault.Invalid, "scheme_file_old_format",
		"this is an old .xls file; save it as .xlsx and send that")
	// ErrNotWorkbook: the file is something else, for instance a .csv or .docx.
	ErrNotWorkbook = fault.New(fault.Invalid, "scheme_file_wrong_type",
		"this is not an .xlsx workbook; save it as .xlsx and send that")
	// ErrUnreadable: the file looks like a workbook but is damaged.
	ErrUnreadable = fault.New(fault.Invalid, "scheme_file_unreadable",
		"the workbook is damaged; open it in a spreadsheet program, save it again and send that")
	// ErrTooMany: more sheets, rows or columns than a marking scheme has.
	ErrTooMany = fault.New(fault.Invalid, "scheme_file_too_many_rows",
		"the workbook has too many sheets, rows or columns for a marking scheme")
	// ErrColumns: no sheet has a header row with the columns that are needed;
	// Fields name them and the sheet.
	ErrColumns = fault.New(fault.Invalid, "scheme_file_columns_missing",
		"required columns are missing; compare the header row with the template")
	// ErrRefused: the report has errors; Fields name the first hundred.
	ErrRefused = fault.New(fault.Invalid, "scheme_file_refused",
		"the marking scheme was not imported; mend what the report names and send it again")
	// ErrCapacity: the layout cannot hold the scheme at all, such as 27 modules
	// in a CIS sheet whose criteria are letters.
	ErrCapacity = fault.New(fault.Invalid, "scheme_file_capacity",
		"the layout cannot hold this marking scheme")
)
