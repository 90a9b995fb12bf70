package scoring

import "fmt"

// Explanation answers "why ahead?" for two competitors: it names the first
// comparison that separates them.
type Explanation struct {
	// Ahead is the code of the one in front; empty when nothing separates them.
	Ahead Code `json:"ahead"`
	// Step is the deciding comparison: 0 is the total, n is TieChain[n-1], and
	// -1 means that all are equal.
	Step int `json:"step"`
	// Name is the comparison's name, A and B the two values as shown: "—" for
	// a blank, 缺考 or DNS for someone who did not start, 取消资格 or DSQ for
	// someone who is disqualified.
	Name Text `json:"name"`
	A    Text `json:"a"`
	B    Text `json:"b"`
	// Text is the whole sentence: "实操成绩 41.50 > 41.00".
	Text Text `json:"text"`
}

var totalName = Text{ZH: "总成绩", EN: "Total"}

// Explain names the step of total and tie chain that decides between a and b.
func Explain(a, b Entry, r Rules) Explanation {
	pa, pb := SortParts(a, r), SortParts(b, r)
	for i := range pa {
		if pa[i] == pb[i] {
			continue
		}
		x := Explanation{Ahead: a.Code, Step: i, Name: totalName, A: a.shownTotal(), B: b.shownTotal()}
		if pa[i] > pb[i] {
			x.Ahead = b.Code
		}
		if i > 0 {
			step := r.TieChain[i-1]
			x.Name, x.A, x.B = step.Name, a.shown(step), b.shown(step)
		}
		x.Text = x.sentence(pa[i], pb[i], i > 0 && r.TieChain[i-1].lessIsAhead())
		return x
	}
	return Explanation{Step: -1, Text: r.equalText()}
}

func (r Rules) equalText() Text {
	switch {
	case r.Ranking != RankUnique:
		return Text{ZH: "各项均相同，名次并列", EN: "Equal in everything; the rank is shared"}
	case r.asks(TieLot):
		return Text{ZH: "各项均相同，须抽签决定", EN: "Equal in everything; a lot must be drawn"}
	}
	return Text{ZH: "各项均相同，须由裁判长裁定", EN: "Equal in everything; the chief judge must decide"}
}

// sentence writes the comparison of two different sort parts.
func (x Explanation) sentence(pa, pb int64, lessIsAhead bool) Text {
	if max(pa, pb) >= sortAbsent { // one value is missing, so there is no size to compare
		return Text{
			ZH: fmt.Sprintf("%s %s / %s，缺项在后", x.Name.ZH, x.A.ZH, x.B.ZH),
			EN: fmt.Sprintf("%s %s / %s, missing is behind", x.Name.english(), x.A.EN, x.B.EN),
		}
	}
	sign := ">"
	if (pa < pb) == lessIsAhead {
		sign = "<"
	}
	return Text{
		ZH: fmt.Sprintf("%s %s %s %s", x.Name.ZH, x.A.ZH, sign, x.B.ZH),
		EN: fmt.Sprintf("%s %s %s %s", x.Name.english(), x.A.EN, sign, x.B.EN),
	}
}

func (t TieStep) lessIsAhead() bool { return t.By == TieTime || t.By == TieChief || t.By == TieLot }

func plain(s string) Text { return Text{ZH: s, EN: s} }

func (v Value) shown() Text {
	switch v.State {
	case HasValue:
		return plain(v.Marks.String())
	case DidNotStart:
		return Text{ZH: "缺考", EN: "DNS"}
	default:
		return plain("—")
	}
}

func (e Entry) shownTotal() Text {
	if e.Disqualified {
		return Text{ZH: "取消资格", EN: "DSQ"}
	}
	return e.Total.shown()
}

func (e Entry) shown(t TieStep) Text {
	switch t.By {
	case TiePart:
		return e.Parts[t.Part].shown()
	case TieModule:
		return e.Modules[t.Module].shown()
	case TieTime:
		if e.TimeMS != nil {
			return plain(clock(*e.TimeMS))
		}
	case TieChief:
		if e.Chief != nil {
			return plain(fmt.Sprint(*e.Chief))
		}
	case TieLot:
		if e.Lot != nil {
			return plain(fmt.Sprint(*e.Lot))
		}
	}
	return plain("—")
}

// clock writes milliseconds as h:mm:ss.mmm.
func clock(ms int64) string {
	s := ms / 1000
	return fmt.Sprintf("%d:%02d:%02d.%03d", s/3600, s/60%60, s%60, ms%1000)
}
