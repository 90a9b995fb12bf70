package scoring

// Call is everything that one module's outcome for one competitor follows
// from.
type Call struct {
	Panel  Panel   `json:"panel"`
	Sheets []Sheet `json:"sheets"` // at most one of each judge, in any order
	// Overrides are the chief judge's decisions, at most one for each aspect.
	Overrides []Override `json:"overrides,omitempty"`
	// GapAccepted lets the totals stand that Rules.Panel.TotalGap flags.
	GapAccepted *Acceptance `json:"gap_accepted,omitempty"`
	// ClockMS is the time that the station's clock has measured, for time
	// tables with the source clock; null = the clock has not stopped yet.
	ClockMS *int64 `json:"clock_ms,omitempty"`
}

// Override is the chief judge's decision on one aspect: it takes the place of
// what the panel would agree on. The judges' entries stay on their sheets. Who
// decided and when is in the record that holds it.
type Override struct {
	Aspect AspectID `json:"aspect"`
	Observation
	Why string `json:"why"` // the reason, in the chief's words; never empty
}

// Acceptance is the chief judge's word that a flag may stand.
type Acceptance struct {
	Why string `json:"why"` // never empty
}
