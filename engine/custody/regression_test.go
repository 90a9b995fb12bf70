package custody_test

import (
	"context"
	"testing"

	"github.com/xinglu/xinglu/bank"
)

// A question that is edited in the bank after the sealing, at the start or
// after the exam, is another version: what seats get and what is marked again
// is the paper as it was sealed, at every node and after a restart.
func TestRegressionEditedQuestion(t *testing.T) {
	t.Parallel()
	s, v := sealed(t)
	edited := 0
	s.bank = func(ctx context.Context, id bank.PaperID) (bank.Content, error) {
		edited++
		c, err := paper(ctx, id)
		for i := range c.Questions {
			q := &c.Questions[i]
			q.Version, q.Stem, q.Options, q.Key = 2, "new", q.Options[:3], []bank.OptionID{q.Options[0].ID}
		}
		return c, err
	}
	release(t, v, "a")
	release(t, s.vault(t), "b")
	for _, node := range []string{"node", "other"} {
		again := s.vaultOn(t, s.db, node)
		readable(t, again)
		shape, err := again.Shape(t.Context(), "s1", "pA")
		must(t, err)
		if item := shape.Sections[0].Items[0]; item.Version != 1 || len(item.Options) != 4 {
			t.Errorf("%s: %+v", node, item)
		}
	}
	if edited > 0 {
		t.Errorf("the bank was asked %d times after the sealing", edited)
	}
}
