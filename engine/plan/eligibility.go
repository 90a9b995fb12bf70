package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// Eligibility (申报条件) is who may enter for which level, as the occupation's
// standard says: of each level any one branch is enough, of a branch all
// conditions must hold. Standards of several generations live side by side,
// so it is a document of its own with id and version.
type Eligibility struct {
	ID      string       `json:"id"`
	Version string       `json:"version"`
	Name    scoring.Text `json:"name"`
	Source  string       `json:"source"` // the standard it was taken from
	// Example: shipped as an example, not checked against the standard.
	Example bool `json:"example,omitempty"`
	// AsOf is the day on which ages and years are counted: the end of
	// registration (default) or the first day of the exam.
	AsOf   AsOf        `json:"as_of,omitempty"`
	Levels []LevelRule `json:"levels"` // a level without a rule is open to all
}

// AsOf names the day that counts.
type AsOf string

// The days that may count.
const (
	AsOfRegistrationEnd AsOf = "registration_end"
	AsOfExam            AsOf = "exam"
)

// LevelRule says who may enter for one level.
type LevelRule struct {
	Level bank.Level `json:"level"`
	AnyOf []Branch   `json:"any_of"`
}

// Branch is one way to be eligible.
type Branch struct {
	ID    string      `json:"id"`
	AllOf []Condition `json:"all_of"`
}

// ConditionKind says what a condition looks at.
type ConditionKind string

// The kinds of condition with what they use.
const (
	CondAge        ConditionKind = "age"               // Min: whole years of age
	CondYears      ConditionKind = "years_total"       // Min: years in this or a related occupation
	CondHeld       ConditionKind = "held_level"        // Level, or a higher one, of this or a related occupation
	CondYearsSince ConditionKind = "years_since_level" // Min years since the certificate of Level or higher
	CondDiploma    ConditionKind = "diploma_type"      // AnyOf: kinds of diploma
	CondTitle      ConditionKind = "title"             // AnyOf: grades of professional title
	CondInSchool   ConditionKind = "in_school"         // a student of the final year
)

// Condition is one predicate.
type Condition struct {
	Kind  ConditionKind `json:"kind"`
	Min   int           `json:"min,omitempty"` // years
	Level bank.Level    `json:"level,omitempty"`
	AnyOf []string      `json:"any_of,omitempty"`
}

// Words of diplomas and titles in workbooks, the first one the usual; the
// keys are the values that conditions name.
var (
	diplomaWords = map[string][]string{
		"secondary":          {"中等职业学校", "中专", "职高", "职业高中", "技工学校", "中技"},
		"senior_technical":   {"高级技工学校", "高级技校", "高级工班"},
		"technician_college": {"技师学院", "预备技师"},
		"junior_college":     {"大专", "专科", "高职", "高等职业学校"},
		"bachelor":           {"本科", "大学本科", "学士"},
		"postgraduate":       {"研究生", "硕士", "博士"},
	}
	titleWords = map[string][]string{
		"assistant":    {"初级职称", "初级", "助理", "员级"},
		"intermediate": {"中级职称", "中级"},
		"senior":       {"高级职称", "高级", "副高", "正高"},
	}
)

// Facts are what an entry states about the person. A nil or empty fact is not
// stated, which is not the same as "none".
type Facts struct {
	// Born is needed only with documents that do not tell it.
	Born        string `json:"born,omitempty"`         // 2006-01-02
	YearsTotal  *int   `json:"months_total,omitempty"` // months in this or a related occupation
	HeldLevel   *int   `json:"held_level,omitempty"`   // 1..5; 0: holds none
	HeldSince   string `json:"held_since,omitempty"`   // 2006-01-02, day of the certificate
	HeldNumber  string `json:"held_number,omitempty"`  // of the certificate
	Diploma     string `json:"diploma,omitempty"`      // key of diplomaWords, or "none"
	Title       string `json:"title,omitempty"`        // key of titleWords, or "none"
	InSchool    *bool  `json:"in_school,omitempty"`    // student of the final year
	GraduatesOn string `json:"graduates_on,omitempty"`
}

// Truth is whether a condition, branch or rule holds.
type Truth string

// The three values: what was not stated is unknown, never false.
const (
	Yes     Truth = "yes"
	No      Truth = "no"
	Unknown Truth = "unknown"
)

// Result is the outcome of a check of eligibility.
type Result string

// The outcomes.
const (
	Eligible      Result = "eligible"
	NotEligible   Result = "not_eligible"
	NeedsEvidence Result = "needs_evidence" // nothing speaks against a branch, but facts are missing
)

