package bank

import (
	"encoding/json"
	"fmt"

	"github.com/xinglu/xinglu/bank/assemble"
)

// PaperID names a paper; it is a digest of the paper's content.
type PaperID string

// Paper is an ordered selection of question versions with their scores. It
// never changes. It holds no texts and no keys, but its seed and trace are
// for the organiser only: candidates get SeatPaper.
type Paper struct {
	ID               PaperID        `json:"id"`
	Version          int            `json:"version"` // of the paper's form; 1
	Title            string         `json:"title"`
	Seed             uint64         `json:"seed,string"`
	Occupation       Occupation     `json:"occupation"`
	Level            Level          `json:"level"`
	Outline          OutlineID      `json:"outline"`
	OutlineVersion   int            `json:"outline_version"`
	Blueprint        BlueprintID    `json:"blueprint"`
	BlueprintVersion int            `json:"blueprint_version"`
	Sections         []Section      `json:"sections"`
	Total            int64          `json:"total"`         // hundredths of a mark
	Limit            int64          `json:"limit_seconds"` // time allowed
	Pass             int64          `json:"pass"`          // hundredths of a mark
	Trace            assemble.Trace `json:"trace"`         // how the blueprint was met
}

// Section is a run of questions of one kind and score.
type Section struct {
	Kind      Kind          `json:"kind"`
	Title     string        `json:"title"`
	ScoreEach int64         `json:"score_each"` // hundredths of a mark
	Items     []QuestionRef `json:"items"`
}

// Refs lists the questions of the paper in order.
func (p *Paper) Refs() []QuestionRef {
	var refs []QuestionRef
	for _, s := range p.Sections {
		refs = append(refs, s.Items...)
	}
	return refs
}

// identify gives the paper the digest of everything else in it as its id.
func (p *Paper) identify() error {
	p.ID = ""
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("identifying paper: %w", err)
	}
	p.ID = PaperID("p" + digest("paper", string(body))[:20])
	return nil
}
