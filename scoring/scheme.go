package scoring

// The identifiers of a scheme are short and printable, as on the paper sheet.
// Those of modules, sub-criteria and aspects are unique in their scheme, those
// of steps, deductions and hits in their aspect.
type (
	// SchemeID names a scheme through its versions.
	SchemeID string
	// ModuleID names a module: "B".
	ModuleID string
	// SubCriterionID names a sub-criterion: "C14".
	SubCriterionID string
	// AspectID names an aspect: "B-J1".
	AspectID string
	// StepID names a step of a stepped measurement.
	StepID string
	// DeductionID names a listed deduction.
	DeductionID string
	// HitID names an item of a hit list.
	HitID string
	// ZeroRuleID names a zeroing rule.
	ZeroRuleID string
	// ViolationID names a violation.
	ViolationID string
)

// Text is a name or sentence in the languages of the screens. ZH is always
// there; where EN is empty, screens show ZH.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// english returns the English text, or the Chinese where there is none.
func (t Text) english() string {
	if t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Scheme is a marking scheme (评分表): what is marked and for how much. It is
// frozen when its stage opens; a change is a new version.
//
// Judges see the whole scheme. The public sees only Public.
type Scheme struct {
	ID      SchemeID `json:"id"`
	Version int      `json:"version"` // from 1
	Name    Text     `json:"name"`
	Modules []Module `json:"modules"`

	// Sections are the sections of the occupational standard (WSSS) that
	// aspects belong to; without them aspects name none. SectionDeviation is
	// how far a section's share of the marks may lie from its weight, in basis
	// points of the whole.
	Sections         []Section `json:"sections,omitempty"`
	SectionDeviation int       `json:"section_deviation,omitempty"`

	// Zeroing are the rules that hold in every module, Module.Zeroing those of
	// one; Violations are what is punished by steps. See Conduct.
	Zeroing    []ZeroRule  `json:"zeroing,omitempty"`
	Violations []Violation `json:"violations,omitempty"`
}

// Section is one section of the occupational standard (WSSS, WSOS).
type Section struct {
	ID     string `json:"id"` // "1"
	Name   Text   `json:"name"`
	Weight int    `json:"weight"` // basis points of all marks; those of a scheme add up to 10000
}

// Source says where a module's marks come from.
type Source string

// The sources of a module's marks.
const (
	SourcePanel    Source = "panel"    // judges' entries, aspect by aspect
	SourceImported Source = "imported" // one amount from elsewhere, such as a theory paper
)

// Module is one scored task of an event (模块). Max is the sum of its
// sub-criteria; an imported module has none, and Max is the most that may be
// imported (the paper's own total, since weights are applied by Rules).
type Module struct {
	ID          ModuleID       `json:"id"`
	Name        Text           `json:"name"`
	Max         Marks          `json:"max"` // hundredths
	Source      Source         `json:"source"`
	SubCriteria []SubCriterion `json:"sub_criteria"` // empty, not null, for an imported module

	// SeenAs is the layer of identity at which its judges see a competitor;
	// empty means station.
	SeenAs SeenAs `json:"seen_as,omitempty"`
	// TimeLimitMS is how long competitors have, in milliseconds; 0 = no limit.
	TimeLimitMS int64      `json:"time_limit_ms,omitempty"`
	Zeroing     []ZeroRule `json:"zeroing,omitempty"`
}

// SeenAs is the layer of identity at which judges see what they mark.
type SeenAs string

// The layers that judges may see. None of them shows a name.
const (
	SeenAtStation SeenAs = "station" // live, by the station code (赛位号): marks of the process
	SeenAsWork    SeenAs = "work"    // afterwards, by the work code (评审号): marks of the result
)

// SubCriterion groups aspects (评分项). Max is stated apart from the aspects
// so that a sheet whose parts do not add up is caught.
type SubCriterion struct {
	ID      SubCriterionID `json:"id"`
	Name    Text           `json:"name"`
	Max     Marks          `json:"max"` // hundredths; the sum of its aspects
	Aspects []Aspect       `json:"aspects"`

	Day    int    `json:"day,omitempty"`     // day of marking, from 1; 0 = not stated
	SeenAs SeenAs `json:"seen_as,omitempty"` // replaces the module's
}

// Kind says how an aspect is observed and turned into marks.
type Kind string

// The kinds of aspect. The comment names the Observation field a judge fills
// and the Aspect field that holds the parameters.
const (
	KindBinary    Kind = "measurement_binary"    // Met; full marks or nothing
	KindStepped   Kind = "measurement_stepped"   // Step; one of Aspect.Steps
	KindTolerance Kind = "measurement_tolerance" // Measured; within Aspect.Tolerance full marks, else nothing
	KindLinear    Kind = "linear_deduction"      // Errors; Max − Errors × Aspect.Linear.PerError, never below 0
	KindPoints    Kind = "points"                // Points; 0 to Max in steps of Aspect.Points.Step
	KindJudgement Kind = "judgement"             // Level 0–3; mean level ÷ 3 × Max, with four Aspect.Descriptors
	KindPot       Kind = "deduction_pot"         // Deductions; Max − Aspect.Deductions taken, never below 0
	KindPenalty   Kind = "penalty"               // Deductions; taken off the module (Max is 0), which never falls below 0
	KindHitList   Kind = "hit_list"              // Hits; the steps of Aspect.HitList's items, and what false alarms leave of their pot
	KindTimeTable Kind = "time_table"            // TimeMS, or the station's clock; marks by the rows of Aspect.TimeTable
)

// The judgement sheet has four levels, 0 to 3; its formula divides by 3.
const (
	levelTop       = 3
	descriptorsLen = levelTop + 1
)

// Kinds returns every kind of aspect, in the order of the documentation.
func Kinds() []Kind {
	return []Kind{
		KindBinary, KindStepped, KindTolerance, KindLinear,
		KindPoints, KindJudgement, KindPot, KindPenalty,
		KindHitList, KindTimeTable,
	}
}

// Aspect is one line of the sheet (评分点). Exactly the parameters of its
// kind are set.
type Aspect struct {
	ID          AspectID `json:"id"`
	Kind        Kind     `json:"kind"`
	Name        Text     `json:"name"`
	Description Text     `json:"description"` // what to look at and how; may be empty
	Max         Marks    `json:"max"`         // hundredths; 0 for a penalty

	// Requirement is the nominal value or expected result of a measurement, as
	// the sheet prints it.
	Requirement Text   `json:"requirement,omitzero"`
	Section     string `json:"section,omitempty"` // of Scheme.Sections

	// Agreement replaces the rules' default for the kind.
	Agreement *Agreement `json:"agreement,omitempty"`

	Steps       []Step      `json:"steps,omitempty"`       // measurement_stepped: at least two, one worth Max
	Tolerance   *Tolerance  `json:"tolerance,omitempty"`   // measurement_tolerance
	Linear      *Linear     `json:"linear,omitempty"`      // linear_deduction
	Points      *Points     `json:"points,omitempty"`      // points
	Descriptors []Text      `json:"descriptors,omitempty"` // judgement: four, for the levels 0, 1, 2, 3
	Deductions  []Deduction `json:"deductions,omitempty"`  // deduction_pot and penalty: at least one
	HitList     *HitList    `json:"hit_list,omitempty"`    // hit_list
	TimeTable   *TimeTable  `json:"time_table,omitempty"`  // time_table
}

// Step is one choice of a stepped measurement, or of an item of a hit list.
type Step struct {
	ID    StepID `json:"id"`
	Label Text   `json:"label"`
	Marks Marks  `json:"marks"` // hundredths, 0 to the aspect's Max
}

// Tolerance says which measured values earn the marks: Low ≤ value ≤ High,
// with Low = Nominal − Minus and High = Nominal + Plus. A one-sided limit
// ("≥ 1 MΩ") leaves Minus or Plus null for "no limit on that side".
//
// All amounts are integers with Decimals implied decimal places, so 80.00 mm
// with Decimals 2 is 8000; a measured value is given in the same way.
type Tolerance struct {
	Nominal  int64  `json:"nominal"`
	Minus    *int64 `json:"minus"`    // ≥ 0; null = no lower limit
	Plus     *int64 `json:"plus"`     // ≥ 0; null = no upper limit
	Decimals int    `json:"decimals"` // 0 to 6
	Unit     string `json:"unit"`     // "mm"; printed as it stands
}

// Linear takes the same amount off for each error.
type Linear struct {
	PerError Marks `json:"per_error"` // hundredths, above 0
}

// Points is a mark that the judge writes down as a number.
type Points struct {
	Step Marks `json:"step"` // hundredths, above 0; marks are multiples of it, up to Max
}

// Deduction is one listed reason to take marks off.
type Deduction struct {
	ID       DeductionID `json:"id"`
	Label    Text        `json:"label"`
	Marks    Marks       `json:"marks"`     // hundredths taken off each time, above 0
	MaxCount int         `json:"max_count"` // how often it may be taken; 0 = no limit
}

// PublicModule is all that spectators may know of a module's scheme.
type PublicModule struct {
	ID   ModuleID `json:"id"`
	Name Text     `json:"name"`
	Max  Marks    `json:"max"` // hundredths
}

// Public returns the projection of the scheme for spectators: no aspects, no
// descriptors, no tolerances.
func (s Scheme) Public() []PublicModule {
	out := make([]PublicModule, 0, len(s.Modules))
	for _, m := range s.Modules {
		out = append(out, PublicModule{ID: m.ID, Name: m.Name, Max: m.Max})
	}
	return out
}

// Module returns the module with the given id, and whether there is one.
func (s Scheme) Module(id ModuleID) (Module, bool) {
	for _, m := range s.Modules {
		if m.ID == id {
			return m, true
		}
	}
	return Module{}, false
}

// Seen returns the layer of identity at which sc is judged.
func (m Module) Seen(sc SubCriterion) SeenAs {
	switch {
	case sc.SeenAs != "":
		return sc.SeenAs
	case m.SeenAs != "":
		return m.SeenAs
	}
	return SeenAtStation
}

// Only returns the module with the sub-criteria that keep wants, as a judge
// gets it whose panel marks no others. Max stays the whole module's.
func (m Module) Only(keep func(SubCriterion) bool) Module {
	kept := []SubCriterion{}
	for _, sc := range m.SubCriteria {
		if keep(sc) {
			kept = append(kept, sc)
		}
	}
	m.SubCriteria = kept
	return m
}

// Aspects returns the module's aspects in sheet order.
func (m Module) Aspects() []Aspect {
	var out []Aspect
	for _, sc := range m.SubCriteria {
		out = append(out, sc.Aspects...)
	}
	return out
}

// Aspect returns the aspect with the given id, and whether there is one.
func (m Module) Aspect(id AspectID) (Aspect, bool) {
	for _, sc := range m.SubCriteria {
		for _, a := range sc.Aspects {
			if a.ID == id {
				return a, true
			}
		}
	}
	return Aspect{}, false
}
