package web

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/plan"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
)

// register lists every route of the API with who may call it. A test walks
// the list: no route without a permission, none that is not here.
func (s *Server) register() {
	s.candidateRoutes()
	s.judgeRoutes()
	s.judgeActRoutes()
	s.boardRoutes()
	s.peopleRoutes()
	s.bankRoutes()
	s.sittingRoutes()
	s.custodyRoutes()
	s.incidentRoutes()
	s.documentRoutes()
	s.planRoutes()
	s.lockdownRoutes()
	s.roomRoutes()
	s.resultRoutes()
	s.contestRoutes()
	s.deskRoutes()
	s.outcomeRoutes()
	s.drawRoutes()
	s.contestDocumentRoutes()
	s.callRoomRoutes()
	s.clockRoutes()
	s.tabletRoutes()
	s.qrRoutes()
	s.proofRoutes()
}

// upload is for workbooks and lists of thousands, which are larger than other
// bodies and come over slow lines.
func (s *Server) upload(op *huma.Operation) {
	op.MaxBodyBytes, op.BodyReadTimeout = s.Limits.UploadBytes, 2*time.Minute
}

// photoArchive is for the photos of a plan.
func photoArchive(op *huma.Operation) {
	op.MaxBodyBytes, op.BodyReadTimeout = plan.MaxArchive, 10*time.Minute
}

// picture is for one of a candidate's face, as base64.
func picture(op *huma.Operation) { op.MaxBodyBytes = 3 << 20 }

// candidateRoutes are for candidates.
func (s *Server) candidateRoutes() {
	reg(s, post, "/api/exam/sign-in", "exam-sign-in", "Sign in with ticket and last six of the ID number", anyone, s.examSignIn)
	reg(s, get, "/api/exam/me", "exam-me", "The signed-in candidate", candidate, s.examMe)
	reg(s, post, "/api/exam/admit", "exam-admit", "Confirm identity and pledge; bind this seat", candidate, s.examAdmit)
	reg(s, get, "/api/exam/paper", "exam-paper", "The paper; the first call starts the clock", candidate, s.examPaper, s.describePaper)
	reg(s, get, "/api/exam/figures/{figure}", "exam-figure", "A picture of the candidate's own paper", candidate, s.examFigure, bytesOf("image/png", "image/jpeg", "image/webp"))
	reg(s, post, "/api/exam/sign-out", "exam-sign-out", "Sign out", candidate, s.signOut(access.Exam))
	reg(s, post, "/api/exam/lockdown", "exam-lockdown", "Prove the locked browser before a connection or a hand-in that cannot carry the proof", candidate, s.examLockdown)
	reg(s, get, "/api/exam/photo", "exam-photo", "The candidate's own photo, to confirm who sits here", candidate, s.examPhoto, bytesOf("image/jpeg", "image/png"))
	s.socket("/api/exam/ws", "exam-ws", candidate, s.examSocket)
}

// judgeRoutes are for judges.
func (s *Server) judgeRoutes() {
	reg(s, post, "/api/judge/sign-in", "judge-sign-in", "Sign in with login and PIN", anyone, s.judgeSignIn)
	reg(s, get, "/api/judge/me", "judge-me", "The signed-in judge", judge, s.judgeWho)
	reg(s, put, "/api/judge/pin", "judge-pin", "Change the own PIN; other logins end", judge, s.changePassword(access.Judging))
	reg(s, get, "/api/judge/sheets", "judge-sheets", "The judge's sheets, by code", judge, s.judgeSheets)
	reg(s, get, "/api/judge/sheets/{division}/{sheet}", "judge-sheet", "One sheet with its scheme and the judge's own marks", judge, s.judgeSheet)
	reg(s, post, "/api/judge/sign-out", "judge-sign-out", "Sign out", judge, s.signOut(access.Judging))
	s.socket("/api/judge/ws", "judge-ws", judge, s.judgeSocket)
}

