package engine

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// PublicRegulation is what everybody may know of a division's regulation
// before and after it opens: weights, modules, times, how ties are broken,
// what is awarded. It is an explicit type: aspects, descriptors and tolerances
// are not in it.
type PublicRegulation struct {
	Contest   scoring.Text         `json:"contest"`
	Event     scoring.Text         `json:"event"`
	Division  scoring.Text         `json:"division"`
	Stage     Stage                `json:"stage"`
	Version   int                  `json:"version"`
	SHA256    string               `json:"sha256"`
	Opened    bool                 `json:"opened"` // frozen
	Identity  IdentityMode         `json:"identity"`
	Judges    int                  `json:"judges"` // who mark each competitor
	Modules   []RegulationModule   `json:"modules"`
	FullMarks scoring.Marks        `json:"full_marks"` // hundredths
	PassLines []scoring.PassLine   `json:"pass_lines"`
	TieChain  []scoring.Text       `json:"tie_chain"` // compared in order after the total
	Ranking   scoring.RankingStyle `json:"ranking"`
	AppealMS  int64                `json:"appeal_ms"` // after the publication, milliseconds
	Awards    []PublicAward        `json:"awards"`
	Advance   *award.AdvanceRule   `json:"advance,omitempty"`
	Qualified Qualification        `json:"qualification"`
}

// RegulationModule is a module as everybody may know it.
type RegulationModule struct {
	PublicModule
	Source      scoring.Source `json:"source"`
	TimeLimitMS int64          `json:"time_limit_ms"` // 0: no limit
}

// PublicAward is a medal, prize or title with how many there are.
type PublicAward struct {
	ID       award.ID         `json:"id"`
	Name     scoring.Text     `json:"name"`
	By       award.CutBy      `json:"by"`
	Share    int              `json:"share_bp"` // basis points, for share_bp
	Count    int              `json:"count"`    // for count and rank_up_to
	Min      int64            `json:"min"`      // for score_at_least
	Identity []award.Identity `json:"identities"`
}

// regulationPublic reports whether everybody may see the regulation: once it
// was approved, where the procedure asks for that, else once it is frozen.
func (s *Contests) regulationPublic(ctx context.Context, div Division) (bool, error) {
	if div.Status != Setup {
		return true, nil
	}
	if !div.Procedure.Approval {
		return false, nil
	}
	public := false
	err := s.onRoll(ctx, div.Contest, func(r *Roll) error {
		v := r.newest(div.ID)
		public = v != nil && v.Version == div.Regulation.Version && v.Approved != "" && v.Back == ""
		return nil
	})
	return public, err
}

// PublicRegulation returns the projection for everybody. Error:
// ErrNoRegulation while it is not public.
func (s *Contests) PublicRegulation(ctx context.Context, id DivisionID) (PublicRegulation, error) {
	div, err := s.Division(ctx, id)
	if isNotFound(err) {
		return PublicRegulation{}, ErrNoRegulation
	}
	if err != nil {
		return PublicRegulation{}, err
	}
	public, err := s.regulationPublic(ctx, div)
	if err != nil {
		return PublicRegulation{}, err
	}
	if !public {
		return PublicRegulation{}, ErrNoRegulation
	}
	contest, err := s.Contest(ctx, div.Contest)
	if err != nil {
		return PublicRegulation{}, err
	}
	event, err := s.Event(ctx, div.Event)
	if err != nil {
		return PublicRegulation{}, err
	}
	return div.publicRegulation(contest.Name, event.Name), nil
}

func (d *Division) publicRegulation(contest, event scoring.Text) PublicRegulation {
	p := PublicRegulation{
		Contest: contest, Event: event, Division: d.Name, Stage: d.Stage, Version: d.Regulation.Version, SHA256: d.Regulation.SHA256,
		Opened: d.Status != Setup, Identity: d.Procedure.Identity.Mode, Judges: d.Rules.Panel.Size, Modules: []RegulationModule{},
		FullMarks: d.Rules.FullMarks, PassLines: append([]scoring.PassLine{}, d.Rules.PassLines...), TieChain: []scoring.Text{},
		Ranking: d.Rules.Ranking, AppealMS: d.Procedure.Appeal.WindowMS, Awards: []PublicAward{}, Advance: d.Honours.Advance, Qualified: d.Qualification,
	}
	for _, m := range publicModules(d.Scheme, d.Rules) {
		full, _ := d.Scheme.Module(m.ID)
		p.Modules = append(p.Modules, RegulationModule{PublicModule: m, Source: full.Source, TimeLimitMS: full.TimeLimitMS})
	}
	for _, t := range d.Rules.TieChain {
		p.TieChain = append(p.TieChain, t.Name)
	}
	if a := d.Honours.Awards; a != nil {
		p.Awards = publicAwards(a)
	}
	return p
}

func publicAwards(r *award.Rules) []PublicAward {
	list := []PublicAward{}
	if r.Medals != nil {
		for _, m := range r.Medals.Medals {
			list = append(list, PublicAward{ID: m.ID, Name: m.Name, By: award.ByCount, Count: 1, Identity: []award.Identity{}})
		}
		if m := r.Medals.Medallion; m != nil {
			list = append(list, PublicAward{ID: m.ID, Name: m.Name, By: award.ByScore, Min: m.Min, Identity: []award.Identity{}})
		}
	}
	for _, a := range r.Awards {
		list = append(list, PublicAward{
			ID: a.ID, Name: a.Name, By: a.By, Share: a.ShareBP, Count: a.Count, Min: a.Min, Identity: append([]award.Identity{}, a.Filter.Identities...),
		})
	}
	return list
}

