package web

import "github.com/xinglu/xinglu/engine/access"

// contestRoutes are the console's: the structure of contests.
func (s *Server) contestRoutes() {
	reg(s, get, "/api/admin/contests", "contests", "All contests", staff(access.ContestRead), s.listContests)
	reg(s, post, "/api/admin/contests", "contest-create", "Make a contest with one event", staff(access.ContestManage), s.createContest)
	reg(s, get, "/api/admin/contests/{contest}", "contest", "One contest with its events and divisions", staff(access.ContestRead), s.getContest)
	reg(s, put, "/api/admin/contests/{contest}", "contest-update", "Change the head of a contest before anything has opened", staff(access.ContestManage), s.updateContest)
	reg(s, put, "/api/admin/contests/{contest}/delegations", "delegations-set", "Set the delegations and who leads them", staff(access.ContestManage), s.setDelegations)
	reg(s, post, "/api/admin/contests/{contest}/events", "event-create", "Add an event to a contest", staff(access.ContestManage), s.createEvent)
	reg(s, put, "/api/admin/events/{event}", "event-update", "Change an event of which nothing has opened", staff(access.ContestManage), s.updateEvent)
	reg(s, get, "/api/admin/offices", "offices", "The offices of a division with the role that each asks for", staff(access.ContestRead), s.listOffices)
	reg(s, get, "/api/admin/duties", "duties", "Divisions in which one may act in an office", anyStaff, s.listDuties)
	reg(s, get, "/api/admin/divisions/{division}/duty", "duty", "One division as its officers meet it", anyStaff, s.duty)
	s.divisionRoutes()
	s.enlistRoutes()
	s.regulationRoutes()
	s.schemeRoutes()
}

// divisionRoutes are the console's: one division.
func (s *Server) divisionRoutes() {
	reg(s, post, "/api/admin/divisions", "division-create", "Make a division with version 1 of its regulation", staff(access.ContestManage), s.createDivision)
	reg(s, get, "/api/admin/divisions/{division}", "division", "One division", staff(access.ContestRead), s.getDivision)
	reg(s, put, "/api/admin/divisions/{division}", "division-update", "Change name, stage, theory, board, qualification or registration before it opens", staff(access.ContestManage), s.updateDivision)
	reg(s, put, "/api/admin/divisions/{division}/panels", "panels-set", "Set the panels", staff(access.ContestManage), s.setPanels)
	reg(s, put, "/api/admin/divisions/{division}/officers", "officers-set", "Set the appointments before it opens", staff(access.ContestManage), s.setOfficers)
	reg(s, get, "/api/admin/divisions/{division}/officers", "officers", "The appointments as they are now", staff(access.ContestRead), s.listOfficers)
	reg(s, post, "/api/admin/divisions/{division}/officers", "office-change", "Appoint or dismiss an officer while it runs, with a reason; recorded", staff(access.ContestManage), s.changeOffice)
	reg(s, put, "/api/admin/divisions/{division}/relations", "relations-set", "Set the declarations by which judges step aside", staff(access.ContestManage), s.setRelations)
	reg(s, post, "/api/admin/divisions/{division}/open", "division-open", "Draw codes, freeze, take marks", staff(access.ContestManage), s.openDivision)
	reg(s, post, "/api/admin/divisions/{division}/status", "division-status", "Close marking, reopen, make final", staff(access.ContestManage), s.setDivisionStatus)
	reg(s, get, "/api/admin/divisions/{division}/results", "results", "The jury's table, by code", staff(access.ContestRead), s.results)
	reg(s, get, "/api/admin/divisions/{division}/advancements", "advancements", "Proposals of who goes on, the newest first", staff(access.ContestRead), s.advancements)
	reg(s, post, "/api/admin/divisions/{division}/advancements/preview", "advance-preview", "Who would go on by the frozen rule, with reasons; nothing is recorded", staff(access.ContestRead), s.lookAhead)
	reg(s, get, "/api/admin/divisions/{division}/clinched", "clinched", "Who goes on whatever the open marks will be, and who cannot any more", staff(access.DeskRead), s.clinched)
	reg(s, post, "/api/admin/divisions/{division}/advancements", "advance-propose", "Propose who goes on, as the chief judge", staff(access.DeskAct), s.proposeAdvance)
	reg(s, post, "/api/admin/divisions/{division}/advancements/{proposal}/confirm", "advance-confirm", "Confirm as the second person; enters them in the next division", staff(access.AdvanceConfirm), s.confirmAdvance)
}

