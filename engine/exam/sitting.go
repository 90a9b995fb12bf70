package exam

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

type (
	// SittingID names a sitting.
	SittingID string
	// CandidateID names a person across sittings; it is derived from the
	// blinded ID number.
	CandidateID string
	// AttemptID names one candidate's run in one sitting.
	AttemptID string
	// TicketNo is the number on the ticket (准考证号), unique in the store.
	TicketNo string
)

// Rules are the times and policies of a sitting that a regulator or organiser
// sets. They are data, and frozen into the ledger when the sitting opens.
// Durations are milliseconds.
type Rules struct {
	Version string `json:"version"` // of the rules document; each result names it
	// LimitMS is the writing time, before accommodation.
	LimitMS int64 `json:"limit_ms"`
	// EntryOpensMS before starts_at candidates may sign in.
	EntryOpensMS int64 `json:"entry_opens_ms"`
	// LastEntryMS after the start is the last moment of admission. Who was
	// admitted in time may begin to write later. It never moves the end.
	LastEntryMS int64 `json:"last_entry_ms"`
	// EarliestHandInMS after the start of the sitting candidates may hand in.
	EarliestHandInMS int64 `json:"earliest_hand_in_ms"`
	// GraceMS after the end, answers still count if the candidate's own clock
	// proves that they were given before it; then the clock hands in.
	GraceMS int64 `json:"grace_ms"`
	// EarlyStartMS before starts_at the start may be given; 0: not before.
	EarlyStartMS int64 `json:"early_start_ms"`
	// ShuffleOptions gives each candidate an own order of the options that are
	// not fixed.
	ShuffleOptions bool `json:"shuffle_options"`
	// Multiple says what an incomplete multiple choice earns.
	Multiple scoring.Policy `json:"multiple"`
	// MultiplePartial is what the policy partial_if_subset gives, in basis
	// points of the question's score, rounded half up to 0.01 marks.
	MultiplePartial int64 `json:"multiple_partial_bp"`
	// SEB is the lockdown in Safe Exam Browser; nil: none is asked for.
	SEB *SEBRules `json:"seb,omitempty"`
	// BindIP binds a seat to the network address it started from.
	BindIP bool `json:"bind_ip,omitempty"`
	// Activity says what becomes of page-leave and focus events.
	Activity ActivityPolicy `json:"activity,omitempty" enum:"report,ignore"`
	// FillIn, Ordering and Matching say what such answers earn that are right
	// in part: all or per_blank; all or per_pair. Empty means per_blank, all, all.
	FillIn   scoring.Policy `json:"fill_in,omitempty"`
	Ordering scoring.Policy `json:"ordering,omitempty"`
	Matching scoring.Policy `json:"matching,omitempty"`
	// Overdue says what becomes of an attempt at the end of the grace; empty
	// means hand_in.
	Overdue OverduePolicy `json:"overdue,omitempty" enum:"hand_in,abandon"`
	// Grading says what the marks amount to and who passes. Its sections are
	// "s1", "s2", … in paper order.
	Grading scoring.Grading `json:"grading,omitzero"`
	// Contingency bounds the time that may be given back; nil: no bound.
	Contingency *Contingency `json:"contingency,omitempty"`
	// SpareShareBP of all seats of a room, in basis points, stay free.
	SpareShareBP int64 `json:"spare_share_bp,omitempty"`
	// ReleaseBeforeMS before starts_at the papers may be released; 0: not
	// before.
	ReleaseBeforeMS int64 `json:"release_before_ms,omitempty"`
	// StartJitterMS bounds the random wait of a seat before it asks for the
	// paper. Nobody loses time: the clock runs from the first view of it.
	StartJitterMS int64 `json:"start_jitter_ms,omitempty"`
	// AbsentAfterMS after the start, who was not admitted may be marked absent.
	AbsentAfterMS int64 `json:"absent_after_ms,omitempty"`
	// Face lets a machine compare faces; nil: only people do.
	Face *FaceRules `json:"face,omitempty"`
	// Misconduct are the tiers that records of misconduct name; nil: those of
	// ExampleTiers.
	Misconduct *MisconductTiers `json:"misconduct,omitempty"`
}

// Place is a seat: codes of centre (考点), room (考场) and seat (机位).
type Place struct {
	Centre string `json:"centre"`
	Room   string `json:"room"`
	Seat   string `json:"seat"`
}

// Centre is a place of examination with its rooms, in seating order.
type Centre struct {
	Code  string `json:"code"` // unique in the sitting
	Name  string `json:"name"`
	Rooms []Room `json:"rooms"`
}

// Room is a room with its seats in seating order. Spare seats come last and
// are left free by Prepare.
type Room struct {
	Code  string   `json:"code"` // unique in the centre
	Name  string   `json:"name"`
	Seats []string `json:"seats"`           // unique in the room
	Spare []string `json:"spare,omitempty"` // kept for moves
	// Columns is how many seats stand in a row; 0: all in one.
	Columns int `json:"columns,omitempty" minimum:"0"`
	// Accessible are those of the seats that Prepare gives first to candidates
	// who need them.
	Accessible []string `json:"accessible,omitempty"`
}

