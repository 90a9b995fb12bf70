package access

import "slices"

// Role is what an account may be. One account may hold several.
type Role string

// The roles of staff. Candidates and spectators have no account: a candidate
// holds a ticket, a spectator nothing.
const (
	Organiser    Role = "organiser"     // 承办单位 赛务
	ChiefJudge   Role = "chief_judge"   // 裁判长
	Judge        Role = "judge"         // 裁判员
	BankAuthor   Role = "bank_author"   // 命题人员
	Invigilator  Role = "invigilator"   // 监考员
	CodingOffice Role = "coding_office" // 加密裁判
	Supervisor   Role = "supervisor"    // 监督
	Custodian    Role = "custodian"     // 试卷保管员
	Arbiter      Role = "arbiter"       // 仲裁
	Tabulator    Role = "tabulator"     // 统分员
	CallRoom     Role = "call_room"     // 检录裁判
	TeamLeader   Role = "team_leader"   // 领队
	Provincial   Role = "provincial"    // 省级管理机构
)

// Roles lists every role in the order in which screens show them.
var Roles = []Role{Provincial, Organiser, ChiefJudge, Judge, BankAuthor, Invigilator, CodingOffice, Supervisor, Custodian, Arbiter, Tabulator, CallRoom, TeamLeader}

// Valid reports whether r is a known role.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// Action is one thing an account may be allowed to do.
type Action string

// The actions that routes ask for.
const (
	BankRead       Action = "bank.read"       // outlines, counts, blueprints; never keys
	BankContent    Action = "bank.content"    // read questions, without keys; recorded
	BankImport     Action = "bank.import"     // preview and accept workbooks
	PaperAssemble  Action = "paper.assemble"  // draw a paper
	PaperSeal      Action = "paper.seal"      // seal a sitting's papers, carry packages
	PaperRelease   Action = "paper.release"   // hold a key and release with another
	PaperView      Action = "paper.view"      // see or print a released paper; recorded
	CustodyRead    Action = "custody.read"    // who did what with the papers
	SittingRead    Action = "sitting.read"    // rooms, tickets, progress
	SittingManage  Action = "sitting.manage"  // create, register, start, close
	TimeGrant      Action = "time.grant"      // 补时
	PlanManage     Action = "plan.manage"     // write plans, register, make sittings of entries
	EntryRead      Action = "entry.read"      // plans and entries; numbers masked
	EntryReview    Action = "entry.review"    // accept, return, reject
	DocumentPrint  Action = "document.print"  // tickets, record sheets, seat maps
	IncidentRecord Action = "incident.record" // write up incidents and misconduct, sign
	LockOverride   Action = "lock.override"   // let a seat pass without its locked browser
	ResultRead     Action = "result.read"     // scores, verdicts, ranks; never keys
	// KeyDecide changes or voids a key after the exam, one of two signatures.
	// Not for authors of questions, nor for the organiser, who has an interest.
	KeyDecide      Action = "key.decide"
	SimilarityRead Action = "similarity.read" // compare answers; recorded
	ContestRead    Action = "contest.read"    // structure, progress, results
	ContestManage  Action = "contest.manage"  // create, competitors, panels, start
	MarkSubmit     Action = "mark.submit"     // mark as a member of a panel
	AccountManage  Action = "account.manage"  // make and disable accounts
	LedgerVerify   Action = "ledger.verify"   // prove the chain
	RehearsalRun   Action = "rehearsal.run"   // drive a rehearsal crowd
	RoomControl    Action = "room.control"    // admit, move, absence, pauses, announcements
	IdentityCheck  Action = "identity.check"  // record a check of identity
	AttemptVoid    Action = "attempt.void"    // take an attempt out of the results

	// Contests before they open.
	EntryFile        Action = "entry.file"        // enter and withdraw people; leaders those of the own delegation
	RegulationWrite  Action = "regulation.write"  // make versions of a division's regulation
	RegulationReview Action = "regulation.review" // approve another's version, or send it back
	AdvanceConfirm   Action = "advance.confirm"   // the second word on who goes on

	// Contests. Which division an account may act in is for its offices there.
	DrawHold        Action = "draw.hold"        // announce and hold draws, code work, see the own layer
	DrawWatch       Action = "draw.watch"       // commitments, records and proofs of draws; never a layer
	LayerAsk        Action = "layer.ask"        // ask for the opening of the own layer
	LayerOpen       Action = "layer.open"       // open a layer that was asked for
	CallRoomKeep    Action = "call_room.keep"   // check competitors in, late, absent
	ClockRun        Action = "clock.run"        // station clocks
	DeskRead        Action = "desk.read"        // progress by code, conferences, tablets
	DeskAct         Action = "desk.act"         // decide, change panels, lock, compensate, propose
	SecondSign      Action = "second.sign"      // the second of two: unlock, publication, correction
	RecheckDo       Action = "recheck.do"       // draw and check the sample
	PaperKey        Action = "paper.key"        // key in paper sheets
	AppealFile      Action = "appeal.file"      // for the own delegation, after publication
	AppealRule      Action = "appeal.rule"      // hear and rule
	AppealRead      Action = "appeal.read"      // a team leader those of the own delegation
	Correct         Action = "correct.propose"  // change a value after the lock, first of two
	TabletManage    Action = "tablet.manage"    // pair, revoke, transfer tablets
	QualityRead     Action = "quality.read"     // how judges mark; recorded
	StoryRead       Action = "story.read"       // every record behind one result; recorded
	ContestDocument Action = "contest.document" // sheets, reports, certificates, archive
)

