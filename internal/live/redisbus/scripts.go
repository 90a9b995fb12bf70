package redisbus

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

// Every script begins with channel.lua, which names the keys.
var (
	//go:embed lua/channel.lua
	channelLua string
	//go:embed lua/publish.lua
	publishLua string
	//go:embed lua/apply.lua
	applyLua string
	//go:embed lua/since.lua
	sinceLua string
	//go:embed lua/snapshot.lua
	snapshotLua string
)

// scripts are immutable once made; one set per bus.
type scripts struct {
	publish, apply, since, snapshot *redis.Script
}

func newScripts() scripts {
	with := func(body string) *redis.Script { return redis.NewScript(channelLua + "\n" + body) }
	return scripts{
		publish: with(publishLua), apply: with(applyLua),
		since: with(sinceLua), snapshot: with(snapshotLua),
	}
}
