package engine

var recheckFolds = map[string]fold{}

// recheck is the part of the tally about the sample that supervisors check.
type recheck struct {
	closed bool
}
