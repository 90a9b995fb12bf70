package bank

import (
	"fmt"

	"github.com/xinglu/xinglu/internal/store"
)

// Index names of the bank's collections.
const (
	byOutline = "by_outline"
	byRef     = "by_ref"
)

// Outlines holds the accepted versions of outlines.
var Outlines = store.Table[Outline]{
	Collection: store.Collection{Name: "outlines", Indexes: []store.Index{{Name: byOutline}}},
	ID:         func(o *Outline) string { return fmt.Sprintf("%s/%d", o.Batch, o.Version) },
	Keys:       func(o *Outline) map[string]string { return map[string]string{byOutline: store.Key(string(o.ID))} },
}

// Questions holds all versions of all questions. A document counts only when
// a ledger record names its batch: read them through Bank.
var Questions = store.Table[Question]{
	Collection: store.Collection{Name: "questions", Indexes: []store.Index{{Name: byOutline}, {Name: byRef}}},
	ID:         func(q *Question) string { return fmt.Sprintf("%s/%s.%d", q.Batch, q.ID, q.Version) },
	Keys: func(q *Question) map[string]string {
		return map[string]string{
			byOutline: store.Key(string(q.Outline)),
			byRef:     refKey(q.Ref()),
		}
	},
}

// Blueprints holds all versions of all blueprints.
var Blueprints = store.Table[Blueprint]{
	Collection: store.Collection{Name: "blueprints", Indexes: []store.Index{{Name: byOutline}}},
	ID:         func(b *Blueprint) string { return blueprintKey(b.ID, b.Version) },
	Keys: func(b *Blueprint) map[string]string {
		return map[string]string{byOutline: store.Key(string(b.Outline))}
	},
}

// Papers holds the papers.
var Papers = store.Table[Paper]{
	Collection: store.Collection{Name: "papers", Indexes: []store.Index{{Name: byOutline}}},
	ID:         func(p *Paper) string { return string(p.ID) },
	Keys: func(p *Paper) map[string]string {
		return map[string]string{byOutline: store.Key(string(p.Outline), string(p.Blueprint))}
	},
}

// Collections lists what the bank stores, for opening a store.
func Collections() []store.Collection {
	return []store.Collection{Outlines.Collection, Questions.Collection, Blueprints.Collection, Papers.Collection}
}

func blueprintKey(id BlueprintID, version int) string {
	return fmt.Sprintf("%s.v%d", id, version)
}
