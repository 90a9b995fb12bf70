package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// markedField is the division that was set up last.
type markedField struct {
	id     engine.DivisionID
	scheme scoring.Scheme
	judges []access.AccountID
}

// lastMark is the answer to the order "last".
type lastMark struct {
	Ranking time.Duration `json:"ranking"`  // from the last hand-in to the jury's table
	Fold    time.Duration `json:"fold"`     // of the whole division on a fresh node, with its ranking
	FoldCPU time.Duration `json:"fold_cpu"` // of this process meanwhile
	Records int64         `json:"records"`
}

// marking carries out the orders of `bench marking`.
func (s *examServer) marking(ctx context.Context, what string, in json.RawMessage) (any, error) {
	if what == "last" {
		return s.lastMark(ctx)
	}
	var f Field
	if err := json.Unmarshal(in, &f); err != nil {
		return nil, err
	}
	return s.openDivision(ctx, f)
}

// openDivision makes a division and returns a login for each of its judges.
func (s *examServer) openDivision(ctx context.Context, f Field) (visit, error) {
	out := visit{Base: s.http.base}
	field := markedField{scheme: fieldScheme(f)}
	draft := engine.DivisionDraft{Name: same("性能测试"), Scheme: field.scheme, Rules: fieldRules(f), Board: engine.BoardPolicy{Live: true}}
	contest, err := s.sys.Contest.CreateContest(ctx, engine.ContestDraft{Name: same("性能测试"), Event: same("性能测试"), Rehearsal: true})
	if err != nil {
		return out, err
	}
	draft.Contest = contest.ID
	for _, m := range field.scheme.Modules {
		panel := engine.Panel{Module: m.ID}
		for range f.Judges {
			acc, err := s.sys.Access.CreateAccount(ctx, "bench", access.Draft{
				Login: fmt.Sprintf("bench%d", s.numbers.Add(1)), Name: "裁判", Unit: "裁判组", Roles: []access.Role{access.Judge}, Password: "bench-bench-bench",
			})
			if err != nil {
				return out, err
			}
			token, err := s.sys.Access.Open(ctx, access.Judging, string(acc.ID))
			if err != nil {
				return out, err
			}
			panel.Judges = append(panel.Judges, engine.PanelJudge{Judge: acc.ID, Unit: "裁判组"})
			field.judges = append(field.judges, acc.ID)
			out.Cookies = append(out.Cookies, "xinglu_"+string(access.Judging)+"="+token)
		}
		draft.Panels = append(draft.Panels, panel)
	}
	div, err := s.sys.Contest.CreateDivision(ctx, draft)
	if err != nil {
		return out, err
	}
	field.id = div.ID
	people := make([]engine.Competitor, f.People)
	for i := range people {
		people[i] = engine.Competitor{Candidate: exam.CandidateID(fmt.Sprint("bench", i)), Name: fmt.Sprint("选手", i), Unit: fmt.Sprint("单位", i), City: "济南"}
	}
	if err := s.sys.Contest.Enter(ctx, div.ID, people); err != nil {
		return out, err
	}
	s.field = field
	return out, s.sys.Contest.Open(ctx, "bench", div.ID, 1)
}

