package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

type (
	// ID names a plan; the caller chooses it, so that a repeated call finds
	// the first.
	ID string
	// SubjectID names a subject of a plan: "theory", "skill", "review".
	SubjectID string
	// MaterialID names something to hand in.
	MaterialID string
)

// Stream returns the ledger stream of the plan.
func (id ID) Stream() ledger.StreamID { return ledger.StreamID("plan/" + string(id)) }

// Kind says what a plan leads to.
type Kind string

// The kinds of plan.
const (
	Recognition    Kind = "recognition"     // 职业技能等级认定
	Qualification  Kind = "qualification"   // 职业资格评价
	SpecialAbility Kind = "special_ability" // 专项职业能力考核
	ContestExam    Kind = "contest_exam"    // 竞赛理论考试
)

// Valid reports whether k is a known kind.
func (k Kind) Valid() bool {
	switch k {
	case Recognition, Qualification, SpecialAbility, ContestExam:
		return true
	}
	return false
}

// Status is where a plan stands.
type Status string

// The states of a plan, in order.
const (
	Draft    Status = "draft"    // being written
	Open     Status = "open"     // frozen; takes entries
	Closed   Status = "closed"   // registration is over; entries are decided
	Arranged Status = "arranged" // everybody is in a sitting
	Archived Status = "archived"
)

// Valid reports whether s is a known status.
func (s Status) Valid() bool {
	switch s {
	case Draft, Open, Closed, Arranged, Archived:
		return true
	}
	return false
}

// Plan is one filed round. What a regulator or organiser sets is in it as
// data; opening freezes it into the ledger, and every entry names its version.
type Plan struct {
	ID      ID           `json:"id"`
	Version int          `json:"version"` // 1 and up, +1 with each change of the draft; 0 asks Save for a new plan
	Name    scoring.Text `json:"name"`
	// The columns of the public notice (计划公告).
	Organiser     string          `json:"organiser"`      // 机构名称
	OrganiserCode string          `json:"organiser_code"` // 机构编码
	OrganiserKind string          `json:"organiser_kind"` // 机构类型
	Place         string          `json:"place"`          // 认定地点
	Contact       string          `json:"contact"`        // 联系方式
	Year          int             `json:"year"`
	Batch         int             `json:"batch"` // 批次, 1 and up
	Kind          Kind            `json:"kind"`
	Occupation    bank.Occupation `json:"occupation"` // with the trade
	Levels        []bank.Level    `json:"levels"`
	Subjects      []Subject       `json:"subjects"`
	Registration  Window          `json:"registration"` // 报名时间
	Exam          Window          `json:"exam"`         // 认定时间
	Centres       []Centre        `json:"centres"`      // that may be wished for; none: no wish
	Eligibility   Eligibility     `json:"eligibility"`
	Materials     []Material      `json:"materials"`
	Photo         PhotoRule       `json:"photo"`
	Ticket        TicketForm      `json:"ticket"`
	CreatedAt     time.Time       `json:"created_at,omitzero"` // set by Save
	ChangedAt     time.Time       `json:"changed_at,omitzero"` // set by Save
}

// Subject is what is examined on its own (科目).
type Subject struct {
	ID     SubjectID    `json:"id"`
	Name   scoring.Text `json:"name"`
	Levels []bank.Level `json:"levels"` // that have it; none: all
}

// Window is from when to when.
type Window struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// holds reports whether t is in the window, both ends included.
func (w Window) holds(t time.Time) bool { return !t.Before(w.From) && !t.After(w.Until) }

// Centre is where candidates may wish to sit.
type Centre struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Material is something that a candidate hands in.
type Material struct {
	ID       MaterialID   `json:"id"`
	Name     scoring.Text `json:"name"`
	Required bool         `json:"required"`
	Note     scoring.Text `json:"note"` // when it is waived
}

// PhotoRule is what a photo has to be.
type PhotoRule struct {
	Required bool   `json:"required"`
	Width    int    `json:"width"`     // pixels
	Height   int    `json:"height"`    // pixels
	MaxBytes int    `json:"max_bytes"` // the file is smaller than this
	Format   string `json:"format"`    // "jpeg" or "png"
}

// TicketForm is what stands on tickets beside the person.
type TicketForm struct {
	Template string   `json:"template"` // of numbers, see exam.Sitting.Ticket
	Heading  string   `json:"heading"`
	Issuer   string   `json:"issuer"`
	Notes    []string `json:"notes"` // 考生须知
	PerPage  int      `json:"per_page"`
}

// subject returns the subject with the id, or nil.
func (p *Plan) subject(id SubjectID) *Subject {
	for i := range p.Subjects {
		if p.Subjects[i].ID == id {
			return &p.Subjects[i]
		}
	}
	return nil
}

