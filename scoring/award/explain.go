package award

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// say fills one sentence in both languages from the same arguments, which are
// plain numbers or Texts.
func say(zh, en string, args ...any) scoring.Text {
	z, e := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		z[i], e[i] = a, a
		if t, ok := a.(scoring.Text); ok {
			z[i], e[i] = t.ZH, english(t)
		}
	}
	return scoring.Text{ZH: fmt.Sprintf(zh, z...), EN: fmt.Sprintf(en, e...)}
}

func english(t scoring.Text) string {
	if t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// list puts texts behind one another.
func list(texts []scoring.Text) scoring.Text {
	z, e := make([]string, len(texts)), make([]string, len(texts))
	for i, t := range texts {
		z[i], e[i] = t.ZH, english(t)
	}
	return scoring.Text{ZH: strings.Join(z, "、"), EN: strings.Join(e, ", ")}
}

// decimal writes n ÷ 10^places without trailing zeros: 3100 by 3 is "3.1".
func decimal(n int64, places int) string {
	s := strconv.FormatInt(max(n, -n), 10)
	if len(s) <= places {
		s = strings.Repeat("0", places+1-len(s)) + s
	}
	s = strings.TrimRight(s[:len(s)-places]+"."+s[len(s)-places:], "0")
	s = strings.TrimSuffix(s, ".")
	if n < 0 {
		s = "-" + s
	}
	return s
}

var identityNames = map[Identity]scoring.Text{
	Employee: {ZH: "职工", EN: "employees"},
	Teacher:  {ZH: "教师", EN: "teachers"},
	Student:  {ZH: "学生", EN: "students"},
}

var baseNames = map[Base]scoring.Text{
	BaseEntered: {ZH: "报名", EN: "entered"},
	BaseStarted: {ZH: "实际参赛", EN: "started"},
	BaseRanked:  {ZH: "有名次", EN: "ranked"},
}

var roundingNames = map[Rounding]scoring.Text{
	RoundUp:     {ZH: "小数进一", EN: "rounded up"},
	RoundDown:   {ZH: "舍去小数", EN: "rounded down"},
	RoundHalfUp: {ZH: "四舍五入", EN: "rounded half up"},
}

var levelNames = [...]scoring.Text{
	{ZH: "无等级", EN: "no level"}, {ZH: "一级", EN: "level 1"}, {ZH: "二级", EN: "level 2"},
	{ZH: "三级", EN: "level 3"}, {ZH: "四级", EN: "level 4"}, {ZH: "五级", EN: "level 5"},
}

// amount writes an amount of a measure.
func (m Measure) amount(n int64) string {
	if m == OnScale {
		return strconv.FormatInt(n, 10)
	}
	return scoring.Marks(n).String()
}

func (m Measure) name() scoring.Text {
	if m == OnScale {
		return scoring.Text{ZH: "标准分", EN: "scale points"}
	}
	return scoring.Text{ZH: "总成绩", EN: "total"}
}

// how says where the number of places comes from.
func (c Cut) how(places, base int) scoring.Text {
	switch c.By {
	case ByShare:
		return say("%s %d × %s%% = %s，%s为 %d 个名额", "%[2]d %[1]s × %[3]s %% = %[4]s, %[5]s to %[6]d places",
			baseNames[c.Base], base, decimal(int64(c.ShareBP), 2), decimal(int64(base)*int64(c.ShareBP), 4), roundingNames[c.Rounding], places)
	case ByRank:
		return say("前 %d 名", "places 1 to %d", places)
	case ByCount:
		return say("规定 %d 个名额", "%d places by the rules", places)
	case ByScore, ByQuota:
	}
	return say("不低于 %s", "at least %s", c.Measure.amount(c.Min))
}

// rankText says where somebody stands.
func rankText(r *Result, place int) scoring.Text {
	if place == 0 || place == r.Rank {
		return say("第 %d 名", "rank %d", r.Rank)
	}
	return say("第 %d 名（按本规则排第 %d）", "rank %d (number %d in this line)", r.Rank, place)
}

// explain says why a line through a ranking decided so. score is the
// competitor's amount as text.
func (c Cut) explain(r *Result, x Decision, places, base int, score string) scoring.Text {
	rank, how := rankText(r, x.Place), c.how(places, base)
	switch x.Why {
	case WhyPlace:
		return say("%s，在名额之内：%s", "%s is within the places: %s", rank, how)
	case WhyTied:
		return say("%s，与最后一个名额并列，一并计入：%s", "%s is tied with the last place, which all of them share: %s", rank, how)
	case WhyBehind:
		return say("%s，在名额之外：%s", "%s is beyond the places: %s", rank, how)
	case WhyCut:
		return say("%s，并列者多于所余名额，按规则均不计入：%s", "%s: more are tied than places are left, and the rules leave all of them out: %s", rank, how)
	case WhyBound:
		return say("%s，并列者一并计入将超过%s人数的 %s%%，均不计入：%s", "%s: with all who are tied more than %[3]s %% of those %[2]s would be in, so none of them is: %[4]s",
			rank, baseNames[c.Base], decimal(int64(c.MaxBP), 2), how)
	case WhyScore, WhyBelow:
		if x.Why == WhyScore {
			return say("%s %s，达到要求：%s", "%s %s meets what is asked for: %s", c.Measure.name(), score, how)
		}
		return say("%s %s，未达要求：%s", "%s %s misses what is asked for: %s", c.Measure.name(), score, how)
	case WhyLot:
		switch x.Outcome {
		case LotNeeded:
			return say("%s，并列者多于所余名额，须抽签决定：%s", "%s: more are tied than places are left; a lot must be drawn: %s", rank, how)
		case Waiting:
			return say("%s，须先完成之前的抽签", "%s: a lot must be drawn before", rank)
		case Given, NotGiven:
		}
		return say("%s，并列抽签在后：%s", "%s: tied, and behind by the drawn lot: %s", rank, how)
	default:
		return x.Why.absence()
	}
}

// absence words the reasons that have nothing to do with the line.
func (w Why) absence() scoring.Text {
	switch w {
	case WhyNotStarted:
		return scoring.Text{ZH: "缺考，不参加评定", EN: "did not start"}
	case WhyDisqualified:
		return scoring.Text{ZH: "已取消资格", EN: "disqualified"}
	case WhyNoRank:
		return scoring.Text{ZH: "没有名次", EN: "has no rank"}
	case WhyKeeps:
		return scoring.Text{ZH: "他人退出之前已晋级，予以保留", EN: "was through before others withdrew, and stays so"}
	case WhyWithdrawn:
		return scoring.Text{ZH: "已退出", EN: "withdrew"}
	default:
		return plain(string(w))
	}
}

func plain(s string) scoring.Text { return scoring.Text{ZH: s, EN: s} }

// refusal words what a filter asks for and the competitor is not.
func (f Filter) refusal(why Why) (scoring.Text, bool) {
	switch why {
	case WhyIdentity:
		var names []scoring.Text
		for _, id := range f.Identities {
			names = append(names, identityNames[id])
		}
		return say("限%s", "only for %s", list(names)), true
	case WhyLevel:
		var names []scoring.Text
		for _, l := range f.Levels {
			names = append(names, levelNames[l])
		}
		return say("限现有等级为%s者", "only for holders of %s", list(names)), true
	case WhyTeamSize:
		var sizes []scoring.Text
		for _, n := range f.TeamSizes {
			sizes = append(sizes, plain(strconv.Itoa(n)))
		}
		return say("限 %s 人参赛", "only for teams of %s", list(sizes)), true
	case WhyDivision:
		return scoring.Text{ZH: "不属于规定的组别", EN: "not of the divisions that the rules name"}, true
	case WhyNotPassed:
		var parts []scoring.Text
		for _, p := range f.Passed {
			parts = append(parts, p.Name)
		}
		return say("须%s合格", "only for those who passed %s", list(parts)), true
	default:
		return scoring.Text{}, false
	}
}

// explain words one decision about the award.
func (rule Rule) explain(d *dealer, a Award, c claim, x Decision) scoring.Text {
	if t, ok := rule.Filter.refusal(x.Why); ok {
		return t
	}
	if x.Why == WhyHolds {
		return d.holding(rule.Group, c.Code)
	}
	score := "—"
	if n, ok := scoreOf(c.Result, rule.Measure, d.scores); ok {
		score = rule.Measure.amount(n)
	}
	return rule.Cut.explain(c.Result, x, a.Count, a.Base, score)
}

// holding names the award of the group that the competitor holds.
func (d *dealer) holding(g Group, code scoring.Code) scoring.Text {
	if id := d.held(g, code); id != "" {
		return say("已获 %s，同类奖项不重复", "holds %s, which excludes this one", d.names[id])
	}
	return scoring.Text{ZH: "已在更高奖项的抽签之中", EN: "is in the lot about a better award"}
}

// explain words one decision about a medal.
func (m MedalRule) explain(d *dealer, medal Medal, c claim, x Decision) scoring.Text {
	if t, ok := m.Filter.refusal(x.Why); ok {
		return t
	}
	score := "—"
	if n, ok := scoreOf(c.Result, m.Measure, d.scores); ok {
		score = m.Measure.amount(n)
	}
	rank := rankText(c.Result, x.Place)
	switch x.Why {
	case WhyHolds:
		return d.holding(m.Group, c.Code)
	case WhyPlace:
		return say("%s，%s %s：%s", "%s, %s %s: %s", rank, m.Measure.name(), score, medal.Name)
	case WhyNear:
		return say("%s，%s %s，差距不超过 %s，并列%s", "%s, %s %s: within %s, shares the %s", rank, m.Measure.name(), score, m.Measure.amount(m.Gap), medal.Name)
	case WhyBehind:
		return say("%s，%s %s，未进入%s", "%s, %s %s: behind the %s", rank, m.Measure.name(), score, medal.Name)
	case WhyLot:
		return say("%s，名次并列而%s不并列授予，须抽签决定", "%s is shared and the %s is not; a lot must be drawn", rank, medal.Name)
	default:
		return x.Why.absence()
	}
}