// lastMark hands in whatever is missing, the last sheet with a watch.
func (s *examServer) lastMark(ctx context.Context) (out lastMark, err error) {
	var left []func() error
	for _, j := range s.field.judges {
		list, err := s.sys.Contest.Sheets(ctx, j, s.field.id)
		if err != nil {
			return out, err
		}
		for _, b := range list {
			if b.Version > 0 {
				continue
			}
			left = append(left, func() error {
				m, _ := s.field.scheme.Module(b.Module)
				_, err := s.sys.Contest.Submit(ctx, j, s.field.id, engine.Submission{
					Sheet: b.ID, CodeTail: b.Code[len(b.Code)-2:], Expect: b.Version, Round: b.Round, Key: string(b.ID), Entries: fieldEntries(m, s.numbers.Add(1)),
				})
				return err
			})
		}
	}
	if len(left) == 0 {
		return out, errors.New("every sheet is in; mark fewer over the network")
	}
	n := len(left) - 1
	for _, hand := range left[:n] {
		if err := hand(); err != nil {
			return out, err
		}
	}
	if _, err := s.sys.Contest.Results(ctx, s.field.id); err != nil {
		return out, err
	}
	begin := time.Now()
	if err := left[n](); err != nil {
		return out, err
	}
	r, err := s.sys.Contest.Results(ctx, s.field.id)
	if err != nil {
		return out, err
	}
	out.Ranking, out.Records = time.Since(begin), r.Version
	cpu, begin := cpuTime(), time.Now()
	fresh := s.sys.Fresh()
	defer fresh.Close()
	again, err := fresh.Results(ctx, s.field.id)
	out.Fold, out.FoldCPU = time.Since(begin), cpuTime()-cpu
	if err == nil && len(again.Standings) != len(r.Standings) {
		err = fmt.Errorf("a fresh node ranks %d competitors, not %d", len(again.Standings), len(r.Standings))
	}
	return out, err
}

func same(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

// fieldScheme has judgement and points in turn, one mark each.
func fieldScheme(f Field) scoring.Scheme {
	s := scoring.Scheme{ID: "bench", Version: 1, Name: same("评分表"), Modules: []scoring.Module{}}
	for m := range f.Modules {
		sc := scoring.SubCriterion{ID: scoring.SubCriterionID(fmt.Sprint("S", m)), Name: same("评分项"), Max: scoring.Marks(f.Aspects) * 100}
		for i := range f.Aspects {
			a := scoring.Aspect{ID: scoring.AspectID(fmt.Sprintf("A%d-%d", m, i)), Name: same("评分点"), Max: 100, Kind: scoring.KindPoints, Points: &scoring.Points{Step: 10}}
			if i%2 == 0 {
				a.Kind, a.Points = scoring.KindJudgement, nil
				a.Descriptors = []scoring.Text{same("零"), same("一"), same("二"), same("三")}
			}
			sc.Aspects = append(sc.Aspects, a)
		}
		s.Modules = append(s.Modules, scoring.Module{
			ID: scoring.ModuleID(fmt.Sprint("M", m)), Name: same("模块"), Max: sc.Max, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{sc},
		})
	}
	return s
}

// fieldRules take the mean, so that no conference stops the run.
func fieldRules(f Field) scoring.Rules {
	r := scoring.Rules{
		ID: "bench", Version: 1, Panel: scoring.PanelRule{Size: f.Judges, MinJudges: f.Judges}, Agreement: map[scoring.Kind]scoring.Agreement{},
		Rounding: scoring.Rounding{Step: 1, Where: scoring.RoundAspect}, FullMarks: 10000,
		TotalRounding: scoring.TotalRounding{Step: 1, Where: scoring.RoundTotal}, PassLines: []scoring.PassLine{}, TieChain: []scoring.TieStep{},
		Ranking: scoring.RankShared, Absent: scoring.AbsentUnranked, ProvisionalMarks: scoring.ProvisionalEach,
	}
	for _, k := range scoring.Kinds() {
		r.Agreement[k] = scoring.Agreement{Method: scoring.MethodMean}
	}
	part := scoring.Part{ID: "practical", Name: same("实操"), Weight: 10000}
	for m := range f.Modules {
		part.Modules = append(part.Modules, scoring.ModuleID(fmt.Sprint("M", m)))
	}
	r.Parts = []scoring.Part{part}
	return r
}

// fieldEntries are a judge's; n makes them differ.
func fieldEntries(m scoring.Module, n int64) []scoring.AspectEntry {
	out := []scoring.AspectEntry{}
	for i, a := range m.Aspects() {
		e := scoring.AspectEntry{Aspect: a.ID}
		if a.Kind == scoring.KindJudgement {
			level := int(n+int64(i)) % 4
			e.Level = &level
		} else {
			points := scoring.Marks((n*7+int64(i))%11) * 10
			e.Points = &points
		}
		out = append(out, e)
	}
	return out
}