// table is the one place that says which role may do what.
var table = map[Action][]Role{
	BankRead:       {Provincial, Organiser, BankAuthor, ChiefJudge, Supervisor},
	BankContent:    {Provincial, BankAuthor},
	BankImport:     {Provincial, Organiser, BankAuthor},
	PaperAssemble:  {Provincial, Organiser},
	PaperSeal:      {Provincial, Organiser},
	PaperRelease:   {Custodian},
	PaperView:      {Provincial, Organiser, Supervisor},
	CustodyRead:    {Provincial, Organiser, ChiefJudge, Supervisor, Custodian},
	SittingRead:    {Provincial, Organiser, Invigilator, Supervisor, ChiefJudge},
	SittingManage:  {Provincial, Organiser},
	TimeGrant:      {Provincial, Organiser, Invigilator}, // provincial accounts beyond the contingency
	PlanManage:     {Provincial, Organiser},
	EntryRead:      {Provincial, Organiser, Supervisor},
	EntryReview:    {Provincial, Organiser},
	DocumentPrint:  {Provincial, Organiser, Invigilator},
	IncidentRecord: {Organiser, Invigilator},
	LockOverride:   {Organiser, Invigilator},
	ResultRead:     {Provincial, Organiser, ChiefJudge, Supervisor},
	KeyDecide:      {Provincial, ChiefJudge},
	SimilarityRead: {Provincial, ChiefJudge, Supervisor},
	ContestRead:    {Provincial, Organiser, ChiefJudge, Supervisor},
	ContestManage:  {Provincial, Organiser},
	MarkSubmit:     {Judge, ChiefJudge},
	AccountManage:  {Provincial, Organiser},
	LedgerVerify:   {Provincial, Organiser, Supervisor, ChiefJudge},
	RehearsalRun:   {Provincial, Organiser},
	RoomControl:    {Provincial, Organiser, Invigilator},
	IdentityCheck:  {Organiser, Invigilator},
	AttemptVoid:    {Provincial, Organiser},

	EntryFile:        {Provincial, Organiser, TeamLeader},
	RegulationWrite:  {Provincial, Organiser, ChiefJudge},
	RegulationReview: {Provincial, Organiser, ChiefJudge, Supervisor},
	AdvanceConfirm:   {Provincial, Organiser, Supervisor},

	DrawHold:        {CodingOffice},
	DrawWatch:       {Provincial, Organiser, CodingOffice, Supervisor, ChiefJudge, Arbiter},
	LayerAsk:        {CodingOffice},
	LayerOpen:       {Supervisor},
	CallRoomKeep:    {CallRoom, Organiser},
	ClockRun:        {Judge, ChiefJudge},
	DeskRead:        {ChiefJudge, Supervisor},
	DeskAct:         {ChiefJudge},
	SecondSign:      {ChiefJudge, Supervisor},
	RecheckDo:       {Supervisor},
	PaperKey:        {Tabulator},
	AppealFile:      {TeamLeader},
	AppealRule:      {Arbiter},
	AppealRead:      {TeamLeader, Arbiter, ChiefJudge, Supervisor},
	Correct:         {ChiefJudge, Arbiter},
	TabletManage:    {Organiser, ChiefJudge},
	QualityRead:     {ChiefJudge, Supervisor},
	StoryRead:       {ChiefJudge, Supervisor, Arbiter},
	ContestDocument: {Organiser, ChiefJudge, Supervisor},
}

// Allows reports whether one of the roles may do the action.
func Allows(roles []Role, a Action) bool {
	for _, r := range roles {
		if slices.Contains(table[a], r) {
			return true
		}
	}
	return false
}

// Actions returns what the roles allow, in alphabetical order; the console
// shows only what is allowed.
func Actions(roles []Role) []Action {
	allowed := make([]Action, 0, len(table))
	for a := range table {
		if Allows(roles, a) {
			allowed = append(allowed, a)
		}
	}
	slices.Sort(allowed)
	return allowed
}
