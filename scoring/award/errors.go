package award

import (
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// The refusals of this package. Each carries the wrong places as fields, every
// one that was found and not only the first. Field paths are JSON paths into
// the checked value: "awards[0].share_bp".
var (
	// ErrRules: a document of rules (Rules, TeamRule, AdvanceRule, CarryRule, ReportRule) is inconsistent.
	ErrRules = fault.New(fault.Invalid, "award_rules_invalid", "the award rules are inconsistent")
	// ErrResults: results do not fit together or the rules: a code twice, a
	// rank without a total, teams of two sizes under a rule by team size.
	ErrResults = fault.New(fault.Invalid, "award_results_invalid", "the results cannot be used for awards")
)

// problems collects wrong places, so that one answer names them all.
type problems []fault.Field

// figure is an argument of a message that its translations name too.
type figure struct {
	name  string
	value any
}

func (f figure) String() string { return fmt.Sprint(f.value) }

// add notes a wrong place. The figures among args are the field's params; their
// verb in message is %v.
func (p *problems) add(path, code, message string, args ...any) {
	f := fault.Field{Path: path, Code: code, Message: fmt.Sprintf(message, args...)}
	for _, a := range args {
		if fig, ok := a.(figure); ok {
			if f.Params == nil {
				f.Params = make(map[string]string)
			}
			f.Params[fig.name] = fig.String()
		}
	}
	*p = append(*p, f)
}

// err returns nil when nothing is wrong, else sentinel with all places.
func (p problems) err(sentinel *fault.Error) error {
	if len(p) == 0 {
		return nil
	}
	return sentinel.With(p...)
}

func oneOf[T ~string](p *problems, path string, got T, allowed ...T) {
	if !slices.Contains(allowed, got) {
		p.add(path, "unknown", "%q is not one of %q", got, allowed)
	}
}

// within checks a number against its bounds, which are inclusive.
func within[T ~int | ~int64](p *problems, path string, got, low, high T) {
	if got < low || got > high {
		p.add(path, "out_of_range", "%v is not between %v and %v", figure{"got", got}, figure{"least", low}, figure{"most", high})
	}
}

func named(p *problems, path string, name scoring.Text) {
	if name.ZH == "" {
		p.add(path+".zh", "missing", "a Chinese text is needed")
	}
}

func versioned(p *problems, id RulesID, version int) {
	if id == "" {
		p.add("id", "missing", "the rules need an id")
	}
	if version < 1 {
		p.add("version", "out_of_range", "versions count from 1")
	}
}
