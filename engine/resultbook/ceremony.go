package resultbook

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

// CeremonyRow is one person in the shape that WorldSkills' ceremony software
// reads (contest.md §3.4): Competitor_results.xlsx and Best_of_Nation.xlsx have
// the same columns.
type CeremonyRow struct {
	Position    int    // 0: none
	Medal       string // "Gold"; "" for none
	Score       any    // int64 points of the scale, or scoring.Marks where there is none
	Member      string // code of the delegation
	MemberName  string
	FirstName   string
	LastName    string
	SkillNumber string
}

var ceremonyColumns = []any{"Position", "Medal", "WorldSkills Scale Score", "Member", "Member Name", "First Name", "Last Name", "Skill Number"}

func (r CeremonyRow) cells() []any {
	var position any
	if r.Position > 0 {
		position = int64(r.Position)
	}
	return []any{position, r.Medal, r.Score, r.Member, r.MemberName, r.FirstName, r.LastName, r.SkillNumber}
}

// CeremonyWorkbook writes rows for the ceremony software; sheet is the name of
// its only sheet.
func CeremonyWorkbook(w io.Writer, sheet string, list []CeremonyRow) error {
	rows := [][]any{ceremonyColumns}
	for _, r := range list {
		rows = append(rows, r.cells())
	}
	return writeBook(w, page{sheet, rows})
}

// medalNames are the medals of the ceremony, the best first; medals beyond them
// keep the award's own name.
var medalNames = []string{"Gold", "Silver", "Bronze", "Medallion for Excellence"}

// CeremonyRows makes the rows of a division, by position. A blank score once
// broke the ceremony's maximum, so who has no score is left out. Without a
// scale the score is the total. Medals are told by a.Medals. member gives code
// and name of a competitor's delegation, or of what stands for it.
func CeremonyRows(r Results, a *Awards, skill string, member func(engine.ResultLine) (code, name string)) []CeremonyRow {
	medal := map[engine.CompetitorID]string{}
	people := map[engine.CompetitorID][]string{}
	points := map[engine.CompetitorID]int64{}
	if a != nil {
		points = a.Points
		for _, h := range a.Honours {
			if i := slices.Index(a.Medals, h.Award); i >= 0 {
				medal[h.Competitor] = h.Name
				if i < len(medalNames) {
					medal[h.Competitor] = medalNames[i]
				}
				if h.Member != "" {
					people[h.Competitor] = append(people[h.Competitor], h.Recipient)
				}
			}
		}
	}
	var out []CeremonyRow
	for _, l := range r.Lines {
		if l.Rank == nil || l.Total.State != scoring.HasValue {
			continue
		}
		row := CeremonyRow{Position: *l.Rank, Medal: medal[l.Competitor], Score: l.Total.Marks, SkillNumber: skill}
		if n, ok := points[l.Competitor]; ok {
			row.Score = n
		}
		row.Member, row.MemberName = member(l)
		names := people[l.Competitor]
		if names == nil {
			names = []string{l.Name}
		}
		for _, name := range names {
			row.LastName, row.FirstName = splitName(name)
			out = append(out, row)
		}
	}
	return out
}

// BestOfMembers keeps of each member who has the highest score (Best of
// Nation); equals are all kept. Members are in the order of their codes.
func BestOfMembers(rows []CeremonyRow) []CeremonyRow {
	best := map[string]int64{}
	for _, r := range rows {
		if n, ok := best[r.Member]; !ok || r.score() > n {
			best[r.Member] = r.score()
		}
	}
	out := []CeremonyRow{}
	for _, r := range rows {
		if r.score() == best[r.Member] {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b CeremonyRow) int { return cmp.Compare(a.Member, b.Member) })
	return out
}

func (r CeremonyRow) score() int64 {
	switch n := r.Score.(type) {
	case int64:
		return n
	case scoring.Marks:
		return int64(n)
	}
	return 0
}

// compound are the family names of two characters that are in use.
var compound = strings.Fields("欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 东门 西门 第五")

// splitName takes a Chinese name apart into family and given name; a name with
// a space or a dot is cut there, the family name last.
func splitName(name string) (family, given string) {
	name = strings.TrimSpace(name)
	if i := strings.LastIndexAny(name, " ·"); i > 0 {
		_, n := utf8.DecodeRuneInString(name[i:])
		return name[i+n:], name[:i]
	}
	r := []rune(name)
	if len(r) < 2 {
		return name, name
	}
	if len(r) > 2 && slices.Contains(compound, string(r[:2])) {
		return string(r[:2]), string(r[2:])
	}
	return string(r[:1]), string(r[1:])
}
