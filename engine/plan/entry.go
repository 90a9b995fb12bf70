package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// EntryID names one person's entry in one plan, through all its revisions.
type EntryID string

// Application is an entry as it is written into the form or a row of the
// workbook.
type Application struct {
	Name      string       `json:"name"`
	IDType    exam.IDType  `json:"id_type"`
	IDNumber  string       `json:"id_number"`
	Phone     string       `json:"phone"`
	Unit      string       `json:"unit"`
	Level     bank.Level   `json:"level"`
	Subjects  []SubjectID  `json:"subjects"` // none: all of the level
	Centre    string       `json:"centre"`   // code of the wished centre, "" for any
	Factor    exam.Factor  `json:"factor"`   // of accommodation in thousandths; 0 is none
	Needs     string       `json:"needs"`    // accommodation in words
	Facts     Facts        `json:"facts"`
	Materials []MaterialID `json:"materials"` // handed in
	Contest
}

// Contest is what an entry for a contest says besides. The words are the
// contest's: Delegation names one of its delegations, Role a role of the
// event's teams.
type Contest struct {
	Identity   string `json:"identity,omitempty" enum:"employee,teacher,student"`
	Delegation string `json:"delegation,omitempty" maxLength:"300"`
	City       string `json:"city,omitempty" maxLength:"200"`
	Team       string `json:"team,omitempty" maxLength:"300"`
	Role       string `json:"role,omitempty" maxLength:"100"`
}

// Entry is a checked application as it is stored: one document a revision,
// never changed. ID number and phone are sealed in the context of the entry.
type Entry struct {
	Doc         string           `json:"doc"` // id of this document
	ID          EntryID          `json:"id"`
	Plan        ID               `json:"plan"`
	PlanVersion int              `json:"plan_version"`
	Person      exam.CandidateID `json:"person"`
	Name        string           `json:"name"`
	IDType      exam.IDType      `json:"id_type"`
	IDSealed    string           `json:"id_sealed"`
	IDMasked    string           `json:"id_masked"`
	PhoneSealed string           `json:"phone_sealed,omitempty"`
	PhoneMasked string           `json:"phone_masked,omitempty"`
	Unit        string           `json:"unit"`
	Level       bank.Level       `json:"level"`
	Subjects    []SubjectID      `json:"subjects"`
	Centre      string           `json:"centre,omitempty"`
	Factor      exam.Factor      `json:"factor"`
	Needs       string           `json:"needs,omitempty"`
	Facts       Facts            `json:"facts"`
	Materials   []MaterialID     `json:"materials"`
	Source      string           `json:"source"` // "form", or file and row
	At          time.Time        `json:"at"`
	By          string           `json:"by"`
	Contest
}

// sealContext ties a sealed value to its entry and field.
func (e *Entry) sealContext(field string) string { return "entry/" + string(e.ID) + "/" + field }

func entryID(p ID, person exam.CandidateID) EntryID {
	return EntryID("n" + derived("entry", string(p), string(person)))
}

func derived(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// Limits of one entry; they bound documents, they are no rule.
const (
	maxName   = 60  // characters
	maxUnit   = 100 // characters
	maxNeeds  = 300 // characters
	maxFactor = 5 * exam.Whole
)

// wrongField is one wrong field of an application; path is the JSON name.
type wrongField struct {
	path, code, message string
	params              map[string]string
}

func (w wrongField) field(prefix string) fault.Field {
	return fault.Field{Path: prefix + w.path, Code: w.code, Message: w.message, Params: w.params}
}

// normal brings the application into the form that is checked and stored.
func (a *Application) normal(p *Plan) {
	a.Name = strings.Join(strings.Fields(a.Name), " ")
	a.Unit = strings.Join(strings.Fields(a.Unit), " ")
	a.Needs = strings.TrimSpace(a.Needs)
	for _, s := range []*string{&a.Delegation, &a.City, &a.Team, &a.Role} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	if a.IDType == "" {
		a.IDType = exam.IDResident
	}
	a.IDNumber = exam.NormalID(a.IDNumber)
	a.Phone = normalPhone(a.Phone)
	if a.Factor == 0 {
		a.Factor = exam.Whole
	}
	if len(a.Subjects) == 0 {
		a.Subjects = p.subjectsOf(a.Level)
	}
	notNil(&a.Materials)
}

func normalPhone(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '(' || r == ')' || unicode.IsSpace(r):
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, s)
	return strings.TrimPrefix(s, "+86")
}

