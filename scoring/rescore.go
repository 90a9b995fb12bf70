package scoring

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/internal/fault"
)

// PaperKey names one of the parallel papers of a sitting.
type PaperKey string

// Papers are the parallel papers of a sitting with their keys: SECRET.
type Papers map[PaperKey][]Item

// Script is one candidate's answers.
type Script struct {
	ID      string
	Paper   PaperKey
	Answers map[ItemID][]string // as Paper.Mark takes them
}

// Standing is one script's marks, grade and place.
type Standing struct {
	ID     string
	Result PaperResult
	Grade  Grade
	// Rank among the scripts with a complete mark, by score, ranks 1-2-2-4; 0
	// for a script that people have still to mark.
	Rank int
}

// Placed is what a version of the keys makes of one script.
type Placed struct {
	Score   Marks        `json:"score"` // hundredths
	Full    Marks        `json:"full"`  // hundredths
	Outcome GradeOutcome `json:"outcome"`
	Rank    int          `json:"rank"` // 0: none yet
}

func (s *Standing) placed() Placed {
	return Placed{Score: s.Grade.Score, Full: s.Grade.Full, Outcome: s.Grade.Outcome, Rank: s.Rank}
}

// Change is what new keys change for one script.
type Change struct {
	ID     string   `json:"id"`
	Items  []ItemID `json:"items"` // marked differently, in the paper's order
	Before Placed   `json:"before"`
	After  Placed   `json:"after"`
}

// OutcomeFlips reports whether the verdict changes.
func (c Change) OutcomeFlips() bool { return c.Before.Outcome != c.After.Outcome }

// RankFlips reports whether the place changes.
func (c Change) RankFlips() bool { return c.Before.Rank != c.After.Rank }

// MarkScripts marks, grades and ranks the scripts, in their order. Errors:
// those of NewPaper, Paper.Mark and GradePaper with the script named, and
// ErrAnswers for a script on an unknown paper.
func MarkScripts(papers Papers, scripts []Script, g Grading) ([]Standing, error) {
	ready := make(map[PaperKey]*Paper, len(papers))
	for key, items := range papers {
		p, err := NewPaper(items)
		if err != nil {
			return nil, fmt.Errorf("paper %s: %w", key, err)
		}
		ready[key] = p
	}
	out := make([]Standing, len(scripts))
	for i, s := range scripts {
		p := ready[s.Paper]
		if p == nil {
			return nil, fmt.Errorf("script %s: %w", s.ID, ErrAnswers.With(fault.Field{Path: "paper", Code: "unknown", Message: "no such paper"}))
		}
		result, err := p.Mark(s.Answers)
		if err == nil {
			out[i] = Standing{ID: s.ID, Result: result}
			out[i].Grade, err = GradePaper(result, g)
		}
		if err != nil {
			return nil, fmt.Errorf("script %s: %w", s.ID, err)
		}
	}
	rank(out)
	return out, nil
}

// rank gives out the ranks.
func rank(all []Standing) {
	var complete []int
	for i := range all {
		if all[i].Grade.Outcome != GradeIncomplete {
			complete = append(complete, i)
		}
	}
	slices.SortFunc(complete, func(a, b int) int { return cmp.Compare(all[b].Grade.Score, all[a].Grade.Score) })
	for place, i := range complete {
		all[i].Rank = place + 1
		if place > 0 && all[complete[place-1]].Grade.Score == all[i].Grade.Score {
			all[i].Rank = all[complete[place-1]].Rank
		}
	}
}

// Rescoring compares two versions of the keys over the same scripts.
type Rescoring struct {
	Before, After []Standing // in the order of the scripts
	Changes       []Change   // of the scripts that change, in their order
}

// Rescore marks the scripts by the papers before and after and says what
// changes. It refuses with ErrRescore, every place named, when an item does
// not fit the answers that were given to the old one any more: it is not
// there, is new, or has another kind, section, maximum, number of options,
// prompts or blanks ("A.q7.options"). Other errors: those of MarkScripts.
func Rescore(before, after Papers, scripts []Script, g Grading) (Rescoring, error) {
	if err := fits(before, after); err != nil {
		return Rescoring{}, err
	}
	old, err := MarkScripts(before, scripts, g)
	if err != nil {
		return Rescoring{}, err
	}
	now, err := MarkScripts(after, scripts, g)
	if err != nil {
		return Rescoring{}, err
	}
	out := Rescoring{Before: old, After: now, Changes: []Change{}}
	for i := range old {
		c := Change{ID: old[i].ID, Items: []ItemID{}, Before: old[i].placed(), After: now[i].placed()}
		for j, it := range old[i].Result.Items {
			if it != now[i].Result.Items[j] {
				c.Items = append(c.Items, it.ID)
			}
		}
		if c.Before != c.After || len(c.Items) > 0 {
			out.Changes = append(out.Changes, c)
		}
	}
	return out, nil
}

// fits checks that answers to before are answers to after.
func fits(before, after Papers) error {
	var p problems
	for key, items := range before {
		changed := after[key]
		if len(changed) != len(items) {
			p.add(string(key), "items_changed", "paper %s has %d items, it had %d", key, len(changed), len(items))
			continue
		}
		for i := range items {
			items[i].fits(&p, fmt.Sprintf("%s.%s", key, items[i].ID), &changed[i])
		}
	}
	for key := range after {
		if _, ok := before[key]; !ok {
			p.add(string(key), "paper_new", "paper %s was not there", key)
		}
	}
	slices.SortStableFunc(p, byPath)
	return p.err(ErrRescore)
}

func (it *Item) fits(p *problems, path string, now *Item) {
	must := func(ok bool, field, code, message string) {
		if !ok {
			p.add(path+field, code, "%s", message)
		}
	}
	must(it.ID == now.ID, "", "item_moved", "another item stands in its place")
	must(it.Kind == now.Kind, ".kind", "kind_changed", "the item has another kind")
	must(it.Section == now.Section, ".section", "section_changed", "the item stands in another section")
	must(it.Max == now.Max, ".max", "max_changed", "the item has another maximum")
	must(slices.Equal(slices.Sorted(slices.Values(it.Options)), slices.Sorted(slices.Values(now.Options))),
		".options", "options_changed", "the item has other options")
	must(it.Prompts == now.Prompts, ".prompts", "prompts_changed", "the item has another number of prompts")
	must(len(it.Blanks) == len(now.Blanks), ".blanks", "blanks_changed", "the item has another number of blanks")
}
