package engine

import "github.com/xinglu/xinglu/internal/fault"

// Errors of this package; compare with errors.Is.
var (
	// ErrContest: a field of a contest or division is missing or wrong.
	ErrContest = fault.New(fault.Invalid, "invalid_contest", "the contest is not valid")
	// ErrEntries: people of a list are refused, all of it; Fields name the places.
	ErrEntries = fault.New(fault.Invalid, "competitors_refused", "the list has mistakes; nobody was entered")
	// ErrKey: an act needs an idempotency key of 1 to 100 bytes.
	ErrKey = fault.New(fault.Invalid, "act_key_missing", "give an idempotency key of 1 to 100 bytes")
	// ErrFiling: units enter nobody now; parameters from and until where there is a time.
	ErrFiling = fault.New(fault.Conflict, "filing_closed", "units cannot enter or change people now; ask the organiser")
	// ErrNotYours: the account leads no delegation, or not this competitor's.
	ErrNotYours = fault.New(fault.Forbidden, "not_your_delegation", "this is for the leader of the delegation")
	// ErrNoCompetitor: the division has no such competitor, or one who withdrew.
	ErrNoCompetitor = fault.New(fault.NotFound, "no_such_competitor", "the division has no such competitor")
	// ErrDecided: the competitor is not where this decision leads on from.
	ErrDecided = fault.New(fault.Conflict, "competitor_state", "this was decided about the competitor already; look again")
	// ErrRegulation: the regulation is inconsistent; Fields name every place.
	ErrRegulation = fault.New(fault.Invalid, "regulation_invalid", "the regulation is inconsistent")
	// ErrRegulated: there is a newer version of the regulation.
	ErrRegulated = fault.New(fault.Conflict, "regulation_changed", "somebody else has changed the regulation; read it again")
	// ErrNotApproved: the regulation needs a second person's approval first.
	ErrNotApproved = fault.New(fault.Conflict, "regulation_not_approved", "the newest version of the regulation has not been approved")
	// ErrNoRegulation: there is no such version, or it is not public.
	ErrNoRegulation = fault.New(fault.NotFound, "no_such_regulation", "there is no such regulation")
	// ErrNoAdvance: the regulation says nothing about who goes on, or there is no such proposal.
	ErrNoAdvance = fault.New(fault.NotFound, "no_advancement", "nothing says who goes on from this division")
	// ErrLots: lots must be drawn first; parameter open is for how many places.
	ErrLots = fault.New(fault.Conflict, "lots_needed", "{open} places wait for a lot among equals")
	// ErrNotNext: the division is no next stage of the other.
	ErrNotNext = fault.New(fault.Invalid, "not_next_stage", "people do not go on from there to this division")
	// ErrFrozen: the division is open; what results depend on no longer changes.
	ErrFrozen = fault.New(fault.Conflict, "division_frozen", "the division has been opened; this is frozen now")
	// ErrNotRunning: marks are taken only while the division runs.
	ErrNotRunning = fault.New(fault.Conflict, "division_not_running", "the division takes no marks now")
	// ErrNotReady: the division lacks something it needs before it can open.
	ErrNotReady = fault.New(fault.Invalid, "division_not_ready", "the division cannot be opened yet")
	// ErrStatus: the division cannot go from its status to that one.
	ErrStatus = fault.New(fault.Conflict, "division_status", "the division cannot change to this status now")
	// ErrNoSheet: no such sheet, or it is not for marking by a panel.
	ErrNoSheet = fault.New(fault.NotFound, "no_such_sheet", "there is no such sheet")
	// ErrWrongPanel: the judge is not on the panel for this competitor and module.
	ErrWrongPanel = fault.New(fault.Forbidden, "wrong_panel", "this sheet belongs to another panel")
	// ErrWrongCode: the repeated characters are not the end of the sheet's code.
	ErrWrongCode = fault.New(fault.Invalid, "wrong_code", "the repeated code does not belong to this sheet")
	// ErrMarkVersion: another sheet of the same judge came first. It carries the
	// version that was expected and the one that is stored.
	ErrMarkVersion = fault.New(fault.Conflict, "version_conflict", "the sheet was submitted from elsewhere meanwhile")
	// ErrKeyReused: the idempotency key was used for something else.
	ErrKeyReused = fault.New(fault.Conflict, "key_reused", "this idempotency key was used for something else; nothing was stored now")
	// ErrStaleRound: the sheet has gone on to another round of marking since it
	// was shown.
	ErrStaleRound = fault.New(fault.Conflict, "stale_round", "the sheet is in another round of marking now; look at it again")
	// ErrNote: a text is longer than the server keeps.
	ErrNote = fault.New(fault.Invalid, "text_too_long", "the text is too long")
	// ErrPanelClosed: the chief judge takes no more sheets of this panel.
	ErrPanelClosed = fault.New(fault.Conflict, "panel_closed", "no more sheets are taken for this code")
	// ErrModuleLocked: the chief judge has locked the module.
	ErrModuleLocked = fault.New(fault.Conflict, "module_locked", "the chief judge has locked this module")
	// ErrAbsent: the competitor is recorded as one who did not start.
	ErrAbsent = fault.New(fault.Conflict, "competitor_absent", "this competitor did not start; there is nothing to mark")
	// ErrMarked: judges have handed in marks for somebody said to be absent.
	ErrMarked = fault.New(fault.Conflict, "has_marks", "judges have marked this competitor; ask the chief judge")
	// ErrSign: something of what was to be signed cannot be signed now.
	ErrSign = fault.New(fault.Conflict, "cannot_sign", "not everything can be signed; nothing was")
	// ErrNotComplete: sheets keep a module from being locked.
	ErrNotComplete = fault.New(fault.Conflict, "module_not_complete", "the module cannot be locked yet")
	// ErrNothing: the act finds nothing to act on.
	ErrNothing = fault.New(fault.Conflict, "nothing_to_do", "there is nothing here that this could change")
	// ErrNoJudge: the judge is not on the module's panels, or the successor is.
	ErrNoJudge = fault.New(fault.Invalid, "no_such_panel_judge", "name a judge of the panel, and a successor who is on none")
	// ErrPanelShort: by the change some sheets would have too few judges, or no leader.
	ErrPanelShort = fault.New(fault.Conflict, "panel_short", "some sheets would have too few judges, or no leader")
	// ErrTime: no time that somebody could have used.
	ErrTime = fault.New(fault.Invalid, "time_invalid", "the time is outside of what can be used")
	// ErrEvidence: the picture is of another kind, too large, or not of the sheet.
	ErrEvidence = fault.New(fault.Invalid, "picture_invalid", "give a JPEG, PNG or WebP picture of at most 5 MiB, bound to the sheet")
	// ErrNoEvidence: there is no such picture, or it is not shown to the caller.
	ErrNoEvidence = fault.New(fault.NotFound, "no_such_picture", "there is no such picture")
	// ErrSheetLocked: the panel has agreed; changing it takes an unlock.
	ErrSheetLocked = fault.New(fault.Conflict, "sheet_locked", "the panel has agreed on this sheet; it is locked")
	// ErrOffice: the account does not hold the office in this division.
	ErrOffice = fault.New(fault.Forbidden, "no_such_office", "this is for somebody else of the division")
	// ErrSamePerson: the second of two people must be another one.
	ErrSamePerson = fault.New(fault.Forbidden, "same_person", "the second person must be another one than the first")
	// ErrPhase: the division is not where this can be done.
	ErrPhase = fault.New(fault.Conflict, "division_phase", "this cannot be done at this point of the division")
	// ErrReason: the act needs a reason in words.
	ErrReason = fault.New(fault.Invalid, "act_reason_missing", "give a reason")
	// ErrOvertaken: something else came first; look again.
	ErrOvertaken = fault.New(fault.Conflict, "overtaken", "something else came first; look again and repeat if it still fits")
	// ErrNoCode: there is no such code in this layer, or it has not been drawn.
	ErrNoCode = fault.New(fault.NotFound, "no_such_code", "there is no such code")
	// ErrNotChecked: the sheet is not among those that are checked again.
	ErrNotChecked = fault.New(fault.Conflict, "not_rechecked", "this sheet is not among those that are checked again")
	// ErrRecheckOpen: sheets wait for a check, or for one after a correction.
	ErrRecheckOpen = fault.New(fault.Conflict, "recheck_open", "some sheets have not been checked, or not again after their correction")
	// ErrCorrectionOpen: a correction waits for its second signature, or for a
	// publication that holds it.
	ErrCorrectionOpen = fault.New(fault.Conflict, "correction_open", "a correction waits to be signed or published")
	// ErrNoCorrection: there is no correction with the number.
	ErrNoCorrection = fault.New(fault.NotFound, "no_such_correction", "there is no such correction")
	// ErrNotPublishable: the results are not complete; the fields say why.
	ErrNotPublishable = fault.New(fault.Conflict, "not_publishable", "the results cannot be published yet")
	// ErrNothingChanged: the newest version holds the same results.
	ErrNothingChanged = fault.New(fault.Conflict, "nothing_changed", "the newest version holds the same results")
	// ErrNoLot: nobody is left equal by the whole tie chain.
	ErrNoLot = fault.New(fault.Conflict, "no_lot_needed", "nobody needs a lot")
	// ErrAppealLate: the window for appeals is over.
	ErrAppealLate = fault.New(fault.Conflict, "appeal_late", "the time for appeals is over")
	// ErrAppealsOpen: the window is open, or an appeal has no ruling.
	ErrAppealsOpen = fault.New(fault.Conflict, "appeals_open", "the time for appeals is not over, or one has no ruling")
	// ErrAppealUnmet: an upheld appeal, whose number is the parameter no, has no
	// correction that was signed, or dropped for a reason.
	ErrAppealUnmet = fault.New(fault.Conflict, "appeal_unmet", "nothing followed from an appeal that was upheld; correct the result, or drop the correction and say why")
	// ErrNoAppeal: there is no appeal with the number.
	ErrNoAppeal = fault.New(fault.NotFound, "no_such_appeal", "there is no such appeal")
	// ErrNoLayer: the division has no such layer of identity, or it cannot be used like this.
	ErrNoLayer = fault.New(fault.Conflict, "no_such_layer", "the division has no such layer of identity")
	// ErrNoDraw: there is no such draw.
	ErrNoDraw = fault.New(fault.NotFound, "no_such_draw", "there is no such draw")
	// ErrDrawRepeated: the draw was announced or held already; nothing has changed.
	ErrDrawRepeated = fault.New(fault.Conflict, "draw_repeated", "this has been drawn already; nothing has changed")
	// ErrDrawOpen: another draw of the layer is announced and not finished.
	ErrDrawOpen = fault.New(fault.Conflict, "draw_open", "draw {draw} of this layer is not finished; finish it first")
	// ErrDrawState: the draw is not where this can be done.
	ErrDrawState = fault.New(fault.Conflict, "draw_state", "this cannot be done at this point of the draw")
	// ErrWordMissing: the machine draws only after somebody of the competitors has said a word.
	ErrWordMissing = fault.New(fault.Conflict, "draw_word_missing", "the public word has not been said yet")
	// ErrWord: the word, who said it or the witness is missing or wrong.
	ErrWord = fault.New(fault.Invalid, "draw_word", "give the word, who said it and a supervisor as witness")
	// ErrTurn: somebody else draws next.
	ErrTurn = fault.New(fault.Conflict, "draw_turn", "{next} draws next")
	// ErrLotTaken: somebody has drawn this code, or it is not in the box.
	ErrLotTaken = fault.New(fault.Conflict, "draw_lot_taken", "the code {code} is not in the box any more, or never was")
	// ErrLotBarred: too few judges would be left there for this competitor.
	ErrLotBarred = fault.New(fault.Conflict, "draw_lot_barred", "at {code} too few judges could mark this competitor; the lot goes back and another is drawn")
	// ErrDrawUsed: a further draw depends on the draw, or marks, times, pictures,
	// violations or absences that were recorded by its codes, so it stands.
	ErrDrawUsed = fault.New(fault.Conflict, "draw_used", "another draw or something that was recorded by its codes depends on this draw already; it stands")
	// ErrNotAsked: nobody has asked for this, or the word has expired.
	ErrNotAsked = fault.New(fault.Conflict, "not_asked", "the first of two people has not asked for this, or too long ago; ask anew")
	// ErrAsked: the first of two people has asked already.
	ErrAsked = fault.New(fault.Conflict, "asked_already", "this has been asked for already; now the second person is needed")
	// ErrLayerOrder: layers are opened in reverse order.
	ErrLayerOrder = fault.New(fault.Conflict, "layer_order", "the layer {next} is opened next")
	// ErrLayerOpen: the layer has been opened already; nothing has changed.
	ErrLayerOpen = fault.New(fault.Conflict, "layer_open", "this layer has been opened already; nothing has changed")
	// ErrNoBoard: no such division, or it has not been opened.
	ErrNoBoard = fault.New(fault.NotFound, "no_such_board", "there is no such board")
	// ErrNoRow: the board has no such row.
	ErrNoRow = fault.New(fault.NotFound, "no_such_row", "the board has no such competitor")
)
