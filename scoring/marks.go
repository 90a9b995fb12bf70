package scoring

// Marks is an amount in hundredths of a mark: 87.5 marks are 8750. In JSON it
// is that integer. It is never a float.
type Marks int64

// State tells a missing value from a value.
type State string

// The states of a Value. They are three different things: nobody has entered
// anything yet, an amount that may be zero, and a competitor who was absent.
const (
	Blank       State = "blank"
	HasValue    State = "value"
	DidNotStart State = "did_not_start"
)

// Value is an amount that may be missing. The zero Value is blank. Marks is 0
// unless State is HasValue.
type Value struct {
	State State `json:"state"`
	Marks Marks `json:"marks"` // hundredths
}
