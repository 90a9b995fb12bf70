package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// asMarked returns the papers by which the exam marked.
func asMarked(k exam.Keys) scoring.Papers {
	papers := make(scoring.Papers, len(k.Papers))
	for id, items := range k.Papers {
		papers[scoring.PaperKey(id)] = items
	}
	return papers
}

// at returns the papers by a version of the keys. Error: ErrNoVersion.
func (st *State) at(version int, k exam.Keys) (scoring.Papers, error) {
	sets, err := st.decisions(version)
	if err != nil {
		return nil, err
	}
	papers := asMarked(k)
	for i, set := range sets {
		if papers, err = decide(papers, set); err != nil {
			return nil, fmt.Errorf("version %d: %w", i+2, err)
		}
	}
	return papers, nil
}

// decide applies the decisions to every paper that has the item. The error is
// scoring.ErrDecisions with all places: "decisions[0].key".
func decide(papers scoring.Papers, decisions []scoring.Decision) (scoring.Papers, error) {
	out := maps.Clone(papers)
	var wrong []fault.Field
	for i, d := range decisions {
		found := false
		for _, key := range slices.Sorted(maps.Keys(out)) {
			if !slices.ContainsFunc(out[key], func(it scoring.Item) bool { return it.ID == d.Item }) {
				continue
			}
			found = true
			items, err := scoring.Decide(out[key], []scoring.Decision{d})
			if err == nil {
				out[key] = items
				continue
			}
			for _, f := range fault.As(err).Fields {
				if rest, own := strings.CutPrefix(f.Path, "decisions[0]"); own {
					f.Path = fmt.Sprintf("decisions[%d]%s", i, rest)
				} else {
					f.Path = fmt.Sprintf("decisions[%d]", i) // a place of the paper
				}
				wrong = append(wrong, f)
			}
		}
		if !found {
			wrong = append(wrong, fault.Field{Path: fmt.Sprintf("decisions[%d].item", i), Code: "unknown",
				Message: "no paper of the sitting has this question"})
		}
	}
	if len(wrong) > 0 {
		// Parallel papers share questions: one mistake is named once.
		slices.SortStableFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path+a.Code, b.Path+b.Code) })
		wrong = slices.CompactFunc(wrong, func(a, b fault.Field) bool { return a.Path == b.Path && a.Code == b.Code })
		return nil, scoring.ErrDecisions.With(wrong...)
	}
	return out, nil
}

// toMark returns the scripts that have marks, in their order.
func toMark(all []exam.Script) []scoring.Script {
	var out []scoring.Script
	for i := range all {
		if s := &all[i]; s.State == exam.Finished {
			out = append(out, scoring.Script{ID: string(s.Attempt), Paper: scoring.PaperKey(s.Paper), Answers: s.Answers})
		}
	}
	return out
}
