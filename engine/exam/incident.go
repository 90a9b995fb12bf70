package exam

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// IncidentKind tells trouble from misconduct.
type IncidentKind string

// The kinds of incidents.
const (
	IncidentTrouble    IncidentKind = "incident"   // 异常情况: power, network, illness, disturbance
	IncidentMisconduct IncidentKind = "misconduct" // 违纪违规
)

// Statement says how the candidate took the record.
type Statement string

// What a candidate does with a record of misconduct.
const (
	StatementSigned  Statement = "signed"
	StatementRefused Statement = "refused" // 拒签
	StatementAbsent  Statement = "absent"  // has left
)

// MisconductTiers are the degrees of misconduct that a regulator names. They
// are data: a record names one, and what it means for the result is for
// people to decide.
type MisconductTiers struct {
	Version string           `json:"version"`
	Note    scoring.Text     `json:"note"`
	Tiers   []MisconductTier `json:"tiers"`
}

// MisconductTier is one degree.
type MisconductTier struct {
	Code        string       `json:"code"`
	Name        scoring.Text `json:"name"`
	Consequence scoring.Text `json:"consequence"`
	Examples    scoring.Text `json:"examples,omitzero"`
}

//go:embed data/misconduct.json
var misconductExample []byte

// ExampleTiers returns the tiers of a sitting whose rules name none. They are
// an example (domain/exam.md §4.6) and say so.
func ExampleTiers() MisconductTiers {
	var t MisconductTiers
	if err := json.Unmarshal(misconductExample, &t); err != nil {
		panic(fmt.Sprintf("data/misconduct.json: %v", err)) // embedded, and read by a test
	}
	return t
}

// tiers returns the degrees of misconduct that apply under the rules.
func (r *Rules) tiers() MisconductTiers {
	if r.Misconduct != nil {
		return *r.Misconduct
	}
	return ExampleTiers()
}

// IncidentNo numbers the incidents of a sitting from 1.
type IncidentNo int

// Incident is a record of trouble or misconduct (考场情况记录), an event of the
// sitting's stream. Who enters it is its first signature.
type Incident struct {
	No   IncidentNo   `json:"no"`
	Kind IncidentKind `json:"kind" enum:"incident,misconduct"`
	// Tier is one of the tiers that TiersVersion names; misconduct only.
	Tier         string     `json:"tier,omitempty"`
	TiersVersion string     `json:"tiers_version,omitempty"`
	Attempt      AttemptID  `json:"attempt,omitempty"` // of the candidate; misconduct always
	Centre       string     `json:"centre"`
	Room         string     `json:"room"`
	Happened     time.Time  `json:"happened_at"`
	Facts        string     `json:"facts"`
	Action       string     `json:"action"` // what was done
	Statement    Statement  `json:"statement,omitempty" enum:"signed,refused,absent"`
	Evidence     []Evidence `json:"evidence"`
	Node         string     `json:"node"`
}

// Evidence is a file of an incident. Its digest is in the ledger, the file
// itself sealed in the store.
type Evidence struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"` // image/png, image/jpeg, application/pdf
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"` // bytes
}

// IncidentSigned is the second signature.
type IncidentSigned struct {
	No   IncidentNo `json:"no"`
	Node string     `json:"node"`
}

// IncidentWithdrawn takes back a record that nobody else has signed.
type IncidentWithdrawn struct {
	No     IncidentNo `json:"no"`
	Reason string     `json:"reason"`
	Node   string     `json:"node"`
}

const (
	kindIncident          = "sitting.incident"
	kindIncidentSigned    = "sitting.incident_signed"
	kindIncidentWithdrawn = "sitting.incident_withdrawn"
)

// IncidentState says how far a record is.
type IncidentState string

// The states of a record.
const (
	IncidentOpen      IncidentState = "open"   // waits for the second signature
	IncidentComplete  IncidentState = "signed" // by two
	IncidentTakenBack IncidentState = "withdrawn"
)

// IncidentRecord is an incident as the course holds it.
type IncidentRecord struct {
	Incident
	Seq       int64         `json:"seq"`
	State     IncidentState `json:"state"`
	By        string        `json:"by"` // account
	At        time.Time     `json:"at"`
	SignedBy  string        `json:"signed_by,omitempty"` // account
	SignedAt  *time.Time    `json:"signed_at,omitempty"`
	Withdrawn string        `json:"withdrawn_reason,omitempty"`
}

