package award

import "github.com/xinglu/xinglu/scoring"

// Rules say what a division's final ranking earns, as data. They are frozen
// when the stage opens; a change is a new version.
type Rules struct {
	ID      RulesID `json:"id"`
	Version int     `json:"version"` // from 1

	Scale      *Scale          `json:"scale,omitempty"`  // null = no standardised points
	Medals     *MedalRule      `json:"medals,omitempty"` // dealt before the awards
	Awards     []Rule          `json:"awards"`           // prizes and titles, dealt in this order
	Promotions []PromotionRule `json:"promotions"`
}

// Rule deals out one prize (一等奖) or title (技术能手). The places run
// down the ranking; Cut says how many there are.
type Rule struct {
	ID   ID           `json:"id"`
	Name scoring.Text `json:"name"`
	Cut
	Filter Filter `json:"filter"`
	Among  Among  `json:"among"`
	Per    Per    `json:"per"`
	// Group makes awards exclusive: whoever holds one of the group gets no
	// other. Empty = cumulative: on top of whatever else was given.
	Group Group `json:"group"`
	// From says where the places are counted from; see CountFrom.
	From CountFrom `json:"from"`
}

// Cut draws a line through a ranking: who is above it.
type Cut struct {
	By CutBy `json:"by"`
	// ShareBP is for share_bp: basis points of Base. 1000 = 10 %.
	ShareBP  int      `json:"share_bp,omitempty"`
	Base     Base     `json:"base,omitempty"`
	Rounding Rounding `json:"rounding,omitempty"`
	// Count is for count and rank_up_to: how many places, or the last rank.
	Count int `json:"count,omitempty"`
	// ByTeamSize replaces Count by the number of members of a competitor
	// (个人前5, 双人前3, 三人前2).
	ByTeamSize []SizeCount `json:"by_team_size,omitempty"`
	// Min is for score_at_least: points on the scale, or hundredths of a mark.
	Min     int64   `json:"min,omitempty"`
	Measure Measure `json:"measure,omitempty"`

	Ties Ties `json:"ties"`
	// MaxBP bounds include_all: ties go over the number together only while
	// everybody above the line is at most this share of Base, in basis points;
	// else they stay below it together. 0 = no bound.
	MaxBP int `json:"max_bp,omitempty"`
}

// CutBy is how a line is drawn.
type CutBy string

// The ways to draw a line.
const (
	ByShare CutBy = "share_bp"       // the first ShareBP of Base
	ByCount CutBy = "count"          // the first Count
	ByRank  CutBy = "rank_up_to"     // the places up to Count, counted from the top
	ByScore CutBy = "score_at_least" // everybody with at least Min
)

// Base is whom a share is a share of.
type Base string

// The bases. The absent and the disqualified make the difference.
const (
	BaseEntered Base = "entered" // everybody in the list, no-shows too
	BaseStarted Base = "started" // without no-shows
	BaseRanked  Base = "ranked"  // without no-shows and those who have no rank
)

// Rounding is how a share becomes a number of places.
type Rounding string

// The roundings.
const (
	RoundUp     Rounding = "up"
	RoundDown   Rounding = "down"
	RoundHalfUp Rounding = "half_up"
)

// SizeCount is a number of places by team size.
type SizeCount struct {
	Members int `json:"members"` // of one competitor: 1 = individual
	Count   int `json:"count"`
}

// Measure is what an amount is compared with.
type Measure string

// The measures.
const (
	OnMarks Measure = "marks" // the total, in hundredths of a mark
	OnScale Measure = "scale" // whole points on the rules' scale
)

// Ties is what happens to competitors of one rank when the line runs through
// them.
type Ties string

// The policies for ties at the line.
const (
	TiesIncludeAll Ties = "include_all" // all of them are above it, though they are more than the places
	TiesCut        Ties = "cut"         // none of them is; the places left stay empty
	TiesNeedLot    Ties = "needs_lot"   // Entry.Lot decides, lower first; open until it is drawn
)

// Among says who takes up places.
type Among string

