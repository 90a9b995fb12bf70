package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/quality"
)

// outcomeRoutes are about what becomes of marks: recheck, publication,
// corrections, appeals.
func (s *Server) outcomeRoutes() {
	const div = "/api/admin/divisions/{division}"
	reg(s, get, div+"/recheck", "recheck", "Which sheets are checked again, and what was found", staff(access.DeskRead), s.getRecheck)
	reg(s, post, div+"/recheck/draw", "recheck-draw", "Draw the sample from a recorded seed", staff(access.RecheckDo), s.drawRecheck)
	reg(s, post, div+"/recheck/checks", "recheck-check", "What was found on one sheet", staff(access.RecheckDo), s.checkSheet)
	reg(s, post, div+"/recheck/close", "recheck-close", "End the recheck", staff(access.RecheckDo), s.closeRecheck)

	reg(s, get, div+"/publications", "publications", "Versions of the results, and what is missing for the next", staff(access.DeskRead), s.listPublications)
	reg(s, post, div+"/publications", "publication-propose", "Make the next version of the results; the first signature", staff(access.DeskAct), s.proposePublication)
	reg(s, post, div+"/publications/{version}/sign", "publication-sign", "The second signature; with it the results are public", staff(access.SecondSign), s.signPublication)
	reg(s, post, div+"/lots", "lots-draw", "Draw lots for those whom nothing separates; recorded with a witness", staff(access.RecheckDo), s.drawLots)
	reg(s, post, div+"/finalise", "division-finalise", "End the division after the window for appeals", staff(access.DeskAct), s.finalise)

	reg(s, get, div+"/corrections", "corrections", "Corrections after the lock", staff(access.StoryRead), s.listCorrections)
	reg(s, get, div+"/corrections/sheets/{sheet}", "correction-sheet", "What counts on a sheet, for who proposes a correction", staff(access.Correct), s.correctionSheet)
	reg(s, post, div+"/corrections/preview", "correction-preview", "Who would change; nothing is stored", staff(access.Correct), s.previewCorrection)
	reg(s, post, div+"/corrections", "correction-propose", "Propose a correction; the first signature", staff(access.Correct), s.proposeCorrection)
	reg(s, post, div+"/corrections/{no}/sign", "correction-sign", "The second signature, by another person", staff(access.SecondSign), s.signCorrection)
	reg(s, post, div+"/corrections/{no}/drop", "correction-drop", "Take back a proposal that nobody has signed", staff(access.Correct), s.dropCorrection)

	reg(s, get, div+"/appeals", "appeals", "Appeals; a team leader sees those of the own delegation", staff(access.AppealRead), s.listAppeals)
	reg(s, get, div+"/own-results", "own-results", "Published results of the own delegation", staff(access.AppealFile), s.ownResults)
	reg(s, post, div+"/appeals", "appeal-file", "File an appeal within the window", staff(access.AppealFile), s.fileAppeal)
	reg(s, post, div+"/appeals/{no}/rule", "appeal-rule", "The arbiter's ruling, with reasons", staff(access.AppealRule), s.ruleAppeal)
	reg(s, post, div+"/appeals/{no}/withdraw", "appeal-withdraw", "Take an own appeal back", staff(access.AppealFile), s.withdrawAppeal)

	reg(s, get, div+"/stories/sheets/{sheet}", "sheet-story", "Every record about one sheet, by its code; looking is recorded", staff(access.StoryRead), s.sheetStory)
	reg(s, get, div+"/stories/results/{code}", "result-story", "Every record behind one result, after decryption; looking is recorded", staff(access.StoryRead), s.resultStory)

	reg(s, get, div+"/honours", "honours", "Medals, prizes, titles, suggested levels, teams and delegations of the published results", staff(access.ContestDocument), s.honours)
	reg(s, get, div+"/quality", "judge-quality", "How the judges mark, as evidence; looking is recorded", staff(access.QualityRead), s.judgeQuality)

	reg(s, get, "/api/board/{division}/results", "published-results", "The published results with what later versions changed", anyone, s.publishedResults)
}

