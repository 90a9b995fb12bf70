package redisbus

import (
	"fmt"
	"strconv"

	"github.com/xinglu/xinglu/internal/live"
)

// answer reads a script's flat reply from the front. The first wrong element
// is kept in err; later reads then return zero values.
type answer struct {
	rest []any
	err  error
}

func (a *answer) next() any {
	if len(a.rest) == 0 {
		if a.err == nil {
			a.err = fmt.Errorf("a script's answer is too short")
		}
		return nil
	}
	v := a.rest[0]
	a.rest = a.rest[1:]
	return v
}

func (a *answer) text() string {
	v := a.next()
	s, ok := v.(string)
	if !ok && a.err == nil {
		a.err = fmt.Errorf("a script answered %T for a text", v)
	}
	return s
}

func (a *answer) int() int64 {
	switch v := a.next().(type) {
	case int64:
		return v
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil && a.err == nil {
			a.err = fmt.Errorf("a script's answer: %w", err)
		}
		return n
	default:
		if a.err == nil {
			a.err = fmt.Errorf("a script answered %T for a number", v)
		}
		return 0
	}
}

func (a *answer) position() (live.Position, error) {
	p := live.Position{Epoch: a.text(), Offset: a.int()}
	return p, a.err
}