// The lines of a rule with a filter. Where the first five are honoured and
// only employees may be, a student in place 2 makes the difference.
const (
	AmongField    Among = "field"    // everybody counts; whoever the filter refuses leaves the place empty
	AmongEligible Among = "eligible" // base and places count only those whom the filter lets through
)

// Per says who receives.
type Per string

// The receivers.
const (
	PerCompetitor Per = "competitor" // the filter must fit every member
	PerMember     Per = "member"     // members whom the filter fits receive, each for himself
)

// CountFrom says where the places of an award are counted from, when better
// awards of its group have been given.
type CountFrom string

// The starts of counting.
const (
	// FromNext: behind those who already hold an award of the group. 一等 10 %,
	// 二等 20 %, 三等 30 % are three rules from next.
	FromNext CountFrom = "next"
	// FromTop: from the first place, holders of better awards included. 优胜奖 for
	// the upper half is 50 % from top: medallists take up places in it.
	FromTop CountFrom = "top"
)

// Filter is what a receiver must be. An empty list asks nothing; a list lets
// through whoever fits one of its values, and all lists must fit.
type Filter struct {
	Divisions  []DivisionID `json:"divisions,omitempty"`
	Identities []Identity   `json:"identities,omitempty"`
	Levels     []Level      `json:"levels,omitempty"`     // held; 0 = holds none
	TeamSizes  []int        `json:"team_sizes,omitempty"` // members of the competitor
	Passed     []PartName   `json:"passed,omitempty"`     // every one of them passed
}

// PartName is a part of the total as an explanation shows it.
type PartName struct {
	Part scoring.PartID `json:"part"` // "" is the whole
	Name scoring.Text   `json:"name"` // "实操成绩"
}

// MedalRule deals out medals with ties and near ties shared, and a medallion
// below them (contest.md §3.4, the rules of 2015). From the top: all within
// Gap of the first get the first medal. The next medal is that of the next
// place, so two golds leave no silver. When more competitors have medals than
// there are medals (three golds, or one gold and two silvers), the last medal
// goes on, if Beyond says so, to those within Gap of the last medallist.
//
// A near tie is measured from the best of its medal and not from neighbour to
// neighbour: with the latter the rule for three golds could never give a
// bronze.
type MedalRule struct {
	Medals    []Medal    `json:"medals"` // best first
	Measure   Measure    `json:"measure"`
	Sharing   Sharing    `json:"sharing"`
	Gap       int64      `json:"gap"` // for near, in the measure's unit; 0 = only equals share
	Beyond    Beyond     `json:"beyond"`
	Filter    Filter     `json:"filter"` // the refused are passed over
	Group     Group      `json:"group"`
	Medallion *Medallion `json:"medallion,omitempty"`
}

// Medal is one medal.
type Medal struct {
	ID   ID           `json:"id"`
	Name scoring.Text `json:"name"`
}

// Medallion honours everybody without a medal who reached a line.
type Medallion struct {
	Medal
	Min int64 `json:"min"` // in the measure's unit: 700 on the scale
}

// Sharing says who shares a medal.
type Sharing string

// The ways of sharing medals.
const (
	ShareNear  Sharing = "near"  // all within Gap of the best of the medal
	ShareNever Sharing = "never" // one each, by rank; equal ranks need a lot
)

// Beyond says what happens when the medals' places are used up before the last
// medal was given.
type Beyond string

// The policies.
const (
	BeyondNone Beyond = "none" // the last medal is not given
	BeyondNear Beyond = "near" // to those within Gap of the last medallist
)

// PromotionRule suggests a higher level for members whom If fits and who hold
// a level of From (contest.md §2.4: both parts passed → 技师, who is 技师 already
// → 高级技师; students → 高级工).
type PromotionRule struct {
	ID   PromotionID  `json:"id"`
	Name scoring.Text `json:"name"`
	If   Condition    `json:"if"`
	From []Level      `json:"from"` // held now; 0 = none; at least one
	To   Level        `json:"to"`
}

// Condition is what a promotion asks for besides the level held.
type Condition struct {
	Filter
	RankUpTo int  `json:"rank_up_to,omitempty"` // 0 = any rank
	Awards   []ID `json:"awards,omitempty"`     // holds at least one; empty = not asked
}