// Verdict is the outcome with its explanation.
type Verdict struct {
	Result Result `json:"result"`
	Branch string `json:"branch"` // that holds; "" when none does
	// Branches shows every branch with its conditions, so that people see what
	// is missing; empty when the level has no rule.
	Branches []BranchVerdict `json:"branches"`
	Missing  []Condition     `json:"missing"` // of the branch that is nearest
	Rule     string          `json:"rule"`    // id and version of the document
}

// BranchVerdict is one branch.
type BranchVerdict struct {
	Branch     string             `json:"branch"`
	Holds      Truth              `json:"holds"`
	Conditions []ConditionVerdict `json:"conditions"`
}

// ConditionVerdict is one condition with what the person has.
type ConditionVerdict struct {
	Condition
	Holds Truth        `json:"holds"`
	Have  string       `json:"have"` // "24", "5.5"; "" when not stated
	Text  scoring.Text `json:"text"` // the condition in words
}

// Evaluate checks the facts for a level on a day. born is the zero time when
// it is not known. It is pure.
func (e *Eligibility) Evaluate(level bank.Level, f Facts, born, day time.Time) Verdict {
	v := Verdict{Result: Eligible, Branches: []BranchVerdict{}, Missing: []Condition{}, Rule: e.ID + "@" + e.Version}
	i := slices.IndexFunc(e.Levels, func(r LevelRule) bool { return r.Level == level })
	if i < 0 {
		return v
	}
	v.Result = NotEligible
	nearest := -1
	for _, b := range e.Levels[i].AnyOf {
		bv := b.evaluate(f, born, day)
		v.Branches = append(v.Branches, bv)
		switch {
		case bv.Holds == Yes && v.Branch == "":
			v.Result, v.Branch = Eligible, b.ID
		case bv.Holds == Unknown && v.Result == NotEligible:
			v.Result = NeedsEvidence
		}
		if missing := bv.missing(); nearest < 0 || len(missing) < nearest {
			nearest, v.Missing = len(missing), missing
		}
	}
	if v.Result == Eligible {
		v.Missing = []Condition{}
	}
	return v
}

func (b *Branch) evaluate(f Facts, born, day time.Time) BranchVerdict {
	v := BranchVerdict{Branch: b.ID, Holds: Yes, Conditions: []ConditionVerdict{}}
	for _, c := range b.AllOf {
		holds, have := c.test(f, born, day)
		v.Conditions = append(v.Conditions, ConditionVerdict{Condition: c, Holds: holds, Have: have, Text: c.Text()})
		if holds == No || holds == Unknown && v.Holds == Yes {
			v.Holds = holds
		}
	}
	return v
}

func (v *BranchVerdict) missing() []Condition {
	list := []Condition{}
	for _, c := range v.Conditions {
		if c.Holds != Yes {
			list = append(list, c.Condition)
		}
	}
	return list
}

// test evaluates one condition and says what the person has.
func (c *Condition) test(f Facts, born, day time.Time) (Truth, string) {
	switch c.Kind {
	case CondAge:
		if born.IsZero() {
			return Unknown, ""
		}
		n := wholeYears(born, day)
		return truth(n >= c.Min), strconv.Itoa(n)
	case CondYears:
		if f.YearsTotal == nil {
			return Unknown, ""
		}
		return truth(*f.YearsTotal >= 12*c.Min), years(*f.YearsTotal)
	case CondHeld, CondYearsSince:
		return c.testHeld(f, day)
	case CondDiploma:
		return oneOf(f.Diploma, c.AnyOf)
	case CondTitle:
		return oneOf(f.Title, c.AnyOf)
	case CondInSchool:
		if f.InSchool == nil {
			return Unknown, ""
		}
		return truth(*f.InSchool), strconv.FormatBool(*f.InSchool)
	}
	return Unknown, "" // check refuses other kinds
}

func (c *Condition) testHeld(f Facts, day time.Time) (Truth, string) {
	if f.HeldLevel == nil {
		return Unknown, ""
	}
	held := *f.HeldLevel != 0 && bank.Level(*f.HeldLevel) <= c.Level // 1 is the highest
	if c.Kind == CondHeld || !held {
		return truth(held), strconv.Itoa(*f.HeldLevel)
	}
	since, err := time.Parse(time.DateOnly, f.HeldSince)
	if err != nil {
		return Unknown, ""
	}
	n := wholeYears(since, day)
	return truth(n >= c.Min), strconv.Itoa(n)
}