// subjectsOf lists the subjects that a level has.
func (p *Plan) subjectsOf(l bank.Level) []SubjectID {
	ids := []SubjectID{}
	for _, s := range p.Subjects {
		if s.has(l) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func (s *Subject) has(l bank.Level) bool {
	for _, own := range s.Levels {
		if own == l {
			return true
		}
	}
	return len(s.Levels) == 0
}

// hasLevel reports whether the plan is held for the level.
func (p *Plan) hasLevel(l bank.Level) bool {
	for _, own := range p.Levels {
		if own == l {
			return true
		}
	}
	return false
}

// centre returns the centre with the code, or nil.
func (p *Plan) centre(code string) *Centre {
	for i := range p.Centres {
		if p.Centres[i].Code == code {
			return &p.Centres[i]
		}
	}
	return nil
}

// checker collects wrong fields.
type checker struct{ fields []fault.Field }

func (c *checker) need(ok bool, path, code, message string) {
	if !ok {
		c.fields = append(c.fields, fault.Field{Path: path, Code: code, Message: message})
	}
}

// Validate reports every wrong field with ErrInvalid.
func (p *Plan) Validate() error {
	var c checker
	c.need(p.ID != "" && len(p.ID) <= 100 && !strings.ContainsAny(string(p.ID), "/ \x1f"), "id", "id_form", "give an id of 1 to 100 bytes without slash and space")
	c.need(strings.TrimSpace(p.Name.ZH) != "", "name.zh", "name_missing", "give the plan's Chinese name")
	c.need(strings.TrimSpace(p.Organiser) != "", "organiser", "name_missing", "give the organiser's name")
	c.need(p.Year >= 2000 && p.Year <= 2200, "year", "year_range", "give the year in four digits")
	c.need(p.Batch >= 1, "batch", "batch_range", "give the number of the batch, from 1")
	c.need(p.Kind.Valid(), "kind", "kind_unknown", "give recognition, qualification, special_ability or contest_exam")
	if err := p.Occupation.Validate(); err != nil {
		for _, f := range fault.As(err).Fields {
			f.Path = "occupation." + f.Path
			c.fields = append(c.fields, f)
		}
	}
	p.checkLists(&c)
	for _, w := range []struct {
		name string
		Window
	}{{"registration", p.Registration}, {"exam", p.Exam}} {
		c.need(!w.From.IsZero() && w.Until.After(w.From), w.name, "time_order", "give a beginning and a later end")
	}
	c.need(p.Exam.Until.After(p.Registration.From), "exam", "time_order", "the exam is after registration")
	c.need(p.Photo.Width > 0 && p.Photo.Height > 0 && p.Photo.MaxBytes > 0 || p.Photo == PhotoRule{}, "photo", "photo_rule", "give width, height and max_bytes, or no rule at all")
	c.need(p.Photo.Format == "" || p.Photo.Format == "jpeg" || p.Photo.Format == "png", "photo.format", "photo_format", "give jpeg or png")
	c.need(p.Ticket.Template != "", "ticket.template", "ticket_template", "give the template of ticket numbers")
	p.Eligibility.check(&c)
	if c.fields == nil {
		return nil
	}
	return ErrInvalid.With(c.fields...)
}

func (p *Plan) checkLists(c *checker) {
	c.need(len(p.Levels) > 0 || p.Kind == SpecialAbility, "levels", "levels_missing", "name at least one level")
	seen := map[string]bool{}
	once := func(path, id string) {
		c.need(id != "" && !seen[path[:strings.IndexByte(path, '[')]+id], path, "id_repeated", "give an id that no other one has")
		seen[path[:strings.IndexByte(path, '[')]+id] = true
	}
	for i, l := range p.Levels {
		path := fmt.Sprintf("levels[%d]", i)
		c.need(l.Valid(), path, "level_range", "give a level from 5 to 1")
		once(path, fmt.Sprint(int(l)))
	}
	c.need(len(p.Subjects) > 0, "subjects", "subjects_missing", "name at least one subject")
	for i, s := range p.Subjects {
		path := fmt.Sprintf("subjects[%d]", i)
		once(path, string(s.ID))
		c.need(s.Name.ZH != "", path+".name.zh", "name_missing", "give the subject's Chinese name")
	}
	for i, m := range p.Materials {
		once(fmt.Sprintf("materials[%d]", i), string(m.ID))
	}
	for i, centre := range p.Centres {
		once(fmt.Sprintf("centres[%d]", i), centre.Code)
	}
}

// clean makes slices that are null in JSON empty and cuts times to
// milliseconds, as they are stored.
func (p *Plan) clean() {
	for _, t := range []*time.Time{&p.Registration.From, &p.Registration.Until, &p.Exam.From, &p.Exam.Until} {
		*t = t.UTC().Truncate(time.Millisecond)
	}
	notNil(&p.Levels)
	notNil(&p.Subjects)
	for i := range p.Subjects {
		notNil(&p.Subjects[i].Levels)
	}
	notNil(&p.Centres)
	notNil(&p.Materials)
	notNil(&p.Ticket.Notes)
	p.Eligibility.clean()
}

func notNil[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
