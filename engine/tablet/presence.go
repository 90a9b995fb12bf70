package tablet

import (
	"context"
	"encoding/json"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/live"
)

// Channel carries Presence between nodes, and an empty object when lists
// should look again.
const Channel live.Channel = "tablets:{all}"

// Presence is how a device with a judge's page is: its last sign of life. It
// is claimed by the device, but for Judge, Tablet, At and ClockOffMS.
type Presence struct {
	Tablet ID               `json:"tablet,omitempty"` // "" for a device that is not paired
	Device string           `json:"device"`           // the browser's own random name
	Judge  access.AccountID `json:"judge"`
	Node   string           `json:"node"`
	At     time.Time        `json:"at"`
	Conn   string           `json:"conn"`           // names the connection at its node
	Gone   bool             `json:"gone,omitempty"` // the connection has ended
	Over   bool             `json:"over,omitempty"` // ... because the login has: signed out, replaced
	// Battery is in percent; null where the browser does not tell.
	Battery  *int   `json:"battery,omitempty"`
	Charging *bool  `json:"charging,omitempty"`
	App      string `json:"app"`    // version of the page
	Outbox   int    `json:"outbox"` // sheets on the device that the server has not acknowledged
	// RoundTripMS is of the last beat; null before the second.
	RoundTripMS *int64 `json:"round_trip_ms,omitempty"`
	// ClockOffMS is how far the device's clock is ahead of the server's, but
	// for half a round trip; null where the device does not tell its time.
	ClockOffMS *int64 `json:"clock_off_ms,omitempty"`
	// Armed is the sheet that is open on it; null: none.
	Armed *Armed `json:"armed,omitempty"`
}

// Armed is what a tablet is about to mark.
type Armed struct {
	Division string `json:"division"`
	Sheet    string `json:"sheet"`
	Code     string `json:"code"`
}

// Beat is what a device tells with a heartbeat.
type Beat struct {
	Battery     *int   `json:"battery,omitempty"`
	Charging    *bool  `json:"charging,omitempty"`
	App         string `json:"app,omitempty"`
	Outbox      int    `json:"outbox,omitempty"`
	RoundTripMS *int64 `json:"round_trip_ms,omitempty"`
	TabletMS    int64  `json:"tablet_ms,omitempty"` // by its own clock, since 1970
	Armed       *Armed `json:"armed,omitempty"`
}

// maxClaim bounds each text and number that a device claims.
const maxClaim = 200

// trim cuts what a device claims to what is kept.
func (b Beat) trim() Beat {
	cut := func(s string) string {
		if len(s) > maxClaim {
			return ""
		}
		return s
	}
	b.App = cut(b.App)
	if b.Armed != nil {
		b.Armed = &Armed{cut(b.Armed.Division), cut(b.Armed.Sheet), cut(b.Armed.Code)}
		if b.Armed.Sheet == "" {
			b.Armed = nil
		}
	}
	if b.Battery != nil && (*b.Battery < 0 || *b.Battery > 100) {
		b.Battery = nil
	}
	if b.RoundTripMS != nil && (*b.RoundTripMS < 0 || *b.RoundTripMS > 600_000) {
		b.RoundTripMS = nil
	}
	b.Outbox = min(max(0, b.Outbox), 10_000)
	return b
}

// key tells devices apart.
func (p *Presence) key() string {
	if p.Tablet != "" {
		return string(p.Tablet)
	}
	return "device/" + p.Device
}

// Line is one connection of a device.
type Line struct {
	Tablet ID     // "" for a device that is not paired
	Device string // the browser's own random name
	Judge  access.AccountID
	Conn   string // names the connection at this node
}