// check says what is wrong with a normal application, by itself and against
// the plan.
func (a *Application) check(p *Plan, today time.Time) []wrongField {
	var wrong []wrongField
	need := func(ok bool, path, code, message string) {
		if !ok {
			wrong = append(wrong, wrongField{path: path, code: code, message: message})
		}
	}
	need(a.Name != "" && utf8.RuneCountInString(a.Name) <= maxName, "name", "name_length", "give a name of at most 60 characters")
	need(!strings.ContainsFunc(a.Name, unicode.IsDigit), "name", "name_digits", "a name holds no digits")
	need(utf8.RuneCountInString(a.Unit) <= maxUnit, "unit", "unit_length", "the unit has at most 100 characters")
	need(utf8.RuneCountInString(a.Needs) <= maxNeeds, "needs", "needs_length", "the needs have at most 300 characters")
	if code := exam.CheckID(a.IDType, a.IDNumber); code != "" {
		need(false, "id_number", code, namelist.IDAdvice(code))
	}
	need(a.Phone == "" || phoneOK(a.Phone), "phone", "phone_form", "give a phone number of 7 to 15 digits")
	need(a.Factor >= exam.Whole && a.Factor <= maxFactor, "factor", "factor_range", "give 1000 to 5000 thousandths")
	need(p.hasLevel(a.Level) || len(p.Levels) == 0 && a.Level == 0, "level", "level_not_planned", "the plan is not held for this level")
	for _, id := range a.Subjects {
		s := p.subject(id)
		need(s != nil && s.has(a.Level), "subjects", "subject_unknown", "the plan has no such subject at this level")
	}
	need(len(a.Subjects) > 0, "subjects", "subjects_missing", "name at least one subject")
	need(a.Centre == "" || len(p.Centres) == 0 || p.centre(a.Centre) != nil, "centre", "centre_unknown", "the plan has no such centre")
	for _, m := range a.Materials {
		need(p.material(m) != nil, "materials", "material_unknown", "the plan asks for no such material")
	}
	need(p.Kind == ContestExam || a.Contest == Contest{}, "identity", "not_a_contest", "only a plan for a contest takes identity, delegation, city, team and role")
	need(slices.Contains([]string{"", "employee", "teacher", "student"}, a.Identity), "identity", "identity_unknown", "give employee, teacher or student")
	need(max(utf8.RuneCountInString(a.Delegation), utf8.RuneCountInString(a.City), utf8.RuneCountInString(a.Team), utf8.RuneCountInString(a.Role)) <= maxUnit,
		"delegation", "contest_length", "delegation, city, team and role have at most 100 characters each")
	return append(wrong, a.Facts.check(today)...)
}

func (p *Plan) material(id MaterialID) *Material {
	for i := range p.Materials {
		if p.Materials[i].ID == id {
			return &p.Materials[i]
		}
	}
	return nil
}

func phoneOK(s string) bool {
	return len(s) >= 7 && len(s) <= 15 && strings.Trim(s, "0123456789") == ""
}

// maskPhone leaves the first three and the last four digits, of short numbers
// the last two.
func maskPhone(s string) string {
	head, tail := 3, 4
	if len(s) < 11 {
		head, tail = 0, 2
	}
	if len(s) <= head+tail {
		return strings.Repeat("*", len(s))
	}
	return s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:]
}

