package resultbook

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// spread is what people ask of a list of marks. It is for reading, so it uses
// floats; nothing is decided by it.
type spread struct {
	n                   int
	low, high           scoring.Marks
	mean, median, sigma float64 // marks
}

func spreadOf(marks []scoring.Marks) spread {
	s := spread{n: len(marks)}
	if s.n == 0 {
		return s
	}
	sorted := slices.Sorted(slices.Values(marks))
	s.low, s.high = sorted[0], sorted[s.n-1]
	s.median = float64(sorted[(s.n-1)/2]+sorted[s.n/2]) / 200
	sum := 0.0
	for _, m := range sorted {
		sum += float64(m) / 100
	}
	s.mean = sum / float64(s.n)
	for _, m := range sorted {
		s.sigma += (float64(m)/100 - s.mean) * (float64(m)/100 - s.mean)
	}
	s.sigma = math.Sqrt(s.sigma / float64(s.n))
	return s
}

func (s spread) cells(of scoring.Marks) []string {
	if s.n == 0 {
		return []string{"0", "—", "—", "—", "—", "—", "—"}
	}
	two := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	rate := "—"
	if of > 0 {
		rate = strconv.FormatFloat(100*s.mean/(float64(of)/100), 'f', 1, 64) + "%"
	}
	return []string{strconv.Itoa(s.n), s.high.String(), s.low.String(), two(s.mean), two(s.median), two(s.sigma), rate}
}

// statistics counts and measures the results of the version.
func (p *bookPaper) statistics() {
	p.chapter("统计", 30)
	var ranked, absent, out, passed int
	totals, parts := []scoring.Marks{}, map[scoring.ModuleID][]scoring.Marks{}
	units := map[string]bool{}
	for i := range p.Lines {
		l := &p.Lines[i]
		units[l.Unit] = true
		switch {
		case l.Disqualified:
			out++
		case l.Total.State == scoring.DidNotStart:
			absent++
		}
		if l.Rank != nil {
			ranked++
		}
		if l.Passed == scoring.Passed {
			passed++
		}
		if l.Total.State == scoring.HasValue {
			totals = append(totals, l.Total.Marks)
		}
		for _, x := range l.Parts {
			if x.Value.State == scoring.HasValue {
				parts[x.Module] = append(parts[x.Module], x.Value.Marks)
			}
		}
	}
	count := func(n int) string { return fmt.Sprintf("%d 人", n) }
	p.d.Fields([]print.Field{
		{Name: "报名", Value: count(len(p.Lines))}, {Name: "单位", Value: fmt.Sprintf("%d 个", len(units))}, {Name: "有名次", Value: count(ranked)},
		{Name: "缺考", Value: count(absent)}, {Name: "取消资格", Value: count(out)}, {Name: "合格", Value: count(passed)},
	}, 3)
	p.d.Skip(2)
	rows := [][]string{append([]string{"总成绩", amount(p.Full)}, spreadOf(totals).cells(p.Full)...)}
	for _, m := range p.Modules {
		rows = append(rows, append([]string{string(m.ID) + " " + m.Name.ZH, amount(m.Max)}, spreadOf(parts[m.ID]).cells(m.Max)...))
	}
	right := func(title string) print.Column { return print.Column{Title: title, Share: 1, Align: print.End} }
	p.rows([]print.Column{{Title: "项目", Share: 2.6}, right("满分"), right("人数"), right("最高"), right("最低"), right("平均"), right("中位数"), right("标准差"), right("得分率")}, rows, "")
	p.d.Section("总成绩分布", 20)
	p.rows([]print.Column{{Title: "分数段", Share: 2}, {Title: "人数", Share: 1, Align: print.End}, {Title: "比例", Share: 1, Align: print.End}, {Title: "", Share: 6}}, bands(totals, p.Full), "没有成绩。")
}

// bands counts totals in ten equal bands of the full marks, the highest first.
func bands(totals []scoring.Marks, full scoring.Marks) (rows [][]string) {
	if full <= 0 || len(totals) == 0 {
		return nil
	}
	const n = 10
	var counts [n]int
	for _, m := range totals {
		counts[min(n-1, max(0, int(int64(m)*n/int64(full))))]++
	}
	most := slices.Max(counts[:])
	for b := n - 1; b >= 0; b-- {
		from, to := full*scoring.Marks(b)/n, full*scoring.Marks(b+1)/n
		name := amount(from) + "—" + amount(to)
		if b < n-1 {
			name += "（不含）"
		}
		bar := ""
		for range 30 * counts[b] / max(most, 1) {
			bar += "■"
		}
		rows = append(rows, []string{name, strconv.Itoa(counts[b]), strconv.FormatFloat(100*float64(counts[b])/float64(len(totals)), 'f', 1, 64) + "%", bar})
	}
	return rows
}
