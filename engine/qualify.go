package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
)

// Qualification says who may compete in a division (参赛资格). It is data of
// the division; what it does not ask is not looked at.
type Qualification struct {
	Identities []Identity `json:"identities"` // none: everybody, mixed
	// MinAge and MaxAge are whole years on the day AsOf (2006-01-02); 0: no
	// bound.
	MinAge int    `json:"min_age,omitempty"`
	MaxAge int    `json:"max_age,omitempty"`
	AsOf   string `json:"as_of,omitempty" maxLength:"10"`
	// MinLevel is the least level that a competitor holds: 4 asks for 4, 3, 2
	// or 1; 0 asks for none.
	MinLevel bank.Level `json:"min_level,omitempty"`
	// Certificate asks for the certificate's number of whoever states a level.
	Certificate bool `json:"certificate,omitempty"`
	// IDNumber asks for the number of an identity document.
	IDNumber bool `json:"id_number,omitempty"`
	// PerDelegation is the most competitors, or teams that are marked together,
	// of one delegation; 0: any number.
	PerDelegation int `json:"per_delegation,omitempty"`
}

// ageLimit bounds ages; it is no rule.
const ageLimit = 120

func (q *Qualification) check(c *checker) {
	for i, id := range q.Identities {
		path := fmt.Sprintf("qualification.identities[%d]", i)
		c.need(slices.Contains(Identities, id), path, "identity_unknown", "give employee, teacher or student")
		c.need(!slices.Contains(q.Identities[:i], id), path, "duplicate", "this identity is in the list already")
	}
	c.need(q.MinAge >= 0 && q.MaxAge >= 0 && max(q.MinAge, q.MaxAge) <= ageLimit && (q.MaxAge == 0 || q.MaxAge >= q.MinAge),
		"qualification.max_age", "out_of_range", "give 0 to 120 years, the youngest first")
	_, err := time.Parse(time.DateOnly, q.AsOf)
	c.need(q.MinAge == 0 && q.MaxAge == 0 && q.AsOf == "" || err == nil, "qualification.as_of", "date_form", "give the day on which ages count, as 2026-11-01")
	c.need(q.MinLevel == 0 || q.MinLevel.Valid(), "qualification.min_level", "level_range", "give a level from 5 to 1, or 0 for none")
	c.need(q.PerDelegation >= 0 && q.PerDelegation <= maxCompetitors, "qualification.per_delegation", "out_of_range", "0 or above")
}

// judge names at path every reason why the person may not compete.
func (q *Qualification) judge(p *Person, path string, c *checker) {
	switch {
	case len(q.Identities) == 0:
	case p.Identity == "":
		c.add(path+"identity", "identity_missing", "say whether the person is employee, teacher or student: the division asks for it")
	case !slices.Contains(q.Identities, p.Identity):
		c.add(path+"identity", "identity_not_here", "people of this identity do not compete in this division", "identity", string(p.Identity))
	}
	q.judgeAge(p, path, c)
	switch {
	case q.MinLevel == 0:
	case p.HeldLevel == 0:
		c.add(path+"held_level", "level_missing", "the division asks for "+q.MinLevel.En()+" or higher; the person holds none", "level", q.MinLevel.Zh())
	case p.HeldLevel > q.MinLevel:
		c.add(path+"held_level", "level_too_low", "the division asks for "+q.MinLevel.En()+" or higher; the person holds "+p.HeldLevel.En(),
			"level", q.MinLevel.Zh(), "held", p.HeldLevel.Zh())
	}
	if q.Certificate && p.HeldLevel != 0 {
		c.need(p.HeldNumber != "", path+"held_number", "certificate_missing", "give the number of the certificate")
	}
	if q.IDNumber {
		c.need(p.IDNumber != "" || p.candidate != "", path+"id_number", "id_missing", "give the number of the identity document")
	}
}

func (q *Qualification) judgeAge(p *Person, path string, c *checker) {
	if q.MinAge == 0 && q.MaxAge == 0 {
		return
	}
	born, err := time.Parse(time.DateOnly, p.Born)
	if err != nil {
		c.add(path+"born", "born_missing", "give the date of birth: the division asks for an age")
		return
	}
	day, _ := time.Parse(time.DateOnly, q.AsOf)
	age := wholeYears(born, day)
	if age < q.MinAge || q.MaxAge != 0 && age > q.MaxAge {
		most := "∞"
		if q.MaxAge != 0 {
			most = strconv.Itoa(q.MaxAge)
		}
		c.add(path+"born", "age_outside", fmt.Sprintf("the person is %d years old on %s; the division asks for %d to %s", age, q.AsOf, q.MinAge, most),
			"age", strconv.Itoa(age), "day", q.AsOf, "from", strconv.Itoa(q.MinAge), "to", most)
	}
}

// wholeYears counts the full years from a day to another: who was born on
// 29 February is a year older on 1 March.
func wholeYears(from, to time.Time) int {
	n := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		n--
	}
	return n
}

// of names the reasons why a stored competitor may not compete.
func (q *Qualification) of(c *Competitor) []fault.Field {
	out := checker{}
	known := func(id exam.CandidateID) exam.CandidateID {
		if strings.HasPrefix(string(id), namedOnly) {
			return ""
		}
		return id
	}
	if len(c.Members) == 0 {
		q.judge(&Person{Born: c.Born, Identity: c.Identity, HeldLevel: c.HeldLevel, HeldNumber: c.HeldNumber, candidate: known(c.Candidate)}, "", &out)
	}
	for i, m := range c.Members {
		q.judge(&Person{Born: m.Born, Identity: m.Identity, HeldLevel: m.HeldLevel, HeldNumber: m.HeldNumber, candidate: known(m.Candidate)},
			fmt.Sprintf("members[%d].", i), &out)
	}
	return out
}
