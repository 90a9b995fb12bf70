package custody_test

import (
	"context"
	"errors"
	"testing"

	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
)

var errCut = errors.New("power cut")

// cut stops answering to inserts into one collection, before or after they
// are stored.
type cut struct {
	store.DB
	collection string
	after      bool
}

func (c cut) Insert(ctx context.Context, collection string, d store.Doc) error {
	if collection != c.collection {
		return c.DB.Insert(ctx, collection, d)
	}
	if c.after {
		if err := c.DB.Insert(ctx, collection, d); err != nil {
			return err
		}
	}
	return errCut
}

// TestCutOffRelease: wherever the second custodian's release is cut off, the
// papers stay sealed, and the same call again completes it.
func TestCutOffRelease(t *testing.T) {
	t.Parallel()
	for _, collection := range []string{"custody_halves", "custody_keys"} {
		for _, after := range []bool{false, true} {
			s, v := sealed(t)
			release(t, v, "a")
			dying := s.vaultOn(t, cut{s.db, collection, after}, "dying")
			if _, err := dying.Release(t.Context(), "b", "s1", phrase("b")); !errors.Is(err, errCut) {
				t.Errorf("%s: %v", collection, err)
			}
			locked(t, v)
			release(t, v, "b")
			readable(t, v)
		}
	}
	// Either of the two completes a release whose key is stored.
	s, v := sealed(t)
	release(t, v, "a")
	if _, err := s.vaultOn(t, cut{s.db, "custody_keys", true}, "dying").Release(t.Context(), "b", "s1", phrase("b")); !errors.Is(err, errCut) {
		t.Error(err)
	}
	release(t, v, "a")
	readable(t, v)
}

// TestCutOffSealing: pieces without a record are no package.
func TestCutOffSealing(t *testing.T) {
	t.Parallel()
	for _, collection := range []string{"custody_parts", "custody_packages"} {
		s := newSite(t, 1)
		v := s.vault(t)
		enrol(t, v, "a", "b")
		dying := s.vaultOn(t, cut{s.db, collection, true}, "dying")
		if err := dying.Seal(t.Context(), "organiser", sealing(seal.AES256GCM, "a", "b")); !errors.Is(err, errCut) {
			t.Errorf("%s: %v", collection, err)
		}
		if st, err := v.State(t.Context(), "s1"); err != nil || st.Phase != custody.PhaseNone {
			t.Errorf("%s: %s, %v", collection, st.Phase, err)
		}
		must(t, v.Seal(t.Context(), "organiser", sealing(seal.AES256GCM, "a", "b")))
		if st, err := v.State(t.Context(), "s1"); err != nil || st.Phase != custody.PhaseSealed {
			t.Errorf("%s: %s, %v", collection, st.Phase, err)
		}
	}
}
