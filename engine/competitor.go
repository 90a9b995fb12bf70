package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
	"github.com/xinglu/xinglu/internal/store"
)

type (
	// CompetitorID names a competitor within a division.
	CompetitorID string
	// TeamID names a team of several competitors within a division.
	TeamID string
)

// Identity is what kind of person a competitor is.
type Identity string

// The identities by which contests group people and filter awards.
const (
	Employee Identity = "employee" // 职工
	Teacher  Identity = "teacher"  // 教师
	Student  Identity = "student"  // 学生
)

// Identities lists every identity in the order in which screens show them.
var Identities = []Identity{Employee, Teacher, Student}

// Competitor is one person in a division (选手), or a team that is marked as
// one: then Name is the team's and Members are its people. It is stored as one
// document a revision, never changed; the contest's Roll names the revision
// that counts. ID numbers are sealed in the context of the competitor.
type Competitor struct {
	ID       CompetitorID `json:"id"`
	Doc      string       `json:"doc,omitempty"` // id of this document; "" in documents of the first version
	Division DivisionID   `json:"division"`
	// Candidate is who sits the theory paper; of a team the first member.
	Candidate exam.CandidateID `json:"candidate"`
	Name      string           `json:"name"`
	Unit      string           `json:"unit"`
	City      string           `json:"city"`
	// Delegation is the id of the contest's delegation that sent the
	// competitor, Identity the group of people that awards are filtered by.
	Delegation DelegationID `json:"delegation,omitempty"`
	Identity   Identity     `json:"identity,omitempty"`
	HeldLevel  bank.Level   `json:"held_level,omitempty"` // certificate held; 0: none
	Team       TeamID       `json:"team,omitempty"`       // of whom is marked one by one
	Role       string       `json:"role,omitempty"`       // in the team
	Members    []Member     `json:"members,omitempty"`    // of a team that is marked as one

	HeldNumber string      `json:"held_number,omitempty"` // of the certificate
	Born       string      `json:"born,omitempty"`        // 2006-01-02
	IDType     exam.IDType `json:"id_type,omitempty"`
	IDSealed   string      `json:"id_sealed,omitempty"`
	IDMasked   string      `json:"id_masked,omitempty"`
	TeamName   string      `json:"team_name,omitempty"`
	// Carried are marks that come along from an earlier stage.
	Carried []CarriedPart `json:"carried,omitempty"`
	Source  string        `json:"source,omitempty"` // "form", file and row, "plan/<id>", "division/<id>"
	At      time.Time     `json:"at,omitzero"`
	By      string        `json:"by,omitempty"`
}

// Member is one person of a team that is marked as one competitor.
type Member struct {
	Candidate  exam.CandidateID `json:"candidate"`
	Name       string           `json:"name"`
	Role       string           `json:"role,omitempty"`
	Identity   Identity         `json:"identity,omitempty"`
	HeldLevel  bank.Level       `json:"held_level,omitempty"`
	HeldNumber string           `json:"held_number,omitempty"`
	Born       string           `json:"born,omitempty"`
	IDType     exam.IDType      `json:"id_type,omitempty"`
	IDSealed   string           `json:"id_sealed,omitempty"`
	IDMasked   string           `json:"id_masked,omitempty"`
}

// NewCompetitor is a registered candidate about to be entered.
func NewCompetitor(candidate, name, unit, city string) Competitor {
	return Competitor{Candidate: exam.CandidateID(candidate), Name: name, Unit: unit, City: city}
}

var competitors = store.Table[Competitor]{
	// Only documents of the first version have the key candidate.
	Collection: store.Collection{Name: "competitors", Indexes: []store.Index{{Name: "division"}, {Name: "candidate", Unique: true}, {Name: "by_candidate"}}},
	ID: func(c *Competitor) string {
		if c.Doc == "" {
			return string(c.ID)
		}
		return c.Doc
	},
	Keys: func(c *Competitor) map[string]string {
		return map[string]string{"division": string(c.Division), "by_candidate": store.Key(string(c.Division), string(c.Candidate))}
	},
}

// sealContext ties a sealed value to its competitor and person.
func (c *Competitor) sealContext(person exam.CandidateID) string {
	return "competitor/" + string(c.ID) + "/" + string(person) + "/id_number"
}

// persons lists who the competitor is: one, or the members.
func (c *Competitor) persons() []exam.CandidateID {
	if len(c.Members) == 0 {
		return []exam.CandidateID{c.Candidate}
	}
	list := make([]exam.CandidateID, 0, len(c.Members))
	for _, m := range c.Members {
		list = append(list, m.Candidate)
	}
	return list
}

