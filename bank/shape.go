package bank

import (
	"context"
	"fmt"

	"github.com/xinglu/xinglu/bank/assemble"
)

// Content returns a paper with its questions, keys and figures: SECRET.
// Papers and question versions never change, so neither does the content.
// Errors: ErrPaperUnknown, ErrFigureUnknown.
func (b *Bank) Content(ctx context.Context, id PaperID) (Content, error) {
	p, err := b.Paper(ctx, id)
	if err != nil {
		return Content{}, err
	}
	questions, err := b.QuestionsOf(ctx, &p)
	if err != nil {
		return Content{}, err
	}
	figures, err := b.FiguresOf(ctx, questions)
	if err != nil {
		return Content{}, fmt.Errorf("paper %s: %w", id, err)
	}
	return Content{Paper: p, Questions: questions, Figures: figures}, nil
}

// Shape is what may be known of the content before its release. Options,
// prompts and parts keep the order of the content, questions that of the
// paper. ErrQuestionUnknown names a question that the content lacks.
func (c *Content) Shape() (Shape, error) {
	p := &c.Paper
	shape := Shape{ID: p.ID, Title: p.Title, Occupation: p.Occupation, Level: p.Level, Total: p.Total, Limit: p.Limit,
		Sections: make([]ShapeSection, 0, len(p.Sections))}
	err := c.walk(func(s *Section) {
		shape.Sections = append(shape.Sections, ShapeSection{Kind: s.Kind, Title: s.Title, ScoreEach: s.ScoreEach,
			Items: make([]ShapeItem, 0, len(s.Items))})
	}, func(s *Section, q *Question) {
		last := &shape.Sections[len(shape.Sections)-1]
		last.Items = append(last.Items, q.shape(q.Version, s.ScoreEach))
	})
	if err != nil {
		return Shape{}, err
	}
	return shape, nil
}

// walk calls section and question in the paper's order.
func (c *Content) walk(section func(*Section), question func(*Section, *Question)) error {
	byRef := make(map[QuestionRef]*Question, len(c.Questions))
	for i := range c.Questions {
		byRef[c.Questions[i].Ref()] = &c.Questions[i]
	}
	for i := range c.Paper.Sections {
		s := &c.Paper.Sections[i]
		section(s)
		for _, ref := range s.Items {
			q := byRef[ref]
			if q == nil {
				return fmt.Errorf("paper %s: %w", c.Paper.ID, ErrQuestionUnknown.Param("id", ref.ID).Param("version", ref.Version))
			}
			question(s, q)
		}
	}
	return nil
}

// shape is the question without texts and key, worth score hundredths of a
// mark. A part has the version of its case.
func (q *Question) shape(version int, score int64) ShapeItem {
	item := ShapeItem{ID: q.ID, Version: version, Kind: q.Kind, Score: score, Blanks: len(q.Blanks)}
	for _, o := range q.Options {
		item.Options = append(item.Options, ShapeOption{ID: o.ID, Fixed: o.Fixed}) // field by field, so that a new field of Option stays out
	}
	for _, p := range q.Prompts {
		item.Prompts = append(item.Prompts, p.ID)
	}
	scores := q.PartScores(score)
	for i := range q.Parts {
		item.Parts = append(item.Parts, q.Parts[i].shape(version, scores[i]))
	}
	return item
}

// PartScores shares a case's score of a paper, in hundredths of a mark, out
// to its parts: in proportion to their own scores, equally if they have none,
// by largest remainder, so that the sum is exact. nil when there are no parts.
func (q *Question) PartScores(score int64) []int64 {
	if len(q.Parts) == 0 {
		return nil
	}
	weights := make([]int64, len(q.Parts))
	var sum int64
	for i := range q.Parts {
		weights[i] = q.Parts[i].Score
		sum += weights[i]
	}
	if sum == 0 {
		for i := range weights {
			weights[i] = 1
		}
	}
	scores := make([]int64, len(q.Parts))
	for i, n := range assemble.Apportion(weights, int(score)) {
		scores[i] = int64(n)
	}
	return scores
}
