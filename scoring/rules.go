package scoring

type (
	// RulesID names a rules document.
	RulesID string
	// PartID names a part of the total, such as "theory" or "practical".
	PartID string
)

// Rules are the arithmetic of one event and stage, as data: how a panel
// agrees, where amounts are rounded, what counts for how much, how ties are
// broken. They are frozen when the stage opens; a change is a new version.
type Rules struct {
	ID      RulesID `json:"id"`
	Version int     `json:"version"` // from 1

	Panel     PanelRule          `json:"panel"`
	Agreement map[Kind]Agreement `json:"agreement"` // one default for every kind of aspect
	Rounding  Rounding           `json:"rounding"`  // of a panel's marks

	Parts         []Part        `json:"parts"`          // weights add up to 10000
	FullMarks     Marks         `json:"full_marks"`     // hundredths; the total of a faultless competitor, usually 10000
	TotalRounding TotalRounding `json:"total_rounding"` // of the weighted total
	PassLines     []PassLine    `json:"pass_lines"`     // may be empty

	TieChain []TieStep    `json:"tie_chain"` // compared in order after the total; may be empty
	Ranking  RankingStyle `json:"ranking"`
	Absent   Absent       `json:"absent"`

	ProvisionalMarks Provisional `json:"provisional_marks"`
}

// PanelRule says how many judges mark a module.
type PanelRule struct {
	Size      int `json:"size"`       // judges appointed to each panel, from 1
	MinJudges int `json:"min_judges"` // fewest sheets that count when a panel is closed early, 1 to Size
	// TotalGap compares the judges' own totals of a module; null = not at all.
	TotalGap *TotalGap `json:"total_gap,omitempty"`
}

// TotalGap raises a flag when the highest and the lowest total of a module's
// complete sheets are Limit or more apart (two judges, 10 points:
// domain/contest.md §2.1). An override by the chief judge counts as every
// judge's entry, so that correcting aspect by aspect closes the gap.
type TotalGap struct {
	Limit Marks `json:"limit"` // hundredths, above 0; this far apart is too far
	// Blocks says that the module has no amount until the gap is closed or
	// accepted (Call.GapAccepted); else the flag stands beside the amount.
	Blocks bool `json:"blocks"`
}

// Method is how one aspect's marks by several judges become one.
type Method string

// The agreement methods.
const (
	MethodEqual    Method = "equal"        // every judge must enter the same observation, else conference
	MethodMean     Method = "mean"         // mean of the judges' marks
	MethodDropMean Method = "drop_mean"    // mean after dropping the DropHigh highest and DropLow lowest
	MethodMedian   Method = "median"       // the middle mark; of an even number the mean of the middle two
	MethodClamp    Method = "clamp"        // mean after pulling every mark to within Clamp of the median
	MethodMajority Method = "majority"     // what at least Majority judges observed alike, else conference
	MethodDouble   Method = "double_entry" // two judges enter it independently, the others leave it blank; unequal entries call a conference
	MethodChief    Method = "chief"        // the chief judge decides by an Override when the panel has marked
)

// Methods returns every agreement method, in the order of the documentation.
func Methods() []Method {
	return []Method{
		MethodEqual, MethodMean, MethodDropMean, MethodMedian, MethodClamp,
		MethodMajority, MethodDouble, MethodChief,
	}
}

// Agreement is the policy by which a panel's entries for an aspect become one
// amount.
type Agreement struct {
	Method   Method `json:"method"`
	DropHigh int    `json:"drop_high,omitempty"` // drop_mean: how many of the highest are left out
	DropLow  int    `json:"drop_low,omitempty"`  // drop_mean: how many of the lowest are left out
	Clamp    *Marks `json:"clamp,omitempty"`     // clamp: hundredths, 0 or more
	Majority int    `json:"majority,omitempty"`  // majority: how many must agree, more than half of the panel

	// SpreadMax is the greatest allowed gap between the highest and the lowest
	// judge, in judgement levels; a wider gap calls a conference. Null = no
	// limit. It is for judgement aspects only.
	SpreadMax *int `json:"spread_max,omitempty"`

	// Bands limit the gap between the marks that count (after drops), by where
	// the agreed amount lies: the last band with FromMarks ≤ amount holds. The
	// first starts at 0. Empty = no limit. They are for methods that combine
	// marks: mean, drop_mean, median, clamp.
	Bands []Band `json:"bands,omitempty"`

	// ChiefDecides lets the chief judge end a conference, or a panel that was
	// closed with too few sheets, by an Override.
	ChiefDecides bool `json:"chief_decides,omitempty"`
}

