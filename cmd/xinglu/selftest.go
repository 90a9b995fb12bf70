package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/live/livetest"
	"github.com/xinglu/xinglu/internal/live/redisbus"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/mongodb"
	"github.com/xinglu/xinglu/internal/store/storetest"
)

func selftestCommand() *cobra.Command {
	var mongo, redis string
	var standalone bool
	cmd := &cobra.Command{
		Use: "selftest", Short: "Run the store and board contracts against your MongoDB and Redis", Args: cobra.NoArgs,
		Long: "Runs the same suites as the project's own tests, in a scratch database and under a\n" +
			"scratch prefix, and removes both afterwards. Exit code 0: all passed; 3: not.",
	}
	cmd.Flags().StringVar(&mongo, "mongo", "", "MongoDB URI")
	cmd.Flags().BoolVar(&standalone, "mongo-standalone", false, "allow a MongoDB that is no replica set")
	cmd.Flags().StringVar(&redis, "redis", "", "Redis address")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if mongo == "" && redis == "" {
			return errConfig.With(fault.Field{Path: "--mongo, --redis", Code: "missing", Message: "name at least one server"})
		}
		out := cmd.OutOrStdout()
		scratch := fmt.Sprintf("xinglu_selftest_%d", time.Now().UnixNano())
		var total storetest.Counts
		if mongo == "" {
			fmt.Fprintln(out, "not run: MongoDB (no --mongo)")
		} else {
			add(&total, selftestMongo(cmd.Context(), out, mongo, scratch, standalone))
		}
		if redis == "" {
			fmt.Fprintln(out, "not run: Redis (no --redis)")
		} else {
			add(&total, selftestRedis(cmd.Context(), out, redis, scratch))
		}
		fmt.Fprintf(out, "%d passed, %d failed\n", total.Passed, total.Failed)
		if total.Failed > 0 {
			return errFound
		}
		return nil
	}
	return cmd
}

func add(to *storetest.Counts, c storetest.Counts) { to.Passed += c.Passed; to.Failed += c.Failed }

// selftestMongo gives every opening a database of its own and drops them all.
func selftestMongo(ctx context.Context, out io.Writer, uri, scratch string, standalone bool) storetest.Counts {
	fmt.Fprintln(out, "MongoDB", redacted(uri))
	var n atomic.Int64
	return storetest.Print(ctx, out, func(t storetest.T) {
		storetest.Run(t, func(ctx context.Context, c []store.Collection) (store.DB, error) {
			name := fmt.Sprintf("%s_%d", scratch, n.Add(1))
			db, err := mongodb.Open(ctx, mongodb.Options{URI: uri, Database: name, Collections: c, AllowStandalone: standalone})
			if err != nil {
				return nil, err
			}
			return scratchDB{db}, nil
		})
	})
}

// scratchDB drops its database when it is closed.
type scratchDB struct{ *mongodb.DB }

func (d scratchDB) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return errors.Join(d.Drop(ctx), d.DB.Close())
}

func selftestRedis(ctx context.Context, out io.Writer, addr, scratch string) storetest.Counts {
	fmt.Fprintln(out, "Redis", redacted(addr))
	return storetest.Print(ctx, out, func(t storetest.T) {
		for _, c := range livetest.Cases() {
			t.Run(c.Name, func(t storetest.T) {
				c.Run(t, func(ctx context.Context, s livetest.Setup) (livetest.Node, error) {
					return redisbus.Open(ctx, redisbus.Options{Addr: addr, Prefix: scratch + ":" + s.Namespace + ":", History: s.History})
				})
			})
		}
	})
}

// redacted is the address without its password.
func redacted(addr string) string {
	if u, err := url.Parse(addr); err == nil && u.User != nil {
		return u.Redacted()
	}
	return addr
}
