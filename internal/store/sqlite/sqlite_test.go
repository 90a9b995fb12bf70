package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/internal/store/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(storetest.Testing(t), func(ctx context.Context, c []store.Collection) (store.DB, error) {
		return sqlite.Open(ctx, filepath.Join(t.TempDir(), "contract.db"), sqlite.Options{Collections: c})
	})
}