// enlistRoutes are the console's: who competes. Leaders get the own
// delegations' people only.
func (s *Server) enlistRoutes() {
	reg(s, get, "/api/admin/divisions/{division}/competitors", "competitors", "Competitors by name, without codes; nobody who judges gets names before decryption", staff(access.ContestRead), s.listCompetitors)
	reg(s, post, "/api/admin/divisions/{division}/competitors", "competitors-enter", "Enter registered candidates, all or none", staff(access.ContestManage), s.enterCompetitors, s.upload)
	reg(s, get, "/api/admin/filings", "filings", "Divisions that one may enter people for", staff(access.EntryFile), s.listFilings)
	reg(s, get, "/api/admin/divisions/{division}/enlistment", "enlistment", "Everybody who is or was on the list, with what happened to the entry", staff(access.EntryFile), s.listEnlistment)
	reg(s, post, "/api/admin/divisions/{division}/enlistment", "enlist", "Enter people, all or none", staff(access.EntryFile), s.enlist, s.upload)
	reg(s, get, "/api/admin/divisions/{division}/enlistment/template.xlsx", "enlist-template", "The workbook to fill in", staff(access.EntryFile), s.personTemplate, bytesOf(workbookType))
	reg(s, post, "/api/admin/divisions/{division}/enlistment/imports", "enlist-import", "Preview or accept a workbook of people", staff(access.EntryFile), s.importPersons, s.upload)
	reg(s, post, "/api/admin/divisions/{division}/enlistment/from-plan", "enlist-from-plan", "Enter the accepted entries of a plan; who is left out is named", staff(access.ContestManage), s.enterFromPlan)
	reg(s, post, "/api/admin/divisions/{division}/enlistment/decisions", "enlist-decide", "Enter people whom units have filed, or send them back", staff(access.ContestManage), s.decideCompetitors)
	reg(s, get, "/api/admin/divisions/{division}/enlistment/entries.pdf", "enlist-sheets", "Entry sheets to sign, one a delegation or unit", staff(access.EntryFile), s.entrySheets, bytesOf("application/pdf"))
	reg(s, post, "/api/admin/divisions/{division}/enlistment/{competitor}/withdraw", "enlist-withdraw", "Withdraw a competitor before it opens, with a reason", staff(access.EntryFile), s.withdrawCompetitor)
	reg(s, post, "/api/admin/divisions/{division}/enlistment/{competitor}/replace", "enlist-replace", "Put another person in the place of a competitor", staff(access.EntryFile), s.replaceCompetitor)
	reg(s, put, "/api/admin/divisions/{division}/enlistment/{competitor}", "enlist-amend", "Change what is stored about a competitor, or a team's members", staff(access.EntryFile), s.amendCompetitor)
	reg(s, get, "/api/admin/divisions/{division}/enlistment/{competitor}/photo", "competitor-photo", "The person's photo; who looks is recorded", staff(access.EntryFile), s.competitorPhoto, bytesOf("image/jpeg", "image/png"))
	reg(s, put, "/api/admin/divisions/{division}/enlistment/{competitor}/photo", "competitor-photo-set", "Set the person's photo", staff(access.EntryFile), s.setCompetitorPhoto, s.upload)
	reg(s, get, "/api/admin/divisions/{division}/teams", "teams", "Teams with their members and what is wrong with them", staff(access.EntryFile), s.listTeams)
}

// regulationRoutes are the console's: regulations, which judges and everybody
// get in part.
func (s *Server) regulationRoutes() {
	reg(s, get, "/api/admin/divisions/{division}/regulation", "regulation", "A version of the regulation, whole; to export", staff(access.ContestRead), s.getRegulation)
	reg(s, put, "/api/admin/divisions/{division}/regulation", "regulation-set", "Make a new version of the regulation; also to import", staff(access.RegulationWrite), s.setRegulation, s.upload)
	reg(s, post, "/api/admin/divisions/{division}/regulation/check", "regulation-check", "Everything that is wrong with a regulation; nothing is stored", staff(access.RegulationWrite), s.checkRegulation, s.upload)
	reg(s, get, "/api/admin/divisions/{division}/regulation/versions", "regulation-versions", "Its versions with authors and approvals", staff(access.ContestRead), s.regulationVersions)
	reg(s, post, "/api/admin/divisions/{division}/regulation/review", "regulation-review", "Approve the newest version as a second person, or send it back", staff(access.RegulationReview), s.reviewRegulation)
	reg(s, get, "/api/judge/divisions/{division}/regulation", "judge-regulation", "The scheme of the modules that one marks, with rules and procedure", judge, s.judgeRegulation)
	reg(s, get, "/api/contests", "public-contests", "Contests of which something is public", anyone, s.publicContests)
	reg(s, get, "/api/contests/divisions/{division}/regulation", "public-regulation", "What everybody may know of a regulation: weights, modules, times, ties, awards", anyone, s.publicRegulation)
}