// boardRoutes are for spectators.
func (s *Server) boardRoutes() {
	reg(s, get, "/api/demo", "demo", "The ready-made logins of a demonstration", anyone, s.demoGuide)
	reg(s, get, "/api/board/boards", "boards", "The public boards", anyone, s.boards)
	reg(s, get, "/api/board/{division}/why", "board-why", "Why one competitor is ahead of another", anyone, s.boardWhy)
	s.public("/api/board/{division}", "board", s.boardSnapshot)
	s.socket("/api/board/{division}/ws", "board-ws", anyone, s.boardSocket)
}

// peopleRoutes are the console's: people.
func (s *Server) peopleRoutes() {
	reg(s, post, "/api/admin/sign-in", "admin-sign-in", "Sign in to the console", anyone, s.staffSignInRoute)
	reg(s, get, "/api/admin/me", "admin-me", "The signed-in member of staff", anyStaff, s.staffWho)
	reg(s, put, "/api/admin/password", "admin-password", "Change the own password; other logins end", anyStaff, s.changePassword(access.Console))
	reg(s, post, "/api/admin/sign-out", "admin-sign-out", "Sign out", anyStaff, s.signOut(access.Console))
	reg(s, get, "/api/admin/accounts", "accounts", "All accounts", staff(access.AccountManage), s.listAccounts)
	reg(s, post, "/api/admin/accounts", "account-create", "Make an account", staff(access.AccountManage), s.createAccount)
	reg(s, post, "/api/admin/accounts/{account}/disable", "account-disable", "Close an account for good", staff(access.AccountManage), s.disableAccount)
}

// bankRoutes are the console's: bank.
func (s *Server) bankRoutes() {
	reg(s, get, "/api/admin/bank/outlines", "outlines", "All outlines with counts", staff(access.BankRead), s.listOutlines)
	reg(s, get, "/api/admin/bank/outlines/{outline}", "outline", "One outline with questions per point", staff(access.BankRead), s.getOutline)
	reg(s, post, "/api/admin/bank/outline-imports", "outline-import", "Preview or accept an outline workbook", staff(access.BankImport), s.importOutline, s.upload)
	reg(s, post, "/api/admin/bank/outlines/{outline}/question-imports", "question-import", "Preview or accept a question workbook", staff(access.BankImport), s.importQuestions, s.upload)
	reg(s, get, "/api/admin/bank/outlines/{outline}/question-template.xlsx", "question-template", "An empty workbook of questions with instructions", staff(access.BankImport), s.questionTemplate, bytesOf(workbookType))
	reg(s, get, "/api/admin/bank/outlines/{outline}/imports", "imports", "Accepted workbooks", staff(access.BankRead), s.listImports)
	reg(s, get, "/api/admin/bank/outlines/{outline}/questions", "questions", "Search questions; without keys", staff(access.BankRead), s.listQuestions)
	reg(s, get, "/api/admin/bank/outlines/{outline}/blueprints", "blueprints", "Blueprints of an outline", staff(access.BankRead), s.listBlueprints)
	reg(s, get, "/api/admin/bank/outlines/{outline}/papers", "papers", "Papers of an outline", staff(access.PaperAssemble), s.listPapers)
	reg(s, post, "/api/admin/bank/papers", "paper-assemble", "Draw a paper by a blueprint", staff(access.PaperAssemble), s.assemblePaper)
}

