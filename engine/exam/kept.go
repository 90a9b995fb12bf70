package exam

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
)

// Kept is an answer as the ledger holds it.
type Kept struct {
	Given
	Fence  int64             // of the seat where it was given
	At     time.Time         // server time of the record
	Record int64             // the record in the attempt's stream
	Sum    [sha256.Size]byte // of the value, see ValueSum
	// Cut: the value is long and does not count any more, so it is not held in
	// memory. The record has it.
	Cut bool
}

// longValue is from how many bytes on a value that does not count is cut.
const longValue = 128

// clock is what is known of one run of a machine's monotonic clock.
type clock struct {
	fence  int64
	offset int64 // wall − mono in ms: tells one run of the clock from another
	zero   int64 // server time in Unix ms at which mono was 0, at the latest
}

// clockSlack is how far wall − mono may drift within one run of a machine's
// clock, in ms. It is a property of machines, no rule of an examination.
const clockSlack = 2000

// maxClocks bounds the runs that are remembered; a candidate who reloads more
// often than that loses only the oldest evidence.
const maxClocks = 16

// givenAt is the fence of the seat where an answer was given that the seat
// with the fence sends.
func givenAt(sender int64, g *Given) int64 {
	if g.Fence > 0 && g.Fence < sender {
		return g.Fence
	}
	return sender
}

// compare orders answers to a question: what was given at a later seat is
// newer, and at one seat the higher seq is.
func (k *Kept) compare(fence, seq int64) int {
	return cmp.Or(cmp.Compare(k.Fence, fence), cmp.Compare(k.Seq, seq))
}

func (a *Attempt) keep(at time.Time, e Answered) {
	if a.answers == nil {
		a.answers = make(map[bank.QuestionID][]Kept, a.Ticket.Questions)
	}
	for i := range e.Answers {
		k := a.keptOf(at, &e, &e.Answers[i])
		list := a.answers[k.Question]
		n, _ := slices.BinarySearchFunc(list, k, func(have, k Kept) int { return have.compare(k.Fence, k.Seq) })
		list = slices.Insert(list, n, k)
		if n < len(list)-1 {
			list[n].cut()
		} else if n > 0 {
			list[n-1].cut()
		}
		a.answers[k.Question] = list
		a.learn(k)
	}
	for i := range e.Late {
		k := a.keptOf(at, &e, &e.Late[i])
		k.cut()
		a.late = append(a.late, k)
	}
}

func (a *Attempt) keptOf(at time.Time, e *Answered, g *Given) Kept {
	return Kept{Given: *g, Fence: givenAt(e.Fence, g), At: at, Record: a.Seq, Sum: ValueSum(g.Value)}
}

func (k *Kept) cut() {
	n := 0
	for _, v := range k.Value {
		n += len(v)
	}
	if n >= longValue {
		k.Value, k.Cut = nil, true
	}
}

// learn bounds the zero of the machine's clock: the answer was given at the
// latest when its record was made.
func (a *Attempt) learn(k Kept) {
	if k.MonoMS <= 0 || k.Wall <= 0 {
		return
	}
	zero := k.At.UnixMilli() - int64(k.MonoMS)
	if c := a.clockOf(k.Fence, &k.Given); c != nil {
		c.zero = min(c.zero, zero)
		return
	}
	if len(a.clocks) == maxClocks {
		a.clocks = slices.Delete(a.clocks, 0, 1)
	}
	a.clocks = append(a.clocks, clock{fence: k.Fence, offset: int64(k.Wall - k.MonoMS), zero: zero})
}

// clockOf returns the run of the machine's clock that stamped g, or nil.
func (a *Attempt) clockOf(fence int64, g *Given) *clock {
	for i := range a.clocks {
		if c := &a.clocks[i]; c.fence == fence && c.stamped(g) {
			return c
		}
	}
	return nil
}

func (c *clock) stamped(g *Given) bool {
	d := c.offset - int64(g.Wall-g.MonoMS)
	return d >= -clockSlack && d <= clockSlack
}

// givenBy returns the latest server time at which g can have been given at
// the seat with the fence, as the machine's monotonic clock proves it against
// answers that were recorded earlier. ok is false when there is no such proof.
func (a *Attempt) givenBy(fence int64, g *Given) (at time.Time, ok bool) {
	if g.MonoMS <= 0 || g.Wall <= 0 {
		return at, false
	}
	c := a.clockOf(fence, g)
	if c == nil {
		return at, false
	}
	return c.at(g), true
}

func (c *clock) at(g *Given) time.Time { return time.UnixMilli(c.zero + int64(g.MonoMS)).UTC() }

// seatOf returns the fence of the seat where g, which the seat with the given
// fence sends, was given: that which the machine names, if it is an earlier
// one, or an earlier one whose clock proves that the answer was given before
// the candidate left it. So answers that waited at a seat to which the
// candidate returned do not replace what was given elsewhere since.
//
// A machine that lies about it only makes its own answer older.
func (a *Attempt) seatOf(sender int64, g *Given) int64 {
	if fence := givenAt(sender, g); fence < sender || g.MonoMS <= 0 || g.Wall <= 0 {
		return fence
	}
	first := sender
	for i := range a.clocks {
		c := &a.clocks[i]
		if c.fence < first && c.fence <= int64(len(a.left)) && c.stamped(g) && !c.at(g).After(a.left[c.fence-1]) {
			first = c.fence
		}
	}
	return first
}

// Answer returns the answer to the question that counts; ok is false if none
// was ever given.
func (a *Attempt) Answer(q bank.QuestionID) (k Kept, ok bool) {
	list := a.answers[q]
	if len(list) == 0 {
		return k, false
	}
	return list[len(list)-1], true
}

// History returns every answer kept for the question; the last one counts.
func (a *Attempt) History(q bank.QuestionID) []Kept { return slices.Clone(a.answers[q]) }

// Late returns the answers that came too late, in order of arrival.
func (a *Attempt) Late() []Kept { return slices.Clone(a.late) }

// Answered counts the questions whose answer is not empty.
func (a *Attempt) Answered() int {
	n := 0
	for _, list := range a.answers {
		if len(list[len(list)-1].Value) > 0 {
			n++
		}
	}
	return n
}

// known returns the kept answer that g repeats: of the same seq and value,
// given at the seat with the fence or at a later one. An equal one of an
// earlier seat is another answer: an older one of this seat would count in its
// place. Later ones are enough, since g could not count beside them; so a
// replay is known too whose seat the clocks prove only since.
func (a *Attempt) known(fence int64, g *Given, sum [sha256.Size]byte) (Kept, bool) {
	list := a.answers[g.Question]
	for i := len(list) - 1; i >= 0 && list[i].Fence >= fence; i-- {
		if k := &list[i]; k.Seq == g.Seq && k.Flagged == g.Flagged && k.Sum == sum {
			return *k, true
		}
	}
	return Kept{}, false
}

// taken reports whether the seq is taken at the seat with the fence.
func (a *Attempt) taken(q bank.QuestionID, fence, seq int64) bool {
	list := a.answers[q]
	// Answers come in order almost always, so this one is near the end.
	for i := len(list) - 1; i >= 0; i-- {
		switch list[i].compare(fence, seq) {
		case 0:
			return true
		case -1:
			return false
		}
	}
	return false
}
