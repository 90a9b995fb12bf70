package mongodb_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/mongodb"
	"github.com/xinglu/xinglu/internal/store/mongowire"
	"github.com/xinglu/xinglu/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestContract runs the suite of all adapters against the strict server, which
// must have had nothing to object to.
func TestContract(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	storetest.Run(storetest.Testing(t), func(ctx context.Context, collections []store.Collection) (store.DB, error) {
		return mongodb.Open(ctx, mongodb.Options{URI: server.URI(), Collections: collections})
	})
}

// TestContractOnServer runs the suite against a real server in a scratch
// database, which it removes.
func TestContractOnServer(t *testing.T) {
	t.Parallel()
	uri := os.Getenv("TEST_MONGO_URI")
	if uri == "" {
		t.Skip("TEST_MONGO_URI not set: the real server suite was NOT run; MongoDB is proven on the strict test server only")
	}
	name := fmt.Sprintf("xinglu_test_%d_%d", os.Getpid(), time.Now().UnixMilli())
	t.Cleanup(func() { dropDatabase(t, uri, name) })
	storetest.Run(storetest.Testing(t), func(ctx context.Context, collections []store.Collection) (store.DB, error) {
		return mongodb.Open(ctx, mongodb.Options{URI: uri, Database: name, Collections: collections})
	})
}

func dropDatabase(t *testing.T, uri, name string) {
	t.Helper()
	ctx := context.Background()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Database(name).Drop(ctx); err != nil {
		t.Errorf("dropping the scratch database %s: %v", name, err)
	}
	if err := client.Disconnect(ctx); err != nil {
		t.Error(err)
	}
}

// startServer starts a strict server that ends with the test and must end
// without violations.
func startServer(t *testing.T, o mongowire.Options) *mongowire.Server {
	t.Helper()
	s, err := mongowire.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			t.Errorf("violation: %s", v)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
