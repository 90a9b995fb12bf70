package contesttest

import (
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// Draw draws all three layers by machine.
func (p *Play) Draw() {
	p.T.Helper()
	p.DrawLayer(engine.LayerEntry)
	p.DrawLayer(engine.LayerStation)
	p.DrawWorks()
}

// DrawLayer draws one layer by machine after a word that was said in public.
func (p *Play) DrawLayer(l engine.Layer) { p.draw(engine.DrawRequest{Layer: l}) }

// DrawWorks codes the works of every module of which something is seen as
// work, one by one.
func (p *Play) DrawWorks() {
	p.T.Helper()
	div, err := p.Contests.Division(p.ctx(), p.ID)
	p.must(err)
	for _, m := range div.Scheme.Modules {
		if slices.ContainsFunc(m.SubCriteria, func(sc scoring.SubCriterion) bool { return m.Seen(sc) == scoring.SeenAsWork }) {
			p.draw(engine.DrawRequest{Layer: engine.LayerWork, Modules: []scoring.ModuleID{m.ID}, Statement: "模块" + string(m.ID) + "已结束，作品收齐"})
		}
	}
}

func (p *Play) draw(req engine.DrawRequest) {
	p.T.Helper()
	by := p.Staff.keeper(req.Layer)
	req.Method = engine.ByMachine
	v, err := p.Contests.AnnounceDraw(p.ctx(), by, p.ID, req, p.Key())
	p.must(err)
	_, err = p.Contests.SayWord(p.ctx(), by, p.ID, v.Draw, engine.PublicWord{Word: "泰山", Speaker: "选手代表", Witness: string(p.Staff.Supervisor)}, p.Key())
	p.must(err)
	_, err = p.Contests.HoldDraw(p.ctx(), by, p.ID, v.Draw, p.Key())
	p.must(err)
}

// keeper is who keeps the codes of a layer.
func (s Staff) keeper(l engine.Layer) access.AccountID {
	switch l {
	case engine.LayerEntry:
		return s.EntryCoder
	case engine.LayerStation:
		return s.StationCoder
	case engine.LayerWork:
	}
	return s.WorkCoder
}

// Mark brings theory in and lets three judges mark everybody, with a picture, a
// violation, somebody absent, a conference and their signatures.
func (p *Play) Mark() {
	p.T.Helper()
	p.theory()
	p.absent()
	for round := range 2 {
		for j := range 3 {
			judge := access.AccountID(fmt.Sprintf("j%d", j+1))
			for i, s := range p.Sheets(judge) {
				if s.State == engine.SheetNotStarted || s.State == engine.SheetConference && round == 1 {
					p.Submit(judge, s, entriesOf(p.module(s), i, j, round))
				}
			}
		}
	}
	p.incidents()
	for j := range 3 {
		p.Sign(access.AccountID(fmt.Sprintf("j%d", j+1)))
	}
}

func (p *Play) theory() {
	people, err := p.Contests.Competitors(p.ctx(), p.ID)
	p.must(err)
	for i, c := range people {
		v := scoring.Of(scoring.Marks(9500 - 250*(i%12)))
		if i == p.People-1 {
			v = scoring.Absence()
		}
		p.must(p.Contests.ImportPart(p.ctx(), "theory", p.ID, engine.Import{Competitor: c.ID, Module: "T", Value: v, Source: "attempt/" + string(c.Candidate), Revision: 1}))
	}
}

// absent says that one did not come to the practical modules.
func (p *Play) absent() {
	var last engine.SheetBrief
	for _, s := range p.Sheets("j1") {
		if s.Module == "A" {
			last = s
		}
	}
	p.must(p.Contests.RecordAbsence(p.ctx(), p.Staff.Chief, p.ID, p.Key(), engine.Absentee{Layer: engine.LayerStation, Code: last.Code, Note: "未到场", Desk: true}))
}

// incidents are a picture, a violation and a decision of the chief judge.
func (p *Play) incidents() {
	s := p.Sheets("j1")[0]
	_, err := p.Contests.AddEvidence(p.ctx(), "j1", p.ID, p.Key(), engine.Picture{Sheet: s.ID, Data: picture})
	p.must(err)
	p.must(p.Contests.RecordViolation(p.ctx(), p.Staff.Chief, p.ID, p.Key(), engine.Address{Layer: engine.LayerStation, Code: s.Code, Module: "A"}, "noise", "大声喧哗，经提醒后改正", true))
	p.must(p.Contests.RecordTime(p.ctx(), p.Staff.Chief, p.ID, p.Key(), engine.Address{Layer: engine.LayerStation, Code: s.Code, Module: "A"}, 915_000, engine.TimeOfChief, "秒表"))
}

// picture is the smallest PNG.
var picture = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

// Sheets are what a judge has to mark.
func (p *Play) Sheets(judge access.AccountID) []engine.SheetBrief {
	list, err := p.Contests.Sheets(p.ctx(), judge, p.ID)
	p.must(err)
	return list
}

func (p *Play) module(s engine.SheetBrief) scoring.Module {
	m, _ := Scheme().Module(s.Module)
	return m
}

// Submit hands a judge's sheet in.
func (p *Play) Submit(judge access.AccountID, s engine.SheetBrief, e []scoring.AspectEntry) {
	p.T.Helper()
	_, err := p.Contests.Submit(p.ctx(), judge, p.ID, engine.Submission{
		Sheet: s.ID, CodeTail: s.Code[len(s.Code)-2:], Expect: s.Version, Round: s.Round, Key: p.Key(), Entries: e, Device: "tablet-" + string(judge),
	})
	p.must(err)
}

// Sign signs everything that waits for the judge's signature.
func (p *Play) Sign(judge access.AccountID) {
	var due []engine.Agreement
	for _, s := range p.Sheets(judge) {
		if s.ToSign != "" {
			due = append(due, engine.Agreement{Sheet: s.ID, Digest: s.ToSign})
		}
	}
	for chunk := range slices.Chunk(due, 500) {
		p.must(p.Contests.Sign(p.ctx(), judge, p.ID, p.Key(), chunk))
	}
}

// entriesOf are what judge j sees of the work at a position: the same for all
// of the panel but for judgements, which lie a level apart, and at position 2
// two levels, in the first round.
func entriesOf(m scoring.Module, i, j, round int) (out []scoring.AspectEntry) {
	for k, a := range m.Aspects() {
		var o scoring.Observation
		n := (i*7 + k*3) % 11
		switch a.Kind {
		case scoring.KindBinary:
			o.Met = ptr(n != 0)
		case scoring.KindStepped:
			o.Step = ptr(a.Steps[n%len(a.Steps)].ID)
		case scoring.KindTolerance:
			o.Measured = ptr(a.Tolerance.Nominal + int64(n-5)*5)
		case scoring.KindLinear:
			o.Errors = ptr(n / 4)
		case scoring.KindPoints:
			o.Points = ptr(a.Max - a.Points.Step*scoring.Marks(n%4))
		case scoring.KindJudgement:
			o.Level = ptr(level(i, j, n, round))
		case scoring.KindPot, scoring.KindPenalty:
			o.Deductions = map[scoring.DeductionID]int{}
			if n == 3 {
				o.Deductions[a.Deductions[0].ID] = 1
			}
		case scoring.KindHitList:
			o.Hits = hitsOf(a, n)
		case scoring.KindTimeTable:
			if a.TimeTable.Source == scoring.TimeByClock {
				continue
			}
			o.TimeMS = ptr(int64(600_000 + 40_000*n))
		}
		out = append(out, scoring.AspectEntry{Aspect: a.ID, Observation: o})
	}
	return out
}

func level(i, j, n, round int) int {
	base := 1 + n%2
	switch {
	case i == 2 && round == 0 && j == 1:
		return 3
	case i == 2 && round == 0:
		return 1
	case j == 2:
		return base + 1
	}
	return base
}

func hitsOf(a scoring.Aspect, n int) *scoring.Hits {
	h := &scoring.Hits{Steps: map[scoring.HitID]scoring.StepID{}}
	for x, item := range a.HitList.Items {
		steps := a.HitList.StepsOf(item)
		h.Steps[item.ID] = steps[(n+x)%len(steps)].ID
	}
	if a.HitList.FalseAlarms != nil {
		h.FalseAlarms = ptr(n % 2)
	}
	return h
}

func ptr[T any](v T) *T { return &v }

// Lock locks every module.
func (p *Play) Lock() {
	p.T.Helper()
	desk, err := p.Contests.Desk(p.ctx(), p.ID)
	p.must(err)
	for _, m := range desk.Modules {
		if m.Lock == nil {
			if m.Digest == "" {
				p.T.Fatalf("module %s cannot be locked: %+v", m.Module, m.Missing)
			}
			p.must(p.Contests.LockModule(p.ctx(), p.Staff.Chief, p.ID, p.Key(), m.Module, m.Digest))
		}
	}
}

// Recheck draws the sample and finds everything fine.
func (p *Play) Recheck() {
	p.T.Helper()
	p.must(p.Contests.DrawRecheck(p.ctx(), p.Staff.Supervisor, p.ID, p.Key(), "000102030405060708090a0b0c0d0e0f"))
	v, err := p.Contests.Recheck(p.ctx(), p.ID)
	p.must(err)
	for _, s := range v.Sheets {
		p.must(p.Contests.CheckSheet(p.ctx(), p.Staff.Supervisor, p.ID, p.Key(), s.Sheet, engine.CheckFine, ""))
	}
	p.must(p.Contests.CloseRecheck(p.ctx(), p.Staff.Supervisor, p.ID, p.Key()))
}

// Decrypt opens every layer in reverse.
func (p *Play) Decrypt() {
	p.T.Helper()
	layers, err := p.Contests.Ceremony(p.ctx(), p.ID)
	p.must(err)
	for _, l := range layers.Layers {
		_, err := p.Contests.AskLayer(p.ctx(), p.Staff.keeper(l), p.ID, l, p.Key())
		p.must(err)
		_, err = p.Contests.OpenLayer(p.ctx(), p.Staff.Supervisor, p.ID, l, p.Key())
		p.must(err)
	}
}

// Publish makes and signs the next version.
func (p *Play) Publish(note string) engine.Publication {
	p.T.Helper()
	p.must(p.Contests.ProposePublication(p.ctx(), p.Staff.Chief, p.ID, p.Key(), note))
	desk, err := p.Contests.Publications(p.ctx(), p.ID)
	p.must(err)
	p.must(p.Contests.SignPublication(p.ctx(), p.Staff.Supervisor, p.ID, p.Key(), desk.Proposed.Version, desk.Proposed.Digest))
	out, err := p.Contests.Published(p.ctx(), p.ID)
	p.must(err)
	return out
}

// Appeal files an appeal of the first unit, upholds it and corrects the theory
// of its competitor by five marks.
func (p *Play) Appeal() {
	p.T.Helper()
	own, err := p.Contests.OwnResults(p.ctx(), p.ID, p.Staff.Leader)
	p.must(err)
	code := own[0].EntryCode
	p.must(p.Contests.FileAppeal(p.ctx(), p.Staff.Leader, p.ID, p.Key(), engine.Appeal{Code: code, Module: "T", Text: "理论成绩疑有漏判，请求复查。"}))
	p.must(p.Contests.RuleAppeal(p.ctx(), p.Staff.Arbiter, p.ID, p.Key(), 1, engine.Upheld, "第 12 题漏判，应予更正。"))
	var was scoring.Marks
	for _, part := range own[0].Parts {
		if part.Module == "T" {
			was = part.Value.Marks
		}
	}
	p.must(p.Contests.ProposeCorrection(p.ctx(), p.Staff.Arbiter, p.ID, p.Key(), engine.Correction{
		Code: code, Module: "T", Value: ptr(scoring.Of(min(was+500, 10000))), Reason: "理论第 12 题漏判", Source: engine.FromAppeal, Appeal: 1,
	}))
	p.must(p.Contests.SignCorrection(p.ctx(), p.Staff.Chief, p.ID, p.Key(), 1))
}

// Finish ends the division after the window for appeals.
func (p *Play) Finish() {
	p.T.Helper()
	p.Later(3 * time.Hour)
	p.must(p.Contests.Finalise(p.ctx(), p.Staff.Chief, p.ID, p.Key()))
}

// All plays from the draws to the end.
func (p *Play) All() {
	p.T.Helper()
	p.Draw()
	p.Mark()
	p.Lock()
	p.Recheck()
	p.Decrypt()
	p.Publish("")
	p.Appeal()
	p.Publish("依据第 1 号申诉的裁决更正。")
	p.Finish()
}
