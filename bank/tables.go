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

// questionTable holds all versions of all questions. A document counts only
// when a ledger record names its batch.
var questionTable = sealedTable[Question]{
	Table: store.Table[Question]{
		Collection: store.Collection{Name: "questions", Indexes: []store.Index{{Name: byOutline}, {Name: byRef}}},
		ID:         func(q *Question) string { return fmt.Sprintf("%s/%s.%d", q.Batch, q.ID, q.Version) },
		Keys: func(q *Question) map[string]string {
			return map[string]string{
				byOutline: store.Key(string(q.Outline)),
				byRef:     refKey(q.Ref()),
			}
		},
	},
	about: func(q *Question) any {
		return aboutQuestion{q.ID, q.Version, q.Outline, q.Kind, q.Point, q.Difficulty, q.Status}
	},
}

// aboutQuestion is what may be read of a stored question without the data key.
type aboutQuestion struct {
	ID         QuestionID `json:"id"`
	Version    int        `json:"version"`
	Outline    OutlineID  `json:"outline"`
	Kind       Kind       `json:"kind"`
	Point      PointPath  `json:"point"`
	Difficulty int        `json:"difficulty"`
	Status     Status     `json:"status"`
}

// Blueprints holds all versions of all blueprints.
var Blueprints = store.Table[Blueprint]{
	Collection: store.Collection{Name: "blueprints", Indexes: []store.Index{{Name: byOutline}}},
	ID:         func(b *Blueprint) string { return blueprintKey(b.ID, b.Version) },
	Keys: func(b *Blueprint) map[string]string {
		return map[string]string{byOutline: store.Key(string(b.Outline))}
	},
}

// paperTable holds the papers.
var paperTable = sealedTable[Paper]{
	Table: store.Table[Paper]{
		Collection: store.Collection{Name: "papers", Indexes: []store.Index{{Name: byOutline}}},
		ID:         func(p *Paper) string { return string(p.ID) },
		Keys: func(p *Paper) map[string]string {
			return map[string]string{byOutline: store.Key(string(p.Outline), string(p.Blueprint))}
		},
	},
	about: func(p *Paper) any { return paperAbout(p) },
}

// aboutPaper is what may be read of a stored paper without the data key, and
// what its ledger record says. The id is a digest of the whole.
type aboutPaper struct {
	ID               PaperID     `json:"id"`
	Outline          OutlineID   `json:"outline"`
	OutlineVersion   int         `json:"outline_version"`
	Blueprint        BlueprintID `json:"blueprint"`
	BlueprintVersion int         `json:"blueprint_version"`
	Questions        int         `json:"questions"`
	Total            int64       `json:"total"` // hundredths of a mark
}

func paperAbout(p *Paper) aboutPaper {
	return aboutPaper{p.ID, p.Outline, p.OutlineVersion, p.Blueprint, p.BlueprintVersion, len(p.Refs()), p.Total}
}

// figureTable holds the pictures of questions.
var figureTable = sealedTable[Figure]{
	Table: store.Table[Figure]{
		Collection: store.Collection{Name: "bank_figures"},
		ID:         func(f *Figure) string { return string(f.ID) },
		Keys:       func(*Figure) map[string]string { return nil },
	},
	about: func(*Figure) any { return nil },
}

// Collections lists what the bank stores, for opening a store.
func Collections() []store.Collection {
	return []store.Collection{Outlines.Collection, questionTable.Collection, Blueprints.Collection, paperTable.Collection,
		figureTable.Collection}
}

func blueprintKey(id BlueprintID, version int) string {
	return fmt.Sprintf("%s.v%d", id, version)
}
