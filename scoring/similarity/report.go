package similarity

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Compare compares the sheets of every room, pair by pair. The model is
// estimated from all sheets, so give those of the whole sitting. The order of
// the sheets is nothing.
func Compare(sheets []Sheet, cfg Config) Report {
	cfg = cfg.withDefaults()
	m := newModel(sheets)
	r := Report{Config: cfg, Candidates: len(m.sheets), Items: len(m.items), Pairs: []Pair{}}
	rooms := map[string][]int{}
	var order []string
	for c := range m.sheets {
		room := m.sheets[c].Room
		if rooms[room] == nil {
			order = append(order, room)
		}
		rooms[room] = append(rooms[room], c)
	}
	slices.Sort(order)
	for _, room := range order {
		if len(rooms[room]) < 2 {
			continue
		}
		r.Rooms++
		pairs, compared := m.room(rooms[room], cfg)
		r.Compared += compared
		r.Pairs = append(r.Pairs, pairs...)
	}
	r.ExpectedFalse = cfg.Alpha * float64(r.Rooms)
	slices.SortStableFunc(r.Pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(a.Adjusted, b.Adjusted), -cmp.Compare(a.Omega, b.Omega), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return r
}

// room compares the sheets of one room and returns the pairs to list.
func (m *model) room(members []int, cfg Config) (listed []Pair, compared int) {
	// Every ordered pair is a comparison, also one with few common items.
	comparisons := float64(len(members) * (len(members) - 1))
	var near, timed int64
	for x, a := range members {
		for _, b := range members[x+1:] {
			t := m.timing(a, b, cfg, false)
			near, timed = near+int64(t.Together), timed+int64(t.Known)
			p := m.pair(a, b)
			if p.Common < cfg.MinCommon {
				continue
			}
			compared++
			m.judge(&p, a, b, comparisons)
			if p.Adjusted <= cfg.Alpha || p.wrongRule(cfg) {
				p.Timing = m.timing(a, b, cfg, true)
				listed = append(listed, p)
			}
		}
	}
	for i := range listed {
		if timed > 0 {
			listed[i].Timing.RoomBP = near * 10000 / timed
		}
		listed[i].Reasons = listed[i].reasons(cfg)
	}
	return listed, compared
}

// pair counts what two sheets have in common.
func (m *model) pair(a, b int) Pair {
	sa, sb := &m.sheets[a], &m.sheets[b]
	p := Pair{A: sa.ID, B: sb.ID, Room: sa.Room, SameForm: sa.Form == sb.Form, Probability: 1, Adjusted: 1}
	if sa.Spot != nil && sb.Spot != nil {
		d := max(abs(sa.Spot.Row-sb.Spot.Row), abs(sa.Spot.Column-sb.Spot.Column))
		p.Distance = &d
	}
	for i := range m.items {
		va, vb := m.given[a][i], m.given[b][i]
		if va == none || vb == none {
			continue
		}
		p.Common++
		rightA, rightB := m.values[i][va].right, m.values[i][vb].right
		if !rightA {
			p.WrongA++
		}
		if !rightB {
			p.WrongB++
		}
		switch {
		case va != vb:
		case rightA:
			p.IdenticalRight++
		default:
			p.IdenticalWrong++
		}
	}
	p.Identical = p.IdenticalRight + p.IdenticalWrong
	p.WrongShareA, p.WrongShareB = shareBP(p.IdenticalWrong, p.WrongA), shareBP(p.IdenticalWrong, p.WrongB)
	return p
}

func shareBP(part, of int) int64 {
	if of == 0 {
		return 0
	}
	return int64(part) * 10000 / int64(of)
}

func abs(n int) int { return max(n, -n) }

// interesting is the ω from which the exact chance is computed. Below it the
// chance is no less than about one in six, which is never listed.
const interesting = 1

// judge holds the identical answers against what is expected, in both
// directions.
func (m *model) judge(p *Pair, a, b int, comparisons float64) {
	p.Omega = math.Inf(-1)
	var least []float64
	for _, d := range [2][2]int{{a, b}, {b, a}} {
		chances := make([]float64, 0, p.Common)
		var expected, variance float64
		for i := range m.items {
			if m.given[a][i] == none || m.given[b][i] == none {
				continue
			}
			c := m.chance(d[0], d[1], i)
			chances = append(chances, c)
			expected, variance = expected+c, variance+c*(1-c)
		}
		if omega := (float64(p.Identical) - expected) / math.Sqrt(max(variance, 1e-9)); omega > p.Omega {
			p.Expected, p.Omega, least = expected, omega, chances
		}
	}
	if p.Omega >= interesting {
		p.Probability = tail(least, p.Identical)
		p.Adjusted = min(p.Probability*comparisons, 1)
	}
}

// tail is the chance of at least h successes in independent trials.
func tail(chances []float64, h int) float64 {
	exactly := make([]float64, len(chances)+1) // chance of k successes so far
	exactly[0] = 1
	for n, p := range chances {
		for k := n + 1; k > 0; k-- {
			exactly[k] = exactly[k]*(1-p) + exactly[k-1]*p
		}
		exactly[0] *= 1 - p
	}
	sum := 0.0
	for k := len(chances); k >= h; k-- { // the small ones first
		sum += exactly[k]
	}
	return sum
}

func (p *Pair) wrongRule(cfg Config) bool {
	return cfg.WrongShareBP > 0 && p.IdenticalWrong >= cfg.MinWrong &&
		p.WrongShareA >= cfg.WrongShareBP && p.WrongShareB >= cfg.WrongShareBP
}

// timing compares the times of answers: of the identical ones, or of all that
// both gave.
func (m *model) timing(a, b int, cfg Config, identical bool) (t Timing) {
	for i := range m.items {
		va, vb := m.given[a][i], m.given[b][i]
		ta, tb := m.at[a][i], m.at[b][i]
		if va == none || vb == none || identical && va != vb || ta == 0 || tb == 0 {
			continue
		}
		t.Known++
		if max(ta-tb, tb-ta) <= cfg.WindowMS {
			t.Together++
			if ta < tb {
				t.AFirst++
			}
		}
	}
	return t
}

// reasons says in sentences why the pair is listed and what else there is.
func (p *Pair) reasons(cfg Config) []scoring.Text {
	var out []scoring.Text
	add := func(zh, en string) { out = append(out, scoring.Text{ZH: zh, EN: en}) }
	if p.Adjusted <= cfg.Alpha {
		add(fmt.Sprintf("共同作答 %d 题，%d 题答案相同，按两人水平预期约 %.1f 题（ω=%.2f，本考场校正后概率 %.2g）", p.Common, p.Identical, p.Expected, p.Omega, p.Adjusted),
			fmt.Sprintf("of %d items both answered, %d are answered alike; their ability explains about %.1f (omega %.2f, probability %.2g corrected for the room)", p.Common, p.Identical, p.Expected, p.Omega, p.Adjusted))
	}
	if p.wrongRule(cfg) {
		add(fmt.Sprintf("错同率 %.0f%% 和 %.0f%%，达到设定值 %.0f%%", percent(p.WrongShareA), percent(p.WrongShareB), percent(cfg.WrongShareBP)),
			fmt.Sprintf("%.0f%% and %.0f%% of the wrong answers are the same, the line is %.0f%%", percent(p.WrongShareA), percent(p.WrongShareB), percent(cfg.WrongShareBP)))
	}
	add(fmt.Sprintf("相同错误答案 %d 题（两人各错 %d、%d 题），相同正确答案 %d 题", p.IdenticalWrong, p.WrongA, p.WrongB, p.IdenticalRight),
		fmt.Sprintf("%d identical wrong answers (of %d and %d wrong), %d identical right ones", p.IdenticalWrong, p.WrongA, p.WrongB, p.IdenticalRight))
	switch {
	case p.Distance == nil:
		add("座位距离不详", "how far apart they sat is not known")
	case *p.Distance <= 1:
		add("座位相邻", "they sat next to one another")
	default:
		add(fmt.Sprintf("座位相距 %d", *p.Distance), fmt.Sprintf("%d seats apart", *p.Distance))
	}
	if p.SameForm {
		add("同一套试卷", "the same form of the paper")
	} else {
		add("不同套试卷，只比较共有试题", "different forms; only items of both are compared")
	}
	if t := p.Timing; t.Known > 0 {
		add(fmt.Sprintf("相同答案中 %d/%d 题在 %d 秒内先后作答（A 先 %d 题）；本考场平均 %.0f%%", t.Together, t.Known, cfg.WindowMS/1000, t.AFirst, percent(t.RoomBP)),
			fmt.Sprintf("%d of %d identical answers were given within %d s of one another (A first in %d); the room's mean is %.0f%%", t.Together, t.Known, cfg.WindowMS/1000, t.AFirst, percent(t.RoomBP)))
	}
	return out
}

func percent(bp int64) float64 { return float64(bp) / 100 }
