package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/document"
)

var (
	identityWords = map[Identity]string{Employee: "职工", Teacher: "教师", Student: "学生"}
	stateWords    = map[EnlistState]string{EnlistFiled: "待审核", EnlistEntered: "已确认", EnlistReturned: "已退回"}
	stageWords    = map[StageKind]string{StagePractice: "练习", StagePreliminary: "预赛", StageFinal: "决赛"}
)

// Title is the stage's name, or the usual word for its kind.
func (s Stage) Title() string {
	if s.Name.ZH != "" {
		return s.Name.ZH
	}
	return stageWords[s.Kind]
}

// EntrySheets gathers the confirmations of a division's entries: one sheet a
// delegation or, where the contest has none, a unit. delegation and unit
// narrow it; "" is all. A leader gets those of the own delegations.
func (s *Contests) EntrySheets(ctx context.Context, f Filer, id DivisionID, delegation DelegationID, unit string) ([]document.EntrySheet, error) {
	lines, err := s.Enlistment(ctx, f, id)
	if err != nil {
		return nil, err
	}
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return nil, err
	}
	head := document.EntrySheet{
		Contest: d.contest.Name.ZH, Event: d.event.Name.ZH, Division: d.div.Name.ZH + "（" + d.div.Stage.Title() + "）", Organiser: d.contest.Organiser,
	}
	names := map[CompetitorID]string{}
	for _, l := range lines {
		names[l.ID] = l.Name
	}
	sheets, at := []document.EntrySheet{}, map[string]int{}
	for i := range lines {
		l := &lines[i]
		if l.State == EnlistWithdrawn || delegation != "" && l.Delegation != delegation || unit != "" && l.Unit != unit {
			continue
		}
		key := string(l.Delegation)
		if key == "" {
			key = "unit/" + l.Unit
		}
		k, ok := at[key]
		if !ok {
			k = len(sheets)
			at[key] = k
			sheet := head
			if x := d.contest.delegation(string(l.Delegation)); l.Delegation != "" && x != nil {
				sheet.Delegation = x.Name
			}
			sheets = append(sheets, sheet)
		}
		sheets[k].Lines = append(sheets[k].Lines, d.entryLines(l, names)...)
	}
	for k := range sheets {
		if u := sheets[k].Lines[0].Unit; !slices.ContainsFunc(sheets[k].Lines, func(l document.EntryLine) bool { return l.Unit != u }) {
			sheets[k].Unit = u
		}
	}
	slices.SortStableFunc(sheets, func(a, b document.EntrySheet) int {
		return strings.Compare(a.Delegation+"\x00"+a.Unit, b.Delegation+"\x00"+b.Unit)
	})
	return sheets, nil
}

// entryLines are the people of one competitor.
func (d *entryDesk) entryLines(l *CompetitorLine, names map[CompetitorID]string) []document.EntryLine {
	one := document.EntryLine{
		Name: l.Name, IDMasked: l.IDMasked, Unit: l.Unit, Identity: identityWords[l.Identity], Level: l.HeldLevel.Zh(), Number: l.HeldNumber,
		Team: l.TeamName, Role: d.roleName(l.Role), State: stateWords[l.State],
	}
	if l.Instead != "" {
		one.Note = "替换 " + names[l.Instead]
	}
	if len(l.Members) == 0 {
		return []document.EntryLine{one}
	}
	list := make([]document.EntryLine, 0, len(l.Members))
	for _, m := range l.Members {
		x := one
		x.Name, x.IDMasked, x.Identity, x.Level, x.Number = m.Name, m.IDMasked, identityWords[m.Identity], m.HeldLevel.Zh(), m.HeldNumber
		x.Team, x.Role = l.Name, d.roleName(m.Role)
		list = append(list, x)
	}
	return list
}

func (d *entryDesk) roleName(id string) string {
	if d.event.Team != nil {
		if r, ok := d.event.Team.role(id); ok {
			return r.Name.ZH
		}
	}
	return id
}
