package exam

import (
	"context"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Level says how loudly an announcement is made.
type Level string

// The levels of announcements.
const (
	LevelInfo      Level = "info"
	LevelImportant Level = "important" // the candidate has to confirm it
)

// SittingAnnounced is an announcement to candidates, an event of the sitting's
// stream. Room and centre are those where a candidate sits.
type SittingAnnounced struct {
	Target
	Level Level        `json:"level" enum:"info,important"`
	Text  scoring.Text `json:"text"`
	Node  string       `json:"node"`
}

// Announcement is one as the course holds it.
type Announcement struct {
	Seq int64 `json:"seq"` // of its record
	SittingAnnounced
	At time.Time `json:"at"`
}

// SeatNotice is an announcement as a candidate sees it.
type SeatNotice struct {
	Seq   int64        `json:"seq"`
	Level Level        `json:"level" enum:"info,important"`
	Text  scoring.Text `json:"text"`
	At    time.Time    `json:"at"`
}

func (n *Announcement) view() SeatNotice { return SeatNotice{n.Seq, n.Level, n.Text, n.At} }

// AnnounceFrame brings an announcement.
type AnnounceFrame struct {
	Head
	Notice SeatNotice `json:"notice"`
}

// notices lists the announcements to the attempt in order.
func (a *Attempt) notices(c *Course) []SeatNotice {
	list := []SeatNotice{}
	for i := range c.Announcements {
		if n := &c.Announcements[i]; n.covers(a.ID, a.Place) {
			list = append(list, n.view())
		}
	}
	return list
}

// toNote returns the newest record that the candidate's seat has to confirm:
// a grant or an important announcement for it; 0: none.
func (a *Attempt) toNote(c *Course) int64 {
	var seq int64
	for i := range c.Grants {
		if g := &c.Grants[i]; g.covers(a.ID, a.Ticket.Place) {
			seq = max(seq, g.Seq)
		}
	}
	for i := range c.Announcements {
		if n := &c.Announcements[i]; n.Level == LevelImportant && n.covers(a.ID, a.Place) {
			seq = max(seq, n.Seq)
		}
	}
	return seq
}

// Announce tells the candidates of the target something; it returns the
// announcement's number. The key makes it idempotent. Errors: ErrAnnouncement
// with Fields, ErrKey, ErrSittingClosed, ErrSittingNotFound.
func (s *Service) Announce(ctx context.Context, id SittingID, key string, n SittingAnnounced, actor string) (int64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return 0, err
	}
	fields := c.sitting.checkTarget(&n.Target)
	n.Text.ZH, n.Text.EN = strings.TrimSpace(n.Text.ZH), strings.TrimSpace(n.Text.EN)
	if n.Text.ZH == "" || len(n.Text.ZH) > maxReason || len(n.Text.EN) > maxReason {
		fields = append(fields, fault.Field{Path: "text.zh", Code: "text_length", Message: "give a text of at most 1000 bytes"})
	}
	if n.Level != LevelInfo && n.Level != LevelImportant {
		fields = append(fields, fault.Field{Path: "level", Code: "level_unknown", Message: "give info or important"})
	}
	if fields != nil {
		return 0, ErrAnnouncement.With(fields...)
	}
	n.Node = s.o.Node
	seq, err := s.record(ctx, c, actor, "announce/"+key, func(k *Course) (string, any, error) {
		if k.State == Closed {
			return "", nil, ErrSittingClosed
		}
		return kindAnnounced, n, nil
	})
	if err == nil {
		s.announce(ctx, id.channel(), Notice{News: NewsAnnounce, Seq: seq, Target: &n.Target})
	}
	return seq, err
}
