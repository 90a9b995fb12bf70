package modeltest

import (
	"fmt"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

func text(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

func ptr[T any](v T) *T { return &v }

// The names of things: modules, sub-criteria, aspects and parts by their
// places.
func moduleID(m int) scoring.ModuleID    { return scoring.ModuleID(fmt.Sprintf("M%d", m)) }
func aspectID(m, k int) scoring.AspectID { return scoring.AspectID(fmt.Sprintf("M%dA%d", m, k)) }
func partID(k int) scoring.PartID        { return scoring.PartID(fmt.Sprintf("P%d", k)) }
func unitName(u int) string              { return fmt.Sprintf("单位%d", u) }
func personName(i int) string            { return fmt.Sprintf("选手%d", i) }
func zeroID(k int) scoring.ZeroRuleID    { return scoring.ZeroRuleID(fmt.Sprintf("Z%d", k)) }
func violationID(k int) scoring.ViolationID {
	return scoring.ViolationID(fmt.Sprintf("V%d", k))
}

// The officers of a division.
const (
	chief, deputy, super   = access.AccountID("chief"), access.AccountID("deputy"), access.AccountID("super")
	arbiter, caller        = access.AccountID("arbiter"), access.AccountID("caller")
	tabA, tabB             = access.AccountID("tab-a"), access.AccountID("tab-b")
	coderE, coderS, coderW = access.AccountID("coder-e"), access.AccountID("coder-s"), access.AccountID("coder-w")
)

func leaderOf(unit int) access.AccountID { return access.AccountID(fmt.Sprintf("leader-%d", unit)) }

func (p *plan) scheme() scoring.Scheme {
	s := scoring.Scheme{ID: "s", Version: 1, Name: text("评分表")}
	for m, mod := range p.modules {
		out := scoring.Module{ID: moduleID(m), Name: text("模块"), Max: scoring.Marks(mod.max), Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{}}
		if mod.imported {
			out.Source = scoring.SourceImported
		}
		for x, who := range mod.panels {
			sc := scoring.SubCriterion{ID: scoring.SubCriterionID(fmt.Sprintf("M%dS%d", m, x)), Name: text("评分项"), SeenAs: scoring.SeenAtStation}
			if who.work {
				sc.SeenAs = scoring.SeenAsWork
			}
			for k := range mod.aspects {
				if a := &mod.aspects[k]; a.panel == x {
					sc.Aspects, sc.Max = append(sc.Aspects, a.document(aspectID(m, k))), sc.Max+scoring.Marks(a.max)
				}
			}
			out.SubCriteria = append(out.SubCriteria, sc)
		}
		s.Modules = append(s.Modules, out)
	}
	for k, z := range p.zeroing {
		rule := scoring.ZeroRule{ID: zeroID(k), Label: text("记零"), Scope: scoring.ZeroModule}
		if z.whole {
			rule.Scope = scoring.ZeroWhole
		}
		if z.module >= 0 {
			s.Modules[z.module].Zeroing = append(s.Modules[z.module].Zeroing, rule)
		} else {
			s.Zeroing = append(s.Zeroing, rule)
		}
	}
	for k, v := range p.violations {
		out := scoring.Violation{ID: violationID(k), Label: text("违规"), PerModule: v.perModule}
		for _, step := range v.ladder {
			out.Ladder = append(out.Ladder, scoring.Sanction{Kind: scoring.SanctionKind(step.kind), Marks: scoring.Marks(step.marks)})
		}
		s.Violations = append(s.Violations, out)
	}
	return s
}

var kindOf = map[string]scoring.Kind{
	"binary": scoring.KindBinary, "stepped": scoring.KindStepped, "tolerance": scoring.KindTolerance, "linear": scoring.KindLinear,
	"points": scoring.KindPoints, "judgement": scoring.KindJudgement, "pot": scoring.KindPot, "penalty": scoring.KindPenalty,
	"hits": scoring.KindHitList, "time": scoring.KindTimeTable,
}

func steps(worth []int64) (out []scoring.Step) {
	for k, w := range worth {
		out = append(out, scoring.Step{ID: stepID(k), Label: text("档"), Marks: scoring.Marks(w)})
	}
	return out
}

func stepID(k int) scoring.StepID { return scoring.StepID(fmt.Sprintf("s%d", k)) }

func (a *aspect) document(id scoring.AspectID) scoring.Aspect {
	out := scoring.Aspect{ID: id, Kind: kindOf[a.kind], Name: text("评分点"), Max: scoring.Marks(a.max)}
	if a.own {
		out.Agreement = ptr(a.policy.document())
	}
	switch a.kind {
	case "stepped":
		out.Steps = steps(a.steps)
	case "tolerance":
		out.Tolerance = &scoring.Tolerance{Nominal: 1000, Minus: ptr(1000 - a.low), Plus: ptr(a.high - 1000), Decimals: 2, Unit: "mm"}
	case "linear":
		out.Linear = &scoring.Linear{PerError: scoring.Marks(a.each)}
	case "points":
		out.Points = &scoring.Points{Step: scoring.Marks(a.step)}
	case "judgement":
		out.Descriptors = []scoring.Text{text("零"), text("一"), text("二"), text("三")}
	case "pot", "penalty":
		out.Deductions = []scoring.Deduction{
			{ID: "d0", Label: text("甲"), Marks: scoring.Marks(a.costs[0]), MaxCount: int(a.most)}, {ID: "d1", Label: text("乙"), Marks: scoring.Marks(a.costs[1])},
		}
	case "hits":
		out.HitList = &scoring.HitList{Items: []scoring.Hit{{ID: "h0", Label: text("甲")}, {ID: "h1", Label: text("乙")}}, Steps: steps(a.steps)}
		if a.alarms > 0 {
			out.HitList.FalseAlarms = &scoring.FalseAlarms{Max: scoring.Marks(a.alarms), Each: scoring.Marks(a.each)}
		}
	case "time":
		out.TimeTable = &scoring.TimeTable{Source: scoring.TimeByJudge, Above: scoring.Marks(a.steps[len(a.times)])}
		for k, upTo := range a.times {
			out.TimeTable.Rows = append(out.TimeTable.Rows, scoring.TimeRow{UpToMS: upTo, Marks: scoring.Marks(a.steps[k])})
		}
		if a.clock {
			out.TimeTable.Source = scoring.TimeByClock
		}
		if a.base >= 0 {
			out.TimeTable.Base = ptr(scoring.Marks(a.base))
		}
	}
	return out
}

// observation writes down what was seen. Deductions not taken may be left out.
func (a *aspect) observation(s seen) (o scoring.Observation) {
	if s == nil {
		return o
	}
	switch a.kind {
	case "binary":
		o.Met = ptr(s[0] == 1)
	case "stepped":
		o.Step = ptr(stepID(int(s[0])))
	case "tolerance":
		o.Measured = &s[0]
	case "linear":
		o.Errors = ptr(int(s[0]))
	case "points":
		o.Points = ptr(scoring.Marks(s[0]))
	case "judgement":
		o.Level = ptr(int(s[0]))
	case "pot", "penalty":
		o.Deductions = map[scoring.DeductionID]int{"d0": int(s[0])}
		if s[1] != 0 {
			o.Deductions["d1"] = int(s[1])
		}
	case "hits":
		o.Hits = &scoring.Hits{Steps: map[scoring.HitID]scoring.StepID{"h0": stepID(int(s[0])), "h1": stepID(int(s[1]))}}
		if a.alarms > 0 {
			o.Hits.FalseAlarms = ptr(int(s[2]))
		}
	case "time":
		o.TimeMS = &s[0]
	}
	return o
}

var methodOf = map[string]scoring.Method{
	"mean": scoring.MethodMean, "equal": scoring.MethodEqual, "drop": scoring.MethodDropMean, "median": scoring.MethodMedian, "clamp": scoring.MethodClamp,
	"majority": scoring.MethodMajority, "double": scoring.MethodDouble, "chief": scoring.MethodChief,
}

func (p policy) document() scoring.Agreement {
	out := scoring.Agreement{Method: methodOf[p.method], DropHigh: p.high, DropLow: p.low, Majority: p.majority, ChiefDecides: p.chief}
	if p.method == "clamp" {
		out.Clamp = ptr(scoring.Marks(p.clamp))
	}
	if p.spread >= 0 {
		out.SpreadMax = ptr(int(p.spread))
	}
	for _, b := range p.bands {
		out.Bands = append(out.Bands, scoring.Band{FromMarks: scoring.Marks(b.from), MaxGap: scoring.Marks(b.gap)})
	}
	return out
}

func (p *plan) rules() scoring.Rules {
	r := scoring.Rules{
		ID: "r", Version: 1, Panel: scoring.PanelRule{Size: p.size, MinJudges: p.least}, Agreement: map[scoring.Kind]scoring.Agreement{},
		Rounding: scoring.Rounding{Step: scoring.Marks(p.step), Where: scoring.RoundModule}, FullMarks: scoring.Marks(p.full),
		TotalRounding: scoring.TotalRounding{Step: scoring.Marks(p.totalStep), Where: scoring.RoundTotal}, PassLines: []scoring.PassLine{},
		TieChain: []scoring.TieStep{}, Ranking: scoring.RankShared, Absent: scoring.AbsentUnranked, ProvisionalMarks: scoring.ProvisionalComplete,
	}
	if p.gap > 0 {
		r.Panel.TotalGap = &scoring.TotalGap{Limit: scoring.Marks(p.gap), Blocks: p.gapBlocks}
	}
	for _, k := range scoring.Kinds() {
		r.Agreement[k] = scoring.Agreement{Method: scoring.MethodMean}
	}
	for _, m := range p.modules {
		for _, a := range m.aspects {
			if !a.own {
				r.Agreement[kindOf[a.kind]] = a.policy.document()
			}
		}
	}
	if p.roundAspects {
		r.Rounding.Where = scoring.RoundAspect
	}
	if p.roundParts {
		r.TotalRounding.Where = scoring.RoundPart
	}
	if p.unique {
		r.Ranking = scoring.RankUnique
	}
	if p.absentLast {
		r.Absent = scoring.AbsentLast
	}
	if p.provisional {
		r.ProvisionalMarks = scoring.ProvisionalEach
	}
	for k, x := range p.parts {
		out := scoring.Part{ID: partID(k), Name: text("部分"), Weight: int(x.weight)}
		for _, m := range x.modules {
			out.Modules = append(out.Modules, moduleID(m))
		}
		r.Parts = append(r.Parts, out)
	}
	for k, least := range p.passLines {
		if least == noLine {
			continue
		}
		l := scoring.PassLine{Min: scoring.Marks(least)}
		if k > 0 {
			l.Part = partID(k - 1)
		}
		r.PassLines = append(r.PassLines, l)
	}
	for _, t := range p.ties {
		step := scoring.TieStep{By: scoring.TieBy(t.by), Name: text("比较")}
		switch t.by {
		case "part":
			step.Part = partID(t.of)
		case "module":
			step.Module = moduleID(t.of)
		}
		r.TieChain = append(r.TieChain, step)
	}
	return r
}

func (p *plan) honours() engine.Honours {
	if len(p.awards) == 0 {
		return engine.Honours{}
	}
	out := award.Rules{ID: "a", Version: 1, Promotions: []award.PromotionRule{}}
	for k, w := range p.awards {
		r := award.Rule{
			ID: award.ID(fmt.Sprintf("prize%d", k)), Name: text("奖"), Group: "prize", Among: award.AmongField, Per: award.PerCompetitor, From: award.FromNext,
			Cut: award.Cut{By: award.ByCount, Count: w.count, Ties: award.TiesCut},
		}
		if w.share > 0 {
			r.Cut = award.Cut{By: award.ByShare, ShareBP: w.share, Base: award.Base(w.base), Rounding: award.Rounding(w.rounding), Ties: award.TiesCut}
		}
		if w.all {
			r.Ties = award.TiesIncludeAll
		}
		out.Awards = append(out.Awards, r)
	}
	return engine.Honours{Awards: &out}
}

func (p *plan) procedure() engine.Procedure {
	out := engine.OrdinaryProcedure()
	out.Identity.Mode = engine.IdentityMode(p.mode)
	out.Draw.UnitsApart = false
	out.Signing = engine.SigningRule{Judges: p.signJudges, Leader: p.signLeader}
	out.Recheck = scoring.RecheckRule{TopShareBP: p.topShare, SampleShareBP: 3000, ErrorRateBP: p.errorRate}
	return out
}

func (p *plan) panels() (out []engine.Panel) {
	for m, mod := range p.modules {
		for x, who := range mod.panels {
			n := engine.Panel{Module: moduleID(m), SubCriteria: []scoring.SubCriterionID{scoring.SubCriterionID(fmt.Sprintf("M%dS%d", m, x))}}
			for _, j := range who.members {
				n.Judges = append(n.Judges, j.document())
			}
			out = append(out, n)
		}
	}
	return out
}

func (j member) document() engine.PanelJudge {
	out := engine.PanelJudge{Judge: access.AccountID(j.id), Unit: "裁判单位" + j.id, Spare: j.spare, Leader: j.leader}
	if j.unit >= 0 {
		out.Unit = unitName(j.unit)
	}
	return out
}

func (p *plan) draft(contest engine.ContestID) engine.DivisionDraft {
	d := engine.DivisionDraft{
		Contest: contest, Name: text("组"), Scheme: p.scheme(), Rules: p.rules(), Procedure: ptr(p.procedure()), Panels: p.panels(),
		Board: engine.BoardPolicy{Live: p.live, Units: true},
		Officers: []engine.Officer{
			{Office: engine.OfficeChief, Account: chief}, {Office: engine.OfficeDeputy, Account: deputy}, {Office: engine.OfficeSupervisor, Account: super},
			{Office: engine.OfficeArbiter, Account: arbiter}, {Office: engine.OfficeCallRoom, Account: caller},
			{Office: engine.OfficeTabulator, Account: tabA}, {Office: engine.OfficeTabulator, Account: tabB},
			{Office: engine.OfficeEntryCoder, Account: coderE}, {Office: engine.OfficeStationCoder, Account: coderS}, {Office: engine.OfficeWorkCoder, Account: coderW},
		},
	}
	for j, unit := range p.relations {
		d.Relations = append(d.Relations, engine.Relation{Judge: access.AccountID(j), Unit: unitName(unit), Reason: "师徒"})
	}
	for u := range 3 {
		d.Officers = append(d.Officers, engine.Officer{Office: engine.OfficeTeamLeader, Account: leaderOf(u), Unit: unitName(u)})
	}
	return d
}