func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func oneOf(have string, list []string) (Truth, string) {
	if have == "" {
		return Unknown, ""
	}
	return truth(slices.Contains(list, have)), have
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

// years writes months as years: 66 is "5.5".
func years(months int) string {
	return strconv.FormatFloat(float64(months)/12, 'f', -1, 32)
}

// Text is the condition in words.
func (c *Condition) Text() scoring.Text {
	switch c.Kind {
	case CondAge:
		return scoring.Text{ZH: fmt.Sprintf("年满%d周岁", c.Min), EN: fmt.Sprintf("at least %d years old", c.Min)}
	case CondYears:
		return scoring.Text{ZH: fmt.Sprintf("累计从事本职业或相关职业工作满%d年", c.Min), EN: fmt.Sprintf("%d years in this or a related occupation", c.Min)}
	case CondHeld:
		return scoring.Text{ZH: "取得本职业或相关职业" + c.Level.Zh() + "证书", EN: "holds " + c.Level.En()}
	case CondYearsSince:
		return scoring.Text{ZH: fmt.Sprintf("取得%s证书后满%d年", c.Level.Zh(), c.Min), EN: fmt.Sprintf("%d years since the certificate of %s", c.Min, c.Level.En())}
	case CondDiploma:
		return scoring.Text{ZH: "学历：" + words(diplomaWords, c.AnyOf), EN: "diploma: " + strings.Join(c.AnyOf, " or ")}
	case CondTitle:
		return scoring.Text{ZH: "职称：" + words(titleWords, c.AnyOf), EN: "title: " + strings.Join(c.AnyOf, " or ")}
	case CondInSchool:
		return scoring.Text{ZH: "毕业年级在校生", EN: "student of the final year"}
	}
	return scoring.Text{ZH: string(c.Kind), EN: string(c.Kind)}
}

func words(of map[string][]string, keys []string) string {
	list := make([]string, 0, len(keys))
	for _, k := range keys {
		if w := of[k]; w != nil {
			k = w[0]
		}
		list = append(list, k)
	}
	return strings.Join(list, "或")
}

func (e *Eligibility) check(c *checker) {
	if len(e.Levels) == 0 {
		return // open to all
	}
	c.need(e.ID != "" && e.Version != "", "eligibility.version", "version_missing", "the rules need an id and a version")
	c.need(e.AsOf == "" || e.AsOf == AsOfRegistrationEnd || e.AsOf == AsOfExam, "eligibility.as_of", "as_of_unknown", "give registration_end or exam")
	for i, r := range e.Levels {
		path := fmt.Sprintf("eligibility.levels[%d]", i)
		c.need(r.Level.Valid(), path+".level", "level_range", "give a level from 5 to 1")
		c.need(len(r.AnyOf) > 0, path+".any_of", "branches_missing", "give at least one branch, or leave the level out")
		for j, b := range r.AnyOf {
			path := fmt.Sprintf("%s.any_of[%d]", path, j)
			c.need(b.ID != "" && len(b.AllOf) > 0, path, "branch_empty", "a branch has an id and at least one condition")
			for k, cond := range b.AllOf {
				cond.check(c, fmt.Sprintf("%s.all_of[%d]", path, k))
			}
		}
	}
}

func (c *Condition) check(at *checker, path string) {
	switch c.Kind {
	case CondAge, CondYears:
		at.need(c.Min > 0 && c.Min < 100, path+".min", "years_range", "give 1 to 99 years")
	case CondYearsSince:
		at.need(c.Min > 0 && c.Min < 100 && c.Level.Valid(), path, "years_range", "give a level and 1 to 99 years")
	case CondHeld:
		at.need(c.Level.Valid(), path+".level", "level_range", "give a level from 5 to 1")
	case CondDiploma:
		at.need(known(diplomaWords, c.AnyOf), path+".any_of", "value_unknown", "name known kinds of diploma")
	case CondTitle:
		at.need(known(titleWords, c.AnyOf), path+".any_of", "value_unknown", "name known grades of title")
	case CondInSchool:
	default:
		at.need(false, path+".kind", "condition_unknown", "this kind of condition is not known")
	}
}

func known(of map[string][]string, keys []string) bool {
	for _, k := range keys {
		if of[k] == nil {
			return false
		}
	}
	return len(keys) > 0
}

func (e *Eligibility) clean() {
	notNil(&e.Levels)
	for i := range e.Levels {
		notNil(&e.Levels[i].AnyOf)
		for j := range e.Levels[i].AnyOf {
			notNil(&e.Levels[i].AnyOf[j].AllOf)
		}
	}
}
