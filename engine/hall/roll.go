package hall

import (
	"context"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// CallView is a call as the call room sees it.
type CallView struct {
	No       int                `json:"no"`
	Name     string             `json:"name"`
	Batch    int                `json:"batch"`
	Modules  []scoring.ModuleID `json:"modules"`
	StartsAt time.Time          `json:"starts_at"`
	DueAt    time.Time          `json:"due_at"`    // until then people report in time
	CutoffAt time.Time          `json:"cutoff_at"` // afterwards who is missing is absent
	Counts   map[State]int      `json:"counts"`    // every state, also 0
	Late     int                `json:"late"`      // have reported late
	Overdue  int                `json:"overdue"`   // have not reported though they should have
	AllReady bool               `json:"all_ready"` // nobody is waited for
	Released bool               `json:"released"`  // by the chief judge: people go in without the others
	Asked    int                `json:"asked"`     // late admissions that the chief judge has not decided
	Refused  int                `json:"refused"`   // absences that the division would not take
	Together bool               `json:"together"`  // by the rules people go in only when nobody is waited for
	Identity bool               `json:"identity"`  // by the rules nobody is ready before a check of identity
}

// MemberView is one competitor of a call, for the call room only.
type MemberView struct {
	Competitor string `json:"competitor"`
	Name       string `json:"name"`
	Unit       string `json:"unit"`
	Entry      string `json:"entry"` // entry code; "" before the draw or without that layer
	Batch      int    `json:"batch"` // 0: not drawn
	// People are whose photos can be asked for: one, or the members of a team.
	People []Person `json:"people"`
	State  State    `json:"state"`
	// Since is when the state began; null where nobody has reported.
	Since *time.Time `json:"since"`
	// LateMS is by how much the competitor reported late; 0: in time.
	LateMS   int64           `json:"late_ms"`
	Overdue  bool            `json:"overdue"` // should have reported
	Identity []IdentityCheck `json:"identity"`
	Steps    []Step          `json:"steps"` // oldest first, undone ones too
	// Asked is the newest question to the chief judge about a late admission;
	// null: none.
	Asked *Ask `json:"asked"`
	// Told says whether the division has the absence, or its end; "" where
	// there was none. ToldCode is the code of its refusal.
	Told     Told   `json:"told"`
	ToldCode string `json:"told_code"`
}

// Calls lists the calls of a division, the first made first. Errors: those of
// Desk.Office.
func (s *Service) Calls(ctx context.Context, by access.AccountID, division string) ([]CallView, error) {
	if err := s.desk.Office(ctx, division, by, PostCallRoom); err != nil {
		return nil, err
	}
	out := []CallView{}
	now := s.now()
	err := s.read(ctx, division, func(h *Hall) error {
		for _, c := range h.calls {
			out = append(out, h.callView(c, now))
		}
		return nil
	})
	return out, err
}

func (h *Hall) callView(c *call, now time.Time) CallView {
	r := h.frame.Rules
	v := CallView{
		No: c.No, Name: c.Name, Batch: c.Batch, Modules: append([]scoring.ModuleID{}, c.Modules...), StartsAt: c.StartsAt,
		DueAt: c.due(r), CutoffAt: c.cutoff(r), Counts: map[State]int{}, AllReady: c.allReady(), Released: c.released,
		Together: r.Together, Identity: r.Identity,
	}
	for _, s := range States {
		v.Counts[s] = 0
	}
	for _, a := range h.asks {
		if a.Call == c.No && a.Decided == nil {
			v.Asked++
		}
	}
	for _, id := range c.Members {
		m := c.of[id]
		state := m.state()
		v.Counts[state]++
		if s := m.reported(); s != nil && s.LateMS > 0 {
			v.Late++
		}
		if state == Expected && now.After(v.DueAt) {
			v.Overdue++
		}
		if t := h.absenceOf(c, id); t != nil && t.told == ToldRefused {
			v.Refused++
		}
	}
	return v
}

// absenceOf is the newest delivery of a competitor's absence for the call's
// modules, or nil.
func (h *Hall) absenceOf(c *call, competitor string) *telling {
	return h.latest(func(d Delivery) bool {
		return d.Competitor == competitor && len(d.Modules) == len(c.Modules) && subject(d.Modules) == subject(c.Modules)
	})
}

// Roll lists the people of a call with everything that the call room may know:
// name and entry code, never a code of another layer. That by has seen a call's
// people is recorded, at the first time and before they are shown. Errors:
// ErrNoCall, those of Desk.Office.
func (s *Service) Roll(ctx context.Context, by access.AccountID, division string, no int) (CallView, []MemberView, error) {
	people, err := s.keeper(ctx, by, division)
	if err != nil {
		return CallView{}, nil, err
	}
	if err := s.looked(ctx, by, division, no); err != nil {
		return CallView{}, nil, err
	}
	of := make(map[string]Competitor, len(people))
	for _, p := range people {
		of[p.ID] = p
	}
	var v CallView
	out := []MemberView{}
	now := s.now()
	err = s.read(ctx, division, func(h *Hall) error {
		c, err := h.call(no)
		if err != nil {
			return err
		}
		v = h.callView(c, now)
		for _, id := range c.Members {
			out = append(out, h.memberView(c, id, of[id], now))
		}
		return nil
	})
	return v, out, err
}

// looked records that by sees the people of a call, once.
func (s *Service) looked(ctx context.Context, by access.AccountID, division string, no int) error {
	err := s.read(ctx, division, func(h *Hall) error { _, err := h.call(no); return err })
	if err != nil {
		return err
	}
	b, key := s.book(division), fmt.Sprintf("seen/%s/%d", by, no)
	b.mu.Lock()
	seen := b.looked[key]
	b.mu.Unlock()
	if seen {
		return nil
	}
	if err := s.note(ctx, by, division, kindRollSeen, key, rollSeen{no}); err != nil {
		return err
	}
	b.mu.Lock()
	b.looked[key] = true
	b.mu.Unlock()
	return nil
}

func (h *Hall) memberView(c *call, id string, p Competitor, now time.Time) MemberView {
	m := c.of[id]
	v := MemberView{
		Competitor: id, Name: p.Name, Unit: p.Unit, Entry: p.Entry, Batch: p.Batch, People: append([]Person{}, p.People...), State: m.state(),
		Identity: append([]IdentityCheck{}, m.checks...), Steps: []Step{},
	}
	for _, s := range m.steps {
		v.Steps = append(v.Steps, *s)
	}
	if s := m.last(); s != nil {
		since := s.At
		v.Since = &since
	}
	if s := m.reported(); s != nil {
		v.LateMS = s.LateMS
	}
	v.Overdue = v.State == Expected && now.After(c.due(h.frame.Rules))
	for _, a := range h.asks {
		if a.Call == c.No && a.competitor == id {
			v.Asked = &a.Ask
		}
	}
	if v.Asked != nil {
		copied := *v.Asked
		v.Asked = &copied
	}
	if t := h.absenceOf(c, id); t != nil {
		v.Told, v.ToldCode = t.told, t.code
	}
	return v
}

// callAt is the number of the call that a record made; 0 for another record.
func (h *Hall) callAt(seq int64) int {
	for _, c := range h.calls {
		if c.seq == seq {
			return c.No
		}
	}
	return 0
}
