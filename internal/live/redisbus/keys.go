package redisbus

import (
	"strings"

	"github.com/xinglu/xinglu/internal/live"
)

// tagged returns the channel's name with a hash tag: its own, or the whole
// name in braces. Redis Cluster hashes the text between the first "{" and the
// next "}" if it is not empty.
func tagged(ch live.Channel) string {
	if tag(string(ch)) != "" {
		return string(ch)
	}
	return "{" + strings.NewReplacer("{", "(", "}", ")").Replace(string(ch)) + "}" + string(ch)
}

func tag(name string) string {
	_, rest, found := strings.Cut(name, "{")
	inner, _, closed := strings.Cut(rest, "}")
	if !found || !closed {
		return ""
	}
	return inner
}

// keys returns head, stream, order and rows of a channel: KEYS[1..4] of every
// script. The prefix must hold no brace, or it would hide the tag.
func (b *Bus) keys(ch live.Channel) []string {
	base := b.opt.Prefix + tagged(ch)
	return []string{base + ":head", base + ":stream", base + ":order", base + ":rows"}
}
