package resultbook

import (
	"context"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// book gathers everything that a book tells.
func (m *matter) book(ctx context.Context) (b Book, err error) {
	s, id := m.d.Contests, m.div.ID
	if b.Results, _, err = m.version(ctx, 0, false); err != nil {
		return b, err
	}
	b.Scheme, b.Rules, b.Procedure = m.div.Scheme, m.div.Rules, m.div.Procedure
	b.Final = m.div.Status == engine.Final
	if err := m.people(ctx, &b); err != nil {
		return b, err
	}
	b.Facts = m.facts(len(b.Lines))
	if b.Awards, err = m.awards(ctx); err != nil {
		return b, err
	}
	if b.Draws, err = s.PublicDraws(ctx, id); err != nil {
		return b, err
	}
	ceremony, err := s.Ceremony(ctx, id)
	if err != nil {
		return b, err
	}
	b.Decryption = ceremony.Opened
	if b.Recheck, err = s.Recheck(ctx, id); err != nil {
		return b, err
	}
	if b.Corrections, err = s.Corrections(ctx, id); err != nil {
		return b, err
	}
	if b.Appeals, err = s.Appeals(ctx, id, ""); err != nil {
		return b, err
	}
	slices.Reverse(b.Corrections)
	slices.Reverse(b.Appeals)
	desk, err := s.Publications(ctx, id)
	if err != nil {
		return b, err
	}
	b.Versions = desk.Versions
	slices.Reverse(b.Versions)
	b.Ties, err = m.ties(ctx, b.Lines)
	return b, err
}

// people gathers officers and panels.
func (m *matter) people(ctx context.Context, b *Book) error {
	officers, err := m.d.Contests.Officers(ctx, m.div.ID)
	if err != nil {
		return err
	}
	for _, x := range engine.Offices {
		for _, o := range officers {
			if o.Office == x.Office {
				b.Officers = append(b.Officers, Post{What: officeWords[o.Office], Who: m.names(o.Account), Of: o.Unit})
			}
		}
	}
	return m.panels(ctx, Choice{}, func(p engine.DeskPanel, mod scoring.Module, no int) {
		for _, j := range p.Judges {
			what := fmt.Sprintf("模块 %s 第 %d 组", mod.ID, no)
			switch {
			case j.Leader:
				what += "　组长"
			case j.Spare:
				what += "　备用"
			}
			b.Panels = append(b.Panels, Post{What: what, Who: m.names(j.Judge), Of: j.Unit})
		}
	})
}

var officeWords = map[engine.Office]string{
	engine.OfficeChief: "裁判长", engine.OfficeDeputy: "副裁判长", engine.OfficeEntryCoder: "一次加密裁判", engine.OfficeStationCoder: "二次加密裁判",
	engine.OfficeWorkCoder: "三次加密裁判", engine.OfficeSupervisor: "监督", engine.OfficeArbiter: "仲裁", engine.OfficeTabulator: "统分员",
	engine.OfficeCallRoom: "检录裁判", engine.OfficeFloor: "现场裁判", engine.OfficeTeamLeader: "领队",
}

var levelWords = map[engine.ContestLevel]string{
	engine.LevelFirst: "省级一类", engine.LevelSecond: "省级二类", engine.LevelCity: "市级", engine.LevelEnterprise: "企业",
}

func (m *matter) facts(people int) []print.Field {
	f := []print.Field{{Name: "级别", Value: orDash(levelWords[m.contest.Level])}, {Name: "选手人数", Value: fmt.Sprint(people)}}
	if m.div.Opened != nil {
		f = append(f, print.Field{Name: "开赛", Value: m.kit.Moment(*m.div.Opened)})
	}
	if n := len(m.contest.Delegations); n > 0 {
		f = append(f, print.Field{Name: "代表队", Value: fmt.Sprintf("%d 个", n)})
	}
	if m.event.Occupation != nil {
		f = append(f, print.Field{Name: "职业", Value: m.event.Occupation.Name})
	}
	if m.div.Regulation.Version > 0 {
		f = append(f, print.Field{Name: "规程", Value: fmt.Sprintf("第 %d 版　%s", m.div.Regulation.Version, short(m.div.Regulation.SHA256))})
	}
	return f
}

// ties tells for everybody with the total of the one before why that one is
// ahead.
func (m *matter) ties(ctx context.Context, lines []engine.ResultLine) (out []Tie, err error) {
	name := func(l engine.ResultLine) string { return l.EntryCode + " " + l.Name }
	for i := 1; i < len(lines); i++ {
		a, b := lines[i-1], lines[i]
		if a.Total != b.Total || a.Rank == nil || b.Rank == nil || a.Total.State != scoring.HasValue {
			continue
		}
		x, err := m.d.Contests.Why(ctx, m.div.ID, a.EntryCode, b.EntryCode)
		if err != nil {
			return nil, err
		}
		out = append(out, Tie{Ahead: name(a), Behind: name(b), Total: a.Total, Why: x.Text.ZH})
	}
	return out, nil
}