// sittingRoutes are the console's: sittings.
func (s *Server) sittingRoutes() {
	reg(s, get, "/api/admin/sittings", "sittings", "All sittings", staff(access.SittingRead), s.listSittings)
	reg(s, post, "/api/admin/sittings", "sitting-create", "Plan a sitting", staff(access.SittingManage), s.createSitting)
	reg(s, get, "/api/admin/sittings/{sitting}", "sitting", "One sitting", staff(access.SittingRead), s.getSitting)
	reg(s, get, "/api/admin/sittings/{sitting}/reconciliation", "sitting-reconciliation", "What each seat says that it holds against the ledger", staff(access.SittingRead), s.sittingReconciliation)
	reg(s, get, "/api/admin/sittings/{sitting}/progress", "sitting-progress", "Every seat of a sitting", staff(access.SittingRead), s.sittingProgress)
	reg(s, post, "/api/admin/sittings/{sitting}/hand-in", "sitting-hand-in", "Hand in for a candidate, with a reason", staff(access.TimeGrant), s.forceHandIn)
	reg(s, post, "/api/admin/sittings/{sitting}/register", "sitting-register", "Register candidates, all or none", staff(access.SittingManage), s.registerCandidates, s.upload)
	reg(s, get, "/api/admin/sittings/{sitting}/arrangement", "sitting-arrangement", "Who sits where, as it would be sealed now", staff(access.SittingManage), s.arrangement)
	reg(s, post, "/api/admin/sittings/{sitting}/arrangement/swaps", "seats-swap", "Swap two seats before the arrangement is sealed", staff(access.SittingManage), s.swapSeats)
	reg(s, post, "/api/admin/sittings/{sitting}/arrangement/swaps/{no}/undo", "swap-undo", "Take a swap back", staff(access.SittingManage), s.undoSwap)
	reg(s, post, "/api/admin/sittings/{sitting}/prepare", "sitting-prepare", "Give out seats, tickets and forms", staff(access.SittingManage), s.prepareSitting)
	reg(s, get, "/api/admin/sittings/{sitting}/tickets", "sitting-tickets", "The tickets", staff(access.SittingRead), s.listTickets)
	reg(s, post, "/api/admin/sittings/{sitting}/open-entry", "sitting-open", "Let candidates in; freezes the rules", staff(access.SittingManage), s.openEntry)
	reg(s, post, "/api/admin/sittings/{sitting}/start", "sitting-start", "Start", staff(access.SittingManage), s.startSitting)
	reg(s, post, "/api/admin/sittings/{sitting}/close", "sitting-close", "Close; hands in what is open", staff(access.SittingManage), s.closeSitting)
	reg(s, post, "/api/admin/sittings/{sitting}/rescue", "sitting-rescue", "Take a rescue file that a seat has made", staff(access.TimeGrant), s.importRescue, s.upload)
	reg(s, post, "/api/admin/sittings/{sitting}/grants", "sitting-grant", "Grant extra time", staff(access.TimeGrant), s.grantTime)
}

// custodyRoutes are the console's: papers under seal.
func (s *Server) custodyRoutes() {
	reg(s, get, "/api/admin/custody", "custody", "Custodians, and where the papers of each sitting stand", staff(access.CustodyRead), s.custodyOverview)
	reg(s, post, "/api/admin/custody/enrol", "custody-enrol", "Become a custodian with a passphrase of one's own", staff(access.PaperRelease), s.enrolCustodian)
	reg(s, get, "/api/admin/custody/key", "custody-key", "One's own key file, under the passphrase", staff(access.PaperRelease), s.custodianKey, bytesOf("text/plain"))
	reg(s, get, "/api/admin/sittings/{sitting}/custody", "sitting-custody", "Everything that happened to the papers", staff(access.CustodyRead), s.custodyOf)
	reg(s, post, "/api/admin/sittings/{sitting}/seal", "sitting-seal", "Seal the papers for custodians", staff(access.PaperSeal), s.sealPapers)
	reg(s, post, "/api/admin/sittings/{sitting}/release", "sitting-release", "Open one's half; the second custodian releases the papers", staff(access.PaperRelease), s.releasePapers)
	reg(s, get, "/api/admin/sittings/{sitting}/package", "package-export", "The sealed papers as a file for another server", staff(access.PaperSeal), s.exportPackage, bytesOf(packageType))
	reg(s, post, "/api/admin/sittings/{sitting}/package", "package-import", "Take the sealed papers of another server", staff(access.PaperSeal), s.importPackage, packageUpload)
	reg(s, post, "/api/admin/sittings/{sitting}/papers/{paper}/view", "paper-view", "See a released paper, without keys; recorded", staff(access.PaperView), s.viewPaper)
	reg(s, post, "/api/admin/sittings/{sitting}/papers/{paper}/print", "paper-print", "A released paper to print, without keys; recorded", staff(access.PaperView), s.printPaper, bytesOf("application/pdf"))
}

