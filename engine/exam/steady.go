package exam

import (
	"sync"
	"time"
)

// jumpSlack is how far the wall clock may be from the steady one before it is
// said: time services slew by less.
const jumpSlack = 2 * time.Second

// SteadyClock returns a clock that goes on evenly from the time at which it
// was made, whatever happens to the machine's wall clock meanwhile: a wall
// clock that is set by an hour must not end exams. wall is the machine's
// clock, elapsed the monotonic time since the start, which the wall clock
// does not move (time.Since of a fixed time). When the two part, said is
// called once with how far the wall clock has jumped, and again when that
// changes. The clock takes the wall clock's time up again when the program is
// started again. It is safe for concurrent use if its arguments are.
//
// A machine that was suspended finds its wall clock ahead by the suspension:
// that is said too, and the exam goes on as if the time had stood still.
func SteadyClock(wall func() time.Time, elapsed func() time.Duration, said func(jump time.Duration)) func() time.Time {
	base := wall().Round(0).Add(-elapsed())
	var mu sync.Mutex
	var told time.Duration
	return func() time.Time {
		now := base.Add(elapsed())
		jump := wall().Round(0).Sub(now)
		mu.Lock()
		news := (jump - told).Abs() > jumpSlack
		if news {
			told = jump
		}
		mu.Unlock()
		if news {
			said(jump)
		}
		return now
	}
}