// Heard takes a sign of life of a device and tells the other nodes. Nothing is
// stored. The device's name is cut off at 100 bytes.
func (s *Service) Heard(ctx context.Context, l Line, b Beat) {
	b = b.trim()
	now := s.now()
	p := Presence{
		Tablet: l.Tablet, Device: l.Device[:min(len(l.Device), 100)], Judge: l.Judge, Node: s.o.Node, Conn: l.Conn, At: now,
		Battery: b.Battery, Charging: b.Charging, App: b.App, Outbox: b.Outbox, RoundTripMS: b.RoundTripMS, Armed: b.Armed,
	}
	if b.TabletMS > 0 {
		off := b.TabletMS - now.UnixMilli()
		if b.RoundTripMS != nil {
			off += *b.RoundTripMS / 2
		}
		p.ClockOffMS = &off
	}
	s.tell(ctx, p)
}

// Gone notes that a connection has ended, unless the device has a newer one.
// over says that the login has ended too, so that nothing is open on it.
func (s *Service) Gone(ctx context.Context, l Line, over bool) {
	key := (&Presence{Tablet: l.Tablet, Device: l.Device[:min(len(l.Device), 100)]}).key()
	s.mu.Lock()
	p, ok := s.present[key]
	s.mu.Unlock()
	if !ok || p.Node != s.o.Node || p.Conn != l.Conn {
		return
	}
	if p.Gone, p.Over = true, over; over {
		p.Armed = nil
	}
	s.tell(ctx, p)
}

func (s *Service) tell(ctx context.Context, p Presence) {
	s.keep(p)
	body, err := json.Marshal(p)
	if err != nil {
		s.o.Log.Error("presence not written", "error", err)
		return
	}
	s.say(ctx, Channel, body)
}

// hear takes what another node has heard.
func (s *Service) hear(pub live.Publication, reset bool) {
	if reset {
		return // the next beats tell all there is to know
	}
	var p Presence
	if err := json.Unmarshal(pub.Data, &p); err != nil {
		s.o.Log.Error("presence not readable", "error", err)
		return
	}
	if p.Device != "" || p.Tablet != "" {
		s.keep(p)
	}
}

// maxPresent bounds the map against devices that invent names.
const maxPresent = 5000

// keep notes the newest sign of a device and forgets old ones.
func (s *Service) keep(p Presence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.present[p.key()]; ok && old.At.After(p.At) {
		return
	}
	if len(s.present) >= maxPresent {
		s.forget()
	}
	if len(s.present) < maxPresent {
		s.present[p.key()] = p
	}
}

// forget drops what was not heard for long. The caller holds the lock.
func (s *Service) forget() {
	for key, p := range s.present {
		if s.now().Sub(p.At).Milliseconds() > s.o.Rules.ForgetMS {
			delete(s.present, key)
		}
	}
}

// Flag is something about a tablet that a person should look at.
type Flag string

// The flags.
const (
	FlagQuiet      Flag = "quiet"       // signed in, but not heard for long
	FlagBattery    Flag = "battery_low" // and not charging
	FlagClock      Flag = "clock_off"
	FlagSlow       Flag = "slow_link"
	FlagTwoArmed   Flag = "two_armed"   // another tablet of the same judge has the same sheet open
	FlagUnpaired   Flag = "unpaired"    // no tablet of the contest
	FlagOldVersion Flag = "old_version" // others have a newer page
)

// Status is a tablet in the list of those who look after them.
type Status struct {
	// Tablet is null for a device that is not paired.
	Tablet *View `json:"tablet"`
	// Presence is null where nothing was heard since this node began.
	Presence *Presence `json:"presence"`
	Online   bool      `json:"online"`
	Flags    []Flag    `json:"flags"`
}

// View is a paired tablet without its secret.
type View struct {
	ID ID `json:"id"`
	Draft
	Paired  time.Time  `json:"paired"`
	Revoked *time.Time `json:"revoked"`
}

// View is the tablet as people may see it.
func (t *Tablet) View() *View {
	return &View{ID: t.ID, Draft: t.Draft, Paired: t.Paired, Revoked: t.Revoked}
}