// applyIncident folds one record in; known is false for other kinds. The list
// is copied, because a course that was handed out never changes.
func (c *Course) applyIncident(kind string, data []byte, seq int64, at time.Time, actor string) (known bool, err error) {
	switch kind {
	case kindIncident:
		var e Incident
		if err := json.Unmarshal(data, &e); err != nil {
			return true, err
		}
		c.Incidents = append(slices.Clip(c.Incidents), IncidentRecord{Incident: e, Seq: seq, State: IncidentOpen, By: actor, At: at})
	case kindIncidentSigned:
		var e IncidentSigned
		if err := json.Unmarshal(data, &e); err != nil {
			return true, err
		}
		return true, c.changeIncident(e.No, func(r *IncidentRecord) {
			r.State, r.SignedBy, r.SignedAt = IncidentComplete, actor, timeOf(at)
		})
	case kindIncidentWithdrawn:
		var e IncidentWithdrawn
		if err := json.Unmarshal(data, &e); err != nil {
			return true, err
		}
		return true, c.changeIncident(e.No, func(r *IncidentRecord) { r.State, r.Withdrawn = IncidentTakenBack, e.Reason })
	default:
		return false, nil
	}
	return true, nil
}

func (c *Course) changeIncident(no IncidentNo, change func(*IncidentRecord)) error {
	c.Incidents = slices.Clone(c.Incidents)
	r := c.incident(no)
	if r == nil {
		return fmt.Errorf("there is no incident %d", no)
	}
	change(r)
	return nil
}

// incident returns the record with the number, or nil.
func (c *Course) incident(no IncidentNo) *IncidentRecord {
	i := slices.IndexFunc(c.Incidents, func(r IncidentRecord) bool { return r.No == no })
	if i < 0 {
		return nil
	}
	return &c.Incidents[i]
}

const (
	maxFacts    = 6000 // bytes
	maxEvidence = 10   // files of one record
)

// checkIncident reports every wrong field and clears those that the kind does
// not use. now bounds when it can have happened.
func (s *Sitting) checkIncident(e *Incident, tiers *MisconductTiers, now time.Time) []fault.Field {
	var fields []fault.Field
	bad := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
	}
	e.Facts, e.Action = strings.TrimSpace(e.Facts), strings.TrimSpace(e.Action)
	if e.Facts == "" || len(e.Facts) > maxFacts {
		bad("facts", "facts_length", fmt.Sprintf("say what happened, in at most %d bytes", maxFacts))
	}
	if len(e.Action) > maxFacts {
		bad("action", "facts_length", fmt.Sprintf("at most %d bytes", maxFacts))
	}
	if s.room(e.Centre, e.Room) == nil {
		bad("room", "room_unknown", "the sitting has no such room")
	}
	if e.Happened.IsZero() || e.Happened.After(now.Add(time.Minute)) {
		bad("happened_at", "time_range", "give the time when it happened, not one to come")
	}
	if len(e.Evidence) > maxEvidence {
		bad("evidence", "evidence_count", fmt.Sprintf("a record takes at most %d files", maxEvidence))
	}
	switch e.Kind {
	case IncidentTrouble:
		e.Tier, e.TiersVersion, e.Statement = "", "", ""
	case IncidentMisconduct:
		e.TiersVersion = tiers.Version
		if !slices.ContainsFunc(tiers.Tiers, func(t MisconductTier) bool { return t.Code == e.Tier }) {
			bad("tier", "tier_unknown", "give one of the tiers of the rules")
		}
		if e.Attempt == "" {
			bad("attempt", "attempt_missing", "say whom it is about")
		}
		switch e.Statement {
		case StatementSigned, StatementRefused, StatementAbsent:
		default:
			bad("statement", "statement_unknown", "say whether the candidate signed: signed, refused or absent")
		}
	default:
		bad("kind", "kind_unknown", "give incident or misconduct")
	}
	return fields
}

// check reports every wrong field of the tiers.
func (t *MisconductTiers) check() []fault.Field {
	if t == nil {
		return nil
	}
	var fields []fault.Field
	bad := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: "rules.misconduct." + path, Code: code, Message: message})
	}
	if t.Version == "" {
		bad("version", "version_missing", "the tiers need a version")
	}
	if len(t.Tiers) == 0 || len(t.Tiers) > 20 {
		bad("tiers", "tiers_count", "give 1 to 20 tiers")
	}
	seen := map[string]bool{}
	for i, tier := range t.Tiers {
		if tier.Code == "" || seen[tier.Code] {
			bad(fmt.Sprintf("tiers[%d].code", i), "code_repeated", "give each tier a code of its own")
		}
		if tier.Name.ZH == "" {
			bad(fmt.Sprintf("tiers[%d].name.zh", i), "name_missing", "give the tier's Chinese name")
		}
		seen[tier.Code] = true
	}
	return fields
}