// Sitting is a scheduled exam (场次) as planned. It does not change after
// CreateSitting; what happens to it is in its ledger stream.
type Sitting struct {
	ID         SittingID       `json:"id"`
	Code       string          `json:"code"` // short, for the ticket template
	Name       scoring.Text    `json:"name"`
	Occupation bank.Occupation `json:"occupation"`
	Level      bank.Level      `json:"level"`
	// Papers are the parallel forms, A first; neighbours get different ones.
	Papers   []bank.PaperID `json:"papers"`
	Centres  []Centre       `json:"centres"`
	StartsAt time.Time      `json:"starts_at"`
	ClosesAt time.Time      `json:"closes_at"`
	Rules    Rules          `json:"rules"`
	// Ticket is the template of ticket numbers: literal text and the fields
	// {sitting} {centre} {room} {seat} {serial}, each with an optional width to
	// which it is filled up with zeros: "37{centre}{room:2}{seat:3}".
	Ticket string `json:"ticket"`
	// Seed fixes placing, forms and option orders.
	Seed      uint64    `json:"seed,string"`
	CreatedAt time.Time `json:"created_at"`
}

// ReleaseFrom is the earliest time at which custodians may release the papers.
func (s *Sitting) ReleaseFrom() time.Time { return s.StartsAt.Add(-ms(s.Rules.ReleaseBeforeMS)) }

// Limits of one sitting; they bound memory and documents, they are no rule of
// any examination.
const (
	MaxCandidates = 10000
	maxForms      = 8
	maxDuration   = 48 * int64(time.Hour/time.Millisecond)
)

// Validate reports every wrong field with ErrSittingInvalid.
func (s *Sitting) Validate() error {
	var fields []fault.Field
	add := func(ok bool, path, code, message string) {
		if !ok {
			fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
		}
	}
	add(s.ID != "" && len(s.ID) <= 100, "id", "id_form", "give an id of 1 to 100 bytes")
	add(strings.TrimSpace(s.Name.ZH) != "", "name.zh", "name_missing", "give the sitting's Chinese name")
	add(s.Level.Valid(), "level", "level_range", "give a level from 5 to 1")
	add(len(s.Papers) >= 1 && len(s.Papers) <= maxForms, "papers", "papers_count", fmt.Sprintf("give 1 to %d papers", maxForms))
	add(!s.StartsAt.IsZero(), "starts_at", "time_missing", "give the time of the start")
	add(s.ClosesAt.After(s.StartsAt), "closes_at", "time_order", "the sitting closes after its start")
	fields = append(fields, s.Rules.check()...)
	fields = append(fields, checkCentres(s.Centres)...)
	if err := checkTemplate(s.Ticket); err != nil {
		fields = append(fields, fault.Field{Path: "ticket", Code: "ticket_template", Message: err.Error()})
	}
	if fields == nil {
		return nil
	}
	return ErrSittingInvalid.With(fields...)
}

func (r *Rules) check() []fault.Field {
	var fields []fault.Field
	if r.Version == "" {
		fields = append(fields, fault.Field{Path: "rules.version", Code: "version_missing", Message: "rules need a version"})
	}
	for _, d := range []struct {
		name    string
		ms, min int64
	}{
		{"limit_ms", r.LimitMS, 1}, {"entry_opens_ms", r.EntryOpensMS, 0}, {"last_entry_ms", r.LastEntryMS, 0},
		{"earliest_hand_in_ms", r.EarliestHandInMS, 0}, {"grace_ms", r.GraceMS, 0}, {"early_start_ms", r.EarlyStartMS, 0},
	} {
		if d.ms < d.min || d.ms > maxDuration {
			fields = append(fields, fault.Field{Path: "rules." + d.name, Code: "duration_range",
				Message: fmt.Sprintf("give %d to %d milliseconds", d.min, maxDuration)})
		}
	}
	switch r.Multiple {
	case scoring.PolicyAll, scoring.PolicyPartial, scoring.PolicyPerOption:
	default:
		fields = append(fields, fault.Field{Path: "rules.multiple", Code: "policy_unknown",
			Message: "give all, partial_if_subset or per_option"})
	}
	for _, f := range []struct {
		path   string
		kind   scoring.ItemKind
		policy scoring.Policy
	}{{"fill_in", scoring.ItemFillIn, r.FillIn}, {"ordering", scoring.ItemOrdering, r.Ordering}, {"matching", scoring.ItemMatching, r.Matching}} {
		if f.policy != "" && !f.kind.Allows(f.policy) {
			fields = append(fields, fault.Field{Path: "rules." + f.path, Code: "policy_unknown",
				Message: "this kind of question cannot be marked so"})
		}
	}
	if r.MultiplePartial < 0 || r.MultiplePartial >= 10000 {
		fields = append(fields, fault.Field{Path: "rules.multiple_partial_bp", Code: "share_range",
			Message: "give 0 to 9999 basis points"})
	}
	if r.Activity != "" && r.Activity != ActivityReport && r.Activity != ActivityIgnore {
		fields = append(fields, fault.Field{Path: "rules.activity", Code: "activity_unknown", Message: "give report or ignore"})
	}
	fields = append(fields, r.SEB.check("rules.seb")...)
	fields = append(fields, r.Misconduct.check()...)
	return append(fields, r.checkRoom()...)
}

