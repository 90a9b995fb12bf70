package scoring_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
)

func TestPublishedSchemesAreValid(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pcb_scheme.json", "safety_scheme.json"} {
		s := load[scoring.Scheme](t, name)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back scoring.Scheme
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Errorf("%s changes on its way through JSON:\n%s", name, diff)
		}
	}
}

// The published sheet states 6 marks for the process card C14, whose lines add
// up to 7. The document was printed like that; here it must not pass.
func TestValidateCatchesThePublishedMistake(t *testing.T) {
	t.Parallel()
	s, _ := pcb(t)
	aspect(t, s, "C14-4").Max = 200
	err := s.Validate()
	want := []string{"modules[2].sub_criteria[2].max sum_differs"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrScheme)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), "sub-criterion C14 states 6.00, its aspects add up to 7.00") {
		t.Errorf("the message does not say the sums: %v", err)
	}
}

func TestValidateScheme(t *testing.T) {
	t.Parallel()
	const (
		b1 = "modules[1].sub_criteria[0].aspects[0]"
		b3 = "modules[1].sub_criteria[1].aspects[2]"
		c1 = "modules[2].sub_criteria[0].aspects[0]"
		fp = "modules[2].sub_criteria[1].aspects[0]"
		m1 = "modules[3].sub_criteria[1].aspects[0]"
	)
	tests := []struct {
		name   string
		change func(*scoring.Scheme)
		want   []string
	}{
		{"empty", func(s *scoring.Scheme) { *s = scoring.Scheme{} },
			[]string{"id missing", "version out_of_range", "name.zh missing", "modules missing"}},
		{"module sum", func(s *scoring.Scheme) { s.Modules[1].Max = 2600 }, []string{"modules[1].max sum_differs"}},
		{"duplicate module", func(s *scoring.Scheme) { s.Modules[1].ID = "A" }, []string{"modules[1].id duplicate"}},
		{"unknown source", func(s *scoring.Scheme) { s.Modules[0].Source = "guess" }, []string{"modules[0].source unknown"}},
		{"imported with aspects", func(s *scoring.Scheme) { s.Modules[1].Source = scoring.SourceImported },
			[]string{"modules[1].sub_criteria not_allowed"}},
		{"panel without aspects", func(s *scoring.Scheme) { s.Modules[0].Source = scoring.SourcePanel },
			[]string{"modules[0].sub_criteria missing"}},
		{"empty sub-criterion", func(s *scoring.Scheme) { s.Modules[2].SubCriteria[2].Aspects = nil },
			[]string{"modules[2].sub_criteria[2].aspects missing"}},
		{"duplicate aspect in another module", func(s *scoring.Scheme) { aspect(t, *s, "C1").ID = "B-J1" },
			[]string{c1 + ".id duplicate"}},
		{"unknown kind", func(s *scoring.Scheme) { aspect(t, *s, "C1").Kind = "telepathy" }, []string{c1 + ".kind unknown"}},
		{"three descriptors", func(s *scoring.Scheme) { a := aspect(t, *s, "B-J1"); a.Descriptors = a.Descriptors[:3] },
			[]string{b1 + ".descriptors wrong_count"}},
		{"empty descriptor", func(s *scoring.Scheme) { aspect(t, *s, "B-J1").Descriptors = make([]scoring.Text, 4) },
			[]string{b1 + ".descriptors[0].zh missing", b1 + ".descriptors[1].zh missing", b1 + ".descriptors[2].zh missing", b1 + ".descriptors[3].zh missing"}},
		{"step above max", func(s *scoring.Scheme) {
			aspect(t, *s, "C1").Steps = []scoring.Step{{ID: "x", Label: scoring.Text{ZH: "x"}}, {ID: "y", Label: scoring.Text{ZH: "y"}, Marks: 150}}
		}, []string{c1 + ".steps[1].marks out_of_range"}},
		{"max unreachable, step twice", func(s *scoring.Scheme) {
			aspect(t, *s, "C1").Steps = []scoring.Step{{ID: "x", Label: scoring.Text{ZH: "x"}}, {ID: "x", Label: scoring.Text{ZH: "y"}, Marks: 50}}
		}, []string{c1 + ".steps[1].id duplicate", c1 + ".steps max_unreachable"}},
		{"parameters of another kind", func(s *scoring.Scheme) { aspect(t, *s, "C1").Kind = scoring.KindLinear },
			[]string{c1 + ".steps not_allowed", c1 + ".linear missing"}},
		{"off step maximum", func(s *scoring.Scheme) { aspect(t, *s, "B-M3").Points.Step = 30 }, []string{b3 + ".points.step max_unreachable"}},
		{"tolerance without limits", func(s *scoring.Scheme) {
			aspect(t, *s, "M01").Tolerance = &scoring.Tolerance{Decimals: 9}
		}, []string{m1 + ".tolerance.decimals out_of_range", m1 + ".tolerance missing"}},
		{"negative tolerance", func(s *scoring.Scheme) { aspect(t, *s, "M01").Tolerance.Minus = new(int64(-1)) },
			[]string{m1 + ".tolerance.minus out_of_range"}},
		{"one-sided and too large", func(s *scoring.Scheme) {
			a := aspect(t, *s, "M01")
			a.Tolerance.Nominal, a.Tolerance.Plus = 1<<62, new(int64(-2))
		}, []string{m1 + ".tolerance.nominal out_of_range", m1 + ".tolerance.plus out_of_range"}},
		{"free errors", func(s *scoring.Scheme) {
			a := aspect(t, *s, "C1")
			a.Kind, a.Steps, a.Linear = scoring.KindLinear, nil, &scoring.Linear{}
		}, []string{c1 + ".linear.per_error out_of_range"}},
		{"names missing", func(s *scoring.Scheme) {
			s.Modules[1].Name, aspect(t, *s, "C1").Name = scoring.Text{}, scoring.Text{EN: "x"}
		},
			[]string{"modules[1].name.zh missing", c1 + ".name.zh missing"}},
		{"deduction of nothing", func(s *scoring.Scheme) { aspect(t, *s, "C13-1").Deductions[0].Marks = 0 },
			[]string{fp + ".deductions[0].marks out_of_range"}},
		{"penalty with marks", func(s *scoring.Scheme) { aspect(t, *s, "C13-1").Kind = scoring.KindPenalty },
			[]string{fp + ".max out_of_range"}},
		{"spread limit on a measurement", func(s *scoring.Scheme) {
			aspect(t, *s, "C1").Agreement = &scoring.Agreement{Method: scoring.MethodMean, SpreadMax: new(1)}
		}, []string{c1 + ".agreement.spread_max not_allowed"}},
		{"several places at once", func(s *scoring.Scheme) { s.Version = 0; s.Modules[3].Max = -5 },
			[]string{"version out_of_range", "modules[3].max out_of_range", "modules[3].max sum_differs"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := pcb(t)
			tt.change(&s)
			if diff := cmp.Diff(tt.want, places(t, s.Validate(), scoring.ErrScheme)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// Spectators learn names and maxima; the words of the rubric stay inside.
func TestPublicProjection(t *testing.T) {
	t.Parallel()
	s, _ := pcb(t)
	raw, err := json.Marshal(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"id":"A","name":{"zh":"理论","en":"Theory"},"max":10000},` +
		`{"id":"B","name":{"zh":"EDA 设计","en":"EDA design"},"max":2500},` +
		`{"id":"C","name":{"zh":"CAM 审核","en":"CAM review"},"max":2000},` +
		`{"id":"D","name":{"zh":"检测","en":"Inspection"},"max":2500}]`
	if string(raw) != want {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
}