// incidentRoutes are the console's: incidents and misconduct.
func (s *Server) incidentRoutes() {
	reg(s, get, "/api/admin/sittings/{sitting}/incidents", "incidents", "Records of incidents and misconduct, with the tiers that apply", staff(access.SittingRead), s.listIncidents)
	reg(s, post, "/api/admin/sittings/{sitting}/incidents", "incident-record", "Record an incident; the first signature", staff(access.IncidentRecord), s.recordIncident)
	reg(s, post, "/api/admin/sittings/{sitting}/incidents/{no}/sign", "incident-sign", "The second signature, by another person", staff(access.IncidentRecord), s.signIncident)
	reg(s, post, "/api/admin/sittings/{sitting}/incidents/{no}/withdraw", "incident-withdraw", "Take back a record that nobody else has signed", staff(access.IncidentRecord), s.withdrawIncident)
	reg(s, post, "/api/admin/sittings/{sitting}/evidence", "evidence-add", "Store a file for a record", staff(access.IncidentRecord), s.addEvidence, evidenceUpload)
	reg(s, get, "/api/admin/sittings/{sitting}/evidence/{file}", "evidence", "A file of a record; looking is recorded", staff(access.SittingRead), s.evidenceFile, bytesOf("application/octet-stream"))
}

// documentRoutes are the console's documents to print; who printed what is recorded.
func (s *Server) documentRoutes() {
	reg(s, get, "/api/admin/sittings/{sitting}/tickets.pdf", "tickets-pdf", "Tickets to print", staff(access.DocumentPrint), s.ticketsPDF, bytesOf("application/pdf"))
	reg(s, get, "/api/admin/sittings/{sitting}/record.pdf", "record-pdf", "Record sheets of the rooms", staff(access.DocumentPrint), s.recordPDF, bytesOf("application/pdf"))
	reg(s, get, "/api/admin/sittings/{sitting}/seats.pdf", "seats-pdf", "Seat maps for the doors", staff(access.DocumentPrint), s.seatsPDF, bytesOf("application/pdf"))
	reg(s, get, "/api/admin/sittings/{sitting}/scores.pdf", "scores-pdf", "The score list to print", staff(access.SittingManage), s.scoresPDF, bytesOf("application/pdf"))
	reg(s, get, "/api/admin/sittings/{sitting}/scores.xlsx", "scores-xlsx", "The score list as a workbook", staff(access.SittingManage), s.scoresWorkbook, bytesOf(workbookType))
}

