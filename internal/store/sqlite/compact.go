package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// Compact writes the file anew, so that nothing stays in it of what was
// replaced or deleted. It takes a while and as much disk again; other writes
// wait or fail meanwhile, so do it before serving.
func (db *DB) Compact(ctx context.Context) error {
	if db.writer == nil {
		return ErrReadOnly
	}
	c, err := connect(ctx, dsn(db.path, "rw", "busy_timeout(10000)"))
	if err != nil {
		return fmt.Errorf("compacting: %w", translate(err))
	}
	for _, text := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, e := c.exec(text); e != nil {
			err = fmt.Errorf("compacting: %w", translate(e))
			break
		}
	}
	return errors.Join(err, c.close())
}
