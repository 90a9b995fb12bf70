package scoring

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/fault"
)

// The figures of a refusal are its params, as its message writes them, so that
// every language can name them.
func TestProblemFigures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		add  func(p *problems)
		want fault.Field
	}{
		{
			"a sum", func(p *problems) {
				*p = SubCriterion{ID: "A1", Name: Text{ZH: "操作"}, Max: 1250, Aspects: []Aspect{{}}}.check(make(seenIDs))
			},
			fault.Field{
				Path: "max", Code: "sum_differs", Message: "sub-criterion A1 states 12.50, its aspects add up to 0.00",
				Params: map[string]string{"states": "12.50", "sum": "0.00"},
			},
		},
		{
			"a range", func(p *problems) { p.amount("max", -1, 0) },
			fault.Field{
				Path: "max", Code: "out_of_range", Message: "-0.01 is not between 0.00 and " + marksLimit.String(),
				Params: map[string]string{"got": "-0.01", "least": "0.00", "most": marksLimit.String()},
			},
		},
		{
			"none", func(p *problems) { p.add("x", "missing", "module %s is not there", ModuleID("A")) },
			fault.Field{Path: "x", Code: "missing", Message: "module A is not there"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var p problems
			tt.add(&p)
			var got *fault.Error
			if err := p.err(ErrScheme); !errors.As(err, &got) {
				t.Fatalf("no refusal: %v", err)
			}
			first := got.Fields[slices.IndexFunc(got.Fields, func(f fault.Field) bool { return f.Path == tt.want.Path })]
			if diff := cmp.Diff(tt.want, first); diff != "" {
				t.Error(diff)
			}
		})
	}
}