// planRoutes are the console's: plans and entries.
func (s *Server) planRoutes() {
	reg(s, get, "/api/admin/plans", "plans", "All plans", staff(access.EntryRead), s.listPlans)
	reg(s, post, "/api/admin/plans", "plan-save", "Make a plan (version 0) or change its draft", staff(access.PlanManage), s.savePlan)
	reg(s, get, "/api/admin/plans/{plan}", "plan", "One plan", staff(access.EntryRead), s.getPlan)
	reg(s, post, "/api/admin/plans/{plan}/open", "plan-open", "Freeze the plan and take entries", staff(access.PlanManage), s.openPlan)
	reg(s, post, "/api/admin/plans/{plan}/status", "plan-status", "Close, open again, arranged, archive", staff(access.PlanManage), s.setPlanStatus)
	reg(s, get, "/api/admin/eligibility-examples", "eligibility-examples", "Rules of eligibility to start from; check them against the standard", staff(access.EntryRead), s.eligibilityExamples)
	reg(s, get, "/api/admin/plans/{plan}/entries", "entries", "Entries, searched and paged", staff(access.EntryRead), s.listEntries)
	reg(s, post, "/api/admin/plans/{plan}/entries", "entry-create", "Register one person", staff(access.PlanManage), s.enterOne)
	reg(s, get, "/api/admin/plans/{plan}/entries/{entry}", "entry", "One entry with what the rules say", staff(access.EntryRead), s.getEntry)
	reg(s, put, "/api/admin/plans/{plan}/entries/{entry}", "entry-amend", "Change an entry; it is pending again", staff(access.PlanManage), s.amendEntry)
	reg(s, get, "/api/admin/plans/{plan}/entries/{entry}/photo", "entry-photo", "The person's photo; who looks is recorded", staff(access.EntryRead), s.entryPhoto, bytesOf("image/jpeg", "image/png"))
	reg(s, put, "/api/admin/plans/{plan}/entries/{entry}/photo", "entry-photo-set", "Set the person's photo", staff(access.PlanManage), s.setEntryPhoto, s.upload)
	reg(s, get, "/api/admin/plans/{plan}/template.xlsx", "entry-template", "The workbook to fill in", staff(access.EntryRead), s.rosterTemplate, bytesOf(workbookType))
	reg(s, post, "/api/admin/plans/{plan}/entry-imports", "entry-import", "Preview or accept a workbook of entries", staff(access.PlanManage), s.importRoster, s.upload)
	reg(s, post, "/api/admin/plans/{plan}/photo-imports", "photo-import", "Photos in a zip archive, named by ID number", staff(access.PlanManage), s.importPhotos, photoArchive)
	reg(s, post, "/api/admin/plans/{plan}/decisions", "entry-decide", "Accept, return, reject, undo", staff(access.EntryReview), s.decideEntries)
	reg(s, post, "/api/admin/plans/{plan}/sittings", "plan-place", "Make a sitting of accepted entries", staff(access.PlanManage), s.placeEntries)
}

// lockdownRoutes are the console's: lockdown.
func (s *Server) lockdownRoutes() {
	reg(s, get, "/api/admin/sittings/{sitting}/lockdown", "sitting-lockdown", "Settings and keys of the locked browser", staff(access.SittingRead), s.sittingLockdown)
	reg(s, post, "/api/admin/sittings/{sitting}/lockdown/file", "sitting-lockdown-file", "The settings as a .seb file for the machines", staff(access.SittingRead), s.sebFile, describeSEBFile)
	reg(s, post, "/api/admin/sittings/{sitting}/attempts/{attempt}/lockdown-override", "lockdown-override", "Let a seat pass that cannot prove itself", staff(access.LockOverride), s.overrideLockdown)
}

