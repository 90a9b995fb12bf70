package scoring

import (
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// The refusals of this package. Except for ErrMarks each carries the wrong
// places as fields, every one that was found and not only the first. Field
// paths are JSON paths into the checked value: "modules[0].max".
var (
	// ErrMarks: a text is not a decimal number with at most two places.
	ErrMarks = fault.New(fault.Invalid, "marks_malformed", "marks must be a decimal number with at most two places")
	// ErrScheme: Scheme.Validate found the scheme inconsistent.
	ErrScheme = fault.New(fault.Invalid, "scheme_invalid", "the marking scheme is inconsistent")
	// ErrRules: Rules.Validate found the rules inconsistent or not fitting their scheme.
	ErrRules = fault.New(fault.Invalid, "rules_invalid", "the scoring rules are inconsistent")
	// ErrEntry: a judge's entry or sheet does not fit its aspect or module.
	ErrEntry = fault.New(fault.Invalid, "entry_invalid", "the mark does not fit the marking scheme")
	// ErrPanel: marks come from a judge outside the panel or twice from one
	// judge, or the panel is not of the size that the rules name.
	ErrPanel = fault.New(fault.Invalid, "panel_invalid", "the marks do not fit the panel")
	// ErrOverride: a decision of the chief judge has no reason, does not fit its
	// aspect, or is not the chief's to take by the rules.
	ErrOverride = fault.New(fault.Invalid, "override_invalid", "the chief judge's decision does not fit the rules")
	// ErrModules: module marks do not fit the scheme: unknown module, above its maximum.
	ErrModules = fault.New(fault.Invalid, "module_marks_invalid", "the module marks do not fit the marking scheme")
	// ErrConduct: a recorded zeroing or violation does not fit the scheme.
	ErrConduct = fault.New(fault.Invalid, "conduct_invalid", "the recorded conduct does not fit the marking scheme")
	// ErrTie: a decision on a tie has no reason, or does not order exactly the
	// competitors who are tied.
	ErrTie = fault.New(fault.Invalid, "tie_decision_invalid", "the decision does not fit the tie")
	// ErrRecheck: a recheck rule is inconsistent, or counts do not fit.
	ErrRecheck = fault.New(fault.Invalid, "recheck_invalid", "the recheck is inconsistent")
	// ErrSimulation: the samples of a simulation do not fit, or there are none or too many.
	ErrSimulation = fault.New(fault.Invalid, "simulation_invalid", "the samples do not fit the marking scheme")
	// ErrRanking: two entries of a ranking have one code.
	ErrRanking = fault.New(fault.Invalid, "ranking_invalid", "the ranking entries are inconsistent")
	// ErrItems: a paper's items are inconsistent: a key outside its options.
	ErrItems = fault.New(fault.Invalid, "items_invalid", "the items of the paper are inconsistent")
	// ErrAnswers: an answer names an unknown item or option, or too many options.
	ErrAnswers = fault.New(fault.Invalid, "answers_invalid", "the answers do not fit the paper")
	// ErrGrading: the grading is inconsistent or names sections that the paper lacks.
	ErrGrading = fault.New(fault.Invalid, "grading_invalid", "the grading rules are inconsistent or do not fit the paper")
	// ErrDecisions: a decision on a key does not fit its item.
	ErrDecisions = fault.New(fault.Invalid, "decisions_invalid", "the decisions on keys do not fit the paper")
	// ErrRescore: an item changed in a way that old answers do not fit any more.
	ErrRescore = fault.New(fault.Conflict, "rescore_refused", "the answers cannot be marked by the changed items")
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

// outside notes an amount that is not between least and most.
func (p *problems) outside(path string, got, least, most Marks) {
	p.add(path, "out_of_range", "%v is not between %v and %v", figure{"got", got}, figure{"least", least}, figure{"most", most})
}

// under adds the problems of a part of the value, found below path.
func (p *problems) under(path string, inner problems) {
	for _, f := range inner {
		if f.Path == "" {
			f.Path = path
		} else {
			f.Path = path + "." + f.Path
		}
		*p = append(*p, f)
	}
}

// err returns nil when nothing is wrong, else sentinel with all places.
func (p problems) err(sentinel *fault.Error) error {
	if len(p) == 0 {
		return nil
	}
	return sentinel.With(p...)
}

// byPath orders places found in a map, whose order is random.
func byPath(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) }

// fieldsOf returns the wrong places that err carries.
func fieldsOf(err error) []fault.Field {
	if f := fault.As(err); f != nil {
		return f.Fields
	}
	return nil
}