// Band is how far marks may lie apart from an amount upwards.
type Band struct {
	FromMarks Marks `json:"from_marks"` // hundredths
	MaxGap    Marks `json:"max_gap"`    // hundredths, 0 or more; wider calls a conference
}

// RoundAt names the one point at which a panel's exact marks are rounded.
type RoundAt string

// The rounding points of a panel's marks.
const (
	RoundAspect RoundAt = "aspect" // each aspect's agreed marks; the module is their plain sum
	RoundModule RoundAt = "module" // aspects stay exact; their sum is rounded once
)

// Rounding is half up to a multiple of Step at one point.
type Rounding struct {
	Step  Marks   `json:"step"` // hundredths: 1 = 0.01, 10 = 0.1, 100 = 1
	Where RoundAt `json:"where"`
}

// TotalRoundAt names the one point at which weighted marks are rounded.
type TotalRoundAt string

// The rounding points of the weighted total.
const (
	RoundPart  TotalRoundAt = "part"  // each weighted part; the total is their plain sum
	RoundTotal TotalRoundAt = "total" // parts stay exact; their sum is rounded once
)

// TotalRounding is half up to a multiple of Step at one point.
type TotalRounding struct {
	Step  Marks        `json:"step"` // hundredths
	Where TotalRoundAt `json:"where"`
}

// Part is a weighted share of the total, made of one or more modules:
// contribution = Σ modules ÷ Σ their maxima × Weight × FullMarks.
type Part struct {
	ID      PartID     `json:"id"`
	Name    Text       `json:"name"`
	Modules []ModuleID `json:"modules"` // each module of the scheme is in exactly one part
	Weight  int        `json:"weight"`  // basis points: 3000 = 30 %
}

// PassLine is the least amount that passes: of a part's own, unweighted marks
// or, with Part empty, of the total.
type PassLine struct {
	Part PartID `json:"part,omitempty"`
	Min  Marks  `json:"min"` // hundredths
}

// TieBy is what a step of the tie chain compares.
type TieBy string

// The comparisons of a tie chain. A missing value is behind every value.
const (
	TiePart   TieBy = "part"   // more unweighted marks in the part is ahead
	TieModule TieBy = "module" // more marks in the module is ahead
	TieTime   TieBy = "time"   // less time is ahead
	TieChief  TieBy = "chief"  // the order that the chief judge has given the tied; see TieDecision
	TieLot    TieBy = "lot"    // the lower drawn lot is ahead
)

// TieStep is one comparison among competitors that are equal so far.
type TieStep struct {
	By     TieBy    `json:"by"`
	Part   PartID   `json:"part,omitempty"`   // for by = part
	Module ModuleID `json:"module,omitempty"` // for by = module
	Name   Text     `json:"name"`             // as an explanation shows it: "实操成绩"
}

// RankingStyle says what equality after the whole tie chain means.
type RankingStyle string

// The styles of ranking.
const (
	RankShared RankingStyle = "shared" // 1-2-2-4
	RankUnique RankingStyle = "unique" // no shared ranks: a drawn lot must decide
)

// Absent says where a competitor stands who did not start any module. Such a
// competitor stays in the list either way.
type Absent string

// The places of the absent.
const (
	AbsentLast     Absent = "last"     // ranked, behind everyone with a total
	AbsentUnranked Absent = "unranked" // listed without a rank
)

// Provisional says when a panel's module first shows an amount.
type Provisional string

// The moments of the first amount.
const (
	ProvisionalEach     Provisional = "each"     // from the first judge's sheet on, marked as provisional
	ProvisionalComplete Provisional = "complete" // when the whole panel has agreed
)
