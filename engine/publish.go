package engine

var outcomeFolds = map[string]fold{}

// outcome is the part of the tally about results that were given out.
type outcome struct {
	published []publication // in order of their versions
	final     bool
}

// publication is one version of the results.
type publication struct{}
