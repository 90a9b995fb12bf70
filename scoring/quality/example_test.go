package quality_test

import (
	"fmt"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/quality"
)

// Three judges mark two works out of 10.00. Li is stricter than the others by
// 1.50 and 1.00, which are 12.5 % of the maximum on average.
func ExampleAssess() {
	in := quality.Input{
		Aspects:  []quality.Aspect{{ID: "S", Max: 1000}},
		Judges:   []quality.Judge{{ID: "li"}, {ID: "wang"}, {ID: "zhao"}},
		Entrants: []quality.Entrant{{Code: "07"}, {Code: "12"}},
	}
	for judge, marks := range map[scoring.JudgeID][2]scoring.Marks{"li": {700, 500}, "wang": {850, 600}, "zhao": {850, 600}} {
		for i, code := range []scoring.Code{"07", "12"} {
			in.Marks = append(in.Marks, quality.Mark{Judge: judge, Code: code, Aspect: "S", Marks: marks[i]})
		}
	}
	r, _ := quality.Assess(in, quality.Config{})
	for _, j := range r.Judges {
		fmt.Printf("%s differs by %.0f bp; %d of 10000 pairs agree\n", j.Judge, *j.DifferenceBP, *j.Agreement.WithinBP)
	}
	// Output:
	// li differs by -1250 bp; 0 of 10000 pairs agree
	// wang differs by 625 bp; 5000 of 10000 pairs agree
	// zhao differs by 625 bp; 5000 of 10000 pairs agree
}

// Two judges, three works, right or wrong: the harsh one passes one of three,
// the mild one two.
func ExampleFit() {
	r, _ := quality.Fit([]quality.Rating{
		{Judge: "mild", Code: "1", Aspect: "A", Level: 1}, {Judge: "harsh", Code: "1", Aspect: "A", Level: 0},
		{Judge: "mild", Code: "2", Aspect: "A", Level: 1}, {Judge: "harsh", Code: "2", Aspect: "A", Level: 0},
		{Judge: "mild", Code: "3", Aspect: "A", Level: 0}, {Judge: "harsh", Code: "3", Aspect: "A", Level: 1},
	})
	for _, j := range r.Judges {
		fmt.Printf("%s %.2f ± %.2f\n", j.ID, j.Logit, j.SE)
	}
	// Output:
	// harsh 0.69 ± 1.22
	// mild -0.69 ± 1.22
}
