package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// Page names a page as a browser has loaded it and counts the connections that
// it has made, from 1. The page itself comes back after a loss and takes
// nothing away from itself. Without an ID each connection is a page of its own.
type Page struct {
	ID string
	N  int64
}

// Claim says on the attempt's channel that a connection was accepted. The
// order of the channel is that of acceptance.
type Claim struct {
	Page string `json:"page,omitempty"`
	N    int64  `json:"n,omitempty"`
	// At is when it was accepted, by its node's clock. Again: it was accepted
	// before and is only told again, so At orders it and not the channel.
	At    time.Time `json:"at"`
	Again bool      `json:"again,omitempty"`
}

// SupersededFrame tells that a newer connection of the same seat was accepted;
// this one ends. It is never sent: the code of the close tells it.
type SupersededFrame struct {
	Head
	OwnPage bool `json:"-"` // the newer one is of the same page
}

// claim tells every node of this connection. l.mu is held, so nothing is
// heard until the position of the claim is known.
func (l *Link) claim(ctx context.Context, again bool) error {
	data, err := json.Marshal(Notice{News: NewsConnected, Claim: &Claim{Page: l.page.ID, N: l.page.N, At: l.at, Again: again}})
	if err != nil {
		return err
	}
	at, err := l.s.bus.Publish(ctx, l.e.id.channel(), "", data)
	if err != nil {
		return fmt.Errorf("telling of a connection: %w", err)
	}
	l.claimed = at
	return nil
}

// hearClaim decides between this connection and one that was told of at the
// position: that which was accepted last stays, and of one page's connections
// that which the page made last. Where the other one is older, which happens
// when it has missed the news of this one, this one is told again.
func (l *Link) hearClaim(ctx context.Context, c *Claim, at live.Position) error {
	switch own := c.Page == l.page.ID && c.Page != ""; {
	case l.claimed.Covers(at):
		return nil
	case own && c.N < l.page.N, !own && c.Again && c.At.Before(l.at):
		return l.claim(ctx, true)
	default:
		return l.end(SupersededFrame{Head: Head{"superseded"}, OwnPage: own}, nil)
	}
}
