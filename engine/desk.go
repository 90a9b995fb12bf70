package engine

import "github.com/xinglu/xinglu/scoring"

var deskFolds = map[string]fold{}

// desk is the part of the tally that the chief judge's desk writes.
type desk struct {
	locked map[scoring.ModuleID]bool
}

func newDesk() desk { return desk{locked: map[scoring.ModuleID]bool{}} }