// publicModules are the modules of a scheme with their share of the total.
func publicModules(scheme scoring.Scheme, rules scoring.Rules) []PublicModule {
	list := []PublicModule{}
	for _, pm := range scheme.Public() {
		out := PublicModule{PublicModule: pm}
		for _, p := range rules.Parts {
			if slices.Contains(p.Modules, pm.ID) {
				out.Part, out.Weight = p.Name, p.Weight
			}
		}
		list = append(list, out)
	}
	return list
}

// JudgeRegulation is what a judge may see of a regulation: the scheme of the
// modules that the judge marks, and the rules and procedure.
type JudgeRegulation struct {
	Division  scoring.Text     `json:"division"`
	Version   int              `json:"version"`
	SHA256    string           `json:"sha256"`
	Modules   []scoring.Module `json:"modules"`
	Rules     scoring.Rules    `json:"rules"`
	Procedure Procedure        `json:"procedure"`
}

// JudgeRegulation returns the projection for a judge on one of the panels.
// Error: ErrWrongPanel for everybody else.
func (s *Contests) JudgeRegulation(ctx context.Context, judge access.AccountID, id DivisionID) (JudgeRegulation, error) {
	div, err := s.Division(ctx, id)
	if err != nil {
		return JudgeRegulation{}, err
	}
	out := JudgeRegulation{
		Division: div.Name, Version: div.Regulation.Version, SHA256: div.Regulation.SHA256, Modules: []scoring.Module{},
		Rules: div.Rules, Procedure: div.Procedure,
	}
	for _, m := range div.Scheme.Modules {
		if slices.ContainsFunc(div.Panels, func(p Panel) bool {
			return p.Module == m.ID && slices.ContainsFunc(p.Judges, func(j PanelJudge) bool { return j.Judge == judge })
		}) {
			out.Modules = append(out.Modules, m)
		}
	}
	if len(out.Modules) == 0 {
		return JudgeRegulation{}, ErrWrongPanel.Param("division", id)
	}
	return out, nil
}

// PublicContest is a contest as everybody may know it.
type PublicContest struct {
	ID         ContestID     `json:"id"`
	Name       scoring.Text  `json:"name"`
	Level      ContestLevel  `json:"level"`
	Year       int           `json:"year"`
	Season     string        `json:"season"`
	Organisers []string      `json:"organisers"`
	Rehearsal  bool          `json:"rehearsal"`
	Events     []PublicEvent `json:"events"`
}

// PublicEvent is an event with its divisions.
type PublicEvent struct {
	Name       scoring.Text     `json:"name"`
	Kind       EventKind        `json:"kind"`
	Occupation string           `json:"occupation"` // its name
	Level      bank.Level       `json:"level"`      // 0: none
	Divisions  []PublicDivision `json:"divisions"`
}

// PublicDivision is a division whose board or regulation everybody may see.
type PublicDivision struct {
	ID         DivisionID   `json:"id"`
	Name       scoring.Text `json:"name"`
	Stage      Stage        `json:"stage"`
	Status     Status       `json:"status"`
	Regulation bool         `json:"regulation"` // it is public
	Board      bool         `json:"board"`
}

// PublicContests lists the contests of which something is public, the newest
// first.
func (s *Contests) PublicContests(ctx context.Context) ([]PublicContest, error) {
	all, err := s.Contests(ctx)
	if err != nil {
		return nil, err
	}
	out := []PublicContest{}
	for _, c := range slices.Backward(all) {
		p, err := s.publicContest(ctx, c)
		if err != nil {
			return nil, err
		}
		if len(p.Events) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *Contests) publicContest(ctx context.Context, c Contest) (PublicContest, error) {
	p := PublicContest{
		ID: c.ID, Name: c.Name, Level: c.Level, Year: c.Year, Season: c.Season, Organisers: c.Organisers, Rehearsal: c.Rehearsal, Events: []PublicEvent{},
	}
	divs, err := s.Divisions(ctx, c.ID)
	if err != nil {
		return p, err
	}
	list, err := s.Events(ctx, c.ID)
	if err != nil {
		return p, err
	}
	for _, e := range list {
		pe := PublicEvent{Name: e.Name, Kind: e.Kind, Level: e.Level, Divisions: []PublicDivision{}}
		if e.Occupation != nil {
			pe.Occupation = e.Occupation.Name
		}
		for _, d := range divs {
			if d.Event != e.ID {
				continue
			}
			public, err := s.regulationPublic(ctx, d)
			if err != nil {
				return p, err
			}
			if public || d.Opened != nil {
				pe.Divisions = append(pe.Divisions, PublicDivision{ID: d.ID, Name: d.Name, Stage: d.Stage, Status: d.Status, Regulation: public, Board: d.Opened != nil})
			}
		}
		if len(pe.Divisions) > 0 {
			p.Events = append(p.Events, pe)
		}
	}
	return p, nil
}
