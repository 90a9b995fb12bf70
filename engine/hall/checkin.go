package hall

import (
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// State is how far a competitor is in one call (检录状态).
type State string

// The states, in order. Late is not one: it is said beside them.
const (
	Expected  State = "expected"  // 未到
	Waiting   State = "waiting"   // 候考: has reported
	Ready     State = "ready"     // 备考: checked, may go in
	Competing State = "competing" // 比赛中
	Left      State = "left"      // 离开
	Absent    State = "absent"    // 缺席: did not start
)

// States lists the states in the order of a day.
var States = []State{Expected, Waiting, Ready, Competing, Left, Absent}

// next says where each state leads. All else is taking back the last step.
var next = map[State][]State{
	Expected:  {Waiting, Absent},
	Waiting:   {Ready, Absent},
	Ready:     {Competing, Absent},
	Competing: {Left},
	Left:      {},
	Absent:    {Waiting}, // by the chief judge
}

// Call is one calling of people to compete (检录): a batch on a morning.
type Call struct {
	No   int    `json:"no"` // from 1, in the order in which they were made
	Name string `json:"name"`
	// Batch is the drawn batch that it calls, 0: no single one.
	Batch int `json:"batch"`
	// Modules are what the people come for; none: all that panels mark.
	Modules  []scoring.ModuleID `json:"modules"`
	StartsAt time.Time          `json:"starts_at"`
	Members  []string           `json:"members"` // competitors, by id
}

// Step is one move of a competitor from state to state.
type Step struct {
	Seq    int64            `json:"seq"`
	At     time.Time        `json:"at"`
	By     access.AccountID `json:"by"`
	From   State            `json:"from"`
	To     State            `json:"to"`
	LateMS int64            `json:"late_ms"` // of a report: after the time to report; 0: in time
	Device string           `json:"device"`
	Why    string           `json:"why"`
	Chief  bool             `json:"chief"` // granted by the chief judge, beyond the rules
	Undone *Undone          `json:"undone"`
}

// Undone says who took a step back.
type Undone struct {
	Seq int64            `json:"seq"`
	At  time.Time        `json:"at"`
	By  access.AccountID `json:"by"`
	Why string           `json:"why"`
}

// Method is how an identity was checked.
type Method string

// The methods of a check.
const (
	ByIDCard Method = "id_card" // the original of the identity card
	ByPhoto  Method = "photo"   // the registered photo against the face
	ByBadge  Method = "badge"   // ticket or badge with its picture
)

// Finding is what a check of identity found.
type Finding string

// The findings. A doubt is no match: the chief judge decides.
const (
	Match    Finding = "match"
	Mismatch Finding = "mismatch"
	Doubt    Finding = "doubt"
)

// IdentityCheck is one check of a competitor's identity.
type IdentityCheck struct {
	Seq     int64            `json:"seq"`
	At      time.Time        `json:"at"`
	By      access.AccountID `json:"by"`
	Method  Method           `json:"method"`
	Finding Finding          `json:"finding"`
	Note    string           `json:"note"`
	Device  string           `json:"device"`
}

// member is one competitor in one call.
type member struct {
	steps  []*Step
	checks []IdentityCheck
}

// last is the step that counts, or nil.
func (m *member) last() *Step {
	for _, s := range slices.Backward(m.steps) {
		if s.Undone == nil {
			return s
		}
	}
	return nil
}

func (m *member) state() State {
	if s := m.last(); s != nil {
		return s.To
	}
	return Expected
}

// reported is the step by which the competitor came, or nil.
func (m *member) reported() *Step {
	for _, s := range slices.Backward(m.steps) {
		if s.Undone == nil && s.To == Waiting {
			return s
		}
	}
	return nil
}

// identified reports whether the latest check has found the right person.
func (m *member) identified() bool {
	n := len(m.checks)
	return n > 0 && m.checks[n-1].Finding == Match
}

// call is one call in the fold.
type call struct {
	Call
	seq      int64 // of the record that made it
	of       map[string]*member
	released bool // by the chief judge: people go in without the others
}

// due is until when its people report in time.
func (c *call) due(r Rules) time.Time {
	return c.StartsAt.Add(-time.Duration(r.ReportBeforeMS) * time.Millisecond)
}

// cutoff is until when its people may report at all.
func (c *call) cutoff(r Rules) time.Time {
	return c.StartsAt.Add(time.Duration(r.AbsentAfterMS) * time.Millisecond)
}

// allReady reports whether nobody is waited for any more.
func (c *call) allReady() bool {
	for _, m := range c.of {
		if s := m.state(); s == Expected || s == Waiting {
			return false
		}
	}
	return true
}

func (h *Hall) call(no int) (*call, error) {
	if no < 1 || no > len(h.calls) {
		return nil, ErrNoCall.Param("call", no)
	}
	return h.calls[no-1], nil
}

func (h *Hall) member(no int, competitor string) (*call, *member, error) {
	c, err := h.call(no)
	if err != nil {
		return nil, nil, err
	}
	m := c.of[competitor]
	if m == nil {
		return nil, nil, ErrNoMember.Param("call", no)
	}
	return c, m, nil
}

// moved takes competitors of a call to another state, all or none of them.
type moved struct {
	Call        int      `json:"call"`
	Competitors []string `json:"competitors"`
	To          State    `json:"to"`
	Why         string   `json:"why,omitempty"`
	Device      string   `json:"device,omitempty"`
}

func (e moved) subject() string { return subject("moved", e.Call, e.Competitors, e.To) }

func (e moved) check(h *Hall, at time.Time) error {
	c, err := h.call(e.Call)
	if err != nil {
		return err
	}
	if len(e.Competitors) == 0 || len(e.Competitors) > maxMembers {
		return ErrInput.With(fault.Field{Path: "competitors", Code: "missing", Message: "name at least one competitor"})
	}
	if err := checkText(e.Why, false); err != nil {
		return err
	}
	var first *fault.Error
	for i, id := range e.Competitors {
		why := e.one(h, c, id, at)
		if why == nil && slices.Contains(e.Competitors[:i], id) {
			why = ErrInput
		}
		if why == nil {
			continue
		}
		if first == nil {
			first = why
		}
		first = first.With(fault.Field{Path: "competitors." + id, Code: why.Code, Message: why.Message, Params: why.Params})
	}
	if first != nil {
		return first
	}
	return nil
}

// one says why a single competitor cannot take the step, or nil.
func (e moved) one(h *Hall, c *call, id string, at time.Time) *fault.Error {
	m := c.of[id]
	if m == nil {
		return ErrNoMember.Param("call", e.Call)
	}
	from, rules := m.state(), h.frame.Rules
	if !slices.Contains(next[from], e.To) {
		return ErrStep.Param("from", from).Param("to", e.To)
	}
	cutoff := c.cutoff(rules)
	switch e.To {
	case Waiting:
		if from == Absent || at.After(cutoff) {
			return ErrTooLate.Param("at", cutoff.Format(time.RFC3339))
		}
	case Ready:
		if rules.Identity && !m.identified() {
			return ErrIdentity
		}
	case Competing:
		if rules.Together && !c.released && !c.allReady() {
			return ErrNotReady.Param("call", c.No)
		}
	case Absent:
		if e.Why == "" && (from != Expected || !at.After(cutoff)) {
			return ErrTooEarly.Param("at", cutoff.Format(time.RFC3339))
		}
	case Expected, Left:
	}
	return nil
}

func (e moved) apply(h *Hall, r ledger.Record) {
	c := h.calls[e.Call-1]
	for _, id := range e.Competitors {
		s := &Step{Seq: r.Seq, At: r.At, By: access.AccountID(r.Actor), From: c.of[id].state(), To: e.To, Device: e.Device, Why: e.Why}
		h.step(c, id, s, r.At)
	}
}

// step takes a competitor to another state. reported is when the competitor
// came, of a step to Waiting.
func (h *Hall) step(c *call, competitor string, s *Step, reported time.Time) {
	if s.To == Waiting {
		s.LateMS = max(0, reported.Sub(c.due(h.frame.Rules)).Milliseconds())
	}
	m := c.of[competitor]
	m.steps = append(m.steps, s)
	h.tellAbsence(c, competitor, s, s.From, s.To)
}

// stepUndone takes back the last step of a competitor, but for what the chief
// judge has granted.
type stepUndone struct {
	Call       int    `json:"call"`
	Competitor string `json:"competitor"`
	Step       int64  `json:"step"` // Seq of its record
	Why        string `json:"why"`
	Device     string `json:"device,omitempty"`
}

func (e stepUndone) subject() string { return subject("undone", e.Call, e.Competitor, e.Step) }

func (e stepUndone) check(h *Hall, _ time.Time) error {
	_, m, err := h.member(e.Call, e.Competitor)
	if err != nil {
		return err
	}
	if s := m.last(); s == nil || s.Seq != e.Step || s.Chief {
		return ErrUndo
	}
	return checkText(e.Why, true)
}

func (e stepUndone) apply(h *Hall, r ledger.Record) {
	c := h.calls[e.Call-1]
	m := c.of[e.Competitor]
	s := m.last()
	s.Undone = &Undone{Seq: r.Seq, At: r.At, By: access.AccountID(r.Actor), Why: e.Why}
	h.tellAbsence(c, e.Competitor, &Step{Seq: r.Seq, By: s.Undone.By, Why: e.Why}, s.To, m.state())
}

// identityChecked is one check of identity.
type identityChecked struct {
	Call       int     `json:"call"`
	Competitor string  `json:"competitor"`
	Method     Method  `json:"method"`
	Finding    Finding `json:"finding"`
	Note       string  `json:"note,omitempty"`
	Device     string  `json:"device,omitempty"`
}

func (e identityChecked) subject() string {
	return subject("identity", e.Call, e.Competitor, e.Method, e.Finding)
}

func (e identityChecked) check(h *Hall, _ time.Time) error {
	if _, _, err := h.member(e.Call, e.Competitor); err != nil {
		return err
	}
	if !slices.Contains([]Method{ByIDCard, ByPhoto, ByBadge}, e.Method) || !slices.Contains([]Finding{Match, Mismatch, Doubt}, e.Finding) {
		return ErrInput.With(fault.Field{Path: "method", Code: "unknown", Message: "no such method or finding"})
	}
	return checkText(e.Note, e.Finding != Match)
}

func (e identityChecked) apply(h *Hall, r ledger.Record) {
	m := h.calls[e.Call-1].of[e.Competitor]
	m.checks = append(m.checks, IdentityCheck{Seq: r.Seq, At: r.At, By: access.AccountID(r.Actor), Method: e.Method, Finding: e.Finding, Note: e.Note, Device: e.Device})
}
