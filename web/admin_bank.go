package web

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// OutlineBrief is an outline in a list.
type OutlineBrief struct {
	ID         bank.OutlineID  `json:"id"`
	Version    int             `json:"version"`
	Occupation bank.Occupation `json:"occupation"`
	Level      bank.Level      `json:"level"`
	LevelName  scoring.Text    `json:"level_name"`
	Ranges     int             `json:"ranges"`
	Points     int             `json:"points"`
	Questions  QuestionCounts  `json:"questions"`
}

// QuestionCounts counts active questions by kind. A case counts once, with
// all its parts.
type QuestionCounts struct {
	Single      int `json:"single_choice"`
	Multiple    int `json:"multiple_choice"`
	Truth       int `json:"true_false"`
	FillIn      int `json:"fill_in,omitempty"`
	Ordering    int `json:"ordering,omitempty"`
	Matching    int `json:"matching,omitempty"`
	ShortAnswer int `json:"short_answer,omitempty"`
	Calculation int `json:"calculation,omitempty"`
	Essay       int `json:"essay,omitempty"`
	Case        int `json:"case,omitempty"`
}

func (c *QuestionCounts) add(k bank.Kind) {
	switch k {
	case bank.SingleChoice:
		c.Single++
	case bank.MultipleChoice:
		c.Multiple++
	case bank.TrueFalse:
		c.Truth++
	case bank.FillIn:
		c.FillIn++
	case bank.Ordering:
		c.Ordering++
	case bank.Matching:
		c.Matching++
	case bank.ShortAnswer:
		c.ShortAnswer++
	case bank.Calculation:
		c.Calculation++
	case bank.Essay:
		c.Essay++
	case bank.Case:
		c.Case++
	}
}

// OutlineView is a whole outline with how many questions each point has.
type OutlineView struct {
	OutlineBrief
	Tree     []bank.Range                      `json:"tree"`
	Coverage map[bank.PointPath]QuestionCounts `json:"coverage" doc:"By point; points without questions are absent"`
}

// QuestionBrief is a question in the console's list: no key, no explanation.
type QuestionBrief struct {
	ID         bank.QuestionID `json:"id"`
	Version    int             `json:"version"`
	Kind       bank.Kind       `json:"kind"`
	Stem       string          `json:"stem"`
	Options    []string        `json:"options"`
	Point      bank.PointPath  `json:"point"`
	Importance bank.Importance `json:"importance"`
	Difficulty int             `json:"difficulty"`
	Status     bank.Status     `json:"status"`
	Hidden     bool            `json:"hidden" doc:"Stem and options are left out: the account may not read questions"`
}

func outlineBrief(o bank.Outline, questions []bank.Question) OutlineBrief {
	b := OutlineBrief{
		ID: o.ID, Version: o.Version, Occupation: o.Occupation, Level: o.Level,
		LevelName: scoring.Text{ZH: o.Level.Zh(), EN: o.Level.En()},
	}
	o.Walk(func(_ bank.PointPath, _ []*bank.Range, p *bank.Point) {
		if p == nil {
			b.Ranges++
		} else {
			b.Points++
		}
	})
	for i := range questions {
		b.Questions.add(questions[i].Kind)
	}
	return b
}

func (s *Server) listOutlines(ctx context.Context, _ actor, _ *nothing) (*listOf[OutlineBrief], error) {
	all, err := s.Bank.Outlines(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]OutlineBrief, 0, len(all))
	for _, o := range all {
		questions, err := s.Bank.Questions(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		views = append(views, outlineBrief(o, questions))
	}
	return list(views), nil
}

// OutlinePath is the path parameter of one outline.
type OutlinePath struct {
	Outline bank.OutlineID `path:"outline"`
}