// roomRoutes are the console's: the exam room.
func (s *Server) roomRoutes() {
	reg(s, post, "/api/admin/sittings/{sitting}/attempts/{attempt}/identity", "attempt-identity", "Record a check of identity", staff(access.IdentityCheck), s.checkIdentity, picture)
	reg(s, get, "/api/admin/sittings/{sitting}/attempts/{attempt}/photo", "attempt-photo", "The candidate's registered photo; who looks is recorded", staff(access.IdentityCheck), s.attemptPhoto, bytesOf("image/jpeg", "image/png"))
	reg(s, post, "/api/admin/sittings/{sitting}/attempts/{attempt}/admit", "attempt-admit", "Let a candidate in", staff(access.RoomControl), s.admitCandidate)
	reg(s, post, "/api/admin/sittings/{sitting}/attempts/{attempt}/move", "attempt-move", "Put a candidate at another free seat", staff(access.RoomControl), s.moveCandidate)
	reg(s, post, "/api/admin/sittings/{sitting}/attempts/{attempt}/absent", "attempt-absent", "Mark a candidate as absent, or lift that", staff(access.RoomControl), s.setAbsent)
	reg(s, post, "/api/admin/sittings/{sitting}/attempts/{attempt}/void", "attempt-void", "Take an attempt out of the results", staff(access.AttemptVoid), s.voidAttempt)
	reg(s, post, "/api/admin/sittings/{sitting}/absentees", "sitting-absentees", "Mark everybody as absent who was not admitted", staff(access.RoomControl), s.markAbsentees)
	reg(s, post, "/api/admin/sittings/{sitting}/pauses", "sitting-pause", "Stop the clocks", staff(access.RoomControl), s.pauseExam)
	reg(s, post, "/api/admin/sittings/{sitting}/pauses/{seq}/resume", "sitting-resume", "Let the clocks go on", staff(access.RoomControl), s.resumeExam)
	reg(s, post, "/api/admin/sittings/{sitting}/announcements", "sitting-announce", "Tell candidates something", staff(access.RoomControl), s.announce)
	reg(s, get, "/api/admin/sittings/{sitting}/course", "sitting-course", "Everything that happened to a sitting", staff(access.SittingRead), s.sittingCourse)
	reg(s, get, "/api/admin/sittings/{sitting}/registered", "sitting-registered", "Who is registered, also before the tickets", staff(access.SittingRead), s.listRegistered)
	s.socket("/api/admin/sittings/{sitting}/ws", "sitting-ws", staff(access.SittingRead), s.watchSitting)
}

// resultRoutes are the console's: results.
func (s *Server) resultRoutes() {
	reg(s, get, "/api/admin/sittings/{sitting}/results", "sitting-results", "Scores, verdicts and ranks by a version of the keys", staff(access.ResultRead), s.sittingResults)
	reg(s, get, "/api/admin/sittings/{sitting}/results/{attempt}", "sitting-result", "One result, item by item, with how it came about", staff(access.ResultRead), s.sittingResult)
	reg(s, get, "/api/admin/sittings/{sitting}/decision-items", "decision-items", "Questions with keys and how they were answered; looking is recorded", staff(access.KeyDecide), s.decisionItems)
	reg(s, get, "/api/admin/sittings/{sitting}/decisions", "decisions", "Versions of the keys and proposals; with keys", staff(access.KeyDecide), s.listDecisions)
	reg(s, post, "/api/admin/sittings/{sitting}/decisions", "decision-propose", "Propose decisions on keys; the first signature", staff(access.KeyDecide), s.proposeDecisions)
	reg(s, post, "/api/admin/sittings/{sitting}/decisions/preview", "decision-preview", "What decisions would change; nothing is recorded", staff(access.KeyDecide), s.previewDecisions)
	reg(s, get, "/api/admin/sittings/{sitting}/decisions/{proposal}", "decision", "One proposal with everybody it changes", staff(access.KeyDecide), s.getProposal)
	reg(s, post, "/api/admin/sittings/{sitting}/decisions/{proposal}/sign", "decision-sign", "Sign as the second person", staff(access.KeyDecide), s.signProposal)
	reg(s, post, "/api/admin/sittings/{sitting}/decisions/{proposal}/withdraw", "decision-withdraw", "Withdraw a proposal", staff(access.KeyDecide), s.withdrawProposal)
	reg(s, post, "/api/admin/sittings/{sitting}/similarity", "similarity", "Compare answers of a room's candidates; recorded", staff(access.SimilarityRead), s.compareAnswers)
}

// proofRoutes are the console's: proof and rehearsal.
func (s *Server) proofRoutes() {
	reg(s, post, "/api/admin/ledger/verify", "ledger-verify", "Prove the ledger", staff(access.LedgerVerify), s.verifyLedger)
	reg(s, get, "/api/admin/rehearsal", "rehearsal", "The rehearsal that runs or ran last", staff(access.RehearsalRun), s.rehearsalState)
	reg(s, post, "/api/admin/rehearsal", "rehearsal-start", "Drive a crowd through the public API", staff(access.RehearsalRun), s.startRehearsal)
}
