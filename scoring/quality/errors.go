package quality

import (
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
)

// The refusals of this package.
var (
	// ErrInput: marks do not fit the judges, aspects and competitors they are
	// said to be of. Fields name every wrong place.
	ErrInput = fault.New(fault.Invalid, "quality_input_invalid", "the marks do not fit together")
	// ErrNoFit: no Rasch model can be fitted to the ratings, for instance
	// because all of them are equal.
	ErrNoFit = fault.New(fault.Invalid, "rasch_impossible", "no Rasch model can be fitted to the ratings")
)

type problems []fault.Field

func (p *problems) add(path, code, message string, args ...any) {
	*p = append(*p, fault.Field{Path: path, Code: code, Message: fmt.Sprintf(message, args...)})
}

func (p problems) err(sentinel *fault.Error) error {
	if len(p) == 0 {
		return nil
	}
	return sentinel.With(p...)
}