// ActKey is the idempotency key of an act.
type ActKey struct {
	Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key; a repeated call gets the first result"`
}

// seedOf draws a seed. One that is given is mixed in: whoever could choose the
// seed alone could choose who is drawn. What is no seed is left to be refused.
func seedOf(given string) string {
	said, err := hex.DecodeString(given)
	if err != nil {
		return given
	}
	var b [16]byte
	rand.Read(b[:])
	sum := sha256.Sum256(append(b[:], said...))
	return hex.EncodeToString(sum[:16])
}

// SignNames are who signed, for people.
type SignNames struct {
	Names map[access.AccountID]string `json:"names" doc:"Of the accounts in the body"`
}

func (s *Server) namesOf(ctx context.Context, signs ...*engine.Sign) SignNames {
	out := SignNames{Names: map[access.AccountID]string{}}
	for _, x := range signs {
		if x != nil {
			out.Names[x.By] = s.nameOf(ctx, string(x.By))
		}
	}
	return out
}

// RecheckDesk is the recheck with names of who checked.
type RecheckDesk struct {
	engine.RecheckView
	SignNames
}

func (s *Server) getRecheck(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[RecheckDesk], error) {
	v, err := s.Contest.Recheck(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	signs := []*engine.Sign{v.Drawn}
	for i := range v.Sheets {
		for k := range v.Sheets[i].Checks {
			signs = append(signs, &v.Sheets[i].Checks[k].Sign)
		}
	}
	return &bodyOf[RecheckDesk]{RecheckDesk{v, s.namesOf(ctx, signs...)}}, nil
}

type drawRecheckIn struct {
	DivisionPath
	Body struct {
		ActKey
		Seed string `json:"seed,omitempty" maxLength:"128" doc:"Hexadecimal, said in public; the server mixes it with what it draws itself, and records the result"`
	}
}

func (s *Server) drawRecheck(ctx context.Context, a actor, in *drawRecheckIn) (*nothing, error) {
	return &nothing{}, s.Contest.DrawRecheck(ctx, a.Account.ID, in.Division, in.Body.Key, seedOf(in.Body.Seed))
}

type checkSheetIn struct {
	DivisionPath
	Body struct {
		ActKey
		Sheet  engine.SheetID     `json:"sheet" minLength:"1" maxLength:"200"`
		Result engine.CheckResult `json:"result" enum:"fine,error"`
		Note   string             `json:"note,omitempty" maxLength:"600" doc:"What is wrong; needed for an error"`
	}
}

func (s *Server) checkSheet(ctx context.Context, a actor, in *checkSheetIn) (*nothing, error) {
	return &nothing{}, s.Contest.CheckSheet(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.Sheet, in.Body.Result, in.Body.Note)
}

type actIn struct {
	DivisionPath
	Body ActKey
}

func (s *Server) closeRecheck(ctx context.Context, a actor, in *actIn) (*nothing, error) {
	return &nothing{}, s.Contest.CloseRecheck(ctx, a.Account.ID, in.Division, in.Body.Key)
}

func (s *Server) finalise(ctx context.Context, a actor, in *actIn) (*nothing, error) {
	return &nothing{}, s.Contest.Finalise(ctx, a.Account.ID, in.Division, in.Body.Key)
}

// PublicationDeskView is the desk with names of who signed.
type PublicationDeskView struct {
	engine.PublicationDesk
	SignNames
}

func (s *Server) listPublications(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[PublicationDeskView], error) {
	v, err := s.Contest.Publications(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	var signs []*engine.Sign
	for _, p := range v.Versions {
		signs = append(signs, p.Proposed, p.Signed)
	}
	if v.Proposed != nil {
		signs = append(signs, v.Proposed.Proposed)
	}
	return &bodyOf[PublicationDeskView]{PublicationDeskView{v, s.namesOf(ctx, signs...)}}, nil
}

type proposePublicationIn struct {
	DivisionPath
	Body struct {
		ActKey
		Note string `json:"note,omitempty" maxLength:"600"`
	}
}

func (s *Server) proposePublication(ctx context.Context, a actor, in *proposePublicationIn) (*nothing, error) {
	return &nothing{}, s.Contest.ProposePublication(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.Note)
}

type signPublicationIn struct {
	DivisionPath
	Version int `path:"version" minimum:"1"`
	Body    struct {
		ActKey
		Digest string `json:"digest" minLength:"64" maxLength:"64" doc:"Of the version as it was read"`
	}
}

func (s *Server) signPublication(ctx context.Context, a actor, in *signPublicationIn) (*nothing, error) {
	return &nothing{}, s.Contest.SignPublication(ctx, a.Account.ID, in.Division, in.Body.Key, in.Version, in.Body.Digest)
}

type lotsIn struct {
	DivisionPath
	Body struct {
		ActKey
		Seed    string `json:"seed,omitempty" maxLength:"128" doc:"Hexadecimal, said in public; the server mixes it with what it draws itself, and records the result"`
		Witness string `json:"witness" minLength:"1" maxLength:"60" doc:"Who watches the draw"`
	}
}

func (s *Server) drawLots(ctx context.Context, a actor, in *lotsIn) (*nothing, error) {
	return &nothing{}, s.Contest.DrawLots(ctx, a.Account.ID, in.Division, in.Body.Key, seedOf(in.Body.Seed), in.Body.Witness)
}

// CorrectionDesk are the corrections with names of who signed.
type CorrectionDesk struct {
	Items []engine.CorrectionView `json:"items"`
	engine.Correctable
	SignNames
}

func (s *Server) listCorrections(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[CorrectionDesk], error) {
	all, err := s.Contest.Corrections(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	var signs []*engine.Sign
	for _, c := range all {
		signs = append(signs, c.Proposed, c.Decided)
	}
	may, err := s.Contest.Correctable(ctx, in.Division)
	return &bodyOf[CorrectionDesk]{CorrectionDesk{all, may, s.namesOf(ctx, signs...)}}, err
}

// CorrectionDraft is a correction on its way in.
type CorrectionDraft struct {
	Sheet   engine.SheetID       `json:"sheet,omitempty" maxLength:"200" doc:"Whose aspect gets another value"`
	Aspect  *scoring.AspectEntry `json:"aspect,omitempty"`
	Code    string               `json:"code,omitempty" maxLength:"20" doc:"Of the layer that is open: whose imported module or conduct changes"`
	Module  scoring.ModuleID     `json:"module,omitempty" maxLength:"40"`
	Value   *scoring.Value       `json:"value,omitempty"`
	Zeroing *scoring.Zeroing     `json:"zeroing,omitempty"`
	Conduct int64                `json:"conduct,omitempty" minimum:"0" doc:"Record of a violation or zeroing that is taken back"`
	// Absence and TimeMS are of a module that panels mark.
	Absence engine.AbsenceChange `json:"absence,omitempty" enum:"recorded,withdrawn" doc:"Whether the competitor did not start after all, or did"`
	TimeMS  *int64               `json:"time_ms,omitempty" minimum:"0" doc:"Time used, milliseconds"`
	Reason  string               `json:"reason" minLength:"1" maxLength:"600"`

	Source engine.CorrectionSource `json:"source" enum:"recheck,appeal,error"`
	Appeal int                     `json:"appeal,omitempty" minimum:"0"`
}

func (d CorrectionDraft) correction() engine.Correction {
	return engine.Correction{Sheet: d.Sheet, Aspect: d.Aspect, Code: d.Code, Module: d.Module, Value: d.Value, Zeroing: d.Zeroing, Conduct: d.Conduct, Absence: d.Absence, TimeMS: d.TimeMS,
		Reason: d.Reason, Source: d.Source, Appeal: d.Appeal}
}

type previewCorrectionIn struct {
	DivisionPath
	Body CorrectionDraft
}

func (s *Server) correctionSheet(ctx context.Context, a actor, in *SheetPath) (*bodyOf[engine.SheetOutcome], error) {
	x, err := s.Contest.CorrectableSheet(ctx, a.Account.ID, in.Division, in.Sheet)
	return &bodyOf[engine.SheetOutcome]{x}, err
}

func (s *Server) previewCorrection(ctx context.Context, a actor, in *previewCorrectionIn) (*listOf[engine.Shift], error) {
	shifts, err := s.Contest.PreviewCorrection(ctx, a.Account.ID, in.Division, in.Body.correction())
	if err != nil {
		return nil, err
	}
	return list(shifts), nil
}

type proposeCorrectionIn struct {
	DivisionPath
	Body struct {
		ActKey
		CorrectionDraft
	}
}

func (s *Server) proposeCorrection(ctx context.Context, a actor, in *proposeCorrectionIn) (*nothing, error) {
	return &nothing{}, s.Contest.ProposeCorrection(ctx, a.Account.ID, in.Division, in.Body.Key, in.Body.correction())
}

type numberIn struct {
	DivisionPath
	No   int `path:"no" minimum:"1"`
	Body ActKey
}

func (s *Server) signCorrection(ctx context.Context, a actor, in *numberIn) (*nothing, error) {
	return &nothing{}, s.Contest.SignCorrection(ctx, a.Account.ID, in.Division, in.Body.Key, in.No)
}

type dropIn struct {
	DivisionPath
	No   int `path:"no" minimum:"1"`
	Body struct {
		ActKey
		Why string `json:"why,omitempty" maxLength:"2000" doc:"Why nothing is corrected; given by the chief judge or the arbiter it answers an upheld appeal"`
	}
}

func (s *Server) dropCorrection(ctx context.Context, a actor, in *dropIn) (*nothing, error) {
	return &nothing{}, s.Contest.DropCorrection(ctx, a.Account.ID, in.Division, in.Body.Key, in.No, in.Body.Why)
}

// AppealDesk are the appeals with names of who filed and ruled.
type AppealDesk struct {
	Items []engine.AppealView `json:"items"`
	SignNames
}

func (s *Server) listAppeals(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[AppealDesk], error) {
	own := a.Account.ID
	if access.Allows(a.Account.Roles, access.AppealRule) || access.Allows(a.Account.Roles, access.DeskRead) {
		own = ""
	}
	all, err := s.Contest.Appeals(ctx, in.Division, own)
	if err != nil {
		return nil, err
	}
	var signs []*engine.Sign
	for _, x := range all {
		signs = append(signs, x.Filed, x.Ruled)
	}
	return &bodyOf[AppealDesk]{AppealDesk{all, s.namesOf(ctx, signs...)}}, nil
}

func (s *Server) ownResults(ctx context.Context, a actor, in *DivisionPath) (*listOf[engine.ResultLine], error) {
	lines, err := s.Contest.OwnResults(ctx, in.Division, a.Account.ID)
	if err != nil {
		return nil, err
	}
	return list(lines), nil
}

type fileAppealIn struct {
	DivisionPath
	Body struct {
		ActKey
		Code   string           `json:"code" minLength:"1" maxLength:"20" doc:"Entry code of the competitor"`
		Module scoring.ModuleID `json:"module,omitempty" maxLength:"40" doc:"Absent: the whole result"`
		Text   string           `json:"text" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) fileAppeal(ctx context.Context, a actor, in *fileAppealIn) (*nothing, error) {
	b := in.Body
	return &nothing{}, s.Contest.FileAppeal(ctx, a.Account.ID, in.Division, b.Key, engine.Appeal{Code: b.Code, Module: b.Module, Text: b.Text})
}

type ruleAppealIn struct {
	DivisionPath
	No   int `path:"no" minimum:"1"`
	Body struct {
		ActKey
		Ruling engine.Ruling `json:"ruling" enum:"upheld,dismissed"`
		Reason string        `json:"reason" minLength:"1" maxLength:"600"`
	}
}

func (s *Server) ruleAppeal(ctx context.Context, a actor, in *ruleAppealIn) (*nothing, error) {
	return &nothing{}, s.Contest.RuleAppeal(ctx, a.Account.ID, in.Division, in.Body.Key, in.No, in.Body.Ruling, in.Body.Reason)
}

func (s *Server) withdrawAppeal(ctx context.Context, a actor, in *numberIn) (*nothing, error) {
	return &nothing{}, s.Contest.WithdrawAppeal(ctx, a.Account.ID, in.Division, in.Body.Key, in.No)
}

// StoryView is a story with names of who acted.
type StoryView struct {
	engine.Story
	SignNames
}

func (s *Server) storyView(ctx context.Context, st engine.Story, err error) (*bodyOf[StoryView], error) {
	if err != nil {
		return nil, err
	}
	signs := make([]*engine.Sign, 0, len(st.Chapter))
	for _, r := range st.Chapter {
		signs = append(signs, &engine.Sign{By: r.Actor, At: r.At})
	}
	return &bodyOf[StoryView]{StoryView{st, s.namesOf(ctx, signs...)}}, nil
}

type sheetStoryIn struct {
	DivisionPath
	Sheet engine.SheetID `path:"sheet" maxLength:"200"`
}

func (s *Server) sheetStory(ctx context.Context, a actor, in *sheetStoryIn) (*bodyOf[StoryView], error) {
	st, err := s.Contest.SheetStory(ctx, a.Account.ID, in.Division, in.Sheet)
	return s.storyView(ctx, st, err)
}

type resultStoryIn struct {
	DivisionPath
	Code string `path:"code" maxLength:"20"`
}

func (s *Server) resultStory(ctx context.Context, a actor, in *resultStoryIn) (*bodyOf[StoryView], error) {
	st, err := s.Contest.ResultStory(ctx, a.Account.ID, in.Division, in.Code)
	return s.storyView(ctx, st, err)
}

// PublishedResults is what everybody may see of a publication.
type PublishedResults struct {
	Version int                  `json:"version"`
	At      string               `json:"at"`
	Digest  string               `json:"digest"`
	Lines   []PublishedLine      `json:"lines"`
	Changed []engine.ChangedLine `json:"changed"`
}

// PublishedLine is one public result. It is an explicit type: what is not here
// cannot leak.
type PublishedLine struct {
	Rank      *int                `json:"rank"`
	Shared    bool                `json:"shared"`
	EntryCode string              `json:"entry_code,omitempty"`
	Name      string              `json:"name"`
	Unit      string              `json:"unit"`
	Total     scoring.Value       `json:"total"`
	Parts     []engine.ResultPart `json:"parts"`
}

func (s *Server) publishedResults(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[PublishedResults], error) {
	p, err := s.Contest.Published(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	out := PublishedResults{Version: p.Version, At: p.Signed.At.Format("2006-01-02T15:04:05.000Z"), Digest: p.Digest, Lines: []PublishedLine{}, Changed: p.Changed}
	for _, l := range p.Lines {
		out.Lines = append(out.Lines, PublishedLine{l.Rank, l.Shared, l.EntryCode, l.Name, l.Unit, l.Total, l.Parts})
	}
	return &bodyOf[PublishedResults]{out}, nil
}

func (s *Server) honours(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[engine.HonoursView], error) {
	v, err := s.Contest.Awards(ctx, in.Division)
	return &bodyOf[engine.HonoursView]{v}, err
}

// QualityView is the report with names of the judges.
type QualityView struct {
	quality.Report
	SignNames
}

func (s *Server) judgeQuality(ctx context.Context, a actor, in *DivisionPath) (*bodyOf[QualityView], error) {
	r, err := s.Contest.Quality(ctx, a.Account.ID, in.Division, quality.Config{Seed: 1})
	if err != nil {
		return nil, err
	}
	names := SignNames{Names: map[access.AccountID]string{}}
	for _, j := range r.Judges {
		names.Names[access.AccountID(j.Judge)] = s.nameOf(ctx, string(j.Judge))
	}
	return &bodyOf[QualityView]{QualityView{r, names}}, nil
}
