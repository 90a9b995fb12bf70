package resultbook_test

import (
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine/resultbook"
)

// TestAHundred makes every paper of a contest of 100. How long that takes
// is printed, not asserted: a machine may be busy. What a desk refuses to put
// into one file it says.
func TestAHundred(t *testing.T) {
	if testing.Short() {
		t.Skip("plays a contest of 100")
	}
	t.Parallel()
	s := newStage(t, 100)
	s.Play.Draw()
	s.Mark()
	ctx, none := t.Context(), resultbook.Choice{}
	begin := func(what string, f func() (resultbook.File, error)) []byte {
		t.Helper()
		at := watch()
		data := s.made(f())
		t.Logf("%-14s %8d bytes %v", what, len(data), at())
		return data
	}
	begin("blank sheets", func() (resultbook.File, error) { return s.BlankSheets(ctx, "t", s.ID, none) })
	begin("blank tables", func() (resultbook.File, error) { return s.BlankTables(ctx, "t", s.ID, none) })
	begin("work sheets", func() (resultbook.File, error) { return s.WorkSheets(ctx, "t", s.ID, none) })
	begin("judge sheets", func() (resultbook.File, error) { return s.JudgeSheets(ctx, "t", s.ID, none) })
	begin("module sheets", func() (resultbook.File, error) { return s.ModuleSheets(ctx, "t", s.ID, none) })
	begin("marks", func() (resultbook.File, error) { return s.MarkWorkbook(ctx, "t", s.ID, none) })
	s.Play.Lock()
	s.Recheck()
	s.Decrypt()
	s.Publish("")
	begin("report", func() (resultbook.File, error) { return s.Reports(ctx, "t", s.ID, none) })
	book := s.text(begin("book", func() (resultbook.File, error) { return s.Book(ctx, "t", s.ID) }))
	for _, want := range []string{"实操成绩 ", "各项均相同，名次并列", "第 6 页"} {
		if !strings.Contains(book, want) {
			t.Errorf("the book does not say %q", want)
		}
	}
	begin("results", func() (resultbook.File, error) { return s.ResultWorkbook(ctx, "t", s.ID, none) })
}
