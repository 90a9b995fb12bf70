package storetest

import (
	"github.com/xinglu/xinglu/internal/store"
)

// Documents runs the document half of the contract on a store that was opened
// with Collections and is empty.
func Documents(t T, db store.DB) {}