func (f *Facts) check(today time.Time) []wrongField {
	var wrong []wrongField
	need := func(ok bool, path, code, message string) {
		if !ok {
			wrong = append(wrong, wrongField{path: "facts." + path, code: code, message: message})
		}
	}
	past := func(day string) bool {
		t, err := time.Parse(time.DateOnly, day)
		return day == "" || err == nil && t.Year() > 1900 && !t.After(today)
	}
	need(past(f.Born), "born", "date_form", "give a past date as 1990-05-01")
	need(past(f.HeldSince), "held_since", "date_form", "give a past date as 2018-05-01")
	need(f.YearsTotal == nil || *f.YearsTotal >= 0 && *f.YearsTotal <= 80*12, "months_total", "years_range", "give 0 to 80 years")
	need(f.HeldLevel == nil || *f.HeldLevel >= 0 && *f.HeldLevel <= 5, "held_level", "level_range", "give a level from 5 to 1, or none")
	need(f.Diploma == "" || f.Diploma == "none" || diplomaWords[f.Diploma] != nil, "diploma", "diploma_unknown", "this kind of diploma is not known")
	need(f.Title == "" || f.Title == "none" || titleWords[f.Title] != nil, "title", "title_unknown", "this grade of title is not known")
	need(len(f.HeldNumber) <= 60, "held_number", "number_length", "the certificate's number has at most 60 characters")
	return wrong
}

// born is the date of birth: from a resident card's number, else as stated;
// zero when it is not known.
func born(t exam.IDType, number string, f Facts) time.Time {
	day, form := f.Born, time.DateOnly
	if t == exam.IDResident && len(number) == 18 {
		day, form = number[6:14], "20060102"
	}
	d, err := time.Parse(form, day)
	if err != nil {
		return time.Time{}
	}
	return d
}

// sealEntry makes the document of a checked application.
func (s *Plans) sealEntry(p *Plan, a *Application, batch, source, by string, at time.Time) (Entry, error) {
	person := exam.PersonOf(s.seal, a.IDType, a.IDNumber)
	e := Entry{ID: entryID(p.ID, person), Plan: p.ID, PlanVersion: p.Version, Person: person,
		Name: a.Name, IDType: a.IDType, IDMasked: exam.MaskID(a.IDType, a.IDNumber), Unit: a.Unit,
		Level: a.Level, Subjects: a.Subjects, Centre: a.Centre, Factor: a.Factor, Needs: a.Needs,
		Facts: a.Facts, Materials: a.Materials, Source: source, At: at, By: by, Contest: a.Contest}
	// Each attempt to store has a document of its own, so that a list that is
	// refused in the end never touches one that counts.
	e.Doc = string(e.ID) + "." + batch
	var err error
	if e.IDSealed, err = s.seal.Seal([]byte(a.IDNumber), e.sealContext("id_number")); err != nil {
		return e, fmt.Errorf("sealing an ID number: %w", err)
	}
	if a.Phone == "" {
		return e, nil
	}
	e.PhoneMasked = maskPhone(a.Phone)
	if e.PhoneSealed, err = s.seal.Seal([]byte(a.Phone), e.sealContext("phone")); err != nil {
		return e, fmt.Errorf("sealing a phone number: %w", err)
	}
	return e, nil
}

const (
	byPlan   = "by_plan"
	byPerson = "by_person"
	byYear   = "by_year"
)

var (
	drafts = store.Table[Plan]{
		Collection: store.Collection{Name: "plans", Indexes: []store.Index{{Name: byYear}}},
		ID:         func(p *Plan) string { return string(p.ID) },
		Keys: func(p *Plan) map[string]string {
			return map[string]string{byYear: store.Key(fmt.Sprintf("%04d", p.Year), fmt.Sprintf("%04d", p.Batch), string(p.ID))}
		},
	}
	entries = store.Table[Entry]{
		Collection: store.Collection{Name: "plan_entries", Indexes: []store.Index{{Name: byPlan}, {Name: byPerson}}},
		ID:         func(e *Entry) string { return e.Doc },
		Keys: func(e *Entry) map[string]string {
			return map[string]string{byPlan: store.Key(string(e.Plan)), byPerson: store.Key(string(e.Person))}
		},
	}
)

// Collections declares the documents of this package; pass them to the store.
func Collections() []store.Collection {
	return []store.Collection{drafts.Collection, entries.Collection, photos.Collection}
}
