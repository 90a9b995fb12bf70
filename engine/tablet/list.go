package tablet

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/internal/store"
)

// List returns every tablet, by number, and then the devices that are not
// paired, with what is wrong with each. version is the page that the server
// sends now; "" asks nothing of versions.
func (s *Service) List(ctx context.Context, version string) ([]Status, error) {
	all, err := tablets.All(ctx, s.db, store.Query{})
	if err != nil {
		return nil, err
	}
	present := s.presences()
	out := make([]Status, 0, len(all)+len(present))
	for i := range all {
		st := Status{Tablet: all[i].View()}
		if p, ok := present[string(all[i].ID)]; ok {
			st.Presence = &p
			delete(present, string(all[i].ID))
		}
		out = append(out, st)
	}
	for _, p := range present {
		if p.Tablet == "" {
			out = append(out, Status{Presence: &p})
		}
	}
	now := s.now()
	for i := range out {
		out[i].Online = s.online(out[i].Presence, now)
	}
	for i := range out {
		out[i].Flags = s.flags(&out[i], out, version)
	}
	slices.SortFunc(out, func(a, b Status) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(label(a), label(b)))
	})
	return out, nil
}

// rank puts tablets in use before unpaired devices, revoked ones last.
func rank(s Status) int {
	switch {
	case s.Tablet == nil:
		return 1
	case s.Tablet.Revoked != nil:
		return 2
	}
	return 0
}

func label(s Status) string {
	if s.Tablet != nil {
		return s.Tablet.Number + "\x1f" + string(s.Tablet.ID)
	}
	return s.Presence.Device
}

// presences is a copy of what was heard, without what is forgotten.
func (s *Service) presences() map[string]Presence {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	out := make(map[string]Presence, len(s.present))
	for key, p := range s.present {
		out[key] = p
	}
	return out
}

// online reports whether the device was heard within the time of the rules.
func (s *Service) online(p *Presence, now time.Time) bool {
	return p != nil && !p.Gone && now.Sub(p.At).Milliseconds() <= s.o.Rules.QuietMS
}

// flags says what is wrong with one of the list.
func (s *Service) flags(st *Status, all []Status, version string) []Flag {
	out := []Flag{}
	p, r := st.Presence, s.o.Rules
	if st.Tablet == nil {
		out = append(out, FlagUnpaired)
	}
	if p == nil || st.Tablet != nil && st.Tablet.Revoked != nil {
		return out
	}
	raise := func(f Flag, is bool) {
		if is {
			out = append(out, f)
		}
	}
	raise(FlagQuiet, !st.Online && !p.Over && !slices.ContainsFunc(all, func(o Status) bool { return o.Online && o.Presence.Judge == p.Judge }))
	raise(FlagBattery, p.Battery != nil && *p.Battery < r.BatteryLow && (p.Charging == nil || !*p.Charging))
	raise(FlagClock, p.ClockOffMS != nil && max(*p.ClockOffMS, -*p.ClockOffMS) > r.ClockOffMS)
	raise(FlagSlow, p.RoundTripMS != nil && *p.RoundTripMS > r.SlowMS)
	raise(FlagTwoArmed, p.Armed != nil && slices.ContainsFunc(all, func(o Status) bool {
		return o.Presence != nil && o.Presence != p && (o.Online || st.Online) && o.Presence.Judge == p.Judge && o.Presence.Armed != nil && *o.Presence.Armed == *p.Armed
	}))
	raise(FlagOldVersion, version != "" && p.App != "" && p.App != version)
	return out
}