func (s *Server) getOutline(ctx context.Context, _ actor, in *OutlinePath) (*bodyOf[OutlineView], error) {
	o, err := s.Bank.Outline(ctx, in.Outline)
	if err != nil {
		return nil, err
	}
	questions, err := s.Bank.Questions(ctx, in.Outline)
	if err != nil {
		return nil, err
	}
	v := OutlineView{OutlineBrief: outlineBrief(o, questions), Tree: o.Ranges, Coverage: map[bank.PointPath]QuestionCounts{}}
	for i := range questions {
		c := v.Coverage[questions[i].Point]
		c.add(questions[i].Kind)
		v.Coverage[questions[i].Point] = c
	}
	return &bodyOf[OutlineView]{v}, nil
}

// importMode says whether a workbook is only looked at.
type importMode string

type outlineImportIn struct {
	Mode    importMode `query:"mode" enum:"preview,accept" required:"true"`
	Name    string     `query:"name" maxLength:"200" required:"true" doc:"File name, for messages"`
	Edition string     `query:"edition" required:"true" doc:"Year of the classification"`
	Code    string     `query:"code" required:"true"`
	Title   string     `query:"occupation" required:"true" doc:"Name of the occupation"`
	Trade   string     `query:"trade"`
	Level   int        `query:"level" minimum:"1" maximum:"5" required:"true"`
	RawBody []byte     `contentType:"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

type questionImportIn struct {
	OutlinePath
	Mode    importMode `query:"mode" enum:"preview,accept" required:"true"`
	Name    string     `query:"name" maxLength:"200" required:"true" doc:"File name, for messages"`
	RawBody []byte     `contentType:"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

// ImportAnswer is what a preview or acceptance found. On a refusal the report
// says why, and nothing was stored.
type ImportAnswer struct {
	Report   bank.Report    `json:"report"`
	Accepted *bank.Accepted `json:"accepted,omitempty"`
	Outline  bank.OutlineID `json:"outline"`
}

const accept importMode = "accept"

func (s *Server) importOutline(ctx context.Context, a actor, in *outlineImportIn) (*bodyOf[ImportAnswer], error) {
	s.importing.Lock() // a workbook takes much memory: one at a time
	defer s.importing.Unlock()
	occupation := bank.Occupation{Edition: in.Edition, Code: in.Code, Name: in.Title, Trade: in.Trade}
	level := bank.Level(in.Level)
	file, report, err := exchange.ReadOutline(bytes.NewReader(in.RawBody), int64(len(in.RawBody)), in.Name, occupation, level)
	if err != nil {
		return nil, err
	}
	out := ImportAnswer{Report: report, Outline: bank.OutlineFor(occupation, level)}
	if in.Mode == accept && report.OK() {
		done, err := s.Bank.AcceptOutline(ctx, a.ID(), file, report)
		if err != nil {
			return nil, err
		}
		out.Accepted = &done
	}
	return &bodyOf[ImportAnswer]{out}, nil
}

func (s *Server) importQuestions(ctx context.Context, a actor, in *questionImportIn) (*bodyOf[ImportAnswer], error) {
	s.importing.Lock()
	defer s.importing.Unlock()
	o, err := s.Bank.Outline(ctx, in.Outline)
	if err != nil {
		return nil, err
	}
	file, report, err := exchange.ReadQuestions(bytes.NewReader(in.RawBody), int64(len(in.RawBody)), in.Name, o)
	if err != nil {
		return nil, err
	}
	out := ImportAnswer{Outline: o.ID}
	if out.Report, err = s.Bank.Preview(ctx, file, report); err != nil {
		return nil, err
	}
	if in.Mode == accept && out.Report.OK() {
		done, final, err := s.Bank.AcceptQuestions(ctx, a.ID(), file, report)
		if err != nil {
			return nil, err
		}
		out.Accepted, out.Report = &done, final
	}
	return &bodyOf[ImportAnswer]{out}, nil
}

// questionTemplate is the empty workbook of an outline, with instructions and
// examples.
func (s *Server) questionTemplate(ctx context.Context, _ actor, in *OutlinePath) (*fileBody, error) {
	o, err := s.Bank.Outline(ctx, in.Outline)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := exchange.Template(&b, o); err != nil {
		return nil, err
	}
	return attachment("question-template-"+string(o.ID)+".xlsx", workbookType, b.Bytes()), nil
}

func (s *Server) listImports(ctx context.Context, _ actor, in *OutlinePath) (*listOf[bank.Import], error) {
	all, err := s.Bank.Imports(ctx, in.Outline)
	return list(all), err
}

type questionsIn struct {
	OutlinePath
	Text   string         `query:"q" maxLength:"100" doc:"In stem or options"`
	Kind   bank.Kind      `query:"kind"`
	Point  bank.PointPath `query:"point" doc:"A point or a range above it"`
	Offset int            `query:"offset" minimum:"0"`
	Limit  int            `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type questionsOut struct {
	Body struct {
		Items []QuestionBrief `json:"items"`
		Total int             `json:"total"`
	}
}

// listQuestions shows texts to who may read questions, and records it; others
// see only what there is, and cannot search in what they do not see.
func (s *Server) listQuestions(ctx context.Context, a actor, in *questionsIn) (*questionsOut, error) {
	readable := access.Allows(a.Account.Roles, access.BankContent)
	if !readable && in.Text != "" {
		return nil, access.ErrForbidden.Param("action", access.BankContent)
	}
	all, err := s.Bank.Questions(ctx, in.Outline)
	if err != nil {
		return nil, err
	}
	out := &questionsOut{}
	out.Body.Items = []QuestionBrief{}
	var shown []bank.QuestionRef
	for i := range all {
		q := &all[i]
		if in.Kind != "" && q.Kind != in.Kind || in.Point != "" && !q.Point.Under(in.Point) || !mentions(q, in.Text) {
			continue
		}
		if n := out.Body.Total; n >= in.Offset && len(out.Body.Items) < in.Limit {
			out.Body.Items = append(out.Body.Items, questionBrief(q, readable))
			shown = append(shown, q.Ref())
		}
		out.Body.Total++
	}
	if readable && len(shown) > 0 {
		return out, s.Bank.RecordView(ctx, a.ID(), in.Outline, shown)
	}
	return out, nil
}

func mentions(q *bank.Question, text string) bool {
	if text == "" || strings.Contains(q.Stem, text) {
		return true
	}
	for _, o := range q.Options {
		if strings.Contains(o.Text, text) {
			return true
		}
	}
	return false
}

func questionBrief(q *bank.Question, readable bool) QuestionBrief {
	b := QuestionBrief{
		ID: q.ID, Version: q.Version, Kind: q.Kind, Options: []string{},
		Point: q.Point, Importance: q.Importance, Difficulty: q.Difficulty, Status: q.Status, Hidden: !readable,
	}
	if !readable {
		return b
	}
	b.Stem = q.Stem
	for _, o := range q.Options {
		b.Options = append(b.Options, o.Text)
	}
	return b
}

func (s *Server) listBlueprints(ctx context.Context, _ actor, in *OutlinePath) (*listOf[bank.Blueprint], error) {
	all, err := s.Bank.Blueprints(ctx, in.Outline)
	return list(all), err
}

func (s *Server) listPapers(ctx context.Context, _ actor, in *OutlinePath) (*listOf[bank.Paper], error) {
	all, err := s.Bank.Papers(ctx, in.Outline)
	return list(all), err
}

type assembleIn struct {
	Body struct {
		Blueprint bank.Blueprint `json:"blueprint"`
		// Seed is text on the wire: JavaScript's numbers end at 2^53.
		Seed string `json:"seed" pattern:"^[0-9]{1,20}$" doc:"Whole number below 2^64. The same bank, blueprint and seed give the same paper"`
	}
}

func (s *Server) assemblePaper(ctx context.Context, a actor, in *assembleIn) (*bodyOf[bank.Paper], error) {
	seed, err := strconv.ParseUint(in.Body.Seed, 10, 64)
	if err != nil {
		return nil, errSeed
	}
	p, err := s.Bank.Assemble(ctx, a.ID(), in.Body.Blueprint, seed)
	return &bodyOf[bank.Paper]{p}, err
}
