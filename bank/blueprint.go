package bank

import (
	"fmt"
	"strconv"

	"github.com/xinglu/xinglu/internal/fault"
)

// BlueprintID names a blueprint through its versions.
type BlueprintID string

// MaxPaperItems bounds the length of one paper.
const MaxPaperItems = 500

// Blueprint says what a paper must contain (组卷方案). Versions never change.
type Blueprint struct {
	ID       BlueprintID   `json:"id"`
	Version  int           `json:"version"` // 1, 2, …
	Title    string        `json:"title"`   // of the papers made by it
	Outline  OutlineID     `json:"outline"`
	Sections []SectionPlan `json:"sections"`      // one a kind, in paper order
	Total    int64         `json:"total"`         // hundredths of a mark; must be what the sections sum to
	Limit    int64         `json:"limit_seconds"` // time allowed
	Pass     int64         `json:"pass"`          // pass line in hundredths of a mark
	// Depth is the level of ranges whose weights share out the items: 1 to
	// MaxDepth, or 0 for the deepest weighted ranges. Ranges that are not
	// broken down as deep count where they end.
	Depth int `json:"depth"`
	// Weights, if any, replace the outline's own at Depth; they sum to 100 %.
	Weights []RangeWeight `json:"weights,omitempty"`
	// RepeatPoints allows several questions of one point in a paper.
	RepeatPoints bool `json:"repeat_points,omitempty"`
	// Importance is the wanted mix of X, Y and Z points, summing to 100 %;
	// empty: X before Y before Z. Met as well as the bank allows.
	Importance []ImportanceShare `json:"importance,omitempty"`
	// Difficulty is the wanted mix of difficulties, summing to 100 %; empty:
	// any. Met as well as the points drawn allow.
	Difficulty []DifficultyShare `json:"difficulty,omitempty"`
}

// SectionPlan plans one section of the paper.
type SectionPlan struct {
	Kind      Kind   `json:"kind"`
	Title     string `json:"title,omitempty"` // "" : the kind's Chinese name
	Count     int    `json:"count"`
	ScoreEach int64  `json:"score_each"` // hundredths of a mark: 50 is half a mark
}

// RangeWeight gives a range of the outline its share of the items.
type RangeWeight struct {
	Range  PointPath `json:"range"`
	Weight Weight    `json:"weight"`
}

// ImportanceShare is the wanted share of items on points of an importance.
type ImportanceShare struct {
	Importance Importance `json:"importance"`
	Weight     Weight     `json:"weight"`
}

// DifficultyShare is the wanted share of items of a difficulty.
type DifficultyShare struct {
	Difficulty int    `json:"difficulty"` // 1 to 5
	Weight     Weight `json:"weight"`
}

// Items is the number of questions of a paper.
func (b *Blueprint) Items() int {
	n := 0
	for _, s := range b.Sections {
		n += s.Count
	}
	return n
}

// Validate reports every figure that does not add up with ErrBlueprint. That
// the ranges exist is checked against an outline by Compose.
func (b *Blueprint) Validate() error {
	var c fieldList
	if b.ID == "" || len(b.ID) > 100 {
		c.add("id", "id_form", "give the blueprint an id of at most 100 characters")
	}
	if b.Version < 1 {
		c.add("version", "version_range", "versions count from 1")
	}
	if b.Outline == "" {
		c.add("outline", "outline_missing", "name the outline")
	}
	if b.Depth < 0 || b.Depth > MaxDepth {
		c.add("depth", "depth_range", "the depth is 1 to %d, or 0 for the deepest ranges", MaxDepth)
	}
	if b.Limit <= 0 {
		c.add("limit_seconds", "limit_range", "the time limit is more than 0 seconds")
	}
	b.checkSections(&c)
	b.checkShares(&c)
	if c == nil {
		return nil
	}
	return ErrBlueprint.With(c...)
}

func (b *Blueprint) checkSections(c *fieldList) {
	if len(b.Sections) == 0 {
		c.add("sections", "sections_missing", "the blueprint has no sections")
	}
	var sum int64
	seen := map[Kind]bool{}
	for i, s := range b.Sections {
		at := "sections[" + strconv.Itoa(i) + "]"
		switch {
		case !s.Kind.Valid():
			c.add(at+".kind", "kind_unknown", "the kind of question is not known")
		case seen[s.Kind]:
			c.add(at+".kind", "kind_repeated", "each kind has one section")
		}
		seen[s.Kind] = true
		if s.Count < 1 || s.Count > MaxPaperItems {
			c.add(at+".count", "count_range", "a section has 1 to %d questions", MaxPaperItems)
			return
		}
		if s.ScoreEach < 1 || s.ScoreEach > MaxScore {
			c.add(at+".score_each", "score_range", "a question scores more than 0 and at most %d", MaxScore/100)
			return
		}
		sum += int64(s.Count) * s.ScoreEach
	}
	if b.Items() > MaxPaperItems {
		c.add("sections", "paper_too_long", "a paper has at most %d questions", MaxPaperItems)
	}
	if sum != b.Total {
		c.add("total", "total_sum", "the sections sum to %s marks, the total says %s", hundredths(sum), hundredths(b.Total))
	}
	if b.Pass < 0 || b.Pass > b.Total {
		c.add("pass", "pass_range", "the pass line is between 0 and the total")
	}
}

func (b *Blueprint) checkShares(c *fieldList) {
	ranges := make([]share, 0, len(b.Weights))
	for _, w := range b.Weights {
		ranges = append(ranges, share{string(w.Range), w.Weight, w.Range != ""})
	}
	c.shares("weights", ranges)
	for i, w := range b.Weights {
		for j, v := range b.Weights {
			if i != j && w.Range != v.Range && w.Range.Under(v.Range) {
				c.add("weights["+strconv.Itoa(i)+"]", "range_overlaps", "%s lies inside %s", w.Range, v.Range)
			}
		}
	}
	mix := make([]share, 0, len(b.Importance))
	for _, w := range b.Importance {
		mix = append(mix, share{string(w.Importance), w.Weight, w.Importance.Valid()})
	}
	c.shares("importance", mix)
	mix = make([]share, 0, len(b.Difficulty))
	for _, w := range b.Difficulty {
		mix = append(mix, share{strconv.Itoa(w.Difficulty), w.Weight, w.Difficulty >= 1 && w.Difficulty <= 5})
	}
	c.shares("difficulty", mix)
}

type share struct {
	name   string
	weight Weight
	known  bool
}

// fieldList collects wrong fields.
type fieldList []fault.Field

func (c *fieldList) add(path, code, message string, args ...any) {
	*c = append(*c, fault.Field{Path: path, Code: code, Message: fmt.Sprintf(message, args...)})
}

// shares checks that a list of shares is empty or names known things once
// each and sums to 100 %.
func (c *fieldList) shares(path string, list []share) {
	if len(list) == 0 {
		return
	}
	var sum Weight
	seen := map[string]bool{}
	for i, s := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case !s.known:
			c.add(at, "share_unknown", "%q cannot have a share here", s.name)
		case seen[s.name]:
			c.add(at, "share_repeated", "%s has two shares", s.name)
		case s.weight < 0 || s.weight > WholeWeight:
			c.add(at, "weight_range", "a weight is between 0 and 100 %%")
			return
		}
		seen[s.name] = true
		sum += s.weight
	}
	if sum != WholeWeight {
		c.add(path, "weights_sum", "the weights sum to %s %%, not to 100 %%", sum)
	}
}