// Person is one person on the way in, from the form or a row of a workbook.
type Person struct {
	Name       string      `json:"name" maxLength:"200"`
	IDType     exam.IDType `json:"id_type,omitempty"`
	IDNumber   string      `json:"id_number" maxLength:"100"`
	Born       string      `json:"born,omitempty" maxLength:"20"` // 2006-01-02; needed only with documents that do not tell it
	Unit       string      `json:"unit" maxLength:"400"`
	City       string      `json:"city,omitempty" maxLength:"200"`
	Delegation string      `json:"delegation,omitempty" maxLength:"300"` // id or name
	Identity   Identity    `json:"identity" enum:"employee,teacher,student"`
	HeldLevel  bank.Level  `json:"held_level,omitempty"`
	HeldNumber string      `json:"held_number,omitempty" maxLength:"100"`
	Team       string      `json:"team,omitempty" maxLength:"300"` // its name
	Role       string      `json:"role,omitempty" maxLength:"100"` // id or name
	// Waiver is why the person may compete though not qualified; organisers
	// only.
	Waiver string `json:"waiver,omitempty" maxLength:"300"`

	// candidate is set where the person is known already: entries of plans,
	// people of an earlier stage.
	candidate exam.CandidateID
}

// Limits of one person; they bound documents, they are no rule.
const (
	maxName   = 60  // characters
	maxUnit   = 100 // characters
	maxNumber = 60  // bytes
)

// normal brings the person into the form that is checked and stored.
func (p *Person) normal() {
	for _, s := range []*string{&p.Name, &p.Unit, &p.City, &p.Delegation, &p.Team, &p.Role, &p.HeldNumber} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	p.Waiver = strings.TrimSpace(p.Waiver)
	if p.IDType == "" {
		p.IDType = exam.IDResident
	}
	p.IDNumber = exam.NormalID(p.IDNumber)
	if p.IDType == exam.IDResident && len(p.IDNumber) == 18 && exam.CheckID(p.IDType, p.IDNumber) == "" {
		n := p.IDNumber
		p.Born = n[6:10] + "-" + n[10:12] + "-" + n[12:14]
	}
}

// check says what is wrong with a normal person by itself.
func (p *Person) check(path string, today time.Time, c *checker) {
	c.need(p.Name != "" && utf8.RuneCountInString(p.Name) <= maxName, path+"name", "name_length", "give a name of at most 60 characters")
	c.need(p.candidate != "" || !strings.ContainsFunc(p.Name, unicode.IsDigit), path+"name", "name_digits", "a name holds no digits")
	c.need(utf8.RuneCountInString(p.Unit) <= maxUnit, path+"unit", "unit_length", "the unit has at most 100 characters")
	c.need(p.Identity == "" || slices.Contains(Identities, p.Identity), path+"identity", "identity_unknown", "give employee, teacher or student")
	c.need(p.HeldLevel == 0 || p.HeldLevel.Valid(), path+"held_level", "level_range", "give a level from 5 to 1, or 0 for none")
	c.need(len(p.HeldNumber) <= maxNumber, path+"held_number", "number_length", "the certificate's number has at most 60 characters")
	c.need(utf8.RuneCountInString(p.Team) <= maxUnit, path+"team", "team_length", "a team's name has at most 100 characters")
	if p.IDNumber != "" {
		if code := exam.CheckID(p.IDType, p.IDNumber); code != "" {
			c.add(path+"id_number", code, namelist.IDAdvice(code))
		}
	}
	if p.Born != "" {
		t, err := time.Parse(time.DateOnly, p.Born)
		c.need(err == nil && t.Year() > 1900 && !t.After(today), path+"born", "date_form", "give a past date as 1990-05-01")
	}
}

// person is under which id the person is known. Without a number that is the
// name and unit: good enough where the division asks for no number.
func (s *Contests) person(p *Person) exam.CandidateID {
	switch {
	case p.candidate != "":
		return p.candidate
	case p.IDNumber != "":
		return exam.PersonOf(s.opts.Sealer, p.IDType, p.IDNumber)
	}
	return exam.CandidateID(namedOnly + s.opts.Sealer.Blind(p.Name+"\x00"+p.Unit, "competitor_name")[:24])
}

// namedOnly begins the ids of people who are known by name and unit alone.
const namedOnly = "named-"

// where names a person for people: the name with the masked number.
func (p *Person) where() string {
	return strings.TrimSpace(p.Name + " " + exam.MaskID(p.IDType, p.IDNumber))
}

// sealID seals the person's number for the competitor.
func (s *Contests) sealID(c *Competitor, who exam.CandidateID, p *Person) (sealed, masked string, err error) {
	if p.IDNumber == "" {
		return "", "", nil
	}
	sealed, err = s.opts.Sealer.Seal([]byte(p.IDNumber), c.sealContext(who))
	if err != nil {
		return "", "", fmt.Errorf("sealing an ID number: %w", err)
	}
	return sealed, exam.MaskID(p.IDType, p.IDNumber), nil
}