func checkCentres(centres []Centre) []fault.Field {
	var fields []fault.Field
	seen := map[string]bool{}
	need := func(path, scope, code string) {
		switch {
		case code == "" || strings.ContainsAny(code, "/\x1f"):
			fields = append(fields, fault.Field{Path: path, Code: "code_form", Message: "give a code without a slash"})
		case seen[scope+"/"+code]:
			fields = append(fields, fault.Field{Path: path, Code: "code_repeated", Message: "this code is used twice"})
		}
		seen[scope+"/"+code] = true
	}
	seats := 0
	for i, c := range centres {
		path := fmt.Sprintf("centres[%d]", i)
		need(path+".code", "", c.Code)
		for j, r := range c.Rooms {
			path := fmt.Sprintf("%s.rooms[%d]", path, j)
			need(path+".code", c.Code, r.Code)
			seats += len(r.Seats)
			for k, seat := range slices.Concat(r.Seats, r.Spare) {
				need(fmt.Sprintf("%s.seats[%d]", path, k), c.Code+"/"+r.Code, seat)
			}
			for k, seat := range r.Accessible {
				if !slices.Contains(r.Seats, seat) && !slices.Contains(r.Spare, seat) {
					fields = append(fields, fault.Field{Path: fmt.Sprintf("%s.accessible[%d]", path, k), Code: "accessible_unknown", Message: "the room has no such seat"})
				}
			}
		}
	}
	if seats == 0 {
		fields = append(fields, fault.Field{Path: "centres", Code: "seats_missing", Message: "the sitting has no seats"})
	}
	return fields
}

// has reports whether the place exists in the sitting, spare seats included.
func (s *Sitting) has(p Place) bool {
	r := s.room(p.Centre, p.Room)
	return r != nil && (slices.Contains(r.Seats, p.Seat) || slices.Contains(r.Spare, p.Seat))
}

// fills reports whether Prepare may give the place to somebody.
func (s *Sitting) fills(p Place) bool {
	r := s.room(p.Centre, p.Room)
	return r != nil && slices.Contains(r.Seats, p.Seat)
}

// accessible reports whether the place is an accessible seat.
func (s *Sitting) accessible(p Place) bool {
	r := s.room(p.Centre, p.Room)
	return r != nil && slices.Contains(r.Accessible, p.Seat)
}

// centre returns the centre with the code, or nil.
func (s *Sitting) centre(code string) *Centre {
	i := slices.IndexFunc(s.Centres, func(c Centre) bool { return c.Code == code })
	if i < 0 {
		return nil
	}
	return &s.Centres[i]
}

// room returns the room with the codes, or nil.
func (s *Sitting) room(centre, code string) *Room {
	c := s.centre(centre)
	if c == nil {
		return nil
	}
	i := slices.IndexFunc(c.Rooms, func(r Room) bool { return r.Code == code })
	if i < 0 {
		return nil
	}
	return &c.Rooms[i]
}

// names returns the names of the place's centre and room; "" for unknown ones.
func (s *Sitting) names(p Place) PlaceNames {
	for _, c := range s.Centres {
		if c.Code != p.Centre {
			continue
		}
		for _, r := range c.Rooms {
			if r.Code == p.Room {
				return PlaceNames{Centre: c.Name, Room: r.Name}
			}
		}
		return PlaceNames{Centre: c.Name}
	}
	return PlaceNames{}
}

// fields of a ticket template.
var ticketFields = map[string]bool{"sitting": true, "centre": true, "room": true, "seat": true, "serial": true}

func checkTemplate(template string) error {
	_, err := fillTemplate(template, map[string]string{})
	if err == nil && !strings.Contains(template, "{serial") && !strings.Contains(template, "{seat") {
		err = fmt.Errorf("the template needs {seat} or {serial}, or two tickets would be equal")
	}
	return err
}

// fillTemplate replaces the fields of a ticket template by their values.
func fillTemplate(template string, values map[string]string) (string, error) {
	var b strings.Builder
	for rest := template; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			break
		}
		field, tail, closed := strings.Cut(after, "}")
		name, digits, sized := strings.Cut(field, ":")
		pad := 0
		if sized {
			n, err := strconv.Atoi(digits)
			if err != nil || n < 1 || n > 20 {
				return "", fmt.Errorf("{%s} has a bad width", field)
			}
			pad = n
		}
		if !closed || !ticketFields[name] {
			return "", fmt.Errorf("{%s} is no field of a ticket number", field)
		}
		b.WriteString(strings.Repeat("0", max(0, pad-len(values[name]))))
		b.WriteString(values[name])
		rest = tail
	}
	return b.String(), nil
}
