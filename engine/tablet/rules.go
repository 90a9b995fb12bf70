package tablet

import (
	_ "embed"
	"encoding/json"
)

// Rules are the limits of a server's tablets, as data.
type Rules struct {
	PairingMS  int64 `json:"pairing_ms"`   // how long a pairing code is good, milliseconds
	TransferMS int64 `json:"transfer_ms"`  // how long a card for a spare tablet is good
	CardMS     int64 `json:"card_ms"`      // how long a judge's printed card is good
	QuietMS    int64 `json:"quiet_ms"`     // without a sign for this long a tablet counts as away
	ForgetMS   int64 `json:"forget_ms"`    // after this long it is no longer spoken of
	ClockOffMS int64 `json:"clock_off_ms"` // a clock that is off by more is warned of
	BatteryLow int   `json:"battery_low"`  // percent below which a battery is warned of
	SlowMS     int64 `json:"slow_ms"`      // a round trip above this is a slow link
}

//go:embed data/rules.json
var ordinary []byte

// OrdinaryRules are the rules where nobody has set others.
func OrdinaryRules() Rules {
	var r Rules
	if err := json.Unmarshal(ordinary, &r); err != nil {
		panic(err) // our own file; a test reads it
	}
	return r
}
