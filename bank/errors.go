package bank

import "github.com/xinglu/xinglu/internal/fault"

// Errors of the bank; compare with errors.Is.
var (
	// ErrOccupation: the occupation or level is incomplete or malformed.
	ErrOccupation = fault.New(fault.Invalid, "occupation_invalid", "occupation or level is not valid")
	// ErrOutline: the outline breaks a rule of its tree; Fields name where.
	ErrOutline = fault.New(fault.Invalid, "outline_invalid", "the outline is not valid")
	// ErrOutlineUnknown: no outline was accepted for that occupation and level.
	ErrOutlineUnknown = fault.New(fault.NotFound, "outline_unknown", "no outline has been accepted for this occupation and level")
	// ErrQuestion: a question breaks a rule of its kind; Fields name where.
	ErrQuestion = fault.New(fault.Invalid, "question_invalid", "the question is not valid")
	// ErrQuestionUnknown: no accepted question has that id and version.
	ErrQuestionUnknown = fault.New(fault.NotFound, "question_unknown", "no such question version")
	// ErrFigure: a picture cannot be used; the field's code is figure_type,
	// figure_too_large, figure_too_wide or figure_damaged.
	ErrFigure = fault.New(fault.Invalid, "figure_invalid", "the picture cannot be used")
	// ErrFigureUnknown: a question shows a picture that is not stored.
	ErrFigureUnknown = fault.New(fault.NotFound, "figure_unknown", "a picture of a question is missing")
	// ErrBlueprint: the blueprint's figures do not add up; Fields name where.
	ErrBlueprint = fault.New(fault.Invalid, "blueprint_invalid", "the blueprint is not valid")
	// ErrBlueprintExists: that version of the blueprint exists with other
	// content; versions never change, so take the next number.
	ErrBlueprintExists = fault.New(fault.Conflict, "blueprint_exists", "this version of the blueprint exists with other content")
	// ErrPaperUnknown: no paper has that id.
	ErrPaperUnknown = fault.New(fault.NotFound, "paper_unknown", "no such paper")
	// ErrImport: rows of the file are wrong; nothing was accepted. Fields name
	// the first of them, the report all.
	ErrImport = fault.New(fault.Invalid, "import_refused", "the file has wrong rows; nothing was accepted")
	// ErrImportEmpty: the file holds nothing that could be accepted.
	ErrImportEmpty = fault.New(fault.Invalid, "import_empty", "the file holds no rows to accept")
	// ErrBusy: others kept accepting into the same bank; try again.
	ErrBusy = fault.New(fault.Unavailable, "bank_busy", "other imports into this bank are running; try again")
)
